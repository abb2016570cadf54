"""Remedies: without a lead, grants stay within the limit, and each is announced once."""

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
def test_a_grant_survives_json(grant: Grant) -> None:
    assert Grant.from_json(grant.to_json()) == grant
    assert "E" not in grant.detail["amount"]


@given(st.lists(st.tuples(st.sampled_from(KNOWN), amounts, st.booleans()), max_size=12))
def test_grants_without_a_lead_stay_within_the_limit_and_a_pending_one_is_not_granted_twice(
    requests: list[tuple[Remedy, Decimal, bool]],
) -> None:
    all_grants: tuple[Grant, ...] = ()
    for number, (remedy, amount, arrives) in enumerate(requests):
        grant = Grant(remedy.name, amount, remedy.currency, f"ana/{number}")
        if remedies.needs_lead(grant, remedy.limit, all_grants):
            continue
        count_before, pending = len(all_grants), remedies.pending_grant(grant, all_grants)
        all_grants = remedies.with_grant(grant, all_grants)
        assert len(all_grants) == count_before + (pending is None)
        assert grant in all_grants
        if not arrives:
            all_grants = remedies.unannounced(grant.resolution_key, all_grants)
            assert len(
                remedies.with_grant(replace(grant, resolution_key="ben/1"), all_grants)
            ) == len(all_grants)

    for remedy in KNOWN:
        total = sum(
            grant.amount
            for grant in all_grants
            if (grant.name, grant.currency) == (remedy.name, remedy.currency)
        )
        assert total <= Decimal(str(remedy.limit))


def test_a_remedy_is_found_by_its_name_alone_only_if_it_has_one_currency() -> None:
    assert remedies.find_remedy(Grant("voucher", Decimal(1)), KNOWN) == KNOWN[2]
    assert remedies.find_remedy(Grant("refund", Decimal(1)), KNOWN) is None
    assert remedies.find_remedy(Grant("refund", Decimal(1), "CHF"), KNOWN) == KNOWN[1]
    assert remedies.find_remedy(Grant("refund", Decimal(1), "USD"), KNOWN) is None
