"""Which wording of an acknowledgement does better: variants compared by what happened next (R27).

Pure: reads the outcome log and knows no storage. Only variants that could have been chosen for the
same kind of review are compared, in one group. Each is compared with the one that most reviews of
the group got. `intervals` computes the intervals of rates and of mean rating changes. All
comparisons of one report share its error: with `m` of them each interval holds with probability
`1 - ALPHA / m` (Bonferroni). So a report about variants that do equally well says so in 19 of 20
cases.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean, variance
from typing import Any, Final

from heard.acknowledgements.intervals import newcombe, student_quantile, welch, wilson
from heard.assessment import Agenda, Flag, Severity
from heard.assessment.model import is_complaint
from heard.clock import format_time, parse_time
from heard.outcomes import Kind, Outcome

ALPHA: Final = 0.05
"""The probability that a report finds a difference where there is none."""

MIN_REVIEWS: Final = 30
"""Reviews that each of two variants must have before they are compared."""

MIN_RATING_CHANGES: Final = 5
"""Changed ratings that two variants must have together before their means are compared.

With fewer the interval means little.
"""


class Measure(StrEnum):
    """What can happen after an acknowledgement."""

    EDITED = "edited"
    SECOND_COMPLAINT = "second_complaint"
    """The review was reopened, or its author complained in another review."""
    WITHDRAWN = "withdrawn"
    RATING_CHANGE = "rating_change"
    """In stars: 0 where the rating was not edited, unknown for a review without a rating."""


class Conclusion(StrEnum):
    """What can be said about two variants."""

    DIFFERENT = "different"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One acknowledged review, and what happened to it within the days that it was followed."""

    review: str
    variant: str
    group: str
    edited: bool = False
    second_complaint: bool = False
    withdrawn: bool = False
    rating_change: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate (0 to 1) or a mean change of rating (stars) over `n` reviews.

    `low` and `high` are its 95 % interval, None where there is none.
    """

    n: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant compared with the group's reference: their difference.

    Its interval allows for all comparisons of the report.
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
    """Variants that were chosen for the same kind of review.

    `estimates` are by variant and measure.
    """

    name: str
    reference: str
    reviews: Mapping[str, int]
    estimates: Mapping[str, Mapping[Measure, Estimate]]
    comparisons: tuple[Comparison, ...]

    @property
    def differs(self) -> bool:
        """Whether a comparison found that a variant differs from the reference."""
        return any(comparison.conclusion is Conclusion.DIFFERENT for comparison in self.comparisons)


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """The comparison of all groups.

    `comparisons` is the number of comparisons that share the error. `waiting_count`
    acknowledgements are too recent: they have not been followed for `days`.
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
                                    "n": estimate.n,
                                    "value": _round(estimate.value),
                                    "low": _round(estimate.low),
                                    "high": _round(estimate.high),
                                }
                                for measure, estimate in estimates.items()
                            },
                        }
                        for variant, estimates in group.estimates.items()
                    },
                    "comparisons": [
                        {
                            "measure": comparison.measure.value,
                            "variant": comparison.variant,
                            "reference": comparison.reference,
                            "conclusion": comparison.conclusion.value,
                            "difference": _round(comparison.difference),
                            "low": _round(comparison.low),
                            "high": _round(comparison.high),
                        }
                        for comparison in group.comparisons
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
    """The acknowledgements of a log, and what happened after each.

    `add` takes every outcome in time order. `authors` names the author of a review where it is
    known, and may grow while the log is read. Without an author only the review itself shows a
    second complaint. An acknowledgement after `acknowledged_until` is not compared. One that has
    not been followed for `days` when the log ends (`log_end`) waits.
    """

    days: int
    acknowledged_until: datetime
    log_end: datetime
    authors: dict[str, str] = field(default_factory=dict[str, str])
    _waiting_ids: set[str] = field(default_factory=set[str])
    _ratings: dict[str, int | None] = field(default_factory=dict[str, int | None])
    _tracked_reviews: dict[str, _TrackedReview] = field(default_factory=dict[str, _TrackedReview])
    _by_author: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict[str, set[str]](set)
    )

    @property
    def waiting_count(self) -> int:
        """The number of acknowledgements that have not been followed for long enough."""
        return len(self._waiting_ids)

    def add(self, outcome: Outcome) -> None:
        """Takes one more outcome into account."""
        tracked_review = self._tracked_reviews.get(outcome.review)
        if tracked_review and outcome.at <= tracked_review.until:
            _record_outcome(tracked_review, outcome)
        if outcome.kind in {Kind.ACCEPTED, Kind.REVISED} and "rating" in outcome.detail:
            self._ratings[outcome.review] = outcome.detail["rating"]
        if outcome.kind is Kind.ACCEPTED and _is_complaint(outcome):
            for review in self._by_author.get(self.authors.get(outcome.review, ""), ()):
                if review != outcome.review and outcome.at <= self._tracked_reviews[review].until:
                    self._tracked_reviews[review].second_complaint = True
        if (
            tracked_review is None
            and outcome.kind in {Kind.ACKNOWLEDGED, Kind.REPLY_SENT}
            and isinstance(outcome.detail.get("variant"), str)
        ):
            self._start_tracking(outcome, outcome.detail["variant"])

    def exposures(self) -> Iterator[Exposure]:
        """The acknowledgements that were followed to the end."""
        for review, tracked_review in self._tracked_reviews.items():
            change = (
                None
                if tracked_review.rating is None or tracked_review.latest is None
                else tracked_review.latest - tracked_review.rating
            )
            results = (
                tracked_review.edited,
                tracked_review.second_complaint,
                tracked_review.withdrawn,
                change,
            )
            yield Exposure(review, tracked_review.variant, tracked_review.group, *results)

    def _start_tracking(self, outcome: Outcome, variant: str) -> None:
        if outcome.at > format_time(self.acknowledged_until):
            return
        until = format_time(parse_time(outcome.at) + timedelta(days=self.days))
        if until > format_time(self.log_end):
            self._waiting_ids.add(outcome.review)
            return
        rating = self._ratings.get(outcome.review)
        self._tracked_reviews[outcome.review] = _TrackedReview(
            variant, _group_name(variant), until, rating, rating
        )
        if author := self.authors.get(outcome.review):
            self._by_author[author].add(outcome.review)


def _record_outcome(tracked_review: _TrackedReview, outcome: Outcome) -> None:
    detail = outcome.detail
    match outcome.kind:
        case Kind.REVISED if detail.get("withdrawn"):
            tracked_review.withdrawn = True
        case Kind.REVISED if not detail.get("unchanged") and not detail.get("own_reply"):
            tracked_review.edited = True
            tracked_review.latest = detail.get("rating")
        case Kind.WITHDRAWN:
            tracked_review.withdrawn = True
        case Kind.REOPENED:
            tracked_review.second_complaint = True
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
    """The group of a variant: its language and kind, and whether the wording is the business's own.

    A business's own wordings come before the playbook's. So the playbook's go only to customers who
    just got one of the business's own. The two reach different customers and are not compared.
    """
    language, kind, name = variant.split("-", 2)
    return f"{language}-{kind}" if name.isdigit() else f"{language}-{kind} (own)"


def compare_variants(tracker: ExposureTracker) -> ExperimentReport:
    """Compares the variants of every group by every measure."""
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
    """The measured values. Reviews whose value is not known are left out."""
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
    conclusion = Conclusion.NO_DIFFERENCE if low <= 0 <= high else Conclusion.DIFFERENT
    return Comparison(measure, variant, reference, conclusion, fmean(one) - fmean(other), low, high)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
