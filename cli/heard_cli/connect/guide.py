"""`heard connect guide`: what a platform can and cannot do, what it asks for, what to do there.

And the list of all platforms.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from heard.connectors import Capabilities, Connection, Secret, load, platform_names
from heard.errors import NotFound
from heard.polling import pollable
from heard_cli import show

type Inbound = Literal["push", "poll"]

_SECRETS = {
    Secret.MADE_HERE: "made by Heard when you connect; enter it at the platform",
    Secret.KEPT_HERE: "made by Heard; nobody needs it",
    Secret.GIVEN: "shown by the platform; enter it here",
    Secret.CREDENTIAL: "one of the credentials",
    Secret.NONE: "none",
}
_HOW = {"pushed": "told by the platform", "polled": "found by asking", "no": "never learnt of"}


def inbound(platform: Capabilities) -> list[Inbound]:
    """How reviews come from a platform."""
    ways: list[Inbound] = ["push"] if platform.pushes else []
    return [*ways, "poll"] if platform.poll_seconds is not None else ways


def brought(platform: Capabilities, connection: Connection | None = None) -> str:
    """The same in a word; of a connection, whether what it takes to be asked is there."""
    ways = inbound(platform)
    if connection is not None and platform.pushes and pollable(connection) is None:
        ways = ["push"]
    match ways:
        case ["push", "poll"]:
            return "both"
        case ["poll"]:
            return "polled"
        case _:
            return "pushed"


def believed_by(platform: Capabilities, connection: Connection) -> str:
    """Why what comes through a connection is believed."""
    if not platform.pushes:
        return "read at the platform"
    if platform.signed:
        return "signature"
    return (
        "re-read at the platform"
        if platform.can_fetch and connection.has_credentials
        else "its address only"
    )


def of_platform(name: str) -> Capabilities:
    """What a platform can do. Raises BadParameter with the known names."""
    try:
        return load(name).capabilities
    except NotFound as missing:
        raise typer.BadParameter(missing.detail, param_hint="PLATFORM") from None


def guide(
    platform: Annotated[
        str, typer.Argument(help="One of those that heard connect list --platforms shows.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Say what a platform can and cannot do, what Heard asks for to connect it, and what to click
    and paste there.
    """
    about = of_platform(platform)
    if as_json:
        show.data(told(about))
        return
    show.line(f"{about.title} ({about.platform})", style="bold")
    facts: dict[str, show.Cell] = {
        "channel": f"{about.channel.value}, {about.channel.stage.value}",
        "reviews come": comes(about),
    }
    facts |= {
        "signature": about.signature,
        "edits": _HOW[about.edits],
        "withdrawals": _HOW[about.deletions],
    }
    facts["replies"] = (
        f"{about.replies}, up to {about.reply_limit:,} "
        f"{about.reply_unit}{', moderated' if about.moderated else ''}"
        if about.replies != "none"
        else "by people at the platform: no program can reply"
    )
    facts["secret"] = _SECRETS[about.secret] + (
        f": {about.secret_help}" if about.secret_help else ""
    )
    show.facts(facts)
    for heading, asked in (
        ("Settings (--setting NAME=VALUE)", about.settings),
        ("Optional settings", about.optional_settings),
        ("Credentials (--credentials-file)", about.credentials),
        ("Optional credentials", about.optional_credentials),
    ):
        _listed(heading, [f"{name}: {what}" for name, what in asked.items()])
    _listed("What to do", about.guide.splitlines())
    _listed("What it cannot do", about.cannot)
    _listed("What no document says, so that it is our own reading", about.unproven)
    show.line()
    show.line(f"Then: heard connect add {about.platform} --business …")


def list_platforms(*, as_json: bool) -> None:
    """All platforms, a row each."""
    known = [load(name).capabilities for name in platform_names()]
    if as_json:
        show.data([told(each) for each in known])
        return
    columns = ("platform", "", "channel", "in", "signed", "replies", "edits", "deletions")
    rows = [
        (
            each.platform,
            each.title,
            each.channel.value,
            brought(each),
            ("yes" if each.signed else "no") if each.pushes else "-",
            each.replies,
            each.edits,
            each.deletions,
        )
        for each in known
    ]
    show.table(columns, rows, empty="")
    show.say("What one asks for, and what to click there: heard connect guide PLATFORM")


def told(platform: Capabilities) -> dict[str, Any]:
    """Everything a platform says of itself, as JSON."""
    shown = {name: getattr(platform, name) for name in Capabilities.__dataclass_fields__}
    asked = {
        name: dict(shown[name])
        for name in ("settings", "optional_settings", "credentials", "optional_credentials")
    }
    lists = {name: list(shown[name]) for name in ("cannot", "proof", "unproven")}
    channel = {"channel": platform.channel.value, "stage": platform.channel.stage.value}
    return (
        shown
        | asked
        | lists
        | channel
        | {"secret": platform.secret.value, "inbound": inbound(platform)}
    )


def comes(platform: Capabilities) -> str:
    """How a platform's reviews come to us, in words."""
    often = (
        f"asked for every {_span(platform.poll_seconds)}"
        if platform.poll_seconds is not None
        else ""
    )
    return " and ".join([*(["pushed"] if platform.pushes else []), *([often] if often else [])])


def _span(seconds: int) -> str:
    if seconds % 3_600 == 0:
        return f"{seconds // 3_600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _listed(heading: str, lines: list[str] | tuple[str, ...]) -> None:
    if lines:
        show.line()
        show.line(heading, style="bold")
        for each in lines:
            show.line(each)
