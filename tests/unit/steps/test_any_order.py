"""Whatever order a platform's events arrive in, and however often, each of its reviews ends in the
same state.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from heard.connectors import Page
from heard.reviews import EventKind, ReviewEvent, review_id
from tests.unit.backend import House
from tests.unit.simulated import PLATFORMS, SAMPLES, wired

pytestmark = pytest.mark.loopback

MOST = 24
"""How many orders of one review's events are tried."""


def happenings(house: House, platform: str) -> dict[str, list[ReviewEvent]]:
    """What the platform's samples say of each review, in their order.

    Afterwards the platform is as it is after the last of them.
    """
    assert house.platforms is not None
    side, now = wired(platform, house.platforms), house.clock()
    said: dict[str, list[ReviewEvent]] = {}
    for sample in [each for each in SAMPLES if each.platform == platform and not each.page]:
        for known in sample.render(now).knows:
            house.platforms.knows(platform, known.native_id, known.resource)
        if sample.polled:
            page = side.connector.recent(None, side.connection, side.credentials, side.http, now)
            assert isinstance(page, Page)
            events: Sequence[ReviewEvent] = page.events
        elif side.connector.handshake(
            request := side.request(sample, now), side.connection, side.secrets, now
        ):
            continue
        else:
            events = side.connector.parse(request, side.connection, now).events
        for event in events:
            told = said.setdefault(event.native_id, [])
            if event.kind is not EventKind.TEST and (
                not told or (told[-1].revision, told[-1].digest) != (event.revision, event.digest)
            ):
                told.append(event)
    return {native_id: told for native_id, told in said.items() if len(told) > 1}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_order_and_any_repetition_end_in_the_same_state(
    platform: str, connected: House
) -> None:
    reviews = happenings(connected, platform)
    if not reviews:
        pytest.skip("its samples say one thing of each review")
    connection = connected.connect(platform)
    restore = connected.snapshot()
    for native_id, told in reviews.items():
        ends: set[tuple[str, bool]] = set()
        for order in itertools.islice(itertools.permutations(told), MOST):
            restore()
            for event in (*order, order[0], *order[::-1]):
                connected.triage(connected.message(event, platform))
            review = connected.case(review_id(connection.business, platform, native_id)).review
            # What a platform does not date is dated by the moment of reading, which differs.
            ends.add((review.digest, review.withdrawn))
            connected.check()
        assert len(ends) == 1, (
            native_id,
            [(event.kind.value, event.revision) for event in told],
            ends,
        )
