"""How bad a review is: what its words say, what its rating says, and the worse of the two."""

from __future__ import annotations

from typing import Final

from heard.assessment import vocabulary
from heard.assessment.analysis import TextAnalysis
from heard.assessment.model import Severity
from heard.assessment.thresholds import (
    FAILURE_THRESHOLD,
    FRAUD_THRESHOLD,
    HIGH_RATING_THRESHOLD,
    MIN_REASON_WORDS,
    thresholds_of,
)
from heard.text.lexicon import Hit
from heard.text.words import END, UNSPACED

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


def severity_of_rating(
    rating: int | None, text_severity: Severity | None, analysis: TextAnalysis
) -> Severity | None:
    """The severity of a rating, None without one.

    One star is high if the text gives a reason.
    """
    if rating is None:
        return None
    if rating == 1:
        return Severity.HIGH if _has_reason(text_severity, analysis) else Severity.MEDIUM
    return _RATING_SEVERITY[rating]


def worse_severity(
    rating_severity: Severity | None, text_severity: Severity | None, analysis: TextAnalysis
) -> Severity | None:
    """The worse of the rating's and the text's severity, None if neither says enough to judge."""
    if rating_severity is None:
        # Engines have scores for more languages than they were measured in.
        is_unsure = not analysis.is_short_praise and (
            analysis.is_short or analysis.language not in vocabulary.LANGUAGES
        )
        if text_severity is None or (text_severity.rank <= Severity.MEDIUM.rank and is_unsure):
            return None
        return text_severity
    if text_severity is None:
        return rating_severity
    # Neutral words with five stars are no complaint.
    if rating_severity is Severity.PRAISE and text_severity is Severity.LOW:
        return rating_severity
    return rating_severity.worse(text_severity)


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
