"""The arithmetic of an evaluation: AUC, counts, kappa and calibration."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard_cli.assess import measures

truths_and_scores = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)
tables = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(truths_and_scores)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[bool, float]]) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    positive_scores, negative_scores = [s for t, s in pairs if t], [s for t, s in pairs if not t]
    auc = measures.auc(truths, scores)
    if not positive_scores or not negative_scores:
        assert auc is None
    else:
        assert auc == pytest.approx(
            sum((a > b) + (a == b) / 2 for a in positive_scores for b in negative_scores)
            / (len(positive_scores) * len(negative_scores))
        )
        assert measures.auc(truths, [-score for score in scores]) == pytest.approx(1 - auc)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_counts_of_decisions_add_up(pairs: list[tuple[bool, bool]]) -> None:
    counts = measures.binary_counts(
        [truth for truth, _ in pairs], [decision for _, decision in pairs]
    )
    assert (
        counts.true_positives
        + counts.false_negatives
        + counts.false_positives
        + counts.true_negatives
        == len(pairs)
    )
    if counts.recall and counts.precision:
        assert counts.f1 == pytest.approx(2 / (1 / counts.recall + 1 / counts.precision))
    assert (counts.recall is None) == (not any(truth for truth, _ in pairs))
    assert (counts.load is None) == (not pairs)


def test_kappa_of_a_worked_example() -> None:
    # The rows sum to 5, 8 and 7, the columns to 9, 5 and 6. One step apart: 2 + 3 + 2 observed,
    # (25 + 72 + 48 + 35) / 20 by chance. Two steps apart, with a weight of four: 2 + 4 observed,
    # (30 + 63) / 20 by chance.
    assert measures.kappa(((3, 0, 2), (2, 3, 3), (4, 2, 1))) == pytest.approx(
        1 - (7 + 4 * 6) / (9 + 4 * 4.65)
    )


@given(tables)
def test_kappa_is_one_for_agreement_and_the_same_from_both_sides(counts: list[list[int]]) -> None:
    table = tuple(map(tuple, counts))
    transposed = tuple(zip(*table, strict=True))
    kappa = measures.kappa(table)
    assert kappa == (
        None if measures.kappa(transposed) is None else pytest.approx(measures.kappa(transposed))
    )
    if kappa is not None:
        assert kappa <= 1 + 1e-12
    diagonal = tuple(
        tuple(count if i == j else 0 for j, count in enumerate(row)) for i, row in enumerate(table)
    )
    if measures.kappa(diagonal) is not None:
        assert measures.kappa(diagonal) == 1


@given(truths_and_scores)
def test_the_calibration_error_lies_between_the_overall_error_and_one(
    pairs: list[tuple[bool, float]],
) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    parts = measures.bins(truths, scores)
    error = measures.calibration_error(parts)
    assert sum(part.texts for part in parts) == len(pairs)
    assert error is not None
    assert abs(math.fsum(scores) - sum(truths)) / len(pairs) - 1e-9 <= error <= 1 + 1e-9
    # A constant score that equals the overall rate is perfectly calibrated.
    rate = sum(truths) / len(truths)
    assert measures.calibration_error(measures.bins(truths, [rate] * len(truths))) == pytest.approx(
        0, abs=1e-9
    )


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        # By hand: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z² = 3.841459.
        (14, 15, 0.7018, 0.9881),
        (15, 15, 0.7961, 1.0),
        (0, 15, 0.0, 0.2039),
        (1, 2, 0.0945, 0.9055),
        (17, 230, 0.0467, 0.1152),
    ],
)
def test_a_share_has_its_wilson_interval(part: int, of: int, low: float, high: float) -> None:
    share = measures.share_of(part, of)
    assert (share.part, share.of, share.share) == (part, of, part / of)
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_a_share_of_nothing_is_undefined() -> None:
    assert measures.share_where([]) == measures.Share(0, 0, None, None, None)


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_between_none_and_all(case: tuple[int, int]) -> None:
    share = measures.share_of(*case)
    assert share.low is not None
    assert share.share is not None
    assert share.high is not None
    assert 0 <= share.low <= share.share <= share.high <= 1
