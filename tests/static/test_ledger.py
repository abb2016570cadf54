"""What a million reviews cost: counts that are asserted, and dollars that the document repeats."""

from __future__ import annotations

import json

import pytest

from heard.messaging import BATCH_ENTRIES
from tests.benchmarks import ledger
from tests.static.cloudformation import template
from tests.static.repository import ROOT

DOCUMENT = (ROOT / "docs" / "benchmarks.md").read_text()
ONE = {ledger.ACKNOWLEDGED: 1.0, ledger.HUMAN: 1.0}
TEN = {ledger.ACKNOWLEDGED: 10.0, ledger.HUMAN: 10.0}


def test_the_counts_of_a_million_reviews() -> None:
    assert ledger.write_units() == pytest.approx(21.4e6)
    assert ledger.read_units() == pytest.approx(12.6e6)
    assert ledger.transitions() == pytest.approx(0.2e6)
    assert ledger.invocations(ONE) == pytest.approx(5.4e6)
    assert ledger.invocations(TEN) == pytest.approx(2.88e6)


def test_a_follow_up_that_is_answered_in_time_enters_one_state() -> None:
    path = ROOT / "functions" / "follow_up_flow" / "workflow.asl.json"
    machine = json.loads(path.read_text())
    first = machine["States"][machine["StartAt"]]

    assert first.get("End") is True
    assert ledger.TRANSITIONS == 1


@pytest.mark.parametrize(("reviews", "mean"), [(0.386, 2.5), (3.86, 9.9), (38.6, 10)])
def test_a_batch_grows_with_the_load_and_is_never_larger_than_lambda_makes_it(
    reviews: float, mean: float
) -> None:
    """The means of simulated readers, as decision 0041 has them."""
    assert ledger.batch_size(reviews, 20) == pytest.approx(mean, abs=0.1)
    assert 1 <= ledger.batch_size(reviews, 1) <= BATCH_ENTRIES
    assert ledger.batch_size(reviews, 0) == 1


def test_the_window_of_the_ledger_is_the_default_one() -> None:
    assert template()["Parameters"]["PraiseWindow"]["Default"] == ledger.Month(1).window


def test_more_of_a_batch_never_costs_more() -> None:
    totals = [
        sum(ledger.lines(ledger.Month(1_000_000, window=window)).values()) for window in range(21)
    ]

    assert totals == sorted(totals, reverse=True)


def test_the_document_has_the_dollars_that_follow_from_the_counts() -> None:
    assert "\n".join(ledger.table()) in DOCUMENT
