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
from heard.assessment.model import complains
from heard.clock import moment, stamp
from heard.outcomes import Kind, Outcome

ALPHA: Final = 0.05
"""How often a report may call something a difference that is none."""

ENOUGH: Final = 30
"""Reviews that each of two variants must have before they are compared."""

ENOUGH_CHANGES: Final = 5
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


class Verdict(StrEnum):
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
    verdict: Verdict
    difference: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
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
        return any(each.verdict is Verdict.DIFFERENT for each in self.comparisons)


@dataclass(frozen=True, slots=True)
class Report:
    """All groups. `comparisons` is how many share the error.

    `waiting` acknowledgements are too young to have been followed for `days`.
    """

    days: int
    comparisons: int
    waiting: int
    groups: tuple[Group, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object for programs."""
        return {
            "days": self.days,
            "alpha": ALPHA,
            "comparisons": self.comparisons,
            "waiting": self.waiting,
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
                                    "value": _short(found.value),
                                    "low": _short(found.low),
                                    "high": _short(found.high),
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
                            "verdict": each.verdict.value,
                            "difference": _short(each.difference),
                            "low": _short(each.low),
                            "high": _short(each.high),
                        }
                        for each in group.comparisons
                    ],
                }
                for group in self.groups
            ],
        }


@dataclass(slots=True)
class _Watch:
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
class Followed:
    """The acknowledgements of a log, and what came after each.

    `hear` is given every outcome in time order.

    `authors` names the author of a review where that is known, and may grow as the log is read;
    without it only the review itself can tell of a second complaint. An acknowledgement after
    `asked_until` is not compared, and one that has not been followed for `days` when the log ends
    (`log_ends`) waits.
    """

    days: int
    asked_until: datetime
    log_ends: datetime
    authors: dict[str, str] = field(default_factory=dict[str, str])
    _waiting: set[str] = field(default_factory=set[str])
    _ratings: dict[str, int | None] = field(default_factory=dict[str, int | None])
    _watched: dict[str, _Watch] = field(default_factory=dict[str, _Watch])
    _by_author: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict[str, set[str]](set)
    )

    @property
    def waiting(self) -> int:
        """How many acknowledgements have not been followed for long enough."""
        return len(self._waiting)

    def hear(self, outcome: Outcome) -> None:
        """Take one more outcome into account."""
        watch = self._watched.get(outcome.review)
        if watch and outcome.at <= watch.until:
            _note(watch, outcome)
        if outcome.kind in {Kind.ACCEPTED, Kind.REVISED} and "rating" in outcome.detail:
            self._ratings[outcome.review] = outcome.detail["rating"]
        if outcome.kind is Kind.ACCEPTED and _complains(outcome):
            for review in self._by_author.get(self.authors.get(outcome.review, ""), ()):
                if review != outcome.review and outcome.at <= self._watched[review].until:
                    self._watched[review].second_complaint = True
        if (
            watch is None
            and outcome.kind in {Kind.ACKNOWLEDGED, Kind.REPLY_SENT}
            and isinstance(outcome.detail.get("variant"), str)
        ):
            self._begin(outcome, outcome.detail["variant"])

    def exposures(self) -> Iterator[Exposure]:
        """The acknowledgements that were followed to the end."""
        for review, watch in self._watched.items():
            change = (
                None
                if watch.rating is None or watch.latest is None
                else watch.latest - watch.rating
            )
            told = (watch.edited, watch.second_complaint, watch.withdrawn, change)
            yield Exposure(review, watch.variant, watch.group, *told)

    def _begin(self, outcome: Outcome, variant: str) -> None:
        if outcome.at > stamp(self.asked_until):
            return
        until = stamp(moment(outcome.at) + timedelta(days=self.days))
        if until > stamp(self.log_ends):
            self._waiting.add(outcome.review)
            return
        rating = self._ratings.get(outcome.review)
        self._watched[outcome.review] = _Watch(variant, _group(variant), until, rating, rating)
        if author := self.authors.get(outcome.review):
            self._by_author[author].add(outcome.review)


def _note(watch: _Watch, outcome: Outcome) -> None:
    detail = outcome.detail
    match outcome.kind:
        case Kind.REVISED if detail.get("withdrawn"):
            watch.withdrawn = True
        case Kind.REVISED if not detail.get("unchanged") and not detail.get("own_reply"):
            watch.edited = True
            watch.latest = detail.get("rating")
        case Kind.WITHDRAWN:
            watch.withdrawn = True
        case Kind.REOPENED:
            watch.second_complaint = True
        case _:
            pass


def _complains(outcome: Outcome) -> bool:
    detail = outcome.detail
    try:
        flags = [Flag(flag) for flag in detail["flags"]]
        return complains(Severity(detail["severity"]), Agenda(detail["agenda"]), flags)
    except (KeyError, ValueError, TypeError):
        return False


def _group(variant: str) -> str:
    """What a variant was drawn for and among what.

    Language and kind, its id up to the second hyphen, and whose words they are.

    A business's own wordings go before the playbook's, which then are said only to those who just
    saw one of its own: the two meet different customers, and are not compared.
    """
    language, kind, name = variant.split("-", 2)
    return f"{language}-{kind}" if name.isdigit() else f"{language}-{kind} (own)"


def report(followed: Followed) -> Report:
    """Compare the variants of every group by every measure."""
    grouped: defaultdict[str, defaultdict[str, list[Exposure]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for exposure in followed.exposures():
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
    tested = sum(
        _testable(grouped[name][variant], grouped[name][references[name]], measure)
        for name, variant in pairs
        for measure in Measure
    )
    confidence = 1 - ALPHA / max(1, tested)
    groups: list[Group] = []
    for name in sorted(grouped):
        variants, reference = grouped[name], references[name]
        compared = [
            _compared(
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
            Group(
                name,
                reference,
                {variant: len(variants[variant]) for variant in estimates},
                estimates,
                tuple(compared),
            )
        )
    return Report(followed.days, tested, followed.waiting, tuple(groups))


def _values(exposures: Iterable[Exposure], measure: Measure) -> list[int]:
    """What was measured, of every review of which it is known."""
    found = (getattr(exposure, measure.value) for exposure in exposures)
    return [int(value) for value in found if value is not None]


def _testable(one: Sequence[Exposure], other: Sequence[Exposure], measure: Measure) -> bool:
    ours, theirs = _values(one, measure), _values(other, measure)
    if min(len(ours), len(theirs)) < ENOUGH:
        return False
    return (
        measure is not Measure.RATING_CHANGE
        or sum(value != 0 for value in (*ours, *theirs)) >= ENOUGH_CHANGES
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
    reach = student(len(values) - 1, 1 - ALPHA) * math.sqrt(variance(values) / len(values))
    return Estimate(len(values), mean, mean - reach, mean + reach)


def _compared(
    measure: Measure,
    variant: str,
    ours: Sequence[Exposure],
    reference: str,
    theirs: Sequence[Exposure],
    confidence: float,
) -> Comparison:
    if not _testable(ours, theirs, measure):
        return Comparison(measure, variant, reference, Verdict.TOO_FEW)
    one, other = _values(ours, measure), _values(theirs, measure)
    if measure is Measure.RATING_CHANGE:
        low, high = welch(one, other, confidence)
    else:
        low, high = newcombe(sum(one), len(one), sum(other), len(other), confidence)
    verdict = Verdict.NO_DIFFERENCE if low <= 0 <= high else Verdict.DIFFERENT
    return Comparison(measure, variant, reference, verdict, fmean(one) - fmean(other), low, high)


def wilson(events: int, n: int, confidence: float) -> tuple[float, float]:
    """The Wilson score interval of a rate of `events` in `n` (at least 1)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, square = events / n, z * z / n
    centre = (rate + square / 2) / (1 + square)
    reach = z * math.sqrt(rate * (1 - rate) / n + square / (4 * n)) / (1 + square)
    return max(0.0, centre - reach), min(1.0, centre + reach)


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
    freedom = (one + other) ** 2 / (one**2 / (len(values) - 1) + other**2 / (len(others) - 1))
    reach = student(freedom, confidence) * math.sqrt(one + other)
    return difference - reach, difference + reach


def student(freedom: float, confidence: float) -> float:
    """By how many standard errors Student's t with these degrees of freedom lies within ±, with
    this probability.
    """
    low, high = 0.0, 1.0
    while _beyond(high, freedom) > 1 - confidence:
        low, high = high, high * 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _beyond(middle, freedom) > 1 - confidence else (low, middle)
    return (low + high) / 2


def _beyond(t: float, freedom: float) -> float:
    """The probability that |T| is greater than `t`: a regularised incomplete beta function."""
    return _beta(freedom / (freedom + t * t), freedom / 2, 0.5)


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


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
