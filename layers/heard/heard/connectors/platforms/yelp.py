"""Yelp reviews, for official partners of Yelp.

Deliveries are `{"time", "object": "business", "data": {"id": business, "updates": [{"event_type",
"review_id", "rating", "language", "user_id"}]}}` and are not signed: what protects the address is
that nobody can guess it. They hold no words; Yelp's Private Reviews API has them, for the newest
200 reviews of a business, and there is no call for one review. So `fetch` looks a review up in that
list; one that is not there may be older, or not recommended by Yelp, and is never taken for deleted
because of it.

One address receives the events of every business of the partner: those of businesses that the
connection does not name are ignored.

Order. Nothing dates an edit but the delivery's `time` (no zone; Yelp's FAQ shows that it is UTC),
and nothing dates what `fetch` reads, which is therefore of the moment of reading. A removal cannot
be followed by anything.

A registration begins with `GET ?verification=…`, to be answered with that string. In which form was
not found in a document; it is the whole body here, as plain text, and only of characters that mean
nothing to a browser.

A review has one response, which the API can neither change nor remove, so that none is posted where
one is seen, whoever wrote it. Errors carry an id. Text with an emoji is answered by an internal
error (so Yelp), and refused here before. Access tokens live for 7 days and are renewed by OAuth 2.0
with a refresh token, which the older token call leaves as it is.

Sources: docs.developer.yelp.com/docs/ webhooks, reviews-webhooks-v2, respond-to-reviews-api-v2,
faqs, private-reviews-api; docs.developer.yelp.com/reference/create_review_response. Not found in
Yelp's documents, and taken from programs that use it: the path of the Private Reviews API. Not
found at all: the shape of its `public_response` (an object with the text, or the text).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, cast
from urllib.parse import parse_qs, quote

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.oauth import OAuthClient, TokenGrant
from heard.connectors.parsing import Fields, anonymous_author, parse_each, read_object, same_text
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, Author, Channel, EventKind, ReviewEvent, time_revision

_API: Final = "https://api.yelp.com"
_PARTNER_API: Final = "https://partner-api.yelp.com"
_TITLE: Final = "Yelp"
_EVENT_KINDS: Final = {
    "NEW_REVIEW_EVENT": EventKind.CREATED,
    "REVIEW_EDITED_EVENT": EventKind.EDITED,
    "REVIEW_REMOVED_EVENT": EventKind.WITHDRAWN,
}
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~=+/-]{1,200}")
_EMOJI: Final = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]")
_QUOTA_SECONDS: Final = 3_600
_REJECTIONS: Final = {
    "R2R_REVIEW_DOES_NOT_EXIST": ("gone", "the review is not there any more."),
    "R2R_INVALID_RESPONSE_TEXT": (
        "rejected",
        "the text has a word that Yelp does not allow, or is too much like an earlier response.",
    ),
    "R2R_PERMISSION_DENIED": (
        "not_allowed",
        "the business user has not claimed this location: claim it at biz.yelp.com.",
    ),
    "R2R_BUSINESS_NOT_CLAIMED": (
        "not_allowed",
        "the location's status is unclear: ask partner-support@yelp.com.",
    ),
    "R2R_COMMENTS_NOT_ALLOWED": (
        "not_allowed",
        "the location is not subscribed to Respond to Reviews: ask your Yelp partner.",
    ),
    "R2R_PROBLEM_WITH_USER_PHOTO": (
        "not_allowed",
        "the business user's photo is missing or pending: set one at biz.yelp.com/settings/photo.",
    ),
    "R2R_UNACCEPTABLE_BIZ_USER_NAME": (
        "not_allowed",
        "the business user's name is not accepted: change it at biz.yelp.com/settings/profile.",
    ),
    "INSUFFICIENT_SCOPE": (
        "not_allowed",
        "the business user did not grant r2r_business_owner: authorize once more with it.",
    ),
}

_ALREADY_ANSWERED: Final = Rejection(
    "already_answered", "A response stands there already, and Yelp shows one: change it at Yelp."
)


class Yelp(Connector):
    """The connector of Yelp's partner APIs."""

    capabilities = Capabilities(
        platform="yelp",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret; Yelp tells its partners the addresses that it "
        "calls from",
        edits="pushed",
        deletions="pushed",
        replies="one",
        reply_limit=5_000,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret_origin=SecretOrigin.NONE,
        settings={
            "business_ids": "the 22-character Yelp ids of the business's locations, separated by "
            "commas"
        },
        optional_settings={
            "api_base": f"where Yelp's API is ({_API} if not said)",
            "partner_api_base": f"where Yelp's partner API is ({_PARTNER_API} if not said)",
        },
        credentials={"api_key": "the Yelp app's API key, with access to the Private Reviews API"},
        optional_credentials={
            "client_id": "the Yelp app's client id, for responses",
            "client_secret": "its client secret",
            "refresh_token": "the refresh token of the business user who responds, granted with "
            "r2r_business_owner",
        },
        guide=(
            "1. Become an official Yelp partner (advertising, listing management or Insights); "
            "nobody else gets webhooks or full reviews.\n"
            "2. Give your Yelp representative your client id and the address shown here as webhook "
            "URL; Heard answers the verification.\n"
            "3. Subscribe the business's locations to webhooks (subscription type WEBHOOK), and "
            "enter their ids here.\n"
            "4. Enter the app's API key, so that Heard can read the words of a review.\n"
            "5. For responses, let the business user authorize the app, and enter client id, "
            "client secret and refresh token.\n"
            "6. Keep the address to yourself: Yelp does not sign what it sends, so whoever knows "
            "it can send reviews."
        ),
        limitations=(
            "Without the Private Reviews API there are no words, only the rating.",
            "A review that is not among the newest 200, or that Yelp does not recommend, cannot "
            "be read.",
            "A review has one response, which no program can change: an acknowledgement leaves no "
            "room for a person's answer.",
            "At most 20 responses a day for each location, without emoji.",
            "Yelp does not tell that a review is no longer recommended, or that somebody "
            "responded at Yelp.",
        ),
        verified=(
            "Yelp's documented payloads of new, edited and removed reviews are parsed in the "
            "tests.",
        ),
        assumptions=(
            "The body in which Yelp wants its verification string: taken to be that string as "
            "plain text.",
            "The path and the fields of the Private Reviews API, and the shape of public_response.",
            "That the older token call keeps the refresh token valid.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = OAuthClient(_TITLE)

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The verification string given back.

        400 for a GET that brings none, or one that no registration would.
        """
        if request.method != "GET":
            return None
        try:
            values = parse_qs(request.query, keep_blank_values=True, max_num_fields=20).get(
                "verification", []
            )
        except ValueError:
            values = []
        if len(values) != 1 or not _CHALLENGE.fullmatch(values[0]):
            return WebhookResponse(
                400,
                '{"title":"the verification string is missing or not one of Yelp\'s"}',
                "application/problem+json",
            )
        return WebhookResponse(200, values[0], "text/plain")

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The reviews that the updates name, without their words. Raises Unparseable."""
        body = Fields(read_object(request.body))
        data = body.required_object("data")
        business, updates = data.optional_id("id"), data.values.get("updates")
        if not isinstance(updates, list):
            raise data.field_error("updates", "is missing or not a list")
        own_ids = _business_ids(connection)
        if business and own_ids and business not in own_ids:
            return ParsedDelivery()
        event_time = body.time("time") or now
        return parse_each(
            cast("list[object]", updates),
            "update",
            lambda update: _update_event(update, business, event_time),
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
        """Post the review's one response. It has no id of its own: it goes by the review's."""
        if rejection := self.check_length(text):
            return rejection
        if _EMOJI.search(text):
            return Rejection(
                "rejected", "Yelp takes no emoji and no pictographs in a response: leave them out."
            )
        client, secret, refresh_token = (
            account.credentials.get(name, "")
            for name in ("client_id", "client_secret", "refresh_token")
        )
        if not (client and secret and refresh_token):
            return Rejection(
                "no_credentials",
                "Enter client_id, client_secret and refresh_token to respond on Yelp.",
            )
        # Yelp refuses a second one by another business user; what becomes of one by the same user
        # is not documented.
        if existing_reply := self._existing_reply(target, account):
            return (
                SentReply(target.native_id)
                if same_text(existing_reply, text)
                else _ALREADY_ANSWERED
            )
        form = {
            "grant_type": "refresh_token",
            "client_id": client,
            "client_secret": secret,
            "refresh_token": refresh_token,
        }
        url = f"{_setting_url(account.connection, 'api_base', _API)}/oauth2/token"
        grant = TokenGrant(url, (url, client, secret, refresh_token), lambda: form)
        response = self._tokens.call(
            grant,
            account.http,
            "POST",
            f"{_setting_url(account.connection, 'partner_api_base', _PARTNER_API)}/reviews/v1/{quote(target.native_id, safe='')}",
            headers={"content-type": "application/json"},
            body=json.dumps({"response_text": text, "response_type": "public_comment"}).encode(),
            explain=_rejection_by_code,
        )
        return response if isinstance(response, Rejection) else SentReply(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Compare the review's public response with the text, where Yelp lists the review with one."""
        existing_reply = self._existing_reply(target, account)
        if existing_reply is None:
            return ReplyLookup.CANNOT_TELL
        return (
            SentReply(target.native_id) if same_text(existing_reply, text) else ReplyLookup.ABSENT
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | None:
        """The review with its words, if it is among the newest that Yelp lists."""
        review = _find_review(native_id, sorted(_business_ids(account.connection)), account)
        if review is None:
            return None
        try:
            user = review.object("user")
            return ReviewEvent(
                kind=EventKind.CREATED,
                native_id=native_id,
                native_thread=native_id,
                # Its own `time_created` never moves, and is not in UTC.
                revision=time_revision(clock.now()),
                author=Author(
                    user.optional_id("id") or anonymous_author(native_id).id, user.one_line("name")
                ),
                rating=review.rating("rating"),
                text=review.text("text"),
                language=review.one_line("language"),
                link=review.link("url"),
                reply_to={"business_id": str(review.values["business_id"])},
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def _existing_reply(
        self,
        target: ReplyTarget,
        account: PlatformAccount,
    ) -> str | None:
        """The review's public response, empty if it has none.

        None where Yelp does not list the review or does not show it.
        """
        first_business = target.reply_to.get("business_id")
        review = _find_review(
            target.native_id,
            sorted(
                _business_ids(account.connection), key=lambda business: business != first_business
            ),
            account,
        )
        return (
            None
            if review is None or "public_response" not in review.values
            else _response_text(review) or ""
        )


def _update_event(update: Fields, business: str | None, event_time: datetime) -> ReviewEvent | None:
    name = update.values.get("event_type")
    if not isinstance(name, str):
        raise update.field_error("event_type", "is missing")
    if name not in _EVENT_KINDS:
        return None
    kind, native_id = _EVENT_KINDS[name], update.id("review_id")
    withdrawn = kind is EventKind.WITHDRAWN
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=TOMBSTONE if withdrawn else time_revision(event_time),
        author=Author(update.optional_id("user_id") or anonymous_author(native_id).id),
        rating=update.rating("rating"),
        language=update.one_line("language"),
        occurred_at=event_time,
        reply_to={"business_id": business} if business else {},
        partial=not withdrawn,
    )


def _business_ids(connection: Connection) -> frozenset[str]:
    return frozenset(
        business.strip()
        for business in connection.settings.get("business_ids", "").split(",")
        if business.strip()
    )


def _setting_url(connection: Connection, setting: str, default: str) -> str:
    return connection.settings.get(setting, "").strip().rstrip("/") or default


def _find_review(
    native_id: str,
    businesses: list[str],
    account: PlatformAccount,
) -> Fields | None:
    """The review as one of the businesses' lists shows it; None where none does, or may be read."""
    if not account.credentials.get("api_key"):
        return None
    headers = {
        "authorization": f"Bearer {account.credentials['api_key']}",
        "accept": "application/json",
    }
    for business in businesses:
        url = f"{_setting_url(account.connection, 'api_base', _API)}/v3/private/businesses/{quote(business, safe='')}/reviews"
        response = call_api(account.http, _TITLE, "GET", url, headers=headers)
        if isinstance(response, Rejection):
            continue
        for review in _read_reviews(response.body):
            if review.get("id") == native_id:
                return Fields({**review, "business_id": business}, "a review")
    return None


def _read_reviews(body: bytes) -> Iterator[dict[str, object]]:
    try:
        reviews = read_object(body).get("reviews")
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error
    for review in cast("list[object]", reviews) if isinstance(reviews, list) else []:
        if isinstance(review, dict):
            yield cast("dict[str, object]", review)


def _response_text(review: Fields) -> str | None:
    value = review.values["public_response"]
    return (
        review.object("public_response").text("text")
        if isinstance(value, dict)
        else review.text("public_response")
    )


def _rejection_by_code(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal in words that say what to do.

    Raises PlatformUnavailable for the daily quota, which time cures.
    """
    if rejection.reason != "rejected":
        return rejection
    try:
        error = Fields(read_object(body)).object("error")
    except Unparseable:
        return rejection
    name = error.one_line("id") or error.one_line("code") or ""
    if name == "R2R_COMMENT_QUOTA_EXCEEDED":
        raise PlatformUnavailable(
            f"{_TITLE} takes 20 responses a day for a location.",
            maybe_applied=False,
            retry_after=_QUOTA_SECONDS,
        )
    if "already has a comment" in (error.one_line("description") or "").lower():
        return _ALREADY_ANSWERED
    reason, detail = _REJECTIONS.get(name, (rejection.reason, ""))
    return Rejection(reason, f"{_TITLE} refuses the response: {detail}") if detail else rejection


CONNECTOR: Connector = Yelp()
