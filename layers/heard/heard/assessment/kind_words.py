"""Whether a review has kind words, and for what (R03).

An acknowledgement thanks for kind words only where there are some and nothing beside them
criticises. It names a topic only where a kind word stands beside it. Where that is not certain it
names nothing: a topic too few is better than one that the author did not praise. It knows no
wording.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from heard.assessment import vocabulary
from heard.assessment.thresholds import KIND_WORDS_THRESHOLD, thresholds_of
from heard.text import grammar
from heard.text.lexicon import Hit
from heard.text.words import END, UNSPACED, fold_signs, fold_word, tokens

if TYPE_CHECKING:
    from heard.assessment.analysis import TextAnalysis

_FLAWS: Final = ("critical_", "failure_", "mild", "insult", "promotion", "spam", "irony")
"""Codes of phrases beside which nothing is praised."""

_PRAISED_FOR_ABSENCE: Final = frozenset({"payment", "wait"})
"""Topics that are mostly praised where there was none: no waiting, nothing to pay."""

_MAX_WORDS_BETWEEN: Final = 3
_MAX_SIGNS_BETWEEN: Final = 8
_MAX_CLAUSES: Final = 50
_MAX_KIND_WORDS: Final = 50
"""Kind words that are looked at in one clause."""

_CLAUSE_END: Final = re.compile(r"[,;:.!?…\n()。！？؟।،؛、，；：–—]| - ")
_WITHOUT_SPACES: Final = frozenset({"ja", "th", "zh"})


def has_kind_words(analysis: TextAnalysis) -> bool:
    """Whether the text praises and does nothing else. Without words there are none.

    An engine that takes the text for a complaint outweighs the words: "great job ignoring me". In a
    language that we have no phrases of, the engine alone must be sure that it is praise.
    """
    if analysis.hits_of(_FLAWS):
        return False
    scores = analysis.scores
    if analysis.has("kind_word"):
        return scores is None or scores.severity[1] < KIND_WORDS_THRESHOLD
    if analysis.language is None or analysis.language in vocabulary.LANGUAGES:
        return False
    return scores is not None and scores.severity[0] < thresholds_of(scores).low


def praises_beside_offers(analysis: TextAnalysis) -> bool:
    """Whether a kind word stands in another clause than the offers to the reader.

    In the same clause it praises what is offered: "cheap watches at the best prices".
    """
    codes_of_clauses = (
        {hit.code for hit in clause.hits}
        for of_words in (True, False)
        for clause in _clauses(analysis, of_words=of_words)
    )
    return any(
        "kind_word" in codes and codes.isdisjoint({"spam", "promotion"})
        for codes in codes_of_clauses
    )


def praised_topics(analysis: TextAnalysis) -> tuple[str, ...]:
    """The topics that a kind word stands beside, the one praised most often first.

    A kind word praises only the topic nearest to it, in its own clause. A clause that also negates
    praises nothing. Empty for a language that we do not know.
    """
    if analysis.language is None or not has_kind_words(analysis):
        return ()
    counts: dict[str, int] = {}
    for of_words in (True, False):
        praising_clauses = (
            clause
            for clause in _clauses(analysis, of_words=of_words)
            if any(hit.code == "kind_word" for hit in clause.hits)
        )
        # Bounded, because any text can be full of kind words.
        for clause in islice(praising_clauses, _MAX_CLAUSES):
            topics = list(filter(None, _nearest_topics(clause, of_words=of_words)))
            if topics and not _negates(analysis, clause, of_words=of_words):
                for topic in topics:
                    counts[topic] = counts.get(topic, 0) + 1
    topics = [topic for topic in counts if topic not in _PRAISED_FOR_ABSENCE]
    return tuple(sorted(topics, key=lambda topic: -counts[topic]))


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause with phrases in it: where it stands in the text, in characters, and its text."""

    start: int
    text: str
    hits: list[Hit]


def _clauses(analysis: TextAnalysis, *, of_words: bool) -> Iterator[_Clause]:
    """The clauses that hold phrases: phrases of words, or those of signs.

    Phrases of signs stand in the folded text.
    """
    text = analysis.text if of_words else fold_signs(analysis.text)
    starts = [0, *(match.end() for match in _CLAUSE_END.finditer(text))]
    hits_by_clause: dict[int, list[Hit]] = {}
    for hit in analysis.hits:
        if (hit.to > 0) is of_words:
            hits_by_clause.setdefault(bisect_right(starts, hit.start) - 1, []).append(hit)
    for index, hits in hits_by_clause.items():
        end = starts[index + 1] if index + 1 < len(starts) else len(text)
        yield _Clause(starts[index], text[starts[index] : end], hits)


def _nearest_topics(clause: _Clause, *, of_words: bool) -> Iterator[str | None]:
    """The topic that each kind word of a clause praises, if one stands near it.

    A topic may be in the word itself ("tasty").
    """
    limit = _MAX_WORDS_BETWEEN if of_words else _MAX_SIGNS_BETWEEN
    topics = [hit for hit in clause.hits if hit.code.startswith("topic_")]
    kind_words = (hit for hit in clause.hits if hit.code == "kind_word")
    for kind_word in islice(kind_words, _MAX_KIND_WORDS):
        distances = [(_distance(kind_word, topic), topic.start, topic.code) for topic in topics]
        distance, _, code = min(distances, default=(limit + 1, 0, ""))
        yield code.removeprefix("topic_") if distance <= limit else None


def _distance(first: Hit, second: Hit) -> int:
    """Words between two hits, or signs between two phrases of signs. 0 if they touch."""
    if first.to:
        return max(0, second.at - first.to, first.at - second.to)
    return max(0, second.start - first.end, first.start - second.end)


def _negates(analysis: TextAnalysis, clause: _Clause, *, of_words: bool) -> bool:
    """Whether a word of the clause negates, in the review's language."""
    language = analysis.language or ""
    negators, endings, only = _negators(language)
    if of_words:
        inside = [token.word for token in tokens(clause.text)]
        following = [*inside[1:], END]
        return any(
            word in negators and next_word not in only
            for word, next_word in zip(inside, following, strict=True)
        )
    signs = clause.text
    # The sign for "not" may be part of a kind word: 不错.
    for words in dict.fromkeys(hit.words for hit in clause.hits if hit.code == "kind_word"):
        signs = signs.replace(words, " ")
    if any(negator in signs for negator in endings):
        return True
    if language in _WITHOUT_SPACES:
        return any(negator in signs for negator in negators)
    return not negators.isdisjoint(signs.split())


@cache
def _negators(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words that negate, the ends of words that negate, and the words of "not only"."""
    before = (
        *grammar.words("negation_before", language),
        *grammar.words("negation_anywhere", language),
    )
    after = grammar.words("negation_after", language)
    if language in UNSPACED:
        return frozenset(map(fold_signs, before)), frozenset(map(fold_signs, after)), frozenset()
    only = grammar.words("negation_only", language)
    return (
        frozenset(map(fold_word, (*before, *after))),
        frozenset(),
        frozenset(map(fold_word, only)),
    )
