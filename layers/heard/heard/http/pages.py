"""The files of the page: each with its hash in its name, and compressed when it was built.

`index.html` is answered to every path without a dot, because the page reads the path itself.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from heard.errors import NotFound
from heard.http.etags import is_known, tag_of
from heard.http.responses import BROWSER_HEADERS, error_response

INDEX: Final = "index.html"
CONFIGURATION_MARK: Final = "{{configuration}}"
"""Where in `index.html` the configuration stands, as the content of an attribute."""

_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_ENCODINGS: Final[Mapping[str, str]] = {"br": ".br", "gzip": ".gz"}
"""In the order in which they are preferred, each with the suffix of its file."""


@dataclass(frozen=True, slots=True)
class PageConfiguration:
    """What the page must know before its first request.

    `sign_in` is the address of the managed login, without a slash at its end.
    """

    client: str
    sign_in: str

    def to_json(self) -> str:
        """A JSON object."""
        return json.dumps({"client": self.client, "sign_in": self.sign_in}, sort_keys=True)


class PageFiles:
    """The built page in a folder. Files are read at their first request and then kept."""

    def __init__(self, folder: Path, configuration: PageConfiguration) -> None:
        self._folder = folder
        self._configuration = configuration
        self._names = frozenset(path.name for path in folder.iterdir() if path.is_file())
        self._contents: dict[str, bytes] = {}
        self._headers = {
            "content-security-policy": content_security_policy(configuration.sign_in),
            **BROWSER_HEADERS,
            # Addresses in the page hold ids, and links in reviews lead to strangers
            "referrer-policy": "no-referrer",
            "strict-transport-security": "max-age=63072000",
            "x-content-type-options": "nosniff",
        }

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The HTTP API (payload 2.0) response to a GET."""
        path = str(event.get("rawPath") or "/")
        headers: Mapping[str, str] = event.get("headers") or {}
        if path == "/api" or path.startswith("/api/"):
            return dict(error_response(NotFound("There is no such address in this API.")))
        name = path.rpartition("/")[2]
        if "." not in name:
            return self._index(headers)
        if path != f"/{name}" or name == INDEX or not self._is_served(name):
            return dict(error_response(NotFound("There is no such file.")))
        return self._file(name, headers)

    def _is_served(self, name: str) -> bool:
        return name in self._names and Path(name).suffix in _TYPES

    def _index(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """It carries the configuration, so it is never cached without asking."""
        if INDEX not in self._contents:
            text = (self._folder / INDEX).read_text()
            configuration = escape(self._configuration.to_json(), quote=True)
            self._contents[INDEX] = text.replace(CONFIGURATION_MARK, configuration).encode()
        content = self._contents[INDEX]
        etag = tag_of(content)
        response_headers = {
            **self._headers,
            "cache-control": "no-cache",
            "content-type": _TYPES[".html"],
            "etag": etag,
        }
        if is_known(etag, headers):
            return {"statusCode": 304, "headers": response_headers, "body": ""}
        return {"statusCode": 200, "headers": response_headers, "body": content.decode()}

    def _file(self, name: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """Its name has the hash of its content, so it never changes."""
        encoding = self._encoding(name, headers.get("accept-encoding", ""))
        stored = name + _ENCODINGS.get(encoding, "")
        if stored not in self._contents:
            self._contents[stored] = (self._folder / stored).read_bytes()
        response_headers = {
            **self._headers,
            "cache-control": "public, max-age=31536000, immutable",
            "content-type": _TYPES[Path(name).suffix],
            "vary": "accept-encoding",
        }
        if encoding:
            response_headers["content-encoding"] = encoding
        return {
            "statusCode": 200,
            "headers": response_headers,
            "body": b64encode(self._contents[stored]).decode(),
            "isBase64Encoded": True,
        }

    def _encoding(self, name: str, accepts: str) -> str:
        """The best encoding that the browser takes and the build has made; empty for none."""
        accepted = {
            part.partition(";")[0].strip().lower()
            for part in accepts.split(",")
            if part.partition(";")[2].replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
        }
        return next(
            (
                encoding
                for encoding, suffix in _ENCODINGS.items()
                if encoding in accepted and name + suffix in self._names
            ),
            "",
        )


def content_security_policy(sign_in: str) -> str:
    """What the page may load: its own files, and the tokens of its own sign-in.

    It runs no inline script, and no text ever becomes a script or HTML (Trusted Types).
    """
    parts = urlsplit(sign_in)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {parts.scheme}://{parts.netloc}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
