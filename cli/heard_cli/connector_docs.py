"""The tables of `docs/connectors.md`, made from what each connector says of itself.

`make docs` writes them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from heard.connectors import Capabilities, load, platform_names
from heard_cli.connect.guide import inbound_description

type Column = Callable[[Capabilities], str]

_BEGIN: Final = "<!-- from here to the end: made by `make docs` -->\n"


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
        return "we ask"
    if capabilities.signed:
        return "signature"
    return "re-reading" if capabilities.can_fetch else "its address only"


TABLES: Final[Mapping[str, Mapping[str, Column]]] = {
    "What comes in": {
        "platform": lambda known: f"`{known.platform}`",
        "title": lambda known: known.title,
        "channel": lambda known: f"{known.channel.value}, {known.channel.stage.value}",
        "inbound": inbound_description,
        "authenticated by": _authenticated_by,
        "edits": lambda known: known.edits,
        "deletions": lambda known: known.deletions,
        "can be fetched": lambda known: _yes(known.can_fetch),
        "thread": lambda known: "one review" if known.single_review_threads else "several reviews",
    },
    "How each is signed": {
        "platform": lambda known: f"`{known.platform}`",
        "signature": lambda known: known.signature,
    },
    "What goes out": {
        "platform": lambda known: f"`{known.platform}`",
        "replies shown": lambda known: known.replies,
        "longest reply": _limit,
        "reply can be found": lambda known: (
            _yes(known.can_find_reply) if known.replies != "none" else "-"
        ),
        "moderated": lambda known: _yes(known.moderated) if known.replies != "none" else "-",
    },
    "What a connection needs": {
        "platform": lambda known: f"`{known.platform}`",
        "settings": lambda known: _names(known.settings, known.optional_settings),
        "credentials": lambda known: _names(known.credentials, known.optional_credentials),
        "signing secret": lambda known: known.secret_origin.value.replace("_", " "),
    },
}


def table(columns: Mapping[str, Column]) -> str:
    """One table over all platforms, in Markdown."""
    rows = [
        [cell(load(name).capabilities).replace("|", r"\|") for cell in columns.values()]
        for name in platform_names()
    ]
    return "\n".join(
        f"| {' | '.join(row)} |" for row in [list(columns), ["---"] * len(columns), *rows]
    )


def _bullet_list(title: str, sentences: Sequence[str]) -> list[str]:
    return [f"* {title}: {sentence}" for sentence in sentences]


def platform_sections() -> str:
    """A paragraph a platform: what it cannot do, what was verified, and what is our own reading."""
    parts: list[str] = []
    for capabilities in (load(name).capabilities for name in platform_names()):
        lines = (
            _bullet_list("cannot", capabilities.limitations)
            + _bullet_list("verified", capabilities.verified)
            + _bullet_list("not confirmed", capabilities.assumptions)
        )
        parts.append(
            "\n".join([f"### {capabilities.title} (`{capabilities.platform}`)", "", *lines])
        )
    return "\n\n".join(parts)


def generate() -> str:
    """Everything that is made from the code."""
    parts = [f"## {heading}\n\n{table(columns)}" for heading, columns in TABLES.items()]
    return (
        _BEGIN
        + "\n"
        + "\n\n".join(
            [
                *parts,
                ("## Limitations, verified facts and assumptions of each platform\n\n")
                + platform_sections(),
            ]
        )
        + "\n"
    )


def update_document(document: str) -> str:
    """The document with its made part as it is now.

    Raises ValueError if it has no mark where that part begins.
    """
    if _BEGIN not in document:
        raise ValueError(f"the line {_BEGIN.strip()!r} is missing")
    return re.sub(re.escape(_BEGIN) + r".*\Z", lambda _: generate(), document, flags=re.DOTALL)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(update_document(path.read_text(encoding="utf-8")), encoding="utf-8")
