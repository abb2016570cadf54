"""Zendesk Support.

A new ticket is a review, every further public comment of a customer is another one, the ticket is
the thread.

Heard reads event subscriptions, whose JSON is Zendesk's own. Webhooks that a trigger or an
automation calls carry whatever their author wrote into them; they cannot be known and are refused
as unreadable, which says so.

Deliveries carry `X-Zendesk-Webhook-Signature`, Base64 of the HMAC-SHA256 of the header
`X-Zendesk-Webhook-Signature-Timestamp` and the body.

    zen:event-type:ticket.created              the opening words: `subject` and `description` of `detail`
    zen:event-type:ticket.comment_added        `event.comment`: {id, body, is_public, author {id, is_staff}}
    zen:event-type:ticket.soft_deleted         withdrawn as of then, and so is one marked as spam (ticket.marked_as_spam)
    zen:event-type:ticket.undeleted            there again
    zen:event-type:ticket.permanently_deleted  withdrawn for good

All else is ignored, private notes too. A comment of staff is the business speaking: seen, never
answered. So is a ticket that somebody else than its requester wrote (Zendesk makes the submitter
the author of the first comment), unless it came through the API, as from contact forms that hand in
their visitors' words. Whether a ticket's first comment is also reported as added is not documented:
a comment with the words of the description, within a minute of the ticket, is taken for it and
passed over. An event dated more than a day ahead is the example of Zendesk's test button (2099 in
its documents).

The opening goes by the ticket's number, a comment by `{ticket}.{comment}`. Neither can be edited,
so that they have one revision; only deletions and recoveries are dated.

Sources: developer.zendesk.com (webhooks: verifying, event types, ticket events; ticketing: tickets,
ticket comments), the payloads as public code holds them, and a support answer for the longest
comment (about 65,000 characters, depending on encoding). The header Idempotency-Key is documented
for creating tickets only, so that it is not relied on for comments; they are looked for instead.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast
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
from heard.connectors.http import call_api
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    same_text,
    test_event,
)
from heard.connectors.signatures import ZendeskV1
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    TOMBSTONE,
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
_DELETION_EVENTS: Final = frozenset({"ticket.soft_deleted", "ticket.marked_as_spam"})
_API_CHANNELS: Final = frozenset({"api", "web_service"})
"""Channels through which programs make tickets."""
_OPENING_TOLERANCE: Final = timedelta(minutes=1)
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)
_MAX_TIME_AHEAD: Final = timedelta(days=1)
_UNREADABLE_MESSAGE: Final = "The body is no event of Zendesk's: Heard reads webhooks that subscribe to Zendesk events, not those of triggers or automations"


class Zendesk(Connector):
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
            "email": "the e-mail address of the agent who answers in the business's name",
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
            "4. On its page press Reveal secret, and enter that secret here. A test sent before is "
            "refused: everybody knows its secret.\n"
            "5. For replies, make an API token and enter it here with the address of the account "
            "and of the agent who answers."
        ),
        limitations=(
            "Webhooks of triggers and automations: their bodies are whatever their author wrote.",
            "Hearing of words that an agent redacted, or of a public comment that was made "
            "private afterwards.",
        ),
        verified=(
            "The signature is checked against two projects' vectors over Zendesk's published test "
            "secret.",
        ),
        assumptions=(
            "Whether a ticket's first comment is also reported as added: one with the "
            "description's words at its time is passed over.",
            "That tickets which somebody else than the requester wrote are the business's own "
            "words, unless they came through the API.",
            "The longest comment: Zendesk speaks of about 65,000 characters, taken as "
            f"{REPLY_LIMIT} bytes.",
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
            raise Unparseable(f"{_UNREADABLE_MESSAGE}.")
        kind = kind.removeprefix(_EVENT_PREFIX)
        if not kind.startswith("ticket."):
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
                    lambda ticket: _deletion_event(ticket, TOMBSTONE),
                )
            case _ if kind in _DELETION_EVENTS:
                return parse_one(
                    body.required_object("detail"),
                    lambda ticket: _deletion_event(ticket, time_revision(at)),
                )
            case _:
                return ParsedDelivery()

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200, within ten seconds."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Add a public comment to the ticket, which Zendesk mails to the requester."""
        if rejection := self.check_length(text):
            return rejection
        document = {"ticket": {"comment": {"body": text, "public": True}}}
        response = _request(
            "PUT",
            f"{quote(target.native_thread, safe='')}.json",
            document,
            account,
        )
        if isinstance(response, Rejection):
            return response
        for event in _object_list(response.object("audit"), "events"):
            if event.values.get("type") == "Comment":
                return SentReply(str(event.values.get("id")))
        return SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the ticket's latest hundred comments for a public one with the same text,
        not older than our first try.
        """
        response = _fetch_comments(target.native_thread, account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        since = target.first_sent_at - _CLOCK_TOLERANCE if target.first_sent_at else None
        for comment in _object_list(response, "comments"):
            at = _read_time(comment)
            if not comment.boolean("public") or (since and at and at < since):
                continue
            if same_text(comment.text("body"), text) or same_text(comment.text("plain_body"), text):
                return SentReply(str(comment.values.get("id")))
        return ReplyLookup.ABSENT

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The ticket, or the comment among its ticket's latest hundred."""
        ticket, _, comment_id = native_id.partition(".")
        path = f"{quote(ticket, safe='')}.json"
        response = (
            _fetch_comments(ticket, account) if comment_id else _request("GET", path, None, account)
        )
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        try:
            if not comment_id:
                return _opening_event(
                    response.required_object("ticket"),
                    account.connection,
                    EventKind.CREATED,
                    number_revision(0),
                )
            for comment in _object_list(response, "comments"):
                if comment.optional_id("id") == comment_id:
                    author = Author(
                        comment.optional_id("author_id") or anonymous_author(native_id).id
                    )
                    return _comment_event(
                        EventKind.CREATED,
                        comment,
                        ticket,
                        native_id,
                        author,
                        None,
                        comment.time("created_at"),
                        account.connection,
                    )
        except Unparseable as error:
            raise _unreadable_response(error.detail) from error
        return None if response.values.get("next_page") else ReviewGone.GONE


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
    if not comment.boolean("is_public") or _is_opening(ticket, comment, at):
        return None
    number, author = ticket.id("id"), comment.object("author")
    native_id = f"{number}.{comment.id('id')}"
    kind = EventKind.REPLY_SEEN if author.boolean("is_staff") else EventKind.CREATED
    comment_author = Author(
        author.optional_id("id") or anonymous_author(native_id).id, author.one_line("name")
    )
    return _comment_event(
        kind, comment, number, native_id, comment_author, ticket.one_line("subject"), at, connection
    )


def _is_opening(ticket: Fields, comment: Fields, at: datetime) -> bool:
    created_at, description = ticket.time("created_at"), ticket.text("description")
    if created_at is None or description is None:
        return False
    return abs(at - created_at) <= _OPENING_TOLERANCE and same_text(
        description, comment.text("body")
    )


def _comment_event(
    kind: EventKind,
    comment: Fields,
    ticket: str,
    native_id: str,
    author: Author,
    subject: str | None,
    at: datetime | None,
    connection: Connection,
) -> ReviewEvent:
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=ticket,
        revision=number_revision(0),
        author=author,
        text=comment.text("body"),
        occurred_at=at,
        subject=subject,
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


def _object_list(response: Fields, name: str) -> list[Fields]:
    value = response.values.get(name)
    objects = cast("list[object]", value) if isinstance(value, list) else []
    return [
        Fields(cast("dict[str, object]", entry), f"an entry of {name}")
        for entry in objects
        if isinstance(entry, dict)
    ]


def _read_time(comment: Fields) -> datetime | None:
    try:
        return comment.time("created_at")
    except Unparseable:
        return None


def _fetch_comments(ticket: str, account: PlatformAccount) -> Fields | Rejection:
    return _request(
        "GET",
        f"{quote(ticket, safe='')}/comments.json?sort_order=desc",
        None,
        account,
    )


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with Zendesk's own words, which are about our comment."""
    if rejection.reason != "rejected":
        return rejection
    try:
        document = Fields(read_object(body))
    except Unparseable:
        return rejection
    status_messages = [
        entry.one_line("description") or ""
        for entry in _object_list(document.object("details"), "status")
    ]
    if any("closed" in message for message in status_messages):
        return Rejection(
            "closed",
            "The ticket is closed and takes no more comments: open a follow-up ticket in Zendesk.",
        )
    words = document.one_line("description")
    return Rejection(rejection.reason, f"{_TITLE} says: {words}") if words else rejection


def _request(
    method: str,
    path: str,
    document: Mapping[str, object] | None,
    account: PlatformAccount,
) -> Fields | Rejection:
    base, email = (
        account.setting("base_url").rstrip("/"),
        account.setting("email"),
    )
    token = account.credentials.get("api_token", "")
    if not (base and email and token):
        return Rejection(
            "no_credentials", "Enter base_url, email and api_token to answer in Zendesk."
        )
    basic = base64.b64encode(f"{email}/token:{token}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "accept": "application/json"}
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    response = call_api(
        account.http,
        _TITLE,
        method,
        f"{base}/api/v2/tickets/{path}",
        headers=headers,
        body=body,
        explain=_with_platform_message,
    )
    if isinstance(response, Rejection):
        return response
    try:
        return Fields(read_object(response.body), "the answer")
    except Unparseable as error:
        if document is not None:
            # It was taken; only its id is not known.
            return Fields({}, "the answer")
        raise _unreadable_response(error.detail) from error


def _unreadable_response(detail: str) -> PlatformUnavailable:
    return PlatformUnavailable(
        f"{_TITLE} answered something unreadable: {detail}.", maybe_applied=False
    )


CONNECTOR: Connector = Zendesk()
