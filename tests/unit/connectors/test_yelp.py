"""Yelp.

Events without words, one response that cannot be changed, and a challenge that reflects nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import permutations
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
    SentReply,
    WebhookRequest,
    load,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

YELP = load("yelp")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
REVIEW = "hB7wQe2KfYtN4uVxJ9mZ3A"
TEXT = "Thank you, Marcy. We are sorry, and have refunded the second charge."
TARGET = ReplyTarget(REVIEW, REVIEW, {})
BLANK = Connection("c0ffee", "bus_1", "yelp", "https://api.example.com/hooks/c0ffee")


class Platform(Protocol):
    url: str
    requests: list[Any]

    def respond_with(self, *answers: Any) -> None: ...


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource(
            "yelp",
            REVIEW,
            {
                "rating": 1,
                "text": "Charged twice.",
                "user": {"id": "u-1", "name": "Marcy"},
                "language": "en",
            },
        )
        yield connect_to_simulator("yelp", simulator)


def parse_delivery(
    *updates: Json, business: str = "biz", time: str = "2026-03-14T09:00:00.731910"
) -> ParsedDelivery:
    body = {"time": time, "object": "business", "data": {"id": business, "updates": list(updates)}}
    return YELP.parse(WebhookRequest("POST", {}, json.dumps(body).encode()), BLANK, NOW)


def reply(harness: SimulatedConnection, text: str = TEXT, **without: str) -> SentReply | Rejection:
    return harness.connector.reply(
        TARGET,
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def find(harness: SimulatedConnection, text: str = TEXT) -> SentReply | ReplyLookup:
    return harness.connector.find_reply(TARGET, text, "rep_1", harness.account)


def test_the_payloads_that_yelp_publishes_are_understood(facts: Callable[[str], str]) -> None:
    body = facts("payloads/yelp-new_review_event.json")
    (event,) = YELP.parse(WebhookRequest("POST", {}, body.encode()), BLANK, NOW).events
    assert (event.kind, event.native_id, event.rating, event.language) == (
        EventKind.CREATED,
        "9CNz4nWU59PIZsiDV9sSVQ",
        5,
        "en",
    )
    assert (event.author.id, event.partial, event.revision) == (
        "vey7Vnlh-M0bLtpd1nB9Aw",
        True,
        "2020-10-10T19:30:27.731Z",
    )
    edited, removed = parse_delivery(
        *(
            json.loads(facts(f"payloads/yelp-review_{name}_event.json"))
            for name in ("edited", "removed")
        )
    ).events
    assert (edited.kind, edited.partial) == (EventKind.EDITED, True)
    assert (removed.kind, removed.partial, removed.revision) == (
        EventKind.WITHDRAWN,
        False,
        FINAL_REVISION,
    )


def test_other_events_and_businesses_are_ignored_and_a_bad_update_costs_only_itself() -> None:
    lead, bad = {"event_type": "NEW_EVENT", "event_id": "e-1"}, {"event_type": "NEW_REVIEW_EVENT"}
    parsed = parse_delivery(lead, bad, {"event_type": "NEW_REVIEW_EVENT", "review_id": REVIEW})
    assert [event.native_id for event in parsed.events] == [REVIEW]
    assert len(parsed.problems) == 1
    elsewhere = Connection("c", "bus_1", "yelp", "", {"business_ids": "mine, also-mine"})
    body = json.dumps(
        {
            "data": {
                "id": "theirs",
                "updates": [{"event_type": "NEW_REVIEW_EVENT", "review_id": REVIEW}],
            }
        }
    ).encode()
    assert YELP.parse(WebhookRequest("POST", {}, body), elsewhere, NOW) == ParsedDelivery()
    assert (
        len(
            YELP.parse(
                WebhookRequest("POST", {}, body.replace(b"theirs", b"also-mine")), elsewhere, NOW
            ).events
        )
        == 1
    )
    with pytest.raises(Unparseable):
        YELP.parse(WebhookRequest("POST", {}, b'{"data": {"id": "mine"}}'), elsewhere, NOW)


def test_any_order_of_arrival_ends_with_what_happened_last() -> None:
    def delivery(kind: str, at: str) -> ParsedDelivery:
        return parse_delivery({"event_type": kind, "review_id": REVIEW, "user_id": "u-1"}, time=at)

    deliveries = [
        delivery("NEW_REVIEW_EVENT", "2026-03-14T08:00:00"),
        delivery("REVIEW_EDITED_EVENT", "2026-03-14T08:30:00.5"),
    ]
    deliveries.append(delivery("REVIEW_REMOVED_EVENT", "2026-03-14T08:10:00"))
    for order in permutations([*deliveries, deliveries[0]]):
        events = [event for parsed in order for event in parsed.events]
        assert (
            max(events, key=lambda event: (event.revision, event.content)).kind
            is EventKind.WITHDRAWN
        )
    assert deliveries[0].events[0].revision < deliveries[1].events[0].revision


@given(st.text(max_size=300))
def test_a_challenge_is_returned_only_if_its_characters_mean_nothing_to_a_browser(
    query: str,
) -> None:
    response = YELP.handshake(
        WebhookRequest("GET", {}, b"", f"verification={query}"), BLANK, (), NOW
    )
    assert response is not None
    if response.status == 200:
        assert response.content_type == "text/plain"
        assert set(response.body).isdisjoint("<>\"'&\r\n ")
    else:
        assert response.status == 400
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "status"),
    [("verification=yv-3f9c.0d_72~ab", 200), ("verification=", 400), ("", 400),
    ("verification=a&verification=b", 400),
     ("verification=%3Cscript%3E", 400), ("verification=" + "a" * 201, 400), ("&" * 100, 400)],
)  # fmt: skip
def test_only_a_plausible_verification_string_is_answered(query: str, status: int) -> None:
    response = YELP.handshake(WebhookRequest("GET", {}, b"", query), BLANK, (), NOW)
    assert response is not None
    assert response.status == status
    assert YELP.handshake(WebhookRequest("POST", {}, b"{}", query), BLANK, (), NOW) is None


def test_the_words_are_read_from_the_businesss_newest_reviews(harness: SimulatedConnection) -> None:
    expected = harness.connector.fetch(REVIEW, harness.account)
    assert isinstance(expected, ReviewEvent)
    assert (
        expected.text,
        expected.rating,
        expected.author.id,
        expected.author.name,
        expected.partial,
    ) == (
        "Charged twice.",
        1,
        "u-1",
        "Marcy",
        False,
    )
    assert expected.reply_to["business_id"] == harness.connection.settings["business_ids"]


def test_a_review_that_is_not_listed_or_may_not_be_read_is_never_gone(
    harness: SimulatedConnection,
) -> None:
    def fetch(native_id: str, **credentials: str) -> object:
        return harness.connector.fetch(
            native_id,
            PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
        )

    assert fetch("older-than-the-newest") is None
    assert fetch(REVIEW, api_key="wrong") is None
    assert fetch(REVIEW, client_id="only") is None
    harness.simulator.add_fault("yelp", FaultMode.DOWN)
    with pytest.raises(PlatformUnavailable):
        fetch(REVIEW)


def test_a_response_is_posted_once_found_and_never_replaced(harness: SimulatedConnection) -> None:
    assert find(harness) is ReplyLookup.ABSENT
    assert reply(harness) == SentReply(REVIEW) == find(harness)
    assert find(harness, "Something else.") is ReplyLookup.ABSENT
    assert reply(harness) == SentReply(REVIEW)
    second = reply(harness, "And another thing.")
    assert isinstance(second, Rejection)
    assert second.reason == "already_answered"
    assert [posted_reply.text for posted_reply in harness.simulator.replies()] == [TEXT]


def test_yelps_own_error_counts_where_the_response_is_not_listed(
    platform: Platform, harness: SimulatedConnection, http_response: Callable[..., object]
) -> None:
    description = "Review already has a comment by a different business user."
    unlisted = http_response(200, {"reviews": []})
    platform.respond_with(
        unlisted,
        http_response(200, {"access_token": "t"}),
        http_response(400, {"error": {"id": "R2R", "description": description}}),
    )
    bases = {"api_base": platform.url, "partner_api_base": platform.url}
    connection = Connection("c", "b", "yelp", "", {**bases, "business_ids": "biz"})
    rejection = type(harness.connector)().reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connection, harness.credentials, harness.http)
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "already_answered"


@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_response_that_was_taken_without_an_answer_is_doubtful_and_found(
    harness: SimulatedConnection, mode: FaultMode
) -> None:
    harness.simulator.add_fault("yelp", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert fault.value.maybe_applied
    assert isinstance(find(harness), SentReply)


def test_a_token_that_was_revoked_is_replaced_and_the_response_is_posted_once(
    harness: SimulatedConnection,
) -> None:
    assert isinstance(reply(harness, "x" * 5_000), SentReply)
    harness.simulator.revoke_tokens()
    harness.simulator.set_resource("yelp", REVIEW, {"public_response": None})
    assert isinstance(reply(harness), SentReply)
    assert len(harness.simulator.replies()) == 2


@pytest.mark.parametrize(
    ("text", "without", "reason"),
    [("x" * 5_001, {}, "too_long"), ("Thank you \U0001f600", {}, "rejected"),
    ("Thank you \u2764\ufe0f", {}, "rejected"),
     (TEXT, {"refresh_token": ""}, "no_credentials"), (TEXT, {"refresh_token": "wrong"},
     "unauthorized")],
)  # fmt: skip
def test_a_text_that_yelp_would_refuse_is_rejected_with_the_reason(
    harness: SimulatedConnection, text: str, without: dict[str, str], reason: str
) -> None:
    rejection = reply(harness, text, **without)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert harness.simulator.replies() == []


def test_yelps_rejections_say_what_to_do(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("yelp", FaultMode.REJECT)
    rejection = reply(harness)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, "claim" in rejection.detail) == ("not_allowed", True)
    harness.simulator.set_resource("yelp", REVIEW, None)
    gone = reply(harness)
    assert isinstance(gone, Rejection)
    assert gone.reason == "gone"
    assert find(harness) is ReplyLookup.CANNOT_TELL
    harness.simulator.add_fault("yelp", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.REPLY)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"error": {"id": "SOMETHING_NEW"}}', b'{"error": "no"}']
)
def test_an_unknown_rejection_stays_one(
    body: bytes, platform: Platform, harness: SimulatedConnection
) -> None:
    platform.respond_with(
        (200, {"content-length": "21"}, b'{"access_token": "t"}'), (400, {}, body)
    )
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "partner_api_base": platform.url}
    )
    rejection = harness.connector.reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connection, harness.credentials, harness.http)
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "rejected"


def test_the_daily_quota_is_something_to_wait_for(
    platform: Platform, harness: SimulatedConnection, http_response: Callable[..., object]
) -> None:
    platform.respond_with(
        http_response(200, {"access_token": "t"}),
        http_response(400, {"error": {"id": "R2R_COMMENT_QUOTA_EXCEEDED"}}),
    )
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "partner_api_base": platform.url}
    )
    with pytest.raises(PlatformUnavailable) as fault:
        harness.connector.reply(
            TARGET, TEXT, "rep_1", PlatformAccount(connection, harness.credentials, harness.http)
        )
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 3_600)


@pytest.mark.parametrize(
    ("response_fields", "expected"),
    [({"public_response": TEXT}, SentReply(REVIEW)), ({"public_response": {"text": TEXT}},
    SentReply(REVIEW)),
     ({"public_response": None}, ReplyLookup.ABSENT), ({}, ReplyLookup.CANNOT_TELL)],
)  # fmt: skip
def test_a_response_is_found_in_either_shape_and_its_absence_proves_nothing(
    response_fields: dict[str, object],
    expected: object,
    platform: Platform,
    harness: SimulatedConnection,
    http_response: Callable[..., object],
) -> None:
    platform.respond_with(
        http_response(404),
        http_response(200, {"reviews": [7, {"id": "other"}, {"id": REVIEW, **response_fields}]}),
    )
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "business_ids": "closed,open"}
    )
    target = ReplyTarget(REVIEW, REVIEW, {"business_id": "open"})
    assert (
        harness.connector.find_reply(
            ReplyTarget(REVIEW, REVIEW, {}),
            TEXT,
            "r",
            PlatformAccount(connection, harness.credentials, harness.http),
        )
        == expected
    )
    platform.respond_with(http_response(200, {"reviews": [{"id": REVIEW, **response_fields}]}))
    assert (
        harness.connector.find_reply(
            target, TEXT, "r", PlatformAccount(connection, harness.credentials, harness.http)
        )
        == expected
    )
    assert "/open/" in platform.requests[-1][1]
