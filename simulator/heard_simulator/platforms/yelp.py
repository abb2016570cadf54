"""Yelp's partner APIs, played.

Docs.developer.yelp.com/reference/create_review_response, …/docs/private-reviews-api, …/docs/faqs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from itertools import count
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


class SimulatedYelp(SimulatedPlatform):
    """Reviews with one response each.

    A second one by the same user is refused too, since no call changes one.

    A resource is `{"business_id", "rating", "text", "user": {"id", "name"}, "language"}`. Not
    documented, and decided so: the path of the Private Reviews API and its `public_response`, an
    object or null.
    """

    BUSINESS_ID: Final = "kF3vTq8ZrXcL0aWmN5_sPd"
    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "yelp-demo-key",
        "client_id": "yelp-demo-client",
        "client_secret": "yelp-demo-secret",
        "refresh_token": "yelp-demo-refresh",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "business_ids": BUSINESS_ID,
        "api_base": "{url}",
        "partner_api_base": "{url}",
    }
    LIST_SIZE: Final = 200
    MAX_LENGTH: Final = 5_000
    TOKEN_LIFE: Final = 7 * 86_400

    def start(self) -> None:
        self._tokens: set[str] = set()
        self._reviews: dict[str, Json] = {}
        self._numbers = count(1)

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """Removals only: a delivery holds no words."""
        for update in fields.get("data", {}).get("updates", []):
            if update.get("event_type") == "REVIEW_REMOVED_EVENT":
                yield KnownResource(update["review_id"], None)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.strip("/").split("/"):
            case ["oauth2", "token"] if request.method == "POST":
                return Operation(CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request))
            case ["v3", "private", "businesses", business, "reviews"] if request.method == "GET":
                return Operation(
                    CallKind.READ, frozenset(self._reviews), lambda: self._list(request, business)
                )
            case ["reviews", "v1", review] if request.method == "POST":
                return Operation(
                    CallKind.REPLY, frozenset({review}), lambda: self._respond(request, review)
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(
            400, "R2R_PERMISSION_DENIED", "You do not have permission to comment on that review."
        )

    def rate_limit(self, seconds: int) -> PlatformResponse:
        body = {
            "error": {
                "code": "TOO_MANY_REQUESTS_PER_SECOND",
                "description": "You have exceeded the queries-per-second limit.",
            }
        }
        return PlatformResponse(429, body, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            return
        record = self._reviews.pop(
            native_id, {"business_id": self.BUSINESS_ID, "public_response": None}
        )
        self._reviews[native_id] = {**record, **resource, "id": native_id}

    def reset(self) -> None:
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def _sign_in(self, request: PlatformRequest) -> PlatformResponse:
        expected = {
            "grant_type": "refresh_token",
            **{
                name: self.accepted_credentials[name]
                for name in ("client_id", "client_secret", "refresh_token")
            },
        }
        if request.form() != expected:
            return self._error(401, "INVALID_CLIENT", "Client authentication failed.")
        token = f"yelp-{next(self._numbers)}-{secrets.token_urlsafe(16)}"
        self._tokens.add(token)
        return PlatformResponse(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": self.TOKEN_LIFE}
        )

    def _list(self, request: PlatformRequest, business: str) -> PlatformResponse:
        if self.bearer_token(request) != self.accepted_credentials["api_key"]:
            return self._error(401, "TOKEN_INVALID", "Invalid API key or authorization header.")
        newest = [
            review
            for review in reversed(self._reviews.values())
            if review["business_id"] == business
        ]
        reviews = [
            {name: value for name, value in review.items() if name != "business_id"}
            for review in newest[: self.LIST_SIZE]
        ]
        return PlatformResponse(200, {"reviews": reviews, "total": len(newest)})

    def _respond(self, request: PlatformRequest, review: str) -> PlatformResponse:
        if self.bearer_token(request) not in self._tokens:
            return self._error(
                401, "INVALID_TOKEN", "The access token provided is expired, revoked or malformed."
            )
        body, record = request.json(), self._reviews.get(review)
        text = body.get("response_text")
        if body.keys() != {"response_text", "response_type"} or not isinstance(text, str):
            return self._error(
                400,
                "INVALID_REQUEST",
                "Missing a required parameter or includes an unsupported parameter.",
            )
        if body["response_type"] != "public_comment":
            return self._error(400, "R2R_INVALID_RESPONSE_TYPE", "Invalid response type.")
        if record is None:
            return self._error(400, "R2R_REVIEW_DOES_NOT_EXIST", "Review does not exist.")
        if record["public_response"]:
            return self._error(
                400,
                "R2R_ALREADY_COMMENTED",
                "Review already has a comment by a different business user.",
            )
        if not text.strip() or len(text) > self.MAX_LENGTH:
            return self._error(400, "R2R_INVALID_RESPONSE_TEXT", "Invalid response text.")
        if re.search("[\U0001f000-\U0001ffff]", text):
            return self._error(500, "INTERNAL_ERROR", "Internal Error")
        record["public_response"] = {"text": text}
        self.record_reply(review, review, review, text, public=True)
        return PlatformResponse(200, {"success": True})

    def _error(self, status: int, code: str, description: str) -> PlatformResponse:
        return PlatformResponse(status, {"error": {"id": code, "description": description}})


PLATFORM = SimulatedYelp
