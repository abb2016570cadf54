"""Zendesk: tickets and their public comments, and replies as an agent's comment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    HttpResponse,
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

ZENDESK = load("zendesk")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRET = "a-webhooks-own-secret"
TOKEN = {"api_token": "demo-zendesk-token"}
BLANK = Connection("c0ffee", "bus_1", "zendesk", "https://api.example.com/hooks/c0ffee")
TARGET = ReplyTarget("5158", "5158", {"ticket_id": "5158"})
TEXT = "Thank you, Ida. A new lid is on its way."
TICKET: dict[str, Any] = {
    "id": "5158",
    "subject": "Leaks",
    "description": "The lid leaks.",
    "requester_id": "31",
    "submitter_id": "31",
    "is_public": True,
    "created_at": "2026-03-14T08:00:00Z",
    "updated_at": "2026-03-14T08:00:00Z",
    "via": {"channel": "email"},
    "status": "NEW",
}


def notification(
    kind: str,
    ticket: dict[str, Any] = TICKET,
    at: str = "2026-03-14T08:00:00.123456789Z",
    **event: object,
) -> dict[str, Any]:
    return {
        "type": f"zen:event-type:ticket.{kind}",
        "account_id": 1,
        "id": "e-1",
        "time": at,
        "detail": ticket,
        "event": event,
    }


def comment(
    body: str = "Still leaking!",
    *,
    number: int = 9876543210,
    staff: bool = False,
    public: bool = True,
) -> dict[str, Any]:
    message = {
        "id": number,
        "body": body,
        "is_public": public,
        "author": {"id": 31, "is_staff": staff, "name": "Ida"},
    }
    return notification("comment_added", at="2026-03-14T09:00:00Z", comment=message)


def delivery(document: object) -> WebhookRequest:
    return WebhookRequest("POST", {}, json.dumps(document).encode())


def events(document: object, connection: Connection = BLANK) -> tuple[ReviewEvent, ...]:
    return ZENDESK.parse(delivery(document), connection, NOW).events


def read_event(document: object, connection: Connection = BLANK) -> ReviewEvent:
    (event,) = events(document, connection)
    return event


def documented_signature(body: bytes, at: str) -> WebhookRequest:
    """The signature by developer.zendesk.com: Base64 of the HMAC-SHA256 of time and body."""
    digest = base64.b64encode(
        hmac.new(SECRET.encode(), at.encode() + body, hashlib.sha256).digest()
    ).decode()
    return WebhookRequest(
        "POST",
        {"x-zendesk-webhook-signature": digest, "x-zendesk-webhook-signature-timestamp": at},
        body,
    )


def test_the_vectors_of_other_projects_pass_or_fail_as_they_say(
    facts: Callable[[str], str],
) -> None:
    for vector in json.loads(facts("vectors/zendesk.json"))["vectors"]:
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        at = headers["x-zendesk-webhook-signature-timestamp"]
        then = (
            datetime.fromtimestamp(int(at), UTC) if at.isdecimal() else datetime.fromisoformat(at)
        )
        failure = ZENDESK.verify(
            WebhookRequest("POST", headers, vector["body"].encode()),
            BLANK,
            (vector["secret"],),
            then,
            refuse_http,
        )
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


@given(body=st.binary(min_size=1, max_size=80), bit=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_signed_delivery_passes_and_a_flipped_bit_fails(body: bytes, bit: int) -> None:
    request = documented_signature(body, "2026-03-14T09:26:00Z")
    assert ZENDESK.verify(request, BLANK, (SECRET,), NOW, refuse_http) is None
    at = bit % (len(body) * 8)
    flipped_body = bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(body)
    )
    assert (
        ZENDESK.verify(replace(request, body=flipped_body), BLANK, (SECRET,), NOW, refuse_http)
        is not None
    )
    stale = ZENDESK.verify(
        documented_signature(body, "2026-03-14T09:00:00Z"), BLANK, (SECRET,), NOW, refuse_http
    )
    assert stale is not None
    assert stale.reason is SignatureFailureReason.STALE


def test_a_new_ticket_is_a_review() -> None:
    event = read_event(
        notification("created"), replace(BLANK, settings={"base_url": "https://acme.example/"})
    )
    assert (event.kind, event.native_id, event.native_thread, event.author.id) == (
        EventKind.CREATED,
        "5158",
        "5158",
        "31",
    )
    assert (event.title, event.text, event.link) == (
        "Leaks",
        "The lid leaks.",
        "https://acme.example/agent/tickets/5158",
    )
    assert read_event(notification("created", {"id": "5158"})).partial


def test_a_customers_comment_is_a_review_of_the_same_thread() -> None:
    event = read_event(comment())
    assert (event.kind, event.native_id, event.native_thread) == (
        EventKind.CREATED,
        "5158.9876543210",
        "5158",
    )
    assert (event.text, event.author.id, event.author.name, event.subject) == (
        "Still leaking!",
        "31",
        "Ida",
        "Leaks",
    )


def test_comments_of_staff_are_the_businesss_own_and_private_notes_are_ignored() -> None:
    assert read_event(comment(staff=True)).kind is EventKind.REPLY_SEEN
    assert events(comment(public=False)) == ()
    assert events(notification("created", {**TICKET, "is_public": False})) == ()


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("web", EventKind.REPLY_SEEN),
        ("api", EventKind.CREATED),
        (None, EventKind.REPLY_SEEN),
        (["api"], EventKind.REPLY_SEEN),
    ],
)
def test_a_ticket_that_somebody_else_wrote_is_a_review_only_through_the_api(
    channel: object, kind: EventKind
) -> None:
    assert (
        read_event(
            notification("created", {**TICKET, "submitter_id": "77", "via": {"channel": channel}})
        ).kind
        is kind
    )


def test_the_first_comment_is_not_a_second_review() -> None:
    first = notification(
        "comment_added",
        comment={
            "id": 5,
            "body": "The lid leaks.",
            "is_public": True,
            "author": {"id": 31, "is_staff": False},
        },
    )
    assert events(first) == ()
    assert len(events({**first, "time": "2026-03-14T08:30:00Z"})) == 1


def test_any_order_and_any_repetition_of_events_ends_in_the_same_state() -> None:
    created, deleted = (
        read_event(notification("created")),
        read_event(notification("soft_deleted", at="2026-03-14T09:00:00Z")),
    )
    back, spam = (
        read_event(notification("undeleted", at="2026-03-14T09:10:00Z")),
        read_event(notification("marked_as_spam", at="2026-03-14T09:20:00Z")),
    )
    purge = read_event(notification("permanently_deleted", at="2026-03-14T08:59:00Z"))

    def final_kinds(*some: ReviewEvent) -> set[EventKind]:
        return {
            max(order, key=lambda event: (event.revision, event.content)).kind
            for order in permutations((*some, some[0]))
        }

    assert final_kinds(created, deleted) == {EventKind.WITHDRAWN}
    assert final_kinds(created, deleted, back) == {EventKind.EDITED}
    assert (
        final_kinds(created, deleted, back, spam)
        == final_kinds(created, back, purge)
        == {EventKind.WITHDRAWN}
    )
    assert (back.content, purge.revision) == (created.content, FINAL_REVISION)


def test_other_events_are_ignored_and_an_example_from_the_future_is_a_test(
    facts: Callable[[str], str],
) -> None:
    assert events(notification("tags_changed")) == ()
    assert events(json.loads(facts("payloads/zendesk-user.group_membership_created.json"))) == ()
    assert read_event(notification("created", at="2099-07-04T05:33:18Z")).kind is EventKind.TEST


@pytest.mark.parametrize("kind", ["article.comment_created", "community_post.created"])
def test_words_of_the_help_center_are_kept(kind: str) -> None:
    event = {
        "type": f"zen:event-type:{kind}",
        "time": "2026-03-14T09:00:00Z",
        "detail": {"id": "1"},
    }
    with pytest.raises(Unparseable, match="kind that Heard does not know"):
        events({**event, "event": {"body": "My hand is burnt."}})
    assert events({**event, "type": "zen:event-type:article.vote_created"}) == ()


def test_the_body_of_a_trigger_is_refused_with_what_to_do() -> None:
    for body in (
        {"type": "End User Comment", "ticketID": "12345"},
        {"ticket": {"id": 1}},
        {"type": 5},
    ):
        with pytest.raises(Unparseable, match="triggers or automations"):
            events(body)
    for broken in (
        notification("created", {}),
        notification("comment_added"),
        notification("created", at="soon"),
    ):
        with pytest.raises(Unparseable):
            events(broken)


# The API


@pytest.fixture
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as simulator:
        posts = {
            "id": 9876543210,
            "body": "Still leaking!",
            "public": True,
            "author_id": 31,
            "staff": False,
            "created_at": "2026-03-14T09:00:00Z",
        }
        ticket = {name: value for name, value in TICKET.items() if name != "id"}
        simulator.set_resource("zendesk", "5158", {"ticket": ticket, "comments": [posts]})
        yield simulator


@pytest.fixture
def http() -> HttpClient:
    return HttpClient(allow_loopback=True)


@pytest.fixture
def connection(platforms: SimulatedPlatforms) -> Connection:
    return replace(BLANK, settings=platforms.settings("zendesk"), has_credentials=True)


def test_fetched_tickets_and_comments_equal_the_delivered_ones(
    connection: Connection, http: HttpClient
) -> None:
    assert ZENDESK.fetch("5158", PlatformAccount(connection, TOKEN, http)) == read_event(
        notification("created"), connection
    )
    result, delivered = (
        ZENDESK.fetch("5158.9876543210", PlatformAccount(connection, TOKEN, http)),
        read_event(comment(), connection),
    )
    assert isinstance(result, ReviewEvent)
    assert replace(result, subject="Leaks", author=delivered.author) == delivered
    assert result.author.id == delivered.author.id


def test_a_missing_ticket_is_gone_and_a_forbidden_one_is_unknown(
    connection: Connection, http: HttpClient
) -> None:
    assert [
        ZENDESK.fetch(entry, PlatformAccount(connection, TOKEN, http))
        for entry in ("1", "1.2", "5158.2")
    ] == [ReviewGone.GONE] * 3
    assert [
        ZENDESK.fetch("5158", PlatformAccount(connection, entry, http))
        for entry in ({}, {"api_token": "wrong"})
    ] == [None, None]


def test_a_comment_beyond_the_latest_hundred_is_unknown_and_not_gone(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    more = [
        {"id": number, "body": "Hm.", "public": True, "author_id": 31, "staff": False}
        for number in range(100, 210)
    ]
    platforms.set_resource("zendesk", "5158", {"ticket": {}, "comments": more})
    assert ZENDESK.fetch("5158.9876543210", PlatformAccount(connection, TOKEN, http)) is None


def test_a_reply_arrives_once_in_public_and_is_found(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    assert (
        ZENDESK.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.ABSENT
    )
    response = ZENDESK.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    (reply,) = platforms.replies()
    assert (response, reply.thread, reply.text, reply.public) == (
        SentReply(reply.native_id),
        "5158",
        TEXT,
        True,
    )
    assert (
        ZENDESK.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        == response
    )
    assert (
        ZENDESK.find_reply(
            TARGET, "Another text.", "rep_2", PlatformAccount(connection, TOKEN, http)
        )
        is ReplyLookup.ABSENT
    )


def test_the_same_text_from_before_our_first_try_is_not_our_reply(
    connection: Connection, http: HttpClient
) -> None:
    ZENDESK.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    later = replace(TARGET, first_sent_at=datetime.now(UTC) + timedelta(hours=1))
    assert (
        ZENDESK.find_reply(later, TEXT, "rep_2", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.ABSENT
    )
    earlier = replace(TARGET, first_sent_at=datetime.now(UTC))
    assert isinstance(
        ZENDESK.find_reply(earlier, TEXT, "rep_2", PlatformAccount(connection, TOKEN, http)),
        SentReply,
    )


@pytest.mark.parametrize(
    ("ticket", "text", "token", "reason"),
    [
        ("5158", "ü" * 32_501, TOKEN, "too_long"),
        ("5158", TEXT, {}, "no_credentials"),
        ("5158", TEXT, {"api_token": "wrong"}, "unauthorized"),
        ("404", TEXT, TOKEN, "gone"),
        ("5158", " ", TOKEN, "rejected"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_rejected_with_a_reason(
    ticket: str,
    text: str,
    token: dict[str, str],
    reason: str,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    rejection = ZENDESK.reply(
        ReplyTarget(ticket, ticket, {}), text, "rep_1", PlatformAccount(connection, token, http)
    )
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, platforms.replies()) == (reason, [])


def test_the_longest_reply_is_accepted(connection: Connection, http: HttpClient) -> None:
    assert isinstance(
        ZENDESK.reply(TARGET, "ü" * 32_500, "rep_1", PlatformAccount(connection, TOKEN, http)),
        SentReply,
    )


def test_a_closed_ticket_says_what_to_do_instead(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    platforms.set_resource("zendesk", "5158", {"ticket": {"status": "closed"}, "comments": []})
    rejection = ZENDESK.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "closed"
    assert "follow-up ticket" in rejection.detail


def test_a_search_without_permission_proves_nothing(
    connection: Connection, http: HttpClient
) -> None:
    assert (
        ZENDESK.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, {}, http))
        is ReplyLookup.CANNOT_TELL
    )
    assert (
        ZENDESK.find_reply(
            ReplyTarget("404", "404", {}), TEXT, "rep_1", PlatformAccount(connection, TOKEN, http)
        )
        is ReplyLookup.ABSENT
    )


@pytest.mark.parametrize(
    ("mode", "maybe_applied"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.RATE_LIMITED, False)],
)
def test_a_fault_says_whether_the_reply_may_be_there(
    mode: FaultMode,
    maybe_applied: bool,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    platforms.add_fault("zendesk", mode, "5158", seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        ZENDESK.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    assert (fault.value.maybe_applied, fault.value.retry_after) == (
        maybe_applied,
        None if maybe_applied else 7,
    )
    assert (
        isinstance(
            ZENDESK.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http)),
            SentReply,
        )
        == maybe_applied
    )


def http_with_responses(*answers: tuple[int, bytes]) -> Callable[..., HttpResponse]:
    """A client that answers with these responses in turn."""
    remaining = list(answers)

    def http(method: str, url: str, *, headers: object = None, body: object = None) -> HttpResponse:
        status, content = remaining.pop(0)
        return HttpResponse(status, {}, content)

    return http


@pytest.mark.parametrize(
    ("status", "content", "response"),
    [
        (200, b"", SentReply("rep_1")),
        (200, b'{"audit": {"events": [7, {"type": "Notification"}]}}', SentReply("rep_1")),
        (422, b'{"description": "No."}', Rejection("rejected", "Zendesk says: No.")),
    ],
)
def test_an_unknown_response_to_a_reply_counts_by_its_status(
    status: int, content: bytes, response: object
) -> None:
    connection = replace(
        BLANK, settings={"base_url": "https://acme.example", "email": "agent@example.com"}
    )
    assert (
        ZENDESK.reply(
            TARGET,
            TEXT,
            "rep_1",
            PlatformAccount(connection, TOKEN, http_with_responses((status, content))),
        )
        == response
    )


def test_an_unreadable_ticket_or_comment_is_a_fault() -> None:
    connection = replace(
        BLANK, settings={"base_url": "https://acme.example", "email": "agent@example.com"}
    )
    http = http_with_responses(
        (200, b"<html>"), (200, b'{"comments": [{"id": 2, "created_at": "soon"}]}')
    )
    for native_id in ("5158", "5158.2"):
        with pytest.raises(PlatformUnavailable):
            ZENDESK.fetch(native_id, PlatformAccount(connection, TOKEN, http))
