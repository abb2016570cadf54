"""Texts that only thank or praise: "Thanks!", "❤️❤️", "Super, vielen Dank euch allen".

Such a text is too short for an engine, but each of its words is known. So nothing can hide in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from heard.assessment import vocabulary
from heard.text import emoji
from heard.text.lexicon import Lexicon
from heard.text.words import count_links, fold_signs, matchable_text, tokens

MAX_CHARACTERS: Final = 120
"""A longer text says more than thanks."""

_LONG_LETTER: Final = re.compile(r"(\w)\1\1+")

_ALLOWED_MARKS: Final = frozenset(".,;:!~-–—…'\"’‘“”„«»*+&/)。！、，・؛،¡।^_")
"""What may stand between the words. A question mark asks, and "(" may begin a sad face."""


def has_only_thanks(text: str) -> bool:
    """Whether a text only thanks, in any language that we speak, and says nothing else.

    Polite and happy words and emoji may stand beside the thanks: "Perfect, thank you all!"
    """
    return "thanks" in _meanings(text, vocabulary.LANGUAGES)


def is_short_praise(text: str, languages: Iterable[str] = vocabulary.LANGUAGES) -> bool:
    """Whether a short text only thanks or praises, in words of one language or in emoji."""
    return not _meanings(text, languages).isdisjoint({"thanks", "delight"})


def _meanings(text: str, languages: Iterable[str]) -> frozenset[str]:
    """The meanings of a text's words in the first language that knows them all.

    Happy emoji are delight, and praying hands thanks. An empty set if a word or a sign is unknown.
    """
    if len(text) > 4 * MAX_CHARACTERS or count_links(text):
        return frozenset()
    text = matchable_text(text)
    if len(text) > MAX_CHARACTERS:
        return frozenset()
    groups = {match.group for match in emoji.find_emoji(text)}
    if not groups.isdisjoint((*emoji.UNHAPPY, *emoji.ALARMING)):
        return frozenset()
    folded = fold_signs(text)
    if not any(letter.isalnum() for letter in folded):
        return _of_emoji(groups) if groups and has_only_marks(folded) else frozenset()
    if not has_only_marks(folded):
        return frozenset()
    spellings = dict.fromkeys(
        (folded, _LONG_LETTER.sub(r"\1", folded), _LONG_LETTER.sub(r"\1\1", folded))
    )
    for language in languages:
        for spelling in spellings:
            if meanings := _of_words(spelling, language):
                return meanings | _of_emoji(groups)
    return frozenset()


def _of_emoji(groups: Iterable[str]) -> frozenset[str]:
    return frozenset("thanks" if group == "thanks" else "delight" for group in groups)


def has_only_marks(text: str) -> bool:
    """Whether all signs of a text are letters, digits, blanks, known marks or pictures.

    Behind U+2190 there are pictures, and marks of scripts without blanks.
    """
    return all(
        sign.isalnum()
        or sign.isspace()
        or sign in _ALLOWED_MARKS
        or sign > "\u2190"
        or unicodedata.category(sign).startswith("M")
        for sign in text
    )


def _of_words(text: str, language: str) -> frozenset[str]:
    """The meanings of the words if the language, or English, knows each; else an empty set."""
    words = tokens(text)
    known = bytearray(len(text))
    meanings: set[str] = set()
    for lexicon in (_lexicon(language), _lexicon("en")):
        for hit in lexicon.find(text, words):
            if not hit.negated:
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
