"""What a step tells the route workflow to do next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heard import cases
from heard.cases import Case
from heard.errors import PlatformUnavailable


def next_steps(case: Case, now: datetime) -> dict[str, Any]:
    """What the route workflow does next for a case, as the workflow reads it.

    `route`, `review` and `thread` always. `reply` when an acknowledgement is to be sent.
    `follow_up`, `execution_name` and `wait_seconds` when a follow-up's workflow is to be started.
    """
    remaining = cases.remaining_steps(case, now)
    steps: dict[str, Any] = {
        "route": remaining.route.value,
        "review": case.review.id,
        "thread": case.thread.id,
    }
    if remaining.acknowledgement:
        steps["reply"] = remaining.acknowledgement
    if remaining.follow_up:
        steps |= {
            "follow_up": remaining.follow_up.id,
            "execution_name": remaining.follow_up.execution_name,
            "wait_seconds": remaining.follow_up.wait_seconds(now),
        }
    return steps


def retry_later(fault: PlatformUnavailable) -> dict[str, Any]:
    """What the route workflow reads when a platform did not answer: it ends, and the queue retries.

    This is a value, as the workflow must not try again itself: a reader of the queue would wait for
    it, and others' messages behind that reader. And not every engine tells errors by their class.
    """
    return {"route": "later", "code": fault.code}
