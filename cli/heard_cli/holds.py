"""`heard holds`: what must be kept for now, whoever wants it deleted."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

import typer

from heard import clock
from heard.clock import format_time
from heard.errors import Contention
from heard.holds import Hold, HoldReason
from heard.steps.retention import lift_hold
from heard_cli import options, show
from heard_cli.author_ids import EMAIL, resolve_author
from heard_cli.confirm import confirm
from heard_cli.ranges import calendar_day
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="Holds: what must be kept for now, whoever wants it deleted.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command(
    epilog="Example: heard holds add --business acme --reason lawsuit --contact legal@acme.example "
    "--until 2027-06-30 --author cus-77 --platform standard"
)
@on_stack
def add(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    reason: Annotated[HoldReason, typer.Option(help="Why it must be kept.")],
    contact: Annotated[str, typer.Option(help="Whom to ask about it: who set it, for example.")],
    until: Annotated[
        date,
        typer.Option(metavar="DAY", parser=calendar_day, help="Its last day (UTC)."),
    ],
    review: Annotated[
        list[str] | None, typer.Option(help="A review to keep; give it several times for more.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="Keep all reviews of this author of --platform.")
    ] = None,
    platform: Annotated[str, options.PLATFORM] = "",
    email: Annotated[bool, EMAIL] = False,
    start: Annotated[
        date | None,
        typer.Option(
            "--from",
            metavar="DAY",
            parser=calendar_day,
            help="Keep every review to which something happened from this day on.",
        ),
    ] = None,
    end: Annotated[
        date | None,
        typer.Option("--to", metavar="DAY", parser=calendar_day, help="Until this day."),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Set a hold: on reviews, on an author, or on a period.

    Nobody can erase what it keeps, and retention passes it over. Reviews are answered as before.
    """
    stack.business(business)
    if sum((bool(review), author is not None, bool(start or end))) != 1:
        raise typer.BadParameter(
            "give one of --review, --author, or --from with --to.", param_hint="--review"
        )
    if bool(start) != bool(end) or (start and end and start > end):
        raise typer.BadParameter("a period is --from and --to, in this order.", param_hint="--from")
    if not contact.strip():
        raise typer.BadParameter("somebody must be there to be asked.", param_hint="--contact")
    now = clock.now()
    if until < now.date():
        raise typer.BadParameter(f"{until} is over.", param_hint="--until")
    for id in review or ():
        state = stack.cases.find_review(id)
        if state is None or state.business != business:
            raise CommandError(f"{business} has no review {id}.", "Check the id (rev_…).")
    author_id = None
    if author is not None:
        author_id = resolve_author(stack, author, business, platform, email=email)
    hold = Hold(
        id=f"hld_{secrets.token_hex(8)}",
        business=business,
        reason=reason,
        contact=contact.strip(),
        since=now,
        until=until,
        reviews=tuple(dict.fromkeys(review or ())),
        author=author_id,
        start=start,
        end=end,
    )
    stack.holds.holds.put(hold)
    if as_json:
        show.data(_hold_json(hold))
    else:
        show.line(f"{hold.id} keeps {_scope(hold)} until {hold.until}.")


@app.command("list", epilog="Example: heard holds list --business acme")
@on_stack
def list_all(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    ended: Annotated[
        bool, typer.Option("--ended", help="Also those that ended in the last 400 days.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the holds of a business."""
    stack.business(business)
    now = clock.now()
    holds = [
        hold for hold in stack.holds.holds.of_business(business) if ended or hold.is_in_force(now)
    ]
    if as_json:
        show.data([_hold_json(hold) for hold in holds])
        return
    rows = [
        (
            hold.id,
            hold.reason.value,
            hold.contact,
            hold.until.isoformat(),
            show.timestamp(format_time(hold.lifted_at)) if hold.lifted_at else None,
            _scope(hold),
        )
        for hold in holds
    ]
    show.table(("hold", "reason", "ask", "until", "lifted", "keeps"), rows, empty="No holds.")


@app.command(epilog="Example: heard holds lift hld_5f0c1e2ab4d96a13 --business acme")
@on_stack
def lift(
    stack: Stack,
    hold: Annotated[str, typer.Argument(help="The id of the hold (hld_…).")],
    business: Annotated[str, options.BUSINESS],
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """End a hold. Retention deletes in the next night what the hold kept and whose time is over."""
    stack.business(business)
    if hold not in {other.id for other in stack.holds.holds.of_business(business)}:
        raise CommandError(
            f"{business} has no hold {hold}.", "List them:", f"holds list --business {business}"
        )
    if not yes:
        confirm(f"Lift {hold} at {business}?", "The hold stays.")
    # A run of retention is at work: the next one goes on from what the hold kept.
    with suppress(Contention):
        lift_hold(business, hold, stack.retention, clock.now())
    if as_json:
        show.data({"id": hold, "lifted": True})
    else:
        show.line(f"{hold} is lifted.")


def _scope(hold: Hold) -> str:
    if hold.author:
        return f"all reviews of {hold.author}"
    if hold.is_over_a_period:
        return f"reviews from {hold.start} to {hold.end}"
    return ", ".join(hold.reviews)


def _hold_json(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "business": hold.business,
        "reason": hold.reason.value,
        "contact": hold.contact,
        "since": format_time(hold.since),
        "until": hold.until.isoformat(),
        "reviews": list(hold.reviews),
        "author": hold.author,
        "from": hold.start.isoformat() if hold.start else None,
        "to": hold.end.isoformat() if hold.end else None,
        "lifted_at": format_time(hold.lifted_at) if hold.lifted_at else None,
    }
