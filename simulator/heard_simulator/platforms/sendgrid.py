"""SendGrid's Mail Send API, simulated, and the key with which its Inbound Parse signs.

Sources: twilio.com/docs/sendgrid/api-reference/mail-send/mail-send,
…/for-developers/parsing-email/securing-your-parse-webhooks.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import count
from typing import ClassVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.mails import received_mail_id
from heard_simulator.platform import SimulatedPlatform


@cache
def _signing_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class SimulatedSendGrid(SimulatedPlatform):
    """A host that receives mail, and a sender.

    A resource is a received mail: `{"message_id"}`, without brackets. SendGrid gives no ids to the
    mails that it receives. Heard names a mail by its Message-ID and a hash of its sender's address,
    and so do resources here.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_key": "SG.heard-demo"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "from_address": "hello@acme.example",
    }
    rate_limit_body: ClassVar[object] = {
        "errors": [{"field": None, "message": "too many requests"}]
    }

    def start(self) -> None:
        self._numbers = count(1)

    @property
    def signing_secret(self) -> str:
        key_format = (
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _signing_key().private_bytes(*key_format).decode()

    @property
    def visible_secret(self) -> str:
        key_format = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return b64encode(_signing_key().public_key().public_bytes(*key_format)).decode()

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The mail that was received."""
        header_block = str(fields.get("headers") or fields.get("email") or "")
        headers = {
            name.lower(): value
            for name, value in re.findall(
                r"(?m)^([A-Za-z-]+): *(.*)$", header_block.replace("\r\n", "\n")
            )
        }
        message_id = headers.get("message-id", "").strip("<> ")
        yield KnownResource(
            received_mail_id(message_id, headers.get("from", "")), {"message_id": message_id}
        )

    def operation(self, request: PlatformRequest) -> Operation | None:
        if (request.method, request.path) != ("POST", "/v3/mail/send"):
            return None
        payload = request.json()
        parent_message_id = next(
            iter(re.findall(r"<([^<>]+)>", str(payload.get("headers", {}).get("In-Reply-To")))), ""
        )
        parent_id = next(
            (
                native_id
                for native_id, mail in self.resources.items()
                if mail["message_id"] == parent_message_id
            ),
            parent_message_id,
        )
        return self.reply(request, lambda: self._send(payload, parent_id), parent_id)

    def rejection(self) -> PlatformResponse:
        return self._error(
            403, "The from address does not match a verified Sender Identity.", "from"
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if request.bearer() == self.accepted_credentials["api_key"]:
            return None
        message = "The provided authorization grant is invalid, expired, or revoked"
        return self._error(401, message, None)

    def _send(self, payload: Json, parent_id: str) -> PlatformResponse:
        try:
            (personalization,) = payload["personalizations"]
            (to,) = personalization["to"]
            (content,) = payload["content"]
            text, subject, sender = content["value"], payload["subject"], payload["from"]["email"]
        except (KeyError, TypeError, ValueError):
            return self._error(
                400, "personalizations, from, subject and content are required.", "personalizations"
            )
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", to["email"]):
            return self._error(
                400, "Does not contain a valid address.", "personalizations.0.to.0.email"
            )
        if sender != "hello@acme.example":
            return self.rejection()
        headers: Json = payload.get("headers", {})
        if (
            not text
            or not subject
            or any(
                character in str(value)
                for value in (subject, *headers.values())
                for character in "\r\n"
            )
        ):
            return self._error(
                400,
                "The content value must be a string at least one character in length.",
                "content.0.value",
            )
        ids = re.findall(r"<([^<>]+)>", str(headers.get("References", "")))
        native_id = f"heard-demo-{next(self._numbers)}"
        self.record_reply(native_id, (ids or [parent_id])[0], parent_id, text, public=False)
        return PlatformResponse(202, None, {"X-Message-Id": native_id})

    def _error(self, status: int, message: str, field: str | None) -> PlatformResponse:
        return PlatformResponse(
            status, {"errors": [{"message": message, "field": field, "help": None}]}
        )


PLATFORM = SimulatedSendGrid
