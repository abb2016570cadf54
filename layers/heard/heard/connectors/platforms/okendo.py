"""Okendo product reviews.

Deliveries come through Svix, signed as Standard Webhooks (`svix-id`, `svix-timestamp`,
`svix-signature`; five minutes). Each holds one event:

    {"resource": {"reviewId", "rating", "title", "body", "reviewer": {…}, …},
     "resourceType": "review", "topic": "create" | "update" | "delete",
     "sequenceNumber": …, "version": "2025-02-01"}

Loyalty, survey, quiz and referral events come to the same address and are ignored. An event with
the review id of Okendo's documentation is an example that Svix sends to test an address.

Order. Deliveries overtake each other. `sequenceNumber` orders those of one resource, so it is the
revision; without one, arrival orders. A review of the API has no number, so `fetch` gives the
lowest one: it never overtakes a delivery. The resource has no date of its last change, so a poll
could not tell new reviews from delivered ones, and there is none.

Reviews wait for the merchant's approval (`status`). Heard treats those that wait or were refused
like others.

Okendo shows one reply of a review, `{"body" (HTML), "rawBody", "dateCreated", "isPrivate"}`, and
does not say who wrote it. So a reply that stands there, private or not, is never overwritten unless
its text is one of our own earlier ones. No document says whether a second call replaces the reply
of the first. Heard tries it: a review has room for one reply, so two can never be shown.

The author is known by the hash of `reviewer.email`, because the address is personal. A display name
may belong to several people.

Sources: docs.okendo.io/webhooks/getting-started and …/topics (topics; review.create in part),
docs.okendo.io/merchant-rest-api (the review with reviewer and reply, GET /enterprise/reviews, Basic
authentication with user id and API key, webhook subscriptions), github.com/api-evangelist/okendo
(the other endpoints, and the header okendo-api-version), which is somebody else's summary of them.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    SentReply,
    WebhookRequest,
)
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_one,
    read_object,
    test_event,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.connectors.signatures import StandardWebhooks
from heard.reviews import FINAL_REVISION, Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 4_000

_API: Final = "https://api.okendo.io/enterprise"
_API_VERSION: Final = "2025-02-01"
_TITLE: Final = "Okendo"
_EXAMPLE_REVIEW_ID: Final = "123e4567-e89b-12d3-a456-426614174000"
_EVENT_KINDS: Final = {
    "create": EventKind.CREATED,
    "update": EventKind.EDITED,
    "delete": EventKind.WITHDRAWN,
}
_IGNORED_RESOURCES: Final = ("loyalty", "quiz", "referral", "survey")
_SEQUENCE_DIGITS: Final = 30


class Okendo(ReviewApi):
    """The connector of one shop's reviews at Okendo."""

    capabilities = Capabilities(
        platform="okendo",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="svix-id, svix-timestamp, svix-signature (Standard Webhooks v1): HMAC-SHA256, "
        "Base64; five minutes",
        edits="pushed",
        deletions="pushed",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the webhookSecret (whsec_…) that Okendo's API answers when the webhook "
        "subscription is made",
        optional_settings={"api_base": f"where the API is (default {_API})"},
        credentials={
            "user_id": "the Okendo User ID (Okendo, Settings, Integrations, API)",
            "api_key": "an API key of the Merchant REST API, from the same page",
        },
        guide=(
            "1. In Okendo open Settings, Integrations, API, and copy the User ID and an API key.\n"
            "2. With them (Basic authentication, okendo-api-version: 2025-02-01) POST to\n"
            "   https://api.okendo.io/enterprise/webhook_subscriptions:\n"
            '   endpointUrl is the address shown here, isEnabled true, version "2025-02-01", and '
            "subscriptions three times\n"
            '   {"resourceType": "review", "topic": …} with the topics create, update and delete.\n'
            "3. Enter the webhookSecret of the response here as the signing secret, and the User "
            "ID and the API key for replies."
        ),
        limitations=(
            "Okendo shows one reply and does not say who wrote it. Heard never replaces a reply "
            "whose words are not its own: change that one in Okendo.",
        ),
        verified=(
            "The signature is checked with Svix's own library and the vectors of Standard "
            "Webhooks.",
        ),
        assumptions=(
            "The address and the body of the call that replies are from somebody else's summary "
            "of Okendo's documentation.",
            "Our second reply may take the first one's place. Heard tries it; if Okendo refuses, "
            "a person gets the follow-up.",
            "A deletion may hold more than the review's id; Heard uses only the id.",
            f"The longest reply has {REPLY_LIMIT:,} characters; this is our own guess.",
        ),
    )

    scheme = StandardWebhooks(prefixes=("svix-", "webhook-"))

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of an event; events about anything else are ignored. Raises Unparseable."""
        body = Fields(read_object(request.body))
        resource_type, _, topic = (body.text("topic") or "").rpartition(".")
        resource_type = body.text("resourceType") or resource_type
        if resource_type.lower().startswith(_IGNORED_RESOURCES):
            return ParsedDelivery()
        if resource_type != "review":
            raise body.unknown_kind("resourceType" if "resourceType" in body.values else "topic")
        if topic not in _EVENT_KINDS:
            raise body.unknown_kind("topic")
        if body.required_object("resource").values.get("reviewId") == _EXAMPLE_REVIEW_ID:
            return ParsedDelivery((test_event(),))
        revision = (
            FINAL_REVISION if topic == "delete" else _sequence_revision(body) or time_revision(now)
        )
        return parse_one(
            body.object("resource"),
            lambda review: _review_event(review, _EVENT_KINDS[topic], revision),
        )

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """Basic authentication with user id and API key."""
        if rejection := self.missing(account):
            return rejection
        user_and_key = f"{account.credential('user_id')}:{account.credential('api_key')}"
        return ApiAccess(
            account.address("api_base", _API),
            {
                "authorization": "Basic " + base64.b64encode(user_and_key.encode()).decode(),
                "okendo-api-version": _API_VERSION,
            },
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/reviews/{quote(native_id, safe='')}")

    def unwrap_review(self, response: Fields) -> Fields:
        """The review. Whether the response wraps it is not documented."""
        return response.object("review") if "review" in response.values else response

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the API, as a revision before any that was delivered."""
        return _review_event(entry, EventKind.CREATED, "0" * _SEQUENCE_DIGITS)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that sets the review's one reply."""
        return ApiRequest(
            "POST",
            f"/reviews/{quote(target.native_id, safe='')}/reply",
            document={"body": text, "isPrivate": False},
        )

    def reply_text(self, review: Fields) -> str:
        """The review's one reply, public or private."""
        reply = review.object("reply")
        return reply.text("rawBody") or html_to_text(reply.text("body")) or ""

    def shows_reply(self, review: Fields, text: str) -> bool:
        """Whether the reply has this text and the public sees it."""
        private = review.object("reply").boolean("isPrivate")
        return not private and super().shows_reply(review, text)

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post the review's one reply. Okendo may refuse it where our earlier reply stands."""
        result = super().reply(target, text, reply_id, account)
        if isinstance(result, Rejection) and result.reason == "rejected" and target.own_replies:
            return self.already_answered()
        return result


def _sequence_revision(body: Fields) -> str | None:
    """`sequenceNumber` as a text that sorts.

    It may be larger than a float can keep, so it is never made one.
    """
    number = body.values.get("sequenceNumber")
    digits = (
        str(number)
        if isinstance(number, int)
        and not isinstance(number, bool)
        and 0 <= number < 10**_SEQUENCE_DIGITS
        else number
    )
    if (
        not isinstance(digits, str)
        or len(digits) > _SEQUENCE_DIGITS
        or not (digits.isascii() and digits.isdecimal())
    ):
        return None
    return digits.zfill(_SEQUENCE_DIGITS)


def _review_event(review: Fields, kind: EventKind, revision: str) -> ReviewEvent:
    native_id = review.id("reviewId")
    reviewer = review.object("reviewer")
    email = reviewer.text("email")
    author = author_id_from_email(email) if email else anonymous_author(native_id).id
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(author, reviewer.one_line("displayName") or reviewer.one_line("name")),
        rating=review.rating("rating"),
        title=review.text("title"),
        text=review.text("body"),
        occurred_at=review.time("dateCreated"),
        subject=review.one_line("productName") or review.one_line("productId"),
    )


CONNECTOR: Connector = Okendo()
