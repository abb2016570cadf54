"""Stamped.

A secret in a header, the business's reply inside the review, and edits that only a list shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    SignatureFailureReason,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

STAMPED = load("stamped")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BLANK = Connection("c0ffee", "bus_1", "stamped", "https://api.example.com/hooks/c0ffee")
TEXT = "Thank you for writing, Tilda. The lamp is on its way again."
TARGET = ReplyTarget("617", "617", {})
SENT: Json = {
    "id": 617, "author": "Tilda", "customerEmail": "Tilda@Example.com", "reviewTitle": "Late",
    "reviewMessage": "It never came.",
    "reviewRating": 1, "dateCreated": "2026-03-13T09:00:00.5", "reviewReply": None,
    "productName": "Lamp",
}  # fmt: skip
SHOWN: Json = {
    "author": "Tilda", "email": "tilda@example.com", "title": "Late", "body": "It never came.",
    "rating": 1,
    "dateCreated": "2026-03-13T09:00:00.5", "productTitle": "Lamp",
}  # fmt: skip


class Platform(Protocol):
    url: str

    def respond_with(self, *answers: Any) -> None: ...


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("stamped", "617", SHOWN)
        yield connect_to_simulator("stamped", simulator)


def parse_delivery(review: Json, topic: str = "") -> ParsedDelivery:
    return STAMPED.parse(
        WebhookRequest("POST", {"x-stamped-topic": topic}, json.dumps(review).encode()), BLANK, NOW
    )


def reply(
    harness: SimulatedConnection, text: str = TEXT, *ours: str, **without: str
) -> SentReply | Rejection:
    return harness.connector.reply(
        replace(TARGET, own_replies=ours),
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def find(harness: SimulatedConnection, text: str = TEXT, **without: str) -> SentReply | ReplyLookup:
    return harness.connector.find_reply(
        TARGET,
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def fetch(
    harness: SimulatedConnection, native_id: str = "617", **without: str
) -> ReviewEvent | ReviewGone | None:
    return harness.connector.fetch(
        native_id,
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def test_the_payload_that_stamped_publishes_is_understood(facts: Callable[[str], str]) -> None:
    parsed = parse_delivery(json.loads(facts("payloads/stamped-review.json")))
    (event,) = parsed.events
    assert parsed.problems == ()
    assert (event.kind, event.native_id, event.rating, event.title, event.text) == (
        EventKind.CREATED,
        "14243711",
        3,
        "Test review",
        "testing",
    )
    assert (event.revision, event.author.name) == ("2019-06-05T09:30:14.963Z", "John Doe")
    assert event.author.id.startswith("email:")
    assert "example" not in repr(event)


@pytest.mark.parametrize("header", ["x-stamped-webhook-secret", "x-secret-key"])
def test_only_the_secret_is_accepted_in_either_header(header: str) -> None:
    def refused(secret: str, *secrets: str, name: str = header) -> SignatureFailureReason | None:
        refusal = STAMPED.verify(
            WebhookRequest("POST", {name: secret}, b"{}"), BLANK, secrets, NOW, HttpClient()
        )
        return refusal.reason if refusal else None

    assert refused("right", "new", "right") is None
    assert refused("wrong", "right") is SignatureFailureReason.SIGNATURE_WRONG
    assert (
        refused("right", "right", name="x-stamped-topic")
        is SignatureFailureReason.SIGNATURE_MISSING
    )
    assert refused("", "") is SignatureFailureReason.NO_SECRET
    assert refused("right") is SignatureFailureReason.NO_SECRET


@given(id=st.integers(1, 10**12), rating=st.integers(1, 5))
def test_numbers_may_come_as_text(id: int, rating: int) -> None:
    assert parse_delivery({**SENT, "id": id, "reviewRating": rating}) == parse_delivery(
        {**SENT, "id": str(id), "reviewRating": str(rating)}
    )


def test_a_reply_inside_the_review_is_the_businesss_own_and_stands_beside_it() -> None:
    (review,) = parse_delivery(SENT).events
    (event,) = parse_delivery(
        {**SENT, "reviewReply": "We are sorry.", "dateReplied": "2026-03-13T10:00:00"}
    ).events
    assert (event.kind, event.native_id, event.native_thread) == (
        EventKind.REPLY_SEEN,
        "reply-617",
        review.native_thread,
    )
    assert (event.text, event.revision, event.rating) == (
        "We are sorry.",
        "2026-03-13T10:00:00.000Z",
        None,
    )
    assert event.author != review.author


def test_only_the_topic_dates_an_edit_or_reports_a_deletion() -> None:
    events = [
        parse_delivery(SENT, topic).events[0]
        for topic in ("review/created", "Review/Updated", "review.deleted")
    ]
    assert [event.kind for event in events] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
    ]
    assert [event.revision for event in events] == [
        "2026-03-13T09:00:00.500Z",
        "2026-03-14T09:26:53.000Z",
        FINAL_REVISION,
    ]
    assert "x-stamped-topic" in STAMPED.parsed_headers


def test_a_body_that_is_no_review_and_a_review_without_an_id_are_unparseable() -> None:
    for broken in (
        {},
        {"id": 1, "question": "?"},
        {"reviewMessage": "A"},
        {**SENT, "dateCreated": "yesterday"},
    ):
        with pytest.raises(Unparseable):
            parse_delivery(broken)
    nameless = parse_delivery({**SENT, "customerEmail": "not an address", "author": None}).events[0]
    assert (nameless.author.id, nameless.author.name) == ("anonymous:617", None)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("It wasn&#039;t warm &amp; dry", "It wasn't warm & dry"),
        ("Sch&ouml;n, aber <b>undicht</b><br>seit Mai", "Schön, aber undicht\nseit Mai"),
        ("I &lt;3 it", "I <3 it"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_the_escapes_of_html_are_undone(sent: str, read: str) -> None:
    (event,) = parse_delivery({**SENT, "reviewTitle": sent, "reviewMessage": sent}).events
    assert (event.title, event.text) == (read, read)
    (event,) = parse_delivery({**SENT, "author": "O&#39;Brien", "productName": "A &amp; B"}).events
    assert (event.author.name, event.subject) == ("O'Brien", "A & B")


def test_a_fetched_or_listed_review_is_the_delivered_one(
    harness: SimulatedConnection,
) -> None:
    (event,) = parse_delivery(SENT).events
    current_event = fetch(harness)
    page = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(page, ReviewPage)
    assert current_event == event == page.events[0]
    harness.simulator.set_resource("stamped", "617", {"body": "It came.", "rating": 4})
    edited = fetch(harness)
    assert isinstance(edited, ReviewEvent)
    assert edited.content != event.content
    assert fetch(harness, "404") is ReviewGone.GONE
    assert fetch(harness, private_key="wrong") is None
    assert fetch(harness, private_key="") is None


def test_the_list_is_read_page_by_page(harness: SimulatedConnection) -> None:
    for number in range(1_000, 1_100):
        harness.simulator.set_resource("stamped", str(number), SHOWN)
    first = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(first, ReviewPage)
    assert (len(first.events), first.next_cursor) == (100, "2")
    last = harness.connector.recent(first.next_cursor, harness.account, NOW)
    assert isinstance(last, ReviewPage)
    assert ([event.native_id for event in last.events], last.next_cursor) == (["617"], None)
    refused = harness.connector.recent(
        None, PlatformAccount(harness.connection, {}, harness.http), NOW
    )
    assert isinstance(refused, Rejection)
    assert refused.reason == "no_credentials"


def test_a_reply_is_posted_in_public_found_and_followed_by_a_second(
    harness: SimulatedConnection,
) -> None:
    assert find(harness) is ReplyLookup.ABSENT
    assert reply(harness) == SentReply("617") == find(harness) == reply(harness)
    assert isinstance(reply(harness, "It left today.", TEXT), SentReply)
    assert find(harness) is ReplyLookup.ABSENT
    texts = [
        posted_reply.text
        for posted_reply in harness.simulator.replies()
        if posted_reply.removed_at is None and posted_reply.public
    ]
    assert texts == ["It left today."]
    assert len(harness.simulator.replies()) == 2


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_reply_that_somebody_else_wrote_is_never_overwritten(
    harness: SimulatedConnection, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(reply(harness), SentReply)
    before = harness.simulator.replies()
    harness.simulator.set_resource(
        "stamped", "617", {"reply": "Sorry! The shop", "dateReplied": "2026-03-13T12:00:00"}
    )
    refused = reply(harness, "It left today.", *ours)
    assert isinstance(refused, Rejection)
    assert (refused.reason, harness.simulator.replies()) == ("already_answered", before)


@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_reply_that_was_taken_without_a_response_is_doubtful_and_found(
    harness: SimulatedConnection, mode: FaultMode
) -> None:
    harness.simulator.add_fault("stamped", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert fault.value.maybe_applied
    assert isinstance(find(harness), SentReply)


@pytest.mark.parametrize(
    ("text", "without", "reason"),
    [
        ("x" * 4_001, {}, "too_long"),
        (TEXT, {"public_key": ""}, "no_credentials"),
        (TEXT, {"public_key": "old"}, "unauthorized"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused_with_the_reason(
    harness: SimulatedConnection, text: str, without: dict[str, str], reason: str
) -> None:
    refused = reply(harness, text, **without)
    assert isinstance(refused, Rejection)
    assert refused.reason == reason
    assert harness.simulator.replies() == []


def test_stampeds_rejections_and_waits_are_different(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("stamped", FaultMode.REJECT)
    assert isinstance(reply(harness), Rejection)
    harness.simulator.add_fault(
        "stamped", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.REPLY
    )
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)
    harness.simulator.set_resource("stamped", "617", None)
    gone = reply(harness)
    assert isinstance(gone, Rejection)
    assert gone.reason == "gone"
    assert find(harness) is ReplyLookup.ABSENT
    assert find(harness, private_key="wrong") is ReplyLookup.CANNOT_TELL


@pytest.mark.parametrize(("setting", "sent"), [("yes", "isEmail=true"), ("", "isEmail=false")])
def test_the_customer_gets_an_e_mail_only_if_the_business_wants_it(
    setting: str,
    sent: str,
    platform: Any,
    harness: SimulatedConnection,
    http_response: Callable[..., Any],
) -> None:
    platform.respond_with(http_response(200, {"id": 617}), http_response(200, TEXT))
    connection = Connection(
        "c",
        "b",
        "stamped",
        "",
        {"api_base": platform.url, "store_hash": "1", "email_replies": setting},
    )
    assert isinstance(
        STAMPED.reply(
            TARGET, TEXT, "r", PlatformAccount(connection, harness.credentials, harness.http)
        ),
        SentReply,
    )
    assert platform.requests[1][1].endswith(f"/617/reply?isPrivate=false&{sent}")
