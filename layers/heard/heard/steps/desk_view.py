"""A follow-up as the desk shows it: a row of a list, and all that is known about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from heard.assessment import Assessment, Severity
from heard.clock import format_time
from heard.commitments import CommitmentKind
from heard.connectors import load
from heard.errors import BadRequest, DamagedText
from heard.follow_ups import FollowUp, Resolution, Status
from heard.remedies import Grant, format_amount
from heard.reviews import Channel
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.cases import Case, Review
    from heard.policy import Policy
    from heard.replies.findings import LintFinding
    from heard.storage.case_store import CaseStore
    from heard.storage.latest_texts import LatestText
    from heard.storage.replies import Reply
    from heard.threads import Thread


PAGE_BYTES: Final = 3_000_000
"""How many bytes of words one page of reviews holds: half of what Lambda can return."""
_READ_TOGETHER: Final = 10
"""How many reviews are read before their words are counted: one may have some 300 kB."""

EXCERPT_CHARACTERS: Final = 100
"""How much of a review a list shows."""

MAX_REVISIONS_READ: Final = 50
MAX_COMPLAINTS_SHOWN: Final = 10
COMPLAINT_CHARACTERS: Final = 5_000
"""How much is shown beside the last words of a review that nothing proves. Whoever knows the
address can send any number of revisions."""


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
        "revision": follow_up.revision,
        "mentioned": list(follow_up.mentioned),
        "reviews_count": len(follow_up.reviews),
    }


def follow_up_rows(
    page: Sequence[FollowUp], case_store: CaseStore, now: datetime, *, words: bool
) -> list[dict[str, Any]]:
    """Follow-ups as a list shows them, with `words` each with its `newest_review`.

    That is the review's author, stars, language and first words. They cost three more reads for
    each follow-up.
    """
    rows = [follow_up_row(follow_up, now) for follow_up in page]
    if words and page:
        texts = case_store.latest_texts({follow_up.reviews[-1] for follow_up in page})
        for row, follow_up in zip(rows, page, strict=True):
            row["newest_review"] = newest_review_json(texts.get(follow_up.reviews[-1]))
    return rows


def newest_review_json(text: LatestText | None) -> dict[str, Any] | None:
    """The newest review in a few words; None where its state cannot be read."""
    if text is None:
        return None
    event = text.event
    return {
        "id": text.review.id,
        "author": asdict(event.author) if event else None,
        "rating": text.review.rating,
        "language": text.language,
        "first_words": event.first_words(EXCERPT_CHARACTERS) if event else None,
        "erased": text.erased,
        "damaged": text.damaged,
    }


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which reviews of a follow-up are asked for: at most `limit` of those behind `after`.

    `after` is the id of the last review of the page before; None for the first page.
    """

    limit: int
    after: str | None


def follow_up_details(
    follow_up: FollowUp,
    case: Case | None,
    policy: Policy,
    case_store: CaseStore,
    page: PageRequest,
) -> dict[str, Any]:
    """What an agent must understand before answering (R22).

    A page of `reviews` with their texts and assessments, and in `reviews_next` what asks for the
    next page; our latest `replies`, the agents' `notes`. The worst review comes first, then the
    others, the newest first. A review that was edited after its acknowledgement has `before_edit`:
    what was acknowledged. Of an `unreadable` one only the id is known. `rules` say why a person is
    needed, `checklist` what to think of (R25), `remedies` what an agent may grant, and `grants`
    what was granted (R28). `causes`, `fixes` and `reasons` are the codes that a resolution may
    have. `contacts` are the business's own, which replies may show (R06). `pending_resolution` is
    the resolution that waits for a lead, with the `digest` that names it. `case` is that of one of
    its reviews; None when none of them can be read. Raises BadRequest for a page that there is not.
    """
    thread = case.thread if case else case_store.thread(follow_up.thread)
    states = {slot.reply: slot.state.value for slot in thread.slots}
    pending_resolution = (
        follow_up.resolution if follow_up.status is Status.AWAITING_APPROVAL else None
    )
    if pending_resolution and pending_resolution.reply:
        states[pending_resolution.reply] = follow_up.status.value
    checklist = follow_up.checklist
    known = (case.review,) if case else ()
    reviews, next_page = _read_page(follow_up, page, thread, known, case_store)
    replies = case_store.replies(follow_up.thread)
    return {
        "reviews": reviews,
        "reviews_next": next_page,
        "replies": [_reply_json(reply, states.get(reply.id)) for reply in replies],
        "public_replies_left": thread.public_replies_left,
        "platform_limits": _platform_limits(follow_up.platform),
        "notes": case_store.notes(follow_up.id, replies),
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


def _read_page(
    follow_up: FollowUp,
    page: PageRequest,
    thread: Thread,
    known: Sequence[Review],
    case_store: CaseStore,
) -> tuple[list[dict[str, Any]], str | None]:
    """The reviews of a page, and after which one the next page begins; None on the last page.

    They are read several in a call, until they are enough. One review comes however long it is.
    `known` are states that were just read.
    """
    ids = follow_up.reviews_to_read
    if page.after is not None:
        if page.after not in ids:
            raise BadRequest(
                "`after` must be the `reviews_next` of the page before, and that review is not in "
                "this follow-up any more. Read it again from its first page."
            )
        ids = ids[ids.index(page.after) + 1 :]
    reviews: list[dict[str, Any]] = []
    size = 0
    for batch in batched(ids[: page.limit], _READ_TOGETHER, strict=False):
        texts = case_store.latest_texts(batch, consistent=True, known=known)
        for id in batch:
            text = texts.get(id)
            review = (
                _review_json(text, thread, case_store)
                if text
                else {"id": id, "damaged": True, "unreadable": True}
            )
            size += len(json.dumps(review, default=str))
            if reviews and size > PAGE_BYTES:
                return reviews, reviews[-1]["id"]
            reviews.append(review)
    return reviews, reviews[-1]["id"] if len(ids) > len(reviews) else None


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


def _reply_json(reply: Reply, slot_state: str | None) -> dict[str, Any]:
    return {
        "id": reply.id,
        "purpose": reply.purpose.value,
        "public": reply.public,
        "text": reply.text,
        "at": reply.at,
        "state": slot_state or ("sent" if reply.sent_at else "dropped"),
        "damaged": reply.is_damaged,
    }


def _resolution_json(resolution: Resolution) -> dict[str, Any]:
    fields = {
        "digest": resolution.digest,
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
    """How many replies a platform shows (`one`, `many`, `none`), and how long they may be.

    `replaces_reply` says that our next reply takes the place of our last one.
    """
    capabilities = load(platform).capabilities
    return {
        "replies": capabilities.replies,
        "replaces_reply": capabilities.replaces_reply,
        "limit": capabilities.reply_limit,
        "unit": capabilities.reply_unit,
    }


def _review_json(text: LatestText, thread: Thread, case_store: CaseStore) -> dict[str, Any]:
    review, event = text.review, text.event
    fields = {
        "id": review.id,
        "severity": review.severity,
        "rating": review.rating,
        "withdrawn": review.withdrawn,
        "unverified": review.unverified,
        "reported_gone_at": review.reported_gone_at,
    }
    if text.damaged:
        return fields | {"damaged": True}
    if event is None:
        return fields | {"erased": True}
    event_json = event.to_json()
    names = (
        "title",
        "text",
        "quoted",
        "below",
        "unread",
        "language",
        "occurred_at",
        "subject",
        "link",
        "author",
        "original_bytes",
    )
    content = {name: event_json.get(name) for name in names} | {"assessment": text.assessment}
    try:
        before_edit = _before_edit(review, thread, case_store)
        if review.unverified:
            content["other_complaints"] = _other_complaints(review, case_store)
    except Erased:
        return fields | {"erased": True}
    except DamagedText:
        return fields | content | {"damaged": True}
    return fields | content | ({"before_edit": before_edit} if before_edit else {})


def _other_complaints(review: Review, case_store: CaseStore) -> list[dict[str, Any]]:
    """What else arrived as words of a review that nothing proves, if it complains; worst first.

    The last words may be forged, and those before them the customer's.
    """
    revisions = [
        (Assessment.from_json(revision.assessment or {}), revision.event)
        for revision in case_store.other_revisions(review, MAX_REVISIONS_READ)
    ]
    complaints = [
        (assessment.severity, event)
        for assessment, event in revisions
        if assessment.severity.rank >= Severity.MEDIUM.rank or assessment.needs_person
    ]
    complaints.sort(key=lambda complaint: -complaint[0].rank)
    return [
        {
            "title": event.title,
            "text": (event.text or "")[:COMPLAINT_CHARACTERS],
            "rating": event.rating,
            "severity": severity.value,
            "occurred_at": format_time(event.occurred_at) if event.occurred_at else None,
        }
        for severity, event in complaints[:MAX_COMPLAINTS_SHOWN]
    ]


def _before_edit(review: Review, thread: Thread, case_store: CaseStore) -> dict[str, Any] | None:
    """What the author said when we acknowledged it, and what we said; None if it says so still.

    `replaced_by_next_reply` says that the platform shows an answer in the place of the
    acknowledgement.
    """
    revision = case_store.acknowledged_revision(review)
    if revision is None or review.reply is None:
        return None
    is_unchanged = case_store.vault.is_committed(
        review.author, CommitmentKind.WORDS, revision.event.content, review.readable_revision[1]
    )
    if is_unchanged:
        return None
    event, assessment = revision.event, revision.assessment or {}
    reply = case_store.reply(review.thread, review.reply)
    if not (thread.slot(reply.id) or reply.sent_at):
        return None
    return {
        "title": event.title,
        "text": event.text,
        "rating": event.rating,
        "severity": assessment.get("severity"),
        "occurred_at": format_time(event.occurred_at) if event.occurred_at else None,
        "acknowledgement": reply.text,
        "replaced_by_next_reply": reply.public
        and load(review.platform).capabilities.replaces_reply,
    }
