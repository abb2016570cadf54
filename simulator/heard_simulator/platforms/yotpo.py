"""Yotpo's APIs, played.

Apidocs.yotpo.com/reference (UGC API), develop.yotpo.com/reference/comment-on-a-review (App
Developer API).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform

_SHOWN: Final = (
    "title",
    "content",
    "score",
    "created_at",
    "updated_at",
    "deleted",
    "archived",
    "sku",
)


class Yotpo(Platform):
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
    MOST: Final = 100

    def start(self) -> None:
        self._tokens: set[str] = set()
        self._reviews: dict[str, Json] = {}

    @staticmethod
    def known(fields: Json, now: object) -> Iterator[Known]:
        """Of a delivery's review, what the API keeps.

        Numbers and booleans, whatever the account's webhooks send.
        """
        data: Json = fields.get("data", {})
        if "id" not in data:
            return
        if str(data.get("deleted")).lower() == "true":
            yield Known(str(data["id"]), None)
            return
        shown = {name: data[name] for name in _SHOWN if name in data}
        shown |= {
            "score": int(data["score"]),
            "deleted": False,
            "archived": str(data.get("archived")).lower() == "true",
        }
        shown["created_at"], shown["updated_at"] = (
            str(data[name]) for name in ("created_at", "updated_at")
        )
        names = {
            "name": data.get("reviewer_display_name"),
            "email": data.get("customer_email"),
            "user_id": data.get("user_id"),
        }
        yield Known(str(data["id"]), {**shown, **names})

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.strip("/").split("/"):
            case ["oauth", "token"] if ask.method == "POST":
                return Operation(Calls.SIGN_IN, frozenset(), lambda: self._sign_in(ask.json()))
            case ["v1", "apps", key, "reviews"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset(self._reviews),
                    lambda: self._signed_in(ask, lambda: self._list(ask, key)),
                )
            case ["reviews", review] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._signed_in(ask, lambda: self._show(review)),
                )
            case ["v2", key, "reviews", review, "comment"] if ask.method == "POST":
                return Operation(
                    Calls.REPLY, frozenset({review}), lambda: self._comment(ask, key, review)
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._status(400, "Comment could not be created.")

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(
            429,
            {"status": {"code": 429, "message": "Too Many Requests"}},
            {"Retry-After": str(seconds)},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        known = self._reviews.pop(native_id, {"comment": None})
        if resource is not None:
            self._reviews[native_id] = {
                **known,
                **resource,
                "id": int(native_id) if native_id.isdecimal() else native_id,
            }

    def reset(self) -> None:
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def _sign_in(self, wanted: Json) -> Answer:
        known = {
            "client_id": self.accepts["app_key"],
            "client_secret": self.accepts["api_secret"],
            "grant_type": "client_credentials",
        }
        if wanted != known:
            return self._status(401, "Unauthorized")
        token = secrets.token_urlsafe(30)
        self._tokens.add(token)
        return Answer(200, {"access_token": token, "token_type": "bearer"})

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        return run() if ask.asked("utoken") in self._tokens else self._status(401, "Unauthorized")

    def _list(self, ask: Ask, key: str) -> Answer:
        if key != self.accepts["app_key"]:
            return self._status(404, "Not Found")
        size, page = min(int(ask.asked("count") or 10), self.MOST), int(ask.asked("page") or 1)
        newest = list(reversed(self._reviews.values()))[size * (page - 1) : size * page]
        return Answer(
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

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        if known is None:
            return self._status(404, "Review not found")
        shown = {
            name: value
            for name, value in known.items()
            if name not in {"name", "email", "user_id", "sku"}
        }
        user = {"user_id": known.get("user_id"), "display_name": known.get("name")}
        return Answer(
            200,
            {
                "status": {"code": 200, "message": "OK"},
                "response": {"review": {**shown, "user": user}},
            },
        )

    def _comment(self, ask: Ask, key: str, review: str) -> Answer:
        if ask.asked("access_token") != self.accepts["access_token"]:
            return self._status(401, "Unauthorized")
        known, content = self._reviews.get(review), ask.json().get("content")
        if known is None or key != self.accepts["app_key"]:
            return self._status(404, "Review not found")
        if (
            not isinstance(content, str)
            or not content.strip()
            or ask.json().get("public") is not True
        ):
            return self._status(400, "content is missing")
        if known["comment"]:
            self.ledger.remove(self.name, review, self.clock())
        known["comment"] = {"id": 1, "content": content, "created_at": self.clock().isoformat()}
        self.took(review, review, review, content, public=True)
        return self._status(200, "OK")

    def _status(self, status: int, message: str) -> Answer:
        return Answer(status, {"status": {"code": status, "message": message}})


PLATFORM = Yotpo
