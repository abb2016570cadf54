"""What the connectors' tests share: connections, requests, collected facts, and a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from heard.connectors import Connection, WebhookRequest
from heard.connectors.http import HttpClient

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
PLATFORM_FACTS = Path(__file__).parents[3] / ".." / "shared" / "platforms"

type RawResponse = tuple[int, Mapping[str, str], bytes] | None


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def connect() -> Callable[..., Connection]:
    """A connection of a platform, with settings."""

    def make_connection(platform: str, **settings: str) -> Connection:
        base = Connection(
            "c0ffee",
            "bus_1",
            platform,
            "https://api.example.com/hooks/c0ffee",
            business_name='Café "Zur <Post>" & Söhne',
        )
        return replace(base, settings=settings)

    return make_connection


@pytest.fixture
def post_request() -> Callable[..., WebhookRequest]:
    """A POST of a document (as JSON) or of bytes, with headers."""

    def make_request(document: object, **headers: str) -> WebhookRequest:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return WebhookRequest(
            "POST", {name.replace("_", "-"): value for name, value in headers.items()}, body
        )

    return make_request


@pytest.fixture
def facts() -> Callable[[str], str]:
    """A file of the facts collected about platforms. Without it the test is skipped."""

    def read(name: str) -> str:
        path = PLATFORM_FACTS / name
        if not path.exists():
            pytest.skip(
                f"the platform facts are kept beside the repository, and {name} is not there"
            )
        return path.read_text()

    return read


@pytest.fixture
def vectors() -> Callable[[], list[dict[str, Any]]]:
    """Every signature vector collected about platforms. Without any the test is skipped."""

    def read() -> list[dict[str, Any]]:
        files = sorted((PLATFORM_FACTS / "vectors").glob("*.json"))
        if not files:
            pytest.skip("the platform facts are kept beside the repository, and they are not there")
        documents = [(json.loads(file.read_text()), file.stem) for file in files]
        return [
            {"scheme": document["scheme"], **vector, "file": stem}
            for document, stem in documents
            for vector in document["vectors"]
        ]

    return read


@dataclass
class FakePlatform:
    """A real HTTP server on this machine with prepared responses, which keeps the requests."""

    url: str = ""
    responses: list[Callable[[str, str, Mapping[str, str], bytes], RawResponse]] = field(
        default_factory=list[Any]
    )
    requests: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list[Any])

    def respond_with(self, *responses: RawResponse) -> None:
        """Prepare the next responses; None closes the connection without a response."""
        self.responses.extend(lambda *_, answer=answer: answer for answer in responses)


def make_response(status: int, document: object = None, **headers: str) -> RawResponse:
    return (
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(document).encode(),
    )


@pytest.fixture
def http_response() -> Callable[..., RawResponse]:
    return make_response


@pytest.fixture
def platform(loopback: None) -> Iterator[FakePlatform]:
    """The other side of the wire."""
    server_state = FakePlatform()

    class RequestHandler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = (
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                body,
            )
            server_state.requests.append(request)
            response = server_state.responses.pop(0)(*request)
            if response is None:
                self.close_connection = True
                return
            status, headers, content = response
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), RequestHandler)
    server.daemon_threads = True
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    server_state.url = f"http://127.0.0.1:{server.server_port}"
    yield server_state
    server.shutdown()
    server.server_close()
    thread.join(2)


@pytest.fixture
def http(loopback: None) -> HttpClient:
    return HttpClient(allow_loopback=True, connect_seconds=1, read_seconds=0.3)
