"""The contract of a connector: what Heard needs to know of one platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime

from heard.connectors.account import Connection, Http, PlatformAccount
from heard.connectors.capabilities import Capabilities
from heard.connectors.results import (
    ModerationResult,
    ModerationStatus,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
)
from heard.connectors.webhooks import (
    ParsedDelivery,
    Scheme,
    SignatureFailure,
    WebhookRequest,
    WebhookResponse,
)
from heard.replies.length import text_length
from heard.reviews import ReviewEvent


class Connector(ABC):
    """What Heard needs to know of a platform. A connector keeps no state but caches.

    Everything but `capabilities` and `parse` has a default. The defaults fit a platform without a
    challenge and without an API: deliveries are signed by `scheme` (or not at all) and answered
    with 202.
    """

    capabilities: Capabilities
    scheme: Scheme | None = None
    parsed_headers: tuple[str, ...] = ("content-type",)
    """The headers that `parse` reads.

    A delivery in quarantine keeps these and no others, because others may hold secrets.
    """
    body_limit: int = 256 * 1024
    """The most bytes of a delivery. A larger one is answered with 413.

    Every documented webhook is far smaller, except mails with attachments.
    """

    fetch_shows_own: bool = True
    """Whether `fetch` shows that the business itself wrote a review."""

    delivery_status: int = 202
    """The status that a delivery is answered with once it is stored."""

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The response to a verification challenge, a page or a ping; None for a delivery.

        Total. It comes before `verify`. A challenge that is signed like a delivery is answered by
        `delivery_response` instead.
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
        """None if the owner of a valid secret made this request, else the failure.

        `secrets` has the newest first. Total, with one exception: PlatformUnavailable, if the keys
        that a platform publishes cannot be read just now.
        """
        return self.scheme.verify(request, connection.url, secrets, now) if self.scheme else None

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request as the platform would send it, to test a connection.

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
        """What to answer the platform once everything is stored.

        Raises PlatformUnavailable if the platform asks for a confirmation and that call fails.
        """
        return WebhookResponse(self.delivery_status, "{}")

    def missing(self, account: PlatformAccount, *names: str) -> Rejection | None:
        """The rejection if one of these settings or credentials is absent.

        Without `names`, all that the capabilities ask for are checked.
        """
        names = names or (*self.capabilities.settings, *self.capabilities.credentials)
        absent = [name for name in names if not (account.setting(name) or account.credential(name))]
        if not absent:
            return None
        return Rejection(
            "no_credentials",
            f"Enter {', '.join(absent)}: Heard needs that to call {self.capabilities.title}.",
        )

    def check_length(self, text: str) -> Rejection | None:
        """Why a reply cannot be sent, if it is over the platform's limit."""
        limit, unit = self.capabilities.reply_limit, self.capabilities.reply_unit
        excess = text_length(text, unit) - limit
        return (
            Rejection("too_long", f"A reply may have {limit} {unit}; this one has {excess} more.")
            if excess > 0
            else None
        )

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post one reply.

        Raises PlatformUnavailable, which says whether the reply may have been posted.
        """
        return Rejection(
            "not_offered",
            f"{self.capabilities.title} takes no replies from programs: answer there, and say "
            "here that you did.",
        )

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Whether our reply is there. Raises PlatformUnavailable."""
        return ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as the platform has it now; None if the platform does not let us read it.

        Raises PlatformUnavailable.
        """
        return None

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of the latest reviews, newest first. The first page has the cursor None.

        Raises PlatformUnavailable.
        """
        return ReviewPage()

    def moderation(
        self, target: ReplyTarget, native_reply: str, text: str, account: PlatformAccount
    ) -> ModerationResult:
        """Whether a reply that the platform took is really published.

        Raises PlatformUnavailable.
        """
        return ModerationResult(ModerationStatus.PUBLISHED)
