"""What the connectors of Meta's platforms share.

They share the handshake, the signature, the shape of a delivery, and the errors of the Graph API.

Handshake: GET with `hub.mode=subscribe`, `hub.verify_token` (words that the business chose) and
`hub.challenge`, answered with the bare challenge as plain text. Only letters, digits and the like
are returned. So nobody can make our address show a page of their own. Signature:
`X-Hub-Signature-256: sha256=` and the HMAC of the raw body under the app's secret, in hexadecimal.
Meta escapes characters beyond ASCII before it signs and sends the body, so the bytes as they came
are what counts. The older `X-Hub-Signature` (SHA-1) comes too and is not read. Nothing is dated: a
repetition is known by the ids in the body.

A delivery is `{"object", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}`, up to a
thousand entries. An app has one address for all Pages and accounts that it is installed on. An
entry about another account than the connection's is a problem and not ignored, because a mistyped
id must show. The dashboard's test button sends entries with the id 0.

An error of the Graph API has a code of its own, which says more than the HTTP status: too many
calls are 400 or 403. `_with_http_statuses` gives each error the status that HTTP has for it. Code
100 with subcode 33 stands for an object that does not exist, and for one that the token may not
see; Meta does not say which.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started,
…/docs/graph-api/guides/error-handling, …/docs/graph-api/overview/rate-limiting,
…/docs/graph-api/reference/comment (whose examples are of v26.0).
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import parse_qs, quote

from heard.connectors import (
    Connection,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.parsing import (
    Fields,
    parse_each,
    read_object,
    same_text,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import BodyHmac, constant_time_equal
from heard.errors import Unparseable
from heard.reviews import ReviewEvent

GRAPH_VERSION: Final = "v26.0"
"""The version of the Graph API, until `api_base` names another one.

Each version works for about two years.
"""

GRAPH_URL: Final = f"https://graph.facebook.com/{GRAPH_VERSION}"

SIGNATURE_DESCRIPTION: Final = (
    "X-Hub-Signature-256: HMAC-SHA256 of the body under the app's secret, hexadecimal; no timestamp"
)

SECRET_HELP: Final = "the app's secret: App Dashboard, App settings, Basic, App secret"

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.=-]{1,256}")
_TEST_ENTRY_ID: Final = "0"
_MIN_MILLISECONDS: Final = 10**11
"""Times from this number on are milliseconds, not seconds."""
_MAX_TIME: Final = 10**14
_REPLY_PAGE_SIZE: Final = 100
_PAGE_LIMIT: Final = 5
"""How many pages of a comment's replies are searched for one of ours."""

_STATUS_BY_CODE: Final[Mapping[int, int]] = {
    1: 503,
    2: 503,
    4: 429,
    17: 429,
    32: 429,
    341: 429,
    613: 429,
    80001: 429,
    80002: 429,
    10: 403,
    102: 401,
    190: 401,
}
"""The HTTP status for each error code of the Graph API.

They stand for temporary faults, too many calls, missing permissions and expired tokens.
"""

_GONE_CODES: Final = (100, 33)
_PERMISSION_CODES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class MetaChange:
    """One change of a delivery: its field, its value, when it was sent, its place in the entry."""

    field: str
    value: Fields
    sent_at: datetime | None
    position: int


class MetaConnector(ReviewApi):
    """The base of the connectors of Meta's platforms.

    A platform says with `change_event` what one change means.
    """

    scheme = BodyHmac("x-hub-signature-256", prefix="sha256=")
    account_setting: str
    """The setting with the id of the business's Page or account."""

    @abstractmethod
    def change_event(
        self, change: MetaChange, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        """The review event of one change; None if the change is ignored. Raises Unparseable."""

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The challenge, for a request with the verify token."""
        if request.method != "GET":
            return None
        try:
            parameters = parse_qs(request.query, max_num_fields=20)
        except ValueError:
            parameters = {}
        mode, token, challenge = (
            parameters.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge")
        )
        expected = connection.settings.get("verify_token", "")
        if mode != "subscribe" or not expected.strip() or not constant_time_equal(expected, token):
            return WebhookResponse(
                403, "This is not the verify token of this connection.", "text/plain"
            )
        if not _CHALLENGE.fullmatch(challenge):
            return WebhookResponse(400, "Meta sends no such challenge.", "text/plain")
        return WebhookResponse(200, challenge, "text/plain")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The events of a delivery. Raises Unparseable."""
        return parse_each(
            _changes(Fields(read_object(request.body)).entries("entry")),
            "change",
            lambda fields: self._review_event(fields, connection, now),
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200. Meta repeats other deliveries, and switches off an address that keeps failing."""
        return WebhookResponse(200, "{}")

    def _review_event(
        self, fields: Fields, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        account = fields.optional_id("account")
        if account == _TEST_ENTRY_ID:
            return test_event()
        value = fields.required_object("value")
        position = fields.integer("position", 0, 10**6) or 0
        event = self.change_event(
            MetaChange(fields.one_line("field") or "", value, read_time(fields, "time"), position),
            connection,
            now,
        )
        if event is not None and account not in {
            None,
            connection.settings.get(self.account_setting, "").strip(),
        }:
            raise Unparseable(
                f"{fields.where} is about another account than {self.account_setting} names"
            )
        return event

    # The Graph API

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The access token."""
        if rejection := self.missing(account, "access_token"):
            return rejection
        token = account.credential("access_token")
        return ApiAccess(
            account.address("api_base", GRAPH_URL), {"authorization": f"Bearer {token}"}
        )

    def call(self, request: ApiRequest, account: PlatformAccount) -> HttpResponse | Rejection:
        """Send a request. The Graph API's errors get the status that HTTP has for them."""
        return super().call(request, replace(account, http=_with_http_statuses(account.http)))

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Meta's own message."""
        if rejection.reason not in {"rejected", "unauthorized"}:
            return rejection
        message = _error_fields(body).one_line("message")
        if not message:
            return rejection
        return Rejection(rejection.reason, f"{rejection.detail} It says: {message}")

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The id of the new comment."""
        return source.id("id")

    def find_own_reply(
        self, path: str, fields: str, text_field: str, text: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Whether one of a comment's replies is ours and has this text.

        `path` leads to the replies. `fields` are the fields to ask for, and `text_field` is the
        field with the text. Raises PlatformUnavailable.
        """
        cursor, uncertain = "", False
        for _ in range(_PAGE_LIMIT):
            query = {"fields": fields, "limit": str(_REPLY_PAGE_SIZE)}
            page = self.read(
                ApiRequest("GET", path, query | ({"after": cursor} if cursor else {})), account
            )
            if isinstance(page, Rejection):
                return ReplyLookup.ABSENT if page.reason == "gone" else ReplyLookup.CANNOT_TELL
            with unreadable_is_fault(self.api_title):
                replies = page.required_objects("data")
            for reply in replies:
                if same_text(reply.text(text_field), text):
                    is_own = self.is_own_comment(reply, account.connection)
                    if is_own:
                        return SentReply(reply.one_line("id") or "")
                    uncertain |= is_own is None
            cursor = next_cursor(page) or ""
            if not cursor:
                return ReplyLookup.CANNOT_TELL if uncertain else ReplyLookup.ABSENT
        return ReplyLookup.CANNOT_TELL

    def is_own_comment(self, comment: Fields, connection: Connection) -> bool | None:
        """Whether the business wrote a comment; None if nothing says who wrote it."""
        author = comment.object("from").one_line("id")
        return (
            author == connection.settings.get(self.account_setting, "").strip() if author else None
        )


def path_segment(native_id: str) -> str:
    """An id as a part of a path, percent-encoded."""
    return quote(native_id, safe="")


def read_time(fields: Fields, name: str) -> datetime | None:
    """A time; None if it is absent. Raises Unparseable.

    Meta writes times as ISO 8601, and as seconds or milliseconds since 1970.
    """
    value = fields.values.get(name)
    if value is None or (isinstance(value, str) and not value.isdecimal()):
        return fields.time(name)
    number = Fields({name: value}).integer(name, 0, _MAX_TIME)
    if number is None:
        raise fields.field_error(name, "is not a time")
    return datetime.fromtimestamp(number / 1000 if number > _MIN_MILLISECONDS else number, UTC)


def next_cursor(page: Fields) -> str | None:
    """The cursor of the next page; None on the last.

    The response holds the page's address too, but Heard never calls an address out of a response.
    """
    paging = page.object("paging")
    return paging.object("cursors").one_line("after") if paging.values.get("next") else None


def _changes(entries: list[object]) -> Iterator[object]:
    """The changes of all entries, each with its entry's account and time.

    A value that is no change is passed on as it is, so that `parse_each` reports it.
    """
    for entry in entries:
        if not isinstance(entry, dict):
            yield entry
            continue
        fields = cast("dict[str, object]", entry)
        changes = fields.get("changes")
        if isinstance(changes, list):
            for position, change in enumerate(cast("list[object]", changes)):
                context = {
                    "account": fields.get("id"),
                    "time": fields.get("time"),
                    "position": position,
                }
                yield (
                    {**cast("dict[str, object]", change), **context}
                    if isinstance(change, dict)
                    else change
                )
        elif isinstance(fields.get("field"), str):
            # Some deliveries of Instagram have the one change in the entry itself.
            yield {**fields, "account": fields.get("id"), "position": 0}
        elif "messaging" not in fields and "standby" not in fields:
            yield changes


def _error_fields(body: bytes) -> Fields:
    try:
        return Fields(read_object(body)).object("error")
    except Unparseable:
        return Fields({})


def _with_http_statuses(http: Http) -> Http:
    """The client with errors of the Graph API under the status that HTTP has for them."""

    def call(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        response = http(method, url, headers=headers, body=body, seconds=seconds)
        if not 400 <= response.status < 500:
            return response
        error = _error_fields(response.body)
        code, subcode = (
            error.integer("code", 0, 10**9) or 0,
            error.integer("error_subcode", 0, 10**9),
        )
        if (code, subcode) == _GONE_CODES:
            return replace(response, status=404)
        status = 403 if code in _PERMISSION_CODES else _STATUS_BY_CODE.get(code, response.status)
        return (
            replace(
                response,
                status=status,
                headers={**_retry_after_header(response.headers), **response.headers},
            )
            if status == 429
            else replace(response, status=status)
        )

    return call


def _retry_after_header(headers: Mapping[str, str]) -> dict[str, str]:
    """A Retry-After from X-Business-Use-Case-Usage.

    That header is `{business: [{…, "estimated_time_to_regain_access": minutes}]}`.
    """
    try:
        usage: object = json.loads(headers.get("x-business-use-case-usage", ""))
    except (ValueError, RecursionError):
        return {}
    businesses = cast("dict[str, object]", usage) if isinstance(usage, dict) else {}
    waits: list[int | None] = []
    with suppress(Unparseable):
        for business in businesses:
            waits += [
                entry.integer("estimated_time_to_regain_access", 0, 10**4)
                for entry in Fields(businesses).objects(business)
            ]
    minutes = max((wait for wait in waits if wait), default=0)
    return {"retry-after": str(minutes * 60)} if minutes else {}
