"""`heard assess evaluate`.

How well the engines judge, on labelled texts that their training never saw.

A source is unseen when an engine's weights do not name it among those they were trained on;
averages are over such sources alone. With `--folds` the quick engine is trained again without some
of its sources at a time, so that it can be judged on them too.
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

from heard.assessment import Agenda, Assessment, Flag, History
from heard.assessment.engines.chain import accurate, quick
from heard.assessment.engines.weights import NoWeights, find
from heard.reviews import Author, EventKind, ReviewEvent, number_revision
from heard_cli import show
from heard_cli.assess.many import Asked, Chosen, assessments
from heard_cli.assess.run import EngineName
from heard_training import baselines, corpus, figures, findings, folds, speed
from heard_training.baselines import Verdict
from heard_training.corpus import Rated, Row
from heard_training.findings import Heard, Known, Report, Standing, Told

ON_UNSEEN: Final = "unseen sources"


@dataclass
class Trial:
    """One evaluation: its texts, who judges them, and what has been found so far."""

    rows: Sequence[Row]
    rated: Sequence[Rated]
    limit: int
    jobs: int
    with_seen: bool
    by_vader: Callable[[str], Verdict]
    report: Report = field(default_factory=Report)

    def engine(self, chosen: Chosen) -> None:
        """Judge an engine on every source that it has not seen, and on what was rated."""
        seen = trained_on(chosen, self.rows)

        def standing(source: str, _: str | None) -> Standing:
            return Standing.SEEN if source in seen else Standing.UNSEEN

        rows = self.sample(
            source for source in corpus.sources(self.rows) if self.with_seen or source not in seen
        )
        heard = self.heard(rows, chosen, f"{chosen.name}: sources")
        self.found(chosen.name, heard, standing)
        unseen = [
            each for each in heard if each.row.polarity is not None and each.row.source not in seen
        ]
        truths = [each.row.polarity == 1 for each in unseen]
        if unseen:
            words = [each.words for each in unseen]
            self.report.calibrations.append(
                findings.calibration(chosen.name, truths, words, Told.TEXT, ON_UNSEEN)
            )
        if self.rated:
            dev = self.heard(
                [each.row for each in self.rated], chosen, f"{chosen.name}: {corpus.RATED}"
            )
            for told in (Told.BOTH, Told.TEXT):
                self.against_raters(chosen.name, [each.verdict(told) for each in dev], told)
            self.report.found += findings.of_rated(
                chosen.name, self.rated, [each.words for each in dev], corpus.RATED
            )

    def found(self, judge: str, heard: Sequence[Heard], standing: Known) -> None:
        """Keep what is to be said of a judge's verdicts."""
        for told in (Told.TEXT, Told.BOTH):
            self.report.persons += findings.persons(judge, heard, standing, told)
        self.report.found += findings.abuse(judge, heard, standing)

    def against_raters(self, judge: str, verdicts: Sequence[Verdict], told: Told) -> None:
        """Keep how a judge agrees with the raters, and whether its probabilities can be taken at
        their word.
        """
        self.report.levels.append(findings.levels(judge, self.rated, verdicts, told))
        person = [each.ratings[0].needs_person for each in self.rated]
        self.report.calibrations.append(
            findings.calibration(judge, person, verdicts, told, corpus.RATED)
        )

    def left_out(self, count: int) -> None:
        """Judge the quick engine on sources it ships with, trained without them."""
        material = [*self.rows, *corpus.examples(), *corpus.phrases()]
        with TemporaryDirectory() as folder:
            for number, without in enumerate(folds.families(self.rows, count), 1):
                weights = Path(folder, f"{number}.bin")
                show.say(f"Training quick without {', '.join(sorted(without))}.")
                folds.retrained(material, without, weights)
                heard = self.heard(
                    self.sample(without),
                    Chosen("quick", weights, alone=True),
                    f"quick: part {number}",
                )
                learned = {
                    row.language
                    for row in self.rows
                    if row.use.trains and row.source not in without and row.polarity is not None
                }
                self.found("quick", heard, _left_out(learned))

    def baselines(self) -> None:
        """Judge what an engine must be better than, on the same texts and beside the engines."""
        standings: dict[tuple[str, str], Standing] = {}
        for each in self.report.persons:
            known = standings.setdefault((each.source, each.language), each.standing)
            standings[each.source, each.language] = min(
                each.standing, known, key=list(Standing).index
            )
        rows = self.sample({source for source, _ in standings})
        with show.progress() as bar:
            heard = [
                Heard(row, self.by_vader(row.text)) for row in bar.track(rows, description="VADER")
            ]

        def standing(source: str, language: str | None) -> Standing:
            return standings.get((source, language or findings.UNKNOWN), Standing.UNSEEN)

        self.report.persons += findings.persons("VADER", heard, standing, Told.TEXT)
        if not self.rated:
            return
        truths = [each.ratings[0] for each in self.rated]
        common = baselines.majority(
            [each.severity for each in truths], [each.needs_person for each in truths]
        )
        said = {
            ("VADER", Told.TEXT): [self.by_vader(each.row.text) for each in self.rated],
            ("rating alone", Told.RATING): [
                baselines.by_rating(each.row.rating) for each in self.rated
            ],
            ("majority", Told.TEXT): [common for _ in self.rated],
        }
        self.report.levels.append(findings.second_rater(self.rated))
        self.report.levels += [
            findings.levels(judge, self.rated, verdicts, told)
            for (judge, told), verdicts in said.items()
        ]

    def sample(self, sources: Iterable[str]) -> list[Row]:
        """Of each source at most `limit` labelled rows, always the same ones.

        Those whose ids have the smallest hashes.
        """
        found: list[Row] = []
        for source in sorted(sources):
            told = [
                row
                for row in self.rows
                if row.source == source and (row.polarity is not None or row.offensive is not None)
            ]
            found += sorted(told, key=lambda row: hashlib.sha256(row.id.encode()).digest())[
                : self.limit
            ]
        return found

    def heard(self, rows: Sequence[Row], chosen: Chosen, what: str) -> list[Heard]:
        """What an engine says of rows, by their words and with their ratings."""
        with show.progress() as bar:
            told = iter(assessments(_asked(rows), chosen, self.jobs))
            return [
                Heard(
                    row, _verdict(next(told)), None if row.rating is None else _verdict(next(told))
                )
                for row in bar.track(rows, description=f"Judging, {what}")
            ]


def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the labelled sets; HEARD_DATA or ../shared/data if not said."),
    ] = None,
    engine: Annotated[
        list[EngineName] | None, typer.Option(help="Only this engine; both if not said.")
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Judge these weights of the one engine, such as some trained without a source.",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            min=findings.FEWEST, help="At most this many texts of a source, always the same ones."
        ),
    ] = 400,
    fold_count: Annotated[
        int,
        typer.Option(
            "--folds",
            min=0,
            help="Train quick so often, each time without other sources, and judge it on those. "
            "Minutes each.",
        ),
    ] = 0,
    seen: Annotated[
        bool,
        typer.Option("--seen", help="Show sources that training saw, too; they are in no average."),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="one a core", help="How many processes judge at once."),
    ] = os.process_cpu_count() or 1,
    write: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the tables into this page, and the plot beside it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Measure the engines.

    Who needs a person, the five levels, critical reviews, abuse and questions, calibration, speed
    and memory.

    On sources that training never saw, by source and language; beside VADER, the rating alone and
    the most common answer. The accurate engine takes about 50 ms a text, so a few minutes in all.
    """
    names = [each.value for each in engine or EngineName]
    if weights and len(names) != 1:
        raise typer.BadParameter("say which --engine they are for.", param_hint="--weights")
    if fold_count and "quick" not in names:
        raise typer.BadParameter(
            "only quick is trained again; leave out --engine accurate.", param_hint="--folds"
        )
    if write and not (write.is_file() and figures.marked(write.read_text(encoding="utf-8"))):
        raise typer.BadParameter(
            f"{write} has no place for tables: {figures.BEGIN} and {figures.END}.",
            param_hint="--write",
        )
    try:
        trial = Trial(*_sets(data), limit, jobs, seen, baselines.vader())
        trial.report.limit = limit
        for name in names:
            chosen = Chosen(name, weights, alone=True)
            cost = speed.cost(chosen)
            trial.report.models[name] = cost.model
            trial.report.costs.append(cost)
            trial.engine(chosen)
        if fold_count:
            trial.left_out(fold_count)
        trial.baselines()
    except (corpus.Missing, NoWeights, folds.NotInstalled, baselines.NotInstalled) as wrong:
        show.failed(f"{str(wrong).rstrip('.')}.")
        raise typer.Exit(1) from wrong
    report = trial.report
    report.averages = findings.averages(report.persons)
    if write:
        plot = figures.plot(report, ON_UNSEEN)
        drawn = write.with_name(f"{write.stem}-reliability.svg")
        drawn.write_text(plot, encoding="utf-8")
        write.write_text(
            figures.replaced(write.read_text(encoding="utf-8"), report, drawn.name),
            encoding="utf-8",
        )
        show.say(f"The tables are in {write}, the plot in {drawn}.")
    if as_json:
        show.data(asdict(report))
    else:
        for table in figures.tables(report):
            show.line(table.title, style="bold")
            show.table(table.columns, table.rows, empty="Nothing could be measured.")
            if table.note:
                show.line(table.note)
                show.line()


def _sets(data: Path | None) -> tuple[list[Row], list[Rated]]:
    """The labelled texts and the rated ones. Raises corpus.Missing."""
    folder = corpus.folder(data)
    try:
        return corpus.rows(folder), corpus.validation(folder)
    except KeyError as missing:
        raise corpus.Missing(f"A line in {folder} has no {missing}.") from missing
    except ValueError as wrong:
        raise corpus.Missing(str(wrong)) from wrong


def trained_on(chosen: Chosen, rows: Iterable[Row]) -> frozenset[str]:
    """The sources that an engine's weights were trained on.

    All that might have been, where they do not say. Raises NoWeights.
    """
    module = quick if chosen.name == "quick" else accurate
    try:
        about = module.read(chosen.weights or find(module.TRAINED))[-1]
    except ImportError as missing:
        raise NoWeights(f"{missing.name} is not installed") from missing
    return frozenset(about.get("sources") or {row.source for row in rows if row.use.trains})


def _left_out(learned: Collection[str | None]) -> Known:
    """What an engine knows of sources that it was trained without, by the languages that it learned
    from.
    """
    return lambda _, language: Standing.LEFT_OUT if language in learned else Standing.NEW_LANGUAGE


def _asked(rows: Iterable[Row]) -> Iterator[Asked]:
    """Each row without its rating and, where it has one, with it.

    Next to each other, so that an engine reads the words once.
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
            yield Asked(event.normal(), row.channel, History())


def _verdict(assessment: Assessment) -> Verdict:
    return Verdict(
        probability=assessment.scores["needs_person"],
        person=assessment.needs_person,
        severity=assessment.severity,
        abuse=assessment.agenda is Agenda.ABUSE,
        abusive=assessment.scores.get("abuse", 0.0),
        question=assessment.agenda is Agenda.QUESTION or Flag.QUESTION in assessment.flags,
    )
