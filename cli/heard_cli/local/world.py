"""A small world on the local stack: a demo business, its connections to the simulated platforms, and people who sign in."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from heard import clock
from heard.connectors import Connection
from heard.storage.log import Log
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Business, InboundSecret, Person, Secrets, Setup
from heard.storage.work import Work
from heard_cli.local.simulator import Platforms
from heard_cli.local.stack import LocalStack
from heard_cli.local.wire import Reply, Wire

BUSINESS: Final = "acme"
PASSWORD: Final = "Heard-on-this-machine-1"  # noqa: S105 - of users that exist on the local stack only
PEOPLE: Final = {"ana@acme.example": ("Ana", "agent"), "lee@acme.example": ("Lee", "lead"), "ida@acme.example": ("Ida", "auditor")}


@dataclass
class World:
    """The demo business on a running local stack, and the simulated platforms around it."""

    stack: LocalStack
    platforms: Platforms
    wire: Wire = field(default_factory=Wire)
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Bind the storage modules to the stack's tables."""
        out, dynamodb = self.stack.outputs, self.stack.client("dynamodb")
        self.setup = Setup(dynamodb, out["SetupTableName"])
        self.secret_store = Secrets(self.stack.client("ssm"), out["SecretsPath"])
        self.work = Work(dynamodb, out["WorkTableName"], out["OutcomesTableName"])
        self.log = Log(dynamodb, out["OutcomesTableName"])
        self.quarantine = Quarantine(dynamodb, out["WorkTableName"])

    def furnish(self, *, policy: Mapping[str, Any] | None = None, business: str = BUSINESS, name: str = "Acme Bakery") -> None:
        """Create the business, a connection to each simulated platform, and the people."""
        self.setup.put_business(Business(business, name, policy or {}))
        for platform in ("trustpilot", "discourse", "twilio_sms", "standard", "feedback_form"):
            self.connect(platform, business=business, name=name)
        for email, (first_name, group) in PEOPLE.items():
            self.person(email, first_name, group, business)

    def connect(self, platform: str, *, business: str = BUSINESS, name: str = "Acme Bakery") -> Connection:
        """Connect the business to a simulated platform."""
        id = f"con_{secrets.token_urlsafe(24)}"
        known = dict(self.platforms.credentials.get(platform, {}))
        settings: dict[str, str] = {}
        match platform:
            case "trustpilot":
                settings["api_base"] = self.platforms.url(platform)
            case "discourse":
                settings |= {"base_url": self.platforms.url(platform), "api_username": known["api_username"]}
            case "twilio_sms":
                settings["api_base"] = self.platforms.url(platform)
            case "standard":
                settings["reply_url"] = self.platforms.url(platform)
            case _:
                pass
        secret = {"twilio_sms": known.get("auth_token", ""), "standard": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()}.get(
            platform, secrets.token_urlsafe(32)
        )
        connection = Connection(id, business, platform, f"{self.stack.public_url}/hooks/{id}", settings, bool(known), name)
        if platform != "trustpilot":
            self.secret_store.put_inbound(id, InboundSecret(secret))
        if known:
            self.secret_store.put_credentials(id, known)
        self.setup.put_connection(connection, clock.now())
        self.connections[platform], self.secrets[platform] = connection, secret
        return connection

    def person(self, email: str, first_name: str, group: str, business: str) -> str:
        """Create somebody who can sign in; returns their subject id."""
        cognito, pool = self.stack.client("cognito-idp"), self.stack.outputs["UserPoolId"]
        made = cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        subject = next(each["Value"] for each in made["User"]["Attributes"] if each["Name"] == "sub")
        self.setup.put_person(Person(subject, first_name, (business,)))
        return subject

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
