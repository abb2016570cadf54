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

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, Reply, zulu


class Trustpilot(Platform):
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
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """Of the reviews in a batch, what the API shows.

        Only the name of the author's name differs.
        """
        for event in fields.get("events", []):
            data: Json = event["eventData"]
            if event["eventName"] == "service-review-deleted":
                yield Known(data["id"], None)
                continue
            consumer: Json = data.get("consumer", {})
            names = ("stars", "title", "text", "language", "createdAt", "isVerified", "referenceId")
            shown = {
                "updatedAt": data.get("updatedAt"),
                "consumer": {"id": consumer.get("id"), "displayName": consumer.get("name")},
            }
            yield Known(
                data["id"], {**{name: data[name] for name in names if name in data}, **shown}
            )

    def operation(self, ask: Ask) -> Operation | None:
        if (ask.method, ask.path) == ("POST", self.SIGN_IN_PATH):
            return Operation(Calls.SIGN_IN, frozenset(), lambda: self._sign_in(ask))
        match ask.path.strip("/").split("/"):
            case ["v1", "private", "reviews", review] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._signed_in(ask, lambda: self._show(review)),
                )
            case ["v1", "private", "reviews", review, "reply"] if ask.method == "POST":
                return Operation(
                    Calls.REPLY,
                    frozenset({review}),
                    lambda: self._signed_in(ask, lambda: self._reply(review, ask.json())),
                )
            case ["v1", "private", "reviews", review, "reply"] if ask.method == "DELETE":
                return Operation(
                    Calls.REPLY,
                    frozenset({review}),
                    lambda: self._signed_in(ask, lambda: self._delete_reply(review)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(403, "The business user is not allowed to reply to this review.")

    def rate_limit(self, seconds: int) -> Answer:
        return replace(
            self._error(429, "Rate limit exceeded."), headers={"Retry-After": str(seconds)}
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            return
        known = self._reviews.get(native_id, {"companyReply": None})
        self._reviews[native_id] = {**known, **resource, "id": native_id}

    def reset(self) -> None:
        # Tokens stay good: a real platform's would, and a caller may have cached one.
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        """From now on every token issued so far is answered 401."""
        self._tokens.clear()

    def _sign_in(self, ask: Ask) -> Answer:
        known = (self.accepts["api_key"], self.accepts["api_secret"])
        if ask.basic() != known:
            return self._error(401, "Invalid API key or secret.")
        if ask.form().get("grant_type") != "client_credentials":
            return Answer(400, {"error": "unsupported_grant_type"})
        token = f"tp-{next(self._numbers)}-{secrets.token_urlsafe(24)}"
        self._tokens[token] = self.clock() + self.TOKEN_LIFE
        # The documentation shows the seconds as a string.
        return Answer(
            200, {"access_token": token, "expires_in": str(int(self.TOKEN_LIFE.total_seconds()))}
        )

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        scheme, _, token = ask.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.get(token, self.clock()) <= self.clock():
            return self._error(401, "Invalid access token.")
        return run()

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        return Answer(200, known) if known is not None else self._error(404, "Review not found.")

    def _reply(self, review: str, body: Json) -> Answer:
        known = self._reviews.get(review)
        if known is None:
            return self._error(404, "Review not found.")
        message, author = body.get("message"), body.get("authorBusinessUserId")
        if (
            not isinstance(message, str)
            or not message.strip()
            or not isinstance(author, str)
            or not author
        ):
            return self._error(400, "authorBusinessUserId and message are required.")
        if known["companyReply"] is not None:
            return self._error(409, "The review already has a reply.")
        now = self.clock()
        known["companyReply"] = {
            "text": message,
            "authorBusinessUserId": author,
            "createdAt": zulu(now),
            "updatedAt": None,
        }
        # The reply has no id of its own: it is the one reply of its review.
        self.ledger.take(Reply(self.name, review, review, review, message, public=True, at=now))
        return Answer(201)

    def _delete_reply(self, review: str) -> Answer:
        known = self._reviews.get(review)
        if known is None or known["companyReply"] is None:
            return self._error(404, "Reply not found.")
        known["companyReply"] = None
        self.ledger.remove(self.name, review, self.clock())
        return Answer(204)

    def _error(self, status: int, message: str) -> Answer:
        return Answer(status, {"message": message, "errorCode": status, "details": ""})


PLATFORM = Trustpilot
