"""SendGrid's Mail Send API, played, and the key that its Inbound Parse signs with.

Sources: twilio.com/docs/sendgrid/api-reference/mail-send/mail-send,
…/for-developers/parsing-email/securing-your-parse-webhooks.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import count
from typing import ClassVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class SendGrid(Platform):
    """A receiving host and a sender. A resource is a received mail.

    `{"message_id"}`, without brackets.

    SendGrid gives no ids to what it receives; Heard names a mail by its Message-ID and a hash of
    its sender's address; so are resources.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_key": "SG.heard-demo"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "from_address": "hello@acme.example",
    }

    def start(self) -> None:
        self._mails: dict[str, Json] = {}
        self._numbers = count(1)

    @property
    def signing_secret(self) -> str:
        form = (
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _key().private_bytes(*form).decode()

    @property
    def shown_secret(self) -> str:
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return b64encode(_key().public_key().public_bytes(*form)).decode()

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The mail that was received."""
        block = str(fields.get("headers") or fields.get("email") or "")
        found = {
            name.lower(): value
            for name, value in re.findall(r"(?m)^([A-Za-z-]+): *(.*)$", block.replace("\r\n", "\n"))
        }
        own = found.get("message-id", "").strip("<> ")
        address = next(iter(re.findall(r"<([^<>]+)>", found.get("from", ""))), "")
        yield Known(
            f"{own}/{hashlib.sha256(address.lower().encode()).hexdigest()[:12]}",
            {"message_id": own},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._mails.pop(native_id, None)
        else:
            self._mails[native_id] = resource

    def reset(self) -> None:
        self._mails.clear()

    def operation(self, ask: Ask) -> Operation | None:
        if (ask.method, ask.path) != ("POST", "/v3/mail/send"):
            return None
        wanted = ask.json()
        answered = next(
            iter(re.findall(r"<([^<>]+)>", str(wanted.get("headers", {}).get("In-Reply-To")))), ""
        )
        review = next(
            (native for native, known in self._mails.items() if known["message_id"] == answered),
            answered,
        )
        return Operation(Calls.REPLY, frozenset({review}), lambda: self._send(ask, wanted, review))

    def rejection(self) -> Answer:
        return self._error(
            403, "The from address does not match a verified Sender Identity.", "from"
        )

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(
            429,
            {"errors": [{"field": None, "message": "too many requests"}]},
            {"Retry-After": str(seconds)},
        )

    def _send(self, ask: Ask, wanted: Json, review: str) -> Answer:
        if self.bearer(ask) != self.accepts["api_key"]:
            return self._error(
                401, "The provided authorization grant is invalid, expired, or revoked", None
            )
        try:
            (person,) = wanted["personalizations"]
            (to,) = person["to"]
            (content,) = wanted["content"]
            text, subject, sender = content["value"], wanted["subject"], wanted["from"]["email"]
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
        headers: Json = wanted.get("headers", {})
        if (
            not text
            or not subject
            or any(sign in str(value) for value in (subject, *headers.values()) for sign in "\r\n")
        ):
            return self._error(
                400,
                "The content value must be a string at least one character in length.",
                "content.0.value",
            )
        ids = re.findall(r"<([^<>]+)>", str(headers.get("References", "")))
        native_id = f"heard-demo-{next(self._numbers)}"
        self.took(native_id, (ids or [review])[0], review, text, public=False)
        return Answer(202, None, {"X-Message-Id": native_id})

    def _error(self, status: int, message: str, field: str | None) -> Answer:
        return Answer(status, {"errors": [{"message": message, "field": field, "help": None}]})


PLATFORM = SendGrid
