"""Checks a business's own wording: every text that its template can give (R03, R04, R11).

The lint of replies, which it calls, checks R06, R12 and R13.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final

from heard.acknowledgements.rendering import (
    MAX_CHARACTERS,
    NAME_CHARACTERS,
    NAMES,
    SUBJECT_CHARACTERS,
    render_text,
)
from heard.acknowledgements.templates import Template, Value, parse
from heard.acknowledgements.wordings import LANGUAGES, wordings
from heard.errors import BadRequest
from heard.replies.lint import ReplyContext, lint
from heard.reviews import Stage
from heard.text.lexicon import Lexicon
from heard.text.one_line import INVISIBLE_CHARACTERS
from heard.text.words import matchable_text, tokens

_DETAILS: Final = ("about", "subject", "topic")
"""Names that can be left out where a text is too long."""

_MAX_CASES: Final = 2_000
"""How many combinations of values are tried. Each takes time: `policy check` stays quick."""

_FORBIDDEN: Final[Mapping[str, tuple[str, str]]] = {
    "promises": (
        "It promises something ({quote}), and perhaps nobody keeps that promise (R03).",
        "Say only that the review was received.",
    ),
    "admissions": (
        "It says who is right or to blame ({quote}) before anybody examined it (R03).",
        "Say what the review is about, and not whose fault it is.",
    ),
    "readers": (
        "It says that a person reads or acts ({quote}), but perhaps nobody does (R11).",
        "Take it out, or use the wording for the kind person alone.",
    ),
    "human": (
        "It sounds as if a person wrote it ({quote}), but nobody did (R11).",
        "Speak as the business, and say that the reply is automatic.",
    ),
}


def check_template(text: str, language: str, kinds: Collection[str] = ()) -> tuple[str, ...]:
    """The problems of a business's own wording in `language` for these kinds, none if it is good.

    Each message says how to fix the problem. The template is tried with every name known and
    unknown, so that a problem of a few reviews is found too. Total: it raises nothing for any text.
    """
    if hidden := _hidden_characters(text):
        return (
            f"It has an invisible character (U+{ord(hidden[0]):04X}), probably from copying the "
            "text. Type that part again.",
        )
    try:
        cases = _possible_texts(parse(text, NAMES), language)
    except BadRequest as error:
        return (error.detail,)
    problems: dict[str, None] = {}
    for values, result in cases:
        problems |= dict.fromkeys(_text_problems(result, language, kinds))
        if len(result) > MAX_CHARACTERS and not any(values[name] for name in _DETAILS):
            problems[
                f"It can have more than {MAX_CHARACTERS} characters, even without details of the "
                "review (R04). Shorten it."
            ] = None
        if "{" in result or "}" in result:
            problems[
                "It shows curly brackets. Write names as {{ name }}, or remove the brackets."
            ] = None
    return tuple(problems)


def _hidden_characters(text: str) -> list[str]:
    return sorted(
        {
            character
            for character in text
            if character in INVISIBLE_CHARACTERS
            or (unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t")
        }
    )


def _possible_texts(template: Template, language: str) -> list[tuple[dict[str, Value], str]]:
    """Every text that a template can give, with the values that give it.

    Raises BadRequest if there are too many.
    """
    tested_values = {
        name: dict.fromkeys(values if name in template.names else values[:1])
        for name, values in _possible_values(template, language).items()
    }
    count = 1
    for values in tested_values.values():
        count *= len(values)
    if count > _MAX_CASES:
        raise BadRequest(
            "It has too many cases to check them all. Write several variants with fewer cases each."
        )
    outcomes: dict[tuple[str, bool], dict[str, Value]] = {}
    for combination in itertools.product(*tested_values.values()):
        values = dict(zip(tested_values, combination, strict=True))
        # Each text is checked once. If it comes both with and without the details that can be left
        # out, it is checked for both.
        has_details = any(values[name] for name in _DETAILS)
        outcomes.setdefault((render_text(template, values), has_details), values)
    return [(values, text) for (text, _), values in outcomes.items()]


def _possible_values(template: Template, language: str) -> dict[str, list[Value]]:
    """The values to try for each name: the longest, none, and what the template compares with."""
    words = wordings(language) if language in LANGUAGES else None
    constants = [text for text in sorted(template.constants, key=str) if isinstance(text, str)]
    long_name = ("Acme " * NAME_CHARACTERS)[:NAME_CHARACTERS].strip()
    long_subject = ("Blue Lamp " * SUBJECT_CHARACTERS)[:SUBJECT_CHARACTERS].strip()
    longest_topic = max(words.topics.values(), key=len) if words else ""
    return {
        "about": ["", words.topic.format(topic=longest_topic) if words else ""],
        "business": [long_name],
        "language": [language],
        "rating": ["", 1, 2, 3, 4, 5],
        "signature": ["", long_name],
        "stage": [stage.value for stage in Stage],
        "subject": ["", long_subject, *constants],
        "topic": ["", longest_topic, *constants],
    }


def _text_problems(text: str, language: str, kinds: Collection[str]) -> Iterator[str]:
    """The problems of one text that a template can give."""
    matchable = matchable_text(text)
    hits = _lexicon(language).find(matchable, tokens(matchable))
    if not any(hit.code == "automatic" and not hit.negated for hit in hits):
        example = _example(language)
        yield f"It does not always say that it is automatic (R11). Add for example {example}."
    for code, (problem, fix) in _FORBIDDEN.items():
        if code == "readers" and set(kinds) == {"person"}:
            continue
        if quote := next((hit.words for hit in hits if hit.code == code), None):
            yield f"{problem.format(quote=f'“{quote}”')} {fix}"
    # The business wrote the text, so the contacts in it are its own.
    for finding in lint(text, ReplyContext(public=True, limit=None, own_contacts=(text,))):
        yield f"{finding.explanation} ({finding.rule})"


@cache
def _lexicon(language: str) -> Lexicon:
    """The phrases to look for in a language.

    In a language that we have no words in, only that the text says in some language that it is
    automatic.
    """
    if language not in LANGUAGES:
        phrases = [phrase for code in sorted(LANGUAGES) for phrase in wordings(code).automatic]
        return Lexicon(language, {"automatic": phrases})
    words = wordings(language)
    return Lexicon(language, {"automatic": words.automatic, **words.exclusions})


def _example(language: str) -> str:
    """The sentence with which the playbook says in a language that a reply is automatic."""
    words = wordings(language if language in LANGUAGES else "en")
    sentences = re.findall(r"[^.。．！!?？।]+[.。！!?？।]?", words.templates["thanks"][1])
    return f"“{sentences[-1].strip()}”"
