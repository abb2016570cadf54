"""The report finds no difference between equal variants, and a big one between unequal variants."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.acknowledgements.experiments import (
    Conclusion,
    ExperimentReport,
    ExposureTracker,
    Measure,
    compare_variants,
    newcombe,
    student_quantile,
    welch,
    wilson,
)
from heard.clock import format_time
from heard.outcomes import Kind, Outcome

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 14


def outcome(
    review: str, kind: Kind, day: float, *, severity: str = "praise", **detail: Any
) -> Outcome:
    at = format_time(START + timedelta(days=day))
    return Outcome(
        review,
        1,
        kind,
        at,
        "acme",
        "google",
        "review_site",
        severity,
        "heard",
        None,
        detail,
        "",
        "",
    )


def accepted(
    review: str, day: float, *, severity: str = "praise", rating: int | None = 4
) -> Outcome:
    assessment_detail = {"agenda": "answer", "flags": list[str]()}
    accepted_outcome = outcome(
        review, Kind.ACCEPTED, day, severity=severity, rating=rating, **assessment_detail
    )
    return replace(accepted_outcome, detail={**accepted_outcome.detail, "severity": severity})


def acknowledged(review: str, day: float, variant: str = "en-praise-1") -> Outcome:
    return outcome(review, Kind.ACKNOWLEDGED, day, variant=variant)


def track(
    outcomes: list[Outcome],
    authors: dict[str, str] | None = None,
    *,
    until: float = 30,
    ends: float = 60,
) -> ExposureTracker:
    tracker = ExposureTracker(
        DAYS, START + timedelta(days=until), START + timedelta(days=ends), authors or {}
    )
    for outcome in sorted(outcomes, key=lambda outcome: outcome.at):
        tracker.add(outcome)
    return tracker


def simulate_log(
    seed: int,
    variants: Mapping[str, float],
    reviews: int,
    *,
    stars: Mapping[str, int] | None = None,
) -> ExperimentReport:
    """A log in which an author edits, complains again or withdraws with the chance that their
    variant gives.
    """
    generator = random.Random(seed)
    outcomes: list[Outcome] = []
    for number in range(reviews):
        review, variant = f"rev_{number}", generator.choice(list(variants))
        day = generator.uniform(0, 25)
        outcomes += [accepted(review, day), acknowledged(review, day + 0.01, variant)]
        if generator.random() < variants[variant]:
            rating = 4 + (stars or {}).get(variant, generator.choice((-1, 0, 1)))
            outcomes.append(outcome(review, Kind.REVISED, day + 1, rating=rating))
        if generator.random() < 0.1:
            outcomes.append(outcome(review, Kind.REOPENED, day + 2, after="acknowledged"))
        if generator.random() < 0.05:
            outcomes.append(outcome(review, Kind.WITHDRAWN, day + 3))
    return compare_variants(track(outcomes))


def test_equal_variants_are_rarely_reported_as_different() -> None:
    variants = {"en-praise-1": 0.2, "en-praise-2": 0.2, "en-praise-3": 0.2}
    false_alarms = [
        seed
        for seed in range(60)
        if any(group.differs for group in simulate_log(seed, variants, 200).groups)
    ]

    assert len(false_alarms) <= 6


def test_a_big_effect_is_reported_as_a_difference() -> None:
    for seed in range(10):
        (group,) = simulate_log(
            seed,
            {"en-praise-1": 0.1, "en-praise-2": 0.5},
            300,
            stars={"en-praise-1": 0, "en-praise-2": 1},
        ).groups
        comparisons = {comparison.measure: comparison for comparison in group.comparisons}
        better = 1 if comparisons[Measure.EDITED].variant == "en-praise-2" else -1

        for measure in (Measure.EDITED, Measure.RATING_CHANGE):
            assert comparisons[measure].conclusion is Conclusion.DIFFERENT
            assert better * (comparisons[measure].difference or 0) > 0
        assert comparisons[Measure.SECOND_COMPLAINT].conclusion is Conclusion.NO_DIFFERENCE


def test_with_too_few_reviews_there_is_no_conclusion() -> None:
    (group,) = simulate_log(1, {"en-praise-1": 0.0, "en-praise-2": 1.0}, 40).groups

    assert {comparison.conclusion for comparison in group.comparisons} == {Conclusion.TOO_FEW}
    assert not group.differs


def test_only_variants_of_the_same_language_and_kind_are_compared() -> None:
    outcomes: list[Outcome] = []
    for number, variant in enumerate(
        ("en-praise-1", "de-praise-1", "de-praise-warm-words", "de-private-warm")
    ):
        outcomes += [accepted(f"rev_{number}", 1), acknowledged(f"rev_{number}", 2, variant)]

    report = compare_variants(track(outcomes))

    assert {group.name: list(group.reviews) for group in report.groups} == {
        "de-praise": ["de-praise-1"],
        "de-praise (own)": ["de-praise-warm-words"],
        "de-private (own)": ["de-private-warm"],
        "en-praise": ["en-praise-1"],
    }


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([outcome("rev_1", Kind.REVISED, 5, rating=2)], ("edited", -2)),
        (
            [
                outcome("rev_1", Kind.REVISED, 5, rating=2),
                outcome("rev_1", Kind.REVISED, 6, rating=5),
            ],
            ("edited", 1),
        ),
        ([outcome("rev_1", Kind.REVISED, 5, unchanged=True)], ("", 0)),
        ([outcome("rev_1", Kind.REVISED, 5, own_reply=True)], ("", 0)),
        ([outcome("rev_1", Kind.REVISED, 5, withdrawn=True)], ("withdrawn", 0)),
        ([outcome("rev_1", Kind.WITHDRAWN, 5)], ("withdrawn", 0)),
        ([outcome("rev_1", Kind.REOPENED, 5)], ("second_complaint", 0)),
        ([accepted("rev_2", 5, severity="high", rating=1)], ("second_complaint", 0)),
        ([accepted("rev_2", 5, severity="praise", rating=5)], ("", 0)),
        ([accepted("rev_3", 5, severity="high", rating=1)], ("", 0)),
        ([outcome("rev_1", Kind.REVISED, 2 + DAYS + 1, rating=1)], ("", 0)),
    ],
)
def test_an_exposure_counts_the_authors_later_edits_complaints_and_withdrawals(
    later: list[Outcome], expected: tuple[str, int]
) -> None:
    authors = {"rev_1": "aut_a", "rev_2": "aut_a", "rev_3": "aut_b"}
    (exposure,) = track(
        [accepted("rev_1", 1), acknowledged("rev_1", 2), *later], authors
    ).exposures()

    effects = [
        name for name in ("edited", "second_complaint", "withdrawn") if getattr(exposure, name)
    ]
    assert (",".join(effects), exposure.rating_change) == expected


def test_an_acknowledgement_counts_only_after_its_observation_period() -> None:
    recent_log = [accepted("rev_1", 50), acknowledged("rev_1", 51)]
    tracker_in_period = track(recent_log, until=55, ends=60)
    tracker_before_period = track(recent_log, until=30, ends=90)

    assert (list(tracker_in_period.exposures()), tracker_in_period.waiting_count) == ([], 1)
    assert (list(tracker_before_period.exposures()), tracker_before_period.waiting_count) == ([], 0)
    assert len(list(track(recent_log, until=55, ends=70).exposures())) == 1


def test_the_intervals_match_published_examples() -> None:
    assert newcombe(56, 70, 48, 80, 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(0, 10, 0, 20, 0.95) == pytest.approx((-0.1611, 0.2775), abs=5e-5)
    assert newcombe(10, 10, 0, 10, 0.95) == pytest.approx((0.6075, 1.0), abs=5e-5)
    assert wilson(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert [student_quantile(freedom, 0.95) for freedom in (1, 5, 30)] == pytest.approx(
        [12.7062, 2.5706, 2.0423], abs=5e-5
    )
    assert welch([1, 2, 3, 4], [1, 2, 3, 4], 0.95) == pytest.approx((-2.2335, 2.2335), abs=5e-4)


@given(st.integers(1, 400), st.data(), st.floats(0.5, 0.9999))
def test_an_interval_contains_its_rate_and_widens_with_confidence(
    n: int, data: st.DataObject, confidence: float
) -> None:
    events = data.draw(st.integers(0, n))
    low, high = wilson(events, n, confidence)
    wider = wilson(events, n, confidence + (1 - confidence) / 2)

    assert 0 <= wider[0] <= low + 1e-12
    assert low - 1e-12 <= events / n <= high + 1e-12
    assert high - 1e-12 <= wider[1] <= 1


@given(
    st.lists(
        st.sampled_from(["accepted", "acknowledged", "revised", "withdrawn", "reopened"]),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_any_log_gives_a_report(kinds: list[str], generator: Any) -> None:
    make: dict[str, Callable[[str, float], Outcome]] = {
        "accepted": lambda review, day: accepted(
            review, day, rating=generator.choice((None, 1, 5))
        ),
        "acknowledged": lambda review, day: acknowledged(
            review, day, generator.choice(("en-praise-1", "en-praise-warm"))
        ),
        "revised": lambda review, day: outcome(
            review, Kind.REVISED, day, rating=generator.choice((None, 3))
        ),
        "withdrawn": lambda review, day: outcome(review, Kind.WITHDRAWN, day),
        "reopened": lambda review, day: outcome(review, Kind.REOPENED, day),
    }
    report = compare_variants(
        track(
            [
                make[kind](generator.choice(("rev_1", "rev_2")), day)
                for day, kind in enumerate(kinds)
            ]
        )
    )

    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["comparisons"] == 0
