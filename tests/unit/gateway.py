"""What a handler gets from API Gateway and from Lambda."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


class LambdaContext:
    """What Lambda tells a handler about itself."""

    function_name = "heard"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:heard"
    aws_request_id = "0c0ffee0"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def http_event(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A request as an HTTP API (payload 2.0) hands it to a function, by nobody who is signed in.

    A value of `query` may be a list. A `body` that is no text is sent as JSON.
    """
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}, doseq=True),
        "headers": {"content-type": "application/json", **(headers or {})},
        "queryStringParameters": {
            name: ",".join(value) if isinstance(value, list) else value
            for name, value in (query or {}).items()
        },
        "pathParameters": dict(parameters or {}),
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "sourceIp": "203.0.113.7",
                "protocol": "HTTP/1.1",
                "userAgent": "test",
            },
            "stage": "$default",
            "requestId": "req-1",
            "domainName": "heard.example",
        },
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def sign_in(event: dict[str, Any], subject: str, claims: Mapping[str, str] | None = None) -> None:
    """Let a request come from somebody, as the authorizer says it."""
    event["requestContext"]["authorizer"] = {
        "jwt": {"claims": {"token_use": "access", **(claims or {}), "sub": subject}, "scopes": None}
    }
