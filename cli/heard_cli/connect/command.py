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
from heard.clock import stamp
from heard.connectors import Capabilities, Connection, Connector, Secret, load
from heard.connectors.signatures import BasicAuth
from heard.storage.setup import Business, InboundSecret
from heard_cli import show
from heard_cli.connect import deliveries, guide, poll, test, verify
from heard_cli.connect.credentials import (
    credentials_for,
    file_of_credentials,
    files_of_credentials,
    pairs,
    secret_from,
    settings_for,
    signing_secret,
)
from heard_cli.connect.quarantine import quarantine
from heard_cli.durations import span
from heard_cli.stack import Stack, Stop, is_loopback, known, on_stack

app = typer.Typer(
    help="Connections to review platforms.", no_args_is_help=True, add_completion=False
)

_HISTORY: Final = "It ends up in your shell's history"
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
    business: Annotated[str, typer.Option(help="Whose reviews.")],
    setting: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What the platform needs and is not secret."),
    ] = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help=f"A credential to reply with. {_HISTORY}: prefer the file or the prompt.",
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
        bool, typer.Option("--receive-only", help="No credentials: people answer at the platform.")
    ] = False,
    secret: Annotated[
        str | None,
        typer.Option(
            help=f"The signing secret, if the platform chose it. {_HISTORY}: prefer --secret-file."
        ),
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
    secret_later: Annotated[
        bool,
        typer.Option(
            "--secret-later",
            help="The platform shows its secret only once it has the address: until then all is "
            "refused.",
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="Where the platform is asked: reviews older than this (7d) are noted and not "
            "answered. 1d if not said."
        ),
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(help="Where platforms reach the stack, if not at its own address.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON on stdout, with the secret.")
    ] = False,
) -> None:
    """Connect a business to a platform: stores its secrets, and says what to paste there.

    Credentials are asked for, unseen, where they are missing and you sit at a terminal. The signing
    secret is made here unless the platform chose it, and shown once.
    """
    connector = guide.of_platform(platform)
    made = load(platform)
    given = file_of_credentials(credentials_file) if credentials_file else {}
    given |= files_of_credentials(credential_file or ()) | pairs(credential or (), "--credential")
    chosen = secret_from(secret, secret_file)
    local = stack.on_this_machine
    settings = settings_for(connector, pairs(setting or (), "--setting"), loopback=local)
    base = _public(public_url, loopback=local) or stack.public_url
    owner = stack.business(business)
    _one_instance(stack, connector.title, owner, platform, settings)
    credentials = credentials_for(connector, given, settings, receive_only=receive_only)
    signing = signing_secret(made, chosen, credentials, later=secret_later)
    if since is not None and connector.poll_seconds is None:
        raise typer.BadParameter(
            f"{connector.title} is not asked: it sends what is new.", param_hint="--since"
        )
    begins = clock.now() - span(since, "--since") if since is not None else None
    connection = connected(
        stack, platform, owner, base, settings, credentials, signing, since=begins
    )
    id = connection.id
    pasted = signing if connector.secret is Secret.MADE_HERE and chosen is None else None
    paste = _to_paste(made, connection, pasted)
    if as_json:
        lists = {"guide": connector.guide.splitlines(), "cannot": list(connector.cannot)}
        show.data({**_told(connection), "secret": pasted, "paste": paste, **lists})
        return
    show.line(f"{connector.title} is connected to {owner.name}.", style="bold green")
    show.facts(
        {"connection": id, "address": paste}
        | ({"secret": pasted} if pasted and paste == connection.url else {})
    )
    if pasted:
        show.say("The secret is not shown again. Lost it? heard connect rotate makes a new one.")
    if signing is None and connector.secret is Secret.GIVEN:
        until = f"Until it has {connector.title}'s secret, everything that is pushed is refused"
        polled = (
            " (what is asked for comes all the same)" if connector.poll_seconds is not None else ""
        )
        show.say(f"{until}{polled}. Give it: heard connect rotate {id} --secret-file …")
    if not credentials and connector.credentials:
        show.say(
            "Without credentials Heard receives reviews and cannot answer them: people answer at "
            "the platform."
        )
    show.line()
    for step in connector.guide.splitlines():
        show.line(step)
    if connector.cannot:
        show.line()
        show.line("What it cannot do:", style="bold")
        for each in connector.cannot:
            show.line(each)
    show.line(f"Then try it: heard connect {'test' if connector.pushes else 'poll'} {id}")


@app.command("list", epilog="Example: heard connect list --business acme")
@on_stack
def list_connections(
    stack: Stack,
    business: Annotated[str | None, typer.Option(help="Whose.")] = None,
    all_platforms: Annotated[
        bool,
        typer.Option("--platforms", help="What can be connected, and what each platform can do."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List a business's connections, or the platforms there are."""
    if all_platforms:
        guide.list_platforms(as_json=as_json)
        return
    if business is None:
        raise typer.BadParameter("say whose connections, or --platforms.", param_hint="--business")
    stack.business(business)
    found = stack.setup.connections(business)
    if as_json:
        show.data([_told(connection) for connection in found])
        return
    rows = [_row(each, load(each.platform).capabilities) for each in found]
    empty = f"No connections yet: heard connect add PLATFORM --business {business}"
    show.table(
        ("platform", "channel", "in", "believed by", "replies", "connection"), rows, empty=empty
    )


@app.command("show", epilog="Example: heard connect show con_…")
@on_stack
def show_one(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show a connection, without its secrets, and when its platform was last heard of."""
    found = known(stack, connection)
    about = load(found.platform).capabilities
    notes = deliveries.latest(stack, found.id)
    accepted, refused = (
        deliveries.last(notes, "accepted", "quarantined"),
        deliveries.last(notes, "refused"),
    )
    secret, now = stack.secrets.inbound(found.id, fresh=True), clock.now()
    overlap = (
        stamp(secret.previous_until)
        if secret and secret.previous_until and now < secret.previous_until
        else None
    )
    credentials = sorted(stack.secrets.credentials(found.id))
    if as_json:
        last = {"last_accepted": accepted, "last_refused": refused}
        show.data(
            {
                **_told(found),
                "signed": secret is not None,
                "old_secret_until": overlap,
                "credentials": credentials,
                **last,
            }
        )
        return
    signing = _signed_with(about, stored=secret is not None) + (
        f"; the old one counts until {show.at(overlap)}" if overlap else ""
    )
    owner = f"{found.business} ({found.business_name})"
    facts: dict[str, show.Cell] = {
        "connection": found.id,
        "business": owner,
        "platform": found.platform,
        "channel": _channel(found),
    }
    facts |= {
        "reviews come": guide.brought(about, found),
        "believed by": guide.believed_by(about, found),
    }
    facts |= {
        "address": found.url,
        "signed with": signing,
        "credentials": ", ".join(credentials) or "none",
    }
    facts |= {f"setting {name}": value for name, value in sorted(found.settings.items())}
    if about.pushes:
        facts |= {
            "last accepted": show.at(accepted or "") or "never, of late",
            "last refused": show.at(refused or "") or "never, of late",
        }
    show.facts(facts)
    if about.pushes:
        show.say(f"What came, and why something was refused: heard connect deliveries {found.id}")


@app.command(epilog="Example: heard connect rotate con_… --overlap 7d")
@on_stack
def rotate(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help=_ID_HELP)],
    overlap: Annotated[
        str,
        typer.Option(
            help="How long the old secret stays valid: 30m, 24h, 7d; 0 if it is known to others."
        ),
    ] = "24h",
    secret: Annotated[
        str | None,
        typer.Option(
            help=f"The new secret, if the platform chose it. {_HISTORY}: prefer --secret-file."
        ),
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
    end_overlap: Annotated[
        bool,
        typer.Option(
            "--end-overlap", help="Even if the secret before the last still counts: end that."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON on stdout, with the secret.")
    ] = False,
) -> None:
    """Give a connection a new signing secret.

    The old one stays valid for a while, so that nothing is refused meanwhile.
    """
    found = known(stack, connection)
    wait = span(overlap, "--overlap")
    made = load(found.platform)
    connector = made.capabilities
    if connector.secret is Secret.NONE:
        advice = f"If it became known: heard connect add {found.platform} --business {found.business}, then heard connect remove {found.id}"
        raise Stop(f"{connector.title} has no secret here that could be changed.", advice)
    now = clock.now()
    old = stack.secrets.inbound(found.id, fresh=True)
    if old and len(old.valid(now)) > 1 and wait and not end_overlap and old.previous_until:
        told = f"The secret before the last still counts until {show.at(stamp(old.previous_until))}, and would stop counting now."
        raise Stop(
            told, "If the platform signs with the last one already, say --end-overlap; else wait."
        )
    chosen = secret_from(secret, secret_file)
    new = signing_secret(made, chosen, {})
    if new is None:
        told = f"{connector.title} chooses the secret: {connector.secret_help}."
        raise typer.BadParameter(told, param_hint="--secret-file")
    if old and new == old.current:
        raise Stop("This is the current secret already.", "Nothing was changed.")
    until = now + wait
    stack.secrets.put_inbound(
        found.id, InboundSecret(new, old.current, until) if old and wait else InboundSecret(new)
    )
    if (name := connector.secret_credential) and (
        credentials := stack.secrets.credentials(found.id)
    ):
        # The same token signs deliveries and replies.
        stack.secrets.put_credentials(found.id, credentials | {name: new})
    pasted = new if connector.secret is Secret.MADE_HERE and chosen is None else None
    valid_until = stamp(until) if old and wait else None
    paste = _to_paste(made, found, pasted)
    if as_json:
        show.data(
            {"id": found.id, "secret": pasted, "paste": paste, "old_secret_until": valid_until}
        )
        return
    show.line("The connection has a new secret.", style="bold green")
    if pasted:
        show.facts({"secret": pasted} if paste == found.url else {"address": paste})
    if valid_until:
        show.say(
            f"The old one stays valid until {show.at(valid_until)}: change it at the platform "
            "before."
        )
    else:
        show.say(
            "The old one stops counting within a minute."
            if old
            else "It is the first one: what is signed with it counts from now on."
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
    found = known(stack, connection)
    if not yes and not typer.confirm(
        f"Remove the connection of {found.business} to {found.platform}? Its secrets are deleted.",
        err=True,
    ):
        raise Stop("Nothing was removed.")
    # The connection first: a door that is gone needs no secrets, and secrets that are left behind
    # do no harm.
    stack.setup.remove_connection(found.id)
    stack.secrets.remove(found.id)
    show.line(f"Removed {found.id}.")
    show.say("Take the webhook out at the platform too. Within a minute the address answers 404.")


app.command("test", epilog="Example: heard connect test con_… --full")(test.trial)
app.command("verify", epilog=_VERIFY)(verify.verify)
app.command("deliveries", epilog="Example: heard connect deliveries con_… --limit 50")(
    deliveries.deliveries
)
app.command("poll", epilog="Example: heard connect poll con_…")(poll.poll)
app.command("guide", epilog="Example: heard connect guide trustpilot")(guide.guide)
app.command("quarantine", epilog="Example: heard connect quarantine --business acme --replay-all")(
    quarantine
)


def _one_instance(
    stack: Stack, title: str, owner: Business, platform: str, settings: Mapping[str, str]
) -> None:
    """Refuse a second instance of a platform that everybody may run.

    Each counts its reviews for itself, so that ids would meet.
    """
    wanted = settings.get("base_url", "").rstrip("/").casefold()
    for other in stack.setup.connections(owner.id):
        standing = other.settings.get("base_url", "").rstrip("/").casefold()
        if other.platform == platform and standing != wanted:
            told = f"{owner.name} is connected to {title} at {standing} already, and two instances give the same ids to different reviews."
            raise Stop(told, 'Make it a business of its own: heard business add … --name "…"')


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


def _told(connection: Connection) -> dict[str, Any]:
    about = load(connection.platform).capabilities
    ways = {
        "channel": _channel(connection),
        "inbound": guide.inbound(about),
        "believed_by": guide.believed_by(about, connection),
    }
    return asdict(connection) | {"settings": dict(connection.settings)} | ways


def _row(connection: Connection, about: Capabilities) -> tuple[show.Cell, ...]:
    replies = (
        "no"
        if about.replies == "none" or (about.credentials and not connection.has_credentials)
        else "yes"
    )
    ways = (guide.brought(about, connection), guide.believed_by(about, connection))
    return (connection.platform, _channel(connection), *ways, replies, connection.id)


def _to_paste(connector: Connector, connection: Connection, secret: str | None) -> str:
    """The address as it is entered at the platform.

    With user and password where only the address can carry them.
    """
    if secret is None or not isinstance(connector.scheme, BasicAuth):
        return connection.url
    user, _, password = secret.partition(":")
    scheme, _, rest = connection.url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def _signed_with(platform: Capabilities, *, stored: bool) -> str:
    if stored:
        return "a secret"
    if not platform.signed:
        return (
            "nothing: its address is the secret"
            if platform.pushes
            else "nothing: it is read at the platform"
        )
    return (
        "what the platform publishes"
        if platform.secret is Secret.NONE
        else "nothing yet: everything pushed is refused until rotate"
    )
