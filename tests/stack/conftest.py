"""One local stack for all of these tests.

The emulator with the deployed template, the simulated platforms, a business a test.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from heard import clock
from heard.connectors import Connection
from heard.outcomes import Kind, Outcome
from heard.reviews import review_id
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.setup import Business
from heard_cli.local.demo_environment import ApiClient, DemoEnvironment
from heard_cli.local.http_client import LocalHttpResponse
from heard_cli.local.samples import Sample
from heard_cli.local.signing import sign_sample
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack() -> Iterator[EmulatedStack]:
    with EmulatedStack(ROOT, port=4590, parameters={"MaxReceiveCount": "2"}) as local_stack:
        yield local_stack


@pytest.fixture(scope="session")
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as simulator:
        yield simulator


@dataclass
class StackBusiness:
    """A business of its own on the shared stack, with an agent and a lead."""

    environment: DemoEnvironment
    business: str

    def connect(self, platform: str) -> Connection:
        return self.environment.connect(platform, business=self.business)

    def sign_in_person(self, first_name: str, group: str) -> ApiClient:
        email = f"{first_name.lower()}-{secrets.token_hex(4)}@example.com"
        self.environment.create_person(email, first_name, group, self.business)
        return self.environment.sign_in(email)

    def publish_policy(self, **changes: Any) -> None:
        """Publish the playbook's policy with some parts changed."""
        document = json.loads(resources.files("heard.policy").joinpath("default.json").read_text())
        self.environment.operator.setup.put_business(
            Business(self.business, "Corner Shop", document | changes)
        )

    def deliver(self, sample: Sample, at: datetime | None = None) -> LocalHttpResponse:
        """Deliver a sample; the same sample at the same moment is a platform's repetition."""
        connection, secret = (
            self.environment.connections[sample.platform],
            self.environment.secrets[sample.platform],
        )
        request = sign_sample(
            sample, connection.url, secret, at or clock.now(), self.environment.http.fetch_page
        )
        return self.environment.http.send(
            request.method, request.url, headers=request.headers, body=request.body
        )

    def deliver_review(
        self, native_id: str, text: str, rating: int | None = None, **fields: Any
    ) -> str:
        """Deliver a review by the `standard` connector; returns its id."""
        assert self.deliver(standard_sample(native_id, text, rating, **fields)).status == 202
        return review_id(self.business, "standard", native_id)

    def outcomes(self, review: str) -> list[Outcome]:
        return list(self.environment.operator.log.of_review(review))

    def kinds(self, review: str) -> list[Kind]:
        return [outcome.kind for outcome in self.outcomes(review)]

    def recent_outcomes(self) -> list[Outcome]:
        now = clock.now()
        return list(
            self.environment.operator.log.page(
                OutcomeCriteria(self.business, now - timedelta(hours=1), now + timedelta(hours=1)),
                limit=500,
            ).outcomes
        )

    def replies(self, native_id: str) -> list[Any]:
        return [
            reply for reply in self.environment.platforms.replies() if reply.review == native_id
        ]


def standard_sample(
    native_id: str,
    text: str,
    rating: int | None = None,
    *,
    kind: str = "review.created",
    **fields: Any,
) -> Sample:
    """A sample of the `standard` platform."""
    data = {
        "id": native_id,
        "text": text,
        "author": {"id": f"author-of-{native_id}", "name": "Kim"},
        "created_at": "{{now}}",
    } | fields
    if rating is not None:
        data["rating"] = rating
    return Sample(
        name=f"standard/{native_id}-{secrets.token_hex(4)}",
        about="made by a test",
        platform="standard",
        body_format="body",
        fields={"type": kind, "timestamp": "{{now}}", "data": data},
    )


@pytest.fixture
def shop(stack: EmulatedStack, platforms: SimulatedPlatforms) -> StackBusiness:
    business = f"shop-{secrets.token_hex(4)}"
    environment = DemoEnvironment(stack, platforms)
    environment.operator.setup.put_business(Business(business, "Corner Shop"))
    return StackBusiness(environment, business)


@pytest.fixture
def eventually() -> Callable[..., Any]:
    def wait[T](probe: Callable[[], T], seconds: float = 45) -> T:
        """What `look` returns once it is true."""
        deadline = time.monotonic() + seconds
        while not (value := probe()):
            if time.monotonic() > deadline:
                pytest.fail(f"still {value!r} after {seconds} s")
            time.sleep(0.2)
        return value

    return wait
