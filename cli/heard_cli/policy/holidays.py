"""Public holidays of countries and their subdivisions, from the `holidays` library."""

from __future__ import annotations

import difflib
import importlib
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from heard.policy.schema_types import suggestion


class UnknownPlace(ValueError):
    """The library has no holidays of a country, or of its subdivision.

    The message says how to fix it.
    """

    def __init__(self, fix: str, *, is_subdivision: bool) -> None:
        super().__init__(fix)
        self.is_subdivision = is_subdivision


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a place in a range of years.

    `subdivisions` are the parts of the country that have more holidays than `days`, by name, with
    the greatest number of them in one year; none if the place is a subdivision. `unknown_years` are
    the years of which the library does not know all dates.
    """

    days: frozenset[date]
    subdivisions: dict[str, int]
    unknown_years: tuple[int, ...]


def public_holidays(
    country: str, subdivision: str | None, years: Collection[int]
) -> PublicHolidays:
    """The public holidays of a country or one of its subdivisions.

    A country is an ISO 3166-1 code. A subdivision is the part of an ISO 3166-2 code after the
    hyphen, or a name. Raises UnknownPlace.
    """
    library: Any = importlib.import_module("holidays")  # slow to import, and few policies need it
    country_codes: Collection[str] = library.list_supported_countries(include_aliases=True)
    if len(country) != 2 or country not in country_codes:
        raise UnknownPlace(_suggest_country(country, country_codes), is_subdivision=False)
    with warnings.catch_warnings():
        # The library warns in words of its own, which say nothing to the author of a policy.
        warnings.simplefilter("ignore")
        place: Any = library.country_holidays(country)
        names: list[str] = [*place.subdivisions]
        if subdivision is not None and subdivision not in (*names, *place.subdivisions_aliases):
            raise UnknownPlace(
                suggestion(subdivision, [*names, *place.subdivisions_aliases])
                if names
                else (
                    "No subdivisions are known for this country: leave it out and list its extra "
                    "days yourself."
                ),
                is_subdivision=True,
            )
        days = frozenset[date](library.country_holidays(country, subdiv=subdivision, years=years))
        extra_days: dict[str, int] = {}
        for name in names if subdivision is None else ():
            own_days = frozenset[date](library.country_holidays(country, subdiv=name, years=years))
            if extra := own_days - days:
                extra_days[name] = max(sum(day.year == year for day in extra) for year in years)
    unknown_years = [year for year in years if not _knows(library, country, subdivision, year)]
    return PublicHolidays(days, extra_days, tuple(sorted(unknown_years)))


def _knows(library: Any, country: str, subdivision: str | None, year: int) -> bool:
    """Whether the library knows all holidays of a year: it warns where it does not."""
    with warnings.catch_warnings(record=True) as findings:
        warnings.simplefilter("always")
        days = library.country_holidays(country, subdiv=subdivision, years=year)
        return bool(days) and not findings


def _suggest_country(country: str, known: Collection[str]) -> str:
    codes = sorted(code for code in known if len(code) == 2)
    matches = difflib.get_close_matches(country.strip().upper()[:10], codes, n=1, cutoff=0.8)
    if matches:
        return f'Did you mean "{matches[0]}"?'
    return (
        "Give its ISO 3166-1 code, for example DE or GB; if there is none, list the days yourself."
    )
