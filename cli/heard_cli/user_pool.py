"""The stack's user pool: who can sign in. Which rights they have is not known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heard.storage.tables import error_code
from heard_cli.stack import CommandError, Stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef


@dataclass(frozen=True, slots=True)
class PoolUser:
    """Somebody who can sign in. `name` is the pool's own, `subject` is in their tokens.

    `has_verified_email` says that an operator gave the address, or that its owner proved it.
    """

    name: str
    subject: str
    email: str
    status: str
    has_verified_email: bool


class UserPool:
    """Reads and adds users. Raises CommandError for what a person can correct."""

    def __init__(self, stack: Stack) -> None:
        self._client = stack.cognito
        self._id = stack.outputs["UserPoolId"]

    def find(self, email: str) -> PoolUser | None:
        """The user with this e-mail address; None when there is none."""
        try:
            user = self._client.admin_get_user(UserPoolId=self._id, Username=email)
        except ClientError as error:
            if error_code(error) == "UserNotFoundException":
                return None
            raise to_command_error(error) or error from error
        return _parse_user(user["Username"], user["UserAttributes"], user["UserStatus"])

    def users(self) -> dict[str, PoolUser]:
        """All users by subject."""
        pages = self._client.get_paginator("list_users").paginate(UserPoolId=self._id)
        users = [
            _parse_user(
                user.get("Username", ""), user.get("Attributes", []), user.get("UserStatus", "")
            )
            for page in pages
            for user in page["Users"]
        ]
        return {user.subject: user for user in users}

    def add(self, email: str, *, invite: bool) -> PoolUser:
        """Add a user. Cognito sends them an e-mail with a temporary password if `invite` is set."""
        attributes: list[AttributeTypeTypeDef] = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            if invite:
                response = self._client.admin_create_user(
                    UserPoolId=self._id,
                    Username=email,
                    UserAttributes=attributes,
                    DesiredDeliveryMediums=["EMAIL"],
                )
            else:
                response = self._client.admin_create_user(
                    UserPoolId=self._id,
                    Username=email,
                    UserAttributes=attributes,
                    MessageAction="SUPPRESS",
                )
        except ClientError as error:
            # Somebody else may have added them since `find`.
            if error_code(error) == "UsernameExistsException" and (user := self.find(email)):
                return user
            raise to_command_error(error) or error from error
        user = response["User"]
        return _parse_user(
            user.get("Username", ""), user.get("Attributes", []), user.get("UserStatus", "")
        )

    def set_password(self, user: PoolUser, password: str) -> None:
        """Give a user a permanent password."""
        try:
            self._client.admin_set_user_password(
                UserPoolId=self._id, Username=user.name, Password=password, Permanent=True
            )
        except ClientError as error:
            raise to_command_error(error) or error from error

    def groups(self, user: PoolUser) -> set[str]:
        """The user's groups, which were roles in the release before."""
        pages = self._client.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._id, Username=user.name
        )
        return {group.get("GroupName", "") for page in pages for group in page["Groups"]}


def _parse_user(name: str, attributes: Iterable[AttributeTypeTypeDef], status: str) -> PoolUser:
    values = {attribute["Name"]: attribute.get("Value", "") for attribute in attributes}
    if not values.get("sub"):
        raise CommandError(
            "The user pool returned no subject id for this person.",
            "Check that this user pool belongs to this stack.",
        )
    is_verified = values.get("email_verified", "").lower() == "true"
    return PoolUser(name, values["sub"], values.get("email", ""), status, is_verified)


def to_command_error(error: ClientError) -> CommandError | None:
    """What a Cognito error about people and passwords means; None for any other error."""
    message = error.response.get("Error", {}).get("Message", "")
    match error_code(error):
        case "InvalidPasswordException":
            return CommandError(
                f"The password was rejected: {message.rstrip('.')}.",
                "Use at least 12 characters: lower-case letters, upper-case letters and digits.",
            )
        case "InvalidParameterException":
            return CommandError(
                f"The user pool rejected this: {message.rstrip('.')}.", "Check the e-mail address."
            )
        case _:
            return None
