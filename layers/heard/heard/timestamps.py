"""Time stamps of an authority outside (RFC 3161): that a note existed at a time.

The request is made here by hand, and of the reply only what a reader needs is read. Whether the
signature of the authority is good says `openssl ts -verify`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from heard.clock import format_time

REQUEST_TYPE: Final = "application/timestamp-query"
NONCE_BYTES: Final = 8

_SHA256: Final = bytes.fromhex("300d06096086480165030402010500")
"""The algorithm of the hash: 2.16.840.1.101.3.4.2.1, without parameters."""
_DIGEST_BYTES: Final = 32
_GRANTED: Final = (0, 1)
"""Granted, also with changes (section 2.4.2)."""
_TIME: Final = re.compile(rb"\x18.(\d{14})(?:\.\d+)?Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A reply that names the hash and the number of the request, and when it was made."""

    content: bytes
    made: str


def build_request(digest: bytes, nonce: bytes) -> bytes:
    """The request to stamp a SHA-256, with the authority's certificate in the reply.

    `nonce` are random bytes which the reply repeats. Raises ValueError for other lengths.
    """
    if len(digest) != _DIGEST_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError("a digest has 32 bytes, and a nonce 8")
    imprint = _sequence(_SHA256, b"\x04\x20" + digest)
    return _sequence(b"\x02\x01\x01", imprint, _integer(nonce), b"\x01\x01\xff")


def read_reply(content: bytes, digest: bytes, nonce: bytes) -> Stamp:
    """The stamp in a reply. Raises ValueError where it is refused, or is of something else."""
    status = _status_of(content)
    if status not in _GRANTED:
        raise ValueError(f"the authority refused it (status {status})")
    imprint = content.find(_sequence(_SHA256, b"\x04\x20" + digest))
    if imprint < 0:
        raise ValueError("the reply is of something else")
    time = _TIME.search(content, imprint)
    if time is None or content.find(_integer(nonce), imprint) < 0:
        raise ValueError("the reply has no time, or is another one's")
    made = datetime.strptime(time[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return Stamp(content, format_time(made))


def _status_of(content: bytes) -> int:
    """The status of a reply: SEQUENCE { SEQUENCE { INTEGER status … } … }."""
    place = _inside(content, 0)
    place = _inside(content, place)
    if content[place : place + 2] != b"\x02\x01" or len(content) < place + 3:
        raise ValueError("this is no reply of a time-stamp authority")
    return content[place + 2]


def _inside(content: bytes, place: int) -> int:
    """Where the content of a SEQUENCE begins."""
    if content[place : place + 1] != b"\x30" or len(content) < place + 2:
        raise ValueError("this is no reply of a time-stamp authority")
    length = content[place + 1]
    return place + 2 + (length & 0x7F if length & 0x80 else 0)


def _integer(content: bytes) -> bytes:
    """A number that is not negative, in its shortest form."""
    content = content.lstrip(b"\x00") or b"\x00"
    if content[0] & 0x80:
        content = b"\x00" + content
    return bytes((0x02, len(content))) + content


def _sequence(*parts: bytes) -> bytes:
    """A sequence of less than 128 bytes."""
    content = b"".join(parts)
    return bytes((0x30, len(content))) + content
