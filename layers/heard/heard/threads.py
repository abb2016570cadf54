"""A thread: a review and all that was said under it. It owns the two-reply cap (R04).

A reply takes a slot before it is sent. Its states: `reserved`, `sending`, `sent`. After a fault
that leaves open whether the platform has the reply, it is `doubtful`, and the platform is asked.
Where the platform cannot be asked, it is `unknown`. A public slot is given back only when it is
certain that nothing was posted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from heard.clock import format_time, parse_time

PUBLIC_REPLY_CAP: Final = 2
"""R04: never reply more than twice in one public thread."""

MAX_MACHINES: Final = 5
"""How many authors of one thread are remembered as machines."""

SENDING_LEASE: Final = timedelta(seconds=45)
"""How long other runs leave a reply to the run that is sending it: longer than a run may last."""


class SlotState(StrEnum):
    """Where a reply stands."""

    RESERVED = "reserved"
    SENDING = "sending"
    DOUBTFUL = "doubtful"
    SENT = "sent"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """Why a reply is sent."""

    ACKNOWLEDGEMENT = "acknowledgement"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Slot:
    """One reply's place in its thread.

    `tried_at` is when the last attempt to send began, `first_tried_at` when the first did. Before
    `not_before` it must not be sent, because of the policy's delay or quiet hours; None when it may
    be sent at once. `variant` names the wording of an acknowledgement.
    """

    reply: str
    purpose: Purpose
    public: bool
    state: SlotState = SlotState.RESERVED
    tried_at: str | None = None
    first_tried_at: str | None = None
    not_before: str | None = None
    variant: str | None = None

    def is_waiting(self, now: datetime) -> bool:
        """Whether it is too early to send it."""
        return self.not_before is not None and now < parse_time(self.not_before)

    def is_being_sent(self, now: datetime) -> bool:
        """Whether another run is sending it just now."""
        return (
            self.state is SlotState.SENDING
            and self.tried_at is not None
            and now < parse_time(self.tried_at) + SENDING_LEASE
        )

    @property
    def must_find_reply(self) -> bool:
        """Whether the platform may have it, and must be asked before it is posted again."""
        return self.state in {SlotState.SENDING, SlotState.DOUBTFUL}

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields = {
            "reply": self.reply,
            "purpose": self.purpose.value,
            "public": self.public,
            "state": self.state.value,
        }
        optional_fields = {
            name: getattr(self, name)
            for name in ("tried_at", "first_tried_at", "not_before", "variant")
        }
        return fields | {name: value for name, value in optional_fields.items() if value}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The slot that `to_json` wrote."""
        return cls(
            reply=fields["reply"],
            purpose=Purpose(fields["purpose"]),
            public=fields["public"],
            state=SlotState(fields["state"]),
            tried_at=fields.get("tried_at"),
            first_tried_at=fields.get("first_tried_at"),
            not_before=fields.get("not_before"),
            variant=fields.get("variant"),
        )


@dataclass(frozen=True, slots=True)
class LastReply:
    """A reply that we sent in a thread, and when its sending began."""

    reply: str
    purpose: Purpose
    at: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Our replies under a review, and the follow-up that reviews join now, if any.

    `follow_up_count` counts all follow-ups that there were. `cap` is how many public replies the
    business's policy allows, at most `PUBLIC_REPLY_CAP`. `last_private_reply` is the last one that
    was sent in private, as it has no slot any more. `machines` are the authors who write here
    like machines, until a person replies: see `heard.automatic_replies`. Of a `damaged` thread only
    the id is known. It may hold two replies, so nothing may be said in it, and it is not stored.
    """

    id: str
    slots: tuple[Slot, ...] = ()
    follow_up: str | None = None
    follow_up_count: int = 0
    cap: int = PUBLIC_REPLY_CAP
    last_private_reply: LastReply | None = None
    machines: tuple[str, ...] = ()
    damaged: bool = False

    @property
    def public_replies(self) -> int:
        """Public replies that are posted, may be posted, or are about to be posted."""
        return sum(slot.public for slot in self.slots)

    @property
    def public_replies_left(self) -> int:
        """How many more public replies R04 and the policy allow here."""
        if self.damaged:
            return 0
        return max(0, min(self.cap, PUBLIC_REPLY_CAP) - self.public_replies)

    @property
    def last_reply(self) -> LastReply | None:
        """The last reply that was sent here, in public or in private."""
        replies = [
            LastReply(slot.reply, slot.purpose, slot.first_tried_at)
            for slot in self.slots
            if slot.state is SlotState.SENT and slot.first_tried_at
        ]
        replies += [self.last_private_reply] if self.last_private_reply else []
        return max(replies, key=lambda reply: reply.at, default=None)

    def slot(self, reply: str) -> Slot | None:
        """The slot of a reply, if it has one."""
        return next((slot for slot in self.slots if slot.reply == reply), None)

    def reserve(
        self,
        reply: str,
        purpose: Purpose,
        *,
        public: bool,
        not_before: datetime | None = None,
        variant: str | None = None,
    ) -> Self | None:
        """This thread with a slot for the reply; None when the cap is reached, or it is damaged.

        A reply that has a slot keeps it.
        """
        if self.slot(reply):
            return self
        if self.damaged or (public and not self.public_replies_left):
            return None
        slot = Slot(
            reply,
            purpose,
            public,
            not_before=format_time(not_before) if not_before else None,
            variant=variant,
        )
        return replace(self, slots=(*self.slots, slot))

    def limited_to(self, public_replies: int, *, replaces_reply: bool) -> Self:
        """This thread with the cap of a policy.

        `replaces_reply`: the platform shows one reply, and a person's takes the place of our
        acknowledgement. Then the acknowledgement does not count: thanks under what has become a
        complaint could never be replaced where a policy allows one reply.
        """
        is_replaceable = replaces_reply and any(
            slot.public and slot.purpose is Purpose.ACKNOWLEDGEMENT for slot in self.slots
        )
        return replace(self, cap=min(public_replies + is_replaceable, PUBLIC_REPLY_CAP))

    def with_variant(self, reply: str, variant: str) -> Self:
        """This thread with another wording of a reply that is not sent yet."""
        return self._update_slot(reply, lambda slot: replace(slot, variant=variant))

    def mark_sending(self, reply: str, now: datetime) -> Self:
        """This thread with the reply marked as being sent now."""
        time = format_time(now)
        return self._update_slot(
            reply,
            lambda slot: replace(
                slot,
                state=SlotState.SENDING,
                tried_at=time,
                first_tried_at=slot.first_tried_at or time,
            ),
        )

    def mark_interrupted(self, reply: str, *, maybe_applied: bool) -> Self:
        """This thread after an attempt that ended in a fault."""
        state = SlotState.DOUBTFUL if maybe_applied else SlotState.RESERVED
        return self._update_slot(reply, lambda slot: replace(slot, state=state))

    def mark_sent(self, reply: str, now: datetime) -> Self:
        """This thread with the reply sent. A private one leaves no slot: only public ones count.

        When a person has replied, nobody here counts as a machine any more.
        """
        slot = self.slot(reply)
        if slot is None:
            return self
        machines = () if slot.purpose is Purpose.RESOLUTION else self.machines
        thread = replace(self, machines=machines)
        if slot.public:
            return thread._update_slot(reply, lambda slot: replace(slot, state=SlotState.SENT))
        last_reply = LastReply(reply, slot.purpose, slot.first_tried_at or format_time(now))
        return replace(thread.without_reply(reply), last_private_reply=last_reply)

    def suspect(self, author: str) -> Self:
        """This thread with an author who writes like a machine; the last few are kept."""
        others = tuple(other for other in self.machines if other != author)
        return replace(self, machines=(*others, author)[-MAX_MACHINES:])

    def mark_unknown(self, reply: str) -> Self:
        """This thread with a reply that may be there; it keeps its slot."""
        return self._update_slot(reply, lambda slot: replace(slot, state=SlotState.UNKNOWN))

    def without_reply(self, reply: str) -> Self:
        """This thread without a reply that was certainly not posted, or is private and sent."""
        return replace(self, slots=tuple(slot for slot in self.slots if slot.reply != reply))

    def _update_slot(self, reply: str, update: Callable[[Slot], Slot]) -> Self:
        return replace(
            self, slots=tuple(update(slot) if slot.reply == reply else slot for slot in self.slots)
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields: dict[str, Any] = {"id": self.id, "follow_up_count": self.follow_up_count}
        if self.cap != PUBLIC_REPLY_CAP:
            fields["cap"] = self.cap
        if self.slots:
            fields["slots"] = [slot.to_json() for slot in self.slots]
        if self.follow_up:
            fields["follow_up"] = self.follow_up
        if reply := self.last_private_reply:
            fields["last_private_reply"] = [reply.reply, reply.purpose.value, reply.at]
        if self.machines:
            fields["machines"] = list(self.machines)
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The thread that `to_json` wrote."""
        slots = tuple(Slot.from_json(slot) for slot in fields.get("slots", ()))
        last_reply = None
        if "last_private_reply" in fields:
            reply, purpose, at = fields["last_private_reply"]
            last_reply = LastReply(reply, Purpose(purpose), at)
        return cls(
            id=fields["id"],
            slots=slots,
            follow_up=fields.get("follow_up"),
            follow_up_count=int(fields["follow_up_count"]),
            cap=int(fields.get("cap", PUBLIC_REPLY_CAP)),
            last_private_reply=last_reply,
            machines=tuple(fields.get("machines", ())),
        )
