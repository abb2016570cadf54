"""Finds the phrases that a person's reply should not hold: insults, threats, excuses and others.

The phrases are text files in `phrases`. A phrase in any of the languages counts, whatever the
language of the reply is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from heard.text.lexicon import Lexicon, unmasked_hits
from heard.text.phrase_files import PhraseFolder
from heard.text.words import matchable_text, tokens

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
"""Languages in which replies are searched for what they should not say."""

MORE_LANGUAGES: Final = (
    *("af", "ar", "cs", "da", "el", "fi", "he", "hi", "hu", "id", "ja"),
    *("ko", "no", "ro", "ru", "sv", "th", "tr", "uk", "zh"),
)
"""Languages in which only insults and threats are known.

They are looked for where the customer's language is one of them. Vietnamese is left out: there the
accents, which phrases ignore, tell an insult from an apology.
"""

WORST: Final = ("insult", "threat")

FINDINGS: Final = (
    *WORST,
    "excuse",
    "blame",
    "arguing",
    "marketing",
    "incentive",
    "admission",
)
"""The phrases that are findings of the lint, the worst first."""

REWARD: Final = "reward"
"""Phrases that offer something.

To ask for another review is an incentive together with a reward (R13), and only unwise without.
"""

HARMLESS: Final = "harmless"
"""Phrases that hold a severe word and mean no harm: phrases inside them do not count."""

MEANINGS: Final = (*FINDINGS, REWARD, HARMLESS)

FOLDER: Final = PhraseFolder(Path(__file__).with_name("phrases"))


def phrases_in(text: str, language: str | None = None) -> set[str]:
    """The meanings of the phrases in a text, of `FINDINGS` and `REWARD`.

    `language` is the customer's. Negated phrases do not count: "not your fault" blames nobody.
    """
    matchable = matchable_text(text)
    words = tokens(matchable)
    lexicons = _lexicons()
    if language in MORE_LANGUAGES:
        lexicons = (*lexicons, _lexicon(language, WORST))
    # Languages share words, so what is harmless in one masks the hits of all.
    hits = (hit for lexicon in lexicons for hit in lexicon.find(matchable, words))
    return {hit.code for hit in unmasked_hits(hits, HARMLESS) if not hit.negated}


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(_lexicon(language, MEANINGS) for language in LANGUAGES)


@cache
def _lexicon(language: str, meanings: tuple[str, ...]) -> Lexicon:
    return Lexicon(language, {meaning: FOLDER.phrases(meaning, language) for meaning in meanings})
