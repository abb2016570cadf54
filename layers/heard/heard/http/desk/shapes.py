"""The shapes of the desk's responses, for docs/openapi.json and the types of the page.

They describe and do not check: a response about something that an earlier release stored is sent as
it is. The tests compare every response that they get with its shape. In the documents the names end
without `Json`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ConfigDict
from pydantic.json_schema import SkipJsonSchema

from heard.assessment import Severity
from heard.follow_ups import Action, Status
from heard.http.shape import Shape
from heard.outcomes import Kind
from heard.people import Role
from heard.replies.length import Unit
from heard.reviews import Channel, Stage

SUFFIX: Final = "Json"


class AuthorJson(Shape):
    """Who wrote, as the platform names them."""

    id: str
    name: str | None = None


class NewestReviewJson(Shape):
    """The newest review of a follow-up: who wrote it, and how it begins."""

    id: str
    author: AuthorJson | None
    rating: int | None
    language: str | None
    first_words: str | None
    erased: bool
    damaged: bool


class RowJson(Shape):
    """A follow-up as a list shows it.

    `working_minutes_left` is negative where it is overdue. While nobody works, `clock` is paused
    until `resumes_at`. `newest_review` is there only where the words were asked for, and null where
    its state cannot be read.
    """

    id: str
    business: str
    platform: str
    channel: Channel
    stage: Stage
    severity: Severity
    queue: str
    priority: int
    status: Status
    why: str
    level: int
    opened_at: str
    due_at: str
    overdue: bool
    promised_for: str | None
    claimed_by: str | None
    claimed_by_name: str | None
    claim_expires_at: str | None
    fence: int
    revision: str
    mentioned: list[str]
    reviews_count: int
    working_minutes_left: int
    clock: Literal["running", "paused"]
    resumes_at: str | None
    newest_review: NewestReviewJson | None = None


class CountsJson(Shape):
    """How many follow-ups each view shows. `complete` is false where there are even more."""

    all: int
    mine: int
    overdue: int
    waits_for_lead: int
    promised: int
    invited: int
    later: int
    complete: bool


class PageJson(Shape):
    """A page of open follow-ups by due time. `counts` come with the first page only."""

    follow_ups: list[RowJson]
    next: str | None
    counts: CountsJson | None
    as_of: str


class PreviewJson(Shape):
    """The newest review of a follow-up (`id`); null where its state cannot be read."""

    id: str
    newest_review: NewestReviewJson | None


class PreviewsJson(Shape):
    """Previews in the order of the ids; those that the caller may not see are left out."""

    previews: list[PreviewJson]


class ClosedFollowUpJson(Shape):
    """A closed follow-up: how it ended, when, by whom, and with which codes."""

    id: str
    review: str
    platform: str
    severity: Severity | None
    kind: Kind
    at: str
    by: str | None
    by_name: str | None
    approved_by_name: str | None
    root_cause: str | None
    fix: str | None
    reason: str | None
    waited_s: int | None


class ClosedPageJson(Shape):
    """Closed follow-ups, the newest first. There may be a next page though this one is empty."""

    closed: list[ClosedFollowUpJson]
    next: str | None


class CodeJson(Shape):
    """A code of resolutions, and how often it closed a follow-up in the last 90 days."""

    code: str
    name: str
    used: int
    in_policy: bool


class CodesJson(Shape):
    """The codes of a business. `counted_from` is the time since when their use was counted."""

    causes: list[CodeJson]
    fixes: list[CodeJson]
    reasons: list[CodeJson]
    counted_from: str


class OwnBusinessJson(Shape):
    """A business where the caller holds roles."""

    business: str
    name: str
    roles: list[Role]
    time_zone: str


class MeJson(Shape):
    """The person who is signed in."""

    subject: str
    name: str
    businesses: list[OwnBusinessJson]


class ColleagueJson(Shape):
    """A person of a business, and the roles that they hold there."""

    subject: str
    name: str
    roles: list[Role]


class ColleaguesJson(Shape):
    """The people of a business by first name. `complete` is false where somebody may be missing."""

    colleagues: list[ColleagueJson]
    complete: bool


class ReasonJson(Shape):
    """Why an assessment says so."""

    code: str
    evidence: str | None = None


class AssessmentJson(Shape):
    """What we concluded about a review."""

    severity: Severity
    agenda: str
    sentiment: float
    language: str | None
    topics: list[str]
    flags: list[str]
    reasons: list[ReasonJson]
    model: str
    needs_person: bool
    confidence: float
    scores: dict[str, float]
    kind_words: bool
    praised_topics: list[str]


class ComplaintJson(Shape):
    """Other words that came under the id of a review."""

    title: str | None
    text: str | None
    rating: int | None
    severity: Severity | None
    occurred_at: str | None


class BeforeEditJson(ComplaintJson):
    """What the author said when we acknowledged it, and the acknowledgement."""

    acknowledgement: str
    replaced_by_next_reply: bool


class ReviewJson(Shape):
    """A review of a follow-up. Of one that is unreadable there is only the id."""

    id: str
    severity: Severity | None = None
    rating: int | None = None
    withdrawn: bool = False
    unverified: bool = False
    reported_gone_at: str | None = None
    unreadable: bool = False
    damaged: bool = False
    erased: bool = False
    title: str | None = None
    text: str | None = None
    quoted: str | None = None
    below: str | None = None
    unread: bool | None = None
    language: str | None = None
    occurred_at: str | None = None
    subject: str | None = None
    link: str | None = None
    author: AuthorJson | None = None
    original_bytes: int | None = None
    assessment: AssessmentJson | None = None
    other_complaints: list[ComplaintJson] | None = None
    before_edit: BeforeEditJson | None = None


class ReplyJson(Shape):
    """What we said in the thread, or are about to say."""

    id: str
    purpose: str
    public: bool
    text: str | None
    at: str
    state: str
    damaged: bool


class GrantJson(Shape):
    """A remedy that was granted."""

    name: str
    amount: str
    currency: str


class RemedyJson(Shape):
    """A remedy of the policy, and up to which amount an agent may grant it."""

    name: str
    limit: str
    currency: str


class PendingResolutionJson(Shape):
    """A resolution that waits for a lead. Its `digest` names exactly this one."""

    digest: str
    action: Action
    agent: str
    at: str
    reply: str | None
    reason: str | None
    promised_for: str | None
    remedy: GrantJson | None


class NoteJson(Shape):
    """What an agent wrote for the others. One without an answer has an `id`."""

    id: str | None = None
    agent: str
    at: str | None = None
    mentions: list[str] | None = None
    resolution: str | None = None
    action: Action | None = None
    note: str | None = None
    evidence: str | None = None
    own_contacts: bool = False
    damaged: bool = False


class DraftJson(Shape):
    """What the caller has begun to write. `at` is when it was saved."""

    text: str
    at: str
    action: Action | None
    fields: dict[str, Any]


class DraftGoneJson(Shape):
    """The caller has no draft here."""

    my_draft: None


class MentionedJson(Shape):
    """Who is still mentioned in a follow-up (ids)."""

    mentioned: list[str]


class LaterJson(Shape):
    """Until when a follow-up is put off, and when it comes back: earlier, if it is due then."""

    until: str | None
    back_at: str | None


class LaterMarkJson(Shape):
    """A follow-up that the caller put off."""

    follow_up: str
    until: str


class LaterMarksJson(Shape):
    """What the caller put off, and has not come back by itself."""

    later: list[LaterMarkJson]


class RuleJson(Shape):
    """A rule that decided, and why."""

    id: str
    why: str


class ChecklistJson(Shape):
    """What to think of (R25)."""

    name: str
    steps: list[str]


class PlatformLimitsJson(Shape):
    """How many replies the platform shows, and how long they may be."""

    replies: Literal["one", "many", "none"]
    replaces_reply: bool
    limit: int
    unit: Unit


class EarlierReviewJson(Shape):
    """Another review of the same author. `ended` is None while it is open."""

    id: str
    platform: str
    rating: int | None
    severity: Severity | None
    at: str
    ended: Kind | None
    withdrawn: bool
    first_words: str | None


class TimelineEntryJson(Shape):
    """An outcome, in codes. `by` is the person whose doing it was; None for Heard's own."""

    id: str
    review: str
    kind: Kind
    at: str
    by: str | None
    by_name: str | None
    action: str | None = None
    reason: str | None = None
    fix: str | None = None
    root_cause: str | None = None
    level: int | None = None
    purpose: str | None = None
    promised_for: str | None = None
    due_at: str | None = None
    after: str | None = None
    reply: str | None = None


class FollowUpJson(RowJson):
    """A follow-up with all that an agent must understand before answering (R22)."""

    reviews: list[ReviewJson]
    reviews_next: str | None
    replies: list[ReplyJson]
    public_replies_left: int
    platform_limits: PlatformLimitsJson
    notes: list[NoteJson]
    rules: list[RuleJson]
    checklist: ChecklistJson | None
    remedies: list[RemedyJson]
    causes: list[str]
    fixes: list[str]
    reasons: list[str]
    contacts: list[str]
    grants: list[GrantJson]
    pending_resolution: PendingResolutionJson | None
    actions: list[Action]
    no_reply_code: str | None
    no_reply_why: str | None
    my_draft: DraftJson | None


class FollowUpWithStoryJson(FollowUpJson):
    """A follow-up with its timeline, and with how the author's other reviews ended."""

    history: list[EarlierReviewJson]
    timeline: list[TimelineEntryJson]


class FindingJson(Shape):
    """Something that the lint found in a text."""

    code: str
    rule: str
    severity: Literal["block", "warn"]
    explanation: str


class LintResultJson(Shape):
    """A text as it would be posted, and what the lint finds in it."""

    text: str
    blocked: bool
    findings: list[FindingJson]


class ResolvedJson(RowJson):
    """A follow-up after its resolution was accepted, and what the lint warns of."""

    warnings: list[FindingJson]


class ProblemJson(Shape):
    """An error as problem+json (RFC 9457). Each field is there with a value, or not there."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str | SkipJsonSchema[None] = None
    title: str | SkipJsonSchema[None] = None
    status: int | SkipJsonSchema[None] = None
    detail: str | SkipJsonSchema[None] = None
    reason: str | SkipJsonSchema[None] = None
    rule: str | SkipJsonSchema[None] = None
    code: str | SkipJsonSchema[None] = None
    findings: list[FindingJson] | SkipJsonSchema[None] = None
