"""`heard policy experiments`.

Which wording of an acknowledgement does better, by what happened next (R27).
"""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import Annotated, Final

import typer
from rich.text import Text

from heard import clock
from heard.acknowledgements.experiments import (
    ALPHA,
    ENOUGH,
    Comparison,
    Estimate,
    Followed,
    Group,
    Measure,
    Report,
    Verdict,
    report,
)
from heard.outcomes import Kind
from heard.storage.history import Past
from heard.storage.outcome_log import Question
from heard_cli import show
from heard_cli.durations import period
from heard_cli.policy.history import outcomes
from heard_cli.stack import Stack, on_stack

_PAGE: Final = 500
_WHOSE: Final = frozenset({Kind.ACCEPTED, Kind.ACKNOWLEDGED, Kind.REPLY_SENT})
_WORDS: Final = {
    Measure.EDITED: "edited",
    Measure.SECOND_COMPLAINT: "second complaint",
    Measure.WITHDRAWN: "withdrawn",
    Measure.RATING_CHANGE: "rating change",
}


@on_stack
def experiments(
    stack: Stack,
    business: Annotated[str, typer.Option(help="Whose.")],
    since: Annotated[
        str,
        typer.Option(
            "--from", help="ISO 8601 (UTC if no zone is said), or how long ago: 90m, 24h, 7d."
        ),
    ] = "90d",
    until: Annotated[
        str, typer.Option("--to", help="The same, or now: acknowledgements until then.")
    ] = "now",
    days: Annotated[
        int, typer.Option(min=1, max=365, help="For how long each acknowledged review is followed.")
    ] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Compare the variants of acknowledgements by what their reviews' authors did next.

    Edits, ratings, second complaints, withdrawals.
    """
    now = clock.now()
    start, end = period(since, until, now)
    stack.business(business)
    log_ends = min(now, end + timedelta(days=days))
    question = Question(business, start, log_ends)
    followed = Followed(days, end, log_ends)
    past = Past(stack.dynamodb, stack.outputs["WorkTableName"])
    with show.progress() as bar:
        task = bar.add_task("Following reviews", total=None)
        for some in batched(outcomes(stack, question), _PAGE, strict=False):
            # Only their author tells that two reviews belong together, and the log does not say who
            # that is.
            reviews = {
                outcome.review for outcome in some if outcome.kind in _WHOSE
            } - followed.authors.keys()
            followed.authors |= past.authors(reviews)
            for outcome in some:
                followed.hear(outcome)
            bar.advance(task, len(some))
    found = report(followed)
    if as_json:
        show.data(found.to_json())
    else:
        _tell(found)


def _tell(found: Report) -> None:
    if not found.groups:
        show.say(
            "No acknowledgement of this period has been followed for long enough."
            if found.waiting
            else "Nothing was acknowledged."
        )
    for group in found.groups:
        show.line(
            f"{group.name}: {sum(group.reviews.values()):,} reviews, each followed for "
            f"{found.days} days",
            style="bold",
        )
        rows = [
            _row(group, variant)
            for variant in sorted(
                group.reviews, key=lambda variant: (variant != group.reference, variant)
            )
        ]
        show.table(("variant", "reviews", *_WORDS.values()), rows, empty="")
        for line, style in _verdicts(group):
            show.line(f"  {line}", style=style)
        show.line()
    if found.waiting:
        show.say(
            f"{found.waiting:,} acknowledgements are younger than {found.days} days and were not "
            "counted yet."
        )
    if found.comparisons:
        show.say(
            f"Intervals are of 95 %; those of the {found.comparisons} differences are wider, so "
            "that all of them together err in at most "
            f"{ALPHA:.0%} of reports."
        )


def _row(group: Group, variant: str) -> tuple[show.Cell, ...]:
    name = Text(variant, style="bold" if variant == group.reference else "")
    return (
        name,
        f"{group.reviews[variant]:,}",
        *(_estimate(measure, group.estimates[variant][measure]) for measure in Measure),
    )


def _estimate(measure: Measure, found: Estimate) -> str:
    if not found.n:
        return "-"
    if measure is Measure.RATING_CHANGE:
        reach = (
            ""
            if found.low is None or found.high is None
            else f" ({found.low:+.2f} to {found.high:+.2f})"
        )
        return f"{found.value:+.2f} stars{reach}"
    return f"{found.value:.1%} ({found.low or 0:.1%} to {found.high or 0:.1%})"


def _verdicts(group: Group) -> list[tuple[str, str]]:
    if len(group.reviews) < 2:
        return [("Only one variant was sent; there is nothing to compare it with.", "")]
    lines: list[tuple[str, str]] = [
        (_difference(each), "bold yellow")
        for each in group.comparisons
        if each.verdict is Verdict.DIFFERENT
    ]
    for verdict, told in (
        (Verdict.NO_DIFFERENCE, "No difference"),
        (
            Verdict.TOO_FEW,
            f"No difference can be told yet (fewer than {ENOUGH} reviews, or hardly an event)",
        ),
    ):
        same = [each for each in group.comparisons if each.verdict is verdict]
        for variant in dict.fromkeys(each.variant for each in same):
            measures = ", ".join(_WORDS[each.measure] for each in same if each.variant == variant)
            lines.append((f"{told} between {variant} and {group.reference}: {measures}.", ""))
    return lines


def _difference(found: Comparison) -> str:
    difference, low, high = found.difference or 0.0, found.low or 0.0, found.high or 0.0
    if found.measure is Measure.RATING_CHANGE:
        told = f"{difference:+.2f} stars ({low:+.2f} to {high:+.2f})"
    else:
        told = f"{100 * difference:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
    return f"DIFFERENT: {found.variant} against {found.reference}, {_WORDS[found.measure]} {told}."
