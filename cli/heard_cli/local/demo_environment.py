"""What the demo needs on the local stack.

A business, its connections to the simulated platforms, and people who can sign in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from heard.connectors import Connection, load, platform_names
from heard.people import Role
from heard.storage.setup import Business
from heard_cli.connect.add import create_connection, new_connection
from heard_cli.connect.credentials import choose_signing_secret
from heard_cli.connect.poll import PollSummary, run_poller
from heard_cli.local.http_client import LocalHttpClient, LocalHttpResponse
from heard_cli.local.stack import REGION, STACK, EmulatedStack
from heard_cli.people import add_person
from heard_cli.stack import CommandError, Stack, StackOptions
from heard_simulator.server import SimulatedPlatforms

BUSINESS: Final = "acme"
PASSWORD: Final = "Heard-on-this-machine-1"  # noqa: S105 - of users that exist on the local stack only
PEOPLE: Final = {
    "ana@acme.example": ("Ana", Role.AGENT),
    "lee@acme.example": ("Lee", Role.LEAD),
    "ida@acme.example": ("Ida", Role.AUDITOR),
}


@dataclass
class DemoEnvironment:
    """The demo business on a running local stack, and the simulated platforms around it.

    It is set up with the functions that the commands for operators use.
    """

    stack: EmulatedStack
    platforms: SimulatedPlatforms
    http: LocalHttpClient = field(default_factory=LocalHttpClient)
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def operator(self) -> Stack:
        """The deployed stack as the `heard` command sees it."""
        return Stack(StackOptions(stack=STACK, region=REGION, endpoint=self.stack.endpoint))

    def create(self, *, business: str = BUSINESS, name: str = "Acme Bakery") -> None:
        """Create the business, a connection to each platform, and the people."""
        self.operator.setup.put_business(Business(business, name))
        for platform in platform_names():
            self.connect(platform, business=business)
        for email, (first_name, role) in PEOPLE.items():
            self.create_person(email, first_name, role, business)

    def connect(self, platform: str, *, business: str = BUSINESS) -> Connection:
        """Connect a business to a simulated platform."""
        capabilities = load(platform).capabilities
        settings: Mapping[str, str] = {}
        credentials: Mapping[str, str] = {}
        visible_secret = signing_secret = None
        if platform in self.platforms.credentials:
            simulated = self.platforms.get(platform)
            settings = self.platforms.settings(platform)
            credentials = {
                name: simulated.accepted_credentials[name]
                for name in (*capabilities.credentials, *capabilities.optional_credentials)
                if name in simulated.accepted_credentials
            }
            visible_secret, signing_secret = simulated.visible_secret, simulated.signing_secret
        secret = choose_signing_secret(load(platform), visible_secret, credentials)
        business_record = self.operator.business(business)
        connection = create_connection(
            self.operator,
            new_connection(
                platform,
                business_record,
                self.stack.public_url,
                settings,
                has_credentials=bool(credentials),
            ),
            credentials,
            secret,
        )
        self.connections[platform] = connection
        self.secrets[platform] = signing_secret or secret or ""
        return connection

    def poll(self, platform: str) -> PollSummary:
        """Poll a simulated platform now. Raises CommandError if the poll does not finish."""
        result = run_poller(self.operator, self.connections[platform])
        if result.error:
            raise CommandError(f"The poll of {platform} did not finish: {result.error}")
        return result

    def create_person(self, email: str, first_name: str, role: Role, business: str) -> str:
        """Create a person who can sign in. Returns the person's subject id."""
        person, *_ = add_person(self.operator, email, first_name, [role], [business], PASSWORD)
        return person.subject

    def sign_in(self, email: str) -> ApiClient:
        """A client of the HTTP API with a real access token of this person."""
        cognito, outputs = self.stack.client("cognito-idp"), self.stack.outputs
        response = cognito.admin_initiate_auth(
            UserPoolId=outputs["UserPoolId"],
            ClientId=outputs["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )
        return ApiClient(
            self.http, self.stack.public_url, response["AuthenticationResult"]["AccessToken"]
        )


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Heard's HTTP API with one person's token."""

    http: LocalHttpClient
    url: str
    token: str

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of one response."""
        headers = {"authorization": f"Bearer {self.token}"}
        encoded_body = None
        if body is not None:
            headers["content-type"], encoded_body = "application/json", json.dumps(body).encode()
        response: LocalHttpResponse = self.http.send(
            method, f"{self.url}{path}", headers=headers, body=encoded_body
        )
        return response.status, json.loads(response.body or b"{}")
