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
from heard_training.baselines import Verdict
from heard_training.corpus import Judged, Rated, Row
from heard_training.measures import (
    Bin,
    Confusion,
    auc,
    bins,
    calibration_error,
    confusion,
    hits,
    kappa,
    mean,
)
from heard_training.speed import Cost

LEVELS: Final = (Severity.PRAISE, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
"""By rank."""

UNKNOWN: Final = "?"
"""Stands for the language of rows whose set does not know it."""

FEWEST: Final = 20
"""Texts of a source and language below which nothing is said of them."""


class Standing(StrEnum):
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


class Told(StrEnum):
    """What a judge was told of a review."""

    TEXT = "text"
    BOTH = "text and rating"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Heard:
    """A row, and what a judge said of it.

    By its words alone, and with its rating where it has one.
    """

    row: Row
    words: Verdict
    both: Verdict | None = None

    def verdict(self, told: Told) -> Verdict:
        """The verdict; that on the words where there is no rating."""
        return self.words if told is Told.TEXT or self.both is None else self.both


@dataclass(frozen=True, slots=True)
class Person:
    """How well a judge tells, in texts of one source and language, who needs a person.

    By stars or sentiment, which stand in for that.
    """

    judge: str
    told: Told
    source: str
    language: str
    standing: Standing
    texts: int
    share: float
    auc: float | None
    recall: float | None
    precision: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class Average:
    """Means over languages of the means over a language's sources, none of them seen."""

    judge: str
    told: Told
    standing: Standing
    sources: int
    languages: tuple[str, ...]
    auc: float | None
    recall: float | None
    precision: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class Levels:
    """How a judge's five levels, and its calls for a person, agree with two raters.

    All but `kappa_second` with the first.

    `confusion` has the first rater's levels as rows and the judge's as columns, praise first.
    """

    judge: str
    told: Told
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
class Found:
    """How well a judge finds abuse or questions."""

    judge: str
    what: str
    source: str
    standing: Standing
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
    told: Told
    on: str
    texts: int
    error: float | None
    bins: tuple[Bin, ...]


@dataclass(slots=True)
class Report:
    """All that was found."""

    models: dict[str, str] = field(default_factory=dict[str, str])
    limit: int = 0
    persons: list[Person] = field(default_factory=list[Person])
    averages: list[Average] = field(default_factory=list[Average])
    levels: list[Levels] = field(default_factory=list[Levels])
    found: list[Found] = field(default_factory=list[Found])
    calibrations: list[Calibration] = field(default_factory=list[Calibration])
    costs: list[Cost] = field(default_factory=list[Cost])
    notes: list[str] = field(default_factory=list[str])


type Known = Callable[[str, str | None], Standing]
"""What a judge knew of a source and a language."""


def persons(judge: str, heard: Iterable[Heard], standing: Known, told: Told) -> list[Person]:
    """One figure a source and language; with ratings, only of what has one."""
    groups: defaultdict[tuple[str, str | None], list[tuple[bool, Verdict]]] = defaultdict(list)
    for each in heard:
        if each.row.polarity is not None and (told is Told.TEXT or each.both):
            groups[each.row.source, each.row.language].append(
                (each.row.polarity == 1, each.verdict(told))
            )
    found: list[Person] = []
    for (source, language), pairs in sorted(
        groups.items(), key=lambda group: (group[0][0], group[0][1] or UNKNOWN)
    ):
        if len(pairs) >= FEWEST:
            truths = [truth for truth, _ in pairs]
            called = hits(truths, [verdict.person for _, verdict in pairs])
            area = auc(truths, [verdict.probability for _, verdict in pairs])
            share = sum(truths) / len(truths)
            figures = (area, called.recall, called.precision, called.load)
            found.append(
                Person(
                    judge,
                    told,
                    source,
                    language or UNKNOWN,
                    standing(source, language),
                    len(pairs),
                    share,
                    *figures,
                )
            )
    return found


def averages(found: Iterable[Person]) -> list[Average]:
    """One average for each judge, what it was told, and the standing of its sources.

    Sources with one class alone, and texts in a language that nobody knows, have no part in it.
    """
    groups: defaultdict[tuple[str, Told, Standing], list[Person]] = defaultdict(list)
    for each in found:
        if each.standing is not Standing.SEEN and each.auc is not None and each.language != UNKNOWN:
            groups[each.judge, each.told, each.standing].append(each)
    return [_average(group) for group in groups.values()]


def _average(group: Sequence[Person]) -> Average:
    by_language: defaultdict[str, list[Person]] = defaultdict(list)
    for each in group:
        by_language[each.language].append(each)

    def over(figure: Callable[[Person], float | None]) -> float | None:
        return mean(mean(map(figure, each)) for each in by_language.values())

    return Average(
        group[0].judge,
        group[0].told,
        group[0].standing,
        len({each.source for each in group}),
        tuple(sorted(by_language)),
        over(lambda each: each.auc),
        over(lambda each: each.recall),
        over(lambda each: each.precision),
        over(lambda each: each.load),
    )


def levels(judge: str, rated: Sequence[Rated], verdicts: Sequence[Verdict], told: Told) -> Levels:
    """A judge beside both raters, who knew rating and text."""
    first, second = ([each.ratings[rater] for each in rated] for rater in (0, 1))
    said = [verdict.severity for verdict in verdicts]
    table = _confused(first, said)
    critical = [judged.severity is Severity.CRITICAL for judged in first]
    alarms = hits(critical, [severity is Severity.CRITICAL for severity in said])
    person = [judged.needs_person for judged in first]
    called = hits(person, [verdict.person for verdict in verdicts])
    return Levels(
        judge=judge,
        told=told,
        texts=len(rated),
        kappa_first=kappa(table),
        kappa_second=kappa(_confused(second, said)),
        critical=sum(critical),
        critical_recall=alarms.recall,
        critical_false_alarms=alarms.false_alarms,
        person_auc=auc(person, [verdict.probability for verdict in verdicts]),
        person_recall=called.recall,
        person_precision=called.precision,
        person_load=called.load,
        confusion=table,
    )


def second_rater(rated: Sequence[Rated]) -> Levels:
    """What the second rater said, as if it were a judge: as much as can be asked of one."""
    verdicts = [
        Verdict(float(b.needs_person), b.needs_person, b.severity)
        for _, b in (each.ratings for each in rated)
    ]
    return levels("second rater", rated, verdicts, Told.BOTH)


def abuse(judge: str, heard: Iterable[Heard], standing: Known) -> list[Found]:
    """Of each source that says what is offensive: how well that is found."""
    groups: defaultdict[str, list[Heard]] = defaultdict(list)
    for each in heard:
        if each.row.offensive is not None:
            groups[each.row.source].append(each)
    return [
        _found(
            judge,
            "abuse",
            source,
            standing(source, group[0].row.language),
            [(bool(each.row.offensive), each.words) for each in group],
        )
        for source, group in sorted(groups.items())
    ]


def of_rated(
    judge: str, rated: Sequence[Rated], verdicts: Sequence[Verdict], source: str
) -> list[Found]:
    """Abuse and questions in what two people rated, by the first of them."""
    truths = [each.ratings[0] for each in rated]
    abusive = [
        (judged.agenda is Agenda.ABUSE, verdict)
        for judged, verdict in zip(truths, verdicts, strict=True)
    ]
    asking = [
        (judged.agenda is Agenda.QUESTION or "question" in judged.flags, v)
        for judged, v in zip(truths, verdicts, strict=True)
    ]
    return [
        _found(judge, "abuse", source, Standing.UNSEEN, abusive),
        _found(judge, "question", source, Standing.UNSEEN, asking),
    ]


def _found(
    judge: str, what: str, source: str, standing: Standing, pairs: Sequence[tuple[bool, Verdict]]
) -> Found:
    truths = [truth for truth, _ in pairs]
    said = hits(
        truths, [verdict.abuse if what == "abuse" else verdict.question for _, verdict in pairs]
    )
    score = auc(truths, [verdict.abusive for _, verdict in pairs]) if what == "abuse" else None
    return Found(
        judge,
        what,
        source,
        standing,
        len(pairs),
        sum(truths),
        score,
        said.recall,
        said.precision,
        said.f1,
    )


def calibration(
    judge: str, truths: Sequence[bool], verdicts: Sequence[Verdict], told: Told, on: str
) -> Calibration:
    """How far a judge's probabilities can be taken at their word."""
    parts = bins(truths, [verdict.probability for verdict in verdicts])
    return Calibration(judge, told, on, len(truths), calibration_error(parts), parts)


def _confused(truths: Sequence[Judged], said: Sequence[Severity]) -> Confusion:
    return confusion(
        [judged.severity.rank for judged in truths],
        [severity.rank for severity in said],
        len(LEVELS),
    )
