"""What a poll finds and remembers, whatever happens at the platform and to the run."""

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
START = PollState("con-1", "test", 300, SINCE, NOON)


@dataclass
class Review:
    """A review at the platform: `at` places it in the list."""

    at: datetime | None
    revision: int = 1
    deleted: bool = False


@dataclass
class Site:
    """A platform that lists reviews newest first, three a page, and can re-read one by its id.

    It breaks where `faults` says.
    """

    edits_rise: bool = False
    reviews: dict[str, Review] = field(default_factory=dict[str, Review])
    faults: dict[int, Exception] = field(default_factory=dict[int, Exception])
    can_fetch: bool = True
    cursors: int = 0
    calls: int = 0
    shown: dict[str, str] = field(default_factory=dict[str, str])
    fetched: list[str] = field(default_factory=list[str])

    def recent(self, cursor: str | None) -> ReviewPage | Rejection:
        self._called()
        after, generation = (
            ("~", self.cursors)
            if cursor is None
            else (cursor.split("|")[0], int(cursor.split("|")[1]))
        )
        if generation != self.cursors:
            return Rejection("expired", "This cursor is too old.")
        listed = sorted(
            ((self._place(id), id) for id, review in self.reviews.items() if not review.deleted),
            reverse=True,
        )
        rest = [(place, id) for place, id in listed if place < after]
        events = tuple(self.event(id) for _, id in rest[:3])
        self.shown |= {event.native_id: state_hash(event) for event in events}
        return ReviewPage(events, f"{rest[2][0]}|{self.cursors}" if len(rest) > 3 else None)

    def fetch(self, native_id: str) -> ReviewEvent | ReviewGone | None:
        self._called()
        self.fetched.append(native_id)
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

    def _place(self, id: str) -> str:
        at = self.reviews[id].at
        return f"{at.isoformat() if at else ''}#{id}"

    def _called(self) -> None:
        self.calls += 1
        if fault := self.faults.pop(self.calls, None):
            raise fault


def test_an_edit_that_the_platform_does_not_date_is_dated_by_the_moment_of_asking() -> None:
    first = ReviewEvent(
        EventKind.CREATED,
        "r",
        "r",
        number_revision(1),
        Author("a"),
        text="z is late in the alphabet",
        occurred_at=NOON,
    )
    shown = [first]

    @dataclass
    class Undated:
        can_fetch: bool = False

        def recent(self, cursor: str | None) -> ReviewPage:
            return ReviewPage((shown[-1],))

        def fetch(self, native_id: str) -> None:
            raise AssertionError

    clock, poll = FakeClock(), START
    memory: Memory = {}
    revisions: list[str] = []
    for text in (None, "a", "m", "b", None):
        if text:
            shown.append(replace(first, text=text))
        result = run_poll(poll, memory, Undated(), clock)
        memory, poll = result.memory, result.state
        revisions += [event.revision for event in result.events]
        clock.advance(minutes=5)

    assert len(revisions) == 4
    assert revisions == sorted(set(revisions))


def test_an_undated_edit_is_not_dated_after_a_dated_one_that_comes_while_the_poll_runs() -> None:
    clock = FakeClock()
    first = ReviewEvent(
        EventKind.CREATED, "r", "r", time_revision(NOON), Author("a"), text="Good", occurred_at=NOON
    )
    shown = [first]

    class Slow:
        can_fetch = False

        def recent(self, cursor: str | None) -> ReviewPage:
            page = ReviewPage((shown[-1],))
            clock.advance(seconds=10)
            if shown[-1].text == "Not good":
                shown.append(
                    replace(
                        first,
                        text="They poisoned me",
                        revision=time_revision(clock()),
                        kind=EventKind.EDITED,
                    )
                )
                clock.advance(seconds=10)
            return page

        def fetch(self, native_id: str) -> None:
            raise AssertionError

    poll, memory, queued = START, dict[str, SeenReview](), list[ReviewEvent]()
    for undated in (None, "Not good", None):
        if undated:
            shown.append(replace(first, text=undated))
        clock.advance(minutes=5)
        result = run_poll(poll, memory, Slow(), clock)
        poll, memory = result.state, dict(result.memory)
        queued += result.events
    assert [event.text for event in sorted(queued, key=lambda event: event.revision)] == [
        "Good",
        "Not good",
        "They poisoned me",
    ]


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=3)])
def test_a_review_that_is_shown_again_comes_after_its_withdrawal_whatever_the_platforms_clock_says(
    ahead: timedelta,
) -> None:
    clock = FakeClock()
    there = ReviewEvent(
        EventKind.CREATED,
        "r",
        "r",
        time_revision(NOON + ahead),
        Author("a"),
        text="A mouse",
        occurred_at=NOON + ahead,
    )
    shown: list[ReviewEvent] = []

    class Fickle:
        can_fetch = True

        def recent(self, cursor: str | None) -> ReviewPage:
            return ReviewPage(tuple(shown))

        def fetch(self, native_id: str) -> ReviewGone:
            return ReviewGone.GONE

    poll, memory, queued = START, dict[str, SeenReview](), list[ReviewEvent]()
    for now in (
        [there],
        [],
        [there],
        [replace(there, text="Two mice")],
        [replace(there, text="Two mice")],
    ):
        shown[:] = now
        clock.advance(minutes=5)
        result = run_poll(poll, memory, Fickle(), clock)
        poll, memory = result.state, dict(result.memory)
        queued += result.events
    assert [event.kind.value for event in queued] == ["created", "withdrawn", "edited", "edited"]
    revisions = [event.revision for event in queued]
    # What follows within the time that the platform is ahead has one date: `heard.steps.poll` tells
    # it apart.
    assert revisions == sorted(revisions)
    assert revisions[0] < revisions[1]
    assert ahead or len(set(revisions)) == 4


class World:
    """A platform and its poller, with storage in memory, and what was queued in order."""

    def __init__(self, *, edits_rise: bool = False) -> None:
        self.site, self.clock = Site(edits_rise), FakeClock()
        self.poll, self.memory = START, dict[str, SeenReview]()
        self.queued: list[ReviewEvent] = []

    def write(self, id: str, *, at: datetime | str | None = "now") -> None:
        self.clock.advance(seconds=1)
        self.site.reviews[id] = Review(self.clock() if isinstance(at, str) else at)

    def edit(self, id: str) -> None:
        self.clock.advance(seconds=1)
        review = self.site.reviews[id]
        review.revision += 1
        if self.site.edits_rise:
            review.at = self.clock()

    def poll_once(self, *, stops: str = "", **options: Any) -> PollResult:
        """One run; `stops` says after what it dies, if it does: `queue` or `finish`."""
        self.clock.advance(minutes=5)
        result = run_poll(self.poll, self.memory, self.site, self.clock, **options)
        self.queued += result.events
        if stops != "queue":
            self.poll = result.state
            if stops != "finish":
                self.memory = dict(result.memory)
        return result

    def ids(self) -> list[str]:
        return [event.native_id for event in self.queued]


happenings = st.one_of(
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


@given(st.booleans(), st.integers(0, 5), st.lists(happenings, max_size=25))
def test_whatever_was_shown_is_queued_in_its_latest_state_once_and_what_was_deleted_is_withdrawn(  # noqa: PLR0912
    edits_rise: bool, old: int, happened: list[tuple[Any, ...]]
) -> None:
    world = World(edits_rise=edits_rise)
    site = world.site
    for number in range(old):
        world.write(f"old-{number}", at=SINCE - timedelta(days=number + 1))

    remembered: set[str] = set()

    def polled(stops: str = "") -> None:
        kept, queued, site.shown = dict(world.memory), len(world.queued), {}
        result = world.poll_once(stops=stops)
        # An unchanged one is never queued again after a run that came to its end.
        assert all(
            kept[event.native_id].state_hash != state_hash(event)
            for event in world.queued[queued:]
            if event.native_id in kept
        )
        # What the platform showed is queued as it was shown, but for what was written long before
        # the connection.
        queued_states = {(event.native_id, state_hash(event)) for event in world.queued}
        for id, shown in site.shown.items():
            assert (id, shown) in queued_states or result.memory[id].too_old
        remembered.update(id for id, seen in world.memory.items() if not seen.too_old)
        assert site.calls <= polling.MAX_PAGES + polling.MAX_SUSPECTS + polling.MAX_REREADS

    for kind, *details in happened:
        alive = [id for id, review in site.reviews.items() if not review.deleted]
        site.calls, site.faults = 0, {}
        match kind:
            case "write":
                for _ in range(details[0]):
                    world.write(f"r-{len(site.reviews):03d}")
            case "edit" if alive:
                world.edit(alive[details[0] % len(alive)])
            case "delete" if alive:
                site.reviews[alive[details[0] % len(alive)]].deleted = True
            case "expire":
                site.cursors += 1
            case "poll":
                site.faults = {details[1]: FAULTS[details[2]]} if details[2] else {}
                polled(details[0])
            case _:
                pass
    for _ in range(10 + len(site.reviews) // polling.MAX_REREADS):
        site.calls, site.faults = 0, {}
        polled()

    last = {event.native_id: event for event in world.queued}
    for id, review in site.reviews.items():
        if review.deleted:
            # The one limit: what is deleted before a run that died could be repeated was never
            # remembered, and is not missed.
            assert id not in last or last[id].kind is EventKind.WITHDRAWN or id not in remembered
        elif review.at is not None and review.at >= SINCE:
            assert state_hash(last[id]) == state_hash(site.event(id))
        else:
            assert (
                world.memory[id].too_old or state_hash(last[id]) == state_hash(site.event(id))
                if id in world.memory
                else id not in last
            )
    assert world.poll.last_failure is None
    assert world.poll.cursors == ()
    again = len(world.queued)
    world.poll_once()
    assert world.queued[again:] == []


def test_what_was_written_long_before_the_connection_is_noted_and_answered_once_it_is_edited() -> (
    None
):
    world = World()
    world.write("old", at=SINCE - timedelta(seconds=1))
    world.write("recent", at=SINCE)
    world.poll_once()
    assert world.ids() == ["recent"]
    assert world.memory["old"].too_old

    world.edit("old")
    world.poll_once()
    assert world.ids() == ["recent", "old"]
    world.site.reviews["old"].deleted = True
    world.poll_once()
    assert world.queued[-1].kind is EventKind.WITHDRAWN


def test_the_withdrawal_of_what_was_only_noted_is_nobodys_business() -> None:
    world = World()
    world.write("old", at=SINCE - timedelta(days=9))
    world.poll_once()
    world.site.reviews["old"].deleted = True
    world.poll_once()
    world.poll_once()

    assert world.queued == []
    assert world.site.fetched == ["old"]


def test_what_a_platform_does_not_date_is_old_in_the_first_poll_and_new_in_later_ones() -> None:
    world = World()
    for number in range(20):
        world.write(f"r-{number:02d}", at=None)
    world.poll_once()
    assert (world.queued, world.poll.cursors, len(world.memory)) == ([], (), 15)

    world.write("r-99", at=None)
    world.poll_once()
    assert world.ids() == ["r-99"]


def test_the_oldest_is_queued_first_and_a_withdrawal_keeps_its_thread() -> None:
    world = World()
    for id in ("a", "b", "c"):
        world.write(id)
    world.poll_once()
    assert world.ids() == ["a", "b", "c"]

    world.memory["b"] = replace(world.memory["b"], thread="t-9")
    world.site.reviews["b"].deleted = True
    world.poll_once()
    gone = world.queued[-1]
    assert (gone.native_id, gone.native_thread, gone.kind, gone.author.name) == (
        "b",
        "t-9",
        EventKind.WITHDRAWN,
        None,
    )


def test_a_burst_is_read_over_several_polls_and_the_latest_come_first() -> None:
    world = World()
    for number in range(40):
        world.write(f"r-{number:02d}")
    world.poll_once()
    assert world.ids() == [f"r-{number:02d}" for number in range(25, 40)]
    world.write("r-40")
    world.poll_once()
    assert "r-40" in world.ids()
    while world.poll.cursors:
        world.poll_once()
    assert sorted(world.ids()) == sorted(world.site.reviews)


def test_places_that_are_page_numbers_move_with_new_reviews_and_nothing_is_left_out() -> None:
    world = World()
    for number in range(40):
        world.write(f"r-{number:02d}")
    asked: list[int] = []

    class Numbered:
        can_fetch = False

        def recent(self, cursor: str | None) -> ReviewPage:
            first = 3 * int(cursor or 0)
            asked.append(first)
            newest = sorted(world.site.reviews, reverse=True)
            return ReviewPage(
                tuple(world.site.event(id) for id in newest[first : first + 3]),
                str(first // 3 + 1) if first + 3 < len(newest) else None,
            )

        def fetch(self, native_id: str) -> None:
            raise AssertionError

    world.site.recent = Numbered().recent  # type: ignore[method-assign]
    world.site.can_fetch = False
    world.poll_once()
    for number in range(40, 47):
        world.write(f"r-{number:02d}")
    while world.poll.cursors:
        world.poll_once()
    assert sorted(world.ids()) == sorted(world.site.reviews)
    asked.clear()
    world.poll_once()
    assert asked == [0]


def test_with_too_many_places_to_resume_from_the_latest_page_waits_until_one_is_done() -> None:
    world = World()
    for number in range(90):
        world.write(f"r-{number:02d}")
    world.poll = replace(
        START,
        started=True,
        cursors=tuple(
            Cursor(f"{world.site._place(f'r-{10 * number:02d}')}|0") for number in range(8, 0, -1)
        ),
    )
    result = world.poll_once()
    assert "r-89" not in {event.native_id for event in result.events}
    assert len(result.state.cursors) == polling.MAX_CURSORS
    while world.poll.cursors:
        world.poll_once()
        assert len(world.poll.cursors) <= polling.MAX_CURSORS
    assert sorted(set(world.ids())) == sorted(world.site.reviews)


def test_where_a_review_cannot_be_read_again_nothing_is_concluded_from_its_absence() -> None:
    world = World()
    world.site.can_fetch = False
    for id in ("a", "b", "c"):
        world.write(id)
    world.poll_once()
    world.site.reviews["b"].deleted = True
    for _ in range(3):
        world.poll_once()

    assert world.ids() == ["a", "b", "c"]
    assert world.site.fetched == []


def test_one_review_that_cannot_be_read_keeps_no_other_waiting() -> None:
    world = World()
    for number in range(12):
        world.write(f"r-{number:02d}")
    world.poll_once()
    for id in ("r-03", "r-08"):
        world.site.reviews[id].deleted = True
    poison = {"r-08"}
    real = world.site.fetch

    def fetch(native_id: str) -> Any:
        if native_id in poison:
            raise PlatformUnavailable("It answered 500.", maybe_applied=False)
        return real(native_id)

    world.site.fetch = fetch  # type: ignore[method-assign]
    for _ in range(4):
        result = world.poll_once()
        assert result.state.last_failure is None
    assert [event.native_id for event in world.queued if event.kind is EventKind.WITHDRAWN] == [
        "r-03"
    ]
    poison.clear()
    for _ in range(4):
        world.poll_once()
    assert {event.native_id for event in world.queued if event.kind is EventKind.WITHDRAWN} == {
        "r-03",
        "r-08",
    }


def test_a_poll_that_takes_too_long_leaves_the_rest_for_the_next() -> None:
    world = World()
    for number in range(12):
        world.write(f"r-{number:02d}")
    real = world.site.recent

    def slow(cursor: str | None) -> ReviewPage | Rejection:
        world.clock.advance(seconds=40)
        return real(cursor)

    world.site.recent = slow  # type: ignore[method-assign]
    found: list[int] = []
    for _ in range(3):
        world.poll_once(seconds=60)
        found.append(len(world.queued))
    assert found == [6, 9, 12]


def test_the_memory_keeps_the_newest_and_is_the_same_object_when_nothing_changed() -> None:
    world = World()
    past = {
        f"x-{number:04d}": SeenReview("m", f"2026-01-01T00:00:00.{number % 1000:03d}Z")
        for number in range(MAX_REMEMBERED)
    }
    world.memory = dict(past)
    world.write("new")
    world.site.can_fetch = False
    result = world.poll_once()
    assert len(result.memory) == MAX_REMEMBERED
    assert "new" in result.memory
    assert run_poll(world.poll, result.memory, world.site, world.clock).memory is result.memory


@pytest.mark.parametrize(
    ("fault", "code", "waits"),
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
def test_a_platform_that_fails_is_asked_ever_later_unless_it_says_when(
    fault: Exception, code: str, waits: list[int]
) -> None:
    world = World()
    for wait in waits:
        world.site.calls, world.site.faults = 0, {1: fault}
        result = world.poll_once()
        assert result.state.last_failure is not None
        assert result.state.last_failure.code == code
        assert "mouse" not in result.state.last_failure.message
        assert result.state.poll_at - world.clock() == timedelta(seconds=wait)
    world.site.faults = {}
    assert world.poll_once().state.failures == 0


def test_a_platform_that_is_asked_seldom_is_not_asked_sooner_because_it_fails() -> None:
    world = World()
    world.poll = replace(START, every=4 * MAX_WAIT_SECONDS)
    world.site.faults = {1: FAULTS["down"]}

    assert world.poll_once().state.poll_at - world.clock() == timedelta(
        seconds=4 * MAX_WAIT_SECONDS
    )


def test_a_refusal_is_told_in_our_own_words() -> None:
    world = World()
    for reason, words in (("unauthorized", "credentials"), ("something", "refuses")):
        world.site.recent = lambda _cursor, reason=reason: Rejection(
            reason, "I found a mouse in my soup"
        )  # type: ignore[method-assign]
        trouble = world.poll_once().state.last_failure
        assert trouble is not None
        assert (trouble.code, words in trouble.message, "mouse" in trouble.message) == (
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
def test_the_timetable_keeps_to_its_grid_unless_that_were_too_soon(
    every: int, late: float, next_after: float
) -> None:
    assert next_poll_at(NOON, every, NOON + timedelta(seconds=late)) == NOON + timedelta(
        seconds=next_after
    )


@given(st.integers(1, 100_000), st.floats(0, 1_000_000))
def test_the_next_turn_is_always_ahead_and_never_too_soon(every: int, late: float) -> None:
    now = NOON + timedelta(seconds=late)
    wait = (next_poll_at(NOON, every, now) - now).total_seconds()
    assert 0.9 * every - 0.001 <= wait <= every + 0.001


def test_the_same_words_have_the_same_mark_whether_they_are_called_new_or_an_edit() -> None:
    site = Site(reviews={"a": Review(NOON)})
    event = site.event("a")
    assert state_hash(event) == state_hash(replace(event, kind=EventKind.EDITED))
    assert state_hash(event) != state_hash(replace(event, text="b"))
    assert state_hash(event) != state_hash(replace(event, kind=EventKind.WITHDRAWN))


def test_a_test_event_is_not_a_review() -> None:
    world = World()
    event = replace(Site(reviews={"a": Review(NOON)}).event("a"), kind=EventKind.TEST)
    world.site.recent = lambda _cursor: ReviewPage((event,), None, ("an entry could not be read",))  # type: ignore[method-assign]
    result = world.poll_once()
    memory: Memory = result.memory
    assert (result.events, dict(memory), result.review_count, result.problems) == ((), {}, 0, 1)
