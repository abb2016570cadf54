"""The worst inputs that we know, at every door, and attacks on every regular expression."""

from __future__ import annotations

import os

from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.pumping import FLOOR_SECONDS, GROWTH, SMALL, worst_attack
from tests.benchmarks.worst_inputs import WorstInput, warm_up, worst_inputs
from tests.static.patterns import library_patterns

BUDGET_SECONDS = 1.0
BUDGET_GROWTH = 12.0
QUICKEST_WORTH_A_LINE = 0.1


def test_the_worst_inputs(report: BenchmarkReport) -> None:
    """The slowest input of each door, and each one over the budget."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    warm_up()
    worst: dict[str, tuple[float, WorstInput]] = {}
    for each in worst_inputs():
        seconds = each.cpu_seconds()
        if seconds > BUDGET_SECONDS and each.door in worst:
            _add_line(report, seconds, each)
        elif each.door not in worst or seconds > worst[each.door][0]:
            worst[each.door] = seconds, each
    for seconds, each in sorted(worst.values(), key=lambda pair: -pair[0]):
        if seconds >= QUICKEST_WORTH_A_LINE:
            _add_line(report, seconds, each)


def _add_line(report: BenchmarkReport, seconds: float, each: WorstInput) -> None:
    report.add_figure(
        Section.WORST_INPUTS,
        f"{each.door}: {each.name}",
        seconds,
        "s",
        budget=BUDGET_SECONDS,
        note=f"{each.size:,} bytes",
    )


def test_attacks_on_every_pattern(report: BenchmarkReport) -> None:
    """The pattern that grows most with a text that is longer, and the slowest one."""
    results = [(*worst_attack(found), found) for found in library_patterns()]
    slowest = max(results, key=lambda result: result[0])
    growing = max(results, key=lambda result: result[1] if result[0] > 4 * FLOOR_SECONDS else 0)
    characters = SMALL * GROWTH
    report.add_figure(
        Section.WORST_INPUTS,
        f"slowest of {len(results)} patterns: {slowest[2].place}",
        1000 * slowest[0],
        "ms",
        note=f"{characters:,} characters made from the pattern",
    )
    report.add_figure(
        Section.WORST_INPUTS,
        f"most growing pattern: {growing[2].place}",
        growing[1],
        "x",
        budget=BUDGET_GROWTH,
        note=f"for a text that is {GROWTH} times longer",
    )
