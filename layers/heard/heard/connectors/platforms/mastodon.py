"""Mastodon: statuses that mention our account are reviews.

There are two ways in, and both give the same events. An ordinary account polls `GET
/api/v1/notifications?types[]=mention`, newest first. The administrator of an instance can also have
it push: `{"event": "status.created" | "status.updated", "object": Status}`, signed with
`X-Hub-Signature: sha256=<hex>` over the body. Such a webhook reports every status of the instance,
so only those count that mention the account of the setting `account`. Reports and accounts are no
reviews. The instance chooses the webhook's secret. A connection without a webhook has a secret that
nobody knows, so that every push is refused.

Revisions are dated by `edited_at`, else by `created_at`. Deletions are not pushed: a deleted status
answers 404 when it is fetched again. So does a status that its author no longer lets us see.

The thread is the topmost status that is not our own: a status of the business starts no
conversation, but each answer to it does. A status names only its parent, so `/context` is asked. A
pushed status that answers another is partial until then.

Visibility. A mention can be private (`direct`, or `private` to followers), but the stage follows
from the connection's channel. So Heard judges a private mention like a public one, which at worst
answers sooner. A private mention must never be answered in public. So a reply has the visibility of
the status that it answers, and `direct` where that is not known.

A reply begins with its author's address, because only a mention notifies the author.
`Idempotency-Key` (the reply's id) holds for an hour. After that `find_reply` searches the answers
for our text; their HTML shows mentions without the server.

Length: an instance accepts 500 characters (its administrator may allow more). It counts a Web
address as 23, and a mention without its server. `REPLY_LIMIT` leaves room for the mention. Web
addresses are counted in full, or as 23 if they are shorter.

Sources: docs.joinmastodon.org (admin/webhooks, methods/notifications, methods/statuses,
entities/Status, api/rate-limits); github.com/mastodon/mastodon (webhooks/delivery_worker.rb,
rest/admin/webhook_event_serializer.rb, status_length_validator.rb, rack_attack.rb: 429 has
X-RateLimit-Reset and no Retry-After). The payload of status.created is not documented; the
serializer shows that it is the Status of the API.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlsplit

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewPage,
    SecretOrigin,
    SentReply,
    WebhookRequest,
)
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    parse_one,
    parse_page,
    read_json,
    read_object,
    same_text,
    unreadable_is_fault,
)
from heard.connectors.quotations import SplitText, split_html
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import BodyHmac
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision
from heard.text.wordless import describe, text_or_description

STATUS_LIMIT: Final = 500
REPLY_LIMIT: Final = 460
"""What a status has left for the words of a reply, after a mention of any but the longest names."""

_TITLE: Final = "Mastodon"
_PAGE_SIZE: Final = 30
_THREAD_CACHE_SIZE: Final = 2_000
_STATUS_EVENTS: Final = ("status.created", "status.updated")
_IGNORED_EVENTS: Final = frozenset(
    {
        "account.approved",
        "account.created",
        "account.updated",
        "report.created",
        "report.updated",
    }
)
_MEDIA_KINDS: Final = {"image": "photo", "gifv": "video", "video": "video", "audio": "audio"}
_VISIBILITIES: Final = frozenset({"public", "unlisted", "private", "direct"})
_LEADING_MENTIONS: Final = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_URL_LENGTH: Final = 23


class Mastodon(ReviewApi):
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
        secret_help="what the instance shows as the Signing secret of a webhook; only "
        "administrators of an instance have webhooks",
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
            "3. Enter its access token here. That is all: Heard polls every minute.\n"
            "4. Administrators of the instance can have mentions pushed: Administration, Webhooks, "
            "the address shown here, the events\n"
            "   status.created and status.updated; then enter its signing secret, with "
            "--secret-file."
        ),
        limitations=(
            "Statuses that name the business but do not mention its account are not seen.",
            "A private mention is answered as privately as it came, but judged like a public one.",
        ),
        verified=(
            "The signature is that of GitHub's published vectors.",
            "The documented report.created payload is read and ignored.",
        ),
        assumptions=(
            "The payload of status.created and status.updated is known from Mastodon's source: no "
            "document shows one.",
        ),
    )

    scheme = BodyHmac("x-hub-signature", prefix="sha256=")

    def __init__(self) -> None:
        super().__init__()
        self._thread_cache: dict[tuple[str, str], str] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The status of a delivery, if it concerns our account. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if body.holds_code("event", _IGNORED_EVENTS):
            return ParsedDelivery()
        if not body.holds_code("event", _STATUS_EVENTS):
            raise body.unknown_kind("event")
        return parse_one(
            body.required_object("object"), lambda status: _pushed_event(status, connection)
        )

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The access token of the application."""
        if rejection := self.missing(account, "base_url", "access_token"):
            return rejection
        return ApiAccess(
            f"{account.address('base_url', '')}/api/v1",
            {"authorization": f"Bearer {account.credential('access_token')}"},
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One status."""
        return ApiRequest("GET", f"/statuses/{quote(native_id, safe='')}")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A status, with its thread."""
        return self._with_thread(_review_event(entry, account.connection), account)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts a status, with the visibility of the status that it answers."""
        visibility = target.reply_to.get("visibility", "")
        document = {
            "status": _leading_mention(target, text) + text,
            "in_reply_to_id": target.native_id,
            "visibility": visibility if visibility in _VISIBILITIES else "direct",
        }
        return ApiRequest("POST", "/statuses", document=document)

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post a status in reply. Mastodon posts it once for each reply id."""
        mention = _leading_mention(target, text)
        if rejection := self.check_length(text) or _check_status_length(mention, text):
            return rejection
        request = self.reply_request(target, text, account)
        response = self.call(replace(request, headers={"idempotency-key": reply_id}), account)
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(Fields(read_object(response.body), "the response").id("id"))
        except Unparseable:
            # Mastodon accepted the reply. Only its id is not known.
            return SentReply(reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the answers to the review for one of ours with the same text."""
        context = self.read(_context_request(target.native_id), account)
        if isinstance(context, Rejection):
            return ReplyLookup.ABSENT if context.reason == "gone" else ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            statuses = context.required_objects("descendants")
        for status in statuses:
            if status.values.get("in_reply_to_id") == target.native_id and _is_own_account(
                status.object("account"), account.connection
            ):
                status_text = html_to_text(status.text("content"))
                if same_text(_without_mentions(status_text or ""), _without_mentions(text)):
                    return SentReply(str(status.values.get("id")))
        return ReplyLookup.ABSENT

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of mentions. The cursor is the id of the last notification of the page before."""
        query = {"types[]": "mention", "limit": str(_PAGE_SIZE)}
        request = ApiRequest(
            "GET", "/notifications", query | ({"max_id": cursor} if cursor else {})
        )
        response = self.call(request, account)
        if isinstance(response, Rejection):
            return response
        with unreadable_is_fault(_TITLE):
            entries = Fields({"list": read_json(response.body)}, "the response").entries("list")
        parsed = parse_page(
            entries, "notification", lambda entry: _mention_event(entry, account.connection)
        )
        events = tuple(self._with_thread(event, account) for event in parsed.events)
        # A page leaves out the notifications of deleted statuses. So a short page need not be the
        # last, but an empty page is.
        last_entry = entries[-1] if entries else None
        last_id = (
            cast("dict[str, object]", last_entry).get("id")
            if isinstance(last_entry, dict)
            else None
        )
        next_cursor = last_id if isinstance(last_id, str) and last_id.isascii() else None
        return ReviewPage(events, next_cursor, parsed.problems)

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with the instance's own message, which says what to change in the reply."""
        if rejection.reason != "rejected":
            return rejection
        try:
            message = Fields(read_object(body)).one_line("error")
        except Unparseable:
            return rejection
        return Rejection(rejection.reason, f"{_TITLE} says: {message}") if message else rejection

    def _with_thread(self, event: ReviewEvent, account: PlatformAccount) -> ReviewEvent:
        if not event.partial:
            return event
        cache_key = (account.setting("base_url"), event.native_id)
        if cache_key not in self._thread_cache:
            if len(self._thread_cache) >= _THREAD_CACHE_SIZE:
                self._thread_cache.clear()
            self._thread_cache[cache_key] = self._find_thread_root(event, account)
        return replace(event, native_thread=self._thread_cache[cache_key], partial=False)

    def _find_thread_root(self, event: ReviewEvent, account: PlatformAccount) -> str:
        context = self.read(_context_request(event.native_id), account)
        if isinstance(context, Rejection):
            return event.native_id
        with unreadable_is_fault(_TITLE):
            ancestors = context.required_objects("ancestors")
        for status in ancestors:
            if not _is_own_account(status.object("account"), account.connection):
                return status.one_line("id") or event.native_id
        return event.native_id


def _context_request(native_id: str) -> ApiRequest:
    return ApiRequest("GET", f"/statuses/{quote(native_id, safe='')}/context")


def _pushed_event(status: Fields, connection: Connection) -> ReviewEvent | None:
    is_own = _is_own_account(status.object("account"), connection)
    if is_own and status.optional_id("in_reply_to_id") is None:
        return None
    if not is_own and not any(
        _is_own_account(mention, connection) for mention in status.objects("mentions")
    ):
        return None
    return _review_event(status, connection)


def _mention_event(notification: Fields, connection: Connection) -> ReviewEvent | None:
    if notification.values.get("type") != "mention" or notification.values.get("status") is None:
        return None
    return _review_event(notification.required_object("status"), connection)


def _review_event(status: Fields, connection: Connection) -> ReviewEvent:
    """The event of a status; `partial` without its thread."""
    native_id, account = status.id("id"), status.required_object("account")
    created_at, edited_at = status.time("created_at"), status.time("edited_at")
    changed_at = edited_at or created_at
    if changed_at is None:
        raise status.field_error("created_at", "is missing")
    acct = account.one_line("acct") or account.one_line("username")
    kind = EventKind.EDITED if edited_at else EventKind.CREATED
    if _is_own_account(account, connection):
        kind = EventKind.REPLY_SEEN
    words = _words(status) if kind is not EventKind.REPLY_SEEN else SplitText(_whole(status), None)
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(changed_at),
        author=Author(account.id("id"), account.one_line("display_name") or acct),
        title=status.text("spoiler_text"),
        text=words.own,
        quoted=words.quoted,
        language=status.one_line("language"),
        occurred_at=changed_at,
        link=status.link("url"),
        reply_to={"visibility": status.one_line("visibility") or "", "acct": acct or ""},
        partial=status.optional_id("in_reply_to_id") is not None,
    )


def _whole(status: Fields) -> str | None:
    return html_to_text(status.text("content"))


def _words(status: Fields) -> SplitText:
    """What the author wrote, and what they quote: in the status, or by quoting another status.

    A status without words says what its media are.
    """
    own, quoted = split_html(status.text("content"))
    quoted_status = status.object("quote").object("quoted_status")
    parts = [part for part in (quoted, _whole(quoted_status)) if part]
    media = [describe(_media_kind(entry)) for entry in status.any_objects("media_attachments")]
    return SplitText(text_or_description(own, media), "\n\n".join(parts) or None)


def _media_kind(media: Fields) -> str:
    return _MEDIA_KINDS.get(str(media.values.get("type")), "file")


def _is_own_account(account: Fields, connection: Connection) -> bool:
    own_account = connection.settings.get("account", "").strip().lstrip("@").casefold()
    host = urlsplit(connection.settings.get("base_url", "").strip()).netloc.casefold()
    acct = str(account.values.get("acct")).casefold()
    # The instance names its own accounts without the server. The setting may name it.
    return bool(own_account) and own_account in (account.values.get("id"), acct, f"{acct}@{host}")


def _without_mentions(text: str) -> str:
    return text[match.end() :] if (match := _LEADING_MENTIONS.match(text)) else text


def _leading_mention(target: ReplyTarget, text: str) -> str:
    """The mention of the author before a reply; "" if the text mentions the author."""
    acct = target.reply_to.get("acct", "")
    in_text = re.search(rf"@{re.escape(acct)}(?![\w@.-])", text, re.IGNORECASE)
    return f"@{acct} " if acct and not in_text else ""


def _check_status_length(mention: str, text: str) -> Rejection | None:
    name = mention[1:].partition("@")[0].strip()
    length_changes = [_URL_LENGTH - len(address) for address in _URL.findall(text)]
    excess = (
        len(text)
        + (len(f"@{name} ") if name else 0)
        + sum(change for change in length_changes if change > 0)
        - STATUS_LIMIT
    )
    if excess <= 0:
        return None
    return Rejection(
        "too_long",
        f"A status may have {STATUS_LIMIT} characters; this one, with its mention and links of "
        f"{_URL_LENGTH}, has {excess} more.",
    )


CONNECTOR: Connector = Mastodon()
