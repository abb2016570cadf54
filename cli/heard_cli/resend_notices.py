"""`heard resend-notices`: publish the notices of past outcomes on the event bus again.

The outcomes are the outbox, so every notice can be made again, whatever became of the first one.
A receiver knows a repeat by the id of its outcome.
"""

from __future__ import annotations

from itertools import batched
from typing import Annotated, Final

import typer

from heard import clock
from heard.notices import FIELDS, makes_notice
from heard.steps.relay import SkippedOutcome, resend
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli import options, show
from heard_cli.durations import parse_period
from heard_cli.outcome_pages import read_outcomes
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Publish the notices of past outcomes on the event bus again.", add_completion=False
)

_TOGETHER: Final = 1_000
"""How many outcomes are in memory at once."""


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
        progress_line = bar.add_task("Reading outcomes", total=None)
        outcomes = filter(makes_notice, read_outcomes(stack.log, criteria))
        outcome_count = published = 0
        skipped: list[SkippedOutcome] = []
        for batch in batched(outcomes, _TOGETHER, strict=False):
            outcome_count += len(batch)
            if not dry_run:
                report = resend(batch, stack.event_bus)
                published += report.published
                skipped += report.skipped
            bar.advance(progress_line, len(batch))
    if as_json:
        show.data(
            {
                "outcomes": outcome_count,
                "published": published,
                "skipped": [outcome.key for outcome in skipped],
                "dry_run": dry_run,
            }
        )
    elif dry_run:
        show.line(f"{show.count(outcome_count, 'outcome')} would be published again.")
    else:
        show.line(
            f"Published {show.count(published, 'notice')} of "
            f"{show.count(outcome_count, 'outcome')}."
        )
    for outcome in skipped:
        show.note(f"Skipped {outcome.key}: {outcome.why}.")
    if skipped:
        raise typer.Exit(1)
