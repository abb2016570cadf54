"""`heard lake`: which days are there, and making their rows and summaries again from the facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from heard.lake import write_day
from heard.lake.columns import SCHEMA
from heard_cli import options, show
from heard_cli.lake.facts import earlier_facts, facts_of_day
from heard_cli.lake.files import LakeFiles, days_of, keys_of_days, open_lake
from heard_cli.ranges import calendar_day
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="The lake: the files that reports read, day by day.",
    no_args_is_help=True,
    add_completion=False,
)

FOLDER: Final = typer.Option(
    "--lake",
    metavar="FOLDER",
    help="A folder with the files of the lake, instead of the stack's bucket.",
)


@app.command("list", epilog="Example: heard lake list --business acme")
@on_stack
def list_days(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    folder: Annotated[Path | None, FOLDER] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the days of a business in the lake, and what there is of each.

    A day with facts and without rows was sealed, and the run ended before it made them: heard lake
    build makes them.
    """
    days = days_of(open_lake(stack, folder, business), business)
    if as_json:
        show.data([{"day": day, "tables": sorted(tables)} for day, tables in days.items()])
        return
    show.table(
        ("day", "facts", "rows", "summary"),
        [
            (day, *(_mark(table in tables) for table in ("outcomes", "reviews", "days")))
            for day, tables in days.items()
        ],
        empty="The lake has no day of this business yet. A day is written after it is sealed.",
    )


@app.command(epilog="Example: heard lake build --business acme --day 2026-11-29")
@on_stack
def build(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    day: Annotated[date, typer.Option(parser=calendar_day, metavar="DAY", help="The day, in UTC.")],
    until: Annotated[
        date | None,
        typer.Option(
            "--to", parser=calendar_day, metavar="DAY", help="The last day, if there are several."
        ),
    ] = None,
    folder: Annotated[Path | None, FOLDER] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Make the rows and the summary of a day again, from its facts and those of earlier days.

    For days whose run was interrupted, and for all days when a new release defines them in another
    way. The same facts give the same files.
    """
    first, last = day.isoformat(), (until or day).isoformat()
    if last < first:
        raise typer.BadParameter("--to must not be before --day.", param_hint="--to")
    lake = open_lake(stack, folder, business)
    days = sorted({day for day, _ in keys_of_days(lake, "outcomes", business, first, last)})
    if not days:
        raise CommandError(
            f"The lake has no facts of {business} from {first} to {last}.",
            "A day is written after it is sealed. List the days:",
            f"lake list --business {business}",
        )
    built = [_build_day(lake, business, day) for day in days]
    if as_json:
        show.data(built)
        return
    show.table(
        ("day", "outcomes", "reviews", "bytes of rows", "bytes of summary"),
        [
            (each["day"], each["outcomes"], each["rows"], each["rows_bytes"], each["summary_bytes"])
            for each in built
        ],
        empty="",
    )


def _build_day(lake: LakeFiles, business: str, day: str) -> dict[str, str | int]:
    keys = [key for _, key in keys_of_days(lake, "outcomes", business, day, day)]
    outcomes = facts_of_day(lake, keys)
    files = write_day(lake, business, day, outcomes, earlier_facts(lake, business, day, outcomes))
    return {
        "day": day,
        "schema": SCHEMA,
        "outcomes": len(outcomes),
        "rows": files.rows,
        "rows_bytes": files.rows_bytes,
        "summary_bytes": files.summary_bytes,
    }


def _mark(is_there: bool) -> str:
    return "yes" if is_there else "-"
