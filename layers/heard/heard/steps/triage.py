"""Triage.

Store what was said, assess it, ask the policy, and take what the decision needs, in one
transaction.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard import cases
from heard.acknowledgements.compose import choose_acknowledgement
from heard.assessment import Assessment, Engine, Flag, History, assess
from heard.assessment.engines.chain import CachedEngine
from heard.cases import Arrival, Case, Change, RemainingSteps
from heard.clock import format_time
from heard.connectors import Connection, Http, PlatformAccount, ReplyTarget, ReviewGone, load
from heard.errors import BadRequest, NotFound
from heard.outcomes import Kind
from heard.policy import (
    Context,
    Decision,
    Policy,
    Route,
    ThreadState,
    decide,
    default_policy,
    hand_over,
    load_policy,
)
from heard.reviews import Channel, EventKind, ReviewEvent, Stage, reply_id
from heard.storage.case_store import LoadedCase, Reply
from heard.storage.setup import require_connection
from heard.storage.vault import Erased
from heard.threads import Purpose

if TYPE_CHECKING:
    from heard.storage.case_store import CaseStore
    from heard.storage.setup import Secrets, SetupStore
    from heard.storage.vault import AuthorRecord


_log = logging.getLogger(__name__)

PAGE_ATTEMPTS: Final = 4
"""On a page where more acknowledgements than this are written at once, two alike may come together."""


@dataclass(frozen=True, slots=True)
class StorePorts:
    """What every step behind the queue needs."""

    setup: SetupStore
    cases: CaseStore


@dataclass(frozen=True, slots=True)
class PlatformPorts:
    """What a step needs to talk to platforms: the businesses' credentials, and a way out."""

    secrets: Secrets
    http: Http


@dataclass(frozen=True, slots=True)
class QueuedReview:
    """One queued review event, or the request to resume a review that got stuck (`event` is None
    then).

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
    def from_json(cls, fields: Mapping[str, Any]) -> QueuedReview:
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


def triage(
    message: QueuedReview,
    ports: StorePorts,
    platform_ports: PlatformPorts,
    now: datetime,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Take one message to its decision. Returns what the workflow needs next: see `next_steps`.

    `engine` judges texts; without one, rules and ratings do. Running it twice, late or out of order
    ends in the same state; what a crashed run left undone comes back as the next steps. Raises
    faults only: of storage, or of a platform that is asked before an unsigned event is believed.
    """
    event = message.event
    if event is None:
        return next_steps(ports.cases.case(message.review).case, now)
    connection = require_connection(ports.setup, message.connection)
    cached_engine = CachedEngine(engine) if engine else None
    actual_event, verified = _verify_at_platform(event, message, connection, platform_ports)
    result = ports.cases.change(
        lambda: ports.cases.case_of_event(
            actual_event or event,
            business=message.business,
            platform=message.platform,
            connection=message.connection,
            channel=message.channel,
        ),
        lambda loaded: _change_for_event(
            loaded,
            event,
            actual_event,
            message,
            connection,
            ports,
            cached_engine,
            now,
            verified=verified,
        ),
        now=now,
        delivery=message.delivery,
    )
    return next_steps(result.case, now)


def next_steps(case: Case, now: datetime) -> dict[str, Any]:
    """What the route workflow does next.

    `route`, the `reply` to send, and the `follow_up` to start with its wait.
    """
    remaining: RemainingSteps = cases.remaining_steps(case, now)
    steps: dict[str, Any] = {
        "route": remaining.route.value,
        "review": case.review.id,
        "thread": case.thread.id,
    }
    if remaining.acknowledgement:
        steps["reply"] = remaining.acknowledgement
    if remaining.follow_up:
        steps |= {
            "follow_up": remaining.follow_up.id,
            "execution_name": remaining.follow_up.execution_name,
            "wait_seconds": remaining.follow_up.wait_seconds(now),
        }
    return steps


def policy_of(business: str, setup: SetupStore) -> Policy:
    """The policy a business has published, or the playbook's.

    The playbook's also where the published one was taken by an earlier release and is not by this
    one: reviews cannot wait until somebody mends it (R01), and what they are decided by stands in
    the log.
    """
    record = setup.business(business)
    if record is None or not record.policy:
        return default_policy()
    try:
        return load_policy(record.policy)
    except BadRequest as error:
        _log.error(
            "The policy of %s is not taken, the playbook's is followed: %s",
            business,
            error.detail,
        )
        return default_policy()


def context_of(case: Case, event: ReviewEvent, author_record: AuthorRecord) -> Context:
    """What the rules can ask about a case, given what is known of its author."""
    return Context(
        channel=case.review.channel,
        platform=case.review.platform,
        rating=event.rating,
        has_text=bool(event.text or event.title),
        public_replies_left=case.thread.public_replies_left,
        follow_up_open=case.follow_up is not None,
        verified=not case.review.unverified,
        thread=_thread_state(case),
        earlier_complaints=author_record.complaints,
        author_value=author_record.value,
    )


def _thread_state(case: Case) -> ThreadState:
    """The furthest that our answers to a review came."""
    closing_kind = case.review.closing_kind
    if closing_kind is Kind.WALKED_AWAY:
        return ThreadState.WALKED_AWAY
    if closing_kind in {Kind.MOVED_PRIVATE_RESOLVED, Kind.REPORTED, Kind.RESOLVED_WITHOUT_REPLY}:
        return ThreadState.RESOLVED
    purposes = {slot.purpose for slot in case.thread.slots}
    if closing_kind is Kind.ANSWERED or Purpose.RESOLUTION in purposes:
        return ThreadState.ANSWERED
    return (
        ThreadState.ACKNOWLEDGED
        if closing_kind is Kind.ACKNOWLEDGED or purposes
        else ThreadState.FRESH
    )


def _verify_at_platform(
    event: ReviewEvent, message: QueuedReview, connection: Connection, platform_ports: PlatformPorts
) -> tuple[ReviewEvent | None, bool]:
    """The event as it is to be acted on (None when the platform denies it), and whether it is
    proven.

    Proven is what is signed, or was read at the platform: by the poller, or now. Signed events are
    not read again, unless they are partial.
    """
    connector = load(connection.platform)
    verified = connector.capabilities.signed or message.confirmed
    can_fetch = connection.has_credentials and connector.capabilities.can_fetch
    if not can_fetch or (verified and not event.partial):
        return event, verified
    platform_event = connector.fetch(
        event.native_id,
        PlatformAccount(
            connection, platform_ports.secrets.credentials(connection.id), platform_ports.http
        ),
    )
    withdrawn = event.kind is EventKind.WITHDRAWN
    if platform_event is None:
        # Words that cannot be read again are better than none; that they were taken back must be
        # certain, or a complaint is lost (R01).
        return (None if withdrawn and not verified else event), verified
    if platform_event is ReviewGone.GONE and withdrawn:
        return event, True
    if isinstance(platform_event, ReviewGone) or withdrawn:
        return None, verified
    # Whose words they are the platform knows best: nobody may have a complaint passed over as our
    # own reply.
    is_own_reply = EventKind.REPLY_SEEN in {event.kind, platform_event.kind}
    return replace(
        platform_event.normalize(), kind=platform_event.kind if is_own_reply else event.kind
    ), True


def _change_for_event(
    loaded: LoadedCase,
    received_event: ReviewEvent,
    event: ReviewEvent | None,
    message: QueuedReview,
    connection: Connection,
    ports: StorePorts,
    engine: Engine | None,
    now: datetime,
    *,
    verified: bool,
) -> Change | None:
    case = loaded.case
    delivery = message.delivery
    if event is None:
        return (
            None
            if case.review.delivery == delivery
            else cases.record_unverified(case, received_event, delivery, now)
        )
    match cases.classify_arrival(case.review if loaded.exists else None, event, delivery):
        case Arrival.RESUMED:
            return None
        case Arrival.DUPLICATE:
            return cases.record_repeat(case, Kind.DUPLICATE, event)
        case Arrival.LATE:
            if not case.review.withdrawn:
                ports.cases.put_revision(case, event, None)
            return cases.record_repeat(case, Kind.LATE_REVISION, event)
        case Arrival.UNCHANGED:
            ports.cases.put_revision(case, event, *_earlier_assessment(case, event, ports.cases))
            return cases.record_unchanged(case, event, delivery, now)
        case Arrival.WITHDRAWAL:
            ports.cases.put_revision(case, event, None)
            return cases.withdraw(case, event, delivery, now)
        case Arrival.OWN_REPLY:
            if loaded.exists:
                ports.cases.put_revision(case, event, None)
            return cases.record_own_reply(case, event, delivery, now)
        case Arrival.NEW | Arrival.NEWER:
            case = replace(case, review=replace(case.review, unverified=not verified))
            return _assess_and_route(case, event, delivery, connection, ports, engine, now)


def _earlier_assessment(
    case: Case, event: ReviewEvent, case_store: CaseStore
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """How the revision that says the same was assessed, and with what the policy was asked."""
    try:
        earlier_revision = case_store.revision(case.review)
    except (NotFound, Erased):
        return assess(event, case.review.channel, History()).to_json(), None
    return earlier_revision.assessment or assess(
        event, case.review.channel, History()
    ).to_json(), earlier_revision.context


def _assess_and_route(
    case: Case,
    event: ReviewEvent,
    delivery: str,
    connection: Connection,
    ports: StorePorts,
    engine: Engine | None,
    now: datetime,
) -> Change:
    case_store, author, review = ports.cases, case.review.author, case.review.id
    author_record = case_store.vault.author_record(author, other_than=review)
    policy = policy_of(case.review.business, ports.setup)
    case = replace(case, thread=replace(case.thread, cap=policy.public_replies))
    history = History(
        author_record.complaints, case.review.severity if case.review.revision else None
    )
    assessment = assess(event, case.review.channel, history, engine)
    # What is not said yet to the words before these will not be.
    cleared_case = replace(case, thread=cases.without_unsent_reply(case.thread, case.review.reply))
    context = context_of(cleared_case, event, author_record)
    decision = decide(assessment, context, policy, now)
    if assessment.is_complaint:
        case_store.vault.count_complaint(author, review)
    assessment_json, context_json = assessment.to_json(), context.to_json()
    case_store.put_revision(case, event, assessment_json, context_json)
    change = cases.route(
        case,
        event,
        assessment,
        decision,
        delivery,
        now,
        inputs_digest=inputs_digest(assessment_json, context_json),
    )
    if not change.case.review.route.acknowledges:
        return change
    acknowledged_change = None
    # What no program can answer, a person answers at the platform.
    if load(case.review.platform).capabilities.replies != "none":
        acknowledged_change = _with_acknowledgement(
            change, event, assessment, decision, policy, connection, ports, author_record, now
        )
    if acknowledged_change is not None:
        return acknowledged_change
    person_decision = hand_over(assessment, context, policy, now)
    return cases.route(
        case,
        event,
        assessment,
        person_decision,
        delivery,
        now,
        inputs_digest=inputs_digest(assessment_json, context_json),
    )


def inputs_digest(assessment: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over what a decision is made from.

    Equal digests, policies and times make equal decisions.
    """
    inputs = json.dumps(
        {"assessment": assessment, "context": context},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(inputs.encode("utf-8", "surrogatepass")).hexdigest()


def _with_acknowledgement(
    change: Change,
    event: ReviewEvent,
    assessment: Assessment,
    decision: Decision,
    policy: Policy,
    connection: Connection,
    ports: StorePorts,
    author_record: AuthorRecord,
    now: datetime,
) -> Change | None:
    """The change with its acknowledgement written and its slot taken.

    None when that may not be (R04), or nothing fits to be said.
    """
    case = change.case
    public = case.review.channel.stage is Stage.ONSTAGE
    capabilities = load(case.review.platform).capabilities
    page = _page_key(connection, case.review.channel, event) if public else ""
    attempt = 0
    while True:
        attempt += 1
        last_variant = ports.cases.last_variant(page) if page else None
        wording = choose_acknowledgement(
            event,
            assessment,
            policy,
            connection.business_name or case.review.business,
            case.review.id,
            preferred_names=decision.variants,
            avoid=tuple(
                variant for variant in (author_record.last_variant, last_variant) if variant
            ),
            channel=case.review.channel,
            person_follows=decision.route is Route.BOTH and Flag.RECOVERED not in assessment.flags,
            limit=capabilities.reply_limit,
            unit=capabilities.reply_unit,
        )
        if wording is None:
            return None
        # Somebody else's acknowledgement may come first on a busy page: then choose again.
        if (
            not page
            or ports.cases.record_variant(page, wording.variant, last_variant)
            or attempt == PAGE_ATTEMPTS
        ):
            break
    id = reply_id(
        case.thread.id, f"{case.review.id}/{event.revision}", Purpose.ACKNOWLEDGEMENT.value
    )
    new_reply = Reply(
        id=id,
        thread=case.thread.id,
        review=case.review.id,
        author=case.review.author,
        business=case.review.business,
        connection=connection.id,
        purpose=Purpose.ACKNOWLEDGEMENT,
        public=public,
        text=wording.text,
        target=ReplyTarget(event.native_id, event.native_thread, event.reply_to),
        variant=wording.variant,
        at=format_time(now),
    )
    # A run that was overtaken may have written another wording: that one is sent, so that one is
    # logged.
    variant = ports.cases.put_reply(new_reply).variant
    ports.cases.vault.record_variant(case.review.author, variant or wording.variant)
    if page and variant and variant != wording.variant:
        ports.cases.record_variant(page, variant, wording.variant)
    return cases.acknowledge(
        change, id, public=public, variant=variant, not_before=decision.send_after
    )


def _page_key(connection: Connection, channel: Channel, event: ReviewEvent) -> str:
    """What onlookers read together.

    The reviews of one thing at a connection or, where people talk, one conversation.
    """
    scope = (
        event.native_thread if channel in {Channel.SOCIAL, Channel.FORUM} else event.subject or ""
    )
    return hashlib.sha256(f"{connection.id}/{scope}".encode("utf-8", "surrogatepass")).hexdigest()[
        :24
    ]
