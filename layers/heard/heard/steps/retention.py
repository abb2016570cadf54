"""Delete the texts of reviews whose time is over: nightly, for each business that set a time.

Days are processed in order, and what is due is found by the day of its last touch in the log. A run
that stops anywhere is simply started again. Each deletion gets a second look an hour later or in
the next night: for what a run of triage stored in that very moment, and for the author, who is
forgotten when no review of theirs is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from heard import cases
from heard.cases import Review
from heard.errors import Contention, Tampered
from heard.holds import Hold
from heard.retention import FIRST_DAY, Retention, last_due_day, last_touch
from heard.reviews import follow_up_id
from heard.steps.holding import HoldPorts, holds_on_review
from heard.steps.skipping import SkippedItem, failure_code
from heard.storage.departures import Departure
from heard.storage.follow_ups import CHANGE_SECONDS
from heard.storage.vault import RETIREMENT_DELAY

if TYPE_CHECKING:
    from heard.storage.case_store import CaseStore
    from heard.storage.retentions import Retentions

_DAY: Final = timedelta(days=1)
_ACTOR: Final = "heard"


@dataclass(frozen=True, slots=True)
class RetentionPorts:
    """What retention needs."""

    retentions: Retentions
    cases: CaseStore
    holds: HoldPorts


@dataclass(slots=True)
class RetentionReport:
    """What one run did at one business.

    `reviews` are those whose texts were deleted, `texts` counts the texts. `kept` are reviews that
    a hold keeps, `tampered` those whose log is broken: they are left as they are. `skipped` are
    those that failed: the next run looks at them again. `authors` are those who were forgotten.
    `is_complete` says that no day that is due is left; else the next run goes on.
    """

    business: str
    reviews: list[str] = field(default_factory=list[str])
    texts: int = 0
    kept: list[str] = field(default_factory=list[str])
    tampered: list[str] = field(default_factory=list[str])
    skipped: list[SkippedItem] = field(default_factory=list["SkippedItem"])
    authors: set[str] = field(default_factory=set[str])
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What a run would do: how many reviews and authors it would reach, and what it would leave.

    It would look at reviews that were last touched until `last_day`. `kept` are those on hold,
    `open` those that are not closed yet.
    """

    business: str
    last_day: date
    reviews: int
    authors: int
    kept: int
    open: int


def run_retention(
    business: str,
    ports: RetentionPorts,
    now: datetime,
    *,
    keep_going: Callable[[], bool] = lambda: True,
) -> RetentionReport:
    """Delete what is due at one business. It stops early when `keep_going` says no.

    A review that fails delays no other. Raises Contention when another run is at work: then run it
    again.
    """
    run = _Run(business, ports, now, keep_going)
    run.go_on_after_ended_holds()
    run.finish_departures()
    retention = ports.retentions.of_business(business)
    if retention.texts_months is None:
        run.report.is_complete = True
    else:
        run.delete_due_days(last_due_day(now.date(), retention.texts_months))
    return run.report


def preview_retention(
    business: str, retention: Retention, ports: RetentionPorts, now: datetime
) -> RetentionPreview:
    """What the next run would do with this retention. Nothing is written."""
    if retention.texts_months is None:
        return RetentionPreview(business, FIRST_DAY - _DAY, 0, 0, 0, 0)
    last = last_due_day(now.date(), retention.texts_months)
    due: dict[str, set[str]] = {}
    kept, still_open = set[str](), set[str]()
    for day in _days_after(_next_position(business, ports, now), last):
        for review, sequence in ports.holds.log.reviews_of_day(business, day).items():
            state = ports.cases.find_review(review)
            try:
                is_due = state is not None and _was_last_touched(state, sequence, day, ports)
            except Tampered:
                continue
            if state is None or not is_due:
                continue
            if not cases.has_texts_to_delete(state):
                if state.closing_kind is None:
                    still_open.add(review)
            elif holds_on_review(business, review, state.author, ports.holds, now):
                kept.add(review)
            else:
                due.setdefault(state.author, set()).add(review)
    leaving = [
        author
        for author, reviews in due.items()
        if reviews.issuperset(ports.cases.reviews_of_author(author))
    ]
    return RetentionPreview(
        business, last, sum(map(len, due.values())), len(leaving), len(kept), len(still_open)
    )


def lift_hold(business: str, hold: str, ports: RetentionPorts, now: datetime) -> None:
    """End a hold, so that retention reaches what it kept. Raises NotFound, Contention."""
    ports.holds.holds.lift(business, hold, now)
    _go_on_after_ended_holds(business, ports, now)


def _go_on_after_ended_holds(business: str, ports: RetentionPorts, now: datetime) -> None:
    """Move the position back to what holds kept that have ended. The holds know it until then."""
    for hold in ports.holds.holds.of_business(business):
        if hold.is_in_force(now) or hold.is_settled:
            continue
        position = ports.cases.retention_position(business)
        if hold.first_day and position and position >= hold.first_day:
            ports.cases.move_retention_position(business, position, hold.first_day - _DAY)
        ports.holds.holds.settle(hold, now)


def _next_position(business: str, ports: RetentionPorts, now: datetime) -> date | None:
    """The position from which the next run will go on."""
    position = ports.cases.retention_position(business)
    ended = (
        hold.first_day - _DAY
        for hold in ports.holds.holds.of_business(business)
        if hold.first_day and not hold.is_in_force(now)
    )
    return min((position, *ended)) if position else None


def _days_after(position: date | None, last: date) -> Iterator[date]:
    day = position + _DAY if position else FIRST_DAY
    while day <= last:
        yield day
        day += _DAY


def _was_last_touched(review: Review, sequence: int, day: date, ports: RetentionPorts) -> bool:
    """Whether nothing but repeats happened to a review after a day.

    `sequence` is that of its last outcome of the day.
    """
    return review.sequence == sequence or last_touch(ports.holds.log.read(review.id)) <= day


@dataclass(slots=True)
class _Run:
    """One run at one business."""

    business: str
    ports: RetentionPorts
    now: datetime
    keep_going: Callable[[], bool]
    report: RetentionReport = field(init=False)

    def __post_init__(self) -> None:
        self.report = RetentionReport(self.business)

    def go_on_after_ended_holds(self) -> None:
        _go_on_after_ended_holds(self.business, self.ports, self.now)

    def delete_due_days(self, last: date) -> None:
        """Process all days until `last` that no earlier run is done with."""
        case_store = self.ports.cases
        written = done = case_store.retention_position(self.business)
        for day in _days_after(done, last):
            reviews = self.ports.holds.log.reviews_of_day(self.business, day)
            if not self._process_day(day, reviews):
                self._move_position(written, done)
                return
            if self.report.skipped:
                # The position stays before it, so that the next run looks at it again.
                continue
            done = day
            if reviews:
                self._move_position(written, done)
                written = done
        self._move_position(written, done)
        self.report.is_complete = not self.report.skipped

    def _process_day(self, day: date, reviews: Mapping[str, int]) -> bool:
        """False when the run must stop before the day is done."""
        for review in sorted(reviews):
            if not self.keep_going():
                return False
            try:
                self._delete_if_due(review, reviews[review], day)
            except Tampered:
                # Evidence of what happened to it. It must not keep the words of all others.
                self.report.tampered.append(review)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
                self.report.skipped.append(SkippedItem(review, failure_code(error)))
        return self.keep_going()

    def _move_position(self, before: date | None, after: date | None) -> None:
        if after and after != before:
            self.ports.cases.move_retention_position(self.business, before, after)

    def _delete_if_due(self, review: str, sequence: int, day: date) -> None:
        for _ in self.ports.cases.waiting.tries(CHANGE_SECONDS):
            state = self.ports.cases.find_review(review)
            if state is None or not cases.has_texts_to_delete(state):
                return
            if not _was_last_touched(state, sequence, day, self.ports):
                return
            # Read again for each review: a hold may be set while this runs.
            holds = holds_on_review(self.business, review, state.author, self.ports.holds, self.now)
            if holds:
                self._pass_over(review, holds, day)
                return
            if self._delete(state):
                return
        raise Contention("A review keeps changing. Try again.")

    def _pass_over(self, review: str, holds: list[Hold], day: date) -> None:
        for hold in holds:
            if hold.first_day is None or hold.first_day > day:
                self.ports.holds.holds.note_passed_day(hold, day)
        self.report.kept.append(review)

    def _delete(self, state: Review) -> bool:
        """Delete the texts of one review. False when it was touched meanwhile."""
        case_store = self.ports.cases
        departure = Departure(self.business, state.id, state.author, self.now)
        case_store.put_departure(departure)
        after = case_store.change(
            lambda: case_store.case(state.id),
            lambda loaded: (
                cases.delete_texts(loaded.case)
                if loaded.case.review.sequence == state.sequence
                else None
            ),
            now=self.now,
            actor=_ACTOR,
        ).case
        if not after.review.expired:
            case_store.remove_departure(departure)
            return after.review.sequence == state.sequence
        self.report.reviews.append(state.id)
        self._finish(departure)
        return True

    def finish_departures(self) -> None:
        """Take a second look at what earlier runs deleted, and complete what they began."""
        for departure in self.ports.cases.departures(self.business):
            if departure.at > self.now - RETIREMENT_DELAY:
                continue
            if not self.keep_going():
                return
            try:
                if self._finish(departure):
                    self.ports.cases.remove_departure(departure)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
                self.report.skipped.append(SkippedItem(departure.review, failure_code(error)))

    def _finish(self, departure: Departure) -> bool:
        """Delete what is left of a departure. True when nothing is left, the author included."""
        case_store, author = self.ports.cases, departure.author
        case = case_store.case(departure.review).case
        if not case.review.expired:
            # The state was not changed yet, or the author wrote again: then the review is listed.
            return True
        thread = case.thread
        # Notes are about the thread: they stay while another review of the author in it stays.
        others = set(case_store.reviews_of_author(author)) - {departure.review}
        follow_ups = [
            follow_up_id(thread.id, number + 1) for number in range(thread.follow_up_count)
        ]
        closed_follow_ups = case_store.closed_follow_ups(follow_ups)
        open_follow_ups = [id for id in follow_ups if id not in closed_follow_ups]
        is_last_in_thread = not case_store.any_in_thread(sorted(others), thread.id)
        self.report.texts += case_store.delete_review_texts(
            departure,
            case.review.revision,
            thread.id,
            keep_notes_on=set(open_follow_ups if is_last_in_thread else follow_ups),
        )
        case_store.unlist_review(author, departure.review)
        remaining = case_store.reviews_of_author(author)
        if closed_follow_ups and is_last_in_thread:
            self.report.texts += case_store.delete_notes(author, closed_follow_ups)
            for follow_up in closed_follow_ups:
                self.report.texts += case_store.remove_drafts(follow_up, author=author)
        if case_store.has_notes(author, open_follow_ups):
            # Whoever works there reads them. Without the author's key they would look damaged.
            return False
        if remaining:
            return True
        is_on_hold = any(
            hold.author == author
            for hold in self.ports.holds.holds.in_force(self.business, self.now)
        )
        if is_on_hold or not case_store.vault.retire(author, self.now):
            return False
        self.report.authors.add(author)
        return True
