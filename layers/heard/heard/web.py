"""How answers leave through an HTTP API.

Headers that keep pages and data where they belong, errors as problem+json.
"""

from __future__ import annotations

import json
from typing import Final, TypedDict

from heard.connectors import Response
from heard.errors import HeardError, problem

_SAFE: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
}
_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Answer(TypedDict):
    """An HTTP API (payload 2.0) response."""

    statusCode: int
    headers: dict[str, str]
    body: str


def answer(response: Response) -> Answer:
    """A response with the headers that every answer carries."""
    charset = "" if "charset" in response.content_type else "; charset=utf-8"
    headers = {**_SAFE, "content-type": response.content_type + charset}
    if response.content_type.startswith("text/html"):
        headers["content-security-policy"] = _PAGE_POLICY
    return {"statusCode": response.status, "headers": headers, "body": response.body}


def failed(error: HeardError) -> Answer:
    """An error as problem+json (RFC 9457), with Retry-After where waiting helps."""
    told = answer(
        Response(error.http_status, json.dumps(problem(error)), "application/problem+json")
    )
    if error.retryable:
        told["headers"]["retry-after"] = str(error.extra.get("retry_after") or 5)
    return told
