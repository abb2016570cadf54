"""Judge.me product and shop reviews.

A delivery is `{"review": {…}}` with `JUDGEME-HMAC-SHA256`: the hexadecimal HMAC-SHA256 of the body.
Its key is what the webhook was made with: the shop's private API token, or the secret of an OAuth
app (then enter that as the signing secret). The topics are review/created and review/updated. The
body does not name its topic, so a review counts as edited if `updated_at` is later than
`created_at`.

Only `id`, `reviewer.email` and `product_external_id` of a delivered review are documented. It is
read like the review of the API, of which we have a full sample. A review without title and body is
partial, and the rest is read from the API.

Order. `updated_at` sorts. It also moves when a review is published or hidden: then the words are
the same and nothing happens. A review that the shop marked as spam (`curated`) is withdrawn at that
time, and comes back when the mark goes. `hidden` says nothing about the customer's words, so Heard
treats hidden reviews like others. Deletions are silent: a poll finds them.

The author is known by the e-mail address, which is all that a delivery surely holds. The address is
personal, so the author's id is its hash.

Replies are public, in the shop's widget. POST /replies makes one and also mails it to the reviewer.
The API shows no replies, so a reply with an unclear outcome cannot be found.

Sources: judge.me/help/en/articles/8299679 (verifying webhooks), judge.me/api/docs as copied in
public repositories (the review, the list, POST /replies with X-Api-Token, 200 and 422 {"error"}),
pipedream.com/apps/judge-me (replies). Not documented: the whole body of a delivery, the order of
the list, quotas, the longest reply (`REPLY_LIMIT` is our own guess), whether a second reply
replaces the first.
"""

from __future__ import annotations

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
    WebhookRequest,
)
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_one,
    read_object,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi, page_number
from heard.connectors.signatures import BodyHmac
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 2_000

_API: Final = "https://api.judge.me/api/v1"
_TITLE: Final = "Judge.me"
_PAGE_SIZE: Final = 100


class JudgeMe(ReviewApi):
    """The connector of one shop's reviews at Judge.me."""

    capabilities = Capabilities(
        platform="judgeme",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="JUDGEME-HMAC-SHA256: HMAC-SHA256 of the body, hexadecimal; no timestamp",
        edits="pushed",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        secret_origin=SecretOrigin.CREDENTIAL,
        secret_credential="api_token",
        secret_help="the private API token, or the OAuth app's secret if the webhook was made "
        "through one",
        poll_seconds=3_600,
        settings={"shop_domain": "the shop as Judge.me knows it, such as your-shop.myshopify.com"},
        optional_settings={"api_base": f"where the API is (default {_API})"},
        credentials={
            "api_token": "the shop's private API token (Judge.me, Settings, Integrations, Judge.me "
            "API), which also signs"
        },
        guide=(
            "1. In Judge.me open Settings, Integrations, Judge.me API, and copy the private "
            "token.\n"
            "2. Make two webhooks with the API (POST /webhooks), for review/created and "
            "review/updated, with the address shown here.\n"
            "3. Enter the shop's domain and the private token here.\n"
            "4. Webhooks made by an OAuth app are signed with that app's secret instead: then "
            "enter it as the signing secret."
        ),
        limitations=(
            "Judge.me does not report deleted reviews; Heard finds them when it polls.",
            "The API shows no replies: after a fault a person must check whether the reply is "
            "there.",
        ),
        verified=("Reviews are read as in the sample of Judge.me's API documentation.",),
        assumptions=(
            "Of the body of a delivery, only the id, the reviewer's e-mail address and the "
            "product are documented.",
            f"The longest reply has {REPLY_LIMIT:,} characters, which is our own guess, and a "
            "second reply stands beside the first.",
            "Reading reviews takes the token in X-Api-Token, as replies do, and the list begins "
            "with the newest.",
        ),
    )

    scheme = BodyHmac("judgeme-hmac-sha256")

    delivery_status = 200  # Which success Judge.me wants is not documented.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of a delivery. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if set(body.values) == {"test"}:
            return ParsedDelivery()  # what `heard connect test` sends
        return parse_one(body.required_object("review"), lambda review: _review_event(review, now))

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The shop's token in a header.

        Judge.me also takes it as a query parameter, but addresses are written to many logs.
        """
        if rejection := self.missing(account):
            return rejection
        return ApiAccess(
            account.address("api_base", _API),
            {"x-api-token": account.credential("api_token")},
            {"shop_domain": account.setting("shop_domain")},
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/reviews/{quote(native_id, safe='')}")

    def unwrap_review(self, response: Fields) -> Fields:
        """The review in its wrapper."""
        return response.required_object("review")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the API."""
        return _review_event(entry, None)

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """A page of reviews, published or not. The cursor is the number of the page."""
        query = {"page": str(page_number(cursor)), "per_page": str(_PAGE_SIZE)}
        return ApiRequest("GET", "/reviews", query)

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """A full page may be followed by another one."""
        reviews = response.entries("reviews")
        is_full = len(reviews) >= _PAGE_SIZE
        return EntryPage(reviews, str(page_number(cursor) + 1) if is_full else None)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request for a public reply, which Judge.me also mails to the reviewer."""
        review_id = target.native_id
        is_number = review_id.isascii() and review_id.isdecimal()
        document = {
            "review_id": int(review_id) if is_number else review_id,
            "reply": {"content": text},
            "send_reply_email": True,
        }
        return ApiRequest("POST", "/replies", document=document)

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The id in the response. What that looks like is not documented."""
        return source.object("reply").optional_id("id") or source.optional_id("id") or reply_id

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Judge.me's own words, which are about our reply."""
        if rejection.reason != "rejected":
            return rejection
        try:
            message = Fields(read_object(body)).one_line("error")
        except Unparseable:
            message = None
        return Rejection(rejection.reason, f"{_TITLE} says: {message}") if message else rejection


def _review_event(review: Fields, now: datetime | None) -> ReviewEvent:
    native_id = review.id("id")
    created_at, updated_at = review.time("created_at"), review.time("updated_at")
    changed_at = updated_at or created_at or now
    if changed_at is None:
        raise review.field_error("updated_at", "is missing")
    spam = review.values.get("curated") == "spam"
    edited = bool(created_at and updated_at and updated_at > created_at)
    reviewer = review.object("reviewer")
    return ReviewEvent(
        kind=EventKind.WITHDRAWN if spam else EventKind.EDITED if edited else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        # Of two bodies with the same time, the one that is marked as spam is the later: a review
        # must exist before it is marked.
        revision=f"{time_revision(changed_at)}.{int(spam)}",
        author=Author(
            _author_id(reviewer) or anonymous_author(native_id).id, reviewer.one_line("name")
        ),
        rating=review.rating("rating"),
        title=html_to_text(review.text("title"), keep_line_feeds=True),
        text=html_to_text(review.text("body"), keep_line_feeds=True),
        occurred_at=changed_at,
        subject=review.one_line("product_title"),
        partial="body" not in review.values and "title" not in review.values,
    )


def _author_id(reviewer: Fields) -> str | None:
    if email := reviewer.text("email"):
        return author_id_from_email(email)
    number = reviewer.integer("id", 1, 10**15)
    return f"reviewer:{number}" if number else None


CONNECTOR: Connector = JudgeMe()
