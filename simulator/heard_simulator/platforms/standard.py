"""A receiver of Heard's own replies, played.

The contract in docs/connectors.md, signed as standardwebhooks.com says.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import ClassVar, cast

from standardwebhooks import Webhook

from heard_simulator.server import Answer, Ask, Calls, Json, Operation, Platform, Reply, zulu


class StandardReceiver(Platform):
    """A receiver of Heard's own contract.

    Replies signed by Standard Webhooks, taken once per `webhook-id`.

    `POST /` takes `{"type": "reply.created", "timestamp", "data": {"reply_id", "review_id",
    "thread_id", "text"}}`; `GET /{reply_id}`, signed in the same way over an empty body, shows it.
    A review's resource is free-form; `{"public": false}` makes the replies to it private.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "secret": "whsec_" + base64.b64encode(b"heard demo secret, 32 bytes long").decode()
    }
    settings: ClassVar[Mapping[str, str]] = {"reply_url": "{url}"}

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}
        self._replies: dict[str, Json] = {}
        self._answers: dict[str, Answer] = {}

    def operation(self, ask: Ask) -> Operation | None:
        match [part for part in ask.path.split("/") if part]:
            case [] if ask.method == "POST":
                data = self._data(ask)
                about = frozenset({str(data.get("review_id")), str(data.get("thread_id"))})
                return Operation(
                    Calls.REPLY,
                    about,
                    lambda: self._signed(ask, lambda: self._reply(ask.headers["webhook-id"], data)),
                )
            case [reply] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({reply}),
                    lambda: self._signed(ask, lambda: self._show(reply)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(422, {"error": "refused", "detail": "This review does not take replies."})

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(429, {"error": "too_many_requests"}, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = resource

    def reset(self) -> None:
        self._reviews.clear()
        self._replies.clear()
        self._answers.clear()

    def _data(self, ask: Ask) -> Json:
        data: object = ask.json().get("data")
        return cast("Json", data) if isinstance(data, dict) else {}

    def _signed(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        try:
            Webhook(self.accepts["secret"]).verify(ask.body, dict(ask.headers), json_parse=False)
        except Exception:  # noqa: BLE001 - the package leaks ValueError and others on malformed input; all of them mean no
            return Answer(401, {"error": "signature"})
        return run()

    def _reply(self, webhook_id: str, data: Json) -> Answer:
        if webhook_id in self._answers:
            return self._answers[webhook_id]
        texts = [data.get(name) for name in ("reply_id", "review_id", "text")]
        if not all(isinstance(text, str) and text for text in texts):
            return Answer(
                400, {"error": "malformed", "detail": "reply_id, review_id and text are required."}
            )
        reply, review, text = (str(text) for text in texts)
        now = self.clock()
        known = self._reviews.get(review, {})
        self._replies[reply] = {**data, "id": reply, "created_at": zulu(now)}
        public = bool(known.get("public", True))
        self.ledger.take(
            Reply(
                self.name,
                reply,
                str(data.get("thread_id") or review),
                review,
                text,
                public=public,
                at=now,
            )
        )
        self._answers[webhook_id] = Answer(201, self._replies[reply])
        return self._answers[webhook_id]

    def _show(self, reply: str) -> Answer:
        known = self._replies.get(reply)
        return Answer(200, known) if known else Answer(404, {"error": "not_found"})


PLATFORM = StandardReceiver
