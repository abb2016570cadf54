"""`heard connect`: a business's connections to review platforms."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from heard import clock
from heard.clock import stamp
from heard.connectors import Capabilities, Connection, Connector, load, platforms
from heard.errors import NotFound
from heard.storage.setup import Business, InboundSecret
from heard_cli import show, trial
from heard_cli.credentials import (
    SECRET_OF_PLATFORM,
    TO_BE_PASTED,
    credentials_for,
    file_of_credentials,
    pairs,
    secret_from,
    settings_for,
    signing_secret,
)
from heard_cli.periods import span
from heard_cli.quarantine import quarantine
from heard_cli.stack import Stack, Stop, is_loopback, known, on_stack

app = typer.Typer(help="Connections to review platforms.", no_args_is_help=True, add_completion=False)

_HISTORY: Final = "It ends up in your shell's history"
_ID_HELP: Final = "The connection's id (con_…)."
_ADD: Final = (
    "Example: heard connect add discourse --business acme --setting base_url=https://forum.acme.example "
    "--setting api_username=acme --credentials-file discourse.json"
)


@app.command(epilog=_ADD)
@on_stack
def add(
    stack: Stack,
    platform: Annotated[str, typer.Argument(help="One of those that heard connect list --platforms shows.")],
    business: Annotated[str, typer.Option(help="Whose reviews.")],
    setting: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the platform needs and is not secret.")] = None,
    credential: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help=f"A credential to reply with. {_HISTORY}: prefer the file or the prompt.")
    ] = None,
    credentials_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The credentials as a JSON object in a file, or - for stdin.")
    ] = None,
    receive_only: Annotated[bool, typer.Option("--receive-only", help="No credentials: people answer at the platform.")] = False,
    secret: Annotated[
        str | None, typer.Option(help=f"The signing secret, if the platform chose it. {_HISTORY}: prefer --secret-file.")
    ] = None,
    secret_file: Annotated[Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Where platforms reach the stack, if not at its own address.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout, with the secret.")] = False,
) -> None:
    """Connect a business to a platform: stores its secrets, and says what to paste there.

    Credentials are asked for, unseen, where they are missing and you sit at a terminal. The signing secret is made here unless the platform
    chose it, and shown once.
    """
    connector = _connector(platform).capabilities
    given = (file_of_credentials(credentials_file) if credentials_file else {}) | pairs(credential or (), "--credential")
    chosen = secret_from(secret, secret_file)
    local = stack.on_this_machine
    settings = settings_for(connector, pairs(setting or (), "--setting"), loopback=local)
    base = _public(public_url, loopback=local) or stack.public_url
    owner = stack.business(business)
    credentials = credentials_for(connector, given, settings, receive_only=receive_only)
    signing = signing_secret(connector, chosen, credentials)
    connection = connected(stack, platform, owner, base, settings, credentials, signing)
    id = connection.id
    pasted = signing if platform in TO_BE_PASTED and chosen is None else None
    if as_json:
        show.data({**_told(connection), "secret": pasted, "guide": connector.guide.splitlines()})
        return
    show.line(f"{connector.title} is connected to {owner.name}.", style="bold green")
    show.facts({"connection": id, "address": connection.url} | ({"secret": pasted} if pasted else {}))
    if pasted:
        show.say("The secret is not shown again. Lost it? heard connect rotate makes a new one.")
    if not credentials and connector.credentials:
        show.say("Without credentials Heard receives reviews and cannot answer them: people answer at the platform.")
    show.line()
    for step in connector.guide.splitlines():
        show.line(step)
    show.line(f"Then try it: heard connect test {id}")


@app.command("list", epilog="Example: heard connect list --business acme")
@on_stack
def list_connections(
    stack: Stack,
    business: Annotated[str | None, typer.Option(help="Whose.")] = None,
    all_platforms: Annotated[bool, typer.Option("--platforms", help="What can be connected, and what each platform can do.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List a business's connections, or the platforms there are."""
    if all_platforms:
        _platforms(as_json=as_json)
        return
    if business is None:
        raise typer.BadParameter("say whose connections, or --platforms.", param_hint="--business")
    stack.business(business)
    found = stack.setup.connections(business)
    if as_json:
        show.data([_told(connection) for connection in found])
        return
    rows = [(each.platform, _channel(each), "yes" if each.has_credentials else "no", each.id, each.url) for each in found]
    empty = f"No connections yet: heard connect add PLATFORM --business {business}"
    show.table(("platform", "channel", "replies", "connection", "address"), rows, empty=empty)


@app.command("show", epilog="Example: heard connect show con_…")
@on_stack
def show_one(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show a connection, without its secrets."""
    found = known(stack, connection)
    secret, now = stack.secrets.inbound(found.id, fresh=True), clock.now()
    overlap = stamp(secret.previous_until) if secret and secret.previous_until and now < secret.previous_until else None
    credentials = sorted(stack.secrets.credentials(found.id))
    if as_json:
        show.data({**_told(found), "signed": secret is not None, "old_secret_until": overlap, "credentials": credentials})
        return
    signing = "a secret" if secret else "nothing: its address is the secret"
    signing += f"; the old one counts until {show.at(overlap)}" if overlap else ""
    owner = f"{found.business} ({found.business_name})"
    about: dict[str, show.Cell] = {"connection": found.id, "business": owner, "platform": found.platform}
    about |= {"channel": _channel(found), "address": found.url, "signed with": signing, "credentials": ", ".join(credentials) or "none"}
    show.facts(about | {f"setting {name}": value for name, value in sorted(found.settings.items())})


@app.command(epilog="Example: heard connect rotate con_… --overlap 7d")
@on_stack
def rotate(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    overlap: Annotated[str, typer.Option(help="How long the old secret stays valid: 30m, 24h, 7d; 0 if it is known to others.")] = "24h",
    secret: Annotated[str | None, typer.Option(help=f"The new secret, if the platform chose it. {_HISTORY}: prefer --secret-file.")] = None,
    secret_file: Annotated[Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")] = None,
    end_overlap: Annotated[bool, typer.Option("--end-overlap", help="Even if the secret before the last still counts: end that.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout, with the secret.")] = False,
) -> None:
    """Give a connection a new signing secret; the old one stays valid for a while, so that nothing is refused meanwhile."""
    found = known(stack, connection)
    wait = span(overlap, "--overlap")
    connector = load(found.platform).capabilities
    if not connector.signed:
        advice = f"If it became known: heard connect add {found.platform} --business {found.business}, then heard connect remove {found.id}"
        raise Stop(f"{connector.title} signs nothing, so there is no secret to change; its address is the secret.", advice)
    now = clock.now()
    old = stack.secrets.inbound(found.id, fresh=True)
    if old and len(old.valid(now)) > 1 and wait and not end_overlap and old.previous_until:
        told = f"The secret before the last still counts until {show.at(stamp(old.previous_until))}, and would stop counting now."
        raise Stop(told, "If the platform signs with the last one already, say --end-overlap; else wait.")
    chosen = secret_from(secret, secret_file)
    new = signing_secret(connector, chosen, {})
    if new is None or (old and new == old.current):
        raise Stop("This is the current secret already.", "Nothing was changed.")
    until = now + wait
    stack.secrets.put_inbound(found.id, InboundSecret(new, old.current, until) if old and wait else InboundSecret(new))
    if (name := SECRET_OF_PLATFORM.get(found.platform)) and (credentials := stack.secrets.credentials(found.id)):
        # The same token signs deliveries and replies.
        stack.secrets.put_credentials(found.id, credentials | {name: new})
    pasted = new if found.platform in TO_BE_PASTED and chosen is None else None
    valid_until = stamp(until) if old and wait else None
    if as_json:
        show.data({"id": found.id, "secret": pasted, "old_secret_until": valid_until})
        return
    show.line("The connection has a new secret.", style="bold green")
    if pasted:
        show.facts({"secret": pasted})
    show.say(
        f"The old one stays valid until {show.at(valid_until)}: change it at the platform before."
        if valid_until
        else "The old one stops counting within a minute."
    )


@app.command(epilog="Example: heard connect remove con_… --yes")
@on_stack
def remove(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a connection and its secrets. Its address stops answering; reviews that came through it stay, but cannot be answered there."""
    found = known(stack, connection)
    if not yes and not typer.confirm(f"Remove the connection of {found.business} to {found.platform}? Its secrets are deleted.", err=True):
        raise Stop("Nothing was removed.")
    # The connection first: a door that is gone needs no secrets, and secrets that are left behind do no harm.
    stack.setup.remove_connection(found.id)
    stack.secrets.remove(found.id)
    show.line(f"Removed {found.id}.")
    show.say("Take the webhook out at the platform too. Within a minute the address answers 404.")


app.command("test", epilog="Example: heard connect test con_… --full")(trial.trial)
app.command("quarantine", epilog="Example: heard connect quarantine --business acme --replay-all")(quarantine)


def _connector(platform: str) -> Connector:
    try:
        return load(platform)
    except NotFound as missing:
        raise typer.BadParameter(missing.detail, param_hint="PLATFORM") from missing


def _public(url: str | None, *, loopback: bool) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(url)):
        return url.rstrip("/")
    raise typer.BadParameter("it must begin with https://.", param_hint="--public-url")


def connected(
    stack: Stack,
    platform: str,
    owner: Business,
    base: str,
    settings: Mapping[str, str],
    credentials: Mapping[str, str],
    secret: str | None,
) -> Connection:
    """A new connection, stored whole or not at all: secrets first, so that its door never opens without them."""
    id = f"con_{randomness.token_urlsafe(24)}"
    connection = Connection(id, owner.id, platform, f"{base}/hooks/{id}", settings, bool(credentials), owner.name)
    try:
        if secret is not None:
            stack.secrets.put_inbound(connection.id, InboundSecret(secret))
        if credentials:
            stack.secrets.put_credentials(connection.id, credentials)
        stack.setup.put_connection(connection, clock.now())
    except BaseException:
        try:
            # It may have been written even though the answer was lost.
            stack.setup.remove_connection(connection.id)
        finally:
            stack.secrets.remove(connection.id)
        raise
    return connection


def _channel(connection: Connection) -> str:
    return connection.settings.get("channel") or load(connection.platform).capabilities.channel.value


def _told(connection: Connection) -> dict[str, Any]:
    return asdict(connection) | {"settings": dict(connection.settings), "channel": _channel(connection)}


def _platforms(*, as_json: bool) -> None:
    known = [load(name).capabilities for name in platforms()]
    if as_json:
        show.data([_capabilities(each) for each in known])
        return
    columns = ("platform", "", "channel", "signed", "replies", "edits", "deletions", "settings", "credentials")
    rows = [
        (
            each.platform,
            each.title,
            f"{each.channel.value}, {each.channel.stage.value}",
            _yes(each.signed),
            f"{each.replies}, {each.reply_limit:,} {each.reply_unit}" if each.replies != "none" else "none",
            _yes(each.edits),
            _yes(each.deletions),
            ", ".join([*each.settings, *(f"[{name}]" for name in each.optional_settings)]),
            ", ".join(each.credentials),
        )
        for each in known
    ]
    show.table(columns, rows, empty="")
    show.say("Settings in [brackets] are optional. Everything each platform says about itself: --json")


def _capabilities(platform: Capabilities) -> dict[str, Any]:
    shown = {name: getattr(platform, name) for name in Capabilities.__dataclass_fields__}
    told = {name: dict(shown[name]) for name in ("settings", "optional_settings", "credentials")}
    return shown | told | {"channel": platform.channel.value, "stage": platform.channel.stage.value}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
