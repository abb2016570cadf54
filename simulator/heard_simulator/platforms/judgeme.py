"""Judge.me's API, simulated. Source: judge.me/api/docs (reviews and replies)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedJudgeMe(SimulatedPlatform):
    """Reviews by id and as a list (newest first, without replies), and public replies.

    The token comes in the header X-Api-Token or in the query parameter api_token. Assumptions,
    which the documents do not settle: an unknown review is 404, and the response to a reply is
    `{"reply": {"id"}}`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-private-token"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "shop_domain": "demo-shop.myshopify.com",
    }

    def start(self) -> None:
        self._numbers = count(88_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The review of a delivery, as it is: the API shows the same."""
        yield KnownResource(str(fields["review"]["id"]), fields["review"])

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path_parts]:
            case ["GET", "reviews"]:
                return self.read(request, lambda: self._list(request))
            case ["GET", "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "replies"]:
                review_id = str(request.json().get("review_id"))
                return self.reply(request, lambda: self._reply(request.json()), review_id)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(422, {"error": "Reply could not be created"})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return {**resource, "id": int(native_id)}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.headers.get("x-api-token") or request.query_value("api_token")
        if (
            token != self.accepted_credentials["api_token"]
            or request.query_value("shop_domain") != self.settings["shop_domain"]
        ):
            return PlatformResponse(401, {"error": "Invalid api_token or shop_domain"})
        return None

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        page = request.query_number("page", 1)
        size = min(100, request.query_number("per_page", 10))
        newest = sorted(
            self.resources.values(), key=lambda review: str(review.get("created_at")), reverse=True
        )
        reviews = newest[(page - 1) * size : page * size]
        return PlatformResponse(200, {"current_page": page, "per_page": size, "reviews": reviews})

    def _show(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
        return (
            PlatformResponse(200, {"review": record})
            if record is not None
            else PlatformResponse(404, {"error": "Review not found"})
        )

    def _reply(self, payload: Json) -> PlatformResponse:
        reply: Json = payload.get("reply") or {}
        review, content = str(payload.get("review_id")), reply.get("content")
        if not isinstance(payload.get("review_id"), int) or review not in self.resources:
            return PlatformResponse(404, {"error": "Review not found"})
        if not isinstance(content, str) or not content.strip():
            return PlatformResponse(422, {"error": "Content can't be blank"})
        number = next(self._numbers)
        self.record_reply(str(number), review, review, content, public=True)
        return PlatformResponse(200, {"reply": {"id": number, "content": content}})


PLATFORM = SimulatedJudgeMe
