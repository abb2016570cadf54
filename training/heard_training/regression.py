"""Logistic regressions on dense features, and the calibration of logits.

Newton's method with conjugate gradients, on numpy alone. The loss is convex, so the result does not
depend on a seed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float64]
type Features = NDArray[np.floating]
"""Texts by features."""

_MAX_STEPS: Final = 50
_TOLERANCE: Final = 1e-10
_STEP_TOLERANCE: Final = 1e-12
_MAX_STEP_ITERATIONS: Final = 200
_MIN_CURVATURE: Final = 1e-12
"""Added to the curvature: without it the bias has no bound where all labels are alike."""

_CALIBRATION_PENALTY: Final = 1e-6


def logistic_regression(
    features: Features, labels: Vector, weights: Vector, penalty: float
) -> tuple[Vector, float]:
    """The weight of each feature and the bias that fit labels of 0 and 1 best.

    The fit minimises the weighted mean of the loss plus `penalty` times half of the squared
    weights. The bias has no penalty.
    """
    share = weights / weights.sum()
    columns = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    ridge = np.full(columns.shape[1], penalty)
    ridge[-1] = 0
    at = np.zeros(columns.shape[1])
    loss = _loss(columns @ at, labels, share, ridge, at)
    for _ in range(_MAX_STEPS):
        probabilities = _sigmoid(columns @ at)
        gradient = columns.T @ (share * (probabilities - labels)) + ridge * at
        curvature = share * probabilities * (1 - probabilities)
        step = _newton_step(columns, curvature, ridge, gradient)
        length = 1.0
        while True:
            candidate = at - length * step
            candidate_loss = _loss(columns @ candidate, labels, share, ridge, candidate)
            if candidate_loss <= loss or length < _TOLERANCE:
                break
            length /= 2
        improvement = loss - candidate_loss
        if improvement <= 0:
            break
        at, loss = candidate, candidate_loss
        if improvement < _TOLERANCE * max(1.0, loss):
            break
    return at[:-1], float(at[-1])


def fit_platt(logits: Vector, labels: Vector, weights: Vector | None = None) -> tuple[float, float]:
    """The slope and the offset that calibrate logits (Platt 1999)."""
    counts = np.ones(len(labels)) if weights is None else weights
    slope, offset = logistic_regression(logits[:, None], labels, counts, _CALIBRATION_PENALTY)
    return float(slope[0]), offset


def _newton_step(columns: Vector, curvature: Vector, ridge: Vector, gradient: Vector) -> Vector:
    """The solution of Hessian times step equals gradient, by conjugate gradients."""
    step = np.zeros_like(gradient)
    residual = gradient.copy()
    direction = residual.copy()
    norm = float(residual @ residual)
    goal = _STEP_TOLERANCE * norm
    for _ in range(_MAX_STEP_ITERATIONS):
        if norm <= goal:
            break
        image = columns.T @ (curvature * (columns @ direction))
        image += (ridge + _MIN_CURVATURE) * direction
        length = norm / float(direction @ image)
        step += length * direction
        residual -= length * image
        next_norm = float(residual @ residual)
        direction = residual + next_norm / norm * direction
        norm = next_norm
    return step


def _sigmoid(logits: Vector) -> Vector:
    return 1 / (1 + np.exp(-np.clip(logits, -500, 500)))


def _loss(logits: Vector, labels: Vector, share: Vector, ridge: Vector, at: Vector) -> float:
    losses = np.logaddexp(0, -(2 * labels - 1) * logits)
    return float((share * losses).sum() + (ridge * at**2).sum() / 2)
