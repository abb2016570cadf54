"""The arithmetic of an evaluation: shares, AUC, recall and precision, kappa, calibration. Pure.

An undefined figure is None (an AUC of one class, a precision without predictions), and never a
number that looks like a result. Knows nothing of reviews or engines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

_NORMAL_QUANTILE: Final = 1.959964
"""95 % of a normal distribution lie within so many standard deviations of its mean."""

type Confusion = tuple[tuple[int, ...], ...]
"""How often the true level (row) was predicted as each level (column)."""


@dataclass(frozen=True, slots=True)
class BinaryCounts:
    """The counts of true and predicted labels."""

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int

    @property
    def recall(self) -> float | None:
        """The share of true cases that was predicted."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def precision(self) -> float | None:
        """The share of predictions that is true."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of recall and precision, 0 if no true case was predicted."""
        return _share(
            2 * self.true_positives,
            2 * self.true_positives + self.false_negatives + self.false_positives,
        )

    @property
    def load(self) -> float | None:
        """The share of all cases that was predicted: people must look at these."""
        return _share(
            self.true_positives + self.false_positives,
            self.true_positives + self.false_negatives + self.false_positives + self.true_negatives,
        )

    @property
    def false_alarms(self) -> float | None:
        """The share of false cases that was predicted."""
        return _share(self.false_positives, self.false_positives + self.true_negatives)


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `of` cases, as a share, and the 95 % interval from `low` to `high` that holds it.

    The interval is Wilson's (1927), which is right for small numbers too. All three are None of no
    cases.
    """

    part: int
    of: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Probabilities between two bounds: their mean, how often they came true, and their number."""

    mean_probability: float
    observed_rate: float
    texts: int


def share_of(part: int, of: int) -> Share:
    """The share of a part, with its interval."""
    if not of:
        return Share(part, of, None, None, None)
    share, square = part / of, _NORMAL_QUANTILE**2
    middle = share + square / (2 * of)
    half = _NORMAL_QUANTILE * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = ((middle + sign * half) / (1 + square / of) for sign in (-1, 1))
    # All and none are bounds themselves, which rounding must not miss.
    return Share(part, of, share, low if part else 0.0, high if part < of else 1.0)


def share_where(cases: Iterable[bool]) -> Share:
    """The share of cases that are true."""
    counted = list(cases)
    return share_of(sum(counted), len(counted))


def binary_counts(truths: Sequence[bool], predictions: Sequence[bool]) -> BinaryCounts:
    """The counts of two sequences of the same length."""
    pairs = list(zip(truths, predictions, strict=True))
    return BinaryCounts(
        pairs.count((True, True)),
        pairs.count((True, False)),
        pairs.count((False, True)),
        pairs.count((False, False)),
    )


def auc(truths: Sequence[bool], scores: Sequence[float]) -> float | None:
    """The probability that a true case has a higher score than a false one; a tie counts half.

    None for one class alone.
    """
    yes = sum(truths)
    no = len(truths) - yes
    if not yes or not no:
        return None
    below = 0
    wins = 0.0
    for _, tied in groupby(sorted(zip(scores, truths, strict=True)), key=lambda pair: pair[0]):
        group = [truth for _, truth in tied]
        true = sum(group)
        wins += true * (below + (len(group) - true) / 2)
        below += len(group) - true
    return wins / (yes * no)


def confusion(truths: Sequence[int], predictions: Sequence[int], levels: int) -> Confusion:
    """How often each level, counted from 0, was predicted as each level."""
    counts = [[0] * levels for _ in range(levels)]
    for truth, prediction in zip(truths, predictions, strict=True):
        counts[truth][prediction] += 1
    return tuple(map(tuple, counts))


def kappa(counts: Confusion) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968).

    1 is agreement, 0 is chance. None if there is only one level.
    """
    total = sum(map(sum, counts))
    rows = [sum(row) for row in counts]
    columns = [sum(column) for column in zip(*counts, strict=True)]
    places = range(len(counts))
    observed = sum((i - j) ** 2 * counts[i][j] for i in places for j in places)
    chance = sum((i - j) ** 2 * rows[i] * columns[j] for i in places for j in places)
    return 1 - observed * total / chance if chance else None


def bins(
    truths: Sequence[bool], probabilities: Sequence[float], count: int = 10
) -> tuple[Bin, ...]:
    """The bins of `count` equally wide parts of 0 to 1. Empty ones are left out."""
    parts: list[list[tuple[float, bool]]] = [[] for _ in range(count)]
    for truth, probability in zip(truths, probabilities, strict=True):
        parts[min(int(probability * count), count - 1)].append((probability, truth))
    return tuple(
        Bin(sum(p for p, _ in part) / len(part), sum(t for _, t in part) / len(part), len(part))
        for part in parts
        if part
    )


def calibration_error(parts: Sequence[Bin]) -> float | None:
    """The expected calibration error: the mean distance of probability and rate, by bin size.

    None without bins.
    """
    total = sum(part.texts for part in parts)
    return (
        sum(abs(part.mean_probability - part.observed_rate) * part.texts for part in parts) / total
        if total
        else None
    )


def mean(figures: Iterable[float | None]) -> float | None:
    """The mean of the defined figures, None if none is defined."""
    defined = [figure for figure in figures if figure is not None]
    return sum(defined) / len(defined) if defined else None


def _share(part: int, of: int) -> float | None:
    return part / of if of else None
