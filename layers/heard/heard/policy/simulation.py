"""What another policy would have done with past reviews, and what that means for people's work.

Both policies decide about each review again, with its assessment and its thread as they were then.
What a policy would have changed in a thread has no effect on later reviews of that thread.
Streaming: only counts and a few examples are kept, whatever the number of reviews.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from heard.assessment import Assessment, Severity
from heard.clock import format_time
from heard.policy.decisions import decide, hand_over
from heard.policy.document import Policy
from heard.policy.model import Context, Decision, Route

MINUTES: Final[Mapping[Severity, int]] = {
    Severity.CRITICAL: 30,
    Severity.HIGH: 15,
    Severity.MEDIUM: 8,
    Severity.LOW: 5,
    Severity.PRAISE: 3,
}
"""Minutes that a person spends on a follow-up: an assumption. A business should measure its own."""

MAX_EXAMPLES: Final = 3
"""Examples that are kept of each kind of change."""

WEEK_HOURS: Final = 7 * 24
_QUARTER: Final = 900
"""Seconds in which no time zone changes its offset."""


class Aspect(StrEnum):
    """In what two decisions about one review can differ."""

    ROUTE = "route"
    REASON = "reason"
    QUEUE = "queue"
    PRIORITY = "priority"
    SLA = "sla"
    ESCALATION = "escalation"
    CHECKLIST = "checklist"
    ACKNOWLEDGEMENT = "acknowledgement"
    """Which variants may be sent, or when."""


@dataclass(frozen=True, slots=True)
class PastReview:
    """A review with its assessment, its context, and the time of both (aware, None if not known).

    If it is not `answerable`, no program can answer it: a person gets it where a policy would
    acknowledge it. An `edit` is not acknowledged again (R04). `text` is set only if examples may
    show a customer's words.
    """

    id: str
    assessment: Assessment
    context: Context
    at: datetime | None = None
    answerable: bool = True
    edit: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """One review about which two policies decide differently, and in which aspects."""

    review: PastReview
    before: Decision
    after: Decision
    aspects: tuple[Aspect, ...]

    @property
    def kind(self) -> str:
        """What changes: the same text for all changes of a kind."""
        before, after = self.before, self.after
        match self.aspects[0]:
            case Aspect.ROUTE:
                return f"route: {before.route.value} → {after.route.value}"
            case Aspect.REASON:
                return f"reason: {before.reason} → {after.reason}"
            case Aspect.QUEUE:
                return f"queue: {before.queue} → {after.queue}"
            case Aspect.PRIORITY:
                return f"priority: {'higher' if after.priority > before.priority else 'lower'}"
            case Aspect.SLA:
                return f"sla: {'sooner' if _due(after) < _due(before) else 'later'}"
            case aspect:
                return aspect.value

    def to_json(self) -> dict[str, Any]:
        """A JSON object for programs. It has the customer's words only if the review has `text`."""
        review, assessment, context = self.review, self.review.assessment, self.review.context
        fields = {
            "review": review.id,
            "kind": self.kind,
            "at": format_time(review.at) if review.at else None,
            "channel": context.channel.value,
            "platform": context.platform,
            "rating": context.rating,
            "severity": assessment.severity.value,
            "agenda": assessment.agenda.value,
            "flags": [flag.value for flag in assessment.flags],
            "reasons": list(dict.fromkeys(reason.code for reason in assessment.reasons)),
            "language": assessment.language,
            "before": _decision_fields(self.before),
            "after": _decision_fields(self.after),
        }
        return fields | ({"text": review.text} if review.text is not None else {})


@dataclass(slots=True)
class Workload:
    """The work that one policy makes: follow-ups and minutes in all, and by hour of the week.

    Hour 0 is Monday, 00:00-01:00. `arriving` are the minutes of work by the hour in which it comes
    in, `due` the follow-ups by the hour before they are due.
    """

    follow_ups: int = 0
    minutes: int = 0
    acknowledgements: int = 0
    arriving: list[int] = field(default_factory=lambda: [0] * WEEK_HOURS)
    due: list[int] = field(default_factory=lambda: [0] * WEEK_HOURS)

    def to_json(self) -> dict[str, Any]:
        """A JSON object for programs."""
        totals = {
            "follow_ups": self.follow_ups,
            "minutes": self.minutes,
            "acknowledgements": self.acknowledgements,
        }
        return totals | {
            "minutes_arriving_by_hour_of_week": self.arriving,
            "due_by_hour_of_week": self.due,
        }


@dataclass(slots=True)
class Simulation:
    """What happens to past reviews if one policy replaces another: counts and examples.

    Hours of the week are in `timezone`, which is that of the new policy. `rules` counts the changed
    reviews by the rules that decided before and after. Reviews without a time are decided at the
    time of the simulation, and are left out of the hours.
    """

    timezone: str
    minutes: Mapping[Severity, int]
    reviews: int = 0
    undated: int = 0
    first: datetime | None = None
    last: datetime | None = None
    changed: int = 0
    routes: Counter[tuple[Route, Route]] = field(default_factory=Counter[tuple[Route, Route]])
    by_severity: Counter[tuple[Severity, Route, Route]] = field(
        default_factory=Counter[tuple[Severity, Route, Route]]
    )
    aspects: Counter[Aspect] = field(default_factory=Counter[Aspect])
    kinds: Counter[str] = field(default_factory=Counter[str])
    queues: Counter[tuple[str | None, str | None]] = field(
        default_factory=Counter[tuple[str | None, str | None]]
    )
    rules: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    before: Workload = field(default_factory=Workload)
    after: Workload = field(default_factory=Workload)
    examples: dict[str, list[DecisionChange]] = field(
        default_factory=dict[str, list[DecisionChange]]
    )

    @property
    def rerouted(self) -> int:
        """The number of reviews that take another route."""
        return self.aspects[Aspect.ROUTE]

    @property
    def lost_person(self) -> Counter[Severity]:
        """Reviews that a person got before and none would get now, by severity."""
        return self._count_crossings(
            lambda before, after: before.follows_up and not after.follows_up
        )

    @property
    def gained_person(self) -> Counter[Severity]:
        """Reviews that no person got before and one would get now, by severity."""
        return self._count_crossings(
            lambda before, after: after.follows_up and not before.follows_up
        )

    @property
    def weeks(self) -> float | None:
        """The weeks between the first and the last dated review, at least one; None without any."""
        if self.first is None or self.last is None:
            return None
        return max(1.0, (self.last - self.first) / timedelta(weeks=1))

    @property
    def extra_hours(self) -> float:
        """The additional hours of human work; negative if there are fewer."""
        return (self.after.minutes - self.before.minutes) / 60

    @property
    def ranked_kinds(self) -> list[tuple[str, int]]:
        """The kinds of change with their numbers of reviews, routes first and then by number."""
        aspects = [aspect.value for aspect in Aspect]
        return sorted(
            self.kinds.items(), key=lambda kind: (aspects.index(kind[0].split(":")[0]), -kind[1])
        )

    @property
    def zone(self) -> tzinfo:
        """The time zone."""
        return _zone(self.timezone)

    def to_json(self) -> dict[str, Any]:
        """A JSON object for programs."""
        return {
            "reviews": self.reviews,
            "undated": self.undated,
            "from": format_time(self.first) if self.first else None,
            "to": format_time(self.last) if self.last else None,
            "weeks": self.weeks and round(self.weeks, 2),
            "changed": self.changed,
            "rerouted": self.rerouted,
            "lost_their_person": {
                severity.value: count for severity, count in self.lost_person.items()
            },
            "gained_a_person": {
                severity.value: count for severity, count in self.gained_person.items()
            },
            "extra_human_hours": round(self.extra_hours, 2),
            "minutes_per_follow_up": {
                severity.value: count for severity, count in self.minutes.items()
            },
            "timezone": self.timezone,
            "aspects": {aspect.value: count for aspect, count in self.aspects.most_common()},
            "kinds": dict(self.ranked_kinds),
            "routes": [
                {"before": old.value, "after": new.value, "reviews": count}
                for (old, new), count in self.routes.most_common()
            ],
            "routes_by_severity": [
                {
                    "severity": severity.value,
                    "before": old.value,
                    "after": new.value,
                    "reviews": count,
                }
                for (severity, old, new), count in self.by_severity.most_common()
            ],
            "queues": [
                {"before": old, "after": new, "reviews": count}
                for (old, new), count in self.queues.most_common()
            ],
            "rules": [
                {"before": old, "after": new, "reviews": count}
                for (old, new), count in self.rules.most_common()
            ],
            "load": {"before": self.before.to_json(), "after": self.after.to_json()},
            "examples": [
                change.to_json() for kind, _ in self.ranked_kinds for change in self.examples[kind]
            ],
        }

    def _count_crossings(self, crosses: Callable[[Route, Route], bool]) -> Counter[Severity]:
        counts: Counter[Severity] = Counter()
        for (severity, old, new), count in self.by_severity.items():
            if crosses(old, new):
                counts[severity] += count
        return counts


def replay_decision(review: PastReview, policy: Policy, now: datetime) -> Decision:
    """What triage would do with a past review at `now` (aware) under a policy."""
    decision = decide(review.assessment, review.context, policy, now)
    if not decision.route.acknowledges:
        return decision
    if review.edit:
        return replace(
            decision,
            route=Route.FOLLOW_UP if decision.route.follows_up else Route.NOTHING,
            variants=(),
            send_after=None,
        )
    return (
        decision if review.answerable else hand_over(review.assessment, review.context, policy, now)
    )


def find_change(review: PastReview, before: Decision, after: Decision) -> DecisionChange | None:
    """How two decisions about a review differ; None if they only name other rules."""
    aspects: list[Aspect] = []
    if before.route is not after.route:
        aspects.append(Aspect.ROUTE)
    elif before.reason != after.reason:
        aspects.append(Aspect.REASON)
    if before.route.follows_up and after.route.follows_up:
        differs = {
            Aspect.QUEUE: before.queue != after.queue,
            Aspect.PRIORITY: before.priority != after.priority,
            Aspect.SLA: before.due_at != after.due_at,
            Aspect.ESCALATION: before.escalate_after != after.escalate_after,
            Aspect.CHECKLIST: before.checklist != after.checklist,
        }
        aspects.extend(aspect for aspect, differ in differs.items() if differ)
    if (
        before.route.acknowledges
        and after.route.acknowledges
        and _wording(before) != _wording(after)
    ):
        aspects.append(Aspect.ACKNOWLEDGEMENT)
    return DecisionChange(review, before, after, tuple(aspects)) if aspects else None


def simulate(
    reviews: Iterable[PastReview],
    before: Policy,
    after: Policy,
    *,
    now: datetime,
    minutes: Mapping[Severity, int] = MINUTES,
    max_examples: int = MAX_EXAMPLES,
) -> Simulation:
    """Decide about every review by both policies, and count what changes.

    It reads `reviews` once and keeps only the examples, which are the same in any order of reviews.
    `minutes` are the minutes that a follow-up costs a person, by severity.
    """
    simulation = Simulation(after.calendar.timezone, dict(minutes))
    week = _Week(after.calendar.timezone)
    for review in reviews:
        at = review.at or now
        old, new = replay_decision(review, before, at), replay_decision(review, after, at)
        severity = review.assessment.severity
        simulation.reviews += 1
        simulation.routes[old.route, new.route] += 1
        simulation.by_severity[severity, old.route, new.route] += 1
        for load, decision in ((simulation.before, old), (simulation.after, new)):
            load.acknowledgements += decision.route.acknowledges
            if decision.route.follows_up:
                load.follow_ups += 1
                load.minutes += minutes[severity]
                if review.at:
                    load.arriving[week.hour(at)] += minutes[severity]
                    load.due[week.hour_before(_due(decision))] += 1
        if review.at is None:
            simulation.undated += 1
        else:
            simulation.first, simulation.last = (
                min(at, simulation.first or at),
                max(at, simulation.last or at),
            )
        if change := find_change(review, old, new):
            _count_change(simulation, change, max_examples)
    return simulation


def _count_change(simulation: Simulation, change: DecisionChange, max_examples: int) -> None:
    simulation.changed += 1
    simulation.aspects.update(change.aspects)
    simulation.kinds[change.kind] += 1
    simulation.rules[change.before.fired[0], change.after.fired[0]] += 1
    queues = tuple(
        decision.queue if decision.route.follows_up else None
        for decision in (change.before, change.after)
    )
    if queues[0] != queues[1]:
        simulation.queues[queues[0], queues[1]] += 1
    kind_examples = simulation.examples.setdefault(change.kind, [])
    if len(kind_examples) < max_examples or _sample_key(change) < _sample_key(kind_examples[-1]):
        simulation.examples[change.kind] = sorted([*kind_examples, change], key=_sample_key)[
            :max_examples
        ]


def _sample_key(change: DecisionChange) -> tuple[int, str]:
    """The order in which examples are chosen: random, and the same for any order of reviews."""
    return zlib.crc32(change.review.id.encode("utf-8", "surrogatepass")), change.review.id


class _Week:
    """Hours of the week in a time zone."""

    def __init__(self, timezone: str) -> None:
        self._zone = _zone(timezone)
        self._cache: dict[int, int] = {}

    def hour(self, at: datetime) -> int:
        """0 for Monday's first hour to 167 for Sunday's last."""
        quarter = int(at.timestamp()) // _QUARTER
        if quarter not in self._cache:
            local = datetime.fromtimestamp(quarter * _QUARTER, self._zone)
            self._cache[quarter] = local.weekday() * 24 + local.hour
        return self._cache[quarter]

    def hour_before(self, at: datetime) -> int:
        """The hour before a time: what is due at 17:00 is work of 16:00-17:00."""
        return self.hour(at - timedelta(milliseconds=1))


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _due(decision: Decision) -> datetime:
    return decision.due_at or datetime.max.replace(tzinfo=UTC)


def _wording(decision: Decision) -> tuple[object, ...]:
    return decision.variants, decision.send_after


def _decision_fields(decision: Decision) -> dict[str, Any]:
    fields = decision.to_json()
    return {
        name: value
        for name, value in fields.items()
        if name not in {"policy_hash", "near_misses"} and value not in (None, [], ())
    }
