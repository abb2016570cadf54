"""Intercom's REST API, simulated: what is needed to answer a conversation.

Source: github.com/intercom/Intercom-OpenAPI, descriptions/2.15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedIntercom(SimulatedPlatform):
    """Conversations with their parts, and a teammate's replies to them.

    A resource is a conversation as the item of a notification. What several notifications say of
    one conversation is added up.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "demo-intercom-token"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "admin_id": "5017691"}
    CLIENT_SECRET: Final = "demo-intercom-client-secret"
    CUSTOMERS: Final = frozenset({"user", "lead", "contact"})

    def start(self) -> None:
        self._numbers = count(990_001)

    @property
    def signing_secret(self) -> str:
        """The client secret of the demo app."""
        return self.CLIENT_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """A notification's item is the conversation as the API has it."""
        item = fields["data"]["item"]
        if fields["topic"] == "conversation.deleted":
            yield KnownResource(item["id"], None)
        elif item.get("type") == "conversation":
            yield KnownResource(item["id"], item)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path_parts]:
            case ["GET", "conversations", number]:
                return self.read(request, lambda: self._show(number), number)
            case ["POST", "conversations", number, "reply"]:
                return self.reply(request, lambda: self._reply(number, request.json()), number)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, "api_plan_restricted", "Active subscription needed.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        message = "Exceeded rate limit of 1000 in 60_seconds"
        response = self._error(429, "rate_limit_exceeded", message)
        return replace(response, headers={"Retry-After": str(seconds)})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        record = previous or {"type": "conversation", "id": native_id, "parts": {}}
        names = ("source", "created_at", "updated_at", "state")
        new_parts = resource.get("conversation_parts", {}).get("conversation_parts", [])
        parts = {part["id"]: part for part in new_parts}
        return {
            **record,
            **{name: resource[name] for name in names if name in resource},
            "parts": record["parts"] | parts,
        }

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if request.bearer() != self.accepted_credentials["access_token"]:
            return self._error(401, "unauthorized", "Access Token Invalid")
        if not request.headers.get("intercom-version"):
            return self._error(
                400, "intercom_version_invalid", "The requested version could not be found"
            )
        return None

    def _show(self, number: str) -> PlatformResponse:
        record = self.resources.get(number)
        if record is None:
            return self._error(404, "not_found", "Resource Not Found")
        parts = list(record["parts"].values())
        part_list = {
            "type": "conversation_part.list",
            "conversation_parts": parts,
            "total_count": len(parts),
        }
        return PlatformResponse(
            200,
            {
                **{name: value for name, value in record.items() if name != "parts"},
                "conversation_parts": part_list,
            },
        )

    def _reply(self, number: str, payload: Json) -> PlatformResponse:
        record = self.resources.get(number)
        if record is None:
            return self._error(404, "not_found", "Resource Not Found")
        body, admin = payload.get("body"), payload.get("admin_id")
        if (
            payload.get("message_type") not in {"comment", "note"}
            or payload.get("type") != "admin"
            or not isinstance(body, str)
            or not body
        ):
            return self._error(400, "parameter_invalid", "message_type, type and body are required")
        if admin != self.settings["admin_id"]:
            return self._error(404, "admin_not_found", "Admin not found")
        part, at = str(next(self._numbers)), int(self.clock().timestamp())
        customer_part_ids = [
            part_id
            for part_id, entry in record["parts"].items()
            if entry.get("author", {}).get("type") in self.CUSTOMERS
        ]
        record["parts"][part] = {
            "type": "conversation_part",
            "id": part,
            "part_type": payload["message_type"],
            "body": body,
            "created_at": at,
            "updated_at": at,
            "author": {"type": "admin", "id": admin, "name": "Heard"},
            "attachments": [],
            "redacted": False,
        }
        review = f"{number}.{customer_part_ids[-1]}" if customer_part_ids else number
        self.record_reply(
            part, number, review, _plain_text(body), public=payload["message_type"] == "comment"
        )
        return self._show(number)

    def _error(self, status: int, code: str, message: str) -> PlatformResponse:
        return PlatformResponse(
            status,
            {
                "type": "error.list",
                "request_id": "req-1",
                "errors": [{"code": code, "message": message}],
            },
        )


class _TextExtractor(HTMLParser):
    """Collects the text that the customer reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.text += "\n"
        elif tag == "p" and self.text:
            self.text += "\n\n"


def _plain_text(body: str) -> str:
    reader = _TextExtractor()
    reader.feed(body)
    reader.close()
    return reader.text


PLATFORM = SimulatedIntercom
