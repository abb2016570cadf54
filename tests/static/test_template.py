"""What every stack of Heard promises, whatever is added to it.

Least privilege, nothing lost, nothing kept for ever.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.static.cloudformation import (
    listed,
    mentions,
    parse,
    policy_templates,
    resources,
    statements,
    template,
    walk,
)
from tests.static.repository import HANDLERS, ROOT, WORKFLOWS, imported

# Who may use `Resource: '*'`, for which actions, and why nothing narrower exists.
KEYS = "every key policy"
TELEMETRY = {
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
TOKENS = {"states:SendTaskSuccess", "states:SendTaskFailure"}
ANY_RESOURCE: dict[str, tuple[set[str], str]] = {
    KEYS: ({"kms:*"}, "a key policy can only speak of its own key, and calls it '*'"),
    "RouteWorkflow": (TELEMETRY, "handing over logs and traces; these actions know no resource"),
    "FollowUpFlow": (TELEMETRY, "as above"),
    "FollowUpFunction": (
        TOKENS,
        "reporting on a task knows no resource (service authorization reference); the token is "
        "the key",
    ),
    "DeskFunction": (TOKENS, "as above"),
    "SweepFunction": (TOKENS, "as above"),
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
    KEYS: (
        {"kms:*", "kms:ReEncrypt*", "kms:GenerateDataKey*"},
        "the account keeps the say over its own key; without this line the key could never be "
        "changed again",
    ),
    "IngestFunction": (
        {"sqs:SendMessage*"},
        "on AWS this is sqs:SendMessage and nothing else; the emulator names the batch apart",
    ),
    "PollFunction": ({"sqs:SendMessage*"}, "as above"),
    "SweepFunction": ({"sqs:SendMessage*"}, "as above"),
}

# Set by the person who runs a stack rather than by what a function needs; every function
# understands them.
SETTINGS_OF_ALL = {"LOG_LEVEL"}
SETTINGS_OF_LIBRARIES = {
    "OPENBLAS_NUM_THREADS"
}  # one processor: a second thread would only wait for it

# What SQS asks of a queue that feeds Lambda, so that retries of a throttled batch do not overlap
SIX_TIMES = 6
SAM_FUNCTION, SAM_MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"


def _named(kind: str) -> list[str]:
    return sorted(resources(kind)) if (ROOT / "template.yaml").exists() else []


def _folder(properties: dict[str, Any]) -> str:
    return str(properties.get("CodeUri", "")).strip("./").removeprefix("functions/").strip("/")


def _holder(name: str) -> str:
    return KEYS if template()["Resources"][name]["Type"] == "AWS::KMS::Key" else name


def test_there_is_a_template() -> None:
    assert template()["Transform"] == "AWS::Serverless-2016-10-31"


def test_the_loader_reads_every_short_form() -> None:
    read = parse(
        "a: !Ref B\nc: !GetAtt D.E.F\ng: !Sub ['${H}', {H: !Ref I}]\nj: !If [K, 2012-10-17, !Ref "
        "'AWS::NoValue']\n"
    )

    assert read == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": ["D", "E.F"]},
        "g": {"Fn::Sub": ["${H}", {"H": {"Ref": "I"}}]},
        "j": {"Fn::If": ["K", "2012-10-17", {"Ref": "AWS::NoValue"}]},
    }


def test_every_parameter_says_what_it_is_for() -> None:
    assert [
        name
        for name, parameter in template().get("Parameters", {}).items()
        if not parameter.get("Description")
    ] == []


# functions


def test_the_template_and_the_folders_name_the_same_functions() -> None:
    assert (
        sorted(_folder(properties) for properties in resources(SAM_FUNCTION).values()) == HANDLERS
    )
    assert len(resources(SAM_MACHINE)) == len(WORKFLOWS)


@pytest.mark.parametrize("name", _named(SAM_FUNCTION))
def test_a_function_runs_on_arm64_with_python_3_13(name: str) -> None:
    function = resources(SAM_FUNCTION)[name]

    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"
    assert function["Handler"] == "app.handler"


@pytest.mark.parametrize("name", _named(SAM_FUNCTION))
def test_a_function_is_given_exactly_the_settings_it_declares(name: str) -> None:
    """Both ways: nothing that is read and missing, nothing that is wired and ignored."""
    function = resources(SAM_FUNCTION)[name]
    given = {
        key
        for key in function.get("Environment", {}).get("Variables", {})
        if not key.startswith("POWERTOOLS_")
    }
    given -= SETTINGS_OF_ALL | SETTINGS_OF_LIBRARIES
    declared = imported(_folder(function))["settings"] or []

    assert given == {field.upper() for field in declared}


@pytest.mark.parametrize("name", _named("AWS::Serverless::LayerVersion"))
def test_a_layer_is_built_with_bytecode_for_arm64(name: str) -> None:
    layer = template()["Resources"][name]

    assert layer["Metadata"]["BuildMethod"] == "makefile"
    assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]
    assert layer["Properties"]["CompatibleRuntimes"] == ["python3.13"]


# logs


@pytest.mark.parametrize("name", _named("AWS::Logs::LogGroup"))
def test_a_log_is_not_kept_for_ever(name: str) -> None:
    assert resources("AWS::Logs::LogGroup")[name].get("RetentionInDays")


@pytest.mark.parametrize("name", _named(SAM_FUNCTION))
def test_a_function_logs_to_a_declared_group(name: str) -> None:
    """A group that Lambda makes by itself keeps its lines for ever."""
    configured = resources(SAM_FUNCTION)[name].get("LoggingConfig", {}).get("LogGroup")
    declared = resources("AWS::Logs::LogGroup")
    by_name = [group for group in declared.values() if mentions(group.get("LogGroupName"), name)]

    assert by_name or any(mentions(configured, group) for group in declared)


@pytest.mark.parametrize("name", _named(SAM_MACHINE))
def test_a_workflow_logs_what_it_did_but_not_about_whom(name: str) -> None:
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


@pytest.mark.parametrize("name", _named("AWS::SQS::Queue"))
def test_a_queue_loses_nothing(name: str) -> None:
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


@pytest.mark.parametrize("name", _named("AWS::SQS::Queue"))
def test_a_message_stays_hidden_for_six_times_as_long_as_its_consumer_may_run(name: str) -> None:
    visibility = resources("AWS::SQS::Queue")[name].get("VisibilityTimeout", 30)

    assert {visibility for _ in _consumers(name)} <= {
        SIX_TIMES * consumer["Timeout"] for consumer in _consumers(name)
    }


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


# tables


@pytest.mark.parametrize("name", _named("AWS::DynamoDB::Table"))
def test_a_table_is_paid_by_use_recoverable_and_encrypted(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"


@pytest.mark.parametrize("name", _named("AWS::DynamoDB::Table"))
def test_a_table_is_protected_from_deletion_unless_a_parameter_says_otherwise(name: str) -> None:
    protection = resources("AWS::DynamoDB::Table")[name]["DeletionProtectionEnabled"]

    assert (
        any(mentions(protection, parameter) for parameter in template()["Parameters"])
        or "Fn::If" in protection
    )


@pytest.mark.parametrize("name", _named("AWS::DynamoDB::Table"))
def test_what_a_table_forgets_it_forgets_by_a_declared_attribute(name: str) -> None:
    forgets = resources("AWS::DynamoDB::Table")[name].get("TimeToLiveSpecification")

    assert forgets is None or (forgets["Enabled"] is True and forgets["AttributeName"])


# permissions


def test_any_resource_is_allowed_only_with_a_reason() -> None:
    unexplained = [
        (name, action)
        for name, statement in statements()
        if "*" in listed(statement.get("Resource", [])) and statement["Effect"] == "Allow"
        for action in listed(statement.get("Action", "NotAction"))
        if not any(
            _matches(action, allowed) for allowed in ANY_RESOURCE.get(_holder(name), (set(), ""))[0]
        )
    ]

    assert unexplained == []


def _matches(action: str, allowed: str) -> bool:
    return action == allowed or (allowed.endswith("*") and action.startswith(allowed[:-1]))


def test_every_reason_is_still_needed() -> None:
    holders = {
        _holder(name)
        for name, statement in statements()
        if "*" in listed(statement.get("Resource", []))
    }

    assert set(ANY_RESOURCE) - holders == set()


def test_no_permission_is_a_wildcard() -> None:
    wild = [
        (name, action)
        for name, statement in statements()
        for action in listed(statement.get("Action", []))
        if "*" in action
        and statement["Effect"] == "Allow"
        and action not in ANY_ACTION.get(_holder(name), (set(), ""))[0]
    ]

    assert wild == []


def test_nobody_may_do_everything_but() -> None:
    assert [
        name
        for name, statement in statements()
        if "NotAction" in statement and statement["Effect"] == "Allow"
    ] == []


def test_outcomes_can_only_be_added_and_read() -> None:
    """Append-only is what an auditor relies on.

    No function can change or remove a fact, whatever its code does.
    """
    (outcomes,) = (name for name in resources("AWS::DynamoDB::Table") if "Outcomes" in name)
    beyond = [
        (name, action)
        for name, statement in statements()
        if mentions(statement.get("Resource"), outcomes) and statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        if action.startswith(("dynamodb:", "*"))
        and action not in {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetItem"}
    ]
    bundled = [
        (name, bundle)
        for kind in (SAM_FUNCTION, SAM_MACHINE)
        for name, properties in resources(kind).items()
        for bundle, arguments in policy_templates(properties)
        if mentions(arguments, outcomes)
    ]
    all_tables = [
        name
        for name, statement in statements()
        if "table/*" in str(statement.get("Resource")) and "dynamodb" in str(statement["Action"])
    ]

    assert (beyond, bundled, all_tables) == ([], [], [])
