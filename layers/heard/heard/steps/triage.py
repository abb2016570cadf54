"""Triage: store what the author said, assess it, ask the policy, write down what it decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from heard import cases
from heard.assessment import Engine, History, Severity, assess
from heard.automatic_replies import MachineSign
from heard.cases import Case, Change, IncomingEvent, Revision, Writes
from heard.clock import parse_time
from heard.commitments import CommitmentKind
from heard.connectors import Connection, Connector, Proof, ReviewGone, load
from heard.errors import DamagedText, NotFound
from heard.reviews import Channel, EventKind, ReviewEvent, author_id, review_id
from heard.steps.acknowledging import draft_acknowledgement
from heard.steps.deciding import Assessor, decide_revision, inputs_content
from heard.steps.next_steps import next_steps
from heard.steps.ports import SHARED_SECONDS, PlatformPorts, StorePorts
from heard.storage.case_store import CaseStore, LoadedCase
from heard.storage.follow_ups import CHANGE_SECONDS
from heard.storage.setup import require_connection
from heard.storage.vault import AuthorRecord, Erased


@dataclass(frozen=True, slots=True)
class QueuedReview:
    """A message of the review queue: an event, or the request to resume a review that got stuck.

    `event` is None in a request to resume. A `verified` event was read at the platform itself.
    `received_at` is when it came to us; None in a message that an older release queued.
    """

    delivery: str
    event: ReviewEvent | None = None
    review: str = ""
    connection: str = ""
    business: str = ""
    platform: str = ""
    channel: Channel = Channel.REVIEW_SITE
    verified: bool = False
    received_at: datetime | None = None

    @property
    def proven(self) -> bool:
        """Whether its sender is proven, or it was read at the platform."""
        return self.verified or load(self.platform).capabilities.proof is Proof.SENDER

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> QueuedReview:
        """The message that `ingest`, `poll` or `sweep` queued."""
        if "resume" in fields:
            return cls(delivery=fields["delivery"], review=fields["resume"])
        received_at = fields.get("received_at")
        return cls(
            delivery=fields["delivery"],
            event=ReviewEvent.from_json(fields["event"]),
            connection=fields["connection"],
            business=fields["business"],
            platform=fields["platform"],
            channel=Channel(fields["channel"]),
            verified=fields.get("verified", False),
            received_at=parse_time(received_at) if received_at else None,
        )


def triage(
    message: QueuedReview,
    ports: StorePorts,
    platform_ports: PlatformPorts,
    now: datetime,
    engine: Engine | None = None,
    *,
    seconds_left: Callable[[], float] | None = None,
) -> dict[str, Any]:
    """Bring one message to its decision. Returns what the workflow does next: see `next_steps`.

    `engine` reads texts; without one, rules and ratings decide. Run twice, late or out of order, it
    ends in the same state; what an interrupted run left undone comes back as the next steps. While
    others change the same thread or review, it tries again, but no longer than the message has
    `seconds_left`. Raises faults only: of storage, or of a platform that is asked to confirm an
    unsigned event.
    """
    received_event = message.event
    if received_event is None:
        return next_steps(ports.cases.case(message.review).case, now)
    connection = require_connection(ports.setup, message.connection)
    assessor = Assessor(engine)
    event, verified = _verify_at_platform(received_event, message, connection, platform_ports)

    review = review_id(message.business, message.platform, received_event.native_id)
    authors: dict[str, AuthorRecord] = {}
    number_of_loads = count()

    def load_case() -> LoadedCase:
        # The case is read last: the less time until it is written, the less comes in between.
        for author in authors:
            authors[author] = ports.cases.vault.author_record(author, other_than=review)
        return ports.cases.case_of_event(
            event or received_event,
            business=message.business,
            platform=message.platform,
            connection=message.connection,
            channel=message.channel,
            exact=next(number_of_loads) > 0,
        )

    def decide(loaded: LoadedCase) -> Change | None:
        case, delivery = loaded.case, message.delivery
        if event is None:
            return cases.record_unverified(case, received_event.revision, delivery, now)
        admission = _admit(loaded, event, message, ports.cases, authors, now, proven=verified)
        if not isinstance(admission, _AdmittedEvent):
            return admission
        case, incoming = admission.case, admission.incoming
        marked_case = replace(case, review=replace(case.review, unverified=not verified))
        change = cases.apply_event(
            case,
            incoming,
            now,
            stored=loaded.exists,
            on_demand=cases.OnDemand(
                earlier_revision=lambda: _earlier_revision(case, incoming.event, ports.cases),
                route=lambda: _assess_and_route(
                    replace(admission, case=marked_case), connection, ports, assessor, now
                ),
                is_stored_revision=lambda: ports.cases.has_revision(
                    case.review, incoming.event.revision, incoming.commitment
                ),
                route_late=lambda: _assess_late(admission, connection, ports, assessor, now),
            ),
        )
        # The platform's ids in an event can name a person, such as a telephone number. So nothing
        # of it is stored while the review's author is erased.
        return replace(change, writes=Writes()) if change and case.review.erased_at else change

    seconds = min(CHANGE_SECONDS, seconds_left()) if seconds_left else CHANGE_SECONDS
    result = ports.cases.change(
        load_case, decide, now=now, delivery=message.delivery, seconds=seconds
    )
    return next_steps(result.case, now)


@dataclass(frozen=True, slots=True)
class _AdmittedEvent:
    """An event that may be stored, its case and commitment, and what is known of its author."""

    case: Case
    incoming: IncomingEvent
    author_record: AuthorRecord


def _admit(
    loaded: LoadedCase,
    event: ReviewEvent,
    message: QueuedReview,
    case_store: CaseStore,
    authors: dict[str, AuthorRecord],
    now: datetime,
    *,
    proven: bool,
) -> _AdmittedEvent | Change | None:
    """The event as it may be stored, or the change that keeps erased and expired words out.

    None when this delivery was processed already. `authors` are those that were just read; another
    one is read now, and added.
    """
    case, vault = loaded.case, case_store.vault
    review = case.review
    author = review.author
    if review.erased_at:
        author = author_id(review.business, review.platform, event.author.id)
    author_record = authors.get(author)
    if author_record is None:
        author_record = authors[author] = vault.author_record(author, other_than=review.id)
    # An event that nothing proves may have named an erased author falsely. Then only whether the
    # author of this one was erased counts.
    is_doubtful = review.unverified and not review.expired and author_record.erased_at is None
    erasures = [
        author_record.erased_at,
        parse_time(review.erased_at) if review.erased_at and not is_doubtful else None,
    ]
    erased_at = max((time for time in erasures if time), default=None)
    if erased_at:
        if loaded.exists and not author_record.has_key and not review.erased_at:
            # It was stored while the erasure ran.
            case = replace(case, review=cases.without_author(review, erased_at))
        if event.kind in {EventKind.WITHDRAWN, EventKind.REPLY_SEEN}:
            event, case = _without_words(event, case, author_record, erased_at)
        elif _is_from_before(event, case, message, erased_at):
            return cases.record_erased(
                case,
                event,
                message.delivery,
                erased_at,
                now,
                stored=loaded.exists,
                proven=proven,
            )
        elif case.review.erased_at:
            case = _with_author(case, author, event)
    elif review.erased_at:
        case = _with_author(case, author, event)
    commitment = vault.commitment(case.review.author, CommitmentKind.WORDS, event.content)
    incoming = IncomingEvent(event, message.delivery, commitment, proven)
    return _AdmittedEvent(case, incoming, author_record)


def _with_author(case: Case, author: str, event: ReviewEvent) -> Case:
    """The case of a review whose author was erased, with the author of later words."""
    review = replace(
        case.review, author=author, native_id=event.native_id, erased_at=None, expired=False
    )
    return replace(case, review=review)


def _without_words(
    event: ReviewEvent, case: Case, author_record: AuthorRecord, erased_at: datetime
) -> tuple[ReviewEvent, Case]:
    """A withdrawal or a reply of ours without any words, and its case.

    A platform may repeat in it what the author said before the erasure.
    """
    if not author_record.has_key and not case.review.erased_at:
        case = replace(case, review=cases.without_author(case.review, erased_at))
    return event.without_words(), case


def _is_from_before(
    event: ReviewEvent, case: Case, message: QueuedReview, erased_at: datetime
) -> bool:
    """Whether an event's words are from before the erasure.

    Of a review whose words are gone, only a later revision can be new. What was read at the
    platform just now may be dated now. So the event for which it was read counts too.
    """
    is_known = case.review.erased_at is not None and event.revision <= case.review.revision
    events = (event, message.event or event)
    return is_known or any(cases.is_erased(each, message.received_at, erased_at) for each in events)


def _verify_at_platform(
    event: ReviewEvent, message: QueuedReview, connection: Connection, platform_ports: PlatformPorts
) -> tuple[ReviewEvent | None, bool]:
    """The event to act on, and whether it is verified. None when the platform denies it.

    Verified is what is signed, or was read at the platform: by a poll, or now. Signed events are
    not read again, unless they are partial.
    """
    connector = load(connection.platform)
    verified = message.proven
    can_fetch = connection.has_credentials and connector.capabilities.can_fetch
    if not can_fetch or (verified and not event.partial):
        return (event if verified else _without_false_claim(event, connector)), verified
    platform_event = connector.fetch(
        event.native_id, platform_ports.account(connection, SHARED_SECONDS)
    )
    withdrawn = event.kind is EventKind.WITHDRAWN
    if platform_event is None:
        # The platform cannot tell. The words count, but not that they were taken back: a false
        # withdrawal would lose a complaint (R01).
        if verified:
            return event, True
        return (None if withdrawn else _without_false_claim(event, connector)), False
    if platform_event is ReviewGone.GONE and withdrawn:
        return event, True
    if isinstance(platform_event, ReviewGone) or withdrawn:
        return None, verified
    platform_event = platform_event.normalize()
    # The platform says whose words these are: a forged event must not pass a complaint off as our
    # own reply.
    is_denied = event.kind is EventKind.REPLY_SEEN and not _is_own_post(
        event, platform_event, connector
    )
    if platform_event.kind is EventKind.REPLY_SEEN or is_denied:
        return platform_event, True
    return replace(platform_event, kind=event.kind), True


def _is_own_post(event: ReviewEvent, platform_event: ReviewEvent, connector: Connector) -> bool:
    """Whether to believe an event that the business wrote a review which the platform shows.

    Only where the platform cannot say whose it is, of the very words that it shows, and never of a
    complaint: a forged event could hide it.
    """
    if connector.fetch_shows_own or event.content != platform_event.content:
        return False
    return not _wants_person(platform_event, connector)


def _without_false_claim(event: ReviewEvent, connector: Connector) -> ReviewEvent:
    """An unproven event, as what a customer said if it claims to be our own reply but complains."""
    is_claim = event.kind is EventKind.REPLY_SEEN and _wants_person(event, connector)
    return replace(event, kind=EventKind.CREATED) if is_claim else event


def _wants_person(event: ReviewEvent, connector: Connector) -> bool:
    assessment = assess(event, connector.capabilities.channel, History())
    return assessment.severity.rank > Severity.LOW.rank


def _earlier_revision(case: Case, event: ReviewEvent, case_store: CaseStore) -> Revision:
    """The revision that an edit without new words repeats, with its assessment."""
    try:
        revision = case_store.revision(case.review)
    except (NotFound, Erased, DamagedText):
        revision = Revision(event)
    if revision.assessment:
        return revision
    assessment = assess(event, case.review.channel, History())
    return revision._replace(assessment=assessment.to_json())


def _assess_late(
    admitted_event: _AdmittedEvent,
    connection: Connection,
    ports: StorePorts,
    assessor: Assessor,
    now: datetime,
) -> Change:
    """The change for words that came after newer ones, of which nothing proves that they are."""
    case, incoming = admitted_event.case, admitted_event.incoming
    late = decide_revision(
        case, incoming.event, admitted_event.author_record, connection, ports, assessor, now
    )
    change = cases.route_late(case, incoming, late.assessment, late.decision, now)
    writes = Writes(is_complaint=late.assessment.is_complaint, revision=late.revision)
    return replace(change, writes=writes)


def _assess_and_route(
    admitted_event: _AdmittedEvent,
    connection: Connection,
    ports: StorePorts,
    assessor: Assessor,
    now: datetime,
) -> Change:
    case, incoming = admitted_event.case, admitted_event.incoming
    revision_decision = decide_revision(
        case, incoming.event, admitted_event.author_record, connection, ports, assessor, now
    )
    thread = case.thread.limited_to(
        revision_decision.policy.public_replies,
        replaces_reply=load(case.review.platform).capabilities.replaces_reply,
    )
    if revision_decision.context.machine in {MachineSign.QUICK, MachineSign.REPEATED}:
        thread = thread.suspect(case.review.author)
    case = replace(case, thread=thread)
    revision, assessment = revision_decision.revision, revision_decision.assessment
    inputs = ports.cases.vault.commitment(
        case.review.author,
        CommitmentKind.INPUTS,
        inputs_content(revision.assessment or {}, revision.context or {}),
    )
    writes = Writes(is_complaint=assessment.is_complaint, revision=revision)
    decision = revision_decision.decision
    if cases.is_thanked_complaint(case, assessment) and not decision.route.follows_up:
        # Thanks that stand under a complaint are for a person to put right, whatever a policy says.
        decision = revision_decision.hand_over(now)
    place = revision_decision.place
    change = cases.route(case, incoming, assessment, decision, now, inputs=inputs, place=place)
    if change.case.review.route.acknowledges:
        change = replace(change, writes=writes)
        draft = draft_acknowledgement(change.case, revision_decision, connection, ports.cases, now)
        not_before = revision_decision.decision.send_after
        acknowledged_change = (
            cases.acknowledge(change, draft, not_before=not_before) if draft else None
        )
        if acknowledged_change is not None:
            return acknowledged_change
        # A person replies where no automatic reply is possible.
        person_decision = revision_decision.hand_over(now)
        change = cases.route(
            case, incoming, assessment, person_decision, now, inputs=inputs, place=place
        )
    return replace(change, writes=writes)
