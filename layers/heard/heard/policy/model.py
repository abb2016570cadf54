"""A decision and its parts: the route, the context of a review, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from heard.automatic_replies import MachineSign
from heard.clock import format_time, parse_time
from heard.reviews import Channel, Stage
from heard.stored_fields import known_fields


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
        """Whether a person gets the review."""
        return self in {Route.FOLLOW_UP, Route.BOTH}


class ThreadState(StrEnum):
    """How far we came in a thread before this revision."""

    FRESH = "fresh"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    WALKED_AWAY = "walked_away"
    RESOLVED = "resolved"
    """Resolved in private, reported as fake, or resolved without a reply."""


_FIELDS_OF_REPEATED_ANSWERS: Final = frozenset(
    {"automatic_replies", "thread_automatic_replies", "machine", "no_answer"}
)


class NoAnswer(StrEnum):
    """Why words want no answer, whatever else they seem to be."""

    THANKS = "thanks"
    """They only thank for our reply."""
    OWN_WORDS = "own_words"
    """They are our own words, with a reaction to them at most."""


@dataclass(frozen=True, slots=True)
class Context:
    """What rules can ask about a review besides its assessment.

    `verified` says that the platform signed the review, or that we read it there. A review that is
    not verified is only known from a request to the connection's secret address.
    `earlier_complaints` counts the author's other reviews that complained. `author_value` is the
    customer's value to the business (R21), 0 to 100, None if it is not known.
    `automatic_replies` counts those that the author got in the last 24 hours, and
    `thread_automatic_replies` those of them in this thread. `machine` is why a machine seems to
    have written it. `can_reply` says that a reply can be sent from here: it is False on a
    connection that only receives.
    """

    channel: Channel
    platform: str
    rating: int | None
    has_text: bool
    public_replies_left: int
    follow_up_open: bool = False
    verified: bool = True
    thread: ThreadState = ThreadState.FRESH
    earlier_complaints: int = 0
    author_value: int | None = None
    automatic_replies: int = 0
    thread_automatic_replies: int = 0
    machine: MachineSign | None = None
    no_answer: NoAnswer | None = None
    can_reply: bool = True

    @property
    def stage(self) -> Stage:
        """Whether the public watches (R05)."""
        return self.channel.stage

    def to_json(self) -> dict[str, Any]:
        """A JSON object, which `from_json` reads.

        What only repeated answers have is left out, and what nearly all connections can.
        """
        fields = asdict(self)
        if self.can_reply:
            del fields["can_reply"]
        return {
            name: value
            for name, value in fields.items()
            if value or name not in _FIELDS_OF_REPEATED_ANSWERS
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The context that `to_json` wrote, in this version or an earlier one."""
        values = known_fields(cls, fields)
        values["channel"] = Channel(values["channel"])
        values["thread"] = ThreadState(values["thread"])
        for name in ("rating", "public_replies_left", "earlier_complaints", "author_value"):
            values[name] = None if values[name] is None else int(values[name])
        for name in ("automatic_replies", "thread_automatic_replies"):
            values[name] = int(values.get(name, 0))
        values["machine"] = MachineSign(values["machine"]) if values.get("machine") else None
        values["no_answer"] = NoAnswer(values["no_answer"]) if values.get("no_answer") else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that nearly decided: all its conditions held except one, `condition`."""

    id: str
    condition: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says about one review revision.

    `fired` are the ids of the rules that led here, in order; `near_misses` the rules before the
    deciding one that nearly decided. `reason` is set for the route `nothing`. `due_at` is by when a
    person's first answer is due, set if `route.follows_up`. `escalate_after` is how many seconds
    each level of the escalation ladder waits. `checklist` names what the person sees (R25).
    `send_after` (UTC) is the earliest time for an acknowledgement, None for now. `variants` are the
    wordings that it may have; without any it may have each one.
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
        """A JSON object, which `from_json` reads. Times are exact to the millisecond."""
        return {
            "route": self.route.value,
            "fired": list(self.fired),
            "policy_hash": self.policy_hash,
            "reason": self.reason,
            "queue": self.queue,
            "priority": self.priority,
            "due_at": format_time(self.due_at) if self.due_at else None,
            "escalate_after": list(self.escalate_after),
            "near_misses": [asdict(near_miss) for near_miss in self.near_misses],
            "variants": list(self.variants),
            "checklist": self.checklist,
            "send_after": format_time(self.send_after) if self.send_after else None,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The decision that `to_json` wrote, in this version or an earlier one."""
        values = known_fields(cls, fields)
        values["route"] = Route(values["route"])
        values["fired"] = tuple(values["fired"])
        values["escalate_after"] = tuple(int(seconds) for seconds in values["escalate_after"])
        values["priority"] = int(values["priority"])
        values["due_at"] = parse_time(values["due_at"]) if values["due_at"] else None
        values["near_misses"] = tuple(
            NearMiss(**known_fields(NearMiss, near_miss))
            for near_miss in values.get("near_misses", ())
        )
        values["variants"] = tuple(values.get("variants", ()))
        values["send_after"] = (
            parse_time(values["send_after"]) if values.get("send_after") else None
        )
        return cls(**values)
