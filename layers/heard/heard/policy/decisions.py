"""What a policy says about one assessed review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.clock import add_seconds
from heard.policy.conditions import Facts, review_facts
from heard.policy.document import Policy, Rule
from heard.policy.model import Context, Decision, NearMiss, Route
from heard.reviews import Stage
from heard.sla import add_working_time, is_working

CAP_GUARD: Final = "R04-cap"
"""Fires when a policy's rule would acknowledge in public where no reply is left.

No policy can switch a guard off.
"""

JOIN_GUARD: Final = "R04-join"
"""Fires when a policy's rule would acknowledge while a person works on the thread."""

SEVERE_GUARD: Final = "R01-severe"
"""Fires when a policy's rule would only acknowledge, or ignore, a critical review."""

ABUSE_GUARD: Final = "R20-person"
"""The same for abuse, which gets one calm reply by a person."""

QUESTION_GUARD: Final = "R23-person"
"""The same for a question."""

UNJUDGED_GUARD: Final = "R01-unjudged"
"""The same for a review that could not be judged."""

SPAM_GUARD: Final = "R05-unthanked"
"""Fires when a policy's rule would acknowledge spam."""

HAND_OVER: Final = "R01-person"
"""The rule of a decision that gives a review to a person although no rule did (R01)."""

MAX_NEAR_MISSES: Final = 5

_GUARD_REASONS: Final = {CAP_GUARD: "cap_reached", SPAM_GUARD: "spam"}
"""Why nothing is done, where a guard says so."""


def decide(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """What the policy says about one review revision at `now` (aware).

    The first rule whose conditions hold decides the route, then the guards (R01, R04, R20, R23),
    then the SLA (R07) and the ladder (R08) if a person follows up. Total: a loaded policy has an
    entry for every input. `near_misses` are up to `MAX_NEAR_MISSES` rules before the deciding one
    whose conditions held except one, those with the most conditions first.
    """
    facts = policy_facts(assessment, context, policy, now)
    rule, near_misses = _find_rule(policy.rules, facts)
    route, guards = _apply_guards(rule.route, assessment, facts)
    reason = rule.reason
    if route is not rule.route:
        reason = _GUARD_REASONS[guards[0]] if route is Route.NOTHING else None
    limits = _limits(rule, facts, policy, now) if route.follows_up else _NO_LIMITS
    return Decision(
        route,
        (rule.id, *guards, *limits.fired),
        policy.hash,
        reason,
        rule.queue,
        rule.priority,
        limits.due_at,
        limits.escalate_after,
        near_misses,
        variants=rule.variants if route.acknowledges else (),
        checklist=rule.checklist if route.follows_up else None,
        send_after=_send_after(rule, context, policy, now) if route.acknowledges else None,
    )


def hand_over(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """The decision that gives a review to a person now, because a reply failed or may not be sent.

    Queue, checklist and time are those of the rule that would have decided.
    """
    facts = policy_facts(assessment, context, policy, now)
    rule, near_misses = _find_rule(policy.rules, facts)
    limits = _limits(rule, facts, policy, now)
    return Decision(
        Route.FOLLOW_UP,
        (HAND_OVER, *limits.fired),
        policy.hash,
        queue=rule.queue,
        priority=rule.priority,
        due_at=limits.due_at,
        escalate_after=limits.escalate_after,
        near_misses=near_misses,
        checklist=rule.checklist,
    )


def policy_facts(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Facts:
    """The facts that `Conditions.holds` and `Conditions.failed_names` test."""
    replies_left = min(context.public_replies_left, policy.public_replies)
    return review_facts(
        assessment,
        context,
        replies_left,
        working_hours=is_working(now, policy.calendar) if policy.uses_working_hours else None,
    )


def _find_rule(rules: Sequence[Rule], facts: Facts) -> tuple[Rule, tuple[NearMiss, ...]]:
    near_misses: list[tuple[int, NearMiss]] = []
    for rule in rules:
        failed_name = None
        for name, fact, predicate in rule.when.checks:
            if not predicate(facts[fact]):
                if failed_name is not None:
                    break
                failed_name = name
        else:
            if failed_name is None:
                break
            if len(rule.when.checks) > 1:
                near_misses.append((len(rule.when.checks), NearMiss(rule.id, failed_name)))
    else:
        raise AssertionError("unreachable: the last rule of a loaded policy has no conditions")
    near_misses.sort(key=lambda entry: -entry[0])
    return rule, tuple(near_miss for _, near_miss in near_misses[:MAX_NEAR_MISSES])


def _apply_guards(
    route: Route, assessment: Assessment, facts: Facts
) -> tuple[Route, tuple[str, ...]]:
    """The route that the guards allow, and the guards that changed it."""
    if not route.follows_up and (guard := _person_guard(assessment)):
        return Route.FOLLOW_UP, (guard,)
    if not route.acknowledges:
        return route, ()
    if assessment.agenda is Agenda.SPAM:
        return Route.FOLLOW_UP if route.follows_up else Route.NOTHING, (SPAM_GUARD,)
    if facts["follow_up_open"]:
        return Route.FOLLOW_UP, (JOIN_GUARD,)
    if facts["stage"] is Stage.OFFSTAGE or facts["public_replies_left"] > 0:
        return route, ()
    if route is Route.ACKNOWLEDGE and assessment.severity in {Severity.PRAISE, Severity.LOW}:
        return Route.NOTHING, (CAP_GUARD,)
    return Route.FOLLOW_UP, (CAP_GUARD,)


def _person_guard(assessment: Assessment) -> str | None:
    """The guard that gives the review to a person whatever a policy says, if one does."""
    if assessment.severity is Severity.CRITICAL:
        return SEVERE_GUARD
    if assessment.agenda is Agenda.ABUSE:
        return ABUSE_GUARD
    if assessment.agenda is Agenda.QUESTION or Flag.QUESTION in assessment.flags:
        return QUESTION_GUARD
    return UNJUDGED_GUARD if Flag.CANNOT_JUDGE in assessment.flags else None


def _send_after(rule: Rule, context: Context, policy: Policy, now: datetime) -> datetime | None:
    """The earliest time for an acknowledgement, after its delay and outside quiet hours.

    None if that is now.
    """
    earliest = add_seconds(now, policy.acknowledgements.delay if rule.delay is None else rule.delay)
    quiet = next(
        (
            quiet_hours
            for quiet_hours in policy.quiet_hours
            if quiet_hours.channel is None or context.channel in quiet_hours.channel
        ),
        None,
    )
    if quiet is not None:
        earliest = quiet.next_allowed(earliest, policy.calendar.zone)
    return earliest.astimezone(UTC) if earliest > now else None


class _Limits(NamedTuple):
    """The times of a follow-up, and the ids of the entries that set them."""

    fired: tuple[str, ...]
    due_at: datetime | None
    escalate_after: tuple[int, ...]


_NO_LIMITS: Final = _Limits((), None, ())


def _limits(rule: Rule, facts: Facts, policy: Policy, now: datetime) -> _Limits:
    """The times by the SLA (R07) and the ladder (R08)."""
    time_limit, fired = rule.sla, ()
    if time_limit is None:
        sla = next(entry for entry in policy.sla if entry.when.holds(facts))
        time_limit, fired = sla.limit, (sla.id,)
    ladder = next(entry for entry in policy.escalation if entry.when.holds(facts))
    due_at = (
        add_seconds(now, time_limit.seconds)
        if time_limit.clock == "always"
        else add_working_time(now, time_limit.seconds, policy.calendar)
    )
    return _Limits((*fired, ladder.id), due_at, ladder.after)
