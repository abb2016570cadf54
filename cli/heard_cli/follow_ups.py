"""`heard follow-ups`: what waits for a person, as operators see it. Answering is the desk's."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from heard import clock
from heard.follow_ups import FollowUp
from heard_cli import show
from heard_cli.stack import Stack, on_stack

app = typer.Typer(help="What waits for a person.", no_args_is_help=True, add_completion=False)

_PAGE = 100


@app.callback()
def follow_ups() -> None:
    """What waits for a person."""


@app.command("list", epilog="Example: heard follow-ups list --business acme")
@on_stack
def list_open(
    stack: Stack,
    business: Annotated[str, typer.Option(help="Whose.")],
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List a business's open follow-ups by due time; overdue ones are red."""
    stack.business(business)
    entries, more = _open_follow_ups(stack, business, limit)
    now = clock.format_time(clock.now())
    if as_json:
        show.data([_follow_up_json(follow_up, now) for follow_up in entries])
    else:
        columns = (
            "due",
            "severity",
            "status",
            "level",
            "queue",
            "platform",
            "claimed by",
            "why",
            "follow-up",
        )
        rows: list[tuple[show.Cell, ...]] = []
        for task in entries:
            due = (
                Text(f"{show.timestamp(task.due_at)} overdue", style="red")
                if task.due_at < now
                else Text(show.timestamp(task.due_at))
            )
            cells = (
                task.status.value,
                task.level,
                task.queue,
                task.platform,
                _claimed_by(task, now),
                task.why,
                task.id,
            )
            rows.append((due, show.severity(task.severity.value), *cells))
        show.table(columns, rows, empty="Nothing waits for a person.")
    if more:
        show.note(f"There are more than {limit}: raise --limit to see them.")


def _open_follow_ups(stack: Stack, business: str, limit: int) -> tuple[list[FollowUp], bool]:
    """A business's open follow-ups by due time, and whether there are more than the limit."""
    entries: list[FollowUp] = []
    after: str | None = None
    while True:
        page, after = stack.cases.open_follow_ups(
            business, limit=min(_PAGE, limit + 1 - len(entries)), after=after
        )
        entries += page
        if after is None or len(entries) > limit:
            return entries[:limit], len(entries) > limit


def _claimed_by(follow_up: FollowUp, now: str) -> str | None:
    return (
        follow_up.claimed_by
        if follow_up.claim_expires_at and now < follow_up.claim_expires_at
        else None
    )


def _follow_up_json(follow_up: FollowUp, now: str) -> dict[str, Any]:
    names = (
        "id",
        "business",
        "thread",
        "platform",
        "channel",
        "queue",
        "priority",
        "opened_at",
        "due_at",
        "level",
        "why",
        "promised_for",
    )
    fields: dict[str, Any] = {name: getattr(follow_up, name) for name in names}
    fields |= {
        "severity": follow_up.severity.value,
        "status": follow_up.status.value,
        "reviews": list(follow_up.reviews),
    }
    fields |= {"rules": list(follow_up.rules), "checklist": follow_up.checklist}
    return fields | {"overdue": follow_up.due_at < now, "claimed_by": _claimed_by(follow_up, now)}
