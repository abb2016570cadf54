"""Intercom conversations: every message of a customer is a review, the conversation is the thread.

Deliveries are notifications, `{"type": "notification_event", "id", "topic", "app_id", "data":
{"item": {…}}}`, with `X-Hub-Signature`: `sha1=` and the hexadecimal HMAC-SHA1 of the body under the
app's client secret. The item of a conversation's topic is the conversation:

    conversation.user.created    the opening message, `source` (`conversation_message` in old API versions)
    conversation.user.replied    what the customer said since the business last spoke: whether the item holds the newest part or all parts
                                 is not documented, and what was reported before is known by its id
    conversation.admin.replied   the business spoke: seen, never answered
    conversation_part.redacted   parts whose words were deleted: withdrawn for good
    conversation.deleted         the whole conversation: its opening message is withdrawn for good
    ping                         a test

All else is ignored. Customers are the authors of type user, lead, contact and visitor. The opening
message goes by the conversation's id, every later one by `{conversation}.{part}`. Messages are
never edited, so there is one revision.

Bodies are HTML both ways. Replies are posted as a teammate (`admin_id`), not as a bot: a bot's
answer to an e-mail is not mailed.

Sources: developers.intercom.com (webhook topics and notifications),
github.com/intercom/Intercom-OpenAPI (descriptions/2.15: replying, retrieving a conversation with up
to 500 parts), and public code that holds real notifications (of 2020 for a redaction). Not
documented: the longest message (`REPLY_LIMIT` is our own guess).
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    parse_one,
    read_object,
    same_text,
    test_event,
)
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, Author, Channel, EventKind, ReviewEvent, number_revision

REPLY_LIMIT: Final = 5_000

_API: Final = "https://api.intercom.io"
_VERSION: Final = "2.15"
_TITLE: Final = "Intercom"
_CUSTOMER_TYPES: Final = frozenset({"user", "lead", "contact", "visitor"})
_TEAM_TYPES: Final = frozenset({"admin", "team"})
_DELETED_TEXT: Final = "This message was deleted"
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)


class Intercom(Connector):
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
            "api_base": f"where the API is ({_API} if not said; https://api.eu.intercom.io or "
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
            "3. Enter the app's client secret here as the signing secret, its access token, and "
            "the id of the teammate who answers."
        ),
        limitations=(
            "The rating that a customer gives a conversation: only what they write is heard.",
        ),
        verified=(
            "The envelope is that of Intercom's documentation; a redaction is read as a real "
            "notification has it.",
        ),
        assumptions=(
            "Whether a notification of a customer's reply holds the newest part or all of them: "
            "both are understood.",
            "The item of conversation.deleted, of which only the id is taken.",
            f"The longest message: {REPLY_LIMIT} characters is our own guess.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", algorithm="sha1", prefix="sha1=")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """What a notification says of a conversation. Raises Unparseable."""
        body = Fields(read_object(request.body))
        item = body.object("data").object("item")
        match body.values.get("topic"):
            case "ping":
                return ParsedDelivery((test_event(),))
            case "conversation.user.created":
                return parse_one(item, _opening_event)
            case "conversation.user.replied":
                return parse_each(
                    _unanswered_parts(item), "part", lambda part: _part_event(item, part)
                )
            case "conversation.admin.replied":
                team_parts = [part for part in _parts(item) if _is_message_by(part, _TEAM_TYPES)]
                return parse_each(team_parts[-1:], "part", lambda part: _part_event(item, part))
            case "conversation_part.redacted":
                return _redaction_events(item)
            case "conversation.deleted":
                return parse_one(
                    item,
                    lambda conversation: _withdrawal_event(
                        conversation.id("id"), conversation.id("id")
                    ),
                )
            case _:
                return ParsedDelivery()

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200, within five seconds."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Answer in the conversation, in the teammate's name."""
        if rejection := self.check_length(text):
            return rejection
        admin = account.setting("admin_id")
        document = {
            "message_type": "comment",
            "type": "admin",
            "admin_id": admin,
            "body": _to_html(text),
        }
        response = _request(f"{quote(target.native_thread, safe='')}/reply", document, account)
        if isinstance(response, Rejection):
            return response
        return _find_own_reply(response, text, target, admin) or SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the conversation's parts for one of the teammate's with the same text."""
        response = _request(quote(target.native_thread, safe=""), None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        sent_reply = _find_own_reply(response, text, target, account.setting("admin_id"))
        return sent_reply or (
            ReplyLookup.ABSENT if _is_complete(response) else ReplyLookup.CANNOT_TELL
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The message as the API shows its conversation."""
        conversation, _, part_id = native_id.partition(".")
        response = _request(quote(conversation, safe=""), None, account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        try:
            if not part_id:
                return (
                    ReviewGone.GONE
                    if response.object("source").boolean("redacted")
                    else _opening_event(response)
                )
            for part in map(Fields, _parts(response)):
                if part.optional_id("id") == part_id:
                    return ReviewGone.GONE if _is_redacted(part) else _part_event(response, part)
        except Unparseable as error:
            raise _unreadable_response(error.detail) from error
        return ReviewGone.GONE if _is_complete(response) else None


def _opening_event(item: Fields) -> ReviewEvent:
    conversation = item.id("id")
    source = (
        item.object("source")
        if item.values.get("source")
        else item.required_object("conversation_message")
    )
    title = html_to_text(source.text("subject"))
    return _message_event(item, source, conversation, conversation, title, item)


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
    author, author_type = message.object("author"), _author_type(message.values)
    seconds = dated_fields.integer("created_at", 1, 10**11)
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN
        if author_type in _TEAM_TYPES or author_type == "bot"
        else EventKind.CREATED,
        native_id=native_id,
        native_thread=conversation,
        revision=number_revision(0),
        author=Author(
            author.optional_id("id") or anonymous_author(native_id).id, author.one_line("name")
        ),
        title=title,
        text=html_to_text(message.text("body")),
        occurred_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        link=item.object("links").link("conversation_web"),
        reply_to={"conversation": conversation},
    )


def _withdrawal_event(native_id: str, conversation: str) -> ReviewEvent:
    return ReviewEvent(
        EventKind.WITHDRAWN, native_id, conversation, TOMBSTONE, anonymous_author(native_id)
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
        part
        for part in _parts(item)
        if _is_redacted(Fields(part)) and _author_type(part) in _CUSTOMER_TYPES
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
    # Notifications of older API versions have no flag, and this text in place of the words.
    return part.boolean("redacted") or html_to_text(part.text("body")) == _DELETED_TEXT


def _parts(item: Fields) -> list[dict[str, object]]:
    value = item.object("conversation_parts").values.get("conversation_parts")
    parts = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, object]", part) for part in parts if isinstance(part, dict)]


def _unanswered_parts(item: Fields) -> list[dict[str, object]]:
    """What customers said after the business's last word.

    Every delivery lists it again until somebody answers.
    """
    parts: list[dict[str, object]] = []
    for part in _parts(item):
        if _is_message_by(part, _TEAM_TYPES):
            parts.clear()
        elif _is_message_by(part, _CUSTOMER_TYPES) and not _is_redacted(Fields(part)):
            parts.append(part)
    return parts


def _is_message_by(part: Mapping[str, object], author_types: frozenset[str]) -> bool:
    return (
        _author_type(part) in author_types
        and part.get("part_type") != "note"
        and bool(part.get("body") or part.get("attachments"))
    )


def _author_type(part: Mapping[str, object]) -> str | None:
    author_type = Fields(part).object("author").values.get("type")
    return author_type if isinstance(author_type, str) else None


def _is_complete(conversation: Fields) -> bool:
    """Whether the answer holds every part: Intercom shows 500 at most."""
    return (conversation.object("conversation_parts").integer("total_count", 0, 10**9) or 0) <= len(
        _parts(conversation)
    )


def _find_own_reply(
    conversation: Fields, text: str, target: ReplyTarget, admin: str
) -> SentReply | None:
    for part in map(Fields, reversed(_parts(conversation))):
        author, seconds = part.object("author"), part.integer("created_at", 1, 10**11)
        if author.values.get("type") != "admin" or str(author.values.get("id")) != admin:
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


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with Intercom's own words, which are about our reply."""
    if rejection.reason != "rejected":
        return rejection
    try:
        errors = read_object(body).get("errors")
    except Unparseable:
        return rejection
    entries = cast("list[object]", errors) if isinstance(errors, list) else []
    messages = [
        Fields(cast("dict[str, object]", entry)).one_line("message")
        for entry in entries
        if isinstance(entry, dict)
    ]
    message = " ".join(word for word in messages if word)[:300]
    return Rejection(rejection.reason, f"{_TITLE} says: {message}") if message else rejection


def _request(
    path: str,
    document: Mapping[str, object] | None,
    account: PlatformAccount,
) -> Fields | Rejection:
    base = account.address("api_base", _API)
    token = account.credentials.get("access_token", "")
    if not (token and account.setting("admin_id")):
        return Rejection("no_credentials", "Enter admin_id and access_token to answer in Intercom.")
    headers = {
        "authorization": f"Bearer {token}",
        "intercom-version": _VERSION,
        "accept": "application/json",
    }
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    method = "GET" if document is None else "POST"
    response = call_api(
        account.http,
        _TITLE,
        method,
        f"{base}/conversations/{path}",
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


CONNECTOR: Connector = Intercom()
