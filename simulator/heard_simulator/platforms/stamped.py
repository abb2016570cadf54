"""Stamped's REST API v2, played: stampedsupport.stamped.io (Stamped REST API).

The reply as others saw it work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Stamped(Platform):
    """Reviews with one reply each, behind HTTP Basic with the store's keys.

    A resource is a review as the API lists it.

    Not documented, and decided so: a second reply takes the first one's place, the list comes
    newest first, and an unknown review is 404.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "public_key": "pubkey-demo",
        "private_key": "key-demo",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "store_hash": "123456"}
    MOST: Final = 100

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}

    @property
    def signing_secret(self) -> str:
        return "stamped-demo-webhook-secret"

    @staticmethod
    def known(fields: Json, now: object) -> Iterator[Known]:
        """The review of a delivery, under the names of the API."""
        if "reviewMessage" not in fields:
            return
        names = {
            "author": "author",
            "customerEmail": "email",
            "reviewTitle": "title",
            "reviewMessage": "body",
            "reviewRating": "rating",
            "dateCreated": "dateCreated",
            "productName": "productTitle",
            "reviewReply": "reply",
            "dateReplied": "dateReplied",
        }
        yield Known(str(fields["id"]), {api: fields.get(webhook) for webhook, api in names.items()})

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.strip("/").split("/"):
            case ["api", "v2", store, "dashboard", "reviews"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset(self._reviews),
                    lambda: self._signed_in(ask, store, lambda: self._list(ask)),
                )
            case ["api", "v2", store, "dashboard", "reviews", review] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._signed_in(ask, store, lambda: self._show(review)),
                )
            case ["api", "v2", store, "dashboard", "reviews", review, "reply"] if (
                ask.method == "POST"
            ):
                return Operation(
                    Calls.REPLY,
                    frozenset({review}),
                    lambda: self._signed_in(ask, store, lambda: self._reply(ask, review)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(400, {"message": "The request is invalid."})

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(429, {"message": "Too many requests."}, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        known = self._reviews.pop(
            native_id, {"reply": None, "dateReplied": None, "isPublicReply": False}
        )
        if resource is not None:
            self._reviews[native_id] = {
                **known,
                **resource,
                "id": int(native_id) if native_id.isdecimal() else native_id,
            }

    def reset(self) -> None:
        self._reviews.clear()

    def _signed_in(self, ask: Ask, store: str, run: Callable[[], Answer]) -> Answer:
        if (
            ask.basic() != (self.accepts["public_key"], self.accepts["private_key"])
            or store != self.settings["store_hash"]
        ):
            return Answer(401, {"message": "Authorization has been denied for this request."})
        return run()

    def _list(self, ask: Ask) -> Answer:
        page, take = int(ask.asked("page") or 1), min(int(ask.asked("take") or 20), self.MOST)
        newest = list(reversed(self._reviews.values()))
        results = [
            {"review": review, "customer": None}
            for review in newest[take * (page - 1) : take * page]
        ]
        return Answer(
            200,
            {
                "page": page,
                "total": len(newest),
                "totalPages": -(-len(newest) // take),
                "results": results,
            },
        )

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        return Answer(200, known) if known else self._missing()

    def _reply(self, ask: Ask, review: str) -> Answer:
        known, text = self._reviews.get(review), ask.json().get("reply")
        if known is None:
            return self._missing()
        private, by_email = ask.asked("isPrivate"), ask.asked("isEmail")
        if (
            not isinstance(text, str)
            or not text.strip()
            or private not in {"true", "false"}
            or by_email not in {"true", "false"}
        ):
            return self.rejection()
        if known["reply"]:
            self.ledger.remove(self.name, review, self.clock())
        known |= {
            "reply": text,
            "dateReplied": self.clock().isoformat(),
            "isPublicReply": private == "false",
        }
        self.took(review, review, review, text, public=private == "false")
        return Answer(200, text)

    def _missing(self) -> Answer:
        return Answer(404, {"message": "Not found."})


PLATFORM = Stamped
