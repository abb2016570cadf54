"""Yelp reviews, for official partners of Yelp.

A delivery is `{"time", "object": "business", "data": {"id": business, "updates": [{"event_type",
"review_id", "rating", "language", "user_id"}]}}` and is not signed. The secret address protects the
webhook. Deliveries hold no words. Yelp's Private Reviews API has the words of the newest 200
reviews of a business, and no call for one review. So `fetch` finds a review in that list. A review
that is not there may be older, or not recommended by Yelp, so it is never taken for deleted.

One address receives the events of every business of the partner. Those of businesses that the
connection does not name are ignored.

Order. Only the delivery's `time` dates an edit (no zone; Yelp's FAQ shows that it is UTC). Nothing
dates what `fetch` reads, so it has the time of reading. Nothing can follow a removal.

A registration begins with `GET ?verification=…`, and the response must hold that string. No
document says in which form. Here it is the whole body, as plain text, and only if its characters
mean nothing to a browser.

A review has one response, which the API can neither change nor remove. So Heard posts none where
one stands, whoever wrote it. Errors carry an id. Yelp says that a text with an emoji leads to an
internal error, so Heard refuses such a text before it is sent. Access tokens live for 7 days and
are renewed by OAuth 2.0 with a refresh token, which the older token call does not change.

Sources: docs.developer.yelp.com/docs/ webhooks, reviews-webhooks-v2, respond-to-reviews-api-v2,
faqs, private-reviews-api; docs.developer.yelp.com/reference/create_review_response. Not in Yelp's
documents, and from programs that use it: the path of the Private Reviews API. Not found at all: the
shape of its `public_response` (an object with the text, or the text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, quote

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.oauth import TokenGrant
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    read_object,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, Author, Channel, EventKind, ReviewEvent, time_revision

_API: Final = "https://api.yelp.com"
_PARTNER_API: Final = "https://partner-api.yelp.com"
_TITLE: Final = "Yelp"
_EVENT_KINDS: Final = {
    "NEW_REVIEW_EVENT": EventKind.CREATED,
    "REVIEW_EDITED_EVENT": EventKind.EDITED,
    "REVIEW_REMOVED_EVENT": EventKind.WITHDRAWN,
}
_IGNORED_PREFIXES: Final = ("NEW_EVENT", "BUSINESS_", "CONSUMER_", "LEAD_", "SUBSCRIPTION_")
"""Events of leads and of the business's page. They hold no words."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~=+/-]{1,200}")
_EMOJI: Final = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]")
_QUOTA_SECONDS: Final = 3_600
_RESPONSE_CREDENTIALS: Final = ("client_id", "client_secret", "refresh_token")
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


class Yelp(ReviewApi):
    """The connector of the locations of one business at Yelp."""

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
            "api_base": f"where Yelp's API is (default {_API})",
            "partner_api_base": f"where Yelp's partner API is (default {_PARTNER_API})",
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
            "4. Enter the app's API key, so Heard can read the words of a review.\n"
            "5. For responses, let the business user authorize the app, and enter client id, "
            "client secret and refresh token.\n"
            "6. Keep the address secret: Yelp does not sign what it sends, so anybody who knows "
            "the address can send reviews."
        ),
        limitations=(
            "Without the Private Reviews API there are no words, only the rating.",
            "A review that is not among the newest 200, or that Yelp does not recommend, cannot "
            "be read.",
            "A review has one response, which no program can change: an acknowledgement leaves no "
            "room for a person's reply.",
            "At most 20 responses a day for each location, without emoji.",
            "Yelp does not report that a review is no longer recommended, or that somebody "
            "responded at Yelp.",
        ),
        verified=(
            "Yelp's documented payloads of new, edited and removed reviews are parsed in the "
            "tests.",
        ),
        assumptions=(
            "Yelp wants its verification string back as plain text.",
            "The path and the fields of the Private Reviews API, and the shape of "
            "public_response, are not certain.",
            "The older token call keeps the refresh token valid.",
        ),
    )

    delivery_status = 200  # Which success Yelp wants is not documented.
    hides_reviews = True  # Yelp lists only the newest reviews.

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
        """The reviews that the updates name, without words. Raises Unparseable."""
        body = Fields(read_object(request.body))
        data = body.required_object("data")
        business, updates = data.optional_id("id"), data.entries("updates")
        own_ids = _business_ids(connection.settings.get("business_ids", ""))
        if business and own_ids and business not in own_ids:
            return ParsedDelivery()
        event_time = body.time("time") or now
        return parse_each(
            updates,
            "update",
            lambda update: _update_event(update, business, event_time),
        )

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The business user's access token to respond, the app's key to read."""
        base = account.address("api_base", _API)
        if request.method == "GET":
            if rejection := self.missing(account, "api_key"):
                return rejection
            headers = {"authorization": f"Bearer {account.credential('api_key')}"}
            return ApiAccess(f"{base}/v3/private/businesses", headers)
        client, secret, token = (account.credential(name) for name in _RESPONSE_CREDENTIALS)
        form = {
            "grant_type": "refresh_token",
            "client_id": client,
            "client_secret": secret,
            "refresh_token": token,
        }
        url = f"{base}/oauth2/token"
        grant = TokenGrant(url, (url, client, secret, token), lambda: form)
        partner_base = account.address("partner_api_base", _PARTNER_API)
        return ApiAccess(f"{partner_base}/reviews/v1", grant=grant)

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """The review from the list of one of the businesses, with that business's id."""
        first_business = (reply_to or {}).get("business_id")
        for business in sorted(
            _business_ids(account.setting("business_ids")),
            key=lambda business: (business != first_business, business),
        ):
            response = self.read(ApiRequest("GET", f"/{quote(business, safe='')}/reviews"), account)
            if isinstance(response, Rejection):
                continue
            with unreadable_is_fault(_TITLE):
                reviews = response.required_objects("reviews")
            for review in reviews:
                if review.values.get("id") == native_id:
                    return replace(review, values={**review.values, "business_id": business})
        return Rejection("gone", f"{_TITLE} lists no such review.")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A listed review, which has its words."""
        native_id, user = entry.id("id"), entry.object("user")
        return ReviewEvent(
            kind=EventKind.CREATED,
            native_id=native_id,
            native_thread=native_id,
            # `time_created` does not change with an edit, and is not in UTC.
            revision=time_revision(clock.now()),
            author=Author(
                user.optional_id("id") or anonymous_author(native_id).id, user.one_line("name")
            ),
            rating=entry.rating("rating"),
            text=entry.text("text"),
            language=entry.one_line("language"),
            link=entry.link("url"),
            reply_to={"business_id": entry.id("business_id")},
        )

    def check_reply(self, text: str, account: PlatformAccount) -> Rejection | None:
        """Yelp takes no emoji, and responses need a business user's credentials."""
        if _EMOJI.search(text):
            return Rejection(
                "rejected", "Yelp takes no emoji and no pictographs in a response: leave them out."
            )
        return self.missing(account, *_RESPONSE_CREDENTIALS)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request for the review's one response, which has the review's id."""
        document = {"response_text": text, "response_type": "public_comment"}
        return ApiRequest("POST", f"/{quote(target.native_id, safe='')}", document=document)

    def reply_text(self, review: Fields) -> str | None:
        """The review's public response, if Yelp shows whether there is one."""
        if "public_response" not in review.values:
            return None
        if isinstance(review.values["public_response"], dict):
            return review.object("public_response").text("text") or ""
        return review.text("public_response") or ""

    def make_room(
        self, review: Fields, target: ReplyTarget, account: PlatformAccount
    ) -> Rejection | None:
        """No response is replaced.

        Yelp refuses a second one of another business user. What becomes of a second one of the
        same user is not documented.
        """
        return self.already_answered() if self.reply_text(review) else None

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection in words that say what to do.

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
            return self.already_answered()
        reason, detail = _REJECTIONS.get(name, (rejection.reason, ""))
        if not detail:
            return rejection
        return Rejection(reason, f"{_TITLE} refuses the response: {detail}")


def _update_event(update: Fields, business: str | None, event_time: datetime) -> ReviewEvent | None:
    name = update.values.get("event_type")
    if not isinstance(name, str):
        raise update.field_error("event_type", "is missing")
    if name not in _EVENT_KINDS:
        if name.startswith(_IGNORED_PREFIXES):
            return None
        raise update.unknown_kind("event_type")
    kind, native_id = _EVENT_KINDS[name], update.id("review_id")
    withdrawn = kind is EventKind.WITHDRAWN
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=FINAL_REVISION if withdrawn else time_revision(event_time),
        author=Author(update.optional_id("user_id") or anonymous_author(native_id).id),
        rating=update.rating("rating"),
        language=update.one_line("language"),
        occurred_at=event_time,
        reply_to={"business_id": business} if business else {},
        partial=not withdrawn,
    )


def _business_ids(setting: str) -> frozenset[str]:
    return frozenset(business.strip() for business in setting.split(",") if business.strip())


CONNECTOR: Connector = Yelp()
