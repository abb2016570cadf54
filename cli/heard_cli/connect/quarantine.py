"""`heard connect quarantine`: genuine requests that could not be read, and their replay.

A replay reads a request again with today's connector, as the webhook does after it has checked the
signature. The signature was checked when the request came. It is not checked again, because it is
too old by now.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Annotated, Any

import typer

from heard.clock import parse_time
from heard.connectors import WebhookRequest, load
from heard.errors import Unparseable
from heard.steps.ingest import build_messages
from heard.storage.quarantine import QuarantinedDelivery
from heard_cli import options, show
from heard_cli.stack import CommandError, Stack, on_stack


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The result of one replay: events that were queued, and why it stays in quarantine, if so."""

    id: str
    event_count: int
    keep_reason: str | None


@on_stack
def quarantine(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    show_id: Annotated[
        str | None, typer.Option("--show", metavar="ID", help="Show this request completely.")
    ] = None,
    replay_id: Annotated[
        str | None,
        typer.Option(
            "--replay", metavar="ID", help="Read this request again and queue its reviews."
        ),
    ] = None,
    replay_all: Annotated[
        bool, typer.Option("--replay-all", help="Read all of them again.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List genuine webhook requests that could not be read, and replay them after a fix.

    Requests that still cannot be read stay in quarantine, and the exit code is 1.
    """
    if sum((show_id is not None, replay_id is not None, replay_all)) > 1:
        raise typer.BadParameter(
            "use only one of --show, --replay, --replay-all.", param_hint="--show"
        )
    stack.business(business)
    entries = stack.quarantine.of_business(business)
    if show_id:
        _print_delivery(_find_delivery(entries, show_id, business), as_json=as_json)
    elif replay_id or replay_all:
        chosen = [_find_delivery(entries, replay_id, business)] if replay_id else entries
        _replay_deliveries(stack, chosen, as_json=as_json)
    elif as_json:
        show.data([_delivery_json(entry) for entry in entries])
    else:
        rows = [
            (
                show.timestamp(entry.received_at),
                entry.platform,
                len(entry.body),
                entry.why,
                entry.connection,
                entry.id,
            )
            for entry in entries
        ]
        show.table(
            ("received", "platform", "bytes", "why", "connection", "delivery"),
            rows,
            empty="The quarantine is empty.",
        )


def replay_delivery(stack: Stack, delivery: QuarantinedDelivery) -> ReplayResult:
    """Read one request again, queue its events, and only then remove it from quarantine.

    Raises Fault when the queue does not take the events.
    """
    connection = stack.setup.connection(delivery.connection)
    if connection is None:
        return ReplayResult(delivery.id, 0, "its connection was removed")
    request = WebhookRequest(delivery.method, delivery.headers, delivery.body, delivery.query)
    try:
        parsed = load(connection.platform).parse(
            request, connection, parse_time(delivery.received_at)
        )
    except Unparseable as error:
        return ReplayResult(delivery.id, 0, error.detail)
    problems = "; ".join(parsed.problems)[:2000]
    if problems == delivery.why:
        # The events that could be read were queued when it came.
        return ReplayResult(delivery.id, 0, problems)
    # A delivery id of its own: today's connector may read other events, and number them anew.
    messages = build_messages(parsed, connection, f"{delivery.id}-{token_hex(2)}")
    if messages:
        stack.queue.send(messages)
    if problems:
        stack.quarantine.keep(replace(delivery, why=problems))
        return ReplayResult(delivery.id, len(messages), problems)
    stack.quarantine.remove(delivery)
    return ReplayResult(delivery.id, len(messages), None)


def _replay_deliveries(
    stack: Stack, deliveries: list[QuarantinedDelivery], *, as_json: bool
) -> None:
    results: list[ReplayResult] = []
    with show.progress() as bar:
        for delivery in bar.track(deliveries, description="Replaying"):
            results.append(replay_delivery(stack, delivery))
    unresolved = [result for result in results if result.keep_reason]
    if as_json:
        entries = [
            {
                "id": result.id,
                "events": result.event_count,
                "released": result.keep_reason is None,
                "why": result.keep_reason,
            }
            for result in results
        ]
        show.data(
            {
                "replayed": len(results) - len(unresolved),
                "unresolved": len(unresolved),
                "deliveries": entries,
            }
        )
    else:
        rows = [
            (
                result.id,
                result.event_count,
                "kept" if result.keep_reason else "released",
                result.keep_reason,
            )
            for result in results
        ]
        show.table(
            ("delivery", "events queued", "result", "why"), rows, empty="The quarantine is empty."
        )
    if unresolved:
        show.note(
            f"{show.count(len(unresolved), 'request')} could not be read. "
            + ("It stays" if len(unresolved) == 1 else "They stay")
            + " in quarantine. After the next fix, replay again."
        )
        raise typer.Exit(1)


def _find_delivery(
    deliveries: list[QuarantinedDelivery], id: str, business: str
) -> QuarantinedDelivery:
    match = next((delivery for delivery in deliveries if delivery.id == id), None)
    if match is None:
        raise CommandError(
            f"There is no delivery {id} in the quarantine of {business}.",
            "List them:",
            f"connect quarantine --business {business}",
        )
    return match


def _delivery_json(delivery: QuarantinedDelivery) -> dict[str, Any]:
    fields = {
        name: getattr(delivery, name)
        for name in ("id", "business", "connection", "platform", "received_at", "why", "method")
    }
    return fields | {"bytes": len(delivery.body)}


def _print_delivery(delivery: QuarantinedDelivery, *, as_json: bool) -> None:
    try:
        body: dict[str, Any] = {"body": delivery.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(delivery.body).decode()}
    if as_json:
        show.data(
            _delivery_json(delivery)
            | {"query": delivery.query, "headers": dict(delivery.headers)}
            | body
        )
        return
    fields: dict[str, show.Cell] = {
        name.replace("_", " "): value for name, value in _delivery_json(delivery).items()
    }
    show.fields(fields | {"query": delivery.query} | dict(sorted(delivery.headers.items())))
    show.line()
    if "body" in body:
        show.line(body["body"])
    else:
        show.note("The body is not UTF-8; it follows in Base64.")
        show.line(body["body_base64"])
