"""A mail's bytes as headers and text.

The text is that of all parts that a mail program shows at once. Attached files are not read, except
the parts that Exchange turns into files, and the only text of a mail that has no other. The words
of an attached mail are kept apart from the mail's own.

Total, however broken a mail is: what cannot be read is left out. A mail that is made to be hard to
take apart (parts within parts by the thousand) is its headers alone, and a person reads it in the
mailbox. The limits below keep the time linear in the size of the mail.

Sources: RFC 5322, RFC 2045 to 2047.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from heard.connectors.mail.addresses import one_line, parse_address
from heard.connectors.mail.bodies import Body, body_of_html, body_of_text, choose_body, join_bodies
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

_DEPTH_LIMIT: Final = 10
"""How deep parts may stand in one another. Deeper ones are not read."""
_CONTAINER_LIMIT: Final = 100
"""How many containers (mails and multiparts) a mail may hold. One with more is not taken apart."""
_BOUNDARY_LIMIT: Final = 5_000
"""How many lines may look like a boundary. A mail with more is not taken apart."""

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
    hidden ones, those of attached mails, and those that only the plain text or only the HTML has.
    """

    headers: tuple[tuple[str, str], ...]
    text: str | None = None
    other_text: str | None = None

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

    if (
        len(_CONTAINER_HEADER.findall(raw)) > _CONTAINER_LIMIT
        or raw.count(b"\n--") + raw.count(b"\r--") > _BOUNDARY_LIMIT
    ):
        return Mail(_parse_headers(raw))
    message = message_from_bytes(limit_content_headers(raw))
    body = _read_part(message, takes_files=False)
    if not has_words(body.text):
        files = _read_part(message, takes_files=True)
        body = Body(files.text, body.other_text) if has_words(files.text) else body
    headers = normalize_headers(message.raw_items(), _charset_of(message))
    return Mail(headers, normalize_text(body.text), normalize_text(body.other_text))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers in a block of text, for `Mail.headers`."""
    return _parse_headers(text.encode("utf-8", "replace").lstrip())


def normalize_headers(
    pairs: Iterable[tuple[str, object]], charset: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Pairs of names and values as `Mail.headers` holds them.

    `charset` is the encoding of the mail's text: headers without a declaration often have it too.
    """
    return tuple(
        (name.strip().lower(), one_line(_decode_raw(str(value), charset))) for name, value in pairs
    )


def limit_content_headers(raw: bytes) -> bytes:
    """A mail, or a part of one, in which overlong descriptions of parts are replaced."""
    return _CONTENT_HEADER.sub(_shorten_header, raw)


def _parse_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    from email.parser import BytesHeaderParser  # noqa: PLC0415

    return normalize_headers(BytesHeaderParser().parsebytes(raw).raw_items())


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
            return _read_alternatives(parts, takes_files=takes_files, depth=depth + 1)
        return join_bodies(
            _read_part(child, takes_files=takes_files, depth=depth + 1) for child in parts
        )
    if part.get_content_type() not in _TEXT_TYPES or (_is_file(part) and not takes_files):
        return Body()
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return Body()
    if part.get_content_type() == "text/html":
        meta_charset = find_meta_charset(content)
        return body_of_html(decode_bytes(content, part.get_content_charset(), meta_charset))
    return body_of_text(decode_bytes(content, part.get_content_charset()))


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
    bodies = [
        _read_part(child, takes_files=False, depth=depth + 1)
        for child in cast("Sequence[Message]", payload)
    ]
    body = join_bodies(bodies)
    return Body("", "\n".join((body.text, body.other_text)))


def _is_file(part: Message) -> bool:
    """Whether a part is an attached file. Mail programs show a text that is `inline`."""
    if part.get_content_disposition() != "attachment":
        return False
    return not _EXCHANGE_FILE.fullmatch(part.get_filename() or "")
