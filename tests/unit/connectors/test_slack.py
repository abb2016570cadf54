"""Slack: whose message counts, how edits are ordered, and how its Web API answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from heard.connectors import (
    Connection,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SentReply,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SLACK = load("slack")
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
URL = "https://api.example.com/hooks/c0ffee"
HOME = Connection("c0ffee", "bus_1", "slack", URL, {"team_id": "T1, T2"}, business_name="Acme")
TEXT = (
    "Thank you, Nour. We look at the export now 🙂: https://status.example.com/1 <soon> & for sure."
)


def message(
    text: str = "Slow again.", ts: str = "1773480000.000100", **more: Any
) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": "C1",
        "user": "U9",
        "user_team": "T9",
        "text": text,
        "ts": ts,
        **more,
    }


def envelope(event: dict[str, Any]) -> WebhookRequest:
    body = {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": event,
        "authorizations": [{"user_id": "UBOT", "is_bot": True}],
    }
    return WebhookRequest("POST", {}, json.dumps(body).encode())


def read_event(event: dict[str, Any], connection: Connection = HOME) -> ReviewEvent | None:
    events = SLACK.parse(envelope(event), connection, NOW).events
    return events[0] if events else None


def edit_event(text: str, edited: str | None, ts: str = "1773480000.000100") -> dict[str, Any]:
    document = message(text, ts) | ({"edited": {"user": "U9", "ts": edited}} if edited else {})
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "message": document,
        "ts": "1773480050.000000",
    }


def deletion_event(ts: str = "1773480000.000100", **previous: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": "C1",
        "deleted_ts": ts,
        "previous_message": message(ts=ts, **previous),
    }


def test_the_documented_example_is_signed_as_we_check_it(facts: Callable[[str], str]) -> None:
    for vector in json.loads(facts("vectors/slack.json"))["vectors"]:
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        request = WebhookRequest("POST", headers, vector["body"].encode())
        failure = SLACK.verify(
            request,
            HOME,
            (vector["secret"],),
            datetime.fromtimestamp(vector["now"], UTC),
            HttpClient(),
        )
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


def test_the_documented_payloads_are_a_message_of_our_own_and_a_challenge(
    facts: Callable[[str], str],
) -> None:
    own = WebhookRequest("POST", {}, facts("payloads/slack-event_callback-message.json").encode())
    (event,) = SLACK.parse(own, HOME, NOW).events
    assert (event.kind, event.text, event.native_id) == (
        EventKind.CREATED,
        "Hello World!",
        "C111:1596183880.004200",
    )
    assert SLACK.parse(own, replace(HOME, settings={"team_id": "T111"}), NOW) == ParsedDelivery()
    challenge = WebhookRequest("POST", {}, facts("payloads/slack-url_verification.json").encode())
    parsed = SLACK.parse(challenge, HOME, NOW)
    response = SLACK.delivery_response(challenge, HOME, parsed, HttpClient())
    assert (response.status, response.body) == (200, json.loads(challenge.body)["challenge"])


@given(st.binary(max_size=60), st.integers(0, 59), st.integers(0, 7))
def test_a_delivery_signed_by_slacks_library_passes_and_a_flipped_bit_fails(
    body: bytes, at: int, bit: int
) -> None:
    seconds = str(int(NOW.timestamp()))
    text = body.hex()
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=seconds, body=text)
    headers = {"x-slack-request-timestamp": seconds, "x-slack-signature": str(signature)}
    assert (
        SLACK.verify(
            WebhookRequest("POST", headers, text.encode()), HOME, (SECRET,), NOW, HttpClient()
        )
        is None
    )
    forged_request = bytearray(text.encode() or b"0")
    forged_request[at % len(forged_request)] ^= 1 << bit
    assert (
        SLACK.verify(
            WebhookRequest("POST", headers, bytes(forged_request)),
            HOME,
            (SECRET,),
            NOW,
            HttpClient(),
        )
        is not None
    )


def test_without_a_secret_every_delivery_fails() -> None:
    signed = SLACK.sign(envelope(message()), URL, SECRET, NOW)
    assert SLACK.verify(signed, HOME, (SECRET,), NOW, HttpClient()) is None
    for secrets in ((), ("",)):
        failure = SLACK.verify(signed, HOME, secrets, NOW, HttpClient())
        assert failure is not None
        assert failure.reason.value == "no_secret"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (message(), EventKind.CREATED),
        (message(user_team=None, user_profile={"team": "T9"}), EventKind.CREATED),
        (message(user_team=None), EventKind.CREATED),
        (message(subtype="file_share", text="", files=[{}]), EventKind.CREATED),
        (message(user_team="T2"), None),
        (message(user_team="T1", thread_ts="1773470000.000100"), EventKind.REPLY_SEEN),
        (message(user_team="T1", thread_ts="1773480000.000100"), None),
        (message(app_id="A1", bot_id="B1", user_team="T1"), EventKind.REPLY_SEEN),
        (message(user="UBOT", bot_id="B1", user_team=None), EventKind.REPLY_SEEN),
        (message(bot_id="B7"), None),
        (message(subtype="bot_message", bot_id="B7"), None),
        (message(subtype="channel_join"), None),
        (message(user="USLACKBOT"), None),
        (edit_event("Better now.", "1773480050.000000"), EventKind.EDITED),
        (edit_event("Slow again.", None), None),
        (deletion_event(), EventKind.WITHDRAWN),
        (deletion_event(user_team="T1", thread_ts="1773470000.000100"), None),
        ({"type": "reaction_added", "item": {}}, None),
    ],
)
def test_only_customers_messages_are_reviews(event: dict[str, Any], kind: EventKind | None) -> None:
    result = read_event(event)
    assert (result.kind if result else None) == kind


def test_only_the_named_channels_are_read() -> None:
    only = replace(HOME, settings={**HOME.settings, "channels": "C7, C1"})
    assert read_event(message(), only) is not None
    assert read_event(message(channel="C2"), only) is None


def test_a_tombstone_is_the_deletion_of_a_message_that_had_answers() -> None:
    stone = {
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "ts": "1773480000.000100",
    }
    result = read_event(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": "C1",
            "message": stone,
            "previous_message": message(),
        }
    )
    assert result is not None
    assert (result.kind, result.native_id, result.revision, result.author.id) == (
        EventKind.WITHDRAWN,
        "C1:1773480000.000100",
        FINAL_REVISION,
        "U9",
    )


def test_any_order_of_arrival_ends_in_the_same_state() -> None:
    # The first edit is in the second of posting: its time is lower than the message's own.
    events = [
        read_event(e)
        for e in (
            message(),
            edit_event("One.", "1773480000.000000"),
            edit_event("Two.", "1773480060.000000"),
            deletion_event(),
        )
    ]
    events_in_order = [event for event in events if event]
    assert len({event.native_id for event in events_in_order}) == 1
    for arrival in itertools.permutations(events_in_order):
        assert sorted(arrival, key=lambda event: (event.revision, event.content)) == events_in_order


def test_markup_becomes_plain_text() -> None:
    text = (
        "<@U1|ana> and <@U2>: <!here> &lt;b&gt; &amp;lt; <https://x.example/a?b=1|the form> "
        "<http://y.example|y.example> <#C1|help> <https://z.example>"
    )
    result = read_event(message(text))
    assert result is not None
    assert (
        result.text
        == "@ana and @U2: @here <b> &lt; the form (https://x.example/a?b=1) y.example #help https://z.example"
    )


def test_a_message_has_a_link_if_the_workspace_is_known() -> None:
    connection = replace(
        HOME, settings={**HOME.settings, "workspace_url": "https://acme.slack.com/"}
    )
    result = read_event(message(thread_ts="1773470000.000100"), connection)
    assert result is not None
    assert (
        result.link
        == "https://acme.slack.com/archives/C1/p1773480000000100?thread_ts=1773470000.000100&cid=C1"
    )
    assert (result.native_thread, result.reply_to["thread_ts"]) == (
        "C1:1773470000.000100",
        "1773470000.000100",
    )


@pytest.mark.parametrize(
    "event",
    [
        message(ts="soon"),
        message(ts=17),
        {"type": "message"},
        edit_event("x", "yesterday"),
        message(channel="C 1"),
    ],
)
def test_a_message_without_a_usable_id_is_unreadable(event: dict[str, Any]) -> None:
    with pytest.raises(Unparseable):
        read_event(event)


class SlackHarness:
    """The connector and the simulated Slack, with one message of a customer."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["slack"])
        self.connection = replace(HOME, settings=platforms.settings("slack"))
        self.target = ReplyTarget(
            "C1:1773480000.000100",
            "C1:1773480000.000100",
            {"channel": "C1", "thread_ts": "1773480000.000100"},
            datetime.now(UTC),
        )
        self.http = HttpClient(allow_loopback=True)
        platforms.set_resource("slack", self.target.native_id, message())

    def reply(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | Rejection:
        return SLACK.reply(
            self.target,
            text,
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find_reply(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return SLACK.find_reply(
            self.target,
            text,
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def fetch(self, native_id: str = "C1:1773480000.000100") -> ReviewEvent | ReviewGone | None:
        return SLACK.fetch(native_id, PlatformAccount(self.connection, self.credentials, self.http))


@pytest.fixture
def harness(loopback: None) -> Iterator[SlackHarness]:
    with SimulatedPlatforms() as simulator:
        yield SlackHarness(simulator)


def test_a_reply_arrives_unchanged_in_the_thread_and_is_found_by_its_id(
    harness: SlackHarness,
) -> None:
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    (simulated_reply,) = harness.platforms.replies()
    assert (
        simulated_reply.text,
        simulated_reply.thread,
        simulated_reply.review,
        simulated_reply.public,
    ) == (
        TEXT,
        harness.target.native_thread,
        harness.target.native_id,
        False,
    )
    assert harness.find_reply("Whatever Slack made of the words.") == sent_reply
    assert harness.find_reply(reply_id="rep_2") is ReplyLookup.ABSENT


def test_a_bots_message_without_our_metadata_is_ours_only_with_the_same_text(
    harness: SlackHarness,
) -> None:
    ts = f"{int(datetime.now(UTC).timestamp())}.000009"
    harness.platforms.set_resource(
        "slack",
        f"C1:{ts}",
        message("We look &amp; tell you.", ts, thread_ts="1773480000.000100", bot_id="B1"),
    )
    assert harness.find_reply("We look & tell you.") == SentReply(f"C1:{ts}")
    assert harness.find_reply("Something else.") is ReplyLookup.CANNOT_TELL
    harness.target = replace(harness.target, first_sent_at=None)
    assert harness.find_reply("We look & tell you.") is ReplyLookup.CANNOT_TELL


def test_a_thread_is_read_on_a_limited_number_of_pages(harness: SlackHarness) -> None:
    start = int(datetime.now(UTC).timestamp())
    for number in range(250):
        ts = f"{start + number}.000001"
        harness.platforms.set_resource(
            "slack", f"C1:{ts}", message("More.", ts, thread_ts="1773480000.000100")
        )
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    assert harness.find_reply() == sent_reply
    for number in range(250, 1100):
        ts = f"{start - 60 + number / 1000:.6f}"
        harness.platforms.set_resource(
            "slack", f"C1:{ts}", message("More.", ts, thread_ts="1773480000.000100")
        )
    assert harness.find_reply(reply_id="rep_2") is ReplyLookup.CANNOT_TELL


@pytest.mark.parametrize(
    ("mode", "is_applied"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.FAIL_BEFORE, False)],
)
def test_a_fault_says_whether_the_reply_may_be_posted_and_a_search_finds_it(
    harness: SlackHarness, mode: FaultMode, is_applied: bool
) -> None:
    harness.platforms.add_fault("slack", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied
    assert isinstance(harness.find_reply(), SentReply) == is_applied


def test_a_rate_limit_means_that_nothing_was_posted(harness: SlackHarness) -> None:
    harness.platforms.add_fault("slack", FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_rejections_say_what_to_do(harness: SlackHarness) -> None:
    assert harness.reply("x" * 4001) == Rejection(
        "too_long", "A reply may have 4000 characters; this one has 1 more."
    )
    harness.platforms.add_fault("slack", FaultMode.REJECT)
    reasons = [harness.reply()]
    harness.credentials["bot_token"] = "xoxb-revoked"
    reasons.append(harness.reply())
    assert harness.find_reply() is ReplyLookup.CANNOT_TELL
    harness.credentials.clear()
    reasons.append(harness.reply())
    assert [entry.reason for entry in reasons if isinstance(entry, Rejection)] == [
        "not_allowed",
        "unauthorized",
        "no_credentials",
    ]
    assert harness.fetch() is None


def test_a_deleted_message_is_gone(harness: SlackHarness) -> None:
    harness.platforms.set_resource("slack", "C1:1773490000.000100", message(ts="1773490000.000100"))
    harness.platforms.set_resource("slack", harness.target.native_id, None)
    response = harness.reply()
    assert isinstance(response, Rejection)
    assert response.reason == "gone"
    assert harness.find_reply() is ReplyLookup.ABSENT
    assert harness.fetch() is ReviewGone.GONE
    assert harness.fetch("C1") is None
    harness.platforms.set_resource(
        "slack", "C1:1773490000.000100", message(ts="1773490000.000100", subtype="tombstone")
    )
    assert harness.fetch("C1:1773490000.000100") is ReviewGone.GONE


def test_a_fetched_message_is_the_event_that_was_pushed(harness: SlackHarness) -> None:
    result, pushed_event = harness.fetch(), read_event(message(), harness.connection)
    assert result == pushed_event
    document = message("Two.") | {"edited": {"user": "U9", "ts": "1773480060.000000"}}
    harness.platforms.set_resource("slack", harness.target.native_id, document)
    assert harness.fetch() == read_event(
        edit_event("Two.", "1773480060.000000"), harness.connection
    )


@pytest.mark.parametrize(
    ("error", "maybe_applied"), [("internal_error", True), ("ratelimited", False)]
)
def test_temporary_errors_are_faults_and_no_rejections(
    platform: Any, http_response: Any, http: HttpClient, error: str, maybe_applied: bool
) -> None:
    platform.respond_with(
        http_response(200, {"ok": False, "error": error}), http_response(200, [1])
    )
    there = replace(HOME, settings={**HOME.settings, "api_base": platform.url})
    target = ReplyTarget(
        "C1:1.1", "C1:1.1", {"channel": "C1", "thread_ts": "1.1"}, NOW + timedelta(0)
    )
    with pytest.raises(PlatformUnavailable) as fault:
        SLACK.reply(
            target, "Hello.", "rep_1", PlatformAccount(there, {"bot_token": "xoxb-1"}, http)
        )
    assert fault.value.maybe_applied == maybe_applied
    with pytest.raises(PlatformUnavailable) as fault:
        SLACK.find_reply(
            target, "Hello.", "rep_1", PlatformAccount(there, {"bot_token": "xoxb-1"}, http)
        )
    assert not fault.value.maybe_applied


# Forwarded messages, blocks, files


def shared(text: str = "All invoices are doubled.", **changed: Any) -> dict[str, Any]:
    return {"is_share": True, "is_msg_unfurl": True, "author_name": "Ravi", "text": text, **changed}


def rich_text(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def section(*words: str, kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": [{"type": "text", "text": word} for word in words]}


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"attachments": [shared()]}, "All invoices are doubled."),
        ({"attachments": [shared(), shared("Und keiner hilft.")]},
         "All invoices are doubled.\n\nUnd keiner hilft."),
        ({"text": "See below", "attachments": [shared()]},
         "See below\n\nAll invoices are doubled."),
        ({"attachments": [shared("", fallback="[…] Ravi: c’est cassé")]}, "[…] Ravi: c’est cassé"),
        ({"attachments": [shared("", message_blocks=[
            {"message": {"blocks": [rich_text(section("Está roto"))]}}])]}, "Está roto"),
        ({"attachments": [{"from_url": "https://a.example", "title": "A page"}]}, None),
        ({"attachments": [{"pretext": "Alert", "text": "disk &lt;full&gt;"}]},
         "Alert\ndisk <full>"),
        ({"text": "see <https://a.example|page>", "attachments": [{"title": "A page"}]},
         "see page (https://a.example)"),
        ({"blocks": [rich_text(section("The export ", "lost our data"))]},
         "The export lost our data"),
        ({"blocks": [rich_text(section("One"), section("Two"))]}, "One\nTwo"),
        ({"blocks": [rich_text({"type": "rich_text_list", "elements": [
            section("no water"), section("mould")]})]}, "no water\nmould"),
        ({"blocks": [rich_text({"type": "rich_text_section", "elements": [
            {"type": "user", "user_id": "U1"}, {"type": "text", "text": " is rude "},
            {"type": "emoji", "name": "rage"},
            {"type": "link", "url": "https://a.example", "text": "proof"}]})]},
         "@U1 is rude :rage:proof (https://a.example)"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "It &amp; that"},
                      "fields": [{"type": "mrkdwn", "text": "Order 7"}]}]}, "It & that\nOrder 7"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Leak"}}]}, "Leak"),
        ({"text": "words", "blocks": [rich_text(section("words"))]}, "words"),
        ({"subtype": "file_share", "files": [{"mimetype": "image/png", "title": "roof.png"}]},
         "[photo: roof.png]"),
        ({"subtype": "file_share", "files": [{}]}, "[file]"),
        ({"text": "can&#39;t &amp;lt;b&amp;gt;"}, "can't &lt;b&gt;"),
        ({"blocks": 7, "attachments": "x", "files": {}}, None),
    ],
)  # fmt: skip
def test_words_are_read_wherever_slack_keeps_them(
    changed: dict[str, Any], text: str | None
) -> None:
    event = read_event(message(**{"text": "", **changed}))
    assert event is not None
    assert (event.text, event.quoted) == (text, None)


def test_our_own_words_that_are_forwarded_are_quoted() -> None:
    event = read_event(message(text="Thanks!", attachments=[shared(author_team_id="T1")]))
    assert event is not None
    assert (event.text, event.quoted) == ("Thanks!", "All invoices are doubled.")


def test_quoted_lines_and_quote_blocks_are_kept_apart() -> None:
    lines = read_event(message(text="&gt; it lost data\nNot for us."))
    blocks = rich_text(section("it lost data", kind="rich_text_quote"), section("Not for us."))
    for event in (lines, read_event(message(text="", blocks=[blocks]))):
        assert event is not None
        assert (event.text, event.quoted) == ("Not for us.", "it lost data")


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "elements", "text", "fields", "blocks", "url", "is_share"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_blocks_and_attachments_of_any_shape_cost_no_message(anything: object) -> None:
    event = read_event(message(text="Help", blocks=[anything], attachments=[anything]))
    assert event is not None
    assert event.text is not None
    assert event.text.startswith("Help")


@pytest.mark.parametrize("changed", [{"type": "shout"}, {"subtype": "megaphone"}, {"type": None}])
def test_an_event_of_a_kind_that_nobody_knows_is_kept(changed: dict[str, Any]) -> None:
    with pytest.raises(Unparseable):
        read_event(message(**changed))
