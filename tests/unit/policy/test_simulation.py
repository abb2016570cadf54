"""What a simulation counts.

It counts every review once, finds no change between equal policies, and ignores the order.
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


def make_policy(*rules: dict[str, Any], **parts: Any) -> Policy:
    return load_policy({"name": "ours", **({"rules": list(rules)} if rules else {}), **parts})


VIP = make_policy(
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
BERLIN = make_policy(calendar={"timezone": "Europe/Berlin", "hours": {"mon-sat": "08:00-20:00"}})
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
review_lists = st.lists(reviews, max_size=30)
policy_pairs = st.tuples(st.sampled_from(POLICIES), st.sampled_from(POLICIES))


def run_simulation(past_reviews: list[PastReview], policies: tuple[Policy, Policy]) -> Simulation:
    return simulate(iter(past_reviews), *policies, now=NOW)


@given(review_lists, policy_pairs)
def test_every_review_is_counted_once_in_each_total(
    past_reviews: list[PastReview], policies: tuple[Policy, Policy]
) -> None:
    simulation = run_simulation(past_reviews, policies)

    assert (
        simulation.reviews
        == len(past_reviews)
        == simulation.routes.total()
        == simulation.by_severity.total()
    )
    assert (
        simulation.changed
        == simulation.kinds.total()
        == simulation.rules.total()
        <= simulation.reviews
    )
    assert simulation.rerouted == sum(
        count for (old, new), count in simulation.routes.items() if old is not new
    )
    assert simulation.aspects.total() >= simulation.changed
    for number, load in enumerate((simulation.before, simulation.after)):
        decisions = [
            replay_decision(review, policies[number], review.at or NOW) for review in past_reviews
        ]
        follow_ups = [
            review
            for review, decision in zip(past_reviews, decisions, strict=True)
            if decision.route.follows_up
        ]
        minutes = sum(MINUTES[review.assessment.severity] for review in follow_ups)
        assert (load.follow_ups, load.minutes) == (len(follow_ups), minutes)
        assert load.acknowledgements == sum(decision.route.acknowledges for decision in decisions)
        assert sum(load.due) == sum(review.at is not None for review in follow_ups)
        assert len(load.due) == len(load.arriving) == WEEK_HOURS
    assert simulation.undated == sum(review.at is None for review in past_reviews)
    assert (
        simulation.after.follow_ups - simulation.before.follow_ups
        == simulation.gained_person.total() - simulation.lost_person.total()
    )
    json.dumps(simulation.to_json(), allow_nan=False)


@given(review_lists, st.sampled_from(POLICIES))
def test_a_policy_compared_with_itself_shows_no_change(
    past_reviews: list[PastReview], policy: Policy
) -> None:
    simulation = run_simulation(past_reviews, (policy, policy))

    assert (simulation.changed, simulation.examples, simulation.extra_hours) == (0, {}, 0)
    assert all(old is new for old, new in simulation.routes)


@given(review_lists, policy_pairs, st.randoms(use_true_random=False))
def test_the_order_of_reviews_does_not_matter(
    past_reviews: list[PastReview], policies: tuple[Policy, Policy], shuffler: Any
) -> None:
    # If two reviews had the same id, either could be the example.
    unique = list({review.id: review for review in past_reviews}.values())
    shuffled = shuffler.sample(unique, len(unique))

    simulation = run_simulation(unique, policies).to_json()
    shuffled_simulation = run_simulation(shuffled, policies).to_json()

    def unordered(fields: dict[str, Any]) -> dict[str, Any]:
        return {
            name: sorted(map(json.dumps, value)) if isinstance(value, list) else value
            for name, value in fields.items()
        }

    assert unordered(simulation) == unordered(shuffled_simulation)


@given(reviews, policy_pairs)
def test_a_change_names_its_aspects_and_the_route_only_if_it_differs(
    review: PastReview, policies: tuple[Policy, Policy]
) -> None:
    old, new = (replay_decision(review, policy, review.at or NOW) for policy in policies)
    change = find_change(review, old, new)

    assert (change is not None) == bool(change and change.aspects)
    if change is None:
        assert old.route is new.route
    else:
        assert (Aspect.ROUTE in change.aspects) == (old.route is not new.route)
        assert change.kind
        assert find_change(review, new, old) is not None


@given(reviews, st.sampled_from(POLICIES))
def test_an_unanswerable_review_goes_to_a_person_and_an_edit_is_not_acknowledged_again(
    review: PastReview, policy: Policy
) -> None:
    route, unanswerable_route, edit_route = (
        replay_decision(replace(review, answerable=answerable, edit=edit), policy, NOW).route
        for answerable, edit in ((True, False), (False, False), (True, True))
    )

    without_acknowledgement = {Route.ACKNOWLEDGE: Route.NOTHING, Route.BOTH: Route.FOLLOW_UP}
    assert unanswerable_route is (Route.FOLLOW_UP if route.acknowledges else route)
    assert edit_route is without_acknowledgement.get(route, route)


def praise_review(number: int, at: datetime | None = NOW) -> PastReview:
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


def test_the_examples_of_a_change_are_a_small_random_sample() -> None:
    simulation = run_simulation(
        [praise_review(number) for number in range(500)], (default_policy(), VIP)
    )

    assert dict(simulation.kinds) == {"route: acknowledge → nothing": 500}
    example_ids = [
        change.review.id for change in simulation.examples["route: acknowledge → nothing"]
    ]
    assert len(example_ids) == MAX_EXAMPLES
    assert example_ids != [f"rev_{number:06d}" for number in range(MAX_EXAMPLES)]
    assert simulation.rules == {("R02-praise", "R02-quiet"): 500}


@pytest.mark.parametrize(
    ("at", "arriving", "due"),
    [
        # A Friday at 16:30 UTC is 17:30 in Berlin. One working hour later it is 18:30.
        (datetime(2026, 1, 30, 16, 30, tzinfo=UTC), 4 * 24 + 17, 4 * 24 + 18),
        # In summer, Berlin is two hours ahead of UTC.
        (datetime(2026, 7, 31, 16, 30, tzinfo=UTC), 4 * 24 + 18, 4 * 24 + 19),
        # Closing time is 20:00: a follow-up due then counts for the hour before.
        (datetime(2026, 1, 30, 18, 0, tzinfo=UTC), 4 * 24 + 19, 4 * 24 + 19),
    ],
)
def test_hours_are_counted_in_the_week_of_the_new_policys_timezone(
    at: datetime, arriving: int, due: int
) -> None:
    complaint = replace(
        praise_review(1, at),
        assessment=Assessment(Severity.HIGH, Agenda.AUDIENCE, -0.9, "en", (), (), (), "test"),
    )

    simulation = run_simulation([complaint], (default_policy(), BERLIN))

    assert simulation.timezone == "Europe/Berlin"
    assert [hour for hour, minutes in enumerate(simulation.after.arriving) if minutes] == [arriving]
    assert [hour for hour, count in enumerate(simulation.after.due) if count] == [due]


def test_minutes_that_a_business_measured_replace_the_default_ones() -> None:
    simulation = simulate(
        [praise_review(1)],
        VIP,
        make_policy(
            {"id": "R02-all", "when": {"severity": ["praise"]}, "then": {"route": "follow_up"}}
        ),
        now=NOW,
        minutes=dict.fromkeys(Severity, 100),
    )

    assert (simulation.before.minutes, simulation.after.minutes, simulation.extra_hours) == (
        0,
        100,
        100 / 60,
    )


def test_a_simulation_of_more_reviews_takes_no_more_memory() -> None:
    def make_reviews(count: int) -> Iterator[PastReview]:
        return (
            praise_review(number, NOW + timedelta(minutes=number % 300)) for number in range(count)
        )

    def peak(count: int) -> int:
        tracemalloc.start()
        simulate(make_reviews(count), default_policy(), VIP, now=NOW)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(2_000)  # fills the caches of days and hours
    assert peak(4_000) < peak(1_000) + 50_000
