"""How long a business keeps words, and on which day a review falls out of that time.

Days are those of UTC. Outcomes are never deleted: they hold no words.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from heard.outcomes import Kind, Outcome

RETENTION: Final = "retention"
"""The reason in outcomes about texts that were deleted because their time was over."""

FIRST_DAY: Final = date(2025, 1, 1)
"""No outcome is older: there was no Heard before."""

MAX_MONTHS: Final = 1_200

_REPEATS: Final = frozenset(
    {Kind.DUPLICATE, Kind.LATE_REVISION, Kind.UNVERIFIED, Kind.TEXTS_DELETED}
)
"""What does not touch a review: it says nothing new, and could keep the words for ever."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many months a business keeps the texts of a review after its last touch.

    None keeps them until the author is erased.
    """

    texts_months: int | None = None


def last_due_day(today: date, months: int) -> date:
    """The latest day of a last touch whose texts may not be kept any more.

    What was touched last on that day was kept for `months` whole months, to the end of the day.
    """
    day = _add_months(today, -months)
    while _add_months(day, months) >= today:
        day -= timedelta(days=1)
    return day


def last_touch(outcomes: Iterable[Outcome]) -> date:
    """The day on which anything but a repeat happened to the review. `outcomes` are its chain."""
    last_day = last_touched = date.min
    for outcome in outcomes:
        last_day = outcome_day(outcome)
        if outcome.kind not in _REPEATS:
            last_touched = last_day
    return last_day if last_touched == date.min else last_touched


def outcome_day(outcome: Outcome) -> date:
    """The day of an outcome."""
    return date.fromisoformat(outcome.at[:10])


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day if the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
