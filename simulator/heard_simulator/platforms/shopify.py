"""Shopify's GraphQL Admin API, simulated: product reviews only.

Source: shopify.dev/docs/api/admin-graphql (metaobject, metaobjects).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedShopify(SimulatedPlatform):
    """Metaobjects of the type product_review, by id and listed by their last change.

    A resource is a review, by its number: `{"updatedAt", "fields": [{"key", "value"}]}`. GraphQL
    always answers 200; its errors are in `errors`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "shpat_demo"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "shop_domain": "demo-shop.myshopify.com",
    }
    CLIENT_SECRET: Final = "demo-client-secret"

    @property
    def signing_secret(self) -> str:
        """The client secret of the demo app."""
        return self.CLIENT_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The review of a delivery: it has `fields` as an object, the API has them as a list."""
        if fields.get("type") != "product_review":
            return
        number = str(fields["id"]).rpartition("/")[2]
        metaobject_fields: Json | None = fields.get("fields")
        if metaobject_fields is None:
            yield KnownResource(number, None)
            return
        field_list = [{"key": key, "value": value} for key, value in metaobject_fields.items()]
        yield KnownResource(number, {"updatedAt": fields["updated_at"], "fields": field_list})

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path_parts:
            case ["admin", "api", _, "graphql.json"] if request.method == "POST":
                return self.read(request, lambda: self._run_query(request))
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(403, {"errors": "[API] This action requires merchant approval."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        body = {"errors": "Exceeded 2 calls per second for api client."}
        return PlatformResponse(429, body, {"Retry-After": f"{seconds}.0"})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return {
            "id": f"gid://shopify/Metaobject/{native_id}",
            "type": "product_review",
            "updatedAt": resource["updatedAt"],
            "fields": resource["fields"],
        }

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.headers.get("x-shopify-access-token")
        if token == self.accepted_credentials["access_token"]:
            return None
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return PlatformResponse(401, {"errors": message})

    def _run_query(self, request: PlatformRequest) -> PlatformResponse:
        payload = request.json()
        query = str(payload.get("query", ""))
        variables: Json = payload.get("variables") or {}
        if "metaobjects(" in query:
            return self._list(variables)
        if "metaobject(" in query:
            number = str(variables.get("id", "")).rpartition("/")[2]
            return PlatformResponse(200, {"data": {"metaobject": self.resources.get(number)}})
        return PlatformResponse(
            200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]}
        )

    def _list(self, variables: Json) -> PlatformResponse:
        first, after = int(variables.get("first") or 50), int(variables.get("after") or 0)
        reviews = self.resources.values() if variables.get("type") == "product_review" else ()
        newest = sorted(reviews, key=lambda review: str(review["updatedAt"]), reverse=True)
        nodes, end = newest[after : after + first], after + first
        page_info = {"hasNextPage": end < len(newest), "endCursor": str(end) if nodes else None}
        return PlatformResponse(
            200, {"data": {"metaobjects": {"nodes": nodes, "pageInfo": page_info}}}
        )


PLATFORM = SimulatedShopify
