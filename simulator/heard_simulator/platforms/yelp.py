"""Yelp's partner APIs, simulated.

Sources: docs.developer.yelp.com/reference/create_review_response, …/docs/private-reviews-api,
…/docs/faqs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedYelp(SimulatedPlatform):
    """Reviews with one response each. No call changes a response, so a second one is refused.

    A resource is `{"business_id", "rating", "text", "user": {"id", "name"}, "language"}`.
    Assumptions, which the documents do not settle: the path of the Private Reviews API, and its
    `public_response` (an object or null).
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
    TOKEN_LIFE: Final = timedelta(days=7)
    rate_limit_body: ClassVar[object] = {
        "error": {
            "code": "TOO_MANY_REQUESTS_PER_SECOND",
            "description": "You have exceeded the queries-per-second limit.",
        }
    }

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """Removals only: a delivery does not hold the review's words."""
        for update in fields.get("data", {}).get("updates", []):
            if update.get("event_type") == "REVIEW_REMOVED_EVENT":
                yield KnownResource(update["review_id"], None)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path_parts:
            case ["oauth2", "token"] if request.method == "POST":
                return self.sign_in(lambda: self._sign_in(request))
            case ["v3", "private", "businesses", business, "reviews"] if request.method == "GET":
                return self.read(request, lambda: self._list(business), *self.resources)
            case ["reviews", "v1", review] if request.method == "POST":
                return self.reply(request, lambda: self._respond(request, review), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(
            400, "R2R_PERMISSION_DENIED", "You do not have permission to comment on that review."
        )

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        defaults = {"business_id": self.BUSINESS_ID, "public_response": None}
        return defaults | previous | resource | {"id": native_id}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        # Reading takes the API key; a response takes the token of a business user.
        if request.method == "GET":
            if request.bearer() == self.accepted_credentials["api_key"]:
                return None
            return self._error(401, "TOKEN_INVALID", "Invalid API key or authorization header.")
        if self.has_token(request.bearer()):
            return None
        message = "The access token provided is expired, revoked or malformed."
        return self._error(401, "INVALID_TOKEN", message)

    def _sign_in(self, request: PlatformRequest) -> PlatformResponse:
        names = ("client_id", "client_secret", "refresh_token")
        expected = {name: self.accepted_credentials[name] for name in names}
        expected["grant_type"] = "refresh_token"
        if request.form() != expected:
            return self._error(401, "INVALID_CLIENT", "Client authentication failed.")
        token = self.issue_token(self.TOKEN_LIFE, "yelp-")
        seconds = int(self.TOKEN_LIFE.total_seconds())
        return PlatformResponse(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        )

    def _list(self, business: str) -> PlatformResponse:
        newest = [
            review
            for review in reversed(self.resources.values())
            if review["business_id"] == business
        ]
        reviews = [
            {name: value for name, value in review.items() if name != "business_id"}
            for review in newest[: self.LIST_SIZE]
        ]
        return PlatformResponse(200, {"reviews": reviews, "total": len(newest)})

    def _respond(self, request: PlatformRequest, review: str) -> PlatformResponse:
        body, record = request.json(), self.resources.get(review)
        text = body.get("response_text")
        if body.keys() != {"response_text", "response_type"} or not isinstance(text, str):
            message = "Missing a required parameter or includes an unsupported parameter."
            return self._error(400, "INVALID_REQUEST", message)
        if body["response_type"] != "public_comment":
            return self._error(400, "R2R_INVALID_RESPONSE_TYPE", "Invalid response type.")
        if record is None:
            return self._error(400, "R2R_REVIEW_DOES_NOT_EXIST", "Review does not exist.")
        if record["public_response"]:
            message = "Review already has a comment by a different business user."
            return self._error(400, "R2R_ALREADY_COMMENTED", message)
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
