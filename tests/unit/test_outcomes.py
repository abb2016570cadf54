"""The chain: whatever is changed, moved or left out afterwards shows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.outcomes import (
    Fact,
    Kind,
    Outcome,
    OutcomeSubject,
    chain_facts,
    initial_hash,
    verify_chain,
)

REVIEW = "rev_abcdefgh"
SUBJECT = OutcomeSubject(REVIEW, "bus_1", "standard", "review_site", "high")
AT = datetime(2026, 3, 17, 12, tzinfo=UTC)

details = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=4)),
)
facts = st.lists(st.builds(Fact, st.sampled_from(Kind), details), min_size=1, max_size=6)
FIELDS = [field.name for field in fields(Outcome)]


def linked(said: list[Fact]) -> tuple[Outcome, ...]:
    return chain_facts(
        SUBJECT, said, sequence=0, head=initial_hash(REVIEW), at=AT, actor="heard", delivery="dlv_1"
    )


def verified(outcomes: tuple[Outcome, ...], links: tuple[Outcome, ...]) -> bool:
    """Whether `outcomes` pass for the chain `links`, of which the review's state knows the end."""
    return verify_chain(
        REVIEW, outcomes, expected_sequence=len(links), expected_head=links[-1].hash
    ).verified


@given(facts)
def test_a_chain_verifies_as_it_was_written_and_after_a_round_trip(said: list[Fact]) -> None:
    links = linked(said)

    assert verified(links, links)
    assert verified(tuple(Outcome.from_json(link.to_json()) for link in links), links)


@given(facts, facts)
def test_a_chain_may_be_written_in_parts(first: list[Fact], then: list[Fact]) -> None:
    start = linked(first)
    rest = chain_facts(
        SUBJECT,
        then,
        sequence=len(start),
        head=start[-1].hash,
        at=AT,
        actor="heard",
        delivery="dlv_1",
    )

    assert start + rest == linked([*first, *then])


@given(facts, st.data())
def test_any_single_change_of_any_outcome_shows(said: list[Fact], data: st.DataObject) -> None:
    links = linked(said)
    place = data.draw(st.integers(0, len(links) - 1), "place")
    name = data.draw(st.sampled_from(FIELDS), "field")
    value = getattr(links[place], name)
    other = {"sequence": st.integers(), "kind": st.sampled_from(Kind), "detail": details}.get(
        name, st.none() | st.text(max_size=70)
    )
    changed = replace(
        links[place],
        **{
            name: data.draw(
                other.filter(lambda new: new != value or type(new) is not type(value)), "value"
            )
        },
    )

    assert not verified((*links[:place], changed, *links[place + 1 :]), links)


@given(facts.filter(lambda said: len(said) > 1), st.data())
def test_a_missing_a_doubled_and_a_moved_outcome_show(
    said: list[Fact], data: st.DataObject
) -> None:
    links = linked(said)
    place = data.draw(st.integers(0, len(links) - 1), "place")
    order = data.draw(st.permutations(links).filter(lambda order: tuple(order) != links), "order")

    assert not verified(links[:place] + links[place + 1 :], links)
    assert not verified((*links[: place + 1], *links[place:]), links)
    assert not verified(tuple(order), links)


@given(facts, facts)
def test_a_chain_rewritten_from_the_start_does_not_end_where_the_reviews_state_says(
    said: list[Fact], forged: list[Fact]
) -> None:
    links, others = linked(said), linked(forged)

    assert verified(others, links) == (others[-1].hash == links[-1].hash)


def test_another_reviews_outcomes_do_not_pass_for_ones_own() -> None:
    links = linked([Fact(Kind.ACCEPTED)])
    report = verify_chain("rev_other", links, expected_sequence=None, expected_head=None)

    assert (report.verified, report.broken_at, report.why) == (
        False,
        1,
        "it belongs to another review",
    )


@pytest.mark.parametrize("left", [0, 1])
def test_without_the_reviews_state_a_missing_tail_cannot_be_seen(left: int) -> None:
    links = linked([Fact(Kind.ACCEPTED), Fact(Kind.IGNORED)])

    assert verify_chain(REVIEW, links[:left], expected_sequence=None, expected_head=None).verified
    assert not verify_chain(
        REVIEW, links[:left], expected_sequence=2, expected_head=links[-1].hash
    ).verified


def test_the_report_says_where_and_how_a_chain_breaks() -> None:
    links = linked([Fact(Kind.ACCEPTED), Fact(Kind.FOLLOW_UP_OPENED), Fact(Kind.ANSWERED)])
    report = verify_chain(
        REVIEW, (links[0], links[2]), expected_sequence=3, expected_head=links[2].hash
    )

    assert (report.broken_at, report.why) == (2, "outcome 2 is missing (found 3)")
