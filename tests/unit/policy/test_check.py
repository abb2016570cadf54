"""A policy that contradicts itself, or asks for what cannot be, is told so.

And what it says about reachability is exact.
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
from heard.sla import is_working
from tests.unit.policy.policies import (
    CATCH_ALL_RULE,
    LANGUAGES,
    PLATFORMS,
    TOPICS,
    documents,
    policy_document,
)
from tests.unit.policy.policies import CONDITION_VALUES as STRATEGIES
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
    ("written", "severity", "said"),
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
def test_a_policy_that_contradicts_itself_is_told_where_and_how_to_mend_it(
    written: dict[str, Any], severity: str, said: str
) -> None:
    found = [f"{problem.severity} {problem}" for problem in find_problems(written)]
    assert any(each.startswith(severity) and said in each for each in found), found


@pytest.mark.parametrize(
    "good",
    [
        {},
        policy_document(),
        rules(
            (
                {"severity": ["high"], "author_value_min": 70},
                {"route": "both", "sla": "30 working minutes"},
            )
        ),
        # It goes before a rule of the playbook, which it replaces: that is what own rules are for.
        rules(({"severity": ["praise"]}, THANK)),
        wording(
            "Thank you{% if topic %} for what you say about {{ topic }}{% endif %}! (Automatic "
            "reply)"
        ),
    ],
)
def test_a_good_policy_has_nothing_wrong(good: dict[str, Any]) -> None:
    assert find_problems(good) == ()
    assert find_problems(complete_document(good)) == ()


def test_the_conditions_tried_here_are_all_that_there_are() -> None:
    assert set(STRATEGIES) == set(CONDITIONS)


@given(json_values)
def test_anything_can_be_checked(anything: object) -> None:
    assert all(
        problem.message and problem.fix.endswith((".", "?")) for problem in find_problems(anything)
    )


CLOSE = (
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
"""Few enough things to ask for that rules cover each other often."""


@settings(deadline=None, max_examples=60)
@given(documents(max_rules=8, names=CLOSE) | documents(), st.integers(0, 2**32))
def test_what_is_never_reached_never_decides_and_what_is_reached_can(
    written: dict[str, Any], seed: int
) -> None:
    policy, dice = load_policy(written), random.Random(seed)
    wrong: dict[str, list[str]] = {}
    for problem in find_problems(written):
        if problem.path[0] == "rules" and problem.severity == "error":
            wrong.setdefault(written["rules"][problem.path[1]]["id"], []).append(problem.message)
    cut_off = {
        id
        for id, said in wrong.items()
        if any("never reached" in each or "never hold" in each for each in said)
    }
    for _ in range(100):
        assessment, context, now = drawn(dice)
        assert decide(assessment, context, policy, now).fired[0] not in cut_off
    for place, rule in enumerate(policy.rules[: len(written.get("rules", ()))]):
        seen = find_reachable(
            rule.when,
            [each.when for each in policy.rules[:place]],
            max_public_replies=policy.public_replies,
        )
        if seen is None:
            assert rule.id in wrong
        else:
            assert rule.id not in cut_off
            at = moment(policy, working=seen["working_hours"])
            assert decide(*made(seen), policy, at).fired[0] == rule.id


@settings(deadline=None, max_examples=25)
@given(documents())
def test_a_complete_document_has_the_same_faults_as_the_one_that_was_written(
    written: dict[str, Any],
) -> None:
    def said(document: dict[str, Any]) -> set[tuple[str, str]]:
        return {(problem.severity, problem.message) for problem in find_problems(document)}

    assert said(complete_document(written)) == said(written)


def drawn(dice: random.Random) -> tuple[Assessment, Context, datetime]:
    """A review at a moment, anything equally likely."""
    flags = tuple(dice.sample(list(Flag), dice.choice([0, 0, 1, 1, 2, 3])))
    assessment = Assessment(
        dice.choice(list(Severity)),
        dice.choice(list(Agenda)),
        dice.choice([None, dice.uniform(-1, 1)]),
        dice.choice([None, *LANGUAGES]),
        tuple(dice.sample(TOPICS, dice.choice([0, 1]))),
        flags,
        (),
        "test",
        dice.random() < 0.5,
        dice.random(),
    )
    context = Context(
        dice.choice(list(Channel)),
        dice.choice([*PLATFORMS, "other"]),
        dice.choice([None, 1, 2, 3, 4, 5]),
        dice.random() < 0.5,
        dice.choice([0, 1, 2]),
        dice.random() < 0.5,
        dice.random() < 0.5,
        dice.choice(list(ThreadState)),
        dice.choice([0, 1, 2, 9]),
        dice.choice([None, 0, 49, 50, 100]),
    )
    return (
        assessment,
        context,
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(60 * 24 * 60)),
    )


def made(seen: Facts) -> tuple[Assessment, Context]:
    """The review of which this is seen."""
    judged = ("severity", "agenda", "sentiment", "language", "topics", "flags")
    assessment = Assessment(
        *(seen[name] for name in judged), (), "test", seen["needs_person"], seen["confidence"]
    )
    where = (
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
        *(seen[name] for name in where), seen["earlier_complaints"], seen["author_value"]
    )


def moment(policy: Policy, *, working: bool) -> datetime:
    """A moment in working hours, or outside."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    hours = (start + timedelta(hours=hour) for hour in range(60 * 24))
    return next((each for each in hours if is_working(each, policy.calendar) is working), start)
