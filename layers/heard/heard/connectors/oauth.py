"""OAuth 2.0 as a client: access tokens are fetched, kept, and replaced when they are refused.

Owns the token request (RFC 6749, sections 4.3, 4.4 and 6; RFC 7523) and the memory of tokens, which
lasts as long as the process. A token is dropped shortly before it expires. Knows no platform: a
connector describes its `TokenGrant` and keeps one `OAuthClient`.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from heard.connectors import Http, HttpRequest, HttpResponse, Rejection
from heard.connectors.http import call_api
from heard.connectors.parsing import read_response
from heard.errors import PlatformUnavailable

_EXPIRY_MARGIN_SECONDS: Final = 300
"""A token is not used in the last seconds of its life: this is longer than any call takes."""


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a platform gives access tokens for.

    `build_form` makes the form that is sent to `url` (`grant_type` and what belongs to it). It is
    called for each request, because assertions are dated. `basic_auth` (user and password)
    authenticates the client where the platform wants that. `cache_key` holds all that makes this
    grant different from another.

    Not every platform follows RFC 6749. `as_json` sends the form as a JSON object. `token_field` is
    the name of the token in the response. `lifetime` is the life of a token in seconds, for
    responses that do not say.
    """

    url: str
    cache_key: tuple[str, ...]
    build_form: Callable[[], Mapping[str, str]]
    basic_auth: tuple[str, str] | None = None
    as_json: bool = False
    token_field: str = "access_token"
    lifetime: int = 0


class OAuthClient:
    """The access tokens of a platform.

    Each is kept for its life: some platforms answer 429 to a client that asks for new ones early.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._cache: dict[tuple[str, ...], tuple[str, float]] = {}

    def call(
        self,
        grant: TokenGrant,
        http: Http,
        request: HttpRequest,
        explain: Callable[[Rejection, bytes], Rejection] | None = None,
    ) -> HttpResponse | Rejection:
        """`call_api` with a bearer token. Raises PlatformUnavailable."""

        def attempt(*, fresh: bool) -> HttpResponse | Rejection:
            token = self.token(grant, http, fresh=fresh)
            if isinstance(token, Rejection):
                return token
            headers = {
                "accept": "application/json",
                **(request.headers or {}),
                "authorization": f"Bearer {token}",
            }
            return call_api(http, self._title, replace(request, headers=headers), explain)

        response = attempt(fresh=False)
        if isinstance(response, Rejection) and response.reason == "unauthorized":
            # A token can be revoked before its time. The refused request was not applied, so it is
            # safe to send it once more.
            return attempt(fresh=True)
        return response

    def token(self, grant: TokenGrant, http: Http, *, fresh: bool = False) -> str | Rejection:
        """An access token. `fresh` fetches a new one even if one is kept.

        Raises PlatformUnavailable.
        """
        token, expires_at = self._cache.get(grant.cache_key, ("", 0.0))
        if token and not fresh and time.monotonic() < expires_at:
            return token
        form = grant.build_form()
        body = json.dumps(form) if grant.as_json else urlencode(form)
        content_type = "application/json" if grant.as_json else "application/x-www-form-urlencoded"
        headers = {"content-type": content_type, "accept": "application/json"}
        if grant.basic_auth:
            headers["authorization"] = (
                "Basic " + base64.b64encode(":".join(grant.basic_auth).encode()).decode()
            )
        request = HttpRequest("POST", grant.url, headers, body.encode(), no_side_effects=True)
        response = call_api(http, self._title, request)
        if isinstance(response, Rejection):
            if response.reason in {"bad_address", "moved"}:
                return response
            return Rejection(
                "unauthorized",
                f"{self._title} gives no access token for these credentials: check them.",
            )
        fields = read_response(response, self._title)
        token = fields.text(grant.token_field)
        if not token:
            raise PlatformUnavailable(
                f"{self._title} answered without an access token.", maybe_applied=False
            )
        # Some write it as text ("359999"). A token of unknown life is used for this call only.
        lifetime = fields.integer("expires_in", 0, 10**9) or grant.lifetime
        self._cache[grant.cache_key] = (token, time.monotonic() + lifetime - _EXPIRY_MARGIN_SECONDS)
        return token
