"""`heard people`: who signs in, and which roles they hold in which business.

The user pool knows who signs in. Roles are stored in Setup under the person's subject id, and each
request reads them. Which changes are allowed is decided in `heard.people`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from heard.people import (
    Person,
    Role,
    RoleChange,
    RoleConflict,
    RoleConflictCode,
    Roles,
    change_roles,
    check_roles,
    with_roles,
    without_roles,
)
from heard_cli import options, show
from heard_cli.completion import complete_businesses
from heard_cli.sign_in import sign_in_with_password
from heard_cli.stack import CommandError, Stack, on_stack
from heard_cli.user_pool import PoolUser, UserPool

app = typer.Typer(
    help="People who sign in: agents, leads, auditors, admins.",
    no_args_is_help=True,
    add_completion=False,
)

_ADD: Final = (
    "Example: heard people add --email ana@acme.example --first-name Ana --role agent --business "
    "acme"
)
_EMAIL: Final = typer.Argument(help="E-mail address with which the person signs in.")


@app.command(epilog=_ADD)
@on_stack
def add(
    stack: Stack,
    email: Annotated[str, typer.Option(help="E-mail address with which the person signs in.")],
    first_name: Annotated[
        str, typer.Option(help="First name; it signs the person's replies (R11).")
    ],
    role: Annotated[
        list[Role], typer.Option(help="Role in each of the businesses. Repeat for several roles.")
    ],
    business: Annotated[
        list[str],
        typer.Option(
            help="Id of the business. Repeat for several.", autocompletion=complete_businesses
        ),
    ],
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
    """Give a person roles in businesses. Roles that they hold already stay.

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
    person, new, before = add_person(stack, email, first_name, role, business, password)
    if as_json:
        show.data({**_person_json(email, person), "new": new})
    else:
        show.line(f"{'Added' if new else 'Changed'} {email}: {_describe(person.roles)}")
    if before and before.first_name != person.first_name:
        show.note(
            f"{email} was {before.first_name} until now ({_describe(before.roles)}). If that is "
            "somebody else, take the roles away again (heard people remove)."
        )
    if new and password is None:
        _print_invitation(stack, email, first_name, role, business)


@app.command(epilog="Example: heard people remove lee@acme.example --business acme --role lead")
@on_stack
def remove(
    stack: Stack,
    email: Annotated[str, _EMAIL],
    business: Annotated[
        list[str] | None,
        typer.Option(
            help="Id of a business where they lose roles. Repeat for several.",
            autocompletion=complete_businesses,
        ),
    ] = None,
    role: Annotated[
        list[Role] | None,
        typer.Option(help="Role that they lose there. Without it, all. Repeat for several."),
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="In every business where they hold a role.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Take roles away from a person. That works at their next request.

    A business that has an admin keeps one: the last cannot lose the role.
    """
    if bool(business) == everywhere:
        raise typer.BadParameter("give --business, or --everywhere.", param_hint="--business")
    for business_id in business or ():
        stack.business(business_id)
    subject = _known_user(stack, email).subject
    if stack.people.person(subject) is None:
        raise CommandError(f"{email} holds no role.")
    person = _change(
        stack,
        Person(subject, ""),
        lambda roles: without_roles(roles, roles if everywhere else business or (), role or Role),
    )
    if as_json:
        show.data(_person_json(email, person))
    else:
        show.line(f"Changed {email}: {_describe(person.roles)}")


@app.command(
    "sign-in", epilog="Example: heard people sign-in ana@acme.example --client-id 4f1c2ab90dexample"
)
@on_stack
def sign_in(
    stack: Stack,
    email: Annotated[str, _EMAIL],
    client_id: Annotated[
        str | None,
        typer.Option(
            help="The stack's output UserPoolClientId. With it, no AWS credentials are needed."
        ),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Print an access token for the API, which is good for an hour.

    It asks for the password. After an invitation that is the temporary one from the e-mail, and
    then it asks for a password of your own.
    """
    password = str(typer.prompt("Password", hide_input=True, err=True))
    token = sign_in_with_password(
        stack, client_id or stack.outputs["UserPoolClientId"], email, password
    )
    if as_json:
        show.data({"access_token": token})
    else:
        typer.echo(token)


@app.command("show", epilog="Example: heard people show ana@acme.example")
@on_stack
def show_one(
    stack: Stack, email: Annotated[str, _EMAIL], as_json: Annotated[bool, options.JSON] = False
) -> None:
    """Show a person and the roles that they hold in each business."""
    user = _known_user(stack, email)
    person = stack.people.person(user.subject) or Person(user.subject, "")
    if as_json:
        show.data({**_person_json(email, person), "status": user.status})
        return
    show.fields(
        {
            "e-mail": email,
            "first name": person.first_name,
            "subject": user.subject,
            "status": user.status,
        }
    )
    show.table(
        ("business", "roles"),
        [(business, ", ".join(roles)) for business, roles in _sorted_roles(person.roles).items()],
        empty=f"{email} holds no role.",
    )
    _note_unmigrated(stack)


@app.command("list", epilog="Example: heard people list --business acme")
@on_stack
def list_all(
    stack: Stack,
    business: Annotated[
        str | None,
        typer.Option(help="Only this business.", autocompletion=complete_businesses),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List who holds which roles in which business."""
    if business is not None:
        stack.business(business)
    users = UserPool(stack).users()
    rows = sorted(
        (
            (each, users[person.subject].email if person.subject in users else "", person, roles)
            for person in stack.people.people()
            for each, roles in _sorted_roles(person.roles).items()
            if business in {None, each}
        ),
        key=lambda row: (row[0], row[1], row[2].subject),
    )
    if as_json:
        show.data(
            [
                {
                    "business": each,
                    "email": email or None,
                    "subject": person.subject,
                    "first_name": person.first_name,
                    "roles": roles,
                }
                for each, email, person, roles in rows
            ]
        )
    else:
        show.table(
            ("business", "e-mail", "first name", "roles"),
            [
                (each, email or person.subject, person.first_name, ", ".join(roles))
                for each, email, person, roles in rows
            ],
            empty="Nobody holds a role yet. Add somebody: "
            + stack.options.command_line(
                f"people add --email EMAIL --first-name NAME --role admin "
                f"--business {business or 'BUSINESS'}"
            ),
        )
    _note_unmigrated(stack)


@app.command(epilog="Example: heard people migrate --keep admin")
@on_stack
def migrate(
    stack: Stack,
    keep: Annotated[
        Role | None,
        typer.Option(
            help="Which role somebody keeps who is auditor and admin: auditor or admin. Without "
            "it they are left out."
        ),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Carry over the roles of the release before, in which they were the same in each business.

    Each person gets the roles of their groups in each of their businesses. Then the lists of the
    people of each business are made right. Nothing else changes, and run again it does nothing. The
    next release does not have this command any more.
    """
    if keep not in {None, Role.AUDITOR, Role.ADMIN}:
        raise typer.BadParameter("it is auditor or admin.", param_hint="--keep")
    pool = UserPool(stack)
    users = pool.users()
    migrated: list[dict[str, Any]] = []
    left_out: list[str] = []
    for person in stack.people.unmigrated():
        user = users.get(person.subject)
        groups = pool.groups(user) if user else set[str]()
        old_roles = {role for role in Role if role in groups}
        if keep and old_roles >= {Role.AUDITOR, Role.ADMIN}:
            old_roles -= {Role.AUDITOR, Role.ADMIN} - {keep}
        roles = with_roles({}, person.businesses, old_roles)
        email = user.email if user else person.subject
        if check_roles(roles):
            left_out.append(email)
            continue
        stack.people.migrate(person.subject, roles)
        migrated.append(_person_json(email, Person(person.subject, person.first_name, roles)))
        if not as_json:
            show.line(f"Changed {email}: {_describe(roles)}")
    list_changes = stack.people.repair_lists()
    if as_json:
        show.data({"migrated": migrated, "left_out": left_out, "list_changes": list_changes})
    elif list_changes:
        show.line(
            f"Corrected the entries of {list_changes} of the people in the lists of the businesses."
        )
    elif not migrated and not left_out:
        show.note("Everybody's roles are carried over already.")
    if left_out:
        raise CommandError(
            f"Auditor and admin of one business: {', '.join(left_out)}. Nobody can be both, so "
            "they hold no role now.",
            "Decide which role they keep:",
            "people migrate --keep auditor",
        )


def add_person(
    stack: Stack,
    email: str,
    first_name: str,
    roles: Iterable[Role],
    businesses: Iterable[str],
    password: str | None,
) -> tuple[Person, bool, Person | None]:
    """Give a person roles in businesses.

    Returns the person, whether they are new to the user pool, and who they were before. Raises
    CommandError: also for an address that somebody gave themselves and did not prove.
    """
    pool = UserPool(stack)
    role_list, business_list = list(roles), list(businesses)

    def add_to(stored_roles: Roles) -> Roles:
        return with_roles(stored_roles, business_list, role_list)

    user = pool.find(email)
    if user:
        _require_own_address(user, email)
    before = stack.people.person(user.subject) if user else None
    if conflict := check_roles(add_to(before.roles if before else {})):
        raise _to_command_error(conflict)
    new = user is None
    if user is None:
        user = pool.add(email, invite=password is None)
    if password is not None:
        pool.set_password(user, password)
    # Last: a person who holds a role has rights, so everything else must be in place by now.
    person = _change(stack, Person(user.subject, first_name.strip()), add_to)
    return person, new, before


def _require_own_address(user: PoolUser, email: str) -> None:
    """Refuse to give roles to somebody who only says that this is their address."""
    if user.has_verified_email:
        return
    raise CommandError(
        f"Somebody signs in with {email}, but never proved that it is theirs. They may have taken "
        f"the address of the person that you mean. Nothing was changed. Their subject id is "
        f"{user.subject}.",
        "Find out who that is (heard people show). Then delete the user in Cognito, or set its "
        "e-mail address there and mark it as verified, and repeat the command.",
    )


def _change(stack: Stack, person: Person, edit: Callable[[Roles], Roles]) -> Person:
    """Change the stored roles of a person; a new person is stored as given.

    `person.first_name` replaces the stored one unless it is empty. Raises CommandError.
    """

    def decide(before: Person | None, people: Iterable[Person]) -> RoleChange | RoleConflict:
        current = before or person
        renamed_person = replace(current, first_name=person.first_name or current.first_name)
        return change_roles(renamed_person, edit(current.roles), people)

    result = stack.people.change(person.subject, decide)
    if isinstance(result, RoleConflict):
        raise _to_command_error(result)
    return result.person


_ADVICE: Final[Mapping[RoleConflictCode, tuple[str, str]]] = {
    RoleConflictCode.AUDITOR_AND_ADMIN: (
        "Take the other role away first:",
        "people remove EMAIL --business BUSINESS --role ROLE",
    ),
    RoleConflictCode.LAST_ADMIN: (
        "Make somebody else admin first:",
        "people add --email EMAIL --first-name NAME --role admin --business BUSINESS",
    ),
    RoleConflictCode.NOT_MIGRATED: ("Carry them over first:", "people migrate"),
}


def _to_command_error(conflict: RoleConflict) -> CommandError:
    return CommandError(conflict.detail, *_ADVICE[conflict.code])


def _known_user(stack: Stack, email: str) -> PoolUser:
    user = UserPool(stack).find(email)
    if user is None:
        raise CommandError(
            "There is no user with this e-mail address.",
            "Add them:",
            "people add --email EMAIL --first-name NAME --role agent --business BUSINESS",
        )
    return user


def _print_invitation(
    stack: Stack, email: str, first_name: str, roles: list[Role], businesses: list[str]
) -> None:
    if not stack.on_this_machine:
        client = stack.outputs["UserPoolClientId"]
        show.note(
            "An e-mail with a temporary password was sent; it is good for 7 days. Tell the person: "
            + stack.options.command_line(f"people sign-in {email} --client-id {client}")
        )
        return
    words = [
        *("people", "add", "--email", email, "--first-name", first_name),
        *(word for role in roles for word in ("--role", role.value)),
        *(word for business_id in businesses for word in ("--business", business_id)),
        "--ask-password",
    ]
    show.note(
        "The local stack sends no e-mail, so this person has no password yet. Set one: "
        + stack.options.command_line(shlex.join(words))
    )


def _note_unmigrated(stack: Stack) -> None:
    if count := len(stack.people.unmigrated()):
        show.note(
            f"{count} of the people are stored as in the release before. They hold no role until "
            f"theirs are carried over: {stack.options.command_line('people migrate')}"
        )


def _sorted_roles(roles: Roles) -> dict[str, list[str]]:
    return {
        business: [role.value for role in Role if role in roles_there]
        for business, roles_there in sorted(roles.items())
    }


def _describe(roles: Roles) -> str:
    texts = [
        f"{', '.join(names)} of {business}" for business, names in _sorted_roles(roles).items()
    ]
    return "; ".join(texts) or "no role"


def _person_json(email: str, person: Person) -> dict[str, Any]:
    return {
        "email": email,
        "subject": person.subject,
        "first_name": person.first_name,
        "roles": _sorted_roles(person.roles),
    }
