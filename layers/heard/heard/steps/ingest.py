"""A webhook request: authenticate it, store what it says, and only then answer 2xx."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time
from heard.connectors import (
    Connection,
    Connector,
    Http,
    ParsedDelivery,
    Proof,
    SignatureFailure,
    WebhookRequest,
    WebhookResponse,
    load,
)
from heard.errors import NotFound, TooLarge, Unparseable
from heard.messaging import review_of
from heard.reviews import Channel, EventKind
from heard.storage.quarantine import Quarantine, QuarantinedDelivery

if TYPE_CHECKING:
    from heard.messaging import Queue, ReviewQueues
    from heard.storage.deliveries import Deliveries
    from heard.storage.setup import Secrets, SetupStore

QUARANTINE_BYTES: Final = 350_000
"""How much of an unreadable body is kept: an item of DynamoDB holds at most 400 KB."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What came of a request: the response, and what logs and metrics need.

    `result` is accepted, quarantined, empty, refused or handshake, and `reason` says why it was
    refused.
    `reviews` are the ids of the reviews that the queued `events` are about. `note_written` is False
    if the request could not be noted.
    """

    response: WebhookResponse
    result: str
    business: str = ""
    platform: str = ""
    delivery: str = ""
    events: int = 0
    reviews: tuple[str, ...] = ()
    reason: str = ""
    note_written: bool = True


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """What `ingest` needs."""

    setup: SetupStore
    secrets: Secrets
    queue: Queue | ReviewQueues
    quarantine: Quarantine
    deliveries: Deliveries
    http: Http


def ingest(
    request: WebhookRequest, segment: str, ports: IngestPorts, now: datetime
) -> IngestResult:
    """Answer one webhook request. `segment` is the last part of the address that it came to.

    It answers 2xx only when what came is stored. A signature that does not fit may be made with a
    secret that is newer than the one that this process knows. So it makes the connection be read
    again, seldom enough that whoever forges one gains nothing, and the secret only if the
    connection changed. Raises NotFound for an unknown connection, TooLarge for a body over the
    limit, and faults of AWS services; the platform retries after them.
    """
    connection = _require_connection_at(segment, ports, now)
    limit = load(connection.platform).body_limit
    if len(request.body) > limit:
        raise TooLarge(f"The body has {len(request.body)} bytes; the limit is {limit}.")
    result = _process(request, connection, ports, now)
    if result.result == "refused" and ports.setup.changed_connection(connection):
        connection = _require_connection_at(segment, ports, now)
        result = _process(request, connection, ports, now)
    return replace(
        result,
        note_written=ports.deliveries.note(
            connection.id, result.result, result.reason, result.events, now
        ),
    )


def _require_connection_at(segment: str, ports: IngestPorts, now: datetime) -> Connection:
    connection = ports.setup.connection_at(segment, now)
    if connection is None:
        raise NotFound("There is nothing here.")
    return connection


def _process(
    request: WebhookRequest, connection: Connection, ports: IngestPorts, now: datetime
) -> IngestResult:
    connector = load(connection.platform)
    base_result = IngestResult(WebhookResponse(200), "", connection.business, connection.platform)
    secret = ports.secrets.inbound(connection.id, connection.changed_at)
    valid_secrets = secret.valid_secrets(now) if secret else ()
    if handshake := connector.handshake(request, connection, valid_secrets, now):
        return replace(base_result, response=handshake, result="handshake")
    failure = connector.verify(request, connection, valid_secrets, now, ports.http)
    if failure:
        return replace(
            base_result,
            response=_failure_response(failure),
            result="refused",
            reason=failure.reason.value,
        )
    if _says_nothing(request, connector):
        return replace(
            base_result,
            response=connector.delivery_response(request, connection, ParsedDelivery(), ports.http),
            result="empty",
        )
    delivery = f"dlv_{secrets.token_hex(8)}"
    base_result = replace(base_result, delivery=delivery)
    try:
        parsed = connector.parse(request, connection, now)
    except Unparseable as error:
        _quarantine(request, connection, delivery, error.detail, ports, now)
        unreadable = ParsedDelivery(problems=(error.detail,))
        return replace(
            base_result,
            response=connector.delivery_response(request, connection, unreadable, ports.http),
            result="quarantined",
        )
    if parsed.problems:
        _quarantine(request, connection, delivery, "; ".join(parsed.problems)[:2000], ports, now)
    messages = build_messages(parsed, connection, delivery, now)
    if messages:
        ports.queue.send(messages)
    result = "quarantined" if parsed.problems else "accepted"
    return replace(
        base_result,
        response=connector.delivery_response(request, connection, parsed, ports.http),
        result=result,
        events=len(messages),
        reviews=tuple(review_of(message) for message in messages),
    )


def _says_nothing(request: WebhookRequest, connector: Connector) -> bool:
    """Whether an unsigned request is no delivery at all.

    Scanners, previews of links and checks that an address exists send GET, or nothing. They get
    the response that a delivery gets, and nothing of them is kept.
    """
    is_proven = connector.capabilities.proof is Proof.SENDER
    return not is_proven and (request.method != "POST" or not request.body.strip())


def build_messages(
    parsed: ParsedDelivery, connection: Connection, delivery: str, received_at: datetime
) -> list[dict[str, Any]]:
    """The messages for a delivery's events, each with a delivery id of its own.

    `received_at` is when the words came to Heard: for a delivery that waited in quarantine, not
    when it is read. A platform's test event gets no message.
    """
    channel = channel_of(connection)
    return [
        {
            "delivery": f"{delivery}.{number}",
            "connection": connection.id,
            "business": connection.business,
            "platform": connection.platform,
            "channel": channel.value,
            "received_at": format_time(received_at),
            "event": event.to_json(),
        }
        for number, event in enumerate(event.normalize() for event in parsed.events)
        if event.kind is not EventKind.TEST
    ]


def channel_of(connection: Connection) -> Channel:
    """A connection's channel: its own setting, or the platform's channel without one."""
    return Channel(
        connection.settings.get("channel") or load(connection.platform).capabilities.channel
    )


def _failure_response(failure: SignatureFailure) -> WebhookResponse:
    return WebhookResponse(
        401,
        f'{{"title":"not accepted","reason":"{failure.reason.value}"}}',
        "application/problem+json",
    )


def _quarantine(
    request: WebhookRequest,
    connection: Connection,
    delivery: str,
    why: str,
    ports: IngestPorts,
    now: datetime,
) -> None:
    if len(request.body) > QUARANTINE_BYTES:
        why = f"only the first {QUARANTINE_BYTES} of {len(request.body)} bytes are kept; {why}"
    header_names = load(connection.platform).parsed_headers
    headers = {name: value for name, value in request.headers.items() if name in header_names}
    ports.quarantine.keep(
        QuarantinedDelivery(
            id=delivery,
            business=connection.business,
            connection=connection.id,
            platform=connection.platform,
            received_at=format_time(now),
            why=why,
            method=request.method,
            query=request.query,
            body=request.body[:QUARANTINE_BYTES],
            headers=headers,
        )
    )
