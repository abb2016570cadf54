"""Cuts a text into the tokens of a vocabulary: the likeliest ones by a unigram language model.

Source: Kudo 2018, arXiv:1804.10959. Owns normalisation and segmentation. Knows no weights and no
file, only the tables that it gets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from heard.text.unicode_form import in_form

SPACE_MARK: Final = "\u2581"
"""How tokens write a space; every text begins with one."""

_SPACES: Final = re.compile(" {2,}")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A vocabulary.

    `token_ids` are the ids of the tokens that a text may hold, `scores` their log probabilities by
    id, `foldings` the replacements of single characters. `unknown_id` is the id of a character that
    no token covers. Control tokens (the beginning and the end of a text) are not in `token_ids`, so
    that no text can contain them.
    """

    token_ids: Mapping[str, int]
    scores: Sequence[float]
    foldings: Mapping[int, str]
    unknown_id: int
    max_length: int = field(init=False)
    unknown_score: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_length", max(map(len, self.token_ids), default=1))
        object.__setattr__(self, "unknown_score", min(self.scores, default=0.0) - 10)

    def encode(self, text: str) -> list[int]:
        """The ids of a text's tokens, in order. Takes any string, in linear time."""
        normalised = self._normalise(text)
        size = len(normalised)
        # best[i] is the highest score of any way to write the first i characters. last_token[i] is
        # the token that this way ends with, and where that token begins.
        best = [0.0] + [float("-inf")] * size
        last_token = [(self.unknown_id, 0)] * (size + 1)
        token_ids, scores, max_length = self.token_ids, self.scores, self.max_length
        for begin in range(size):
            so_far = best[begin]
            for end in range(begin + 1, min(begin + max_length, size) + 1):
                token_id = token_ids.get(normalised[begin:end])
                if token_id is not None and so_far + scores[token_id] > best[end]:
                    best[end] = so_far + scores[token_id]
                    last_token[end] = token_id, begin
            if so_far + self.unknown_score > best[begin + 1]:
                best[begin + 1] = so_far + self.unknown_score
                last_token[begin + 1] = self.unknown_id, begin
        result: list[int] = []
        end = size
        while end:
            token_id, end = last_token[end]
            result.append(token_id)
        result.reverse()
        return result

    def _normalise(self, text: str) -> str:
        # The text is composed first. The foldings know an é, but some systems send an e and then
        # its accent.
        composed = in_form("NFC", _LONE_SURROGATES.sub("\ufffd", text))
        folded = _SPACES.sub(" ", composed.translate(self.foldings))
        return (folded if folded.startswith(" ") else " " + folded).replace(" ", SPACE_MARK)
