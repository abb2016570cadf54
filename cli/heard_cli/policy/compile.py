"""From a policy as somebody wrote it to the document that is stored, hashed and executed.

Complete, and in need of no library.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from heard.errors import BadRequest
from heard.policy import Problem, complete
from heard.policy.schema_types import Path, quoted
from heard_cli.policy.holidays import UnknownPlace, public_holidays

YEARS_AHEAD: Final = 10
"""For so many years after this one holidays are looked up.

A policy that lives longer is published again.
"""

_HOLIDAYS: Final[Path] = ("calendar", "holidays")


def compile_policy(document: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The complete document.

    Holidays are dates, durations seconds, and what was left out is the playbook's.

    Raises BadRequest that names the path and the fix.
    """
    resolved, found = with_holidays(document, today)
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise BadRequest(str(errors[0]))
    return complete(resolved)


def with_holidays(document: object, today: date) -> tuple[Any, list[Problem]]:
    """The document with a country's holidays as dates, from this year on, and what is wrong with
    how they are asked for.

    Total; whatever else may be wrong with the document is left as it is.
    """
    whole = _names(document)
    calendar = _names(whole.get("calendar"))
    given = _names(calendar.get("holidays"))
    if not given:
        return document, []
    country, part, added, removed = (
        given.get(name) for name in ("country", "subdivision", "add", "remove")
    )
    if country is None:
        missing = Problem(
            (*_HOLIDAYS, "subdivision"),
            "is a part of no country",
            'Add the country, for example "country: DE".',
        )
        return document, [missing] if part is not None else []
    if (
        not isinstance(country, str)
        or not isinstance(part, str | None)
        or not all(_dates(each) for each in (added, removed))
    ):
        return document, []
    found: list[Problem] = []
    days: set[str] = set()
    try:
        days = {
            day.isoformat()
            for day in public_holidays(
                country, part, range(today.year, today.year + YEARS_AHEAD + 1)
            )
        }
    except UnknownPlace as unknown:
        what, name = (
            (("part of " + country, part), "subdivision")
            if unknown.part
            else (("country", country), "country")
        )
        found.append(
            Problem(
                (*_HOLIDAYS, name),
                f"no holidays are known of the {what[0]} {quoted(what[1])}",
                str(unknown),
            )
        )
    else:
        for place, day in enumerate(removed or ()):
            if day >= today.isoformat() and day not in days:
                said = f"{day} is no holiday there"
                found.append(
                    Problem(
                        (*_HOLIDAYS, "remove", place),
                        said,
                        "Leave it out, or give the day that is one.",
                        "warning",
                    )
                )
    rest = {
        name: value
        for name, value in given.items()
        if name not in {"country", "subdivision", "add", "remove"}
    }
    listed = sorted((days | {*(added or ())}) - {*(removed or ())})
    # A name that does not belong there stays, to be told of.
    return {
        **whole,
        "calendar": {**calendar, "holidays": {**rest, "add": listed} if rest else listed},
    }, found


def _names(given: object) -> dict[str, Any]:
    """What has names as it is, anything else as nothing."""
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {}


def _dates(given: object) -> bool:
    """Whether this is nothing, or a list of what reads as dates."""
    if given is None:
        return True
    return isinstance(given, list) and all(_is_date(each) for each in cast("list[object]", given))


def _is_date(given: object) -> bool:
    try:
        return isinstance(given, str) and date.fromisoformat(given).isoformat() == given
    except ValueError:
        return False
