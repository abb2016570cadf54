"""Who is signed in, for the page: their name, and where they hold which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.steps.desk_memory import DeskMemory


def describe_caller(caller: Caller, memory: DeskMemory) -> dict[str, Any]:
    """The caller's first name, and where they hold which roles.

    The businesses are in the order of their ids, each with its time zone.
    """
    person = caller.person
    businesses = {business: memory.business(business) for business in sorted(person.roles)}
    return {
        "subject": person.subject,
        "name": person.first_name,
        "businesses": [
            {
                "business": business,
                "name": known.name,
                "roles": sorted(role.value for role in person.roles[business]),
                "time_zone": known.policy.calendar.timezone,
            }
            for business, known in businesses.items()
        ],
    }
