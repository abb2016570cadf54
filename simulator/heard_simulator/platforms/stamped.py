"""Stamped's REST API v2, played: stampedsupport.stamped.io (Stamped REST API).

The reply as others saw it work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


class SimulatedStamped(SimulatedPlatform):
    """Reviews with one reply each, behind HTTP Basic with the store's keys.

    A resource is a review as the API lists it.

    Not documented, and decided so: a second reply takes the first one's place, the list comes
    newest first, and an unknown review is 404.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "public_key": "pubkey-demo",
        "private_key": "key-demo",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store_hash": "123456"}
    MAX_PAGE_SIZE: Final = 100

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

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
        match request.path.strip("/").split("/"):
            case ["api", "v2", store, "dashboard", "reviews"] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset(self._reviews),
                    lambda: self._require_auth(request, store, lambda: self._list(request)),
                )
            case ["api", "v2", store, "dashboard", "reviews", review] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({review}),
                    lambda: self._require_auth(request, store, lambda: self._show(review)),
                )
            case ["api", "v2", store, "dashboard", "reviews", review, "reply"] if (
                request.method == "POST"
            ):
                return Operation(
                    CallKind.REPLY,
                    frozenset({review}),
                    lambda: self._require_auth(
                        request, store, lambda: self._reply(request, review)
                    ),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(400, {"message": "The request is invalid."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(
            429, {"message": "Too many requests."}, {"Retry-After": str(seconds)}
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        record = self._reviews.pop(
            native_id, {"reply": None, "dateReplied": None, "isPublicReply": False}
        )
        if resource is not None:
            self._reviews[native_id] = {
                **record,
                **resource,
                "id": int(native_id) if native_id.isdecimal() else native_id,
            }

    def reset(self) -> None:
        self._reviews.clear()

    def _require_auth(
        self, request: PlatformRequest, store: str, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if (
            request.basic()
            != (self.accepted_credentials["public_key"], self.accepted_credentials["private_key"])
            or store != self.settings["store_hash"]
        ):
            return PlatformResponse(
                401, {"message": "Authorization has been denied for this request."}
            )
        return run()

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        page, page_size = (
            int(request.query_value("page") or 1),
            min(int(request.query_value("take") or 20), self.MAX_PAGE_SIZE),
        )
        newest = list(reversed(self._reviews.values()))
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
        record = self._reviews.get(review)
        return PlatformResponse(200, record) if record else self._not_found()

    def _reply(self, request: PlatformRequest, review: str) -> PlatformResponse:
        record, text = self._reviews.get(review), request.json().get("reply")
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
        if record["reply"]:
            self.ledger.remove(self.name, review, self.clock())
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
