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
from heard.storage.outcome_log import Question
from heard_cli import show
from heard_cli.durations import period
from heard_cli.stack import Stack, Stop, on_stack

app = typer.Typer(
    help="What happened to reviews, and whether anyone changed the record of it.",
    no_args_is_help=True,
    add_completion=False,
)

_PAGE: Final = 500
_AT_ONCE: Final = 16


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
    start, end = period(since, until, clock.now())
    if review:
        found = [each for each in stack.log.of_review(review) if business in {None, each.business}]
        if not found:
            raise Stop(
                "There are no outcomes of a review "
                f"{review}{f' of {business}' if business else ''}.",
                "Ids of reviews begin with rev_.",
            )
        more = False
    else:
        stack.business(_needed(business))
        question = Question(
            _needed(business),
            start,
            end,
            tuple(kind or ()),
            severity and severity.value,
            channel and channel.value,
        )
        found = list(_asked(stack, question, limit + 1))
        found, more = found[:limit], len(found) > limit
    if as_json:
        show.data([outcome.to_json() for outcome in found])
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
        show.table(columns, map(_row, found), empty="There are no such outcomes in this period.")
    if more:
        show.say(f"There are more than {limit}: raise --limit, or ask from {found[-1].at} on.")


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
    start, end = period(since, until, clock.now())
    if reviews and business:
        raise typer.BadParameter("name reviews, or a business; not both.", param_hint="--business")
    named = list(dict.fromkeys(reviews or ()))
    wanted = dict.fromkeys(named)
    if not named:
        stack.business(_needed(business))
        with show.progress() as bar:
            task = bar.add_task("Reading outcomes", total=None)
            for outcome in _asked(stack, Question(_needed(business), start, end)):
                wanted.setdefault(outcome.review)
                bar.advance(task)
    reports = _verified(stack, list(wanted), business)
    broken = [report for report in reports if not report.verified]
    if as_json:
        told = {
            "verified": not broken,
            "reviews": len(reports),
            "outcomes": sum(report.outcomes for report in reports),
        }
        show.data(
            told
            | {
                "broken": [asdict(report) for report in broken],
                "reports": [asdict(report) for report in reports if named],
            }
        )
    else:
        shown = reports if named else broken
        rows = [
            (
                each.review,
                "verified" if each.verified else "BROKEN",
                each.outcomes,
                each.broken_at,
                each.why,
            )
            for each in shown
        ]
        if rows:
            show.table(("review", "chain", "outcomes", "broken at", "why"), rows, empty="")
        if reports:
            counted = (
                f"{len(reports)} reviews with {sum(report.outcomes for report in reports)} outcomes"
            )
            show.line(
                f"{len(broken)} of {counted} BROKEN." if broken else f"Verified: {counted}.",
                style="bold red" if broken else "green",
            )
        else:
            show.say("There are no outcomes in this period, so there is nothing to verify.")
    if broken:
        show.failed(
            "The record of these reviews was changed.",
            "Compare with the backups of the Outcomes table (point-in-time recovery).",
        )
        raise typer.Exit(1)


def _needed(business: str | None) -> str:
    if business is None:
        raise typer.BadParameter("say whose outcomes, or name a review.", param_hint="--business")
    return business


def _asked(stack: Stack, question: Question, limit: int | None = None) -> Iterator[Outcome]:
    """The outcomes that a question asks for, page after page."""
    given, after = 0, None
    while True:
        page = stack.log.page(
            question, limit=_PAGE if limit is None else min(_PAGE, limit - given), after=after
        )
        yield from page.outcomes
        given, after = given + len(page.outcomes), page.next
        if after is None or (limit is not None and given >= limit):
            return


def _verified(stack: Stack, reviews: Sequence[str], business: str | None) -> list[ChainReport]:
    """The reports of all reviews, several at once, in their order.

    Raises NotFound for one that does not exist.
    """
    log, work = stack.log, stack.work

    def verified(review: str) -> ChainReport:
        owner = business
        if owner is None:
            head = work.head(review)
            found = () if head else log.of_review(review)
            owner = head.business if head else found[0].business if found else ""
        return verify_review(review, (owner,), log, work)

    with show.progress() as bar, ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(
            bar.track(
                pool.map(verified, reviews), total=len(reviews), description="Verifying chains"
            )
        )


def _row(outcome: Outcome) -> tuple[show.Cell, ...]:
    detail = " ".join(
        f"{name}={_short(value)}"
        for name, value in outcome.detail.items()
        if name not in {"digest", "policy", "model"}
    )
    told = (
        outcome.kind.value,
        show.severity(outcome.severity),
        outcome.channel,
        outcome.platform,
        outcome.actor,
        detail,
    )
    return (show.at(outcome.at), outcome.review, outcome.sequence, *told)


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
