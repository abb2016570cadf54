"""The tables of an evaluation, for a terminal and for a page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from heard_cli import show
from heard_cli.assess.labelled_figures import (
    AgendaFigures,
    CriticalFigures,
    LabelReport,
    Mistake,
)
from heard_cli.assess.measures import Share

WIDTH: Final = 100
"""Columns that a table should need at most. Only long ids make it wider."""

_GAP: Final = 3
_EDGES: Final = 2
"""Columns beside the first and the last value of a row."""
_LEAST_WIDTH: Final = 24
"""Width down to which the last column is folded."""

ON_TUNED_REVIEWS: Final = (
    "Figures on reviews that anybody tuned on are too good: if these reviews were looked at while "
    "an engine, a phrase, a threshold or a policy was chosen, expect less on others."
)
_ON_INTERVALS: Final = (
    "A share is followed by the number of its cases and the 95 % interval (Wilson)."
)

type TableRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table with its title, and a note that a reader needs."""

    title: str
    columns: TableRow
    rows: Sequence[TableRow]
    note: str = ""

    def print(self) -> None:
        """Shows it on stdout, with a last column that is folded."""
        widths = [
            max(cell_len(cell) for cell in column)
            for column in zip(self.columns, *self.rows, strict=True)
        ]
        left = max(WIDTH - _EDGES - sum(width + _GAP for width in widths[:-1]), _LEAST_WIDTH)
        show.line(self.title, style="bold")
        show.table(
            self.columns,
            [(*row[:-1], _folded(row[-1], left)) for row in self.rows],
            empty="Nothing could be measured.",
        )
        if self.note:
            for part in textwrap.wrap(self.note, WIDTH):
                show.line(part)
            show.line()


def label_tables(report: LabelReport) -> list[FigureTable]:
    """The tables of a report. Tables without rows are left out."""
    tables = [
        *critical_tables(report),
        unread_table(report),
        agreement_table(report),
        need_table(report),
        star_table(report),
        load_table(report),
        agenda_table(report),
        perturbation_table(report),
        *mistake_tables(report),
    ]
    return [table for table in tables if table.rows]


def critical_tables(report: LabelReport) -> list[FigureTable]:
    """How critical reviews are found: in all, by language and by kind."""
    return [
        FigureTable(
            "Critical reviews: with the rules, without them, and by the rules alone",
            ("judge", "input", "recall", "false alarms"),
            [
                (row.judge, row.inputs, share_cell(row.recall), share_cell(row.false_alarms))
                for row in report.critical
            ],
            f"{_ON_INTERVALS} An engine alone is its own probability at its threshold.",
        ),
        FigureTable(
            "Critical reviews by language",
            ("judge", "input", "language", "recall", "false alarms"),
            [_scope_row(row, row.false_alarms) for row in report.critical_by_language],
            "Only languages with three critical reviews and more.",
        ),
        FigureTable(
            "Critical reviews by kind",
            ("judge", "input", "kind", "recall", "reach no person"),
            [_scope_row(row, row.no_person) for row in report.critical_by_kind],
            "The kinds are the flags of the labels. Only those with three critical reviews and "
            "more.",
        ),
    ]


def unread_table(report: LabelReport) -> FigureTable:
    """The critical reviews that reach no person, with their ids."""
    return FigureTable(
        "Critical reviews that reach no person",
        ("judge", "input", "reach no person", "ids"),
        [
            (row.judge, row.inputs, share_cell(row.no_person), _ids(row.ids))
            for row in report.unread_critical
        ],
    )


def unread_shares_table(report: LabelReport) -> FigureTable:
    """How many critical reviews reach no person, without ids."""
    full = unread_table(report)
    return FigureTable(full.title, full.columns[:-1], [row[:-1] for row in full.rows])


def agreement_table(report: LabelReport) -> FigureTable:
    """How far the five levels agree with the first rater's."""
    return FigureTable(
        "Five levels: agreement with the first rater",
        ("judge", "input", "reviews", "number", "kappa"),
        [
            (row.judge, row.inputs, row.scope, str(row.reviews), figure_cell(row.kappa))
            for row in report.levels
        ],
        "Cohen's kappa with quadratic weights: 1 is agreement, 0 is chance. The rating alone is "
        "what an engine must beat on the reviews with a rating.",
    )


def need_table(report: LabelReport) -> FigureTable:
    """How the reviews are found that need a person."""
    return FigureTable(
        "Needs a person",
        ("judge", "input", "reviews", "need one", "AUC", "recall", "precision", "load"),
        [
            (
                row.judge,
                row.inputs,
                str(row.reviews),
                str(row.true),
                figure_cell(row.auc),
                percent_cell(row.recall.share),
                percent_cell(row.precision.share),
                percent_cell(row.load.share),
            )
            for row in report.needs
        ],
        "Load is the share of all these reviews that a person reads.",
    )


def star_table(report: LabelReport) -> FigureTable:
    """How the words alone order unhappy and happy reviews."""
    return FigureTable(
        "Two stars and less, by the text alone",
        ("judge", "1-2 stars", "4-5 stars", "AUC", "3-5 stars", "AUC"),
        [
            (
                row.judge,
                str(row.unhappy),
                str(row.happy),
                figure_cell(row.happy_auc),
                str(row.others),
                figure_cell(row.others_auc),
            )
            for row in report.stars
        ],
        "How well the probability that a person is needed puts unhappy reviews before the happy "
        "ones (first AUC), and before all others (second AUC).",
    )


def load_table(report: LabelReport) -> FigureTable:
    """What happy reviews cost."""
    return FigureTable(
        "Load: happy reviews that a person reads",
        ("judge", "input", "where", "read by a person"),
        [(row.judge, row.inputs, row.scope, share_cell(row.load)) for row in report.happy_load],
        "Happy is what the first rater calls praise, and what has four stars and more.",
    )


def agenda_table(report: LabelReport) -> FigureTable:
    """How abuse and questions are found."""
    return FigureTable(
        "Abuse and questions",
        ("judge", "what", "input", "reviews", "true", "AUC", "recall", "precision", "engine alone"),
        [_agenda_row(row) for row in report.agendas],
        "Recall is that of the decision as shipped; engine alone is the recall of the engine's own "
        "probability of abuse at its threshold.",
    )


def perturbation_table(report: LabelReport) -> FigureTable:
    """What typing, keyboards and mail programs cost."""
    return FigureTable(
        "Critical reviews with typos and the like, by the text alone",
        ("judge", "change", "texts", "found before", "found after", "lost", "reach no person"),
        [
            (
                row.judge,
                row.perturbation,
                str(row.after.of),
                percent_cell(row.before.share),
                percent_cell(row.after.share),
                str(len(row.lost)),
                share_cell(row.no_person),
            )
            for row in report.perturbations
        ],
        "One changed copy of each critical review that the change alters; the same ones each time.",
    )


def mistake_tables(report: LabelReport) -> list[FigureTable]:
    """For each engine the critical reviews that it missed, and those that are none."""
    tables: list[FigureTable] = []
    for judge in report.models:
        missed = [mistake for mistake in report.missed if mistake.judge == judge]
        wrong = [mistake for mistake in report.false_criticals if mistake.judge == judge]
        tables += [
            FigureTable(
                f"Critical reviews that {judge} missed",
                ("kind", "id", "judged", "input", "reasons"),
                [_mistake_row(mistake, mistake.severity) for mistake in missed],
            ),
            FigureTable(
                f"Reviews that {judge} wrongly called critical",
                ("kind", "id", "rated", "input", "reasons"),
                [_mistake_row(mistake, mistake.label) for mistake in wrong],
                "The kind is the critical flag that a rule raised; without one the engine's "
                "probability decided.",
            ),
        ]
    return tables


def figure_cell(value: float | None) -> str:
    """A figure with three digits after the point."""
    return "-" if value is None else f"{value:.3f}"


def percent_cell(share: float | None) -> str:
    """A share in percent."""
    return "-" if share is None else f"{100 * share:.1f} %"


def share_cell(share: Share | None) -> str:
    """A share with the number of its cases and its interval."""
    if share is None or share.low is None or share.high is None:
        return "-"
    interval = f"({100 * share.low:.1f}-{100 * share.high:.1f})"
    return f"{percent_cell(share.share)} of {share.of:,} {interval}"


def _scope_row(row: CriticalFigures, second: Share | None) -> TableRow:
    return (row.judge, row.inputs, row.scope, share_cell(row.recall), share_cell(second))


def _agenda_row(row: AgendaFigures) -> TableRow:
    engine_recall = row.engine_recall.share if row.engine_recall else None
    shares = (row.recall.share, row.precision.share, engine_recall)
    about = (row.judge, row.what, row.inputs, str(row.reviews), str(row.true))
    return (*about, figure_cell(row.auc), *map(percent_cell, shares))


def _mistake_row(mistake: Mistake, severity: str) -> TableRow:
    kinds = ", ".join(mistake.kinds) or "-"
    inputs = "both" if len(mistake.inputs) > 1 else "".join(mistake.inputs)
    return (kinds, mistake.id, severity, inputs, " ".join(mistake.codes))


def _ids(ids: Iterable[str]) -> str:
    return " ".join(ids) or "-"


def _folded(cell: str, width: int) -> str:
    return "\n".join(textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False))
