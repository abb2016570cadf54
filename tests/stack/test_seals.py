"""Seals on the deployed stack: the night, a run by hand, auditors, and what nobody may do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from nacl.signing import VerifyKey
from typer.testing import CliRunner

from heard import clock
from heard.outcomes import Kind, Outcome
from heard.seals.notes import parse_note, parse_vkey
from heard.seals.seal import seal_key
from heard.storage.outcome_log import append_writes
from heard.storage.setup import EVERY_BUSINESS
from heard.storage.tables import attributes
from heard_cli.local.stack import EmulatedStack
from heard_cli.main import app
from tests.unit.sealing import outcomes_of, state_item

from .conftest import StackBusiness, wait_until


def yesterday(hour: int) -> datetime:
    day = clock.now().date() - timedelta(days=1)
    return datetime.combine(day, time(hour), UTC)


def append(shop: StackBusiness, name: str, *kinds: Kind, hour: int) -> list[Outcome]:
    """Outcomes of yesterday in the log and the state of a review, with the operator's rights."""
    made = outcomes_of(name, *kinds, at=yesterday(hour), business=shop.business)
    operator = shop.environment.operator
    operator.dynamodb.transact_write_items(
        TransactItems=append_writes(operator.outputs["OutcomesTableName"], made)
    )
    operator.dynamodb.put_item(
        TableName=operator.outputs["CasesTableName"], Item=attributes(state_item(made[-1]))
    )
    return made


def list_only(shop: StackBusiness) -> None:
    """Take the other businesses of the stack out of the list: their whole past takes long."""
    operator = shop.environment.operator
    for business in operator.setup.listed_businesses():
        if business != shop.business:
            operator.dynamodb.update_item(
                TableName=operator.outputs["SetupTableName"],
                Key=attributes({"pk": f"BUSINESS#{business}", "sk": "PROFILE"}),
                UpdateExpression="REMOVE business",
            )
    assert operator.setup.listed_businesses() == [shop.business]
    assert EVERY_BUSINESS not in operator.setup.businesses()


def heard(shop: StackBusiness, *arguments: str) -> Any:
    """The result of the command on this stack, as JSON."""
    stack = shop.environment.stack
    options = ("--endpoint", stack.endpoint, "--region", "us-east-1", "--json")
    result = CliRunner().invoke(app, [*arguments, "--business", shop.business, *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def test_a_night_seals_a_day_which_auditors_can_prove(
    stack: EmulatedStack, shop: StackBusiness
) -> None:
    made = append(shop, "r-1", Kind.ACCEPTED, Kind.ACKNOWLEDGED, hour=9)
    made += append(shop, "r-2", Kind.ACCEPTED, hour=10)
    list_only(shop)
    functions = stack.client("lambda")
    result = functions.invoke(FunctionName=stack.outputs["SealFunctionName"], Payload=b"{}")
    assert json.loads(result["Payload"].read()) == {"queued": 1, "late": []}

    day = yesterday(0).date().isoformat()
    seal = wait_until(lambda: shop.environment.operator.seals.read(shop.business, day))

    assert (seal.record["outcomes"], seal.record["open"]) == (len(made), 1)
    assert seal.record["problem_count"] == 0
    key = parse_vkey(seal.key)
    note = parse_note(seal.note)
    VerifyKey(key.public_key).verify(note.text.encode(), note.signatures[0].signature)
    assert [report["days"] for report in heard(shop, "seal", "run")] == [[]]
    (row,) = heard(shop, "seal", "list", "--from", "3d")
    assert (row["day"], row["outcomes"], row["rewritten"]) == (day, len(made), False)
    assert heard(shop, "seal", "show", "--day", day)["note"] == seal.note
    verified = heard(shop, "audit", "verify", "--from", "2d", "--sealed", "--log-only")
    assert (verified["seals"]["days"], verified["seals"]["findings"]) == (1, [])

    auditor = shop.sign_in_person("Ida", "auditor")
    status, page = auditor.call("GET", f"/api/audit/seals?business={shop.business}")
    assert (status, [each["day"] for each in page["seals"]]) == (200, [day])
    assert auditor.call("GET", f"/api/audit/seals/{shop.business}/{day}")[1] == seal.to_json()
    status, proof = auditor.call("GET", f"/api/audit/outcomes/{made[0].id}/proof")
    assert (status, proof["note"], proof["size"]) == (200, seal.note, seal.size)
    status, keys = auditor.call("GET", f"/api/audit/keys?business={shop.business}")
    assert (status, keys["keys"]) == (200, [{"key": seal.key, "signs_now": True}])

    append(shop, "r-3", Kind.ACCEPTED, hour=23)
    tomorrow = clock.now().date().isoformat()
    assert heard(shop, "seal", "run")[0]["days"] == [], f"{tomorrow} is not over"
    check_locks(stack, shop, day)


def sign_as(stack: EmulatedStack, given: Any) -> str:
    """Whether somebody with these credentials may sign."""
    kms = boto3.client(
        "kms",
        endpoint_url=stack.endpoint,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    try:
        kms.sign(
            KeyId=stack.outputs["SealKeyId"],
            Message=b"note",
            MessageType="RAW",
            SigningAlgorithm="ED25519_SHA_512",
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "Denied" if code.startswith("AccessDenied") else code
    return "Signed"


def check_locks(stack: EmulatedStack, shop: StackBusiness, day: str) -> None:
    """What the lock and the role refuse."""
    s3, bucket = stack.client("s3"), stack.outputs["SealBucketName"]
    place = {"Bucket": bucket, "Key": seal_key(shop.business, day)}
    (found,) = shop.environment.operator.seals.versions(shop.business)
    assert refusal(s3.delete_object, **place, VersionId=found.oldest) == "AccessDenied"
    assert refusal(s3.put_object, **place, Body=b"{}", IfNoneMatch="*") == "PreconditionFailed"
    assert s3.get_object_retention(**place)["Retention"]["Mode"] == "GOVERNANCE"
    sts, iam = stack.client("sts"), stack.client("iam")
    roles = [role["RoleName"] for role in iam.list_roles(MaxItems=200)["Roles"]]
    for function, expected in (("AuditFunction", "Denied"), ("SealFunction", "Signed")):
        role = next(name for name in roles if f"{function}Role" in name)
        arn = iam.get_role(RoleName=role)["Role"]["Arn"]
        given = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        assert sign_as(stack, given) == expected
