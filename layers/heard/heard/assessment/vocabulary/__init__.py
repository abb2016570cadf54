"""The phrases that the rules know, by meaning and language, as `assessment.phrases` reads them.

Each folder beside this file is a meaning and holds a text file for each language. To teach the
rules a phrase, add it to a file and an example to the tests. Files name what is concrete
("charged twice"), since merely angry words are not severe (playbook, severity). Phrases are written
with or without accents, whichever reads better; they are compared without. `README.md` says what
each meaning holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from heard.assessment.model import Flag
from heard.phrase_files import PhraseFolder

_CODES = "af ar cs da de el en es fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh"

LANGUAGES: Final = tuple(_CODES.split())
"""Every language that the rules have phrases for: at least those of `CRITICAL`."""

CRITICAL: Final = (
    Flag.SAFETY,
    Flag.SELF_HARM,
    Flag.LEGAL,
    Flag.DISCRIMINATION,
    Flag.PRIVACY,
    Flag.FRAUD,
    Flag.PRESS,
)
"""Somebody may be hurt, or the law, discrimination, a breach, theft or the press is involved.

Severity critical. The phrases of a flag are in `critical_<flag>`."""

FAILURES: Final = ("money", "lost", "broken", "staff", "churn")
"""A concrete failure, or never again: severity high, unless the review as a whole is clearly happy.

`churn` sets the flag. The phrases of a kind are in `failure_<kind>`."""

TOPICS: Final = (
    "delivery",
    "payment",
    "staff",
    "quality",
    "food",
    "cleanliness",
    "price",
    "app",
    "support",
    "wait",
    "room",
)
"""What a review is about: the topics of an assessment. Their phrases are in `topic_<topic>`."""

MEANINGS: Final = (
    "idiom",
    "mild",
    "insult",
    "promotion",
    "audience",
    "request",
    "interrogative",
    "asking",
    *(f"critical_{flag.value}" for flag in CRITICAL),
    *(f"failure_{kind}" for kind in FAILURES),
    *(f"topic_{topic}" for topic in TOPICS),
)
"""The meanings that are looked for in a review."""

GRAMMAR: Final = (
    "circumstantial",
    "elision",
    "function_word",
    "negation_after",
    "negation_anywhere",
    "negation_before",
    "negation_only",
)
"""Meanings that help to understand the others: single words, some only of some languages."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)


def phrases(meaning: str, language: str) -> tuple[str, ...]:
    """The phrases of a meaning in a language; none where there are none."""
    return _FOLDER.phrases(meaning, language) if language in LANGUAGES else ()


def phrases_of_all_languages(meaning: str) -> tuple[str, ...]:
    """The phrases of a meaning in every language, one language after another."""
    return tuple(phrase for language in LANGUAGES for phrase in phrases(meaning, language))
