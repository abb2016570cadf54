"""How platforms sign what they send with a shared secret.

Each scheme once, `sign` beside `verify`, over the bytes as they came.

Owns the schemes (`heard.connectors.Scheme`) and nothing else: no payload. Verifiers are total: any
bytes and any headers in, None or one `Refusal` out. They compare in constant time, accept any of
several valid secrets (so that one can be changed without losing a delivery) and never say which.
Signers raise ValueError for a secret that is none. Signatures made with keys are in `keys`.
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
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from heard.clock import moment, stamp
from heard.connectors import Refusal, RefusalReason, Request
from heard.connectors.parsing import read_form
from heard.errors import Unparseable

TOLERANCE_SECONDS: Final = 300
"""How far from now a signed time may be, both ways. Slack prescribes it.

Standard Webhooks asks for "some allowable tolerance", and each of
its reference libraries takes as much; Zendesk prescribes none.
"""

# No sign, no zeros in front, no fraction: the signature covers the digits as written.
_UNIX_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")
_DIGEST_BYTES: Final = {"sha1": 20, "sha256": 32}

type Algorithm = Literal["sha1", "sha256"]
type Encoding = Literal["hex", "base64"]


class SharedSecret:
    """What all schemes with a shared secret have in common.

    Any text but an empty one is a secret.
    """

    def new_secret(self) -> str:
        """43 characters of randomness."""
        return randomness.token_urlsafe(32)

    def unfit(self, secret: str) -> str | None:
        """None unless the secret is blank."""
        return None if secret.strip() else "the secret is empty"


@dataclass(frozen=True, slots=True)
class BodyHmac(SharedSecret):
    """An HMAC of the raw body in one header.

    `prefix` and the digest, in lower-case hexadecimal or Base64.

    Nothing is dated, so nothing is ever stale: a repetition is known by the ids in the body. With
    `bare`, a digest without the prefix counts too, for platforms whose documents disagree. `needs`
    are headers that a genuine request always has beside it.
    """

    header: str
    algorithm: Algorithm = "sha256"
    encoding: Encoding = "hex"
    prefix: str = ""
    bare: bool = False
    needs: tuple[str, ...] = ()

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if the header holds the body's HMAC under one of the secrets."""
        if not (usable := _usable(secrets)):
            return _no_secret()
        given = request.headers.get(self.header, "")
        if not given:
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                f"The header {self.header} is missing: the request is not signed.",
            )
        if lacking := [name for name in self.needs if not request.headers.get(name)]:
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                f"{', '.join(lacking)} is missing, which every genuine request has.",
            )
        digest = (
            given.removeprefix(self.prefix) if self.bare or given.startswith(self.prefix) else ""
        )
        if not _is_digest(digest, self.algorithm, self.encoding):
            shape = f"{self.prefix!r} and " if self.prefix else ""
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                f"{self.header} is not {shape}a {self.algorithm} digest in {self.encoding}.",
            )
        return _verdict(
            (_digest(key, request.body, self.algorithm, self.encoding) for key in usable),
            digest,
            self.header,
        )

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with its header."""
        return _with(
            request,
            {
                self.header: self.prefix
                + _digest(secret, request.body, self.algorithm, self.encoding)
            },
        )


@dataclass(frozen=True, slots=True)
class StandardWebhooks(SharedSecret):
    """Standard Webhooks 1.0.0, symmetric (`v1`): an HMAC over id, time and body.

    Svix sends the same under `svix-` names.

    The header may hold several signatures; entries of other versions are passed over. A body that
    is not UTF-8 cannot be signed in this scheme's implementations and is refused. Source:
    github.com/standard-webhooks, spec/standard-webhooks.md.
    """

    prefixes: tuple[str, ...] = ("webhook-",)

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if a `v1` signature is right and at most `TOLERANCE_SECONDS` from `now`."""
        if not (usable := _usable(secrets)):
            return _no_secret()
        prefix = next(
            (each for each in self.prefixes if f"{each}id" in request.headers), self.prefixes[0]
        )
        message, seconds, signatures = (
            request.headers.get(prefix + name, "") for name in ("id", "timestamp", "signature")
        )
        if not (message and seconds and signatures):
            wanted = f"{prefix}id, {prefix}timestamp and {prefix}signature are all needed."
            return Refusal(RefusalReason.SIGNATURE_MISSING, wanted)
        if not _UNIX_SECONDS.fullmatch(seconds):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                f"{prefix}timestamp is not a whole number of Unix seconds.",
            )
        given = [
            signature
            for version, comma, signature in (
                entry.partition(",") for entry in signatures.split(" ")
            )
            if version == "v1" and comma
        ]
        if not given:
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                f"{prefix}signature holds no signature of version v1.",
            )
        right, keys = False, 0
        for secret in usable:
            try:
                expected = _standard_signature(secret, message, int(seconds), request.body)
            except UnicodeError:
                return Refusal(
                    RefusalReason.SIGNATURE_MALFORMED,
                    "The body or its id is not UTF-8, which the scheme cannot sign.",
                )
            except ValueError:
                continue
            keys += 1
            for signature in given:
                right |= same(expected, signature)
        if not keys:
            return Refusal(
                RefusalReason.NO_SECRET,
                "None of the connection's secrets is one of Standard Webhooks (whsec_ and Base64).",
            )
        if not right:
            return Refusal(
                RefusalReason.SIGNATURE_WRONG, f"No signature in {prefix}signature fits."
            )
        return _stale(int(seconds), now, f"{prefix}timestamp")

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with the three headers. An id that is there already stays.

        It is the receiver's idempotency key.
        """
        prefix, seconds = self.prefixes[0], int(now.timestamp())
        message = (
            request.headers.get(f"{prefix}id")
            or "msg_" + hashlib.sha256(request.body).hexdigest()[:24]
        )
        signature = "v1," + _standard_signature(secret, message, seconds, request.body)
        return _with(
            request,
            {
                f"{prefix}id": message,
                f"{prefix}timestamp": str(seconds),
                f"{prefix}signature": signature,
            },
        )

    def new_secret(self) -> str:
        """`whsec_` and 32 random bytes in Base64."""
        return "whsec_" + base64.b64encode(randomness.token_bytes(32)).decode()

    def unfit(self, secret: str) -> str | None:
        """None for `whsec_` and Base64 of 24 to 64 bytes."""
        try:
            fits = (
                secret.startswith("whsec_")
                and 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
            )
        except ValueError:
            fits = False
        return (
            None if fits else "a secret of Standard Webhooks is whsec_ and Base64 of 24 to 64 bytes"
        )


def _standard_signature(secret: str, message: str, seconds: int, body: bytes) -> str:
    # Imported here: only connections of this scheme pay for it.
    from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook  # noqa: PLC0415

    try:
        signer = Webhook(secret)
    except EmptyWebhookSecretError:
        raise ValueError("The secret is empty.") from None
    return signer.sign(message, datetime.fromtimestamp(seconds, UTC), body.decode()).removeprefix(
        "v1,"
    )


@dataclass(frozen=True, slots=True)
class SlackV0(SharedSecret):
    """Slack: `X-Slack-Signature: v0=` and the HMAC-SHA256 of `v0:{time}:{body}` in hexadecimal.

    Five minutes.

    Source: docs.slack.dev/authentication/verifying-requests-from-slack.
    """

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if the signature is right and at most `TOLERANCE_SECONDS` from `now`."""
        if not (usable := _usable(secrets)):
            return _no_secret()
        given, seconds = (
            request.headers.get("x-slack-signature", ""),
            request.headers.get("x-slack-request-timestamp", ""),
        )
        if not (given and seconds):
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                "X-Slack-Signature and X-Slack-Request-Timestamp are both needed.",
            )
        if (
            not _UNIX_SECONDS.fullmatch(seconds)
            or not given.startswith("v0=")
            or not _is_digest(given[3:], "sha256", "hex")
        ):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The signature is not v0= and 64 hexadecimal digits, or its time not Unix seconds.",
            )
        content = b"v0:" + seconds.encode() + b":" + request.body
        wrong = _verdict(
            (_digest(key, content, "sha256", "hex") for key in usable),
            given[3:],
            "X-Slack-Signature",
        )
        return wrong or _stale(int(seconds), now, "X-Slack-Request-Timestamp")

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with both headers."""
        seconds = str(int(now.timestamp()))
        signature = "v0=" + _digest(
            secret, b"v0:" + seconds.encode() + b":" + request.body, "sha256", "hex"
        )
        return _with(
            request, {"x-slack-request-timestamp": seconds, "x-slack-signature": signature}
        )


@dataclass(frozen=True, slots=True)
class ZendeskV1(SharedSecret):
    """Zendesk.

    `X-Zendesk-Webhook-Signature` is Base64 of the HMAC-SHA256 of time and body, one after the
    other.

    The secret is used as it is written, though it looks like Base64. The one that Zendesk signs its
    tests with is public; `unfit` says so. Source:
    developer.zendesk.com/documentation/webhooks/verifying.
    """

    PUBLIC_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    _TIME = "x-zendesk-webhook-signature-timestamp"
    _SIGNATURE = "x-zendesk-webhook-signature"

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if the signature is right and its time (ISO 8601, or Unix seconds) at most
        `TOLERANCE_SECONDS` from `now`.
        """
        if not (usable := _usable(secrets)):
            return _no_secret()
        given, at = request.headers.get(self._SIGNATURE, ""), request.headers.get(self._TIME, "")
        if not (given and at):
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                f"{self._SIGNATURE} and {self._TIME} are both needed.",
            )
        try:
            seconds = int(at) if _UNIX_SECONDS.fullmatch(at) else int(moment(at).timestamp())
        except (ValueError, OverflowError):
            return Refusal(RefusalReason.SIGNATURE_MALFORMED, f"{self._TIME} is not a time.")
        if not _is_digest(given, "sha256", "base64"):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                f"{self._SIGNATURE} is not a sha256 digest in base64.",
            )
        content = at.encode("utf-8", "surrogatepass") + request.body
        wrong = _verdict(
            (_digest(key, content, "sha256", "base64") for key in usable), given, self._SIGNATURE
        )
        return wrong or _stale(seconds, now, self._TIME)

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with both headers."""
        at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _with(
            request,
            {
                self._TIME: at,
                self._SIGNATURE: _digest(secret, at.encode() + request.body, "sha256", "base64"),
            },
        )

    def unfit(self, secret: str) -> str | None:
        """None unless the secret is blank, or the one that everybody knows."""
        if hmac.compare_digest(
            secret.encode("utf-8", "surrogatepass"), self.PUBLIC_TEST_SECRET.encode()
        ):
            return "this is the secret of Zendesk's documentation, which everybody knows; show the webhook's own in the Admin Center"
        return None if secret.strip() else "the secret is empty"


@dataclass(frozen=True, slots=True)
class SecretHeader(SharedSecret):
    """The secret itself in a header.

    Who has read one request can forge others, so that only TLS protects it.
    """

    headers: tuple[str, ...]

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if one of the headers holds one of the secrets."""
        if not (usable := _usable(secrets)):
            return _no_secret()
        given = [request.headers[name] for name in self.headers if request.headers.get(name)]
        if not given:
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                f"The request brings no secret in {' or '.join(self.headers)}.",
            )
        right = False
        for secret in usable:
            for each in given:
                right |= same(secret, each)
        return (
            None
            if right
            else Refusal(
                RefusalReason.SIGNATURE_WRONG, "The secret in the header is not the connection's."
            )
        )

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with the secret in the first header."""
        return _with(request, {self.headers[0]: _key(secret).decode("utf-8", "surrogatepass")})


@dataclass(frozen=True, slots=True)
class BasicAuth(SharedSecret):
    """HTTP Basic authentication, for platforms that only let the receiver's address carry
    `user:password@` (RFC 7617).
    """

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if the request authenticates itself by one of the secrets, each `user:password`."""
        if not (usable := _usable(secrets)):
            return _no_secret()
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic" or not encoded:
            return Refusal(
                RefusalReason.SIGNATURE_MISSING,
                "The request brings no user and password (Authorization: Basic).",
            )
        try:
            given = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "Authorization: Basic holds no Base64 of user and password.",
            )
        right = False
        for secret in usable:
            right |= same(secret, given)
        return (
            None
            if right
            else Refusal(
                RefusalReason.SIGNATURE_WRONG, "The user or the password is not the connection's."
            )
        )

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with user and password."""
        return _with(request, {"authorization": "Basic " + base64.b64encode(_key(secret)).decode()})

    def new_secret(self) -> str:
        """`heard:` and a random password without characters that an address would have to escape."""
        return f"heard:{randomness.token_urlsafe(32)}"

    def unfit(self, secret: str) -> str | None:
        """None for `user:password`."""
        user, colon, password = secret.partition(":")
        return None if user and colon and password else "write it as user:password"


@dataclass(frozen=True, slots=True)
class TwilioV1(SharedSecret):
    """`X-Twilio-Signature`: an HMAC over the address and the form's fields, in Base64.

    Twilio signs the address with or without the port, whichever its sender happened to write, so
    both are tried, as its own libraries do. Where the query carries `bodySHA256` (JSON bodies) the
    body is bound by that hash, else by its form fields. HMAC-SHA1, or HMAC-SHA256 for requests
    signed with a shared key, as a header says. Sources: twilio.com/docs/usage/webhooks
    (webhooks-security, webhook-shared-keys); twilio-python, twilio/request_validator.py.
    """

    def verify(
        self, request: Request, url: str, secrets: tuple[str, ...], now: datetime
    ) -> Refusal | None:
        """None if the address, as Twilio was given it and with the query it sent, and the form are
        signed with one of the secrets.
        """
        if not (usable := _usable(secrets)):
            return _no_secret()
        given = request.headers.get("x-twilio-signature", "")
        if not given:
            return Refusal(RefusalReason.SIGNATURE_MISSING, "X-Twilio-Signature is missing.")
        algorithm = _TWILIO_HASHES.get(self._algorithm(request).upper())
        if algorithm is None:
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The signature's algorithm is neither HMAC_SHA1 nor HMAC_SHA256.",
            )
        called = _called(url, request)
        try:
            parameters = _twilio_parameters(called, request.body)
            addresses = tuple(_twilio_addresses(called))
        except (Unparseable, ValueError):
            return Refusal(
                RefusalReason.SIGNATURE_MALFORMED,
                "The address or the form cannot be read as Twilio signs it.",
            )
        if parameters is None:
            return Refusal(
                RefusalReason.SIGNATURE_WRONG,
                "The body does not have the hash that the address names (bodySHA256).",
            )
        expected = (
            _twilio_signature(key, address, parameters, algorithm)
            for key in usable
            for address in addresses
        )
        return _verdict(expected, given, "X-Twilio-Signature")

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with its header."""
        called, algorithm = _called(url, request), _TWILIO_HASHES[self._algorithm(request).upper()]
        parameters = _twilio_parameters(called, request.body) or []
        return _with(
            request,
            {"x-twilio-signature": _twilio_signature(secret, called, parameters, algorithm)},
        )

    @staticmethod
    def _algorithm(request: Request) -> str:
        named = [
            part.partition("=")
            for part in request.headers.get("x-twilio-webhooks-signature-settings", "").split(",")
        ]
        return next(
            (
                value.strip()
                for name, _, value in named
                if name.strip() == "algorithm" and value.strip()
            ),
            "HMAC_SHA1",
        )


_TWILIO_HASHES: Final[Mapping[str, Algorithm]] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def _called(url: str, request: Request) -> str:
    address = url.partition("?")[0]
    return f"{address}?{request.query}" if request.query else address


def _twilio_signature(
    secret: str, url: str, parameters: Iterable[tuple[str, str]], algorithm: Algorithm
) -> str:
    # Names in order, each one's values in order and once only.
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    return _digest(secret, signed.encode("utf-8", "surrogatepass"), algorithm, "base64")


def _twilio_parameters(url: str, body: bytes) -> list[tuple[str, str]] | None:
    """What of the body is part of the signature.

    None if the body is not the one that the address names.
    """
    # `parse_qs` merges names, so that of two hashes in one address the first counts, as in Twilio's
    # libraries.
    named = parse_qs(urlsplit(url).query, keep_blank_values=True, max_num_fields=1_000).get(
        "bodySHA256"
    )
    if named is None:
        return read_form(body)
    return [] if same(hashlib.sha256(body).hexdigest(), named[0]) else None


def _twilio_addresses(url: str) -> Iterator[str]:
    """The address as given, without its port, and with the standard one.

    Raises ValueError for a port that is none.
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


def answer_to_challenge(secret: str, challenge: str, encoding: Encoding) -> str:
    """The HMAC-SHA256 of a challenge under the secret, for platforms that ask whether we know it.
    Raises ValueError without a secret.
    """
    return _digest(secret, challenge.encode("utf-8", "surrogatepass"), "sha256", encoding)


def same(expected: str, given: str) -> bool:
    """Whether two texts are equal, compared in constant time."""
    return hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass")
    )


def _usable(secrets: Iterable[str]) -> tuple[str, ...]:
    return tuple(secret for secret in secrets if secret.strip())


def _no_secret() -> Refusal:
    return Refusal(
        RefusalReason.NO_SECRET, "The connection has no secret to check signatures with."
    )


def _key(secret: str) -> bytes:
    if not secret.strip():
        raise ValueError("The secret is empty.")
    return secret.encode("utf-8", "surrogatepass")


def _digest(secret: str, content: bytes, algorithm: Algorithm, encoding: Encoding) -> str:
    made = hmac.new(_key(secret), content, algorithm)
    return made.hexdigest() if encoding == "hex" else base64.b64encode(made.digest()).decode()


def _is_digest(given: str, algorithm: Algorithm, encoding: Encoding) -> bool:
    size = _DIGEST_BYTES[algorithm]
    if encoding == "hex":
        return len(given) == 2 * size and all(digit in "0123456789abcdef" for digit in given)
    try:
        return len(base64.b64decode(given, validate=True)) == size
    except ValueError:
        return False


def _verdict(expected: Iterable[str], given: str, header: str) -> Refusal | None:
    """None if any of the signatures expected is the one given. All are compared, whichever fits."""
    right = False
    for each in expected:
        right |= same(each, given)
    return (
        None
        if right
        else Refusal(RefusalReason.SIGNATURE_WRONG, f"{header} does not fit what was sent.")
    )


def _stale(seconds: int, now: datetime, header: str) -> Refusal | None:
    if abs(now.timestamp() - seconds) <= TOLERANCE_SECONDS:
        return None
    at = stamp(datetime.fromtimestamp(seconds, UTC))
    return Refusal(
        RefusalReason.STALE, f"{header} ({at}) is more than {TOLERANCE_SECONDS} seconds from now."
    )


def _with(request: Request, headers: Mapping[str, str]) -> Request:
    return replace(request, headers={**request.headers, **headers})
