"""Our own sent words in a text that comes back, and what is kept of a text to recognise it again.

Texts are compared by runs of letters and digits. So it does not matter how a mail program or a
telephone wraps, breaks or marks what it quotes, nor in which language it is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from heard.automatic_replies import MAX_WORD_RUNS, SAME_SHARE, Words
from heard.replies.lint import fingerprint

_RUN: Final = 16
"""So many letters in a row are no coincidence: three or four words."""

_RUN_OF_SIGNS: Final = 8
"""The same in letters that are syllables or words."""

_BEGINNING: Final = 24
"""A text that has so many letters of a reply's beginning quotes it: telephones cut what is long."""

_BEGINNING_OF_SIGNS: Final = 12

_QUOTED_SHARE: Final = 0.6
"""A text that has so much of a reply quotes it, wherever it begins."""

_MAX_CHARACTERS: Final = 20_000
"""So much of a text is compared."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """How much of a text is a quotation of ours: a share of its letters, and the `rest` of it."""

    share: float
    rest: str


def find_own_words(text: str, sent: Sequence[str]) -> OwnWords:
    """What a text quotes of the replies `sent`. Total: it raises nothing for any text.

    A phrase of ours that a customer uses is no quotation: only the beginning of a reply or most of
    it is.
    """
    if not text or not sent:
        return OwnWords(0.0, text)
    letters, places = _letters(text[:_MAX_CHARACTERS])
    by_signs = _is_signs(letters)
    run, beginning = (_RUN_OF_SIGNS, _BEGINNING_OF_SIGNS) if by_signs else (_RUN, _BEGINNING)
    runs = _runs(letters, run)
    own_runs: set[str] = set()
    for reply in sent:
        own_letters = _letters(reply[:_MAX_CHARACTERS])[0]
        begins = len(own_letters) >= beginning and own_letters[:beginning] in letters
        if begins or _covered(own_letters, runs, run).count(1) >= max(
            beginning, _QUOTED_SHARE * len(own_letters)
        ):
            own_runs |= _runs(own_letters, run)
    covered = _covered(letters, own_runs, run)
    if not any(covered):
        return OwnWords(0.0, text)
    own_places = {place for place, is_own in zip(places, covered, strict=True) if is_own}
    rest = "".join(
        " " if place in own_places else character for place, character in enumerate(text)
    )
    return OwnWords(covered.count(1) / len(letters), rest)


def is_own_quotation(words: str, sent: Sequence[str], *, is_cut: bool) -> bool:
    """Whether words that a telephone quotes are those of the replies in `sent`.

    They are if they are a whole reply, or nearly all of them stand in the replies. If the quotation
    `is_cut`, they may also be the beginning of a reply.
    """
    letters = _letters(words)[0]
    beginning = _BEGINNING_OF_SIGNS if _is_signs(letters) else _BEGINNING
    for reply in sent:
        own_letters = _letters(reply)[0]
        is_beginning = is_cut and len(letters) >= beginning // 2 and own_letters.startswith(letters)
        if letters and (letters == own_letters or is_beginning):
            return True
    return find_own_words(words, sent).share >= SAME_SHARE


def _runs(letters: str, size: int) -> set[str]:
    return {letters[start : start + size] for start in range(len(letters) - size + 1)}


def _covered(letters: str, runs: Collection[str], size: int) -> bytearray:
    """Which letters belong to one of the runs: 1, else 0."""
    covered = bytearray(len(letters))
    for start in range(len(letters) - size + 1):
        if letters[start : start + size] in runs:
            covered[start : start + size] = b"\1" * size
    return covered


def text_words(*texts: str | None) -> Words:
    """What is kept of a text so that the same text is recognised, whatever numbers are in it.

    Empty where there are no words.
    """
    words = " ".join(
        word
        for text in texts
        for word in (text or "").split()
        if not any(character.isdigit() for character in word)
    )
    if not any(character.isalpha() for character in words):
        return frozenset()
    return frozenset(sorted(fingerprint(words))[:MAX_WORD_RUNS])


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text without case, and the place of each in the text."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def _is_signs(letters: str) -> bool:
    """Whether most letters are of a script that writes no spaces between words."""
    count = sum("\u0e00" <= letter <= "\u0e7f" or letter >= "\u3040" for letter in letters)
    return count * 2 > len(letters)
