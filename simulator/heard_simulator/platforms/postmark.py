"""Postmark's API, simulated.

Source: postmarkapp.com/developer/api/{email-api,messages-api,overview}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.mails import received_mail_id
from heard_simulator.platform import SimulatedPlatform


class SimulatedPostmark(SimulatedPlatform):
    """A server that receives and sends mail.

    A resource is a received mail (`{"message_id", "references": […]}`, ids without brackets), or an
    address to which nothing is sent any more (`{"inactive": true}`, error 406).
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "server_token": "0dd0c0de-0000-4000-8000-00000000demo"
    }
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "from_address": "hello@acme.example",
    }
    BODY_LIMIT: Final = 5_000_000
    rate_limit_body: ClassVar[object] = {"ErrorCode": 429, "Message": "Rate limit exceeded."}

    def start(self) -> None:
        self._inactive: set[str] = set()
        self._sent_mails: list[Json] = []
        self._numbers = count(1)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The mail that was received."""
        headers = {header["Name"].lower(): header["Value"] for header in fields.get("Headers", [])}
        ids = re.findall(
            r"<([^<>]+)>", headers.get("references", "") or headers.get("in-reply-to", "")
        )
        message_id = headers.get("message-id", "").strip("<>")
        yield KnownResource(
            received_mail_id(message_id, fields["From"]) if message_id else fields["MessageID"],
            {"message_id": message_id, "references": ids},
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._inactive.discard(native_id)
        if resource and resource.get("inactive"):
            self._inactive.add(native_id)
        else:
            super().set_resource(native_id, resource)

    def reset(self) -> None:
        super().reset()
        self._inactive.clear()
        self._sent_mails.clear()

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path:
            case "POST", "/email":
                payload = request.json()
                return self.reply(
                    request, lambda: self._send(payload), self._parent_mail_id(payload)
                )
            case "GET", "/messages/outbound":
                return self.read(request, lambda: self._search(request))
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(
            422, 406, "You tried to send to recipient(s) that have been marked as inactive."
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if (
            request.headers.get("x-postmark-server-token")
            == self.accepted_credentials["server_token"]
        ):
            return None
        return self._error(401, 10, "Request does not contain a valid Server token.")

    def _payload_headers(self, payload: Json) -> dict[str, str]:
        return {header["Name"]: header["Value"] for header in payload.get("Headers", [])}

    def _parent_mail_id(self, payload: Json) -> str:
        message_id = self._payload_headers(payload).get("In-Reply-To", "").strip("<>")
        return next(
            (
                native_id
                for native_id, mail in self.resources.items()
                if mail.get("message_id") == message_id
            ),
            "",
        )

    def _send(self, payload: Json) -> PlatformResponse:
        to, sender, text = payload.get("To"), payload.get("From"), payload.get("TextBody")
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
            len(value) > 80 for value in payload.get("Metadata", {}).values()
        ):
            return self._error(422, 300, "The body or the metadata is too long.")
        if to in self._inactive:
            return self.rejection()
        headers = self._payload_headers(payload)
        ids = re.findall(r"<([^<>]+)>", headers.get("References", ""))
        native_id, at = (
            f"5e7d0000-0000-4000-8000-{next(self._numbers):012d}",
            iso_millis(self.clock()),
        )
        self._sent_mails.insert(
            0,
            {
                "MessageID": native_id,
                "Recipients": [to],
                "ReceivedAt": at,
                "Metadata": payload.get("Metadata", {}),
                "Status": "Sent",
            },
        )
        self.record_reply(
            native_id,
            (ids or [headers.get("In-Reply-To", "").strip("<>")])[0],
            self._parent_mail_id(payload),
            text,
            public=False,
        )
        return PlatformResponse(
            200,
            {"To": to, "SubmittedAt": at, "MessageID": native_id, "ErrorCode": 0, "Message": "OK"},
        )

    def _search(self, request: PlatformRequest) -> PlatformResponse:
        if request.query_value("count") is None or request.query_value("offset") is None:
            return self._error(422, 600, "Count and offset are required.")
        metadata = {
            name.removeprefix("metadata_"): values[-1]
            for name, values in request.query.items()
            if name.startswith("metadata_")
        }
        matches = [
            mail
            for mail in self._sent_mails
            if all(mail["Metadata"].get(name) == value for name, value in metadata.items())
        ]
        return PlatformResponse(
            200,
            {
                "TotalCount": len(matches),
                "Messages": matches[: request.query_number("count", 0)],
            },
        )

    def _error(self, status: int, code: int, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"ErrorCode": code, "Message": message})


PLATFORM = SimulatedPostmark
