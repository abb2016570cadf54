"""`heard connect verify`: check one captured request offline, as the webhook would.

It says exactly why a request is refused. It needs no stack, no AWS and no network: the public keys
of a platform come from a file. It prints no secret, and a customer's words only with --show-text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import (
    Connection,
    Connector,
    HttpResponse,
    ParsedDelivery,
    SecretOrigin,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
)
from heard.errors import BadRequest, PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent
from heard_cli import options, show
from heard_cli.completion import complete_platforms
from heard_cli.connect.captured_request import CapturedRequest, UnreadableRequest, parse_captured
from heard_cli.connect.credentials import (
    SHELL_HISTORY,
    check_setting_names,
    parse_pairs,
    read_secret,
)
from heard_cli.connect.signature_causes import covers_address, usual_causes
from heard_cli.durations import parse_instant
from heard_cli.input_files import read_bytes
from heard_cli.platforms import load_connector

_CONNECTION_ID: Final = re.compile(r"/hooks/(con_[A-Za-z0-9_-]+)")
_BODY_PREVIEW: Final = 400


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


def verify(
    platform: Annotated[
        str,
        typer.Option(help="The platform that sent the request.", autocompletion=complete_platforms),
    ],
    url: Annotated[
        str,
        typer.Option(
            help="The complete webhook address set at the platform; some signatures cover it."
        ),
    ],
    headers: Annotated[
        Path,
        typer.Option(
            allow_dash=True,
            help=(
                "The headers: a JSON object, Name: value lines, an HTTP message, or the output of "
                "curl -v."
            ),
        ),
    ],
    body: Annotated[
        Path | None,
        typer.Option(
            allow_dash=True,
            help=(
                "The exact bytes of the body, or - for stdin. By default the body in the headers "
                "file."
            ),
        ),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(help=f"The signing secret. {SHELL_HISTORY}: use --secret-file instead."),
    ] = None,
    secret_file: Annotated[Path | None, options.SECRET_FILE] = None,
    method: Annotated[
        str | None,
        typer.Option(help="The HTTP method. Default: the one in the headers file, or POST."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(help="The query string. Default: the one in the request line or in --url."),
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A setting of the connection.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            help="The platform's public keys (a PEM certificate or JSON), instead of fetching them."
        ),
    ] = None,
    at: Annotated[
        str,
        typer.Option(
            help=(
                "Check as if it were this time: 2026-01-31T09:30 (UTC if no time zone is given), "
                "or how long ago: 90m, 7d."
            )
        ),
    ] = "now",
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Also show the author and the text.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Check a captured request offline: is it genuine, what does it contain, and if it is
    refused, why.

    Nothing is sent. Exit code 0 if the request is genuine (or a handshake), 1 if it is refused or
    cannot be read, 2 if an option is wrong.
    """
    connector = _load_pushing_connector(platform)
    if sum(str(value) == "-" for value in (headers, body, secret_file)) > 1:
        raise typer.BadParameter("only one of these options can be - (stdin).", param_hint="--body")
    settings = parse_pairs(setting or (), "--setting")
    check_setting_names(connector.capabilities, settings)
    secrets = _check_secret(connector, read_secret(secret, secret_file))
    message = _read_headers(headers)
    address = url.partition("#")[0]
    parts = _split_url(address)
    request = WebhookRequest(
        (method or message.method or "POST").upper(),
        message.headers,
        read_bytes(body, "--body") if body else message.body or b"",
        next(
            value for value in (query, message.query, parts.query) if value is not None
        ).removeprefix("?"),
    )
    match = _CONNECTION_ID.search(parts.path)
    connection = Connection(
        match[1] if match else "con_offline",
        "offline",
        platform,
        address,
        settings,
        business_name="Offline",
    )
    http = OfflineHttp(read_bytes(keys, "--keys") if keys else None)
    check_time = parse_instant(at, clock.now(), "--at")
    try:
        result = check_request(connector, request, connection, secrets, check_time, http)
    except KeyError as missing_setting:
        name = str(missing_setting.args[0]) if missing_setting.args else ""
        if name in connector.capabilities.settings:
            hint = (
                f"{connector.capabilities.title} needs {name}: "
                f"{connector.capabilities.settings[name]}."
            )
            raise typer.BadParameter(hint, param_hint="--setting") from None
        raise
    except PlatformUnavailable as unavailable:
        title = connector.capabilities.title
        problem = (
            f"{keys} does not contain the public keys of {title}"
            if keys
            else f"{title} needs the platform's published keys: --keys FILE"
        )
        raise typer.BadParameter(f"{problem}. {unavailable.detail}", param_hint="--keys") from None
    if result.reason == SignatureFailureReason.NO_SECRET and not secrets:
        raise typer.BadParameter(
            f"give the signing secret of {connector.capabilities.title}.",
            param_hint="--secret-file",
        )
    if as_json:
        show.data(_result_json(connector, result, check_time, with_text=show_text))
    else:
        _print_result(connector, result, request, with_text=show_text)
    if result.result in {"refused", "quarantined"}:
        raise typer.Exit(1)


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
    except ValueError:
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


def _load_pushing_connector(platform: str) -> Connector:
    connector = load_connector(platform, "--platform")
    if not connector.capabilities.pushes:
        raise typer.BadParameter(
            f"{connector.capabilities.title} has no webhooks to check: Heard polls it.",
            param_hint="--platform",
        )
    return connector


def _check_secret(connector: Connector, secret: str | None) -> tuple[str, ...]:
    capabilities = connector.capabilities
    if secret and capabilities.secret_origin is SecretOrigin.NONE:
        raise typer.BadParameter(
            f"{capabilities.title} has no secret to check with: {capabilities.signature}.",
            param_hint="--secret",
        )
    if secret and connector.scheme and (problem := connector.scheme.secret_problem(secret)):
        raise typer.BadParameter(f"{capabilities.title}: {problem}.", param_hint="--secret")
    return (secret,) if secret else ()


def _read_headers(path: Path) -> CapturedRequest:
    try:
        return parse_captured(read_bytes(path, "--headers"))
    except UnreadableRequest as error:
        raise typer.BadParameter(f"{path}: {error}.", param_hint="--headers") from None


def _split_url(url: str) -> Any:
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise typer.BadParameter(
        "it must look like https://example.com/hooks/con_….", param_hint="--url"
    )


def _event_fields(event: ReviewEvent, *, with_text: bool) -> dict[str, Any]:
    normal_event = event.normalize()
    names = ("kind", "native_id", "native_thread", "revision", "rating", "language", "partial")
    fields = {name: getattr(normal_event, name) for name in names} | {
        "kind": normal_event.kind.value
    }
    fields["occurred_at"] = (
        format_time(normal_event.occurred_at) if normal_event.occurred_at else None
    )
    if with_text:
        fields |= {
            "author": normal_event.author.id,
            "author_name": normal_event.author.name,
            "title": normal_event.title,
            "text": normal_event.text,
        }
    return fields


def _result_json(
    connector: Connector, result: CheckResult, now: datetime, *, with_text: bool
) -> dict[str, Any]:
    capabilities = connector.capabilities
    fields: dict[str, Any] = {
        "platform": capabilities.platform,
        "result": result.result,
        "signed": capabilities.signed,
        "checked_as_of": format_time(now),
    }
    fields |= {name: getattr(result, name) or None for name in ("reason", "detail", "advice")}
    fields["events"] = [_event_fields(event, with_text=with_text) for event in result.parsed.events]
    fields["problems"] = list(result.parsed.problems)
    response = result.response
    response_fields = (
        {"status": response.status, "content_type": response.content_type, "body": response.body}
        if response
        else None
    )
    return fields | {"response": response_fields}


def _print_result(
    connector: Connector, result: CheckResult, request: WebhookRequest, *, with_text: bool
) -> None:
    capabilities, response = connector.capabilities, result.response
    if not capabilities.signed:
        show.note(
            f"{capabilities.title} does not sign ({capabilities.signature}): nothing proves "
            "who sent this."
        )
    match result.result:
        case "refused":
            show.line(f"Refused: {result.reason}", style="bold red")
            show.line(result.detail)
            show.line(result.advice)
            return
        case "handshake":
            show.line(
                f"A handshake: {request.method} gets a response and nothing is stored.",
                style="bold green",
            )
        case "quarantined":
            show.line(
                "Genuine, but it cannot be read: it would go to quarantine.",
                style="bold yellow",
            )
            for problem in result.parsed.problems:
                show.line(problem)
        case _:
            headline = (
                "Accepted: the signature is right."
                if capabilities.signed
                else "Accepted, like every request to this address."
            )
            show.line(headline, style="bold green")
    if response:
        body_preview = response.body[:_BODY_PREVIEW] + (
            "…" if len(response.body) > _BODY_PREVIEW else ""
        )
        show.note(
            f"The webhook would return {response.status} ({response.content_type}) {body_preview}"
        )
    elif result.result == "accepted":
        show.note("The response depends on a request to the platform, which is not made offline.")
    for event in result.parsed.events:
        show.line()
        show.fields(
            {
                name.replace("_", " "): _format_cell(value)
                for name, value in _event_fields(event, with_text=with_text).items()
            }
        )
    if result.result == "accepted" and not result.parsed.events:
        show.note("It contains no review event: Heard would ignore it.")
    if result.parsed.events and not with_text:
        show.note("To show the author and the text: --show-text")


def _format_cell(value: object) -> str | None:
    return (
        {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else None
        if value is None
        else str(value)
    )
