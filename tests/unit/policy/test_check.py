"""What the check of a policy reports.

It finds contradictions and impossible rules, and what it says about reachable rules is exact.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.policy import Context, Policy, ThreadState, complete_document, decide, load_policy
from heard.policy.check import find_problems
from heard.policy.conditions import CONDITIONS, Facts
from heard.policy.coverage import find_reachable
from heard.reviews import Channel
from heard.working_time import is_working
from tests.unit.policy.policies import (
    CATCH_ALL_RULE,
    CONDITION_VALUES,
    LANGUAGES,
    PLATFORMS,
    TOPICS,
    documents,
    policy_document,
)
from tests.unit.policy.test_load_policy import json_values

FOLLOW_UP = {"route": "follow_up"}
THANK = {"route": "acknowledge"}
MONDAYS = [
    f"2026-{month:02d}-{day:02d}"
    for month, day in ((1, 5), (1, 12), (1, 19), (1, 26), (2, 2), (2, 9))
]


def rules(*pairs: tuple[dict[str, Any], dict[str, Any]], **parts: Any) -> dict[str, Any]:
    return {
        "rules": [
            {"id": f"own-{place}", "when": when, "then": then}
            for place, (when, then) in enumerate(pairs)
        ],
        **parts,
    }


def wording(template: str) -> dict[str, Any]:
    return {
        "acknowledgements": {
            "variants": [{"name": "warm", "kinds": ["praise"], "languages": {"en": template}}]
        }
    }


@pytest.mark.parametrize(
    ("document", "severity", "message"),
    [
        (
            rules(({"rating_min": 4, "rating_max": 2}, FOLLOW_UP)),
            "error",
            "rating_min: no rating is at least 4 and at most 2",
        ),
        (
            rules(({"stage": ["offstage"], "channel": ["social", "forum"]}, FOLLOW_UP)),
            "error",
            "rules[0].when.stage: what comes by social or forum is never offstage. It is onstage",
        ),
        (
            rules(({"severity": ["praise"], "flags": ["safety"]}, FOLLOW_UP)),
            "error",
            "rules[0].when.severity: what is flagged safety is critical, never praise",
        ),
        (
            rules(
                ({"severity": ["high"]}, FOLLOW_UP),
                ({"severity": ["high"], "has_text": True}, FOLLOW_UP),
            ),
            "error",
            "rules[1].when: is never reached: everything that it could match goes to own-0 first",
        ),
        (
            rules(
                ({"rating_min": 3}, FOLLOW_UP),
                ({"rating_max": 3}, FOLLOW_UP),
                ({"rating_min": 1, "has_text": True}, FOLLOW_UP),
            ),
            "error",
            "rules[2].when: is never reached: everything that it could match goes to own-0 and "
            "own-1 first",
        ),
        (
            rules(({"severity": ["critical"]}, THANK)),
            "error",
            "rules[0].when.severity[0]: only acknowledges what is critical, which goes to a "
            "person whatever a policy says (R01-severe)",
        ),
        (
            rules(({"severity": ["low", "critical"]}, {"route": "nothing", "reason": "calm"})),
            "warning",
            "rules[0].when.severity[1]: ignores what is critical",
        ),
        (rules(({"agenda": ["question"]}, THANK)), "error", "only acknowledges a question"),
        (
            rules(({"flags": ["cannot_judge"]}, {"route": "nothing", "reason": "odd"})),
            "error",
            "ignores what could not be judged",
        ),
        (rules(({"agenda": ["abuse"]}, THANK)), "error", "only acknowledges abuse"),
        (
            rules(({"follow_up_open": True, "severity": ["low"]}, THANK)),
            "error",
            "no automatic answer is sent while a person works on the thread",
        ),
        (
            rules(({"stage": ["onstage"], "severity": ["low"]}, THANK), caps={"public_replies": 0}),
            "error",
            "rules[0].then.route: would answer in public where no public reply is left (R04-cap)",
        ),
        (
            rules(({"public_replies_left_max": 0, "channel": ["forum"]}, THANK)),
            "error",
            "would answer in public where no public reply",
        ),
        (
            rules(({"has_text": True}, THANK)),
            "warning",
            "strong complaints can end here, with an automatic answer alone",
        ),
        (
            rules(({"has_text": False}, {"route": "nothing", "reason": "empty"})),
            "warning",
            "strong complaints can end here, without any answer (R01)",
        ),
        (
            rules(
                ({"working_hours": False}, FOLLOW_UP),
                calendar={"hours": {"mon-sun": "00:00-24:00"}},
            ),
            "error",
            "rules[0].when: its conditions can never hold together",
        ),
        (
            rules(({"severity": ["low"]}, FOLLOW_UP | {"delay": 60})),
            "warning",
            'has no effect: the route "follow_up" acknowledges nothing',
        ),
        (
            rules(({"severity": ["low"]}, THANK | {"sla": 60})),
            "warning",
            'has no effect: the route "acknowledge" opens no follow-up',
        ),
        (
            {"rules": [CATCH_ALL_RULE]},
            "warning",
            "rules[0].when: has no conditions, so none of the playbook's rules follows it",
        ),
        (
            rules(({"severity": ["low"]}, FOLLOW_UP | {"queue": "vpi"}), queues=["vip"]),
            "error",
            'no queue "vpi". Did you mean "vip"?',
        ),
        (
            rules(
                ({"severity": ["low"]}, FOLLOW_UP | {"checklist": "clam"}),
                checklists={"calm": ["Breathe."]},
            ),
            "error",
            'there is no checklist "clam". Did you mean "calm"?',
        ),
        ({"checklists": {"calm": ["Breathe."]}}, "warning", "checklists.calm: no rule attaches it"),
        (
            rules(({"severity": ["low"]}, THANK | {"variants": ["warm"]})),
            "error",
            'rules[0].then.variants[0]: there is no variant "warm"',
        ),
        (
            {
                "remedies": [
                    {"name": "refund", "limit": limit, "currency": "EUR"} for limit in (5, 6)
                ]
            },
            "error",
            'remedies[1].name: "refund in EUR" is there twice',
        ),
        (
            {"causes": ["late-delivery", "other", "late-delivery"]},
            "error",
            'causes[2]: "late-delivery" is there twice',
        ),
        (
            wording("Thank you, we will refund you. (Automatic reply)"),
            "error",
            "acknowledgements.variants[0].languages.en: it promises",
        ),
        (
            wording("Thank you {{ nme }}! (Automatic reply)"),
            "error",
            "nme is not known. Use about, business",
        ),
        (
            {"voice": {"fallback_language": "tlh"}},
            "warning",
            'voice.fallback_language: we have no words in "tlh"',
        ),
        (
            {
                "sla": [
                    {"id": name, "when": {"severity": ["high"]}, "within": "2h"}
                    for name in ("a", "b")
                ]
            },
            "error",
            "sla[1].when: is never reached: everything that it could match goes to a first",
        ),
        (
            {
                "sla": [
                    {"id": "slow", "when": {"channel": ["email"]}, "within": "40d around the clock"}
                ]
            },
            "error",
            "sla[0]: the follow-up is given up after 30 days, before 40 days are over",
        ),
        (
            {"calendar": {"hours": {"mon": "09:00-10:00"}}},
            "error",
            "calendar: no working hour can meet it",
        ),
        ({"give_up_after": "2h"}, "error", "give_up_after: no working hour can meet it"),
        ({"give_up_after": "50h"}, "warning", "give_up_after: from 2026-"),
        (
            {"escalation": [{"id": "x", "when": {}, "after": ["20d", "20d"]}]},
            "warning",
            "escalation[0].after[1]: comes after",
        ),
        (
            {"calendar": {"hours": {"mon": "09:00-17:00"}, "holidays": MONDAYS}},
            "error",
            "calendar.holidays: nobody works from 2025-12-29 to 2026-02-16",
        ),
        (
            {"calendar": {"hours": {"mon": "09:00-17:00"}, "holidays": MONDAYS[:3]}},
            "warning",
            "nobody works from 2025-12-29 to 2026-01-26",
        ),
    ],
)
def test_a_policy_that_contradicts_itself_is_reported_with_its_place_and_its_fix(
    document: dict[str, Any], severity: str, message: str
) -> None:
    lines = [f"{problem.severity} {problem}" for problem in find_problems(document)]
    assert any(line.startswith(severity) and message in line for line in lines), lines


@pytest.mark.parametrize(
    "document",
    [
        {},
        policy_document(),
        rules(
            (
                {"severity": ["high"], "author_value_min": 70},
                {"route": "both", "sla": "30 working minutes"},
            )
        ),
        # It goes before a rule of the playbook and replaces it. Own rules are there for that.
        rules(({"severity": ["praise"]}, THANK)),
        wording(
            "Thank you{% if topic %} for what you say about {{ topic }}{% endif %}! (Automatic "
            "reply)"
        ),
    ],
)
def test_a_policy_without_contradictions_has_no_problems(document: dict[str, Any]) -> None:
    assert find_problems(document) == ()
    assert find_problems(complete_document(document)) == ()


def test_the_generated_policies_use_every_condition() -> None:
    assert set(CONDITION_VALUES) == set(CONDITIONS)


@given(json_values)
def test_any_json_value_is_checked_and_each_problem_has_a_message_and_a_fix(value: object) -> None:
    assert all(
        problem.message and problem.fix.endswith((".", "?")) for problem in find_problems(value)
    )


OVERLAPPING_CONDITIONS = (
    "severity",
    "rating_min",
    "rating_max",
    "has_text",
    "stage",
    "channel",
    "flags",
    "public_replies_left_max",
    "confidence_max",
)
"""Conditions with few values each, so that one rule often covers another."""


@settings(deadline=None, max_examples=60)
@given(documents(max_rules=8, names=OVERLAPPING_CONDITIONS) | documents(), st.integers(0, 2**32))
def test_a_rule_reported_as_unreachable_never_decides_and_every_other_rule_can(
    document: dict[str, Any], seed: int
) -> None:
    policy, chance = load_policy(document), random.Random(seed)
    errors: dict[str, list[str]] = {}
    for problem in find_problems(document):
        if problem.path[0] == "rules" and problem.severity == "error":
            errors.setdefault(document["rules"][problem.path[1]]["id"], []).append(problem.message)
    unreachable_ids = {
        id
        for id, messages in errors.items()
        if any("never reached" in message or "never hold" in message for message in messages)
    }
    for _ in range(100):
        assessment, context, now = random_review(chance)
        assert decide(assessment, context, policy, now).fired[0] not in unreachable_ids
    for place, rule in enumerate(policy.rules[: len(document.get("rules", ()))]):
        facts = find_reachable(
            rule.when,
            [earlier.when for earlier in policy.rules[:place]],
            max_public_replies=policy.public_replies,
        )
        if facts is None:
            assert rule.id in errors
        else:
            assert rule.id not in unreachable_ids
            at = find_time(policy, working=facts["working_hours"])
            assert decide(*review_with_facts(facts), policy, at).fired[0] == rule.id


@settings(deadline=None, max_examples=25)
@given(documents())
def test_a_complete_document_has_the_same_problems_as_the_document_it_was_made_from(
    document: dict[str, Any],
) -> None:
    def problems(document: dict[str, Any]) -> set[tuple[str, str]]:
        return {(problem.severity, problem.message) for problem in find_problems(document)}

    assert problems(complete_document(document)) == problems(document)


def random_review(chance: random.Random) -> tuple[Assessment, Context, datetime]:
    """An assessment, a context and a time. Each value is equally likely."""
    flags = tuple(chance.sample(list(Flag), chance.choice([0, 0, 1, 1, 2, 3])))
    assessment = Assessment(
        chance.choice(list(Severity)),
        chance.choice(list(Agenda)),
        chance.choice([None, chance.uniform(-1, 1)]),
        chance.choice([None, *LANGUAGES]),
        tuple(chance.sample(TOPICS, chance.choice([0, 1]))),
        flags,
        (),
        "test",
        chance.random() < 0.5,
        chance.random(),
    )
    context = Context(
        chance.choice(list(Channel)),
        chance.choice([*PLATFORMS, "other"]),
        chance.choice([None, 1, 2, 3, 4, 5]),
        chance.random() < 0.5,
        chance.choice([0, 1, 2]),
        chance.random() < 0.5,
        chance.random() < 0.5,
        chance.choice(list(ThreadState)),
        chance.choice([0, 1, 2, 9]),
        chance.choice([None, 0, 49, 50, 100]),
    )
    return (
        assessment,
        context,
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 60)),
    )


def review_with_facts(facts: Facts) -> tuple[Assessment, Context]:
    """An assessment and a context that have these facts."""
    assessment_fields = ("severity", "agenda", "sentiment", "language", "topics", "flags")
    assessment = Assessment(
        *(facts[name] for name in assessment_fields),
        (),
        "test",
        facts["needs_person"],
        facts["confidence"],
    )
    context_fields = (
        "channel",
        "platform",
        "rating",
        "has_text",
        "public_replies_left",
        "follow_up_open",
        "verified",
        "thread",
    )
    return assessment, Context(
        *(facts[name] for name in context_fields),
        facts["earlier_complaints"],
        facts["author_value"],
        can_reply=facts["can_reply"],
    )


def find_time(policy: Policy, *, working: bool) -> datetime:
    """A time in working hours, or outside. The start of 2026 if there is none."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    hours = (start + timedelta(hours=hour) for hour in range(60 * 24))
    return next((hour for hour in hours if is_working(hour, policy.calendar) is working), start)
