"""The chain: verification finds any changed, moved or missing outcome."""

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


def chain_of(review_facts: list[Fact]) -> tuple[Outcome, ...]:
    return chain_facts(
        SUBJECT,
        review_facts,
        sequence=0,
        head=initial_hash(REVIEW),
        at=AT,
        actor="heard",
        delivery="dlv_1",
    )


def verifies(outcomes: tuple[Outcome, ...], links: tuple[Outcome, ...]) -> bool:
    """Whether `outcomes` pass as the chain `links`, whose end is in the review's state."""
    return verify_chain(
        REVIEW, outcomes, expected_sequence=len(links), expected_head=links[-1].hash
    ).verified


@given(facts)
def test_a_chain_verifies_as_it_was_written_and_after_a_round_trip(
    review_facts: list[Fact],
) -> None:
    links = chain_of(review_facts)

    assert verifies(links, links)
    assert verifies(tuple(Outcome.from_json(link.to_json()) for link in links), links)


@given(facts, facts)
def test_a_chain_may_be_written_in_parts(first: list[Fact], then: list[Fact]) -> None:
    start = chain_of(first)
    rest = chain_facts(
        SUBJECT,
        then,
        sequence=len(start),
        head=start[-1].hash,
        at=AT,
        actor="heard",
        delivery="dlv_1",
    )

    assert start + rest == chain_of([*first, *then])


@given(facts, st.data())
def test_any_single_change_of_any_outcome_breaks_the_chain(
    review_facts: list[Fact], data: st.DataObject
) -> None:
    links = chain_of(review_facts)
    index = data.draw(st.integers(0, len(links) - 1), "index")
    name = data.draw(st.sampled_from(FIELDS), "field")
    value = getattr(links[index], name)
    new_values = {"sequence": st.integers(), "kind": st.sampled_from(Kind), "detail": details}.get(
        name, st.none() | st.text(max_size=70)
    )
    changed = replace(
        links[index],
        **{
            name: data.draw(
                new_values.filter(lambda new: new != value or type(new) is not type(value)), "value"
            )
        },
    )

    assert not verifies((*links[:index], changed, *links[index + 1 :]), links)


@given(facts.filter(lambda review_facts: len(review_facts) > 1), st.data())
def test_a_missing_repeated_or_moved_outcome_breaks_the_chain(
    review_facts: list[Fact], data: st.DataObject
) -> None:
    links = chain_of(review_facts)
    index = data.draw(st.integers(0, len(links) - 1), "index")
    order = data.draw(st.permutations(links).filter(lambda order: tuple(order) != links), "order")

    assert not verifies(links[:index] + links[index + 1 :], links)
    assert not verifies((*links[: index + 1], *links[index:]), links)
    assert not verifies(tuple(order), links)


@given(facts, facts)
def test_a_rewritten_chain_does_not_match_the_hash_in_the_reviews_state(
    review_facts: list[Fact], forged: list[Fact]
) -> None:
    links, forged_links = chain_of(review_facts), chain_of(forged)

    assert verifies(forged_links, links) == (forged_links[-1].hash == links[-1].hash)


def test_outcomes_of_another_review_do_not_verify() -> None:
    links = chain_of([Fact(Kind.ACCEPTED)])
    report = verify_chain("rev_other", links, expected_sequence=None, expected_head=None)

    assert (report.verified, report.broken_at, report.why) == (
        False,
        1,
        "it belongs to another review",
    )


@pytest.mark.parametrize("remaining", [0, 1])
def test_a_missing_end_of_the_chain_is_found_only_with_the_reviews_state(remaining: int) -> None:
    links = chain_of([Fact(Kind.ACCEPTED), Fact(Kind.IGNORED)])

    assert verify_chain(
        REVIEW, links[:remaining], expected_sequence=None, expected_head=None
    ).verified
    assert not verify_chain(
        REVIEW, links[:remaining], expected_sequence=2, expected_head=links[-1].hash
    ).verified


def test_the_report_says_where_a_chain_breaks_and_why() -> None:
    links = chain_of([Fact(Kind.ACCEPTED), Fact(Kind.FOLLOW_UP_OPENED), Fact(Kind.ANSWERED)])
    report = verify_chain(
        REVIEW, (links[0], links[2]), expected_sequence=3, expected_head=links[2].hash
    )

    assert (report.broken_at, report.why) == (2, "outcome 2 is missing (found 3)")
