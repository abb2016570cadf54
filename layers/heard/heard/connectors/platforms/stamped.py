"""Stamped reviews.

A delivery is one review as a flat object (`id`, `author`, `customerEmail`, `reviewTitle`,
`reviewMessage`, `reviewRating`, `dateCreated`, `productName`, …), with a secret in clear in
`X-Stamped-Webhook-Secret` or `X-Secret-Key`. A delivery with `reviewReply` is about the business's
own reply, which Heard never answers. Shops report texts with HTML's escapes in them (`isn&#039;t`),
and no document says whether Stamped escapes: Heard reads title, text and names as HTML.
`dateCreated` has no zone; Heard reads it as UTC.

Order. No document mentions events for edits and deletions, or what `X-Stamped-Topic` says of them,
and nothing in a body dates an edit. A topic that speaks of an update is dated by its arrival. A
topic that speaks of a deletion is final. All else has the time of `dateCreated`, like what the API
lists. So a polled edit has the revision of the first words, and only the digest differs.

The API does not say who wrote the reply of a review. A reply with the text of one of our own
earlier ones is replaced by our next one. Any other is somebody else's, and is never overwritten.

The author is known by the hash of the e-mail address. The address itself never becomes an id.

Sources: support.stamped.io/article/834-webhooks, stampedsupport.stamped.io (Stamped REST API),
developers.stamped.io/docs/getting-started. The list (`GET /api/v2/{store
hash}/dashboard/reviews?page=&take=`), one review, and the reply (`POST
…/dashboard/reviews/{id}/reply`) are from programs that use them with the API's keys; Stamped's
reference does not describe the reply. Not found: the longest reply (`REPLY_LIMIT` is our own
guess), and whether a second reply takes the first one's place (a review has one field for it, so it
should).
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final, cast
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
    WebhookRequest,
)
from heard.connectors.markup import html_to_text, unescape_html
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_one,
    read_object,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi, page_number
from heard.connectors.signatures import SecretHeader
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

_API: Final = "https://stamped.io"
_TITLE: Final = "Stamped"
_TOPIC_HEADER: Final = "x-stamped-topic"
_PAGE_SIZE: Final = 100
_API_NAMES: Final = {
    "id": "id",
    "author": "author",
    "email": "customerEmail",
    "title": "reviewTitle",
    "body": "reviewMessage",
    "rating": "reviewRating",
    "dateCreated": "dateCreated",
    "productTitle": "productName",
}
"""The field of a webhook for each field of the API."""


class Stamped(ReviewApi):
    """The connector of Stamped Reviews."""

    capabilities = Capabilities(
        platform="stamped",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="X-Stamped-Webhook-Secret or X-Secret-Key: the secret itself; no timestamp",
        edits="polled",
        deletions="polled",
        replies="one",
        replaces_reply=True,
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the webhook's secret, as Stamped's Settings, Webhooks show it or as you "
        "chose it there",
        poll_seconds=900,
        settings={"store_hash": "the store hash, in Stamped under Settings, API Keys"},
        optional_settings={
            "api_base": f"where Stamped's API is (default {_API})",
            "email_replies": "yes, if Stamped should also e-mail a reply to the customer "
            "(default no)",
        },
        credentials={
            "public_key": "the public key, in Stamped under Settings, API Keys",
            "private_key": "the private key beside it",
        },
        guide=(
            "1. In Stamped open Settings, Webhooks and add a webhook for new reviews with the "
            "address shown here.\n"
            "2. Set or copy the webhook's secret there, and enter the same here.\n"
            "3. Open Settings, API Keys, and enter store hash, public key and private key here."
        ),
        limitations=(
            "Stamped is not known to report edits and deletions; Heard finds them when it polls.",
            "Stamped does not say who wrote a reply. Heard never replaces a reply whose words are "
            "not its own: change that one at Stamped.",
        ),
        verified=("Stamped's documented payload is parsed in the tests.",),
        assumptions=(
            "The call that replies is not in Stamped's reference; other programs use it.",
            "Our second reply takes the first one's place; the longest reply is our guess.",
            "X-Stamped-Topic names updates and deletions; nothing else orders the edits of one "
            "review.",
            "The list of reviews comes newest first.",
        ),
    )
    scheme = SecretHeader(("x-stamped-webhook-secret", "x-secret-key"))
    parsed_headers = ("content-type", _TOPIC_HEADER)

    delivery_status = 200  # Which success Stamped wants is not documented.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of a delivery, or the business's reply to it. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if set(body.values) == {"id"}:
            return ParsedDelivery()  # it says nothing; `heard connect test` sends it
        if not body.values.keys() & {"reviewRating", "reviewMessage", "reviewReply"}:
            raise body.field_error("reviewMessage", "is missing: this is no review")
        topic = request.headers.get(_TOPIC_HEADER, "").lower()
        return parse_one(
            body,
            lambda review: (
                _reply_event(review)
                if review.text("reviewReply")
                else _review_event(review, topic, now)
            ),
        )

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """Basic authentication with both keys."""
        if rejection := self.missing(account):
            return rejection
        store = quote(account.setting("store_hash"), safe="")
        keys = f"{account.credential('public_key')}:{account.credential('private_key')}"
        return ApiAccess(
            f"{account.address('api_base', _API)}/api/v2/{store}/dashboard/reviews",
            {"authorization": "Basic " + base64.b64encode(keys.encode()).decode()},
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the API, whose fields have other names than those of a webhook."""
        values = {webhook: entry.values.get(api) for api, webhook in _API_NAMES.items()}
        return _review_event(Fields(values, entry.where, entry.problems))

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """A page of the store's reviews. The cursor is the number of the page."""
        return ApiRequest("GET", "", {"page": str(page_number(cursor)), "take": str(_PAGE_SIZE)})

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The entries, each with its review inside."""
        results = [_unwrap_result(result) for result in response.entries("results")]
        number = page_number(cursor)
        page_count = response.integer("totalPages", 0, 10**9) or 0
        return EntryPage(results, str(number + 1) if number < page_count else None)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that sets the review's one public reply."""
        email = account.setting("email_replies").lower() in {"yes", "true"}
        return ApiRequest(
            "POST",
            f"/{quote(target.native_id, safe='')}/reply",
            {"isPrivate": "false", "isEmail": "true" if email else "false"},
            {"reply": text},
        )

    def reply_text(self, review: Fields) -> str:
        """The review's one reply. Stamped does not say who wrote it."""
        return review.text("reply") or ""


def _unwrap_result(result: object) -> object:
    return cast("dict[str, object]", result).get("review") if isinstance(result, dict) else result


def _review_event(review: Fields, topic: str = "", now: datetime | None = None) -> ReviewEvent:
    native_id, created_at = review.id("id"), review.time("dateCreated")
    kind, revision = (
        EventKind.CREATED,
        time_revision(created_at) if created_at else number_revision(0),
    )
    if "delet" in topic:
        kind, revision = EventKind.WITHDRAWN, FINAL_REVISION
    elif now and ("updat" in topic or "edit" in topic):
        kind, revision = EventKind.EDITED, time_revision(now)
    email = review.one_line("customerEmail")
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(
            author_id_from_email(email)
            if email and "@" in email
            else anonymous_author(native_id).id,
            _unescaped(review.one_line("author")),
        ),
        rating=review.rating("reviewRating"),
        title=html_to_text(review.text("reviewTitle"), keep_line_feeds=True),
        text=html_to_text(review.text("reviewMessage"), keep_line_feeds=True),
        occurred_at=created_at,
        subject=_unescaped(review.one_line("productName")),
    )


def _unescaped(text: str | None) -> str | None:
    return unescape_html(text) if text else None


def _reply_event(review: Fields) -> ReviewEvent:
    """The business's own reply.

    It stands beside the review, so it closes nothing of what the customer said.
    """
    native_id = review.id("id")
    replied_at = (
        review.time("reviewReplyDate") or review.time("dateReplied") or review.time("dateCreated")
    )
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN,
        native_id=f"reply-{native_id}",
        native_thread=native_id,
        revision=time_revision(replied_at) if replied_at else number_revision(0),
        author=Author("business"),
        text=review.text("reviewReply"),
        occurred_at=replied_at,
        subject=review.one_line("productName"),
    )


CONNECTOR: Connector = Stamped()
