"""The tables and the plot of an evaluation, for a terminal and for a page.

And where in a page they stand.
"""

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

BEGIN: Final = "<!-- figures: made by `heard assess evaluate --write` -->"
END: Final = "<!-- end of figures -->"

_ON_PERSONS: Final = (
    "Recall, precision and human load (the share of all texts that is sent to a person) are of the "
    "decision as shipped, rules and all. "
    "Stars or sentiment stand in for who needs a person, so with the rating the answer is given "
    "away: what the rating is worth is seen "
    "where people judged. VADER learned from none of the sources; it stands beside the engines on "
    "the same ones."
)
_ON_ABUSE: Final = "In sets of tweets insults at anybody count as abuse; for Heard it is what is said to a business or its staff instead of a complaint."

type TableRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what it is about, and what must be known to read it."""

    title: str
    columns: TableRow
    rows: Sequence[TableRow]
    note: str = ""


def tables(report: EvaluationReport) -> list[Table]:
    """Everything that was found, in the order in which one asks.

    Tables without rows are left out.
    """
    made = [
        Table(
            "Needs a person: averages over languages",
            (
                "judge",
                "told",
                "sources are",
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
                "source is",
                "texts",
                "need one",
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
                "source is",
                "texts",
                "need one",
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
                "told",
                "texts",
                "kappa 1st",
                "kappa 2nd",
                "critical",
                "found",
                "false alarms",
            ),
            [_level_row(each) for each in report.levels],
            "Quadratic-weighted kappa with the first and the second rater, who both knew text and "
            "rating. The rest is by the first rater.",
        ),
        Table(
            "Needs a person, by the first rater",
            ("judge", "told", "texts", "AUC", "recall", "precision", "load"),
            [_rater_person_row(each) for each in report.levels],
        ),
        *(_confusion_table(each) for each in report.levels if each.judge in report.models),
        Table(
            "Abuse and questions",
            (
                "judge",
                "what",
                "source",
                "source is",
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
            ("judge", "told", "on", "texts", "expected calibration error"),
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
            "Processor time. The first figure is a whole assessment, with rules and reasons; the "
            "others are the engine alone.",
        ),
    ]
    return [table for table in made if table.rows]


def plot(report: EvaluationReport, on: str) -> str:
    """The reliability of the engines' needs_person from text alone, as SVG."""
    drawn = {
        each.judge: each.bins
        for each in report.calibrations
        if each.on == on and each.inputs is Inputs.TEXT
    }
    return reliability.plot(
        drawn,
        "Does needs_person mean what it says?",
        "needs_person, from text alone",
        "did need one",
    )


def has_markers(page: str) -> bool:
    """Whether a page has a place for the figures."""
    return 0 <= page.find(BEGIN) < page.find(END)


def replace_figures(page: str, report: EvaluationReport, plot_name: str) -> str:
    """The page with these figures in the place of those it had."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    models = " and ".join(f"`{model}`" for model in report.models.values())
    drawn = f"![Reliability of needs_person on unseen sources, by engine]({plot_name})"
    about = f"Judged: {models}, with the rules on top of them. At most {report.limit} texts of a source."
    return "\n\n".join(
        [f"{before}{BEGIN}", about, *map(_markdown, tables(report)), drawn, f"{END}{after}"]
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
        f"What {each.judge} made of each level: {each.inputs}",
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
