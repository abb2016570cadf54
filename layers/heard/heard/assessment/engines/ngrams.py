"""A text as numbers that a linear model has weights for: a hash of each n-gram and each word.

An n-gram is a run of one to six characters. Characters are folded first: no case, no accents, no
width, one digit for all, at most two of the same in a row. A running sum of powers gives the hash
of any part of the text by one subtraction and one multiplication (Karp and Rabin's rolling hash,
modulo 2^64). So numpy hashes all parts at once. The file format of the weights depends on
everything here. Knows nothing of what the numbers mean.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Hashes = NDArray[np.uint64]
    type Signs = NDArray[np.uint32]
    """The characters of a folded text."""

HEAD_CHARACTERS: Final = 3_000
TAIL_CHARACTERS: Final = 1_000
"""Characters that are read of a longer text, at its beginning and at its end."""

MAX_NGRAM: Final = 6
"""Characters of the longest n-gram."""

_WORD_SALT: Final = 0

_MAX_SIGNS: Final = HEAD_CHARACTERS + TAIL_CHARACTERS + 8
_POWER: Final = 0x9E3779B97F4A7C15
_SALTS: Final = (
    0xD6E8FEB86659FD93,
    0xA0761D6478BD642F,
    0xE7037ED1A0B428DB,
    0x8EBC6AF09C88C6E3,
    0x589965CC75374CC3,
    0x1D8E4E27C47D124F,
    0x165667B19E3779F9,
)
"""One odd number for words, and one for n-grams of each length.

With them a word and the same letters within another word have different hashes.
"""

_LINKS_AND_NAMES: Final = re.compile(r"(?:https?://|www\.)\S{1,500}|@\w{1,60}|\bhttp\b")
_LINK: Final = "№"
_NAME: Final = "℗"

_BLANK: Final = 32
_DIGIT: Final = 48
_PLANE: Final = 1 << 16


def ngram_hashes(text: str, longest: int = MAX_NGRAM) -> Hashes:
    """One 64-bit number for each n-gram of up to `longest` characters and each word of a text.

    Their upper bits are spread evenly. Empty for a text of blanks. Takes any text, lone surrogates
    included; the time is linear in the characters that are read.
    """
    return hashes_of(fold(text), longest)


def hashes_of(signs: Signs, longest: int = MAX_NGRAM) -> Hashes:
    """The hashes of a folded text, as `ngram_hashes` gives them."""
    import numpy as np  # noqa: PLC0415

    tables = _tables()
    if len(signs) <= 2:
        return np.empty(0, np.uint64)
    sums = np.zeros(len(signs) + 1, np.uint64)
    np.cumsum(signs * tables.powers[: len(signs)], out=sums[1:])
    parts = [
        (sums[length:] - sums[:-length])
        * tables.inverses[: len(signs) - length + 1]
        * tables.salts[length]
        for length in range(1, min(longest, len(signs)) + 1)
    ]
    starts, ends = _word_bounds(signs, tables)
    parts.append((sums[ends] - sums[starts]) * tables.inverses[starts] * tables.salts[_WORD_SALT])
    return np.concatenate(parts)


def unicode_blocks(text: str) -> NDArray[np.intp]:
    """For each letter of a text, which run of 128 characters of Unicode it is in.

    Without ASCII and the characters behind the first 65,536.
    """
    return blocks_of(fold(text))


def blocks_of(signs: Signs) -> NDArray[np.intp]:
    """The runs of a folded text's letters, as `unicode_blocks` gives them."""
    import numpy as np  # noqa: PLC0415

    tables = _tables()
    letters = signs[signs < _PLANE]
    return (letters[tables.in_words[letters]] >> 7).astype(np.intp)


@dataclass(frozen=True, slots=True)
class _Tables:
    powers: Hashes
    inverses: Hashes
    salts: Hashes
    folds: NDArray[np.uint32]
    """What each of the first 65,536 characters is folded to; 0 is left out."""
    in_words: NDArray[np.bool_]
    """Which of them are characters of words."""


@cache
def _tables() -> _Tables:
    import numpy as np  # noqa: PLC0415

    inverse = pow(_POWER, -1, 1 << 64)
    return _Tables(
        powers=np.array(_powers(_POWER), np.uint64),
        inverses=np.array(_powers(inverse), np.uint64),
        salts=np.array(_SALTS, np.uint64),
        folds=_folds(np),
        in_words=_word_mask(np),
    )


def _powers(base: int) -> list[int]:
    powers = [1]
    for _ in range(_MAX_SIGNS - 1):
        powers.append(powers[-1] * base & ((1 << 64) - 1))
    return powers


def _folds(np: Any) -> NDArray[np.uint32]:
    folds: Any = np.arange(_PLANE, dtype=np.uint32)
    # Latin, Greek and Cyrillic with their accents, characters of full or half width, and a few
    # signs made of letters.
    for first, last in ((0x00, 0x52F), (0x1E00, 0x1FFF), (0x2100, 0x214F), (0xFF01, 0xFFEE)):
        for point in range(first, last + 1):
            plain = unicodedata.normalize("NFKD", chr(point)).casefold()[:1]
            folds[point] = ord(
                {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o"}.get(
                    plain, plain or " "
                )
            )
    folds[ord(_LINK)], folds[ord(_NAME)] = ord(_LINK), ord(_NAME)
    folds[0x30:0x3A] = _DIGIT
    folds[0x300:0x370] = 0
    folds[0x200B:0x2010] = 0
    folds[0xFEFF] = 0
    folds[:0x21] = _BLANK
    folds[0x2000:0x200B] = _BLANK
    folds[[0x7F, 0xA0, 0x2028, 0x2029, 0x3000]] = _BLANK
    for curly, straight in {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"}.items():
        folds[ord(curly)] = ord(straight)
    return folds


def _word_mask(np: Any) -> NDArray[np.bool_]:
    mask: Any = np.ones(_PLANE, bool)
    mask[:128] = [chr(point).isalnum() or chr(point) == "'" for point in range(128)]
    for first, last in (
        (0x80, 0xBF),
        (0x2000, 0x2BFF),
        (0x3000, 0x303F),
        (0xD800, 0xDFFF),
        (0xFE00, 0xFE0F),
        (0xFF00, 0xFF0F),
    ):
        mask[first : last + 1] = False
    mask[[ord(mark) for mark in "×÷،؛؟।"]] = False
    return mask


def fold(text: str) -> Signs:
    """The characters of a text between two blanks, folded; of a long text, those that are read."""
    import numpy as np  # noqa: PLC0415

    if len(text) > HEAD_CHARACTERS + TAIL_CHARACTERS:
        text = f"{text[:HEAD_CHARACTERS]} {text[-TAIL_CHARACTERS:]}"
    if "@" in text or "http" in text or "www." in text:
        text = _LINKS_AND_NAMES.sub(
            lambda match: _NAME if match[0].startswith("@") else _LINK, text
        )
    tables = _tables()
    points = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    signs = (
        tables.folds[points]
        if text.isascii()
        else np.where(points < _PLANE, tables.folds[np.minimum(points, _PLANE - 1)], points)
    )
    repeated = signs[1:] == signs[:-1]
    mask = signs != 0
    mask[2:] &= ~(repeated[1:] & repeated[:-1])
    mask[1:] &= ~(repeated & ((signs[1:] == _BLANK) | (signs[1:] == _DIGIT)))
    return signs[mask]


def _word_bounds(signs: Signs, tables: _Tables) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where words begin and where they end.

    A text is folded between two blanks, so that every word has a beginning and an end.
    """
    import numpy as np  # noqa: PLC0415

    inside = tables.in_words[np.minimum(signs, _PLANE - 1)] & (signs < _PLANE)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    return edges[::2], edges[1::2]
