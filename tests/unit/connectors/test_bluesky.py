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
class BlueskyHarness:
    """The simulated server, and a connector with a cache of its own."""

    platforms: SimulatedPlatforms
    connector: Connector
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    @property
    def account(self) -> PlatformAccount:
        return PlatformAccount(self.connection, self.credentials, self.http)

    def set_resource(
        self, key: str, resource: dict[str, Any] | None, did: str = IDA["did"]
    ) -> None:
        self.platforms.set_resource("bluesky", uri(key, did), resource)

    def target(self, key: str = "one") -> ReplyTarget:
        result = self.fetch(key)
        assert isinstance(result, ReviewEvent)
        return ReplyTarget(result.native_id, result.native_thread, result.reply_to, NOW)

    def reply(
        self, text: str = TEXT, reply_id: str = "rep_1", target: ReplyTarget | None = None
    ) -> SentReply | Rejection:
        return self.connector.reply(target or self.target(), text, reply_id, self.account)

    def find_reply(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return self.connector.find_reply(
            ReplyTarget(uri("one"), uri("one"), {}), text, reply_id, self.account
        )

    def fetch(self, key: str) -> ReviewEvent | ReviewGone | None:
        return self.connector.fetch(uri(key), self.account)

    def recent(self, cursor: str | None = None) -> ReviewPage:
        page = self.connector.recent(cursor, self.account, NOW)
        assert isinstance(page, ReviewPage)
        return page


@pytest.fixture
def harness() -> Iterator[BlueskyHarness]:
    with SimulatedPlatforms() as simulator:
        connection = Connection(
            "con-1",
            "bus_1",
            "bluesky",
            "https://api.example.com/hooks/con-1",
            simulator.settings("bluesky"),
        )
        yield BlueskyHarness(
            simulator,
            Bluesky(),
            connection,
            dict(simulator.credentials["bluesky"]),
            HttpClient(allow_loopback=True),
        )


@given(st.text(min_size=1))
def test_the_key_of_a_reply_is_a_tid_in_the_past(reply_id: str) -> None:
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
    text = (
        "Грüße 👩‍👩‍👧, @ida.example: see https://x.example/a?b=c. Or (http://y.example)! "
        "Not @ida.example.org, a@ida.example"
    )
    result = facets(text, {"author_handle": "ida.example", "author_did": IDA["did"]})
    marks = [
        text.encode()[entry["index"]["byteStart"] : entry["index"]["byteEnd"]].decode()
        for entry in result
    ]  # type: ignore[index]
    assert marks == ["@ida.example", "https://x.example/a?b=c", "http://y.example"]
    assert [entry["features"][0].get("did") or entry["features"][0]["uri"] for entry in result] == [
        IDA["did"],
        *marks[1:],
    ]  # type: ignore[index]


def test_a_delivery_to_the_address_has_no_events() -> None:
    connection = Connection("con-1", "bus_1", "bluesky", "https://api.example.com/hooks/con-1")
    assert (
        Bluesky().parse(
            WebhookRequest("POST", {}, b'{"notifications": [{"uri": "at://x"}]}'), connection, NOW
        )
        == ParsedDelivery()
    )


def test_a_reply_is_posted_once_and_found_by_its_key(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    assert sent_reply == SentReply(uri(record_key("rep_1"), US))
    assert harness.find_reply() == sent_reply == harness.reply()
    assert harness.find_reply(reply_id="rep_2") is ReplyLookup.ABSENT
    assert harness.find_reply("Quite another text.") is ReplyLookup.CANNOT_TELL
    (reply,) = harness.platforms.replies()
    assert (reply.text, reply.thread, reply.review, reply.public) == (
        TEXT,
        uri("one"),
        uri("one"),
        True,
    )


def test_a_reply_whose_response_was_lost_is_found_and_not_repeated(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    harness.platforms.add_fault("bluesky", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied
    assert harness.find_reply() == harness.reply()
    assert len(harness.platforms.replies()) == 1


def test_both_limits_count_graphemes_and_bytes(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    family = "👩‍👩‍👧"
    assert isinstance(harness.reply("é" * 300), SentReply)
    assert isinstance(harness.reply(family * 166, "rep_2"), SentReply)
    over = [harness.reply("x" * 301, "rep_3"), harness.reply(family * 167, "rep_3")]
    assert [isinstance(entry, Rejection) and entry.reason for entry in over] == [
        "too_long",
        "too_long",
    ]
    assert len(harness.platforms.replies()) == 2


def test_the_thread_is_the_topmost_post_that_is_not_ours(harness: BlueskyHarness) -> None:
    ours, response = uri("root", US), uri("answer", US)
    harness.set_resource(
        "root",
        post(
            None,
            author={"did": US, "handle": "us.example"},
            reason=None,
            record={"text": "New hours!"},
        ),
        US,
    )
    harness.set_resource("one", post(reason="reply", beneath=(ours, ours)))
    harness.set_resource(
        "answer",
        post("Thanks", None, (ours, uri("one")), author={"did": US, "handle": "us.example"}),
        US,
    )
    harness.set_resource("two", post(reason="reply", beneath=(ours, response)))
    harness.set_resource("three", post(beneath=(uri("elsewhere", "did:plc:other"), uri("two"))))
    harness.set_resource("four", post(reason="quote"))
    threads = {event.native_id: event.native_thread for event in harness.recent().events}
    assert threads == {
        uri("one"): uri("one"),
        uri("two"): uri("one"),
        uri("three"): uri("elsewhere", "did:plc:other"),
        uri("four"): uri("four"),
    }
    for key in ("one", "two", "three"):
        assert replace(harness, connector=Bluesky()).target(key).native_thread == threads[uri(key)]
    assert isinstance(harness.reply(target=harness.target("two")), SentReply)
    assert harness.platforms.replies()[0].thread == uri("one")


def test_a_thread_whose_middle_is_gone_begins_below_it(harness: BlueskyHarness) -> None:
    ours = uri("root", US)
    harness.set_resource("two", post(reason="reply", beneath=(ours, uri("lost"))))
    assert harness.target("two").native_thread == uri("two")


def test_only_mentions_answers_and_quotes_of_others_are_reviews(harness: BlueskyHarness) -> None:
    for reason in ("like", "repost", "follow", "mention"):
        harness.set_resource(reason, post(reason=reason))
    harness.set_resource("ours", post(author={"did": US, "handle": "us.example"}), US)
    page = harness.recent()
    assert [(event.native_id, event.kind, event.language) for event in page.events] == [
        (uri("mention"), EventKind.CREATED, "en")
    ]
    assert page.problems == ()


def test_pages_follow_each_other_newest_first_and_end(harness: BlueskyHarness) -> None:
    for number in range(100, 220):
        harness.set_resource(str(number), post())
    native_ids, cursor = [], None
    while True:
        page = harness.recent(cursor)
        native_ids += [event.native_id for event in page.events]
        if (cursor := page.next_cursor) is None:
            break
    assert native_ids == [uri(str(number)) for number in range(219, 99, -1)]


def test_a_replaced_record_is_a_later_revision_whichever_comes_first(
    harness: BlueskyHarness,
) -> None:
    harness.set_resource("one", post())
    first = harness.fetch("one")
    harness.set_resource("one", post("Very slow.", indexedAt="2026-03-14T09:05:00.000Z"))
    (second,) = harness.recent().events
    assert isinstance(first, ReviewEvent)
    assert (second.revision, second.content) > (first.revision, first.content)
    assert harness.fetch("one") == second


def test_a_deleted_post_is_gone_and_a_hidden_one_is_not(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post(blocked=True))
    assert harness.fetch("one") is None
    harness.set_resource("one", None)
    assert harness.fetch("one") is ReviewGone.GONE


def test_a_session_is_kept_renewed_and_opened_again(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    assert isinstance(harness.fetch("one"), ReviewEvent)
    harness.platforms.add_fault("bluesky", FaultMode.DOWN, times=None, call_kind=CallKind.SIGN_IN)
    assert isinstance(harness.fetch("one"), ReviewEvent)
    harness.platforms.reset()
    harness.set_resource("one", post())
    target = harness.target()
    harness.platforms.revoke_tokens()
    assert isinstance(harness.reply(target=target), SentReply)
    harness.platforms.revoke_tokens()
    harness.platforms.get("bluesky").start()
    harness.set_resource("one", post())
    assert isinstance(harness.fetch("one"), ReviewEvent)


def test_without_or_with_wrong_credentials_nothing_is_read(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    target = harness.target()
    for wrong_credentials, reason in (
        ({}, "no_credentials"),
        ({**harness.credentials, "app_password": "wrong"}, "unauthorized"),
    ):
        other = replace(harness, credentials=wrong_credentials)
        page = harness.connector.recent(
            None, PlatformAccount(harness.connection, wrong_credentials, harness.http), NOW
        )
        responses = [other.reply(target=target), page]
        assert [isinstance(entry, Rejection) and entry.reason for entry in responses] == [
            reason,
            reason,
        ]
        assert (other.fetch("one"), other.find_reply()) == (None, ReplyLookup.CANNOT_TELL)


def test_a_changed_password_ends_the_session(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    target = harness.target()
    harness.platforms.credentials["bluesky"]["app_password"] = "changed"
    harness.platforms.get("bluesky").start()
    assert isinstance(rejection := harness.reply(target=target), Rejection)
    assert rejection.reason == "unauthorized"


def test_a_rate_limit_says_how_long_to_wait(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    target = harness.target()
    harness.platforms.add_fault("bluesky", FaultMode.RATE_LIMITED, seconds=90)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply(target=target)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after in range(85, 91)


def test_a_rejection_shows_the_servers_own_message(harness: BlueskyHarness) -> None:
    harness.set_resource("one", post())
    harness.platforms.add_fault("bluesky", FaultMode.REJECT)
    assert harness.reply() == Rejection("rejected", "Bluesky says: This record is not allowed.")


def test_the_server_of_one_account_cannot_decide_the_threads_of_another(
    harness: BlueskyHarness,
) -> None:
    def server(above: str) -> Http:
        ancestors = {
            "thread": {
                "post": {"uri": uri("deep"), "author": IDA},
                "parent": {"post": {"uri": above, "author": IDA}},
            }
        }
        view = {
            "uri": uri("deep"),
            "cid": "c",
            "author": IDA,
            "indexedAt": "2026-01-01T00:00:00Z",
            "record": {
                "text": "x",
                "reply": {"root": {"uri": uri("top", US)}, "parent": {"uri": uri("between")}},
            },
        }

        def answer(
            method: str,
            url: str,
            *,
            headers: Mapping[str, str] | None = None,
            body: bytes | None = None,
        ) -> HttpResponse:
            document: dict[str, object] = {"did": US, "accessJwt": "a", "refreshJwt": "r"}
            document |= (
                {"posts": [view]}
                if "getPosts" in url
                else ancestors
                if "getPostThread" in url
                else {}
            )
            return HttpResponse(200, {}, json.dumps(document).encode())

        return answer

    ours, theirs = (
        replace(harness.connection, settings={"pds_url": f"https://{name}.example"})
        for name in ("ours", "theirs")
    )
    threads: list[str] = []
    for connection, above in (
        (theirs, "at://did:plc:evil/app.bsky.feed.post/x"),
        (ours, uri("between")),
    ):
        event = harness.connector.fetch(
            uri("deep"), PlatformAccount(connection, harness.credentials, server(above))
        )
        assert isinstance(event, ReviewEvent)
        threads.append(event.native_thread)
    assert threads == ["at://did:plc:evil/app.bsky.feed.post/x", uri("between")]
