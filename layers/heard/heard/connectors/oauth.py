"""OAuth 2.0 as a client.

Access tokens fetched when needed, kept until shortly before they expire, replaced when they are
refused.

Owns the token request (RFC 6749, sections 4.3, 4.4 and 6; RFC 7523) and its memory, which lasts as
long as the process. Knows no platform: a connector describes its `Grant` and keeps one `Tokens`.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from heard.connectors import Http, HttpResponse, Rejection
from heard.connectors.http import call_api
from heard.connectors.parsing import Fields, read_object
from heard.errors import PlatformUnavailable, Unparseable

_EXPIRY_MARGIN_SECONDS: Final = 300
"""How long before its end a token is no longer used: longer than any call takes."""


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a platform gives access tokens for.

    `form` is sent to `url` (`grant_type` and what belongs to it), `basic` authenticates the client
    where the platform wants that (user and password). `form` may be made on demand, for assertions
    that are dated. `key` names the grant in memory: whatever makes it different from another one.
    Not every platform follows RFC 6749: `as_json` sends the form as a JSON object, `token_field` is
    the name of the token in the response, and `lifetime` is how many seconds a token is good for
    where the response does not say.
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

    Asking for new ones early is answered 429 by some, so that each is kept for its life.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._cache: dict[tuple[str, ...], tuple[str, float]] = {}

    def call(
        self,
        grant: TokenGrant,
        http: Http,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        no_side_effects: bool = False,
        explain: Callable[[Rejection, bytes], Rejection] | None = None,
    ) -> HttpResponse | Rejection:
        """`ask` with a bearer token. Raises PlatformUnavailable."""

        def attempt(*, fresh: bool) -> HttpResponse | Rejection:
            token = self.token(grant, http, fresh=fresh)
            if isinstance(token, Rejection):
                return token
            request_headers = {
                "accept": "application/json",
                **(headers or {}),
                "authorization": f"Bearer {token}",
            }
            return call_api(
                http,
                self._title,
                method,
                url,
                headers=request_headers,
                body=body,
                no_side_effects=no_side_effects,
                explain=explain,
            )

        response = attempt(fresh=False)
        if isinstance(response, Rejection) and response.reason == "unauthorized":
            # A token can be revoked before its time; what was refused for that was not applied, so
            # that asking once more is safe.
            return attempt(fresh=True)
        return response

    def token(self, grant: TokenGrant, http: Http, *, fresh: bool = False) -> str | Rejection:
        """An access token; `fresh` asks for a new one whatever is remembered.

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
        response = call_api(
            http,
            self._title,
            "POST",
            grant.url,
            headers=headers,
            body=body.encode(),
            no_side_effects=True,
        )
        if isinstance(response, Rejection):
            if response.reason in {"bad_address", "moved"}:
                return response
            return Rejection(
                "unauthorized",
                f"{self._title} does not take the credentials that access tokens are asked for "
                "with.",
            )
        try:
            fields = Fields(read_object(response.body), "the answer")
            token = fields.text(grant.token_field)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{self._title} answered something unreadable.", maybe_applied=False
            ) from error
        if not token:
            raise PlatformUnavailable(
                f"{self._title} answered without an access token.", maybe_applied=False
            )
        # Some write it as text ("359999"); a token of unknown life is used for this call only.
        lifetime = fields.integer("expires_in", 0, 10**9) or grant.lifetime
        self._cache[grant.cache_key] = (token, time.monotonic() + lifetime - _EXPIRY_MARGIN_SECONDS)
        return token
