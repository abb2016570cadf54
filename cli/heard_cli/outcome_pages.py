"""Reading the outcome log page after page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final

from heard.outcomes import Outcome
from heard.storage.outcome_log import OutcomeCriteria, OutcomeLog

_PAGE: Final = 500
"""How many outcomes one read asks for."""
_FIRST_WINDOW: Final = timedelta(hours=1)
"""Short, because most callers want only the newest outcomes."""
_SHORTEST_WINDOW: Final = timedelta(seconds=1)
_WINDOW_GROWTH: Final = 4
_WINDOW_MOST: Final = 5_000
"""How many outcomes of one window are kept in memory."""


def read_outcomes(log: OutcomeLog, criteria: OutcomeCriteria) -> Iterator[Outcome]:
    """Every outcome that matches, oldest first."""
    after: str | None = None
    while True:
        page = log.page(criteria, limit=_PAGE, after=after)
        yield from page.outcomes
        if (after := page.next) is None:
            return


def read_newest_outcomes(log: OutcomeLog, criteria: OutcomeCriteria) -> Iterator[Outcome]:
    """Every outcome that matches, newest first.

    The log reads forwards only. So this reads windows of time backwards, each four times as long as
    the one read before: the newest outcomes of a long period cost a short read. A window with more
    than `_WINDOW_MOST` outcomes is made shorter, as all of them are in memory.
    """
    end, window = criteria.end, _FIRST_WINDOW
    while end > criteria.start:
        # `end - window` could fall before the year 1, which datetime refuses.
        start = end - window if end - criteria.start > window else criteria.start
        outcomes = read_outcomes(log, replace(criteria, start=start, end=end))
        newest = list(islice(outcomes, _WINDOW_MOST + 1))
        if len(newest) > _WINDOW_MOST and end - start > _SHORTEST_WINDOW:
            window = (end - start) / _WINDOW_GROWTH
            continue
        yield from reversed([*newest, *outcomes])
        end, window = start, window * _WINDOW_GROWTH
