"""The other side of the wire.

Review platforms, played on this machine as their documentation describes them.

Owns the server, the replies that the platforms have received, and the faults they are told to have.
What a platform knows and how it answers is in `platforms/{platform}.py`: one class, derived from
`Platform`, called `PLATFORM`. These are written from the platforms' documents and import nothing of
Heard's, so that a connector's misreading of a document shows up here instead of being shared.

    with Platforms() as platforms:
        platforms.knows("discourse", "4711", {"title": "Slow refunds", "posts": [...]})
        platforms.fault("discourse", Mode.DROP)
        ...                                  # point a connection's API base at platforms.url("discourse")
        platforms.public_replies_by_thread()

Each platform is mounted under a path of one server, its name; `/_simulator/*` controls it over HTTP
for programs that are not Python (`events/README.md` lists the calls).
"""

from __future__ import annotations

import base64
import binascii
import importlib
import json
import pkgutil
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, ClassVar, Final, Self, TextIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from heard_simulator import platforms

type Json = dict[str, Any]

_BODY_LIMIT: Final = 2_000_000


class FaultMode(StrEnum):
    """How a platform can fail, seen from the wire."""

    FAIL_BEFORE = "fail_before"
    """500, and nothing was done."""
    FAIL_AFTER = "fail_after"
    """Done, and yet 500."""
    DROP = "drop"
    """Done, and the connection closed without an answer."""
    SLOW = "slow"
    """Waits `seconds` (2), then answers as usual."""
    RATE_LIMITED = "rate_limited"
    """429 with `Retry-After: seconds` (30), and nothing was done."""
    REJECT = "reject"
    """Refused for good, with the platform's own status and words."""
    DOWN = "down"
    """503 for whatever is asked, sign-in and look-ups included."""


class CallKind(StrEnum):
    """Which of a platform's calls a fault concerns."""

    REPLY = "reply"
    READ = "look"
    SIGN_IN = "sign_in"
    ALL = "all"


@dataclass(slots=True)
class InjectedFault:
    """One order to fail: the next `times` matching calls (None: until reset) behave as `mode` says.

    `native_id` is a review's or a thread's id as the platform names it, or `*` for any.
    """

    platform: str
    mode: FaultMode
    native_id: str = "*"
    times: int | None = 1
    seconds: float | None = None
    call_kind: CallKind = CallKind.REPLY

    def matches(self, platform: str, operation: Operation) -> bool:
        """Whether this fault is meant for that call, and not used up."""
        return (
            self.platform == platform
            and self.times != 0
            and self.call_kind in {CallKind.ALL, operation.call_kind}
            and (self.native_id == "*" or self.native_id in operation.native_ids)
        )


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """One reply that a platform took, whether it is still shown (`removed_at` is None) or not."""

    platform: str
    native_id: str
    thread: str
    review: str
    text: str
    public: bool
    at: datetime
    removed_at: datetime | None = None

    def to_json(self) -> Json:
        """As `GET /_simulator/replies` lists it."""
        return {
            "platform": self.platform,
            "native_id": self.native_id,
            "thread": self.thread,
            "review": self.review,
            "text": self.text,
            "public": self.public,
            "at": self.at.isoformat(),
            "removed_at": self.removed_at.isoformat() if self.removed_at else None,
        }


@dataclass(frozen=True, slots=True)
class PlatformRequest:
    """A request to one platform; `path` begins after its mount, `headers` are lower-cased."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The fields of a form body; the last one wins where a name repeats."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> Json:
        """The body as a JSON object, `{}` if it is none."""
        try:
            document: object = json.loads(self.body)
        except ValueError:
            return {}
        return cast("Json", document) if isinstance(document, dict) else {}

    def basic(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic authentication."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None

    def query_value(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query[name][-1] if self.query.get(name) else None


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """What a platform answers: JSON, or bytes as they are (then `headers` name their type).

    No body at all when `body` is None.
    """

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request would do.

    `about` holds the native ids that a fault may name, `run` does it.
    """

    call_kind: CallKind
    native_ids: frozenset[str]
    run: Callable[[], PlatformResponse]


class ReplyLedger:
    """Every reply that any platform took, in order of arrival."""

    def __init__(self) -> None:
        self._replies: list[ReceivedReply] = []

    def __iter__(self) -> Iterator[ReceivedReply]:
        return iter(tuple(self._replies))

    def add(self, reply: ReceivedReply) -> None:
        """Note a reply."""
        self._replies.append(reply)

    def remove(self, platform: str, native_id: str, at: datetime) -> None:
        """Note that the platform shows a reply no longer."""
        self._replies = [
            replace(reply, removed_at=at)
            if (reply.platform, reply.native_id, reply.removed_at) == (platform, native_id, None)
            else reply
            for reply in self._replies
        ]

    def clear(self) -> None:
        """Forget all."""
        self._replies.clear()


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A resource that the simulated platform must have (None: must not have)."""

    native_id: str
    resource: Json | None


class SimulatedPlatform(ABC):
    """One simulated platform, mounted under its name. Called under the server's lock.

    `credentials` are what it accepts unless told otherwise: fixed, so that a demo can be set up in
    advance. `settings` are what a connection needs to find it (and to know what to expect of it);
    `{url}` in them becomes the address of the mount.
    """

    credentials: ClassVar[Mapping[str, str]] = {}
    settings: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        name: str,
        accepted_credentials: Mapping[str, str],
        ledger: ReplyLedger,
        clock: Callable[[], datetime],
        url: Callable[[], str],
    ) -> None:
        self.name = name
        self.accepted_credentials = accepted_credentials
        self.ledger = ledger
        self.clock = clock
        self.url = url
        self.start()

    def start(self) -> None:
        """Begin without knowing anything."""

    @abstractmethod
    def operation(self, request: PlatformRequest) -> Operation | None:
        """What the request would do; None for a path that the platform does not have."""

    @abstractmethod
    def set_resource(self, native_id: str, resource: Json | None) -> None:
        """Learn a resource, or forget it (None)."""

    @abstractmethod
    def reset(self) -> None:
        """Forget everything learnt."""

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterable[KnownResource]:
        """What the platform has when it sends a sample with these fields at `now`.

        The same thing, in the shape of its API.
        """
        return ()

    @property
    def signing_secret(self) -> str | None:
        """What it signs its deliveries with, where that is its own and not what Heard gave it."""
        return None

    @property
    def visible_secret(self) -> str | None:
        """What a business copies from it into Heard: its signing secret, or its public key."""
        return self.signing_secret

    def rejection(self) -> PlatformResponse:
        """A refusal for good, as this platform words one."""
        return PlatformResponse(403, {"error": "This is not allowed."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        """Its way to say that it is asked too often."""
        return PlatformResponse(429, {"error": "Too many requests."}, {"Retry-After": str(seconds)})

    def revoke_tokens(self) -> None:
        """Answer 401 to every access token issued so far, if it issues any."""

    def bearer_token(self, request: PlatformRequest) -> str:
        """The token of `Authorization: Bearer …`, or nothing."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def record_reply(
        self, native_id: str, thread: str, review: str, text: str, *, public: bool
    ) -> None:
        """Note a reply that was taken."""
        self.ledger.add(
            ReceivedReply(
                self.name, native_id, thread, review, text, public=public, at=self.clock()
            )
        )


def platform_classes() -> dict[str, type[SimulatedPlatform]]:
    """Every simulated platform, by name: one module each in `platforms/`."""
    modules = pkgutil.iter_modules(platforms.__path__)
    return {module.name: _load_platform_class(module.name) for module in modules}


def _load_platform_class(platform: str) -> type[SimulatedPlatform]:
    module = importlib.import_module(f"{platforms.__name__}.{platform}")
    return cast("type[SimulatedPlatform]", module.PLATFORM)


class SimulatedPlatforms:
    """All simulated platforms behind one server on the loopback interface. Thread-safe.

    `port` 0 takes a free one. `credentials` override those that the platforms accept, and stay
    changeable in `credentials`. `log` receives one JSON line a request, without bodies. `clock`
    dates what the platforms do; a test may turn it.
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
            platform: {**made.credentials, **(credentials or {}).get(platform, {})}
            for platform, made in classes.items()
        }
        self._port = port
        self._log = log
        self._lock = threading.RLock()
        self._ledger = ReplyLedger()
        self._faults: list[InjectedFault] = []
        self._stop_event = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._platforms: dict[str, SimulatedPlatform] = {
            name: made(name, self.credentials[name], self._ledger, clock, partial(self.url, name))
            for name, made in classes.items()
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
        """Stop serving and close every connection; what was learnt and received stays readable."""
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
        """Let a platform know a resource (see each platform's class for its shape), or forget it
        (None).

        Raises LookupError for a platform that is not simulated, ValueError for a resource that does
        not fit it.
        """
        target = self.get(platform)
        with self._lock:
            try:
                target.set_resource(native_id, resource)
            except (KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{platform} cannot know {native_id!r} as described: {error!r}"
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

        `calls` is `reply` unless the platform is to be down, which concerns all calls.
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
            self._faults.append(
                InjectedFault(platform, mode, native_id, times, seconds, effective_kind)
            )

    def replies(self) -> list[ReceivedReply]:
        """Every reply taken since the start or the last `reset`, in order of arrival."""
        with self._lock:
            return list(self._ledger)

    def public_replies_by_thread(self) -> dict[tuple[str, str], list[ReceivedReply]]:
        """The public replies ever taken, by (platform, thread): none may hold more than two (R04).

        A reply that was deleted to make room for another counts: onlookers have read it.
        """
        threads: dict[tuple[str, str], list[ReceivedReply]] = {}
        for reply in self.replies():
            if reply.public:
                threads.setdefault((reply.platform, reply.thread), []).append(reply)
        return threads

    def settings(self, platform: str) -> dict[str, str]:
        """The settings with which a connection finds a platform."""
        return {
            name: value.replace("{url}", self.url(platform))
            for name, value in self.get(platform).settings.items()
        }

    def revoke_tokens(self) -> None:
        """Expire every access token issued so far: the next call with one is answered 401."""
        with self._lock:
            for platform in self._platforms.values():
                platform.revoke_tokens()

    def reset(self) -> None:
        """Forget resources, replies and faults."""
        with self._lock:
            self._ledger.clear()
            self._faults.clear()
            for platform in self._platforms.values():
                platform.reset()

    def get(self, name: str) -> SimulatedPlatform:
        """One of them. Raises LookupError for a platform that is not simulated."""
        try:
            return self._platforms[name]
        except KeyError:
            raise LookupError(
                f"There is no simulated platform called {name!r}. Known: "
                f"{', '.join(self._platforms)}."
            ) from None

    def handle(self, request: PlatformRequest) -> PlatformResponse | None:
        """The answer to one request as it came over the wire.

        None to close the connection without one.
        """
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
            fault = self._take_fault(name, operation)
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
                # Outside the lock, so that one slow call does not hold the others up.
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

    def _take_fault(self, platform: str, operation: Operation) -> InjectedFault | None:
        fault = next((fault for fault in self._faults if fault.matches(platform, operation)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

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
                        call_kind=command.get("calls"),
                    )
                case "POST", "reset":
                    self.reset()
                case "GET", "replies":
                    return PlatformResponse(
                        200, {"replies": [reply.to_json() for reply in self.replies()]}
                    )
                case _:
                    return PlatformResponse(
                        404, {"error": "GET replies; POST reviews, faults, reset."}
                    )
        except KeyError as key_error:
            return PlatformResponse(400, {"error": f"{key_error.args[0]!r} is missing."})
        except (LookupError, ValueError) as error:
            return PlatformResponse(400, {"error": str(error)})
        return PlatformResponse(204)


class _Server(ThreadingHTTPServer):
    """The listening socket.

    Keeps track of open connections so that `hang_up` can end those that idle.
    """

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__(address, _RequestHandler)

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called, which can take seconds."""
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
        """Stay silent about a client that went away, which is what faults are for.

        A mistake in here is printed.
        """
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    """HTTP in, `Ask`; `Answer`, HTTP out."""

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
        """Silent; `Platforms(log=…)` writes its own lines."""


def iso_millis(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
