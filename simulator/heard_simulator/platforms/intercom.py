"""Intercom's REST API, played as far as answering a conversation goes.

Github.com/intercom/Intercom-OpenAPI, descriptions/2.15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)


class SimulatedIntercom(SimulatedPlatform):
    """Conversations with their parts, and a teammate's replies to them.

    It knows a conversation by its id as the item of a notification; what several notifications say
    of one adds up.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "demo-intercom-token"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "admin_id": "5017691"}
    CLIENT_SECRET: Final = "demo-intercom-client-secret"
    CUSTOMERS: Final = frozenset({"user", "lead", "contact"})

    def start(self) -> None:
        self._conversations: dict[str, Json] = {}
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
        match [request.method, *request.path.strip("/").split("/")]:
            case ["GET", "conversations", number]:
                return Operation(
                    CallKind.READ,
                    frozenset({number}),
                    lambda: self._require_auth(request, lambda: self._show(number)),
                )
            case ["POST", "conversations", number, "reply"]:
                return Operation(
                    CallKind.REPLY,
                    frozenset({number}),
                    lambda: self._require_auth(
                        request, lambda: self._reply(number, request.json())
                    ),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, "api_plan_restricted", "Active subscription needed.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        response = self._error(
            429, "rate_limit_exceeded", "Exceeded rate limit of 1000 in 60_seconds"
        )
        return PlatformResponse(response.status, response.body, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._conversations.pop(native_id, None)
            return
        record = self._conversations.setdefault(
            native_id, {"type": "conversation", "id": native_id, "parts": {}}
        )
        for name in ("source", "created_at", "updated_at", "state"):
            if name in resource:
                record[name] = resource[name]
        for part in resource.get("conversation_parts", {}).get("conversation_parts", []):
            record["parts"][part["id"]] = part

    def reset(self) -> None:
        self._conversations.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if self.bearer_token(request) != self.accepted_credentials["access_token"]:
            return self._error(401, "unauthorized", "Access Token Invalid")
        if not request.headers.get("intercom-version"):
            return self._error(
                400, "intercom_version_invalid", "The requested version could not be found"
            )
        return run()

    def _show(self, number: str) -> PlatformResponse:
        record = self._conversations.get(number)
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
        record = self._conversations.get(number)
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
            name
            for name, said in record["parts"].items()
            if said.get("author", {}).get("type") in self.CUSTOMERS
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
    """What the customer reads."""

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
