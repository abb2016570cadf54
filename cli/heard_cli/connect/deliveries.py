"""`heard connect deliveries`.

What came through a connection's door lately, and what to do about what was refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from heard.clock import stamp
from heard.connectors import Capabilities, Connection, Connector, RefusalReason, Secret, load
from heard.connectors.signatures import TwilioV1
from heard.polling import Poll
from heard.storage.deliveries import Noted
from heard_cli import show
from heard_cli.stack import Stack, known, on_stack

_LOOKED_AT: Final = 500
"""How many notes are looked through for the last of a kind."""


@on_stack
def deliveries(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many notes.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show what a platform sent lately and what became of it at the door, newest first, so that you
    see why nothing arrives.

    Where the platform is asked for its reviews: when it was asked last, and what is wrong there.

    Of equal results in a row one a minute is noted per process; "more" says how many came since.
    Notes are kept for two weeks and hold nothing of what was sent.
    """
    found = known(stack, connection)
    connector = load(found.platform)
    notes = stack.deliveries.of_connection(found.id, limit)
    kept = sum(each.connection == found.id for each in stack.quarantine.of_business(found.business))
    refused = Counter(each.reason for each in notes if each.result == "refused")
    asked = stack.polls.poll(found.id)
    if as_json:
        listed = [asdict(each) | {"advice": _advice(each, connector, found)} for each in notes]
        poll = _asked(asked) if asked else None
        show.data(
            {
                "connection": found.id,
                "platform": found.platform,
                "deliveries": listed,
                "quarantined": kept,
                "poll": poll,
            }
        )
        return
    if asked:
        show.facts(
            {
                f"asked: {name.replace('_', ' ')}": _cell(value)
                for name, value in _asked(asked).items()
            }
        )
    rows = [
        (show.at(each.at), _coloured(each.result), each.reason, each.events, each.unnoted or "")
        for each in notes
    ]
    show.table(
        ("at", "result", "reason", "events", "more"),
        rows,
        empty=_nothing(connector.capabilities, found),
    )
    for reason in refused:
        show.line(f"{reason}: {refused_because(reason, connector, found)}")
    if kept:
        show.line(
            f"{kept} lie in quarantine, genuine and unread: heard connect quarantine --business "
            f"{found.business}"
        )


def _asked(poll: Poll) -> dict[str, Any]:
    """Where the polling of a connection stands."""
    told: dict[str, Any] = {"every_seconds": poll.every, "since": stamp(poll.since)}
    told |= {
        "last": stamp(poll.polled_at) if poll.polled_at else None,
        "next": stamp(poll.wait_until or poll.poll_at),
    }
    trouble = f"{poll.trouble.code}: {poll.trouble.words}" if poll.trouble else None
    return told | {
        "failures": poll.failures,
        "trouble": trouble,
        "reading_older_pages": bool(poll.cursors),
    }


def _cell(value: object) -> show.Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        show.at(value)
        if isinstance(value, str) and value.endswith("Z")
        else str(value)
        if value is not None
        else "never"
    )


def last(notes: list[Noted], *results: str) -> str | None:
    """When a request with one of these results came last."""
    return next((each.at for each in notes if each.result in results), None)


def latest(stack: Stack, connection: str) -> list[Noted]:
    """The latest notes of a connection, as many as it takes to find the last of a kind."""
    return stack.deliveries.of_connection(connection, _LOOKED_AT)


def refused_because(reason: str, connector: Connector, connection: Connection) -> str:
    """What to do about requests that were refused for this reason."""
    about, rotate = connector.capabilities, f"heard connect rotate {connection.id}"
    match reason:
        case RefusalReason.SIGNATURE_MISSING:
            entered = (
                f"no secret is entered at {about.title} ({rotate} makes a new one to enter)"
                if _ours(about)
                else "it does not sign"
            )
            return f"what came was not signed. Either {entered}, or something between removes the header, or a stranger sent it."
        case RefusalReason.SIGNATURE_MALFORMED:
            return f"what came is not signed as {about.title} signs. Is the address entered elsewhere, or does a proxy change headers?"
        case RefusalReason.SIGNATURE_WRONG if isinstance(connector.scheme, TwilioV1):
            changed = f"a changed token: {rotate} --secret-file …"
            return f"another token or another address. {about.title} must have exactly {connection.url}; {changed}"
        case RefusalReason.SIGNATURE_WRONG if _ours(about):
            return f"{about.title} signs with another secret, or something changes the body. Lost the secret? {rotate} makes a new one."
        case RefusalReason.SIGNATURE_WRONG:
            given = (
                f" If it changed: {rotate} --secret-file …"
                if about.secret is not Secret.NONE
                else " Check the connection's settings."
            )
            return f"the signature does not fit what is stored here, or something changes the body.{given}"
        case RefusalReason.STALE:
            return "it came long after it was signed: a queue on the way, a clock that is off, or somebody sending an old request again."
        case RefusalReason.NO_SECRET:
            return f"there is nothing to check signatures with: {rotate}{'' if _ours(about) else ' --secret-file …'}"
        case _:
            return "look at the log of the ingest function."


def _ours(platform: Capabilities) -> bool:
    return platform.secret in {Secret.MADE_HERE, Secret.KEPT_HERE}


def _advice(note: Noted, connector: Connector, connection: Connection) -> str | None:
    return refused_because(note.reason, connector, connection) if note.result == "refused" else None


def _nothing(platform: Capabilities, connection: Connection) -> str:
    if not platform.pushes:
        return (
            f"{platform.title} sends nothing by itself; ask it: heard connect poll {connection.id}"
        )
    return f"Nothing came in the last two weeks. Is {connection.url} entered at {platform.title}? Try it: heard connect test {connection.id}"


def _coloured(result: str) -> Any:
    styles = {"accepted": "green", "handshake": "green", "refused": "red", "quarantined": "yellow"}
    return show.Text(result, style=styles.get(result, ""))
