"""Who wrote, and how they begin: what a list shows of follow-ups that it has not shown before."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from heard.people import ANSWERING
from heard.steps.desk_view import newest_review_json

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore

MAX_PREVIEWS: Final = 50


def preview(caller: Caller, ids: Collection[str], cases: CaseStore) -> list[dict[str, Any]]:
    """The newest review of each of these follow-ups, open or closed, in the order of the ids.

    It is None where its state cannot be read.

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
        {
            "id": id,
            "newest_review": newest_review_json(
                texts.get(own[id].reviews[-1]) if own[id].reviews else None
            ),
        }
        for id in dict.fromkeys(ids)
        if id in own
    ]
