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
from heard.clock import later, moment, stamp
from heard.follow_ups import INVITED_WAIT, Action, Answer, FollowUp, Refusal, Refused, Status
from heard.follow_ups import escalate as escalated
from heard.outcomes import Fact, Kind, Subject, first_link
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
    closed: Kind | None = None
    withdrawn: bool = False
    unproven: bool = False
    sequence: int = 0
    head: str = ""

    @property
    def subject(self) -> Subject:
        """What each of its outcomes repeats."""
        severity = self.severity.value if self.severity else None
        return Subject(self.id, self.business, self.platform, self.channel.value, severity)

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
            closed=Kind(fields["closed"]) if fields.get("closed") else None,
            withdrawn=fields.get("withdrawn", False),
            unproven=fields.get("unproven", False),
            sequence=fields["sequence"],
            head=fields["head"],
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A review, its thread, and the thread's open follow-up (None when there is none)."""

    review: Review
    thread: Thread
    task: FollowUp | None = None


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


def arrival(review: Review | None, event: ReviewEvent, delivery: str) -> Arrival:
    """What this event is, whatever was seen before and in whatever order.

    Revisions are compared as (revision, digest), so that even platforms which do not number their
    edits end in the same state in any order of arrival.
    """
    if review is not None and review.delivery == delivery and review.revision == event.revision:
        return Arrival.RESUMED
    seen = (review.revision, review.digest) if review else ("", "")
    if review is not None and (event.revision, event.digest) == seen:
        same_state = review.withdrawn == (event.kind is EventKind.WITHDRAWN)
        return (
            Arrival.DUPLICATE
            if same_state
            else (Arrival.WITHDRAWAL if not review.withdrawn else Arrival.LATE)
        )
    if review is not None and (event.revision, event.digest) < seen:
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


def first_seen(
    event: ReviewEvent, *, business: str, platform: str, connection: str, channel: Channel
) -> Case:
    """The case of a review that nobody has stored yet."""
    review = review_id(business, platform, event.native_id)
    thread = thread_id(business, platform, event.native_thread)
    state = Review(
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
        head=first_link(review),
    )
    return Case(state, Thread(thread))


def route(
    case: Case,
    event: ReviewEvent,
    assessment: Assessment,
    decision: Decision,
    delivery: str,
    now: datetime,
    *,
    inputs: str = "",
) -> Change:
    """The case after a new or newer revision was assessed and decided.

    An edit never sends a second acknowledgement (R04): unless it now needs a person, it is recorded
    only. One that nobody has begun to send is not sent any more: it answered other words. `inputs`
    is the digest of what the decision was made from, so that it can be made again and compared.
    """
    seen_before, afresh = bool(case.review.revision), case.review.withdrawn
    unanswered = untried_dropped(case.thread, case.review.reply)
    if unanswered != case.thread:
        case = replace(case, thread=unanswered, review=replace(case.review, reply=None))
        afresh = True
    follows_up = decision.route.follows_up
    acknowledges = decision.route.acknowledges and (
        not seen_before or (afresh and case.review.reply is None)
    )
    taken = _taken(acknowledges=acknowledges, follows_up=follows_up)
    review = replace(
        _revised(case.review, event, delivery, now),
        rating=event.rating,
        severity=assessment.severity,
        route=taken,
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
        "route": taken.value,
        "rules": list(decision.fired),
        "policy": decision.policy_hash,
    }
    if inputs:
        detail["inputs"] = inputs
    if event.text_bytes:
        detail["cut_from_bytes"] = event.text_bytes
    if review.unproven:
        detail["unproven"] = True
    facts = [Fact(Kind.REVISED if seen_before else Kind.ACCEPTED, detail)]
    if seen_before and not follows_up and not afresh:
        return Change(replace(case, review=review), tuple(facts))
    if review.closed:
        facts.append(Fact(Kind.REOPENED, {"after": review.closed.value}))
        review = replace(review, closed=None)
    task, thread = case.task, case.thread
    if follows_up:
        task, thread, fact = _follow_up(replace(case, review=review), decision, now)
        facts.append(fact)
    if not follows_up and not acknowledges:
        facts.append(Fact(Kind.IGNORED, {"reason": decision.reason or "nothing_to_do"}))
        review = replace(review, closed=Kind.IGNORED)
    return Change(Case(review, thread, task), tuple(facts))


def _taken(*, acknowledges: bool, follows_up: bool) -> Route:
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


def unchanged(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case after an edit that says the same as before: a bump gives no new slots (R04)."""
    fact = Fact(
        Kind.REVISED, {"revision": event.revision, "digest": event.digest, "unchanged": True}
    )
    return Change(replace(case, review=_revised(case.review, event, delivery, now)), (fact,))


def repeated(case: Case, kind: Kind, event: ReviewEvent) -> Change:
    """The case after a duplicate or a late revision: recorded, and nothing else."""
    return Change(case, (Fact(kind, {"revision": event.revision, "digest": event.digest}),))


def looked_at(case: Case, now: datetime) -> Change | None:
    """The case after the sweep looked at its open review, which is then due again later.

    None when it was closed meanwhile.
    """
    return (
        None
        if case.review.closed
        else Change(replace(case, review=replace(case.review, touched_at=stamp(now))))
    )


def own_reply(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case of a business's own reply that came back as a webhook: known, and never answered."""
    review = replace(_revised(case.review, event, delivery, now), withdrawn=False)
    if review.closed:
        return Change(
            replace(case, review=review),
            (Fact(Kind.REVISED, {"revision": event.revision, "own_reply": True}),),
        )
    return _close(Change(replace(case, review=review)), Kind.IGNORED, {"reason": "own_reply"})


def disbelieved(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case of an unsigned event that the platform itself does not confirm.

    What we knew before still stands.

    Its revision is not taken over, or a forged one could make the genuine review look old.
    """
    review = replace(case.review, delivery=delivery, touched_at=stamp(now))
    if case.review.sequence:
        return Change(
            replace(case, review=review),
            (Fact(Kind.DISBELIEVED, {"revision": event.revision, "digest": event.digest}),),
        )
    return Change(
        replace(case, review=replace(review, closed=Kind.IGNORED)),
        (Fact(Kind.IGNORED, {"reason": "not_on_platform"}),),
    )


def withdraw(case: Case, event: ReviewEvent, delivery: str, now: datetime) -> Change:
    """The case after its author took the review back.

    A follow-up that is about nothing else closes with it.

    An acknowledgement that nobody has begun to send is not sent any more, and gives its slot back.
    """
    review = replace(_revised(case.review, event, delivery, now), withdrawn=True)
    thread = untried_dropped(case.thread, review.reply)
    if thread != case.thread:
        review = replace(review, reply=None)
    withdrawn = replace(case, review=review, thread=thread)
    if review.closed:
        return Change(
            withdrawn, (Fact(Kind.REVISED, {"revision": event.revision, "withdrawn": True}),)
        )
    return _close(Change(withdrawn), Kind.WITHDRAWN, {"revision": event.revision})


def _revised(review: Review, event: ReviewEvent, delivery: str, now: datetime) -> Review:
    return replace(
        review,
        revision=event.revision,
        digest=event.digest,
        delivery=delivery,
        touched_at=stamp(now),
    )


def _follow_up(
    case: Case, decision: Decision, now: datetime, why: str = "policy"
) -> tuple[FollowUp, Thread, Fact]:
    review, thread, task = case.review, case.thread, case.task
    due_at = stamp(decision.due_at or later(now, 24 * 3600))
    severity = review.severity or Severity.MEDIUM
    if task and task.status is not Status.CLOSED:
        if decision.priority > task.priority:
            task = replace(
                task,
                queue=decision.queue,
                priority=decision.priority,
                escalate_after=decision.escalate_after,
            )
            task = replace(
                task, rules=decision.fired, checklist=decision.checklist or task.checklist
            )
        task = replace(
            task,
            reviews=task.reviews if review.id in task.reviews else (*task.reviews, review.id),
            severity=task.severity.worse(severity),
            due_at=task.due_at if task.promised_for else min(task.due_at, due_at),
            checklist=task.checklist or decision.checklist,
        )
        return task, thread, Fact(Kind.FOLLOW_UP_JOINED, {"follow_up": task.id})
    opened = FollowUp(
        id=follow_up_id(thread.id, thread.follow_ups + 1),
        business=review.business,
        thread=thread.id,
        reviews=(review.id,),
        platform=review.platform,
        channel=review.channel.value,
        severity=severity,
        queue=decision.queue,
        priority=decision.priority,
        opened_at=stamp(now),
        due_at=due_at,
        escalate_after=decision.escalate_after,
        why=why,
        rules=decision.fired,
        checklist=decision.checklist,
    )
    thread = replace(thread, follow_up=opened.id, follow_ups=thread.follow_ups + 1)
    return (
        opened,
        thread,
        Fact(
            Kind.FOLLOW_UP_OPENED,
            {"follow_up": opened.id, "due_at": due_at, "queue": opened.queue, "why": why},
        ),
    )


def reply_sent(case: Case, slot: Slot, native: str, now: datetime) -> Change:
    """The case after the platform took the reply of a slot.

    The effect of an acknowledgement or of an answer.

    An answer that was overtaken while its reply was under way (its review was withdrawn) has no
    effect any more.
    """
    sent = replace(case, thread=case.thread.sent(slot.reply))
    detail: dict[str, Any] = {"reply": slot.reply, "native": native, "public": slot.public}
    if slot.variant:
        detail["variant"] = slot.variant
    if case.task and (given := _carried_out(case.task, slot.reply)):
        return _answered(sent, case.task, given, detail, now)
    if slot.purpose is Purpose.ANSWER or case.review.closed or _in_hand(case):
        return Change(sent, (Fact(Kind.REPLY_SENT, detail | {"purpose": slot.purpose.value}),))
    acknowledged = replace(case.review, closed=Kind.ACKNOWLEDGED, touched_at=stamp(now))
    return Change(replace(sent, review=acknowledged), (Fact(Kind.ACKNOWLEDGED, detail),))


def reply_failed(
    case: Case, slot: Slot, kind: Kind, reason: str, decide: Callable[[], Decision], now: datetime
) -> Change:
    """The case after a reply that the platform refused (`REPLY_REJECTED`) or cannot tell about
    (`REPLY_UNKNOWN`).

    Either way a person decides what comes next: the answer goes back to the follow-up, or an
    acknowledgement becomes one, as `decide` says.
    """
    thread = (
        case.thread.unknown(slot.reply)
        if kind is Kind.REPLY_UNKNOWN
        else case.thread.dropped(slot.reply)
    )
    failed = replace(case, thread=thread)
    fact = Fact(kind, {"reply": slot.reply, "reason": reason})
    if case.task and _carried_out(case.task, slot.reply):
        back = replace(
            case.task,
            status=_standing(case.task),
            answer=None,
            granted=_not_told(case.task),
            why=kind.value,
        )
        return Change(replace(failed, task=back), (fact,))
    if slot.purpose is Purpose.ANSWER or case.review.closed or _in_hand(case):
        return Change(failed, (fact,))
    opened, thread, opening = _follow_up(failed, decide(), now, why=kind.value)
    review = replace(case.review, route=Route.FOLLOW_UP)
    return Change(Case(review, thread, opened), (fact, opening))


def overtaken(case: Case, slot: Slot) -> bool:
    """Whether an acknowledgement is not to be said any more, though it was decided.

    Its review is closed, or a person has it meanwhile.

    One that had to wait also gives way to a person who came to its thread in the meantime (R04), or
    who has answered.
    """
    task = case.task
    if slot.purpose is not Purpose.ACKNOWLEDGEMENT or case.review.closed:
        return slot.purpose is Purpose.ACKNOWLEDGEMENT
    if task is None or task.status is Status.CLOSED:
        return False
    waited = slot.not_before is not None
    if not _in_hand(case):
        return waited
    return not case.review.route.acknowledges or (waited and task.last_answer is not None)


def give_way(case: Case, slot: Slot, decide: Callable[[], Decision], now: datetime) -> Change:
    """The case without an acknowledgement that was overtaken and certainly is not at the platform;
    the person there gets its review.
    """
    quiet = replace(
        case, thread=case.thread.dropped(slot.reply), review=replace(case.review, reply=None)
    )
    if case.review.closed or _in_hand(case):
        return Change(quiet)
    task, thread, fact = _follow_up(quiet, decide(), now)
    return Change(Case(replace(quiet.review, route=Route.FOLLOW_UP), thread, task), (fact,))


def unreadable(case: Case, reply: str) -> Change | None:
    """The case when its acknowledgement cannot be read any more, as its author was erased.

    None when nothing waits for it.

    Nobody can answer what nobody can read: a review that no person has is closed. One that may be
    at the platform keeps its slot.
    """
    slot = case.thread.slot(reply)
    if slot is None or not unsent(slot):
        return None
    thread = case.thread.unknown(reply) if slot.must_look else case.thread.dropped(reply)
    quiet = Change(replace(case, thread=thread, review=replace(case.review, reply=None)))
    return (
        quiet
        if case.review.closed or _in_hand(case)
        else _close(quiet, Kind.IGNORED, {"reason": "erased"})
    )


def reply_published(case: Case, reply: str, native: str) -> Change:
    """The case after a platform that moderates showed a reply: a fact, and nothing else."""
    return Change(case, (Fact(Kind.REPLY_PUBLISHED, {"reply": reply, "native": native}),))


def reply_unsettled(case: Case, reply: str, reason: str) -> Change:
    """The case when a platform that moderates never said what became of a reply: a fact.

    It may well be there, so nothing is reopened.
    """
    return Change(case, (Fact(Kind.REPLY_UNKNOWN, {"reply": reply, "reason": reason}),))


def reply_refused(
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
    review, task = case.review, case.task
    if review.withdrawn:
        return Change(case, (fact,))
    if task and _in_hand(case):
        if purpose is Purpose.ANSWER and task.status in {Status.INVITED, Status.PROMISED}:
            due = decide().due_at
            due_at = min(task.due_at, stamp(due)) if due else task.due_at
            task = replace(
                task,
                status=Status.OPEN,
                invited=False,
                promised_for=None,
                level=0,
                due_at=due_at,
                why="moderation",
            )
            task = replace(task, granted=_not_told(task))
        return Change(replace(case, task=task), (fact,))
    facts = (
        (fact, Fact(Kind.REOPENED, {"after": review.closed.value})) if review.closed else (fact,)
    )
    review = replace(review, closed=None, route=Route.FOLLOW_UP, touched_at=stamp(now))
    opened, thread, opening = _follow_up(
        replace(case, review=review), decide(), now, why="moderation"
    )
    return Change(Case(review, thread, opened), (*facts, opening))


def _carried_out(task: FollowUp, reply: str) -> Answer | None:
    """The answer that is being carried out with this reply."""
    return (
        task.answer
        if task.status is Status.ANSWERED and task.answer and task.answer.reply == reply
        else None
    )


def _in_hand(case: Case) -> bool:
    """Whether an open follow-up is about the review."""
    return (
        case.task is not None
        and case.task.status is not Status.CLOSED
        and case.review.id in case.task.reviews
    )


def untried_dropped(thread: Thread, reply: str | None) -> Thread:
    """The thread without a reply that nobody has begun to send (or whose sending certainly had no
    effect).
    """
    slot = thread.slot(reply) if reply else None
    return thread.dropped(slot.reply) if slot and slot.state is SlotState.RESERVED else thread


def _standing(task: FollowUp) -> Status:
    return Status.INVITED if task.invited else Status.OPEN


def _not_told(task: FollowUp) -> tuple[Grant, ...]:
    """What is granted when the last answer did not arrive.

    The log has its grant, which the next answer tells of and must not repeat.
    """
    return remedies.not_told(task.last_answer, task.granted)


def answer(case: Case, given: Answer, policy: Policy, now: datetime) -> Change | Refused:
    """The case after an agent's answer was accepted; sending its reply, if it has one, comes after.

    Walking away (R20), and a remedy above the policy's limit (R28), wait for a second person first.
    """
    task, thread = case.task, case.thread
    if task is None:
        return Refused(Refusal.CLOSED, "It is closed.")
    given, task = replace(given, covers=task.reviews), replace(task, last_answer=given.key)
    public = _public(case)
    if given.action is Action.INVITE_PRIVATE and not public:
        return Refused(
            Refusal.ALREADY_PRIVATE, "This conversation is private already. Reply in it."
        )
    if refused := _misdated(task, given, policy.give_up_after, now):
        return refused
    asks = given.action is Action.WALK_AWAY
    if given.remedy:
        remedy = remedies.meant(given.remedy, policy.remedies)
        if remedy is None:
            return _no_such_remedy(policy)
        grant = replace(given.remedy, currency=remedy.currency, answer=given.key)
        given = replace(given, remedy=grant)
        asks = asks or remedies.needs_lead(grant, remedy.limit, task.granted)
    if asks:
        asked = replace(task, status=Status.AWAITING_APPROVAL, answer=given)
        detail = {"action": given.action.value, "reason": given.reason or ""} | (
            given.remedy.detail if given.remedy else {}
        )
        if given.reply and public and not thread.public_replies_left:
            return _cap_reached()
        return Change(replace(case, task=asked), (Fact(Kind.APPROVAL_ASKED, detail),))
    return _proceed(case, replace(task, claim_expires_at=None), given, now)


def _misdated(task: FollowUp, given: Answer, give_up_after: int, now: datetime) -> Refused | None:
    """Why a promise for this date is refused.

    None for one that can come back in time, and for any other answer.
    """
    if given.promised_for is None:
        return None
    if moment(given.promised_for) <= now:
        return Refused(
            Refusal.DATE_PASSED, "The promised date has passed. Choose one in the future."
        )
    latest = later(moment(task.opened_at), give_up_after)
    if moment(given.promised_for) > latest:
        told = f"This follow-up is given up at {stamp(latest)}, before the promise would come back. Choose a date until then."
        return Refused(Refusal.DATE_TOO_LATE, told)
    return None


def _no_such_remedy(policy: Policy) -> Refused:
    if not policy.remedies:
        return Refused(Refusal.REMEDY_UNKNOWN, "The policy knows no remedies. Answer without one.")
    told = f"The policy knows these remedies: {remedies.offered(policy.remedies)}. Name one of them, and its currency."
    return Refused(Refusal.REMEDY_UNKNOWN, told)


def approve(case: Case, lead: str, now: datetime) -> Change | Refused:
    """The case after a second person approved an answer (R20, R28)."""
    if case.task is None or case.task.answer is None:
        return Refused(Refusal.NOTHING_TO_APPROVE, "Nobody has asked for an approval here.")
    given = replace(case.task.answer, evidence=lead)
    if given.promised_for and moment(given.promised_for) <= now:
        return Refused(
            Refusal.DATE_PASSED,
            "The promised date has passed meanwhile. Deny it, so that it is answered with another.",
        )
    return _proceed(case, replace(case.task, claim_expires_at=None), given, now)


def deny(case: Case, lead: str) -> Change:
    """The case after a second person denied an answer: the work is open again."""
    task = case.task
    if task is None:
        return Change(case)
    back = replace(task, status=_standing(task), answer=None)
    return Change(replace(case, task=back), (Fact(Kind.APPROVAL_DENIED, {"by": lead}),))


def _public(case: Case) -> bool:
    return case.review.channel.stage is Stage.ONSTAGE


def _cap_reached() -> Refused:
    return Refused(
        Refusal.CAP_REACHED,
        "This public thread has two replies already (R04). Resolve it without a reply or in "
        "private.",
    )


def _proceed(case: Case, task: FollowUp, given: Answer, now: datetime) -> Change | Refused:
    thread = case.thread
    detail: dict[str, str] = {"action": given.action.value}
    if given.remedy:
        if not remedies.untold(given.remedy, task.granted):
            detail |= given.remedy.detail
        task = replace(task, granted=remedies.added(given.remedy, task.granted))
    if given.reply:
        # A person speaks now: what an acknowledgement that still waits would say is said, and its
        # slot is theirs.
        thread, review = untried_dropped(thread, case.review.reply), case.review
        if thread != case.thread:
            case = replace(case, review=replace(review, reply=None))
        thread = thread.reserve(given.reply, Purpose.ANSWER, public=_public(case))
        if thread is None:
            return _cap_reached()
        detail["reply"] = given.reply
    elif closing_kind(task, given) is None:
        done = _answered(case, task, given, {}, now)
        return (
            replace(done, facts=(Fact(Kind.ANSWER_GIVEN, detail), *done.facts))
            if given.remedy
            else done
        )
    answered = replace(task, status=Status.ANSWERED, answer=given)
    return Change(Case(case.review, thread, answered), (Fact(Kind.ANSWER_GIVEN, detail),))


def settle(case: Case, given: Answer, now: datetime) -> Change | None:
    """The case of a follow-up's first review after the answer, whose reply (if any) is out, closed
    it; None if it is not being carried out.

    Carried out again and again it closes one review after the other, until none is left that the
    answer covers.
    """
    task = case.task
    if task is None or task.status is not Status.ANSWERED or task.answer != given:
        return None
    return _answered(case, task, given, {}, now)


def closing_kind(task: FollowUp, given: Answer) -> Kind | None:
    """The kind with which this answer closes the follow-up.

    None when the follow-up stays open after it.
    """
    match given.action:
        case Action.REPLY:
            return Kind.ANSWERED
        case Action.RESOLVE_WITHOUT_REPLY:
            return Kind.MOVED_PRIVATE_RESOLVED if task.invited else Kind.RESOLVED_WITHOUT_REPLY
        case Action.WALK_AWAY:
            return Kind.WALKED_AWAY
        case Action.REPORT_FAKE:
            return Kind.REPORTED
        case Action.INVITE_PRIVATE | Action.PROMISE:
            return None


def _answered(
    case: Case, task: FollowUp, given: Answer, sent: Mapping[str, Any], now: datetime
) -> Change:
    """The effect of an answer, now that its reply (if any) is out."""
    detail = dict(sent) | {"by": given.by, "follow_up": task.id}
    codes = {
        name: getattr(given, name) for name in ("reason", "resolution", "root_cause", "evidence")
    }
    detail |= {name: value for name, value in codes.items() if value}
    kind = closing_kind(task, given)
    if kind is not None:
        return _close(Change(replace(case, task=task)), kind, detail)
    if given.action is Action.INVITE_PRIVATE:
        waiting = replace(
            task,
            status=Status.INVITED,
            invited=True,
            answer=None,
            level=0,
            due_at=stamp(now + INVITED_WAIT),
        )
        return Change(replace(case, task=waiting), (Fact(Kind.INVITED_PRIVATE, detail),))
    promised = given.promised_for or stamp(now)
    waiting = replace(
        task, status=Status.PROMISED, promised_for=promised, answer=None, level=0, due_at=promised
    )
    return Change(
        replace(case, task=waiting), (Fact(Kind.PROMISED, detail | {"promised_for": promised}),)
    )


def _close(change: Change, kind: Kind, detail: Mapping[str, Any]) -> Change:
    """Close the review and take it out of its follow-up, which closes with its last one.

    An answer stands for as long as it covers one of the reviews that are left; without it the work
    is open again.
    """
    case = change.case
    review = replace(case.review, closed=kind)
    task, thread = case.task, case.thread
    unsaid = untried_dropped(thread, review.reply)
    if unsaid != thread:
        # Nobody waits for an automatic first answer to what is closed.
        thread, review = unsaid, replace(review, reply=None)
    if task and _in_hand(case):
        left = tuple(other for other in task.reviews if other != review.id)
        overtaken = task.answer is not None and not any(
            other in task.answer.covers for other in left
        )
        if task.answer and overtaken:
            thread = untried_dropped(thread, task.answer.reply)
        if not left:
            task = replace(task, status=Status.CLOSED, closed=kind)
            thread = replace(thread, follow_up=None)
        elif overtaken:
            task = replace(task, reviews=left, status=_standing(task), answer=None)
        else:
            task = replace(task, reviews=left)
    return Change(Case(review, thread, task), (*change.facts, Fact(kind, detail)))


def look_again(
    case: Case,
    decide: Callable[[], Decision],
    now: datetime,
    *,
    give_up_after: int,
    handed_back: bool,
) -> Change:
    """The case when its follow-up's clock rings.

    Nothing to do yet, a promise is due, it escalates (R08, R14) or expires.

    `handed_back` says that carrying out the answer failed for good; a reply that is not out is then
    unknown, or known not to be. `give_up_after` is how many seconds a follow-up may stay open; its
    reviews expire one by one, the first of them here.
    """
    task = case.task
    if task is None or task.status is Status.CLOSED:
        return Change(case)
    if task.status is Status.ANSWERED:
        slot = case.thread.slot(task.answer.reply) if task.answer and task.answer.reply else None
        if not handed_back or slot is None or not unsent(slot):
            return Change(case)
        kind = Kind.REPLY_UNKNOWN if slot.must_look else Kind.REPLY_REJECTED
        return reply_failed(case, slot, kind, "platform_unavailable", decide, now)
    if now < moment(task.due_at):
        return Change(case)
    if task.status is Status.PROMISED:
        due = escalated(task, now).due_at
        back = replace(task, status=_standing(task), promised_for=None, level=0, due_at=due)
        return Change(
            replace(case, task=back),
            (Fact(Kind.PROMISE_DUE, {"follow_up": task.id, "due_at": due}),),
        )
    if now >= later(moment(task.opened_at), give_up_after):
        return _close(Change(case), Kind.EXPIRED, {"follow_up": task.id})
    up = escalated(task, now)
    fact = Fact(Kind.ESCALATED, {"follow_up": task.id, "level": up.level, "was_due": task.due_at})
    return Change(replace(case, task=up), (fact,))


@dataclass(frozen=True, slots=True)
class Pending:
    """What still has to happen for a case: a reply to send, a workflow to start.

    Derived, so that any run can resume.
    """

    acknowledgement: str | None
    follow_up: FollowUp | None

    @property
    def route(self) -> Route:
        """The way through the workflow that does it."""
        return _taken(
            acknowledges=self.acknowledgement is not None, follows_up=self.follow_up is not None
        )


def pending(case: Case, now: datetime) -> Pending:
    """What a crashed or repeated run still has to do at `now`; nothing, once everything is done."""
    slot = case.thread.slot(case.review.reply) if case.review.reply else None
    task = case.task
    # Starting a workflow that runs already is refused by its name, so whoever asks again does no
    # harm.
    unstarted = task is not None and task.status is not Status.CLOSED
    return Pending(
        case.review.reply if slot and unsent(slot) and not slot.waits(now) else None,
        task if unstarted else None,
    )


def unsent(slot: Slot) -> bool:
    """Whether a reply still has to be sent, or looked for."""
    return slot.state in {SlotState.RESERVED, SlotState.SENDING, SlotState.DOUBTFUL}
