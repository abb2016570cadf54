"""What happens to a text between a thought and a web form: typos, capitals, lost accents, and more.

An evaluation measures what each kind costs, and training may see some of its texts so. A text keeps
its meaning: whoever rated the clean text would rate the other one alike.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

TYPO_SHARE: Final = 0.04
"""The share of letters that `typos` changes: one in a word of six letters in four words."""

_KEYBOARD: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_EMOJI: Final = ("😂", "😡", "🙄", "👍", "😢", "🤷", "❤️", "🤦")
_QUOTES: Final = (("“", "”"), ('"', '"'), ("„", "“"), ("«", "»"), ("»", "«"), ("‘", "’"))
_WRAPPED_AT: Final = 38
"""Characters in a line of a mail that an old program wrapped."""


def typos(text: str, random_source: random.Random) -> str:
    """Letters swapped, left out, doubled, or replaced by a neighbour on the keyboard."""
    letters = list(text)
    at = 0
    while at < len(letters):
        letter = letters[at]
        if letter.isalpha() and random_source.random() < TYPO_SHARE:
            kind = random_source.randrange(4)
            if kind == 0 and at + 1 < len(letters) and letters[at + 1].isalpha():
                letters[at : at + 2] = letters[at + 1], letter
                at += 1
            elif kind == 1:
                letters[at] = ""
            elif kind == 2:
                letters[at] = letter * 2
            else:
                letters[at] = _neighbour(letter, random_source)
        at += 1
    return "".join(letters)


def _neighbour(letter: str, random_source: random.Random) -> str:
    for row in _KEYBOARD:
        place = row.find(letter.lower())
        if place >= 0:
            near = [row[other] for other in (place - 1, place + 1) if 0 <= other < len(row)]
            return random_source.choice(near)
    return letter


def capitals(text: str, _random_source: random.Random) -> str:
    """All letters large, as of somebody who shouts."""
    return text.upper()


def small_letters(text: str, _random_source: random.Random) -> str:
    """All letters small, as on a telephone."""
    return text.lower()


def without_accents(text: str, _random_source: random.Random) -> str:
    """Latin letters without their accents, as from a foreign keyboard."""
    if not any("\u00c0" <= letter <= "\u024f" for letter in text):
        return text
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )
    return unicodedata.normalize("NFC", plain)


def without_punctuation(text: str, _random_source: random.Random) -> str:
    """Words one after the other, without a full stop or a comma between them."""
    return " ".join(
        "".join(
            " " if unicodedata.category(sign).startswith("P") and sign not in "'’-" else sign
            for sign in text
        ).split()
    )


def with_emoji(text: str, random_source: random.Random) -> str:
    """An emoji or two at the end, whatever the words say."""
    return text + " " + "".join(random_source.choices(_EMOJI, k=random_source.choice((1, 1, 2, 3))))


def wrapped(text: str, _random_source: random.Random) -> str:
    """Lines that a mail program broke."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= _WRAPPED_AT:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def quoted(text: str, random_source: random.Random) -> str:
    """The whole text between quotation marks, as a form or a forward puts them."""
    opening, closing = random_source.choice(_QUOTES)
    return opening + text + closing


type Perturbation = Callable[[str, random.Random], str]

PERTURBATIONS: Final[Mapping[str, Perturbation]] = {
    "typos": typos,
    "capitals": capitals,
    "small letters": small_letters,
    "no accents": without_accents,
    "no punctuation": without_punctuation,
    "emoji": with_emoji,
    "wrapped": wrapped,
    "quoted": quoted,
}
"""By name, what may happen to a text."""


def perturb(text: str, seed: str) -> str:
    """The text after one or two things happened to it. The same seed gives the same text."""
    random_source = random.Random(seed)  # noqa: S311 - of training, nothing is secret
    for name in random_source.sample(sorted(PERTURBATIONS), random_source.choice((1, 1, 2))):
        text = PERTURBATIONS[name](text, random_source)
    return text
