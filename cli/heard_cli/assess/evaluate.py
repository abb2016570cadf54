"""`heard assess evaluate`: how well Heard judges reviews that somebody rated."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from heard_cli import options, show
from heard_cli.assess import labelled_figures
from heard_cli.assess.label_files import read_labels
from heard_cli.assess.labelled_figures import LabelReport, Mistake
from heard_cli.assess.labelled_reviews import LabelledReview, judge, perturbed_copies
from heard_cli.assess.labelled_tables import ON_TUNED_REVIEWS, WIDTH, label_tables
from heard_cli.assess.parallel import EmbeddedEngine, RulesAlone, shared_engine
from heard_cli.assess.run import MAX_ERRORS_SHOWN, EngineName
from heard_cli.input_files import read_bytes


def evaluate(
    labels: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            allow_dash=True,
            help="The rated reviews, as JSON lines or CSV; - is standard input.",
        ),
    ],
    engine: Annotated[
        list[EngineName] | None,
        typer.Option(
            help="The engine to measure; both without this option, or if it is given twice."
        ),
    ] = None,
    show_words: Annotated[
        bool,
        typer.Option(
            "--show-words", help="Show the words of the reviews that were judged wrongly, too."
        ),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="one per core", help="The number of processes."),
    ] = os.process_cpu_count() or 1,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Check how well Heard judges reviews of your own that somebody rated.

    A row has text and severity (critical, high, medium, low, praise), and if
    known id, title, rating (1-5), language, channel, platform, needs_person,
    agenda and flags. In JSON two raters may be `a` and `b`, objects with
    severity, needs_person, agenda and flags: the first is the truth, and the
    second is measured as a judge.

    With the words alone and with the ratings, it measures how critical reviews
    are found and raised falsely, with rules and without, and which ones reach
    no person; the five levels; who needs a person; what happy reviews cost;
    abuse and questions; and what typos and the like cost. The accurate engine
    takes about 50 ms for a text, and judges a critical one ten times.

    No words of a review are shown without --show-words. Exit code 2 if a row
    cannot be read: then nothing is measured.
    """
    reviews = _read_reviews(labels)
    report = evaluate_reviews(
        reviews, [name.value for name in engine or EngineName], jobs, with_words=show_words
    )
    if as_json:
        show.data(asdict(report))
        return
    show.line(
        f"{show.count(report.reviews, 'review')}, {report.with_rating:,} of them with a rating. "
        f"Engines: {', '.join(report.models.values())}"
    )
    show.line()
    for table in label_tables(report):
        table.print()
    if show_words:
        _show_words([*report.missed, *report.false_criticals])
    for part in textwrap.wrap(ON_TUNED_REVIEWS, WIDTH):
        show.line(part)


def evaluate_reviews(
    reviews: Sequence[LabelledReview], engines: Iterable[str], jobs: int, *, with_words: bool
) -> LabelReport:
    """The figures of the named engines, as deployed. Ends the command if one is not installed."""
    report = LabelReport(
        reviews=len(reviews),
        with_rating=sum(review.rating is not None for review in reviews),
    )
    copies = perturbed_copies(reviews)
    for name in dict.fromkeys(engines):
        choice = EmbeddedEngine(name)
        model = shared_engine(choice).model
        if not model.startswith(name):
            show.error(
                f"The engine {name} is not installed here, so it cannot be measured.",
                "Name the other --engine, or try again where it is installed.",
            )
            raise typer.Exit(1)
        report.models[name] = model
        judgement = judge(reviews, choice, jobs, f"Judging, {name}", copies)
        labelled_figures.add_engine(report, name, judgement, with_words=with_words)
    labelled_figures.add_rules_alone(
        report, judge(reviews, RulesAlone(), jobs, "Judging, rules alone")
    )
    labelled_figures.add_second_rater(report, reviews)
    labelled_figures.add_rating_alone(report, reviews)
    return report


def _read_reviews(path: Path) -> list[LabelledReview]:
    """The reviews of the file. Ends the command if a row cannot be read, or if there is none."""
    labels = read_labels(read_bytes(path, "--labels"), path.name)
    for message in labels.errors[:MAX_ERRORS_SHOWN]:
        show.note(message)
    if labels.errors:
        number = len(labels.errors)
        more = f" ({MAX_ERRORS_SHOWN} are shown)" if number > MAX_ERRORS_SHOWN else ""
        show.error(
            f"{show.count(number, 'row')} could not be read{more}. Nothing was measured.",
            "Mend these rows and try again, or remove them.",
        )
        raise typer.Exit(2)
    if not labels.reviews:
        show.error("The file has no reviews.", "Give a row for each review: text and severity.")
        raise typer.Exit(2)
    return labels.reviews


def _show_words(mistakes: Iterable[Mistake]) -> None:
    """The words of each review, once, with those of its reasons."""
    shown: set[str] = set()
    for mistake in mistakes:
        if mistake.words and mistake.id not in shown:
            shown.add(mistake.id)
            *evidence, text = mistake.words
            reasons = f" ({', '.join(evidence)})" if evidence else ""
            show.line(f"{mistake.id}{reasons}", style="bold")
            show.line(text)
            show.line()
