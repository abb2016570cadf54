"""Shopify's GraphQL Admin API, played as far as product reviews go.

Shopify.dev/docs/api/admin-graphql (metaobject, metaobjects).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
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


class SimulatedShopify(SimulatedPlatform):
    """Metaobjects of the type product_review, by id and listed by their last change.

    It knows a review by its number as `{"updatedAt", "fields": [{"key", "value"}]}`. GraphQL
    answers 200 whatever happens; what went wrong is in `errors`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "shpat_demo"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "shop_domain": "demo-shop.myshopify.com",
    }
    CLIENT_SECRET: Final = "demo-client-secret"

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

    @property
    def signing_secret(self) -> str:
        """The client secret of the demo app."""
        return self.CLIENT_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The review in a metaobject's webhook.

        The webhook writes `fields` as an object and the API as a list.
        """
        if fields.get("type") != "product_review":
            return
        number = str(fields["id"]).rpartition("/")[2]
        metaobject_fields: Json | None = fields.get("fields")
        field_list = (
            [{"key": key, "value": value} for key, value in metaobject_fields.items()]
            if metaobject_fields is not None
            else None
        )
        yield KnownResource(
            number,
            {"updatedAt": fields["updated_at"], "fields": field_list}
            if field_list is not None
            else None,
        )

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.strip("/").split("/"):
            case ["admin", "api", _, "graphql.json"] if request.method == "POST":
                return Operation(CallKind.READ, frozenset(), lambda: self._run_query(request))
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(403, {"errors": "[API] This action requires merchant approval."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(
            429,
            {"errors": "Exceeded 2 calls per second for api client."},
            {"Retry-After": f"{seconds}.0"},
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = {
                "id": f"gid://shopify/Metaobject/{native_id}",
                "type": "product_review",
                "updatedAt": resource["updatedAt"],
                "fields": resource["fields"],
            }

    def reset(self) -> None:
        self._reviews.clear()

    def _run_query(self, request: PlatformRequest) -> PlatformResponse:
        if (
            request.headers.get("x-shopify-access-token")
            != self.accepted_credentials["access_token"]
        ):
            return PlatformResponse(
                401,
                {
                    "errors": "[API] Invalid API key or access token (unrecognized login or wrong "
                    "password)"
                },
            )
        payload = request.json()
        query = str(payload.get("query", ""))
        variables: Json = payload.get("variables") or {}
        if "metaobjects(" in query:
            return self._list(variables)
        if "metaobject(" in query:
            number = str(variables.get("id", "")).rpartition("/")[2]
            return PlatformResponse(200, {"data": {"metaobject": self._reviews.get(number)}})
        return PlatformResponse(
            200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]}
        )

    def _list(self, variables: Json) -> PlatformResponse:
        if variables.get("type") != "product_review":
            return PlatformResponse(
                200,
                {
                    "data": {
                        "metaobjects": {
                            "nodes": [],
                            "pageInfo": {"hasNextPage": False, "endCursor": None},
                        }
                    }
                },
            )
        first, after = int(variables.get("first") or 50), int(variables.get("after") or 0)
        newest = sorted(
            self._reviews.values(), key=lambda review: str(review["updatedAt"]), reverse=True
        )
        nodes, end = newest[after : after + first], after + first
        page_info = {"hasNextPage": end < len(newest), "endCursor": str(end) if nodes else None}
        return PlatformResponse(
            200, {"data": {"metaobjects": {"nodes": nodes, "pageInfo": page_info}}}
        )


PLATFORM = SimulatedShopify
