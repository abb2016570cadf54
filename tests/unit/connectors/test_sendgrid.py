"""SendGrid: mails in multipart forms, whether their sender is verified, and replies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
GRID = load("sendgrid")
HERE = Connection(
    "c0ffee",
    "bus_1",
    "sendgrid",
    "https://api.example.com/hooks/c0ffee",
    {"from_address": "hello@acme.example"},
    business_name="Acme",
)
HEADERS = (
    "Message-ID: <m1@example.org>\n"
    "Date: Sat, 14 Mar 2026 09:26:53 +0000\n"
    "From: Ida <ida@example.org>\n"
)
FIELDS: dict[str, str | bytes] = {
    "headers": HEADERS,
    "from": "Ida <ida@example.org>",
    "subject": "Refund",
    "text": "Slow again.",
    "dkim": "{@example.org : pass}",
    "envelope": '{"to":["a@b.example"],"from":"ida@example.org"}',
    "SPF": "pass",
}


def delivery(fields: dict[str, str | bytes], boundary: str = "xYzZY") -> WebhookRequest:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value if isinstance(value, bytes) else value.encode())
        + b"\r\n"
        for name, value in fields.items()
    ]
    return WebhookRequest(
        "POST",
        {"content-type": f"multipart/form-data; boundary={boundary}"},
        b"".join(parts) + f"--{boundary}--\r\n".encode(),
    )


def read_event(**fields: str | bytes) -> ReviewEvent:
    (event,) = GRID.parse(delivery({**FIELDS, **fields}), HERE, NOW).events
    return event


def test_the_documented_form_is_read(facts: Callable[[str], str]) -> None:
    body = facts("payloads/sendgrid-inbound-parse.multipart.txt").encode()
    (event,) = GRID.parse(
        WebhookRequest("POST", {"content-type": "multipart/form-data; boundary=xYzZY"}, body),
        HERE,
        NOW,
    ).events
    assert (event.text, event.title, event.author.name) == (
        "Hello Twilio SendGrid!",
        "Testing non-raw",
        "Example User",
    )
    assert event.reply_to["to"] == "test@example.com"
    assert "unanswerable" not in event.reply_to


def test_the_id_of_a_mail_is_made_of_its_message_id_and_its_sender() -> None:
    assert read_event() == read_event()
    other = read_event(headers=HEADERS.replace("ida@example.org", "eve@evil.example"))
    assert read_event().native_id.startswith("m1@example.org/")
    assert other.native_id != read_event().native_id
    nameless = read_event(headers="Date: now")
    assert (
        nameless.native_id
        == read_event(headers="Date: now").native_id
        != read_event(headers="Date: then").native_id
    )


def test_fields_are_decoded_as_the_form_says() -> None:
    assert (
        read_event(text="Grüße".encode("iso-8859-1"), charsets='{"text":"iso-8859-1"}').text
        == "Grüße"
    )
    assert read_event(text="Grüße", charsets='{"text":"x-none"}').text == "Grüße"
    assert read_event(text="Grüße", charsets="[").text == "Grüße"


def test_a_raw_mail_and_one_of_html_are_read_alike() -> None:
    raw = (
        HEADERS.encode()
        + b"Subject: Refund\nContent-Type: text/plain; charset=utf-8\n\nSlow again."
    )
    assert read_event(email=raw).content == read_event().content
    assert read_event(text="", html="<p>Slow again.</p>").content == read_event().content


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, None),
        ({"dkim": "{@example.org : fail}"}, None),
        ({"dkim": "{@example.org : fail}", "SPF": "softfail"}, "unverified_sender"),
        ({"dkim": "{@evil.example : pass}", "SPF": "fail"}, "unverified_sender"),
        ({"dkim": "none", "envelope": '{"from":"x@evil.example"}'}, "unverified_sender"),
        ({"dkim": "none", "envelope": "["}, "unverified_sender"),
        ({"dkim": "{@evil.example : fail}{@mail.example.org : pass}", "SPF": "none"}, None),
        ({"spam_score": "7.5"}, "spam"),
        ({"spam_score": "n/a"}, None),
    ],
)
def test_only_a_verified_sender_is_answered(fields: dict[str, str], reason: str | None) -> None:
    assert read_event(**fields).reply_to.get("unanswerable") == reason


@pytest.mark.parametrize(
    "request_",
    [
        WebhookRequest("POST", {}, b"a=1"),
        WebhookRequest("POST", {"content-type": "multipart/form-data"}, b"--x"),
        delivery({"subject": "Nothing else"}),
        WebhookRequest(
            "POST", {"content-type": "multipart/form-data; boundary=x\r\nfrom: a"}, b"--x--"
        ),
    ],
)
def test_a_form_without_a_mail_is_unreadable(request_: WebhookRequest) -> None:
    with pytest.raises(Unparseable):
        GRID.parse(request_, HERE, NOW)


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "email", "charsets", "html", "spam_score"]),
        st.binary(max_size=60),
    ),
    st.text(max_size=9),
)
def test_any_form_is_read_or_unreadable(fields: dict[str, str | bytes], boundary: str) -> None:
    for raw_mail in (
        delivery({**FIELDS, **fields}),
        replace(
            delivery(fields), headers={"content-type": f"multipart/form-data; boundary={boundary}"}
        ),
    ):
        try:
            GRID.parse(raw_mail, HERE, NOW)
        except Unparseable:
            assert (
                raw_mail.headers["content-type"] != delivery({}).headers["content-type"]
                or not fields
            )


class SendGridHarness:
    """The connector and the simulated SendGrid, with one mail of a customer."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["sendgrid"])
        self.connection = replace(HERE, settings=platforms.settings("sendgrid"))
        event = read_event()
        self.target = ReplyTarget(event.native_id, event.native_thread, event.reply_to, NOW)
        self.http = HttpClient(allow_loopback=True)
        platforms.set_resource("sendgrid", event.native_id, {"message_id": "m1@example.org"})

    def reply(self, text: str = "Thank you, Ida.") -> SentReply | Rejection:
        return GRID.reply(
            self.target,
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )


@pytest.fixture
def harness(loopback: None) -> Iterator[SendGridHarness]:
    with SimulatedPlatforms() as simulator:
        yield SendGridHarness(simulator)


def test_a_reply_arrives_in_the_customers_thread(harness: SendGridHarness) -> None:
    sent_reply = harness.reply()
    (simulated_reply,) = harness.platforms.replies()
    assert sent_reply == SentReply(simulated_reply.native_id)
    assert (simulated_reply.text, simulated_reply.thread, simulated_reply.review) == (
        "Thank you, Ida.",
        harness.target.native_thread,
        harness.target.native_id,
    )
    assert (
        GRID.find_reply(
            harness.target,
            "x",
            "rep_1",
            PlatformAccount(harness.connection, harness.credentials, harness.http),
        )
        is ReplyLookup.CANNOT_TELL
    )


def test_rejections_say_what_to_do(harness: SendGridHarness) -> None:
    results = [harness.reply("x" * 100_001)]
    harness.platforms.add_fault("sendgrid", FaultMode.REJECT)
    results.append(harness.reply())
    harness.credentials["api_key"] = "SG.wrong"
    results.append(harness.reply())
    harness.connection = HERE
    harness.connection = replace(HERE, settings={})
    results.append(harness.reply())
    harness.credentials.clear()
    results.append(harness.reply())
    harness.target = replace(harness.target, reply_to={})
    results.append(harness.reply())
    reasons = [entry.reason for entry in results if isinstance(entry, Rejection)]
    assert reasons == [
        "too_long",
        "unauthorized",
        "unauthorized",
        "bad_settings",
        "no_credentials",
        "no_address",
    ]
    assert harness.platforms.replies() == []


@pytest.mark.parametrize(
    ("mode", "maybe_applied"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_BEFORE, True), (FaultMode.RATE_LIMITED, False)],
)
def test_faults_say_whether_the_reply_may_have_been_sent(
    harness: SendGridHarness, mode: FaultMode, maybe_applied: bool
) -> None:
    harness.platforms.add_fault("sendgrid", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied == maybe_applied


def test_attached_mails_are_not_parsed_and_endless_forms_are_refused() -> None:
    attached = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3_000)
    )
    part = (
        b'--xYzZY\r\nContent-Disposition: form-data; name="attachment1"\r\nContent-Type: '
        b"message/rfc822\r\n\r\n" + attached + b"\r\n"
    )
    whole = delivery(FIELDS)
    (event,) = GRID.parse(replace(whole, body=part + whole.body), HERE, NOW).events
    assert event.text == "Slow again."
    started_at = time.process_time()
    for body in (
        b"--xYzZY\r\n" * 400_000,
        b"--xYzZY\r\nContent-Disposition: a;" + b'"' + b";" * 200_000 + b"\r\n\r\n",
    ):
        with pytest.raises(Unparseable):
            GRID.parse(replace(whole, body=body), HERE, NOW)
    assert time.process_time() - started_at < 60  # quadratic time takes far longer


def test_a_form_with_bare_line_feeds_is_read() -> None:
    whole = delivery(FIELDS)
    (event,) = GRID.parse(replace(whole, body=whole.body.replace(b"\r\n", b"\n")), HERE, NOW).events
    assert event == read_event()


def test_lone_surrogates_cost_only_themselves() -> None:
    event = read_event(headers="Date: now", text="+2AA- slow +IKw-", charsets='{"text":"utf-7"}')
    assert event.text is not None
    assert event.text.endswith("slow €")


@pytest.mark.parametrize(
    ("info", "unread"),
    [
        ({"attachment1": {"filename": "complaint.pdf", "type": "application/pdf"}}, True),
        ({"attachment1": {"type": "image/png"}, "attachment2": {"filename": "a.odt"}}, True),
        ({"attachment1": {"filename": "photo.jpg", "type": "image/jpeg"}}, False),
        ({"attachment1": 3}, False),
        ([], False),
    ],
)
def test_a_form_with_a_document_says_that_it_was_not_read(info: object, *, unread: bool) -> None:
    event = read_event(**{"attachment-info": json.dumps(info)})
    assert event.unread is unread
