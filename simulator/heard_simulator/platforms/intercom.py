"""Intercom's REST API, played as far as answering a conversation goes.

Github.com/intercom/Intercom-OpenAPI, descriptions/2.15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Intercom(Platform):
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
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """A notification's item is the conversation as the API has it."""
        item = fields["data"]["item"]
        if fields["topic"] == "conversation.deleted":
            yield Known(item["id"], None)
        elif item.get("type") == "conversation":
            yield Known(item["id"], item)

    def operation(self, ask: Ask) -> Operation | None:
        match [ask.method, *ask.path.strip("/").split("/")]:
            case ["GET", "conversations", number]:
                return Operation(
                    Calls.LOOK,
                    frozenset({number}),
                    lambda: self._admitted(ask, lambda: self._show(number)),
                )
            case ["POST", "conversations", number, "reply"]:
                return Operation(
                    Calls.REPLY,
                    frozenset({number}),
                    lambda: self._admitted(ask, lambda: self._reply(number, ask.json())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(403, "api_plan_restricted", "Active subscription needed.")

    def rate_limit(self, seconds: int) -> Answer:
        limited = self._error(
            429, "rate_limit_exceeded", "Exceeded rate limit of 1000 in 60_seconds"
        )
        return Answer(limited.status, limited.body, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._conversations.pop(native_id, None)
            return
        known = self._conversations.setdefault(
            native_id, {"type": "conversation", "id": native_id, "parts": {}}
        )
        for name in ("source", "created_at", "updated_at", "state"):
            if name in resource:
                known[name] = resource[name]
        for part in resource.get("conversation_parts", {}).get("conversation_parts", []):
            known["parts"][part["id"]] = part

    def reset(self) -> None:
        self._conversations.clear()

    def _admitted(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if self.bearer(ask) != self.accepts["access_token"]:
            return self._error(401, "unauthorized", "Access Token Invalid")
        if not ask.headers.get("intercom-version"):
            return self._error(
                400, "intercom_version_invalid", "The requested version could not be found"
            )
        return run()

    def _show(self, number: str) -> Answer:
        known = self._conversations.get(number)
        if known is None:
            return self._error(404, "not_found", "Resource Not Found")
        parts = list(known["parts"].values())
        listed = {
            "type": "conversation_part.list",
            "conversation_parts": parts,
            "total_count": len(parts),
        }
        return Answer(
            200,
            {
                **{name: value for name, value in known.items() if name != "parts"},
                "conversation_parts": listed,
            },
        )

    def _reply(self, number: str, wanted: Json) -> Answer:
        known = self._conversations.get(number)
        if known is None:
            return self._error(404, "not_found", "Resource Not Found")
        body, admin = wanted.get("body"), wanted.get("admin_id")
        if (
            wanted.get("message_type") not in {"comment", "note"}
            or wanted.get("type") != "admin"
            or not isinstance(body, str)
            or not body
        ):
            return self._error(400, "parameter_invalid", "message_type, type and body are required")
        if admin != self.settings["admin_id"]:
            return self._error(404, "admin_not_found", "Admin not found")
        part, at = str(next(self._numbers)), int(self.clock().timestamp())
        asked = [
            name
            for name, said in known["parts"].items()
            if said.get("author", {}).get("type") in self.CUSTOMERS
        ]
        known["parts"][part] = {
            "type": "conversation_part",
            "id": part,
            "part_type": wanted["message_type"],
            "body": body,
            "created_at": at,
            "updated_at": at,
            "author": {"type": "admin", "id": admin, "name": "Heard"},
            "attachments": [],
            "redacted": False,
        }
        review = f"{number}.{asked[-1]}" if asked else number
        self.took(part, number, review, _text(body), public=wanted["message_type"] == "comment")
        return self._show(number)

    def _error(self, status: int, code: str, message: str) -> Answer:
        return Answer(
            status,
            {
                "type": "error.list",
                "request_id": "req-1",
                "errors": [{"code": code, "message": message}],
            },
        )


class _Text(HTMLParser):
    """What the customer reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = ""

    def handle_data(self, data: str) -> None:
        self.read += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.read += "\n"
        elif tag == "p" and self.read:
            self.read += "\n\n"


def _text(body: str) -> str:
    reader = _Text()
    reader.feed(body)
    reader.close()
    return reader.read


PLATFORM = Intercom
