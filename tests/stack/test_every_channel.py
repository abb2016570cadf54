"""Every platform once through the deployed stack.

A signed webhook or a poll in, an answer that the platform received, and the outcome.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.reviews import EventKind, review_id
from heard_cli.local.demo_environment import ApiClient, DemoEnvironment
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_cli.local.signing import sign_sample
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

PLATFORMS = platform_names()
SAMPLES = load_samples(EVENTS)
CODES = {"resolution": "explained", "root_cause": "process"}


@dataclass(frozen=True)
class DeliveredReview:
    """A platform's first review on the stack."""

    platform: str
    review: str
    native_id: str


@dataclass(frozen=True)
class ConnectedBusiness:
    """One business on every platform, with an agent, after all first reviews have come in."""

    environment: DemoEnvironment
    agent: ApiClient
    reviews: Mapping[str, DeliveredReview]

    def outcomes(self, platform: str) -> tuple[Outcome, ...]:
        return self.environment.operator.log.of_review(self.reviews[platform].review)


def first_review_sample(platform: str) -> Sample:
    """The platform's first sample of a new review."""
    return next(
        each
        for each in SAMPLES
        if each.platform == platform and "created" in {expected.kind for expected in each.expect}
    )


def deliver_first_review(environment: DemoEnvironment, platform: str) -> DeliveredReview:
    """Let the platform's first review happen, and bring it in as it would come."""
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
        page = connector.recent(
            None, PlatformAccount(connection, credentials, HttpClient(allow_loopback=True)), at
        )
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


@pytest.fixture(scope="module")
def connected_business(stack: EmulatedStack) -> Iterator[ConnectedBusiness]:
    with SimulatedPlatforms() as platforms:
        environment = DemoEnvironment(stack, platforms)
        business = f"street-{secrets.token_hex(4)}"
        environment.create(business=business, name="Acme Bakery")
        email = f"ana-{secrets.token_hex(4)}@example.com"
        environment.create_person(email, "Ana", "agent", business)
        reviews = {platform: deliver_first_review(environment, platform) for platform in PLATFORMS}
        yield ConnectedBusiness(environment, environment.sign_in(email), reviews)


def wait_for_outcome(
    connected_business: ConnectedBusiness,
    platform: str,
    kinds: frozenset[Kind],
    seconds: float = 60,
) -> tuple[Outcome, ...]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        outcomes = connected_business.outcomes(platform)
        if any(outcome.kind in kinds for outcome in outcomes):
            return outcomes
        time.sleep(0.2)
    pytest.fail(
        f"{platform}: {[outcome.kind.value for outcome in connected_business.outcomes(platform)]} after "
        f"{seconds} s"
    )


def submit_resolution(
    connected_business: ConnectedBusiness, follow_up: str, fence: int, **fields: str
) -> tuple[int, dict[str, object]]:
    body = {"id": f"answer-{secrets.token_hex(6)}", "fence": fence, **CODES, **fields}
    return connected_business.agent.call(
        "POST", f"/api/desk/follow-ups/{follow_up}/resolution", body
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platforms_review_gets_an_outcome_and_every_reply_arrives(
    platform: str, connected_business: ConnectedBusiness
) -> None:
    capabilities = load(platform).capabilities
    outcomes = wait_for_outcome(
        connected_business, platform, CLOSING_KINDS | {Kind.FOLLOW_UP_OPENED}
    )
    opening = next((outcome for outcome in outcomes if outcome.kind is Kind.FOLLOW_UP_OPENED), None)
    if opening:
        follow_up = opening.detail["follow_up"]
        status, claim = connected_business.agent.call(
            "POST", f"/api/desk/follow-ups/{follow_up}/claim"
        )
        assert status == 200, claim
        text = f"I looked into {secrets.token_hex(5)} myself: it was our mistake, and it is put right since this morning."
        status, body = submit_resolution(
            connected_business, follow_up, claim["fence"], action="reply", text=text
        )
        if capabilities.replies == "none":
            assert (status, body["reason"]) == (409, "no_reply_here"), body
            status, body = submit_resolution(
                connected_business, follow_up, claim["fence"], action="resolve_without_reply"
            )
        assert status == 200, body
        outcomes = wait_for_outcome(connected_business, platform, CLOSING_KINDS)
    closing = next(outcome for outcome in outcomes if outcome.kind in CLOSING_KINDS)
    assert closing.kind in {Kind.ACKNOWLEDGED, Kind.ANSWERED, Kind.RESOLVED_WITHOUT_REPLY}
    replies = [
        reply
        for reply in connected_business.environment.platforms.replies()
        if reply.platform == platform
    ]
    if capabilities.replies != "none" and platform != "feedback_form":
        # One answer, and where the policy says both an acknowledgement before it.
        assert len(replies) in {1, 2 if opening else 1}, [
            outcome.kind.value for outcome in outcomes
        ]
        assert closing.detail["native"]


def connection_of(connected_business: ConnectedBusiness, platform: str) -> Connection:
    return connected_business.environment.connections[platform]


@pytest.mark.parametrize(
    "platform",
    [
        name
        for name in PLATFORMS
        if load(name).capabilities.pushes and load(name).capabilities.signed
    ],
)
def test_a_forged_request_does_nothing_on_the_deployed_webhook(
    platform: str, connected_business: ConnectedBusiness
) -> None:
    response = connected_business.environment.http.send(
        "POST",
        connection_of(connected_business, platform).url,
        headers={"content-type": "application/json"},
        body=b"{}",
    )
    # A form says what it misses instead of 401.
    assert response.status == 401 or platform == "feedback_form", response.text
