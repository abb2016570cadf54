"""REVIEWS.io.

Two series of ids, numbers that may be text, and edits and deletions that only the lists show.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    ReviewPage,
    WebhookRequest,
    load,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

REVIEWS_IO = load("reviews_io")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BLANK = Connection("c0ffee", "bus_1", "reviews_io", "https://api.example.com/hooks/c0ffee")
DELIVERED: Json = {
    "id": 55, "review_type": "company", "order_id": "SO-1", "rating": 2, "comments": "Slow.",
    "user": {"name": "Odile Brandt", "email_address": "Odile@Example.com"},
}  # fmt: skip
LISTED: Json = {
    "store_review_id": 55, "title": "Hm", "comments": "Slow.", "rating": 2,
    "date_created": "2026-03-13 09:00:00",
    "reviewer": {"first_name": "Odile", "last_name": "Brandt", "email": "odile@example.com"},
}  # fmt: skip


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("reviews_io", "company-55", LISTED)
        yield connect_to_simulator("reviews_io", simulator)


def parse_delivery(review: Json) -> ParsedDelivery:
    return REVIEWS_IO.parse(WebhookRequest("POST", {}, json.dumps(review).encode()), BLANK, NOW)


def fetch(harness: SimulatedConnection, native_id: str = "company-55", **without: str) -> Any:
    return harness.connector.fetch(
        native_id,
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def test_the_documented_template_names_every_field_that_is_read(
    facts: Callable[[str], str],
) -> None:
    template = facts("payloads/reviewsio-review-submitted.pseudo.txt")
    document = json.loads(template[: template.rindex("}") + 1].replace("'", '"'))
    document |= {"id": "55", "review_type": "product", "rating": "4"}
    (event,) = parse_delivery(document).events
    assert (event.kind, event.native_id, event.rating, event.text) == (
        EventKind.CREATED,
        "product-55",
        4,
        "(review text)",
    )
    assert (event.author.name, event.subject) == (
        "(reviewers name)",
        "(sku of product being reviewed, only included for product reviews)",
    )


@given(
    id=st.integers(1, 10**12),
    rating=st.integers(1, 5),
    kind=st.sampled_from(["company", "product"]),
)
def test_text_and_native_values_say_the_same(id: int, rating: int, kind: str) -> None:
    native = {**DELIVERED, "id": id, "rating": rating, "review_type": kind}
    assert parse_delivery(native) == parse_delivery(
        {**native, "id": str(id), "rating": str(rating), "review_type": kind.title()}
    )


def test_the_two_series_of_ids_never_meet_and_the_kind_is_known_without_its_name() -> None:
    company, product = (
        parse_delivery(DELIVERED),
        parse_delivery({**DELIVERED, "review_type": "product"}),
    )
    assert {event.native_id for parsed in (company, product) for event in parsed.events} == {
        "company-55",
        "product-55",
    }
    unnamed = {name: value for name, value in DELIVERED.items() if name != "review_type"}
    assert parse_delivery(unnamed) == company
    assert parse_delivery({**unnamed, "product": {"sku": "B"}}).events[0].native_id == "product-55"


def test_the_e_mail_address_never_becomes_an_id_and_a_body_without_an_id_is_refused() -> None:
    (event,) = parse_delivery(DELIVERED).events
    assert event.author.id.startswith("email:")
    assert "example" not in repr(event).lower()
    assert (
        parse_delivery({**DELIVERED, "user": {"name": "A"}}).events[0].author.id
        == "anonymous:company-55"
    )
    assert [event.kind for event in parse_delivery({}).events] == [EventKind.TEST]
    for broken in (
        {**DELIVERED, "id": None},
        {**DELIVERED, "review_type": "question"},
        {"rating": 1},
    ):
        with pytest.raises(Unparseable):
            parse_delivery(broken)


def test_a_fetched_or_listed_review_says_what_was_delivered(harness: SimulatedConnection) -> None:
    (event,) = parse_delivery(DELIVERED).events
    result = fetch(harness)
    page = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(page, ReviewPage)
    assert isinstance(result, ReviewEvent)
    for event in (result, page.events[0]):
        assert (event.native_id, event.revision, event.content, event.author) == (
            event.native_id,
            event.revision,
            event.content,
            event.author,
        )
    harness.simulator.set_resource("reviews_io", "company-55", {"comments": "", "rating": 5})
    assert fetch(harness).text == "Hm"
    assert fetch(harness).content != event.content


def test_a_review_that_is_not_among_the_newest_is_never_gone(
    harness: SimulatedConnection,
) -> None:
    for number in range(1_000, 1_300):
        harness.simulator.set_resource(
            "reviews_io", f"company-{number}", LISTED | {"store_review_id": number}
        )
    assert fetch(harness) is None
    assert fetch(harness, "company-1000").native_id == "company-1000"
    assert fetch(harness, "company-404") is None
    assert fetch(harness, "product-55") is None
    assert fetch(harness, "question-55") is None
    assert fetch(harness, api_key="wrong") is None
    assert fetch(harness, api_key="") is None
    harness.simulator.add_fault(
        "reviews_io", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.READ
    )
    with pytest.raises(PlatformUnavailable) as fault:
        fetch(harness)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_both_lists_come_as_one_newest_first_page_by_page(harness: SimulatedConnection) -> None:
    for number in range(100):
        harness.simulator.set_resource(
            "reviews_io", f"company-{number + 100}", LISTED | {"store_review_id": number + 100}
        )
    boots: Json = {
        "product_review_id": 9,
        "review": "Warm.",
        "rating": 5,
        "date_created": "2026-03-14 08:00:00",
        "sku": "B",
        "reviewer": {},
    }
    harness.simulator.set_resource("reviews_io", "product-9", boots)
    first = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(first, ReviewPage)
    assert (len(first.events), first.next_cursor, first.problems) == (101, "1", ())
    assert (first.events[0].native_id, first.events[0].text, first.events[0].subject) == (
        "product-9",
        "Warm.",
        "B",
    )
    last = harness.connector.recent(first.next_cursor, harness.account, NOW)
    assert isinstance(last, ReviewPage)
    assert ([event.native_id for event in last.events], last.next_cursor) == (["company-55"], None)
    rejection = harness.connector.recent(
        None, PlatformAccount(harness.connection, {"api_key": "wrong"}, harness.http), NOW
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unauthorized"


def test_a_reply_is_left_to_people(harness: SimulatedConnection) -> None:
    rejection = REVIEWS_IO.reply(
        ReplyTarget("company-55", "company-55", {}), "Thanks.", "r", harness.account
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not_offered"
