"""The figures of an evaluation: how well judges do on labelled texts.

A judge is an engine, a baseline, or the second rater. Pure: it gets the judges' predictions and
knows neither engines nor files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from heard.assessment import Agenda, Severity
from heard_cli.assess.labelled_figures import LabelReport
from heard_cli.assess.measures import (
    Bin,
    Confusion,
    auc,
    binary_counts,
    bins,
    calibration_error,
    confusion,
    kappa,
    mean,
)
from heard_cli.assess.predictions import Inputs, Prediction
from heard_training.corpus import Label, RatedRow, Row
from heard_training.speed import Cost

LEVELS: Final = (Severity.PRAISE, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
"""The levels by rank."""

UNKNOWN: Final = "?"
"""The language of rows whose set does not know it."""

MIN_TEXTS: Final = 20
"""A source and language with fewer texts gets no figures."""


class SourceStatus(StrEnum):
    """What the engines knew of a source before they were measured on it.

    A baseline has the status of the engines.
    """

    UNSEEN = "unseen"
    LEFT_OUT = "left out"
    """The engine ships with it, but for this figure it was trained without the source's family."""

    NEW_LANGUAGE = "left out, with its language"
    """The same, and no other source of training is in its language.

    The engine knows the language only from our examples and phrases.
    """

    SEEN = "seen"
    """It learned from this source: the figure is too good and is in no average."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row and a judge's predictions: by its words alone, and with its rating if it has one."""

    row: Row
    text_only: Prediction
    with_rating: Prediction | None = None

    def prediction(self, inputs: Inputs) -> Prediction:
        """The prediction for these inputs; the one by the words if the row has no rating."""
        return (
            self.text_only
            if inputs is Inputs.TEXT or self.with_rating is None
            else self.with_rating
        )


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """How well a judge finds the texts of one source and language that need a person.

    Stars or sentiment decide which texts need one.
    """

    judge: str
    inputs: Inputs
    source: str
    language: str
    status: SourceStatus
    texts: int
    share: float
    auc: float | None
    recall: float | None
    precision: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class AverageFigures:
    """Means over languages of the means over a language's sources. No source is a seen one."""

    judge: str
    inputs: Inputs
    status: SourceStatus
    sources: int
    languages: tuple[str, ...]
    auc: float | None
    recall: float | None
    precision: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """How a judge's five levels, and its calls for a person, agree with two raters.

    All figures except `kappa_second` are by the first rater. `confusion` has the first rater's
    levels as rows and the judge's as columns, praise first.
    """

    judge: str
    inputs: Inputs
    texts: int
    kappa_first: float | None
    kappa_second: float | None
    critical: int
    critical_recall: float | None
    critical_false_alarms: float | None
    person_auc: float | None
    person_recall: float | None
    person_precision: float | None
    person_load: float | None
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class DetectionFigures:
    """How well a judge finds abuse or questions."""

    judge: str
    what: str
    source: str
    status: SourceStatus
    texts: int
    true: int
    auc: float | None
    recall: float | None
    precision: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """A judge's probabilities that a person is needed, and how often one was."""

    judge: str
    inputs: Inputs
    on: str
    texts: int
    error: float | None
    bins: tuple[Bin, ...]


@dataclass(slots=True)
class EvaluationReport:
    """All figures of an evaluation."""

    models: dict[str, str] = field(default_factory=dict[str, str])
    limit: int = 0
    persons: list[PersonFigures] = field(default_factory=list[PersonFigures])
    averages: list[AverageFigures] = field(default_factory=list[AverageFigures])
    levels: list[LevelFigures] = field(default_factory=list[LevelFigures])
    detections: list[DetectionFigures] = field(default_factory=list[DetectionFigures])
    calibrations: list[Calibration] = field(default_factory=list[Calibration])
    rated: LabelReport = field(default_factory=LabelReport)
    """What `heard assess evaluate` shows, of the rows that two people rated."""

    costs: list[Cost] = field(default_factory=list[Cost])
    notes: list[str] = field(default_factory=list[str])


type StatusOf = Callable[[str, str | None], SourceStatus]
"""The status of a source and a language for a judge."""


def person_figures(
    judge: str, judged_rows: Iterable[JudgedRow], status_of: StatusOf, inputs: Inputs
) -> list[PersonFigures]:
    """The figures by source and language; with ratings only of texts that have one."""
    groups: defaultdict[tuple[str, str | None], list[tuple[bool, Prediction]]] = defaultdict(list)
    for judged in judged_rows:
        if judged.row.polarity is not None and (inputs is Inputs.TEXT or judged.with_rating):
            groups[judged.row.source, judged.row.language].append(
                (judged.row.polarity == 1, judged.prediction(inputs))
            )
    results: list[PersonFigures] = []
    for (source, language), pairs in sorted(
        groups.items(), key=lambda group: (group[0][0], group[0][1] or UNKNOWN)
    ):
        if len(pairs) >= MIN_TEXTS:
            truths = [truth for truth, _ in pairs]
            counts = binary_counts(truths, [prediction.needs_person for _, prediction in pairs])
            area = auc(truths, [prediction.probability for _, prediction in pairs])
            share = sum(truths) / len(truths)
            figures = (area, counts.recall, counts.precision, counts.load)
            results.append(
                PersonFigures(
                    judge,
                    inputs,
                    source,
                    language or UNKNOWN,
                    status_of(source, language),
                    len(pairs),
                    share,
                    *figures,
                )
            )
    return results


def average_figures(persons: Iterable[PersonFigures]) -> list[AverageFigures]:
    """One average for each judge, its inputs, and the status of the sources.

    Sources with one class only, and texts whose language is unknown, are left out.
    """
    groups: defaultdict[tuple[str, Inputs, SourceStatus], list[PersonFigures]] = defaultdict(list)
    for figures in persons:
        if (
            figures.status is not SourceStatus.SEEN
            and figures.auc is not None
            and figures.language != UNKNOWN
        ):
            groups[figures.judge, figures.inputs, figures.status].append(figures)
    return [_average_of(group) for group in groups.values()]


def _average_of(group: Sequence[PersonFigures]) -> AverageFigures:
    by_language: defaultdict[str, list[PersonFigures]] = defaultdict(list)
    for figures in group:
        by_language[figures.language].append(figures)

    def mean_of(figure: Callable[[PersonFigures], float | None]) -> float | None:
        return mean(mean(map(figure, language_group)) for language_group in by_language.values())

    return AverageFigures(
        group[0].judge,
        group[0].inputs,
        group[0].status,
        len({figures.source for figures in group}),
        tuple(sorted(by_language)),
        mean_of(lambda figures: figures.auc),
        mean_of(lambda figures: figures.recall),
        mean_of(lambda figures: figures.precision),
        mean_of(lambda figures: figures.load),
    )


def level_figures(
    judge: str, rated: Sequence[RatedRow], predictions: Sequence[Prediction], inputs: Inputs
) -> LevelFigures:
    """A judge compared with both raters, who knew rating and text."""
    first, second = ([row.ratings[rater] for row in rated] for rater in (0, 1))
    predicted_levels = [prediction.severity for prediction in predictions]
    table = _level_confusion(first, predicted_levels)
    critical = [label.severity is Severity.CRITICAL for label in first]
    critical_counts = binary_counts(
        critical, [severity is Severity.CRITICAL for severity in predicted_levels]
    )
    person = [label.needs_person for label in first]
    person_counts = binary_counts(person, [prediction.needs_person for prediction in predictions])
    return LevelFigures(
        judge=judge,
        inputs=inputs,
        texts=len(rated),
        kappa_first=kappa(table),
        kappa_second=kappa(_level_confusion(second, predicted_levels)),
        critical=sum(critical),
        critical_recall=critical_counts.recall,
        critical_false_alarms=critical_counts.false_alarms,
        person_auc=auc(person, [prediction.probability for prediction in predictions]),
        person_recall=person_counts.recall,
        person_precision=person_counts.precision,
        person_load=person_counts.load,
        confusion=table,
    )


def second_rater(rated: Sequence[RatedRow]) -> LevelFigures:
    """The second rater as a judge: an upper limit for what a judge can reach."""
    predictions = [
        Prediction(float(b.needs_person), b.needs_person, b.severity)
        for _, b in (row.ratings for row in rated)
    ]
    return level_figures("second rater", rated, predictions, Inputs.BOTH)


def abuse_figures(
    judge: str, judged_rows: Iterable[JudgedRow], status_of: StatusOf
) -> list[DetectionFigures]:
    """How well abuse is found in each source that labels offensive texts."""
    groups: defaultdict[str, list[JudgedRow]] = defaultdict(list)
    for judged in judged_rows:
        if judged.row.offensive is not None:
            groups[judged.row.source].append(judged)
    return [
        _detection_figures(
            judge,
            "abuse",
            source,
            status_of(source, group[0].row.language),
            [(bool(judged.row.offensive), judged.text_only) for judged in group],
        )
        for source, group in sorted(groups.items())
    ]


def rated_figures(
    judge: str, rated: Sequence[RatedRow], predictions: Sequence[Prediction], source: str
) -> list[DetectionFigures]:
    """How well abuse and questions are found in the rated texts, by the first rater."""
    truths = [row.ratings[0] for row in rated]
    abusive = [
        (label.agenda is Agenda.ABUSE, prediction)
        for label, prediction in zip(truths, predictions, strict=True)
    ]
    asking = [
        (label.agenda is Agenda.QUESTION or "question" in label.flags, prediction)
        for label, prediction in zip(truths, predictions, strict=True)
    ]
    return [
        _detection_figures(judge, "abuse", source, SourceStatus.UNSEEN, abusive),
        _detection_figures(judge, "question", source, SourceStatus.UNSEEN, asking),
    ]


def _detection_figures(
    judge: str,
    what: str,
    source: str,
    status: SourceStatus,
    pairs: Sequence[tuple[bool, Prediction]],
) -> DetectionFigures:
    truths = [truth for truth, _ in pairs]
    counts = binary_counts(
        truths,
        [prediction.abuse if what == "abuse" else prediction.question for _, prediction in pairs],
    )
    score = (
        auc(truths, [prediction.abuse_probability for _, prediction in pairs])
        if what == "abuse"
        else None
    )
    return DetectionFigures(
        judge,
        what,
        source,
        status,
        len(pairs),
        sum(truths),
        score,
        counts.recall,
        counts.precision,
        counts.f1,
    )


def calibration(
    judge: str, truths: Sequence[bool], predictions: Sequence[Prediction], inputs: Inputs, on: str
) -> Calibration:
    """The calibration of a judge's probabilities."""
    parts = bins(truths, [prediction.probability for prediction in predictions])
    return Calibration(judge, inputs, on, len(truths), calibration_error(parts), parts)


def _level_confusion(truths: Sequence[Label], predicted: Sequence[Severity]) -> Confusion:
    return confusion(
        [label.severity.rank for label in truths],
        [severity.rank for severity in predicted],
        len(LEVELS),
    )
