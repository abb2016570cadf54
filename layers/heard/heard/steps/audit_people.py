"""The people of a business, for those who audit it: whose ids the outcomes hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.people import AUDITING
from heard.steps.caller import NO_SUCH_BUSINESS
from heard.steps.desk_colleagues import describe_colleagues

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.storage.people import People


def list_people(caller: Caller, business: str, people: People) -> dict[str, Any]:
    """Everybody who holds a role in a business, by first name.

    Whoever has left is not there: of them the outcomes hold the id alone. `complete` is False where
    there are more than are read. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    colleagues = people.colleagues(business)
    return {"people": describe_colleagues(colleagues), "complete": colleagues.complete}
