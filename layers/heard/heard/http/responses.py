"""Responses of our HTTP APIs: one set of headers, and errors as problem+json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypedDict

from heard.connectors import WebhookResponse
from heard.errors import HeardError, problem

PROBLEM_TYPE: Final = "application/problem+json"

RESPONSE_HEADERS: Final[Mapping[str, str]] = {
    # Responses hold customers' words: no proxy or browser may keep them.
    "cache-control": "no-store",
    # Pages run no script and load nothing. Browsers read this for every type of content.
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # The address of a page can be its author's secret.
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
}
"""The headers of every response, in lower case as HTTP/2 wants them."""


BROWSER_HEADERS: Final[Mapping[str, str]] = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""What only browsers read, and only of what they show."""


def is_ping(event: Mapping[str, Any]) -> bool:
    """Whether this is the daily call that keeps a snapshot awake, and no request.

    A request of API Gateway has other names at its top, so nobody outside can send one.
    """
    return event.get("ping") is True


class GatewayResponse(TypedDict):
    """An HTTP API (payload 2.0) response."""

    statusCode: int
    headers: dict[str, str]
    body: str


def gateway_response(response: WebhookResponse) -> GatewayResponse:
    """A response with the headers of every response."""
    charset = "" if "charset" in response.content_type else "; charset=utf-8"
    headers = {**RESPONSE_HEADERS, "content-type": response.content_type + charset}
    if response.content_type.startswith("text/html"):
        headers |= BROWSER_HEADERS
    return {"statusCode": response.status, "headers": headers, "body": response.body}


def error_response(error: HeardError) -> GatewayResponse:
    """An error as problem+json (RFC 9457), with Retry-After where waiting helps."""
    response = gateway_response(
        WebhookResponse(error.http_status, json.dumps(problem(error)), PROBLEM_TYPE)
    )
    if error.retryable:
        response["headers"]["retry-after"] = str(error.extra.get("retry_after") or 5)
    return response
