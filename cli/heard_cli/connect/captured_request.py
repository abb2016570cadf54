"""Captured requests: headers or a whole HTTP message, as people copy them from logs, proxies and
`curl -v`.

A captured file may hold secrets (a signature, a password), so no error shows a line of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from heard_cli.input_files import UnreadableContent, parse_json

_REQUEST_LINE: Final = re.compile(r"([A-Z]{3,12}) (\S+)(?: HTTP/[0-9.]+)?")
_HEADER: Final = re.compile(r"(:?[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)")
_BLANK: Final = re.compile(rb"\r?\n[ \t]*\r?\n")
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe")


class UnreadableRequest(ValueError):
    """A file does not hold a request's headers; the message says where, without showing it."""


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """A request as far as a file describes it.

    The names of `headers` are in lower case. The other fields are None if the file lacks them.
    """

    headers: Mapping[str, str]
    method: str | None = None
    query: str | None = None
    body: bytes | None = None


def parse_captured(content: bytes) -> CapturedRequest:
    """The request that a file describes.

    The file holds a JSON object of headers, `Name: value` lines, or an HTTP message with or without
    its body. In the output of `curl -v` the lines of the request count; they begin with `>`. Raises
    UnreadableRequest.
    """
    if content.startswith(_BYTE_ORDER_MARKS[1]):
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(_BYTE_ORDER_MARKS[0]).lstrip(b"\r\n\t ")
    if not content:
        raise UnreadableRequest("it is empty")
    if content[:1] in {b"{", b"["}:
        return CapturedRequest(_parse_json(content))
    if curl_lines := [line[1:].strip() for line in content.splitlines() if line.startswith(b">")]:
        content = b"\n".join(curl_lines)
    head, body = content, None
    if end := _BLANK.search(content):
        head, body = content[: end.start()], content[end.end() :] or None
    return _parse_message(_decode(head).splitlines(), None if curl_lines else body)


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        # HTTP itself reads the bytes of headers like this.
        return content.decode("latin-1")


def _parse_json(content: bytes) -> dict[str, str]:
    try:
        document = parse_json(content)
    except UnreadableContent as error:
        raise UnreadableRequest(f"it starts like JSON, but {error}") from error
    if not isinstance(document, dict):
        raise UnreadableRequest("the JSON must be one object that maps header names to values")
    return _join_headers(
        (name, _header_value(value)) for name, value in cast("dict[str, object]", document).items()
    )


def _header_value(value: object) -> str:
    match value:
        case str():
            return value
        case list() if all(isinstance(item, str) for item in cast("list[object]", value)):
            return ",".join(cast("list[str]", value))
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case _:
            raise UnreadableRequest(
                "every header value in the JSON must be a string or a list of strings"
            )


def _parse_message(lines: list[str], body: bytes | None) -> CapturedRequest:
    method = target = None
    if lines[0].startswith("HTTP/"):
        raise UnreadableRequest("this is an HTTP response; the request is needed")
    if request_line := _REQUEST_LINE.fullmatch(lines[0].strip()):
        method, target, lines = request_line[1], request_line[2], lines[1:]
    fields: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1 if method is None else 2):
        if line[:1] in {" ", "\t"} and fields:
            # A folded header: RFC 9112 obsoleted it, some proxies still write it.
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}".strip())
            continue
        header = _HEADER.fullmatch(line.strip())
        if header is None:
            raise UnreadableRequest(f"line {number} is not a header; write Name: value")
        fields.append((header[1], header[2].strip()))
    pseudo_headers = {
        name: value for name, value in fields if name.startswith(":")
    }  # as HTTP/2 writes the request line
    method, target = method or pseudo_headers.get(":method"), target or pseudo_headers.get(":path")
    headers = _join_headers((name, value) for name, value in fields if not name.startswith(":"))
    return CapturedRequest(
        headers, method, target.partition("#")[0].partition("?")[2] if target else None, body
    )


def _join_headers(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; repeated headers joined by commas, as API Gateway hands them over."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key = name.strip().lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers
