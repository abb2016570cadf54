"""Bluesky: replies are found by a key made of our own id, and sessions are kept and renewed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    Connector,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    WebhookRequest,
)
from heard.connectors.http import HttpClient
from heard.connectors.platforms.bluesky import Bluesky, facets, record_key
from heard.errors import PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
US = "did:plc:larkfieldbakerydemo2345a"
IDA = {"did": "did:plc:idaidaidaidaidaidaida23", "handle": "ida.example", "displayName": "Ida"}
TEXT = "Thank you for writing, Ida. Tom will ring you today."


def uri(key: str, did: str = IDA["did"]) -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


def post(
    text: str = "Slow.",
    reason: str | None = "mention",
    beneath: tuple[str, str] | None = None,
    **changed: Any,
) -> dict[str, Any]:
    reply = (
        {
            "reply": {
                part: {"uri": at, "cid": "bafyreidemo"}
                for part, at in zip(("root", "parent"), beneath, strict=True)
            }
        }
        if beneath
        else {}
    )
    plain = {
        "reason": reason,
        "author": IDA,
        "record": {"text": text, "langs": ["en"], **reply},
        "indexedAt": "2026-03-14T09:00:00.000Z",
    }
    return {**plain, **changed}


@dataclass(frozen=True)
class Wire:
    """The simulated server, and a connection to it with a memory of its own."""

    platforms: SimulatedPlatforms
    connector: Connector
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    def knows(self, key: str, resource: dict[str, Any] | None, did: str = IDA["did"]) -> None:
        self.platforms.set_resource("bluesky", uri(key, did), resource)

    def target(self, key: str = "one") -> ReplyTarget:
        found = self.fetch(key)
        assert isinstance(found, ReviewEvent)
        return ReplyTarget(found.native_id, found.native_thread, found.reply_to, NOW)

    def reply(
        self, text: str = TEXT, reply_id: str = "rep_1", target: ReplyTarget | None = None
    ) -> SentReply | Rejection:
        return self.connector.reply(
            target or self.target(),
            text,
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return self.connector.find_reply(
            ReplyTarget(uri("one"), uri("one"), {}),
            text,
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def fetch(self, key: str) -> ReviewEvent | ReviewGone | None:
        return self.connector.fetch(
            uri(key), PlatformAccount(self.connection, self.credentials, self.http)
        )

    def recent(self, cursor: str | None = None) -> ReviewPage:
        page = self.connector.recent(
            cursor, PlatformAccount(self.connection, self.credentials, self.http), NOW
        )
        assert isinstance(page, ReviewPage)
        return page


@pytest.fixture
def wire() -> Iterator[Wire]:
    with SimulatedPlatforms() as running:
        connection = Connection(
            "con-1",
            "bus_1",
            "bluesky",
            "https://api.example.com/hooks/con-1",
            running.settings("bluesky"),
        )
        yield Wire(
            running,
            Bluesky(),
            connection,
            dict(running.credentials["bluesky"]),
            HttpClient(allow_loopback=True),
        )


@given(st.text(min_size=1))
def test_a_replys_key_is_a_tid_of_the_past(reply_id: str) -> None:
    key = record_key(reply_id)
    assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key)
    number = 0
    for digit in key:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(digit)
    assert (
        datetime(2023, 7, 1, tzinfo=UTC).timestamp()
        <= (number >> 10) / 1e6
        < datetime(2024, 9, 1, tzinfo=UTC).timestamp()
    )
    assert key == record_key(reply_id)


@given(st.lists(st.integers(), min_size=2, max_size=50, unique=True))
def test_different_replies_have_different_keys(numbers: list[int]) -> None:
    assert len({record_key(f"rep_{number}") for number in numbers}) == len(numbers)


def test_links_and_the_authors_handle_are_marked_by_bytes() -> None:
    text = "Грüße 👩‍👩‍👧, @ida.example: see https://x.example/a?b=c. Or (http://y.example)! Not @ida.example.org, a@ida.example"
    found = facets(text, {"author_handle": "ida.example", "author_did": IDA["did"]})
    marked = [
        text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode()
        for each in found
    ]  # type: ignore[index]
    assert marked == ["@ida.example", "https://x.example/a?b=c", "http://y.example"]
    assert [each["features"][0].get("did") or each["features"][0]["uri"] for each in found] == [
        IDA["did"],
        *marked[1:],
    ]  # type: ignore[index]


def test_whatever_comes_uninvited_says_nothing() -> None:
    connection = Connection("con-1", "bus_1", "bluesky", "https://api.example.com/hooks/con-1")
    assert (
        Bluesky().parse(
            WebhookRequest("POST", {}, b'{"notifications": [{"uri": "at://x"}]}'), connection, NOW
        )
        == ParsedDelivery()
    )


def test_a_reply_is_posted_once_and_found_by_its_key(wire: Wire) -> None:
    wire.knows("one", post())
    assert wire.find() is ReplyLookup.ABSENT
    sent = wire.reply()
    assert sent == SentReply(uri(record_key("rep_1"), US))
    assert wire.find() == sent == wire.reply()
    assert wire.find(reply_id="rep_2") is ReplyLookup.ABSENT
    assert wire.find("Quite another text.") is ReplyLookup.CANNOT_TELL
    (reply,) = wire.platforms.replies()
    assert (reply.text, reply.thread, reply.review, reply.public) == (
        TEXT,
        uri("one"),
        uri("one"),
        True,
    )


def test_a_reply_that_went_through_unheard_is_found_and_not_repeated(wire: Wire) -> None:
    wire.knows("one", post())
    wire.platforms.add_fault("bluesky", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert fault.value.maybe_applied
    assert wire.find() == wire.reply()
    assert len(wire.platforms.replies()) == 1


def test_both_limits_count_graphemes_and_bytes(wire: Wire) -> None:
    wire.knows("one", post())
    family = "👩‍👩‍👧"
    assert isinstance(wire.reply("é" * 300), SentReply)
    assert isinstance(wire.reply(family * 166, "rep_2"), SentReply)
    over = [wire.reply("x" * 301, "rep_3"), wire.reply(family * 167, "rep_3")]
    assert [isinstance(each, Rejection) and each.reason for each in over] == [
        "too_long",
        "too_long",
    ]
    assert len(wire.platforms.replies()) == 2


def test_the_thread_is_the_topmost_post_that_is_not_ours(wire: Wire) -> None:
    ours, answer = uri("root", US), uri("answer", US)
    wire.knows(
        "root",
        post(
            None,
            author={"did": US, "handle": "us.example"},
            reason=None,
            record={"text": "New hours!"},
        ),
        US,
    )
    wire.knows("one", post(reason="reply", beneath=(ours, ours)))
    wire.knows(
        "answer",
        post("Thanks", None, (ours, uri("one")), author={"did": US, "handle": "us.example"}),
        US,
    )
    wire.knows("two", post(reason="reply", beneath=(ours, answer)))
    wire.knows("three", post(beneath=(uri("elsewhere", "did:plc:other"), uri("two"))))
    wire.knows("four", post(reason="quote"))
    threads = {event.native_id: event.native_thread for event in wire.recent().events}
    assert threads == {
        uri("one"): uri("one"),
        uri("two"): uri("one"),
        uri("three"): uri("elsewhere", "did:plc:other"),
        uri("four"): uri("four"),
    }
    for key in ("one", "two", "three"):
        assert replace(wire, connector=Bluesky()).target(key).native_thread == threads[uri(key)]
    assert isinstance(wire.reply(target=wire.target("two")), SentReply)
    assert wire.platforms.replies()[0].thread == uri("one")


def test_a_thread_whose_middle_is_gone_begins_below_it(wire: Wire) -> None:
    ours = uri("root", US)
    wire.knows("two", post(reason="reply", beneath=(ours, uri("lost"))))
    assert wire.target("two").native_thread == uri("two")


def test_only_mentions_answers_and_quotes_of_others_are_reviews(wire: Wire) -> None:
    for reason in ("like", "repost", "follow", "mention"):
        wire.knows(reason, post(reason=reason))
    wire.knows("ours", post(author={"did": US, "handle": "us.example"}), US)
    page = wire.recent()
    assert [(event.native_id, event.kind, event.language) for event in page.events] == [
        (uri("mention"), EventKind.CREATED, "en")
    ]
    assert page.problems == ()


def test_pages_follow_each_other_newest_first_and_end(wire: Wire) -> None:
    for number in range(100, 220):
        wire.knows(str(number), post())
    seen, cursor = [], None
    while True:
        page = wire.recent(cursor)
        seen += [event.native_id for event in page.events]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [uri(str(number)) for number in range(219, 99, -1)]


def test_a_replaced_record_is_a_later_revision_whichever_comes_first(wire: Wire) -> None:
    wire.knows("one", post())
    first = wire.fetch("one")
    wire.knows("one", post("Very slow.", indexedAt="2026-03-14T09:05:00.000Z"))
    (second,) = wire.recent().events
    assert isinstance(first, ReviewEvent)
    assert (second.revision, second.digest) > (first.revision, first.digest)
    assert wire.fetch("one") == second


def test_a_deleted_post_is_gone_and_a_hidden_one_is_not(wire: Wire) -> None:
    wire.knows("one", post(blocked=True))
    assert wire.fetch("one") is None
    wire.knows("one", None)
    assert wire.fetch("one") is ReviewGone.GONE


def test_a_notification_that_cannot_be_read_costs_only_itself(wire: Wire) -> None:
    wire.knows("one", post(indexedAt="soon"))
    assert (wire.recent().events, len(wire.recent().problems)) == ((), 1)
    wire.knows("two", post())
    page = wire.recent()
    assert ([event.native_id for event in page.events], len(page.problems)) == ([uri("two")], 1)


def test_a_session_is_kept_renewed_and_begun_anew(wire: Wire) -> None:
    wire.knows("one", post())
    assert isinstance(wire.fetch("one"), ReviewEvent)
    wire.platforms.add_fault("bluesky", FaultMode.DOWN, times=None, call_kind=CallKind.SIGN_IN)
    assert isinstance(wire.fetch("one"), ReviewEvent)
    wire.platforms.reset()
    wire.knows("one", post())
    target = wire.target()
    wire.platforms.revoke_tokens()
    assert isinstance(wire.reply(target=target), SentReply)
    wire.platforms.revoke_tokens()
    wire.platforms.get("bluesky").start()
    wire.knows("one", post())
    assert isinstance(wire.fetch("one"), ReviewEvent)


def test_without_or_with_wrong_credentials_nothing_is_read(wire: Wire) -> None:
    wire.knows("one", post())
    target = wire.target()
    for entered, reason in (
        ({}, "no_credentials"),
        ({**wire.credentials, "app_password": "wrong"}, "unauthorized"),
    ):
        other = replace(wire, credentials=entered)
        page = wire.connector.recent(
            None, PlatformAccount(wire.connection, entered, wire.http), NOW
        )
        answers = [other.reply(target=target), page]
        assert [isinstance(each, Rejection) and each.reason for each in answers] == [reason, reason]
        assert (other.fetch("one"), other.find()) == (None, ReplyLookup.CANNOT_TELL)


def test_a_password_that_was_changed_ends_the_session(wire: Wire) -> None:
    wire.knows("one", post())
    target = wire.target()
    wire.platforms.credentials["bluesky"]["app_password"] = "changed"
    wire.platforms.get("bluesky").start()
    assert isinstance(refused := wire.reply(target=target), Rejection)
    assert refused.reason == "unauthorized"


def test_a_server_that_asks_us_to_wait_says_until_when(wire: Wire) -> None:
    wire.knows("one", post())
    target = wire.target()
    wire.platforms.add_fault("bluesky", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply(target=target)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after in range(85, 91)


def test_a_refusal_tells_the_servers_own_words(wire: Wire) -> None:
    wire.knows("one", post())
    wire.platforms.add_fault("bluesky", FaultMode.REJECT)
    assert wire.reply() == Rejection("rejected", "Bluesky says: This record is not allowed.")


def test_one_accounts_server_cannot_place_the_posts_of_another(wire: Wire) -> None:
    def server(above: str) -> Http:
        ancestors = {
            "thread": {
                "post": {"uri": uri("deep"), "author": IDA},
                "parent": {"post": {"uri": above, "author": IDA}},
            }
        }
        view = {
            "uri": uri("deep"), "cid": "c", "author": IDA, "indexedAt": "2026-01-01T00:00:00Z",
            "record": {"text": "x", "reply": {"root": {"uri": uri("top", US)}, "parent": {"uri": uri("between")}}},
        }  # fmt: skip

        def answer(
            method: str,
            url: str,
            *,
            headers: Mapping[str, str] | None = None,
            body: bytes | None = None,
        ) -> HttpResponse:
            said: dict[str, object] = {"did": US, "accessJwt": "a", "refreshJwt": "r"}
            said |= (
                {"posts": [view]}
                if "getPosts" in url
                else ancestors
                if "getPostThread" in url
                else {}
            )
            return HttpResponse(200, {}, json.dumps(said).encode())

        return answer

    ours, theirs = (
        replace(wire.connection, settings={"pds_url": f"https://{name}.example"})
        for name in ("ours", "theirs")
    )
    threads: list[str] = []
    for connection, above in (
        (theirs, "at://did:plc:evil/app.bsky.feed.post/x"),
        (ours, uri("between")),
    ):
        event = wire.connector.fetch(
            uri("deep"), PlatformAccount(connection, wire.credentials, server(above))
        )
        assert isinstance(event, ReviewEvent)
        threads.append(event.native_thread)
    assert threads == ["at://did:plc:evil/app.bsky.feed.post/x", uri("between")]
