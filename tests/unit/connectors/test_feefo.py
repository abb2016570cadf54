"""Feefo: an id of any shape, and everything else read at Feefo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
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

FEEFO = load("feefo")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BLANK = Connection("c0ffee", "bus_1", "feefo", "https://api.example.com/hooks/c0ffee")
SERVICE, PRODUCT, WHOLE = (
    "5733aab0498edc149d51aaaa",
    "5733aaaf498edc149d51bbbb",
    "572f69dd498ee99ed9348e49",
)
STARS = {"min": 1, "max": 5, "rating": 2}
FEEDBACK: Json = {
    "url": f"https://www.feefo.com/en_GB/reviews/demo-merchant/{WHOLE}/customer-review",
    "customer": {"display_name": "Emily"},
    "service": {
        "id": SERVICE,
        "title": "Late",
        "review": "It came late.",
        "rating": STARS,
        "created_at": 1_463_003_823_439,
    },
    "products": [
        {
            "id": PRODUCT,
            "review": "Nice scarf.",
            "rating": {**STARS, "rating": 5},
            "product": {"title": "Scarf"},
        }
    ],
}


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("feefo", SERVICE, FEEDBACK)
        yield connect_to_simulator("feefo", simulator)


def parsed_ids(body: bytes) -> list[str]:
    return [
        event.native_id
        for event in FEEFO.parse(WebhookRequest("POST", {}, body), BLANK, NOW).events
    ]


def fetch(harness: SimulatedConnection, native_id: str, **without: str) -> Any:
    return harness.connector.fetch(
        native_id,
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


@given(st.text("0123456789abcdef", min_size=24, max_size=24))
def test_an_id_is_read_in_every_shape_that_makes_sense(id: str) -> None:
    names = (
        "id",
        "feedback_id",
        "review_id",
        "unique_id",
        "identifier",
        "feedbackId",
        "reviewId",
        "uniqueId",
    )
    shapes: list[object] = [
        id,
        [id],
        *({name: id} for name in names),
        *({name: {"id": id}} for name in ("feedback", "review", "data")),
    ]
    shapes += [
        [{"id": id}],
        {"data": [{"id": id}, {"id": id}]},
        {"id": id, "feedback": {"id": "0" * 24}},
        {"id": 7, "feedback_id": id},
    ]
    for body in (
        f" {id}\n".encode(),
        f"id={id}&type=service".encode(),
        f"feedback_id={id}".encode(),
        *(json.dumps(ids).encode() for ids in shapes),
    ):
        assert parsed_ids(body) == [id], body


def test_a_delivery_is_without_words_and_older_than_any_version_that_was_read(
    harness: SimulatedConnection,
) -> None:
    (event,) = FEEFO.parse(
        WebhookRequest("POST", {}, json.dumps({"id": SERVICE}).encode()), BLANK, NOW
    ).events
    assert (event.kind, event.partial, event.author.id) == (
        EventKind.CREATED,
        True,
        f"anonymous:{SERVICE}",
    )
    assert event.revision < fetch(harness, SERVICE).revision


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"{",
        b'{"id": ""}',
        b'{"text": "no"}',
        b'["short"]',
        b'[[[["' + b"a" * 24 + b'"]]]]',
        b"\xff",
    ],
)
def test_a_body_without_an_id_is_refused(body: bytes) -> None:
    with pytest.raises(Unparseable):
        parsed_ids(body)
    assert [
        event.kind for event in FEEFO.parse(WebhookRequest("POST", {}, b" {} "), BLANK, NOW).events
    ] == [EventKind.TEST]


def test_each_part_of_a_feedback_is_a_review_and_the_service_stands_for_the_whole(
    harness: SimulatedConnection,
) -> None:
    service, product, whole = (fetch(harness, id) for id in (SERVICE, PRODUCT, WHOLE))
    assert (service.text, service.title, service.rating, service.author.name) == (
        "It came late.",
        "Late",
        2,
        "Emily",
    )
    assert (service.revision, service.kind) == ("2016-05-11T21:57:03.439Z", EventKind.CREATED)
    assert (product.text, product.rating, product.subject) == ("Nice scarf.", 5, "Scarf")
    assert (whole.native_id, whole.text) == (WHOLE, service.text)
    assert service.author.id != product.author.id


def test_an_update_is_a_later_version_of_the_same_review(harness: SimulatedConnection) -> None:
    before = fetch(harness, SERVICE)
    changed = {
        **FEEDBACK,
        "service": {**FEEDBACK["service"], "review": "Put right."},
        "last_updated_date": "2016-05-12T08:00:00.000Z",
    }
    harness.simulator.set_resource("feefo", SERVICE, changed)
    after = fetch(harness, SERVICE)
    assert (after.kind, after.text, after.native_id) == (
        EventKind.EDITED,
        "Put right.",
        before.native_id,
    )
    assert after.revision > before.revision


def test_feedback_that_feefo_does_not_show_is_never_gone(harness: SimulatedConnection) -> None:
    assert fetch(harness, "f" * 24) is None
    assert fetch(harness, SERVICE, client_secret="wrong") is None
    assert fetch(harness, SERVICE, client_secret="") is None
    harness.simulator.revoke_tokens()
    assert isinstance(fetch(harness, SERVICE), ReviewEvent)
    harness.simulator.add_fault("feefo", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.READ)
    with pytest.raises(PlatformUnavailable) as fault:
        fetch(harness, SERVICE)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_score_out_of_ten_is_no_rating_out_of_five(harness: SimulatedConnection) -> None:
    harness.simulator.set_resource(
        "feefo",
        SERVICE,
        {
            **FEEDBACK,
            "service": {**FEEDBACK["service"], "rating": {"min": 0, "max": 10, "rating": 4}},
        },
    )
    assert fetch(harness, SERVICE).rating is None


def test_the_list_gives_the_parts_with_the_same_ids_and_revisions_page_by_page(
    harness: SimulatedConnection,
) -> None:
    for number in range(100):
        id = f"{number:024x}"
        harness.simulator.set_resource(
            "feefo",
            id,
            {
                "service": {
                    "id": id,
                    "review": "Good.",
                    "rating": STARS,
                    "created_at": 1_463_003_823_439,
                }
            },
        )
    first = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(first, ReviewPage)
    assert (len(first.events), first.next_cursor, first.problems) == (100, "2", ())
    last = harness.connector.recent(first.next_cursor, harness.account, NOW)
    assert isinstance(last, ReviewPage)
    assert [event.native_id for event in last.events] == [SERVICE, PRODUCT]
    assert last.next_cursor is None
    assert last.events[0] == fetch(harness, SERVICE)
    rejection = harness.connector.recent(
        None, PlatformAccount(harness.connection, {}, harness.http), NOW
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "no_credentials"


def test_a_reply_is_left_to_people(harness: SimulatedConnection) -> None:
    rejection = FEEFO.reply(ReplyTarget(SERVICE, SERVICE, {}), "Thanks.", "r", harness.account)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not_offered"
