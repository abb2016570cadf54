"""The tables and the plot of an evaluation, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from heard_cli.assess import labelled_tables
from heard_cli.assess.labelled_figures import LabelReport
from heard_cli.assess.labelled_tables import FigureTable, TableRow, figure_cell, percent_cell
from heard_cli.assess.predictions import Inputs
from heard_training import reliability
from heard_training.corpus import RATED_SET
from heard_training.findings import (
    LEVELS,
    AverageFigures,
    Calibration,
    DetectionFigures,
    EvaluationReport,
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


def tables(report: EvaluationReport) -> list[FigureTable]:
    """The tables of a report. Tables without rows are left out."""
    all_tables = [
        FigureTable(
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
            [_average_row(average) for average in report.averages],
            _ON_PERSONS,
        ),
        FigureTable(
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
                _person_row(figures)
                for figures in _by_source(report.persons)
                if figures.inputs is Inputs.TEXT
            ],
        ),
        FigureTable(
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
                _person_row(figures)
                for figures in _by_source(report.persons)
                if figures.inputs is Inputs.BOTH
            ],
        ),
        FigureTable(
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
            [_level_row(figures) for figures in report.levels],
            "Quadratic-weighted kappa with the first and with the second rater, who both knew text "
            "and rating. The other figures are by the first rater.",
        ),
        FigureTable(
            "Needs a person, by the first rater",
            ("judge", "input", "texts", "AUC", "recall", "precision", "load"),
            [_rater_person_row(figures) for figures in report.levels],
        ),
        *(_confusion_table(figures) for figures in report.levels if figures.judge in report.models),
        *_rated_tables(report.rated),
        FigureTable(
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
            [_detection_row(figures) for figures in report.detections],
            _ON_ABUSE,
        ),
        FigureTable(
            "Calibration of needs_person",
            ("judge", "input", "on", "texts", "expected calibration error"),
            [_calibration_row(calibration) for calibration in report.calibrations],
        ),
        FigureTable(
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
            [_cost_row(cost) for cost in report.costs],
            "Processor time. The first figure is of whole assessments, with rules and reasons; the "
            "others are of the engine alone.",
        ),
    ]
    return [table for table in all_tables if table.rows]


def _rated_tables(report: LabelReport) -> list[FigureTable]:
    """The tables of `heard assess evaluate` that the others do not have, of the rated set."""
    rated_tables = (
        *labelled_tables.critical_tables(report),
        labelled_tables.unread_shares_table(report),
        labelled_tables.agreement_table(report),
        labelled_tables.star_table(report),
        labelled_tables.load_table(report),
        labelled_tables.perturbation_table(report),
    )
    return [replace(table, title=f"{RATED_SET}: {table.title}") for table in rated_tables]


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


def _markdown(table: FigureTable) -> str:
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


def _by_source(persons: Iterable[PersonFigures]) -> list[PersonFigures]:
    return sorted(
        persons,
        key=lambda figures: (
            list(SourceStatus).index(figures.status),
            figures.source,
            figures.language,
        ),
    )


def _average_row(average: AverageFigures) -> TableRow:
    figures = (
        figure_cell(average.auc),
        percent_cell(average.recall),
        percent_cell(average.precision),
        percent_cell(average.load),
    )
    return (
        average.judge,
        average.inputs,
        average.status,
        str(average.sources),
        " ".join(average.languages),
        *figures,
    )


def _person_row(person: PersonFigures) -> TableRow:
    figures = (
        figure_cell(person.auc),
        percent_cell(person.recall),
        percent_cell(person.precision),
        percent_cell(person.load),
    )
    return (
        person.source,
        person.language,
        person.judge,
        person.status,
        str(person.texts),
        percent_cell(person.share),
        *figures,
    )


def _level_row(level: LevelFigures) -> TableRow:
    kappas = (figure_cell(level.kappa_first), figure_cell(level.kappa_second))
    alarms = (
        str(level.critical),
        percent_cell(level.critical_recall),
        percent_cell(level.critical_false_alarms),
    )
    return (level.judge, level.inputs, str(level.texts), *kappas, *alarms)


def _rater_person_row(level: LevelFigures) -> TableRow:
    figures = (
        figure_cell(level.person_auc),
        percent_cell(level.person_recall),
        percent_cell(level.person_precision),
        percent_cell(level.person_load),
    )
    return (level.judge, level.inputs, str(level.texts), *figures)


def _confusion_table(level: LevelFigures) -> FigureTable:
    rows = [
        (str(severity), *map(str, counts))
        for severity, counts in reversed(list(zip(LEVELS, level.confusion, strict=True)))
    ]
    rows = [(severity, *reversed(counts)) for severity, *counts in rows]
    return FigureTable(
        f"Levels by {level.judge} for each level of the first rater: {level.inputs}",
        ("first rater", *map(str, reversed(LEVELS))),
        rows,
    )


def _detection_row(detection: DetectionFigures) -> TableRow:
    figures = (
        figure_cell(detection.auc),
        percent_cell(detection.recall),
        percent_cell(detection.precision),
        percent_cell(detection.f1),
    )
    return (
        detection.judge,
        detection.what,
        detection.source,
        detection.status,
        str(detection.texts),
        str(detection.true),
        *figures,
    )


def _calibration_row(calibration: Calibration) -> TableRow:
    return (
        calibration.judge,
        calibration.inputs,
        calibration.on,
        str(calibration.texts),
        percent_cell(calibration.error),
    )


def _cost_row(cost: Cost) -> TableRow:
    times = (
        f"{cost.forty_words_ms:.2f} ms",
        f"{cost.short_ms:.2f} ms",
        f"{cost.long_ms:.2f} ms",
        f"{cost.load_ms:.0f} ms",
    )
    return (cost.engine, f"{cost.reviews_a_second:,.0f}", *times, f"{cost.memory_mb:.0f} MB")
