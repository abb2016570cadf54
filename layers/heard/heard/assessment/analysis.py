"""Reads a review: its language, the phrases in it, an engine's scores, and what kind of text it is.

It draws no conclusion. The other modules of this package do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.assessment import vocabulary
from heard.assessment.confirmation import CRITICAL, UNCONFIRMED, confirm
from heard.assessment.courtesy import is_short_praise
from heard.assessment.engines.engine import Engine, Scores
from heard.assessment.language import (
    detect_language,
    languages_of_letters,
    languages_of_sentences,
    related_languages,
)
from heard.assessment.language_codes import language_code
from heard.assessment.questions import asks_question
from heard.assessment.thresholds import MIN_CAPITALS, MIN_CHARACTERS
from heard.reviews import ReviewEvent
from heard.text import emoji
from heard.text.legible import legible_text, without_markup
from heard.text.lexicon import Hit, Lexicon, unmasked_hits
from heard.text.words import (
    END,
    UNSPACED,
    Token,
    count_links,
    fold_signs,
    letters_worth,
    matchable_part,
    tokens,
)

MAX_TOPICS: Final = 5

_NEGATABLE: Final = (
    CRITICAL,
    "failure_",
    "alarm",
    "mild",
    "insult",
    "promotion",
    "spam",
    "kind_word",
)
"""Codes of phrases that say nothing when negated. A negated topic is a topic ("not clean")."""

_ALARMING: Final = (CRITICAL, UNCONFIRMED, "failure_lost", "failure_money", "alarm")
"""Codes of phrases that are never only thanked for."""

_KEYBOARD_ROWS: Final = ("asdf", "sdfg", "qwer", "wert", "zxcv", "hjkl", "jkl")
_MAX_CONSONANTS: Final = 5


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """A review's text, the phrases in it and an engine's scores.

    `hits` hold no negated phrase, except negated topics. `has_figures`: figures of speech stand in
    the text. `is_cut`: `text` is the beginning and the end of a longer one.
    """

    text: str
    words: tuple[Token, ...]
    language: str | None
    hits: tuple[Hit, ...]
    scores: Scores | None
    asks_question: bool
    links: int
    is_gibberish: bool
    is_short_praise: bool
    has_figures: bool
    is_cut: bool

    def has(self, code: str) -> bool:
        """Whether a phrase of this code stands in the text."""
        return any(hit.code == code for hit in self.hits)

    def hits_of(self, prefix: str | tuple[str, ...]) -> list[Hit]:
        """The hits whose code begins with `prefix`, or with one of them."""
        return [hit for hit in self.hits if hit.code.startswith(prefix)]

    @property
    def is_short(self) -> bool:
        """Whether the text is too short to be sure that its author is content."""
        return letters_worth(self.text.strip()) < MIN_CHARACTERS

    @property
    def is_concrete(self) -> bool:
        """Whether a rule names something critical or a concrete failure."""
        return bool(self.hits_of(CRITICAL) or self.hits_of("failure_"))

    @property
    def is_alarming(self) -> bool:
        """Whether a rule names an injury, a loss, the law or a threat, in whatever tone."""
        return any(hit.code.startswith(_ALARMING) for hit in self.hits)

    def topics(self) -> tuple[str, ...]:
        """The topics, the one named most often first, at most `MAX_TOPICS`."""
        counts: dict[str, int] = {}
        for hit in self.hits_of("topic_"):
            topic = hit.code.removeprefix("topic_")
            counts[topic] = counts.get(topic, 0) + 1
        return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic))[:MAX_TOPICS])


def text_for_rules(event: ReviewEvent) -> tuple[str, bool]:
    """The part of a review in which phrases and sentences are looked for, and whether it is cut."""
    return matchable_part("\n\n".join(part for part in (event.title, event.text) if part))


def text_for_engine(event: ReviewEvent) -> str:
    """What an engine is given of a review in which no figure of speech stands."""
    return _without_shouting(without_markup(legible_text(_full_text(event))))


def _without_shouting(text: str) -> str:
    """A text in capitals in small letters: engines have read few texts in capitals."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() for letter in text)
    return text.lower() if capitals >= MIN_CAPITALS and capitals > 2 * small else text


def _full_text(event: ReviewEvent) -> str:
    return "\n".join(part for part in (event.title, event.text) if part)


def analyse(event: ReviewEvent, engine: Engine | None) -> TextAnalysis:
    """The analysis of a review's title and text."""
    full_text = _full_text(event)
    text, is_cut = text_for_rules(event)
    words = tokens(text)
    detected_language = detect_language(text, words)
    review_language = language_code(event.language) or detected_language
    is_gibberish = _is_gibberish(words, detected_language)
    all_hits: list[Hit] = []
    figures: list[Hit] = []
    foreign: set[Hit] = set()
    has_figures = False
    own_languages = _own_languages(text, words, review_language, detected_language)
    languages = _lookup_languages(review_language, own_languages)
    for language in languages:
        in_language = _lexicon(language).find(text, words)
        figures.extend(
            hit for hit in in_language if hit.code in vocabulary.FIGURES and not hit.negated
        )
        has_figures |= any(hit.code in vocabulary.MASKS and not hit.negated for hit in in_language)
        if review_language is not None and language not in own_languages:
            # What a language of the text says too is not foreign ("homophob*" in German).
            foreign.update(hit for hit in in_language if hit not in all_hits)
        # Among all languages, one's idiom is another's plain words.
        all_hits.extend(
            unmasked_hits(in_language, vocabulary.MASKS) if review_language is None else in_language
        )
    all_hits = unmasked_hits(all_hits, vocabulary.MASKS)
    has_words = any(character.isalpha() for character in text[:2000]) or not text.isascii()
    is_readable = has_words and not is_gibberish
    plain_text = (
        _without_shouting(_in_plain_words(text, figures)) if figures else text_for_engine(event)
    )
    scores = engine.scores(plain_text) if engine and is_readable else None
    all_hits.extend(_emoji_hits(text))
    candidates = [hit for hit in all_hits if not (hit.negated and hit.code.startswith(_NEGATABLE))]
    hits = confirm(candidates, scores, engine, text, foreign=foreign)
    return TextAnalysis(
        text=text,
        words=tuple(words),
        language=review_language,
        hits=hits,
        scores=scores,
        asks_question=asks_question(
            text,
            words,
            (hit for hit in hits if hit.code == "asking"),
            review_language,
            languages,
        ),
        links=count_links(full_text),
        is_gibberish=is_gibberish,
        is_short_praise=is_short_praise(text, languages),
        has_figures=has_figures,
        is_cut=is_cut,
    )


@cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(
        language,
        {meaning: vocabulary.phrases(meaning, language) for meaning in vocabulary.MEANINGS},
    )


def _own_languages(
    text: str, words: Sequence[Token], review_language: str | None, detected_language: str | None
) -> Sequence[str]:
    """The languages that a text may be in, the detected one first.

    The review's, the detected one, those of single sentences, and those that are hard to tell from
    these. In a text that is not ASCII the unspaced languages too: their letters cannot be mistaken
    for another language.
    """
    other_scripts = (
        ()
        if text.isascii()
        else (*sorted(UNSPACED), *sorted(languages_of_letters(text, review_language)))
    )
    own = dict.fromkeys(
        (
            detected_language,
            review_language,
            *sorted(languages_of_sentences(text, words, detected_language)),
            *other_scripts,
        )
    )
    own |= dict.fromkeys(sorted(related_languages(own)))
    return [language for language in own if language in vocabulary.LANGUAGES]


def _lookup_languages(review_language: str | None, own_languages: Sequence[str]) -> Sequence[str]:
    """The languages whose phrases are looked for in a text: its own, and English.

    English occurs in reviews of every language. All languages when the review's is unknown.
    """
    if review_language is None:
        return vocabulary.LANGUAGES
    return [*dict.fromkeys((*own_languages, "en"))]


def _in_plain_words(text: str, figures: Sequence[Hit]) -> str:
    """A text whose figures of speech are replaced by plain words."""
    of_signs = any(not hit.to for hit in figures)
    # Phrases of words and of signs count characters of two different forms of the text.
    text = fold_signs(text) if of_signs else text
    parts: list[str] = []
    end = 0
    for hit in sorted(figures, key=lambda hit: (hit.start, -hit.end)):
        if bool(hit.to) is not of_signs and hit.start >= end:
            parts += (text[end : hit.start], f" {vocabulary.FIGURES[hit.code]} ")
            end = hit.end
    return "".join((*parts, text[end:]))


def _emoji_hits(text: str) -> list[Hit]:
    """What alarming emoji say. An ambulance is as good as the word."""
    return [
        Hit(
            "critical_safety" if match.group == "emergency" else "alarm",
            at=0,
            to=0,
            words=match.sign,
            negated=False,
            start=match.start,
            end=match.start + 1,
        )
        for match in emoji.find_emoji(text)
        if match.group in emoji.ALARMING
    ]


def _is_gibberish(words: Sequence[Token], detected_language: str | None) -> bool:
    """Whether a text in Latin letters is random keystrokes, or one character over and over."""
    text_words = [token.word for token in words if token.word != END]
    letters = "".join(text_words)
    if len(letters) < 10:
        return False
    if len(set(letters)) <= 2:
        return True
    if detected_language is not None or not letters.isascii():
        return False
    random_count = sum(_is_random(word) for word in text_words if len(word) >= 4)
    return random_count * 2 > len(text_words)


def _is_random(word: str) -> bool:
    if any(row in word for row in _KEYBOARD_ROWS):
        return True
    consonants = longest = 0
    for letter in word:
        consonants = 0 if letter in "aeiouy" or letter.isdigit() else consonants + 1
        longest = max(longest, consonants)
    return longest > _MAX_CONSONANTS
