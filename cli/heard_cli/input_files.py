"""Files that options name, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

import typer


def read_bytes(path: Path, option: str) -> bytes:
    """The content of a file, or of standard input for `-`. Raises BadParameter."""
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be read: {error.strerror}.", param_hint=option
        ) from None


def read_text(path: Path, option: str) -> str:
    """The content of a file as text in UTF-8. Raises BadParameter, which never shows it."""
    try:
        return read_bytes(path, option).decode()
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path} is not text in UTF-8.", param_hint=option) from None
