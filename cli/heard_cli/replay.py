"""`heard replay`: send files to a webhook address, or stored reviews to the queue again.

Every step after the webhook may run again. It knows a review by the platform's ids and a revision
by its text, so a repetition is logged as a duplicate and nobody gets a second reply. Requests from
files are signed again, with the connection's own secret.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Final, cast

import typer

from heard import clock
from heard.clock import parse_time
from heard.connectors import Connection, Connector, SecretOrigin, WebhookRequest, load
from heard.errors import NotFound
from heard.reviews import ReviewEvent
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.vault import Erased
from heard_cli import options, show
from heard_cli.completion import (
    complete_businesses,
    complete_connections,
    complete_platforms,
)
from heard_cli.connect import sample_request
from heard_cli.connect.captured_request import UnreadableRequest, parse_captured
from heard_cli.connect.credentials import read_secret
from heard_cli.connect.quarantine import ReplayResult, replay_delivery
from heard_cli.durations import parse_period
from heard_cli.input_files import read_bytes
from heard_cli.local.http_client import LocalHttpClient
from heard_cli.local.samples import InvalidSample, Sample, build_sample
from heard_cli.local.signing import SignedRequest
from heard_cli.outcome_pages import read_outcomes
from heard_cli.platforms import check_platform
from heard_cli.stack import CommandError, Stack, on_stack, require_connection

app = typer.Typer(
    help="Send samples to a webhook address, or stored reviews to the queue again.",
    add_completion=False,
)

_WORKERS: Final = 16
_HOP_BY_HOP_HEADERS: Final = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "expect"}
)
"""Headers of one connection, which must not be sent again."""
_EXAMPLES: Final = (
    "Example: heard replay events/standard/*.json --connection con_… · Example: heard replay "
    "--business acme --from 2d --to 1d --dry-run"
)


@dataclass(frozen=True, slots=True)
class ReplayMode:
    """How to replay: only count, ask before sending, print JSON."""

    dry_run: bool
    yes: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """One stored review of the period: the message to send, or why there is none."""

    review: str
    platform: str
    message: dict[str, Any] | None = None
    why: str = ""


@app.command(epilog=_EXAMPLES)
@on_stack
def replay(
    stack: Stack,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="Samples as in events/, or HTTP messages with their body."
        ),
    ] = None,
    connection_id: Annotated[
        str | None,
        typer.Option(
            "--connection",
            metavar="CONNECTION",
            help="With files: the connection (con_…) to send them to.",
            autocompletion=complete_connections,
        ),
    ] = None,
    secret: Annotated[
        str | None, typer.Option(help="With files: sign with this instead of the stored secret.")
    ] = None,
    secret_file: Annotated[Path | None, options.SECRET_FILE] = None,
    business: Annotated[
        str | None,
        typer.Option(
            help="Without files: id of the business whose stored reviews are sent.",
            autocompletion=complete_businesses,
        ),
    ] = None,
    since: Annotated[str | None, options.FROM] = None,
    until: Annotated[str, options.TO] = "now",
    platform: Annotated[
        str | None,
        typer.Option(
            help="Without files: only reviews of this platform.",
            autocompletion=complete_platforms,
        ),
    ] = None,
    quarantined: Annotated[
        bool,
        typer.Option(
            "--quarantined",
            help="Without files: also read the quarantined deliveries of the period again.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; send nothing.")] = False,
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Send files to a connection's webhook address, or the stored reviews of a period to the queue
    again.

    Files are signed with the connection's stored secret, and each HTTP response is shown. Stored
    reviews are those with an outcome in the period, each in its last processed revision. Every step
    after the queue can run again: work that was done already becomes an outcome "duplicate", and
    nobody gets a second reply. Unfinished work is done now.
    """
    mode = ReplayMode(dry_run=dry_run, yes=yes, as_json=as_json)
    if platform is not None:
        check_platform(platform, "--platform")
    if files:
        if connection_id is None:
            raise typer.BadParameter("give --connection with files.", param_hint="--connection")
        if business or since or quarantined or platform:
            raise typer.BadParameter(
                "give files, or --business and --from, not both.", param_hint="FILE"
            )
        _replay_files(
            stack,
            files,
            require_connection(stack, connection_id),
            read_secret(secret, secret_file),
            mode,
        )
        return
    if business is None or since is None:
        raise typer.BadParameter(
            "give files and --connection, or --business and --from.", param_hint="FILE"
        )
    if connection_id or secret or secret_file:
        raise typer.BadParameter(
            "--connection, --secret and --secret-file need files.", param_hint="--connection"
        )
    stack.business(business)
    start, end = parse_period(since, until, clock.now())
    period = ReplayPeriod(business, start, end, platform, quarantined)
    _replay_period(stack, period, mode)


# Files


@dataclass(frozen=True, slots=True)
class FileResponse:
    """The webhook's response to one request from a file."""

    file: str
    status: int
    milliseconds: int
    ok: bool
    response: str


def _replay_files(
    stack: Stack,
    files: Sequence[Path],
    connection: Connection,
    secret_input: str | None,
    mode: ReplayMode,
) -> None:
    connector = load(connection.platform)
    capabilities = connector.capabilities
    if not capabilities.pushes:
        raise CommandError(
            f"{capabilities.title} has no webhooks: Heard polls it.",
            "Poll it now:",
            f"connect poll {connection.id}",
        )
    samples = [(path, _read_sample(path, connection.platform)) for path in _expand_folders(files)]
    if polled_names := [
        path.name for path, sample in samples if isinstance(sample, Sample) and sample.polled
    ]:
        show.note(
            f"Not sent, because these samples are only for polling: {', '.join(polled_names)}"
        )
        samples = [(path, sample) for path, sample in samples if path.name not in polled_names]
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
        if not typer.confirm(f"{warning} Send {len(samples)}?", err=True):
            raise CommandError("Nothing was sent.")
    client, responses = LocalHttpClient(timeout=30), list[FileResponse]()
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


def _expand_folders(files: Sequence[Path]) -> Iterator[Path]:
    """The files; for a folder, the samples in it."""
    for path in files:
        yield from sorted(path.glob("[0-9]*.json")) if path.is_dir() else [path]


def _read_sample(path: Path, platform: str) -> Sample | WebhookRequest:
    """The sample or the captured request in a file. Raises BadParameter."""
    content = read_bytes(path, "FILE")
    if not content.lstrip().startswith(b"{"):
        return _read_captured(path, content)
    try:
        document: object = json.loads(content)
    except ValueError:
        raise typer.BadParameter(f"{path} is not JSON in UTF-8.", param_hint="FILE") from None
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
    except (InvalidSample, ValueError, TypeError, AttributeError, KeyError):
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
    inbound_secret = stack.secrets.inbound(connection.id, fresh=True)
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


# A period


@dataclass(frozen=True, slots=True)
class ReplayPeriod:
    """The stored reviews to send: those with an outcome in `[start, end)`."""

    business: str
    start: datetime
    end: datetime
    platform: str | None
    quarantined: bool
    """Whether deliveries in quarantine are read again too."""


def _replay_period(stack: Stack, period: ReplayPeriod, mode: ReplayMode) -> None:
    business = period.business
    reviews = _reviews_in_period(stack, period)
    deliveries = (
        [
            delivery
            for delivery in stack.quarantine.of_business(business)
            if _in_period(delivery, period)
        ]
        if period.quarantined
        else []
    )
    if not (mode.dry_run or mode.yes) and (reviews or deliveries):
        _confirm_period(business, len(reviews), len(deliveries), period)
    sent_counts, skipped_items = _requeue(stack, reviews, dry_run=mode.dry_run)
    results = _replay_quarantine(stack, [] if mode.dry_run else deliveries)
    unresolved_count = sum(result.keep_reason is not None for result in results)
    if mode.as_json:
        show.data(
            {
                "business": business,
                "dry_run": mode.dry_run,
                "reviews": len(reviews),
                "sent": sum(sent_counts.values()),
                "platforms": dict(sorted(sent_counts.items())),
                "skipped": [{"review": item.review, "why": item.why} for item in skipped_items],
                "quarantined": {
                    "deliveries": len(deliveries),
                    "unresolved": unresolved_count,
                    "events": sum(result.event_count for result in results),
                },
            }
        )
    else:
        show.table(
            ("platform", "would be sent" if mode.dry_run else "sent"),
            sorted(sent_counts.items()),
            empty="There are no reviews to send in this period.",
        )
        for why, count in sorted(Counter(item.why for item in skipped_items).items()):
            show.line(f"{count} not sent: {why}")
        if period.quarantined:
            summary = (
                "would be read again"
                if mode.dry_run
                else f"{len(results) - unresolved_count} read again, {unresolved_count} kept"
            )
            show.line(f"{len(deliveries)} in quarantine: {summary}")
    if sent_counts and not mode.dry_run:
        duplicates = stack.options.command_line(
            f"audit list --business {business} --from 10m --kind duplicate"
        )
        show.note(f"Reviews that were handled already show as duplicate: {duplicates}")
    if unresolved_count:
        raise typer.Exit(1)


def _confirm_period(
    business: str, review_count: int, delivery_count: int, period: ReplayPeriod
) -> None:
    """Ask for confirmation. Raises CommandError without it."""
    show.note(
        'Work that was done already becomes an outcome "duplicate"; nobody gets a second reply.'
    )
    quarantined = show.count(delivery_count, "quarantined request")
    quarantine = f" and {quarantined}" if period.quarantined else ""
    if not typer.confirm(
        f"Send {show.count(review_count, 'review')}{quarantine} of {business} to the queue again?",
        err=True,
    ):
        raise CommandError("Nothing was sent.")


def _reviews_in_period(stack: Stack, period: ReplayPeriod) -> list[str]:
    """The reviews with an outcome in the period, in the order of their first one."""
    criteria = OutcomeCriteria(period.business, period.start, period.end)
    platforms: dict[str, str] = {}
    with show.progress() as bar:
        progress_line = bar.add_task("Reading outcomes", total=None)
        for outcome in read_outcomes(stack.log, criteria):
            platforms.setdefault(outcome.review, outcome.platform)
            bar.advance(progress_line)
    return [review for review, platform in platforms.items() if period.platform in {None, platform}]


def _in_period(delivery: QuarantinedDelivery, period: ReplayPeriod) -> bool:
    received_at = parse_time(delivery.received_at)
    return period.start <= received_at < period.end and period.platform in {
        None,
        delivery.platform,
    }


def _requeue(
    stack: Stack, reviews: Sequence[str], *, dry_run: bool
) -> tuple[Counter[str], list[ReplayItem]]:
    """How many reviews went to the queue, by platform, and which could not be sent."""
    run_id, sent_counts, skipped_items = token_hex(6), Counter[str](), list[ReplayItem]()
    connection_exists: dict[str, bool] = {}

    def prepare(numbered_review: tuple[int, str]) -> ReplayItem:
        return _queue_message(
            stack, numbered_review[1], f"rpl_{run_id}.{numbered_review[0]}", connection_exists
        )

    with show.progress() as bar, ThreadPoolExecutor(_WORKERS) as pool:
        batch: list[ReplayItem] = []
        for item in bar.track(
            pool.map(prepare, enumerate(reviews)), total=len(reviews), description="Replaying"
        ):
            if item.message is None:
                skipped_items.append(item)
                continue
            batch.append(item)
            if len(batch) == 10:
                _send_batch(stack, batch, sent_counts, dry_run=dry_run)
        _send_batch(stack, batch, sent_counts, dry_run=dry_run)
    return sent_counts, skipped_items


def _send_batch(
    stack: Stack, batch: list[ReplayItem], sent_counts: Counter[str], *, dry_run: bool
) -> None:
    if batch and not dry_run:
        stack.queue.send([item.message for item in batch if item.message])
    sent_counts.update(item.platform for item in batch)
    batch.clear()


def _queue_message(
    stack: Stack, review: str, delivery: str, connection_exists: dict[str, bool]
) -> ReplayItem:
    """A review's last processed revision as a message for the queue.

    Older revisions are not sent: they change nothing after a newer one was processed.
    """
    head = stack.cases.find_review(review)
    if head is None:
        return ReplayItem(review, "", why="its state is not stored")
    if head.connection not in connection_exists:
        connection_exists[head.connection] = stack.setup.connection(head.connection) is not None
    if not connection_exists[head.connection]:
        return ReplayItem(review, head.platform, why="its connection was removed")
    event: ReviewEvent | None = None
    with suppress(NotFound, Erased):
        event = stack.cases.revision(head)[0]
    if event is None:
        return ReplayItem(review, head.platform, why="its text is missing or was erased")
    source_fields = {
        "connection": head.connection,
        "business": head.business,
        "platform": head.platform,
        "channel": head.channel.value,
    }
    # A review that was verified when it came is not verified again. Another one is fetched from the
    # platform once more, as it was then.
    message = {
        "delivery": delivery,
        **source_fields,
        "event": event.to_json(),
        "verified": not head.unverified,
    }
    return ReplayItem(review, head.platform, message)


def _replay_quarantine(
    stack: Stack, deliveries: Sequence[QuarantinedDelivery]
) -> list[ReplayResult]:
    with show.progress() as bar:
        return [
            replay_delivery(stack, delivery)
            for delivery in bar.track(deliveries, description="Reading the quarantine")
        ]
