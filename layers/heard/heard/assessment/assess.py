"""From what was said to what we conclude.

An engine's scores, the rules on top of them, and the rating.

The engine judges the text; the rules of `vocabulary` say what must never be missed, and are never
weaker than it; the rating gives a severity and the words give one, and the worse wins (playbook,
severity). Where neither says anything, a person decides. All choices are constants here, words in
`vocabulary`, or weights of an engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.engines.engine import Engine, Scores
from heard.assessment.language import detect, language_code
from heard.assessment.model import Agenda, Assessment, Flag, History, Reason, Severity, is_complaint
from heard.assessment.phrases import (
    END,
    UNSPACED,
    Hit,
    Lexicon,
    Token,
    considered,
    fold,
    links,
    tokens,
    without,
)
from heard.reviews import Channel, ReviewEvent, Stage

RULES_VERSION: Final = "rules-2"
"""The version of the rules and their tables.

Change it with anything here that can change an assessment.
"""

MIN_CHARACTERS: Final = 15
"""Characters below which words alone are never enough to leave a review without a person."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which an engine's word is taken.

    Of at least each level, and of a person being needed though nothing else asks.
    """

    low: float = 0.5
    medium: float = 0.5
    high: float = 0.5
    critical: float = 0.5
    person: float = 0.5


THRESHOLDS: Final = {
    "accurate": Thresholds(low=0.7, medium=0.7, high=0.4, critical=0.4),
    "quick": Thresholds(person=0.3),
}
"""By engine, as calibrated (docs/assessment.md): `quick` says too little of short complaints."""

FRAUD_THRESHOLD: Final = 0.03
"""The same for critical where a single word of fraud stands in the text.

"scam!" is mostly an insult, and then a strong complaint.
"""

FAILURE_THRESHOLD: Final = 0.5
"""Probability of at least medium from which a concrete failure that a rule names makes a strong
complaint.
"""

HARMLESS_THRESHOLD: Final = 0.02
"""Probability of at least high below which a hospital or a lawyer is circumstance."""

CRITICAL_ALERT_THRESHOLD: Final = 0.1
"""Probability of critical from which a person looks, whatever the rating.

A poisoning is told calmly and with five stars as well.
"""

HIGH_RATING_THRESHOLD: Final = 0.75
"""The same for medium or high where four or five stars speak against it."""

ABUSE_THRESHOLD: Final = 0.7
"""The same for abuse of people."""

RATING_LOGITS: Final = {1: 4.0, 2: 3.0, 3: 0.5, 4: -2.0, 5: -3.5}
"""What a rating adds to the log-odds that a person is needed."""

RULE_CONFIDENCE: Final = 0.95
"""Confidence of what a rule, a rating or a question in so many words decides."""

MIN_REASON_WORDS: Final = 6
"""So many words after one star are taken as its reason.

In unspaced languages twice as many letters.
"""

_NEGATABLE: Final = ("critical_", "failure_", "mild", "insult", "promotion")
"""Codes of phrases that say nothing when negated; a topic stays one ("not clean")."""

_FRAUD: Final = "critical_fraud"

MAX_REASONS: Final = 16
MAX_TOPICS: Final = 5


def assess(
    event: ReviewEvent, channel: Channel, history: History, engine: Engine | None = None
) -> Assessment:
    """What we conclude about one revision of a review. Total.

    Any event gets an assessment, none an exception.

    Of long texts the parts that `phrases.considered` names are read by the rules. Without an
    engine, rules and rating decide alone. `reasons` begin with the rating's and the worst of the
    words'; their codes are `rating_<n>`, `critical_<flag>`, `failure_<kind>`, `mild`,
    `sentiment_good`, `sentiment_bad`, `question`, `insult`, `promotion`, `gibberish`, `no_text`,
    `no_evidence`, `too_short`, `engine_<severity>`, `rating_words_disagree`, `repeat_complainer`,
    `recovered`, `worsened`.
    """
    analysis = _analyse(event, engine)
    rating = event.rating if event.rating is not None and 1 <= event.rating <= 5 else None
    text_severity = _text_severity(analysis, rating)
    severity, flags = _combine(
        _rating_severity(rating, text_severity, analysis), text_severity, analysis
    )
    agenda = _agenda(analysis, rating, severity, channel.stage)
    if agenda is Agenda.QUESTION:
        # A question needs a person, however friendly it is (playbook, severity).
        severity = severity.worse(Severity.MEDIUM)
    if agenda in {Agenda.QUESTION, Agenda.SPAM}:
        flags = []
    flags.extend(flag for flag in vocabulary.CRITICAL if analysis.has(f"critical_{flag.value}"))
    if _disagree(rating, text_severity):
        flags.append(Flag.RATING_WORDS_DISAGREE)
    if analysis.has("failure_churn"):
        flags.append(Flag.CHURN)
    if analysis.asks_question and agenda not in {Agenda.SPAM, Agenda.ABUSE}:
        flags.append(Flag.QUESTION)
    flags.extend(_history_flags(severity, agenda, flags, history))
    probability = _person_probability(analysis.scores, rating)
    critical_alert = (
        analysis.scores is not None and analysis.scores.severity[3] >= CRITICAL_ALERT_THRESHOLD
    )
    needs_person, confidence = _decide_person(
        probability,
        analysis.thresholds.person,
        severity,
        agenda,
        flags,
        critical_alert=critical_alert,
    )
    return Assessment(
        severity=severity,
        agenda=agenda,
        sentiment=round(analysis.scores.sentiment, 4) if analysis.scores else None,
        language=analysis.language,
        topics=analysis.topics(),
        flags=tuple(flags),
        reasons=tuple(_reasons(analysis, rating, text_severity, flags)[:MAX_REASONS]),
        model=f"{analysis.scores.model}+{RULES_VERSION}" if analysis.scores else RULES_VERSION,
        needs_person=needs_person,
        confidence=round(confidence, 4),
        scores=_score_fields(analysis.scores, probability),
    )


@dataclass(frozen=True, slots=True)
class _Analysis:
    """A review's text, what an engine makes of it, and everything the tables found in it.

    Negated phrases are already gone.
    """

    text: str
    words: tuple[Token, ...]
    language: str | None
    hits: tuple[Hit, ...]
    scores: Scores | None
    asks_question: bool
    links: int
    is_gibberish: bool

    def has(self, code: str) -> bool:
        return any(hit.code == code for hit in self.hits)

    def hits_of(self, code: str) -> list[Hit]:
        """The hits whose code begins so."""
        return [hit for hit in self.hits if hit.code.startswith(code)]

    @property
    def thresholds(self) -> Thresholds:
        """From where this engine's word is taken; one on top of another goes by the one beneath."""
        return (
            THRESHOLDS.get(self.scores.model.partition("-")[0], Thresholds())
            if self.scores
            else Thresholds()
        )

    @property
    def is_short(self) -> bool:
        """Whether this is too little to be sure that somebody is content."""
        return len(self.text.strip()) < MIN_CHARACTERS

    def topics(self) -> tuple[str, ...]:
        """Topics by how often they are named, at most `MOST_TOPICS`."""
        counts: dict[str, int] = {}
        for hit in self.hits_of("topic_"):
            counts[hit.code.removeprefix("topic_")] = (
                counts.get(hit.code.removeprefix("topic_"), 0) + 1
            )
        return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic))[:MAX_TOPICS])

    def reasons(self) -> list[Reason]:
        """One reason a code, worst first, each with the words first found."""
        evidence_by_code: dict[str, str] = {}
        for prefix in ("critical_", "failure_", "mild", "insult", "promotion"):
            for hit in self.hits_of(prefix):
                evidence_by_code.setdefault(hit.code, hit.words)
        reasons = [Reason(code, evidence) for code, evidence in evidence_by_code.items()]
        if self.is_gibberish:
            reasons.append(Reason("gibberish"))
        if self.asks_question:
            reasons.append(Reason("question"))
        return reasons


@cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(
        language,
        {meaning: vocabulary.phrases(meaning, language) for meaning in vocabulary.MEANINGS},
    )


def _analyse(event: ReviewEvent, engine: Engine | None) -> _Analysis:
    full_text = "\n".join(part for part in (event.title, event.text) if part)
    text = considered(full_text)
    words = tokens(text)
    detected = detect(text, words)
    review_language = language_code(event.language) or detected
    is_gibberish = _is_gibberish(words, detected)
    all_hits: list[Hit] = []
    for language in _lookup_languages(text, review_language, detected):
        all_hits.extend(without(_lexicon(language).find(text, words), "idiom"))
    has_words = any(character.isalpha() for character in text[:2000]) or not text.isascii()
    scores = engine.scores(full_text) if engine and has_words and not is_gibberish else None
    harmless = (
        scores is not None
        and scores.severity[2] < HARMLESS_THRESHOLD
        and (event.rating is None or event.rating >= 4)
    )
    hits = tuple(
        hit
        for hit in all_hits
        if not (hit.negated and hit.code.startswith(_NEGATABLE))
        and not (harmless and _is_circumstantial(hit, words))
    )
    return _Analysis(
        text=text,
        words=tuple(words),
        language=review_language,
        hits=hits,
        scores=scores,
        asks_question=_asks_question(text, words, hits, review_language),
        links=links(full_text),
        is_gibberish=is_gibberish,
    )


def _is_circumstantial(hit: Hit, words: Sequence[Token]) -> bool:
    first = words[hit.at].word if hit.to else fold(hit.words)
    return hit.code.startswith("critical_") and first.startswith(_circumstances())


@cache
def _circumstances() -> tuple[str, ...]:
    stems = vocabulary.phrases_of_all_languages("circumstantial")
    return tuple({fold(stem.removesuffix("*")) for stem in stems})


def _lookup_languages(
    text: str, review_language: str | None, detected: str | None
) -> Sequence[str]:
    """The languages to look words up in.

    All when none is known, else what is spoken, what slips into it, and other scripts.

    English slips in everywhere; a script of its own cannot be mistaken for another language, so it
    is always looked up.
    """
    if review_language is None:
        return vocabulary.LANGUAGES
    candidates = dict.fromkeys(
        (detected, review_language, "en", *(() if text.isascii() else sorted(UNSPACED)))
    )
    return [language for language in candidates if language in vocabulary.LANGUAGES]


def _asks_question(
    text: str, words: Sequence[Token], hits: Iterable[Hit], language: str | None
) -> bool:
    """Whether the text asks something of its reader (R23)."""
    hits = list(hits)
    if any(hit.code == "asking" for hit in hits):
        return True
    if not any(mark in text for mark in "?？؟"):
        return False
    if language is None or not _has_interrogatives(language):
        return True
    marks = [
        index
        for index, token in enumerate(words)
        if token.word == END and text[token.start] in "?？؟"
    ]
    interrogatives = [hit.at for hit in hits if hit.code == "interrogative"]
    return any(_sentence_start(words, mark) <= at < mark for mark in marks for at in interrogatives)


@cache
def _has_interrogatives(language: str) -> bool:
    return bool(vocabulary.phrases("interrogative", language))


def _sentence_start(words: Sequence[Token], mark: int) -> int:
    start = mark
    while start > 0 and words[start - 1].word != END:
        start -= 1
    return start


def _is_gibberish(words: Sequence[Token], detected: str | None) -> bool:
    """Whether a text of Latin letters is keys struck at random or one sign over and over."""
    letters = [token.word for token in words if token.word != END]
    joined = "".join(letters)
    if len(joined) < 10:
        return False
    if len(set(joined)) <= 2:
        return True
    if detected is not None or not joined.isascii():
        return False
    random_count = sum(_looks_random(word) for word in letters if len(word) >= 4)
    return random_count * 2 > len(letters)


def _looks_random(word: str) -> bool:
    if any(row in word for row in ("asdf", "sdfg", "qwer", "wert", "zxcv", "hjkl", "jkl")):
        return True
    run = longest = 0
    for letter in word:
        run = 0 if letter in "aeiouy" or letter.isdigit() else run + 1
        longest = max(longest, run)
    return longest >= 6


def _text_severity(analysis: _Analysis, rating: int | None) -> Severity | None:
    """What the words say, or None when they say nothing that rules or an engine understand."""
    critical_hits = analysis.hits_of("critical_")
    if any(not _is_bare_insult(hit) for hit in critical_hits):
        return Severity.CRITICAL
    if critical_hits:
        return (
            Severity.CRITICAL
            if analysis.scores is None or analysis.scores.severity[3] >= FRAUD_THRESHOLD
            else Severity.HIGH
        )
    if analysis.scores is None:
        if analysis.hits_of("failure_"):
            return Severity.HIGH
        return Severity.MEDIUM if analysis.has("mild") or analysis.has("insult") else None
    low, medium, high, critical = analysis.scores.severity
    thresholds = analysis.thresholds
    if critical >= thresholds.critical:
        return Severity.CRITICAL
    # With four or five stars a mild complaint is a small wish.
    high_rating = rating is not None and rating >= 4
    # What a rule names as a concrete failure is one, unless the whole is happy.
    if high >= (HIGH_RATING_THRESHOLD if high_rating else thresholds.high) or (
        analysis.hits_of("failure_") and medium >= FAILURE_THRESHOLD and not high_rating
    ):
        return Severity.HIGH
    if medium >= (HIGH_RATING_THRESHOLD if high_rating else thresholds.medium):
        return Severity.MEDIUM
    return Severity.LOW if low >= thresholds.low else Severity.PRAISE


def _is_bare_insult(hit: Hit) -> bool:
    """Whether a hit is a single word of fraud, which is more often thrown at somebody than meant."""
    return hit.code == _FRAUD and hit.to - hit.at == 1


def _rating_severity(
    rating: int | None, text_severity: Severity | None, analysis: _Analysis
) -> Severity | None:
    if rating is None:
        return None
    if rating == 1:
        return Severity.HIGH if _has_reason(text_severity, analysis) else Severity.MEDIUM
    return {2: Severity.MEDIUM, 3: Severity.MEDIUM, 4: Severity.LOW, 5: Severity.PRAISE}[rating]


def _has_reason(text_severity: Severity | None, analysis: _Analysis) -> bool:
    """Whether one star comes with a reason in words; praise is none, it is a slip of the finger."""
    if text_severity is Severity.PRAISE or analysis.is_gibberish:
        return False
    if (
        text_severity in {Severity.CRITICAL, Severity.HIGH}
        or analysis.has("mild")
        or analysis.hits_of("topic_")
    ):
        return True
    if analysis.language in UNSPACED:
        return sum(letter.isalpha() for letter in analysis.text) >= 2 * MIN_REASON_WORDS
    return sum(token.word != END for token in analysis.words) >= MIN_REASON_WORDS


def _combine(
    rating_severity: Severity | None, text_severity: Severity | None, analysis: _Analysis
) -> tuple[Severity, list[Flag]]:
    """The worse of both; where nothing is said that counts, a person decides."""
    if rating_severity is None:
        # Engines have scores for more languages than they were measured in.
        unknown_language = analysis.language not in vocabulary.LANGUAGES
        if text_severity is None or (
            text_severity.rank <= Severity.MEDIUM.rank and (analysis.is_short or unknown_language)
        ):
            return Severity.MEDIUM, [Flag.CANNOT_JUDGE]
        return text_severity, []
    if text_severity is None:
        return rating_severity, []
    # Neutral words beside five stars are no wish for less.
    if rating_severity is Severity.PRAISE and text_severity is Severity.LOW:
        return rating_severity, []
    return rating_severity.worse(text_severity), []


def _disagree(rating: int | None, text_severity: Severity | None) -> bool:
    if rating is None or text_severity is None:
        return False
    return (rating >= 4 and text_severity.rank >= Severity.MEDIUM.rank) or (
        rating <= 2 and text_severity is Severity.PRAISE
    )


def _history_flags(
    severity: Severity, agenda: Agenda, flags: list[Flag], history: History
) -> list[Flag]:
    """What an assessment is beside what was known before (R18, R20)."""
    new_flags: list[Flag] = []
    if history.earlier_complaints >= 1:
        if is_complaint(severity, agenda, flags):
            new_flags.append(Flag.REPEAT_COMPLAINER)
        elif severity is Severity.PRAISE:
            new_flags.append(Flag.RECOVERED)
    if history.last_severity is not None and severity.rank > max(
        history.last_severity.rank, Severity.LOW.rank
    ):
        new_flags.append(Flag.WORSENED)
    return new_flags


def _person_probability(scores: Scores | None, rating: int | None) -> float:
    """The probability that a person is needed, by engine and rating.

    One half when neither says anything.
    """
    odds = RATING_LOGITS.get(rating or 0, 0.0)
    if scores is not None:
        odds += math.log(max(scores.needs_person, 1e-6) / max(1 - scores.needs_person, 1e-6))
    return 1 / (1 + math.exp(-odds))


def _decide_person(
    probability: float,
    threshold: float,
    severity: Severity,
    agenda: Agenda,
    flags: Sequence[Flag],
    *,
    critical_alert: bool,
) -> tuple[bool, float]:
    """Whether a person is needed, and how sure that is.

    What a rule demands of one is never left to an engine.
    """
    if agenda is Agenda.SPAM:
        return False, max(1 - probability, RULE_CONFIDENCE)
    if (
        severity.rank >= Severity.HIGH.rank
        or agenda in {Agenda.QUESTION, Agenda.ABUSE}
        or Flag.QUESTION in flags
    ):
        return True, max(probability, RULE_CONFIDENCE)
    if critical_alert or Flag.RATING_WORDS_DISAGREE in flags:
        # Five stars above a complaint: one of the two is a slip, and a program cannot tell which.
        return True, max(probability, 0.5)
    if Flag.CANNOT_JUDGE in flags:
        return True, max(probability, 0.5)
    return probability >= threshold, max(probability, 1 - probability)


def _score_fields(scores: Scores | None, probability: float) -> dict[str, float]:
    """The numbers behind an assessment, by name."""
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


def _reasons(
    analysis: _Analysis, rating: int | None, text_severity: Severity | None, flags: Sequence[Flag]
) -> list[Reason]:
    reasons = [Reason("rating_words_disagree")] if Flag.RATING_WORDS_DISAGREE in flags else []
    if rating is not None:
        reasons.append(Reason(f"rating_{rating}"))
    reasons.extend(analysis.reasons())
    if analysis.scores is not None and text_severity is not None:
        reasons.append(Reason(f"engine_{text_severity.value}"))
    if Flag.CANNOT_JUDGE in flags:
        reasons.append(
            Reason(
                "no_text"
                if not analysis.words
                else "too_short"
                if analysis.is_short
                else "no_evidence"
            )
        )
    reasons.extend(
        Reason(flag.value)
        for flag in (Flag.REPEAT_COMPLAINER, Flag.RECOVERED, Flag.WORSENED)
        if flag in flags
    )
    return reasons


def _agenda(analysis: _Analysis, rating: int | None, severity: Severity, stage: Stage) -> Agenda:
    """What the author wants (R05).

    A severe or concrete complaint is never abuse or spam, whatever its tone.
    """
    scores = analysis.scores
    concrete = bool(analysis.hits_of("critical_") or analysis.hits_of("failure_"))
    adverts = len({hit.words.lower() for hit in analysis.hits_of("promotion")})
    if severity is not Severity.CRITICAL and ((analysis.links and adverts) or adverts >= 3):
        return Agenda.SPAM
    if analysis.is_gibberish and rating is None and not concrete:
        return Agenda.SPAM
    if (
        severity is not Severity.CRITICAL
        and not concrete
        and (analysis.has("insult") or (scores and scores.abuse >= ABUSE_THRESHOLD))
    ):
        return Agenda.ABUSE
    if (
        analysis.asks_question
        and severity.rank <= Severity.MEDIUM.rank
        and not concrete
        and not _is_happy(analysis, rating)
    ):
        return Agenda.QUESTION
    if severity in {Severity.PRAISE, Severity.LOW}:
        is_neutral = (
            severity is Severity.LOW
            and rating is None
            and (scores.sentiment if scores else 0.0) <= 0.0
        )
        return Agenda.PRAISE if not is_neutral else _complaint_agenda(analysis, stage)
    return _complaint_agenda(analysis, stage)


def _is_happy(analysis: _Analysis, rating: int | None) -> bool:
    return (
        rating is not None
        and rating >= 4
        and (analysis.scores is None or analysis.scores.sentiment > 0)
    )


def _complaint_agenda(analysis: _Analysis, stage: Stage) -> Agenda:
    """Whether a complaint speaks to the business or to its other customers.

    A tie goes by the stage.
    """
    if stage is Stage.OFFSTAGE:
        return Agenda.ANSWER
    request_count, audience_count = (
        len(analysis.hits_of("request")),
        len(analysis.hits_of("audience")),
    )
    if analysis.asks_question or request_count > audience_count:
        return Agenda.ANSWER
    return Agenda.AUDIENCE
