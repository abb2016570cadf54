"""A text of somebody else on one line of ours: a name, a signature, the subject of a review."""

from __future__ import annotations

import unicodedata
from typing import Final

INVISIBLE_CHARACTERS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""Marks of the direction of writing and of the byte order, which nobody sees."""


def one_line(text: str, max_characters: int) -> str:
    """A text on one line, without invisible characters.

    A longer text is shortened with an ellipsis, behind a word where possible.
    """
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text[: max_characters * 4]
        if character not in INVISIBLE_CHARACTERS
    )
    line = " ".join(visible.encode("utf-8", "ignore").decode().split())
    if len(line) <= max_characters:
        return line
    prefix = line[: max_characters - 1]
    words = prefix.rpartition(" ")[0]
    return (words if len(words) > max_characters // 2 else prefix.rstrip()) + "…"
