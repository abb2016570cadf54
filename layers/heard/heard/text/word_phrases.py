"""Phrases of words: how their notation is read, and where they stand in the words of a text.

`README.md` beside this file explains the notation. Gaps are bounded, so that the time is linear in
the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from heard.text.words import END, Token, fold_word

GAP_WORDS: Final = 3
"""Words that `..` may stand for."""

NEAR_WORDS: Final = 8
"""Words that may stand between the two sides of `+`."""

MIN_STEM: Final = 3
"""Letters that a stem (`word*`) has at least."""

type Element = tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]
"""What one word of a phrase may be: whole words, beginnings of words, endings of words."""

type Elements = tuple[Element | None, ...]
"""The words of a phrase in order; None is a gap."""


@dataclass(frozen=True, slots=True)
class WordPhrase:
    """A phrase of the meaning `code`; one of the phrases `nearby` must stand near it, if any."""

    code: str
    elements: Elements
    nearby: tuple[Elements, ...] = ()

    @property
    def first(self) -> Element:
        """The first word. Raises ValueError for a phrase that begins with a gap."""
        element = self.elements[0]
        if element is None:
            raise ValueError("a phrase cannot begin with a gap")
        return element


def parse_word_phrase(code: str, line: str) -> WordPhrase:
    """The phrase that a line of a file writes. Raises ValueError for a stem that is too short."""
    head, _, nearby = line.partition("+")
    alternatives = [" ".join(phrase.split()) for phrase in nearby.split("|")] if nearby else []
    words = "|".join(phrase for phrase in alternatives if " " not in phrase)
    phrases = [phrase for phrase in alternatives if " " in phrase]
    if words:
        phrases.insert(0, words)
    return WordPhrase(code, _elements(head), tuple(_elements(phrase) for phrase in phrases))


def phrase_end(elements: Elements, index: int, words: list[Token], at: int) -> int | None:
    """The token after the phrase's last, if its elements from `index` on stand at the token `at`.

    None if they do not.
    """
    if index == len(elements):
        return at
    element = elements[index]
    if element is None:
        for gap in range(GAP_WORDS + 1):
            end = phrase_end(elements, index + 1, words, at + gap)
            if end is not None:
                return end
            if at + gap >= len(words) or words[at + gap].word == END:
                return None
        return None
    if at >= len(words) or not _matches(element, words[at].word):
        return None
    return phrase_end(elements, index + 1, words, at + 1)


def find_nearby(
    phrases: tuple[Elements, ...], words: list[Token], at: int, to: int
) -> tuple[int, int] | None:
    """The tokens of the first of these phrases near the tokens from `at` to before `to`.

    It stands in the same sentence and does not overlap them. None if there is none.
    """
    for start in range(to, min(len(words), to + NEAR_WORDS)):
        if words[start].word == END:
            break
        for elements in phrases:
            end = phrase_end(elements, 0, words, start)
            if end is not None:
                return start, end
    for start in range(at - 1, max(-1, at - 1 - NEAR_WORDS), -1):
        if words[start].word == END:
            break
        for elements in phrases:
            end = phrase_end(elements, 0, words, start)
            if end is not None and end <= at:
                return start, end
    return None


def _matches(element: Element, word: str) -> bool:
    whole, beginnings, endings = element
    return (
        word in whole
        or (bool(beginnings) and word.startswith(beginnings))
        or (bool(endings) and word.endswith(endings))
    )


def _elements(phrase: str) -> Elements:
    return tuple(None if word == ".." else _element(word) for word in phrase.split())


@lru_cache(maxsize=4096)
def _element(notation: str) -> Element:
    whole: set[str] = set()
    beginnings: list[str] = []
    endings: list[str] = []
    for word in notation.split("|"):
        folded = fold_word(word.strip("*")).replace("'", "")
        if word.endswith("*"):
            if len(folded) < MIN_STEM:
                raise ValueError(f"{word}: a stem needs {MIN_STEM} letters")
            beginnings.append(folded)
        elif word.startswith("*"):
            endings.append(folded)
        else:
            whole.add(folded)
    return frozenset(whole), tuple(beginnings), tuple(endings)
