"""Postmark: inbound mail behind a password, verdicts on senders, and replies that can be found."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
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
    SentReply,
    SignatureFailureReason,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
POST = load("postmark")
SECRET = "heard:pass"
HERE = Connection(
    "c0ffee",
    "bus_1",
    "postmark",
    "https://api.example.com/hooks/c0ffee",
    {"from_address": "hello@acme.example"},
    business_name="Äcme",
)
PROVEN = [
    {"Name": "X-Spam-Tests", "Value": "DKIM_VALID,DKIM_VALID_AU"},
    {"Name": "Message-ID", "Value": "<m1@example.org>"},
]


def delivery(**fields: Any) -> WebhookRequest:
    body = {
        "MessageID": "pm-1",
        "From": "ida@example.org",
        "FromName": "Ida",
        "Subject": "Refund",
        "TextBody": "Slow again.",
        "Headers": PROVEN,
    }
    return WebhookRequest("POST", {}, json.dumps({**body, **fields}).encode())


def read_event(**fields: Any) -> ReviewEvent:
    (event,) = POST.parse(delivery(**fields), HERE, NOW).events
    return event


def test_the_delivery_of_postmarks_own_tester_is_a_test(facts: Callable[[str], str]) -> None:
    for name in ("postmark-inbound.json", "postmark-inbound-with-raw.json"):
        body = facts(f"payloads/{name}")
        (event,) = POST.parse(WebhookRequest("POST", {}, body.encode()), HERE, NOW).events
        assert event.kind is EventKind.TEST
        real = json.dumps({**json.loads(body), "MessageID": "73e6d360"})
        (event,) = POST.parse(WebhookRequest("POST", {}, real.encode()), HERE, NOW).events
        assert (event.text, event.title, event.reply_to["to"]) == (
            "The text of the mail.\nThe same text in HTML.",
            "Test subject",
            "support@postmarkapp.com",
        )
        assert event.reply_to["unanswerable"] == "unverified_sender"


@given(st.text(max_size=20))
def test_only_the_right_password_passes(guess: str) -> None:
    def authorized_request(secret: str) -> WebhookRequest:
        return replace(
            delivery(),
            headers={
                "authorization": "Basic "
                + b64encode(secret.encode("utf-8", "surrogatepass")).decode()
            },
        )

    assert POST.verify(authorized_request(SECRET), HERE, (SECRET,), NOW, HttpClient()) is None
    if guess != SECRET:
        assert (
            POST.verify(authorized_request(guess), HERE, (SECRET,), NOW, HttpClient()) is not None
        )
    none = POST.verify(authorized_request(""), HERE, (), NOW, HttpClient())
    assert none is not None
    assert none.reason is SignatureFailureReason.NO_SECRET


ANSWER = [*PROVEN, {"Name": "In-Reply-To", "Value": "<ours@acme.example>"}]


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nthis is what happened:\n\nVisa\n\nYou charged me three times.\n\nIda",
        "Two things:\n--\nThe tap leaks.\n--\nThe bed broke under my mother.",
        "From my seat I saw it.\nSent: by post.\nThe glass was cracked.",
        "Danke.\n\nAm Ende schrieb ich:\nDer Kellner hat mich beleidigt.",
        "> I quote myself\n\nand the answer never came",
    ],
)
def test_the_shortened_text_of_postmark_never_replaces_what_its_author_wrote(text: str) -> None:
    for shortened in ("Hello,", text[:12], ""):
        event = read_event(TextBody=text, StrippedTextReply=shortened)
        assert (event.text, event.quoted) == (text, None)


def test_the_new_text_comes_from_the_mail_and_its_quotations_stay_apart() -> None:
    event = read_event(
        TextBody="New.\n\nOn Sat, Acme wrote:\n> Old.", StrippedTextReply="New.", Headers=ANSWER
    )
    assert (event.text, event.quoted) == ("New.", "On Sat, Acme wrote:\nOld.")
    assert read_event(TextBody="", HtmlBody="<p>New.</p>").text == "New."
    assert read_event(TextBody="", StrippedTextReply="New.").text == "New."
    assert read_event(TextBody="").text is None


def test_a_reply_belongs_to_the_thread_of_the_first_mail() -> None:
    response = [*PROVEN, {"Name": "References", "Value": "<m0@example.org> <ours@acme.example>"}]
    assert read_event(Headers=response).native_thread == "m0@example.org"
    assert read_event().native_thread == "m1@example.org"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X-Spam-Tests": "DKIM_VALID_AU"}, None),
        ({"X-Spam-Tests": "DKIM_VALID"}, "unverified_sender"),
        (
            {
                "Received-SPF": "Pass (sender SPF authorized) identity=mailfrom; "
                "envelope-from=ida@example.org; receiver=x"
            },
            None,
        ),
        (
            {"Received-SPF": "Pass (x) envelope-from=ida@evil.example; receiver=x"},
            "unverified_sender",
        ),
        ({"Received-SPF": "Fail (x) envelope-from=ida@example.org"}, "unverified_sender"),
        ({}, "unverified_sender"),
        ({"X-Spam-Tests": "DKIM_VALID_AU", "X-Spam-Status": "Yes"}, "spam"),
        ({"X-Spam-Tests": "DKIM_VALID_AU", "List-Id": "<a.b>"}, "mailing_list"),
    ],
)
def test_only_a_verified_sender_is_answered(headers: dict[str, str], reason: str | None) -> None:
    assert (
        read_event(
            Headers=[{"Name": name, "Value": value} for name, value in headers.items()]
        ).reply_to.get("unanswerable")
        == reason
    )


def test_a_verdict_that_the_sender_brought_along_does_not_count() -> None:
    header = [*PROVEN, {"Name": "X-Spam-Tests", "Value": "SPF_FAIL"}]
    assert read_event(Headers=header).reply_to["unanswerable"] == "unverified_sender"


def test_automatic_replies_and_other_records_are_ignored() -> None:
    automatic_reply = read_event(
        Headers=[*PROVEN, {"Name": "Auto-Submitted", "Value": "auto-replied"}]
    )
    assert automatic_reply.no_review == "automatic_reply"
    assert POST.parse(delivery(RecordType="Bounce"), HERE, NOW) == ParsedDelivery()
    with pytest.raises(Unparseable, match="kind that Heard does not know"):
        POST.parse(delivery(RecordType="Letter"), HERE, NOW)


@pytest.mark.parametrize("fields", [{"MessageID": None}, {"MessageID": "a b"}])
def test_a_mail_without_an_id_is_unreadable(fields: dict[str, object]) -> None:
    with pytest.raises(Unparseable):
        POST.parse(delivery(**fields), HERE, NOW)


def test_a_sender_is_also_read_from_the_full_field() -> None:
    event = read_event(From="", FromFull={"Email": "Ida@example.org"}, Headers=[17, {"Name": 1}])
    assert event.reply_to["to"] == "ida@example.org"
    assert read_event(From="", FromFull=None).author.id == "anonymous:pm-1"


class PostmarkHarness:
    """The connector and the simulated Postmark, with one mail of a customer."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["postmark"])
        self.connection = replace(HERE, settings=platforms.settings("postmark"))
        event = read_event()
        self.target = ReplyTarget(event.native_id, event.native_thread, event.reply_to, NOW)
        self.http = HttpClient(allow_loopback=True)
        platforms.set_resource(
            "postmark", "pm-1", {"message_id": "m1@example.org", "references": []}
        )

    def reply(
        self, text: str = "Thank you, Ida.", reply_id: str = "rep_1"
    ) -> SentReply | Rejection:
        return POST.reply(
            self.target,
            text,
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find_reply(self, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return POST.find_reply(
            self.target,
            "whatever",
            reply_id,
            PlatformAccount(self.connection, self.credentials, self.http),
        )


@pytest.fixture
def harness(loopback: None) -> Iterator[PostmarkHarness]:
    with SimulatedPlatforms() as simulator:
        yield PostmarkHarness(simulator)


def test_a_reply_arrives_in_the_thread_and_is_found_by_its_id(harness: PostmarkHarness) -> None:
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    (simulated_reply,) = harness.platforms.replies()
    assert (simulated_reply.text, simulated_reply.thread, simulated_reply.review) == (
        "Thank you, Ida.",
        harness.target.native_thread,
        "pm-1",
    )
    assert harness.find_reply() == sent_reply
    assert harness.find_reply("rep_2") is ReplyLookup.ABSENT


@pytest.mark.parametrize(
    ("mode", "is_applied"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.FAIL_BEFORE, False)],
)
def test_a_fault_says_whether_the_reply_may_be_sent_and_a_search_finds_it(
    harness: PostmarkHarness, mode: FaultMode, is_applied: bool
) -> None:
    harness.platforms.add_fault("postmark", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied
    assert isinstance(harness.find_reply(), SentReply) == is_applied


def test_a_rate_limit_means_that_nothing_was_sent(harness: PostmarkHarness) -> None:
    harness.platforms.add_fault("postmark", FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_rejections_say_what_to_do(harness: PostmarkHarness) -> None:
    results = [harness.reply("x" * 100_001)]
    harness.platforms.set_resource("postmark", "ida@example.org", {"inactive": True})
    results.append(harness.reply())
    results.append(harness.reply(reply_id="r" * 81))
    harness.connection = replace(
        harness.connection,
        settings={**harness.connection.settings, "from_address": "other@acme.example"},
    )
    results.append(harness.reply())
    harness.connection = replace(harness.connection, settings={})
    results.append(harness.reply())
    harness.connection = replace(HERE, settings=harness.platforms.settings("postmark"))
    harness.credentials["server_token"] = "wrong"
    results.append(harness.reply())
    assert harness.find_reply() is ReplyLookup.CANNOT_TELL
    harness.credentials.clear()
    results.append(harness.reply())
    reasons = [entry.reason for entry in results if isinstance(entry, Rejection)]
    assert reasons == [
        "too_long",
        "inactive_recipient",
        "rejected",
        "unauthorized",
        "bad_settings",
        "unauthorized",
        "no_credentials",
    ]
    assert all("ida@" not in entry.detail for entry in results if isinstance(entry, Rejection))


def test_a_search_that_lists_other_mails_proves_nothing(
    platform: Any, http_response: Any, http: HttpClient
) -> None:
    platform.respond_with(
        http_response(200, {"TotalCount": 1, "Messages": [{"MessageID": "x", "Metadata": {}}]}),
        http_response(200, {"Messages": 1}),
    )
    there = replace(HERE, settings={"api_base": platform.url})
    target = ReplyTarget("pm-1", "t", {}, NOW)
    assert (
        POST.find_reply(target, "x", "rep_1", PlatformAccount(there, {"server_token": "t"}, http))
        is ReplyLookup.CANNOT_TELL
    )
    with pytest.raises(PlatformUnavailable):
        POST.find_reply(target, "x", "rep_1", PlatformAccount(there, {"server_token": "t"}, http))


@pytest.mark.parametrize(
    ("name", "content_type", "unread"),
    [
        ("complaint.pdf", "application/octet-stream", True),
        ("Brief", "application/msword", True),
        ("notes.txt", "text/plain", True),
        ("photo.jpg", "image/jpeg", False),
        ("", "application/pkcs7-signature", False),
    ],
)
def test_a_mail_with_a_document_says_that_it_was_not_read(
    name: str, content_type: str, *, unread: bool
) -> None:
    event = read_event(Attachments=[{"Name": name, "ContentType": content_type, "Content": ""}])
    assert event.unread is unread
