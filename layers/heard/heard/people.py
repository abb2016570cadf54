"""People who sign in, and the roles that they hold: each role in one business.

The rules for changing roles are here, for whoever changes them. Nothing here knows where people are
stored, or how they sign in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person does in a business."""

    AGENT = "agent"
    """Answers follow-ups."""
    LEAD = "lead"
    """Answers too, approves what takes two people (R20, R28), and may check the outcomes."""
    AUDITOR = "auditor"
    """Checks the outcomes, and does nothing that makes one."""
    ADMIN = "admin"
    """Sets the business up, and may check the outcomes."""


ANSWERING: Final = (Role.AGENT, Role.LEAD)
"""Who reads follow-ups and answers them."""

APPROVING: Final = (Role.LEAD,)
"""Who approves what takes two people."""

AUDITING: Final = (Role.AUDITOR, Role.LEAD, Role.ADMIN)
"""Who reads outcomes."""

type Roles = Mapping[str, frozenset[Role]]
"""A person's roles in each business, by its id. A business without a role is left out."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `subject` is the id at the identity provider."""

    subject: str
    first_name: str
    roles: Roles = field(default_factory=dict[str, frozenset[Role]])

    def holds(self, business: str, *roles: Role) -> bool:
        """Whether they hold one of the roles in a business."""
        return not self.roles.get(business, frozenset()).isdisjoint(roles)

    def businesses(self, *roles: Role) -> tuple[str, ...]:
        """The businesses where they hold one of the roles, sorted."""
        return tuple(sorted(business for business in self.roles if self.holds(business, *roles)))


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person as the others of one business see them."""

    subject: str
    first_name: str
    roles: frozenset[Role]


class RoleConflictCode(StrEnum):
    """Why roles cannot be changed."""

    AUDITOR_AND_ADMIN = "auditor_and_admin"
    LAST_ADMIN = "last_admin"
    NOT_MIGRATED = "not_migrated"


@dataclass(frozen=True, slots=True)
class RoleConflict:
    """A change of roles that is refused."""

    code: RoleConflictCode
    detail: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A person after a change of roles that may be stored.

    `other_admins` names one admin who stays (by subject) for each business where the person stops
    being admin. The change may be stored only while each of them still is admin there: of two
    admins who take the role from each other at once, one keeps it.
    """

    person: Person
    other_admins: Mapping[str, str]


def with_roles(roles: Roles, businesses: Iterable[str], additions: Iterable[Role]) -> Roles:
    """The roles, with the additions in each of the businesses."""
    added_roles = frozenset(additions)
    changes = {business: roles.get(business, frozenset()) | added_roles for business in businesses}
    return _without_empty({**roles, **changes})


def without_roles(
    roles: Roles, businesses: Iterable[str], removals: Iterable[Role] = tuple(Role)
) -> Roles:
    """The roles, without the removals in each of the businesses. By default they lose all there."""
    removed_roles = frozenset(removals)
    changes = {
        business: roles[business] - removed_roles for business in businesses if business in roles
    }
    return _without_empty({**roles, **changes})


def _without_empty(roles: Roles) -> Roles:
    return {business: roles_there for business, roles_there in roles.items() if roles_there}


def check_roles(roles: Roles) -> RoleConflict | None:
    """Why nobody may hold these roles together; None if somebody may."""
    for business, roles_there in sorted(roles.items()):
        if roles_there >= {Role.AUDITOR, Role.ADMIN}:
            return RoleConflict(
                RoleConflictCode.AUDITOR_AND_ADMIN,
                f"Nobody can be auditor and admin of one business ({business}): an auditor checks "
                "what the admins did.",
            )
    return None


def change_roles(
    person: Person, roles: Roles, people: Iterable[Person]
) -> RoleChange | RoleConflict:
    """A person with these roles instead of those that they hold, or why that is refused.

    `people` are all who are stored, with or without this person. They are read only if the person
    stops being admin somewhere.
    """
    if conflict := check_roles(roles):
        return conflict
    after = replace(person, roles=_without_empty(roles))
    lost_businesses = [
        business
        for business in person.businesses(Role.ADMIN)
        if not after.holds(business, Role.ADMIN)
    ]
    others = (
        [other for other in people if other.subject != person.subject] if lost_businesses else []
    )
    other_admins: dict[str, str] = {}
    for business in lost_businesses:
        other = next((other for other in others if other.holds(business, Role.ADMIN)), None)
        if other is None:
            return RoleConflict(
                RoleConflictCode.LAST_ADMIN,
                f"{person.first_name} is the last admin of {business}. A business keeps an admin.",
            )
        other_admins[business] = other.subject
    return RoleChange(after, other_admins)
