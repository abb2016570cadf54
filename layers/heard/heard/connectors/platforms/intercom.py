"""Intercom conversations: each message of a customer is a review, the conversation is the thread.

Deliveries are notifications, `{"type": "notification_event", "id", "topic", "app_id", "data":
{"item": {…}}}`, with `X-Hub-Signature`: `sha1=` and the hexadecimal HMAC-SHA1 of the body under the
app's client secret. The item of a conversation's topic is the conversation:

    conversation.user.created    the opening message: `source`, or `conversation_message` in old API
                                 versions
    conversation.user.replied    what the customer wrote since the business last wrote. Whether the
                                 item holds the newest part or all parts is not documented. A part
                                 that was reported before is known by its id
    conversation.rating.added    what the customer wrote beside a rating (`{conversation}.rating`)
    conversation.admin.replied   the business wrote: recorded, never answered
    conversation_part.redacted   the words of parts were deleted: withdrawn for good
    conversation.deleted         the whole conversation: its opening message is withdrawn for good
    ping                         a test

Other documented topics without words of customers are ignored. All the rest, such as tickets, goes
to quarantine: it may hold words. Quotes in the HTML are others' words and are kept apart. A message
without words says what it was. Customers are authors of the types user, lead, contact and visitor.
The id of the opening message is the conversation's id, and that of a later message is
`{conversation}.{part}`. Messages are never edited, so there is one revision.

Bodies are HTML in both directions. Replies are posted as a teammate (`admin_id`), not as a bot:
Intercom does not mail a bot's reply to an e-mail.

Sources: developers.intercom.com (webhook topics and notifications),
github.com/intercom/Intercom-OpenAPI (descriptions/2.15: replying, retrieving a conversation with up
to 500 parts), and public code that holds real notifications (of 2020 for a redaction). Not
documented: the longest message (`REPLY_LIMIT` is our own guess).
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
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
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    parse_one,
    read_object,
    same_text,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.quotations import SplitText, split_html
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import BodyHmac
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
from heard.text.wordless import describe, describe_media, text_or_description

REPLY_LIMIT: Final = 5_000

_API: Final = "https://api.intercom.io"
_VERSION: Final = "2.15"
_TITLE: Final = "Intercom"
_CUSTOMER_TYPES: Final = frozenset({"user", "lead", "contact", "visitor"})
_IGNORED_PREFIXES: Final = (
    "admin.",
    "article.",
    "call.",
    "company.",
    "contact.",
    "content_stat.",
    "conversation.admin.",
    "conversation.contact.",
    "conversation_part.tag.",
    "event.",
    "job.",
    "subscription.",
    "user.",
    "visitor.",
)
"""What topics begin with that hold no words of a customer."""

_IGNORED_TOPICS: Final = frozenset(
    {
        "conversation.operator.replied",
        "conversation.priority.updated",
        "conversation.read",
        "ticket.admin.assigned",
        "ticket.attribute.updated",
        "ticket.closed",
        "ticket.contact.attached",
        "ticket.contact.detached",
        "ticket.note.created",
        "ticket.rating.provided",
        "ticket.state.updated",
        "ticket.team.assigned",
    }
)
"""Topics that hold no words of a customer, and the ratings of tickets, which are a limitation."""

_PICTURE: Final = re.compile(r"<img\b", re.IGNORECASE)
_TEAM_TYPES: Final = frozenset({"admin", "team"})
_DELETED_TEXT: Final = "This message was deleted"
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)


class Intercom(ReviewApi):
    """The connector of one Intercom workspace."""

    capabilities = Capabilities(
        platform="intercom",
        title=_TITLE,
        channel=Channel.MESSAGING,
        signature="X-Hub-Signature: HMAC-SHA1 of the body, hexadecimal after sha1=; no timestamp",
        edits="no",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the client secret of the Intercom app that sends the webhooks (Developer "
        "Hub, the app, Basic information)",
        single_review_threads=False,
        settings={
            "admin_id": "the id of the teammate in whose name replies are sent (Settings, "
            "Teammates; the number in the address)"
        },
        optional_settings={
            "api_base": f"where the API is (default {_API}; https://api.eu.intercom.io or "
            "https://api.au.intercom.io)"
        },
        credentials={
            "access_token": "the app's access token (Developer Hub, the app, Authentication)"
        },
        guide=(
            "1. In Intercom's Developer Hub create an app for your workspace, with the permissions "
            "to read and write conversations.\n"
            "2. Under Webhooks paste the address shown here and choose conversation.user.created, "
            "conversation.user.replied,\n"
            "   conversation.admin.replied, conversation_part.redacted and conversation.deleted; "
            "save.\n"
            "3. Enter here the app's client secret as the signing secret, its access token, and "
            "the id of the teammate who replies."
        ),
        limitations=(
            "Tickets are not read. If their topics are chosen, deliveries with customers' words "
            "go to quarantine.",
            "The rating that a customer gives a conversation is read only with its remark, if the "
            "topic conversation.rating.added is chosen.",
        ),
        verified=(
            "The envelope is that of Intercom's documentation. A redaction is read from a real "
            "notification.",
        ),
        assumptions=(
            "No document says whether a notification of a customer's reply holds the newest part "
            "or all of them: both are read.",
            "The item of conversation.deleted has an id; nothing else of it is used.",
            f"The longest message has {REPLY_LIMIT:,} characters; this is our own guess.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", algorithm="sha1", prefix="sha1=")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The events of a notification. Raises Unparseable."""
        body = Fields(read_object(request.body))
        item = body.object("data").object("item")
        match body.values.get("topic"):
            case "ping":
                return ParsedDelivery((test_event(),))
            case "conversation.user.created":
                return parse_one(item, _opening_event)
            case "conversation.user.replied":
                if not any(_author_type(part) in _CUSTOMER_TYPES for part in _parts(item)):
                    raise item.field_error(
                        "conversation_parts", "holds nothing that a customer wrote"
                    )
                return _part_events(item, _unanswered_parts(item))
            case "conversation.admin.replied":
                team_parts = [part for part in _parts(item) if _is_message_by(part, _TEAM_TYPES)]
                return _part_events(item, team_parts[-1:])
            case "conversation.rating.added":
                return parse_one(item, _rating_event)
            case "conversation_part.redacted":
                return _redaction_events(item)
            case "conversation.deleted":
                return parse_one(
                    item,
                    lambda conversation: _withdrawal_event(
                        conversation.id("id"), conversation.id("id")
                    ),
                )
            case str() as topic if _is_ignored(topic):
                return ParsedDelivery()
            case _:
                raise body.unknown_kind("topic")

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Intercom wants a 200 within five seconds."""
        return WebhookResponse(200, "{}")

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The app's access token. Replies also need the teammate's id."""
        if rejection := self.missing(account, "admin_id", "access_token"):
            return rejection
        headers = {
            "authorization": f"Bearer {account.credential('access_token')}",
            "intercom-version": _VERSION,
        }
        return ApiAccess(f"{account.address('api_base', _API)}/conversations", headers)

    def review_request(self, native_id: str) -> ApiRequest:
        """One conversation."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """The opening message of a conversation."""
        return _opening_event(entry)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that replies in the conversation, in the teammate's name."""
        document = {
            "message_type": "comment",
            "type": "admin",
            "admin_id": account.setting("admin_id"),
            "body": _to_html(text),
        }
        path = f"/{quote(target.native_thread, safe='')}/reply"
        return ApiRequest("POST", path, document=document)

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Reply in the conversation. The response shows the conversation, with our reply in it."""
        if rejection := self.check_length(text):
            return rejection
        response = self.call(self.reply_request(target, text, account), account)
        if isinstance(response, Rejection):
            return response
        try:
            conversation = Fields(read_object(response.body))
            return _find_own_reply(conversation, text, target, account) or SentReply(reply_id)
        except Unparseable:
            # Intercom accepted the reply. Only its id is not known.
            return SentReply(reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the conversation for a part of the teammate's with the same text."""
        conversation = self.read_review(target.native_thread, account)
        if isinstance(conversation, Rejection):
            return ReplyLookup.ABSENT if conversation.reason == "gone" else ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            if own_reply := _find_own_reply(conversation, text, target, account):
                return own_reply
            is_complete = _is_complete(conversation)
        return ReplyLookup.ABSENT if is_complete else ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The message as the API shows its conversation."""
        conversation_id, _, part_id = native_id.partition(".")
        conversation = self.read_review(conversation_id, account)
        if isinstance(conversation, Rejection):
            return ReviewGone.GONE if conversation.reason == "gone" else None
        with unreadable_is_fault(_TITLE):
            if not part_id:
                is_redacted = conversation.object("source").boolean("redacted")
                return ReviewGone.GONE if is_redacted else self.review(conversation, account)
            for part in _parts(conversation):
                if part.optional_id("id") == part_id:
                    return (
                        ReviewGone.GONE if _is_redacted(part) else _part_event(conversation, part)
                    )
            return ReviewGone.GONE if _is_complete(conversation) else None

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Intercom's own message, which is about our reply."""
        if rejection.reason != "rejected":
            return rejection
        try:
            errors = Fields(read_object(body)).objects("errors")
        except Unparseable:
            return rejection
        message = " ".join(filter(None, (error.one_line("message") for error in errors)))[:300]
        return Rejection(rejection.reason, f"{_TITLE} says: {message}") if message else rejection


def _is_ignored(topic: str) -> bool:
    return topic in _IGNORED_TOPICS or topic.startswith(_IGNORED_PREFIXES)


def _opening_event(item: Fields) -> ReviewEvent:
    conversation = item.id("id")
    source = (
        item.object("source")
        if item.values.get("source")
        else item.required_object("conversation_message")
    )
    title = html_to_text(source.text("subject"))
    return _message_event(item, source, conversation, conversation, title, item)


def _rating_event(item: Fields) -> ReviewEvent | None:
    """What a customer wrote beside the rating of a conversation; None without words."""
    conversation, rating = item.id("id"), item.object("conversation_rating")
    remark = html_to_text(rating.text("remark"))
    if not remark:
        return None
    native_id = f"{conversation}.rating"
    contact = rating.object("contact")
    customer = contact if contact.values else item.object("source").object("author")
    seconds = item.integer("updated_at", 1, 10**11) or rating.integer("created_at", 1, 10**11)
    rated_at = datetime.fromtimestamp(seconds, UTC) if seconds else None
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=conversation,
        revision=time_revision(rated_at) if rated_at else number_revision(0),
        author=Author(
            customer.optional_id("id") or anonymous_author(native_id).id, customer.one_line("name")
        ),
        rating=rating.rating("rating"),
        text=remark,
        occurred_at=rated_at,
        link=item.object("links").link("conversation_web"),
        reply_to={"conversation": conversation},
    )


def _part_events(item: Fields, parts: list[Fields]) -> ParsedDelivery:
    return parse_each((part.values for part in parts), "part", lambda part: _part_event(item, part))


def _part_event(item: Fields, part: Fields) -> ReviewEvent:
    conversation = item.id("id")
    return _message_event(item, part, f"{conversation}.{part.id('id')}", conversation, None, part)


def _message_event(
    item: Fields,
    message: Fields,
    native_id: str,
    conversation: str,
    title: str | None,
    dated_fields: Fields,
) -> ReviewEvent:
    author, author_type = message.object("author"), _author_type(message)
    seconds = dated_fields.integer("created_at", 1, 10**11)
    is_own = author_type in _TEAM_TYPES or author_type == "bot"
    body = message.text("body")
    words = SplitText(html_to_text(body), None) if is_own else split_html(body)
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if is_own else EventKind.CREATED,
        native_id=native_id,
        native_thread=conversation,
        revision=number_revision(0),
        author=Author(
            author.optional_id("id") or anonymous_author(native_id).id, author.one_line("name")
        ),
        title=title,
        text=words.own if is_own else text_or_description(words.own, _media(message)),
        quoted=words.quoted,
        occurred_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        link=item.object("links").link("conversation_web"),
        reply_to={"conversation": conversation},
    )


def _media(message: Fields) -> list[str]:
    """What a message holds besides words: its attachments, and pictures in its HTML."""
    media = [
        describe_media(entry.text("content_type"), entry.one_line("name"))
        for entry in message.any_objects("attachments")
    ]
    if not media and _PICTURE.search(message.text("body") or ""):
        media.append(describe("photo"))
    return media


def _withdrawal_event(native_id: str, conversation: str) -> ReviewEvent:
    return ReviewEvent(
        EventKind.WITHDRAWN, native_id, conversation, FINAL_REVISION, anonymous_author(native_id)
    )


def _redaction_events(item: Fields) -> ParsedDelivery:
    if item.values.get("type") == "conversation_part":
        conversation = item.object("conversation").optional_id("id") or item.optional_id(
            "conversation_id"
        )
        if conversation is None:
            return ParsedDelivery(
                (),
                ("The notification says which part was deleted, but not of which conversation.",),
            )
        return parse_one(
            item, lambda part: _withdrawal_event(f"{conversation}.{part.id('id')}", conversation)
        )
    conversation = item.id("id")
    redacted_parts = [
        part.values
        for part in _parts(item)
        if _is_redacted(part) and _author_type(part) in _CUSTOMER_TYPES
    ]
    parsed = parse_each(
        redacted_parts,
        "part",
        lambda part: _withdrawal_event(f"{conversation}.{part.id('id')}", conversation),
    )
    opening_events = (
        (_withdrawal_event(conversation, conversation),)
        if item.object("source").boolean("redacted")
        else ()
    )
    return ParsedDelivery(opening_events + parsed.events, parsed.problems)


def _is_redacted(part: Fields) -> bool:
    # Notifications of older API versions have this text instead of a flag.
    return part.boolean("redacted") or html_to_text(part.text("body")) == _DELETED_TEXT


def _parts(item: Fields) -> list[Fields]:
    return item.object("conversation_parts").objects("conversation_parts")


def _unanswered_parts(item: Fields) -> list[Fields]:
    """What customers wrote after the business last wrote.

    Every delivery lists these parts again until somebody answers.
    """
    parts: list[Fields] = []
    for part in _parts(item):
        if _is_message_by(part, _TEAM_TYPES):
            parts.clear()
        elif _is_message_by(part, _CUSTOMER_TYPES) and not _is_redacted(part):
            parts.append(part)
    return parts


def _is_message_by(part: Fields, author_types: frozenset[str]) -> bool:
    return (
        _author_type(part) in author_types
        and part.values.get("part_type") != "note"
        and bool(part.values.get("body") or part.values.get("attachments"))
    )


def _author_type(message: Fields) -> str | None:
    author_type = message.object("author").values.get("type")
    return author_type if isinstance(author_type, str) else None


def _is_complete(conversation: Fields) -> bool:
    """Whether the response holds every part: Intercom shows 500 at most."""
    total_count = conversation.object("conversation_parts").integer("total_count", 0, 10**9) or 0
    return total_count <= len(_parts(conversation))


def _find_own_reply(
    conversation: Fields, text: str, target: ReplyTarget, account: PlatformAccount
) -> SentReply | None:
    admin_id = account.setting("admin_id")
    for part in reversed(_parts(conversation)):
        author, seconds = part.object("author"), part.integer("created_at", 1, 10**11)
        if author.values.get("type") != "admin" or str(author.values.get("id")) != admin_id:
            continue
        if (
            target.first_sent_at
            and seconds
            and datetime.fromtimestamp(seconds, UTC) < target.first_sent_at - _CLOCK_TOLERANCE
        ):
            continue
        if same_text(html_to_text(part.text("body")), text):
            return SentReply(str(part.values.get("id")))
    return None


def _to_html(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace('\n', '<br>')}</p>" for paragraph in paragraphs)


CONNECTOR: Connector = Intercom()
