"""The desk: agents list, see, claim, release and answer follow-ups.

Leads approve walking away and large remedies.

Every call is bounded to the caller's businesses; what they may not see does not exist for them. A
business refusal comes out as `Conflict` with its reason, and nothing has changed then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard import cases, follow_ups
from heard.cases import Change
from heard.clock import stamp
from heard.connectors import ReplyTarget, Standing, load
from heard.errors import BadRequest, Conflict, Forbidden, NotFound
from heard.follow_ups import Action, Answer, FollowUp, Refusal, Refused, Status
from heard.remedies import Grant, plain
from heard.replies import lint
from heard.reviews import Channel, Stage, reply_id
from heard.steps.follow_up import wake
from heard.steps.triage import policy_of
from heard.storage.case_store import Loaded, Reply
from heard.storage.vault import Erased
from heard.threads import Purpose, SlotState, Thread

if TYPE_CHECKING:
    from heard.messaging import Flows
    from heard.policy import Policy
    from heard.replies.lint import Fingerprint
    from heard.storage.case_store import Work
    from heard.storage.setup import Person, Setup

RECENT_REPLIES: Final = 20
"""With how many of the business's latest human replies a new one is compared (R10)."""
_ROOT_CAUSE: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk needs."""

    setup: Setup
    work: Work
    flows: Flows


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is signed in.

    The person and the groups in the token (`agent`, `lead`, `auditor`, `admin`).
    """

    person: Person
    groups: frozenset[str]

    def needs(self, *groups: str) -> None:
        """Raises Forbidden unless the caller is in one of the groups."""
        if self.groups.isdisjoint(groups):
            raise Forbidden(
                f"This needs one of the groups {', '.join(groups)}; you are in "
                f"{', '.join(sorted(self.groups)) or 'none'}."
            )


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What an agent sends: `id` is the caller's own and makes a retry the same answer.

    `fence` is the claim's number.

    `text` is what the customer reads, `note` stays in the house. `root_cause` and `resolution`
    close the work (R14). `remedy` is what is granted to the customer (R28).
    """

    id: str
    action: Action
    fence: int
    text: str | None = None
    note: str | None = None
    resolution: str | None = None
    root_cause: str | None = None
    reason: str | None = None
    evidence: str | None = None
    promised_for: datetime | None = None
    remedy: Grant | None = None


def list_open(
    caller: Caller, desk: Desk, *, business: str | None, limit: int, after: str | None
) -> tuple[list[FollowUp], str | None]:
    """Open follow-ups by due time of one business, or of all of the caller's when none is named (no
    paging across businesses then).
    """
    caller.needs("agent", "lead", "admin")
    if business is not None:
        if business not in caller.person.businesses:
            raise NotFound("There is no such business among yours.")
        return desk.work.open_follow_ups(business, limit=limit, after=after)
    if len(caller.person.businesses) == 1:
        return desk.work.open_follow_ups(caller.person.businesses[0], limit=limit, after=after)
    if after:
        raise BadRequest("Name a business to page through its follow-ups: ?business=…")
    found = [
        task
        for each in caller.person.businesses
        for task in desk.work.open_follow_ups(each, limit=limit)[0]
    ]
    return sorted(found, key=lambda task: (task.due_at, task.id))[:limit], None


def see(caller: Caller, follow_up: str, desk: Desk, now: datetime) -> dict[str, Any]:
    """A follow-up with what is needed to understand before answering (R22).

    Reviews, thread, assessments with reasons, lint.

    `remedies` are what the policy lets an agent grant (R28) and `granted` what was granted here,
    `checklist` what to think of (R25), `rules` what decided that a person is needed, and `asked`
    the answer that waits for a lead.
    """
    task = _seen(caller, follow_up, desk)
    policy = policy_of(task.business, desk.setup)
    reviews = [_review(desk.work.case(review), desk) for review in task.reviews]
    thread = desk.work.case(task.reviews[0]).case.thread
    states = {slot.reply: slot.state.value for slot in thread.slots}
    if asked := _asked(task):
        states[asked.reply or ""] = task.status.value
    said = [
        {
            "id": reply.id,
            "purpose": reply.purpose.value,
            "public": reply.public,
            "text": reply.text,
            "at": reply.at,
            "state": states.get(reply.id, "sent" if reply.sent_at else "dropped"),
        }
        for reply in _replies(desk, task.thread)
    ]
    return {
        **outline(task, now),
        "reviews": reviews,
        "replies": said,
        "public_replies_left": thread.public_replies_left,
        "platform_takes": _takes(task.platform),
        "notes": _notes(desk, task.id),
        "rules": _rules(task, policy),
        "checklist": {
            "name": task.checklist,
            "steps": list(policy.checklists.get(task.checklist, ())),
        }
        if task.checklist
        else None,
        "remedies": [
            {"name": each.name, "limit": plain(each.limit), "currency": each.currency}
            for each in policy.remedies
        ],
        "granted": [_granting(grant) for grant in task.granted],
        "asked": _shown(asked) if asked else None,
    }


def _asked(task: FollowUp) -> Answer | None:
    """The answer that waits for a lead."""
    return task.answer if task.status is Status.AWAITING_APPROVAL else None


def _shown(asked: Answer) -> dict[str, Any]:
    told = {
        "action": asked.action.value,
        "by": asked.by,
        "at": asked.at,
        "reply": asked.reply,
        "reason": asked.reason,
    }
    return told | {
        "promised_for": asked.promised_for,
        "remedy": _granting(asked.remedy) if asked.remedy else None,
    }


def _granting(grant: Grant) -> dict[str, str]:
    return {"name": grant.name, "amount": plain(grant.amount), "currency": grant.currency}


def _rules(task: FollowUp, policy: Policy) -> list[dict[str, str]]:
    """The rules of the decision with their reasons, as today's policy words them."""
    why = {rule.id: rule.why for rule in policy.rules}
    return [{"id": rule, "why": why.get(rule, "")} for rule in task.rules]


def _takes(platform: str) -> dict[str, Any]:
    """What a reply may be at a platform.

    `replies` (one, many, none) shown, at most `limit` in `unit`.
    """
    known = load(platform).capabilities
    return {"replies": known.replies, "limit": known.reply_limit, "unit": known.reply_unit}


def outline(task: FollowUp, now: datetime) -> dict[str, Any]:
    """A follow-up as a list shows it. A claim that ran out is no claim."""
    held = task.claimed(now)
    return {
        "id": task.id,
        "business": task.business,
        "platform": task.platform,
        "channel": task.channel,
        "stage": Channel(task.channel).stage.value,
        "severity": task.severity.value,
        "queue": task.queue,
        "priority": task.priority,
        "status": task.status.value,
        "why": task.why,
        "level": task.level,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "overdue": task.due_at < stamp(now),
        "promised_for": task.promised_for,
        "claimed_by": task.claimed_by if held else None,
        "claim_expires_at": task.claim_expires_at if held else None,
        "fence": task.fence,
        "reviews_count": len(task.reviews),
    }


def claim(caller: Caller, follow_up: str, desk: Desk, now: datetime) -> FollowUp:
    """Claim a follow-up, or renew one's own claim. Raises Conflict when another agent holds it."""
    caller.needs("agent", "lead")
    _seen(caller, follow_up, desk)
    return desk.work.update_follow_up(
        follow_up, lambda task: _granted(follow_ups.claim(task, caller.person.subject, now))
    )


def release(caller: Caller, follow_up: str, fence: int, desk: Desk, now: datetime) -> FollowUp:
    """Give a claim back. Raises Conflict when it is somebody else's by now."""
    caller.needs("agent", "lead")
    _seen(caller, follow_up, desk)
    return desk.work.update_follow_up(
        follow_up,
        lambda task: _granted(follow_ups.release(task, caller.person.subject, fence, now)),
    )


def answer(
    caller: Caller, follow_up: str, request: AnswerRequest, desk: Desk, now: datetime
) -> FollowUp:
    """Accept an agent's answer and set it in motion.

    The same request again is the same answer, and no error.

    Raises BadRequest when something the action needs is missing, Conflict with the reason when the
    answer is refused.
    """
    caller.needs("agent", "lead")
    task = _seen(caller, follow_up, desk)
    given = _given(request, task, caller, now)
    policy = policy_of(task.business, desk.setup)
    worded: tuple[Reply, Fingerprint] | None = None
    if _already(task, given) is None:
        refused = follow_ups.may_answer(task, caller.person.subject, request.fence, now)
        _granted(refused or task)
        loaded = desk.work.case_of_follow_up(follow_up)
        _changed(cases.answer(loaded.case, given, policy, now))
        if request.text:
            worded = _worded(request, given, loaded, caller, desk, now)
            if _text(desk, task.thread, worded[0].id) not in {None, worded[0].text}:
                raise _differs()
            desk.work.put_reply(worded[0])
        desk.work.put_note(task.id, given.key, loaded.case.review.author, _note(request, caller))
    elif not _same(request, given, task, desk):
        raise _differs()

    def decide(loaded: Loaded) -> Change | None:
        current = loaded.case.task
        if current is None or _already(current, given):
            return None
        _granted(
            follow_ups.may_answer(current, caller.person.subject, request.fence, now) or current
        )
        return _changed(cases.answer(loaded.case, given, policy, now))

    after = desk.work.change(
        lambda: desk.work.case_of_follow_up(follow_up), decide, now=now, actor=caller.person.subject
    )
    if worded is not None:
        desk.work.note_wording(*worded)
    task = _task(after)
    wake(task, desk.work, desk.flows)
    return task


def approve(
    caller: Caller, follow_up: str, *, approved: bool, desk: Desk, now: datetime
) -> FollowUp:
    """Approve or deny an answer that walks away (R20) or grants much (R28), as a second person and
    a lead.
    """
    caller.needs("lead")
    task = _seen(caller, follow_up, desk)

    def decide(loaded: Loaded) -> Change | None:
        current = loaded.case.task
        _granted(
            (follow_ups.approvable(current, caller.person.subject) if current else None) or task
        )
        if not approved:
            return cases.deny(loaded.case, caller.person.subject)
        return _changed(cases.approve(loaded.case, caller.person.subject, now))

    after = desk.work.change(
        lambda: desk.work.case_of_follow_up(follow_up), decide, now=now, actor=caller.person.subject
    )
    decided = _task(after)
    if approved:
        wake(decided, desk.work, desk.flows)
    return decided


def _task(loaded: Loaded) -> FollowUp:
    if loaded.case.task is None:
        raise NotFound("There is no such follow-up.")
    return loaded.case.task


def _seen(caller: Caller, follow_up: str, desk: Desk) -> FollowUp:
    caller.needs("agent", "lead", "admin")
    task = desk.work.follow_up(follow_up)
    if task.business not in caller.person.businesses:
        raise NotFound("There is no such follow-up.")
    return task


def _already(task: FollowUp, given: Answer) -> FollowUp | None:
    return task if task.last_answer == given.key else None


def _same(request: AnswerRequest, given: Answer, task: FollowUp, desk: Desk) -> bool:
    """Whether a request that repeats an answer's id repeats its words and its remedy too."""
    stored = _text(desk, task.thread, given.reply)
    worded = (
        stored is None
        if request.text is None
        else stored is not None and stored.startswith(request.text.strip())
    )
    return worded and _same_remedy(given, task)


def _same_remedy(given: Answer, task: FollowUp) -> bool:
    if task.answer and task.answer.key == given.key:
        before = task.answer.remedy
    else:
        before = next((grant for grant in task.granted if grant.answer == given.key), None)
        if before is None:  # it was denied, or did not arrive: nobody can tell any more
            return True
    return given.remedy.same(before) if given.remedy else before is None


def _differs() -> Conflict:
    told = "This id was used for an answer with another text or remedy. Nothing was changed by this one; give it an id of its own."
    return Conflict(Refusal.ANSWER_DIFFERS.value, told)


def _text(desk: Desk, thread: str, reply: str | None) -> str | None:
    """What a reply says; None when there is none, or it can be read no more."""
    try:
        return desk.work.reply(thread, reply).text if reply else None
    except (NotFound, Erased):
        return None


def _granted(result: FollowUp | Refused) -> FollowUp:
    if isinstance(result, Refused):
        raise Conflict(result.reason.value, result.detail)
    return result


def _changed(result: Change | Refused) -> Change:
    if isinstance(result, Refused):
        raise Conflict(result.reason.value, result.detail)
    return result


_NEEDS: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.REPLY: ("text", "resolution", "root_cause"),
    Action.INVITE_PRIVATE: ("text",),
    Action.RESOLVE_WITHOUT_REPLY: ("resolution", "root_cause"),
    Action.PROMISE: ("promised_for",),
    Action.WALK_AWAY: ("reason",),
    Action.REPORT_FAKE: ("evidence",),
}


def _given(request: AnswerRequest, task: FollowUp, caller: Caller, now: datetime) -> Answer:
    missing = [name for name in _NEEDS[request.action] if not getattr(request, name)]
    if missing:
        raise BadRequest(f"The action {request.action.value} needs {', '.join(missing)}.")
    if request.text and request.action is Action.RESOLVE_WITHOUT_REPLY:
        raise BadRequest(
            "The action resolve_without_reply posts nothing, so it takes no text. Use reply, or "
            "put the words into note."
        )
    if request.remedy and request.action is Action.REPORT_FAKE:
        raise BadRequest(
            "The action report_fake grants nothing: leave remedy out, or answer in another way."
        )
    for name in ("root_cause", "resolution", "reason"):
        code = getattr(request, name)
        if code and not _ROOT_CAUSE.fullmatch(code):
            raise BadRequest(
                f"{name} is a short code of a-z, 0-9 and '-', such as 'late-delivery'. Put "
                "sentences into note."
            )
    return Answer(
        id=request.id,
        action=request.action,
        by=caller.person.subject,
        at=stamp(now),
        promised_for=stamp(request.promised_for) if request.promised_for else None,
        reason=request.reason,
        resolution=request.resolution,
        root_cause=request.root_cause,
        reply=_reply_id(task, request, caller) if request.text else None,
        remedy=request.remedy,
    )


def _reply_id(task: FollowUp, request: AnswerRequest, caller: Caller) -> str:
    return reply_id(
        task.thread, f"{task.id}/{caller.person.subject}/{request.id}", Purpose.ANSWER.value
    )


def _worded(
    request: AnswerRequest, given: Answer, loaded: Loaded, caller: Caller, desk: Desk, now: datetime
) -> tuple[Reply, Fingerprint]:
    """The reply as it will be posted, signed with the agent's first name (R11) and free of what the
    lint blocks; and how it is worded.
    """
    case = loaded.case
    connection = desk.setup.connection(case.review.connection)
    if connection is None:
        raise Conflict(
            Refusal.NO_REPLY_HERE.value, "The connection was removed. Resolve it without a reply."
        )
    public = case.review.channel.stage is Stage.ONSTAGE
    limits = load(case.review.platform).capabilities
    if limits.replies == "none" or (limits.credentials and not connection.has_credentials):
        why = (
            "takes no replies from programs"
            if limits.replies == "none"
            else "is connected without credentials to reply with"
        )
        raise Conflict(
            Refusal.NO_REPLY_HERE.value,
            f"{limits.title} {why}. Answer there, then resolve it here without a reply.",
        )
    names = (caller.person.first_name, connection.business_name or case.review.business)
    text = lint.sign_off(request.text or "", *names)
    latest = desk.work.latest_wordings(
        case.review.business, RECENT_REPLIES, other_than=_unread(case.thread, desk)
    )
    findings = lint.lint(
        text,
        public=public,
        limit=limits.reply_limit,
        unit=limits.reply_unit,
        recent=latest,
        names=names,
    )
    blocking = [finding for finding in findings if finding.severity == "block"]
    if blocking:
        raise Conflict(
            Refusal.LINT.value,
            " ".join(finding.explanation for finding in blocking),
            rule=blocking[0].rule,
            code=blocking[0].code,
        )
    try:
        event = desk.work.revision(case.review).event
    except Erased as erased:
        raise Conflict(
            Refusal.NO_REPLY_HERE.value,
            "The author was erased, and with them where to reply. Resolve it without one.",
        ) from erased
    reply = Reply(
        id=given.reply or "",
        thread=case.thread.id,
        review=case.review.id,
        author=case.review.author,
        business=case.review.business,
        connection=connection.id,
        purpose=Purpose.ANSWER,
        public=public,
        text=text,
        target=ReplyTarget(event.native_id, event.native_thread, event.reply_to),
        follow_up=case.task.id if case.task else None,
        by=caller.person.subject,
        at=stamp(now),
    )
    return reply, lint.fingerprint(text, names)


def _unread(thread: Thread, desk: Desk) -> set[str]:
    """The people's replies in a thread that did not arrive, as far as we know.

    To send one of them again is no copying.
    """
    sent = {slot.reply for slot in thread.slots if slot.state is SlotState.SENT}
    return {
        reply.id
        for reply in _replies(desk, thread.id)
        if reply.purpose is Purpose.ANSWER
        and (reply.standing == Standing.REFUSED or not (reply.sent_at or reply.id in sent))
    }


def _note(request: AnswerRequest, caller: Caller) -> dict[str, Any]:
    noted = {"answer": request.id, "by": caller.person.subject, "action": request.action.value}
    return noted | {
        name: value for name in ("note", "evidence") if (value := getattr(request, name))
    }


def _review(loaded: Loaded, desk: Desk) -> dict[str, Any]:
    review = loaded.case.review
    known = {
        "id": review.id,
        "severity": review.severity,
        "rating": review.rating,
        "withdrawn": review.withdrawn,
    }
    return known | _readable(lambda: _said(loaded, desk))


def _said(loaded: Loaded, desk: Desk) -> dict[str, Any]:
    event, assessment, _ = desk.work.revision(loaded.case.review)
    said = event.to_json()
    shown = {
        name: said.get(name)
        for name in (
            "title",
            "text",
            "language",
            "occurred_at",
            "subject",
            "link",
            "author",
            "text_bytes",
        )
    }
    return shown | {"assessment": assessment}


def _readable(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except Erased:
        return {"erased": True}


def _notes(desk: Desk, follow_up: str) -> list[dict[str, Any]]:
    try:
        return desk.work.notes(follow_up)
    except Erased:
        return []


def _replies(desk: Desk, thread: str) -> list[Reply]:
    try:
        return desk.work.replies(thread)
    except Erased:
        return []
