"""Requests of platforms, how they prove who sent them, and our responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from heard.reviews import ReviewEvent


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One HTTP request as it came.

    The names of `headers` are in lower case, `query` is still percent-encoded, `body` is raw.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    """Our response to a platform."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class ParsedDelivery:
    """A genuine delivery: its review events, and a problem for every part that is unreadable."""

    events: tuple[ReviewEvent, ...] = ()
    problems: tuple[str, ...] = ()


class SignatureFailureReason(StrEnum):
    """The kinds of `SignatureFailure`."""

    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    STALE = "stale"
    NO_SECRET = "no_secret"


@dataclass(frozen=True, slots=True)
class SignatureFailure:
    """Why we do not accept a request as the platform's own. `detail` is for an engineer."""

    reason: SignatureFailureReason
    detail: str


class Scheme(Protocol):
    """How a platform proves that a request is its own.

    Each scheme exists once, in `signatures` or `keys`.
    """

    covers_address: ClassVar[bool]
    """Whether the signature also covers the address of the webhook."""

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if the owner of a valid secret sent this request to `url`, else the failure.

        `secrets` has the newest first. Total: no input makes it raise.
        """
        ...

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request as the platform would send it to `url` at `now`.

        Raises ValueError for a secret that the scheme cannot use.
        """
        ...

    def new_secret(self) -> str:
        """A fresh secret, for platforms where the receiver chooses it."""
        ...

    def secret_problem(self, secret: str) -> str | None:
        """What is wrong with a secret that a person entered; None if it is usable.

        The message never quotes the secret.
        """
        ...
