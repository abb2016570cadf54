"""`heard policy diff`: what another policy would have done with past reviews.

The result is tables, JSON, or an HTML page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from heard import clock
from heard.assessment import Severity
from heard.policy.simulation import MINUTES, Aspect, DecisionChange, Simulation, simulate
from heard_cli import options, show
from heard_cli.completion import complete_businesses
from heard_cli.durations import parse_period
from heard_cli.policy import history as past_reviews
from heard_cli.policy.diff_page import DAYS, ROUTES, ReportMetadata, render_page
from heard_cli.policy.versions import ResolvedPolicy, resolve_policy
from heard_cli.stack import Stack, on_stack

DEMO: Final = "demo"
_MOST_RULES: Final = 10


@on_stack
def diff(
    stack: Stack,
    old: Annotated[
        str,
        typer.Argument(
            help=(
                "A policy file, default (the playbook), published (the active version), or a "
                "version's number or hash."
            )
        ),
    ],
    new: Annotated[str, typer.Argument(help="The policy to compare with: the same formats.")],
    on: Annotated[
        str | None,
        typer.Option(
            help=(
                "Past reviews: a JSONL file of assessments or reviews, - for standard input, or "
                "demo (the included samples)."
            )
        ),
    ] = None,
    business: Annotated[
        str | None,
        typer.Option(
            help="Id of the business, for its policy versions and (without --on) its stored "
            "reviews.",
            autocompletion=complete_businesses,
        ),
    ] = None,
    since: Annotated[str, options.FROM] = "30d",
    until: Annotated[str, options.TO] = "now",
    minutes: Annotated[
        str,
        typer.Option(
            help=(
                "Minutes of work per follow-up, by severity, if you measured them: "
                "critical=30,high=15."
            )
        ),
    ] = "",
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a page with plots to this file.")
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option("--with-text", help="Show the customers' words in examples (personal data)."),
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Compare two policies on past reviews.

    The result shows which reviews change their route, how the workload changes, and examples of
    each change.

    Exit code 2 if some lines of the file could not be read; the others were compared.
    """
    now = clock.now()
    minutes_by_severity = _parse_minutes(minutes)
    before, after = (resolve_policy(reference, stack, business) for reference in (old, new))
    history = _read_history(stack, on, business, since, until, now, with_text=with_text)
    with show.progress() as bar:
        simulation = simulate(
            bar.track(history.reviews, total=history.total, description="Deciding past reviews"),
            before.policy,
            after.policy,
            now=now,
            minutes=minutes_by_severity,
        )
    if html:
        metadata = ReportMetadata(
            before.label,
            before.policy.hash,
            after.label,
            after.policy.hash,
            history.source,
            [*history.notes, *_skipped_notes(history)],
            now,
        )
        html.write_text(render_page(simulation, metadata), encoding="utf-8")
    if as_json:
        show.data(_json(simulation, before, after, history))
    else:
        _print_tables(simulation, before, after, history, with_text=with_text)
    if html:
        show.note(f"The page is {html}.")
    if history.line_errors:
        for line_error in history.line_errors:
            show.note(line_error)
        unreadable = show.count(history.skip_reasons["not readable"], "line")
        show.error(
            f"{unreadable} could not be read. The others were compared.",
            "Fix or remove the unreadable lines, then try again.",
        )
        raise typer.Exit(2)


def _read_history(
    stack: Stack,
    on: str | None,
    business: str | None,
    since: str,
    until: str,
    now: datetime,
    *,
    with_text: bool,
) -> past_reviews.ReviewHistory:
    if on == DEMO:
        return past_reviews.from_demo(now, with_text=with_text)
    if on is not None:
        return past_reviews.from_file(on, with_text=with_text)
    if business is None:
        raise typer.BadParameter(
            "give the reviews: --on reviews.jsonl, --on demo, or --business with --from and --to.",
            param_hint="--on",
        )
    stack.business(business)
    start, end = parse_period(since, until, now)
    return past_reviews.from_stack(stack, business, start, end, with_text=with_text)


def _parse_minutes(text: str) -> Mapping[Severity, int]:
    """The assumed minutes, with the measured ones in their place. Raises BadParameter."""
    minutes_by_severity = dict(MINUTES)
    for part in filter(None, (pair.strip() for pair in text.split(","))):
        name, _, number = part.partition("=")
        if (
            name.strip() not in {severity.value for severity in Severity}
            or not number.strip().isdecimal()
        ):
            example = ",".join(f"{severity.value}={count}" for severity, count in MINUTES.items())
            raise typer.BadParameter(
                f"{part!r} is not a severity with its minutes. Write for example {example}",
                param_hint="--minutes",
            )
        minutes_by_severity[Severity(name.strip())] = int(number)
    return minutes_by_severity


def _skipped_notes(history: past_reviews.ReviewHistory) -> list[str]:
    return [
        f"Left out ({why.replace('_', ' ')}): {show.count(count, 'review')}."
        for why, count in history.skip_reasons.most_common()
        if why != "erased"
    ]


def _json(
    simulation: Simulation,
    before: ResolvedPolicy,
    after: ResolvedPolicy,
    history: past_reviews.ReviewHistory,
) -> dict[str, Any]:
    header = {
        "before": {"name": before.label, "hash": before.policy.hash},
        "after": {"name": after.label, "hash": after.policy.hash},
        "source": history.source,
    }
    return (
        header
        | simulation.to_json()
        | {
            "notes": history.notes,
            "skipped": dict(history.skip_reasons),
            "line_errors": history.line_errors,
        }
    )


def _print_tables(
    simulation: Simulation,
    before: ResolvedPolicy,
    after: ResolvedPolicy,
    history: past_reviews.ReviewHistory,
    *,
    with_text: bool,
) -> None:
    if not simulation.reviews:
        show.note("There are no past reviews to compare.")
        return
    show.line(
        f"{before.label} → {after.label} on {simulation.reviews:,} reviews ({history.source})"
    )
    if before.policy.hash == after.policy.hash:
        show.line("Both are the same policy: nothing changes.", style="green")
        return
    if not simulation.changed:
        show.line("Nothing changes for any of them.", style="green")
        return
    show.line(
        (
            f"{simulation.changed:,} would be treated differently; {simulation.rerouted:,} of "
            "them take another route."
        ),
        style="bold",
    )
    if lost := simulation.lost_person:
        lost_text = ", ".join(
            f"{count:,} {severity.value}"
            for severity, count in sorted(lost.items(), key=lambda entry: -entry[0].rank)
        )
        show.line(
            (
                f"{lost.total():,} that went to a person before would no longer reach one: "
                f"{lost_text}."
            ),
            style="bold red",
        )
    rows: list[tuple[show.Cell, ...]] = []
    for route in ROUTES:
        counts = [simulation.routes[route, new] for new in ROUTES]
        if any(counts):
            cells = [
                Text(
                    f"{count:,}" if count else "·",
                    style="" if new is route or not count else "bold yellow",
                )
                for new, count in zip(ROUTES, counts, strict=True)
            ]
            rows.append((route.value, *cells))
    show.table(("today \\ new", *(route.value for route in ROUTES)), rows, empty="")
    show.table(("", "today", "new", "difference"), _workload_rows(simulation), empty="")
    show.table(
        ("decided by", "now by", "reviews"),
        [
            (old, "the same" if old == new else new, f"{count:,}")
            for (old, new), count in simulation.rules.most_common(_MOST_RULES)
        ],
        empty="",
    )
    columns = (
        "change",
        "reviews",
        "for example",
        "severity",
        "platform",
        "",
        "decided by",
        *(("words",) if with_text else ()),
    )
    show.table(columns, _examples(simulation, with_text=with_text), empty="")
    minutes_text = ", ".join(
        f"{severity.value} {count}" for severity, count in simulation.minutes.items()
    )
    show.note(
        f"Assumed minutes per follow-up: {minutes_text} (--minutes). Hours are those of "
        f"{simulation.timezone}."
    )
    if simulation.undated:
        show.note(
            f"Without a time, and not counted in the busiest hours: "
            f"{show.count(simulation.undated, 'review')}."
        )
    for note in (*history.notes, *_skipped_notes(history)):
        show.note(note)


def _workload_rows(simulation: Simulation) -> list[tuple[show.Cell, ...]]:
    before, after = simulation.before, simulation.after
    rows: list[tuple[show.Cell, ...]] = [
        (
            "follow-ups",
            f"{before.follow_ups:,}",
            f"{after.follow_ups:,}",
            f"{after.follow_ups - before.follow_ups:+,}",
        ),
        (
            "human hours",
            f"{before.minutes / 60:,.1f}",
            f"{after.minutes / 60:,.1f}",
            f"{simulation.extra_hours:+,.1f}",
        ),
    ]
    if weeks := simulation.weeks:
        hours = [load.minutes / 60 / weeks for load in (before, after)]
        rows.append(
            (
                "human hours per week",
                f"{hours[0]:,.1f}",
                f"{hours[1]:,.1f}",
                f"{hours[1] - hours[0]:+,.1f}",
            )
        )
        busiest = [
            max(range(len(load.due)), key=lambda hour, load=load: load.due[hour])
            for load in (before, after)
        ]
        busiest_texts = [
            f"{DAYS[hour // 24]} {hour % 24:02d}:00 ({load.due[hour] / weeks:,.1f})"
            for hour, load in zip(busiest, (before, after), strict=True)
        ]
        rows.append(("busiest hour (due per week)", *busiest_texts, ""))
    difference = after.acknowledgements - before.acknowledgements
    rows.append(
        (
            "acknowledged automatically",
            f"{before.acknowledgements:,}",
            f"{after.acknowledgements:,}",
            f"{difference:+,}",
        )
    )
    return rows


def _examples(simulation: Simulation, *, with_text: bool) -> list[tuple[show.Cell, ...]]:
    rows: list[tuple[show.Cell, ...]] = []
    for kind, count in simulation.ranked_kinds:
        for number, change in enumerate(simulation.examples[kind]):
            first = (kind, f"{count:,}") if number == 0 else ("", "")
            rows.append(
                (
                    *first,
                    *_example(change, simulation.zone),
                    *((change.review.text,) if with_text else ()),
                )
            )
    return rows


def _example(change: DecisionChange, zone: tzinfo) -> tuple[show.Cell, ...]:
    review, before, after = change.review, change.before, change.after
    match change.aspects[0]:
        case Aspect.PRIORITY:
            change_text = f"{before.priority} → {after.priority}"
        case Aspect.SLA if before.due_at and after.due_at:
            change_text = " → ".join(
                f"{due.astimezone(zone):%a %d %b %H:%M}" for due in (before.due_at, after.due_at)
            )
        case _:
            change_text = ""
    cause = (
        before.fired[0]
        if before.fired[0] == after.fired[0]
        else f"{before.fired[0]} → {after.fired[0]}"
    )
    severity = show.severity(review.assessment.severity.value)
    return (
        review.id,
        severity,
        review.context.platform or review.context.channel.value,
        change_text,
        cause,
    )
