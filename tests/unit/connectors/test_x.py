"""X: posts that mention, answer or quote a business, edits under new ids, signed replies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    Http,
    HttpResponse,
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
from heard_simulator.server import FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
X = load("x")
US, IDA, KIM = "1111111111111111111", "2222222222222222222", "3333333333333333333"
FIRST, SECOND, THIRD, OURS = (
    "2080000000000000001",
    "2080000000000000002",
    "2080000000000000003",
    "2079000000000000001",
)
CONNECTION = Connection(
    "c0ffee", "bus_1", "x", "https://api.example.com/hooks/c0ffee", {"user_id": US}
)
SECRET = "the consumer secret"
TEXT = "Thank you for writing, Ida. Tom will ring you today."


def post(id: str = FIRST, **changed: Any) -> Json:
    plain = {
        "id": id,
        "edit_history_tweet_ids": [id],
        "conversation_id": id,
        "author_id": IDA,
        "text": "@ourbakery slow.",
        "created_at": "2026-03-14T09:00:00.000Z",
        "lang": "en",
        "entities": {"mentions": [{"username": "ourbakery", "id": US}]},
    }
    return {name: entry for name, entry in {**plain, **changed}.items() if entry is not None}


def delivery(payload: Json, kind: str = "post.mention.create", **data: Any) -> WebhookRequest:
    user = {"id": IDA, "name": "Ida", "username": "ida"}
    body = {
        "event_uuid": "7",
        "filter": {"user_id": US},
        "event_type": kind,
        "payload": payload,
        "includes": {"users": [user]},
        **data,
    }
    return WebhookRequest("POST", {}, json.dumps({"data": body}).encode())


def event(payload: Json, kind: str = "post.mention.create", **data: Any) -> ReviewEvent:
    (result,) = X.parse(delivery(payload, kind, **data), CONNECTION, NOW).events
    return result


# Handshake and signature


def test_the_challenge_is_answered_with_the_base64_hmac_under_the_newest_secret() -> None:
    response = X.handshake(
        WebhookRequest("GET", {}, b"", "crc_token=abc&nonce=1"), CONNECTION, (SECRET, "older"), NOW
    )
    assert response is not None
    token = base64.b64encode(hmac.new(SECRET.encode(), b"abc", hashlib.sha256).digest()).decode()
    assert (response.status, json.loads(response.body), response.content_type) == (
        200,
        {"response_token": f"sha256={token}"},
        "application/json",
    )


def test_without_a_challenge_or_a_secret_there_is_no_response() -> None:
    for method, query, secrets in (
        ("GET", "", (SECRET,)),
        ("GET", "crc_token=abc", ()),
        ("GET", "crc_token=abc", ("",)),
        ("POST", "crc_token=abc", (SECRET,)),
    ):
        requests = WebhookRequest(method, {}, b"", query)
        assert X.handshake(requests, CONNECTION, secrets, NOW) is None
        assert X.verify(requests, CONNECTION, secrets, NOW, HttpClient()) is not None


def test_nobody_can_have_a_delivery_signed_by_asking_for_it_as_a_challenge() -> None:
    for body in (delivery(post()).body, b" {}", b"\xef\xbb\xbf{}"):
        response = X.handshake(
            WebhookRequest("GET", {}, b"", urlencode({"crc_token": body})),
            CONNECTION,
            (SECRET,),
            NOW,
        )
        assert response is None


@pytest.mark.parametrize("kind", [[], {}, 7, None])
def test_an_event_type_that_is_no_text_is_kept(kind: Any) -> None:
    request = WebhookRequest(
        "POST", {}, json.dumps({"data": {"event_type": kind, "payload": post()}}).encode()
    )
    with pytest.raises(Unparseable):
        X.parse(request, CONNECTION, NOW)


@given(query=st.text(max_size=300))
def test_any_query_is_handled_without_an_error(query: str) -> None:
    response = X.handshake(
        WebhookRequest("GET", {}, b"", "crc_token=" + query), CONNECTION, (SECRET,), NOW
    )
    assert response is None or response.body.startswith('{"response_token": "sha256=')


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_delivery_signed_as_documented_passes_and_a_flipped_bit_fails(at: int, bit: int) -> None:
    body = delivery(post()).body
    signature = (
        "sha256="
        + base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    )
    signed = WebhookRequest("POST", {"x-twitter-webhooks-signature": signature}, body)
    assert X.verify(signed, CONNECTION, ("newer", SECRET), NOW, HttpClient()) is None
    assert X.sign(delivery(post()), CONNECTION.url, SECRET, NOW) == signed
    flipped_body = bytearray(body)
    flipped_body[at % len(body)] ^= 1 << bit
    assert (
        X.verify(
            replace(signed, body=bytes(flipped_body)), CONNECTION, (SECRET,), NOW, HttpClient()
        )
        is not None
    )


def test_a_hexadecimal_digest_is_refused() -> None:
    body = delivery(post()).body
    signed = WebhookRequest(
        "POST",
        {
            "x-twitter-webhooks-signature": "sha256="
            + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        },
        body,
    )
    failure = X.verify(signed, CONNECTION, (SECRET,), NOW, HttpClient())
    assert failure is not None
    assert failure.reason is SignatureFailureReason.SIGNATURE_MALFORMED


# What deliveries mean


@pytest.mark.parametrize("kind", ["mention", "reply", "quote"])
def test_the_published_payloads_are_reviews_each_with_its_customers_part_of_the_conversation(
    facts: Callable[[str], str], kind: str
) -> None:
    body = facts(f"payloads/x-post.{kind}.create.json")
    (result,) = X.parse(WebhookRequest("POST", {}, body.encode()), CONNECTION, NOW).events
    payload = json.loads(body)["data"]["payload"]
    assert (result.kind, result.native_id, result.text) == (
        EventKind.CREATED,
        payload["id"],
        payload["text"],
    )
    assert result.native_thread == f"{payload['conversation_id']}:2222222222222222222"
    assert result.revision == payload["id"].zfill(20)
    assert result.author.name == ("OtherUser" if kind == "mention" else None)


def test_our_deleted_post_and_other_events_are_ignored(facts: Callable[[str], str]) -> None:
    assert (
        X.parse(
            WebhookRequest("POST", {}, facts("payloads/x-post.delete.json").encode()),
            CONNECTION,
            NOW,
        ).events
        == ()
    )
    for kind in ("dm.received", "like.create", "post.repost.create"):
        assert X.parse(delivery({}, kind), CONNECTION, NOW).events == ()
    for kind in ("", "post.shout.create", "None"):
        with pytest.raises(Unparseable):
            X.parse(delivery({}, kind), CONNECTION, NOW)


def test_each_customer_of_a_conversation_has_one_thread() -> None:
    response = {"conversation_id": FIRST, "in_reply_to_tweet_id": OURS, "in_reply_to_user_id": US}
    first, back, other = (
        event(post()),
        event(post(SECOND, **response)),
        event(post(THIRD, author_id=KIM, **response)),
    )
    assert first.native_thread == back.native_thread == f"{FIRST}:{IDA}"
    assert other.native_thread == f"{FIRST}:{KIM}"


def test_our_reply_is_recorded_in_its_thread_and_our_other_posts_are_ignored() -> None:
    own = post(
        SECOND,
        author_id=US,
        conversation_id=FIRST,
        in_reply_to_tweet_id=FIRST,
        in_reply_to_user_id=IDA,
    )
    for kind in ("post.create", "post.mention.create"):
        events = event(own, kind)
        assert (events.kind, events.native_thread) == (EventKind.REPLY_SEEN, f"{FIRST}:{IDA}")
    assert X.parse(delivery(post(author_id=US), "post.create"), CONNECTION, NOW).events == ()
    assert X.parse(delivery(post(), "post.create"), CONNECTION, NOW).events == ()


def test_any_order_of_a_post_and_its_edits_ends_with_the_latest_text() -> None:
    history = [FIRST, SECOND, THIRD]
    message = [
        event(
            post(
                id, edit_history_tweet_ids=history[: place + 1], conversation_id=id, text=f"{place}"
            )
        )
        for place, id in enumerate(history)
    ]
    assert [each.kind for each in message] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.EDITED,
    ]
    assert {(each.native_id, each.native_thread) for each in message} == {(FIRST, f"{FIRST}:{IDA}")}
    for order in permutations([*message, message[0]]):
        assert max(order, key=lambda each: (each.revision, each.content)).text == "2"
    assert message[2].reply_to["post_id"] == THIRD


def test_ids_grow_by_digits_before_they_grow_by_value() -> None:
    result = event(post("1000", edit_history_tweet_ids=["999", "1000"]))
    assert (result.native_id, result.revision) == ("999", "1000".zfill(20))
    assert event(post("999")).revision < result.revision


def test_the_whole_text_is_read_without_xs_escapes() -> None:
    assert event(post(text="Fish &amp; chips &lt;3")).text == "Fish & chips <3"
    assert event(post(note_tweet={"text": "Long &amp; whole"})).text == "Long & whole"
    assert [event(post(lang=language)).language for language in ("fr", "und", "qme", None)] == [
        "fr",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "payload",
    [
        post(edit_history_tweet_ids=[["x"]]),
        post(edit_history_tweet_ids=["a b"]),
        {**post(), "id": None},
        post(author_id=None),
        post(created_at="yesterday"),
    ],
)
def test_a_post_without_its_ids_or_with_a_wrong_date_is_unreadable(payload: Json) -> None:
    with pytest.raises(Unparseable):
        event(payload)


def test_the_event_of_another_account_is_unreadable() -> None:
    with pytest.raises(Unparseable, match="user_id"):
        event(post(), filter={"user_id": KIM})
    with pytest.raises(Unparseable):
        X.parse(WebhookRequest("POST", {}, b"{}"), CONNECTION, NOW)


# The API


def http_with_response(response: HttpResponse) -> Http:
    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        return response

    return http


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("x", FIRST, {**post(), "user": {"name": "Ida", "username": "ida"}})
        yield connect_to_simulator("x", simulator)


TARGET = ReplyTarget(FIRST, f"{FIRST}:{IDA}", {"post_id": FIRST})


def reply(
    harness: SimulatedConnection,
    text: str = TEXT,
    *,
    to: ReplyTarget = TARGET,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> SentReply | Rejection:
    return X.reply(
        to,
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **changed}, harness.http),
    )


def find_reply(
    harness: SimulatedConnection,
    text: str = TEXT,
    *,
    to: ReplyTarget = TARGET,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> SentReply | ReplyLookup:
    return X.find_reply(
        to,
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **changed}, harness.http),
    )


def fetch(
    harness: SimulatedConnection,
    native_id: str = FIRST,
    *,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> ReviewEvent | ReviewGone | None:
    return X.fetch(
        native_id,
        PlatformAccount(harness.connection, {**harness.credentials, **changed}, harness.http),
    )


def test_a_reply_is_found_though_x_puts_a_name_before_it_and_escapes_it(
    harness: SimulatedConnection,
) -> None:
    text = "@ida thank you, Ida & Co. <3"
    assert find_reply(harness, text) is ReplyLookup.ABSENT
    sent_reply = reply(harness, text)
    assert isinstance(sent_reply, SentReply)
    assert find_reply(harness, text) == sent_reply
    assert find_reply(harness, "Quite another text.") is ReplyLookup.ABSENT


def test_a_reply_with_an_address_cannot_be_compared_but_its_absence_shows(
    harness: SimulatedConnection,
) -> None:
    text = "Write to https://example.com/help and Tom will look into it."
    assert find_reply(harness, text) is ReplyLookup.ABSENT
    assert isinstance(reply(harness, text), SentReply)
    assert find_reply(harness, text) is ReplyLookup.CANNOT_TELL


def test_a_duplicate_text_is_our_own_reply_or_is_rejected(
    harness: SimulatedConnection,
) -> None:
    sent_reply = reply(harness)
    assert reply(harness) == sent_reply
    harness.simulator.set_resource(
        "x", SECOND, {**post(SECOND, author_id=KIM), "user": {"name": "Kim", "username": "kim"}}
    )
    rejection = reply(harness, to=ReplyTarget(SECOND, f"{SECOND}:{KIM}", {"post_id": SECOND}))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "duplicate"
    assert len(harness.simulator.replies()) == 1


def test_a_reply_goes_to_the_latest_version_and_is_found_under_any(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource(
        "x", FIRST, post(SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST)
    )
    edited_post = replace(TARGET, reply_to={"post_id": SECOND})
    sent_reply = reply(harness, to=edited_post)
    assert isinstance(sent_reply, SentReply)
    assert find_reply(harness, to=edited_post) == sent_reply
    assert harness.simulator.replies()[0].review == FIRST


def test_a_post_that_does_not_mention_the_account_takes_no_reply(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource("x", SECOND, post(SECOND, entities={"mentions": [{"id": KIM}]}))
    rejection = reply(harness, to=ReplyTarget(SECOND, f"{SECOND}:{IDA}", {}))
    assert isinstance(rejection, Rejection)
    assert "Reply to this conversation is not allowed" in rejection.detail


def test_our_replies_are_searched_until_posts_are_older_than_the_review(
    harness: SimulatedConnection,
) -> None:
    for number in range(620):
        harness.simulator.set_resource(
            "x", f"207800000000000{number:04}", post(f"207800000000000{number:04}", author_id=US)
        )
    assert find_reply(harness) is ReplyLookup.ABSENT
    for number in range(620):
        harness.simulator.set_resource(
            "x", f"208100000000000{number:04}", post(f"208100000000000{number:04}", author_id=US)
        )
    assert find_reply(harness) is ReplyLookup.CANNOT_TELL


def test_wrong_or_missing_credentials_post_nothing(harness: SimulatedConnection) -> None:
    for name in harness.credentials:
        rejection, missing = (
            reply(harness, changed={name: "another"}),
            reply(harness, changed={name: ""}),
        )
        assert isinstance(rejection, Rejection)
        assert isinstance(missing, Rejection)
        assert (rejection.reason, missing.reason) == ("unauthorized", "no_credentials")
        assert find_reply(harness, changed={name: "another"}) is ReplyLookup.CANNOT_TELL
        assert fetch(harness, changed={name: "another"}) is None
    assert harness.simulator.replies() == []


def test_an_unusable_address_is_rejected_and_not_called(harness: SimulatedConnection) -> None:
    for base in ("no address", "http://api.x.com"):
        connection = replace(harness.connection, settings={"user_id": US, "api_base": base})
        rejection = X.reply(
            TARGET, TEXT, "rep_1", PlatformAccount(connection, harness.credentials, harness.http)
        )
        assert isinstance(rejection, Rejection)
        assert rejection.reason == "bad_address"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("語" * 140, True), ("語" * 141, False), ("x" * 280, True), ("x" * 281, False)],
)
def test_the_length_of_a_reply_is_counted_as_x_counts_it(
    harness: SimulatedConnection, text: str, fits: bool
) -> None:
    response = reply(harness, text)
    assert isinstance(response, SentReply) == fits
    assert fits or (isinstance(response, Rejection) and response.reason == "too_long")


def test_a_header_of_xs_own_says_how_long_to_wait(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("x", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after is not None
    assert 85 <= fault.value.retry_after <= 90


@pytest.mark.parametrize(
    "headers", [{}, {"x-rate-limit-reset": "soon"}, {"x-rate-limit-reset": "1", "retry-after": "9"}]
)
def test_an_unreadable_wait_is_ignored_and_retry_after_comes_first(
    headers: dict[str, str],
) -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        reply_with_response(429, b"{}", headers)
    assert fault.value.retry_after == (9 if "retry-after" in headers else None)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": {"id": null}}'])
def test_a_reply_without_an_id_of_xs_goes_by_ours(body: bytes) -> None:
    assert reply_with_response(201, body) == SentReply("rep_1")


def reply_with_response(
    status: int, body: bytes, headers: dict[str, str] | None = None
) -> SentReply | Rejection:
    credentials = dict.fromkeys(X.capabilities.credentials, "k")
    return X.reply(
        TARGET,
        TEXT,
        "rep_1",
        PlatformAccount(
            CONNECTION, credentials, http_with_response(HttpResponse(status, headers or {}, body))
        ),
    )


def test_a_fetched_post_equals_its_delivery_whichever_version_is_fetched(
    harness: SimulatedConnection,
) -> None:
    assert fetch(harness) == replace(event(post()), text="@ourbakery slow.")
    edited_post = post(
        SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST, text="Better."
    )
    harness.simulator.set_resource(
        "x", FIRST, {**edited_post, "user": {"name": "Ida", "username": "ida"}}
    )
    assert fetch(harness) == fetch(harness, SECOND) == event(edited_post)


def test_an_old_version_leads_to_the_latest(harness: SimulatedConnection) -> None:
    posts: Json = {"data": post(edit_history_tweet_ids=[FIRST, SECOND])}
    latest: Json = {
        "data": post(
            SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST, text="Better."
        )
    }
    requests: list[str] = []

    def http(method: str, url: str, **_: object) -> HttpResponse:
        requests.append(url)
        return HttpResponse(200, {}, json.dumps(latest if SECOND in url else posts).encode())

    result = X.fetch(
        FIRST, PlatformAccount(CONNECTION, dict.fromkeys(harness.credentials, "k"), http)
    )
    assert isinstance(result, ReviewEvent)
    assert (result.native_id, result.revision, result.text, len(requests)) == (
        FIRST,
        SECOND.zfill(20),
        "Better.",
        2,
    )


def test_a_post_that_is_gone_differs_from_one_that_may_not_be_read(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource("x", FIRST, None)
    assert fetch(harness) is ReviewGone.GONE
    assert fetch(harness, "../../2/users/1") is ReviewGone.GONE
    protected = {"errors": [{"type": "https://api.x.com/2/problems/not-authorized-for-resource"}]}
    credentials = dict.fromkeys(harness.credentials, "k")
    for status, document, expected in (
        (200, protected, None),
        (404, {}, ReviewGone.GONE),
        (403, {"detail": "No."}, None),
    ):
        response = HttpResponse(status, {}, json.dumps(document).encode())
        assert (
            X.fetch(FIRST, PlatformAccount(CONNECTION, credentials, http_with_response(response)))
            is expected
        )
    with pytest.raises(PlatformUnavailable):
        X.fetch(
            FIRST,
            PlatformAccount(
                CONNECTION,
                credentials,
                http_with_response(HttpResponse(200, {}, b'{"data": {"text": "x"}}')),
            ),
        )


def recent(harness: SimulatedConnection, cursor: str | None = None) -> ReviewPage:
    page = X.recent(
        cursor, PlatformAccount(harness.connection, harness.credentials, harness.http), NOW
    )
    assert isinstance(page, ReviewPage)
    return page


def test_mentions_are_listed_newest_first_and_equal_their_deliveries(
    harness: SimulatedConnection,
) -> None:
    for number in range(130):
        harness.simulator.set_resource(
            "x", f"208200000000000{number:04}", post(f"208200000000000{number:04}", author_id=KIM)
        )
    page = recent(harness)
    assert (len(page.events), page.events[0].native_id) == (100, "2082000000000000129")
    older = recent(harness, page.next_cursor)
    assert (len(older.events), older.next_cursor) == (31, None)
    assert older.events[-1] == event(post())
    harness.simulator.set_resource("x", FIRST, None)
    assert FIRST not in {entry.native_id for entry in recent(harness, page.next_cursor).events}


def test_an_unreadable_post_costs_only_itself(harness: SimulatedConnection) -> None:
    harness.simulator.set_resource("x", SECOND, post(SECOND, created_at="yesterday"))
    page = recent(harness)
    assert [entry.native_id for entry in page.events] == [FIRST]
    assert len(page.problems) == 1
    rejection = X.recent(
        None,
        PlatformAccount(
            harness.connection, {**harness.credentials, "api_secret": "another"}, harness.http
        ),
        NOW,
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unauthorized"
