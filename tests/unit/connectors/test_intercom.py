"""Intercom: what customers write in conversations, and replies in a teammate's name."""

from __future__ import annotations

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
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SentReply,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms
from tests.unit.signed import refuse_http

pytestmark = pytest.mark.loopback

INTERCOM = load("intercom")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
TOKEN = {"access_token": "demo-intercom-token"}
BLANK = Connection("c0ffee", "bus_1", "intercom", "https://api.example.com/hooks/c0ffee")
TARGET = ReplyTarget("21", "21", {"conversation": "21"})
TEXT = "Thank you, Ida.\nA new lid <blue> is on its way.\n\nTom & the team"


def part(
    number: int, body: str | None, who: str = "user", kind: str = "comment", **more: object
) -> dict[str, Any]:
    author = {"type": who, "id": "u1" if who == "user" else "5017691", "name": "Ida"}
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": body,
        "created_at": 1773475200 + number,
        "author": author,
        **more,
    }


def conversation(*parts: dict[str, Any], **more: object) -> dict[str, Any]:
    source = {
        "id": "m1",
        "subject": "<p>Lid</p>",
        "body": "<p>The lid leaks &amp; drips.</p><p>Help<br>me!</p>",
    }
    return {
        "type": "conversation",
        "id": "21",
        "created_at": 1773475200,
        "source": {**source, "author": {"type": "user", "id": "u1", "name": "Ida"}},
        "links": {"conversation_web": "https://app.example.com/conversations/21"},
        "conversation_parts": {"conversation_parts": list(parts), "total_count": len(parts)},
        **more,
    }


def notification(topic: str, item: object) -> dict[str, Any]:
    return {
        "type": "notification_event",
        "id": "notif_1",
        "topic": topic,
        "data": {"type": "notification_event_data", "item": item},
    }


def events(topic: str, item: object) -> tuple[ReviewEvent, ...]:
    return INTERCOM.parse(
        WebhookRequest("POST", {}, json.dumps(notification(topic, item)).encode()), BLANK, NOW
    ).events


def read_event(topic: str, item: object) -> ReviewEvent:
    (event,) = events(topic, item)
    return event


@given(body=st.binary(min_size=1, max_size=80), bit=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_signed_delivery_passes_and_a_flipped_bit_fails(body: bytes, bit: int) -> None:
    request = WebhookRequest(
        "POST",
        {"x-hub-signature": "sha1=" + hmac.new(b"client-secret", body, hashlib.sha1).hexdigest()},
        body,
    )
    assert INTERCOM.verify(request, BLANK, ("client-secret",), NOW, refuse_http) is None
    at = bit % (len(body) * 8)
    flipped_body = bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(body)
    )
    assert (
        INTERCOM.verify(
            replace(request, body=flipped_body), BLANK, ("client-secret",), NOW, refuse_http
        )
        is not None
    )
    stronger = hmac.new(b"client-secret", body, hashlib.sha256).hexdigest()
    assert (
        INTERCOM.verify(
            WebhookRequest("POST", {"x-hub-signature": stronger}, body),
            BLANK,
            ("client-secret",),
            NOW,
            refuse_http,
        )
        is not None
    )


def test_the_opening_message_is_read_without_its_tags() -> None:
    event = read_event("conversation.user.created", conversation())
    assert (event.kind, event.native_id, event.native_thread, event.author.id) == (
        EventKind.CREATED,
        "21",
        "21",
        "u1",
    )
    assert (event.title, event.text) == ("Lid", "The lid leaks & drips.\nHelp\nme!")
    assert event.occurred_at == datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
    assert event.link == "https://app.example.com/conversations/21"


def test_the_shape_of_old_api_versions_is_read_too() -> None:
    old = conversation()
    old["conversation_message"] = old.pop("source")
    assert read_event("conversation.user.created", old) == read_event(
        "conversation.user.created", conversation()
    )


def test_only_the_unanswered_parts_of_a_conversation_count() -> None:
    parts = [
        part(1, "Old."),
        part(2, "We look.", "admin"),
        part(3, "Still!"),
        part(4, "Secret.", "admin", "note"),
        part(5, "Beep.", "bot"),
        part(6, "Please!", kind="open"),
        part(7, None, "admin", "assignment"),
        part(8, None, "user", "close"),
        part(9, "x", redacted=True),
    ]
    result = events("conversation.user.replied", conversation(*parts))
    assert [(event.native_id, event.text) for event in result] == [
        ("21.3", "Still!"),
        ("21.6", "Please!"),
    ]
    assert {event.native_thread for event in result} == {"21"}
    assert events("conversation.user.replied", conversation(parts[5])) == result[1:]


def test_a_message_with_only_a_picture_says_what_it_was() -> None:
    event = read_event(
        "conversation.user.replied", conversation(part(1, None, attachments=[{"name": "lid.jpg"}]))
    )
    assert (event.kind, event.text) == (EventKind.CREATED, "[file: lid.jpg]")


def test_what_the_business_writes_is_recorded_and_never_answered() -> None:
    event = read_event(
        "conversation.admin.replied",
        conversation(part(1, "Old."), part(2, "<p>We look.</p>", "admin")),
    )
    assert (event.kind, event.native_id) == (EventKind.REPLY_SEEN, "21.2")
    outbound = conversation()
    outbound["source"]["author"]["type"] = "admin"
    assert read_event("conversation.user.created", outbound).kind is EventKind.REPLY_SEEN


def test_deleted_words_are_withdrawn_for_good_whatever_order_they_come_in() -> None:
    first_event = read_event("conversation.user.replied", conversation(part(3, "Still!")))
    for deletion in (
        part(3, None, redacted=True),
        part(3, "<p><i>This message was deleted</i></p>"),
    ):
        event = read_event("conversation_part.redacted", conversation(part(1, "Old."), deletion))
        assert (event.kind, event.native_id, event.revision) == (
            EventKind.WITHDRAWN,
            first_event.native_id,
            FINAL_REVISION,
        )
        assert {
            max(order, key=lambda each: (each.revision, each.content)).kind
            for order in permutations((first_event, event, first_event))
        } == {EventKind.WITHDRAWN}


def test_a_redaction_of_a_part_is_read_if_it_names_the_conversation() -> None:
    bare_connection = {"type": "conversation_part", "id": "3"}
    event = read_event(
        "conversation_part.redacted", {**bare_connection, "conversation": {"id": "21"}}
    )
    assert (event.kind, event.native_id, event.native_thread) == (EventKind.WITHDRAWN, "21.3", "21")
    unknown = INTERCOM.parse(
        WebhookRequest(
            "POST",
            {},
            json.dumps(notification("conversation_part.redacted", bare_connection)).encode(),
        ),
        BLANK,
        NOW,
    )
    assert (unknown.events, len(unknown.problems)) == ((), 1)


def test_an_opening_message_is_withdrawn_with_its_text_or_its_conversation() -> None:
    redaction = conversation()
    redaction["source"]["redacted"] = True
    for event in (
        read_event("conversation_part.redacted", redaction),
        read_event("conversation.deleted", {"type": "conversation", "id": 21}),
    ):
        assert (event.kind, event.native_id, event.revision) == (
            EventKind.WITHDRAWN,
            "21",
            FINAL_REVISION,
        )
    assert (
        events("conversation_part.redacted", conversation(part(2, "gone", "admin", redacted=True)))
        == ()
    )


def test_pings_are_tests_and_other_topics_ignored(facts: Callable[[str], str]) -> None:
    assert read_event("ping", {"type": "ping"}).kind is EventKind.TEST
    assert events("conversation.admin.noted", conversation()) == ()
    user = WebhookRequest("POST", {}, facts("payloads/intercom-user.created-2014.json").encode())
    assert INTERCOM.parse(user, BLANK, NOW).events == ()


def rated(**rating: object) -> dict[str, Any]:
    return conversation(
        conversation_rating={"created_at": 1773475900, "contact": {"id": "u1"}, **rating}
    )


def test_what_a_customer_writes_beside_a_rating_is_a_review_of_the_conversation() -> None:
    review = read_event(
        "conversation.rating.added", rated(rating=1, remark="Your driver hit my son.")
    )
    assert (review.kind, review.native_id, review.native_thread) == (
        EventKind.CREATED,
        "21.rating",
        "21",
    )
    assert (review.rating, review.text, review.author.id) == (1, "Your driver hit my son.", "u1")
    assert review.reply_to == {"conversation": "21"}
    later = rated(rating=5, remark="They called. Thank you!")
    edit = read_event("conversation.rating.added", {**later, "updated_at": 1773479999})
    assert edit.native_id == review.native_id
    assert edit.revision > review.revision


@pytest.mark.parametrize("remark", [None, "", "<p></p>"])
def test_a_rating_without_words_is_no_review(remark: str | None) -> None:
    assert events("conversation.rating.added", rated(rating=1, remark=remark)) == ()


def test_a_conversation_without_an_id_or_a_message_is_unparseable() -> None:
    for item in ({}, {"id": "21"}, {**conversation(), "id": None}):
        with pytest.raises(Unparseable):
            events("conversation.user.created", item)


def test_an_author_type_that_is_no_text_is_ignored() -> None:
    odd = conversation()
    odd["source"]["author"]["type"] = ["user"]
    assert read_event("conversation.user.created", odd).text == "The lid leaks & drips.\nHelp\nme!"


@pytest.mark.parametrize("body", ["<a" * 100_000, "<!--" * 50_000, "</" * 100_000, "&#" * 100_000])
def test_hostile_markup_is_read_in_time(body: str) -> None:
    # Python's own HTML parser takes minutes for these. The test's time limit is the assertion.
    assert (
        read_event("conversation.user.replied", conversation(part(3, body + " words"))).text
        is not None
    )


# The API


@pytest.fixture
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource(
            "intercom", "21", conversation(part(3, "Still!"), part(4, "gone", redacted=True))
        )
        yield simulator


@pytest.fixture
def http() -> HttpClient:
    return HttpClient(allow_loopback=True)


@pytest.fixture
def connection(platforms: SimulatedPlatforms) -> Connection:
    return replace(BLANK, settings=platforms.settings("intercom"), has_credentials=True)


def test_fetched_messages_are_the_delivered_ones(connection: Connection, http: HttpClient) -> None:
    # The link to the inbox comes with notifications only.
    opening = replace(read_event("conversation.user.created", conversation()), link=None)
    later = replace(
        read_event("conversation.user.replied", conversation(part(3, "Still!"))), link=None
    )
    assert [
        INTERCOM.fetch(entry, PlatformAccount(connection, TOKEN, http)) for entry in ("21", "21.3")
    ] == [
        opening,
        later,
    ]
    assert [
        INTERCOM.fetch(entry, PlatformAccount(connection, TOKEN, http))
        for entry in ("22", "21.4", "21.5")
    ] == [ReviewGone.GONE] * 3
    assert [
        INTERCOM.fetch("21", PlatformAccount(connection, entry, http))
        for entry in ({}, {"access_token": "wrong"})
    ] == [None, None]


def test_a_reply_arrives_once_as_it_was_written_and_is_found_again(
    connection: Connection, platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    assert (
        INTERCOM.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.ABSENT
    )
    response = INTERCOM.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    (reply,) = platforms.replies()
    assert (response, reply.thread, reply.text, reply.public) == (
        SentReply(reply.native_id),
        "21",
        TEXT,
        True,
    )
    assert (
        INTERCOM.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        == response
    )
    assert (
        INTERCOM.find_reply(TARGET, "Still!", "rep_2", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.ABSENT
    )


def test_the_same_words_from_before_our_first_try_are_not_our_reply(
    connection: Connection, http: HttpClient
) -> None:
    INTERCOM.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    later = replace(TARGET, first_sent_at=datetime.now(UTC) + timedelta(hours=1))
    assert (
        INTERCOM.find_reply(later, TEXT, "rep_2", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.ABSENT
    )


@pytest.mark.parametrize(
    ("number", "text", "token", "reason"),
    [
        ("21", "x" * 5_001, TOKEN, "too_long"),
        ("21", TEXT, {}, "no_credentials"),
        ("21", TEXT, {"access_token": "wrong"}, "unauthorized"),
        ("22", TEXT, TOKEN, "gone"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused_with_a_reason(
    number: str,
    text: str,
    token: dict[str, str],
    reason: str,
    connection: Connection,
    platforms: SimulatedPlatforms,
    http: HttpClient,
) -> None:
    rejection = INTERCOM.reply(
        ReplyTarget(number, number, {}), text, "rep_1", PlatformAccount(connection, token, http)
    )
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, platforms.replies()) == (reason, [])


def test_looking_without_leave_leaves_the_question_open(
    connection: Connection, http: HttpClient
) -> None:
    assert (
        INTERCOM.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, {}, http))
        is ReplyLookup.CANNOT_TELL
    )
    assert (
        INTERCOM.find_reply(
            ReplyTarget("22", "22", {}), TEXT, "rep_1", PlatformAccount(connection, TOKEN, http)
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
    platforms.add_fault("intercom", mode, "21", seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        INTERCOM.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
    assert (fault.value.maybe_applied, fault.value.retry_after) == (
        maybe_applied,
        None if maybe_applied else 7,
    )
    assert (
        isinstance(
            INTERCOM.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http)),
            SentReply,
        )
        == maybe_applied
    )


def test_a_conversation_that_is_not_shown_whole_proves_nothing(
    platform: Any, http_response: Callable[..., Any], http: HttpClient
) -> None:
    connection = replace(BLANK, settings={"api_base": platform.url, "admin_id": "5017691"})
    cut = conversation(part(3, "Still!"))
    cut["conversation_parts"]["total_count"] = 600
    platform.respond_with(http_response(200, cut), http_response(200, cut))
    assert (
        INTERCOM.find_reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        is ReplyLookup.CANNOT_TELL
    )
    assert INTERCOM.fetch("21.9", PlatformAccount(connection, TOKEN, http)) is None


def test_unknown_responses_do_no_harm(
    platform: Any, http_response: Callable[..., Any], http: HttpClient
) -> None:
    connection = replace(BLANK, settings={"api_base": platform.url, "admin_id": "5017691"})
    platform.respond_with(
        (200, {}, b""),
        http_response(
            422, {"type": "error.list", "errors": [{"code": "x", "message": "No body."}]}
        ),
        http_response(422, []),
    )
    responses = [
        INTERCOM.reply(TARGET, TEXT, "rep_1", PlatformAccount(connection, TOKEN, http))
        for _ in range(3)
    ]
    assert responses[:2] == [SentReply("rep_1"), Rejection("rejected", "Intercom says: No body.")]
    assert isinstance(responses[2], Rejection)
    platform.respond_with((200, {}, b"<html>"), http_response(200, {"id": "21"}))
    for _ in range(2):
        with pytest.raises(PlatformUnavailable):
            INTERCOM.fetch("21", PlatformAccount(connection, TOKEN, http))
