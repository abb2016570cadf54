"""What a policy says about one assessed review."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from heard.assessment import Assessment, Severity
from heard.clock import later
from heard.policy.document import Policy, Rule
from heard.policy.terms import Context, Decision, Route
from heard.reviews import Stage
from heard.sla import add_working_time

CAP_GUARD: Final = "R04-cap"
"""Fires when a policy's own rule would acknowledge in public where no reply is left; no policy can switch it off."""

JOIN_GUARD: Final = "R04-join"
"""Fires when a policy's own rule would acknowledge beside a person who is already on the thread."""

HAND_OVER: Final = "R01-person"
"""Stands for the rule where a person gets a review that no rule gave them: R01 leaves no other way."""


def decide(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """What the policy says about one review revision at `now` (aware).

    The first rule whose conditions hold decides the route, then the two guards of R04, then the SLA (R07) and
    the ladder (R08) if a person follows up. Total: a loaded policy has an entry for every input.
    """
    rule = next(rule for rule in policy.rules if rule.when.holds(assessment, context))
    rule, guards = _guarded(rule, assessment, context)
    decision = Decision(rule.route, (rule.id, *guards), policy.hash, rule.reason, rule.queue, rule.priority)
    return _timed(decision, assessment, context, policy, now) if rule.route.follows_up else decision


def hand_over(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """The decision that gives a review to a person now, whatever the rules would do: a reply failed, or may not be sent.

    Its queue is that of the rule that would have decided; the SLA and the ladder are the policy's own.
    """
    rule = next(rule for rule in policy.rules if rule.when.holds(assessment, context))
    decision = Decision(Route.FOLLOW_UP, (HAND_OVER,), policy.hash, None, rule.queue, rule.priority)
    return _timed(decision, assessment, context, policy, now)


def _timed(decision: Decision, assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """A decision that follows up, with its SLA (R07) and its ladder (R08)."""
    sla = next(entry for entry in policy.sla if entry.when.holds(assessment, context))
    ladder = next(entry for entry in policy.escalation if entry.when.holds(assessment, context))
    due_at = later(now, sla.seconds) if sla.clock == "always" else add_working_time(now, sla.seconds, policy.calendar)
    return replace(decision, fired=(*decision.fired, sla.id, ladder.id), due_at=due_at, escalate_after=ladder.after)


def _guarded(rule: Rule, assessment: Assessment, context: Context) -> tuple[Rule, tuple[str, ...]]:
    """The rule as R04 lets it act, and the guards that changed it."""
    if not rule.route.acknowledges:
        return rule, ()
    if context.follow_up_open:
        return replace(rule, route=Route.FOLLOW_UP, reason=None), (JOIN_GUARD,)
    if context.stage is Stage.OFFSTAGE or context.public_replies_left > 0:
        return rule, ()
    if rule.route is Route.ACKNOWLEDGE and assessment.severity in {Severity.PRAISE, Severity.LOW}:
        return replace(rule, route=Route.NOTHING, reason="cap_reached"), (CAP_GUARD,)
    return replace(rule, route=Route.FOLLOW_UP, reason=None), (CAP_GUARD,)
