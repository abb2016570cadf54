"""Whether a phrase is negated where it stands: "not rude", "keine Lebensmittelvergiftung"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.text import grammar
from heard.text.legible import LINE_START
from heard.text.words import END, UNSPACED, Token, fold_signs, fold_word

_CLAUSE_END: Final = re.compile("[.!?;…\\n。！？؟।,،、，]")
_NEAR_SIGNS: Final = 8


@dataclass(frozen=True, slots=True)
class Negation:
    """The negators of a language, by where they stand.

    `before` and `after` are words; `signs_before` and `signs_after` are pieces of text in an
    unspaced language.
    """

    before: frozenset[str]
    after: frozenset[str]
    signs_before: tuple[str, ...]
    signs_after: tuple[str, ...]

    @classmethod
    @cache
    def of(cls, language: str) -> Negation:
        """The negators that count in every language, and the language's own."""
        before = grammar.words("negation_before", language)
        after = grammar.words("negation_after", language)
        anywhere = frozenset(grammar.words_of_all_languages("negation_anywhere"))
        if language in UNSPACED:
            signs_before, signs_after = map(fold_signs, before), map(fold_signs, after)
            return cls(anywhere, frozenset(), tuple(signs_before), tuple(signs_after))
        return cls(anywhere | set(map(fold_word, before)), frozenset(map(fold_word, after)), (), ())

    def negates_words(
        self,
        text: str,
        words: Sequence[Token],
        at: int,
        to: int,
        nearby: tuple[int, int] | None = None,
    ) -> bool:
        """Whether the words from `at` to before `to` are negated.

        A negator among the words `nearby`, from and to before, belongs to the phrase itself, as in
        "we never got the deposit back", and negates nothing.

        A negator stands one or two words before them, or up to two words behind them if the
        language puts it there. A comma, the start of a line or the end of the sentence separates
        a negator from what it negates. "Not only" is no negation.
        """
        for back in (1, 2):
            if at < back or words[at - back].word == END:
                break
            between = text[words[at - back].end : words[at - back + 1].start]
            if "," in between or LINE_START in between:
                break
            if words[at - back].word in self.before:
                if nearby and nearby[0] <= at - back < nearby[1]:
                    return False
                return words[at - back + 1].word not in _words_of_not_only()
        if self.after:
            for place, word in enumerate(words[to : to + 2], start=to):
                between = text[words[place - 1].end : word.start]
                if word.word == END or LINE_START in between:
                    return False
                if word.word in self.after:
                    return not (nearby and nearby[0] <= place < nearby[1])
        return False

    def negates_signs(self, text: str, at: int, end: int) -> bool:
        """Whether the signs from `at` to before `end` are negated.

        A negator stands right before them, or up to eight signs behind them in the same clause.
        """
        before = text[max(0, at - _NEAR_SIGNS) : at].rstrip()
        if self.signs_before and before.endswith(self.signs_before):
            return True
        after = _CLAUSE_END.split(text[end : end + _NEAR_SIGNS], maxsplit=1)[0]
        return any(negator in after for negator in self.signs_after)


@cache
def _words_of_not_only() -> frozenset[str]:
    """Words that turn a negation before them into its opposite, as in "not only"."""
    return frozenset(grammar.words_of_all_languages("negation_only"))
