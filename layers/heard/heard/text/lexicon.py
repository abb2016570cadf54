"""Finds the phrases of a language in a text.

`README.md` beside this file explains how phrases are written. Phrases of unspaced languages are
compared character by character ("sign by sign"), unless they are written in Latin letters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Final

from heard.text.legible import LINE_START
from heard.text.negation import Negation
from heard.text.sign_phrases import SignPhrase, parse_sign_phrase
from heard.text.word_phrases import (
    MIN_STEM,
    WordPhrase,
    find_nearby,
    parse_word_phrase,
    phrase_end,
)
from heard.text.words import CACHE_SIZE, UNSPACED, Token, fold_signs

_UNSPACED_LETTERS: Final = re.compile(
    "[\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]"
)
_QUOTED_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the meaning `code` that stands in the text.

    `at` and `to` count tokens; of `a + b` they cover only `a`. Both are 0 for a phrase of signs.
    `start` and `end` count characters: of the text for a phrase of words, of the folded text for a
    phrase of signs.
    """

    code: str
    at: int
    to: int
    words: str
    negated: bool
    start: int
    end: int


class Lexicon:
    """The phrases of one language, of any number of meanings."""

    def __init__(self, language: str, meanings: Mapping[str, Iterable[str]]) -> None:
        """Reads the lines of each meaning. Raises ValueError for one that is not well written."""
        self._negation = Negation.of(language)
        self._by_run: defaultdict[str, list[tuple[int, SignPhrase]]] = defaultdict(list)
        self._by_word: defaultdict[str, list[WordPhrase]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[tuple[str, WordPhrase]]] = defaultdict(list)
        self._by_ending: list[tuple[str, WordPhrase]] = []
        self._phrase_cache: dict[str, tuple[WordPhrase, ...]] = {}
        numbers = count()
        for code, lines in meanings.items():
            for line in lines:
                if language in UNSPACED and not line.isascii():
                    phrase = parse_sign_phrase(code, line, language)
                    self._by_run[phrase.runs[0].signs].append((next(numbers), phrase))
                else:
                    self._add(parse_word_phrase(code, line))
        self._endings = tuple(ending for ending, _ in self._by_ending)
        self._run_lengths = _lengths_by_first_sign(self._by_run)

    def _add(self, phrase: WordPhrase) -> None:
        whole, beginnings, endings = phrase.first
        for word in whole:
            self._by_word[word].append(phrase)
        for stem in beginnings:
            self._by_stem[stem[:MIN_STEM]].append((stem, phrase))
        self._by_ending.extend((ending, phrase) for ending in endings)

    def find(self, text: str, words: list[Token], starts: Iterable[int] | None = None) -> list[Hit]:
        """Every phrase in a text: first those of signs, then those of words, in the text's order.

        `words` are the `tokens` of the text. With `starts`, phrases of words are looked for only
        where these tokens begin them.
        """
        hits = self._find_signs(text) if self._by_run and _UNSPACED_LETTERS.search(text) else []
        if not self._by_word and not self._by_stem and not self._by_ending:
            return hits
        for at in range(len(words)) if starts is None else starts:
            token = words[at]
            phrases = self._phrase_cache.get(token.word)
            if phrases is None:
                phrases = self._phrases_beginning_with(token.word)
            for phrase in phrases:
                to = phrase_end(phrase.elements, 1, words, at + 1)
                if to is None:
                    continue
                first, last = at, to
                nearby = None
                if phrase.nearby:
                    nearby = find_nearby(phrase.nearby, words, at, to)
                    if nearby is None:
                        continue
                    first, last = min(at, nearby[0]), max(to, nearby[1])
                quote = text[words[first].start : words[last - 1].end][:_QUOTED_CHARACTERS]
                quote = quote.replace(LINE_START, " ")
                negated = self._negation.negates_words(text, words, at, to, nearby)
                hits.append(
                    Hit(phrase.code, at, to, quote, negated, token.start, words[to - 1].end)
                )
        return hits

    def _phrases_beginning_with(self, word: str) -> tuple[WordPhrase, ...]:
        """The phrases that may begin with a word.

        The result is remembered, because most words come again and begin no phrase.
        """
        phrases = [*self._by_word.get(word, ())]
        stems = self._by_stem.get(word[:MIN_STEM], ())
        phrases += (phrase for stem, phrase in stems if word.startswith(stem))
        if self._endings and word.endswith(self._endings):
            phrases += (phrase for ending, phrase in self._by_ending if word.endswith(ending))
        if len(self._phrase_cache) >= CACHE_SIZE:
            self._phrase_cache.clear()
        self._phrase_cache[word] = tuple(phrases)
        return self._phrase_cache[word]

    def _find_signs(self, text: str) -> list[Hit]:
        folded = fold_signs(text)
        hits: list[Hit] = []
        size = len(folded)
        for at, sign in enumerate(folded):
            # A text may repeat a sign that begins hundreds of phrases. So whole runs are looked up:
            # they have only a few lengths.
            phrases: list[tuple[int, SignPhrase]] = []
            for length in self._run_lengths.get(sign, ()):
                if at + length <= size:
                    phrases += self._by_run.get(folded[at : at + length], ())
            if len(phrases) > 1:
                phrases.sort(key=itemgetter(0))
            for _, phrase in phrases:
                end = phrase.end(folded, at)
                if end is not None:
                    negated = self._negation.negates_signs(folded, at, end)
                    hits.append(Hit(phrase.code, 0, 0, folded[at:end], negated, at, end))
        return hits


def _lengths_by_first_sign(runs: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How long the runs are that begin with a sign, by that sign, the shortest first."""
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for run in runs:
        lengths[run[0]].add(len(run))
    return {sign: tuple(sorted(of_sign)) for sign, of_sign in lengths.items()}


def unmasked_hits(hits: Iterable[Hit], masks: Collection[str]) -> list[Hit]:
    """The hits that overlap none of the meanings `masks` (idioms), without the masks themselves."""
    all_hits = list(hits)
    # Phrases of words and of signs count characters of two different forms of the text, so neither
    # masks the other.
    masked = {
        (hit.to > 0, index)
        for hit in all_hits
        if hit.code in masks
        for index in range(hit.start, hit.end)
    }
    if not masked:
        return all_hits
    return [
        hit
        for hit in all_hits
        if hit.code not in masks
        and masked.isdisjoint((hit.to > 0, index) for index in range(hit.start, hit.end))
    ]
