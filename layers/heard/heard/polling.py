"""Polling: what is new, changed or gone on a platform that is asked now and then.

What to remember of it; and when to ask again.

Owns one look at a platform (`look`), the memory of the reviews seen there, and the timetable. Knows
no storage and no queue: who calls `look` queues its events, then keeps where polling stands, then
the memory, so that a run that stops anywhere is simply run again.

Platforms list reviews newest first. A look reads on towards older pages for as long as a page holds
something new, and leaves a cursor where it had to stop. What is remembered, lies within the span of
time that the pages covered and is not on them is re-read by its id, and a few others are, in turn:
that is how silent deletions and edits are found.
"""

from __future__ import annotations

import hashlib
import math
import traceback
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Final, Protocol

from heard.clock import later, stamp
from heard.connectors import Connection, Gone, Page, Rejected, load
from heard.connectors.parsing import nobody
from heard.errors import HeardError, PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent, time_revision

PAGES: Final = 5
"""How many pages of reviews one look reads."""
SUSPECTS: Final = 10
"""How many reviews that should have been on those pages one look re-reads."""
REREADS: Final = 5
"""How many others it re-reads, in turn."""
MISSES: Final = 2
"""How many re-readings may fail before a look leaves the rest for the next."""
REMEMBERED: Final = 1_000
"""How many reviews of a connection are remembered: the newest.

It must be more than `PAGES` pages hold.
"""
CURSORS: Final = 8
"""How many places to resume from are kept before the latest page waits until one is done."""
LONGEST_WAIT: Final = 3600
"""How many seconds a connection that keeps failing waits at most, unless the platform asks for
longer.
"""
BEFORE_CONNECTED: Final = timedelta(days=1)
"""How much older than its connection a review may be and still be answered."""

_SAID: Final = frozenset({EventKind.CREATED, EventKind.EDITED})

_REFUSALS: Final[Mapping[str, str]] = {
    "unauthorized": "The platform refuses the connection's credentials, or what they may do.",
    "no_credentials": "The connection has no credentials to ask with.",
    "gone": "The platform does not know what the connection's settings name.",
    "moved": "The address in the connection's settings has moved.",
    "bad_address": "The address in the connection's settings cannot be used.",
}
"""Refusals in our own words: a platform's could quote a customer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of a review.

    `mark` stands for what it said, `edition` for the revision that the platform gave it, `at` for
    when.

    `noted` ones were too old to be answered, `gone` ones were taken back, `undated` ones have the
    time when we saw them as `at`. `thread` is the platform's thread id where it is not the review's
    own.
    """

    mark: str
    at: str
    edition: str = ""
    thread: str = ""
    noted: bool = False
    gone: bool = False
    undated: bool = False


type Memory = Mapping[str, Seen]
"""What is remembered of a connection's reviews, by the platform's ids."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a look ended early.

    A code, our own words, and the seconds that the platform asks us to wait.
    """

    code: str
    words: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """Where the polling of a connection stands.

    `every` is how many seconds lie between two looks, `since` from when on reviews are answered.
    `begun` is False until a page was read. `cursors` are the places to resume from, the newest
    first, `reached` how far back each had been read, and `turn` the review re-read last. `thorough`
    says that known pages are read past as well, because the platform forgot a cursor. `wait_until`
    is when a platform that asked us to wait may be asked again.
    """

    connection: str
    platform: str
    every: int
    since: datetime
    poll_at: datetime
    begun: bool = False
    cursors: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    turn: str = ""
    thorough: bool = False
    failures: int = 0
    polled_at: datetime | None = None
    wait_until: datetime | None = None
    trouble: Trouble | None = None
    version: int = 0


class Source(Protocol):
    """One connection's platform, as a look needs it; every call may raise PlatformUnavailable."""

    @property
    def can_fetch(self) -> bool:
        """Whether a review can be re-read by its id."""
        ...

    def recent(self, cursor: str | None) -> Page | Rejected:
        """A page of the latest reviews, newest first."""
        ...

    def fetch(self, native_id: str) -> ReviewEvent | Gone | None:
        """A review as it is now; None when it cannot be read."""
        ...


class Verdict(StrEnum):
    """What a review on a page is to us."""

    NEW = "new"
    CHANGED = "changed"
    NOTED = "noted"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    The `events` to queue, oldest first, the `memory` after it, and where polling stands then.

    `found` counts the reviews that the platform showed, `problems` what could not be read.
    """

    events: tuple[ReviewEvent, ...]
    memory: Memory
    poll: Poll
    found: int
    problems: int


def pollable(connection: Connection) -> int | None:
    """How many seconds lie between two looks at a connection's platform.

    None where it is not polled.

    A platform that asks for credentials is not polled without them.
    """
    capabilities = load(connection.platform).capabilities
    return (
        capabilities.poll_seconds
        if connection.has_credentials or not capabilities.credentials
        else None
    )


def mark(event: ReviewEvent) -> str:
    """What stands for a review's state in the memory: equal marks say the same.

    A page and a re-reading may disagree on whether the same words are new or an edit; that makes no
    difference here.
    """
    kind = "said" if event.kind in _SAID else event.kind.value
    return hashlib.sha256(
        "\x1f".join((event.revision, event.digest, kind)).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]


def edition(event: ReviewEvent) -> str:
    """What stands for an event's revision in the memory."""
    return hashlib.sha256(event.revision.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def in_order(event: ReviewEvent, memory: Memory, now: datetime) -> ReviewEvent:
    """The event with a revision that sorts after those before it.

    Some platforms change a review's words and not its date, and one that was gone can be shown
    again as it was. The platform was read just now, so that now is the date of that; `now` is no
    later than the reading, or it would sort after the edit that comes next.
    """
    known = memory.get(event.native_id)
    undated = (
        known is not None
        and (known.gone or known.edition == edition(event))
        and known.mark != mark(event)
    )
    return redated(event, now) if undated and event.kind in _SAID else event


def redated(event: ReviewEvent, now: datetime) -> ReviewEvent:
    """What a review says now, as an edit of this moment, or of the next if the platform's clock is
    ahead.
    """
    return replace(
        event, revision=max(time_revision(now), f"{event.revision}~"), kind=EventKind.EDITED
    )


def verdict(event: ReviewEvent, memory: Memory, poll: Poll) -> Verdict:
    """What an event is, given what is remembered.

    One that the platform does not date counts as old in the first look at a connection, and as new
    in every later one.
    """
    if known := memory.get(event.native_id):
        return Verdict.KNOWN if known.mark == mark(event) else Verdict.CHANGED
    if event.occurred_at is None:
        return Verdict.NEW if poll.begun else Verdict.NOTED
    return Verdict.NEW if event.occurred_at >= poll.since else Verdict.NOTED


def look(
    poll: Poll,
    memory: Memory,
    source: Source,
    clock: Callable[[], datetime],
    *,
    seconds: float = math.inf,
) -> Look:
    """One look at a platform. After `seconds` nothing more is asked.

    The next look goes on from there.

    Whatever goes wrong at the platform ends the look and is its `trouble`; what was found until
    then counts.
    """
    began = clock()
    walk = _Walk(poll, memory, source, lambda: (clock() - began).total_seconds() >= seconds)
    walk.read_pages()
    if walk.trouble is None and source.can_fetch:
        walk.read_again()
    now = clock()
    fresh = [
        event
        for event in reversed(walk.met.values())
        if verdict(event, memory, poll) in {Verdict.NEW, Verdict.CHANGED}
    ]
    events = [in_order(event, memory, began) for event in fresh]
    withdrawn = [_withdrawal(native_id, memory[native_id], now) for native_id in walk.gone]
    places, reached = tuple(zip(*walk.cursors, strict=True)) or ((), ())
    after = replace(
        poll,
        begun=poll.begun or walk.pages > 0,
        cursors=places,
        reached=reached,
        turn=walk.turn,
        thorough=walk.thorough,
    )
    return Look(
        events=(*events, *(event for event in withdrawn if not memory[event.native_id].noted)),
        memory=_remembered(memory, walk.met.values(), withdrawn, poll, now),
        poll=_timed(after, walk.trouble, now),
        found=len(walk.met),
        problems=walk.problems,
    )


@dataclass(slots=True)
class _Walk:
    """A look while it is taken.

    `met` holds the latest state of each review that was met, `spans` the times that unbroken pages
    covered.
    """

    poll: Poll
    memory: Memory
    source: Source
    late: Callable[[], bool]
    met: dict[str, ReviewEvent] = field(default_factory=dict[str, ReviewEvent])
    gone: list[str] = field(default_factory=list[str])
    spans: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    cursors: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    turn: str = ""
    refused: bool = False
    asked: int = 0
    pages: int = 0
    problems: int = 0
    trouble: Trouble | None = None

    def read_pages(self) -> None:
        """The latest pages, then those at which earlier looks had to stop."""
        self.cursors, self.turn = (
            list(zip_longest(self.poll.cursors, self.poll.reached, fillvalue="~")),
            self.poll.turn,
        )
        if len(self.cursors) < CURSORS:
            self._read_on(None, "~")
        while self.cursors and not self._stops():
            self._read_on(*self.cursors.pop(0))

    def read_again(self) -> None:
        """Some remembered reviews that were not met.

        Those that should have been on the pages, then others in turn.
        """
        left = {
            id: seen for id, seen in self.memory.items() if id not in self.met and not seen.gone
        }
        missing = {
            id
            for id, seen in left.items()
            if not seen.undated and any(old < seen.at < new for old, new in self.spans)
        }
        misses = 0
        for native_id in (
            *_in_turn(missing, self.turn, SUSPECTS),
            *_in_turn(left.keys() - missing, self.turn, REREADS),
        ):
            if self.trouble or misses == MISSES or self.late():
                return
            self.turn = native_id
            found = _tried(lambda native_id=native_id: self.source.fetch(native_id))
            if isinstance(found, Trouble):
                # One review that cannot be read must not keep the others waiting; a platform that
                # asks us to wait is heard.
                self.trouble = found if found.retry_after is not None else None
                self.problems += 1
                misses += 1
            elif isinstance(found, Gone):
                self.gone.append(native_id)
            elif found is not None and found.native_id == native_id:
                self._meet(found.normal())

    @property
    def thorough(self) -> bool:
        """Whether the next look reads past known pages too.

        A cursor was lost, and what it stood for has not been reached again.
        """
        return self.refused or (
            self.poll.thorough
            and (bool(self.cursors) or self.trouble is not None or not self.pages)
        )

    def _stops(self) -> bool:
        return self.trouble is not None or self.asked == PAGES or self.late()

    def _read_on(self, cursor: str | None, reached: str) -> None:
        """Pages from one place on, until one holds nothing new.

        Where it has to stop earlier the place is kept.

        A place that is a page's number moves with each new review, so that it may begin with what
        had been `reached` before.
        """
        newest, oldest, started = ("~" if cursor is None else ""), "~", cursor
        keep = (cursor, reached) if cursor else None
        while True:
            if self._stops():
                self.cursors[:0] = [keep] if keep else []
                break
            self.asked += 1
            page = _tried(lambda at=cursor: self.source.recent(at))
            if (
                isinstance(page, Rejected)
                and cursor
                and page.reason not in {"unauthorized", "no_credentials"}
            ):
                # Cursors can expire. What lay beyond is found again from the top, past the pages
                # that are known.
                self.refused = True
                self.cursors.clear()
                break
            if not isinstance(page, Page):
                self.trouble = _trouble(page) if isinstance(page, Rejected) else page
                continue
            self.pages += 1
            self.problems += len(page.problems)
            events = [event.normal() for event in page.events if event.kind is not EventKind.TEST]
            dated = [stamp(event.occurred_at) for event in events if event.occurred_at]
            newest, oldest = max([newest, *dated]), min([oldest, *dated])
            overlap = bool(dated) and min(dated) >= reached
            goes_on = overlap or self._worth_more(
                events,
                thorough=self.poll.thorough and (started is not None or not self.poll.cursors),
            )
            for event in events:
                self._meet(event)
            cursor, keep = (
                page.older,
                (page.older, min(oldest, reached)) if page.older and goes_on else None,
            )
            if cursor is None or not (goes_on or self._only_notes(events)):
                break
        self.spans.append((oldest, newest))

    def _worth_more(self, events: Sequence[ReviewEvent], *, thorough: bool) -> bool:
        fresh = any(
            verdict(event, self.memory, self.poll) in {Verdict.NEW, Verdict.CHANGED}
            for event in events
        )
        return fresh or (
            thorough
            and any(
                event.occurred_at is None or event.occurred_at >= self.poll.since
                for event in events
            )
        )

    def _only_notes(self, events: Sequence[ReviewEvent]) -> bool:
        """Whether this first look goes on only to know old reviews later, since the platform does
        not date them.
        """
        return not self.poll.begun and any(event.occurred_at is None for event in events)

    def _meet(self, event: ReviewEvent) -> None:
        known = self.met.get(event.native_id)
        if known is None or (known.revision, known.digest) < (event.revision, event.digest):
            self.met[event.native_id] = event


def _tried[Found](ask: Callable[[], Found]) -> Found | Trouble:
    """What a platform answers.

    Whatever goes wrong, our own mistakes included, is the trouble of this connection alone.
    """
    try:
        return ask()
    except PlatformUnavailable as unavailable:
        return Trouble(unavailable.code, unavailable.detail, unavailable.retry_after)
    except HeardError as error:
        return Trouble(error.code, error.detail)
    except Exception as mistake:  # noqa: BLE001 - a connector that cannot read an answer must not stop the polling of others
        place = traceback.extract_tb(mistake.__traceback__)[-1]
        return Trouble(
            "internal",
            f"A mistake of Heard's own: {type(mistake).__name__} in {place.name}, line "
            f"{place.lineno}.",
        )


def _trouble(refusal: Rejected) -> Trouble:
    return Trouble(
        refusal.reason,
        _REFUSALS.get(refusal.reason, "The platform refuses to be asked for reviews."),
    )


def _withdrawal(native_id: str, seen: Seen, now: datetime) -> ReviewEvent:
    # No tombstone: a review that a platform took down can be shown again, and must then be answered
    # (R01). Its clock may be ahead of ours.
    revision = max(time_revision(now), f"{seen.at}~")
    return ReviewEvent(
        EventKind.WITHDRAWN, native_id, seen.thread or native_id, revision, nobody(native_id)
    )


def _in_turn(ids: Collection[str], turn: str, most: int) -> list[str]:
    """The ids that come after the one whose turn it was, around the circle."""
    ordered = sorted(ids)
    place = bisect_right(ordered, turn)
    return [*ordered[place:], *ordered[:place]][:most]


def _remembered(
    memory: Memory,
    met: Iterable[ReviewEvent],
    withdrawn: Iterable[ReviewEvent],
    poll: Poll,
    now: datetime,
) -> Memory:
    """The memory after a look; the very same if nothing changed."""
    after = dict(memory)
    for event in met:
        known, said = memory.get(event.native_id), verdict(event, memory, poll)
        if said is not Verdict.KNOWN:
            after[event.native_id] = Seen(
                mark(event),
                stamp(event.occurred_at)
                if event.occurred_at
                else known.at
                if known
                else stamp(now),
                edition(event),
                thread="" if event.native_thread == event.native_id else event.native_thread,
                noted=said is Verdict.NOTED,
                gone=event.kind is EventKind.WITHDRAWN,
                undated=event.occurred_at is None and (known is None or known.undated),
            )
    for event in withdrawn:
        after[event.native_id] = replace(memory[event.native_id], mark=mark(event), gone=True)
    if after == memory:
        return memory
    newest = sorted(after, key=lambda id: (after[id].at, id), reverse=True)[:REMEMBERED]
    return {id: after[id] for id in newest}


def _timed(poll: Poll, trouble: Trouble | None, now: datetime) -> Poll:
    """The timetable after a look: as planned, or later and later while the platform fails."""
    polled = replace(poll, polled_at=now, trouble=trouble, failures=0, wait_until=None)
    if trouble is None:
        return polled
    wait = max(
        poll.every,
        min(LONGEST_WAIT, poll.every * 2 ** min(poll.failures, 12)),
        trouble.retry_after or 0,
    )
    asked_to = later(now, trouble.retry_after) if trouble.retry_after else None
    return replace(
        polled, failures=poll.failures + 1, poll_at=later(now, wait), wait_until=asked_to
    )


def following(planned: datetime, every: int, now: datetime) -> datetime:
    """When to look again after a look that was planned for one moment and begins at another.

    It keeps to the grid of the plan, so that a scheduler's delays do not add up, unless that would
    ask the platform too soon.
    """
    on_grid = later(planned, every)
    return on_grid if on_grid - now >= timedelta(seconds=0.9 * every) else later(now, every)
