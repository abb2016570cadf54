"""Who calls a signed-in API. Roles come with the token, businesses from the Setup table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from heard.errors import Forbidden
from heard.steps.desk import Caller
from heard.storage.setup import SetupStore


def caller_of(event: Mapping[str, Any], setup: SetupStore) -> Caller:
    """The person who calls, with their roles. The JWT authorizer has checked the token.

    The person's businesses are read at each request, so that taking one away works at once. Raises
    Forbidden for somebody who can sign in and belongs to no business.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    person = setup.person(str(claims["sub"]))
    if person is None:
        raise Forbidden(
            "You are signed in, but you belong to no business yet. An admin can add you: heard "
            "people add."
        )
    return Caller(person, frozenset(_parse_groups(claims.get("cognito:groups", ""))))


def _parse_groups(claim: object) -> list[str]:
    """The groups of a token. API Gateway passes the list on as the text `[agent lead]`."""
    if isinstance(claim, list):
        return [str(group) for group in cast("list[object]", claim)]
    return str(claim).strip("[]").replace(",", " ").split()
