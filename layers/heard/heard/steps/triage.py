"""Triage: store what was said, assess it, ask the policy, and take what the decision needs, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import cases, replies
from heard.assessment import Assessment, History, assess
from heard.cases import Arrival, Case, Change, Pending
from heard.clock import stamp
from heard.connectors import Connection, Gone, Http, ReplyTarget, load
from heard.outcomes import Kind
from heard.policy import Context, Decision, Policy, Route, decide, default_policy, hand_over, load_policy
from heard.reviews import Channel, EventKind, ReviewEvent, Stage, reply_id
from heard.storage.setup import known_connection
from heard.storage.work import Loaded, Reply
from heard.threads import Purpose

if TYPE_CHECKING:
    from heard.storage.setup import Secrets, Setup
    from heard.storage.work import Work


@dataclass(frozen=True, slots=True)
class Ports:
    """What every step behind the queue needs."""

    setup: Setup
    work: Work


@dataclass(frozen=True, slots=True)
class Reach:
    """What a step needs to talk to platforms: the businesses' credentials, and a way out."""

    secrets: Secrets
    http: Http


@dataclass(frozen=True, slots=True)
class Message:
    """One queued review event, or the request to resume a review that got stuck (`event` is None then).

    A `confirmed` one was read at the platform itself.
    """

    delivery: str
    event: ReviewEvent | None = None
    review: str = ""
    connection: str = ""
    business: str = ""
    platform: str = ""
    channel: Channel = Channel.REVIEW_SITE
    confirmed: bool = False

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Message:
        """The message that `ingest` or `sweep` queued."""
        if "resume" in fields:
            return cls(delivery=fields["delivery"], review=fields["resume"])
        return cls(
            delivery=fields["delivery"],
            event=ReviewEvent.from_json(fields["event"]),
            connection=fields["connection"],
            business=fields["business"],
            platform=fields["platform"],
            channel=Channel(fields["channel"]),
            confirmed=fields.get("confirmed", False),
        )


def triage(message: Message, ports: Ports, reach: Reach, now: datetime) -> dict[str, Any]:
    """Take one message to its decision. Returns what the workflow needs next: see `next_steps`.

    Running it twice, late or out of order ends in the same state; what a crashed run left undone comes back as the next steps.
    Raises faults only: of storage, or of a platform that is asked before an unsigned event is believed.
    """
    event = message.event
    if event is None:
        return next_steps(ports.work.case(message.review).case, now)
    connection = known_connection(ports.setup, message.connection)
    believed, proven = _believed(event, message, connection, reach)
    after = ports.work.change(
        lambda: ports.work.case_of(
            believed or event,
            business=message.business,
            platform=message.platform,
            connection=message.connection,
            channel=message.channel,
        ),
        lambda loaded: _change(loaded, event, believed, message, connection, ports, now, proven=proven),
        now=now,
        delivery=message.delivery,
    )
    return next_steps(after.case, now)


def next_steps(case: Case, now: datetime) -> dict[str, Any]:
    """What the route workflow does next: `route`, the `reply` to send, and the `follow_up` to start with its wait."""
    todo: Pending = cases.pending(case)
    steps: dict[str, Any] = {"route": todo.route.value, "review": case.review.id, "thread": case.thread.id}
    if todo.acknowledgement:
        steps["reply"] = todo.acknowledgement
    if todo.follow_up:
        steps |= {"follow_up": todo.follow_up.id, "flow": todo.follow_up.flow, "wait_seconds": todo.follow_up.wait_seconds(now)}
    return steps


def policy_of(business: str, setup: Setup) -> Policy:
    """The policy a business has published, or the playbook's."""
    found = setup.business(business)
    return load_policy(found.policy) if found and found.policy else default_policy()


def context_of(case: Case, event: ReviewEvent) -> Context:
    """What the rules can ask about a case."""
    return Context(
        channel=case.review.channel,
        platform=case.review.platform,
        rating=event.rating,
        has_text=bool(event.text or event.title),
        public_replies_left=case.thread.public_replies_left,
        follow_up_open=case.task is not None,
        confirmed=not case.review.unproven,
    )


def _believed(event: ReviewEvent, message: Message, connection: Connection, reach: Reach) -> tuple[ReviewEvent | None, bool]:
    """The event as it is to be acted on (None when the platform denies it), and whether it is proven.

    Proven is what is signed, or was read at the platform: by the poller, or now. Signed events are not read again, unless they are partial.
    """
    connector = load(connection.platform)
    proven = connector.capabilities.signed or message.confirmed
    readable = connection.has_credentials and connector.capabilities.can_fetch
    if not readable or (proven and not event.partial):
        return event, proven
    found = connector.fetch(event.native_id, connection, reach.secrets.credentials(connection.id), reach.http)
    withdrawn = event.kind is EventKind.WITHDRAWN
    if found is None:
        # Words that cannot be read again are better than none; that they were taken back must be certain, or a complaint is lost (R01).
        return (None if withdrawn and not proven else event), proven
    if found is Gone.GONE and withdrawn:
        return event, True
    if isinstance(found, Gone) or withdrawn:
        return None, proven
    # Whose words they are the platform knows best: nobody may have a complaint passed over as our own reply.
    own = EventKind.REPLY_SEEN in {event.kind, found.kind}
    return replace(found.normal(), kind=found.kind if own else event.kind), True


def _change(
    loaded: Loaded,
    claimed: ReviewEvent,
    event: ReviewEvent | None,
    message: Message,
    connection: Connection,
    ports: Ports,
    now: datetime,
    *,
    proven: bool,
) -> Change | None:
    case = loaded.case
    delivery = message.delivery
    if event is None:
        return None if case.review.delivery == delivery else cases.disbelieved(case, claimed, delivery, now)
    match cases.arrival(case.review if loaded.known else None, event, delivery):
        case Arrival.RESUMED:
            return None
        case Arrival.DUPLICATE:
            return cases.repeated(case, Kind.DUPLICATE, event)
        case Arrival.LATE:
            if not case.review.withdrawn:
                ports.work.put_revision(case, event, None)
            return cases.repeated(case, Kind.LATE_REVISION, event)
        case Arrival.UNCHANGED:
            ports.work.put_revision(case, event, assess(event, case.review.channel, History()).to_json())
            return cases.unchanged(case, event, delivery, now)
        case Arrival.WITHDRAWAL:
            ports.work.put_revision(case, event, None)
            return cases.withdraw(case, event, delivery, now)
        case Arrival.OWN_REPLY:
            if loaded.known:
                ports.work.put_revision(case, event, None)
            return cases.own_reply(case, event, delivery, now)
        case Arrival.NEW | Arrival.NEWER:
            case = replace(case, review=replace(case.review, unproven=not proven))
            return _judge(case, event, delivery, connection, ports, now)


def _judge(case: Case, event: ReviewEvent, delivery: str, connection: Connection, ports: Ports, now: datetime) -> Change:
    work, author, review = ports.work, case.review.author, case.review.id
    earlier = work.vault.complaints(author, other_than=review)
    assessment = assess(event, case.review.channel, History(earlier_complaints=earlier))
    policy = policy_of(case.review.business, ports.setup)
    context = context_of(case, event)
    decision = decide(assessment, context, policy, now)
    if assessment.complains:
        work.vault.count_complaint(author, review)
    work.put_revision(case, event, assessment.to_json())
    change = cases.route(case, event, assessment, decision, delivery, now)
    if not change.case.review.route.acknowledges:
        return change
    if load(case.review.platform).capabilities.replies == "none":
        # What no program can answer, a person answers at the platform.
        return cases.route(case, event, assessment, hand_over(assessment, context, policy, now), delivery, now)
    acknowledged = _acknowledged(change, event, assessment, decision, policy, connection, ports, now)
    return acknowledged or cases.route(case, event, assessment, hand_over(assessment, context, policy, now), delivery, now)


def _acknowledged(
    change: Change,
    event: ReviewEvent,
    assessment: Assessment,
    decision: Decision,
    policy: Policy,
    connection: Connection,
    ports: Ports,
    now: datetime,
) -> Change | None:
    """The change with its acknowledgement written and its slot taken; None when that may not be (R04, or our own lint)."""
    case = change.case
    public = case.review.channel.stage is Stage.ONSTAGE
    text = replies.acknowledgement(
        event,
        assessment,
        connection.business_name or case.review.business,
        case.review.id,
        assessment.language or policy.voice.fallback_language,
        channel=case.review.channel,
        person_follows=decision.route is Route.BOTH,
    )
    limits = load(case.review.platform).capabilities
    findings = replies.lint(text.text, public=public, limit=limits.reply_limit, unit=limits.reply_unit)
    if any(finding.severity == "block" for finding in findings):
        return None
    id = reply_id(case.thread.id, f"{case.review.id}/{event.revision}", Purpose.ACKNOWLEDGEMENT.value)
    taken = cases.acknowledge(change, id, public=public)
    if taken is None:
        return None
    ports.work.put_reply(
        Reply(
            id=id,
            thread=case.thread.id,
            review=case.review.id,
            author=case.review.author,
            business=case.review.business,
            connection=connection.id,
            purpose=Purpose.ACKNOWLEDGEMENT,
            public=public,
            text=text.text,
            target=ReplyTarget(event.native_id, event.native_thread, event.reply_to),
            variant=text.variant,
            at=stamp(now),
        )
    )
    return taken
