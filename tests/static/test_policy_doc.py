"""docs/policy.md says what the code says, and its examples are what it says of them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from heard.acknowledgements import rendering, wordings
from heard.policy.document import RESERVED
from heard_cli.generated_part import replace_generated
from heard_cli.policy.check import DocumentCheck, check_content
from heard_cli.policy.policy_docs import GUARDS, KINDS, NAMES, sections
from tests.static.repository import ROOT

DOCUMENT = (ROOT / "docs" / "policy.md").read_text()
README = (ROOT / "README.md").read_text()


def policy_blocks(document: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", document, re.MULTILINE | re.DOTALL)


def check_policy(policy: str) -> DocumentCheck:
    return check_content(policy.encode(), date(2026, 11, 22))


def test_the_policy_reference_matches_the_code() -> None:
    assert replace_generated(DOCUMENT, sections()) == DOCUMENT, "run: make docs"


def test_lists_kept_in_the_documentation_are_complete() -> None:
    assert sorted(GUARDS) == sorted(RESERVED)
    assert tuple(KINDS) == wordings.KINDS
    assert NAMES.keys() == rendering.NAMES


@pytest.mark.parametrize("policy", [policy_blocks(DOCUMENT)[0], *policy_blocks(README)])
def test_a_policy_shown_as_correct_has_no_findings(policy: str) -> None:
    assert check_policy(policy).diagnostics == ()


def test_the_wrong_policy_gives_the_findings_shown() -> None:
    _, faulty_policy = policy_blocks(DOCUMENT)
    messages = [
        finding.as_line("wrong.yaml") for finding in check_policy(faulty_policy).diagnostics
    ]

    assert messages == re.findall(r"^wrong\.yaml:.*$", DOCUMENT, re.MULTILINE)
