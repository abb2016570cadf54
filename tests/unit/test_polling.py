"""What a poll queues and remembers, whatever happens at the platform or to the run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard import polling
from heard.connectors import Rejection, ReviewGone, ReviewPage
from heard.errors import BadRequest, PlatformUnavailable
from heard.polling import (
    MAX_REMEMBERED,
    MAX_WAIT_SECONDS,
    Cursor,
    Memory,
    PollResult,
    PollState,
    SeenReview,
    next_poll_at,
    run_poll,
    state_hash,
)
from heard.reviews import Author, EventKind, ReviewEvent, number_revision, time_revision
from tests.unit.backend import NOON, FakeClock

SINCE = NOON - timedelta(days=1)
MARK_KEY = b"m" * 16
START = PollState("con-1", "test", 300, SINCE, NOON, mark_key=MARK_KEY)


@dataclass
class Review:
    """A review at the platform. The list is sorted by `at`."""

    at: datetime | None
    revision: int = 1
    deleted: bool = False


@dataclass
class FakePlatform:
    """A platform that lists reviews newest first, three a page, and can re-read one by its id.

    `faults` holds the error that a call raises, by the number of the call. `edits_rise`: an edit
    moves a review to the top of the list.
    """

    edits_rise: bool = False
    reviews: dict[str, Review] = field(default_factory=dict[str, Review])
    faults: dict[int, Exception] = field(default_factory=dict[int, Exception])
    can_fetch: bool = True
    cursor_generation: int = 0
    call_count: int = 0
    listed_states: dict[str, str] = field(default_factory=dict[str, str])
    fetched_ids: list[str] = field(default_factory=list[str])

    def recent(self, cursor: str | None) -> ReviewPage | Rejection:
        self._count_call()
        after, generation = (
            ("~", self.cursor_generation)
            if cursor is None
            else (cursor.split("|")[0], int(cursor.split("|")[1]))
        )
        if generation != self.cursor_generation:
            return Rejection("expired", "This cursor is too old.")
        newest_first = sorted(
            (
                (self._list_position(id), id)
                for id, review in self.reviews.items()
                if not review.deleted
            ),
            reverse=True,
        )
        rest = [(position, id) for position, id in newest_first if position < after]
        events = tuple(self.event(id) for _, id in rest[:3])
        self.listed_states |= {event.native_id: state_hash(event, MARK_KEY) for event in events}
        return ReviewPage(
            events, f"{rest[2][0]}|{self.cursor_generation}" if len(rest) > 3 else None
        )

    def fetch(self, native_id: str) -> ReviewEvent | ReviewGone | None:
        self._count_call()
        self.fetched_ids.append(native_id)
        return ReviewGone.GONE if self.reviews[native_id].deleted else self.event(native_id)

    def event(self, id: str) -> ReviewEvent:
        review = self.reviews[id]
        kind = EventKind.CREATED if review.revision == 1 else EventKind.EDITED
        return ReviewEvent(
            kind,
            id,
            id,
            number_revision(review.revision),
            Author("a"),
            text=f"{id}",
            occurred_at=review.at,
        )

    def _list_position(self, id: str) -> str:
        at = self.reviews[id].at
        return f"{at.isoformat() if at else ''}#{id}"

    def _count_call(self) -> None:
        self.call_count += 1
        if fault := self.faults.pop(self.call_count, None):
            raise fault


@dataclass
class OnePagePlatform:
    """A platform that lists `events` on one page. A review that it does not list is gone."""

    events: list[ReviewEvent]
    can_fetch: bool = True

    def recent(self, cursor: str | None) -> ReviewPage:
        return ReviewPage(tuple(self.events))

    def fetch(self, native_id: str) -> ReviewGone:
        assert self.can_fetch
        return ReviewGone.GONE


@dataclass
class ForwardPlatform(FakePlatform):
    """A platform that lists its reviews oldest first."""

    def recent(self, cursor: str | None) -> ReviewPage:
        self._count_call()
        listed = sorted(
            (self._list_position(id), id)
            for id, review in self.reviews.items()
            if not review.deleted and self._list_position(id) > (cursor or "")
        )[:3]
        events = tuple(self.event(id) for _, id in listed)
        return ReviewPage(events, listed[-1][0] if listed else None, oldest_first=True)


class Poller:
    """The polls of one connection, with storage in memory. `queued` holds all events in order."""

    def __init__(self, platform: Any = None) -> None:
        self.platform, self.clock = platform or FakePlatform(), FakeClock()
        self.state, self.memory = START, dict[str, SeenReview]()
        self.queued: list[ReviewEvent] = []

    def write(self, id: str, *, at: datetime | str | None = "now") -> None:
        self.clock.advance(seconds=1)
        self.platform.reviews[id] = Review(self.clock() if isinstance(at, str) else at)

    def edit(self, id: str) -> None:
        self.clock.advance(seconds=1)
        review = self.platform.reviews[id]
        review.revision += 1
        if self.platform.edits_rise:
            review.at = self.clock()

    def poll_once(self, *, crash_after: str = "", **options: Any) -> PollResult:
        """One run, five minutes later. It may crash after the step `queue` or `finish`."""
        self.clock.advance(minutes=5)
        result = run_poll(self.state, self.memory, self.platform, self.clock, **options)
        self.queued += result.events
        if crash_after != "queue":
            self.state = result.state
            if crash_after != "finish":
                self.memory = dict(result.memory)
        return result

    def ids(self) -> list[str]:
        return [event.native_id for event in self.queued]


def test_a_list_that_runs_oldest_first_is_read_to_its_end_over_several_polls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "MAX_FORWARD_PAGES", 2)
    poller = Poller(ForwardPlatform(edits_rise=True))
    ids = [f"r{number:02}" for number in range(14)]
    for id in ids:
        poller.write(id)
    poller.platform.faults = {4: PlatformUnavailable("It is down.", maybe_applied=False)}

    while len(poller.queued) < len(ids):
        before, calls = len(poller.queued), poller.platform.call_count
        poller.poll_once()
        # Every poll goes on, although all that the first pages hold is known.
        assert len(poller.queued) > before
        assert poller.platform.call_count - calls <= 2 + polling.MAX_REREADS
    assert poller.ids() == ids

    # From the start again: an edit, a new review and a deletion are found within one round.
    poller.edit("r01")
    poller.write("new")
    poller.platform.reviews["r05"].deleted = True
    for _ in range(6):
        poller.poll_once()
    assert sorted(poller.ids()[len(ids) :]) == ["new", "r01", "r05"]


def test_an_edit_without_a_date_gets_the_time_of_the_poll_as_its_revision() -> None:
    first = ReviewEvent(
        EventKind.CREATED,
        "r",
        "r",
        number_revision(1),
        Author("a"),
        text="z is late in the alphabet",
        occurred_at=NOON,
    )
    platform = OnePagePlatform([first], can_fetch=False)
    poller = Poller(platform)
    for text in (None, "a", "m", "b", None):
        if text:
            platform.events = [replace(first, text=text)]
        poller.poll_once()

    revisions = [event.revision for event in poller.queued]
    assert len(revisions) == 4
    assert revisions == sorted(set(revisions))


def test_an_edit_without_a_date_comes_before_a_dated_edit_made_while_the_poll_runs() -> None:
    first = ReviewEvent(
        EventKind.CREATED, "r", "r", time_revision(NOON), Author("a"), text="Good", occurred_at=NOON
    )

    class SlowPlatform(OnePagePlatform):
        """The author edits the review again, with a date, while the page is on its way."""

        def recent(self, cursor: str | None) -> ReviewPage:
            page = super().recent(cursor)
            poller.clock.advance(seconds=10)
            if self.events[0].text == "Not good":
                dated_edit = replace(
                    first,
                    text="They poisoned me",
                    revision=time_revision(poller.clock()),
                    kind=EventKind.EDITED,
                )
                self.events = [dated_edit]
                poller.clock.advance(seconds=10)
            return page

    platform = SlowPlatform([first], can_fetch=False)
    poller = Poller(platform)
    for undated_text in (None, "Not good", None):
        if undated_text:
            platform.events = [replace(first, text=undated_text)]
        poller.poll_once()

    by_revision = sorted(poller.queued, key=lambda event: event.revision)
    assert [event.text for event in by_revision] == ["Good", "Not good", "They poisoned me"]


@pytest.mark.parametrize("clock_ahead", [timedelta(), timedelta(hours=3)])
def test_a_review_that_is_listed_again_sorts_after_its_withdrawal_whatever_the_platforms_clock_says(
    clock_ahead: timedelta,
) -> None:
    review = ReviewEvent(
        EventKind.CREATED,
        "r",
        "r",
        time_revision(NOON + clock_ahead),
        Author("a"),
        text="A mouse",
        occurred_at=NOON + clock_ahead,
    )
    edited_review = replace(review, text="Two mice")
    platform = OnePagePlatform([])
    poller = Poller(platform)
    for events in ([review], [], [review], [edited_review], [edited_review]):
        platform.events = events
        poller.poll_once()

    kinds = [event.kind.value for event in poller.queued]
    assert kinds == ["created", "withdrawn", "edited", "edited"]
    revisions = [event.revision for event in poller.queued]
    # Edits within the time that the platform's clock is ahead have the same revision.
    # `heard.steps.poll` tells them apart.
    assert revisions == sorted(revisions)
    assert revisions[0] < revisions[1]
    assert clock_ahead or len(set(revisions)) == 4


def test_a_review_that_was_edited_while_it_was_not_listed_sorts_after_its_withdrawal() -> None:
    review = ReviewEvent(
        EventKind.CREATED, "r", "r", time_revision(NOON), Author("a"), text="A", occurred_at=NOON
    )
    dated_edit = replace(review, text="B", revision=time_revision(NOON + timedelta(seconds=1)))
    platform = OnePagePlatform([])
    poller = Poller(platform)
    for events in ([review], [], [dated_edit]):
        platform.events = events
        poller.poll_once()

    assert [event.kind.value for event in poller.queued] == ["created", "withdrawn", "edited"]
    assert poller.queued[1].revision < poller.queued[2].revision


actions = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 12)),
    st.tuples(st.just("edit"), st.integers(0, 99)),
    st.tuples(st.just("delete"), st.integers(0, 99)),
    st.tuples(st.just("expire"), st.just(0)),
    st.tuples(
        st.just("poll"),
        st.sampled_from(["", "", "queue", "finish"]),
        st.integers(1, 25),
        st.sampled_from(["", "down", "wait", "mistake"]),
    ),
)
FAULTS = {
    "down": PlatformUnavailable("It is down.", maybe_applied=False),
    "wait": PlatformUnavailable("It asks us to wait.", maybe_applied=False, retry_after=60),
    "mistake": KeyError("what the customer said"),
}


@given(st.booleans(), st.integers(0, 5), st.lists(actions, max_size=25))
def test_every_listed_review_is_queued_once_in_its_latest_state_and_every_deleted_one_is_withdrawn(  # noqa: PLR0912
    edits_rise: bool, old_count: int, action_list: list[tuple[Any, ...]]
) -> None:
    poller = Poller(FakePlatform(edits_rise))
    platform = poller.platform
    for number in range(old_count):
        poller.write(f"old-{number}", at=SINCE - timedelta(days=number + 1))

    remembered_ids: set[str] = set()

    def poll_and_check(crash_after: str = "") -> None:
        earlier_memory, earlier_count = dict(poller.memory), len(poller.queued)
        platform.listed_states = {}
        result = poller.poll_once(crash_after=crash_after)
        # After a run that finished, an unchanged review is never queued again.
        assert all(
            earlier_memory[event.native_id].state_hash != state_hash(event, MARK_KEY)
            for event in poller.queued[earlier_count:]
            if event.native_id in earlier_memory
        )
        # Each review is queued in the state that the platform listed, unless it was written long
        # before the connection.
        queued_states = {(event.native_id, state_hash(event, MARK_KEY)) for event in poller.queued}
        for id, listed_state in platform.listed_states.items():
            assert (id, listed_state) in queued_states or result.memory[id].too_old
        remembered_ids.update(id for id, review in poller.memory.items() if not review.too_old)
        assert platform.call_count <= polling.MAX_PAGES + polling.MAX_SUSPECTS + polling.MAX_REREADS

    for kind, *details in action_list:
        alive = [id for id, review in platform.reviews.items() if not review.deleted]
        platform.call_count, platform.faults = 0, {}
        match kind:
            case "write":
                for _ in range(details[0]):
                    poller.write(f"r-{len(platform.reviews):03d}")
            case "edit" if alive:
                poller.edit(alive[details[0] % len(alive)])
            case "delete" if alive:
                platform.reviews[alive[details[0] % len(alive)]].deleted = True
            case "expire":
                platform.cursor_generation += 1
            case "poll":
                platform.faults = {details[1]: FAULTS[details[2]]} if details[2] else {}
                poll_and_check(details[0])
            case _:
                pass
    for _ in range(10 + len(platform.reviews) // polling.MAX_REREADS):
        platform.call_count, platform.faults = 0, {}
        poll_and_check()

    last = {event.native_id: event for event in poller.queued}
    for id, review in platform.reviews.items():
        if review.deleted:
            # The one limit: a review was queued by a run that crashed, and was deleted before the
            # next run. It was never remembered, so no poll misses it.
            assert (
                id not in last or last[id].kind is EventKind.WITHDRAWN or id not in remembered_ids
            )
        elif review.at is not None and review.at >= SINCE:
            assert state_hash(last[id], MARK_KEY) == state_hash(platform.event(id), MARK_KEY)
        else:
            assert (
                poller.memory[id].too_old
                or state_hash(last[id], MARK_KEY) == state_hash(platform.event(id), MARK_KEY)
                if id in poller.memory
                else id not in last
            )
    assert poller.state.last_failure is None
    assert poller.state.cursors == ()
    queued_count = len(poller.queued)
    poller.poll_once()
    assert len(poller.queued) == queued_count


def test_a_review_from_long_before_the_connection_is_remembered_and_queued_only_after_an_edit() -> (
    None
):
    poller = Poller()
    poller.write("old", at=SINCE - timedelta(seconds=1))
    poller.write("recent", at=SINCE)
    poller.poll_once()
    assert poller.ids() == ["recent"]
    assert poller.memory["old"].too_old

    poller.edit("old")
    poller.poll_once()
    assert poller.ids() == ["recent", "old"]
    poller.platform.reviews["old"].deleted = True
    poller.poll_once()
    assert poller.queued[-1].kind is EventKind.WITHDRAWN


def test_the_withdrawal_of_a_review_that_was_never_queued_is_not_queued() -> None:
    poller = Poller()
    poller.write("old", at=SINCE - timedelta(days=9))
    poller.poll_once()
    poller.platform.reviews["old"].deleted = True
    poller.poll_once()
    poller.poll_once()

    assert poller.queued == []
    assert poller.platform.fetched_ids == ["old"]


def test_a_review_without_a_date_counts_as_old_in_the_first_poll_and_as_new_in_later_ones() -> None:
    poller = Poller()
    for number in range(20):
        poller.write(f"r-{number:02d}", at=None)
    poller.poll_once()
    assert (poller.queued, poller.state.cursors, len(poller.memory)) == ([], (), 15)

    poller.write("r-99", at=None)
    poller.poll_once()
    assert poller.ids() == ["r-99"]


def test_the_oldest_review_is_queued_first_and_a_withdrawal_keeps_its_thread() -> None:
    poller = Poller()
    for id in ("a", "b", "c"):
        poller.write(id)
    poller.poll_once()
    assert poller.ids() == ["a", "b", "c"]

    poller.memory["b"] = replace(poller.memory["b"], thread="t-9")
    poller.platform.reviews["b"].deleted = True
    poller.poll_once()
    withdrawal = poller.queued[-1]
    assert (withdrawal.native_id, withdrawal.native_thread) == ("b", "t-9")
    assert (withdrawal.kind, withdrawal.author.name) == (EventKind.WITHDRAWN, None)


def test_a_burst_of_reviews_is_read_over_several_polls_newest_page_first() -> None:
    poller = Poller()
    for number in range(40):
        poller.write(f"r-{number:02d}")
    poller.poll_once()
    assert poller.ids() == [f"r-{number:02d}" for number in range(25, 40)]
    poller.write("r-40")
    poller.poll_once()
    assert "r-40" in poller.ids()
    while poller.state.cursors:
        poller.poll_once()
    assert sorted(poller.ids()) == sorted(poller.platform.reviews)


def test_with_cursors_that_are_page_numbers_new_reviews_move_the_pages_and_none_is_left_out() -> (
    None
):
    poller = Poller()
    for number in range(40):
        poller.write(f"r-{number:02d}")
    offsets: list[int] = []

    def recent(cursor: str | None) -> ReviewPage:
        first = 3 * int(cursor or 0)
        offsets.append(first)
        newest = sorted(poller.platform.reviews, reverse=True)
        return ReviewPage(
            tuple(poller.platform.event(id) for id in newest[first : first + 3]),
            str(first // 3 + 1) if first + 3 < len(newest) else None,
        )

    poller.platform.recent = recent
    poller.platform.can_fetch = False
    poller.poll_once()
    for number in range(40, 47):
        poller.write(f"r-{number:02d}")
    while poller.state.cursors:
        poller.poll_once()
    assert sorted(poller.ids()) == sorted(poller.platform.reviews)
    assert poller.platform.fetched_ids == []
    offsets.clear()
    poller.poll_once()
    assert offsets == [0]


def test_with_the_maximum_of_cursors_the_first_page_is_not_read_until_one_is_done() -> None:
    poller = Poller()
    for number in range(90):
        poller.write(f"r-{number:02d}")
    poller.state = replace(
        START,
        started=True,
        cursors=tuple(
            Cursor(f"{poller.platform._list_position(f'r-{10 * number:02d}')}|0")
            for number in range(8, 0, -1)
        ),
    )
    result = poller.poll_once()
    assert "r-89" not in {event.native_id for event in result.events}
    assert len(result.state.cursors) == polling.MAX_CURSORS
    while poller.state.cursors:
        poller.poll_once()
        assert len(poller.state.cursors) <= polling.MAX_CURSORS
    assert sorted(set(poller.ids())) == sorted(poller.platform.reviews)


def test_if_the_platform_cannot_re_read_a_review_its_absence_is_no_withdrawal() -> None:
    poller = Poller()
    poller.platform.can_fetch = False
    for id in ("a", "b", "c"):
        poller.write(id)
    poller.poll_once()
    poller.platform.reviews["b"].deleted = True
    for _ in range(3):
        poller.poll_once()

    assert poller.ids() == ["a", "b", "c"]
    assert poller.platform.fetched_ids == []


def test_one_review_that_cannot_be_re_read_does_not_delay_others() -> None:
    poller = Poller()
    for number in range(12):
        poller.write(f"r-{number:02d}")
    poller.poll_once()
    for id in ("r-03", "r-08"):
        poller.platform.reviews[id].deleted = True
    unreadable_ids = {"r-08"}
    real_fetch = poller.platform.fetch

    def fetch(native_id: str) -> Any:
        if native_id in unreadable_ids:
            raise PlatformUnavailable("It answered 500.", maybe_applied=False)
        return real_fetch(native_id)

    poller.platform.fetch = fetch
    for _ in range(4):
        result = poller.poll_once()
        assert result.state.last_failure is None
    assert [event.native_id for event in poller.queued if event.kind is EventKind.WITHDRAWN] == [
        "r-03"
    ]
    unreadable_ids.clear()
    for _ in range(4):
        poller.poll_once()
    assert {event.native_id for event in poller.queued if event.kind is EventKind.WITHDRAWN} == {
        "r-03",
        "r-08",
    }


def test_a_poll_that_runs_out_of_time_leaves_the_rest_to_the_next_poll() -> None:
    poller = Poller()
    for number in range(12):
        poller.write(f"r-{number:02d}")
    real_recent = poller.platform.recent

    def slow(cursor: str | None) -> ReviewPage | Rejection:
        poller.clock.advance(seconds=40)
        return real_recent(cursor)

    poller.platform.recent = slow
    queued_counts: list[int] = []
    for _ in range(3):
        poller.poll_once(seconds=60)
        queued_counts.append(len(poller.queued))
    assert queued_counts == [6, 9, 12]


def test_the_memory_keeps_the_newest_reviews_and_is_the_same_object_if_nothing_changed() -> None:
    poller = Poller()
    older_reviews = {
        f"x-{number:04d}": SeenReview("m", f"2026-01-01T00:00:00.{number % 1000:03d}Z")
        for number in range(MAX_REMEMBERED)
    }
    poller.memory = dict(older_reviews)
    poller.write("new")
    poller.platform.can_fetch = False
    result = poller.poll_once()
    assert len(result.memory) == MAX_REMEMBERED
    assert "new" in result.memory
    assert (
        run_poll(poller.state, result.memory, poller.platform, poller.clock).memory is result.memory
    )


@pytest.mark.parametrize(
    ("fault", "code", "wait_seconds"),
    [
        (
            PlatformUnavailable("It answered 503.", maybe_applied=False),
            "platform_unavailable",
            [300, 600, 1200, 2400, 3600, 3600],
        ),
        (
            PlatformUnavailable("Wait.", maybe_applied=False, retry_after=7200),
            "platform_unavailable",
            [7200, 7200],
        ),
        (
            PlatformUnavailable("Wait.", maybe_applied=False, retry_after=10),
            "platform_unavailable",
            [300, 600],
        ),
        (BadRequest("The address cannot be used."), "bad_request", [300, 600]),
        (KeyError("I found a mouse in my soup"), "internal", [300, 600]),
    ],
)
def test_each_failure_doubles_the_wait_up_to_an_hour_unless_the_platform_names_a_longer_wait(
    fault: Exception, code: str, wait_seconds: list[int]
) -> None:
    poller = Poller()
    for wait in wait_seconds:
        poller.platform.call_count, poller.platform.faults = 0, {1: fault}
        result = poller.poll_once()
        assert result.state.last_failure is not None
        assert result.state.last_failure.code == code
        assert "mouse" not in result.state.last_failure.message
        assert result.state.poll_at - poller.clock() == timedelta(seconds=wait)
    poller.platform.faults = {}
    assert poller.poll_once().state.failures == 0


def test_a_failure_never_shortens_a_long_poll_interval() -> None:
    poller = Poller()
    poller.state = replace(START, every=4 * MAX_WAIT_SECONDS)
    poller.platform.faults = {1: FAULTS["down"]}

    assert poller.poll_once().state.poll_at - poller.clock() == timedelta(
        seconds=4 * MAX_WAIT_SECONDS
    )


def test_the_message_of_a_rejection_is_ours_and_never_the_platforms() -> None:
    poller = Poller()
    for reason, words in (("unauthorized", "credentials"), ("something", "refuses")):
        rejection = Rejection(reason, "I found a mouse in my soup")
        poller.platform.recent = lambda _cursor, rejection=rejection: rejection
        failure = poller.poll_once().state.last_failure
        assert failure is not None
        assert (failure.code, words in failure.message, "mouse" in failure.message) == (
            reason,
            True,
            False,
        )


@pytest.mark.parametrize(
    ("every", "late", "next_after"),
    [
        (60, 0.4, 60),
        (60, 5, 60),
        (60, 7, 67),
        (90, 30, 120),
        (300, 59, 359),
        (300, 20, 300),
        (86400, 60, 86400),
    ],
)
def test_the_next_poll_keeps_to_the_schedule_unless_that_is_too_soon(
    every: int, late: float, next_after: float
) -> None:
    assert next_poll_at(NOON, every, NOON + timedelta(seconds=late)) == NOON + timedelta(
        seconds=next_after
    )


@given(st.integers(1, 100_000), st.floats(0, 1_000_000))
def test_the_next_poll_is_always_in_the_future_and_never_too_soon(every: int, late: float) -> None:
    now = NOON + timedelta(seconds=late)
    wait = (next_poll_at(NOON, every, now) - now).total_seconds()
    assert 0.9 * every - 0.001 <= wait <= every + 0.001


def test_the_state_hash_is_the_same_for_a_created_and_an_edited_event_with_the_same_text() -> None:
    platform = FakePlatform(reviews={"a": Review(NOON)})
    event = platform.event("a")
    assert state_hash(event, MARK_KEY) == state_hash(
        replace(event, kind=EventKind.EDITED), MARK_KEY
    )
    assert state_hash(event, MARK_KEY) != state_hash(replace(event, text="b"), MARK_KEY)
    assert state_hash(event, MARK_KEY) != state_hash(
        replace(event, kind=EventKind.WITHDRAWN), MARK_KEY
    )


def test_a_test_event_is_neither_queued_nor_remembered_nor_counted() -> None:
    poller = Poller()
    event = replace(FakePlatform(reviews={"a": Review(NOON)}).event("a"), kind=EventKind.TEST)
    poller.platform.recent = lambda _cursor: ReviewPage(
        (event,), None, ("an entry could not be read",)
    )
    result = poller.poll_once()
    memory: Memory = result.memory
    assert (result.events, dict(memory), result.review_count, result.problems) == ((), {}, 0, 1)
