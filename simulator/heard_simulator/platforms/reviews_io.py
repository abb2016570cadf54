"""REVIEWS.io's lists of reviews, played.

`GET /merchant/reviews` and `GET /product/reviews/all`, pages from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)

_LIST_KINDS: Final = {"merchant/reviews": "company", "product/reviews/all": "product"}
_FIELD_NAMES: Final = {
    "company": ("store_review_id", "comments"),
    "product": ("product_review_id", "review"),
}


class SimulatedReviewsIo(SimulatedPlatform):
    """Company and product reviews. A resource is a listed review.

    Its id begins with `company-` or `product-`.

    Not documented, and decided so: the newest come first, and a wrong key is 401.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_key": "reviews-io-demo-key"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store": "www.demo-store.example"}
    MAX_PAGE_SIZE: Final = 100

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """The review of a delivery, as the list of its kind shows it."""
        if "id" not in fields:
            return
        kind: str = fields["review_type"]
        id_field, text_field = _FIELD_NAMES[kind]
        first_name, _, last_name = str(fields["user"]["name"]).partition(" ")
        reviewer = {
            "first_name": first_name,
            "last_name": last_name,
            "email": fields["user"]["email_address"],
        }
        review: Json = {
            id_field: int(fields["id"]),
            text_field: fields["comments"],
            "rating": int(fields["rating"]),
            "reviewer": reviewer,
            "replies": [],
        }
        if "product" in fields:
            review["sku"] = fields["product"]["sku"]
        yield KnownResource(f"{kind}-{fields['id']}", review)

    def operation(self, request: PlatformRequest) -> Operation | None:
        kind = _LIST_KINDS.get(request.path.strip("/"))
        if kind is None or request.method != "GET":
            return None
        return Operation(CallKind.READ, frozenset(self._reviews), lambda: self._list(request, kind))

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(401, {"message": "Invalid API key."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(
            429, {"message": "Too Many Attempts."}, {"Retry-After": str(seconds)}
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        kind, _, number = native_id.partition("-")
        record = self._reviews.pop(native_id, {_FIELD_NAMES[kind][0]: number})
        if resource is not None:
            self._reviews[native_id] = {**record, **resource}

    def reset(self) -> None:
        self._reviews.clear()

    def _list(self, request: PlatformRequest, kind: str) -> PlatformResponse:
        if (request.headers.get("apikey"), request.headers.get("store")) != (
            self.accepted_credentials["api_key"],
            self.settings["store"],
        ):
            return self.rejection()
        size, page = (
            min(int(request.query_value("per_page") or 20), self.MAX_PAGE_SIZE),
            int(request.query_value("page") or 0),
        )
        newest = [
            review for id, review in reversed(self._reviews.items()) if id.startswith(f"{kind}-")
        ]
        pages = -(-len(newest) // size)
        return PlatformResponse(
            200,
            {
                "stats": {"total_reviews": len(newest)},
                "reviews": newest[size * page : size * (page + 1)],
                "total_pages": pages,
            },
        )


PLATFORM = SimulatedReviewsIo
