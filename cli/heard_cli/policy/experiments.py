"""`heard policy experiments`: which wording of an acknowledgement works better (R27)."""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import Annotated, Final

import typer
from rich.text import Text

from heard import clock
from heard.acknowledgements.experiments import (
    ALPHA,
    MIN_REVIEWS,
    Comparison,
    Conclusion,
    Estimate,
    ExperimentReport,
    ExposureTracker,
    Measure,
    VariantGroup,
    compare_variants,
)
from heard.outcomes import Kind
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli import options, show
from heard_cli.durations import parse_period
from heard_cli.outcome_pages import read_outcomes
from heard_cli.ranges import whole_number
from heard_cli.stack import Stack, on_stack

_PAGE: Final = 500
_AUTHOR_KINDS: Final = frozenset({Kind.ACCEPTED, Kind.ACKNOWLEDGED, Kind.REPLY_SENT})
_MEASURE_LABELS: Final = {
    Measure.EDITED: "edited",
    Measure.SECOND_COMPLAINT: "second complaint",
    Measure.WITHDRAWN: "withdrawn",
    Measure.RATING_CHANGE: "rating change",
}


@on_stack
def experiments(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    since: Annotated[str, options.FROM] = "90d",
    until: Annotated[
        str, typer.Option("--to", help="End time for acknowledgements: the same formats, or now.")
    ] = "now",
    days: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            parser=whole_number(1, 365),
            help="How many days each acknowledged review is observed.",
        ),
    ] = 30,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Compare acknowledgement variants by what the authors did next.

    It counts edits, rating changes, second complaints and withdrawals.
    """
    now = clock.now()
    start, end = parse_period(since, until, now)
    stack.business(business)
    log_ends = min(now, end + timedelta(days=days))
    criteria = OutcomeCriteria(business, start, log_ends)
    tracker = ExposureTracker(days, end, log_ends)
    with show.progress() as bar:
        progress_line = bar.add_task("Following reviews", total=None)
        for batch in batched(read_outcomes(stack.log, criteria), _PAGE, strict=False):
            # A second complaint is one by the same author. The log does not name authors.
            reviews = {
                outcome.review for outcome in batch if outcome.kind in _AUTHOR_KINDS
            } - tracker.authors.keys()
            tracker.authors |= stack.history.authors(reviews)
            for outcome in batch:
                tracker.add(outcome)
            bar.advance(progress_line, len(batch))
    results = compare_variants(tracker)
    if as_json:
        show.data(results.to_json())
    else:
        _print_results(results)


def _print_results(results: ExperimentReport) -> None:
    if not results.groups:
        show.note(
            "No acknowledgement of this period is old enough yet."
            if results.waiting_count
            else "Nothing was acknowledged."
        )
    for group in results.groups:
        show.line(
            f"{group.name}: {sum(group.reviews.values()):,} reviews, each followed for "
            f"{results.days} days",
            style="bold",
        )
        rows = [
            _row(group, variant)
            for variant in sorted(
                group.reviews, key=lambda variant: (variant != group.reference, variant)
            )
        ]
        show.table(("variant", "reviews", *_MEASURE_LABELS.values()), rows, empty="")
        for line, style in _verdict_lines(group):
            show.line(f"  {line}", style=style)
        show.line()
    if results.waiting_count:
        show.note(
            f"{results.waiting_count:,} acknowledgements are less than {results.days} days "
            "old and are not counted yet."
        )
    if results.comparisons:
        show.note(
            f"Intervals are 95 % confidence intervals. Those of the {results.comparisons} "
            "differences are wider (corrected for multiple comparisons): all together are "
            f"wrong in at most {ALPHA:.0%} of reports."
        )


def _row(group: VariantGroup, variant: str) -> tuple[show.Cell, ...]:
    name = Text(variant, style="bold" if variant == group.reference else "")
    return (
        name,
        f"{group.reviews[variant]:,}",
        *(_format_estimate(measure, group.estimates[variant][measure]) for measure in Measure),
    )


def _format_estimate(measure: Measure, estimate: Estimate) -> str:
    if not estimate.n:
        return "-"
    if measure is Measure.RATING_CHANGE:
        interval = (
            ""
            if estimate.low is None or estimate.high is None
            else f" ({estimate.low:+.2f} to {estimate.high:+.2f})"
        )
        return f"{estimate.value:+.2f} stars{interval}"
    return f"{estimate.value:.1%} ({estimate.low or 0:.1%} to {estimate.high or 0:.1%})"


def _verdict_lines(group: VariantGroup) -> list[tuple[str, str]]:
    if len(group.reviews) < 2:
        return [("Only one variant was sent; there is nothing to compare it with.", "")]
    lines: list[tuple[str, str]] = [
        (_describe_difference(comparison), "bold yellow")
        for comparison in group.comparisons
        if comparison.conclusion is Conclusion.DIFFERENT
    ]
    for verdict, text in (
        (Conclusion.NO_DIFFERENCE, "No difference"),
        (
            Conclusion.TOO_FEW,
            f"Not enough data yet (fewer than {MIN_REVIEWS} reviews, or almost no events)",
        ),
    ):
        comparisons = [
            comparison for comparison in group.comparisons if comparison.conclusion is verdict
        ]
        for variant in dict.fromkeys(comparison.variant for comparison in comparisons):
            measures = ", ".join(
                _MEASURE_LABELS[comparison.measure]
                for comparison in comparisons
                if comparison.variant == variant
            )
            lines.append((f"{text} between {variant} and {group.reference}: {measures}.", ""))
    return lines


def _describe_difference(comparison: Comparison) -> str:
    difference, low, high = (
        comparison.difference or 0.0,
        comparison.low or 0.0,
        comparison.high or 0.0,
    )
    if comparison.measure is Measure.RATING_CHANGE:
        text = f"{difference:+.2f} stars ({low:+.2f} to {high:+.2f})"
    else:
        text = f"{100 * difference:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
    return (
        f"DIFFERENT: {comparison.variant} against {comparison.reference}, "
        f"{_MEASURE_LABELS[comparison.measure]} {text}."
    )
