"""Yotpo: text or native values, dated edits, archived and deleted reviews, and two APIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
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
    ReviewGone,
    ReviewPage,
    SentReply,
    WebhookRequest,
    load,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

YOTPO = load("yotpo")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BLANK = Connection("c0ffee", "bus_1", "yotpo", "https://api.example.com/hooks/c0ffee")
TEXT = "Thank you for writing, Ida. A new kettle is on its way."
TARGET = ReplyTarget("219", "219", {})
SHOWN: Json = {
    "title": "Broken", "content": "It&#39;s broken.", "score": 1,
    "created_at": "2026-03-13T09:00:00.000Z",
    "updated_at": "2026-03-13T09:00:00.000Z", "deleted": False, "archived": False, "name": "Ida",
    "email": "Ida@Example.com", "user_id": 7,
}  # fmt: skip


class Platform(Protocol):
    url: str
    requests: list[Any]

    def respond_with(self, *answers: Any) -> None: ...


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("yotpo", "219", SHOWN)
        yield connect_to_simulator("yotpo", simulator)


def parse_delivery(data: Json, event: str = "review_create") -> ParsedDelivery:
    return YOTPO.parse(
        WebhookRequest("POST", {}, json.dumps({"event": event, "data": data}).encode()), BLANK, NOW
    )


def reply(
    harness: SimulatedConnection, text: str = TEXT, *ours: str, **without: str
) -> SentReply | Rejection:
    return harness.connector.reply(
        replace(TARGET, own_replies=ours),
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def find(harness: SimulatedConnection, text: str = TEXT, **without: str) -> SentReply | ReplyLookup:
    return harness.connector.find_reply(
        TARGET,
        text,
        "rep_1",
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def fetch(
    harness: SimulatedConnection, native_id: str = "219", **without: str
) -> ReviewEvent | ReviewGone | None:
    return harness.connector.fetch(
        native_id,
        PlatformAccount(harness.connection, {**harness.credentials, **without}, harness.http),
    )


def test_both_payloads_that_yotpo_published_give_events_of_one_shape(
    facts: Callable[[str], str],
) -> None:
    old = json.loads(facts("payloads/yotpo-review_create-2018-stringly.json"))
    cut = facts("payloads/yotpo-review_create-2024-PARTIAL.json.txt")
    new = json.loads(cut[: cut.index(',\n"external_order_id"')] + "}}")
    (before,) = parse_delivery(old["data"]).events
    (after,) = parse_delivery(new["data"]).events
    for event in (before, after):
        assert (event.kind, event.native_id, event.author.id, event.rating) == (
            EventKind.CREATED,
            "219",
            "209",
            5,
        )
        assert (event.title, event.text, event.reply_to, event.partial) == (
            "Review Title",
            "Review Content",
            {},
            False,
        )
    assert before.revision == "2018-02-20T14:12:13.000Z"
    assert after.revision == "2024-02-20T21:31:13.000Z"
    assert (before.author.name, after.author.name) == (None, "Reviewer Display Name")


FLAGS = st.fixed_dictionaries(
    {
        "deleted": st.booleans(),
        "archived": st.booleans(),
        "shop_owner": st.booleans(),
        "new": st.booleans(),
    }
)


@given(
    id=st.integers(1, 10**12),
    user=st.integers(1, 10**9),
    score=st.integers(1, 5),
    flags=FLAGS,
    second=st.integers(0, 59),
)
def test_text_and_native_values_say_the_same(
    id: int, user: int, score: int, flags: dict[str, bool], second: int
) -> None:
    native = {"id": id, "user_id": user, "score": score, "title": "A", "content": "B", **flags}
    native |= {
        "created_at": "2026-03-01T10:00:00.000Z",
        "updated_at": f"2026-03-01T10:00:{second:02d}.000Z",
    }
    stringly = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in native.items()
    }
    stringly |= {
        "created_at": "2026-03-01 10:00:00 UTC",
        "updated_at": f"2026-03-01 10:00:{second:02d} UTC",
    }
    for event in ("review_create", "review_updated"):
        assert parse_delivery(native, event) == parse_delivery(stringly, event)
    (event,) = parse_delivery(stringly).events
    hidden = flags["deleted"] or flags["archived"]
    assert event.kind is (
        EventKind.WITHDRAWN
        if hidden
        else EventKind.REPLY_SEEN
        if flags["shop_owner"]
        else EventKind.CREATED
    )


def test_a_deletion_is_final_and_an_archived_review_can_come_back() -> None:
    data = {"id": 1, "content": "A", "created_at": "2026-03-01T10:00:00Z"}

    def update_event(minute: int, **flags: bool) -> ReviewEvent:
        (event,) = parse_delivery(
            {**data, "updated_at": f"2026-03-01T10:{minute:02d}:00Z", **flags}, "review_updated"
        ).events
        return event

    archived, published, deleted = (
        update_event(5, archived=True),
        update_event(6),
        update_event(7, deleted=True),
    )
    assert [event.kind for event in (archived, published, deleted)] == [
        EventKind.WITHDRAWN,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
    ]
    assert archived.revision < published.revision < deleted.revision == FINAL_REVISION
    (created,) = parse_delivery(data).events
    assert created.revision < archived.revision
    (undated,) = parse_delivery({"id": 1, "content": "B"}, "review_updated").events
    assert undated.revision == "2026-03-14T09:26:53.000Z"
    assert parse_delivery({"id": 1}).events[0].revision < created.revision


def test_other_events_and_a_body_without_a_review_are_unparseable() -> None:
    for body in (
        b'{"event": "question_create", "data": {"id": 1}}',
        b'{"event": "review_create"}',
        b'{"data": {"id": 1}}',
        b'{"event": "review_create", "data": {}}',
    ):
        with pytest.raises(Unparseable):
            YOTPO.parse(WebhookRequest("POST", {}, body), BLANK, NOW)


def test_an_author_is_known_by_user_then_by_hashed_address_then_by_the_review() -> None:
    addresses = ["Ida@Example.com", " ida@example.COM "]
    author_ids = {
        parse_delivery({"id": number, "customer_email": address}).events[0].author.id
        for number, address in enumerate(addresses)
    }
    assert len(author_ids) == 1
    assert author_ids.pop().startswith("email:")
    assert parse_delivery({"id": 9, "user_id": "0"}).events[0].author.id == "anonymous:9"
    odd = parse_delivery({"id": 9, "user_id": "a b"})
    assert odd.events[0].author.id == "anonymous:9"
    assert len(odd.problems) == 1


def test_a_fetched_review_is_the_delivered_one(harness: SimulatedConnection) -> None:
    result = fetch(harness)
    (event,) = parse_delivery(SHOWN | {"id": 219}).events
    assert isinstance(result, ReviewEvent)
    assert (result.content, result.revision, result.author.id) == (
        event.content,
        event.revision,
        event.author.id,
    )
    assert result.text == "It's broken."
    assert fetch(harness, "404") is ReviewGone.GONE
    assert fetch(harness, api_secret="wrong") is None
    assert fetch(harness, api_secret="") is None
    harness.simulator.set_resource("yotpo", "219", {"archived": True})
    assert fetch(harness) is ReviewGone.GONE


def test_a_review_that_is_not_published_yet_is_found_in_the_list(
    platform: Platform, harness: SimulatedConnection, http_response: Callable[..., Any]
) -> None:
    connection = Connection("c", "b", "yotpo", "", {"api_base": platform.url})
    platform.respond_with(
        http_response(200, {"access_token": "t"}),
        http_response(404),
        http_response(200, {"reviews": [{"id": 219, "content": "Pending."}]}),
    )
    result = YOTPO.fetch("219", PlatformAccount(connection, harness.credentials, harness.http))
    assert isinstance(result, ReviewEvent)
    assert result.text == "Pending."


def test_the_list_gives_the_same_revisions_as_webhooks_page_by_page(
    harness: SimulatedConnection,
) -> None:
    for number in range(1_000, 1_150):
        harness.simulator.set_resource(
            "yotpo", str(number), SHOWN | {"content": f"Number {number}"}
        )
    first = harness.connector.recent(None, harness.account, NOW)
    assert isinstance(first, ReviewPage)
    assert (len(first.events), first.next_cursor, first.problems, first.events[0].native_id) == (
        100,
        "2",
        (),
        "1149",
    )
    (event,) = parse_delivery(SHOWN | {"id": 1149, "content": "Number 1149"}).events
    assert (first.events[0].revision, first.events[0].content) == (event.revision, event.content)
    last = harness.connector.recent(first.next_cursor, harness.account, NOW)
    assert isinstance(last, ReviewPage)
    assert (len(last.events), last.next_cursor) == (51, None)
    rejection = harness.connector.recent(
        None,
        PlatformAccount(harness.connection, {"app_key": "x", "api_secret": "y"}, harness.http),
        NOW,
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unauthorized"


def test_a_comment_is_posted_found_and_followed_by_a_second(harness: SimulatedConnection) -> None:
    assert find(harness) is ReplyLookup.ABSENT
    assert reply(harness) == SentReply("219") == find(harness) == reply(harness)
    assert isinstance(reply(harness, "It left today.", TEXT), SentReply)
    assert find(harness) is ReplyLookup.ABSENT
    assert isinstance(find(harness, "It left  today."), SentReply)
    assert [
        (posted_reply.public, posted_reply.thread) for posted_reply in harness.simulator.replies()
    ] == [(True, "219")] * 2


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_comment_that_somebody_else_wrote_is_never_overwritten(
    harness: SimulatedConnection, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(reply(harness), SentReply)
    before = harness.simulator.replies()
    harness.simulator.set_resource(
        "yotpo", "219", {"comment": {"id": 1, "content": "We&#39;re sorry. The shop"}}
    )
    rejection = reply(harness, "It left today.", *ours)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, harness.simulator.replies()) == ("already_answered", before)


@pytest.mark.parametrize(
    "response_to_read", [(404, None), (200, {"response": {"review": {"id": 219}}})]
)
def test_a_review_that_cannot_be_read_still_gets_a_comment(
    response_to_read: tuple[int, Any],
    platform: Platform,
    harness: SimulatedConnection,
    http_response: Callable[..., Any],
) -> None:
    connection = Connection(
        "c", "b", "yotpo", "", {"api_base": platform.url, "app_api_base": platform.url}
    )
    platform.respond_with(
        http_response(200, {"access_token": "t"}),
        http_response(*response_to_read),
        http_response(200),
    )
    assert type(YOTPO)().reply(
        TARGET, TEXT, "rep_1", PlatformAccount(connection, harness.credentials, harness.http)
    ) == SentReply("219")
    assert [method for method, *_ in platform.requests] == ["POST", "GET", "POST"]


def test_without_permission_to_read_nothing_is_commented_on(harness: SimulatedConnection) -> None:
    rejection = reply(harness, api_secret="wrong")
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, harness.simulator.replies()) == ("unauthorized", [])


@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_comment_that_was_taken_without_a_response_is_doubtful_and_found(
    harness: SimulatedConnection, mode: FaultMode
) -> None:
    harness.simulator.add_fault("yotpo", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert fault.value.maybe_applied
    assert isinstance(find(harness), SentReply)


@pytest.mark.parametrize(
    ("text", "without", "reason"),
    [
        ("x" * 4_001, {}, "too_long"),
        (TEXT, {"access_token": ""}, "no_credentials"),
        (TEXT, {"access_token": "old"}, "unauthorized"),
    ],
)
def test_a_comment_that_cannot_be_sent_is_refused_with_the_reason(
    harness: SimulatedConnection, text: str, without: dict[str, str], reason: str
) -> None:
    rejection = reply(harness, text, **without)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert harness.simulator.replies() == []


def test_yotpos_rejections_and_waits_are_different(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("yotpo", FaultMode.REJECT)
    assert isinstance(reply(harness), Rejection)
    harness.simulator.add_fault(
        "yotpo", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.REPLY
    )
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)
    harness.simulator.set_resource("yotpo", "219", None)
    assert find(harness) is ReplyLookup.CANNOT_TELL
    assert find(harness, api_secret="wrong") is ReplyLookup.CANNOT_TELL


def test_a_token_is_kept_and_replaced_once_when_it_is_refused(
    platform: Platform, harness: SimulatedConnection, http_response: Callable[..., Any]
) -> None:
    connection, review = (
        Connection("c", "b", "yotpo", "", {"api_base": platform.url}),
        {"response": {"review": {"id": 219}}},
    )
    platform.respond_with(
        http_response(200, {"access_token": "first"}),
        http_response(200, review),
        http_response(401),
        http_response(200, {"access_token": "second"}),
        http_response(200, review),
    )
    for _ in range(2):
        # The answer does not show comments at all.
        assert (
            YOTPO.find_reply(
                TARGET, TEXT, "r", PlatformAccount(connection, harness.credentials, harness.http)
            )
            is ReplyLookup.CANNOT_TELL
        )
    assert [path.partition("utoken=")[2] for _, path, _, _ in platform.requests] == [
        "",
        "first",
        "first",
        "",
        "second",
    ]
    platform.respond_with(
        http_response(401), http_response(200, {"access_token": "third"}), http_response(401)
    )
    assert (
        YOTPO.fetch("219", PlatformAccount(connection, harness.credentials, harness.http)) is None
    )


def test_a_sign_in_that_brings_no_token_is_a_fault(
    platform: Platform, harness: SimulatedConnection, http_response: Callable[..., Any]
) -> None:
    connection = Connection("c", "b", "yotpo", "", {"api_base": platform.url})
    platform.respond_with(http_response(200, {}))
    with pytest.raises(PlatformUnavailable):
        type(YOTPO)().fetch("219", PlatformAccount(connection, harness.credentials, harness.http))
