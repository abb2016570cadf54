"""How platforms sign what they send with a private key: `sign` beside `verify`.

Owns Amazon SNS (RSA, with a certificate that each message names) and SendGrid (ECDSA, with a public
key that the business pastes). Knows nothing of what is in a message.

Verifiers are total: any bytes and any headers in, None or one `SignatureFailure` out. One thing can
be out of reach, which is a fault: the certificate of SNS. `sign` is for samples of the simulated
platforms, whose keys are known. `cryptography` is imported where it is needed: most connections
never need it, and importing it costs `ingest` tens of milliseconds.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from heard.clock import format_time
from heard.connectors import (
    Http,
    HttpRequest,
    Rejection,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
)
from heard.connectors.http import call_api
from heard.connectors.parsing import read_object
from heard.connectors.signatures import TOLERANCE_SECONDS, constant_time_equal
from heard.errors import Unparseable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_SNS_HOST: Final = re.compile(
    r"sns\.[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\.amazonaws\.com(\.cn)?"
)
"""The host of SNS in a region.

Amazon's own validators accept any word in its place. So they also accept the bucket of a stranger,
at sns.s3-us-west-2.amazonaws.com.
"""
_CERTIFICATE_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-]+)+\.pem")
_SNS_SIGNED_FIELDS: Final = (
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
_SNS_VERSIONS: Final = {"1": "SHA1", "2": "SHA256"}
_CERTIFICATE_CACHE_SIZE: Final = 16
_URL_LIMIT: Final = 500
_UNIX_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")


@dataclass(slots=True)
class Sns:
    """Amazon SNS over HTTP: an RSA signature over the fields of the message.

    The message names its certificate. It is read from hosts of SNS alone, so only those can sign
    who can publish there. `certificate_base`, for a stack on one machine, names the only other
    place. The certificate's validity dates are not checked, as in Amazon's own validators: SNS
    names a certificate for a while after its end, and the TLS of the host vouches for it. A right
    signature proves that some AWS account sent the message. Only `TopicArn` says which, so it must
    be the expected one.

    Nothing is stale: SNS repeats a delivery for hours, with the time of the first one.

    Sources: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages";
    github.com/aws/aws-php-sns-message-validator and aws-js-sns-message-validator.
    """

    _certificates: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def verify(
        self, request: WebhookRequest, topic_arn: str, certificate_base: str, http: Http
    ) -> SignatureFailure | None:
        """None if SNS signed the body for this topic.

        Raises PlatformUnavailable if the certificate cannot be read just now.
        """
        if not topic_arn:
            return SignatureFailure(
                SignatureFailureReason.NO_SECRET,
                "The connection does not say which topic it expects: enter topic_arn.",
            )
        try:
            document = read_object(request.body)
        except Unparseable:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The body is not a message of SNS (is raw message delivery on?).",
            )
        signature = document.get("Signature")
        certificate_url = document.get("SigningCertURL") or document.get("SigningCertUrl")
        if not signature or not certificate_url:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                "Signature and SigningCertURL are both needed.",
            )
        version = _SNS_VERSIONS.get(str(document.get("SignatureVersion")))
        content, signature_bytes = _sns_content(document), _decode_base64(signature)
        if version is None or content is None or signature_bytes is None:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The signature is not one of version 1 or 2 over text.",
            )
        if not constant_time_equal(topic_arn, str(document.get("TopicArn"))):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                "The message is of another topic than the connection's topic_arn.",
            )
        if not isinstance(certificate_url, str) or not _is_certificate_url(
            certificate_url, certificate_base
        ):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                "SigningCertURL is not a certificate of SNS.",
            )
        certificate = self._certificate(certificate_url, http)
        if certificate is None or not _verify_rsa(certificate, signature_bytes, content, version):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG, "The signature does not fit the message."
            )
        return None

    def sign(self, request: WebhookRequest, secret: str, now: datetime) -> WebhookRequest:
        """The message as SNS would send it, with its date and signature.

        A confirmation also gets its SubscribeURL. `secret` is JSON: `key` (a private key, PEM),
        `certificate_url`, and `version` (2 by default). Raises ValueError for anything else.
        """
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

        try:
            secret_fields: dict[str, str] = json.loads(secret)
            key = serialization.load_pem_private_key(secret_fields["key"].encode(), None)
            certificate_url, version = (
                secret_fields["certificate_url"],
                secret_fields.get("version", "2"),
            )
            algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("The secret is not a key of a simulated SNS.") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("SNS signs with RSA keys.")
        document = {
            "Timestamp": format_time(now),
            **read_object(request.body),
            "SignatureVersion": version,
            "SigningCertURL": certificate_url,
        }
        if str(document.get("Type")).endswith("Confirmation"):
            parameters = {
                "Action": "ConfirmSubscription",
                "TopicArn": str(document.get("TopicArn")),
                "Token": str(document.get("Token")),
            }
            document.setdefault(
                "SubscribeURL", f"{certificate_url.rpartition('/')[0]}/?{urlencode(parameters)}"
            )
        content = _sns_content(document)
        if content is None:
            raise ValueError("The message holds something that is not text.")
        document["Signature"] = base64.b64encode(
            key.sign(content, padding.PKCS1v15(), algorithm)
        ).decode()
        headers = {
            "x-amz-sns-message-type": str(document.get("Type")),
            "content-type": "text/plain; charset=UTF-8",
        }
        return replace(
            request,
            headers={**request.headers, **headers},
            body=json.dumps(document, ensure_ascii=False).encode(),
        )

    def _certificate(self, url: str, http: Http) -> bytes | None:
        """The certificate at an address; None if there is none.

        The certificate at an address never changes, so it is kept.
        """
        if url not in self._certificates:
            response = call_api(http, "Amazon SNS", HttpRequest("GET", url))
            if isinstance(response, Rejection):
                return None
            while len(self._certificates) >= _CERTIFICATE_CACHE_SIZE:
                self._certificates.pop(next(iter(self._certificates)))
            self._certificates[url] = response.body
        return self._certificates[url]


def is_confirmation_url(address: str, topic_arn: str, certificate_base: str) -> bool:
    """Whether a SubscribeURL confirms the subscription to this topic, and does nothing else.

    It must be at SNS itself.
    """
    if not _is_sns_url(address, certificate_base):
        return False
    parameters = parse_qs(urlsplit(address).query, keep_blank_values=True)
    return parameters.get("Action") == ["ConfirmSubscription"] and parameters.get("TopicArn") == [
        topic_arn
    ]


def _is_certificate_url(address: str, certificate_base: str) -> bool:
    if not _is_sns_url(address, certificate_base):
        return False
    # No query: with one the host is SNS's API. Its responses hold what its callers have stored,
    # for example a certificate of theirs.
    parts = urlsplit(address)
    return _CERTIFICATE_PATH.fullmatch(parts.path) is not None and "?" not in address


def _is_sns_url(address: str, certificate_base: str) -> bool:
    """Whether an address is one of SNS's own.

    With `certificate_base`, only an address of that origin is.
    """
    # An address that two readers may understand differently is not one of SNS's.
    if (
        len(address) > _URL_LIMIT
        or not re.fullmatch(r"[!-~]+", address)
        or any(character in address for character in "\\@#")
    ):
        return False
    try:
        parts, base = urlsplit(address), urlsplit(certificate_base.strip())
    except ValueError:
        return False
    if certificate_base.strip():
        return bool(base.netloc) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    return parts.scheme == "https" and _SNS_HOST.fullmatch(parts.netloc) is not None


def _sns_content(document: Mapping[str, object]) -> bytes | None:
    """What SNS signs: a line for each name and value of the fields that are there.

    None if a value is not text.
    """
    fields = [
        (name, document[name]) for name in _SNS_SIGNED_FIELDS if document.get(name) is not None
    ]
    if not all(isinstance(value, str) for _, value in fields):
        return None
    return "".join(f"{name}\n{value}\n" for name, value in fields).encode("utf-8", "surrogatepass")


def _verify_rsa(certificate: bytes, signature: bytes, content: bytes, version: str) -> bool:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    algorithm = hashes.SHA1() if version == "SHA1" else hashes.SHA256()  # noqa: S303 - version 1 is what SNS signs with by default
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, content, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SendGridEcdsa:
    """SendGrid: an ECDSA signature (P-256, SHA-256) over time and raw body, in DER and Base64.

    The business pastes the public key as SendGrid shows it: Base64 of the DER SubjectPublicKeyInfo.

    Source: twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks;
    sendgrid/sendgrid-python, helpers/eventwebhook.
    """

    covers_address: ClassVar[bool] = False
    SIGNATURE = "x-twilio-email-event-webhook-signature"
    TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if a public key fits the signature and its time is near `now`.

        Near is at most `TOLERANCE_SECONDS`.
        """
        keys = [key for key in (_parse_public_key(secret) for secret in secrets) if key]
        if not keys:
            return SignatureFailure(
                SignatureFailureReason.NO_SECRET,
                "The connection has no public key of SendGrid to check signatures with.",
            )
        signature, seconds = (
            request.headers.get(self.SIGNATURE, ""),
            request.headers.get(self.TIMESTAMP, ""),
        )
        if not (signature and seconds):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                f"{self.SIGNATURE} and {self.TIMESTAMP} are both needed.",
            )
        signature_bytes = _decode_base64(signature)
        if signature_bytes is None or not _UNIX_SECONDS.fullmatch(seconds):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The signature is not Base64, or its time not Unix seconds.",
            )
        if not any(
            _verify_ecdsa(key, signature_bytes, seconds.encode() + request.body) for key in keys
        ):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                f"{self.SIGNATURE} does not fit what was sent.",
            )
        if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
            signed_at = format_time(datetime.fromtimestamp(int(seconds), UTC))
            return SignatureFailure(
                SignatureFailureReason.STALE,
                f"{self.TIMESTAMP} ({signed_at}) is more than {TOLERANCE_SECONDS} seconds "
                "from now.",
            )
        return None

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with both headers; `secret` is a private key (PEM).

        Raises ValueError for anything else.
        """
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        key = serialization.load_pem_private_key(secret.encode("utf-8", "replace"), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("SendGrid signs with keys of an elliptic curve.")
        seconds = str(int(now.timestamp()))
        signature = base64.b64encode(
            key.sign(seconds.encode() + request.body, ec.ECDSA(hashes.SHA256()))
        ).decode()
        return replace(
            request, headers={**request.headers, self.SIGNATURE: signature, self.TIMESTAMP: seconds}
        )

    def new_secret(self) -> str:
        """Nothing usable: SendGrid makes the key pair.

        It is never called, because the secret comes from the platform.
        """
        return randomness.token_urlsafe(32)

    def secret_problem(self, secret: str) -> str | None:
        """None for a public key on the curve P-256."""
        if "PRIVATE KEY" in secret:
            return (
                "this is a private key, which only its owner should have; paste the public key "
                "that SendGrid shows"
            )
        if _parse_public_key(secret):
            return None
        return (
            "paste the public key as SendGrid shows it: one line that begins with MFkwEwYHKoZIzj0"
        )


def _parse_public_key(secret: str) -> EllipticCurvePublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    # With or without the lines around it in PEM: people copy both.
    base64_text = "".join(line.strip() for line in secret.splitlines() if "-----" not in line)
    der = _decode_base64(base64_text)
    try:
        key = serialization.load_der_public_key(der) if der else None
    except (ValueError, UnsupportedAlgorithm):
        return None
    return (
        key
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        else None
    )


def _verify_ecdsa(key: EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode_base64(text: object) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None
