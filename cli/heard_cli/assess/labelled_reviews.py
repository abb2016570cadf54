"""Reviews that people rated, and what an engine concludes from them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from heard.assessment import Agenda, Assessment, Flag, History, Severity
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli import show
from heard_cli.assess.parallel import AssessmentRequest, EngineChoice, assess_all
from heard_cli.assess.perturbations import PERTURBATIONS
from heard_cli.assess.predictions import Inputs, Prediction, prediction_of


@dataclass(frozen=True, slots=True)
class ReviewLabel:
    """What one person says about a review; None is what they did not say.

    `agenda` may be another word than Heard's. It is then none of Heard's agendas.
    """

    severity: Severity
    needs_person: bool | None = None
    agenda: str | None = None
    flags: tuple[str, ...] | None = None

    @property
    def is_critical(self) -> bool:
        """Whether it is the worst level."""
        return self.severity is Severity.CRITICAL

    @property
    def asks(self) -> bool | None:
        """Whether the review asks something."""
        if self.agenda is None and self.flags is None:
            return None
        return self.agenda == Agenda.QUESTION or Flag.QUESTION in (self.flags or ())


@dataclass(frozen=True, slots=True)
class LabelledReview:
    """A review with the label of one person, which counts as the truth, or of two."""

    id: str
    text: str
    label: ReviewLabel
    second: ReviewLabel | None = None
    title: str | None = None
    rating: int | None = None
    language: str | None = None
    channel: Channel | None = None
    platform: str | None = None

    @property
    def place(self) -> str | None:
        """Where it was written: the platform, else the channel."""
        return self.platform or self.channel

    def request(self, rating: int | None) -> AssessmentRequest:
        """The review as Heard gets it, with this rating.

        The language is left out: a label must not help.
        """
        event = ReviewEvent(
            EventKind.CREATED,
            self.id,
            self.id,
            number_revision(1),
            Author(""),
            rating,
            self.title,
            self.text,
        )
        return AssessmentRequest(event.normalize(), self.channel or Channel.REVIEW_SITE, History())


@dataclass(frozen=True, slots=True)
class JudgedReview:
    """A review with its assessments: by its words alone, and with its rating if it has one."""

    review: LabelledReview
    text_only: Assessment
    with_rating: Assessment | None = None

    def assessment(self, inputs: Inputs) -> Assessment:
        """The assessment by these inputs; the one by the words if the review has no rating."""
        if inputs is Inputs.TEXT or self.with_rating is None:
            return self.text_only
        return self.with_rating

    def prediction(self, inputs: Inputs) -> Prediction:
        """What the assessment by these inputs concludes."""
        return prediction_of(self.assessment(inputs))


@dataclass(frozen=True, slots=True)
class PerturbedReview:
    """A copy of a critical review that something happened to, with its assessment.

    `perturbation` is its name. It is judged by its words alone.
    """

    review: LabelledReview
    perturbation: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one engine concluded from all reviews, and from the perturbed copies of some."""

    reviews: Sequence[JudgedReview]
    perturbed: Sequence[PerturbedReview] = ()


def judge(
    reviews: Sequence[LabelledReview],
    choice: EngineChoice,
    jobs: int,
    what: str,
    copies: Sequence[tuple[str, LabelledReview]] = (),
) -> Judgement:
    """An engine's assessments of reviews and of perturbed copies, with a progress bar.

    A review with a rating is judged without it, too. Raises what `choice.load` raises.
    """

    def requests() -> Iterator[AssessmentRequest]:
        for review in reviews:
            # The two follow each other, so that an engine reads the words once.
            for rating in dict.fromkeys((None, review.rating)):
                yield review.request(rating)
        for _, copy in copies:
            yield copy.request(None)

    with show.progress() as bar:
        bar_task = bar.add_task(what, total=len(reviews) + len(copies))
        results = iter(assess_all(requests(), choice, jobs))
        judged: list[JudgedReview] = []
        for review in reviews:
            text_only = next(results)
            judged.append(
                JudgedReview(review, text_only, None if review.rating is None else next(results))
            )
            bar.advance(bar_task)
        perturbed: list[PerturbedReview] = []
        for name, copy in copies:
            perturbed.append(PerturbedReview(copy, name, next(results)))
            bar.advance(bar_task)
    return Judgement(judged, perturbed)


def perturbed_copies(reviews: Sequence[LabelledReview]) -> list[tuple[str, LabelledReview]]:
    """(perturbation, copy) of each critical review that the perturbation changes.

    The same review gets the same copies every time.
    """
    copies: list[tuple[str, LabelledReview]] = []
    for review in reviews:
        if review.label.is_critical:
            for name, perturbation in PERTURBATIONS.items():
                source = random.Random(f"{name}/{review.id}")  # noqa: S311 - nothing is secret
                title = perturbation(review.title, source) if review.title else review.title
                text = perturbation(review.text, source)
                if (title, text) != (review.title, review.text):
                    copies.append((name, replace(review, title=title, text=text)))
    return copies
