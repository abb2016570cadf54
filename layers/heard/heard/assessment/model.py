"""The assessment of a review, and its parts: severity, agenda, flags and reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from heard.stored_fields import known_fields


class Severity(StrEnum):
    """The five levels of the playbook, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    PRAISE = "praise"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for praise: a greater rank is worse."""
        return 4 - list(Severity).index(self)

    def worse(self, other: Severity) -> Severity:
        """The worse of two levels."""
        return self if self.rank >= other.rank else other


class Agenda(StrEnum):
    """What the author wants (R05)."""

    ANSWER = "answer"
    AUDIENCE = "audience"
    PRAISE = "praise"
    QUESTION = "question"
    ABUSE = "abuse"
    SPAM = "spam"


class Flag(StrEnum):
    """Something that needs special care."""

    SAFETY = "safety"
    LEGAL = "legal"
    DISCRIMINATION = "discrimination"
    PRIVACY = "privacy"
    PRESS = "press"
    FRAUD = "fraud"
    """Money or goods taken by deceit: a serious accusation, and not the insult "scam!"."""
    SELF_HARM = "self_harm"
    CHURN = "churn"
    STAFF_RUDE = "staff_rude"
    """Somebody of the business was rude, by what the author describes."""
    SARCASM = "sarcasm"
    """The words say the opposite of what they mean, as thanks for a lost day."""
    QUESTION = "question"
    REPEAT_COMPLAINER = "repeat_complainer"
    RECOVERED = "recovered"
    """Praise by an author who has complained before (R18)."""
    WORSENED = "worsened"
    """The review is worse than its last assessed revision."""
    RATING_WORDS_DISAGREE = "rating_words_disagree"
    CANNOT_JUDGE = "cannot_judge"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for the assessment.

    `code` may be logged. `evidence` quotes the customer and must not be logged.
    """

    code: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the author and the review before this revision.

    `earlier_complaints` counts the author's other reviews that complained. `last_severity` is the
    severity of this review's last assessed revision, None for the first.
    """

    earlier_complaints: int = 0
    last_severity: Severity | None = None


def is_complaint(severity: Severity, agenda: Agenda, flags: Collection[Flag]) -> bool:
    """Whether an assessment is a complaint: medium or worse, no question, no spam, and judged."""
    return (
        severity.rank >= Severity.MEDIUM.rank
        and Flag.CANNOT_JUDGE not in flags
        and agenda not in {Agenda.SPAM, Agenda.QUESTION}
    )


@dataclass(frozen=True, slots=True)
class Assessment:
    """What we concluded about one revision of a review.

    `sentiment` is -1 to 1, None if no engine judged the text. `language` is ISO 639-1 (ISO 639-3
    for a language without a two-letter code) or None. `needs_person` says that an automatic answer
    is not enough; `confidence` (0 to 1) is the probability that this is right. `scores` are the
    numbers behind them by name, 0 to 1, and `sentiment` -1 to 1. `model` names the engine and the
    rules. `topics` are what the review is about; `praised_topics` are those of them that it
    certainly praises, best first. `kind_words` says that it praises and does nothing else.
    """

    severity: Severity
    agenda: Agenda
    sentiment: float | None
    language: str | None
    topics: tuple[str, ...]
    flags: tuple[Flag, ...]
    reasons: tuple[Reason, ...]
    model: str
    needs_person: bool = True
    confidence: float = 0.5
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    kind_words: bool = False
    praised_topics: tuple[str, ...] = ()

    @property
    def is_complaint(self) -> bool:
        """Whether this is a complaint (see `is_complaint`)."""
        return is_complaint(self.severity, self.agenda, self.flags)

    def to_json(self) -> dict[str, Any]:
        """A JSON object, which `from_json` reads."""
        return {
            "severity": self.severity.value,
            "agenda": self.agenda.value,
            "sentiment": self.sentiment,
            "language": self.language,
            "topics": list(self.topics),
            "flags": [flag.value for flag in self.flags],
            "reasons": [
                {"code": reason.code, "evidence": reason.evidence} for reason in self.reasons
            ],
            "model": self.model,
            "needs_person": self.needs_person,
            "confidence": self.confidence,
            "scores": dict(self.scores),
            "kind_words": self.kind_words,
            "praised_topics": list(self.praised_topics),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The assessment that `to_json` wrote."""
        return cls(
            severity=Severity(fields["severity"]),
            agenda=Agenda(fields["agenda"]),
            sentiment=fields["sentiment"],
            language=fields["language"],
            topics=tuple(fields["topics"]),
            flags=tuple(Flag(flag) for flag in fields["flags"]),
            reasons=tuple(Reason(**known_fields(Reason, reason)) for reason in fields["reasons"]),
            model=fields["model"],
            needs_person=fields["needs_person"],
            confidence=float(fields["confidence"]),
            scores={name: float(score) for name, score in fields["scores"].items()},
            # Assessments of earlier releases do not have these.
            kind_words=fields.get("kind_words", False),
            praised_topics=tuple(fields.get("praised_topics", ())),
        )
