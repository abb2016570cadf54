"""The worst inputs that we know, for every place where somebody else's bytes cost us time.

Each is as large as its door lets it be. A child process runs each one alone and measures its
processor time, so that one without end is stopped, and no cache helps the next.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from time import process_time
from typing import Any, Final

from heard.assessment import History, assess
from heard.assessment.engines.chain import embedded_engine
from heard.assessment.engines.engine import Engine
from heard.connectors import Connection, WebhookRequest, load, platform_names
from heard.errors import HeardError
from heard.reviews import TEXT_LIMIT_BYTES, Author, Channel, EventKind, ReviewEvent
from heard_cli.local.samples import EVENTS, load_samples

CPU_LIMIT: Final = 15
"""Seconds of processor time behind which an input is stopped."""

NOW: Final = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
URL: Final = "https://heard.example/hooks/con_0"
MAIL_BYTES: Final = 4_400_000
REPLY_CHARACTERS: Final = 20_000

TEXTS: Final[dict[str, str]] = {
    "plain words": "The bread was good and the staff were kind. ",
    "U+FDFA, of which NFKC makes 18": "\ufdfa",
    "U+FDFA and blanks": "\ufdfa ",
    "Arabic letters": "\u0627",
    "Arabic words": "السلام عليكم ورحمة ",
    "Hebrew letters": "\u05d0",
    "Thai letters": "\u0e01",
    "Han signs": "不好",
    "Kana": "ア",
    "Hangul jamo": "\u1100\u1161\u11a8",
    "Cyrillic letters in Latin words": "аb" * 30 + " ",
    "a sign that begins many phrases": "ساما",
    "marks as escapes": "&#769;&#807;",
    "marks in disguise (U+0F73)": "\u0f73",
    "marks of half width": "\uff9e\u0301",
    "marks between hidden signs": "\u0650\u064b" * 15 + "\u200b",
    "variation selectors": "a\ufe0f",
    "joined emoji": "👩\u200d",
    "emergencies": "🚑",
    "tag characters": "\U000e0041",
    "lone surrogates": "\ud800",
    "blanks": " " * 90 + "x",
    "tabs": "\t",
    "line ends": "a\n",
    "nested tags": "<div>",
    "open tags": "<a",
    "escaped twice": "&amp;amp;",
    "letters as escapes": "&#64;",
    "marked words": "**a** _b_ ",
    "links": "http://a.b ",
    "names of accounts": "@a.b",
    "question marks": "?",
    "dots": ".. a",
    "apostrophes": "l'a ",
    "quotation marks": "“a” ",
    "a reaction": "Loved “",
    "brackets": "[photo: ",
    "praise": "great staff ",
    "adverts": "buy cheap watches now, ",
    "dangers": "food poisoning ",
    "quoted lines": "> a\n",
    "who wrote": "On 1 Jan 2026 at 10:00 a@b.example wrote: ",
    "who wrote, in Dutch": "Op 1 januari 2026 schreef a@b.example ",
    "lines of header": "From: a@b.example\nSent: 2026\nTo: b\nSubject: c\n",
    "dashes": "-----\n",
    "lines of dashes": "*" * 199 + "a\n",
    "digits": "1234 ",
    "base64": "QUFB",
    "BBCode": "[quote]",
    "classes": "<aside class= " + " " * 40_000 + ">",
    "one attribute": "<aside class=" + "class=" * 9_000 + ">",
    "Markdown quotations": "> > > > a\n",
    "addresses": "a@b.example, ",
    "telephone numbers": "+49 30 1234567 ",
    "streets": "Lange Straße 5 A ",
    "capital letters": "A B ",
    "placeholders": "{{a}} [Name] ",
}
"""Units that are repeated until a text is full."""


MAIL_TEXTS: Final = (
    "U+FDFA, of which NFKC makes 18",
    "marks in disguise (U+0F73)",
    "marks as escapes",
    "Han signs",
    "blanks",
    "line ends",
    "nested tags",
    "open tags",
    "escaped twice",
    "quoted lines",
    "who wrote",
    "who wrote, in Dutch",
    "lines of header",
    "lines of dashes",
)
"""Units that are tried as bodies of mails: they take the longest there."""


PAYLOAD_TEXTS: Final = (
    "marks in disguise (U+0F73)",
    "marks as escapes",
    "nested tags",
    "open tags",
    "one attribute",
    "BBCode",
    "blanks",
)
"""Units that are tried in each text of each platform's sample."""


@dataclass(frozen=True, slots=True)
class WorstInput:
    """One input: which door it comes to, what it is, its size, and what is done with it."""

    door: str
    name: str
    size: int
    run: Callable[[], object]

    def cpu_seconds(self) -> float:
        """Processor time of one run in a child process, at most `CPU_LIMIT`."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            _run_limited(self.run, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        return float(text) if text else float(CPU_LIMIT)


def _run_limited(run: Callable[[], object], writing: int) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    before = process_time()
    limit = int(before + CPU_LIMIT + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    try:
        run()
    except HeardError:
        pass  # a refusal is a fine end
    finally:
        os.write(writing, str(process_time() - before).encode())
        os._exit(0)


def worst_inputs() -> Iterator[WorstInput]:
    """All of them, door by door."""
    yield from assessments()
    yield from mails()
    yield from payloads()
    yield from responses()
    yield from lists()
    yield from json_bodies()
    yield from forms()
    yield from at_the_desk()
    yield from of_the_business()


def filled(unit: str, size: int) -> str:
    """A unit over and over, with `size` bytes of UTF-8."""
    count = 1 + size // len(unit.encode("utf-8", "surrogatepass"))
    whole = (unit * count).encode("utf-8", "surrogatepass")[:size]
    return whole.decode("utf-8", "ignore") if "\ud800" not in unit else unit * (size // 3)


# Texts of reviews


def assessments() -> Iterator[WorstInput]:
    """A review's text, normalised and assessed by rules, and with each engine that ships."""
    for engine in ("none", "quick", "accurate"):
        for name, unit in TEXTS.items():
            text = filled(unit, TEXT_LIMIT_BYTES)
            run = partial(_assess, text, engine)
            yield WorstInput(
                f"assessment, {engine}", name, len(text.encode("utf-8", "replace")), run
            )


def _assess(text: str, engine: str) -> object:
    event = ReviewEvent(EventKind.CREATED, "1", "1", "1", Author("a"), text=text).normalize()
    return assess(event, Channel.EMAIL, History(), _engine(engine))


@cache
def _engine(name: str) -> Engine | None:
    return None if name == "none" else embedded_engine(name)


def warm_up() -> None:
    """Read the phrases of all languages and the weights before anything is measured."""
    for engine in ("none", "quick", "accurate"):
        for text in ("The soup was cold, and nobody came.", "привет как дела", "ไม่ดี", "好吃"):
            _assess(text, engine)
    for name in platform_names():
        load(name)
    _quotations("Liked “the soup”, and more words than that")


# Mails


def mails() -> Iterator[WorstInput]:
    """Mails as the three providers bring them."""
    for name in MAIL_TEXTS:
        unit = TEXTS[name]
        for field in ("TextBody", "HtmlBody"):
            size = MAIL_BYTES // 2 if not unit.isascii() else MAIL_BYTES
            text = filled(unit, size - 2_000)
            body = json.dumps(_POSTMARK | {field: text}, ensure_ascii=not _is_well_formed(text))
            yield _webhook("postmark", f"{field}: {name}", body.encode()[:MAIL_BYTES])
        text = filled(unit, MAIL_BYTES - 2_000)
        for subtype in ("plain", "html"):
            raw = _mail(text.encode("utf-8", "replace"), f"text/{subtype}; charset=utf-8")
            yield _webhook("sendgrid", f"raw {subtype}: {name}", *_multipart({"email": raw}))
        yield _webhook(
            "sendgrid",
            f"field: {name}",
            *_multipart({"from": b"a@b.example", "text": text.encode("utf-8", "replace")}),
        )
    for name, raw in _raw_mails():
        yield _webhook("sendgrid", f"raw: {name}", *_multipart({"email": raw}))
        yield WorstInput("ses", f"raw: {name}", len(raw), partial(_ses, raw[:110_000]))
    for name, form in _mail_forms():
        yield _webhook("sendgrid", name, *form)
    for name, document in _postmark_documents():
        yield _webhook("postmark", name, json.dumps(document).encode()[:MAIL_BYTES])


_POSTMARK: Final[dict[str, Any]] = {
    "MessageID": "m1",
    "From": "kim@customer.example",
    "Date": "Sat, 14 Mar 2026 09:00:00 +0000",
    "Subject": "Re: My visit",
    "Headers": [{"Name": "In-Reply-To", "Value": "<a@acme.example>"}],
}


def _is_well_formed(text: str) -> bool:
    return "\ud800" not in text


def _mail(body: bytes, content_type: str = "text/plain", headers: bytes = b"") -> bytes:
    return (
        b"From: Kim <kim@customer.example>\r\nTo: hello@acme.example\r\nSubject: Re: My visit\r\n"
        b"Date: Sat, 14 Mar 2026 09:00:00 +0000\r\nMessage-ID: <m1@customer.example>\r\n"
        b"In-Reply-To: <a@acme.example>\r\n"
        + headers
        + f"Content-Type: {content_type}\r\n\r\n".encode()
        + body
    )


def _raw_mails() -> Iterator[tuple[str, bytes]]:
    room = MAIL_BYTES - 3_000
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(1_000)
    )
    yield (
        "parts within parts, 1,000 deep",
        _mail(nested + b"\r\nhello", "multipart/mixed; boundary=x")[:room],
    )
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    yield "10,000 parts", _mail(part * 10_000 + b"--b--", "multipart/mixed; boundary=b")
    yield (
        "1,900 parts of 2 kB",
        _mail(
            (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<b>a " * 400 + b"\r\n") * 1_900
            + b"--b--",
            "multipart/mixed; boundary=b",
        )[:room],
    )
    attached = b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\nhello\r\n"
    yield "99 attached mails", _mail(attached * 99 + b"--b--", "multipart/mixed; boundary=b")
    yield "a header of 1 MB", _mail(b"hello", headers=b"X-A: " + b"a b" * 350_000 + b"\r\n")
    yield (
        "a header of 1 MB in 40,000 lines",
        _mail(b"hello", headers=b"X-A: a\r\n" + b" abc defghijklmnopqrstuv\r\n" * 40_000),
    )
    yield "40,000 headers", _mail(b"hello", headers=b"X-A: abc defghijklmnopq\r\n" * 40_000)
    yield (
        "encoded words",
        _mail(b"hello", headers=b"Reply-To: " + b"=?utf-8?q?a?= " * 1_400 + b"\r\n"),
    )
    yield (
        "encoded words in a subject",
        _mail(b"hello").replace(b"Re: My visit", b"=?utf-8?b?QQ==?=" * 1_200),
    )
    yield "addresses in To", _mail(b"hello").replace(b"hello@acme", b"(" * 9_000 + b"hello@acme")
    yield "a sender of quotation marks", _mail(b"hello").replace(b"Kim <", b'"\\' * 9_000 + b" <")
    yield "references", _mail(b"hello", headers=b"References: " + b"<a@b> " * 3_300 + b"\r\n")
    yield "overlong content type", _mail(b"hello", "text/plain; " + "a*1=b; " * 280)
    yield "a charset without end", _mail(b"hello", "text/plain; charset=" + "a" * 1_900)
    for charset in (
        "utf-7",
        "iso-2022-jp",
        "iso-2022-kr",
        "hz",
        "utf-16",
        "gb18030",
        "big5",
        "koi8-r",
        "unknown",
        "idna",
        "punycode",
        "unicode-escape",
        "raw_unicode_escape",
    ):
        yield (
            f"charset {charset}",
            _mail(b"+AGE-\x1b$B!~{aA-" * (room // 17), f"text/plain; charset={charset}"),
        )
    yield "invalid UTF-8", _mail(b"\xff\xc3" * (room // 2), "text/plain; charset=utf-8")
    quoted = b"Content-Transfer-Encoding: quoted-printable\r\n"
    yield "quoted-printable soft lines", _mail(b"=\r\n" * (room // 3), headers=quoted)
    yield "quoted-printable bytes", _mail(b"=E2=80" * (room // 6), headers=quoted)
    yield "quoted-printable blanks", _mail(b" " * room, headers=quoted)
    b64 = b"Content-Transfer-Encoding: base64\r\n"
    yield "base64 of marks", _mail(base64.encodebytes("\u0f73".encode() * (room // 5)), headers=b64)
    yield "base64 in pieces", _mail(b"QQ==\r\n" * 190_000, headers=b64)
    yield "base64 and words", _mail(b"QUFB\r\nab=cd=\r\n" * 90_000, headers=b64)
    yield "base64 of line ends", _mail(b"A\r\n\r\n\r\n" * 60_000 + b"!", headers=b64)
    yield (
        "uuencoded",
        _mail(
            b"begin 644 a\r\n" + b"#86%A\r\n" * 190_000,
            headers=b"Content-Transfer-Encoding: x-uuencode\r\n",
        ),
    )
    yield (
        "lines that look like boundaries",
        _mail(b"\r\n--b" * 2_000 + b"a" * room, "multipart/mixed; boundary=bb")[:room],
    )
    yield "no boundary", _mail(b"--" + b"a" * 60 + b" " * 1_000_000 + b"x", "multipart/mixed")
    yield (
        "winmail.dat",
        _mail(b"x\x9f\x3e\x22" * (room // 4), "application/ms-tnef; name=winmail.dat"),
    )
    yield "an attached name of 2 kB", _mail(b"hello", "application/x; name=" + "." * 1_900)
    yield "hidden tags", _mail(b"<b hidden>" * (room // 10), "text/html")
    yield (
        "tags with blanks",
        _mail(b"<div style='border-top   :   " + b" " * 400_000 + b"'>a", "text/html"),
    )
    yield "one tag of blanks", _mail(b"<meta " + b"charset=  " * 60_000 + b">", "text/html")
    yield "comments", _mail(b"<!--" * (room // 4), "text/html")
    yield "data in HTML", _mail(b"<img src='data:" * (room // 15), "text/html")


def _mail_forms() -> Iterator[tuple[str, tuple[bytes, str]]]:
    many = {f"f{n}": b"a" for n in range(60)}
    yield "60 fields", _multipart(many | {"from": b"a@b.example"})
    yield "10,000 fields", _multipart({f"f{n}": b"a" for n in range(10_000)})
    deep = b"[" * 200_000
    yield (
        "nested fields",
        _multipart(
            {"from": b"a@b.example", "charsets": deep, "envelope": deep, "attachment-info": deep}
        ),
    )
    files = json.dumps({f"a{n}": {"filename": "." * 40, "type": "a"} for n in range(30_000)})
    yield (
        "30,000 attachments",
        _multipart({"from": b"a@b.example", "attachment-info": files.encode()}),
    )
    yield "dkim", _multipart({"from": b"a@b.example", "dkim": b"{@a : " * 200_000})
    yield "spam score", _multipart({"from": b"a@b.example", "spam_score": b"9" * 1_000_000})
    yield "headers", _multipart({"headers": b"From: a@b.example\r\n" + b"A: b\r\n" * 100_000})
    yield "a boundary everywhere", (b"\r\n--b" * 800_000, "b")
    yield (
        "a part of headers",
        (
            b"--b\r\n" + b"content-disposition: form-data; name=a\r\n" * 90_000 + b"\r\n\r\n--b--",
            "b",
        ),
    )


def _postmark_documents() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "1 million headers", _POSTMARK | {"Headers": [{}] * 1_050_000}
    yield "1 million headers of no object", _POSTMARK | {"Headers": [1] * 1_400_000}
    yield (
        "100,000 attachments",
        _POSTMARK | {"Attachments": [{"Name": "a.b", "ContentType": "a"}] * 100_000},
    )
    yield "attachment of dots", _POSTMARK | {"Attachments": [{"Name": "." * 4_000_000}]}
    yield "a recipient of 4 MB", _POSTMARK | {"To": "a@b, " * 800_000}
    yield "a subject of 4 MB", _POSTMARK | {"Subject": "Re: " * 1_000_000}
    yield (
        "spam tests",
        _POSTMARK | {"Headers": [{"Name": "X-Spam-Tests", "Value": "A," * 100_000}] * 4},
    )
    yield (
        "SPF",
        _POSTMARK
        | {"Headers": [{"Name": "Received-SPF", "Value": "pass " + "envelope-from=" * 100_000}]},
    )
    yield "a name of escapes", _POSTMARK | {"FromName": "&amp;" * 800_000}


def _multipart(fields: dict[str, bytes]) -> tuple[bytes, str]:
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in fields.items()
    )
    return b"".join(parts)[: MAIL_BYTES - 10] + b"\r\n--b--\r\n", "b"


def _webhook(platform: str, name: str, body: bytes, boundary: str = "") -> WorstInput:
    content_type = f"multipart/form-data; boundary={boundary}" if boundary else "application/json"
    request = WebhookRequest("POST", {"content-type": content_type}, body)
    return WorstInput(platform, name, len(body), partial(_parse, platform, request))


def _ses(raw: bytes) -> object:
    message = {
        "notificationType": "Received",
        "mail": {"messageId": "m1", "source": "kim@customer.example", "headers": []},
        "receipt": {"action": {"encoding": "BASE64"}},
        "content": base64.b64encode(raw).decode(),
    }
    document = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(message)}
    request = WebhookRequest("POST", {}, json.dumps(document).encode())
    return _parse("ses", request)


def _parse(platform: str, request: WebhookRequest) -> object:
    connector = load(platform)
    if len(request.body) > connector.body_limit:
        raise AssertionError(f"{platform}: {len(request.body)} bytes do not get in")
    settings = {"from_address": "hello@acme.example", "base_url": "https://forum.example"}
    connection = Connection("con_0", "acme", platform, URL, settings)
    return [event.normalize() for event in connector.parse(request, connection, NOW).events]


# Webhooks and polls of all platforms


def payloads() -> Iterator[WorstInput]:
    """A sample of each platform, in which one text after another is as long as it can be."""
    for platform in platform_names():
        sample = next(
            (
                s
                for s in load_samples(EVENTS)
                if s.platform == platform and not s.polled and not s.page and s.body_format
            ),
            None,
        )
        if sample is None or platform in {"ses", "postmark", "sendgrid"}:
            continue
        size = load(platform).body_limit - 20_000
        for name in PAYLOAD_TEXTS:
            unit = TEXTS[name]
            cheap = size // (2 if unit.isascii() else 6)
            yield WorstInput(
                platform, name, cheap, partial(_parse_each, sample, filled(unit, cheap))
            )


def _parse_each(sample: Any, text: Any) -> None:
    """The sample once for each of its texts; the time is that of the slowest, and of all."""
    for fields in _variants(sample.render(NOW).fields, text):
        rendered = replace(sample, fields=fields).render(NOW)
        if (
            rendered.request is None
            or len(rendered.request.body) > load(sample.platform).body_limit
        ):
            continue
        try:
            _parse(sample.platform, rendered.request)
        except HeardError:
            continue


def _variants(value: Any, text: Any) -> Iterator[Any]:
    """A document in which one text of some length, or one list, is replaced; once for each."""
    if isinstance(value, dict):
        for name, held in value.items():
            for variant in _variants(held, text):
                yield value | {name: variant}
    elif isinstance(value, list):
        if isinstance(text, list):
            yield text
        for index, held in enumerate(value):
            for variant in _variants(held, text):
                yield [*value[:index], variant, *value[index + 1 :]]
    elif isinstance(value, str) and isinstance(text, str) and len(value) > 15:
        yield text


def responses() -> Iterator[WorstInput]:
    """Texts in what a platform answers to a poll: as long as a response that is read."""
    from heard.connectors.http import RESPONSE_LIMIT
    from heard.connectors.markup import html_to_text
    from heard.connectors.quotations import split_html, split_lines, split_markdown
    from heard.connectors.slack_words import plain_text
    from heard.reviews import normalize_name, normalize_text

    readers: dict[str, Callable[[str], object]] = {
        "HTML": html_to_text,
        "quotations in HTML": split_html,
        "quotations in Markdown": split_markdown,
        "quotations in lines": split_lines,
        "words of Slack": plain_text,
        "text": normalize_text,
        "name": normalize_name,
    }
    for kind, read in readers.items():
        for name, unit in TEXTS.items():
            text = filled(unit, RESPONSE_LIMIT)
            yield WorstInput(f"poll: {kind}", name, RESPONSE_LIMIT, partial(read, text))


def lists() -> Iterator[WorstInput]:
    """A sample of each platform in which one list after another holds as many entries as it can."""
    for platform in platform_names():
        sample = _json_sample(platform)
        if sample is None:
            continue
        for name, entry in {"empty objects": {}, "numbers": 1, "small objects": {"id": 1}}.items():
            count = (
                (load(platform).body_limit - 20_000) // len(json.dumps([entry, entry])[1:-1]) * 2
            )
            run = partial(_parse_each, sample, [entry] * min(count, 1_000_000))
            yield WorstInput(platform, f"lists of {name}", load(platform).body_limit, run)


def _json_sample(platform: str) -> Any:
    return next(
        (
            sample
            for sample in load_samples(EVENTS)
            if sample.platform == platform and sample.body_format == "body" and not sample.polled
        ),
        None,
    )


def json_bodies() -> Iterator[WorstInput]:
    """Bodies that are hard for readers of JSON, at the largest door of JSON."""
    room = MAIL_BYTES - 100
    for name, body in {
        "lists, 2 million deep": b"[" * (room // 2) + b"]" * (room // 2),
        "objects, 20,000 deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        "200,000 keys": b"{%s}" % b",".join(b'"k%d":1' % n for n in range(200_000)),
        "keys that repeat": b'{"a":1,' * 1 + b'"b":1,' * 600_000 + b'"c":1}',
        "a number of 4 million digits": b'{"a":' + b"9" * room + b"}",
        "numbers of 4,300 digits": b'{"a":[' + b",".join([b"9" * 4_300] * 900) + b"]}",
        "1e999999": b'{"a":[' + b"1e999999," * 300_000 + b"1]}",
        "floats": b'{"a":[' + b"1.7976931348623157e308," * 180_000 + b"1]}",
        "NaN": b'{"a":NaN}',
        "escapes": b'{"a":"' + b"\\u0f73" * (room // 6) + b'"}',
        "lone surrogates": b'{"a":"' + b"\\ud800" * (room // 6) + b'"}',
        "blanks": b" " * room + b"{}",
        "empty objects": b'{"Attachments":[' + b"{}," * (room // 3 - 20) + b"{}]}",
        "not UTF-8": b"\xff" * room,
    }.items():
        yield _webhook("postmark", f"JSON: {name}", body[:MAIL_BYTES])


def forms() -> Iterator[WorstInput]:
    """Form-encoded bodies."""
    room = 256 * 1024 - 100
    for platform in ("twilio_sms", "twilio_voice", "feedback_form"):
        for name, body in {
            "10,000 fields": b"&".join(b"f%d=a" % n for n in range(10_000)),
            "900 fields": b"&".join(b"f%d=a" % n for n in range(900)),
            "escapes": b"Body=" + b"%F0%BD%B3" * (room // 9),
            "broken escapes": b"Body=" + b"%" * room,
            "ampersands": b"&" * room,
            "plus signs": b"Body=" + b"+" * room,
        }.items():
            request = WebhookRequest(
                "POST", {"content-type": "application/x-www-form-urlencoded"}, body
            )
            yield WorstInput(
                platform, f"form: {name}", len(body), partial(_parse, platform, request)
            )


# What people who are signed in send


def at_the_desk() -> Iterator[WorstInput]:
    """An agent's reply: its check, its length in each unit, and what of it a customer quotes."""
    from heard.replies.length import text_length
    from heard.replies.lint import ReplyContext, lint

    units: tuple[Any, ...] = ("characters", "bytes", "utf16", "graphemes", "weighted")
    for name, unit in TEXTS.items():
        text = (unit * REPLY_CHARACTERS)[:REPLY_CHARACTERS]
        context = ReplyContext(
            public=True,
            limit=None,
            names=("Ana", "Acme"),
            language="de",
            own_contacts=("+49 30 1234567, hello@acme.example, Lange Straße 5",),
        )
        yield WorstInput("desk: lint", name, len(text), partial(lint, text, context))
        yield WorstInput(
            "desk: length", name, len(text), partial(_lengths, text, units, text_length)
        )
        yield WorstInput("reply: quotation", name, len(text), partial(_quotations, text))


def _lengths(text: str, units: tuple[Any, ...], text_length: Callable[..., int]) -> None:
    for unit in units:
        try:
            text_length(text, unit)
        except (AssertionError, ValueError, KeyError):
            continue


def _quotations(text: str) -> None:
    from heard.assessment.reactions import find_quotations
    from heard.replies.own_words import find_own_words, text_words
    from heard.steps import loops

    find_own_words(text, [text[:2_000], text[100:] + "x"])
    text_words(text)
    for at in (4_990, 2_000):
        find_quotations(f"x{text[:at]}y “a”")
        find_quotations(f"“a” x{text[:at]}y »")
    loops._QUESTION.search(text + "=")


def of_the_business() -> Iterator[WorstInput]:
    """Policies and templates that a business enters."""
    from heard.acknowledgements.templates import parse
    from heard_cli.policy.source import read_source

    names = frozenset({"name", "rating"})
    for name, template in {
        "opened and never closed": "{{" * 1_000,
        "one tag of blanks": "{{" + " " * 1_990 + "}}",
        "nested conditions": "{% if name %}" * 150,
        "a long condition": "{% if " + "not " * 490 + "name %}{% endif %}",
        "quotation marks": '{{ "' * 490,
        "a loop": "{% for a in range(1000000000) %}{% endfor %}",
    }.items():
        yield WorstInput("template", name, len(template), partial(parse, template, names))
    values: dict[str, Any] = {"name": "{{ name }}" * 10_000, "rating": 5}
    shown = parse("{{ name|upper }}" * 50, names)
    yield WorstInput(
        "template", "50 times a value of 100 kB", 100_000, partial(shown.render, values)
    )
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join('*' + chr(97 + n) for _ in range(9))}]\n"
        for n in range(9)
    )
    for name, policy in {
        "aliases": bomb,
        "lists, 20,000 deep": "[" * 20_000,
        "rules": "rules:\n" + "- id: a\n  when: {}\n" * 5_000,
        "blanks": " " * 200_000,
        "a number": "a: " + "9" * 200_000,
        "keys": "".join(f"k{n}: 1\n" for n in range(20_000)),
        "base 60": "a: " + "1:" * 20_000 + "1",
    }.items():
        yield WorstInput("policy", name, len(policy), partial(read_source, policy.encode()))
