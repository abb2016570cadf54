"""A thread with more reviews than one follow-up takes, and a follow-up longer than one response."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from heard import cases, follow_ups
from heard.assessment import Severity
from heard.cases import Case
from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.errors import BadRequest, ConflictError
from heard.follow_ups import Action, FollowUp, Resolution, Status
from heard.outcomes import Kind
from heard.policy import default_policy
from heard.reviews import Channel, EventKind, ReviewEvent, follow_up_id, review_id
from heard.steps import desk, desk_view
from heard.steps.desk import ResolutionRequest
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    NOON,
    Backend,
    InterceptedClient,
    complaint,
    review_event,
)
from tests.unit.steps.test_restoring import problems
from tests.unit.virtual_time import VirtualTime

SMALL: Final = 3
ITEM_BYTES: Final = 400 * 1024
"""The largest item of DynamoDB."""
CRITICAL: Final = "There was broken glass in the bread and my child is in hospital."


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


@pytest.fixture
def small_follow_ups(shop: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """Follow-ups that are full after three reviews."""
    for module in ("heard.follow_ups", "heard.cases.resolving"):
        monkeypatch.setattr(f"{module}.MAX_REVIEWS", SMALL)
    shop.has_full_follow_ups = True
    return shop


def post(number: int) -> ReviewEvent:
    return complaint(f"post-{number}", thread="topic", author=f"cus-{number}")


def id_of(number: int) -> str:
    return review_id(BUSINESS, "standard", f"post-{number}")


def open_reviews(shop: Backend) -> list[tuple[str, ...]]:
    """The reviews of the open follow-ups, that of the first post first."""
    entries = [follow_up.reviews for follow_up in shop.open_follow_ups()]
    return sorted(entries, key=lambda reviews: min(n for n in range(40) if id_of(n) in reviews))


def resolve(shop: Backend, follow_up: str, action: Action) -> None:
    """Claim and resolve a follow-up, and let its workflow end."""
    agent = shop.add_person("Ana")
    fence = desk.claim(agent, follow_up, shop.desk, shop.clock()).fence
    number = len(shop.outcomes())
    words = " ".join(f"word{number}{letter}" for letter in "abcdefghijklmnopqrst")
    request = ResolutionRequest(
        f"resolution-{number}",
        action,
        fence,
        text=words if action is Action.REPLY else None,
        fix="refunded",
        root_cause="double-charge",
    )
    desk.resolve(agent, follow_up, request, shop.desk, shop.clock())
    shop.run_workflows()
    shop.check_invariants()


def test_reviews_that_a_follow_up_does_not_take_get_the_next_one(
    small_follow_ups: Backend,
) -> None:
    shop = small_follow_ups
    for number in range(8):
        shop.deliver(post(number))
    shop.check_invariants()

    assert [len(reviews) for reviews in open_reviews(shop)] == [3, 3, 2]
    assert all(shop.case(id_of(number)).follow_up for number in range(8))
    # What happens to a review of an earlier follow-up, happens in that one.
    first, second, third = (shop.case(id_of(number)).follow_up for number in (0, 3, 7))
    assert first is not None
    assert second is not None
    assert third is not None
    shop.deliver(
        review_event(
            "post-1", CRITICAL, 1, kind=EventKind.EDITED, revision=2, thread="topic", author="cus-1"
        )
    )
    shop.deliver(
        review_event("post-2", kind=EventKind.WITHDRAWN, revision=2, thread="topic", author="cus-2")
    )
    shop.check_invariants()
    assert shop.cases.follow_up(first.id).severity is Severity.CRITICAL
    assert shop.cases.follow_up(first.id).reviews == (id_of(0), id_of(1))
    assert shop.cases.follow_up(third.id).severity is third.severity

    # One answer each: two in public, as R04 allows, and the rest without.
    resolve(shop, second.id, Action.REPLY)
    resolve(shop, first.id, Action.REPLY)
    with pytest.raises(ConflictError, match="R04"):
        resolve(shop, third.id, Action.REPLY)
    resolve(shop, third.id, Action.RESOLVE_WITHOUT_REPLY)

    kinds = [shop.case(id_of(number)).review.closing_kind for number in range(8)]
    assert kinds == [
        *(Kind.ANSWERED, Kind.ANSWERED, Kind.WITHDRAWN),
        *(Kind.ANSWERED, Kind.ANSWERED, Kind.ANSWERED),
        *(Kind.RESOLVED_WITHOUT_REPLY, Kind.RESOLVED_WITHOUT_REPLY),
    ]
    assert shop.case(id_of(0)).thread.public_replies == 2
    assert shop.case(id_of(0)).thread.follow_up is None


def test_posts_at_once_fill_one_follow_up_after_the_other(small_follow_ups: Backend) -> None:
    shop, time = small_follow_ups, VirtualTime()
    messages = [shop.queue_message(post(number)) for number in range(10)]
    plain, shop.waiting = shop.dynamodb, time.waiting
    shop.dynamodb = time.client(plain)
    results = time.run_together([partial(shop.triage, message) for message in messages])
    shop.dynamodb = plain

    assert [result for result in results if isinstance(result, Exception)] == []
    shop.check_invariants()
    assert sorted(len(reviews) for reviews in open_reviews(shop)) == [1, 3, 3, 3]


def test_a_follow_up_of_an_older_release_is_answered_part_by_part(
    shop: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold more reviews than one resolution covers."""
    for number in range(8):
        shop.deliver(post(number))
    (follow_up,) = shop.open_follow_ups()
    for module in ("heard.follow_ups", "heard.cases.resolving"):
        monkeypatch.setattr(f"{module}.MAX_REVIEWS", SMALL)

    left: list[int] = []
    while shop.cases.follow_up(follow_up.id).status is not Status.CLOSED:
        resolve(shop, follow_up.id, Action.RESOLVE_WITHOUT_REPLY)
        left.append(len(shop.cases.follow_up(follow_up.id).reviews))

    assert left == [5, 2, 1]
    closing_kinds = {shop.case(id_of(number)).review.closing_kind for number in range(8)}
    assert closing_kinds == {Kind.RESOLVED_WITHOUT_REPLY}


def case_of(count: int) -> Case:
    """A case whose follow-up has so many reviews."""
    case = cases.new_case(
        post(0), business=BUSINESS, platform="standard", connection="con-1", channel=Channel.FORUM
    )
    follow_up = FollowUp(
        id=follow_up_id(case.thread.id, 1),
        business=BUSINESS,
        thread=case.thread.id,
        reviews=tuple(map(id_of, range(count))),
        platform="standard",
        channel=Channel.FORUM.value,
        severity=Severity.HIGH,
        queue="default",
        priority=60,
        opened_at=format_time(NOON),
        due_at=format_time(NOON + timedelta(days=1)),
    )
    return replace(case, follow_up=follow_up)


@pytest.mark.parametrize(
    ("count", "share"), [(follow_ups.MAX_REVIEWS, 0.1), (7_000, 1.0)], ids=["full", "older release"]
)
def test_a_follow_up_with_its_resolution_fits_into_an_item(count: int, share: float) -> None:
    resolution = Resolution(
        "resolution-1",
        Action.REPLY,
        "sub-ana",
        format_time(NOON),
        reply="rep_5to2duebsawmryussxpaonom",
        fix="refunded",
        root_cause="other",
    )

    change = cases.resolve(case_of(count), resolution, default_policy(), NOON)

    assert isinstance(change, cases.Change)
    assert change.case.follow_up
    assert change.case.follow_up.status is Status.RESOLVING
    assert len(json.dumps(change.case.follow_up.to_json())) < share * ITEM_BYTES


# What the desk returns


def read(
    shop: Backend, follow_up: str, limit: int = 25, after: str | None = None
) -> dict[str, Any]:
    agent = shop.add_person("Ana")
    return desk.describe_follow_up(agent, follow_up, shop.desk, shop.clock(), limit, after)


def read_all(shop: Backend, follow_up: str, limit: int = 25) -> list[list[str]]:
    """The ids of the reviews of each page."""
    pages: list[list[str]] = []
    after: str | None = None
    while True:
        details = read(shop, follow_up, limit, after)
        pages.append([review["id"] for review in details["reviews"]])
        assert details["reviews_count"] == len(shop.cases.follow_up(follow_up).reviews)
        if (after := details["reviews_next"]) is None:
            return pages


def test_the_desk_pages_the_reviews_the_worst_first_and_then_the_newest(shop: Backend) -> None:
    for number in range(7):
        text = CRITICAL if number == 2 else COMPLAINT
        shop.deliver(
            review_event(f"post-{number}", text, 1, thread="topic", author=f"cus-{number}")
        )
    (follow_up,) = shop.open_follow_ups()

    pages = read_all(shop, follow_up.id, limit=3)

    assert pages == [list(map(id_of, page)) for page in ((2, 6, 5), (4, 3, 1), (0,))]
    assert [review["text"] for review in read(shop, follow_up.id, 2)["reviews"]] == [
        CRITICAL,
        COMPLAINT,
    ]
    with pytest.raises(BadRequest, match="first page"):
        read(shop, follow_up.id, after=id_of(99))


def test_a_page_ends_before_its_words_are_too_long(
    shop: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """55 posts of 100 kB are 6 MB, more than Lambda returns. These are a thousandth of that."""
    monkeypatch.setattr(desk_view, "PAGE_BYTES", 6_000)
    for number in range(6):
        words = f"{COMPLAINT} " * (60 if number == 3 else 15)
        shop.deliver(
            review_event(f"post-{number}", words, 1, thread="topic", author=f"cus-{number}")
        )
    (follow_up,) = shop.open_follow_ups()

    pages = read_all(shop, follow_up.id)

    assert [id for page in pages for id in page] == list(map(id_of, (0, 5, 4, 3, 2, 1)))
    # One that is too long alone has a page of its own.
    assert [id_of(3)] in pages
    assert 3 <= len(pages) < 6


def test_the_desk_reads_many_reviews_in_a_few_calls(shop: Backend) -> None:
    def calls_for(limit: int) -> int:
        calls: list[str] = []
        plain = shop.dynamodb
        shop.dynamodb = InterceptedClient(plain, calls.append)
        try:
            assert len(read(shop, follow_up.id, limit)["reviews"]) == limit
        finally:
            shop.dynamodb = plain
        return len(calls)

    for number in range(10):
        shop.deliver(post(number))
    (follow_up,) = shop.open_follow_ups()

    assert calls_for(10) == calls_for(2)
    # The state of one review is known from the check of what can be answered.
    assert calls_for(1) == calls_for(2) - 1


def test_a_full_follow_up_beside_the_next_one_of_its_thread_is_no_disagreement(
    small_follow_ups: Backend,
) -> None:
    shop = small_follow_ups
    for number in range(SMALL + 1):
        shop.deliver(post(number))

    assert len(shop.open_follow_ups()) == 2
    assert problems(shop) == []
