"""What a policy says about one assessed review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.automatic_replies import THREAD_CAP, MachineSign
from heard.clock import add_seconds
from heard.policy.conditions import Facts, review_facts
from heard.policy.document import Policy, Rule
from heard.policy.model import Context, Decision, NearMiss, NoAnswer, Route
from heard.reviews import Stage
from heard.working_time import add_working_time, is_working

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

AUTOMATIC_GUARD: Final = "R04-automatic"
"""Fires when the author has had as many automatic replies in 24 hours as there may be."""

MACHINE_GUARD: Final = "R04-machine"
"""Fires when a rule would acknowledge what a machine seems to have written."""

THANKS_GUARD: Final = "R04-thanks"
"""Fires when the words only thank for our reply."""

OWN_WORDS_GUARD: Final = "R04-own-words"
"""Fires when the words are our own."""
SPAM_GUARD: Final = "R05-unthanked"
"""Fires when a policy's rule would acknowledge spam."""

REPLY_GUARD: Final = "R01-cannot-reply"
"""Fires when a policy's rule would acknowledge where no reply can be sent from here."""

HAND_OVER: Final = "R01-person"
"""The rule of a decision that gives a review to a person although no rule did (R01)."""

MAX_NEAR_MISSES: Final = 5


def decide(assessment: Assessment, context: Context, policy: Policy, now: datetime) -> Decision:
    """What the policy says about one review revision at `now` (aware).

    The first rule whose conditions hold decides the route, then the guards (R01, R04, R20, R23),
    then the SLA (R07) and the ladder (R08) if a person follows up. Total: a loaded policy has an
    entry for every input. `near_misses` are up to `MAX_NEAR_MISSES` rules before the deciding one
    whose conditions held except one, those with the most conditions first.
    """
    facts = policy_facts(assessment, context, policy, now)
    rule, near_misses = _find_rule(policy.rules, facts)
    route, guard = _apply_guards(rule, assessment, context, policy, facts)
    reason = rule.reason if route is rule.route else None
    if guard and route is Route.NOTHING:
        reason = _REASONS[guard]
    guards = (guard,) if guard else ()
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


_REASONS: Final = {
    AUTOMATIC_GUARD: "automatic_reply_cap",
    CAP_GUARD: "cap_reached",
    MACHINE_GUARD: "machine",
    SPAM_GUARD: "spam",
    OWN_WORDS_GUARD: NoAnswer.OWN_WORDS.value,
    THANKS_GUARD: NoAnswer.THANKS.value,
}
"""Why nobody answers, where a guard decides that."""

_HARMLESS: Final = frozenset({Severity.PRAISE, Severity.LOW})


def _apply_guards(
    rule: Rule, assessment: Assessment, context: Context, policy: Policy, facts: Facts
) -> tuple[Route, str | None]:
    """The route that the guards allow, and the guard that changed it."""
    route = rule.route
    if context.no_answer and route is not Route.NOTHING:
        is_thanks = context.no_answer is NoAnswer.THANKS
        return Route.NOTHING, THANKS_GUARD if is_thanks else OWN_WORDS_GUARD
    person_guard = _person_guard(assessment)
    if not route.follows_up and person_guard:
        return Route.FOLLOW_UP, person_guard
    is_harmless = assessment.severity in _HARMLESS and not person_guard
    # Mild words of somebody who complained may well be the complaint again.
    wants_nothing = is_harmless and not (
        assessment.severity is Severity.LOW and context.earlier_complaints
    )
    if context.machine in {None, MachineSign.EARLIER}:
        is_of_machine = context.machine is not None and wants_nothing and route.acknowledges
    else:
        is_of_machine = is_harmless and _would_acknowledge(route, policy, facts)
    if is_of_machine:
        return Route.NOTHING, MACHINE_GUARD
    if not route.acknowledges:
        return route, None
    if assessment.agenda is Agenda.SPAM:
        return Route.FOLLOW_UP if route.follows_up else Route.NOTHING, SPAM_GUARD
    if facts["follow_up_open"]:
        return Route.FOLLOW_UP, JOIN_GUARD
    if not facts["can_reply"]:
        return Route.FOLLOW_UP, REPLY_GUARD
    if context.machine:
        return Route.FOLLOW_UP, MACHINE_GUARD
    if facts["stage"] is Stage.ONSTAGE and facts["public_replies_left"] <= 0:
        is_nothing = route is Route.ACKNOWLEDGE and is_harmless
        return Route.NOTHING if is_nothing else Route.FOLLOW_UP, CAP_GUARD
    if (
        context.thread_automatic_replies >= THREAD_CAP
        or context.automatic_replies >= policy.automatic_replies
    ):
        is_nothing = route is Route.ACKNOWLEDGE and wants_nothing
        return Route.NOTHING if is_nothing else Route.FOLLOW_UP, AUTOMATIC_GUARD
    return route, None


def _would_acknowledge(route: Route, policy: Policy, facts: Facts) -> bool:
    """Whether an automatic reply would do if no person worked on the thread already."""
    if route.acknowledges or not facts["follow_up_open"]:
        return route.acknowledges
    rule, _ = _find_rule(policy.rules, {**facts, "follow_up_open": False})
    return rule.route.acknowledges


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
