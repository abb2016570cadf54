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
from heard_cli.connect.guide import comes

type Column = Callable[[Capabilities], str]

_BEGIN: Final = "<!-- from here to the end: made by `make docs` -->\n"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _names(required: Mapping[str, str], optional: Mapping[str, str]) -> str:
    return (
        ", ".join([*(f"`{name}`" for name in required), *(f"[`{name}`]" for name in optional)])
        or "none"
    )


def _limit(known: Capabilities) -> str:
    return f"{known.reply_limit:,} {known.reply_unit}" if known.replies != "none" else "-"


def _believed_by(known: Capabilities) -> str:
    if not known.pushes:
        return "we ask"
    if known.signed:
        return "signature"
    return "re-reading" if known.can_fetch else "its address only"


TABLES: Final[Mapping[str, Mapping[str, Column]]] = {
    "What comes in": {
        "platform": lambda known: f"`{known.platform}`",
        "called": lambda known: known.title,
        "channel": lambda known: f"{known.channel.value}, {known.channel.stage.value}",
        "inbound": comes,
        "believed by": _believed_by,
        "edits": lambda known: known.edits,
        "deletions": lambda known: known.deletions,
        "can be re-read": lambda known: _yes(known.can_fetch),
        "thread": lambda known: "one review" if known.one_review_a_thread else "several reviews",
    },
    "How each is signed": {
        "platform": lambda known: f"`{known.platform}`",
        "signature": lambda known: known.signature,
    },
    "What goes out": {
        "platform": lambda known: f"`{known.platform}`",
        "replies shown": lambda known: known.replies,
        "longest reply": _limit,
        "can be looked for": lambda known: (
            _yes(known.can_find_reply) if known.replies != "none" else "-"
        ),
        "moderated": lambda known: _yes(known.moderated) if known.replies != "none" else "-",
    },
    "What connecting takes": {
        "platform": lambda known: f"`{known.platform}`",
        "settings": lambda known: _names(known.settings, known.optional_settings),
        "credentials": lambda known: _names(known.credentials, known.optional_credentials),
        "signing secret": lambda known: known.secret.value.replace("_", " "),
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


def _sentences(title: str, said: Sequence[str]) -> list[str]:
    return [f"* {title}: {sentence}" for sentence in said]


def each_one() -> str:
    """A paragraph a platform: what it cannot do, what was verified, and what is our own reading."""
    parts: list[str] = []
    for known in (load(name).capabilities for name in platform_names()):
        lines = (
            _sentences("cannot", known.cannot)
            + _sentences("verified", known.proof)
            + _sentences("not confirmed", known.unproven)
        )
        parts.append("\n".join([f"### {known.title} (`{known.platform}`)", "", *lines]))
    return "\n\n".join(parts)


def made() -> str:
    """Everything that is made from the code."""
    parts = [f"## {heading}\n\n{table(columns)}" for heading, columns in TABLES.items()]
    return (
        _BEGIN
        + "\n"
        + "\n\n".join(
            [*parts, "## What each cannot do, and what is not confirmed\n\n" + each_one()]
        )
        + "\n"
    )


def rewritten(document: str) -> str:
    """The document with its made part as it is now.

    Raises ValueError if it has no mark where that part begins.
    """
    if _BEGIN not in document:
        raise ValueError(f"the line {_BEGIN.strip()!r} is missing")
    return re.sub(re.escape(_BEGIN) + r".*\Z", lambda _: made(), document, flags=re.DOTALL)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
