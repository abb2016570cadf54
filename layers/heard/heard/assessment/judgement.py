"""From what was said to what we conclude: the first, lexicon-based engine.

The rating gives a severity and the words give one; the worse wins (playbook, severity). Words count as
evidence only when a table of `vocabulary` or the sentiment lexicon knows them; where neither does, the rating
decides alone, and without a rating a person does. All choices are constants here or words in `vocabulary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.assessment import sentiment, vocabulary
from heard.assessment.language import detect, plausible
from heard.assessment.phrases import END, UNSPACED, Hit, Lexicon, Token, blanked, considered, fold, links, tokens, without
from heard.assessment.terms import Agenda, Assessment, Flag, History, Reason, Severity, complains
from heard.reviews import Channel, ReviewEvent, Stage

MODEL: Final = "lexicon-1"
"""The version of the engine and its tables; change it with anything that can change an assessment."""

HAPPY: Final = 0.6
"""Sentiment from which a review as a whole is happy, so that a failure it tells of weighs less."""

PLEASED: Final = 0.35
"""Sentiment from which words alone are praise."""

UNHAPPY: Final = -0.4
"""Sentiment down to which words without a concrete failure are no complaint."""

ANGRY: Final = -0.55
"""The same where a good rating speaks against it: the lexicon alone errs too often to overrule four stars lightly."""

REASON_WORDS: Final = 6
"""So many words after one star are taken as its reason; in unspaced languages twice as many letters."""

_DENIABLE: Final = ("critical_", "failure_", "mild", "insult", "promotion")
"""Codes of phrases that say nothing when negated; a topic stays one ("not clean")."""

MOST_REASONS: Final = 16
MOST_TOPICS: Final = 5


def assess(event: ReviewEvent, channel: Channel, history: History) -> Assessment:
    """What we conclude about one revision of a review. Total: any event gets an assessment, none an exception.

    Of long texts the parts that `phrases.considered` names are read. `reasons` begin with the rating's and the
    worst of the words'; their codes are `rating_<n>`, `critical_<flag>`, `failure_<kind>`, `mild`, `sentiment_good`,
    `sentiment_bad`, `question`, `insult`, `promotion`, `gibberish`, `no_text`, `no_evidence`, `rating_words_disagree`,
    `repeat_complainer`.
    """
    reading = _read(event)
    rating = event.rating if event.rating is not None and 1 <= event.rating <= 5 else None
    worded = _severity_of_words(reading, rating)
    rated = _severity_of_rating(rating, worded, reading)
    severity, flags = _combined(rated, worded)
    agenda = _agenda(reading, rating, severity, channel.stage)
    if agenda is Agenda.QUESTION:
        # A question needs a person, however friendly it is (playbook, severity).
        severity = severity.worse(Severity.MEDIUM)
    if agenda in {Agenda.QUESTION, Agenda.SPAM}:
        flags = []
    reasons = [*_rating_reasons(rating), *reading.reasons()]
    if Flag.CANNOT_JUDGE in flags:
        reasons.append(Reason("no_text" if not reading.words else "no_evidence"))
    if _disagree(rating, worded):
        flags.append(Flag.RATING_WORDS_DISAGREE)
        reasons.insert(0, Reason("rating_words_disagree"))
    flags.extend(flag for flag in vocabulary.CRITICAL if reading.has(f"critical_{flag.value}"))
    if reading.has("failure_churn"):
        flags.append(Flag.CHURN)
    if reading.asks and agenda not in {Agenda.SPAM, Agenda.ABUSE}:
        flags.append(Flag.QUESTION)
    if complains(severity, agenda, flags) and history.earlier_complaints >= 1:
        flags.append(Flag.REPEAT_COMPLAINER)
        reasons.append(Reason("repeat_complainer"))
    return Assessment(
        severity=severity,
        agenda=agenda,
        sentiment=reading.sentiment,
        language=reading.language,
        topics=reading.topics(),
        flags=tuple(flags),
        reasons=tuple(reasons[:MOST_REASONS]),
        model=MODEL,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """A review's text with everything the tables found in it; negated phrases are already gone."""

    text: str
    words: tuple[Token, ...]
    language: str | None
    hits: tuple[Hit, ...]
    sentiment: float | None
    asks: bool
    links: int
    gibberish: bool

    def has(self, code: str) -> bool:
        return any(hit.code == code for hit in self.hits)

    def begins(self, code: str) -> list[Hit]:
        """The hits whose code begins so."""
        return [hit for hit in self.hits if hit.code.startswith(code)]

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
        if self.sentiment is not None and abs(self.sentiment) >= PLEASED:
            reasons.append(Reason("sentiment_good" if self.sentiment > 0 else "sentiment_bad"))
        if self.gibberish:
            reasons.append(Reason("gibberish"))
        if self.asks:
            reasons.append(Reason("question"))
        return reasons


@cache
def _lexicon(language: str) -> Lexicon:
    tables: dict[str, vocabulary.Table] = {
        "idiom": vocabulary.IDIOMS,
        "mild": vocabulary.MILD,
        "good": vocabulary.GOOD,
        "bad": vocabulary.BAD,
        "insult": vocabulary.INSULTS,
        "promotion": vocabulary.PROMOTION,
        "audience": vocabulary.AUDIENCE,
        "request": vocabulary.REQUESTS,
        "interrogative": vocabulary.INTERROGATIVES,
        "asking": vocabulary.ASKING,
    }
    tables.update({f"critical_{flag.value}": table for flag, table in vocabulary.CRITICAL.items()})
    tables.update({f"failure_{kind}": table for kind, table in vocabulary.FAILURES.items()})
    tables.update({f"topic_{topic}": table for topic, table in vocabulary.TOPICS.items()})
    return Lexicon(language, {code: table[language] for code, table in tables.items() if language in table})


@cache
def _languages() -> tuple[str, ...]:
    """Every language the engine has words for."""
    return tuple(sorted({language for table in vocabulary.CRITICAL.values() for language in table}))


def _read(event: ReviewEvent) -> _Reading:
    said = "\n".join(part for part in (event.title, event.text) if part)
    text = considered(said)
    words = tokens(text)
    heard_as = detect(text, words)
    spoken = plausible(event.language) or heard_as
    nonsense = _gibberish(words, heard_as)
    found: list[Hit] = []
    idioms: list[Hit] = []
    for language in _vocabularies(text, spoken, heard_as):
        hits = _lexicon(language).find(text, words)
        idioms.extend(hit for hit in hits if hit.code == "idiom")
        found.extend(without(hits, "idiom"))
    signs = sentiment.by_signs(text)
    feeling: float | None = None
    # A claim of English against words that say otherwise is a platform's default more often than the truth.
    if spoken == "en" and heard_as in {None, "en"} and any(token.word != END for token in words) and not nonsense:
        feeling = sentiment.english(blanked(text, words, idioms))
    elif not nonsense:
        strong = [hit for hit in found if hit.code in {"good", "bad"}]
        feeling = sentiment.by_strong_words(strong, signs)
    pleased = feeling is not None and feeling >= PLEASED and (event.rating is None or event.rating >= 3)
    hits = tuple(hit for hit in found if not (hit.negated and hit.code.startswith(_DENIABLE)) and not (pleased and _circumstantial(hit)))
    return _Reading(
        text=text,
        words=tuple(words),
        language=spoken,
        hits=hits,
        sentiment=feeling,
        asks=_asks(text, words, hits, spoken),
        links=links(said),
        gibberish=nonsense,
    )


def _circumstantial(hit: Hit) -> bool:
    return hit.code.startswith("critical_") and fold(hit.words).startswith(_circumstances())


@cache
def _circumstances() -> tuple[str, ...]:
    return tuple(fold(stem) for stem in sorted(vocabulary.CIRCUMSTANTIAL))


def _vocabularies(text: str, spoken: str | None, heard_as: str | None) -> Sequence[str]:
    """The languages to look words up in: all when none is known, else what is spoken, what slips into it, and other scripts.

    English slips in everywhere; a script of its own cannot be mistaken for another language, so it is always looked up.
    """
    if spoken is None:
        return _languages()
    known = dict.fromkeys((heard_as, spoken, "en", *(() if text.isascii() else sorted(UNSPACED))))
    return [language for language in known if language in _languages()]


def _asks(text: str, words: Sequence[Token], hits: Iterable[Hit], language: str | None) -> bool:
    """Whether the text asks something of its reader (R23)."""
    hits = list(hits)
    if any(hit.code == "asking" for hit in hits):
        return True
    if not any(mark in text for mark in "?？؟"):
        return False
    if language not in vocabulary.INTERROGATIVES:
        return True
    marks = [index for index, token in enumerate(words) if token.word == END and text[token.start] in "?？؟"]
    interrogatives = [hit.at for hit in hits if hit.code == "interrogative"]
    return any(_sentence_start(words, mark) <= at < mark for mark in marks for at in interrogatives)


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
    """What the words say, or None when they say nothing we understand."""
    feeling = reading.sentiment
    if reading.begins("critical_"):
        return Severity.CRITICAL
    happy = feeling is not None and feeling >= HAPPY
    if reading.begins("failure_"):
        return Severity.MEDIUM if happy else Severity.HIGH
    mild = reading.has("mild")
    if feeling is None:
        return Severity.MEDIUM if mild else None
    bound = ANGRY if rating is not None and rating >= 4 else UNHAPPY
    if feeling <= bound or reading.has("insult"):
        return Severity.MEDIUM
    if mild and not happy:
        # With four or five stars a mild complaint is a small wish.
        return Severity.LOW if rating is not None and rating >= 4 else Severity.MEDIUM
    if feeling >= PLEASED:
        return Severity.PRAISE
    return Severity.LOW


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


def _combined(rated: Severity | None, worded: Severity | None) -> tuple[Severity, list[Flag]]:
    """The worse of both; without either, a person decides."""
    if rated is None and worded is None:
        return Severity.MEDIUM, [Flag.CANNOT_JUDGE]
    if rated is None or worded is None:
        return rated or worded or Severity.MEDIUM, []
    # Neutral words beside five stars are no wish for less.
    if rated is Severity.PRAISE and worded is Severity.LOW:
        return rated, []
    return rated.worse(worded), []


def _disagree(rating: int | None, worded: Severity | None) -> bool:
    if rating is None or worded is None:
        return False
    return (rating >= 4 and worded.rank >= Severity.MEDIUM.rank) or (rating <= 2 and worded is Severity.PRAISE)


def _rating_reasons(rating: int | None) -> list[Reason]:
    return [] if rating is None else [Reason(f"rating_{rating}")]


def _agenda(reading: _Reading, rating: int | None, severity: Severity, stage: Stage) -> Agenda:
    """What the author wants (R05); a severe or concrete complaint is never abuse or spam, whatever its tone."""
    concrete = bool(reading.begins("critical_") or reading.begins("failure_"))
    adverts = len({hit.words.lower() for hit in reading.begins("promotion")})
    if severity is not Severity.CRITICAL and ((reading.links and adverts) or adverts >= 3):
        return Agenda.SPAM
    if reading.gibberish and rating is None and not concrete:
        return Agenda.SPAM
    if reading.has("insult") and not concrete:
        return Agenda.ABUSE
    if reading.asks and severity.rank <= Severity.MEDIUM.rank and not concrete and not _glad(reading, rating):
        return Agenda.QUESTION
    if severity in {Severity.PRAISE, Severity.LOW}:
        unmoved = severity is Severity.LOW and rating is None and (reading.sentiment or 0.0) <= 0.0
        return Agenda.PRAISE if not unmoved else _complaint(reading, stage)
    return _complaint(reading, stage)


def _glad(reading: _Reading, rating: int | None) -> bool:
    return rating is not None and rating >= 4 and (reading.sentiment or 0.0) >= PLEASED


def _complaint(reading: _Reading, stage: Stage) -> Agenda:
    """Whether a complaint speaks to the business or to its other customers; a tie goes by the stage."""
    if stage is Stage.OFFSTAGE:
        return Agenda.ANSWER
    asked, warned = len(reading.begins("request")), len(reading.begins("audience"))
    if reading.asks or asked > warned:
        return Agenda.ANSWER
    return Agenda.AUDIENCE
