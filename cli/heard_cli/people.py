"""`heard people`: who signs in, with which roles, for which businesses.

Roles are groups of the user pool and come with the token. Businesses are stored in Setup under the
person's subject id, and each request reads them. Adding a person again only adds roles and
businesses, unless `--only` is given.
"""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from botocore.exceptions import ClientError

from heard.storage.setup import Person
from heard.storage.tables import error_code
from heard_cli import options, show
from heard_cli.completion import complete_businesses
from heard_cli.stack import CommandError, Stack, on_stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

app = typer.Typer(
    help="People who sign in: agents, leads, auditors, admins.",
    no_args_is_help=True,
    add_completion=False,
)


class Role(StrEnum):
    """A role."""

    AGENT = "agent"
    LEAD = "lead"
    AUDITOR = "auditor"
    ADMIN = "admin"


_ADD: Final = (
    "Example: heard people add --email ana@acme.example --first-name Ana --group agent --business "
    "acme"
)


@app.command(epilog=_ADD)
@on_stack
def add(
    stack: Stack,
    email: Annotated[str, typer.Option(help="E-mail address with which the person signs in.")],
    first_name: Annotated[
        str, typer.Option(help="First name; it signs the person's replies (R11).")
    ],
    group: Annotated[list[Role], typer.Option(help="Role. Repeat the option for several roles.")],
    business: Annotated[
        list[str],
        typer.Option(
            help="Id of a business whose reviews the person handles. Repeat for several.",
            autocompletion=complete_businesses,
        ),
    ],
    only: Annotated[
        bool, typer.Option("--only", help="Remove all other businesses and roles of this person.")
    ] = False,
    password: Annotated[
        str | None,
        typer.Option(
            help="Permanent password. It stays in your shell's history: use --ask-password instead."
        ),
    ] = None,
    ask_password: Annotated[
        bool,
        typer.Option("--ask-password", help="Ask for the permanent password (input is hidden)."),
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Add a person who signs in, or change their roles and businesses.

    Without a password, a new person gets an invitation by e-mail.
    """
    if "@" not in email or email != email.strip():
        raise typer.BadParameter(f"{email!r} is not an e-mail address.", param_hint="--email")
    for business_id in business:
        stack.business(business_id)
    if ask_password:
        password = str(
            typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        )
    person, groups, new = add_person(
        stack, email, first_name, {role.value for role in group}, set(business), password, only=only
    )
    if as_json:
        show.data({"email": email, **_person_json(person, groups), "new": new})
    else:
        show.line(
            f"{'Added' if new else 'Changed'} {email}: {', '.join(groups)} of "
            f"{', '.join(person.businesses)}"
        )
    if new and password is None:
        _print_invitation(stack, email, first_name, group, business)


def _print_invitation(
    stack: Stack, email: str, first_name: str, groups: list[Role], businesses: list[str]
) -> None:
    if not stack.on_this_machine:
        show.note("An e-mail with a temporary password was sent.")
        return
    words = [
        *("people", "add", "--email", email, "--first-name", first_name),
        *(word for role in groups for word in ("--group", role.value)),
        *(word for business_id in businesses for word in ("--business", business_id)),
        "--ask-password",
    ]
    show.note(
        "The local stack sends no e-mail, so this person has no password yet. Set one: "
        + stack.options.command_line(shlex.join(words))
    )


@app.command("show", epilog="Example: heard people show ana@acme.example")
@on_stack
def show_one(
    stack: Stack,
    email: Annotated[str, typer.Argument(help="E-mail address with which the person signs in.")],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show a person's roles and businesses."""
    pool = stack.outputs["UserPoolId"]
    try:
        user = stack.cognito.admin_get_user(UserPoolId=pool, Username=email)
        groups = _groups(stack, pool, email)
    except ClientError as error:
        raise _to_command_error(error) or error from error
    subject = _subject(user["UserAttributes"])
    person = stack.setup.person(subject) or Person(subject, "", ())
    if as_json:
        show.data({"email": email, **_person_json(person, groups), "status": user["UserStatus"]})
        return
    fields: dict[str, show.Cell] = {
        "e-mail": email,
        "first name": person.first_name,
        "groups": ", ".join(groups),
    }
    show.fields(
        fields
        | {
            "businesses": ", ".join(person.businesses),
            "subject": subject,
            "status": user["UserStatus"],
        }
    )


def add_person(
    stack: Stack,
    email: str,
    first_name: str,
    target_groups: set[str],
    businesses: set[str],
    password: str | None,
    *,
    only: bool = False,
) -> tuple[Person, list[str], bool]:
    """Add or change a person: the person, their groups, and whether they are new.

    Raises CommandError.
    """
    pool = stack.outputs["UserPoolId"]
    try:
        subject, new = _find_or_create_user(stack, pool, email, invite=password is None)
        if password is not None:
            stack.cognito.admin_set_user_password(
                UserPoolId=pool, Username=email, Password=password, Permanent=True
            )
        groups = _update_groups(stack, pool, email, target_groups, only=only)
    except ClientError as error:
        raise _to_command_error(error) or error from error
    before = stack.setup.person(subject)
    previous_businesses = before.businesses if before and not only else ()
    person = Person(subject, first_name.strip(), tuple(sorted({*previous_businesses, *businesses})))
    if person != before:
        # Last: a person who is stored here has rights, so everything else must be in place by now.
        stack.setup.put_person(person)
    return person, groups, new


def _find_or_create_user(stack: Stack, pool: str, email: str, *, invite: bool) -> tuple[str, bool]:
    """A person's subject id, and whether they are new."""
    attributes: list[AttributeTypeTypeDef] = [
        {"Name": "email", "Value": email},
        {"Name": "email_verified", "Value": "true"},
    ]
    try:
        if invite:
            response = stack.cognito.admin_create_user(
                UserPoolId=pool,
                Username=email,
                UserAttributes=attributes,
                DesiredDeliveryMediums=["EMAIL"],
            )
        else:
            response = stack.cognito.admin_create_user(
                UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
    except ClientError as error:
        if error_code(error) != "UsernameExistsException":
            raise
        return _subject(
            stack.cognito.admin_get_user(UserPoolId=pool, Username=email)["UserAttributes"]
        ), False
    return _subject(response["User"].get("Attributes", [])), True


def _subject(attributes: Iterable[AttributeTypeTypeDef]) -> str:
    subject = next(
        (attribute.get("Value") for attribute in attributes if attribute["Name"] == "sub"), None
    )
    if not subject:
        raise CommandError(
            "The user pool returned no subject id for this person.",
            "Check that this user pool belongs to this stack.",
        )
    return subject


def _groups(stack: Stack, pool: str, email: str) -> list[str]:
    pages = stack.cognito.get_paginator("admin_list_groups_for_user").paginate(
        UserPoolId=pool, Username=email
    )
    return sorted(group.get("GroupName", "") for page in pages for group in page["Groups"])


def _update_groups(
    stack: Stack, pool: str, email: str, target_groups: set[str], *, only: bool
) -> list[str]:
    """Add a person to groups and, with `only`, remove them from all others; their groups then."""
    current_groups = set(_groups(stack, pool, email))
    for group in sorted(target_groups - current_groups):
        stack.cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    if only:
        for group in sorted(current_groups - target_groups):
            stack.cognito.admin_remove_user_from_group(
                UserPoolId=pool, Username=email, GroupName=group
            )
    return sorted(target_groups if only else target_groups | current_groups)


def _person_json(person: Person, groups: list[str]) -> dict[str, Any]:
    return {
        "subject": person.subject,
        "first_name": person.first_name,
        "groups": groups,
        "businesses": list(person.businesses),
    }


def _to_command_error(error: ClientError) -> CommandError | None:
    """What a Cognito error about people and passwords means; None for any other error."""
    message = error.response.get("Error", {}).get("Message", "")
    match error_code(error):
        case "InvalidPasswordException":
            return CommandError(
                f"The password was rejected: {message.rstrip('.')}.",
                "Use at least 12 characters: lower-case letters, upper-case letters and digits.",
            )
        case "UserNotFoundException":
            return CommandError(
                "There is no user with this e-mail address.",
                "Add them:",
                "people add --email EMAIL --first-name NAME --group agent --business BUSINESS",
            )
        case "InvalidParameterException":
            return CommandError(
                f"The user pool rejected this: {message.rstrip('.')}.", "Check the e-mail address."
            )
        case _:
            return None
