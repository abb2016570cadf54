"""Follow-ups: claims with fencing numbers, resolutions, escalation.

Reviews join the one that is open in their thread. A full one is followed by the thread's next one.

Every function is pure. It takes a follow-up and the time, and returns the changed follow-up or a
`Conflict`. What a resolution does to the review and its thread is in `cases`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from heard.assessment import Severity
from heard.clock import add_seconds, format_time, parse_time
from heard.outcomes import Kind
from heard.remedies import Grant
from heard.reviews import reply_id
from heard.threads import Purpose

CLAIM_LEASE: Final = timedelta(minutes=15)
"""How long a claim lasts unless it is renewed."""

MAX_REVIEWS: Final = 200
"""How many reviews one follow-up takes, and one resolution covers.

More get the thread's next follow-up. With these, its item stays below a tenth of what DynamoDB
stores in one, and one run closes them all.
"""

INVITATION_WAIT: Final = timedelta(days=7)
"""How long an invitation may stay without a resolution before it escalates (R09)."""

MAX_MENTIONED: Final = 10
"""How many people a follow-up says to be mentioned: those who were mentioned last."""

DENIED: Final = "denied"
"""What became of a resolution that a lead denied."""
SUPERSEDED: Final = "superseded"
"""What became of a resolution whose reviews were all closed otherwise."""


class Status(StrEnum):
    """Where a follow-up stands."""

    OPEN = "open"
    INVITED = "invited"
    PROMISED = "promised"
    AWAITING_APPROVAL = "awaiting_approval"
    RESOLVING = "resolving"
    CLOSED = "closed"


class Action(StrEnum):
    """What an agent can do with a follow-up."""

    REPLY = "reply"
    INVITE_PRIVATE = "invite_private"
    RESOLVE_WITHOUT_REPLY = "resolve_without_reply"
    PROMISE = "promise"
    WALK_AWAY = "walk_away"
    REPORT_FAKE = "report_fake"


class TakeoverReason(StrEnum):
    """Why a lead takes a follow-up over. A closed list, as it goes into the log."""

    OVERDUE = "overdue"
    ABSENT = "absent"
    EXPERTISE = "expertise"
    SEVERITY = "severity"
    CUSTOMER_ASKED = "customer_asked"
    OTHER = "other"


class ConflictCode(StrEnum):
    """Why a person's step is refused. The desk answers 409 with it, and nothing changes."""

    CLOSED = "already_closed"
    RESOLVED = "already_resolved"
    RESOLUTION_DIFFERS = "resolution_differs"
    RESOLUTION_OVER = "resolution_over"
    RESOLUTION_CHANGED = "resolution_changed"
    AWAITING_APPROVAL = "awaiting_approval"
    NOT_CLAIMED = "not_claimed"
    CLAIMED_BY_OTHER = "claimed_by_other"
    CLAIM_LOST = "claim_lost"
    CLAIM_EXPIRED = "claim_expired"
    CHANGED = "changed"
    NOTE_DIFFERS = "note_differs"
    TOO_MANY_NOTES = "too_many_notes"
    CANNOT_MENTION = "cannot_mention"
    DUE_SOON = "due_soon"
    CAP_REACHED = "cap_reached"
    LINT = "lint"
    ALREADY_PRIVATE = "already_private"
    DATE_PASSED = "date_passed"
    DATE_TOO_LATE = "date_too_late"
    REMEDY_UNKNOWN = "remedy_unknown"
    CODE_UNKNOWN = "code_unknown"
    NOTHING_TO_APPROVE = "nothing_to_approve"
    SAME_PERSON = "same_person"
    NO_REPLY_HERE = "no_reply_here"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A step that is refused: a value, no exception. `detail` says what to do next."""

    code: ConflictCode
    detail: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an agent decided about a follow-up.

    `id` is the caller's own: the same id again means the same resolution. `reply` is the id of
    the reply to send, if any. `reviews` are those that it covers, as they were when the
    follow-up was claimed: a review that joined or was edited since is not covered. `fix`,
    `root_cause` (R14) and `reason` are codes of the policy. Free text, such as the evidence of
    a fake, is kept sealed with the follow-up and is not here. `remedy` is what the customer is
    granted (R28). `approved_by` is the lead who approved it.
    """

    id: str
    action: Action
    agent: str
    at: str
    reply: str | None = None
    promised_for: str | None = None
    reason: str | None = None
    fix: str | None = None
    root_cause: str | None = None
    approved_by: str | None = None
    reviews: tuple[str, ...] = ()
    remedy: Grant | None = None

    @property
    def key(self) -> str:
        """Whose resolution it is, and which of theirs."""
        return f"{self.agent}/{self.id}"

    @property
    def digest(self) -> str:
        """Names exactly this resolution: another content, agent, id or time has another digest.

        A lead who decides sends it. So nobody approves what they have not read.
        """
        fields = {name: value for name, value in self.to_json().items() if name != "approved_by"}
        canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        remedy = self.remedy.to_json() if self.remedy else None
        fields |= {"action": self.action.value, "reviews": list(self.reviews), "remedy": remedy}
        return {name: value for name, value in fields.items() if value is not None}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The resolution that `to_json` wrote."""
        return cls(
            id=fields["id"],
            action=Action(fields["action"]),
            agent=fields["agent"],
            at=fields["at"],
            reply=fields.get("reply"),
            promised_for=fields.get("promised_for"),
            reason=fields.get("reason"),
            fix=fields.get("fix"),
            root_cause=fields.get("root_cause"),
            approved_by=fields.get("approved_by"),
            reviews=tuple(fields["reviews"]),
            remedy=Grant.from_json(fields["remedy"]) if fields.get("remedy") else None,
        )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One piece of work for a person.

    Times are texts of `clock.format_time`. `fence` grows with each claim. `last_resolution_key` is
    the key of the resolution accepted last. It outlives that resolution, so that a repeated request
    is recognised. `last_resolution_end` says what became of that resolution when it is gone: the
    action that took effect, or why it did not (`denied`, `superseded`, `reply_rejected`,
    `reply_unknown`). `rules` and `checklist` are those of the decision that opened or raised the
    follow-up. `grants` are the remedies of all its resolutions (R28). `worst` is the review that
    raised its severity last; None when the first one did. `run` counts its workflow executions: an
    answer ends one. `unread` are reviews that joined or were edited since it was claimed, or could
    not be read then.
    `announced_by` is the key of the resolution that invited or promised last. `new_words` counts
    how often a review joined or was edited since its fencing number is this one. `mentioned` are
    the people whom a note mentions, until they have done something here.
    """

    id: str
    business: str
    thread: str
    reviews: tuple[str, ...]
    platform: str
    channel: str
    severity: Severity
    queue: str
    priority: int
    opened_at: str
    due_at: str
    escalate_after: tuple[int, ...] = ()
    why: str = "policy"
    status: Status = Status.OPEN
    level: int = 0
    fence: int = 0
    claimed_by: str | None = None
    claim_expires_at: str | None = None
    resolution: Resolution | None = None
    last_resolution_key: str | None = None
    last_resolution_end: str | None = None
    promised_for: str | None = None
    invited: bool = False
    closing_kind: Kind | None = None
    run: int = 0
    rules: tuple[str, ...] = ()
    checklist: str | None = None
    grants: tuple[Grant, ...] = ()
    worst: str | None = None
    unread: tuple[str, ...] = ()
    announced_by: str | None = None
    new_words: int = 0
    mentioned: tuple[str, ...] = ()

    @property
    def revision(self) -> str:
        """Names what can be read in it. It changes with each new claim and with each new word.

        A claim that is renewed leaves it, so that nobody renews away what they did not read.
        """
        return f"{self.fence}.{self.new_words}"

    @property
    def execution_name(self) -> str:
        """The name of its workflow execution; a lost execution is followed by the next run."""
        return f"{self.id}-{self.run}"

    def reply_of(self, resolution_key: str) -> str:
        """The id of the reply of one of its resolutions, if that has a reply."""
        return reply_id(self.thread, f"{self.id}/{resolution_key}", Purpose.RESOLUTION.value)

    @property
    def reviews_to_read(self) -> tuple[str, ...]:
        """Its reviews in the order to read them: the worst, then the others, the newest first."""
        worst = self.worst if self.worst in self.reviews else next(iter(self.reviews), None)
        if worst is None:
            return ()
        return (worst, *(review for review in self.reviews[::-1] if review != worst))

    def takes(self, review: str) -> bool:
        """Whether a review is in it, or may join it."""
        return review in self.reviews or len(self.reviews) < MAX_REVIEWS

    @property
    def settled(self) -> bool:
        """Whether no person has anything left to do."""
        return self.status in {Status.CLOSED, Status.RESOLVING}

    @property
    def covered_reviews(self) -> tuple[str, ...]:
        """Its reviews that its resolution covers, or that one by whoever has claimed it covers."""
        if self.resolution:
            return tuple(review for review in self.reviews if review in self.resolution.reviews)
        return tuple(review for review in self.reviews if review not in self.unread)

    def wait_seconds(self, now: datetime) -> int:
        """Whole seconds until it is due, at least 1."""
        return max(1, round((parse_time(self.due_at) - now).total_seconds()))

    def is_claimed(self, now: datetime) -> bool:
        """Whether an agent holds a claim now."""
        return self.claim_expires_at is not None and now < parse_time(self.claim_expires_at)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse.

        Absent fields and zeros are left out, since every write costs its length.
        """
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields |= {
            "reviews": list(self.reviews),
            "severity": self.severity.value,
            "status": self.status.value,
            "escalate_after": list(self.escalate_after),
            "resolution": self.resolution.to_json() if self.resolution else None,
            "closing_kind": self.closing_kind.value if self.closing_kind else None,
            "rules": list(self.rules) or None,
            "grants": [grant.to_json() for grant in self.grants] or None,
            "unread": list(self.unread) or None,
            "mentioned": list(self.mentioned) or None,
        }
        return {name: value for name, value in fields.items() if value not in (None, 0, False)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The follow-up that `to_json` wrote."""
        return cls(
            id=fields["id"],
            business=fields["business"],
            thread=fields["thread"],
            reviews=tuple(fields["reviews"]),
            platform=fields["platform"],
            channel=fields["channel"],
            severity=Severity(fields["severity"]),
            queue=fields["queue"],
            priority=fields.get("priority", 0),
            opened_at=fields["opened_at"],
            due_at=fields["due_at"],
            escalate_after=tuple(fields["escalate_after"]),
            why=fields["why"],
            status=Status(fields["status"]),
            level=fields.get("level", 0),
            fence=fields.get("fence", 0),
            claimed_by=fields.get("claimed_by"),
            claim_expires_at=fields.get("claim_expires_at"),
            resolution=(
                Resolution.from_json(fields["resolution"]) if fields.get("resolution") else None
            ),
            last_resolution_key=fields.get("last_resolution_key"),
            last_resolution_end=fields.get("last_resolution_end"),
            promised_for=fields.get("promised_for"),
            invited=fields.get("invited", False),
            closing_kind=Kind(fields["closing_kind"]) if fields.get("closing_kind") else None,
            run=fields.get("run", 0),
            rules=tuple(fields.get("rules", ())),
            checklist=fields.get("checklist"),
            grants=tuple(Grant.from_json(grant) for grant in fields.get("grants", ())),
            worst=fields.get("worst"),
            unread=tuple(fields.get("unread", ())),
            announced_by=fields.get("announced_by"),
            new_words=fields.get("new_words", 0),
            mentioned=tuple(fields.get("mentioned", ())),
        )


def parse_fence(text: str | None) -> int | None:
    """The number of a claim, as a workflow passes it on; None from one that does not know it."""
    return int(text) if text and text.isdecimal() else None


def claim(
    follow_up: FollowUp, agent: str, now: datetime, *, unreadable: Collection[str] = ()
) -> FollowUp | Conflict:
    """The follow-up claimed by `agent`: with the next fencing number, or the claim renewed.

    Whoever claims reads it then. So nothing in it is unread any more but its `unreadable` reviews,
    whose stored state is damaged: what the agent resolves does not cover them.
    """
    unread = tuple(review for review in follow_up.reviews if review in unreadable)
    if follow_up.settled:
        return _settled_conflict(follow_up)
    if follow_up.is_claimed(now):
        if follow_up.claimed_by != agent:
            return Conflict(
                ConflictCode.CLAIMED_BY_OTHER,
                f"Another agent holds it until {follow_up.claim_expires_at}. Choose another one.",
            )
        return replace(follow_up, claim_expires_at=format_time(now + CLAIM_LEASE), unread=unread)
    return _claim_anew(without_mention(follow_up, agent), agent, now, unread)


def _claim_anew(
    follow_up: FollowUp, agent: str, now: datetime, unread: tuple[str, ...]
) -> FollowUp:
    return replace(
        follow_up,
        fence=follow_up.fence + 1,
        claimed_by=agent,
        claim_expires_at=format_time(now + CLAIM_LEASE),
        unread=unread,
        new_words=0,
    )


def take_over(
    follow_up: FollowUp,
    lead: str,
    fence: int,
    now: datetime,
    *,
    unreadable: Collection[str] = (),
) -> FollowUp | Conflict:
    """The follow-up claimed by `lead` instead of by the agent whose claim has this `fence`.

    With the next fencing number, so that nothing which that agent sends afterwards counts. Repeated
    by the same lead it changes nothing; a repetition that comes late takes nothing from anybody who
    claimed it since. Like whoever claims, the lead reads it then.
    """
    if follow_up.settled:
        return _settled_conflict(follow_up)
    if follow_up.claimed_by == lead and follow_up.fence in {fence, fence + 1}:
        return follow_up
    if follow_up.fence != fence:
        return Conflict(
            ConflictCode.CLAIM_LOST,
            "It was claimed again since. Read who has it now, and send the `fence` of that claim.",
        )
    if follow_up.status is Status.AWAITING_APPROVAL:
        return Conflict(
            ConflictCode.AWAITING_APPROVAL,
            "A resolution waits for a lead. Approve or deny it: there is nothing to take over.",
        )
    if not follow_up.is_claimed(now):
        return Conflict(ConflictCode.NOT_CLAIMED, "Nobody has claimed it any more: claim it.")
    unread = tuple(review for review in follow_up.reviews if review in unreadable)
    return _claim_anew(without_mention(follow_up, lead), lead, now, unread)


def with_mentions(follow_up: FollowUp, mentions: Sequence[str], author: str) -> FollowUp:
    """The follow-up after a note by `author` that mentions these people, oldest mention first.

    Whoever writes has answered what they were mentioned for.
    """
    others = tuple(
        person for person in follow_up.mentioned if person not in mentions and person != author
    )
    return replace(follow_up, mentioned=(*others, *mentions)[-MAX_MENTIONED:])


def without_mention(follow_up: FollowUp, person: str) -> FollowUp:
    """The follow-up after a mentioned person has read why, or did something here."""
    if person not in follow_up.mentioned:
        return follow_up
    others = tuple(other for other in follow_up.mentioned if other != person)
    return replace(follow_up, mentioned=others)


def with_new_words(follow_up: FollowUp, review: str, now: datetime) -> FollowUp:
    """The follow-up with a review that joined it, or that was edited, after somebody read it.

    What is resolved already does not cover these words, nor does what an agent resolves who claimed
    it before: nobody has read them (R01, R22).
    """
    resolution = follow_up.resolution
    if resolution:
        others = tuple(other for other in resolution.reviews if other != review)
        resolution = replace(resolution, reviews=others)
    unread = follow_up.unread
    new_words = follow_up.new_words
    if follow_up.is_claimed(now):
        new_words += 1
        if review not in unread:
            unread = (*unread, review)
    return replace(follow_up, resolution=resolution, unread=unread, new_words=new_words)


def release(follow_up: FollowUp, agent: str, fence: int, now: datetime) -> FollowUp | Conflict:
    """The follow-up without its claim; it is no error when nobody holds one."""
    if not follow_up.is_claimed(now):
        return follow_up
    if follow_up.claimed_by != agent or follow_up.fence != fence:
        return Conflict(
            ConflictCode.CLAIM_LOST,
            "Another agent holds the claim now; you have no claim to release.",
        )
    return replace(follow_up, claimed_by=None, claim_expires_at=None)


def check_resolvable(
    follow_up: FollowUp, agent: str, fence: int, now: datetime, *, seen: str | None = None
) -> Conflict | None:
    """Why a resolution by this agent with this fence is refused; None when it is not.

    `seen` is the `revision` that the agent has read, if they say so: then nothing else is resolved.
    """
    if follow_up.settled:
        return _settled_conflict(follow_up)
    if follow_up.status is Status.AWAITING_APPROVAL:
        return Conflict(
            ConflictCode.AWAITING_APPROVAL,
            "A resolution waits for a lead, who must approve or deny it first: it walks away, or "
            "grants more than an agent may.",
        )
    if follow_up.fence != fence and follow_up.fence:
        return Conflict(
            ConflictCode.CLAIM_LOST,
            "It was claimed again since. Read it again, and claim it before you resolve it.",
        )
    if follow_up.claimed_by is None:
        return Conflict(
            ConflictCode.NOT_CLAIMED,
            "Claim it first, and send the claim's `fence` with the resolution.",
        )
    if follow_up.claimed_by != agent:
        return Conflict(
            ConflictCode.CLAIM_LOST, "Another agent holds the claim. Choose another one."
        )
    if not follow_up.is_claimed(now):
        return Conflict(
            ConflictCode.CLAIM_EXPIRED,
            "The claim expired. Claim it again, read what changed, then resolve it.",
        )
    if not follow_up.covered_reviews:
        return Conflict(
            ConflictCode.CHANGED,
            "The customer has changed their words since you claimed it. Claim it again, read what "
            "changed, then resolve it.",
        )
    if seen not in {None, follow_up.revision}:
        return Conflict(
            ConflictCode.CHANGED,
            "Something was written or edited since you read it. Read it again, then resolve it "
            "with the `revision` that you have read.",
        )
    return None


def check_approvable(follow_up: FollowUp, lead: str, digest: str) -> Conflict | None:
    """Why `lead` cannot approve or deny the resolution with this digest; None if they can.

    R20 and R28 ask for a second person.
    """
    if follow_up.settled:
        return _settled_conflict(follow_up)
    if follow_up.status is not Status.AWAITING_APPROVAL or follow_up.resolution is None:
        return Conflict(ConflictCode.NOTHING_TO_APPROVE, "Nobody has asked for an approval here.")
    if follow_up.resolution.digest != digest:
        return Conflict(
            ConflictCode.RESOLUTION_CHANGED,
            "Another resolution waits here than the one that you decided about. Read it, and send "
            "its `digest`.",
        )
    if follow_up.resolution.agent == lead:
        return Conflict(
            ConflictCode.SAME_PERSON,
            "This takes two people: somebody else must approve or deny it.",
        )
    return None


def escalate(follow_up: FollowUp, now: datetime) -> FollowUp:
    """One level up (R08), due again after that level's wait; the last level repeats."""
    waits = follow_up.escalate_after or (24 * 3600,)
    wait = waits[min(follow_up.level, len(waits) - 1)]
    return replace(follow_up, level=follow_up.level + 1, due_at=format_time(add_seconds(now, wait)))


def check_open(follow_up: FollowUp) -> Conflict | None:
    """Why a person has nothing left to do here; None if they have."""
    return _settled_conflict(follow_up) if follow_up.settled else None


def _settled_conflict(follow_up: FollowUp) -> Conflict:
    if follow_up.status is Status.RESOLVING:
        return Conflict(
            ConflictCode.RESOLVED, "It is resolved already; its resolution is being carried out."
        )
    return Conflict(ConflictCode.CLOSED, f"It is closed ({follow_up.closing_kind}).")
