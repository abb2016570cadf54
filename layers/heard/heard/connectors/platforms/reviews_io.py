"""REVIEWS.io company and product reviews.

A delivery is one review as it was submitted: `{"id", "review_type": "company" | "product",
"order_id", "rating", "comments", "user": {"name", "email_address"}, "product": {"sku"}}`. The
document shows a template, so numbers may come as text; both give the same event. Nothing is signed.
The secret address protects the webhook, and `fetch` finds a review among the newest ones.

The ids of company and of product reviews are two series, so an event's id is the type and the id.

Order. Nothing in a delivery or in the lists dates an edit, and no event reports one. So every
version of a review has the same revision, and only its digest tells a polled edit from the first
words. A delivery has no title. A title is used only where a listed review has no other words: else
one review would seem to say two things.

The author is known by the hash of the e-mail address. The address itself never becomes an id.

Sources: developer.reviews.io/reference/2966f9313240bd3856bb4045dac3731f (webhook). The lists `GET
/merchant/reviews` and `GET /product/reviews/all`, with `store` and `apikey` as headers, `page`
(from 0), `per_page` and `total_pages`, are from programs that use them. We found no document of a
call that replies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReviewPage,
    SecretOrigin,
    WebhookRequest,
)
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    author_id_from_email,
    parse_one,
    read_object,
    test_event,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi, page_number
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision

_API: Final = "https://api.reviews.io"
_TITLE: Final = "REVIEWS.io"
_PAGE_SIZE: Final = 100
_MAX_PAGES: Final = 3
"""How many pages of the newest reviews `fetch` reads to find one review."""


@dataclass(frozen=True, slots=True)
class _ReviewKind:
    """One of the two kinds of review: where it is listed, and the names of its fields there."""

    name: str
    path: str
    id_field: str
    text_field: str


_REVIEW_KINDS: Final = (
    _ReviewKind("company", "/merchant/reviews", "store_review_id", "comments"),
    _ReviewKind("product", "/product/reviews/all", "product_review_id", "review"),
)


class ReviewsIo(ReviewApi):
    """The connector of one store's reviews at REVIEWS.io."""

    capabilities = Capabilities(
        platform="reviews_io",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="polled",
        deletions="polled",
        replies="none",
        reply_limit=4_000,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        signed=False,
        secret_origin=SecretOrigin.NONE,
        poll_seconds=900,
        settings={"store": "the store id of the REVIEWS.io account, such as www.example.com"},
        optional_settings={"api_base": f"where the API is (default {_API})"},
        credentials={"api_key": "the API key, in REVIEWS.io under Integrations, API"},
        guide=(
            "1. In REVIEWS.io open Integrations, API, and copy store id and API key; enter both "
            "here.\n"
            "2. Add a webhook for submitted reviews with the address shown here: in Integrations, "
            "Webhooks, or by POST /webhook/add.\n"
            "3. Keep the address secret: REVIEWS.io does not sign what it sends, so anybody who "
            "knows the address can send reviews."
        ),
        limitations=(
            "Heard cannot reply: no call for that is documented. Reply in REVIEWS.io, and record "
            "it in Heard.",
            "REVIEWS.io does not report edits and deletions; Heard finds them when it polls, "
            "without the order of edits.",
            "A review that is not among the newest 300 of its kind cannot be read.",
        ),
        verified=(
            "The names of a delivery's fields are checked against the template in the "
            "documentation.",
        ),
        assumptions=(
            "Ids and ratings of a delivery are text or numbers: the document shows a template, "
            "and Heard reads both.",
            "The lists come newest first, and their first page is 0.",
        ),
    )

    delivery_status = 200  # Which success REVIEWS.io wants is not documented.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review of a delivery; an empty delivery is a test. Raises Unparseable."""
        body = Fields(read_object(request.body))
        return parse_one(body, _delivery_event) if body.values else ParsedDelivery((test_event(),))

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The store's API key in a header."""
        if rejection := self.missing(account):
            return rejection
        store = account.setting("store")
        headers = {"store": store, "apikey": account.credential("api_key")}
        return ApiAccess(account.address("api_base", _API), headers, {"store": store})

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | None:
        """The review, if it is among the newest of its kind: there is no call for one review."""
        kind = next((kind for kind in _REVIEW_KINDS if native_id.startswith(f"{kind.name}-")), None)
        if kind is None:
            return None
        for number in range(_MAX_PAGES):
            page = self._read_list(kind, str(number), account)
            if isinstance(page, Rejection):
                return None
            for event in page.events:
                if event.native_id == native_id:
                    return event
            if page.next_cursor is None:
                break
        return None

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of company reviews and one of product reviews, together.

        The cursor is the number of both pages.
        """
        pages: list[ReviewPage] = []
        for kind in _REVIEW_KINDS:
            page = self._read_list(kind, cursor, account)
            if isinstance(page, Rejection):
                return page
            pages.append(page)
        events = [event for page in pages for event in page.events]
        return ReviewPage(
            tuple(sorted(events, key=_written_at, reverse=True)),
            next((page.next_cursor for page in pages if page.next_cursor), None),
            tuple(problem for page in pages for problem in page.problems),
        )

    def _read_list(
        self, kind: _ReviewKind, cursor: str | None, account: PlatformAccount
    ) -> ReviewPage | Rejection:
        query = {
            "page": str(page_number(cursor, first=0)),
            "per_page": str(_PAGE_SIZE),
            "sort": "date_desc",
        }
        return self.read_page(ApiRequest("GET", kind.path, query), cursor, account)

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """A page of one kind of review. The first page has the number 0."""
        page_count = response.integer("total_pages", 0, 10**9) or 0
        next_number = page_number(cursor, first=0) + 1
        return EntryPage(
            response.entries("reviews"), str(next_number) if next_number < page_count else None
        )

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of either kind. The field of its id tells the kind."""
        kind = next((kind for kind in _REVIEW_KINDS if kind.id_field in entry.values), None)
        if kind is None:
            raise entry.field_error("store_review_id or product_review_id", "is missing")
        return _list_entry_event(kind, entry)


def _written_at(event: ReviewEvent) -> datetime:
    return event.occurred_at or datetime.min.replace(tzinfo=UTC)


def _delivery_event(body: Fields) -> ReviewEvent:
    user, product = body.object("user"), body.object("product")
    type_name = (
        body.one_line("review_type") or ("product" if product.values else "company")
    ).lower()
    kind = next((kind for kind in _REVIEW_KINDS if kind.name == type_name), None)
    if kind is None:
        raise body.field_error("review_type", "is neither company nor product")
    return _review_event(
        kind,
        body,
        body.id("id"),
        user.one_line("name"),
        user.one_line("email_address"),
        body.text("comments"),
        product.one_line("sku"),
    )


def _list_entry_event(kind: _ReviewKind, review: Fields) -> ReviewEvent:
    reviewer = review.object("reviewer")
    name = " ".join(
        part for part in (reviewer.one_line("first_name"), reviewer.one_line("last_name")) if part
    )
    text = review.text(kind.text_field) or review.text("title")
    return _review_event(
        kind,
        review,
        review.id(kind.id_field),
        name or None,
        reviewer.one_line("email"),
        text,
        review.one_line("sku"),
    )


def _review_event(
    kind: _ReviewKind,
    review: Fields,
    number: str,
    name: str | None,
    email: str | None,
    text: str | None,
    sku: str | None,
) -> ReviewEvent:
    native_id = f"{kind.name}-{number}"
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=number_revision(0),
        author=Author(
            author_id_from_email(email)
            if email and "@" in email
            else anonymous_author(native_id).id,
            name,
        ),
        rating=review.rating("rating"),
        text=text,
        occurred_at=review.time("date_created"),
        subject=sku,
    )


CONNECTOR: Connector = ReviewsIo()
