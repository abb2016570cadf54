"""Texts that only thank or praise: "Thanks!", "❤️❤️", "Super, vielen Dank euch allen".

Such a text is too short for an engine, but each of its words is known. So nothing can hide in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from heard.assessment import vocabulary
from heard.text import emoji
from heard.text.lexicon import Lexicon
from heard.text.words import count_links, fold_signs, matchable_text, tokens

MAX_CHARACTERS: Final = 120
"""A longer text says more than thanks."""

_LONG_LETTER: Final = re.compile(r"(\w)\1\1+")

_ALLOWED_MARKS: Final = frozenset(".,;:!~-–—…'\"’‘“”„«»*+&/)。！、，・؛،¡।^_")
"""What may stand between the words. A question mark asks, and "(" may begin a sad face."""

_DOUBTFUL_FACE: Final = re.compile("[:;=]-?/")


class _Meanings(NamedTuple):
    """What the words of a text mean, and its emoji; both are empty if anything is unknown."""

    words: frozenset[str]
    emoji: frozenset[str]


_UNKNOWN: Final = _Meanings(frozenset(), frozenset())


def is_bare_thanks(text: str, *, answers_question: bool = False) -> bool:
    """Whether a text thanks or approves, and wants no answer: "Thank you!", "OK 👍", "🙏".

    Polite and happy words may stand beside the thanks. Without a word of thanks, a friendly emoji
    approves, alone or beside a polite or a single happy word. But if the text `answers_question`,
    then "Yes, thank you" and a thumb are answers, and only thanks are thanks. Total: it raises
    nothing for any text.
    """
    words, emoji_meanings = _meanings(text, vocabulary.LANGUAGES)
    if answers_question:
        return words == frozenset(("thanks",))
    if "thanks" in words:
        return True
    word_count = sum(any(sign.isalnum() for sign in part) for part in text.split())
    return bool(emoji_meanings) and ("delight" not in words or word_count == 1)


def is_short_praise(text: str, languages: Iterable[str] = vocabulary.LANGUAGES) -> bool:
    """Whether a short text only thanks or praises, in words of one language or in emoji."""
    words, emoji_meanings = _meanings(text, languages)
    return not (words | emoji_meanings).isdisjoint({"thanks", "delight"})


def _meanings(text: str, languages: Iterable[str]) -> _Meanings:
    """The meanings of a text's words in the first language that knows them all, and of its emoji.

    Happy emoji are delight, and praying hands thanks.
    """
    if len(text) > 4 * MAX_CHARACTERS or count_links(text):
        return _UNKNOWN
    text = matchable_text(text)
    if len(text) > MAX_CHARACTERS:
        return _UNKNOWN
    groups = {match.group for match in emoji.find_emoji(text)}
    folded = fold_signs(text)
    if not groups.isdisjoint((*emoji.UNHAPPY, *emoji.ALARMING)) or not _has_only_marks(folded):
        return _UNKNOWN
    emoji_meanings = _emoji_meanings(groups)
    if not any(letter.isalnum() for letter in folded):
        return _Meanings(frozenset(), emoji_meanings)
    spellings = dict.fromkeys(
        (folded, _LONG_LETTER.sub(r"\1", folded), _LONG_LETTER.sub(r"\1\1", folded))
    )
    for language in languages:
        for spelling in spellings:
            if meanings := _word_meanings(spelling, language):
                return _Meanings(meanings, emoji_meanings)
    return _UNKNOWN


def _emoji_meanings(groups: Iterable[str]) -> frozenset[str]:
    return frozenset("thanks" if group == "thanks" else "delight" for group in groups)


def _has_only_marks(text: str) -> bool:
    """Whether all signs of a text are letters, digits, blanks, known marks or pictures.

    A doubtful face such as ":/" is no mark. Behind U+2190 there are pictures, and marks of scripts
    without blanks.
    """
    return not _DOUBTFUL_FACE.search(text) and all(
        sign.isalnum()
        or sign.isspace()
        or sign in _ALLOWED_MARKS
        or sign > "\u2190"
        or unicodedata.category(sign).startswith("M")
        for sign in text
    )


def _word_meanings(text: str, language: str) -> frozenset[str]:
    """The meanings of the words if the language, or English, knows each; else an empty set.

    What stands inside words of thanks means nothing else: "you" in "thank you".
    """
    words = tokens(text)
    hits = [
        hit
        for lexicon in (_lexicon(language), _lexicon("en"))
        for hit in lexicon.find(text, words)
        if not hit.negated
    ]
    known = bytearray(len(text))
    meanings: set[str] = set()
    for hit in sorted(hits, key=lambda hit: vocabulary.COURTESIES.index(hit.code)):
        if not all(known[hit.start : hit.end]):
            meanings.add(hit.code)
            known[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
    unknown = any(not known[index] for index, sign in enumerate(text) if sign.isalnum())
    return frozenset() if unknown else frozenset(meanings)


@cache
def _lexicon(language: str) -> Lexicon:
    meanings = vocabulary.COURTESIES
    return Lexicon(
        language, {meaning: vocabulary.phrases(meaning, language) for meaning in meanings}
    )
