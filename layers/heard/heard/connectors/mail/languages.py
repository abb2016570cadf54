"""What mail programs write into mails, language by language, from the text files in `words/`.

`README.md` beside this file says what each kind of line is. The files are read when the first mail
needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from heard.text.grammar import LANGUAGES
from heard.text.phrase_files import PhraseFolder

KINDS: Final = (
    *("from", "sent", "to", "cc", "subject"),
    *("attribution", "original", "forwarded", "sent_with"),
    *("reply", "forward", "automatic", "receipt"),
    "letters",
)
"""The kinds of lines: see `README.md`."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)
_COUNTER: Final = r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^?\d{1,3})?\s*[:：]"
"""What follows the prefix of a subject: "Re[2]:"."""


@cache
def words_of_mails(language: str) -> Mapping[str, tuple[str, ...]]:
    """The phrases of a language by their kind, as they are written.

    Raises ValueError for a line of no known kind.
    """
    phrases: dict[str, tuple[str, ...]] = {}
    for line in _FOLDER.lines("words", language):
        kind, _, phrase = line.partition(": ")
        if kind not in KINDS or not phrase:
            raise ValueError(f"{language}.txt has a line of no known kind: {line}")
        phrases[kind] = (*phrases.get(kind, ()), phrase)
    return phrases


@cache
def header_labels() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """For each label of a header line, case-folded: the languages and the kinds that it has."""
    labels: dict[str, tuple[tuple[str, str], ...]] = {}
    for language in LANGUAGES:
        for kind in ("from", "sent", "to", "cc", "subject"):
            for label in words_of_mails(language).get(kind, ()):
                key = label.casefold()
                labels[key] = (*labels.get(key, ()), (language, kind))
    return labels


@cache
def line_patterns(kind: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a kind in all languages, each as its case-folded pieces between the gaps.

    The kind is `attribution` or `sent_with`.
    """
    return tuple(
        dict.fromkeys(
            tuple(piece.strip() for piece in phrase.casefold().split("…"))
            for phrase in _all_phrases(kind)
        )
    )


@cache
def separators(kind: str) -> frozenset[str]:
    """The case-folded words of lines of dashes above earlier mails: `original` or `forwarded`."""
    return frozenset(phrase.casefold() for phrase in _all_phrases(kind))


@cache
def subject_prefix(kind: str) -> re.Pattern[str]:
    """How a subject begins: of a `reply`, a `forward`, an `automatic` reply or a `receipt`."""
    phrases = sorted({phrase.casefold() for phrase in _all_phrases(kind)}, key=len, reverse=True)
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, phrases))}){_COUNTER}", re.IGNORECASE)


def _all_phrases(kind: str) -> Iterator[str]:
    for language in LANGUAGES:
        yield from words_of_mails(language).get(kind, ())
