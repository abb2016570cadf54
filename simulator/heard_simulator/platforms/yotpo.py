"""Yotpo's APIs, played.

Apidocs.yotpo.com/reference (UGC API), develop.yotpo.com/reference/comment-on-a-review (App
Developer API).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
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

_API_FIELDS: Final = (
    "title",
    "content",
    "score",
    "created_at",
    "updated_at",
    "deleted",
    "archived",
    "sku",
)


class SimulatedYotpo(SimulatedPlatform):
    """Reviews with one comment of the shop each. A resource is what a webhook's `data` holds.

    Not documented, and decided so: a second comment takes the first one's place, the list comes
    newest first and leaves out what was deleted, and a review that is read by its id shows
    `comment`, null without one.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "app_key": "YotpoDemoAppKey0000000000000000000000000",
        "api_secret": "yotpo-demo-secret",
        "access_token": "yotpo-demo-app-token",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "app_api_base": "{url}"}
    MAX_PAGE_SIZE: Final = 100

    def start(self) -> None:
        self._tokens: set[str] = set()
        self._reviews: dict[str, Json] = {}

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """Of a delivery's review, what the API keeps.

        Numbers and booleans, whatever the account's webhooks send.
        """
        data: Json = fields.get("data", {})
        if "id" not in data:
            return
        if str(data.get("deleted")).lower() == "true":
            yield KnownResource(str(data["id"]), None)
            return
        api_fields = {name: data[name] for name in _API_FIELDS if name in data}
        api_fields |= {
            "score": int(data["score"]),
            "deleted": False,
            "archived": str(data.get("archived")).lower() == "true",
        }
        api_fields["created_at"], api_fields["updated_at"] = (
            str(data[name]) for name in ("created_at", "updated_at")
        )
        author_fields = {
            "name": data.get("reviewer_display_name"),
            "email": data.get("customer_email"),
            "user_id": data.get("user_id"),
        }
        yield KnownResource(str(data["id"]), {**api_fields, **author_fields})

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.strip("/").split("/"):
            case ["oauth", "token"] if request.method == "POST":
                return Operation(
                    CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request.json())
                )
            case ["v1", "apps", key, "reviews"] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset(self._reviews),
                    lambda: self._require_auth(request, lambda: self._list(request, key)),
                )
            case ["reviews", review] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({review}),
                    lambda: self._require_auth(request, lambda: self._show(review)),
                )
            case ["v2", key, "reviews", review, "comment"] if request.method == "POST":
                return Operation(
                    CallKind.REPLY, frozenset({review}), lambda: self._comment(request, key, review)
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._status_response(400, "Comment could not be created.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(
            429,
            {"status": {"code": 429, "message": "Too Many Requests"}},
            {"Retry-After": str(seconds)},
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        record = self._reviews.pop(native_id, {"comment": None})
        if resource is not None:
            self._reviews[native_id] = {
                **record,
                **resource,
                "id": int(native_id) if native_id.isdecimal() else native_id,
            }

    def reset(self) -> None:
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def _sign_in(self, payload: Json) -> PlatformResponse:
        expected = {
            "client_id": self.accepted_credentials["app_key"],
            "client_secret": self.accepted_credentials["api_secret"],
            "grant_type": "client_credentials",
        }
        if payload != expected:
            return self._status_response(401, "Unauthorized")
        token = secrets.token_urlsafe(30)
        self._tokens.add(token)
        return PlatformResponse(200, {"access_token": token, "token_type": "bearer"})

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        return (
            run()
            if request.query_value("utoken") in self._tokens
            else self._status_response(401, "Unauthorized")
        )

    def _list(self, request: PlatformRequest, key: str) -> PlatformResponse:
        if key != self.accepted_credentials["app_key"]:
            return self._status_response(404, "Not Found")
        size, page = (
            min(int(request.query_value("count") or 10), self.MAX_PAGE_SIZE),
            int(request.query_value("page") or 1),
        )
        newest = list(reversed(self._reviews.values()))[size * (page - 1) : size * page]
        return PlatformResponse(
            200,
            {
                "reviews": [
                    {
                        name: value
                        for name, value in each.items()
                        if name not in {"comment", "user_id"}
                    }
                    for each in newest
                ]
            },
        )

    def _show(self, review: str) -> PlatformResponse:
        record = self._reviews.get(review)
        if record is None:
            return self._status_response(404, "Review not found")
        public_fields = {
            name: value
            for name, value in record.items()
            if name not in {"name", "email", "user_id", "sku"}
        }
        user = {"user_id": record.get("user_id"), "display_name": record.get("name")}
        return PlatformResponse(
            200,
            {
                "status": {"code": 200, "message": "OK"},
                "response": {"review": {**public_fields, "user": user}},
            },
        )

    def _comment(self, request: PlatformRequest, key: str, review: str) -> PlatformResponse:
        if request.query_value("access_token") != self.accepted_credentials["access_token"]:
            return self._status_response(401, "Unauthorized")
        record, content = self._reviews.get(review), request.json().get("content")
        if record is None or key != self.accepted_credentials["app_key"]:
            return self._status_response(404, "Review not found")
        if (
            not isinstance(content, str)
            or not content.strip()
            or request.json().get("public") is not True
        ):
            return self._status_response(400, "content is missing")
        if record["comment"]:
            self.ledger.remove(self.name, review, self.clock())
        record["comment"] = {"id": 1, "content": content, "created_at": self.clock().isoformat()}
        self.record_reply(review, review, review, content, public=True)
        return self._status_response(200, "OK")

    def _status_response(self, status: int, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"status": {"code": status, "message": message}})


PLATFORM = SimulatedYotpo
