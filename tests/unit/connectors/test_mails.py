"""A mail, whichever provider brings it: its words, its id, and whether it is a review at all."""

from __future__ import annotations

import base64
import json
import re
import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard import cases
from heard.cases import Arrival
from heard.connectors import Connection, WebhookRequest, load
from heard.connectors.mail.bodies import Body, body_of_html, choose_body
from heard.connectors.mail.html_text import read_html
from heard.connectors.mail.mime import read_mime
from heard.connectors.mail.review import review_event
from heard.reviews import Channel, EventKind, ReviewEvent
from tests.unit.backend import incoming_event

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
HERE = Connection(
    "c0ffee", "bus_1", "ses", "https://x.example/", {"from_address": "hello@acme.example"}
)
HEADERS = {
    "From": "Kim Lee <kim@customer.example>",
    "To": "hello@acme.example",
    "Subject": "My visit",
    "Date": "Sat, 14 Mar 2026 09:00:00 +0000",
    "Message-ID": "<m1@customer.example>",
    "Content-Type": "text/plain; charset=utf-8",
}
ANSWER = {"In-Reply-To": "<ours@acme.example>", "References": "<ours@acme.example>"}


def raw_mail(body: str | bytes = "The soup was cold.", **headers: str) -> bytes:
    values = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in values.items() if value)
    return head.encode() + b"\r\n" + (body if isinstance(body, bytes) else body.encode())


def read_event(raw: bytes, now: datetime = NOW) -> ReviewEvent:
    return review_event(read_mime(raw), "provider-1", HERE, now, verified=True)


def multipart(subtype: str, *parts: str, boundary: str = "b") -> tuple[str, str]:
    """The content type of a mail of parts, and its body."""
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f"multipart/{subtype}; boundary={boundary}", f"{body}--{boundary}--\r\n"


def part(text: str, content_type: str = "text/plain; charset=utf-8", **headers: str) -> str:
    lines = [f"Content-Type: {content_type}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", text])


def words(text: str | None) -> set[str]:
    return set(re.findall(r"\w+", text or ""))


# Which words are the text


PLACEHOLDERS = [
    "[image: logo.png]",
    "This message is in HTML. Your mail program cannot show it.",
    "Diese E-Mail ist im HTML-Format. Bitte nutzen Sie ein anderes Programm.",
    "Ce message est au format HTML.",
    "Questo messaggio è in formato HTML",
    "このメールはHTML形式です。",
    "本邮件为 HTML 格式",
    "Это письмо в формате HTML.",
    "https://view.example/mail?id=1",
    "[cid:image001.png@01D9]",
    " \r\n ",
]


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_text_part_that_says_nothing_gives_way_to_the_html(placeholder: str) -> None:
    html = part("<p>Your manager shouted at me.</p>", "text/html; charset=utf-8")
    content_type, body = multipart("alternative", part(placeholder), html)
    event = read_event(raw_mail(body, Content_Type=content_type))
    assert event.text == "Your manager shouted at me."


@pytest.mark.parametrize(
    ("plain", "html", "text", "quoted"),
    [
        ("Cold soup.", "<p>Cold soup.</p>", "Cold soup.", None),
        ("Cold soup.", "<p>Cold soup. My arm is broken, nobody came.</p>", None, None),
        (
            "Cold soup. Rude staff. No refund.",
            "<p>Cold soup.</p>",
            "Cold soup. Rude staff. No refund.",
            None,
        ),
        (
            "Cold soup at noon.",
            "<p>Warm rolls later today.</p>",
            "Cold soup at noon.\nWarm rolls later today.",
            None,
        ),
        ("", "<p>Cold soup.</p>", "Cold soup.", None),
        ("Cold soup.", "", "Cold soup.", None),
        (
            "one two three four five six seven eight nine ten",
            "<p>one two three four five six seven eight nine ten</p><p>eleven</p>",
            "one two three four five six seven eight nine ten",
            "eleven",
        ),
        (
            "Cold soup.",
            "<p>Cold soup.</p><p style='display:none'>hidden</p>",
            "Cold soup.",
            "hidden",
        ),
    ],
)
def test_the_part_with_the_words_is_chosen(
    plain: str, html: str, text: str | None, quoted: str | None
) -> None:
    body = choose_body(Body(plain), body_of_html(html))
    assert body.text == (text or "Cold soup. My arm is broken, nobody came.")
    assert (body.other_text or None) == quoted


@pytest.mark.parametrize(
    ("headers", "is_text"),
    [
        ({"Content-Disposition": "inline"}, True),
        ({"Content-Disposition": 'inline; filename="body.txt"'}, True),
        ({"Content-Disposition": 'attachment; filename="ATT00001.txt"'}, True),
        ({"Content-Disposition": 'attachment; filename="att12345.htm"'}, True),
        ({}, True),
        ({"Content-Disposition": "bogus"}, True),
        ({"Content-Disposition": 'attachment; filename="log.txt"'}, False),
        ({"Content-Disposition": "attachment"}, False),
    ],
)
def test_a_text_with_a_file_name_is_text_where_mail_programs_show_it(
    headers: dict[str, str], is_text: bool
) -> None:
    content_type, body = multipart("mixed", part("Hello."), part("The lift fell.", **headers))
    event = read_event(raw_mail(body, Content_Type=content_type))
    assert event.text == ("Hello.\nThe lift fell." if is_text else "Hello.")


@pytest.mark.parametrize("name", ["body.txt", "mail.html", "Nachricht.txt", "untitled"])
def test_the_only_text_of_a_mail_is_read_although_it_is_attached(name: str) -> None:
    kind = "text/html" if name.endswith("html") else "text/plain"
    attached = part(
        "The lift fell.", kind, **{"Content-Disposition": f"attachment; filename={name}"}
    )
    content_type, body = multipart("mixed", part(" "), attached)
    assert read_event(raw_mail(body, Content_Type=content_type)).text == "The lift fell."
    single = raw_mail("The lift fell.", **{"Content-Disposition": f"attachment; filename={name}"})
    assert read_event(single).text == "The lift fell."


def test_an_attached_mail_is_judged_and_is_the_text_of_a_mail_that_passes_it_on() -> None:
    attached = part(raw_mail("I broke my wrist.").decode(), "message/rfc822")
    content_type, body = multipart("mixed", part("Please handle."), attached)
    event = read_event(raw_mail(body, Content_Type=content_type))
    assert (event.text, event.quoted) == ("Please handle.", "I broke my wrist.")
    forwarded = read_event(raw_mail(body, Content_Type=content_type, Subject="FW: injury"))
    assert forwarded.text == "Please handle.\n\nI broke my wrist."
    content_type, body = multipart("mixed", attached)
    assert read_event(raw_mail(body, Content_Type=content_type)).text == "I broke my wrist."


@pytest.mark.parametrize(
    ("html", "visible", "hidden"),
    [
        ("<table><tr><td>Order</td><td>77</td></tr></table>", "Order 77", ""),
        ("<tr><th>Name</th><th>Kim</th></tr><tr><td>a</td></tr>", "Name Kim\na", ""),
        ("<div style='display: none'>preview</div><p>Words</p>", "Words", "preview"),
        ('<span style="font-size:0px;">preview</span>Words', "Words", "preview"),
        ('<div style="max-height:0;overflow:hidden">pre</div>Words', "Words", "pre"),
        ('<span style="mso-hide:all">pre</span>Words', "Words", "pre"),
        ("<div hidden>pre</div>Words", "Words", "pre"),
        ("<div style='display:none'><div>a</div>b</div>Words", "Words", "a b"),
        ("<p style='overflow:hidden;font-size:0.9em'>Words</p>", "Words", ""),
        ("<div style='display:none'>never closed", "", "never closed"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\nc", ""),
        ('<blockquote style="margin-left:40px">a</blockquote>b', "a\nb", ""),
        ('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">a</blockquote>', "a", ""),
        ('<blockquote class="gmail_quote" style="margin:0">a</blockquote>b', "> a\nb", ""),
        ('<blockquote type="cite" style="margin:0">a</blockquote>b', "> a\nb", ""),
        ("&lt;b&gt; &amp;amp; K&auml;se &#39;x&#39;", "<b> &amp; Käse 'x'", ""),
    ],
)
def test_html_is_read_as_its_reader_sees_it(html: str, visible: str, hidden: str) -> None:
    result = read_html(html)
    assert (result.visible, result.hidden) == (visible, hidden)


@pytest.mark.parametrize(
    "mark",
    [
        "<hr><div>",
        '<div id="divRplyFwdMsg">',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt">',
    ],
)
def test_the_history_of_outlook_is_known_in_html(mark: str) -> None:
    html = (
        f"<p>OK 👍</p>{mark}<b>From:</b> Acme &lt;hello@acme.example&gt;<br><b>Sent:</b> 2 June "
        "2026 16:25<br><b>To:</b> Kim<br><b>Subject:</b> Your table</div><p>You fell ill.</p>"
    )
    event = read_event(raw_mail(html, Content_Type="text/html; charset=utf-8"))
    assert event.text == "OK 👍"
    assert "You fell ill." in (event.below or "")


TEXTS = st.lists(
    st.sampled_from(
        [
            *("> quoted", "-- ", "From: Acme <hello@acme.example>", "Sent: 2 June 2026 16:25"),
            *("To: Kim", "Subject: My visit", "On 2 June 2026 at 16:25, A <a@b.example> wrote:"),
            *(
                "my own words",
                "",
                "Sent from my iPhone",
                "-----Original Message-----",
                "[image: x]",
            ),
            *("---------- Forwarded message ---------", "مرحبا بكم", "汤是冷的"),
        ]
    ),
    max_size=8,
).map("\n".join)


@given(TEXTS, TEXTS, st.sampled_from([{}, ANSWER]), st.sampled_from(["alternative", "mixed"]))
def test_every_word_of_a_mail_is_in_its_text_or_in_its_quotations(
    plain: str, other: str, headers: dict[str, str], subtype: str
) -> None:
    html = "".join(f"<div>{line.replace('<', '&lt;')}</div>" for line in other.split("\n"))
    content_type, body = multipart(
        subtype, part(plain), part(html, "text/html; charset=utf-8"), boundary="b0undary"
    )
    event = read_event(raw_mail(body, **headers, Content_Type=content_type))
    found = words(event.text) | words(event.quoted) | words(event.below)
    assert words(plain) | words(other) <= found | {"image", "x"}


def test_headers_without_a_declared_encoding_are_read_like_the_text() -> None:
    raw = raw_mail("Привет, суп был холодный.".encode("koi8-r"), Subject="SUBJ").replace(
        b"=utf-8", b"=koi8-r"
    )
    event = read_event(raw.replace(b"SUBJ", "Холодный суп".encode("koi8-r")))
    assert (event.title, event.text) == ("Холодный суп", "Привет, суп был холодный.")
    raw = raw_mail("x").replace(b"Kim Lee", "Jürgen Müller".encode("cp1252"))
    assert read_event(raw).author.name == "Jürgen Müller"
    raw = raw_mail("x").replace(b"My visit", "弁当について".encode("iso2022_jp"))
    assert read_event(raw).title == "弁当について"


@pytest.mark.parametrize("sign", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_a_name_cannot_turn_the_text_behind_it(sign: str) -> None:
    event = read_event(raw_mail(From=f"Kim {sign}eeL <kim@customer.example>"))
    assert event.author.name == "Kim eeL"


# Which mails are reviews


REVIEWS = {
    "a rule of Microsoft 365": {"Auto-Submitted": "auto-generated"},
    "the same, in a thread": {**ANSWER, "Auto-Submitted": "auto-generated"},
    "an agent of a help desk": {
        **ANSWER,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Mailer": "Zendesk Mailer",
    },
    "a notification": {"Auto-Submitted": "auto-notified"},
    "somebody who says that nothing is automatic": {"Auto-Submitted": "no", "X-Autoreply": "no"},
    "a contact form without a sender": {"Return-Path": "<>"},
    "a mailing list": {"List-Id": "<a.example>", "Precedence": "list"},
    "bulk": {"Precedence": "bulk"},
    "a subject about automatic replies": {"Subject": "Automatic reply: I get nothing else"},
    "an answer to an automatic reply": {**ANSWER, "Subject": "Re: Automatic reply: My visit"},
    "a forwarded automatic reply": {"Subject": "Fwd: Out of office: My visit"},
    "a subject that begins like a receipt": {"Subject": "Read: this at last"},
}


@pytest.mark.parametrize("kind", REVIEWS)
def test_what_a_person_wrote_is_a_review_whoever_passed_it_on(kind: str) -> None:
    event = read_event(raw_mail(**REVIEWS[kind]))
    assert (event.kind, event.no_review) == (EventKind.CREATED, None)
    assert event.text == "The soup was cold."


NO_REVIEWS = [
    ({"Auto-Submitted": "auto-replied"}, "automatic_reply"),
    ({"Auto-Submitted": "auto-replied (vacation)"[:12]}, "automatic_reply"),
    ({**ANSWER, "Return-Path": "<>"}, "automatic_reply"),
    ({"Precedence": "auto_reply"}, "automatic_reply"),
    ({"X-Autoreply": "yes"}, "automatic_reply"),
    ({"X-YMail-Vacation": "yes"}, "automatic_reply"),
    ({**ANSWER, "Subject": "Automatische Antwort: Ihre Nachricht"}, "automatic_reply"),
    ({**ANSWER, "Subject": "Réponse automatique : Votre visite"}, "automatic_reply"),
    ({**ANSWER, "Subject": "Respuesta automática: Su visita"}, "automatic_reply"),
    ({**ANSWER, "Subject": "自動応答: ご注文"}, "automatic_reply"),
    ({**ANSWER, "Subject": "=?utf-8?B?6Ieq5Yqo562U5aSNOiBIaQ==?="}, "automatic_reply"),
    ({**ANSWER, "Subject": "Auto: Re: Your message"}, "automatic_reply"),
    ({**ANSWER, "Subject": "Read: Your message"}, "read_receipt"),
    ({**ANSWER, "Subject": "Gelesen: Ihre Nachricht"}, "read_receipt"),
    (
        {"Content-Type": "multipart/report; report-type=disposition-notification; boundary=b"},
        "read_receipt",
    ),
    ({"Content-Type": "multipart/report; report-type=delivery-status; boundary=b"}, "bounce"),
    ({"From": "Mail Delivery <MAILER-DAEMON@mx.example>"}, "bounce"),
    ({"From": "postmaster@mx.example"}, "bounce"),
]


@pytest.mark.parametrize(("headers", "reason"), NO_REVIEWS)
def test_what_a_machine_answered_is_kept_with_its_reason(
    headers: dict[str, str], reason: str
) -> None:
    event = read_event(raw_mail(**headers))
    assert (event.kind, event.no_review) == (EventKind.CREATED, reason)
    assert event.author.id.startswith("email:")


def test_the_mail_that_a_bounce_returns_is_not_quoted() -> None:
    content_type, body = multipart(
        "report; report-type=delivery-status",
        part("It could not be delivered."),
        part(raw_mail("Our own words.").decode(), "message/rfc822"),
    )
    event = read_event(raw_mail(body, Content_Type=content_type))
    assert (event.no_review, event.text, event.quoted) == (
        "bounce",
        "It could not be delivered.",
        None,
    )


# One mail is one review


def deliver_by_ses(raw: bytes, provider_id: str, *, proven: bool = False) -> ReviewEvent:
    notice = {
        "notificationType": "Received",
        "mail": {"messageId": provider_id, "source": "kim@customer.example"},
        "receipt": {
            "action": {"type": "SNS", "encoding": "BASE64"},
            "dmarcVerdict": {"status": "PASS" if proven else "GRAY"},
        },
        "content": base64.b64encode(raw).decode(),
    }
    body = json.dumps({"Type": "Notification", "Message": json.dumps(notice)}).encode()
    (event,) = load("ses").parse(WebhookRequest("POST", {}, body), HERE, NOW).events
    return event


def deliver_by_postmark(raw: bytes, provider_id: str, *, proven: bool = False) -> ReviewEvent:
    mail = read_mime(raw)
    document = {
        "MessageID": provider_id,
        "From": mail.header("from"),
        "FromFull": {"Email": mail.sender[1], "Name": mail.sender[0] or ""},
        "Subject": mail.header("subject"),
        "Date": mail.header("date"),
        "TextBody": mail.text,
        "Headers": [
            {"Name": "Message-ID", "Value": mail.header("message-id")},
            {
                "Name": "Received-SPF",
                "Value": f'{"Pass" if proven else "Fail"} (x) envelope-from="kim@customer.example"',
            },
        ],
    }
    request = WebhookRequest("POST", {}, json.dumps(document).encode())
    (event,) = load("postmark").parse(request, HERE, NOW).events
    return event


def deliver_by_sendgrid(raw: bytes, provider_id: str, *, proven: bool = False) -> ReviewEvent:
    form = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field
        for field in (
            (b"email", raw),
            (b"to", provider_id.encode()),
            (b"dkim", b"{@customer.example : pass}" if proven else b"none"),
        )
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    request = WebhookRequest("POST", headers, form + b"--x--\r\n")
    (event,) = load("sendgrid").parse(request, HERE, NOW).events
    return event


connectors = pytest.mark.parametrize(
    "deliver", [deliver_by_ses, deliver_by_postmark, deliver_by_sendgrid]
)


class Deliver(Protocol):
    def __call__(self, raw: bytes, provider_id: str, *, proven: bool = False) -> ReviewEvent: ...


@connectors
@pytest.mark.parametrize("proven", [False, True])
def test_a_mail_to_two_addresses_is_one_review(deliver: Deliver, *, proven: bool) -> None:
    first = deliver(raw_mail(), "provider-1", proven=proven)
    second = deliver(raw_mail(), "provider-2", proven=proven)
    assert first.native_id == second.native_id
    assert (first.revision, first.content) == (second.revision, second.content)
    assert "customer.example/" in first.native_id
    assert "kim@" not in first.native_id


@connectors
def test_another_sender_cannot_take_over_a_message_id(deliver: Deliver) -> None:
    own = deliver(raw_mail(), "provider-1")
    forged = deliver(raw_mail(From="Eve <eve@evil.example>"), "provider-2")
    assert forged.native_id != own.native_id


@connectors
@pytest.mark.parametrize("own_is_proven", [False, True])
def test_who_only_names_the_senders_address_edits_nothing(
    deliver: Deliver, *, own_is_proven: bool
) -> None:
    own = deliver(raw_mail("My arm broke."), "provider-1", proven=own_is_proven)
    later = raw_mail("All is well, forget it.", Date="Sun, 15 Mar 2026 09:00:00 +0000")
    forged = deliver(later, "provider-2")
    assert forged.reply_to["unanswerable"] == "unverified_sender"
    assert forged.native_id != own.native_id
    assert forged.native_thread == own.native_thread


@connectors
def test_the_proven_sender_of_a_mail_may_edit_it(deliver: Deliver) -> None:
    own = deliver(raw_mail("My arm broke."), "provider-1", proven=True)
    later = raw_mail("My leg broke too.", Date="Sun, 15 Mar 2026 09:00:00 +0000")
    edit = deliver(later, "provider-2", proven=True)
    assert edit.native_id == own.native_id
    assert edit.revision > own.revision


@connectors
def test_a_mail_without_a_message_id_keeps_the_id_of_its_delivery(deliver: Deliver) -> None:
    first = deliver(raw_mail(Message_ID=""), "provider-1")
    assert first.native_id == deliver(raw_mail(Message_ID=""), "provider-1").native_id
    other = deliver(raw_mail("Other words.", Message_ID=""), "provider-2")
    assert other.native_id != first.native_id


def test_a_message_id_that_is_used_again_brings_its_words_as_an_edit() -> None:
    mails = [
        raw_mail("First.", Date="Sat, 14 Mar 2026 09:00:00 +0000"),
        raw_mail("Then my arm broke.", Date="Sat, 14 Mar 2026 09:00:01 +0000"),
        raw_mail("And nobody came.", Date="Sat, 14 Mar 2026 11:00:02 +0200"),
    ]
    revisions = [read_event(raw).revision for raw in mails]
    assert revisions == sorted(revisions)
    assert len(set(revisions)) == len(mails)
    assert len({read_event(raw).native_id for raw in mails}) == 1


def arrival(first: ReviewEvent, second: ReviewEvent) -> Arrival:
    """What triage makes of a mail, after another one of the same id."""
    stored = cases.new_case(
        first, business="bus_1", platform="ses", connection="con_1", channel=Channel.EMAIL
    ).review
    known = replace(
        stored,
        revision=first.revision,
        commitment=incoming_event(first).commitment,
        delivery="dlv-1",
    )
    return cases.classify_arrival(known, incoming_event(second, "dlv-2"))


def test_triage_takes_the_same_mail_for_a_duplicate_and_other_words_for_an_edit() -> None:
    first, again = read_event(raw_mail()), read_event(raw_mail(), NOW + timedelta(minutes=3))
    assert arrival(first, again) is Arrival.DUPLICATE
    later = raw_mail("Then my arm broke.", Date="Sat, 14 Mar 2026 09:00:01 +0000")
    assert arrival(first, read_event(later)) is Arrival.NEWER


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Sat, 14 Mar 9999 09:00:00 +0000", "Mon, 1 Jan 1601 00:00:00 +0000", "1"],
)
def test_a_mail_without_a_credible_date_is_a_first_revision(date: str) -> None:
    assert read_event(raw_mail(Date=date)).revision == "000000000001"


@given(st.text(max_size=60).filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_date_gives_a_revision(date: str) -> None:
    raw = raw_mail(Date=f"x{date}".encode("utf-8", "replace").decode())
    assert read_event(raw).revision


# Time


def test_a_mail_of_four_megabytes_is_read_in_time_that_grows_with_its_size_only() -> None:
    paragraph = "Die Suppe war kalt, und der Käse schmeckte nach Seife. "
    started_at = time.process_time()
    html = "".join(f"<p style='margin:0'>{paragraph}</p>" for _ in range(50_000))
    content_type, body = multipart(
        "alternative", part(paragraph * 10_000), part(html, "text/html; charset=utf-8")
    )
    event = read_event(raw_mail(body, **ANSWER, Content_Type=content_type))
    assert event.text
    assert time.process_time() - started_at < 60  # quadratic time takes far longer


# What nobody reads, and who really wrote


DANGER = "A shelf fell on my daughter and her foot is crushed."


@pytest.mark.parametrize(
    ("before", "parts", "behind"),
    [
        ("", [part("Lovely, thanks!"), part(DANGER, "text/plain; name=a.txt", **{
            "Content-Disposition": "attachment; filename=a.txt"})], ""),
        ("", [part("Lovely, thanks!"), part(f"<p>{DANGER}</p>", "text/html; name=a.html", **{
            "Content-Disposition": "attachment; filename=a.html"})], ""),
        (f"{DANGER}\r\n", [part("Lovely, thanks!")], ""),
        ("", [part("Lovely, thanks!")], f"{DANGER}\r\n"),
    ],
    ids=["text file", "HTML file", "before the parts", "behind the parts"],
)  # fmt: skip
def test_words_that_no_mail_program_shows_are_judged(
    before: str, parts: list[str], behind: str
) -> None:
    content_type, body = multipart("mixed", *parts)
    event = read_event(raw_mail(before + body + behind, Content_Type=content_type))
    assert event.text == "Lovely, thanks!"
    assert DANGER in (event.quoted or "")


def test_the_notice_for_programs_that_know_no_parts_is_nothing() -> None:
    content_type, body = multipart("mixed", part("Lovely, thanks!"))
    notice = "This is a multi-part message in MIME format.\r\n"
    event = read_event(raw_mail(notice + body, Content_Type=content_type))
    assert (event.text, event.quoted) == ("Lovely, thanks!", None)


@pytest.mark.parametrize("content_type", ["multipart/mixed; boundary=lost", "multipart/mixed"])
def test_parts_with_a_false_boundary_are_read(content_type: str) -> None:
    body = multipart("mixed", part(DANGER), boundary="real")[1]
    assert read_event(raw_mail(body, Content_Type=content_type)).text == DANGER


@pytest.mark.parametrize("behind", [b64encode(b" Nobody helped.").decode(), "Nobody helped."])
def test_what_stands_behind_the_end_of_base64_is_read(behind: str) -> None:
    body = f"{b64encode(DANGER.encode()).decode()}\r\n{behind}\r\n"
    assert body.index("=")
    event = read_event(raw_mail(body, Content_Transfer_Encoding="base64"))
    assert words(event.text) == words(f"{DANGER} Nobody helped.")


def attached(name: str, content_type: str, content: str = "JVBERi0=", **headers: str) -> bytes:
    parts = part("Thank you!"), part(content, f"{content_type}; name={name}", **headers)
    outer_type, body = multipart("mixed", *parts)
    return raw_mail(body, Content_Type=outer_type)


@pytest.mark.parametrize(
    "raw",
    [
        attached("letter.pdf", "application/pdf"),
        attached("letter.docx", "application/octet-stream"),
        attached("x", "application/vnd.oasis.opendocument.text"),
        attached("x", "message/rfc822", **{"Content-Transfer-Encoding": "base64"}),
        raw_mail("letter", Content_Type="application/pkcs7-mime"),
        raw_mail("\u200b<p>x", Content_Type="multipart/mixed"),
        raw_mail("word " * 100_000),
        raw_mail("a\n" * 250_000),
        attached("x", "text/html", "<p>a</p>" * 100_000),
        raw_mail(
            multipart("mixed", part("<p>" * 140_000, "text/html"), part(DANGER), part("x"))[1],
            Content_Type="multipart/mixed; boundary=b",
        ),
    ],
    ids=[
        *("pdf", "docx", "odt", "encoded mail", "encrypted", "no parts", "too long", "lines"),
        *("long HTML", "texts"),
    ],
)
def test_a_mail_says_that_it_has_words_which_nobody_read(raw: bytes) -> None:
    assert read_event(raw).normalize().unread


@pytest.mark.parametrize(
    "raw",
    [
        attached("photo.jpg", "image/jpeg"),
        attached("smime.p7s", "application/pkcs7-signature"),
        attached("invite.ics", "text/calendar"),
        raw_mail(""),
        raw_mail(f'<img src="data:image/png;base64,{"A" * 900_000}"><p>Thank you!</p>',
                 Content_Type="text/html"),
    ],
    ids=["photo", "signature", "calendar", "empty", "picture in HTML"],
)  # fmt: skip
def test_a_mail_that_was_read_says_nothing(raw: bytes) -> None:
    assert not read_event(raw).normalize().unread


def test_the_text_below_too_many_headers_is_read() -> None:
    raw = raw_mail(DANGER, **{f"X-{number}": "é" * 200 for number in range(2_000)})
    event = read_event(raw)
    assert (event.text, event.author.name) == (DANGER, "Kim Lee")


def test_words_on_the_next_line_of_word_stay_apart() -> None:
    assert read_event(raw_mail("my\vlawyer\x85and\fI")).text == "my\nlawyer\nand\nI"


FORM = {"From": "Website <hello@acme.example>"}


@pytest.mark.parametrize(
    "headers",
    [
        FORM,
        FORM | {"Reply_To": "Kim <kim@customer.example>"},
        FORM | {"Reply_To": "kim@customer.example", **ANSWER},
        FORM | {"To": "complaints@acme.example, Hello <hello@acme.example>"},
    ],
)
def test_a_form_that_sends_from_the_businesss_address_brings_a_review(
    headers: dict[str, str],
) -> None:
    event = read_event(raw_mail(DANGER, **headers))
    assert (event.kind, event.text) == (EventKind.CREATED, DANGER)
    assert event.reply_to["unanswerable"] == "form"
    assert event.author != read_event(raw_mail(DANGER, Message_ID="<2@x>", **FORM)).author


@pytest.mark.parametrize(
    "headers",
    [
        FORM | ANSWER,
        FORM | {"To": "kim@customer.example", "Cc": "hello@acme.example"},
        FORM | {"To": "kim@customer.example", "Reply_To": "care@acme.example"},
        FORM | {"To": ""},
    ],
)
def test_a_copy_of_the_businesss_own_reply_is_no_review(headers: dict[str, str]) -> None:
    assert read_event(raw_mail(DANGER, **headers)).kind is EventKind.REPLY_SEEN


@pytest.mark.parametrize("message_id", ["m2@x.example", "<[m2] @x.example>", f"<{'m' * 300}@x>"])
def test_a_mail_with_an_odd_id_is_one_review(message_id: str) -> None:
    raw = raw_mail(Message_ID=message_id)
    first, second = (
        review_event(read_mime(raw), provider_id, HERE, NOW, verified=True)
        for provider_id in ("provider-1", "provider-2")
    )
    assert first == second
    assert first.native_id != read_event(raw_mail()).native_id


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("AAA=" + "\n" * 190_000, {"Content_Transfer_Encoding": "base64"}),
        ("AA==\n" * 190_000, {"Content_Transfer_Encoding": "base64"}),
        (('"' + "data:" * 190) * 4_000, {"Content_Type": "text/html"}),
        ("-" * 1_000_000, {"Content_Type": "multipart/mixed"}),
        ("", {f"X-{number}": "é" for number in range(50_000)}),
    ],
    ids=["base64 end", "base64 pieces", "embedded files", "no boundary", "headers"],
)
def test_the_time_for_a_mail_grows_with_its_length_only(body: str, headers: dict[str, str]) -> None:
    started_at = time.process_time()
    read_event(raw_mail(body, **headers))
    assert time.process_time() - started_at < 60  # quadratic time takes far longer
