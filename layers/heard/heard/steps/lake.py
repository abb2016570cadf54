"""What a day of the lake needs from the log: all outcomes of the reviews that it touched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from heard.errors import Tampered

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from heard.outcomes import Outcome
    from heard.storage.outcome_log import OutcomeLog

_WORKERS: Final = 16
"""How many chains are read at once."""


def outcomes_of_reviews(log: OutcomeLog, reviews: Set[str]) -> Iterator[Outcome]:
    """All outcomes of these reviews, chain after chain.

    A chain that holds something which Heard did not write is read up to there: the seal of the day
    names it, and the other reviews still get their rows.
    """
    with ThreadPoolExecutor(_WORKERS) as pool:
        for chain in pool.map(partial(_readable, log), sorted(reviews)):
            yield from chain


def _readable(log: OutcomeLog, review: str) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with suppress(Tampered):
        for outcome in log.read(review):
            outcomes.append(outcome)
    return outcomes
