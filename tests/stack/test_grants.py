"""Every grant of every role is used: nothing is allowed that no flow needs.

The emulator writes down which role asked for which action on which resource and keys (see
`heard_cli.local.role_checks`). This test runs last and compares that with the deployed roles: each
statement, action, resource and pattern of keys. What only a rare path needs is listed with its
reason. The unit tests enforce the same roles in those paths (`tests.unit.roles`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest

from heard_cli.local.stack import EmulatedStack
from tests.static.cloudformation import as_list

CASE: Final = "?" * 24
POLLER: Final = "Lambda's own poller of the queue uses it; the emulator's asks no role"
ERASED: Final = "an erasure comes between two steps"
HOT: Final = "others change the thread of a review at the same time"
HIDDEN: Final = "a platform hides or publishes a reply"
OVER: Final = "the time of a review with a follow-up, or of an author who came back, is over"
STREAM: Final = "Lambda's own reader of the stream uses it; the emulator's asks no role"
QUEUE_READS: Final = "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"
STREAM_READS: Final = (
    "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams"
)
TOKENS: Final = "states:SendTaskSuccess states:SendTaskFailure"


@dataclass(frozen=True, order=True)
class Grant:
    """The smallest part of a role: `keys` is a pattern of partition keys, "" for all."""

    function: str
    action: str
    resource: str
    keys: str = ""


@dataclass(frozen=True)
class Call:
    """What a role was used for."""

    function: str
    action: str
    resource: str
    keys: tuple[str, ...]

    def uses(self, grant: Grant) -> bool:
        return (
            self.function == grant.function
            and fnmatchcase(self.action, grant.action)
            and fnmatchcase(self.resource, grant.resource)
            and (not grant.keys or any(fnmatchcase(key, grant.keys) for key in self.keys))
        )


def rare(reason: str, function: str, actions: str, resource: str, *keys: str) -> dict[Grant, str]:
    return {
        Grant(function, action, resource, key): reason
        for action in actions.split()
        for key in keys or ("",)
    }


RARE: Final[Mapping[Grant, str]] = {
    **rare(POLLER, "IntakeFunction", QUEUE_READS, "ReviewQueue"),
    **rare(POLLER, "IntakeFunction", QUEUE_READS, "PraiseQueue"),
    **rare("it has three stars", "PollFunction", "sqs:SendMessage*", "PraiseQueue"),
    **rare(POLLER, "PollFunction", QUEUE_READS, "PollQueue"),
    **rare(POLLER, "SealFunction", QUEUE_READS, "SealQueue"),
    **rare("an outcome is gone", "SealFunction", "s3:GetObject", "LakeBucket/*"),
    **rare("its line is gone too", "SealFunction", "s3:ListBucket", "LakeBucket"),
    **rare("it began on an earlier day", "SealFunction", "dynamodb:Query", "OutcomesTable"),
    **rare("a review is stuck", "AuditFunction", "dynamodb:BatchGetItem", "CasesTable", CASE),
    **rare(STREAM, "RelayFunction", STREAM_READS, "OutcomesTable/stream/*"),
    **rare("after 12 hours", "RelayFunction", "sqs:SendMessage", "RelayDeadLetters"),
    **rare(ERASED, "TriageFunction", "dynamodb:UpdateItem", "CasesTable", CASE),
    **rare(HOT, "TriageFunction", "dynamodb:BatchGetItem", "CasesTable", "fup_*"),
    **rare(HOT, "ReplyFunction", "dynamodb:BatchGetItem", "CasesTable", CASE, "fup_*"),
    **rare(HOT, "FollowUpFunction", "dynamodb:BatchGetItem", "CasesTable", CASE, "fup_*"),
    **rare(HOT, "PollFunction", "dynamodb:BatchGetItem", "CasesTable", CASE, "fup_*"),
    **rare(HOT, "SweepFunction", "dynamodb:BatchGetItem", "CasesTable", CASE, "fup_*"),
    **rare(HOT, "DeskFunction", "dynamodb:BatchGetItem", "CasesTable", "fup_*"),
    **rare(OVER, "RetentionFunction", "dynamodb:BatchGetItem", "CasesTable", "fup_*"),
    **rare("a reaction quotes us", "TriageFunction", "dynamodb:Query", "CasesTable", CASE),
    **rare("another engine", "TriageFunction", "dynamodb:UpdateItem", "CasesTable", "ENGINE#*"),
    **rare(ERASED, "DeskFunction", "dynamodb:UpdateItem", "CasesTable", CASE, "aut_*", "fup_*"),
    **rare("a promise is due", "FollowUpFunction", "dynamodb:GetItem", "CasesTable", "aut_*"),
    **rare("it is settled before it waits", "FollowUpFunction", TOKENS, "*"),
    **rare("it did not hear", "SweepFunction", "states:SendTaskSuccess", "*"),
    **rare("nothing closed a review in time", "SweepFunction", "sqs:SendMessage*", "ReviewQueue"),
    **rare("a workflow was lost", "SweepFunction", "dynamodb:PutItem", "CasesTable", "fup_*"),
    **rare("it is removed", "PollFunction", "dynamodb:DeleteItem", "SetupTable", "CONNECTION#*"),
    **rare(HIDDEN, "PollFunction", "dynamodb:GetItem", "SetupTable", "BUSINESS#*"),
    **rare(HIDDEN, "PollFunction", "dynamodb:GetItem", "CasesTable", "fup_*"),
    **rare(HIDDEN, "PollFunction", "dynamodb:PutItem", "CasesTable", CASE, "fup_*"),
    **rare(HIDDEN, "PollFunction", "dynamodb:UpdateItem", "CasesTable", CASE),
    **rare(HIDDEN, "PollFunction", "dynamodb:PutItem", "OutcomesTable"),
    **rare(
        "a hold is in force", "RetentionFunction", "dynamodb:UpdateItem", "SetupTable", "HOLD#*"
    ),
    **rare("a hold is in force", "RetentionFunction", "dynamodb:Query", "OutcomesTable"),
    **rare(OVER, "RetentionFunction", "dynamodb:GetItem dynamodb:Query", "CasesTable", "fup_*"),
    **rare(OVER, "RetentionFunction", "dynamodb:PutItem", "CasesTable", "aut_*", "fup_*"),
    **rare(OVER, "RetentionFunction", "dynamodb:DeleteItem", "CasesTable", "fup_*"),
    **rare(OVER, "RetentionFunction", "dynamodb:BatchGetItem", "CasesTable", CASE),
}
"""What no flow of these tests uses. Unit tests take all of it but what Lambda itself uses."""


def function_of(role: str) -> str | None:
    found = re.search(r"([A-Z][a-zA-Z]+Function)Role", role)
    return found[1] if found else None


def named(resource: str) -> str:
    """A resource by its name in the template, where the emulator gave it one with a suffix."""
    if bucket := re.fullmatch(r"arn:aws:s3:::.*?(seal|lake)bucket-\w+?(/.*)?", resource):
        return f"{bucket[1].title()}Bucket{bucket[2] or ''}"
    return re.sub(r"^.*?[:/-](\w+(?:Table|Queue|DeadLetters))(?:-\w+)?", r"\1", resource)


def granted(stack: EmulatedStack) -> Iterator[Grant]:
    iam = stack.client("iam")
    for role in (role["RoleName"] for role in iam.list_roles(MaxItems=200)["Roles"]):
        function = function_of(role)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"] if function else ():
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for statement in as_list(document["Statement"]):
                if statement["Effect"] == "Allow":
                    yield from grants_in(function or "", statement)


def grants_in(function: str, statement: Mapping[str, Any]) -> Iterator[Grant]:
    condition = statement.get("Condition", {})
    patterns = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [""])
    for action in as_list(statement["Action"]):
        for resource in as_list(statement["Resource"]):
            for keys in as_list(patterns):
                yield Grant(function, action, named(resource), keys)


def calls(stack: EmulatedStack) -> set[Call]:
    lines = map(json.loads, stack.role_calls.read_text().splitlines())
    return {
        Call(function, line["action"], named(line["resource"]), tuple(line["keys"]))
        for line in lines
        if line["allowed"] and (function := function_of(line["role"]))
    }


@pytest.mark.last
def test_every_grant_is_used_by_a_flow_or_has_a_reason(stack: EmulatedStack) -> None:
    grants, used = set(granted(stack)), calls(stack)
    unused = {grant for grant in grants if not any(call.uses(grant) for call in used)}

    assert sorted(unused - RARE.keys()) == []
    assert sorted(RARE.keys() - grants) == [], "these are granted no more"
