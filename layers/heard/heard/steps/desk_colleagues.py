"""The people of a business, for those who answer there: whom a note can mention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.people import ANSWERING, Role
from heard.steps.caller import NO_SUCH_BUSINESS

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.storage.colleagues import ColleagueList
    from heard.storage.people import People


def list_colleagues(caller: Caller, business: str, people: People) -> dict[str, Any]:
    """Everybody who holds a role in a business, by first name; the caller too.

    `complete` is False where somebody may be missing: there are very many people, or an earlier
    release stored them, without lists. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *ANSWERING, missing=NO_SUCH_BUSINESS)
    colleagues = people.colleagues(business)
    # The caller is in the business. If the list lacks them, an earlier release stored its people.
    has_caller = any(each.subject == caller.person.subject for each in colleagues.people)
    return {
        "colleagues": describe_colleagues(colleagues),
        "complete": colleagues.complete and has_caller,
    }


def describe_colleagues(colleagues: ColleagueList) -> list[dict[str, Any]]:
    """The people of a business by first name, with their roles in the order of `Role`."""
    in_order = sorted(
        colleagues.people, key=lambda each: (each.first_name.casefold(), each.subject)
    )
    return [
        {
            "subject": each.subject,
            "name": each.first_name,
            "roles": [role.value for role in Role if role in each.roles],
        }
        for each in in_order
    ]
