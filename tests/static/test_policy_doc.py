"""docs/policy.md says what the code says, and its examples are what it says of them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from heard.acknowledgements import compose
from heard.policy.document import RESERVED
from heard_cli.policy.check import Examined, examined
from heard_cli.policy.tables import GUARDS, KINDS, NAMES, rewritten
from tests.static.repository import ROOT

DOCUMENT = (ROOT / "docs" / "policy.md").read_text()
README = (ROOT / "README.md").read_text()


def policies(document: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", document, re.MULTILINE | re.DOTALL)


def check(policy: str) -> Examined:
    return examined(policy.encode(), date(2026, 11, 22))


def test_the_reference_is_what_the_code_says() -> None:
    assert rewritten(DOCUMENT) == DOCUMENT, "run: make docs"


def test_what_has_no_table_in_the_code_is_told_whole() -> None:
    assert sorted(GUARDS) == sorted(RESERVED)
    assert tuple(KINDS) == compose.KINDS
    assert NAMES.keys() == compose.NAMES


@pytest.mark.parametrize("policy", [policies(DOCUMENT)[0], *policies(README)])
def test_a_policy_that_is_shown_as_good_is_good(policy: str) -> None:
    assert check(policy).findings == ()


def test_the_wrong_policy_is_wrong_as_shown() -> None:
    _, wrong = policies(DOCUMENT)
    told = [finding.told("wrong.yaml") for finding in check(wrong).findings]

    assert told == re.findall(r"^wrong\.yaml:.*$", DOCUMENT, re.MULTILINE)
