"""Judge.me's API, played: judge.me/api/docs (reviews and replies)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class JudgeMe(Platform):
    """Reviews by id and as a list (newest first, without replies), and public replies.

    The token is taken as the header X-Api-Token or as the query parameter api_token. Not
    documented, and decided so: an unknown review is 404, and a taken reply is answered `{"reply":
    {"id"}}`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-private-token"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "shop_domain": "demo-shop.myshopify.com",
    }

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}
        self._numbers = count(88_001)

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """A delivery's review is the API's."""
        yield Known(str(fields["review"]["id"]), fields["review"])

    def operation(self, ask: Ask) -> Operation | None:
        match [ask.method, *ask.path.strip("/").split("/")]:
            case ["GET", "reviews"]:
                return Operation(
                    Calls.LOOK, frozenset(), lambda: self._admitted(ask, lambda: self._list(ask))
                )
            case ["GET", "reviews", review]:
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._admitted(ask, lambda: self._show(review)),
                )
            case ["POST", "replies"]:
                about = str(ask.json().get("review_id"))
                return Operation(
                    Calls.REPLY,
                    frozenset({about}),
                    lambda: self._admitted(ask, lambda: self._reply(ask.json())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(422, {"error": "Reply could not be created"})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = {**resource, "id": int(native_id)}

    def reset(self) -> None:
        self._reviews.clear()

    def _admitted(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        token = ask.headers.get("x-api-token") or ask.asked("api_token")
        if (
            token != self.accepts["api_token"]
            or ask.asked("shop_domain") != self.settings["shop_domain"]
        ):
            return Answer(401, {"error": "Invalid api_token or shop_domain"})
        return run()

    def _list(self, ask: Ask) -> Answer:
        page, size = int(ask.asked("page") or 1), min(100, int(ask.asked("per_page") or 10))
        newest = sorted(
            self._reviews.values(), key=lambda review: str(review.get("created_at")), reverse=True
        )
        shown = newest[(page - 1) * size : page * size]
        return Answer(200, {"current_page": page, "per_page": size, "reviews": shown})

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        return (
            Answer(200, {"review": known})
            if known is not None
            else Answer(404, {"error": "Review not found"})
        )

    def _reply(self, wanted: Json) -> Answer:
        reply: Json = wanted.get("reply") or {}
        review, content = str(wanted.get("review_id")), reply.get("content")
        if not isinstance(wanted.get("review_id"), int) or review not in self._reviews:
            return Answer(404, {"error": "Review not found"})
        if not isinstance(content, str) or not content.strip():
            return Answer(422, {"error": "Content can't be blank"})
        number = next(self._numbers)
        self.took(str(number), review, review, content, public=True)
        return Answer(200, {"reply": {"id": number, "content": content}})


PLATFORM = JudgeMe
