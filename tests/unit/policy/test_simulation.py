"""What a simulation counts.

Every review once, nothing for the same policy, and the same in any order.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.policy import Context, Policy, Route, default_policy, load_policy
from heard.policy.simulation import (
    MAX_EXAMPLES,
    MINUTES,
    WEEK_HOURS,
    Aspect,
    PastReview,
    Simulation,
    find_change,
    replay_decision,
    simulate,
)
from heard.reviews import Channel

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)


def policy(*rules: dict[str, Any], **parts: Any) -> Policy:
    return load_policy({"name": "ours", **({"rules": list(rules)} if rules else {}), **parts})


VIP = policy(
    {
        "id": "R21-regulars",
        "when": {"severity": ["medium"], "rating_min": 3},
        "then": {"route": "both", "queue": "vip", "priority": 80},
    },
    {
        "id": "R02-quiet",
        "when": {"severity": ["praise"], "channel": ["social"]},
        "then": {"route": "nothing", "reason": "enough_said"},
    },
)
BERLIN = policy(calendar={"timezone": "Europe/Berlin", "hours": {"mon-sat": "08:00-20:00"}})
POLICIES = (default_policy(), VIP, BERLIN)

reviews = st.builds(
    PastReview,
    id=st.text("abcdef0123456789", min_size=4, max_size=8),
    assessment=st.builds(
        Assessment,
        severity=st.sampled_from(Severity),
        agenda=st.sampled_from(Agenda),
        sentiment=st.none() | st.floats(-1, 1),
        language=st.sampled_from(("en", "de", None)),
        topics=st.just(()),
        flags=st.lists(st.sampled_from(Flag), max_size=2, unique=True).map(tuple),
        reasons=st.just(()),
        model=st.just("test"),
        needs_person=st.booleans(),
        confidence=st.floats(0, 1),
    ),
    context=st.builds(
        Context,
        channel=st.sampled_from(Channel),
        platform=st.just("google"),
        rating=st.none() | st.integers(1, 5),
        has_text=st.booleans(),
        public_replies_left=st.integers(0, 2),
        follow_up_open=st.booleans(),
    ),
    at=st.none()
    | st.integers(0, 700 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    answerable=st.booleans(),
    edit=st.booleans(),
)  # fmt: skip
pasts = st.lists(reviews, max_size=30)
two = st.tuples(st.sampled_from(POLICIES), st.sampled_from(POLICIES))


def run(past: list[PastReview], policies: tuple[Policy, Policy]) -> Simulation:
    return simulate(iter(past), *policies, now=NOW)


@given(pasts, two)
def test_every_review_is_counted_once_in_everything(
    past: list[PastReview], policies: tuple[Policy, Policy]
) -> None:
    found = run(past, policies)

    assert found.reviews == len(past) == found.routes.total() == found.by_severity.total()
    assert found.changed == found.kinds.total() == found.rules.total() <= found.reviews
    assert found.rerouted == sum(
        count for (old, new), count in found.routes.items() if old is not new
    )
    assert found.aspects.total() >= found.changed
    dated = [review for review in past if review.at]
    for number, load in enumerate((found.before, found.after)):
        decisions = [replay_decision(review, policies[number], review.at or NOW) for review in past]
        spent = [
            MINUTES[review.assessment.severity]
            for review, each in zip(past, decisions, strict=True)
            if each.route.follows_up
        ]
        assert (load.follow_ups, load.minutes) == (len(spent), sum(spent))
        assert load.acknowledgements == sum(decision.route.acknowledges for decision in decisions)
        due = [
            each
            for review, each in zip(past, decisions, strict=True)
            if review.at and each.route.follows_up
        ]
        assert sum(load.due) == len(due)
        assert len(load.due) == len(load.arriving) == WEEK_HOURS
    assert found.undated == len(past) - len(dated)
    assert (
        found.after.follow_ups - found.before.follow_ups
        == found.gained_person.total() - found.lost_person.total()
    )
    json.dumps(found.to_json(), allow_nan=False)


@given(pasts, st.sampled_from(POLICIES))
def test_a_policy_changes_nothing_against_itself(past: list[PastReview], same: Policy) -> None:
    found = run(past, (same, same))

    assert (found.changed, found.examples, found.extra_hours) == (0, {}, 0)
    assert all(old is new for old, new in found.routes)


@given(pasts, two, st.randoms(use_true_random=False))
def test_the_order_of_reviews_does_not_matter(
    past: list[PastReview], policies: tuple[Policy, Policy], chance: Any
) -> None:
    # Of two reviews with one id either could be the example.
    unique = list({review.id: review for review in past}.values())
    shuffled = chance.sample(unique, len(unique))

    one, other = run(unique, policies).to_json(), run(shuffled, policies).to_json()

    def unordered(fields: dict[str, Any]) -> dict[str, Any]:
        return {
            name: sorted(map(json.dumps, value)) if isinstance(value, list) else value
            for name, value in fields.items()
        }

    assert unordered(one) == unordered(other)


@given(reviews, two)
def test_a_change_says_in_what(review: PastReview, policies: tuple[Policy, Policy]) -> None:
    old, new = (replay_decision(review, each, review.at or NOW) for each in policies)
    change = find_change(review, old, new)

    assert (change is not None) == bool(change and change.aspects)
    if change is None:
        assert old.route is new.route
    else:
        assert (Aspect.ROUTE in change.aspects) == (old.route is not new.route)
        assert change.kind
        assert find_change(review, new, old) is not None


@given(reviews, st.sampled_from(POLICIES))
def test_what_no_program_can_answer_is_acknowledged_by_nobody_and_edits_are_not_again(
    review: PastReview, given: Policy
) -> None:
    free, silent, edited = (
        replay_decision(replace(review, answerable=answerable, edit=edit), given, NOW).route
        for answerable, edit in ((True, False), (False, False), (True, True))
    )

    assert silent is (Route.FOLLOW_UP if free.acknowledges else free)
    assert edited is {Route.ACKNOWLEDGE: Route.NOTHING, Route.BOTH: Route.FOLLOW_UP}.get(free, free)


def praised(number: int, at: datetime | None = NOW) -> PastReview:
    assessment = Assessment(
        Severity.PRAISE,
        Agenda.PRAISE,
        0.9,
        "en",
        (),
        (),
        (),
        "test",
        needs_person=False,
        confidence=0.9,
    )
    return PastReview(
        f"rev_{number:06d}",
        assessment,
        Context(Channel.SOCIAL, "bluesky", None, has_text=True, public_replies_left=2),
        at,
    )


def test_examples_are_few_drawn_by_lot_and_of_every_kind() -> None:
    found = run([praised(number) for number in range(500)], (default_policy(), VIP))

    assert dict(found.kinds) == {"route: acknowledge → nothing": 500}
    drawn = [change.review.id for change in found.examples["route: acknowledge → nothing"]]
    assert len(drawn) == MAX_EXAMPLES
    assert drawn != [f"rev_{number:06d}" for number in range(MAX_EXAMPLES)]
    assert found.rules == {("R02-praise", "R02-quiet"): 500}


@pytest.mark.parametrize(
    ("at", "arriving", "due"),
    [
        # A Friday at 16:30 UTC is 17:30 in Berlin; an hour of working time ends at 18:30.
        (datetime(2026, 1, 30, 16, 30, tzinfo=UTC), 4 * 24 + 17, 4 * 24 + 18),
        # In summer the clock is an hour further on.
        (datetime(2026, 7, 31, 16, 30, tzinfo=UTC), 4 * 24 + 18, 4 * 24 + 19),
        # What is due at 20:00, when the shop closes, is work of the hour before.
        (datetime(2026, 1, 30, 18, 0, tzinfo=UTC), 4 * 24 + 19, 4 * 24 + 19),
    ],
)
def test_hours_are_those_of_the_new_policys_week(at: datetime, arriving: int, due: int) -> None:
    angry = replace(
        praised(1, at),
        assessment=Assessment(Severity.HIGH, Agenda.AUDIENCE, -0.9, "en", (), (), (), "test"),
    )

    found = run([angry], (default_policy(), BERLIN))

    assert found.timezone == "Europe/Berlin"
    assert [hour for hour, minutes in enumerate(found.after.arriving) if minutes] == [arriving]
    assert [hour for hour, count in enumerate(found.after.due) if count] == [due]


def test_minutes_are_the_businesss_own_where_it_has_measured_them() -> None:
    spent = dict.fromkeys(Severity, 100)
    found = simulate(
        [praised(1)],
        VIP,
        policy({"id": "R02-all", "when": {"severity": ["praise"]}, "then": {"route": "follow_up"}}),
        now=NOW,
        minutes=spent,
    )

    assert (found.before.minutes, found.after.minutes, found.extra_hours) == (0, 100, 100 / 60)


def test_memory_does_not_grow_with_the_number_of_reviews() -> None:
    def many(count: int) -> Iterator[PastReview]:
        return (praised(number, NOW + timedelta(minutes=number % 300)) for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        simulate(many(count), default_policy(), VIP, now=NOW)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(2_000)  # what is known of days and hours is remembered
    assert peak(4_000) < peak(1_000) + 50_000
