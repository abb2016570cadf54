"""Facebook, and what it shares with Instagram.

The handshake, the signature, batches, and the Graph API's own words for refusals.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import permutations
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
    SentReply,
    SignatureFailureReason,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, EventKind, ReviewEvent
from heard_simulator.server import FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
FACEBOOK = load("facebook")
PAGE, POST, COMMENT = "500158316696377", "500158316696377_41", "41_7"
CONNECTION = Connection(
    "c0ffee",
    "bus_1",
    "facebook",
    "https://api.example.com/hooks/c0ffee",
    {"page_id": PAGE, "verify_token": "meatyhamhock"},
)
IDA = {"id": "900", "name": "Ida"}
TEXT = "Thank you for writing, Ida. Tom will ring you today."
SECRET = "the app's secret"
SHOWN: Json = {"message": "Slow.", "created_time": "2026-03-14T09:00:00+0000", "from": IDA}


def value(**changed: Any) -> dict[str, Any]:
    plain = {
        "item": "comment",
        "verb": "add",
        "comment_id": COMMENT,
        "post_id": POST,
        "parent_id": POST,
        "created_time": 1_773_478_800,
    }
    return {
        key: each
        for key, each in {**plain, "from": IDA, "message": "Slow.", **changed}.items()
        if each is not None
    }


def entry(
    *values: object, at: int = 1_773_478_860, page: str = PAGE, field: str = "feed"
) -> dict[str, Any]:
    return {"id": page, "time": at, "changes": [{"field": field, "value": each} for each in values]}


def request(*entries: object) -> WebhookRequest:
    return WebhookRequest(
        "POST", {}, json.dumps({"object": "page", "entry": list(entries)}).encode()
    )


def events(*entries: object) -> tuple[ReviewEvent, ...]:
    return FACEBOOK.parse(request(*entries), CONNECTION, NOW).events


def event(**changed: Any) -> ReviewEvent:
    (found,) = events(entry(value(**changed)))
    return found


def asked(platform: str = "facebook", **query: str) -> tuple[int, str, str]:
    named = {f"hub.{name}": said for name, said in query.items()}
    answer = load(platform).handshake(
        WebhookRequest("GET", {}, b"", urlencode(named)), CONNECTION, (), NOW
    )
    assert answer is not None
    return answer.status, answer.body, answer.content_type


# The door


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_who_knows_the_verify_token_gets_the_bare_challenge_back_as_plain_text(
    platform: str,
) -> None:
    # The values are those of developers.facebook.com/docs/graph-api/webhooks/getting-started.
    right = asked(platform, mode="subscribe", challenge="1158201444", verify_token="meatyhamhock")
    assert right == (200, "1158201444", "text/plain")
    for query in (
        {"mode": "subscribe", "challenge": "1", "verify_token": "meatyhamhoc"},
        {"mode": "subscribe", "challenge": "1", "verify_token": ""},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "unsubscribe", "challenge": "1", "verify_token": "meatyhamhock"},
        {},
    ):
        assert asked(platform, **query)[0] == 403


@pytest.mark.parametrize(
    "challenge", ["<script>alert(1)</script>", "", "1 2", "1\r\nSet-Cookie: a=b", "é", "9" * 257]
)
def test_a_challenge_that_could_be_a_page_is_not_sent_back(challenge: str) -> None:
    status, body, kind = asked(mode="subscribe", challenge=challenge, verify_token="meatyhamhock")
    assert (status, kind) == (400, "text/plain")
    assert not challenge or challenge not in body


def test_a_connection_without_a_verify_token_takes_no_challenge() -> None:
    bare = Connection("c", "b", "facebook", "https://api.example.com/hooks/c", {"page_id": PAGE})
    answer = FACEBOOK.handshake(
        WebhookRequest("GET", {}, b"", "hub.mode=subscribe&hub.challenge=1&hub.verify_token="),
        bare,
        (),
        NOW,
    )
    assert answer is not None
    assert answer.status == 403


@given(query=st.text(max_size=400))
def test_any_question_is_answered_and_a_delivery_is_none(query: str) -> None:
    answer = FACEBOOK.handshake(WebhookRequest("GET", {}, b"", query), CONNECTION, (), NOW)
    assert answer is not None
    assert answer.status in {400, 403}
    assert FACEBOOK.handshake(WebhookRequest("POST", {}, b"", query), CONNECTION, (), NOW) is None


def test_the_published_vectors_of_the_same_construction_are_believed_or_refused_as_they_say(
    facts: Callable[[str], str],
) -> None:
    for vector in json.loads(facts("vectors/sha256-hex-body.json"))["vectors"]:
        signed = WebhookRequest(
            "POST",
            {"x-hub-signature-256": vector["headers"]["X-Hub-Signature-256"]},
            vector["body"].encode(),
        )
        for platform in ("facebook", "instagram"):
            refusal = load(platform).verify(
                signed, CONNECTION, (vector["secret"],), NOW, HttpClient()
            )
            assert (refusal is None) == (vector["expected"] == "valid"), vector["name"]


def test_the_older_signature_alone_is_never_enough() -> None:
    body = request(entry(value())).body
    old = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    for headers in ({"x-hub-signature": old}, {"x-hub-signature": old, "x-hub-signature-256": old}):
        assert (
            FACEBOOK.verify(
                WebhookRequest("POST", headers, body), CONNECTION, (SECRET,), NOW, HttpClient()
            )
            is not None
        )
    refusal = FACEBOOK.verify(WebhookRequest("POST", {}, body), CONNECTION, (), NOW, HttpClient())
    assert refusal is not None
    assert refusal.reason is SignatureFailureReason.NO_SECRET


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(at: int, bit: int) -> None:
    signed = FACEBOOK.sign(request(entry(value())), CONNECTION.url, SECRET, NOW)
    assert FACEBOOK.verify(signed, CONNECTION, ("newer", SECRET), NOW, HttpClient()) is None
    body = bytearray(signed.body)
    body[at % len(body)] ^= 1 << bit
    assert (
        FACEBOOK.verify(
            WebhookRequest("POST", signed.headers, bytes(body)),
            CONNECTION,
            (SECRET,),
            NOW,
            HttpClient(),
        )
        is not None
    )


# What deliveries mean


def test_a_capture_of_2013_is_read_as_the_pages_own_comment_under_its_post(
    facts: Callable[[str], str],
) -> None:
    sent = WebhookRequest("POST", {}, facts("payloads/meta-page-feed-comment.json").encode())
    (found,) = FACEBOOK.parse(sent, CONNECTION, NOW).events
    assert (found.kind, found.author.id) == (EventKind.REPLY_SEEN, PAGE)
    assert found.native_id == found.native_thread == "500158316696377_500219983356877_5405676"
    reaction = WebhookRequest("POST", {}, facts("payloads/meta-page-feed-reaction.json").encode())
    assert FACEBOOK.parse(reaction, CONNECTION, NOW).events == ()


def test_each_comment_of_the_first_level_is_a_thread_with_its_replies() -> None:
    top, below = event(), event(comment_id="41_8", parent_id=COMMENT)
    assert (top.native_thread, below.native_thread) == (COMMENT, COMMENT)
    assert event(post_id=None).native_thread == COMMENT
    assert event(parent_id=None).native_thread == COMMENT


def test_what_is_no_comment_or_changes_no_words_is_ignored() -> None:
    others: list[dict[str, Any]] = [
        {"item": "reaction"},
        {"item": "status"},
        {"verb": "hide"},
        {"verb": "unhide"},
        {"verb": None},
        {"verb": ["add"]},
    ]
    for other in others:
        assert events(entry(value(**other))) == ()
    assert events(entry(value(), field="ratings")) == ()
    assert events({"id": PAGE, "time": 1, "messaging": [{"mid": "m_1"}]}) == ()


@pytest.mark.parametrize("verb", ["edited", "edit"])
def test_any_order_of_a_comment_its_edits_and_its_removal_ends_in_the_same_state(verb: str) -> None:
    created = event()
    edits = events(
        entry(
            value(verb=verb, message="Very slow."),
            value(verb=verb, message="Awfully slow."),
            at=1_773_479_000,
        )
    )
    later = events(entry(value(verb=verb, message="Better."), at=1_773_479_100))
    gone = event(verb="remove", message=None)
    assert (gone.kind, gone.revision) == (EventKind.WITHDRAWN, TOMBSTONE)
    said = (created, *edits, *later)
    for order in permutations((*said, created)):
        assert max(order, key=lambda each: (each.revision, each.digest)).text == "Better."
    assert [each.text for each in sorted(said, key=lambda each: each.revision)] == [
        "Slow.",
        "Very slow.",
        "Awfully slow.",
        "Better.",
    ]
    assert all(each.revision < gone.revision and each.kind is EventKind.EDITED for each in said[1:])


def test_a_comment_without_words_is_read_by_its_id_unless_it_is_a_picture() -> None:
    assert event(message=None).partial
    assert not event(message=None, photo="https://scontent.example/1.jpg").partial
    assert not event(message=None, **{"from": {"id": PAGE}}).partial


def test_the_pages_own_comment_is_never_a_review_and_its_removal_is_nothing() -> None:
    own = event(**{"from": None}, sender_id=int(PAGE))
    assert own.kind is EventKind.REPLY_SEEN
    assert events(entry(value(verb="remove", **{"from": {"id": PAGE}}))) == ()


def test_somebody_whom_facebook_does_not_name_is_somebody_else_each_time() -> None:
    first, second = event(**{"from": None}), event(comment_id="41_9", **{"from": None})
    assert first.author.id != second.author.id


def test_times_are_read_as_seconds_milliseconds_or_text() -> None:
    for written in (1_773_478_800, 1_773_478_800_000, "1773478800", "2026-03-14T09:00:00+0000"):
        assert event(created_time=written).revision == "2026-03-14T09:00:00.000Z"
    for nonsense in (-1, 10**15, 1.5, True, "yesterday", [1]):
        with pytest.raises(Unparseable):
            event(created_time=nonsense)


def test_a_bad_change_costs_only_itself_and_another_pages_shows_as_a_problem() -> None:
    parsed = FACEBOOK.parse(
        request(
            entry(value(comment_id=None), value()), entry(value(), page="7"), "x", {"id": PAGE}
        ),
        CONNECTION,
        NOW,
    )
    assert [each.native_id for each in parsed.events] == [COMMENT]
    assert len(parsed.problems) == 4
    assert any("page_id" in problem for problem in parsed.problems)
    with pytest.raises(Unparseable):
        events(entry(value(), page="7"))
    with pytest.raises(Unparseable):
        FACEBOOK.parse(WebhookRequest("POST", {}, b'{"entry": {}}'), CONNECTION, NOW)


def test_the_dashboards_test_is_answered_and_goes_nowhere() -> None:
    (found,) = events(entry({"item": "status", "verb": "add"}, page="0"))
    assert found.kind is EventKind.TEST


# The Graph API


@pytest.fixture
def side() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as running:
        running.set_resource("facebook", COMMENT, SHOWN)
        yield connect_to_simulator("facebook", running)


def reply(
    side: SimulatedConnection,
    text: str = TEXT,
    of: str = COMMENT,
    thread: str = COMMENT,
    **credentials: str,
) -> SentReply | Rejection:
    return FACEBOOK.reply(
        ReplyTarget(of, thread, {}),
        text,
        "rep_1",
        PlatformAccount(side.connection, credentials or side.credentials, side.http),
    )


def find(
    side: SimulatedConnection,
    text: str = TEXT,
    of: str = COMMENT,
    thread: str = COMMENT,
    **credentials: str,
) -> SentReply | ReplyLookup:
    return FACEBOOK.find_reply(
        ReplyTarget(of, thread, {}),
        text,
        "rep_1",
        PlatformAccount(side.connection, credentials or side.credentials, side.http),
    )


def test_a_reply_below_another_reply_is_found_where_facebook_puts_it(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource("facebook", "41_8", {**SHOWN, "parent": {"id": COMMENT}})
    assert find(side, of="41_8") is ReplyLookup.ABSENT
    sent = reply(side, of="41_8")
    assert isinstance(sent, SentReply)
    assert find(side, of="41_8") == sent
    (taken,) = side.simulator.replies()
    assert (taken.thread, taken.review) == (COMMENT, "41_8")


def test_a_customer_who_repeats_our_words_is_not_our_reply_and_one_without_a_name_might_be(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource(
        "facebook", "41_8", {**SHOWN, "message": TEXT, "parent": {"id": COMMENT}}
    )
    assert find(side) is ReplyLookup.ABSENT
    side.simulator.set_resource("facebook", "41_9", {"message": TEXT, "parent": {"id": COMMENT}})
    assert find(side) is ReplyLookup.CANNOT_TELL


def test_a_reply_is_looked_for_on_several_pages_and_then_given_up(
    side: SimulatedConnection,
) -> None:
    for number in range(150):
        side.simulator.set_resource(
            "facebook", f"41_1{number:03}", {**SHOWN, "parent": {"id": COMMENT}}
        )
    sent = reply(side)
    assert find(side) == sent
    assert find(side, "Quite another text.") is ReplyLookup.ABSENT
    for number in range(600):
        side.simulator.set_resource(
            "facebook", f"41_2{number:03}", {**SHOWN, "parent": {"id": COMMENT}}
        )
    assert find(side, "Quite another text.") is ReplyLookup.CANNOT_TELL


def test_without_a_token_or_with_a_wrong_one_nothing_is_posted(side: SimulatedConnection) -> None:
    bare = FACEBOOK.reply(
        ReplyTarget(COMMENT, COMMENT, {}),
        TEXT,
        "rep_1",
        PlatformAccount(side.connection, {}, side.http),
    )
    assert isinstance(bare, Rejection)
    wrong = reply(side, access_token="another")
    assert isinstance(wrong, Rejection)
    assert (bare.reason, wrong.reason) == ("no_credentials", "unauthorized")
    assert find(side, access_token="another") is ReplyLookup.CANNOT_TELL
    assert (
        FACEBOOK.fetch(
            COMMENT, PlatformAccount(side.connection, {"access_token": "another"}, side.http)
        )
        is None
    )
    assert FACEBOOK.fetch(COMMENT, PlatformAccount(side.connection, {}, side.http)) is None
    assert side.simulator.replies() == []


def test_a_reply_of_8000_characters_fits_and_one_more_is_not_sent(
    side: SimulatedConnection,
) -> None:
    assert isinstance(reply(side, "é" * 8_000), SentReply)
    refused = reply(side, "é" * 8_001)
    assert isinstance(refused, Rejection)
    assert refused.reason == "too_long"


def test_a_comment_that_is_gone_takes_no_reply_and_says_so(side: SimulatedConnection) -> None:
    refused = reply(side, of="41_404", thread="41_404")
    assert isinstance(refused, Rejection)
    assert refused.reason == "gone"
    assert find(side, of="41_404", thread="41_404") is ReplyLookup.ABSENT
    assert (
        FACEBOOK.fetch("41_404", PlatformAccount(side.connection, side.credentials, side.http))
        is ReviewGone.GONE
    )


def test_a_page_asked_too_often_says_when_it_may_be_asked_again(side: SimulatedConnection) -> None:
    side.simulator.add_fault("facebook", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 120)


def answering(status: int, document: object, usage: str = "") -> Http:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        return HttpResponse(status, {"x-business-use-case-usage": usage} if usage else {}, content)

    return http


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80001, 80002])
@pytest.mark.parametrize("status", [400, 403])
def test_calls_too_many_are_a_fault_that_passes_and_was_not_applied(code: int, status: int) -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        posted(answering(status, {"error": {"code": code}}, "{broken"))
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (190, "unauthorized"),
        (102, "unauthorized"),
        (10, "unauthorized"),
        (200, "unauthorized"),
        (100, "rejected"),
    ],
)
def test_refusals_for_good_are_told_in_metas_words(code: int, reason: str) -> None:
    refused = posted(answering(400, {"error": {"code": code, "message": "(#1) No."}}))
    assert isinstance(refused, Rejection)
    assert refused.reason == reason
    assert "(#1) No." in refused.detail


def test_a_fault_at_metas_that_passes_leaves_the_question_open() -> None:
    for answer in (
        answering(400, {"error": {"code": 2}}),
        answering(200, b"<html>"),
        answering(200, {"success": True}),
    ):
        with pytest.raises(PlatformUnavailable) as fault:
            posted(answer)
        assert fault.value.maybe_applied


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "x"}', b'{"error": {"code": true}}'])
def test_a_refusal_without_sense_goes_by_its_status(body: bytes) -> None:
    refused = posted(answering(404, body))
    assert isinstance(refused, Rejection)
    assert refused.reason == "gone"


def posted(http: Http) -> SentReply | Rejection:
    return FACEBOOK.reply(
        ReplyTarget(COMMENT, COMMENT, {}),
        TEXT,
        "rep_1",
        PlatformAccount(CONNECTION, {"access_token": "t"}, http),
    )


def test_a_comment_read_by_its_id_says_what_its_delivery_said(side: SimulatedConnection) -> None:
    side.simulator.set_resource("facebook", "41_8", {**SHOWN, "parent": {"id": COMMENT}})
    read = FACEBOOK.fetch("41_8", PlatformAccount(side.connection, side.credentials, side.http))
    sent = event(comment_id="41_8", parent_id=COMMENT)
    assert isinstance(read, ReviewEvent)
    assert (read.native_id, read.native_thread, read.digest, read.author, read.occurred_at) == (
        sent.native_id,
        sent.native_thread,
        sent.digest,
        sent.author,
        sent.occurred_at,
    )
    assert not read.partial
    assert read.revision > sent.revision


def test_an_answer_that_is_no_comment_is_a_fault_and_not_a_review() -> None:
    for broken in (b"[]", json.dumps({"id": COMMENT, "created_time": "yesterday"}).encode()):
        with pytest.raises(PlatformUnavailable):
            FACEBOOK.fetch(
                COMMENT, PlatformAccount(CONNECTION, {"access_token": "t"}, answering(200, broken))
            )
