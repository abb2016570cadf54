"""The only place where a text is brought into a normal form of Unicode.

Normalising a run of combining marks takes a time that grows with the square of its length. So runs
are cut first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

MAX_MARKS: Final = 30
"""How many combining marks in a row are kept. No language has as many."""

DISGUISED_MARKS: Final = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no combining marks, but become some in a normal form."""

_MANY_MARKS: Final = re.compile(f"[\u0300-\U0010ffff]{{{MAX_MARKS + 1},}}+")
"""A run that may hold too many marks. All of them are above these code points."""


def in_form(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """A text in a normal form (UAX 15), with at most `MAX_MARKS` marks on one character. Linear."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, _MANY_MARKS.sub(_limit_marks, text))


def _limit_marks(run: re.Match[str]) -> str:
    characters: list[str] = []
    mark_count = 0
    for character in run[0]:
        is_mark = unicodedata.combining(character) or character in DISGUISED_MARKS
        mark_count = mark_count + 1 if is_mark else 0
        if mark_count <= MAX_MARKS:
            characters.append(character)
    return "".join(characters)
