"""From what a customer said to what we conclude.

An engine judges the text. The rules of `vocabulary` say what must never be missed; an engine cannot
weaken them. The rating gives a severity and the text gives one, and the worse one counts (playbook,
severity). Where neither says anything, a person decides. All choices are numbers in `thresholds`,
phrases in `vocabulary`, or weights of an engine.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.agenda import find_agenda
from heard.assessment.analysis import analyse
from heard.assessment.engines.engine import Engine
from heard.assessment.model import Agenda, Assessment, Flag, History, Severity, is_complaint
from heard.assessment.person import decide_person, person_probability
from heard.assessment.reasons import find_reasons, score_fields
from heard.assessment.severity import (
    rating_contradicts_text,
    severity_of_rating,
    severity_of_text,
    worse_severity,
)
from heard.reviews import Channel, ReviewEvent

RULES_VERSION: Final = "rules-3"
"""The version of the rules and their phrases. Raise it with anything that can change a result."""


def assess(
    event: ReviewEvent, channel: Channel, history: History, engine: Engine | None = None
) -> Assessment:
    """What we conclude about one revision of a review. Total: it raises nothing for any event.

    Rules read the part of a long text that `heard.text.words.matchable_text` names. Without an
    engine, rules and rating decide alone. The codes of `reasons` are `rating_<n>`,
    `critical_<flag>`, `failure_<kind>`, `mild`, `insult`, `promotion`, `gibberish`, `question`,
    `no_text`, `too_short`, `no_evidence`, `engine_<severity>`, `rating_words_disagree`,
    `repeat_complainer`, `recovered` and `worsened`.
    """
    analysis = analyse(event, engine)
    scores = analysis.scores
    rating = event.rating if event.rating is not None and 1 <= event.rating <= 5 else None
    text_severity = severity_of_text(analysis, rating)
    known_severity = worse_severity(
        severity_of_rating(rating, text_severity, analysis), text_severity, analysis
    )
    severity = known_severity or Severity.MEDIUM
    agenda = find_agenda(analysis, rating, severity, channel.stage)
    if agenda is Agenda.QUESTION:
        # A question needs a person, however friendly it is (playbook, severity).
        severity = severity.worse(Severity.MEDIUM)
    flags: list[Flag] = []
    if known_severity is None and agenda not in {Agenda.QUESTION, Agenda.SPAM}:
        flags.append(Flag.CANNOT_JUDGE)
    flags.extend(flag for flag in vocabulary.CRITICAL if analysis.has(f"critical_{flag.value}"))
    if rating_contradicts_text(rating, text_severity):
        flags.append(Flag.RATING_WORDS_DISAGREE)
    if analysis.has("failure_churn"):
        flags.append(Flag.CHURN)
    if analysis.asks_question and agenda not in {Agenda.SPAM, Agenda.ABUSE}:
        flags.append(Flag.QUESTION)
    flags.extend(_history_flags(severity, agenda, flags, history))
    probability = person_probability(scores, rating)
    needs_person, confidence = decide_person(probability, scores, severity, agenda, flags)
    return Assessment(
        severity=severity,
        agenda=agenda,
        sentiment=round(scores.sentiment, 4) if scores else None,
        language=analysis.language,
        topics=analysis.topics(),
        flags=tuple(flags),
        reasons=find_reasons(analysis, rating, text_severity, flags),
        model=f"{scores.model}+{RULES_VERSION}" if scores else RULES_VERSION,
        needs_person=needs_person,
        confidence=round(confidence, 4),
        scores=score_fields(scores, probability),
    )


def _history_flags(
    severity: Severity, agenda: Agenda, flags: Collection[Flag], history: History
) -> list[Flag]:
    """What follows from the assessment together with what was known before (R18, R20)."""
    history_flags: list[Flag] = []
    if history.earlier_complaints >= 1:
        if is_complaint(severity, agenda, flags):
            history_flags.append(Flag.REPEAT_COMPLAINER)
        elif severity is Severity.PRAISE:
            history_flags.append(Flag.RECOVERED)
    if history.last_severity is not None and severity.rank > max(
        history.last_severity.rank, Severity.LOW.rank
    ):
        history_flags.append(Flag.WORSENED)
    return history_flags
