"""Which wording of an acknowledgement does better: variants compared by what happened next (R27).

Pure: reads the outcome log, knows no storage. Only variants that could have been drawn for the same
kind of review are compared, in one group; each with the one that most reviews of the group got.
Rates have Wilson intervals, their differences Newcombe's (E. B. Wilson 1927; R. G. Newcombe 1998,
method 10), mean rating changes Student's and Welch's. All comparisons of one report share its
error: with `m` of them each interval holds with probability `1 - ALPHA / m` (Bonferroni), so that a
report about variants that do the same says so in 19 of 20 cases.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import NormalDist, fmean, variance
from typing import Any, Final

from heard.assessment import Agenda, Flag, Severity
from heard.assessment.model import is_complaint
from heard.clock import format_time, parse_time
from heard.outcomes import Kind, Outcome

ALPHA: Final = 0.05
"""How often a report may call something a difference that is none."""

MIN_REVIEWS: Final = 30
"""Reviews that each of two variants must have before they are compared."""

MIN_RATING_CHANGES: Final = 5
"""Ratings that must have changed, of two variants together, before their means are compared.

With fewer the interval means little.
"""


class Measure(StrEnum):
    """What can happen after an acknowledgement."""

    EDITED = "edited"
    SECOND_COMPLAINT = "second_complaint"
    """The review was opened again, or its author complained in another one."""
    WITHDRAWN = "withdrawn"
    RATING_CHANGE = "rating_change"
    """In stars; 0 for a review whose rating was not edited, unknown for one without a rating."""


class Conclusion(StrEnum):
    """What can be said about two variants."""

    DIFFERENT = "different"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One acknowledged review, and what happened to it within the days that were looked at."""

    review: str
    variant: str
    group: str
    edited: bool = False
    second_complaint: bool = False
    withdrawn: bool = False
    rating_change: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate (0 to 1) or a mean change of rating (stars) over `n` reviews, with its 95 % interval;
    None where there is none.
    """

    n: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against the group's reference.

    Their difference, with an interval that allows for all comparisons of the report.
    """

    measure: Measure
    variant: str
    reference: str
    conclusion: Conclusion
    difference: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class VariantGroup:
    """Variants that were drawn for the same kind of review.

    `estimates` are by variant and measure.
    """

    name: str
    reference: str
    reviews: Mapping[str, int]
    estimates: Mapping[str, Mapping[Measure, Estimate]]
    comparisons: tuple[Comparison, ...]

    @property
    def differs(self) -> bool:
        """Whether any variant does something else than the reference, as far as can be seen."""
        return any(each.conclusion is Conclusion.DIFFERENT for each in self.comparisons)


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """All groups. `comparisons` is how many share the error.

    `waiting` acknowledgements are too young to have been followed for `days`.
    """

    days: int
    comparisons: int
    waiting_count: int
    groups: tuple[VariantGroup, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object for programs."""
        return {
            "days": self.days,
            "alpha": ALPHA,
            "comparisons": self.comparisons,
            "waiting": self.waiting_count,
            "groups": [
                {
                    "group": group.name,
                    "reference": group.reference,
                    "differs": group.differs,
                    "variants": {
                        variant: {
                            "reviews": group.reviews[variant],
                            **{
                                measure.value: {
                                    "n": found.n,
                                    "value": _round(found.value),
                                    "low": _round(found.low),
                                    "high": _round(found.high),
                                }
                                for measure, found in estimates.items()
                            },
                        }
                        for variant, estimates in group.estimates.items()
                    },
                    "comparisons": [
                        {
                            "measure": each.measure.value,
                            "variant": each.variant,
                            "reference": each.reference,
                            "verdict": each.conclusion.value,
                            "difference": _round(each.difference),
                            "low": _round(each.low),
                            "high": _round(each.high),
                        }
                        for each in group.comparisons
                    ],
                }
                for group in self.groups
            ],
        }


@dataclass(slots=True)
class _TrackedReview:
    """An acknowledgement whose review is being followed."""

    variant: str
    group: str
    until: str
    rating: int | None
    latest: int | None
    edited: bool = False
    second_complaint: bool = False
    withdrawn: bool = False


@dataclass(slots=True)
class ExposureTracker:
    """The acknowledgements of a log, and what came after each.

    `hear` is given every outcome in time order.

    `authors` names the author of a review where that is known, and may grow as the log is read;
    without it only the review itself can tell of a second complaint. An acknowledgement after
    `asked_until` is not compared, and one that has not been followed for `days` when the log ends
    (`log_ends`) waits.
    """

    days: int
    acknowledged_until: datetime
    log_end: datetime
    authors: dict[str, str] = field(default_factory=dict[str, str])
    _waiting_ids: set[str] = field(default_factory=set[str])
    _ratings: dict[str, int | None] = field(default_factory=dict[str, int | None])
    _tracked: dict[str, _TrackedReview] = field(default_factory=dict[str, _TrackedReview])
    _by_author: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict[str, set[str]](set)
    )

    @property
    def waiting_count(self) -> int:
        """How many acknowledgements have not been followed for long enough."""
        return len(self._waiting_ids)

    def add(self, outcome: Outcome) -> None:
        """Take one more outcome into account."""
        tracked = self._tracked.get(outcome.review)
        if tracked and outcome.at <= tracked.until:
            _record_outcome(tracked, outcome)
        if outcome.kind in {Kind.ACCEPTED, Kind.REVISED} and "rating" in outcome.detail:
            self._ratings[outcome.review] = outcome.detail["rating"]
        if outcome.kind is Kind.ACCEPTED and _is_complaint(outcome):
            for review in self._by_author.get(self.authors.get(outcome.review, ""), ()):
                if review != outcome.review and outcome.at <= self._tracked[review].until:
                    self._tracked[review].second_complaint = True
        if (
            tracked is None
            and outcome.kind in {Kind.ACKNOWLEDGED, Kind.REPLY_SENT}
            and isinstance(outcome.detail.get("variant"), str)
        ):
            self._start_tracking(outcome, outcome.detail["variant"])

    def exposures(self) -> Iterator[Exposure]:
        """The acknowledgements that were followed to the end."""
        for review, tracked in self._tracked.items():
            change = (
                None
                if tracked.rating is None or tracked.latest is None
                else tracked.latest - tracked.rating
            )
            results = (tracked.edited, tracked.second_complaint, tracked.withdrawn, change)
            yield Exposure(review, tracked.variant, tracked.group, *results)

    def _start_tracking(self, outcome: Outcome, variant: str) -> None:
        if outcome.at > format_time(self.acknowledged_until):
            return
        until = format_time(parse_time(outcome.at) + timedelta(days=self.days))
        if until > format_time(self.log_end):
            self._waiting_ids.add(outcome.review)
            return
        rating = self._ratings.get(outcome.review)
        self._tracked[outcome.review] = _TrackedReview(
            variant, _group_name(variant), until, rating, rating
        )
        if author := self.authors.get(outcome.review):
            self._by_author[author].add(outcome.review)


def _record_outcome(tracked: _TrackedReview, outcome: Outcome) -> None:
    detail = outcome.detail
    match outcome.kind:
        case Kind.REVISED if detail.get("withdrawn"):
            tracked.withdrawn = True
        case Kind.REVISED if not detail.get("unchanged") and not detail.get("own_reply"):
            tracked.edited = True
            tracked.latest = detail.get("rating")
        case Kind.WITHDRAWN:
            tracked.withdrawn = True
        case Kind.REOPENED:
            tracked.second_complaint = True
        case _:
            pass


def _is_complaint(outcome: Outcome) -> bool:
    detail = outcome.detail
    try:
        flags = [Flag(flag) for flag in detail["flags"]]
        return is_complaint(Severity(detail["severity"]), Agenda(detail["agenda"]), flags)
    except (KeyError, ValueError, TypeError):
        return False


def _group_name(variant: str) -> str:
    """What a variant was drawn for and among what.

    Language and kind, its id up to the second hyphen, and whose words they are.

    A business's own wordings go before the playbook's, which then are said only to those who just
    saw one of its own: the two meet different customers, and are not compared.
    """
    language, kind, name = variant.split("-", 2)
    return f"{language}-{kind}" if name.isdigit() else f"{language}-{kind} (own)"


def compare_variants(tracker: ExposureTracker) -> ExperimentReport:
    """Compare the variants of every group by every measure."""
    grouped: defaultdict[str, defaultdict[str, list[Exposure]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for exposure in tracker.exposures():
        grouped[exposure.group][exposure.variant].append(exposure)
    references = {
        name: max(sorted(variants), key=lambda variant: len(variants[variant]))
        for name, variants in grouped.items()
    }
    pairs = [
        (name, variant)
        for name in sorted(grouped)
        for variant in sorted(grouped[name])
        if variant != references[name]
    ]
    test_count = sum(
        _testable(grouped[name][variant], grouped[name][references[name]], measure)
        for name, variant in pairs
        for measure in Measure
    )
    confidence = 1 - ALPHA / max(1, test_count)
    groups: list[VariantGroup] = []
    for name in sorted(grouped):
        variants, reference = grouped[name], references[name]
        comparisons = [
            _compare(
                measure, variant, variants[variant], reference, variants[reference], confidence
            )
            for variant in sorted(variants)
            if variant != reference
            for measure in Measure
        ]
        estimates = {
            variant: {measure: _estimate(variants[variant], measure) for measure in Measure}
            for variant in sorted(variants)
        }
        groups.append(
            VariantGroup(
                name,
                reference,
                {variant: len(variants[variant]) for variant in estimates},
                estimates,
                tuple(comparisons),
            )
        )
    return ExperimentReport(tracker.days, test_count, tracker.waiting_count, tuple(groups))


def _values(exposures: Iterable[Exposure], measure: Measure) -> list[int]:
    """What was measured, of every review of which it is known."""
    values = (getattr(exposure, measure.value) for exposure in exposures)
    return [int(value) for value in values if value is not None]


def _testable(one: Sequence[Exposure], other: Sequence[Exposure], measure: Measure) -> bool:
    ours, theirs = _values(one, measure), _values(other, measure)
    if min(len(ours), len(theirs)) < MIN_REVIEWS:
        return False
    return (
        measure is not Measure.RATING_CHANGE
        or sum(value != 0 for value in (*ours, *theirs)) >= MIN_RATING_CHANGES
    )


def _estimate(exposures: Sequence[Exposure], measure: Measure) -> Estimate:
    values = _values(exposures, measure)
    if not values:
        return Estimate(0, 0.0, None, None)
    mean = fmean(values)
    if measure is not Measure.RATING_CHANGE:
        return Estimate(len(values), mean, *wilson(sum(values), len(values), 1 - ALPHA))
    if len(values) < 2:
        return Estimate(len(values), mean, None, None)
    margin = student_quantile(len(values) - 1, 1 - ALPHA) * math.sqrt(
        variance(values) / len(values)
    )
    return Estimate(len(values), mean, mean - margin, mean + margin)


def _compare(
    measure: Measure,
    variant: str,
    ours: Sequence[Exposure],
    reference: str,
    theirs: Sequence[Exposure],
    confidence: float,
) -> Comparison:
    if not _testable(ours, theirs, measure):
        return Comparison(measure, variant, reference, Conclusion.TOO_FEW)
    one, other = _values(ours, measure), _values(theirs, measure)
    if measure is Measure.RATING_CHANGE:
        low, high = welch(one, other, confidence)
    else:
        low, high = newcombe(sum(one), len(one), sum(other), len(other), confidence)
    verdict = Conclusion.NO_DIFFERENCE if low <= 0 <= high else Conclusion.DIFFERENT
    return Comparison(measure, variant, reference, verdict, fmean(one) - fmean(other), low, high)


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
    """Newcombe's hybrid score interval of the difference of two rates, the first minus the second."""
    rate, other = events / n, other_events / other_n
    low, high = wilson(events, n, confidence)
    other_low, other_high = wilson(other_events, other_n, confidence)
    difference = rate - other
    return difference - math.hypot(rate - low, other_high - other), difference + math.hypot(
        high - rate, other - other_low
    )


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
    """By how many standard errors Student's t with these degrees of freedom lies within ±, with
    this probability.
    """
    low, high = 0.0, 1.0
    while _two_sided_tail(high, df) > 1 - confidence:
        low, high = high, high * 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _two_sided_tail(middle, df) > 1 - confidence else (low, middle)
        )
    return (low + high) / 2


def _two_sided_tail(t: float, df: float) -> float:
    """The probability that |T| is greater than `t`: a regularised incomplete beta function."""
    return _beta(df / (df + t * t), df / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's
    method).
    """
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


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
