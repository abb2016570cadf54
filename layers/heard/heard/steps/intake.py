"""Intake: the route workflow, run for the messages of the review queue.

Most messages have words that came. Those of a batch share a run, and each succeeds or fails alone.
One that failed travels alone from then on, and a run that fails as a whole is repeated message by
message. Some messages name a follow-up whose answer is to be carried out: after the last try, a
person gets that answer back.

All businesses share the queue and its readers. So no message may hold a reader for long: its
platform has seconds to answer, and a platform that did not answer is left alone. What waits for it
goes back to the queue untried, and that counts as no try.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from heard.clock import parse_time
from heard.errors import Fault, HeardError, PlatformUnavailable, Untried
from heard.messaging import BATCH_ENTRIES, message_group, retry_delay, review_of, to_text

if TYPE_CHECKING:
    from heard.circuit_breakers import CircuitBreakers
    from heard.messaging import Queue, Workflows

BATCH_SECONDS: Final = 54
"""How long a batch may take. After that, what has not ended is given back: see `ROUTE_SECONDS`."""

RUN_BYTES: Final = 200_000
"""How many bytes of messages one run is given: Step Functions takes 256 KiB, and JSON adds some."""
HAND_BACK_AFTER: Final = timedelta(minutes=90)
"""For how long an answer is tried. Then a person gets it back, however often it waited untried."""
HAND_BACK_PAUSE: Final = 60
"""After how many seconds an answer is handed back whose last run failed: it may still be sent."""


class IntakeStatus(StrEnum):
    """What became of a message. What failed comes again, what is untried comes as a copy."""

    ROUTED = "routed"
    FAILED = "failed"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """One delivery of a message. `received` counts SQS's receipts of it, this one included.

    `tries` and `waits` come with a copy: how often the message was tried before, and how often it
    waited untried.
    """

    id: str
    receipt: str
    body: str
    received: int
    tries: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """A message and its status, with what logs need. `why` is empty if nothing went wrong."""

    message: QueuedMessage
    status: IntakeStatus
    delivery: str = ""
    reviews: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """What `intake` needs.

    `max_tries` is how often a message is tried, `runs_at_once` how many runs go on at once.
    """

    workflows: Workflows
    route_workflow: str
    queue: Queue
    breakers: CircuitBreakers
    max_tries: int
    clock: Callable[[], datetime]
    runs_at_once: int = BATCH_ENTRIES


class _Work(NamedTuple):
    """A message, and what is in it."""

    message: QueuedMessage
    content: Mapping[str, Any]


def intake(
    messages: Sequence[QueuedMessage], ports: IntakePorts, *, seconds: float = BATCH_SECONDS
) -> list[IntakeResult]:
    """Run the route workflow for the messages, in as few runs as are safe.

    It ends after `seconds` at the latest and raises nothing: a message whose run has not ended
    fails, one whose run has not begun comes again untried, and the others keep their result.
    """
    results, work = list[IntakeResult](), list[_Work]()
    for message in messages:
        content = _parse(message.body)
        if content is None:
            why = "It is no message of Heard's."
            results.append(IntakeResult(message, IntakeStatus.FAILED, why=why))
            continue
        is_last, pause = _is_last_try(message, content, ports), _pause(content, ports)
        if pause and not is_last:
            results.append(_give_back(message, content, pause, ports))
            continue
        if is_last:
            content = {**content, "last": True}
        if pause:  # a person gets it back, and the platform is left alone
            content = {**content, "hand_back": content["carry_out"]}
        work.append(_Work(message, content))
    # New threads: a run that was given up keeps its own until it ends.
    runs = _Runs(ThreadPoolExecutor(ports.runs_at_once, "route"), monotonic() + seconds, ports)
    for wave in _waves(work):
        results += runs.route(wave)
    runs.threads.shutdown(wait=False, cancel_futures=True)
    for result in results:
        if result.status is IntakeStatus.FAILED:
            _postpone(result.message, ports)
    return results


def _waves(work: Sequence[_Work]) -> list[list[_Work]]:
    """The messages, so that each review is in a wave once, in the order in which they came.

    Two messages about one review end as if they had come one by one.
    """
    waves: list[list[_Work]] = []
    earlier = Counter[str]()
    for each in work:
        review = review_of(each.content)
        if earlier[review] == len(waves):
            waves.append([])
        waves[earlier[review]].append(each)
        earlier[review] += 1
    return waves


def _runs_for(wave: Sequence[_Work]) -> list[list[_Work]]:
    """What each run of the route workflow is given: new messages together, all others alone.

    A message that came before may be why a run failed. An answer has a run of its own. Together
    they stay below what Step Functions takes.
    """
    alone = [each for each in wave if each.message.received > 1 or "carry_out" in each.content]
    batches: list[list[_Work]] = []
    size = 0
    for each in wave:
        if each in alone:
            continue
        length = len(each.message.body.encode())
        if not batches or len(batches[-1]) == BATCH_ENTRIES or size + length > RUN_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(each)
        size += length
    return [*batches, *([each] for each in alone)]


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of one batch. They end at `deadline`, in seconds of the process."""

    threads: ThreadPoolExecutor
    deadline: float
    ports: IntakePorts

    def route(self, wave: Sequence[_Work]) -> list[IntakeResult]:
        """Run the workflow for some messages. Those of a run that failed get runs of their own."""
        results, again = self._run(_runs_for(wave))
        results_alone, _ = self._run([[each] for each in again])
        return results + results_alone

    def _run(self, batches: Sequence[Sequence[_Work]]) -> tuple[list[IntakeResult], list[_Work]]:
        """The results of the messages, and the messages of runs that failed as a whole."""
        began_at, results, again = self.ports.clock(), list[IntakeResult](), list[_Work]()
        runs = {self.threads.submit(_run_route, batch, self.ports): batch for batch in batches}
        finished, _ = wait(runs, max(0.0, self.deadline - monotonic()))
        for run, batch in runs.items():
            if run not in finished:
                not_begun = run.cancel()
                error = Untried("") if not_begun else Fault("Its time was over.")
                errors: list[BaseException | None] = [error] * len(batch)
            elif run.exception() and len(batch) > 1:
                again += batch
                continue
            elif run.exception():
                errors = [run.exception()]
            else:
                errors = _errors(run.result(), len(batch))
            results += [
                _run_result(error, *each, began_at, self.ports)
                for error, each in zip(errors, batch, strict=True)
            ]
        return results, again


def _run_route(batch: Sequence[_Work], ports: IntakePorts) -> list[Mapping[str, Any]]:
    """Which messages of the run failed, each by its `number` with a `code`."""
    first = batch[0].content
    name = re.sub(r"[^A-Za-z0-9_-]", "-", str(first["delivery"]))[:80]
    run_input = first if "carry_out" in first else {"messages": [each.content for each in batch]}
    return ports.workflows.run_route(ports.route_workflow, name, run_input)


def _errors(failed: Sequence[Mapping[str, Any]], count: int) -> list[BaseException | None]:
    """Why each of `count` messages of a run failed; None for the others."""
    codes = {entry["number"]: str(entry["code"]) for entry in failed}
    return [_error_of(codes.get(number)) for number in range(count)]


def _error_of(code: str | None) -> Fault | None:
    match code:
        case None:
            return None
        case PlatformUnavailable.code:
            return PlatformUnavailable("Its platform did not answer.", maybe_applied=False)
        case Untried.code:
            return Untried("")
        case _:
            return Fault(f"It failed ({code}).")


def _is_last_try(message: QueuedMessage, content: Mapping[str, Any], ports: IntakePorts) -> bool:
    """Whether an answer is not tried again after this. Other messages end as dead letters."""
    if "carry_out" not in content:
        return False
    return (
        "hand_back" in content
        or message.tries + message.received >= ports.max_tries
        or ports.clock() >= parse_time(content["since"]) + HAND_BACK_AFTER
    )


def _pause(content: Mapping[str, Any], ports: IntakePorts) -> float:
    connection = _connection_of(content)
    return ports.breakers.seconds_to_wait(connection, ports.clock()) if connection else 0


def _run_result(
    error: BaseException | None,
    message: QueuedMessage,
    content: Mapping[str, Any],
    began_at: datetime,
    ports: IntakePorts,
) -> IntakeResult:
    connection = _connection_of(content)
    if isinstance(error, Untried):
        return _give_back(message, content, 0, ports)
    if error is None:
        if "last" not in content:  # else the platform may have failed, and a person got it back
            ports.breakers.record_success(connection)
        return _result(message, content, IntakeStatus.ROUTED)
    if connection and isinstance(error, PlatformUnavailable):
        ports.breakers.record_failure(connection, began_at, ports.clock())
    why = error.detail if isinstance(error, HeardError) else type(error).__name__
    if "last" in content and _queue_hand_back(message, content, ports):
        return _result(message, content, IntakeStatus.UNTRIED, why)
    return _result(message, content, IntakeStatus.FAILED, why)


def _queue_hand_back(
    message: QueuedMessage, content: Mapping[str, Any], ports: IntakePorts
) -> bool:
    """Queue that a person gets an answer back whose last run failed.

    False when this message says so itself, or the queue does not take it: then it comes again, or
    the sweep queues the answer again.
    """
    original = _parse(message.body) or {}
    if "hand_back" in original:
        return False
    try:
        ports.queue.send_again(
            to_text({**original, "hand_back": content["carry_out"]}),
            group=message_group(content),
            tries=0,
            waits=0,
            delay=HAND_BACK_PAUSE,
        )
    except (BotoCoreError, ClientError, KeyError):
        return False
    return True


def _give_back(
    message: QueuedMessage, content: Mapping[str, Any], pause: float, ports: IntakePorts
) -> IntakeResult:
    """Queue a copy of a message that cannot be tried now, in its place.

    A message that was tried often enough keeps its receipts, and so ends as a dead letter.
    """
    why = "Its platform does not answer." if pause else "There was no time for it."
    tries = message.tries + message.received - 1
    if tries >= ports.max_tries:
        return _result(message, content, IntakeStatus.FAILED, why)
    try:
        ports.queue.send_again(
            message.body,
            group=message_group(content),
            tries=tries,
            waits=message.waits + 1,
            delay=max(ceil(pause), retry_delay(message.waits + 1)),
        )
    except (BotoCoreError, ClientError, KeyError):
        return _result(message, content, IntakeStatus.FAILED, why)
    return _result(message, content, IntakeStatus.UNTRIED, why)


def _postpone(message: QueuedMessage, ports: IntakePorts) -> None:
    """Let a message come again soon. If that fails, it comes when the queue shows it again."""
    try:
        ports.queue.postpone(message.receipt, message.tries + message.received)
    except (BotoCoreError, ClientError):
        return


def _result(
    message: QueuedMessage, content: Mapping[str, Any], status: IntakeStatus, why: str = ""
) -> IntakeResult:
    return IntakeResult(message, status, str(content["delivery"]), (review_of(content),), why)


def _parse(body: str) -> Mapping[str, Any] | None:
    """A message's content; None if it is none of Heard's."""
    try:
        content = json.loads(body)
        review_of(content)
        _ = content["delivery"]
        if "carry_out" in content:
            parse_time(content["since"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return content


def _connection_of(content: Mapping[str, Any]) -> str:
    """Whose platform a run may call; empty if that is not known, or none is called."""
    return str(content.get("connection", ""))
