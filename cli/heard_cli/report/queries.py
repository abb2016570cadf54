"""The queries of `analytics/`: plain SELECTs that DuckDB and Athena read in the same way.

The comment in front of a query defines its number, what `n` is, and which trap it avoids. Its line
`Parameters` says what each `?` stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from heard.lake.columns import TABLES
from heard_cli.stack import CommandError

PARAMETERS: Final = frozenset({"business", "from", "to"})
_PARAMETERS_LINE: Final = re.compile(r"^-- Parameters: (.+)$", re.MULTILINE)


def _query_folder() -> Path:
    package = Path(__file__).parents[1]
    packed = package / "analytics"
    return packed if packed.is_dir() else package.parents[1] / "analytics"


ANALYTICS: Final = _query_folder()
"""The folder of queries: beside the code in a clone, inside it in an installed package."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query by its name. `text` is the whole file; `statement` is the SELECT alone."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """What it shows, in one sentence."""
        return self.text.partition("\n")[0].removeprefix("-- ")

    @property
    def parameters(self) -> tuple[str, ...]:
        """What each `?` stands for: `business`, `from` or `to`."""
        line = _PARAMETERS_LINE.search(self.text)
        return tuple(line[1].split(", ")) if line else ()

    @property
    def statement(self) -> str:
        """The SELECT, without comments."""
        lines = self.text.splitlines()
        return "\n".join(line for line in lines if not line.startswith("--"))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the lake that it reads."""
        names = re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", self.statement)
        return tuple(sorted(set(names) & TABLES.keys()))

    def bind(self, values: Mapping[str, str]) -> str:
        """The SELECT with a literal for each `?`.

        Athena finds the files of a business only if its id stands in the text.
        """
        parts = self.statement.split("?")
        literals = ["'" + values[name].replace("'", "''") + "'" for name in self.parameters]
        return "".join(part + literal for part, literal in zip(parts, [*literals, ""], strict=True))


def all_queries() -> list[Query]:
    """All queries by name."""
    return [Query(path.stem, path.read_text("utf-8")) for path in sorted(ANALYTICS.glob("*.sql"))]


def find_query(name: str) -> Query:
    """The query of this name. Raises CommandError."""
    queries = {query.name: query for query in all_queries()}
    if name in queries:
        return queries[name]
    similar = get_close_matches(name, queries)
    suggestion = f" Did you mean {' or '.join(similar)}?" if similar else ""
    raise CommandError(f"There is no report {name}.{suggestion}", "List them: heard report list")
