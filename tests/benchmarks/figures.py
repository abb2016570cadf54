"""The figures of one run.

What was measured, against which budget, and how they are shown and kept.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


class Part(StrEnum):
    """The parts of the table, in its order."""

    COLD = "1 cold import (user + system CPU of a fresh process)"
    WEBHOOK = "2 CPU per webhook, warm, without network"
    COST = "3 a million reviews, 20 % to a person"
    SIZES = "3b item sizes (a write costs a unit per started 1,024 bytes)"
    PAGE = "4 an auditor's page of 100 outcomes"
    THROUGHPUT = "5 webhook to outcome, warm, 16 at once"
    JUDGEMENT = "6 assessment and policy, one core"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. `budget` is the most it may be, or the least where `at_least`.

    None where nothing was promised.
    """

    part: Part
    what: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def within(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    @property
    def verdict(self) -> str:
        """In words, with how much of the budget is used (or reached)."""
        if self.budget is None:
            return ""
        share = f"{100 * self.value / self.budget:.0f} %" if self.budget else f"{self.value:g}"
        return f"{'within' if self.within else 'OVER'} ({share})"

    def shown(self) -> str:
        """The value as people read it."""
        if self.unit == "$":
            return f"$ {self.value:.2f}"
        digits = (
            0
            if self.value == int(self.value) or abs(self.value) >= 1000
            else 3
            if abs(self.value) < 1
            else 2
        )
        return f"{self.value:,.{digits}f} {self.unit}".strip()

    def allowed(self) -> str:
        """The budget as people read it."""
        if self.budget is None:
            return ""
        return f"{'>=' if self.at_least else '<='} {self.budget:,g} {self.unit}".strip()


@dataclass
class Board:
    """Collects the figures of a session."""

    figures: list[Figure] = field(default_factory=list[Figure])

    def note(self, part: Part, what: str, value: float, unit: str, **more: Any) -> Figure:
        """Record one figure."""
        figure = Figure(part, what, value, unit, **more)
        self.figures.append(figure)
        return figure

    def ordered(self) -> list[Figure]:
        """Part after part, each in the order in which it was noted."""
        parts = list(Part)
        return sorted(self.figures, key=lambda figure: parts.index(figure.part))

    def table(self) -> Table:
        """The table that a run ends with."""
        table = Table(
            title=f"heard, {datetime.now(UTC):%Y-%m-%d}: figures and budgets",
            title_justify="left",
            show_lines=False,
        )
        for name, how in (
            ("what", "left"),
            ("figure", "right"),
            ("budget", "right"),
            ("verdict", "left"),
            ("note", "left"),
        ):
            table.add_column(name, justify=how, overflow="fold")  # pyright: ignore[reportArgumentType]
        part = None
        for figure in self.ordered():
            if figure.part is not part:
                part = figure.part
                table.add_section()
                table.add_row(f"[bold]{part.value}[/]")
            colour = {True: "green", False: "bold red", None: ""}[figure.within]
            verdict = f"[{colour}]{figure.verdict}[/]" if colour else ""
            table.add_row(figure.what, figure.shown(), figure.allowed(), verdict, figure.note)
        return table

    def print(self) -> None:
        """Print the table, as wide as it needs to be for a log."""
        console = Console()
        Console(width=None if console.is_terminal else 190).print(self.table())

    def save(self, path: Path) -> None:
        """Write the figures as JSON, for programs."""
        path.parent.mkdir(exist_ok=True)
        figures = [asdict(figure) | {"within": figure.within} for figure in self.ordered()]
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        path.write_text(
            json.dumps(
                {
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                    **machine,
                    "figures": figures,
                },
                indent=2,
            )
            + "\n"
        )
