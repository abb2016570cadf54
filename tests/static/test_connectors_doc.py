"""docs/connectors.md says what the connectors' own capabilities say."""

from __future__ import annotations

import pytest

from heard.connectors import load, platform_names
from heard_cli.connector_docs import sections
from heard_cli.generated_part import replace_generated
from tests.static.repository import ROOT

DOCUMENT = ROOT / "docs" / "connectors.md"


def test_the_connectors_document_matches_the_code() -> None:
    document = DOCUMENT.read_text()

    assert document == replace_generated(document, sections()), "run: make docs"


@pytest.mark.parametrize("platform", platform_names())
def test_a_platform_documents_what_a_business_must_know(platform: str) -> None:
    capabilities = load(platform).capabilities

    assert capabilities.platform == platform
    assert capabilities.guide.startswith("1. ")
    assert capabilities.verified, (
        "say what was verified against real vectors, payloads or the platform's own library"
    )
    assert capabilities.assumptions or capabilities.platform in {"standard", "feedback_form"}, (
        "say what no document confirms"
    )
    for sentence in (*capabilities.limitations, *capabilities.verified, *capabilities.assumptions):
        assert sentence.endswith("."), sentence
    assert capabilities.pushes or capabilities.poll_seconds, "a review must be able to come in"
    assert capabilities.replies == "none" or capabilities.credentials or platform == "feedback_form"
    if "polled" in (capabilities.edits, capabilities.deletions):
        assert capabilities.poll_seconds
