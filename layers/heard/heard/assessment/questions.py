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
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from heard.assessment import vocabulary
from heard.text.lexicon import Hit, Lexicon, unmasked_hits
from heard.text.words import END, Token, fold_signs, fold_word

_MARKS: Final = re.compile("[?？؟¿՞፧‽❓❔⸮꘏⳺⳻]")
"""The question marks of all languages but Greek, in compatibility form."""

_GREEK_MARK: Final = re.compile(r";(?![-^o']?[)(DPp3*|/\\])")
"""The Greek question mark, which is a semicolon in compatibility form; a smiley is none."""

_SENTENCE_END: Final = re.compile("[.!…\\n。！।։።?？؟፧‽❓❔⸮]+")
_CLAUSE_END: Final = re.compile("[.!…\\n。！।։።?？؟፧‽❓❔⸮,،、，;:]")
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
    sentences = list(_asking_sentences(text, review_language))
    hits = [*asking, *_hits_at_start(text, words, languages)]
    if not sentences and not hits:
        return False
    folded = fold_signs(text)
    masks = [hit for language in languages for hit in _masks(language).find(text, words)]
    rhetorical = [hit for hit in masks if hit.code == "rhetorical"]
    statements = [hit for hit in masks if hit.code == "statement"]
    for hit in unmasked_hits([*hits, *statements], "statement"):
        if not _is_rhetorical(hit, text if hit.to else folded, rhetorical):
            return True
    return _has_open_mark(sentences, list(_asking_sentences(folded, review_language)), rhetorical)


def _hits_at_start(text: str, words: list[Token], languages: Sequence[str]) -> Iterator[Hit]:
    """The phrases that ask because a sentence or a clause begins with them."""
    clauses, sentences = _starts(text, words, tuple(languages))
    for language in languages:
        for hit in _phrases_at_start(language).find(text, words, clauses):
            if not hit.to:
                if _stands_first(hit, fold_signs(text)):
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
    return match is not None and match.group()[0] != "\n"


def _begins_clause(gap: str) -> bool:
    """Whether what stands between two words begins a new clause: a comma, a dash, an emoji."""
    signs = gap.strip()
    return bool(signs) and (signs not in _JOINERS or gap != signs)


def _begins_sentence(gap: str) -> bool:
    return _begins_clause(gap) and not _COMMAS.issuperset(gap.strip())


def _stands_first(hit: Hit, folded: str) -> bool:
    """Whether a phrase of signs begins the text, or stands behind a sign that is no letter."""
    before = folded[: hit.start].rstrip(" ")
    return not before or unicodedata.category(before[-1])[0] not in "LMN"


def _is_rhetorical(hit: Hit, text: str, rhetorical: Iterable[Hit]) -> bool:
    """Whether a rhetorical question stands in the phrase's clause.

    `text` is the form of the text whose characters the phrase counts.
    """
    return any(
        bool(hit.to) == bool(other.to)
        and not _CLAUSE_END.search(text, min(hit.end, other.end), max(hit.start, other.start))
        for other in rhetorical
    )


def _has_open_mark(
    sentences: Sequence[tuple[int, int]],
    sign_sentences: Sequence[tuple[int, int]],
    rhetorical: Iterable[Hit],
) -> bool:
    """Whether a question mark stands in a sentence that is no known rhetorical question.

    Phrases of words and of signs count characters of two forms of the text, in which the same
    sentences are found.
    """
    rhetorical = list(rhetorical)
    for sentence, sign_sentence in zip(sentences, sign_sentences, strict=True):
        if not any(
            start <= hit.start and hit.end <= end
            for hit in rhetorical
            for start, end in [sentence if hit.to else sign_sentence]
        ):
            return True
    return False


def _asking_sentences(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    """Where the sentences with a question mark begin and end."""
    marks = [match.start() for match in _MARKS.finditer(text)]
    greek_marks = (
        [match.start() for match in _GREEK_MARK.finditer(text)] if language == "el" else []
    )
    if not marks and not greek_marks:
        return
    cuts = {0, len(text), *(match.end() for match in _SENTENCE_END.finditer(text))}
    cuts.update(mark + 1 for mark in greek_marks)
    for start, end in pairwise(sorted(cuts)):
        if any(start <= mark < end for mark in (*marks, *greek_marks)):
            yield start, end


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
