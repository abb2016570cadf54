"""A mail's bytes as headers and text.

Total, however broken a mail is: what cannot be read is left out. A mail that is made to be hard to
take apart (parts within parts by the thousand) is its headers alone, and a person reads it in the
mailbox. The limits below keep the time linear in the size of the mail.

Sources: RFC 5322, RFC 2045 to 2047.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from heard.connectors.mail.addresses import decode_bytes, one_line, parse_address
from heard.connectors.markup import html_to_text
from heard.reviews import normalize_text

if TYPE_CHECKING:
    from email.message import Message

MESSAGE_ID: Final = re.compile(r"<([!-;=?-~]{1,180})>")
"""A message's id in a header; the group is the id without the brackets."""

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
    as they were sent.
    """

    headers: tuple[tuple[str, str], ...]
    text: str | None = None

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
    texts = [_part_text(part) for part in _parts_of_type(message, "text/plain")]
    body_text = "\n".join(text for text in texts if text and text.strip())
    if not body_text:
        body_text = "\n".join(
            html_to_text(_part_text(part), quote="> ") or ""
            for part in _parts_of_type(message, "text/html")
        )
    return Mail(normalize_headers(message.raw_items()), normalize_text(body_text))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers in a block of text, for `Mail.headers`."""
    return _parse_headers(text.encode("utf-8", "replace").lstrip())


def normalize_headers(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Pairs of names and values as `Mail.headers` holds them."""
    return tuple(
        (name.strip().lower(), one_line(_decode_surrogates(str(value)))) for name, value in pairs
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


def _decode_surrogates(value: str) -> str:
    """A header whose bytes beyond ASCII came as surrogates; other surrogates stay as they are."""
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return value


def _parts_of_type(message: Message, content_type: str, depth: int = 0) -> Iterator[Message]:
    """The parts of a type that belong to the mail itself.

    Attached files are left out, and so are the parts of a mail inside the mail.
    """
    if depth > _DEPTH_LIMIT or message.get_content_maintype() == "message":
        return
    if message.is_multipart():
        for part in cast("Sequence[Message]", message.get_payload()):
            yield from _parts_of_type(part, content_type, depth + 1)
    elif (
        message.get_content_type() == content_type
        and (message.get_content_disposition() or "inline") == "inline"
        and not message.get_filename()
    ):
        yield message


def _part_text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decode_bytes(content, part.get_content_charset()) if isinstance(content, bytes) else ""
