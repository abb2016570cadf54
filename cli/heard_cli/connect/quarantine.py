"""`heard connect quarantine`: genuine requests that could not be read: list, replay, delete.

A replay reads a request again with today's connector, as the webhook does after it has checked the
signature. The signature was checked when the request came. It is not checked again, because it is
too old by now.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from secrets import token_hex
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.clock import format_time, parse_time
from heard.connectors import WebhookRequest, load
from heard.errors import DamagedText, Unparseable
from heard.steps.ingest import build_messages
from heard.storage.quarantine import EXPIRY_WARNING, QuarantinedDelivery, QuarantineEntry
from heard_cli import options, show
from heard_cli.confirm import confirm
from heard_cli.stack import CommandError, Stack, on_stack

_SHOWN_FIELDS: Final = (
    "id",
    "business",
    "connection",
    "platform",
    "received_at",
    "why",
    "method",
)
_ERASED: Final = "it was erased, or has expired: nobody can read it"


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The result of one replay: events that were queued, and why it stays in quarantine, if so."""

    id: str
    event_count: int
    keep_reason: str | None


@on_stack
def quarantine(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    show_id: Annotated[
        str | None, typer.Option("--show", metavar="ID", help="Show this request completely.")
    ] = None,
    replay_id: Annotated[
        str | None,
        typer.Option(
            "--replay", metavar="ID", help="Read this request again and queue its reviews."
        ),
    ] = None,
    replay_all: Annotated[
        bool, typer.Option("--replay-all", help="Read all of them again.")
    ] = False,
    delete_id: Annotated[
        str | None,
        typer.Option("--delete", metavar="ID", help="Delete this request: nobody can read it."),
    ] = None,
    limit: Annotated[int, options.LIMIT] = 100,
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List genuine webhook requests that could not be read, replay them after a fix, delete them.

    Requests that still cannot be read stay in quarantine, and the exit code is 1. What was sent is
    sealed; only --show shows it. Requests are deleted 30 days after they came.
    """
    if sum((show_id is not None, replay_id is not None, replay_all, delete_id is not None)) > 1:
        raise typer.BadParameter(
            "use only one of --show, --replay, --replay-all, --delete.", param_hint="--show"
        )
    stack.business(business)
    entries = stack.quarantine.entries(business)
    if show_id:
        entry = _find_entry(entries, show_id, business)
        _print_delivery(entry, stack.quarantine.open(entry), as_json=as_json)
    elif replay_id or replay_all:
        chosen = [_find_entry(entries, replay_id, business)] if replay_id else entries
        _replay_deliveries(stack, chosen, as_json=as_json)
    elif delete_id:
        _delete_delivery(stack, entries, delete_id, business, yes=yes, as_json=as_json)
    else:
        page = list(islice(entries, limit + 1))
        if as_json:
            show.data([_entry_json(entry) for entry in page[:limit]])
        else:
            _print_entries(page[:limit], clock.now())
        if len(page) > limit:
            show.note(f"There are more than {limit}: raise --limit.")


def expiry_warning(entries: list[QuarantineEntry], now: datetime) -> str | None:
    """What to say of the requests that will soon be deleted unread; None without any."""
    number = sum(entry.expires_soon(now) for entry in entries)
    if not number:
        return None
    verb = "is" if number == 1 else "are"
    return f"{show.count(number, 'request')} {verb} deleted within {EXPIRY_WARNING.days} days."


def replay_delivery(stack: Stack, entry: QuarantineEntry) -> ReplayResult:
    """Read one request again, queue its events, and only then remove it from quarantine.

    Raises Fault when the queue does not take the events.
    """
    try:
        delivery = stack.quarantine.open(entry)
    except DamagedText as error:
        return ReplayResult(entry.id, 0, error.detail)
    if delivery is None:
        return ReplayResult(entry.id, 0, _ERASED)
    connection = stack.setup.connection(delivery.connection)
    if connection is None:
        return ReplayResult(delivery.id, 0, "its connection was removed")
    request = WebhookRequest(delivery.method, delivery.headers, delivery.body, delivery.query)
    received_at = parse_time(delivery.received_at)
    try:
        parsed = load(connection.platform).parse(request, connection, received_at)
    except Unparseable as error:
        return ReplayResult(delivery.id, 0, error.detail)
    problems = "; ".join(parsed.problems)[:2000]
    if problems == delivery.why:
        # The events that could be read were queued when it came.
        return ReplayResult(delivery.id, 0, problems)
    # A delivery id of its own: today's connector may read other events, and number them anew.
    messages = build_messages(parsed, connection, f"{delivery.id}-{token_hex(2)}", received_at)
    if messages:
        stack.queue.send(messages)
    if problems:
        stack.quarantine.keep_again(delivery, problems, clock.now())
        return ReplayResult(delivery.id, len(messages), problems)
    stack.quarantine.remove(delivery)
    return ReplayResult(delivery.id, len(messages), None)


def _replay_deliveries(stack: Stack, entries: Iterable[QuarantineEntry], *, as_json: bool) -> None:
    results: list[ReplayResult] = []
    with show.progress() as bar:
        progress_line = bar.add_task("Replaying", total=None)
        for entry in entries:
            results.append(replay_delivery(stack, entry))
            bar.advance(progress_line)
    unresolved = [result for result in results if result.keep_reason]
    if as_json:
        documents = [
            {
                "id": result.id,
                "events": result.event_count,
                "released": result.keep_reason is None,
                "why": result.keep_reason,
            }
            for result in results
        ]
        show.data(
            {
                "replayed": len(results) - len(unresolved),
                "unresolved": len(unresolved),
                "deliveries": documents,
            }
        )
    else:
        rows = [
            (
                result.id,
                result.event_count,
                "kept" if result.keep_reason else "released",
                result.keep_reason,
            )
            for result in results
        ]
        show.table(
            ("delivery", "events queued", "result", "why"), rows, empty="The quarantine is empty."
        )
    if unresolved:
        show.note(
            f"{show.count(len(unresolved), 'request')} could not be read. "
            + ("It stays" if len(unresolved) == 1 else "They stay")
            + " in quarantine. After the next fix, replay again."
        )
        raise typer.Exit(1)


def _delete_delivery(
    stack: Stack,
    entries: Iterable[QuarantineEntry],
    id: str,
    business: str,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete one request. One that is not there is deleted already."""
    entry = next((entry for entry in entries if entry.id == id), None)
    if entry and not yes:
        confirm(
            f"Delete {id} of {entry.platform}, {show.count(entry.size, 'byte')}? "
            "It can never be read or replayed again.",
            "Nothing was deleted.",
        )
    is_deleted = entry is not None and stack.quarantine.remove(entry)
    if as_json:
        show.data({"id": id, "deleted": is_deleted})
    elif is_deleted:
        show.line(f"Deleted {id}.")
    else:
        show.note(f"There is no delivery {id} in the quarantine of {business}.")


def _find_entry(entries: Iterable[QuarantineEntry], id: str, business: str) -> QuarantineEntry:
    match = next((entry for entry in entries if entry.id == id), None)
    if match is None:
        raise CommandError(
            f"There is no delivery {id} in the quarantine of {business}.",
            "List them:",
            f"connect quarantine --business {business}",
        )
    return match


def _print_entries(entries: list[QuarantineEntry], now: datetime) -> None:
    rows = [
        (
            show.timestamp(entry.received_at),
            _expiry_text(entry, now),
            entry.platform,
            entry.size,
            entry.why,
            entry.connection,
            entry.id,
        )
        for entry in entries
    ]
    show.table(
        ("received", "expires", "platform", "bytes", "why", "connection", "delivery"),
        rows,
        empty="The quarantine is empty.",
    )
    if warning := expiry_warning(entries, now):
        show.note(f"{warning} After that nobody can read them.")
    if plain_number := sum(not entry.is_sealed for entry in entries):
        verb = "is" if plain_number == 1 else "are"
        show.note(
            f"{show.count(plain_number, 'request')} of an earlier version {verb} not sealed, and "
            "never expires: replay or delete."
        )


def _expiry_text(entry: QuarantineEntry, now: datetime) -> show.Text:
    if entry.is_erased:
        return show.Text("erased")
    if entry.expires_at is None:
        return show.Text("never", style="yellow")
    style = "bold red" if entry.expires_soon(now) else ""
    return show.Text(show.timestamp(format_time(entry.expires_at)), style=style)


def _entry_json(entry: QuarantineEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _SHOWN_FIELDS} | {
        "bytes": entry.size,
        "expires_at": format_time(entry.expires_at) if entry.expires_at else None,
        "expires_soon": entry.expires_soon(clock.now()),
        "sealed": entry.is_sealed,
        "erased": entry.is_erased,
    }


def _print_delivery(
    entry: QuarantineEntry, delivery: QuarantinedDelivery | None, *, as_json: bool
) -> None:
    facts = _entry_json(entry) | {"erased": delivery is None}
    request: dict[str, Any] = {}
    if delivery:
        request = {"query": delivery.query, "headers": dict(delivery.headers)}
        try:
            request["body"] = delivery.body.decode()
        except UnicodeDecodeError:
            request["body_base64"] = base64.b64encode(delivery.body).decode()
    if as_json:
        show.data(facts | request)
        return
    fields: dict[str, show.Cell] = {name.replace("_", " "): facts[name] for name in _SHOWN_FIELDS}
    fields |= {"bytes": entry.size, "expires": _expiry_text(entry, clock.now())}
    if delivery is None:
        show.fields(fields)
        show.note(f"There is nothing to show: {_ERASED}.")
        return
    show.fields(fields | {"query": delivery.query} | dict(sorted(delivery.headers.items())))
    show.line()
    if "body" in request:
        show.line(request["body"])
    else:
        show.note("The body is not UTF-8; it follows in Base64.")
        show.line(request["body_base64"])
