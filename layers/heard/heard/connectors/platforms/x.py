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
    Gone,
    Http,
    HttpAnswer,
    Page,
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
from heard.connectors.markup import unescaped
from heard.connectors.parsing import Fields, one, read_object, same_text
from heard.connectors.signatures import BodyHmac, answer_to_challenge
from heard.errors import PlatformUnavailable, Unparseable
from heard.replies.length import has_address
from heard.reviews import Author, Channel, EventKind, ReviewEvent

REPLY_LIMIT: Final = 280

_TITLE: Final = "X"
_API: Final = "https://api.x.com"
_REVIEWS: Final = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
_OWN: Final = "post.create"
_ID_DIGITS: Final = 20
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.~=+/ -]{1,256}")
"""What challenges look like.

What answers one also signs it as a delivery, so that nothing is answered that could be read as
JSON.
"""

_NAMES_BEFORE: Final = re.compile(r"(?:@\w{1,15}\s+)+")
_FIELDS: Final[Mapping[str, str]] = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "expansions": "author_id",
    "user.fields": "name,username",
}
_POSTS_A_PAGE: Final = "100"
_PAGES: Final = 5
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
        secret=Secret.CREDENTIAL,
        secret_credential="api_secret",
        secret_help="the app's API key secret (consumer secret)",
        # Each post that is read is billed, and mentions are pushed: asking only finds edits and
        # deletions
        poll_seconds=3_600,
        one_review_a_thread=False,
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
        cannot=(
            "Direct messages, and posts of protected accounts, which X never delivers.",
            "Deletions at once: X tells only of the account's own posts.",
            "Replies to somebody who neither mentioned nor quoted the account, unless the "
            "contract with X is Enterprise.",
            "More than one automated reply to each interaction: X's developer guidelines forbid "
            "it.",
            "Replies that an AI wrote, before X has approved of them.",
        ),
        proof=(
            "X's published payloads of all four kinds of event are read.",
            "Every documented example of weighted length in twitter-text (version 3) is counted "
            "as X counts it.",
        ),
        unproven=(
            "Whether an edit is delivered as an event of its own.",
            "Whether the text delivered of a post longer than 280 characters is whole.",
            "Which refusal stands for a reply that X does not permit: any 403 is told in X's own "
            "words.",
        ),
    )

    scheme = BodyHmac("x-twitter-webhooks-signature", encoding="base64", prefix="sha256=")

    def handshake(
        self, request: Request, connection: Connection, secrets: tuple[str, ...], now: datetime
    ) -> Response | None:
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
        return Response(
            200,
            json.dumps(
                {"response_token": "sha256=" + answer_to_challenge(secret, challenge, "base64")}
            ),
        )

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The post of one event. Raises Unparseable."""
        return one(
            Fields(read_object(request.body)).required_object("data"),
            lambda data: _event(data, connection),
        )

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
        """Post in reply to the review's latest version.

        A text that is already there is ours, or cannot be posted.
        """
        if refused := self.too_long(text):
            return refused
        document = {
            "text": text,
            "reply": {"in_reply_to_tweet_id": target.reply_to.get("post_id", target.native_id)},
        }
        answer = _call("POST", "/2/tweets", document, connection, credentials, http)
        if isinstance(answer, Rejected):
            if answer.reason != "duplicate":
                return answer
            found = self.find_reply(target, text, reply_id, connection, credentials, http)
            return found if isinstance(found, Sent) else answer
        try:
            return Sent(
                Fields(read_object(answer.body), "the answer").required_object("data").id("id")
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
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Look through our own posts, newest first, until they are older than the review."""
        answered = {target.native_id, target.reply_to.get("post_id", target.native_id)}
        query = {
            "max_results": _POSTS_A_PAGE,
            "exclude": "retweets",
            "tweet.fields": "note_tweet,referenced_tweets",
        }
        doubtful = False
        for _ in range(_PAGES):
            answer = _call(
                "GET",
                f"/2/users/{_user(connection)}/tweets?{urlencode(query)}",
                None,
                connection,
                credentials,
                http,
            )
            if isinstance(answer, Rejected):
                return Presence.CANNOT_TELL
            page = _read(answer)
            posts = _listed(page, "data")
            for post in posts:
                if _replied_to(post) in answered:
                    if same_text(_bare(_text(post)), _bare(text)):
                        return Sent(post.label("id") or "")
                    doubtful |= has_address(text)
            older = page.object("meta").label("next_token")
            if not older or any(
                _age(post.label("id") or "") < _age(target.native_id) for post in posts
            ):
                return Presence.CANNOT_TELL if doubtful else Presence.ABSENT
            query["pagination_token"] = older
        return Presence.CANNOT_TELL

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The post's latest version."""
        shown = _post(native_id, connection, credentials, http)
        if not isinstance(shown, Fields):
            return shown
        try:
            latest = _history(shown.required_object("data"))[-1]
            if latest != shown.object("data").id("id"):
                newer = _post(latest, connection, credentials, http)
                shown = newer if isinstance(newer, Fields) else shown
            return _review(shown.required_object("data"), shown.object("includes"), connection)
        except Unparseable as error:
            raise _unreadable(error) from error

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """The latest posts that mention the account, replies to it included.

        A quote without a mention is not among them.
        """
        query = {
            "max_results": _POSTS_A_PAGE,
            **_FIELDS,
            **({"pagination_token": cursor} if cursor else {}),
        }
        answer = _call(
            "GET",
            f"/2/users/{_user(connection)}/mentions?{urlencode(query)}",
            None,
            connection,
            credentials,
            http,
        )
        if isinstance(answer, Rejected):
            return answer
        page = _read(answer)
        events: list[ReviewEvent] = []
        problems = page.problems
        for post in _listed(page, "data"):
            try:
                events.append(_review(post, page.object("includes"), connection))
            except Unparseable as error:
                problems.append(error.detail)
        return Page(tuple(events), page.object("meta").label("next_token"), tuple(problems))


def _event(data: Fields, connection: Connection) -> ReviewEvent | None:
    kind = data.values.get("event_type")
    if not isinstance(kind, str) or (kind != _OWN and kind not in _REVIEWS):
        return None
    whose = data.object("filter").optional_id("user_id")
    if whose not in {None, _user(connection)}:
        raise Unparseable("filter of data is about another account than user_id names")
    event = _review(data.required_object("payload"), data.object("includes"), connection)
    return (
        None
        if kind == _OWN
        and (event.kind is not EventKind.REPLY_SEEN or "in_reply_to" not in event.reply_to)
        else event
    )


def _review(post: Fields, includes: Fields, connection: Connection) -> ReviewEvent:
    history, author = _history(post), post.id("author_id")
    version, first = post.id("id"), history[0]
    replied_to, us = _replied_to(post), _user(connection)
    conversation = post.optional_id("conversation_id")
    if conversation is None or conversation in history:
        conversation = first
    kind, customer = EventKind.EDITED if len(history) > 1 else EventKind.CREATED, author
    if author == us:
        kind, customer = EventKind.REPLY_SEEN, post.optional_id("in_reply_to_user_id") or author
    named = next(
        (user for user in _listed(includes, "users") if user.values.get("id") == author), Fields({})
    )
    return ReviewEvent(
        kind=kind,
        native_id=first,
        native_thread=f"{conversation}:{customer}",
        revision=version.zfill(_ID_DIGITS),
        author=Author(author, named.label("name") or named.label("username")),
        text=_text(post),
        language=_language(post),
        occurred_at=post.time("created_at"),
        link=f"https://x.com/i/status/{version}",
        reply_to={"post_id": version, **({"in_reply_to": replied_to} if replied_to else {})},
    )


def _history(post: Fields) -> list[str]:
    """The ids of a post's versions, oldest first. Raises Unparseable."""
    versions = post.values.get("edit_history_tweet_ids")
    known = cast("list[object]", versions) if isinstance(versions, list) else []
    ids = {
        Fields({"id": version}, f"edit_history_tweet_ids of {post.where}").id("id")
        for version in known
    } | {post.id("id")}
    return sorted(ids, key=_age)


def _text(post: Fields) -> str | None:
    # Longer posts have their whole text in a note. X escapes &, < and > in both.
    text = post.object("note_tweet").text("text") or post.text("text")
    return unescaped(text) if text else None


def _language(post: Fields) -> str | None:
    language = post.label("lang")
    # `und` is undetermined, and those with a q are of posts without words (`qme`: only media,
    # `qht`: only hashtags).
    return language if language and language != "und" and not language.startswith("q") else None


def _replied_to(post: Fields) -> str | None:
    if direct := post.label("in_reply_to_tweet_id"):
        return direct
    return next(
        (
            about.label("id")
            for about in _listed(post, "referenced_tweets")
            if about.values.get("type") == "replied_to"
        ),
        None,
    )


def _bare(text: str | None) -> str | None:
    """A reply's text without the names that X puts before it."""
    return _NAMES_BEFORE.sub("", text, count=1) if text and _NAMES_BEFORE.match(text) else text


def _age(native_id: str) -> tuple[int, str]:
    """What ids sort by: they are numbers that grow, of more digits by the year."""
    return len(native_id), native_id


def _user(connection: Connection) -> str:
    return quote(connection.settings.get("user_id", "").strip(), safe="")


def _listed(fields: Fields, name: str) -> list[Fields]:
    entries = fields.values.get(name)
    found = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", each), f"{name} {place}", fields.problems)
        for place, each in enumerate(found)
        if isinstance(each, dict)
    ]


def _post(
    native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
) -> Fields | Gone | None:
    """A post as X shows it.

    What it does not find it says with 404, or in a 200 that holds errors and no data.
    """
    answer = _call(
        "GET",
        f"/2/tweets/{quote(native_id, safe='')}?{urlencode(_FIELDS)}",
        None,
        connection,
        credentials,
        http,
    )
    if isinstance(answer, Rejected):
        return Gone.GONE if answer.reason == "gone" else None
    shown = _read(answer)
    if shown.object("data").values:
        return shown
    missing = any(
        (error.label("type") or "").endswith("/resource-not-found")
        for error in _listed(shown, "errors")
    )
    return Gone.GONE if missing else None


def _call(
    method: str,
    path: str,
    document: object,
    connection: Connection,
    credentials: Mapping[str, str],
    http: Http,
) -> HttpAnswer | Rejected:
    if not all(credentials.get(name) for name in _CREDENTIALS):
        return Rejected("no_credentials", f"Enter {', '.join(_CREDENTIALS)} to answer on X.")
    # Imported here: `ingest` never signs.
    from oauthlib.oauth1 import Client  # noqa: PLC0415

    base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
    body = json.dumps(document).encode() if document is not None else None
    client: Any = Client(
        credentials["api_key"],
        client_secret=credentials["api_secret"],
        resource_owner_key=credentials["access_token"],
        resource_owner_secret=credentials["access_token_secret"],
    )
    try:
        # A JSON body is not part of what OAuth 1.0a signs (RFC 5849, 3.4.1.3.1).
        _, signed, _ = client.sign(base + path, http_method=method)
    except ValueError:
        return Rejected(
            "bad_address",
            "The address of the API cannot be used; it should look like https://api.x.com.",
        )
    headers = {"accept": "application/json", "authorization": str(signed["Authorization"])}
    if body is not None:
        headers["content-type"] = "application/json"
    return ask(http, _TITLE, method, base + path, headers=headers, body=body, explain=_explained)


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal in X's own words, which are about our request.

    A 403 can mean credentials, permission, or a text posted twice.
    """
    try:
        problem = Fields(read_object(body))
    except Unparseable:
        return refusal
    detail = problem.label("detail")
    if not detail:
        return refusal
    if "duplicate content" in detail.casefold():
        return Rejected(
            "duplicate",
            "The account has just posted the very same words, and X takes no text twice: change "
            "them a little.",
        )
    return Rejected(refusal.reason, f"{refusal.detail} It says: {detail}")


def _read(answer: HttpAnswer) -> Fields:
    try:
        return Fields(read_object(answer.body), "the answer")
    except Unparseable as error:
        raise _unreadable(error) from error


def _unreadable(error: Unparseable) -> PlatformUnavailable:
    return PlatformUnavailable(
        f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
    )


CONNECTOR: Connector = X()
