"""What an engine must be better than: VADER, the rating alone, and always the same answer.

Each answers as an engine's assessment does, so that all are measured alike. None of them knows
abuse or questions.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from heard.assessment import Severity

_BY_RATING: Final = {
    1: Severity.HIGH,
    2: Severity.MEDIUM,
    3: Severity.MEDIUM,
    4: Severity.LOW,
    5: Severity.PRAISE,
}

_BY_COMPOUND: Final = ((0.5, Severity.PRAISE), (-0.05, Severity.LOW), (-0.5, Severity.MEDIUM))
"""VADER's compound score from which a text is of a level; what is below all is high.

Its authors call -0.05 to 0.05 neutral.
"""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was concluded of one review.

    How probable it is that a person is needed, whether one is called, and the rest.
    """

    probability: float
    needs_person: bool
    severity: Severity
    abuse: bool = False
    abuse_probability: float = 0.0
    """How probable abuse is."""

    question: bool = False


class VaderNotInstalled(Exception):
    """A package is missing that only this comparison needs."""


def vader_baseline() -> Callable[[str], Prediction]:
    """Hutto and Gilbert's (2014) sentiment of an English text, turned into levels.

    Raises NotInstalled.
    """
    try:
        package: Any = importlib.import_module("vaderSentiment.vaderSentiment")
    except ImportError as missing:
        raise VaderNotInstalled(
            "VADER is compared with and is not installed: pip install vaderSentiment"
        ) from missing
    analyzer = package.SentimentIntensityAnalyzer()

    def predict(text: str) -> Prediction:
        compound = float(analyzer.polarity_scores(text)["compound"])
        severity = next(
            (level for least, level in _BY_COMPOUND if compound >= least), Severity.HIGH
        )
        return Prediction((1 - compound) / 2, severity.rank >= Severity.MEDIUM.rank, severity)

    return predict


def rating_baseline(rating: int | None) -> Prediction:
    """A rule on stars: up to three need a person, and so does what has none."""
    severity = _BY_RATING.get(rating or 0, Severity.MEDIUM)
    return Prediction(severity.rank / 4, severity.rank >= Severity.MEDIUM.rank, severity)


def majority_baseline(severities: Sequence[Severity], person_labels: Sequence[bool]) -> Prediction:
    """What most of the truths are, whatever the review."""
    needs_person = 2 * sum(person_labels) >= len(person_labels)
    severity = Counter(severities).most_common(1)[0][0] if severities else Severity.MEDIUM
    return Prediction(float(needs_person), needs_person, severity)
