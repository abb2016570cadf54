"""How platforms sign what they send: each scheme once, `sign` beside `verify`, over the bytes as they came.

Owns the schemes and nothing else: no connector's header, no payload. Verifiers are total: any bytes and any headers in, None or
one `Refusal` out. They compare in constant time, accept any of several valid secrets (so that one can be changed without losing
a delivery) and never say which. Signers raise ValueError for a secret that is none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from heard.connectors import Refusal, RefusalReason
from heard.connectors.parsing import read_form
from heard.errors import Unparseable

STANDARD_TOLERANCE_SECONDS: Final = 300
"""Standard Webhooks asks for "some allowable tolerance"; each of its reference libraries takes five minutes, both ways."""

# No sign, no zeros in front, no fraction: the signature covers the digits as written, and the package signs `str(int)`.
_UNIX_SECONDS: Final = re.compile(r"[1-9][0-9]{0,10}")
_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")


def _secrets(secrets: Iterable[str]) -> tuple[str, ...] | Refusal:
    usable = tuple(secret for secret in secrets if secret)
    return usable or Refusal(RefusalReason.NO_SECRET, "The connection has no secret to check signatures with.")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


# Standard Webhooks 1.0.0, symmetric (`v1`)


def verify_standard(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: datetime) -> Refusal | None:
    """None if a Standard Webhooks `v1` signature is right and at most `STANDARD_TOLERANCE_SECONDS` from `now`.

    The header may hold several signatures; entries of other versions are passed over. A body that is not UTF-8 cannot be
    signed in this scheme's implementations and is refused. Source: github.com/standard-webhooks, spec/standard-webhooks.md.
    """
    usable = _secrets(secrets)
    if isinstance(usable, Refusal):
        return usable
    message, seconds, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message and seconds and signatures):
        return Refusal(RefusalReason.SIGNATURE_MISSING, "webhook-id, webhook-timestamp and webhook-signature are all needed.")
    if not _UNIX_SECONDS.fullmatch(seconds):
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "webhook-timestamp is not a whole number of Unix seconds.")
    given = [
        signature for version, comma, signature in (entry.partition(",") for entry in signatures.split(" ")) if version == "v1" and comma
    ]
    if not given:
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "webhook-signature holds no signature of version v1.")
    at = datetime.fromtimestamp(int(seconds), UTC)
    right = False
    keys = 0
    for secret in usable:
        try:
            expected = sign_standard(secret, message, at, body)["webhook-signature"].removeprefix("v1,")
        except UnicodeError:
            return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The body or webhook-id is not UTF-8, which the scheme cannot sign.")
        except ValueError:
            continue
        keys += 1
        for signature in given:
            right |= _same(expected, signature)
    if not keys:
        return Refusal(RefusalReason.NO_SECRET, "None of the connection's secrets is one of Standard Webhooks (whsec_ and Base64).")
    if not right:
        return Refusal(RefusalReason.SIGNATURE_WRONG, "No signature in webhook-signature fits.")
    if abs(now.timestamp() - int(seconds)) > STANDARD_TOLERANCE_SECONDS:
        return Refusal(RefusalReason.STALE, f"webhook-timestamp is more than {STANDARD_TOLERANCE_SECONDS} seconds from now.")
    return None


def sign_standard(secret: str, message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks for a body sent `at`. `message` is its id: the receiver's idempotency key.

    Raises ValueError for a secret that is none of the scheme's, UnicodeError (which is one too) for a body that is not UTF-8.
    """
    # Imported here: only connections of this scheme pay for it.
    from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook  # noqa: PLC0415

    try:
        signer = Webhook(secret)
    except EmptyWebhookSecretError:
        raise ValueError("The secret is empty.") from None
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signer.sign(message, at.astimezone(UTC), body.decode()),
    }


# HMAC-SHA256 over the body, in hexadecimal: Discourse and others


def verify_sha256_hex(given: str | None, body: bytes, secrets: Iterable[str], prefix: str = "sha256=") -> Refusal | None:
    """None if `given` is `prefix` and the lower-case hexadecimal HMAC-SHA256 of the body under one of the secrets."""
    usable = _secrets(secrets)
    if isinstance(usable, Refusal):
        return usable
    if not given:
        return Refusal(RefusalReason.SIGNATURE_MISSING, "The request is not signed.")
    if not given.startswith(prefix) or not _SHA256_HEX.fullmatch(given[len(prefix) :]):
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, f"The signature is not {prefix!r} and 64 hexadecimal digits.")
    right = False
    for secret in usable:
        right |= _same(sign_sha256_hex(secret, body, prefix), given)
    return None if right else Refusal(RefusalReason.SIGNATURE_WRONG, "The signature does not fit the body.")


def sign_sha256_hex(secret: str, body: bytes, prefix: str = "sha256=") -> str:
    """The signature that `verify_sha256_hex` accepts."""
    return prefix + hmac.new(_key(secret), body, hashlib.sha256).hexdigest()


# Twilio


def verify_twilio(url: str, body: bytes, given: str | None, secrets: Iterable[str], algorithm: str = "HMAC_SHA1") -> Refusal | None:
    """None if `given` is Twilio's signature of a POST to `url` (whole, with its query) under one of the secrets.

    Twilio signs the address with or without the port, whichever its sender happened to write, so both are tried, as its own
    libraries do. Where the query carries `bodySHA256` (JSON bodies) the body is bound by that hash, else by its form fields.
    `algorithm` is HMAC_SHA1, or HMAC_SHA256 for requests signed with a shared key. Sources: twilio.com/docs/usage/webhooks
    (webhooks-security, webhook-shared-keys); twilio-python, twilio/request_validator.py.
    """
    usable = _secrets(secrets)
    if isinstance(usable, Refusal):
        return usable
    if not given:
        return Refusal(RefusalReason.SIGNATURE_MISSING, "X-Twilio-Signature is missing.")
    if algorithm.upper() not in _TWILIO_HASHES:
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The signature's algorithm is neither HMAC_SHA1 nor HMAC_SHA256.")
    try:
        parameters = _twilio_parameters(url, body)
        addresses = tuple(_twilio_addresses(url))
    except (Unparseable, ValueError):
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The address or the form cannot be read as Twilio signs it.")
    if parameters is None:
        return Refusal(RefusalReason.SIGNATURE_WRONG, "The body does not have the hash that the address names (bodySHA256).")
    right = False
    for secret in usable:
        for address in addresses:
            right |= _same(sign_twilio(secret, address, parameters, algorithm), given)
    return None if right else Refusal(RefusalReason.SIGNATURE_WRONG, "X-Twilio-Signature does not fit the address and the form.")


def sign_twilio(secret: str, url: str, parameters: Iterable[tuple[str, str]], algorithm: str = "HMAC_SHA1") -> str:
    """Twilio's signature of a POST of `parameters` to `url`: names in order, each one's values in order and once only."""
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    digest = hmac.new(_key(secret), signed.encode("utf-8", "surrogatepass"), _TWILIO_HASHES[algorithm.upper()]).digest()
    return base64.b64encode(digest).decode()


_TWILIO_HASHES: Final = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


def _twilio_parameters(url: str, body: bytes) -> list[tuple[str, str]] | None:
    """What of the body is part of the signature; None if the body is not the one that the address names."""
    # `parse_qs` merges names, so that of two hashes in one address the first counts, as in Twilio's libraries.
    named = parse_qs(urlsplit(url).query, keep_blank_values=True, max_num_fields=1_000).get("bodySHA256")
    if named is None:
        return read_form(body)
    return [] if _same(hashlib.sha256(body).hexdigest(), named[0]) else None


def _twilio_addresses(url: str) -> Iterator[str]:
    """The address as given, without its port, and with the standard one. Raises ValueError for a port that is none."""
    yield url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if parts.port is not None:
        yield parts._replace(netloc=user + at + host.rpartition(":")[0]).geturl()
    elif not host.endswith(":"):
        yield parts._replace(netloc=f"{user}{at}{host}:{443 if parts.scheme == 'https' else 80}").geturl()


def _key(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
