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

SPACE_MARK: Final = "\u2581"
"""What a space is written as inside pieces; every text begins with one."""

_SPACES: Final = re.compile(" {2,}")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A vocabulary.

    `numbers` of the pieces a text may hold, `scores` (log probabilities) by number, `foldings` of
    single characters.

    `unknown` is the number of whatever no piece covers, character by character. Control pieces (the
    beginning and the end of a text) are no part of `numbers`, so that nobody can write them.
    """

    piece_ids: Mapping[str, int]
    scores: Sequence[float]
    foldings: Mapping[int, str]
    unknown_id: int
    max_length: int = field(init=False)
    unknown_score: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_length", max(map(len, self.piece_ids), default=1))
        object.__setattr__(self, "unknown_score", min(self.scores, default=0.0) - 10)

    def encode(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, in its order; any string has some.

        Time grows with the text's length.
        """
        normalised = self._normalise(text)
        size = len(normalised)
        # best[i]: the highest score of any way to write the first i characters; last[i]: the piece
        # it ends with, and where that begins.
        best = [0.0] + [float("-inf")] * size
        last_piece = [(self.unknown_id, 0)] * (size + 1)
        piece_ids, scores, max_length = self.piece_ids, self.scores, self.max_length
        for begin in range(size):
            so_far = best[begin]
            for end in range(begin + 1, min(begin + max_length, size) + 1):
                piece_id = piece_ids.get(normalised[begin:end])
                if piece_id is not None and so_far + scores[piece_id] > best[end]:
                    best[end] = so_far + scores[piece_id]
                    last_piece[end] = piece_id, begin
            if so_far + self.unknown_score > best[begin + 1]:
                best[begin + 1] = so_far + self.unknown_score
                last_piece[begin + 1] = self.unknown_id, begin
        result: list[int] = []
        end = size
        while end:
            piece_id, end = last_piece[end]
            result.append(piece_id)
        result.reverse()
        return result

    def _normalise(self, text: str) -> str:
        # Composed first: the foldings know an é, not an e followed by its accent, which is how some
        # systems send it.
        composed = unicodedata.normalize("NFC", _LONE_SURROGATES.sub("\ufffd", text))
        folded = _SPACES.sub(" ", composed.translate(self.foldings))
        return (folded if folded.startswith(" ") else " " + folded).replace(" ", SPACE_MARK)
