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
from heard.connectors.markup import plain
from heard.connectors.parsing import Fields, each, nobody, one, read_object, same_text, test_event
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, Author, Channel, EventKind, ReviewEvent, number_revision

REPLY_LIMIT: Final = 5_000

_API: Final = "https://api.intercom.io"
_VERSION: Final = "2.15"
_TITLE: Final = "Intercom"
_CUSTOMERS: Final = frozenset({"user", "lead", "contact", "visitor"})
_TEAM: Final = frozenset({"admin", "team"})
_DELETED: Final = "This message was deleted"
_CLOCKS_APART: Final = timedelta(minutes=2)


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
        secret=Secret.GIVEN,
        secret_help="the client secret of the Intercom app that sends the webhooks (Developer "
        "Hub, the app, Basic information)",
        one_review_a_thread=False,
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
        cannot=("The rating that a customer gives a conversation: only what they write is heard.",),
        proof=(
            "The envelope is that of Intercom's documentation; a redaction is read as a real "
            "notification has it.",
        ),
        unproven=(
            "Whether a notification of a customer's reply holds the newest part or all of them: "
            "both are understood.",
            "The item of conversation.deleted, of which only the id is taken.",
            f"The longest message: {REPLY_LIMIT} characters is our own guess.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", algorithm="sha1", prefix="sha1=")

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """What a notification says of a conversation. Raises Unparseable."""
        body = Fields(read_object(request.body))
        item = body.object("data").object("item")
        match body.values.get("topic"):
            case "ping":
                return Parsed((test_event(),))
            case "conversation.user.created":
                return one(item, _opening)
            case "conversation.user.replied":
                return each(_unanswered(item), "part", lambda part: _part(item, part))
            case "conversation.admin.replied":
                spoken = [part for part in _parts(item) if _spoke(part, _TEAM)]
                return each(spoken[-1:], "part", lambda part: _part(item, part))
            case "conversation_part.redacted":
                return _redacted(item)
            case "conversation.deleted":
                return one(
                    item,
                    lambda conversation: _withdrawn(conversation.id("id"), conversation.id("id")),
                )
            case _:
                return Parsed()

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200, within five seconds."""
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
        """Answer in the conversation, in the teammate's name."""
        if refused := self.too_long(text):
            return refused
        admin = connection.settings.get("admin_id", "").strip()
        document = {
            "message_type": "comment",
            "type": "admin",
            "admin_id": admin,
            "body": _marked_up(text),
        }
        answer = _call(
            f"{quote(target.native_thread, safe='')}/reply", document, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return answer
        return _ours(answer, text, target, admin) or Sent(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Look through the conversation's parts for one of the teammate's with the same text."""
        answer = _call(quote(target.native_thread, safe=""), None, connection, credentials, http)
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        found = _ours(answer, text, target, connection.settings.get("admin_id", "").strip())
        return found or (Presence.ABSENT if _whole(answer) else Presence.CANNOT_TELL)

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The message as the API shows its conversation."""
        conversation, _, wanted = native_id.partition(".")
        answer = _call(quote(conversation, safe=""), None, connection, credentials, http)
        if isinstance(answer, Rejected):
            return Gone.GONE if answer.reason == "gone" else None
        try:
            if not wanted:
                return Gone.GONE if answer.object("source").flag("redacted") else _opening(answer)
            for part in map(Fields, _parts(answer)):
                if part.optional_id("id") == wanted:
                    return Gone.GONE if _is_redacted(part) else _part(answer, part)
        except Unparseable as error:
            raise _unreadable(error.detail) from error
        return Gone.GONE if _whole(answer) else None


def _opening(item: Fields) -> ReviewEvent:
    conversation = item.id("id")
    source = (
        item.object("source")
        if item.values.get("source")
        else item.required_object("conversation_message")
    )
    title = plain(source.text("subject"))
    return _said(item, source, conversation, conversation, title, item)


def _part(item: Fields, part: Fields) -> ReviewEvent:
    conversation = item.id("id")
    return _said(item, part, f"{conversation}.{part.id('id')}", conversation, None, part)


def _said(
    item: Fields,
    message: Fields,
    native_id: str,
    conversation: str,
    title: str | None,
    dated: Fields,
) -> ReviewEvent:
    author, kind = message.object("author"), _author_type(message.values)
    at = dated.whole("created_at", 1, 10**11)
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if kind in _TEAM or kind == "bot" else EventKind.CREATED,
        native_id=native_id,
        native_thread=conversation,
        revision=number_revision(0),
        author=Author(author.optional_id("id") or nobody(native_id).id, author.label("name")),
        title=title,
        text=plain(message.text("body")),
        occurred_at=datetime.fromtimestamp(at, UTC) if at else None,
        link=item.object("links").link("conversation_web"),
        reply_to={"conversation": conversation},
    )


def _withdrawn(native_id: str, conversation: str) -> ReviewEvent:
    return ReviewEvent(EventKind.WITHDRAWN, native_id, conversation, TOMBSTONE, nobody(native_id))


def _redacted(item: Fields) -> Parsed:
    if item.values.get("type") == "conversation_part":
        conversation = item.object("conversation").optional_id("id") or item.optional_id(
            "conversation_id"
        )
        if conversation is None:
            return Parsed(
                (),
                ("The notification says which part was deleted, but not of which conversation.",),
            )
        return one(item, lambda part: _withdrawn(f"{conversation}.{part.id('id')}", conversation))
    conversation = item.id("id")
    gone = [
        part
        for part in _parts(item)
        if _is_redacted(Fields(part)) and _author_type(part) in _CUSTOMERS
    ]
    parsed = each(
        gone, "part", lambda part: _withdrawn(f"{conversation}.{part.id('id')}", conversation)
    )
    opening = (
        (_withdrawn(conversation, conversation),) if item.object("source").flag("redacted") else ()
    )
    return Parsed(opening + parsed.events, parsed.problems)


def _is_redacted(part: Fields) -> bool:
    # Notifications of older API versions have no flag, and this text in place of the words.
    return part.flag("redacted") or plain(part.text("body")) == _DELETED


def _parts(item: Fields) -> list[dict[str, object]]:
    listed = item.object("conversation_parts").values.get("conversation_parts")
    parts = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("dict[str, object]", part) for part in parts if isinstance(part, dict)]


def _unanswered(item: Fields) -> list[dict[str, object]]:
    """What customers said after the business's last word.

    Every delivery lists it again until somebody answers.
    """
    said: list[dict[str, object]] = []
    for part in _parts(item):
        if _spoke(part, _TEAM):
            said.clear()
        elif _spoke(part, _CUSTOMERS) and not _is_redacted(Fields(part)):
            said.append(part)
    return said


def _spoke(part: Mapping[str, object], who: frozenset[str]) -> bool:
    return (
        _author_type(part) in who
        and part.get("part_type") != "note"
        and bool(part.get("body") or part.get("attachments"))
    )


def _author_type(part: Mapping[str, object]) -> str | None:
    kind = Fields(part).object("author").values.get("type")
    return kind if isinstance(kind, str) else None


def _whole(conversation: Fields) -> bool:
    """Whether the answer holds every part: Intercom shows 500 at most."""
    return (conversation.object("conversation_parts").whole("total_count", 0, 10**9) or 0) <= len(
        _parts(conversation)
    )


def _ours(conversation: Fields, text: str, target: ReplyTarget, admin: str) -> Sent | None:
    for part in map(Fields, reversed(_parts(conversation))):
        author, at = part.object("author"), part.whole("created_at", 1, 10**11)
        if author.values.get("type") != "admin" or str(author.values.get("id")) != admin:
            continue
        if (
            target.first_sent_at
            and at
            and datetime.fromtimestamp(at, UTC) < target.first_sent_at - _CLOCKS_APART
        ):
            continue
        if same_text(plain(part.text("body")), text):
            return Sent(str(part.values.get("id")))
    return None


def _marked_up(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace('\n', '<br>')}</p>" for paragraph in paragraphs)


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal with Intercom's own words, which are about our reply."""
    if refusal.reason != "rejected":
        return refusal
    try:
        errors = read_object(body).get("errors")
    except Unparseable:
        return refusal
    entries = cast("list[object]", errors) if isinstance(errors, list) else []
    words = [
        Fields(cast("dict[str, object]", entry)).label("message")
        for entry in entries
        if isinstance(entry, dict)
    ]
    told = " ".join(word for word in words if word)[:300]
    return Rejected(refusal.reason, f"{_TITLE} says: {told}") if told else refusal


def _call(
    path: str,
    document: Mapping[str, object] | None,
    connection: Connection,
    credentials: Mapping[str, str],
    http: Http,
) -> Fields | Rejected:
    base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
    token = credentials.get("access_token", "")
    if not (token and connection.settings.get("admin_id", "").strip()):
        return Rejected("no_credentials", "Enter admin_id and access_token to answer in Intercom.")
    headers = {
        "authorization": f"Bearer {token}",
        "intercom-version": _VERSION,
        "accept": "application/json",
    }
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    method = "GET" if document is None else "POST"
    answer = ask(
        http,
        _TITLE,
        method,
        f"{base}/conversations/{path}",
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


CONNECTOR: Connector = Intercom()
