"""DynamoDB's client, items as attributes and back, and how to recognise a failed condition."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from heard.aws import client

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

type Item = dict[str, Any]
"""A stored item as Python values: texts, integers, booleans, bytes, lists, dicts, sets."""

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


@cache
def dynamodb() -> DynamoDBClient:
    """The process's DynamoDB client, made at first use."""
    return client("dynamodb")


def attributes(item: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """An item as DynamoDB attributes, without absent values."""
    return {name: _SERIALIZER.serialize(value) for name, value in item.items() if value is not None}


def values(item: Mapping[str, AttributeValueTypeDef]) -> Item:
    """DynamoDB attributes as an item."""
    return {name: _to_python(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _to_python(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value)
        case Binary():
            return bytes(cast("Any", value))
        case dict():
            return {name: _to_python(part) for name, part in cast("dict[str, Any]", value).items()}
        case list():
            return [_to_python(part) for part in cast("list[Any]", value)]
        case _:
            return value


def error_code(error: ClientError) -> str:
    """The code that AWS gives an error."""
    return error.response.get("Error", {}).get("Code", "")


def condition_failed(error: ClientError) -> bool:
    """Whether another write came first: nothing was written, and reading again helps."""
    if error_code(error) in {"ConditionalCheckFailedException", "TransactionConflictException"}:
        return True
    reasons = error.response.get("CancellationReasons", [])
    conflict_codes = {"ConditionalCheckFailed", "TransactionConflict"}
    return error_code(error) == "TransactionCanceledException" and any(
        reason.get("Code") in conflict_codes for reason in reasons
    )
