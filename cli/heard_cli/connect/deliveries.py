"""`heard connect deliveries`.

What came through a connection's door lately, and what to do about what was refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from heard.clock import format_time
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    SecretOrigin,
    SignatureFailureReason,
    load,
)
from heard.connectors.signatures import TwilioV1
from heard.polling import PollState
from heard.storage.deliveries import DeliveryNote
from heard_cli import show
from heard_cli.stack import Stack, on_stack, require_connection

_NOTE_LIMIT: Final = 500
"""How many notes are looked through for the last of a kind."""


@on_stack
def deliveries(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Maximum number of records.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show a connection's recent webhook requests and their results, newest first, to find out why nothing arrives.

    For polled platforms: also the time of the last poll and its problem.

    Of equal results in a row, one per minute and process is recorded; "more" counts the others. Records are kept for two weeks and contain nothing of what was sent.
    """
    target = require_connection(stack, connection)
    connector = load(target.platform)
    notes = stack.deliveries.of_connection(target.id, limit)
    quarantine_count = sum(
        each.connection == target.id for each in stack.quarantine.of_business(target.business)
    )
    refusals = Counter(each.reason for each in notes if each.result == "refused")
    poll_state = stack.polls.state(target.id)
    if as_json:
        entries = [
            asdict(each) | {"advice": _note_advice(each, connector, target)} for each in notes
        ]
        poll_json = _poll_state_json(poll_state) if poll_state else None
        show.data(
            {
                "connection": target.id,
                "platform": target.platform,
                "deliveries": entries,
                "quarantined": quarantine_count,
                "poll": poll_json,
            }
        )
        return
    if poll_state:
        show.fields(
            {
                f"asked: {name.replace('_', ' ')}": _format_cell(value)
                for name, value in _poll_state_json(poll_state).items()
            }
        )
    rows = [
        (
            show.timestamp(each.at),
            _result_text(each.result),
            each.reason,
            each.events,
            each.skipped or "",
        )
        for each in notes
    ]
    show.table(
        ("at", "result", "reason", "events", "more"),
        rows,
        empty=_empty_message(connector.capabilities, target),
    )
    for reason in refusals:
        show.line(f"{reason}: {refusal_advice(reason, connector, target)}")
    if quarantine_count:
        show.line(
            f"{quarantine_count} authentic requests could not be read and are in quarantine: "
            f"heard connect quarantine --business {target.business}"
        )


def _poll_state_json(poll_state: PollState) -> dict[str, Any]:
    """Where the polling of a connection stands."""
    fields: dict[str, Any] = {
        "every_seconds": poll_state.every,
        "since": format_time(poll_state.since),
    }
    fields |= {
        "last": format_time(poll_state.polled_at) if poll_state.polled_at else None,
        "next": format_time(poll_state.wait_until or poll_state.poll_at),
    }
    trouble = (
        f"{poll_state.last_failure.code}: {poll_state.last_failure.message}"
        if poll_state.last_failure
        else None
    )
    return fields | {
        "failures": poll_state.failures,
        "trouble": trouble,
        "reading_older_pages": bool(poll_state.cursors),
    }


def _format_cell(value: object) -> show.Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        show.timestamp(value)
        if isinstance(value, str) and value.endswith("Z")
        else str(value)
        if value is not None
        else "never"
    )


def last_result_at(notes: list[DeliveryNote], *results: str) -> str | None:
    """When a request with one of these results came last."""
    return next((each.at for each in notes if each.result in results), None)


def recent_notes(stack: Stack, connection: str) -> list[DeliveryNote]:
    """The latest notes of a connection, as many as it takes to find the last of a kind."""
    return stack.deliveries.of_connection(connection, _NOTE_LIMIT)


def refusal_advice(reason: str, connector: Connector, connection: Connection) -> str:
    """What to do about requests that were refused for this reason."""
    capabilities, rotate = connector.capabilities, f"heard connect rotate {connection.id}"
    match reason:
        case SignatureFailureReason.SIGNATURE_MISSING:
            cause = (
                f"no secret is set at {capabilities.title} ({rotate} creates a new one)"
                if _made_by_heard(capabilities)
                else "it does not sign"
            )
            return (
                f"the request was not signed. Either {cause}, or a proxy removes the header, or "
                "somebody else sent it."
            )
        case SignatureFailureReason.SIGNATURE_MALFORMED:
            return (
                f"the signature does not have the format of {capabilities.title}. Is this address "
                "used at another platform, or does a proxy change headers?"
            )
        case SignatureFailureReason.SIGNATURE_WRONG if isinstance(connector.scheme, TwilioV1):
            command = f"a changed token: {rotate} --secret-file …"
            return (
                f"the token or the address differs. The address at {capabilities.title} must be "
                f"exactly {connection.url}; for {command}"
            )
        case SignatureFailureReason.SIGNATURE_WRONG if _made_by_heard(capabilities):
            return (
                f"{capabilities.title} signs with another secret, or a proxy changes the body. If "
                f"you lost the secret, create a new one: {rotate}"
            )
        case SignatureFailureReason.SIGNATURE_WRONG:
            next_step = (
                f" If it changed: {rotate} --secret-file …"
                if capabilities.secret_origin is not SecretOrigin.NONE
                else " Check the connection's settings."
            )
            return (
                "the signature does not match the stored secret, or a proxy changes the "
                f"body.{next_step}"
            )
        case SignatureFailureReason.STALE:
            return (
                "it came long after it was signed: it waited in a queue, a clock is wrong, or "
                "somebody repeats an old request."
            )
        case SignatureFailureReason.NO_SECRET:
            return (
                "no secret is stored to check signatures with: "
                f"{rotate}{'' if _made_by_heard(capabilities) else ' --secret-file …'}"
            )
        case _:
            return "see the log of the ingest function."


def _made_by_heard(capabilities: Capabilities) -> bool:
    return capabilities.secret_origin in {SecretOrigin.GENERATED, SecretOrigin.INTERNAL}


def _note_advice(note: DeliveryNote, connector: Connector, connection: Connection) -> str | None:
    return refusal_advice(note.reason, connector, connection) if note.result == "refused" else None


def _empty_message(capabilities: Capabilities, connection: Connection) -> str:
    if not capabilities.pushes:
        return f"{capabilities.title} has no webhooks; poll it: heard connect poll {connection.id}"
    return (
        f"No requests in the last two weeks. Is {connection.url} set at {capabilities.title}? "
        f"Test it: heard connect test {connection.id}"
    )


def _result_text(result: str) -> Any:
    styles = {"accepted": "green", "handshake": "green", "refused": "red", "quarantined": "yellow"}
    return show.Text(result, style=styles.get(result, ""))
