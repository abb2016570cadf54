"""The zip file of a pack: equal files make equal bytes, on every machine."""

from __future__ import annotations

import hashlib
import zipfile
from types import TracebackType
from typing import IO, Any, Final, Self

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_READABLE: Final = 0o644 << 16


class Archive:
    """Writes files one by one, as they are.

    What is large in a pack is compressed already, and what a library deflates differs from one
    version to the next.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes) -> None:
        """Add a file, and note its hash."""
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.create_system = _UNIX
        entry.external_attr = _READABLE
        self._zip.writestr(entry, content)
        self.files[name] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
