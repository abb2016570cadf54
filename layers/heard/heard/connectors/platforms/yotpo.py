"""Yotpo reviews.

Deliveries are `{"event": "review_create" | "review_updated", "data": {…}}`, one webhook for each,
and are not signed: what protects the address is that nobody can guess it, and `fetch` re-reads what
it brought. Older accounts send every value as text ("score": "5", "deleted": "false"), newer ones
send numbers and booleans; both give the same event. Times are ISO 8601 or `2018-02-20 14:12:13
UTC`.

Order. `updated_at` moves with every change. An archived review is one that the shop does not
publish, and may be published again, so its withdrawal is dated like an edit; a deleted one cannot
come back. Deletion by Yotpo's support and anonymisation are silent: `recent` lists the reviews, and
one that is not there any more is gone. What is read without `updated_at` is of the moment of
reading.

The author is known by `user_id`, and in the list, which has none, by the e-mail address, hashed.

Two APIs. Reading: UGC API, with a `utoken` from app key and secret (it lives for 14 days) as a
query parameter. Commenting: App Developer API, with an access token of a registered app. A review
shows one comment of the shop, and does not say who wrote it: one whose text is one of our own
earlier replies is replaced by our next, any other that is seen is somebody else's and never
overwritten. A review that cannot be read by its id, since it is not published yet, or that does not
show its comment, is answered all the same.

Sources: apidocs.yotpo.com/reference/ about-webhooks, yotpo-authentication, retrieve-all-reviews;
develop.yotpo.com/reference/ create-webhook, comment-on-a-review, all-reviews. Not found in a
document, and handled with care: in which order the list comes, whether a second comment takes the
first one's place, the longest comment (`REPLY_LIMIT` is our own guess), and whether a review that
is read by its id shows the shop's comment (where it does not say, Heard cannot tell).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlencode

from heard import clock
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
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_each,
    parse_one,
    read_object,
    same_text,
    written_by_others,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    TOMBSTONE,
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
_PAGE_SIZE: Final = 100


class Yotpo(Connector):
    """The connector of Yotpo Reviews."""

    capabilities = Capabilities(
        platform="yotpo",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="pushed",
        deletions="polled",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret_origin=SecretOrigin.NONE,
        poll_seconds=900,
        optional_settings={
            "api_base": f"where Yotpo's API is ({_API} if not said)",
            "app_api_base": f"where the App Developer API is ({_APP_API} if not said)",
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
            "3. Keep the address to yourself: Yotpo does not sign what it sends, so whoever knows "
            "it can send reviews.\n"
            "4. In Yotpo open Settings, Store Settings, copy the App Key and get the API secret, "
            "and enter both here.\n"
            "5. For comments, register an app at Yotpo's App Developer portal, install it in the "
            "account, and enter its access token."
        ),
        limitations=(
            "Yotpo does not tell that its support deleted or anonymised a review; Heard finds it "
            "missing when it lists reviews.",
            "Comments need the access token of a registered Yotpo app; app key and secret are not "
            "enough.",
            "Yotpo does not say who wrote a comment: one that is seen with other words than "
            "Heard's is never replaced, but where Yotpo does"
            " not show a review's comment, Heard cannot see it.",
        ),
        verified=(
            "Yotpo's documented payloads of 2018 (all text) and 2024 (typed) are parsed in the "
            "tests and give events of one shape.",
        ),
        assumptions=(
            "That the list of reviews comes newest first.",
            "That a second comment of ours takes the first one's place, and how long a comment "
            "may be.",
            "That a review read by its id shows the shop's comment; where it does not, Heard "
            "cannot tell.",
        ),
    )

    def __init__(self) -> None:
        self._utokens: dict[tuple[str, str, str], str] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of a delivery. Raises Unparseable."""
        body = Fields(read_object(request.body))
        name = body.values.get("event")
        if not isinstance(name, str):
            raise body.field_error("event", "is missing")
        if name not in _EVENT_KINDS:
            return ParsedDelivery()
        return parse_one(
            body.required_object("data"), lambda data: _review_event(data, _EVENT_KINDS[name], now)
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200: which success it wants is not documented."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post a public comment under the review, unless somebody else's is seen there."""
        if rejection := self.check_length(text):
            return rejection
        key, token = (
            account.credentials.get("app_key", ""),
            account.credentials.get("access_token", ""),
        )
        if not (key and token):
            return Rejection(
                "no_credentials",
                "Enter app_key and the access_token of a Yotpo app to comment on Yotpo.",
            )
        lookup = self._fetch_review(target.native_id, account)
        if isinstance(lookup, Rejection):
            # A review that is not published yet cannot be read by its id; whether it takes a
            # comment, only trying tells.
            if lookup.reason != "gone":
                return lookup
        elif existing_comment := _unescaped_text(lookup.object("comment"), "content"):
            if same_text(existing_comment, text):
                return SentReply(target.native_id)
            if written_by_others(existing_comment, target):
                return Rejection(
                    "already_answered",
                    "Somebody commented on this review at Yotpo, which shows one: change that one "
                    "there.",
                )
        base = _setting_url(account.connection, "app_api_base", _APP_API)
        url = f"{base}/v2/{quote(key, safe='')}/reviews/{quote(target.native_id, safe='')}/comment?{urlencode({'access_token': token})}"
        body = json.dumps({"content": text, "public": True}).encode()
        response = call_api(
            account.http,
            _TITLE,
            "POST",
            url,
            headers={"content-type": "application/json", "accept": "application/json"},
            body=body,
        )
        return response if isinstance(response, Rejection) else SentReply(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Compare the review's comment with the text. It goes by the review's id.

        What posting one answers is not documented.
        """
        review = self._fetch_review(target.native_id, account)
        if isinstance(review, Rejection):
            return ReplyLookup.ABSENT if review.reason == "gone" else ReplyLookup.CANNOT_TELL
        if "comment" not in review.values:
            return ReplyLookup.CANNOT_TELL
        existing_comment = _unescaped_text(review.object("comment"), "content")
        return (
            SentReply(target.native_id)
            if existing_comment and same_text(existing_comment, text)
            else ReplyLookup.ABSENT
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as Yotpo has it by its id.

        Gone only if the newest listed do not hold it either, as those not yet published.
        """
        now = clock.now()
        review = self._fetch_review(native_id, account)
        if isinstance(review, Rejection):
            page = self.recent(None, account, now) if review.reason == "gone" else review
            if isinstance(page, Rejection):
                return None
            review_event = next(
                (event for event in page.events if event.native_id == native_id), None
            )
        else:
            try:
                review_event = _review_event(review, None, now)
            except Unparseable as error:
                raise PlatformUnavailable(
                    f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
                ) from error
        return (
            ReviewGone.GONE
            if review_event is None or review_event.kind is EventKind.WITHDRAWN
            else review_event
        )

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """A page of the account's reviews; the cursor is its number."""
        page_number = int(cursor) if cursor and cursor.isdecimal() else 1
        path = f"/v1/apps/{quote(account.credentials.get('app_key', ''), safe='')}/reviews"
        response = self._get(
            path,
            {"count": str(_PAGE_SIZE), "page": str(page_number)},
            account,
        )
        if isinstance(response, Rejection):
            return response
        reviews = _read_document(response).get("reviews")
        entries = cast("list[object]", reviews) if isinstance(reviews, list) else []
        try:
            parsed = parse_each(entries, "review", lambda review: _review_event(review, None, now))
        except Unparseable as error:
            parsed = ParsedDelivery(problems=(error.detail,))
        return ReviewPage(
            parsed.events,
            str(page_number + 1) if len(entries) >= _PAGE_SIZE else None,
            parsed.problems,
        )

    def _fetch_review(self, native_id: str, account: PlatformAccount) -> Fields | Rejection:
        response = self._get(f"/reviews/{quote(native_id, safe='')}", {}, account)
        if isinstance(response, Rejection):
            return response
        return Fields(_read_document(response), "the answer").object("response").object("review")

    def _get(
        self,
        path: str,
        query: Mapping[str, str],
        account: PlatformAccount,
    ) -> HttpResponse | Rejection:
        """The answer to a call of the UGC API.

        A token that is refused is replaced once, as Yotpo asks for.
        """
        base = _setting_url(account.connection, "api_base", _API)
        key, secret = (
            account.credentials.get("app_key", ""),
            account.credentials.get("api_secret", ""),
        )
        if not (key and secret):
            return Rejection(
                "no_credentials", "Enter app_key and api_secret to read reviews from Yotpo."
            )
        for fresh in (False, True):
            token = self._utoken((base, key, secret), account.http, fresh=fresh)
            if isinstance(token, Rejection):
                return token
            url = f"{base}{path}?{urlencode({**query, 'utoken': token})}"
            response = call_api(
                account.http,
                _TITLE,
                "GET",
                url,
                headers={"content-type": "application/json", "accept": "application/json"},
            )
            if isinstance(response, HttpResponse) or response.reason != "unauthorized":
                return response
        return response

    def _utoken(self, account: tuple[str, str, str], http: Http, *, fresh: bool) -> str | Rejection:
        if not fresh and account in self._utokens:
            return self._utokens[account]
        base, key, secret = account
        body = json.dumps(
            {"client_id": key, "client_secret": secret, "grant_type": "client_credentials"}
        ).encode()
        headers = {"content-type": "application/json", "accept": "application/json"}
        response = call_api(
            http,
            _TITLE,
            "POST",
            f"{base}/oauth/token",
            headers=headers,
            body=body,
            no_side_effects=True,
        )
        if isinstance(response, Rejection):
            return Rejection(
                "unauthorized", f"{_TITLE} does not take app_key and api_secret: check both."
            )
        token = Fields(_read_document(response), "the answer").text("access_token")
        if not token:
            raise PlatformUnavailable(
                f"{_TITLE} answered without an access token.", maybe_applied=False
            )
        self._utokens[account] = token
        return token


def _review_event(data: Fields, webhook_kind: EventKind | None, now: datetime) -> ReviewEvent:
    """What a review says.

    `told` is what a webhook says happened to it, None where the API shows it.
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
        kind, revision = EventKind.WITHDRAWN, TOMBSTONE
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
    """A text without the escapes of HTML that Yotpo keeps it with."""
    text = data.text(name)
    return unescape_html(text) if text else None


def _setting_url(connection: Connection, setting: str, default: str) -> str:
    return connection.settings.get(setting, "").strip().rstrip("/") or default


def _read_document(response: HttpResponse) -> dict[str, object]:
    try:
        return read_object(response.body)
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error


CONNECTOR: Connector = Yotpo()
