"""How well the lint works: good and bad replies in eight languages, written for this measurement.

`examples` has a folder for each kind, a file for each language, one reply a line. The replies were
written apart from the phrases. `veiled_insult` and `veiled_threat` hurt without any word that is an
insult or a threat: no phrase finds them, so they were left out of all tuning and show where the
lint ends. A folder's floor is what it reaches today, with a little room.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from heard.replies.lint import ReplyContext, lint
from heard.replies.tone import LANGUAGES
from heard.text.phrase_files import PhraseFolder

EXAMPLES = PhraseFolder(Path(__file__).with_name("examples"))
OWN_CONTACTS = ("+44 20 7946 0018", "help@hotelsol.example", "Lange Straße 5")
PERSONAL_DATA = {
    *("telephone_number", "email_address", "street_address"),
    *("card_number", "account_number", "identity_number"),
}
CODES = {
    "insult": {"insult"},
    "threat": {"threat"},
    "personal_data": PERSONAL_DATA,
    "markup": {"markup"},
    "placeholder": {"placeholder"},
    "other_language": {"other_language"},
}
FLOORS = {
    "insult": 0.95,
    "threat": 0.95,
    "personal_data": 0.95,
    "markup": 0.95,
    "placeholder": 0.95,
    "other_language": 0.95,
}


def replies(kind: str) -> list[tuple[str, str]]:
    """The replies of a kind, each with the language of its customer."""
    return [(language, text) for language in LANGUAGES for text in EXAMPLES.lines(kind, language)]


def codes_of(text: str, language: str, *, public: bool = True) -> set[str]:
    findings = lint(
        text, ReplyContext(public=public, limit=None, language=language, own_contacts=OWN_CONTACTS)
    )
    return {finding.code for finding in findings}


@pytest.mark.parametrize("kind", CODES)
def test_nearly_every_bad_reply_has_the_finding_of_its_kind(kind: str) -> None:
    texts = replies(kind)
    missed = [text for language, text in texts if not codes_of(text, language) & CODES[kind]]
    assert len(missed) <= len(texts) * (1 - FLOORS[kind]), missed


def test_hardly_any_good_reply_has_a_finding() -> None:
    texts = replies("good")
    alarms = [text for language, text in texts if codes_of(text, language)]
    assert len(alarms) <= len(texts) * 0.01, alarms


def test_there_are_as_many_examples_as_the_measurement_needs() -> None:
    assert len(LANGUAGES) == 8
    assert len(replies("good")) >= 200
    assert sum(len(replies(kind)) for kind in CODES) >= 200
    for kind in ("good", *CODES, "veiled_insult", "veiled_threat"):
        sizes = {language: len(EXAMPLES.lines(kind, language)) for language in LANGUAGES}
        assert min(sizes.values()) == max(sizes.values()) > 0, (kind, sizes)


@pytest.mark.parametrize("kind", ["veiled_insult", "veiled_threat"])
def test_veiled_words_are_known_to_pass_the_lint(kind: str) -> None:
    """Not wanted, but documented: if this fails because the lint became better, say so there."""
    texts = replies(kind)
    found_share = sum(kind[7:] in codes_of(text, language) for language, text in texts) / len(texts)
    assert found_share < 0.5, "docs/desk.md says that veiled insults and threats are not found"
