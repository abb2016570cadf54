"""Confidence intervals of rates and means, and of their differences.

Rates have Wilson's interval, and their difference Newcombe's (E. B. Wilson 1927; R. G. Newcombe
1998, method 10). Means have Student's interval, and their difference Welch's. `confidence` is the
probability with which an interval holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance


def wilson(events: int, n: int, confidence: float) -> tuple[float, float]:
    """The Wilson score interval of a rate of `events` in `n` (at least 1)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, square = events / n, z * z / n
    centre = (rate + square / 2) / (1 + square)
    margin = z * math.sqrt(rate * (1 - rate) / n + square / (4 * n)) / (1 + square)
    return max(0.0, centre - margin), min(1.0, centre + margin)


def newcombe(
    events: int, n: int, other_events: int, other_n: int, confidence: float
) -> tuple[float, float]:
    """Newcombe's interval of the difference of two rates, the first minus the second."""
    rate, other = events / n, other_events / other_n
    low, high = wilson(events, n, confidence)
    other_low, other_high = wilson(other_events, other_n, confidence)
    difference = rate - other
    below = math.hypot(rate - low, other_high - other)
    above = math.hypot(high - rate, other - other_low)
    return difference - below, difference + above


def welch(values: Sequence[int], others: Sequence[int], confidence: float) -> tuple[float, float]:
    """Welch's interval of the difference of two means, the first minus the second.

    Each side has at least 2 values.
    """
    difference = fmean(values) - fmean(others)
    one, other = variance(values) / len(values), variance(others) / len(others)
    if one + other == 0:
        return difference, difference
    df = (one + other) ** 2 / (one**2 / (len(values) - 1) + other**2 / (len(others) - 1))
    margin = student_quantile(df, confidence) * math.sqrt(one + other)
    return difference - margin, difference + margin


def student_quantile(df: float, confidence: float) -> float:
    """The t for which Student's T with `df` degrees of freedom lies between -t and t.

    `confidence` is the probability of that.
    """
    low, high = 0.0, 1.0
    while _two_sided_tail(high, df) > 1 - confidence:
        low, high = high, high * 2
    for _ in range(60):
        middle = (low + high) / 2
        if _two_sided_tail(middle, df) > 1 - confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _two_sided_tail(t: float, df: float) -> float:
    """The probability that |T| is greater than `t`: a regularised incomplete beta function."""
    return _beta(df / (df + t * t), df / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction."""
    if x in {0.0, 1.0}:
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = (
        math.exp(
            math.lgamma(a + b)
            - math.lgamma(a)
            - math.lgamma(b)
            + a * math.log(x)
            + b * math.log1p(-x)
        )
        / a
    )
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 500):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + factor * d)
            c = 1 + factor / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return front * fraction
