"""Numbers and days as options, and what is wrong with one, said in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import typer


def whole_number(minimum: int, maximum: int | None = None) -> Callable[[str | int], int]:
    """The parser of an option that takes a whole number within these limits, both included."""
    limits = f"of {minimum} or more" if maximum is None else f"between {minimum} and {maximum}"

    def parse(text: str | int) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum or (maximum is not None and number > maximum):
            raise typer.BadParameter(f"{text!r} is not a whole number {limits}.")
        return number

    return parse


def calendar_day(text: str | date) -> date:
    """The parser of an option that takes a day, such as 2026-03-31."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day. Write it like 2026-03-31.") from None
