"""What the tests of steps, storage and functions share: moto, and Heard's backend on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from heard_simulator.server import SimulatedPlatforms
from tests.unit.backend import Backend, FakeClock, moto_client
from tests.unit.roles import check_role


@pytest.fixture(scope="session", autouse=True)
def enforced_roles() -> Iterator[None]:
    """No step calls what the role of its function does not allow."""
    call_api = cast("Any", BaseClient)._make_api_call

    def call_as_allowed(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            check_role(operation, request)
        return call_api(client, operation, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call_as_allowed)
        yield


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """A DynamoDB client of moto, for a module. Every backend in it has tables of its own."""
    with mock_aws():
        yield moto_client("dynamodb")


@pytest.fixture(scope="module")
def module_backend(dynamodb: Any) -> Backend:
    """A backend whose tables stay for a whole module."""
    return Backend(dynamodb)


@pytest.fixture
def backend(module_backend: Backend) -> Backend:
    """A business with one connection. It can send nothing."""
    module_backend.reset().connect("standard")
    return module_backend


@pytest.fixture
def simulated_backend(module_backend: Backend, loopback: None) -> Iterator[Backend]:
    """A business whose platforms are simulated on this machine, with the same clock."""
    clock = FakeClock()
    with SimulatedPlatforms(clock=clock) as platforms:
        yield module_backend.reset(platforms, clock)
