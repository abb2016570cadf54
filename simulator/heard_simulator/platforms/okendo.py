"""Okendo's Merchant REST API, simulated: reviews only.

Source: docs.okendo.io/merchant-rest-api/endpoints/reviews.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime
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


class SimulatedOkendo(SimulatedPlatform):
    """Reviews with one reply each.

    A call needs HTTP Basic with user id and API key, and a dated version header. Assumptions, which
    the documents do not settle: an unknown review is 404, a second reply 409, a reply is sent as
    `{"body", "isPrivate"}`, and the response to it is the review.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "user_id": "0b8f5c52-0000-4000-8000-00000000d340",
        "api_key": "demo-okendo-key",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    WEBHOOK_SECRET: Final = "whsec_ZGVtby1va2VuZG8td2ViaG9vay1zZWNyZXQ="

    @property
    def signing_secret(self) -> str:
        """The webhookSecret of the demo subscription."""
        return self.WEBHOOK_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The review of an event, as it is: the API shows the same."""
        if fields.get("resourceType") == "review":
            review = fields["resource"]
            yield KnownResource(review["reviewId"], None if fields["topic"] == "delete" else review)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path_parts]:
            case ["GET", "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "reviews", review, "reply"]:
                return self.reply(request, lambda: self._reply(review, request.json()), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        message = (
            "The request was well-formed but was unable to be followed due to semantic errors."
        )
        return PlatformResponse(422, {"message": message})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        reply = resource.get("reply", previous.get("reply"))
        return {**resource, "reviewId": native_id, "reply": reply}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        expected = (self.accepted_credentials["user_id"], self.accepted_credentials["api_key"])
        if request.basic() != expected:
            message = "Authentication credentials are missing or incorrect."
            return PlatformResponse(401, {"message": message})
        if request.headers.get("okendo-api-version") != "2025-02-01":
            return PlatformResponse(400, {"message": "Invalid request parameters."})
        return None

    def _show(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
        return (
            PlatformResponse(200, {"review": record}) if record is not None else self._not_found()
        )

    def _reply(self, review: str, payload: Json) -> PlatformResponse:
        record, body = self.resources.get(review), payload.get("body")
        if record is None:
            return self._not_found()
        if not isinstance(body, str) or not body.strip():
            return self.rejection()
        if record.get("reply"):
            return PlatformResponse(409, {"message": "The review already has a reply."})
        html_body = "".join(f"<p>{html.escape(line)}</p>" for line in body.split("\n") if line)
        private = payload.get("isPrivate") is True
        record["reply"] = {
            "body": html_body,
            "rawBody": body,
            "dateCreated": iso_millis(self.clock()),
            "isPrivate": private,
        }
        self.record_reply(review, review, review, body, public=not private)
        return PlatformResponse(200, {"review": record})

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(404, {"message": "The requested resource could not be found."})


PLATFORM = SimulatedOkendo
