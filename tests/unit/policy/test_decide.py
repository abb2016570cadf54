"""What the default policy decides, and what the guards enforce above every policy."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.automatic_replies import MachineSign
from heard.policy import (
    Context,
    Decision,
    NearMiss,
    NoAnswer,
    Route,
    ThreadState,
    decide,
    decisions,
    default_policy,
    hand_over,
    load_policy,
    policy_facts,
)
from heard.policy.document import RESERVED
from heard.reviews import Channel, Stage
from tests.unit.policy.policies import (
    FRIDAY_AFTERNOON,
    assessments,
    contexts,
    documents,
    make_assessment,
    make_context,
    policy_document,
    times,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("assessment", "context", "route", "rule", "reason"),
    [
        (
            make_assessment(Severity.PRAISE),
            make_context(rating=5),
            Route.ACKNOWLEDGE,
            "R02-praise",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE),
            make_context(rating=3),
            Route.ACKNOWLEDGE,
            "R03-heard",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE),
            make_context(rating=2),
            Route.FOLLOW_UP,
            "R01-low-rating",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.AUDIENCE),
            make_context(),
            Route.FOLLOW_UP,
            "R01-high",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.ANSWER),
            make_context(Channel.EMAIL),
            Route.BOTH,
            "R05-high-private",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.ANSWER),
            make_context(Channel.PHONE),
            Route.FOLLOW_UP,
            "R01-high",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.ANSWER),
            make_context(Channel.EMAIL, follow_up_open=True),
            Route.FOLLOW_UP,
            "R04-joins-severe",
            None,
        ),
        (
            make_assessment(Severity.CRITICAL, Agenda.AUDIENCE),
            make_context(rating=5),
            Route.FOLLOW_UP,
            "R01-critical",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.SPAM),
            make_context(),
            Route.NOTHING,
            "R05-spam",
            "spam",
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.ABUSE),
            make_context(),
            Route.FOLLOW_UP,
            "R20-abuse",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE, (Flag.CANNOT_JUDGE,)),
            make_context(),
            Route.FOLLOW_UP,
            "R01-cannot-judge",
            None,
        ),
        (
            make_assessment(Severity.PRAISE, Agenda.PRAISE, (Flag.QUESTION,)),
            make_context(rating=5),
            Route.FOLLOW_UP,
            "R23-question",
            None,
        ),
        (
            make_assessment(Severity.PRAISE),
            make_context(rating=5, replies_left=0),
            Route.NOTHING,
            "R04-cap-reached",
            "cap_reached",
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE),
            make_context(rating=3, replies_left=0),
            Route.FOLLOW_UP,
            "R04-cap-person",
            None,
        ),
        (
            make_assessment(Severity.PRAISE),
            make_context(Channel.EMAIL, replies_left=0),
            Route.ACKNOWLEDGE,
            "R02-praise",
            None,
        ),
        (
            make_assessment(Severity.PRAISE),
            make_context(follow_up_open=True),
            Route.FOLLOW_UP,
            "R04-joins",
            None,
        ),
        # What we know of the author and the thread.
        (
            make_assessment(Severity.HIGH, Agenda.ANSWER, (Flag.REPEAT_COMPLAINER,)),
            make_context(),
            Route.FOLLOW_UP,
            "R08-again-severe",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.ANSWER, (Flag.REPEAT_COMPLAINER,)),
            make_context(rating=3),
            Route.FOLLOW_UP,
            "R08-again",
            None,
        ),
        (
            make_assessment(Severity.PRAISE, flags=(Flag.RECOVERED,)),
            make_context(rating=5),
            Route.BOTH,
            "R18-recovered",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.ABUSE, (Flag.WORSENED,)),
            make_context(thread=ThreadState.WALKED_AWAY),
            Route.FOLLOW_UP,
            "R20-worse",
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE),
            make_context(rating=3, replies_left=1),
            Route.FOLLOW_UP,
            "R04-last-reply",
            None,
        ),
        (
            make_assessment(Severity.LOW),
            make_context(rating=4, replies_left=1),
            Route.ACKNOWLEDGE,
            "R03-heard",
            None,
        ),
        # How sure the assessment is.
        (
            make_assessment(Severity.MEDIUM, Agenda.AUDIENCE, needs_person=True),
            make_context(rating=3),
            Route.FOLLOW_UP,
            "R01-needs-person",
            None,
        ),
        (
            make_assessment(Severity.LOW, needs_person=True),
            make_context(replies_left=0),
            Route.FOLLOW_UP,
            "R01-needs-person",
            None,
        ),
        (
            make_assessment(Severity.PRAISE, confidence=0.55),
            make_context(),
            Route.FOLLOW_UP,
            "R01-unsure",
            None,
        ),
    ],
)
def test_the_default_policy_decides_as_the_playbook_says(
    assessment: Assessment, context: Context, route: Route, rule: str, reason: str | None
) -> None:
    decision = decide(assessment, context, default_policy(), FRIDAY_AFTERNOON)
    assert (decision.route, decision.fired[0], decision.reason) == (route, rule, reason)


def test_a_repeated_complaint_has_a_higher_priority_than_a_first_one() -> None:
    def priority(*flags: Flag, severity: Severity = Severity.HIGH) -> int:
        return decide(
            make_assessment(severity, Agenda.ANSWER, flags),
            make_context(rating=2),
            default_policy(),
            FRIDAY_AFTERNOON,
        ).priority

    assert priority(severity=Severity.CRITICAL) > priority(Flag.REPEAT_COMPLAINER) > priority()
    assert priority(Flag.REPEAT_COMPLAINER, severity=Severity.MEDIUM) > priority(
        severity=Severity.MEDIUM
    )
    assert priority(Flag.QUESTION) >= priority(), (
        "a question does not make a strong complaint wait longer"
    )


@pytest.mark.parametrize(
    ("severity", "channel", "due", "fired"),
    [
        # Around the clock: an hour is an hour on a Friday afternoon.
        (
            Severity.CRITICAL,
            Channel.REVIEW_SITE,
            datetime(2026, 1, 30, 17, 30, tzinfo=UTC),
            ("R01-critical", "R07-critical", "R08-critical"),
        ),
        # Half an hour is left of Friday. The rest is on Monday.
        (
            Severity.HIGH,
            Channel.SOCIAL,
            datetime(2026, 2, 2, 9, 30, tzinfo=UTC),
            ("R01-high", "R07-social", "R08-fast"),
        ),
        (
            Severity.HIGH,
            Channel.MESSAGING,
            datetime(2026, 2, 2, 9, 30, tzinfo=UTC),
            ("R05-high-private", "R07-messaging", "R08-fast"),
        ),
        (
            Severity.HIGH,
            Channel.EMAIL,
            datetime(2026, 2, 2, 16, 30, tzinfo=UTC),
            ("R05-high-private", "R07-email", "R08-day"),
        ),
        (
            Severity.HIGH,
            Channel.APP_STORE,
            datetime(2026, 2, 2, 16, 30, tzinfo=UTC),
            ("R01-high", "R07-day", "R08-day"),
        ),
    ],
)
def test_the_due_time_of_a_follow_up_follows_from_severity_channel_and_working_hours(
    severity: Severity, channel: Channel, due: datetime, fired: tuple[str, ...]
) -> None:
    decision = decide(
        make_assessment(severity, Agenda.AUDIENCE),
        make_context(channel),
        default_policy(),
        FRIDAY_AFTERNOON,
    )
    assert decision.due_at == due
    assert decision.fired == fired
    assert decision.escalate_after
    assert decision.queue == ("urgent" if severity is Severity.CRITICAL else "default")


MACHINE_FIRST_POLICY: dict[str, Any] = {
    "rules": [
        {"id": "R02-thank-all", "when": {"has_text": True}, "then": {"route": "acknowledge"}},
        {"id": "R02-thank-rated", "when": {"rating_min": 1}, "then": {"route": "both"}},
        {
            "id": "R05-rest",
            "when": {"verified": True},
            "then": {"route": "nothing", "reason": "busy"},
        },
    ]
}
"""A policy that prefers automatic answers to people."""


@settings(deadline=None)
@given(assessments, contexts, times, documents() | st.sampled_from([{}, MACHINE_FIRST_POLICY]))
def test_every_policy_decides_every_review_the_same_each_time_and_within_the_guards(
    assessment: Assessment, context: Context, now: datetime, document: dict[str, Any]
) -> None:
    policy = load_policy(document)
    decision = decide(assessment, context, policy, now)
    assert decide(assessment, context, load_policy({**document}), now) == decision
    assert Decision.from_json(decision.to_json()).to_json() == decision.to_json()
    assert decision.policy_hash == policy.hash
    assert (decision.reason is not None) == (decision.route is Route.NOTHING)
    if decision.route.acknowledges:
        assert (
            context.stage is Stage.OFFSTAGE
            or min(context.public_replies_left, policy.public_replies) > 0
        )
        assert not context.follow_up_open
    else:
        assert (decision.variants, decision.send_after) == ((), None)
    if decision.route.follows_up:
        assert decision.due_at is not None
        assert decision.due_at >= now
        assert decision.escalate_after
    else:
        is_question = Flag.QUESTION in assessment.flags or assessment.agenda is Agenda.QUESTION
        assert not is_question
        assert assessment.severity is not Severity.CRITICAL
        assert assessment.agenda is not Agenda.ABUSE
        assert Flag.CANNOT_JUDGE not in assessment.flags


@settings(deadline=None, max_examples=40)
@given(assessments, contexts, times, documents())
def test_a_near_miss_is_an_earlier_rule_that_failed_by_one_condition(
    assessment: Assessment, context: Context, now: datetime, document: dict[str, Any]
) -> None:
    policy = load_policy(document)
    decision = decide(assessment, context, policy, now)
    facts = policy_facts(assessment, context, policy, now)
    rules = {rule.id: rule for rule in policy.rules}
    earlier_ids = [rule.id for rule in policy.rules][
        : [rule.id for rule in policy.rules].index(decision.fired[0])
    ]
    assert rules[decision.fired[0]].when.holds(facts)
    assert not any(rules[id].when.holds(facts) for id in earlier_ids)
    failing = [
        NearMiss(id, failed[0])
        for id in earlier_ids
        if len(failed := rules[id].when.failed_names(facts)) == 1 and len(rules[id].when.tests) > 1
    ]
    assert set(decision.near_misses) <= set(failing)
    assert len(decision.near_misses) == min(5, len(failing))


@given(assessments, contexts, times)
def test_the_default_policy_gives_every_severe_abusive_or_unsure_review_to_a_person(
    assessment: Assessment, context: Context, now: datetime
) -> None:
    decision = decide(assessment, context, default_policy(), now)
    if assessment.severity is Severity.CRITICAL:
        assert (decision.route, decision.queue) == (Route.FOLLOW_UP, "urgent")
        assert decision.due_at == now + timedelta(hours=1)
    elif assessment.agenda is not Agenda.SPAM:
        severe = (
            assessment.severity is Severity.HIGH
            or (context.rating or 5) <= 2
            or Flag.REPEAT_COMPLAINER in assessment.flags
        )
        if (
            severe
            or assessment.agenda is Agenda.ABUSE
            or assessment.needs_person
            or assessment.confidence <= 0.55
        ):
            assert decision.route.follows_up


@pytest.mark.parametrize(
    ("assessment", "guard"),
    [
        (make_assessment(Severity.CRITICAL), "R01-severe"),
        (make_assessment(agenda=Agenda.ABUSE), "R20-person"),
        (make_assessment(agenda=Agenda.QUESTION), "R23-person"),
        (make_assessment(flags=(Flag.QUESTION,)), "R23-person"),
        (make_assessment(flags=(Flag.CANNOT_JUDGE,)), "R01-unjudged"),
    ],
)
@pytest.mark.parametrize("verified", [True, False])
def test_a_guard_gives_a_review_to_a_person_if_a_rule_would_acknowledge_or_ignore_it(
    assessment: Assessment, guard: str, verified: bool
) -> None:
    context = replace(make_context(), has_text=not verified, verified=verified)
    decision = decide(assessment, context, load_policy(MACHINE_FIRST_POLICY), FRIDAY_AFTERNOON)
    assert (decision.route, decision.fired[1], decision.reason) == (Route.FOLLOW_UP, guard, None)
    assert decision.due_at


@pytest.mark.parametrize("severity", [Severity.PRAISE, Severity.LOW, Severity.MEDIUM])
@pytest.mark.parametrize(
    ("route", "guarded_route", "reason"),
    [("acknowledge", Route.NOTHING, "spam"), ("both", Route.FOLLOW_UP, None)],
)
def test_spam_is_never_thanked_whatever_a_rule_says(
    severity: Severity, route: str, guarded_route: Route, reason: str | None
) -> None:
    when = {"severity": ["praise", "low", "medium"]}
    policy = load_policy({"rules": [{"id": "all", "when": when, "then": {"route": route}}]})
    spam = make_assessment(severity, agenda=Agenda.SPAM)
    decision = decide(spam, make_context(), policy, FRIDAY_AFTERNOON)
    assert (decision.route, decision.reason) == (guarded_route, reason)
    assert decision.fired[:2] == ("all", "R05-unthanked")
    praise = decide(make_assessment(severity), make_context(), policy, FRIDAY_AFTERNOON)
    assert (praise.route, praise.fired[:1]) == (Route(route), ("all",))


def test_the_name_of_every_guard_is_reserved() -> None:
    guards = {value for name, value in vars(decisions).items() if name.endswith("_GUARD")}
    assert guards | {decisions.HAND_OVER} == set(RESERVED)


def test_two_ways_to_write_the_same_policy_have_the_same_hash() -> None:
    assert load_policy({}).hash == load_policy(policy_document()).hash == default_policy().hash
    assert load_policy(dict(reversed(policy_document().items()))).hash == default_policy().hash
    assert (
        load_policy({"give_up_after": "30 days"}).hash
        == load_policy({"give_up_after": 2_592_000}).hash
        == default_policy().hash
    )
    assert load_policy({"give_up_after": "29d"}).hash != default_policy().hash


@settings(deadline=None, max_examples=40)
@given(assessments, contexts, times, documents())
def test_a_review_that_is_handed_over_gets_a_follow_up_and_a_due_time(
    assessment: Assessment, context: Context, now: datetime, document: dict[str, Any]
) -> None:
    decision = hand_over(assessment, context, load_policy(document), now)
    assert decision.route is Route.FOLLOW_UP
    assert decision.reason is None
    assert decision.fired[0].startswith("R01-")
    assert decision.due_at is not None
    assert decision.escalate_after


def test_a_rule_can_test_whether_the_review_is_verified() -> None:
    unverified_rule = {
        "id": "R11-unverified",
        "when": {"verified": False},
        "then": {"route": "follow_up", "priority": 5},
    }
    policy = load_policy({"rules": [unverified_rule]})
    praise, context = make_assessment(Severity.PRAISE), make_context(rating=5)

    assert decide(praise, context, policy, FRIDAY_AFTERNOON).route is Route.ACKNOWLEDGE
    unverified = decide(praise, replace(context, verified=False), policy, FRIDAY_AFTERNOON)
    assert (unverified.route, unverified.fired[0], unverified.priority) == (
        Route.FOLLOW_UP,
        "R11-unverified",
        5,
    )
    assert (
        decide(praise, replace(context, verified=False), default_policy(), FRIDAY_AFTERNOON).route
        is Route.ACKNOWLEDGE
    )


@pytest.mark.parametrize(
    ("severity", "flags", "route", "rule"),
    [
        (Severity.PRAISE, (), Route.NOTHING, "R02-no-reply-here"),
        (Severity.PRAISE, (Flag.RECOVERED,), Route.FOLLOW_UP, "R18-recovered"),
        (Severity.PRAISE, (Flag.QUESTION,), Route.FOLLOW_UP, "R23-question"),
        (Severity.LOW, (), Route.FOLLOW_UP, "R03-heard"),
        (Severity.MEDIUM, (), Route.FOLLOW_UP, "R03-heard"),
        (Severity.HIGH, (), Route.FOLLOW_UP, "R01-high"),
        (Severity.CRITICAL, (), Route.FOLLOW_UP, "R01-critical"),
    ],
)
def test_where_no_reply_can_be_sent_praise_is_closed_and_all_else_goes_to_a_person(
    severity: Severity, flags: tuple[Flag, ...], route: Route, rule: str
) -> None:
    assessment = make_assessment(severity, flags=flags)
    context = replace(make_context(), can_reply=False)
    decision = decide(assessment, context, default_policy(), FRIDAY_AFTERNOON)

    assert (decision.route, decision.fired[0]) == (route, rule)
    assert decision.reason == ("cannot_reply" if route is Route.NOTHING else None)


def test_a_policy_that_would_thank_where_it_cannot_gives_the_praise_to_a_person() -> None:
    thank = {"id": "R02-thank", "when": {"rating_min": 4}, "then": {"route": "acknowledge"}}
    rest = {"id": "R01-rest", "when": {}, "then": {"route": "follow_up"}}
    policy = load_policy({"rules": [thank, rest]})
    context = replace(make_context(rating=5), can_reply=False)
    decision = decide(make_assessment(Severity.PRAISE), context, policy, FRIDAY_AFTERNOON)

    assert (decision.route, decision.fired[:2]) == (
        Route.FOLLOW_UP,
        ("R02-thank", "R01-cannot-reply"),
    )


def test_a_context_of_an_earlier_release_can_reply_and_its_form_stays_the_same() -> None:
    context = make_context()
    assert "can_reply" not in context.to_json()
    assert Context.from_json(context.to_json()) == context
    receiving = replace(context, can_reply=False)
    assert Context.from_json(receiving.to_json()) == receiving


def test_the_sla_checklist_delay_and_variants_of_a_rule_override_those_of_the_policy() -> None:
    then = {
        "route": "both",
        "queue": "vip",
        "sla": "15 minutes around the clock",
        "checklist": "calm",
        "variants": ["short"],
        "delay": "2m",
    }
    own_rule = {
        "id": "R21-regulars",
        "when": {"severity": ["high"], "author_value_min": 70},
        "then": then,
    }
    policy = load_policy({"rules": [own_rule], "acknowledgements": {"delay": "1 hour"}})
    decision = decide(
        make_assessment(Severity.HIGH),
        make_context(Channel.EMAIL, author_value=70),
        policy,
        FRIDAY_AFTERNOON,
    )

    assert (decision.queue, decision.checklist, decision.variants) == ("vip", "calm", ("short",))
    assert decision.fired == ("R21-regulars", "R08-day")
    assert decision.due_at == FRIDAY_AFTERNOON + timedelta(minutes=15)
    assert decision.send_after == FRIDAY_AFTERNOON + timedelta(minutes=2)
    praise_decision = decide(
        make_assessment(Severity.PRAISE),
        make_context(Channel.EMAIL, author_value=70),
        policy,
        FRIDAY_AFTERNOON,
    )
    assert (praise_decision.route, praise_decision.send_after) == (
        Route.ACKNOWLEDGE,
        FRIDAY_AFTERNOON + timedelta(hours=1),
    )


HARMLESS = make_assessment(Severity.PRAISE)
MILD = make_assessment(Severity.LOW)
COMPLAINT = make_assessment(Severity.MEDIUM, Agenda.ANSWER)
EMAIL = Channel.EMAIL


@pytest.mark.parametrize(
    ("assessment", "context", "route", "guard", "reason"),
    [
        (HARMLESS, {"automatic_replies": 1}, Route.ACKNOWLEDGE, None, None),
        (
            HARMLESS,
            {"automatic_replies": 2},
            Route.NOTHING,
            "R04-automatic",
            "automatic_reply_cap",
        ),
        (
            MILD,
            {"automatic_replies": 1, "thread_automatic_replies": 1},
            Route.NOTHING,
            "R04-automatic",
            "automatic_reply_cap",
        ),
        (COMPLAINT, {"automatic_replies": 2}, Route.FOLLOW_UP, "R04-automatic", None),
        (
            MILD,
            {"automatic_replies": 2, "earlier_complaints": 1},
            Route.FOLLOW_UP,
            "R04-automatic",
            None,
        ),
        (
            make_assessment(Severity.HIGH, Agenda.ANSWER),
            {"thread_automatic_replies": 1},
            Route.FOLLOW_UP,
            "R04-automatic",
            None,
        ),
        (HARMLESS, {"machine": MachineSign.QUICK}, Route.NOTHING, "R04-machine", "machine"),
        (MILD, {"machine": MachineSign.EARLIER}, Route.NOTHING, "R04-machine", "machine"),
        (
            MILD,
            {"machine": MachineSign.EARLIER, "earlier_complaints": 1},
            Route.FOLLOW_UP,
            "R04-machine",
            None,
        ),
        (
            HARMLESS,
            {"machine": MachineSign.REPEATED, "follow_up_open": True},
            Route.NOTHING,
            "R04-machine",
            "machine",
        ),
        (
            HARMLESS,
            {"machine": MachineSign.EARLIER, "follow_up_open": True},
            Route.FOLLOW_UP,
            None,
            None,
        ),
        (COMPLAINT, {"machine": MachineSign.OWN_WORDS}, Route.FOLLOW_UP, "R04-machine", None),
        (
            make_assessment(Severity.LOW, needs_person=True),
            {"machine": MachineSign.QUICK},
            Route.FOLLOW_UP,
            None,
            None,
        ),
        (
            make_assessment(Severity.LOW, needs_person=True),
            {"machine": MachineSign.QUICK, "follow_up_open": True},
            Route.FOLLOW_UP,
            None,
            None,
        ),
        (
            make_assessment(Severity.MEDIUM, Agenda.ANSWER, (Flag.CANNOT_JUDGE,)),
            {"no_answer": NoAnswer.THANKS},
            Route.NOTHING,
            "R04-thanks",
            "thanks",
        ),
        (
            make_assessment(Severity.CRITICAL, Agenda.ANSWER),
            {"no_answer": NoAnswer.OWN_WORDS, "follow_up_open": True},
            Route.NOTHING,
            "R04-own-words",
            "own_words",
        ),
    ],
)
def test_a_conversation_of_machines_ends_and_a_person_gets_what_may_be_a_complaint(
    assessment: Assessment,
    context: dict[str, Any],
    route: Route,
    guard: str | None,
    reason: str | None,
) -> None:
    decision = decide(
        assessment, make_context(EMAIL, **context), default_policy(), FRIDAY_AFTERNOON
    )

    assert (decision.route, decision.reason) == (route, reason)
    assert [rule for rule in decision.fired if rule in RESERVED] == ([guard] if guard else [])


@given(assessments, contexts, documents(), times)
def test_nobody_is_answered_automatically_more_often_than_the_policy_allows(
    assessment: Assessment, context: Context, document: dict[str, Any], now: datetime
) -> None:
    policy = load_policy(document)
    for replies in (policy.automatic_replies, policy.automatic_replies + 3):
        decision = decide(assessment, replace(context, automatic_replies=replies), policy, now)
        assert not decision.route.acknowledges
    answered_context = replace(context, automatic_replies=1, thread_automatic_replies=1)
    assert not decide(assessment, answered_context, policy, now).route.acknowledges


@given(assessments, contexts, st.sampled_from(MachineSign), times)
def test_no_complaint_is_ignored_because_a_machine_seems_to_have_written_it(
    assessment: Assessment, context: Context, sign: MachineSign, now: datetime
) -> None:
    before = decide(assessment, replace(context, machine=None), default_policy(), now)
    decision = decide(assessment, replace(context, machine=sign), default_policy(), now)

    assert not decision.route.acknowledges
    if decision.route is Route.NOTHING and before.route is not Route.NOTHING:
        assert assessment.severity in {Severity.PRAISE, Severity.LOW}
        assert not {Flag.CANNOT_JUDGE, Flag.QUESTION} & {*assessment.flags}
        assert assessment.agenda not in {Agenda.ABUSE, Agenda.QUESTION}
        assert not assessment.needs_person


def test_a_context_of_an_earlier_version_can_be_read() -> None:
    context = make_context(
        EMAIL, machine=MachineSign.QUICK, no_answer=NoAnswer.THANKS, automatic_replies=2
    )
    fields = json.loads(json.dumps(context.to_json()))
    assert Context.from_json(fields) == context
    assert {*fields} - {*make_context(EMAIL).to_json()} == {
        "machine",
        "no_answer",
        "automatic_replies",
    }
    new_names = ("automatic_replies", "thread_automatic_replies", "machine", "no_answer")
    for name in new_names:
        fields.pop(name, None)

    assert Context.from_json(fields) == make_context(EMAIL)


def test_the_condition_working_hours_follows_the_calendar() -> None:
    night_rule = {
        "id": "late",
        "when": {"working_hours": False},
        "then": {"route": "follow_up", "queue": "night"},
    }
    policy = load_policy(
        {
            "rules": [night_rule],
            "calendar": {"timezone": "Europe/Berlin", "holidays": ["2026-02-02"]},
        }
    )

    def queue(at: datetime) -> str:
        return decide(make_assessment(), make_context(), policy, at).queue

    assert queue(datetime(2026, 1, 30, 15, 59, tzinfo=UTC)) == "default"
    assert queue(datetime(2026, 1, 30, 16, 0, tzinfo=UTC)) == "night", (
        "17:00 in Berlin, closing time"
    )
    assert queue(datetime(2026, 2, 2, 10, 0, tzinfo=UTC)) == "night", "a holiday"


def test_a_cap_of_the_business_lowers_the_number_of_replies_left() -> None:
    for cap, left, route in (
        (0, 2, Route.NOTHING),
        (1, 1, Route.ACKNOWLEDGE),
        (1, 0, Route.NOTHING),
        (2, 2, Route.ACKNOWLEDGE),
    ):
        policy = load_policy({"caps": {"public_replies": cap}})
        assert (
            decide(
                make_assessment(Severity.PRAISE),
                make_context(replies_left=left),
                policy,
                FRIDAY_AFTERNOON,
            ).route
            is route
        )


QUIET_MINUTES = st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(
    lambda ends: ends[0] != ends[1]
)


@settings(deadline=None)
@given(QUIET_MINUTES, st.integers(0, 86_400), times)
def test_no_acknowledgement_is_sent_in_quiet_hours_of_its_channel(
    quiet_minutes: tuple[int, int], delay: int, now: datetime
) -> None:
    begins, ends = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in quiet_minutes)
    policy = load_policy(
        {
            "quiet_hours": {"from": begins, "to": ends, "channel": ["review_site"]},
            "acknowledgements": {"delay": delay},
            "calendar": {"timezone": "Europe/Berlin"},
        }
    )
    earliest = now + timedelta(seconds=delay)
    send_after = (
        decide(make_assessment(Severity.PRAISE), make_context(), policy, now).send_after or now
    )
    assert earliest <= send_after <= earliest + timedelta(days=1, hours=1)
    local_time = send_after.astimezone(BERLIN)
    minute = local_time.hour * 60 + local_time.minute
    over_midnight = quiet_minutes[0] > quiet_minutes[1]
    assert not (
        (minute >= quiet_minutes[0] or minute < quiet_minutes[1])
        if over_midnight
        else quiet_minutes[0] <= minute < quiet_minutes[1]
    )
    email_send_after = decide(
        make_assessment(Severity.PRAISE), make_context(Channel.EMAIL), policy, now
    ).send_after
    assert email_send_after == (earliest if delay else None), "quiet hours of another channel"


def test_a_decision_stored_by_an_earlier_version_can_be_read() -> None:
    stored = {
        "route": "follow_up",
        "fired": ["R01-high", "R07-day", "R08-day"],
        "policy_hash": "0" * 64,
        "reason": None,
        "queue": "default",
        "priority": 60,
        "due_at": "2026-02-02T16:30:00.000Z",
        "escalate_after": [14400],
    }
    decision = Decision.from_json(stored)
    assert (decision.near_misses, decision.variants, decision.checklist, decision.send_after) == (
        (),
        (),
        None,
        None,
    )
    assert decision.to_json() | stored == decision.to_json()
