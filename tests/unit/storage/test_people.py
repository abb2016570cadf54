"""People as they are stored: what two changes at once leave, and what the release before left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from heard.people import (
    Person,
    Role,
    RoleChange,
    RoleConflict,
    RoleConflictCode,
    change_roles,
    with_roles,
    without_roles,
)
from heard.storage.people import UnmigratedPerson
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, Backend

type Decision = Callable[[Person | None, Iterable[Person]], RoleChange | RoleConflict]


def no_longer_admin(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
    assert before is not None
    roles = without_roles(before.roles, before.roles, [Role.ADMIN])
    return change_roles(before, roles, people)


def admins(backend: Backend, business: str = BUSINESS) -> set[str]:
    people = backend.people.people()
    return {person.subject for person in people if person.holds(business, Role.ADMIN)}


def test_people_are_read_as_they_were_stored(backend: Backend) -> None:
    ana = backend.store_person("Ana", {BUSINESS: ["lead", "agent"], OTHER_BUSINESS: ["admin"]})
    ben = backend.add_person("Ben")

    assert backend.people.person("sub-ana") == ana.person
    assert backend.people.person("sub-nobody") is None
    assert sorted(backend.people.people(), key=lambda person: person.subject) == [
        ana.person,
        ben.person,
    ]
    assert backend.people.unmigrated() == []


def test_the_last_admin_is_not_taken_away(backend: Backend) -> None:
    backend.add_person("Ana", "admin")
    backend.add_person("Ben", "admin", business=OTHER_BUSINESS)

    result = backend.people.change("sub-ana", no_longer_admin)

    assert isinstance(result, RoleConflict)
    assert result.code is RoleConflictCode.LAST_ADMIN
    assert admins(backend) == {"sub-ana"}


@pytest.mark.parametrize("names", [("Ana", "Ben"), ("Ana", "Ben", "Cem")])
def test_of_admins_who_are_demoted_between_each_others_reads_and_writes_one_stays(
    backend: Backend, names: tuple[str, ...]
) -> None:
    """Each decision is overtaken by the next: all have read before the first one writes."""
    for name in names:
        backend.store_person(name, {BUSINESS: ["admin"], OTHER_BUSINESS: ["admin", "agent"]})
    results: list[RoleChange | RoleConflict] = []
    overtaken: set[str] = set()

    def demote(remaining: tuple[str, ...]) -> None:
        name, *others = remaining

        def decide(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
            decision = no_longer_admin(before, people)
            if others and name not in overtaken:
                overtaken.add(name)
                demote(tuple(others))
            return decision

        results.append(backend.people.change(f"sub-{name.lower()}", decide))

    demote(names)

    refused = [result for result in results if isinstance(result, RoleConflict)]
    assert [result.code for result in refused] == [RoleConflictCode.LAST_ADMIN]
    assert len(admins(backend)) == len(admins(backend, OTHER_BUSINESS)) == 1


def test_of_admins_who_are_demoted_at_the_same_time_one_stays(backend: Backend) -> None:
    names = [f"Admin{number}" for number in range(4)]
    for name in names:
        backend.add_person(name, "admin")
    start = Barrier(len(names))

    def demote(name: str) -> RoleChange | RoleConflict:
        start.wait()
        return backend.people.change(f"sub-{name.lower()}", no_longer_admin)

    with ThreadPoolExecutor(len(names)) as threads:
        results = list(threads.map(demote, names))

    assert len(admins(backend)) == 1
    assert sum(isinstance(result, RoleConflict) for result in results) == 1


def test_a_change_keeps_what_another_one_wrote_meanwhile(backend: Backend) -> None:
    backend.add_person("Ana")
    answers: list[object] = []

    def add_lead(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
        assert before is not None
        if not answers:
            answers.append(backend.people.change("sub-ana", add(Role.AUDITOR)))
        return change_roles(before, with_roles(before.roles, [BUSINESS], [Role.LEAD]), people)

    backend.people.change("sub-ana", add_lead)

    ana = backend.people.person("sub-ana")
    assert ana is not None
    assert ana.roles == {BUSINESS: frozenset({Role.AGENT, Role.AUDITOR, Role.LEAD})}


def add(role: Role) -> Decision:
    def decide(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
        assert before is not None
        return change_roles(before, with_roles(before.roles, [BUSINESS], [role]), people)

    return decide


def store_as_the_release_before(backend: Backend, name: str, *businesses: str) -> None:
    item: dict[str, Any] = {
        "pk": f"PERSON#sub-{name.lower()}",
        "sk": "PROFILE",
        "subject": f"sub-{name.lower()}",
        "first_name": name,
        "businesses": list(businesses),
    }
    backend.plain_dynamodb.put_item(TableName=backend.tables["SetupTable"], Item=attributes(item))


def test_who_was_stored_by_the_release_before_holds_no_role_until_it_is_carried_over(
    backend: Backend,
) -> None:
    store_as_the_release_before(backend, "Ana", BUSINESS, OTHER_BUSINESS)
    assert backend.people.person("sub-ana") == Person("sub-ana", "Ana")
    result = backend.people.change("sub-ana", add(Role.LEAD))
    assert isinstance(result, RoleConflict)
    assert result.code is RoleConflictCode.NOT_MIGRATED
    (unmigrated,) = backend.people.unmigrated()
    assert unmigrated == UnmigratedPerson("sub-ana", "Ana", (BUSINESS, OTHER_BUSINESS))

    backend.people.migrate("sub-ana", {BUSINESS: frozenset({Role.AGENT})})
    backend.people.migrate("sub-ana", {BUSINESS: frozenset({Role.ADMIN})})
    backend.people.migrate("sub-nobody", {BUSINESS: frozenset({Role.ADMIN})})

    assert list(backend.people.people()) == [
        Person("sub-ana", "Ana", {BUSINESS: frozenset({Role.AGENT})})
    ]
    assert backend.people.unmigrated() == []
    (item,) = (item for item in backend.stored_items("SetupTable") if "first_name" in item)
    assert item["businesses"] == [BUSINESS, OTHER_BUSINESS]
    assert isinstance(backend.people.change("sub-ana", add(Role.LEAD)), RoleChange)
