"""Cuts a text into the pieces of a vocabulary, as a unigram language model finds likeliest (Kudo
2018, arXiv:1804.10959).

Owns normalisation and segmentation; knows no weights and no file, only the tables it is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SPACE: Final = "\u2581"
"""What a space is written as inside pieces; every text begins with one."""

_SPACES: Final = re.compile(" {2,}")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A vocabulary.

    `numbers` of the pieces a text may hold, `scores` (log probabilities) by number, `foldings` of
    single characters.

    `unknown` is the number of whatever no piece covers, character by character. Control pieces (the
    beginning and the end of a text) are no part of `numbers`, so that nobody can write them.
    """

    numbers: Mapping[str, int]
    scores: Sequence[float]
    foldings: Mapping[int, str]
    unknown: int
    longest: int = field(init=False)
    unknown_score: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", max(map(len, self.numbers), default=1))
        object.__setattr__(self, "unknown_score", min(self.scores, default=0.0) - 10)

    def cut(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, in its order; any string has some.

        Time grows with the text's length.
        """
        written = self._written(text)
        size = len(written)
        # best[i]: the highest score of any way to write the first i characters; last[i]: the piece
        # it ends with, and where that begins.
        best = [0.0] + [float("-inf")] * size
        last = [(self.unknown, 0)] * (size + 1)
        numbers, scores, longest = self.numbers, self.scores, self.longest
        for begin in range(size):
            so_far = best[begin]
            for end in range(begin + 1, min(begin + longest, size) + 1):
                number = numbers.get(written[begin:end])
                if number is not None and so_far + scores[number] > best[end]:
                    best[end] = so_far + scores[number]
                    last[end] = number, begin
            if so_far + self.unknown_score > best[begin + 1]:
                best[begin + 1] = so_far + self.unknown_score
                last[begin + 1] = self.unknown, begin
        found: list[int] = []
        end = size
        while end:
            number, end = last[end]
            found.append(number)
        found.reverse()
        return found

    def _written(self, text: str) -> str:
        # Composed first: the foldings know an é, not an e followed by its accent, which is how some
        # systems send it.
        composed = unicodedata.normalize("NFC", _LONE_SURROGATES.sub("\ufffd", text))
        folded = _SPACES.sub(" ", composed.translate(self.foldings))
        return (folded if folded.startswith(" ") else " " + folded).replace(" ", SPACE)
