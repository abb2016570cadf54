"""Reactions to our own messages that telephones send as text messages.

A person taps a heart on a message of ours. A telephone without that feature reads `Loved “…”`, with
our words in the quotation marks. It is no review: an answer to it would be answered by the next
heart. Owns what such a message looks like, in every language that we speak. The forms are in the
text files beside this module. Only a message that is nothing else is a reaction. Knows no platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from heard.text.phrase_files import PhraseFolder

CODE: Final = "reaction"
"""Why a reaction is no review (`ReviewEvent.no_review`)."""

LENGTH_LIMIT: Final = 5_000
"""Longest message that is looked at, in characters. A text message has far less."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)
_CODES: Final = (
    "af ar cs da de el en es fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh"
)
LANGUAGES: Final = tuple(_CODES.split())
"""The languages whose forms are known (ISO 639-1)."""

_MARKS: Final = "\"'“”„‟‘’‚‛«»‹›「」『』《》＂"
_MARK: Final = re.compile(f"[{_MARKS}]")
_TRUNCATED: Final = re.compile(r"(?:…|\.\.\.)$")
_TRIED_MARKS: Final = 4
"""How many marks at either end may be those of the quotation: some forms hold marks themselves."""

_SIGN: Final = re.compile(
    "(?:[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff][\ufe0e\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*)+"
)
_INNER_APOSTROPHE: Final = re.compile(r"(?<=\w)['’](?=\w)")
_NO_BRACES: Final = str.maketrans("{}", "()")
_UNSEEN: Final = re.compile("[\u200b\u200e\u200f\u2060\u2066-\u2069\u202a-\u202e\ufeff]")


def is_reaction(text: str | None) -> bool:
    """Whether a whole message is a telephone's reaction that quotes a message."""
    if not text or len(text) > LENGTH_LIMIT:
        return False
    message = _UNSEEN.sub("", text).translate(_NO_BRACES).strip()
    has_mark = _MARK.search(_INNER_APOSTROPHE.sub("", message)) is not None
    if not has_mark and not _fold(message.rstrip(".")).endswith(_things()):
        return False  # most messages: the forms, which are many, need not be read
    forms = _forms()
    return any(_fold(candidate) in forms for candidate in _candidates(message))


def _candidates(message: str) -> Iterator[str]:
    """The message with `{quote}` in the place of what may be the quotation."""
    yield message.rstrip(".")
    marks = [match.start() for match in _MARK.finditer(message)]
    for start in marks[:_TRIED_MARKS]:
        if _TRUNCATED.search(message):
            yield f"{message[:start]}{{quote}}"
        for end in marks[-_TRIED_MARKS:]:
            if end > start + 1 and _is_one_quotation(message[start : end + 1]):
                yield f"{message[:start]}{{quote}}{message[end + 1 :].rstrip('.')}"


def _is_one_quotation(words: str) -> bool:
    """Whether words in marks are one quotation, and not the first and the last of several."""
    first, last, inner = words[0], words[-1], words[1:-1]
    if first == last:
        return first not in _INNER_APOSTROPHE.sub("", inner)
    depth = 1
    for character in inner if last in inner else "":
        depth += (character == first) - (character == last)
        if not depth:
            return last in "’'" and last not in _INNER_APOSTROPHE.sub("", inner)
    return True


def _fold(form: str) -> str:
    """A form without what makes no difference: case, kinds of marks and of blanks, the emoji."""
    signs = _SIGN.sub("{sign}", form.replace("'", "’"))
    plain = re.sub(r"[“”„‟«»‹›「」『』＂]\s*|\s+(?=[»›])", '"', signs)
    return re.sub(r"\s*(\{quote\}|\")\s*", r"\1", " ".join(plain.split()).casefold())


@cache
def _things() -> tuple[str, ...]:
    return tuple(
        _fold(thing) for language in LANGUAGES for thing in _FOLDER.lines("thing", language)
    )


@cache
def _forms() -> frozenset[str]:
    forms: set[str] = set()
    for language in LANGUAGES:
        things = _FOLDER.lines("thing", language)
        for form in _FOLDER.lines("form", language):
            if "{thing}" in form:
                forms |= {_fold(form.replace("{thing}", thing)) for thing in things}
            else:
                forms.add(_fold(form))
    return frozenset(forms)
