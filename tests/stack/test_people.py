"""Roles on the emulated stack: with real tokens, and with changes at the same time."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from typer.testing import CliRunner

from heard.people import (
    Person,
    Role,
    RoleChange,
    RoleConflict,
    RoleConflictCode,
    change_roles,
    without_roles,
)
from heard.storage.setup import Business
from heard.storage.tables import attributes
from heard_cli.local.demo_environment import PASSWORD
from heard_cli.local.stack import REGION, EmulatedStack
from heard_cli.main import app
from heard_cli.people import add_person

from .conftest import StackBusiness

ADMINS = 5


def no_longer_admin(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
    assert before is not None
    return change_roles(before, without_roles(before.roles, before.roles, [Role.ADMIN]), people)


def test_of_admins_who_are_demoted_at_once_one_stays(shop: StackBusiness) -> None:
    people = shop.environment.operator.people
    subjects = [f"sub-{secrets.token_hex(4)}" for _ in range(ADMINS)]
    roles = {shop.business: frozenset({Role.ADMIN, Role.AGENT})}
    for subject in subjects:
        admin = Person(subject, "Kim", roles)
        people.change(subject, lambda _before, _people, admin=admin: RoleChange(admin, {}))
    start = Barrier(ADMINS)

    def demote(subject: str) -> RoleChange | RoleConflict:
        start.wait()
        return people.change(subject, no_longer_admin)

    with ThreadPoolExecutor(ADMINS) as threads:
        results = list(threads.map(demote, subjects))

    refusals = [result for result in results if isinstance(result, RoleConflict)]
    assert [refusal.code for refusal in refusals] == [RoleConflictCode.LAST_ADMIN]
    assert len([one for one in people.people() if one.holds(shop.business, Role.ADMIN)]) == 1
    assert len([one for one in people.people() if one.holds(shop.business, Role.AGENT)]) == ADMINS


def run_heard(stack: EmulatedStack, *words: str) -> dict[str, object]:
    result = CliRunner().invoke(
        app, [*words, "--json", "--endpoint", stack.endpoint, "--region", REGION]
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_role_that_is_taken_away_is_gone_while_the_token_still_holds(
    shop: StackBusiness, stack: EmulatedStack
) -> None:
    other = StackBusiness(shop.environment, f"{shop.business}-rival")
    shop.environment.operator.setup.put_business(Business(other.business, "Rival"))
    email = f"kim-{secrets.token_hex(4)}@example.com"
    shop.environment.create_person(email, "Kim", Role.AGENT, shop.business)
    shop.environment.create_person(email, "Kim", Role.ADMIN, other.business)
    kim = shop.environment.sign_in(email)
    desk = "/api/desk/follow-ups?business"
    outcomes = "/api/audit/outcomes?from=1d&business"
    assert kim.call("GET", f"{desk}={shop.business}")[0] == 200
    assert kim.call("GET", f"{desk}={other.business}")[0] == 403
    assert kim.call("GET", f"{outcomes}={shop.business}")[0] == 403
    assert kim.call("GET", f"{outcomes}={other.business}")[0] == 200

    run_heard(stack, "people", "remove", email, "--business", shop.business)

    assert kim.call("GET", f"{desk}={shop.business}")[0] == 404
    assert kim.call("GET", "/api/desk/follow-ups")[0] == 403
    assert kim.call("GET", f"{outcomes}={other.business}")[0] == 200


def test_somebody_of_the_release_before_may_do_after_the_migration_what_they_might_before(
    shop: StackBusiness, stack: EmulatedStack
) -> None:
    email = f"kim-{secrets.token_hex(4)}@example.com"
    operator = shop.environment.operator
    person, *_ = add_person(operator, email, "Kim", [Role.AGENT], [shop.business], PASSWORD)
    item = {"pk": f"PERSON#{person.subject}", "sk": "PROFILE", "subject": person.subject}
    item |= {"first_name": "Kim", "businesses": [shop.business]}
    operator.dynamodb.put_item(TableName=operator.outputs["SetupTableName"], Item=attributes(item))
    operator.cognito.admin_add_user_to_group(
        UserPoolId=operator.outputs["UserPoolId"], Username=email, GroupName="lead"
    )
    kim = shop.environment.sign_in(email)
    assert kim.call("GET", "/api/desk/follow-ups")[0] == 403

    run_heard(stack, "people", "migrate")

    assert kim.call("GET", f"/api/desk/follow-ups?business={shop.business}")[0] == 200
    migrated = operator.people.person(person.subject)
    assert migrated is not None
    assert migrated.roles == {shop.business: frozenset({Role.LEAD})}
    assert email in json.dumps(run_heard(stack, "people", "list", "--business", shop.business))
