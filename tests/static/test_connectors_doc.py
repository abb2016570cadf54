"""docs/connectors.md says what the connectors' own capabilities say."""

from __future__ import annotations

import pytest

from heard.connectors import load, platform_names
from heard_cli.connector_docs import rewritten
from tests.static.repository import ROOT

DOCUMENT = ROOT / "docs" / "connectors.md"


def test_the_connectors_document_is_what_their_code_says() -> None:
    document = DOCUMENT.read_text()

    assert document == rewritten(document), "run: make docs"


@pytest.mark.parametrize("platform", platform_names())
def test_a_platform_says_what_a_business_must_know(platform: str) -> None:
    known = load(platform).capabilities

    assert known.platform == platform
    assert known.guide.startswith("1. ")
    assert known.proof, (
        "say what was verified against real vectors, payloads or the platform's own library"
    )
    assert known.unproven or known.platform in {"standard", "feedback_form"}, (
        "say what no document confirms"
    )
    for sentence in (*known.cannot, *known.proof, *known.unproven):
        assert sentence.endswith("."), sentence
    assert known.pushes or known.poll_seconds, "a review must be able to come in"
    assert known.replies == "none" or known.credentials or platform == "feedback_form"
    if "polled" in (known.edits, known.deletions):
        assert known.poll_seconds
