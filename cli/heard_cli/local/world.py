"""A small world on the local stack: a demo business, its connections to the simulated platforms, and people who sign in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from heard.connectors import Connection, load
from heard.storage.setup import Business
from heard_cli.connect import connected
from heard_cli.credentials import signing_secret
from heard_cli.local.simulator import Platforms
from heard_cli.local.stack import REGION, STACK, LocalStack
from heard_cli.local.wire import Reply, Wire
from heard_cli.people import added
from heard_cli.stack import Stack, Where

BUSINESS: Final = "acme"
PASSWORD: Final = "Heard-on-this-machine-1"  # noqa: S105 - of users that exist on the local stack only
PEOPLE: Final = {"ana@acme.example": ("Ana", "agent"), "lee@acme.example": ("Lee", "lead"), "ida@acme.example": ("Ida", "auditor")}
_BASES: Final = {"trustpilot": "api_base", "discourse": "base_url", "twilio_sms": "api_base", "standard": "reply_url"}
"""The setting that says where a platform's API is."""


@dataclass
class World:
    """The demo business on a running local stack, set up as an operator would, and the simulated platforms around it."""

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
        for platform in (*_BASES, "feedback_form"):
            self.connect(platform, business=business)
        for email, (first_name, group) in PEOPLE.items():
            self.person(email, first_name, group, business)

    def connect(self, platform: str, *, business: str = BUSINESS) -> Connection:
        """Connect a business to a simulated platform."""
        capabilities, known = load(platform).capabilities, self.platforms.credentials.get(platform, {})
        credentials = {name: value for name, value in known.items() if name in capabilities.credentials}
        settings = {_BASES[platform]: self.platforms.url(platform)} if platform in _BASES else {}
        settings |= {name: value for name, value in known.items() if name in capabilities.settings}
        secret = signing_secret(capabilities, None, credentials)
        owner = self.operator.business(business)
        connection = connected(self.operator, platform, owner, self.stack.public_url, settings, credentials, secret)
        self.connections[platform], self.secrets[platform] = connection, secret or ""
        return connection

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

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one call."""
        headers = {"authorization": f"Bearer {self.token}"}
        content = None
        if body is not None:
            headers["content-type"], content = "application/json", json.dumps(body).encode()
        reply: Reply = self.wire.send(method, f"{self.url}{path}", headers=headers, body=content)
        return reply.status, json.loads(reply.body or b"{}")
