"""A case: one review's state, its thread, and the thread's open follow-up.

And how each step changes them.

Every function is pure and returns a `Change` (the case after, and the facts to append) or a
`Refused`. Storage writes a change in one transaction or not at all, and only if nobody else changed
the case in between, so the rules stated here hold for any number of runs, late and out of order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from heard import remedies
from heard.assessment import Assessment, Severity
from heard.clock import add_seconds, format_time, parse_time
from heard.follow_ups import (
    INVITATION_WAIT,
    Action,
    Conflict,
    ConflictCode,
    FollowUp,
    Resolution,
    Status,
)
from heard.follow_ups import escalate as escalated
from heard.outcomes import Fact, Kind, OutcomeSubject, initial_hash
from heard.policy import Decision, Policy, Route
from heard.remedies import Grant
from heard.reviews import (
    Channel,
    EventKind,
    ReviewEvent,
    Stage,
    author_id,
    follow_up_id,
    review_id,
    thread_id,
)
from heard.threads import Purpose, Slot, SlotState, Thread


@dataclass(frozen=True, slots=True)
class Review:
    """A review's state. `revision` and `digest` are those last acted on.

    `sequence` and `head` are its chain's.

    `closed` is its closing kind while it is closed, None while it is open. `delivery` is the
    webhook delivery that brought the revision, so that a retry of that delivery resumes and a new
    one is a duplicate. An `unproven` revision is believed by the secrecy of the connection's
    address alone.
    """

    id: str
    business: str
    platform: str
    connection: str
    channel: Channel
    thread: str
    author: str
    native_id: str
    revision: str
    digest: str
    delivery: str
    touched_at: str
    rating: int | None = None
    severity: Severity | None = None
    route: Route = Route.NOTHING
    reply: str | None = None
    closing_kind: Kind | None = None
    withdrawn: bool = False
    unverified: bool = False
    sequence: int = 0
    head: str = ""

    @property
    def outcome_subject(self) -> OutcomeSubject:
        """What each of its outcomes repeats."""
        severity = self.severity.value if self.severity else None
        return OutcomeSubject(self.id, self.business, self.platform, self.channel.value, severity)

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: value
            for name, value in fields.items()
            if value is not None and value is not False
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The review that `to_json` wrote."""
        return cls(
            id=fields["id"],
            business=fields["business"],
            platform=fields["platform"],
            connection=fields["connection"],
            channel=Channel(fields["channel"]),
            thread=fields["thread"],
            author=fields["author"],
            native_id=fields["native_id"],
            revision=fields["revision"],
            digest=fields["digest"],
            delivery=fields["delivery"],
            touched_at=fields["touched_at"],
            rating=fields.get("rating"),
            severity=Severity(fields["severity"]) if fields.get("severity") else None,
            route=Route(fields["route"]),
            reply=fields.get("reply"),
            closing_kind=Kind(fields["closing_kind"]) if fields.get("closing_kind") else None,
            withdrawn=fields.get("withdrawn", False),
            unverified=fields.get("unverified", False),
            sequence=fields["sequence"],
            head=fields["head"],
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A review, its thread, and the thread's open follow-up (None when there is none)."""

    review: Review
    thread: Thread
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a step makes of a case.

    The case after it, and the facts to append to the review's chain.
    """

    case: Case
    facts: tuple[Fact, ...] = ()


class Arrival(StrEnum):
    """What an event is to us, given what we have seen of its review."""

    NEW = "new"
    NEWER = "newer"
    UNCHANGED = "unchanged"
    RESUMED = "resumed"
    DUPLICATE = "duplicate"
    LATE = "late"
    WITHDRAWAL = "withdrawal"
    OWN_REPLY = "own_reply"


def classify_arrival(review: Review | None, event: ReviewEvent, delivery: str) -> Arrival:
    """What this event is, whatever was seen before and in whatever order.

    Revisions are compared as (revision, digest), so that even platforms which do not number their
    edits end in the same state in any order of arrival.
    """
    if review is not None and review.delivery == delivery and review.revision == event.revision:
        return Arrival.RESUMED
    last_revision = (review.revision, review.digest) if review else ("", "")
    if review is not None and (event.revision, event.digest) == last_revision:
        is_same_state = review.withdrawn == (event.kind is EventKind.WITHDRAWN)
        return (
            Arrival.DUPLICATE
            if is_same_state
            else (Arrival.WITHDRAWAL if not review.withdrawn else Arrival.LATE)
        )
    if review is not None and (event.revision, event.digest) < last_revision:
        return Arrival.LATE
    match event.kind:
        case EventKind.WITHDRAWN:
            return Arrival.WITHDRAWAL
        case EventKind.REPLY_SEEN:
            return Arrival.OWN_REPLY
        case _ if review is None:
            return Arrival.NEW
        case _:
            return (
                Arrival.UNCHANGED
                if event.digest == review.digest and not review.withdrawn
                else Arrival.NEWER
            )


def new_case(
    event: ReviewEvent, *, business: str, platform: str, connection: str, channel: Channel
) -> Case:
    """The case of a review that nobody has stored yet."""
    review = review_id(business, platform, event.native_id)
    thread = thread_id(business, platform, event.native_thread)
    new_review = Review(
        id=review,
        business=business,
        platform=platform,
        connection=connection,
        channel=channel,
        thread=thread,
        author=author_id(business, platform, event.author.id),
        native_id=event.native_id,
        revision="",
        digest="",
        delivery="",
        touched_at="",
        head=initial_hash(review),
    )
    return Case(new_review, Thread(thread))


def route(
    case: Case,
    event: ReviewEvent,
    assessment: Assessment,
    decision: Decision,
    delivery: str,
    now: datetime,
    *,
    inputs_digest: str = "",
) -> Change:
    """The case after a new or newer revision was assessed and decided.

    An edit never sends a second acknowledgement (R04): unless it now needs a person, it is recorded
    only. One that nobody has begun to send is not sent any more: it answered other words. `inputs`
    is the digest of what the decision was made from, so that it can be made again and compared.
    """
    seen_before, starts_over = bool(case.review.revision), case.review.withdrawn
    cleared_thread = without_unsent_reply(case.thread, case.review.reply)
    if cleared_thread != case.thread:
        case = replace(case, thread=cleared_thread, review=replace(case.review, reply=None))
        starts_over = True
    follows_up = decision.route.follows_up
    acknowledges = decision.route.acknowledges and (
        not seen_before or (starts_over and case.review.reply is None)
    )
    effective_route = _effective_route(acknowledges=acknowledges, follows_up=follows_up)
    review = replace(
        _with_revision(case.review, event, delivery, now),
        rating=event.rating,
        severity=assessment.severity,
        route=effective_route,
        withdrawn=False,
    )
    detail = {
        "revision": event.revision,
        "digest": event.digest,
        "rating": event.rating,
        "severity": assessment.severity.value,
        "agenda": assessment.agenda.value,
        "flags": [flag.value for flag in assessment.flags],
        "model": assessment.model,
        "route": effective_route.value,
        "rules": list(decision.fired),
        "policy": decision.policy_hash,
    }
    if inputs_digest:
        detail["inputs"] = inputs_digest
    if event.original_bytes:
        detail["original_bytes"] = event.original_bytes
    if review.unverified:
        detail["unverified"] = True
    facts = [Fact(Kind.REVISED if seen_before else Kind.ACCEPTED, detail)]
    if seen_before and not follows_up and not starts_over:
        return Change(replace(case, review=review), tuple(facts))
    if review.closing_kind:
        facts.append(Fact(Kind.REOPENED, {"after": review.closing_kind.value}))
        review = replace(review, closing_kind=None)
    follow_up, thread = case.follow_up, case.thread
    if follows_up:
        follow_up, thread, fact = _open_or_join_follow_up(
            replace(case, review=review), decision, now
        )
        facts.append(fact)
    if not follows_up and not acknowledges:
        facts.append(Fact(Kind.IGNORED, {"reason": decision.reason or "nothing_to_do"}))
        review = replace(review, closing_kind=Kind.IGNORED)
    return Change(Case(review, thread, follow_up), tuple(facts))


def _effective_route(*, acknowledges: bool, follows_up: bool) -> Route:
    if follows_up:
        return Route.BOTH if acknowledges else Route.FOLLOW_UP
    return Route.ACKNOWLEDGE if acknowledges else Route.NOTHING


def acknowledge(
    change: Change,
    reply: str,
    *,
    public: bool,
    variant: str | None = None,
    not_before: datetime | None = None,
) -> Change | None:
    """The change with a slot taken for the acknowledgement.

    None when the thread has none left (R04).

    It is sent at once or, with `not_before`, when the sweep finds that its time has come.
    """
    thread = change.case.thread.reserve(
        reply, Purpose.ACKNOWLEDGEMENT, public=public, not_before=not_before, variant=variant
    )
    if thread is None:
        return None
    return replace(
        change,
        case=replace(change.case, thread=thread, review=replace(change.case.review, reply=reply)),
    )


def record_unchanged(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case after an edit that says the same as before: a bump gives no new slots (R04)."""
    fact = Fact(
        Kind.REVISED, {"revision": event.revision, "digest": event.digest, "unchanged": True}
    )
    return Change(replace(case, review=_with_revision(case.review, event, delivery, now)), (fact,))


def record_repeat(case: Case, kind: Kind, event: ReviewEvent) -> Change:
    """The case after a duplicate or a late revision: recorded, and nothing else."""
    return Change(case, (Fact(kind, {"revision": event.revision, "digest": event.digest}),))


def postpone_sweep(case: Case, now: datetime) -> Change | None:
    """The case after the sweep looked at its open review, which is then due again later.

    None when it was closed meanwhile.
    """
    return (
        None
        if case.review.closing_kind
        else Change(replace(case, review=replace(case.review, touched_at=format_time(now))))
    )


def record_own_reply(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case of a business's own reply that came back as a webhook: known, and never answered."""
    review = replace(_with_revision(case.review, event, delivery, now), withdrawn=False)
    if review.closing_kind:
        return Change(
            replace(case, review=review),
            (Fact(Kind.REVISED, {"revision": event.revision, "own_reply": True}),),
        )
    return _close(Change(replace(case, review=review)), Kind.IGNORED, {"reason": "own_reply"})


def record_unverified(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case of an unsigned event that the platform itself does not confirm.

    What we knew before still stands.

    Its revision is not taken over, or a forged one could make the genuine review look old.
    """
    review = replace(case.review, delivery=delivery, touched_at=format_time(now))
    if case.review.sequence:
        return Change(
            replace(case, review=review),
            (Fact(Kind.UNVERIFIED, {"revision": event.revision, "digest": event.digest}),),
        )
    return Change(
        replace(case, review=replace(review, closing_kind=Kind.IGNORED)),
        (Fact(Kind.IGNORED, {"reason": "not_on_platform"}),),
    )


def withdraw(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case after its author took the review back.

    A follow-up that is about nothing else closes with it.

    An acknowledgement that nobody has begun to send is not sent any more, and gives its slot back.
    """
    review = replace(_with_revision(case.review, event, delivery, now), withdrawn=True)
    thread = without_unsent_reply(case.thread, review.reply)
    if thread != case.thread:
        review = replace(review, reply=None)
    case_after = replace(case, review=review, thread=thread)
    if review.closing_kind:
        return Change(
            case_after, (Fact(Kind.REVISED, {"revision": event.revision, "withdrawn": True}),)
        )
    return _close(Change(case_after), Kind.WITHDRAWN, {"revision": event.revision})


def _with_revision(review: Review, event: ReviewEvent, delivery: str, now: datetime) -> Review:
    return replace(
        review,
        revision=event.revision,
        digest=event.digest,
        delivery=delivery,
        touched_at=format_time(now),
    )


def _open_or_join_follow_up(
    case: Case, decision: Decision, now: datetime, why: str = "policy"
) -> tuple[FollowUp, Thread, Fact]:
    review, thread, follow_up = case.review, case.thread, case.follow_up
    due_at = format_time(decision.due_at or add_seconds(now, 24 * 3600))
    severity = review.severity or Severity.MEDIUM
    if follow_up and follow_up.status is not Status.CLOSED:
        if decision.priority > follow_up.priority:
            follow_up = replace(
                follow_up,
                queue=decision.queue,
                priority=decision.priority,
                escalate_after=decision.escalate_after,
            )
            follow_up = replace(
                follow_up, rules=decision.fired, checklist=decision.checklist or follow_up.checklist
            )
        follow_up = replace(
            follow_up,
            reviews=follow_up.reviews
            if review.id in follow_up.reviews
            else (*follow_up.reviews, review.id),
            severity=follow_up.severity.worse(severity),
            due_at=follow_up.due_at if follow_up.promised_for else min(follow_up.due_at, due_at),
            checklist=follow_up.checklist or decision.checklist,
        )
        return follow_up, thread, Fact(Kind.FOLLOW_UP_JOINED, {"follow_up": follow_up.id})
    new_follow_up = FollowUp(
        id=follow_up_id(thread.id, thread.follow_up_count + 1),
        business=review.business,
        thread=thread.id,
        reviews=(review.id,),
        platform=review.platform,
        channel=review.channel.value,
        severity=severity,
        queue=decision.queue,
        priority=decision.priority,
        opened_at=format_time(now),
        due_at=due_at,
        escalate_after=decision.escalate_after,
        why=why,
        rules=decision.fired,
        checklist=decision.checklist,
    )
    thread = replace(thread, follow_up=new_follow_up.id, follow_up_count=thread.follow_up_count + 1)
    return (
        new_follow_up,
        thread,
        Fact(
            Kind.FOLLOW_UP_OPENED,
            {
                "follow_up": new_follow_up.id,
                "due_at": due_at,
                "queue": new_follow_up.queue,
                "why": why,
            },
        ),
    )


def record_sent_reply(case: Case, slot: Slot, native_id: str, now: datetime) -> Change:
    """The case after the platform took the reply of a slot.

    The effect of an acknowledgement or of an answer.

    An answer that was overtaken while its reply was under way (its review was withdrawn) has no
    effect any more.
    """
    case_after = replace(case, thread=case.thread.mark_sent(slot.reply))
    detail: dict[str, Any] = {"reply": slot.reply, "native_id": native_id, "public": slot.public}
    if slot.variant:
        detail["variant"] = slot.variant
    if case.follow_up and (resolution := _resolution_in_progress(case.follow_up, slot.reply)):
        return _apply_resolution(case_after, case.follow_up, resolution, detail, now)
    if slot.purpose is Purpose.RESOLUTION or case.review.closing_kind or _has_open_follow_up(case):
        return Change(
            case_after, (Fact(Kind.REPLY_SENT, detail | {"purpose": slot.purpose.value}),)
        )
    closed_review = replace(
        case.review, closing_kind=Kind.ACKNOWLEDGED, touched_at=format_time(now)
    )
    return Change(replace(case_after, review=closed_review), (Fact(Kind.ACKNOWLEDGED, detail),))


def record_failed_reply(
    case: Case, slot: Slot, kind: Kind, reason: str, decide: Callable[[], Decision], now: datetime
) -> Change:
    """The case after a reply that the platform refused (`REPLY_REJECTED`) or cannot tell about
    (`REPLY_UNKNOWN`).

    Either way a person decides what comes next: the answer goes back to the follow-up, or an
    acknowledgement becomes one, as `decide` says.
    """
    thread = (
        case.thread.mark_unknown(slot.reply)
        if kind is Kind.REPLY_UNKNOWN
        else case.thread.without_reply(slot.reply)
    )
    case_after = replace(case, thread=thread)
    fact = Fact(kind, {"reply": slot.reply, "reason": reason})
    if case.follow_up and _resolution_in_progress(case.follow_up, slot.reply):
        reopened_follow_up = replace(
            case.follow_up,
            status=_reopened_status(case.follow_up),
            resolution=None,
            grants=_unannounced_grants(case.follow_up),
            why=kind.value,
        )
        return Change(replace(case_after, follow_up=reopened_follow_up), (fact,))
    if slot.purpose is Purpose.RESOLUTION or case.review.closing_kind or _has_open_follow_up(case):
        return Change(case_after, (fact,))
    new_follow_up, thread, opening_fact = _open_or_join_follow_up(
        case_after, decide(), now, why=kind.value
    )
    review = replace(case.review, route=Route.FOLLOW_UP)
    return Change(Case(review, thread, new_follow_up), (fact, opening_fact))


def is_superseded(case: Case, slot: Slot) -> bool:
    """Whether an acknowledgement is not to be said any more, though it was decided.

    Its review is closed, or a person has it meanwhile.

    One that had to wait also gives way to a person who came to its thread in the meantime (R04), or
    who has answered.
    """
    follow_up = case.follow_up
    if slot.purpose is not Purpose.ACKNOWLEDGEMENT or case.review.closing_kind:
        return slot.purpose is Purpose.ACKNOWLEDGEMENT
    if follow_up is None or follow_up.status is Status.CLOSED:
        return False
    was_delayed = slot.not_before is not None
    if not _has_open_follow_up(case):
        return was_delayed
    return not case.review.route.acknowledges or (
        was_delayed and follow_up.last_resolution_key is not None
    )


def cancel_superseded(
    case: Case, slot: Slot, decide: Callable[[], Decision], now: datetime
) -> Change:
    """The case without an acknowledgement that was overtaken and certainly is not at the platform;
    the person there gets its review.
    """
    case_after = replace(
        case, thread=case.thread.without_reply(slot.reply), review=replace(case.review, reply=None)
    )
    if case.review.closing_kind or _has_open_follow_up(case):
        return Change(case_after)
    follow_up, thread, fact = _open_or_join_follow_up(case_after, decide(), now)
    return Change(
        Case(replace(case_after.review, route=Route.FOLLOW_UP), thread, follow_up), (fact,)
    )


def cancel_unreadable(case: Case, reply: str) -> Change | None:
    """The case when its acknowledgement cannot be read any more, as its author was erased.

    None when nothing waits for it.

    Nobody can answer what nobody can read: a review that no person has is closed. One that may be
    at the platform keeps its slot.
    """
    slot = case.thread.slot(reply)
    if slot is None or not is_unsent(slot):
        return None
    thread = (
        case.thread.mark_unknown(reply)
        if slot.must_find_reply
        else case.thread.without_reply(reply)
    )
    change = Change(replace(case, thread=thread, review=replace(case.review, reply=None)))
    return (
        change
        if case.review.closing_kind or _has_open_follow_up(case)
        else _close(change, Kind.IGNORED, {"reason": "erased"})
    )


def record_published_reply(case: Case, reply: str, native_id: str) -> Change:
    """The case after a platform that moderates showed a reply: a fact, and nothing else."""
    return Change(case, (Fact(Kind.REPLY_PUBLISHED, {"reply": reply, "native_id": native_id}),))


def record_unknown_reply(case: Case, reply: str, reason: str) -> Change:
    """The case when a platform that moderates never said what became of a reply: a fact.

    It may well be there, so nothing is reopened.
    """
    return Change(case, (Fact(Kind.REPLY_UNKNOWN, {"reply": reply, "reason": reason}),))


def record_removed_reply(
    case: Case,
    reply: str,
    purpose: Purpose,
    kind: Kind,
    reason: str,
    decide: Callable[[], Decision],
    now: datetime,
) -> Change:
    """The case after a platform took a reply and then refused to show it (`REPLY_REFUSED`), or kept
    it back for days (`REPLY_UNKNOWN`).

    The customer has no answer, so a person looks again: a closed review is opened, and a follow-up
    that waits for what the reply announced (an invitation, a promise) is work again. The reply's
    slot stays used (R04): onlookers may have read it, and it may yet be shown.
    """
    fact = Fact(kind, {"reply": reply, "reason": reason})
    review, follow_up = case.review, case.follow_up
    if review.withdrawn:
        return Change(case, (fact,))
    if follow_up and _has_open_follow_up(case):
        if purpose is Purpose.RESOLUTION and follow_up.status in {Status.INVITED, Status.PROMISED}:
            decision_due_at = decide().due_at
            due_at = (
                min(follow_up.due_at, format_time(decision_due_at))
                if decision_due_at
                else follow_up.due_at
            )
            follow_up = replace(
                follow_up,
                status=Status.OPEN,
                invited=False,
                promised_for=None,
                level=0,
                due_at=due_at,
                why="moderation",
            )
            follow_up = replace(follow_up, grants=_unannounced_grants(follow_up))
        return Change(replace(case, follow_up=follow_up), (fact,))
    facts = (
        (fact, Fact(Kind.REOPENED, {"after": review.closing_kind.value}))
        if review.closing_kind
        else (fact,)
    )
    review = replace(review, closing_kind=None, route=Route.FOLLOW_UP, touched_at=format_time(now))
    new_follow_up, thread, opening_fact = _open_or_join_follow_up(
        replace(case, review=review), decide(), now, why="moderation"
    )
    return Change(Case(review, thread, new_follow_up), (*facts, opening_fact))


def _resolution_in_progress(follow_up: FollowUp, reply: str) -> Resolution | None:
    """The answer that is being carried out with this reply."""
    return (
        follow_up.resolution
        if follow_up.status is Status.RESOLVING
        and follow_up.resolution
        and follow_up.resolution.reply == reply
        else None
    )


def _has_open_follow_up(case: Case) -> bool:
    """Whether an open follow-up is about the review."""
    return (
        case.follow_up is not None
        and case.follow_up.status is not Status.CLOSED
        and case.review.id in case.follow_up.reviews
    )


def without_unsent_reply(thread: Thread, reply: str | None) -> Thread:
    """The thread without a reply that nobody has begun to send (or whose sending certainly had no
    effect).
    """
    slot = thread.slot(reply) if reply else None
    return thread.without_reply(slot.reply) if slot and slot.state is SlotState.RESERVED else thread


def _reopened_status(follow_up: FollowUp) -> Status:
    return Status.INVITED if follow_up.invited else Status.OPEN


def _unannounced_grants(follow_up: FollowUp) -> tuple[Grant, ...]:
    """What is granted when the last answer did not arrive.

    The log has its grant, which the next answer tells of and must not repeat.
    """
    return remedies.unannounced(follow_up.last_resolution_key, follow_up.grants)


def resolve(case: Case, resolution: Resolution, policy: Policy, now: datetime) -> Change | Conflict:
    """The case after an agent's answer was accepted; sending its reply, if it has one, comes after.

    Walking away (R20), and a remedy above the policy's limit (R28), wait for a second person first.
    """
    follow_up, thread = case.follow_up, case.thread
    if follow_up is None:
        return Conflict(ConflictCode.CLOSED, "It is closed.")
    resolution, follow_up = (
        replace(resolution, reviews=follow_up.reviews),
        replace(follow_up, last_resolution_key=resolution.key),
    )
    public = _is_public(case)
    if resolution.action is Action.INVITE_PRIVATE and not public:
        return Conflict(
            ConflictCode.ALREADY_PRIVATE, "This conversation is private already. Reply in it."
        )
    if conflict := _check_promise_date(follow_up, resolution, policy.give_up_after, now):
        return conflict
    needs_approval = resolution.action is Action.WALK_AWAY
    if resolution.remedy:
        remedy = remedies.find_remedy(resolution.remedy, policy.remedies)
        if remedy is None:
            return _remedy_conflict(policy)
        grant = replace(resolution.remedy, currency=remedy.currency, resolution_key=resolution.key)
        resolution = replace(resolution, remedy=grant)
        needs_approval = needs_approval or remedies.needs_lead(
            grant, remedy.limit, follow_up.grants
        )
    if needs_approval:
        awaiting_follow_up = replace(
            follow_up, status=Status.AWAITING_APPROVAL, resolution=resolution
        )
        detail = {"action": resolution.action.value, "reason": resolution.reason or ""} | (
            resolution.remedy.detail if resolution.remedy else {}
        )
        if resolution.reply and public and not thread.public_replies_left:
            return _cap_conflict()
        return Change(
            replace(case, follow_up=awaiting_follow_up), (Fact(Kind.APPROVAL_REQUESTED, detail),)
        )
    return _accept_resolution(case, replace(follow_up, claim_expires_at=None), resolution, now)


def _check_promise_date(
    follow_up: FollowUp, resolution: Resolution, give_up_after: int, now: datetime
) -> Conflict | None:
    """Why a promise for this date is refused.

    None for one that can come back in time, and for any other answer.
    """
    if resolution.promised_for is None:
        return None
    if parse_time(resolution.promised_for) <= now:
        return Conflict(
            ConflictCode.DATE_PASSED, "The promised date has passed. Choose one in the future."
        )
    latest = add_seconds(parse_time(follow_up.opened_at), give_up_after)
    if parse_time(resolution.promised_for) > latest:
        message = f"This follow-up is given up at {format_time(latest)}, before the promise would come back. Choose a date until then."
        return Conflict(ConflictCode.DATE_TOO_LATE, message)
    return None


def _remedy_conflict(policy: Policy) -> Conflict:
    if not policy.remedies:
        return Conflict(
            ConflictCode.REMEDY_UNKNOWN, "The policy knows no remedies. Answer without one."
        )
    message = f"The policy knows these remedies: {remedies.describe_remedies(policy.remedies)}. Name one of them, and its currency."
    return Conflict(ConflictCode.REMEDY_UNKNOWN, message)


def approve(case: Case, lead: str, now: datetime) -> Change | Conflict:
    """The case after a second person approved an answer (R20, R28)."""
    if case.follow_up is None or case.follow_up.resolution is None:
        return Conflict(ConflictCode.NOTHING_TO_APPROVE, "Nobody has asked for an approval here.")
    resolution = replace(case.follow_up.resolution, evidence=lead)
    if resolution.promised_for and parse_time(resolution.promised_for) <= now:
        return Conflict(
            ConflictCode.DATE_PASSED,
            "The promised date has passed meanwhile. Deny it, so that it is answered with another.",
        )
    return _accept_resolution(case, replace(case.follow_up, claim_expires_at=None), resolution, now)


def deny(case: Case, lead: str) -> Change:
    """The case after a second person denied an answer: the work is open again."""
    follow_up = case.follow_up
    if follow_up is None:
        return Change(case)
    reopened_follow_up = replace(follow_up, status=_reopened_status(follow_up), resolution=None)
    return Change(
        replace(case, follow_up=reopened_follow_up), (Fact(Kind.APPROVAL_DENIED, {"by": lead}),)
    )


def _is_public(case: Case) -> bool:
    return case.review.channel.stage is Stage.ONSTAGE


def _cap_conflict() -> Conflict:
    return Conflict(
        ConflictCode.CAP_REACHED,
        "This public thread has two replies already (R04). Resolve it without a reply or in "
        "private.",
    )


def _accept_resolution(
    case: Case, follow_up: FollowUp, resolution: Resolution, now: datetime
) -> Change | Conflict:
    thread = case.thread
    detail: dict[str, str] = {"action": resolution.action.value}
    if resolution.remedy:
        if not remedies.pending_grant(resolution.remedy, follow_up.grants):
            detail |= resolution.remedy.detail
        follow_up = replace(
            follow_up, grants=remedies.with_grant(resolution.remedy, follow_up.grants)
        )
    if resolution.reply:
        # A person speaks now: what an acknowledgement that still waits would say is said, and its
        # slot is theirs.
        thread, review = without_unsent_reply(thread, case.review.reply), case.review
        if thread != case.thread:
            case = replace(case, review=replace(review, reply=None))
        thread = thread.reserve(resolution.reply, Purpose.RESOLUTION, public=_is_public(case))
        if thread is None:
            return _cap_conflict()
        detail["reply"] = resolution.reply
    elif closing_kind(follow_up, resolution) is None:
        change = _apply_resolution(case, follow_up, resolution, {}, now)
        return (
            replace(change, facts=(Fact(Kind.RESOLUTION_GIVEN, detail), *change.facts))
            if resolution.remedy
            else change
        )
    resolving_follow_up = replace(follow_up, status=Status.RESOLVING, resolution=resolution)
    return Change(
        Case(case.review, thread, resolving_follow_up), (Fact(Kind.RESOLUTION_GIVEN, detail),)
    )


def close_next_review(case: Case, resolution: Resolution, now: datetime) -> Change | None:
    """The case of a follow-up's first review after the answer, whose reply (if any) is out, closed
    it; None if it is not being carried out.

    Carried out again and again it closes one review after the other, until none is left that the
    answer covers.
    """
    follow_up = case.follow_up
    if (
        follow_up is None
        or follow_up.status is not Status.RESOLVING
        or follow_up.resolution != resolution
    ):
        return None
    return _apply_resolution(case, follow_up, resolution, {}, now)


def closing_kind(follow_up: FollowUp, resolution: Resolution) -> Kind | None:
    """The kind with which this answer closes the follow-up.

    None when the follow-up stays open after it.
    """
    match resolution.action:
        case Action.REPLY:
            return Kind.ANSWERED
        case Action.RESOLVE_WITHOUT_REPLY:
            return Kind.MOVED_PRIVATE_RESOLVED if follow_up.invited else Kind.RESOLVED_WITHOUT_REPLY
        case Action.WALK_AWAY:
            return Kind.WALKED_AWAY
        case Action.REPORT_FAKE:
            return Kind.REPORTED
        case Action.INVITE_PRIVATE | Action.PROMISE:
            return None


def _apply_resolution(
    case: Case,
    follow_up: FollowUp,
    resolution: Resolution,
    reply_detail: Mapping[str, Any],
    now: datetime,
) -> Change:
    """The effect of an answer, now that its reply (if any) is out."""
    detail = dict(reply_detail) | {"by": resolution.agent, "follow_up": follow_up.id}
    codes = {
        name: getattr(resolution, name) for name in ("reason", "fix", "root_cause", "evidence")
    }
    detail |= {name: value for name, value in codes.items() if value}
    kind = closing_kind(follow_up, resolution)
    if kind is not None:
        return _close(Change(replace(case, follow_up=follow_up)), kind, detail)
    if resolution.action is Action.INVITE_PRIVATE:
        waiting_follow_up = replace(
            follow_up,
            status=Status.INVITED,
            invited=True,
            resolution=None,
            level=0,
            due_at=format_time(now + INVITATION_WAIT),
        )
        return Change(
            replace(case, follow_up=waiting_follow_up), (Fact(Kind.INVITED_PRIVATE, detail),)
        )
    promise_date = resolution.promised_for or format_time(now)
    waiting_follow_up = replace(
        follow_up,
        status=Status.PROMISED,
        promised_for=promise_date,
        resolution=None,
        level=0,
        due_at=promise_date,
    )
    return Change(
        replace(case, follow_up=waiting_follow_up),
        (Fact(Kind.PROMISED, detail | {"promised_for": promise_date}),),
    )


def _close(change: Change, kind: Kind, detail: Mapping[str, Any]) -> Change:
    """Close the review and take it out of its follow-up, which closes with its last one.

    An answer stands for as long as it covers one of the reviews that are left; without it the work
    is open again.
    """
    case = change.case
    review = replace(case.review, closing_kind=kind)
    follow_up, thread = case.follow_up, case.thread
    cleared_thread = without_unsent_reply(thread, review.reply)
    if cleared_thread != thread:
        # Nobody waits for an automatic first answer to what is closed.
        thread, review = cleared_thread, replace(review, reply=None)
    if follow_up and _has_open_follow_up(case):
        remaining = tuple(other for other in follow_up.reviews if other != review.id)
        superseded = follow_up.resolution is not None and not any(
            other in follow_up.resolution.reviews for other in remaining
        )
        if follow_up.resolution and superseded:
            thread = without_unsent_reply(thread, follow_up.resolution.reply)
        if not remaining:
            follow_up = replace(follow_up, status=Status.CLOSED, closing_kind=kind)
            thread = replace(thread, follow_up=None)
        elif superseded:
            follow_up = replace(
                follow_up, reviews=remaining, status=_reopened_status(follow_up), resolution=None
            )
        else:
            follow_up = replace(follow_up, reviews=remaining)
    return Change(Case(review, thread, follow_up), (*change.facts, Fact(kind, detail)))


def check_follow_up(
    case: Case,
    decide: Callable[[], Decision],
    now: datetime,
    *,
    give_up_after: int,
    carry_out_failed: bool,
) -> Change:
    """The case when its follow-up's clock rings.

    Nothing to do yet, a promise is due, it escalates (R08, R14) or expires.

    `carry_out_failed` says that carrying out the answer failed for good; a reply that is not out is then
    unknown, or known not to be. `give_up_after` is how many seconds a follow-up may stay open; its
    reviews expire one by one, the first of them here.
    """
    follow_up = case.follow_up
    if follow_up is None or follow_up.status is Status.CLOSED:
        return Change(case)
    if follow_up.status is Status.RESOLVING:
        slot = (
            case.thread.slot(follow_up.resolution.reply)
            if follow_up.resolution and follow_up.resolution.reply
            else None
        )
        if not carry_out_failed or slot is None or not is_unsent(slot):
            return Change(case)
        kind = Kind.REPLY_UNKNOWN if slot.must_find_reply else Kind.REPLY_REJECTED
        return record_failed_reply(case, slot, kind, "platform_unavailable", decide, now)
    if now < parse_time(follow_up.due_at):
        return Change(case)
    if follow_up.status is Status.PROMISED:
        due = escalated(follow_up, now).due_at
        reopened_follow_up = replace(
            follow_up, status=_reopened_status(follow_up), promised_for=None, level=0, due_at=due
        )
        return Change(
            replace(case, follow_up=reopened_follow_up),
            (Fact(Kind.PROMISE_DUE, {"follow_up": follow_up.id, "due_at": due}),),
        )
    if now >= add_seconds(parse_time(follow_up.opened_at), give_up_after):
        return _close(Change(case), Kind.EXPIRED, {"follow_up": follow_up.id})
    raised_follow_up = escalated(follow_up, now)
    fact = Fact(
        Kind.ESCALATED,
        {"follow_up": follow_up.id, "level": raised_follow_up.level, "was_due": follow_up.due_at},
    )
    return Change(replace(case, follow_up=raised_follow_up), (fact,))


@dataclass(frozen=True, slots=True)
class RemainingSteps:
    """What still has to happen for a case: a reply to send, a workflow to start.

    Derived, so that any run can resume.
    """

    acknowledgement: str | None
    follow_up: FollowUp | None

    @property
    def route(self) -> Route:
        """The way through the workflow that does it."""
        return _effective_route(
            acknowledges=self.acknowledgement is not None, follows_up=self.follow_up is not None
        )


def remaining_steps(case: Case, now: datetime) -> RemainingSteps:
    """What a crashed or repeated run still has to do at `now`; nothing, once everything is done."""
    slot = case.thread.slot(case.review.reply) if case.review.reply else None
    follow_up = case.follow_up
    # Starting a workflow that runs already is refused by its name, so whoever asks again does no
    # harm.
    needs_workflow = follow_up is not None and follow_up.status is not Status.CLOSED
    return RemainingSteps(
        case.review.reply if slot and is_unsent(slot) and not slot.is_waiting(now) else None,
        follow_up if needs_workflow else None,
    )


def is_unsent(slot: Slot) -> bool:
    """Whether a reply still has to be sent, or looked for."""
    return slot.state in {SlotState.RESERVED, SlotState.SENDING, SlotState.DOUBTFUL}
