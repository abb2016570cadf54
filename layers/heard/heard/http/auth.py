"""Who calls a signed-in API. The token says only who it is: roles come from the Setup table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heard.errors import Forbidden
from heard.steps.caller import Caller
from heard.storage.people import People


def caller_of(event: Mapping[str, Any], people: People) -> Caller:
    """The person who calls. The JWT authorizer has checked the token.

    The person's roles are read at each request, so that taking one away works at the next. Raises
    Forbidden for somebody who can sign in and holds no role.
    """
    person = people.person(str(event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]))
    if person is None or not person.roles:
        raise Forbidden(
            "You are signed in, but you hold no role in any business. An operator can give you "
            "one (heard people add), or carry over those from before an update (heard people "
            "migrate)."
        )
    return Caller(person)
