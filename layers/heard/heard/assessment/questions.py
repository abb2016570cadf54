"""Whether a review asks its reader something (R23).

Three things ask: a question mark of any language, a phrase that asks wherever it stands, and a
phrase that asks where it opens a sentence or a clause, such as an inverted verb. A rhetorical
question that we know asks nothing, and a statement that we know is no question although it begins
like one. All others go to a person: a question that nobody answers is worse than praise that a
person reads.

`vocabulary` says what the phrases of `MEANINGS` do.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from heard.assessment import vocabulary
from heard.text.legible import LINE_START
from heard.text.lexicon import Hit, Lexicon, unmasked_hits
from heard.text.words import END, Token, fold_signs, fold_word

_MARKS: Final = re.compile("[?？؟¿՞፧‽❓❔⸮꘏⳺⳻]")
"""The question marks of all languages but Greek, in compatibility form."""

_GREEK_MARK: Final = re.compile(r";(?![-^o']?[)(DPp3*|/\\])")
"""The Greek question mark, which is a semicolon in compatibility form; a smiley is none."""

_SENTENCE_END: Final = re.compile(f"[.!…\\n{LINE_START}。！।։።?？؟፧‽❓❔⸮;]+")
_CLAUSE_END: Final = re.compile(f"[.!…\\n{LINE_START}。！।։።?？؟፧‽❓❔⸮,،、，;:]")
_COMMAS: Final = frozenset(",،、")
_JOINERS: Final = frozenset("-‐‑'’/&")
"""Signs that join two words: behind them no clause begins."""

_MAX_LEAD_INS: Final = 4
"""So many words of greeting and joining may stand before the word that asks."""


def asks_question(
    text: str,
    words: list[Token],
    asking: Iterable[Hit],
    review_language: str | None,
    languages: Sequence[str],
) -> bool:
    """Whether the text asks something.

    `text` is a `matchable_text`, `words` are its tokens, `asking` the hits of the meaning of that
    name, and `languages` those whose phrases are looked for. Total: any text asks or does not.
    """
    hits = [*asking, *_hits_at_start(text, words, languages)]
    marks = _marks(text, review_language)
    if not hits and not marks:
        return False
    masks = [hit for language in languages for hit in _masks(language).find(text, words)]
    rhetorical = [hit for hit in masks if hit.code == "rhetorical"]
    statements = [hit for hit in masks if hit.code == "statement"]
    forms = {True: text, False: fold_signs(text)}
    clauses = {spaced: _ends(_CLAUSE_END, form) for spaced, form in forms.items()}
    rhetorical_clauses = {
        (hit.to > 0, clause)
        for hit in rhetorical
        for clause in _parts(clauses[hit.to > 0], hit.start, hit.end)
    }
    for hit in unmasked_hits([*hits, *statements], "statement"):
        parts = _parts(clauses[hit.to > 0], hit.start, hit.end)
        if rhetorical_clauses.isdisjoint((hit.to > 0, part) for part in parts):
            return True
    # Both forms of the text have the same sentences.
    sentences = {spaced: _ends(_SENTENCE_END, form) for spaced, form in forms.items()}
    answered = {
        part for hit in rhetorical for part in _parts(sentences[hit.to > 0], hit.start, hit.end)
    }
    return any(bisect_right(sentences[True], mark) not in answered for mark in marks)


def _marks(text: str, language: str | None) -> list[int]:
    """Where the question marks stand."""
    marks = [match.start() for match in _MARKS.finditer(text)]
    if language == "el":
        marks += [match.start() for match in _GREEK_MARK.finditer(text)]
    return marks


def _ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in pattern.finditer(text)]


def _parts(ends: Sequence[int], start: int, end: int) -> range:
    """The numbers of the parts that the characters from `start` to before `end` stand in.

    `ends` are where the parts of a text end, in order.
    """
    return range(bisect_right(ends, start), bisect_right(ends, end - 1) + 1)


def _hits_at_start(text: str, words: list[Token], languages: Sequence[str]) -> Iterator[Hit]:
    """The phrases that ask because a sentence or a clause begins with them."""
    clauses, sentences = _starts(text, words, tuple(languages))
    folded = fold_signs(text)
    for language in languages:
        for hit in _phrases_at_start(language).find(text, words, clauses):
            if not hit.to:
                if _stands_first(hit, folded):
                    yield hit
            elif hit.code == "asking_at_clause_start" or (
                hit.at in sentences
                and (hit.code == "asking_at_sentence_start" or not _is_ended(text, hit.end))
            ):
                yield hit


def _starts(
    text: str, words: Sequence[Token], languages: tuple[str, ...]
) -> tuple[list[int], set[int]]:
    """The tokens with which the clauses of a text begin, and those with which its sentences do.

    Words of greeting and joining may stand before them. Behind a comma begins a clause, unless the
    sentence begins with a subordinate one: there the main clause has its verb first.
    """
    lead_ins = _words_of("lead_in", languages)
    subordinators = _words_of("subordinator", languages)
    clauses: list[int] = []
    sentences: set[int] = set()
    first_word, lead_in_count = "", 0
    opens_sentence = opens_clause = False
    previous_end = 0
    for at, (word, start, end) in enumerate(words):
        if word == END:
            first_word, previous_end = "", end
            continue
        gap = text[previous_end:start]
        previous_end = end
        if not first_word or (gap != " " and _begins_sentence(gap)):
            first_word, lead_in_count = word, 0
            opens_sentence = opens_clause = True
        elif gap != " " and not opens_clause and _begins_clause(gap):
            opens_clause, lead_in_count = first_word not in subordinators, 0
        if opens_clause:
            clauses.append(at)
            if opens_sentence:
                sentences.add(at)
            lead_in_count += 1
            if word not in lead_ins or lead_in_count > _MAX_LEAD_INS:
                opens_sentence = opens_clause = False
    return clauses, sentences


def _is_ended(text: str, at: int) -> bool:
    """Whether a full stop or an exclamation mark ends the sentence that goes on at `at`."""
    match = _SENTENCE_END.search(text, at)
    return match is not None and match.group()[0] not in f"\n{LINE_START}"


def _begins_clause(gap: str) -> bool:
    """Whether what stands between two words begins a new clause: a comma, a dash, an emoji."""
    signs = gap.strip()
    return bool(signs) and (signs not in _JOINERS or gap != signs)


def _begins_sentence(gap: str) -> bool:
    return _begins_clause(gap) and not _COMMAS.issuperset(gap.strip())


def _stands_first(hit: Hit, folded: str) -> bool:
    """Whether a phrase of signs begins the text, or stands behind a sign that is no letter."""
    # Folded text holds no two blanks in a row.
    before = folded[max(0, hit.start - 2) : hit.start].rstrip(" ")
    return not before or unicodedata.category(before[-1])[0] not in "LMN"


@cache
def _phrases_at_start(language: str) -> Lexicon:
    return _lexicon(
        language, "asking_at_clause_start", "asking_at_sentence_start", "asking_unless_ended"
    )


@cache
def _masks(language: str) -> Lexicon:
    return _lexicon(language, "rhetorical", "statement")


def _lexicon(language: str, *meanings: str) -> Lexicon:
    return Lexicon(language, {code: vocabulary.phrases(code, language) for code in meanings})


@cache
def _words_of(kind: str, languages: tuple[str, ...]) -> frozenset[str]:
    """The words of an aid in these languages, folded."""
    return frozenset(
        fold_word(word) for language in languages for word in vocabulary.phrases(kind, language)
    )
