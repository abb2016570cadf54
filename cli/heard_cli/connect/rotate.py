"""`heard connect rotate`: a new signing secret, or a new address, for a connection."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from heard import clock
from heard.addresses import AddressLock, new_token, token_digest, with_token
from heard.clock import format_time, parse_time
from heard.connectors import Connection, SecretOrigin, load
from heard.connectors.signatures import BasicAuth
from heard.storage.setup import InboundSecret
from heard_cli import options, show
from heard_cli.connect.addresses import address_to_paste, with_address
from heard_cli.connect.credentials import SHELL_HISTORY, choose_signing_secret, read_secret
from heard_cli.durations import parse_duration
from heard_cli.stack import CommandError, Stack, on_stack, require_connection


@on_stack
def rotate(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    overlap: Annotated[
        str,
        typer.Option(
            help="How long the old secret stays valid: 30m, 24h, 7d. Use 0 if it was leaked."
        ),
    ] = "24h",
    secret: Annotated[
        str | None,
        typer.Option(
            help="The new secret, if the platform created it. "
            f"{SHELL_HISTORY}: use --secret-file instead."
        ),
    ] = None,
    secret_file: Annotated[Path | None, options.SECRET_FILE] = None,
    end_overlap: Annotated[
        bool,
        typer.Option(
            "--end-overlap",
            help="End an earlier rotation now, even if its old secret or address is still valid.",
        ),
    ] = False,
    new_address: Annotated[
        bool,
        typer.Option(
            "--address",
            help="Give the webhook a new address instead. Use it if the address was leaked, or is "
            "one of an earlier release.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON on stdout, with the secret.")
    ] = False,
) -> None:
    """Give a connection a new signing secret, or a new address.

    The old one stays valid for a while, so no request is refused.
    """
    connection = require_connection(stack, connection_id)
    overlap_time = parse_duration(overlap, "--overlap")
    if new_address:
        if overlap_time and not end_overlap:
            _refuse_second_address(connection)
        _rotate_address(stack, connection, overlap_time, as_json=as_json)
        return
    connector = load(connection.platform)
    capabilities = connector.capabilities
    if capabilities.secret_origin is SecretOrigin.NONE:
        raise CommandError(
            f"{capabilities.title} has no signing secret to rotate.",
            "If the address was leaked, give the webhook a new one:",
            f"connect rotate {connection.id} --address --overlap 0",
        )
    now = clock.now()
    old_secret = stack.secrets.inbound(connection.id)
    is_half_done = old_secret is not None and _is_half_done(old_secret, connection)
    if overlap_time and not end_overlap and not is_half_done:
        _refuse_second_overlap(old_secret, len(old_secret.valid_secrets(now)) if old_secret else 0)
    secret_input = read_secret(secret, secret_file)
    new_secret = choose_signing_secret(connector, secret_input, {})
    if new_secret is None:
        raise typer.BadParameter(
            f"{capabilities.title} creates the secret itself: {capabilities.secret_help}.",
            param_hint="--secret-file",
        )
    if old_secret and new_secret == old_secret.current and not is_half_done:
        stack.setup.note_change(connection.id, now)
        raise CommandError(
            "This is the current secret already.",
            "Nothing was changed. All functions read it again within a minute.",
        )
    # Nobody was shown the secret of a run that stopped half-way: the one before it is in use.
    used_secret = old_secret and (old_secret.previous if is_half_done else old_secret.current)
    old_until = now + overlap_time
    stack.secrets.put_inbound(
        connection.id,
        InboundSecret(new_secret, used_secret, old_until, now)
        if used_secret and overlap_time
        else InboundSecret(new_secret, changed_at=now),
    )
    if (name := capabilities.secret_credential) and (
        credentials := stack.secrets.credentials(connection.id)
    ):
        # The same token signs deliveries and replies.
        stack.secrets.put_credentials(connection.id, credentials | {name: new_secret})
    # After the secrets: what reads them from now on reads the new ones.
    stack.setup.note_change(connection.id, now)
    secret_to_paste = (
        new_secret
        if capabilities.secret_origin is SecretOrigin.GENERATED and secret_input is None
        else None
    )
    valid_until = format_time(old_until) if used_secret and overlap_time else None
    holds_secret = secret_to_paste is not None and isinstance(connector.scheme, BasicAuth)
    address = (
        address_to_paste(connector, with_address(stack, connection), secret_to_paste)
        if holds_secret
        else None
    )
    if as_json:
        show.data(
            {
                "id": connection.id,
                "secret": secret_to_paste,
                "address_to_paste": address,
                "old_secret_until": valid_until,
            }
        )
        return
    show.line("The connection has a new secret.", style="bold green")
    if secret_to_paste:
        show.fields({"address": address} if address else {"secret": secret_to_paste})
    show.note("It counts at the door at once, and everywhere within a minute.")
    if valid_until:
        show.note(
            f"The old one stays valid until {show.timestamp(valid_until)}: change it at the "
            "platform before then."
        )
    elif old_secret:
        show.note("The old secret becomes invalid within a minute.")
    else:
        show.note("This is the first secret.")


def _rotate_address(
    stack: Stack, connection: Connection, overlap: timedelta, *, as_json: bool
) -> None:
    token, now = new_token(), clock.now()
    # The token of an address of an earlier release is empty: its id was the whole address.
    lock = connection.lock or AddressLock(token_digest(""))
    stack.secrets.put_token(connection.id, token)
    # The token first: if this stops here, running it again gives another one.
    changed = replace(connection, lock=lock.with_token(token, now + overlap))
    stack.setup.put_connection(changed, now)
    address = with_token(connection.url, token)
    valid_until = format_time(now + overlap)
    if as_json:
        show.data({"id": connection.id, "url": address, "old_address_until": valid_until})
        return
    show.line("The connection has a new address.", style="bold green")
    show.fields({"address": address})
    show.note(
        f"The old one stays valid until {show.timestamp(valid_until)}: change it at the platform "
        "before then."
        if overlap
        else "The old address is refused within a minute."
    )


def _is_half_done(secret: InboundSecret, connection: Connection) -> bool:
    """Whether a run before stored this secret and stopped before the connection knew it."""
    changed_at = secret.changed_at
    return changed_at is not None and format_time(changed_at) > connection.changed_at


def _refuse_second_address(connection: Connection) -> None:
    """Refuse a rotation that would close an address which is still in its overlap."""
    until = connection.lock.previous_until if connection.lock else ""
    if not until or parse_time(until) <= clock.now():
        return
    raise CommandError(
        "An earlier rotation is not finished: the address before it is valid until "
        f"{show.timestamp(until)} and would be refused now.",
        "If the platform already uses the newest address, add --end-overlap. Otherwise wait.",
    )


def _refuse_second_overlap(old_secret: InboundSecret | None, valid_count: int) -> None:
    """Refuse a rotation that would make a secret invalid which is still in its overlap."""
    if old_secret is None or old_secret.previous_until is None or valid_count < 2:
        return
    raise CommandError(
        "An earlier rotation is not finished: its old secret is valid until "
        f"{show.timestamp(format_time(old_secret.previous_until))} and would become invalid now.",
        "If the platform already signs with the newest secret, add --end-overlap. Otherwise wait.",
    )
