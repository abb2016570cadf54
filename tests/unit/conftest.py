"""What the tests of steps, storage and functions share: moto, and the house on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from heard_simulator.server import Platforms
from tests.unit.backend import Clock, House, client


@pytest.fixture(scope="module")
def aws() -> Iterator[Any]:
    """moto instead of AWS, for a module: every house in it has tables of its own.

    Yields a DynamoDB client.
    """
    with mock_aws():
        yield client("dynamodb")


@pytest.fixture(scope="module")
def empty(aws: Any) -> House:
    """A house whose tables are there for a whole module."""
    return House(aws)


@pytest.fixture
def house(empty: House) -> House:
    """A business with one connection and without a way out: nothing can be sent."""
    empty.furnish().connect("standard")
    return empty


@pytest.fixture
def connected(empty: House, loopback: None) -> Iterator[House]:
    """A business whose platforms are simulated on this machine, with the same clock."""
    clock = Clock()
    with Platforms(clock=clock) as platforms:
        yield empty.furnish(platforms, clock)
