"""Whether a person is needed for a review, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

from heard.assessment.engines.engine import Scores
from heard.assessment.model import Agenda, Flag, Severity
from heard.assessment.thresholds import (
    CRITICAL_ALERT_THRESHOLD,
    RATING_LOGITS,
    RULE_CONFIDENCE,
    thresholds_of,
)

_UNCLEAR: Final = frozenset({Flag.RATING_WORDS_DISAGREE, Flag.CANNOT_JUDGE, Flag.SARCASM})
"""What a program cannot settle: five stars with a complaint, or thanks that mean the opposite."""


def person_probability(scores: Scores | None, rating: int | None) -> float:
    """The probability that a person is needed, by engine and rating; one half without both."""
    log_odds = RATING_LOGITS.get(rating or 0, 0.0)
    if scores is not None:
        log_odds += math.log(max(scores.needs_person, 1e-6) / max(1 - scores.needs_person, 1e-6))
    return 1 / (1 + math.exp(-log_odds))


def decide_person(
    probability: float,
    scores: Scores | None,
    severity: Severity,
    agenda: Agenda,
    flags: Collection[Flag],
    *,
    is_alarming: bool = False,
    is_short_praise: bool = False,
) -> tuple[bool, float]:
    """Whether a person is needed, and the confidence of that (0 to 1).

    Where a rule requires a person, the engine cannot say otherwise. `is_alarming`: the words name
    an injury, a loss, the law or a threat. `is_short_praise`: the text only thanks or praises.
    """
    if agenda is Agenda.SPAM:
        return False, max(1 - probability, RULE_CONFIDENCE)
    if (
        severity.rank >= Severity.HIGH.rank
        or agenda in {Agenda.QUESTION, Agenda.ABUSE}
        or Flag.QUESTION in flags
    ):
        return True, max(probability, RULE_CONFIDENCE)
    if scores is not None and scores.severity[3] >= CRITICAL_ALERT_THRESHOLD:
        is_alarming = is_alarming or not is_short_praise
    if is_alarming or not _UNCLEAR.isdisjoint(flags):
        return True, max(probability, 0.5)
    if is_short_praise and severity.rank <= Severity.LOW.rank:
        return False, max(1 - probability, RULE_CONFIDENCE)
    needs_person = probability >= thresholds_of(scores).person
    return needs_person, max(probability, 1 - probability)
