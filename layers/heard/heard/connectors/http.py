"""How connectors call platforms: one bounded request, and one reading of what an answer means.

Owns the client (`HttpClient`), where it may go, and `ask`, which turns every answer that is not a
success into a refusal for good (`Rejected`) or into a fault that a retry can cure
(`PlatformUnavailable`), saying whether the request may have taken effect. Knows no platform.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from heard import clock
from heard.connectors import Http, HttpResponse, Rejection
from heard.errors import BadRequest, PlatformUnavailable

if TYPE_CHECKING:
    import urllib3

RESPONSE_LIMIT: Final = 2_000_000
"""Most bytes of an answer that are read.

What is over is left, and what is left makes JSON unreadable, not memory full.
"""

RETRY_AFTER_LIMIT: Final = 86_400
"""Longest wait, in seconds, that we take from a platform's Retry-After."""

_NOT_PUBLIC_MESSAGE: Final = "The address is not one of the public Internet."

_TIMEOUT_MESSAGE: Final = "The platform took too long to finish its answer."
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_SECONDS_SINCE_1970: Final = re.compile(r"[0-9]{10,11}")
_RATE_LIMIT_RESET_HEADERS: Final = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
"""How X, Mastodon and Reddit, and Bluesky name the end of a rate limit."""


class HttpClient:
    """The `Http` that talks to the world.

    TLS checked, no redirects, no retries, bounded in time and size.

    Only https is spoken, but for http to this machine when `loopback` is set, as the local stack
    needs. It is off elsewhere because businesses choose some of the addresses, and inside a
    function's sandbox this machine is the Lambda runtime's own API. For the same reason only public
    addresses are called, whatever a name is resolved to when the connection is made: Heard's
    functions are in no private network, and whoever puts them into one must not open it to what a
    business enters.

    `read_seconds` bounds each silence, `whole_seconds` the whole request: a server that says a byte
    now and then would hold a function to its end. One request at a time.

    Raises PlatformUnavailable when no answer was read (`maybe_applied` unless no connection could
    be made), and BadRequest for an address or header that cannot be used.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        connect_seconds: float = 3,
        read_seconds: float = 8,
        total_seconds: float = 20,
        response_limit: int = RESPONSE_LIMIT,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._timeouts = (connect_seconds, read_seconds)
        self._total_seconds = total_seconds
        self._response_limit = response_limit
        self._socket: socket.socket | None = None

    @cached_property
    def _pool_manager(self) -> urllib3.PoolManager:
        # Made when it is used: `ingest` hardly ever sends anything, and reading the certificates
        # takes tens of milliseconds.
        import urllib3  # noqa: PLC0415

        connect, read = self._timeouts
        timeout = urllib3.Timeout(connect=connect, read=read)
        pools = urllib3.PoolManager(
            num_pools=1, ssl_context=ssl.create_default_context(), timeout=timeout
        )
        pools.pool_classes_by_scheme = _pool_classes(
            allow_loopback=self._allow_loopback, on_connect=self._store_socket
        )
        return pools

    def _store_socket(self, sock: socket.socket | None) -> None:
        self._socket = sock

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        """The answer to one request, whatever its status."""
        from urllib3 import exceptions  # noqa: PLC0415

        if (problem := address_problem(url, allow_loopback=self._allow_loopback)) is not None:
            raise BadRequest(problem)
        # A fresh connection each time: one kept open is often dead by the time a frozen sandbox
        # thaws, and that fault could not be told from one after sending. `identity` because a small
        # compressed answer can unpack to a huge one.
        request_headers = {
            "user-agent": "heard/1",
            **(headers or {}),
            "connection": "close",
            "accept-encoding": "identity",
        }
        self._socket = None
        timed_out = threading.Event()
        timer = threading.Timer(self._total_seconds, self._abort, (timed_out,))
        timer.daemon = True
        timer.start()
        try:
            response = self._pool_manager.request(
                method,
                url,
                headers=request_headers,
                body=body,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                content = response.read(self._response_limit, decode_content=False)
            finally:
                response.close()
                self._pool_manager.clear()
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError) as fault:
            raise PlatformUnavailable(
                "The platform cannot be reached.", maybe_applied=False
            ) from fault
        except exceptions.SSLError as fault:
            # A certificate is refused before anything is sent; other TLS faults can come at any
            # time.
            bad_certificate = isinstance(
                fault.args[0] if fault.args else None, ssl.SSLCertVerificationError
            )
            raise PlatformUnavailable(
                "The platform's TLS connection failed.", maybe_applied=not bad_certificate
            ) from fault
        except (exceptions.LocationValueError, UnicodeError, ValueError) as fault:
            if timed_out.is_set():
                # What TLS says to whoever reads from a line that was cut.
                raise PlatformUnavailable(_TIMEOUT_MESSAGE, maybe_applied=True) from fault
            raise BadRequest(
                "The address, or a credential that goes into a header, has characters that cannot "
                "be sent."
            ) from fault
        except (exceptions.HTTPError, OSError) as fault:
            raise PlatformUnavailable(
                "The platform took the request and did not answer in time.", maybe_applied=True
            ) from fault
        finally:
            timer.cancel()
        if timed_out.is_set():
            # Without a length, an answer that we cut off looks like a whole one.
            raise PlatformUnavailable(_TIMEOUT_MESSAGE, maybe_applied=True)
        return HttpResponse(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            content,
        )

    def _abort(self, timed_out: threading.Event) -> None:
        timed_out.set()
        if sock := self._socket:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def address_problem(url: str, *, allow_loopback: bool) -> str | None:
    """Why an address is not one that Heard calls; None if it is."""
    from urllib3.exceptions import LocationParseError  # noqa: PLC0415
    from urllib3.util import parse_url  # noqa: PLC0415

    try:
        # The client's own parser, so that both agree on which part is the host.
        parts = parse_url(url)
    except LocationParseError:
        return "The address cannot be read; it should look like https://example.com/path."
    if not parts.host:
        return "The address names no host; it should look like https://example.com/path."
    if parts.auth:
        return "The address holds a user name or password; these belong in the credentials."
    if _has_dot_segment(url):
        return "The address holds a . or .. as a part of its path, which would lead elsewhere."
    if not (_is_public(parts.host) or (allow_loopback and _is_loopback(parts.host))):
        return _NOT_PUBLIC_MESSAGE
    if parts.scheme == "https" or (
        parts.scheme == "http" and allow_loopback and _is_loopback(parts.host)
    ):
        return None
    return "The address must begin with https://." + (
        " Only this machine may be called by http://." if allow_loopback else ""
    )


def _has_dot_segment(url: str) -> bool:
    """Whether a part of the path is . or .., also escaped.

    Ids of reviews are parts of paths, and quoting leaves dots as they are.
    """
    path = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")[2]
    return any(
        part.lower().replace("%2e", ".") in {".", ".."} for part in re.split(r"[/\\]", path)[1:]
    )


def _is_public(host: str) -> bool:
    """Whether a host can be on the Internet.

    A name may still be resolved to an address that is not.
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name != "localhost" and not name.endswith(".localhost")
    ipv4 = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (ipv4 or address).is_global


def _pool_classes(
    *, allow_loopback: bool, on_connect: Callable[[socket.socket | None], None]
) -> dict[str, Any]:
    """Pools of connections by scheme.

    Each is told of, and given up before anything is sent if it did not lead to a public address.
    """
    import urllib3  # noqa: PLC0415
    from urllib3.connection import HTTPConnection, HTTPSConnection  # noqa: PLC0415

    class LoopbackConnection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            on_connect(self.sock)

    class PublicConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            sock = super()._new_conn()
            peer = str(sock.getpeername()[0])
            if not (_is_public(peer) or (allow_loopback and _is_loopback(peer))):
                sock.close()
                raise BadRequest(_NOT_PUBLIC_MESSAGE)
            return sock

        def connect(self) -> None:
            super().connect()
            # Only now: TLS has put a socket of its own in the place of the first.
            on_connect(self.sock)

    # urllib3 does not declare its own classes as ones that fit here either.
    loopback_class: Any = LoopbackConnection
    public_class: Any = PublicConnection

    class LoopbackPool(urllib3.HTTPConnectionPool):
        ConnectionCls = loopback_class

    class PublicPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = public_class

    return {"http": LoopbackPool, "https": PublicPool}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def call_api(
    http: Http,
    platform: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    no_side_effects: bool = False,
    explain: Callable[[Rejection, bytes], Rejection] | None = None,
) -> HttpResponse | Rejection:
    """A platform's answer if it is a success (2xx), else why it refuses for good.

    `platform` is its name for people. `harmless` says that asking changes nothing a customer could
    see (GET never does), so that no fault of it leaves doubt. `explain` may make a better refusal
    of one and the body that came with it. Raises PlatformUnavailable.
    """
    no_side_effects = no_side_effects or method == "GET"
    try:
        response = http(method, url, headers=headers, body=body)
    except BadRequest as error:
        return Rejection("bad_address", error.detail)
    except PlatformUnavailable as fault:
        if no_side_effects and fault.maybe_applied:
            raise PlatformUnavailable(
                fault.detail, maybe_applied=False, retry_after=fault.retry_after
            ) from fault
        raise
    if 200 <= response.status < 300:
        return response
    rejection = to_rejection(response, platform, no_side_effects=no_side_effects)
    return explain(rejection, response.body) if explain else rejection


def to_rejection(
    response: HttpResponse, platform: str, *, no_side_effects: bool = False
) -> Rejection:
    """Why a platform refuses for good, from an answer that is not a success.

    Raises PlatformUnavailable for those that a retry can cure: 429 (which was not applied), 408 and
    425, and 5xx but 501, which may have been applied unless asking was `harmless`.
    """
    status = response.status
    if status in {408, 425, 429} or (status >= 500 and status != 501):
        summary = "asks us to wait" if status == 429 else f"answered {status}"
        maybe_applied = not no_side_effects and status not in {425, 429}
        raise PlatformUnavailable(
            f"{platform} {summary}.",
            maybe_applied=maybe_applied,
            retry_after=retry_after(response.headers),
        )
    match status:
        case 401 | 403:
            return Rejection(
                "unauthorized",
                f"{platform} answered {status}: check the connection's credentials and what they "
                "may do.",
            )
        case 404 | 410:
            return Rejection(
                "gone",
                f"{platform} answered {status}: what the reply answers is not there any more.",
            )
        case 405 | 501:
            return Rejection(
                "not_allowed", f"{platform} answered {status}: it does not offer this here."
            )
        case 413:
            return Rejection("too_long", f"{platform} answered 413: the reply is too long.")
        case _ if 300 <= status < 400:
            return Rejection(
                "moved",
                f"{platform} answered {status}: the connection's address has moved; enter the new "
                "one.",
            )
        case _:
            return Rejection(
                "rejected", f"{platform} answered {status}: it does not take this reply as it is."
            )


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait, at most `RETRY_AFTER_LIMIT`, as a platform's headers say.

    Retry-After (RFC 9110, 10.2.3: a number or a date), or one of the headers in `_RESETS` by which
    some platforms tell it instead: seconds from now, seconds since 1970, or an ISO 8601 time.
    """
    value = headers.get("retry-after", "").strip()
    if _DIGITS.fullmatch(value):
        return min(int(value), RETRY_AFTER_LIMIT)
    try:
        retry_at = parsedate_to_datetime(value)
        return _seconds_until(retry_at if retry_at.tzinfo else retry_at.replace(tzinfo=UTC))
    except (ValueError, IndexError, OverflowError):
        return next(
            (
                wait
                for name in _RATE_LIMIT_RESET_HEADERS
                if (wait := _seconds_until_reset(headers.get(name, "").strip())) is not None
            ),
            None,
        )


def _seconds_until_reset(value: str) -> int | None:
    seconds = value.partition(".")[0]
    if _SECONDS_SINCE_1970.fullmatch(seconds):
        return _seconds_until(datetime.fromtimestamp(int(seconds), UTC))
    if _DIGITS.fullmatch(seconds):
        return min(int(seconds), RETRY_AFTER_LIMIT)
    try:
        return _seconds_until(clock.parse_time(value))
    except (ValueError, OverflowError):
        return None


def _seconds_until(instant: datetime) -> int:
    return max(0, min(int((instant - clock.now()).total_seconds()) + 1, RETRY_AFTER_LIMIT))
