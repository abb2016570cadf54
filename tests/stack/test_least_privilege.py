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
from heard.connectors import WebhookRequest, load, platform_names
from heard_cli.local.demo import DemoProgress, DemoResult, run_demo
from heard_cli.local.demo_environment import BUSINESS, DemoEnvironment
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

from .conftest import ROOT


@pytest.fixture(scope="module")
def environment() -> Iterator[DemoEnvironment]:
    with (
        EmulatedStack(ROOT, port=4595, enforce_roles=True) as stack,
        SimulatedPlatforms() as platforms,
    ):
        demo_environment = DemoEnvironment(stack, platforms)
        demo_environment.create()
        yield demo_environment


@pytest.fixture(scope="module")
def demo(environment: DemoEnvironment) -> tuple[DemoResult, DemoProgress]:
    return run_demo(environment, ROOT / "events", lambda _: None, lambda _: None, with_agent=True)


@pytest.mark.timeout(300)
def test_the_whole_demo_runs_with_the_roles_that_the_template_grants(
    demo: tuple[DemoResult, DemoProgress],
) -> None:
    result, progress = demo
    assert result.passed, list(progress.unclosed)
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
    } <= set(result.actions)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("demo")
def test_functions_outside_the_demo_have_their_grants_too(environment: DemoEnvironment) -> None:
    """Auditors' calls, the sweep, quarantine, and the page behind a feedback form."""
    auditor = environment.sign_in("ida@acme.example")
    today = clock.now().date()
    period = f"from={today - timedelta(days=1)}T00:00:00Z&to={today + timedelta(days=1)}T00:00:00Z"
    status, page = auditor.call(
        "GET", f"/api/audit/outcomes?business={BUSINESS}&{period}&limit=50&channel=survey"
    )
    assert status == 200
    review = page["outcomes"][0]["review"]
    assert auditor.call("GET", f"/api/audit/reviews/{review}")[0] == 200
    assert auditor.call("GET", f"/api/audit/reviews/{review}/verification")[1]["verified"] is True
    form = environment.connections["feedback_form"]
    native_id = environment.operator.cases.find_review(review).native_id
    response = environment.http.send(
        "GET", f"{environment.stack.public_url}/feedback/{form.id}/{native_id}"
    )
    assert response.status == 200
    forum, body = environment.connections["discourse"], b"[1, 2"
    signature = (
        load("discourse")
        .sign(
            WebhookRequest("POST", {}, body),
            forum.url,
            environment.secrets["discourse"],
            clock.now(),
        )
        .headers
    )
    assert environment.http.send("POST", forum.url, headers=signature, body=body).status in range(
        200, 300
    )
    (entry,) = [
        each
        for each in environment.operator.quarantine.of_business(BUSINESS)
        if each.connection == forum.id
    ]
    assert entry.body == body
    functions = environment.stack.client("lambda")
    for scheduled in ("Sweep", "Poll"):
        names = [
            each["FunctionName"] for each in functions.list_functions(MaxItems=50)["Functions"]
        ]
        name = next(each for each in names if scheduled in each)
        result = functions.invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in result, result["Payload"].read()


def test_a_function_cannot_use_what_its_role_does_not_grant(environment: DemoEnvironment) -> None:
    """The roles are enforced at all: without this, the test above would prove nothing."""
    roles = environment.stack.client("iam").list_roles()["Roles"]
    name = next(role["RoleName"] for role in roles if "AuditFunction" in role["RoleName"])
    credentials = environment.stack.client("sts").assume_role(
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
    variables = {
        "AWS_ENDPOINT_URL": environment.stack.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
    table = environment.stack.outputs["OutcomesTableName"]
    process = subprocess.run(
        [sys.executable, "-c", script, table],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() in {"AccessDeniedException", "AccessDenied"}, json.dumps(
        process.stdout + process.stderr
    )
