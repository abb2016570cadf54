"""`heard report`: numbers for analysts, each defined in the comment of its query."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from heard import clock
from heard_cli import options, show
from heard_cli.durations import parse_instant
from heard_cli.lake.command import FOLDER
from heard_cli.lake.files import open_lake
from heard_cli.report.athena import run_on_athena
from heard_cli.report.duckdb_engine import load_duckdb, run_on_duckdb
from heard_cli.report.queries import all_queries, find_query
from heard_cli.report.result import QueryResult
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Reports: numbers for analysts, counted from the lake.",
    no_args_is_help=True,
    add_completion=False,
)


class QueryEngine(StrEnum):
    """What counts."""

    DUCKDB = "duckdb"
    ATHENA = "athena"


def _complete_names(incomplete: str) -> list[str]:
    return [query.name for query in all_queries() if query.name.startswith(incomplete)]


@app.command("list", epilog="Example: heard report list")
def list_reports(as_json: Annotated[bool, options.JSON] = False) -> None:
    """List the reports, and what each of them shows."""
    queries = all_queries()
    if as_json:
        show.data([{"name": query.name, "title": query.title} for query in queries])
        return
    show.table(("name", "shows"), [(query.name, query.title) for query in queries], empty="")


@app.command(epilog="Example: heard report sql coverage --business acme --from 30d")
@on_stack
def sql(
    stack: Stack,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A report that heard report list shows.",
            autocompletion=_complete_names,
        ),
    ],
    business: Annotated[str, options.BUSINESS],
    since: Annotated[
        str,
        typer.Option("--from", help="First day (UTC): 2026-01-31, or how long ago, such as 30d."),
    ] = "30d",
    until: Annotated[
        str,
        typer.Option(
            "--to",
            help="Last day (UTC): the same. The default is yesterday, as today is not sealed yet.",
        ),
    ] = "1d",
    engine: Annotated[
        QueryEngine, typer.Option(help="What counts: DuckDB on this machine, or Athena in AWS.")
    ] = QueryEngine.DUCKDB,
    folder: Annotated[Path | None, FOLDER] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print the query with its definition; do not run it.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Count one of the reports for a business.

    Both days belong to the period. Each query defines its number and the trap that it avoids: read
    them with --text.
    """
    query = find_query(name)
    now = clock.now()
    first, last = (
        parse_instant(value, now, option).date()
        for value, option in ((since, "--from"), (until, "--to"))
    )
    _check_period(first, last)
    values = {"business": business, "from": first.isoformat(), "to": last.isoformat()}
    if text:
        show.line(query.text.partition("\nWITH")[0])
        show.line(query.bind(values))
        return
    if engine is QueryEngine.ATHENA:
        if folder is not None:
            raise typer.BadParameter("Athena reads the stack's lake.", param_hint="--lake")
        stack.business(business)
        result = run_on_athena(query, values, stack)
    else:
        load_duckdb()
        lake = open_lake(stack, folder, business)
        result = run_on_duckdb(query, values, lake, folder)
    _print(result, query.name, values, engine, as_json=as_json)


def _check_period(first: date, last: date) -> None:
    if last < first:
        raise typer.BadParameter("--from must not be after --to.", param_hint="--from")
    if last - first > timedelta(days=3_660):
        raise typer.BadParameter("a period has at most ten years.", param_hint="--from")


def _print(
    result: QueryResult, name: str, values: dict[str, str], engine: QueryEngine, *, as_json: bool
) -> None:
    if as_json:
        show.data({"report": name} | values | {"engine": engine.value, "rows": result.to_json()})
        return
    show.table(
        result.columns,
        [[_cell(value) for value in row] for row in result.rows],
        empty="The lake has nothing of this business in this period.",
    )


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)
