"""The words of a language's grammar that matching needs, from the text files beside this file.

Each folder is a kind and holds a text file for each language. `README.md` says what each kind is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from heard.text.phrase_files import PhraseFolder

KINDS: Final = (
    "elision",
    "negation_after",
    "negation_anywhere",
    "negation_before",
    "negation_only",
    "prefix",
)

_CODES: Final = (
    "af ar cs da de el en es fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh"
)

LANGUAGES: Final = tuple(_CODES.split())
"""The languages that phrases are looked for in (ISO 639-1)."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)


def words(kind: str, language: str) -> tuple[str, ...]:
    """The words of a kind in a language, an empty tuple where it has none."""
    return _FOLDER.phrases(kind, language) if language in LANGUAGES else ()


def words_of_all_languages(kind: str) -> tuple[str, ...]:
    """The words of a kind in every language, one language after another."""
    return tuple(word for language in LANGUAGES for word in words(kind, language))
