"""Times as people type them.

These are `2026-01-31T09:30`, `2026-01-31`, `now`, or how long ago: `90m`, `24h`, `7d`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

import typer

from heard.clock import parse_time

_SPAN: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str, option: str) -> timedelta:
    """A duration such as `30m`, `24h`, `7d`, or `0`. Raises BadParameter."""
    if text.strip() == "0":
        return timedelta()
    if match := _SPAN.fullmatch(text.strip().lower()):
        try:
            return timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError:
            pass
    raise typer.BadParameter(
        f"{text!r} is not a duration: write 30m, 24h, 7d or 0.", param_hint=option
    )


def parse_period(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """The period `[start, end)`. Raises BadParameter."""
    begin, finish = parse_instant(start, now, "--from"), parse_instant(end, now, "--to")
    if begin >= finish:
        raise typer.BadParameter("--from must be before --to.", param_hint="--from")
    return begin, finish


def parse_instant(text: str, now: datetime, option: str) -> datetime:
    """A time as typed. Raises BadParameter."""
    value = text.strip()
    if value == "now":
        # An outcome that was written in this moment counts as well.
        return now + timedelta(milliseconds=1)
    if match := _SPAN.fullmatch(value.lower()):
        try:
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError:
            pass
    try:
        return parse_time(value)
    except (ValueError, OverflowError):
        message = (
            f"{text!r} is not a time: write 2026-01-31T09:30, 2026-01-31, now, or how long ago "
            "(90m, 24h, 7d). Times without a time zone are UTC."
        )
        raise typer.BadParameter(message, param_hint=option) from None
