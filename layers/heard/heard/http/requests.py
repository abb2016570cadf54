"""The body of a request of API Gateway: its bytes, and why it cannot be read."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from heard.errors import BadRequest

_JSON: Final = "application/json"


def body_bytes(event: Mapping[str, Any]) -> bytes:
    """The body of an HTTP API (payload 2.0) request. Raises BadRequest if its Base64 is broken."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return b64decode(body, validate=True)
    except ValueError as error:
        raise BadRequest("The body is not Base64, although the request says so.") from error


def check_json_body(event: Mapping[str, Any]) -> None:
    """Raise BadRequest for a body whose JSON cannot be read at all.

    A mistake in the JSON itself is left to whoever reads it: there the message names the place.
    """
    content = body_bytes(event)
    if not content:
        return
    headers: Mapping[str, str] = event.get("headers") or {}
    types = [value for name, value in headers.items() if name.lower() == "content-type"]
    content_type = (types or [_JSON])[0].partition(";")[0].strip().lower()
    if content_type != _JSON and not content_type.endswith("+json"):
        raise BadRequest(f"The body must be JSON: send it with `content-type: {_JSON}`.")
    try:
        json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8: byte {error.start} is out of place.") from error
    except RecursionError as error:
        raise BadRequest("The JSON of the body is nested too deeply.") from error
    except json.JSONDecodeError:
        return
    except ValueError as error:
        raise BadRequest("The JSON of the body holds a number with too many digits.") from error
