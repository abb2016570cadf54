"""`make faults`: a long round on a stack of its own, with a table of the sixteen promises.

`SECONDS` bounds how long it sends, and is no promise of speed. Then it waits until everything is
settled, at most `--patience` seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.faults import slow_neighbour
from tests.faults.promises import render
from tests.faults.rounds import Plan, Report, Result, raise_readers, run_round

ROOT = Path(__file__).parents[2]
READERS = 8
"""Batches of the review queue at once. The neighbour is measured with those of the scale."""


def main(arguments: list[str] | None = None) -> int:
    """Run the round. 0 if every promise was kept."""
    options = _options(arguments)
    console = Console(stderr=options.json)
    plan = Plan(
        seed=options.seed,
        rate=options.rate,
        seconds=options.seconds,
        scenarios=0,
        shops=3,
        hot=options.hot,
        longest_delay=6.0,
        longest_wait=20,
        patience=options.patience,
        writers=8,
        with_restart=True,
    )
    console.print(
        f"Seed {plan.seed}: {plan.rate:.0%} of all calls of the functions to AWS are broken for "
        f"{plan.seconds:.0f} s."
    )
    with (
        Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
        )
        if console.is_terminal
        else nullcontext() as progress
    ):
        result = _run(plan, options.port, _reporter(progress, console))
    if options.json:
        print(json.dumps(result.to_json(), indent=2))  # noqa: T201 - the result of the command
    else:
        _print(result, console)
    if options.record:
        options.record.write_text(json.dumps(result.broken, indent=1))
    return 0 if result.passed else 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200, help="how long it sends")
    parser.add_argument("--seed", type=int, default=1, help="which requests are broken, and how")
    parser.add_argument("--rate", type=float, default=0.3, help="the share of broken calls")
    parser.add_argument("--hot", type=int, default=64, help="how many write at once on a hot item")
    parser.add_argument(
        "--patience", type=float, default=1800, help="how long it may take to settle"
    )
    parser.add_argument("--port", type=int, default=4770, help="the port of the emulator")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--record", type=Path, help="a file for the list of all broken calls")
    return parser.parse_args(arguments)


def _run(plan: Plan, port: int, report: Report) -> Result:
    def start() -> EmulatedStack:
        return EmulatedStack(
            ROOT, port=port, enforce_roles=True, wait_scale="0.1", parameters={"Scale": "medium"}
        )

    report("a neighbour is slow", 0)
    # On a stack of its own: what waits for that neighbour's platform would wait on in the round.
    with start() as stack:
        neighbour = slow_neighbour.measure(stack).to_json()
    report("the stack starts", 0)
    with SimulatedPlatforms() as platforms, start() as stack:
        raise_readers(stack, READERS)
        return run_round(stack, platforms, plan, neighbour=neighbour, report=report)


def _reporter(progress: Progress | None, console: Console) -> Report:
    if progress is None:
        return lambda words, part: console.print(f"{part:4.0%} {words}")
    bar = progress.add_task("", total=1.0)
    return lambda words, part: progress.update(bar, description=words, completed=part)


def _print(result: Result, console: Console) -> None:
    console.print(render(result.rows))
    for row in result.rows:
        for name in ("lost", "doubled", "stuck"):
            for id in getattr(row, name):
                console.print(f"promise {row.number}, {name}: {id}", style="red", markup=False)
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in result.seconds.items())
    console.print(
        f"{len(result.record.reviews)} reviews, {len(result.record.answers)} answers. "
        f"{sum(result.faults.values()):,} of {sum(result.requests.values()):,} calls were broken. "
        f"{times}"
    )


if __name__ == "__main__":
    sys.exit(main())
