"""Rules that contradict themselves or the playbook's guards, or that let complaints end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from heard.assessment import Agenda, Flag, Severity
from heard.policy import decisions
from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.check.reachability import check_reachable, find_contradictions
from heard.policy.conditions import Conditions, build_conditions
from heard.policy.coverage import SearchLimitReached
from heard.policy.model import Route
from heard.policy.schema_types import DocumentPath, Problem
from heard.reviews import Channel, Stage

_GUARDED: Final = (
    ("severity", Severity.CRITICAL, "what is critical", decisions.SEVERE_GUARD),
    ("agenda", Agenda.ABUSE, "abuse", decisions.ABUSE_GUARD),
    ("agenda", Agenda.QUESTION, "a question", decisions.QUESTION_GUARD),
    ("flags", Flag.QUESTION, "a question", decisions.QUESTION_GUARD),
    ("flags", Flag.CANNOT_JUDGE, "what could not be judged", decisions.UNJUDGED_GUARD),
)
"""Conditions and words of reviews that a guard gives to a person."""

_GUARDED_WORDS: Final = frozenset(word for _, word, _, _ in _GUARDED)


def check_rules(check: PolicyCheck) -> Iterator[Problem]:
    """What is wrong with the business's own rules, rule by rule."""
    conditions = [rule.when for rule in check.policy.rules]
    last = len(conditions) - 1
    for index, rule in check.own_entries("rules"):
        at: DocumentPath = ("rules", index)
        if contradictions := list(find_contradictions(rule["when"], (*at, "when"))):
            yield from contradictions
            continue
        yield from check_reachable(check, "rules", index, conditions)
        yield from _guard_conflicts(check, rule, at)
        yield from _unused_settings(rule, at)
        route = check.policy.rules[index].route
        if not route.follows_up and _matches_complaints(check, conditions, index):
            code = "complaint_acknowledged" if route.acknowledges else "complaint_ignored"
            yield problem(code, (*at, "then", "route"))
        if index == last:
            yield problem("playbook_unused", (*at, "when"))


def _guard_conflicts(
    check: PolicyCheck, rule: Mapping[str, Any], at: DocumentPath
) -> Iterator[Problem]:
    """What a guard of the playbook makes of the rule."""
    conditions, route = rule["when"], Route(rule["then"]["route"])
    if not route.follows_up:
        yield from _person_conflicts(conditions, route, at)
    if not route.acknowledges:
        return
    route_path: DocumentPath = (*at, "then", "route")
    if conditions.get("follow_up_open") is True:
        yield problem("answers_beside_person", route_path, guard=decisions.JOIN_GUARD)
    none_left = 0 in {check.policy.public_replies, conditions.get("public_replies_left_max")}
    if none_left and _is_public(conditions):
        yield problem("no_reply_left", route_path, guard=decisions.CAP_GUARD)


def _person_conflicts(
    conditions: Mapping[str, Any], route: Route, at: DocumentPath
) -> Iterator[Problem]:
    effect = "only acknowledges" if route.acknowledges else "ignores"
    for name, word, what, guard in _GUARDED:
        values = conditions.get(name, ())
        if word in values:
            code = "guarded" if {*values} <= _GUARDED_WORDS else "partly_guarded"
            path = (*at, "when", name, values.index(word))
            yield problem(code, path, effect=effect, what=what, guard=guard, word=word)


def _is_public(conditions: Mapping[str, Any]) -> bool:
    """Whether everything that matches is public."""
    if conditions.get("stage") == [Stage.ONSTAGE]:
        return True
    channels = conditions.get("channel", ())
    return bool(channels) and all(Channel(channel).stage is Stage.ONSTAGE for channel in channels)


def _unused_settings(rule: Mapping[str, Any], at: DocumentPath) -> Iterator[Problem]:
    then, route = rule["then"], Route(rule["then"]["route"])
    unused = {
        "unused_for_acknowledging": () if route.acknowledges else ("variants", "delay"),
        "unused_for_follow_up": () if route.follows_up else ("sla", "checklist"),
    }
    for code, names in unused.items():
        for name in names:
            if name in then:
                yield problem(code, (*at, "then", name), route=route)


def _matches_complaints(check: PolicyCheck, conditions: Sequence[Conditions], index: int) -> bool:
    """Whether the rule at `index` can be the first to match a strong complaint."""
    complaint = build_conditions(
        {"severity": [Severity.HIGH], "agenda": [Agenda.ANSWER, Agenda.AUDIENCE]}
    )
    both = Conditions((*conditions[index].tests, *complaint.tests))
    with suppress(SearchLimitReached):
        return check.find_reachable(both, conditions[:index]) is not None
    return True
