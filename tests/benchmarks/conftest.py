"""The report of a run, printed and saved at its end, and one local stack for all benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.benchmarks.figures import BenchmarkReport

ROOT = Path(__file__).parents[2]
PORT = 4640
REPORT_KEY = pytest.StashKey[BenchmarkReport]()
# Benchmarks of this process and its children run before the emulator fills the machine. The
# benchmark with the large table runs last.
ORDER = (
    "test_cold_import",
    "test_webhook_cpu",
    "test_judgement",
    "test_worst_inputs",
    "test_pack",
    "test_page_speed",
    "test_throughput",
    "test_cost",
    "test_audit_page",
)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT_KEY] = BenchmarkReport()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER)
    )


def pytest_terminal_summary(config: pytest.Config) -> None:
    report = config.stash[REPORT_KEY]
    if report.figures:
        report.save(ROOT / ".heard" / "bench.json")
        print()
        report.print()
        print("saved in .heard/bench.json; docs/benchmarks.md says what each figure means")


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> BenchmarkReport:
    return request.config.stash[REPORT_KEY]


@pytest.fixture(scope="session")
def stack() -> Iterator[EmulatedStack]:
    with EmulatedStack(ROOT, port=PORT) as local_stack:
        yield local_stack


@pytest.fixture(scope="session")
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as simulator:
        yield simulator
