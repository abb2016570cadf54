"""What passes between the server and a simulated platform.

A platform receives a `PlatformRequest` and says which `Operation` it would perform. Running the
operation gives a `PlatformResponse`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from urllib.parse import parse_qs

type Json = dict[str, Any]


class CallKind(StrEnum):
    """What a call to a platform does."""

    REPLY = "reply"
    READ = "read"
    SIGN_IN = "sign_in"
    ALL = "all"
    """For faults only: any of the three."""


@dataclass(frozen=True, slots=True)
class PlatformRequest:
    """A request to one platform; `path` begins after its mount, `headers` are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def path_parts(self) -> list[str]:
        """The path between its slashes."""
        return self.path.strip("/").split("/")

    def form(self) -> dict[str, str]:
        """The fields of a form body; the last one counts where a name repeats."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> Json:
        """The body as a JSON object, `{}` if it is none."""
        try:
            document: object = json.loads(self.body)
        except ValueError:
            return {}
        return cast("Json", document) if isinstance(document, dict) else {}

    def basic(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic authentication."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None

    def bearer(self) -> str:
        """The token of `Authorization: Bearer …`, or nothing."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def query_value(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query[name][-1] if self.query.get(name) else None

    def query_number(self, name: str, default: int) -> int:
        """A query parameter as a number, `default` if it is absent or empty."""
        return int(self.query_value(name) or default)


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """A platform's response: JSON, or bytes as they are (then `headers` name their type).

    No body at all when `body` is None.
    """

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request would do. `run` does it; `native_ids` are the ids that a fault may name."""

    call_kind: CallKind
    native_ids: frozenset[str]
    run: Callable[[], PlatformResponse]


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A resource that the simulated platform must have (None: must not have)."""

    native_id: str
    resource: Json | None


def iso_millis(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
