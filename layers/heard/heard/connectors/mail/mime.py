"""A mail's bytes as headers and text.

The text is that of all parts that a mail program shows at once. The words of attached texts and
mails are kept apart from the mail's own, except the parts that Exchange turns into files, and the
only text of a mail that has no other. Other attached files are not read.

Total, however broken a mail is: what cannot be read is left out, and the mail says so (`unread`),
so that a person reads it in the mailbox. A mail that is made to be hard to take apart (parts within
parts by the thousand) is its headers alone. The limits below keep the time of the worst mail below
a second.

Sources: RFC 5322, RFC 2045 to 2047.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from heard.connectors.mail.addresses import one_line, parse_address
from heard.connectors.mail.bodies import (
    CONTENT_LIMIT,
    Body,
    body_of_html,
    body_of_text,
    choose_body,
    join_bodies,
    limit_content,
)
from heard.connectors.mail.charsets import decode_bytes
from heard.connectors.mail.histories import has_words
from heard.connectors.mail.html_text import find_meta_charset
from heard.reviews import normalize_text

if TYPE_CHECKING:
    from email.message import Message

MESSAGE_ID: Final = re.compile(r"<([!-;=?-~]{1,180})>")
"""A message's id in a header; the group is the id without the brackets."""

_RECIPIENT: Final = re.compile(r"[^\s@<>()\[\]\"',;:]{1,64}@[^\s@<>()\[\]\"',;:]{1,253}")
_RECIPIENTS_LIMIT: Final = 2_000
_TEXT_TYPES: Final = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"}
)
_EXCHANGE_FILE: Final = re.compile(r"att\d{3,6}\.(?:txt|html?)", re.IGNORECASE)
"""The names that Exchange gives to the text behind a picture, which it turns into a file."""

_DOCUMENT: Final = re.compile(
    r".*\.(?:pdf|docx?|od[ts]|rtf|xlsx?|pages|txt|md|html?|eml|msg)"
    r"|(?:application|text)/(?:pdf|rtf|msword|vnd\.(?:ms-|oasis\.|openxmlformats).*)",
    re.IGNORECASE,
)
"""Names and types of files in which people write letters."""

_MIME_NOTICE: Final = re.compile(
    r".{0,200}?(?:\bs?/?mime\b|multi-?part)", re.IGNORECASE | re.DOTALL
)
"""What programs write before the first part of a mail, for programs that know no parts."""

_FIRST_BOUNDARY: Final = re.compile(r"\s*--([^\r\n]{1,70}?)[ \t]*[\r\n]")
_BASE64_END: Final = re.compile(r"={1,2}[ \t]*+[\r\n]++(?=\s*+\S)")
_BASE64: Final = re.compile(r"\s*(?:[A-Za-z0-9+/]+[\r\n]+)*[A-Za-z0-9+/]+={0,2}\s*")

_DEPTH_LIMIT: Final = 10
"""How deep parts may stand in one another. Deeper ones are not read."""
_CONTAINER_LIMIT: Final = 100
"""How many containers (mails and multiparts) a mail may hold. One with more is not taken apart."""
_BOUNDARY_LIMIT: Final = 2_000
"""How many lines may look like a boundary. A mail with more is not taken apart."""
_LINE_LIMIT: Final = 200_000
"""How many lines a mail may have. One with more is not taken apart."""
_TEXTS_LIMIT: Final = 400_000
"""Characters of a mail's texts, before they are decoded, behind which no other text is read."""
_HEADERS_LIMIT: Final = 100_000
"""Bytes of a mail's headers that are read."""
HEADER_COUNT_LIMIT: Final = 1_000
"""How many headers of a mail are read."""
_HEADER_LIMIT: Final = 20_000
"""Characters of one header that are read."""

_HEADERS_END: Final = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r|\A[\r\n]")

_CONTAINER_HEADER: Final = re.compile(
    rb"content-type[ \t]*:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE
)
_CONTENT_HEADER: Final = re.compile(
    rb"(?<![^\r\n])content-(type|disposition)[ \t]*:[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+",
    re.IGNORECASE,
)
_CONTENT_HEADER_LIMIT: Final = 2_000
"""Bytes of a header that describes a part.

The library's time grows with the square of its length. A part whose description is longer counts
as an attached file.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is read of a mail.

    `headers` are pairs in their order. Names are in lower case. Values are on one line, and encoded
    as they were sent. `other_text` holds the words that the mail's reader does not see at once:
    hidden ones, those of attached texts and mails, and those that only the plain text or only the
    HTML has. `unread` says that the mail has words which were not read.
    """

    headers: tuple[tuple[str, str], ...]
    text: str | None = None
    other_text: str | None = None
    unread: bool = False

    def header_values(self, name: str) -> list[str]:
        """The values of all headers of a name."""
        return [value for header_name, value in self.headers if header_name == name]

    def header(self, name: str) -> str:
        """The value of the first header of a name; "" if there is none."""
        return next(iter(self.header_values(name)), "")

    @property
    def sender(self) -> tuple[str | None, str]:
        """Name and address of the sender. The address is "" if none is usable."""
        return parse_address(self.header("from"))

    @property
    def recipients(self) -> frozenset[str]:
        """The addresses that the mail was sent to, in lower case, as its headers say."""
        return frozenset(
            address.lower()
            for name in ("to", "cc", "delivered-to", "x-original-to")
            for value in self.header_values(name)
            for address in _RECIPIENT.findall(value[:_RECIPIENTS_LIMIT])
        )

    @property
    def message_id(self) -> str | None:
        """The mail's own id, without the brackets."""
        return next(iter(MESSAGE_ID.findall(self.header("message-id"))), None)

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The ids of the earlier mails of its thread, oldest first."""
        return tuple(
            MESSAGE_ID.findall(self.header("references"))
            or MESSAGE_ID.findall(self.header("in-reply-to"))
        )


def read_mime(raw: bytes) -> Mail:
    """A mail from its bytes. Total."""
    # Imported here, because only e-mail connections pay for it. The e-mail parser's default
    # settings never raise, whatever the headers hold.
    from email import message_from_bytes  # noqa: PLC0415

    raw = _limit_headers(raw)
    if (
        len(_CONTAINER_HEADER.findall(raw)) > _CONTAINER_LIMIT
        or raw.count(b"\n--") + raw.count(b"\r--") > _BOUNDARY_LIMIT
        or raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") > _LINE_LIMIT
    ):
        return Mail(_parse_headers(raw[:_HEADERS_LIMIT]), unread=True)
    message = message_from_bytes(limit_content_headers(raw))
    is_cut = _drop_surplus(message)
    body = _read_part(message, takes_files=False)
    if not has_words(body.text):
        files = _read_part(message, takes_files=True)
        # A subject alone says too little where something came with it.
        is_empty = not any(part.get_payload() for part in message.walk() if not part.is_multipart())
        body = Body(
            files.text if has_words(files.text) else body.text,
            body.other_text,
            files.unread or not (is_empty or has_words(files.text)),
        )
    headers = normalize_headers(message.raw_items(), _charset_of(message))
    return Mail(
        headers, normalize_text(body.text), normalize_text(body.other_text), body.unread or is_cut
    )


def is_document(name: str | None, content_type: str) -> bool:
    """Whether an attached file, by its name or type, is one in which people write letters."""
    return bool(_DOCUMENT.fullmatch(name or "") or _DOCUMENT.fullmatch(content_type))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers in a block of text, for `Mail.headers`."""
    return _parse_headers(text.encode("utf-8", "replace").lstrip())


def normalize_headers(
    pairs: Iterable[tuple[str, object]], charset: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Pairs of names and values as `Mail.headers` holds them.

    `charset` is the encoding of the mail's text: headers without a declaration often have it too.
    """
    headers: list[tuple[str, str]] = []
    size = 0
    for name, value in islice(pairs, HEADER_COUNT_LIMIT):
        text = str(value)[:_HEADER_LIMIT]
        size += len(name) + len(text)
        if size > _HEADERS_LIMIT:
            break
        headers.append((name.strip().lower(), one_line(_decode_raw(text, charset))))
    return tuple(headers)


def limit_content_headers(raw: bytes) -> bytes:
    """A mail, or a part of one, in which overlong descriptions of parts are replaced."""
    return _CONTENT_HEADER.sub(_shorten_header, raw)


def _parse_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    from email.parser import BytesHeaderParser  # noqa: PLC0415

    return normalize_headers(BytesHeaderParser().parsebytes(raw).raw_items())


def _drop_surplus(message: Message) -> bool:
    """Empty the texts behind the first `_TEXTS_LIMIT` characters. Returns whether any were."""
    size, is_cut = 0, False
    for part in message.walk():
        payload = None if part.is_multipart() or not _is_text(part) else part.get_payload()
        if not isinstance(payload, str):
            continue
        if size > _TEXTS_LIMIT:
            part.set_payload("")
            is_cut = True
        size += len(payload)
    return is_cut


def _limit_headers(raw: bytes) -> bytes:
    """A mail without the headers behind the first `_HEADERS_LIMIT` bytes of them."""
    end = _HEADERS_END.search(raw)
    if end is None or end.start() <= _HEADERS_LIMIT:
        return raw
    cut = raw.rfind(b"\n", 0, _HEADERS_LIMIT)
    return raw[: cut if cut > 0 else _HEADERS_LIMIT] + raw[end.start() :]


def _shorten_header(header: re.Match[bytes]) -> bytes:
    if len(header[0]) <= _CONTENT_HEADER_LIMIT:
        return header[0]
    return (
        b"content-type: application/octet-stream"
        if header[1].lower() == b"type"
        else b"content-disposition: attachment"
    )


def _decode_raw(value: str, charset: str | None) -> str:
    """A header whose bytes beyond ASCII came as surrogates; other surrogates stay as they are."""
    if value.isascii() and "\x1b" not in value:
        return value
    try:
        return decode_bytes(value.encode("utf-8", "surrogateescape"), charset)
    except UnicodeEncodeError:
        return value


def _charset_of(message: Message, depth: int = 0) -> str | None:
    """The encoding that the first text of a mail declares."""
    if depth > _DEPTH_LIMIT or not message.is_multipart():
        return message.get_content_charset()
    first = next(iter(cast("Sequence[Message]", message.get_payload())), None)
    return _charset_of(first, depth + 1) if first is not None else None


def _read_part(part: Message, *, takes_files: bool, depth: int = 0) -> Body:
    """The body that a part of a mail is; with `takes_files`, attached texts are read too."""
    if depth > _DEPTH_LIMIT:
        return Body()
    if part.get_content_maintype() == "message":
        return _read_attached_mail(part, depth)
    if part.is_multipart():
        parts = cast("Sequence[Message]", part.get_payload())
        if part.get_content_subtype() == "report":
            # A bounce: behind its text stands the mail that did not arrive.
            parts = [child for child in parts if child.get_content_maintype() != "message"]
        if part.get_content_subtype() == "alternative":
            body = _read_alternatives(parts, takes_files=takes_files, depth=depth + 1)
        else:
            body = join_bodies(
                _read_part(child, takes_files=takes_files, depth=depth + 1) for child in parts
            )
        return join_bodies([body, Body("", _words_around_parts(part))])
    if part.get_content_maintype() == "multipart":
        return _read_without_boundary(part, takes_files=takes_files, depth=depth)
    if not _is_text(part):
        return Body(unread=is_document(part.get_filename(), part.get_content_type()))
    body = _read_text(part)
    return Body("", body.text, body.unread) if _is_file(part) and not takes_files else body


def _is_text(part: Message) -> bool:
    return part.get_content_type() in _TEXT_TYPES


def _read_text(part: Message) -> Body:
    content = limit_content(_decode_transfer(part))
    charset = part.get_content_charset()
    if part.get_content_type() == "text/html":
        body = body_of_html(decode_bytes(content, charset, find_meta_charset(content)))
    else:
        body = body_of_text(decode_bytes(content, charset))
    return Body(body.text, body.other_text, body.unread or len(content) > CONTENT_LIMIT)


def _decode_transfer(part: Message) -> bytes:
    """The bytes of a text. Some programs append more Base64 to Base64, or plain words."""
    payload, content = part.get_payload(), part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    is_base64 = str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"
    if not is_base64 or not isinstance(payload, str) or not _BASE64_END.search(payload):
        return content
    return b"\n".join(map(_decode_piece, _BASE64_END.split(payload)))


def _decode_piece(piece: str) -> bytes:
    """Base64 up to its padding, or the words that stand behind it."""
    if _BASE64.fullmatch(piece):
        with suppress(binascii.Error):
            return binascii.a2b_base64(piece + "==")
    return piece.encode("utf-8", "surrogateescape")


def _words_around_parts(part: Message) -> str:
    """The words before the first and behind the last part, which mail programs do not show."""
    return "\n".join(
        decode_bytes(text.encode("utf-8", "surrogateescape"), None)
        for text in (part.preamble, part.epilogue)
        if text and text.strip() and not _MIME_NOTICE.match(text)
    )


def _read_without_boundary(part: Message, *, takes_files: bool, depth: int) -> Body:
    """The body of parts whose header names no boundary, or a false one: the first line has it."""
    from email import message_from_string  # noqa: PLC0415

    payload = part.get_payload()
    if not isinstance(payload, str) or not (boundary := _FIRST_BOUNDARY.match(payload)):
        return Body(unread=bool(payload))
    head = f'content-type: {part.get_content_type()}; boundary="{boundary[1]}"\n\n'
    parts = message_from_string(head + payload)
    if not parts.is_multipart():
        return Body(unread=True)
    return _read_part(parts, takes_files=takes_files, depth=depth + 1)


def _read_alternatives(parts: Sequence[Message], *, takes_files: bool, depth: int) -> Body:
    """The body of parts that say the same: the plain text, and the last of the others."""
    plain, html = Body(), Body()
    for part in parts:
        body = _read_part(part, takes_files=takes_files, depth=depth)
        if part.get_content_type() == "text/html" or part.is_multipart():
            html = body if body.text.strip() else join_bodies((html, body))
        else:
            plain = join_bodies((plain, body))
    return choose_body(plain, html)


def _read_attached_mail(part: Message, depth: int) -> Body:
    """The words of a mail that is attached to another: somebody else's, so they are no text."""
    payload = part.get_payload()
    if part.get_content_type() != "message/rfc822" or not isinstance(payload, list):
        return Body()
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        return Body(unread=True)  # against RFC 2046 (5.2.1), and not taken apart
    bodies = [
        _read_part(child, takes_files=False, depth=depth + 1)
        for child in cast("Sequence[Message]", payload)
    ]
    body = join_bodies(bodies)
    return Body("", "\n".join((body.text, body.other_text)), body.unread)


def _is_file(part: Message) -> bool:
    """Whether a part is an attached file. Mail programs show a text that is `inline`."""
    if part.get_content_disposition() != "attachment":
        return False
    return not _EXCHANGE_FILE.fullmatch(part.get_filename() or "")
