"""Many runs that change one thing at once: all of them get through, and few transactions fail.

The runs are those of the real steps on moto, in a time of their own: see `virtual_time`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any, Final

import pytest

from heard.errors import Contention, Fault
from heard.follow_ups import Status
from heard.messaging import retry_delay_with_chance
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent
from heard.steps import desk
from heard.steps.ports import StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.setup import SetupStore
from heard.waiting import Waiting
from tests.static.cloudformation import template
from tests.unit.backend import COMPLAINT, Backend, complaint, praise, review_event
from tests.unit.virtual_time import VirtualTime

AT_ONCE: Final = 24


def edit(number: int) -> ReviewEvent:
    """An edit by a form's page: each says something else, and is newer than those before."""
    text = f"{COMPLAINT} This is what I say at minute {number}."
    return review_event("r-1", text, 1, kind=EventKind.EDITED, revision=number + 1)


HOT: Final[dict[str, Callable[[int], ReviewEvent]]] = {
    "posts in one topic": lambda number: complaint(
        f"post-{number}", thread="topic", author=f"cus-{number}"
    ),
    "copies of one review": lambda _: complaint("r-1"),
    "edits of one review": edit,
    "reviews of one author": lambda number: praise(f"r-{number}", author="cus-1"),
}


def run_at_once(
    backend: Backend, steps: Sequence[Callable[[], object]], time: VirtualTime
) -> list[object]:
    """The results of steps that begin together."""
    plain, backend.waiting = backend.dynamodb, time.waiting
    backend.dynamodb = time.client(plain)
    try:
        return time.run_together(steps)
    finally:
        backend.dynamodb = plain


def triage_warm(backend: Backend, message: dict[str, Any]) -> dict[str, Any]:
    """Triage in a function that knows the business, and without an engine."""
    setup = SetupStore(backend.dynamodb, backend.tables["SetupTable"], max_age=60)
    return triage(
        QueuedReview.from_json(message),
        StorePorts(setup, backend.cases),
        backend.platform_ports,
        backend.clock(),
    )


@pytest.mark.parametrize("kind", HOT)
def test_no_run_gives_up_and_few_transactions_are_in_vain(backend: Backend, kind: str) -> None:
    time = VirtualTime()
    messages = [backend.queue_message(HOT[kind](number)) for number in range(AT_ONCE)]

    results = run_at_once(
        backend, [partial(triage_warm, backend, message) for message in messages], time
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert time.calls["transact_write_items"] < 3.5 * AT_ONCE
    # Besides its place in the author's list, each revision is stored once, or twice where the first
    # try saw another context. It is not stored again with each try.
    assert time.calls["put_item"] <= 4 * AT_ONCE
    backend.check_invariants()


def test_all_posts_of_a_topic_are_in_its_follow_up(backend: Backend) -> None:
    """What the runs at once did is what they had done one after the other."""
    messages = [backend.queue_message(HOT["posts in one topic"](number)) for number in range(8)]

    run_at_once(
        backend, [partial(triage_warm, backend, message) for message in messages], VirtualTime(2)
    )

    (follow_up,) = backend.open_follow_ups()
    assert len(set(follow_up.reviews)) == 8
    kinds = [backend.kinds(review) for review in follow_up.reviews]
    assert kinds == [[Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]] + 7 * [
        [Kind.ACCEPTED, Kind.FOLLOW_UP_JOINED]
    ]


def test_an_assessment_is_made_once_however_often_the_case_is_decided(backend: Backend) -> None:
    scored: list[str] = []

    class CountingEngine:
        model = "counting"

        def scores(self, text: str) -> None:
            scored.append(text)

    time = VirtualTime()
    messages = [backend.queue_message(HOT["posts in one topic"](number)) for number in range(8)]

    def step(message: dict[str, Any]) -> object:
        return triage(
            QueuedReview.from_json(message),
            backend.store_ports,
            backend.platform_ports,
            backend.clock(),
            CountingEngine(),
        )

    run_at_once(backend, [partial(step, message) for message in messages], time)

    assert time.calls["transact_write_items"] > 8
    assert len(scored) == 8


def test_no_agent_is_refused_because_others_write_at_once(backend: Backend) -> None:
    backend.deliver(complaint("r-1"))
    (follow_up,) = backend.open_follow_ups()
    agent = backend.add_person("Ana")
    claim = partial(desk.claim, agent, follow_up.id, backend.desk, backend.clock())

    def renew_claim(seconds: int) -> int:
        now = backend.clock() + seconds * (backend.clock().resolution * 1_000_000)
        return desk.claim(agent, follow_up.id, backend.desk, now).fence

    claim()
    results = run_at_once(
        backend, [partial(renew_claim, number) for number in range(AT_ONCE)], VirtualTime()
    )

    assert set(results) == {1}
    assert backend.cases.follow_up(follow_up.id).status is Status.OPEN


def test_after_its_time_a_change_gives_its_message_back(backend: Backend) -> None:
    """What never stops coming first ends as a fault, and the queue brings the message again."""
    message = backend.queue_message(complaint("post-1", thread="topic"))
    rivals = count(2)
    plain = backend.dynamodb
    time = VirtualTime()

    class AlwaysLate:
        """A client before whose every transaction somebody else changes the thread."""

        def __getattr__(self, name: str) -> Any:
            if name == "transact_write_items":
                backend.dynamodb = plain
                number = next(rivals)
                backend.triage(
                    backend.queue_message(
                        complaint(f"post-{number}", thread="topic", author=f"cus-{number}")
                    )
                )
                backend.dynamodb = late
            return getattr(plain, name)

    late = AlwaysLate()
    backend.waiting, backend.dynamodb = time.waiting, late
    try:
        with pytest.raises(Contention) as raised:
            backend.triage(message)
    finally:
        backend.dynamodb = plain

    assert isinstance(raised.value, Fault)
    assert 7 < time.now <= 8

    # No longer than the message has: a slow platform may have taken its time.
    backend.dynamodb, before = late, time.now
    try:
        with pytest.raises(Contention):
            triage(
                QueuedReview.from_json(message),
                backend.store_ports,
                backend.platform_ports,
                backend.clock(),
                seconds_left=lambda: 2.0,
            )
    finally:
        backend.dynamodb = plain
    assert 1 < time.now - before <= 2
    backend.triage(message)
    backend.check_invariants()


class _HotItem:
    """An item that a write changes only if nobody has changed it since it was read."""

    def __init__(self, time: VirtualTime) -> None:
        self.version = self.writes = 0
        self._time = time

    def change(self, waiting: Waiting, seconds: float) -> bool:
        """Whether a run gets its change in within its time."""
        for _ in waiting.tries(seconds):
            self._time.sleep(0.005 + 0.01 * waiting.chance())
            version = self.version
            self._time.sleep(0.01 + 0.02 * waiting.chance())
            self.writes += 1
            if version == self.version:
                self.version += 1
                return True
        return False


def test_a_thousand_messages_for_one_item_need_no_dead_letter() -> None:
    """All at once, and only by chance and patience: no message uses up the queue's receives."""
    receives = template()["Parameters"]["MaxReceiveCount"]["Default"]
    time = VirtualTime()
    item, waiting = _HotItem(time), time.waiting

    def message() -> int:
        for receive in range(1, int(receives) + 1):
            if item.change(waiting, seconds=8):
                return receive
            time.sleep(retry_delay_with_chance(receive, waiting.chance()))
        raise Contention("a dead letter")

    results = time.run_together([message] * 1_000)

    assert item.version == 1_000
    assert [result for result in results if isinstance(result, Exception)] == []
    assert max(int(str(result)) for result in results) < int(receives) - 2
    assert item.writes < 12 * 1_000
