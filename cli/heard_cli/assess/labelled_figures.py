"""How well engines and a second rater judge reviews that a person rated, as figures. Pure.

The first rater is the truth. Each share has the number of its cases and its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from heard.assessment import Agenda, Assessment, Severity
from heard.assessment.vocabulary import CRITICAL
from heard_cli.assess.labelled_reviews import JudgedReview, Judgement, LabelledReview, ReviewLabel
from heard_cli.assess.measures import Share, auc, confusion, kappa, share_where
from heard_cli.assess.perturbations import PERTURBATIONS
from heard_cli.assess.predictions import Inputs, Prediction, rating_baseline

ALL: Final = "all"
"""The scope of all reviews."""

RATED: Final = "with a rating"
"""The scope of the reviews that have a rating."""

UNKNOWN: Final = "?"
"""A language that nobody knows."""

RULES_ALONE: Final = "rules alone"
SECOND_RATER: Final = "second rater"
RATING_ALONE: Final = "rating alone"

MIN_CRITICAL: Final = 3
"""A language or a kind with fewer critical reviews gets no figures."""

_LEVELS: Final = len(Severity)
_UNHAPPY: Final = 2
"""Up to so many stars an author is unhappy."""
_HAPPY: Final = 4
"""From so many stars on an author is happy."""

_CRITICAL_FLAGS: Final = frozenset(flag.value for flag in CRITICAL)


@dataclass(frozen=True, slots=True)
class CriticalFigures:
    """How well a judge tells critical reviews from others, among those of a scope.

    `recall` is the share of the critical ones that it calls critical, `false_alarms` that of the
    others. `no_person` is the share of the critical ones that it would not send to a person, None
    for a judge that does not say so.
    """

    judge: str
    inputs: Inputs
    scope: str
    recall: Share
    false_alarms: Share
    no_person: Share | None


@dataclass(frozen=True, slots=True)
class UnreadCritical:
    """The critical reviews that a judge would not send to a person."""

    judge: str
    inputs: Inputs
    no_person: Share
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelAgreement:
    """Cohen's kappa with quadratic weights of the five levels, over the reviews of a scope."""

    judge: str
    inputs: Inputs
    scope: str
    reviews: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class NeedFigures:
    """How well a judge finds the reviews that need a person, of those whose label says so."""

    judge: str
    inputs: Inputs
    reviews: int
    true: int
    auc: float | None
    recall: Share
    precision: Share
    load: Share


@dataclass(frozen=True, slots=True)
class StarFigures:
    """Whether the words alone put unhappy reviews first, by the probability of needing a person.

    Unhappy are two stars and less, happy four and more; `others` are three and more.
    """

    judge: str
    unhappy: int
    happy: int
    happy_auc: float | None
    others: int
    others_auc: float | None


@dataclass(frozen=True, slots=True)
class HappyLoad:
    """The share of a scope's happy reviews that a person would read.

    Happy is what the rater calls praise, and what has four stars and more.
    """

    judge: str
    inputs: Inputs
    scope: str
    load: Share


@dataclass(frozen=True, slots=True)
class AgendaFigures:
    """How well a judge finds abuse or questions, of the reviews whose label says what they are.

    `engine_recall` is that of the engine's own probability at its threshold.
    """

    judge: str
    inputs: Inputs
    what: str
    reviews: int
    true: int
    auc: float | None
    recall: Share
    precision: Share
    engine_recall: Share | None


@dataclass(frozen=True, slots=True)
class PerturbationFigures:
    """What a perturbation does to the critical reviews that it changes, by their words alone.

    `before` is the recall in the clean texts, `after` in the perturbed ones. `lost` are the ids of
    those that only the clean text gave away. `no_person` is as in `CriticalFigures`.
    """

    judge: str
    perturbation: str
    before: Share
    after: Share
    lost: tuple[str, ...]
    no_person: Share


@dataclass(frozen=True, slots=True)
class Mistake:
    """A critical review that an engine missed, or another one that it called critical.

    `kinds` are the critical flags, of the label for a missed one and else of the assessment; none
    if the engine's probability decided. `inputs` are those with which it was wrong. `codes` are
    those of the reasons. `words` are theirs, and None unless somebody asked for them.
    """

    judge: str
    inputs: tuple[Inputs, ...]
    id: str
    kinds: tuple[str, ...]
    label: Severity
    severity: Severity
    needs_person: bool
    codes: tuple[str, ...]
    words: tuple[str, ...] | None = None


@dataclass(slots=True)
class LabelReport:
    """All figures of one set of rated reviews."""

    reviews: int = 0
    with_rating: int = 0
    models: dict[str, str] = field(default_factory=dict[str, str])
    critical: list[CriticalFigures] = field(default_factory=list[CriticalFigures])
    critical_by_language: list[CriticalFigures] = field(default_factory=list[CriticalFigures])
    critical_by_kind: list[CriticalFigures] = field(default_factory=list[CriticalFigures])
    unread_critical: list[UnreadCritical] = field(default_factory=list[UnreadCritical])
    levels: list[LevelAgreement] = field(default_factory=list[LevelAgreement])
    needs: list[NeedFigures] = field(default_factory=list[NeedFigures])
    stars: list[StarFigures] = field(default_factory=list[StarFigures])
    happy_load: list[HappyLoad] = field(default_factory=list[HappyLoad])
    agendas: list[AgendaFigures] = field(default_factory=list[AgendaFigures])
    perturbations: list[PerturbationFigures] = field(default_factory=list[PerturbationFigures])
    missed: list[Mistake] = field(default_factory=list[Mistake])
    false_criticals: list[Mistake] = field(default_factory=list[Mistake])


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """A review's label, and what a judge says of it."""

    review: LabelledReview
    label: ReviewLabel
    prediction: Prediction

    @property
    def is_critical(self) -> bool:
        """Whether the judge calls it critical."""
        return self.prediction.severity is Severity.CRITICAL


def add_engine(
    report: LabelReport, name: str, judgement: Judgement, *, with_words: bool = False
) -> None:
    """Adds the figures of an engine, as it is deployed: with the rules on top of it."""
    for inputs in inputs_of(judgement.reviews):
        verdicts = verdicts_of(judgement.reviews, inputs)
        report.critical.append(critical_figures(name, inputs, ALL, verdicts))
        if inputs is Inputs.TEXT:
            report.critical.append(_engine_alone(name, verdicts))
        report.critical_by_language += _by_language(name, inputs, judgement.reviews)
        report.critical_by_kind += _by_kind(name, inputs, verdicts)
        report.unread_critical.append(unread_critical(name, inputs, verdicts))
        report.levels += level_agreements(name, inputs, verdicts)
        report.happy_load += happy_load(name, inputs, verdicts)
        report.agendas += agenda_figures(name, inputs, verdicts)
        report.needs += need_figures(name, inputs, verdicts)
    report.stars += star_figures(name, verdicts_of(judgement.reviews, Inputs.TEXT))
    report.perturbations += perturbation_figures(name, judgement)
    report.missed += mistakes(name, judgement.reviews, missed=True, with_words=with_words)
    report.false_criticals += mistakes(name, judgement.reviews, missed=False, with_words=with_words)


def add_rules_alone(report: LabelReport, judgement: Judgement) -> None:
    """Adds how well the rules find critical reviews without an engine."""
    for inputs in inputs_of(judgement.reviews):
        verdicts = verdicts_of(judgement.reviews, inputs)
        report.critical.append(critical_figures(RULES_ALONE, inputs, ALL, verdicts))
        report.unread_critical.append(unread_critical(RULES_ALONE, inputs, verdicts))


def add_second_rater(report: LabelReport, reviews: Iterable[LabelledReview]) -> None:
    """Adds the figures of the second rater, an upper limit for what a judge can reach."""
    verdicts = [
        ReviewVerdict(review, review.label, _rater_prediction(review.second))
        for review in reviews
        if review.second
    ]
    if not verdicts:
        return
    inputs = Inputs.BOTH
    report.critical.append(critical_figures(SECOND_RATER, inputs, ALL, verdicts, persons=False))
    report.levels += level_agreements(SECOND_RATER, inputs, verdicts)
    answered = [
        verdict
        for verdict in verdicts
        if verdict.review.second and verdict.review.second.needs_person is not None
    ]
    if answered:
        report.unread_critical.append(unread_critical(SECOND_RATER, inputs, answered))
        report.needs += need_figures(SECOND_RATER, inputs, answered)


def add_rating_alone(report: LabelReport, reviews: Iterable[LabelledReview]) -> None:
    """Adds how well the stars alone give the five levels, of the reviews that have them."""
    verdicts = [
        ReviewVerdict(review, review.label, rating_baseline(review.rating))
        for review in reviews
        if review.rating is not None
    ]
    if verdicts:
        report.levels.append(_agreement(RATING_ALONE, Inputs.RATING, RATED, verdicts))


def inputs_of(judged_reviews: Sequence[JudgedReview]) -> list[Inputs]:
    """What an engine can be measured with: ratings only if there is one."""
    has_rating = any(judged.with_rating for judged in judged_reviews)
    return [Inputs.TEXT, Inputs.BOTH] if has_rating else [Inputs.TEXT]


def verdicts_of(judged_reviews: Iterable[JudgedReview], inputs: Inputs) -> list[ReviewVerdict]:
    """What an engine says of each review by these inputs."""
    return [
        ReviewVerdict(judged.review, judged.review.label, judged.prediction(inputs))
        for judged in judged_reviews
    ]


def critical_figures(
    judge: str,
    inputs: Inputs,
    scope: str,
    verdicts: Sequence[ReviewVerdict],
    *,
    persons: bool = True,
) -> CriticalFigures:
    """The figures of a judge that says who needs a person, or does not (`persons`)."""
    critical = [verdict for verdict in verdicts if verdict.label.is_critical]
    return CriticalFigures(
        judge,
        inputs,
        scope,
        share_where(verdict.is_critical for verdict in critical),
        share_where(verdict.is_critical for verdict in verdicts if not verdict.label.is_critical),
        share_where(not verdict.prediction.needs_person for verdict in critical)
        if persons
        else None,
    )


def unread_critical(
    judge: str, inputs: Inputs, verdicts: Iterable[ReviewVerdict]
) -> UnreadCritical:
    """The critical reviews that reach no person."""
    critical = [verdict for verdict in verdicts if verdict.label.is_critical]
    unread = [verdict for verdict in critical if not verdict.prediction.needs_person]
    return UnreadCritical(
        judge,
        inputs,
        share_where(not verdict.prediction.needs_person for verdict in critical),
        tuple(verdict.review.id for verdict in unread),
    )


def level_agreements(
    judge: str, inputs: Inputs, verdicts: Sequence[ReviewVerdict]
) -> list[LevelAgreement]:
    """Over all reviews, and over those with a rating, to compare with the rating alone."""
    rated = [verdict for verdict in verdicts if verdict.review.rating is not None]
    agreements = [_agreement(judge, inputs, ALL, verdicts)]
    if rated and len(rated) < len(verdicts):
        agreements.append(_agreement(judge, inputs, RATED, rated))
    return agreements


def need_figures(
    judge: str, inputs: Inputs, verdicts: Iterable[ReviewVerdict]
) -> list[NeedFigures]:
    """The figures of a judge, none if no label says who needs a person."""
    pairs = [
        (verdict.label.needs_person, verdict.prediction)
        for verdict in verdicts
        if verdict.label.needs_person is not None
    ]
    if not pairs:
        return []
    truths = [truth for truth, _ in pairs]
    score = auc(truths, [prediction.probability for _, prediction in pairs])
    return [
        NeedFigures(
            judge,
            inputs,
            len(pairs),
            sum(truths),
            score,
            share_where(prediction.needs_person for truth, prediction in pairs if truth),
            share_where(truth for truth, prediction in pairs if prediction.needs_person),
            share_where(prediction.needs_person for _, prediction in pairs),
        )
    ]


def star_figures(judge: str, verdicts: Iterable[ReviewVerdict]) -> list[StarFigures]:
    """How the words alone order the reviews that have stars, none if no review has any."""
    pairs = [
        (verdict.review.rating, verdict.prediction.probability)
        for verdict in verdicts
        if verdict.review.rating is not None
    ]
    if not pairs:
        return []
    ends = [(rating, score) for rating, score in pairs if rating <= _UNHAPPY or rating >= _HAPPY]
    unhappy = sum(rating <= _UNHAPPY for rating, _ in pairs)
    happy_auc, others_auc = (
        auc([rating <= _UNHAPPY for rating, _ in group], [score for _, score in group])
        for group in (ends, pairs)
    )
    return [
        StarFigures(
            judge, unhappy, len(ends) - unhappy, happy_auc, len(pairs) - unhappy, others_auc
        )
    ]


def happy_load(judge: str, inputs: Inputs, verdicts: Iterable[ReviewVerdict]) -> list[HappyLoad]:
    """Of all happy reviews, and of each platform or channel that the reviews name."""
    happy = [
        verdict
        for verdict in verdicts
        if verdict.label.severity is Severity.PRAISE or (verdict.review.rating or 0) >= _HAPPY
    ]
    places = sorted({verdict.review.place for verdict in happy if verdict.review.place})

    def load(scope: str, group: Iterable[ReviewVerdict]) -> HappyLoad:
        shares = share_where(verdict.prediction.needs_person for verdict in group)
        return HappyLoad(judge, inputs, scope, shares)

    return [
        load(ALL, happy),
        *(
            load(place, (verdict for verdict in happy if verdict.review.place == place))
            for place in places
        ),
    ]


def agenda_figures(
    judge: str, inputs: Inputs, verdicts: Sequence[ReviewVerdict]
) -> list[AgendaFigures]:
    """The figures for abuse and for questions, each only if a label says something about it."""
    abuse = [
        (verdict.label.agenda == Agenda.ABUSE, verdict.prediction)
        for verdict in verdicts
        if verdict.label.agenda is not None
    ]
    questions = [
        (verdict.label.asks, verdict.prediction)
        for verdict in verdicts
        if verdict.label.asks is not None
    ]
    figures: list[AgendaFigures] = []
    if abuse:
        score = auc(
            [truth for truth, _ in abuse], [prediction.abuse_probability for _, prediction in abuse]
        )
        figures.append(
            AgendaFigures(
                judge,
                inputs,
                "abuse",
                *_detection(abuse, lambda prediction: prediction.abuse, score),
                share_where(prediction.engine_abuse for truth, prediction in abuse if truth),
            )
        )
    if questions:
        detection = _detection(questions, lambda prediction: prediction.question, None)
        figures.append(AgendaFigures(judge, inputs, "question", *detection, None))
    return figures


def perturbation_figures(judge: str, judgement: Judgement) -> list[PerturbationFigures]:
    """What each perturbation does, none if there are no perturbed copies."""
    clean = {
        judged.review.id: judged.text_only.severity is Severity.CRITICAL
        for judged in judgement.reviews
    }
    figures: list[PerturbationFigures] = []
    for name in PERTURBATIONS:
        copies = [copy for copy in judgement.perturbed if copy.perturbation == name]
        after = [copy.assessment.severity is Severity.CRITICAL for copy in copies]
        if copies:
            figures.append(
                PerturbationFigures(
                    judge,
                    name,
                    share_where(clean[copy.review.id] for copy in copies),
                    share_where(after),
                    tuple(
                        copy.review.id
                        for copy, is_found in zip(copies, after, strict=True)
                        if clean[copy.review.id] and not is_found
                    ),
                    share_where(not copy.assessment.needs_person for copy in copies),
                )
            )
    return figures


def mistakes(
    judge: str, judged_reviews: Sequence[JudgedReview], *, missed: bool, with_words: bool
) -> list[Mistake]:
    """The critical reviews that were missed, or those that were wrongly called so, by kind."""
    result: list[Mistake] = []
    all_inputs = inputs_of(judged_reviews)
    for judged in judged_reviews:
        label = judged.review.label
        wrong = tuple(
            inputs
            for inputs in all_inputs
            if (judged.assessment(inputs).severity is Severity.CRITICAL) is not missed
        )
        if label.is_critical is missed and wrong:
            # The last inputs are those of a review as it came.
            assessment = judged.assessment(wrong[-1])
            flags = label.flags or () if missed else assessment.flags
            result.append(
                Mistake(
                    judge,
                    wrong,
                    judged.review.id,
                    tuple(str(flag) for flag in flags if flag in _CRITICAL_FLAGS),
                    label.severity,
                    assessment.severity,
                    assessment.needs_person,
                    tuple(dict.fromkeys(reason.code for reason in assessment.reasons)),
                    _words(judged.review, assessment) if with_words else None,
                )
            )
    return sorted(result, key=lambda mistake: mistake.kinds)


def _words(review: LabelledReview, assessment: Assessment) -> tuple[str, ...]:
    """The words of the reasons, and then the review's."""
    evidence = [reason.evidence for reason in assessment.reasons if reason.evidence]
    return (*evidence, "\n".join(part for part in (review.title, review.text) if part))


def _engine_alone(name: str, verdicts: Sequence[ReviewVerdict]) -> CriticalFigures:
    """How well the engine's own probability finds critical reviews, without any rule.

    An engine reads words alone.
    """
    return CriticalFigures(
        f"{name} alone",
        Inputs.TEXT,
        ALL,
        share_where(
            verdict.prediction.engine_critical for verdict in verdicts if verdict.label.is_critical
        ),
        share_where(
            verdict.prediction.engine_critical
            for verdict in verdicts
            if not verdict.label.is_critical
        ),
        None,
    )


def _by_language(
    name: str, inputs: Inputs, judged_reviews: Sequence[JudgedReview]
) -> list[CriticalFigures]:
    """By the language of the label, else by the one that Heard finds."""
    groups: dict[str, list[JudgedReview]] = {}
    for judged in judged_reviews:
        language = judged.review.language or judged.text_only.language or UNKNOWN
        groups.setdefault(language, []).append(judged)
    return [
        critical_figures(name, inputs, language, verdicts_of(group, inputs))
        for language, group in sorted(groups.items())
        if sum(judged.review.label.is_critical for judged in group) >= MIN_CRITICAL
    ]


def _by_kind(name: str, inputs: Inputs, verdicts: Iterable[ReviewVerdict]) -> list[CriticalFigures]:
    critical = [verdict for verdict in verdicts if verdict.label.is_critical]
    groups = {
        flag: [verdict for verdict in critical if flag in (verdict.label.flags or ())]
        for flag in sorted(_CRITICAL_FLAGS)
    }
    return [
        critical_figures(name, inputs, flag, group)
        for flag, group in groups.items()
        if len(group) >= MIN_CRITICAL
    ]


def _agreement(
    judge: str, inputs: Inputs, scope: str, verdicts: Sequence[ReviewVerdict]
) -> LevelAgreement:
    table = confusion(
        [verdict.label.severity.rank for verdict in verdicts],
        [verdict.prediction.severity.rank for verdict in verdicts],
        _LEVELS,
    )
    return LevelAgreement(judge, inputs, scope, len(verdicts), kappa(table))


def _detection(
    pairs: Sequence[tuple[bool, Prediction]],
    says_so: Callable[[Prediction], bool],
    score: float | None,
) -> tuple[int, int, float | None, Share, Share]:
    """The number of reviews and of true ones, the AUC, recall and precision."""
    return (
        len(pairs),
        sum(truth for truth, _ in pairs),
        score,
        share_where(says_so(prediction) for truth, prediction in pairs if truth),
        share_where(truth for truth, prediction in pairs if says_so(prediction)),
    )


def _rater_prediction(label: ReviewLabel) -> Prediction:
    return Prediction(float(label.needs_person or False), bool(label.needs_person), label.severity)
