"""Judge.me's API, played: judge.me/api/docs (reviews and replies)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)


class SimulatedJudgeMe(SimulatedPlatform):
    """Reviews by id and as a list (newest first, without replies), and public replies.

    The token is taken as the header X-Api-Token or as the query parameter api_token. Not
    documented, and decided so: an unknown review is 404, and a taken reply is answered `{"reply":
    {"id"}}`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-private-token"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "shop_domain": "demo-shop.myshopify.com",
    }

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}
        self._numbers = count(88_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """A delivery's review is the API's."""
        yield KnownResource(str(fields["review"]["id"]), fields["review"])

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path.strip("/").split("/")]:
            case ["GET", "reviews"]:
                return Operation(
                    CallKind.READ,
                    frozenset(),
                    lambda: self._require_auth(request, lambda: self._list(request)),
                )
            case ["GET", "reviews", review]:
                return Operation(
                    CallKind.READ,
                    frozenset({review}),
                    lambda: self._require_auth(request, lambda: self._show(review)),
                )
            case ["POST", "replies"]:
                review_id = str(request.json().get("review_id"))
                return Operation(
                    CallKind.REPLY,
                    frozenset({review_id}),
                    lambda: self._require_auth(request, lambda: self._reply(request.json())),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(422, {"error": "Reply could not be created"})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = {**resource, "id": int(native_id)}

    def reset(self) -> None:
        self._reviews.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        token = request.headers.get("x-api-token") or request.query_value("api_token")
        if (
            token != self.accepted_credentials["api_token"]
            or request.query_value("shop_domain") != self.settings["shop_domain"]
        ):
            return PlatformResponse(401, {"error": "Invalid api_token or shop_domain"})
        return run()

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        page, size = (
            int(request.query_value("page") or 1),
            min(100, int(request.query_value("per_page") or 10)),
        )
        newest = sorted(
            self._reviews.values(), key=lambda review: str(review.get("created_at")), reverse=True
        )
        reviews = newest[(page - 1) * size : page * size]
        return PlatformResponse(200, {"current_page": page, "per_page": size, "reviews": reviews})

    def _show(self, review: str) -> PlatformResponse:
        record = self._reviews.get(review)
        return (
            PlatformResponse(200, {"review": record})
            if record is not None
            else PlatformResponse(404, {"error": "Review not found"})
        )

    def _reply(self, payload: Json) -> PlatformResponse:
        reply: Json = payload.get("reply") or {}
        review, content = str(payload.get("review_id")), reply.get("content")
        if not isinstance(payload.get("review_id"), int) or review not in self._reviews:
            return PlatformResponse(404, {"error": "Review not found"})
        if not isinstance(content, str) or not content.strip():
            return PlatformResponse(422, {"error": "Content can't be blank"})
        number = next(self._numbers)
        self.record_reply(str(number), review, review, content, public=True)
        return PlatformResponse(200, {"reply": {"id": number, "content": content}})


PLATFORM = SimulatedJudgeMe
