"""How two trees are compared: `tests.benchmarks.compare` itself takes half an hour."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.compare import FIGURE, Turn, compare, order, read_turn
from tests.static.repository import ROOT

NOTE = "83 ms of CPU each; 64 reviews, 3 rounds in turns"


def report(name: str, note: str) -> str:
    return json.dumps({"figures": [{"name": name, "value": 12.5, "unit": "/s", "note": note}]})


def test_a_turn_is_read_from_the_report_of_the_throughput_benchmark() -> None:
    assert read_turn(report(FIGURE, NOTE)) == Turn(12.5, 83)
    assert FIGURE in (ROOT / "tests" / "benchmarks" / "test_throughput.py").read_text()


def test_a_turn_of_the_earlier_commit_is_read_by_its_own_words() -> None:
    text = json.dumps({"figures": [{"what": FIGURE, "value": 7.6, "note": "129 ms of CPU each"}]})

    assert read_turn(text) == Turn(7.6, 129.0)


@pytest.mark.parametrize(("name", "note"), [("heard : bare", NOTE), (FIGURE, "no figures")])
def test_a_report_without_the_figure_is_no_turn(name: str, note: str) -> None:
    with pytest.raises(LookupError):
        read_turn(report(name, note))


def test_who_begins_alternates() -> None:
    assert order(3) == [("earlier", "now"), ("now", "earlier"), ("earlier", "now")]


def test_pairs_are_compared_and_not_medians_of_different_hours() -> None:
    """A busy hour makes both slow: each pair says the same, the medians would not."""
    earlier = [Turn(10, 100), Turn(5, 200), Turn(10, 100)]
    lines, is_met = compare(earlier, [Turn(20, 50), Turn(10, 100), Turn(20, 50)])
    assert is_met
    assert lines[-2:] == [
        "CPU of a review: 50% (aim: at most 60%)",
        "rate: 2.00 x (aim: at least 1.8 x)",
    ]
    assert not compare(earlier, [Turn(17, 50), Turn(8, 100), Turn(17, 50)])[1]
    assert not compare(earlier, [Turn(20, 70), Turn(10, 140), Turn(20, 70)])[1]
