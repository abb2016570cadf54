from __future__ import annotations

from heard.storage.setup import Business
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand

ANA = ("people", "add", "--email", "ana@acme.example", "--first-name", "Ana")


def test_somebody_new_can_sign_in_and_belongs_to_the_business(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    result = heard.run_ok(
        *ANA, "--group", "agent", "--business", "acme", "--password", "Correct-horse-1", "--json"
    ).json

    user = stack.cognito.admin_get_user(UserPoolId=user_pool, Username="ana@acme.example")
    assert user["UserStatus"] == "CONFIRMED"
    assert {"Name": "sub", "Value": result["subject"]} in user["UserAttributes"]
    person = stack.setup.person(result["subject"])
    assert person
    assert (person.first_name, person.businesses) == ("Ana", ("acme",))
    assert (result["groups"], result["new"]) == (["agent"], True)


def test_adding_a_person_again_only_adds_roles_and_businesses(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    stack.setup.put_business(Business("zenith", "Zenith"))
    words = (*ANA, "--group", "agent", "--business", "acme")
    first = heard.run_ok(*words, "--password", "Correct-horse-1", "--json").json

    assert heard.run_ok(*words, "--json").json == {**first, "new": False}
    more = heard.run_ok(*ANA, "--group", "lead", "--business", "zenith", "--json").json

    assert (more["subject"], more["groups"], more["businesses"]) == (
        first["subject"],
        ["agent", "lead"],
        ["acme", "zenith"],
    )
    assert len(stack.cognito.list_users(UserPoolId=user_pool)["Users"]) == 1
    details = heard.run_ok("people", "show", "ana@acme.example", "--json").json
    assert (details["groups"], details["businesses"], details["status"]) == (
        ["agent", "lead"],
        ["acme", "zenith"],
        "CONFIRMED",
    )


def test_only_removes_other_businesses_and_roles(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    stack.setup.put_business(Business("zenith", "Zenith"))
    heard.run_ok(
        *ANA, "--group", "agent", "--group", "lead", "--business", "acme", "--business", "zenith"
    )

    result = heard.run_ok(*ANA, "--group", "agent", "--business", "zenith", "--only", "--json").json

    assert (result["groups"], result["businesses"]) == (["agent"], ["zenith"])


def test_without_a_password_they_are_invited(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    result = heard.run_ok(*ANA, "--group", "auditor", "--business", "acme")

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

    result = heard.run_ok(*ANA, "--group", "agent", "--business", "acme", *endpoint)

    assert "sends no e-mail" in result.stderr
    assert (
        "heard people add --email ana@acme.example --first-name Ana --group agent "
        "--business acme --ask-password --endpoint http://127.0.0.1:4566"
    ) in result.stderr


def test_a_password_can_be_typed_without_being_shown(
    heard: HeardCommand, stack: Stack, user_pool: str
) -> None:
    typing = "Correct-horse-1\nCorrect-horse-1\n"

    result = heard.run_ok(
        *ANA, "--group", "agent", "--business", "acme", "--ask-password", "--json", stdin=typing
    )

    assert result.json["new"]
    assert "Correct-horse-1" not in result.stdout + result.stderr


def test_mistakes_are_reported(heard: HeardCommand, stack: Stack, user_pool: str) -> None:
    assert heard(*ANA, "--group", "king", "--business", "acme").exit_code == 2
    assert (
        heard(
            "people",
            "add",
            "--email",
            "ana",
            "--first-name",
            "Ana",
            "--group",
            "agent",
            "--business",
            "acme",
        ).exit_code
        == 2
    )
    nowhere = heard(*ANA, "--group", "agent", "--business", "nowhere")
    assert (nowhere.exit_code, "heard business list" in nowhere.stderr) == (1, True)
    assert stack.cognito.list_users(UserPoolId=user_pool)["Users"] == []
    assert heard("people", "show", "nobody@acme.example").exit_code == 1
