"""`heard audit`: what happened to each review, and a check that nobody changed the log.

It reads the outcome log with the caller's own AWS credentials. Who may read the tables may audit
every business.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import batched, islice
from typing import Annotated, Any, Final, cast

import typer

from heard import clock
from heard.assessment import Severity
from heard.errors import NotFound
from heard.outcomes import ChainReport, Kind, Outcome
from heard.reviews import Channel
from heard.steps.audit import verify_review
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.touched_reviews import touched_reviews
from heard_cli import audit_pack, options, show
from heard_cli.completion import complete_businesses
from heard_cli.confirm import confirm
from heard_cli.durations import parse_period
from heard_cli.outcome_pages import read_newest_outcomes, read_outcomes
from heard_cli.seal import parse_day_option, read_seal
from heard_cli.seal_stamps import timestamp
from heard_cli.sealed_log import SealCheck, check_business, compare_with_lake, put_back
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="What happened to each review, and a check that nobody changed the log.",
    no_args_is_help=True,
    add_completion=False,
)

_WORKERS: Final = 16
_TOGETHER: Final = 512
"""How many reviews wait for a worker at most."""
_HASH: Final = re.compile(r"(?:2:)?[0-9a-f]{64}")
_PERSON_FIELDS: Final = frozenset({"by", "agent", "lead", "approved_by"})
"""The fields of an outcome's detail that hold a person's subject id."""


@app.command(
    "list", epilog="Example: heard audit list --business acme --from 7d --severity critical"
)
@on_stack
def list_outcomes(
    stack: Stack,
    business: Annotated[str | None, options.BUSINESS] = None,
    review: Annotated[
        str | None,
        typer.Option(help="All outcomes of one review (rev_…), instead of a business's."),
    ] = None,
    since: Annotated[str, options.FROM] = "24h",
    until: Annotated[str, options.TO] = "now",
    kind: Annotated[
        list[Kind] | None,
        typer.Option(help="Only this kind. Repeat the option for several kinds."),
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only this severity.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only this channel.")] = None,
    limit: Annotated[int, options.LIMIT] = 100,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the outcomes of a business, newest first, or those of one review, oldest first.

    The outcomes of a business are those between two times (by default the last 24 hours). The table
    leaves out hashes and versions; --json shows everything.
    """
    start, end = parse_period(since, until, clock.now())
    if review:
        outcomes = [
            outcome for outcome in stack.log.read(review) if business in {None, outcome.business}
        ]
        if not outcomes:
            raise CommandError(
                f"No outcomes found for review {review}{f' of {business}' if business else ''}.",
                "Review ids begin with rev_.",
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
        outcomes = list(islice(read_newest_outcomes(stack.log, criteria), limit + 1))
        outcomes, more = outcomes[:limit], len(outcomes) > limit
    if as_json:
        show.data([outcome.to_json() for outcome in outcomes])
    else:
        show.table(
            ("at", "review", "kind", "severity", "platform", "actor", "detail"),
            [_table_row(stack, outcome) for outcome in outcomes],
            empty="No outcomes match in this period.",
            drop_order=("platform", "severity", "actor", "at"),
        )
    if more:
        show.note(
            f"There are more than {limit}: raise --limit, or continue with --to {outcomes[-1].at}."
        )


@app.command(epilog="Example: heard audit verify --business acme --from 30d")
@on_stack
def verify(
    stack: Stack,
    reviews: Annotated[
        list[str] | None, typer.Argument(metavar="[REVIEW]...", help="Ids of reviews (rev_…).")
    ] = None,
    business: Annotated[
        str | None,
        typer.Option(
            help="Check every review of this business that has an outcome in the period.",
            autocompletion=complete_businesses,
        ),
    ] = None,
    since: Annotated[str, options.FROM] = "24h",
    until: Annotated[str, options.TO] = "now",
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Look for reviews in the log only, which is faster.")
    ] = False,
    sealed: Annotated[
        bool,
        typer.Option("--sealed", help="Also compare the sealed days with log, facts and states."),
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="VKEY",
            help="The public key that must have signed, as you kept it. Else the stack is asked.",
        ),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Check that no outcome was changed, removed or inserted.

    It recomputes the whole hash chain of each review. Exit code 1 if one is broken.

    With --business it looks for reviews in the log and among the stored states. So it also finds
    those whose outcomes were all removed, or moved to another day. That reads the whole table of
    states. --log-only does not, and misses such reviews.

    With --sealed, what was done to a day after it was sealed is named by day and outcome, even if
    its chains were made anew.
    """
    start, end = parse_period(since, until, clock.now())
    if reviews and business:
        raise typer.BadParameter(
            "give review ids or --business, not both.", param_hint="--business"
        )
    if sealed and reviews:
        raise typer.BadParameter(
            "needs --business, as a day is sealed whole.", param_hint="--sealed"
        )
    review_ids = list(dict.fromkeys(reviews or ()))
    if not review_ids:
        stack.business(_require_business(business))
    targets = review_ids or _reviews_in(
        stack, OutcomeCriteria(_require_business(business), start, end), log_only=log_only
    )
    # Of a business's reviews only the broken ones are kept: there may be millions.
    reports: list[ChainReport] = []
    review_count = outcome_count = 0
    for report in _verify_reviews(stack, targets, business):
        review_count += 1
        outcome_count += report.outcomes
        if review_ids or not report.verified:
            reports.append(report)
    broken = [report for report in reports if not report.verified]
    seals = _check_seals(stack, _require_business(business), start, end, key) if sealed else None
    if as_json:
        show.data(
            {
                "verified": not broken and not (seals and seals.faults),
                "reviews": review_count,
                "outcomes": outcome_count,
                "broken": [asdict(report) for report in broken],
                "reports": [asdict(report) for report in reports if review_ids],
            }
            | ({"seals": asdict(seals)} if seals else {})
        )
    else:
        _print_reports(reports, review_count, outcome_count, len(broken))
        if seals:
            _print_seals(seals)
    if seals and seals.faults:
        show.error(
            "This is not what was sealed.",
            "Find out who did it (docs/operations.md, Tampering). What was sealed is in the lake.",
        )
    if broken:
        show.error(
            "The log of these reviews was changed.",
            "Compare with the backups of the Outcomes table (point-in-time recovery).",
        )
    if broken or (seals and seals.faults):
        raise typer.Exit(1)


@app.command(
    "restore-from-lake",
    epilog="Example: heard audit restore-from-lake --business acme --day 2026-11-29",
)
@on_stack
def restore_from_lake(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    day: Annotated[
        date, typer.Option(parser=parse_day_option, metavar="DAY", help="The sealed day, in UTC.")
    ],
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Put back the outcomes of a sealed day that the log has not.

    Only what is sealed is put back, and only where the log has nothing. An outcome that the log has
    otherwise is listed and left: Exit code 1. The states of the reviews are not changed, and a
    notice of what is put back may be published again.
    """
    stack.business(business)
    found = compare_with_lake(stack, read_seal(stack, business, day))
    if found.missing and not yes:
        confirm(
            f"Put {show.count(len(found.missing), 'outcome')} of {day} back into the log of "
            f"{business}?",
            "Nothing was changed.",
        )
    put_back(stack, found.missing)
    if as_json:
        show.data(
            {
                "restored": [outcome.id for outcome in found.missing],
                "differing": [outcome.id for outcome in found.differing],
                "present": found.present,
                "redacted": found.redacted,
                "unsealed": found.unsealed,
            }
        )
    else:
        show.fields(
            {
                "put back": show.count(len(found.missing), "outcome"),
                "were there": show.count(found.present, "outcome"),
                "are otherwise in the log": " ".join(each.id for each in found.differing) or None,
                "lines taken out": found.redacted or None,
                "lines that are not sealed": found.unsealed or None,
            }
        )
    if found.differing or found.unsealed:
        show.error(
            "The log or the lake has something else than what was sealed.",
            "Nothing was put over it (docs/operations.md, Tampering).",
        )
        raise typer.Exit(1)


app.command(
    "timestamp",
    epilog="Example: heard audit timestamp --business acme --day 2026-11-29 --url "
    "https://tsa.example/",
)(timestamp)
app.command(
    epilog="Example: heard audit pack --business acme --from 2026-11-01 --to 2026-11-30 -o pack.zip"
)(audit_pack.pack)


def _check_seals(
    stack: Stack, business: str, start: datetime, end: datetime, key: str | None
) -> SealCheck:
    first, last = (time.astimezone(UTC).date() for time in (start, end))
    return check_business(stack, business, first, last, clock.now(), key)


def _print_seals(seals: SealCheck) -> None:
    if seals.findings:
        show.table(
            ("day", "what", "outcome", "why"),
            [
                (each.day, each.kind.value, each.outcome, each.why)
                for each in sorted(seals.findings, key=lambda each: each.day)
            ],
            empty="",
            drop_order=("why",),
        )
    days = show.count(seals.days, "sealed day")
    if seals.faults:
        show.line(f"{show.count(len(seals.faults), 'fault')} in {days}.", style="bold red")
    else:
        show.line(f"Verified: {days}.", style="green")


def _print_reports(
    listing: Sequence[ChainReport], review_count: int, outcome_count: int, broken_count: int
) -> None:
    rows = [
        (
            report.review,
            "verified" if report.verified else "BROKEN",
            report.outcomes,
            report.broken_at,
            report.why,
        )
        for report in listing
    ]
    if rows:
        show.table(("review", "chain", "outcomes", "broken at", "why"), rows, empty="")
    if not review_count:
        show.note("No outcomes in this period: nothing to verify.")
        return
    totals = f"{show.count(review_count, 'review')} with {show.count(outcome_count, 'outcome')}"
    show.line(
        f"{broken_count} of {totals} BROKEN." if broken_count else f"Verified: {totals}.",
        style="bold red" if broken_count else "green",
    )


def _require_business(business: str | None) -> str:
    if business is None:
        raise typer.BadParameter("give --business, or the id of a review.", param_hint="--business")
    return business


def _reviews_in(stack: Stack, criteria: OutcomeCriteria, *, log_only: bool) -> Iterator[str]:
    """The reviews that have an outcome of these, each once. Of each, 16 bytes are kept.

    Without `log_only` also those whose state was touched in the same time.
    """
    marks: set[bytes] = set()
    for review in _all_reviews_in(stack, criteria, log_only=log_only):
        mark = hashlib.blake2b(review.encode(), digest_size=16).digest()
        if mark not in marks:
            marks.add(mark)
            yield review


def _all_reviews_in(stack: Stack, criteria: OutcomeCriteria, *, log_only: bool) -> Iterator[str]:
    for outcome in read_outcomes(stack.log, criteria):
        yield outcome.review
    if not log_only:
        table = stack.outputs["CasesTableName"]
        yield from touched_reviews(
            stack.dynamodb, table, criteria.business, criteria.start, criteria.end
        )


def _verify_reviews(
    stack: Stack, reviews: Iterable[str], business: str | None
) -> Iterator[ChainReport]:
    """The reports of all reviews, several at once, in their order.

    Raises CommandError for a review that does not exist.
    """
    log, cases = stack.log, stack.cases

    def verify_or_refuse(review: str) -> ChainReport:
        try:
            return verify_one(review)
        except NotFound as error:
            raise CommandError(
                f"{review}: {error.detail}",
                "Review ids begin with rev_. List them:",
                f"reviews list --business {business or 'BUSINESS'}",
            ) from error

    def verify_one(review: str) -> ChainReport:
        owner = business
        if owner is None:
            head = cases.find_review(review)
            first = None if head else log.first(review)
            owner = head.business if head else first.business if first else ""
        return verify_review(review, owner, log, cases)

    with show.progress() as bar, ThreadPoolExecutor(_WORKERS) as pool:
        progress_line = bar.add_task("Verifying chains", total=None)
        for batch in batched(reviews, _TOGETHER, strict=False):
            for report in pool.map(verify_or_refuse, batch):
                bar.advance(progress_line)
                yield report


def _table_row(stack: Stack, outcome: Outcome) -> tuple[show.Cell, ...]:
    detail = " ".join(
        f"{name}={_detail_text(stack, name, value)}"
        for name, value in outcome.detail.items()
        if value != [] and name not in {"policy", "model"} and not _is_hash(value)
    )
    return (
        show.timestamp(outcome.at),
        outcome.review,
        outcome.kind.value,
        show.severity(outcome.severity),
        outcome.platform,
        stack.person_name(outcome.actor),
        detail,
    )


def _detail_text(stack: Stack, name: str, value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in cast("list[Any]", value))
    return stack.person_name(str(value)) if name in _PERSON_FIELDS else str(value)


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None
