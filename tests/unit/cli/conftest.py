"""The `heard` command against AWS in memory (moto), with the template's tables, queues and groups.

The outputs of the stack are set by hand. `InProcessHttpClient` stands for HTTP: it hands a request
to the same steps that the functions behind the webhook's address run.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from heard import clock
from heard.assessment.engines.chain import embedded_engine
from heard.connectors import HttpResponse, WebhookRequest
from heard.errors import HeardError
from heard.people import Person, Role, RoleChange
from heard.steps.ingest import IngestPorts, ingest
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.setup import Business, Secrets
from heard_cli.local.http_client import LocalHttpResponse
from heard_cli.main import app
from heard_cli.stack import Stack, StackOptions
from tests.static.cloudformation import resources, template

REGION = "eu-west-1"


@dataclass(frozen=True)
class CommandResult:
    """The result of a command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The JSON result; nothing else may be on stdout."""
        return json.loads(self.stdout)


@dataclass
class HeardCommand:
    """Runs the command as a shell would."""

    runner: CliRunner = field(default_factory=CliRunner)

    def __call__(self, *arguments: str, stdin: str | None = None) -> CommandResult:
        result = self.runner.invoke(
            app, list(arguments), input=stdin, env={"COLUMNS": "200", "TERM": "dumb"}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return CommandResult(result.exit_code, result.stdout, result.stderr)

    def run_ok(self, *arguments: str, stdin: str | None = None) -> CommandResult:
        """Run it, and expect exit code 0."""
        result = self(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.stdout + result.stderr
        return result


@pytest.fixture
def heard() -> HeardCommand:
    return HeardCommand()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A deployed stack with the business acme."""
    monkeypatch.setattr(Stack, "_client", lambda _, service: moto_client(service))
    with mock_aws():
        outputs = {
            **_create_tables(),
            **_create_queues(),
            "EventBusName": _create_bus(),
            "ApiUrl": "https://api.example",
            "SecretsPath": "/heard/heard",
        }
        # moto's CloudFormation needs packages that nothing else here needs.
        monkeypatch.setattr(
            Stack,
            "outputs",
            {name: outputs.get(name, "elsewhere") for name in template()["Outputs"]},
        )
        test_stack = Stack(StackOptions())
        test_stack.setup.put_business(Business("acme", "Acme Bakery"))
        yield test_stack


@functools.cache
def moto_client(service: str) -> Any:
    """One client for all tests.

    Reading the service's description takes longer than most of them.
    """
    return boto3.client(
        service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def _create_tables() -> dict[str, str]:
    dynamodb = moto_client("dynamodb")
    for name, table in resources("AWS::DynamoDB::Table").items():
        properties = {
            key: table[key]
            for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
            if key in table
        }
        dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **properties)
    return {f"{name}Name": name for name in resources("AWS::DynamoDB::Table")}


def _create_queues() -> dict[str, str]:
    sqs = moto_client("sqs")
    return {
        output: sqs.create_queue(QueueName=output)["QueueUrl"]
        for output in ("QueueUrl", "PraiseQueueUrl", "DeadLettersUrl")
    }


def _create_bus() -> str:
    moto_client("events").create_event_bus(Name="heard")
    return "heard"


@pytest.fixture
def user_pool(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """The stack's user pool, with the template's groups."""
    id = stack.cognito.create_user_pool(PoolName="heard", UsernameAttributes=["email"])["UserPool"][
        "Id"
    ]
    for group in resources("AWS::Cognito::UserPoolGroup").values():
        stack.cognito.create_group(UserPoolId=id, GroupName=group["GroupName"])
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "UserPoolId": id})
    return id


def store_person(stack: Stack, subject: str, first_name: str) -> None:
    """An agent of acme, without a user."""
    person = Person(subject, first_name, {"acme": frozenset({Role.AGENT})})
    stack.people.change(subject, lambda _before, _people: RoleChange(person, {}))


@dataclass
class InProcessHttpClient:
    """HTTP whose other end is the stack's own webhook, with the steps after its queue."""

    stack: Stack
    processes_queue: bool = True
    """Whether the queue is processed after each request."""

    now: datetime | None = None
    """The time at the webhook; None for now."""

    secrets_path: str = "/heard/heard"
    requests: list[Mapping[str, str]] = field(default_factory=list)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> LocalHttpResponse:
        url_parts = urlsplit(url)
        request = WebhookRequest(
            method,
            {name.lower(): value for name, value in (headers or {}).items()},
            body or b"",
            url_parts.query,
        )
        self.requests.append({"url": url, "body": request.body.decode()})
        try:
            response = ingest(
                request,
                url_parts.path.rpartition("/")[2],
                self.ingest_ports(),
                self.now or clock.now(),
            ).response
        except HeardError as error:
            return LocalHttpResponse(error.http_status, {}, b"{}")
        if self.processes_queue:
            process_queue(self.stack)
        return LocalHttpResponse(
            response.status, {"content-type": response.content_type}, response.body.encode()
        )

    def fetch_page(self, url: str) -> str:
        return self.send("GET", url).text

    def ingest_ports(self) -> IngestPorts:
        secrets = Secrets(self.stack.ssm, self.secrets_path)
        return IngestPorts(
            self.stack.setup,
            secrets,
            self.stack.queue,
            self.stack.quarantine,
            self.stack.deliveries,
            refuse_http,
        )


def process_queue(stack: Stack) -> int:
    """Take every queued review to its decision, as the workflow does; returns their number."""
    processed, queue_url = 0, stack.outputs["QueueUrl"]
    while messages := stack.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in messages:
            fields = json.loads(message["Body"])
            triage(
                QueuedReview.from_json(fields),
                StorePorts(stack.setup, stack.cases),
                PlatformPorts(stack.secrets, refuse_http),
                datetime.now(UTC),
                embedded_engine("quick"),
            )
            stack.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            processed += 1
    return processed


def refuse_http(*_: Any, **__: Any) -> HttpResponse:
    raise AssertionError("nothing here may call a platform")


@pytest.fixture
def http_client(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> InProcessHttpClient:
    """The client that `heard connect test` and `heard replay` send with."""
    client = InProcessHttpClient(stack)
    monkeypatch.setattr("heard_cli.connect.test.LocalHttpClient", lambda timeout: client)
    monkeypatch.setattr("heard_cli.replay_files.LocalHttpClient", lambda timeout: client)
    return client
