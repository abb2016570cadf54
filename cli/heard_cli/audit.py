"""`heard audit`: what happened to reviews, and whether anyone changed the record of it.

Reads the outcome log with the caller's own AWS credentials: whoever may read the tables may audit
every business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Annotated, Final

import typer

from heard import clock
from heard.assessment import Severity
from heard.outcomes import ChainReport, Kind, Outcome
from heard.reviews import Channel
from heard.steps.audit import verify_review
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli import show
from heard_cli.durations import parse_period
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="What happened to reviews, and whether anyone changed the record of it.",
    no_args_is_help=True,
    add_completion=False,
)

_PAGE: Final = 500
_WORKERS: Final = 16


@app.command(
    "list", epilog="Example: heard audit list --business acme --from 7d --severity critical"
)
@on_stack
def list_outcomes(
    stack: Stack,
    business: Annotated[str | None, typer.Option(help="Whose outcomes.")] = None,
    review: Annotated[
        str | None, typer.Option(help="All outcomes of this one review instead (rev_…).")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--from", help="ISO 8601 (UTC if no zone is said), or how long ago: 90m, 24h, 7d."
        ),
    ] = "24h",
    until: Annotated[str, typer.Option("--to", help="The same, or now.")] = "now",
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Only this kind; may be said several times.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only this severity.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only this channel.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many outcomes.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List outcomes in time order.

    Those of a business between two times (the last 24 hours if not said), or those of one review.
    """
    start, end = parse_period(since, until, clock.now())
    if review:
        outcomes = [
            each for each in stack.log.of_review(review) if business in {None, each.business}
        ]
        if not outcomes:
            raise CommandError(
                "There are no outcomes of a review "
                f"{review}{f' of {business}' if business else ''}.",
                "Ids of reviews begin with rev_.",
            )
        more = False
    else:
        stack.business(_require_business(business))
        criteria = OutcomeCriteria(
            _require_business(business),
            start,
            end,
            tuple(kind or ()),
            severity and severity.value,
            channel and channel.value,
        )
        outcomes = list(_read_outcomes(stack, criteria, limit + 1))
        outcomes, more = outcomes[:limit], len(outcomes) > limit
    if as_json:
        show.data([outcome.to_json() for outcome in outcomes])
    else:
        columns = (
            "at",
            "review",
            "#",
            "kind",
            "severity",
            "channel",
            "platform",
            "actor",
            "detail",
        )
        show.table(columns, map(_row, outcomes), empty="There are no such outcomes in this period.")
    if more:
        show.note(f"There are more than {limit}: raise --limit, or ask from {outcomes[-1].at} on.")


@app.command(epilog="Example: heard audit verify --business acme --from 30d")
@on_stack
def verify(
    stack: Stack,
    reviews: Annotated[
        list[str] | None, typer.Argument(metavar="[REVIEW]...", help="Ids of reviews (rev_…).")
    ] = None,
    business: Annotated[
        str | None, typer.Option(help="All reviews of this business with an outcome in the period.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--from", help="ISO 8601 (UTC if no zone is said), or how long ago: 90m, 24h, 7d."
        ),
    ] = "24h",
    until: Annotated[str, typer.Option("--to", help="The same, or now.")] = "now",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Check that no outcome was changed, removed or put in between: recompute whole chains.

    Exit code 1 if any is broken.

    A review whose outcomes were all removed is not found by its period; name it, and its state
    gives it away.
    """
    start, end = parse_period(since, until, clock.now())
    if reviews and business:
        raise typer.BadParameter("name reviews, or a business; not both.", param_hint="--business")
    review_ids = list(dict.fromkeys(reviews or ()))
    targets = dict.fromkeys(review_ids)
    if not review_ids:
        stack.business(_require_business(business))
        with show.progress() as bar:
            task = bar.add_task("Reading outcomes", total=None)
            for outcome in _read_outcomes(
                stack, OutcomeCriteria(_require_business(business), start, end)
            ):
                targets.setdefault(outcome.review)
                bar.advance(task)
    reports = _verify_reviews(stack, list(targets), business)
    broken = [report for report in reports if not report.verified]
    if as_json:
        summary = {
            "verified": not broken,
            "reviews": len(reports),
            "outcomes": sum(report.outcomes for report in reports),
        }
        show.data(
            summary
            | {
                "broken": [asdict(report) for report in broken],
                "reports": [asdict(report) for report in reports if review_ids],
            }
        )
    else:
        listing = reports if review_ids else broken
        rows = [
            (
                each.review,
                "verified" if each.verified else "BROKEN",
                each.outcomes,
                each.broken_at,
                each.why,
            )
            for each in listing
        ]
        if rows:
            show.table(("review", "chain", "outcomes", "broken at", "why"), rows, empty="")
        if reports:
            totals = (
                f"{len(reports)} reviews with {sum(report.outcomes for report in reports)} outcomes"
            )
            show.line(
                f"{len(broken)} of {totals} BROKEN." if broken else f"Verified: {totals}.",
                style="bold red" if broken else "green",
            )
        else:
            show.note("There are no outcomes in this period, so there is nothing to verify.")
    if broken:
        show.error(
            "The record of these reviews was changed.",
            "Compare with the backups of the Outcomes table (point-in-time recovery).",
        )
        raise typer.Exit(1)


def _require_business(business: str | None) -> str:
    if business is None:
        raise typer.BadParameter("say whose outcomes, or name a review.", param_hint="--business")
    return business


def _read_outcomes(
    stack: Stack, criteria: OutcomeCriteria, limit: int | None = None
) -> Iterator[Outcome]:
    """The outcomes that a question asks for, page after page."""
    count, after = 0, None
    while True:
        page = stack.log.page(
            criteria, limit=_PAGE if limit is None else min(_PAGE, limit - count), after=after
        )
        yield from page.outcomes
        count, after = count + len(page.outcomes), page.next
        if after is None or (limit is not None and count >= limit):
            return


def _verify_reviews(
    stack: Stack, reviews: Sequence[str], business: str | None
) -> list[ChainReport]:
    """The reports of all reviews, several at once, in their order.

    Raises NotFound for one that does not exist.
    """
    log, cases = stack.log, stack.cases

    def verify_one(review: str) -> ChainReport:
        owner = business
        if owner is None:
            head = cases.find_review(review)
            outcomes = () if head else log.of_review(review)
            owner = head.business if head else outcomes[0].business if outcomes else ""
        return verify_review(review, (owner,), log, cases)

    with show.progress() as bar, ThreadPoolExecutor(_WORKERS) as pool:
        return list(
            bar.track(
                pool.map(verify_one, reviews), total=len(reviews), description="Verifying chains"
            )
        )


def _row(outcome: Outcome) -> tuple[show.Cell, ...]:
    detail = " ".join(
        f"{name}={_format_value(value)}"
        for name, value in outcome.detail.items()
        if name not in {"digest", "policy", "model"}
    )
    cells = (
        outcome.kind.value,
        show.severity(outcome.severity),
        outcome.channel,
        outcome.platform,
        outcome.actor,
        detail,
    )
    return (show.timestamp(outcome.at), outcome.review, outcome.sequence, *cells)


def _format_value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
