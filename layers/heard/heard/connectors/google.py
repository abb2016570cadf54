"""What Google's platforms share: tokens of Pub/Sub, access tokens, and errors.

Pub/Sub authenticates a push with `Authorization: Bearer <OIDC token>`. The token is a JWT that
Google signs (RS256) with one of the keys that it publishes and changes every few days.
`verify_push` checks it as google-auth does, with one difference: google-auth allows no clock skew,
and we allow ten seconds, because our clock and Google's may differ. We compare the claims
ourselves, because PyJWT cannot take the time as an argument.

Access tokens are given for a refresh token (RFC 6749, section 6) or for a service account's signed
assertion (RFC 7523). Heard asks for them at the address in the connection's settings or at
Google's own address, never at one that a key file names.

Sources: cloud.google.com/pubsub/docs/authenticate-push-subscriptions;
GoogleCloudPlatform/python-docs-samples appengine/standard_python3/pubsub/main.py;
googleapis/google-auth-library-python google/oauth2/id_token.py and google/auth/jwt.py;
developers.google.com/identity/protocols/oauth2/service-account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from heard import clock
from heard.connectors import (
    Http,
    HttpRequest,
    PlatformAccount,
    Rejection,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
)
from heard.connectors.http import call_api
from heard.connectors.oauth import TokenGrant
from heard.connectors.parsing import Fields, read_object, read_response
from heard.errors import PlatformUnavailable, Unparseable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

CERTS_URL: Final = "https://www.googleapis.com/oauth2/v1/certs"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"
ISSUERS: Final = ("accounts.google.com", "https://accounts.google.com")
CLOCK_SKEW_SECONDS: Final = 10
REFETCH_SECONDS: Final = 60
"""The shortest time between two readings of the published keys.

An unknown key id makes us read them again, and anybody can invent key ids.
"""

_TITLE: Final = "Google"
_JWT_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TOKEN_LIMIT: Final = 8_192
_MAX_AGE: Final = re.compile(r"max-age=([0-9]{1,9})\b")
_MAX_AGE_LIMIT: Final = 86_400
_ASSERTION_SECONDS: Final = 3_600
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_QUOTA_REASONS: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
)


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, RSAPublicKey]
    fetched_at: float
    expires_at: float


class PublishedKeys:
    """The keys that Google signs with, as it publishes them at an address.

    They are kept for as long as the Cache-Control of the response says.
    """

    def __init__(self) -> None:
        self._cache: dict[str, _KeySet] = {}

    def key(self, kid: str, url: str, http: Http, now: datetime) -> RSAPublicKey | None:
        """The key with that id; None if none is published.

        Raises PlatformUnavailable if the keys cannot be read.
        """
        key_set, timestamp = self._cache.get(url), now.timestamp()
        if (
            key_set is None
            or timestamp >= key_set.expires_at
            or (kid not in key_set.keys and timestamp - key_set.fetched_at >= REFETCH_SECONDS)
        ):
            key_set = self._cache[url] = _fetch_key_set(url, http, timestamp)
        return key_set.keys.get(kid)


def _fetch_key_set(url: str, http: Http, timestamp: float) -> _KeySet:
    response = call_api(http, _TITLE, HttpRequest("GET", url, {"accept": "application/json"}))
    if isinstance(response, Rejection):
        raise PlatformUnavailable(
            f"{_TITLE}'s keys cannot be read: {response.detail}", maybe_applied=False
        )
    document = read_response(response, _TITLE).values
    jwks = document.get("keys")
    entries: list[tuple[object, object]] = list(document.items())
    if isinstance(jwks, list):
        entries = [
            (cast("Mapping[str, object]", jwk).get("kid"), jwk)
            for jwk in cast("list[object]", jwks)
            if isinstance(jwk, dict)
        ]
    keys = {
        kid: key
        for kid, encoded_key in entries
        if isinstance(kid, str) and (key := parse_public_key(encoded_key))
    }
    if not keys:
        raise PlatformUnavailable(
            f"{_TITLE} published no key that can be read.", maybe_applied=False
        )
    match = _MAX_AGE.search(response.headers.get("cache-control", ""))
    return _KeySet(
        keys,
        timestamp,
        timestamp + (min(int(match[1]), _MAX_AGE_LIMIT) if match else REFETCH_SECONDS),
    )


def parse_public_key(encoded_key: object) -> RSAPublicKey | None:
    """An RSA key; None for anything else.

    It is a certificate in PEM, as /oauth2/v1/certs lists them, or a JWK (/oauth2/v3/certs).
    """
    # Imported here: only a push needs them, and importing them takes tens of milliseconds.
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415
    from jwt import InvalidKeyError  # noqa: PLC0415
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

    try:
        if isinstance(encoded_key, str):
            key: object = load_pem_x509_certificate(encoded_key.encode()).public_key()
        else:
            key = (
                RSAAlgorithm.from_jwk(cast("dict[str, Any]", encoded_key))
                if isinstance(encoded_key, dict)
                else None
            )
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def verified_content(token: str, key: RSAPublicKey) -> bytes | None:
    """The content of a compact JWS if that key signed it by RS256, else None.

    Checks no claim.
    """
    import jwt  # noqa: PLC0415 - as above

    try:
        return cast(
            "bytes", jwt.PyJWS(algorithms=["RS256"]).decode(token, key, algorithms=["RS256"])
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


def verify_push(
    request: WebhookRequest,
    audience: str,
    email: str,
    certs_url: str,
    certificates: PublishedKeys,
    http: Http,
    now: datetime,
) -> SignatureFailure | None:
    """None if Google made this push for `audience` as the service account `email`.

    Else the failure. Total, with one exception: PlatformUnavailable if the published keys cannot be
    read.
    """
    import jwt  # noqa: PLC0415 - as above

    if not email:
        return SignatureFailure(
            SignatureFailureReason.NO_SECRET,
            "The connection does not say which service account pushes: set push_service_account.",
        )
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MISSING,
            "There is no Authorization header with a token: turn on authentication in the Pub/Sub "
            "subscription.",
        )
    if scheme.lower() != "bearer" or len(token) > _TOKEN_LIMIT or not _JWT_PATTERN.fullmatch(token):
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED,
            "Authorization does not hold a bearer token of three parts.",
        )
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError):
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED, "The token's header cannot be read."
        )
    if header.get("alg") != "RS256":
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED,
            "The token is not signed by RS256, which is all that Google uses.",
        )
    kid = header.get("kid")
    if not isinstance(kid, str):
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED,
            "The token does not say which key signed it.",
        )
    key = certificates.key(kid, certs_url, http, now)
    if key is None:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The token is signed with a key that Google does not publish.",
        )
    content = verified_content(token, key)
    if content is None:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The token's signature does not fit its content.",
        )
    try:
        claims = read_object(content)
    except Unparseable:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED, "The token holds no claims."
        )
    return _verify_claims(claims, audience, email, now)


def _verify_claims(
    claims: Mapping[str, object], audience: str, email: str, now: datetime
) -> SignatureFailure | None:
    if claims.get("iss") not in ISSUERS:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG, "The token's issuer (iss) is not Google."
        )
    if claims.get("aud") != audience:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The token is for another audience (aud): set it to the connection's address.",
        )
    if claims.get("email") != email:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The token is another service account's (email): compare push_service_account.",
        )
    if claims.get("email_verified") is not True:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The token's e-mail address is not verified (email_verified).",
        )
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if type(issued_at) is not int or type(expires_at) is not int:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED,
            "The token does not say when it was issued and expires (iat, exp).",
        )
    timestamp = now.timestamp()
    if timestamp < issued_at - CLOCK_SKEW_SECONDS:
        return SignatureFailure(
            SignatureFailureReason.STALE,
            "The token was issued in the future (iat): compare the clocks.",
        )
    if timestamp > expires_at + CLOCK_SKEW_SECONDS:
        return SignatureFailure(SignatureFailureReason.STALE, "The token has expired (exp).")
    return None


def sign_push(request: WebhookRequest, audience: str, secret: str, now: datetime) -> WebhookRequest:
    """The request as Pub/Sub would send it.

    `secret` is JSON: `private_key` (PEM), its `kid`, and the `email` of the service account. Raises
    ValueError for any other secret.
    """
    import jwt  # noqa: PLC0415 - as above

    try:
        fields = Fields(read_object(secret.encode()), "the secret")
        kid, email, pem = fields.id("kid"), fields.id("email"), fields.text("private_key") or ""
        issued_at = int(now.timestamp())
        claims: dict[str, Any] = {
            "aud": audience,
            "azp": "110000000000000000000",
            "email": email,
            "email_verified": True,
            "exp": issued_at + 3_600,
            "iat": issued_at,
            "iss": "https://accounts.google.com",
            "sub": "110000000000000000000",
        }
        token = jwt.encode(claims, pem, algorithm="RS256", headers={"kid": kid})
    except (Unparseable, UnicodeError, jwt.PyJWTError, TypeError, ValueError):
        raise ValueError(
            "The secret is not a JSON object with private_key, kid and email."
        ) from None
    return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})


# Access tokens


def refresh_token_grant(account: PlatformAccount) -> TokenGrant | Rejection:
    """The grant of a person who let an OAuth client act for them.

    It needs the credentials client_id, client_secret and refresh_token.
    """
    client, secret, token = (
        account.credential(name) for name in ("client_id", "client_secret", "refresh_token")
    )
    if not (client and secret and token):
        return Rejection(
            "no_credentials",
            "Enter client_id, client_secret and refresh_token to answer on Google.",
        )
    form = {
        "grant_type": "refresh_token",
        "client_id": client,
        "client_secret": secret,
        "refresh_token": token,
    }
    url = _token_url(account)
    return TokenGrant(url, (url, client, secret, token), lambda: form)


def service_account_grant(account: PlatformAccount, scope: str) -> TokenGrant | Rejection:
    """The grant of a service account. `service_account` is the text of its JSON key file."""
    text = account.credential("service_account")
    if not text:
        return Rejection(
            "no_credentials",
            "Enter service_account: the text of the service account's JSON key file.",
        )
    try:
        key_file = Fields(read_object(text.encode("utf-8", "replace")), "the key file")
        email, kid = key_file.id("client_email"), key_file.optional_id("private_key_id")
        key = _private_key(key_file.text("private_key") or "")
    except (Unparseable, ValueError, TypeError):
        return Rejection(
            "bad_credentials",
            "service_account is not the whole text of a service account's JSON key file: make a "
            "new key in Google Cloud and enter its file.",
        )
    url = _token_url(account)

    def build_form() -> Mapping[str, str]:
        import jwt  # noqa: PLC0415 - as above

        issued_at = int(clock.now().timestamp())
        claims = {
            "iss": email,
            "scope": scope,
            "aud": url,
            "iat": issued_at,
            "exp": issued_at + _ASSERTION_SECONDS,
        }
        return {
            "grant_type": _JWT_BEARER,
            "assertion": jwt.encode(
                claims, key, algorithm="RS256", headers={"kid": kid} if kid else None
            ),
        }

    # The whole file is part of the cache key: a person who knows only the account's e-mail address
    # must not get its token from memory.
    return TokenGrant(url, (url, scope, text), build_form)


def _private_key(pem: str) -> RSAPrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except UnsupportedAlgorithm as error:
        raise ValueError("The key is of a kind that is not supported.") from error
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("The key is not an RSA key.")
    return key


def _token_url(account: PlatformAccount) -> str:
    return account.setting("token_url") or TOKEN_URL


# Responses


def explain_error(title: str, rejection: Rejection, body: bytes) -> Rejection:
    """The rejection with Google's own words, which are about our request.

    Raises PlatformUnavailable if a quota is used up, because waiting cures that.
    """
    try:
        error = Fields(read_object(body), "the response").object("error")
        reasons = {entry.text("reason") for entry in error.objects("errors")}
    except Unparseable:
        return rejection
    if reasons & _QUOTA_REASONS:
        raise PlatformUnavailable(
            f"{title} asks us to wait: the project's quota is used up.", maybe_applied=False
        )
    message = error.one_line("message")
    if not message:
        return rejection
    return Rejection(rejection.reason, f"{rejection.detail} {title} says: {message}")
