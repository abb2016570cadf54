"""Discourse forums: posts are reviews, topics are threads.

Deliveries carry `X-Discourse-Event-Signature: sha256=<hex>` over the body, if the webhook has a
secret. Unsigned deliveries are refused. The headers that name the event are not signed, so the
connector does not read them: with one genuine body, an attacker could otherwise change its meaning
by a header. The body itself says what it is: `{"ping": "OK"}` is the test, `{"post": {…}}` a post.
The post is withdrawn if it has deleted_at, user_deleted or hidden. Everything else that a delivery
may be about (topics, users, likes, …) is ignored. A body about something unknown is unreadable.

Quotes (`[quote]`, lines with `>`, HTML's own) are others' words, and are kept apart.

Order. Deliveries overtake each other and are repeated. So a post's revision is made of what its
body says, and sorts as text:

    latest of updated_at and deleted_at  .  version (8 digits)  .  rank

The time comes first because `version` can go down: undoing an edit within the editing grace period
takes its number back (PostRevisor#update_revision), while every change of the text moves
updated_at. The rank decides between bodies of the same time:

    2  withdrawn, and later than the live body: by deleted_at, or by user_deleted or hidden, which
       Discourse sets without moving updated_at
    1  live
    0  deleted_at is older than updated_at: a deleted post was edited. A live body of that time can
       only come from its recovery

So any order of arrival ends in the same state. One thing cannot be seen: when staff recover a post
without an edit, Discourse clears deleted_at and moves nothing (Trashable#recover!). The body is
then the one from before the deletion, and Heard keeps the post withdrawn until it is edited. Only
the unsigned header could tell the two apart.

Ignored are small actions, moderator actions and whispers (post_type is not 1), posts of system
users (user_id below 0) and private messages between users. Posts of `api_username` and of
`staff_usernames` are the business's own. That an author is an administrator or moderator is not
enough: forums give these roles to customers.

Sources: github.com/discourse/discourse (app/jobs/regular/emit_web_hook_event.rb,
app/serializers/web_hook_post_serializer.rb, lib/post_destroyer.rb, lib/post_revisor.rb,
app/models/concerns/trashable.rb, app/controllers/topics_controller.rb) and discourse_api_docs
(openapi.json). Length limits are site settings: min_post_length and max_post_length (32,000 unless
changed).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from heard.clock import format_time
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
)
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    same_text,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.quotations import SplitText, split_html, split_markdown
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import BodyHmac
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text

REPLY_LIMIT: Final = 32_000

_TITLE: Final = "Discourse"
_REGULAR_POST_TYPE: Final = 1
_IGNORED_POST_TYPES: Final = frozenset({"2", "3", "4"})
"""Moderators' actions, small actions, whispers."""
_IGNORED_SUBJECTS: Final = frozenset(
    {
        "assign",
        "badge",
        "calendar_event",
        "category",
        "category_experts",
        "chat_message",
        "group",
        "group_user",
        "like",
        "notification",
        "reviewable",
        "solved",
        "tag",
        "topic",
        "topic_voting",
        "user",
        "user_badge",
        "user_promoted",
    }
)
"""What a delivery may be about besides posts: the one field of its body.

Only messages of the chat hold words that are in no post.
"""

_CHUNK_SIZE: Final = 20
_CHUNK_LIMIT: Final = 5
"""How many pages of a topic's later posts are searched for a reply of ours."""


class Discourse(ReviewApi):
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
            "api_username": "the user that replies in the business's name",
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
            "3. Choose individual events: all four under Post. Save, then press Ping on the "
            "webhook's page.\n"
            "4. For replies, create an API key under API, Keys for the user that replies, and "
            "enter both here.\n"
            "5. Turn on the site setting retry_web_hook_events, so that nothing is lost while "
            "Heard cannot be reached."
        ),
        limitations=(
            "Messages of the chat are not read.",
            "Unsigned deliveries are refused: the webhook needs a secret.",
            "A deleted post that staff recover without an edit stays withdrawn here until it is "
            "edited.",
            "After a fault, a reply is searched in 100 later posts. In a longer topic a person "
            "decides.",
        ),
        verified=(
            "The signature and the payload of a new post are checked with vectors and fixtures "
            "of Discourse's own repositories.",
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
        """The post of a body, or the ping. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if "ping" in body.values:
            return ParsedDelivery((test_event(),))
        if "post" not in body.values:
            if body.values.keys() & _IGNORED_SUBJECTS:
                return ParsedDelivery()
            raise Unparseable("The body is about nothing that Heard knows of Discourse")
        return parse_one(body.required_object("post"), lambda post: _review_event(post, connection))

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The API key and the user that it belongs to."""
        if rejection := self.missing(account, "base_url", "api_username", "api_key"):
            return rejection
        headers = {
            "api-key": account.credential("api_key"),
            "api-username": account.setting("api_username"),
        }
        return ApiAccess(account.address("base_url", ""), headers)

    def review_request(self, native_id: str) -> ApiRequest:
        """One post."""
        return ApiRequest("GET", f"/posts/{quote(native_id, safe='')}.json")

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """The post as the forum shows it to our user, with its topic's title."""
        post = super().read_review(native_id, account, reply_to)
        if (
            isinstance(post, Rejection)
            or post.values.get("post_number") != 1
            or post.values.get("topic_title")
        ):
            return post
        # Webhooks carry the topic's title, and this call does not. Without it the first post
        # would seem to have changed.
        topic = self.read(ApiRequest("GET", _topic_path(str(post.values.get("topic_id")))), account)
        if isinstance(topic, Rejection):
            return post
        values = {**post.values, "topic_title": topic.values.get("title")}
        return Fields(values, post.where, post.problems)

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent | None:
        """A post."""
        return _review_event(entry, account.connection)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts to the topic, in reply to the review's post."""
        document: dict[str, object] = {
            "raw": text,
            "topic_id": _parse_integer(target.native_thread),
        }
        if post_number := target.reply_to.get("post_number"):
            document["reply_to_post_number"] = _parse_integer(post_number)
        return ApiRequest("POST", "/posts.json", document=document)

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The id of the new post. A reply that waits for approval has none yet."""
        return source.id("id")

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the posts after the review for one of ours with the same text."""
        request = ApiRequest("GET", _topic_path(target.native_thread), {"include_raw": "1"})
        topic = self.read(request, account)
        if isinstance(topic, Rejection):
            return ReplyLookup.ABSENT if topic.reason == "gone" else ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            stream = topic.required_object("post_stream")
            posts, ids = stream.required_objects("posts"), stream.entries("stream")
        if own_reply := _find_own_reply(posts, text, account):
            return own_reply
        known_ids = {post.values.get("id") for post in posts}
        after_id = _parse_integer(target.native_id)
        later_ids = sorted(
            (
                post_id
                for post_id in ids
                if isinstance(post_id, int) and post_id > after_id and post_id not in known_ids
            ),
            reverse=True,
        )
        chunks = [
            later_ids[start : start + _CHUNK_SIZE]
            for start in range(0, len(later_ids), _CHUNK_SIZE)
        ]
        for chunk in chunks[:_CHUNK_LIMIT]:
            page = self.read(_posts_request(target.native_thread, chunk), account)
            if isinstance(page, Rejection):
                return ReplyLookup.CANNOT_TELL
            with unreadable_is_fault(_TITLE):
                posts = page.required_object("post_stream").required_objects("posts")
            if own_reply := _find_own_reply(posts, text, account):
                return own_reply
        return ReplyLookup.ABSENT if len(chunks) <= _CHUNK_LIMIT else ReplyLookup.CANNOT_TELL

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with the forum's own message, which says what to change in the reply."""
        if rejection.reason != "rejected":
            return rejection
        try:
            errors = Fields(read_object(body)).optional_entries("errors")
        except Unparseable:
            return rejection
        messages = [normalize_text(error) or "" for error in errors if isinstance(error, str)]
        if not messages:
            return rejection
        return Rejection(rejection.reason, f"{_TITLE} says: {' '.join(messages)[:300]}")


def _review_event(post: Fields, connection: Connection) -> ReviewEvent | None:
    native_id, topic_id = post.id("id"), post.id("topic_id")
    post_type = post.values.get("post_type", _REGULAR_POST_TYPE)
    if (
        str(post_type) in _IGNORED_POST_TYPES
        or post.values.get("topic_archetype") == "private_message"
    ):
        return None
    if post_type != _REGULAR_POST_TYPE:
        raise post.unknown_kind("post_type")
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
            # We deleted a reply of ours. No review was withdrawn.
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
    raw = post.text("raw")
    words = split_markdown(raw) if raw else split_html(post.text("cooked"))
    if kind is EventKind.REPLY_SEEN:
        words = SplitText(raw or html_to_text(post.text("cooked")), None)
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
        text=words.own,
        quoted=words.quoted,
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
    # Discourse ignores the case of user names.
    names = [
        connection.settings.get("api_username", ""),
        *connection.settings.get("staff_usernames", "").split(","),
    ]
    return frozenset(name.strip().lstrip("@").casefold() for name in names if name.strip())


def _topic_path(topic_id: str) -> str:
    return f"/t/{quote(topic_id, safe='')}.json"


def _posts_request(topic_id: str, post_ids: list[int]) -> ApiRequest:
    query = urlencode([*(("post_ids[]", post_id) for post_id in post_ids), ("include_raw", "1")])
    return ApiRequest("GET", f"/t/{quote(topic_id, safe='')}/posts.json?{query}")


def _find_own_reply(posts: list[Fields], text: str, account: PlatformAccount) -> SentReply | None:
    user = account.setting("api_username").casefold()
    for post in posts:
        post_text = post.text("raw") or html_to_text(post.text("cooked"))
        if (post.one_line("username") or "").casefold() == user and same_text(post_text, text):
            return SentReply(str(post.values.get("id")))
    return None


def _parse_integer(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else 0


CONNECTOR: Connector = Discourse()
