"""Amazon SES and SNS, played.

The certificate and the confirmation of SNS, and SES's SendEmail (v2).

Sources: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
…/sns/latest/dg/sns-verify-signature-of-message.html,
…/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (the signature is computed here
from that page, not with botocore).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import cache
from itertools import count
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform

CERTIFICATE: Final = "/SimpleNotificationService-0000000000000000.pem"


@cache
def _key_and_certificate() -> tuple[str, bytes]:
    """One key for the life of the process: making it takes a while."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    began = datetime(2020, 1, 1, tzinfo=UTC)
    # It has ended long ago, as certificates that SNS names sometimes have.
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    certificate = (
        builder.not_valid_before(began)
        .not_valid_after(began + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM)


class Ses(Platform):
    """An account that receives and sends mail. A resource is a received mail.

    `{"message_id", "references": […]}`, ids without brackets.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "access_key_id": "AKIAHEARDDEMO",
        "secret_access_key": "demo/secret/that/opens/nothing",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "topic_arn": "arn:aws:sns:eu-west-1:000000000000:heard-demo",
        "region": "eu-west-1",
        "from_address": "hello@acme.example",
        "api_base": "{url}",
        "certificate_base": "{url}",
    }

    def start(self) -> None:
        self._mails: dict[str, Json] = {}
        self._numbers = count(1)
        self.confirmed: list[str] = []

    @property
    def signing_secret(self) -> str:
        return json.dumps(
            {"key": _key_and_certificate()[0], "certificate_url": self.url() + CERTIFICATE}
        )

    @property
    def shown_secret(self) -> None:
        return None

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The mail that a notification is about."""
        if fields.get("Type") != "Notification":
            return
        mail: Json = json.loads(fields["Message"])["mail"]
        headers = {each["name"].lower(): each["value"] for each in mail["headers"]}
        ids = re.findall(
            r"<([^<>]+)>", headers.get("references", "") or headers.get("in-reply-to", "")
        )
        yield Known(
            mail["messageId"],
            {"message_id": mail["commonHeaders"]["messageId"].strip("<>"), "references": ids},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._mails.pop(native_id, None)
        else:
            self._mails[native_id] = resource

    def reset(self) -> None:
        self._mails.clear()

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path:
            case "GET", "/":
                return Operation(Calls.LOOK, frozenset(), lambda: self._confirm(ask))
            case "GET", path if path == CERTIFICATE:
                answer = Answer(
                    200, _key_and_certificate()[1], {"Content-Type": "application/x-pem-file"}
                )
                return Operation(Calls.LOOK, frozenset(), lambda: answer)
            case "POST", "/v2/email/outbound-emails":
                return Operation(Calls.REPLY, frozenset(self._mails), lambda: self._send(ask))
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(400, "MessageRejected", "Email address is not verified.")

    def rate_limit(self, seconds: int) -> Answer:
        answer = self._error(429, "TooManyRequestsException", "Too many requests.")
        return Answer(429, answer.body, {**answer.headers, "Retry-After": str(seconds)})

    def _confirm(self, ask: Ask) -> Answer:
        if ask.asked("Action") != "ConfirmSubscription" or not ask.asked("Token"):
            return self._error(400, "InvalidParameter", "Invalid parameter: Token")
        self.confirmed.append(ask.asked("TopicArn") or "")
        return Answer(200, b"<ConfirmSubscriptionResponse/>", {"Content-Type": "text/xml"})

    def _send(self, ask: Ask) -> Answer:
        if not self._is_signed(ask):
            return self._error(
                403, "SignatureDoesNotMatch", "The request signature we calculated does not match."
            )
        wanted = ask.json()
        try:
            raw = b64decode(wanted["Content"]["Raw"]["Data"], validate=True)
            to: list[str] = wanted["Destination"]["ToAddresses"]
        except (KeyError, TypeError, ValueError):
            return self._error(400, "BadRequestException", "Content and Destination are required.")
        mail = message_from_bytes(raw, policy=policy.default)
        if (
            not str(mail["From"]).endswith("@acme.example>")
            or str(mail["To"]) not in to
            or any(b"\n" in line for line in raw.split(b"\r\n"))
        ):
            return self._error(400, "MessageRejected", "Email address is not verified.")
        answered = str(mail["In-Reply-To"] or "").strip().strip("<>")
        thread = [each.strip("<>") for each in str(mail["References"] or "").split()]
        review = next(
            (native for native, known in self._mails.items() if known["message_id"] == answered), ""
        )
        content = mail.get_content()
        # SES gives the mail an id of its own, whatever Message-ID it came with.
        native_id = f"0102018e{next(self._numbers):08x}-heard-demo-000000"
        self.took(
            native_id,
            (thread or [answered])[0],
            review,
            content.replace("\r\n", "\n").rstrip("\n"),
            public=False,
        )
        return Answer(200, {"MessageId": native_id})

    def _is_signed(self, ask: Ask) -> bool:
        """Signature Version 4, step by step."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/ses/aws4_request, "
            r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
            ask.headers.get("authorization", ""),
        )
        at = ask.headers.get("x-amz-date", "")
        if not found or found[1] != self.accepts["access_key_id"] or not at.startswith(found[2]):
            return False
        if abs(
            datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
        ) > timedelta(minutes=15):
            return False
        _, day, region, names, signature = found.groups()
        headers = "".join(
            f"{name}:{' '.join(ask.headers.get(name, '').split())}\n" for name in names.split(";")
        )
        path = self.url().partition("://")[2].partition("/")[2]
        called = [
            "POST",
            f"/{path}{ask.path}",
            "",
            headers,
            names,
            hashlib.sha256(ask.body).hexdigest(),
        ]
        scope = f"{day}/{region}/ses/aws4_request"
        content = "\n".join(
            ["AWS4-HMAC-SHA256", at, scope, hashlib.sha256("\n".join(called).encode()).hexdigest()]
        )
        key = f"AWS4{self.accepts['secret_access_key']}".encode()
        for part in (day, region, "ses", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.new(key, content.encode(), "sha256").hexdigest(), signature)

    def _error(self, status: int, kind: str, message: str) -> Answer:
        return Answer(status, {"message": message}, {"x-amzn-ErrorType": kind})


PLATFORM = Ses
