"""Cases, and how each step changes them: one module a moment.

Every function is pure. It returns a `Change`, or a `Conflict` when a person's step is refused.
Storage writes a change in one transaction or not at all, and only if nobody else changed the case
in between. So these rules hold for any number of runs, late and in any order.
"""

from heard.cases.arriving import (
    Arrival,
    OnDemand,
    apply_event,
    classify_arrival,
    record_no_review,
    record_unverified,
    withdraw,
)
from heard.cases.case import (
    AcknowledgementDraft,
    Case,
    Change,
    IncomingEvent,
    Review,
    Revision,
    Writes,
    has_open_follow_up,
    is_unsent,
    new_case,
    without_unsent_reply,
)
from heard.cases.claiming import Takeover, take_over
from heard.cases.closing import closing_kind
from heard.cases.erasing import (
    ERASED,
    delete_texts,
    erase_author,
    has_texts_to_delete,
    is_erased,
    record_erased,
    without_author,
)
from heard.cases.escalating import check_follow_up, postpone_sweep
from heard.cases.replying import (
    cancel_superseded,
    cancel_unreadable,
    is_superseded,
    record_failed_reply,
    record_lost_reply,
    record_published_reply,
    record_removed_reply,
    record_sent_reply,
    record_unknown_reply,
)
from heard.cases.resolving import approve, close_next_review, deny, resolve
from heard.cases.routing import (
    RemainingSteps,
    acknowledge,
    is_thanked_complaint,
    remaining_steps,
    route,
    route_late,
)

__all__ = [
    "ERASED",
    "AcknowledgementDraft",
    "Arrival",
    "Case",
    "Change",
    "IncomingEvent",
    "OnDemand",
    "RemainingSteps",
    "Review",
    "Revision",
    "Takeover",
    "Writes",
    "acknowledge",
    "apply_event",
    "approve",
    "cancel_superseded",
    "cancel_unreadable",
    "check_follow_up",
    "classify_arrival",
    "close_next_review",
    "closing_kind",
    "delete_texts",
    "deny",
    "erase_author",
    "has_open_follow_up",
    "has_texts_to_delete",
    "is_erased",
    "is_superseded",
    "is_thanked_complaint",
    "is_unsent",
    "new_case",
    "postpone_sweep",
    "record_erased",
    "record_failed_reply",
    "record_lost_reply",
    "record_no_review",
    "record_published_reply",
    "record_removed_reply",
    "record_sent_reply",
    "record_unknown_reply",
    "record_unverified",
    "remaining_steps",
    "resolve",
    "route",
    "route_late",
    "take_over",
    "withdraw",
    "without_author",
    "without_unsent_reply",
]
