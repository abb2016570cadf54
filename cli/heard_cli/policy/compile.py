"""From a policy as a person wrote it to the complete document that is stored, hashed and executed.

Executing that document needs no library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, cast

from heard.errors import BadRequest
from heard.policy import Problem, complete_document
from heard.policy.schema_types import DocumentPath, quote
from heard_cli.policy.holidays import PublicHolidays, UnknownPlace, public_holidays

YEARS_AHEAD: Final = 10
"""Holidays are resolved for this many years after the current one.

A policy that lives longer must be published again.
"""

_MAX_SUBDIVISIONS: Final = 30
"""So many subdivisions are named in a warning."""

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
        place = public_holidays(
            country, subdivision, range(today.year, today.year + YEARS_AHEAD + 1)
        )
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
        days = {day.isoformat() for day in place.days}
        problems.extend(_gaps(country, place))
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


def _gaps(country: str, place: PublicHolidays) -> Iterator[Problem]:
    """Warnings of holidays that the dates of a place lack."""
    if place.subdivisions:
        names = [quote(name).strip('"') for name in place.subdivisions]
        listed = ", ".join(names[:_MAX_SUBDIVISIONS])
        more = len(names) - _MAX_SUBDIVISIONS
        yield Problem(
            (*_HOLIDAYS, "country"),
            f"holidays of {country} differ by subdivision: without one, up to "
            f"{max(place.subdivisions.values())} a year are missing and count as working days",
            f"Add the subdivision: {listed}{f' or {more} others' if more > 0 else ''}. If only the "
            "national holidays count for you, leave it as it is.",
            "warning",
        )
    if place.unknown_years:
        first, last = place.unknown_years[0], place.unknown_years[-1]
        years = f"{first}" if first == last else f"{first} to {last}"
        yield Problem(
            (*_HOLIDAYS, "country"),
            f"not all holidays of {country} are known for {years}; unknown ones are working days",
            'Publish the policy again when they are known, or list the days in "add".',
            "warning",
        )


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
