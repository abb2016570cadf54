"""Which reviews wait for others, so that they share a run, and which are read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from heard.errors import Fault
from heard.messaging import ReviewQueues, is_praise_by_stars
from heard.reviews import EventKind
from tests.unit.backend import Backend, complaint, praise, review_event


def message(event: Any, **fields: Any) -> dict[str, Any]:
    return {"business": "bus_a", "delivery": "dlv_1.0", "event": event.to_json(), **fields}


@pytest.mark.parametrize("stars", [3, 4, 5])
def test_a_new_review_with_three_stars_and_more_waits_for_others(stars: int) -> None:
    assert is_praise_by_stars(message(review_event("r-1", "Fine.", stars)))
    assert is_praise_by_stars(message(review_event("r-1", "", stars), verified=True))


@pytest.mark.parametrize(
    "urgent",
    [
        message(review_event("r-1", "Cold.", 1)),
        message(review_event("r-1", "Cold.", 2)),
        message(review_event("r-1", "Where are you?", None)),
        *(message(praise("r-1", kind=kind)) for kind in EventKind if kind is not EventKind.CREATED),
        {"business": "bus_a", "event": {"kind": "created", "rating": 5, "partial": True}},
        {"business": "bus_a", "event": {"kind": "created", "rating": "5"}},
        {"business": "bus_a", "event": "?"},
        {"business": "bus_a", "delivery": "d", "resume": "rev_1"},
        {"business": "bus_a", "delivery": "d", "carry_out": "fup_1"},
    ],
    ids=repr,
)
def test_what_may_be_a_complaint_or_is_no_review_waits_for_nothing(
    urgent: Mapping[str, Any],
) -> None:
    assert not is_praise_by_stars(urgent)


class NotedQueue:
    """A queue that notes what it is sent, and in which order of all queues."""

    def __init__(
        self, name: str, sent: list[tuple[str, list[Any]]], *, fails: bool = False
    ) -> None:
        self.name, self.all_sent, self.fails = name, sent, fails

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        if self.fails:
            raise Fault("It is down.")
        self.all_sent.append((self.name, [each["delivery"] for each in messages]))


def queues(sent: list[tuple[str, list[Any]]], **fails: bool) -> ReviewQueues:
    both: list[Any] = [
        NotedQueue(name, sent, fails=fails.get(name, False)) for name in ("at_once", "praise")
    ]
    return ReviewQueues(*both)


def test_a_delivery_with_both_is_sent_to_both_queues_and_each_message_to_one() -> None:
    sent: list[tuple[str, list[Any]]] = []
    queues(sent).send(
        [
            message(praise("r-1"), delivery="a"),
            message(complaint("r-2"), delivery="b"),
            message(praise("r-3"), delivery="c"),
        ]
    )
    queues(sent).send([message(praise("r-4"), delivery="d")])

    assert sent == [("at_once", ["b"]), ("praise", ["a", "c"]), ("praise", ["d"])]


@pytest.mark.parametrize("down", ["at_once", "praise"])
def test_a_delivery_is_accepted_only_when_both_queues_took_it(down: str) -> None:
    with pytest.raises(Fault):
        queues([], **{down: True}).send([message(praise("r-1")), message(complaint("r-2"))])


@pytest.mark.parametrize(
    "later",
    [
        complaint("r-1", revision=2, kind=EventKind.EDITED),
        praise("r-1", revision=3, kind=EventKind.WITHDRAWN),
    ],
    ids=["edited", "withdrawn"],
)
def test_praise_that_is_changed_while_it_waits_ends_as_if_it_had_not_waited(
    backend: Backend, later: Any
) -> None:
    """The change is read at once, so it overtakes the praise: versions decide, not the order."""
    backend.connect("standard")
    restore = backend.snapshot()
    ends: list[Any] = []
    for events in ((praise("r-1"), later), (later, praise("r-1"))):
        restore()
        for event in events:
            review = backend.deliver(event)
        backend.run_workflows()
        backend.check_invariants()
        state = backend.case(review).review
        ends.append((state.closing_kind, state.revision, state.withdrawn))

    assert ends[0] == ends[1]
