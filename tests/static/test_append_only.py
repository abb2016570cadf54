"""An outcome is written once: what the roles and the table's policy refuse, and what is detected.

What they cannot refuse is in docs/decisions/0029-what-append-only-means.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

from tests.static.cloudformation import as_list, mentions, policy_templates, resources, statements
from tests.static.test_template import READ_STREAM, SAM_FUNCTION, SAM_MACHINE

READ = {"dynamodb:Query"} | READ_STREAM
WRITERS = {
    "TriageFunction",
    "ReplyFunction",
    "FollowUpFunction",
    "DeskFunction",
    "PollFunction",
    "RetentionFunction",
}
IN_TRANSACTION = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}
CHANGES = [
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "PartiQLInsert",
    "PartiQLUpdate",
    "PartiQLDelete",
    "UpdateTimeToLive",
]


def test_a_role_appends_an_outcome_in_a_transaction_or_reads_and_nothing_else() -> None:
    allowed = [
        (name, action, statement.get("Condition"))
        for name, statement in statements()
        if mentions(statement.get("Resource"), "OutcomesTable") and statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
        if action not in READ
    ]

    assert {(action, json.dumps(condition)) for _, action, condition in allowed} == {
        ("dynamodb:PutItem", json.dumps(IN_TRANSACTION))
    }
    assert {name for name, _, _ in allowed} == WRITERS


def test_no_role_reaches_the_outcomes_in_another_way() -> None:
    policy_template_grants = [
        (name, bundle)
        for kind in (SAM_FUNCTION, SAM_MACHINE)
        for name, properties in resources(kind).items()
        for bundle, arguments in policy_templates(properties)
        if mentions(arguments, "OutcomesTable")
    ]
    all_tables = [
        name
        for name, statement in statements()
        if "table/*" in str(statement.get("Resource")) and "dynamodb" in str(statement["Action"])
    ]

    assert (policy_template_grants, all_tables) == ([], [])


def decision(principal: str, action: str, **context: Any) -> str:
    """What the table's policy says, by an evaluator that is not ours."""
    (table,) = (
        table for name, table in resources("AWS::DynamoDB::Table").items() if "Outcomes" in name
    )
    request = EvalContext(
        f"arn:aws:sts::111122223333:assumed-role/{principal}/session",
        "AssumedRole",
        "111122223333",
        f"dynamodb:{action}",
        "arn:aws:dynamodb:eu-central-1:111122223333:table/Outcomes",
        "eu-central-1",
        service_context={name.lower(): value for name, value in context.items()},
    )
    return evaluate_resource_policy(table["ResourcePolicy"]["PolicyDocument"], request).decision


@pytest.mark.parametrize("principal", ["heard-DeskFunctionRole-1", "OperatorsAdministrator"])
def test_the_tables_own_policy_lets_nobody_change_an_outcome(principal: str) -> None:
    within = {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}

    assert {action: decision(principal, action) for action in CHANGES} == dict.fromkeys(
        CHANGES, "Deny"
    )
    assert {decision(principal, action, **within) for action in CHANGES} == {"Deny"}
    assert decision(principal, "PutItem") == "Deny"
    assert decision(principal, "PutItem", **{"dynamodb:EnclosingOperation": "Other"}) == "Deny"
    assert decision(principal, "PutItem", **within) == "ImplicitDeny", "a role may allow it"
    for action in ("Query", "GetItem", "DescribeTable", "UpdateTable", "PutResourcePolicy"):
        assert decision(principal, action) == "ImplicitDeny"


def test_nobody_loses_an_outcome_to_a_time_to_live() -> None:
    tables = resources("AWS::DynamoDB::Table")

    assert "TimeToLiveSpecification" not in tables["OutcomesTable"]
    assert [name for name, table in tables.items() if "ResourcePolicy" in table] == [
        "OutcomesTable"
    ]


def test_a_change_fires_the_alarm_at_once() -> None:
    (alarm,) = (
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "outcomes_tampered"
    )

    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Period"]) == (0, 1, 60)
    assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Sum", "GreaterThanThreshold")
