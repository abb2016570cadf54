"""Retention with the role of its function, and the same words once more by the real webhook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3

from heard import clock
from heard.outcomes import Kind
from heard.retention import Retention, last_due_day
from heard.reviews import author_id
from heard.steps.audit import verify_review
from heard.steps.holding import HoldPorts
from heard.steps.retention import RetentionPorts, run_retention
from heard.storage.case_store import CaseStore
from heard.storage.holds import Holds
from heard.storage.outcome_log import OutcomeLog
from heard.storage.retentions import Retentions
from heard_cli.local.stack import EmulatedStack

from .conftest import StackBusiness

PRAISE = "Wonderful bread and the friendliest people in town, thank you!"


def ports_of_the_function(stack: EmulatedStack) -> RetentionPorts:
    """What the function has, with its role: the emulator refuses what that does not grant."""
    roles = stack.client("iam").list_roles()["Roles"]
    name = next(role["RoleName"] for role in roles if "RetentionFunction" in role["RoleName"])
    credentials = stack.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="test"
    )["Credentials"]
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=stack.endpoint,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    setup, cases, outcomes = (
        stack.outputs[f"{table}TableName"] for table in ("Setup", "Cases", "Outcomes")
    )
    return RetentionPorts(
        Retentions(client, setup),
        CaseStore(client, cases, outcomes),
        HoldPorts(Holds(client, setup), OutcomeLog(client, outcomes)),
    )


def test_a_review_whose_texts_were_deleted_is_not_answered_when_it_is_delivered_again(
    shop: StackBusiness, stack: EmulatedStack, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    review = shop.deliver_review("retained-1", PRAISE, 5, revision=1)
    eventually(lambda: shop.kinds(review)[-1:] == [Kind.ACKNOWLEDGED])
    operator, now = shop.environment.operator, clock.now() + timedelta(days=70)
    operator.retention.retentions.put(shop.business, Retention(1))
    position = clock.now().date() - timedelta(days=2)
    operator.cases.move_retention_position(shop.business, None, position)
    ports = ports_of_the_function(stack)
    assert shop.business in ports.retentions.businesses()
    assert run_retention(shop.business, ports, now).reviews == [review]
    author = author_id(shop.business, "standard", "author-of-retained-1")
    assert run_retention(shop.business, ports, now + timedelta(days=1)).authors == {author}
    day = last_due_day((now + timedelta(days=1)).date(), 1)
    assert operator.cases.retention_position(shop.business) == day

    shop.deliver_review("retained-1", PRAISE, 5, revision=1)
    eventually(lambda: shop.kinds(review)[-1] is Kind.DUPLICATE)
    assert shop.outcomes(review)[-1].detail["reason"] == "retention"
    assert len(shop.replies("retained-1")) == 1
    assert operator.cases.reviews_of_author(author) == []
    assert not operator.cases.vault.author_record(author).has_key
    assert verify_review(review, shop.business, operator.log, operator.cases).verified
