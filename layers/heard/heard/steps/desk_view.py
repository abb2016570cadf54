"""A follow-up as the desk shows it: a row of a list, and all that is known about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard.clock import format_time
from heard.connectors import load
from heard.follow_ups import FollowUp, Resolution, Status
from heard.remedies import Grant, format_amount
from heard.reviews import Channel
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.cases import Review
    from heard.policy import Policy
    from heard.replies.findings import LintFinding
    from heard.storage.case_store import CaseStore
    from heard.storage.replies import Reply
    from heard.threads import Thread


def follow_up_row(follow_up: FollowUp, now: datetime) -> dict[str, Any]:
    """A follow-up as a list shows it. A claim that expired is not shown."""
    is_claimed = follow_up.is_claimed(now)
    return {
        "id": follow_up.id,
        "business": follow_up.business,
        "platform": follow_up.platform,
        "channel": follow_up.channel,
        "stage": Channel(follow_up.channel).stage.value,
        "severity": follow_up.severity.value,
        "queue": follow_up.queue,
        "priority": follow_up.priority,
        "status": follow_up.status.value,
        "why": follow_up.why,
        "level": follow_up.level,
        "opened_at": follow_up.opened_at,
        "due_at": follow_up.due_at,
        "overdue": follow_up.due_at < format_time(now),
        "promised_for": follow_up.promised_for,
        "claimed_by": follow_up.claimed_by if is_claimed else None,
        "claim_expires_at": follow_up.claim_expires_at if is_claimed else None,
        "fence": follow_up.fence,
        "reviews_count": len(follow_up.reviews),
    }


def follow_up_details(follow_up: FollowUp, policy: Policy, case_store: CaseStore) -> dict[str, Any]:
    """What an agent must understand before answering (R22).

    `reviews` with their texts and assessments, our `replies`, the agents' `notes`. A review that
    was edited after its acknowledgement has `before_edit`: what was acknowledged. `rules` say why
    a person is needed, `checklist` what to think of (R25), `remedies` what an agent may grant, and
    `grants` what was granted (R28). `causes`, `fixes` and `reasons` are the codes that a resolution
    may have. `contacts` are the business's own, which replies may show
    (R06). `pending_resolution` is the resolution that waits for a lead.
    """
    reviews = [case_store.case(review).case.review for review in follow_up.reviews]
    thread = case_store.case(follow_up.reviews[0]).case.thread
    states = {slot.reply: slot.state.value for slot in thread.slots}
    pending_resolution = (
        follow_up.resolution if follow_up.status is Status.AWAITING_APPROVAL else None
    )
    if pending_resolution and pending_resolution.reply:
        states[pending_resolution.reply] = follow_up.status.value
    checklist = follow_up.checklist
    return {
        "reviews": [_review_json(review, thread, case_store) for review in reviews],
        "replies": [
            _reply_json(reply, states.get(reply.id))
            for reply in readable_replies(case_store, follow_up.thread)
        ],
        "public_replies_left": thread.public_replies_left,
        "platform_limits": _platform_limits(follow_up.platform),
        "notes": _notes(case_store, follow_up.id),
        "rules": _rule_reasons(follow_up, policy),
        "checklist": {"name": checklist, "steps": list(policy.checklists.get(checklist, ()))}
        if checklist
        else None,
        "remedies": [
            {
                "name": remedy.name,
                "limit": format_amount(remedy.limit),
                "currency": remedy.currency,
            }
            for remedy in policy.remedies
        ],
        "causes": list(policy.codes.causes),
        "fixes": list(policy.codes.fixes),
        "reasons": list(policy.codes.reasons),
        "contacts": list(policy.contacts),
        "grants": [_grant_json(grant) for grant in follow_up.grants],
        "pending_resolution": _resolution_json(pending_resolution) if pending_resolution else None,
    }


def findings_json(findings: Iterable[LintFinding]) -> list[dict[str, str]]:
    """Findings of the lint, for whoever writes the reply."""
    return [
        {
            "code": finding.code,
            "rule": finding.rule,
            "severity": finding.severity,
            "explanation": finding.explanation,
        }
        for finding in findings
    ]


def readable_replies(case_store: CaseStore, thread: str) -> list[Reply]:
    """The replies of a thread in time order; none when an author was erased."""
    try:
        return case_store.replies(thread)
    except Erased:
        return []


def _reply_json(reply: Reply, slot_state: str | None) -> dict[str, Any]:
    return {
        "id": reply.id,
        "purpose": reply.purpose.value,
        "public": reply.public,
        "text": reply.text,
        "at": reply.at,
        "state": slot_state or ("sent" if reply.sent_at else "dropped"),
    }


def _resolution_json(resolution: Resolution) -> dict[str, Any]:
    fields = {
        "action": resolution.action.value,
        "agent": resolution.agent,
        "at": resolution.at,
        "reply": resolution.reply,
        "reason": resolution.reason,
    }
    return fields | {
        "promised_for": resolution.promised_for,
        "remedy": _grant_json(resolution.remedy) if resolution.remedy else None,
    }


def _grant_json(grant: Grant) -> dict[str, str]:
    return {"name": grant.name, "amount": format_amount(grant.amount), "currency": grant.currency}


def _rule_reasons(follow_up: FollowUp, policy: Policy) -> list[dict[str, str]]:
    """The rules of the decision, with their reasons in today's policy."""
    why = {rule.id: rule.why for rule in policy.rules}
    return [{"id": rule, "why": why.get(rule, "")} for rule in follow_up.rules]


def _platform_limits(platform: str) -> dict[str, Any]:
    """How many replies a platform shows (`one`, `many`, `none`), and how long they may be."""
    capabilities = load(platform).capabilities
    return {
        "replies": capabilities.replies,
        "limit": capabilities.reply_limit,
        "unit": capabilities.reply_unit,
    }


def _review_json(review: Review, thread: Thread, case_store: CaseStore) -> dict[str, Any]:
    fields = {
        "id": review.id,
        "severity": review.severity,
        "rating": review.rating,
        "withdrawn": review.withdrawn,
    }
    try:
        return fields | _review_content(review, thread, case_store)
    except Erased:
        return fields | {"erased": True}


def _review_content(review: Review, thread: Thread, case_store: CaseStore) -> dict[str, Any]:
    event, assessment, _ = case_store.revision(review)
    event_json = event.to_json()
    names = (
        "title",
        "text",
        "quoted",
        "language",
        "occurred_at",
        "subject",
        "link",
        "author",
        "original_bytes",
    )
    content = {name: event_json.get(name) for name in names} | {"assessment": assessment}
    before_edit = _before_edit(review, thread, case_store)
    return content | ({"before_edit": before_edit} if before_edit else {})


def _before_edit(review: Review, thread: Thread, case_store: CaseStore) -> dict[str, Any] | None:
    """What the author said when we acknowledged it, and what we said; None if it says so still.

    `replaced_by_next_reply` says that the platform shows one reply, so that an answer takes the
    place of the acknowledgement.
    """
    revision = case_store.acknowledged_revision(review)
    if revision is None or review.reply is None or revision.event.digest == review.digest:
        return None
    event, assessment = revision.event, revision.assessment or {}
    reply = case_store.reply(review.thread, review.reply)
    if not (thread.slot(reply.id) or reply.sent_at):
        return None
    shows_one = load(review.platform).capabilities.replies == "one"
    return {
        "title": event.title,
        "text": event.text,
        "rating": event.rating,
        "severity": assessment.get("severity"),
        "occurred_at": format_time(event.occurred_at) if event.occurred_at else None,
        "acknowledgement": reply.text,
        "replaced_by_next_reply": reply.public and shows_one,
    }


def _notes(case_store: CaseStore, follow_up_id: str) -> list[dict[str, Any]]:
    try:
        return case_store.notes(follow_up_id)
    except Erased:
        return []
