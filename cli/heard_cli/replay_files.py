"""The half of `heard replay` that sends files to the webhook address of a connection.

A file is a sample as in `events/`, or an HTTP message. It is signed again with the connection's own
secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import typer

from heard import clock
from heard.connectors import Connection, Connector, SecretOrigin, WebhookRequest, load
from heard.storage.quarantine import QuarantineEntry
from heard_cli import show
from heard_cli.confirm import confirm
from heard_cli.connect import sample_request
from heard_cli.connect.captured_request import UnreadableRequest, parse_captured
from heard_cli.input_files import UnreadableContent, has_byte_order_mark, parse_json, read_bytes
from heard_cli.local.http_client import LocalHttpClient
from heard_cli.local.sample_requests import SignedRequest
from heard_cli.local.samples import InvalidSample, Sample, build_sample
from heard_cli.replay_mode import ReplayMode
from heard_cli.stack import CommandError, Stack

_HOP_BY_HOP_HEADERS: Final = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "expect"}
)
"""Headers of one connection, which must not be sent again."""


@dataclass(frozen=True, slots=True)
class FileResponse:
    """The webhook's response to one request from a file."""

    file: str
    status: int
    milliseconds: int
    ok: bool
    response: str


def replay_files(
    stack: Stack,
    files: Sequence[Path],
    connection: Connection,
    secret_input: str | None,
    mode: ReplayMode,
) -> None:
    """Send files to a connection's webhook, and show each response.

    Raises CommandError if a request was not accepted, BadParameter for an unreadable file.
    """
    connector = load(connection.platform)
    capabilities = connector.capabilities
    if not capabilities.pushes:
        raise CommandError(
            f"{capabilities.title} has no webhooks: Heard polls it.",
            "Poll it now:",
            f"connect poll {connection.id}",
        )
    samples = [(path, _read_sample(path, connection.platform)) for path in _expand_folders(files)]
    if not samples:
        raise CommandError(
            f"There are no samples in {', '.join(map(str, files))}.",
            "Samples are files such as 01-name.json: see events/README.md",
        )
    if polled_names := [
        path.name for path, sample in samples if isinstance(sample, Sample) and sample.polled
    ]:
        show.note(
            f"Not sent, because these samples are only for polling: {', '.join(polled_names)}"
        )
        samples = [(path, sample) for path, sample in samples if path.name not in polled_names]
        if not samples:
            raise CommandError("There was nothing to send.", "Give other samples.")
    signing_secret = secret_input or _stored_secret(stack, connection, connector)
    if mode.dry_run:
        show.note(f"{show.count(len(samples), 'file')} can be read; nothing was sent.")
        if mode.as_json:
            show.data(
                {
                    "connection": connection.id,
                    "files": [str(path) for path, _ in samples],
                    "dry_run": True,
                }
            )
        return
    if not (mode.yes or stack.on_this_machine) and connection.has_credentials:
        warning = (
            f"These become reviews of {connection.business}. Heard may reply to them at "
            f"{capabilities.title}, and their ids may belong to real reviews there."
        )
        confirm(f"{warning} Send {len(samples)}?", "Nothing was sent.")
    client, responses = LocalHttpClient(timeout=30), list[FileResponse]()
    quarantined_before = set(_quarantined(stack, connection))
    with show.progress() as bar:
        for path, sample in bar.track(samples, description="Sending"):
            responses.extend(
                _send_file(path, sample, connector, connection, signing_secret, client)
            )
    refused_count = sum(not response.ok for response in responses)
    if mode.as_json:
        show.data(
            {
                "connection": connection.id,
                "sent": len(responses),
                "rejected": refused_count,
                "responses": [asdict(response) for response in responses],
            }
        )
    else:
        show.table(
            ("file", "status", "ms", "response"),
            [
                (response.file, response.status, response.milliseconds, response.response)
                for response in responses
            ],
            empty="There was nothing to send.",
        )
    unreadable = [
        entry
        for id, entry in _quarantined(stack, connection).items()
        if id not in quarantined_before
    ]
    if unreadable:
        reasons = "; ".join(dict.fromkeys(entry.why for entry in unreadable))
        raise CommandError(
            f"{show.count(len(unreadable), 'request')} came, but could not be read: {reasons}.",
            "See the quarantine:",
            f"connect quarantine --business {connection.business}",
        )
    if refused_count:
        total = show.count(len(responses), "request")
        raise CommandError(
            f"The webhook did not accept {refused_count} of {total}.",
            "Find out why:",
            f"connect deliveries {connection.id}",
        )
    results = stack.options.command_line(
        f"reviews list --business {connection.business} --from 10m"
    )
    show.note(f"See the results: {results}")


def _quarantined(stack: Stack, connection: Connection) -> dict[str, QuarantineEntry]:
    """The requests of a connection that are in quarantine, by their ids."""
    return {
        entry.id: entry
        for entry in stack.quarantine.of_business(connection.business)
        if entry.connection == connection.id
    }


def _expand_folders(files: Sequence[Path]) -> Iterator[Path]:
    """The files; for a folder, the samples in it."""
    for path in files:
        yield from sorted(path.glob("[0-9]*.json")) if path.is_dir() else [path]


def _read_sample(path: Path, platform: str) -> Sample | WebhookRequest:
    """The sample or the captured request in a file. Raises BadParameter."""
    content = read_bytes(path, "FILE")
    if not has_byte_order_mark(content) and not content.lstrip().startswith(b"{"):
        return _read_captured(path, content)
    try:
        document = parse_json(content)
    except UnreadableContent as error:
        raise typer.BadParameter(f"{path}: {error}.", param_hint="FILE") from None
    fields = cast("dict[str, Any]", document)
    if "platform" not in fields:
        raise typer.BadParameter(
            f"{path} is not a sample: it has no platform. For the format see events/README.md",
            param_hint="FILE",
        )
    if fields["platform"] != platform:
        message = (
            f"{path} is a sample of {fields['platform']}, but the connection is for {platform}."
        )
        raise typer.BadParameter(message, param_hint="FILE")
    try:
        sample = build_sample(platform, path.stem, fields)
        sample.render(clock.now())
    except (InvalidSample, ValueError, OverflowError, TypeError, AttributeError, KeyError):
        raise typer.BadParameter(
            f"{path} is not a sample. For the format see events/README.md", param_hint="FILE"
        ) from None
    return sample


def _read_captured(path: Path, content: bytes) -> WebhookRequest:
    try:
        message = parse_captured(content)
    except UnreadableRequest as error:
        raise typer.BadParameter(
            f"{path} is neither a sample nor an HTTP message: {error}.", param_hint="FILE"
        ) from None
    if message.method is None and "content-type" not in message.headers:
        # Other files with lines such as `name: value` look like headers: a policy, for example.
        raise typer.BadParameter(
            f"{path} is neither a sample nor an HTTP message: it has no request line and no "
            "Content-Type header.",
            param_hint="FILE",
        )
    headers = {
        name: value for name, value in message.headers.items() if name not in _HOP_BY_HOP_HEADERS
    }
    return WebhookRequest(
        message.method or "POST", headers, message.body or b"", message.query or ""
    )


def _stored_secret(stack: Stack, connection: Connection, connector: Connector) -> str:
    capabilities = connector.capabilities
    if not capabilities.signed:
        return ""
    if not capabilities.can_self_test:
        advice = (
            "Use the platform's own test button, or give a key of yours that the connection "
            "accepts: --secret-file"
        )
        raise CommandError(f"Only {capabilities.title} can sign its requests.", advice)
    inbound_secret = stack.secrets.inbound(connection.id)
    if inbound_secret is None and capabilities.secret_origin is not SecretOrigin.NONE:
        raise CommandError(
            "There is no signing secret for this connection.",
            "Create one:",
            f"connect rotate {connection.id}",
        )
    return inbound_secret.current if inbound_secret else ""


def _send_file(
    path: Path,
    sample: Sample | WebhookRequest,
    connector: Connector,
    connection: Connection,
    secret: str,
    client: LocalHttpClient,
) -> Iterator[FileResponse]:
    """The webhook's responses, one for each time that the file is sent."""
    now = clock.now()
    if isinstance(sample, Sample):
        request = sample_request.sign_sample(sample, connection, secret, now, client)
    else:
        try:
            signed_request = connector.sign(sample, connection.url, secret, now)
        except ValueError as error:
            raise CommandError(
                "The signing secret does not have this platform's format.",
                "Create a new one:",
                f"connect rotate {connection.id}",
            ) from error
        url = f"{connection.url}?{signed_request.query}" if signed_request.query else connection.url
        request = SignedRequest(
            signed_request.method, url, signed_request.headers, signed_request.body
        )
    for _ in range(sample.times if isinstance(sample, Sample) else 1):
        start = clock.now()
        response = sample_request.send(request, client)
        duration_ms = round((clock.now() - start).total_seconds() * 1000)
        response_text = " ".join(response.text.split())[:120]
        yield FileResponse(
            path.name,
            response.status,
            duration_ms,
            ok=response.status in range(200, 300),
            response=response_text,
        )
