"""What is not there: reviews that were closed twice, and platforms that went silent (R01, R26).

Both are found in marks: outcomes of which only the kind, the time and the place in the chain were
read. What the marks do not cover is not said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from heard.clock import parse_time
from heard.outcomes import CLOSING_KINDS, Kind

ARRIVALS: Final = frozenset(
    {Kind.ACCEPTED, Kind.REVISED, Kind.LATE_REVISION, Kind.DUPLICATE, Kind.UNVERIFIED}
)
"""The kinds of outcomes that something which came from a platform leaves."""
MARKED_KINDS: Final = ARRIVALS | CLOSING_KINDS | {Kind.REOPENED}
"""What the gaps are found in."""

USUAL_ARRIVALS: Final = 5
"""A platform that sent fewer says nothing by being silent."""
_SHORTEST_SILENCE: Final = timedelta(hours=24)
_LONGER_THAN_EVER: Final = 1.5


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome in few words."""

    review: str
    sequence: int
    kind: Kind
    at: str
    platform: str


@dataclass(frozen=True, slots=True)
class ClosedTwice:
    """A review that `second` closed after `first` had, and that nothing opened between them."""

    first: Mark
    second: Mark


@dataclass(frozen=True, slots=True)
class Silence:
    """A connected platform from which nothing comes any more.

    `last_at` is None where nothing at all came in the time that was looked at. `longest_gap` is the
    longest time between two arrivals before; None without two.
    """

    platform: str
    last_at: str | None
    arrivals: int
    longest_gap: timedelta | None


def closed_twice(marks: Iterable[Mark]) -> Iterator[ClosedTwice]:
    """The reviews that were closed twice, by their ids; each pair of closing outcomes once."""
    chains: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        chains[mark.review].append(mark)
    for _, chain in sorted(chains.items()):
        closing: Mark | None = None
        for mark in sorted(chain, key=lambda each: each.sequence):
            if mark.kind in CLOSING_KINDS:
                if closing is not None:
                    yield ClosedTwice(closing, mark)
                closing = mark
            elif mark.kind is Kind.REOPENED:
                closing = None


def silences(platforms: Collection[str], marks: Iterable[Mark], now: datetime) -> Iterator[Silence]:
    """The connected platforms that are silent, by name.

    One that sent at least `USUAL_ARRIVALS` is silent when nothing came for longer than a day and
    than one and a half times its longest gap. One that sent nothing at all is named too: whether it
    ever speaks, its connection shows.
    """
    times: dict[str, list[str]] = {platform: [] for platform in platforms}
    for mark in marks:
        if mark.kind in ARRIVALS and mark.platform in times:
            times[mark.platform].append(mark.at)
    for platform, arrivals in sorted(times.items()):
        if not arrivals:
            yield Silence(platform, None, 0, None)
            continue
        last_at, instants = max(arrivals), sorted(map(parse_time, arrivals))
        gaps = [after - before for before, after in pairwise(instants)]
        limit = max(_SHORTEST_SILENCE, _LONGER_THAN_EVER * max(gaps, default=timedelta()))
        if len(arrivals) >= USUAL_ARRIVALS and now - instants[-1] > limit:
            yield Silence(platform, last_at, len(arrivals), max(gaps))
