"""A receiver of Heard's own replies, simulated.

Sources: the contract in docs/connectors.md; standardwebhooks.com for the signature.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import ClassVar, cast

from standardwebhooks import Webhook

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


class StandardReceiver(SimulatedPlatform):
    """Takes replies that are signed by Standard Webhooks, one for each `webhook-id`.

    `POST /` takes `{"type": "reply.created", "timestamp", "data": {"reply_id", "review_id",
    "thread_id", "text"}}`; `GET /{reply_id}`, signed in the same way over an empty body, shows it.
    A review's resource may be anything; `{"public": false}` makes the replies to it private.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "secret": "whsec_" + base64.b64encode(b"heard demo secret, 32 bytes long").decode()
    }
    settings: ClassVar[Mapping[str, str]] = {"reply_url": "{url}"}
    rate_limit_body: ClassVar[object] = {"error": "too_many_requests"}

    def start(self) -> None:
        self._replies: dict[str, Json] = {}
        self._responses: dict[str, PlatformResponse] = {}

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [part for part in request.path.split("/") if part]:
            case [] if request.method == "POST":
                data = self._payload_data(request)
                native_ids = (str(data.get("review_id")), str(data.get("thread_id")))
                return self.reply(
                    request, lambda: self._reply(request.headers["webhook-id"], data), *native_ids
                )
            case [reply] if request.method == "GET":
                return self.read(request, lambda: self._show(reply), reply)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(
            422, {"error": "refused", "detail": "This review does not take replies."}
        )

    def reset(self) -> None:
        super().reset()
        self._replies.clear()
        self._responses.clear()

    def _payload_data(self, request: PlatformRequest) -> Json:
        data: object = request.json().get("data")
        return cast("Json", data) if isinstance(data, dict) else {}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        try:
            Webhook(self.accepted_credentials["secret"]).verify(
                request.body, dict(request.headers), json_parse=False
            )
        except Exception:  # noqa: BLE001 - the package leaks ValueError and others on malformed input; all of them mean no
            return PlatformResponse(401, {"error": "signature"})
        return None

    def _reply(self, webhook_id: str, data: Json) -> PlatformResponse:
        if webhook_id in self._responses:
            return self._responses[webhook_id]
        texts = [data.get(name) for name in ("reply_id", "review_id", "text")]
        if not all(isinstance(text, str) and text for text in texts):
            return PlatformResponse(
                400, {"error": "malformed", "detail": "reply_id, review_id and text are required."}
            )
        reply, review, text = (str(text) for text in texts)
        created_at = iso_millis(self.clock())
        self._replies[reply] = {**data, "id": reply, "created_at": created_at}
        public = bool(self.resources.get(review, {}).get("public", True))
        thread = str(data.get("thread_id") or review)
        self.record_reply(reply, thread, review, text, public=public)
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
