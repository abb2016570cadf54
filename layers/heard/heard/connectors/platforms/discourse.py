"""Discourse forums: posts are reviews, topics are threads.

Deliveries carry `X-Discourse-Event-Signature: sha256=<hex>` over the body, if the webhook has a
secret; unsigned ones are refused. The headers that name the event are not signed, so nothing here
reads them: who has one genuine body must not be able to make it mean something else by changing a
header. A body says by itself what it is: `{"ping": "OK"}` is the test, `{"post": {…}}` a post,
withdrawn if it has deleted_at, user_deleted or hidden. All else (topics, users, likes) is ignored.

Order. Deliveries overtake each other and are repeated, so a post's revision is made of what its
body says, to sort as text:

    latest of updated_at and deleted_at  .  version (8 digits)  .  rank

The time comes first because `version` can go down: undoing an edit within the editing grace period
takes its number back (PostRevisor#update_revision), while every change of the text moves
updated_at. The rank decides between bodies of one moment:

    2  withdrawn by a date, or by user_deleted or hidden, which Discourse sets without moving updated_at: later than the live body
    1  live
    0  deleted_at is older than updated_at: a deleted post was edited. A live body of that moment can only come from its recovery

So any order of arrival ends in the same state. One thing cannot be seen: staff recovering a post
without an edit clears deleted_at and moves nothing (Trashable#recover!), so the body is the one
from before the deletion, and Heard keeps the post withdrawn until it is edited. Telling the two
apart would need the unsigned header.

Small actions, moderator actions and whispers (post_type is not 1), posts of system users (user_id
below 0) and private messages between users are ignored. Posts of `api_username` and of
`staff_usernames` are the business speaking. That an author is an administrator or moderator alone
is not: forums give these roles to customers.

Sources: github.com/discourse/discourse (app/jobs/regular/emit_web_hook_event.rb,
app/serializers/web_hook_post_serializer.rb, lib/post_destroyer.rb, lib/post_revisor.rb,
app/models/concerns/trashable.rb, app/controllers/topics_controller.rb) and discourse_api_docs
(openapi.json). Length limits are site settings: min_post_length and max_post_length (32,000 unless
changed).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlencode

from heard.clock import format_time
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    read_response,
    same_text,
    test_event,
)
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text

REPLY_LIMIT: Final = 32_000

_TITLE: Final = "Discourse"
_REGULAR_POST_TYPE: Final = 1
_CHUNK_SIZE: Final = 20
_CHUNK_LIMIT: Final = 5
"""How many pages of a topic's later posts are looked through for a reply of ours before saying that
we cannot tell.
"""


class Discourse(Connector):
    """The connector of one Discourse site."""

    capabilities = Capabilities(
        platform="discourse",
        title=_TITLE,
        channel=Channel.FORUM,
        signature="X-Discourse-Event-Signature: HMAC-SHA256 of the body, hexadecimal; no timestamp",
        edits="pushed",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        single_review_threads=False,
        settings={
            "base_url": "the forum's address, such as https://forum.example.com",
            "api_username": "the user that answers in the business's name",
        },
        optional_settings={
            "staff_usernames": "other users who speak for the business, separated by commas"
        },
        credentials={
            "api_key": "an API key for that user, with the scopes topics:read, topics:write and "
            "posts:edit, or global"
        },
        guide=(
            "1. In the forum's admin area open API, Webhooks and add one; paste the address shown "
            "here.\n"
            "2. Content type application/json; secret: the one shown here. Without it every "
            "delivery is refused.\n"
            "3. Choose individual events, all four under Post, and save; then press Ping on the "
            "webhook's page.\n"
            "4. For replies, create an API key under API, Keys for the user that shall answer, and "
            "enter both here.\n"
            "5. Turn on the site setting retry_web_hook_events, so that nothing is lost while we "
            "cannot be reached."
        ),
        limitations=(
            "Unsigned deliveries are refused: the webhook needs a secret.",
            "Recovering a deleted post without an edit cannot be seen: it stays withdrawn here "
            "until it is edited.",
            "A reply is looked for in 100 later posts; in a longer topic nobody can tell, and a "
            "person decides.",
        ),
        verified=(
            "The signature and the payload of a new post, against vectors and fixtures of "
            "Discourse's own repositories.",
        ),
        assumptions=(
            "The longest reply is a site setting; 32,000 characters is its default.",
            "A reply held for the forum's approval counts as sent.",
        ),
    )

    scheme = BodyHmac("x-discourse-event-signature", prefix="sha256=")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The post a body shows, or the ping. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if "ping" in body.values:
            return ParsedDelivery((test_event(),))
        if "post" not in body.values:
            return ParsedDelivery()
        return parse_one(body.required_object("post"), lambda post: _review_event(post, connection))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Any 2xx will do, within 20 seconds."""
        return WebhookResponse(202, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post to the topic, in reply to the review's post."""
        if len(text) > REPLY_LIMIT:
            return Rejection("too_long", f"A reply may have {REPLY_LIMIT} characters.")
        document: dict[str, str | int] = {
            "raw": text,
            "topic_id": _parse_integer(target.native_thread),
        }
        if post_number := target.reply_to.get("post_number"):
            document["reply_to_post_number"] = _parse_integer(post_number)
        response = _request("POST", "/posts.json", document, account)
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(read_response(response, _TITLE).id("id"))
        except (PlatformUnavailable, Unparseable):
            # Taken, but held for approval, which answers without a post.
            return SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the posts that came after the review for one of ours with the same text."""
        topic = quote(target.native_thread, safe="")
        response = _request("GET", f"/t/{topic}.json?include_raw=1", None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        stream = read_response(response, _TITLE).object("post_stream")
        if own_reply := _find_own_reply(stream, text, account.connection):
            return own_reply
        known_ids = [post.values.get("id") for post in _posts(stream)]
        ids = stream.values.get("stream")
        if not isinstance(ids, list):
            return ReplyLookup.CANNOT_TELL
        after_id = _parse_integer(target.native_id) if target.native_id.isdecimal() else 0
        later_ids = sorted(
            (
                i
                for i in cast("list[object]", ids)
                if isinstance(i, int) and i > after_id and i not in known_ids
            ),
            reverse=True,
        )
        chunks = [
            later_ids[start : start + _CHUNK_SIZE]
            for start in range(0, len(later_ids), _CHUNK_SIZE)
        ]
        for chunk in chunks[:_CHUNK_LIMIT]:
            query = urlencode([*(("post_ids[]", str(i)) for i in chunk), ("include_raw", "1")])
            response = _request("GET", f"/t/{topic}/posts.json?{query}", None, account)
            if isinstance(response, Rejection):
                return ReplyLookup.CANNOT_TELL
            if own_reply := _find_own_reply(
                read_response(response, _TITLE).object("post_stream"), text, account.connection
            ):
                return own_reply
        return ReplyLookup.ABSENT if len(chunks) <= _CHUNK_LIMIT else ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The post as the forum shows it to our user."""
        if not account.credentials.get("api_key"):
            return None
        response = _request("GET", f"/posts/{quote(native_id, safe='')}.json", None, account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        post = read_response(response, _TITLE)
        if post.values.get("post_number") == 1 and not post.values.get("topic_title"):
            # Webhooks carry the topic's title and this call does not; without it the first post
            # would seem to say something else.
            topic_response = _request(
                "GET",
                f"/t/{quote(str(post.values.get('topic_id')), safe='')}.json",
                None,
                account,
            )
            if isinstance(topic_response, HttpResponse):
                post = Fields(
                    {
                        **post.values,
                        "topic_title": read_response(topic_response, _TITLE).values.get("title"),
                    },
                    post.where,
                    post.problems,
                )
        try:
            return _review_event(post, account.connection)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error


def _review_event(post: Fields, connection: Connection) -> ReviewEvent | None:
    native_id, topic_id = post.id("id"), post.id("topic_id")
    if (
        post.values.get("post_type", _REGULAR_POST_TYPE) != _REGULAR_POST_TYPE
        or post.values.get("topic_archetype") == "private_message"
    ):
        return None
    user_id = post.values.get("user_id")
    if isinstance(user_id, int) and user_id < 0:
        return None
    created_at, updated_at, deleted_at = (
        post.time("created_at"),
        post.time("updated_at"),
        post.time("deleted_at"),
    )
    version = min(post.count("version") or 1, 10**8 - 1)
    changed_at = updated_at or created_at
    if changed_at is None:
        raise post.field_error("updated_at", "is missing")
    hidden = post.boolean("user_deleted") or post.boolean("hidden")
    withdrawn = hidden or deleted_at is not None
    latest_change = max(changed_at, deleted_at) if deleted_at else changed_at
    rank = 1 if not withdrawn else 0 if deleted_at and deleted_at < changed_at and not hidden else 2
    username = post.one_line("username")
    if username and username.casefold() in _business_users(connection):
        if withdrawn:
            # A reply that was taken back; no review of a customer is.
            return None
        kind = EventKind.REPLY_SEEN
    elif withdrawn:
        kind = EventKind.WITHDRAWN
    else:
        kind = (
            EventKind.EDITED
            if version > 1 or (created_at is not None and changed_at > created_at)
            else EventKind.CREATED
        )
    post_number = post.integer("post_number", 1, 10**9)
    title = post.one_line("topic_title")
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=topic_id,
        revision=f"{format_time(latest_change)}.{version:08d}.{rank}",
        author=Author(
            post.optional_id("user_id") or username or anonymous_author(native_id).id,
            post.one_line("name") or username,
        ),
        title=title if post_number == 1 else None,
        text=post.text("raw") or html_to_text(post.text("cooked")),
        occurred_at=latest_change if withdrawn else changed_at,
        subject=title,
        link=_link(connection, topic_id, post_number),
        reply_to={
            "topic_id": topic_id,
            **({"post_number": str(post_number)} if post_number else {}),
        },
    )


def _link(connection: Connection, topic_id: str, post_number: int | None) -> str | None:
    base = connection.settings.get("base_url", "").strip().rstrip("/")
    return (
        f"{base}/t/{quote(topic_id, safe='')}/{post_number or 1}"
        if base.startswith(("https://", "http://"))
        else None
    )


def _business_users(connection: Connection) -> frozenset[str]:
    # Discourse compares user names without regard to case.
    names = [
        connection.settings.get("api_username", ""),
        *connection.settings.get("staff_usernames", "").split(","),
    ]
    return frozenset(name.strip().lstrip("@").casefold() for name in names if name.strip())


def _posts(stream: Fields) -> list[Fields]:
    posts = stream.values.get("posts")
    entries = cast("list[object]", posts) if isinstance(posts, list) else []
    return [
        Fields(cast("dict[str, object]", post), "a post")
        for post in entries
        if isinstance(post, dict)
    ]


def _find_own_reply(stream: Fields, text: str, connection: Connection) -> SentReply | None:
    user = connection.settings.get("api_username", "").strip().casefold()
    for post in _posts(stream):
        post_text = post.text("raw") or html_to_text(post.text("cooked"))
        if (post.one_line("username") or "").casefold() == user and same_text(post_text, text):
            return SentReply(str(post.values.get("id")))
    return None


def _parse_integer(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else 0


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with the forum's own words, which are about our reply and tell what to change in
    it.
    """
    if rejection.reason != "rejected":
        return rejection
    try:
        errors = read_object(body).get("errors")
    except Unparseable:
        return rejection
    messages = (
        [
            normalize_text(error) or ""
            for error in cast("list[object]", errors)
            if isinstance(error, str)
        ]
        if isinstance(errors, list)
        else []
    )
    return (
        Rejection(rejection.reason, f"{_TITLE} says: {' '.join(messages)[:300]}")
        if messages
        else rejection
    )


def _request(
    method: str,
    path: str,
    document: Mapping[str, str | int] | None,
    account: PlatformAccount,
) -> HttpResponse | Rejection:
    base, user = (
        account.setting("base_url").rstrip("/"),
        account.setting("api_username"),
    )
    if not (base and user and account.credentials.get("api_key")):
        return Rejection(
            "no_credentials", "Enter base_url, api_username and api_key to answer in the forum."
        )
    headers = {
        "api-key": account.credentials["api_key"],
        "api-username": user,
        "accept": "application/json",
    }
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return call_api(
        account.http,
        _TITLE,
        method,
        base + path,
        headers=headers,
        body=body,
        explain=_with_platform_message,
    )


CONNECTOR: Connector = Discourse()
