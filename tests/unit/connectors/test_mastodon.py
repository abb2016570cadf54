"""Mastodon.

What is pushed and what is asked for mean the same, and a private mention is never answered in
public.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

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
    SignatureFailureReason,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
US = {"id": "110088120077001234", "acct": "larkfieldbakery", "username": "larkfieldbakery"}
IDA = {"id": "77", "acct": "ida@far.example", "username": "ida", "display_name": "Ida"}
TEXT = "Thank you for writing, Ida. Tom will ring you today."
MASTODON = load("mastodon")


def status(id: str = "900", **changed: Any) -> dict[str, Any]:
    plain = {
        "id": id,
        "created_at": "2026-03-14T09:00:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "spoiler_text": "",
    }
    words = {
        "visibility": "public",
        "language": "en",
        "url": f"https://far.example/@ida/{id}",
        "content": "<p>@<span>larkfieldbakery</span> slow.</p>",
    }
    return {**plain, **words, "account": IDA, "mentions": [US], **changed}


def delivery(event: str, of: dict[str, Any]) -> WebhookRequest:
    return WebhookRequest(
        "POST",
        {},
        json.dumps(
            {"event": event, "created_at": "2026-03-14T09:00:01.000Z", "object": of}
        ).encode(),
    )


CONNECTION = Connection(
    "c0ffee",
    "bus_1",
    "mastodon",
    "https://api.example.com/hooks/c0ffee",
    {"base_url": "https://social.example", "account": "LarkfieldBakery"},
)


def parsed(event: str, of: dict[str, Any]) -> ParsedDelivery:
    return MASTODON.parse(delivery(event, of), CONNECTION, NOW)


def test_the_published_vectors_are_believed_under_mastodons_header(
    facts: Callable[[str], str],
) -> None:
    for vector in json.loads(facts("vectors/sha256-hex-body.json"))["vectors"]:
        headers = {"x-hub-signature": vector["headers"]["X-Hub-Signature-256"]}
        request = WebhookRequest("POST", headers, vector["body"].encode())
        refusal = MASTODON.verify(request, CONNECTION, (vector["secret"],), NOW, HttpClient())
        assert (refusal is None) == (vector["expected"] == "valid"), vector["name"]


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(at: int, bit: int) -> None:
    signed = MASTODON.sign(
        delivery("status.created", status()), CONNECTION.url, "the instance's", NOW
    )
    body = bytearray(signed.body)
    body[at % len(body)] ^= 1 << bit
    assert MASTODON.verify(signed, CONNECTION, ("the instance's",), NOW, HttpClient()) is None
    refusal = MASTODON.verify(
        replace(signed, body=bytes(body)), CONNECTION, ("the instance's",), NOW, HttpClient()
    )
    assert refusal is not None
    assert refusal.reason is SignatureFailureReason.SIGNATURE_WRONG


def test_without_a_secret_every_push_is_refused() -> None:
    signed = MASTODON.sign(delivery("status.created", status()), CONNECTION.url, "guessed", NOW)
    refusal = MASTODON.verify(signed, CONNECTION, (), NOW, HttpClient())
    assert refusal is not None
    assert refusal.reason is SignatureFailureReason.NO_SECRET


def test_the_documented_report_is_no_review(facts: Callable[[str], str]) -> None:
    document = facts("payloads/mastodon-report.created.json").encode()
    assert MASTODON.parse(WebhookRequest("POST", {}, document), CONNECTION, NOW) == ParsedDelivery()


def test_of_all_statuses_of_an_instance_only_those_that_mention_us_count() -> None:
    assert parsed("status.created", status(mentions=[])) == ParsedDelivery()
    assert (
        parsed(
            "status.created",
            status(mentions=[{"id": "5", "acct": "larkfieldbakery@other.example"}]),
        )
        == ParsedDelivery()
    )
    assert parsed("account.created", IDA) == ParsedDelivery()
    assert [event.native_id for event in parsed("status.created", status()).events] == ["900"]


@pytest.mark.parametrize(
    "account", ["larkfieldbakery", "@LarkfieldBakery@social.example", "110088120077001234"]
)
def test_our_account_is_known_however_it_was_entered(account: str) -> None:
    connection = replace(CONNECTION, settings={**CONNECTION.settings, "account": account})
    (event,) = MASTODON.parse(delivery("status.created", status()), connection, NOW).events
    assert event.kind is EventKind.CREATED


def test_our_own_answer_is_seen_and_our_own_posts_are_nothing() -> None:
    (event,) = parsed("status.created", status(account=US, mentions=[], in_reply_to_id="5")).events
    assert event.kind is EventKind.REPLY_SEEN
    assert parsed("status.created", status(account=US, mentions=[])) == ParsedDelivery()


def test_html_becomes_text_with_its_lines_and_links() -> None:
    link = '<a href="https://x.example/"><span class="invisible">https://</span>x.example/a<span class="invisible">bc</span></a>'
    (event,) = parsed(
        "status.created", status(content=f"<p>Slow &amp; cold.<br />Twice.</p><p>See {link}</p>")
    ).events
    assert event.text == "Slow & cold.\nTwice.\nSee https://x.example/abc"


def test_any_order_of_arrival_ends_in_the_same_words() -> None:
    edits = [
        status(),
        status(edited_at="2026-03-14T09:05:00Z", content="<p>b</p>"),
        status(edited_at="2026-03-14T09:10:00Z", content="<p>c</p>"),
    ]
    for order in permutations([*edits, edits[0]]):
        events = [parsed("status.updated", each).events[0] for each in order]
        assert max(events, key=lambda event: (event.revision, event.digest)).text == "c"
    assert [parsed("status.updated", each).events[0].kind for each in edits] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.EDITED,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        status(id=""),
        status(created_at=None),
        status(created_at="soon"),
        status(account=None),
        status(id={}),
    ],
)
def test_a_status_that_cannot_be_placed_is_quarantined(broken: dict[str, Any]) -> None:
    with pytest.raises(Unparseable) as error:
        parsed("status.created", broken)
    assert "slow" not in str(error.value)


@dataclass(frozen=True)
class Wire:
    """The simulated instance and a connection to it."""

    platforms: SimulatedPlatforms
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    def knows(self, *statuses: dict[str, Any]) -> None:
        for each in statuses:
            self.platforms.set_resource("mastodon", each["id"], each)

    def target(self, id: str = "900") -> ReplyTarget:
        found = self.fetch(id)
        assert isinstance(found, ReviewEvent)
        return ReplyTarget(found.native_id, found.native_thread, found.reply_to, NOW)

    def reply(self, text: str = TEXT, target: ReplyTarget | None = None) -> SentReply | Rejection:
        return MASTODON.reply(
            target or self.target(),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find(self, text: str = TEXT) -> SentReply | ReplyLookup:
        return MASTODON.find_reply(
            ReplyTarget("900", "900", {}),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def fetch(self, id: str) -> ReviewEvent | ReviewGone | None:
        return MASTODON.fetch(id, PlatformAccount(self.connection, self.credentials, self.http))

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return MASTODON.recent(
            cursor, PlatformAccount(self.connection, self.credentials, self.http), NOW
        )


@pytest.fixture
def wire() -> Iterator[Wire]:
    with SimulatedPlatforms() as running:
        connection = replace(CONNECTION, settings=running.settings("mastodon"))
        yield Wire(
            running,
            connection,
            dict(running.credentials["mastodon"]),
            HttpClient(allow_loopback=True),
        )


def test_a_reply_mentions_the_author_and_is_found_by_its_words(wire: Wire) -> None:
    wire.knows(status())
    assert wire.find() is ReplyLookup.ABSENT
    sent = wire.reply()
    assert isinstance(sent, SentReply)
    (reply,) = wire.platforms.replies()
    assert (reply.text, reply.thread, reply.public) == (f"@ida@far.example {TEXT}", "900", True)
    assert wire.find() == sent
    assert wire.find("Something else.") is ReplyLookup.ABSENT


def test_an_author_who_is_mentioned_already_is_not_mentioned_twice(wire: Wire) -> None:
    wire.knows(status())
    wire.reply("Thank you, @Ida@far.example!")
    wire.reply("Thank you, @ida@far.example.org!")
    assert wire.platforms.replies()[0].text == "Thank you, @Ida@far.example!"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct", "somehow", ""])
def test_a_reply_is_as_private_as_what_it_answers(wire: Wire, visibility: str) -> None:
    wire.knows(status(visibility=visibility))
    assert isinstance(wire.reply(), SentReply)
    assert wire.platforms.replies()[0].public == (visibility in {"public", "unlisted"})


def test_a_repeated_reply_is_posted_once(wire: Wire) -> None:
    wire.knows(status())
    wire.platforms.add_fault("mastodon", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert fault.value.maybe_applied
    assert isinstance(wire.reply(), SentReply)
    assert len(wire.platforms.replies()) == 1


def test_a_reply_at_the_limit_is_taken_and_what_is_over_never_leaves(wire: Wire) -> None:
    wire.knows(status())
    assert isinstance(wire.reply("ä" * MASTODON.capabilities.reply_limit), SentReply)
    refused = [
        wire.reply("ä" * (MASTODON.capabilities.reply_limit + 1)),
        wire.reply(" http://a.b" * 20 + "x" * 240),
    ]
    assert [isinstance(each, Rejection) and each.reason for each in refused] == [
        "too_long",
        "too_long",
    ]
    assert len(wire.platforms.replies()) == 1


def test_a_long_name_counts_without_its_server(wire: Wire) -> None:
    wire.knows(status(account={**IDA, "acct": f"{'i' * 60}@{'far' * 60}.example"}))
    assert isinstance(wire.reply("x" * 438), SentReply)
    assert wire.reply("x" * 439) == Rejection(
        "too_long",
        "A status may have 500 characters; this one, with its mention and links of 23, has 1 more.",
    )


def test_the_thread_is_the_topmost_status_that_is_not_ours(wire: Wire) -> None:
    chain = [
        status("1", account=US, mentions=[]),
        status("2", in_reply_to_id="1"),
        status("3", account=US, in_reply_to_id="2"),
    ]
    wire.knows(*chain, status("4", in_reply_to_id="3"), status("5"))
    page = wire.recent()
    assert isinstance(page, ReviewPage)
    assert [(event.native_id, event.native_thread, event.partial) for event in page.events] == [
        ("5", "5", False),
        ("4", "2", False),
        ("2", "2", False),
    ]
    (pushed,) = parsed("status.created", status("4", in_reply_to_id="3")).events
    assert pushed.partial
    assert wire.fetch("4") == page.events[1] == replace(pushed, partial=False, native_thread="2")


def test_pages_follow_each_other_newest_first(wire: Wire) -> None:
    wire.knows(*(status(str(number)) for number in range(100, 165)))
    seen, cursor = [], None
    while True:
        page = wire.recent(cursor)
        assert isinstance(page, ReviewPage)
        seen += [event.native_id for event in page.events]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [str(number) for number in range(164, 99, -1)]


def test_an_edit_is_seen_when_asked_again_and_a_deletion_by_reading(wire: Wire) -> None:
    wire.knows(status())
    before = wire.recent()
    wire.knows(status(edited_at="2026-03-14T09:20:00Z", content="<p>Very slow.</p>"))
    after = wire.recent()
    assert isinstance(before, ReviewPage)
    assert isinstance(after, ReviewPage)
    assert (after.events[0].revision, after.events[0].digest) > (
        before.events[0].revision,
        before.events[0].digest,
    )
    assert after.events[0].kind is EventKind.EDITED
    wire.platforms.set_resource("mastodon", "900", None)
    assert wire.fetch("900") is ReviewGone.GONE
    assert wire.find() is ReplyLookup.ABSENT
    assert isinstance(refused := wire.reply(target=ReplyTarget("900", "900", {})), Rejection)
    assert refused.reason == "gone"


def test_a_notification_that_cannot_be_read_costs_only_itself(wire: Wire) -> None:
    wire.knows(status("1"), status("2", created_at="soon"))
    page = wire.recent()
    assert isinstance(page, ReviewPage)
    assert ([event.native_id for event in page.events], len(page.problems)) == (["1"], 1)
    wire.platforms.set_resource("mastodon", "1", None)
    page = wire.recent()
    assert isinstance(page, ReviewPage)
    assert (page.events, len(page.problems), page.next_cursor is None) == ((), 1, False)


def test_without_or_with_wrong_credentials_nothing_is_read(wire: Wire) -> None:
    wire.knows(status())
    target = wire.target()
    for entered, reason in (({}, "no_credentials"), ({"access_token": "wrong"}, "unauthorized")):
        other = replace(wire, credentials=entered)
        answers = [other.reply(target=target), other.recent()]
        assert [isinstance(each, Rejection) and each.reason for each in answers] == [reason, reason]
        assert (other.fetch("900"), other.find()) == (None, ReplyLookup.CANNOT_TELL)


def test_an_instance_that_asks_us_to_wait_says_until_when(wire: Wire) -> None:
    wire.knows(status())
    target = wire.target()
    wire.platforms.add_fault(
        "mastodon", FaultMode.RATE_LIMITED, seconds=90, call_kind=CallKind.REPLY
    )
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply(target=target)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after in range(85, 92)


def test_a_refusal_tells_the_instances_own_words(wire: Wire) -> None:
    wire.knows(status())
    wire.platforms.add_fault("mastodon", FaultMode.REJECT)
    assert wire.reply() == Rejection(
        "rejected",
        "Mastodon says: Validation failed: Text contains a word that is not allowed here",
    )
