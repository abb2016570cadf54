"""Whether a review has kind words, and for what (R03).

An acknowledgement thanks for kind words only where there are some and nothing beside them
criticises. It names a topic only where a kind word stands beside it. Where that is not certain it
names nothing: a topic too few is better than one that the author did not praise. It knows no
wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from heard.assessment import vocabulary
from heard.assessment.thresholds import KIND_WORDS_THRESHOLD, thresholds_of
from heard.text import grammar
from heard.text.lexicon import Hit
from heard.text.words import END, UNSPACED, Token, fold_signs, fold_word

if TYPE_CHECKING:
    from heard.assessment.analysis import TextAnalysis

_FLAWS: Final = ("critical_", "failure_", "mild", "insult", "promotion", "spam", "irony")
"""Codes of phrases beside which nothing is praised."""

_PRAISED_FOR_ABSENCE: Final = frozenset({"payment", "wait"})
"""Topics that are mostly praised where there was none: no waiting, nothing to pay."""

_MAX_WORDS_BETWEEN: Final = 3
_MAX_SIGNS_BETWEEN: Final = 8

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


def praised_topics(analysis: TextAnalysis) -> tuple[str, ...]:
    """The topics that a kind word stands beside, the one praised most often first.

    A kind word praises only the topic nearest to it, in its own clause. A clause that also negates
    or criticises praises nothing. Empty for a language that we do not know.
    """
    if analysis.language is None or not has_kind_words(analysis):
        return ()
    counts: dict[str, int] = {}
    for of_words, text, words in (
        (True, analysis.text, analysis.words),
        (False, fold_signs(analysis.text), ()),
    ):
        hits = [hit for hit in analysis.hits if (hit.to > 0) is of_words]
        clauses = _clauses(text)
        for kind_word in (hit for hit in hits if hit.code == "kind_word"):
            clause = next(clause for clause in clauses if kind_word.start < clause[1])
            topic = _nearest_topic(kind_word, _within(hits, clause), words)
            if topic and not _is_negating(text, clause, words, hits, analysis.language):
                counts[topic] = counts.get(topic, 0) + 1
    topics = [topic for topic in counts if topic not in _PRAISED_FOR_ABSENCE]
    return tuple(sorted(topics, key=lambda topic: -counts[topic]))


type _Clause = tuple[int, int]
"""Where a clause begins and ends, in characters."""


def _clauses(text: str) -> list[_Clause]:
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text) + 1], strict=True))


def _within(hits: Iterable[Hit], clause: _Clause) -> list[Hit]:
    return [hit for hit in hits if clause[0] <= hit.start < clause[1]]


def _nearest_topic(kind_word: Hit, hits: Iterable[Hit], words: Sequence[Token]) -> str | None:
    """The topic that a kind word praises, if one stands near it; it may be in the word itself."""
    limit = _MAX_WORDS_BETWEEN if words else _MAX_SIGNS_BETWEEN
    distances = [
        (_distance(kind_word, hit), hit.start, hit.code.removeprefix("topic_"))
        for hit in hits
        if hit.code.startswith("topic_")
    ]
    distance, _, topic = min(distances, default=(limit + 1, 0, ""))
    return topic if distance <= limit else None


def _distance(first: Hit, second: Hit) -> int:
    """Words between two hits, or signs between two phrases of signs. 0 if they touch."""
    if first.to:
        return max(0, second.at - first.to, first.at - second.to)
    return max(0, second.start - first.end, first.start - second.end)


def _is_negating(
    text: str, clause: _Clause, words: Sequence[Token], hits: Sequence[Hit], language: str
) -> bool:
    """Whether a word of the clause negates, in the review's language."""
    negators, endings, only = _negators(language)
    if words:
        inside = [token.word for token in words if clause[0] <= token.start < clause[1]]
        following = [*inside[1:], END]
        return any(
            word in negators and next_word not in only
            for word, next_word in zip(inside, following, strict=True)
        )
    letters = list(text[clause[0] : clause[1]])
    for hit in _within(hits, clause):  # the sign for "not" may be part of a kind word: 不错
        if hit.code == "kind_word":
            start = hit.start - clause[0]
            letters[start : hit.end - clause[0]] = "\0" * (hit.end - hit.start)
    signs = "".join(letters)
    if any(negator in signs for negator in endings):
        return True
    if language in _WITHOUT_SPACES:
        return any(negator in signs for negator in negators)
    return not negators.isdisjoint(signs.replace("\0", " ").split())


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
