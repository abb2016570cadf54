"""The words of a decision: routes, what rules can ask, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from heard.clock import format_time, parse_time
from heard.reviews import Channel, Stage


class Route(StrEnum):
    """Where a review goes."""

    ACKNOWLEDGE = "acknowledge"
    FOLLOW_UP = "follow_up"
    BOTH = "both"
    NOTHING = "nothing"

    @property
    def acknowledges(self) -> bool:
        """Whether an automatic acknowledgement is sent."""
        return self in {Route.ACKNOWLEDGE, Route.BOTH}

    @property
    def follows_up(self) -> bool:
        """Whether a person gets it."""
        return self in {Route.FOLLOW_UP, Route.BOTH}


class ThreadState(StrEnum):
    """What has been said by us under a review before: the furthest it came."""

    FRESH = "fresh"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    WALKED_AWAY = "walked_away"
    RESOLVED = "resolved"
    """Moved to private and resolved, reported, or resolved without a reply."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules can ask beside the assessment.

    `confirmed` says that the review is proven: signed by the platform, or read there; not only
    believed because whoever sent it knew the connection's address. `earlier_complaints` counts the
    author's other reviews that complained; `author_value` is what the customer is worth to the
    business (R21), 0 to 100, None when nobody said.
    """

    channel: Channel
    platform: str
    rating: int | None
    has_text: bool
    public_replies_left: int
    follow_up_open: bool = False
    confirmed: bool = True
    thread: ThreadState = ThreadState.FRESH
    earlier_complaints: int = 0
    author_value: int | None = None

    @property
    def stage(self) -> Stage:
        """Whether the public watches (R05)."""
        return self.channel.stage

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The context that `to_json` wrote."""
        values = dict(fields)
        values["channel"] = Channel(values["channel"])
        values["thread"] = ThreadState(values["thread"])
        for name in ("rating", "public_replies_left", "earlier_complaints", "author_value"):
            values[name] = None if values[name] is None else int(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that nearly decided: all its conditions held but one, `condition`."""

    id: str
    condition: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says about one review revision.

    `fired` lists the ids of the rules that led here, in order; `near` the rules before the deciding
    one that nearly did. `reason` is set for `nothing`. `due_at` is the SLA (by when a person's
    first answer is due), set when `route.follows_up`; `escalate_after` is how many seconds each
    further level of the escalation ladder waits; `checklist` names what the person is shown (R25).
    `send_after` (UTC) is the earliest that an acknowledgement may be sent, None for at once;
    `variants` are the wordings it may have, any where there are none.
    """

    route: Route
    fired: tuple[str, ...]
    policy_hash: str
    reason: str | None = None
    queue: str = "default"
    priority: int = 0
    due_at: datetime | None = None
    escalate_after: tuple[int, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    variants: tuple[str, ...] = ()
    checklist: str | None = None
    send_after: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse, to the millisecond."""
        return {
            "route": self.route.value,
            "fired": list(self.fired),
            "policy_hash": self.policy_hash,
            "reason": self.reason,
            "queue": self.queue,
            "priority": self.priority,
            "due_at": format_time(self.due_at) if self.due_at else None,
            "escalate_after": list(self.escalate_after),
            "near": [{"id": near.id, "condition": near.condition} for near in self.near_misses],
            "variants": list(self.variants),
            "checklist": self.checklist,
            "send_after": format_time(self.send_after) if self.send_after else None,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The decision that `to_json` wrote, by this version or one before."""
        values = dict(fields)
        values["route"] = Route(values["route"])
        values["fired"] = tuple(values["fired"])
        values["escalate_after"] = tuple(int(seconds) for seconds in values["escalate_after"])
        values["priority"] = int(values["priority"])
        values["due_at"] = parse_time(values["due_at"]) if values["due_at"] else None
        values["near"] = tuple(NearMiss(**near) for near in values.get("near", ()))
        values["variants"] = tuple(values.get("variants", ()))
        values["send_after"] = (
            parse_time(values["send_after"]) if values.get("send_after") else None
        )
        return cls(**values)
