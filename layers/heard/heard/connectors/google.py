"""What Google's platforms share.

Believing the tokens that Pub/Sub sends, getting access tokens, and reading errors and pages.

Pub/Sub authenticates a push with `Authorization: Bearer <OIDC token>`: a JWT that Google signs
(RS256) with one of the keys that it publishes and changes every few days. `refused_push` checks it
as google-auth does, which allows no clock skew; ten seconds are allowed here, since a function's
clock and Google's are two. Claims are compared by hand rather than by PyJWT because the instant is
an argument.

Access tokens are asked for with a refresh token (RFC 6749, section 6) or a service account's signed
assertion (RFC 7523). The addresses asked are the connection's settings or Google's own, never those
that a key file names.

Sources: cloud.google.com/pubsub/docs/authenticate-push-subscriptions;
GoogleCloudPlatform/python-docs-samples appengine/standard_python3/pubsub/main.py;
googleapis/google-auth-library-python google/oauth2/id_token.py and google/auth/jwt.py;
developers.google.com/identity/protocols/oauth2/service-account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from heard import clock
from heard.connectors import Http, Page, Refusal, RefusalReason, Rejected, Request
from heard.connectors.http import ask
from heard.connectors.oauth import Grant
from heard.connectors.parsing import Fields, each, read_answer, read_object
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

CERTS_URL: Final = "https://www.googleapis.com/oauth2/v1/certs"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"
ISSUERS: Final = ("accounts.google.com", "https://accounts.google.com")
SKEW_SECONDS: Final = 10
REFETCH_SECONDS: Final = 60
"""A key id that we do not know makes us read the published keys again, but not more often.

Anybody can invent key ids.
"""

_TITLE: Final = "Google"
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TOKEN_LIMIT: Final = 8_192
_MAX_AGE: Final = re.compile(r"max-age=([0-9]{1,9})\b")
_MAX_AGE_LIMIT: Final = 86_400
_ASSERTION_SECONDS: Final = 3_600
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SLOW_DOWN: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
)


@dataclass(frozen=True, slots=True)
class _Published:
    keys: Mapping[str, RSAPublicKey]
    asked_at: float
    good_until: float


class Certificates:
    """The keys that Google signs with, as published at an address.

    Kept for as long as its Cache-Control says.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Published] = {}

    def key(self, kid: str, url: str, http: Http, now: datetime) -> RSAPublicKey | None:
        """The key of that id; None if none is published.

        Raises PlatformUnavailable when the keys cannot be read.
        """
        known, at = self._known.get(url), now.timestamp()
        if (
            known is None
            or at >= known.good_until
            or (kid not in known.keys and at - known.asked_at >= REFETCH_SECONDS)
        ):
            known = self._known[url] = _published(url, http, at)
        return known.keys.get(kid)


def _published(url: str, http: Http, at: float) -> _Published:
    answer = ask(http, _TITLE, "GET", url, headers={"accept": "application/json"})
    if isinstance(answer, Rejected):
        raise PlatformUnavailable(
            f"{_TITLE}'s keys cannot be read: {answer.detail}", maybe_applied=False
        )
    listed = read_answer(answer, _TITLE).values
    jwks = listed.get("keys")
    entries: list[tuple[object, object]] = list(listed.items())
    if isinstance(jwks, list):
        entries = [
            (cast("Mapping[str, object]", jwk).get("kid"), jwk)
            for jwk in cast("list[object]", jwks)
            if isinstance(jwk, dict)
        ]
    keys = {
        kid: key
        for kid, written in entries
        if isinstance(kid, str) and (key := public_key(written))
    }
    if not keys:
        raise PlatformUnavailable(
            f"{_TITLE} published no key that can be read.", maybe_applied=False
        )
    found = _MAX_AGE.search(answer.headers.get("cache-control", ""))
    return _Published(
        keys, at, at + (min(int(found[1]), _MAX_AGE_LIMIT) if found else REFETCH_SECONDS)
    )


def public_key(written: object) -> RSAPublicKey | None:
    """An RSA key from a certificate in PEM (as /oauth2/v1/certs lists them) or a JWK
    (/oauth2/v3/certs); None if it is neither.
    """
    # Imported here: only a push needs them, and they cost tens of milliseconds.
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415
    from jwt import InvalidKeyError  # noqa: PLC0415
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

    try:
        if isinstance(written, str):
            key: object = load_pem_x509_certificate(written.encode()).public_key()
        else:
            key = (
                RSAAlgorithm.from_jwk(cast("dict[str, Any]", written))
                if isinstance(written, dict)
                else None
            )
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def signed_content(token: str, key: RSAPublicKey) -> bytes | None:
    """What a compact JWS holds, if that key signed it by RS256; None if not. Looks at no claim."""
    import jwt  # noqa: PLC0415 - as above

    try:
        return cast(
            "bytes", jwt.PyJWS(algorithms=["RS256"]).decode(token, key, algorithms=["RS256"])
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


def refused_push(
    request: Request,
    audience: str,
    email: str,
    certs_url: str,
    certificates: Certificates,
    http: Http,
    now: datetime,
) -> Refusal | None:
    """None if Google made this push for `audience` in the name of the service account `email`, else
    why it is not believed.

    Total, but for PlatformUnavailable when the published keys cannot be read.
    """
    import jwt  # noqa: PLC0415 - as above

    if not email:
        return Refusal(
            RefusalReason.NO_SECRET,
            "The connection does not say which service account pushes: set push_service_account.",
        )
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        wanted = "There is no Authorization header with a token: turn on authentication in the Pub/Sub subscription."
        return Refusal(RefusalReason.SIGNATURE_MISSING, wanted)
    if scheme.lower() != "bearer" or len(token) > _TOKEN_LIMIT or not _COMPACT.fullmatch(token):
        return Refusal(
            RefusalReason.SIGNATURE_MALFORMED,
            "Authorization does not hold a bearer token of three parts.",
        )
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError):
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The token's header cannot be read.")
    if header.get("alg") != "RS256":
        return Refusal(
            RefusalReason.SIGNATURE_MALFORMED,
            "The token is not signed by RS256, which is all that Google uses.",
        )
    kid = header.get("kid")
    if not isinstance(kid, str):
        return Refusal(
            RefusalReason.SIGNATURE_MALFORMED, "The token does not say which key signed it."
        )
    key = certificates.key(kid, certs_url, http, now)
    if key is None:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG,
            "The token is signed with a key that Google does not publish.",
        )
    content = signed_content(token, key)
    if content is None:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG, "The token's signature does not fit its content."
        )
    try:
        claims = read_object(content)
    except Unparseable:
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The token holds no claims.")
    return _refused_claims(claims, audience, email, now)


def _refused_claims(
    claims: Mapping[str, object], audience: str, email: str, now: datetime
) -> Refusal | None:
    if claims.get("iss") not in ISSUERS:
        return Refusal(RefusalReason.SIGNATURE_WRONG, "The token's issuer (iss) is not Google.")
    if claims.get("aud") != audience:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG,
            "The token is for another audience (aud): set it to the connection's address.",
        )
    if claims.get("email") != email:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG,
            "The token is another service account's (email): compare push_service_account.",
        )
    if claims.get("email_verified") is not True:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG,
            "The token's e-mail address is not verified (email_verified).",
        )
    issued, expires = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(expires) is not int:
        return Refusal(
            RefusalReason.SIGNATURE_MALFORMED,
            "The token does not say when it was issued and expires (iat, exp).",
        )
    at = now.timestamp()
    if at < issued - SKEW_SECONDS:
        return Refusal(
            RefusalReason.STALE, "The token was issued in the future (iat): compare the clocks."
        )
    if at > expires + SKEW_SECONDS:
        return Refusal(RefusalReason.STALE, "The token has expired (exp).")
    return None


def signed_push(request: Request, audience: str, secret: str, now: datetime) -> Request:
    """The request as Pub/Sub would send it. `secret` is JSON.

    `private_key` (PEM), its `kid`, and the service account's `email`.

    Raises ValueError for any other secret.
    """
    import jwt  # noqa: PLC0415 - as above

    try:
        pusher = Fields(read_object(secret.encode()), "the secret")
        kid, email, pem = pusher.id("kid"), pusher.id("email"), pusher.text("private_key") or ""
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "aud": audience,
            "azp": "110000000000000000000",
            "email": email,
            "email_verified": True,
            "exp": issued + 3_600,
            "iat": issued,
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


def refreshed(credentials: Mapping[str, str], settings: Mapping[str, str]) -> Grant | Rejected:
    """The grant of somebody who let an OAuth client act for them.

    Client_id, client_secret, refresh_token.
    """
    client, secret, token = (
        credentials.get(name, "").strip()
        for name in ("client_id", "client_secret", "refresh_token")
    )
    if not (client and secret and token):
        return Rejected(
            "no_credentials",
            "Enter client_id, client_secret and refresh_token to answer on Google.",
        )
    form = {
        "grant_type": "refresh_token",
        "client_id": client,
        "client_secret": secret,
        "refresh_token": token,
    }
    url = _token_url(settings)
    return Grant(url, (url, client, secret, token), lambda: form)


def service_account(
    credentials: Mapping[str, str], settings: Mapping[str, str], scope: str
) -> Grant | Rejected:
    """The grant of a service account: its JSON key file's text in `service_account`."""
    text = credentials.get("service_account", "").strip()
    if not text:
        return Rejected(
            "no_credentials",
            "Enter service_account: the text of the service account's JSON key file.",
        )
    try:
        file = Fields(read_object(text.encode("utf-8", "replace")), "the key file")
        email, kid = file.id("client_email"), file.optional_id("private_key_id")
        key = _private_key(file.text("private_key") or "")
    except (Unparseable, ValueError, TypeError):
        wanted = "service_account is not the whole text of a service account's JSON key file: make a new key in Google Cloud and enter its file."
        return Rejected("bad_credentials", wanted)
    url = _token_url(settings)

    def form() -> Mapping[str, str]:
        import jwt  # noqa: PLC0415 - as above

        issued = int(clock.now().timestamp())
        claims = {
            "iss": email,
            "scope": scope,
            "aud": url,
            "iat": issued,
            "exp": issued + _ASSERTION_SECONDS,
        }
        return {
            "grant_type": _JWT_BEARER,
            "assertion": jwt.encode(
                claims, key, algorithm="RS256", headers={"kid": kid} if kid else None
            ),
        }

    # The whole file names the grant: whoever knows only the account's address must not be handed
    # its token from memory.
    return Grant(url, (url, scope, text), form)


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


def _token_url(settings: Mapping[str, str]) -> str:
    return settings.get("token_url", "").strip() or TOKEN_URL


# Answers


def explained(title: str) -> Callable[[Rejected, bytes], Rejected]:
    """Makes a refusal tell Google's own words, which are about our request.

    A quota used up is a fault that waiting cures.
    """

    def explain(refusal: Rejected, body: bytes) -> Rejected:
        try:
            error = Fields(read_object(body), "the answer").object("error")
        except Unparseable:
            return refusal
        errors = error.values.get("errors")
        reasons = (
            {
                cast("Mapping[str, object]", each).get("reason")
                for each in cast("list[object]", errors)
                if isinstance(each, dict)
            }
            if isinstance(errors, list)
            else set[object]()
        )
        if any(isinstance(reason, str) and reason in _SLOW_DOWN for reason in reasons):
            raise PlatformUnavailable(
                f"{title} asks us to wait: the project's quota is used up.", maybe_applied=False
            )
        words = error.label("message")
        return (
            Rejected(refusal.reason, f"{refusal.detail} {title} says: {words}")
            if words
            else refusal
        )

    return explain


def page(
    listed: Fields, older: str | None, title: str, event: Callable[[Fields], ReviewEvent | None]
) -> Page:
    """The reviews of an answer.

    Raises PlatformUnavailable when there is no list where one should be.
    """
    entries = listed.values.get("reviews", [])
    if not isinstance(entries, list):
        raise PlatformUnavailable(f"{title} answered something unreadable.", maybe_applied=False)
    try:
        found = each(cast("list[object]", entries), "review", event)
    except Unparseable as error:
        return Page(older=older, problems=(error.detail,))
    return Page(found.events, older, found.problems)
