"""REVIEWS.io's lists of reviews, simulated.

`GET /merchant/reviews` and `GET /product/reviews/all`. The first page has the number 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform

_LIST_KINDS: Final = {"merchant/reviews": "company", "product/reviews/all": "product"}
_FIELD_NAMES: Final = {
    "company": ("store_review_id", "comments"),
    "product": ("product_review_id", "review"),
}


class SimulatedReviewsIo(SimulatedPlatform):
    """Company and product reviews.

    A resource is a listed review; its id begins with `company-` or `product-`. Assumptions, which
    the documents do not settle: the newest come first, and a wrong key is 401.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_key": "reviews-io-demo-key"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store": "www.demo-store.example"}
    MAX_PAGE_SIZE: Final = 100
    rate_limit_body: ClassVar[object] = {"message": "Too Many Attempts."}

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """The review of a delivery, as the list of company or product reviews shows it."""
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
        return self.read(request, lambda: self._list(request, kind), *self.resources)

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(401, {"message": "Invalid API key."})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        kind, _, number = native_id.partition("-")
        return {_FIELD_NAMES[kind][0]: number} | previous | resource

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        expected = (self.accepted_credentials["api_key"], self.settings["store"])
        if (request.headers.get("apikey"), request.headers.get("store")) == expected:
            return None
        return self.rejection()

    def _list(self, request: PlatformRequest, kind: str) -> PlatformResponse:
        size = min(request.query_number("per_page", 20), self.MAX_PAGE_SIZE)
        page = request.query_number("page", 0)
        newest = [
            review for id, review in reversed(self.resources.items()) if id.startswith(f"{kind}-")
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
