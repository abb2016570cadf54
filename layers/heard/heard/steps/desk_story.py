"""What happened before: the author's other reviews, and the outcomes of a follow-up (R22).

Both are for reading. Whatever of them cannot be read is left out, and hides nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from heard.steps.desk_view import EXCERPT_CHARACTERS

if TYPE_CHECKING:
    from heard.cases import Review
    from heard.follow_ups import FollowUp
    from heard.outcomes import Outcome
    from heard.steps.desk_memory import DeskMemory
    from heard.storage.case_store import CaseStore
    from heard.storage.latest_texts import LatestText
    from heard.storage.outcome_log import OutcomeLog

HISTORY_SHOWN: Final = 10
HISTORY_READ: Final = 50
"""Of how many of an author's reviews the newest are looked for: their list is in no order."""
TIMELINE_REVIEWS: Final = 5
TIMELINE_SHOWN: Final = 50
_TIMELINE_CODES: Final = (
    "action",
    "reason",
    "fix",
    "root_cause",
    "level",
    "purpose",
    "promised_for",
    "due_at",
    "after",
    "reply",
)
"""What of an outcome's detail a timeline shows: codes, times, numbers and ids."""


def history_of(review: Review, cases: CaseStore) -> list[dict[str, Any]]:
    """The newest other reviews of a review's author in this business, and how each ended."""
    if review.erased_at:
        return []
    ids = cases.reviews_of_author(review.author, limit=HISTORY_READ)
    states = cases.readable_reviews([id for id in ids if id != review.id])
    # A list may name a review that another author has now.
    own = [
        state
        for state in states
        if (state.author, state.business) == (review.author, review.business)
    ]
    newest = sorted(own, key=lambda state: state.touched_at, reverse=True)[:HISTORY_SHOWN]
    texts = cases.latest_texts([state.id for state in newest], known=newest) if newest else {}
    return [_history_json(state, texts.get(state.id)) for state in newest]


def timeline_of(follow_up: FollowUp, log: OutcomeLog, memory: DeskMemory) -> list[dict[str, Any]]:
    """The last outcomes of a follow-up's reviews, the newest last.

    They are those of the first reviews to read, as many as `TIMELINE_REVIEWS`.
    """
    placed: list[tuple[str, str, Outcome]] = []
    for review in follow_up.reviews_to_read[:TIMELINE_REVIEWS]:
        latest = ""
        # Two functions may have two clocks. What was appended later came later, whatever they say.
        for outcome in reversed(log.newest_of_review(review, TIMELINE_SHOWN)):
            latest = max(latest, outcome.at)
            if outcome.business == follow_up.business:
                placed.append((latest, outcome.id, outcome))
    placed.sort(key=lambda place: place[:2])
    return _timeline_json([outcome for *_, outcome in placed[-TIMELINE_SHOWN:]], memory)


def _history_json(review: Review, text: LatestText | None) -> dict[str, Any]:
    event = text.event if text else None
    return {
        "id": review.id,
        "platform": review.platform,
        "rating": review.rating,
        "severity": review.severity,
        "at": review.touched_at,
        "ended": review.closing_kind.value if review.closing_kind else None,
        "withdrawn": review.withdrawn,
        "first_words": event.first_words(EXCERPT_CHARACTERS) if event else None,
    }


def _timeline_json(outcomes: Sequence[Outcome], memory: DeskMemory) -> list[dict[str, Any]]:
    people = {outcome.id: _person_in(outcome) for outcome in outcomes}
    names: Mapping[str, str | None] = memory.first_names(who for who in people.values() if who)
    return [
        {
            "id": outcome.id,
            "review": outcome.review,
            "kind": outcome.kind.value,
            "at": outcome.at,
            "by": people[outcome.id],
            "by_name": names.get(people[outcome.id] or ""),
        }
        | {name: outcome.detail[name] for name in _TIMELINE_CODES if name in outcome.detail}
        for outcome in outcomes
    ]


def _person_in(outcome: Outcome) -> str | None:
    """Whose doing it was; None for Heard's own."""
    who: str | None = outcome.detail.get("by")
    if who is None and outcome.actor != "heard":
        return outcome.actor
    return who
