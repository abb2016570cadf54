"""Twilio's REST API: an account's resources, by account SID and auth token.

Knows neither messages nor calls. Sources: twilio.com/docs/usage/api, …/docs/api/errors.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from heard.connectors import HttpRequest, HttpResponse, PlatformAccount, Rejection
from heard.connectors.http import call_api
from heard.connectors.parsing import Fields, read_object
from heard.errors import Unparseable

API_URL: Final = "https://api.twilio.com"


def call_twilio(
    method: str,
    path: str,
    form: bytes | None,
    account: PlatformAccount,
    rejections: Mapping[int, tuple[str, str]],
) -> HttpResponse | Rejection:
    """The response about a resource of the account, or a rejection.

    `rejections` has reason and detail for errors by Twilio's code. Raises PlatformUnavailable.
    """
    sid, token = (
        account.credentials.get("account_sid", ""),
        account.credentials.get("auth_token", ""),
    )
    if not (sid and token):
        return Rejection("no_credentials", "Enter account_sid and auth_token to call Twilio's API.")
    base = account.setting("api_base").rstrip("/") or API_URL
    headers = {
        "authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode(),
        "accept": "application/json",
    }
    if form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"

    def with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
        """The rejection by Twilio's error code, which says more than the status."""
        try:
            code = Fields(read_object(body)).integer("code", 0, 10**6)
        except Unparseable:
            code = None
        if code is None:
            return rejection
        if code in rejections:
            return Rejection(*rejections[code])
        return Rejection(
            rejection.reason,
            f"{rejection.detail} Twilio's error code is {code}: see "
            f"https://www.twilio.com/docs/api/errors/{code}",
        )

    url = f"{base}/2010-04-01/Accounts/{quote(sid, safe='')}/{path}"
    request = HttpRequest(method, url, headers, form)
    return call_api(account.http, "Twilio", request, with_platform_message)
