"""Intake: one run of the route workflow for each message of the review queue.

Most messages have words that came. Some name a follow-up whose answer is to be carried out: after
the last try, a person gets that answer back.

All businesses share the queue and its readers. So no message may hold a reader for long: its
platform has seconds to answer, and a platform that did not answer is left alone. What waits for it
goes back to the queue untried, and that counts as no try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from heard.clock import parse_time
from heard.errors import Fault, HeardError, PlatformUnavailable
from heard.messaging import retry_delay, review_of, to_text

if TYPE_CHECKING:
    from heard.circuit_breakers import CircuitBreakers
    from heard.messaging import Queue, Workflows

BATCH_SECONDS: Final = 54
"""How long a batch may take. After that, what has not ended is given back: see `ROUTE_SECONDS`."""

HAND_BACK_AFTER: Final = timedelta(minutes=90)
"""For how long an answer is tried. Then a person gets it back, however often it waited untried."""
HAND_BACK_PAUSE: Final = 60
"""After how many seconds an answer is handed back whose last run failed: it may still be sent."""


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
    business: str = "unknown"
    is_done: bool = True


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """What `intake` needs. `max_tries` is how often a message is tried, before it is buried."""

    workflows: Workflows
    route_workflow: str
    queue: Queue
    dead_letters: Queue
    breakers: CircuitBreakers
    max_tries: int
    clock: Callable[[], datetime]


def intake(
    messages: Sequence[QueuedMessage], ports: IntakePorts, *, seconds: float = BATCH_SECONDS
) -> list[IntakeResult]:
    """Run the route workflow for each message, all at the same time.

    It ends after `seconds` at the latest and raises nothing: a message whose run has not ended
    fails, and the others keep their result.
    """
    began_at, results = ports.clock(), list[IntakeResult]()
    runs: dict[Future[None], tuple[QueuedMessage, Mapping[str, Any]]] = {}
    # A thread for each message, and new ones: a run that was given up keeps its own until it ends.
    threads = ThreadPoolExecutor(max(1, len(messages)), "route")
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
        runs[threads.submit(_run_route, content, ports)] = message, content
    finished, _ = wait(runs, seconds)
    threads.shutdown(wait=False, cancel_futures=True)
    for run, (message, content) in runs.items():
        error = run.exception() if run in finished else Fault("Its time was over.")
        results.append(_run_result(error, message, content, began_at, ports))
    return [
        _try_again(result, ports) if result.status is IntakeStatus.FAILED else result
        for result in results
    ]


def _run_route(content: Mapping[str, Any], ports: IntakePorts) -> None:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", str(content["delivery"]))[:80]
    ports.workflows.run_route(ports.route_workflow, name, content)


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
    began_at: datetime,
    ports: IntakePorts,
) -> IntakeResult:
    connection = _connection_of(content)
    if error is None:
        if "last" not in content:  # else the platform may have failed, and a person got it back
            ports.breakers.record_success(connection)
        return _result(message, content, IntakeStatus.ROUTED)
    if connection and isinstance(error, PlatformUnavailable):
        ports.breakers.record_failure(connection, began_at, ports.clock())
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
    result = _result(message, content, IntakeStatus.UNTRIED, "Its platform does not answer.")
    try:
        ports.queue.send_again(
            message.body,
            group=result.business,
            tries=message.tries,
            waits=message.waits + 1,
            delay=max(ceil(pause), retry_delay(message.waits + 1)),
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
    business = str(content.get("business") or "unknown")
    delivery, reviews = str(content["delivery"]), (review_of(content),)
    return IntakeResult(message, status, delivery, reviews, why, business)


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
