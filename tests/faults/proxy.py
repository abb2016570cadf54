"""A proxy between the functions and AWS that breaks requests by a seed, and writes down which.

It stands on this machine, and the functions reach it by `AWS_ENDPOINT_URL`. What is not broken goes
to the emulator as it is.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final, Self, cast

import urllib3

from tests.faults import aws_errors
from tests.faults.aws_errors import Call, ServiceAnswer
from tests.faults.breaking import NO_FAULTS, Decision, FaultKind, Rates, decide

_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
)
type KillWorker = Callable[[int], bool]
"""Kills the worker whose connection comes from a port. False if there is none."""


@dataclass(frozen=True, slots=True)
class BrokenCall:
    """A request that was broken. `number` and the seed say how it can be broken again."""

    number: int
    call: str
    fault: FaultKind
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As the record of a round lists it."""
        return {
            "number": self.number,
            "call": self.call,
            "fault": self.fault.value,
            "seconds": round(self.seconds, 3),
        }


class FaultProxy:
    """The proxy, to be used as a context manager. It breaks nothing until `rates` says so.

    `service_rates` are those of single services, in the place of `rates`. `stand_in` may answer a
    call in the place of the service, by the body of a response in JSON.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        port: int = 0,
        seed: int = 1,
        stand_in: Callable[[Call], bytes | None] = lambda _: None,
        kill_worker: KillWorker = lambda _: False,
    ) -> None:
        self.seed = seed
        self.rates = NO_FAULTS
        self.service_rates: Mapping[str, Rates] = {}
        self.broken: list[BrokenCall] = []
        self.requests: Counter[str] = Counter()
        self.denials: list[str] = []
        self.kill_worker = kill_worker
        self._endpoint = endpoint
        self._port = port
        self._stand_in = stand_in
        self._lock = threading.Lock()
        self._number = 0
        self._pool = urllib3.PoolManager(
            num_pools=2, maxsize=64, timeout=urllib3.Timeout(total=90), retries=False
        )
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._started_at = 0.0

    def __enter__(self) -> Self:
        self._started_at = time.monotonic()
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="fault proxy", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._pool.clear()

    @property
    def url(self) -> str:
        """What `AWS_ENDPOINT_URL` of a function is set to."""
        return f"http://127.0.0.1:{self._port}"

    def quiet(self) -> None:
        """Break nothing any more."""
        self.rates, self.service_rates = NO_FAULTS, {}

    @property
    def counts(self) -> dict[str, int]:
        """How many requests each kind of fault broke."""
        with self._lock:
            return dict(sorted(Counter(broken.fault.value for broken in self.broken).items()))

    def take(self, call: Call) -> tuple[int, Decision]:
        """The number of a request, and what happens to it."""
        with self._lock:
            self._number += 1
            number = self._number
            self.requests[call.service] += 1
        rates = self.service_rates.get(call.service, self.rates)
        return number, decide(self.seed, number, rates)

    def note(self, number: int, call: Call, fault: FaultKind) -> None:
        """Write down a broken request."""
        name = f"{call.service}.{call.operation}"
        broken = BrokenCall(number, name, fault, time.monotonic() - self._started_at)
        with self._lock:
            self.broken.append(broken)

    def forward(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, call: Call
    ) -> tuple[int, Mapping[str, str], bytes]:
        """The emulator's answer to a request."""
        if (answer := self._stand_in(call)) is not None:
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, answer
        response = self._pool.request(
            method,
            f"{self._endpoint}{path}",
            headers=dict(headers),
            body=body,
            redirect=False,
            decode_content=False,
        )
        content = response.data
        if response.status in {400, 403} and b"AccessDenied" in content:
            with self._lock:
                self.denials.append(f"{call.service}.{call.operation}: {content[:300]!r}")
        return response.status, response.headers, content


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking a name server for this machine's name
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: a killed function leaves its connection in the middle of an answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        proxy = cast("_Server", self.server).proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call.of(self.headers.get("X-Amz-Target", ""), self.path, body)
        number, decision = proxy.take(call)
        fault = decision.fault
        if fault is not None:
            proxy.note(number, call, fault)
        match fault:
            case FaultKind.THROTTLE:
                self._answer_error(aws_errors.throttled(call, decision.variant))
            case FaultKind.FAIL:
                self._answer_error(aws_errors.failed(call, decision.variant))
            case FaultKind.DROP_REQUEST:
                self.close_connection = True
            case FaultKind.DROP_ANSWER:
                self._forward(proxy, body, call)
                self.close_connection = True
            case FaultKind.KILL_BEFORE:
                self._kill_worker(proxy)
            case FaultKind.KILL_AFTER:
                self._forward(proxy, body, call)
                self._kill_worker(proxy)
            case FaultKind.DELAY:
                answer = self._forward(proxy, body, call)
                time.sleep(decision.delay_seconds)
                self._answer(*answer)
            case None:
                self._answer(*self._forward(proxy, body, call))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names http.server looks for

    def _kill_worker(self, proxy: FaultProxy) -> None:
        """Kill the function that sent this. It gets no answer, also where none can be killed."""
        proxy.kill_worker(int(self.client_address[1]))
        self.close_connection = True

    def _forward(
        self, proxy: FaultProxy, body: bytes, call: Call
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP
        }
        return proxy.forward(self.command, self.path, headers, body, call)

    def _answer_error(self, answer: ServiceAnswer) -> None:
        self._answer(answer.status, answer.headers, json.dumps(answer.body).encode())

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: `FaultProxy.broken` is the record."""
