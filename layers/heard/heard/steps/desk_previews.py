"""Who wrote, and how they begin: what a list shows of follow-ups that it has not shown before."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from heard.people import ANSWERING
from heard.steps.desk_view import EXCERPT_CHARACTERS

if TYPE_CHECKING:
    from heard.follow_ups import FollowUp
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore
    from heard.storage.latest_texts import LatestText

MAX_PREVIEWS: Final = 50


def preview(caller: Caller, ids: Collection[str], cases: CaseStore) -> list[dict[str, Any]]:
    """The newest review of each of these follow-ups, in a few words, in the order of the ids.

    One that is not there, or not in a business where the caller answers, is left out, so that a
    list which is a moment old hides no other. Raises Forbidden for somebody who answers nowhere.
    """
    businesses = caller.businesses(*ANSWERING)
    own = {
        id: follow_up
        for id, follow_up in cases.readable_follow_ups(ids).items()
        if follow_up.business in businesses
    }
    texts = cases.latest_texts({each.reviews[-1] for each in own.values() if each.reviews})
    return [
        _preview_json(own[id], texts.get(own[id].reviews[-1]) if own[id].reviews else None)
        for id in dict.fromkeys(ids)
        if id in own
    ]


def _preview_json(follow_up: FollowUp, text: LatestText | None) -> dict[str, Any]:
    event = text.event if text else None
    return {
        "id": follow_up.id,
        "author": event.author.name if event else None,
        "first_words": event.first_words(EXCERPT_CHARACTERS) if event else None,
        "rating": text.review.rating if text else None,
        "language": text.language if text else None,
        "erased": text.erased if text else False,
        # Also where the state of the review cannot be read.
        "damaged": text.damaged if text else True,
    }
