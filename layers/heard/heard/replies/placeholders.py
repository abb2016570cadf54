"""Placeholders of a template that nobody filled in: {{name}}, [date], XXX, Lorem ipsum."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from heard.replies.tone import FOLDER, LANGUAGES
from heard.text.words import fold_word, tokens

FIELD: Final = "field"
"""Words that name what a template fills in, such as "name". In brackets they are placeholders."""
FILL_IN: Final = "fill_in"
"""Words that order somebody to fill something in, such as "insert"."""

_SURE: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$\{|<%|%>|<<|>>"
    r"|\{[\w .:-]{0,40}\}"
    r"|%(?:\d\$)?[sd](?!\w)|%\([\w ]{1,40}\)[sd]|(?<!\w)%[A-Za-z_]{3,40}%(?!\w)"
    r"|(?<![\w#])#[A-Z_]{3,40}#(?!\w)|(?<![\w@])@@\w{2,40}@@|(?<!\w)\*\|[A-Z_:]{2,40}\|\*"
    r"|(?<![\w$])\$[A-Z_]{3,40}(?!\w)"
    r"|(?<!\w)X{3,12}(?!\w)|(?<!\w)X{2}(?:[./-]X{2,4}){1,3}(?!\w)"
    r"|(?<!\w)x{2,6}(?:[-./ ]x{2,6}){1,5}(?!\w)"
    r"|(?<!\w)(?:TODO|TBD|FIXME|TBC)(?!\w)|_{4,}|(?i:lorem ipsum)"
    r"|(?<!\w)(?:[Dd]ear|[Hh]ello|[Hh]i) (?:null|undefined|None|NaN|N/A)(?!\w)"
    r"|\[object Object\]"
)
_BRACKETS: Final = re.compile(r"\[([^\[\]\n]{1,60})\]|<([^<>\n@/]{1,60})>")
_MARKS: Final = re.compile(r"\(([^()\n]{1,60})\)")
_CAPITALS: Final = re.compile(r"[A-Z][A-Z_]+(?: [A-Z_]{2,}){0,5}")
_MIN_CAPITALS: Final = 4
_SMILEYS_AND_NOTES: Final = frozenset({"sic", "edit", "update"})


def has_placeholder(text: str) -> bool:
    """Whether a text holds a placeholder.

    What stands in square or angle brackets is one if it names a field in any of our languages, or
    is written in capitals. In round brackets it must be short, and begin with an order to fill
    something in.
    """
    if _SURE.search(text):
        return True
    if any(_is_field(square or angle) for square, angle in _BRACKETS.findall(text)):
        return True
    return any(_is_order(inner) for inner in _MARKS.findall(text))


def _is_field(inner: str) -> bool:
    words = [token.word for token in tokens(inner.replace("_", " "))]
    if not words or words[0] in _SMILEYS_AND_NOTES:
        return False
    if _CAPITALS.fullmatch(inner.strip()) and len(inner) >= _MIN_CAPITALS:
        return True
    return len(words) <= 6 and not _fields().isdisjoint(words)


def _is_order(inner: str) -> bool:
    words = [token.word for token in tokens(inner.replace("_", " "))]
    return len(words) in {2, 3} and words[0] in _orders() and not _fields().isdisjoint(words[1:])


@cache
def _fields() -> frozenset[str]:
    return frozenset(
        fold_word(word) for language in LANGUAGES for word in FOLDER.phrases(FIELD, language)
    )


@cache
def _orders() -> frozenset[str]:
    return frozenset(
        fold_word(word) for language in LANGUAGES for word in FOLDER.phrases(FILL_IN, language)
    )
