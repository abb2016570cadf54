"""Okendo's Merchant REST API, played as far as reviews go.

Docs.okendo.io/merchant-rest-api/endpoints/reviews.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, zulu


class Okendo(Platform):
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
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """An event's resource is the API's review."""
        if fields.get("resourceType") == "review":
            review = fields["resource"]
            yield Known(review["reviewId"], None if fields["topic"] == "delete" else review)

    def operation(self, ask: Ask) -> Operation | None:
        match [ask.method, *ask.path.strip("/").split("/")]:
            case ["GET", "reviews", review]:
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._admitted(ask, lambda: self._show(review)),
                )
            case ["POST", "reviews", review, "reply"]:
                return Operation(
                    Calls.REPLY,
                    frozenset({review}),
                    lambda: self._admitted(ask, lambda: self._reply(review, ask.json())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(
            422,
            {
                "message": "The request was well-formed but was unable to be followed due to "
                "semantic errors."
            },
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            reply = resource.get("reply", self._reviews.get(native_id, {}).get("reply"))
            self._reviews[native_id] = {**resource, "reviewId": native_id, "reply": reply}

    def reset(self) -> None:
        self._reviews.clear()

    def _admitted(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if ask.basic() != (self.accepts["user_id"], self.accepts["api_key"]):
            return Answer(401, {"message": "Authentication credentials are missing or incorrect."})
        if ask.headers.get("okendo-api-version") != "2025-02-01":
            return Answer(400, {"message": "Invalid request parameters."})
        return run()

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        return Answer(200, {"review": known}) if known is not None else self._missing()

    def _reply(self, review: str, wanted: Json) -> Answer:
        known, body = self._reviews.get(review), wanted.get("body")
        if known is None:
            return self._missing()
        if not isinstance(body, str) or not body.strip():
            return self.rejection()
        if known.get("reply"):
            return Answer(409, {"message": "The review already has a reply."})
        shown = "".join(f"<p>{html.escape(line)}</p>" for line in body.split("\n") if line)
        private = wanted.get("isPrivate") is True
        known["reply"] = {
            "body": shown,
            "rawBody": body,
            "dateCreated": zulu(self.clock()),
            "isPrivate": private,
        }
        self.took(review, review, review, body, public=not private)
        return Answer(200, {"review": known})

    def _missing(self) -> Answer:
        return Answer(404, {"message": "The requested resource could not be found."})


PLATFORM = Okendo
