"""Webhooks for the benchmarks: connections in memory, and genuine requests to them."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from heard import clock
from heard.connectors import Connection, WebhookRequest
from heard.connectors.http import HttpClient
from heard.connectors.signatures import StandardWebhooks
from heard.messaging import Queue
from heard.steps.ingest import IngestPorts, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import InboundSecret, Secrets, SetupStore
from heard.storage.tables import attributes
from heard_cli.local.sample_requests import SignedRequest, sign_sample
from heard_cli.local.samples import Sample, load_samples

EVENTS = Path(__file__).parents[2] / "events"
PRAISE = (
    "The bread was warm and the people behind the counter were kind, we waited only a minute and "
    "the coffee was excellent, "
    "my mother loved the little cake, so thank you all, we will certainly come back here next week."
)
"""A happy review of 40 words."""
COMPLAINT = (
    "You charged my card twice for the same order and nobody answers the phone, I have been "
    "waiting for three weeks now, the shop was "
    "closed when I came by, and I want all my money back this week please."
)
"""An unhappy review of 40 words."""


class InMemoryAws:
    """The three clients that ingest needs; they answer from memory, without botocore."""

    def __init__(self, connection: Connection, secret: str) -> None:
        self._item = attributes(asdict(connection) | {"settings": dict(connection.settings)})
        self._secret = InboundSecret(secret).to_text()
        self.queued_bodies: list[str] = []

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self._item}

    def put_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_parameter(self, **_: Any) -> dict[str, Any]:
        return {"Parameter": {"Value": self._secret}}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.queued_bodies[:] = [entry["MessageBody"] for entry in request["Entries"]]
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]]}


@dataclass(frozen=True, slots=True)
class WebhookCase:
    """A connection with its own ports, and one genuine request to it."""

    connection: Connection
    ports: IngestPorts
    aws: InMemoryAws
    request: WebhookRequest
    at: datetime


def as_request(signed_request: SignedRequest) -> WebhookRequest:
    """A request as the handler reads it."""
    return WebhookRequest(
        signed_request.method,
        {name.lower(): value for name, value in signed_request.headers.items()},
        signed_request.body,
    )


def webhook_case(platform: str, body_bytes: int = 0) -> WebhookCase:
    """A webhook of one platform: its first sample in `events/`, or a `standard` review.

    With `body_bytes` it is a `standard` review of that size.
    """
    at = clock.now()
    id = f"con_{secrets.token_urlsafe(24)}"
    connection = Connection(
        id,
        "acme",
        platform,
        f"https://hooks.example/hooks/{id}",
        {"base_url": "https://forum.example"},
        False,
        "Acme",
    )
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    aws: Any = InMemoryAws(connection, secret)
    ports = IngestPorts(
        SetupStore(aws, "setup", max_age=3600),
        Secrets(aws, "/heard"),
        Queue(aws, "queue"),
        Quarantine(aws, "work"),
        Deliveries(aws, "work"),
        HttpClient(),
    )
    if body_bytes:
        body = standard_body(body_bytes, at)
        unsigned = WebhookRequest(
            "POST", {"content-type": "application/json", "webhook-id": "msg_1"}, body
        )
        request = StandardWebhooks().sign(unsigned, connection.url, secret, at)
    else:

        def page(_: str) -> str:
            return ingest(WebhookRequest("GET", {}, b""), id, ports, clock.now()).response.body

        request = as_request(
            sign_sample(_first_review_sample(platform), connection.url, secret, at, page)
        )
    return WebhookCase(connection, ports, aws, request, at)


def standard_body(size: int, at: datetime) -> bytes:
    """A `standard` review whose JSON has about `size` bytes."""

    def encode(text: str) -> bytes:
        data = {
            "id": "review-4711",
            "rating": 5,
            "title": "Lovely",
            "text": text,
            "author": {"id": "author-1", "name": "Kim"},
            "created_at": clock.format_time(at),
        }
        return json.dumps(
            {"type": "review.created", "timestamp": clock.format_time(at), "data": data}
        ).encode()

    filler = (PRAISE + " ") * (1 + size // len(PRAISE))
    return encode(filler[: size - len(encode(""))])


def standard_sample(native_id: str, text: str, rating: int) -> Sample:
    """A `standard` review; every author is new."""
    data = {
        "id": native_id,
        "text": text,
        "rating": rating,
        "author": {"id": f"author-of-{native_id}", "name": "Kim"},
        "created_at": "{{now}}",
    }
    fields = {"type": "review.created", "timestamp": "{{now}}", "data": data}
    return Sample(f"standard/{native_id}", "", "standard", "body", fields)


def _first_review_sample(platform: str) -> Sample:
    """The platform's first sample of a new review (Discourse's first sample is a ping)."""
    return next(
        sample
        for sample in load_samples(EVENTS)
        if sample.platform == platform and sample.expect and sample.expect[0].kind == "created"
    )
