"""Webhooks to measure with: connections that exist in memory only, and genuine requests to them."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from heard import clock
from heard.connectors import Connection, Request
from heard.connectors.http import HttpClient
from heard.connectors.signatures import StandardWebhooks
from heard.messaging import Queue
from heard.steps.ingest import Door, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import InboundSecret, Secrets, Setup
from heard.storage.tables import attributes
from heard_cli.local.samples import Sample, load_samples
from heard_cli.local.signing import SignedRequest, signed

EVENTS = Path(__file__).parents[2] / "events"
FORTY_WORDS = (
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


class Memory:
    """The three clients that the door needs, answering from memory.

    No network, and no botocore either.
    """

    def __init__(self, connection: Connection, secret: str) -> None:
        self._item = attributes(asdict(connection) | {"settings": dict(connection.settings)})
        self._secret = InboundSecret(secret).to_text()
        self.queued: list[str] = []

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self._item}

    def put_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_parameter(self, **_: Any) -> dict[str, Any]:
        return {"Parameter": {"Value": self._secret}}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.queued[:] = [entry["MessageBody"] for entry in request["Entries"]]
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]]}


@dataclass(frozen=True, slots=True)
class Hook:
    """A connection with a door of its own, and one genuine request to it."""

    connection: Connection
    door: Door
    memory: Memory
    request: Request
    at: datetime


def as_request(sent: SignedRequest) -> Request:
    """A request as the handler reads it."""
    return Request(
        sent.method, {name.lower(): value for name, value in sent.headers.items()}, sent.body
    )


def hook(platform: str, body_bytes: int = 0) -> Hook:
    """A door in memory for one platform, with the first sample of `events/`, or a `standard` review
    of `body_bytes`.
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
    memory: Any = Memory(connection, secret)
    door = Door(
        Setup(memory, "setup", max_age=3600),
        Secrets(memory, "/heard", max_age=3600),
        Queue(memory, "queue"),
        Quarantine(memory, "work"),
        Deliveries(memory, "work"),
        HttpClient(),
    )
    if body_bytes:
        body = standard_body(body_bytes, at)
        unsigned = Request(
            "POST", {"content-type": "application/json", "webhook-id": "msg_1"}, body
        )
        request = StandardWebhooks().sign(unsigned, connection.url, secret, at)
    else:

        def page(_: str) -> str:
            return ingest(Request("GET", {}, b""), id, door, clock.now()).response.body

        request = as_request(signed(_sample(platform), connection.url, secret, at, page))
    return Hook(connection, door, memory, request, at)


def standard_body(size: int, at: datetime) -> bytes:
    """A `standard` review whose JSON has about `size` bytes."""

    def body(text: str) -> bytes:
        data = {
            "id": "review-4711",
            "rating": 5,
            "title": "Lovely",
            "text": text,
            "author": {"id": "author-1", "name": "Kim"},
            "created_at": clock.stamp(at),
        }
        return json.dumps(
            {"type": "review.created", "timestamp": clock.stamp(at), "data": data}
        ).encode()

    short = (FORTY_WORDS + " ") * (1 + size // len(FORTY_WORDS))
    return body(short[: size - len(body(""))])


def said(native: str, text: str, rating: int) -> Sample:
    """A `standard` review; every author is new."""
    data = {
        "id": native,
        "text": text,
        "rating": rating,
        "author": {"id": f"author-of-{native}", "name": "Kim"},
        "created_at": "{{now}}",
    }
    fields = {"type": "review.created", "timestamp": "{{now}}", "data": data}
    return Sample(f"standard/{native}", "", "standard", "body", fields)


def _sample(platform: str) -> Sample:
    """The platform's first sample that says something (Discourse's first is a ping)."""
    return next(
        sample
        for sample in load_samples(EVENTS)
        if sample.platform == platform and sample.expect and sample.expect[0].kind == "created"
    )
