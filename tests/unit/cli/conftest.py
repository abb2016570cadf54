"""The `heard` command against an AWS that moto plays, with the template's tables, queues and
groups; the stack's outputs are handed over.

`DoorWire` stands for HTTP: it hands a request to the very steps that the functions behind the
webhook's address run.
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
from heard.assessment.engines.chain import embedded
from heard.connectors import HttpAnswer, Request
from heard.errors import HeardError
from heard.steps.ingest import Door, ingest
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.setup import Business, Secrets
from heard_cli.local.http_client import Reply
from heard_cli.main import app
from heard_cli.stack import Stack, Where
from tests.static.cloudformation import resources, template

REGION = "eu-west-1"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result, which must be alone on stdout."""
        return json.loads(self.out)


@dataclass
class Heard:
    """Runs the command as a shell would."""

    runner: CliRunner = field(default_factory=CliRunner)

    def __call__(self, *words: str, stdin: str | None = None) -> Said:
        done = self.runner.invoke(
            app, list(words), input=stdin, env={"COLUMNS": "200", "TERM": "dumb"}
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def well(self, *words: str, stdin: str | None = None) -> Said:
        """Run it, and expect that it goes well."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, said.out + said.err
        return said


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A deployed stack with the business acme."""
    monkeypatch.setattr(Stack, "_client", lambda _, service: client(service))
    with mock_aws():
        known = {
            **_tables(),
            **_queues(),
            "ApiUrl": "https://api.example",
            "SecretsPath": "/heard/heard",
        }
        # moto's CloudFormation needs packages that nothing else here does.
        monkeypatch.setattr(
            Stack, "outputs", {name: known.get(name, "elsewhere") for name in template()["Outputs"]}
        )
        deployed = Stack(Where())
        deployed.setup.put_business(Business("acme", "Acme Bakery"))
        yield deployed


@functools.cache
def client(service: str) -> Any:
    """One client for all tests.

    Reading the service's description takes longer than most of them.
    """
    return boto3.client(
        service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def _tables() -> dict[str, str]:
    dynamodb = client("dynamodb")
    for name, table in resources("AWS::DynamoDB::Table").items():
        shape = {
            key: table[key]
            for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
            if key in table
        }
        dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape)
    return {f"{name}Name": name for name in resources("AWS::DynamoDB::Table")}


def _queues() -> dict[str, str]:
    sqs = client("sqs")
    return {
        output: sqs.create_queue(QueueName=output)["QueueUrl"]
        for output in ("QueueUrl", "DeadLettersUrl")
    }


@pytest.fixture
def pool(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """The stack's user pool, with the template's groups."""
    id = stack.cognito.create_user_pool(PoolName="heard", UsernameAttributes=["email"])["UserPool"][
        "Id"
    ]
    for group in resources("AWS::Cognito::UserPoolGroup").values():
        stack.cognito.create_group(UserPoolId=id, GroupName=group["GroupName"])
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "UserPoolId": id})
    return id


@dataclass
class DoorWire:
    """HTTP whose other end is the stack's own webhook door, and what stands behind its queue."""

    stack: Stack
    works: bool = True
    """Whether somebody reads the queue."""

    now: datetime | None = None
    """What the door's clock says."""

    secrets_path: str = "/heard/heard"
    sent: list[Mapping[str, str]] = field(default_factory=list)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        parts = urlsplit(url)
        request = Request(
            method,
            {name.lower(): value for name, value in (headers or {}).items()},
            body or b"",
            parts.query,
        )
        self.sent.append({"url": url, "body": request.body.decode()})
        try:
            response = ingest(
                request, parts.path.rpartition("/")[2], self.door(), self.now or clock.now()
            ).response
        except HeardError as error:
            return Reply(error.http_status, {}, b"{}")
        if self.works:
            process(self.stack)
        return Reply(
            response.status, {"content-type": response.content_type}, response.body.encode()
        )

    def page(self, url: str) -> str:
        return self.send("GET", url).text

    def door(self) -> Door:
        secrets = Secrets(self.stack.ssm, self.secrets_path)
        return Door(
            self.stack.setup,
            secrets,
            self.stack.queue,
            self.stack.quarantine,
            self.stack.deliveries,
            _unreachable,
        )


def process(stack: Stack) -> int:
    """Take every queued review to its decision, as the workflow does; how many there were."""
    done, url = 0, stack.outputs["QueueUrl"]
    while messages := stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in messages:
            fields = json.loads(message["Body"])
            triage(
                Message.from_json(fields),
                Ports(stack.setup, stack.work),
                Reach(stack.secrets, _unreachable),
                datetime.now(UTC),
                embedded("quick"),
            )
            stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            done += 1
    return done


def _unreachable(*_: Any, **__: Any) -> HttpAnswer:
    raise AssertionError("nothing here may call a platform")


@pytest.fixture
def wire(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> DoorWire:
    """What `heard connect test` and `heard replay` send through."""
    door = DoorWire(stack)
    monkeypatch.setattr("heard_cli.connect.test.Wire", lambda timeout: door)
    monkeypatch.setattr("heard_cli.replay.Wire", lambda timeout: door)
    return door
