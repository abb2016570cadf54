"""Amazon SES and SNS, simulated.

SNS has its certificate and the confirmation of subscriptions; SES has SendEmail (v2).

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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import cache
from itertools import count
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from heard_simulator.contract import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.mails import received_mail_id
from heard_simulator.platform import SimulatedPlatform

CERTIFICATE_PATH: Final = "/SimpleNotificationService-0000000000000000.pem"


@cache
def _key_and_certificate() -> tuple[str, bytes]:
    """One key for each process, because it takes a while to make one."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    valid_from = datetime(2020, 1, 1, tzinfo=UTC)
    # It ended long ago, as some certificates of SNS did.
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    certificate = (
        builder.not_valid_before(valid_from)
        .not_valid_after(valid_from + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM)


class SimulatedSes(SimulatedPlatform):
    """An account that receives and sends mail.

    A resource is a received mail: `{"message_id", "references": […]}`, ids without brackets.
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
        self._numbers = count(1)
        self.confirmed_topics: list[str] = []

    @property
    def signing_secret(self) -> str:
        return json.dumps(
            {"key": _key_and_certificate()[0], "certificate_url": self.url() + CERTIFICATE_PATH}
        )

    @property
    def visible_secret(self) -> None:
        return None

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The mail of a notification."""
        if fields.get("Type") != "Notification":
            return
        mail: Json = json.loads(fields["Message"])["mail"]
        headers = {header["name"].lower(): header["value"] for header in mail["headers"]}
        ids = re.findall(
            r"<([^<>]+)>", headers.get("references", "") or headers.get("in-reply-to", "")
        )
        message_id = mail["commonHeaders"]["messageId"].strip("<>")
        yield KnownResource(
            received_mail_id(message_id, headers.get("from", "")),
            {"message_id": message_id, "references": ids},
        )

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path:
            case "GET", "/":
                return Operation(CallKind.READ, frozenset(), lambda: self._confirm(request))
            case "GET", path if path == CERTIFICATE_PATH:
                response = PlatformResponse(
                    200, _key_and_certificate()[1], {"Content-Type": "application/x-pem-file"}
                )
                return Operation(CallKind.READ, frozenset(), lambda: response)
            case "POST", "/v2/email/outbound-emails":
                return self.reply(request, lambda: self._send(request), *self.resources)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(400, "MessageRejected", "Email address is not verified.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        response = self._error(429, "TooManyRequestsException", "Too many requests.")
        return replace(response, headers={**response.headers, "Retry-After": str(seconds)})

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if self._has_valid_signature(request):
            return None
        message = "The request signature we calculated does not match."
        return self._error(403, "SignatureDoesNotMatch", message)

    def _confirm(self, request: PlatformRequest) -> PlatformResponse:
        if request.query_value("Action") != "ConfirmSubscription" or not request.query_value(
            "Token"
        ):
            return self._error(400, "InvalidParameter", "Invalid parameter: Token")
        self.confirmed_topics.append(request.query_value("TopicArn") or "")
        return PlatformResponse(
            200, b"<ConfirmSubscriptionResponse/>", {"Content-Type": "text/xml"}
        )

    def _send(self, request: PlatformRequest) -> PlatformResponse:
        payload = request.json()
        try:
            raw = b64decode(payload["Content"]["Raw"]["Data"], validate=True)
            to: list[str] = payload["Destination"]["ToAddresses"]
        except (KeyError, TypeError, ValueError):
            return self._error(400, "BadRequestException", "Content and Destination are required.")
        mail = message_from_bytes(raw, policy=policy.default)
        if (
            not str(mail["From"]).endswith("@acme.example>")
            or str(mail["To"]) not in to
            or any(b"\n" in line for line in raw.split(b"\r\n"))
        ):
            return self._error(400, "MessageRejected", "Email address is not verified.")
        parent_message_id = str(mail["In-Reply-To"] or "").strip().strip("<>")
        references = [entry.strip("<>") for entry in str(mail["References"] or "").split()]
        parent_id = next(
            (
                native_id
                for native_id, record in self.resources.items()
                if record["message_id"] == parent_message_id
            ),
            "",
        )
        content = mail.get_content()
        # SES gives the mail an id of its own, whatever Message-ID it came with.
        native_id = f"0102018e{next(self._numbers):08x}-heard-demo-000000"
        self.record_reply(
            native_id,
            (references or [parent_message_id])[0],
            parent_id,
            content.replace("\r\n", "\n").rstrip("\n"),
            public=False,
        )
        return PlatformResponse(200, {"MessageId": native_id})

    def _has_valid_signature(self, request: PlatformRequest) -> bool:
        """Signature Version 4, step by step."""
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/ses/aws4_request, "
            r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
            request.headers.get("authorization", ""),
        )
        amz_date = request.headers.get("x-amz-date", "")
        if (
            not match
            or match[1] != self.accepted_credentials["access_key_id"]
            or not amz_date.startswith(match[2])
        ):
            return False
        if abs(
            datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
        ) > timedelta(minutes=15):
            return False
        _, day, region, names, signature = match.groups()
        headers = "".join(
            f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
            for name in names.split(";")
        )
        path = self.url().partition("://")[2].partition("/")[2]
        canonical_request = [
            "POST",
            f"/{path}{request.path}",
            "",
            headers,
            names,
            hashlib.sha256(request.body).hexdigest(),
        ]
        scope = f"{day}/{region}/ses/aws4_request"
        string_to_sign = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                amz_date,
                scope,
                hashlib.sha256("\n".join(canonical_request).encode()).hexdigest(),
            ]
        )
        key = f"AWS4{self.accepted_credentials['secret_access_key']}".encode()
        for part in (day, region, "ses", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(
            hmac.new(key, string_to_sign.encode(), "sha256").hexdigest(), signature
        )

    def _error(self, status: int, kind: str, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"message": message}, {"x-amzn-ErrorType": kind})


PLATFORM = SimulatedSes
