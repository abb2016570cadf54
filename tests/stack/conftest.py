"""One local stack for all of these tests: the emulator, with the deployed template on it.

The emulator enforces the roles of the functions, so each test also proves that the template grants
what its function needs. Each test has its own business. All these tests run in one process of
pytest-xdist, because they share the stack.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest

from heard import clock
from heard.connectors import (
    Connection,
    PlatformAccount,
    ReviewPage,
    WebhookRequest,
    load,
    platform_names,
)
from heard.connectors.http import HttpClient
from heard.outcomes import Kind, Outcome
from heard.people import Role
from heard.reviews import EventKind, review_id
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.setup import Business
from heard_cli.local.demo_environment import ApiClient, DemoEnvironment
from heard_cli.local.http_client import LocalHttpResponse
from heard_cli.local.sample_requests import sign_sample
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

ROOT = Path(__file__).parents[2]


PATIENCE: Final = 300.0
"""Seconds after which a test gives up waiting.

A condition that comes true ends the wait, so only a failure takes this long.
"""


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    own_items = [item for item in items if folder in item.path.parents]
    for item in own_items:
        item.add_marker(pytest.mark.stack)
    is_complete = {item.path for item in own_items} == set(folder.glob("test_*.py"))
    for item in own_items:
        if item.get_closest_marker("last"):
            items.remove(item)
            items.append(item)
            if not is_complete or config.option.keyword:
                reason = "it needs the calls of all tests of this folder"
                item.add_marker(pytest.mark.skip(reason))


@pytest.fixture(scope="session")
def stack() -> Iterator[EmulatedStack]:
    with EmulatedStack(ROOT, port=4590, enforce_roles=True) as local_stack:
        yield local_stack


@pytest.fixture(scope="session")
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as simulator:
        yield simulator


@dataclass
class StackBusiness:
    """A business on the shared stack."""

    environment: DemoEnvironment
    business: str

    def connect(self, platform: str) -> Connection:
        return self.environment.connect(platform, business=self.business)

    def sign_in_person(self, first_name: str, role: str) -> ApiClient:
        email = f"{first_name.lower()}-{secrets.token_hex(4)}@example.com"
        self.environment.create_person(email, first_name, Role(role), self.business)
        return self.environment.sign_in(email)

    def publish_policy(self, **changes: Any) -> None:
        """Publish the playbook's policy with some parts changed."""
        document = json.loads(resources.files("heard.policy").joinpath("default.json").read_text())
        self.environment.operator.setup.put_business(
            Business(self.business, "Corner Shop", document | changes)
        )

    def deliver(self, sample: Sample, at: datetime | None = None) -> LocalHttpResponse:
        """Deliver a sample. The same sample with the same time is the same delivery again."""
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
        """Deliver a review through the `standard` connector; returns the id of the review."""
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
    return new_shop(stack, platforms)


def new_shop(stack: EmulatedStack, platforms: SimulatedPlatforms) -> StackBusiness:
    """A business of its own, without a connection."""
    business = f"shop-{secrets.token_hex(4)}"
    environment = DemoEnvironment(stack, platforms)
    environment.operator.setup.put_business(Business(business, "Corner Shop"))
    return StackBusiness(environment, business)


@dataclass(frozen=True)
class DeliveredReview:
    """The first review of a platform, as delivered to the stack."""

    platform: str
    review: str
    native_id: str


@dataclass(frozen=True)
class ConnectedBusiness:
    """One business with a connection to every platform, one agent, and one review of each."""

    environment: DemoEnvironment
    business: str
    agent: ApiClient
    reviews: Mapping[str, DeliveredReview]

    def outcomes(self, platform: str) -> tuple[Outcome, ...]:
        return self.environment.operator.log.of_review(self.reviews[platform].review)


def first_review_sample(platform: str) -> Sample:
    """The platform's first sample of a new review."""
    return next(
        sample
        for sample in load_samples(EVENTS)
        if sample.platform == platform
        and "created" in {expectation.kind for expectation in sample.expect}
    )


def deliver_first_review(environment: DemoEnvironment, platform: str) -> DeliveredReview:
    """Create the first review at the platform, and deliver it by webhook or by poll."""
    sample, at, connection, connector = (
        first_review_sample(platform),
        clock.now(),
        environment.connections[platform],
        load(platform),
    )
    for entry in sample.render(at).resources:
        environment.platforms.set_resource(platform, entry.native_id, entry.resource)
    if sample.polled:
        credentials = environment.operator.secrets.credentials(connection.id)
        account = PlatformAccount(connection, credentials, HttpClient(allow_loopback=True))
        page = connector.recent(None, account, at)
        assert isinstance(page, ReviewPage)
        environment.poll(platform)
        native_id = page.events[0].native_id
    else:
        request = sign_sample(
            sample, connection.url, environment.secrets[platform], at, environment.http.fetch_page
        )
        response = environment.http.send(
            request.method, request.url, headers=request.headers, body=request.body
        )
        assert response.status < 300, (platform, response.status, response.text)
        headers = {name.lower(): value for name, value in request.headers.items()}
        events = connector.parse(
            WebhookRequest("POST", headers, request.body), connection, at
        ).events
        native_id = next(event.native_id for event in events if event.kind is EventKind.CREATED)
    return DeliveredReview(platform, review_id(connection.business, platform, native_id), native_id)


@pytest.fixture(scope="session")
def connected_business(stack: EmulatedStack) -> Iterator[ConnectedBusiness]:
    with SimulatedPlatforms() as platforms:
        environment = DemoEnvironment(stack, platforms)
        business = f"street-{secrets.token_hex(4)}"
        environment.create(business=business, name="Acme Bakery")
        email = f"ana-{secrets.token_hex(4)}@example.com"
        environment.create_person(email, "Ana", Role.AGENT, business)
        reviews = {
            platform: deliver_first_review(environment, platform) for platform in platform_names()
        }
        yield ConnectedBusiness(environment, business, environment.sign_in(email), reviews)


@pytest.fixture
def eventually() -> Callable[..., Any]:
    return wait_until


def wait_until[T](probe: Callable[[], T], describe: Callable[[], object] | None = None) -> T:
    """The first true value of `probe`.

    Fails the test after `PATIENCE` seconds, with what `describe` says.
    """
    deadline = time.monotonic() + PATIENCE
    while not (value := probe()):
        if time.monotonic() > deadline:
            pytest.fail(f"still {describe() if describe else value!r} after {PATIENCE} s")
        time.sleep(0.2)
    return value
