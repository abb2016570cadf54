"""The webhook door: believe a request or refuse it, make it durable, and only then say so."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.clock import stamp
from heard.connectors import Connection, Http, Parsed, Refusal, Request, Response, load
from heard.errors import NotFound, TooLarge, Unparseable
from heard.reviews import Channel, EventKind
from heard.storage.quarantine import Quarantine, Quarantined

if TYPE_CHECKING:
    from heard.messaging import Queue
    from heard.storage.deliveries import Deliveries
    from heard.storage.setup import Secrets, Setup

QUARANTINE_BYTES: Final = 350_000
"""What of a body that cannot be read is kept: an item of DynamoDB holds 400 KB."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a request.

    The answer, one word for logs and metrics, how many events it held, and whether the door could
    note it.
    """

    response: Response
    result: str
    business: str = ""
    platform: str = ""
    delivery: str = ""
    events: int = 0
    reason: str = ""
    noted: bool = True


@dataclass(frozen=True, slots=True)
class Door:
    """What the webhook door needs."""

    setup: Setup
    secrets: Secrets
    queue: Queue
    quarantine: Quarantine
    deliveries: Deliveries
    http: Http


def ingest(request: Request, connection_id: str, door: Door, now: datetime) -> Received:
    """Answer one request at the door.

    Nothing is answered 2xx before it is durable. Raises NotFound for an unknown connection,
    TooLarge for a body over the limit, and faults of the services beneath, which the platform's own
    retry cures.
    """
    connection = door.setup.connection(connection_id)
    if connection is None:
        raise NotFound("There is nothing here.")
    most = load(connection.platform).body_limit
    if len(request.body) > most:
        raise TooLarge(f"The body has {len(request.body)} bytes; at most {most} are taken.")
    received = _received(request, connection, door, now)
    return replace(
        received,
        noted=door.deliveries.note(
            connection.id, received.result, received.reason, received.events, now
        ),
    )


def _received(request: Request, connection: Connection, door: Door, now: datetime) -> Received:
    connector = load(connection.platform)
    told = Received(Response(200), "", connection.business, connection.platform)
    secret = door.secrets.inbound(connection.id)
    valid = secret.valid(now) if secret else ()
    if greeting := connector.handshake(request, connection, valid, now):
        return replace(told, response=greeting, result="handshake")
    refusal = connector.verify(request, connection, valid, now, door.http)
    if refusal:
        renewed = door.secrets.inbound(connection.id, fresh=True)
        if renewed and renewed != secret:
            refusal = connector.verify(request, connection, renewed.valid(now), now, door.http)
    if refusal:
        return replace(
            told, response=_refused(refusal), result="refused", reason=refusal.reason.value
        )
    delivery = f"dlv_{secrets.token_hex(8)}"
    told = replace(told, delivery=delivery)
    try:
        parsed = connector.parse(request, connection, now)
    except Unparseable as unreadable:
        _quarantine(request, connection, delivery, unreadable.detail, door, now)
        return replace(
            told,
            response=connector.accepted(request, connection, Parsed(), door.http),
            result="quarantined",
        )
    if parsed.problems:
        _quarantine(request, connection, delivery, "; ".join(parsed.problems)[:2000], door, now)
    messages = queued(parsed, connection, delivery)
    if messages:
        door.queue.send(messages)
    result = "quarantined" if parsed.problems else "accepted"
    return replace(
        told,
        response=connector.accepted(request, connection, parsed, door.http),
        result=result,
        events=len(messages),
    )


def queued(parsed: Parsed, connection: Connection, delivery: str) -> list[dict[str, Any]]:
    """The messages for a delivery's events, each with a delivery id of its own.

    A platform's test is not routed.
    """
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
    """A connection's channel.

    Its own setting where the platform leaves it open, else the platform's.
    """
    return Channel(
        connection.settings.get("channel") or load(connection.platform).capabilities.channel
    )


def _refused(refusal: Refusal) -> Response:
    return Response(
        401,
        f'{{"title":"not accepted","reason":"{refusal.reason.value}"}}',
        "application/problem+json",
    )


def _quarantine(
    request: Request, connection: Connection, delivery: str, why: str, door: Door, now: datetime
) -> None:
    if len(request.body) > QUARANTINE_BYTES:
        why = f"only the first {QUARANTINE_BYTES} of {len(request.body)} bytes are kept; {why}"
    told = load(connection.platform).parse_reads
    kept = {name: value for name, value in request.headers.items() if name in told}
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
            body=request.body[:QUARANTINE_BYTES],
            headers=kept,
        )
    )
