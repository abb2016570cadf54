"""From a policy as a person wrote it to the complete document that is stored, hashed and executed.

Executing that document needs no library.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from heard.errors import BadRequest
from heard.policy import Problem, complete_document
from heard.policy.schema_types import DocumentPath, quote
from heard_cli.policy.holidays import UnknownPlace, public_holidays

YEARS_AHEAD: Final = 10
"""Holidays are resolved for this many years after the current one.

A policy that lives longer must be published again.
"""

_HOLIDAYS: Final[DocumentPath] = ("calendar", "holidays")


def compile_policy(document: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The complete document.

    Holidays are dates, durations are seconds, and missing settings are those of the playbook.
    Raises BadRequest that names the path and the fix.
    """
    resolved, problems = resolve_holidays(document, today)
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise BadRequest(str(errors[0]))
    return complete_document(resolved)


def resolve_holidays(document: object, today: date) -> tuple[Any, list[Problem]]:
    """The document with a country's holidays as dates, and the problems of that setting.

    The dates begin with this year. Total: other problems of the document stay as they are.
    """
    root = _as_mapping(document)
    calendar = _as_mapping(root.get("calendar"))
    entry = _as_mapping(calendar.get("holidays"))
    if not entry:
        return document, []
    country, subdivision, extra_days, excluded_days = (
        entry.get(name) for name in ("country", "subdivision", "add", "remove")
    )
    if country is None:
        missing_country = Problem(
            (*_HOLIDAYS, "subdivision"),
            "needs a country",
            'Add the country, for example "country: DE".',
        )
        return document, [missing_country] if subdivision is not None else []
    if (
        not isinstance(country, str)
        or not isinstance(subdivision, str | None)
        or not all(_is_date_list(days) for days in (extra_days, excluded_days))
    ):
        return document, []
    problems: list[Problem] = []
    days: set[str] = set()
    try:
        days = {
            day.isoformat()
            for day in public_holidays(
                country, subdivision, range(today.year, today.year + YEARS_AHEAD + 1)
            )
        }
    except UnknownPlace as error:
        place_kind, name = (
            (("part of " + country, subdivision), "subdivision")
            if error.is_subdivision
            else (("country", country), "country")
        )
        problems.append(
            Problem(
                (*_HOLIDAYS, name),
                f"no holidays are known for the {place_kind[0]} {quote(place_kind[1])}",
                str(error),
            )
        )
    else:
        for index, day in enumerate(excluded_days or ()):
            if day >= today.isoformat() and day not in days:
                message = f"{day} is not a holiday there"
                problems.append(
                    Problem(
                        (*_HOLIDAYS, "remove", index),
                        message,
                        "Remove it, or give the correct date.",
                        "warning",
                    )
                )
    other_fields = {
        name: value
        for name, value in entry.items()
        if name not in {"country", "subdivision", "add", "remove"}
    }
    dates = sorted((days | {*(extra_days or ())}) - {*(excluded_days or ())})
    # An unknown name stays, so that the check can report it.
    return {
        **root,
        "calendar": {
            **calendar,
            "holidays": {**other_fields, "add": dates} if other_fields else dates,
        },
    }, problems


def _as_mapping(value: object) -> dict[str, Any]:
    """A mapping as it is, anything else as an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _is_date_list(value: object) -> bool:
    """Whether this is nothing, or a list of texts that are dates."""
    if value is None:
        return True
    return isinstance(value, list) and all(_is_date(item) for item in cast("list[object]", value))


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
