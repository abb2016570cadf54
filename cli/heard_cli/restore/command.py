"""`heard restore`: from the copies of the tables as they were, back into the tables that are used.

The rules of what may come back are in `heard.steps.restoring`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer

from heard import clock
from heard.steps.consistency import ConsistencyPorts, Disagreement, find_disagreements
from heard.steps.restoring import RestorePorts, RestoreReport, put_back
from heard.storage.backups import OUTCOME_KEY, BackupTable, WholeTables
from heard.storage.erasures import Erasures
from heard_cli import options, show
from heard_cli.confirm import confirm
from heard_cli.durations import parse_instant
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="Bring back from a backup what was lost, and keep what came since.",
    no_args_is_help=True,
    add_completion=False,
)

_NAME: Final = typer.Argument(
    metavar="NAME", help="Your name for this restore: letters, digits and hyphens."
)
_NAME_PATTERN: Final = re.compile(r"[A-Za-z0-9-]{1,30}")
_REPAIR: Final = typer.Option(
    "--repair", help="Also replace outcomes and states that do not fit their chains."
)
_WITH_SETUP: Final = typer.Option(
    "--with-setup", help="Also connections, people and retentions, which may have been removed."
)
_POLL_SECONDS: Final = 5
_ACTIVE: Final = "ACTIVE"


@app.command(epilog="Example: heard restore begin tuesday --at 2026-11-24T09:14:59Z")
@on_stack
def begin(
    stack: Stack,
    name: Annotated[str, _NAME],
    at: Annotated[
        str, typer.Option(help="The second to go back to, ISO 8601; or now, for the last one.")
    ],
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until the copies can be read.")
    ] = True,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Restore the three tables as they were, each into a copy beside it. It can take hours.

    The tables in use are not touched. Running it again goes on waiting.
    """
    tables = _tables(stack, name)
    second = None if at == "now" else parse_instant(at, clock.now(), "--at").replace(microsecond=0)
    for table in tables:
        table.begin(second)
    if wait:
        _wait(tables)
    if as_json:
        show.data({table.copy: table.status() for table in tables})
    else:
        for table in tables:
            show.line(f"{table.copy}  {table.status()}")


def _wait(tables: Sequence[BackupTable]) -> None:
    with show.progress() as bar:
        line = bar.add_task("Restoring", total=len(tables))
        while True:
            ready = sum(table.status() == _ACTIVE for table in tables)
            bar.update(line, completed=ready)
            if ready == len(tables):
                return
            time.sleep(_POLL_SECONDS)


@app.command(epilog="Example: heard restore compare tuesday")
@on_stack
def compare(
    stack: Stack,
    name: Annotated[str, _NAME],
    repair: Annotated[bool, _REPAIR] = False,
    with_setup: Annotated[bool, _WITH_SETUP] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Say what `put-back` would do, and do nothing."""
    _show(_run(stack, name, repair=repair, with_setup=with_setup, write=False), as_json=as_json)


@app.command("put-back", epilog="Example: heard restore put-back tuesday --yes")
@on_stack
def put_back_command(
    stack: Stack,
    name: Annotated[str, _NAME],
    repair: Annotated[bool, _REPAIR] = False,
    with_setup: Annotated[bool, _WITH_SETUP] = False,
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Put back what is missing in the tables. What came since, and what was erased, stays as it is.

    It can be repeated. Exit code 1 if a person must still decide something.
    """
    if not yes:
        confirm("Put back what is missing?", "Nothing was put back.")
    report = _run(stack, name, repair=repair, with_setup=with_setup, write=True)
    _show(report, as_json=as_json)
    if report.behind:
        raise typer.Exit(1)


@app.command(epilog="Example: heard restore check")
@on_stack
def check(stack: Stack, as_json: Annotated[bool, options.JSON] = False) -> None:
    """Check that what is stored holds together: states and logs, owners, erasures, words, polls.

    It reads all tables. Exit code 1 if something does not.
    """
    ports = ConsistencyPorts(
        WholeTables(
            stack.dynamodb, stack.outputs["CasesTableName"], stack.outputs["OutcomesTableName"]
        ),
        stack.cases,
        stack.log,
        stack.setup,
        stack.polls,
        Erasures(stack.dynamodb, stack.outputs["SetupTableName"]),
        stack.quarantine,
    )
    problems: list[Disagreement] = []
    with show.progress() as bar:
        line = bar.add_task("Checking", total=None)
        for problem in find_disagreements(ports):
            problems.append(problem)
            bar.advance(line)
    if as_json:
        show.data([asdict(problem) for problem in problems])
    else:
        show.table(
            ("check", "of", "why"),
            [(problem.check, problem.id, problem.why) for problem in problems],
            empty="Everything holds together.",
        )
    if problems:
        raise typer.Exit(1)


@app.command(epilog="Example: heard restore remove tuesday --yes")
@on_stack
def remove(
    stack: Stack,
    name: Annotated[str, _NAME],
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Delete the copies. They hold the keys of people who were erased since."""
    if not yes:
        confirm("Delete the copies of this restore?", "Nothing was deleted.")
    count = sum(table.remove() for table in _tables(stack, name))
    if as_json:
        show.data({"removed": count})
    else:
        show.line(f"{show.count(count, 'copy') if count == 1 else f'{count} copies'} deleted.")


def _tables(stack: Stack, name: str) -> tuple[BackupTable, BackupTable, BackupTable]:
    """The Setup, Cases and Outcomes tables with their copies."""
    if not _NAME_PATTERN.fullmatch(name):
        raise typer.BadParameter("use letters, digits and hyphens, at most 30.", param_hint="NAME")

    def table(output: str) -> BackupTable:
        used = stack.outputs[output]
        return (
            BackupTable(stack.dynamodb, used, f"{used}-{name}", OUTCOME_KEY)
            if output == "OutcomesTableName"
            else BackupTable(stack.dynamodb, used, f"{used}-{name}")
        )

    return table("SetupTableName"), table("CasesTableName"), table("OutcomesTableName")


def _run(stack: Stack, name: str, *, repair: bool, with_setup: bool, write: bool) -> RestoreReport:
    setup, cases, outcomes = _tables(stack, name)
    if missing := [table for table in (setup, cases, outcomes) if table.status() != _ACTIVE]:
        raise CommandError(
            f"{missing[0].copy} is {missing[0].status().lower() or 'not there'}.",
            "Restore it first, or wait:",
            f"restore begin {name} --at TIME",
        )
    ports = RestorePorts(
        setup,
        cases,
        outcomes,
        stack.cases,
        stack.log,
        Erasures(stack.dynamodb, stack.outputs["SetupTableName"]),
    )
    with show.progress() as bar:
        line = bar.add_task("Comparing", total=None)
        report = put_back(
            ports,
            clock.now(),
            repair=repair,
            with_setup=with_setup,
            write=write,
            progress=lambda: bar.advance(line),
        )
    if write:
        stack.people.repair_lists()
    return report


def _show(report: RestoreReport, *, as_json: bool) -> None:
    if as_json:
        show.data(report.to_json())
        return
    show.table(
        ("table", "what", "items"),
        [
            (table, verdict.value.replace("_", " "), number)
            for table, counts in report.counts.items()
            for verdict, number in sorted(counts.items())
        ],
        empty="Nothing is missing, and nothing is other than it was.",
    )
    for item in report.damaged:
        show.note(f"Damaged: {item}. To replace it: --repair")
    for item in report.removed:
        show.note(f"Not in the Setup table any more: {item}. To put it back: --with-setup")
    if report.behind:
        latest = max(report.behind.values())
        show.note(
            f"{show.count(len(report.behind), 'review')} had news after this backup, the last at "
            f"{show.timestamp(latest)}: {', '.join(sorted(report.behind))}. Take a later second, "
            "from just before they were lost: heard restore begin NAME --at …"
        )
