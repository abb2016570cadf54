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
    Gone,
    Http,
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Response,
    Secret,
    Sent,
)
from heard.connectors.http import ask
from heard.connectors.parsing import Fields, nobody, one, read_object, same_text, test_event
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
_EVENT: Final = "zen:event-type:"
_DELETED: Final = frozenset({"ticket.soft_deleted", "ticket.marked_as_spam"})
_FORMS: Final = frozenset({"api", "web_service"})
"""Channels through which programs make tickets."""
_SAME_MOMENT: Final = timedelta(minutes=1)
_CLOCKS_APART: Final = timedelta(minutes=2)
_EXAMPLES_AHEAD: Final = timedelta(days=1)
_UNREADABLE: Final = "The body is no event of Zendesk's: Heard reads webhooks that subscribe to Zendesk events, not those of triggers or automations"


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
        secret=Secret.GIVEN,
        secret_help="the webhook's signing secret (Admin Center, Apps and integrations, Webhooks, "
        "the webhook, Reveal secret)",
        one_review_a_thread=False,
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
        cannot=(
            "Webhooks of triggers and automations: their bodies are whatever their author wrote.",
            "Hearing of words that an agent redacted, or of a public comment that was made "
            "private afterwards.",
        ),
        proof=(
            "The signature is checked against two projects' vectors over Zendesk's published test "
            "secret.",
        ),
        unproven=(
            "Whether a ticket's first comment is also reported as added: one with the "
            "description's words at its time is passed over.",
            "That tickets which somebody else than the requester wrote are the business's own "
            "words, unless they came through the API.",
            "The longest comment: Zendesk speaks of about 65,000 characters, taken as "
            f"{REPLY_LIMIT} bytes.",
        ),
    )

    scheme = ZendeskV1()

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The ticket or the comment of an event. Raises Unparseable."""
        body = Fields(read_object(request.body))
        kind = body.values.get("type")
        if not isinstance(kind, str) or not kind.startswith(_EVENT):
            raise Unparseable(f"{_UNREADABLE}.")
        kind = kind.removeprefix(_EVENT)
        if not kind.startswith("ticket."):
            return Parsed()
        at = body.time("time") or now
        if at > now + _EXAMPLES_AHEAD:
            return Parsed((test_event(),))
        match kind:
            case "ticket.created":
                return one(
                    body.required_object("detail"),
                    lambda ticket: _opening(
                        ticket, connection, EventKind.CREATED, number_revision(0)
                    ),
                )
            case "ticket.undeleted":
                return one(
                    body.required_object("detail"),
                    lambda ticket: _opening(
                        ticket, connection, EventKind.EDITED, time_revision(at)
                    ),
                )
            case "ticket.comment_added":
                return one(body, lambda event: _comment_added(event, at, connection))
            case "ticket.permanently_deleted":
                return one(body.required_object("detail"), lambda ticket: _gone(ticket, TOMBSTONE))
            case _ if kind in _DELETED:
                return one(
                    body.required_object("detail"), lambda ticket: _gone(ticket, time_revision(at))
                )
            case _:
                return Parsed()

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200, within ten seconds."""
        return Response(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Add a public comment to the ticket, which Zendesk mails to the requester."""
        if refused := self.too_long(text):
            return refused
        document = {"ticket": {"comment": {"body": text, "public": True}}}
        answer = _call(
            "PUT",
            f"{quote(target.native_thread, safe='')}.json",
            document,
            connection,
            credentials,
            http,
        )
        if isinstance(answer, Rejected):
            return answer
        for event in _listed(answer.object("audit"), "events"):
            if event.values.get("type") == "Comment":
                return Sent(str(event.values.get("id")))
        return Sent(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Look through the ticket's latest hundred comments for a public one with the same text,
        not older than our first try.
        """
        answer = _comments(target.native_thread, connection, credentials, http)
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        since = target.first_sent_at - _CLOCKS_APART if target.first_sent_at else None
        for comment in _listed(answer, "comments"):
            at = _read_time(comment)
            if not comment.flag("public") or (since and at and at < since):
                continue
            if same_text(comment.text("body"), text) or same_text(comment.text("plain_body"), text):
                return Sent(str(comment.values.get("id")))
        return Presence.ABSENT

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The ticket, or the comment among its ticket's latest hundred."""
        ticket, _, wanted = native_id.partition(".")
        path = f"{quote(ticket, safe='')}.json"
        answer = (
            _comments(ticket, connection, credentials, http)
            if wanted
            else _call("GET", path, None, connection, credentials, http)
        )
        if isinstance(answer, Rejected):
            return Gone.GONE if answer.reason == "gone" else None
        try:
            if not wanted:
                return _opening(
                    answer.required_object("ticket"),
                    connection,
                    EventKind.CREATED,
                    number_revision(0),
                )
            for comment in _listed(answer, "comments"):
                if comment.optional_id("id") == wanted:
                    author = Author(comment.optional_id("author_id") or nobody(native_id).id)
                    return _said(
                        EventKind.CREATED,
                        comment,
                        ticket,
                        native_id,
                        author,
                        None,
                        comment.time("created_at"),
                        connection,
                    )
        except Unparseable as error:
            raise _unreadable(error.detail) from error
        return None if answer.values.get("next_page") else Gone.GONE


def _opening(
    ticket: Fields, connection: Connection, kind: EventKind, revision: str
) -> ReviewEvent | None:
    if ticket.values.get("is_public") is False:
        return None
    number = ticket.id("id")
    requester, submitter = ticket.optional_id("requester_id"), ticket.optional_id("submitter_id")
    written_by_staff = bool(requester and submitter and requester != submitter)
    if written_by_staff and ticket.object("via").text("channel") not in _FORMS:
        kind = EventKind.REPLY_SEEN
    return ReviewEvent(
        kind=kind,
        native_id=number,
        native_thread=number,
        revision=revision,
        author=Author(requester or nobody(number).id),
        title=ticket.text("subject"),
        text=ticket.text("description"),
        occurred_at=ticket.time("created_at"),
        link=_link(connection, number),
        reply_to={"ticket_id": number},
        partial="description" not in ticket.values,
    )


def _comment_added(event: Fields, at: datetime, connection: Connection) -> ReviewEvent | None:
    ticket, comment = (
        event.required_object("detail"),
        event.required_object("event").required_object("comment"),
    )
    if not comment.flag("is_public") or _is_opening(ticket, comment, at):
        return None
    number, author = ticket.id("id"), comment.object("author")
    native_id = f"{number}.{comment.id('id')}"
    kind = EventKind.REPLY_SEEN if author.flag("is_staff") else EventKind.CREATED
    who = Author(author.optional_id("id") or nobody(native_id).id, author.label("name"))
    return _said(kind, comment, number, native_id, who, ticket.label("subject"), at, connection)


def _is_opening(ticket: Fields, comment: Fields, at: datetime) -> bool:
    created, description = ticket.time("created_at"), ticket.text("description")
    if created is None or description is None:
        return False
    return abs(at - created) <= _SAME_MOMENT and same_text(description, comment.text("body"))


def _said(
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
        link=_link(connection, ticket),
        reply_to={"ticket_id": ticket},
    )


def _gone(ticket: Fields, revision: str) -> ReviewEvent:
    number = ticket.id("id")
    author = Author(ticket.optional_id("requester_id") or nobody(number).id)
    return ReviewEvent(EventKind.WITHDRAWN, number, number, revision, author)


def _link(connection: Connection, ticket: str) -> str | None:
    base = connection.settings.get("base_url", "").strip().rstrip("/")
    return (
        f"{base}/agent/tickets/{quote(ticket, safe='')}"
        if base.startswith(("https://", "http://"))
        else None
    )


def _listed(answer: Fields, name: str) -> list[Fields]:
    entries = answer.values.get(name)
    listed = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", entry), f"an entry of {name}")
        for entry in listed
        if isinstance(entry, dict)
    ]


def _read_time(comment: Fields) -> datetime | None:
    try:
        return comment.time("created_at")
    except Unparseable:
        return None


def _comments(
    ticket: str, connection: Connection, credentials: Mapping[str, str], http: Http
) -> Fields | Rejected:
    return _call(
        "GET",
        f"{quote(ticket, safe='')}/comments.json?sort_order=desc",
        None,
        connection,
        credentials,
        http,
    )


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal with Zendesk's own words, which are about our comment."""
    if refusal.reason != "rejected":
        return refusal
    try:
        said = Fields(read_object(body))
    except Unparseable:
        return refusal
    about_status = [
        entry.label("description") or "" for entry in _listed(said.object("details"), "status")
    ]
    if any("closed" in words for words in about_status):
        return Rejected(
            "closed",
            "The ticket is closed and takes no more comments: open a follow-up ticket in Zendesk.",
        )
    words = said.label("description")
    return Rejected(refusal.reason, f"{_TITLE} says: {words}") if words else refusal


def _call(
    method: str,
    path: str,
    document: Mapping[str, object] | None,
    connection: Connection,
    credentials: Mapping[str, str],
    http: Http,
) -> Fields | Rejected:
    base, email = (
        connection.settings.get("base_url", "").strip().rstrip("/"),
        connection.settings.get("email", "").strip(),
    )
    token = credentials.get("api_token", "")
    if not (base and email and token):
        return Rejected(
            "no_credentials", "Enter base_url, email and api_token to answer in Zendesk."
        )
    basic = base64.b64encode(f"{email}/token:{token}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "accept": "application/json"}
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    answer = ask(
        http,
        _TITLE,
        method,
        f"{base}/api/v2/tickets/{path}",
        headers=headers,
        body=body,
        explain=_explained,
    )
    if isinstance(answer, Rejected):
        return answer
    try:
        return Fields(read_object(answer.body), "the answer")
    except Unparseable as error:
        if document is not None:
            # It was taken; only its id is not known.
            return Fields({}, "the answer")
        raise _unreadable(error.detail) from error


def _unreadable(detail: str) -> PlatformUnavailable:
    return PlatformUnavailable(
        f"{_TITLE} answered something unreadable: {detail}.", maybe_applied=False
    )


CONNECTOR: Connector = Zendesk()
