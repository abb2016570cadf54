"""Every flow once with the emulator enforcing the functions' roles.

What is not granted in the template fails here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from heard import clock
from heard.connectors import Request, load, platform_names
from heard_cli.local.demo import Result, Stories, run
from heard_cli.local.demo_environment import BUSINESS, World
from heard_cli.local.stack import LocalStack
from heard_simulator.server import Platforms

from .conftest import ROOT


@pytest.fixture(scope="module")
def guarded() -> Iterator[World]:
    with LocalStack(ROOT, port=4595, auth=True) as stack, Platforms() as platforms:
        world = World(stack, platforms)
        world.furnish()
        yield world


@pytest.fixture(scope="module")
def demo(guarded: World) -> tuple[Result, Stories]:
    return run(guarded, ROOT / "events", lambda _: None, lambda _: None, with_agent=True)


@pytest.mark.timeout(300)
def test_the_whole_demo_runs_with_the_roles_that_the_template_grants(
    demo: tuple[Result, Stories],
) -> None:
    result, stories = demo
    assert result.good, list(stories.unclosed)
    assert result.reviews >= 40
    assert result.duplicates >= 1
    assert set(result.platforms) == set(platform_names())
    assert {
        "reply",
        "invite_private",
        "promise",
        "resolve_without_reply",
        "walk_away",
        "report_fake",
    } <= set(result.answers)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("demo")
def test_what_the_demo_does_not_touch_has_its_grants_too(guarded: World) -> None:
    """Auditors' calls, the sweep, quarantine, and the page behind a feedback form."""
    auditor = guarded.sign_in("ida@acme.example")
    today = clock.now().date()
    period = f"from={today - timedelta(days=1)}T00:00:00Z&to={today + timedelta(days=1)}T00:00:00Z"
    status, page = auditor.call(
        "GET", f"/api/audit/outcomes?business={BUSINESS}&{period}&limit=50&channel=survey"
    )
    assert status == 200
    review = page["outcomes"][0]["review"]
    assert auditor.call("GET", f"/api/audit/reviews/{review}")[0] == 200
    assert auditor.call("GET", f"/api/audit/reviews/{review}/verification")[1]["verified"] is True
    form = guarded.connections["feedback_form"]
    native = guarded.operator.work.head(review).native_id
    shown = guarded.wire.send("GET", f"{guarded.stack.public_url}/feedback/{form.id}/{native}")
    assert shown.status == 200
    forum, body = guarded.connections["discourse"], b"[1, 2"
    signature = (
        load("discourse")
        .sign(Request("POST", {}, body), forum.url, guarded.secrets["discourse"], clock.now())
        .headers
    )
    assert guarded.wire.send("POST", forum.url, headers=signature, body=body).status in range(
        200, 300
    )
    (kept,) = [
        each
        for each in guarded.operator.quarantine.of_business(BUSINESS)
        if each.connection == forum.id
    ]
    assert kept.body == body
    functions = guarded.stack.client("lambda")
    for scheduled in ("Sweep", "Poll"):
        names = [
            each["FunctionName"] for each in functions.list_functions(MaxItems=50)["Functions"]
        ]
        name = next(each for each in names if scheduled in each)
        ran = functions.invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in ran, ran["Payload"].read()


def test_a_function_cannot_touch_what_it_was_not_given(guarded: World) -> None:
    """The roles are enforced at all: without this, the test above would prove nothing."""
    roles = guarded.stack.client("iam").list_roles()["Roles"]
    name = next(role["RoleName"] for role in roles if "AuditFunction" in role["RoleName"])
    assumed = guarded.stack.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="test"
    )["Credentials"]
    script = (
        "import boto3, sys\n"
        "client = boto3.client('dynamodb')\n"
        "try: client.put_item(TableName=sys.argv[1], Item={'review': {'S': 'x'}, 'sequence': {'N': "
        "'1'}})\n"
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
    done = subprocess.run(
        [sys.executable, "-c", script, table],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() in {"AccessDeniedException", "AccessDenied"}, json.dumps(
        done.stdout + done.stderr
    )
