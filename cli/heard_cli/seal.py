"""`heard seal`: the sealed days of a business, and a run of the function that seals them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, cast

import typer

from heard import clock
from heard.seals.seal import Seal
from heard.steps.audit_seals import describe_day
from heard_cli import options, show
from heard_cli.durations import parse_period
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="Seals: each day of a business, signed, where nobody can change it.",
    no_args_is_help=True,
    add_completion=False,
)

_DAY_HELP = "A day in UTC, such as 2026-11-29."


def parse_day_option(text: str) -> date:
    """A day as typed. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day: write 2026-11-29.") from None


@app.command(epilog="Example: heard seal run --business acme")
@on_stack
def run(
    stack: Stack,
    business: Annotated[str | None, options.BUSINESS] = None,
    day: Annotated[
        date | None,
        typer.Option(parser=parse_day_option, metavar="DAY", help="Seal up to this day only."),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Seal all days that are over now, of one business or of all. Exit code 1 for problems.

    Only the stack's function can sign, so it does it. A day that is sealed stays as it is.
    """
    if business is not None:
        stack.business(business)
    reports: list[dict[str, Any]] = []
    for name in [business] if business else stack.setup.businesses():
        # A business of an earlier release is in no list that the function could read.
        stack.setup.list_business(name)
        reports += _seal(stack, name, day)
    if as_json:
        show.data(reports)
    else:
        show.table(
            ("business", "days", "outcomes", "problems", "newest"),
            [
                (
                    report["business"],
                    len(report["days"]),
                    sum(each["outcomes"] for each in report["days"]),
                    report["problems"],
                    report["days"][-1]["day"] if report["days"] else None,
                )
                for report in reports
            ],
            empty="There are no businesses.",
        )
    if any(report["problems"] for report in reports):
        show.error(
            "Something in the log or in a state is not as it should be.",
            "It is sealed with its day: heard seal show, and docs/operations.md, Tampering.",
        )
        raise typer.Exit(1)


@app.command("list", epilog="Example: heard seal list --business acme --from 30d")
@on_stack
def list_days(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    since: Annotated[str, options.FROM] = "30d",
    until: Annotated[str, options.TO] = "now",
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the sealed days of a business, oldest first."""
    stack.business(business)
    start, end = parse_period(since, until, clock.now())
    rows = [
        describe_day(business, found, stack.seals)
        for found in stack.seals.versions(business, _day_of(start), _day_of(end))
    ]
    if as_json:
        show.data(rows)
        return
    show.table(
        ("day", "outcomes", "late", "open", "problems", "leaves", "root", ""),
        [
            (
                row["day"],
                row.get("outcomes"),
                row.get("late"),
                row.get("open"),
                row.get("problems"),
                row.get("size"),
                row.get("root"),
                "REWRITTEN" if row["rewritten"] else "",
            )
            for row in rows
        ],
        empty="No day is sealed in this period.",
        drop_order=("late", "leaves"),
    )


@app.command("show", epilog="Example: heard seal show --business acme --day 2026-11-29")
@on_stack
def show_one(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    day: Annotated[date, typer.Option(parser=parse_day_option, metavar="DAY", help=_DAY_HELP)],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show the seal of a day: what it says, its problems, and the signed note.

    --json gives the seal itself, with the hash of each leaf.
    """
    stack.business(business)
    seal = read_seal(stack, business, day)
    if as_json:
        show.data(seal.to_json())
        return
    record = seal.record
    show.fields(
        {
            "day": seal.day,
            "outcomes": record["outcomes"],
            "late, of the day before": record["late"],
            "reviews touched": record["reviews"],
            "reviews open at its end": record["open"],
            "leaves of the log": seal.size,
            "made": show.timestamp(record["made"]),
            "facts": seal.facts.key,
            "key": seal.key,
        }
    )
    problems = cast("list[dict[str, Any]]", record["problems"])
    if problems:
        show.table(
            ("problem", "review", "outcome"),
            [(each["why"], each["review"], each["outcome"]) for each in problems],
            empty="",
        )
    show.line()
    show.line(seal.note.rstrip("\n"))


def read_seal(stack: Stack, business: str, day: date) -> Seal:
    """The seal of a day. Raises CommandError if it has none."""
    seal = stack.seals.read(business, day.isoformat())
    if seal is None:
        raise CommandError(
            f"{day} is not sealed at {business}.",
            "A day is sealed at 00:20 UTC of the next one. To do it now:",
            f"seal run --business {business}",
        )
    return seal


def _seal(stack: Stack, business: str, day: date | None) -> list[dict[str, Any]]:
    """The reports of the runs that it took. Raises CommandError if one failed."""
    event = {"business": business} | ({"until": day.isoformat()} if day else {})
    reports: list[dict[str, Any]] = []
    while not reports or not reports[-1]["is_complete"]:
        response = stack.functions.invoke(
            FunctionName=stack.outputs["SealFunctionName"], Payload=json.dumps(event).encode()
        )
        document: object = json.loads(response["Payload"].read() or b"null")
        result = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        if response.get("FunctionError") or "is_complete" not in result:
            error_type = f" ({result['errorType']})" if "errorType" in result else ""
            raise CommandError(
                f"{business} could not be sealed{error_type}.",
                "See the log: service=seal in the functions' logs.",
            )
        reports.append(result)
    return reports


def _day_of(time: datetime) -> str:
    return time.astimezone(UTC).date().isoformat()
