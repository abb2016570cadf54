"""`heard connect guide`: what a platform can and cannot do, and how to connect it.

It also owns the list of all platforms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer

from heard import clock
from heard.connectors import Capabilities, Connection, SecretOrigin, load, platform_names
from heard.polling import poll_interval
from heard_cli import options, show
from heard_cli.connect import standard_schema
from heard_cli.platforms import load_connector

type Inbound = Literal["push", "poll"]

_SECRETS = {
    SecretOrigin.GENERATED: "created by Heard when you connect; enter it at the platform",
    SecretOrigin.INTERNAL: "created by Heard; you do not need to enter it anywhere",
    SecretOrigin.FROM_PLATFORM: "created by the platform; give it to Heard",
    SecretOrigin.CREDENTIAL: "one of the credentials",
    SecretOrigin.NONE: "none",
}
_DETECTION_LABELS = {
    "pushed": "sent by the platform",
    "polled": "found by polling",
    "no": "not detected",
}


def inbound_ways(capabilities: Capabilities) -> list[Inbound]:
    """How reviews come from a platform."""
    ways: list[Inbound] = ["push"] if capabilities.pushes else []
    return [*ways, "poll"] if capabilities.poll_seconds is not None else ways


def inbound_label(capabilities: Capabilities, connection: Connection | None = None) -> str:
    """The same in one word. A connection without what a poll needs is only pushed."""
    ways = inbound_ways(capabilities)
    if connection is not None and capabilities.pushes and poll_interval(connection) is None:
        ways = ["push"]
    match ways:
        case ["push", "poll"]:
            return "both"
        case ["poll"]:
            return "polled"
        case _:
            return "pushed"


def authenticated_by(capabilities: Capabilities, connection: Connection) -> str:
    """How a connection's requests are authenticated."""
    if not capabilities.pushes:
        return "read from the platform's API"
    if capabilities.signed:
        return "signature"
    return (
        "fetched again from the platform"
        if capabilities.can_fetch and connection.has_credentials
        else "secret address only"
    )


def guide(
    platform: Annotated[str, options.PLATFORM_ARGUMENT],
    as_json: Annotated[bool, options.JSON] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Only the JSON Schema of what `standard` takes.")
    ] = False,
) -> None:
    """Show what a platform can and cannot do, what Heard needs, and the steps to do there.

    For `standard`, the schema that any system can send, it also shows an example and all fields.
    """
    capabilities = load_connector(platform, "PLATFORM").capabilities
    if schema:
        if not _is_standard(capabilities):
            raise typer.BadParameter("only `standard` has one.", param_hint="--schema")
        show.data(standard_schema.json_schema())
        return
    if as_json:
        fields = standard_schema.to_json(clock.now()) if _is_standard(capabilities) else {}
        show.data(capabilities_json(capabilities) | fields)
        return
    show.line(f"{capabilities.title} ({capabilities.platform})", style="bold")
    rows: dict[str, show.Cell] = {
        "channel": f"{capabilities.channel.value}, {capabilities.channel.stage.value}",
        "inbound": inbound_description(capabilities),
    }
    rows |= {
        "signature": capabilities.signature,
        "edits": _DETECTION_LABELS[capabilities.edits],
        "withdrawals": _DETECTION_LABELS[capabilities.deletions],
    }
    rows["replies"] = (
        f"{capabilities.replies}, up to {capabilities.reply_limit:,} "
        f"{capabilities.reply_unit}{', moderated' if capabilities.moderated else ''}"
        if capabilities.replies != "none"
        else "only by people at the platform (it has no reply API)"
    )
    rows["secret"] = _SECRETS[capabilities.secret_origin] + (
        f": {capabilities.secret_help}" if capabilities.secret_help else ""
    )
    show.fields(rows)
    for heading, entries in (
        ("Settings (--setting NAME=VALUE)", capabilities.settings),
        ("Optional settings", capabilities.optional_settings),
        ("Credentials (--credentials-file)", capabilities.credentials),
        ("Optional credentials", capabilities.optional_credentials),
    ):
        _print_list(heading, _describe(entries))
    # `connect add` prints these steps too, below the address and the secret.
    steps = capabilities.guide.replace("shown here", "that heard connect add prints")
    _print_list("What to do", steps.splitlines())
    if _is_standard(capabilities):
        _print_list(
            "What to send: a POST of application/json, for example",
            [standard_schema.example_request(clock.now())],
        )
        _print_list("Fields", _describe(standard_schema.FIELDS))
        _print_list("Types", _describe(standard_schema.EVENT_TYPES))
        _print_list("The same as JSON Schema", ["heard connect guide standard --schema"])
    _print_list("Limitations", capabilities.limitations)
    _print_list("Assumptions (not documented by the platform)", capabilities.assumptions)
    show.line()
    show.line(
        f"Then: heard connect add {capabilities.platform} --business BUSINESS "
        "(for the local stack: --local)"
    )


def list_platforms(*, as_json: bool) -> None:
    """Print all platforms, one row each."""
    all_capabilities = [load(name).capabilities for name in platform_names()]
    if as_json:
        show.data([capabilities_json(capabilities) for capabilities in all_capabilities])
        return
    columns = ("platform", "title", "channel", "inbound", "signed", "replies", "edits", "deletions")
    rows = [
        (
            capabilities.platform,
            capabilities.title,
            capabilities.channel.value,
            inbound_label(capabilities),
            ("yes" if capabilities.signed else "no") if capabilities.pushes else "-",
            capabilities.replies,
            capabilities.edits,
            capabilities.deletions,
        )
        for capabilities in all_capabilities
    ]
    show.table(columns, rows, empty="")
    show.note("What a platform needs, and its setup steps: heard connect guide PLATFORM")


def capabilities_json(capabilities: Capabilities) -> dict[str, Any]:
    """All capabilities of a platform, as JSON."""
    fields = {name: getattr(capabilities, name) for name in Capabilities.__dataclass_fields__}
    mappings = {
        name: dict(fields[name])
        for name in ("settings", "optional_settings", "credentials", "optional_credentials")
    }
    lists = {name: list(fields[name]) for name in ("limitations", "verified", "assumptions")}
    channel = {"channel": capabilities.channel.value, "stage": capabilities.channel.stage.value}
    return (
        fields
        | mappings
        | lists
        | channel
        | {"secret_origin": capabilities.secret_origin.value, "inbound": inbound_ways(capabilities)}
    )


def inbound_description(capabilities: Capabilities) -> str:
    """How a platform's reviews come to Heard, in words."""
    poll_text = (
        f"polled every {_format_seconds(capabilities.poll_seconds)}"
        if capabilities.poll_seconds is not None
        else ""
    )
    return " and ".join(
        [*(["pushed"] if capabilities.pushes else []), *([poll_text] if poll_text else [])]
    )


def _format_seconds(seconds: int) -> str:
    if seconds % 3_600 == 0:
        return f"{seconds // 3_600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _is_standard(capabilities: Capabilities) -> bool:
    return capabilities.platform == standard_schema.PLATFORM


def _describe(entries: Mapping[str, str]) -> list[str]:
    return [f"{name}: {description}" for name, description in entries.items()]


def _print_list(heading: str, lines: list[str] | tuple[str, ...]) -> None:
    if lines:
        show.line()
        show.line(heading, style="bold")
        for line in lines:
            show.line(line)
