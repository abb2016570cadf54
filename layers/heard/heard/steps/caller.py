"""Who calls a step: what they may see exists for them, and what they may do is checked here.

A business in which the caller holds no role does not exist for them, nor does anything of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from heard.errors import Forbidden, NotFound
from heard.people import Person, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who is signed in."""

    person: Person

    def needs(self, business: str, *roles: Role, missing: str) -> None:
        """Demand one of the roles in a business.

        Raises NotFound, with `missing` as for a thing that does not exist, when the caller holds no
        role there; Forbidden, which names the roles, when they hold another one.
        """
        if business not in self.person.roles:
            raise NotFound(missing)
        if not self.person.holds(business, *roles):
            raise Forbidden(
                f"This needs the role {_join(roles, 'or')} in {business}; you are "
                f"{_join(sorted(self.person.roles[business]), 'and')} there."
            )

    def businesses(self, *roles: Role) -> tuple[str, ...]:
        """The businesses where the caller holds one of the roles.

        Raises Forbidden when there is none.
        """
        businesses = self.person.businesses(*roles)
        if not businesses:
            raise Forbidden(
                f"This needs the role {_join(roles, 'or')} in a business; you have it in none."
            )
        return businesses


def _join(roles: tuple[Role, ...] | list[Role], word: str) -> str:
    *first, last = roles
    return f"{', '.join(first)} {word} {last}" if first else last
