"""Connectors: one module a platform, all with the same small interface; `load` finds them by name.

A connector is a module in this package that defines `CONNECTOR`, an instance of a class that follows
`Connector`. Registering a platform is adding its module. `ingest` imports only the one that the
connection names.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol

from heard.errors import NotFound
from heard.reviews import Channel, ReviewEvent


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform account of one business.

    `id` is the unguessable part of the webhook's address, `url` the whole address as the platform was
    given it (signatures such as Twilio's cover it). `settings` are not secret: an API's base, an account id.
    """

    id: str
    business: str
    platform: str
    url: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    has_credentials: bool = False
    business_name: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came: `headers` lower-cased, `query` still encoded, `body` raw."""

    method: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What to answer a platform."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not believed: `reason` is one of `RefusalReason`, `detail` tells an engineer more."""

    reason: RefusalReason
    detail: str


class RefusalReason(StrEnum):
    """Why a request is not believed."""

    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    STALE = "stale"
    NO_SECRET = "no_secret"  # noqa: S105 - a reason, not a secret


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as its documentation says; `docs/connectors.md` is made from it.

    `reply_limit` is counted in `reply_unit`. `replies` is how many the platform shows at once: `one`
    means that a second takes the first one's place. `can_find_reply` says whether the platform lets us
    look for a reply of ours after a fault, `can_fetch` whether a review can be re-read by its id. A platform that is
    not `signed` is believed by the secrecy of its address alone, and re-read before it is acted on where that is possible.
    `settings` and `credentials` name what `heard connect add` must ask for (name to explanation).
    """

    platform: str
    title: str
    channel: Channel
    signature: str
    edits: bool
    deletions: bool
    replies: Literal["one", "many", "none"]
    reply_limit: int
    reply_unit: Literal["characters", "bytes"]
    can_find_reply: bool
    can_fetch: bool
    signed: bool = True
    moderated: bool = False
    one_review_a_thread: bool = True
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    optional_settings: Mapping[str, str] = field(default_factory=dict[str, str])
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    guide: str = ""


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """What a reply answers: the review's platform ids and what its event said is needed (`reply_to`)."""

    native_id: str
    native_thread: str
    reply_to: Mapping[str, str]
    first_sent_at: datetime | None = None
    """When sending was first tried, for platforms whose list of replies is searched by time."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took the reply and calls it `native_id`."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take this reply as it is; `reason` is a code, `detail` what to do about it."""

    reason: str
    detail: str


class Presence(StrEnum):
    """What a platform can say about a reply that we may have sent."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class Gone(StrEnum):
    """A review that the platform no longer has."""

    GONE = "gone"


class Http(Protocol):
    """A bounded HTTP client: one request, no redirects, no retries.

    Raises PlatformUnavailable when no answer was read; any answer, whatever its status, is returned.
    """

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpAnswer:
        """Send one request and read its whole answer."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A platform's answer: `headers` lower-cased."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """A genuine delivery: its review events, and what in it could not be read (the rest still counts)."""

    events: tuple[ReviewEvent, ...] = ()
    problems: tuple[str, ...] = ()


class Connector(Protocol):
    """What Heard needs to know of a platform. Implementations are stateless but for caches."""

    capabilities: Capabilities

    def handshake(self, request: Request, connection: Connection, secrets: tuple[str, ...], now: datetime) -> Response | None:
        """The answer to a verification challenge, a page or a ping; None when the request is a delivery. Total."""
        ...

    def verify(self, request: Request, connection: Connection, secrets: tuple[str, ...], now: datetime) -> Refusal | None:
        """None if any of the valid secrets (newest first) made this request, else why it is not believed. Total."""
        ...

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The review events of a verified delivery. Raises Unparseable and nothing else."""
        ...

    def accepted(self, request: Request, connection: Connection, parsed: Parsed) -> Response:
        """What the platform wants to hear once everything is durable."""
        ...

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> Sent | Rejected:
        """Post one reply. Raises PlatformUnavailable; says there whether it may have been applied."""
        ...

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> Sent | Presence:
        """Whether a reply of ours is there. Raises PlatformUnavailable."""
        ...

    def fetch(self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http) -> ReviewEvent | Gone | None:
        """The review as the platform has it now; None when the platform does not let us read it. Raises PlatformUnavailable."""
        ...


_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NOT_PLATFORMS: Final = frozenset({"signatures", "http", "parsing"})


def load(platform: str) -> Connector:
    """The connector of a platform. Raises NotFound with the known names."""
    if not _NAME.fullmatch(platform) or platform in _NOT_PLATFORMS:
        raise NotFound(f"There is no connector called {platform!r}. Known: {', '.join(platforms())}.")
    try:
        module: Any = importlib.import_module(f"{__name__}.{platform}")
    except ModuleNotFoundError as missing:
        if missing.name != f"{__name__}.{platform}":
            raise
        raise NotFound(f"There is no connector called {platform!r}. Known: {', '.join(platforms())}.") from missing
    return module.CONNECTOR


def platforms() -> list[str]:
    """The names of all platforms that have a connector, without importing them."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _NOT_PLATFORMS)
