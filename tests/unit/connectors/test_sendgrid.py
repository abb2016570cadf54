"""SendGrid's Inbound Parse: a mail in a form of several parts, whose sender is proven or not.

And its Mail Send.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
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
HEADERS = "Message-ID: <m1@example.org>\nDate: Sat, 14 Mar 2026 09:26:53 +0000\nFrom: Ida <ida@example.org>\n"
FIELDS: dict[str, str | bytes] = {
    "headers": HEADERS, "from": "Ida <ida@example.org>", "subject": "Refund", "text": "Slow again.", "dkim": "{@example.org : pass}",
    "envelope": '{"to":["a@b.example"],"from":"ida@example.org"}', "SPF": "pass",
}  # fmt: skip


def posted(fields: dict[str, str | bytes], boundary: str = "xYzZY") -> WebhookRequest:
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


def read(**fields: str | bytes) -> ReviewEvent:
    (event,) = GRID.parse(posted({**FIELDS, **fields}), HERE, NOW).events
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


def test_a_mail_is_named_by_its_id_and_its_sender_and_twice_the_same() -> None:
    assert read() == read()
    other = read(headers=HEADERS.replace("ida@example.org", "eve@evil.example"))
    assert read().native_id.startswith("m1@example.org/")
    assert other.native_id != read().native_id
    nameless = read(headers="Date: now")
    assert (
        nameless.native_id
        == read(headers="Date: now").native_id
        != read(headers="Date: then").native_id
    )


def test_fields_are_in_the_encoding_that_the_form_says() -> None:
    assert read(text="Grüße".encode("iso-8859-1"), charsets='{"text":"iso-8859-1"}').text == "Grüße"
    assert read(text="Grüße", charsets='{"text":"x-none"}').text == "Grüße"
    assert read(text="Grüße", charsets="[").text == "Grüße"


def test_a_raw_mail_and_one_of_html_are_read_alike() -> None:
    raw = (
        HEADERS.encode()
        + b"Subject: Refund\nContent-Type: text/plain; charset=utf-8\n\nSlow again."
    )
    assert read(email=raw).digest == read().digest
    assert read(text="", html="<p>Slow again.</p>").digest == read().digest


@pytest.mark.parametrize(
    ("fields", "why"),
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
)  # fmt: skip
def test_only_a_sender_who_is_proven_is_answered(fields: dict[str, str], why: str | None) -> None:
    assert read(**fields).reply_to.get("unanswerable") == why


@pytest.mark.parametrize(
    "request_",
    [WebhookRequest("POST", {}, b"a=1"), WebhookRequest("POST", {"content-type": "multipart/form-data"}, b"--x"), posted({"subject": "Nothing else"}),
     WebhookRequest("POST", {"content-type": "multipart/form-data; boundary=x\r\nfrom: a"}, b"--x--")],
)  # fmt: skip
def test_what_holds_no_mail_is_unreadable(request_: WebhookRequest) -> None:
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
    for made in (
        posted({**FIELDS, **fields}),
        replace(
            posted(fields), headers={"content-type": f"multipart/form-data; boundary={boundary}"}
        ),
    ):
        try:
            GRID.parse(made, HERE, NOW)
        except Unparseable:
            assert made.headers["content-type"] != posted({}).headers["content-type"] or not fields


class Wire:
    """The connector and the simulated SendGrid, with one mail of a customer."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["sendgrid"])
        self.connection = replace(HERE, settings=platforms.settings("sendgrid"))
        event = read()
        self.target = ReplyTarget(event.native_id, event.native_thread, event.reply_to, NOW)
        self.http = HttpClient(allow_loopback=True)
        platforms.set_resource("sendgrid", event.native_id, {"message_id": "m1@example.org"})

    def reply(self, text: str = "Thank you, Ida.") -> SentReply | Rejection:
        return GRID.reply(self.target, text, "rep_1", self.connection, self.credentials, self.http)


@pytest.fixture
def wire(loopback: None) -> Iterator[Wire]:
    with SimulatedPlatforms() as running:
        yield Wire(running)


def test_an_answer_arrives_in_the_customers_thread(wire: Wire) -> None:
    sent = wire.reply()
    (taken,) = wire.platforms.replies()
    assert sent == SentReply(taken.native_id)
    assert (taken.text, taken.thread, taken.review) == (
        "Thank you, Ida.",
        wire.target.native_thread,
        wire.target.native_id,
    )
    assert (
        GRID.find_reply(wire.target, "x", "rep_1", wire.connection, wire.credentials, wire.http)
        is ReplyLookup.CANNOT_TELL
    )


def test_refusals_say_what_to_do(wire: Wire) -> None:
    told = [wire.reply("x" * 100_001)]
    wire.platforms.add_fault("sendgrid", FaultMode.REJECT)
    told.append(wire.reply())
    wire.credentials["api_key"] = "SG.wrong"
    told.append(wire.reply())
    wire.connection = HERE
    wire.connection = replace(HERE, settings={})
    told.append(wire.reply())
    wire.credentials.clear()
    told.append(wire.reply())
    wire.target = replace(wire.target, reply_to={})
    told.append(wire.reply())
    reasons = [each.reason for each in told if isinstance(each, Rejection)]
    assert reasons == [
        "too_long",
        "unauthorized",
        "unauthorized",
        "bad_settings",
        "no_credentials",
        "no_address",
    ]
    assert wire.platforms.replies() == []


@pytest.mark.parametrize(
    ("mode", "doubt"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_BEFORE, True), (FaultMode.RATE_LIMITED, False)],
)
def test_faults_say_whether_the_answer_may_have_left(
    wire: Wire, mode: FaultMode, doubt: bool
) -> None:
    wire.platforms.add_fault("sendgrid", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert fault.value.maybe_applied == doubt


def test_attached_mails_are_not_taken_apart_and_endless_forms_are_refused() -> None:
    attached = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3_000)
    )
    part = (
        b'--xYzZY\r\nContent-Disposition: form-data; name="attachment1"\r\nContent-Type: '
        b"message/rfc822\r\n\r\n" + attached + b"\r\n"
    )
    whole = posted(FIELDS)
    (event,) = GRID.parse(replace(whole, body=part + whole.body), HERE, NOW).events
    assert event.text == "Slow again."
    began = time.process_time()
    for body in (
        b"--xYzZY\r\n" * 400_000,
        b"--xYzZY\r\nContent-Disposition: a;" + b'"' + b";" * 200_000 + b"\r\n\r\n",
    ):
        with pytest.raises(Unparseable):
            GRID.parse(replace(whole, body=body), HERE, NOW)
    assert time.process_time() - began < 60  # quadratic time takes far longer


def test_the_form_of_a_program_that_ends_lines_with_line_feeds_only_is_read() -> None:
    whole = posted(FIELDS)
    (event,) = GRID.parse(replace(whole, body=whole.body.replace(b"\r\n", b"\n")), HERE, NOW).events
    assert event == read()


def test_halves_of_characters_cost_no_more_than_themselves() -> None:
    event = read(headers="Date: now", text="+2AA- slow +IKw-", charsets='{"text":"utf-7"}')
    assert event.text is not None
    assert event.text.endswith("slow €")
