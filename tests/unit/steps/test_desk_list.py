"""The list of the desk: views, filters, counts, names, clocks, and one order over businesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from heard.assessment import Severity
from heard.clock import format_time, parse_time
from heard.connectors import HttpResponse
from heard.errors import BadRequest, Forbidden, NotFound
from heard.follow_ups import Action, FollowUp, Status
from heard.policy import default_policy
from heard.steps import desk, desk_memory
from heard.steps.caller import Caller
from heard.steps.desk_list import (
    FollowUpView,
    ListPage,
    ListQuery,
    Viewer,
    clock_of,
    list_open_follow_ups,
    list_rows,
    never_stops,
)
from heard.steps.desk_memory import DeskMemory
from heard.steps.desk_previews import preview
from heard.steps.desk_settings import put_off, show_again, viewer_of
from heard.storage.keys import partition_key
from heard.storage.people import People
from heard.working_time import Calendar
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, Backend, complaint
from tests.unit.steps.test_damaged_states import put_attribute

TEXT = "We found the parcel at the depot. A driver brings it today, before four."
CODES = {"fix": "refunded", "root_cause": "packaging"}
NINE_TO_FIVE = Calendar("Europe/Berlin", (((9 * 60, 17 * 60),),) * 5 + ((), ()))


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


@pytest.fixture
def ana(shop: Backend) -> Caller:
    return shop.add_person("Ana")


def deliver(shop: Backend, number: int, business: str = BUSINESS) -> FollowUp:
    if shop.connections["standard"].business != business:
        shop.connect("standard", business=business, reply_url="https://shop.example/replies")
    review = shop.deliver(complaint(f"r-{number}", author=f"cus-{number}"))
    follow_up = shop.case(review).follow_up
    assert follow_up
    return follow_up


def answer(
    shop: Backend, caller: Caller, follow_up: FollowUp, action: Action, **fields: Any
) -> None:
    fence = desk.claim(caller, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(
        id=f"answer-{follow_up.id}", action=action, fence=fence, **(CODES | fields)
    )
    desk.resolve(caller, follow_up.id, request, shop.desk, shop.clock())


def ids_of(page: ListPage) -> list[str]:
    return [follow_up.id for follow_up in page.follow_ups]


def counts_of(page: ListPage) -> dict[str, int]:
    assert page.counts
    return {name: count for name, count in page.counts.by_view.items() if count}


def pages(shop: Backend, caller: Caller, **query: Any) -> Iterator[ListPage]:
    after: str | None = None
    for _ in range(50):
        page = shop.listed(caller, after=after, **query)
        yield page
        after = page.next
        if after is None:
            return
    raise AssertionError("the list does not end")


def test_each_view_shows_its_part_and_the_counts_say_how_many(shop: Backend, ana: Caller) -> None:
    ben, lee = shop.add_person("Ben"), shop.add_person("Lee", "lead")
    mine, bens, walks, promised, invited, resolving = (deliver(shop, n) for n in range(6))
    desk.claim(ana, mine.id, shop.desk, shop.clock())
    desk.claim(ben, bens.id, shop.desk, shop.clock())
    answer(shop, ana, walks, Action.WALK_AWAY, reason="abuse")
    answer(shop, ana, promised, Action.PROMISE, promised_for=shop.clock() + timedelta(days=9))
    answer(shop, ana, invited, Action.INVITE_PRIVATE, text=TEXT)
    shop.run_workflows()
    answer(shop, ana, resolving, Action.RESOLVE_WITHOUT_REPLY)

    expected = {
        # Until a lead has decided it is Ana's.
        FollowUpView.MINE: {mine.id, walks.id},
        FollowUpView.OVERDUE: set[str](),
        FollowUpView.WAITS_FOR_LEAD: {walks.id},
        FollowUpView.PROMISED: {promised.id},
        FollowUpView.INVITED: {invited.id},
    }
    for view, ids in expected.items():
        page = shop.listed(ana, view=view)
        assert (set(ids_of(page)), page.next) == (ids, None), view
        # A filter changes no count. What is carried out already waits for nobody.
        assert counts_of(page) == {
            "all": 5, "mine": 2, "waits_for_lead": 1, "promised": 1, "invited": 1,
        }  # fmt: skip
    assert ids_of(shop.listed(ben, view=FollowUpView.MINE)) == [bens.id]
    assert counts_of(shop.listed(lee)).get("mine") is None
    assert len(shop.listed(lee).follow_ups) == 6


def test_a_claim_that_expired_is_nobodys(shop: Backend, ana: Caller) -> None:
    desk.claim(ana, deliver(shop, 1).id, shop.desk, shop.clock())
    shop.clock.advance(minutes=16)

    assert ids_of(shop.listed(ana, view=FollowUpView.MINE)) == []


def test_overdue_ones_come_first_and_nothing_is_read_behind_them(
    shop: Backend, ana: Caller
) -> None:
    late = deliver(shop, 1)
    shop.clock.now = parse_time(late.due_at) + timedelta(minutes=1)
    deliver(shop, 2)
    page = shop.listed(ana, view=FollowUpView.OVERDUE)

    assert (ids_of(page), page.next) == ([late.id], None)
    assert counts_of(page) == {"all": 2, "overdue": 1}


def test_filters_by_severity_platform_and_queue(shop: Backend, ana: Caller) -> None:
    follow_up = deliver(shop, 1)
    severity, queue = follow_up.severity, follow_up.queue
    other = next(level for level in Severity if level is not severity)

    assert ids_of(shop.listed(ana, severity=severity, platform="standard", queue=queue))
    for query in ({"severity": other}, {"platform": "yelp"}, {"queue": "nobody"}):
        assert ids_of(shop.listed(ana, **query)) == [], query


def test_what_is_put_off_is_in_its_own_view_alone(shop: Backend, ana: Caller) -> None:
    hidden, seen = deliver(shop, 1), deliver(shop, 2)
    viewer = Viewer(ana.person.subject, shop.clock(), lambda each: each.id == hidden.id)

    def listed(view: FollowUpView | None) -> ListPage:
        ports = shop.desk
        return list_open_follow_ups(ana, ListQuery(view=view), viewer, ports.cases, ports.memory)

    assert ids_of(listed(None)) == [seen.id]
    assert ids_of(listed(FollowUpView.LATER)) == [hidden.id]
    assert counts_of(listed(None)) == {"all": 1, "later": 1}


def test_one_cursor_pages_over_several_businesses_in_due_order(shop: Backend) -> None:
    lou = shop.store_person("Lou", {BUSINESS: ["agent"], OTHER_BUSINESS: ["lead"]})
    follow_ups: list[FollowUp] = []
    # First three of one, then they take turns: a page ends in the middle of either.
    for number, business in enumerate([BUSINESS] * 3 + [OTHER_BUSINESS, BUSINESS] * 3):
        follow_ups.append(deliver(shop, number, business))
        shop.clock.advance(minutes=1)
    in_order = [each.id for each in sorted(follow_ups, key=lambda each: (each.due_at, each.id))]
    for limit in (1, 2, 4, 9, 50):
        read = list(pages(shop, lou, limit=limit))
        assert [id for page in read for id in ids_of(page)] == in_order, limit
        assert all(len(page.follow_ups) <= limit for page in read)
        assert counts_of(read[0])["all"] == 9
        assert all(page.counts is None for page in read[1:])
    only = [id for page in pages(shop, lou, limit=2, business=BUSINESS) for id in ids_of(page)]
    assert only == [each.id for each in follow_ups if each.business == BUSINESS]


def test_a_filter_pages_over_several_businesses_too(
    shop: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a page reads less than it must to be full."""
    monkeypatch.setattr("heard.steps.desk_list._READ_TOGETHER", 2)
    monkeypatch.setattr("heard.steps.desk_list.MAX_READ", 2)
    lou = shop.store_person("Lou", {BUSINESS: ["agent"], OTHER_BUSINESS: ["agent"]})
    mine: list[FollowUp] = []
    for number, business in enumerate([BUSINESS, OTHER_BUSINESS] * 5):
        follow_up = deliver(shop, number, business)
        if number % 3 == 0:
            desk.claim(lou, follow_up.id, shop.desk, shop.clock())
            mine.append(follow_up)
        shop.clock.advance(minutes=1)
    read = list(pages(shop, lou, limit=1, view=FollowUpView.MINE))

    assert [id for page in read for id in ids_of(page)] == [each.id for each in mine]
    assert counts_of(read[0]) == {"all": 10, "mine": 4}


def test_more_than_a_hundred_businesses_must_be_named(
    shop: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.steps.desk_list.MAX_BUSINESSES", 1)
    lou = shop.store_person("Lou", {BUSINESS: ["agent"], OTHER_BUSINESS: ["agent"]})

    with pytest.raises(BadRequest):
        shop.listed(lou)
    assert shop.listed(lou, business=BUSINESS).follow_ups == []


def test_a_list_is_of_businesses_where_the_caller_answers(shop: Backend) -> None:
    lou = shop.store_person("Lou", {BUSINESS: ["agent"], OTHER_BUSINESS: ["auditor"]})
    deliver(shop, 1, OTHER_BUSINESS)

    assert shop.listed(lou).follow_ups == []
    with pytest.raises(Forbidden):
        shop.listed(lou, business=OTHER_BUSINESS)
    with pytest.raises(NotFound):
        shop.listed(lou, business="bus_strangers")


def test_what_lies_behind_a_page_is_counted_once_in_a_while(shop: Backend, ana: Caller) -> None:
    seconds = [0.0]
    ports = shop.desk
    ports = desk.DeskPorts(
        *(getattr(ports, name) for name in ("people", "setup", "cases", "workflows", "queue")),
        ports.settings,
        ports.outcomes,
        DeskMemory(ports.people, ports.setup, ports.cases, lambda: seconds[0]),
    )
    for number in range(3):
        deliver(shop, number)
        shop.clock.advance(minutes=1)
    assert counts_of(shop.listed(ana, ports, limit=2)) == {"all": 3}
    deliver(shop, 9)
    assert counts_of(shop.listed(ana, ports, limit=2)) == {"all": 3}
    first = shop.listed(ana, ports, limit=2).follow_ups[0]
    desk.claim(ana, first.id, ports, shop.clock())
    # What the page itself shows is counted as it is now.
    assert counts_of(shop.listed(ana, ports, limit=2)) == {"all": 3, "mine": 1}
    assert counts_of(shop.listed(ana, ports, limit=1)) == {"all": 4, "mine": 1}
    seconds[0] += desk_memory.BACKLOG_SECONDS
    assert counts_of(shop.listed(ana, ports, limit=2)) == {"all": 4, "mine": 1}


def test_counts_say_when_there_are_too_many_to_count(
    shop: Backend, ana: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_memory, "MAX_COUNTED", 1)
    monkeypatch.setattr(desk_memory, "_PAGE", 1)
    for number in range(4):
        deliver(shop, number)
    page = shop.listed(ana, limit=1)

    assert page.counts
    assert (page.counts.by_view["all"], page.counts.complete) == (2, False)


def test_a_row_names_its_claimant_who_is_read_once(
    shop: Backend, ana: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        desk.claim(ana, deliver(shop, number).id, shop.desk, shop.clock())
    ports = shop.desk
    asked: list[str] = []
    read = People.first_name

    def first_name(people: People, subject: str) -> str | None:
        asked.append(subject)
        return read(people, subject)

    monkeypatch.setattr(People, "first_name", first_name)
    for _ in range(2):
        page = shop.listed(ana, ports).follow_ups
        rows = list_rows(page, shop.clock(), ports.cases, ports.memory, words=False)
        assert {row["claimed_by_name"] for row in rows} == {"Ana"}
    assert asked == [ana.person.subject]
    shop.clock.advance(minutes=16)
    (row, *_) = list_rows(page, shop.clock(), ports.cases, ports.memory, words=False)
    assert (row["claimed_by"], row["claimed_by_name"]) == (None, None)


@pytest.mark.parametrize(
    ("now", "due", "minutes", "resumes_at"),
    [
        ("2026-03-17T10:00+01:00", "2026-03-17T11:30+01:00", 90, None),
        # Two hours of today and one of tomorrow
        ("2026-03-17T15:00+01:00", "2026-03-18T10:00+01:00", 180, None),
        ("2026-03-17T20:00+01:00", "2026-03-18T10:00+01:00", 60, "2026-03-18T09:00+01:00"),
        # On Friday at closing time, over the weekend
        ("2026-03-20T17:00+01:00", "2026-03-23T09:30+01:00", 30, "2026-03-23T09:00+01:00"),
        ("2026-03-17T10:00+01:00", "2026-03-17T09:25+01:00", -35, None),
        ("2026-03-17T20:00+01:00", "2026-03-17T16:45+01:00", -15, "2026-03-18T09:00+01:00"),
    ],
)
def test_the_clock_counts_the_hours_of_the_business(
    shop: Backend, now: str, due: str, minutes: int, resumes_at: str | None
) -> None:
    follow_up = replace(deliver(shop, 1), due_at=format_time(datetime.fromisoformat(due)))

    assert clock_of(follow_up, NINE_TO_FIVE, datetime.fromisoformat(now)) == {
        "working_minutes_left": minutes,
        "clock": "paused" if resumes_at else "running",
        "resumes_at": format_time(datetime.fromisoformat(resumes_at)) if resumes_at else None,
    }


def test_what_counts_around_the_clock_is_never_paused(shop: Backend) -> None:
    follow_up = deliver(shop, 1)
    policy = default_policy()
    critical = replace(follow_up, rules=("R01-critical", "R07-critical", "R08-critical"))
    saturday = datetime.fromisoformat("2026-03-21T22:00+01:00")
    due = replace(critical, due_at=format_time(saturday + timedelta(minutes=40)))

    assert never_stops(critical, policy)
    assert not never_stops(follow_up, policy)
    assert not never_stops(replace(follow_up, rules=("gone",)), policy)
    assert clock_of(due, None, saturday) == {
        "working_minutes_left": 40,
        "clock": "running",
        "resumes_at": None,
    }


def test_what_somebody_puts_off_is_in_their_later_view_until_it_is_due(
    shop: Backend, ana: Caller
) -> None:
    follow_up, other = deliver(shop, 1), deliver(shop, 2)
    now = shop.clock()
    put_off(ana, follow_up.id, now + timedelta(hours=1), shop.desk, now)

    def ids(view: FollowUpView | None, at: datetime, caller: Caller = ana) -> set[str]:
        viewer = viewer_of(caller, shop.desk, at)
        page = list_open_follow_ups(
            caller, ListQuery(view=view), viewer, shop.cases, shop.desk.memory
        )
        return {each.id for each in page.follow_ups}

    assert ids(None, now) == {other.id}
    assert ids(FollowUpView.LATER, now) == {follow_up.id}
    assert ids(None, now, shop.add_person("Ben")) == {follow_up.id, other.id}
    later = now + timedelta(hours=1, minutes=1)
    assert ids(None, later) == {follow_up.id, other.id}
    assert ids(FollowUpView.LATER, later) == set()
    show_again(ana, follow_up.id, shop.desk)
    assert ids(None, now) == {follow_up.id, other.id}


# Previews


def test_previews_survive_what_is_erased_damaged_or_gone(shop: Backend, ana: Caller) -> None:
    sound, erased, bad_state, bad_row, foreign = (deliver(shop, number) for number in range(5))
    shop.cases.vault.erase(shop.case(erased.reviews[0]).review.author, shop.clock())
    pk = partition_key(bad_state.reviews[0])
    put_attribute(shop, pk, "STATE", "review", {"id": "?"})
    put_attribute(shop, bad_row.id, "FOLLOW_UP", "follow_up", {"id": bad_row.id})
    put_attribute(
        shop, foreign.id, "FOLLOW_UP", "follow_up", foreign.to_json() | {"business": "bus_other"}
    )
    wanted = [foreign.id, bad_row.id, bad_state.id, sound.id, erased.id, "fup_neverwasanywhere"]
    shown = {each["id"]: each for each in preview(ana, wanted, shop.cases)}

    assert list(shown) == [bad_state.id, sound.id, erased.id]
    reviews = {id: preview["newest_review"] for id, preview in shown.items()}
    assert reviews[bad_state.id] is None
    assert (reviews[erased.id]["erased"], reviews[erased.id]["author"]) == (True, None)
    assert reviews[sound.id]["first_words"]
    assert (reviews[sound.id]["rating"], reviews[sound.id]["damaged"]) == (1, False)


def test_previews_are_for_agents_and_leads(shop: Backend) -> None:
    with pytest.raises(Forbidden):
        preview(shop.add_person("Ida", "auditor"), [deliver(shop, 1).id], shop.cases)


def test_a_list_shows_those_that_are_resolved_and_not_carried_out(
    shop: Backend, ana: Caller
) -> None:
    follow_up = deliver(shop, 1)
    answer(shop, ana, follow_up, Action.RESOLVE_WITHOUT_REPLY)

    (listed,) = shop.listed(ana).follow_ups
    assert listed.status is Status.RESOLVING
    assert counts_of(shop.listed(ana)) == {}
