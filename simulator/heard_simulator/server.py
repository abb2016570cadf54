"""Simulated review platforms behind one HTTP server on this machine.

Every platform behaves as its documentation says. `platforms/{platform}.py` holds one class for
each, called `PLATFORM`. These modules are written from the platforms' documents and import nothing
of `heard`. So a misreading of a document by a connector shows up here, and is not shared.

    with SimulatedPlatforms() as platforms:
        platforms.set_resource("discourse", "4711", {"title": "Slow refunds", "posts": [...]})
        platforms.add_fault("discourse", FaultMode.DROP)
        ...  # a connection whose API base is platforms.url("discourse")
        platforms.public_replies_by_thread()

Each platform is mounted under its name. `/_simulator/*` controls the simulator over HTTP, for
programs that are not Python; `events/README.md` lists the calls.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final, Self, TextIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from heard_simulator import platforms
from heard_simulator.contract import (
    CallKind,
    Json,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.faults import FaultMode, FaultQueue, InjectedFault
from heard_simulator.ledger import ReceivedReply, ReplyLedger
from heard_simulator.platform import SimulatedPlatform

_BODY_LIMIT: Final = 2_000_000


def platform_classes() -> dict[str, type[SimulatedPlatform]]:
    """Every simulated platform, by name: one module each in `platforms/`."""
    modules = pkgutil.iter_modules(platforms.__path__)
    return {module.name: _load_platform_class(module.name) for module in modules}


def _load_platform_class(platform: str) -> type[SimulatedPlatform]:
    module = importlib.import_module(f"{platforms.__name__}.{platform}")
    return cast("type[SimulatedPlatform]", module.PLATFORM)


class SimulatedPlatforms:
    """All simulated platforms behind one server on the loopback interface. Thread-safe.

    `port` 0 takes a free one. `credentials` override those that the platforms accept; a test may
    change them later. `log` receives one JSON line for each request, without bodies. `clock` dates
    what the platforms do.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        log: TextIO | None = None,
    ) -> None:
        classes = platform_classes()
        self.credentials: dict[str, dict[str, str]] = {
            name: {**platform_class.credentials, **(credentials or {}).get(name, {})}
            for name, platform_class in classes.items()
        }
        self._port = port
        self._log = log
        self._lock = threading.RLock()
        self._ledger = ReplyLedger()
        self._faults = FaultQueue()
        self._stop_event = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._platforms: dict[str, SimulatedPlatform] = {
            name: platform_class(
                name, self.credentials[name], self._ledger, clock, partial(self.url, name)
            )
            for name, platform_class in classes.items()
        }

    def start(self) -> Self:
        """Serve in the background until `stop`."""
        self._stop_event.clear()
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_port
        # A short poll, since `shutdown` waits for the next one.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="platforms", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection; resources and replies stay readable."""
        self._stop_event.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.close_connections()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:{port}`."""
        return f"http://127.0.0.1:{self._port}"

    def url(self, platform: str) -> str:
        """Where a platform's API begins: what a connection's `api_base` setting is set to."""
        return f"{self.base_url}/{platform}"

    def set_resource(self, platform: str, native_id: str, resource: Json | None) -> None:
        """Give a platform a resource, or take it away (None). Each class describes its shape.

        Raises LookupError for a platform that is not simulated, ValueError for a resource of
        another shape.
        """
        target = self.get(platform)
        with self._lock:
            try:
                target.set_resource(native_id, resource)
            except (KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{platform} cannot take this resource for {native_id!r}: {error!r}"
                ) from error

    def add_fault(
        self,
        platform: str,
        mode: FaultMode | str,
        native_id: str = "*",
        *,
        times: int | None = 1,
        seconds: float | None = None,
        call_kind: CallKind | str | None = None,
    ) -> None:
        """Make the next `times` calls (None: until `reset`) fail as `mode` says.

        `call_kind` is `reply` by default, and `all` for a platform that is down.
        """
        self.get(platform)
        mode = FaultMode(mode)
        effective_kind = (
            CallKind(call_kind)
            if call_kind is not None
            else CallKind.ALL
            if mode is FaultMode.DOWN
            else CallKind.REPLY
        )
        with self._lock:
            self._faults.add(
                InjectedFault(platform, mode, native_id, times, seconds, effective_kind)
            )

    def clear_faults(self) -> None:
        """Fail no call any more. Resources and replies stay."""
        with self._lock:
            self._faults.clear()

    def replies(self) -> list[ReceivedReply]:
        """Every reply taken since the start or the last `reset`, in order of arrival."""
        with self._lock:
            return list(self._ledger)

    def public_replies_by_thread(self) -> dict[tuple[str, str], list[ReceivedReply]]:
        """Every public reply so far, by (platform, thread). No thread may hold more than two (R04).

        A reply that was deleted to make room for another one counts: onlookers have read it.
        """
        threads: dict[tuple[str, str], list[ReceivedReply]] = {}
        for reply in self.replies():
            if reply.public:
                threads.setdefault((reply.platform, reply.thread), []).append(reply)
        return threads

    def settings(self, platform: str) -> dict[str, str]:
        """The settings of a connection to a platform."""
        return {
            name: value.replace("{url}", self.url(platform))
            for name, value in self.get(platform).settings.items()
        }

    def revoke_tokens(self) -> None:
        """Refuse every access token that was issued so far."""
        with self._lock:
            for platform in self._platforms.values():
                platform.revoke_tokens()

    def reset(self) -> None:
        """Delete resources, replies and faults."""
        with self._lock:
            self._ledger.clear()
            self._faults.clear()
            for platform in self._platforms.values():
                platform.reset()

    def get(self, name: str) -> SimulatedPlatform:
        """One platform. Raises LookupError for one that is not simulated."""
        try:
            return self._platforms[name]
        except KeyError:
            raise LookupError(
                f"There is no simulated platform called {name!r}. Known: "
                f"{', '.join(self._platforms)}."
            ) from None

    def handle(self, request: PlatformRequest) -> PlatformResponse | None:
        """The response to one HTTP request; None to close the connection without a response."""
        response = self._dispatch(request)
        if self._log is not None:
            line = {
                "at": iso_millis(datetime.now(UTC)),
                "method": request.method,
                "path": request.path,
                "status": response.status if response else None,
            }
            with self._lock:
                print(json.dumps(line), file=self._log, flush=True)
        return response

    def _dispatch(self, request: PlatformRequest) -> PlatformResponse | None:
        if request.path.startswith("/_simulator/"):
            return self._control(request)
        name, slash, rest = request.path.removeprefix("/").partition("/")
        if name in self._platforms:
            return self._call_platform(name, replace(request, path=slash + rest))
        return PlatformResponse(404, {"error": "No platform is mounted here."})

    def _call_platform(self, name: str, request: PlatformRequest) -> PlatformResponse | None:
        platform = self._platforms[name]
        with self._lock:
            operation = platform.operation(request)
            if operation is None:
                return PlatformResponse(
                    404, {"error": f"{name} has no {request.method} {request.path}."}
                )
            fault = self._faults.take(name, operation)
        match fault.mode if fault else None:
            case FaultMode.DOWN:
                return PlatformResponse(503, {"error": "The service is unavailable."})
            case FaultMode.FAIL_BEFORE:
                return PlatformResponse(500, {"error": "Something went wrong."})
            case FaultMode.RATE_LIMITED:
                return platform.rate_limit(int((fault and fault.seconds) or 30))
            case FaultMode.REJECT:
                return platform.rejection()
            case FaultMode.SLOW:
                # Outside the lock, so that one slow call does not delay the others.
                self._stop_event.wait((fault and fault.seconds) or 2.0)
            case _:
                pass
        with self._lock:
            response = operation.run()
        match fault.mode if fault else None:
            case FaultMode.FAIL_AFTER:
                return PlatformResponse(500, {"error": "Something went wrong."})
            case FaultMode.DROP:
                return None
            case _:
                return response

    def _control(self, request: PlatformRequest) -> PlatformResponse:
        command = request.json()
        try:
            match request.method, request.path.removeprefix("/_simulator/"):
                case "POST", "reviews":
                    self.set_resource(
                        str(command["platform"]), str(command["native_id"]), command["resource"]
                    )
                case "POST", "faults":
                    self.add_fault(
                        str(command["platform"]),
                        str(command["mode"]),
                        str(command.get("native_id", "*")),
                        times=command.get("times", 1),
                        seconds=command.get("seconds"),
                        call_kind=command.get("call_kind"),
                    )
                case "POST", "reset":
                    self.reset()
                case "GET", "replies":
                    return self._list_replies()
                case _:
                    return PlatformResponse(
                        404, {"error": "GET replies; POST reviews, faults, reset."}
                    )
        except KeyError as key_error:
            return PlatformResponse(400, {"error": f"{key_error.args[0]!r} is missing."})
        except (LookupError, ValueError) as error:
            return PlatformResponse(400, {"error": str(error)})
        return PlatformResponse(204)

    def _list_replies(self) -> PlatformResponse:
        """Every reply with what it answers, indented for people who read it."""
        with self._lock:
            replies = [
                {**reply.to_json(), "resource": self._answered_resource(reply)}
                for reply in self._ledger
            ]
            text = json.dumps({"replies": replies}, ensure_ascii=False, indent=2, default=str)
        content_type = {"Content-Type": "application/json; charset=utf-8"}
        return PlatformResponse(200, text.encode(), content_type)

    def _answered_resource(self, reply: ReceivedReply) -> Json | None:
        """The review, or else the thread, as the platform has it now."""
        resources = self.get(reply.platform).resources
        return resources.get(reply.review) or resources.get(reply.thread)


class _Server(ThreadingHTTPServer):
    """The listening socket. It knows the open connections, so that it can close idle ones."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__(address, _RequestHandler)

    def server_bind(self) -> None:
        """Bind without asking a name server for this machine's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = (
            str(self.server_address[0]),
            int(self.server_address[1]),
        )

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Close what clients keep open, so that closing the server need not wait for them."""
        with self._connections_lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print mistakes of the simulator, but not clients that went away: faults cause those."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    """Makes a `PlatformRequest` of each HTTP request, and HTTP of each `PlatformResponse`."""

    protocol_version = "HTTP/1.1"
    server_version = "platforms"
    sys_version = ""
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        platforms = cast("_Server", self.server).platforms
        length = self.headers.get("Content-Length", "0")
        if (
            not length.isdecimal()
            or int(length) > _BODY_LIMIT
            or self.headers.get("Transfer-Encoding")
        ):
            self.close_connection = True
            return self._send(
                PlatformResponse(
                    413, {"error": f"Send at most {_BODY_LIMIT} bytes and say how many."}
                )
            )
        url = urlsplit(self.path)
        request = PlatformRequest(
            method=self.command,
            path=unquote(url.path),
            query=parse_qs(url.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        response = platforms.handle(request)
        if response is None:
            self.close_connection = True
            return None
        return self._send(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

    def _send(self, response: PlatformResponse) -> None:
        raw_body = response.body if isinstance(response.body, bytes) else None
        body = (
            b""
            if response.body is None
            else raw_body
            if raw_body is not None
            else json.dumps(response.body, ensure_ascii=False).encode()
        )
        self.send_response(response.status)
        if response.body is not None and raw_body is None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if response.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: `SimulatedPlatforms(log=…)` writes its own lines."""
