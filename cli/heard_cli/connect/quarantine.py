"""`heard connect quarantine`.

Genuine deliveries that could not be read, and replaying them after a fix.

Replaying reads a delivery again with today's connector, as the webhook door does once it believes a
request. The signature was checked when it came and is not checked again: it has long been stale.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Annotated, Any

import typer

from heard.clock import moment
from heard.connectors import Request, load
from heard.errors import Unparseable
from heard.steps.ingest import queued
from heard.storage.quarantine import Quarantined
from heard_cli import show
from heard_cli.stack import Stack, Stop, on_stack


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one: how many events went to the queue, and why it stays if it does."""

    id: str
    events: int
    stays: str | None


@on_stack
def quarantine(
    stack: Stack,
    business: Annotated[str, typer.Option(help="Whose.")],
    show_id: Annotated[
        str | None, typer.Option("--show", metavar="ID", help="Show this one whole.")
    ] = None,
    replay_id: Annotated[
        str | None,
        typer.Option("--replay", metavar="ID", help="Read this one again and queue what it says."),
    ] = None,
    replay_all: Annotated[
        bool, typer.Option("--replay-all", help="Read all of them again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List genuine deliveries that could not be read, show one whole, or replay them after a fix.

    What still cannot be read stays, and the exit code is 1.
    """
    if sum((show_id is not None, replay_id is not None, replay_all)) > 1:
        raise typer.BadParameter(
            "one of --show, --replay, --replay-all at a time.", param_hint="--show"
        )
    stack.business(business)
    kept = stack.quarantine.of_business(business)
    if show_id:
        _show(_one(kept, show_id), as_json=as_json)
    elif replay_id or replay_all:
        _replay(stack, [_one(kept, replay_id)] if replay_id else kept, as_json=as_json)
    elif as_json:
        show.data([_about(each) for each in kept])
    else:
        rows = [
            (
                show.at(each.received_at),
                each.platform,
                len(each.body),
                each.why,
                each.connection,
                each.id,
            )
            for each in kept
        ]
        show.table(
            ("received", "platform", "bytes", "why", "connection", "delivery"),
            rows,
            empty="The quarantine is empty.",
        )


def replayed(stack: Stack, delivery: Quarantined) -> Replayed:
    """Read one delivery again, queue its events, and only then let it go.

    Raises Fault when the queue does not take them.
    """
    connection = stack.setup.connection(delivery.connection)
    if connection is None:
        return Replayed(delivery.id, 0, "its connection was removed")
    request = Request(delivery.method, delivery.headers, delivery.body, delivery.query)
    try:
        parsed = load(connection.platform).parse(request, connection, moment(delivery.received_at))
    except Unparseable as unreadable:
        return Replayed(delivery.id, 0, unreadable.detail)
    problems = "; ".join(parsed.problems)[:2000]
    if problems == delivery.why:
        # What could be read was queued when it came.
        return Replayed(delivery.id, 0, problems)
    # A delivery id of its own: the events may be other ones than those that were numbered when it
    # came.
    messages = queued(parsed, connection, f"{delivery.id}-{token_hex(2)}")
    if messages:
        stack.queue.send(messages)
    if problems:
        stack.quarantine.keep(replace(delivery, why=problems))
        return Replayed(delivery.id, len(messages), problems)
    stack.quarantine.release(delivery)
    return Replayed(delivery.id, len(messages), None)


def _replay(stack: Stack, deliveries: list[Quarantined], *, as_json: bool) -> None:
    done: list[Replayed] = []
    with show.progress() as bar:
        for delivery in bar.track(deliveries, description="Replaying"):
            done.append(replayed(stack, delivery))
    staying = [each for each in done if each.stays]
    if as_json:
        told = [
            {
                "id": each.id,
                "events": each.events,
                "released": each.stays is None,
                "why": each.stays,
            }
            for each in done
        ]
        show.data({"replayed": len(done) - len(staying), "stay": len(staying), "deliveries": told})
    else:
        rows = [
            (each.id, each.events, "stays" if each.stays else "released", each.stays)
            for each in done
        ]
        show.table(("delivery", "events queued", "", "why"), rows, empty="The quarantine is empty.")
    if staying:
        show.say(
            f"{len(staying)} still cannot be read and stay. They can be replayed again after the "
            "next fix."
        )
        raise typer.Exit(1)


def _one(kept: list[Quarantined], id: str) -> Quarantined:
    found = next((each for each in kept if each.id == id), None)
    if found is None:
        raise Stop(
            f"There is no delivery {id} in this quarantine.", "List it without --show and --replay."
        )
    return found


def _about(delivery: Quarantined) -> dict[str, Any]:
    known = {
        name: getattr(delivery, name)
        for name in ("id", "business", "connection", "platform", "received_at", "why", "method")
    }
    return known | {"bytes": len(delivery.body)}


def _show(delivery: Quarantined, *, as_json: bool) -> None:
    try:
        body: dict[str, Any] = {"body": delivery.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(delivery.body).decode()}
    if as_json:
        show.data(
            _about(delivery) | {"query": delivery.query, "headers": dict(delivery.headers)} | body
        )
        return
    about: dict[str, show.Cell] = {
        name.replace("_", " "): value for name, value in _about(delivery).items()
    }
    show.facts(about | {"query": delivery.query} | dict(sorted(delivery.headers.items())))
    show.line()
    if "body" in body:
        show.line(body["body"])
    else:
        show.say("The body is not UTF-8; it follows in Base64.")
        show.line(body["body_base64"])
