"""`heard people sign-in`: an access token for the API, for a person without AWS credentials.

An invited person has a temporary password. Cognito takes it once and asks for one of their own
before it gives a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import typer
from botocore.exceptions import ClientError

from heard.storage.tables import error_code
from heard_cli.stack import CommandError, Stack
from heard_cli.user_pool import to_command_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_QUESTIONS: Final = 4
"""A new password, a code, and each once more."""


def sign_in_with_password(stack: Stack, client_id: str, email: str, password: str) -> str:
    """An access token. Asks for what Cognito asks for. Raises CommandError."""
    cognito = stack.cognito
    try:
        response: Mapping[str, Any] = cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        for _ in range(_MOST_QUESTIONS):
            if result := response.get("AuthenticationResult"):
                return result.get("AccessToken", "")
            challenge = response["ChallengeName"]
            response = cognito.respond_to_auth_challenge(
                ClientId=client_id,
                ChallengeName=challenge,
                Session=response["Session"],
                ChallengeResponses={"USERNAME": email, **_answer(challenge)},
            )
    except ClientError as error:
        if error_code(error) in {"NotAuthorizedException", "UserNotFoundException"}:
            raise CommandError(
                "E-mail address and password do not fit.",
                "A temporary password is good for 7 days and once. Ask your admin for another.",
            ) from error
        raise to_command_error(error) or error from error
    raise CommandError("Cognito asks for more than this command can answer.")


def _answer(challenge: str) -> dict[str, str]:
    match challenge:
        case "NEW_PASSWORD_REQUIRED":
            password = typer.prompt(
                "New password (at least 12 characters)",
                hide_input=True,
                confirmation_prompt=True,
                err=True,
            )
            return {"NEW_PASSWORD": str(password)}
        case "SOFTWARE_TOKEN_MFA":
            return {"SOFTWARE_TOKEN_MFA_CODE": str(typer.prompt("Code", err=True))}
        case _:
            raise CommandError(f"Cognito asks for {challenge}, which this command cannot answer.")
