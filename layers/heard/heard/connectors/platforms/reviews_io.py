"""REVIEWS.io company and product reviews.

A delivery is one review as it was submitted: `{"id", "review_type": "company" | "product",
"order_id", "rating", "comments", "user": {"name", "email_address"}, "product": {"sku"}}`. The
document shows a template, so that numbers may come as text; both give the same event. Nothing is
signed: what protects the address is that nobody can guess it, and `fetch` looks a review up among
the newest listed.

The ids of company and of product reviews are two series, so an event's id is the type and the id.

Order. Nothing in a delivery or in the lists dates an edit, and no event tells of one: every version
of a review has the same revision, and edits found by listing are told from the first words only by
their digest. Titles are not part of a delivery and only stand in where a listed review has no other
words; else one review would seem to say two things.

The reviewer's e-mail address never becomes an id: the author is known by its hash.

Sources: developer.reviews.io/reference/2966f9313240bd3856bb4045dac3731f (webhook). The lists `GET
/merchant/reviews` and `GET /product/reviews/all`, with `store` and `apikey` as headers, `page`
(from 0), `per_page` and `total_pages`, are from programs that use them. No document of a call that
replies was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    Page,
    Parsed,
    Rejected,
    Request,
    Response,
    Secret,
)
from heard.connectors.http import ask
from heard.connectors.parsing import Fields, by_email, each, nobody, one, read_object, test_event
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision

_API: Final = "https://api.reviews.io"
_TITLE: Final = "REVIEWS.io"
_PAGE: Final = 100
_PAGES: Final = 3
"""How many pages of the newest reviews are looked through for one of them before saying that it
cannot be read.
"""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two kinds of review: where it is listed, and what its fields are called there."""

    name: str
    path: str
    id: str
    text: str


_KINDS: Final = (
    _Kind("company", "/merchant/reviews", "store_review_id", "comments"),
    _Kind("product", "/product/reviews/all", "product_review_id", "review"),
)


class ReviewsIo(Connector):
    """The connector of REVIEWS.io."""

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
        secret=Secret.NONE,
        poll_seconds=900,
        settings={"store": "the store id of the REVIEWS.io account, such as www.example.com"},
        optional_settings={"api_base": f"where the API is ({_API} if not said)"},
        credentials={"api_key": "the API key, in REVIEWS.io under Integrations, API"},
        guide=(
            "1. In REVIEWS.io open Integrations, API, and copy store id and API key; enter both "
            "here.\n"
            "2. Add a webhook for submitted reviews with the address shown here: in Integrations, "
            "Webhooks, or by POST /webhook/add.\n"
            "3. Keep the address to yourself: REVIEWS.io does not sign what it sends, so whoever "
            "knows it can send reviews."
        ),
        cannot=(
            "Heard cannot reply: no call for it is documented. Answer in REVIEWS.io, and say in "
            "Heard that you did.",
            "REVIEWS.io does not tell of edits and deletions; Heard finds them when it lists "
            "reviews, without the order of edits.",
            "A review that is not among the newest 300 of its kind cannot be read.",
        ),
        proof=("The names of a delivery's fields, against the template in the documentation.",),
        unproven=(
            "Whether ids and ratings of a delivery are text or numbers: the document shows a "
            "template; both are read.",
            "That the lists come newest first, and that their first page is 0.",
        ),
    )

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The review of a delivery; an empty one is taken for a test. Raises Unparseable."""
        body = Fields(read_object(request.body))
        return one(body, _submitted) if body.values else Parsed((test_event(),))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200: which success it wants is not documented."""
        return Response(200, "{}")

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | None:
        """The review, if it is among the newest of its kind: there is no call for one review."""
        for kind in _KINDS:
            if not native_id.startswith(f"{kind.name}-"):
                continue
            for number in range(_PAGES):
                page = _listed(kind, number, connection, credentials, http)
                if isinstance(page, Rejected):
                    return None
                for event in page.events:
                    if event.native_id == native_id:
                        return event
                if page.older is None:
                    break
        return None

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of company reviews and one of product reviews, together.

        The cursor is their number.
        """
        number = int(cursor) if cursor and cursor.isdecimal() else 0
        pages: list[Page] = []
        for kind in _KINDS:
            page = _listed(kind, number, connection, credentials, http)
            if isinstance(page, Rejected):
                return page
            pages.append(page)
        events = sorted(
            (event for page in pages for event in page.events), key=_written, reverse=True
        )
        older = next((page.older for page in pages if page.older), None)
        return Page(
            tuple(events), older, tuple(problem for page in pages for problem in page.problems)
        )


def _written(event: ReviewEvent) -> datetime:
    return event.occurred_at or datetime.min.replace(tzinfo=UTC)


def _submitted(body: Fields) -> ReviewEvent:
    user, product = body.object("user"), body.object("product")
    told = (body.label("review_type") or ("product" if product.values else "company")).lower()
    kind = next((kind for kind in _KINDS if kind.name == told), None)
    if kind is None:
        raise body.unreadable("review_type", "is neither company nor product")
    return _said(
        kind,
        body,
        body.id("id"),
        user.label("name"),
        user.label("email_address"),
        body.text("comments"),
        product.label("sku"),
    )


def _shown(kind: _Kind, review: Fields) -> ReviewEvent:
    reviewer = review.object("reviewer")
    name = " ".join(
        part for part in (reviewer.label("first_name"), reviewer.label("last_name")) if part
    )
    text = review.text(kind.text) or review.text("title")
    return _said(
        kind,
        review,
        review.id(kind.id),
        name or None,
        reviewer.label("email"),
        text,
        review.label("sku"),
    )


def _said(
    kind: _Kind,
    review: Fields,
    number: str,
    name: str | None,
    address: str | None,
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
            by_email(address) if address and "@" in address else nobody(native_id).id, name
        ),
        rating=review.rating("rating"),
        text=text,
        occurred_at=review.time("date_created"),
        subject=sku,
    )


def _listed(
    kind: _Kind, number: int, connection: Connection, credentials: Mapping[str, str], http: Http
) -> Page | Rejected:
    store, key = connection.settings.get("store", "").strip(), credentials.get("api_key", "")
    if not (store and key):
        return Rejected(
            "no_credentials", "Enter store and api_key to read reviews from REVIEWS.io."
        )
    base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
    query = urlencode({"store": store, "page": number, "per_page": _PAGE, "sort": "date_desc"})
    headers = {"store": store, "apikey": key, "accept": "application/json"}
    answer = ask(http, _TITLE, "GET", f"{base}{kind.path}?{query}", headers=headers)
    if isinstance(answer, Rejected):
        return answer
    try:
        listed = Fields(read_object(answer.body), "the answer")
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error
    reviews, pages = listed.values.get("reviews"), listed.whole("total_pages", 0, 10**9) or 0
    try:
        parsed = each(
            cast("list[object]", reviews) if isinstance(reviews, list) else [],
            "review",
            lambda review: _shown(kind, review),
        )
    except Unparseable as error:
        parsed = Parsed(problems=(error.detail,))
    return Page(parsed.events, str(number + 1) if number + 1 < pages else None, parsed.problems)


CONNECTOR: Connector = ReviewsIo()
