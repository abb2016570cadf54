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
from heard.acknowledgements.compose import acknowledgement
from heard.assessment import Assessment, Engine, Flag, History, assess
from heard.assessment.engines.chain import Once
from heard.cases import Arrival, Case, Change, Pending
from heard.clock import stamp
from heard.connectors import Connection, Gone, Http, ReplyTarget, load
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
from heard.storage.case_store import Loaded, Reply
from heard.storage.setup import known_connection
from heard.storage.vault import Erased
from heard.threads import Purpose

if TYPE_CHECKING:
    from heard.storage.case_store import Work
    from heard.storage.setup import Secrets, Setup
    from heard.storage.vault import Known


_log = logging.getLogger(__name__)

PAGE_ATTEMPTS: Final = 4
"""On a page where more acknowledgements than this are written at once, two alike may come together."""


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


def triage(
    message: Message, ports: Ports, reach: Reach, now: datetime, engine: Engine | None = None
) -> dict[str, Any]:
    """Take one message to its decision. Returns what the workflow needs next: see `next_steps`.

    `engine` judges texts; without one, rules and ratings do. Running it twice, late or out of order
    ends in the same state; what a crashed run left undone comes back as the next steps. Raises
    faults only: of storage, or of a platform that is asked before an unsigned event is believed.
    """
    event = message.event
    if event is None:
        return next_steps(ports.work.case(message.review).case, now)
    connection = known_connection(ports.setup, message.connection)
    asked = Once(engine) if engine else None
    believed, proven = _believed(event, message, connection, reach)
    after = ports.work.change(
        lambda: ports.work.case_of(
            believed or event,
            business=message.business,
            platform=message.platform,
            connection=message.connection,
            channel=message.channel,
        ),
        lambda loaded: _change(
            loaded, event, believed, message, connection, ports, asked, now, proven=proven
        ),
        now=now,
        delivery=message.delivery,
    )
    return next_steps(after.case, now)


def next_steps(case: Case, now: datetime) -> dict[str, Any]:
    """What the route workflow does next.

    `route`, the `reply` to send, and the `follow_up` to start with its wait.
    """
    todo: Pending = cases.pending(case, now)
    steps: dict[str, Any] = {
        "route": todo.route.value,
        "review": case.review.id,
        "thread": case.thread.id,
    }
    if todo.acknowledgement:
        steps["reply"] = todo.acknowledgement
    if todo.follow_up:
        steps |= {
            "follow_up": todo.follow_up.id,
            "flow": todo.follow_up.flow,
            "wait_seconds": todo.follow_up.wait_seconds(now),
        }
    return steps


def policy_of(business: str, setup: Setup) -> Policy:
    """The policy a business has published, or the playbook's.

    The playbook's also where the published one was taken by an earlier release and is not by this
    one: reviews cannot wait until somebody mends it (R01), and what they are decided by stands in
    the log.
    """
    found = setup.business(business)
    if found is None or not found.policy:
        return default_policy()
    try:
        return load_policy(found.policy)
    except BadRequest as refused:
        _log.error(
            "The policy of %s is not taken, the playbook's is followed: %s",
            business,
            refused.detail,
        )
        return default_policy()


def context_of(case: Case, event: ReviewEvent, known: Known) -> Context:
    """What the rules can ask about a case, given what is known of its author."""
    return Context(
        channel=case.review.channel,
        platform=case.review.platform,
        rating=event.rating,
        has_text=bool(event.text or event.title),
        public_replies_left=case.thread.public_replies_left,
        follow_up_open=case.task is not None,
        confirmed=not case.review.unproven,
        thread=_state(case),
        earlier_complaints=known.complaints,
        author_value=known.value,
    )


def _state(case: Case) -> ThreadState:
    """The furthest that our answers to a review came."""
    closed = case.review.closed
    if closed is Kind.WALKED_AWAY:
        return ThreadState.WALKED_AWAY
    if closed in {Kind.MOVED_PRIVATE_RESOLVED, Kind.REPORTED, Kind.RESOLVED_WITHOUT_REPLY}:
        return ThreadState.RESOLVED
    said = {slot.purpose for slot in case.thread.slots}
    if closed is Kind.ANSWERED or Purpose.ANSWER in said:
        return ThreadState.ANSWERED
    return ThreadState.ACKNOWLEDGED if closed is Kind.ACKNOWLEDGED or said else ThreadState.FRESH


def _believed(
    event: ReviewEvent, message: Message, connection: Connection, reach: Reach
) -> tuple[ReviewEvent | None, bool]:
    """The event as it is to be acted on (None when the platform denies it), and whether it is
    proven.

    Proven is what is signed, or was read at the platform: by the poller, or now. Signed events are
    not read again, unless they are partial.
    """
    connector = load(connection.platform)
    proven = connector.capabilities.signed or message.confirmed
    readable = connection.has_credentials and connector.capabilities.can_fetch
    if not readable or (proven and not event.partial):
        return event, proven
    found = connector.fetch(
        event.native_id, connection, reach.secrets.credentials(connection.id), reach.http
    )
    withdrawn = event.kind is EventKind.WITHDRAWN
    if found is None:
        # Words that cannot be read again are better than none; that they were taken back must be
        # certain, or a complaint is lost (R01).
        return (None if withdrawn and not proven else event), proven
    if found is Gone.GONE and withdrawn:
        return event, True
    if isinstance(found, Gone) or withdrawn:
        return None, proven
    # Whose words they are the platform knows best: nobody may have a complaint passed over as our
    # own reply.
    own = EventKind.REPLY_SEEN in {event.kind, found.kind}
    return replace(found.normal(), kind=found.kind if own else event.kind), True


def _change(
    loaded: Loaded,
    claimed: ReviewEvent,
    event: ReviewEvent | None,
    message: Message,
    connection: Connection,
    ports: Ports,
    engine: Engine | None,
    now: datetime,
    *,
    proven: bool,
) -> Change | None:
    case = loaded.case
    delivery = message.delivery
    if event is None:
        return (
            None
            if case.review.delivery == delivery
            else cases.disbelieved(case, claimed, delivery, now)
        )
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
            ports.work.put_revision(case, event, *_as_before(case, event, ports.work))
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
            return _judge(case, event, delivery, connection, ports, engine, now)


def _as_before(
    case: Case, event: ReviewEvent, work: Work
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """How the revision that says the same was assessed, and with what the policy was asked."""
    try:
        before = work.revision(case.review)
    except (NotFound, Erased):
        return assess(event, case.review.channel, History()).to_json(), None
    return before.assessment or assess(
        event, case.review.channel, History()
    ).to_json(), before.context


def _judge(
    case: Case,
    event: ReviewEvent,
    delivery: str,
    connection: Connection,
    ports: Ports,
    engine: Engine | None,
    now: datetime,
) -> Change:
    work, author, review = ports.work, case.review.author, case.review.id
    known = work.vault.known(author, other_than=review)
    policy = policy_of(case.review.business, ports.setup)
    case = replace(case, thread=replace(case.thread, cap=policy.public_replies))
    history = History(known.complaints, case.review.severity if case.review.revision else None)
    assessment = assess(event, case.review.channel, history, engine)
    # What is not said yet to the words before these will not be.
    said = replace(case, thread=cases.untried_dropped(case.thread, case.review.reply))
    context = context_of(said, event, known)
    decision = decide(assessment, context, policy, now)
    if assessment.complains:
        work.vault.count_complaint(author, review)
    judged, asked = assessment.to_json(), context.to_json()
    work.put_revision(case, event, judged, asked)
    change = cases.route(
        case, event, assessment, decision, delivery, now, inputs=inputs_digest(judged, asked)
    )
    if not change.case.review.route.acknowledges:
        return change
    acknowledged = None
    # What no program can answer, a person answers at the platform.
    if load(case.review.platform).capabilities.replies != "none":
        acknowledged = _acknowledged(
            change, event, assessment, decision, policy, connection, ports, known, now
        )
    if acknowledged is not None:
        return acknowledged
    handed = hand_over(assessment, context, policy, now)
    return cases.route(
        case, event, assessment, handed, delivery, now, inputs=inputs_digest(judged, asked)
    )


def inputs_digest(assessment: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over what a decision is made from.

    Equal digests, policies and times make equal decisions.
    """
    made_from = json.dumps(
        {"assessment": assessment, "context": context},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(made_from.encode("utf-8", "surrogatepass")).hexdigest()


def _acknowledged(
    change: Change,
    event: ReviewEvent,
    assessment: Assessment,
    decision: Decision,
    policy: Policy,
    connection: Connection,
    ports: Ports,
    known: Known,
    now: datetime,
) -> Change | None:
    """The change with its acknowledgement written and its slot taken.

    None when that may not be (R04), or nothing fits to be said.
    """
    case = change.case
    public = case.review.channel.stage is Stage.ONSTAGE
    limits = load(case.review.platform).capabilities
    page = _page(connection, case.review.channel, event) if public else ""
    attempt = 0
    while True:
        attempt += 1
        told = ports.work.told(page) if page else None
        text = acknowledgement(
            event,
            assessment,
            policy,
            connection.business_name or case.review.business,
            case.review.id,
            named=decision.variants,
            avoid=tuple(variant for variant in (known.told, told) if variant),
            channel=case.review.channel,
            person_follows=decision.route is Route.BOTH and Flag.RECOVERED not in assessment.flags,
            limit=limits.reply_limit,
            unit=limits.reply_unit,
        )
        if text is None:
            return None
        # Somebody else's acknowledgement may come first on a busy page: then choose again.
        if not page or ports.work.tell(page, text.variant, told) or attempt == PAGE_ATTEMPTS:
            break
    id = reply_id(
        case.thread.id, f"{case.review.id}/{event.revision}", Purpose.ACKNOWLEDGEMENT.value
    )
    written = Reply(
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
    # A run that was overtaken may have written another wording: that one is sent, so that one is
    # logged.
    variant = ports.work.put_reply(written).variant
    ports.work.vault.tell(case.review.author, variant or text.variant)
    if page and variant and variant != text.variant:
        ports.work.tell(page, variant, text.variant)
    return cases.acknowledge(
        change, id, public=public, variant=variant, not_before=decision.send_after
    )


def _page(connection: Connection, channel: Channel, event: ReviewEvent) -> str:
    """What onlookers read together.

    The reviews of one thing at a connection or, where people talk, one conversation.
    """
    together = (
        event.native_thread if channel in {Channel.SOCIAL, Channel.FORUM} else event.subject or ""
    )
    return hashlib.sha256(
        f"{connection.id}/{together}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:24]
