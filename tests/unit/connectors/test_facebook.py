"""Facebook, and what it shares with Instagram: handshake, signature, deliveries, errors."""

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
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
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
    (result,) = events(entry(value(**changed)))
    return result


def handshake_response(platform: str = "facebook", **query: str) -> tuple[int, str, str]:
    names = {f"hub.{name}": setting for name, setting in query.items()}
    response = load(platform).handshake(
        WebhookRequest("GET", {}, b"", urlencode(names)), CONNECTION, (), NOW
    )
    assert response is not None
    return response.status, response.body, response.content_type


# Handshake and signature


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_the_verify_token_gets_the_bare_challenge_as_plain_text(
    platform: str,
) -> None:
    # The values are those of developers.facebook.com/docs/graph-api/webhooks/getting-started.
    right = handshake_response(
        platform, mode="subscribe", challenge="1158201444", verify_token="meatyhamhock"
    )
    assert right == (200, "1158201444", "text/plain")
    for query in (
        {"mode": "subscribe", "challenge": "1", "verify_token": "meatyhamhoc"},
        {"mode": "subscribe", "challenge": "1", "verify_token": ""},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "unsubscribe", "challenge": "1", "verify_token": "meatyhamhock"},
        {},
    ):
        assert handshake_response(platform, **query)[0] == 403


@pytest.mark.parametrize(
    "challenge", ["<script>alert(1)</script>", "", "1 2", "1\r\nSet-Cookie: a=b", "é", "9" * 257]
)
def test_a_challenge_that_could_be_a_page_is_refused(challenge: str) -> None:
    status, body, kind = handshake_response(
        mode="subscribe", challenge=challenge, verify_token="meatyhamhock"
    )
    assert (status, kind) == (400, "text/plain")
    assert not challenge or challenge not in body


def test_a_connection_without_a_verify_token_takes_no_challenge() -> None:
    bare_connection = Connection(
        "c", "b", "facebook", "https://api.example.com/hooks/c", {"page_id": PAGE}
    )
    response = FACEBOOK.handshake(
        WebhookRequest("GET", {}, b"", "hub.mode=subscribe&hub.challenge=1&hub.verify_token="),
        bare_connection,
        (),
        NOW,
    )
    assert response is not None
    assert response.status == 403


@given(query=st.text(max_size=400))
def test_any_query_gets_a_response_and_a_delivery_is_no_handshake(query: str) -> None:
    response = FACEBOOK.handshake(WebhookRequest("GET", {}, b"", query), CONNECTION, (), NOW)
    assert response is not None
    assert response.status in {400, 403}
    assert FACEBOOK.handshake(WebhookRequest("POST", {}, b"", query), CONNECTION, (), NOW) is None


def test_the_published_vectors_pass_or_fail_as_they_say(
    facts: Callable[[str], str],
) -> None:
    for vector in json.loads(facts("vectors/sha256-hex-body.json"))["vectors"]:
        signed = WebhookRequest(
            "POST",
            {"x-hub-signature-256": vector["headers"]["X-Hub-Signature-256"]},
            vector["body"].encode(),
        )
        for platform in ("facebook", "instagram"):
            failure = load(platform).verify(
                signed, CONNECTION, (vector["secret"],), NOW, HttpClient()
            )
            assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


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
    failure = FACEBOOK.verify(WebhookRequest("POST", {}, body), CONNECTION, (), NOW, HttpClient())
    assert failure is not None
    assert failure.reason is SignatureFailureReason.NO_SECRET


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


def test_a_delivery_captured_in_2013_is_the_pages_own_comment_on_its_post(
    facts: Callable[[str], str],
) -> None:
    delivery = WebhookRequest("POST", {}, facts("payloads/meta-page-feed-comment.json").encode())
    (result,) = FACEBOOK.parse(delivery, CONNECTION, NOW).events
    assert (result.kind, result.author.id) == (EventKind.REPLY_SEEN, PAGE)
    assert result.native_id == result.native_thread == "500158316696377_500219983356877_5405676"
    reaction = WebhookRequest("POST", {}, facts("payloads/meta-page-feed-reaction.json").encode())
    assert FACEBOOK.parse(reaction, CONNECTION, NOW).events == ()


def test_each_first_level_comment_is_a_thread_with_its_replies() -> None:
    top, below = event(), event(comment_id="41_8", parent_id=COMMENT)
    assert (top.native_thread, below.native_thread) == (COMMENT, COMMENT)
    assert event(post_id=None).native_thread == COMMENT
    assert event(parent_id=None).native_thread == COMMENT


def test_a_change_that_is_no_comment_or_changes_no_text_is_ignored() -> None:
    others: list[dict[str, Any]] = [
        {"item": "reaction"},
        {"item": "like"},
        {"item": "event", "message": None},
        {"item": "tag", "message": ""},
        {"item": "status", "from": {"id": PAGE, "name": "Harbour Kitchen"}},
        {"verb": "hide"},
        {"verb": "unhide"},
    ]
    for other in others:
        assert events(entry(value(**other))) == ()
    assert events(entry({"value": "Monday"}, field="hours")) == ()
    assert events({"id": PAGE, "time": 1, "messaging": [{"mid": "m_1"}]}) == ()


@pytest.mark.parametrize(
    "change",
    [
        entry(value(item="poem")),
        entry(value(item=["comment"])),
        entry(value(verb="whisper")),
        entry(value(verb=None)),
        entry(value(verb=["add"])),
        entry({"item": "rating", "verb": "add", "review_text": "Ill again"}, field="ratings"),
        entry({"message": "Look what happened"}, field="mention"),
    ],
)
def test_a_change_of_a_kind_that_nobody_knows_is_kept(change: dict[str, Any]) -> None:
    with pytest.raises(Unparseable, match=r"kind that Heard does not know|value.verb"):
        events(change)


def test_a_visitors_post_is_a_review_and_its_answer_is_in_its_thread() -> None:
    post = {"comment_id": None, "parent_id": None, "post_id": f"{PAGE}_99"}
    for item in ("post", "status", "video", "event", "group", "platform-story", "tag"):
        review = event(item=item, message="The swing broke under my son.", **post)
        assert (review.kind, review.native_id, review.native_thread) == (
            EventKind.CREATED,
            f"{PAGE}_99",
            f"{PAGE}_99",
        )
        assert (review.text, review.author.id, review.partial) == (
            "The swing broke under my son.",
            IDA["id"],
            False,
        )
    edited = event(item="post", verb="edited", message="It is worse.", **post)
    removed = event(item="photo", verb="remove", **post)
    assert (edited.kind, removed.kind, removed.revision) == (
        EventKind.EDITED,
        EventKind.WITHDRAWN,
        FINAL_REVISION,
    )
    answer = event(
        **{"from": {"id": PAGE}}, post_id=f"{PAGE}_99", parent_id=f"{PAGE}_99", message="Sorry."
    )
    assert (answer.kind, answer.native_thread) == (EventKind.REPLY_SEEN, f"{PAGE}_99")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"item": "photo", "link": "https://f.example/1.jpg", "photo": "https://f.example"},
            "photo",
        ),
        ({"item": "status", "photos": ["https://f.example/1.jpg"]}, "photo"),
        ({"item": "video", "video": "https://f.example/1.mp4"}, "video"),
        ({"item": "comment", "comment_id": COMMENT, "photo": "https://f.example"}, "photo"),
    ],
)
def test_a_picture_without_words_says_that_it_is_one(fields: dict[str, Any], text: str) -> None:
    review = event(**{"comment_id": None, "parent_id": None, "message": None, **fields})
    assert (review.text, review.partial) == (f"[{text}]", False)


def test_a_post_without_an_author_is_read_at_facebook_first() -> None:
    post = {"comment_id": None, "parent_id": None, "from": None}
    assert event(item="post", message="Closed again", **post).partial


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
    deletion = event(verb="remove", message=None)
    assert (deletion.kind, deletion.revision) == (EventKind.WITHDRAWN, FINAL_REVISION)
    revisions = (created, *edits, *later)
    for order in permutations((*revisions, created)):
        assert max(order, key=lambda each: (each.revision, each.content)).text == "Better."
    assert [each.text for each in sorted(revisions, key=lambda each: each.revision)] == [
        "Slow.",
        "Very slow.",
        "Awfully slow.",
        "Better.",
    ]
    assert all(
        each.revision < deletion.revision and each.kind is EventKind.EDITED
        for each in revisions[1:]
    )


def test_a_comment_without_text_is_fetched_unless_it_is_a_picture() -> None:
    assert event(message=None).partial
    assert not event(message=None, photo="https://scontent.example/1.jpg").partial
    assert not event(message=None, **{"from": {"id": PAGE}}).partial


def test_the_pages_own_comment_is_no_review_and_its_removal_no_event() -> None:
    own = event(**{"from": None}, sender_id=int(PAGE))
    assert own.kind is EventKind.REPLY_SEEN
    assert events(entry(value(verb="remove", **{"from": {"id": PAGE}}))) == ()


def test_each_author_without_an_id_is_somebody_else() -> None:
    first, second = event(**{"from": None}), event(comment_id="41_9", **{"from": None})
    assert first.author.id != second.author.id


def test_times_are_read_as_seconds_milliseconds_or_text() -> None:
    for time in (1_773_478_800, 1_773_478_800_000, "1773478800", "2026-03-14T09:00:00+0000"):
        assert event(created_time=time).revision == "2026-03-14T09:00:00.000Z"
    for nonsense in (-1, 10**15, 1.5, True, "yesterday", [1]):
        with pytest.raises(Unparseable):
            event(created_time=nonsense)


def test_an_unreadable_change_costs_only_itself_and_another_pages_is_a_problem() -> None:
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


def test_the_dashboards_test_is_never_routed() -> None:
    (result,) = events(entry({"item": "status", "verb": "add"}, page="0"))
    assert result.kind is EventKind.TEST


# The Graph API


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("facebook", COMMENT, SHOWN)
        yield connect_to_simulator("facebook", simulator)


def reply(
    harness: SimulatedConnection,
    text: str = TEXT,
    of: str = COMMENT,
    thread: str = COMMENT,
    **credentials: str,
) -> SentReply | Rejection:
    return FACEBOOK.reply(
        ReplyTarget(of, thread, {}),
        text,
        "rep_1",
        PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
    )


def find_reply(
    harness: SimulatedConnection,
    text: str = TEXT,
    of: str = COMMENT,
    thread: str = COMMENT,
    **credentials: str,
) -> SentReply | ReplyLookup:
    return FACEBOOK.find_reply(
        ReplyTarget(of, thread, {}),
        text,
        "rep_1",
        PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
    )


def test_a_reply_below_another_reply_is_found_where_facebook_puts_it(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource("facebook", "41_8", {**SHOWN, "parent": {"id": COMMENT}})
    assert find_reply(harness, of="41_8") is ReplyLookup.ABSENT
    sent_reply = reply(harness, of="41_8")
    assert isinstance(sent_reply, SentReply)
    assert find_reply(harness, of="41_8") == sent_reply
    (simulated_reply,) = harness.simulator.replies()
    assert (simulated_reply.thread, simulated_reply.review) == (COMMENT, "41_8")


def test_a_customer_who_repeats_our_text_is_not_our_reply_but_an_unnamed_author_may_be(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource(
        "facebook", "41_8", {**SHOWN, "message": TEXT, "parent": {"id": COMMENT}}
    )
    assert find_reply(harness) is ReplyLookup.ABSENT
    harness.simulator.set_resource("facebook", "41_9", {"message": TEXT, "parent": {"id": COMMENT}})
    assert find_reply(harness) is ReplyLookup.CANNOT_TELL


def test_a_reply_is_searched_on_a_limited_number_of_pages(
    harness: SimulatedConnection,
) -> None:
    for number in range(150):
        harness.simulator.set_resource(
            "facebook", f"41_1{number:03}", {**SHOWN, "parent": {"id": COMMENT}}
        )
    sent_reply = reply(harness)
    assert find_reply(harness) == sent_reply
    assert find_reply(harness, "Quite another text.") is ReplyLookup.ABSENT
    for number in range(600):
        harness.simulator.set_resource(
            "facebook", f"41_2{number:03}", {**SHOWN, "parent": {"id": COMMENT}}
        )
    assert find_reply(harness, "Quite another text.") is ReplyLookup.CANNOT_TELL


def test_without_a_token_or_with_a_wrong_one_nothing_is_posted(
    harness: SimulatedConnection,
) -> None:
    bare_connection = FACEBOOK.reply(
        ReplyTarget(COMMENT, COMMENT, {}),
        TEXT,
        "rep_1",
        PlatformAccount(harness.connection, {}, harness.http),
    )
    assert isinstance(bare_connection, Rejection)
    wrong = reply(harness, access_token="another")
    assert isinstance(wrong, Rejection)
    assert (bare_connection.reason, wrong.reason) == ("no_credentials", "unauthorized")
    assert find_reply(harness, access_token="another") is ReplyLookup.CANNOT_TELL
    assert (
        FACEBOOK.fetch(
            COMMENT, PlatformAccount(harness.connection, {"access_token": "another"}, harness.http)
        )
        is None
    )
    assert FACEBOOK.fetch(COMMENT, PlatformAccount(harness.connection, {}, harness.http)) is None
    assert harness.simulator.replies() == []


def test_a_reply_of_8000_characters_fits_and_one_more_is_not_sent(
    harness: SimulatedConnection,
) -> None:
    assert isinstance(reply(harness, "é" * 8_000), SentReply)
    rejection = reply(harness, "é" * 8_001)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"


def test_a_comment_that_is_gone_takes_no_reply_and_says_so(harness: SimulatedConnection) -> None:
    rejection = reply(harness, of="41_404", thread="41_404")
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "gone"
    assert find_reply(harness, of="41_404", thread="41_404") is ReplyLookup.ABSENT
    assert (
        FACEBOOK.fetch(
            "41_404", PlatformAccount(harness.connection, harness.credentials, harness.http)
        )
        is ReviewGone.GONE
    )


def test_a_rate_limit_says_how_long_to_wait(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("facebook", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 120)


def http_with_response(status: int, document: object, usage: str = "") -> Http:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        return HttpResponse(status, {"x-business-use-case-usage": usage} if usage else {}, content)

    return http


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80001, 80002])
@pytest.mark.parametrize("status", [400, 403])
def test_too_many_calls_are_a_fault_that_applied_nothing(code: int, status: int) -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        post_reply(http_with_response(status, {"error": {"code": code}}, "{broken"))
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
def test_a_rejection_shows_metas_own_message(code: int, reason: str) -> None:
    rejection = post_reply(
        http_with_response(400, {"error": {"code": code, "message": "(#1) No."}})
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert "(#1) No." in rejection.detail


def test_after_a_temporary_fault_nobody_knows_whether_the_reply_was_posted() -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        post_reply(http_with_response(400, {"error": {"code": 2}}))
    assert fault.value.maybe_applied


@pytest.mark.parametrize("document", [b"<html>", {"success": True}])
def test_a_reply_without_an_id_of_metas_goes_by_ours(document: object) -> None:
    assert post_reply(http_with_response(200, document)) == SentReply("rep_1")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "x"}', b'{"error": {"code": true}}'])
def test_an_unreadable_error_counts_by_its_status(body: bytes) -> None:
    rejection = post_reply(http_with_response(404, body))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "gone"


def post_reply(http: Http) -> SentReply | Rejection:
    return FACEBOOK.reply(
        ReplyTarget(COMMENT, COMMENT, {}),
        TEXT,
        "rep_1",
        PlatformAccount(CONNECTION, {"access_token": "t"}, http),
    )


def test_a_fetched_comment_equals_its_delivery(harness: SimulatedConnection) -> None:
    harness.simulator.set_resource("facebook", "41_8", {**SHOWN, "parent": {"id": COMMENT}})
    fetched = FACEBOOK.fetch(
        "41_8", PlatformAccount(harness.connection, harness.credentials, harness.http)
    )
    pushed_event = event(comment_id="41_8", parent_id=COMMENT)
    assert isinstance(fetched, ReviewEvent)
    assert (
        fetched.native_id,
        fetched.native_thread,
        fetched.content,
        fetched.author,
        fetched.occurred_at,
    ) == (
        pushed_event.native_id,
        pushed_event.native_thread,
        pushed_event.content,
        pushed_event.author,
        pushed_event.occurred_at,
    )
    assert not fetched.partial
    assert fetched.revision > pushed_event.revision


def test_a_response_that_is_no_comment_is_a_fault() -> None:
    for broken in (b"[]", json.dumps({"id": COMMENT, "created_time": "yesterday"}).encode()):
        with pytest.raises(PlatformUnavailable):
            FACEBOOK.fetch(
                COMMENT,
                PlatformAccount(CONNECTION, {"access_token": "t"}, http_with_response(200, broken)),
            )
