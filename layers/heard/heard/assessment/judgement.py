"""From what was said to what we conclude: an engine's scores, the rules on top of them, and the rating.

The engine judges the text; the rules of `vocabulary` say what must never be missed, and are never weaker than it; the
rating gives a severity and the words give one, and the worse wins (playbook, severity). Where neither says anything, a
person decides. All choices are constants here, words in `vocabulary`, or weights of an engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.engine import Engine, Scores
from heard.assessment.language import detect, plausible
from heard.assessment.phrases import END, UNSPACED, Hit, Lexicon, Token, considered, fold, links, tokens, without
from heard.assessment.terms import Agenda, Assessment, Flag, History, Reason, Severity, complains
from heard.reviews import Channel, ReviewEvent, Stage

RULES: Final = "rules-2"
"""The version of the rules and their tables; change it with anything here that can change an assessment."""

SHORTEST: Final = 15
"""Characters below which words alone are never enough to leave a review without a person."""


@dataclass(frozen=True, slots=True)
class From:
    """Probabilities from which an engine's word is taken: of at least each level, and of a person being needed though nothing else asks."""

    low: float = 0.5
    medium: float = 0.5
    high: float = 0.5
    critical: float = 0.5
    person: float = 0.5


FROM: Final = {
    "accurate": From(low=0.7, medium=0.7, high=0.4, critical=0.4),
    "quick": From(person=0.3),
}
"""By engine, as calibrated (docs/assessment.md): `quick` says too little of short complaints."""

FRAUD_FROM: Final = 0.03
"""The same for critical where a single word of fraud stands in the text: "scam!" is mostly an insult, and then a strong complaint."""

FAILURE_FROM: Final = 0.5
"""Probability of at least medium from which a concrete failure that a rule names makes a strong complaint."""

HARMLESS_BELOW: Final = 0.02
"""Probability of at least high below which a hospital or a lawyer is circumstance."""

ALARMING_FROM: Final = 0.1
"""Probability of critical from which a person looks, whatever the rating: a poisoning is told calmly and with five stars as well."""

DOUBTED: Final = 0.75
"""The same for medium or high where four or five stars speak against it."""

ABUSE_FROM: Final = 0.7
"""The same for abuse of people."""

RATING_LOGITS: Final = {1: 4.0, 2: 3.0, 3: 0.5, 4: -2.0, 5: -3.5}
"""What a rating adds to the log-odds that a person is needed."""

CERTAIN: Final = 0.95
"""Confidence of what a rule, a rating or a question in so many words decides."""

REASON_WORDS: Final = 6
"""So many words after one star are taken as its reason; in unspaced languages twice as many letters."""

_DENIABLE: Final = ("critical_", "failure_", "mild", "insult", "promotion")
"""Codes of phrases that say nothing when negated; a topic stays one ("not clean")."""

_FRAUD: Final = "critical_fraud"

MOST_REASONS: Final = 16
MOST_TOPICS: Final = 5


def assess(event: ReviewEvent, channel: Channel, history: History, engine: Engine | None = None) -> Assessment:
    """What we conclude about one revision of a review. Total: any event gets an assessment, none an exception.

    Of long texts the parts that `phrases.considered` names are read by the rules. Without an engine, rules and rating decide
    alone. `reasons` begin with the rating's and the worst of the words'; their codes are `rating_<n>`, `critical_<flag>`,
    `failure_<kind>`, `mild`, `sentiment_good`, `sentiment_bad`, `question`, `insult`, `promotion`, `gibberish`, `no_text`,
    `no_evidence`, `too_short`, `engine_<severity>`, `rating_words_disagree`, `repeat_complainer`, `recovered`, `worsened`.
    """
    reading = _read(event, engine)
    rating = event.rating if event.rating is not None and 1 <= event.rating <= 5 else None
    worded = _severity_of_words(reading, rating)
    severity, flags = _combined(_severity_of_rating(rating, worded, reading), worded, reading)
    agenda = _agenda(reading, rating, severity, channel.stage)
    if agenda is Agenda.QUESTION:
        # A question needs a person, however friendly it is (playbook, severity).
        severity = severity.worse(Severity.MEDIUM)
    if agenda in {Agenda.QUESTION, Agenda.SPAM}:
        flags = []
    flags.extend(flag for flag in vocabulary.CRITICAL if reading.has(f"critical_{flag.value}"))
    if _disagree(rating, worded):
        flags.append(Flag.RATING_WORDS_DISAGREE)
    if reading.has("failure_churn"):
        flags.append(Flag.CHURN)
    if reading.asks and agenda not in {Agenda.SPAM, Agenda.ABUSE}:
        flags.append(Flag.QUESTION)
    flags.extend(_of_history(severity, agenda, flags, history))
    probability = _probability(reading.scores, rating)
    alarming = reading.scores is not None and reading.scores.severity[3] >= ALARMING_FROM
    needs_person, confidence = _person(probability, reading.taken_from.person, severity, agenda, flags, alarming=alarming)
    return Assessment(
        severity=severity,
        agenda=agenda,
        sentiment=round(reading.scores.sentiment, 4) if reading.scores else None,
        language=reading.language,
        topics=reading.topics(),
        flags=tuple(flags),
        reasons=tuple(_reasons(reading, rating, worded, flags)[:MOST_REASONS]),
        model=f"{reading.scores.model}+{RULES}" if reading.scores else RULES,
        needs_person=needs_person,
        confidence=round(confidence, 4),
        scores=_named(reading.scores, probability),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """A review's text, what an engine makes of it, and everything the tables found in it; negated phrases are already gone."""

    text: str
    words: tuple[Token, ...]
    language: str | None
    hits: tuple[Hit, ...]
    scores: Scores | None
    asks: bool
    links: int
    gibberish: bool

    def has(self, code: str) -> bool:
        return any(hit.code == code for hit in self.hits)

    def begins(self, code: str) -> list[Hit]:
        """The hits whose code begins so."""
        return [hit for hit in self.hits if hit.code.startswith(code)]

    @property
    def taken_from(self) -> From:
        """From where this engine's word is taken; one on top of another goes by the one beneath."""
        return FROM.get(self.scores.model.partition("-")[0], From()) if self.scores else From()

    @property
    def short(self) -> bool:
        """Whether this is too little to be sure that somebody is content."""
        return len(self.text.strip()) < SHORTEST

    def topics(self) -> tuple[str, ...]:
        """Topics by how often they are named, at most `MOST_TOPICS`."""
        counts: dict[str, int] = {}
        for hit in self.begins("topic_"):
            counts[hit.code.removeprefix("topic_")] = counts.get(hit.code.removeprefix("topic_"), 0) + 1
        return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic))[:MOST_TOPICS])

    def reasons(self) -> list[Reason]:
        """One reason a code, worst first, each with the words first found."""
        found: dict[str, str] = {}
        for prefix in ("critical_", "failure_", "mild", "insult", "promotion"):
            for hit in self.begins(prefix):
                found.setdefault(hit.code, hit.words)
        reasons = [Reason(code, evidence) for code, evidence in found.items()]
        if self.gibberish:
            reasons.append(Reason("gibberish"))
        if self.asks:
            reasons.append(Reason("question"))
        return reasons


@cache
def _lexicon(language: str) -> Lexicon:
    meanings = vocabulary.MEANINGS
    return Lexicon(language, {meaning: vocabulary.phrases(meaning, language) for meaning in meanings})


def _read(event: ReviewEvent, engine: Engine | None) -> _Reading:
    said = "\n".join(part for part in (event.title, event.text) if part)
    text = considered(said)
    words = tokens(text)
    heard_as = detect(text, words)
    spoken = plausible(event.language) or heard_as
    nonsense = _gibberish(words, heard_as)
    found: list[Hit] = []
    for language in _vocabularies(text, spoken, heard_as):
        found.extend(without(_lexicon(language).find(text, words), "idiom"))
    worded = any(character.isalpha() for character in text[:2000]) or not text.isascii()
    scores = engine.scores(said) if engine and worded and not nonsense else None
    harmless = scores is not None and scores.severity[2] < HARMLESS_BELOW and (event.rating is None or event.rating >= 4)
    hits = tuple(
        hit for hit in found if not (hit.negated and hit.code.startswith(_DENIABLE)) and not (harmless and _circumstantial(hit, words))
    )
    return _Reading(
        text=text,
        words=tuple(words),
        language=spoken,
        hits=hits,
        scores=scores,
        asks=_asks(text, words, hits, spoken),
        links=links(said),
        gibberish=nonsense,
    )


def _circumstantial(hit: Hit, words: Sequence[Token]) -> bool:
    first = words[hit.at].word if hit.to else fold(hit.words)
    return hit.code.startswith("critical_") and first.startswith(_circumstances())


@cache
def _circumstances() -> tuple[str, ...]:
    stems = vocabulary.phrases_of_all_languages("circumstantial")
    return tuple({fold(stem.removesuffix("*")) for stem in stems})


def _vocabularies(text: str, spoken: str | None, heard_as: str | None) -> Sequence[str]:
    """The languages to look words up in: all when none is known, else what is spoken, what slips into it, and other scripts.

    English slips in everywhere; a script of its own cannot be mistaken for another language, so it is always looked up.
    """
    if spoken is None:
        return vocabulary.LANGUAGES
    known = dict.fromkeys((heard_as, spoken, "en", *(() if text.isascii() else sorted(UNSPACED))))
    return [language for language in known if language in vocabulary.LANGUAGES]


def _asks(text: str, words: Sequence[Token], hits: Iterable[Hit], language: str | None) -> bool:
    """Whether the text asks something of its reader (R23)."""
    hits = list(hits)
    if any(hit.code == "asking" for hit in hits):
        return True
    if not any(mark in text for mark in "?？؟"):
        return False
    if language is None or not _has_interrogatives(language):
        return True
    marks = [index for index, token in enumerate(words) if token.word == END and text[token.start] in "?？؟"]
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


def _gibberish(words: Sequence[Token], heard_as: str | None) -> bool:
    """Whether a text of Latin letters is keys struck at random or one sign over and over."""
    letters = [token.word for token in words if token.word != END]
    joined = "".join(letters)
    if len(joined) < 10:
        return False
    if len(set(joined)) <= 2:
        return True
    if heard_as is not None or not joined.isascii():
        return False
    struck = sum(_struck(word) for word in letters if len(word) >= 4)
    return struck * 2 > len(letters)


def _struck(word: str) -> bool:
    if any(row in word for row in ("asdf", "sdfg", "qwer", "wert", "zxcv", "hjkl", "jkl")):
        return True
    run = longest = 0
    for letter in word:
        run = 0 if letter in "aeiouy" or letter.isdigit() else run + 1
        longest = max(longest, run)
    return longest >= 6


def _severity_of_words(reading: _Reading, rating: int | None) -> Severity | None:
    """What the words say, or None when they say nothing that rules or an engine understand."""
    grave = reading.begins("critical_")
    if any(not _insulting(hit) for hit in grave):
        return Severity.CRITICAL
    if grave:
        return Severity.CRITICAL if reading.scores is None or reading.scores.severity[3] >= FRAUD_FROM else Severity.HIGH
    if reading.scores is None:
        if reading.begins("failure_"):
            return Severity.HIGH
        return Severity.MEDIUM if reading.has("mild") or reading.has("insult") else None
    low, medium, high, critical = reading.scores.severity
    least = reading.taken_from
    if critical >= least.critical:
        return Severity.CRITICAL
    # With four or five stars a mild complaint is a small wish.
    content = rating is not None and rating >= 4
    # What a rule names as a concrete failure is one, unless the whole is happy.
    if high >= (DOUBTED if content else least.high) or (reading.begins("failure_") and medium >= FAILURE_FROM and not content):
        return Severity.HIGH
    if medium >= (DOUBTED if content else least.medium):
        return Severity.MEDIUM
    return Severity.LOW if low >= least.low else Severity.PRAISE


def _insulting(hit: Hit) -> bool:
    """Whether a hit is a single word of fraud, which is more often thrown at somebody than meant."""
    return hit.code == _FRAUD and hit.to - hit.at == 1


def _severity_of_rating(rating: int | None, worded: Severity | None, reading: _Reading) -> Severity | None:
    if rating is None:
        return None
    if rating == 1:
        return Severity.HIGH if _has_reason(worded, reading) else Severity.MEDIUM
    return {2: Severity.MEDIUM, 3: Severity.MEDIUM, 4: Severity.LOW, 5: Severity.PRAISE}[rating]


def _has_reason(worded: Severity | None, reading: _Reading) -> bool:
    """Whether one star comes with a reason in words; praise is none, it is a slip of the finger."""
    if worded is Severity.PRAISE or reading.gibberish:
        return False
    if worded in {Severity.CRITICAL, Severity.HIGH} or reading.has("mild") or reading.begins("topic_"):
        return True
    if reading.language in UNSPACED:
        return sum(letter.isalpha() for letter in reading.text) >= 2 * REASON_WORDS
    return sum(token.word != END for token in reading.words) >= REASON_WORDS


def _combined(rated: Severity | None, worded: Severity | None, reading: _Reading) -> tuple[Severity, list[Flag]]:
    """The worse of both; where nothing is said that counts, a person decides."""
    if rated is None:
        # Engines have scores for more languages than they were measured in.
        strange = reading.language not in vocabulary.LANGUAGES
        if worded is None or (worded.rank <= Severity.MEDIUM.rank and (reading.short or strange)):
            return Severity.MEDIUM, [Flag.CANNOT_JUDGE]
        return worded, []
    if worded is None:
        return rated, []
    # Neutral words beside five stars are no wish for less.
    if rated is Severity.PRAISE and worded is Severity.LOW:
        return rated, []
    return rated.worse(worded), []


def _disagree(rating: int | None, worded: Severity | None) -> bool:
    if rating is None or worded is None:
        return False
    return (rating >= 4 and worded.rank >= Severity.MEDIUM.rank) or (rating <= 2 and worded is Severity.PRAISE)


def _of_history(severity: Severity, agenda: Agenda, flags: list[Flag], history: History) -> list[Flag]:
    """What an assessment is beside what was known before (R18, R20)."""
    found: list[Flag] = []
    if history.earlier_complaints >= 1:
        if complains(severity, agenda, flags):
            found.append(Flag.REPEAT_COMPLAINER)
        elif severity is Severity.PRAISE:
            found.append(Flag.RECOVERED)
    if history.last_severity is not None and severity.rank > max(history.last_severity.rank, Severity.LOW.rank):
        found.append(Flag.WORSENED)
    return found


def _probability(scores: Scores | None, rating: int | None) -> float:
    """The probability that a person is needed, by engine and rating; one half when neither says anything."""
    odds = RATING_LOGITS.get(rating or 0, 0.0)
    if scores is not None:
        odds += math.log(max(scores.needs_person, 1e-6) / max(1 - scores.needs_person, 1e-6))
    return 1 / (1 + math.exp(-odds))


def _person(
    probability: float, person_from: float, severity: Severity, agenda: Agenda, flags: Sequence[Flag], *, alarming: bool
) -> tuple[bool, float]:
    """Whether a person is needed, and how sure that is; what a rule demands of one is never left to an engine."""
    if agenda is Agenda.SPAM:
        return False, max(1 - probability, CERTAIN)
    if severity.rank >= Severity.HIGH.rank or agenda in {Agenda.QUESTION, Agenda.ABUSE} or Flag.QUESTION in flags:
        return True, max(probability, CERTAIN)
    if alarming or Flag.RATING_WORDS_DISAGREE in flags:
        # Five stars above a complaint: one of the two is a slip, and a program cannot tell which.
        return True, max(probability, 0.5)
    if Flag.CANNOT_JUDGE in flags:
        return True, max(probability, 0.5)
    return probability >= person_from, max(probability, 1 - probability)


def _named(scores: Scores | None, probability: float) -> dict[str, float]:
    """The numbers behind an assessment, by name."""
    if scores is None:
        return {"needs_person": round(probability, 4)}
    low, medium, high, critical = scores.severity
    named = {
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
    return {name: round(score, 4) for name, score in named.items()}


def _reasons(reading: _Reading, rating: int | None, worded: Severity | None, flags: Sequence[Flag]) -> list[Reason]:
    reasons = [Reason("rating_words_disagree")] if Flag.RATING_WORDS_DISAGREE in flags else []
    if rating is not None:
        reasons.append(Reason(f"rating_{rating}"))
    reasons.extend(reading.reasons())
    if reading.scores is not None and worded is not None:
        reasons.append(Reason(f"engine_{worded.value}"))
    if Flag.CANNOT_JUDGE in flags:
        reasons.append(Reason("no_text" if not reading.words else "too_short" if reading.short else "no_evidence"))
    reasons.extend(Reason(flag.value) for flag in (Flag.REPEAT_COMPLAINER, Flag.RECOVERED, Flag.WORSENED) if flag in flags)
    return reasons


def _agenda(reading: _Reading, rating: int | None, severity: Severity, stage: Stage) -> Agenda:
    """What the author wants (R05); a severe or concrete complaint is never abuse or spam, whatever its tone."""
    scores = reading.scores
    concrete = bool(reading.begins("critical_") or reading.begins("failure_"))
    adverts = len({hit.words.lower() for hit in reading.begins("promotion")})
    if severity is not Severity.CRITICAL and ((reading.links and adverts) or adverts >= 3):
        return Agenda.SPAM
    if reading.gibberish and rating is None and not concrete:
        return Agenda.SPAM
    if severity is not Severity.CRITICAL and not concrete and (reading.has("insult") or (scores and scores.abuse >= ABUSE_FROM)):
        return Agenda.ABUSE
    if reading.asks and severity.rank <= Severity.MEDIUM.rank and not concrete and not _glad(reading, rating):
        return Agenda.QUESTION
    if severity in {Severity.PRAISE, Severity.LOW}:
        unmoved = severity is Severity.LOW and rating is None and (scores.sentiment if scores else 0.0) <= 0.0
        return Agenda.PRAISE if not unmoved else _complaint(reading, stage)
    return _complaint(reading, stage)


def _glad(reading: _Reading, rating: int | None) -> bool:
    return rating is not None and rating >= 4 and (reading.scores is None or reading.scores.sentiment > 0)


def _complaint(reading: _Reading, stage: Stage) -> Agenda:
    """Whether a complaint speaks to the business or to its other customers; a tie goes by the stage."""
    if stage is Stage.OFFSTAGE:
        return Agenda.ANSWER
    asked, warned = len(reading.begins("request")), len(reading.begins("audience"))
    if reading.asks or asked > warned:
        return Agenda.ANSWER
    return Agenda.AUDIENCE
