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


class Mode(StrEnum):
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


class Calls(StrEnum):
    """Which of a platform's calls a fault concerns."""

    REPLY = "reply"
    LOOK = "look"
    SIGN_IN = "sign_in"
    ALL = "all"


@dataclass(slots=True)
class Fault:
    """One order to fail: the next `times` matching calls (None: until reset) behave as `mode` says.

    `native_id` is a review's or a thread's id as the platform names it, or `*` for any.
    """

    platform: str
    mode: Mode
    native_id: str = "*"
    times: int | None = 1
    seconds: float | None = None
    calls: Calls = Calls.REPLY

    def concerns(self, platform: str, operation: Operation) -> bool:
        """Whether this fault is meant for that call, and not used up."""
        return (
            self.platform == platform
            and self.times != 0
            and self.calls in {Calls.ALL, operation.calls}
            and (self.native_id == "*" or self.native_id in operation.about)
        )


@dataclass(frozen=True, slots=True)
class Reply:
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
class Ask:
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

    def asked(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query[name][-1] if self.query.get(name) else None


@dataclass(frozen=True, slots=True)
class Answer:
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

    calls: Calls
    about: frozenset[str]
    run: Callable[[], Answer]


class Ledger:
    """Every reply that any platform took, in order of arrival."""

    def __init__(self) -> None:
        self._replies: list[Reply] = []

    def __iter__(self) -> Iterator[Reply]:
        return iter(tuple(self._replies))

    def take(self, reply: Reply) -> None:
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
class Known:
    """A resource that the simulated platform must have (None: must not have)."""

    native_id: str
    resource: Json | None


class Platform(ABC):
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
        accepts: Mapping[str, str],
        ledger: Ledger,
        clock: Callable[[], datetime],
        url: Callable[[], str],
    ) -> None:
        self.name = name
        self.accepts = accepts
        self.ledger = ledger
        self.clock = clock
        self.url = url
        self.start()

    def start(self) -> None:
        """Begin without knowing anything."""

    @abstractmethod
    def operation(self, ask: Ask) -> Operation | None:
        """What the request would do; None for a path that the platform does not have."""

    @abstractmethod
    def knows(self, native_id: str, resource: Json | None) -> None:
        """Learn a resource, or forget it (None)."""

    @abstractmethod
    def reset(self) -> None:
        """Forget everything learnt."""

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterable[Known]:
        """What the platform has when it sends a sample with these fields at `now`.

        The same thing, in the shape of its API.
        """
        return ()

    @property
    def signing_secret(self) -> str | None:
        """What it signs its deliveries with, where that is its own and not what Heard gave it."""
        return None

    @property
    def shown_secret(self) -> str | None:
        """What a business copies from it into Heard: its signing secret, or its public key."""
        return self.signing_secret

    def rejection(self) -> Answer:
        """A refusal for good, as this platform words one."""
        return Answer(403, {"error": "This is not allowed."})

    def rate_limit(self, seconds: int) -> Answer:
        """Its way to say that it is asked too often."""
        return Answer(429, {"error": "Too many requests."}, {"Retry-After": str(seconds)})

    def revoke_tokens(self) -> None:
        """Answer 401 to every access token issued so far, if it issues any."""

    def bearer(self, ask: Ask) -> str:
        """The token of `Authorization: Bearer …`, or nothing."""
        scheme, _, token = ask.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def took(self, native_id: str, thread: str, review: str, text: str, *, public: bool) -> None:
        """Note a reply that was taken."""
        self.ledger.take(
            Reply(self.name, native_id, thread, review, text, public=public, at=self.clock())
        )


def simulated() -> dict[str, type[Platform]]:
    """Every simulated platform, by name: one module each in `platforms/`."""
    modules = pkgutil.iter_modules(platforms.__path__)
    return {module.name: _load(module.name) for module in modules}


def _load(platform: str) -> type[Platform]:
    module = importlib.import_module(f"{platforms.__name__}.{platform}")
    return cast("type[Platform]", module.PLATFORM)


class Platforms:
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
        found = simulated()
        self.credentials: dict[str, dict[str, str]] = {
            platform: {**made.credentials, **(credentials or {}).get(platform, {})}
            for platform, made in found.items()
        }
        self._port = port
        self._log = log
        self._lock = threading.RLock()
        self._ledger = Ledger()
        self._faults: list[Fault] = []
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._platforms: dict[str, Platform] = {
            name: made(name, self.credentials[name], self._ledger, clock, partial(self.url, name))
            for name, made in found.items()
        }

    def start(self) -> Self:
        """Serve in the background until `stop`."""
        self._stopping.clear()
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
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.hang_up()
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

    def knows(self, platform: str, native_id: str, resource: Json | None) -> None:
        """Let a platform know a resource (see each platform's class for its shape), or forget it
        (None).

        Raises LookupError for a platform that is not simulated, ValueError for a resource that does
        not fit it.
        """
        known = self.of(platform)
        with self._lock:
            try:
                known.knows(native_id, resource)
            except (KeyError, TypeError, AttributeError) as misfit:
                raise ValueError(
                    f"{platform} cannot know {native_id!r} as described: {misfit!r}"
                ) from misfit

    def fault(
        self,
        platform: str,
        mode: Mode | str,
        native_id: str = "*",
        *,
        times: int | None = 1,
        seconds: float | None = None,
        calls: Calls | str | None = None,
    ) -> None:
        """Make the next `times` calls (None: until `reset`) fail as `mode` says.

        `calls` is `reply` unless the platform is to be down, which concerns all calls.
        """
        self.of(platform)
        mode = Mode(mode)
        concerned = (
            Calls(calls) if calls is not None else Calls.ALL if mode is Mode.DOWN else Calls.REPLY
        )
        with self._lock:
            self._faults.append(Fault(platform, mode, native_id, times, seconds, concerned))

    def replies(self) -> list[Reply]:
        """Every reply taken since the start or the last `reset`, in order of arrival."""
        with self._lock:
            return list(self._ledger)

    def public_replies_by_thread(self) -> dict[tuple[str, str], list[Reply]]:
        """The public replies ever taken, by (platform, thread): none may hold more than two (R04).

        A reply that was deleted to make room for another counts: onlookers have read it.
        """
        threads: dict[tuple[str, str], list[Reply]] = {}
        for reply in self.replies():
            if reply.public:
                threads.setdefault((reply.platform, reply.thread), []).append(reply)
        return threads

    def settings(self, platform: str) -> dict[str, str]:
        """The settings with which a connection finds a platform."""
        return {
            name: value.replace("{url}", self.url(platform))
            for name, value in self.of(platform).settings.items()
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

    def of(self, name: str) -> Platform:
        """One of them. Raises LookupError for a platform that is not simulated."""
        try:
            return self._platforms[name]
        except KeyError:
            raise LookupError(
                f"There is no simulated platform called {name!r}. Known: "
                f"{', '.join(self._platforms)}."
            ) from None

    def answer(self, ask: Ask) -> Answer | None:
        """The answer to one request as it came over the wire.

        None to close the connection without one.
        """
        answer = self._dispatch(ask)
        if self._log is not None:
            line = {
                "at": zulu(datetime.now(UTC)),
                "method": ask.method,
                "path": ask.path,
                "status": answer.status if answer else None,
            }
            with self._lock:
                print(json.dumps(line), file=self._log, flush=True)
        return answer

    def _dispatch(self, ask: Ask) -> Answer | None:
        if ask.path.startswith("/_simulator/"):
            return self._control(ask)
        name, slash, rest = ask.path.removeprefix("/").partition("/")
        if name in self._platforms:
            return self._play(name, replace(ask, path=slash + rest))
        return Answer(404, {"error": "No platform is mounted here."})

    def _play(self, name: str, ask: Ask) -> Answer | None:
        platform = self._platforms[name]
        with self._lock:
            operation = platform.operation(ask)
            if operation is None:
                return Answer(404, {"error": f"{name} has no {ask.method} {ask.path}."})
            fault = self._take_fault(name, operation)
        match fault.mode if fault else None:
            case Mode.DOWN:
                return Answer(503, {"error": "The service is unavailable."})
            case Mode.FAIL_BEFORE:
                return Answer(500, {"error": "Something went wrong."})
            case Mode.RATE_LIMITED:
                return platform.rate_limit(int((fault and fault.seconds) or 30))
            case Mode.REJECT:
                return platform.rejection()
            case Mode.SLOW:
                # Outside the lock, so that one slow call does not hold the others up.
                self._stopping.wait((fault and fault.seconds) or 2.0)
            case _:
                pass
        with self._lock:
            answer = operation.run()
        match fault.mode if fault else None:
            case Mode.FAIL_AFTER:
                return Answer(500, {"error": "Something went wrong."})
            case Mode.DROP:
                return None
            case _:
                return answer

    def _take_fault(self, platform: str, operation: Operation) -> Fault | None:
        fault = next((fault for fault in self._faults if fault.concerns(platform, operation)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

    def _control(self, ask: Ask) -> Answer:
        order = ask.json()
        try:
            match ask.method, ask.path.removeprefix("/_simulator/"):
                case "POST", "reviews":
                    self.knows(str(order["platform"]), str(order["native_id"]), order["resource"])
                case "POST", "faults":
                    self.fault(
                        str(order["platform"]),
                        str(order["mode"]),
                        str(order.get("native_id", "*")),
                        times=order.get("times", 1),
                        seconds=order.get("seconds"),
                        calls=order.get("calls"),
                    )
                case "POST", "reset":
                    self.reset()
                case "GET", "replies":
                    return Answer(200, {"replies": [reply.to_json() for reply in self.replies()]})
                case _:
                    return Answer(404, {"error": "GET replies; POST reviews, faults, reset."})
        except KeyError as missing:
            return Answer(400, {"error": f"{missing.args[0]!r} is missing."})
        except (LookupError, ValueError) as unfit:
            return Answer(400, {"error": str(unfit)})
        return Answer(204)


class _Server(ThreadingHTTPServer):
    """The listening socket.

    Keeps track of open connections so that `hang_up` can end those that idle.
    """

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], platforms: Platforms) -> None:
        self.platforms = platforms
        self._open: set[socket.socket] = set()
        self._opening = threading.Lock()
        super().__init__(address, _Door)

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = (
            str(self.server_address[0]),
            int(self.server_address[1]),
        )

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._opening:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._opening:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close what clients keep open, so that closing the server need not wait for them."""
        with self._opening:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that went away, which is what faults are for.

        A mistake in here is printed.
        """
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Door(BaseHTTPRequestHandler):
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
                Answer(413, {"error": f"Send at most {_BODY_LIMIT} bytes and say how many."})
            )
        asked = urlsplit(self.path)
        ask = Ask(
            method=self.command,
            path=unquote(asked.path),
            query=parse_qs(asked.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        answer = platforms.answer(ask)
        if answer is None:
            self.close_connection = True
            return None
        return self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

    def _send(self, answer: Answer) -> None:
        raw = answer.body if isinstance(answer.body, bytes) else None
        body = (
            b""
            if answer.body is None
            else raw
            if raw is not None
            else json.dumps(answer.body, ensure_ascii=False).encode()
        )
        self.send_response(answer.status)
        if answer.body is not None and raw is None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent; `Platforms(log=…)` writes its own lines."""


def zulu(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
