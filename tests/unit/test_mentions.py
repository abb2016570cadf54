"""However a platform encodes what it sends, a person who is named in it is found."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
import random
import zlib
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.mentions import mentions

EMAIL = "ana.lindqvist@example.com"
WORDS = f"Hello, I am {EMAIL}, and the bread that you sold me yesterday was as hard as a stone. "


def mail(encoding: str, text: str = WORDS, charset: str = "utf-8") -> bytes:
    """A mail whose only part has this transfer encoding."""
    message = EmailMessage()
    message["Subject"] = "Your bread"
    message.set_content(text, charset=charset, cte=encoding)
    return message.as_bytes()


def html_mail() -> bytes:
    """A mail of two parts, each in base64."""
    message = MIMEMultipart("alternative")
    message.attach(MIMEText("See the other part.", "plain", "utf-8"))
    message.attach(
        MIMEText(f"<p>Écrivez&nbsp;à {EMAIL.replace('@', '&#64;')}</p>", "html", "utf-8")
    )
    return message.as_bytes()


def sns_notice(content: bytes) -> bytes:
    """A mail as SES sends it through SNS: base64 in JSON in JSON."""
    notice = json.dumps({"content": base64.b64encode(content).decode()})
    return json.dumps({"Type": "Notification", "Message": notice}).encode()


def form_with_a_picture() -> bytes:
    """A form as a mail service sends it, with a picture as it is and the text in its encoding."""
    picture = random.Random(7).randbytes(50_000)
    return (
        b'--part\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        + picture
        + b'\r\n--part\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
        + mail("base64")
        + b"\r\n--part--\r\n"
    )


def escape_all(text: str) -> bytes:
    """A JSON string in which each character is an escape."""
    return f'{{"from": "{"".join(f"\\u{ord(c):04X}" for c in text)}"}}'.encode()


def double_escaped() -> bytes:
    return json.dumps({"payload": escape_all(EMAIL).decode()}).encode()


ENCODINGS = {
    "raw": WORDS.encode(),
    "raw in capitals": WORDS.upper().encode(),
    "raw among bytes that are no text": b"\xff\xfe\x00\x80" + WORDS.encode() + b"\x81",
    "json": json.dumps({"author": {"email": EMAIL}}).encode(),
    "json after a line feed": json.dumps({"text": f"I am\n{EMAIL}\tAna"}).encode(),
    "json escapes": escape_all(EMAIL),
    "json escapes in json": double_escaped(),
    "json with an escaped slash": b'{"url": "https:\\/\\/x\\/ana.lindqvist\\u0040example.com\\/"}',
    "percent": f"https://shop.example/u?e%3d{quote(EMAIL, safe='')}".encode(),
    "each byte in percent": "".join(f"%{byte:02x}" for byte in WORDS.encode()).encode(),
    "form": urlencode({"From": EMAIL, "Body": "Hm."}).encode(),
    "json in a form": urlencode({"payload": json.dumps({"email": EMAIL})}).encode(),
    "percent twice": quote(quote(WORDS)).encode(),
    "quoted-printable mail": mail("quoted-printable", WORDS.replace("I am", "Ich heiße")),
    "quoted-printable with a soft break in the address": quopri.encodestring(
        b"x" * 60 + b" " + EMAIL.encode() + b" \xc3\xa9"
    ),
    "each byte in quoted-printable": "".join(f"={byte:02X}" for byte in EMAIL.encode()).encode(),
    "base64 mail": mail("base64"),
    "base64 mail with line feeds alone": mail("base64").replace(b"\r\n", b"\n"),
    "base64 mail in UTF-16": mail("base64", charset="utf-16"),
    "base64 mail of two parts": html_mail(),
    "base64 in json": json.dumps({"data": base64.b64encode(WORDS.encode()).decode()}).encode(),
    "base64 for addresses": b"/x/y/" + base64.urlsafe_b64encode(b"\xfb\xff\xfe" + WORDS.encode()),
    "base64 without its padding": base64.b64encode(EMAIL.encode()).rstrip(b"="),
    "base64 without its end": base64.b64encode(WORDS.encode())[:-30],
    "base64 in base64": base64.b64encode(base64.b64encode(WORDS.encode())),
    "a mail in base64 in json in json": sns_notice(mail("base64")),
    "a form with a picture": form_with_a_picture(),
    "html": f"<a href='mailto:{EMAIL.replace('.', '&#x2E;')}'>".encode(),
    "gzip": gzip.compress(WORDS.encode()),
    "gzip without its end": gzip.compress(WORDS.encode() + bytes(range(256)) * 9)[:-40],
    "gzip behind something else": b"--part\r\n\r\n" + gzip.compress(WORDS.encode()),
    "gzip of gzip of a form": gzip.compress(gzip.compress(urlencode({"e": EMAIL}).encode())),
    "gzip in base64": base64.b64encode(gzip.compress(escape_all(EMAIL))),
    "zlib": zlib.compress(WORDS.encode()),
    "utf-16": WORDS.encode("utf-16"),
    "json in utf-16, the other byte order": escape_all(EMAIL).decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_address_is_found_in_every_encoding_and_another_one_is_not(name: str) -> None:
    assert mentions([b"", ENCODINGS[name]], [EMAIL])
    assert not mentions([b"", ENCODINGS[name]], ["bea.lindqvist@example.com", "cus-77"])


@pytest.mark.parametrize("name", ["json", "percent", "form", "quoted-printable", "base64", "gzip"])
def test_a_name_in_another_script_is_found_in_every_encoding(name: str) -> None:
    text = "Здравствуйте, меня зовут Анна-Мария, и хлеб был чёрствый."
    body = {
        "json": json.dumps({"text": text}),
        "percent": quote(text),
        "form": urlencode({"text": text}),
        "quoted-printable": quopri.encodestring(text.encode()).decode(),
        "base64": base64.b64encode(text.encode()).decode(),
        "gzip": gzip.compress(text.encode()),
    }[name]
    body = body if isinstance(body, bytes) else body.encode()

    assert mentions([body], ["анна-мария"])
    assert not mentions([body], ["анна-марта"])


@pytest.mark.parametrize(
    ("needle", "text", "is_mentioned"),
    [
        ("cus-7", '{"id":"cus-7"}', True),
        ("cus-7", "/customers/cus-7/reviews", True),
        ("cus-7", '{"id":"cus-77"}', False),
        ("cus-7", '{"id":"xcus-7"}', False),
        ("+491701234567", "whatsapp:+491701234567", True),
        ("+491701234567", "From=whatsapp%3A%2B491701234567&Body=Hm", True),
        ("+491701234567", "+4917012345678", False),
        ("ana@example.com", "我的地址是ana@example.com谢谢", True),
        ("Jörg", "JO\u0308RG wrote", True),
        ("jörg@example.com", '{"from": "j\\u00f6rg@example.com"}', True),
        ("😀ana", '{"name": "\\ud83d\\ude00ana"}', True),
        ("Ana Lindqvist", "name=Ana+Lindqvist", True),
        ("", "anything", False),
        (" ", "anything", False),
    ],
)
def test_a_needle_is_a_whole_word_in_any_case(needle: str, text: str, is_mentioned: bool) -> None:
    assert mentions([text.encode()], [needle]) is is_mentioned


def test_one_of_several_needles_is_enough_and_none_finds_nothing() -> None:
    assert mentions([b"the review r-1 of cus-7"], ["r-99", "cus-7"])
    assert not mentions([b"the review r-1 of cus-7"], [])


def test_what_is_packed_too_well_is_searched_up_to_a_limit() -> None:
    """A bomb of nested archives ends, and what lies in front of it is found."""
    bomb = gzip.compress(EMAIL.encode() + bytes(10_000_000))

    assert mentions([bomb], [EMAIL])
    assert not mentions([gzip.compress(bomb + bomb)], ["cus-7"])


@given(st.binary(max_size=300), st.text(max_size=5))
def test_any_bytes_can_be_searched(body: bytes, needle: str) -> None:
    assert mentions([body], [needle]) in {True, False}
    assert mentions([body + b" cus-7"], ["cus-7"])
