"""The list of the desk: open follow-ups of one business or of several, by due time, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from heard.assessment import Severity
from heard.clock import format_time, parse_time
from heard.errors import BadRequest
from heard.follow_ups import FollowUp, Status
from heard.people import ANSWERING
from heard.steps.caller import NO_SUCH_BUSINESS
from heard.steps.desk_memory import DeskMemory
from heard.steps.desk_view import follow_up_row, follow_up_rows
from heard.working_time import Calendar, is_working, next_opening, working_seconds

if TYPE_CHECKING:
    from heard.policy import Policy
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore

MAX_BUSINESSES: Final = 100
"""Of how many businesses one list shows follow-ups: each takes a query."""
MAX_READ: Final = 1_000
"""How many follow-ups of one business a page reads to find those that a view shows."""
_READ_TOGETHER: Final = 100


class FollowUpView(StrEnum):
    """A part of the list. What is being carried out already is in none of them."""

    MINE = "mine"
    OVERDUE = "overdue"
    WAITS_FOR_LEAD = "waits_for_lead"
    PROMISED = "promised"
    INVITED = "invited"
    LATER = "later"


def _nothing_is_put_off(_follow_up: FollowUp) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a list, and when. `puts_off` says what they have put off for later."""

    subject: str
    now: datetime
    puts_off: Callable[[FollowUp], bool] = _nothing_is_put_off

    def sees(self, follow_up: FollowUp, view: FollowUpView | None) -> bool:
        """Whether a view shows a follow-up; None is the whole list."""
        if self.puts_off(follow_up) is not (view is FollowUpView.LATER):
            return False
        if view is None or view is FollowUpView.LATER:
            return True
        if follow_up.status is Status.RESOLVING:
            return False
        match view:
            case FollowUpView.MINE:
                return follow_up.claimed_by == self.subject and follow_up.is_claimed(self.now)
            case FollowUpView.OVERDUE:
                return self.is_overdue(follow_up)
            case FollowUpView.WAITS_FOR_LEAD:
                return follow_up.status is Status.AWAITING_APPROVAL
            case FollowUpView.PROMISED:
                return follow_up.status is Status.PROMISED
            case FollowUpView.INVITED:
                return follow_up.status is Status.INVITED

    def is_overdue(self, follow_up: FollowUp) -> bool:
        """Whether its time is over."""
        return follow_up.due_at < format_time(self.now)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which follow-ups are asked for: at most `limit` of those behind the place `after`.

    Without a `business` they are of all where the caller answers. None of a filter means all.
    """

    business: str | None = None
    limit: int = 25
    after: str | None = None
    view: FollowUpView | None = None
    severity: Severity | None = None
    platform: str | None = None
    queue: str | None = None

    def takes(self, follow_up: FollowUp, viewer: Viewer) -> bool:
        """Whether a follow-up is asked for."""
        return (
            viewer.sees(follow_up, self.view)
            and self.severity in {None, follow_up.severity}
            and self.platform in {None, follow_up.platform}
            and self.queue in {None, follow_up.queue}
        )

    @property
    def is_filtered(self) -> bool:
        """Whether a page must read more than it shows."""
        return any((self.view, self.severity, self.platform, self.queue))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many follow-ups each view shows, whatever is filtered. `all` leaves out what is resolved.

    `complete` is False where a business has so many that not all were counted.
    """

    by_view: dict[str, int]
    complete: bool

    def to_json(self) -> dict[str, Any]:
        """The counts by the name of their view."""
        return {**self.by_view, "complete": self.complete}


@dataclass(frozen=True, slots=True)
class ListPage:
    """Follow-ups by due time, and where the next page begins; None when there is none.

    There may be a next page though this one is not full. `counts` come with the first page only.
    """

    follow_ups: Sequence[FollowUp]
    next: str | None
    counts: Counts | None


def list_open_follow_ups(
    caller: Caller, query: ListQuery, viewer: Viewer, cases: CaseStore, memory: DeskMemory
) -> ListPage:
    """A page of the list, over as many businesses as are asked for.

    The place of a follow-up is its due time and id in every business. So one place is where all of
    them go on, and nothing is skipped or shown twice. Raises NotFound, Forbidden, BadRequest.
    """
    businesses = _businesses(caller, query.business)
    readings = [_read(business, query, viewer, cases) for business in businesses]
    # Behind where one business was read to, the others may have more than is known of it.
    places = [each.place for each in readings if each.place and not each.is_over]
    horizon = min(places, default=None)
    matches = sorted(
        (
            follow_up
            for reading in readings
            for follow_up in reading.matches
            if horizon is None or _place(follow_up) <= horizon
        ),
        key=_place,
    )
    page = matches[: query.limit]
    next_place = _place(page[-1]) if len(matches) > len(page) else horizon
    counts = None if query.after else _count(readings, viewer, memory)
    return ListPage(page, next_place, counts)


def list_rows(
    page: Sequence[FollowUp], now: datetime, cases: CaseStore, memory: DeskMemory, *, words: bool
) -> list[dict[str, Any]]:
    """The follow-ups of a page as it shows them, with `words` each with its newest review.

    See `desk_view.follow_up_rows`.
    """
    rows = follow_up_rows(page, cases, now, words=words)
    policies = {
        business: memory.business(business).policy
        for business in {follow_up.business for follow_up in page}
    }
    return [
        row | claimant_and_clock(follow_up, policies[follow_up.business], now, memory)
        for row, follow_up in zip(rows, page, strict=True)
    ]


def row_of(follow_up: FollowUp, now: datetime, memory: DeskMemory) -> dict[str, Any]:
    """A follow-up as a list shows it."""
    policy = memory.business(follow_up.business).policy
    return follow_up_row(follow_up, now) | claimant_and_clock(follow_up, policy, now, memory)


def claimant_and_clock(
    follow_up: FollowUp, policy: Policy, now: datetime, memory: DeskMemory
) -> dict[str, Any]:
    """What a row has beside the follow-up itself: the claimant's first name, and its clock."""
    claimant = follow_up.claimed_by if follow_up.is_claimed(now) else None
    name = memory.first_names([claimant])[claimant] if claimant else None
    calendar = None if never_stops(follow_up, policy) else policy.calendar
    return {"claimed_by_name": name, **clock_of(follow_up, calendar, now)}


def never_stops(follow_up: FollowUp, policy: Policy) -> bool:
    """Whether the time limit that decided counts around the clock, as that of critical ones does.

    A limit of the deciding rule goes before those of the policy. One that is no longer in the
    policy counts as working time, like most.
    """
    own = {rule.id: rule.sla for rule in policy.rules if rule.sla}
    general = {entry.id: entry.limit for entry in policy.sla}
    for limits in (own, general):
        for rule in follow_up.rules:
            if rule in limits:
                return limits[rule].clock == "always"
    return False


def clock_of(follow_up: FollowUp, calendar: Calendar | None, now: datetime) -> dict[str, Any]:
    """How much working time is left until a follow-up is due, and whether it runs (R07).

    `working_minutes_left` is negative where it is overdue: so long, in working time. `resumes_at`
    is when a paused clock runs again. Without a `calendar` it counts around the clock.
    """
    due = parse_time(follow_up.due_at)
    if calendar is None:
        left = ceil((due - now).total_seconds() / 60)
        return {"working_minutes_left": left, "clock": "running", "resumes_at": None}
    if due >= now:
        minutes = working_seconds(now, due, calendar) // 60
    else:
        minutes = -(working_seconds(due, now, calendar) // 60)
    runs = is_working(now, calendar)
    return {
        "working_minutes_left": minutes,
        "clock": "running" if runs else "paused",
        "resumes_at": None if runs else format_time(next_opening(now, calendar)),
    }


def _businesses(caller: Caller, business: str | None) -> tuple[str, ...]:
    if business is not None:
        caller.require_role(business, *ANSWERING, missing=NO_SUCH_BUSINESS)
        return (business,)
    businesses = caller.businesses(*ANSWERING)
    if len(businesses) > MAX_BUSINESSES:
        raise BadRequest(
            f"Name a business: ?business=… It is needed where you have more than {MAX_BUSINESSES}."
        )
    return businesses


@dataclass(slots=True)
class _Reading:
    """What was read of one business, as far as `place`; None when that was all.

    `matches` are those of `follow_ups` that are asked for. `is_over` says that no other one comes.
    """

    business: str
    place: str | None
    follow_ups: list[FollowUp] = field(default_factory=list["FollowUp"])
    matches: list[FollowUp] = field(default_factory=list["FollowUp"])
    is_over: bool = False


def _read(business: str, query: ListQuery, viewer: Viewer, cases: CaseStore) -> _Reading:
    reading = _Reading(business, query.after)
    limit = max(query.limit, _READ_TOGETHER) if query.is_filtered else query.limit
    while True:
        page, reading.place = cases.open_follow_ups(business, limit=limit, after=reading.place)
        reading.follow_ups += page
        reading.matches += [each for each in page if query.takes(each, viewer)]
        if query.view is FollowUpView.OVERDUE and page and not viewer.is_overdue(page[-1]):
            reading.is_over = True
        is_enough = len(reading.matches) >= query.limit or len(reading.follow_ups) >= MAX_READ
        if reading.place is None or reading.is_over or is_enough or not page:
            return reading


def _place(follow_up: FollowUp) -> str:
    return f"{follow_up.due_at}#{follow_up.id}"


def _count(readings: Iterable[_Reading], viewer: Viewer, memory: DeskMemory) -> Counts:
    by_view = {"all": 0, **{view.value: 0 for view in FollowUpView}}
    complete = True
    for reading in readings:
        follow_ups = {follow_up.id: follow_up for follow_up in reading.follow_ups}
        if reading.place is not None:
            backlog = memory.backlog(reading.business, reading.place)
            complete = complete and backlog.complete
            # What was read just now is newer.
            follow_ups |= {
                follow_up.id: follow_up
                for follow_up in backlog.follow_ups
                if _place(follow_up) > reading.place and follow_up.id not in follow_ups
            }
        for follow_up in follow_ups.values():
            if follow_up.status is not Status.RESOLVING:
                by_view["all"] += viewer.sees(follow_up, None)
            for view in FollowUpView:
                by_view[view.value] += viewer.sees(follow_up, view)
    return Counts(by_view, complete)
