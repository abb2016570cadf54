"""Whether a reply is in another language than the customer's."""

from __future__ import annotations

import re
from typing import Final

from heard.assessment.language import MIN_LETTERS, detect_language
from heard.text.words import matchable_text, tokens

_PARTS: Final = re.compile(r"\n+|(?:^|\s)(?:---+|/|\|)\s")
_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "sr": "hr", "bs": "hr", "yue": "zh"}
"""Languages whose writers read the other one as their own."""


def is_other_language(text: str, language: str) -> bool:
    """Whether a text is in another language than `language` (ISO 639), and no part is in it.

    False where the language of the text is not known.
    """
    own = _SAME.get(language, language)
    whole = _language_of(text)
    if whole is None or whole == own:
        return False
    return all(_language_of(part) != own for part in _PARTS.split(text) if part.strip())


def _language_of(text: str) -> str | None:
    """The language of a text, None where it is too short to tell."""
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < MIN_LETTERS and "".join(letters).isascii():
        return None
    matchable = matchable_text(text)
    language = detect_language(matchable, tokens(matchable))
    return _SAME.get(language, language) if language else None
