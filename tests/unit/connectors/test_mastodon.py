"""Mastodon: pushed and polled statuses give the same events, and private mentions stay private."""

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


def parse_delivery(event: str, of: dict[str, Any]) -> ParsedDelivery:
    return MASTODON.parse(delivery(event, of), CONNECTION, NOW)


def test_the_published_vectors_pass_under_mastodons_header(
    facts: Callable[[str], str],
) -> None:
    for vector in json.loads(facts("vectors/sha256-hex-body.json"))["vectors"]:
        headers = {"x-hub-signature": vector["headers"]["X-Hub-Signature-256"]}
        request = WebhookRequest("POST", headers, vector["body"].encode())
        failure = MASTODON.verify(request, CONNECTION, (vector["secret"],), NOW, HttpClient())
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(at: int, bit: int) -> None:
    signed = MASTODON.sign(
        delivery("status.created", status()), CONNECTION.url, "the instance's", NOW
    )
    body = bytearray(signed.body)
    body[at % len(body)] ^= 1 << bit
    assert MASTODON.verify(signed, CONNECTION, ("the instance's",), NOW, HttpClient()) is None
    failure = MASTODON.verify(
        replace(signed, body=bytes(body)), CONNECTION, ("the instance's",), NOW, HttpClient()
    )
    assert failure is not None
    assert failure.reason is SignatureFailureReason.SIGNATURE_WRONG


def test_without_a_secret_every_push_is_refused() -> None:
    signed = MASTODON.sign(delivery("status.created", status()), CONNECTION.url, "guessed", NOW)
    failure = MASTODON.verify(signed, CONNECTION, (), NOW, HttpClient())
    assert failure is not None
    assert failure.reason is SignatureFailureReason.NO_SECRET


def test_the_documented_report_is_no_review(facts: Callable[[str], str]) -> None:
    document = facts("payloads/mastodon-report.created.json").encode()
    assert MASTODON.parse(WebhookRequest("POST", {}, document), CONNECTION, NOW) == ParsedDelivery()


def test_only_statuses_that_mention_us_count() -> None:
    assert parse_delivery("status.created", status(mentions=[])) == ParsedDelivery()
    assert (
        parse_delivery(
            "status.created",
            status(mentions=[{"id": "5", "acct": "larkfieldbakery@other.example"}]),
        )
        == ParsedDelivery()
    )
    assert parse_delivery("account.created", IDA) == ParsedDelivery()
    assert [event.native_id for event in parse_delivery("status.created", status()).events] == [
        "900"
    ]


@pytest.mark.parametrize(
    "account", ["larkfieldbakery", "@LarkfieldBakery@social.example", "110088120077001234"]
)
def test_our_account_is_recognized_in_every_form_of_its_name(account: str) -> None:
    connection = replace(CONNECTION, settings={**CONNECTION.settings, "account": account})
    (event,) = MASTODON.parse(delivery("status.created", status()), connection, NOW).events
    assert event.kind is EventKind.CREATED


def test_our_own_answer_is_recorded_and_our_other_posts_are_ignored() -> None:
    (event,) = parse_delivery(
        "status.created", status(account=US, mentions=[], in_reply_to_id="5")
    ).events
    assert event.kind is EventKind.REPLY_SEEN
    assert parse_delivery("status.created", status(account=US, mentions=[])) == ParsedDelivery()


def test_html_becomes_text_with_its_lines_and_links() -> None:
    link = (
        '<a href="https://x.example/"><span class="invisible">https://</span>x.example/a'
        '<span class="invisible">bc</span></a>'
    )
    (event,) = parse_delivery(
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
        events = [parse_delivery("status.updated", entry).events[0] for entry in order]
        assert max(events, key=lambda event: (event.revision, event.content)).text == "c"
    assert [parse_delivery("status.updated", entry).events[0].kind for entry in edits] == [
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
def test_an_unreadable_status_is_quarantined(broken: dict[str, Any]) -> None:
    with pytest.raises(Unparseable) as error:
        parse_delivery("status.created", broken)
    assert "slow" not in str(error.value)


@dataclass(frozen=True)
class MastodonHarness:
    """The connector and the simulated instance."""

    platforms: SimulatedPlatforms
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    def set_resource(self, *statuses: dict[str, Any]) -> None:
        for entry in statuses:
            self.platforms.set_resource("mastodon", entry["id"], entry)

    def target(self, id: str = "900") -> ReplyTarget:
        result = self.fetch(id)
        assert isinstance(result, ReviewEvent)
        return ReplyTarget(result.native_id, result.native_thread, result.reply_to, NOW)

    def reply(self, text: str = TEXT, target: ReplyTarget | None = None) -> SentReply | Rejection:
        return MASTODON.reply(
            target or self.target(),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find_reply(self, text: str = TEXT) -> SentReply | ReplyLookup:
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
def harness() -> Iterator[MastodonHarness]:
    with SimulatedPlatforms() as simulator:
        connection = replace(CONNECTION, settings=simulator.settings("mastodon"))
        yield MastodonHarness(
            simulator,
            connection,
            dict(simulator.credentials["mastodon"]),
            HttpClient(allow_loopback=True),
        )


def test_a_reply_mentions_the_author_and_is_found_by_its_text(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    assert isinstance(sent_reply, SentReply)
    (reply,) = harness.platforms.replies()
    assert (reply.text, reply.thread, reply.public) == (f"@ida@far.example {TEXT}", "900", True)
    assert harness.find_reply() == sent_reply
    assert harness.find_reply("Something else.") is ReplyLookup.ABSENT


def test_an_author_who_is_mentioned_already_is_not_mentioned_twice(
    harness: MastodonHarness,
) -> None:
    harness.set_resource(status())
    harness.reply("Thank you, @Ida@far.example!")
    harness.reply("Thank you, @ida@far.example.org!")
    assert harness.platforms.replies()[0].text == "Thank you, @Ida@far.example!"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct", "somehow", ""])
def test_a_reply_is_as_private_as_what_it_answers(
    harness: MastodonHarness, visibility: str
) -> None:
    harness.set_resource(status(visibility=visibility))
    assert isinstance(harness.reply(), SentReply)
    assert harness.platforms.replies()[0].public == (visibility in {"public", "unlisted"})


def test_a_repeated_reply_is_posted_once(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    harness.platforms.add_fault("mastodon", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied
    assert isinstance(harness.reply(), SentReply)
    assert len(harness.platforms.replies()) == 1


def test_a_reply_at_the_limit_is_accepted_and_a_longer_one_is_not_sent(
    harness: MastodonHarness,
) -> None:
    harness.set_resource(status())
    assert isinstance(harness.reply("ä" * MASTODON.capabilities.reply_limit), SentReply)
    results = [
        harness.reply("ä" * (MASTODON.capabilities.reply_limit + 1)),
        harness.reply(" http://a.b" * 20 + "x" * 240),
    ]
    assert [isinstance(entry, Rejection) and entry.reason for entry in results] == [
        "too_long",
        "too_long",
    ]
    assert len(harness.platforms.replies()) == 1


def test_a_long_name_counts_without_its_server(harness: MastodonHarness) -> None:
    harness.set_resource(status(account={**IDA, "acct": f"{'i' * 60}@{'far' * 60}.example"}))
    assert isinstance(harness.reply("x" * 438), SentReply)
    assert harness.reply("x" * 439) == Rejection(
        "too_long",
        "A status may have 500 characters; this one, with its mention and links of 23, has 1 more.",
    )


def test_the_thread_is_the_topmost_status_that_is_not_ours(harness: MastodonHarness) -> None:
    chain = [
        status("1", account=US, mentions=[]),
        status("2", in_reply_to_id="1"),
        status("3", account=US, in_reply_to_id="2"),
    ]
    harness.set_resource(*chain, status("4", in_reply_to_id="3"), status("5"))
    page = harness.recent()
    assert isinstance(page, ReviewPage)
    assert [(event.native_id, event.native_thread, event.partial) for event in page.events] == [
        ("5", "5", False),
        ("4", "2", False),
        ("2", "2", False),
    ]
    (pushed_event,) = parse_delivery("status.created", status("4", in_reply_to_id="3")).events
    assert pushed_event.partial
    assert (
        harness.fetch("4")
        == page.events[1]
        == replace(pushed_event, partial=False, native_thread="2")
    )


def test_pages_follow_each_other_newest_first(harness: MastodonHarness) -> None:
    harness.set_resource(*(status(str(number)) for number in range(100, 165)))
    native_ids, cursor = [], None
    while True:
        page = harness.recent(cursor)
        assert isinstance(page, ReviewPage)
        native_ids += [event.native_id for event in page.events]
        if (cursor := page.next_cursor) is None:
            break
    assert native_ids == [str(number) for number in range(164, 99, -1)]


def test_a_poll_shows_edits_and_a_fetch_shows_deletions(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    before = harness.recent()
    harness.set_resource(status(edited_at="2026-03-14T09:20:00Z", content="<p>Very slow.</p>"))
    after = harness.recent()
    assert isinstance(before, ReviewPage)
    assert isinstance(after, ReviewPage)
    assert (after.events[0].revision, after.events[0].content) > (
        before.events[0].revision,
        before.events[0].content,
    )
    assert after.events[0].kind is EventKind.EDITED
    harness.platforms.set_resource("mastodon", "900", None)
    assert harness.fetch("900") is ReviewGone.GONE
    assert harness.find_reply() is ReplyLookup.ABSENT
    assert isinstance(rejection := harness.reply(target=ReplyTarget("900", "900", {})), Rejection)
    assert rejection.reason == "gone"


def test_an_unreadable_notification_costs_only_itself(harness: MastodonHarness) -> None:
    harness.set_resource(status("1"), status("2", created_at="soon"))
    page = harness.recent()
    assert isinstance(page, ReviewPage)
    assert ([event.native_id for event in page.events], len(page.problems)) == (["1"], 1)
    harness.platforms.set_resource("mastodon", "1", None)
    page = harness.recent()
    assert isinstance(page, ReviewPage)
    assert (page.events, len(page.problems), page.next_cursor is None) == ((), 1, False)


def test_without_or_with_wrong_credentials_nothing_is_read(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    target = harness.target()
    for wrong_credentials, reason in (
        ({}, "no_credentials"),
        ({"access_token": "wrong"}, "unauthorized"),
    ):
        other = replace(harness, credentials=wrong_credentials)
        responses = [other.reply(target=target), other.recent()]
        assert [isinstance(entry, Rejection) and entry.reason for entry in responses] == [
            reason,
            reason,
        ]
        assert (other.fetch("900"), other.find_reply()) == (None, ReplyLookup.CANNOT_TELL)


def test_a_rate_limit_says_how_long_to_wait(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    target = harness.target()
    harness.platforms.add_fault(
        "mastodon", FaultMode.RATE_LIMITED, seconds=90, call_kind=CallKind.REPLY
    )
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply(target=target)
    assert not fault.value.maybe_applied
    assert fault.value.retry_after in range(85, 92)


def test_a_rejection_shows_the_instances_own_message(harness: MastodonHarness) -> None:
    harness.set_resource(status())
    harness.platforms.add_fault("mastodon", FaultMode.REJECT)
    assert harness.reply() == Rejection(
        "rejected",
        "Mastodon says: Validation failed: Text contains a word that is not allowed here",
    )
