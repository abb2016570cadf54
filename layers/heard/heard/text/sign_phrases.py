"""Phrases of unspaced languages: how their notation is read, and where they stand in a text.

`README.md` beside this file explains the notation. Such a phrase is compared sign by sign with a
text in the form of `words.fold_signs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heard.text.words import fold_signs, last_sentence, sentence_end

GAP_SIGNS: Final = 12
"""Signs that `..` may stand for."""

NEAR_SIGNS: Final = 30
"""Signs that may stand between the two sides of `+`."""


@dataclass(frozen=True, slots=True)
class SignRun:
    """A run of signs, and whether a word must begin before it or end behind it."""

    signs: str
    begins_word: bool
    ends_word: bool

    def end(self, text: str, at: int) -> int | None:
        """Where the run ends if it stands at `at`, else None."""
        end = at + len(self.signs)
        if not text.startswith(self.signs, at):
            return None
        if self.begins_word and at > 0 and text[at - 1].isalnum():
            return None
        if self.ends_word and end < len(text) and text[end].isalnum():
            return None
        return end


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


def parse_sign_phrase(code: str, line: str) -> SignPhrase:
    """The phrase that a line of a file writes."""
    head, _, nearby = line.partition("+")
    return SignPhrase(code, _runs(head), _runs(nearby))


def _runs(notation: str) -> tuple[SignRun, ...]:
    parts = [fold_signs(part.strip()) for part in notation.split("..") if part.strip()]
    return tuple(
        SignRun(part.strip("_"), part.startswith("_"), part.endswith("_")) for part in parts
    )


def _runs_end(runs: tuple[SignRun, ...], text: str, at: int) -> int | None:
    """Where a phrase ends if its first run stands at `at`."""
    end = runs[0].end(text, at)
    for run in runs[1:]:
        if end is None:
            return None
        starts = range(end, sentence_end(text, end, end + GAP_SIGNS + 1))
        ends = (run.end(text, start) for start in starts)
        end = next((place for place in ends if place is not None), None)
    return end


def _is_nearby(runs: tuple[SignRun, ...], text: str, at: int, end: int) -> bool:
    before = last_sentence(text[max(0, at - NEAR_SIGNS) : at])
    if any(_runs_end(runs, before, start) is not None for start in range(len(before))):
        return True
    starts = range(end, sentence_end(text, end, end + NEAR_SIGNS))
    return any(_runs_end(runs, text, start) is not None for start in starts)
