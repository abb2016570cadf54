"""The budget of the optional engines, on the template's own table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.storage.engine_budget import Allowance, EngineBudget
from tests.unit.backend import NOON, Backend, FakeClock

_engines = (f"engine-{number}" for number in count())


@pytest.fixture(scope="module")
def budget(module_backend: Backend) -> EngineBudget:
    return EngineBudget(module_backend.plain_dynamodb, module_backend.tables["CasesTable"])


@given(limit=st.integers(0, 12), requests=st.lists(st.integers(1, 5), max_size=12))
@settings(max_examples=25, deadline=None)
def test_calls_are_allowed_up_to_the_limit(
    budget: EngineBudget, limit: int, requests: list[int]
) -> None:
    engine, used = next(_engines), 0
    for units in requests:
        fits = budget.take(engine, NOON.date(), units, limit)
        assert fits == (used + units <= limit)
        used += units * fits


def test_each_engine_has_its_own_budget_and_each_day_a_new_one(budget: EngineBudget) -> None:
    clock, limit = FakeClock(), 3
    one, other = (Allowance(budget, next(_engines), limit, clock) for _ in range(2))
    assert one.take(3)
    assert not one.take(1)
    assert other.take(1)
    clock.now = datetime(2026, 3, 17, 23, 59, tzinfo=UTC)
    assert not one.take(1)
    clock.advance(minutes=1)
    assert one.take(1)


def test_a_lowered_budget_counts_at_once(budget: EngineBudget) -> None:
    engine = next(_engines)
    assert budget.take(engine, NOON.date(), 5, 10)
    assert not budget.take(engine, NOON.date(), 1, 3)


def test_a_count_expires_after_a_month(module_backend: Backend, budget: EngineBudget) -> None:
    engine = next(_engines)
    budget.take(engine, NOON.date(), 1, 1)
    (item,) = (item for item in module_backend.stored_items() if item["pk"] == f"ENGINE#{engine}")
    assert (item["sk"], item["used"]) == ("2026-03-17", 1)
    assert (
        timedelta(days=31)
        < datetime.fromtimestamp(item["expires_at"], UTC) - NOON
        < timedelta(days=32)
    )


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_budget_that_cannot_be_read_counts_as_used_up(fault: Exception) -> None:
    class Broken:
        def update_item(self, **_: Any) -> None:
            raise fault

    client: Any = Broken()
    assert not EngineBudget(client, "cases").take("converse", NOON.date(), 1, 100)
