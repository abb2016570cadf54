"""Connectors: one module a platform, all with the same small interface; `load` finds them by name.

A connector is a module in `platforms/` that defines `CONNECTOR`, an instance of a class derived
from `Connector`. Registering a platform is adding its module. `ingest` imports only the one that
the connection names.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol

from heard.errors import NotFound
from heard.replies.length import Unit, text_length
from heard.reviews import Channel, ReviewEvent


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform account of one business.

    `id` is the unguessable part of the webhook's address, `url` the whole address as the platform
    was given it (signatures such as Twilio's cover it). `settings` are not secret: an API's base,
    an account id.
    """

    id: str
    business: str
    platform: str
    url: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    has_credentials: bool = False
    business_name: str = ""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One HTTP request as it came: `headers` lower-cased, `query` still encoded, `body` raw."""

    method: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    """What to answer a platform."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class SignatureFailure:
    """Why a request is not believed.

    `reason` is one of `RefusalReason`, `detail` tells an engineer more.
    """

    reason: SignatureFailureReason
    detail: str


class SignatureFailureReason(StrEnum):
    """Why a request is not believed."""

    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    STALE = "stale"
    NO_SECRET = "no_secret"


class Scheme(Protocol):
    """How a platform proves that a request is its own.

    Each scheme exists once, in `signatures` or `keys`.
    """

    def verify(
        self, request: WebhookRequest, url: str, secrets: tuple[str, ...], now: datetime
    ) -> SignatureFailure | None:
        """None if any of the valid secrets (newest first) made this request to `url`, else why it
        is not believed. Total.
        """
        ...

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request as the platform would send it to `url` at `now`.

        Raises ValueError for a secret that is none of the scheme's.
        """
        ...

    def new_secret(self) -> str:
        """A fresh secret, for platforms that let the receiver choose it."""
        ...

    def secret_problem(self, secret: str) -> str | None:
        """What is wrong with a secret that somebody entered; None if nothing is.

        Never quotes it.
        """
        ...


class SecretOrigin(StrEnum):
    """Where what deliveries are checked with comes from, and so what `heard connect add` asks and
    shows.
    """

    GENERATED = "made_here"
    """Heard makes it, and the business enters it at the platform."""
    INTERNAL = "kept_here"
    """Heard makes it and nobody else needs it."""
    FROM_PLATFORM = "given"
    """The platform shows it, and the business enters it here.

    A signing secret, or the platform's public key.
    """
    CREDENTIAL = "credential"
    """It is one of the credentials (`Capabilities.secret_credential`)."""
    NONE = "none"
    """There is none.

    Nothing is signed, or it is proven by certificates or tokens that the settings say what to
    expect of.
    """


type Detection = Literal["pushed", "polled", "no"]
"""How we learn of something: the platform says so, we ask for it now and then, or not at all."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as its documentation says; `docs/connectors.md` is made from it.

    `signature` says in words how deliveries are proven; it begins with "none" where they are not
    (`signed` is False then: such a platform is believed by the secrecy of its address alone, and
    re-read before it is acted on where that is possible). `tested_by_us` is False where only the
    platform itself can sign, so that `heard connect test` cannot send a sample.

    `reply_limit` is counted in `reply_unit`. `replies` is how many the platform shows at once:
    `one` means that a second of ours takes the first one's place or is refused (one that somebody
    else wrote is never replaced), `none` that no program can reply. `can_find_reply` says whether
    the platform lets us look for a reply of ours after a fault, `can_fetch` whether a review can be
    re-read by its id. `moderated` replies are published later or not at all; `moderation` is asked.
    `poll_seconds` is how often `recent` may be asked, None where it cannot be.

    `settings` and `credentials` name what `heard connect add` must ask for (name to explanation).
    `guide` is what to click and paste, a numbered step a line. `cannot` is what a business must
    know that it does not get, `proof` what was verified against real vectors, payloads or the
    platform's own library, and `unproven` what no document says and is our own reading; one
    sentence each.
    """

    platform: str
    title: str
    channel: Channel
    signature: str
    edits: Detection
    deletions: Detection
    replies: Literal["one", "many", "none"]
    reply_limit: int
    reply_unit: Unit
    can_find_reply: bool
    can_fetch: bool
    pushes: bool = True
    signed: bool = True
    can_self_test: bool = True
    secret_origin: SecretOrigin = SecretOrigin.GENERATED
    secret_credential: str = ""
    secret_help: str = ""
    moderated: bool = False
    poll_seconds: int | None = None
    single_review_threads: bool = True
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    optional_settings: Mapping[str, str] = field(default_factory=dict[str, str])
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    optional_credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    guide: str = ""
    limitations: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """What a reply answers.

    The review's platform ids and what its event said is needed (`reply_to`).
    """

    native_id: str
    native_thread: str
    reply_to: Mapping[str, str]
    first_sent_at: datetime | None = None
    """When sending was first tried, for platforms whose list of replies is searched by time."""
    own_replies: tuple[str, ...] = ()
    """The texts of our own earlier public replies in the thread, where a platform shows one reply.

    What stands there and is none of
    these was written by somebody else.
    """


@dataclass(frozen=True, slots=True)
class SentReply:
    """The platform took the reply and calls it `native_id`."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """The platform will never take this reply as it is.

    `reason` is a code, `detail` what to do about it.
    """

    reason: str
    detail: str


class ReplyLookup(StrEnum):
    """What a platform can say about a reply that we may have sent."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class ReviewGone(StrEnum):
    """A review that the platform no longer has."""

    GONE = "gone"


class ModerationStatus(StrEnum):
    """What became of a reply that a platform took."""

    PUBLISHED = "published"
    PENDING = "pending"
    REMOVED = "refused"
    """The platform decided not to show it, or took it down."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ModerationResult:
    """Where a reply stands with a platform that moderates.

    `reason` is the platform's own code, if it gives one.
    """

    status: ModerationStatus
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of a platform's latest reviews, newest first.

    `older` is the cursor of the page after it, None on the last. `problems` are entries that could
    not be read.
    """

    events: tuple[ReviewEvent, ...] = ()
    next_cursor: str | None = None
    problems: tuple[str, ...] = ()


class Http(Protocol):
    """A bounded HTTP client: one request, no redirects, no retries.

    Raises PlatformUnavailable when no answer was read; any answer, whatever its status, is
    returned.
    """

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        """Send one request and read its whole answer."""
        ...


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A platform's answer: `headers` lower-cased."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ParsedDelivery:
    """A genuine delivery.

    Its review events, and what in it could not be read (the rest still counts).
    """

    events: tuple[ReviewEvent, ...] = ()
    problems: tuple[str, ...] = ()


class Connector(ABC):
    """What Heard needs to know of a platform. A connector keeps no state but caches.

    Everything but `capabilities` and `parse` has a default that fits a platform of which no more is
    known: signed by `scheme` (or not at all), no challenge, 202, no replies, nothing to look up.
    """

    capabilities: Capabilities
    scheme: Scheme | None = None
    parsed_headers: tuple[str, ...] = ("content-type",)
    """The headers that `parse` reads.

    A delivery in quarantine keeps these and no others, since others may hold secrets.
    """
    body_limit: int = 256 * 1024
    """Above this many bytes a delivery is answered 413.

    Every documented webhook is far below it, but for mails with attachments.
    """

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The answer to a verification challenge, a page or a ping.

        None when the request is a delivery. Total.

        It comes before `verify`: a challenge that is signed like a delivery is answered by
        `accepted`.
        """
        return None

    def verify(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> SignatureFailure | None:
        """None if any of the valid secrets (newest first) made this request, else why it is not
        believed.

        Total, but for PlatformUnavailable when keys that the platform publishes cannot be read just
        now.
        """
        return self.scheme.verify(request, connection.url, secrets, now) if self.scheme else None

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request as the platform would send it, for trying a connection.

        Raises ValueError for a secret that cannot sign.
        """
        return self.scheme.sign(request, url, secret, now) if self.scheme else request

    @abstractmethod
    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review events of a verified delivery. Raises Unparseable and nothing else."""

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """What the platform wants to hear once everything is durable.

        Raises PlatformUnavailable if a confirmation it asks for fails.
        """
        return WebhookResponse(202, "{}")

    def check_length(self, text: str) -> Rejection | None:
        """Why a reply cannot be sent at all, if it is over the platform's limit."""
        limit, unit = self.capabilities.reply_limit, self.capabilities.reply_unit
        excess = text_length(text, unit) - limit
        return (
            Rejection("too_long", f"A reply may have {limit} {unit}; this one has {excess} more.")
            if excess > 0
            else None
        )

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> SentReply | Rejection:
        """Post one reply. Raises PlatformUnavailable.

        Says there whether it may have been applied.
        """
        return Rejection(
            "not_offered",
            f"{self.capabilities.title} takes no replies from programs: answer there, and say "
            "here that you did.",
        )

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> SentReply | ReplyLookup:
        """Whether a reply of ours is there. Raises PlatformUnavailable."""
        return ReplyLookup.CANNOT_TELL

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | ReviewGone | None:
        """The review as the platform has it now; None when the platform does not let us read it.

        Raises PlatformUnavailable.
        """
        return None

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """A page of the latest reviews, newest first; `cursor` None begins.

        Raises PlatformUnavailable.
        """
        return ReviewPage()

    def moderation(
        self,
        target: ReplyTarget,
        native_reply: str,
        text: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> ModerationResult:
        """Whether a reply that the platform took is really published.

        Raises PlatformUnavailable.
        """
        return ModerationResult(ModerationStatus.PUBLISHED)


_PLATFORM_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PLATFORMS: Final = f"{__name__}.platforms"


def load(platform: str) -> Connector:
    """The connector of a platform. Raises NotFound with the known names."""
    module_name = f"{_PLATFORMS}.{platform}"
    try:
        if not _PLATFORM_NAME.fullmatch(platform):
            raise ModuleNotFoundError(name=module_name)
        module: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        known = ", ".join(platform_names())
        raise NotFound(f"There is no connector called {platform!r}. Known: {known}.") from error
    return module.CONNECTOR


def platform_names() -> list[str]:
    """The names of all platforms that have a connector, without importing them."""
    package = importlib.import_module(_PLATFORMS)
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))
