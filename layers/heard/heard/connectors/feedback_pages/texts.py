"""What the pages say, in the reader's language.

Each language has a file in `words/`, in the form `key: text`. A file is read when a reader asks for
its language. A new language is a file, and its code in `LANGUAGES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from heard.text.phrase_files import PhraseFolder

LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "pt", "it", "af", "ar")
"""The languages that the pages speak. English stands in for all others."""

_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_FOLDER: Final = PhraseFolder(Path(__file__).parent)
_QUALITY: Final = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.ASCII)
_HEADER_LIMIT: Final = 1_000


@dataclass(frozen=True, slots=True)
class PageTexts:
    """What the pages say in one language. `{business}` stands for the business's name."""

    language: str
    title: str
    heading: str
    intro: str
    rating_label: str
    star_1: str
    star_2: str
    star_3: str
    star_4: str
    star_5: str
    text_question: str
    name_label: str
    optional: str
    send_button: str
    empty_problem: str
    expired_problem: str
    leave_blank: str
    thanks: str
    keep_link: str
    reply_link: str
    your_text: str
    our_reply: str
    no_reply_yet: str
    not_ready: str

    @property
    def direction(self) -> str:
        """Where the language begins, as HTML says it."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    @property
    def stars(self) -> tuple[str, str, str, str, str]:
        """The labels of the ratings, from 1 to 5."""
        return self.star_1, self.star_2, self.star_3, self.star_4, self.star_5


@cache
def page_texts(language: str) -> PageTexts:
    """What the pages say in one of `LANGUAGES`."""
    return PageTexts(language, **_FOLDER.entries("words", language))


def preferred_texts(accept_language: str) -> PageTexts:
    """What the pages say in the language that the reader prefers (RFC 9110, 12.5.4), or in English.

    `accept_language` is the header of that name; any text will do.
    """
    best, best_quality = LANGUAGES[0], 0.0
    for choice in accept_language[:_HEADER_LIMIT].split(","):
        tag, _, parameter = choice.partition(";")
        language = tag.strip().lower().partition("-")[0]
        match = _QUALITY.fullmatch(parameter)
        quality = float(match[1]) if match else 0.0 if parameter.strip() else 1.0
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return page_texts(best)
