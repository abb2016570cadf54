"""Recognises an acknowledgement by what it says of itself: that it is automatic (R11).

For acknowledgements whose text is not known here: an earlier system sent them, or their author was
erased.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from heard.acknowledgements.wordings import LANGUAGES, wordings
from heard.text.lexicon import Lexicon
from heard.text.words import matchable_text, tokens

_SENTENCES: Final = re.compile(r"[.!?;()。！？؟।（）\[\]\n]+")


def ends_automatically(text: str) -> bool:
    """Whether the last of several sentences says that the text is automatic, in any language."""
    sentences = [sentence for sentence in _SENTENCES.split(text) if sentence.strip()]
    if len(sentences) <= 1:
        return False
    last = matchable_text(sentences[-1])
    words = tokens(last)
    return any(not hit.negated for lexicon in _lexicons() for hit in lexicon.find(last, words))


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(
        Lexicon(language, {"automatic": wordings(language).automatic}) for language in LANGUAGES
    )
