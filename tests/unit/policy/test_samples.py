"""The engine `quick` and the playbook's policy route the demo's reviews as the samples expect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from heard.assessment import History, assess
from heard.assessment.engines.chain import load_quick
from heard.policy import Context, decide, default_policy
from heard.reviews import EventKind
from heard_simulator.server import SimulatedPlatforms
from tests.unit.simulated import PLATFORMS, SAMPLES, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms(clock=lambda: NOW) as platforms:
        yield platforms


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_samples_are_routed_as_they_expect(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(platform, simulator)
    connector, engine = connection.connector, load_quick()
    wrong_routes: list[str] = []
    for sample in SAMPLES:
        if sample.platform != platform or sample.polled:
            continue
        request = connection.request(sample, NOW)
        if connection.handshake(request, NOW):
            continue
        events = connection.parse(request, NOW).events
        for event, expected in zip(events, sample.expect, strict=True):
            assert event.no_review == expected.no_review
            if (
                event.no_review
                or event.partial
                or event.kind not in {EventKind.CREATED, EventKind.EDITED}
            ):
                continue
            channel = connector.capabilities.channel
            assessment = assess(event, channel, History(), engine)
            context = Context(
                channel,
                platform,
                event.rating,
                bool(event.text or event.title),
                public_replies_left=2,
            )
            decision = decide(assessment, context, default_policy(), NOW)
            if decision.route.value not in expected.route:
                wrong_routes.append(
                    f"{sample.name}: {decision.route} by {decision.fired[0]}, {assessment.severity}"
                )
    assert wrong_routes == []
