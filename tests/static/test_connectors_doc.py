"""The tables of docs/connectors.md say what the connectors' own capabilities say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from heard.connectors import Capabilities, load, platforms
from tests.static.repository import ROOT

DOCUMENT = ROOT / "docs" / "connectors.md"

type Column = Callable[[Capabilities], str]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _names(*groups: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}`" for group in groups for name in group) or "none"


def _settings(known: Capabilities) -> str:
    optional = [f"[`{name}`]" for name in known.optional_settings]
    return ", ".join([*(f"`{name}`" for name in known.settings), *optional]) or "none"


TABLES: Mapping[str, Mapping[str, Column]] = {
    "What comes in": {
        "platform": lambda known: f"`{known.platform}`",
        "called": lambda known: known.title,
        "channel": lambda known: f"{known.channel.value}, {known.channel.stage.value}",
        "signed": lambda known: _yes(known.signed),
        "edits": lambda known: _yes(known.edits),
        "withdrawals": lambda known: _yes(known.deletions),
        "review can be re-read": lambda known: _yes(known.can_fetch),
        "thread": lambda known: "one review" if known.one_review_a_thread else "several reviews",
    },
    "What goes out": {
        "platform": lambda known: f"`{known.platform}`",
        "replies shown": lambda known: known.replies,
        "longest reply": lambda known: f"{known.reply_limit:,} {known.reply_unit}" if known.replies != "none" else "none",
        "reply can be looked for": lambda known: _yes(known.can_find_reply),
        "moderated": lambda known: _yes(known.moderated),
        "settings": _settings,
        "credentials": lambda known: _names(known.credentials),
    },
    "How each is signed": {
        "platform": lambda known: f"`{known.platform}`",
        "signature": lambda known: known.signature,
    },
}


def _expected(columns: Mapping[str, Column]) -> list[list[str]]:
    rows = [[cell(load(name).capabilities).replace("|", r"\|") for cell in columns.values()] for name in platforms()]
    return [list(columns), *rows]


def _written(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its ruler."""
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    table = re.search(r"(?:^\|.*\n)+", section[1] if section else "", re.MULTILINE)
    lines = table[0].splitlines() if table else []
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
    return [row for row in rows if set("".join(row)) != {"-"}]


def _as_text(rows: list[list[str]]) -> str:
    ruled = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


@pytest.mark.parametrize("heading", TABLES)
def test_a_table_of_the_connectors_document_is_what_their_code_says(heading: str) -> None:
    expected = _expected(TABLES[heading])

    assert _written(heading) == expected, f'Put this table under "{heading}" in docs/connectors.md:\n\n{_as_text(expected)}\n'
