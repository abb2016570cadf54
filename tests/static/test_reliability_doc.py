"""docs/reliability.md lists the promises that the judge judges, with tests that exist."""

from __future__ import annotations

import re

from tests.faults.promises import PROMISES
from tests.static.repository import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "reliability.md").read_text().splitlines()
    if re.match(r"\| \d+ \|", line)
]


def test_the_promises_are_those_of_the_judge() -> None:
    assert {int(row[0]): row[1] for row in ROWS} == PROMISES


def test_every_test_that_is_named_exists() -> None:
    named = {path for row in ROWS for path in re.findall(r"`(tests/[^`]+)`", row[2])}

    assert named
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_promise_names_a_test() -> None:
    assert [row[0] for row in ROWS if "tests/" not in row[2]] == []
