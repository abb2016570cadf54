"""From what a customer said to what we conclude.

An engine judges the text. The rules of `vocabulary` say what must never be missed: what they name
is critical, or a person reads it because nothing confirms it. Words alone say what is critical; for
the other levels stars and words count together (playbook, severity). Where neither says anything, a
person decides. All choices are numbers in `thresholds`, phrases in `vocabulary`, or weights of an
engine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.agenda import find_agenda
from heard.assessment.analysis import TextAnalysis, analyse
from heard.assessment.engines.engine import Engine
from heard.assessment.kind_words import has_kind_words, praised_topics
from heard.assessment.model import Agenda, Assessment, Flag, History, Severity, is_complaint
from heard.assessment.person import decide_person, person_probability
from heard.assessment.reactions import says_dislike
from heard.assessment.reasons import find_reasons, score_fields
from heard.assessment.sentences import has_alarming_sentence
from heard.assessment.severity import (
    rating_contradicts_text,
    severity_of_text,
    severity_with_rating,
)
from heard.assessment.spam import is_part, is_spam, offers_something
from heard.assessment.thresholds import FLAG_THRESHOLD, NAMING_THRESHOLD
from heard.reviews import Channel, ReviewEvent
from heard.text.wordless import is_wordless

_UNDECODED: Final = "\N{REPLACEMENT CHARACTER}"
"""What a decoder writes where bytes are no character of the encoding."""

RULES_VERSION: Final = "rules-6"
"""The version of the rules and their phrases. Raise it with anything that can change a result."""


def assess(
    event: ReviewEvent, channel: Channel, history: History, engine: Engine | None = None
) -> Assessment:
    """What we conclude about one revision of a review. Total: it raises nothing for any event.

    Rules read the part of a long text that `heard.text.words.matchable_part` names. A person reads
    a longer one, and it is no spam: what was left out may hold anything. Without an engine, rules
    and rating decide alone. The codes of `reasons` are `rating_<n>`, `critical_<flag>`,
    `unconfirmed_<flag>`, `failure_<kind>`, `alarm`, `mild`, `insult`, `promotion`, `gibberish`,
    `question`, `no_text`, `too_short`, `no_evidence`, `garbled`, `unread`, `dislike`,
    `alarming_sentence`, `alarming_quote`, `words_below`, `engine_<severity>`,
    `rating_words_disagree`, `repeat_complainer`, `recovered` and `worsened`.

    The words in `event.quoted` are not the author's, and those in `event.below` may be, so they
    never raise the severity. A person reads the review if the former are alarming, if the latter
    complain or ask, if words were not read or not decoded, if the text only describes what was sent
    without words, such as `[photo]`, or if one sentence of it alone sounds severe to the engine. A
    person also reads a reaction that says dislike: an engine may see praise in the words that the
    reaction quotes.
    """
    analysis = analyse(event, engine)
    scores = analysis.scores
    rating = event.rating if event.rating is not None and 1 <= event.rating <= 5 else None
    text_severity = severity_of_text(analysis, rating)
    known_severity = severity_with_rating(rating, text_severity, analysis)
    severity = known_severity or Severity.MEDIUM
    agenda = (
        Agenda.SPAM
        if is_spam(event, analysis, rating, severity)
        else find_agenda(analysis, rating, severity, channel.stage)
    )
    if agenda is Agenda.QUESTION:
        # A question needs a person, however friendly it is (playbook, severity).
        severity = severity.worse(Severity.MEDIUM)
    flags: list[Flag] = []
    is_doubtful_spam = agenda is not Agenda.SPAM and offers_something(analysis, severity)
    if is_doubtful_spam or (
        known_severity is None and agenda not in {Agenda.QUESTION, Agenda.SPAM}
    ):
        flags.append(Flag.CANNOT_JUDGE)
    flags.extend(flag for flag in vocabulary.CRITICAL if analysis.has(f"critical_{flag.value}"))
    if rating_contradicts_text(rating, text_severity):
        flags.append(Flag.RATING_WORDS_DISAGREE)
    probabilities: Mapping[str, float] = scores.flags if scores else {}
    if analysis.has("failure_churn") or _is_likely(Flag.CHURN, probabilities):
        flags.append(Flag.CHURN)
    if severity is Severity.CRITICAL:
        flags.extend(_kinds_of_danger(flags, probabilities))
    if severity.rank >= Severity.MEDIUM.rank and _is_likely(Flag.STAFF_RUDE, probabilities):
        flags.append(Flag.STAFF_RUDE)
    if agenda is not Agenda.SPAM and _is_likely(Flag.SARCASM, probabilities):
        flags.append(Flag.SARCASM)
    if analysis.asks_question and agenda not in {Agenda.SPAM, Agenda.ABUSE}:
        flags.append(Flag.QUESTION)
    flags.extend(_history_flags(severity, agenda, flags, history))
    probability = person_probability(scores, rating)
    decide = partial(
        decide_person,
        probability,
        scores,
        severity,
        agenda,
        is_alarming=analysis.is_alarming or _complains_mildly(analysis, rating),
        is_short_praise=analysis.is_short_praise,
    )
    needs_person, confidence = decide(flags)
    doubt = None if needs_person or agenda is Agenda.SPAM else _find_doubt(event, analysis, engine)
    if doubt:
        flags.append(Flag.CANNOT_JUDGE)
        needs_person, confidence = decide(flags)
    return Assessment(
        severity=severity,
        agenda=agenda,
        sentiment=round(scores.sentiment, 4) if scores else None,
        language=analysis.language,
        topics=analysis.topics(),
        flags=tuple(flags),
        reasons=find_reasons(analysis, rating, text_severity, flags, doubt),
        model=f"{scores.model}+{RULES_VERSION}" if scores else RULES_VERSION,
        needs_person=needs_person,
        confidence=round(confidence, 4),
        scores=score_fields(scores, probability),
        kind_words=agenda is Agenda.PRAISE and has_kind_words(analysis),
        praised_topics=praised_topics(analysis) if agenda is Agenda.PRAISE else (),
    )


def _complains_mildly(analysis: TextAnalysis, rating: int | None) -> bool:
    """Whether a rule names a complaint beside three stars or less: it is never only thanked for."""
    return rating is not None and rating <= 3 and analysis.has("mild")


def _is_likely(flag: Flag, probabilities: Mapping[str, float]) -> bool:
    return probabilities.get(flag.value, 0.0) >= FLAG_THRESHOLD


def _kinds_of_danger(flags: Collection[Flag], probabilities: Mapping[str, float]) -> list[Flag]:
    """What a critical review is about by the engine, beside the flags that rules gave it."""
    others = [flag for flag in vocabulary.CRITICAL if flag not in flags]
    likely = [flag for flag in others if _is_likely(flag, probabilities)]
    if likely or len(others) < len(vocabulary.CRITICAL):
        return likely
    best = max(others, key=lambda flag: probabilities.get(flag.value, 0.0))
    return [best] if probabilities.get(best.value, 0.0) >= NAMING_THRESHOLD else []


def _find_doubt(event: ReviewEvent, analysis: TextAnalysis, engine: Engine | None) -> str | None:
    """Why a person must read a review that seems harmless; None if nothing says so."""
    if any(_UNDECODED in (text or "") for text in (event.title, event.text)):
        return "garbled"
    if event.text and not event.title and is_wordless(event.text):
        return "no_text"
    if is_part(event, analysis) or event.unread:
        return "unread"
    if event.text and says_dislike(event.text):
        return "dislike"
    if engine is not None and has_alarming_sentence(analysis, engine):
        return "alarming_sentence"
    if event.quoted and _severity_beside(event, event.quoted, engine).rank >= Severity.HIGH.rank:
        return "alarming_quote"
    return "words_below" if event.below and asks_or_complains(event, event.below, engine) else None


def asks_or_complains(event: ReviewEvent, words: str, engine: Engine | None = None) -> bool:
    """Whether words beside a review's own ask or complain, so that a person must read them."""
    return _severity_beside(event, words, engine).rank >= Severity.MEDIUM.rank


def _severity_beside(event: ReviewEvent, words: str, engine: Engine | None) -> Severity:
    """The severity of words that stand beside a review's own; a question is of medium severity.

    Words of which only a part was read are severe, because the rest may be.
    """
    analysis = analyse(replace(event, title=None, text=words, rating=None), engine)
    if analysis.is_cut:
        return Severity.HIGH
    severity = severity_of_text(analysis, None) or Severity.PRAISE
    return severity.worse(Severity.MEDIUM) if analysis.asks_question else severity


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
