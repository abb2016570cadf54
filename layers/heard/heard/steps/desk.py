"""The desk: agents list, read, claim, release and resolve follow-ups. Leads approve.

A call is limited to the businesses where the caller holds a role (`heard.steps.caller`).
A step that is refused raises ConflictError with its reason, and nothing has changed then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from heard import cases, follow_ups
from heard.cases import Change
from heard.clock import format_time
from heard.connectors import ModerationStatus, ReplyTarget, load
from heard.errors import BadRequest, ConflictError, DamagedState, DamagedText, NotFound
from heard.follow_ups import (
    Action,
    ConflictCode,
    FollowUp,
    Resolution,
    TakeoverReason,
)
from heard.outcomes import Kind
from heard.people import APPROVING
from heard.remedies import Grant
from heard.replies import lint
from heard.reviews import Stage
from heard.steps.deciding import policy_of
from heard.steps.desk_access import find_follow_up, load_from, or_raise, read_case
from heard.steps.desk_list import claimant_and_clock
from heard.steps.desk_story import history_of, timeline_of
from heard.steps.desk_view import (
    PageRequest,
    findings_json,
    follow_up_details,
    follow_up_row,
)
from heard.steps.follow_up import carry_out_message, wake
from heard.storage.case_store import LoadedCase
from heard.storage.follow_ups import StoredFollowUp
from heard.storage.keys import partition_key, reply_key
from heard.storage.replies import Reply
from heard.storage.vault import Erased
from heard.threads import Purpose, SlotState, Thread

if TYPE_CHECKING:
    from heard.cases import Case, Revision
    from heard.connectors import Connection
    from heard.messaging import Queue, Workflows
    from heard.policy import Policy
    from heard.replies.findings import LintFinding
    from heard.replies.lint import Fingerprint
    from heard.steps.caller import Caller
    from heard.steps.desk_memory import DeskMemory
    from heard.storage.case_store import CaseStore
    from heard.storage.desk_settings import DeskSettings
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.people import People
    from heard.storage.setup import SetupStore

_log = logging.getLogger(__name__)

RECENT_REPLIES: Final = 20
"""How many of the business's latest replies by people a new one is compared with (R10)."""


@dataclass(frozen=True, slots=True)
class DeskPorts:
    """What the desk needs. `people` says who calls, `queue` is the review queue.

    `settings` is what each of them set, `outcomes` is for what happened before, and `memory` for
    what it shows often.
    """

    people: People
    setup: SetupStore
    cases: CaseStore
    workflows: Workflows
    queue: Queue
    settings: DeskSettings
    outcomes: OutcomeLog
    memory: DeskMemory


@dataclass(frozen=True, slots=True)
class ResolutionRequest:
    """What an agent sends to resolve a follow-up.

    `id` is the caller's own: the same id again means the same resolution. `fence` is the number of
    the claim. The customer reads `text`; `note` and `evidence` stay internal. `fix`, `root_cause`
    (R14) and `reason` are codes of the policy. `remedy` is what the customer is granted (R28).
    `own_contacts` says that the telephone numbers, mail addresses and streets in `text` are the
    business's own (R06). `seen_revision` is the `revision` of the follow-up that the agent has
    read: nothing newer is resolved with it (R22). None resolves what the claim covers.
    """

    id: str
    action: Action
    fence: int
    text: str | None = None
    note: str | None = None
    fix: str | None = None
    root_cause: str | None = None
    reason: str | None = None
    evidence: str | None = None
    promised_for: datetime | None = None
    remedy: Grant | None = None
    own_contacts: bool = False
    seen_revision: str | None = None


@dataclass(frozen=True, slots=True)
class TakeoverRequest:
    """What a lead sends to take a follow-up over: the `fence` of the claim that they have seen.

    `limit` is how many reviews are described.
    """

    fence: int
    reason: TakeoverReason
    limit: int = 25


class ResolutionResult(NamedTuple):
    """A follow-up after its resolution was accepted, and what the lint warns of in the reply."""

    follow_up: FollowUp
    warnings: tuple[LintFinding, ...]


class LintedText(NamedTuple):
    """A text as it would be posted, signed, and what the lint finds in it."""

    text: str
    findings: tuple[LintFinding, ...]
    fingerprint: Fingerprint

    @property
    def warnings(self) -> tuple[LintFinding, ...]:
        """The findings that do not stop it."""
        return tuple(finding for finding in self.findings if finding.severity == "warn")

    @property
    def blocking(self) -> tuple[LintFinding, ...]:
        """The findings that stop it."""
        return tuple(finding for finding in self.findings if finding.severity == "block")

    def to_json(self) -> dict[str, Any]:
        """The text, whether the lint blocks it, and the findings."""
        findings = findings_json(self.findings)
        return {"text": self.text, "blocked": bool(self.blocking), "findings": findings}


def describe_follow_up(
    caller: Caller,
    follow_up_id: str,
    desk: DeskPorts,
    now: datetime,
    limit: int = 25,
    after: str | None = None,
) -> dict[str, Any]:
    """A follow-up with all that an agent must understand before answering (R22).

    At most `limit` of its reviews, those behind the review `after`. `actions` are those that can be
    taken here. `no_reply_code` and `no_reply_why` say why none of them can reply, None where one
    can. Raises NotFound, BadRequest.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases)
    return _describe(stored, caller, desk, now, PageRequest(limit, after), with_story=True)


def _describe(
    stored: StoredFollowUp,
    caller: Caller,
    desk: DeskPorts,
    now: datetime,
    page: PageRequest,
    *,
    with_story: bool = False,
) -> dict[str, Any]:
    """Describe a follow-up. Its story, with the author's, changes seldom, and takes more reads."""
    follow_up = stored.follow_up
    policy = policy_of(follow_up.business, desk.setup)
    case: Case | None = None
    try:
        case = desk.cases.case_of_follow_up(follow_up.id, stored).case
    except DamagedState as damage:
        no_reply, actions = NoReply("unreadable", damage.detail), list[str]()
    else:
        no_reply = _no_reply(case, desk.setup.connection(case.review.connection))
        actions = [
            action.value
            for action in Action
            if (no_reply is None or "text" not in _REQUIRED_FIELDS[action])
            and (action is not Action.INVITE_PRIVATE or case.review.channel.stage is Stage.ONSTAGE)
        ]
    details = follow_up_details(follow_up, case, policy, desk.cases, page)
    draft = desk.cases.draft(follow_up.id, caller.person.subject)
    return (
        follow_up_row(follow_up, now)
        | claimant_and_clock(follow_up, policy, now, desk.memory)
        | details
        | {
            "actions": actions,
            "no_reply_code": no_reply.code if no_reply else None,
            "no_reply_why": no_reply.why if no_reply else None,
            "my_draft": draft.to_json() if draft else None,
        }
        | (_story(follow_up, case, desk) if with_story else {})
    )


def _story(follow_up: FollowUp, case: Case | None, desk: DeskPorts) -> dict[str, Any]:
    return {
        "history": history_of(case.review, desk.cases) if case else [],
        "timeline": timeline_of(follow_up, desk.outcomes, desk.memory),
    }


def claim(caller: Caller, follow_up_id: str, desk: DeskPorts, now: datetime) -> FollowUp:
    """Claim a follow-up, or renew the caller's claim.

    What is resolved with this claim does not cover reviews that cannot be read now. Raises
    ConflictError when another agent holds it.
    """
    return _claim(caller, follow_up_id, desk, now).follow_up


def claim_and_describe(
    caller: Caller, follow_up_id: str, desk: DeskPorts, now: datetime, limit: int = 25
) -> dict[str, Any]:
    """Claim a follow-up, or renew the claim, and describe it as it is then, without its story.

    So an agent reads what the claim covers, and which reviews it does not, as they cannot be read
    now. When describing it fails, it is claimed nevertheless: claiming it again renews that. Raises
    ConflictError when another agent holds it.
    """
    stored = _claim(caller, follow_up_id, desk, now)
    return _describe(stored, caller, desk, now, PageRequest(limit, None))


def _claim(caller: Caller, follow_up_id: str, desk: DeskPorts, now: datetime) -> StoredFollowUp:
    def decide(follow_up: FollowUp) -> FollowUp:
        unreadable = _unreadable_reviews(follow_up, desk)
        return or_raise(
            follow_ups.claim(follow_up, caller.person.subject, now, unreadable=unreadable)
        )

    return desk.cases.update_follow_up(
        follow_up_id, decide, now, known=find_follow_up(caller, follow_up_id, desk.cases)
    )


def _unreadable_reviews(follow_up: FollowUp, desk: DeskPorts) -> Collection[str]:
    """Those that a new claim does not cover.

    If it has one review alone, the resolution itself says that it cannot be read.
    """
    if len(follow_up.reviews) < 2:
        return ()
    return desk.cases.unreadable_reviews(follow_up.reviews)


def take_over_and_describe(
    caller: Caller, follow_up_id: str, takeover: TakeoverRequest, desk: DeskPorts, now: datetime
) -> dict[str, Any]:
    """As a lead, take a follow-up from the agent who has claimed it, and describe it as it is then.

    Repeated, it takes nothing more. What the agent sends with the old claim is refused then. Raises
    ConflictError when nobody has the claim with that `fence` any more.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases, APPROVING)
    try:
        after = _take_over(caller.person.subject, stored, takeover, desk, now)
    except ConflictError as conflict:
        if conflict.reason != ConflictCode.UNREADABLE:
            raise
        after = _take_over_unreadable(caller.person.subject, stored, takeover, desk, now)
    return _describe(after, caller, desk, now, PageRequest(limit=takeover.limit, after=None))


def _take_over(
    lead: str,
    stored: StoredFollowUp,
    takeover: TakeoverRequest,
    desk: DeskPorts,
    now: datetime,
) -> StoredFollowUp:
    """Take it over, with an outcome. Raises ConflictError, also when no review can be read."""

    def decide(loaded: LoadedCase) -> Change | None:
        unreadable = _unreadable_reviews(loaded.case.follow_up or stored.follow_up, desk)
        new_claim = cases.Takeover(lead, takeover.fence, takeover.reason)
        return or_raise(cases.take_over(loaded.case, new_claim, now, unreadable=unreadable))

    result = desk.cases.change(
        load_from(stored, stored.follow_up.id, desk.cases), decide, now=now, actor=lead
    )
    return StoredFollowUp(_follow_up_in(result), result.items[stored.follow_up.id])


def _take_over_unreadable(
    lead: str,
    stored: StoredFollowUp,
    takeover: TakeoverRequest,
    desk: DeskPorts,
    now: datetime,
) -> StoredFollowUp:
    """Take it over without an outcome: its number would come from the state of a review."""

    def decide(follow_up: FollowUp) -> FollowUp:
        unreadable = _unreadable_reviews(follow_up, desk)
        return or_raise(
            follow_ups.take_over(follow_up, lead, takeover.fence, now, unreadable=unreadable)
        )

    after = desk.cases.update_follow_up(stored.follow_up.id, decide, now)
    if after.follow_up.fence != stored.follow_up.fence:
        _log.warning(
            "%s took %s over from %s (%s), and no outcome says so: none of its reviews can be read",
            lead,
            stored.follow_up.id,
            stored.follow_up.claimed_by,
            takeover.reason.value,
        )
    return after


def release(
    caller: Caller, follow_up_id: str, fence: int, desk: DeskPorts, now: datetime
) -> FollowUp:
    """Give a claim back. Raises ConflictError when another agent holds it now."""
    return desk.cases.update_follow_up(
        follow_up_id,
        lambda follow_up: or_raise(
            follow_ups.release(follow_up, caller.person.subject, fence, now)
        ),
        now,
        known=find_follow_up(caller, follow_up_id, desk.cases),
    ).follow_up


def resolve(
    caller: Caller, follow_up_id: str, request: ResolutionRequest, desk: DeskPorts, now: datetime
) -> ResolutionResult:
    """Accept an agent's resolution, and start carrying it out.

    The same request again is the same resolution, and no error; it repeats no warnings. Raises
    BadRequest when something that the action needs is missing, ConflictError with the reason when
    the resolution is refused.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases)
    follow_up, load_case = stored.follow_up, load_from(stored, follow_up_id, desk.cases)
    resolution = _build_resolution(request, follow_up, caller, now)
    policy = policy_of(follow_up.business, desk.setup)
    if _already_resolved(follow_up, resolution):
        _require_same_request(request, resolution, follow_up, desk)
        _pass_on(follow_up, load_case, desk, now)
        _delete_drafts(follow_up, caller, desk)
        return ResolutionResult(follow_up, ())
    draft: LintedText | None = None
    reply: Reply | None = None
    loaded = load_case()
    load_case = load_from(loaded, follow_up_id, desk.cases)
    _check_resolvable(request, follow_up, caller, now)
    conversation = _conversation(loaded, desk) if request.text else None
    if conversation:
        _refuse_without_reply(conversation)
    or_raise(cases.resolve(loaded.case, resolution, policy, now))
    if conversation and request.text:
        draft = _lint_text(
            request.text, conversation, caller, desk, policy, own_contacts=request.own_contacts
        )
        _refuse_blocked(draft)
        new_reply = _build_reply(draft.text, resolution, conversation, caller, now)
        reply = _put_reply(replace(new_reply, note=_note_fields(request, resolution)), desk)
        # Before the resolution counts: after that, nothing but the messages may come.
        desk.cases.put_wording(reply, draft.fingerprint)
    _put_note(follow_up.id, resolution, request, loaded, reply, desk)

    def decide(loaded: LoadedCase) -> Change | None:
        current = loaded.case.follow_up
        if current is None:
            return None
        if _already_resolved(current, resolution):
            # The other one may have been accepted a moment ago.
            return _require_same_request(request, resolution, current, desk)
        _check_resolvable(request, current, caller, now)
        return or_raise(cases.resolve(loaded.case, resolution, policy, now))

    result = desk.cases.change(load_case, decide, now=now, actor=caller.person.subject)
    follow_up = _follow_up_in(result)
    _pass_on(follow_up, lambda: result, desk, now)
    _delete_drafts(follow_up, caller, desk)
    return ResolutionResult(follow_up, draft.warnings if draft else ())


def _check_resolvable(
    request: ResolutionRequest, follow_up: FollowUp, caller: Caller, now: datetime
) -> None:
    """Raises ConflictError unless the caller may resolve it with this request's claim."""
    conflict = follow_ups.check_resolvable(
        follow_up, caller.person.subject, request.fence, now, seen=request.seen_revision
    )
    or_raise(conflict or follow_up)


def lint_draft(
    caller: Caller, follow_up_id: str, desk: DeskPorts, *, text: str, own_contacts: bool
) -> LintedText:
    """What the lint says of a text before it is sent. Nothing is written, and no claim is needed.

    Where no reply can be sent from here, a person posts the text at the platform.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases)
    conversation = _conversation(read_case(follow_up_id, desk.cases, stored), desk)
    policy = policy_of(stored.follow_up.business, desk.setup)
    return _lint_text(text, conversation, caller, desk, policy, own_contacts=own_contacts)


def approve(
    caller: Caller,
    follow_up_id: str,
    desk: DeskPorts,
    now: datetime,
    *,
    approved: bool,
    digest: str,
) -> FollowUp:
    """Approve or deny a resolution that walks away (R20) or grants much (R28).

    The caller is a lead there, and not the agent who resolved. `digest` names the resolution that
    they read. Raises ConflictError when another one waits by now.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases, APPROVING)
    follow_up = stored.follow_up
    policy = policy_of(follow_up.business, desk.setup)

    def decide(loaded: LoadedCase) -> Change | None:
        current = loaded.case.follow_up
        or_raise(
            follow_ups.check_approvable(current or follow_up, caller.person.subject, digest)
            or follow_up
        )
        if not approved:
            return cases.deny(loaded.case, caller.person.subject)
        return or_raise(cases.approve(loaded.case, caller.person.subject, policy, now))

    result = desk.cases.change(
        load_from(stored, follow_up_id, desk.cases), decide, now=now, actor=caller.person.subject
    )
    follow_up_after = _follow_up_in(result)
    if approved:
        _pass_on(follow_up_after, lambda: result, desk, now)
        _delete_drafts(follow_up_after, caller, desk)
    return follow_up_after


def _pass_on(
    follow_up: FollowUp, load_case: Callable[[], LoadedCase], desk: DeskPorts, now: datetime
) -> None:
    """Have an accepted resolution carried out, and tell the follow-up's workflow.

    If this is lost, the sweep does it some minutes later. It also tells of what cannot be read.
    """
    if follow_up.status is follow_ups.Status.RESOLVING:
        with suppress(ConflictError):
            message = carry_out_message(follow_up, load_case().case.review, format_time(now))
            desk.queue.send([message])
    wake(follow_up, desk.cases, desk.workflows)


def _delete_drafts(follow_up: FollowUp, caller: Caller, desk: DeskPorts) -> None:
    """Delete what was written before the last resolution: the caller's, or once accepted, all.

    A promise or an invitation opens it again. What was written since stays, also when the same
    resolution comes once more.
    """
    if follow_up.settled:
        desk.cases.remove_drafts(follow_up.id)
    elif follow_up.last_resolution_key:
        desk.cases.remove_draft_before(
            follow_up.id, caller.person.subject, follow_up.last_resolution_key
        )


def _put_reply(reply: Reply, desk: DeskPorts) -> Reply:
    """Store a reply.

    Raises ConflictError when an earlier one with its id has another text, or is damaged.
    """
    try:
        stored_reply = desk.cases.put_reply(reply)
    except DamagedText as damage:
        raise _resolution_differs() from damage
    if stored_reply.text != reply.text:
        raise _resolution_differs()
    return stored_reply


def _follow_up_in(loaded: LoadedCase) -> FollowUp:
    if loaded.case.follow_up is None:
        raise NotFound("There is no such follow-up.")
    return loaded.case.follow_up


def _already_resolved(follow_up: FollowUp, resolution: Resolution) -> bool:
    return follow_up.last_resolution_key == resolution.key


def _require_same_request(
    request: ResolutionRequest, resolution: Resolution, follow_up: FollowUp, desk: DeskPorts
) -> None:
    """Raises ConflictError unless a request with an accepted resolution's id only repeats it.

    Also when that resolution had no effect: the repetition would have none either.
    """
    if why := _WITHOUT_EFFECT.get(follow_up.last_resolution_end or ""):
        raise ConflictError(
            ConflictCode.RESOLUTION_OVER.value,
            f"{why} Nothing was changed: send a resolution with an id of its own.",
        )
    if not (
        _is_same_decision(resolution, follow_up)
        and _is_same_text(request, resolution, follow_up, desk)
        and _is_same_remedy(resolution, follow_up)
    ):
        raise _resolution_differs()


_WITHOUT_EFFECT: Final[Mapping[str, str]] = {
    follow_ups.DENIED: "A lead denied the resolution with this id.",
    follow_ups.SUPERSEDED: "The reviews of the resolution with this id were closed before it.",
    Kind.REPLY_REJECTED.value: "The platform did not take the reply of this resolution.",
    Kind.REPLY_UNKNOWN.value: "Nobody knows whether the reply of this resolution arrived.",
}


def _is_same_decision(resolution: Resolution, follow_up: FollowUp) -> bool:
    """Whether a resolution says what the accepted one with its id says, but text and remedy."""
    accepted = follow_up.resolution
    if accepted is None:
        return follow_up.last_resolution_end in {None, resolution.action.value}
    names = ("action", "promised_for", "reason", "fix", "root_cause", "reply")
    return all(getattr(resolution, name) == getattr(accepted, name) for name in names)


def _is_same_text(
    request: ResolutionRequest, resolution: Resolution, follow_up: FollowUp, desk: DeskPorts
) -> bool:
    earlier_text = _reply_text(desk, follow_up.thread, resolution.reply)
    if request.text is None:
        return earlier_text is None
    return earlier_text is not None and lint.is_signed_copy(earlier_text, request.text)


def _is_same_remedy(resolution: Resolution, follow_up: FollowUp) -> bool:
    if follow_up.resolution and follow_up.resolution.key == resolution.key:
        earlier_remedy = follow_up.resolution.remedy
    else:
        earlier_remedy = next(
            (grant for grant in follow_up.grants if grant.resolution_key == resolution.key), None
        )
        if earlier_remedy is None:  # announced again since: nothing to compare with
            return True
    return (
        resolution.remedy.matches(earlier_remedy) if resolution.remedy else earlier_remedy is None
    )


def _resolution_differs() -> ConflictError:
    return ConflictError(
        ConflictCode.RESOLUTION_DIFFERS.value,
        "This id belongs to a resolution with another action, text, date, code or remedy. Nothing "
        "was changed: send this one with an id of its own.",
    )


def _reply_text(desk: DeskPorts, thread: str, reply: str | None) -> str | None:
    """The text of a reply; None when there is none, or it cannot be read any more."""
    try:
        return desk.cases.reply(thread, reply).text if reply else None
    except (NotFound, Erased, DamagedText):
        return None


_REQUIRED_FIELDS: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.REPLY: ("text", "fix", "root_cause"),
    Action.INVITE_PRIVATE: ("text",),
    Action.RESOLVE_WITHOUT_REPLY: ("fix", "root_cause"),
    Action.PROMISE: ("promised_for",),
    Action.WALK_AWAY: ("reason",),
    Action.REPORT_FAKE: ("evidence",),
}


def _build_resolution(
    request: ResolutionRequest, follow_up: FollowUp, caller: Caller, now: datetime
) -> Resolution:
    missing = [name for name in _REQUIRED_FIELDS[request.action] if not getattr(request, name)]
    if missing:
        raise BadRequest(f"The action {request.action.value} needs {', '.join(missing)}.")
    if request.text and request.action is Action.RESOLVE_WITHOUT_REPLY:
        raise BadRequest(
            "The action resolve_without_reply posts nothing, so it takes no text. Choose reply, or "
            "put the text into note."
        )
    if request.remedy and request.action is Action.REPORT_FAKE:
        raise BadRequest(
            "The action report_fake grants nothing. Leave remedy out, or choose another action."
        )
    resolution = Resolution(
        id=request.id,
        action=request.action,
        agent=caller.person.subject,
        at=format_time(now),
        promised_for=format_time(request.promised_for) if request.promised_for else None,
        reason=request.reason,
        fix=request.fix,
        root_cause=request.root_cause,
        remedy=request.remedy,
    )
    reply = follow_up.reply_of(resolution.key) if request.text else None
    return replace(resolution, reply=reply)


@dataclass(frozen=True, slots=True)
class _Conversation:
    """What a reply is written into.

    Its case, its connection (None when that was removed), and the words that it answers, which are
    read when they are needed, and once.
    """

    case: Case
    connection: Connection | None
    revision: Callable[[], Revision]

    @property
    def public(self) -> bool:
        return self.case.review.channel.stage is Stage.ONSTAGE


def _conversation(loaded: LoadedCase, desk: DeskPorts) -> _Conversation:
    review = loaded.case.review
    return _Conversation(
        loaded.case,
        desk.setup.connection(review.connection),
        cache(lambda: desk.cases.revision(review)),
    )


def _lint_text(
    text: str,
    conversation: _Conversation,
    caller: Caller,
    desk: DeskPorts,
    policy: Policy,
    *,
    own_contacts: bool,
) -> LintedText:
    """A reply as it will be posted, signed with the agent's first name (R11), and its findings."""
    case, connection = conversation.case, conversation.connection
    business_name = connection.business_name if connection else ""
    names = (caller.person.first_name, business_name or case.review.business)
    signed_text = lint.sign_off(text, *names)
    capabilities = load(case.review.platform).capabilities
    findings = lint.lint(
        signed_text,
        lint.ReplyContext(
            public=conversation.public,
            limit=capabilities.reply_limit,
            unit=capabilities.reply_unit,
            recent=desk.cases.latest_wordings(
                case.review.business,
                RECENT_REPLIES,
                other_than=_undelivered_replies(case.thread, desk),
            ),
            names=names,
            language=_customer_language(conversation),
            own_contacts=policy.contacts,
            contacts_are_own=own_contacts,
        ),
    )
    return LintedText(signed_text, findings, lint.fingerprint(signed_text, names))


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why no reply can be sent from here: a code for programs, and words for people."""

    code: str
    why: str


def _no_reply(case: Case, connection: Connection | None) -> NoReply | None:
    """Why no reply can be sent from here; None if one can."""
    review = case.review
    if review.erased_at:
        return NoReply(
            "erased",
            "This author's data was erased, so we no longer know where to reply. Resolve it "
            "without a reply.",
        )
    if case.thread.damaged:
        return NoReply(
            "thread_damaged",
            "What we said in this thread cannot be read, so nobody knows whether another reply is "
            "allowed (R04). Resolve it without a reply, or have its state restored.",
        )
    if connection is None:
        return NoReply(
            "connection_removed", "The connection was removed. Resolve it without a reply."
        )
    capabilities = load(review.platform).capabilities
    if capabilities.replies == "none":
        code, why = "takes_none", "takes no replies from programs"
    elif capabilities.credentials and not connection.has_credentials:
        code, why = "no_credentials", "is connected without credentials to reply with"
    else:
        return None
    do = "Answer there, then resolve it here without a reply."
    return NoReply(code, f"{capabilities.title} {why}. {do}")


def _refuse_without_reply(conversation: _Conversation) -> None:
    """Raises ConflictError where no reply can be sent."""
    if no_reply := _no_reply(conversation.case, conversation.connection):
        raise ConflictError(ConflictCode.NO_REPLY_HERE.value, no_reply.why)


def _customer_language(conversation: _Conversation) -> str | None:
    """The language of the review (ISO 639), None where it is not known or cannot be read."""
    try:
        return (conversation.revision().assessment or {}).get("language")
    except (Erased, NotFound, DamagedText):
        return None


def _refuse_blocked(draft: LintedText) -> None:
    """Raises ConflictError with every finding if the lint blocks a text."""
    if not draft.blocking:
        return
    raise ConflictError(
        ConflictCode.LINT.value,
        " ".join(finding.explanation for finding in draft.blocking),
        rule=draft.blocking[0].rule,
        code=draft.blocking[0].code,
        findings=findings_json(draft.findings),
    )


def _build_reply(
    text: str,
    resolution: Resolution,
    conversation: _Conversation,
    caller: Caller,
    now: datetime,
) -> Reply:
    case = conversation.case
    try:
        event = conversation.revision().event
    except DamagedText as error:
        raise ConflictError(
            ConflictCode.NO_REPLY_HERE.value,
            "The stored text of this review is damaged, and with it where to reply. Answer at the "
            "platform and resolve it without a reply, or have the text restored.",
        ) from error
    except (Erased, NotFound) as error:
        raise ConflictError(
            ConflictCode.NO_REPLY_HERE.value,
            "This author's data was erased, so we no longer know where to reply. Resolve it "
            "without a reply.",
        ) from error
    return Reply(
        id=resolution.reply or "",
        thread=case.thread.id,
        review=case.review.id,
        author=case.review.author,
        business=case.review.business,
        connection=case.review.connection,
        purpose=Purpose.RESOLUTION,
        public=conversation.public,
        text=text,
        target=ReplyTarget(event.native_id, event.native_thread, event.reply_to),
        follow_up=case.follow_up.id if case.follow_up else None,
        agent=caller.person.subject,
        at=format_time(now),
    )


def _undelivered_replies(thread: Thread, desk: DeskPorts) -> set[str]:
    """People's replies in a thread that did not arrive, as far as we know.

    An agent may send the same text again.
    """
    sent_ids = {slot.reply for slot in thread.slots if slot.state is SlotState.SENT}
    return {
        reply.id
        for reply in desk.cases.replies(thread.id)
        if reply.purpose is Purpose.RESOLUTION
        and (
            reply.moderation_status == ModerationStatus.REMOVED
            or not (reply.sent_at or reply.id in sent_ids)
        )
    }


def _put_note(
    follow_up: str,
    resolution: Resolution,
    request: ResolutionRequest,
    loaded: LoadedCase,
    reply: Reply | None,
    desk: DeskPorts,
) -> None:
    """Store the note on a resolution, unless it lies in the reply.

    An earlier try may have stored the reply with another note. If the author was erased meanwhile,
    the erasure may have come too early for the note and for the reply. So both are taken back, and
    carrying out the resolution finds a reply without a text.
    """
    review, note = loaded.case.review, _note_fields(request, resolution)
    places: list[tuple[str, str]] = []
    if reply is None or reply.note != note:
        note_place = desk.cases.put_note(follow_up, resolution.key, review.author, note)
        places += [note_place] if note_place else []
    if reply:
        places.append((partition_key(reply.thread), reply_key(reply.id)))
    if places and not review.erased_at and not desk.cases.vault.has_key(review.author):
        desk.cases.unseal(review.id, places)


def _note_fields(request: ResolutionRequest, resolution: Resolution) -> dict[str, Any]:
    fields = {
        "resolution": request.id,
        "agent": resolution.agent,
        "at": resolution.at,
        "action": request.action.value,
    }
    return fields | {
        name: value
        for name in ("note", "evidence", "own_contacts")
        if (value := getattr(request, name))
    }
