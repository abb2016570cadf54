"""Stamped's REST API v2, simulated.

Source: stampedsupport.stamped.io (Stamped REST API). The reply works as in public code.
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


class SimulatedStamped(SimulatedPlatform):
    """Reviews with one reply each. A call needs HTTP Basic with the store's keys.

    A resource is a review as the API lists it. Assumptions, which the documents do not settle: a
    second reply replaces the first one, the list comes newest first, and an unknown review is 404.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "public_key": "pubkey-demo",
        "private_key": "key-demo",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store_hash": "123456"}
    MAX_PAGE_SIZE: Final = 100
    rate_limit_body: ClassVar[object] = {"message": "Too many requests."}

    @property
    def signing_secret(self) -> str:
        return "stamped-demo-webhook-secret"

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """The review of a delivery, under the names of the API."""
        if "reviewMessage" not in fields:
            return
        names = {
            "author": "author",
            "customerEmail": "email",
            "reviewTitle": "title",
            "reviewMessage": "body",
            "reviewRating": "rating",
            "dateCreated": "dateCreated",
            "productName": "productTitle",
            "reviewReply": "reply",
            "dateReplied": "dateReplied",
        }
        yield KnownResource(
            str(fields["id"]), {api: fields.get(webhook) for webhook, api in names.items()}
        )

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path_parts]:
            case ["GET", "api", "v2", _, "dashboard", "reviews"]:
                return self.read(request, lambda: self._list(request), *self.resources)
            case ["GET", "api", "v2", _, "dashboard", "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "api", "v2", _, "dashboard", "reviews", review, "reply"]:
                return self.reply(request, lambda: self._reply(request, review), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(400, {"message": "The request is invalid."})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        defaults = {"reply": None, "dateReplied": None, "isPublicReply": False}
        number = int(native_id) if native_id.isdecimal() else native_id
        return defaults | previous | resource | {"id": number}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        keys = (self.accepted_credentials["public_key"], self.accepted_credentials["private_key"])
        store = request.path_parts[2]
        if request.basic() == keys and store == self.settings["store_hash"]:
            return None
        message = "Authorization has been denied for this request."
        return PlatformResponse(401, {"message": message})

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        page = request.query_number("page", 1)
        page_size = min(request.query_number("take", 20), self.MAX_PAGE_SIZE)
        newest = list(reversed(self.resources.values()))
        results = [
            {"review": review, "customer": None}
            for review in newest[page_size * (page - 1) : page_size * page]
        ]
        return PlatformResponse(
            200,
            {
                "page": page,
                "total": len(newest),
                "totalPages": -(-len(newest) // page_size),
                "results": results,
            },
        )

    def _show(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
        return PlatformResponse(200, record) if record else self._not_found()

    def _reply(self, request: PlatformRequest, review: str) -> PlatformResponse:
        record, text = self.resources.get(review), request.json().get("reply")
        if record is None:
            return self._not_found()
        private, email_customer = request.query_value("isPrivate"), request.query_value("isEmail")
        if (
            not isinstance(text, str)
            or not text.strip()
            or private not in {"true", "false"}
            or email_customer not in {"true", "false"}
        ):
            return self.rejection()
        self.remove_reply(review)
        record |= {
            "reply": text,
            "dateReplied": self.clock().isoformat(),
            "isPublicReply": private == "false",
        }
        self.record_reply(review, review, review, text, public=private == "false")
        return PlatformResponse(200, text)

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(404, {"message": "Not found."})


PLATFORM = SimulatedStamped
