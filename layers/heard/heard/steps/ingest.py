"""The webhook door: believe a request or refuse it, make it durable, and only then say so."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.clock import stamp
from heard.connectors import Connection, Parsed, Refusal, Request, Response, load
from heard.errors import NotFound, TooLarge, Unparseable
from heard.reviews import Channel, EventKind
from heard.storage.quarantine import Quarantine, Quarantined

if TYPE_CHECKING:
    from heard.flows import Queue
    from heard.storage.setup import Secrets, Setup

BODY_LIMIT_BYTES: Final = 256 * 1024
"""Above this a body is answered 413; every documented webhook is far below it."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a request: the answer, one word for logs and metrics, and how many events it held."""

    response: Response
    result: str
    business: str = ""
    platform: str = ""
    delivery: str = ""
    events: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What the webhook door needs."""

    setup: Setup
    secrets: Secrets
    queue: Queue
    quarantine: Quarantine


def ingest(request: Request, connection_id: str, door: Door, now: datetime) -> Received:
    """Answer one request at the door.

    Nothing is answered 2xx before it is durable. Raises NotFound for an unknown connection, TooLarge for a body over the
    limit, and faults of the services beneath, which the platform's own retry cures.
    """
    if len(request.body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"The body has {len(request.body)} bytes; at most {BODY_LIMIT_BYTES} are taken.")
    connection = door.setup.connection(connection_id)
    if connection is None:
        raise NotFound("There is nothing here.")
    connector = load(connection.platform)
    told = Received(Response(200), "", connection.business, connection.platform)
    secret = door.secrets.inbound(connection.id)
    valid = secret.valid(now) if secret else ()
    if greeting := connector.handshake(request, connection, valid, now):
        return replace(told, response=greeting, result="handshake")
    refusal = connector.verify(request, connection, valid, now)
    if refusal:
        renewed = door.secrets.inbound(connection.id, fresh=True)
        if renewed and renewed != secret:
            refusal = connector.verify(request, connection, renewed.valid(now), now)
    if refusal:
        return replace(told, response=_refused(refusal), result="refused", reason=refusal.reason.value)
    delivery = f"dlv_{secrets.token_hex(8)}"
    told = replace(told, delivery=delivery)
    try:
        parsed = connector.parse(request, connection, now)
    except Unparseable as unreadable:
        _quarantine(request, connection, delivery, unreadable.detail, door, now)
        return replace(told, response=connector.accepted(request, connection, Parsed()), result="quarantined")
    if parsed.problems:
        _quarantine(request, connection, delivery, "; ".join(parsed.problems)[:2000], door, now)
    messages = queued(parsed, connection, delivery)
    if messages:
        door.queue.send(messages)
    result = "quarantined" if parsed.problems else "accepted"
    return replace(told, response=connector.accepted(request, connection, parsed), result=result, events=len(messages))


def queued(parsed: Parsed, connection: Connection, delivery: str) -> list[dict[str, Any]]:
    """The messages for a delivery's events, each with a delivery id of its own; a platform's test is not routed."""
    channel = channel_of(connection)
    return [
        {
            "delivery": f"{delivery}.{number}",
            "connection": connection.id,
            "business": connection.business,
            "platform": connection.platform,
            "channel": channel.value,
            "event": event.normal().to_json(),
        }
        for number, event in enumerate(parsed.events)
        if event.kind is not EventKind.TEST
    ]


def channel_of(connection: Connection) -> Channel:
    """A connection's channel: its own setting where the platform leaves it open, else the platform's."""
    return Channel(connection.settings.get("channel") or load(connection.platform).capabilities.channel)


def _refused(refusal: Refusal) -> Response:
    return Response(401, f'{{"title":"not accepted","reason":"{refusal.reason.value}"}}', "application/problem+json")


def _quarantine(request: Request, connection: Connection, delivery: str, why: str, door: Door, now: datetime) -> None:
    told = {"content-type", "webhook-id"}
    kept = {name: value for name, value in request.headers.items() if name in told or name.startswith("x-discourse-")}
    door.quarantine.keep(
        Quarantined(
            id=delivery,
            business=connection.business,
            connection=connection.id,
            platform=connection.platform,
            received_at=stamp(now),
            why=why,
            method=request.method,
            query=request.query,
            body=request.body,
            headers=kept,
        )
    )
