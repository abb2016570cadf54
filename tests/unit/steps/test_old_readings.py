"""Readings that may be a moment old: whatever they miss, a review ends as if they had not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent
from tests.unit.backend import Backend, complaint, praise

FIRST = praise("r-1")
EDIT = complaint("r-1", revision=2, kind=EventKind.EDITED)
WITHDRAWAL = praise("r-1", revision=3, kind=EventKind.WITHDRAWN)


class OldReadings:
    """A boto client that has seen no write yet, unless it is asked for an exact reading."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.old = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **request: Any) -> Any:
        if request.get("ConsistentRead"):
            return self._client.get_item(**request)
        if request["Key"]["sk"]["S"] not in {"STATE", "LAST_VARIANT"}:
            return self._client.get_item(**request)
        self.old += 1
        return {}


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


def deliver_all(shop: Backend, events: Sequence[ReviewEvent]) -> str:
    review = ""
    for event in events:
        review = shop.deliver(event)
    shop.run_workflows()
    return review


def ending(shop: Backend, review: str) -> tuple[Any, ...]:
    case = shop.case(review)
    slots = [(slot.reply, slot.variant, slot.state) for slot in case.thread.slots]
    return shop.kinds(review), case.review.closing_kind, case.review.revision, slots


@pytest.mark.parametrize(
    "events",
    [
        (FIRST,),
        (FIRST, FIRST),
        (FIRST, EDIT),
        (EDIT, FIRST),
        (FIRST, WITHDRAWAL),
        (FIRST, EDIT, WITHDRAWAL, FIRST),
        (WITHDRAWAL, FIRST),
    ],
    ids=lambda events: "-".join(f"{event.kind.value}{event.revision[-1]}" for event in events),
)
def test_a_review_ends_as_if_every_reading_were_exact(
    shop: Backend, events: Sequence[ReviewEvent]
) -> None:
    restore = shop.snapshot()
    exact = ending(shop, deliver_all(shop, events))
    restore()
    client = shop.dynamodb
    shop.dynamodb = old = OldReadings(client)
    try:
        review = deliver_all(shop, events)
    finally:
        shop.dynamodb = client

    assert old.old > 0
    assert ending(shop, review) == exact
    shop.check_invariants()


def test_two_reviews_of_one_page_never_get_the_same_wording_in_a_row(shop: Backend) -> None:
    client = shop.dynamodb
    shop.dynamodb = OldReadings(client)
    try:
        reviews = [
            shop.deliver(praise(f"r-{number}", author=f"cus-{number}")) for number in range(6)
        ]
    finally:
        shop.dynamodb = client
    variants = [shop.case(review).thread.slots[0].variant for review in reviews]

    assert all(one != next for one, next in pairwise(variants))


@pytest.mark.parametrize("event", [FIRST, complaint("r-1")], ids=["praise", "complaint"])
def test_the_first_review_is_listed_with_the_key_and_later_ones_apart(
    shop: Backend, event: ReviewEvent
) -> None:
    first = shop.deliver(event)
    (author,) = {item["pk"] for item in shop.stored_items() if item["sk"] == "AUTHOR"}

    def apart() -> list[str]:
        return [item["sk"] for item in shop.stored_items() if item["sk"].startswith("REVIEW#")]

    assert apart() == []
    assert shop.cases.reviews_of_author(author) == [first]
    second = shop.deliver(praise("r-2"))
    assert apart() == [f"REVIEW#{second}"]
    assert shop.cases.reviews_of_author(author) == sorted([first, second])
    shop.cases.unlist_review(author, first)
    assert shop.cases.reviews_of_author(author) == [second]
    assert shop.kinds(first)[0] is Kind.ACCEPTED
