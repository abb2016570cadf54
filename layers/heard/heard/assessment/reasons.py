"""What led to an assessment: reasons with the words that are their evidence, and the scores."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from heard.assessment.analysis import TextAnalysis
from heard.assessment.confirmation import CRITICAL, UNCONFIRMED
from heard.assessment.engines.engine import Scores
from heard.assessment.model import Flag, Reason, Severity

MAX_REASONS: Final = 16

_EVIDENCE: Final = (CRITICAL, UNCONFIRMED, "failure_", "alarm", "mild", "insult", "promotion")
"""Codes of phrases that are reasons, worst first."""


def find_reasons(
    analysis: TextAnalysis,
    rating: int | None,
    text_severity: Severity | None,
    flags: Collection[Flag],
    doubt: str | None = None,
) -> tuple[Reason, ...]:
    """The reasons of an assessment, the rating's and the worst of the words' first.

    There are at most `MAX_REASONS`. `doubt` is the code of why a person must read a review that
    seems harmless.
    """
    reasons = [Reason("rating_words_disagree")] if Flag.RATING_WORDS_DISAGREE in flags else []
    if rating is not None:
        reasons.append(Reason(f"rating_{rating}"))
    reasons.extend(_text_reasons(analysis))
    if analysis.scores is not None and text_severity is not None:
        reasons.append(Reason(f"engine_{text_severity.value}"))
    if Flag.CANNOT_JUDGE in flags:
        reasons.append(Reason(doubt or _why_not_judged(analysis)))
    reasons.extend(
        Reason(flag.value)
        for flag in (Flag.REPEAT_COMPLAINER, Flag.RECOVERED, Flag.WORSENED)
        if flag in flags
    )
    return tuple(reasons[:MAX_REASONS])


def score_fields(scores: Scores | None, probability: float) -> dict[str, float]:
    """The numbers behind an assessment, by name.

    `probability` is the one that `person_probability` gives.
    """
    if scores is None:
        return {"needs_person": round(probability, 4)}
    low, medium, high, critical = scores.severity
    fields = {
        "needs_person": probability,
        "needs_person_text": scores.needs_person,
        "at_least_low": low,
        "at_least_medium": medium,
        "at_least_high": high,
        "critical": critical,
        "question": scores.question,
        "abuse": scores.abuse,
        "spam": scores.spam,
        "sentiment": scores.sentiment,
    }
    return {name: round(score, 4) for name, score in fields.items()}


def _text_reasons(analysis: TextAnalysis) -> list[Reason]:
    """One reason a code, worst first, with the first words of the text that are its evidence."""
    evidence_by_code: dict[str, str] = {}
    for prefix in _EVIDENCE:
        for hit in analysis.hits_of(prefix):
            evidence_by_code.setdefault(hit.code, hit.words)
    reasons = [Reason(code, evidence) for code, evidence in evidence_by_code.items()]
    if analysis.is_gibberish:
        reasons.append(Reason("gibberish"))
    if analysis.asks_question:
        reasons.append(Reason("question"))
    return reasons


def _why_not_judged(analysis: TextAnalysis) -> str:
    if not analysis.words:
        return "no_text"
    return "too_short" if analysis.is_short else "no_evidence"
