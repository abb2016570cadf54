"""Okendo's Merchant REST API, played as far as reviews go.

Docs.okendo.io/merchant-rest-api/endpoints/reviews.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
    iso_millis,
)


class SimulatedOkendo(SimulatedPlatform):
    """Reviews with one reply each, behind HTTP Basic with user id and API key and a dated version
    header.

    Not documented, and decided so: an unknown review is 404, a second reply 409, a reply is sent as
    `{"body", "isPrivate"}` and answered with the review.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "user_id": "0b8f5c52-0000-4000-8000-00000000d340",
        "api_key": "demo-okendo-key",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    WEBHOOK_SECRET: Final = "whsec_ZGVtby1va2VuZG8td2ViaG9vay1zZWNyZXQ="

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

    @property
    def signing_secret(self) -> str:
        """The webhookSecret of the demo subscription."""
        return self.WEBHOOK_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """An event's resource is the API's review."""
        if fields.get("resourceType") == "review":
            review = fields["resource"]
            yield KnownResource(review["reviewId"], None if fields["topic"] == "delete" else review)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path.strip("/").split("/")]:
            case ["GET", "reviews", review]:
                return Operation(
                    CallKind.READ,
                    frozenset({review}),
                    lambda: self._require_auth(request, lambda: self._show(review)),
                )
            case ["POST", "reviews", review, "reply"]:
                return Operation(
                    CallKind.REPLY,
                    frozenset({review}),
                    lambda: self._require_auth(
                        request, lambda: self._reply(review, request.json())
                    ),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(
            422,
            {
                "message": "The request was well-formed but was unable to be followed due to "
                "semantic errors."
            },
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            reply = resource.get("reply", self._reviews.get(native_id, {}).get("reply"))
            self._reviews[native_id] = {**resource, "reviewId": native_id, "reply": reply}

    def reset(self) -> None:
        self._reviews.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if request.basic() != (
            self.accepted_credentials["user_id"],
            self.accepted_credentials["api_key"],
        ):
            return PlatformResponse(
                401, {"message": "Authentication credentials are missing or incorrect."}
            )
        if request.headers.get("okendo-api-version") != "2025-02-01":
            return PlatformResponse(400, {"message": "Invalid request parameters."})
        return run()

    def _show(self, review: str) -> PlatformResponse:
        record = self._reviews.get(review)
        return (
            PlatformResponse(200, {"review": record}) if record is not None else self._not_found()
        )

    def _reply(self, review: str, payload: Json) -> PlatformResponse:
        record, body = self._reviews.get(review), payload.get("body")
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
