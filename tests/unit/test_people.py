"""Which roles a person may hold, and who may lose them."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from heard.people import (
    ANSWERING,
    Person,
    Role,
    RoleChange,
    RoleConflict,
    RoleConflictCode,
    Roles,
    change_roles,
    with_roles,
    without_roles,
)

AGENT, LEAD, AUDITOR, ADMIN = Role.AGENT, Role.LEAD, Role.AUDITOR, Role.ADMIN


def roles_of(**names: str) -> Roles:
    """`acme="agent lead"` as roles."""
    return {business: frozenset(map(Role, text.split())) for business, text in names.items()}


def person(name: str, **names: str) -> Person:
    return Person(f"sub-{name.lower()}", name, roles_of(**names))


def refusal(result: RoleChange | RoleConflict) -> RoleConflictCode:
    assert isinstance(result, RoleConflict), result
    return result.code


def test_a_role_is_held_in_one_business() -> None:
    ana = person("Ana", acme="agent", bakery="admin")

    assert ana.holds("acme", *ANSWERING)
    assert not ana.holds("acme", ADMIN)
    assert not ana.holds("bakery", *ANSWERING)
    assert not ana.holds("elsewhere", *Role)
    assert ana.businesses(*ANSWERING) == ("acme",)
    assert ana.businesses(*Role) == ("acme", "bakery")


def test_roles_are_added_and_taken_away_in_the_named_businesses_only() -> None:
    before = roles_of(acme="agent", bakery="lead")

    assert with_roles(before, ["acme", "shop"], [LEAD]) == roles_of(
        acme="agent lead", bakery="lead", shop="lead"
    )
    assert without_roles(before, ["acme", "shop"], [AGENT]) == roles_of(bakery="lead")
    assert without_roles(before, ["bakery"]) == roles_of(acme="agent")
    assert with_roles({}, ["acme"], []) == {}


def test_a_business_without_a_role_is_left_out() -> None:
    change = change_roles(person("Ana", acme="agent"), {"acme": frozenset()}, ())

    assert change == RoleChange(person("Ana"), {})


def test_nobody_is_auditor_and_admin_of_one_business() -> None:
    ana = person("Ana", acme="admin")

    result = change_roles(ana, with_roles(ana.roles, ["acme"], [AUDITOR]), ())

    assert refusal(result) is RoleConflictCode.AUDITOR_AND_ADMIN
    assert isinstance(result, RoleConflict)
    assert "acme" in result.detail


def test_somebody_may_be_auditor_of_one_business_and_admin_of_another() -> None:
    roles = roles_of(acme="admin", bakery="auditor")

    assert change_roles(person("Ana"), roles, ()) == RoleChange(Person("sub-ana", "Ana", roles), {})


def test_the_last_admin_of_a_business_stays_admin() -> None:
    ana = person("Ana", acme="agent admin", bakery="admin")
    others = [ana, person("Ben", acme="agent", bakery="admin"), person("Lee", acme="lead")]

    for fewer in (without_roles(ana.roles, ["acme"]), without_roles(ana.roles, ["acme"], [ADMIN])):
        assert refusal(change_roles(ana, fewer, others)) is RoleConflictCode.LAST_ADMIN
    assert change_roles(ana, without_roles(ana.roles, ["acme"], [AGENT]), others) == RoleChange(
        person("Ana", acme="admin", bakery="admin"), {}
    )
    assert change_roles(ana, without_roles(ana.roles, ["bakery"]), others) == RoleChange(
        person("Ana", acme="agent admin"), {"bakery": "sub-ben"}
    )


def test_nobody_is_looked_at_while_no_admin_goes() -> None:
    def read() -> Iterator[Person]:
        raise AssertionError("read for nothing")
        yield

    change = change_roles(person("Ana", acme="admin"), roles_of(acme="admin lead"), read())

    assert change == RoleChange(person("Ana", acme="admin lead"), {})


role_sets = st.frozensets(st.sampled_from(Role))
role_maps = st.dictionaries(st.sampled_from(["acme", "bakery"]), role_sets.filter(bool))


@given(st.lists(role_maps, min_size=1, max_size=4), st.data())
def test_no_change_leaves_a_business_that_had_an_admin_without_one(
    everybody: list[Roles], data: st.DataObject
) -> None:
    people = {
        f"sub-{number}": Person(f"sub-{number}", "Kim", roles)
        for number, roles in enumerate(everybody)
    }
    administered = {business for each in people.values() for business in each.businesses(ADMIN)}
    for _ in range(6):
        subject = data.draw(st.sampled_from(sorted(people)))
        result = change_roles(people[subject], data.draw(role_maps), people.values())
        if isinstance(result, RoleChange):
            assert subject not in result.other_admins.values()
            people[subject] = result.person
            assert not any(
                each.holds(business, AUDITOR) and each.holds(business, ADMIN)
                for each in [result.person]
                for business in each.roles
            )
        still = {business for each in people.values() for business in each.businesses(ADMIN)}
        assert administered <= still
        administered = still
