"""The tables of `docs/connectors.md`, made from the capabilities of each connector.

`make docs` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from heard.connectors import Capabilities, SecretOrigin, load, platform_names
from heard_cli.connect.guide import inbound_description
from heard_cli.generated_part import markdown_table, update_file

type Column = Callable[[Capabilities], str]

_SECRET_LABELS: Final = {
    SecretOrigin.GENERATED: "made by Heard",
    SecretOrigin.INTERNAL: "kept by Heard",
    SecretOrigin.FROM_PLATFORM: "made by the platform",
    SecretOrigin.CREDENTIAL: "a credential",
    SecretOrigin.NONE: "none",
}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _names(required: Mapping[str, str], optional: Mapping[str, str]) -> str:
    return (
        ", ".join([*(f"`{name}`" for name in required), *(f"[`{name}`]" for name in optional)])
        or "none"
    )


def _limit(capabilities: Capabilities) -> str:
    return (
        f"{capabilities.reply_limit:,} {capabilities.reply_unit}"
        if capabilities.replies != "none"
        else "-"
    )


def _authenticated_by(capabilities: Capabilities) -> str:
    if not capabilities.pushes:
        return "platform's API"
    if capabilities.signed:
        return "signature"
    return "fetched again" if capabilities.can_fetch else "secret address only"


TABLES: Final[Mapping[str, Mapping[str, Column]]] = {
    "What comes in": {
        "platform": lambda capabilities: f"`{capabilities.platform}`",
        "title": lambda capabilities: capabilities.title,
        "channel": lambda capabilities: (
            f"{capabilities.channel.value}, {capabilities.channel.stage.value}"
        ),
        "inbound": inbound_description,
        "authenticated by": _authenticated_by,
        "edits": lambda capabilities: capabilities.edits,
        "deletions": lambda capabilities: capabilities.deletions,
        "can be fetched": lambda capabilities: _yes(capabilities.can_fetch),
        "thread": lambda capabilities: (
            "one review" if capabilities.single_review_threads else "several reviews"
        ),
    },
    "How each is signed": {
        "platform": lambda capabilities: f"`{capabilities.platform}`",
        "signature": lambda capabilities: capabilities.signature,
    },
    "What goes out": {
        "platform": lambda capabilities: f"`{capabilities.platform}`",
        "replies shown": lambda capabilities: capabilities.replies,
        "our next reply replaces it": lambda capabilities: (
            _yes(capabilities.replaces_reply) if capabilities.replies == "one" else "-"
        ),
        "longest reply": _limit,
        "reply can be found": lambda capabilities: (
            _yes(capabilities.can_find_reply) if capabilities.replies != "none" else "-"
        ),
        "moderated": lambda capabilities: (
            _yes(capabilities.moderated) if capabilities.replies != "none" else "-"
        ),
    },
    "What a connection needs": {
        "platform": lambda capabilities: f"`{capabilities.platform}`",
        "settings": lambda capabilities: _names(
            capabilities.settings, capabilities.optional_settings
        ),
        "credentials": lambda capabilities: _names(
            capabilities.credentials, capabilities.optional_credentials
        ),
        "signing secret": lambda capabilities: _SECRET_LABELS[capabilities.secret_origin],
    },
}


def table(columns: Mapping[str, Column]) -> str:
    """One table over all platforms, in Markdown."""
    rows = [
        [cell(load(name).capabilities) for cell in columns.values()] for name in platform_names()
    ]
    return markdown_table(list(columns), rows)


def _bullet_list(title: str, sentences: Sequence[str]) -> list[str]:
    return [f"* {title}: {sentence}" for sentence in sentences]


def platform_sections() -> str:
    """One section for each platform: limitations, verified facts and assumptions."""
    parts: list[str] = []
    for capabilities in (load(name).capabilities for name in platform_names()):
        lines = (
            _bullet_list("limitation", capabilities.limitations)
            + _bullet_list("verified", capabilities.verified)
            + _bullet_list("assumption", capabilities.assumptions)
        )
        parts.append(
            "\n".join([f"### {capabilities.title} (`{capabilities.platform}`)", "", *lines])
        )
    return "\n\n".join(parts)


def sections() -> dict[str, str]:
    """Everything that is made from the code, by heading."""
    return {
        **{heading: table(columns) for heading, columns in TABLES.items()},
        "Limitations, verified facts and assumptions of each platform": platform_sections(),
    }


if __name__ == "__main__":
    update_file(sections)
