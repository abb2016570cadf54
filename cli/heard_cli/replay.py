"""`heard replay`.

Samples and captured requests through the webhook door, or what is stored through the queue once
more.

Everything behind the door may run again: it knows a review by the platform's ids and a revision by
its text, so that a repetition is noted as one and answers nobody. What is sent from files is signed
afresh, with the connection's own secret.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Final, cast

import typer

from heard import clock
from heard.clock import moment
from heard.connectors import Connection, Connector, Request, Secret, load
from heard.errors import NotFound
from heard.reviews import ReviewEvent
from heard.storage.outcome_log import Question
from heard.storage.quarantine import Quarantined
from heard.storage.vault import Erased
from heard_cli import show
from heard_cli.connect import sample_request
from heard_cli.connect.captured_request import Unreadable, captured
from heard_cli.connect.credentials import secret_from
from heard_cli.connect.quarantine import Replayed, replayed
from heard_cli.durations import period
from heard_cli.local.http_client import Wire
from heard_cli.local.samples import InvalidSample, Sample, sample_of
from heard_cli.local.signing import SignedRequest
from heard_cli.stack import Stack, Stop, known, on_stack

app = typer.Typer(
    help="Send samples through the webhook door, or what is stored through the queue once more.",
    add_completion=False,
)

_PAGE: Final = 500
_AT_ONCE: Final = 16
_OF_THE_JOURNEY: Final = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "expect"}
)
"""Headers of one journey, which do not belong to the next."""
_EXAMPLES: Final = "Example: heard replay events/standard/*.json --connection con_… · Example: heard replay --business acme --from 2d --to 1d --dry-run"


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored review of the period: the event to send and how, or why it cannot be."""

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
    connection: Annotated[
        str | None, typer.Option(help="With files: through which connection (con_…).")
    ] = None,
    secret: Annotated[
        str | None, typer.Option(help="With files: sign with this instead of the stored secret.")
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
    business: Annotated[
        str | None, typer.Option(help="Without files: whose stored reviews.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", help="ISO 8601 (UTC if no zone is said), or how long ago: 90m, 24h, 7d."
        ),
    ] = None,
    until: Annotated[str, typer.Option("--to", help="The same, or now.")] = "now",
    platform: Annotated[
        str | None, typer.Option(help="Without files: only reviews of this platform.")
    ] = None,
    quarantined: Annotated[
        bool,
        typer.Option(
            "--quarantined",
            help="Without files: read what came in the period and lies in quarantine again, too.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Send files through a connection's webhook door, or a period's stored reviews through the
    queue once more.

    Files are signed with the connection's stored secret, and each answer of the door is shown.
    Stored reviews are those with an outcome in the period, each in the revision last acted on.
    Every step behind the queue is idempotent: what was done already becomes an outcome "duplicate"
    and nobody is answered twice; what was left undone is done now.
    """
    if files:
        if connection is None:
            raise typer.BadParameter(
                "say through which connection the files shall go.", param_hint="--connection"
            )
        if business or since or quarantined or platform:
            raise typer.BadParameter(
                "give files, or a business and a period; not both.", param_hint="FILE"
            )
        _files(
            stack,
            files,
            known(stack, connection),
            secret_from(secret, secret_file),
            yes=yes,
            dry_run=dry_run,
            as_json=as_json,
        )
        return
    if business is None or since is None:
        raise typer.BadParameter(
            "give files and --connection, or --business and --from.", param_hint="FILE"
        )
    if connection or secret or secret_file:
        raise typer.BadParameter("these go with files.", param_hint="--connection")
    stack.business(business)
    start, end = period(since, until, clock.now())
    _period(
        stack,
        business,
        start,
        end,
        platform,
        quarantined=quarantined,
        dry_run=dry_run,
        yes=yes,
        as_json=as_json,
    )


# Files


def _files(
    stack: Stack,
    files: Sequence[Path],
    connection: Connection,
    given: str | None,
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    connector = load(connection.platform)
    about = connector.capabilities
    if not about.pushes:
        raise Stop(
            f"{about.title} sends nothing: Heard asks it.",
            f"Ask it now: heard connect poll {connection.id}",
        )
    named = [(path, _sample(path, connection.platform)) for path in _unfolded(files)]
    if polled := [
        path.name for path, sample in named if isinstance(sample, Sample) and sample.polled
    ]:
        show.say(f"Not sent, for these are there to be asked for: {', '.join(polled)}")
        named = [(path, sample) for path, sample in named if path.name not in polled]
    signing = given or _stored_secret(stack, connection, connector)
    if dry_run:
        show.say(f"{len(named)} files can be read; nothing was sent.")
        if as_json:
            show.data(
                {
                    "connection": connection.id,
                    "files": [str(path) for path, _ in named],
                    "dry_run": True,
                }
            )
        return
    if not (yes or stack.on_this_machine) and connection.has_credentials:
        told = f"These become reviews of {connection.business}, and Heard may answer them at {about.title}, where their ids may be somebody's."
        if not typer.confirm(f"{told} Send {len(named)}?", err=True):
            raise Stop("Nothing was sent.")
    wire, done = Wire(timeout=30), list[dict[str, Any]]()
    with show.progress() as bar:
        for path, sample in bar.track(named, description="Sending"):
            done.extend(_sent(path, sample, connector, connection, signing, wire))
    refused = [each for each in done if not each["ok"]]
    if as_json:
        show.data(
            {
                "connection": connection.id,
                "sent": len(done),
                "refused": len(refused),
                "answers": done,
            }
        )
    else:
        rows = [
            (each["file"], each["status"], each["milliseconds"], each["answer"]) for each in done
        ]
        show.table(("file", "status", "ms", "answer"), rows, empty="There was nothing to send.")
    if refused:
        raise Stop(
            f"The door did not take {len(refused)} of {len(done)}.",
            f"Why: heard connect deliveries {connection.id}",
        )
    show.say(f"What becomes of them: heard audit list --business {connection.business} --from 10m")


def _unfolded(files: Sequence[Path]) -> Iterator[Path]:
    """The files, and of a folder its samples."""
    for path in files:
        yield from sorted(path.glob("[0-9]*.json")) if path.is_dir() else [path]


def _sample(path: Path, platform: str) -> Sample | Request:
    """What a file holds. Raises BadParameter."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be read: {error.strerror}.", param_hint="FILE"
        ) from None
    if not content.lstrip().startswith(b"{"):
        return _captured(path, content)
    try:
        document: object = json.loads(content)
    except ValueError:
        raise typer.BadParameter(f"{path} is not JSON in UTF-8.", param_hint="FILE") from None
    fields = cast("dict[str, Any]", document)
    if "platform" not in fields:
        raise typer.BadParameter(
            f"{path} is no sample: it names no platform. The format: events/README.md",
            param_hint="FILE",
        )
    if fields["platform"] != platform:
        told = (
            f"{path} is a sample of {fields['platform']}, and the connection is one of {platform}."
        )
        raise typer.BadParameter(told, param_hint="FILE")
    try:
        sample = sample_of(platform, path.stem, fields)
        sample.render(clock.now())
    except (InvalidSample, ValueError, TypeError, AttributeError, KeyError):
        raise typer.BadParameter(
            f"{path} is no sample. The format: events/README.md", param_hint="FILE"
        ) from None
    return sample


def _captured(path: Path, content: bytes) -> Request:
    try:
        found = captured(content)
    except Unreadable as wrong:
        raise typer.BadParameter(
            f"{path} is neither a sample nor an HTTP message: {wrong}.", param_hint="FILE"
        ) from None
    headers = {name: value for name, value in found.headers.items() if name not in _OF_THE_JOURNEY}
    return Request(found.method or "POST", headers, found.body or b"", found.query or "")


def _stored_secret(stack: Stack, connection: Connection, connector: Connector) -> str:
    about = connector.capabilities
    if not about.signed:
        return ""
    if not about.tested_by_us:
        advice = "Its own test button sends something real. With a key of yours that the connection expects: --secret-file"
        raise Stop(f"Only {about.title} can sign what it sends.", advice)
    stored = stack.secrets.inbound(connection.id, fresh=True)
    if stored is None and about.secret is not Secret.NONE:
        raise Stop(
            "There is no signing secret for this connection.",
            f"Give it one: heard connect rotate {connection.id}",
        )
    return stored.current if stored else ""


def _sent(
    path: Path,
    sample: Sample | Request,
    connector: Connector,
    connection: Connection,
    secret: str,
    wire: Wire,
) -> Iterator[dict[str, Any]]:
    """What the door answered, each time it was sent."""
    now = clock.now()
    if isinstance(sample, Sample):
        request = sample_request.request_of(sample, connection, secret, now, wire)
    else:
        try:
            signed = connector.sign(sample, connection.url, secret, now)
        except ValueError as fault:
            raise Stop(
                "The signing secret is not one of this platform.",
                f"heard connect rotate {connection.id}",
            ) from fault
        url = f"{connection.url}?{signed.query}" if signed.query else connection.url
        request = SignedRequest(signed.method, url, signed.headers, signed.body)
    for _ in range(sample.times if isinstance(sample, Sample) else 1):
        began = clock.now()
        reply = sample_request.send(request, wire)
        spent = round((clock.now() - began).total_seconds() * 1000)
        told = " ".join(reply.text.split())[:120]
        yield {
            "file": path.name,
            "status": reply.status,
            "milliseconds": spent,
            "ok": reply.status in range(200, 300),
            "answer": told,
        }


# A period


def _period(
    stack: Stack,
    business: str,
    start: datetime,
    end: datetime,
    platform: str | None,
    *,
    quarantined: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    reviews = [
        review
        for review, of in _named(stack, business, start, end).items()
        if platform in {None, of}
    ]
    kept = (
        [
            each
            for each in stack.quarantine.of_business(business)
            if _within(each, start, end, platform)
        ]
        if quarantined
        else []
    )
    lying = f" and {len(kept)} deliveries in quarantine" if quarantined else ""
    if not (dry_run or yes) and (reviews or kept):
        show.say("What was done already becomes a duplicate outcome; nobody is answered twice.")
        if not typer.confirm(
            f"Send {len(reviews)} reviews{lying} of {business} through the queue once more?",
            err=True,
        ):
            raise Stop("Nothing was sent.")
    sent, skipped = _requeued(stack, reviews, dry_run=dry_run)
    done = _read_again(stack, [] if dry_run else kept)
    staying = [each for each in done if each.stays]
    if as_json:
        told: dict[str, Any] = {
            "business": business,
            "dry_run": dry_run,
            "reviews": len(reviews),
            "sent": sum(sent.values()),
        }
        told |= {
            "platforms": dict(sorted(sent.items())),
            "skipped": [{"review": each.review, "why": each.why} for each in skipped],
        }
        events = sum(each.events for each in done)
        show.data(
            told | {"quarantined": {"found": len(kept), "stay": len(staying), "events": events}}
        )
    else:
        rows = [(name, count) for name, count in sorted(sent.items())]
        show.table(
            ("platform", "would be sent" if dry_run else "sent"),
            rows,
            empty="No review of this period can be sent.",
        )
        for why, count in sorted(Counter(each.why for each in skipped).items()):
            show.line(f"{count} not sent: {why}")
        if quarantined:
            read = (
                f"{len(done) - len(staying)} read again, {len(staying)} stay"
                if not dry_run
                else "would be read again"
            )
            show.line(f"{len(kept)} in quarantine: {read}")
    if sent and not dry_run:
        show.say(
            f"What was done already shows as duplicate: heard audit list --business {business} "
            "--from 10m --kind duplicate"
        )
    if staying:
        raise typer.Exit(1)


def _named(stack: Stack, business: str, start: datetime, end: datetime) -> dict[str, str]:
    """The reviews that the log names in the period, in order, each with its platform."""
    found: dict[str, str] = {}
    after: str | None = None
    with show.progress() as bar:
        task = bar.add_task("Reading outcomes", total=None)
        while True:
            page = stack.log.page(Question(business, start, end), limit=_PAGE, after=after)
            for outcome in page.outcomes:
                found.setdefault(outcome.review, outcome.platform)
            bar.advance(task, len(page.outcomes))
            if (after := page.next) is None:
                return found


def _within(delivery: Quarantined, start: datetime, end: datetime, platform: str | None) -> bool:
    return start <= moment(delivery.received_at) < end and platform in {None, delivery.platform}


def _requeued(
    stack: Stack, reviews: Sequence[str], *, dry_run: bool
) -> tuple[Counter[str], list[Stored]]:
    """How many went to the queue by platform, and what could not be sent."""
    run, sent, skipped = token_hex(6), Counter[str](), list[Stored]()
    doors: dict[str, bool] = {}

    def stored(numbered: tuple[int, str]) -> Stored:
        return _stored(stack, numbered[1], f"rpl_{run}.{numbered[0]}", doors)

    with show.progress() as bar, ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting: list[Stored] = []
        for each in bar.track(
            pool.map(stored, enumerate(reviews)), total=len(reviews), description="Replaying"
        ):
            if each.message is None:
                skipped.append(each)
                continue
            waiting.append(each)
            if len(waiting) == 10:
                _send(stack, waiting, sent, dry_run=dry_run)
        _send(stack, waiting, sent, dry_run=dry_run)
    return sent, skipped


def _send(stack: Stack, waiting: list[Stored], sent: Counter[str], *, dry_run: bool) -> None:
    if waiting and not dry_run:
        stack.queue.send([each.message for each in waiting if each.message])
    sent.update(each.platform for each in waiting)
    waiting.clear()


def _stored(stack: Stack, review: str, delivery: str, doors: dict[str, bool]) -> Stored:
    """A review as a message for the queue.

    Older revisions change nothing once a newer one was acted on, and are left alone.
    """
    state = stack.work.head(review)
    if state is None:
        return Stored(review, "", why="its state is not stored")
    if state.connection not in doors:
        doors[state.connection] = stack.setup.connection(state.connection) is not None
    if not doors[state.connection]:
        return Stored(review, state.platform, why="its connection was removed")
    event: ReviewEvent | None = None
    with suppress(NotFound, Erased):
        event = stack.work.revision(state)[0]
    if event is None:
        return Stored(review, state.platform, why="its text is not stored, or was erased")
    ways = {
        "connection": state.connection,
        "business": state.business,
        "platform": state.platform,
        "channel": state.channel.value,
    }
    # What was proven when it came needs no second proof; the rest is asked for at the platform as
    # it was then.
    message = {
        "delivery": delivery,
        **ways,
        "event": event.to_json(),
        "confirmed": not state.unproven,
    }
    return Stored(review, state.platform, message)


def _read_again(stack: Stack, kept: Sequence[Quarantined]) -> list[Replayed]:
    with show.progress() as bar:
        return [
            replayed(stack, each) for each in bar.track(kept, description="Reading the quarantine")
        ]
