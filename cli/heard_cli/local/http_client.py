"""HTTP to the local stack.

The emulator also answers at host names that end in `.localhost`, which not every resolver knows.
For such an address the client connects to 127.0.0.1 and sends the name in the Host header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3


@dataclass(frozen=True, slots=True)
class LocalHttpResponse:
    """An HTTP response with its whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


class LocalHttpClient:
    """Sends requests and keeps connections open. Threads may share it."""

    def __init__(self, *, timeout: float = 60) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=8, maxsize=32, timeout=urllib3.Timeout(total=timeout), retries=False
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> LocalHttpResponse:
        """The response to one request, with any status.

        Raises urllib3.exceptions.HTTPError when there is no response.
        """
        parts = urlsplit(url)
        all_headers = dict(headers or {})
        if (parts.hostname or "").endswith(".localhost"):
            all_headers["Host"] = parts.netloc
            url = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl()
        response = self._pool.request(method, url, headers=all_headers, body=body, redirect=False)
        return LocalHttpResponse(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            response.data,
        )

    def fetch_page(self, url: str) -> str:
        """A page's HTML, fetched as by a browser. Raises LookupError if there is no such page."""
        response = self.send("GET", url)
        if response.status != 200:
            raise LookupError(f"{url} returned {response.status}")
        return response.text
