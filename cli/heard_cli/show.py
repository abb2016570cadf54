"""How results look: tables for people, JSON for programs.

Results go to stdout, notes about them to stderr.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

type Cell = str | int | Text | None

_PIPE_WIDTH: Final = 220
"""Width of a table that goes into a file or a pipe, where no window sets it."""

_WHOLE: Final = re.compile(r"[a-z]{3}_[a-z0-9]{8,}$|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")
"""What must stay in one piece: ids, which people copy, and times."""
_LEAST_WIDTH: Final = 16
"""Width down to which a column of words is cut or folded."""
_GAP: Final = 3
_EDGES: Final = -1
"""Width of the two edges, less the gap that the last column does not have."""

_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_SEVERITY: Final = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "praise": "green",
}


def data(value: Any) -> None:
    """The result for programs: JSON and nothing else on stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    empty: str,
    drop_order: Sequence[str] | None = None,
) -> None:
    """A table on stdout; the note `empty` if there are no rows.

    An id or a time is never cut or broken: in a window that is too narrow for them, the terminal
    breaks the lines. Other long values are folded.

    With `drop_order` each row is one line, and the last value is cut where the window ends. In a
    narrow window the columns of `drop_order` are left out one after the other, and a note names
    them.
    """
    cells = [[_cell_text(cell) for cell in row] for row in rows]
    if not cells:
        note(empty)
        return
    out = _out()
    widths = {
        column: max(cell_len(line) for row in cells for line in _cell_lines(column, row[number]))
        for number, column in enumerate(columns)
    }
    whole = {
        column
        for number, column in enumerate(columns)
        if drop_order is not None or any(_WHOLE.match(row[number].plain) for row in cells)
    }
    if drop_order is not None:
        widths[columns[-1]] = min(widths[columns[-1]], _LEAST_WIDTH)
    dropped: list[str] = []

    def least_width() -> int:
        shown = [column for column in columns if column not in dropped]
        return _EDGES + sum(
            _GAP + (widths[column] if column in whole else min(widths[column], _LEAST_WIDTH))
            for column in shown
        )

    for column in drop_order or ():
        if least_width() <= out.width:
            break
        dropped.append(column)
    grid = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for number, column in enumerate(columns, start=1):
        if column not in dropped:
            is_cut = drop_order is not None and number == len(columns)
            grid.add_column(column, overflow="fold", no_wrap=column in whole and not is_cut)
    for row in cells:
        if drop_order is not None:
            row[-1].no_wrap, row[-1].overflow = True, "ellipsis"
        grid.add_row(
            *(cell for column, cell in zip(columns, row, strict=True) if column not in dropped)
        )
    out.width = max(out.width, least_width())
    out.print(grid)
    if dropped:
        note(f"Not shown in this narrow window: {', '.join(dropped)}. For everything: --json")


def _cell_lines(column: str, cell: Text) -> list[str]:
    return [column, *cell.plain.splitlines()]


def _cell_text(cell: Cell) -> Text:
    if isinstance(cell, Text):
        return cell
    return Text(printable("" if cell is None else str(cell)))


def fields(values: Mapping[str, Cell]) -> None:
    """Names and values, one per line, on stdout.

    A value is never broken into lines, so that it can be copied.
    """
    width = max(len(name) for name in values)
    for name, value in values.items():
        row = Text(f"{name:<{width}}  ", style="bold")
        value_text = "-" if value is None or value == "" else str(value)
        row.append_text(
            value if isinstance(value, Text) else Text(printable(value_text), style="not bold")
        )
        _out().print(row, soft_wrap=True)


def line(text: str = "", style: str = "") -> None:
    """One line of the result on stdout, unbroken."""
    _out().print(Text(printable(text), style=style), soft_wrap=True)


def note(text: str) -> None:
    """Something about the result, on stderr."""
    _err().print(Text(printable(text)), soft_wrap=True)


def error(message: str, advice: str = "") -> None:
    """What is wrong and what to do next, on stderr."""
    output = Text("Error: ", style="bold red")
    output.append(printable(message), style="not bold default")
    if advice:
        output.append(f"\n{printable(advice)}", style="not bold default")
    _err().print(output, soft_wrap=True)


def count(number: int, noun: str) -> str:
    """A number with its noun, such as `1 review` or `2 reviews`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def severity(name: str | None) -> Text:
    """A severity in its colour."""
    return Text(name or "", style=_SEVERITY.get(name or "", ""))


def timestamp(stored_time: str) -> str:
    """A stored time as people read it: 2026-01-31 09:30:00Z."""
    return f"{stored_time[:10]} {stored_time[11:19]}Z" if len(stored_time) >= 19 else stored_time


def progress() -> Progress:
    """A progress bar on stderr. Only a terminal shows it, and it disappears at the end."""
    err = _err()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def printable(text: str) -> str:
    """Text that cannot control a terminal.

    Control characters (except line feeds and tabs) and those that change the direction of writing
    become `\ufffd`.
    """
    return "".join(
        "\ufffd"
        if c in _BIDI_CONTROLS or (unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t")
        else c
        for c in text
    )


def _out() -> Console:
    return Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)


def _err() -> Console:
    return Console(stderr=True, width=None if sys.stderr.isatty() else _PIPE_WIDTH, highlight=False)
