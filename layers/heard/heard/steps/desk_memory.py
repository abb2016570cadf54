"""What the desk remembers between the requests of one process.

It is for showing only: nothing is decided by it. So a name, hours or a count may be a little old.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heard.policy import Policy
from heard.steps.deciding import read_policy
from heard.storage.least_recently_used import LeastRecentlyUsed

if TYPE_CHECKING:
    from heard.follow_ups import FollowUp
    from heard.storage.case_store import CaseStore
    from heard.storage.people import People
    from heard.storage.setup import SetupStore

NAME_SECONDS: Final = 600.0
BUSINESS_SECONDS: Final = 60.0
CODES_SECONDS: Final = 3_600.0
BACKLOG_SECONDS: Final = 20.0
"""How long what lies behind the first page of a list is counted without reading it again."""
MAX_BUSINESSES: Final = 200
MAX_COUNTED: Final = 1_000
"""How many follow-ups behind a page are read to count them: some 55 read units."""
_PAGE: Final = 500


type UsedCodes = tuple[str, Mapping[str, Counter[str]]]
"""Since when codes were counted, and how often each was used, by the kind of code."""


@dataclass(frozen=True, slots=True)
class KnownBusiness:
    """A business as people see it, and its policy, which has its hours."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Backlog:
    """A business's open follow-ups behind a place in its list.

    `complete` is False where there are more than `MAX_COUNTED`.
    """

    after: str
    follow_ups: tuple[FollowUp, ...]
    complete: bool


class DeskMemory:
    """Reads names, businesses and backlogs, and keeps them. `clock` gives seconds."""

    def __init__(
        self,
        people: People,
        setup: SetupStore,
        cases: CaseStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people, self._setup, self._cases = people, setup, cases
        self._clock = clock
        self._names = LeastRecentlyUsed[tuple[float, str | None]]()
        self._businesses = LeastRecentlyUsed[tuple[float, KnownBusiness]](MAX_BUSINESSES)
        self._codes = LeastRecentlyUsed[tuple[float, UsedCodes]](MAX_BUSINESSES)
        self._backlogs = LeastRecentlyUsed[tuple[float, Backlog]](MAX_BUSINESSES)

    def first_names(self, subjects: Iterable[str]) -> Mapping[str, str | None]:
        """The first names of people, None for somebody who is not there. Each is read once."""
        return {
            subject: self._recall(
                self._names, subject, NAME_SECONDS, lambda id=subject: self._people.first_name(id)
            )
            for subject in set(subjects)
        }

    def business(self, business: str) -> KnownBusiness:
        """A business. One that is not set up has its id for a name, and the default policy."""
        return self._recall(
            self._businesses, business, BUSINESS_SECONDS, lambda: self._read_business(business)
        )

    def backlog(self, business: str, after: str) -> Backlog:
        """The open follow-ups of a business behind a place in its list, or behind an earlier."""
        entry = self._backlogs.get(business)
        if entry and self._is_fresh(entry[0], BACKLOG_SECONDS) and entry[1].after <= after:
            return entry[1]
        backlog = self._read_backlog(business, after)
        self._backlogs.put(business, (self._clock(), backlog))
        return backlog

    def codes(self, business: str, count: Callable[[], UsedCodes]) -> UsedCodes:
        """How often a business used its codes, which takes some seconds to `count`."""
        return self._recall(self._codes, business, CODES_SECONDS, count)

    def _recall[T](
        self,
        entries: LeastRecentlyUsed[tuple[float, T]],
        key: str,
        seconds: float,
        read: Callable[[], T],
    ) -> T:
        entry = entries.get(key)
        if entry and self._is_fresh(entry[0], seconds):
            return entry[1]
        value = read()
        entries.put(key, (self._clock(), value))
        return value

    def _is_fresh(self, read_at: float, seconds: float) -> bool:
        return self._clock() - read_at < seconds

    def _read_business(self, business: str) -> KnownBusiness:
        record = self._setup.business(business)
        return KnownBusiness(record.name if record else business, read_policy(business, record))

    def _read_backlog(self, business: str, after: str) -> Backlog:
        follow_ups: list[FollowUp] = []
        place: str | None = after
        while place is not None and len(follow_ups) < MAX_COUNTED:
            page, place = self._cases.open_follow_ups(business, limit=_PAGE, after=place)
            follow_ups += page
        return Backlog(after, tuple(follow_ups), complete=place is None)
