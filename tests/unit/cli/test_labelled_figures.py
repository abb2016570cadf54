"""The figures of rated reviews, each compared with one that was counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from heard.assessment import Agenda, Assessment, Flag, Reason, Severity
from heard.reviews import Channel
from heard_cli.assess import labelled_figures
from heard_cli.assess.labelled_figures import (
    ALL,
    RATED,
    RATING_ALONE,
    RULES_ALONE,
    SECOND_RATER,
    LabelReport,
)
from heard_cli.assess.labelled_reviews import (
    JudgedReview,
    Judgement,
    LabelledReview,
    PerturbedReview,
    ReviewLabel,
)
from heard_cli.assess.measures import Share, share_of
from heard_cli.assess.predictions import Inputs, prediction_of

CRITICAL, HIGH, MEDIUM, LOW, PRAISE = Severity


def assessed(severity: Severity, probability: float = 0.5, **fields: Any) -> Assessment:
    """An assessment of the quick engine, in which a person reads what is medium and worse."""
    scores = {
        "needs_person": probability,
        "critical": fields.pop("critical", 0.0),
        "abuse": fields.pop("abuse", 0.0),
    }
    return Assessment(
        severity,
        fields.pop("agenda", Agenda.AUDIENCE),
        None,
        fields.pop("language", "en"),
        (),
        fields.pop("flags", ()),
        fields.pop("reasons", ()),
        "quick-1+rules-5",
        fields.pop("needs_person", severity.rank >= MEDIUM.rank),
        scores=scores,
    )


def judged(
    id: str,
    label: ReviewLabel | Severity,
    text_only: Assessment,
    with_rating: Assessment | None = None,
    **fields: Any,
) -> JudgedReview:
    review_label = label if isinstance(label, ReviewLabel) else ReviewLabel(label)
    return JudgedReview(
        LabelledReview(id, f"words of {id}", review_label, **fields), text_only, with_rating
    )


def report_of(
    *reviews: JudgedReview, perturbed: Sequence[PerturbedReview] = (), with_words: bool = False
) -> LabelReport:
    report = LabelReport(reviews=len(reviews), models={"quick": "quick-1"})
    judgement = Judgement(reviews, perturbed)
    labelled_figures.add_engine(report, "quick", judgement, with_words=with_words)
    return report


def counts(share: Share | None) -> tuple[int, int] | None:
    return (share.part, share.of) if share else None


def critical_rows(report: LabelReport) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (row.judge, row.inputs): (
            counts(row.recall),
            counts(row.false_alarms),
            counts(row.no_person),
        )
        for row in report.critical
    }


def test_critical_reviews_are_counted_as_shipped_and_by_the_engine_alone() -> None:
    # Critical: a by both, b by a rule alone, c by the engine's number, which a rule overrode, and
    # d by nothing. Not critical: e by a rule, f by the engine, g and h by nothing.
    report = report_of(
        judged("a", CRITICAL, assessed(CRITICAL, critical=0.9)),
        judged("b", CRITICAL, assessed(CRITICAL, critical=0.1)),
        judged("c", CRITICAL, assessed(HIGH, critical=0.5)),
        judged("d", CRITICAL, assessed(LOW, critical=0.39)),
        judged("e", HIGH, assessed(CRITICAL)),
        judged("f", LOW, assessed(CRITICAL, critical=0.6)),
        judged("g", LOW, assessed(LOW)),
        judged("h", PRAISE, assessed(PRAISE)),
    )

    assert critical_rows(report) == {
        ("quick", "text"): ((2, 4), (2, 4), (1, 4)),
        ("quick alone", "text"): ((2, 4), (1, 4), None),
    }
    assert report.critical[0].recall == share_of(2, 4)
    assert [(row.ids, counts(row.no_person)) for row in report.unread_critical] == [
        (("d",), (1, 4))
    ]


def test_a_rating_is_used_where_there_is_one() -> None:
    report = report_of(
        judged("a", CRITICAL, assessed(LOW), assessed(CRITICAL), rating=1),
        judged("b", CRITICAL, assessed(CRITICAL)),
        judged("c", LOW, assessed(LOW), assessed(CRITICAL), rating=4),
    )

    assert critical_rows(report) == {
        ("quick", "text"): ((1, 2), (0, 1), (1, 2)),
        ("quick", "text and rating"): ((2, 2), (1, 1), (0, 2)),
        ("quick alone", "text"): ((0, 2), (0, 1), None),
    }
    assert [(mistake.id, mistake.inputs) for mistake in report.missed] == [("a", (Inputs.TEXT,))]
    assert [(mistake.id, mistake.inputs) for mistake in report.false_criticals] == [
        ("c", (Inputs.BOTH,))
    ]


def test_languages_and_kinds_with_three_critical_reviews_have_figures_of_their_own() -> None:
    safety = ReviewLabel(CRITICAL, flags=("safety", "staff_rude"))
    legal = ReviewLabel(CRITICAL, flags=("legal",))
    report = report_of(
        # The label's language counts, and where it says none, the one that was found.
        judged("a", safety, assessed(CRITICAL, language="nl"), language="de"),
        judged("b", safety, assessed(LOW, language="de")),
        judged("c", safety, assessed(CRITICAL), language="de"),
        judged("d", legal, assessed(CRITICAL, language=None)),
        judged("e", legal, assessed(CRITICAL, language=None)),
        judged("f", LOW, assessed(CRITICAL), language="de"),
        judged("g", LOW, assessed(LOW), language="de"),
    )

    assert [
        (row.scope, counts(row.recall), counts(row.false_alarms))
        for row in report.critical_by_language
    ] == [("de", (2, 3), (1, 2))]
    assert [
        (row.scope, counts(row.recall), counts(row.no_person)) for row in report.critical_by_kind
    ] == [("safety", (2, 3), (1, 3))]


def test_the_five_levels_agree_as_counted_by_hand_and_the_stars_alone_are_compared() -> None:
    reviews = [
        judged("a", HIGH, assessed(HIGH), assessed(HIGH), rating=1),
        judged("b", LOW, assessed(PRAISE), assessed(LOW), rating=4),
        judged("c", PRAISE, assessed(PRAISE), assessed(PRAISE), rating=5),
        judged("d", MEDIUM, assessed(HIGH)),
    ]
    report = report_of(*reviews)
    labelled_figures.add_rating_alone(report, [judged.review for judged in reviews])
    kappas = {(row.judge, row.inputs, row.scope): row for row in report.levels}

    # By text, labels 3 1 0 2 and judgements 3 0 0 3: squares 0+1+0+1 observed. By chance each label
    # meets each judgement: (0+0+9+9 + 4+1+1+4 + 9+0+0+9 + 1+4+4+1) / 4 = 56 / 4.
    assert kappas["quick", Inputs.TEXT, ALL].kappa == pytest.approx(1 - 2 / (56 / 4))
    # The three with stars: labels 3 1 0, judgements 3 0 0: 1 observed, (0+9+9 + 4+1+1 + 9+0+0) / 3.
    assert kappas["quick", Inputs.TEXT, RATED].kappa == pytest.approx(1 - 1 / 11)
    assert kappas["quick", Inputs.BOTH, RATED].kappa == 1
    assert kappas[RATING_ALONE, Inputs.RATING, RATED].kappa == 1
    assert {key: row.reviews for key, row in kappas.items() if key[2] == RATED} == {
        ("quick", Inputs.TEXT, RATED): 3,
        ("quick", Inputs.BOTH, RATED): 3,
        (RATING_ALONE, Inputs.RATING, RATED): 3,
    }


def test_who_needs_a_person_is_measured_where_a_label_says_so() -> None:
    report = report_of(
        judged("a", ReviewLabel(HIGH, needs_person=True), assessed(HIGH, 0.9)),
        judged("b", ReviewLabel(LOW, needs_person=True), assessed(LOW, 0.2)),
        judged("c", ReviewLabel(LOW, needs_person=False), assessed(MEDIUM, 0.6)),
        judged("d", ReviewLabel(PRAISE, needs_person=False), assessed(PRAISE, 0.1)),
        judged("e", HIGH, assessed(LOW, 0.0)),
    )
    (row,) = report.needs

    # Pairs in the right order: a before c and d, b before d: 3 of 4.
    assert (row.reviews, row.true, row.auc) == (4, 2, 0.75)
    assert (counts(row.recall), counts(row.precision), counts(row.load)) == ((1, 2), (1, 2), (2, 4))


def test_the_words_alone_order_reviews_by_their_stars() -> None:
    report = report_of(
        judged("a", HIGH, assessed(HIGH, 0.8), assessed(HIGH, 0.9), rating=1),
        judged("b", HIGH, assessed(HIGH, 0.4), assessed(HIGH, 0.9), rating=2),
        judged("c", LOW, assessed(LOW, 0.6), assessed(LOW), rating=3),
        judged("d", LOW, assessed(LOW, 0.4), assessed(LOW), rating=4),
        judged("e", PRAISE, assessed(PRAISE, 0.1), assessed(PRAISE), rating=5),
        judged("f", HIGH, assessed(HIGH, 0.0)),
    )
    (row,) = report.stars

    # Against d and e: a wins twice, b ties and wins: 3.5 of 4. With c too: 4.5 of 6.
    assert (row.unhappy, row.happy, row.others) == (2, 2, 3)
    assert row.happy_auc == pytest.approx(3.5 / 4)
    assert row.others_auc == pytest.approx(4.5 / 6)


def test_the_load_is_that_of_praise_and_of_four_stars_and_more_by_where_they_were_written() -> None:
    report = report_of(
        judged("a", PRAISE, assessed(MEDIUM), platform="yelp"),
        judged("b", PRAISE, assessed(PRAISE), platform="yelp", channel=Channel.SOCIAL),
        judged("c", MEDIUM, assessed(MEDIUM), assessed(LOW), rating=4, channel=Channel.SURVEY),
        judged("d", HIGH, assessed(HIGH), assessed(HIGH), rating=3),
    )

    assert [(row.inputs, row.scope, counts(row.load)) for row in report.happy_load] == [
        (Inputs.TEXT, ALL, (2, 3)),
        (Inputs.TEXT, "survey", (1, 1)),
        (Inputs.TEXT, "yelp", (1, 2)),
        (Inputs.BOTH, ALL, (1, 3)),
        (Inputs.BOTH, "survey", (0, 1)),
        (Inputs.BOTH, "yelp", (1, 2)),
    ]


def test_abuse_and_questions_are_measured_where_labels_say_what_they_are() -> None:
    report = report_of(
        judged("a", ReviewLabel(LOW, agenda="abuse"), assessed(LOW, agenda=Agenda.ABUSE)),
        judged("b", ReviewLabel(LOW, agenda="abuse"), assessed(LOW, abuse=0.8)),
        judged(
            "c",
            ReviewLabel(LOW, agenda="other"),
            assessed(LOW, abuse=0.4, agenda=Agenda.ABUSE, flags=(Flag.QUESTION,)),
        ),
        judged("d", ReviewLabel(MEDIUM, agenda="question"), assessed(MEDIUM)),
        judged("e", ReviewLabel(HIGH, flags=("question",)), assessed(HIGH, flags=(Flag.QUESTION,))),
        judged("f", HIGH, assessed(HIGH, agenda=Agenda.QUESTION)),
    )
    abuse, question = report.agendas

    # Of a and b against c and d by probability: a ties with d only, b wins twice: 2.5 of 4.
    assert (abuse.what, abuse.reviews, abuse.true, abuse.auc) == ("abuse", 4, 2, 2.5 / 4)
    assert (counts(abuse.recall), counts(abuse.precision)) == ((1, 2), (1, 2))
    assert counts(abuse.engine_recall) == (1, 2)
    assert (question.what, question.reviews, question.true) == ("question", 5, 2)
    assert (counts(question.recall), counts(question.precision)) == ((1, 2), (1, 2))


def test_a_perturbation_is_measured_on_the_reviews_that_it_changes() -> None:
    reviews = [judged(id, CRITICAL, assessed(CRITICAL)) for id in "ab"]
    reviews.append(judged("c", CRITICAL, assessed(HIGH)))
    copies = [
        PerturbedReview(reviews[0].review, "typos", assessed(CRITICAL)),
        PerturbedReview(reviews[1].review, "typos", assessed(LOW)),
        PerturbedReview(reviews[2].review, "typos", assessed(CRITICAL)),
        PerturbedReview(reviews[0].review, "emoji", assessed(CRITICAL)),
    ]
    typos, emoji = report_of(*reviews, perturbed=copies).perturbations

    assert (typos.perturbation, counts(typos.before), counts(typos.after)) == (
        "typos",
        (2, 3),
        (2, 3),
    )
    assert (typos.lost, counts(typos.no_person)) == (("b",), (1, 3))
    assert (emoji.perturbation, counts(emoji.after), emoji.lost) == ("emoji", (1, 1), ())


def test_mistakes_have_their_kinds_and_codes_and_words_only_if_asked_for() -> None:
    missed = judged(
        "a",
        ReviewLabel(CRITICAL, flags=("staff_rude", "safety")),
        assessed(HIGH, reasons=(Reason("alarm", "blood"), Reason("alarm"), Reason("engine_high"))),
        title="title of a",
    )
    wrong = judged(
        "b",
        LOW,
        assessed(
            CRITICAL,
            flags=(Flag.LEGAL, Flag.CHURN),
            reasons=(Reason("critical_legal", "lawyer"),),
        ),
    )
    report = report_of(missed, wrong)
    assert [(row.id, row.kinds, row.severity, row.codes) for row in report.missed] == [
        ("a", ("safety",), HIGH, ("alarm", "engine_high"))
    ]
    assert [(row.id, row.kinds, row.label, row.codes) for row in report.false_criticals] == [
        ("b", ("legal",), LOW, ("critical_legal",))
    ]
    assert {row.words for row in (*report.missed, *report.false_criticals)} == {None}

    with_words = report_of(missed, wrong, with_words=True)
    assert [row.words for row in (*with_words.missed, *with_words.false_criticals)] == [
        ("blood", "title of a\nwords of a"),
        ("lawyer", "words of b"),
    ]


def test_the_second_rater_is_measured_as_a_judge() -> None:
    def rated(id: str, first: ReviewLabel, second: ReviewLabel | None) -> LabelledReview:
        return LabelledReview(id, "words", first, second)

    report = LabelReport()
    labelled_figures.add_second_rater(
        report,
        [
            rated("a", ReviewLabel(CRITICAL, True), ReviewLabel(CRITICAL, True)),
            rated("b", ReviewLabel(CRITICAL, True), ReviewLabel(LOW, False)),
            rated("c", ReviewLabel(HIGH, False), ReviewLabel(CRITICAL, True)),
            rated("d", ReviewLabel(LOW, False), None),
        ],
    )

    assert critical_rows(report) == {(SECOND_RATER, "text and rating"): ((1, 2), (1, 1), None)}
    assert [(row.ids, counts(row.no_person)) for row in report.unread_critical] == [
        (("b",), (1, 2))
    ]
    (needs,) = report.needs
    assert (needs.reviews, counts(needs.recall), counts(needs.precision)) == (3, (1, 2), (1, 2))


def test_the_rules_alone_are_a_judge_of_their_own() -> None:
    report = LabelReport()
    reviews = [judged("a", CRITICAL, assessed(LOW)), judged("b", LOW, assessed(CRITICAL))]
    labelled_figures.add_rules_alone(report, Judgement(reviews))

    assert critical_rows(report) == {(RULES_ALONE, "text"): ((0, 1), (1, 1), (1, 1))}
    assert [row.ids for row in report.unread_critical] == [("a",)]


def test_without_critical_reviews_and_labels_there_are_no_figures_that_look_like_some() -> None:
    report = report_of(judged("a", LOW, assessed(LOW)))

    assert report.critical[0].recall.share is None
    empty = (report.needs, report.stars, report.agendas, report.perturbations)
    assert empty == ([], [], [], [])
    assert (report.critical_by_language, report.critical_by_kind) == ([], [])
    assert report.levels[0].kappa is None


@pytest.mark.parametrize(
    ("model", "probability", "is_critical"),
    [
        ("quick-1+rules-5", 0.4, True),
        ("quick-1+rules-5", 0.39, False),
        ("accurate-1+rules-5", 0.4, True),
        ("accurate-1+rules-5", 0.39, False),
    ],
)
def test_an_engine_alone_decides_by_its_own_threshold(
    model: str, probability: float, is_critical: bool
) -> None:
    assessment = Assessment(
        LOW,
        Agenda.PRAISE,
        None,
        "en",
        (),
        (),
        (),
        model,
        scores={"critical": probability} | {"needs_person": 0.1},
    )
    assert prediction_of(assessment).engine_critical is is_critical


def test_a_model_without_scores_says_nothing_of_its_own() -> None:
    rules_only = Assessment(
        CRITICAL, Agenda.ANSWER, None, "en", (), (), (), "rules-5", scores={"needs_person": 0.5}
    )
    prediction = prediction_of(rules_only)
    assert (prediction.severity, prediction.engine_critical, prediction.engine_abuse) == (
        CRITICAL,
        False,
        False,
    )
