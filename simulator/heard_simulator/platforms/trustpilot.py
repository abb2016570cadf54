"""Trustpilot's API, simulated.

Sources: developers.trustpilot.com/grant-type-client-credentials, …/service-reviews-api.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedTrustpilot(SimulatedPlatform):
    """Service reviews with one company reply each. A call needs OAuth client credentials.

    Assumptions, which the documents do not settle: a second reply is 409 as long as the first one
    is not deleted, an unknown review is 404, a deletion is answered with 204, and a reply with 201
    without a body.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "demo-key",
        "api_secret": "demo-secret",
        "business_user_id": "5f0c1e5d8f1b2a0001c0ffee",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    SIGN_IN_PATH: Final = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
    TOKEN_LIFE: Final = timedelta(seconds=359_999)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The reviews of a batch, as the API shows them: it names the author's name otherwise."""
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
            return self.sign_in(lambda: self._sign_in(request))
        match [request.method, *request.path_parts]:
            case ["GET", "v1", "private", "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "v1", "private", "reviews", review, "reply"]:
                return self.reply(request, lambda: self._reply(review, request.json()), review)
            case ["DELETE", "v1", "private", "reviews", review, "reply"]:
                return self.reply(request, lambda: self._delete_reply(review), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, "The business user is not allowed to reply to this review.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return replace(
            self._error(429, "Rate limit exceeded."), headers={"Retry-After": str(seconds)}
        )

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return {"companyReply": None} | previous | resource | {"id": native_id}

    def _sign_in(self, request: PlatformRequest) -> PlatformResponse:
        expected = (self.accepted_credentials["api_key"], self.accepted_credentials["api_secret"])
        if request.basic() != expected:
            return self._error(401, "Invalid API key or secret.")
        if request.form().get("grant_type") != "client_credentials":
            return PlatformResponse(400, {"error": "unsupported_grant_type"})
        token = self.issue_token(self.TOKEN_LIFE, "tp-")
        # The documentation shows the seconds as a string.
        return PlatformResponse(
            200, {"access_token": token, "expires_in": str(int(self.TOKEN_LIFE.total_seconds()))}
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if self.has_token(request.bearer()):
            return None
        return self._error(401, "Invalid access token.")

    def _show(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
        return (
            PlatformResponse(200, record)
            if record is not None
            else self._error(404, "Review not found.")
        )

    def _reply(self, review: str, body: Json) -> PlatformResponse:
        record = self.resources.get(review)
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
        record["companyReply"] = {
            "text": message,
            "authorBusinessUserId": author_id,
            "createdAt": iso_millis(self.clock()),
            "updatedAt": None,
        }
        # The reply has no id of its own: it is the one reply of its review.
        self.record_reply(review, review, review, message, public=True)
        return PlatformResponse(201)

    def _delete_reply(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
        if record is None or record["companyReply"] is None:
            return self._error(404, "Reply not found.")
        record["companyReply"] = None
        self.remove_reply(review)
        return PlatformResponse(204)

    def _error(self, status: int, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"message": message, "errorCode": status, "details": ""})


PLATFORM = SimulatedTrustpilot
