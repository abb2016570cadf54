"""How connectors call platforms: one bounded request, and one meaning for each response.

Owns the client (`HttpClient`) and where it may go. Owns `call_api`, which turns an unsuccessful
response into a permanent rejection (`Rejection`), or into a fault that a retry may cure
(`PlatformUnavailable`). The fault says whether the request may have taken effect. Knows no
platform.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Final

from heard import clock
from heard.connectors import Http, HttpRequest, HttpResponse, Rejection
from heard.connectors.public_addresses import (
    is_loopback,
    is_public_address,
    is_public_host,
)
from heard.errors import BadRequest, PlatformUnavailable

RESPONSE_LIMIT: Final = 2_000_000
"""Most bytes of a response that are read.

The rest is not read: a response that is too long makes its JSON unreadable, not the memory full.
"""

RETRY_AFTER_LIMIT: Final = 86_400
"""Longest wait in seconds that we accept from a platform's Retry-After."""

_NOT_PUBLIC_MESSAGE: Final = "The address is not one of the public Internet."

_TIMEOUT_MESSAGE: Final = "The platform took too long to finish its response."
_CUT_OFF_SECONDS: Final = 0.2
"""How long a request that was cut off is waited for: usually it ends at once."""
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_SECONDS_SINCE_1970: Final = re.compile(r"[0-9]{10,11}")
_RATE_LIMIT_RESET_HEADERS: Final = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
"""The headers in which X, Mastodon, Reddit and Bluesky say when a rate limit ends."""


class HttpClient:
    """The `Http` that calls real platforms.

    It checks TLS, follows no redirect, retries nothing, and is bounded in time and size.

    It calls https only. With `allow_loopback` it also calls http on this machine, as the local
    stack needs. That is off elsewhere: businesses choose some of the addresses, and inside a
    function's sandbox this machine is the Lambda runtime's own API. For the same reason it connects
    to public addresses only, whatever a name resolves to at that moment. Heard's functions are in
    no private network. Whoever puts them into one must not open that network to what a business
    enters.

    `read_seconds` limits each silence, `total_seconds` the whole request, from the look-up of the
    name to the last byte: a server that sends a byte now and then, or that has many dead addresses,
    would otherwise hold a function until its end. A caller may allow less.

    Raises PlatformUnavailable if no response was read (`maybe_applied` unless no connection was
    made), and BadRequest for an address or header that cannot be used.
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

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Made at the first use: `ingest` hardly ever sends anything, and reading the certificates
        # takes tens of milliseconds.
        return ssl.create_default_context()

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        """The response to one request, whatever its status.

        `seconds` limits the whole request, if that is less than the client's own limit.
        """
        if (problem := address_problem(url, allow_loopback=self._allow_loopback)) is not None:
            raise BadRequest(problem)
        call = _Call()
        # In a thread of its own, which can be left behind: nothing ends the look-up of a name.
        thread = threading.Thread(
            target=call.run, args=(lambda: self._send(call, method, url, headers, body),)
        )
        thread.daemon = True
        thread.start()
        thread.join(min(self._total_seconds, seconds or self._total_seconds))
        if thread.is_alive():
            call.cut_off()
            thread.join(_CUT_OFF_SECONDS)
            raise PlatformUnavailable(_TIMEOUT_MESSAGE, maybe_applied=call.can_send)
        return call.result()

    def _send(
        self,
        call: _Call,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> HttpResponse:
        import urllib3  # noqa: PLC0415
        from urllib3 import exceptions  # noqa: PLC0415

        connect, read = self._timeouts
        pools = urllib3.PoolManager(
            num_pools=1,
            ssl_context=self._tls,
            timeout=urllib3.Timeout(connect=connect, read=read),
        )
        pools.pool_classes_by_scheme = _pool_classes(call, allow_loopback=self._allow_loopback)
        # A fresh connection each time. One that is kept open is often dead when a frozen sandbox
        # thaws, and that fault looks like a fault after sending. `identity`, because a small
        # compressed response can unpack to a huge one.
        request_headers = {
            "user-agent": "heard/1",
            **(headers or {}),
            "connection": "close",
            "accept-encoding": "identity",
        }
        try:
            response = pools.request(
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
                pools.clear()
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError) as fault:
            raise PlatformUnavailable(
                "The platform cannot be reached.", maybe_applied=False
            ) from fault
        except exceptions.SSLError as fault:
            # A bad certificate is refused before anything is sent. Other TLS faults come at any
            # time.
            bad_certificate = isinstance(
                fault.args[0] if fault.args else None, ssl.SSLCertVerificationError
            )
            raise PlatformUnavailable(
                "The platform's TLS connection failed.", maybe_applied=not bad_certificate
            ) from fault
        except (exceptions.LocationValueError, UnicodeError, ValueError) as fault:
            raise BadRequest(
                "The address, or a credential that goes into a header, has characters that cannot "
                "be sent."
            ) from fault
        except (exceptions.HTTPError, OSError) as fault:
            raise PlatformUnavailable(
                "The platform took the request and did not answer in time.", maybe_applied=True
            ) from fault
        return HttpResponse(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            content,
        )


class _Call:
    """One request on its way. Its caller can cut it off, whatever it waits for.

    `can_send` says that the connection is made, so that the request may have been sent.
    """

    def __init__(self) -> None:
        self.can_send = False
        self._is_cut_off = False
        self._socket: socket.socket | None = None
        self._response: HttpResponse | None = None
        self._error: BaseException | None = None

    def run(self, send: Callable[[], HttpResponse]) -> None:
        """Send the request and keep what comes of it."""
        try:
            self._response = send()
        except BaseException as error:  # noqa: BLE001 - `result` raises it in the caller's thread
            self._error = error
        finally:
            if self._socket:
                self._socket.close()

    def result(self) -> HttpResponse:
        """The response. Raises what ended the request."""
        if self._response is None:
            raise self._error or RuntimeError("The request has not ended.")
        return self._response

    def opened(self, sock: socket.socket) -> None:
        """Keep a socket, to cut the request off during TLS's greeting too.

        TLS puts an object of its own in the socket's place, so this is a second one of the same
        connection.
        """
        if self._is_cut_off:
            sock.close()
            raise OSError(_TIMEOUT_MESSAGE)
        self._socket = sock.dup()

    def connected(self) -> None:
        """The connection is made: from now on the request may be sent."""
        if self._is_cut_off:
            raise OSError(_TIMEOUT_MESSAGE)
        self.can_send = True

    def cut_off(self) -> None:
        """End the request."""
        self._is_cut_off = True
        if sock := self._socket:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def address_problem(url: str, *, allow_loopback: bool) -> str | None:
    """Why Heard does not call an address; None if it does."""
    from urllib3.exceptions import LocationParseError  # noqa: PLC0415
    from urllib3.util import parse_url  # noqa: PLC0415

    try:
        # The client's own parser, so both agree on which part is the host.
        parts = parse_url(url)
    except LocationParseError:
        return "The address cannot be read; it should look like https://example.com/path."
    if not parts.host:
        return "The address names no host; it should look like https://example.com/path."
    if parts.auth:
        return "The address holds a user name or password; these belong in the credentials."
    if _has_dot_segment(url):
        return "The address holds a . or .. as a part of its path, which would lead elsewhere."
    if not (is_public_host(parts.host) or (allow_loopback and is_loopback(parts.host))):
        return _NOT_PUBLIC_MESSAGE
    if parts.scheme == "https" or (
        parts.scheme == "http" and allow_loopback and is_loopback(parts.host)
    ):
        return None
    return "The address must begin with https://." + (
        " Only this machine may be called by http://." if allow_loopback else ""
    )


def _has_dot_segment(url: str) -> bool:
    """Whether a part of the path is . or .., also escaped.

    Ids of reviews are parts of paths, and percent-encoding does not change dots.
    """
    path = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")[2]
    return any(
        part.lower().replace("%2e", ".") in {".", ".."} for part in re.split(r"[/\\]", path)[1:]
    )


def _pool_classes(call: _Call, *, allow_loopback: bool) -> dict[str, Any]:
    """Pools of connections by scheme, for one call, which is told of every socket.

    A name is resolved once, and only its public addresses are connected to: a name may resolve to
    another address each time.
    """
    import urllib3  # noqa: PLC0415
    from urllib3.connection import HTTPConnection, HTTPSConnection  # noqa: PLC0415
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError  # noqa: PLC0415

    class LoopbackConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            sock = super()._new_conn()
            call.opened(sock)
            return sock

        def connect(self) -> None:
            super().connect()
            call.connected()

    class PublicConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            name = self._dns_host
            try:
                addresses = _usable_addresses(name, self.port, allow_loopback=allow_loopback)
            except (OSError, UnicodeError):
                return super()._new_conn()  # which says what is wrong with the name
            if not addresses:
                raise BadRequest(_NOT_PUBLIC_MESSAGE)
            try:
                sock = self._first_connection(addresses)
            finally:
                self._dns_host = name
            call.opened(sock)
            return sock

        def _first_connection(self, addresses: list[str]) -> socket.socket:
            *others, last = addresses
            for self._dns_host in others:
                with suppress(NewConnectionError, ConnectTimeoutError):
                    return super()._new_conn()
            self._dns_host = last
            return super()._new_conn()

        def connect(self) -> None:
            super().connect()
            call.connected()

    # By their declared types, not even urllib3's own classes fit here.
    loopback_class: Any = LoopbackConnection
    public_class: Any = PublicConnection

    class LoopbackPool(urllib3.HTTPConnectionPool):
        ConnectionCls = loopback_class

    class PublicPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = public_class

    return {"http": LoopbackPool, "https": PublicPool}


def _usable_addresses(host: str, port: int, *, allow_loopback: bool) -> list[str]:
    """The addresses that a host resolves to now and that may be called; empty if there are none.

    Raises OSError if the host does not resolve, and UnicodeError if it is no name.
    """
    answers = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(answer[4][0]) for answer in answers)
    return [
        address
        for address in addresses
        if is_public_address(address) or (allow_loopback and is_loopback(address))
    ]


def call_api(
    http: Http,
    platform: str,
    request: HttpRequest,
    explain: Callable[[Rejection, bytes], Rejection] | None = None,
) -> HttpResponse | Rejection:
    """A platform's response if it is a success (2xx), else why it rejects the request.

    `platform` is its name in messages. `explain` may make a better rejection from the rejection and
    the body of the response. Raises PlatformUnavailable. If the request has no side effects, the
    error says that it was not applied.
    """
    no_side_effects = request.no_side_effects or request.method == "GET"
    try:
        response = http(request.method, request.url, headers=request.headers, body=request.body)
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
    """Why a platform rejects a request, from an unsuccessful response. A retry would not help.

    Raises PlatformUnavailable for what a retry may cure: 408, 425, 429, and 5xx but 501. A request
    that gets 425 or 429 was not applied. The others may have been, unless
    `no_side_effects`.
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
                f"{platform} answered {status}: check the connection's credentials and their "
                "permissions.",
            )
        case 404 | 410:
            return Rejection(
                "gone",
                f"{platform} answered {status}: the review is not there any more.",
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

    The header is Retry-After (RFC 9110, 10.2.3: a number or a date). Some platforms use one of
    `_RATE_LIMIT_RESET_HEADERS` instead: seconds from now, seconds since 1970, or an ISO 8601 time.
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
