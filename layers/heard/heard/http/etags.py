"""Entity tags: whether a client has the newest response already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

AS_OF: Final = "as_of"
"""When a response was true. It changes with each response, so it does not count in the tag."""


def tag_of(content: bytes) -> str:
    """The strong entity tag of a content. From it nobody learns what the content is."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_known(tag: str, headers: Mapping[str, str]) -> bool:
    """Whether a request names the tag in If-None-Match. Proxies may mark one as weak."""
    known = headers.get("if-none-match", "").split(",")
    return tag in {part.strip().removeprefix("W/") for part in known}


def tag_response(event: Mapping[str, Any], response: dict[str, Any]) -> None:
    """Give the response to a GET its tag, and take the body from one that the client has.

    `headers` of the response are in lower case.
    """
    method = event.get("requestContext", {}).get("http", {}).get("method")
    if method != HTTPMethod.GET or response["statusCode"] != HTTPStatus.OK:
        return
    content: dict[str, Any] = json.loads(response["body"])
    content.pop(AS_OF, None)
    tag = tag_of(json.dumps(content, sort_keys=True).encode())
    response["headers"]["etag"] = tag
    if is_known(tag, event.get("headers") or {}):
        response["statusCode"], response["body"] = HTTPStatus.NOT_MODIFIED.value, ""
