"""The part of a document that is made from the code: everything after a mark, to the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

_MARK: Final = "<!-- from here to the end: made by `make docs` -->\n"


type Cells = Sequence[str]


def markdown_table(columns: Cells, rows: Iterable[Cells]) -> str:
    """A table in Markdown."""
    cells = [
        [cell.replace("|", r"\|") for cell in row]
        for row in (columns, ["---"] * len(columns), *rows)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def replace_generated(document: str, sections: Mapping[str, str]) -> str:
    """The document with these sections, by heading, after its mark.

    Raises ValueError if it has no mark.
    """
    head, mark, _ = document.partition(_MARK)
    if not mark:
        raise ValueError(f"the line {_MARK.strip()!r} is missing")
    parts = [f"## {heading}\n\n{text}" for heading, text in sections.items()]
    return f"{head}{mark}\n" + "\n\n".join(parts) + "\n"


def update_file(sections: Callable[[], Mapping[str, str]]) -> None:
    """Update the document that the command line names."""
    path = Path(sys.argv[1])
    document = path.read_text(encoding="utf-8")
    path.write_text(replace_generated(document, sections()), encoding="utf-8")
