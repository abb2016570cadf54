"""The lake gets each sealed day: what reports are counted from, made of the sealed facts."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from heard.errors import Tampered
from heard.lake import PackedFacts, summary_key, write_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from heard.outcomes import Outcome
    from heard.seals.seal import Seal
    from heard.storage.lake import Lake
    from heard.storage.outcome_log import OutcomeLog

_WORKERS: Final = 16
"""How many chains are read at once."""


def write_sealed_day(seal: Seal, lake: Lake, log: OutcomeLog) -> bool:
    """Write the rows and the summary of a sealed day, unless they are there.

    They are made of the file that was sealed, and not of what the log says now. So two runs at once
    write the same, and a run that comes after one that was interrupted writes what is missing.
    False if that file is gone or is no longer what it was: that is for who checks the seals, and
    stops nothing here.
    """
    if lake.get(summary_key(seal.business, seal.day)) is not None:
        return True
    content = lake.get(seal.facts.key)
    if content is None or hashlib.sha256(content).hexdigest() != seal.facts.sha256:
        return False
    earlier = partial(outcomes_of_reviews, log)
    write_day(lake, seal.business, seal.day, PackedFacts(content), earlier)
    return True


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
