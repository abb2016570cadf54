"""Wordings that promise, admit or cannot be parsed, and languages without words."""

from __future__ import annotations

from collections.abc import Iterator

from heard.acknowledgements.template_check import check_template
from heard.acknowledgements.wordings import FORMALITIES, LANGUAGES
from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.schema_types import DocumentPath, Problem, quote


def check_wordings(check: PolicyCheck) -> Iterator[Problem]:
    """What is wrong with the business's own wordings and with its voice."""
    own_languages: set[str] = set()
    for index, variant in enumerate(check.policy.acknowledgements.variants):
        own_languages |= variant.languages.keys()
        for language, template in variant.languages.items():
            at: DocumentPath = ("acknowledgements", "variants", index, "languages", language)
            for message in check_template(template, language, variant.kinds):
                text, _, fix = message.partition(". ")
                yield problem(
                    "wording",
                    at,
                    problem=text.removesuffix(".").replace("It ", "it ", 1),
                    fix=fix or "Write it in other words.",
                )
    voice = check.policy.voice
    if voice.fallback_language not in LANGUAGES | own_languages:
        yield problem(
            "no_fallback_words",
            ("voice", "fallback_language"),
            language=quote(voice.fallback_language),
            languages=", ".join(sorted(LANGUAGES)),
        )
    for language in voice.formality:
        if language not in FORMALITIES:
            yield problem("no_formality", ("voice", "formality", language))
