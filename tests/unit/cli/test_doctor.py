"""`heard doctor`: what each check makes of what it read, and that one refusal stops no other."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard import clock
from heard.addresses import AddressLock, token_digest
from heard.connectors import Connection, load
from heard.people import Person, Role
from heard.storage.setup import Business, InboundSecret
from heard_cli.doctor import data, deployment, running, setup
from heard_cli.doctor.command import CHECKS, run_check
from heard_cli.doctor.data import KeyFacts, QueueFacts, TableFacts
from heard_cli.doctor.deployment import FunctionCode
from heard_cli.doctor.findings import Check, Finding, Grade, ok
from heard_cli.doctor.reading import Reader
from heard_cli.doctor.running import AlarmFacts, LogFacts
from heard_cli.doctor.setup import DEFAULT_KEY, SecretFacts
from heard_cli.stack import Stack
from tests.static.cloudformation import as_list, resources
from tests.static.repository import ROOT
from tests.unit.cli.conftest import HeardCommand, moto_client

NEWEST = FunctionCode("$LATEST", "abc", ("heard:7", "keys:3"), {"TABLE": "t"})
TABLE = TableFacts("SetupTable", recovery=True, protected=True, time_to_live=True)
ALARM = AlarmFacts("SilentSweepAlarm", "OK", tells=True, runs=3)
AGENT = Person("sub-1", "Ana", {"acme": frozenset({Role.AGENT})})
LEAD = Person("sub-2", "Lee", {"acme": frozenset({Role.LEAD})})
SECRET = SecretFacts("/heard/heard/con_12345678/inbound", "SecureString", DEFAULT_KEY)
NEEDED = {"con_12345678": ("standard", {"inbound"})}


def live(**changes: Any) -> FunctionCode:
    fields = {name: getattr(NEWEST, name) for name in NEWEST.__dataclass_fields__}
    return FunctionCode(**{**fields, "version": "4", **changes})


POLICY: dict[str, Any] = resources("AWS::DynamoDB::Table")["OutcomesTable"]["ResourcePolicy"][
    "PolicyDocument"
]


def _policy(principal: str, effect: str = "Deny") -> dict[str, Any]:
    actions = sorted(data.DENIED_TO_ALL)
    return {"Statement": [{"Effect": effect, "Principal": principal, "Action": actions}]}


O, L, B = Grade.OK, Grade.ATTENTION, Grade.BROKEN  # noqa: E741 - a column of grades

CASES: list[tuple[Grade, list[Finding]]] = [
    (O, deployment.judge_status("UPDATE_COMPLETE", "NOT_CHECKED")),
    (B, deployment.judge_status("ROLLBACK_COMPLETE", "")),
    (B, deployment.judge_status("UPDATE_ROLLBACK_FAILED", "")),
    (L, deployment.judge_status("UPDATE_ROLLBACK_COMPLETE", "")),
    (L, deployment.judge_status("UPDATE_IN_PROGRESS", "")),
    (L, deployment.judge_status("UPDATE_COMPLETE", "DRIFTED")),
    (O, deployment.judge_version("0.1.0", "0.1.0")),
    (L, deployment.judge_version("0.1.0", "0.2.0")),
    (L, deployment.judge_version("", "0.2.0")),
    (O, deployment.judge_executions(10, "small")),
    (B, deployment.judge_executions(10, "medium")),
    (O, deployment.judge_alias("DeskFunction", live(), NEWEST)),
    (B, deployment.judge_alias("DeskFunction", live(code="old"), NEWEST)),
    (B, deployment.judge_alias("DeskFunction", live(layers=("heard:6", "keys:3")), NEWEST)),
    (L, deployment.judge_alias("DeskFunction", live(settings={"TABLE": "u"}), NEWEST)),
    (L, deployment.judge_alias("DeskFunction", live(state="Inactive"), NEWEST)),
    (L, deployment.judge_alias("DeskFunction", live(state="Pending"), NEWEST)),
    (L, deployment.judge_alias("DeskFunction", live(snapshot="Off"), NEWEST)),
    (O, deployment.judge_layers({"Sweep": ["heard:7"]}, ["heard:7", "keys:3"])),
    (B, deployment.judge_layers({"Sweep": ["heard:6"]}, ["heard:7", "keys:3"])),
    (O, deployment.judge_clock(-2)),
    (L, deployment.judge_clock(45)),
    (B, deployment.judge_clock(-301)),
    (O, data.judge_append_only(POLICY)),
    (B, data.judge_append_only({})),
    (B, data.judge_append_only({"Statement": POLICY["Statement"][:1]})),
    (B, data.judge_append_only(_policy("arn:aws:iam::111122223333:root"))),
    (B, data.judge_append_only(_policy("*", effect="Allow"))),
    (O, data.judge_recovery([TABLE])),
    (B, data.judge_recovery([TableFacts("CasesTable", recovery=False, protected=True)])),
    (B, data.judge_recovery([TableFacts("CasesTable", True, True, time_to_live=False)])),
    (O, data.judge_protection([TABLE], pool_protected=True)),
    (L, data.judge_protection([TABLE], pool_protected=False)),
    (L, data.judge_protection([TableFacts("T", True, protected=False)], pool_protected=True)),
    (O, data.judge_stream("arn:stream/2", ["arn:queue", "arn:stream/2"])),
    (B, data.judge_stream("arn:stream/2", ["arn:queue", "arn:stream/1"])),
    (B, data.judge_stream("", ["arn:stream/1"])),
    (O, data.judge_key(KeyFacts("Enabled", rotates=True))),
    (L, data.judge_key(KeyFacts("Enabled", rotates=False))),
    (B, data.judge_key(KeyFacts("PendingDeletion", rotates=True))),
    (B, data.judge_key(KeyFacts("Disabled", rotates=True))),
    (O, data.judge_dead_letters([QueueFacts("ReviewDeadLetters", 0)])),
    (B, data.judge_dead_letters([QueueFacts("ReviewDeadLetters", 2, 200_000)])),
    (O, data.judge_queues([QueueFacts("ReviewQueue", 40, 599), QueueFacts("PollQueue", 1)])),
    (L, data.judge_queues([QueueFacts("ReviewQueue", 40, 601)])),
    (O, running.judge_alarms({"SilentSweepAlarm"}, [ALARM])),
    (B, running.judge_alarms({"SilentSweepAlarm", "ApiErrorsAlarm"}, [ALARM])),
    (B, running.judge_alarms({"A"}, [AlarmFacts("A", "OK", tells=False)])),
    (B, running.judge_alarms({"A"}, [AlarmFacts("A", "ALARM", tells=True, why="late")])),
    (O, running.judge_subscriptions({"ops@example.com": True})),
    (L, running.judge_subscriptions({})),
    (L, running.judge_subscriptions({"ops@example.com": True, "b@example.com": False})),
    (B, running.judge_subscriptions({"ops@example.com": False})),
    (O, running.judge_clocks({"Nightly": "ENABLED"})),
    (B, running.judge_clocks({"Nightly": "DISABLED"})),
    (O, running.judge_readers({"Reviews": ("Enabled", "OK")})),
    (B, running.judge_readers({"Reviews": ("Disabled", "")})),
    (B, running.judge_readers({"Reviews": ("Enabled", "PROBLEM: Function call failed")})),
    (B, running.judge_readers({"Reviews": ("Disabling", "OK")})),
    (B, running.judge_readers({"Reviews": ("Deleting", "OK")})),
    (O, running.judge_runs([ALARM], young=False)),
    (B, running.judge_runs([AlarmFacts("A", "OK", True, runs=0)], young=False)),
    (O, running.judge_runs([AlarmFacts("A", "OK", True, runs=0)], young=True)),
    (O, running.judge_logs([LogFacts("/heard/a", 90, encrypted=True)], ["/heard/a"])),
    (B, running.judge_logs([LogFacts("/heard/a", None, encrypted=True)], ["/heard/a"])),
    (B, running.judge_logs([LogFacts("/heard/a", 90, encrypted=False)], ["/heard/a"])),
    (B, running.judge_logs([], ["/heard/a"])),
    (L, running.judge_logs([LogFacts("/aws/lambda/heard-x", None, encrypted=False)], [])),
    (O, setup.judge_people(["acme"], [AGENT, LEAD])),
    (L, setup.judge_people(["acme"], [AGENT])),
    (L, setup.judge_people(["acme", "zenith"], [AGENT, LEAD])),
    (L, setup.judge_people(["acme"], [AGENT, LEAD], ["sub-ana"])),
    (L, setup.judge_people([], [])),
    (O, setup.judge_policies({"acme": 3})),
    (O, setup.judge_policies({"acme": 0})),
    (O, setup.judge_secrets(NEEDED, [SECRET])),
    (B, setup.judge_secrets(NEEDED, [])),
    (B, setup.judge_secrets(NEEDED, [SecretFacts(SECRET.name, "String", "")])),
    (B, setup.judge_secrets(NEEDED, [SecretFacts(SECRET.name, "SecureString", "alias/own")])),
    (L, setup.judge_secrets({}, [SECRET])),
    (O, setup.judge_client({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]})),
    (B, setup.judge_client({"ExplicitAuthFlows": []})),
    (O, setup.judge_mail({}, in_sandbox=True)),
    (O, setup.judge_mail({"hi@acme.example": True}, in_sandbox=False)),
    (B, setup.judge_mail({"hi@acme.example": True}, in_sandbox=True)),
    (B, setup.judge_mail({"hi@acme.example": False}, in_sandbox=False)),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_finding_has_its_grade_and_a_next_step(number: int) -> None:
    grade, findings = CASES[number]

    assert grade in {finding.grade for finding in findings}
    assert all((finding.grade is O) == (finding.next_step == "") for finding in findings)
    assert (grade is O) == (len(findings) == 1 and findings[0].grade is O)


def test_an_address_to_return_to_is_safe() -> None:
    client = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}

    for address, grade in (
        ("https://desk.example/app", O),
        ("http://localhost:8080/app", O),
        ("http://desk.example/app", B),
    ):
        (finding,) = setup.judge_client({**client, "CallbackURLs": [address]})
        assert finding.grade is grade, address


def test_a_connection_needs_what_its_platform_proves_deliveries_with() -> None:
    def needed(platform: str, *, credentials: bool) -> set[str]:
        connection = Connection("con_1", "acme", platform, "", has_credentials=credentials)
        return setup.needed_secrets(connection, load(platform).capabilities)

    assert needed("standard", credentials=True) == {"inbound", "credentials"}
    assert needed("standard", credentials=False) == {"inbound"}
    assert needed("google_play", credentials=True) == {"credentials"}
    assert needed("ses", credentials=False) == set()
    locked = Connection("con_1", "acme", "ses", "", lock=AddressLock(token_digest("x")))
    assert setup.needed_secrets(locked, load("ses").capabilities) == {"address"}


def test_no_finding_shows_the_whole_address_of_a_webhook() -> None:
    (finding,) = setup.judge_secrets({"con_12345678secret": ("standard", {"inbound"})}, [])

    assert "secret" not in f"{finding.what} {finding.next_step}"


# What AWS says


@pytest.fixture
def reader(stack: Stack) -> Reader:
    return Reader(stack)


def _findings(name: str, reader: Reader) -> Sequence[Finding]:
    return run_check(next(check for check in CHECKS if check.name == name), reader)


def test_the_connections_of_a_stack_are_compared_with_its_secrets(reader: Reader) -> None:
    stack = reader.stack
    stack.setup.put_connection(
        Connection("con_good1234", "acme", "standard", "https://api.example"), clock.now()
    )
    assert [finding.grade for finding in _findings("secrets", reader)] == [B]

    stack.secrets.put_inbound("con_good1234", InboundSecret("whsec_x"))
    stack.secrets.put_inbound("con_gone1234", InboundSecret("whsec_x"))
    assert [finding.grade for finding in _findings("secrets", Reader(stack))] == [L]


def test_people_and_policies_are_read_from_the_stack(reader: Reader) -> None:
    reader.stack.setup.put_business(Business("zenith", "Zenith"))

    (people,), (policies,) = _findings("people", reader), _findings("policies", reader)
    assert people.grade is L
    assert "acme, zenith" in people.what
    assert policies.grade is O


def test_an_alarm_is_read_with_its_receivers_and_its_runs(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, cloudwatch = clock.now(), moto_client("cloudwatch")
    topic = moto_client("sns").create_topic(Name="heard-alarms")["TopicArn"]
    dimensions = [{"Name": "service", "Value": "sweep"}, {"Name": "stack", "Value": "heard"}]
    cloudwatch.put_metric_alarm(
        AlarmName="heard-Silent",
        Namespace="Heard",
        MetricName="swept_resumed",
        Dimensions=dimensions,
        Statistic="SampleCount",
        Period=900,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
    )
    from heard_cli.doctor.reading import Resource

    reader.__dict__["resources"] = [
        Resource("AWS::CloudWatch::Alarm", "SilentSweepAlarm", "heard-Silent"),
        Resource("AWS::SNS::Topic", "Alarms", topic),
    ]
    reader.__dict__["description"] = {"CreationTime": now - timedelta(days=3)}

    assert [finding.grade for finding in _findings("runs", reader)] == [B]
    cloudwatch.put_metric_data(
        Namespace="Heard",
        MetricData=[
            {
                "MetricName": "swept_resumed",
                "Dimensions": dimensions,
                "Value": 0,
                "Timestamp": now - timedelta(minutes=5),
            }
        ],
    )
    assert [finding.grade for finding in _findings("runs", reader)] == [O]
    assert [finding.grade for finding in _findings("alarms", reader)] == [O]
    assert [finding.grade for finding in _findings("alarm receivers", reader)] == [L]


def _refuse(message: str, code: str = "AccessDeniedException") -> Check:
    def examine(_: Reader) -> list[Finding]:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "GetAccountSettings")

    return Check("refused", examine)


def test_what_must_be_denied_is_what_the_template_denies() -> None:
    denied = {
        action for statement in POLICY["Statement"] for action in as_list(statement["Action"])
    }

    assert denied == data.DENIED_TO_ALL


def test_the_policy_of_the_outcomes_is_read(reader: Reader) -> None:
    """AWS has an error for a table without one."""
    assert reader.outcomes_policy() == {}

    client: Any = reader.stack.dynamodb
    table = client.describe_table(TableName=reader.stack.outputs["OutcomesTableName"])["Table"]
    client.put_resource_policy(ResourceArn=table["TableArn"], Policy=json.dumps(POLICY))

    assert reader.outcomes_policy() == POLICY


def test_a_missing_permission_is_named(reader: Reader) -> None:
    named = "User: arn:aws:iam::1:user/a is not authorized to perform: lambda:GetAccountSettings on"

    (finding,) = run_check(_refuse(named), reader)
    assert finding.grade is Grade.UNCHECKED
    assert "lambda:GetAccountSettings" in finding.what
    (finding,) = run_check(_refuse("denied"), reader)
    assert "GetAccountSettings" in finding.what


@pytest.mark.parametrize(
    "code",
    [
        "ResourceNotFoundException",  # Lambda, EventBridge, DynamoDB, Cognito
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "NotFoundException",  # KMS
        "NotFound",  # SNS
        "NoSuchEntity",
    ],
)
def test_what_somebody_deleted_is_broken_and_not_only_unchecked(reader: Reader, code: str) -> None:
    (finding,) = run_check(_refuse("no such thing", code), reader)

    assert finding.grade is B
    assert "detect-stack-drift" in finding.next_step


def test_a_refusal_stops_no_other_check(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Check("good", lambda _: ok("fine"))
    bad = Check("bad", lambda _: [Finding(B, "It is broken.", "Mend it.")])
    monkeypatch.setattr(
        "heard_cli.doctor.command.CHECKS", (_refuse("x"), _refuse("x", "Throttling"), good)
    )
    result = heard("doctor", "--json")
    assert result.exit_code == 0
    assert [row["grade"] for row in result.json] == ["not checked", "not checked", "ok"]

    monkeypatch.setattr("heard_cli.doctor.command.CHECKS", (good, bad))
    result = heard("doctor")
    assert result.exit_code == 1
    assert re.search(r"bad\s+broken\s+It is broken\.\s+Mend it\.", result.stdout)


def test_the_documented_permissions_are_what_the_doctor_calls() -> None:
    """Read by name from the code, as nothing else knows all calls."""
    calls = {
        "get_metric_statistics": "cloudwatch:GetMetricStatistics",
        "describe_alarms": "cloudwatch:DescribeAlarms",
        "describe_stacks": "cloudformation:DescribeStacks",
        "list_stack_resources": "cloudformation:ListStackResources",
        "get_account_settings": "lambda:GetAccountSettings",
        "get_function_configuration": "lambda:GetFunctionConfiguration",
        "get_event_source_mapping": "lambda:GetEventSourceMapping",
        "describe_continuous_backups": "dynamodb:DescribeContinuousBackups",
        "describe_time_to_live": "dynamodb:DescribeTimeToLive",
        "get_resource_policy": "dynamodb:GetResourcePolicy",
        "describe_table": "dynamodb:DescribeTable",
        "describe_key": "kms:DescribeKey",
        "get_key_rotation_status": "kms:GetKeyRotationStatus",
        "describe_user_pool": "cognito-idp:DescribeUserPool",
        "describe_user_pool_client": "cognito-idp:DescribeUserPoolClient",
        "get_queue_attributes": "sqs:GetQueueAttributes",
        "list_subscriptions_by_topic": "sns:ListSubscriptionsByTopic",
        "describe_rule": "events:DescribeRule",
        "describe_log_groups": "logs:DescribeLogGroups",
        "describe_parameters": "ssm:DescribeParameters",
        "get_account": "ses:GetAccount",
        "get_email_identity": "ses:GetEmailIdentity",
    }
    source = (ROOT / "cli/heard_cli/doctor/reading.py").read_text()
    in_code = set(re.findall(r"\.((?:get|list|describe)_[a-z_]+)\(", source))
    in_code |= set(re.findall(r'get_paginator\(\s*"(\w+)"', source)) - {"get_paginator"}
    in_code -= {"get_paginator"}
    operations = (ROOT / "docs" / "operations.md").read_text()
    policy = operations.partition("### What the doctor may read")[2].partition("\n## ")[0]

    assert in_code == set(calls)
    assert set(re.findall(r'"(\w[\w-]*:[A-Z]\w+)"', policy)) == {
        *calls.values(),
        *("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"),
    }
