"""X: posts that mention, answer or quote a business; edits under new ids.

Replies signed with OAuth 1.0a and counted by weight.
"""

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
    return {name: each for name, each in {**plain, **changed}.items() if each is not None}


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
    (found,) = X.parse(delivery(payload, kind, **data), CONNECTION, NOW).events
    return found


# The door


def test_the_challenge_is_answered_with_the_base64_hmac_under_the_newest_secret() -> None:
    answer = X.handshake(
        WebhookRequest("GET", {}, b"", "crc_token=abc&nonce=1"), CONNECTION, (SECRET, "older"), NOW
    )
    assert answer is not None
    token = base64.b64encode(hmac.new(SECRET.encode(), b"abc", hashlib.sha256).digest()).decode()
    assert (answer.status, json.loads(answer.body), answer.content_type) == (
        200,
        {"response_token": f"sha256={token}"},
        "application/json",
    )


def test_without_a_challenge_or_a_secret_there_is_no_answer_to_give() -> None:
    for method, query, secrets in (
        ("GET", "", (SECRET,)),
        ("GET", "crc_token=abc", ()),
        ("GET", "crc_token=abc", ("",)),
        ("POST", "crc_token=abc", (SECRET,)),
    ):
        asked = WebhookRequest(method, {}, b"", query)
        assert X.handshake(asked, CONNECTION, secrets, NOW) is None
        assert X.verify(asked, CONNECTION, secrets, NOW, HttpClient()) is not None


def test_nobody_can_have_a_delivery_signed_by_asking_for_it_as_a_challenge() -> None:
    for body in (delivery(post()).body, b" {}", b"\xef\xbb\xbf{}"):
        answer = X.handshake(
            WebhookRequest("GET", {}, b"", urlencode({"crc_token": body})),
            CONNECTION,
            (SECRET,),
            NOW,
        )
        assert answer is None


@pytest.mark.parametrize("kind", [[], {}, 7, None])
def test_a_kind_that_is_no_text_is_of_no_interest(kind: Any) -> None:
    request = WebhookRequest(
        "POST", {}, json.dumps({"data": {"event_type": kind, "payload": post()}}).encode()
    )
    assert X.parse(request, CONNECTION, NOW).events == ()


@given(query=st.text(max_size=300))
def test_any_question_is_answered_without_a_fault(query: str) -> None:
    answer = X.handshake(
        WebhookRequest("GET", {}, b"", "crc_token=" + query), CONNECTION, (SECRET,), NOW
    )
    assert answer is None or answer.body.startswith('{"response_token": "sha256=')


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_delivery_signed_as_documented_is_believed_and_a_flipped_bit_is_not(
    at: int, bit: int
) -> None:
    body = delivery(post()).body
    signature = (
        "sha256="
        + base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    )
    signed = WebhookRequest("POST", {"x-twitter-webhooks-signature": signature}, body)
    assert X.verify(signed, CONNECTION, ("newer", SECRET), NOW, HttpClient()) is None
    assert X.sign(delivery(post()), CONNECTION.url, SECRET, NOW) == signed
    flipped = bytearray(body)
    flipped[at % len(body)] ^= 1 << bit
    assert (
        X.verify(replace(signed, body=bytes(flipped)), CONNECTION, (SECRET,), NOW, HttpClient())
        is not None
    )


def test_a_hexadecimal_digest_as_others_send_it_is_refused() -> None:
    body = delivery(post()).body
    signed = WebhookRequest(
        "POST",
        {
            "x-twitter-webhooks-signature": "sha256="
            + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        },
        body,
    )
    refusal = X.verify(signed, CONNECTION, (SECRET,), NOW, HttpClient())
    assert refusal is not None
    assert refusal.reason is SignatureFailureReason.SIGNATURE_MALFORMED


# What deliveries mean


@pytest.mark.parametrize("kind", ["mention", "reply", "quote"])
def test_the_published_payloads_are_reviews_each_with_its_customers_part_of_the_conversation(
    facts: Callable[[str], str], kind: str
) -> None:
    body = facts(f"payloads/x-post.{kind}.create.json")
    (found,) = X.parse(WebhookRequest("POST", {}, body.encode()), CONNECTION, NOW).events
    payload = json.loads(body)["data"]["payload"]
    assert (found.kind, found.native_id, found.text) == (
        EventKind.CREATED,
        payload["id"],
        payload["text"],
    )
    assert found.native_thread == f"{payload['conversation_id']}:2222222222222222222"
    assert found.revision == payload["id"].zfill(20)
    assert found.author.name == ("OtherUser" if kind == "mention" else None)


def test_our_deleted_post_and_all_that_is_no_post_is_ignored(facts: Callable[[str], str]) -> None:
    assert (
        X.parse(
            WebhookRequest("POST", {}, facts("payloads/x-post.delete.json").encode()),
            CONNECTION,
            NOW,
        ).events
        == ()
    )
    for kind in (
        "dm.received",
        "like.create",
        "post.repost.create",
        "",
        None,
        ["post.mention.create"],
    ):
        assert X.parse(delivery({}, str(kind)), CONNECTION, NOW).events == ()


def test_a_customer_who_comes_back_in_a_conversation_stays_in_one_thread_and_another_has_their_own() -> (
    None
):
    answer = {"conversation_id": FIRST, "in_reply_to_tweet_id": OURS, "in_reply_to_user_id": US}
    first, back, other = (
        event(post()),
        event(post(SECOND, **answer)),
        event(post(THIRD, author_id=KIM, **answer)),
    )
    assert first.native_thread == back.native_thread == f"{FIRST}:{IDA}"
    assert other.native_thread == f"{FIRST}:{KIM}"


def test_our_own_reply_is_noted_in_the_thread_of_whom_it_answers_and_our_other_posts_are_not() -> (
    None
):
    own = post(
        SECOND,
        author_id=US,
        conversation_id=FIRST,
        in_reply_to_tweet_id=FIRST,
        in_reply_to_user_id=IDA,
    )
    for kind in ("post.create", "post.mention.create"):
        seen = event(own, kind)
        assert (seen.kind, seen.native_thread) == (EventKind.REPLY_SEEN, f"{FIRST}:{IDA}")
    assert X.parse(delivery(post(author_id=US), "post.create"), CONNECTION, NOW).events == ()
    assert X.parse(delivery(post(), "post.create"), CONNECTION, NOW).events == ()


def test_any_order_of_a_post_and_its_edits_ends_with_the_latest_words() -> None:
    history = [FIRST, SECOND, THIRD]
    said = [
        event(
            post(
                id, edit_history_tweet_ids=history[: place + 1], conversation_id=id, text=f"{place}"
            )
        )
        for place, id in enumerate(history)
    ]
    assert [each.kind for each in said] == [EventKind.CREATED, EventKind.EDITED, EventKind.EDITED]
    assert {(each.native_id, each.native_thread) for each in said} == {(FIRST, f"{FIRST}:{IDA}")}
    for order in permutations([*said, said[0]]):
        assert max(order, key=lambda each: (each.revision, each.digest)).text == "2"
    assert said[2].reply_to["post_id"] == THIRD


def test_ids_grow_by_digits_before_they_grow_by_value() -> None:
    found = event(post("1000", edit_history_tweet_ids=["999", "1000"]))
    assert (found.native_id, found.revision) == ("999", "1000".zfill(20))
    assert event(post("999")).revision < found.revision


def test_words_are_read_whole_and_without_xs_escapes() -> None:
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
def test_a_post_without_its_ids_or_with_a_date_that_is_none_cannot_be_read(payload: Json) -> None:
    with pytest.raises(Unparseable):
        event(payload)


def test_another_accounts_event_is_not_lost_in_silence() -> None:
    with pytest.raises(Unparseable, match="user_id"):
        event(post(), filter={"user_id": KIM})
    with pytest.raises(Unparseable):
        X.parse(WebhookRequest("POST", {}, b"{}"), CONNECTION, NOW)


# The API


def saying(answer: HttpResponse) -> Http:
    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        return answer

    return http


@pytest.fixture
def side() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as running:
        running.set_resource("x", FIRST, {**post(), "user": {"name": "Ida", "username": "ida"}})
        yield connect_to_simulator("x", running)


TARGET = ReplyTarget(FIRST, f"{FIRST}:{IDA}", {"post_id": FIRST})


def reply(
    side: SimulatedConnection,
    text: str = TEXT,
    *,
    to: ReplyTarget = TARGET,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> SentReply | Rejection:
    return X.reply(
        to,
        text,
        "rep_1",
        PlatformAccount(side.connection, {**side.credentials, **changed}, side.http),
    )


def find(
    side: SimulatedConnection,
    text: str = TEXT,
    *,
    to: ReplyTarget = TARGET,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> SentReply | ReplyLookup:
    return X.find_reply(
        to,
        text,
        "rep_1",
        PlatformAccount(side.connection, {**side.credentials, **changed}, side.http),
    )


def fetch(
    side: SimulatedConnection,
    native_id: str = FIRST,
    *,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> ReviewEvent | ReviewGone | None:
    return X.fetch(
        native_id, PlatformAccount(side.connection, {**side.credentials, **changed}, side.http)
    )


def test_a_reply_is_found_though_x_puts_a_name_before_it_and_escapes_it(
    side: SimulatedConnection,
) -> None:
    text = "@ida thank you, Ida & Co. <3"
    assert find(side, text) is ReplyLookup.ABSENT
    sent = reply(side, text)
    assert isinstance(sent, SentReply)
    assert find(side, text) == sent
    assert find(side, "Quite another text.") is ReplyLookup.ABSENT


def test_a_reply_with_an_address_in_it_cannot_be_compared_but_its_absence_can_be_told(
    side: SimulatedConnection,
) -> None:
    text = "Write to https://example.com/help and Tom will look into it."
    assert find(side, text) is ReplyLookup.ABSENT
    assert isinstance(reply(side, text), SentReply)
    assert find(side, text) is ReplyLookup.CANNOT_TELL


def test_a_text_that_x_takes_for_a_duplicate_was_our_own_or_is_refused(
    side: SimulatedConnection,
) -> None:
    sent = reply(side)
    assert reply(side) == sent
    side.simulator.set_resource(
        "x", SECOND, {**post(SECOND, author_id=KIM), "user": {"name": "Kim", "username": "kim"}}
    )
    refused = reply(side, to=ReplyTarget(SECOND, f"{SECOND}:{KIM}", {"post_id": SECOND}))
    assert isinstance(refused, Rejection)
    assert refused.reason == "duplicate"
    assert len(side.simulator.replies()) == 1


def test_a_reply_goes_to_the_latest_version_and_is_found_under_any(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource(
        "x", FIRST, post(SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST)
    )
    edited = replace(TARGET, reply_to={"post_id": SECOND})
    sent = reply(side, to=edited)
    assert isinstance(sent, SentReply)
    assert find(side, to=edited) == sent
    assert side.simulator.replies()[0].review == FIRST


def test_who_did_not_summon_the_account_cannot_be_answered_and_x_says_so(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource("x", SECOND, post(SECOND, entities={"mentions": [{"id": KIM}]}))
    refused = reply(side, to=ReplyTarget(SECOND, f"{SECOND}:{IDA}", {}))
    assert isinstance(refused, Rejection)
    assert "Reply to this conversation is not allowed" in refused.detail


def test_our_replies_are_looked_for_until_posts_are_older_than_the_review(
    side: SimulatedConnection,
) -> None:
    for number in range(620):
        side.simulator.set_resource(
            "x", f"207800000000000{number:04}", post(f"207800000000000{number:04}", author_id=US)
        )
    assert find(side) is ReplyLookup.ABSENT
    for number in range(620):
        side.simulator.set_resource(
            "x", f"208100000000000{number:04}", post(f"208100000000000{number:04}", author_id=US)
        )
    assert find(side) is ReplyLookup.CANNOT_TELL


def test_wrong_or_missing_credentials_post_nothing(side: SimulatedConnection) -> None:
    for name in side.credentials:
        refused, missing = reply(side, changed={name: "another"}), reply(side, changed={name: ""})
        assert isinstance(refused, Rejection)
        assert isinstance(missing, Rejection)
        assert (refused.reason, missing.reason) == ("unauthorized", "no_credentials")
        assert find(side, changed={name: "another"}) is ReplyLookup.CANNOT_TELL
        assert fetch(side, changed={name: "another"}) is None
    assert side.simulator.replies() == []


def test_an_address_that_is_none_is_refused_and_not_called(side: SimulatedConnection) -> None:
    for base in ("no address", "http://api.x.com"):
        connection = replace(side.connection, settings={"user_id": US, "api_base": base})
        refused = X.reply(
            TARGET, TEXT, "rep_1", PlatformAccount(connection, side.credentials, side.http)
        )
        assert isinstance(refused, Rejection)
        assert refused.reason == "bad_address"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("語" * 140, True), ("語" * 141, False), ("x" * 280, True), ("x" * 281, False)],
)
def test_a_reply_is_measured_as_x_measures_it(
    side: SimulatedConnection, text: str, fits: bool
) -> None:
    answer = reply(side, text)
    assert isinstance(answer, SentReply) == fits
    assert fits or (isinstance(answer, Rejection) and answer.reason == "too_long")


def test_x_says_until_when_to_wait_in_a_header_of_its_own(side: SimulatedConnection) -> None:
    side.simulator.add_fault("x", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after is not None
    assert 85 <= fault.value.retry_after <= 90


@pytest.mark.parametrize(
    "headers", [{}, {"x-rate-limit-reset": "soon"}, {"x-rate-limit-reset": "1", "retry-after": "9"}]
)
def test_a_wait_of_no_sense_is_none_and_https_own_header_comes_first(
    headers: dict[str, str],
) -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        answered(429, b"{}", headers)
    assert fault.value.retry_after == (9 if "retry-after" in headers else None)


def test_a_reply_taken_without_its_id_leaves_the_question_open() -> None:
    for body in (b"", b"{}", b'{"data": {"id": null}}'):
        with pytest.raises(PlatformUnavailable) as fault:
            answered(201, body)
        assert fault.value.maybe_applied


def answered(
    status: int, body: bytes, headers: dict[str, str] | None = None
) -> SentReply | Rejection:
    credentials = dict.fromkeys(X.capabilities.credentials, "k")
    return X.reply(
        TARGET,
        TEXT,
        "rep_1",
        PlatformAccount(CONNECTION, credentials, saying(HttpResponse(status, headers or {}, body))),
    )


def test_a_post_read_again_is_what_its_delivery_said_whichever_version_it_is_asked_by(
    side: SimulatedConnection,
) -> None:
    assert fetch(side) == replace(event(post()), text="@ourbakery slow.")
    edited = post(
        SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST, text="Better."
    )
    side.simulator.set_resource("x", FIRST, {**edited, "user": {"name": "Ida", "username": "ida"}})
    assert fetch(side) == fetch(side, SECOND) == event(edited)


def test_an_old_version_shown_is_followed_to_the_latest(side: SimulatedConnection) -> None:
    shown: Json = {"data": post(edit_history_tweet_ids=[FIRST, SECOND])}
    latest: Json = {
        "data": post(
            SECOND, edit_history_tweet_ids=[FIRST, SECOND], conversation_id=FIRST, text="Better."
        )
    }
    asked: list[str] = []

    def http(method: str, url: str, **_: object) -> HttpResponse:
        asked.append(url)
        return HttpResponse(200, {}, json.dumps(latest if SECOND in url else shown).encode())

    found = X.fetch(FIRST, PlatformAccount(CONNECTION, dict.fromkeys(side.credentials, "k"), http))
    assert isinstance(found, ReviewEvent)
    assert (found.native_id, found.revision, found.text, len(asked)) == (
        FIRST,
        SECOND.zfill(20),
        "Better.",
        2,
    )


def test_a_post_that_is_gone_is_told_from_one_that_may_not_be_read(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource("x", FIRST, None)
    assert fetch(side) is ReviewGone.GONE
    assert fetch(side, "../../2/users/1") is ReviewGone.GONE
    protected = {"errors": [{"type": "https://api.x.com/2/problems/not-authorized-for-resource"}]}
    credentials = dict.fromkeys(side.credentials, "k")
    for status, document, expected in (
        (200, protected, None),
        (404, {}, ReviewGone.GONE),
        (403, {"detail": "No."}, None),
        (200, {}, None),
    ):
        answer = HttpResponse(status, {}, json.dumps(document).encode())
        assert X.fetch(FIRST, PlatformAccount(CONNECTION, credentials, saying(answer))) is expected
    with pytest.raises(PlatformUnavailable):
        X.fetch(
            FIRST,
            PlatformAccount(
                CONNECTION, credentials, saying(HttpResponse(200, {}, b'{"data": {"text": "x"}}'))
            ),
        )


def recent(side: SimulatedConnection, cursor: str | None = None) -> ReviewPage:
    page = X.recent(cursor, PlatformAccount(side.connection, side.credentials, side.http), NOW)
    assert isinstance(page, ReviewPage)
    return page


def test_mentions_are_listed_newest_first_page_by_page_as_their_deliveries_said_them(
    side: SimulatedConnection,
) -> None:
    for number in range(130):
        side.simulator.set_resource(
            "x", f"208200000000000{number:04}", post(f"208200000000000{number:04}", author_id=KIM)
        )
    page = recent(side)
    assert (len(page.events), page.events[0].native_id) == (100, "2082000000000000129")
    older = recent(side, page.next_cursor)
    assert (len(older.events), older.next_cursor) == (31, None)
    assert older.events[-1] == event(post())
    side.simulator.set_resource("x", FIRST, None)
    assert FIRST not in {each.native_id for each in recent(side, page.next_cursor).events}


def test_a_listed_post_that_cannot_be_read_costs_only_itself(side: SimulatedConnection) -> None:
    side.simulator.set_resource("x", SECOND, post(SECOND, created_at="yesterday"))
    page = recent(side)
    assert [each.native_id for each in page.events] == [FIRST]
    assert len(page.problems) == 1
    refused = X.recent(
        None,
        PlatformAccount(side.connection, {**side.credentials, "api_secret": "another"}, side.http),
        NOW,
    )
    assert isinstance(refused, Rejection)
    assert refused.reason == "unauthorized"
