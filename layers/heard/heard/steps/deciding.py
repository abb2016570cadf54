"""How a revision is decided: which policy, what the rules can ask, and the decision itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import cases
from heard.assessment import Assessment, Engine, History, assess
from heard.assessment.engines.chain import CachedEngine
from heard.cases import Case, Review, Revision
from heard.connectors import can_reply
from heard.errors import BadRequest, DamagedText
from heard.outcomes import Kind
from heard.places import place_of
from heard.policy import (
    Context,
    Decision,
    Policy,
    ThreadState,
    decide,
    default_policy,
    hand_over,
    load_policy,
)
from heard.reviews import Author, Channel, EventKind, ReviewEvent
from heard.steps.loops import find_loop_facts
from heard.threads import Purpose

if TYPE_CHECKING:
    from heard.connectors import Connection
    from heard.steps.ports import StorePorts
    from heard.storage.setup import Business, SetupStore
    from heard.storage.vault import AuthorRecord

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RevisionDecision:
    """What was concluded about one revision, and from what. `place` is a code."""

    event: ReviewEvent
    policy: Policy
    author: AuthorRecord
    assessment: Assessment
    context: Context
    decision: Decision
    place: str

    @property
    def revision(self) -> Revision:
        """The revision as it is stored."""
        return Revision(self.event, self.assessment.to_json(), self.context.to_json())

    def hand_over(self, now: datetime) -> Decision:
        """The decision that gives the review to a person now, whatever the rules said."""
        return hand_over(self.assessment, self.context, self.policy, now)


class Assessor:
    """Assesses what one message says: each text once, however often its case is decided again.

    While other changes of the case come first, only what is stored has moved, and what the author
    said is the same. `engine` reads texts; without one, rules and ratings decide.
    """

    def __init__(self, engine: Engine | None) -> None:
        self._engine = CachedEngine(engine) if engine else None
        self._assessments: list[tuple[tuple[ReviewEvent, Channel, History], Assessment]] = []

    def assess(self, event: ReviewEvent, channel: Channel, history: History) -> Assessment:
        """The assessment of an event. It is made again only if the author's history has changed."""
        question = (event, channel, history)
        for earlier_question, assessment in self._assessments:
            if earlier_question == question:
                return assessment
        assessment = assess(event, channel, history, self._engine)
        self._assessments.append((question, assessment))
        return assessment


def decide_revision(
    case: Case,
    event: ReviewEvent,
    author: AuthorRecord,
    connection: Connection,
    ports: StorePorts,
    assessor: Assessor,
    now: datetime,
) -> RevisionDecision:
    """Assess a new or newer revision of a case, and ask the business's policy.

    It came through `connection`; replies go through the one that the review has.
    """
    review = case.review
    business = ports.setup.business(review.business)
    reply_connection = (
        connection
        if connection.id == review.connection
        else ports.setup.connection(review.connection)
    )
    policy = read_policy(review.business, business)
    history = History(author.complaints, review.severity if review.revision else None)
    loop_facts = find_loop_facts(case, event, author, ports.cases, now)
    assessment = _assess(loop_facts.events, review.channel, history, assessor)
    # An acknowledgement of the earlier words that is not sent yet will be cancelled.
    thread = cases.without_unsent_reply(case.thread, review.reply)
    thread = replace(thread, cap=policy.public_replies)
    context = replace(
        context_of(replace(case, thread=thread), event, author),
        can_reply=reply_connection is not None and can_reply(reply_connection),
        **loop_facts.context,
    )
    decision = decide(assessment, context, policy, now)
    place = place_of(business.places if business else (), review.connection, event.subject)
    return RevisionDecision(event, policy, author, assessment, context, decision, place)


def _assess(
    events: Sequence[ReviewEvent], channel: Channel, history: History, assessor: Assessor
) -> Assessment:
    """The worst assessment of some events: our friendly words must not make a complaint milder."""
    assessments = [assessor.assess(event, channel, history) for event in events]
    return max(
        assessments, key=lambda assessment: (assessment.severity.rank, assessment.needs_person)
    )


def person_decision(case: Case, ports: StorePorts, now: datetime) -> Decision:
    """The decision that gives a case to a person now, whatever the rules said before.

    Raises NotFound, Erased.
    """
    try:
        event, assessment, _ = ports.cases.revision(case.review)
    except DamagedText:
        # The person decides by the stars, and when the text is restored, by the text.
        event, assessment = _unread_event(case.review), None
    policy = policy_of(case.review.business, ports.setup)
    author_record = ports.cases.vault.author_record(case.review.author, other_than=case.review.id)
    words_assessment = (
        Assessment.from_json(assessment)
        if assessment is not None
        else assess(event, case.review.channel, History())
    )
    return hand_over(words_assessment, context_of(case, event, author_record), policy, now)


def _unread_event(review: Review) -> ReviewEvent:
    """What is known of a review whose text does not open."""
    return ReviewEvent(
        EventKind.CREATED,
        review.native_id,
        review.native_id,
        review.revision,
        Author(review.author),
        rating=review.rating,
    )


def policy_of(business: str, setup: SetupStore) -> Policy:
    """The policy that a business has published, or the default policy.

    The default policy also holds where this release cannot read the published one: reviews must not
    wait until somebody corrects it (R01). Each outcome names the policy that decided.
    """
    return read_policy(business, setup.business(business))


def read_policy(business: str, record: Business | None) -> Policy:
    """The policy of a stored business, None where it is not set up: see `policy_of`."""
    if record is None or not record.policy:
        return default_policy()
    try:
        return load_policy(record.policy)
    except BadRequest as error:
        _log.error(
            "The policy of %s cannot be read, so the default policy decides: %s",
            business,
            error.detail,
        )
        return default_policy()


def context_of(case: Case, event: ReviewEvent, author_record: AuthorRecord) -> Context:
    """What the rules can ask about a case and its author."""
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
    """How far our answers to a review have come."""
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


def inputs_content(assessment: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """What a decision is made from, as JSON: the same content, policy and time decide the same.

    A commitment to it stands in the outcome log, so the form may never change.
    """
    return json.dumps(
        {"assessment": assessment, "context": context},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
