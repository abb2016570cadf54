"""`heard resend-notices`: publish the notices of past outcomes on the event bus again.

The outcomes are the outbox, so every notice can be made again, whatever became of the first one.
A receiver knows a repeat by the id of its outcome.
"""

from __future__ import annotations

from typing import Annotated

import typer

from heard import clock
from heard.notices import FIELDS, makes_notice
from heard.steps.relay import resend
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli import options, show
from heard_cli.durations import parse_period
from heard_cli.outcome_pages import read_outcomes
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Publish the notices of past outcomes on the event bus again.", add_completion=False
)


@app.command(epilog="Example: heard resend-notices --business acme --from 24h --dry-run")
@on_stack
def resend_notices(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    since: Annotated[str, options.FROM] = "24h",
    until: Annotated[str, options.TO] = "now",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count; publish nothing.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Publish the notices of a business's past outcomes on the event bus again.

    For the time in which the relay was down or skipped an outcome. Whoever got a notice already
    gets it again, with the same outcome id. Exit code 1 if an outcome has to be skipped.
    """
    start, end = parse_period(since, until, clock.now())
    stack.business(business)
    criteria = OutcomeCriteria(business, start, end, tuple(FIELDS))
    with show.progress() as bar:
        bar.add_task("Reading outcomes", total=None)
        outcomes = [
            outcome for outcome in read_outcomes(stack.log, criteria) if makes_notice(outcome)
        ]
    report = None if dry_run else resend(outcomes, stack.event_bus)
    published, skipped = (report.published, report.skipped) if report else (0, ())
    if as_json:
        show.data(
            {
                "outcomes": len(outcomes),
                "published": published,
                "skipped": [outcome.key for outcome in skipped],
                "dry_run": dry_run,
            }
        )
    elif dry_run:
        show.line(f"{show.count(len(outcomes), 'outcome')} would be published again.")
    else:
        show.line(
            f"Published {show.count(published, 'notice')} of "
            f"{show.count(len(outcomes), 'outcome')}."
        )
    for outcome in skipped:
        show.note(f"Skipped {outcome.key}: {outcome.why}.")
    if skipped:
        raise typer.Exit(1)
