"""What a judge concludes from one review, in the form in which all judges are measured.

A judge is an engine with the rules, a rater, or a baseline. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.assessment.thresholds import THRESHOLDS, Thresholds

_BY_RATING: Final = {
    1: Severity.HIGH,
    2: Severity.MEDIUM,
    3: Severity.MEDIUM,
    4: Severity.LOW,
    5: Severity.PRAISE,
}


class Inputs(StrEnum):
    """What a judge knew of a review."""

    TEXT = "text"
    BOTH = "text and rating"
    """The text, and the rating of the reviews that have one."""

    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was concluded from one review.

    `probability` is that of a person being needed, `abuse_probability` that of abuse.
    `engine_critical` and `engine_abuse`: what the engine's own probabilities say at the shipped
    thresholds, without any rule; False for a judge that is no engine.
    """

    probability: float
    needs_person: bool
    severity: Severity
    abuse: bool = False
    abuse_probability: float = 0.0
    question: bool = False
    engine_critical: bool = False
    engine_abuse: bool = False


def prediction_of(assessment: Assessment) -> Prediction:
    """What an assessment concludes.

    Its scores have four digits, and so have the engine's own probabilities.
    """
    scores = assessment.scores
    thresholds = THRESHOLDS.get(assessment.model.partition("-")[0], Thresholds())
    abuse_probability = scores.get("abuse", 0.0)
    return Prediction(
        probability=scores["needs_person"],
        needs_person=assessment.needs_person,
        severity=assessment.severity,
        abuse=assessment.agenda is Agenda.ABUSE,
        abuse_probability=abuse_probability,
        question=assessment.agenda is Agenda.QUESTION or Flag.QUESTION in assessment.flags,
        engine_critical=scores.get("critical", 0.0) >= thresholds.critical,
        engine_abuse=abuse_probability >= thresholds.abuse,
    )


def rating_baseline(rating: int | None) -> Prediction:
    """A rule on stars: a review with up to three stars or none needs a person."""
    severity = _BY_RATING.get(rating or 0, Severity.MEDIUM)
    return Prediction(severity.rank / 4, severity.rank >= Severity.MEDIUM.rank, severity)
