"""What IAM checks of one request to DynamoDB: the single actions in it, and the keys they lead to.

A transaction is no action of IAM: each item in it is checked as the action that it performs. A
condition of a policy can ask for the partition keys (`dynamodb:LeadingKeys`), of an index for those
of the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

PARTITION_KEYS: Final = ("pk", "review")
"""The names of the partition keys of Heard's tables; the first that an item has is its key."""

_TRANSACTION_ACTIONS: Final = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
}
_FIRST_EQUALITY: Final = re.compile(r"\s*([#\w]+)\s*=\s*(:\w+)")


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One action on items of one table, or of one of its indexes.

    `leading_keys` are the partition keys; none where the request names no partition, as a scan.
    `transaction` is the operation around it, if any.
    """

    action: str
    table: str
    index: str | None
    leading_keys: tuple[str, ...]
    transaction: str | None = None


def item_requests(operation: str, request: Mapping[str, Any]) -> Iterator[ItemRequest]:
    """The actions of a request, such as `PutItem` or `TransactWriteItems`, in its JSON form."""
    for item in _dicts(request.get("TransactItems")):
        for member, action in _TRANSACTION_ACTIONS.items():
            if member in item:
                yield _single(action, item[member], operation)
    for table, part in cast("dict[str, Any]", request.get("RequestItems", {})).items():
        # To write a batch, a list; nothing here does.
        entries = cast("dict[str, Any]", part).get("Keys") if isinstance(part, dict) else None
        yield ItemRequest(f"dynamodb:{operation}", table, None, _keys_in(entries))
    if "TableName" in request:
        yield _single(operation, request, None)


def _single(action: str, request: Mapping[str, Any], transaction: str | None) -> ItemRequest:
    if "KeyConditionExpression" in request:
        equality = _FIRST_EQUALITY.match(request["KeyConditionExpression"])
        values: dict[str, dict[str, str]] = request["ExpressionAttributeValues"]
        keys = tuple(values[equality[2]].values()) if equality else ()
    else:
        keys = _keys_in([request.get("Key") or request.get("Item") or {}])
    name = f"dynamodb:{action}"
    return ItemRequest(name, request["TableName"], request.get("IndexName"), keys, transaction)


def _keys_in(entries: Any) -> tuple[str, ...]:
    names = (
        (entry, [name for name in PARTITION_KEYS if name in entry]) for entry in _dicts(entries)
    )
    return tuple(str(next(iter(entry[keys[0]].values()))) for entry, keys in names if keys)


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    for entry in cast("list[Any]", value if isinstance(value, list) else []):
        if isinstance(entry, dict):
            yield cast("dict[str, Any]", entry)
