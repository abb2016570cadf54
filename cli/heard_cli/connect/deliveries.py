"""`heard connect deliveries`: a connection's recent requests, and what to do about refused ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    SecretOrigin,
    SignatureFailureReason,
    load,
)
from heard.outcomes import Outcome
from heard.polling import PollState
from heard.storage.deliveries import DeliveryNote
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli import options, show
from heard_cli.connect.quarantine import expiry_warning
from heard_cli.connect.signature_causes import covers_address, heard_creates_secret, usual_causes
from heard_cli.outcome_pages import read_newest_outcomes
from heard_cli.ranges import whole_number
from heard_cli.stack import Stack, StackOptions, on_stack, require_connection

_NOTE_LIMIT: Final = 500
"""How many records are searched for the last one of a kind."""

_RECENT: Final = timedelta(minutes=15)
_RECENT_LIMIT: Final = 200
"""How many outcomes of the last minutes are searched for those of one connection."""


@on_stack
def deliveries(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    limit: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", parser=whole_number(1, 1000), help="Maximum number of records."
        ),
    ] = 20,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show a connection's recent webhook requests and their results, newest first, to find out why
    nothing arrives.

    For polled platforms: also the time of the last poll and its problem.

    Of equal results in a row, each process records one a minute. The column "more" counts the
    others; the next record brings this count. So the reviews of the last 15 minutes are counted
    separately. Records are kept for two weeks and hold nothing of what was sent.
    """
    connection = require_connection(stack, connection_id)
    connector = load(connection.platform)
    notes = stack.deliveries.of_connection(connection.id, limit)
    entries = [
        entry
        for entry in stack.quarantine.of_business(connection.business)
        if entry.connection == connection.id
    ]
    poll_state = stack.polls.state(connection.id)
    recent = _recent_outcomes(stack, connection)
    if as_json:
        show.data(
            {
                "connection": connection.id,
                "platform": connection.platform,
                "deliveries": [
                    {**asdict(note), "advice": _note_advice(note, connector, connection, stack)}
                    for note in notes
                ],
                "reviews_of_last_15_minutes": len({outcome.review for outcome in recent}),
                "quarantined": len(entries),
                "quarantined_expiring_soon": sum(
                    entry.expires_soon(clock.now()) for entry in entries
                ),
                "poll": _poll_state_json(poll_state) if poll_state else None,
            }
        )
        return
    if poll_state:
        show.fields(
            {
                f"poll: {name.replace('_', ' ')}": _format_cell(value)
                for name, value in _poll_state_json(poll_state).items()
            }
        )
    show.table(
        ("at", "result", "reason", "events", "more"),
        [
            (
                show.timestamp(note.at),
                _result_text(note.result),
                note.reason,
                note.events,
                note.skipped or "",
            )
            for note in notes
        ],
        empty=_empty_message(connector.capabilities, connection, stack.options),
    )
    if recent:
        review_count = len({outcome.review for outcome in recent})
        listing = stack.options.command_line(
            f"reviews list --business {connection.business} --from 15m"
        )
        show.line(
            f"{show.count(review_count, 'review')} came in the last 15 minutes, the newest at "
            f"{show.timestamp(recent[0].at)}: {listing}"
        )
    for reason in Counter(note.reason for note in notes if note.result == "refused"):
        show.line(f"{reason}: {refusal_advice(reason, connector, connection, stack.options)}")
    if entries:
        quarantine = stack.options.command_line(
            f"connect quarantine --business {connection.business}"
        )
        show.line(
            f"{show.count(len(entries), 'genuine request')} could not be read, see the "
            f"quarantine: {quarantine}"
        )
        if warning := expiry_warning(entries, clock.now()):
            show.line(warning)


def _recent_outcomes(stack: Stack, connection: Connection) -> list[Outcome]:
    """The outcomes of the last minutes whose reviews came through this connection, newest first."""
    end = clock.now() + timedelta(milliseconds=1)
    criteria = OutcomeCriteria(connection.business, end - _RECENT, end)
    outcomes = [
        outcome
        for outcome in islice(read_newest_outcomes(stack.log, criteria), _RECENT_LIMIT)
        if outcome.platform == connection.platform and outcome.delivery
    ]
    states = {review: stack.cases.find_review(review) for review in {o.review for o in outcomes}}
    return [
        outcome
        for outcome in outcomes
        if (state := states[outcome.review]) and state.connection == connection.id
    ]


def _poll_state_json(poll_state: PollState) -> dict[str, Any]:
    """The state of a connection's polls."""
    failure = poll_state.last_failure
    return {
        "every_seconds": poll_state.every,
        "since": format_time(poll_state.since),
        "last": format_time(poll_state.polled_at) if poll_state.polled_at else None,
        "next": format_time(poll_state.wait_until or poll_state.poll_at),
        "failures": poll_state.failures,
        "problem": f"{failure.code}: {failure.message}" if failure else None,
        "reading_older_pages": bool(poll_state.cursors),
    }


def _format_cell(value: object) -> show.Cell:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case str() if value.endswith("Z"):
            return show.timestamp(value)
        case _:
            return str(value)


def last_result_at(notes: list[DeliveryNote], *results: str) -> str | None:
    """When a request with one of these results came last."""
    return next((note.at for note in notes if note.result in results), None)


def recent_notes(stack: Stack, connection: str) -> list[DeliveryNote]:
    """The newest records of a connection, enough to find the last one of a kind."""
    return stack.deliveries.of_connection(connection, _NOTE_LIMIT)


def refusal_advice(
    reason: str, connector: Connector, connection: Connection, stack_options: StackOptions
) -> str:
    """Why requests are refused for this reason, and what to do."""
    causes = usual_causes(reason, connector)
    step = _next_step(reason, connector, connection, stack_options)
    return f"{causes}. {step}" if step else f"{causes}."


def _next_step(
    reason: str, connector: Connector, connection: Connection, stack_options: StackOptions
) -> str:
    title, created_by_heard = connector.capabilities.title, heard_creates_secret(connector)
    rotate = stack_options.command_line(
        f"connect rotate {connection.id}" + ("" if created_by_heard else " --secret-file FILE")
    )
    match reason:
        case SignatureFailureReason.SIGNATURE_MISSING if created_by_heard:
            return f"If the secret is lost, create a new one: {rotate}"
        case SignatureFailureReason.SIGNATURE_WRONG if covers_address(connector):
            return (
                f"The address at {title} must be exactly that of `connect show --address`. "
                f"If the secret changed: {rotate}"
            )
        case SignatureFailureReason.SIGNATURE_WRONG if created_by_heard:
            return f"If the secret is lost, create a new one: {rotate}"
        case SignatureFailureReason.SIGNATURE_WRONG:
            return (
                "Check the connection's settings."
                if connector.capabilities.secret_origin is SecretOrigin.NONE
                else f"If the secret changed: {rotate}"
            )
        case SignatureFailureReason.NO_SECRET:
            return f"Store one: {rotate}"
        case _:
            return ""


def _note_advice(
    note: DeliveryNote, connector: Connector, connection: Connection, stack: Stack
) -> str | None:
    if note.result != "refused":
        return None
    return refusal_advice(note.reason, connector, connection, stack.options)


def _empty_message(
    capabilities: Capabilities, connection: Connection, stack_options: StackOptions
) -> str:
    if not capabilities.pushes:
        poll = stack_options.command_line(f"connect poll {connection.id}")
        return f"{capabilities.title} has no webhooks; poll it: {poll}"
    test = stack_options.command_line(f"connect test {connection.id}")
    address = stack_options.command_line(f"connect show {connection.id} --address")
    return (
        f"No requests in the last two weeks. Is its address set at {capabilities.title}? "
        f"Show it: {address} · Test it: {test}"
    )


def _result_text(result: str) -> show.Text:
    styles = {"accepted": "green", "handshake": "green", "refused": "red", "quarantined": "yellow"}
    return show.Text(result, style=styles.get(result, ""))
