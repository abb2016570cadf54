"""The roles of the functions, as the template grants them.

The emulator enforces the roles in every test of this folder. These tests add the functions that no
other test calls, and the proof that the emulator enforces roles at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

from heard import clock
from heard.clock import format_time
from heard.connectors import ReplyTarget, WebhookRequest, load, platform_names
from heard.retention import Retention, last_due_day
from heard.reviews import reply_id
from heard.storage.departures import Departure
from heard.storage.keys import partition_key, reply_key
from heard.storage.replies import Reply
from heard.storage.sweep_index import sweep_attributes
from heard.storage.tables import attributes
from heard.threads import Purpose
from heard_cli.local.stack import EmulatedStack

from .conftest import ConnectedBusiness, StackBusiness, standard_sample, wait_until


def test_functions_that_no_other_test_calls_have_their_grants_too(
    connected_business: ConnectedBusiness,
) -> None:
    """The auditors' calls, quarantine, the feedback page, and the three scheduled functions."""
    environment = connected_business.environment
    form_review = connected_business.reviews["feedback_form"]
    wait_until(lambda: connected_business.outcomes("feedback_form"))
    auditor = environment.sign_in("ida@acme.example")
    today = clock.now().date()
    period = f"from={today - timedelta(days=1)}T00:00:00Z&to={today + timedelta(days=1)}T00:00:00Z"
    form = environment.connections["feedback_form"]
    status, page = auditor.call(
        "GET", f"/api/audit/outcomes?business={form.business}&{period}&limit=50&channel=survey"
    )
    assert status == 200
    review = page["outcomes"][0]["review"]
    assert auditor.call("GET", f"/api/audit/reviews/{review}")[0] == 200
    assert auditor.call("GET", f"/api/audit/reviews/{review}/verification")[1]["verified"] is True
    assert auditor.call("GET", f"/api/audit/people?business={form.business}")[0] == 200
    assert auditor.call("GET", f"/api/audit/gaps?business={form.business}")[0] == 200
    accepted = auditor.call("GET", f"/api/audit/reviews/{review}")[1]["outcomes"][0]
    policy = accepted["detail"]["policy"]
    path = f"/api/audit/policies/{policy}?business={form.business}"
    assert auditor.call("GET", path)[0] == 200
    response = environment.http.send(
        "GET", f"{environment.stack.public_url}/feedback/{form.id}/{form_review.native_id}"
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
        entry
        for entry in environment.operator.quarantine.of_business(forum.business)
        if entry.connection == forum.id
    ]
    assert entry.is_sealed
    delivery = environment.operator.quarantine.open(entry)
    assert delivery is not None
    assert delivery.body == body
    operator, business = environment.operator, form.business
    operator.retention.retentions.put(business, Retention(1))
    position = last_due_day(today, 1) - timedelta(days=2)
    operator.cases.move_retention_position(business, None, position)
    author = operator.cases.case(review).case.review.author
    begun_at = clock.now() - timedelta(hours=2)
    operator.cases.put_departure(Departure(business, review, author, begun_at))
    complaint = standard_sample("listed", "The bread was mouldy and nobody cared.", 1)
    assert StackBusiness(environment, business).deliver(complaint).status == 202
    path = "/api/desk/follow-ups?words=true&limit=5"
    page = wait_until(lambda: connected_business.agent.call("GET", path)[1]["follow_ups"])
    assert all(follow_up["newest_review"]["first_words"] for follow_up in page)
    make_due(connected_business, review)
    functions = environment.stack.client("lambda")
    for scheduled in ("Sweep", "Poll", "Retention"):
        names = [
            function["FunctionName"]
            for function in functions.list_functions(MaxItems=50)["Functions"]
        ]
        name = next(name for name in names if scheduled in name)
        result = functions.invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in result, result["Payload"].read()
    assert operator.cases.retention_position(business) == last_due_day(today, 1)
    assert list(operator.cases.departures(business)) == []


def make_due(connected_business: ConnectedBusiness, review: str) -> None:
    """Let the sweep find this review, a follow-up of the business and a moderated reply now."""
    operator, business = connected_business.environment.operator, connected_business.business
    now, cases = clock.now(), connected_business.environment.operator.cases

    (follow_up, *_), _ = cases.open_follow_ups(business, limit=1)
    platform = next(name for name in platform_names() if load(name).capabilities.moderated)
    moderated = cases.case(connected_business.reviews[platform].review).case
    target = ReplyTarget("n-1", "n-1", {})
    fields = (moderated.review.author, business, moderated.review.connection)
    reply = Reply(
        reply_id(moderated.thread.id, "test", "resolution"),
        moderated.thread.id,
        moderated.review.id,
        *fields,
        Purpose.RESOLUTION,
        True,
        "We are sorry.",
        target,
        at=format_time(now),
    )
    cases.put_reply(reply)
    cases.watch_moderation(reply, "n-2", now)
    due_keys = (
        (follow_up.id, "FOLLOW_UP"),
        (partition_key(reply.thread), reply_key(reply.id)),
        (partition_key(review), "STATE"),
    )
    for pk, sk in due_keys:
        due = sweep_attributes(now - timedelta(minutes=1), pk)
        operator.dynamodb.update_item(
            TableName=operator.outputs["CasesTableName"],
            Key=attributes({"pk": pk, "sk": sk}),
            UpdateExpression="SET sweep_bucket = :bucket, sweep_at = :at",
            ExpressionAttributeValues=attributes(
                {":bucket": due["sweep_bucket"], ":at": due["sweep_at"]}
            ),
        )


def test_a_function_cannot_use_what_its_role_does_not_grant(stack: EmulatedStack) -> None:
    """Without this, the other tests of this folder would prove nothing about roles."""
    roles = stack.client("iam").list_roles()["Roles"]
    name = next(role["RoleName"] for role in roles if "AuditFunction" in role["RoleName"])
    credentials = stack.client("sts").assume_role(
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
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
    table = stack.outputs["OutcomesTableName"]
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
