"""Yotpo's APIs, simulated.

Sources: apidocs.yotpo.com/reference (UGC API), develop.yotpo.com/reference/comment-on-a-review (App
Developer API).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform

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
    """Reviews with one comment of the shop each. A resource is the `data` of a webhook.

    Assumptions, which the documents do not settle: a second comment replaces the first one, the
    list comes newest first without deleted reviews, and a single review shows `comment`, or null.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "app_key": "YotpoDemoAppKey0000000000000000000000000",
        "api_secret": "yotpo-demo-secret",
        "access_token": "yotpo-demo-app-token",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "app_api_base": "{url}"}
    MAX_PAGE_SIZE: Final = 100
    rate_limit_body: ClassVar[object] = {"status": {"code": 429, "message": "Too Many Requests"}}

    @staticmethod
    def sample_resources(fields: Json, now: object) -> Iterator[KnownResource]:
        """The review of a delivery, as the API has it.

        The API has numbers and booleans where an account's webhooks may send texts.
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
        match request.path_parts:
            case ["oauth", "token"] if request.method == "POST":
                return self.sign_in(lambda: self._sign_in(request.json()))
            case ["v1", "apps", key, "reviews"] if request.method == "GET":
                return self.read(request, lambda: self._list(request, key), *self.resources)
            case ["reviews", review] if request.method == "GET":
                return self.read(request, lambda: self._show(review), review)
            case ["v2", key, "reviews", review, "comment"] if request.method == "POST":
                return self.reply(request, lambda: self._comment(request, key, review), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._status_response(400, "Comment could not be created.")

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        number = int(native_id) if native_id.isdecimal() else native_id
        return {"comment": None} | previous | resource | {"id": number}

    def _sign_in(self, payload: Json) -> PlatformResponse:
        expected = {
            "client_id": self.accepted_credentials["app_key"],
            "client_secret": self.accepted_credentials["api_secret"],
            "grant_type": "client_credentials",
        }
        if payload != expected:
            return self._status_response(401, "Unauthorized")
        token = self.issue_token()
        return PlatformResponse(200, {"access_token": token, "token_type": "bearer"})

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        # A comment takes the app's own token; everything else takes a token of the UGC API.
        app_token = self.accepted_credentials["access_token"]
        if request.path_parts[-1] == "comment":
            has_access = request.query_value("access_token") == app_token
        else:
            has_access = self.has_token(request.query_value("utoken"))
        return None if has_access else self._status_response(401, "Unauthorized")

    def _list(self, request: PlatformRequest, key: str) -> PlatformResponse:
        if key != self.accepted_credentials["app_key"]:
            return self._status_response(404, "Not Found")
        size = min(request.query_number("count", 10), self.MAX_PAGE_SIZE)
        page = request.query_number("page", 1)
        newest = list(reversed(self.resources.values()))[size * (page - 1) : size * page]
        hidden_fields = {"comment", "user_id"}
        reviews = [
            {name: value for name, value in review.items() if name not in hidden_fields}
            for review in newest
        ]
        return PlatformResponse(200, {"reviews": reviews})

    def _show(self, review: str) -> PlatformResponse:
        record = self.resources.get(review)
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
        record, content = self.resources.get(review), request.json().get("content")
        if record is None or key != self.accepted_credentials["app_key"]:
            return self._status_response(404, "Review not found")
        if (
            not isinstance(content, str)
            or not content.strip()
            or request.json().get("public") is not True
        ):
            return self._status_response(400, "content is missing")
        self.remove_reply(review)
        record["comment"] = {"id": 1, "content": content, "created_at": self.clock().isoformat()}
        self.record_reply(review, review, review, content, public=True)
        return self._status_response(200, "OK")

    def _status_response(self, status: int, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"status": {"code": status, "message": message}})


PLATFORM = SimulatedYotpo
