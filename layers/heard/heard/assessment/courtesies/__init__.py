"""Phrases of courtesy, and whether a text holds nothing else.

They are in the text files beside this file; `README.md` says what each folder means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from heard.text import grammar
from heard.text.phrase_files import PhraseFolder
from heard.text.words import END, count_links, matchable_text, tokens

MEANINGS: Final = ("thanks", "filler", "reaction", "sign")

LANGUAGES: Final = (*grammar.LANGUAGES, "und")
"""The languages that there are phrases for; `und` is for signs, which are of no language."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)

_NO_MEANING: Final = frozenset("\ufe0f\ufe0e\u200d\u200b\ufffc")
"""Variation selectors, joiners, and the place of an image."""

_QUESTION_MARKS: Final = frozenset("?？؟")

_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)

_MAX_CHARACTERS: Final = 400
"""A longer text is more than courtesy."""


def count_phrases(text: str, meanings: Iterable[str]) -> dict[str, int] | None:
    """How often each meaning stands in a text that holds nothing else.

    None if the text holds anything else: a word, a number, or a sign that has a meaning.
    """
    if len(text) > _MAX_CHARACTERS:
        return None
    meanings = tuple(meanings)
    counts = dict.fromkeys(meanings, 0)
    for sign in _signs(text):
        if "sign" not in counts or sign not in _signs_of_courtesy():
            return None
        counts["sign"] += 1
    matchable = matchable_text(text)
    if count_links(text) or not _QUESTION_MARKS.isdisjoint(text):
        return None
    words = [token.word for token in tokens(matchable) if token.word != END]
    place = 0
    while place < len(words):
        match = _longest_words(words, place, meanings)
        if match is None:
            match = _longest_signs(words[place], meanings)
            if match is None:
                return None
            for meaning in match:
                counts[meaning] += 1
            place += 1
            continue
        meaning, length = match
        counts[meaning] += 1
        place += length
    return counts


def _longest_words(
    words: list[str], place: int, meanings: tuple[str, ...]
) -> tuple[str, int] | None:
    phrases, longest = _word_phrases(meanings)
    for length in range(min(longest, len(words) - place), 0, -1):
        if meaning := phrases.get(tuple(words[place : place + length])):
            return meaning, length
    return None


def _longest_signs(word: str, meanings: tuple[str, ...]) -> list[str] | None:
    """The meanings of a word of a script without spaces, cut into the longest phrases."""
    phrases, longest = _sign_phrases(meanings)
    parts: list[str] = []
    place = 0
    while place < len(word):
        for length in range(min(longest, len(word) - place), 0, -1):
            if meaning := phrases.get(word[place : place + length]):
                parts.append(meaning)
                place += length
                break
        else:
            return None
    return parts


@cache
def _word_phrases(meanings: tuple[str, ...]) -> tuple[dict[tuple[str, ...], str], int]:
    """The phrases by their words, and the length of the longest; the first meaning counts."""
    phrases: dict[tuple[str, ...], str] = {}
    for meaning, phrase in _phrases(meanings):
        words = tuple(token.word for token in tokens(matchable_text(phrase)) if token.word != END)
        phrases.setdefault(words, meaning)
    return phrases, max(map(len, phrases), default=0)


@cache
def _sign_phrases(meanings: tuple[str, ...]) -> tuple[dict[str, str], int]:
    """The phrases of scripts without spaces, folded as `tokens` folds a word."""
    phrases: dict[str, str] = {}
    for meaning, phrase in _phrases(meanings):
        if phrase[0] >= "\u0e00":
            words = [token.word for token in tokens(matchable_text(phrase)) if token.word != END]
            phrases.setdefault("".join(words), meaning)
    return phrases, max(map(len, phrases), default=0)


def _phrases(meanings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for meaning in meanings:
        if meaning != "sign":
            for language in LANGUAGES:
                for phrase in _FOLDER.phrases(meaning, language):
                    yield meaning, phrase


def _signs(text: str) -> Iterator[str]:
    """The pictures in a text, without tones of skin."""
    for character in text:
        if (
            unicodedata.category(character) in {"So", "Co", "Cn"}
            and character not in _NO_MEANING
            and ord(character) not in _SKIN_TONES
        ):
            yield character


@cache
def _signs_of_courtesy() -> frozenset[str]:
    return frozenset(_FOLDER.phrases("sign", "und"))
