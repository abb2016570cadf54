"""The facts file of a day: its sealed outcomes as compressed lines, in the order of the leaves."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

_LEVEL: Final = 6
_GZIP: Final = 31
"""The form of gzip, with the largest window. Its header has no time and no name."""
_CHUNK: Final = 1 << 20
LONGEST_FILE: Final = 4 << 30
"""How many bytes of lines are read at most: two million outcomes are 1.5 GB."""


@dataclass(frozen=True, slots=True)
class FactsFile:
    """Where the facts of a day are, and what they were when the day was sealed.

    `sha256` and `bytes` are those of the compressed file; `lines` counts its outcomes.
    """

    key: str
    sha256: str
    bytes: int
    lines: int

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {"key": self.key, "sha256": self.sha256, "bytes": self.bytes, "lines": self.lines}


class FactsWriter:
    """Compresses the lines of a day as they come. Equal lines make equal bytes."""

    def __init__(self) -> None:
        self._gzip = zlib.compressobj(_LEVEL, wbits=_GZIP)
        self._content = bytearray()
        self._lines = 0

    def add(self, line: bytes) -> None:
        """Add a line, which has no line break."""
        self._content += self._gzip.compress(line + b"\n")
        self._lines += 1

    def close(self, business: str, day: str) -> tuple[bytes, FactsFile]:
        """The file, and what the seal of the day says of it."""
        content = bytes(self._content + self._gzip.flush())
        sha256 = hashlib.sha256(content).hexdigest()
        key = facts_key(business, day, sha256)
        return content, FactsFile(key, sha256, len(content), self._lines)


def facts_key(business: str, day: str, sha256: str) -> str:
    """Where the facts of a day are in the lake."""
    return f"outcomes/business={business}/day={day}/{sha256[:12]}.jsonl.gz"


def compress_lines(lines: Iterable[bytes], business: str, day: str) -> tuple[bytes, FactsFile]:
    """A facts file of these lines."""
    writer = FactsWriter()
    for line in lines:
        writer.add(line)
    return writer.close(business, day)


def facts_lines(content: bytes, longest: int = LONGEST_FILE) -> list[bytes]:
    """The lines of a facts file.

    Raises ValueError where it is no such file, or holds more than `longest` bytes.
    """
    parts: list[bytes] = []
    total = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            while chunk := file.read(_CHUNK):
                total += len(chunk)
                if total > longest:
                    raise ValueError("the facts are longer than any day")
                parts.append(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("the facts file cannot be read") from error
    text = b"".join(parts)
    if text and not text.endswith(b"\n"):
        raise ValueError("the last line of the facts has no end")
    return text[:-1].split(b"\n") if text else []
