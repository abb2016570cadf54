"""Slack's Web API, simulated. Errors come with status 200.

Source: docs.slack.dev/reference/methods/chat.postMessage and …/conversations.replies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedSlack(SimulatedPlatform):
    """Channels of messages, named `{channel}:{ts}`; a resource is the message with its channel.

    As in Slack, emoji come back as their names and addresses as links. An assumption, which the
    documents do not settle: a reply to a missing message is `thread_not_found`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"bot_token": "xoxb-heard-demo"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "team_id": "T0HOME"}
    LIMIT: Final = 40_000
    rate_limit_body: ClassVar[object] = {"ok": False, "error": "ratelimited"}
    APP_FIELDS: Final = {
        "app_id": "A0HEARD",
        "bot_id": "B0HEARD",
        "user": "U0HEARD",
        "team": "T0HOME",
    }

    def start(self) -> None:
        self._numbers = count(1)

    @property
    def signing_secret(self) -> str:
        return "0dd5ec2e70dd5ec2e70dd5ec2e70dd5e"

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The message of an event, as the channel has it after the event."""
        event: Json = fields.get("event", {})
        if event.get("type") != "message":
            return
        channel = event["channel"]
        match event.get("subtype"):
            case "message_changed":
                yield KnownResource(
                    f"{channel}:{event['message']['ts']}", {**event["message"], "channel": channel}
                )
            case "message_deleted":
                yield KnownResource(f"{channel}:{event['deleted_ts']}", None)
            case _:
                yield KnownResource(f"{channel}:{event['ts']}", dict(event))

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        channel, _, ts = native_id.partition(":")
        return {**resource, "channel": channel, "ts": ts}

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path:
            case "POST", "/chat.postMessage":
                payload = request.json()
                channel, thread = str(payload.get("channel")), str(payload.get("thread_ts"))
                native_ids = frozenset(
                    {channel, f"{channel}:{thread}", self._last_customer_message(channel, thread)}
                )
                return self.reply(request, lambda: self._post(payload), *native_ids)
            case "GET", "/conversations.replies":
                channel, ts = request.query_value("channel") or "", request.query_value("ts") or ""
                return self.read(
                    request, lambda: self._replies(request), channel, f"{channel}:{ts}"
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error("is_archived")

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.bearer()
        if not token:
            return self._error("not_authed")
        return (
            None if token == self.accepted_credentials["bot_token"] else self._error("invalid_auth")
        )

    def _thread_messages(self, channel: str, ts: str) -> list[Json]:
        """A message and the replies to it, oldest first."""
        messages = [
            message
            for message in self.resources.values()
            if message["channel"] == channel and ts in (message["ts"], message.get("thread_ts"))
        ]
        return sorted(messages, key=lambda message: (message["ts"] != ts, message["ts"]))

    def _last_customer_message(self, channel: str, thread: str) -> str:
        """The last message of a customer in a thread: the one that a reply answers."""
        timestamps = [
            message["ts"]
            for message in self._thread_messages(channel, thread)
            if not message.get("bot_id")
        ]
        return f"{channel}:{max(timestamps, default=thread)}"

    def _post(self, payload: Json) -> PlatformResponse:
        channel, thread = str(payload.get("channel")), payload.get("thread_ts")
        text = payload.get("text")
        if not any(message["channel"] == channel for message in self.resources.values()):
            return self._error("channel_not_found")
        if not isinstance(text, str) or not text.strip():
            return self._error("no_text")
        if len(text) > self.LIMIT:
            return self._error("msg_too_long")
        if thread is not None and f"{channel}:{thread}" not in self.resources:
            return self._error("thread_not_found")
        if re.search(r"[<>]", text):
            # Slack would read these as markup: a mention, a link. Plain words do not have them.
            return self._error("invalid_arguments")
        ts = f"{int(self.clock().timestamp())}.{next(self._numbers):06d}"
        plain_text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        displayed_text = re.sub(
            r"(https?://[^\s]+)", r"<\1>", text.replace("🙂", ":slightly_smiling_face:")
        )
        message: Json = {
            "type": "message",
            "channel": channel,
            "ts": ts,
            "text": displayed_text,
            "metadata": payload.get("metadata"),
            **self.APP_FIELDS,
        }
        if thread:
            message["thread_ts"] = thread
        parent_id = self._last_customer_message(channel, str(thread or ts))
        self.resources[f"{channel}:{ts}"] = message
        self.record_reply(
            f"{channel}:{ts}", f"{channel}:{thread or ts}", parent_id, plain_text, public=False
        )
        return PlatformResponse(
            200,
            {
                "ok": True,
                "channel": channel,
                "ts": ts,
                "message": self._render(message, metadata=False),
            },
        )

    def _replies(self, request: PlatformRequest) -> PlatformResponse:
        channel, ts = request.query_value("channel") or "", request.query_value("ts") or ""
        if f"{channel}:{ts}" not in self.resources:
            return self._error("thread_not_found")
        oldest, latest = (
            request.query_value("oldest") or "0",
            request.query_value("latest") or "9999999999",
        )
        inclusive, metadata = (
            request.query_value("inclusive") == "true",
            request.query_value("include_all_metadata") == "true",
        )

        def in_range(ts_value: str) -> bool:
            return float(oldest) < float(ts_value) < float(latest) or (
                inclusive and ts_value in {oldest, latest}
            )

        # The parent is in every response, whatever its time.
        messages = [
            message
            for message in self._thread_messages(channel, ts)
            if message["ts"] == ts or in_range(message["ts"])
        ]
        start, limit = (
            request.query_number("cursor", 0),
            request.query_number("limit", 1000),
        )
        has_more = len(messages) > start + limit
        page = [
            self._render(message, metadata=metadata) for message in messages[start : start + limit]
        ]
        cursor = {"response_metadata": {"next_cursor": str(start + limit) if has_more else ""}}
        return PlatformResponse(200, {"ok": True, "messages": page, "has_more": has_more, **cursor})

    def _render(self, message: Json, *, metadata: bool) -> Json:
        hidden_fields = {"channel"} if metadata else {"channel", "metadata"}
        return {name: value for name, value in message.items() if name not in hidden_fields}

    def _error(self, code: str) -> PlatformResponse:
        return PlatformResponse(200, {"ok": False, "error": code})


PLATFORM = SimulatedSlack
