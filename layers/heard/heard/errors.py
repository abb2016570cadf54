"""Every error Heard raises, in one tree.

    HeardError
    ├── BadRequest               400  what was sent cannot be understood; says how to mend it
    │   └── Unparseable          (never leaves `ingest`: the delivery is quarantined)
    ├── NotFound                 404  no such thing, or not one the caller may see
    ├── Forbidden                403  the caller is known and may not do this
    ├── Conflict                 409  the thing has moved on; `reason` is one of the refusal codes
    ├── TooLarge                 413  the body is over the limit
    ├── NotSettled               409  an answer did not settle its follow-up: a person must look again
    ├── Tampered                 500  the log holds what Heard did not write
    └── Fault                    503  a retry can cure it (`retryable`)
        ├── PlatformUnavailable  503  a platform's API is down, slow or asks us to wait
        ├── Busy                 503  another run holds the same piece of work just now
        └── Contention           503  optimistic writes kept losing

Business refusals (the cap, the lint, a lost claim) are returned values, not exceptions; an API maps
them to `Conflict` at its edge. Only `retryable` errors are worth a retry by a queue or a workflow.
"""

from __future__ import annotations

from typing import ClassVar


class HeardError(Exception):
    """Something Heard refuses or cannot do now.

    `detail` is safe to show and never quotes a customer.
    """

    http_status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, **extra: str | int | None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class BadRequest(HeardError):
    """What was sent cannot be understood."""

    http_status = 400
    code = "bad_request"


class Unparseable(BadRequest):
    """A genuine delivery whose body does not have the platform's documented shape."""

    code = "unparseable"


class NotFound(HeardError):
    """No such thing, or not one that the caller may see; the two are not told apart."""

    http_status = 404
    code = "not_found"


class Forbidden(HeardError):
    """The caller is known and may not do this."""

    http_status = 403
    code = "forbidden"


class ConflictError(HeardError):
    """The thing has moved on since the caller looked; nothing was changed."""

    http_status = 409
    code = "conflict"

    def __init__(self, reason: str, detail: str, **extra: str | int | None) -> None:
        super().__init__(detail, **extra)
        self.reason = reason


class TooLarge(HeardError):
    """The body is over the limit."""

    http_status = 413
    code = "too_large"


class NotSettled(HeardError):
    """An answer did not settle its follow-up, which is open again.

    A person decides what comes next.

    The platform refused the reply or cannot say whether it has it, or another review joined
    meanwhile.
    """

    http_status = 409
    code = "not_settled"


class Tampered(HeardError):
    """The log holds what Heard did not write: somebody changed it.

    `sequence` says which outcome of its review.
    """

    code = "tampered"

    def __init__(self, detail: str, *, sequence: int) -> None:
        super().__init__(detail, sequence=sequence)
        self.sequence = sequence


class Fault(HeardError):
    """A fault that a plain retry can cure."""

    http_status = 503
    code = "unavailable"
    retryable = True


class PlatformUnavailable(Fault):
    """A platform's API is down, slow, or asks us to wait.

    `maybe_applied` says that the request may have taken effect (it was sent and no answer was read,
    or the answer was a 5xx), so that whoever retries must look before posting again.
    """

    code = "platform_unavailable"

    def __init__(self, detail: str, *, maybe_applied: bool, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.maybe_applied = maybe_applied
        self.retry_after = retry_after


class Busy(Fault):
    """Another run holds the same piece of work just now."""

    code = "busy"


class Contention(Fault):
    """Optimistic writes to one thread kept losing against others."""

    code = "contention"


def problem(error: HeardError) -> dict[str, object]:
    """The RFC 9457 problem document of an error.

    `type`, `title`, `status`, `detail`, then its extras.
    """
    document: dict[str, object] = {
        "type": f"urn:heard:{error.code}",
        "title": error.code.replace("_", " "),
        "status": error.http_status,
        "detail": error.detail,
    }
    if isinstance(error, ConflictError):
        document["reason"] = error.reason
    document.update({name: value for name, value in error.extra.items() if value is not None})
    return document
