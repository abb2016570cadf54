"""The tables and the plot of an evaluation, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from heard_training import reliability
from heard_training.findings import (
    LEVELS,
    AverageFigures,
    Calibration,
    DetectionFigures,
    EvaluationReport,
    Inputs,
    LevelFigures,
    PersonFigures,
    SourceStatus,
)
from heard_training.speed import Cost

BEGIN: Final = "<!-- figures: made by `python -m heard_training evaluate --write` -->"
END: Final = "<!-- end of figures -->"

_ON_PERSONS: Final = (
    "Recall, precision and load (the share of all texts that goes to a person) are those of the "
    "decision as shipped, with rules. Stars or sentiment are used instead of a person's label, so "
    "the rating gives the label away: only the tables with raters show what a rating is worth. "
    "VADER learned from none of the sources, and is measured on the same ones as the engines."
)
_ON_ABUSE: Final = (
    "In sets of tweets an insult of anybody counts as abuse. For Heard abuse is an insult of a "
    "business or its staff instead of a complaint."
)

type TableRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title, and a note that a reader needs."""

    title: str
    columns: TableRow
    rows: Sequence[TableRow]
    note: str = ""


def tables(report: EvaluationReport) -> list[Table]:
    """The tables of a report. Tables without rows are left out."""
    all_tables = [
        Table(
            "Needs a person: averages over languages",
            (
                "judge",
                "input",
                "status",
                "sources",
                "languages",
                "AUC",
                "recall",
                "precision",
                "load",
            ),
            [_average_row(each) for each in report.averages],
            _ON_PERSONS,
        ),
        Table(
            "Needs a person: by source and language, text alone",
            (
                "source",
                "language",
                "judge",
                "status",
                "texts",
                "need a person",
                "AUC",
                "recall",
                "precision",
                "load",
            ),
            [
                _person_row(each)
                for each in _by_source(report.persons)
                if each.inputs is Inputs.TEXT
            ],
        ),
        Table(
            "Needs a person: by source and language, with the rating",
            (
                "source",
                "language",
                "judge",
                "status",
                "texts",
                "need a person",
                "AUC",
                "recall",
                "precision",
                "load",
            ),
            [
                _person_row(each)
                for each in _by_source(report.persons)
                if each.inputs is Inputs.BOTH
            ],
        ),
        Table(
            "Five levels and critical reviews, by two raters",
            (
                "judge",
                "input",
                "texts",
                "kappa 1st",
                "kappa 2nd",
                "critical",
                "recall",
                "false alarms",
            ),
            [_level_row(each) for each in report.levels],
            "Quadratic-weighted kappa with the first and with the second rater, who both knew text "
            "and rating. The other figures are by the first rater.",
        ),
        Table(
            "Needs a person, by the first rater",
            ("judge", "input", "texts", "AUC", "recall", "precision", "load"),
            [_rater_person_row(each) for each in report.levels],
        ),
        *(_confusion_table(each) for each in report.levels if each.judge in report.models),
        Table(
            "Abuse and questions",
            (
                "judge",
                "what",
                "source",
                "status",
                "texts",
                "true",
                "AUC",
                "recall",
                "precision",
                "F1",
            ),
            [_detection_row(each) for each in report.detections],
            _ON_ABUSE,
        ),
        Table(
            "Calibration of needs_person",
            ("judge", "input", "on", "texts", "expected calibration error"),
            [_calibration_row(each) for each in report.calibrations],
        ),
        Table(
            "Cost, one core",
            (
                "engine",
                "reviews of 40 words a second",
                "40 words",
                "short text",
                "300 characters",
                "load",
                "memory",
            ),
            [_cost_row(each) for each in report.costs],
            "Processor time. The first figure is of whole assessments, with rules and reasons; the "
            "others are of the engine alone.",
        ),
    ]
    return [table for table in all_tables if table.rows]


def plot(report: EvaluationReport, on: str) -> str:
    """The reliability of the engines' needs_person from text alone, as SVG."""
    bins = {
        calibration.judge: calibration.bins
        for calibration in report.calibrations
        if calibration.on == on and calibration.inputs is Inputs.TEXT
    }
    return reliability.plot(
        bins,
        "How reliable is the probability needs_person?",
        "needs_person, from text alone",
        "share that needed a person",
    )


def has_markers(page: str) -> bool:
    """Whether a page has a place for the figures."""
    return 0 <= page.find(BEGIN) < page.find(END)


def replace_figures(page: str, report: EvaluationReport, plot_name: str) -> str:
    """The page with these figures instead of the old ones."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    models = " and ".join(f"`{model}`" for model in report.models.values())
    plot_link = f"![Reliability of needs_person on unseen sources, by engine]({plot_name})"
    about = (
        f"Measured: {models}, with the rules on top of them. At most {report.limit} texts of a "
        "source."
    )
    return "\n\n".join(
        [f"{before}{BEGIN}", about, *map(_markdown, tables(report)), plot_link, f"{END}{after}"]
    )


def _markdown(table: Table) -> str:
    lines = [
        _markdown_row(table.columns),
        _markdown_row("---" for _ in table.columns),
        *map(_markdown_row, table.rows),
    ]
    return "\n\n".join(
        part for part in (f"### {table.title}", "\n".join(lines), table.note) if part
    )


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _by_source(found: Iterable[PersonFigures]) -> list[PersonFigures]:
    return sorted(
        found, key=lambda each: (list(SourceStatus).index(each.status), each.source, each.language)
    )


def _average_row(each: AverageFigures) -> TableRow:
    figures = (
        _figure(each.auc),
        _percent(each.recall),
        _percent(each.precision),
        _percent(each.load),
    )
    return (
        each.judge,
        each.inputs,
        each.status,
        str(each.sources),
        " ".join(each.languages),
        *figures,
    )


def _person_row(each: PersonFigures) -> TableRow:
    figures = (
        _figure(each.auc),
        _percent(each.recall),
        _percent(each.precision),
        _percent(each.load),
    )
    return (
        each.source,
        each.language,
        each.judge,
        each.status,
        str(each.texts),
        _percent(each.share),
        *figures,
    )


def _level_row(each: LevelFigures) -> TableRow:
    kappas = (_figure(each.kappa_first), _figure(each.kappa_second))
    alarms = (
        str(each.critical),
        _percent(each.critical_recall),
        _percent(each.critical_false_alarms),
    )
    return (each.judge, each.inputs, str(each.texts), *kappas, *alarms)


def _rater_person_row(each: LevelFigures) -> TableRow:
    figures = (
        _figure(each.person_auc),
        _percent(each.person_recall),
        _percent(each.person_precision),
        _percent(each.person_load),
    )
    return (each.judge, each.inputs, str(each.texts), *figures)


def _confusion_table(each: LevelFigures) -> Table:
    rows = [
        (str(level), *map(str, counts))
        for level, counts in reversed(list(zip(LEVELS, each.confusion, strict=True)))
    ]
    rows = [(level, *reversed(counts)) for level, *counts in rows]
    return Table(
        f"Levels by {each.judge} for each level of the first rater: {each.inputs}",
        ("first rater", *map(str, reversed(LEVELS))),
        rows,
    )


def _detection_row(each: DetectionFigures) -> TableRow:
    figures = (
        _figure(each.auc),
        _percent(each.recall),
        _percent(each.precision),
        _percent(each.f1),
    )
    return (
        each.judge,
        each.what,
        each.source,
        each.status,
        str(each.texts),
        str(each.true),
        *figures,
    )


def _calibration_row(each: Calibration) -> TableRow:
    return (each.judge, each.inputs, each.on, str(each.texts), _percent(each.error))


def _cost_row(each: Cost) -> TableRow:
    times = (
        f"{each.forty_words_ms:.2f} ms",
        f"{each.short_ms:.2f} ms",
        f"{each.long_ms:.2f} ms",
        f"{each.load_ms:.0f} ms",
    )
    return (each.engine, f"{each.reviews_a_second:,.0f}", *times, f"{each.memory_mb:.0f} MB")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
