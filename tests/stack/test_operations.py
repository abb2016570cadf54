"""What an operator sees and does, on the emulated stack."""

from __future__ import annotations

import copy
import json
import secrets
from typing import Any

from botocore.exceptions import ClientError
from typer.testing import CliRunner

from heard import clock
from heard.connectors import Connection
from heard.people import Role
from heard_cli.doctor.command import CHECKS
from heard_cli.local.demo_environment import ApiClient
from heard_cli.local.stack import REGION, EmulatedStack
from heard_cli.main import app
from tests.static.cloudformation import template

from .conftest import StackBusiness, wait_until

RETAINED = ("AWS::KMS::Key", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool")


def _doctor(stack: EmulatedStack) -> tuple[int, dict[str, list[dict[str, str]]]]:
    words = ["doctor", "--json", "--endpoint", stack.endpoint, "--region", REGION]
    result = CliRunner().invoke(app, words)
    rows: dict[str, list[dict[str, str]]] = {check.name: [] for check in CHECKS}
    for row in json.loads(result.stdout):
        rows[row["check"]].append(row)
    return result.exit_code, rows


def test_the_doctor_sees_what_an_operator_broke(shop: StackBusiness, stack: EmulatedStack) -> None:
    # Lambda makes the snapshots after the deployment.
    wait_until(lambda: {row["grade"] for row in _doctor(stack)[1]["newest code"]} == {"ok"})
    code, healthy = _doctor(stack)
    unchecked = {name for name, rows in healthy.items() if rows[0]["grade"] == "not checked"}
    assert unchecked == {check.name for check in CHECKS if check.needs_aws}
    for name in ("status", "version", "newest code", "layers", "schedules", "readers", "stream"):
        assert {row["grade"] for row in healthy[name]} == {"ok"}, healthy[name]

    operator = shop.environment.operator
    lost = Connection(
        f"con_{secrets.token_hex(12)}", shop.business, "standard", "https://x.example"
    )
    operator.setup.put_connection(lost, clock.now())
    (sweep,) = (
        resource["PhysicalResourceId"]
        for page in operator.cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack.state.stack
        )
        for resource in page["StackResourceSummaries"]
        if resource["LogicalResourceId"].startswith("SweepFunctionEvery")
        and resource["ResourceType"] == "AWS::Events::Rule"
    )
    operator.events.disable_rule(Name=sweep)
    try:
        code, rows = _doctor(stack)
    finally:
        operator.events.enable_rule(Name=sweep)
        operator.setup.remove_connection(lost.id)

    assert code == 1
    assert [row["next"] for row in rows["schedules"]] == ["heard stop --undo"]
    assert "broken" in {row["grade"] for row in rows["secrets"]}
    assert lost.id not in json.dumps(rows)


def _creation_that_fails() -> dict[str, Any]:
    """What the stack keeps after its deletion, and a resource that cannot be created after them."""
    kept = {
        name: resource
        for name, resource in copy.deepcopy(template()["Resources"]).items()
        if resource["Type"] in RETAINED
    }
    resources: dict[str, Any] = dict(kept)
    for resource in resources.values():
        for name in ("DeletionProtectionEnabled", "DeletionProtection"):
            resource["Properties"].pop(name, None)
    resources["Refused"] = {
        "Type": "AWS::IAM::Policy",
        "DependsOn": sorted(kept),
        "Properties": {
            "PolicyName": "refused",
            "Roles": ["no-such-role"],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
        },
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _create(stack: EmulatedStack, name: str, body: dict[str, Any]) -> tuple[str, list[str]]:
    """The status in which a creation ends, and the tables and pools that are left of it."""
    client = stack.client("cloudformation")

    def leftovers() -> list[str]:
        pools = stack.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
        tables = stack.client("dynamodb").list_tables()["TableNames"]
        return sorted(
            [pool["Name"] for pool in pools if pool["Name"] == name]
            + [table for table in tables if name in table]
        )

    client.create_stack(
        StackName=name, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"]
    )

    def status() -> str:
        try:
            return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        except ClientError:
            return "DELETED"

    wait_until(lambda: not status().endswith("_IN_PROGRESS"), status)
    return status(), leftovers()


def test_a_first_creation_that_fails_leaves_nothing_behind(stack: EmulatedStack) -> None:
    """What is retained on deletion goes all the same, as `make deploy` protects nothing at first.

    The emulator would delete protected tables too; that AWS does not is why.
    """
    name = f"fails-{secrets.token_hex(4)}"

    status, leftovers = _create(stack, name, _creation_that_fails())

    assert status == "ROLLBACK_COMPLETE"
    assert leftovers == []


def test_an_invited_person_signs_in_as_the_guide_says(
    shop: StackBusiness, stack: EmulatedStack
) -> None:
    email, invited = f"kim-{secrets.token_hex(4)}@example.com", "Invited-by-mail-1"
    shop.environment.create_person(email, "Kim", Role.AGENT, shop.business)
    stack.client("cognito-idp").admin_set_user_password(
        UserPoolId=stack.outputs["UserPoolId"], Username=email, Password=invited, Permanent=False
    )
    sign_in = ["people", "sign-in", email, "--client-id", stack.outputs["UserPoolClientId"]]
    sign_in += ["--endpoint", stack.endpoint, "--region", REGION]

    own = "My-own-password-1"
    first = CliRunner().invoke(app, sign_in, input=f"{invited}\n{own}\n{own}\n")
    assert first.exit_code == 0, first.output
    again = CliRunner().invoke(app, sign_in, input=f"{own}\n")
    token = again.stdout.strip().splitlines()[-1]
    agent = ApiClient(shop.environment.http, stack.public_url, token)
    status, body = agent.call("GET", f"/api/desk/follow-ups?business={shop.business}")
    assert status == 200, body
