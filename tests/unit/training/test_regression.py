"""Logistic regressions: the optimum is found, and calibration makes probabilities true."""

from __future__ import annotations

import numpy as np
import pytest

from heard_training.regression import fit_platt, logistic_regression


def test_the_result_is_the_optimum() -> None:
    random = np.random.default_rng(1)
    features = random.standard_normal((400, 5))
    labels = (random.random(400) < 1 / (1 + np.exp(-features @ [2, -1, 0.5, 0, 0]))).astype(float)
    weights = random.random(400) + 0.1

    weight, bias = logistic_regression(features, labels, weights, penalty=0.01)

    probabilities = 1 / (1 + np.exp(-(features @ weight + bias)))
    share = weights / weights.sum()
    gradient = features.T @ (share * (probabilities - labels)) + 0.01 * weight
    assert np.abs(gradient).max() < 1e-6
    assert abs(float((share * (probabilities - labels)).sum())) < 1e-6
    assert weight[0] > 1
    assert weight[1] < 0


def test_a_row_without_weight_teaches_nothing() -> None:
    features = np.array([[1.0], [2.0], [-1.0], [-2.0], [50.0]])
    labels = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    weights = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    weight, bias = logistic_regression(features, labels, weights, 0.1)
    without, bias_without = logistic_regression(features[:4], labels[:4], weights[:4], 0.1)
    assert weight == pytest.approx(without, abs=1e-6)
    assert bias == pytest.approx(bias_without, abs=1e-6)


def test_labels_of_one_class_give_a_finite_model() -> None:
    weight, bias = logistic_regression(np.ones((5, 2)), np.ones(5), np.ones(5), 0.1)
    assert np.isfinite(weight).all()
    assert np.isfinite(bias)


def test_logits_that_claim_too_much_are_shrunk() -> None:
    random = np.random.default_rng(2)
    true_logits = random.standard_normal(4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-true_logits))).astype(float)
    slope, offset = fit_platt(3 * true_logits + 1, labels)
    assert slope == pytest.approx(1 / 3, abs=0.04)
    assert offset == pytest.approx(-1 / 3, abs=0.1)
