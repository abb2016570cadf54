from __future__ import annotations

from typing import Any

import pytest

from heard.people import Role
from heard.storage.setup import Business
from heard.storage.tables import attributes
from heard_cli.stack import Stack
from tests.static.cloudformation import resources
from tests.unit.cli.conftest import CommandResult, HeardCommand

ANA = ("people", "add", "--email", "ana@acme.example", "--first-name", "Ana")
LEE = ("people", "add", "--email", "lee@acme.example", "--first-name", "Lee")
PASSWORD = ("--password", "Correct-horse-1")


@pytest.fixture(autouse=True)
def zenith(stack: Stack) -> None:
    """A second business."""
    stack.setup.put_business(Business("zenith", "Zenith"))


def roles_of(heard: HeardCommand, email: str) -> Any:
    return heard.run_ok("people", "show", email, "--json").json["roles"]


def test_somebody_new_can_sign_in_and_holds_the_role_in_the_business(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    result = heard.run_ok(*ANA, "--role", "agent", "--business", "acme", *PASSWORD, "--json").json

    user = stack.cognito.admin_get_user(UserPoolId=user_pool, Username="ana@acme.example")
    assert user["UserStatus"] == "CONFIRMED"
    assert {"Name": "sub", "Value": result["subject"]} in user["UserAttributes"]
    person = stack.people.person(result["subject"])
    assert person
    assert (person.first_name, person.roles) == ("Ana", {"acme": frozenset({Role.AGENT})})
    assert (result["roles"], result["new"]) == ({"acme": ["agent"]}, True)


def test_adding_a_person_again_adds_roles_in_the_named_businesses_only(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    words = (*ANA, "--role", "agent", "--business", "acme")
    first = heard.run_ok(*words, *PASSWORD, "--json").json

    assert heard.run_ok(*words, "--json").json == {**first, "new": False}
    more = heard.run_ok(
        *ANA, "--role", "lead", "--role", "admin", "--business", "zenith", "--json"
    ).json

    assert more["subject"] == first["subject"]
    assert more["roles"] == {"acme": ["agent"], "zenith": ["lead", "admin"]}
    assert len(stack.cognito.list_users(UserPoolId=user_pool)["Users"]) == 1
    details = heard.run_ok("people", "show", "ana@acme.example", "--json").json
    assert (details["roles"], details["status"]) == (more["roles"], "CONFIRMED")


def test_the_people_of_a_business_are_listed_with_their_roles_there(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    heard.run_ok(*ANA, "--role", "agent", "--role", "lead", "--business", "acme")
    heard.run_ok(*ANA, "--role", "auditor", "--business", "zenith")
    heard.run_ok(*LEE, "--role", "admin", "--business", "acme")

    table = heard.run_ok("people", "list").stdout.splitlines()
    assert [line.split() for line in table if "@" in line] == [
        ["acme", "ana@acme.example", "Ana", "agent,", "lead"],
        ["acme", "lee@acme.example", "Lee", "admin"],
        ["zenith", "ana@acme.example", "Ana", "auditor"],
    ]
    rows = heard.run_ok("people", "list", "--business", "acme", "--json").json
    assert [(row["email"], row["roles"]) for row in rows] == [
        ("ana@acme.example", ["agent", "lead"]),
        ("lee@acme.example", ["admin"]),
    ]
    shown = heard.run_ok("people", "show", "ana@acme.example").stdout
    assert "agent, lead" in shown
    assert "auditor" in shown


def test_roles_are_taken_away_in_the_named_business_only(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    roles = ("--role", "agent", "--role", "lead")
    heard.run_ok(*ANA, *roles, "--business", "acme", "--business", "zenith")
    remove = ("people", "remove", "ana@acme.example")

    one = heard.run_ok(*remove, "--business", "acme", "--role", "lead", "--json").json
    assert one["roles"] == {"acme": ["agent"], "zenith": ["agent", "lead"]}
    assert one["first_name"] == "Ana"
    assert heard.run_ok(*remove, "--business", "acme").stdout.endswith("agent, lead of zenith\n")
    assert heard.run_ok(*remove, "--everywhere", "--json").json["roles"] == {}
    assert heard.run_ok(*remove, "--everywhere", "--json").json["roles"] == {}
    assert "Nobody holds a role yet" in heard.run_ok("people", "list").stderr
    for words in ([], ["--everywhere", "--business", "acme"]):
        assert heard(*remove, *words).exit_code == 2


def refused(result: CommandResult) -> str:
    assert result.exit_code == 1, result.stdout
    return result.stderr


def test_nobody_becomes_auditor_and_admin_of_one_business(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    both = (*ANA, "--role", "auditor", "--role", "admin", "--business", "acme")
    assert "auditor and admin" in refused(heard(*both))
    assert stack.cognito.list_users(UserPoolId=user_pool)["Users"] == []

    heard.run_ok(*ANA, "--role", "auditor", "--business", "acme")
    become_admin = (*ANA, "--role", "admin", "--business", "acme", "--business", "zenith")
    assert "people remove EMAIL" in refused(heard(*become_admin, *PASSWORD))
    user = stack.cognito.admin_get_user(UserPoolId=user_pool, Username="ana@acme.example")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert roles_of(heard, "ana@acme.example") == {"acme": ["auditor"]}
    heard.run_ok(*ANA, "--role", "admin", "--business", "zenith")
    assert roles_of(heard, "ana@acme.example") == {"acme": ["auditor"], "zenith": ["admin"]}


def test_the_last_admin_of_a_business_stays(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    heard.run_ok(*ANA, "--role", "admin", "--role", "agent", "--business", "acme")
    heard.run_ok(*LEE, "--role", "admin", "--business", "zenith")
    in_acme = ["--business", "acme"]
    for words in (in_acme, [*in_acme, "--role", "admin"], ["--everywhere"]):
        problem = refused(heard("people", "remove", "ana@acme.example", *words))
        assert "last admin of acme" in problem
        assert problem.lower().count("make somebody else admin first") == 1
        assert "--role admin" in problem
    heard.run_ok("people", "remove", "ana@acme.example", "--business", "acme", "--role", "agent")
    assert roles_of(heard, "ana@acme.example") == {"acme": ["admin"]}

    heard.run_ok(*LEE, "--role", "admin", "--business", "acme")
    heard.run_ok("people", "remove", "ana@acme.example", "--everywhere")

    assert "last admin" in refused(heard("people", "remove", "lee@acme.example", "--everywhere"))
    assert roles_of(heard, "lee@acme.example") == {"acme": ["admin"], "zenith": ["admin"]}


def test_without_a_password_they_are_invited(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    result = heard.run_ok(*ANA, "--role", "auditor", "--business", "acme")

    assert "e-mail" in result.stderr
    assert (
        stack.cognito.admin_get_user(UserPoolId=user_pool, Username="ana@acme.example")[
            "UserStatus"
        ]
        == "FORCE_CHANGE_PASSWORD"
    )


def test_the_local_stack_sends_no_mail_and_says_how_to_set_a_password(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    endpoint = ("--endpoint", "http://127.0.0.1:4566")

    result = heard.run_ok(*ANA, "--role", "agent", "--business", "acme", *endpoint)

    assert "sends no e-mail" in result.stderr
    assert (
        "heard people add --email ana@acme.example --first-name Ana --role agent "
        "--business acme --ask-password --endpoint http://127.0.0.1:4566"
    ) in result.stderr


def test_a_password_can_be_typed_without_being_shown(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    typing = "Correct-horse-1\nCorrect-horse-1\n"

    result = heard.run_ok(
        *ANA, "--role", "agent", "--business", "acme", "--ask-password", "--json", stdin=typing
    )

    assert result.json["new"]
    assert "Correct-horse-1" not in result.stdout + result.stderr


def test_mistakes_are_reported(heard: HeardCommand, stack: Stack, user_pool: str) -> None:
    assert heard(*ANA, "--role", "king", "--business", "acme").exit_code == 2
    no_address = ("people", "add", "--email", "ana", "--first-name", "Ana")
    assert heard(*no_address, "--role", "agent", "--business", "acme").exit_code == 2
    for command in (
        (*ANA, "--role", "agent"),
        ("people", "list"),
        ("people", "remove", "ana@acme.example"),
    ):
        nowhere = heard(*command, "--business", "nowhere")
        assert (nowhere.exit_code, "heard business list" in nowhere.stderr) == (1, True)
    assert stack.cognito.list_users(UserPoolId=user_pool)["Users"] == []
    assert "no user" in refused(heard("people", "show", "nobody@acme.example"))
    assert "no user" in refused(heard("people", "remove", "nobody@acme.example", "--everywhere"))
    stack.cognito.admin_create_user(UserPoolId=user_pool, Username="eve@acme.example")
    assert "no role" in refused(heard("people", "remove", "eve@acme.example", "--everywhere"))
    assert heard.run_ok("people", "show", "eve@acme.example", "--json").json["roles"] == {}


def test_nobody_gets_roles_for_an_address_that_they_only_claim_to_have(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    added = heard.run_ok(*ANA, "--role", "agent", "--business", "acme", "--json").json
    stack.cognito.admin_update_user_attributes(
        UserPoolId=user_pool,
        Username="ana@acme.example",
        UserAttributes=[{"Name": "email_verified", "Value": "false"}],
    )
    name = ("people", "add", "--email", "ana@acme.example", "--first-name", "Lea")

    problem = refused(heard(*name, "--role", "lead", "--business", "acme", *PASSWORD))

    assert added["subject"] in problem
    assert "proved" in problem
    user = stack.cognito.admin_get_user(UserPoolId=user_pool, Username="ana@acme.example")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    person = stack.people.person(added["subject"])
    assert person
    assert (person.first_name, person.roles) == ("Ana", {"acme": frozenset({Role.AGENT})})


def test_whoever_had_the_address_before_is_named(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    heard.run_ok(*ANA, "--role", "agent", "--business", "acme")
    name = ("people", "add", "--email", "ana@acme.example", "--first-name", "Lea")
    result = heard.run_ok(*name, "--role", "lead", "--business", "acme")

    assert "was Ana until now (agent of acme)" in " ".join(result.stderr.split())


# The release before


def add_as_the_release_before(
    stack: Stack, user_pool: str, name: str, groups: list[str], businesses: list[str]
) -> str:
    """Groups in the pool, businesses in the table; returns the subject."""
    email = f"{name.lower()}@acme.example"
    user = stack.cognito.admin_create_user(
        UserPoolId=user_pool,
        Username=email,
        UserAttributes=[
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ],
    )["User"]
    subject = next(
        each.get("Value", "") for each in user.get("Attributes", []) if each["Name"] == "sub"
    )
    for group in groups:
        stack.cognito.admin_add_user_to_group(UserPoolId=user_pool, Username=email, GroupName=group)
    item = {"pk": f"PERSON#{subject}", "sk": "PROFILE", "subject": subject, "first_name": name}
    stack.dynamodb.put_item(
        TableName="SetupTable", Item=attributes({**item, "businesses": businesses})
    )
    return subject


def test_the_roles_of_the_release_before_are_carried_over_as_they_were(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    stack.cognito.create_group(UserPoolId=user_pool, GroupName="somebody-elses")
    both = ["acme", "zenith"]
    add_as_the_release_before(stack, user_pool, "Ana", ["agent", "somebody-elses"], both)
    add_as_the_release_before(stack, user_pool, "Lee", ["agent", "lead"], ["acme"])
    add_as_the_release_before(stack, user_pool, "Sam", [], ["acme"])
    gone = add_as_the_release_before(stack, user_pool, "Una", ["lead"], ["acme"])
    stack.cognito.admin_delete_user(UserPoolId=user_pool, Username="una@acme.example")
    add = (*ANA, "--role", "lead", "--business", "acme")
    assert "heard people migrate" in refused(heard(*add))
    assert "heard people migrate" in heard.run_ok("people", "list").stderr
    assert roles_of(heard, "ana@acme.example") == {}

    result = heard.run_ok("people", "migrate", "--json").json

    assert {person["email"]: person["roles"] for person in result["migrated"]} == {
        "ana@acme.example": {"acme": ["agent"], "zenith": ["agent"]},
        "lee@acme.example": {"acme": ["agent", "lead"]},
        "sam@acme.example": {},
        gone: {},
    }
    assert roles_of(heard, "lee@acme.example") == {"acme": ["agent", "lead"]}
    assert "migrate" not in heard.run_ok("people", "list").stderr
    heard.run_ok(*add)
    heard.run_ok("people", "remove", "lee@acme.example", "--everywhere")
    again = heard.run_ok("people", "migrate", "--json").json
    assert again == {"migrated": [], "left_out": [], "list_changes": 0}
    assert roles_of(heard, "lee@acme.example") == {}
    assert roles_of(heard, "ana@acme.example") == {"acme": ["agent", "lead"], "zenith": ["agent"]}


def test_whoever_an_earlier_release_did_not_list_is_listed(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    assert user_pool
    added = heard.run_ok(*ANA, "--role", "agent", "--business", "acme", "--json").json
    key = {"pk": "COLLEAGUE#acme", "sk": added["subject"]}
    stack.dynamodb.delete_item(TableName="SetupTable", Key=attributes(key))
    assert stack.people.colleagues("acme").people == ()

    assert heard.run_ok("people", "migrate", "--json").json["list_changes"] == 1
    (listed,) = stack.people.colleagues("acme").people
    assert (listed.first_name, listed.roles) == ("Ana", frozenset({Role.AGENT}))
    assert "already" in heard.run_ok("people", "migrate").stderr


def test_who_was_auditor_and_admin_holds_no_role_until_somebody_decides(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    add_as_the_release_before(stack, user_pool, "Ana", ["agent", "auditor", "admin"], ["acme"])
    add_as_the_release_before(stack, user_pool, "Lee", ["admin"], ["acme"])

    problem = refused(heard("people", "migrate"))
    assert "ana@acme.example" in problem
    assert "--keep" in problem
    assert roles_of(heard, "ana@acme.example") == {}
    assert roles_of(heard, "lee@acme.example") == {"acme": ["admin"]}

    assert heard("people", "migrate", "--keep", "lead").exit_code == 2
    heard.run_ok("people", "migrate", "--keep", "auditor")
    assert roles_of(heard, "ana@acme.example") == {"acme": ["agent", "auditor"]}


# Signing in


def _client_id(stack: Stack, user_pool: str) -> str:
    (properties,) = resources("AWS::Cognito::UserPoolClient").values()
    return stack.cognito.create_user_pool_client(
        UserPoolId=user_pool,
        ClientName="heard",
        ExplicitAuthFlows=properties["ExplicitAuthFlows"],
    )["UserPoolClient"].get("ClientId", "")


def test_an_invited_person_chooses_a_password_and_can_sign_in(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    heard.run_ok(*ANA, "--role", "agent", "--business", "acme")
    # The e-mail holds a temporary password of Cognito's; here it is one that the test knows.
    stack.cognito.admin_set_user_password(
        UserPoolId=user_pool, Username="ana@acme.example", Password="Temporary-horse-1"
    )
    words = ("people", "sign-in", "ana@acme.example", "--client-id", _client_id(stack, user_pool))
    own = "My-own-horse-12"

    first = heard(*words, stdin=f"Temporary-horse-1\n{own}\n{own}\n")

    assert first.exit_code == 0, first.stderr
    assert first.stdout.count(".") == 2  # the token and nothing else
    assert own not in first.stdout + first.stderr
    assert heard(*words, stdin=f"{own}\n").stdout.count(".") == 2
    assert heard("people", "show", "ana@acme.example", "--json").json["status"] == "CONFIRMED"


def test_a_wrong_password_gets_no_token(heard: HeardCommand, stack: Stack, user_pool: str) -> None:
    heard.run_ok(*ANA, "--role", "agent", "--business", "acme", *PASSWORD)
    client = _client_id(stack, user_pool)

    result = heard("people", "sign-in", "ana@acme.example", "--client-id", client, stdin="wrong\n")

    assert (result.exit_code, result.stdout.strip()) == (1, "")
    assert "do not fit" in result.stderr
