"""Shopify's GraphQL Admin API, played as far as product reviews go.

Shopify.dev/docs/api/admin-graphql (metaobject, metaobjects).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Shopify(Platform):
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
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The review in a metaobject's webhook.

        The webhook writes `fields` as an object and the API as a list.
        """
        if fields.get("type") != "product_review":
            return
        number = str(fields["id"]).rpartition("/")[2]
        said: Json | None = fields.get("fields")
        listed = (
            [{"key": key, "value": value} for key, value in said.items()]
            if said is not None
            else None
        )
        yield Known(
            number,
            {"updatedAt": fields["updated_at"], "fields": listed} if listed is not None else None,
        )

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.strip("/").split("/"):
            case ["admin", "api", _, "graphql.json"] if ask.method == "POST":
                return Operation(Calls.LOOK, frozenset(), lambda: self._answer(ask))
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(403, {"errors": "[API] This action requires merchant approval."})

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(
            429,
            {"errors": "Exceeded 2 calls per second for api client."},
            {"Retry-After": f"{seconds}.0"},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
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

    def _answer(self, ask: Ask) -> Answer:
        if ask.headers.get("x-shopify-access-token") != self.accepts["access_token"]:
            return Answer(
                401,
                {
                    "errors": "[API] Invalid API key or access token (unrecognized login or wrong "
                    "password)"
                },
            )
        asked = ask.json()
        query = str(asked.get("query", ""))
        variables: Json = asked.get("variables") or {}
        if "metaobjects(" in query:
            return self._list(variables)
        if "metaobject(" in query:
            number = str(variables.get("id", "")).rpartition("/")[2]
            return Answer(200, {"data": {"metaobject": self._reviews.get(number)}})
        return Answer(
            200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]}
        )

    def _list(self, variables: Json) -> Answer:
        if variables.get("type") != "product_review":
            return Answer(
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
        pages = {"hasNextPage": end < len(newest), "endCursor": str(end) if nodes else None}
        return Answer(200, {"data": {"metaobjects": {"nodes": nodes, "pageInfo": pages}}})


PLATFORM = Shopify
