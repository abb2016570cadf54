"""Files that options name, or standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import typer

_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class UnreadableContent(ValueError):
    """Some bytes are not text or not JSON. The message says why and where, and quotes nothing."""


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
    content = read_bytes(path, option)
    try:
        return _decode(content)
    except UnreadableContent as error:
        raise typer.BadParameter(f"{path}: {error}.", param_hint=option) from None


def read_json(path: Path, option: str) -> object:
    """The JSON value in a file. Raises BadParameter, which never shows a value."""
    content = read_bytes(path, option)
    try:
        return parse_json(content)
    except UnreadableContent as error:
        raise typer.BadParameter(f"{path}: {error}.", param_hint=option) from None


def parse_json(content: bytes) -> object:
    """The JSON value in some bytes. Raises UnreadableContent, and nothing else."""
    text = _decode(content)
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableContent(
            f"it is not JSON. Look at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise UnreadableContent("its JSON is nested too deeply") from None
    except ValueError:
        # Python refuses a number of more than 4,300 digits.
        raise UnreadableContent("its JSON has a number that is too long") from None
    return document


def has_byte_order_mark(content: bytes) -> bool:
    """Whether some bytes begin with a mark that editors on Windows write."""
    return content.startswith(_BYTE_ORDER_MARKS)


def _decode(content: bytes) -> str:
    if has_byte_order_mark(content):
        raise UnreadableContent(
            "it begins with a byte order mark. Save the file as UTF-8 without BOM"
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UnreadableContent(
            "it is not text in UTF-8. Save the file as UTF-8 without BOM"
        ) from None
