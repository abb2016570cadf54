"""Where a decided revision goes: to an acknowledgement, to a person, to both, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from heard.assessment import Agenda, Assessment, Severity
from heard.assessment.vocabulary import TOPICS
from heard.cases.case import (
    AcknowledgementDraft,
    Case,
    Change,
    IncomingEvent,
    describe_follow_up,
    has_open_follow_up,
    is_unsent,
    with_revision,
    without_promise,
    without_unsent_reply,
)
from heard.clock import add_seconds, format_time
from heard.follow_ups import FollowUp, Status, with_new_words
from heard.outcomes import Fact, Kind
from heard.places import UNKNOWN_PLACE
from heard.policy import Decision, Route
from heard.reviews import follow_up_id
from heard.threads import Purpose, SlotState, Thread

EDITED_AFTER_ACKNOWLEDGEMENT: Final = "edited_after_acknowledgement"
"""Why a follow-up is open whose review was thanked, and became a complaint by an edit."""


def route(
    case: Case,
    incoming: IncomingEvent,
    assessment: Assessment,
    decision: Decision,
    now: datetime,
    *,
    inputs: str = "",
    place: str = UNKNOWN_PLACE,
) -> Change:
    """The case after a new or newer revision was assessed and decided.

    An edit never gets a second acknowledgement (R04): it is only recorded, unless it now needs a
    person. An acknowledgement of the words before, which nobody has begun to send, is cancelled.
    One that thanks for what is a complaint now is the reason of the follow-up. `inputs` is the
    commitment to what the decision was made from, so that it can be made again and compared.
    `place` is the code of the business's place that the review is about.
    """
    event = incoming.event
    seen_before, starts_over = bool(case.review.revision), case.review.withdrawn
    was_thanked = is_thanked_complaint(case, assessment)
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
        with_revision(case.review, incoming, now),
        rating=event.rating,
        severity=assessment.severity,
        route=effective_route,
        withdrawn=False,
    )
    detail = {
        "revision": event.revision,
        "commitment": incoming.commitment,
        "rating": event.rating,
        "severity": assessment.severity.value,
        "agenda": assessment.agenda.value,
        "flags": [flag.value for flag in assessment.flags],
        "topics": sorted(topic for topic in assessment.topics if topic in TOPICS),
        "needs_person": assessment.needs_person,
        "place": place,
        "model": assessment.model,
        "route": effective_route.value,
        "rules": list(decision.fired),
        "policy": decision.policy_hash,
    }
    if assessment.language:
        detail["language"] = assessment.language
    if inputs:
        detail["inputs"] = inputs
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
        follow_up, thread, fact = open_or_join_follow_up(
            replace(case, review=review),
            decision,
            now,
            why=EDITED_AFTER_ACKNOWLEDGEMENT if was_thanked else "policy",
        )
        if was_thanked:
            follow_up = replace(follow_up, why=EDITED_AFTER_ACKNOWLEDGEMENT)
        facts.append(fact)
    if not follows_up and not acknowledges and not has_open_follow_up(case):
        facts.append(Fact(Kind.IGNORED, {"reason": decision.reason or "nothing_to_do"}))
        review = replace(review, closing_kind=Kind.IGNORED)
    return Change(Case(review, thread, follow_up), tuple(facts))


def route_late(
    case: Case, incoming: IncomingEvent, assessment: Assessment, decision: Decision, now: datetime
) -> Change:
    """The case after words that come after newer ones, where nothing proves which are the last.

    If they need a person, a person gets them: the newer words may be forged to make these look old.
    The revision last acted on stays, so that the same words in any order end in the same one.
    """
    detail = {"revision": incoming.event.revision, "commitment": incoming.commitment}
    facts = [Fact(Kind.LATE_REVISION, detail)]
    if not decision.route.follows_up:
        return Change(case, tuple(facts))
    severity = (case.review.severity or assessment.severity).worse(assessment.severity)
    review = replace(case.review, severity=severity, route=Route.FOLLOW_UP)
    thread = without_unsent_reply(case.thread, review.reply)
    if thread != case.thread:
        review = replace(review, reply=None)
    if review.closing_kind:
        facts.append(Fact(Kind.REOPENED, {"after": review.closing_kind.value}))
        review = replace(review, closing_kind=None)
    case = Case(review, thread, case.follow_up)
    follow_up, thread, fact = open_or_join_follow_up(case, decision, now)
    return Change(Case(review, thread, follow_up), (*facts, fact))


def is_thanked_complaint(case: Case, assessment: Assessment) -> bool:
    """Whether an edit makes a complaint of a review whose acknowledgement took it for none.

    `case` is the case before the edit. The platform has the acknowledgement, or may have it.
    """
    review, severity = case.review, case.review.severity
    if review.reply is None or severity is None or severity.rank > Severity.LOW.rank:
        return False
    slot = case.thread.slot(review.reply)
    # A private acknowledgement leaves no slot once it is sent.
    is_there = (
        slot.state is not SlotState.RESERVED if slot else review.closing_kind is Kind.ACKNOWLEDGED
    )
    return (
        is_there
        and assessment.severity.rank >= Severity.MEDIUM.rank
        and assessment.agenda is not Agenda.SPAM
    )


def _effective_route(*, acknowledges: bool, follows_up: bool) -> Route:
    if follows_up:
        return Route.BOTH if acknowledges else Route.FOLLOW_UP
    return Route.ACKNOWLEDGE if acknowledges else Route.NOTHING


def acknowledge(
    change: Change, draft: AcknowledgementDraft, *, not_before: datetime | None = None
) -> Change | None:
    """The change with a slot and a text for the acknowledgement; None when no slot is left (R04).

    The acknowledgement is sent at once or, with `not_before`, by the sweep when its time has come.
    """
    thread = change.case.thread.reserve(
        draft.reply,
        Purpose.ACKNOWLEDGEMENT,
        public=draft.public,
        not_before=not_before,
        variant=draft.variant,
    )
    if thread is None:
        return None
    review = replace(change.case.review, reply=draft.reply)
    return replace(
        change,
        case=replace(change.case, thread=thread, review=review),
        writes=replace(change.writes, acknowledgement=draft),
    )


def open_or_join_follow_up(
    case: Case, decision: Decision, now: datetime, why: str = "policy"
) -> tuple[FollowUp, Thread, Fact]:
    """The thread's follow-up with this review in it: the open one, else or if it is full a new one.

    Also returns the thread after it, and the fact to append. A review that is more urgent raises
    the open follow-up. A critical one, and one that is worse than those before it, also ends the
    wait for a promised date: nobody may read it only then. A resolution that is on its way does not
    cover what joins here.
    """
    review, thread, follow_up = case.review, case.thread, case.follow_up
    due_at = format_time(decision.due_at or add_seconds(now, 24 * 3600))
    severity = review.severity or Severity.MEDIUM
    if follow_up and follow_up.status is not Status.CLOSED and follow_up.takes(review.id):
        severity_before = follow_up.severity
        follow_up = with_new_words(follow_up, review.id, now)
        if (
            decision.priority > follow_up.priority
            or severity.rank > follow_up.severity.rank
            or severity is Severity.CRITICAL
        ):
            follow_up = without_promise(follow_up)
        if decision.priority > follow_up.priority:
            follow_up = replace(
                follow_up,
                queue=decision.queue,
                priority=decision.priority,
                escalate_after=decision.escalate_after,
                rules=decision.fired,
                checklist=decision.checklist or follow_up.checklist,
            )
        follow_up = replace(
            follow_up,
            reviews=follow_up.reviews
            if review.id in follow_up.reviews
            else (*follow_up.reviews, review.id),
            severity=follow_up.severity.worse(severity),
            worst=review.id if severity.rank > severity_before.rank else follow_up.worst,
            due_at=follow_up.due_at if follow_up.promised_for else min(follow_up.due_at, due_at),
            checklist=follow_up.checklist or decision.checklist,
        )
        detail = describe_follow_up(follow_up) | {"severity_before": severity_before.value}
        return follow_up, thread, Fact(Kind.FOLLOW_UP_JOINED, detail)
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
            describe_follow_up(new_follow_up) | {"level": new_follow_up.level, "why": why},
        ),
    )


@dataclass(frozen=True, slots=True)
class RemainingSteps:
    """What still has to happen for a case: a reply to send, a workflow to start.

    It follows from the case alone, so that any run can resume another.
    """

    acknowledgement: str | None
    follow_up: FollowUp | None

    @property
    def route(self) -> Route:
        """The route of the workflow that does it."""
        return _effective_route(
            acknowledges=self.acknowledgement is not None, follows_up=self.follow_up is not None
        )


def remaining_steps(case: Case, now: datetime) -> RemainingSteps:
    """What an interrupted or repeated run still has to do at `now`."""
    slot = case.thread.slot(case.review.reply) if case.review.reply else None
    follow_up = case.follow_up
    # A workflow that runs already is not started twice: Step Functions refuses the same name.
    # While an answer is carried out none waits: the next one starts when the follow-up stays open.
    needs_workflow = follow_up is not None and not follow_up.settled
    return RemainingSteps(
        case.review.reply if slot and is_unsent(slot) and not slot.is_waiting(now) else None,
        follow_up if needs_workflow else None,
    )
