"""What a query gives, whichever engine ran it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of values: texts, numbers, booleans or None. A decimal is a text, so it stays exact."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def to_json(self) -> list[dict[str, Any]]:
        """An object for each row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]
