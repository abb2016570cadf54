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
from heard.storage.colleagues import ColleagueList
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
    (item,) = (item for item in backend.stored_items("SetupTable") if "businesses" in item)
    assert item["businesses"] == [BUSINESS, OTHER_BUSINESS]
    assert isinstance(backend.people.change("sub-ana", add(Role.LEAD)), RoleChange)


# The lists of the businesses


def names(backend: Backend, business: str = BUSINESS) -> dict[str, set[str]]:
    return {
        each.first_name: {role.value for role in each.roles}
        for each in backend.people.colleagues(business).people
    }


def remove_entries(backend: Backend) -> None:
    """As an earlier release leaves the table."""
    for item in backend.stored_items("SetupTable"):
        if str(item["pk"]).startswith("COLLEAGUE#"):
            backend.plain_dynamodb.delete_item(
                TableName=backend.tables["SetupTable"],
                Key=attributes({"pk": item["pk"], "sk": item["sk"]}),
            )


def test_a_business_lists_its_people_and_whoever_loses_the_last_role_is_gone_at_once(
    backend: Backend,
) -> None:
    backend.store_person("Ana", {BUSINESS: ["agent"], OTHER_BUSINESS: ["lead", "admin"]})
    backend.add_person("Ben", "auditor")
    assert names(backend) == {"Ana": {"agent"}, "Ben": {"auditor"}}
    assert names(backend, OTHER_BUSINESS) == {"Ana": {"lead", "admin"}}

    backend.store_person("Ana", {OTHER_BUSINESS: ["agent"]})
    assert names(backend) == {"Ben": {"auditor"}}
    assert names(backend, OTHER_BUSINESS) == {"Ana": {"agent"}}
    assert backend.people.wrongly_listed() == []


def test_a_change_that_is_refused_or_comes_too_late_changes_no_list(backend: Backend) -> None:
    backend.add_person("Ana", "admin")
    backend.people.change("sub-ana", no_longer_admin)
    assert names(backend) == {"Ana": {"admin"}}

    def overtaken(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
        assert before is not None
        if before.holds(BUSINESS, Role.ADMIN) and not before.holds(BUSINESS, Role.LEAD):
            backend.store_person("Ana", {BUSINESS: ["admin", "lead"]})
        return change_roles(before, with_roles(before.roles, [BUSINESS], [Role.AGENT]), people)

    backend.people.change("sub-ana", overtaken)
    assert names(backend) == {"Ana": {"admin", "lead", "agent"}}


def test_a_new_name_is_in_every_list(backend: Backend) -> None:
    backend.store_person("Ana", {BUSINESS: ["agent"], OTHER_BUSINESS: ["agent"]})

    def rename(before: Person | None, _people: Iterable[Person]) -> RoleChange:
        assert before is not None
        return RoleChange(Person(before.subject, "Anna", before.roles), {})

    backend.people.change("sub-ana", rename)
    assert names(backend).keys() == names(backend, OTHER_BUSINESS).keys() == {"Anna"}


def test_what_an_earlier_release_stored_is_listed_by_the_next_change_or_all_at_once(
    backend: Backend,
) -> None:
    backend.store_person("Ana", {BUSINESS: ["agent"], OTHER_BUSINESS: ["agent"]})
    backend.add_person("Ben")
    store_as_the_release_before(backend, "Cem", BUSINESS)
    remove_entries(backend)
    assert backend.people.wrongly_listed() == ["sub-ana", "sub-ben"]

    backend.people.change("sub-ana", add(Role.LEAD))
    assert names(backend) == {"Ana": {"agent", "lead"}}
    assert names(backend, OTHER_BUSINESS) == {"Ana": {"agent"}}
    backend.people.migrate("sub-cem", {BUSINESS: frozenset({Role.AGENT})})
    assert names(backend).keys() == {"Ana", "Cem"}
    assert (backend.people.repair_lists(), backend.people.repair_lists()) == (1, 0)
    assert names(backend).keys() == {"Ana", "Ben", "Cem"}


def test_lists_are_made_again_also_of_people_who_are_gone(backend: Backend) -> None:
    backend.add_person("Ana")
    backend.plain_dynamodb.delete_item(
        TableName=backend.tables["SetupTable"],
        Key=attributes({"pk": "PERSON#sub-ana", "sk": "PROFILE"}),
    )

    assert backend.people.repair_lists() == 1
    assert backend.people.colleagues(BUSINESS) == ColleagueList((), complete=True)


def test_somebody_of_more_businesses_than_a_transaction_takes_is_in_all_lists_and_leaves_them(
    backend: Backend,
) -> None:
    businesses = [f"bus_{number:03}" for number in range(130)]
    backend.store_person("Ana", {business: ["agent"] for business in businesses})
    assert all(names(backend, business) == {"Ana": {"agent"}} for business in businesses)

    backend.store_person("Ana", {})
    assert not any(names(backend, business) for business in businesses)
    assert backend.people.wrongly_listed() == []


def test_a_very_long_list_says_that_it_is_cut(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.storage.colleagues.MAX_COLLEAGUES", 1)
    backend.add_person("Ana")
    backend.add_person("Ben")
    listed = backend.people.colleagues(BUSINESS)

    assert (len(listed.people), listed.complete) == (1, False)
