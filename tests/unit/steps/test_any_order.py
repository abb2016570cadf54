"""Each review ends in the same state, in any order of its events and however often they come."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from heard.connectors import PlatformAccount, ReviewPage
from heard.reviews import EventKind, ReviewEvent, author_id, review_id
from tests.unit.backend import Backend
from tests.unit.simulated import PLATFORMS, SAMPLES, connect_to_simulator

pytestmark = pytest.mark.loopback

MAX_ORDERS = 24
"""How many orders of one review's events are tested."""

SINGLE_EVENT_PLATFORMS = {
    "bluesky",
    "feedback_form",
    "google_business",
    "instagram",
    "postmark",
    "sendgrid",
    "ses",
    "twilio_sms",
}
"""Platforms whose samples hold one event of each review, so that there is no order to try."""


def events_by_review(backend: Backend, platform: str) -> dict[str, list[ReviewEvent]]:
    """The events of each review in the platform's samples, in their order.

    Afterwards the platform is in its state after the last of them.
    """
    assert backend.platforms is not None
    connection, now = connect_to_simulator(platform, backend.platforms), backend.clock()
    events_by_id: dict[str, list[ReviewEvent]] = {}
    for sample in SAMPLES:
        if sample.platform != platform or sample.page:
            continue
        for entry in sample.render(now).resources:
            backend.platforms.set_resource(platform, entry.native_id, entry.resource)
        if sample.polled:
            result = connection.connector.recent(
                None,
                PlatformAccount(connection.connection, connection.credentials, connection.http),
                now,
            )
            assert isinstance(result, ReviewPage)
            events: Sequence[ReviewEvent] = result.events
        elif connection.connector.handshake(
            request := connection.request(sample, now),
            connection.connection,
            connection.secrets,
            now,
        ):
            continue
        else:
            events = connection.connector.parse(request, connection.connection, now).events
        for event in events:
            review_events = events_by_id.setdefault(event.native_id, [])
            if event.kind is not EventKind.TEST and (
                not review_events
                or (review_events[-1].revision, review_events[-1].content)
                != (event.revision, event.content)
            ):
                review_events.append(event)
    return {native_id: events for native_id, events in events_by_id.items() if len(events) > 1}


@pytest.mark.parametrize("platform", sorted(set(PLATFORMS) - SINGLE_EVENT_PLATFORMS))
def test_any_order_and_any_repetition_end_in_the_same_state(
    platform: str, simulated_backend: Backend
) -> None:
    reviews = events_by_review(simulated_backend, platform)
    assert reviews, "its samples hold one event of each review: name it in SINGLE_EVENT_PLATFORMS"
    connection = simulated_backend.connect(platform)
    # Equal revisions are ordered by their commitments: the authors have their keys beforehand.
    for event in itertools.chain(*reviews.values()):
        author = author_id(connection.business, platform, event.author.id)
        simulated_backend.cases.vault.seal(author, "place", {})
    restore = simulated_backend.snapshot()
    for native_id, events in reviews.items():
        states: set[tuple[str, bool]] = set()
        for order in itertools.islice(itertools.permutations(events), MAX_ORDERS):
            restore()
            for event in (*order, order[0], *order[::-1]):
                simulated_backend.triage(simulated_backend.queue_message(event, platform))
            review = simulated_backend.case(
                review_id(connection.business, platform, native_id)
            ).review
            # What a platform does not date is dated by the moment of reading, which differs.
            states.add((simulated_backend.cases.revision(review).event.content, review.withdrawn))
            simulated_backend.check_invariants()
        assert len(states) == 1, (
            native_id,
            [(event.kind.value, event.revision) for event in events],
            states,
        )
