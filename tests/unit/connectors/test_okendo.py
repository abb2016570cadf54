"""Okendo: events through Svix, ordered by their numbers, and one reply a review."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from svix.webhooks import Webhook as Svix

from heard.connectors import (
    Connection,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SentReply,
    SignatureFailureReason,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms
from tests.unit.signed import refuse_http

pytestmark = pytest.mark.loopback

OKENDO = load("okendo")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRET = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="
KEYS = {"user_id": "0b8f5c52-0000-4000-8000-00000000d340", "api_key": "demo-okendo-key"}
BLANK = Connection("c0ffee", "bus_1", "okendo", "https://api.example.com/hooks/c0ffee")
ID = "4d9f0f3e-1111-4a6b-9c55-0a1b2c3d4e09"
TARGET = ReplyTarget(ID, ID, {})
TEXT = "Thank you, Ida.\n\nA new lid <blue> is on its way."
REVIEW: dict[str, Any] = {
    "reviewId": ID, "productId": "shopify-1", "productName": "Bottle", "rating": 2,
    "title": "Leaks", "body": "The lid leaks.",
    "dateCreated": "2026-03-14T08:00:00.000Z", "reviewer": {"displayName": "Ida M.",
    "name": "Ida Musterfrau", "email": "Ida@example.com"},
}  # fmt: skip


def delivery(document: object) -> WebhookRequest:
    return WebhookRequest("POST", {}, json.dumps(document).encode())


def event(
    topic: str, number: object, resource: dict[str, Any] = REVIEW, kind: str | None = "review"
) -> dict[str, Any]:
    return {
        "resource": resource,
        "resourceType": kind,
        "sequenceNumber": number,
        "topic": topic,
        "version": "2025-02-01",
    }


def parse_event(document: object) -> ReviewEvent:
    (result,) = OKENDO.parse(delivery(document), BLANK, NOW).events
    return result


@given(
    body=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), bit=st.integers(0, 10_000)
)
@settings(max_examples=60, deadline=None)
def test_a_body_that_svix_signed_is_accepted_and_one_flipped_bit_is_not(
    body: str, bit: int
) -> None:
    headers = {
        "svix-id": "msg_1",
        "svix-timestamp": str(int(NOW.timestamp())),
        "svix-signature": Svix(SECRET).sign("msg_1", NOW, body),
    }
    request = WebhookRequest("POST", headers, body.encode())
    assert OKENDO.verify(request, BLANK, (SECRET,), NOW, refuse_http) is None
    at = bit % (len(request.body) * 8)
    altered_body = bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte
        for index, byte in enumerate(request.body)
    )
    assert (
        OKENDO.verify(replace(request, body=altered_body), BLANK, (SECRET,), NOW, refuse_http)
        is not None
    )
    late = datetime(2026, 3, 14, 9, 36, tzinfo=UTC)
    stale = OKENDO.verify(request, BLANK, (SECRET,), late, refuse_http)
    assert stale is not None
    assert stale.reason is SignatureFailureReason.STALE


def test_a_review_is_read_whole_and_its_author_by_a_hash() -> None:
    result = parse_event(event("create", 1))
    assert (result.kind, result.native_id, result.native_thread, result.rating) == (
        EventKind.CREATED,
        ID,
        ID,
        2,
    )
    assert (result.title, result.text, result.subject, result.author.name) == (
        "Leaks",
        "The lid leaks.",
        "Bottle",
        "Ida M.",
    )
    assert result.author.id.startswith("email:")
    assert "ida" not in result.author.id
    assert (
        parse_event(event("create", 1, {**REVIEW, "reviewer": {"displayName": "Ida M."}})).author.id
        == f"anonymous:{ID}"
    )


def test_topics_may_be_written_with_their_resource() -> None:
    assert parse_event(event("review.update", 2, kind=None)).kind is EventKind.EDITED


def test_the_numbers_of_events_order_them_in_any_order_of_arrival() -> None:
    worse = {**REVIEW, "body": "It leaks worse."}
    events = [
        parse_event(event("create", 999)),
        parse_event(event("update", 1_000, worse)),
        parse_event(event("update", "10000000000000000000001", REVIEW)),
    ]
    last = {
        max(order, key=lambda entry: (entry.revision, entry.content)).text
        for order in permutations([*events, events[1]])
    }
    assert last == {"The lid leaks."}
    gone = parse_event(event("delete", 3, {"reviewId": ID}))
    assert (gone.kind, gone.revision) == (EventKind.WITHDRAWN, FINAL_REVISION)
    assert gone.revision > max(entry.revision for entry in events)


@pytest.mark.parametrize("number", [None, "", "x1", -1, True, 1.5, "9" * 31, 10**30])
def test_an_event_without_a_usable_number_is_ordered_by_its_arrival(number: object) -> None:
    assert (
        parse_event(event("update", number)).revision
        > parse_event(event("update", 10**29)).revision
    )


def test_events_about_other_things_are_ignored_and_the_example_is_a_test() -> None:
    survey = delivery(event("create", 1, kind="survey_response"))
    assert OKENDO.parse(survey, BLANK, NOW).events == ()
    for unknown in (event("archive", 1), event("create", 1, kind="question"), {}):
        with pytest.raises(Unparseable):
            OKENDO.parse(delivery(unknown), BLANK, NOW)
    example = {**REVIEW, "reviewId": "123e4567-e89b-12d3-a456-426614174000"}
    assert parse_event(event("create", 1, example)).kind is EventKind.TEST


def test_an_event_without_a_review_is_unparseable() -> None:
    for broken in (
        {"resourceType": "review", "topic": "create"},
        event("create", 1, {"rating": 5}),
    ):
        with pytest.raises(Unparseable):
            OKENDO.parse(delivery(broken), BLANK, NOW)


# The API


@pytest.fixture
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as running:
        running.set_resource("okendo", ID, REVIEW)
        yield running


@pytest.fixture
def http() -> HttpClient:
    return HttpClient(allow_loopback=True)


@pytest.fixture
def connection(platforms: SimulatedPlatforms) -> Connection:
    return replace(BLANK, settings=platforms.settings("okendo"), has_credentials=True)


def test_a_fetched_review_is_the_delivered_one_and_never_overtakes_it(
    connection: Connection, http: HttpClient
) -> None:
    delivered, result = (
        parse_event(event("create", 1)),
        OKENDO.fetch(ID, PlatformAccount(connection, KEYS, http)),
    )
    assert isinstance(result, ReviewEvent)
    assert replace(result, revision=delivered.revision) == delivered
    assert result.revision < delivered.revision
    assert OKENDO.fetch("unknown", PlatformAccount(connection, KEYS, http)) is ReviewGone.GONE
    assert OKENDO.fetch(ID, PlatformAccount(connection, {**KEYS, "api_key": "wrong"}, http)) is None


def test_a_reply_arrives_once_and_is_found_again(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    assert (
        OKENDO.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http))
        is ReplyLookup.ABSENT
    )
    assert [
        OKENDO.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http))
        for _ in range(2)
    ] == [SentReply(ID)] * 2
    assert [(reply.review, reply.text, reply.public) for reply in platforms.replies()] == [
        (ID, TEXT, True)
    ]
    assert OKENDO.find_reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http)
    ) == SentReply(ID)
    assert (
        OKENDO.find_reply(TARGET, "Another text.", "rep_2", PlatformAccount(connection, KEYS, http))
        is ReplyLookup.ABSENT
    )


@pytest.mark.parametrize("ours", [(), (TEXT,)])
@pytest.mark.parametrize("private", [False, True])
def test_a_reply_that_somebody_else_wrote_is_never_overwritten(
    ours: tuple[str, ...],
    private: bool,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    assert not ours or OKENDO.reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http)
    ) == SentReply(ID)
    before = platforms.replies()
    platforms.set_resource(
        "okendo",
        ID,
        {
            **REVIEW,
            "reply": {"rawBody": "Sorry, Ida.", "body": "<p>Sorry, Ida.</p>", "isPrivate": private},
        },
    )
    rejection = OKENDO.reply(
        replace(TARGET, own_replies=ours),
        "Tom has written to you.",
        "rep_2",
        PlatformAccount(connection, KEYS, http),
    )
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, platforms.replies()) == ("already_answered", before)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(200, None), (409, "already_answered"), (422, "already_answered"), (401, "unauthorized")],
)
def test_okendo_decides_whether_our_second_reply_takes_the_first_ones_place(
    status: int,
    reason: str | None,
    platform: Any,
    http_response: Callable[..., Any],
    http: HttpClient,
) -> None:
    first = {
        "body": "<p>Thank you, Ida.</p><p>A new lid &lt;blue&gt; is on its way.</p>",
        "isPrivate": False,
    }
    connection, target = (
        replace(BLANK, settings={"api_base": platform.url}),
        replace(TARGET, own_replies=(TEXT,)),
    )
    platform.respond_with(http_response(200, {**REVIEW, "reply": first}), http_response(status))
    result = OKENDO.reply(
        target, "Tom has written to you.", "rep_2", PlatformAccount(connection, KEYS, http)
    )
    assert (result.reason if isinstance(result, Rejection) else None) == reason
    assert [method for method, *_ in platform.requests] == ["GET", "POST"]


def test_a_reply_is_found_by_its_html_but_not_if_it_is_private(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    platforms.set_resource(
        "okendo", ID, {**REVIEW, "reply": {"body": "<p>Sorry &amp; thanks.</p><p>Tom</p>"}}
    )
    assert OKENDO.find_reply(
        TARGET, "Sorry & thanks.\n\nTom", "rep_1", PlatformAccount(connection, KEYS, http)
    ) == SentReply(ID)
    platforms.set_resource(
        "okendo", ID, {**REVIEW, "reply": {"rawBody": "Sorry.", "isPrivate": True}}
    )
    assert (
        OKENDO.find_reply(TARGET, "Sorry.", "rep_1", PlatformAccount(connection, KEYS, http))
        is ReplyLookup.ABSENT
    )


@pytest.mark.parametrize(
    ("target", "text", "keys", "reason"),
    [
        (TARGET, "x" * 4_001, KEYS, "too_long"),
        (TARGET, TEXT, {}, "no_credentials"),
        (TARGET, TEXT, {**KEYS, "api_key": "wrong"}, "unauthorized"),
        (ReplyTarget("unknown", "unknown", {}), TEXT, KEYS, "gone"),
        (TARGET, " ", KEYS, "rejected"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused_with_a_reason(
    target: ReplyTarget,
    text: str,
    keys: dict[str, str],
    reason: str,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    rejection = OKENDO.reply(target, text, "rep_1", PlatformAccount(connection, keys, http))
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, platforms.replies()) == (reason, [])


def test_without_permission_to_read_we_cannot_tell_whether_a_reply_is_there(
    connection: Connection, http: HttpClient
) -> None:
    assert (
        OKENDO.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, {}, http))
        is ReplyLookup.CANNOT_TELL
    )
    gone = ReplyTarget("unknown", "unknown", {})
    assert (
        OKENDO.find_reply(gone, TEXT, "rep_1", PlatformAccount(connection, KEYS, http))
        is ReplyLookup.ABSENT
    )


@pytest.mark.parametrize(
    ("mode", "doubtful"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.RATE_LIMITED, False)],
)
def test_a_fault_says_whether_the_reply_may_be_there(
    mode: FaultMode,
    doubtful: bool,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    platforms.add_fault("okendo", mode, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        OKENDO.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http))
    assert (fault.value.maybe_applied, fault.value.retry_after) == (
        doubtful,
        None if doubtful else 7,
    )
    assert (
        isinstance(
            OKENDO.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, KEYS, http)),
            SentReply,
        )
        == doubtful
    )


def test_a_review_is_read_wrapped_or_bare(
    platform: Any, http_response: Callable[..., Any], http: HttpClient
) -> None:
    connection = replace(BLANK, settings={"api_base": platform.url})
    platform.respond_with(http_response(200, REVIEW), http_response(200, {"review": REVIEW}))
    account = PlatformAccount(connection, KEYS, http)
    assert OKENDO.fetch(ID, account) == OKENDO.fetch(ID, account)
