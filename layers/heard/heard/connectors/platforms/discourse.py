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

from heard.clock import stamp
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    HttpAnswer,
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Response,
    Sent,
)
from heard.connectors.http import ask
from heard.connectors.markup import plain
from heard.connectors.parsing import (
    Fields,
    nobody,
    one,
    read_answer,
    read_object,
    same_text,
    test_event,
)
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, clean

REPLY_LIMIT: Final = 32_000

_TITLE: Final = "Discourse"
_ORDINARY_POST: Final = 1
_CHUNK: Final = 20
_CHUNKS: Final = 5
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
        one_review_a_thread=False,
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
        cannot=(
            "Unsigned deliveries are refused: the webhook needs a secret.",
            "Recovering a deleted post without an edit cannot be seen: it stays withdrawn here "
            "until it is edited.",
            "A reply is looked for in 100 later posts; in a longer topic nobody can tell, and a "
            "person decides.",
        ),
        proof=(
            "The signature and the payload of a new post, against vectors and fixtures of "
            "Discourse's own repositories.",
        ),
        unproven=(
            "The longest reply is a site setting; 32,000 characters is its default.",
            "A reply held for the forum's approval counts as sent.",
        ),
    )

    scheme = BodyHmac("x-discourse-event-signature", prefix="sha256=")

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The post a body shows, or the ping. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if "ping" in body.values:
            return Parsed((test_event(),))
        if "post" not in body.values:
            return Parsed()
        return one(body.required_object("post"), lambda post: _event(post, connection))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """Any 2xx will do, within 20 seconds."""
        return Response(202, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Post to the topic, in reply to the review's post."""
        if len(text) > REPLY_LIMIT:
            return Rejected("too_long", f"A reply may have {REPLY_LIMIT} characters.")
        document: dict[str, str | int] = {"raw": text, "topic_id": _whole(target.native_thread)}
        if number := target.reply_to.get("post_number"):
            document["reply_to_post_number"] = _whole(number)
        answer = _call("POST", "/posts.json", document, connection, credentials, http)
        if isinstance(answer, Rejected):
            return answer
        try:
            return Sent(read_answer(answer, _TITLE).id("id"))
        except (PlatformUnavailable, Unparseable):
            # Taken, but held for approval, which answers without a post.
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
        """Look through the posts that came after the review for one of ours with the same text."""
        topic = quote(target.native_thread, safe="")
        answer = _call("GET", f"/t/{topic}.json?include_raw=1", None, connection, credentials, http)
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        stream = read_answer(answer, _TITLE).object("post_stream")
        if found := _ours(stream, text, connection):
            return found
        known = [post.values.get("id") for post in _posts(stream)]
        ids = stream.values.get("stream")
        if not isinstance(ids, list):
            return Presence.CANNOT_TELL
        after = _whole(target.native_id) if target.native_id.isdecimal() else 0
        later = sorted(
            (
                i
                for i in cast("list[object]", ids)
                if isinstance(i, int) and i > after and i not in known
            ),
            reverse=True,
        )
        chunks = [later[start : start + _CHUNK] for start in range(0, len(later), _CHUNK)]
        for chunk in chunks[:_CHUNKS]:
            query = urlencode([*(("post_ids[]", str(i)) for i in chunk), ("include_raw", "1")])
            answer = _call(
                "GET", f"/t/{topic}/posts.json?{query}", None, connection, credentials, http
            )
            if isinstance(answer, Rejected):
                return Presence.CANNOT_TELL
            if found := _ours(read_answer(answer, _TITLE).object("post_stream"), text, connection):
                return found
        return Presence.ABSENT if len(chunks) <= _CHUNKS else Presence.CANNOT_TELL

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The post as the forum shows it to our user."""
        if not credentials.get("api_key"):
            return None
        answer = _call(
            "GET", f"/posts/{quote(native_id, safe='')}.json", None, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return Gone.GONE if answer.reason == "gone" else None
        post = read_answer(answer, _TITLE)
        if post.values.get("post_number") == 1 and not post.values.get("topic_title"):
            # Webhooks carry the topic's title and this call does not; without it the first post
            # would seem to say something else.
            topic = _call(
                "GET",
                f"/t/{quote(str(post.values.get('topic_id')), safe='')}.json",
                None,
                connection,
                credentials,
                http,
            )
            if isinstance(topic, HttpAnswer):
                post = Fields(
                    {**post.values, "topic_title": read_answer(topic, _TITLE).values.get("title")},
                    post.where,
                    post.problems,
                )
        try:
            return _event(post, connection)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error


def _event(post: Fields, connection: Connection) -> ReviewEvent | None:
    native_id, topic = post.id("id"), post.id("topic_id")
    if (
        post.values.get("post_type", _ORDINARY_POST) != _ORDINARY_POST
        or post.values.get("topic_archetype") == "private_message"
    ):
        return None
    user = post.values.get("user_id")
    if isinstance(user, int) and user < 0:
        return None
    created, updated, deleted = (
        post.time("created_at"),
        post.time("updated_at"),
        post.time("deleted_at"),
    )
    version = min(post.count("version") or 1, 10**8 - 1)
    changed = updated or created
    if changed is None:
        raise post.unreadable("updated_at", "is missing")
    flagged = post.flag("user_deleted") or post.flag("hidden")
    withdrawn = flagged or deleted is not None
    latest = max(changed, deleted) if deleted else changed
    rank = 1 if not withdrawn else 0 if deleted and deleted < changed and not flagged else 2
    username = post.label("username")
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
            if version > 1 or (created is not None and changed > created)
            else EventKind.CREATED
        )
    number = post.whole("post_number", 1, 10**9)
    title = post.label("topic_title")
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=topic,
        revision=f"{stamp(latest)}.{version:08d}.{rank}",
        author=Author(
            post.optional_id("user_id") or username or nobody(native_id).id,
            post.label("name") or username,
        ),
        title=title if number == 1 else None,
        text=post.text("raw") or plain(post.text("cooked")),
        occurred_at=latest if withdrawn else changed,
        subject=title,
        link=_link(connection, topic, number),
        reply_to={"topic_id": topic, **({"post_number": str(number)} if number else {})},
    )


def _link(connection: Connection, topic: str, number: int | None) -> str | None:
    base = connection.settings.get("base_url", "").strip().rstrip("/")
    return (
        f"{base}/t/{quote(topic, safe='')}/{number or 1}"
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


def _ours(stream: Fields, text: str, connection: Connection) -> Sent | None:
    user = connection.settings.get("api_username", "").strip().casefold()
    for post in _posts(stream):
        said = post.text("raw") or plain(post.text("cooked"))
        if (post.label("username") or "").casefold() == user and same_text(said, text):
            return Sent(str(post.values.get("id")))
    return None


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else 0


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal with the forum's own words, which are about our reply and tell what to change in
    it.
    """
    if refusal.reason != "rejected":
        return refusal
    try:
        errors = read_object(body).get("errors")
    except Unparseable:
        return refusal
    words = (
        [clean(error) or "" for error in cast("list[object]", errors) if isinstance(error, str)]
        if isinstance(errors, list)
        else []
    )
    return Rejected(refusal.reason, f"{_TITLE} says: {' '.join(words)[:300]}") if words else refusal


def _call(
    method: str,
    path: str,
    document: Mapping[str, str | int] | None,
    connection: Connection,
    credentials: Mapping[str, str],
    http: Http,
) -> HttpAnswer | Rejected:
    base, user = (
        connection.settings.get("base_url", "").strip().rstrip("/"),
        connection.settings.get("api_username", "").strip(),
    )
    if not (base and user and credentials.get("api_key")):
        return Rejected(
            "no_credentials", "Enter base_url, api_username and api_key to answer in the forum."
        )
    headers = {
        "api-key": credentials["api_key"],
        "api-username": user,
        "accept": "application/json",
    }
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return ask(http, _TITLE, method, base + path, headers=headers, body=body, explain=_explained)


CONNECTOR: Connector = Discourse()
