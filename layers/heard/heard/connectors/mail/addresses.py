"""Names and addresses in the headers of mails.

A header is hostile input: a name may hold an address of its own, and an address may hold encoded
characters that are another address. Total: a header without a usable address has none.

Sources: RFC 5322 (3.4), RFC 2047.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Final, cast

from heard.connectors.mail.charsets import decode_bytes
from heard.connectors.parsing import ONE_LINE_LIMIT
from heard.reviews import normalize_text

# Without "=?", which begins an encoded word: programs decode it, and the decoded characters may be
# another address and a comma.
_ADDRESS: Final = re.compile(r"(?!.*=\?)[^\s@<>()\[\]\",:;\\]{1,64}@[^\s@<>()\[\]\",:;\\]{1,253}")
_DECODE_LIMIT: Final = 4_000
"""Characters of a header that are decoded: the library's time grows with their square."""

_DIRECTION_OVERRIDES: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""They make a name look like another, and turn the text behind it."""


def parse_address(value: str) -> tuple[str | None, str]:
    """Name and address (in lower case) of a header as it was sent; "" if no address is usable.

    The name is decoded only after it is separated from the address. Otherwise a name could bring
    an address of its own.
    """
    name, address = parseaddr(value, strict=True)
    if not _ADDRESS.fullmatch(address):
        # The strict parser refuses a name with an unquoted comma. If there is exactly one pair of
        # brackets, the address is what stands in them.
        bracketed = re.findall(r"<([^<>]*)>", value)
        name, address = (value.partition("<")[0], bracketed[0]) if len(bracketed) == 1 else ("", "")
    display_name = decode_header_text(name)[:ONE_LINE_LIMIT] or None
    return display_name, address.lower() if _ADDRESS.fullmatch(address) else ""


def domain_of(address: str) -> str:
    """The domain of an address, with or without a name or brackets; "" if there is none."""
    return parse_address(address)[1].rpartition("@")[2]


def decode_header_text(value: str) -> str:
    """The text of a header (RFC 2047), on one line."""
    from email.errors import HeaderParseError  # noqa: PLC0415
    from email.header import decode_header  # noqa: PLC0415

    try:
        pieces = cast("list[tuple[str | bytes, str | None]]", decode_header(value[:_DECODE_LIMIT]))
        return one_line(
            "".join(
                decode_bytes(piece, charset) if isinstance(piece, bytes) else piece
                for piece, charset in pieces
            )
        )
    except (HeaderParseError, ValueError):
        return one_line(value)


def one_line(text: str) -> str:
    """Text in normal form on one line, without signs that turn the direction of what follows."""
    return " ".join((normalize_text(_DIRECTION_OVERRIDES.sub("", text)) or "").split())
