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
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from heard.clock import parse_time
from heard.connectors import Proof, load
from heard.errors import Fault, HeardError, NotFound, PlatformUnavailable, Untried
from heard.messaging import BATCH_ENTRIES, is_group, retry_delay, review_of, to_text

if TYPE_CHECKING:
    from heard.circuit_breakers import CircuitBreakers
    from heard.messaging import Queue, Workflows

BATCH_SECONDS: Final = 54
"""How long a batch may take. After that, what has not ended is given back: see `ROUTE_SECONDS`."""
RUN_BYTES: Final = 200_000
"""How many bytes of messages one run is given: Step Functions takes 256 KiB, and JSON adds some."""
LONGEST_UNTRIED_DELAY: Final = 60
"""After how many seconds a message comes again at the latest that was not tried, unless the pause
of its platform is longer. It may have waited often, but its platform may be well again."""

HAND_BACK_AFTER: Final = timedelta(minutes=90)
"""For how long an answer is tried. Then a person gets it back, however often it waited untried."""
HAND_BACK_PAUSE: Final = 60
"""After how many seconds an answer is handed back whose last run failed: it may still be sent."""

_NO_BUSINESS: Final = "unknown"
"""The group of what names no business that SQS takes as one."""


class IntakeStatus(StrEnum):
    """What became of a message. What failed, or is untried, comes again as a copy."""

    ROUTED = "routed"
    FAILED = "failed"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """One delivery of a message.

    `tries` and `waits` come with a copy: how often the message was tried before, and how often it
    waited untried. SQS's own count of receipts also has those that no function saw.
    """

    id: str
    body: str
    tries: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """A message and its status, with what logs need. `why` is empty if nothing went wrong.

    `is_done` says that the queue may forget the message: it is routed, or a copy stands for it.
    """

    message: QueuedMessage
    status: IntakeStatus
    delivery: str = ""
    reviews: tuple[str, ...] = ()
    why: str = ""
    business: str = _NO_BUSINESS
    is_done: bool = True


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """What `intake` needs.

    `max_tries` is how often a message is tried, before it is buried. `runs_at_once` is how many
    runs go on at once.
    """

    workflows: Workflows
    route_workflow: str
    queue: Queue
    dead_letters: Queue
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
        work.append(_Work(message, content))
    # New threads: a run that was given up keeps its own until it ends.
    runs = _Runs(ThreadPoolExecutor(ports.runs_at_once, "route"), monotonic() + seconds, ports)
    for wave in _waves(work):
        admitted = list[_Work]()
        for each in wave:
            if isinstance(result := _admit(*each, ports), IntakeResult):
                results.append(result)
            else:
                admitted.append(result)
        results += runs.route(admitted)
    runs.threads.shutdown(wait=False, cancel_futures=True)
    return [
        _try_again(result, ports) if result.status is IntakeStatus.FAILED else result
        for result in results
    ]


def _admit(
    message: QueuedMessage, content: Mapping[str, Any], ports: IntakePorts
) -> _Work | IntakeResult:
    """A message for a run, or that it was given back, as its platform is left alone."""
    is_last, pause = _is_last_try(message, content, ports), _pause(content, ports)
    if pause and not is_last:
        return _give_back(message, content, pause, ports)
    if is_last:
        content = {**content, "last": True}
    if pause:  # a person gets it back, and the platform is left alone
        content = {**content, "hand_back": content["carry_out"]}
    return _Work(message, content)


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

    A message that failed before may be why a run failed. An answer has a run of its own. All
    replies of a run wait until its last review is stored, so a review that its platform must
    confirm first shares a run only with those of the same connection. Together they stay below
    what Step Functions takes.
    """
    batches: dict[str, list[list[_Work]]] = {}
    sizes = Counter[str]()
    alone: list[list[_Work]] = []
    for each in wave:
        if each.message.tries or "carry_out" in each.content:
            alone.append([each])
            continue
        platform = _connection_of(each.content) if _may_ask_platform(each.content) else ""
        fitting = batches.setdefault(platform, [[]])
        length = len(each.message.body.encode())
        if len(fitting[-1]) == BATCH_ENTRIES or (
            fitting[-1] and sizes[platform] + length > RUN_BYTES
        ):
            fitting.append([])
            sizes[platform] = 0
        fitting[-1].append(each)
        sizes[platform] += length
    # Those that wait for no platform go first, where one run goes on at a time.
    together = sorted(batches.items(), key=lambda batch: bool(batch[0]))
    return [*(batch for _, fitting in together for batch in fitting), *alone]


def _may_ask_platform(content: Mapping[str, Any]) -> bool:
    """Whether the platform may be asked for the review of a message before it is stored."""
    if "event" not in content or "resume" in content or content.get("verified"):
        return False
    try:
        capabilities = load(content["platform"]).capabilities
    except NotFound:
        return False  # nobody can be asked: its message fails alone
    is_partial = bool(content["event"].get("partial"))
    return capabilities.can_fetch and (is_partial or capabilities.proof is not Proof.SENDER)


type _Run = Future[list[Mapping[str, Any]]]
"""A run under way; its result says which of its messages failed."""


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
        began_at, again = self.ports.clock(), list[_Work]()
        errors: list[tuple[BaseException | None, _Work]] = []
        seconds, runs = self.deadline - monotonic(), dict[_Run, Sequence[_Work]]()
        if seconds > 0:
            runs = {self.threads.submit(_run_route, batch, self.ports): batch for batch in batches}
        else:
            errors += [(Untried(""), each) for batch in batches for each in batch]
        finished, _ = wait(runs, seconds)
        for run, batch in runs.items():
            if run in finished and run.exception() and len(batch) > 1:
                again += batch
            else:
                errors += zip(_errors(run, run in finished, len(batch)), batch, strict=True)
        silent = {
            _connection_of(each.content)
            for error, each in errors
            if isinstance(error, PlatformUnavailable)
        }
        for error, each in errors:
            self._report(error, each.content, silent, began_at)
        return [_run_result(error, *each, self.ports) for error, each in errors], again

    def _report(
        self,
        error: BaseException | None,
        content: Mapping[str, Any],
        silent: Set[str],
        began_at: datetime,
    ) -> None:
        """Tell the breaker of a message's connection what its run tells of the platform.

        `silent` are the connections of which the platform did not answer one of these messages.
        That another one went well there tells nothing: it may have needed no call.
        """
        connection, breakers = _connection_of(content), self.ports.breakers
        if not connection:
            return
        if isinstance(error, PlatformUnavailable):
            breakers.record_failure(connection, began_at, self.ports.clock())
        elif connection in silent:
            return
        elif error is None and "last" not in content:
            breakers.record_success(connection)
        else:  # of the last try, the platform may have failed, and a person got it back
            breakers.end_trial(connection, self.ports.clock())


def _run_route(batch: Sequence[_Work], ports: IntakePorts) -> list[Mapping[str, Any]]:
    """Which messages of the run failed, each by its `number` with a `code`."""
    first = batch[0].content
    name = re.sub(r"[^A-Za-z0-9_-]", "-", first["delivery"])
    run_input = first if "carry_out" in first else {"messages": [each.content for each in batch]}
    return ports.workflows.run_route(ports.route_workflow, name, run_input)


def _errors(run: _Run, is_finished: bool, count: int) -> list[BaseException | None]:
    """Why each of the `count` messages of a run failed; None for the others."""
    if not is_finished:
        return [Untried("") if run.cancel() else Fault("Its time was over.")] * count
    if error := run.exception():
        return [error] * count
    codes = {entry["number"]: str(entry["code"]) for entry in run.result()}
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
        or message.tries + 1 >= ports.max_tries
        or ports.clock() >= parse_time(content["since"]) + HAND_BACK_AFTER
    )


def _pause(content: Mapping[str, Any], ports: IntakePorts) -> float:
    connection = _connection_of(content)
    return ports.breakers.seconds_to_wait(connection, ports.clock()) if connection else 0


def _run_result(
    error: BaseException | None,
    message: QueuedMessage,
    content: Mapping[str, Any],
    ports: IntakePorts,
) -> IntakeResult:
    if isinstance(error, Untried):
        return _give_back(message, content, 0, ports)
    if error is None:
        return _result(message, content, IntakeStatus.ROUTED)
    why = error.detail if isinstance(error, HeardError) else type(error).__name__
    result = _result(message, content, IntakeStatus.FAILED, why)
    original = _parse(message.body) or {}
    if "last" in content and "hand_back" not in original:
        return _queue_hand_back(result, original, ports)
    return result


def _queue_hand_back(
    result: IntakeResult, content: Mapping[str, Any], ports: IntakePorts
) -> IntakeResult:
    """Queue that a person gets an answer back whose last run failed, in its place.

    If that fails, the message comes when the queue shows it again, and is the last try again.
    """
    result = replace(result, status=IntakeStatus.UNTRIED)
    try:
        ports.queue.send_again(
            to_text({**content, "hand_back": content["carry_out"]}),
            group=result.business,
            tries=0,
            waits=0,
            delay=HAND_BACK_PAUSE,
        )
    except (BotoCoreError, ClientError):
        return replace(result, is_done=False)
    return result


def _give_back(
    message: QueuedMessage, content: Mapping[str, Any], pause: float, ports: IntakePorts
) -> IntakeResult:
    """Queue a copy of a message that cannot be tried now, in its place.

    If that fails, the message comes when the queue shows it again.
    """
    why = "Its platform does not answer." if pause else "There was no time for it."
    result = _result(message, content, IntakeStatus.UNTRIED, why)
    delay = min(LONGEST_UNTRIED_DELAY, retry_delay(message.waits + 1))
    try:
        ports.queue.send_again(
            message.body,
            group=result.business,
            tries=message.tries,
            waits=message.waits + 1,
            delay=max(ceil(pause), delay),
        )
    except (BotoCoreError, ClientError):
        return replace(result, is_done=False)
    return result


def _try_again(result: IntakeResult, ports: IntakePorts) -> IntakeResult:
    """Queue a copy of a message that failed, which counts this try. After the last one, bury it.

    If that fails, the message comes when the queue shows it again, and this try does not count.
    """
    message = result.message
    tries = message.tries + 1
    group, waits = result.business, message.waits
    try:
        if tries >= ports.max_tries:
            ports.dead_letters.send_again(
                message.body, group=group, tries=tries, waits=waits, delay=0
            )
        else:
            ports.queue.try_again(message.body, group=group, tries=tries, waits=waits)
    except (BotoCoreError, ClientError):
        return replace(result, is_done=False)
    return result


def _result(
    message: QueuedMessage, content: Mapping[str, Any], status: IntakeStatus, why: str = ""
) -> IntakeResult:
    business = content.get("business", "")
    group = business if is_group(business) else _NO_BUSINESS
    return IntakeResult(message, status, content["delivery"], (review_of(content),), why, group)


def _parse(body: str) -> Mapping[str, Any] | None:
    """A message's content; None if it is none of Heard's.

    What is read of it here, and what it is sent on with, holds afterwards: no message may end the
    batch. What is not read here fails alone, in its run. Which try is the last is said here only.
    """
    try:
        content = json.loads(body)
        content = {name: value for name, value in content.items() if name != "last"}
        texts = [content["delivery"], review_of(content)]
        texts += [content.get(name, "") for name in ("business", "connection", "platform")]
        if "carry_out" in content:
            texts.append(content["carry_out"])
            _ = parse_time(content["since"]) + HAND_BACK_AFTER
        to_text(content).encode()  # SQS and Step Functions take no half of a surrogate pair
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return content if all(isinstance(text, str) for text in texts) else None


def _connection_of(content: Mapping[str, Any]) -> str:
    """Whose platform a run may call; empty if that is not known, or none is called."""
    return content.get("connection", "")
