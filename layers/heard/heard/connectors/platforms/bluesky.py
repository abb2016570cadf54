"""Bluesky: posts that mention, answer or quote our account are reviews.

Bluesky pushes nothing (the firehose is a stream that a function cannot hold open), so Heard polls
`app.bsky.notification.listNotifications`, newest first. A post's `uri`
(at://did/app.bsky.feed.post/rkey) is its id. People cannot edit posts at Bluesky. A program can
replace a record, whose `cid` changes then. A cid does not sort, so `indexedAt` is the revision.

`fetch` asks `app.bsky.feed.getPosts`, which leaves out deleted posts, and also posts that a block
hides from us. So a post is gone only if `com.atproto.repo.getRecord` does not find the record
either.

The thread is the topmost post that is not our own: a post of the business starts no conversation,
but each answer to it does. A record names its parent and the root. Where the root is ours and is
not the parent, `getPostThread` tells what lies between.

Replies are records in our own repository. The key of a record is made from the reply's id, in the
form that a post's key must have (a TID: 64 bits of time and clock in base 32). So `find_reply` asks
for the key, which finds the reply or proves that it is absent. A second record with the same key is
refused, not posted. The time in the key lies in the past; clients order posts by `createdAt`.
Facets make links of addresses, and a mention of the author's handle; they count bytes of UTF-8.

Sessions. `createSession` takes the handle and an app password, and is limited to 300 a day. So a
session is kept for the life of the process, and renewed by `refreshSession`. An expired token is
refused with 400 and ExpiredToken.

Sources: docs.bsky.app (advanced-guides/posts, advanced-guides/rate-limits), atproto.com/specs
(record-key, tid, xrpc); github.com/bluesky-social/atproto, lexicons (app/bsky/notification,
app/bsky/feed, app/bsky/richtext/facet, com/atproto/repo, com/atproto/server); pull request 4728 (a
key that is in use answers 500, newer servers 400). Not documented: whether a notification and its
post always carry the same indexedAt. If they differ, the same words are read as two revisions,
which changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlencode

from heard import clock
from heard.clock import format_time
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    HttpRequest,
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
)
from heard.connectors.http import call_api
from heard.connectors.parsing import (
    Fields,
    parse_page,
    read_object,
    read_response,
    same_text,
    unreadable_is_fault,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision
from heard.text.wordless import describe, text_or_description

REPLY_LIMIT: Final = 300
REPLY_LIMIT_BYTES: Final = 3_000

_TITLE: Final = "Bluesky"
_DEFAULT_PDS: Final = "https://bsky.social"
_POST_COLLECTION: Final = "app.bsky.feed.post"
_REASONS: Final = ("mention", "reply", "quote")
_EMBED_KINDS: Final = {
    "app.bsky.embed.images": "photo",
    "app.bsky.embed.video": "video",
    "app.bsky.embed.external": "link",
    "app.bsky.embed.record": "quoted post",
    "app.bsky.embed.recordWithMedia": "quoted post",
}
_PAGE_SIZE: Final = 50
_LANGUAGE_LIMIT: Final = 35
_THREAD_CACHE_SIZE: Final = 2_000
_EXPIRED_ERRORS: Final = ("ExpiredToken", "InvalidToken")
_NOT_FOUND_ERRORS: Final = ("RecordNotFound", "NotFound")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'»”)\]]", re.IGNORECASE)
_BASE32_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
_KEY_EPOCH: Final = 1_688_169_600_000_000
"""1 July 2023 in microseconds: the earliest time in our keys.

It is in the past, and later than Bluesky's own beginning.
"""


class Bluesky(Connector):
    """The connector of one Bluesky account."""

    capabilities = Capabilities(
        platform="bluesky",
        title=_TITLE,
        channel=Channel.SOCIAL,
        signature="none: nothing is pushed; Heard polls",
        edits="no",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="graphemes",
        can_find_reply=True,
        can_fetch=True,
        pushes=False,
        signed=False,
        can_self_test=False,
        secret_origin=SecretOrigin.NONE,
        # Bluesky allows 300 sessions a day. Even a sign-in with every poll stays below that.
        poll_seconds=300,
        single_review_threads=False,
        optional_settings={
            "pds_url": "the account's server, if it is not one of Bluesky's own "
            f"(default {_DEFAULT_PDS})"
        },
        credentials={
            "identifier": "the account's handle, such as acme.bsky.social, or its DID",
            "app_password": "an app password (Settings, Privacy and security, App passwords), "
            "never the account's own password",
        },
        guide=(
            "1. In Bluesky open Settings, Privacy and security, App passwords, and add one; direct "
            "messages are not needed.\n"
            "2. Enter here the account's handle and that app password.\n"
            "3. That is all: Heard polls new mentions, answers and quotes every five minutes."
        ),
        limitations=(
            "Posts that name the business but do not mention, answer or quote its account are not "
            "seen.",
            "Direct messages are not read.",
            "Posts of accounts that block the business cannot be fetched again.",
        ),
        verified=("Requests and responses follow the published lexicons of the AT Protocol.",),
        assumptions=(
            "Whether a notification and its post carry the same indexedAt is not documented.",
        ),
    )

    def __init__(self) -> None:
        self._sessions = _SessionCache()
        self._threads: dict[tuple[str, str, str], str] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """No events: Bluesky sends nothing, so a delivery is from somebody else."""
        return ParsedDelivery()

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post a record in reply, unless a record with this reply's key exists."""
        if rejection := self.check_length(text) or _check_byte_length(text):
            return rejection
        existing_reply = self._find_by_key(reply_id, account)
        if isinstance(existing_reply, SentReply) or existing_reply.reason != "gone":
            return existing_reply
        session = self._sessions.session(account)
        if isinstance(session, Rejection):
            return session
        parent = {"uri": target.native_id, "cid": target.reply_to.get("cid", "")}
        root = {
            "uri": target.reply_to.get("root_uri", ""),
            "cid": target.reply_to.get("root_cid", ""),
        }
        record: dict[str, object] = {
            "$type": _POST_COLLECTION,
            "text": text,
            "createdAt": format_time(clock.now()),
            "reply": {"root": root if root["uri"] and root["cid"] else parent, "parent": parent},
        }
        if text_facets := facets(text, target.reply_to):
            record["facets"] = text_facets
        document = {
            "repo": session.did,
            "collection": _POST_COLLECTION,
            "rkey": record_key(reply_id),
            "record": record,
        }
        response = self._sessions.call(
            "POST",
            "com.atproto.repo.createRecord",
            account,
            document=document,
        )
        if isinstance(response, Rejection):
            return response
        return SentReply(_reply_uri(session.did, reply_id))

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Whether a record with this reply's key and text exists."""
        existing_reply = self._find_by_key(reply_id, account, text)
        if isinstance(existing_reply, SentReply):
            return existing_reply
        return ReplyLookup.ABSENT if existing_reply.reason == "gone" else ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The post as Bluesky shows it to our account; None if it exists and is hidden from us."""
        session = self._sessions.session(account)
        response = self._sessions.call(
            "GET", "app.bsky.feed.getPosts", account, [("uris", native_id)]
        )
        if isinstance(session, Rejection) or isinstance(response, Rejection):
            return None
        with unreadable_is_fault(_TITLE):
            for post in read_response(response, _TITLE).required_objects("posts"):
                if post.values.get("uri") == native_id:
                    return self._with_thread(_review_event(post, session.did), account)
        record = self._fetch_record(native_id, account)
        return (
            ReviewGone.GONE if isinstance(record, Rejection) and record.reason == "gone" else None
        )

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of notifications. The cursor is Bluesky's own."""
        session = self._sessions.session(account)
        if isinstance(session, Rejection):
            return session
        query = [
            ("limit", str(_PAGE_SIZE)),
            *(("reasons", reason) for reason in _REASONS),
            *([("cursor", cursor)] if cursor else []),
        ]
        response = self._sessions.call(
            "GET", "app.bsky.notification.listNotifications", account, query
        )
        if isinstance(response, Rejection):
            return response
        page = read_response(response, _TITLE)
        with unreadable_is_fault(_TITLE):
            entries = page.entries("notifications")
        parsed = parse_page(
            entries, "notification", lambda entry: _notification_event(entry, session.did)
        )
        events = tuple(self._with_thread(event, account) for event in parsed.events)
        # A page can be empty and not the last: the likes and follows that it leaves out count too.
        next_cursor = page.values.get("cursor")
        if not isinstance(next_cursor, str) or not next_cursor.isascii():
            next_cursor = None
        return ReviewPage(
            events, next_cursor if next_cursor not in {"", cursor} else None, parsed.problems
        )

    def _find_by_key(
        self,
        reply_id: str,
        account: PlatformAccount,
        text: str | None = None,
    ) -> SentReply | Rejection:
        """The reply with this key, if it exists (and its text is `text`)."""
        session = self._sessions.session(account)
        if isinstance(session, Rejection):
            return session
        uri = _reply_uri(session.did, reply_id)
        response = self._fetch_record(uri, account)
        if isinstance(response, Rejection):
            return response
        existing_text = read_response(response, _TITLE).object("value").text("text")
        return (
            SentReply(uri)
            if text is None or same_text(existing_text, text)
            else Rejection("other", "Another post of the account has this reply's key.")
        )

    def _fetch_record(self, uri: str, account: PlatformAccount) -> HttpResponse | Rejection:
        repo, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, key = rest.partition("/")
        query = [("repo", repo), ("collection", collection), ("rkey", key)]
        return self._sessions.call("GET", "com.atproto.repo.getRecord", account, query)

    def _with_thread(self, event: ReviewEvent, account: PlatformAccount) -> ReviewEvent:
        """The event with its thread. A `partial` event is deep beneath a post of our own."""
        if not event.partial:
            return event
        # The key has server and account: a business chooses its server, which must not decide the
        # threads of other businesses' posts.
        server, identifier, _ = _account_key(account)
        cache_key = (server, identifier, event.native_id)
        if cache_key not in self._threads:
            if len(self._threads) >= _THREAD_CACHE_SIZE:
                self._threads.clear()
            self._threads[cache_key] = self._find_thread(event, account)
        return replace(event, native_thread=self._threads[cache_key], partial=False)

    def _find_thread(self, event: ReviewEvent, account: PlatformAccount) -> str:
        session = self._sessions.session(account)
        query = [("uri", event.native_id), ("depth", "0"), ("parentHeight", "100")]
        response = self._sessions.call("GET", "app.bsky.feed.getPostThread", account, query)
        if isinstance(session, Rejection) or isinstance(response, Rejection):
            return event.native_id
        thread, node = event.native_id, read_response(response, _TITLE).object("thread")
        while node.values:
            post = node.object("post")
            uri, author = post.values.get("uri"), post.object("author").values.get("did")
            if isinstance(uri, str) and author != session.did:
                thread = uri
            node = node.object("parent")
        return thread


@dataclass(frozen=True, slots=True)
class _Session:
    """Our account's id (DID), and the two tokens that prove it."""

    did: str
    access_token: str
    refresh_token: str


class _SessionCache:
    """The sessions of this process, by server and account. Raises PlatformUnavailable."""

    def __init__(self) -> None:
        self._cache: dict[tuple[str, str, str], _Session] = {}

    def session(self, account: PlatformAccount) -> _Session | Rejection:
        """The account's session; it is opened if there is none."""
        server, identifier, password = _account_key(account)
        if not (identifier and password):
            return Rejection(
                "no_credentials", "Enter identifier and app_password to read and reply at Bluesky."
            )
        if cached_session := self._cache.get((server, identifier, password)):
            return cached_session
        body = json.dumps({"identifier": identifier, "password": password}).encode()
        return self._open_session(
            "com.atproto.server.createSession",
            account,
            {"content-type": "application/json"},
            body,
        )

    def call(
        self,
        method: str,
        name: str,
        account: PlatformAccount,
        query: list[tuple[str, str]] | None = None,
        document: Mapping[str, object] | None = None,
    ) -> HttpResponse | Rejection:
        """The response to one XRPC call. If the token is refused, a fresh one is tried once."""
        session = self.session(account)
        if isinstance(session, Rejection):
            return session
        url = f"{_account_key(account)[0]}/xrpc/{name}" + (
            f"?{urlencode(query, quote_via=quote)}" if query else ""
        )
        body = json.dumps(document).encode() if document is not None else None

        def attempt(token: str) -> HttpResponse | Rejection:
            headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
            if body is not None:
                headers["content-type"] = "application/json"
            request = HttpRequest(method, url, headers, body)
            return call_api(account.http, _TITLE, request, _with_platform_message)

        response = attempt(session.access_token)
        if isinstance(response, Rejection) and response.reason == "unauthorized":
            # A call whose token was refused was not applied, so it is safe to repeat it.
            new_session = self._renew(session, account)
            return (
                new_session
                if isinstance(new_session, Rejection)
                else attempt(new_session.access_token)
            )
        return response

    def _renew(self, session: _Session, account: PlatformAccount) -> _Session | Rejection:
        token = {"authorization": f"Bearer {session.refresh_token}"}
        new_session = self._open_session("com.atproto.server.refreshSession", account, token, None)
        if isinstance(new_session, _Session):
            return new_session
        self._cache.pop(_account_key(account), None)
        return self.session(account)

    def _open_session(
        self,
        name: str,
        account: PlatformAccount,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> _Session | Rejection:
        cache_key = _account_key(account)
        url = f"{cache_key[0]}/xrpc/{name}"
        request = HttpRequest("POST", url, headers, body, no_side_effects=True)
        response = call_api(account.http, _TITLE, request, _with_platform_message)
        if isinstance(response, Rejection):
            detail = f"{_TITLE} does not accept the identifier and the app password."
            return (
                response
                if response.reason in {"bad_address", "moved"}
                else Rejection("unauthorized", detail)
            )
        fields = read_response(response, _TITLE)
        did, access, refresh = (
            fields.text(name) or "" for name in ("did", "accessJwt", "refreshJwt")
        )
        if not (did and access and refresh):
            raise PlatformUnavailable(f"{_TITLE} answered without a session.", maybe_applied=False)
        self._cache[cache_key] = _Session(did, access, refresh)
        return self._cache[cache_key]


def record_key(reply_id: str) -> str:
    """The key of a reply's record: a TID whose time lies in 2023 or 2024.

    The same reply id gives the same key.
    """
    number = int.from_bytes(hashlib.sha256(reply_id.encode()).digest()[:8])
    # 45 bits of microseconds (some 400 days) after a fixed day, then ten bits of clock id.
    tid = ((_KEY_EPOCH + (number >> 19)) << 10) | (number & 1023)
    return "".join(_BASE32_SORTABLE[(tid >> shift) & 31] for shift in range(60, -1, -5))


def facets(text: str, reply_to: Mapping[str, str]) -> list[dict[str, object]]:
    """The links in a reply, and the mentions of the author it answers. Ranges count bytes."""
    ranges: list[tuple[int, int, dict[str, str]]] = [
        (*match.span(), {"$type": "app.bsky.richtext.facet#link", "uri": match[0]})
        for match in _WEB_ADDRESS.finditer(text)
    ]
    handle, did = reply_to.get("author_handle", ""), reply_to.get("author_did", "")
    if handle and did:
        mentions = re.finditer(
            rf"(?<![\w@.])@{re.escape(handle)}(?![\w-]|\.\w)", text, re.IGNORECASE
        )
        ranges += [
            (*match.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did})
            for match in mentions
        ]
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for start, end, feature in sorted(ranges, key=lambda text_range: text_range[0])
    ]


def _notification_event(notification: Fields, own_did: str) -> ReviewEvent | None:
    if notification.values.get("reason") not in _REASONS:
        return None
    event = _review_event(notification, own_did)
    return None if event.kind is EventKind.REPLY_SEEN else event


def _review_event(post: Fields, own_did: str) -> ReviewEvent:
    """The event of a post, from a notification or a post view; `partial` without its thread."""
    native_id, author, record = (
        post.id("uri"),
        post.required_object("author"),
        post.required_object("record"),
    )
    did, indexed_at = author.id("did"), post.time("indexedAt")
    if indexed_at is None:
        raise post.field_error("indexedAt", "is missing")
    reply = record.object("reply")
    root, parent = reply.object("root"), reply.object("parent")
    root_uri = root.optional_id("uri")
    under_own_post = root_uri is not None and root_uri.startswith(f"at://{own_did}/")
    handle = author.one_line("handle")
    reply_to = {
        "cid": post.id("cid"),
        "root_uri": root_uri or "",
        "root_cid": root.optional_id("cid") or "",
        "author_did": did,
        "author_handle": handle or "",
    }
    key = native_id.rpartition("/")[2]
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if did == own_did else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id if under_own_post else root_uri or native_id,
        revision=time_revision(indexed_at),
        author=Author(did, author.one_line("displayName") or handle),
        text=text_or_description(record.text("text"), _media(record.object("embed"))),
        language=_language(record),
        occurred_at=indexed_at,
        link=f"https://bsky.app/profile/{quote(did, safe=':')}/post/{quote(key, safe='')}",
        reply_to={name: value for name, value in reply_to.items() if value},
        partial=under_own_post and parent.optional_id("uri") != root_uri,
    )


def _media(embed: Fields) -> list[str]:
    """What a post without words shows. An embed may hold a quoted post beside its media."""
    kinds = {
        str(part.values.get("$type")).partition("#")[0]: part
        for part in (embed, embed.object("media"))
    }
    return [describe(word) for kind, word in _EMBED_KINDS.items() if kind in kinds]


def _language(record: Fields) -> str | None:
    """The first language of a post. Its author chose them, so they may be anything."""
    tags = record.values.get("langs")
    entries = cast("list[object]", tags) if isinstance(tags, list) else []
    return next((tag[:_LANGUAGE_LIMIT] for tag in entries if isinstance(tag, str)), None)


def _reply_uri(did: str, reply_id: str) -> str:
    return f"at://{did}/{_POST_COLLECTION}/{record_key(reply_id)}"


def _check_byte_length(text: str) -> Rejection | None:
    excess = len(text.encode("utf-8", "replace")) - REPLY_LIMIT_BYTES
    if excess <= 0:
        return None
    return Rejection(
        "too_long", f"A reply may have {REPLY_LIMIT_BYTES} bytes; this one has {excess} more."
    )


def _account_key(account: PlatformAccount) -> tuple[str, str, str]:
    """Server, identifier and app password of an account."""
    return (
        account.address("pds_url", _DEFAULT_PDS),
        account.credential("identifier").lstrip("@"),
        account.credential("app_password"),
    )


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The rejection that XRPC's own error names; most have a plain 400."""
    try:
        fields = Fields(read_object(body))
    except Unparseable:
        return rejection
    error, message = fields.one_line("error"), fields.one_line("message")
    if error in _EXPIRED_ERRORS:
        return Rejection("unauthorized", f"{_TITLE} does not accept the session's token any more.")
    if error in _NOT_FOUND_ERRORS or (message or "").startswith("Could not locate record"):
        return Rejection("gone", f"{_TITLE} has no such post any more.")
    return (
        Rejection(rejection.reason, f"{_TITLE} says: {message}")
        if message and rejection.reason == "rejected"
        else rejection
    )


CONNECTOR: Connector = Bluesky()
