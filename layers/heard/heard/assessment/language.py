"""Which language a text is in.

Its letters decide where a script belongs to one language. Languages in Latin letters are told apart
by `language_model`, and by function words where the model or numpy is not installed or the model is
not certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from heard.assessment import language_model, vocabulary
from heard.assessment.engines.weights import WeightsMissing, find_weights
from heard.assessment.language_model import LanguageModel
from heard.text.words import END, Token, fold_word

MIN_LETTERS: Final = 15
"""In a shorter text only function words decide: it has too few letters for the model."""

_MIN_SENTENCE: Final = 3
_MIN_VOTES: Final = 2.0
_MAX_LANGUAGES: Final = 6
_MAX_SENTENCES: Final = 40
_MATCHES: Final = 3
"""Words of the shortest sentence whose language is looked at, votes that its language needs, the
most languages and sentences of one text, and the nearest languages of a sentence.
"""

_FAMILIES: Final = (frozenset({"da", "no", "sv"}), frozenset({"af", "nl"}))
"""Languages that share most of their words, so that a sentence may be taken for the other's."""

_MAX_TOKENS: Final = 400
"""So many tokens are searched for function words; more would change nothing."""


def detect_language(text: str, words: list[Token]) -> str | None:
    """The language of a text (ISO 639), None where nothing shows it or two are as likely.

    `words` are the `tokens` of the text.
    """
    script = _language_of_script(text)
    if script is not None:
        return script or None
    model = _model()
    letters = sum(map(str.isalpha, text[: language_model.MAX_CHARACTERS]))
    if model is None or letters < MIN_LETTERS:
        return _by_function_words(words)
    nearest, is_certain = model.best_match(text)
    return nearest if is_certain or nearest == _by_function_words(words) else None


@cache
def _model() -> LanguageModel | None:
    """The model that ships, read on first use; None where it or numpy is not installed."""
    try:
        return language_model.read_model(find_weights(language_model.WEIGHTS_FILE))
    except (ImportError, WeightsMissing):
        return None


def _by_function_words(words: Sequence[Token]) -> str | None:
    votes = _votes(words)
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    count = sum(token.word != END for token in words[:_MAX_TOKENS])
    if not ranked or ranked[0][1] < (2 if count <= 4 else 3) or ranked[0][1] < count / 8:
        return None
    if len(ranked) > 1 and ranked[0][1] < 1.25 * ranked[1][1]:
        return None
    return ranked[0][0]


def languages_of_sentences(
    text: str, words: Sequence[Token], text_language: str | None
) -> set[str]:
    """The languages that single sentences of a text seem to be in, at most a few.

    A text may hold a sentence in another language than the rest. So it is enough that the model
    finds a language among the nearest, or that a sentence has one word that only one language has.
    A sentence is short: another language than that of the text is not certain to be the nearest
    one. A sentence whose words speak for the language of the text is taken to be in it. `words` are
    the `tokens` of the text. Empty for a text of one sentence.
    """
    ends = [at for at, token in enumerate(words) if token.word == END][:_MAX_SENTENCES]
    languages: set[str] = set()
    start = 0
    for end in (*ends, len(words)) if len(ends) > 1 else ():
        if end - start >= _MIN_SENTENCE and len(languages) < _MAX_LANGUAGES:
            votes = _votes(words[start:end])
            most = max(votes.values(), default=0.0)
            nearest = {language for language, vote in votes.items() if vote == most >= _MIN_VOTES}
            model = _model()
            is_sure = text_language in nearest and most >= (end - start) / 4
            if model is not None and not is_sure:
                sentence = text[words[start].start : words[end - 1].end]
                matches = model.best_matches(sentence, _MATCHES)
                nearest.update(matches[:1] if matches[0] == text_language else matches)
            languages |= nearest
        start = end + 1
    return languages


def related_languages(languages: Iterable[str | None]) -> set[str]:
    """The languages of the families that these are in: a short text may be in any of a family."""
    known = set(languages)
    return {language for family in _FAMILIES if not known.isdisjoint(family) for language in family}


def languages_of_letters(text: str, language: str | None) -> set[str]:
    """The languages of the rules whose letters a text holds: Cyrillic, Greek or Vietnamese ones.

    None if the text is in one of them: then it says which.
    """
    if language in {"ru", "uk", "el", "vi"}:
        return set()
    has_cyrillic = any("\u0400" <= letter <= "\u052f" for letter in text)
    has_greek = any("\u0370" <= letter <= "\u03ff" for letter in text)
    is_vietnamese = any("\u1ea0" <= letter <= "\u1ef9" or letter in "ơưƠƯ" for letter in text)
    return {
        *(("ru", "uk") if has_cyrillic else ()),
        *(("el",) if has_greek else ()),
        *(("vi",) if is_vietnamese else ()),
    }


def _votes(words: Iterable[Token]) -> dict[str, float]:
    """How strongly the words speak for each language.

    A word of one language counts 2, a word that several share counts 1 in all.
    """
    votes: dict[str, float] = {}
    languages_by_word = _languages_by_word()
    for token in list(words)[:_MAX_TOKENS]:
        languages = languages_by_word.get(token.word, ())
        for language in languages:
            weight = 2.0 if len(languages) == 1 else 1.0 / len(languages)
            votes[language] = votes.get(language, 0.0) + weight
    return votes


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    languages: dict[str, tuple[str, ...]] = {}
    for language in vocabulary.LANGUAGES:
        for word in {fold_word(word) for word in vocabulary.phrases("function_word", language)}:
            languages[word] = (*languages.get(word, ()), language)
    return languages


def _language_of_script(text: str) -> str | None:
    """The language of a text by its letters.

    "" for a script that several languages share and no letter settles; None for Latin letters and
    for no letters.
    """
    counts: dict[str, int] = {}
    if text.isascii():
        return None
    for letter in text[:2000]:
        if letter <= "ʯ":
            if letter.isalpha():
                counts["latin"] = counts.get("latin", 0) + 1
            continue
        name = _script_of(ord(letter))
        if name:
            # One Han, Kana or Hangul sign says about as much as two letters.
            counts[name] = counts.get(name, 0) + (2 if name in {"han", "kana", "hangul"} else 1)
    if not counts:
        return None
    letters = sum(counts.values())
    if counts.get("kana", 0) * 10 > letters:
        return "ja"
    top = max(counts, key=lambda name: counts[name])
    if top == "latin":
        return None
    return _LANGUAGE_OF_SCRIPT.get(top) or _language_of_shared_script(top, text)


_RANGES: Final = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "arabic"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x3040, 0x30FF, "kana"),
    (0x4E00, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
)
_LANGUAGE_OF_SCRIPT: Final = {
    **{name: name for name in ("el", "hy", "he", "hi", "bn", "ta", "te", "th", "ka", "am")},
    "han": "zh",
    "kana": "ja",
    "hangul": "ko",
}


def _script_of(point: int) -> str | None:
    return next((name for first, last, name in _RANGES if first <= point <= last), None)


def _language_of_shared_script(script: str, text: str) -> str:
    """The language by letters that only one language of the script has; "" without such letters."""
    letters = set(text[:2000].casefold())
    if script == "cyrillic":
        if letters & set("іїєґ"):
            return "uk"
        return "ru" if letters & set("ыэё") else ""
    if script == "arabic":
        if letters & set("ٹڈےں"):
            return "ur"
        return "fa" if letters & set("پچگژ") else "ar"
    return ""
