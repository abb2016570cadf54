"""Mastodon: statuses that mention our account are reviews.

Two ways in, and the same events from both. An ordinary account asks: `GET
/api/v1/notifications?types[]=mention`, newest first. The administrator of an instance can have it
push too: `{"event": "status.created" | "status.updated", "object": Status}`, signed with
`X-Hub-Signature: sha256=<hex>` over the body. Such a webhook tells of every status of the instance,
so only those that mention the account of the setting `account` count; reports and accounts are no
reviews. The instance chooses the webhook's secret; connections without a webhook keep one that
nobody knows, so that every push is refused.

Revisions are dated by `edited_at`, else `created_at`. Nothing is pushed when a status is deleted:
it answers 404 when it is read again, as it does once its author no longer lets us see it.

The thread is the topmost status that is not our own: what the business posts starts no
conversation, each answer to it does. A status only names its parent, so `/context` is asked; a
pushed answer is partial until then.

Visibility. A mention can be private (`direct`, or `private` to followers), while a channel, and so
the stage, is the connection's: Heard judges a private mention like a public one, which at worst
answers sooner. What must never happen is that a private mention is answered in public, so that a
reply has the visibility of what it answers, and `direct` where that is not known.

A reply begins with its author's address, because only a mention notifies. `Idempotency-Key` (ours
is the reply's id) holds for an hour; after that `find_reply` looks for our text among the answers,
whose HTML shows mentions without their server.

Length: an instance takes 500 characters (its administrator may allow more), counts an address of
the Web as 23 and a mention without its server. `REPLY_LIMIT` leaves room for the mention; addresses
are counted in full, or as 23 where they are shorter.

Sources: docs.joinmastodon.org (admin/webhooks, methods/notifications, methods/statuses,
entities/Status, api/rate-limits); github.com/mastodon/mastodon (webhooks/delivery_worker.rb,
rest/admin/webhook_event_serializer.rb, status_length_validator.rb, rack_attack.rb: 429 has
X-RateLimit-Reset and no Retry-After). The payload of status.created is not documented; the
serializer shows that it is the Status of the API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlencode, urlsplit

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
from heard.connectors.markup import plain
from heard.connectors.parsing import (
    Fields,
    each,
    one,
    read_answer,
    read_json,
    read_object,
    same_text,
)
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

STATUS_LIMIT: Final = 500
REPLY_LIMIT: Final = 460
"""What is left of a status for the words of a reply, when it begins with a mention of any but the
longest names.
"""

_TITLE: Final = "Mastodon"
_PAGE: Final = 30
_REMEMBERED: Final = 2_000
_STATUS_EVENTS: Final = ("status.created", "status.updated")
_VISIBILITIES: Final = frozenset({"public", "unlisted", "private", "direct"})
_MENTIONS: Final = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_WEB_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_WEB_ADDRESS_LENGTH: Final = 23


class Mastodon(Connector):
    """The connector of one Mastodon account."""

    capabilities = Capabilities(
        platform="mastodon",
        title=_TITLE,
        channel=Channel.SOCIAL,
        signature="X-Hub-Signature: sha256= and the HMAC-SHA256 of the body, hexadecimal; no "
        "timestamp",
        edits="polled",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        # A sample would have to mention the connection's own account.
        tested_by_us=False,
        secret=Secret.KEPT_HERE,
        secret_help="what the instance shows as Signing secret of a webhook; only an instance's "
        "administrators have one",
        poll_seconds=60,
        one_review_a_thread=False,
        settings={
            "base_url": "the instance's address, such as https://social.example",
            "account": "the account's name there (acme, without @) or its id",
        },
        credentials={
            "access_token": "token of an application with read and write:statuses (Preferences, "
            "Development, Your access token)"
        },
        guide=(
            "1. In the account's Preferences open Development and make a new application.\n"
            "2. Allow it read:accounts, read:notifications, read:statuses and write:statuses, and "
            "nothing else.\n"
            "3. Enter its access token here. That is all: Heard asks for new mentions every "
            "minute.\n"
            "4. Administrators of the instance can have mentions pushed: Administration, Webhooks, "
            "the address shown here, the events\n"
            "   status.created and status.updated; then give the signing secret that it shows as "
            "--secret-file."
        ),
        cannot=(
            "Statuses that name the business without mentioning its account are not seen.",
            "A private mention is answered as privately as it came, but judged like a public one.",
        ),
        proof=(
            "The signature is the construction of GitHub's published vectors.",
            "The documented report.created payload is read and ignored.",
        ),
        unproven=(
            "The payload of status.created and status.updated is read from Mastodon's source, "
            "since no document shows one.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", prefix="sha256=")

    def __init__(self) -> None:
        self._threads: dict[tuple[str, str], str] = {}

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The status of a delivery, if it concerns our account. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if body.values.get("event") not in _STATUS_EVENTS:
            return Parsed()
        return one(body.required_object("object"), lambda status: _pushed(status, connection))

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Post a status in reply, as visible as what it answers."""
        acct = target.reply_to.get("acct", "")
        mentioned = re.search(rf"@{re.escape(acct)}(?![\w@.-])", text, re.IGNORECASE)
        mention = f"@{acct} " if acct and not mentioned else ""
        if refused := self.too_long(text) or _too_long(mention, text):
            return refused
        visibility = target.reply_to.get("visibility", "")
        document = {
            "status": mention + text,
            "in_reply_to_id": target.native_id,
            "visibility": visibility if visibility in _VISIBILITIES else "direct",
        }
        answer = _call(
            "POST",
            "/api/v1/statuses",
            connection,
            credentials,
            http,
            document,
            {"idempotency-key": reply_id},
        )
        if isinstance(answer, Rejected):
            return answer
        try:
            return Sent(read_answer(answer, _TITLE).id("id"))
        except (PlatformUnavailable, Unparseable) as error:
            # It answered with success, so that the reply stands: which one it is, a look tells.
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable.", maybe_applied=True
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
        """Look through the answers beneath the review for one of ours with the same text."""
        answer = _call(
            "GET",
            f"/api/v1/statuses/{quote(target.native_id, safe='')}/context",
            connection,
            credentials,
            http,
        )
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        for status in _listed(read_answer(answer, _TITLE), "descendants"):
            if status.values.get("in_reply_to_id") == target.native_id and _is_ours(
                status.object("account"), connection
            ):
                said = plain(status.text("content"))
                if same_text(_without_mentions(said or ""), _without_mentions(text)):
                    return Sent(str(status.values.get("id")))
        return Presence.ABSENT

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The status as our account may see it."""
        answer = _call(
            "GET", f"/api/v1/statuses/{quote(native_id, safe='')}", connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return Gone.GONE if answer.reason == "gone" else None
        try:
            return self._in_its_thread(
                _event(read_answer(answer, _TITLE), connection), connection, credentials, http
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of mentions; the cursor is the id of the last notification of the page before."""
        query = urlencode(
            [("types[]", "mention"), ("limit", _PAGE), *([("max_id", cursor)] if cursor else [])]
        )
        answer = _call("GET", f"/api/v1/notifications?{query}", connection, credentials, http)
        if isinstance(answer, Rejected):
            return answer
        try:
            listed = read_json(answer.body)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable.", maybe_applied=False
            ) from error
        entries = cast("list[object]", listed) if isinstance(listed, list) else []
        try:
            found = each(entries, "notification", lambda entry: _mentioned(entry, connection))
        except Unparseable as error:
            found = Parsed(problems=(error.detail,))
        events = tuple(
            self._in_its_thread(event, connection, credentials, http) for event in found.events
        )
        last = entries[-1] if entries else None
        # Notifications of deleted statuses are left out of a page, so that a short one need not be
        # the last; an empty one is.
        older = cast("dict[str, object]", last).get("id") if isinstance(last, dict) else None
        return Page(
            events, older if isinstance(older, str) and older.isascii() else None, found.problems
        )

    def _in_its_thread(
        self, event: ReviewEvent, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent:
        if not event.partial:
            return event
        known = (connection.settings.get("base_url", ""), event.native_id)
        if known not in self._threads:
            if len(self._threads) >= _REMEMBERED:
                self._threads.clear()
            self._threads[known] = _topmost(event, connection, credentials, http)
        return replace(event, native_thread=self._threads[known], partial=False)


def _topmost(
    event: ReviewEvent, connection: Connection, credentials: Mapping[str, str], http: Http
) -> str:
    answer = _call(
        "GET",
        f"/api/v1/statuses/{quote(event.native_id, safe='')}/context",
        connection,
        credentials,
        http,
    )
    if isinstance(answer, Rejected):
        return event.native_id
    above = _listed(read_answer(answer, _TITLE), "ancestors")
    first = next(
        (status for status in above if not _is_ours(status.object("account"), connection)), None
    )
    try:
        return first.id("id") if first else event.native_id
    except Unparseable:
        return event.native_id


def _pushed(status: Fields, connection: Connection) -> ReviewEvent | None:
    ours = _is_ours(status.object("account"), connection)
    if ours and status.optional_id("in_reply_to_id") is None:
        return None
    if not ours and not any(
        _is_ours(mention, connection) for mention in _listed(status, "mentions")
    ):
        return None
    return _event(status, connection)


def _mentioned(notification: Fields, connection: Connection) -> ReviewEvent | None:
    if notification.values.get("type") != "mention" or notification.values.get("status") is None:
        return None
    return _event(notification.required_object("status"), connection)


def _event(status: Fields, connection: Connection) -> ReviewEvent:
    """What a status says. It is partial while its thread must still be looked up."""
    native_id, account = status.id("id"), status.required_object("account")
    created, edited = status.time("created_at"), status.time("edited_at")
    changed = edited or created
    if changed is None:
        raise status.unreadable("created_at", "is missing")
    acct = account.label("acct") or account.label("username")
    kind = EventKind.EDITED if edited else EventKind.CREATED
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if _is_ours(account, connection) else kind,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(changed),
        author=Author(account.id("id"), account.label("display_name") or acct),
        title=status.text("spoiler_text"),
        text=plain(status.text("content")),
        language=status.label("language"),
        occurred_at=changed,
        link=status.link("url"),
        reply_to={"visibility": status.label("visibility") or "", "acct": acct or ""},
        partial=status.optional_id("in_reply_to_id") is not None,
    )


def _is_ours(account: Fields, connection: Connection) -> bool:
    ours = connection.settings.get("account", "").strip().lstrip("@").casefold()
    host = urlsplit(connection.settings.get("base_url", "").strip()).netloc.casefold()
    acct = str(account.values.get("acct")).casefold()
    # The instance writes its own accounts without a server, and an owner may have entered one.
    return bool(ours) and ours in (account.values.get("id"), acct, f"{acct}@{host}")


def _without_mentions(text: str) -> str:
    return text[found.end() :] if (found := _MENTIONS.match(text)) else text


def _too_long(mention: str, text: str) -> Rejected | None:
    name = mention[1:].partition("@")[0].strip()
    short = [_WEB_ADDRESS_LENGTH - len(address) for address in _WEB_ADDRESS.findall(text)]
    over = (
        len(text)
        + (len(f"@{name} ") if name else 0)
        + sum(more for more in short if more > 0)
        - STATUS_LIMIT
    )
    told = f"A status may have {STATUS_LIMIT} characters; this one, with its mention and links of {_WEB_ADDRESS_LENGTH}, has {over} more."
    return Rejected("too_long", told) if over > 0 else None


def _listed(fields: Fields, name: str) -> list[Fields]:
    entries, where = fields.values.get(name), f"{name} of {fields.where}"
    found = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", entry), where, fields.problems)
        for entry in found
        if isinstance(entry, dict)
    ]


def _call(
    method: str,
    path: str,
    connection: Connection,
    credentials: Mapping[str, str],
    http: Http,
    document: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer | Rejected:
    base, token = (
        connection.settings.get("base_url", "").strip().rstrip("/"),
        credentials.get("access_token", ""),
    )
    if not (base and token):
        return Rejected(
            "no_credentials", "Enter base_url and access_token to read and answer mentions."
        )
    sent = {"authorization": f"Bearer {token}", "accept": "application/json", **(headers or {})}
    if document is not None:
        sent["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return ask(http, _TITLE, method, base + path, headers=sent, body=body, explain=_explained)


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal with the instance's own words, which are about our reply and tell what to change
    in it.
    """
    try:
        words = Fields(read_object(body)).label("error")
    except Unparseable:
        words = None
    return (
        Rejected(refusal.reason, f"{_TITLE} says: {words}")
        if words and refusal.reason == "rejected"
        else refusal
    )


CONNECTOR: Connector = Mastodon()
