"""Mail: what is read of it and which mails get no reply. Amazon SES, behind SNS."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.connectors.mail.compose import compose_reply, from_header
from heard.connectors.mail.mime import read_mime
from heard.connectors.mail.senders import unanswerable_reason
from heard.connectors.markup import html_to_text
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
ARN = "arn:aws:sns:us-east-1:111111111111:SES_Inbound"
SES = load("ses")
SETTINGS = {"topic_arn": ARN, "region": "us-east-1", "from_address": "Shop <hello@acme.example>"}
HERE = Connection(
    "c0ffee",
    "bus_1",
    "ses",
    "https://api.example.com/hooks/c0ffee",
    SETTINGS,
    business_name='Café "Zur\r\nPost" & Söhne',
)
PROVEN = {"dmarc": "PASS"}


def mail(text: str = "Slow again.", **headers: str) -> bytes:
    header_values = {
        "from": "Ida Berg <Ida@Example.org>",
        "subject": "Refund",
        "message-id": "<m1@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in header_values.items() if value]
    return "\r\n".join([*lines, "content-type: text/plain; charset=utf-8", "", text]).encode()


def notice(
    raw: bytes | None, encoding: str = "UTF8", source: str = "ida@example.org", **verdicts: str
) -> dict[str, Any]:
    receipt: dict[str, Any] = {
        f"{name}Verdict": {"status": status} for name, status in verdicts.items()
    }
    receipt["action"] = {"type": "SNS", "encoding": encoding}
    result: dict[str, Any] = {
        "notificationType": "Received",
        "mail": {"messageId": "ses-1", "source": source},
        "receipt": receipt,
    }
    if raw is not None:
        result["content"] = base64.b64encode(raw).decode() if encoding == "BASE64" else raw.decode()
    return result


def request(message: object, kind: str = "Notification") -> WebhookRequest:
    message_text = message if isinstance(message, str) else json.dumps(message)
    return WebhookRequest(
        "POST", {}, json.dumps({"Type": kind, "TopicArn": ARN, "Message": message_text}).encode()
    )


def parse_mail(raw: bytes | None, **more: str) -> ParsedDelivery:
    return SES.parse(request(notice(raw, **{**PROVEN, **more})), HERE, NOW)


def read_event(raw: bytes | None, **more: str) -> ReviewEvent:
    (event,) = parse_mail(raw, **more).events
    return event


# Reading a mail


def test_the_documented_notification_is_read(facts: Callable[[str], str]) -> None:
    body = facts("payloads/ses-inbound-sns-notification.json").encode()
    (event,) = SES.parse(WebhookRequest("POST", {}, body), HERE, NOW).events
    assert (event.text, event.title, event.native_id) == (
        "It's a body…",
        "Test inbound message",
        "CAEPk3RKsi@mail.example.org/fc520862e7b4",
    )
    assert (event.native_thread, event.author.name, event.reply_to["to"]) == (
        "CAEPk3RKsi@mail.example.org",
        "Sender, Inc.",
        "from@example.org",
    )
    assert "unanswerable" not in event.reply_to


@pytest.mark.parametrize("encoding", ["UTF8", "BASE64"])
def test_the_authors_id_is_a_hash_and_replies_go_to_the_address(encoding: str) -> None:
    event = read_event(mail("Ünhappy."), encoding=encoding)
    assert event.text == "Ünhappy."
    assert event.author.id.startswith("email:")
    assert "example.org" not in event.author.id
    assert event.author == read_event(mail(message_id="<m2@example.org>")).author
    assert event.reply_to == {
        "to": "ida@example.org",
        "subject": "Refund",
        "message_id": "m1@example.org",
        "references": "<m1@example.org>",
    }


def test_mails_in_reply_to_each_other_are_one_thread() -> None:
    first = read_event(mail())
    second = read_event(
        mail(
            message_id="<m3@example.org>",
            references="<m1@example.org>\r\n <ours@acme.example>",
            subject="Re: Refund",
        )
    )
    third = read_event(
        mail(message_id="<m4@example.org>", in_reply_to="<m1@example.org>", subject="AW: Refund")
    )
    assert {first.native_thread, second.native_thread, third.native_thread} == {"m1@example.org"}
    assert second.reply_to["references"] == "<m1@example.org> <ours@acme.example> <m3@example.org>"
    assert [event.title for event in (first, second, third)] == ["Refund", None, None]
    assert read_event(mail(message_id="")).native_thread == "ses-1"


def test_a_mail_that_is_passed_on_is_left_whole() -> None:
    text = "See below.\n\nFrom: Acme\nSent: Saturday\nTo: Ida\nSubject: Refund\n\nWe will not pay."
    answer = {"in_reply_to": "<ours@acme.example>"}
    forwarded = read_event(mail(text, subject="Fwd: Refund", **answer))
    assert (forwarded.text, forwarded.quoted) == (text, None)
    replied = read_event(mail(text, subject="Re: Refund", **answer))
    head = text.split("\n\n")[1]
    assert (replied.text, replied.quoted, replied.below) == ("See below.", head, "We will not pay.")


HTML = """<html><head><title>x</title><style>p{}</style></head><body>\
<script>evil()</script><p>Hello&nbsp;there,</p>
<div>the <b>soup</b>
was&nbsp;cold.<br>Really &lt;cold&gt;.</div>\
<div>On Sat, Acme wrote:<br></div><blockquote>Old <p>words</p></blockquote></body></html>"""


def test_html_is_read_as_its_reader_sees_it() -> None:
    raw = mail(HTML, in_reply_to="<ours@acme.example>").replace(b"text/plain", b"text/html")
    event = read_event(raw)
    assert event.text == "Hello there,\nthe soup was cold.\nReally <cold>."
    assert event.quoted == "On Sat, Acme wrote:\nOld\nwords"


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>x<p>My soup was cold.",
        "<![x[ My soup was cold.",
        "My soup was cold.<blockquote>",
        "<!-- x -->My soup was cold.",
    ],
)
def test_broken_html_loses_no_text(html: str) -> None:
    assert "My soup was cold." in (html_to_text(html, quote="> ") or "")


def test_a_mail_of_many_parts_is_its_text_without_attachments() -> None:
    inner = mail("Somebody else's mail.").decode()
    parts = [
        "content-type: multipart/alternative; boundary=in\r\n\r\n--in\r\ncontent-type: "
        "text/plain\r\n\r\nThe words.\r\n--in\r\n"
        "content-type: text/html\r\n\r\n<p>The words.</p>\r\n--in--",
        "content-type: text/plain; name=log.txt\r\ncontent-disposition: attachment; "
        "filename=log.txt\r\n\r\nlog",
        f"content-type: message/rfc822\r\n\r\n{inner}",
        "content-type: text/plain; charset=x-unknown\r\n\r\nAnd more.",
    ]
    body = "".join(f"--out\r\n{part}\r\n" for part in parts) + "--out--\r\n"
    raw = mail(body).replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=out", 1)
    event = read_event(raw)
    assert event.text == "The words.\nAnd more."
    assert event.quoted == "log\nSomebody else's mail."


def test_headers_of_any_alphabet_are_read() -> None:
    event = read_event(
        mail(
            subject="=?utf-8?b?RsO8w59l?= =?x-none?q?=FF?= kaputt",
            **{"from": "=?utf-8?q?J=C3=BCrgen_=22B=22?= <j@example.org>"},
        )
    )
    assert event.title == "Füßeÿ kaputt"
    assert event.author.name == 'Jürgen "B"'
    raw = mail(subject="Grüße").decode()
    assert read_event(raw.encode()).title == "Grüße"


# Mails without a reply


@pytest.mark.parametrize(
    ("headers", "verdicts", "reason"),
    [
        ({"auto_submitted": "auto-generated"}, {}, "machine"),
        ({"return_path": "<>"}, {}, "machine"),
        ({"x_auto_response_suppress": "OOF, AutoReply"}, {}, "machine"),
        ({"precedence": "bulk"}, {}, "machine"),
        ({"from": "Shop <no-reply@example.org>"}, {}, "machine"),
        ({"list_id": "<a.example.org>"}, {}, "mailing_list"),
        ({"from": "Ida"}, {}, "no_address"),
        ({}, {"spam": "FAIL"}, "spam"),
        ({}, {"dmarc": "FAIL", "spf": "PASS", "dkim": "PASS"}, "unverified_sender"),
        ({}, {"dmarc": "GRAY"}, "unverified_sender"),
        ({}, {"dmarc": "GRAY", "spf": "PASS", "source": "x@evil.example"}, "unverified_sender"),
        ({}, {"dmarc": "GRAY", "dkim": "PASS"}, "unverified_sender"),
        (
            {"dkim_signature": "v=1; d=evil.example; s=a"},
            {"dmarc": "GRAY", "dkim": "PASS"},
            "unverified_sender",
        ),
        (
            {"dkim_signature": "v=1; d=mail.example.org; s=a"},
            {"dmarc": "GRAY", "dkim": "PASS"},
            None,
        ),
        ({}, {"dmarc": "GRAY", "spf": "PASS"}, None),
        ({"auto_submitted": "no"}, {}, None),
    ],
)
def test_a_mail_that_must_not_be_answered_is_still_a_review(
    harness: SesHarness, headers: dict[str, str], verdicts: dict[str, str], reason: str | None
) -> None:
    event = read_event(mail(**headers), **verdicts)
    assert (event.text, event.reply_to.get("unanswerable")) == ("Slow again.", reason)
    response = harness.reply(
        target=ReplyTarget(event.native_id, event.native_thread, event.reply_to)
    )
    assert (response.reason if isinstance(response, Rejection) else None) == reason
    assert len(harness.platforms.replies()) == (0 if reason else 1)


def test_a_name_cannot_bring_an_address_of_its_own() -> None:
    for name in (
        "=?utf-8?q?=3Cvictim=40other.example=3E?=",
        '"<victim@other.example>"',
        "=?utf-8?q?victim=40other.example=2C?=",
    ):
        assert (
            read_event(mail(**{"from": f"{name} <eve@evil.example>"})).reply_to["to"]
            == "eve@evil.example"
        )
    assert (
        "to"
        not in read_event(mail(**{"from": "<victim@other.example> <eve@evil.example>"})).reply_to
    )
    assert (
        "to" not in read_event(mail(**{"from": "victim@other.example, eve@evil.example"})).reply_to
    )


def test_two_from_headers_prove_nothing() -> None:
    event = read_event(b"From: Eve <eve@evil.example>\r\n" + mail())
    assert event.reply_to["unanswerable"] == "unverified_sender"


def test_a_business_may_trust_its_own_gateway() -> None:
    trusting_connection = replace(HERE, settings={**SETTINGS, "answer_unverified": "Yes"})
    (event,) = SES.parse(request(notice(mail(), dmarc="GRAY")), trusting_connection, NOW).events
    assert "unanswerable" not in event.reply_to


def test_replies_go_to_reply_to_only_within_the_senders_domain() -> None:
    assert read_event(mail(reply_to="Desk <desk@example.org>")).reply_to["to"] == "desk@example.org"
    assert read_event(mail(reply_to="victim@other.example")).reply_to["to"] == "ida@example.org"


def test_a_mail_of_the_business_itself_is_its_reply() -> None:
    assert read_event(mail(**{"from": "Acme <HELLO@acme.example>"})).kind is EventKind.REPLY_SEEN


def test_a_sender_who_only_claims_to_be_the_business_is_heard_and_not_answered() -> None:
    event = read_event(mail(**{"from": "Acme <hello@acme.example>"}), dmarc="FAIL")
    assert (event.kind, event.text, event.reply_to["unanswerable"]) == (
        EventKind.CREATED,
        "Slow again.",
        "unverified_sender",
    )


def test_an_address_that_programs_read_as_two_is_never_answered() -> None:
    event = read_event(mail(**{"from": "=?utf-8?q?victim=40other.example=2c?=@example.org"}))
    assert event.reply_to["unanswerable"] == "no_address"
    assert "to" not in event.reply_to


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
    for depth in range(3_000)
)
TANGLED = {
    "parts within parts": b"Subject: Slow\n" + NESTED,
    "mails within mails": b"Subject: Slow\n" + b"Content-Type: message/rfc822\n\n" * 6_000,
    "behind a blank that only one of two readers takes for one": b"Subject: Slow\n"
    + NESTED.replace(b": m", b": \x1cm"),
    "no end of parts": b"Subject: Slow\nContent-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\n\na\n" * 30_000,
    "no end of parameters": b'Subject: Slow\nContent-Type: text/plain;a="'
    + b";" * 200_000
    + b"\n\nWords.",
    "no end of folded parameters": b'Subject: Slow\nContent-Disposition: inline;a="'
    + b";\r\n " * 60_000
    + b"\r\n\r\nWords.",
    "no end of lines": b"Subject: Slow\n\n" + b"a\n" * 100_000,
    "no end of quotations": b"Subject: Slow\n\n" + b"On a b\n>c\n" * 20_000,
    "words for domain names": b"Subject: Slow\nContent-Type: text/plain; charset=punycode\n\na-"
    + b"b" * 200_000,
    "unended encoded words": b"Subject: Slow " + b"=?a?q?" * 30_000 + b"\n\nWords.",
}


@pytest.mark.parametrize("raw", TANGLED.values(), ids=TANGLED)
def test_a_mail_that_is_made_to_be_hard_to_read_is_read_fast(raw: bytes) -> None:
    started_at = time.process_time()
    event = read_event(mail().split(b"\r\ncontent-type", 1)[0] + b"\n" + raw)
    assert event.reply_to["to"] == "ida@example.org"
    assert time.process_time() - started_at < 60  # quadratic time takes far longer


def test_a_file_with_an_endless_name_is_a_file() -> None:
    part = (
        f"--b\r\nContent-Disposition: attachment; filename={'x' * 3_000}\r\n\r\nsecret\r\n"
        "--b\r\n\r\nThe words.\r\n--b--"
    )
    raw = mail(part).replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b", 1)
    assert read_event(raw).text == "The words."


def test_lone_surrogates_in_headers_cost_only_themselves() -> None:
    message_without_text = notice(None, **PROVEN)
    message_without_text["mail"]["headers"] = [
        {"name": "From", "value": "\ud800 <ida@example.org>"},
        {"name": "Subject", "value": "\udce9\ud800"},
    ]
    (event,) = SES.parse(request(message_without_text), HERE, NOW).events
    assert event.reply_to["to"] == "ida@example.org"


# SES and SNS


def test_a_mail_with_a_virus_is_not_read() -> None:
    result = parse_mail(mail(), virus="FAIL")
    assert (result.events, len(result.problems)) == ((), 1)


def test_a_mail_in_a_bucket_has_no_text_and_goes_to_a_person() -> None:
    message = notice(None, **PROVEN)
    message["mail"]["headers"] = [
        {"name": "From", "value": "ida@example.org"},
        {"name": "Subject", "value": "Refund"},
        17,
    ]
    (event,) = SES.parse(request(message), HERE, NOW).events
    assert (event.text, event.title, event.subject, event.reply_to["to"]) == (
        None,
        None,
        "Refund",
        "ida@example.org",
    )


def test_other_messages_of_the_topic_are_ignored_or_tests() -> None:
    assert (
        SES.parse(
            request("Successfully validated SNS topic for Amazon SES event publishing."), HERE, NOW
        )
        == ParsedDelivery()
    )
    assert (
        SES.parse(request({"notificationType": "Bounce", "mail": {"messageId": "x"}}), HERE, NOW)
        == ParsedDelivery()
    )
    assert SES.parse(request("", "UnsubscribeConfirmation"), HERE, NOW) == ParsedDelivery()
    for unknown in (request("", "Letter"), request({"notificationType": "Forwarded"})):
        with pytest.raises(Unparseable, match="kind that Heard does not know"):
            SES.parse(unknown, HERE, NOW)
    (event,) = SES.parse(
        request({"mail": {"messageId": "AMAZON_SES_SETUP_NOTIFICATION"}}), HERE, NOW
    ).events
    assert event.kind is EventKind.TEST


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"Type":"Notification"}', b'{"Type":"Notification","Message":"{"}']
)
def test_a_body_that_is_no_notification_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unparseable):
        SES.parse(WebhookRequest("POST", {}, body), HERE, NOW)
    with pytest.raises(Unparseable):
        SES.parse(request({**notice(mail()), "mail": {}}), HERE, NOW)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_some_mail(raw: bytes) -> None:
    content = notice(b"", encoding="BASE64", **PROVEN) | {"content": base64.b64encode(raw).decode()}
    SES.parse(request(content), HERE, NOW)
    SES.parse(
        request(content | {"content": base64.b64encode(mail().replace(b"Slow", raw)).decode()}),
        HERE,
        NOW,
    )


class SesHarness:
    """The connector and the simulated SES, with one mail of a customer."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["ses"])
        self.connection = replace(HERE, settings=platforms.settings("ses"))
        event = read_event(mail())
        self.target = ReplyTarget(event.native_id, event.native_thread, event.reply_to, NOW)
        self.http = HttpClient(allow_loopback=True)
        platforms.set_resource("ses", "ses-1", {"message_id": "m1@example.org", "references": []})

    @property
    def account(self) -> PlatformAccount:
        return PlatformAccount(self.connection, self.credentials, self.http)

    def reply(
        self, text: str = "Thank you, Ida.\nGrüße 🙂", target: ReplyTarget | None = None
    ) -> SentReply | Rejection:
        return SES.reply(target or self.target, text, "rep_1", self.account)


@pytest.fixture
def harness(loopback: None) -> Iterator[SesHarness]:
    with SimulatedPlatforms() as simulator:
        yield SesHarness(simulator)


def test_a_reply_is_signed_threaded_and_unchanged(harness: SesHarness) -> None:
    sent_reply = harness.reply()
    (simulated_reply,) = harness.platforms.replies()
    assert isinstance(sent_reply, SentReply)
    assert (simulated_reply.native_id, simulated_reply.text) == (
        sent_reply.native_id,
        "Thank you, Ida.\nGrüße 🙂",
    )
    assert (simulated_reply.thread, simulated_reply.review, simulated_reply.public) == (
        harness.target.native_thread,
        "ses-1",
        False,
    )
    result = SES.find_reply(harness.target, "Thank you", "rep_1", harness.account)
    assert result is ReplyLookup.CANNOT_TELL


def test_a_reply_is_the_same_bytes_each_time_and_nothing_in_it_becomes_a_header() -> None:
    evil = {
        "to": "ida@example.org",
        "subject": "Hi\r\nBcc: all@acme.example",
        "message_id": "m1@x>\r\nBcc: a",
        "references": "<a@b>\r\nBcc: <c@d>",
    }
    target = ReplyTarget("ses-1", "t", evil)
    raw = compose_reply(target, "Hello.\n.\nBcc: none", from_header(HERE), "rep_1\r\nBcc: x")
    assert raw == compose_reply(
        target, "Hello.\n.\nBcc: none", from_header(HERE), "rep_1\r\nBcc: x"
    )
    raw_mail = message_from_bytes(raw, policy=policy.default)
    assert (raw_mail["Bcc"], raw_mail["In-Reply-To"], raw_mail["References"]) == (
        None,
        None,
        "<a@b> <c@d>",
    )
    assert raw_mail["Subject"] == "Re: Hi Bcc: all@acme.example"
    assert str(raw_mail["From"]) == '"Café \\"Zur Post\\" & Söhne" <hello@acme.example>'
    assert unanswerable_reason(read_mime(raw), verified=True, spam=False) == "machine"


def test_rejections_say_what_to_do(harness: SesHarness) -> None:
    assert harness.reply("x" * 100_001) == Rejection(
        "too_long", "A reply may have 100000 characters; this one has 1 more."
    )
    harness.platforms.add_fault("ses", FaultMode.REJECT)
    reasons = [harness.reply()]
    harness.credentials["secret_access_key"] = "wrong"
    reasons.append(harness.reply())
    for settings in ({"region": "evil.example/"}, {"from_address": "nobody"}):
        harness.connection = replace(
            harness.connection, settings={**harness.platforms.settings("ses"), **settings}
        )
        reasons.append(harness.reply())
    harness.credentials.clear()
    reasons.append(harness.reply())
    codes = [entry.reason for entry in reasons if isinstance(entry, Rejection)]
    assert codes == ["rejected", "unauthorized", "bad_settings", "bad_settings", "no_credentials"]
    assert harness.platforms.replies() == []


@pytest.mark.parametrize(
    ("mode", "maybe_applied"),
    [(FaultMode.DROP, True), (FaultMode.FAIL_AFTER, True), (FaultMode.RATE_LIMITED, False)],
)
def test_faults_say_whether_the_reply_may_have_been_sent(
    harness: SesHarness, mode: FaultMode, maybe_applied: bool
) -> None:
    harness.platforms.add_fault("ses", mode)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied == maybe_applied


def test_a_subscription_is_verified_and_confirmed_and_repeated_if_that_fails(
    harness: SesHarness,
) -> None:
    other: Any = harness.platforms.get("ses")
    topic = harness.connection.settings["topic_arn"]
    confirmation = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "m",
        "TopicArn": topic,
        "Token": "t-1",
        "Message": "You have chosen …",
    }
    signed = SES.sign(
        WebhookRequest("POST", {}, json.dumps(confirmation).encode()), "", other.signing_secret, NOW
    )
    assert SES.verify(signed, harness.connection, (), NOW, harness.http) is None
    result = SES.parse(signed, harness.connection, NOW)
    harness.platforms.add_fault("ses", FaultMode.DOWN, call_kind=CallKind.READ)
    with pytest.raises(PlatformUnavailable):
        SES.delivery_response(signed, harness.connection, result, harness.http)
    assert other.confirmed_topics == []
    assert SES.delivery_response(signed, harness.connection, result, harness.http).status == 200
    assert other.confirmed_topics == [topic]
    harness.platforms.add_fault("ses", FaultMode.REJECT, call_kind=CallKind.READ)
    with pytest.raises(PlatformUnavailable):
        SES.delivery_response(signed, harness.connection, result, harness.http)


def test_no_other_address_is_ever_called() -> None:
    def refuse_call(method: str, url: str, **_: Any) -> HttpResponse:
        raise AssertionError(url)

    for address in ("https://evil.example/?Action=ConfirmSubscription", 17, None):
        body = {"Type": "SubscriptionConfirmation", "TopicArn": ARN, "SubscribeURL": address}
        webhook_request = WebhookRequest("POST", {}, json.dumps(body).encode())
        assert (
            SES.delivery_response(webhook_request, HERE, ParsedDelivery(), refuse_call).status
            == 200
        )
    assert (
        SES.delivery_response(
            WebhookRequest("POST", {}, b"\xff"), HERE, ParsedDelivery(), refuse_call
        ).status
        == 200
    )
