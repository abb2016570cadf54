"""`heard connect`: a business's connections to review platforms."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import Capabilities, Connection, Connector, SecretOrigin, load
from heard.connectors.signatures import BasicAuth
from heard.storage.setup import Business, InboundSecret
from heard_cli import show
from heard_cli.connect import deliveries, guide, poll, test, verify
from heard_cli.connect.credentials import (
    check_settings,
    choose_signing_secret,
    collect_credentials,
    parse_pairs,
    read_credential_files,
    read_credentials_file,
    read_secret,
)
from heard_cli.connect.quarantine import quarantine
from heard_cli.durations import parse_duration
from heard_cli.stack import CommandError, Stack, is_loopback, on_stack, require_connection

app = typer.Typer(
    help="Connections to review platforms.", no_args_is_help=True, add_completion=False
)

_HISTORY: Final = "It stays in your shell's history"
_ID_HELP: Final = "The connection's id (con_…)."
_ADD: Final = (
    "Example: heard connect add discourse --business acme --setting "
    "base_url=https://forum.acme.example "
    "--setting api_username=acme --credentials-file discourse.json"
)
_VERIFY: Final = (
    "Example: heard connect verify --platform discourse --secret-file secret.txt --url "
    "https://…/hooks/con_… "
    "--headers headers.txt --body body.json"
)


@app.command(epilog=_ADD)
@on_stack
def add(
    stack: Stack,
    platform: Annotated[
        str, typer.Argument(help="One of those that heard connect list --platforms shows.")
    ],
    business: Annotated[str, typer.Option(help="Id of the business.")],
    setting: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A setting of the platform that is not secret."),
    ] = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help=f"A credential for replies. {_HISTORY}: use the file or the prompt instead.",
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
            help=(
                "Connect without credentials: Heard receives only, and people reply at the "
                "platform."
            ),
        ),
    ] = False,
    secret: Annotated[
        str | None,
        typer.Option(
            help=(
                f"The signing secret, if the platform chose it. {_HISTORY}: use --secret-file "
                "instead."
            )
        ),
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
    secret_later: Annotated[
        bool,
        typer.Option(
            "--secret-later",
            help=(
                "The platform shows its secret only after you enter the address there. Until you "
                "add the secret, all requests are rejected."
            ),
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help=(
                "For polled platforms: reviews older than this (for example 7d) are stored but "
                "not answered. Default: 1d."
            )
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

    In a terminal, missing credentials are asked for (input is hidden). Heard creates the signing secret unless the platform chose it, and shown once.
    """
    capabilities = guide.load_capabilities(platform)
    platform_connector = load(platform)
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
        platform_connector, secret_input, credentials, secret_later=secret_later
    )
    if since is not None and capabilities.poll_seconds is None:
        raise typer.BadParameter(
            f"{capabilities.title} is not polled: it sends new reviews itself.",
            param_hint="--since",
        )
    since_time = clock.now() - parse_duration(since, "--since") if since is not None else None
    connection = create_connection(
        stack, platform, owner, base, settings, credentials, inbound_secret, since=since_time
    )
    id = connection.id
    secret_to_paste = (
        inbound_secret
        if capabilities.secret_origin is SecretOrigin.GENERATED and secret_input is None
        else None
    )
    address_to_paste = _address_to_paste(platform_connector, connection, secret_to_paste)
    if as_json:
        lists = {
            "guide": capabilities.guide.splitlines(),
            "limitations": list(capabilities.limitations),
        }
        show.data(
            {
                **_connection_json(connection),
                "secret": secret_to_paste,
                "address_to_paste": address_to_paste,
                **lists,
            }
        )
        return
    show.line(f"{capabilities.title} is connected to {owner.name}.", style="bold green")
    show.fields(
        {"connection": id, "address": address_to_paste}
        | (
            {"secret": secret_to_paste}
            if secret_to_paste and address_to_paste == connection.url
            else {}
        )
    )
    if secret_to_paste:
        show.note(
            "The secret is shown only once. If you lose it, create a new one: heard connect rotate"
        )
    if inbound_secret is None and capabilities.secret_origin is SecretOrigin.FROM_PLATFORM:
        warning = (
            f"Until the secret of {capabilities.title} is stored, every webhook request is rejected"
        )
        poll_note = (
            " (polled reviews still arrive)" if capabilities.poll_seconds is not None else ""
        )
        show.note(f"{warning}{poll_note}. Give it: heard connect rotate {id} --secret-file …")
    if not credentials and capabilities.credentials:
        show.note(
            "Without credentials Heard receives reviews but cannot reply. People must reply "
            "at the platform."
        )
    show.line()
    for step in capabilities.guide.splitlines():
        show.line(step)
    if capabilities.limitations:
        show.line()
        show.line("Limitations:", style="bold")
        for each in capabilities.limitations:
            show.line(each)
    show.line(f"Then try it: heard connect {'test' if capabilities.pushes else 'poll'} {id}")


@app.command("list", epilog="Example: heard connect list --business acme")
@on_stack
def list_connections(
    stack: Stack,
    business: Annotated[str | None, typer.Option(help="Id of the business.")] = None,
    all_platforms: Annotated[
        bool,
        typer.Option("--platforms", help="List all supported platforms and what each can do."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
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
        show.data([_connection_json(connection) for connection in connections])
        return
    rows = [_row(each, load(each.platform).capabilities) for each in connections]
    empty = f"No connections yet: heard connect add PLATFORM --business {business}"
    show.table(
        ("platform", "channel", "in", "authenticated by", "replies", "connection"),
        rows,
        empty=empty,
    )


@app.command("show", epilog="Example: heard connect show con_…")
@on_stack
def show_one(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show a connection (without its secrets) and when its last requests came."""
    target = require_connection(stack, connection)
    capabilities = load(target.platform).capabilities
    notes = deliveries.recent_notes(stack, target.id)
    last_accepted, last_refused = (
        deliveries.last_result_at(notes, "accepted", "quarantined"),
        deliveries.last_result_at(notes, "refused"),
    )
    secret, now = stack.secrets.inbound(target.id, fresh=True), clock.now()
    overlap_until = (
        format_time(secret.previous_until)
        if secret and secret.previous_until and now < secret.previous_until
        else None
    )
    credentials = sorted(stack.secrets.credentials(target.id))
    if as_json:
        last_times = {"last_accepted": last_accepted, "last_refused": last_refused}
        show.data(
            {
                **_connection_json(target),
                "signed": secret is not None,
                "old_secret_until": overlap_until,
                "credentials": credentials,
                **last_times,
            }
        )
        return
    signing_text = _signing_description(capabilities, stored=secret is not None) + (
        f"; the old secret is valid until {show.timestamp(overlap_until)}" if overlap_until else ""
    )
    owner = f"{target.business} ({target.business_name})"
    fields: dict[str, show.Cell] = {
        "connection": target.id,
        "business": owner,
        "platform": target.platform,
        "channel": _channel(target),
    }
    fields |= {
        "reviews come": guide.inbound_label(capabilities, target),
        "authenticated by": guide.authenticated_by(capabilities, target),
    }
    fields |= {
        "address": target.url,
        "signed with": signing_text,
        "credentials": ", ".join(credentials) or "none",
    }
    fields |= {f"setting {name}": value for name, value in sorted(target.settings.items())}
    if capabilities.pushes:
        fields |= {
            "last accepted": show.timestamp(last_accepted or "") or "none in the last two weeks",
            "last refused": show.timestamp(last_refused or "") or "none in the last two weeks",
        }
    show.fields(fields)
    if capabilities.pushes:
        show.note(
            f"Recent requests, and why some were rejected: heard connect deliveries {target.id}"
        )


@app.command(epilog="Example: heard connect rotate con_… --overlap 7d")
@on_stack
def rotate(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    overlap: Annotated[
        str,
        typer.Option(
            help="How long the old secret stays valid: 30m, 24h, 7d. Use 0 if it was leaked."
        ),
    ] = "24h",
    secret: Annotated[
        str | None,
        typer.Option(
            help=f"The new secret, if the platform chose it. {_HISTORY}: use --secret-file instead."
        ),
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
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

    The old one stays valid for a while, so that nothing is refused meanwhile.
    """
    target = require_connection(stack, connection)
    overlap_time = parse_duration(overlap, "--overlap")
    platform_connector = load(target.platform)
    capabilities = platform_connector.capabilities
    if capabilities.secret_origin is SecretOrigin.NONE:
        advice = (
            f"If the address was leaked: heard connect add {target.platform} --business "
            f"{target.business}, then heard connect remove {target.id}"
        )
        raise CommandError(f"{capabilities.title} has no signing secret to rotate.", advice)
    now = clock.now()
    old_secret = stack.secrets.inbound(target.id, fresh=True)
    if (
        old_secret
        and len(old_secret.valid_secrets(now)) > 1
        and overlap_time
        and not end_overlap
        and old_secret.previous_until
    ):
        message = (
            "An earlier rotation is not finished: its old secret is valid until "
            f"{show.timestamp(format_time(old_secret.previous_until))} and would become invalid "
            "now."
        )
        raise CommandError(
            message,
            (
                "If the platform already signs with the newest secret, add --end-overlap. "
                "Otherwise wait."
            ),
        )
    secret_input = read_secret(secret, secret_file)
    new_secret = choose_signing_secret(platform_connector, secret_input, {})
    if new_secret is None:
        message = f"{capabilities.title} chooses the secret: {capabilities.secret_help}."
        raise typer.BadParameter(message, param_hint="--secret-file")
    if old_secret and new_secret == old_secret.current:
        raise CommandError("This is the current secret already.", "Nothing was changed.")
    old_until = now + overlap_time
    stack.secrets.put_inbound(
        target.id,
        InboundSecret(new_secret, old_secret.current, old_until)
        if old_secret and overlap_time
        else InboundSecret(new_secret),
    )
    if (name := capabilities.secret_credential) and (
        credentials := stack.secrets.credentials(target.id)
    ):
        # The same token signs deliveries and replies.
        stack.secrets.put_credentials(target.id, credentials | {name: new_secret})
    secret_to_paste = (
        new_secret
        if capabilities.secret_origin is SecretOrigin.GENERATED and secret_input is None
        else None
    )
    valid_until = format_time(old_until) if old_secret and overlap_time else None
    address_to_paste = _address_to_paste(platform_connector, target, secret_to_paste)
    if as_json:
        show.data(
            {
                "id": target.id,
                "secret": secret_to_paste,
                "address_to_paste": address_to_paste,
                "old_secret_until": valid_until,
            }
        )
        return
    show.line("The connection has a new secret.", style="bold green")
    if secret_to_paste:
        show.fields(
            {"secret": secret_to_paste}
            if address_to_paste == target.url
            else {"address": address_to_paste}
        )
    if valid_until:
        show.note(
            f"The old one stays valid until {show.timestamp(valid_until)}: change it at the "
            "platform before then."
        )
    else:
        show.note(
            "The old secret becomes invalid within a minute."
            if old_secret
            else "This is the first secret. It is valid from now on."
        )


@app.command(epilog="Example: heard connect remove con_… --yes")
@on_stack
def remove(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a connection and its secrets. Its address stops answering.

    Reviews that came through it stay, but cannot be answered there.
    """
    target = require_connection(stack, connection)
    if not yes and not typer.confirm(
        (
            f"Remove the connection of {target.business} to {target.platform}? Its secrets are "
            "deleted."
        ),
        err=True,
    ):
        raise CommandError("Nothing was removed.")
    # The connection first: a door that is gone needs no secrets, and secrets that are left behind
    # do no harm.
    stack.setup.remove_connection(target.id)
    stack.secrets.remove(target.id)
    show.line(f"Removed {target.id}.")
    show.note("Remove the webhook at the platform too. The address returns 404 within a minute.")


app.command("test", epilog="Example: heard connect test con_… --full")(test.run_test)
app.command("verify", epilog=_VERIFY)(verify.verify)
app.command("deliveries", epilog="Example: heard connect deliveries con_… --limit 50")(
    deliveries.deliveries
)
app.command("poll", epilog="Example: heard connect poll con_…")(poll.poll)
app.command("guide", epilog="Example: heard connect guide trustpilot")(guide.guide)
app.command("quarantine", epilog="Example: heard connect quarantine --business acme --replay-all")(
    quarantine
)


def _refuse_second_instance(
    stack: Stack, title: str, owner: Business, platform: str, settings: Mapping[str, str]
) -> None:
    """Refuse a second instance of a platform that everybody may run.

    Each counts its reviews for itself, so that ids would meet.
    """
    base_url = settings.get("base_url", "").rstrip("/").casefold()
    for other in stack.setup.connections(owner.id):
        other_url = other.settings.get("base_url", "").rstrip("/").casefold()
        if other.platform == platform and other_url != base_url:
            message = (
                f"{owner.name} is connected to {title} at {other_url} already, and two instances "
                "can use the same ids for different reviews."
            )
            raise CommandError(
                message, 'Add a separate business for it: heard business add … --name "…"'
            )


def _check_public_url(url: str | None, *, loopback: bool) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(url)):
        return url.rstrip("/")
    raise typer.BadParameter("it must begin with https://.", param_hint="--public-url")


def create_connection(
    stack: Stack,
    platform: str,
    owner: Business,
    base: str,
    settings: Mapping[str, str],
    credentials: Mapping[str, str],
    secret: str | None,
    *,
    since: datetime | None = None,
) -> Connection:
    """A new connection, stored whole or not at all.

    Secrets first, so that its door never opens without them.

    Where the platform is asked, reviews older than `since` are noted and not answered.
    """
    id = f"con_{randomness.token_urlsafe(24)}"
    connection = Connection(
        id, owner.id, platform, f"{base}/hooks/{id}", settings, bool(credentials), owner.name
    )
    try:
        if secret is not None:
            stack.secrets.put_inbound(connection.id, InboundSecret(secret))
        if credentials:
            stack.secrets.put_credentials(connection.id, credentials)
        stack.setup.put_connection(connection, clock.now(), since=since)
    except BaseException:
        try:
            # It may have been written even though the answer was lost.
            stack.setup.remove_connection(connection.id)
        finally:
            stack.secrets.remove(connection.id)
        raise
    return connection


def _channel(connection: Connection) -> str:
    return (
        connection.settings.get("channel") or load(connection.platform).capabilities.channel.value
    )


def _connection_json(connection: Connection) -> dict[str, Any]:
    capabilities = load(connection.platform).capabilities
    inbound_fields = {
        "channel": _channel(connection),
        "inbound": guide.inbound_ways(capabilities),
        "authenticated_by": guide.authenticated_by(capabilities, connection),
    }
    return asdict(connection) | {"settings": dict(connection.settings)} | inbound_fields


def _row(connection: Connection, capabilities: Capabilities) -> tuple[show.Cell, ...]:
    replies = (
        "no"
        if capabilities.replies == "none"
        or (capabilities.credentials and not connection.has_credentials)
        else "yes"
    )
    inbound_cells = (
        guide.inbound_label(capabilities, connection),
        guide.authenticated_by(capabilities, connection),
    )
    return (connection.platform, _channel(connection), *inbound_cells, replies, connection.id)


def _address_to_paste(connector: Connector, connection: Connection, secret: str | None) -> str:
    """The address as it is entered at the platform.

    With user and password where only the address can carry them.
    """
    if secret is None or not isinstance(connector.scheme, BasicAuth):
        return connection.url
    user, _, password = secret.partition(":")
    scheme, _, rest = connection.url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


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
        else "nothing yet: all webhook requests are rejected until you run rotate"
    )
