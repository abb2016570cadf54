"""Whether what a platform sent mentions somebody, however it is encoded.

It is for content that Heard could not read, so nothing is known of its form. What could be an
encoding is decoded, and the result is decoded again: a platform sends JSON in a form, or JSON with
a mail in base64 whose parts are in quoted-printable. A body that was cut off is
searched up to its end.

It knows: gzip and zlib, percent-encoding and forms, JSON's escapes, quoted-printable, base64 with
either alphabet, HTML's character references, UTF-8, UTF-16 and Latin-1. It does not know
encryption, other compression (as in Office files and PDF), and UTF-7.
"""

from __future__ import annotations

import binascii
import html
import re
import zlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from heard.text.unicode_form import in_form

_DEPTH: Final = 6
"""How many encodings may lie in one another."""
_READING_BYTES: Final = 32 * 2**20
"""How much is searched in all. A body has at most 350 KB, so only a decompression bomb has more."""
_ARCHIVE_BYTES: Final = 8 * 2**20
_MAX_ARCHIVES: Final = 50
_CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\r\x1b"))
_CONTROL_SHARE: Final = 0.05
"""Of random bytes more than a tenth are control characters."""
_NUL_SHARE: Final = 0.02
_TEXT_RUN: Final = re.compile(rb"[^%s]{40,}" % re.escape(_CONTROLS))
_WORD_BYTES: Final = 24
"""Decoded plain words are shorter than this, and mean nothing unless they are text."""

_PERCENT: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_JSON_ESCAPE: Final = re.compile(rb"\\(?:((?:u[0-9A-Fa-f]{4}\\)*u[0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_JSON_CONTROLS: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_QUOTED_PRINTABLE: Final = re.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_REFERENCE: Final = re.compile(rb"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_GZIP: Final = re.compile(rb"\x1f\x8b\x08")
_ZLIB: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{4,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_URL_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")


def mentions(parts: Iterable[bytes], needles: Collection[str]) -> bool:
    """Whether one of `parts` holds one of `needles` as a word of its own.

    Upper and lower case are the same. `cus-7` is not in `cus-77`, but in `"cus-7"` and in
    `/cus-7/reviews`. A very short needle finds too much: give needles that name one person only.
    """
    pattern = _pattern(needles)
    return pattern is not None and any(
        pattern.search(_fold(text)) for reading in _readings(parts) for text in _texts(reading)
    )


def _pattern(needles: Collection[str]) -> re.Pattern[str] | None:
    words = {word for needle in needles if (word := _fold(needle.strip()))}
    alternatives = "|".join(
        f"{_edge(word[0], '<!')}{re.escape(word)}{_edge(word[-1], '!')}" for word in sorted(words)
    )
    return re.compile(alternatives) if alternatives else None


def _edge(character: str, side: str) -> str:
    """A pattern for the edge of a word: no ASCII letter or digit may stand beside it.

    Letters of other scripts may, because many write no space beside an address.
    """
    return f"(?{side}[0-9a-z])" if character.isascii() and character.isalnum() else ""


def _fold(text: str) -> str:
    return in_form("NFC", text).casefold()


def _texts(reading: bytes) -> Iterator[str]:
    try:
        yield reading.decode()
    except UnicodeDecodeError:
        # Cut off within a character, or of another charset. Nearly all contain ASCII.
        yield reading.decode(errors="replace")
        yield reading.decode("latin-1")


def _readings(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts, and all that can be decoded from them, the least decoded first."""
    waiting = deque((part, 0) for part in parts)
    earlier_readings: set[bytes] = set()
    bytes_left = _READING_BYTES
    while waiting:
        reading, depth = waiting.popleft()
        if reading in earlier_readings:
            continue
        earlier_readings.add(reading)
        bytes_left -= len(reading)
        if bytes_left < 0:
            return
        yield reading
        if depth < _DEPTH:
            waiting.extend((inner, depth + 1) for inner in _decode_once(reading))


def _decode_once(data: bytes) -> Iterator[bytes]:
    """What `data` can mean. Every decoder takes any bytes and raises nothing."""
    yield from _inflate_all(data)
    if data.count(b"\0") > len(data) * _NUL_SHARE:
        for charset in ("utf-16-le", "utf-16-be"):
            yield data.decode(charset, errors="replace").encode()
    if _is_text(data):
        yield from _decode_text(data)
    else:
        # A form with a picture in it
        yield b"\n".join(_TEXT_RUN.findall(data))


def _is_text(data: bytes) -> bool:
    """Whether it can be text. In an image every encoding seems to occur, and none does."""
    return len(data) - len(data.translate(None, _CONTROLS)) <= len(data) * _CONTROL_SHARE


def _decode_text(data: bytes) -> Iterator[bytes]:
    if _PERCENT.search(data):
        yield unquote_to_bytes(data)
    if b"+" in data:
        yield unquote_to_bytes(data.replace(b"+", b" "))
    if _JSON_ESCAPE.search(data):
        yield _JSON_ESCAPE.sub(_unescape, data)
    if _QUOTED_PRINTABLE.search(data):
        yield binascii.a2b_qp(data)
    if _REFERENCE.search(data):
        yield html.unescape(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    yield from _decode_base64(data)


def _unescape(match: re.Match[bytes]) -> bytes:
    """One escape of JSON, or several hexadecimal ones in a row: an emoji is a pair of them."""
    if match[2]:
        return _JSON_CONTROLS.get(match[2], match[2])
    units = bytes.fromhex(match[1].replace(b"u", b"").replace(b"\\", b"").decode())
    return units.decode("utf-16-be", errors="replace").encode()


def _inflate_all(data: bytes) -> Iterator[bytes]:
    """The content of each gzip or zlib stream that begins somewhere in `data`."""
    starts = [match.start() for match in _GZIP.finditer(data)][:_MAX_ARCHIVES]
    starts += [match.start() for match in _ZLIB.finditer(data)][:_MAX_ARCHIVES]
    for start in starts:
        if content := _inflate(data[start:]):
            yield content


def _inflate(data: bytes) -> bytes:
    """The content of a stream, as far as it can be read."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, as its first bytes say
    content = b""
    try:
        for start in range(0, len(data), 1024):
            content += stream.decompress(data[start : start + 1024], _ARCHIVE_BYTES)
            if stream.eof or len(content) > _ARCHIVE_BYTES:
                break
    except zlib.error:
        pass
    return content


def _decode_base64(data: bytes) -> Iterator[bytes]:
    """All runs that can be base64, decoded, four times: a run may begin at any of its characters.

    What stands before it, such as a path or the line above, can look like a part of it. Of the four
    at most one is right, so what is text is kept apart from what is not.
    """
    runs = [
        match[0].replace(b"\r", b"").replace(b"\n", b"").translate(_URL_ALPHABET)
        for match in _BASE64.finditer(data)
    ]
    for offset in range(4):
        pieces = [_decode_run(run[offset:]) for run in runs if len(run) - offset > 3]
        yield b"\n".join(piece for piece in pieces if _is_text(piece))
        yield from (piece for piece in pieces if len(piece) > _WORD_BYTES and not _is_text(piece))


def _decode_run(run: bytes) -> bytes:
    whole = len(run) // 4 * 4
    rest = run[whole:] + b"=" * (-len(run) % 4) if len(run) - whole > 1 else b""
    return binascii.a2b_base64(run[:whole] + rest)
