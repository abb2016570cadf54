"""The words of a decision: routes, what rules can ask, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from heard.clock import moment, stamp
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


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules can ask beside the assessment.

    `confirmed` says that the review is proven: signed by the platform, or read there; not only believed because whoever sent it knew
    the connection's address.
    """

    channel: Channel
    platform: str
    rating: int | None
    has_text: bool
    public_replies_left: int
    follow_up_open: bool = False
    confirmed: bool = True

    @property
    def stage(self) -> Stage:
        """Whether the public watches (R05)."""
        return self.channel.stage


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says about one review revision.

    `fired` lists the ids of the rules that led here, in order; `reason` is set for `nothing`. `due_at` is
    the SLA (by when a person's first answer is due), set when `route.follows_up`; `escalate_after` is how many
    seconds each further level of the escalation ladder waits.
    """

    route: Route
    fired: tuple[str, ...]
    policy_hash: str
    reason: str | None = None
    queue: str = "default"
    priority: int = 0
    due_at: datetime | None = None
    escalate_after: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {
            "route": self.route.value,
            "fired": list(self.fired),
            "policy_hash": self.policy_hash,
            "reason": self.reason,
            "queue": self.queue,
            "priority": self.priority,
            "due_at": stamp(self.due_at) if self.due_at else None,
            "escalate_after": list(self.escalate_after),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The decision that `to_json` wrote."""
        known = dict(fields)
        known["route"] = Route(known["route"])
        known["fired"] = tuple(known["fired"])
        known["escalate_after"] = tuple(int(seconds) for seconds in known["escalate_after"])
        known["priority"] = int(known["priority"])
        known["due_at"] = moment(known["due_at"]) if known["due_at"] else None
        return cls(**known)
