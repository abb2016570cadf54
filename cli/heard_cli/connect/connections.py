"""`heard connect list`, `show` and `remove`: the connections that exist."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import Capabilities, Connection, SecretOrigin, can_reply, load
from heard_cli import options, show
from heard_cli.confirm import confirm
from heard_cli.connect import deliveries, guide
from heard_cli.connect.addresses import with_address
from heard_cli.stack import Stack, on_stack, require_connection


@on_stack
def list_connections(
    stack: Stack,
    business: Annotated[str | None, options.BUSINESS] = None,
    all_platforms: Annotated[
        bool,
        typer.Option("--platforms", help="List all supported platforms and what each can do."),
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the connections of a business, or all supported platforms."""
    if all_platforms:
        guide.list_platforms(as_json=as_json)
        return
    if business is None:
        raise typer.BadParameter("give --business or --platforms.", param_hint="--business")
    stack.business(business)
    connections = stack.setup.connections(business)
    if as_json:
        show.data([connection_json(connection) for connection in connections])
        return
    add = stack.options.command_line(f"connect add PLATFORM --business {business}")
    show.table(
        ("platform", "channel", "inbound", "authenticated by", "replies", "connection"),
        [
            _table_row(connection, load(connection.platform).capabilities)
            for connection in connections
        ],
        empty=f"No connections yet. Add one: {add}",
    )


@on_stack
def show_one(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    address: Annotated[
        bool,
        typer.Option(
            "--address", help="Show the whole address too. Who has it can send to the webhook."
        ),
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show a connection (without its secrets) and when its last requests came."""
    connection = require_connection(stack, connection_id)
    if address:
        connection = with_address(stack, connection)
    capabilities = load(connection.platform).capabilities
    notes = deliveries.recent_notes(stack, connection.id)
    last_accepted = deliveries.last_result_at(notes, "accepted", "quarantined")
    last_refused = deliveries.last_result_at(notes, "refused")
    secret = stack.secrets.inbound(connection.id)
    overlap_until = (
        format_time(secret.previous_until)
        if secret and secret.previous_until and clock.now() < secret.previous_until
        else None
    )
    credentials = sorted(stack.secrets.credentials(connection.id))
    if as_json:
        show.data(
            {
                **connection_json(connection),
                "signed": secret is not None,
                "old_secret_until": overlap_until,
                "credentials": credentials,
                "last_accepted": last_accepted,
                "last_refused": last_refused,
            }
        )
        return
    overlap_text = (
        f"; the old secret is valid until {show.timestamp(overlap_until)}" if overlap_until else ""
    )
    fields: dict[str, show.Cell] = {
        "connection": connection.id,
        "business": f"{connection.business} ({connection.business_name})",
        "platform": connection.platform,
        "channel": channel(connection),
        "inbound": guide.inbound_label(capabilities, connection),
        "authenticated by": guide.authenticated_by(capabilities, connection),
        "address": connection.url if address else _without_token(connection),
        "signed with": _signing_description(capabilities, stored=secret is not None) + overlap_text,
        "credentials": ", ".join(credentials) or "none",
    }
    fields |= {f"setting {name}": value for name, value in sorted(connection.settings.items())}
    if capabilities.pushes:
        fields |= {
            "last accepted": show.timestamp(last_accepted or "") or "none in the last two weeks",
            "last refused": show.timestamp(last_refused or "") or "none in the last two weeks",
        }
    show.fields(fields)
    if capabilities.pushes:
        recent = stack.options.command_line(f"connect deliveries {connection.id}")
        show.note(f"Recent requests, and why some were refused: {recent}")


@on_stack
def remove(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    yes: Annotated[bool, options.YES] = False,
) -> None:
    """Remove a connection and its secrets.

    Its webhook address stops working. Its reviews stay, but Heard can no longer reply to them.
    """
    connection = require_connection(stack, connection_id)
    question = (
        f"Remove the connection of {connection.business} to {connection.platform}? "
        "Its secrets are deleted."
    )
    if not yes:
        confirm(question, "Nothing was removed.")
    # The connection first: a webhook that is gone needs no secrets, and secrets that are left
    # behind do no harm.
    stack.setup.remove_connection(connection.id)
    stack.secrets.remove(connection.id)
    show.line(f"Removed {connection.id}.")
    show.note("Remove the webhook at the platform too. The address returns 404 within a minute.")


def channel(connection: Connection) -> str:
    """The channel of a connection's reviews: its own setting, or the platform's."""
    return (
        connection.settings.get("channel") or load(connection.platform).capabilities.channel.value
    )


def connection_json(connection: Connection) -> dict[str, Any]:
    """A connection as JSON, without secrets. `url` is as whole as that of `connection`."""
    capabilities = load(connection.platform).capabilities
    return {
        **{name: value for name, value in asdict(connection).items() if name != "lock"},
        "settings": dict(connection.settings),
        "channel": channel(connection),
        "inbound": guide.inbound_ways(capabilities),
        "authenticated_by": guide.authenticated_by(capabilities, connection),
    }


def _without_token(connection: Connection) -> str:
    """The address as anybody may see it."""
    if connection.lock is None:
        scheme, _, _ = connection.url.rpartition("/")
        return f"{scheme}/… (shown with --address)"
    return f"{connection.url}.… (shown with --address)"


def _table_row(connection: Connection, capabilities: Capabilities) -> tuple[show.Cell, ...]:
    return (
        connection.platform,
        channel(connection),
        guide.inbound_label(capabilities, connection),
        guide.authenticated_by(capabilities, connection),
        "yes" if can_reply(connection) else "no",
        connection.id,
    )


def _signing_description(capabilities: Capabilities, *, stored: bool) -> str:
    if stored:
        return "a secret"
    if not capabilities.signed:
        return (
            "nothing (the secret address is the only protection)"
            if capabilities.pushes
            else "nothing (reviews are read from the platform's API)"
        )
    return (
        "a public key of the platform"
        if capabilities.secret_origin is SecretOrigin.NONE
        else "nothing yet: all webhook requests are refused until you run heard connect rotate"
    )
