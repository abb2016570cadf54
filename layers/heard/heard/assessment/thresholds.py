"""The numbers of an assessment: how sure an engine must be, and what a rating weighs.

docs/assessment.md says how they were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heard.assessment.engines.engine import Scores


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Minimum probability for each severity, and for "needs a person" when no rule requires one.

    `confirming` is the minimum probability of critical at which a severe phrase of the rules means
    what it says, and `confirming_sentence` the same for a sentence that is read alone. An engine of
    which nobody measured them confirms every phrase. A very short text, or one in a language that
    is not ours, is taken for praise if its probability of medium is below `happy`. One sentence of
    a happy text alarms if its probability of high is at least `sentence_high`, or that of critical
    at least `sentence_critical`.
    """

    low: float = 0.5
    medium: float = 0.5
    high: float = 0.5
    critical: float = 0.5
    person: float = 0.5
    abuse: float = 0.7
    confirming: float = 0.0
    confirming_sentence: float = 0.0
    happy: float = 0.0
    sentence_high: float = 0.5
    sentence_critical: float = 0.2


THRESHOLDS: Final = {
    "accurate": Thresholds(
        high=0.55,
        critical=0.4,
        abuse=0.4,
        confirming=0.08,
        confirming_sentence=0.4,
        happy=0.05,
    ),
    "quick": Thresholds(
        high=0.6,
        critical=0.4,
        abuse=0.4,
        person=0.3,
        confirming=0.01,
        confirming_sentence=0.3,
        sentence_high=0.8,
        sentence_critical=0.6,
    ),
}
"""By engine, as calibrated. The scores of `quick` for short complaints are too low."""

FRAUD_THRESHOLD: Final = 0.03
"""Minimum probability of critical where the text holds a single word of fraud.

"scam!" is mostly an insult. Below the threshold it is a strong complaint.
"""

FAILURE_THRESHOLD: Final = 0.3
"""Minimum probability of medium where a rule names a concrete failure.

From there on the failure is a strong complaint.
"""

COMPLAINING_THRESHOLD: Final = 0.5
"""Minimum probability of high at which a severe phrase means what it says: the text complains.

Not for theft and fraud, of which strangers are accused in strong complaints as well.
"""

KIND_THRESHOLD: Final = 0.5
"""Minimum probability of its own flag at which a severe phrase means what it says."""

MAX_BESIDE_PHRASE: Final = 20
"""Characters beside a severe phrase in which nothing can stand that makes it harmless."""

CRITICAL_ALERT_THRESHOLD: Final = 0.05
"""Probability of critical from which a person is needed, whatever the rating.

Some customers report a poisoning calmly and give five stars.
"""

RATING_SEVERITY_LOGITS: Final = {
    2: (4.4, 4.3, -0.5),
    3: (4.4, 2.3, -2.5),
    4: (0.1, -1.8, -3.1),
    5: (-1.8, -2.4, -3.0),
}
"""The log-odds of at least low, medium and high among our ratings with so many stars.

Critical reviews are left out: what is critical, the words say alone.
"""

WORDS_LOGITS: Final = (1.0, 0.4, -0.2)
"""The same for all of our ratings, from which the words' log-odds are counted."""

WORDS_WEIGHT: Final = 0.6
"""What the words' log-odds weigh beside the stars: the two say much the same."""

HIGH_RATING_THRESHOLD: Final = 0.65
"""Minimum probability of medium and of high where four or five stars contradict it."""

HAPPY_SENTIMENT: Final = 0.85
"""Minimum sentiment at which a very short text, or one in a language not ours, may be praise."""

KIND_WORDS_THRESHOLD: Final = 0.3
"""Maximum probability of medium at which kind words are taken for what they say.

Above it they may be irony, or only half of what was said.
"""

FLAG_THRESHOLD: Final = 0.8
"""Minimum probability of a flag that the engine gives."""

NAMING_THRESHOLD: Final = 0.2
"""The same for the most probable kind of a critical review of which no flag says the kind."""

RATING_LOGITS: Final = {1: 4.0, 2: 3.0, 3: 0.5, 4: -2.0, 5: -3.5}
"""What a rating adds to the log-odds that a person is needed."""

RULE_CONFIDENCE: Final = 0.95
"""Minimum confidence of what a rule decides."""

MIN_CAPITALS: Final = 12
"""A text of fewer capitals is not shouted, it has an abbreviation."""

MIN_CHARACTERS: Final = 15
"""A shorter text without a rating goes to a person, unless it is spam."""

MAX_QUESTION_WORDS: Final = 8
"""A question of so few words is a question, even if the engine hears a strong complaint."""

MIN_REASON_WORDS: Final = 6
"""This many words beside one star count as its reason.

In unspaced languages twice as many letters.
"""


def thresholds_of(scores: Scores | None) -> Thresholds:
    """The thresholds of the engine that gave the scores.

    An external engine stands on an embedded one and uses the embedded one's thresholds.
    """
    if scores is None:
        return Thresholds()
    return THRESHOLDS.get(scores.model.partition("-")[0], Thresholds())
