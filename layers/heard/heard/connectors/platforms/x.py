"""Posts on X that mention a business, reply to its posts or quote them, as the X Activity API
delivers them.

Handshake: GET with `crc_token`, now and then, answered with `{"response_token": "sha256=" + Base64
of its HMAC}` under the app's consumer secret. Deliveries are signed with the same secret in the
same way, so that only challenges that cannot be a delivery are answered, or anybody could have one
signed here. They carry `x-twitter-webhooks-signature: sha256=` and the HMAC of the raw body, in
Base64 and not in hexadecimal as the same prefix means elsewhere. Nothing is dated: a repetition is
known by the post's id. One post can be delivered as a mention, a reply and a quote at once, and is
one review.

`post.mention.create`, `post.reply.create` and `post.quote.create` are reviews. `post.create` is the
business's own post: a reply of its own is noted so, all else that it says is ignored. `post.delete`
is only ever told of the business's own posts; it is ignored, and so are direct messages
(`dm.received`: they are answered in the app), likes, follows and the rest. Deletions by others are
silent: `fetch` tells, and `recent` lists what still mentions us.

Edits. An edit is a new post with a new id; `edit_history_tweet_ids` lists them, oldest first. The
first is the review's id, and the one whose text this is its revision, as 20 digits: ids grow.
Replies answer the latest version known. Whether an edit is delivered at all is not documented;
`recent` and `fetch` show it.

Threads. `conversation_id` is the post that everything under it belongs to. Under a popular post of
the business that is hundreds of customers, who would share two replies between them; so a thread is
one customer's part of one conversation, `{conversation}:{user}`: two replies to each, however often
the customer comes back in that conversation (R04 is about one person in one conversation).

Replies are posts `in_reply_to_tweet_id`, signed with OAuth 1.0a for the business's user. X refuses
a text that the account has just posted (403, "duplicate content"), and then ours is looked for.
When looking, X's changes to a text are undone: the names it puts before a reply, and `&amp;`.
Addresses it replaces by short ones, so that a text with one cannot be compared. Too many calls are
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
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import parse_qs, quote, urlencode

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
    ReviewPage,
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.markup import unescape_html
from heard.connectors.parsing import Fields, parse_one, read_object, same_text
from heard.connectors.signatures import BodyHmac, challenge_response
from heard.errors import PlatformUnavailable, Unparseable
from heard.replies.length import has_url
from heard.reviews import Author, Channel, EventKind, ReviewEvent

REPLY_LIMIT: Final = 280

_TITLE: Final = "X"
_API: Final = "https://api.x.com"
_REVIEW_EVENTS: Final = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
_OWN_POST_EVENT: Final = "post.create"
_ID_DIGITS: Final = 20
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.~=+/ -]{1,256}")
"""What challenges look like.

What answers one also signs it as a delivery, so that nothing is answered that could be read as
JSON.
"""

_LEADING_MENTIONS: Final = re.compile(r"(?:@\w{1,15}\s+)+")
_POST_FIELDS: Final[Mapping[str, str]] = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "expansions": "author_id",
    "user.fields": "name,username",
}
_PAGE_SIZE: Final = "100"
_MAX_PAGES: Final = 5
"""How many pages of our own posts are looked through for a reply before saying that we cannot tell."""

_CREDENTIALS: Final = ("api_key", "api_secret", "access_token", "access_token_secret")


class X(Connector):
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
        # Each post that is read is billed, and mentions are pushed: asking only finds edits and
        # deletions
        poll_seconds=3_600,
        single_review_threads=False,
        settings={
            "user_id": "the account's numeric user id, which is also the beginning of its access "
            "token"
        },
        optional_settings={"api_base": f"where the API is ({_API} if not said)"},
        credentials={
            "api_key": "the app's API key (consumer key)",
            "api_secret": "its secret, which deliveries are signed with as well",
            "access_token": "the account's access token, made when the app had the permission "
            "Read and write",
            "access_token_secret": "its secret",
        },
        guide=(
            "1. In the X Developer Console create an app, give it Read and write (User "
            "authentication settings), copy API key and secret.\n"
            "2. Generate an access token and secret for the account that shall answer, and enter "
            "all four here.\n"
            "3. Register the address shown here: POST /2/webhooks with the app's bearer token; X "
            "checks it at once.\n"
            "4. Subscribe, with the account's OAuth 2.0 user token, to post.mention.create, "
            "post.reply.create and post.quote.create:\n"
            "   POST /2/activity/subscriptions for each, with the account's user_id as filter and "
            "the webhook's id.\n"
            "5. X bills every post that it delivers or that is read; set a spending limit in the "
            "console."
        ),
        limitations=(
            "Direct messages, and posts of protected accounts, which X never delivers.",
            "Deletions at once: X tells only of the account's own posts.",
            "Replies to somebody who neither mentioned nor quoted the account, unless the "
            "contract with X is Enterprise.",
            "More than one automated reply to each interaction: X's developer guidelines forbid "
            "it.",
            "Replies that an AI wrote, before X has approved of them.",
        ),
        verified=(
            "X's published payloads of all four kinds of event are read.",
            "Every documented example of weighted length in twitter-text (version 3) is counted "
            "as X counts it.",
        ),
        assumptions=(
            "Whether an edit is delivered as an event of its own.",
            "Whether the text delivered of a post longer than 280 characters is whole.",
            "Which refusal stands for a reply that X does not permit: any 403 is told in X's own "
            "words.",
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
        """200, within ten seconds."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post in reply to the review's latest version.

        A text that is already there is ours, or cannot be posted.
        """
        if rejection := self.check_length(text):
            return rejection
        document = {
            "text": text,
            "reply": {"in_reply_to_tweet_id": target.reply_to.get("post_id", target.native_id)},
        }
        response = _request("POST", "/2/tweets", document, account)
        if isinstance(response, Rejection):
            if response.reason != "duplicate":
                return response
            existing_reply = self.find_reply(target, text, reply_id, account)
            return existing_reply if isinstance(existing_reply, SentReply) else response
        try:
            return SentReply(
                Fields(read_object(response.body), "the answer").required_object("data").id("id")
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} took the reply and does not say as what.", maybe_applied=True
            ) from error

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through our own posts, newest first, until they are older than the review."""
        parent_ids = {target.native_id, target.reply_to.get("post_id", target.native_id)}
        query = {
            "max_results": _PAGE_SIZE,
            "exclude": "retweets",
            "tweet.fields": "note_tweet,referenced_tweets",
        }
        uncertain = False
        for _ in range(_MAX_PAGES):
            response = _request(
                "GET",
                f"/2/users/{_user_id(account.connection)}/tweets?{urlencode(query)}",
                None,
                account,
            )
            if isinstance(response, Rejection):
                return ReplyLookup.CANNOT_TELL
            page = _read_document(response)
            posts = _object_list(page, "data")
            for post in posts:
                if _parent_post_id(post) in parent_ids:
                    if same_text(_without_mentions(_text(post)), _without_mentions(text)):
                        return SentReply(post.one_line("id") or "")
                    uncertain |= has_url(text)
            next_token = page.object("meta").one_line("next_token")
            if not next_token or any(
                _id_sort_key(post.one_line("id") or "") < _id_sort_key(target.native_id)
                for post in posts
            ):
                return ReplyLookup.CANNOT_TELL if uncertain else ReplyLookup.ABSENT
            query["pagination_token"] = next_token
        return ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The post's latest version."""
        document = _fetch_post(native_id, account)
        if not isinstance(document, Fields):
            return document
        try:
            latest_id = _version_ids(document.required_object("data"))[-1]
            if latest_id != document.object("data").id("id"):
                latest_document = _fetch_post(latest_id, account)
                document = latest_document if isinstance(latest_document, Fields) else document
            return _post_event(
                document.required_object("data"), document.object("includes"), account.connection
            )
        except Unparseable as error:
            raise _unreadable_response(error) from error

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """The latest posts that mention the account, replies to it included.

        A quote without a mention is not among them.
        """
        query = {
            "max_results": _PAGE_SIZE,
            **_POST_FIELDS,
            **({"pagination_token": cursor} if cursor else {}),
        }
        response = _request(
            "GET",
            f"/2/users/{_user_id(account.connection)}/mentions?{urlencode(query)}",
            None,
            account,
        )
        if isinstance(response, Rejection):
            return response
        page = _read_document(response)
        events: list[ReviewEvent] = []
        problems = page.problems
        for post in _object_list(page, "data"):
            try:
                events.append(_post_event(post, page.object("includes"), account.connection))
            except Unparseable as error:
                problems.append(error.detail)
        return ReviewPage(
            tuple(events), page.object("meta").one_line("next_token"), tuple(problems)
        )


def _review_event(data: Fields, connection: Connection) -> ReviewEvent | None:
    kind = data.values.get("event_type")
    if not isinstance(kind, str) or (kind != _OWN_POST_EVENT and kind not in _REVIEW_EVENTS):
        return None
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
    author_fields = next(
        (user for user in _object_list(includes, "users") if user.values.get("id") == author_id),
        Fields({}),
    )
    return ReviewEvent(
        kind=kind,
        native_id=first_id,
        native_thread=f"{conversation}:{customer_id}",
        revision=version.zfill(_ID_DIGITS),
        author=Author(
            author_id, author_fields.one_line("name") or author_fields.one_line("username")
        ),
        text=_text(post),
        language=_language(post),
        occurred_at=post.time("created_at"),
        link=f"https://x.com/i/status/{version}",
        reply_to={"post_id": version, **({"in_reply_to": parent_id} if parent_id else {})},
    )


def _version_ids(post: Fields) -> list[str]:
    """The ids of a post's versions, oldest first. Raises Unparseable."""
    value = post.values.get("edit_history_tweet_ids")
    entries = cast("list[object]", value) if isinstance(value, list) else []
    ids = {
        Fields({"id": version}, f"edit_history_tweet_ids of {post.where}").id("id")
        for version in entries
    } | {post.id("id")}
    return sorted(ids, key=_id_sort_key)


def _text(post: Fields) -> str | None:
    # Longer posts have their whole text in a note. X escapes &, < and > in both.
    text = post.object("note_tweet").text("text") or post.text("text")
    return unescape_html(text) if text else None


def _language(post: Fields) -> str | None:
    language = post.one_line("lang")
    # `und` is undetermined, and those with a q are of posts without words (`qme`: only media,
    # `qht`: only hashtags).
    return language if language and language != "und" and not language.startswith("q") else None


def _parent_post_id(post: Fields) -> str | None:
    if parent_id := post.one_line("in_reply_to_tweet_id"):
        return parent_id
    return next(
        (
            about.one_line("id")
            for about in _object_list(post, "referenced_tweets")
            if about.values.get("type") == "replied_to"
        ),
        None,
    )


def _without_mentions(text: str | None) -> str | None:
    """A reply's text without the names that X puts before it."""
    return (
        _LEADING_MENTIONS.sub("", text, count=1) if text and _LEADING_MENTIONS.match(text) else text
    )


def _id_sort_key(native_id: str) -> tuple[int, str]:
    """What ids sort by: they are numbers that grow, of more digits by the year."""
    return len(native_id), native_id


def _user_id(connection: Connection) -> str:
    return quote(connection.settings.get("user_id", "").strip(), safe="")


def _object_list(fields: Fields, name: str) -> list[Fields]:
    value = fields.values.get(name)
    objects = cast("list[object]", value) if isinstance(value, list) else []
    return [
        Fields(cast("dict[str, object]", each), f"{name} {place}", fields.problems)
        for place, each in enumerate(objects)
        if isinstance(each, dict)
    ]


def _fetch_post(native_id: str, account: PlatformAccount) -> Fields | ReviewGone | None:
    """A post as X shows it.

    What it does not find it says with 404, or in a 200 that holds errors and no data.
    """
    response = _request(
        "GET",
        f"/2/tweets/{quote(native_id, safe='')}?{urlencode(_POST_FIELDS)}",
        None,
        account,
    )
    if isinstance(response, Rejection):
        return ReviewGone.GONE if response.reason == "gone" else None
    document = _read_document(response)
    if document.object("data").values:
        return document
    not_found = any(
        (error.one_line("type") or "").endswith("/resource-not-found")
        for error in _object_list(document, "errors")
    )
    return ReviewGone.GONE if not_found else None


def _request(
    method: str,
    path: str,
    document: object,
    account: PlatformAccount,
) -> HttpResponse | Rejection:
    if not all(account.credentials.get(name) for name in _CREDENTIALS):
        return Rejection("no_credentials", f"Enter {', '.join(_CREDENTIALS)} to answer on X.")
    # Imported here: `ingest` never signs.
    from oauthlib.oauth1 import Client  # noqa: PLC0415

    base = account.address("api_base", _API)
    body = json.dumps(document).encode() if document is not None else None
    client: Any = Client(
        account.credentials["api_key"],
        client_secret=account.credentials["api_secret"],
        resource_owner_key=account.credentials["access_token"],
        resource_owner_secret=account.credentials["access_token_secret"],
    )
    try:
        # A JSON body is not part of what OAuth 1.0a signs (RFC 5849, 3.4.1.3.1).
        _, signed_headers, _ = client.sign(base + path, http_method=method)
    except ValueError:
        return Rejection(
            "bad_address",
            "The address of the API cannot be used; it should look like https://api.x.com.",
        )
    headers = {"accept": "application/json", "authorization": str(signed_headers["Authorization"])}
    if body is not None:
        headers["content-type"] = "application/json"
    return call_api(
        account.http,
        _TITLE,
        method,
        base + path,
        headers=headers,
        body=body,
        explain=_with_platform_message,
    )


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal in X's own words, which are about our request.

    A 403 can mean credentials, permission, or a text posted twice.
    """
    try:
        problem = Fields(read_object(body))
    except Unparseable:
        return rejection
    detail = problem.one_line("detail")
    if not detail:
        return rejection
    if "duplicate content" in detail.casefold():
        return Rejection(
            "duplicate",
            "The account has just posted the very same words, and X takes no text twice: change "
            "them a little.",
        )
    return Rejection(rejection.reason, f"{rejection.detail} It says: {detail}")


def _read_document(response: HttpResponse) -> Fields:
    try:
        return Fields(read_object(response.body), "the answer")
    except Unparseable as error:
        raise _unreadable_response(error) from error


def _unreadable_response(error: Unparseable) -> PlatformUnavailable:
    return PlatformUnavailable(
        f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
    )


CONNECTOR: Connector = X()
