"""Holds: words that must be kept for now, although a person or a retention would delete them.

A hold never stops an answer. It is over on the day after its last one, or when somebody lifts it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class HoldReason(StrEnum):
    """Why words must be kept: a closed set, so that no hold tells what a case is about."""

    LAWSUIT = "lawsuit"
    AUTHORITY = "authority"
    INVESTIGATION = "investigation"
    INSURANCE = "insurance"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Hold:
    """What a business must keep: some reviews, all of an author, or all of a period.

    A period covers each review to which something happened from `start` to `end`, both included.
    `contact` says whom to ask about it. `until` is its last day. `first_day` is the earliest day
    whose reviews retention passed over because of it: from there it goes on when the hold is over,
    which is `is_settled` then.
    """

    id: str
    business: str
    reason: HoldReason
    contact: str
    since: datetime
    until: date
    reviews: tuple[str, ...] = ()
    author: str | None = None
    start: date | None = None
    end: date | None = None
    lifted_at: datetime | None = None
    first_day: date | None = None
    is_settled: bool = False

    def is_in_force(self, now: datetime) -> bool:
        """Whether words must still be kept because of it."""
        return self.lifted_at is None and now.date() <= self.until

    @property
    def is_over_a_period(self) -> bool:
        """Whether the days decide what it covers."""
        return self.start is not None and self.end is not None

    def covers(self, review: str, author: str, days: Collection[date]) -> bool:
        """Whether a review must be kept. `days` are those on which something happened to it."""
        if self.start and self.end:
            return any(self.start <= day <= self.end for day in days)
        return review in self.reviews or author == self.author
