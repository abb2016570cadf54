"""How an acknowledgement is chosen: not the wording that its readers saw last (R10)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from heard.acknowledgements.compose import (
    ReviewToAcknowledge,
    WordingPreferences,
    choose_acknowledgement,
)
from heard.assessment import Flag
from heard.automatic_replies import AutomaticReply, recent_replies
from heard.cases import AcknowledgementDraft, Case
from heard.clock import format_time
from heard.connectors import Connection, load
from heard.policy import Route
from heard.replies.own_words import text_words
from heard.reviews import Channel, ReviewEvent, Stage, acknowledgement_id

if TYPE_CHECKING:
    from heard.steps.deciding import RevisionDecision
    from heard.storage.case_store import CaseStore


def draft_acknowledgement(
    case: Case,
    revision_decision: RevisionDecision,
    connection: Connection,
    case_store: CaseStore,
    now: datetime,
) -> AcknowledgementDraft | None:
    """The acknowledgement of a revision; None when no wording fits, or the platform takes none."""
    capabilities = load(case.review.platform).capabilities
    if capabilities.replies == "none":
        return None
    event, decision, review = revision_decision.event, revision_decision.decision, case.review
    public = review.channel.stage is Stage.ONSTAGE
    page = _page_key(connection, review.channel, event) if public else ""
    page_variant = case_store.last_variant(page) if page else None
    last_variants = (revision_decision.author.last_variant, page_variant)
    person_follows = (
        decision.route is Route.BOTH and Flag.RECOVERED not in revision_decision.assessment.flags
    )
    wording = choose_acknowledgement(
        ReviewToAcknowledge(
            event,
            revision_decision.assessment,
            review.channel,
            connection.business_name or review.business,
            person_follows,
        ),
        revision_decision.policy,
        WordingPreferences(
            review.id, decision.variants, [variant for variant in last_variants if variant]
        ),
        limit=capabilities.reply_limit,
        unit=capabilities.reply_unit,
    )
    if wording is None:
        return None
    # The id follows from the revision, so that a repeated run means the same reply.
    reply = acknowledgement_id(case.thread.id, review.id, event.revision)
    author = revision_decision.author
    automatic_reply = AutomaticReply(
        review.id,
        case.thread.id,
        reply,
        format_time(decision.send_after or now),
        text_words(event.title, event.text),
        format_time(event.occurred_at or now),
    )
    return AcknowledgementDraft(
        event=event,
        reply=reply,
        connection=connection.id,
        public=public,
        text=wording.text,
        variant=wording.variant,
        page=page,
        page_variant=page_variant,
        author_replies=(
            *recent_replies(author.automatic_replies, now, other_than=review.id),
            automatic_reply,
        ),
        replies_version=author.replies_version,
    )


def _page_key(connection: Connection, channel: Channel, event: ReviewEvent) -> str:
    """The page on which onlookers read together.

    One conversation where people talk, else the reviews of one subject at a connection.
    """
    talks = channel in {Channel.SOCIAL, Channel.FORUM}
    scope = event.native_thread if talks else event.subject or ""
    page = f"{connection.id}/{scope}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(page).hexdigest()[:24]
