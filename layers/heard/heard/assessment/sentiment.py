"""How a text feels, from -1 to 1: by the VADER lexicon in English, by a few strong words and signs elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, Protocol, cast

from heard.assessment.phrases import Hit
from heard.assessment.vocabulary import BAD_SIGNS, GOOD_SIGNS

CHUNK_WORDS: Final = 60
MOST_CHUNKS: Final = 40
"""VADER's time grows with the square of the words it is given, so it gets them in chunks, and no more than 2,400."""

_SENTENCES: Final = re.compile(r"[.!?\n]+\s+")


class _Analyzer(Protocol):
    def polarity_scores(self, text: str) -> dict[str, float]: ...


@cache
def _vader() -> _Analyzer:
    # Read on first use: the lexicon takes about 12 ms to read, and no review in another language needs it.
    from vaderSentiment import vaderSentiment  # noqa: PLC0415

    return cast("_Analyzer", vaderSentiment.SentimentIntensityAnalyzer())


def english(text: str) -> float:
    """VADER's compound score; of a longer text the mean over its chunks, since one compound saturates."""
    chunks = _chunks(text)
    if not chunks:
        return 0.0
    analyzer = _vader()
    scores = [analyzer.polarity_scores(chunk)["compound"] for chunk in chunks]
    return round(sum(scores) / len(scores), 4)


def by_strong_words(hits: Sequence[Hit], signs: float | None) -> float | None:
    """The balance of hits of the tables `good` and `bad` (a negated one counts for the other), or None without evidence."""
    good = {hit.at or hit.words for hit in hits if (hit.code == "good") != hit.negated}
    bad = {hit.at or hit.words for hit in hits if (hit.code == "bad") != hit.negated}
    balance: float = len(good) - len(bad) + (signs or 0.0)
    weight = len(good) + len(bad) + (abs(signs) if signs else 0.0)
    # The 0.5 keeps a single word from being certain.
    return round(balance / (weight + 0.5), 4) if weight else None


def by_signs(text: str) -> float | None:
    """What pictures say, in any language: good minus bad ones, at most 3 either way; None without any."""
    considered = text[:2000]
    if considered.isascii():
        return None
    good = sum(sign in GOOD_SIGNS for sign in considered)
    bad = sum(sign in BAD_SIGNS for sign in considered)
    return float(max(-3, min(3, good - bad))) if good or bad else None


def _chunks(text: str) -> list[str]:
    """The text in pieces of whole sentences of about `CHUNK_WORDS` words; a longer sentence is cut."""
    chunks: list[str] = []
    current: list[str] = []
    for sentence in _SENTENCES.split(text):
        words = [word[:40] for word in sentence.split()]
        if current and len(current) + len(words) > CHUNK_WORDS:
            chunks.append(" ".join(current))
            current = []
        current.extend(words)
        while len(current) > CHUNK_WORDS:
            chunks.append(" ".join(current[:CHUNK_WORDS]))
            current = current[CHUNK_WORDS:]
        if len(chunks) >= MOST_CHUNKS:
            return chunks[:MOST_CHUNKS]
    if current:
        chunks.append(" ".join(current))
    return chunks
