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

from heard.clock import add_seconds, format_time
from heard.connectors import Connection, Rejection, ReviewGone, ReviewPage, load
from heard.connectors.parsing import anonymous_author
from heard.errors import HeardError, PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent, time_revision

MAX_PAGES: Final = 5
"""How many pages of reviews one look reads."""
MAX_SUSPECTS: Final = 10
"""How many reviews that should have been on those pages one look re-reads."""
MAX_REREADS: Final = 5
"""How many others it re-reads, in turn."""
MAX_FAILED_REREADS: Final = 2
"""How many re-readings may fail before a look leaves the rest for the next."""
MAX_REMEMBERED: Final = 1_000
"""How many reviews of a connection are remembered: the newest.

It must be more than `PAGES` pages hold.
"""
MAX_CURSORS: Final = 8
"""How many places to resume from are kept before the latest page waits until one is done."""
MAX_WAIT_SECONDS: Final = 3600
"""How many seconds a connection that keeps failing waits at most, unless the platform asks for
longer.
"""
LOOKBACK: Final = timedelta(days=1)
"""How much older than its connection a review may be and still be answered."""

_CONTENT_KINDS: Final = frozenset({EventKind.CREATED, EventKind.EDITED})

_REJECTION_MESSAGES: Final[Mapping[str, str]] = {
    "unauthorized": "The platform refuses the connection's credentials, or what they may do.",
    "no_credentials": "The connection has no credentials to ask with.",
    "gone": "The platform does not know what the connection's settings name.",
    "moved": "The address in the connection's settings has moved.",
    "bad_address": "The address in the connection's settings cannot be used.",
}
"""Refusals in our own words: a platform's could quote a customer."""


@dataclass(frozen=True, slots=True)
class SeenReview:
    """What is remembered of a review.

    `mark` stands for what it said, `edition` for the revision that the platform gave it, `at` for
    when.

    `noted` ones were too old to be answered, `gone` ones were taken back, `undated` ones have the
    time when we saw them as `at`. `thread` is the platform's thread id where it is not the review's
    own.
    """

    state_hash: str
    at: str
    revision_hash: str = ""
    thread: str = ""
    too_old: bool = False
    gone: bool = False
    undated: bool = False


type Memory = Mapping[str, SeenReview]
"""What is remembered of a connection's reviews, by the platform's ids."""


@dataclass(frozen=True, slots=True)
class PollFailure:
    """Why a look ended early.

    A code, our own words, and the seconds that the platform asks us to wait.
    """

    code: str
    message: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class PollState:
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
    started: bool = False
    cursors: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    last_reread: str = ""
    rescan: bool = False
    failures: int = 0
    polled_at: datetime | None = None
    wait_until: datetime | None = None
    last_failure: PollFailure | None = None
    version: int = 0


class ReviewSource(Protocol):
    """One connection's platform, as a look needs it; every call may raise PlatformUnavailable."""

    @property
    def can_fetch(self) -> bool:
        """Whether a review can be re-read by its id."""
        ...

    def recent(self, cursor: str | None) -> ReviewPage | Rejection:
        """A page of the latest reviews, newest first."""
        ...

    def fetch(self, native_id: str) -> ReviewEvent | ReviewGone | None:
        """A review as it is now; None when it cannot be read."""
        ...


class ReviewStatus(StrEnum):
    """What a review on a page is to us."""

    NEW = "new"
    CHANGED = "changed"
    TOO_OLD = "noted"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one look found.

    The `events` to queue, oldest first, the `memory` after it, and where polling stands then.

    `found` counts the reviews that the platform showed, `problems` what could not be read.
    """

    events: tuple[ReviewEvent, ...]
    memory: Memory
    state: PollState
    review_count: int
    problems: int


def poll_interval(connection: Connection) -> int | None:
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


def state_hash(event: ReviewEvent) -> str:
    """What stands for a review's state in the memory: equal marks say the same.

    A page and a re-reading may disagree on whether the same words are new or an edit; that makes no
    difference here.
    """
    kind = "said" if event.kind in _CONTENT_KINDS else event.kind.value
    return hashlib.sha256(
        "\x1f".join((event.revision, event.digest, kind)).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]


def revision_hash(event: ReviewEvent) -> str:
    """What stands for an event's revision in the memory."""
    return hashlib.sha256(event.revision.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def with_later_revision(event: ReviewEvent, memory: Memory, now: datetime) -> ReviewEvent:
    """The event with a revision that sorts after those before it.

    Some platforms change a review's words and not its date, and one that was gone can be shown
    again as it was. The platform was read just now, so that now is the date of that; `now` is no
    later than the reading, or it would sort after the edit that comes next.
    """
    known = memory.get(event.native_id)
    undated = (
        known is not None
        and (known.gone or known.revision_hash == revision_hash(event))
        and known.state_hash != state_hash(event)
    )
    return as_edit_now(event, now) if undated and event.kind in _CONTENT_KINDS else event


def as_edit_now(event: ReviewEvent, now: datetime) -> ReviewEvent:
    """What a review says now, as an edit of this moment, or of the next if the platform's clock is
    ahead.
    """
    return replace(
        event, revision=max(time_revision(now), f"{event.revision}~"), kind=EventKind.EDITED
    )


def review_status(event: ReviewEvent, memory: Memory, state: PollState) -> ReviewStatus:
    """What an event is, given what is remembered.

    One that the platform does not date counts as old in the first look at a connection, and as new
    in every later one.
    """
    if known := memory.get(event.native_id):
        return ReviewStatus.KNOWN if known.state_hash == state_hash(event) else ReviewStatus.CHANGED
    if event.occurred_at is None:
        return ReviewStatus.NEW if state.started else ReviewStatus.TOO_OLD
    return ReviewStatus.NEW if event.occurred_at >= state.since else ReviewStatus.TOO_OLD


def run_poll(
    state: PollState,
    memory: Memory,
    source: ReviewSource,
    clock: Callable[[], datetime],
    *,
    seconds: float = math.inf,
) -> PollResult:
    """One look at a platform. After `seconds` nothing more is asked.

    The next look goes on from there.

    Whatever goes wrong at the platform ends the look and is its `trouble`; what was found until
    then counts.
    """
    started_at = clock()
    run = _PollRun(state, memory, source, lambda: (clock() - started_at).total_seconds() >= seconds)
    run.read_pages()
    if run.failure is None and source.can_fetch:
        run.reread_reviews()
    now = clock()
    new_events = [
        event
        for event in reversed(run.reviews.values())
        if review_status(event, memory, state) in {ReviewStatus.NEW, ReviewStatus.CHANGED}
    ]
    events = [with_later_revision(event, memory, started_at) for event in new_events]
    withdrawals = [_withdrawal(native_id, memory[native_id], now) for native_id in run.gone_ids]
    cursors, reached = tuple(zip(*run.cursors, strict=True)) or ((), ())
    after = replace(
        state,
        started=state.started or run.pages > 0,
        cursors=cursors,
        reached=reached,
        last_reread=run.last_reread,
        rescan=run.rescan,
    )
    return PollResult(
        events=(*events, *(event for event in withdrawals if not memory[event.native_id].too_old)),
        memory=_update_memory(memory, run.reviews.values(), withdrawals, state, now),
        state=_schedule_next(after, run.failure, now),
        review_count=len(run.reviews),
        problems=run.problems,
    )


@dataclass(slots=True)
class _PollRun:
    """A look while it is taken.

    `met` holds the latest state of each review that was met, `spans` the times that unbroken pages
    covered.
    """

    state: PollState
    memory: Memory
    source: ReviewSource
    out_of_time: Callable[[], bool]
    reviews: dict[str, ReviewEvent] = field(default_factory=dict[str, ReviewEvent])
    gone_ids: list[str] = field(default_factory=list[str])
    spans: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    cursors: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    last_reread: str = ""
    cursor_expired: bool = False
    request_count: int = 0
    pages: int = 0
    problems: int = 0
    failure: PollFailure | None = None

    def read_pages(self) -> None:
        """The latest pages, then those at which earlier looks had to stop."""
        self.cursors, self.last_reread = (
            list(zip_longest(self.state.cursors, self.state.reached, fillvalue="~")),
            self.state.last_reread,
        )
        if len(self.cursors) < MAX_CURSORS:
            self._read_from(None, "~")
        while self.cursors and not self._must_stop():
            self._read_from(*self.cursors.pop(0))

    def reread_reviews(self) -> None:
        """Some remembered reviews that were not met.

        Those that should have been on the pages, then others in turn.
        """
        candidates = {
            id: seen for id, seen in self.memory.items() if id not in self.reviews and not seen.gone
        }
        missing = {
            id
            for id, seen in candidates.items()
            if not seen.undated and any(old < seen.at < new for old, new in self.spans)
        }
        failed_count = 0
        for native_id in (
            *_next_in_turn(missing, self.last_reread, MAX_SUSPECTS),
            *_next_in_turn(candidates.keys() - missing, self.last_reread, MAX_REREADS),
        ):
            if self.failure or failed_count == MAX_FAILED_REREADS or self.out_of_time():
                return
            self.last_reread = native_id
            result = _call_platform(lambda native_id=native_id: self.source.fetch(native_id))
            if isinstance(result, PollFailure):
                # One review that cannot be read must not keep the others waiting; a platform that
                # asks us to wait is heard.
                self.failure = result if result.retry_after is not None else None
                self.problems += 1
                failed_count += 1
            elif isinstance(result, ReviewGone):
                self.gone_ids.append(native_id)
            elif result is not None and result.native_id == native_id:
                self._keep_latest(result.normalize())

    @property
    def rescan(self) -> bool:
        """Whether the next look reads past known pages too.

        A cursor was lost, and what it stood for has not been reached again.
        """
        return self.cursor_expired or (
            self.state.rescan and (bool(self.cursors) or self.failure is not None or not self.pages)
        )

    def _must_stop(self) -> bool:
        return self.failure is not None or self.request_count == MAX_PAGES or self.out_of_time()

    def _read_from(self, cursor: str | None, reached: str) -> None:
        """Pages from one place on, until one holds nothing new.

        Where it has to stop earlier the place is kept.

        A place that is a page's number moves with each new review, so that it may begin with what
        had been `reached` before.
        """
        newest, oldest, started = ("~" if cursor is None else ""), "~", cursor
        resume_at = (cursor, reached) if cursor else None
        while True:
            if self._must_stop():
                self.cursors[:0] = [resume_at] if resume_at else []
                break
            self.request_count += 1
            page = _call_platform(lambda at=cursor: self.source.recent(at))
            if (
                isinstance(page, Rejection)
                and cursor
                and page.reason not in {"unauthorized", "no_credentials"}
            ):
                # Cursors can expire. What lay beyond is found again from the top, past the pages
                # that are known.
                self.cursor_expired = True
                self.cursors.clear()
                break
            if not isinstance(page, ReviewPage):
                self.failure = _failure_of(page) if isinstance(page, Rejection) else page
                continue
            self.pages += 1
            self.problems += len(page.problems)
            events = [
                event.normalize() for event in page.events if event.kind is not EventKind.TEST
            ]
            dated = [format_time(event.occurred_at) for event in events if event.occurred_at]
            newest, oldest = max([newest, *dated]), min([oldest, *dated])
            overlap = bool(dated) and min(dated) >= reached
            has_more = overlap or self._has_news(
                events,
                rescan=self.state.rescan and (started is not None or not self.state.cursors),
            )
            for event in events:
                self._keep_latest(event)
            cursor, resume_at = (
                page.next_cursor,
                (page.next_cursor, min(oldest, reached)) if page.next_cursor and has_more else None,
            )
            if cursor is None or not (has_more or self._is_undated_first_poll(events)):
                break
        self.spans.append((oldest, newest))

    def _has_news(self, events: Sequence[ReviewEvent], *, rescan: bool) -> bool:
        fresh = any(
            review_status(event, self.memory, self.state)
            in {ReviewStatus.NEW, ReviewStatus.CHANGED}
            for event in events
        )
        return fresh or (
            rescan
            and any(
                event.occurred_at is None or event.occurred_at >= self.state.since
                for event in events
            )
        )

    def _is_undated_first_poll(self, events: Sequence[ReviewEvent]) -> bool:
        """Whether this first look goes on only to know old reviews later, since the platform does
        not date them.
        """
        return not self.state.started and any(event.occurred_at is None for event in events)

    def _keep_latest(self, event: ReviewEvent) -> None:
        known = self.reviews.get(event.native_id)
        if known is None or (known.revision, known.digest) < (event.revision, event.digest):
            self.reviews[event.native_id] = event


def _call_platform[Found](request: Callable[[], Found]) -> Found | PollFailure:
    """What a platform answers.

    Whatever goes wrong, our own mistakes included, is the trouble of this connection alone.
    """
    try:
        return request()
    except PlatformUnavailable as unavailable:
        return PollFailure(unavailable.code, unavailable.detail, unavailable.retry_after)
    except HeardError as error:
        return PollFailure(error.code, error.detail)
    except Exception as mistake:  # noqa: BLE001 - a connector that cannot read an answer must not stop the polling of others
        place = traceback.extract_tb(mistake.__traceback__)[-1]
        return PollFailure(
            "internal",
            f"A mistake of Heard's own: {type(mistake).__name__} in {place.name}, line "
            f"{place.lineno}.",
        )


def _failure_of(rejection: Rejection) -> PollFailure:
    return PollFailure(
        rejection.reason,
        _REJECTION_MESSAGES.get(rejection.reason, "The platform refuses to be asked for reviews."),
    )


def _withdrawal(native_id: str, known: SeenReview, now: datetime) -> ReviewEvent:
    # No tombstone: a review that a platform took down can be shown again, and must then be answered
    # (R01). Its clock may be ahead of ours.
    revision = max(time_revision(now), f"{known.at}~")
    return ReviewEvent(
        EventKind.WITHDRAWN,
        native_id,
        known.thread or native_id,
        revision,
        anonymous_author(native_id),
    )


def _next_in_turn(ids: Collection[str], last_id: str, limit: int) -> list[str]:
    """The ids that come after the one whose turn it was, around the circle."""
    ordered = sorted(ids)
    place = bisect_right(ordered, last_id)
    return [*ordered[place:], *ordered[:place]][:limit]


def _update_memory(
    memory: Memory,
    events: Iterable[ReviewEvent],
    withdrawals: Iterable[ReviewEvent],
    state: PollState,
    now: datetime,
) -> Memory:
    """The memory after a look; the very same if nothing changed."""
    updated = dict(memory)
    for event in events:
        known, status = memory.get(event.native_id), review_status(event, memory, state)
        if status is not ReviewStatus.KNOWN:
            updated[event.native_id] = SeenReview(
                state_hash(event),
                format_time(event.occurred_at)
                if event.occurred_at
                else known.at
                if known
                else format_time(now),
                revision_hash(event),
                thread="" if event.native_thread == event.native_id else event.native_thread,
                too_old=status is ReviewStatus.TOO_OLD,
                gone=event.kind is EventKind.WITHDRAWN,
                undated=event.occurred_at is None and (known is None or known.undated),
            )
    for event in withdrawals:
        updated[event.native_id] = replace(
            memory[event.native_id], state_hash=state_hash(event), gone=True
        )
    if updated == memory:
        return memory
    newest = sorted(updated, key=lambda id: (updated[id].at, id), reverse=True)[:MAX_REMEMBERED]
    return {id: updated[id] for id in newest}


def _schedule_next(state: PollState, failure: PollFailure | None, now: datetime) -> PollState:
    """The timetable after a look: as planned, or later and later while the platform fails."""
    updated = replace(state, polled_at=now, last_failure=failure, failures=0, wait_until=None)
    if failure is None:
        return updated
    wait = max(
        state.every,
        min(MAX_WAIT_SECONDS, state.every * 2 ** min(state.failures, 12)),
        failure.retry_after or 0,
    )
    wait_until = add_seconds(now, failure.retry_after) if failure.retry_after else None
    return replace(
        updated, failures=state.failures + 1, poll_at=add_seconds(now, wait), wait_until=wait_until
    )


def next_poll_at(planned: datetime, every: int, now: datetime) -> datetime:
    """When to look again after a look that was planned for one moment and begins at another.

    It keeps to the grid of the plan, so that a scheduler's delays do not add up, unless that would
    ask the platform too soon.
    """
    on_grid = add_seconds(planned, every)
    return on_grid if on_grid - now >= timedelta(seconds=0.9 * every) else add_seconds(now, every)
