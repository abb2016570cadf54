"""Baselines that an engine must beat: VADER, and always the same prediction.

The rating alone is in `heard_cli.assess.predictions`. Each gives a prediction as an assessment
does, so that all are measured in the same way. None of them knows abuse or questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from heard.assessment import Severity
from heard_cli.assess.predictions import Prediction
from heard_training.packages import import_package

_BY_COMPOUND: Final = ((0.5, Severity.PRAISE), (-0.05, Severity.LOW), (-0.5, Severity.MEDIUM))
"""Minimum compound score of VADER for each level; below all of them a text is high.

VADER's authors call -0.05 to 0.05 neutral.
"""


def vader_baseline() -> Callable[[str], Prediction]:
    """The sentiment of an English text by VADER (Hutto and Gilbert 2014), as a prediction.

    Raises PackageMissing.
    """
    package = import_package("vaderSentiment.vaderSentiment", "vaderSentiment")
    analyzer = package.SentimentIntensityAnalyzer()

    def predict(text: str) -> Prediction:
        compound = float(analyzer.polarity_scores(text)["compound"])
        severity = next(
            (level for minimum, level in _BY_COMPOUND if compound >= minimum), Severity.HIGH
        )
        return Prediction((1 - compound) / 2, severity.rank >= Severity.MEDIUM.rank, severity)

    return predict


def majority_baseline(severities: Sequence[Severity], person_labels: Sequence[bool]) -> Prediction:
    """The most common label, for every review."""
    needs_person = 2 * sum(person_labels) >= len(person_labels)
    severity = Counter(severities).most_common(1)[0][0] if severities else Severity.MEDIUM
    return Prediction(float(needs_person), needs_person, severity)
