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
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Sent,
    load,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, EventKind, ReviewEvent
from heard_simulator.server import Calls, Json, Mode, Platforms
from tests.unit.simulated import Wired, wired

pytestmark = pytest.mark.loopback

YELP = load("yelp")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
REVIEW = "hB7wQe2KfYtN4uVxJ9mZ3A"
TEXT = "Thank you, Marcy. We are sorry, and have refunded the second charge."
TARGET = ReplyTarget(REVIEW, REVIEW, {})
BLANK = Connection("c0ffee", "bus_1", "yelp", "https://api.example.com/hooks/c0ffee")


class Answering(Protocol):
    url: str
    asked: list[Any]

    def will_answer(self, *answers: Any) -> None: ...


@pytest.fixture
def side() -> Iterator[Wired]:
    with Platforms() as running:
        running.knows(
            "yelp",
            REVIEW,
            {
                "rating": 1,
                "text": "Charged twice.",
                "user": {"id": "u-1", "name": "Marcy"},
                "language": "en",
            },
        )
        yield wired("yelp", running)


def delivered(
    *updates: Json, business: str = "biz", time: str = "2026-03-14T09:00:00.731910"
) -> Parsed:
    body = {"time": time, "object": "business", "data": {"id": business, "updates": list(updates)}}
    return YELP.parse(Request("POST", {}, json.dumps(body).encode()), BLANK, NOW)


def reply(side: Wired, text: str = TEXT, **without: str) -> Sent | Rejected:
    return side.connector.reply(
        TARGET, text, "rep_1", side.connection, {**side.credentials, **without}, side.http
    )


def find(side: Wired, text: str = TEXT) -> Sent | Presence:
    return side.connector.find_reply(
        TARGET, text, "rep_1", side.connection, side.credentials, side.http
    )


def test_the_payloads_that_yelp_publishes_are_understood(facts: Callable[[str], str]) -> None:
    body = facts("payloads/yelp-new_review_event.json")
    (event,) = YELP.parse(Request("POST", {}, body.encode()), BLANK, NOW).events
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
    edited, removed = delivered(
        *(
            json.loads(facts(f"payloads/yelp-review_{name}_event.json"))
            for name in ("edited", "removed")
        )
    ).events
    assert (edited.kind, edited.partial) == (EventKind.EDITED, True)
    assert (removed.kind, removed.partial, removed.revision) == (
        EventKind.WITHDRAWN,
        False,
        TOMBSTONE,
    )


def test_what_is_no_review_and_what_is_another_business_s_is_passed_over_and_a_bad_update_costs_only_itself() -> (
    None
):
    lead, bad = {"event_type": "NEW_EVENT", "event_id": "e-1"}, {"event_type": "NEW_REVIEW_EVENT"}
    parsed = delivered(lead, bad, {"event_type": "NEW_REVIEW_EVENT", "review_id": REVIEW})
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
    assert YELP.parse(Request("POST", {}, body), elsewhere, NOW) == Parsed()
    assert (
        len(
            YELP.parse(
                Request("POST", {}, body.replace(b"theirs", b"also-mine")), elsewhere, NOW
            ).events
        )
        == 1
    )
    with pytest.raises(Unparseable):
        YELP.parse(Request("POST", {}, b'{"data": {"id": "mine"}}'), elsewhere, NOW)


def test_any_order_of_arrival_ends_with_what_happened_last() -> None:
    def one(kind: str, at: str) -> Parsed:
        return delivered({"event_type": kind, "review_id": REVIEW, "user_id": "u-1"}, time=at)

    told = [
        one("NEW_REVIEW_EVENT", "2026-03-14T08:00:00"),
        one("REVIEW_EDITED_EVENT", "2026-03-14T08:30:00.5"),
    ]
    told.append(one("REVIEW_REMOVED_EVENT", "2026-03-14T08:10:00"))
    for order in permutations([*told, told[0]]):
        events = [event for parsed in order for event in parsed.events]
        assert (
            max(events, key=lambda event: (event.revision, event.digest)).kind
            is EventKind.WITHDRAWN
        )
    assert told[0].events[0].revision < told[1].events[0].revision


@given(st.text(max_size=300))
def test_a_challenge_is_given_back_only_in_characters_that_mean_nothing_to_a_browser(
    query: str,
) -> None:
    answer = YELP.handshake(Request("GET", {}, b"", f"verification={query}"), BLANK, (), NOW)
    assert answer is not None
    if answer.status == 200:
        assert answer.content_type == "text/plain"
        assert set(answer.body).isdisjoint("<>\"'&\r\n ")
    else:
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "status"),
    [("verification=yv-3f9c.0d_72~ab", 200), ("verification=", 400), ("", 400), ("verification=a&verification=b", 400),
     ("verification=%3Cscript%3E", 400), ("verification=" + "a" * 201, 400), ("&" * 100, 400)],
)  # fmt: skip
def test_only_a_sane_verification_string_is_answered(query: str, status: int) -> None:
    answer = YELP.handshake(Request("GET", {}, b"", query), BLANK, (), NOW)
    assert answer is not None
    assert answer.status == status
    assert YELP.handshake(Request("POST", {}, b"{}", query), BLANK, (), NOW) is None


def test_the_words_are_read_from_the_business_s_newest_reviews(side: Wired) -> None:
    found = side.connector.fetch(REVIEW, side.connection, side.credentials, side.http)
    assert isinstance(found, ReviewEvent)
    assert (found.text, found.rating, found.author.id, found.author.name, found.partial) == (
        "Charged twice.",
        1,
        "u-1",
        "Marcy",
        False,
    )
    assert found.reply_to["business_id"] == side.connection.settings["business_ids"]


def test_a_review_that_is_not_listed_or_may_not_be_read_is_never_taken_for_gone(
    side: Wired,
) -> None:
    def fetch(native_id: str, **credentials: str) -> object:
        return side.connector.fetch(
            native_id, side.connection, credentials or side.credentials, side.http
        )

    assert fetch("older-than-the-newest") is None
    assert fetch(REVIEW, api_key="wrong") is None
    assert fetch(REVIEW, client_id="only") is None
    side.running.fault("yelp", Mode.DOWN)
    with pytest.raises(PlatformUnavailable):
        fetch(REVIEW)


def test_a_response_is_posted_once_found_and_never_replaced(side: Wired) -> None:
    assert find(side) is Presence.ABSENT
    assert reply(side) == Sent(REVIEW) == find(side)
    assert find(side, "Something else.") is Presence.ABSENT
    assert reply(side) == Sent(REVIEW)
    second = reply(side, "And another thing.")
    assert isinstance(second, Rejected)
    assert second.reason == "already_answered"
    assert [taken.text for taken in side.running.replies()] == [TEXT]


def test_yelp_s_own_word_that_somebody_responded_counts_where_the_review_is_not_listed(
    platform: Answering, side: Wired, say: Callable[..., object]
) -> None:
    description = "Review already has a comment by a different business user."
    unlisted = say(200, {"reviews": []})
    platform.will_answer(
        unlisted,
        say(200, {"access_token": "t"}),
        say(400, {"error": {"id": "R2R", "description": description}}),
    )
    bases = {"api_base": platform.url, "partner_api_base": platform.url}
    connection = Connection("c", "b", "yelp", "", {**bases, "business_ids": "biz"})
    refused = type(side.connector)().reply(
        TARGET, TEXT, "rep_1", connection, side.credentials, side.http
    )
    assert isinstance(refused, Rejected)
    assert refused.reason == "already_answered"


@pytest.mark.parametrize("mode", [Mode.FAIL_AFTER, Mode.DROP])
def test_a_response_taken_without_a_word_is_doubtful_and_found(side: Wired, mode: Mode) -> None:
    side.running.fault("yelp", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert fault.value.maybe_applied
    assert isinstance(find(side), Sent)


def test_a_token_that_was_revoked_is_replaced_and_the_response_is_posted_once(side: Wired) -> None:
    assert isinstance(reply(side, "x" * 5_000), Sent)
    side.running.revoke_tokens()
    side.running.knows("yelp", REVIEW, {"public_response": None})
    assert isinstance(reply(side), Sent)
    assert len(side.running.replies()) == 2


@pytest.mark.parametrize(
    ("text", "without", "reason"),
    [("x" * 5_001, {}, "too_long"), ("Thank you \U0001f600", {}, "rejected"), ("Thank you \u2764\ufe0f", {}, "rejected"),
     (TEXT, {"refresh_token": ""}, "no_credentials"), (TEXT, {"refresh_token": "wrong"}, "unauthorized")],
)  # fmt: skip
def test_what_yelp_would_refuse_is_refused_with_the_reason(
    side: Wired, text: str, without: dict[str, str], reason: str
) -> None:
    refused = reply(side, text, **without)
    assert isinstance(refused, Rejected)
    assert refused.reason == reason
    assert side.running.replies() == []


def test_yelp_s_own_refusals_say_what_to_do(side: Wired) -> None:
    side.running.fault("yelp", Mode.REJECT)
    refused = reply(side)
    assert isinstance(refused, Rejected)
    assert (refused.reason, "claim" in refused.detail) == ("not_allowed", True)
    side.running.knows("yelp", REVIEW, None)
    gone = reply(side)
    assert isinstance(gone, Rejected)
    assert gone.reason == "gone"
    assert find(side) is Presence.CANNOT_TELL
    side.running.fault("yelp", Mode.RATE_LIMITED, seconds=7, calls=Calls.REPLY)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"error": {"id": "SOMETHING_NEW"}}', b'{"error": "no"}']
)
def test_a_refusal_that_is_not_understood_stays_one(
    body: bytes, platform: Answering, side: Wired
) -> None:
    platform.will_answer((200, {"content-length": "21"}, b'{"access_token": "t"}'), (400, {}, body))
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "partner_api_base": platform.url}
    )
    refused = side.connector.reply(TARGET, TEXT, "rep_1", connection, side.credentials, side.http)
    assert isinstance(refused, Rejected)
    assert refused.reason == "rejected"


def test_the_daily_quota_is_something_to_wait_for(
    platform: Answering, side: Wired, say: Callable[..., object]
) -> None:
    platform.will_answer(
        say(200, {"access_token": "t"}), say(400, {"error": {"id": "R2R_COMMENT_QUOTA_EXCEEDED"}})
    )
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "partner_api_base": platform.url}
    )
    with pytest.raises(PlatformUnavailable) as fault:
        side.connector.reply(TARGET, TEXT, "rep_1", connection, side.credentials, side.http)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 3_600)


@pytest.mark.parametrize(
    ("shown", "found"),
    [({"public_response": TEXT}, Sent(REVIEW)), ({"public_response": {"text": TEXT}}, Sent(REVIEW)),
     ({"public_response": None}, Presence.ABSENT), ({}, Presence.CANNOT_TELL)],
)  # fmt: skip
def test_a_response_is_recognised_in_either_shape_and_silence_proves_nothing(
    shown: dict[str, object],
    found: object,
    platform: Answering,
    side: Wired,
    say: Callable[..., object],
) -> None:
    platform.will_answer(
        say(404), say(200, {"reviews": [7, {"id": "other"}, {"id": REVIEW, **shown}]})
    )
    connection = Connection(
        "c", "b", "yelp", "", {"api_base": platform.url, "business_ids": "closed,open"}
    )
    target = ReplyTarget(REVIEW, REVIEW, {"business_id": "open"})
    assert (
        side.connector.find_reply(
            ReplyTarget(REVIEW, REVIEW, {}), TEXT, "r", connection, side.credentials, side.http
        )
        == found
    )
    platform.will_answer(say(200, {"reviews": [{"id": REVIEW, **shown}]}))
    assert (
        side.connector.find_reply(target, TEXT, "r", connection, side.credentials, side.http)
        == found
    )
    assert "/open/" in platform.asked[-1][1]


def test_an_answer_that_is_not_json_is_a_fault(platform: Answering, side: Wired) -> None:
    connection = Connection("c", "b", "yelp", "", {"api_base": platform.url, "business_ids": "biz"})
    for body in (b"<html>", b'{"reviews": [{"id": "r-1", "user": {"id": 1.5}}]}'):
        platform.will_answer((200, {}, body))
        with pytest.raises(PlatformUnavailable):
            side.connector.fetch("r-1", connection, side.credentials, side.http)
