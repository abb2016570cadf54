"""What somebody can do with a function's own role, and what not: attacks on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from heard.clock import parse_time
from heard.outcomes import Fact, Kind, OutcomeSubject, chain_facts, initial_hash
from heard.storage.keys import partition_key
from heard.storage.outcome_log import append_writes
from heard.storage.tables import attributes
from heard_cli.local.stack import REGION, EmulatedStack

from .conftest import StackBusiness

COMPLAINT = "You charged my card twice and nobody answers the phone. I want my money back."


@pytest.fixture
def act_as(stack: EmulatedStack) -> Callable[[str], Any]:
    """DynamoDB with the credentials of a function's role."""

    def client(function: str) -> Any:
        roles = stack.client("iam").list_roles()["Roles"]
        arn = next(role["Arn"] for role in roles if function in role["RoleName"])
        credentials = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="attack")
        return boto3.client(
            "dynamodb",
            endpoint_url=stack.endpoint,
            region_name=REGION,
            aws_access_key_id=credentials["Credentials"]["AccessKeyId"],
            aws_secret_access_key=credentials["Credentials"]["SecretAccessKey"],
            aws_session_token=credentials["Credentials"]["SessionToken"],
        )

    return client


def refused(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def tampered_places(stack: EmulatedStack) -> Iterator[str]:
    pages = stack.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName="/heard/heard/functions"):
        for event in page["events"]:
            line = json.loads(event["message"]) if '"tampered"' in event["message"] else {}
            if line.get("message") == "tampered":
                yield line["outcome"]


def test_whoever_puts_over_an_outcome_with_the_desks_own_role_is_detected(
    shop: StackBusiness,
    stack: EmulatedStack,
    act_as: Callable[[str], Any],
    eventually: Callable[..., Any],
) -> None:
    shop.connect("standard")
    review = shop.deliver_review("complaint-1", COMPLAINT, 1)
    first = eventually(lambda: shop.outcomes(review))[0]
    table, desk = stack.outputs["OutcomesTableName"], act_as("DeskFunction")
    key = attributes({"review": review, "sequence": 1})
    subject = OutcomeSubject(review, first.business, first.platform, first.channel, "praise")
    (forged,) = chain_facts(
        subject,
        [Fact(Kind.ACCEPTED, {**first.detail, "severity": "praise"})],
        sequence=0,
        head=initial_hash(review),
        at=parse_time(first.at),
        actor="heard",
        delivery=first.delivery,
    )
    (write,) = append_writes(table, [forged])
    put: Any = write["Put"]
    del put["ConditionExpression"]

    assert refused(desk.put_item, **put), "an outcome comes with its case only"
    assert refused(desk.delete_item, TableName=table, Key=key)
    assert refused(
        desk.update_item,
        TableName=table,
        Key=key,
        UpdateExpression="SET kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "ignored"}},
    )
    assert shop.outcomes(review)[0] == first
    assert f"{review}/1" not in set(tampered_places(stack))

    # IAM cannot refuse this one, so it must not stay hidden.
    desk.transact_write_items(TransactItems=[{"Put": put}])
    assert shop.outcomes(review)[0] == forged
    eventually(lambda: f"{review}/1" in set(tampered_places(stack)))


def test_a_function_reaches_only_the_kinds_of_items_that_it_needs(
    shop: StackBusiness,
    stack: EmulatedStack,
    act_as: Callable[[str], Any],
    eventually: Callable[..., Any],
) -> None:
    connection = shop.connect("standard")
    review = shop.deliver_review("complaint-2", COMPLAINT, 1)
    eventually(lambda: shop.outcomes(review))
    author = shop.environment.operator.cases.case(review).case.review.author
    setup, cases = stack.outputs["SetupTableName"], stack.outputs["CasesTableName"]
    ingest, poll, page = act_as("IngestFunction"), act_as("PollFunction"), act_as("FeedbackPage")
    sweep, audit, desk = act_as("SweepFunction"), act_as("AuditFunction"), act_as("DeskFunction")

    def key(pk: str, sk: str) -> Any:
        return attributes({"pk": pk, "sk": sk})

    for pk, sk in ((partition_key(review), "STATE"), (author, "AUTHOR")):
        assert refused(ingest.put_item, TableName=cases, Item=key(pk, sk))
    business = key(f"BUSINESS#{shop.business}", "PROFILE")
    assert refused(poll.delete_item, TableName=setup, Key=business)
    assert refused(poll.put_item, TableName=setup, Item=key("PERSON#sub-eve", "PROFILE"))
    assert refused(page.get_item, TableName=cases, Key=key(f"QUARANTINE#{shop.business}", "x"))
    assert refused(page.get_item, TableName=setup, Key=business)
    assert refused(sweep.get_item, TableName=cases, Key=key(author, "AUTHOR"))
    assert refused(audit.get_item, TableName=cases, Key=key(author, "AUTHOR"))
    assert refused(desk.get_item, TableName=setup, Key=key("RETENTION", shop.business))
    hidden = f"QUARANTINE#{'x' * 13}"
    assert len(hidden) == len(partition_key(review))
    assert refused(desk.get_item, TableName=cases, Key=key(hidden, "x")), "as long as a case's key"
    profile = key(f"CONNECTION#{connection.id}", "PROFILE")
    assert not refused(ingest.get_item, TableName=setup, Key=profile)
    both = {cases: {"Keys": [key(partition_key(review), "STATE"), key("RETENTION#x", "x")]}}
    assert refused(desk.batch_get_item, RequestItems=both), "one foreign key refuses all"
