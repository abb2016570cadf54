"""One board for all figures of a run, printed and kept at its end.

One local stack for those that need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from heard_cli.local.stack import LocalStack
from heard_simulator.server import Platforms
from tests.benchmarks.figures import Board

ROOT = Path(__file__).parents[2]
PORT = 4640
BOARD = pytest.StashKey[Board]()
# What measures this process and its children comes before what fills the machine with an emulator;
# the big table comes last.
ORDER = (
    "test_cold_import",
    "test_webhook_cpu",
    "test_judgement",
    "test_throughput",
    "test_cost",
    "test_audit_page",
)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BOARD] = Board()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER)
    )


def pytest_terminal_summary(config: pytest.Config) -> None:
    board = config.stash[BOARD]
    if board.figures:
        board.save(ROOT / ".heard" / "bench.json")
        print()
        board.print()
        print("kept in .heard/bench.json; docs/benchmarks.md says what each figure means")


@pytest.fixture(scope="session")
def board(request: pytest.FixtureRequest) -> Board:
    return request.config.stash[BOARD]


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ROOT, port=PORT) as running:
        yield running


@pytest.fixture(scope="session")
def platforms() -> Iterator[Platforms]:
    with Platforms() as running:
        yield running
