"""A receiver of Heard's own replies, played.

The contract in docs/connectors.md, signed as standardwebhooks.com says.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import ClassVar, cast

from standardwebhooks import Webhook

from heard_simulator.server import (
    CallKind,
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    ReceivedReply,
    SimulatedPlatform,
    iso_millis,
)


class StandardReceiver(SimulatedPlatform):
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
        self._responses: dict[str, PlatformResponse] = {}

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [part for part in request.path.split("/") if part]:
            case [] if request.method == "POST":
                data = self._payload_data(request)
                native_ids = frozenset({str(data.get("review_id")), str(data.get("thread_id"))})
                return Operation(
                    CallKind.REPLY,
                    native_ids,
                    lambda: self._require_signature(
                        request, lambda: self._reply(request.headers["webhook-id"], data)
                    ),
                )
            case [reply] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({reply}),
                    lambda: self._require_signature(request, lambda: self._show(reply)),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(
            422, {"error": "refused", "detail": "This review does not take replies."}
        )

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(429, {"error": "too_many_requests"}, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = resource

    def reset(self) -> None:
        self._reviews.clear()
        self._replies.clear()
        self._responses.clear()

    def _payload_data(self, request: PlatformRequest) -> Json:
        data: object = request.json().get("data")
        return cast("Json", data) if isinstance(data, dict) else {}

    def _require_signature(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        try:
            Webhook(self.accepted_credentials["secret"]).verify(
                request.body, dict(request.headers), json_parse=False
            )
        except Exception:  # noqa: BLE001 - the package leaks ValueError and others on malformed input; all of them mean no
            return PlatformResponse(401, {"error": "signature"})
        return run()

    def _reply(self, webhook_id: str, data: Json) -> PlatformResponse:
        if webhook_id in self._responses:
            return self._responses[webhook_id]
        texts = [data.get(name) for name in ("reply_id", "review_id", "text")]
        if not all(isinstance(text, str) and text for text in texts):
            return PlatformResponse(
                400, {"error": "malformed", "detail": "reply_id, review_id and text are required."}
            )
        reply, review, text = (str(text) for text in texts)
        now = self.clock()
        record = self._reviews.get(review, {})
        self._replies[reply] = {**data, "id": reply, "created_at": iso_millis(now)}
        public = bool(record.get("public", True))
        self.ledger.add(
            ReceivedReply(
                self.name,
                reply,
                str(data.get("thread_id") or review),
                review,
                text,
                public=public,
                at=now,
            )
        )
        self._responses[webhook_id] = PlatformResponse(201, self._replies[reply])
        return self._responses[webhook_id]

    def _show(self, reply: str) -> PlatformResponse:
        record = self._replies.get(reply)
        return (
            PlatformResponse(200, record)
            if record
            else PlatformResponse(404, {"error": "not_found"})
        )


PLATFORM = StandardReceiver
