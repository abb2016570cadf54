"""The stream of the outcomes: who reads it, which records, and that none of them can be lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from heard.assessment import Severity
from heard.notices import makes_notice
from heard.outcomes import Kind
from heard.steps.relay import TAMPERING
from heard.storage.tables import attributes
from tests.static.cloudformation import as_list, mentions, resources, statements
from tests.static.test_template import READ_STREAM
from tests.unit.test_notices import OUTCOME

MAX_FILTERS = 5
"""How many filters an event source may have without a request to AWS."""

HOURS_IN_STREAM = 24
"""How long DynamoDB keeps a record of a stream."""


def mapping() -> dict[str, Any]:
    (stream,) = resources("AWS::Lambda::EventSourceMapping").values()
    return stream


def passes(record: Any, pattern: Any) -> bool:
    """Whether Lambda's filter lets a record pass: the part of its syntax that we use."""
    if isinstance(pattern, dict):
        return all(
            passes(record.get(name) if isinstance(record, dict) else None, part)
            for name, part in pattern.items()
        )
    return any(
        record is not None if condition == {"exists": True} else record == condition
        for condition in pattern
    )


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("severity", [None, *(severity.value for severity in Severity)])
@pytest.mark.parametrize("detail", [{}, {"reason": "spam"}, {"follow_up": "fup_1"}])
def test_the_filter_lets_exactly_the_outcomes_pass_that_somebody_may_be_told_of(
    kind: Kind, severity: str | None, detail: dict[str, str]
) -> None:
    """What it holds back would be told to nobody, and without a trace."""
    outcome = replace(OUTCOME, kind=kind, severity=severity, detail=detail)
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": attributes(outcome.to_json())}}
    patterns = [json.loads(entry["Pattern"]) for entry in mapping()["FilterCriteria"]["Filters"]]

    assert any(passes(record, pattern) for pattern in patterns) == makes_notice(outcome)
    for tampering in TAMPERING:
        assert any(passes(record | {"eventName": tampering}, pattern) for pattern in patterns)


def test_a_record_of_tampering_passes_without_an_image() -> None:
    patterns = [json.loads(entry["Pattern"]) for entry in mapping()["FilterCriteria"]["Filters"]]

    assert len(patterns) <= MAX_FILTERS
    assert any(passes({"eventName": "REMOVE", "dynamodb": {}}, pattern) for pattern in patterns)


def test_the_stream_of_the_outcomes_alone_is_read_from_its_beginning() -> None:
    streams = {
        name: table["StreamSpecification"]
        for name, table in resources("AWS::DynamoDB::Table").items()
        if "StreamSpecification" in table
    }

    assert streams == {"OutcomesTable": {"StreamViewType": "NEW_IMAGE"}}
    assert mapping()["EventSourceArn"] == {"Fn::GetAtt": ["OutcomesTable", "StreamArn"]}
    assert mapping()["FunctionName"] == {"Ref": "RelayFunction"}
    # An update creates the stream first. What happens before the mapping exists is in it.
    assert mapping()["StartingPosition"] == "TRIM_HORIZON"


def test_a_record_is_tried_by_its_age_and_then_kept_for_a_person_who_still_has_time() -> None:
    assert mapping()["MaximumRetryAttempts"] == -1, "a bus that is down ends no number of attempts"
    assert 0 < mapping()["MaximumRecordAgeInSeconds"] <= HOURS_IN_STREAM / 2 * 3600
    assert mapping()["BisectBatchOnFunctionError"] is True
    destination = mapping()["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"Fn::GetAtt": ["RelayDeadLetters", "Arn"]}


@pytest.mark.parametrize("metric", ["IteratorAge", "outcomes_skipped"])
def test_a_relay_that_is_late_or_skips_an_outcome_raises_an_alarm(metric: str) -> None:
    (alarm,) = (
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
    )

    assert mentions(alarm["Dimensions"], "RelayFunction") or alarm["Dimensions"] == [
        {"Name": "service", "Value": "relay"},
        {"Name": "stack", "Value": {"Ref": "AWS::StackName"}},
    ]
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]


def test_the_relay_reads_the_stream_and_publishes_and_nothing_else() -> None:
    granted = {
        (action, json.dumps(statement["Resource"]))
        for name, statement in statements()
        if name == "RelayFunction" and statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    }
    stream = json.dumps({"Fn::Sub": "${OutcomesTable.Arn}/stream/*"})

    assert granted == {(action, stream) for action in READ_STREAM} | {
        ("events:PutEvents", json.dumps({"Fn::GetAtt": ["EventBus", "Arn"]})),
        ("sqs:SendMessage", json.dumps({"Fn::GetAtt": ["RelayDeadLetters", "Arn"]})),
    }
    function = resources("AWS::Serverless::Function")["RelayFunction"]
    assert "Events" not in function, "SAM would add a policy that may read every stream"


def test_nobody_but_the_relay_publishes_on_the_bus() -> None:
    """What a step publishes after its commit is lost when it stops between the two."""
    publishers = {
        name
        for name, statement in statements()
        if "events:PutEvents" in as_list(statement.get("Action", []))
    }

    assert publishers == {"RelayFunction"}


def test_the_key_lets_readers_decrypt_the_stream_through_dynamodb() -> None:
    key = resources("AWS::KMS::Key")["DataKey"]
    allowed = next(
        statement
        for statement in key["KeyPolicy"]["Statement"]
        if statement["Sid"] == "ThroughServicesOfThisAccount"
    )

    assert "kms:Decrypt" in allowed["Action"]
    assert {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"} in allowed["Condition"][
        "StringEquals"
    ]["kms:ViaService"]
