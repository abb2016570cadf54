"""Posts on X that mention a business, answer its posts or quote them (the X Activity API).

Handshake: GET with `crc_token`, now and then, answered with `{"response_token": "sha256=" + Base64
of its HMAC}` under the app's consumer secret. Deliveries are signed with the same secret in the
same way. So only challenges that cannot be a delivery are answered; otherwise anybody could have a
delivery signed here. Deliveries carry `x-twitter-webhooks-signature: sha256=` and the HMAC of the
raw body, in Base64 and not in hexadecimal as the same prefix means elsewhere. Nothing is dated: a
repetition is known by the post's id. X may deliver one post as a mention, a reply and a quote at
once; it is one review.

`post.mention.create`, `post.reply.create` and `post.quote.create` are reviews. `post.create` is the
business's own post: a reply of its own is recorded, everything else is ignored. `post.delete` only
ever reports the business's own posts, and is ignored. So are direct messages (`dm.received`: they
are answered in the app), likes, follows and the rest. Deletions by others are silent: `fetch` shows
them, and `recent` lists the posts that still mention us.

Edits. An edit is a new post with a new id; `edit_history_tweet_ids` lists the ids, oldest first.
The first is the review's id. The id of the post with this text is the revision, as 20 digits: ids
grow. Replies answer the latest version known. Whether an edit is delivered at all is not
documented; `recent` and `fetch` show it.

Threads. `conversation_id` is the post that everything under it belongs to. Under a popular post of
the business that is hundreds of customers, who would share two replies. So a thread is one
customer's part of one conversation, `{conversation}:{user}`: two replies to each, however often the
customer comes back in that conversation (R04 is about one person in one conversation).

Replies are posts `in_reply_to_tweet_id`, signed with OAuth 1.0a for the business's user. X refuses
a text that the account has just posted (403, "duplicate content"); then our reply is searched for.
The search undoes X's changes to a text: the names that it puts before a reply, and `&amp;`. X
replaces addresses by short ones, so a text with an address cannot be compared. Too many calls are
429 with `x-rate-limit-reset`, Unix seconds, instead of Retry-After.

Sources: github.com/xdevplatform/docs (x-api/activity and x-api/webhooks; edit-posts, rate-limits
and response-codes-and-errors in x-api/fundamentals; x-api/posts/manage-tweets;
fundamentals/counting-characters; developer-guidelines; openapi.json),
github.com/twitter/twitter-text (config/v3.json).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode

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
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.markup import unescape_html
from heard.connectors.parsing import (
    Fields,
    parse_one,
    read_object,
    same_text,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.connectors.signatures import BodyHmac, challenge_response
from heard.errors import Unparseable
from heard.replies.length import has_url
from heard.reviews import Author, Channel, EventKind, ReviewEvent

REPLY_LIMIT: Final = 280

_TITLE: Final = "X"
_API: Final = "https://api.x.com"
_REVIEW_EVENTS: Final = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
_IGNORED_EVENTS: Final = frozenset({"post.delete"})
_IGNORED_PREFIXES: Final = (
    "block.",
    "chat.",
    "dm.",
    "follow.",
    "like.",
    "mute.",
    "news.",
    "post.repost.",
    "profile.",
    "spaces.",
    "unfollow.",
)
"""What is no post to the business. Direct messages are a limitation."""

_OWN_POST_EVENT: Final = "post.create"
_ID_DIGITS: Final = 20
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.~=+/ -]{1,256}")
"""The form of a challenge.

The answer to a challenge is also the signature of a delivery with that body. So nothing that could
be JSON is answered.
"""

_LEADING_MENTIONS: Final = re.compile(r"(?:@\w{1,15}\s+)+")
_POST_FIELDS: Final[Mapping[str, str]] = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "expansions": "author_id",
    "user.fields": "name,username",
}
_PAGE_SIZE: Final = "100"
_MAX_PAGES: Final = 5
"""How many pages of our own posts are searched for a reply."""

_NOT_FOUND_TYPE: Final = "/resource-not-found"


class X(ReviewApi):
    """The connector of one account on X."""

    capabilities = Capabilities(
        platform="x",
        title=_TITLE,
        channel=Channel.SOCIAL,
        signature="x-twitter-webhooks-signature: HMAC-SHA256 of the body under the consumer "
        "secret, Base64; no timestamp",
        edits="polled",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="weighted",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.CREDENTIAL,
        secret_credential="api_secret",
        secret_help="the app's API key secret (consumer secret)",
        # X bills each post that is read, and pushes mentions. A poll only finds edits and
        # deletions.
        poll_seconds=3_600,
        single_review_threads=False,
        settings={"user_id": "the account's numeric user id; its access token begins with it"},
        optional_settings={"api_base": f"where the API is (default {_API})"},
        credentials={
            "api_key": "the app's API key (consumer key)",
            "api_secret": "its secret, which also signs deliveries",
            "access_token": "the account's access token, generated while the app had the "
            "permission Read and write",
            "access_token_secret": "its secret",
        },
        guide=(
            "1. In the X Developer Console create an app, give it Read and write (User "
            "authentication settings), copy API key and secret.\n"
            "2. Generate an access token and secret for the account that replies, and enter "
            "all four here.\n"
            "3. Register the address shown here: POST /2/webhooks with the app's bearer token; X "
            "checks it at once.\n"
            "4. Subscribe, with the account's OAuth 2.0 user token, to post.mention.create, "
            "post.reply.create and post.quote.create:\n"
            "   POST /2/activity/subscriptions for each, with the account's user_id as filter and "
            "the webhook's id.\n"
            "5. X bills every post that it delivers or that Heard reads: set a spending limit in "
            "the console."
        ),
        limitations=(
            "Direct messages are not read, and X never delivers posts of protected accounts.",
            "X reports only deletions of the account's own posts; Heard finds the others when it "
            "polls.",
            "X refuses a reply to somebody who neither mentioned nor quoted the account, unless "
            "the contract with X is Enterprise.",
            "X's developer guidelines forbid more than one automated reply to each interaction.",
            "X forbids replies that an AI wrote until X has approved them.",
        ),
        verified=(
            "X's published payloads of all four kinds of event are read.",
            "The weighted length is checked with every documented example of twitter-text "
            "(version 3).",
        ),
        assumptions=(
            "No document says whether an edit is delivered as an event of its own.",
            "No document says whether a delivery holds the whole text of a post longer than 280 "
            "characters.",
            "No document says which error stands for a reply that X does not permit: any 403 is "
            "shown in X's own words.",
        ),
    )

    scheme = BodyHmac("x-twitter-webhooks-signature", encoding="base64", prefix="sha256=")

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The challenge-response check, answered under the newest secret."""
        if request.method != "GET":
            return None
        try:
            challenge = parse_qs(request.query, max_num_fields=20).get("crc_token", [""])[0]
        except ValueError:
            challenge = ""
        secret = next((secret for secret in secrets if secret.strip()), "")
        if not (secret and _CHALLENGE.fullmatch(challenge)):
            return None
        return WebhookResponse(
            200,
            json.dumps(
                {"response_token": "sha256=" + challenge_response(secret, challenge, "base64")}
            ),
        )

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The post of one event. Raises Unparseable."""
        return parse_one(
            Fields(read_object(request.body)).required_object("data"),
            lambda data: _review_event(data, connection),
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """X wants a 200 within ten seconds."""
        return WebhookResponse(200, "{}")

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The signature of the request (OAuth 1.0a) in the name of the business's user."""
        # Imported here, because `ingest` never signs.
        from oauthlib.oauth1 import Client  # noqa: PLC0415

        if rejection := self.missing(account):
            return rejection
        base = f"{account.address('api_base', _API)}/2"
        client: Any = Client(
            account.credential("api_key"),
            client_secret=account.credential("api_secret"),
            resource_owner_key=account.credential("access_token"),
            resource_owner_secret=account.credential("access_token_secret"),
        )
        url = base + request.path + (f"?{urlencode(request.query)}" if request.query else "")
        try:
            # A JSON body is not part of what OAuth 1.0a signs (RFC 5849, 3.4.1.3.1).
            _, signed_headers, _ = client.sign(url, http_method=request.method)
        except ValueError:
            return Rejection(
                "bad_address",
                "The address of the API cannot be used; it should look like https://api.x.com.",
            )
        return ApiAccess(base, {"authorization": str(signed_headers["Authorization"])})

    def review_request(self, native_id: str) -> ApiRequest:
        """One post, with its author."""
        return ApiRequest("GET", f"/tweets/{quote(native_id, safe='')}", _POST_FIELDS)

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """The latest version of a post: its `data`, with its author in `includes`."""
        document = self._read_version(native_id, account)
        if isinstance(document, Rejection):
            return document
        with unreadable_is_fault(_TITLE):
            post = document.required_object("data")
            latest_id = _version_ids(post)[-1]
            if latest_id == post.id("id"):
                return document
        latest = self._read_version(latest_id, account)
        return document if isinstance(latest, Rejection) else latest

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A post in its document."""
        post, includes = entry.required_object("data"), entry.object("includes")
        return _post_event(post, includes, account.connection)

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """The latest posts that mention the account or answer it.

        A quote without a mention is not among them.
        """
        query = {"max_results": _PAGE_SIZE, **_POST_FIELDS}
        path = f"/users/{_user_id(account.connection)}/mentions"
        return ApiRequest("GET", path, query | ({"pagination_token": cursor} if cursor else {}))

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The posts, each as a document of its own."""
        includes = response.values.get("includes")
        documents: list[object] = [
            {"data": post, "includes": includes} for post in _entries(response)
        ]
        return EntryPage(documents, response.object("meta").one_line("next_token"))

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts in reply to the review's latest version."""
        parent_id = target.reply_to.get("post_id", target.native_id)
        document = {"text": text, "reply": {"in_reply_to_tweet_id": parent_id}}
        return ApiRequest("POST", "/tweets", document=document)

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The id of the new post."""
        return source.required_object("data").id("id")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post the reply.

        X refuses a repeated text. Then our reply is there, or the text cannot be posted.
        """
        result = super().reply(target, text, reply_id, account)
        if isinstance(result, SentReply) or result.reason != "duplicate":
            return result
        existing_reply = self.find_reply(target, text, reply_id, account)
        return existing_reply if isinstance(existing_reply, SentReply) else result

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search our own posts, newest first, until they are older than the review."""
        parent_ids = {target.native_id, target.reply_to.get("post_id", target.native_id)}
        path = f"/users/{_user_id(account.connection)}/tweets"
        query = {
            "max_results": _PAGE_SIZE,
            "exclude": "retweets",
            "tweet.fields": "note_tweet,referenced_tweets",
        }
        uncertain = False
        for _ in range(_MAX_PAGES):
            page = self.read(ApiRequest("GET", path, query), account)
            if isinstance(page, Rejection):
                return ReplyLookup.CANNOT_TELL
            with unreadable_is_fault(_TITLE):
                _entries(page)
                posts = page.objects("data")
                replies = [post for post in posts if _parent_post_id(post) in parent_ids]
            for reply in replies:
                if same_text(_without_mentions(_text(reply)), _without_mentions(text)):
                    return SentReply(reply.one_line("id") or "")
            uncertain |= bool(replies) and has_url(text)
            next_token = page.object("meta").one_line("next_token")
            if not next_token or any(
                _id_sort_key(post.one_line("id") or "") < _id_sort_key(target.native_id)
                for post in posts
            ):
                return ReplyLookup.CANNOT_TELL if uncertain else ReplyLookup.ABSENT
            query["pagination_token"] = next_token
        return ReplyLookup.CANNOT_TELL

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with X's own message, which is about our request.

        A 403 can mean credentials, permission, or a text that was posted twice.
        """
        try:
            detail = Fields(read_object(body)).one_line("detail")
        except Unparseable:
            return rejection
        if not detail:
            return rejection
        if "duplicate content" in detail.casefold():
            return Rejection(
                "duplicate",
                "The account has just posted the same text, and X accepts no text twice: change "
                "the reply a little.",
            )
        return Rejection(rejection.reason, f"{rejection.detail} It says: {detail}")

    def _read_version(self, post_id: str, account: PlatformAccount) -> Fields | Rejection:
        """One version of a post.

        For a post that X does not find, the status is 404, or 200 with errors and no data.
        """
        document = self.read(self.review_request(post_id), account)
        if isinstance(document, Rejection):
            return document
        with unreadable_is_fault(_TITLE):
            errors = document.objects("errors")
            if not errors or document.values.get("data") is not None:
                document.required_object("data")
                return document
        if any((error.one_line("type") or "").endswith(_NOT_FOUND_TYPE) for error in errors):
            return Rejection("gone", "X has no such post any more.")
        return Rejection("not_allowed", "X does not show this post to the account.")


def _review_event(data: Fields, connection: Connection) -> ReviewEvent | None:
    kind = data.values.get("event_type")
    if isinstance(kind, str) and (kind in _IGNORED_EVENTS or kind.startswith(_IGNORED_PREFIXES)):
        return None
    if not isinstance(kind, str) or (kind != _OWN_POST_EVENT and kind not in _REVIEW_EVENTS):
        raise data.unknown_kind("event_type")
    subscribed_user = data.object("filter").optional_id("user_id")
    if subscribed_user not in {None, _user_id(connection)}:
        raise Unparseable("filter of data is about another account than user_id names")
    event = _post_event(data.required_object("payload"), data.object("includes"), connection)
    return (
        None
        if kind == _OWN_POST_EVENT
        and (event.kind is not EventKind.REPLY_SEEN or "in_reply_to" not in event.reply_to)
        else event
    )


def _post_event(post: Fields, includes: Fields, connection: Connection) -> ReviewEvent:
    version_ids, author_id = _version_ids(post), post.id("author_id")
    version, first_id = post.id("id"), version_ids[0]
    parent_id, own_id = _parent_post_id(post), _user_id(connection)
    conversation = post.optional_id("conversation_id")
    if conversation is None or conversation in version_ids:
        conversation = first_id
    kind, customer_id = EventKind.EDITED if len(version_ids) > 1 else EventKind.CREATED, author_id
    if author_id == own_id:
        kind, customer_id = (
            EventKind.REPLY_SEEN,
            post.optional_id("in_reply_to_user_id") or author_id,
        )
    return ReviewEvent(
        kind=kind,
        native_id=first_id,
        native_thread=f"{conversation}:{customer_id}",
        revision=version.zfill(_ID_DIGITS),
        author=Author(author_id, _user_name(author_id, includes)),
        text=_text(post),
        language=_language(post),
        occurred_at=post.time("created_at"),
        link=f"https://x.com/i/status/{version}",
        reply_to={"post_id": version, **({"in_reply_to": parent_id} if parent_id else {})},
    )


def _user_name(user_id: str, includes: Fields) -> str | None:
    # A post counts as a review even if nobody can read its author's name.
    with suppress(Unparseable):
        for user in includes.objects("users"):
            if user.values.get("id") == user_id:
                return user.one_line("name") or user.one_line("username")
    return None


def _version_ids(post: Fields) -> list[str]:
    """The ids of a post's versions, oldest first. Raises Unparseable."""
    ids = {
        Fields({"id": version}, f"edit_history_tweet_ids of {post.where}").id("id")
        for version in post.optional_entries("edit_history_tweet_ids")
    }
    return sorted(ids | {post.id("id")}, key=_id_sort_key)


def _text(post: Fields) -> str | None:
    # The whole text of a longer post is in a note. X escapes &, < and > in both.
    text = post.object("note_tweet").text("text") or post.text("text")
    return unescape_html(text) if text else None


def _language(post: Fields) -> str | None:
    language = post.one_line("lang")
    # `und` is undetermined. Codes that begin with q are of posts without words (`qme`: only media,
    # `qht`: only hashtags).
    return language if language and language != "und" and not language.startswith("q") else None


def _entries(page: Fields) -> list[object]:
    """The entries of a page. X leaves out an empty list, and says so. Raises Unparseable."""
    is_empty = page.object("meta").values.get("result_count") == 0
    return page.optional_entries("data") if is_empty else page.entries("data")


def _parent_post_id(post: Fields) -> str | None:
    if parent_id := post.one_line("in_reply_to_tweet_id"):
        return parent_id
    return next(
        (
            reference.one_line("id")
            for reference in post.objects("referenced_tweets")
            if reference.values.get("type") == "replied_to"
        ),
        None,
    )


def _without_mentions(text: str | None) -> str | None:
    """A reply's text without the names that X puts before it."""
    return (
        _LEADING_MENTIONS.sub("", text, count=1) if text and _LEADING_MENTIONS.match(text) else text
    )


def _id_sort_key(native_id: str) -> tuple[int, str]:
    """The order of ids: they are numbers that grow, and get more digits over the years."""
    return len(native_id), native_id


def _user_id(connection: Connection) -> str:
    return quote(connection.settings.get("user_id", "").strip(), safe="")


CONNECTOR: Connector = X()
