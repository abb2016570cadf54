"""How the emulator checks roles, corrected in two places and written down.

MiniStack 1.5.33 does not know `dynamodb:LeadingKeys`. A condition on it would refuse every call, or
with `ForAllValues` none. Here each check gets the partition keys of the request, in a transaction
those of each item. So the roles of the template hold on this machine as they do on AWS.

Where a policy asks for `aws:PrincipalArn`, MiniStack compares the session of a role. On AWS it is
the role itself, with its path: by that the key of seals knows who may sign.

Each distinct decision about a role is one line of JSON in a file, if one is named: which role asked
for which action on which resource and keys, and whether it was allowed. Tests compare it with what
the roles grant.
"""

from __future__ import annotations

import json
import os
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any, Final, cast

from heard_cli.local.dynamodb_requests import item_requests

RECORD_VARIABLE: Final = "HEARD_ROLE_CALLS"
"""The environment variable of the emulator that names the file."""

_LEADING_KEYS: Final = "dynamodb:LeadingKeys"


class _KeyedArn(str):
    """The ARN of a table, with the partition key of one item of a transaction."""

    __slots__ = ("keys",)
    keys: list[str]


def correct_role_checks() -> None:
    """Wrap MiniStack's checks in this process."""
    # MiniStack reads its settings from the environment when it is imported.
    from ministack.core import iam_actions, iam_evaluator  # noqa: PLC0415

    actions, evaluator = cast("Any", iam_actions), cast("Any", iam_evaluator)
    service_context = actions.dynamodb_service_context
    transaction_checks = actions.dynamodb_transaction_checks
    evaluate, evaluate_resource_policy = evaluator.evaluate, evaluator.evaluate_resource_policy
    resolve_condition_key = evaluator._resolve_condition_key
    in_resource_policy = ContextVar("in_resource_policy", default=False)
    record = _Record(os.environ.get(RECORD_VARIABLE))

    def context_with_keys(body: bytes) -> dict[str, Any]:
        # The name of the operation is not needed for the keys.
        requests = item_requests("", _parse(body))
        keys = [key for item in requests if not item.transaction for key in item.leading_keys]
        return service_context(body) | ({_LEADING_KEYS: keys} if keys else {})

    def checks_with_keys(
        action: str, body: bytes, region: str, account: str
    ) -> list[tuple[str, str]]:
        checks = transaction_checks(action, body, region, account)
        items = [item for item in item_requests(action, _parse(body)) if item.transaction]
        for number, ((item_action, arn), item) in enumerate(zip(checks, items, strict=True)):
            keyed = _KeyedArn(arn)
            keyed.keys = list(item.leading_keys)
            checks[number] = (item_action, keyed)
        return checks

    def evaluate_with_keys(context: Any, *policies: Any) -> Any:
        if isinstance(context.resource_arn, _KeyedArn):
            context.service_context[_LEADING_KEYS.lower()] = context.resource_arn.keys
        result = evaluate(context, *policies)
        if not in_resource_policy.get():
            record.add(context, allowed=result.decision == "Allow")
        return result

    def evaluate_unrecorded(*arguments: Any, **options: Any) -> Any:
        # It is no decision about the role: it evaluates the policy of a queue, for example.
        token = in_resource_policy.set(True)
        try:
            return evaluate_resource_policy(*arguments, **options)
        finally:
            in_resource_policy.reset(token)

    def resolve_key(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn":
            return _role_arn(context.principal_arn)
        return resolve_condition_key(key, context)

    actions.dynamodb_service_context = context_with_keys
    actions.dynamodb_transaction_checks = checks_with_keys
    evaluator.evaluate = evaluate_with_keys
    evaluator.evaluate_resource_policy = evaluate_unrecorded
    evaluator._resolve_condition_key = resolve_key


def _role_arn(principal: str) -> str:
    """The ARN of the role of a session; that of anybody else as it is."""
    from ministack.services import iam  # noqa: PLC0415

    if ":assumed-role/" not in principal:
        return principal
    account, name = principal.split(":")[4], principal.split("/")[1]
    role: Any = cast("Any", iam)._roles.get_scoped(account, None, name)
    return role["Arn"] if role else principal


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", request) if isinstance(request, dict) else {}


class _Record:
    """The decisions so far, in a file."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._lines: set[str] = set()
        self._lock = Lock()

    def add(self, context: Any, *, allowed: bool) -> None:
        if self._path is None or ":assumed-role/" not in context.principal_arn:
            return
        line = json.dumps(
            {
                "role": context.principal_arn.split("/")[1],
                "action": context.action,
                "resource": str(context.resource_arn),
                "keys": context.service_context.get(_LEADING_KEYS.lower(), []),
                "transaction": "dynamodb:enclosingoperation" in context.service_context,
                "allowed": allowed,
            }
        )
        with self._lock:
            if line not in self._lines:
                self._lines.add(line)
                with self._path.open("a") as file:
                    file.write(line + "\n")
