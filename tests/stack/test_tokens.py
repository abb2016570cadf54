"""Which tokens open the signed-in APIs of the deployed stack, and which do not."""

from __future__ import annotations

import secrets
from typing import Any

from heard.people import Role
from heard_cli.local.demo_environment import PASSWORD, ApiClient
from heard_cli.local.stack import EmulatedStack

from .conftest import StackBusiness


def sign_in(cognito: Any, pool: str, email: str) -> dict[str, str]:
    """The tokens of a user of a pool, through a new client of that pool."""
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName=f"other-{secrets.token_hex(4)}",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return authenticate(cognito, pool, client, email)


def authenticate(cognito: Any, pool: str, client: str, email: str) -> dict[str, str]:
    return cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]


def test_only_an_access_token_of_our_own_client_opens_the_api(
    shop: StackBusiness, stack: EmulatedStack
) -> None:
    email = f"lee-{secrets.token_hex(4)}@example.com"
    for role in (Role.LEAD, Role.AUDITOR):
        shop.environment.create_person(email, "Lee", role, shop.business)
    cognito: Any = stack.client("cognito-idp")
    pool, client = stack.outputs["UserPoolId"], stack.outputs["UserPoolClientId"]
    other_pool = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=other_pool, Username=email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=other_pool, Username=email, Password=PASSWORD, Permanent=True
    )
    ours = authenticate(cognito, pool, client, email)
    tokens = {
        "id token": ours["IdToken"],
        "refresh token": ours["RefreshToken"],
        "another client": sign_in(cognito, pool, email)["AccessToken"],
        "another pool": sign_in(cognito, other_pool, email)["AccessToken"],
        "none": "",
    }
    paths = (f"/api/desk/follow-ups?business={shop.business}", "/api/audit/outcomes?from=1d&")
    for path in (paths[0], f"{paths[1]}business={shop.business}"):
        api = ApiClient(shop.environment.http, stack.public_url, ours["AccessToken"])
        assert api.call("GET", path)[0] == 200
        statuses = {
            name: ApiClient(api.http, api.url, token).call("GET", path)[0]
            for name, token in tokens.items()
        }
        # API Gateway names the parts of a refresh token that it cannot read a missing right
        assert set(statuses.values()) <= {401, 403}, statuses
