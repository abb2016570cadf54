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
    Gone,
    Page,
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

YOTPO = load("yotpo")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
BLANK = Connection("c0ffee", "bus_1", "yotpo", "https://api.example.com/hooks/c0ffee")
TEXT = "Thank you for writing, Ida. A new kettle is on its way."
TARGET = ReplyTarget("219", "219", {})
SHOWN: Json = {
    "title": "Broken", "content": "It&#39;s broken.", "score": 1, "created_at": "2026-03-13T09:00:00.000Z",
    "updated_at": "2026-03-13T09:00:00.000Z", "deleted": False, "archived": False, "name": "Ida", "email": "Ida@Example.com", "user_id": 7,
}  # fmt: skip


class Answering(Protocol):
    url: str
    asked: list[Any]

    def will_answer(self, *answers: Any) -> None: ...


@pytest.fixture
def side() -> Iterator[Wired]:
    with Platforms() as running:
        running.knows("yotpo", "219", SHOWN)
        yield wired("yotpo", running)


def delivered(data: Json, event: str = "review_create") -> Parsed:
    return YOTPO.parse(
        Request("POST", {}, json.dumps({"event": event, "data": data}).encode()), BLANK, NOW
    )


def reply(side: Wired, text: str = TEXT, *ours: str, **without: str) -> Sent | Rejected:
    return side.connector.reply(
        replace(TARGET, ours=ours),
        text,
        "rep_1",
        side.connection,
        {**side.credentials, **without},
        side.http,
    )


def find(side: Wired, text: str = TEXT, **without: str) -> Sent | Presence:
    return side.connector.find_reply(
        TARGET, text, "rep_1", side.connection, {**side.credentials, **without}, side.http
    )


def fetch(side: Wired, native_id: str = "219", **without: str) -> ReviewEvent | Gone | None:
    return side.connector.fetch(
        native_id, side.connection, {**side.credentials, **without}, side.http
    )


def test_both_payloads_that_yotpo_published_give_events_of_one_shape(
    facts: Callable[[str], str],
) -> None:
    old = json.loads(facts("payloads/yotpo-review_create-2018-stringly.json"))
    cut = facts("payloads/yotpo-review_create-2024-PARTIAL.json.txt")
    new = json.loads(cut[: cut.index(',\n"external_order_id"')] + "}}")
    (before,) = delivered(old["data"]).events
    (after,) = delivered(new["data"]).events
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
        assert delivered(native, event) == delivered(stringly, event)
    (event,) = delivered(stringly).events
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

    def told(minute: int, **flags: bool) -> ReviewEvent:
        (event,) = delivered(
            {**data, "updated_at": f"2026-03-01T10:{minute:02d}:00Z", **flags}, "review_updated"
        ).events
        return event

    archived, published, deleted = told(5, archived=True), told(6), told(7, deleted=True)
    assert [event.kind for event in (archived, published, deleted)] == [
        EventKind.WITHDRAWN,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
    ]
    assert archived.revision < published.revision < deleted.revision == TOMBSTONE
    (created,) = delivered(data).events
    assert created.revision < archived.revision
    (undated,) = delivered({"id": 1, "content": "B"}, "review_updated").events
    assert undated.revision == "2026-03-14T09:26:53.000Z"
    assert delivered({"id": 1}).events[0].revision < created.revision


def test_other_events_are_passed_over_and_a_body_without_a_review_is_refused() -> None:
    assert delivered({"id": 1}, "product_create") == Parsed()
    for body in (
        b'{"event": "review_create"}',
        b'{"data": {"id": 1}}',
        b'{"event": "review_create", "data": {}}',
    ):
        with pytest.raises(Unparseable):
            YOTPO.parse(Request("POST", {}, body), BLANK, NOW)


def test_an_author_without_a_user_goes_by_the_hashed_address_and_one_without_either_by_the_review() -> (
    None
):
    addresses = ["Ida@Example.com", " ida@example.COM "]
    known = {
        delivered({"id": number, "customer_email": address}).events[0].author.id
        for number, address in enumerate(addresses)
    }
    assert len(known) == 1
    assert known.pop().startswith("email:")
    assert delivered({"id": 9, "user_id": "0"}).events[0].author.id == "anonymous:9"
    odd = delivered({"id": 9, "user_id": "a b"})
    assert odd.events[0].author.id == "anonymous:9"
    assert len(odd.problems) == 1


def test_a_review_read_again_is_the_one_that_was_told_of(side: Wired) -> None:
    found = fetch(side)
    (told,) = delivered(SHOWN | {"id": 219}).events
    assert isinstance(found, ReviewEvent)
    assert (found.digest, found.revision, found.author.id) == (
        told.digest,
        told.revision,
        told.author.id,
    )
    assert found.text == "It's broken."
    assert fetch(side, "404") is Gone.GONE
    assert fetch(side, api_secret="wrong") is None
    assert fetch(side, api_secret="") is None
    side.running.knows("yotpo", "219", {"archived": True})
    assert fetch(side) is Gone.GONE


def test_a_review_that_is_not_published_yet_is_found_in_the_list(
    platform: Answering, side: Wired, say: Callable[..., Any]
) -> None:
    connection = Connection("c", "b", "yotpo", "", {"api_base": platform.url})
    platform.will_answer(
        say(200, {"access_token": "t"}),
        say(404),
        say(200, {"reviews": [{"id": 219, "content": "Pending."}]}),
    )
    found = YOTPO.fetch("219", connection, side.credentials, side.http)
    assert isinstance(found, ReviewEvent)
    assert found.text == "Pending."


def test_the_list_gives_the_same_revisions_as_webhooks_page_by_page(side: Wired) -> None:
    for number in range(1_000, 1_150):
        side.running.knows("yotpo", str(number), SHOWN | {"content": f"Number {number}"})
    first = side.connector.recent(None, side.connection, side.credentials, side.http, NOW)
    assert isinstance(first, Page)
    assert (len(first.events), first.older, first.problems, first.events[0].native_id) == (
        100,
        "2",
        (),
        "1149",
    )
    (told,) = delivered(SHOWN | {"id": 1149, "content": "Number 1149"}).events
    assert (first.events[0].revision, first.events[0].digest) == (told.revision, told.digest)
    last = side.connector.recent(first.older, side.connection, side.credentials, side.http, NOW)
    assert isinstance(last, Page)
    assert (len(last.events), last.older) == (51, None)
    refused = side.connector.recent(
        None, side.connection, {"app_key": "x", "api_secret": "y"}, side.http, NOW
    )
    assert isinstance(refused, Rejected)
    assert refused.reason == "unauthorized"


def test_a_comment_is_posted_found_and_followed_by_a_second(side: Wired) -> None:
    assert find(side) is Presence.ABSENT
    assert reply(side) == Sent("219") == find(side) == reply(side)
    assert isinstance(reply(side, "It left today.", TEXT), Sent)
    assert find(side) is Presence.ABSENT
    assert isinstance(find(side, "It left  today."), Sent)
    assert [(taken.public, taken.thread) for taken in side.running.replies()] == [(True, "219")] * 2


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_comment_that_somebody_else_wrote_is_never_overwritten(
    side: Wired, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(reply(side), Sent)
    before = side.running.replies()
    side.running.knows(
        "yotpo", "219", {"comment": {"id": 1, "content": "We&#39;re sorry. The shop"}}
    )
    refused = reply(side, "It left today.", *ours)
    assert isinstance(refused, Rejected)
    assert (refused.reason, side.running.replies()) == ("already_answered", before)


@pytest.mark.parametrize("shown", [(404, None), (200, {"response": {"review": {"id": 219}}})])
def test_a_review_that_cannot_be_looked_at_is_commented_on_all_the_same(
    shown: tuple[int, Any], platform: Answering, side: Wired, say: Callable[..., Any]
) -> None:
    connection = Connection(
        "c", "b", "yotpo", "", {"api_base": platform.url, "app_api_base": platform.url}
    )
    platform.will_answer(say(200, {"access_token": "t"}), say(*shown), say(200))
    assert type(YOTPO)().reply(
        TARGET, TEXT, "rep_1", connection, side.credentials, side.http
    ) == Sent("219")
    assert [method for method, *_ in platform.asked] == ["POST", "GET", "POST"]


def test_what_may_not_be_looked_at_is_not_commented_on(side: Wired) -> None:
    refused = reply(side, api_secret="wrong")
    assert isinstance(refused, Rejected)
    assert (refused.reason, side.running.replies()) == ("unauthorized", [])


@pytest.mark.parametrize("mode", [Mode.FAIL_AFTER, Mode.DROP])
def test_a_comment_taken_without_a_word_is_doubtful_and_found(side: Wired, mode: Mode) -> None:
    side.running.fault("yotpo", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert fault.value.maybe_applied
    assert isinstance(find(side), Sent)


@pytest.mark.parametrize(
    ("text", "without", "reason"),
    [
        ("x" * 4_001, {}, "too_long"),
        (TEXT, {"access_token": ""}, "no_credentials"),
        (TEXT, {"access_token": "old"}, "unauthorized"),
    ],
)
def test_a_comment_that_cannot_be_sent_is_refused_with_the_reason(
    side: Wired, text: str, without: dict[str, str], reason: str
) -> None:
    refused = reply(side, text, **without)
    assert isinstance(refused, Rejected)
    assert refused.reason == reason
    assert side.running.replies() == []


def test_yotpo_s_refusals_and_waits_are_told_apart(side: Wired) -> None:
    side.running.fault("yotpo", Mode.REJECT)
    assert isinstance(reply(side), Rejected)
    side.running.fault("yotpo", Mode.RATE_LIMITED, seconds=7, calls=Calls.REPLY)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)
    side.running.knows("yotpo", "219", None)
    assert find(side) is Presence.ABSENT
    assert find(side, api_secret="wrong") is Presence.CANNOT_TELL


def test_a_token_is_kept_and_replaced_once_when_it_is_refused(
    platform: Answering, side: Wired, say: Callable[..., Any]
) -> None:
    connection, review = (
        Connection("c", "b", "yotpo", "", {"api_base": platform.url}),
        {"response": {"review": {"id": 219}}},
    )
    platform.will_answer(
        say(200, {"access_token": "first"}),
        say(200, review),
        say(401),
        say(200, {"access_token": "second"}),
        say(200, review),
    )
    for _ in range(2):
        # The answer does not show comments at all.
        assert (
            YOTPO.find_reply(TARGET, TEXT, "r", connection, side.credentials, side.http)
            is Presence.CANNOT_TELL
        )
    assert [path.partition("utoken=")[2] for _, path, _, _ in platform.asked] == [
        "",
        "first",
        "first",
        "",
        "second",
    ]
    platform.will_answer(say(401), say(200, {"access_token": "third"}), say(401))
    assert YOTPO.fetch("219", connection, side.credentials, side.http) is None


def test_an_answer_that_is_not_understood_is_a_fault_and_a_bad_entry_only_a_problem(
    platform: Answering, side: Wired, say: Callable[..., Any]
) -> None:
    connection = Connection("c", "b", "yotpo", "", {"api_base": platform.url})
    yotpo = type(YOTPO)()
    platform.will_answer(say(200, {}))
    with pytest.raises(PlatformUnavailable):
        yotpo.fetch("219", connection, side.credentials, side.http)
    platform.will_answer(say(200, {"access_token": "t"}), say(200, {"reviews": [{}]}))
    page = yotpo.recent("1", connection, side.credentials, side.http, NOW)
    assert isinstance(page, Page)
    assert (page.events, len(page.problems)) == ((), 1)
    platform.will_answer((200, {}, b"<html>"))
    with pytest.raises(PlatformUnavailable):
        yotpo.fetch("219", connection, side.credentials, side.http)
    platform.will_answer(say(200, {"response": {"review": {"id": 219, "created_at": "yesterday"}}}))
    with pytest.raises(PlatformUnavailable):
        yotpo.fetch("219", connection, side.credentials, side.http)
