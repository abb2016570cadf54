"""`heard connect add`: connect a business to a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from heard import clock
from heard.addresses import AddressLock, new_connection_id, new_token, token_digest, with_token
from heard.connectors import Capabilities, Connection, SecretOrigin
from heard.storage.setup import Business, InboundSecret
from heard_cli import options, show
from heard_cli.connect.addresses import address_to_paste
from heard_cli.connect.connections import connection_json
from heard_cli.connect.credentials import (
    SHELL_HISTORY,
    check_settings,
    choose_signing_secret,
    collect_credentials,
    parse_pairs,
    read_credential_files,
    read_credentials_file,
    read_secret,
)
from heard_cli.durations import parse_duration
from heard_cli.platforms import load_connector
from heard_cli.stack import CommandError, Stack, is_loopback, on_stack


@on_stack
def add(
    stack: Stack,
    platform: Annotated[str, options.PLATFORM_ARGUMENT],
    business: Annotated[str, options.BUSINESS],
    setting: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A setting of the platform that is not secret."),
    ] = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help=f"A credential for replies. {SHELL_HISTORY}: use the file or the prompt instead.",
        ),
    ] = None,
    credentials_file: Annotated[
        Path | None,
        typer.Option(
            allow_dash=True, help="The credentials as a JSON object in a file, or - for stdin."
        ),
    ] = None,
    credential_file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="A credential that is a file: a key in PEM, an account's JSON.",
        ),
    ] = None,
    receive_only: Annotated[
        bool,
        typer.Option(
            "--receive-only",
            help="Connect without credentials: Heard receives only, and people reply at the "
            "platform.",
        ),
    ] = False,
    secret: Annotated[
        str | None,
        typer.Option(
            help="The signing secret, if the platform created it. "
            f"{SHELL_HISTORY}: use --secret-file instead."
        ),
    ] = None,
    secret_file: Annotated[Path | None, options.SECRET_FILE] = None,
    secret_later: Annotated[
        bool,
        typer.Option(
            "--secret-later",
            help="The platform shows its secret only after you enter the address there. Until you "
            "add the secret, all requests are refused.",
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="For polled platforms: reviews older than this (for example 7d) are stored but "
            "not answered. Default: 1d."
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            help="Public address of the stack, if platforms do not reach it at its own address."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON on stdout, with the secret.")
    ] = False,
) -> None:
    """Connect a business to a platform: store its secrets, and show what to enter at the platform.

    In a terminal, missing credentials are asked for (input is hidden). Heard creates the signing
    secret unless the platform does, and shows it once.
    """
    connector = load_connector(platform, "PLATFORM")
    capabilities = connector.capabilities
    credential_values = read_credentials_file(credentials_file) if credentials_file else {}
    credential_values |= read_credential_files(credential_file or ()) | parse_pairs(
        credential or (), "--credential"
    )
    secret_input = read_secret(secret, secret_file)
    local = stack.on_this_machine
    settings = check_settings(capabilities, parse_pairs(setting or (), "--setting"), loopback=local)
    base = _check_public_url(public_url, loopback=local) or stack.public_url
    owner = stack.business(business)
    _refuse_second_instance(stack, capabilities.title, owner, platform, settings)
    credentials = collect_credentials(
        capabilities, credential_values, settings, receive_only=receive_only
    )
    inbound_secret = choose_signing_secret(
        connector, secret_input, credentials, secret_later=secret_later
    )
    if since is not None and capabilities.poll_seconds is None:
        raise typer.BadParameter(
            f"{capabilities.title} is not polled: it sends new reviews itself.",
            param_hint="--since",
        )
    connection = create_connection(
        stack,
        new_connection(platform, owner, base, settings, has_credentials=bool(credentials)),
        credentials,
        inbound_secret,
        since=clock.now() - parse_duration(since, "--since") if since is not None else None,
    )
    secret_to_paste = (
        inbound_secret
        if capabilities.secret_origin is SecretOrigin.GENERATED and secret_input is None
        else None
    )
    address = address_to_paste(connector, connection, secret_to_paste)
    if as_json:
        show.data(
            {
                **connection_json(connection),
                "secret": secret_to_paste,
                "address_to_paste": address,
                "guide": capabilities.guide.splitlines(),
                "limitations": list(capabilities.limitations),
            }
        )
        return
    show.line(f"{capabilities.title} is connected to {owner.name}.", style="bold green")
    show.fields(
        {"connection": connection.id, "address": address}
        | ({"secret": secret_to_paste} if secret_to_paste and address == connection.url else {})
    )
    if secret_to_paste:
        rotate = stack.options.command_line(f"connect rotate {connection.id}")
        show.note(f"The secret is shown only once. If you lose it, create a new one: {rotate}")
    if inbound_secret is None and capabilities.secret_origin is SecretOrigin.FROM_PLATFORM:
        _print_missing_secret(stack, capabilities, connection)
    if not credentials and capabilities.credentials:
        show.note(
            "Without credentials Heard receives reviews but cannot reply. People must reply at the "
            "platform."
        )
    _print_next_steps(stack, capabilities, connection)


def _print_missing_secret(stack: Stack, capabilities: Capabilities, connection: Connection) -> None:
    polled = " (polled reviews still arrive)" if capabilities.poll_seconds is not None else ""
    rotate = stack.options.command_line(f"connect rotate {connection.id} --secret-file FILE")
    show.note(
        f"Until the secret of {capabilities.title} is stored, every webhook request is "
        f"refused{polled}. Store it: {rotate}"
    )


def _print_next_steps(stack: Stack, capabilities: Capabilities, connection: Connection) -> None:
    show.line()
    for step in capabilities.guide.splitlines():
        show.line(step)
    if capabilities.limitations:
        show.line()
        show.line("Limitations:", style="bold")
        for limitation in capabilities.limitations:
            show.line(limitation)
    word = "test" if capabilities.pushes else "poll"
    show.line()
    show.line(f"Then test it: {stack.options.command_line(f'connect {word} {connection.id}')}")


def _refuse_second_instance(
    stack: Stack, title: str, owner: Business, platform: str, settings: Mapping[str, str]
) -> None:
    """Refuse a second instance of software that anyone can host, within one business.

    Each instance counts its reviews for itself, so two of them use the same ids.
    """
    base_url = settings.get("base_url", "").rstrip("/").casefold()
    for other in stack.setup.connections(owner.id):
        other_url = other.settings.get("base_url", "").rstrip("/").casefold()
        if other.platform == platform and other_url != base_url:
            raise CommandError(
                f"{owner.name} is connected to {title} at {other_url} already, and two instances "
                "can use the same ids for different reviews.",
                "Add a separate business for it:",
                'business add NEW_ID --name "Its Name"',
            )


def _check_public_url(url: str | None, *, loopback: bool) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(url)):
        return url.rstrip("/")
    raise typer.BadParameter("it must begin with https://.", param_hint="--public-url")


def new_connection(
    platform: str,
    owner: Business,
    base: str,
    settings: Mapping[str, str],
    *,
    has_credentials: bool,
) -> Connection:
    """A connection with a new id at the public address `base`. It has no token yet."""
    id = new_connection_id()
    return Connection(
        id, owner.id, platform, f"{base}/hooks/{id}", settings, has_credentials, owner.name
    )


def create_connection(
    stack: Stack,
    connection: Connection,
    credentials: Mapping[str, str],
    secret: str | None,
    *,
    since: datetime | None = None,
) -> Connection:
    """Store a connection with its secrets and a new token, all or nothing.

    Returns it with its whole address. The secrets come first, so that its webhook never opens
    without them. Polled reviews older than `since` are stored but not answered.
    """
    token, now = new_token(), clock.now()
    connection = replace(connection, lock=AddressLock(token_digest(token)))
    try:
        stack.secrets.put_token(connection.id, token)
        if secret is not None:
            stack.secrets.put_inbound(connection.id, InboundSecret(secret, changed_at=now))
        if credentials:
            stack.secrets.put_credentials(connection.id, credentials)
        stack.setup.put_connection(connection, now, since=since)
    except BaseException:
        try:
            # It may be stored even though the response was lost.
            stack.setup.remove_connection(connection.id)
        finally:
            stack.secrets.remove(connection.id)
        raise
    return replace(connection, url=with_token(connection.url, token))
