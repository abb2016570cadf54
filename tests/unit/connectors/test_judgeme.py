"""Judge.me: deliveries with few certain fields, reviews of the API, and public replies."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
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
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms
from tests.unit.signed import refuse_http

pytestmark = pytest.mark.loopback

JUDGEME = load("judgeme")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
TOKEN = {"api_token": "demo-private-token"}
BLANK = Connection("c0ffee", "bus_1", "judgeme", "https://api.example.com/hooks/c0ffee")
TARGET = ReplyTarget("41", "41", {})
TEXT = "Thank you, Ida. A new lid is on its way."
REVIEW: dict[str, Any] = {
    "id": 41, "title": "Leaks", "body": "<p>The lid leaks &amp; drips.</p>It is <b>new</b>.",
    "rating": 2, "product_title": "Bottle",
    "reviewer": {"id": 9, "email": "Ida@Example.com", "name": "Ida"}, "curated": "ok",
    "hidden": False,
    "created_at": "2026-03-14T08:00:00Z", "updated_at": "2026-03-14T08:00:00Z",
}  # fmt: skip


def delivery(document: object) -> WebhookRequest:
    return WebhookRequest("POST", {}, json.dumps(document).encode())


def parse_review(review: Mapping[str, object]) -> ReviewEvent:
    (event,) = JUDGEME.parse(delivery({"review": review}), BLANK, NOW).events
    return event


@given(body=st.binary(min_size=1, max_size=80), bit=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_body_that_judgeme_signed_is_accepted_and_one_flipped_bit_is_not(
    body: bytes, bit: int
) -> None:
    digest = hmac.new(b"private-token", body, hashlib.sha256).hexdigest()
    request = WebhookRequest("POST", {"judgeme-hmac-sha256": digest}, body)
    assert JUDGEME.verify(request, BLANK, ("private-token",), NOW, refuse_http) is None
    at = bit % (len(body) * 8)
    altered_body = bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(body)
    )
    assert (
        JUDGEME.verify(
            replace(request, body=altered_body), BLANK, ("private-token",), NOW, refuse_http
        )
        is not None
    )


def test_without_a_secret_nothing_is_accepted() -> None:
    refusal = JUDGEME.verify(delivery({}), BLANK, (), NOW, refuse_http)
    assert refusal is not None
    assert refusal.reason is SignatureFailureReason.NO_SECRET


def test_the_documented_review_is_read_whole(facts: Callable[[str], str]) -> None:
    event = parse_review(json.loads(facts("payloads/judgeme-review-object-GET.json"))["review"])
    assert (event.kind, event.native_id, event.rating, event.subject) == (
        EventKind.CREATED,
        "111",
        5,
        "Example product",
    )
    assert event.text == "Raw body: it may hold anything, so escape it before you show it."
    assert event.author.name == "John Smith"
    assert not event.partial


def test_tags_and_entities_become_words_and_lines() -> None:
    assert parse_review(REVIEW).text == "The lid leaks & drips.\nIt is new."
    assert parse_review({**REVIEW, "body": "I <3 it, 5 < 6"}).text == "I <3 it, 5 < 6"


def test_an_author_is_known_by_the_hash_of_the_address_in_any_spelling() -> None:
    author = parse_review(REVIEW).author.id
    assert author == parse_review({**REVIEW, "reviewer": {"email": "ida@example.com"}}).author.id
    assert author.startswith("email:")
    assert "ida" not in author
    assert parse_review({**REVIEW, "reviewer": {"id": 9}}).author.id == "reviewer:9"
    assert parse_review({**REVIEW, "reviewer": None}).author.id == "anonymous:41"


def test_a_delivery_without_words_is_partial() -> None:
    event = parse_review(
        {"id": 41, "reviewer": {"email": "ida@example.com"}, "product_external_id": 1}
    )
    assert (event.partial, event.kind, event.native_id) == (True, EventKind.CREATED, "41")
    assert not parse_review({**REVIEW, "title": "", "body": ""}).partial


def test_any_order_and_any_repetition_of_deliveries_ends_in_the_same_state() -> None:
    edited = {**REVIEW, "body": "It leaks worse.", "updated_at": "2026-03-14T09:00:00Z"}
    spam = {**edited, "curated": "spam"}
    back = {**edited, "updated_at": "2026-03-14T09:10:00Z"}
    events = [parse_review(entry) for entry in (REVIEW, edited, spam, back)]
    assert [event.kind for event in events] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
        EventKind.EDITED,
    ]

    def last_kinds(some: list[ReviewEvent]) -> set[EventKind]:
        return {
            max(order, key=lambda event: (event.revision, event.content)).kind
            for order in permutations([*some, some[0]])
        }

    assert last_kinds(events[:3]) == {EventKind.WITHDRAWN}
    assert last_kinds(events) == {EventKind.EDITED}


def test_a_hidden_review_counts() -> None:
    assert parse_review({**REVIEW, "hidden": True, "curated": "not-yet"}).kind is EventKind.CREATED


def test_what_is_no_review_and_one_without_an_id_are_unparseable() -> None:
    for body in (
        {"product": {}},
        {"review": None},
        {"review": {"title": "x"}},
        {"review": {**REVIEW, "updated_at": "yesterday"}},
    ):
        with pytest.raises(Unparseable):
            JUDGEME.parse(delivery(body), BLANK, NOW)


# The API


@pytest.fixture
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as running:
        running.set_resource("judgeme", "41", REVIEW)
        yield running


@pytest.fixture
def http() -> HttpClient:
    return HttpClient(allow_loopback=True)


def connected(platforms: SimulatedPlatforms) -> Connection:
    return replace(BLANK, settings=platforms.settings("judgeme"), has_credentials=True)


def test_a_fetched_review_is_the_delivered_one(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    assert JUDGEME.fetch("41", PlatformAccount(connected(platforms), TOKEN, http)) == parse_review(
        REVIEW
    )
    assert (
        JUDGEME.fetch("42", PlatformAccount(connected(platforms), TOKEN, http)) is ReviewGone.GONE
    )
    assert (
        JUDGEME.fetch("41", PlatformAccount(connected(platforms), {"api_token": "wrong"}, http))
        is None
    )


def test_latest_reviews_come_page_by_page(platforms: SimulatedPlatforms, http: HttpClient) -> None:
    for number in range(100, 205):
        platforms.set_resource(
            "judgeme", str(number), {**REVIEW, "created_at": f"2026-03-13T08:{number % 60:02d}:00Z"}
        )
    first = JUDGEME.recent(None, PlatformAccount(connected(platforms), TOKEN, http), NOW)
    assert isinstance(first, ReviewPage)
    second = JUDGEME.recent(
        first.next_cursor, PlatformAccount(connected(platforms), TOKEN, http), NOW
    )
    assert isinstance(second, ReviewPage)
    assert (len(first.events), first.next_cursor, len(second.events), second.next_cursor) == (
        100,
        "2",
        6,
        None,
    )
    assert first.events[0] == parse_review(REVIEW)


def test_bad_credentials_are_a_rejection_of_a_poll(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    rejection = [
        JUDGEME.recent(None, PlatformAccount(connected(platforms), entry, http), NOW)
        for entry in ({}, {"api_token": "wrong"})
    ]
    assert [entry.reason for entry in rejection if isinstance(entry, Rejection)] == [
        "no_credentials",
        "unauthorized",
    ]


def test_a_reply_is_posted_once_and_cannot_be_looked_for(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    result = JUDGEME.reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connected(platforms), TOKEN, http)
    )
    (reply,) = platforms.replies()
    assert (result, reply.review, reply.text, reply.public) == (
        SentReply(reply.native_id),
        "41",
        TEXT,
        True,
    )
    assert (
        JUDGEME.find_reply(
            TARGET, TEXT, "rep_1", PlatformAccount(connected(platforms), TOKEN, http)
        )
        is ReplyLookup.CANNOT_TELL
    )


@pytest.mark.parametrize(
    ("target", "text", "credentials", "reason"),
    [
        (TARGET, "x" * 2_001, TOKEN, "too_long"),
        (TARGET, TEXT, {}, "no_credentials"),
        (TARGET, TEXT, {"api_token": "wrong"}, "unauthorized"),
        (ReplyTarget("42", "42", {}), TEXT, TOKEN, "gone"),
        (ReplyTarget("not-a-number", "x", {}), TEXT, TOKEN, "gone"),
        (TARGET, "  ", TOKEN, "rejected"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused_with_a_reason(
    target: ReplyTarget,
    text: str,
    credentials: dict[str, str],
    reason: str,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    rejection = JUDGEME.reply(
        target, text, "rep_1", PlatformAccount(connected(platforms), credentials, http)
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert platforms.replies() == []


def test_a_rejection_has_judgemes_own_words(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    platforms.add_fault("judgeme", FaultMode.REJECT)
    rejection = JUDGEME.reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connected(platforms), TOKEN, http)
    )
    assert rejection == Rejection("rejected", "Judge.me says: Reply could not be created")


@pytest.mark.parametrize(
    ("mode", "doubtful"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.RATE_LIMITED, False)],
)
def test_a_fault_says_whether_the_reply_may_be_there(
    mode: FaultMode, doubtful: bool, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    platforms.add_fault("judgeme", mode, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        JUDGEME.reply(TARGET, TEXT, "rep_1", PlatformAccount(connected(platforms), TOKEN, http))
    assert (fault.value.maybe_applied, fault.value.retry_after) == (
        doubtful,
        None if doubtful else 7,
    )


def test_reading_is_never_doubtful(platforms: SimulatedPlatforms, http: HttpClient) -> None:
    platforms.add_fault("judgeme", FaultMode.DROP, call_kind=CallKind.READ)
    with pytest.raises(PlatformUnavailable) as fault:
        JUDGEME.fetch("41", PlatformAccount(connected(platforms), TOKEN, http))
    assert not fault.value.maybe_applied


def test_a_reply_whose_response_has_no_id_gets_our_own_id(
    platform: Any, http_response: Any, http: HttpClient
) -> None:
    connection = replace(BLANK, settings={"api_base": platform.url, "shop_domain": "s.example"})
    platform.respond_with(
        (200, {}, b""), http_response(201, {"id": 5}), http_response(200, {"reply": {"id": "a b"}})
    )
    assert [
        JUDGEME.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        for _ in range(3)
    ] == [
        SentReply("rep_1"),
        SentReply("5"),
        SentReply("rep_1"),
    ]
