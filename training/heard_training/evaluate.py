"""`python -m heard_training evaluate`: how often the engines are right on texts they never saw.

A source is unseen if an engine's weights do not name it among those that they learned from.
Averages are over unseen sources only. With `--folds` the quick engine is trained again, each time
without some of its sources, so that it can be measured on them too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from heard.assessment import History
from heard.assessment.engines import accurate, quick
from heard.assessment.engines.weights import WeightsMissing, find_weights
from heard.reviews import Author, EventKind, ReviewEvent, number_revision
from heard_cli import show
from heard_cli.assess import labelled_figures
from heard_cli.assess.label_files import OTHER_AGENDA
from heard_cli.assess.labelled_reviews import LabelledReview, ReviewLabel, judge, perturbed_copies
from heard_cli.assess.parallel import AssessmentRequest, RulesAlone, assess_all
from heard_cli.assess.predictions import Inputs, Prediction, prediction_of, rating_baseline
from heard_cli.assess.run import EngineName
from heard_training import baselines, corpus, figures, findings, folds, speed
from heard_training.corpus import Label, RatedRow, Row
from heard_training.findings import EvaluationReport, JudgedRow, SourceStatus, StatusOf
from heard_training.measured_engine import MeasuredEngine
from heard_training.packages import PackageMissing

ON_UNSEEN: Final = "unseen sources"


@dataclass
class Evaluation:
    """One evaluation: its texts, its baseline, and the report so far."""

    rows: Sequence[Row]
    rated: Sequence[RatedRow]
    limit: int
    jobs: int
    with_seen: bool
    vader: Callable[[str], Prediction]
    report: EvaluationReport = field(default_factory=EvaluationReport)

    def judge_engine(self, choice: MeasuredEngine) -> None:
        """Measures an engine on every source that it has not seen, and on the rated texts."""
        seen_sources = training_sources(choice, self.rows)

        def status_of(source: str, _: str | None) -> SourceStatus:
            return SourceStatus.SEEN if source in seen_sources else SourceStatus.UNSEEN

        rows = self.sample(
            source
            for source in corpus.sources(self.rows)
            if self.with_seen or source not in seen_sources
        )
        judged_rows = self.judge_rows(rows, choice, f"{choice.name}: sources")
        self.add_findings(choice.name, judged_rows, status_of)
        unseen = [
            judged
            for judged in judged_rows
            if judged.row.polarity is not None and judged.row.source not in seen_sources
        ]
        truths = [judged.row.polarity == 1 for judged in unseen]
        if unseen:
            predictions = [judged.text_only for judged in unseen]
            self.report.calibrations.append(
                findings.calibration(choice.name, truths, predictions, Inputs.TEXT, ON_UNSEEN)
            )
        if self.rated:
            self.judge_rated(choice)

    def judge_rated(self, choice: MeasuredEngine) -> None:
        """Measures an engine on the texts that two people rated."""
        reviews = [_labelled_review(rated) for rated in self.rated]
        judgement = judge(
            reviews,
            choice,
            self.jobs,
            f"Judging, {choice.name}: {corpus.RATED_SET}",
            perturbed_copies(reviews),
        )
        predictions = {
            inputs: [judged.prediction(inputs) for judged in judgement.reviews]
            for inputs in (Inputs.BOTH, Inputs.TEXT)
        }
        for inputs, judged in predictions.items():
            self.add_rater_agreement(choice.name, judged, inputs)
        self.report.detections += findings.rated_figures(
            choice.name, self.rated, predictions[Inputs.TEXT], corpus.RATED_SET
        )
        labelled_figures.add_engine(self.report.rated, choice.name, judgement)

    def add_findings(
        self, judge: str, judged_rows: Sequence[JudgedRow], status_of: StatusOf
    ) -> None:
        """Adds the figures of a judge's predictions to the report."""
        for inputs in (Inputs.TEXT, Inputs.BOTH):
            self.report.persons += findings.person_figures(judge, judged_rows, status_of, inputs)
        self.report.detections += findings.abuse_figures(judge, judged_rows, status_of)

    def add_rater_agreement(
        self, judge: str, predictions: Sequence[Prediction], inputs: Inputs
    ) -> None:
        """Adds a judge's agreement with the raters, and its calibration, to the report."""
        self.report.levels.append(findings.level_figures(judge, self.rated, predictions, inputs))
        person = [rated.ratings[0].needs_person for rated in self.rated]
        self.report.calibrations.append(
            findings.calibration(judge, person, predictions, inputs, corpus.RATED_SET)
        )

    def judge_left_out(self, count: int) -> None:
        """Measures the quick engine on sources that it ships with, trained without them."""
        material = [*self.rows, *corpus.examples(), *corpus.phrases()]
        with TemporaryDirectory() as folder:
            for number, without in enumerate(folds.families(self.rows, count), 1):
                weights = Path(folder, f"{number}.bin")
                show.note(f"Training quick without {', '.join(sorted(without))}.")
                folds.retrain(material, without, weights)
                judged_rows = self.judge_rows(
                    self.sample(without),
                    MeasuredEngine("quick", weights),
                    f"quick: part {number}",
                )
                languages = {
                    row.language
                    for row in self.rows
                    if row.use.trains and row.source not in without and row.polarity is not None
                }
                self.add_findings("quick", judged_rows, _left_out_status(languages))

    def judge_baselines(self) -> None:
        """Measures the baselines on the texts on which the engines were measured."""
        statuses: dict[tuple[str, str], SourceStatus] = {}
        for figures_of_source in self.report.persons:
            key = figures_of_source.source, figures_of_source.language
            status = statuses.setdefault(key, figures_of_source.status)
            statuses[key] = min(figures_of_source.status, status, key=list(SourceStatus).index)
        rows = self.sample({source for source, _ in statuses})
        with show.progress() as bar:
            judged_rows = [
                JudgedRow(row, self.vader(row.text)) for row in bar.track(rows, description="VADER")
            ]

        def status_of(source: str, language: str | None) -> SourceStatus:
            return statuses.get((source, language or findings.UNKNOWN), SourceStatus.UNSEEN)

        self.report.persons += findings.person_figures("VADER", judged_rows, status_of, Inputs.TEXT)
        if not self.rated:
            return
        truths = [rated.ratings[0] for rated in self.rated]
        common = baselines.majority_baseline(
            [label.severity for label in truths], [label.needs_person for label in truths]
        )
        predictions = {
            ("VADER", Inputs.TEXT): [self.vader(rated.row.text) for rated in self.rated],
            ("rating alone", Inputs.RATING): [
                rating_baseline(rated.row.rating) for rated in self.rated
            ],
            ("majority", Inputs.TEXT): [common for _ in self.rated],
        }
        self.report.levels.append(findings.second_rater(self.rated))
        self.report.levels += [
            findings.level_figures(name, self.rated, judge_predictions, inputs)
            for (name, inputs), judge_predictions in predictions.items()
        ]
        self.judge_rated_baselines()

    def judge_rated_baselines(self) -> None:
        """Measures on the rated texts the rules, the second rater and the rating, each alone."""
        reviews = [_labelled_review(rated) for rated in self.rated]
        rated_report = self.report.rated
        labelled_figures.add_rules_alone(
            rated_report, judge(reviews, RulesAlone(), self.jobs, "Judging, rules alone")
        )
        labelled_figures.add_second_rater(rated_report, reviews)
        labelled_figures.add_rating_alone(rated_report, reviews)
        rated_report.reviews = len(reviews)
        rated_report.with_rating = sum(review.rating is not None for review in reviews)

    def sample(self, sources: Iterable[str]) -> list[Row]:
        """At most `limit` labelled rows of each source: those whose ids have the lowest hashes."""
        sample: list[Row] = []
        for source in sorted(sources):
            labelled = [
                row
                for row in self.rows
                if row.source == source and (row.polarity is not None or row.offensive is not None)
            ]
            sample += sorted(labelled, key=lambda row: hashlib.sha256(row.id.encode()).digest())[
                : self.limit
            ]
        return sample

    def judge_rows(self, rows: Sequence[Row], choice: MeasuredEngine, what: str) -> list[JudgedRow]:
        """An engine's predictions for rows, by their words alone and with their ratings."""
        with show.progress() as bar:
            results = iter(assess_all(_requests(rows), choice, self.jobs))
            return [
                JudgedRow(
                    row,
                    prediction_of(next(results)),
                    None if row.rating is None else prediction_of(next(results)),
                )
                for row in bar.track(rows, description=f"Judging, {what}")
            ]


def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the labelled sets; HEARD_DATA or ../shared/data without this option."
        ),
    ] = None,
    engine: Annotated[
        list[EngineName] | None, typer.Option(help="Only this engine; both without this option.")
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Weights of that engine to measure, for example trained without a source.",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            min=findings.MIN_TEXTS,
            help="The most texts of a source that are measured, always the same ones.",
        ),
    ] = 400,
    fold_count: Annotated[
        int,
        typer.Option(
            "--folds",
            min=0,
            help="How often to train quick, each time without other sources, and to measure it on "
            "those. Each time takes minutes.",
        ),
    ] = 0,
    seen: Annotated[
        bool,
        typer.Option("--seen", help="Show sources that training saw too; they are in no average."),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="one per core", help="The number of processes."),
    ] = os.process_cpu_count() or 1,
    write: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the tables into this page, and the plot beside it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Measure how often the engines are right, and what they cost.

    It measures who needs a person, the five levels, critical reviews, abuse and questions,
    calibration, speed and memory.

    It measures on sources that training never saw, by source and language, and compares with VADER,
    the rating alone and the most common label. The accurate engine takes about 50 ms per text, a
    few minutes in all.
    """
    names = [name.value for name in engine or EngineName]
    if weights and len(names) != 1:
        raise typer.BadParameter("name the --engine that they are for.", param_hint="--weights")
    if fold_count and "quick" not in names:
        raise typer.BadParameter(
            "only quick is trained again; leave out --engine accurate.", param_hint="--folds"
        )
    if write and not (write.is_file() and figures.has_markers(write.read_text(encoding="utf-8"))):
        raise typer.BadParameter(
            f"{write} has no place for tables: {figures.BEGIN} and {figures.END}.",
            param_hint="--write",
        )
    try:
        evaluation = Evaluation(*_read_sets(data), limit, jobs, seen, baselines.vader_baseline())
        evaluation.report.limit = limit
        for name in names:
            choice = MeasuredEngine(name, weights)
            cost = speed.cost(choice)
            evaluation.report.models[name] = cost.model
            evaluation.report.costs.append(cost)
            evaluation.judge_engine(choice)
        if fold_count:
            evaluation.judge_left_out(fold_count)
        evaluation.judge_baselines()
    except (
        corpus.CorpusMissing,
        WeightsMissing,
        PackageMissing,
    ) as error:
        show.error(f"{str(error).rstrip('.')}.")
        raise typer.Exit(1) from error
    report = evaluation.report
    report.averages = findings.average_figures(report.persons)
    if write:
        plot = figures.plot(report, ON_UNSEEN)
        plot_path = write.with_name(f"{write.stem}-reliability.svg")
        plot_path.write_text(plot, encoding="utf-8")
        write.write_text(
            figures.replace_figures(write.read_text(encoding="utf-8"), report, plot_path.name),
            encoding="utf-8",
        )
        show.note(f"The tables are in {write}, the plot in {plot_path}.")
    if as_json:
        show.data(asdict(report))
    else:
        for table in figures.tables(report):
            show.line(table.title, style="bold")
            show.table(table.columns, table.rows, empty="Nothing could be measured.")
            if table.note:
                show.line(table.note)
                show.line()


def _read_sets(data: Path | None) -> tuple[list[Row], list[RatedRow]]:
    """The labelled texts and the rated ones. Raises CorpusMissing."""
    folder = corpus.folder(data)
    try:
        return corpus.rows(folder), corpus.validation(folder)
    except KeyError as error:
        raise corpus.CorpusMissing(f"A line in {folder} has no {error}.") from error
    except ValueError as error:
        raise corpus.CorpusMissing(str(error)) from error


def training_sources(choice: MeasuredEngine, rows: Iterable[Row]) -> frozenset[str]:
    """The sources that an engine's weights learned from; all possible ones if they do not say.

    Raises WeightsMissing.
    """
    module = quick if choice.name == "quick" else accurate
    try:
        about = module.read(choice.weights or find_weights(module.WEIGHTS_FILE))[-1]
    except ImportError as error:
        raise WeightsMissing(f"{error.name} is not installed") from error
    return frozenset(about.get("sources") or {row.source for row in rows if row.use.trains})


def _left_out_status(languages: Collection[str | None]) -> StatusOf:
    """The status of sources left out of training, by the languages that training still had."""
    return lambda _, language: (
        SourceStatus.LEFT_OUT if language in languages else SourceStatus.NEW_LANGUAGE
    )


def _requests(rows: Iterable[Row]) -> Iterator[AssessmentRequest]:
    """Each row without its rating and, if it has one, with it.

    The two follow each other, so that an engine reads the words once.
    """
    for row in rows:
        for rating in dict.fromkeys((None, row.rating)):
            event = ReviewEvent(
                EventKind.CREATED,
                row.id,
                row.id,
                number_revision(1),
                Author(""),
                rating,
                None,
                row.text,
            )
            yield AssessmentRequest(event.normalize(), row.channel, History())


def _labelled_review(rated: RatedRow) -> LabelledReview:
    """A rated row as `heard assess evaluate` measures it."""
    row = rated.row
    first, second = map(_review_label, rated.ratings)
    return LabelledReview(
        row.id,
        row.text,
        first,
        second,
        rating=row.rating,
        language=row.language,
        channel=row.channel,
    )


def _review_label(label: Label) -> ReviewLabel:
    # An agenda that is none of Heard's was read as None: it is neither abuse nor a question.
    return ReviewLabel(
        label.severity, label.needs_person, label.agenda or OTHER_AGENDA, label.flags
    )
