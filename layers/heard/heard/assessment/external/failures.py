"""What engines outside the stack have in common.

What they may cost, how they fail, and how far they are believed.

Asking one is never worth an exception: whatever goes wrong, the engine has no scores, says why in
one word that may be counted, and the next engine judges. And none has the last word: it sits on top
of an embedded engine and can only make its scores more careful, because its own have not been
measured on our labels, and a review may try to talk it round. Knows no service and no client
library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol, cast

from heard.assessment.engines.engine import Scores

CONNECT_SECONDS: Final = 1.0
"""So long a client of an outside engine may take to connect. It must not try again either.

There is an engine at hand that can judge.
"""


class FailureReason(StrEnum):
    """Why an outside engine has no scores for a text; may be logged."""

    BUDGET = "budget"
    """The day's calls are used up, or nobody could say whether they are."""
    LANGUAGE = "language"
    """It does not know the language."""
    THROTTLED = "throttled"
    SLOW = "slow"
    """No answer within the time limit."""
    UNAVAILABLE = "unavailable"
    """Not reached, or a fault of its own."""
    REFUSED = "refused"
    """It will not have our request.

    No permission, no such model, a setting that the model does not know. Somebody must mend that.
    """
    WITHHELD = "withheld"
    """A filter or guardrail of the service kept the answer back."""
    UNREADABLE = "unreadable"
    """The answer does not have the shape that was asked for."""


class ExternalEngineError(Exception):
    """An outside engine has no scores, for the reason given. It quotes nobody."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Budget(Protocol):
    """What an engine may cost."""

    def take(self, calls: int) -> bool:
        """Whether so many more calls are granted today, all or none.

        False as well when that cannot be found out. Raises nothing.
        """
        ...


def merge_cautiously(external: Scores, base: Scores) -> Scores:
    """Two engines' scores as one: in each the number that rather brings a review to a person.

    `model` names both.

    What is `said` to be at least medium needs a person as surely (playbook, severity), whatever
    else is said of that.
    """
    low, medium, high, critical = (
        max(pair) for pair in zip(external.severity, base.severity, strict=True)
    )
    return Scores(
        severity=(low, medium, high, critical),
        needs_person=max(external.needs_person, external.severity[1], base.needs_person),
        question=max(external.question, base.question),
        abuse=max(external.abuse, base.abuse),
        spam=min(external.spam, base.spam),
        sentiment=min(external.sentiment, base.sentiment),
        model=f"{base.model}+{external.model}",
    )


def call_service(call: Callable[..., object], **request: object) -> Mapping[str, object]:
    """What a service answers to one call of its client, as an object of unknown content.

    Raises Failed.
    """
    try:
        response = call(**request)
    except Exception as error:  # noqa: BLE001 - which exceptions a client raises is its library's affair; each means that there is no answer
        # Without its cause: messages of client libraries quote the request, which is a customer's
        # words.
        raise ExternalEngineError(_failure_reason(error)) from None
    return require_object(response)


def require_object(value: object) -> Mapping[str, object]:
    """The object that a part of an answer must be. Raises Failed."""
    if not isinstance(value, dict):
        raise ExternalEngineError(FailureReason.UNREADABLE)
    return cast("dict[str, object]", value)


def require_objects(value: object) -> list[Mapping[str, object]]:
    """The list of objects that a part of an answer must be. Raises Failed."""
    if not isinstance(value, list):
        raise ExternalEngineError(FailureReason.UNREADABLE)
    return [require_object(each) for each in cast("list[object]", value)]


def require_number(value: object, minimum: float, maximum: float) -> float:
    """The number between two others (both included) that a part of an answer must be.

    Nothing is rounded or cut. Raises Failed.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not minimum <= value <= maximum
    ):
        raise ExternalEngineError(FailureReason.UNREADABLE)
    return float(value)


def excerpt(text: str, max_bytes: int) -> str:
    """A text that is at most so many bytes long in UTF-8.

    Of a longer one the beginning and, a quarter of it, the end.
    """
    whole = text.encode("utf-8", "replace")
    if len(whole) <= max_bytes:
        return whole.decode()
    tail = max_bytes // 4
    return (
        whole[: max_bytes - tail - 1].decode("utf-8", "ignore")
        + "\n"
        + whole[-tail:].decode("utf-8", "ignore")
    )


_THROTTLED: Final = {
    "ThrottlingException",
    "TooManyRequestsException",
    "ServiceQuotaExceededException",
    "ModelNotReadyException",
}
_SLOW: Final = {"ModelTimeoutException", "RequestTimeout", "RequestTimeoutException"}
_TIMEOUTS: Final = {"ReadTimeoutError", "ConnectTimeoutError", "TimeoutError"}


def _failure_reason(error: Exception) -> FailureReason:
    """What an exception of an AWS client means.

    By the service's error code if there is one, else by its kind.
    """
    if _TIMEOUTS & {kind.__name__ for kind in type(error).__mro__}:
        return FailureReason.SLOW
    response: Any = getattr(error, "response", None)
    if not isinstance(response, dict):
        return (
            FailureReason.UNREADABLE
            if type(error).__name__ == "ResponseParserError"
            else FailureReason.UNAVAILABLE
        )
    body = cast("dict[str, dict[str, Any]]", response)
    code = body.get("Error", {}).get("Code", "")
    if code in _THROTTLED:
        return FailureReason.THROTTLED
    if code in _SLOW:
        return FailureReason.SLOW
    status = body.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return FailureReason.REFUSED if 400 <= status < 500 else FailureReason.UNAVAILABLE
