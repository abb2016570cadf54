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
GREETING: Final = "greeting"
"""What stands before a customer's name: "Dear". "Null" behind it was a name that is missing."""

_SURE: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$\{|<%|%>|<<|>>"
    r"|\{[\w .:-]{0,40}\}"
    r"|%(?:\d\$)?[sd](?!\w)|%\([\w ]{1,40}\)[sd]|(?<!\w)%[A-Za-z_]{3,40}%(?!\w)"
    r"|(?<![\w#])#[A-Z_]{3,40}#(?!\w)|(?<![\w@])@@\w{2,40}@@|(?<!\w)\*\|[A-Z_:]{2,40}\|\*"
    r"|(?<![\w$])\$[A-Z_]{3,40}(?!\w)"
    r"|(?<!\w)X{3,12}(?!\w)|(?<!\w)X{2}(?:[./-]X{2,4}){1,3}(?!\w)"
    r"|(?<!\w)x{2,6}(?:[-./ ]x{2,6}){1,5}(?!\w)"
    r"|(?<!\w)(?:TODO|TBD|FIXME|TBC)(?!\w)|_{4,}|(?i:lorem ipsum)"
    r"|\[object Object\]|(?<!\w)NaN(?!\w)|(?<!\w)(undefined|null)[ ,]{1,2}\1(?!\w)"
)
_BRACKETS: Final = re.compile(r"\[([^\[\]\n]{1,60})\]|<([^<>\n@/]{1,60})>")
_MARKS: Final = re.compile(r"\(([^()\n]{1,60})\)")
_CAPITALS: Final = re.compile(r"[A-Z][A-Z_]+(?: [A-Z_]{2,}){0,5}")
_MIN_CAPITALS: Final = 4
_MISSING_NAME: Final = (
    r"(?<!\w)(?i:{greetings})(?:[ ,]+(?:[A-Z][\w/]{0,12}\.?[ ]+){0,2})"
    r"(?:null|undefined|None|NULL|N/A|nil)(?=\s*(?:[,!:;.\n–-]|$))"
)
"""A greeting, perhaps a title, and what a program writes where it has no name."""

_SMILEYS_AND_NOTES: Final = frozenset({"sic", "edit", "update"})


def has_placeholder(text: str) -> bool:
    """Whether a text holds a placeholder.

    What stands in square or angle brackets is one if it names a field in any of our languages, or
    is written in capitals. In round brackets it must be short, and begin with an order to fill
    something in. "Null" is one behind a greeting, because it is a word of its own elsewhere.
    """
    if _SURE.search(text) or _missing_name().search(text):
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


@cache
def _missing_name() -> re.Pattern[str]:
    greetings = {line for language in LANGUAGES for line in FOLDER.phrases(GREETING, language)}
    alternatives = "|".join(map(re.escape, sorted(greetings, key=len, reverse=True)))
    return re.compile(_MISSING_NAME.replace("{greetings}", alternatives))
