"""Phrases of unspaced languages: how their notation is read, and where they stand in a text.

`README.md` beside this file explains the notation. Such a phrase is compared sign by sign with a
text in the form of `words.fold_signs`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.text import grammar
from heard.text.words import fold_signs, last_sentence, sentence_end

SPACED: Final = frozenset({"ar", "he", "hi"})
"""Languages whose phrases are compared sign by sign although they write blanks between words.

There a piece begins where a word does, or behind an article or another word that is written into
it: "drowned" is no part of "takes long", which has its letters (يستغرق).
"""

GAP_SIGNS: Final = 12
"""Signs that `..` may stand for."""

NEAR_SIGNS: Final = 30
"""Signs that may stand between the two sides of `+`."""

_MAX_PREFIX: Final = 4
"""Signs of the longest prefix."""


@dataclass(frozen=True, slots=True)
class SignRun:
    """A run of signs, and whether a word must begin before it or end behind it.

    One of the `prefixes` may stand between the beginning of that word and the run.
    """

    signs: str
    begins_word: bool
    ends_word: bool
    prefixes: frozenset[str] = frozenset()

    def end(self, text: str, at: int) -> int | None:
        """Where the run ends if it stands at `at`, else None."""
        end = at + len(self.signs)
        if not text.startswith(self.signs, at):
            return None
        if self.ends_word and end < len(text) and _is_of_word(text[end]):
            return None
        return end if not self.begins_word or self._begins_word(text, at) else None

    def _begins_word(self, text: str, at: int) -> bool:
        for start in range(at, max(-1, at - _MAX_PREFIX - 1), -1):
            if start == 0 or not _is_of_word(text[start - 1]):
                return start == at or text[start:at] in self.prefixes
        return False


@dataclass(frozen=True, slots=True)
class SignPhrase:
    """A phrase of the meaning `code`: runs with gaps between them.

    The runs `nearby`, if any, must stand near it.
    """

    code: str
    runs: tuple[SignRun, ...]
    nearby: tuple[SignRun, ...] = ()

    def end(self, text: str, at: int) -> int | None:
        """Where the phrase ends if it begins at `at` and what it needs nearby is there."""
        end = _runs_end(self.runs, text, at)
        if end is None or (self.nearby and not _is_nearby(self.nearby, text, at, end)):
            return None
        return end


def parse_sign_phrase(code: str, line: str, language: str) -> SignPhrase:
    """The phrase that a line of a file of a language writes."""
    head, _, nearby = line.partition("+")
    return SignPhrase(code, _runs(head, language), _runs(nearby, language))


def _runs(notation: str, language: str) -> tuple[SignRun, ...]:
    parts = (part.strip() for part in notation.split(".."))
    return tuple(_run(part, language) for part in parts if part)


def _run(part: str, language: str) -> SignRun:
    is_bare = part[0] not in "_*"
    return SignRun(
        fold_signs(part.strip("_*").strip()),
        begins_word=part[0] == "_" or (is_bare and language in SPACED),
        ends_word=part.endswith("_"),
        prefixes=_prefixes(language) if is_bare else frozenset(),
    )


@cache
def _prefixes(language: str) -> frozenset[str]:
    """The articles and small words that are written into the word behind them."""
    return frozenset(map(fold_signs, grammar.words("prefix", language)))


def _is_of_word(sign: str) -> bool:
    """Whether a sign is part of a word. A vowel sign of Hindi is no letter, but it is."""
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def _runs_end(runs: tuple[SignRun, ...], text: str, at: int) -> int | None:
    """Where a phrase ends if its first run stands at `at`."""
    end = runs[0].end(text, at)
    for run in runs[1:]:
        if end is None:
            return None
        stop = end + GAP_SIGNS + 1
        starts = _places(run.signs, text, end, stop)
        if not starts:
            return None
        stop = sentence_end(text, end, stop)
        ends = (run.end(text, start) for start in starts if start < stop)
        end = next((place for place in ends if place is not None), None)
    return end


def _is_nearby(runs: tuple[SignRun, ...], text: str, at: int, end: int) -> bool:
    signs = runs[0].signs
    if signs in text[max(0, at - NEAR_SIGNS) : at]:
        before = last_sentence(text[max(0, at - NEAR_SIGNS) : at])
        starts = _places(signs, before, 0, len(before))
        if any(_runs_end(runs, before, start) is not None for start in starts):
            return True
    starts = _places(signs, text, end, end + NEAR_SIGNS)
    if not starts:
        return False
    stop = sentence_end(text, end, end + NEAR_SIGNS)
    return any(_runs_end(runs, text, start) is not None for start in starts if start < stop)


def _places(signs: str, text: str, start: int, stop: int) -> list[int]:
    """Where signs begin in a text, from `start` to before `stop`."""
    end = stop + len(signs) - 1
    places: list[int] = []
    place = text.find(signs, start, end)
    while place >= 0:
        places.append(place)
        place = text.find(signs, place + 1, end)
    return places
