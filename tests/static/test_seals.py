"""Who may seal, and what nobody may do with a seal: the buckets, the key and the roles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

from tests.static.cloudformation import as_list, mentions, resources, statements, template

ACCOUNT = "111122223333"
SEAL_ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/heard-SealFunctionRole-1/session"
ADMIN = f"arn:aws:sts::{ACCOUNT}:assumed-role/OperatorsAdministrator/session"


def bucket(name: str) -> dict[str, Any]:
    return resources("AWS::S3::Bucket")[name]


def grants(*services: str) -> dict[tuple[str, str], set[str]]:
    """Who may do what of these services with which resource of ours, by holder and resource."""
    allowed: dict[tuple[str, str], set[str]] = {}
    ours = [*resources("AWS::S3::Bucket"), "SealKey", "SealQueue"]
    for holder, statement in statements():
        if template()["Resources"][holder]["Type"] != "AWS::Serverless::Function":
            continue
        for name in ours:
            if statement["Effect"] == "Allow" and mentions(statement["Resource"], name):
                actions = {
                    action
                    for action in as_list(statement["Action"])
                    if action.split(":")[0] in services
                }
                if actions:
                    allowed.setdefault((holder, name), set()).update(actions)
    return allowed


def test_one_role_makes_seals_and_one_reads_them() -> None:
    assert grants("s3", "kms") == {
        ("SealFunction", "SealBucket"): {
            "s3:PutObject",
            "s3:GetObjectVersion",
            "s3:ListBucketVersions",
        },
        ("SealFunction", "LakeBucket"): {"s3:PutObject", "s3:GetObject", "s3:ListBucket"},
        ("SealFunction", "SealKey"): {"kms:Sign", "kms:GetPublicKey"},
        ("AuditFunction", "SealBucket"): {"s3:GetObjectVersion", "s3:ListBucketVersions"},
        ("AuditFunction", "SealKey"): {"kms:GetPublicKey"},
    }


def test_what_makes_seals_writes_no_table() -> None:
    writes = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
    actions = {
        action
        for holder, statement in statements()
        if holder == "SealFunction" and statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    }

    assert {action for action in actions if action.startswith("dynamodb:")} == {
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
    }
    assert not any(action.removeprefix("dynamodb:") in writes for action in actions)


def test_no_role_reaches_a_bucket_or_a_key_in_another_way() -> None:
    """A policy of AWS, or a resource with a wildcard, would be one."""
    for holder, statement in statements():
        resource = json.dumps(statement.get("Resource", ""))
        is_function = template()["Resources"][holder]["Type"] == "AWS::Serverless::Function"
        if is_function and statement["Effect"] == "Allow":
            assert ":s3:::" not in resource, holder
            assert ":kms:" not in resource, holder
            assert not any(
                action.startswith(("s3:", "kms:")) and '"*"' in resource
                for action in as_list(statement["Action"])
            ), holder


def test_seals_are_locked_and_for_a_day_only_in_a_trial() -> None:
    lock = bucket("SealBucket")["ObjectLockConfiguration"]

    assert bucket("SealBucket")["ObjectLockEnabled"] is True
    assert lock == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {
            "DefaultRetention": {
                "Mode": {"Fn::If": ["Protected", {"Ref": "SealLock"}, "GOVERNANCE"]},
                "Days": {"Fn::If": ["Protected", {"Ref": "SealDays"}, 1]},
            }
        },
    }
    assert template()["Parameters"]["SealLock"]["Default"] == "COMPLIANCE"
    assert template()["Parameters"]["SealDays"]["Default"] == 400


def test_the_lake_is_not_locked_and_forgets_packs_and_results_of_queries_only() -> None:
    lake = bucket("LakeBucket")

    assert not {"ObjectLockEnabled", "ObjectLockConfiguration"} & lake.keys()
    expiring = [
        rule
        for rule in lake["LifecycleConfiguration"]["Rules"]
        if any("Expiration" in name for name in rule)
    ]
    forgotten = {rule["Prefix"]: rule["ExpirationInDays"] for rule in expiring}
    assert forgotten == {"packs/": 7, "results/": 7}
    assert "LifecycleConfiguration" not in bucket("SealBucket")


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_a_bucket_is_versioned_private_encrypted_and_stays(name: str) -> None:
    properties, resource = bucket(name), template()["Resources"][name]

    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }
    assert properties["BucketEncryption"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (
        "RetainExceptOnCreate",
        "Retain",
    )


def bucket_decision(principal: str, action: str, *, protected: bool = True) -> str:
    """What the policy of the seals says, by an evaluator that is not ours."""
    (policy,) = resources("AWS::S3::BucketPolicy").values()
    chosen = [
        (each["Fn::If"][1] if protected else None) if "Fn::If" in each else each
        for each in policy["PolicyDocument"]["Statement"]
    ]
    document = {"Version": "2012-10-17", "Statement": []}
    arn = "arn:aws:s3:::seals"
    for statement in filter(None, chosen):
        text = json.dumps(statement)
        text = text.replace('{"Fn::GetAtt": ["SealBucket", "Arn"]}', f'"{arn}"')
        text = text.replace('{"Fn::Sub": "${SealBucket.Arn}/*"}', f'"{arn}/*"')
        document["Statement"].append(json.loads(text))
    resource = arn if "Bucket" in action or "Lifecycle" in action else f"{arn}/acme/2026/03/16.json"
    request = EvalContext(
        principal, "AssumedRole", ACCOUNT, f"s3:{action}", resource, "eu-central-1"
    )
    return evaluate_resource_policy(document, request).decision


@pytest.mark.parametrize("principal", [SEAL_ROLE, ADMIN])
def test_nobody_removes_a_seal_or_changes_the_lock(principal: str) -> None:
    denied = (
        "DeleteObject",
        "DeleteObjectVersion",
        "DeleteObjectTagging",
        "PutLifecycleConfiguration",
        "PutBucketObjectLockConfiguration",
    )

    assert {action: bucket_decision(principal, action) for action in denied} == dict.fromkeys(
        denied, "Deny"
    )
    for action in ("PutObject", "GetObject", "GetObjectVersion"):
        assert bucket_decision(principal, action) == "ImplicitDeny", "a role may allow it"


def test_a_denial_of_the_bucket_has_no_condition() -> None:
    (policy,) = resources("AWS::S3::BucketPolicy").values()

    assert policy["Bucket"] == {"Ref": "SealBucket"}
    for each in policy["PolicyDocument"]["Statement"]:
        statement = each["Fn::If"][1] if "Fn::If" in each else each
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert "Condition" not in statement


def test_the_lock_of_a_new_stack_can_be_replaced_once_by_the_lasting_one() -> None:
    """`make deploy` makes a new stack unprotected, and protects it in a second step."""
    action = "PutBucketObjectLockConfiguration"

    assert bucket_decision(ADMIN, action, protected=False) == "ImplicitDeny"
    assert bucket_decision(ADMIN, "DeleteObject", protected=False) == "Deny"


def test_who_administers_the_key_may_not_sign() -> None:
    key = resources("AWS::KMS::Key")["SealKey"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    by_sid = {statement["Sid"]: statement for statement in key["KeyPolicy"]["Statement"]}
    administering, signing = by_sid["TheAccountAdministersIt"], by_sid["OnlyTheSealFunctionSigns"]

    assert len(by_sid) == 2
    assert "Condition" not in administering
    assert "kms:PutKeyPolicy" in administering["Action"], "or AWS refuses the policy"
    assert not {"kms:Sign", "kms:CreateGrant", "kms:*"} & set(administering["Action"])
    assert not any("*" in action for action in administering["Action"])
    assert signing["Action"] == "kms:Sign"
    path = resources("AWS::Serverless::Function")["SealFunction"]["RolePath"]["Fn::Sub"]
    (pattern,) = signing["Condition"]["ArnLike"].values()
    assert pattern["Fn::Sub"].strip().endswith(f":role{path}*")
    assert [
        name
        for name, properties in resources("AWS::Serverless::Function").items()
        if "RolePath" in properties
    ] == ["SealFunction"]


def test_somebody_is_told_of_a_late_seal_and_of_a_problem() -> None:
    alarms = {
        alarm["MetricName"]: alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if {"Name": "service", "Value": "seal"} in alarm.get("Dimensions", ())
    }

    assert {name: alarm["Threshold"] for name, alarm in alarms.items()} == {
        "seals_late": 0,
        "seal_problems": 0,
        "seals_queued": 1,
    }
