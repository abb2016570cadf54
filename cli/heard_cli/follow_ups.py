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
    found, more = _open(stack, business, limit)
    now = clock.stamp(clock.now())
    if as_json:
        show.data([_told(task, now) for task in found])
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
        for task in found:
            due = (
                Text(f"{show.at(task.due_at)} overdue", style="red")
                if task.due_at < now
                else Text(show.at(task.due_at))
            )
            standing = (
                task.status.value,
                task.level,
                task.queue,
                task.platform,
                _claimed_by(task, now),
                task.why,
                task.id,
            )
            rows.append((due, show.severity(task.severity.value), *standing))
        show.table(columns, rows, empty="Nothing waits for a person.")
    if more:
        show.say(f"There are more than {limit}: raise --limit to see them.")


def _open(stack: Stack, business: str, limit: int) -> tuple[list[FollowUp], bool]:
    """A business's open follow-ups by due time, and whether there are more than the limit."""
    found: list[FollowUp] = []
    after: str | None = None
    while True:
        page, after = stack.work.open_follow_ups(
            business, limit=min(_PAGE, limit + 1 - len(found)), after=after
        )
        found += page
        if after is None or len(found) > limit:
            return found[:limit], len(found) > limit


def _claimed_by(task: FollowUp, now: str) -> str | None:
    return task.claimed_by if task.claim_expires_at and now < task.claim_expires_at else None


def _told(task: FollowUp, now: str) -> dict[str, Any]:
    shown = (
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
    known: dict[str, Any] = {name: getattr(task, name) for name in shown}
    known |= {
        "severity": task.severity.value,
        "status": task.status.value,
        "reviews": list(task.reviews),
    }
    known |= {"rules": list(task.rules), "checklist": task.checklist}
    return known | {"overdue": task.due_at < now, "claimed_by": _claimed_by(task, now)}
