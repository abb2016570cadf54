"""The rows of a day: how each review that was touched on it stood at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from heard.lake.columns import NEVER_SAID, REVIEWS, SCHEMA
from heard.lake.state import ReviewState
from heard.lake.touched import TouchedReview, end_of

_NULLS: Final[dict[str, Any]] = dict.fromkeys(sorted(NEVER_SAID))


def review_rows(
    reviews: Iterable[TouchedReview], business: str, day: str
) -> Iterator[dict[str, Any]]:
    """A row for each review, in their order: all columns of the table, and its partitions.

    Raises ValueError when `day` is no day.
    """
    end = end_of(day)
    for review in reviews:
        yield _row(review, business, day, end)


def _row(review: TouchedReview, business: str, day: str, end: str) -> dict[str, Any]:
    state = ReviewState()
    for outcome in review.chain:
        state.add(outcome)
    values = state.to_row(end) | _NULLS | {"schema": SCHEMA}
    return {"business": business, "day": day} | {name: values[name] for name in REVIEWS}
