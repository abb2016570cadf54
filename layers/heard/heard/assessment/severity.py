"""How bad a review is: what its words say alone, and what they say together with its rating."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.analysis import TextAnalysis
from heard.assessment.model import Severity
from heard.assessment.thresholds import (
    FAILURE_THRESHOLD,
    FRAUD_THRESHOLD,
    HAPPY_SENTIMENT,
    HIGH_RATING_THRESHOLD,
    MIN_REASON_WORDS,
    RATING_SEVERITY_LOGITS,
    WORDS_LOGITS,
    WORDS_WEIGHT,
    thresholds_of,
)
from heard.text.lexicon import Hit
from heard.text.words import END, UNSPACED

_BY_LEVEL: Final = (Severity.PRAISE, Severity.LOW, Severity.MEDIUM, Severity.HIGH)

_RATING_SEVERITY: Final = {
    2: Severity.MEDIUM,
    3: Severity.MEDIUM,
    4: Severity.LOW,
    5: Severity.PRAISE,
}


def severity_of_text(analysis: TextAnalysis, rating: int | None) -> Severity | None:
    """The severity of the words, or None if neither rules nor an engine understand them."""
    critical_hits = analysis.hits_of("critical_")
    if any(not _is_bare_insult(hit) for hit in critical_hits):
        return Severity.CRITICAL
    if critical_hits:
        if analysis.scores is None or analysis.scores.severity[3] >= FRAUD_THRESHOLD:
            return Severity.CRITICAL
        return Severity.HIGH
    if analysis.is_short_praise and not analysis.is_alarming:
        return Severity.PRAISE
    if analysis.scores is None:
        if analysis.hits_of("failure_"):
            return Severity.HIGH
        return Severity.MEDIUM if analysis.has("mild") or analysis.has("insult") else None
    low, medium, high, critical = analysis.scores.severity
    thresholds = thresholds_of(analysis.scores)
    if critical >= thresholds.critical:
        return Severity.CRITICAL
    # With four or five stars a mild complaint is a small wish.
    is_high_rating = rating is not None and rating >= 4
    # A concrete failure that a rule names is a failure, unless the review as a whole is happy.
    if high >= (HIGH_RATING_THRESHOLD if is_high_rating else thresholds.high) or (
        analysis.hits_of("failure_") and medium >= FAILURE_THRESHOLD and not is_high_rating
    ):
        return Severity.HIGH
    if medium >= (HIGH_RATING_THRESHOLD if is_high_rating else thresholds.medium):
        return Severity.MEDIUM
    return Severity.LOW if low >= thresholds.low else Severity.PRAISE


def severity_with_rating(
    rating: int | None, text_severity: Severity | None, analysis: TextAnalysis
) -> Severity | None:
    """The severity by stars and words together; None if neither says enough to judge.

    What is critical, the words say alone. Otherwise the stars say how displeased an author is, and
    the words move that up or down as far as they are sure. One star is high if the text gives a
    reason for it.
    """
    if rating is None:
        return _severity_without_rating(text_severity, analysis)
    if text_severity is Severity.CRITICAL:
        return Severity.CRITICAL
    if rating == 1:
        return Severity.HIGH if _has_reason(text_severity, analysis) else Severity.MEDIUM
    if analysis.scores is None or analysis.is_short_praise:
        # Bare thanks say too little to weigh against the stars.
        return _RATING_SEVERITY[rating].worse(text_severity or Severity.PRAISE)
    if rating == 2 and text_severity is Severity.HIGH:
        return Severity.HIGH
    levels = zip(
        RATING_SEVERITY_LOGITS[rating], WORDS_LOGITS, analysis.scores.severity[:3], strict=True
    )
    logits = [
        stars + WORDS_WEIGHT * (_logit(probability) - usual) for stars, usual, probability in levels
    ]
    severity = _BY_LEVEL[sum(1 for _ in takewhile(lambda logit: logit >= 0, logits))]
    if rating_contradicts_text(rating, text_severity):
        return severity.worse(Severity.MEDIUM)
    return severity


def _severity_without_rating(
    text_severity: Severity | None, analysis: TextAnalysis
) -> Severity | None:
    """The severity of the words alone; None if they are too few, or in a language unknown to us."""
    # Engines have scores for more languages than they were measured in.
    is_doubtful = analysis.is_short or analysis.language not in vocabulary.LANGUAGES
    is_unsure = (
        is_doubtful
        and not analysis.is_short_praise
        and not (text_severity is Severity.PRAISE and _is_surely_happy(analysis))
    )
    if text_severity is None or (text_severity.rank <= Severity.MEDIUM.rank and is_unsure):
        return None
    return text_severity


def _is_surely_happy(analysis: TextAnalysis) -> bool:
    """Whether the engine is so sure of praise that even a very short text needs no reader."""
    scores = analysis.scores
    return (
        scores is not None
        and scores.severity[1] < thresholds_of(scores).happy
        and scores.sentiment >= HAPPY_SENTIMENT
    )


def _logit(probability: float) -> float:
    inner = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(inner / (1 - inner))


def rating_contradicts_text(rating: int | None, text_severity: Severity | None) -> bool:
    """Whether the rating and the text contradict each other: one of them is a slip."""
    if rating is None or text_severity is None:
        return False
    return (rating >= 4 and text_severity.rank >= Severity.MEDIUM.rank) or (
        rating <= 2 and text_severity is Severity.PRAISE
    )


def _is_bare_insult(hit: Hit) -> bool:
    """Whether a hit is a single word of fraud: more often an insult than an accusation."""
    return hit.code == "critical_fraud" and hit.to - hit.at == 1


def _has_reason(text_severity: Severity | None, analysis: TextAnalysis) -> bool:
    """Whether the text gives a reason for one star. Praise is none: the star was a slip."""
    if text_severity is Severity.PRAISE or analysis.is_gibberish:
        return False
    if text_severity in {Severity.CRITICAL, Severity.HIGH}:
        return True
    if analysis.has("mild") or analysis.hits_of("topic_"):
        return True
    if analysis.language in UNSPACED:
        return sum(letter.isalpha() for letter in analysis.text) >= 2 * MIN_REASON_WORDS
    return sum(token.word != END for token in analysis.words) >= MIN_REASON_WORDS
