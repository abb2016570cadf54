"""One captured request, checked offline as the webhook would check it.

If the signature does not fit, it tries the usual changes of a body or an address, to say which one
was made. It prints nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from heard.connectors import (
    Connection,
    Connector,
    HttpResponse,
    ParsedDelivery,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
)
from heard.errors import BadRequest, PlatformUnavailable, Unparseable
from heard_cli import show
from heard_cli.connect.signature_causes import covers_address, usual_causes


@dataclass(frozen=True, slots=True)
class OfflineHttp:
    """An `Http` without a network: each GET returns the file of keys, every other request fails."""

    published_keys: bytes | None

    def __call__(self, method: str, url: str, **_: object) -> HttpResponse:
        """The file of keys. Raises PlatformUnavailable without a file, and for other methods."""
        if self.published_keys is None or method != "GET":
            raise PlatformUnavailable(
                (f"{method} {url.partition('?')[0]} would be needed, but this check runs offline."),
                maybe_applied=False,
            )
        kind = (
            "application/json"
            if self.published_keys.lstrip()[:1] in {b"{", b"["}
            else "application/x-pem-file"
        )
        return HttpResponse(200, {"content-type": kind}, self.published_keys)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The webhook's result for a request: accepted, quarantined, refused or handshake."""

    result: str
    reason: str = ""
    detail: str = ""
    advice: str = ""
    parsed: ParsedDelivery = field(default_factory=ParsedDelivery)
    response: WebhookResponse | None = None


def check_request(
    connector: Connector,
    request: WebhookRequest,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: OfflineHttp,
) -> CheckResult:
    """The webhook's result for this request.

    Raises PlatformUnavailable if the platform's public keys are needed and missing.
    """
    if len(request.body) > connector.body_limit:
        message = f"The body has {len(request.body)} bytes; the limit is {connector.body_limit}."
        return CheckResult(
            "refused",
            "too_large",
            message,
            "No platform sends such large bodies. Find out which program sent this one.",
        )
    if handshake := connector.handshake(request, connection, secrets, now):
        return CheckResult("handshake", response=handshake)
    if failure := connector.verify(request, connection, secrets, now, http):
        advice = _advice(connector, failure, request, connection, secrets, now, http)
        return CheckResult("refused", failure.reason.value, failure.detail, advice)
    try:
        parsed = connector.parse(request, connection, now)
    except Unparseable as error:
        parsed = ParsedDelivery((), (error.detail,))
    try:
        response = connector.delivery_response(request, connection, parsed, OfflineHttp(None))
    except (PlatformUnavailable, BadRequest):
        response = None  # the response depends on a request to the platform
    return CheckResult(
        "quarantined" if parsed.problems else "accepted", parsed=parsed, response=response
    )


def _advice(
    connector: Connector,
    failure: SignatureFailure,
    request: WebhookRequest,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: OfflineHttp,
) -> str:
    """What to do next."""
    causes = usual_causes(failure.reason, connector)
    match failure.reason:
        case SignatureFailureReason.SIGNATURE_MISSING:
            headers = show.count(len(request.headers), "header")
            return f"Is the file complete? It has {headers}. If it is complete: {causes}."
        case SignatureFailureReason.SIGNATURE_MALFORMED:
            return f"Is the whole header on one line? If it is: {causes}."
        case SignatureFailureReason.STALE:
            return (
                "The signature is right, but too old now. To check it as of the time when the "
                "request came, add for example: --at 2026-01-31T09:30"
            )
        case SignatureFailureReason.NO_SECRET:
            return "Give the signing secret: --secret-file"
        case SignatureFailureReason.SIGNATURE_WRONG:
            for variant, address, advice in _variants(request, connection.url):
                if _signature_matches(
                    connector, variant, replace(connection, url=address), secrets, now, http
                ):
                    return advice
            address_hint = (
                (
                    " The signature also covers the address: --url must be exactly the one set at "
                    "the platform."
                )
                if covers_address(connector)
                else ""
            )
            return (
                "Is this the newest secret of this connection? If it is, the body was changed "
                "after signing: give the original bytes, not JSON that a program read and "
                f"wrote again.{address_hint}"
            )


def _signature_matches(
    connector: Connector,
    request: WebhookRequest,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: OfflineHttp,
) -> bool:
    try:
        failure = connector.verify(request, connection, secrets, now, http)
    except PlatformUnavailable:
        return False
    return failure is None or failure.reason is SignatureFailureReason.STALE


def _variants(request: WebhookRequest, url: str) -> Iterator[tuple[WebhookRequest, str, str]]:
    """The request and the address before a usual change, with the advice for that change.

    Bodies and addresses are often changed on their way into a file. The advice holds if the
    signature matches the request before the change.
    """
    body = request.body
    for variant, change in (
        (body.rstrip(b"\r\n"), "without the line break at its end, which an editor or echo added"),
        (body + b"\n", "with a line break at its end, which was cut off"),
        (body + b"\r\n", "with a line break at its end, which was cut off"),
        (
            body.replace(b"\r\n", b"\n"),
            "with Unix line breaks (LF), which a program turned into those of Windows",
        ),
        (
            body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
            "with Windows line breaks (CRLF), which a program turned into those of Unix",
        ),
        (
            body.removeprefix(b"\xef\xbb\xbf"),
            "without the byte order mark that an editor put before it",
        ),
        *(
            (
                variant_body,
                "as the same JSON in another form: a program read it and wrote it again",
            )
            for variant_body in _json_variants(body)
        ),
    ):
        if variant != body:
            yield (
                replace(request, body=variant),
                url,
                f"The signature matches the body {change}. Save the original bytes.",
            )
    for address in dict.fromkeys(_addresses(request, url)):
        if address != url:
            advice = (
                f"The signature covers the address and matches {address}: the platform uses that "
                "address, or a proxy changed it."
            )
            yield (
                request,
                address,
                f"{advice} Set the address from heard connect show at the platform.",
            )
    if request.query:
        advice = "The signature matches the address without its query string: a proxy added it."
        yield replace(request, query=""), url, advice


def _json_variants(body: bytes) -> Iterator[bytes]:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return
    for ascii_only in (False, True):
        compact = json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"))
        for text in (
            compact,
            compact.replace("/", "\\/"),
            json.dumps(document, ensure_ascii=ascii_only),
        ):
            yield text.encode("utf-8", "surrogatepass")
        yield from (
            json.dumps(document, ensure_ascii=ascii_only, indent=wide).encode(
                "utf-8", "surrogatepass"
            )
            for wide in (2, 4)
        )


def _addresses(request: WebhookRequest, url: str) -> Iterator[str]:
    parts = urlsplit(url)
    hosts = [
        parts.netloc,
        *(
            request.headers[name]
            for name in ("host", "x-forwarded-host", "x-original-host")
            if request.headers.get(name)
        ),
    ]
    for host in hosts:
        for scheme in (parts.scheme, "https", "http"):
            for path in (parts.path, parts.path.rstrip("/"), parts.path.rstrip("/") + "/"):
                yield parts._replace(scheme=scheme, netloc=host, path=path).geturl()
