"""A batch of messages in one run of the route workflow: each succeeds or fails alone.

What the states hand on is a JSON object. `replies` are the acknowledgements to send, `starts` the
runs of follow-ups to start, `failed` the messages that must come again, each with its `number` in
the batch and a `code`. `alone` says that the run has one message and fails with it: so an earlier
release's reader of the queue, which does not know `failed`, does not take it for done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from heard.errors import HeardError, PlatformUnavailable, Untried
from heard.steps.skipping import failure_code

type Steps = dict[str, Any]


def messages_of(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages of a run: a batch, or one as an earlier release's reader hands it over."""
    return event.get("messages", [event])


def triage_each(
    messages: Sequence[Mapping[str, Any]],
    step: Callable[[Mapping[str, Any]], Steps],
    has_time: Callable[[], bool],
) -> list[Steps | Exception]:
    """The next steps of each message, or why it failed, in their order.

    The messages of one business come one after the other, in their order: they may be about the
    same review. Those of others go on beside them, whatever a platform does. A message of which
    the platform did not answer another one is left untried, and so are those for which no time is
    left.
    """
    groups: dict[str, list[int]] = {}
    for number, message in enumerate(messages):
        groups.setdefault(str(message.get("business", "")), []).append(number)
    results: dict[int, Steps | Exception] = {}

    def process(numbers: Sequence[int]) -> None:
        silent: set[str] = set()
        for number in numbers:
            message = messages[number]
            connection = str(message.get("connection", ""))
            if connection in silent or (number != numbers[0] and not has_time()):
                results[number] = Untried("It waits for its platform, or for the others.")
                continue
            results[number] = result = _result_of(lambda message=message: step(message))
            if isinstance(result, PlatformUnavailable) and connection:
                silent.add(connection)

    with ThreadPoolExecutor(len(groups), "triage") as threads:
        list(threads.map(process, groups.values()))
    return [results[number] for number in range(len(messages))]


def acknowledge_each(
    replies: Sequence[Mapping[str, Any]], step: Callable[[Mapping[str, Any]], Steps]
) -> list[Steps | Exception]:
    """The next steps of each reply, or why it failed.

    All go out at once: no platform delays another one's replies.
    """

    def process(reply: Mapping[str, Any]) -> Steps | Exception:
        return _result_of(lambda: step(reply))

    with ThreadPoolExecutor(len(replies), "reply") as threads:
        return list(threads.map(process, replies))


def after_triage(event: Mapping[str, Any], results: Sequence[Steps | Exception]) -> Steps:
    """What the route workflow does next with a batch."""
    numbered = list(enumerate(results))
    return {
        "alone": "messages" not in event,
        "replies": [
            {"number": number, **{name: steps[name] for name in ("review", "thread", "reply")}}
            for number, steps in numbered
            if isinstance(steps, dict) and "reply" in steps
        ],
        "starts": [
            start for _, steps in numbered for start in _starts(steps, unless_it_has="reply")
        ],
        "failed": [failed for number, steps in numbered for failed in _failed(number, steps)],
    }


def after_replies(event: Mapping[str, Any], results: Sequence[Steps | Exception]) -> Steps:
    """What it does next when the replies of `event` are out, or failed."""
    numbered = [
        (reply["number"], result) for reply, result in zip(event["replies"], results, strict=True)
    ]
    return {
        "alone": event["alone"],
        "starts": [
            *event["starts"],
            *(start for _, steps in numbered for start in _starts(steps)),
        ],
        "failed": [
            *event["failed"],
            *(failed for number, steps in numbered for failed in _failed(number, steps)),
        ],
    }


def error_code(error: Exception) -> str:
    """How logs and metrics name why a message failed."""
    return error.code if isinstance(error, HeardError) else failure_code(error)


def _result_of(step: Callable[[], Steps]) -> Steps | Exception:
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other messages must go on
        return error


def _starts(steps: Steps | Exception, *, unless_it_has: str = "") -> list[Steps]:
    if isinstance(steps, Exception) or unless_it_has in steps or "execution_name" not in steps:
        return []
    return [{name: steps[name] for name in ("follow_up", "execution_name", "wait_seconds")}]


def _failed(number: int, steps: Steps | Exception) -> list[Steps]:
    return [{"number": number, "code": error_code(steps)}] if isinstance(steps, Exception) else []
