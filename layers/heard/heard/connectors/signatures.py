"""How platforms sign what they send with a shared secret: `sign` beside `verify`.

Owns the schemes (`heard.connectors.Scheme`) and nothing else: no payload. Each scheme exists once,
and signs the bytes as they came.

Verifiers are total: any bytes and any headers in, None or one `SignatureFailure` out. They compare
in constant time. They accept any of several valid secrets and never say which, so a secret can be
changed without losing a delivery. Signers raise ValueError for a secret that the scheme cannot use.
Signatures made with keys are in `keys`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as randomness
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal
from urllib.parse import parse_qs, urlsplit

from heard.clock import format_time, parse_time
from heard.connectors import SignatureFailure, SignatureFailureReason, WebhookRequest
from heard.connectors.parsing import read_form
from heard.errors import Unparseable

TOLERANCE_SECONDS: Final = 300
"""How far from now a signed time may be, in both directions.

Slack prescribes it. Standard Webhooks asks for "some allowable tolerance", and each of its
reference libraries uses this one. Zendesk prescribes none.
"""

# No sign, no leading zeros, no fraction: the signature covers the digits as they are written.
_UNIX_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")
_DIGEST_BYTES: Final = {"sha1": 20, "sha256": 32}

type Algorithm = Literal["sha1", "sha256"]
type Encoding = Literal["hex", "base64"]


class SharedSecret:
    """What all schemes with a shared secret have in common.

    Every text but an empty one is a secret.
    """

    covers_address: ClassVar[bool] = False

    def new_secret(self) -> str:
        """43 random characters."""
        return randomness.token_urlsafe(32)

    def secret_problem(self, secret: str) -> str | None:
        """None unless the secret is blank."""
        return None if secret.strip() else "the secret is empty"


@dataclass(frozen=True, slots=True)
class BodyHmac(SharedSecret):
    """An HMAC of the raw body in one header.

    The header holds `prefix` and the digest, in lower-case hexadecimal or Base64. With
    `prefix_optional`, a digest without the prefix counts too, for platforms whose documents
    disagree. `required_headers` are other headers that every genuine request has.

    Nothing is dated, so nothing is ever stale. The ids in the body show a repetition.
    """

    header: str
    algorithm: Algorithm = "sha256"
    encoding: Encoding = "hex"
    prefix: str = ""
    prefix_optional: bool = False
    required_headers: tuple[str, ...] = ()

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if the header holds the body's HMAC under one of the secrets."""
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        signature = request.headers.get(self.header, "")
        if not signature:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                f"The header {self.header} is missing: the request is not signed.",
            )
        if absent := [name for name in self.required_headers if not request.headers.get(name)]:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                f"{', '.join(absent)} is missing, which every genuine request has.",
            )
        digest = (
            signature.removeprefix(self.prefix)
            if self.prefix_optional or signature.startswith(self.prefix)
            else ""
        )
        if not _is_digest(digest, self.algorithm, self.encoding):
            shape = f"{self.prefix!r} and " if self.prefix else ""
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                f"{self.header} is not {shape}a {self.algorithm} digest in {self.encoding}.",
            )
        return _compare_signatures(
            (_digest(key, request.body, self.algorithm, self.encoding) for key in usable_secrets),
            digest,
            self.header,
        )

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with its header."""
        return _with_headers(
            request,
            {
                self.header: self.prefix
                + _digest(secret, request.body, self.algorithm, self.encoding)
            },
        )


_STANDARD_HEADERS: Final = ("id", "timestamp", "signature")


@dataclass(frozen=True, slots=True)
class StandardWebhooks(SharedSecret):
    """Standard Webhooks 1.0.0, symmetric (`v1`): an HMAC over id, time and body.

    Svix sends the same under `svix-` names. The header may hold several signatures; entries of
    other versions are ignored. No implementation of the scheme can sign a body that is not UTF-8,
    so it is refused.

    Source: github.com/standard-webhooks, spec/standard-webhooks.md.
    """

    prefixes: tuple[str, ...] = ("webhook-",)

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if a `v1` signature fits and is at most `TOLERANCE_SECONDS` from `now`."""
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        prefix = self._prefix(request)
        message_id, seconds, signatures = (
            request.headers.get(prefix + name, "") for name in _STANDARD_HEADERS
        )
        if not (message_id and seconds and signatures):
            detail = f"{prefix}id, {prefix}timestamp and {prefix}signature are all needed."
            return SignatureFailure(SignatureFailureReason.SIGNATURE_MISSING, detail)
        if not _UNIX_SECONDS.fullmatch(seconds):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                f"{prefix}timestamp is not a whole number of Unix seconds.",
            )
        v1_signatures = [
            signature
            for version, comma, signature in (
                entry.partition(",") for entry in signatures.split(" ")
            )
            if version == "v1" and comma
        ]
        if not v1_signatures:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                f"{prefix}signature holds no signature of version v1.",
            )
        matches, key_count = False, 0
        for secret in usable_secrets:
            try:
                expected = _standard_signature(secret, message_id, int(seconds), request.body)
            except UnicodeError:
                return SignatureFailure(
                    SignatureFailureReason.SIGNATURE_MALFORMED,
                    "The body or its id is not UTF-8, which the scheme cannot sign.",
                )
            except ValueError:
                continue
            key_count += 1
            for signature in v1_signatures:
                matches |= constant_time_equal(expected, signature)
        if not key_count:
            return SignatureFailure(
                SignatureFailureReason.NO_SECRET,
                "None of the connection's secrets is one of Standard Webhooks (whsec_ and Base64).",
            )
        if not matches:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG, f"No signature in {prefix}signature fits."
            )
        return _check_age(int(seconds), now, f"{prefix}timestamp")

    def _prefix(self, request: WebhookRequest) -> str:
        """The names of the headers: those that are complete, else those of which one is there.

        A program on the way may add an id under the other names.
        """
        counts = {
            prefix: sum(bool(request.headers.get(prefix + name)) for name in _STANDARD_HEADERS)
            for prefix in self.prefixes
        }
        return max(self.prefixes, key=lambda prefix: counts[prefix])

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with the three headers.

        An id that is there already stays: it is the receiver's idempotency key.
        """
        prefix, seconds = self.prefixes[0], int(now.timestamp())
        message_id = (
            request.headers.get(f"{prefix}id")
            or "msg_" + hashlib.sha256(request.body).hexdigest()[:24]
        )
        signature = "v1," + _standard_signature(secret, message_id, seconds, request.body)
        return _with_headers(
            request,
            {
                f"{prefix}id": message_id,
                f"{prefix}timestamp": str(seconds),
                f"{prefix}signature": signature,
            },
        )

    def new_secret(self) -> str:
        """`whsec_` and 32 random bytes in Base64."""
        return "whsec_" + base64.b64encode(randomness.token_bytes(32)).decode()

    def secret_problem(self, secret: str) -> str | None:
        """None for `whsec_` and Base64 of 24 to 64 bytes."""
        try:
            valid = (
                secret.startswith("whsec_")
                and 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
            )
        except ValueError:
            valid = False
        return (
            None
            if valid
            else "a secret of Standard Webhooks is whsec_ and Base64 of 24 to 64 bytes"
        )


def _standard_signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    # Imported here: only connections of this scheme need it.
    from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook  # noqa: PLC0415

    try:
        signer = Webhook(secret)
    except EmptyWebhookSecretError:
        raise ValueError("The secret is empty.") from None
    return signer.sign(
        message_id, datetime.fromtimestamp(seconds, UTC), body.decode()
    ).removeprefix("v1,")


@dataclass(frozen=True, slots=True)
class SlackV0(SharedSecret):
    """Slack: a signature over time and body in `X-Slack-Signature`, valid for five minutes.

    It is `v0=` and the HMAC-SHA256 of `v0:{time}:{body}` in hexadecimal.

    Source: docs.slack.dev/authentication/verifying-requests-from-slack.
    """

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if the signature fits and is at most `TOLERANCE_SECONDS` from `now`."""
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        signature, seconds = (
            request.headers.get("x-slack-signature", ""),
            request.headers.get("x-slack-request-timestamp", ""),
        )
        if not (signature and seconds):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                "X-Slack-Signature and X-Slack-Request-Timestamp are both needed.",
            )
        if (
            not _UNIX_SECONDS.fullmatch(seconds)
            or not signature.startswith("v0=")
            or not _is_digest(signature[3:], "sha256", "hex")
        ):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The signature is not v0= and 64 hexadecimal digits, or its time not Unix seconds.",
            )
        content = b"v0:" + seconds.encode() + b":" + request.body
        failure = _compare_signatures(
            (_digest(key, content, "sha256", "hex") for key in usable_secrets),
            signature[3:],
            "X-Slack-Signature",
        )
        return failure or _check_age(int(seconds), now, "X-Slack-Request-Timestamp")

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with both headers."""
        seconds = str(int(now.timestamp()))
        signature = "v0=" + _digest(
            secret, b"v0:" + seconds.encode() + b":" + request.body, "sha256", "hex"
        )
        return _with_headers(
            request, {"x-slack-request-timestamp": seconds, "x-slack-signature": signature}
        )


@dataclass(frozen=True, slots=True)
class ZendeskV1(SharedSecret):
    """Zendesk: a signature over time and body in `X-Zendesk-Webhook-Signature`.

    It is Base64 of the HMAC-SHA256 of the time followed by the body. The secret is used as it is
    written, though it looks like Base64. The secret with which Zendesk signs its tests is public:
    `secret_problem` says so.

    Source: developer.zendesk.com/documentation/webhooks/verifying.
    """

    PUBLIC_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    _TIME = "x-zendesk-webhook-signature-timestamp"
    _SIGNATURE = "x-zendesk-webhook-signature"

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if the signature fits and its time is at most `TOLERANCE_SECONDS` from `now`.

        The time is ISO 8601, or Unix seconds.
        """
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        signature, timestamp = (
            request.headers.get(self._SIGNATURE, ""),
            request.headers.get(self._TIME, ""),
        )
        if not (signature and timestamp):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                f"{self._SIGNATURE} and {self._TIME} are both needed.",
            )
        try:
            seconds = (
                int(timestamp)
                if _UNIX_SECONDS.fullmatch(timestamp)
                else int(parse_time(timestamp).timestamp())
            )
        except (ValueError, OverflowError):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED, f"{self._TIME} is not a time."
            )
        if not _is_digest(signature, "sha256", "base64"):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                f"{self._SIGNATURE} is not a sha256 digest in base64.",
            )
        content = timestamp.encode("utf-8", "surrogatepass") + request.body
        failure = _compare_signatures(
            (_digest(key, content, "sha256", "base64") for key in usable_secrets),
            signature,
            self._SIGNATURE,
        )
        return failure or _check_age(seconds, now, self._TIME)

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with both headers."""
        timestamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _with_headers(
            request,
            {
                self._TIME: timestamp,
                self._SIGNATURE: _digest(
                    secret, timestamp.encode() + request.body, "sha256", "base64"
                ),
            },
        )

    def secret_problem(self, secret: str) -> str | None:
        """None unless the secret is blank, or the public one."""
        if hmac.compare_digest(
            secret.encode("utf-8", "surrogatepass"), self.PUBLIC_TEST_SECRET.encode()
        ):
            return (
                "this is the secret of Zendesk's documentation, which everybody knows; open the "
                "webhook in the Admin Center to see its own secret"
            )
        return None if secret.strip() else "the secret is empty"


@dataclass(frozen=True, slots=True)
class SecretHeader(SharedSecret):
    """The secret itself in a header.

    A person who has read one request can forge others, so only TLS protects the secret.
    """

    headers: tuple[str, ...]

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if one of the headers holds one of the secrets."""
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        values = [request.headers[name] for name in self.headers if request.headers.get(name)]
        if not values:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                f"The request brings no secret in {' or '.join(self.headers)}.",
            )
        matches = False
        for secret in usable_secrets:
            for value in values:
                matches |= constant_time_equal(secret, value)
        return (
            None
            if matches
            else SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                "The secret in the header is not the connection's.",
            )
        )

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with the secret in the first header."""
        return _with_headers(
            request, {self.headers[0]: _key_bytes(secret).decode("utf-8", "surrogatepass")}
        )


@dataclass(frozen=True, slots=True)
class BasicAuth(SharedSecret):
    """HTTP Basic authentication (RFC 7617).

    For platforms that sign nothing, but let the receiver's address hold `user:password@`.
    """

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if the request holds one of the secrets, each of which is `user:password`."""
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic" or not encoded:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING,
                "The request brings no user and password (Authorization: Basic).",
            )
        try:
            user_password = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "Authorization: Basic holds no Base64 of user and password.",
            )
        matches = False
        for secret in usable_secrets:
            matches |= constant_time_equal(secret, user_password)
        return (
            None
            if matches
            else SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                "The user or the password is not the connection's.",
            )
        )

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with user and password."""
        return _with_headers(
            request, {"authorization": "Basic " + base64.b64encode(_key_bytes(secret)).decode()}
        )

    def new_secret(self) -> str:
        """`heard:` and a random password.

        No character of it must be escaped in an address.
        """
        return f"heard:{randomness.token_urlsafe(32)}"

    def secret_problem(self, secret: str) -> str | None:
        """None for `user:password`."""
        user, colon, password = secret.partition(":")
        return None if user and colon and password else "write it as user:password"


@dataclass(frozen=True, slots=True)
class TwilioV1(SharedSecret):
    """`X-Twilio-Signature`: an HMAC over the address and the form's fields, in Base64.

    Twilio signs the address with or without the port, depending on its sender. So both are tried,
    as Twilio's own libraries do. Where the query holds `bodySHA256` (JSON bodies), that hash binds
    the body, else its form fields do. It is HMAC-SHA1, or HMAC-SHA256 for requests signed with a
    shared key, as a header says.

    Sources: twilio.com/docs/usage/webhooks (webhooks-security, webhook-shared-keys); twilio-python,
    twilio/request_validator.py.
    """

    covers_address: ClassVar[bool] = True

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if one of the secrets signed the address and the form.

        The address is the one that Twilio knows, with the query that it sent.
        """
        if not (usable_secrets := _usable_secrets(secrets)):
            return _no_secret_failure()
        signature = request.headers.get("x-twilio-signature", "")
        if not signature:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MISSING, "X-Twilio-Signature is missing."
            )
        algorithm = _TWILIO_HASHES.get(self._algorithm(request).upper())
        if algorithm is None:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The signature's algorithm is neither HMAC_SHA1 nor HMAC_SHA256.",
            )
        request_url = _request_url(url, request)
        try:
            parameters = _twilio_parameters(request_url, request.body)
            addresses = tuple(_twilio_addresses(request_url))
        except (Unparseable, ValueError):
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_MALFORMED,
                "The address or the form cannot be read as Twilio signs it.",
            )
        if parameters is None:
            return SignatureFailure(
                SignatureFailureReason.SIGNATURE_WRONG,
                "The body does not have the hash that the address names (bodySHA256).",
            )
        expected = (
            _twilio_signature(key, address, parameters, algorithm)
            for key in usable_secrets
            for address in addresses
        )
        return _compare_signatures(expected, signature, "X-Twilio-Signature")

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with its header."""
        request_url, algorithm = (
            _request_url(url, request),
            _TWILIO_HASHES[self._algorithm(request).upper()],
        )
        parameters = _twilio_parameters(request_url, request.body) or []
        return _with_headers(
            request,
            {"x-twilio-signature": _twilio_signature(secret, request_url, parameters, algorithm)},
        )

    @staticmethod
    def _algorithm(request: WebhookRequest) -> str:
        settings = [
            part.partition("=")
            for part in request.headers.get("x-twilio-webhooks-signature-settings", "").split(",")
        ]
        return next(
            (
                value.strip()
                for name, _, value in settings
                if name.strip() == "algorithm" and value.strip()
            ),
            "HMAC_SHA1",
        )


_TWILIO_HASHES: Final[Mapping[str, Algorithm]] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def _request_url(url: str, request: WebhookRequest) -> str:
    address = url.partition("?")[0]
    return f"{address}?{request.query}" if request.query else address


def _twilio_signature(
    secret: str, url: str, parameters: Iterable[tuple[str, str]], algorithm: Algorithm
) -> str:
    # The names in order; the values of each name in order, each value once.
    content = url + "".join(name + value for name, value in sorted(set(parameters)))
    return _digest(secret, content.encode("utf-8", "surrogatepass"), algorithm, "base64")


def _twilio_parameters(url: str, body: bytes) -> list[tuple[str, str]] | None:
    """The part of the body that the signature covers.

    None if the body is not the one that the address names.
    """
    # `parse_qs` merges names: of two hashes in one address the first counts, as in Twilio's
    # libraries.
    body_hashes = parse_qs(urlsplit(url).query, keep_blank_values=True, max_num_fields=1_000).get(
        "bodySHA256"
    )
    if body_hashes is None:
        return read_form(body)
    return [] if constant_time_equal(hashlib.sha256(body).hexdigest(), body_hashes[0]) else None


def _twilio_addresses(url: str) -> Iterator[str]:
    """The address as it is, without its port, and with the standard port.

    Raises ValueError for a port that is no port.
    """
    yield url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if parts.port is not None:
        yield parts._replace(netloc=user + at + host.rpartition(":")[0]).geturl()
    elif not host.endswith(":"):
        yield parts._replace(
            netloc=f"{user}{at}{host}:{443 if parts.scheme == 'https' else 80}"
        ).geturl()


# What the schemes share


def challenge_response(secret: str, challenge: str, encoding: Encoding) -> str:
    """The HMAC-SHA256 of a challenge, for platforms that check whether we know the secret.

    Raises ValueError without a secret.
    """
    return _digest(secret, challenge.encode("utf-8", "surrogatepass"), "sha256", encoding)


def constant_time_equal(expected: str, actual: str) -> bool:
    """Whether two texts are equal, compared in constant time."""
    return hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), actual.encode("utf-8", "surrogatepass")
    )


def _usable_secrets(secrets: Iterable[str]) -> tuple[str, ...]:
    return tuple(secret for secret in secrets if secret.strip())


def _no_secret_failure() -> SignatureFailure:
    return SignatureFailure(
        SignatureFailureReason.NO_SECRET,
        "The connection has no secret, so signatures cannot be checked.",
    )


def _key_bytes(secret: str) -> bytes:
    if not secret.strip():
        raise ValueError("The secret is empty.")
    return secret.encode("utf-8", "surrogatepass")


def _digest(secret: str, content: bytes, algorithm: Algorithm, encoding: Encoding) -> str:
    mac = hmac.new(_key_bytes(secret), content, algorithm)
    return mac.hexdigest() if encoding == "hex" else base64.b64encode(mac.digest()).decode()


def _is_digest(value: str, algorithm: Algorithm, encoding: Encoding) -> bool:
    size = _DIGEST_BYTES[algorithm]
    if encoding == "hex":
        return len(value) == 2 * size and all(digit in "0123456789abcdef" for digit in value)
    try:
        return len(base64.b64decode(value, validate=True)) == size
    except ValueError:
        return False


def _compare_signatures(
    expected: Iterable[str], signature: str, header: str
) -> SignatureFailure | None:
    """None if one of the expected signatures is the actual one.

    It always compares all of them.
    """
    matches = False
    for candidate in expected:
        matches |= constant_time_equal(candidate, signature)
    return (
        None
        if matches
        else SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG, f"{header} does not fit what was sent."
        )
    )


def _check_age(seconds: int, now: datetime, header: str) -> SignatureFailure | None:
    if abs(now.timestamp() - seconds) <= TOLERANCE_SECONDS:
        return None
    sent_at = format_time(datetime.fromtimestamp(seconds, UTC))
    return SignatureFailure(
        SignatureFailureReason.STALE,
        f"{header} ({sent_at}) is more than {TOLERANCE_SECONDS} seconds from now.",
    )


def _with_headers(request: WebhookRequest, headers: Mapping[str, str]) -> WebhookRequest:
    return replace(request, headers={**request.headers, **headers})
