"""The roles of the functions, enforced on moto: a step may call only what its function may.

moto asks no role. Here each call to DynamoDB is compared with what the template grants to the
function whose step makes it: the action, the table, and the partition keys. So every unit test
also proves that a role is wide enough, in the rare paths too, which no test on the emulator takes.
A call that a test itself makes is not checked. Operators have roles of their own, so of a command
only what the policy of a table denies is refused.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

from heard_cli.local.dynamodb_requests import ItemRequest, item_requests
from tests.static.cloudformation import as_list, resources
from tests.static.repository import FUNCTIONS, ROOT

STEPS: Final = ROOT / "layers" / "heard" / "heard" / "steps"
ROUTES: Final = ROOT / "layers" / "heard" / "heard" / "http"
"""Where an API's routes are, in a package with the name of its function's folder."""
_ERASING: Final = str(STEPS / "erasing.py")
"""Only operators erase."""
OURS: Final = tuple(str(ROOT / name) for name in ("layers", "functions", "cli"))


class Denied(BaseException):
    """A call that AWS would deny. No step can catch it, and take it for a damaged item."""


@dataclass(frozen=True)
class TableGrant:
    """One action on a table or an index, on items with these partition keys.

    A key must match one of `keys` and none of `other_keys` (patterns).
    """

    action: str
    table: str
    index: str | None
    keys: tuple[str, ...]
    other_keys: tuple[str, ...]
    in_transactions_only: bool

    def allows(self, request: ItemRequest) -> bool:
        return (
            (self.action, self.table, self.index) == (request.action, request.table, request.index)
            and all(map(self._matches, request.leading_keys))
            and (request.transaction is not None or not self.in_transactions_only)
        )

    def _matches(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.keys) and not any(
            fnmatchcase(key, pattern) for pattern in self.other_keys
        )


def table_grants(properties: Mapping[str, Any]) -> Iterator[TableGrant]:
    """What a function of the template may do with tables."""
    for policy in properties.get("Policies", []):
        for statement in policy["Statement"]:
            if "Fn::If" in statement or statement["Effect"] != "Allow":
                continue
            condition = statement.get("Condition", {})
            keys, other_keys = (
                tuple(as_list(condition.get(name, {}).get("dynamodb:LeadingKeys", default)))
                for name, default in (
                    ("ForAllValues:StringLike", "*"),
                    ("ForAllValues:StringNotLike", []),
                )
            )
            in_transactions_only = "ForAnyValue:StringEquals" in condition
            for action in as_list(statement["Action"]):
                for table, index in _tables(statement["Resource"]):
                    yield TableGrant(action, table, index, keys, other_keys, in_transactions_only)


def _tables(resource: Any) -> Iterator[tuple[str, str | None]]:
    for each in as_list(resource):
        match each:
            case {"Fn::GetAtt": [str(name), "Arn"]} if name.endswith("Table"):
                yield name, None
            case {"Fn::Sub": str(text)} if index := re.fullmatch(
                r"\$\{(\w+Table)\.Arn\}/index/(\w+)", text
            ):
                yield index[1], index[2]
            case _:
                pass


@cache
def grants() -> Mapping[str, tuple[TableGrant, ...]]:
    """What each function may do with tables, by its logical id."""
    return {
        name: tuple(table_grants(properties))
        for name, properties in resources("AWS::Serverless::Function").items()
    }


@cache
def entries() -> Mapping[tuple[str, str], str]:
    """The function by whose handler a step is called, by the step's file and name.

    The name "*" stands for a whole file.
    """
    functions: dict[tuple[str, str], str] = {}
    for name, properties in resources("AWS::Serverless::Function").items():
        folder = properties["CodeUri"].removeprefix("functions/")
        handler = FUNCTIONS / folder / "app.py"
        for file in (handler, *sorted((ROUTES / folder).glob("*.py"))):
            functions[str(file), "*"] = name
            functions |= dict.fromkeys(_imported_steps(file), name)
    return functions


def _imported_steps(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        if node.module == "heard.steps":
            yield from ((str(STEPS / f"{each.name}.py"), "*") for each in node.names)
        elif node.module.startswith("heard.steps."):
            step = str(STEPS / f"{node.module.removeprefix('heard.steps.')}.py")
            yield from ((step, each.name) for each in node.names)


def _calling_function() -> str | None:
    known, frame = entries(), sys._getframe(1)
    while frame:
        code = frame.f_code
        if is_not_a_function(code.co_filename):
            return None
        if function := known.get((code.co_filename, code.co_name)) or known.get(
            (code.co_filename, "*")
        ):
            return function
        frame = frame.f_back
    return None


@cache
def is_not_a_function(file: str) -> bool:
    """Whether a call from here is no function's, even if it comes in the middle of a step."""
    return file == _ERASING or _is_test(file)


@cache
def table_denials() -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """What the policy of a table denies everybody: actions, each with whether a transaction may."""
    return {
        name: tuple(
            (action, "Condition" in statement)
            for statement in table["ResourcePolicy"]["PolicyDocument"]["Statement"]
            for action in as_list(statement["Action"])
        )
        for name, table in resources("AWS::DynamoDB::Table").items()
        if "ResourcePolicy" in table
    }


def _is_called_by_us() -> bool:
    """Whether our own code makes a call, and not a test that plays somebody else."""
    frame = sys._getframe(2)
    while frame:
        file = frame.f_code.co_filename
        if file.startswith(OURS):
            return True
        if _is_test(file):
            return False
        frame = frame.f_back
    return False


@cache
def _is_test(file: str) -> bool:
    return Path(file).name.startswith("test_")


def check_role(operation: str, request: Mapping[str, Any]) -> None:
    """Refuse a call to DynamoDB that the role of the calling function does not allow.

    And one that the policy of its table denies, whoever makes it. Raises Denied.
    """
    function, is_ours = _calling_function(), _is_called_by_us()
    for item in item_requests(operation, request):
        table = item.table.partition("-")[0]
        if table not in resources("AWS::DynamoDB::Table"):
            continue  # a test names a table that is not there
        named = ItemRequest(item.action, table, item.index, item.leading_keys, item.transaction)
        if is_ours and any(
            named.action == action and not (transaction_may and named.transaction)
            for action, transaction_may in table_denials().get(table, ())
        ):
            raise Denied(f"the policy of {table} denies {named}")
        if function and not any(grant.allows(named) for grant in grants()[function]):
            raise Denied(f"the role of {function} does not allow {named}")
