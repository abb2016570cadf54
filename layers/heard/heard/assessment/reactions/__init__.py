"""Reactions to messages that telephones send as text messages.

A person taps a heart on a message of ours. A telephone without that feature reads `Loved “…”`, with
our words in the quotation marks. An answer to it would be answered by the next heart. But a person
may write `Disliked “your soup”` too, and that is a complaint. So this module only knows what such a
message looks like, in every language that we speak, and what it quotes. `heard.steps.loops` decides
whether the quotation is ours: it knows our words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from heard.text import emoji
from heard.text.phrase_files import PhraseFolder

LENGTH_LIMIT: Final = 5_000
"""Longest message that is looked at, in characters. A text message has far less."""

MEANINGS: Final = ("form", "dislike")

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


class Quotation(NamedTuple):
    """What a reaction may quote.

    It `is_cut` where the telephone quotes only the beginning. The reaction `is_friendly` if it
    neither says dislike nor shows an unhappy emoji.
    """

    words: str
    is_cut: bool
    is_friendly: bool


def find_quotations(text: str) -> tuple[Quotation, ...]:
    """What a message may quote if it is a reaction and nothing else; empty if it is none.

    There may be several readings, because the quoted words can hold quotation marks too. Total: it
    raises nothing for any text.
    """
    return tuple(
        Quotation(words, is_cut, meaning != "dislike" and _has_no_unhappy_emoji(candidate))
        for candidate, words, is_cut in _read_candidates(text)
        if words and (meaning := _forms().get(_fold(candidate)))
    )


def says_dislike(text: str) -> bool:
    """Whether a message has the form of a reaction that says that somebody dislikes the words."""
    return any(
        _forms().get(_fold(candidate)) == "dislike" for candidate, *_ in _read_candidates(text)
    )


def _has_no_unhappy_emoji(text: str) -> bool:
    groups = {match.group for match in emoji.find_emoji(text)}
    return groups.isdisjoint((*emoji.UNHAPPY, *emoji.ALARMING))


def _read_candidates(text: str) -> Iterator[tuple[str, str, bool]]:
    """The candidates of a message. Most messages have none, and then the forms are never read."""
    if len(text) > LENGTH_LIMIT:
        return
    message = _UNSEEN.sub("", text).translate(_NO_BRACES).strip()
    if _MARK.search(_INNER_APOSTROPHE.sub("", message)):
        yield from _candidates(message)


def _candidates(message: str) -> Iterator[tuple[str, str, bool]]:
    """The message with `{quote}` in the place of what may be the quotation, and the quotation.

    The last says whether the quotation is cut.
    """
    marks = [match.start() for match in _MARK.finditer(message)]
    for start in marks[:_TRIED_MARKS]:
        if _TRUNCATED.search(message):
            yield f"{message[:start]}{{quote}}", message[start + 1 :].strip(), True
        for end in marks[-_TRIED_MARKS:]:
            if end > start + 1 and _is_one_quotation(message[start : end + 1]):
                words = message[start + 1 : end].strip()
                yield (
                    f"{message[:start]}{{quote}}{message[end + 1 :].rstrip('.')}",
                    words,
                    _TRUNCATED.search(words) is not None,
                )


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
    plain = re.sub(r"[“”„‟«»‹›「」『』＂]\s*|(?<!\s)\s++(?=[»›])", '"', signs)
    return re.sub(r" ?(\{quote\}|\") ?", r"\1", " ".join(plain.split()).casefold())


@cache
def _forms() -> dict[str, str]:
    """What each form means, by the form."""
    return {
        _fold(form): meaning
        for meaning in MEANINGS
        for language in LANGUAGES
        for form in _FOLDER.lines(meaning, language)
    }
