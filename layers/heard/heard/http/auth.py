"""Who calls a signed-in API. The token says only who it is: roles come from the Setup table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heard.errors import Forbidden, Unauthorized
from heard.steps.caller import Caller
from heard.storage.people import People


def caller_of(event: Mapping[str, Any], people: People) -> Caller:
    """The person who calls. The JWT authorizer has checked the token.

    Only an access token is one to call with: an id token is for the program that signed the person
    in, is shown to others, and cannot be revoked. The authorizer takes both. Raises Unauthorized.

    The person's roles are read at each request, so that taking one away works at the next. Raises
    Forbidden for somebody who can sign in and holds no role.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    if claims.get("token_use") != "access":
        raise Unauthorized("This is no access token. Send the access token that came with it.")
    person = people.person(str(claims["sub"]))
    if person is None or not person.roles:
        raise Forbidden(
            "You are signed in, but you hold no role in any business. An operator can give you "
            "one (heard people add), or carry over those from before an update (heard people "
            "migrate)."
        )
    return Caller(person)
