"""Public holidays of countries and their subdivisions, from the `holidays` library."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Collection
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


def public_holidays(
    country: str, subdivision: str | None, years: Collection[int]
) -> frozenset[date]:
    """The public holidays of a country or one of its subdivisions.

    A country is an ISO 3166-1 code. A subdivision is the part of an ISO 3166-2 code after the
    hyphen, or a name. Raises UnknownPlace.
    """
    library: Any = importlib.import_module("holidays")  # slow to import, and few policies need it
    country_codes: Collection[str] = library.list_supported_countries(include_aliases=True)
    if len(country) != 2 or country not in country_codes:
        raise UnknownPlace(_suggest_country(country, country_codes), is_subdivision=False)
    days: Any = library.country_holidays(country)
    subdivisions: list[str] = [*days.subdivisions, *days.subdivisions_aliases]
    if subdivision is not None and subdivision not in subdivisions:
        raise UnknownPlace(
            suggestion(subdivision, subdivisions)
            if subdivisions
            else (
                "No subdivisions are known for this country: leave it out and list its extra days "
                "yourself."
            ),
            is_subdivision=True,
        )
    return frozenset(library.country_holidays(country, subdiv=subdivision, years=years))


def _suggest_country(country: str, known: Collection[str]) -> str:
    codes = sorted(code for code in known if len(code) == 2)
    matches = difflib.get_close_matches(country.strip().upper()[:10], codes, n=1, cutoff=0.8)
    if matches:
        return f'Did you mean "{matches[0]}"?'
    return (
        "Give its ISO 3166-1 code, for example DE or GB; if there is none, list the days yourself."
    )
