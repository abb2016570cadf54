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
from heard.connectors import Connection, Page, Request, load, platform_names
from heard.connectors.http import HttpClient
from heard.outcomes import CLOSING, Kind, Outcome
from heard.reviews import EventKind, review_id
from heard_cli.local.demo_environment import Api, World
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_cli.local.signing import signed
from heard_cli.local.stack import LocalStack
from heard_simulator.server import Platforms

PLATFORMS = platform_names()
SAMPLES = load_samples(EVENTS)
CODES = {"resolution": "explained", "root_cause": "process"}


@dataclass(frozen=True)
class Played:
    """A platform's first review on the stack."""

    platform: str
    review: str
    native_id: str


@dataclass(frozen=True)
class Street:
    """One business on every platform, with an agent, after all first reviews have come in."""

    world: World
    agent: Api
    reviews: Mapping[str, Played]

    def outcomes(self, platform: str) -> tuple[Outcome, ...]:
        return self.world.operator.log.of_review(self.reviews[platform].review)


def first(platform: str) -> Sample:
    """The platform's first sample of a new review."""
    return next(
        each
        for each in SAMPLES
        if each.platform == platform and "created" in {expected.kind for expected in each.expect}
    )


def played(world: World, platform: str) -> Played:
    """Let the platform's first review happen, and bring it in as it would come."""
    sample, at, connection, connector = (
        first(platform),
        clock.now(),
        world.connections[platform],
        load(platform),
    )
    for known in sample.render(at).knows:
        world.platforms.knows(platform, known.native_id, known.resource)
    if sample.polled:
        credentials = world.operator.secrets.credentials(connection.id)
        page = connector.recent(None, connection, credentials, HttpClient(loopback=True), at)
        assert isinstance(page, Page)
        world.poll(platform)
        native = page.events[0].native_id
    else:
        request = signed(sample, connection.url, world.secrets[platform], at, world.wire.page)
        answer = world.wire.send(
            request.method, request.url, headers=request.headers, body=request.body
        )
        assert answer.status < 300, (platform, answer.status, answer.text)
        headers = {name.lower(): value for name, value in request.headers.items()}
        events = connector.parse(Request("POST", headers, request.body), connection, at).events
        native = next(event.native_id for event in events if event.kind is EventKind.CREATED)
    return Played(platform, review_id(connection.business, platform, native), native)


@pytest.fixture(scope="module")
def street(stack: LocalStack) -> Iterator[Street]:
    with Platforms() as simulated:
        world = World(stack, simulated)
        business = f"street-{secrets.token_hex(4)}"
        world.furnish(business=business, name="Acme Bakery")
        email = f"ana-{secrets.token_hex(4)}@example.com"
        world.person(email, "Ana", "agent", business)
        reviews = {platform: played(world, platform) for platform in PLATFORMS}
        yield Street(world, world.sign_in(email), reviews)


def settled(
    street: Street, platform: str, kinds: frozenset[Kind], seconds: float = 60
) -> tuple[Outcome, ...]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = street.outcomes(platform)
        if any(outcome.kind in kinds for outcome in found):
            return found
        time.sleep(0.2)
    pytest.fail(
        f"{platform}: {[outcome.kind.value for outcome in street.outcomes(platform)]} after "
        f"{seconds} s"
    )


def answer(
    street: Street, follow_up: str, fence: int, **fields: str
) -> tuple[int, dict[str, object]]:
    body = {"id": f"answer-{secrets.token_hex(6)}", "fence": fence, **CODES, **fields}
    return street.agent.call("POST", f"/api/desk/follow-ups/{follow_up}/answer", body)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_review_of_every_platform_comes_to_its_outcome_and_its_answer_to_the_platform(
    platform: str, street: Street
) -> None:
    known = load(platform).capabilities
    found = settled(street, platform, CLOSING | {Kind.FOLLOW_UP_OPENED})
    opened = next((outcome for outcome in found if outcome.kind is Kind.FOLLOW_UP_OPENED), None)
    if opened:
        follow_up = opened.detail["follow_up"]
        status, claimed = street.agent.call("POST", f"/api/desk/follow-ups/{follow_up}/claim")
        assert status == 200, claimed
        text = f"I looked into {secrets.token_hex(5)} myself: it was our mistake, and it is put right since this morning."
        status, told = answer(street, follow_up, claimed["fence"], action="reply", text=text)
        if known.replies == "none":
            assert (status, told["reason"]) == (409, "no_reply_here"), told
            status, told = answer(
                street, follow_up, claimed["fence"], action="resolve_without_reply"
            )
        assert status == 200, told
        found = settled(street, platform, CLOSING)
    closing = next(outcome for outcome in found if outcome.kind in CLOSING)
    assert closing.kind in {Kind.ACKNOWLEDGED, Kind.ANSWERED, Kind.RESOLVED_WITHOUT_REPLY}
    taken = [reply for reply in street.world.platforms.replies() if reply.platform == platform]
    if known.replies != "none" and platform != "feedback_form":
        # One answer, and where the policy says both an acknowledgement before it.
        assert len(taken) in {1, 2 if opened else 1}, [outcome.kind.value for outcome in found]
        assert closing.detail["native"]


def connection_of(street: Street, platform: str) -> Connection:
    return street.world.connections[platform]


@pytest.mark.parametrize(
    "platform",
    [
        name
        for name in PLATFORMS
        if load(name).capabilities.pushes and load(name).capabilities.signed
    ],
)
def test_a_forged_request_does_nothing_on_the_deployed_door(platform: str, street: Street) -> None:
    forged = street.world.wire.send(
        "POST",
        connection_of(street, platform).url,
        headers={"content-type": "application/json"},
        body=b"{}",
    )
    # A form says what it misses instead of 401.
    assert forged.status == 401 or platform == "feedback_form", forged.text
