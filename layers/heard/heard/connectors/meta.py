"""What the platforms of Meta share.

The handshake, the signature, the shape of a delivery, and the Graph API's way to refuse.

Handshake: GET with `hub.mode=subscribe`, `hub.verify_token` (words that the business chose) and
`hub.challenge`, answered with the bare challenge. It is sent back as plain text and only if it is
letters, digits and the like, so that nobody can have a page of theirs shown from here. Signature:
`X-Hub-Signature-256: sha256=` and the HMAC of the raw body under the app's secret, in hexadecimal.
Meta escapes what is not ASCII before it signs and sends that, so that the bytes as they came are
what counts. The older `X-Hub-Signature` (SHA-1) comes along and is not looked at. Nothing is dated:
a repetition is known by the ids in the body.

A delivery is `{"object", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}`, up to a
thousand entries. An app has one address for all the Pages and accounts that it is installed on;
entries about another one than the connection's are a problem, not lost in silence, because a
mistyped id must show. The dashboard's test button sends entries of the id 0.

Refusals of the Graph API have a number of their own, which says more than their HTTP status: being
asked too often is 400 or 403. They are answers of the status that HTTP has for them from `call` on.
Code 100 with subcode 33 stands for an object that does not exist and for one that the token may not
see; Meta does not tell which.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started,
…/docs/graph-api/guides/error-handling, …/docs/graph-api/overview/rate-limiting,
…/docs/graph-api/reference/comment (whose examples are of v26.0).
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import parse_qs, quote, urlencode

from heard.connectors import (
    Connection,
    Connector,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReviewGone,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.parsing import Fields, parse_each, read_object, same_text, test_event
from heard.connectors.signatures import BodyHmac, constant_time_equal
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent

GRAPH_VERSION: Final = "v26.0"
"""The Graph API's version that is asked, until `api_base` names another one.

Each works for about two years.
"""

GRAPH_URL: Final = f"https://graph.facebook.com/{GRAPH_VERSION}"

SIGNATURE_DESCRIPTION: Final = (
    "X-Hub-Signature-256: HMAC-SHA256 of the body under the app's secret, hexadecimal; no timestamp"
)

SECRET_HELP: Final = "the app's secret: App Dashboard, App settings, Basic, App secret"

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.=-]{1,256}")
_TEST_ENTRY_ID: Final = "0"
_MIN_MILLISECONDS: Final = 10**11
"""From here on a time is taken for milliseconds."""
_MAX_TIME: Final = 10**14
_REPLY_PAGE_SIZE: Final = 100
_PAGE_LIMIT: Final = 5
"""How many pages of a comment's replies are looked through for one of ours before saying that we
cannot tell.
"""

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
"""What the Graph API's error codes are in HTTP.

Faults of theirs that pass, calls too many, permissions missing, tokens that ended.
"""

_GONE_CODES: Final = (100, 33)
_PERMISSION_CODES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class MetaChange:
    """One thing that happened, out of a batch.

    Which `field` of which entry, its `value`, when it was sent, and its place in the entry.
    """

    field: str
    value: Fields
    sent_at: datetime | None
    position: int


class MetaConnector(Connector):
    """What a connector of one of Meta's platforms is made of.

    `change` says what one change means.
    """

    scheme = BodyHmac("x-hub-signature-256", prefix="sha256=")
    account_setting: str
    """The setting that names whose comments these are: a Page's id, or an account's."""

    @abstractmethod
    def change_event(
        self, change: MetaChange, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        """The review event of one change, None if it is of no interest. Raises Unparseable."""

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The challenge, to whoever knows the verify token."""
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
                403, "The verify token is not the one of this connection.", "text/plain"
            )
        if not _CHALLENGE.fullmatch(challenge):
            return WebhookResponse(400, "The challenge is not one that Meta sends.", "text/plain")
        return WebhookResponse(200, challenge, "text/plain")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The comments of a batch. Raises Unparseable."""
        entries = read_object(request.body).get("entry")
        if not isinstance(entries, list):
            raise Unparseable("entry of the body is missing or not a list.")
        return parse_each(
            _changes(cast("list[object]", entries)),
            "change",
            lambda fields: self._review_event(fields, connection, now),
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200.

        What is answered otherwise is sent again, and an address that keeps failing is switched off.
        """
        return WebhookResponse(200, "{}")

    def _review_event(
        self, fields: Fields, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        account = fields.optional_id("account")
        if account == _TEST_ENTRY_ID:
            return test_event()
        value, position = fields.required_object("value"), fields.integer("place", 0, 10**6) or 0
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

    # Asking the Graph API

    def api_base(self, connection: Connection) -> str:
        """Where the Graph API is."""
        return connection.settings.get("api_base", "").strip().rstrip("/") or GRAPH_URL

    def get(
        self,
        path: str,
        query: Mapping[str, str],
        account: PlatformAccount,
    ) -> Fields | Rejection:
        """An object or a list that the Graph API shows. Raises PlatformUnavailable."""
        response = self._request("GET", f"{path}?{urlencode(query)}", None, account)
        return (
            response
            if isinstance(response, Rejection)
            else self._read_response(response, maybe_applied=False)
        )

    def post(
        self,
        path: str,
        form: Mapping[str, str],
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """The id of what was posted. Raises PlatformUnavailable."""
        response = self._request("POST", path, urlencode(form).encode(), account)
        if isinstance(response, Rejection):
            return response
        fields = self._read_response(response, maybe_applied=True)
        try:
            return SentReply(fields.id("id"))
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{self.capabilities.title} took it and does not say as what.", maybe_applied=True
            ) from error

    def find_own_reply(
        self,
        path: str,
        fields: str,
        text_field: str,
        text: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Whether one of a comment's replies is ours and says the same.

        Raises PlatformUnavailable.
        """
        cursor, uncertain = "", False
        for _ in range(_PAGE_LIMIT):
            query = {
                "fields": fields,
                "limit": str(_REPLY_PAGE_SIZE),
                **({"after": cursor} if cursor else {}),
            }
            page = self.get(path, query, account)
            if isinstance(page, Rejection):
                return ReplyLookup.ABSENT if page.reason == "gone" else ReplyLookup.CANNOT_TELL
            for reply in read_objects(page):
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
        """Whether the business wrote a comment; None when nothing says who did."""
        author = comment.object("from").one_line("id")
        return (
            author == connection.settings.get(self.account_setting, "").strip() if author else None
        )

    def fields_or_gone(self, response: Fields | Rejection) -> Fields | ReviewGone | None:
        """What was read, `Gone` when it is not there, None when it may not be read."""
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        return response

    def unreadable_response(self, error: Unparseable) -> PlatformUnavailable:
        """The fault of an answer that is not what it should be."""
        return PlatformUnavailable(
            f"{self.capabilities.title} answered something unreadable: {error.detail}.",
            maybe_applied=False,
        )

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None,
        account: PlatformAccount,
    ) -> HttpResponse | Rejection:
        title, token = self.capabilities.title, account.credentials.get("access_token", "")
        if not token:
            return Rejection("no_credentials", f"Enter access_token to answer on {title}.")
        headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"

        def with_platform_message(rejection: Rejection, error_body: bytes) -> Rejection:
            message = (
                _error_fields(error_body).one_line("message")
                if rejection.reason in {"rejected", "unauthorized"}
                else None
            )
            return (
                Rejection(rejection.reason, f"{rejection.detail} It says: {message}")
                if message
                else rejection
            )

        return call_api(
            _with_http_statuses(account.http),
            title,
            method,
            f"{self.api_base(account.connection)}/{path}",
            headers=headers,
            body=body,
            explain=with_platform_message,
        )

    def _read_response(self, response: HttpResponse, *, maybe_applied: bool) -> Fields:
        try:
            return Fields(read_object(response.body), "the answer")
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{self.capabilities.title} answered something unreadable.",
                maybe_applied=maybe_applied,
            ) from error


def path_segment(native_id: str) -> str:
    """An id as a part of a path."""
    return quote(native_id, safe="")


def read_time(fields: Fields, name: str) -> datetime | None:
    """A time that is a number of seconds or of milliseconds since 1970 in one place and ISO 8601 in
    another; None if it is absent.
    """
    value = fields.values.get(name)
    if value is None or (isinstance(value, str) and not value.isdecimal()):
        return fields.time(name)
    number = Fields({name: value}).integer(name, 0, _MAX_TIME)
    if number is None:
        raise fields.field_error(name, "is not a time")
    return datetime.fromtimestamp(number / 1000 if number > _MIN_MILLISECONDS else number, UTC)


def read_objects(page: Fields, name: str = "data") -> list[Fields]:
    """The objects of a list."""
    entries = page.values.get(name)
    items = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", each), f"{name} {place}", page.problems)
        for place, each in enumerate(items)
        if isinstance(each, dict)
    ]


def next_cursor(page: Fields) -> str | None:
    """The cursor of the next page, None on the last.

    Its address is there as well, and nobody calls an address out of an answer.
    """
    paging = page.object("paging")
    return paging.object("cursors").one_line("after") if paging.values.get("next") else None


def _changes(entries: list[object]) -> Iterator[object]:
    """Each entry's changes as objects of their own.

    What is none of these stays what it is, for `each` to say so.
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
                    "place": position,
                }
                yield (
                    {**cast("dict[str, object]", change), **context}
                    if isinstance(change, dict)
                    else change
                )
        elif "messaging" not in fields and "standby" not in fields:
            yield changes


def _error_fields(body: bytes) -> Fields:
    try:
        return Fields(read_object(body)).object("error")
    except Unparseable:
        return Fields({})


def _with_http_statuses(http: Http) -> Http:
    """The same client, with the Graph API's refusals under the status that HTTP has for them."""

    def call(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        response = http(method, url, headers=headers, body=body)
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
    """A Retry-After out of X-Business-Use-Case-Usage: `{business.

    [{…, "estimated_time_to_regain_access": minutes}]}`.
    """
    try:
        usage: object = json.loads(headers.get("x-business-use-case-usage", ""))
    except (ValueError, RecursionError):
        return {}
    usages = list(cast("dict[str, object]", usage).values()) if isinstance(usage, dict) else []
    entries = [
        use
        for uses_of_one in usages
        if isinstance(uses_of_one, list)
        for use in cast("list[object]", uses_of_one)
    ]
    waits = [
        Fields(cast("dict[str, object]", use)).integer("estimated_time_to_regain_access", 0, 10**4)
        for use in entries
        if isinstance(use, dict)
    ]
    minutes = max((wait for wait in waits if wait), default=0)
    return {"retry-after": str(minutes * 60)} if minutes else {}
