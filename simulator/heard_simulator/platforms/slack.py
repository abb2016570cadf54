"""Slack's Web API, played.

Docs.slack.dev/reference/methods/chat.postMessage and …/conversations.replies; errors come with
status 200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Slack(Platform):
    """Channels of messages, named `{channel}:{ts}`; a resource is the message with its channel.

    Emoji come back as their names and addresses as links, as Slack does it. Not documented, and
    decided so: answering a message that is not there is `thread_not_found`.
    """

    credentials: ClassVar[Mapping[str, str]] = {"bot_token": "xoxb-heard-demo"}
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "team_id": "T0HOME"}
    LIMIT: Final = 40_000
    APP: Final = {"app_id": "A0HEARD", "bot_id": "B0HEARD", "user": "U0HEARD", "team": "T0HOME"}

    def start(self) -> None:
        self._messages: dict[str, Json] = {}
        self._numbers = count(1)

    @property
    def signing_secret(self) -> str:
        return "0dd5ec2e70dd5ec2e70dd5ec2e70dd5e"

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The message of an event as the channel has it afterwards."""
        event: Json = fields.get("event", {})
        if event.get("type") != "message":
            return
        channel = event["channel"]
        match event.get("subtype"):
            case "message_changed":
                yield Known(
                    f"{channel}:{event['message']['ts']}", {**event["message"], "channel": channel}
                )
            case "message_deleted":
                yield Known(f"{channel}:{event['deleted_ts']}", None)
            case _:
                yield Known(f"{channel}:{event['ts']}", dict(event))

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._messages.pop(native_id, None)
        else:
            channel, _, ts = native_id.partition(":")
            self._messages[native_id] = {**resource, "channel": channel, "ts": ts}

    def reset(self) -> None:
        self._messages.clear()

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path:
            case "POST", "/chat.postMessage":
                wanted = ask.json()
                channel, thread = str(wanted.get("channel")), str(wanted.get("thread_ts"))
                about = frozenset({channel, f"{channel}:{thread}", self._answered(channel, thread)})
                return Operation(
                    Calls.REPLY, about, lambda: self._refused(ask) or self._post(wanted)
                )
            case "GET", "/conversations.replies":
                channel, ts = ask.asked("channel") or "", ask.asked("ts") or ""
                return Operation(
                    Calls.LOOK,
                    frozenset({channel, f"{channel}:{ts}"}),
                    lambda: self._refused(ask) or self._replies(ask),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error("is_archived")

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)})

    def _refused(self, ask: Ask) -> Answer | None:
        token = self.bearer(ask)
        if not token:
            return self._error("not_authed")
        return None if token == self.accepts["bot_token"] else self._error("invalid_auth")

    def _thread(self, channel: str, ts: str) -> list[Json]:
        """A message and what hangs on it, oldest first."""
        inside = [
            each
            for each in self._messages.values()
            if each["channel"] == channel and ts in (each["ts"], each.get("thread_ts"))
        ]
        return sorted(inside, key=lambda message: (message["ts"] != ts, message["ts"]))

    def _answered(self, channel: str, thread: str) -> str:
        """The last message in a thread that a customer wrote: what a reply there answers."""
        said = [each["ts"] for each in self._thread(channel, thread) if not each.get("bot_id")]
        return f"{channel}:{max(said, default=thread)}"

    def _post(self, wanted: Json) -> Answer:
        channel, thread, text = (
            str(wanted.get("channel")),
            wanted.get("thread_ts"),
            wanted.get("text"),
        )
        if not any(each["channel"] == channel for each in self._messages.values()):
            return self._error("channel_not_found")
        if not isinstance(text, str) or not text.strip():
            return self._error("no_text")
        if len(text) > self.LIMIT:
            return self._error("msg_too_long")
        if thread is not None and f"{channel}:{thread}" not in self._messages:
            return self._error("thread_not_found")
        if re.search(r"[<>]", text):
            # Slack would take these for markup: a mention, a link. Plain words never have them.
            return self._error("invalid_arguments")
        ts = f"{int(self.clock().timestamp())}.{next(self._numbers):06d}"
        said = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        shown = re.sub(r"(https?://[^\s]+)", r"<\1>", text.replace("🙂", ":slightly_smiling_face:"))
        message: Json = {
            "type": "message",
            "channel": channel,
            "ts": ts,
            "text": shown,
            "metadata": wanted.get("metadata"),
            **self.APP,
        }
        if thread:
            message["thread_ts"] = thread
        answered = self._answered(channel, str(thread or ts))
        self._messages[f"{channel}:{ts}"] = message
        self.took(f"{channel}:{ts}", f"{channel}:{thread or ts}", answered, said, public=False)
        return Answer(
            200,
            {
                "ok": True,
                "channel": channel,
                "ts": ts,
                "message": self._shown(message, metadata=False),
            },
        )

    def _replies(self, ask: Ask) -> Answer:
        channel, ts = ask.asked("channel") or "", ask.asked("ts") or ""
        if f"{channel}:{ts}" not in self._messages:
            return self._error("thread_not_found")
        oldest, latest = ask.asked("oldest") or "0", ask.asked("latest") or "9999999999"
        inclusive, metadata = (
            ask.asked("inclusive") == "true",
            ask.asked("include_all_metadata") == "true",
        )

        def wanted(at: str) -> bool:
            return float(oldest) < float(at) < float(latest) or (
                inclusive and at in {oldest, latest}
            )

        # The parent is in every answer, whatever its time.
        found = [
            each for each in self._thread(channel, ts) if each["ts"] == ts or wanted(each["ts"])
        ]
        start, limit = int(ask.asked("cursor") or 0), int(ask.asked("limit") or 1000)
        more = len(found) > start + limit
        page = [self._shown(each, metadata=metadata) for each in found[start : start + limit]]
        cursor = {"response_metadata": {"next_cursor": str(start + limit) if more else ""}}
        return Answer(200, {"ok": True, "messages": page, "has_more": more, **cursor})

    def _shown(self, message: Json, *, metadata: bool) -> Json:
        hidden = {"channel"} if metadata else {"channel", "metadata"}
        return {name: value for name, value in message.items() if name not in hidden}

    def _error(self, error: str) -> Answer:
        return Answer(200, {"ok": False, "error": error})


PLATFORM = Slack
