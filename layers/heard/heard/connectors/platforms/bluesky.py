"""Bluesky: posts that mention, answer or quote our account are reviews.

Nothing is pushed (the firehose is a stream that a function cannot hold open):
`app.bsky.notification.listNotifications` is asked, newest first. A post's `uri`
(at://did/app.bsky.feed.post/rkey) is its id. Posts cannot be edited at Bluesky; a program can
replace a record, whose `cid` changes then. A cid does not sort, so that `indexedAt` dates a
revision.

`fetch` asks `app.bsky.feed.getPosts`, which leaves out what is deleted, but also what blocks hide
from us: only if `com.atproto.repo.getRecord` does not find the record either is it gone.

The thread is the topmost post that is not our own: what the business posts starts no conversation,
each answer to it does. A record names its parent and the root. Where the root is ours and is not
the parent, `getPostThread` is asked for what lies between.

Replies are records in our own repository. Their key is made from the reply's id, in the form that a
post's key must have (a TID: 64 bits of time and clock in base 32). So a reply is looked for by its
key, which finds it or proves that it is not there, and a second one with the same key is refused
instead of posted. Its time part lies in the past; clients order posts by `createdAt`. Addresses
become links, and the author's handle a mention, by facets, which count bytes of UTF-8.

Sessions. `createSession` takes the handle and an app password and is limited to 300 a day, so that
a session is kept for the process's life and renewed by `refreshSession`. An expired token answers
400 with ExpiredToken.

Sources: docs.bsky.app (advanced-guides/posts, advanced-guides/rate-limits), atproto.com/specs
(record-key, tid, xrpc); github.com/bluesky-social/atproto, lexicons (app/bsky/notification,
app/bsky/feed, app/bsky/richtext/facet, com/atproto/repo, com/atproto/server); pull request 4728 (a
key that is taken answers 500, newer servers 400). Not documented: whether a notification and the
post that it is about always carry the same indexedAt. If they differ, the same words are read as
two revisions, which changes nothing.
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
from heard.clock import stamp
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
    Secret,
    Sent,
)
from heard.connectors.http import ask
from heard.connectors.parsing import Fields, each, read_answer, read_object, same_text
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 300
REPLY_LIMIT_BYTES: Final = 3_000

_TITLE: Final = "Bluesky"
_PDS: Final = "https://bsky.social"
_POST: Final = "app.bsky.feed.post"
_REASONS: Final = ("mention", "reply", "quote")
_PAGE: Final = 50
_REMEMBERED: Final = 2_000
_EXPIRED: Final = ("ExpiredToken", "InvalidToken")
_MISSING: Final = ("RecordNotFound", "NotFound")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'»”)\]]", re.IGNORECASE)
_BASE32_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
_KEYS_FROM: Final = 1_688_169_600_000_000
"""1 July 2023 in microseconds.

Where the time part of our keys begins, to be in the past and after Bluesky's own beginning.
"""


class Bluesky(Connector):
    """The connector of one Bluesky account."""

    capabilities = Capabilities(
        platform="bluesky",
        title=_TITLE,
        channel=Channel.SOCIAL,
        signature="none: nothing is pushed, Heard asks",
        edits="no",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="graphemes",
        can_find_reply=True,
        can_fetch=True,
        pushes=False,
        signed=False,
        tested_by_us=False,
        secret=Secret.NONE,
        # Even if every poll had to sign in, it would stay below the 300 sessions a day that are
        # allowed.
        poll_seconds=300,
        one_review_a_thread=False,
        optional_settings={
            "pds_url": f"the account's server, if it is not one of Bluesky's own ({_PDS} if not "
            "said)"
        },
        credentials={
            "identifier": "the account's handle, such as acme.bsky.social, or its DID",
            "app_password": "an app password (Settings, Privacy and security, App passwords), "
            "never the account's own",
        },
        guide=(
            "1. In Bluesky open Settings, Privacy and security, App passwords, and add one; direct "
            "messages are not needed.\n"
            "2. Enter the account's handle and that app password here.\n"
            "3. That is all: Heard asks for new mentions, answers and quotes every five minutes."
        ),
        cannot=(
            "Posts that name the business without mentioning, answering or quoting its account "
            "are not seen.",
            "Direct messages are not read.",
            "Posts of accounts that block the business cannot be read again.",
        ),
        proof=("Requests and answers follow the published lexicons of the AT Protocol.",),
        unproven=("That a notification and its post carry the same indexedAt is not documented.",),
    )

    def __init__(self) -> None:
        self._sessions = _Sessions()
        self._threads: dict[tuple[str, str, str], str] = {}

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """Nothing: Bluesky sends nothing, so that whatever comes is not from there."""
        return Parsed()

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Post a record in reply, unless one with this reply's key is there."""
        if refused := self.too_long(text) or _too_many_bytes(text):
            return refused
        standing = self._standing(reply_id, connection, credentials, http)
        if isinstance(standing, Sent) or standing.reason != "gone":
            return standing
        session = self._sessions.of(connection, credentials, http)
        if isinstance(session, Rejected):
            return session
        parent = {"uri": target.native_id, "cid": target.reply_to.get("cid", "")}
        root = {
            "uri": target.reply_to.get("root_uri", ""),
            "cid": target.reply_to.get("root_cid", ""),
        }
        record: dict[str, object] = {
            "$type": _POST,
            "text": text,
            "createdAt": stamp(clock.now()),
            "reply": {"root": root if root["uri"] and root["cid"] else parent, "parent": parent},
        }
        if found := facets(text, target.reply_to):
            record["facets"] = found
        document = {
            "repo": session.did,
            "collection": _POST,
            "rkey": record_key(reply_id),
            "record": record,
        }
        answer = self._sessions.call(
            "POST",
            "com.atproto.repo.createRecord",
            connection,
            credentials,
            http,
            document=document,
        )
        if isinstance(answer, Rejected):
            return answer
        return Sent(_uri(session.did, reply_id))

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Look for the record with this reply's key.

        Its text is compared too, in case the key ever meant something else.
        """
        standing = self._standing(reply_id, connection, credentials, http, text)
        if isinstance(standing, Sent):
            return standing
        return Presence.ABSENT if standing.reason == "gone" else Presence.CANNOT_TELL

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The post as Bluesky shows it to our account.

        None when it exists and is hidden from us.
        """
        session = self._sessions.of(connection, credentials, http)
        answer = self._sessions.call(
            "GET", "app.bsky.feed.getPosts", connection, credentials, http, [("uris", native_id)]
        )
        if isinstance(session, Rejected) or isinstance(answer, Rejected):
            return None
        for post in _listed(read_answer(answer, _TITLE), "posts"):
            if post.values.get("uri") == native_id:
                try:
                    return self._in_its_thread(
                        _event(post, session.did), connection, credentials, http
                    )
                except Unparseable as error:
                    raise PlatformUnavailable(
                        f"{_TITLE} answered something unreadable: {error.detail}.",
                        maybe_applied=False,
                    ) from error
        record = self._record(native_id, connection, credentials, http)
        return Gone.GONE if isinstance(record, Rejected) and record.reason == "gone" else None

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of notifications; the cursor is Bluesky's own."""
        session = self._sessions.of(connection, credentials, http)
        if isinstance(session, Rejected):
            return session
        query = [
            ("limit", str(_PAGE)),
            *(("reasons", reason) for reason in _REASONS),
            *([("cursor", cursor)] if cursor else []),
        ]
        answer = self._sessions.call(
            "GET", "app.bsky.notification.listNotifications", connection, credentials, http, query
        )
        if isinstance(answer, Rejected):
            return answer
        page = read_answer(answer, _TITLE)
        notifications = page.values.get("notifications")
        entries = cast("list[object]", notifications) if isinstance(notifications, list) else []
        try:
            found = each(entries, "notification", lambda entry: _notified(entry, session.did))
        except Unparseable as error:
            found = Parsed(problems=(error.detail,))
        events = tuple(
            self._in_its_thread(event, connection, credentials, http) for event in found.events
        )
        older = page.values.get("cursor")
        # A page can be empty and not the last: what it leaves out (likes, follows) counts too.
        return Page(
            events,
            older
            if isinstance(older, str) and older.isascii() and older not in {"", cursor}
            else None,
            found.problems,
        )

    def _standing(
        self,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        text: str | None = None,
    ) -> Sent | Rejected:
        """The reply with that key, if it is there (and says `text`)."""
        session = self._sessions.of(connection, credentials, http)
        if isinstance(session, Rejected):
            return session
        uri = _uri(session.did, reply_id)
        answer = self._record(uri, connection, credentials, http)
        if isinstance(answer, Rejected):
            return answer
        said = read_answer(answer, _TITLE).object("value").text("text")
        return (
            Sent(uri)
            if text is None or same_text(said, text)
            else Rejected("other", "Another post of ours has this reply's key.")
        )

    def _record(
        self, uri: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> HttpAnswer | Rejected:
        repo, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, key = rest.partition("/")
        query = [("repo", repo), ("collection", collection), ("rkey", key)]
        return self._sessions.call(
            "GET", "com.atproto.repo.getRecord", connection, credentials, http, query
        )

    def _in_its_thread(
        self, event: ReviewEvent, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent:
        """The event with its thread, which must be looked up where it is `partial`.

        Deep beneath a post of our own.
        """
        if not event.partial:
            return event
        # By server and account: a business chooses its server, which must not be able to place the
        # posts of others.
        server, identifier, _ = _account(connection, credentials)
        known = (server, identifier, event.native_id)
        if known not in self._threads:
            if len(self._threads) >= _REMEMBERED:
                self._threads.clear()
            self._threads[known] = self._topmost(event, connection, credentials, http)
        return replace(event, native_thread=self._threads[known], partial=False)

    def _topmost(
        self, event: ReviewEvent, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> str:
        session = self._sessions.of(connection, credentials, http)
        query = [("uri", event.native_id), ("depth", "0"), ("parentHeight", "100")]
        answer = self._sessions.call(
            "GET", "app.bsky.feed.getPostThread", connection, credentials, http, query
        )
        if isinstance(session, Rejected) or isinstance(answer, Rejected):
            return event.native_id
        top, node = event.native_id, read_answer(answer, _TITLE).object("thread")
        while node.values:
            post = node.object("post")
            uri, author = post.values.get("uri"), post.object("author").values.get("did")
            if isinstance(uri, str) and author != session.did:
                top = uri
            node = node.object("parent")
        return top


@dataclass(frozen=True, slots=True)
class _Session:
    """Who we are, and the two tokens that say so."""

    did: str
    access: str
    refresh: str


class _Sessions:
    """The sessions of this process, by server and account."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], _Session] = {}

    def of(
        self, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> _Session | Rejected:
        """The account's session, begun if there is none. Raises PlatformUnavailable."""
        server, identifier, password = _account(connection, credentials)
        if not (identifier and password):
            return Rejected(
                "no_credentials", "Enter identifier and app_password to read and answer at Bluesky."
            )
        if known := self._known.get((server, identifier, password)):
            return known
        body = json.dumps({"identifier": identifier, "password": password}).encode()
        return self._begun(
            "com.atproto.server.createSession",
            connection,
            credentials,
            http,
            {"content-type": "application/json"},
            body,
        )

    def call(
        self,
        method: str,
        name: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        query: list[tuple[str, str]] | None = None,
        document: Mapping[str, object] | None = None,
    ) -> HttpAnswer | Rejected:
        """The answer to one XRPC call, with a fresh token if the known one is refused.

        Raises PlatformUnavailable.
        """
        session = self.of(connection, credentials, http)
        if isinstance(session, Rejected):
            return session
        url = f"{_account(connection, credentials)[0]}/xrpc/{name}" + (
            f"?{urlencode(query, quote_via=quote)}" if query else ""
        )
        body = json.dumps(document).encode() if document is not None else None

        def once(token: str) -> HttpAnswer | Rejected:
            headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
            if body is not None:
                headers["content-type"] = "application/json"
            return ask(http, _TITLE, method, url, headers=headers, body=body, explain=_explained)

        answer = once(session.access)
        if isinstance(answer, Rejected) and answer.reason == "unauthorized":
            # What was refused for its token was not applied, so that asking once more is safe.
            renewed = self._renewed(session, connection, credentials, http)
            return renewed if isinstance(renewed, Rejected) else once(renewed.access)
        return answer

    def _renewed(
        self, session: _Session, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> _Session | Rejected:
        token = {"authorization": f"Bearer {session.refresh}"}
        renewed = self._begun(
            "com.atproto.server.refreshSession", connection, credentials, http, token, None
        )
        if isinstance(renewed, _Session):
            return renewed
        self._known.pop(_account(connection, credentials), None)
        return self.of(connection, credentials, http)

    def _begun(
        self,
        name: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> _Session | Rejected:
        account = _account(connection, credentials)
        url = f"{account[0]}/xrpc/{name}"
        answer = ask(
            http, _TITLE, "POST", url, headers=headers, body=body, harmless=True, explain=_explained
        )
        if isinstance(answer, Rejected):
            told = f"{_TITLE} does not take the identifier and the app password."
            return (
                answer
                if answer.reason in {"bad_address", "moved"}
                else Rejected("unauthorized", told)
            )
        fields = read_answer(answer, _TITLE)
        did, access, refresh = (
            fields.text(each) or "" for each in ("did", "accessJwt", "refreshJwt")
        )
        if not (did and access and refresh):
            raise PlatformUnavailable(f"{_TITLE} answered without a session.", maybe_applied=False)
        self._known[account] = _Session(did, access, refresh)
        return self._known[account]


def record_key(reply_id: str) -> str:
    """The key of a reply's record.

    A TID, the same for the same reply, whose time part lies in 2023 or 2024.
    """
    number = int.from_bytes(hashlib.sha256(reply_id.encode()).digest()[:8])
    # 45 bits of microseconds (some 400 days) after a fixed day, then ten bits that stand for a
    # clock.
    tid = ((_KEYS_FROM + (number >> 19)) << 10) | (number & 1023)
    return "".join(_BASE32_SORTABLE[(tid >> shift) & 31] for shift in range(60, -1, -5))


def facets(text: str, reply_to: Mapping[str, str]) -> list[dict[str, object]]:
    """Where in a reply are links, and mentions of the author it answers; ranges count bytes."""
    marks: list[tuple[int, int, dict[str, str]]] = [
        (*found.span(), {"$type": "app.bsky.richtext.facet#link", "uri": found[0]})
        for found in _WEB_ADDRESS.finditer(text)
    ]
    handle, did = reply_to.get("author_handle", ""), reply_to.get("author_did", "")
    if handle and did:
        mentions = re.finditer(
            rf"(?<![\w@.])@{re.escape(handle)}(?![\w-]|\.\w)", text, re.IGNORECASE
        )
        marks += [
            (*found.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did})
            for found in mentions
        ]
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for start, end, feature in sorted(marks, key=lambda mark: mark[0])
    ]


def _notified(notification: Fields, ours: str) -> ReviewEvent | None:
    if notification.values.get("reason") not in _REASONS:
        return None
    event = _event(notification, ours)
    return None if event.kind is EventKind.REPLY_SEEN else event


def _event(post: Fields, ours: str) -> ReviewEvent:
    """What a post says, from a notification or a view of it.

    It is partial while its thread must still be looked up.
    """
    native_id, author, record = (
        post.id("uri"),
        post.required_object("author"),
        post.required_object("record"),
    )
    did, indexed = author.id("did"), post.time("indexedAt")
    if indexed is None:
        raise post.unreadable("indexedAt", "is missing")
    reply = record.object("reply")
    root, parent = reply.object("root"), reply.object("parent")
    root_uri = root.optional_id("uri")
    beneath_ours = root_uri is not None and root_uri.startswith(f"at://{ours}/")
    handle = author.label("handle")
    to = {
        "cid": post.id("cid"),
        "root_uri": root_uri or "",
        "root_cid": root.optional_id("cid") or "",
        "author_did": did,
        "author_handle": handle or "",
    }
    listed = record.values.get("langs")
    languages = (
        [each for each in cast("list[object]", listed) if isinstance(each, str)]
        if isinstance(listed, list)
        else []
    )
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if did == ours else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id if beneath_ours else root_uri or native_id,
        revision=time_revision(indexed),
        author=Author(did, author.label("displayName") or handle),
        text=record.text("text"),
        language=languages[0][:35] if languages else None,
        occurred_at=indexed,
        link=f"https://bsky.app/profile/{quote(did, safe=':')}/post/{quote(native_id.rpartition('/')[2], safe='')}",
        reply_to={name: value for name, value in to.items() if value},
        partial=beneath_ours and parent.optional_id("uri") != root_uri,
    )


def _uri(did: str, reply_id: str) -> str:
    return f"at://{did}/{_POST}/{record_key(reply_id)}"


def _too_many_bytes(text: str) -> Rejected | None:
    over = len(text.encode("utf-8", "replace")) - REPLY_LIMIT_BYTES
    return (
        Rejected(
            "too_long", f"A reply may have {REPLY_LIMIT_BYTES} bytes; this one has {over} more."
        )
        if over > 0
        else None
    )


def _account(connection: Connection, credentials: Mapping[str, str]) -> tuple[str, str, str]:
    server = connection.settings.get("pds_url", "").strip().rstrip("/") or _PDS
    return (
        server,
        credentials.get("identifier", "").strip().lstrip("@"),
        credentials.get("app_password", "").strip(),
    )


def _listed(fields: Fields, name: str) -> list[Fields]:
    entries, where = fields.values.get(name), f"{name} of {fields.where}"
    found = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", entry), where, fields.problems)
        for entry in found
        if isinstance(entry, dict)
    ]


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal as XRPC's own error names it: most are a plain 400."""
    try:
        answer = Fields(read_object(body))
    except Unparseable:
        return refusal
    error, words = answer.label("error"), answer.label("message")
    if error in _EXPIRED:
        return Rejected("unauthorized", f"{_TITLE} does not take the session's token any more.")
    if error in _MISSING or (words or "").startswith("Could not locate record"):
        return Rejected("gone", f"{_TITLE} has no such post any more.")
    return (
        Rejected(refusal.reason, f"{_TITLE} says: {words}")
        if words and refusal.reason == "rejected"
        else refusal
    )


CONNECTOR: Connector = Bluesky()
