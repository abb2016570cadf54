"""How answers leave through an HTTP API.

Headers that keep pages and data where they belong, errors as problem+json.
"""

from __future__ import annotations

import json
from typing import Final, TypedDict

from heard.connectors import WebhookResponse
from heard.errors import HeardError, problem

_SECURITY_HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
}
_CONTENT_SECURITY_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class GatewayResponse(TypedDict):
    """An HTTP API (payload 2.0) response."""

    statusCode: int
    headers: dict[str, str]
    body: str


def gateway_response(response: WebhookResponse) -> GatewayResponse:
    """A response with the headers that every answer carries."""
    charset = "" if "charset" in response.content_type else "; charset=utf-8"
    headers = {**_SECURITY_HEADERS, "content-type": response.content_type + charset}
    if response.content_type.startswith("text/html"):
        headers["content-security-policy"] = _CONTENT_SECURITY_POLICY
    return {"statusCode": response.status, "headers": headers, "body": response.body}


def error_response(error: HeardError) -> GatewayResponse:
    """An error as problem+json (RFC 9457), with Retry-After where waiting helps."""
    response = gateway_response(
        WebhookResponse(error.http_status, json.dumps(problem(error)), "application/problem+json")
    )
    if error.retryable:
        response["headers"]["retry-after"] = str(error.extra.get("retry_after") or 5)
    return response
