"""The review queue is shared: one business's slow platform must not hold up another's reviews."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.circuit_breakers import CircuitBreakers
from heard.connectors import HttpResponse
from heard.errors import PlatformUnavailable
from heard.messaging import LONGEST_DELAY, PLATFORM_UNAVAILABLE, Queue, Workflows
from heard.steps.intake import IntakePorts, IntakeResult, IntakeStatus, QueuedMessage, intake
from tests.unit.backend import Backend, FakeClock, praise

MAX_TRIES = 10


@dataclass
class RouteRuns:
    """Step Functions' synchronous runs. `answer` is called with each message."""

    answer: Callable[[Mapping[str, Any]], None]
    started: list[str] = field(default_factory=list)

    def start_sync_execution(self, *, input: str, **_: Any) -> dict[str, Any]:
        message = json.loads(input)
        self.started.append(message["connection"])
        try:
            self.answer(message)
        except PlatformUnavailable:
            return {"status": "FAILED", "error": PLATFORM_UNAVAILABLE}
        return {"status": "SUCCEEDED"}


@dataclass
class ReviewQueue:
    """What intake tells SQS: the copies that it sends."""

    copies: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def send_message(self, **arguments: Any) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "RequestThrottled"}}, "SendMessage")
        self.copies.append(arguments)

    @property
    def delays(self) -> list[int]:
        return [copy["DelaySeconds"] for copy in self.copies]

    def take_copies(self) -> list[QueuedMessage]:
        """The copies, as SQS delivers them for the first time."""
        copies, self.copies = self.copies, []
        return [
            QueuedMessage(
                f"copy-{number}",
                copy["MessageBody"],
                *(
                    int(copy["MessageAttributes"][name]["StringValue"])
                    for name in ("tries", "waits")
                ),
            )
            for number, copy in enumerate(copies)
        ]


class Neighbours:
    """Intake, and the messages of two businesses: one with a slow platform, and a quiet one."""

    def __init__(self, answer: Callable[[Mapping[str, Any]], None]) -> None:
        self.clock, self.queue, self.runs = FakeClock(), ReviewQueue(), RouteRuns(answer)
        self.dead_letters = ReviewQueue()
        self.ports = IntakePorts(
            Workflows(self.runs),  # type: ignore[arg-type]
            "arn",
            Queue(self.queue, "https://queue"),  # type: ignore[arg-type]
            Queue(self.dead_letters, "https://dead-letters"),  # type: ignore[arg-type]
            CircuitBreakers(),
            MAX_TRIES,
            self.clock,
        )

    def intake(self, *messages: QueuedMessage, seconds: float = 30) -> list[IntakeResult]:
        return intake(messages, self.ports, seconds=seconds)


def message(connection: str, number: int, tries: int = 0) -> QueuedMessage:
    body = {
        "delivery": f"dlv-{number}",
        "connection": connection,
        "business": f"bus_{connection}",
        "platform": "standard",
        "event": {"native_id": f"r-{number}"},
    }
    return QueuedMessage(f"{connection}-{number}", json.dumps(body), tries)


def does_not_answer(message: Mapping[str, Any]) -> None:
    if message["connection"] == "slow":
        raise PlatformUnavailable("It does not answer.", maybe_applied=False)


def statuses(results: list[IntakeResult]) -> dict[str, IntakeStatus]:
    return {result.message.id: result.status for result in results}


def test_a_hanging_platform_delays_no_review_of_the_same_batch() -> None:
    """It hangs until the last of the others has ended, although it came first."""
    quick_has_ended = threading.Event()

    def answer(content: Mapping[str, Any]) -> None:
        if content["connection"] == "quick":
            quick_has_ended.set()
        assert quick_has_ended.wait(30), "the others wait for it"
        does_not_answer(content)

    neighbours = Neighbours(answer)
    slow = [message("slow", number) for number in range(5)]
    quick = message("quick", 0)
    results = neighbours.intake(*slow, quick)

    assert statuses(results) == {
        **{each.id: IntakeStatus.FAILED for each in slow},
        quick.id: IntakeStatus.ROUTED,
    }


def test_what_waits_for_a_hanging_platform_goes_back_untried_and_starts_no_run() -> None:
    neighbours = Neighbours(does_not_answer)
    assert statuses(neighbours.intake(message("slow", 0))) == {"slow-0": IntakeStatus.FAILED}
    results = neighbours.intake(
        *(message("slow", number) for number in range(1, 6)), message("quick", 0)
    )

    assert statuses(results) == {
        "quick-0": IntakeStatus.ROUTED,
        **{f"slow-{number}": IntakeStatus.UNTRIED for number in range(1, 6)},
    }
    assert neighbours.runs.started == ["slow", "quick"]
    assert {copy["MessageGroupId"] for copy in neighbours.queue.copies} == {"bus_slow"}
    first, *others = neighbours.queue.delays
    assert 2 <= first <= 8
    assert set(others) == {15}


def test_one_message_tries_the_platform_and_when_it_answers_all_go_on() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.intake(message("slow", 0))
    waiting = [message("slow", number) for number in range(1, 6)]
    neighbours.clock.advance(seconds=15)
    results = neighbours.intake(*waiting)
    assert sorted(statuses(results).values()) == [IntakeStatus.FAILED] + [IntakeStatus.UNTRIED] * 4
    neighbours.runs.answer = lambda _message: None
    neighbours.clock.advance(seconds=45)
    assert (
        sorted(statuses(neighbours.intake(*waiting)).values())
        == [IntakeStatus.ROUTED] + [IntakeStatus.UNTRIED] * 4
    )

    copies = neighbours.queue.take_copies()
    assert len(copies) == 10, "one of each that failed or waited"
    assert set(statuses(neighbours.intake(*copies)).values()) == {IntakeStatus.ROUTED}


def test_a_message_that_was_never_tried_never_runs_out_of_receipts() -> None:
    """SQS buries what was received too often, also what only waited for its platform."""
    neighbours = Neighbours(does_not_answer)
    waiting = [message("slow", 1)]
    delays: list[int] = []
    for _ in range(5 * MAX_TRIES):
        neighbours.clock.advance(hours=1)
        neighbours.intake(message("slow", 0))
        neighbours.queue.copies.clear()
        results = neighbours.intake(*waiting)
        assert [result.status for result in results] == [IntakeStatus.UNTRIED]
        delays += neighbours.queue.delays
        waiting = neighbours.queue.take_copies()

        assert waiting[0].tries == 0
    assert delays[:6] == [15, 45, 135, 405, 900, 900]
    assert max(delays) <= LONGEST_DELAY


def test_a_copy_remembers_how_often_its_message_was_tried() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.intake(message("slow", 0))
    neighbours.intake(message("slow", 1, tries=3))

    assert [copy.tries for copy in neighbours.queue.take_copies()] == [1, 3]


def test_a_message_is_buried_after_its_last_try_and_not_before() -> None:
    """Receipts of which Lambda throttled the delivery are no tries, however many they are."""
    neighbours = Neighbours(does_not_answer)
    waiting, tries = [message("slow", 0)], 0
    while waiting:
        assert neighbours.dead_letters.copies == []
        neighbours.clock.advance(hours=1)
        (result,) = neighbours.intake(*waiting)
        tries += result.status is IntakeStatus.FAILED
        assert result.is_done, "its copy stands for it"
        waiting = neighbours.queue.take_copies()

    assert tries == MAX_TRIES
    (dead_letter,) = neighbours.dead_letters.copies
    assert dead_letter["MessageBody"] == message("slow", 0).body
    assert dead_letter["MessageGroupId"] == "bus_slow"
    assert dead_letter["MessageAttributes"]["tries"]["StringValue"] == str(MAX_TRIES)


@pytest.mark.parametrize("tries", [0, MAX_TRIES - 1])
def test_a_message_without_a_copy_stays_in_the_queue(tries: int) -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.queue.refuses = neighbours.dead_letters.refuses = True
    (result,) = neighbours.intake(message("slow", 0, tries))

    assert (result.status, result.is_done) == (IntakeStatus.FAILED, False)


def test_a_run_whose_time_is_over_is_given_back_and_the_others_keep_their_result() -> None:
    given_up = threading.Event()

    def hang(content: Mapping[str, Any]) -> None:
        if content["connection"] == "slow":
            given_up.wait(30)

    neighbours = Neighbours(hang)
    results = neighbours.intake(message("slow", 0), message("quick", 0), seconds=1)
    given_up.set()

    assert statuses(results) == {"slow-0": IntakeStatus.FAILED, "quick-0": IntakeStatus.ROUTED}
    assert [2 <= delay <= 8 for delay in neighbours.queue.delays] == [True]


@pytest.mark.parametrize(
    "body", ["not JSON", "[]", "5", "{}", '{"resume": "rev_1"}', '{"delivery": "d", "event": 5}']
)
def test_a_message_that_is_none_of_ours_fails_alone(body: str) -> None:
    neighbours = Neighbours(does_not_answer)
    results = neighbours.intake(QueuedMessage("odd", body), message("quick", 0))

    assert statuses(results) == {"odd": IntakeStatus.FAILED, "quick-0": IntakeStatus.ROUTED}


def test_a_queue_that_takes_nothing_back_fails_no_batch() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.queue.refuses = True
    neighbours.intake(message("slow", 0))
    results = neighbours.intake(message("slow", 1), message("quick", 0))

    assert statuses(results) == {"slow-1": IntakeStatus.UNTRIED, "quick-0": IntakeStatus.ROUTED}
    assert {result.message.id for result in results if not result.is_done} == {"slow-1"}


def test_the_workflow_asks_a_platform_that_does_not_answer_only_once(backend: Backend) -> None:
    """Its own retries would hold a reader of the queue; the queue tries again later."""
    calls: list[str] = []

    def platform(method: str, _url: str, **_: Any) -> HttpResponse:
        calls.append(method)
        raise PlatformUnavailable("It does not answer.", maybe_applied=False)

    backend.http = platform
    backend.connect("standard", reply_url="https://replies.example")
    with pytest.raises(PlatformUnavailable):
        backend.run_route_workflow(backend.queue_message(praise("r-1")))

    assert len(calls) == 1
