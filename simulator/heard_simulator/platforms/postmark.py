"""Postmark's API, played: postmarkapp.com/developer/api/{email-api,messages-api,overview}."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, zulu


class Postmark(Platform):
    """A server that receives and sends mail.

    A resource is a received mail (`{"message_id", "references": […]}`, ids without brackets), or an
    address that nothing is sent to any more (`{"inactive": true}`, error 406).
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "server_token": "0dd0c0de-0000-4000-8000-00000000demo"
    }
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "from_address": "hello@acme.example",
    }
    BODY_LIMIT: Final = 5_000_000

    def start(self) -> None:
        self._mails: dict[str, Json] = {}
        self._inactive: set[str] = set()
        self._sent: list[Json] = []
        self._numbers = count(1)

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The mail that was received."""
        found = {each["Name"].lower(): each["Value"] for each in fields.get("Headers", [])}
        ids = re.findall(r"<([^<>]+)>", found.get("references", "") or found.get("in-reply-to", ""))
        yield Known(
            fields["MessageID"],
            {"message_id": found.get("message-id", "").strip("<>"), "references": ids},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._mails.pop(native_id, None)
            self._inactive.discard(native_id)
        elif resource.get("inactive"):
            self._inactive.add(native_id)
        else:
            self._mails[native_id] = resource

    def reset(self) -> None:
        self._mails.clear()
        self._inactive.clear()
        self._sent.clear()

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path:
            case "POST", "/email":
                wanted = ask.json()
                return Operation(
                    Calls.REPLY,
                    frozenset({self._answered(wanted)}),
                    lambda: self._refused(ask) or self._send(wanted),
                )
            case "GET", "/messages/outbound":
                return Operation(
                    Calls.LOOK, frozenset(), lambda: self._refused(ask) or self._search(ask)
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(
            422, 406, "You tried to send to recipient(s) that have been marked as inactive."
        )

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(
            429,
            {"ErrorCode": 429, "Message": "Rate limit exceeded."},
            {"Retry-After": str(seconds)},
        )

    def _refused(self, ask: Ask) -> Answer | None:
        if ask.headers.get("x-postmark-server-token") == self.accepts["server_token"]:
            return None
        return self._error(401, 10, "Request does not contain a valid Server token.")

    def _headers(self, wanted: Json) -> dict[str, str]:
        return {each["Name"]: each["Value"] for each in wanted.get("Headers", [])}

    def _answered(self, wanted: Json) -> str:
        own = self._headers(wanted).get("In-Reply-To", "").strip("<>")
        return next(
            (native for native, known in self._mails.items() if known.get("message_id") == own), ""
        )

    def _send(self, wanted: Json) -> Answer:
        to, sender, text = wanted.get("To"), wanted.get("From"), wanted.get("TextBody")
        if (
            not isinstance(to, str)
            or not re.fullmatch(r"[^@\s]+@[^@\s]+", to)
            or not isinstance(text, str)
            or not text
        ):
            return self._error(422, 300, "Invalid 'To' address, or no body.")
        if not isinstance(sender, str) or not sender.endswith("<hello@acme.example>"):
            return self._error(
                422,
                400,
                "The 'From' address you supplied is not a Sender Signature on your account.",
            )
        if len(text.encode()) > self.BODY_LIMIT or any(
            len(value) > 80 for value in wanted.get("Metadata", {}).values()
        ):
            return self._error(422, 300, "The body or the metadata is too long.")
        if to in self._inactive:
            return self.rejection()
        headers = self._headers(wanted)
        ids = re.findall(r"<([^<>]+)>", headers.get("References", ""))
        native_id, at = f"5e7d0000-0000-4000-8000-{next(self._numbers):012d}", zulu(self.clock())
        self._sent.insert(
            0,
            {
                "MessageID": native_id,
                "Recipients": [to],
                "ReceivedAt": at,
                "Metadata": wanted.get("Metadata", {}),
                "Status": "Sent",
            },
        )
        self.took(
            native_id,
            (ids or [headers.get("In-Reply-To", "").strip("<>")])[0],
            self._answered(wanted),
            text,
            public=False,
        )
        return Answer(
            200,
            {"To": to, "SubmittedAt": at, "MessageID": native_id, "ErrorCode": 0, "Message": "OK"},
        )

    def _search(self, ask: Ask) -> Answer:
        if ask.asked("count") is None or ask.asked("offset") is None:
            return self._error(422, 600, "Count and offset are required.")
        wanted = {
            name.removeprefix("metadata_"): values[-1]
            for name, values in ask.query.items()
            if name.startswith("metadata_")
        }
        found = [
            sent
            for sent in self._sent
            if all(sent["Metadata"].get(name) == value for name, value in wanted.items())
        ]
        return Answer(
            200, {"TotalCount": len(found), "Messages": found[: int(ask.asked("count") or 0)]}
        )

    def _error(self, status: int, code: int, message: str) -> Answer:
        return Answer(status, {"ErrorCode": code, "Message": message})


PLATFORM = Postmark
