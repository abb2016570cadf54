"""Trustpilot's API, played.

Developers.trustpilot.com/grant-type-client-credentials, …/service-reviews-api.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    ReceivedReply,
    SimulatedPlatform,
    iso_millis,
)


class SimulatedTrustpilot(SimulatedPlatform):
    """Service reviews with one company reply each, behind OAuth client credentials.

    Not documented, and decided so: a second reply without deleting the first is 409, an unknown
    review 404, deleting answers 204, and posting answers 201 without a body.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "demo-key",
        "api_secret": "demo-secret",
        "business_user_id": "5f0c1e5d8f1b2a0001c0ffee",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    SIGN_IN_PATH: Final = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
    TOKEN_LIFE: Final = timedelta(seconds=359_999)

    def start(self) -> None:
        self._tokens: dict[str, datetime] = {}
        self._reviews: dict[str, Json] = {}
        self._numbers = count(1)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """Of the reviews in a batch, what the API shows.

        Only the name of the author's name differs.
        """
        for event in fields.get("events", []):
            data: Json = event["eventData"]
            if event["eventName"] == "service-review-deleted":
                yield KnownResource(data["id"], None)
                continue
            consumer: Json = data.get("consumer", {})
            names = ("stars", "title", "text", "language", "createdAt", "isVerified", "referenceId")
            api_fields = {
                "updatedAt": data.get("updatedAt"),
                "consumer": {"id": consumer.get("id"), "displayName": consumer.get("name")},
            }
            yield KnownResource(
                data["id"], {**{name: data[name] for name in names if name in data}, **api_fields}
            )

    def operation(self, request: PlatformRequest) -> Operation | None:
        if (request.method, request.path) == ("POST", self.SIGN_IN_PATH):
            return Operation(CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request))
        match request.path.strip("/").split("/"):
            case ["v1", "private", "reviews", review] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({review}),
                    lambda: self._require_auth(request, lambda: self._show(review)),
                )
            case ["v1", "private", "reviews", review, "reply"] if request.method == "POST":
                return Operation(
                    CallKind.REPLY,
                    frozenset({review}),
                    lambda: self._require_auth(
                        request, lambda: self._reply(review, request.json())
                    ),
                )
            case ["v1", "private", "reviews", review, "reply"] if request.method == "DELETE":
                return Operation(
                    CallKind.REPLY,
                    frozenset({review}),
                    lambda: self._require_auth(request, lambda: self._delete_reply(review)),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, "The business user is not allowed to reply to this review.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return replace(
            self._error(429, "Rate limit exceeded."), headers={"Retry-After": str(seconds)}
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            return
        record = self._reviews.get(native_id, {"companyReply": None})
        self._reviews[native_id] = {**record, **resource, "id": native_id}

    def reset(self) -> None:
        # Tokens stay good: a real platform's would, and a caller may have cached one.
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        """From now on every token issued so far is answered 401."""
        self._tokens.clear()

    def _sign_in(self, request: PlatformRequest) -> PlatformResponse:
        expected = (self.accepted_credentials["api_key"], self.accepted_credentials["api_secret"])
        if request.basic() != expected:
            return self._error(401, "Invalid API key or secret.")
        if request.form().get("grant_type") != "client_credentials":
            return PlatformResponse(400, {"error": "unsupported_grant_type"})
        token = f"tp-{next(self._numbers)}-{secrets.token_urlsafe(24)}"
        self._tokens[token] = self.clock() + self.TOKEN_LIFE
        # The documentation shows the seconds as a string.
        return PlatformResponse(
            200, {"access_token": token, "expires_in": str(int(self.TOKEN_LIFE.total_seconds()))}
        )

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.get(token, self.clock()) <= self.clock():
            return self._error(401, "Invalid access token.")
        return run()

    def _show(self, review: str) -> PlatformResponse:
        record = self._reviews.get(review)
        return (
            PlatformResponse(200, record)
            if record is not None
            else self._error(404, "Review not found.")
        )

    def _reply(self, review: str, body: Json) -> PlatformResponse:
        record = self._reviews.get(review)
        if record is None:
            return self._error(404, "Review not found.")
        message, author_id = body.get("message"), body.get("authorBusinessUserId")
        if (
            not isinstance(message, str)
            or not message.strip()
            or not isinstance(author_id, str)
            or not author_id
        ):
            return self._error(400, "authorBusinessUserId and message are required.")
        if record["companyReply"] is not None:
            return self._error(409, "The review already has a reply.")
        now = self.clock()
        record["companyReply"] = {
            "text": message,
            "authorBusinessUserId": author_id,
            "createdAt": iso_millis(now),
            "updatedAt": None,
        }
        # The reply has no id of its own: it is the one reply of its review.
        self.ledger.add(
            ReceivedReply(self.name, review, review, review, message, public=True, at=now)
        )
        return PlatformResponse(201)

    def _delete_reply(self, review: str) -> PlatformResponse:
        record = self._reviews.get(review)
        if record is None or record["companyReply"] is None:
            return self._error(404, "Reply not found.")
        record["companyReply"] = None
        self.ledger.remove(self.name, review, self.clock())
        return PlatformResponse(204)

    def _error(self, status: int, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"message": message, "errorCode": status, "details": ""})


PLATFORM = SimulatedTrustpilot
