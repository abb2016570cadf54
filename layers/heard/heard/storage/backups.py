"""A table of the stack beside a copy of it from a backup: restored to a second, then compared.

DynamoDB restores to a new table only. The copy has the items of that second and nothing else: no
time to live, no stream, no protection. It is read, and removed when everything is put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.storage.items import BATCH_SIZE
from heard.storage.tables import Item, condition_failed, error_code, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTCOME_KEY: Final = ("review", "sequence")
ITEM_KEY: Final = ("pk", "sk")


@dataclass(frozen=True, slots=True)
class ItemPair:
    """An item of the copy that the stack has not, or has otherwise (`current`, empty for not).

    `stored` is the item of the copy as DynamoDB has it, to be written back exactly.
    """

    restored: Item
    current: Item
    stored: Mapping[str, Any]


class BackupTable:
    """One table of the stack (`table`) and its copy (`copy`)."""

    def __init__(
        self, client: DynamoDBClient, table: str, copy: str, key: tuple[str, str] = ITEM_KEY
    ) -> None:
        self._client = client
        self._table = table
        self.copy = copy
        self._key = key

    def begin(self, at: datetime | None) -> bool:
        """Begin to restore the copy: the items of that second, or of the last possible one.

        False if the copy is there, or on its way: beginning twice is no error.
        """
        time: Any = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
        try:
            self._client.restore_table_to_point_in_time(
                SourceTableName=self._table,
                TargetTableName=self.copy,
                BillingModeOverride="PAY_PER_REQUEST",
                GlobalSecondaryIndexOverride=[],  # nobody queries it, and it is there sooner
                **time,
            )
        except ClientError as error:
            if error_code(error) not in {"TableAlreadyExistsException", "ResourceInUseException"}:
                raise
            return False
        return True

    def status(self) -> str:
        """The status of the copy, such as CREATING or ACTIVE; "" if there is none."""
        try:
            description = self._client.describe_table(TableName=self.copy)["Table"]
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            return ""
        return description.get("TableStatus", "")

    def differences(self) -> Iterator[ItemPair]:
        """Every item of the copy that the stack has not, or has otherwise. Reads both wholly."""
        pages: Any = self._client.get_paginator("scan").paginate(TableName=self.copy)
        batch: list[Mapping[str, Any]] = []
        for page in pages:
            for item in page["Items"]:
                batch.append(item)
                if len(batch) == BATCH_SIZE:
                    yield from self._compare(batch)
                    batch = []
        yield from self._compare(batch)

    def _compare(self, batch: list[Mapping[str, Any]]) -> Iterator[ItemPair]:
        current_items = self._current(batch)
        for stored in batch:
            restored, current = values(stored), current_items.get(self._key_of(stored), {})
            if restored != current:
                yield ItemPair(restored, current, stored)

    def _current(self, batch: list[Mapping[str, Any]]) -> dict[tuple[str, ...], Item]:
        items_by_key: dict[tuple[str, ...], Item] = {}
        pending: Any = [{name: item[name] for name in self._key} for item in batch]
        while pending:
            response: Any = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": pending, "ConsistentRead": True}}
            )
            for item in response["Responses"].get(self._table, ()):
                items_by_key[self._key_of(item)] = values(item)
            pending = response.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return items_by_key

    def current(self, partition: str, sort: str) -> Item:
        """The stack's item with this key; empty if there is none."""
        key: Any = {self._key[0]: {"S": partition}, self._key[1]: {"S": sort}}
        response = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return values(response.get("Item", {}))

    def _key_of(self, item: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(item[name]) for name in self._key)

    def put_back(self, pair: ItemPair) -> bool:
        """Write the restored item, if the stack still has what was compared.

        False when something else was written meanwhile: then that stays.
        """
        condition: Any = {"ConditionExpression": f"attribute_not_exists({self._key[0]})"}
        if pair.current:
            marks = [name for name in ("version", "hash") if name in pair.current]
            condition = {
                "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in marks)
                or f"attribute_exists({self._key[0]})",
            } | (
                {
                    "ExpressionAttributeNames": {f"#{name}": name for name in marks},
                    "ExpressionAttributeValues": {
                        f":{name}": {"N": str(pair.current[name])}
                        if isinstance(pair.current[name], int)
                        else {"S": pair.current[name]}
                        for name in marks
                    },
                }
                if marks
                else {}
            )
        try:
            # The policy of the Outcomes table refuses an item outside of a transaction.
            self._client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": self._table, "Item": dict(pair.stored), **condition}}
                ]
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def remove(self) -> bool:
        """Delete the copy. False if there was none."""
        try:
            self._client.delete_table(TableName=self.copy)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            return False
        return True


class WholeTables:
    """Reads whole tables, for a person who checks them."""

    def __init__(self, client: DynamoDBClient, cases: str, outcomes: str) -> None:
        self._client = client
        self._cases = cases
        self._outcomes = outcomes

    def cases(self) -> Iterator[Item]:
        """The states and follow-ups of the Cases table, in no order."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._cases,
            FilterExpression="sk = :state OR sk = :follow_up",
            ExpressionAttributeValues={":state": {"S": "STATE"}, ":follow_up": {"S": "FOLLOW_UP"}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(values, page["Items"])

    def logged_reviews(self) -> Iterator[str]:
        """The reviews that have an outcome, each as often as it has."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._outcomes, ProjectionExpression="review", ConsistentRead=True
        )
        for page in pages:
            for item in page["Items"]:
                yield values(item)["review"]
