"""The figures of one run: what was measured, against which budget, printed and saved."""

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


class Section(StrEnum):
    """The parts of the table, in the order of the table."""

    COLD_IMPORT = "1 cold import (user + system CPU of a fresh process)"
    WEBHOOK = "2 CPU per webhook, warm, without network"
    COST = "3 a million reviews, 20 % to a person"
    SIZES = "3b item sizes (a write costs a unit per started 1,024 bytes)"
    AUDIT_PAGE = "4 an auditor's page of 100 outcomes"
    THROUGHPUT = "5 webhook to outcome, warm, 16 at once"
    ASSESSMENT = "6 assessment and policy, one core"
    WORST_INPUTS = "7 worst inputs (CPU of one, the slowest of each door)"
    PAGE = "8 the page in a browser, served from this process"
    PACK = "9 an auditor's pack of one large day"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report.

    `budget` is the largest value allowed, or with `at_least` the smallest. None: no budget.
    """

    section: Section
    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def within_budget(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    @property
    def verdict(self) -> str:
        """The verdict in words, with the share of the budget."""
        if self.budget is None:
            return ""
        share = f"{100 * self.value / self.budget:.0f} %" if self.budget else f"{self.value:g}"
        return f"{'within' if self.within_budget else 'OVER'} ({share})"

    def format_value(self) -> str:
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

    def format_budget(self) -> str:
        """The budget as people read it."""
        if self.budget is None:
            return ""
        return f"{'>=' if self.at_least else '<='} {self.budget:,g} {self.unit}".strip()


@dataclass
class BenchmarkReport:
    """Collects the figures of a session."""

    figures: list[Figure] = field(default_factory=list[Figure])

    def add_figure(
        self, section: Section, name: str, value: float, unit: str, **options: Any
    ) -> Figure:
        """Record one figure."""
        figure = Figure(section, name, value, unit, **options)
        self.figures.append(figure)
        return figure

    def sorted_figures(self) -> list[Figure]:
        """The figures by section, in each section in the order of measurement."""
        sections = list(Section)
        return sorted(self.figures, key=lambda figure: sections.index(figure.section))

    def table(self) -> Table:
        """The table at the end of a run."""
        table = Table(
            title=f"heard, {datetime.now(UTC):%Y-%m-%d}: figures and budgets",
            title_justify="left",
            show_lines=False,
        )
        for column, justify in (
            ("what", "left"),
            ("figure", "right"),
            ("budget", "right"),
            ("verdict", "left"),
            ("note", "left"),
        ):
            table.add_column(column, justify=justify, overflow="fold")  # pyright: ignore[reportArgumentType]
        section = None
        for figure in self.sorted_figures():
            if figure.section is not section:
                section = figure.section
                table.add_section()
                table.add_row(f"[bold]{section.value}[/]")
            colour = {True: "green", False: "bold red", None: ""}[figure.within_budget]
            verdict = f"[{colour}]{figure.verdict}[/]" if colour else ""
            table.add_row(
                figure.name, figure.format_value(), figure.format_budget(), verdict, figure.note
            )
        return table

    def print(self) -> None:
        """Print the table; wide enough for a log when no terminal shows it."""
        console = Console()
        Console(width=None if console.is_terminal else 190).print(self.table())

    def save(self, path: Path) -> None:
        """Write the figures as JSON, for programs."""
        path.parent.mkdir(exist_ok=True)
        figures = [
            asdict(figure) | {"within": figure.within_budget} for figure in self.sorted_figures()
        ]
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
