"""A small world on the local stack.

A demo business, its connections to the simulated platforms, and people who sign in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from heard.connectors import Connection, load, platform_names
from heard.storage.setup import Business
from heard_cli.connect.command import connected
from heard_cli.connect.credentials import signing_secret
from heard_cli.connect.poll import Polled, polled
from heard_cli.local.http_client import Reply, Wire
from heard_cli.local.stack import REGION, STACK, LocalStack
from heard_cli.people import added
from heard_cli.stack import Stack, Stop, Where
from heard_simulator.server import Platforms

BUSINESS: Final = "acme"
PASSWORD: Final = "Heard-on-this-machine-1"  # noqa: S105 - of users that exist on the local stack only
PEOPLE: Final = {
    "ana@acme.example": ("Ana", "agent"),
    "lee@acme.example": ("Lee", "lead"),
    "ida@acme.example": ("Ida", "auditor"),
}


@dataclass
class World:
    """The demo business on a running local stack, set up as an operator would, and the simulated
    platforms around it.
    """

    stack: LocalStack
    platforms: Platforms
    wire: Wire = field(default_factory=Wire)
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def operator(self) -> Stack:
        """The deployed stack as the `heard` command sees it."""
        return Stack(Where(stack=STACK, region=REGION, endpoint=self.stack.endpoint))

    def furnish(self, *, business: str = BUSINESS, name: str = "Acme Bakery") -> None:
        """Create the business, a connection to each simulated platform, and the people."""
        self.operator.setup.put_business(Business(business, name))
        for platform in platform_names():
            self.connect(platform, business=business)
        for email, (first_name, group) in PEOPLE.items():
            self.person(email, first_name, group, business)

    def connect(self, platform: str, *, business: str = BUSINESS) -> Connection:
        """Connect a business to a simulated platform."""
        capabilities, settings, credentials, shown, signing = (
            load(platform).capabilities,
            {},
            {},
            None,
            None,
        )
        if platform in self.platforms.credentials:
            other = self.platforms.of(platform)
            known, settings = other.accepts, self.platforms.settings(platform)
            credentials = {
                name: known[name]
                for name in (*capabilities.credentials, *capabilities.optional_credentials)
                if name in known
            }
            shown, signing = other.shown_secret, other.signing_secret
        secret = signing_secret(load(platform), shown, credentials)
        owner = self.operator.business(business)
        connection = connected(
            self.operator, platform, owner, self.stack.public_url, settings, credentials, secret
        )
        self.connections[platform], self.secrets[platform] = connection, signing or secret or ""
        return connection

    def poll(self, platform: str) -> Polled:
        """Have the stack ask a simulated platform for its reviews now.

        Raises Stop when it does not read them to the end.
        """
        came = polled(self.operator, self.connections[platform])
        if came.error:
            raise Stop(f"{platform} was not read to the end: {came.error}")
        return came

    def person(self, email: str, first_name: str, group: str, business: str) -> str:
        """Create somebody who can sign in; returns their subject id."""
        return added(self.operator, email, first_name, {group}, {business}, PASSWORD)[0].subject

    def sign_in(self, email: str) -> Api:
        """The HTTP API as this person, with a real access token."""
        cognito, out = self.stack.client("cognito-idp"), self.stack.outputs
        answer = cognito.admin_initiate_auth(
            UserPoolId=out["UserPoolId"],
            ClientId=out["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )
        return Api(self.wire, self.stack.public_url, answer["AuthenticationResult"]["AccessToken"])


@dataclass(frozen=True, slots=True)
class Api:
    """Heard's HTTP API with one person's token."""

    wire: Wire
    url: str
    token: str

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one call."""
        headers = {"authorization": f"Bearer {self.token}"}
        content = None
        if body is not None:
            headers["content-type"], content = "application/json", json.dumps(body).encode()
        reply: Reply = self.wire.send(method, f"{self.url}{path}", headers=headers, body=content)
        return reply.status, json.loads(reply.body or b"{}")
