"""How platforms sign what they send with a private key, for which they publish or show the other
half: `sign` beside `verify`.

Owns Amazon SNS (RSA, with a certificate that each message names) and SendGrid (ECDSA, with a key
that the business pastes). Verifiers are total: any bytes and any headers in, None or one `Refusal`
out; only SNS's certificate can be out of reach, which is a fault. `sign` is for the simulated
platforms, which have keys of their own. Knows nothing of what is in a message. `cryptography` is
imported where it is needed: most connections never do, and it costs `ingest` tens of milliseconds.
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
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from heard.clock import stamp
from heard.connectors import Http, Refusal, RefusalReason, Rejected, Request
from heard.connectors.http import ask
from heard.connectors.parsing import read_object
from heard.connectors.signatures import TOLERANCE_SECONDS, same
from heard.errors import Unparseable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_SNS_HOST: Final = re.compile(
    r"sns\.[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\.amazonaws\.com(\.cn)?"
)
"""SNS in a region.

Amazon's own validators take any word there, and with it a bucket of anybody's at
sns.s3-us-west-2.amazonaws.com.
"""
_CERTIFICATE_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-]+)+\.pem")
_SNS_SIGNED: Final = (
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
_CERTIFICATES_KEPT: Final = 16
_URL_LIMIT: Final = 500
_UNIX_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")


@dataclass(slots=True)
class Sns:
    """Amazon SNS over HTTP.

    An RSA signature over the fields of the message, with the certificate that the message names.

    The certificate is taken from hosts of SNS alone (`certificate_base`, for a stack on one
    machine, names the only other place), so that whoever can publish there can sign. Its validity
    dates are not looked at, as Amazon's own validators do not either: SNS goes on naming a
    certificate for a while after its end, and what vouches for it is the TLS of the host that it
    comes from. A right signature proves that some AWS account sent this; whose, only `TopicArn`
    says, which must be the one expected.

    Nothing is stale: SNS repeats a delivery for hours, with the time of the first. Sources:
    docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages";
    github.com/aws/aws-php-sns-message-validator and aws-js-sns-message-validator.
    """

    _certificates: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def verify(
        self, request: Request, topic_arn: str, certificate_base: str, http: Http
    ) -> Refusal | None:
        """None if SNS signed the body for this topic.

        Raises PlatformUnavailable if the certificate cannot be fetched just now.
        """
        if not topic_arn:
            return Refusal(
                RefusalReason.NO_SECRET,
                "The connection does not say which topic to believe: enter topic_arn.",
            )
        try:
            document = read_object(request.body)
        except Unparseable:
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The body is not a message of SNS (is raw message delivery on?).",
            )
        signature = document.get("Signature")
        address = document.get("SigningCertURL") or document.get("SigningCertUrl")
        if not signature or not address:
            return Refusal(
                RefusalReason.SIGNATURE_MISSING, "Signature and SigningCertURL are both needed."
            )
        version = _SNS_VERSIONS.get(str(document.get("SignatureVersion")))
        content, given = _sns_content(document), _decoded(signature)
        if version is None or content is None or given is None:
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The signature is not one of version 1 or 2 over text.",
            )
        if not same(topic_arn, str(document.get("TopicArn"))):
            return Refusal(
                RefusalReason.SIGNATURE_WRONG,
                "The message is of another topic than the connection's topic_arn.",
            )
        if not isinstance(address, str) or not _is_certificate(address, certificate_base):
            return Refusal(
                RefusalReason.SIGNATURE_WRONG, "SigningCertURL is not a certificate of SNS."
            )
        certificate = self._certificate(address, http)
        if certificate is None or not _rsa_fits(certificate, given, content, version):
            return Refusal(RefusalReason.SIGNATURE_WRONG, "The signature does not fit the message.")
        return None

    def sign(self, request: Request, secret: str, now: datetime) -> Request:
        """The message as SNS would send it, with its date and signature.

        A confirmation also gets its SubscribeURL.

        `secret` is JSON: `key` (a private key, PEM), `certificate_url`, and `version`, 2 if not
        said. Raises ValueError for anything else.
        """
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

        try:
            made: dict[str, str] = json.loads(secret)
            key = serialization.load_pem_private_key(made["key"].encode(), None)
            address, version = made["certificate_url"], made.get("version", "2")
            algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
        except (KeyError, TypeError, AttributeError) as misfit:
            raise ValueError("The secret is not a key of a simulated SNS.") from misfit
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("SNS signs with RSA keys.")
        document = {
            "Timestamp": stamp(now),
            **read_object(request.body),
            "SignatureVersion": version,
            "SigningCertURL": address,
        }
        if str(document.get("Type")).endswith("Confirmation"):
            asked = {
                "Action": "ConfirmSubscription",
                "TopicArn": str(document.get("TopicArn")),
                "Token": str(document.get("Token")),
            }
            document.setdefault("SubscribeURL", f"{address.rpartition('/')[0]}/?{urlencode(asked)}")
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

    def _certificate(self, address: str, http: Http) -> bytes | None:
        """A certificate by its address, which names it for ever; None if there is none.

        Only those that are there are remembered.
        """
        if address not in self._certificates:
            answer = ask(http, "Amazon SNS", "GET", address)
            if isinstance(answer, Rejected):
                return None
            while len(self._certificates) >= _CERTIFICATES_KEPT:
                self._certificates.pop(next(iter(self._certificates)))
            self._certificates[address] = answer.body
        return self._certificates[address]


def is_confirmation(address: str, topic_arn: str, certificate_base: str) -> bool:
    """Whether a SubscribeURL confirms the subscription to this topic, at SNS itself, and does
    nothing else.
    """
    if not _is_of_sns(address, certificate_base):
        return False
    asked = parse_qs(urlsplit(address).query, keep_blank_values=True)
    return asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [topic_arn]


def _is_certificate(address: str, certificate_base: str) -> bool:
    if not _is_of_sns(address, certificate_base):
        return False
    # No query: with one the host is SNS's API, whose answers hold what its callers have stored
    # there, a certificate of theirs, say.
    parts = urlsplit(address)
    return _CERTIFICATE_PATH.fullmatch(parts.path) is not None and "?" not in address


def _is_of_sns(address: str, certificate_base: str) -> bool:
    """Whether an address is one of SNS's own, or, where `certificate_base` is said, of that origin
    alone.
    """
    # Anything that two readers of an address may understand differently is no address of SNS.
    if (
        len(address) > _URL_LIMIT
        or not re.fullmatch(r"[!-~]+", address)
        or any(sign in address for sign in "\\@#")
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
    """What SNS signs: names and values, a line each, of the fields that are there.

    None if one of them is not text.
    """
    signed = [(name, document[name]) for name in _SNS_SIGNED if document.get(name) is not None]
    if not all(isinstance(value, str) for _, value in signed):
        return None
    return "".join(f"{name}\n{value}\n" for name, value in signed).encode("utf-8", "surrogatepass")


def _rsa_fits(certificate: bytes, signature: bytes, content: bytes, version: str) -> bool:
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

    What the business pastes is the public key as SendGrid shows it: Base64 of the DER
    SubjectPublicKeyInfo. Source:
    twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks;
    sendgrid/sendgrid-python, helpers/eventwebhook.
    """

    SIGNATURE = "x-twilio-email-event-webhook-signature"
    TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if one of the public keys fits the signature and its time is at most
        `TOLERANCE_SECONDS` from `now`.
        """
        keys = [key for key in (_public_key(secret) for secret in secrets) if key]
        if not keys:
            return Refusal(
                RefusalReason.NO_SECRET,
                "The connection has no public key of SendGrid to check signatures with.",
            )
        signature, seconds = (
            request.headers.get(self.SIGNATURE, ""),
            request.headers.get(self.TIMESTAMP, ""),
        )
        if not (signature and seconds):
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                f"{self.SIGNATURE} and {self.TIMESTAMP} are both needed.",
            )
        given = _decoded(signature)
        if given is None or not _UNIX_SECONDS.fullmatch(seconds):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The signature is not Base64, or its time not Unix seconds.",
            )
        if not any(_ecdsa_fits(key, given, seconds.encode() + request.body) for key in keys):
            return Refusal(
                RefusalReason.SIGNATURE_WRONG, f"{self.SIGNATURE} does not fit what was sent."
            )
        if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
            at = stamp(datetime.fromtimestamp(int(seconds), UTC))
            return Refusal(
                RefusalReason.STALE,
                f"{self.TIMESTAMP} ({at}) is more than {TOLERANCE_SECONDS} seconds from now.",
            )
        return None

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
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
        """Nothing that could be used: SendGrid makes the key pair.

        Never asked for, since the secret is given.
        """
        return randomness.token_urlsafe(32)

    def unfit(self, secret: str) -> str | None:
        """None for a public key on the curve P-256."""
        if "PRIVATE KEY" in secret:
            return "this is a private key, which nobody should have but its owner; paste the public key that SendGrid shows"
        return (
            None
            if _public_key(secret)
            else "paste the public key as SendGrid shows it: one line that begins with MFkwEwYHKoZIzj0"
        )


def _public_key(secret: str) -> EllipticCurvePublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    # With or without the lines that PEM puts around it, as people copy it.
    bare = "".join(line.strip() for line in secret.splitlines() if "-----" not in line)
    encoded = _decoded(bare)
    try:
        key = serialization.load_der_public_key(encoded) if encoded else None
    except (ValueError, UnsupportedAlgorithm):
        return None
    return (
        key
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        else None
    )


def _ecdsa_fits(key: EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: object) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None
