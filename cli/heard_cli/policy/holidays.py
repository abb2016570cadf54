"""Public holidays of countries and their parts, as the `holidays` library knows them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Collection
from datetime import date
from typing import Any

from heard.policy.schema_types import nearest


class UnknownPlace(ValueError):
    """The library has no holidays of a country, or of a `part` of it.

    The message says how to mend it.
    """

    def __init__(self, fix: str, *, part: bool) -> None:
        super().__init__(fix)
        self.part = part


def public_holidays(country: str, part: str | None, years: Collection[int]) -> frozenset[date]:
    """The days on which a country (ISO 3166-1) rests, or a part of it (ISO 3166-2 after the hyphen,
    or its name). Raises UnknownPlace.
    """
    library: Any = importlib.import_module("holidays")  # slow to import, and needed by few policies
    known: Collection[str] = library.list_supported_countries(include_aliases=True)
    if len(country) != 2 or country not in known:
        raise UnknownPlace(_country_meant(country, known), part=False)
    days: Any = library.country_holidays(country)
    parts: list[str] = [*days.subdivisions, *days.subdivisions_aliases]
    if part is not None and part not in parts:
        raise UnknownPlace(
            nearest(part, parts)
            if parts
            else "It has none here: leave it out, and add its days yourself.",
            part=True,
        )
    return frozenset(library.country_holidays(country, subdiv=part, years=years))


def _country_meant(given: str, known: Collection[str]) -> str:
    codes = sorted(code for code in known if len(code) == 2)
    close = difflib.get_close_matches(given.strip().upper()[:10], codes, n=1, cutoff=0.8)
    if close:
        return f'Did you mean "{close[0]}"?'
    return (
        "Give its ISO 3166-1 code, for example DE or GB; if there is none, list the days yourself."
    )
