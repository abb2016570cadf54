"""`heard policy diff`.

What another policy would have done with past reviews, as a table, JSON or a page.
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
from heard.policy.simulation import MINUTES, Aspect, Change, Simulation, simulate
from heard_cli import show
from heard_cli.durations import period
from heard_cli.policy import history as reviews
from heard_cli.policy.report import DAYS, ROUTES, Subject, page
from heard_cli.policy.versions import Chosen, chosen
from heard_cli.stack import Stack, on_stack

DEMO: Final = "demo"
_MOST_RULES: Final = 10


@on_stack
def diff(
    stack: Stack,
    old: Annotated[
        str,
        typer.Argument(
            help="A policy file, default (the playbook's), published, or a version's number or "
            "hash."
        ),
    ],
    new: Annotated[str, typer.Argument(help="The same.")],
    on: Annotated[
        str | None,
        typer.Option(
            help="Past reviews: a JSONL file of assessments or of raw reviews, - for standard "
            "input, or demo."
        ),
    ] = None,
    business: Annotated[
        str | None, typer.Option(help="Whose versions; and without --on, whose stored reviews.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--from", help="ISO 8601 (UTC if no zone is said), or how long ago: 90m, 24h, 7d."
        ),
    ] = "30d",
    until: Annotated[str, typer.Option("--to", help="The same, or now.")] = "now",
    minutes: Annotated[
        str,
        typer.Option(
            help="What a follow-up takes a person, by severity, where you have measured it: "
            "critical=30,high=15."
        ),
    ] = "",
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a page with plots to this file.")
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text", help="Show the customers' words in examples: mind who will see them."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Compare two policies on past reviews.

    What changes its route, what that costs people, and examples of each change.

    Exit code 2 if lines of the file could not be read; the rest was compared.
    """
    now = clock.now()
    spent = _minutes(minutes)
    before, after = (chosen(reference, stack, business) for reference in (old, new))
    past = _past(stack, on, business, since, until, now, with_text=with_text)
    with show.progress() as bar:
        found = simulate(
            bar.track(past.found, total=past.total, description="Deciding past reviews"),
            before.policy,
            after.policy,
            now=now,
            minutes=spent,
        )
    if html:
        about = Subject(
            before.label,
            before.policy.hash,
            after.label,
            after.policy.hash,
            past.source,
            [*past.notes, *_left_out(past)],
            now,
        )
        html.write_text(page(found, about), encoding="utf-8")
    if as_json:
        show.data(_json(found, before, after, past))
    else:
        _table(found, before, after, past, with_text=with_text)
    if html:
        show.say(f"The page is {html}.")
    if past.faults:
        for fault in past.faults:
            show.say(fault)
        unread = past.left_out["not readable"]
        show.failed(
            f"{unread} lines could not be read; all else was compared.",
            "Mend them and try again, or take them out.",
        )
        raise typer.Exit(2)


def _past(
    stack: Stack,
    on: str | None,
    business: str | None,
    since: str,
    until: str,
    now: datetime,
    *,
    with_text: bool,
) -> reviews.PastReviews:
    if on == DEMO:
        return reviews.from_demo(now, with_text=with_text)
    if on is not None:
        return reviews.from_file(on, with_text=with_text)
    if business is None:
        raise typer.BadParameter(
            "say on which reviews: --on reviews.jsonl, --on demo, or --business with --from and "
            "--to.",
            param_hint="--on",
        )
    stack.business(business)
    start, end = period(since, until, now)
    return reviews.from_stack(stack, business, start, end, with_text=with_text)


def _minutes(given: str) -> Mapping[Severity, int]:
    """The assumption with what is known better. Raises BadParameter."""
    spent = dict(MINUTES)
    for part in filter(None, (each.strip() for each in given.split(","))):
        name, _, number = part.partition("=")
        if (
            name.strip() not in {severity.value for severity in Severity}
            or not number.strip().isdecimal()
        ):
            known = ",".join(f"{severity.value}={count}" for severity, count in MINUTES.items())
            raise typer.BadParameter(
                f"{part!r} says no minutes. Write for example {known}", param_hint="--minutes"
            )
        spent[Severity(name.strip())] = int(number)
    return spent


def _left_out(past: reviews.PastReviews) -> list[str]:
    return [
        f"{count} reviews were left out: {why.replace('_', ' ')}."
        for why, count in past.left_out.most_common()
        if why != "erased"
    ]


def _json(
    found: Simulation, before: Chosen, after: Chosen, past: reviews.PastReviews
) -> dict[str, Any]:
    policies = {
        "before": {"name": before.label, "hash": before.policy.hash},
        "after": {"name": after.label, "hash": after.policy.hash},
        "source": past.source,
    }
    return (
        policies
        | found.to_json()
        | {"notes": past.notes, "left_out": dict(past.left_out), "faults": past.faults}
    )


def _table(
    found: Simulation, before: Chosen, after: Chosen, past: reviews.PastReviews, *, with_text: bool
) -> None:
    if not found.reviews:
        show.say("There are no past reviews to compare on.")
        return
    show.line(f"{before.label} → {after.label} on {found.reviews:,} reviews ({past.source})")
    if before.policy.hash == after.policy.hash:
        show.line("Both are the same policy: nothing changes.", style="green")
        return
    if not found.changed:
        show.line("Nothing changes for any of them.", style="green")
        return
    show.line(
        f"{found.changed:,} would be treated differently; {found.rerouted:,} of them take another "
        "route.",
        style="bold",
    )
    if lost := found.lost:
        told = ", ".join(
            f"{count:,} {severity.value}"
            for severity, count in sorted(lost.items(), key=lambda each: -each[0].rank)
        )
        show.line(
            f"{lost.total():,} that a person got would reach nobody any more: {told}.",
            style="bold red",
        )
    rows: list[tuple[show.Cell, ...]] = []
    for route in ROUTES:
        counts = [found.routes[route, new] for new in ROUTES]
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
    show.table(("", "today", "new", "difference"), _loads(found), empty="")
    show.table(
        ("decided by", "now by", "reviews"),
        [
            (old, "the same" if old == new else new, f"{count:,}")
            for (old, new), count in found.rules.most_common(_MOST_RULES)
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
    show.table(columns, _examples(found, with_text=with_text), empty="")
    spent = ", ".join(f"{severity.value} {count}" for severity, count in found.minutes.items())
    show.say(
        f"Assumed minutes a follow-up: {spent} (--minutes). Hours are those of {found.timezone}."
    )
    if found.undated:
        show.say(f"{found.undated:,} reviews have no time; they are not in the busiest hours.")
    for note in (*past.notes, *_left_out(past)):
        show.say(note)


def _loads(found: Simulation) -> list[tuple[show.Cell, ...]]:
    before, after = found.before, found.after
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
            f"{found.extra_hours:+,.1f}",
        ),
    ]
    if weeks := found.weeks:
        hours = [load.minutes / 60 / weeks for load in (before, after)]
        rows.append(
            (
                "human hours a week",
                f"{hours[0]:,.1f}",
                f"{hours[1]:,.1f}",
                f"{hours[1] - hours[0]:+,.1f}",
            )
        )
        busiest = [
            max(range(len(load.due)), key=lambda hour, load=load: load.due[hour])
            for load in (before, after)
        ]
        told = [
            f"{DAYS[hour // 24]} {hour % 24:02d}:00 ({load.due[hour] / weeks:,.1f})"
            for hour, load in zip(busiest, (before, after), strict=True)
        ]
        rows.append(("busiest hour, due a week", *told, ""))
    more = after.acknowledgements - before.acknowledgements
    rows.append(
        (
            "acknowledged automatically",
            f"{before.acknowledgements:,}",
            f"{after.acknowledgements:,}",
            f"{more:+,}",
        )
    )
    return rows


def _examples(found: Simulation, *, with_text: bool) -> list[tuple[show.Cell, ...]]:
    rows: list[tuple[show.Cell, ...]] = []
    for kind, count in found.ranked:
        for number, change in enumerate(found.examples[kind]):
            first = (kind, f"{count:,}") if number == 0 else ("", "")
            rows.append(
                (
                    *first,
                    *_example(change, found.zone),
                    *((change.review.text,) if with_text else ()),
                )
            )
    return rows


def _example(change: Change, zone: tzinfo) -> tuple[show.Cell, ...]:
    review, before, after = change.review, change.before, change.after
    match change.aspects[0]:
        case Aspect.PRIORITY:
            told = f"{before.priority} → {after.priority}"
        case Aspect.SLA if before.due_at and after.due_at:
            told = " → ".join(
                f"{due.astimezone(zone):%a %d %b %H:%M}" for due in (before.due_at, after.due_at)
            )
        case _:
            told = ""
    cause = (
        before.fired[0]
        if before.fired[0] == after.fired[0]
        else f"{before.fired[0]} → {after.fired[0]}"
    )
    severity = show.severity(review.assessment.severity.value)
    return review.id, severity, review.context.platform or review.context.channel.value, told, cause
