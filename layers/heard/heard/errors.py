"""Every error Heard raises, in one tree.

    HeardError
    ├── BadRequest               400  what was sent cannot be understood; says how to fix it
    │   └── Unparseable          (never leaves `ingest`: the delivery is quarantined)
    ├── Unauthorized             401  a token that proves something else than who calls
    ├── NotFound                 404  no such thing, or not one the caller may see
    ├── Forbidden                403  the caller is known and may not do this
    ├── ConflictError            409  the state has changed; `reason` is a conflict code
    ├── TooLarge                 413  the body is over the limit
    ├── Tampered                 500  the log holds something that Heard did not write
    └── Fault                    503  a retry can help (`retryable`)
        ├── PlatformUnavailable  503  a platform's API is down, slow or asks us to wait
        ├── Untried              503  there was no time, or no answer for another one like it
        ├── DamagedText          503  a sealed text, or its key, is not what was stored
        ├── DamagedState         503  a stored state is not what Heard writes
        ├── Busy                 503  another run is doing the same now
        └── Contention           503  other changes kept coming first

A step that a rule refuses (the cap, the lint, a lost claim) is a returned value, not an exception;
an API raises `ConflictError` for it at its edge. Only `retryable` errors are worth a retry by a
queue or a workflow.
"""

from __future__ import annotations

from typing import ClassVar

type Extra = str | int | list[dict[str, str]] | None
"""What an error may say beside its detail."""


class HeardError(Exception):
    """Something Heard refuses or cannot do now.

    `detail` is safe to show and never quotes a customer.
    """

    http_status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, **extra: Extra) -> None:
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


class Unauthorized(HeardError):
    """A genuine token, but not one with which somebody calls the API."""

    http_status = 401
    code = "unauthorized"


class NotFound(HeardError):
    """No such thing, or none that the caller may see: the response is the same."""

    http_status = 404
    code = "not_found"


class Forbidden(HeardError):
    """The caller is known and may not do this."""

    http_status = 403
    code = "forbidden"


class ConflictError(HeardError):
    """The state has changed since the caller read it; nothing was written."""

    http_status = 409
    code = "conflict"

    def __init__(self, reason: str, detail: str, **extra: Extra) -> None:
        super().__init__(detail, **extra)
        self.reason = reason


class TooLarge(HeardError):
    """The body is over the limit."""

    http_status = 413
    code = "too_large"


class Tampered(HeardError):
    """The log holds something that Heard did not write. `sequence` is its outcome's number."""

    code = "tampered"

    def __init__(self, detail: str, *, sequence: int) -> None:
        super().__init__(detail, sequence=sequence)
        self.sequence = sequence


class Fault(HeardError):
    """A fault that a plain retry can remove."""

    http_status = 503
    code = "unavailable"
    retryable = True


class PlatformUnavailable(Fault):
    """A platform's API is down, slow, or asks us to wait.

    `maybe_applied` says that the request may have taken effect: it was sent, and the response was
    not read or was a 5xx. Then the platform must be asked before anything is posted again.
    """

    code = "platform_unavailable"

    def __init__(self, detail: str, *, maybe_applied: bool, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.maybe_applied = maybe_applied
        self.retry_after = retry_after


class Untried(Fault):
    """A message of a batch that was not tried: its time was over, or its platform is silent."""

    code = "untried"


class DamagedText(Fault):
    """A sealed text does not open, and no erasure explains that: it or its key was changed.

    A retry helps once the item is restored. Nothing may be closed because of it.
    """

    code = "damaged_text"


class DamagedState(Fault):
    """The state of a review, a thread or a follow-up cannot be read: something else wrote it.

    A retry helps once the item is restored. Nothing may be closed because of it.
    """

    code = "damaged_state"


class Busy(Fault):
    """Another run is doing the same now."""

    code = "busy"


class Contention(Fault):
    """Other changes of one thread kept coming first."""

    code = "contention"


def problem(error: HeardError) -> dict[str, object]:
    """The RFC 9457 problem document of an error, with its extra fields."""
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
