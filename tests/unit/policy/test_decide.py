"""What the default policy decides, and what no policy can talk it into."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.policy import Context, Decision, Route, decide, default_policy, hand_over, load_policy
from heard.reviews import Channel, Stage

FRIDAY_AFTERNOON = datetime(2026, 1, 30, 16, 30, tzinfo=UTC)


def assessed(severity: Severity = Severity.LOW, agenda: Agenda = Agenda.PRAISE, flags: tuple[Flag, ...] = ()) -> Assessment:
    return Assessment(severity, agenda, None, "en", (), flags, (), "test")


def context(channel: Channel = Channel.REVIEW_SITE, rating: int | None = None, *, left: int = 2, open_: bool = False) -> Context:
    return Context(channel, "google", rating, has_text=True, public_replies_left=left, follow_up_open=open_)


def document(**changes: Any) -> dict[str, Any]:
    return json.loads(resources.files("heard.policy").joinpath("default.json").read_text("utf-8")) | changes


@pytest.mark.parametrize(
    ("assessment", "where", "route", "rule", "reason"),
    [
        (assessed(Severity.PRAISE), context(rating=5), Route.ACKNOWLEDGE, "R02-praise", None),
        (assessed(Severity.MEDIUM, Agenda.AUDIENCE), context(rating=3), Route.ACKNOWLEDGE, "R03-heard", None),
        (assessed(Severity.MEDIUM, Agenda.AUDIENCE), context(rating=2), Route.FOLLOW_UP, "R01-low-rating", None),
        (assessed(Severity.HIGH, Agenda.AUDIENCE), context(), Route.FOLLOW_UP, "R01-high", None),
        (assessed(Severity.HIGH, Agenda.ANSWER), context(Channel.EMAIL), Route.BOTH, "R05-high-private", None),
        (assessed(Severity.HIGH, Agenda.ANSWER), context(Channel.PHONE), Route.FOLLOW_UP, "R01-high", None),
        (assessed(Severity.HIGH, Agenda.ANSWER), context(Channel.EMAIL, open_=True), Route.FOLLOW_UP, "R04-joins-severe", None),
        (assessed(Severity.CRITICAL, Agenda.AUDIENCE), context(rating=5), Route.FOLLOW_UP, "R01-critical", None),
        (assessed(Severity.MEDIUM, Agenda.SPAM), context(), Route.NOTHING, "R05-spam", "spam"),
        (assessed(Severity.MEDIUM, Agenda.ABUSE), context(), Route.FOLLOW_UP, "R20-abuse", None),
        (assessed(Severity.MEDIUM, Agenda.AUDIENCE, (Flag.CANNOT_JUDGE,)), context(), Route.FOLLOW_UP, "R01-cannot-judge", None),
        (assessed(Severity.PRAISE, Agenda.PRAISE, (Flag.QUESTION,)), context(rating=5), Route.FOLLOW_UP, "R23-question", None),
        (assessed(Severity.PRAISE), context(rating=5, left=0), Route.NOTHING, "R04-cap-reached", "cap_reached"),
        (assessed(Severity.MEDIUM, Agenda.AUDIENCE), context(rating=3, left=0), Route.FOLLOW_UP, "R04-cap-person", None),
        (assessed(Severity.PRAISE), context(Channel.EMAIL, left=0), Route.ACKNOWLEDGE, "R02-praise", None),
        (assessed(Severity.PRAISE), context(open_=True), Route.FOLLOW_UP, "R04-joins", None),
    ],
)
def test_the_default_policy_is_the_playbooks(assessment: Assessment, where: Context, route: Route, rule: str, reason: str | None) -> None:
    decision = decide(assessment, where, default_policy(), FRIDAY_AFTERNOON)
    assert (decision.route, decision.fired[0], decision.reason) == (route, rule, reason)


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
        # Half an hour is left of Friday; the rest is Monday's.
        (Severity.HIGH, Channel.SOCIAL, datetime(2026, 2, 2, 9, 30, tzinfo=UTC), ("R01-high", "R07-social", "R08-fast")),
        (Severity.HIGH, Channel.MESSAGING, datetime(2026, 2, 2, 9, 30, tzinfo=UTC), ("R05-high-private", "R07-messaging", "R08-fast")),
        (Severity.HIGH, Channel.EMAIL, datetime(2026, 2, 2, 16, 30, tzinfo=UTC), ("R05-high-private", "R07-email", "R08-day")),
        (Severity.HIGH, Channel.APP_STORE, datetime(2026, 2, 2, 16, 30, tzinfo=UTC), ("R01-high", "R07-day", "R08-day")),
    ],
)
def test_a_persons_answer_is_due_in_the_channels_working_time(
    severity: Severity, channel: Channel, due: datetime, fired: tuple[str, ...]
) -> None:
    decision = decide(assessed(severity, Agenda.AUDIENCE), context(channel), default_policy(), FRIDAY_AFTERNOON)
    assert decision.due_at == due
    assert decision.fired == fired
    assert decision.escalate_after
    assert decision.queue == ("urgent" if severity is Severity.CRITICAL else "default")


assessments = st.builds(
    Assessment,
    severity=st.sampled_from(Severity),
    agenda=st.sampled_from(Agenda),
    sentiment=st.none() | st.floats(-1, 1),
    language=st.none() | st.sampled_from(["en", "de", "pcm"]),
    topics=st.just(()),
    flags=st.lists(st.sampled_from(Flag), unique=True, max_size=4).map(tuple),
    reasons=st.just(()),
    model=st.just("test"),
)
contexts = st.builds(
    Context,
    channel=st.sampled_from(Channel),
    platform=st.sampled_from(["google", "x", ""]),
    rating=st.none() | st.integers(1, 5),
    has_text=st.booleans(),
    public_replies_left=st.integers(0, 2),
    follow_up_open=st.booleans(),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive bounds
AUTOMATON = load_policy(
    document(
        rules=[
            {"id": "R02-thank-all", "when": {"has_text": True}, "then": {"route": "acknowledge"}},
            {"id": "R02-thank-rated", "when": {"rating_min": 1}, "then": {"route": "both"}},
            {"id": "R01-rest", "when": {}, "then": {"route": "follow_up"}},
        ]
    )
)
"""A policy that would rather thank than listen."""


@given(assessments, contexts, moments, st.sampled_from([default_policy(), AUTOMATON]))
def test_every_input_gets_a_decision_that_keeps_the_cap(assessment: Assessment, where: Context, now: datetime, policy: Any) -> None:
    decision = decide(assessment, where, policy, now)
    assert decide(assessment, where, policy, now) == decision
    assert Decision.from_json(decision.to_json()).route is decision.route
    assert decision.fired
    assert decision.policy_hash == policy.hash
    assert (decision.reason is not None) == (decision.route is Route.NOTHING)
    if decision.route.acknowledges:
        assert where.stage is Stage.OFFSTAGE or where.public_replies_left > 0
        assert not where.follow_up_open
    if decision.route.follows_up:
        assert decision.due_at is not None
        assert decision.due_at >= now
        assert decision.escalate_after
        assert any(rule.startswith("R07-") for rule in decision.fired)
        assert any(rule.startswith("R08-") for rule in decision.fired)


@given(assessments, contexts, moments)
def test_the_default_policy_leaves_no_severe_asking_or_abusive_review_to_a_machine(
    assessment: Assessment, where: Context, now: datetime
) -> None:
    decision = decide(assessment, where, default_policy(), now)
    if assessment.severity is Severity.CRITICAL:
        assert (decision.route, decision.queue) == (Route.FOLLOW_UP, "urgent")
        assert decision.due_at == now + timedelta(hours=1)
    elif assessment.agenda is not Agenda.SPAM:
        asks = Flag.QUESTION in assessment.flags or assessment.agenda is Agenda.QUESTION
        if asks or assessment.agenda is Agenda.ABUSE or assessment.severity is Severity.HIGH or (where.rating or 5) <= 2:
            assert decision.route.follows_up


def test_the_hash_is_of_what_the_policy_says_not_of_how_it_is_written() -> None:
    given_ = document()
    reordered = json.loads(json.dumps(dict(reversed(given_.items())), indent=3))
    assert load_policy(reordered).hash == load_policy(given_).hash == default_policy().hash
    assert load_policy(document(give_up_after=86_400)).hash != default_policy().hash


@given(assessments, contexts, moments)
def test_handing_over_always_ends_with_a_person_and_a_time(assessment: Assessment, where: Context, now: datetime) -> None:
    decision = hand_over(assessment, where, default_policy(), now)
    assert decision.route is Route.FOLLOW_UP
    assert decision.reason is None
    assert decision.fired[0].startswith("R01-")
    assert decision.due_at is not None
    assert decision.escalate_after


def test_a_rule_can_ask_whether_the_review_is_proven() -> None:
    careful = {"id": "R11-unconfirmed", "when": {"confirmed": False}, "then": {"route": "follow_up", "priority": 5}}
    policy = load_policy(document(rules=[careful, *document()["rules"]]))
    praised, here = assessed(Severity.PRAISE), context(rating=5)

    assert decide(praised, here, policy, FRIDAY_AFTERNOON).route is Route.ACKNOWLEDGE
    unproven = decide(praised, replace(here, confirmed=False), policy, FRIDAY_AFTERNOON)
    assert (unproven.route, unproven.fired[0], unproven.priority) == (Route.FOLLOW_UP, "R11-unconfirmed", 5)
    assert decide(praised, replace(here, confirmed=False), default_policy(), FRIDAY_AFTERNOON).route is Route.ACKNOWLEDGE
