"""Yotpo reviews.

A delivery is `{"event": "review_create" | "review_updated", "data": {…}}` and is not signed. Each
event has a webhook of its own. The secret address protects it, and `fetch` reads the review again.
Older accounts send every value as text ("score": "5", "deleted": "false"), newer ones send numbers
and booleans; both give the same event. Times are ISO 8601 or `2018-02-20 14:12:13 UTC`.

Order. `updated_at` changes with every edit. An archived review is one that the shop does not
publish. It may be published again, so its withdrawal is dated like an edit. A deleted one cannot
come back. Deletion by Yotpo's support and anonymisation are silent: a review that is in no list any
more is gone. A review that is read without `updated_at` has the time of reading.

The author is known by `user_id`. The list has none: there it is the hash of the e-mail address.
Only a delivery says that the shop wrote a review itself (`shop_owner`).

Two APIs. Reading: the UGC API, with a `utoken` from app key and secret (it lives for 14 days) as a
query parameter. Commenting: the App Developer API, with an access token of a registered app. A
review shows one comment of the shop, and does not say who wrote it. A comment with the text of one
of our own earlier replies is replaced by our next one. Any other is somebody else's, and is never
overwritten. Heard also replies to a review that cannot be read by its id, because it is not
published yet, and to one that does not show its comment.

Sources: apidocs.yotpo.com/reference/ about-webhooks, yotpo-authentication, retrieve-all-reviews;
develop.yotpo.com/reference/ create-webhook, comment-on-a-review, all-reviews. Not found in a
document: the order of the list, whether a second comment takes the first one's place, the longest
comment (`REPLY_LIMIT` is our own guess), and whether a review that is read by its id shows the
shop's comment (if not, Heard cannot tell).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    HttpRequest,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    ReviewGone,
    SecretOrigin,
    WebhookRequest,
)
from heard.connectors.http import call_api
from heard.connectors.markup import unescape_html
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_one,
    read_object,
    read_response,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi, page_number
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    FINAL_REVISION,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 4_000

_API: Final = "https://api.yotpo.com"
_APP_API: Final = "https://developers.yotpo.com"
_TITLE: Final = "Yotpo"
_EVENT_KINDS: Final = {"review_create": EventKind.CREATED, "review_updated": EventKind.EDITED}
_IGNORED_PREFIXES: Final = ("order_", "product_")
"""Events that hold no words of a customer."""

_PAGE_SIZE: Final = 100


class Yotpo(ReviewApi):
    """The connector of one shop's reviews at Yotpo."""

    capabilities = Capabilities(
        platform="yotpo",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="pushed",
        deletions="polled",
        replies="one",
        replaces_reply=True,
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret_origin=SecretOrigin.NONE,
        poll_seconds=900,
        optional_settings={
            "api_base": f"where Yotpo's API is (default {_API})",
            "app_api_base": f"where the App Developer API is (default {_APP_API})",
        },
        credentials={
            "app_key": "Store ID / App Key of the Yotpo account",
            "api_secret": "its API secret",
        },
        optional_credentials={
            "access_token": "access token of a Yotpo app (App Developer API), for comments"
        },
        guide=(
            "1. Ask your Yotpo representative to enable webhooks.\n"
            "2. Create two webhooks with the address shown here: review_create and "
            "review_updated.\n"
            "3. Keep the address secret: Yotpo does not sign what it sends, so anybody who knows "
            "the address can send reviews.\n"
            "4. In Yotpo open Settings, Store Settings, copy the App Key and get the API secret, "
            "and enter both here.\n"
            "5. For comments, register an app at Yotpo's App Developer portal, install it in the "
            "account, and enter its access token."
        ),
        limitations=(
            "Yotpo does not report that its support deleted or anonymised a review; Heard finds "
            "that when it polls.",
            "Only a webhook says that the shop wrote a review itself. If a poll finds it first, it "
            "is answered like a customer's.",
            "Comments need the access token of a registered Yotpo app; app key and secret are not "
            "enough.",
            "Yotpo does not say who wrote a comment. Heard never replaces a comment whose words "
            "are not its own. Where Yotpo does not show a review's comment, Heard cannot see it.",
        ),
        verified=(
            "Yotpo's documented payloads of 2018 (all text) and 2024 (typed) are parsed in the "
            "tests and give events of one shape.",
        ),
        assumptions=(
            "The list of reviews comes newest first.",
            "Our second comment takes the first one's place; the longest comment is our guess.",
            "A review that is read by its id shows the shop's comment; where it does not, Heard "
            "cannot tell.",
        ),
    )

    fetch_shows_own = False  # Only a delivery has `shop_owner`.
    delivery_status = 200  # Which success Yotpo wants is not documented.
    hides_reviews = True  # The API answers 404 for a review that is not published yet.

    def __init__(self) -> None:
        super().__init__()
        self._utokens: dict[tuple[str, str, str], str] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of a delivery. Raises Unparseable."""
        body = Fields(read_object(request.body))
        name = body.values.get("event")
        if not isinstance(name, str):
            raise body.field_error("event", "is missing")
        if name.startswith(_IGNORED_PREFIXES):
            return ParsedDelivery()
        if name not in _EVENT_KINDS:
            raise body.unknown_kind("event")
        return parse_one(
            body.required_object("data"), lambda data: _review_event(data, _EVENT_KINDS[name], now)
        )

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The token of a Yotpo app to comment, a token of the account to read."""
        if request.method == "POST":
            base = account.address("app_api_base", _APP_API)
            app = f"{base}/v2/{quote(account.credential('app_key'), safe='')}"
            return ApiAccess(app, query={"access_token": account.credential("access_token")})
        if rejection := self.missing(account, "app_key", "api_secret"):
            return rejection
        token = self._utoken(account)
        if isinstance(token, Rejection):
            return token
        return ApiAccess(account.address("api_base", _API), query={"utoken": token})

    def call(self, request: ApiRequest, account: PlatformAccount) -> HttpResponse | Rejection:
        """Send a request. A token that is refused is replaced once, as Yotpo asks for."""
        response = super().call(request, account)
        is_refused = isinstance(response, Rejection) and response.reason == "unauthorized"
        if is_refused and request.method == "GET" and self._utokens.pop(_utoken_key(account), None):
            return super().call(request, account)
        return response

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as Yotpo has it by its id, or among the newest ones.

        A review that is not published yet is only among the newest ones.
        """
        review = self.read_review(native_id, account)
        if isinstance(review, Rejection):
            page = self.recent(None, account, clock.now()) if review.reason == "gone" else review
            if isinstance(page, Rejection):
                return None
            event = next((event for event in page.events if event.native_id == native_id), None)
        else:
            with unreadable_is_fault(_TITLE):
                event = self.review(review, account)
        return ReviewGone.GONE if event is None or event.kind is EventKind.WITHDRAWN else event

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/reviews/{quote(native_id, safe='')}")

    def unwrap_review(self, response: Fields) -> Fields:
        """The review in its two wrappers."""
        return response.required_object("response").required_object("review")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the API."""
        return _review_event(entry, None, clock.now())

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """A page of the account's reviews. The cursor is the number of the page."""
        path = f"/v1/apps/{quote(account.credential('app_key'), safe='')}/reviews"
        query = {"count": str(_PAGE_SIZE), "page": str(page_number(cursor))}
        return ApiRequest("GET", path, query)

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """A full page may be followed by another one."""
        reviews = response.entries("reviews")
        is_full = len(reviews) >= _PAGE_SIZE
        return EntryPage(reviews, str(page_number(cursor) + 1) if is_full else None)

    def check_reply(self, text: str, account: PlatformAccount) -> Rejection | None:
        """A comment needs a Yotpo app's token; reading needs none of it."""
        return self.missing(account, "app_key", "access_token")

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request for a public comment under the review."""
        path = f"/reviews/{quote(target.native_id, safe='')}/comment"
        return ApiRequest("POST", path, document={"content": text, "public": True})

    def reply_text(self, review: Fields) -> str | None:
        """The review's comment, which has the review's id."""
        if "comment" not in review.values:
            return None
        return _unescaped_text(review.object("comment"), "content") or ""

    def _utoken(self, account: PlatformAccount) -> str | Rejection:
        key = _utoken_key(account)
        if key in self._utokens:
            return self._utokens[key]
        base, app_key, secret = key
        document = {
            "client_id": app_key,
            "client_secret": secret,
            "grant_type": "client_credentials",
        }
        request = HttpRequest(
            "POST",
            f"{base}/oauth/token",
            {"content-type": "application/json", "accept": "application/json"},
            json.dumps(document).encode(),
            no_side_effects=True,
        )
        response = call_api(account.http, _TITLE, request)
        if isinstance(response, Rejection):
            return Rejection(
                "unauthorized", f"{_TITLE} does not take app_key and api_secret: check both."
            )
        token = read_response(response, _TITLE).text("access_token")
        if not token:
            raise PlatformUnavailable(
                f"{_TITLE} answered without an access token.", maybe_applied=False
            )
        self._utokens[key] = token
        return token


def _utoken_key(account: PlatformAccount) -> tuple[str, str, str]:
    """What a token is kept under: where it comes from, and for which credentials."""
    base = account.address("api_base", _API)
    return base, account.credential("app_key"), account.credential("api_secret")


def _review_event(data: Fields, webhook_kind: EventKind | None, now: datetime) -> ReviewEvent:
    """The event of a review.

    `webhook_kind` is what a webhook says happened to it, None for a review of the API.
    """
    native_id = data.id("id")
    created_at, updated_at = _read_time(data, "created_at"), _read_time(data, "updated_at")
    match webhook_kind:
        case EventKind.CREATED:
            kind, at = webhook_kind, updated_at or created_at
        case EventKind.EDITED:
            kind, at = webhook_kind, updated_at or now
        case _:
            kind = (
                EventKind.EDITED
                if created_at and updated_at and updated_at > created_at
                else EventKind.CREATED
            )
            at = updated_at or now
    revision = time_revision(at) if at else number_revision(0)
    if data.boolean("deleted"):
        kind, revision = EventKind.WITHDRAWN, FINAL_REVISION
    elif data.boolean("archived"):
        kind = EventKind.WITHDRAWN
    elif data.boolean("shop_owner"):
        kind = EventKind.REPLY_SEEN
    user = data.object("user")
    name = (
        data.one_line("reviewer_display_name")
        or user.one_line("display_name")
        or data.one_line("name")
    )
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(_author_id(data, user) or anonymous_author(native_id).id, name),
        rating=data.rating("score"),
        title=_unescaped_text(data, "title"),
        text=_unescaped_text(data, "content"),
        language=data.one_line("language"),
        occurred_at=updated_at or created_at,
        subject=data.one_line("product_title") or data.one_line("sku"),
    )


def _author_id(data: Fields, user: Fields) -> str | None:
    try:
        user_id = data.optional_id("user_id") or user.optional_id("user_id")
    except Unparseable as error:
        data.problems.append(error.detail)
        user_id = None
    if user_id and user_id != "0":
        return user_id
    email = data.one_line("customer_email") or data.one_line("email")
    return author_id_from_email(email) if email and "@" in email else None


def _read_time(data: Fields, name: str) -> datetime | None:
    value = data.values.get(name)
    text = value.strip().removesuffix(" UTC") if isinstance(value, str) else value
    return Fields({name: text}, data.where, data.problems).time(name)


def _unescaped_text(data: Fields, name: str) -> str | None:
    """A text without the HTML escapes that Yotpo stores it with."""
    text = data.text(name)
    return unescape_html(text) if text else None


CONNECTOR: Connector = Yotpo()
