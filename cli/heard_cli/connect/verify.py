"""`heard connect verify`: check one captured request offline, as the webhook would.

It says exactly why a request is refused. It needs no stack, no AWS and no network: the public keys
of a platform come from a file. It prints no secret, and a customer's words only with --show-text.
"""

from __future__ import annotations

import re
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
    SecretOrigin,
    SignatureFailureReason,
    WebhookRequest,
)
from heard.errors import PlatformUnavailable
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
from heard_cli.connect.offline_check import CheckResult, OfflineHttp, check_request
from heard_cli.durations import parse_instant
from heard_cli.input_files import read_bytes
from heard_cli.platforms import load_connector

_CONNECTION_ID: Final = re.compile(r"/hooks/(con_[A-Za-z0-9_-]+)")
_BODY_PREVIEW: Final = 400


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
        "it must look like https://example.com/hooks/con_….…", param_hint="--url"
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
        if normal_event.quoted:
            fields["quoted"] = normal_event.quoted
        if normal_event.below:
            fields["below"] = normal_event.below
    if normal_event.unread:
        fields["unread"] = True
    if normal_event.no_review:
        fields["no_review"] = normal_event.no_review
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
