"""The phrases that the rules know, by meaning and language, from the text files beside this file.

Each folder is a meaning and holds a text file for each language. To teach the rules a phrase, add
it to a file and an example to the tests. The phrases of severe meanings name what is concrete
("charged twice"), because words that are merely angry are not severe (playbook, severity).
`README.md` says what each meaning holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from heard.assessment.model import Flag
from heard.text import grammar
from heard.text.phrase_files import PhraseFolder

LANGUAGES: Final = grammar.LANGUAGES
"""The languages that the rules have phrases for: at least those of `CRITICAL`."""

CRITICAL: Final = (
    Flag.SAFETY,
    Flag.SELF_HARM,
    Flag.LEGAL,
    Flag.DISCRIMINATION,
    Flag.PRIVACY,
    Flag.FRAUD,
    Flag.PRESS,
)
"""Flags of critical severity.

Somebody may be hurt, or the law, discrimination, a data breach, theft or the press is involved. The
phrases of a flag are in `critical_<flag>`.
"""

FAILURES: Final = ("money", "lost", "broken", "staff", "churn")
"""Kinds of concrete failure: severity high, unless the review as a whole is clearly happy.

`churn` is a customer who says that they will not come back; it also sets a flag. The phrases of a
kind are in `failure_<kind>`.
"""

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
"""The topics of an assessment: what a review is about. Their phrases are in `topic_<topic>`."""

FIGURES: Final = {"praising_idiom": "perfect", "landmark": "the park"}
"""Figures of speech and places with severe words, and the plain words that an engine reads instead.

Engines take "the flan is to die for" for a complaint, and "opposite the hospital" for an accident.
"""

MASKS: Final = ("idiom", *FIGURES)
"""Meanings that mean nothing severe: phrases inside them do not count."""

MEANINGS: Final = (
    *MASKS,
    "mild",
    "insult",
    "promotion",
    "spam",
    "sales_question",
    "kind_word",
    "irony",
    "audience",
    "request",
    "asking",
    "alarm",
    *(f"critical_{flag.value}" for flag in CRITICAL),
    *(f"failure_{kind}" for kind in FAILURES),
    *(f"topic_{topic}" for topic in TOPICS),
)
"""The meanings that are looked for in a review."""

COURTESIES: Final = ("thanks", "delight", "courtesy")
"""The meanings of texts that only thank or praise. They are looked for in short texts."""

QUESTION_MEANINGS: Final = (
    "asking_at_clause_start",
    "asking_at_sentence_start",
    "asking_unless_ended",
    "rhetorical",
    "statement",
)
"""The meanings that only `questions` looks for, in a part of the text."""

AIDS: Final = ("function_word", "lead_in", "subordinator")
"""Meanings that help to understand a review and are not looked for themselves."""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)


def phrases(meaning: str, language: str) -> tuple[str, ...]:
    """The phrases of a meaning in a language, an empty tuple where it has none."""
    return _FOLDER.phrases(meaning, language) if language in LANGUAGES else ()
