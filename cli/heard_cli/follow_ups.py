"""`heard follow-ups`: reviews that wait for a person, as operators see them.

Agents resolve them at the desk, not here.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from heard import clock
from heard.follow_ups import FollowUp
from heard_cli import options, show
from heard_cli.review_texts import ReviewText, read_review_texts
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Follow-ups: reviews that wait for a person.", no_args_is_help=True, add_completion=False
)

_PAGE = 100


@app.callback()
def follow_ups() -> None:
    """Follow-ups: reviews that wait for a person."""


@app.command("list", epilog="Example: heard follow-ups list --business acme")
@on_stack
def list_open(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    limit: Annotated[int, options.LIMIT] = 200,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the open follow-ups of a business by due time. Overdue ones are red.

    Each shows the author, the stars and the first words of its newest review.
    """
    stack.business(business)
    entries, more = _open_follow_ups(stack, business, limit)
    texts = read_review_texts(stack, [entry.reviews[-1] for entry in entries])
    now = clock.format_time(clock.now())
    if as_json:
        show.data([_follow_up_json(entry, texts[entry.reviews[-1]], now) for entry in entries])
    else:
        show.table(
            (
                *("due", "severity", "status", "level", "queue", "platform", "claimed by"),
                *("follow-up", "author", "stars", "review"),
            ),
            [_table_row(stack, entry, texts[entry.reviews[-1]], now) for entry in entries],
            empty="No open follow-ups.",
            drop_order=(
                *("level", "queue", "platform", "claimed by", "stars", "author", "status"),
                *("severity", "due"),
            ),
        )
    if more:
        show.note(f"There are more than {limit}: raise --limit to see them.")
    elif entries and not as_json:
        read = stack.options.command_line(f"reviews show {entries[0].reviews[-1]}")
        show.note(f"The whole review and our replies: {read}")


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


def _table_row(
    stack: Stack, follow_up: FollowUp, text: ReviewText, now: str
) -> tuple[show.Cell, ...]:
    due = (
        Text(f"{show.timestamp(follow_up.due_at)} overdue", style="red")
        if follow_up.due_at < now
        else Text(show.timestamp(follow_up.due_at))
    )
    claimant = _claimed_by(follow_up, now)
    return (
        due,
        show.severity(follow_up.severity.value),
        follow_up.status.value,
        follow_up.level,
        follow_up.queue,
        follow_up.platform,
        stack.person_name(claimant) if claimant else None,
        follow_up.id,
        text.author_label,
        text.rating,
        text.excerpt,
    )


def _claimed_by(follow_up: FollowUp, now: str) -> str | None:
    return (
        follow_up.claimed_by
        if follow_up.claim_expires_at and now < follow_up.claim_expires_at
        else None
    )


def _follow_up_json(follow_up: FollowUp, text: ReviewText, now: str) -> dict[str, Any]:
    return {
        "id": follow_up.id,
        "business": follow_up.business,
        "thread": follow_up.thread,
        "reviews": list(follow_up.reviews),
        "platform": follow_up.platform,
        "channel": follow_up.channel,
        "severity": follow_up.severity.value,
        "queue": follow_up.queue,
        "priority": follow_up.priority,
        "status": follow_up.status.value,
        "level": follow_up.level,
        "why": follow_up.why,
        "rules": list(follow_up.rules),
        "checklist": follow_up.checklist,
        "opened_at": follow_up.opened_at,
        "due_at": follow_up.due_at,
        "overdue": follow_up.due_at < now,
        "promised_for": follow_up.promised_for,
        "claimed_by": _claimed_by(follow_up, now),
        **text.to_json(),
    }
