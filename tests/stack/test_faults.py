"""A short round of `make faults`, on the stack that these tests share."""

from __future__ import annotations

import json

import pytest

from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.faults.rounds import Plan, run_round

PLAN = Plan(
    seed=11, rate=0.15, scenarios=1, shops=2, histories=1, hot=3, kills=0.005, longest_delay=0.2
)


@pytest.mark.faults
def test_a_short_round_of_faults_loses_doubles_and_holds_up_nothing(
    stack: EmulatedStack, platforms: SimulatedPlatforms
) -> None:
    result = run_round(stack, platforms, PLAN)

    assert result.passed, json.dumps(result.to_json(), indent=1)
    assert sum(result.faults.values()) > 20
    assert len(result.record.reviews) >= 6
    assert result.record.answers
    # Where the connection could not be read again, nobody knows whether its secret has changed.
    assert all(status in {0, 401} or status >= 500 for status in result.record.forged.values())
