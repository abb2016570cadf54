"""What external engines have in common: what they may cost, how they fail, how much they count.

A failure of an external engine is no error. The engine then has no scores and gives a reason that
can be counted, and the next engine judges. An external engine stands on an embedded engine and can
only make its scores more careful: its own scores have not been measured on our labels, and a review
may try to manipulate it. A language model judges alone only where the embedded engine has no
scores. Knows no service and no client library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol, cast

from heard.assessment.engines.engine import Scores

CONNECT_SECONDS: Final = 1.0
"""The time limit for a client to connect. It must not retry, because another engine can judge."""


class FailureReason(StrEnum):
    """Why an external engine has no scores for a text. May be logged."""

    BUDGET = "budget"
    """The day's calls are used up, or this could not be found out."""
    LANGUAGE = "language"
    """It does not know the language."""
    THROTTLED = "throttled"
    SLOW = "slow"
    """No response within the time limit."""
    UNAVAILABLE = "unavailable"
    """The service was not reached, or failed."""
    REFUSED = "refused"
    """The service refused the request. Somebody must fix that.

    No permission, no such model, or a setting that the model does not know.
    """
    WITHHELD = "withheld"
    """A filter or guardrail of the service stopped the response."""
    UNREADABLE = "unreadable"
    """The response does not have the required form."""


class ExternalEngineError(Exception):
    """An external engine has no scores, for this reason. The message quotes nobody."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Budget(Protocol):
    """What an engine may cost."""

    def take(self, calls: int) -> bool:
        """Whether so many more calls are allowed today, all or none.

        False too if that cannot be found out. Raises nothing.
        """
        ...


def merge_cautiously(external: Scores, base: Scores) -> Scores:
    """Two engines' scores as one: of each number, the one that makes a person more likely.

    A text needs a person at least as probably as the external engine finds it medium (playbook,
    severity). `model` names both engines.
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
    """The response of a service to one call of its client, as an object of unknown content.

    Raises ExternalEngineError.
    """
    try:
        response = call(**request)
    # Client libraries raise exceptions of any kind. Each one means that there is no response.
    except Exception as error:  # noqa: BLE001
        # The cause is left out: messages of client libraries quote the request, which holds a
        # customer's words.
        raise ExternalEngineError(_failure_reason(error)) from None
    return require_object(response)


def require_object(value: object) -> Mapping[str, object]:
    """The object that a part of a response must be. Raises ExternalEngineError."""
    if not isinstance(value, dict):
        raise ExternalEngineError(FailureReason.UNREADABLE)
    return cast("dict[str, object]", value)


def require_objects(value: object) -> list[Mapping[str, object]]:
    """The list of objects that a part of a response must be. Raises ExternalEngineError."""
    if not isinstance(value, list):
        raise ExternalEngineError(FailureReason.UNREADABLE)
    return [require_object(item) for item in cast("list[object]", value)]


def require_number(value: object, minimum: float, maximum: float) -> float:
    """The number from `minimum` to `maximum` that a part of a response must be.

    Nothing is rounded or cut. Raises ExternalEngineError.
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
    """The text, shortened to `max_bytes` in UTF-8.

    Of a longer text the beginning and the end; the end has a quarter of the bytes.
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
    """The reason of a failed call, by the service's error code or the type of the exception."""
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
