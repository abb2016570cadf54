"""What AWS would refuse, or what would break there in silence, and no emulator shows."""

from __future__ import annotations

import ast
import copy
import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from heard.messaging import ROUTE_SECONDS, synchronous_stepfunctions
from heard.steps.intake import BATCH_SECONDS
from heard.steps.poll import POLL_SECONDS
from heard.steps.ports import SHARED_SECONDS, UNSURE_SECONDS
from tests.static.cloudformation import (
    as_list,
    mentions,
    resources,
    statements,
    template,
    walk,
)
from tests.static.repository import (
    FUNCTIONS,
    HANDLERS,
    LIBRARY,
    ROOT,
    WORKFLOWS,
    run_isolated,
)
from tests.static.test_template import SAM_FUNCTION

SCALES: dict[str, dict[str, Any]] = template()["Mappings"]["Scales"]
QUOTAS = {"small": 10, "medium": 50, "large": 1000, "huge": 10_000}
"""The executions that an account allows in a region: new, raised once, usual, and asked for."""
UNRESERVED = 100
"""What an account must leave to functions without a reservation, or AWS refuses the reservation."""
LEFT_FOR_OTHERS = {"small": 4, "medium": 20, "large": 100, "huge": 1000}
"""For the door, the desk, the clocks and the relay, beside the queues' readers."""
RECEIPTS_OF_AN_AGE = 3
"""A message that was received more often does not count in ApproximateAgeOfOldestMessage."""

# docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and connect-lambda.html
LAMBDA_ERRORS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
}


def _text(node: Any) -> str:
    """A name as it stands in the template, `!Sub` or plain."""
    return str(node["Fn::Sub"] if isinstance(node, dict) else node)


def _at(node: Any, scale: str) -> Any:
    """What `FindInMap` and `If` with `ReservesDoor` give at a scale."""
    match node:
        case {"Fn::FindInMap": ["Scales", _, str(key)]}:
            return SCALES[scale][key]
        case {"Fn::If": ["ReservesDoor", reserved, others]}:
            return _at(reserved if scale in {"large", "huge"} else others, scale)
        case _:
            return node


# The key


def _key_statements(service: str) -> list[dict[str, Any]]:
    return [
        statement
        for name, statement in statements()
        if template()["Resources"][name]["Type"] == "AWS::KMS::Key"
        for principal in as_list(statement.get("Principal", {}).get("Service", []))
        if _text(principal).startswith(service)
    ]


def test_log_groups_get_the_key_by_their_names_alone() -> None:
    """CloudWatch Logs sends the group in the encryption context, and no account of the source."""
    (statement,) = _key_statements("logs.")
    (condition,) = statement["Condition"].values()
    (patterns,) = condition.values()
    groups = resources("AWS::Logs::LogGroup")

    assert set(statement["Condition"]) == {"ArnLike"}
    assert set(condition) == {"kms:EncryptionContext:aws:logs:arn"}
    assert groups
    for name, group in groups.items():
        arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:" + _text(
            group["LogGroupName"]
        )
        assert "KmsKeyId" in group
        assert any(
            fnmatchcase(arn, re.sub(r"\[", "[[]", _text(pattern))) for pattern in patterns
        ), name


def test_a_key_policy_refers_to_no_log_group() -> None:
    """The groups need the key, so this would be a circle."""
    keys = resources("AWS::KMS::Key").values()

    assert not any(mentions(key, name) for key in keys for name in resources("AWS::Logs::LogGroup"))


def test_other_services_get_the_key_for_this_account_alone() -> None:
    (statement,) = _key_statements("cloudwatch.")

    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_callers_reach_the_key_through_each_service_that_keeps_data_with_it() -> None:
    services = {
        kind.split("::")[1].lower()
        for kind in (
            "AWS::DynamoDB::Table",
            "AWS::SQS::Queue",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
        )
        if any(mentions(properties, "DataKey") for properties in resources(kind).values())
    }
    (through,) = (
        statement["Condition"]["StringEquals"]["kms:ViaService"]
        for _, statement in statements()
        if "kms:ViaService" in str(statement.get("Condition"))
    )

    assert {_text(service).split(".")[0] for service in through} == services


# Names and partitions


def test_a_service_writes_its_log_under_the_prefix_with_a_policy_of_its_own() -> None:
    """Elsewhere the account's log resource policy grows, and is full after some stacks."""
    groups = resources("AWS::Logs::LogGroup")
    written_by_a_service = [
        name
        for name in groups
        if any(
            mentions(properties, name)
            for kind in ("AWS::Serverless::StateMachine", "AWS::ApiGatewayV2::Stage")
            for properties in resources(kind).values()
        )
    ]

    assert len(written_by_a_service) == 2
    assert all(
        _text(groups[name]["LogGroupName"]).startswith("/aws/vendedlogs/")
        for name in written_by_a_service
    )


@pytest.mark.parametrize("name", sorted(resources("AWS::Serverless::LayerVersion")))
def test_the_layers_of_two_stacks_have_different_names(name: str) -> None:
    layer_name = resources("AWS::Serverless::LayerVersion")[name]["LayerName"]

    assert "${AWS::StackName}" in _text(layer_name)


def test_no_name_is_bound_to_one_partition() -> None:
    """Other partitions than `aws` are China's and that of the US government."""
    texts = [
        *(text for node in walk(template()["Resources"]) if isinstance(text := node, str)),
        *((FUNCTIONS / workflow / "workflow.asl.json").read_text() for workflow in WORKFLOWS),
    ]

    assert [text for text in texts if "arn:aws:" in text] == []


def test_metrics_name_their_stack() -> None:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    on_the_dashboard = [
        metric
        for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "Heard"
    ]
    in_alarms = [
        {dimension["Name"] for dimension in alarm["Dimensions"]}
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "Heard"
    ]

    assert on_the_dashboard
    assert all(metric[4:6] == ["stack", "${AWS::StackName}"] for metric in on_the_dashboard)
    assert in_alarms
    assert all(names == {"service", "stack"} for names in in_alarms)


@pytest.mark.parametrize("function", HANDLERS)
def test_a_function_counts_under_the_name_of_its_stack(function: str) -> None:
    assert "Metrics(namespace" not in (FUNCTIONS / function / "app.py").read_text()


# Updates


def _translate(code: dict[str, str]) -> dict[str, Any]:
    """The template as CloudFormation gets it, with the uploaded code at these addresses."""
    source = copy.deepcopy(template())
    for name, resource in source["Resources"].items():
        properties = resource.get("Properties", {})
        for field in ("CodeUri", "ContentUri", "DefinitionUri"):
            if field in properties:
                properties[field] = code.get(name, f"s3://bucket/{name}")
    client = boto3.client(
        "iam", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )

    class NoManagedPolicies(ManagedPolicyLoader):
        def load(self) -> dict[str, str]:
            return {}

    return transform(source, {}, NoManagedPolicies(client))["Resources"]


def _versions(translated: dict[str, Any]) -> dict[str, str]:
    """The version that each alias points at."""
    return {
        name: resource["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        for name, resource in translated.items()
        if resource["Type"] == "AWS::Lambda::Alias"
    }


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def _alias_layers() -> Iterator[tuple[str, str]]:
    for function, properties in resources(SAM_FUNCTION).items():
        if "AutoPublishAlias" in properties:
            for layer in properties["Layers"]:
                yield function, layer["Ref"]


@pytest.mark.parametrize(("function", "layer"), sorted(_alias_layers()))
def test_a_new_layer_reaches_the_alias(function: str, layer: str) -> None:
    """Without it, an update would leave the door and the desk on the code before."""
    before = _versions(_translate({}))
    after = _versions(_translate({layer: "s3://bucket/another"}))

    assert before[f"{function}Aliaslive"] != after[f"{function}Aliaslive"]


def test_the_same_code_makes_no_new_version() -> None:
    assert _versions(_translate({})) == _versions(_translate({}))


def test_versions_that_no_alias_names_are_deleted() -> None:
    """SnapStart charges for each version that is kept."""
    versions = [
        resource
        for resource in _translate({}).values()
        if resource["Type"] == "AWS::Lambda::Version"
    ]

    assert versions
    assert all(version["DeletionPolicy"] == "Delete" for version in versions)


# Snapshots

SNAPSHOT_FUNCTIONS = sorted(
    name for name, function in resources(SAM_FUNCTION).items() if "SnapStart" in function
)
SLEEP_DAYS = 14
"""A version that was not called for so long is put to sleep."""

# Two copies of a process that has just imported a handler stand for two restored snapshots: memory
# is the same in both, and only the kernel is asked for anything new.
_RESTORE_TWICE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import app
from heard.storage.polls import new_mark_key
from heard.storage.sealing import new_key
import secrets, uuid
def restored():
    reader, writer = os.pipe()
    if not os.fork():
        made = [new_key().hex(), new_mark_key().hex(), secrets.token_hex(8), str(uuid.uuid4())]
        with open(writer, "w") as pipe:
            json.dump(made, pipe)
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        made = json.load(pipe)
    os.wait()
    return made
print(json.dumps([restored(), restored()]))
"""


@pytest.mark.parametrize("name", SNAPSHOT_FUNCTIONS)
def test_a_snapshot_is_called_before_it_falls_asleep(name: str) -> None:
    days = [
        int(rule["ScheduleExpression"].removeprefix("rate(").split()[0])
        for rule in resources("AWS::Events::Rule").values()
        for target in rule["Targets"]
        if mentions(target["Arn"], f"{name}Aliaslive")
        and re.fullmatch(r"rate\(\d+ days?\)", rule["ScheduleExpression"])
        and json.loads(target["Input"]) == {"ping": True}
    ]

    assert days
    assert min(days) < SLEEP_DAYS
    assert any(
        permission["Principal"] == "events.amazonaws.com"
        and mentions(permission["FunctionName"], f"{name}Aliaslive")
        for permission in resources("AWS::Lambda::Permission").values()
    )


@pytest.mark.parametrize("route", sorted(resources("AWS::ApiGatewayV2::Route")))
def test_the_api_may_call_the_function_of_each_route(route: str) -> None:
    """The emulator asks no permission. AWS answers 500 without one."""
    properties = resources("AWS::ApiGatewayV2::Route")[route]
    integration = re.findall(r"\$\{(\w+)\}", properties["Target"]["Fn::Sub"])[0]
    uri = resources("AWS::ApiGatewayV2::Integration")[integration]["IntegrationUri"]
    called = f"live/{properties['RouteKey'].replace(' ', '')}"

    assert any(
        fnmatchcase(called, permission["SourceArn"]["Fn::Sub"].partition("${Api}/")[2])
        for permission in resources("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
        and any(mentions(uri, name) for name in permission["FunctionName"].values())
    )


@pytest.mark.parametrize("name", SNAPSHOT_FUNCTIONS)
def test_two_restored_snapshots_make_different_keys_and_ids(name: str) -> None:
    folder = FUNCTIONS / resources(SAM_FUNCTION)[name]["CodeUri"].removeprefix("functions/")

    first, second = run_isolated(_RESTORE_TWICE, str(folder))

    assert not set(first) & set(second)


def test_nothing_random_comes_from_memory() -> None:
    """The generator of `random` is seeded at import, so all restored snapshots would draw the same.

    `random.SystemRandom` and `secrets` ask the kernel each time.
    """
    drawn = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in [*LIBRARY.rglob("*.py"), *FUNCTIONS.glob("*/app.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"random", "uuid"}
            and node.attr not in {"SystemRandom", "uuid4", "UUID", "uuid5"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module in {"random", "uuid"}
            and {alias.name for alias in node.names} - {"SystemRandom", "uuid4", "UUID", "uuid5"}
        )
    ]

    assert drawn == []


def test_no_id_time_or_client_is_made_while_a_module_is_imported() -> None:
    """A snapshot would hand the same one to every restored copy, with a connection that is dead."""
    at_import: list[str] = []
    for path in [*LIBRARY.rglob("*.py"), *FUNCTIONS.glob("*/app.py")]:
        module = ast.parse(path.read_text())
        for statement in module.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            at_import += [
                f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
                for node in ast.walk(statement)
                if isinstance(node, ast.Call)
                and re.match(
                    r"(secrets|uuid|os\.urandom|boto3|time|monotonic|clock\.now|datetime\.now|"
                    r"client)\b",
                    ast.unparse(node.func),
                )
                and not isinstance(node.func, ast.Lambda)
            ]

    assert at_import == []


# Executions at once


def _readers(scale: str) -> int:
    """How many executions the readers of the queues hold at most, with what they wait for."""
    held = 0
    for function in resources(SAM_FUNCTION).values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                source = event["Properties"]
                if scale == "small" and mentions(source["Queue"], "PraiseQueue"):
                    continue  # nothing is sent there: see the next test
                if mentions(source["Queue"], "SealQueue"):
                    continue  # a clock: see `test_the_clock_of_seals_leaves_room_for_the_door`
                readers = _at(source["ScalingConfig"]["MaximumConcurrency"], scale)
                waits_for = (
                    int(SCALES[scale]["Runs"])
                    if "states:StartSyncExecution" in str(function["Policies"])
                    else 0
                )
                held += readers * (1 + waits_for)
    return held


def _reserved(scale: str) -> int:
    return sum(
        value
        for function in resources(SAM_FUNCTION).values()
        if isinstance(value := _at(function.get("ReservedConcurrentExecutions"), scale), int)
    )


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_an_account_has_room_for_a_scale(scale: str) -> None:
    assert _readers(scale) + _reserved(scale) + LEFT_FOR_OTHERS[scale] <= QUOTAS[scale]


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_the_clock_of_seals_leaves_room_for_the_door(scale: str) -> None:
    """It runs for some minutes of the night. AWS allows no reader less than two executions."""
    assert 2 <= SCALES[scale]["Seals"] <= LEFT_FOR_OTHERS[scale] / 2


def test_a_new_account_sends_no_praise_to_readers_that_it_has_no_room_for() -> None:
    assert template()["Conditions"]["GathersPraise"] == {
        "Fn::And": [
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "Scale"}, "small"]}]},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "PraiseWindow"}, 0]}]},
        ]
    }
    for name in ("IngestFunction", "PollFunction"):
        variables = resources(SAM_FUNCTION)[name]["Environment"]["Variables"]
        assert variables["PRAISE_QUEUE_URL"] == {
            "Fn::If": ["GathersPraise", {"Ref": "PraiseQueue"}, {"Ref": "ReviewQueue"}]
        }


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_a_reservation_leaves_what_aws_demands(scale: str) -> None:
    assert not _reserved(scale) or QUOTAS[scale] - _reserved(scale) >= UNRESERVED


def test_nothing_that_a_reader_waits_for_outlasts_it() -> None:
    """Else it would hold executions that nobody counted, and a whole batch could be lost."""
    functions = resources(SAM_FUNCTION)
    route = json.loads((FUNCTIONS / "route" / "workflow.asl.json").read_text())

    assert (
        route["TimeoutSeconds"]
        < ROUTE_SECONDS
        < BATCH_SECONDS
        < functions["IntakeFunction"]["Timeout"]
    )
    assert SHARED_SECONDS < UNSURE_SECONDS < _timeout(functions["ReplyFunction"])
    assert _timeout(functions["PollFunction"]) > POLL_SECONDS


def test_each_message_of_a_batch_has_a_connection_to_step_functions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One too few, and messages would wait for others' platforms."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    client: Any = synchronous_stepfunctions.__wrapped__()

    assert (
        max(int(scale["Runs"]) for scale in SCALES.values())
        <= client.meta.config.max_pool_connections
    )


def _timeout(function: dict[str, Any]) -> int:
    return function.get("Timeout", template()["Globals"]["Function"]["Timeout"])


def test_the_default_scale_fits_a_new_account() -> None:
    scale = template()["Parameters"]["Scale"]

    assert set(scale["AllowedValues"]) == set(SCALES) == set(QUOTAS)
    assert QUOTAS[scale["Default"]] == min(QUOTAS.values())


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_a_queue_never_gets_fewer_readers_than_aws_allows(scale: str) -> None:
    assert min(SCALES[scale][name] for name in ("Readers", "Praise", "Polls")) >= 2


# Documents

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def _section(title: str) -> str:
    return OPERATIONS.partition(f"\n{title}\n")[2].partition("\n## ")[0]


def test_operations_list_the_parameters_with_their_defaults() -> None:
    section = _section("### Parameters").partition("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE)
    defaults = {
        name: str(parameter["Default"]) for name, parameter in template()["Parameters"].items()
    }

    assert {
        name: "" if text == "empty" else text.strip("`").replace(",", "") for name, text in rows
    } == defaults


def test_operations_name_only_resources_that_exist() -> None:
    """A name like `PollDeadLetters` or `RelayStream` is a logical id, an output or a parameter."""
    known = {*template()["Resources"], *template()["Parameters"], *template()["Outputs"]}
    known |= {name.removesuffix("Alarm") for name in resources("AWS::CloudWatch::Alarm")}
    kinds = ("Alarm", "Queue", "DeadLetters", "Function", "Table", "Flow", "Workflow", "Logs")
    names = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", OPERATIONS))

    assert {name for name in names if name.endswith(kinds)} <= known


def test_operations_say_what_every_queue_and_schedule_is_for() -> None:
    queues = {"PraiseQueue": "praise queue"}
    queues |= {"ReviewQueue": "review queue", "ReviewDeadLetters": "## Dead letters"}
    queues |= {"PollQueue": "poll queue", "PollDeadLetters": "`PollDeadLettersAlarm`"}
    queues |= {"RelayDeadLetters": "`RelayDeadLetters`"}
    queues |= {"SealQueue": "seal queue", "SealDeadLetters": "`SealDeadLettersAlarm`"}
    schedules = {"rate(1 minute)": "| minute |", "rate(5 minutes)": "Every five minutes"}
    schedules |= {"cron(15 1-5 * * ? *)": "At 01:15, 02:15", "rate(1 day)": "once a day"}
    schedules |= {"cron(20 0 * * ? *)": "At 00:20"}
    in_template = {
        event["Properties"]["Schedule"]
        for function in resources(SAM_FUNCTION).values()
        for event in function.get("Events", {}).values()
        if event["Type"].startswith("Schedule")
    } | {rule["ScheduleExpression"] for rule in resources("AWS::Events::Rule").values()}

    assert set(queues) == set(resources("AWS::SQS::Queue"))
    assert set(schedules) == in_template
    assert [
        text for text in (*queues.values(), *schedules.values()) if text not in OPERATIONS
    ] == []


def test_the_template_has_the_version_of_the_release() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert template()["Outputs"]["Version"]["Value"] == project["version"]


# Alarms


def _lambda_alarms(metric: str) -> list[dict[str, Any]]:
    return [
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", metric)
    ]


@pytest.mark.parametrize("function", sorted(resources(SAM_FUNCTION)))
def test_somebody_is_told_when_a_function_fails(function: str) -> None:
    assert any(mentions(alarm["Dimensions"], function) for alarm in _lambda_alarms("Errors"))


def test_somebody_is_told_when_a_function_is_throttled() -> None:
    """All functions of an account share its quota, and the metric without a dimension is theirs."""
    alarms = _lambda_alarms("Throttles")

    assert any("Dimensions" not in alarm for alarm in alarms)
    assert any(mentions(alarm.get("Dimensions"), "IngestFunction") for alarm in alarms)


def test_somebody_is_told_when_the_api_fails() -> None:
    assert any(
        alarm.get("MetricName") == "5xx" and mentions(alarm["Dimensions"], "Api")
        for alarm in resources("AWS::CloudWatch::Alarm").values()
    )


@pytest.mark.parametrize("name", sorted(resources("AWS::CloudWatch::Alarm")))
def test_an_alarm_tells_when_it_begins_and_when_it_is_over(name: str) -> None:
    alarm = resources("AWS::CloudWatch::Alarm")[name]

    assert mentions(alarm["AlarmActions"], "Alarms")
    assert mentions(alarm["OKActions"], "Alarms")


def test_operations_list_each_alarm_and_how_many_there_are() -> None:
    table = _section("## Alarms")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith(("| `", "| **`"))]
    alarms = set(resources("AWS::CloudWatch::Alarm"))

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == alarms
    assert f"The {len(alarms)} alarms cost" in table


def test_somebody_is_told_when_a_schedule_stops() -> None:
    """Nothing fails then: only what the function counts is missing."""
    scheduled = {
        properties["CodeUri"].removeprefix("functions/")
        for properties in resources(SAM_FUNCTION).values()
        if any(
            event["Type"].startswith("Schedule") for event in properties.get("Events", {}).values()
        )
    }
    watched = {
        dimension["Value"]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["TreatMissingData"] == "breaching"
        and alarm["ComparisonOperator"] == "LessThanThreshold"
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "service"
    }

    assert scheduled
    assert watched == scheduled


def _alarm_metrics() -> list[tuple[str, str]]:
    return [
        (dimension["Value"], alarm["MetricName"])
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "Heard"
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "service"
    ]


@pytest.mark.parametrize(("service", "metric"), _alarm_metrics())
def test_an_alarm_watches_a_metric_that_its_function_emits(service: str, metric: str) -> None:
    source = (FUNCTIONS / service / "app.py").read_text()
    families = re.findall(r'add_metric\(\s*f?"(\w+?)(\{|")', source)

    assert any(metric.startswith(name) if end == "{" else metric == name for name, end in families)


def test_an_age_alarm_on_a_queue_that_tries_often_has_a_partner() -> None:
    """What fails again and again is left out of the age."""
    alarms = resources("AWS::CloudWatch::Alarm").values()
    queues = {
        name: queue["RedrivePolicy"]["maxReceiveCount"]
        for name, queue in resources("AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue
        and any(
            alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
            and mentions(alarm["Dimensions"], name)
            for alarm in alarms
        )
    }
    often = {
        name
        for name, receipts in queues.items()
        if not isinstance(receipts, int) or receipts > RECEIPTS_OF_AN_AGE
    }
    readers = {
        queue: function["CodeUri"].removeprefix("functions/")
        for queue in often
        for function in resources(SAM_FUNCTION).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS" and mentions(event["Properties"]["Queue"], queue)
    }

    assert set(readers) == often
    assert {"reviews_failing", "polls_returned"} <= {
        metric for service, metric in _alarm_metrics() if service in readers.values()
    }


# Queues, logs and workflows


def test_a_dead_letter_has_more_time_than_it_had_before() -> None:
    """Its time counts from its first queue."""
    queues = resources("AWS::SQS::Queue")
    sources = [queue for queue in queues.values() if "RedrivePolicy" in queue]

    assert sources
    for queue in sources:
        (dead,) = (name for name in queues if mentions(queue["RedrivePolicy"], name))
        assert 2 * queue["MessageRetentionPeriod"] < queues[dead]["MessageRetentionPeriod"]


@pytest.mark.parametrize("name", sorted(resources(SAM_FUNCTION)))
def test_a_late_log_line_cannot_make_a_deleted_group_again(name: str) -> None:
    """SAM attaches a policy of AWS that allows it."""
    assert any(
        holder == name
        and statement["Effect"] == "Deny"
        and statement["Action"] == "logs:CreateLogGroup"
        and statement["Resource"] == "*"
        for holder, statement in statements()
    )


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_names_errors_of_lambda_that_exist(workflow: str) -> None:
    definition = json.loads((FUNCTIONS / workflow / "workflow.asl.json").read_text())
    names = {
        name
        for node in walk(definition)
        if isinstance(node, dict)
        for name in node.get("ErrorEquals", ())
        if name.startswith(("Lambda.", "Runtime."))
    }

    assert names <= LAMBDA_ERRORS
