"""The replies that simulated platforms received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from heard_simulator.contract import Json


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """One reply that a platform took; `removed_at` is None as long as the platform shows it."""

    platform: str
    native_id: str
    thread: str
    review: str
    text: str
    public: bool
    at: datetime
    removed_at: datetime | None = None

    def to_json(self) -> Json:
        """As `GET /_simulator/replies` lists it."""
        return {
            "platform": self.platform,
            "native_id": self.native_id,
            "thread": self.thread,
            "review": self.review,
            "text": self.text,
            "public": self.public,
            "at": self.at.isoformat(),
            "removed_at": self.removed_at.isoformat() if self.removed_at else None,
        }


class ReplyLedger:
    """Every reply that any platform took, in order of arrival. A removed reply stays in it."""

    def __init__(self) -> None:
        self._replies: list[ReceivedReply] = []

    def __iter__(self) -> Iterator[ReceivedReply]:
        return iter(tuple(self._replies))

    def add(self, reply: ReceivedReply) -> None:
        """Note a reply."""
        self._replies.append(reply)

    def remove(self, platform: str, native_id: str, at: datetime) -> None:
        """Note that the platform does not show a reply any more."""
        self._replies = [
            replace(reply, removed_at=at)
            if (reply.platform, reply.native_id, reply.removed_at) == (platform, native_id, None)
            else reply
            for reply in self._replies
        ]

    def clear(self) -> None:
        """Delete all replies."""
        self._replies.clear()
