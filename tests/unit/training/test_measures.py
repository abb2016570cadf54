"""The arithmetic of an evaluation: AUC, counts, kappa and calibration."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard_training import measures

truths_and_scores = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)
tables = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(truths_and_scores)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[bool, float]]) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    yes, no = [s for t, s in pairs if t], [s for t, s in pairs if not t]
    found = measures.auc(truths, scores)
    if not yes or not no:
        assert found is None
    else:
        assert found == pytest.approx(
            sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
        )
        assert measures.auc(truths, [-score for score in scores]) == pytest.approx(1 - found)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_counts_of_decisions_add_up(pairs: list[tuple[bool, bool]]) -> None:
    found = measures.binary_counts([truth for truth, _ in pairs], [said for _, said in pairs])
    assert (
        found.true_positives + found.false_negatives + found.false_positives + found.true_negatives
        == len(pairs)
    )
    if found.recall and found.precision:
        assert found.f1 == pytest.approx(2 / (1 / found.recall + 1 / found.precision))
    assert (found.recall is None) == (not any(truth for truth, _ in pairs))
    assert (found.load is None) == (not pairs)


def test_kappa_of_a_worked_example() -> None:
    # Rows have 5, 8 and 7, columns 9, 5 and 6. One apart, 2 + 3 + 2 are seen, and by chance (25 +
    # 72 + 48 + 35) / 20; two apart, counting four times, 2 + 4 are seen, and by chance (30 + 63) /
    # 20.
    assert measures.kappa(((3, 0, 2), (2, 3, 3), (4, 2, 1))) == pytest.approx(
        1 - (7 + 4 * 6) / (9 + 4 * 4.65)
    )


@given(tables)
def test_kappa_is_one_for_agreement_and_the_same_from_both_sides(counts: list[list[int]]) -> None:
    table = tuple(map(tuple, counts))
    turned = tuple(zip(*table, strict=True))
    found = measures.kappa(table)
    assert found == (
        None if measures.kappa(turned) is None else pytest.approx(measures.kappa(turned))
    )
    if found is not None:
        assert found <= 1 + 1e-12
    agreed = tuple(
        tuple(count if i == j else 0 for j, count in enumerate(row)) for i, row in enumerate(table)
    )
    if measures.kappa(agreed) is not None:
        assert measures.kappa(agreed) == 1


@given(truths_and_scores)
def test_the_calibration_error_lies_between_that_of_all_together_and_one(
    pairs: list[tuple[bool, float]],
) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    parts = measures.bins(truths, scores)
    error = measures.calibration_error(parts)
    assert sum(part.texts for part in parts) == len(pairs)
    assert error is not None
    assert abs(math.fsum(scores) - sum(truths)) / len(pairs) - 1e-9 <= error <= 1 + 1e-9
    # Whoever says how often it is so, of all together, is calibrated, however little that says.
    often = sum(truths) / len(truths)
    assert measures.calibration_error(
        measures.bins(truths, [often] * len(truths))
    ) == pytest.approx(0, abs=1e-9)
