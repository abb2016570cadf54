"""What an evaluation finds: figures of judges on labelled texts, each with what it was measured on.

Pure: it is handed what the judges said, and knows neither engines nor files. A judge is an engine,
a baseline, or the second rater.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from heard.assessment import Agenda, Severity
from heard_training.baselines import Prediction
from heard_training.corpus import Label, RatedRow, Row
from heard_training.measures import (
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
from heard_training.speed import Cost

LEVELS: Final = (Severity.PRAISE, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
"""By rank."""

UNKNOWN: Final = "?"
"""Stands for the language of rows whose set does not know it."""

MIN_TEXTS: Final = 20
"""Texts of a source and language below which nothing is said of them."""


class SourceStatus(StrEnum):
    """What the engines knew of a source before they were judged on it.

    A baseline stands beside them.
    """

    UNSEEN = "unseen"
    LEFT_OUT = "left out"
    """The engine ships with it, and was trained again without it and its family for this figure."""

    NEW_LANGUAGE = "left out, with its language"
    """The same, and no other source of training is in its language.

    What it knows of that is from our examples and phrases.
    """

    SEEN = "seen"
    """It learned from this very source; the figure flatters it and is in no average."""


class Inputs(StrEnum):
    """What a judge was told of a review."""

    TEXT = "text"
    BOTH = "text and rating"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row, and what a judge said of it.

    By its words alone, and with its rating where it has one.
    """

    row: Row
    text_only: Prediction
    with_rating: Prediction | None = None

    def prediction(self, inputs: Inputs) -> Prediction:
        """The verdict; that on the words where there is no rating."""
        return (
            self.text_only
            if inputs is Inputs.TEXT or self.with_rating is None
            else self.with_rating
        )


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """How well a judge tells, in texts of one source and language, who needs a person.

    By stars or sentiment, which stand in for that.
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
    """Means over languages of the means over a language's sources, none of them seen."""

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

    All but `kappa_second` with the first.

    `confusion` has the first rater's levels as rows and the judge's as columns, praise first.
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
    """What a judge said to be the probability that a person is needed, beside how often one was."""

    judge: str
    inputs: Inputs
    on: str
    texts: int
    error: float | None
    bins: tuple[Bin, ...]


@dataclass(slots=True)
class EvaluationReport:
    """All that was found."""

    models: dict[str, str] = field(default_factory=dict[str, str])
    limit: int = 0
    persons: list[PersonFigures] = field(default_factory=list[PersonFigures])
    averages: list[AverageFigures] = field(default_factory=list[AverageFigures])
    levels: list[LevelFigures] = field(default_factory=list[LevelFigures])
    detections: list[DetectionFigures] = field(default_factory=list[DetectionFigures])
    calibrations: list[Calibration] = field(default_factory=list[Calibration])
    costs: list[Cost] = field(default_factory=list[Cost])
    notes: list[str] = field(default_factory=list[str])


type StatusOf = Callable[[str, str | None], SourceStatus]
"""What a judge knew of a source and a language."""


def person_figures(
    judge: str, judged_rows: Iterable[JudgedRow], status_of: StatusOf, inputs: Inputs
) -> list[PersonFigures]:
    """One figure a source and language; with ratings, only of what has one."""
    groups: defaultdict[tuple[str, str | None], list[tuple[bool, Prediction]]] = defaultdict(list)
    for each in judged_rows:
        if each.row.polarity is not None and (inputs is Inputs.TEXT or each.with_rating):
            groups[each.row.source, each.row.language].append(
                (each.row.polarity == 1, each.prediction(inputs))
            )
    results: list[PersonFigures] = []
    for (source, language), pairs in sorted(
        groups.items(), key=lambda group: (group[0][0], group[0][1] or UNKNOWN)
    ):
        if len(pairs) >= MIN_TEXTS:
            truths = [truth for truth, _ in pairs]
            counts = binary_counts(truths, [verdict.needs_person for _, verdict in pairs])
            area = auc(truths, [verdict.probability for _, verdict in pairs])
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
    """One average for each judge, what it was told, and the standing of its sources.

    Sources with one class alone, and texts in a language that nobody knows, have no part in it.
    """
    groups: defaultdict[tuple[str, Inputs, SourceStatus], list[PersonFigures]] = defaultdict(list)
    for each in persons:
        if (
            each.status is not SourceStatus.SEEN
            and each.auc is not None
            and each.language != UNKNOWN
        ):
            groups[each.judge, each.inputs, each.status].append(each)
    return [_average_of(group) for group in groups.values()]


def _average_of(group: Sequence[PersonFigures]) -> AverageFigures:
    by_language: defaultdict[str, list[PersonFigures]] = defaultdict(list)
    for each in group:
        by_language[each.language].append(each)

    def mean_of(figure: Callable[[PersonFigures], float | None]) -> float | None:
        return mean(mean(map(figure, each)) for each in by_language.values())

    return AverageFigures(
        group[0].judge,
        group[0].inputs,
        group[0].status,
        len({each.source for each in group}),
        tuple(sorted(by_language)),
        mean_of(lambda each: each.auc),
        mean_of(lambda each: each.recall),
        mean_of(lambda each: each.precision),
        mean_of(lambda each: each.load),
    )


def level_figures(
    judge: str, rated: Sequence[RatedRow], predictions: Sequence[Prediction], inputs: Inputs
) -> LevelFigures:
    """A judge beside both raters, who knew rating and text."""
    first, second = ([each.ratings[rater] for each in rated] for rater in (0, 1))
    predicted_levels = [verdict.severity for verdict in predictions]
    table = _level_confusion(first, predicted_levels)
    critical = [judged.severity is Severity.CRITICAL for judged in first]
    critical_counts = binary_counts(
        critical, [severity is Severity.CRITICAL for severity in predicted_levels]
    )
    person = [judged.needs_person for judged in first]
    person_counts = binary_counts(person, [verdict.needs_person for verdict in predictions])
    return LevelFigures(
        judge=judge,
        inputs=inputs,
        texts=len(rated),
        kappa_first=kappa(table),
        kappa_second=kappa(_level_confusion(second, predicted_levels)),
        critical=sum(critical),
        critical_recall=critical_counts.recall,
        critical_false_alarms=critical_counts.false_alarms,
        person_auc=auc(person, [verdict.probability for verdict in predictions]),
        person_recall=person_counts.recall,
        person_precision=person_counts.precision,
        person_load=person_counts.load,
        confusion=table,
    )


def second_rater(rated: Sequence[RatedRow]) -> LevelFigures:
    """What the second rater said, as if it were a judge: as much as can be asked of one."""
    predictions = [
        Prediction(float(b.needs_person), b.needs_person, b.severity)
        for _, b in (each.ratings for each in rated)
    ]
    return level_figures("second rater", rated, predictions, Inputs.BOTH)


def abuse_figures(
    judge: str, judged_rows: Iterable[JudgedRow], status_of: StatusOf
) -> list[DetectionFigures]:
    """Of each source that says what is offensive: how well that is found."""
    groups: defaultdict[str, list[JudgedRow]] = defaultdict(list)
    for each in judged_rows:
        if each.row.offensive is not None:
            groups[each.row.source].append(each)
    return [
        _detection_figures(
            judge,
            "abuse",
            source,
            status_of(source, group[0].row.language),
            [(bool(each.row.offensive), each.text_only) for each in group],
        )
        for source, group in sorted(groups.items())
    ]


def rated_figures(
    judge: str, rated: Sequence[RatedRow], predictions: Sequence[Prediction], source: str
) -> list[DetectionFigures]:
    """Abuse and questions in what two people rated, by the first of them."""
    truths = [each.ratings[0] for each in rated]
    abusive = [
        (judged.agenda is Agenda.ABUSE, verdict)
        for judged, verdict in zip(truths, predictions, strict=True)
    ]
    asking = [
        (judged.agenda is Agenda.QUESTION or "question" in judged.flags, v)
        for judged, v in zip(truths, predictions, strict=True)
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
        truths, [verdict.abuse if what == "abuse" else verdict.question for _, verdict in pairs]
    )
    score = (
        auc(truths, [verdict.abuse_probability for _, verdict in pairs])
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
    """How far a judge's probabilities can be taken at their word."""
    parts = bins(truths, [verdict.probability for verdict in predictions])
    return Calibration(judge, inputs, on, len(truths), calibration_error(parts), parts)


def _level_confusion(truths: Sequence[Label], predicted: Sequence[Severity]) -> Confusion:
    return confusion(
        [judged.severity.rank for judged in truths],
        [severity.rank for severity in predicted],
        len(LEVELS),
    )
