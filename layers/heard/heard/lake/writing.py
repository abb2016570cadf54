"""Writing a day into the lake: its rows and its summary, from its outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final, Protocol

from heard.lake.files import json_line, packed_lines, rows_key, summary_key
from heard.lake.rows import review_rows
from heard.lake.summary import DaySummary
from heard.lake.touched import (
    TouchedReview,
    group_by_review,
    has_form,
    is_complete,
    touched_reviews,
)
from heard.outcomes import Outcome

IN_MEMORY: Final = 100_000
"""How many outcomes are in memory at once: some 300 MB. A larger day is read in parts."""
_TOGETHER: Final = 500
"""For how many reviews the outcomes of earlier days are asked for, and kept in memory, at once."""

type EarlierOutcomes = Callable[[Set[str]], Iterable[Outcome]]
"""Gives the outcomes of these reviews, at least those of the days before, in any order."""


class LakeWriter(Protocol):
    """Where files are put. One that is there already is replaced."""

    def put(self, key: str, content: bytes) -> None:
        """Put a file."""
        ...


@dataclass(frozen=True, slots=True)
class DayFiles:
    """What was written of a day: how many rows, and how large the files are in bytes."""

    rows: int
    rows_bytes: int
    summary_bytes: int


def write_day(
    lake: LakeWriter,
    business: str,
    day: str,
    outcomes: Iterable[Outcome],
    earlier: EarlierOutcomes,
) -> DayFiles:
    """Make the rows and the summary of a business's day (`YYYY-MM-DD`), and put them.

    `outcomes` are the facts of the day, which may be read several times. `earlier` is asked only
    for reviews of which they do not say all. Made again from the same outcomes, the files are
    equal, so a run that was interrupted is simply repeated. Raises ValueError when `day` is no day.
    """
    summary = DaySummary(business, day)
    rows = 0

    def counted_rows() -> Iterator[Mapping[str, Any]]:
        nonlocal rows
        for row in review_rows(_summed(summary, day, outcomes, earlier), business, day):
            rows += 1
            yield row

    packed = packed_lines(counted_rows())
    summary_line = json_line(summary.to_json())
    lake.put(rows_key(business, day), packed)
    lake.put(summary_key(business, day), summary_line)
    return DayFiles(rows, len(packed), len(summary_line))


def _summed(
    summary: DaySummary, day: str, outcomes: Iterable[Outcome], earlier: EarlierOutcomes
) -> Iterator[TouchedReview]:
    """The reviews of the day, each after the summary has counted it."""
    for part in _parts(outcomes):
        facts = group_by_review(part)
        for batch in batched(facts, _TOGETHER, strict=False):
            incomplete = {review for review in batch if not is_complete(day, facts[review])}
            of_day = [each for review in batch for each in facts[review].values()]
            known = earlier(incomplete) if incomplete else ()
            for touched in touched_reviews(day, of_day, known):
                summary.add(touched)
                yield touched
        facts.clear()  # before the next part is read


def _parts(outcomes: Iterable[Outcome]) -> Iterator[Iterable[Outcome]]:
    """The outcomes in parts that fit into memory, each with whole reviews, in their order."""
    if isinstance(outcomes, Iterator):
        outcomes = list(outcomes)
    counts = Counter(each.review for each in outcomes if has_form(each))
    reviews: list[str] = []
    total = 0
    for review in sorted(counts):
        if reviews and total + counts[review] > IN_MEMORY:
            yield _between(outcomes, reviews[0], reviews[-1])
            reviews, total = [], 0
        reviews.append(review)
        total += counts[review]
    if reviews:
        yield _between(outcomes, reviews[0], reviews[-1])


def _between(outcomes: Iterable[Outcome], first: str, last: str) -> Iterator[Outcome]:
    return (each for each in outcomes if has_form(each) and first <= each.review <= last)
