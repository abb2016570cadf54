"""Every flow once with the emulator enforcing the functions' roles: what is not granted in the template fails here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from heard_cli.local.demo import run
from heard_cli.local.simulator import Platforms
from heard_cli.local.stack import LocalStack
from heard_cli.local.world import World

from .conftest import ROOT


@pytest.fixture(scope="module")
def guarded() -> Iterator[World]:
    with LocalStack(ROOT, port=4595, auth=True) as stack, Platforms() as platforms:
        world = World(stack, platforms)
        world.furnish()
        yield world


@pytest.mark.timeout(300)
def test_the_whole_demo_runs_with_the_roles_that_the_template_grants(guarded: World) -> None:
    result, stories = run(guarded, ROOT / "events", lambda _: None, lambda _: None, with_agent=True)
    assert result.good, [story for story in stories.unclosed]
    assert result.reviews >= 40
    assert result.duplicates >= 1
    assert set(result.platforms) == {"discourse", "feedback_form", "standard", "trustpilot", "twilio_sms"}
    assert {"reply", "invite_private", "promise", "resolve_without_reply", "walk_away", "report_fake"} <= set(result.answers)


def test_a_function_cannot_touch_what_it_was_not_given(guarded: World) -> None:
    """The roles are enforced at all: without this, the test above would prove nothing."""
    roles = guarded.stack.client("iam").list_roles()["Roles"]
    name = next(role["RoleName"] for role in roles if "AuditFunction" in role["RoleName"])
    assumed = guarded.stack.client("sts").assume_role(RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="test")[
        "Credentials"
    ]
    script = (
        "import boto3, sys\n"
        "client = boto3.client('dynamodb')\n"
        "try: client.put_item(TableName=sys.argv[1], Item={'review': {'S': 'x'}, 'sequence': {'N': '1'}})\n"
        "except Exception as error: print(error.response['Error']['Code'])\n"
        "else: print('written')\n"
    )
    environment = {
        "AWS_ENDPOINT_URL": guarded.stack.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": assumed["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
        "AWS_SESSION_TOKEN": assumed["SessionToken"],
    }
    table = guarded.stack.outputs["OutcomesTableName"]
    done = subprocess.run([sys.executable, "-c", script, table], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"AccessDeniedException", "AccessDenied"}, json.dumps(done.stdout + done.stderr)
