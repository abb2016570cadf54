"""Every stack has least privilege, loses nothing and keeps nothing for ever, whatever is added."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.static.cloudformation import (
    as_list,
    mentions,
    parse,
    resources,
    statements,
    template,
    walk,
)
from tests.static.repository import FUNCTIONS, HANDLERS, LIBRARY, ROOT, WORKFLOWS, describe_handler
from tests.static.test_handlers import handler_source

# Who may use `Resource: '*'`, for which actions, and why nothing narrower exists.
KEY_POLICIES = "every key policy"
TELEMETRY_ACTIONS = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}
TOKEN_ACTIONS = {"states:SendTaskSuccess", "states:SendTaskFailure"}
ANY_RESOURCE: dict[str, tuple[set[str], str]] = {
    KEY_POLICIES: ({"kms:*"}, "a key policy can only speak of its own key, and calls it '*'"),
    "RouteWorkflow": (
        TELEMETRY_ACTIONS,
        "handing over logs and traces; these actions know no resource",
    ),
    "FollowUpFlow": (TELEMETRY_ACTIONS, "as above"),
    "FollowUpFunction": (
        TOKEN_ACTIONS,
        "reporting on a task knows no resource (service authorization reference); the token is "
        "the key",
    ),
    "DeskFunction": (TOKEN_ACTIONS, "as above"),
    "SweepFunction": (TOKEN_ACTIONS, "as above"),
    "TriageFunction": (
        {
            "comprehend:DetectDominantLanguage",
            "comprehend:DetectSentiment",
            "comprehend:DetectToxicContent",
        },
        "judging texts; these actions know no resource (service authorization reference)",
    ),
}

# Who may use an action with a wildcard, and why.
ANY_ACTION: dict[str, tuple[set[str], str]] = {
    KEY_POLICIES: (
        {"kms:*", "kms:ReEncrypt*", "kms:GenerateDataKey*"},
        "the account keeps the say over its own key; without this line the key could never be "
        "changed again",
    ),
    "IngestFunction": (
        {"sqs:SendMessage*"},
        "on AWS this is sqs:SendMessage and nothing else; the emulator names the batch apart",
    ),
    "DeskFunction": ({"sqs:SendMessage*"}, "as above"),
    "PollFunction": ({"sqs:SendMessage*"}, "as above"),
    "SealFunction": ({"sqs:SendMessage*"}, "as above"),
    "SweepFunction": ({"sqs:SendMessage*"}, "as above"),
}

# Set by the person who runs a stack rather than by what a function needs; every function
# understands them.
COMMON_SETTINGS = {"LOG_LEVEL", "STACK"}
LIBRARY_SETTINGS = {"OPENBLAS_NUM_THREADS"}  # one processor: a second thread would only wait for it

READ_STREAM = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}

# What SQS asks of a queue that feeds Lambda, so that retries of a throttled batch do not overlap
VISIBILITY_FACTOR = 6
SAM_FUNCTION, SAM_MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"


def _names_of_type(kind: str) -> list[str]:
    return sorted(resources(kind)) if (ROOT / "template.yaml").exists() else []


def _function_folder(properties: dict[str, Any]) -> str:
    return str(properties.get("CodeUri", "")).strip("./").removeprefix("functions/").strip("/")


def _permission_holder(name: str) -> str:
    return KEY_POLICIES if template()["Resources"][name]["Type"] == "AWS::KMS::Key" else name


def test_there_is_a_template() -> None:
    assert template()["Transform"] == "AWS::Serverless-2016-10-31"


def test_the_loader_reads_every_short_form() -> None:
    parsed = parse(
        "a: !Ref B\nc: !GetAtt D.E.F\ng: !Sub ['${H}', {H: !Ref I}]\nj: !If [K, 2012-10-17, !Ref "
        "'AWS::NoValue']\n"
    )

    assert parsed == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": ["D", "E.F"]},
        "g": {"Fn::Sub": ["${H}", {"H": {"Ref": "I"}}]},
        "j": {"Fn::If": ["K", "2012-10-17", {"Ref": "AWS::NoValue"}]},
    }


def test_every_parameter_has_a_description() -> None:
    assert [
        name
        for name, parameter in template().get("Parameters", {}).items()
        if not parameter.get("Description")
    ] == []


def test_the_dashboard_shows_metrics_that_a_function_emits() -> None:
    """A metric with a wrong name is an empty graph, and nobody knows why."""
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    body = json.loads(dashboard["DashboardBody"]["Fn::Sub"])
    metrics = [
        (metric[3], metric[1])
        for widget in body["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "Heard"
    ]
    emitted = {
        function: re.findall(
            r'add_metric\(\s*f?"(\w*)(\{)?', handler_source(function) + _own_source(function)
        )
        for function in HANDLERS
    }

    assert metrics
    for function, name in metrics:
        # A name with a brace is the constant beginning of a family of metrics.
        steps = re.findall(r'case "(\w+)"', _own_source(function))
        assert any(
            name.startswith(tuple([beginning] if beginning else steps))
            if brace
            else name == beginning
            for beginning, brace in emitted[function]
        ), f"{function} emits no {name}"


def _own_source(function: str) -> str:
    """The source of a handler, and of its routes in the library."""
    routes = sorted((LIBRARY / "http" / function).glob("*.py"))
    return "".join(path.read_text() for path in (FUNCTIONS / function / "app.py", *routes))


# functions


def test_the_template_and_the_folders_name_the_same_functions() -> None:
    assert (
        sorted(_function_folder(properties) for properties in resources(SAM_FUNCTION).values())
        == HANDLERS
    )
    assert len(resources(SAM_MACHINE)) == len(WORKFLOWS)


@pytest.mark.parametrize("name", _names_of_type(SAM_FUNCTION))
def test_a_function_runs_on_arm64_with_python_3_13(name: str) -> None:
    function = resources(SAM_FUNCTION)[name]

    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"
    assert function["Handler"] == "app.handler"


@pytest.mark.parametrize("name", _names_of_type(SAM_FUNCTION))
def test_a_function_gets_exactly_the_settings_it_declares(name: str) -> None:
    """Both ways: nothing that is read and missing, nothing that is wired and ignored."""
    function = resources(SAM_FUNCTION)[name]
    configured = {
        key
        for key in function.get("Environment", {}).get("Variables", {})
        if not key.startswith("POWERTOOLS_")
    }
    configured -= COMMON_SETTINGS | LIBRARY_SETTINGS
    declared = describe_handler(_function_folder(function))["settings"] or []

    assert configured == {field.upper() for field in declared}


@pytest.mark.parametrize("name", _names_of_type("AWS::Serverless::LayerVersion"))
def test_a_layer_is_built_with_bytecode_for_arm64(name: str) -> None:
    layer = template()["Resources"][name]

    assert layer["Metadata"]["BuildMethod"] == "makefile"
    assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]
    assert layer["Properties"]["CompatibleRuntimes"] == ["python3.13"]


# logs


PEAK_MB = {
    "audit": 84,
    "desk": 108,
    "feedback_page": 71,
    "follow_up": 74,
    "ingest": 78,
    "intake": 67,
    "poll": 85,
    "relay": 67,
    "reply": 85,
    "retention": 71,
    "sweep": 74,
    "triage": 264,
    "seal": 150,
    "web": 40,
}
"""The largest resident memory of each function after a run of the stack tests on the local stack.

Measured on x86-64 with the accurate engine. Lambda's own runtime comes on top.
"""
RUNTIME_MB = 25


def test_a_function_has_almost_a_third_of_its_memory_free_at_its_peak() -> None:
    memory = {
        _function_folder(properties).rpartition("/")[2]: int(properties["MemorySize"])
        for properties in resources(SAM_FUNCTION).values()
    }

    assert memory.keys() == PEAK_MB.keys()
    for name, peak in PEAK_MB.items():
        assert peak + RUNTIME_MB <= 0.7 * memory[name], name


@pytest.mark.parametrize("name", _names_of_type("AWS::Logs::LogGroup"))
def test_a_log_group_has_a_retention_period(name: str) -> None:
    assert resources("AWS::Logs::LogGroup")[name].get("RetentionInDays")


@pytest.mark.parametrize("name", _names_of_type(SAM_FUNCTION))
def test_a_function_logs_to_a_declared_group(name: str) -> None:
    """A group that Lambda makes by itself keeps its lines for ever."""
    configured = resources(SAM_FUNCTION)[name].get("LoggingConfig", {}).get("LogGroup")
    declared = resources("AWS::Logs::LogGroup")
    by_name = [group for group in declared.values() if mentions(group.get("LogGroupName"), name)]

    assert by_name or any(mentions(configured, group) for group in declared)


@pytest.mark.parametrize("name", _names_of_type(SAM_MACHINE))
def test_a_workflow_logs_without_execution_data(name: str) -> None:
    machine = resources(SAM_MACHINE)[name]
    logging = machine["Logging"]

    assert logging["Level"] in {"ALL", "ERROR", "FATAL"}
    assert logging["IncludeExecutionData"] is False
    assert any(
        mentions(logging["Destinations"], group) for group in resources("AWS::Logs::LogGroup")
    )
    assert machine["Tracing"] == {"Enabled": True}


# queues


def _dead_letter_queues() -> set[str]:
    queues = resources("AWS::SQS::Queue")
    targets = [
        node[key]
        for node in walk(template()["Resources"])
        if isinstance(node, dict)
        for key in ("RedrivePolicy", "DeadLetterConfig", "DeadLetterQueue", "OnFailure")
        if key in node
    ]
    return {name for name in queues if any(mentions(target, name) for target in targets)}


@pytest.mark.parametrize("name", _names_of_type("AWS::SQS::Queue"))
def test_a_queue_has_a_dead_letter_queue_and_encryption(name: str) -> None:
    queue = resources("AWS::SQS::Queue")[name]
    if name in _dead_letter_queues():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, (
            "what failed should wait for a person as long as SQS allows"
        )
    else:
        assert any(mentions(queue.get("RedrivePolicy"), other) for other in _dead_letter_queues())
    assert queue.get("SqsManagedSseEnabled") is True or "KmsMasterKeyId" in queue


def _consumers(queue: str) -> list[dict[str, Any]]:
    functions = resources(SAM_FUNCTION)
    from_events = [
        function
        for function in functions.values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS" and mentions(event["Properties"]["Queue"], queue)
    ]
    from_mappings = [
        functions[function]
        for mapping in resources("AWS::Lambda::EventSourceMapping").values()
        for function in functions
        if mentions(mapping["EventSourceArn"], queue)
        and mentions(mapping["FunctionName"], function)
    ]
    return from_events + from_mappings


@pytest.mark.parametrize("name", _names_of_type("AWS::SQS::Queue"))
def test_a_visibility_timeout_is_six_times_the_consumers_timeout(name: str) -> None:
    visibility = resources("AWS::SQS::Queue")[name].get("VisibilityTimeout", 30)

    assert {visibility for _ in _consumers(name)} <= {
        VISIBILITY_FACTOR * consumer["Timeout"] + _longest_window(name)
        for consumer in _consumers(name)
    }


def _longest_window(queue: str) -> int:
    """For how many seconds the reader of a queue gathers messages at most."""
    sources = [
        event["Properties"]
        for function in resources(SAM_FUNCTION).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS" and mentions(event["Properties"]["Queue"], queue)
    ]
    windows = [source.get("MaximumBatchingWindowInSeconds") for source in sources]
    return max(
        (template()["Parameters"][window["Ref"]]["MaxValue"] for window in windows if window),
        default=0,
    )


def test_a_batch_reports_which_of_its_messages_failed() -> None:
    sources = [
        event["Properties"]
        for function in resources(SAM_FUNCTION).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    sources += [
        mapping
        for mapping in resources("AWS::Lambda::EventSourceMapping").values()
        if "sqs" in str(mapping).lower() or "Queue" in str(mapping)
    ]

    assert sources
    assert all(
        source.get("FunctionResponseTypes") == ["ReportBatchItemFailures"] for source in sources
    )


def test_somebody_is_told_of_every_dead_letter() -> None:
    alarms = resources("AWS::CloudWatch::Alarm").values()
    watched = {
        queue
        for queue in _dead_letter_queues()
        for alarm in alarms
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and mentions(alarm["Dimensions"], queue)
        and alarm["AlarmActions"]
    }

    assert watched == _dead_letter_queues()


# tables


@pytest.mark.parametrize("name", _names_of_type("AWS::DynamoDB::Table"))
def test_a_table_is_on_demand_recoverable_and_encrypted(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"


@pytest.mark.parametrize("name", _names_of_type("AWS::DynamoDB::Table"))
def test_a_table_is_protected_from_deletion_unless_a_parameter_says_otherwise(name: str) -> None:
    protection = resources("AWS::DynamoDB::Table")[name]["DeletionProtectionEnabled"]

    assert (
        any(mentions(protection, parameter) for parameter in template()["Parameters"])
        or "Fn::If" in protection
    )


@pytest.mark.parametrize("name", _names_of_type("AWS::DynamoDB::Table"))
def test_a_time_to_live_has_a_declared_attribute(name: str) -> None:
    time_to_live = resources("AWS::DynamoDB::Table")[name].get("TimeToLiveSpecification")

    assert time_to_live is None or (
        time_to_live["Enabled"] is True and time_to_live["AttributeName"]
    )


# who signs in


def test_nobody_changes_the_address_that_roles_were_given_to() -> None:
    (pool,) = resources("AWS::Cognito::UserPool").values()
    clients = resources("AWS::Cognito::UserPoolClient").values()

    # Without the list, or with an empty one, every attribute of the standard could be written
    assert all(client["WriteAttributes"] for client in clients)
    assert not any("email" in client["WriteAttributes"] for client in clients)
    assert pool["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email"]
    }


def test_the_page_signs_in_by_code_alone_and_comes_back_to_itself() -> None:
    (client,) = resources("AWS::Cognito::UserPoolClient").values()
    (domain,) = resources("AWS::Cognito::UserPoolDomain").values()
    (branding,) = resources("AWS::Cognito::ManagedLoginBranding").values()

    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["CallbackURLs"] == [{"Fn::Sub": "${Api.ApiEndpoint}/signed-in"}]
    assert client["LogoutURLs"] == [{"Fn::Sub": "${Api.ApiEndpoint}/signed-out"}]
    assert domain["ManagedLoginVersion"] == 2
    # Without a branding, AWS shows no sign-in page at all.
    assert branding["ClientId"] == {"Ref": "UserPoolClient"}


def test_the_function_of_the_page_may_do_nothing() -> None:
    """It is public, and holds nothing but the page."""
    (policy,) = resources(SAM_FUNCTION)["WebFunction"]["Policies"]

    assert [statement["Effect"] for statement in policy["Statement"]] == ["Deny"]


# permissions


def test_any_resource_is_allowed_only_with_a_reason() -> None:
    unexplained = [
        (name, action)
        for name, statement in statements()
        if "*" in as_list(statement.get("Resource", [])) and statement["Effect"] == "Allow"
        for action in as_list(statement.get("Action", "NotAction"))
        if not any(
            _matches(action, allowed)
            for allowed in ANY_RESOURCE.get(_permission_holder(name), (set(), ""))[0]
        )
    ]

    assert unexplained == []


def _matches(action: str, allowed: str) -> bool:
    return action == allowed or (allowed.endswith("*") and action.startswith(allowed[:-1]))


def test_every_reason_is_still_needed() -> None:
    holders = {
        _permission_holder(name)
        for name, statement in statements()
        if "*" in as_list(statement.get("Resource", []))
    }

    assert set(ANY_RESOURCE) - holders == set()


def test_no_permission_is_a_wildcard() -> None:
    wildcards = [
        (name, action)
        for name, statement in statements()
        for action in as_list(statement.get("Action", []))
        if "*" in action
        and statement["Effect"] == "Allow"
        and action not in ANY_ACTION.get(_permission_holder(name), (set(), ""))[0]
    ]

    assert wildcards == []


def test_no_permission_is_granted_by_exclusion() -> None:
    assert [
        name
        for name, statement in statements()
        if "NotAction" in statement and statement["Effect"] == "Allow"
    ] == []
