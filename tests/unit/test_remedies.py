"""Remedies: what agents grant alone stays within the limit, and what was granted is told once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from heard import remedies
from heard.policy.document import Remedy
from heard.remedies import Grant

KNOWN = (Remedy("refund", 50, "EUR"), Remedy("refund", 40.5, "CHF"), Remedy("voucher", 20, "EUR"))
amounts = st.decimals("0.001", "60", places=3)
grants = st.builds(
    Grant,
    st.sampled_from(["refund", "voucher"]),
    amounts,
    st.sampled_from(["EUR", "CHF"]),
    st.sampled_from(["", "ana/1"]),
)


@given(grants)
def test_a_grant_comes_back_from_json_as_it_was(grant: Grant) -> None:
    assert Grant.from_json(grant.to_json()) == grant
    assert "E" not in grant.detail["amount"]


@given(st.lists(st.tuples(st.sampled_from(KNOWN), amounts, st.booleans()), max_size=12))
def test_what_agents_grant_alone_stays_within_the_limit_and_nothing_untold_is_granted_twice(
    asked: list[tuple[Remedy, Decimal, bool]],
) -> None:
    granted: tuple[Grant, ...] = ()
    for number, (remedy, amount, arrives) in enumerate(asked):
        grant = Grant(remedy.name, amount, remedy.currency, f"ana/{number}")
        if remedies.needs_lead(grant, remedy.limit, granted):
            continue
        before, waiting = len(granted), remedies.pending_grant(grant, granted)
        granted = remedies.with_grant(grant, granted)
        assert len(granted) == before + (waiting is None)
        assert grant in granted
        if not arrives:
            granted = remedies.unannounced(grant.resolution_key, granted)
            assert len(remedies.with_grant(replace(grant, resolution_key="ben/1"), granted)) == len(
                granted
            )

    for remedy in KNOWN:
        total = sum(
            each.amount
            for each in granted
            if (each.name, each.currency) == (remedy.name, remedy.currency)
        )
        assert total <= Decimal(str(remedy.limit))


def test_a_name_alone_means_a_remedy_only_where_it_has_one_currency() -> None:
    assert remedies.find_remedy(Grant("voucher", Decimal(1)), KNOWN) == KNOWN[2]
    assert remedies.find_remedy(Grant("refund", Decimal(1)), KNOWN) is None
    assert remedies.find_remedy(Grant("refund", Decimal(1), "CHF"), KNOWN) == KNOWN[1]
    assert remedies.find_remedy(Grant("refund", Decimal(1), "USD"), KNOWN) is None
