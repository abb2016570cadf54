"""Who calls a step, and whether their roles allow it.

For a caller who holds no role in a business, neither the business nor anything of it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heard.errors import Forbidden, NotFound
from heard.people import Person, Role

NO_SUCH_BUSINESS: Final = "There is no such business among yours."


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who is signed in."""

    person: Person

    def require_role(self, business: str, *roles: Role, missing: str) -> None:
        """Raises an error unless the caller holds one of the roles in a business.

        NotFound with the message `missing`, as for a thing that does not exist, when they hold no
        role there. Forbidden, which names the roles, when they hold another one.
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
