"""The review queue is shared: one business's slow platform must not hold up another's reviews."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.circuit_breakers import CircuitBreakers
from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.errors import HeardError, PlatformUnavailable, Untried
from heard.messaging import LONGEST_DELAY, PLATFORM_UNAVAILABLE, Queue, Workflows
from heard.steps.intake import (
    HAND_BACK_AFTER,
    HAND_BACK_PAUSE,
    LONGEST_UNTRIED_DELAY,
    IntakePorts,
    IntakeResult,
    IntakeStatus,
    QueuedMessage,
    intake,
)
from tests.unit.backend import MAX_TRIES, NOON, Backend, FakeClock, praise


class RunDied(Exception):
    """The message with which a run dies as a whole: out of memory, or of time."""


@dataclass
class RouteRuns:
    """Step Functions' synchronous runs. `answer` is called with each message."""

    answer: Callable[[Mapping[str, Any]], None]
    started: list[str] = field(default_factory=list)
    inputs: list[Mapping[str, Any]] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def start_sync_execution(self, *, input: str, **_: Any) -> dict[str, Any]:
        run = json.loads(input)
        messages = run.get("messages", [run])
        self.sizes.append((len(messages), len(input.encode())))
        self.started += [message.get("connection", "") for message in messages]
        self.inputs += messages
        with ThreadPoolExecutor(len(messages)) as threads:
            errors = [
                future.exception()
                for future in [threads.submit(self.answer, message) for message in messages]
            ]
        if any(isinstance(error, RunDied) for error in errors):
            return {"status": "TIMED_OUT"}
        failed = [
            {"number": number, "code": error.code if isinstance(error, HeardError) else "?"}
            for number, error in enumerate(errors)
            if error
        ]
        if "messages" not in run and failed:
            return {"status": "FAILED", "error": PLATFORM_UNAVAILABLE}
        return {"status": "SUCCEEDED", "output": json.dumps({"failed": failed})}


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


def message(
    connection: str, number: int, tries: int = 0, waits: int = 0, platform: str = "standard"
) -> QueuedMessage:
    body = {
        "delivery": f"dlv-{number}",
        "connection": connection,
        "business": f"bus_{connection}",
        "platform": platform,
        "event": {"native_id": f"r-{number}"},
    }
    return QueuedMessage(f"{connection}-{number}", json.dumps(body), tries, waits)


def does_not_answer(message: Mapping[str, Any]) -> None:
    if message["connection"] == "slow" and "hand_back" not in message:
        raise PlatformUnavailable("It does not answer.", maybe_applied=False)


def answer(connection: str, number: int, tries: int = 0, since: str = "") -> QueuedMessage:
    """A message that has an answer carried out."""
    body = {
        "carry_out": f"fup_{number}",
        "fence": "1",
        "since": since or format_time(NOON),
        "review": f"rev_{number}",
        "business": f"bus_{connection}",
        "connection": connection,
        "delivery": f"ans_{number}",
    }
    return QueuedMessage(f"{connection}-{number}", json.dumps(body), tries)


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
    results = neighbours.intake(message("slow", 0, tries=1), message("quick", 0), seconds=1)
    given_up.set()

    assert statuses(results) == {"slow-0": IntakeStatus.FAILED, "quick-0": IntakeStatus.ROUTED}
    assert [7 <= delay <= 23 for delay in neighbours.queue.delays] == [True]


def test_a_trial_that_tells_nothing_of_the_platform_lets_the_next_message_try() -> None:
    """Its run failed for a reason of ours: others need not wait until the trial is given up."""
    neighbours = Neighbours(does_not_answer)
    neighbours.intake(message("slow", 0))
    neighbours.clock.advance(seconds=15)

    def crash(_message: Mapping[str, Any]) -> None:
        raise RunDied

    neighbours.runs.answer = crash
    assert statuses(neighbours.intake(message("slow", 1))) == {"slow-1": IntakeStatus.FAILED}
    neighbours.runs.answer = lambda _message: None
    assert statuses(neighbours.intake(message("slow", 2))) == {"slow-2": IntakeStatus.ROUTED}
    assert statuses(neighbours.intake(message("slow", 3), message("slow", 4))) == {
        "slow-3": IntakeStatus.ROUTED,
        "slow-4": IntakeStatus.ROUTED,
    }


def test_an_answer_that_is_handed_back_ends_its_trial() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.intake(message("slow", 0))
    neighbours.clock.advance(seconds=15)
    last = answer("slow", 1, tries=MAX_TRIES - 1)
    handed_back = replace(
        last, body=json.dumps(json.loads(last.body) | {"hand_back": "fup_1"}), tries=0
    )
    assert statuses(neighbours.intake(handed_back)) == {"slow-1": IntakeStatus.ROUTED}
    neighbours.intake(message("slow", 2))

    assert neighbours.runs.started == ["slow", "slow", "slow"]


def test_a_review_that_needs_no_call_does_not_hide_that_its_platform_is_silent() -> None:
    def answer_run(content: Mapping[str, Any]) -> None:
        if content["event"]["native_id"] == "r-1":
            does_not_answer(content)

    neighbours = Neighbours(answer_run)
    neighbours.intake(*(message("slow", number) for number in range(3)))
    results = neighbours.intake(message("slow", 3))

    assert statuses(results) == {"slow-3": IntakeStatus.UNTRIED}


@pytest.mark.parametrize(("failures", "delay"), [(1, LONGEST_UNTRIED_DELAY), (4, 405)])
def test_a_message_that_waited_often_waits_no_longer_than_its_platform_needs(
    failures: int, delay: int
) -> None:
    neighbours = Neighbours(does_not_answer)
    for number in range(failures):
        neighbours.clock.advance(hours=1)
        neighbours.intake(message("slow", number))
    neighbours.queue.copies.clear()
    neighbours.intake(message("slow", 9, waits=20))

    assert neighbours.queue.delays == [delay]


def test_the_last_try_of_an_answer_says_so() -> None:
    neighbours = Neighbours(lambda _message: None)
    neighbours.intake(answer("quick", 1, tries=MAX_TRIES - 2))
    neighbours.intake(
        answer("quick", 2, tries=MAX_TRIES - 1), message("quick", 3, tries=MAX_TRIES - 1)
    )
    late = NOON - HAND_BACK_AFTER
    neighbours.intake(answer("quick", 4, since=format_time(late)))

    assert [
        (content["delivery"], content.get("last", False)) for content in neighbours.runs.inputs
    ] == [("ans_1", False), ("ans_2", True), ("dlv-3", False), ("ans_4", True)]


def test_an_answer_whose_last_run_fails_is_handed_back_by_a_message_of_its_own() -> None:
    """The run may have died while it was sending, or before it could hand the answer back."""
    fails = True

    def answer_run(_content: Mapping[str, Any]) -> None:
        if fails:
            raise PlatformUnavailable("It does not answer.", maybe_applied=True)

    neighbours = Neighbours(answer_run)
    results = neighbours.intake(answer("quick", 1, tries=MAX_TRIES - 1))
    assert statuses(results) == {"quick-1": IntakeStatus.UNTRIED}
    assert [copy["DelaySeconds"] for copy in neighbours.queue.copies] == [HAND_BACK_PAUSE]
    copies = neighbours.queue.take_copies()
    assert statuses(neighbours.intake(*copies)) == {"copy-0": IntakeStatus.FAILED}
    (copy,) = neighbours.queue.take_copies()
    assert copy.tries == 1
    fails = False
    assert statuses(neighbours.intake(copy)) == {"copy-0": IntakeStatus.ROUTED}
    assert neighbours.dead_letters.copies == []
    assert [content.get("hand_back") for content in neighbours.runs.inputs] == [
        None,
        "fup_1",
        "fup_1",
    ]


def test_an_answer_that_cannot_be_handed_back_either_is_buried_after_the_last_try() -> None:
    def answer_run(_content: Mapping[str, Any]) -> None:
        raise RuntimeError

    neighbours = Neighbours(answer_run)
    waiting = [answer("quick", 1, tries=MAX_TRIES - 1)]
    while waiting:
        neighbours.intake(*waiting)
        waiting = neighbours.queue.take_copies()

    assert [content.get("hand_back") for content in neighbours.runs.inputs] == [
        None,
        *["fup_1"] * MAX_TRIES,
    ]
    (buried,) = neighbours.dead_letters.copies
    assert json.loads(buried["MessageBody"])["hand_back"] == "fup_1"
    assert buried["MessageGroupId"] == "bus_quick"


def test_an_answer_whose_hand_back_the_queue_does_not_take_stays_where_it_is() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.queue.refuses = True
    (result,) = neighbours.intake(answer("slow", 1, tries=MAX_TRIES - 1))

    assert not result.is_done
    assert neighbours.dead_letters.copies == []


def test_an_answer_whose_platform_is_down_for_hours_comes_back_to_a_person() -> None:
    """Its breaker is open whenever it comes, so it is never tried itself."""
    neighbours = Neighbours(does_not_answer)
    waiting, since = [answer("slow", 1)], neighbours.clock()
    while waiting:
        neighbours.intake(message("slow", 0))
        neighbours.queue.take_copies()
        (result,) = neighbours.intake(*waiting)
        waiting = neighbours.queue.take_copies()
        assert neighbours.clock() - since < 2 * HAND_BACK_AFTER
        neighbours.clock.advance(minutes=15)

    assert result.status is IntakeStatus.ROUTED
    assert neighbours.runs.inputs[-1]["hand_back"] == "fup_1"


def test_new_messages_share_a_run_and_those_that_failed_before_travel_alone() -> None:
    neighbours = Neighbours(lambda _message: None)
    neighbours.intake(
        message("quick", 1),
        message("quick", 2, tries=1),
        answer("quick", 3),
        *(message("quick", number) for number in range(4, 8)),
    )

    assert sorted(count for count, _ in neighbours.runs.sizes) == [1, 1, 5]


def test_a_review_that_its_platform_must_confirm_holds_up_no_other_connection() -> None:
    """All replies of a run wait until its last review is stored."""
    quick_has_ended = threading.Event()

    def answer_run(content: Mapping[str, Any]) -> None:
        if content["connection"] == "quick":
            quick_has_ended.set()
        assert quick_has_ended.wait(30), "it waits for the others' platform"
        does_not_answer(content)

    neighbours = Neighbours(answer_run)
    results = neighbours.intake(
        *(message("slow", number, platform="yelp") for number in range(2)),
        message("other", 2, platform="yelp"),
        *(message("quick", number) for number in range(3, 6)),
    )

    assert sorted(count for count, _ in neighbours.runs.sizes) == [1, 2, 3]
    assert [result.status for result in results].count(IntakeStatus.ROUTED) == 4


@pytest.mark.parametrize("state", [{"verified": True}, {"platform": "of_tomorrow"}])
def test_a_review_that_no_platform_confirms_shares_its_run(state: dict[str, Any]) -> None:
    neighbours = Neighbours(lambda _message: None)
    polled = message("slow", 0, platform="yelp")
    polled = replace(polled, body=json.dumps(json.loads(polled.body) | state))
    neighbours.intake(polled, message("quick", 1))

    assert [count for count, _ in neighbours.runs.sizes] == [2]


def test_a_trial_joins_a_run_and_another_message_that_kills_it_costs_the_trial_nothing() -> None:
    neighbours = Neighbours(does_not_answer)
    neighbours.intake(message("slow", 0))
    neighbours.clock.advance(seconds=15)

    def answer_run(content: Mapping[str, Any]) -> None:
        if content["connection"] == "poison":
            raise RunDied

    neighbours.runs.answer = answer_run
    results = neighbours.intake(message("slow", 1), message("slow", 2), message("poison", 3))
    assert statuses(results) == {
        "slow-1": IntakeStatus.ROUTED,
        "slow-2": IntakeStatus.UNTRIED,
        "poison-3": IntakeStatus.FAILED,
    }
    assert [count for count, _ in neighbours.runs.sizes] == [1, 2, 1, 1]
    assert statuses(neighbours.intake(message("slow", 4))) == {"slow-4": IntakeStatus.ROUTED}


def test_what_a_batch_left_untried_comes_back_with_the_tries_that_it_had() -> None:
    """Nothing was tried, so it may share a run again."""

    def answer_run(content: Mapping[str, Any]) -> None:
        if content["event"]["native_id"] == "r-2":
            raise Untried("It waits for the others.")

    neighbours = Neighbours(answer_run)
    results = neighbours.intake(*(message("quick", number) for number in range(4)))
    assert [id for id, status in statuses(results).items() if status is IntakeStatus.UNTRIED] == [
        "quick-2"
    ]
    (copy,) = neighbours.queue.take_copies()
    neighbours.runs.answer = lambda _message: None
    neighbours.intake(copy, message("quick", 5))

    assert (copy.tries, copy.waits) == (0, 1)
    assert [count for count, _ in neighbours.runs.sizes] == [4, 2]


def test_a_message_that_fails_in_batches_is_buried_alone_after_its_last_try() -> None:
    def answer_run(content: Mapping[str, Any]) -> None:
        if content["event"]["native_id"] == "r-2":
            raise ValueError("poison")

    neighbours = Neighbours(answer_run)
    waiting, routed = [message("quick", number) for number in range(4)], 0
    while waiting:
        results = neighbours.intake(*waiting)
        routed += list(statuses(results).values()).count(IntakeStatus.ROUTED)
        waiting = neighbours.queue.take_copies()

    assert routed == 3
    assert [count for count, _ in neighbours.runs.sizes] == [4, *[1] * (MAX_TRIES - 1)]
    (buried,) = neighbours.dead_letters.copies
    assert json.loads(buried["MessageBody"])["delivery"] == "dlv-2"


def test_a_message_that_fails_in_a_batch_fails_alone() -> None:
    def answer_run(content: Mapping[str, Any]) -> None:
        if content["delivery"] == "dlv-3":
            raise ValueError("poison")

    neighbours = Neighbours(answer_run)
    results = neighbours.intake(*(message("quick", number) for number in range(10)))

    assert [count for count, _ in neighbours.runs.sizes] == [10]
    assert [id for id, status in statuses(results).items() if status is IntakeStatus.FAILED] == [
        "quick-3"
    ]
    assert len(neighbours.queue.delays) == 1


def test_a_run_that_dies_costs_only_the_message_with_which_it_dies() -> None:
    def answer_run(content: Mapping[str, Any]) -> None:
        if content["delivery"] == "dlv-3":
            raise RunDied

    neighbours = Neighbours(answer_run)
    results = neighbours.intake(*(message("quick", number) for number in range(10)))

    assert sorted(count for count, _ in neighbours.runs.sizes) == [1] * 10 + [10]
    assert [id for id, status in statuses(results).items() if status is IntakeStatus.FAILED] == [
        "quick-3"
    ]


def test_messages_about_one_review_are_run_one_after_the_other() -> None:
    running = threading.Lock()
    order: list[str] = []

    def answer_run(content: Mapping[str, Any]) -> None:
        if content["event"]["native_id"] == "r-1":
            assert running.acquire(blocking=False), "two at once"
            order.append(content["delivery"])
            running.release()

    neighbours = Neighbours(answer_run)
    same = [
        replace(
            message("quick", 1),
            id=str(number),
            body=message("quick", 1).body.replace("dlv-1", f"dlv-1{number}"),
        )
        for number in range(3)
    ]
    results = neighbours.intake(same[0], message("quick", 2), same[1], same[2])

    assert set(statuses(results).values()) == {IntakeStatus.ROUTED}
    assert order == ["dlv-10", "dlv-11", "dlv-12"]
    assert [count for count, _ in neighbours.runs.sizes] == [2, 1, 1]


def test_a_later_message_about_a_review_does_not_ask_a_platform_that_was_silent_just_now() -> None:
    neighbours = Neighbours(does_not_answer)
    again = replace(message("slow", 1), id="again")
    results = neighbours.intake(message("slow", 1), message("quick", 1), again)

    assert statuses(results) == {
        "slow-1": IntakeStatus.FAILED,
        "quick-1": IntakeStatus.ROUTED,
        "again": IntakeStatus.UNTRIED,
    }
    assert [count for count, _ in neighbours.runs.sizes] == [2]


def test_no_run_is_given_more_than_step_functions_takes() -> None:
    neighbours = Neighbours(lambda _message: None)
    large = [
        replace(each, body=json.dumps(json.loads(each.body) | {"text": "ä" * size}))
        for each, size in [
            (message("quick", number), size)
            for number, size in enumerate((5_000, 20_000, 20_000, 240_000 // 6, 10, 15_000))
        ]
    ]
    results = neighbours.intake(*large)

    assert set(statuses(results).values()) == {IntakeStatus.ROUTED}
    assert sum(count for count, _ in neighbours.runs.sizes) == len(large)
    assert max(size for _, size in neighbours.runs.sizes) < 256 * 1024
    assert 1 < len(neighbours.runs.sizes) < len(large)


def test_a_run_for_which_no_time_was_left_comes_again_untried() -> None:
    given_up = threading.Event()
    neighbours = Neighbours(lambda _message: bool(given_up.wait(30)) and None)
    neighbours.ports = replace(neighbours.ports, runs_at_once=1)
    results = neighbours.intake(
        message("slow", 0, tries=1), message("quick", 0, tries=1), seconds=1
    )
    given_up.set()

    assert statuses(results) == {"slow-0": IntakeStatus.FAILED, "quick-0": IntakeStatus.UNTRIED}
    tries = {copy.body: copy.tries for copy in neighbours.queue.take_copies()}
    assert tries == {message("slow", 0).body: 2, message("quick", 0).body: 1}


def odd_bodies(base: Mapping[str, Any], name: str, *values: Any) -> list[str]:
    """The message with each of these values in a field, as the queue carries it."""
    return [json.dumps({**base, name: value}) for value in values]


RESUME: Mapping[str, Any] = {"delivery": "d", "resume": "rev_1", "business": "bus_1"}
ANSWER: Mapping[str, Any] = {
    "delivery": "d",
    "business": "bus_1",
    "carry_out": "fup_1",
    "review": "rev_1",
    "since": format_time(NOON),
}
EVENT: Mapping[str, Any] = {**json.loads(message("quick", 1).body), "delivery": "d"}


@pytest.mark.parametrize(
    "body",
    [
        *("not JSON", "[]", "5", "{}", '{"resume": "rev_1"}', '{"delivery": "d", "event": 5}'),
        '{"carry_out": "fup_1", "review": "rev_1", "delivery": "ans_1"}',
        *("[" * 100_000, '{"a":' * 100_000, "1" * 5_000),
        *odd_bodies(RESUME, "resume", [], {"a": 1}, None),
        *odd_bodies(RESUME, "business", "\ud800", 5, []),
        *odd_bodies(EVENT, "platform", 5, [], None),
        *odd_bodies(EVENT, "connection", 5, {}, None),
        *odd_bodies(ANSWER, "carry_out", 5, {}, None),
        *odd_bodies(ANSWER, "review", 5, []),
        *odd_bodies(ANSWER, "since", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
        *odd_bodies(ANSWER, "anything", "\ud800"),
    ],
    ids=lambda body: body if len(body) < 300 else body[:20],
)
def test_a_message_that_is_none_of_ours_fails_alone(body: str) -> None:
    neighbours = Neighbours(does_not_answer)
    results = neighbours.intake(QueuedMessage("odd", body), message("quick", 0))

    assert statuses(results) == {"odd": IntakeStatus.FAILED, "quick-0": IntakeStatus.ROUTED}
    assert neighbours.runs.started == ["quick"]


@pytest.mark.parametrize(
    "odd",
    [
        {**RESUME, "event": 5},
        {**RESUME, "event": {"native_id": "r-1"}},
        {**RESUME, "last": True},
        {**EVENT, "last": True},
        {**EVENT, "hand_back": "fup_1"},
    ],
    ids=repr,
)
def test_a_message_with_fields_of_another_kind_ends_no_batch(odd: Mapping[str, Any]) -> None:
    def fails(each: Mapping[str, Any]) -> None:
        if each["delivery"] == "d":
            raise RunDied

    neighbours = Neighbours(fails)
    results = neighbours.intake(QueuedMessage("odd", json.dumps(odd)), message("quick", 0))

    assert statuses(results) == {"odd": IntakeStatus.FAILED, "quick-0": IntakeStatus.ROUTED}


@pytest.mark.parametrize("business", ["", "two words", "x" * 129, "Bäckerei"])
def test_a_copy_has_a_group_that_the_queue_takes(business: str) -> None:
    neighbours = Neighbours(does_not_answer)
    body = json.dumps(json.loads(message("slow", 0).body) | {"business": business})
    neighbours.intake(QueuedMessage("odd", body))

    (copy,) = neighbours.queue.copies
    assert copy["MessageGroupId"] == "unknown"


def test_no_run_begins_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later messages about the review of a run that took all the time: nobody tried them."""
    moments = [0.0]

    def takes_all_the_time(_message: Mapping[str, Any]) -> None:
        moments.append(30.0)

    monkeypatch.setattr("heard.steps.intake.monotonic", lambda: moments[-1])
    neighbours = Neighbours(takes_all_the_time)
    first = message("quick", 0)
    results = neighbours.intake(
        first, replace(first, id="second"), replace(first, id="third"), seconds=30
    )

    assert statuses(results) == {
        "quick-0": IntakeStatus.ROUTED,
        "second": IntakeStatus.UNTRIED,
        "third": IntakeStatus.UNTRIED,
    }
    assert neighbours.runs.started == ["quick"]


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
