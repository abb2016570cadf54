"""REVIEWS.io's lists of reviews, played.

`GET /merchant/reviews` and `GET /product/reviews/all`, pages from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform

_LISTS: Final = {"merchant/reviews": "company", "product/reviews/all": "product"}
_NAMES: Final = {
    "company": ("store_review_id", "comments"),
    "product": ("product_review_id", "review"),
}


class ReviewsIo(Platform):
    """Company and product reviews. A resource is a listed review.

    Its id begins with `company-` or `product-`.

    Not documented, and decided so: the newest come first, and a wrong key is 401.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_key": "reviews-io-demo-key"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store": "www.demo-store.example"}
    MOST: Final = 100

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

    @staticmethod
    def known(fields: Json, now: object) -> Iterator[Known]:
        """The review of a delivery, as the list of its kind shows it."""
        if "id" not in fields:
            return
        kind: str = fields["review_type"]
        id, text = _NAMES[kind]
        first, _, last = str(fields["user"]["name"]).partition(" ")
        reviewer = {
            "first_name": first,
            "last_name": last,
            "email": fields["user"]["email_address"],
        }
        shown: Json = {
            id: int(fields["id"]),
            text: fields["comments"],
            "rating": int(fields["rating"]),
            "reviewer": reviewer,
            "replies": [],
        }
        if "product" in fields:
            shown["sku"] = fields["product"]["sku"]
        yield Known(f"{kind}-{fields['id']}", shown)

    def operation(self, ask: Ask) -> Operation | None:
        kind = _LISTS.get(ask.path.strip("/"))
        if kind is None or ask.method != "GET":
            return None
        return Operation(Calls.LOOK, frozenset(self._reviews), lambda: self._list(ask, kind))

    def rejection(self) -> Answer:
        return Answer(401, {"message": "Invalid API key."})

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(429, {"message": "Too Many Attempts."}, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        kind, _, number = native_id.partition("-")
        known = self._reviews.pop(native_id, {_NAMES[kind][0]: number})
        if resource is not None:
            self._reviews[native_id] = {**known, **resource}

    def reset(self) -> None:
        self._reviews.clear()

    def _list(self, ask: Ask, kind: str) -> Answer:
        if (ask.headers.get("apikey"), ask.headers.get("store")) != (
            self.accepts["api_key"],
            self.settings["store"],
        ):
            return self.rejection()
        size, page = min(int(ask.asked("per_page") or 20), self.MOST), int(ask.asked("page") or 0)
        newest = [
            review for id, review in reversed(self._reviews.items()) if id.startswith(f"{kind}-")
        ]
        pages = -(-len(newest) // size)
        return Answer(
            200,
            {
                "stats": {"total_reviews": len(newest)},
                "reviews": newest[size * page : size * (page + 1)],
                "total_pages": pages,
            },
        )


PLATFORM = ReviewsIo
