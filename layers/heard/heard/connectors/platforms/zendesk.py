"""Zendesk Support: tickets are threads, opening words and customers' comments are reviews.

A new ticket is a review, and so is every further public comment of a customer. Heard reads event
subscriptions, whose JSON is Zendesk's own. A webhook that a trigger or an automation calls carries
whatever its author wrote into it. Heard cannot know that, and refuses it as unreadable.

Deliveries carry `X-Zendesk-Webhook-Signature`, Base64 of the HMAC-SHA256 of the header
`X-Zendesk-Webhook-Signature-Timestamp` and the body. The types, after `zen:event-type:`, are:

    ticket.created              the opening words: `subject` and `description` of `detail`
    ticket.comment_added        `event.comment`: {id, body, is_public, author {id, is_staff}}
    ticket.soft_deleted         withdrawn as of then; so is a ticket marked as spam
                                (ticket.marked_as_spam)
    ticket.undeleted            there again
    ticket.permanently_deleted  withdrawn for good

Everything else is ignored, private notes too. A comment of staff is the business's own: recorded,
never answered. So is a ticket that somebody else than its requester wrote (Zendesk makes the
submitter the author of the first comment). A ticket that came through the API is a review all the
same, because contact forms hand in their visitors' words that way. Whether a ticket's first comment
is also reported as added is not documented. So a comment with the words of the description, within
a minute of the ticket, counts as the first comment and is ignored. An event dated more than a day
ahead is the example of Zendesk's test button (2099 in its documents).

The id of the opening words is the ticket's number, and that of a comment is `{ticket}.{comment}`.
Neither can be edited, so each has one revision. Only deletions and recoveries are dated.

Sources: developer.zendesk.com (webhooks: verifying, event types, ticket events; ticketing: tickets,
ticket comments), the payloads as public code holds them, and a support answer for the longest
comment (about 65,000 characters, depending on encoding). The header Idempotency-Key is documented
for creating tickets only. So it is not used for comments; they are searched for instead.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    same_text,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import ZendeskV1
from heard.errors import Unparseable
from heard.reviews import (
    FINAL_REVISION,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 65_000

_TITLE: Final = "Zendesk"
_EVENT_PREFIX: Final = "zen:event-type:"
_IGNORED_PREFIXES: Final = ("agent.", "article.", "organization.", "user.")
"""Events that are about no ticket, and hold no words of a customer to the business."""

_COMMENT_PREFIX: Final = "article.comment_"
"""Comments on articles are a customer's words: Heard cannot read them, and they are kept."""

_IGNORED_EVENTS: Final = frozenset(
    {
        "ticket.attachment_linked_to_comment",
        "ticket.comment_made_private",
        "ticket.comment_redacted",
        "ticket.attachment_redacted",
        "ticket.merged",
    }
)
"""Events of tickets without new words; those that end in `_changed` are ignored too."""

_DELETION_EVENTS: Final = frozenset({"ticket.soft_deleted", "ticket.marked_as_spam"})
_API_CHANNELS: Final = frozenset({"api", "web_service"})
"""Channels through which programs make tickets."""
_OPENING_TOLERANCE: Final = timedelta(minutes=1)
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)
_MAX_TIME_AHEAD: Final = timedelta(days=1)
_UNREADABLE_MESSAGE: Final = (
    "The body is no event of Zendesk's: Heard reads webhooks that subscribe to Zendesk events, not "
    "those of triggers or automations."
)


class Zendesk(ReviewApi):
    """The connector of one Zendesk account."""

    capabilities = Capabilities(
        platform="zendesk",
        title=_TITLE,
        channel=Channel.MESSAGING,
        signature="X-Zendesk-Webhook-Signature: HMAC-SHA256 of time and body, Base64; five minutes",
        edits="no",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="bytes",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the webhook's signing secret (Admin Center, Apps and integrations, Webhooks, "
        "the webhook, Reveal secret)",
        single_review_threads=False,
        settings={
            "base_url": "the account's address, such as https://your-company.zendesk.com",
            "email": "the e-mail address of the agent who replies in the business's name",
        },
        credentials={
            "api_token": "an API token (Admin Center, Apps and integrations, APIs, API tokens)"
        },
        guide=(
            "1. In Zendesk's Admin Center open Apps and integrations, Webhooks, Create webhook, "
            "and choose Zendesk events.\n"
            "2. Choose Ticket created, Comment added, Ticket soft deleted, Ticket undeleted, "
            "Ticket permanently deleted\n"
            "   and Ticket marked as spam.\n"
            "3. Paste the address shown here, POST, JSON, no authentication; create the webhook.\n"
            "4. On its page press Reveal secret, and enter that secret here. A test that was sent "
            "before is refused: everybody knows its secret.\n"
            "5. For replies, make an API token. Enter it here, with the address of the account and "
            "of the agent who replies."
        ),
        limitations=(
            "Webhooks of triggers and automations are not read: their author decides what is in "
            "the body.",
            "Comments on articles and posts of the help center are not read. If their events are "
            "chosen, they go to quarantine.",
            "Zendesk reports neither words that an agent redacted nor public comments that were "
            "made private afterwards.",
        ),
        verified=(
            "The signature is checked with two projects' vectors under Zendesk's published test "
            "secret.",
        ),
        assumptions=(
            "No document says whether a ticket's first comment is also reported as added: a "
            "comment with the description's words at its time is ignored.",
            "Tickets that somebody else than the requester wrote are the business's own words, "
            "unless they came through the API.",
            f"The longest comment has {REPLY_LIMIT:,} bytes; Zendesk says about 65,000 characters.",
        ),
    )

    scheme = ZendeskV1()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The ticket or the comment of an event. Raises Unparseable."""
        body = Fields(read_object(request.body))
        kind = body.values.get("type")
        if not isinstance(kind, str) or not kind.startswith(_EVENT_PREFIX):
            raise Unparseable(_UNREADABLE_MESSAGE)
        kind = kind.removeprefix(_EVENT_PREFIX)
        if kind.startswith(_IGNORED_PREFIXES) and not kind.startswith(_COMMENT_PREFIX):
            return ParsedDelivery()
        at = body.time("time") or now
        if at > now + _MAX_TIME_AHEAD:
            return ParsedDelivery((test_event(),))
        match kind:
            case "ticket.created":
                return parse_one(
                    body.required_object("detail"),
                    lambda ticket: _opening_event(
                        ticket, connection, EventKind.CREATED, number_revision(0)
                    ),
                )
            case "ticket.undeleted":
                return parse_one(
                    body.required_object("detail"),
                    lambda ticket: _opening_event(
                        ticket, connection, EventKind.EDITED, time_revision(at)
                    ),
                )
            case "ticket.comment_added":
                return parse_one(body, lambda event: _added_comment_event(event, at, connection))
            case "ticket.permanently_deleted":
                return parse_one(
                    body.required_object("detail"),
                    lambda ticket: _deletion_event(ticket, FINAL_REVISION),
                )
            case _ if kind in _DELETION_EVENTS:
                return parse_one(
                    body.required_object("detail"),
                    lambda ticket: _deletion_event(ticket, time_revision(at)),
                )
            case _ if kind in _IGNORED_EVENTS or (
                kind.startswith("ticket.") and kind.endswith("_changed")
            ):
                return ParsedDelivery()
            case _:
                raise body.unknown_kind("type")

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Zendesk wants a 200 within ten seconds."""
        return WebhookResponse(200, "{}")

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """Basic authentication with the agent's address and the API token."""
        if rejection := self.missing(account, "base_url", "email", "api_token"):
            return rejection
        user = f"{account.setting('email')}/token:{account.credential('api_token')}"
        return ApiAccess(
            f"{account.address('base_url', '')}/api/v2/tickets",
            {"authorization": "Basic " + base64.b64encode(user.encode()).decode()},
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One ticket."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}.json")

    def unwrap_review(self, response: Fields) -> Fields:
        """The ticket."""
        return response.required_object("ticket")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent | None:
        """The opening words of a ticket."""
        return _opening_event(entry, account.connection, EventKind.CREATED, number_revision(0))

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that adds a public comment, which Zendesk mails to the requester."""
        return ApiRequest(
            "PUT",
            f"/{quote(target.native_thread, safe='')}.json",
            document={"ticket": {"comment": {"body": text, "public": True}}},
        )

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The id of the new comment, which the response's audit holds."""
        for event in source.object("audit").objects("events"):
            if event.values.get("type") == "Comment":
                return event.id("id")
        raise source.field_error("audit", "has no comment")

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the ticket's latest hundred comments for a public one with the same text.

        A comment counts if it is not older than our first try.
        """
        response = self.read(_comments_request(target.native_thread), account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            comments = response.required_objects("comments")
        since = target.first_sent_at - _CLOCK_TOLERANCE if target.first_sent_at else None
        for comment in comments:
            at = _created_at(comment)
            if not comment.boolean("public") or (since and at and at < since):
                continue
            if same_text(comment.text("body"), text) or same_text(comment.text("plain_body"), text):
                return SentReply(str(comment.values.get("id")))
        return ReplyLookup.ABSENT

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The ticket, or the comment among its ticket's latest hundred."""
        ticket, _, comment_id = native_id.partition(".")
        if not comment_id:
            return super().fetch(ticket, account)
        response = self.read(_comments_request(ticket), account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        with unreadable_is_fault(_TITLE):
            for comment in response.required_objects("comments"):
                if comment.optional_id("id") == comment_id:
                    return _comment_event(
                        comment,
                        ticket,
                        native_id,
                        author=Author(
                            comment.optional_id("author_id") or anonymous_author(native_id).id
                        ),
                        at=comment.time("created_at"),
                        connection=account.connection,
                    )
        return None if response.values.get("next_page") else ReviewGone.GONE

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Zendesk's own message, which is about our comment."""
        if rejection.reason != "rejected":
            return rejection
        try:
            document = Fields(read_object(body))
            statuses = document.object("details").objects("status")
        except Unparseable:
            return rejection
        if any("closed" in (status.one_line("description") or "") for status in statuses):
            return Rejection(
                "closed",
                "The ticket is closed and takes no more comments: open a follow-up ticket in "
                "Zendesk.",
            )
        message = document.one_line("description")
        return Rejection(rejection.reason, f"{_TITLE} says: {message}") if message else rejection


def _comments_request(ticket: str) -> ApiRequest:
    path = f"/{quote(ticket, safe='')}/comments.json"
    return ApiRequest("GET", path, {"sort_order": "desc"})


def _opening_event(
    ticket: Fields, connection: Connection, kind: EventKind, revision: str
) -> ReviewEvent | None:
    if ticket.values.get("is_public") is False:
        return None
    number = ticket.id("id")
    requester, submitter = ticket.optional_id("requester_id"), ticket.optional_id("submitter_id")
    written_by_staff = bool(requester and submitter and requester != submitter)
    if written_by_staff and ticket.object("via").text("channel") not in _API_CHANNELS:
        kind = EventKind.REPLY_SEEN
    return ReviewEvent(
        kind=kind,
        native_id=number,
        native_thread=number,
        revision=revision,
        author=Author(requester or anonymous_author(number).id),
        title=ticket.text("subject"),
        text=ticket.text("description"),
        occurred_at=ticket.time("created_at"),
        link=_ticket_link(connection, number),
        reply_to={"ticket_id": number},
        partial="description" not in ticket.values,
    )


def _added_comment_event(event: Fields, at: datetime, connection: Connection) -> ReviewEvent | None:
    ticket, comment = (
        event.required_object("detail"),
        event.required_object("event").required_object("comment"),
    )
    if comment.values.get("is_public") not in (True, False, "true", "false"):
        raise comment.field_error("is_public", "does not say whether it is a note")
    if not comment.boolean("is_public") or _is_opening(ticket, comment, at):
        return None
    number, author = ticket.id("id"), comment.object("author")
    native_id = f"{number}.{comment.id('id')}"
    kind = EventKind.REPLY_SEEN if author.boolean("is_staff") else EventKind.CREATED
    comment_author = Author(
        author.optional_id("id") or anonymous_author(native_id).id, author.one_line("name")
    )
    review = _comment_event(
        comment, number, native_id, author=comment_author, at=at, connection=connection
    )
    return replace(review, kind=kind, subject=ticket.one_line("subject"))


def _is_opening(ticket: Fields, comment: Fields, at: datetime) -> bool:
    created_at, description = ticket.time("created_at"), ticket.text("description")
    if created_at is None or description is None:
        return False
    return abs(at - created_at) <= _OPENING_TOLERANCE and same_text(
        description, comment.text("body")
    )


def _comment_event(
    comment: Fields,
    ticket: str,
    native_id: str,
    *,
    author: Author,
    at: datetime | None,
    connection: Connection,
) -> ReviewEvent:
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=ticket,
        revision=number_revision(0),
        author=author,
        text=comment.text("body"),
        occurred_at=at,
        link=_ticket_link(connection, ticket),
        reply_to={"ticket_id": ticket},
    )


def _deletion_event(ticket: Fields, revision: str) -> ReviewEvent:
    number = ticket.id("id")
    author = Author(ticket.optional_id("requester_id") or anonymous_author(number).id)
    return ReviewEvent(EventKind.WITHDRAWN, number, number, revision, author)


def _ticket_link(connection: Connection, ticket: str) -> str | None:
    base = connection.settings.get("base_url", "").strip().rstrip("/")
    return (
        f"{base}/agent/tickets/{quote(ticket, safe='')}"
        if base.startswith(("https://", "http://"))
        else None
    )


def _created_at(comment: Fields) -> datetime | None:
    try:
        return comment.time("created_at")
    except Unparseable:
        return None


CONNECTOR: Connector = Zendesk()
