"""`heard connect rotate`: a new signing secret for a connection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import SecretOrigin, load
from heard.storage.setup import InboundSecret
from heard_cli import options, show
from heard_cli.connect.addresses import address_to_paste
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
            help="End an earlier rotation now, even if its old secret is still valid.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON on stdout, with the secret.")
    ] = False,
) -> None:
    """Give a connection a new signing secret.

    The old one stays valid for a while, so no request is refused.
    """
    connection = require_connection(stack, connection_id)
    overlap_time = parse_duration(overlap, "--overlap")
    connector = load(connection.platform)
    capabilities = connector.capabilities
    if capabilities.secret_origin is SecretOrigin.NONE:
        raise CommandError(
            f"{capabilities.title} has no signing secret to rotate.",
            "If the address was leaked, add a new connection and remove this one:",
            f"connect add {connection.platform} --business {connection.business}",
        )
    now = clock.now()
    old_secret = stack.secrets.inbound(connection.id)
    if overlap_time and not end_overlap:
        _refuse_second_overlap(old_secret, len(old_secret.valid_secrets(now)) if old_secret else 0)
    secret_input = read_secret(secret, secret_file)
    new_secret = choose_signing_secret(connector, secret_input, {})
    if new_secret is None:
        raise typer.BadParameter(
            f"{capabilities.title} creates the secret itself: {capabilities.secret_help}.",
            param_hint="--secret-file",
        )
    if old_secret and new_secret == old_secret.current:
        raise CommandError("This is the current secret already.", "Nothing was changed.")
    old_until = now + overlap_time
    stack.secrets.put_inbound(
        connection.id,
        InboundSecret(new_secret, old_secret.current, old_until)
        if old_secret and overlap_time
        else InboundSecret(new_secret),
    )
    if (name := capabilities.secret_credential) and (
        credentials := stack.secrets.credentials(connection.id)
    ):
        # The same token signs deliveries and replies.
        stack.secrets.put_credentials(connection.id, credentials | {name: new_secret})
    secret_to_paste = (
        new_secret
        if capabilities.secret_origin is SecretOrigin.GENERATED and secret_input is None
        else None
    )
    valid_until = format_time(old_until) if old_secret and overlap_time else None
    address = address_to_paste(connector, connection, secret_to_paste)
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
        show.fields(
            {"secret": secret_to_paste} if address == connection.url else {"address": address}
        )
    show.note("It counts at the door within a minute.")
    if valid_until:
        show.note(
            f"The old one stays valid until {show.timestamp(valid_until)}: change it at the "
            "platform before then."
        )
    elif old_secret:
        show.note("The old secret becomes invalid within a minute.")
    else:
        show.note("This is the first secret.")


def _refuse_second_overlap(old_secret: InboundSecret | None, valid_count: int) -> None:
    """Refuse a rotation that would make a secret invalid which is still in its overlap."""
    if old_secret is None or old_secret.previous_until is None or valid_count < 2:
        return
    raise CommandError(
        "An earlier rotation is not finished: its old secret is valid until "
        f"{show.timestamp(format_time(old_secret.previous_until))} and would become invalid now.",
        "If the platform already signs with the newest secret, add --end-overlap. Otherwise wait.",
    )
