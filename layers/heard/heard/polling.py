"""Polling: what is new, changed or gone on a platform, what to remember of it, when to ask again.

Owns one poll (`run_poll`), the memory of the reviews that polls saw, and the timetable. Knows no
storage and no queue. The caller of `run_poll` queues its events first, then stores the poll state,
and the memory last. So a run that stops anywhere is simply run again.

Platforms list reviews newest first. A poll reads on towards older pages for as long as a page holds
something new. Where it has to stop, it leaves a cursor. Of a list that runs oldest first, it reads
every page. The next poll goes on at the cursor, and begins anew once the end was reached.

Silent edits and deletions are found by reading remembered reviews again by their ids: those that
the pages should have shown and did not, and a few others, in turn.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import traceback
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from heard.clock import add_seconds, format_time
from heard.commitments import VERSION_2, digest_of_version_1
from heard.connectors import Connection, Rejection, ReviewGone, ReviewPage, load
from heard.connectors.parsing import anonymous_author
from heard.errors import HeardError, PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent, time_revision

MAX_PAGES: Final = 5
"""How many pages of reviews one poll reads."""
MAX_FORWARD_PAGES: Final = 10
"""How many pages one poll reads of a list that runs oldest first."""
MAX_SUSPECTS: Final = 10
"""How many reviews one poll reads again because they should have been on those pages."""
MAX_REREADS: Final = 5
"""How many other remembered reviews one poll reads again, in turn."""
MAX_FAILED_REREADS: Final = 2
"""How many of these reads may fail before a poll leaves the rest for the next poll."""
MAX_REMEMBERED: Final = 1_000
"""How many reviews of a connection are remembered: the newest.

It must be more than `MAX_PAGES` pages hold.
"""
MAX_CURSORS: Final = 8
"""How many cursors are kept. With all of them taken, the latest page waits until one is done."""
MAX_WAIT_SECONDS: Final = 3600
"""How many seconds a failing connection waits at most, if the platform does not ask for more."""
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
"""Rejections in our own words: a platform's words could quote a customer."""

_CREDENTIAL_REASONS: Final = frozenset({"unauthorized", "no_credentials"})


@dataclass(frozen=True, slots=True)
class SeenReview:
    """What is remembered of a review.

    `state_hash` stands for what it said, `revision_hash` for the revision that the platform gave
    it, and `at` is when it was written. `thread` is the platform's id of its thread, if that is not
    the review's own id. `too_old` ones are not answered, `gone` ones were withdrawn. For `undated`
    ones `at` is when we first saw them. Of an `erased` author's review nothing is remembered but
    its revision.
    """

    state_hash: str
    at: str
    revision_hash: str = ""
    thread: str = ""
    too_old: bool = False
    gone: bool = False
    undated: bool = False
    erased: bool = False


type Memory = Mapping[str, SeenReview]
"""What is remembered of a connection's reviews, by the platform's ids."""


@dataclass(frozen=True, slots=True)
class PollFailure:
    """Why a poll ended early: a code, and our own words.

    `retry_after` is how many seconds the platform asks us to wait, if it does.
    """

    code: str
    message: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a platform's list where a poll had to stop.

    `place` is the platform's own cursor. `reached` is the time of the oldest review above it that
    was read, if one had a date. A place that is a page's number moves with each new review. So a
    page at it may begin with reviews that were read before; the next page then counts as new.
    `forward` says that the list runs oldest first, and that the rest of it comes before its start.
    """

    place: str
    reached: str | None = None
    forward: bool = False


@dataclass(frozen=True, slots=True)
class PollState:
    """How far the polls of a connection have read, and when the next one is due.

    `every` is how many seconds lie between two polls. Reviews before `since` are not answered.
    The memory's hashes are made with `mark_key`, which nobody else knows: see `state_hash`.
    `started` is False until a page was read. `cursors` are the places to read on from, the newest
    first. `last_reread` is the review that was read again last. With `rescan` known pages are read
    past as well, because the platform forgot a cursor. A platform that asked us to wait may be
    asked again at `wait_until`. `business` is whose connection it is; empty in states of an earlier
    release until their next poll.
    """

    connection: str
    platform: str
    every: int
    since: datetime
    poll_at: datetime
    started: bool = False
    cursors: tuple[Cursor, ...] = ()
    last_reread: str = ""
    rescan: bool = False
    failures: int = 0
    polled_at: datetime | None = None
    wait_until: datetime | None = None
    last_failure: PollFailure | None = None
    mark_key: bytes = b""
    version: int = 0
    business: str = ""


class ReviewSource(Protocol):
    """One connection's platform, as a poll needs it. Every call may raise PlatformUnavailable."""

    @property
    def can_fetch(self) -> bool:
        """Whether a review can be read again by its id."""
        ...

    def recent(self, cursor: str | None) -> ReviewPage | Rejection:
        """A page of the latest reviews, newest first."""
        ...

    def fetch(self, native_id: str) -> ReviewEvent | ReviewGone | None:
        """A review as it is now; None when it cannot be read."""
        ...


class ReviewStatus(StrEnum):
    """What a review on a page is, compared with the memory."""

    NEW = "new"
    CHANGED = "changed"
    TOO_OLD = "too_old"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll found: the `events` to queue, the oldest first.

    `memory` and `state` are what they are after it. `review_count` counts the reviews that the
    platform showed, `problems` the entries that could not be read.
    """

    events: tuple[ReviewEvent, ...]
    memory: Memory
    state: PollState
    review_count: int
    problems: int


def poll_interval(connection: Connection) -> int | None:
    """How many seconds lie between two polls of a connection. None if it is not polled.

    A platform that asks for credentials is not polled without them.
    """
    capabilities = load(connection.platform).capabilities
    return (
        capabilities.poll_seconds
        if connection.has_credentials or not capabilities.credentials
        else None
    )


def state_hash(event: ReviewEvent, key: bytes) -> str:
    """The hash that the memory holds of a review's state. Equal hashes mean equal states.

    It is made with the connection's random `key`, so that nobody can guess words from it. The list
    and a single review may disagree on whether the same words are new or an edit. That makes no
    difference here.
    """
    message = _state_message(event, event.content)
    return VERSION_2 + hmac.new(key, message, "sha256").hexdigest()[:16]


def is_same_state(event: ReviewEvent, seen_review: SeenReview, key: bytes) -> bool:
    """Whether an event says what is remembered. Older releases remembered hashes without a key."""
    if seen_review.erased:
        return seen_review.revision_hash == revision_hash(event)
    if seen_review.state_hash.startswith(VERSION_2):
        return seen_review.state_hash == state_hash(event, key)
    message = _state_message(event, digest_of_version_1(event.content))
    return seen_review.state_hash == hashlib.sha256(message).hexdigest()[:16]


def _state_message(event: ReviewEvent, content: str) -> bytes:
    kind = "said" if event.kind in _CONTENT_KINDS else event.kind.value
    return "\x1f".join((event.revision, content, kind)).encode("utf-8", "surrogatepass")


def revision_hash(event: ReviewEvent) -> str:
    """The hash that the memory holds of an event's revision."""
    return hashlib.sha256(event.revision.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def with_later_revision(
    event: ReviewEvent, memory: Memory, key: bytes, now: datetime
) -> ReviewEvent:
    """The event with a revision that sorts after those before it.

    Some platforms change a review's words and not its date, and one that was gone can be shown
    again as it was. Then the date is now, since the platform was just asked. `now` is no later than
    the request: else the event would sort after the edit that comes next.
    """
    seen_review = memory.get(event.native_id)
    undated = (
        seen_review is not None
        and (seen_review.gone or seen_review.revision_hash == revision_hash(event))
        and not is_same_state(event, seen_review, key)
    )
    return as_edit_now(event, now) if undated and event.kind in _CONTENT_KINDS else event


def as_edit_now(event: ReviewEvent, now: datetime) -> ReviewEvent:
    """What a review says now, as an edit of now, or just after it if the platform is ahead."""
    return replace(
        event, revision=max(time_revision(now), f"{event.revision}~"), kind=EventKind.EDITED
    )


def review_status(event: ReviewEvent, memory: Memory, state: PollState) -> ReviewStatus:
    """What an event is, compared with the memory.

    A review without a date counts as old in the first poll of a connection, as new in later ones.
    """
    if seen_review := memory.get(event.native_id):
        is_same = is_same_state(event, seen_review, state.mark_key)
        return ReviewStatus.KNOWN if is_same else ReviewStatus.CHANGED
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
    """Poll a platform once. After `seconds` nothing is asked; the next poll goes on from there.

    Whatever goes wrong at the platform ends the poll and becomes its state's `last_failure`. What
    was found until then counts.
    """
    started_at = clock()
    run = _PollRun(state, memory, source, lambda: (clock() - started_at).total_seconds() >= seconds)
    run.read_pages()
    if run.failure is None and source.can_fetch:
        run.reread_reviews()
    now = clock()
    new_events = [
        event
        for event in (run.reviews.values() if run.runs_forward else reversed(run.reviews.values()))
        if review_status(event, memory, state) in {ReviewStatus.NEW, ReviewStatus.CHANGED}
    ]
    events = [
        with_later_revision(event, memory, state.mark_key, started_at) for event in new_events
    ]
    withdrawals = [_withdrawal(native_id, memory[native_id], now) for native_id in run.gone_ids]
    after = replace(
        state,
        started=state.started or run.pages > 0,
        cursors=tuple(run.cursors),
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


@dataclass(frozen=True, slots=True)
class PageContent:
    """What one page of reviews holds, and whether the page after it is worth reading."""

    events: tuple[ReviewEvent, ...]
    oldest: str | None
    newest: str | None
    has_more: bool


def examine_page(
    page: ReviewPage, reached: str | None, memory: Memory, state: PollState, *, rescan: bool
) -> PageContent:
    """What a page holds, given how far back was `reached` before at its place.

    The next page is worth reading if something here is new or changed. It is also worth reading if
    all of this page was read before, because then new reviews have moved the pages. With `rescan`
    anything that may be answered is reason enough.
    """
    events = tuple(event.normalize() for event in page.events if event.kind is not EventKind.TEST)
    times = [format_time(event.occurred_at) for event in events if event.occurred_at]
    oldest, newest = min(times, default=None), max(times, default=None)
    was_read_before = oldest is not None and reached is not None and oldest >= reached
    has_news = any(
        review_status(event, memory, state) in {ReviewStatus.NEW, ReviewStatus.CHANGED}
        for event in events
    )
    is_recent = any(
        event.occurred_at is None or event.occurred_at >= state.since for event in events
    )
    return PageContent(
        events, oldest, newest, has_more=was_read_before or has_news or (rescan and is_recent)
    )


@dataclass(slots=True)
class _Span:
    """The time that unbroken pages covered. `from_top` says that they began with the latest one."""

    from_top: bool
    oldest: str | None = None
    newest: str | None = None

    def add(self, page: PageContent) -> None:
        self.oldest = _earlier(self.oldest, page.oldest)
        self.newest = max((time for time in (self.newest, page.newest) if time), default=None)

    def covers(self, time: str) -> bool:
        """Whether a review of this time should have been on the pages."""
        if self.oldest is None or time <= self.oldest:
            return False
        return self.from_top or (self.newest is not None and time < self.newest)


def _earlier(time: str | None, other: str | None) -> str | None:
    return min((value for value in (time, other) if value), default=None)


@dataclass(slots=True)
class _PollRun:
    """A poll while it runs.

    `reviews` holds the latest state of each review that the platform showed.
    """

    state: PollState
    memory: Memory
    source: ReviewSource
    out_of_time: Callable[[], bool]
    reviews: dict[str, ReviewEvent] = field(default_factory=dict[str, ReviewEvent])
    gone_ids: list[str] = field(default_factory=list[str])
    spans: list[_Span] = field(default_factory=list[_Span])
    cursors: list[Cursor] = field(default_factory=list[Cursor])
    last_reread: str = ""
    cursor_expired: bool = False
    request_count: int = 0
    pages: int = 0
    problems: int = 0
    failure: PollFailure | None = None
    runs_forward: bool = False

    def read_pages(self) -> None:
        """Read the latest pages, then those at which earlier polls had to stop."""
        self.cursors, self.last_reread = list(self.state.cursors), self.state.last_reread
        if self.cursors and self.cursors[0].forward:
            return self._read_from(self.cursors.pop(0))
        if len(self.cursors) < MAX_CURSORS:
            self._read_from(None)
        while self.cursors and not self.runs_forward and not self._must_stop():
            self._read_from(self.cursors.pop(0))
        return None

    def reread_reviews(self) -> None:
        """Read some remembered reviews that the pages did not show.

        Those that the pages should have shown come first, then others in turn.
        """
        candidates = {
            id: seen_review
            for id, seen_review in self.memory.items()
            if id not in self.reviews and not seen_review.gone
        }
        missing = {
            id
            for id, seen_review in candidates.items()
            if not seen_review.undated and any(span.covers(seen_review.at) for span in self.spans)
        }
        failed_count = 0
        for native_id in (
            *_next_in_turn(missing, self.last_reread, MAX_SUSPECTS),
            *_next_in_turn(candidates.keys() - missing, self.last_reread, MAX_REREADS),
        ):
            if self.failure or failed_count == MAX_FAILED_REREADS or self.out_of_time():
                return
            self.last_reread = native_id
            result = _call_platform(partial(self.source.fetch, native_id))
            if isinstance(result, PollFailure):
                # One review that cannot be read must not delay the others. Only a platform that
                # asks us to wait ends the poll.
                self.failure = result if result.retry_after is not None else None
                self.problems += 1
                failed_count += 1
            elif isinstance(result, ReviewGone):
                self.gone_ids.append(native_id)
            elif result is not None and result.native_id == native_id:
                self._keep_latest(result.normalize())

    @property
    def rescan(self) -> bool:
        """Whether the next poll reads past known pages too.

        A cursor was lost, and its place has not been reached again.
        """
        return self.cursor_expired or (
            self.state.rescan and (bool(self.cursors) or self.failure is not None or not self.pages)
        )

    def _must_stop(self) -> bool:
        most_pages = MAX_FORWARD_PAGES if self.runs_forward else MAX_PAGES
        return self.failure is not None or self.request_count >= most_pages or self.out_of_time()

    def _read_from(self, start: Cursor | None) -> None:
        """Read pages from a place on, until one has nothing new. None is the top of the list.

        If the poll has to stop earlier, a cursor is kept.
        """
        place, reached = (start.place, start.reached) if start else (None, None)
        resume_at = start
        rescan = self.state.rescan and (start is not None or not self.state.cursors)
        span = _Span(from_top=start is None)
        while not self._must_stop():
            self.request_count += 1
            response = _call_platform(partial(self.source.recent, place))
            if (
                isinstance(response, Rejection)
                and place
                and response.reason not in _CREDENTIAL_REASONS
            ):
                # Cursors can expire. What lay beyond is found again from the top, past the pages
                # that are known.
                self.cursor_expired, resume_at = True, None
                self.cursors.clear()
                break
            if not isinstance(response, ReviewPage):
                self.failure = (
                    _failure_of(response) if isinstance(response, Rejection) else response
                )
                break
            self.pages += 1
            self.runs_forward = response.oldest_first
            self.problems += len(response.problems)
            page = examine_page(response, reached, self.memory, self.state, rescan=rescan)
            span.add(page)
            for event in page.events:
                self._keep_latest(event)
            place = response.next_cursor
            has_more = page.has_more or response.oldest_first
            resume_at = (
                Cursor(place, _earlier(span.oldest, reached), forward=response.oldest_first)
                if place and has_more
                else None
            )
            if place is None or not (has_more or self._is_undated_first_poll(page.events)):
                break
        if resume_at:
            self.cursors.insert(0, resume_at)
        if self.runs_forward:
            # The latest review is on the last page, which was read or not.
            span.from_top = resume_at is None
        self.spans.append(span)

    def _is_undated_first_poll(self, events: Sequence[ReviewEvent]) -> bool:
        """Whether this is the first poll of a platform that does not date its reviews.

        It reads on only so that later polls know the old reviews.
        """
        return not self.state.started and any(event.occurred_at is None for event in events)

    def _keep_latest(self, event: ReviewEvent) -> None:
        other = self.reviews.get(event.native_id)
        if other is None or (other.revision, other.content) < (event.revision, event.content):
            self.reviews[event.native_id] = event


def _call_platform[Result](request: Callable[[], Result]) -> Result | PollFailure:
    """What a request to a platform returns, or why it failed.

    Whatever goes wrong, our own mistakes included, is a failure of this connection alone.
    """
    try:
        return request()
    except PlatformUnavailable as unavailable:
        return PollFailure(unavailable.code, unavailable.detail, unavailable.retry_after)
    except HeardError as error:
        return PollFailure(error.code, error.detail)
    except Exception as mistake:  # noqa: BLE001 - a broken connector must not stop the others' polls
        frame = traceback.extract_tb(mistake.__traceback__)[-1]
        return PollFailure(
            "internal",
            f"A mistake of Heard's own: {type(mistake).__name__} in {frame.name}, line "
            f"{frame.lineno}.",
        )


def _failure_of(rejection: Rejection) -> PollFailure:
    return PollFailure(
        rejection.reason,
        _REJECTION_MESSAGES.get(rejection.reason, "The platform refuses to be asked for reviews."),
    )


def _withdrawal(native_id: str, seen_review: SeenReview, now: datetime) -> ReviewEvent:
    # Not final: a review that a platform took down can be shown again, and must then be answered
    # (R01). The platform's clock may be ahead of ours.
    revision = max(time_revision(now), f"{seen_review.at}~")
    return ReviewEvent(
        EventKind.WITHDRAWN,
        native_id,
        seen_review.thread or native_id,
        revision,
        anonymous_author(native_id),
    )


def _next_in_turn(ids: Collection[str], last_id: str, limit: int) -> list[str]:
    """The ids after the last one, in a circle."""
    ordered = sorted(ids)
    start = bisect_right(ordered, last_id)
    return [*ordered[start:], *ordered[:start]][:limit]


def _update_memory(
    memory: Memory,
    events: Iterable[ReviewEvent],
    withdrawals: Iterable[ReviewEvent],
    state: PollState,
    now: datetime,
) -> Memory:
    """The memory after a poll. It is the same object if nothing changed."""
    updated = dict(memory)
    for event in events:
        seen_review, status = memory.get(event.native_id), review_status(event, memory, state)
        if status is not ReviewStatus.KNOWN or (seen_review and _is_of_version_1(seen_review)):
            updated[event.native_id] = SeenReview(
                state_hash(event, state.mark_key),
                format_time(event.occurred_at)
                if event.occurred_at
                else seen_review.at
                if seen_review
                else format_time(now),
                revision_hash(event),
                thread="" if event.native_thread == event.native_id else event.native_thread,
                too_old=status is ReviewStatus.TOO_OLD
                or (
                    status is ReviewStatus.KNOWN and seen_review is not None and seen_review.too_old
                ),
                gone=event.kind is EventKind.WITHDRAWN,
                undated=event.occurred_at is None and (seen_review is None or seen_review.undated),
            )
    for event in withdrawals:
        updated[event.native_id] = replace(
            memory[event.native_id], state_hash=state_hash(event, state.mark_key), gone=True
        )
    if updated == memory:
        return memory
    newest = sorted(updated, key=lambda id: (updated[id].at, id), reverse=True)[:MAX_REMEMBERED]
    return {id: updated[id] for id in newest}


def _is_of_version_1(seen_review: SeenReview) -> bool:
    return not seen_review.erased and not seen_review.state_hash.startswith(VERSION_2)


def _schedule_next(state: PollState, failure: PollFailure | None, now: datetime) -> PollState:
    """The state after a poll: next time as planned, or ever later while the platform fails."""
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
    """When the next poll is due, after one that was planned for `planned` and begins at `now`.

    It keeps to the plan's grid, so that a scheduler's delays do not add up. If that were too soon
    for the platform, it counts from now.
    """
    on_grid = add_seconds(planned, every)
    return on_grid if on_grid - now >= timedelta(seconds=0.9 * every) else add_seconds(now, every)
