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
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    parse_each,
    parse_one,
    read_json,
    read_object,
    read_response,
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
_PAGE_SIZE: Final = 30
_THREAD_CACHE_SIZE: Final = 2_000
_STATUS_EVENTS: Final = ("status.created", "status.updated")
_VISIBILITIES: Final = frozenset({"public", "unlisted", "private", "direct"})
_LEADING_MENTIONS: Final = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_URL_LENGTH: Final = 23


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
        can_self_test=False,
        secret_origin=SecretOrigin.INTERNAL,
        secret_help="what the instance shows as Signing secret of a webhook; only an instance's "
        "administrators have one",
        poll_seconds=60,
        single_review_threads=False,
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
        limitations=(
            "Statuses that name the business without mentioning its account are not seen.",
            "A private mention is answered as privately as it came, but judged like a public one.",
        ),
        verified=(
            "The signature is the construction of GitHub's published vectors.",
            "The documented report.created payload is read and ignored.",
        ),
        assumptions=(
            "The payload of status.created and status.updated is read from Mastodon's source, "
            "since no document shows one.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", prefix="sha256=")

    def __init__(self) -> None:
        self._thread_cache: dict[tuple[str, str], str] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The status of a delivery, if it concerns our account. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if body.values.get("event") not in _STATUS_EVENTS:
            return ParsedDelivery()
        return parse_one(
            body.required_object("object"), lambda status: _pushed_event(status, connection)
        )

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post a status in reply, as visible as what it answers."""
        acct = target.reply_to.get("acct", "")
        mention_match = re.search(rf"@{re.escape(acct)}(?![\w@.-])", text, re.IGNORECASE)
        mention = f"@{acct} " if acct and not mention_match else ""
        if rejection := self.check_length(text) or _status_too_long(mention, text):
            return rejection
        visibility = target.reply_to.get("visibility", "")
        document = {
            "status": mention + text,
            "in_reply_to_id": target.native_id,
            "visibility": visibility if visibility in _VISIBILITIES else "direct",
        }
        response = _request(
            "POST",
            "/api/v1/statuses",
            account,
            document,
            {"idempotency-key": reply_id},
        )
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(read_response(response, _TITLE).id("id"))
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
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the answers beneath the review for one of ours with the same text."""
        response = _request(
            "GET",
            f"/api/v1/statuses/{quote(target.native_id, safe='')}/context",
            account,
        )
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        for status in _object_list(read_response(response, _TITLE), "descendants"):
            if status.values.get("in_reply_to_id") == target.native_id and _is_own_account(
                status.object("account"), account.connection
            ):
                status_text = html_to_text(status.text("content"))
                if same_text(_without_mentions(status_text or ""), _without_mentions(text)):
                    return SentReply(str(status.values.get("id")))
        return ReplyLookup.ABSENT

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The status as our account may see it."""
        response = _request("GET", f"/api/v1/statuses/{quote(native_id, safe='')}", account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        try:
            return self._with_thread(
                _review_event(read_response(response, _TITLE), account.connection),
                account,
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """A page of mentions; the cursor is the id of the last notification of the page before."""
        query = urlencode(
            [
                ("types[]", "mention"),
                ("limit", _PAGE_SIZE),
                *([("max_id", cursor)] if cursor else []),
            ]
        )
        response = _request("GET", f"/api/v1/notifications?{query}", account)
        if isinstance(response, Rejection):
            return response
        try:
            document = read_json(response.body)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable.", maybe_applied=False
            ) from error
        entries = cast("list[object]", document) if isinstance(document, list) else []
        try:
            parsed = parse_each(
                entries, "notification", lambda entry: _mention_event(entry, account.connection)
            )
        except Unparseable as error:
            parsed = ParsedDelivery(problems=(error.detail,))
        events = tuple(self._with_thread(event, account) for event in parsed.events)
        last_entry = entries[-1] if entries else None
        # Notifications of deleted statuses are left out of a page, so that a short one need not be
        # the last; an empty one is.
        older = (
            cast("dict[str, object]", last_entry).get("id")
            if isinstance(last_entry, dict)
            else None
        )
        return ReviewPage(
            events, older if isinstance(older, str) and older.isascii() else None, parsed.problems
        )

    def _with_thread(self, event: ReviewEvent, account: PlatformAccount) -> ReviewEvent:
        if not event.partial:
            return event
        cache_key = (account.connection.settings.get("base_url", ""), event.native_id)
        if cache_key not in self._thread_cache:
            if len(self._thread_cache) >= _THREAD_CACHE_SIZE:
                self._thread_cache.clear()
            self._thread_cache[cache_key] = _find_thread_root(event, account)
        return replace(event, native_thread=self._thread_cache[cache_key], partial=False)


def _find_thread_root(event: ReviewEvent, account: PlatformAccount) -> str:
    response = _request(
        "GET",
        f"/api/v1/statuses/{quote(event.native_id, safe='')}/context",
        account,
    )
    if isinstance(response, Rejection):
        return event.native_id
    ancestors = _object_list(read_response(response, _TITLE), "ancestors")
    root = next(
        (
            status
            for status in ancestors
            if not _is_own_account(status.object("account"), account.connection)
        ),
        None,
    )
    try:
        return root.id("id") if root else event.native_id
    except Unparseable:
        return event.native_id


def _pushed_event(status: Fields, connection: Connection) -> ReviewEvent | None:
    is_own = _is_own_account(status.object("account"), connection)
    if is_own and status.optional_id("in_reply_to_id") is None:
        return None
    if not is_own and not any(
        _is_own_account(mention, connection) for mention in _object_list(status, "mentions")
    ):
        return None
    return _review_event(status, connection)


def _mention_event(notification: Fields, connection: Connection) -> ReviewEvent | None:
    if notification.values.get("type") != "mention" or notification.values.get("status") is None:
        return None
    return _review_event(notification.required_object("status"), connection)


def _review_event(status: Fields, connection: Connection) -> ReviewEvent:
    """What a status says. It is partial while its thread must still be looked up."""
    native_id, account = status.id("id"), status.required_object("account")
    created_at, edited_at = status.time("created_at"), status.time("edited_at")
    changed_at = edited_at or created_at
    if changed_at is None:
        raise status.field_error("created_at", "is missing")
    acct = account.one_line("acct") or account.one_line("username")
    kind = EventKind.EDITED if edited_at else EventKind.CREATED
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if _is_own_account(account, connection) else kind,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(changed_at),
        author=Author(account.id("id"), account.one_line("display_name") or acct),
        title=status.text("spoiler_text"),
        text=html_to_text(status.text("content")),
        language=status.one_line("language"),
        occurred_at=changed_at,
        link=status.link("url"),
        reply_to={"visibility": status.one_line("visibility") or "", "acct": acct or ""},
        partial=status.optional_id("in_reply_to_id") is not None,
    )


def _is_own_account(account: Fields, connection: Connection) -> bool:
    own_account = connection.settings.get("account", "").strip().lstrip("@").casefold()
    host = urlsplit(connection.settings.get("base_url", "").strip()).netloc.casefold()
    acct = str(account.values.get("acct")).casefold()
    # The instance writes its own accounts without a server, and an owner may have entered one.
    return bool(own_account) and own_account in (account.values.get("id"), acct, f"{acct}@{host}")


def _without_mentions(text: str) -> str:
    return text[match.end() :] if (match := _LEADING_MENTIONS.match(text)) else text


def _status_too_long(mention: str, text: str) -> Rejection | None:
    name = mention[1:].partition("@")[0].strip()
    length_changes = [_URL_LENGTH - len(address) for address in _URL.findall(text)]
    excess = (
        len(text)
        + (len(f"@{name} ") if name else 0)
        + sum(more for more in length_changes if more > 0)
        - STATUS_LIMIT
    )
    message = f"A status may have {STATUS_LIMIT} characters; this one, with its mention and links of {_URL_LENGTH}, has {excess} more."
    return Rejection("too_long", message) if excess > 0 else None


def _object_list(fields: Fields, name: str) -> list[Fields]:
    value, where = fields.values.get(name), f"{name} of {fields.where}"
    objects = cast("list[object]", value) if isinstance(value, list) else []
    return [
        Fields(cast("dict[str, object]", entry), where, fields.problems)
        for entry in objects
        if isinstance(entry, dict)
    ]


def _request(
    method: str,
    path: str,
    account: PlatformAccount,
    document: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse | Rejection:
    base, token = (
        account.setting("base_url").rstrip("/"),
        account.credentials.get("access_token", ""),
    )
    if not (base and token):
        return Rejection(
            "no_credentials", "Enter base_url and access_token to read and answer mentions."
        )
    all_headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json",
        **(headers or {}),
    }
    if document is not None:
        all_headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return call_api(
        account.http,
        _TITLE,
        method,
        base + path,
        headers=all_headers,
        body=body,
        explain=_with_platform_message,
    )


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with the instance's own words, which are about our reply and tell what to change
    in it.
    """
    try:
        message = Fields(read_object(body)).one_line("error")
    except Unparseable:
        message = None
    return (
        Rejection(rejection.reason, f"{_TITLE} says: {message}")
        if message and rejection.reason == "rejected"
        else rejection
    )


CONNECTOR: Connector = Mastodon()
