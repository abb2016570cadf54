"""Rate and CPU of a review in this tree and in one of an earlier commit, measured in turns.

    git worktree add ../earlier 700734a
    make build && make -C ../earlier build
    python -m tests.benchmarks.compare ../earlier

Each turn runs `test_throughput.py` in one of the trees, with its own environment, build and stack,
and reads what that wrote into `.heard/bench.json`. Turns alternate, and who begins too, so that a
machine that gets busier slows both alike. Run it on a quiet machine: the ratios mean something, the
rates do not. It exits with 1 if an aim is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.static.repository import ROOT

FIGURE: Final = "heard, webhook to closing outcome"
"""The name of the figure, in this release and in that of 700734a."""
CPU_RATIO: Final = 0.6
RATE_RATIO: Final = 1.8
"""The aims against 700734a: at most so much CPU for a review, at least so many times the rate."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one run in one tree measured: reviews a second, and CPU milliseconds of a review."""

    rate: float
    cpu_ms: float


def read_turn(text: str) -> Turn:
    """The measurement in a `bench.json`. Raises LookupError if it has none."""
    figures: list[dict[str, Any]] = json.loads(text)["figures"]
    # 700734a calls the name of a figure `what`.
    names = [each.get("name", each.get("what")) for each in figures]
    figure = figures[names.index(FIGURE)] if FIGURE in names else None
    if figure is None:
        raise LookupError(f'There is no figure "{FIGURE}".')
    cpu = re.match(r"([\d.]+) ms of CPU", figure["note"])
    if cpu is None:
        raise LookupError(f"The note of the figure names no CPU: {figure['note']}")
    return Turn(float(figure["value"]), float(cpu[1]))


def compare(earlier: Sequence[Turn], now: Sequence[Turn]) -> tuple[list[str], bool]:
    """Lines for people, and whether both aims are met. The turns are pairs, in their order."""
    pairs = list(zip(earlier, now, strict=True))
    cpu_ratio = median(new.cpu_ms / old.cpu_ms for old, new in pairs)
    rate_ratio = median(new.rate / old.rate for old, new in pairs)
    lines = [
        f"{name}: {median(turn.rate for turn in turns):.1f} reviews/s, "
        f"{median(turn.cpu_ms for turn in turns):.0f} ms of CPU each"
        for name, turns in (("earlier", earlier), ("now", now))
    ]
    lines.append(f"CPU of a review: {cpu_ratio:.0%} (aim: at most {CPU_RATIO:.0%})")
    lines.append(f"rate: {rate_ratio:.2f} x (aim: at least {RATE_RATIO} x)")
    return lines, cpu_ratio <= CPU_RATIO and rate_ratio >= RATE_RATIO


def order(rounds: int) -> list[tuple[str, str]]:
    """Who comes first and second in each round: they alternate."""
    return [
        ("earlier", "now") if number % 2 == 0 else ("now", "earlier") for number in range(rounds)
    ]


def measure(tree: Path) -> Turn:
    """One turn in a tree that is built."""
    report = tree / ".heard" / "bench.json"
    report.unlink(missing_ok=True)
    python = tree / ".venv" / "bin" / "python"
    words = ["-m", "pytest", "tests/benchmarks/test_throughput.py", "--quiet", "--timeout", "900"]
    environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [python, *words], cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return read_turn(report.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("earlier", type=Path, help="a worktree of the earlier commit, built")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    trees = {"earlier": arguments.earlier.resolve(), "now": ROOT}
    turns: dict[str, list[Turn]] = {"earlier": [], "now": []}
    for number, names in enumerate(order(arguments.rounds), 1):
        for name in names:
            turns[name].append(turn := measure(trees[name]))
            print(f"round {number}, {name}: {turn.rate:.1f} /s, {turn.cpu_ms:.0f} ms", flush=True)
    lines, is_met = compare(turns["earlier"], turns["now"])
    print("\n".join(lines))
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
