"""Reads and writes of items: one, many by a prefix, many by their keys, several in one write."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.errors import Contention, DamagedState
from heard.storage.tables import Item, attributes, condition_failed, values
from heard.storage.vault import Vault
from heard.waiting import Waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

_log = logging.getLogger(__name__)

BATCH_SIZE: Final = 100
"""Items that DynamoDB reads in one call."""

_RETRY_SECONDS: Final = 0.05


class CaseItems:
    """Items of the Cases table. `vault` seals and opens the texts in them.

    `waiting` is how a change waits while other changes come first.
    """

    def __init__(self, client: DynamoDBClient, table: str, waiting: Waiting | None = None) -> None:
        self._client = client
        self._table = table
        self.waiting = waiting or Waiting()
        self.vault = Vault(client, table)

    def _get_item(self, pk: str, sk: str, *, consistent: bool = True) -> Item:
        response = self._client.get_item(
            TableName=self._table, Key=attributes({"pk": pk, "sk": sk}), ConsistentRead=consistent
        )
        return values(response.get("Item", {}))

    def _get_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """The items with these keys, strongly consistent, in one call; missing ones left out."""
        if len(keys) == 1:
            ((pk, sk),) = keys
            item = self._get_item(pk, sk)
            return {(pk, sk): item} if item else {}
        return dict(read_batches(self._client, self._table, keys, consistent=True))

    def _query_items(self, pk: str, prefix: str, limit: int | None = None) -> Iterator[Item]:
        """The items of a partition whose sort key begins so, one page of them in memory.

        At most `limit` of them, or all.
        """
        condition, parameters = "pk = :pk", {":pk": pk}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            parameters[":prefix"] = prefix
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=attributes(parameters),
            ConsistentRead=True,
            PaginationConfig={"MaxItems": limit} if limit else {},
        )
        for page in pages:
            yield from map(values, page["Items"])

    def _conditional_put(self, item: Item, condition: str, parameters: Item) -> PutTypeDef:
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": attributes(item),
            "ConditionExpression": condition,
        }
        if parameters:
            put["ExpressionAttributeValues"] = attributes(parameters)
        return put

    def _write(
        self, puts: Sequence[PutTypeDef], extra_writes: Sequence[TransactWriteItemTypeDef]
    ) -> None:
        try:
            if len(puts) == 1 and not extra_writes:
                self._client.put_item(**puts[0])
            elif puts or extra_writes:
                self._client.transact_write_items(
                    TransactItems=[*({"Put": put} for put in puts), *extra_writes]
                )
        except ClientError as error:
            if condition_failed(error):
                raise Contention("Another change of this thread came first.") from error
            raise


def version_condition(item: Item) -> tuple[str, Item]:
    """The condition that an item is still as it was read, and the condition's values."""
    if "version" not in item:
        return "attribute_not_exists(pk)", {}
    return "version = :version", {":version": item["version"]}


def parse_state[T](pk: str, item: Item, name: str, parse: Callable[[Any], T]) -> T:
    """What `parse` makes of an attribute of a stored state, whose partition key is `pk`.

    Raises DamagedState, and logs the key, when that is not what Heard writes.
    """
    try:
        return parse(item[name])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # Only its key and the kind of error: the error's text may quote what is stored.
        _log.error("%s of %s cannot be read: %s", name, pk, type(error).__name__)
        raise DamagedState(
            f"The stored state of a {name.replace('_', '-')} cannot be read. Have it restored from "
            "a backup (docs/operations.md, Damaged states)."
        ) from error


def read_batches(
    client: DynamoDBClient,
    table: str,
    keys: Iterable[tuple[str, str]],
    projection: str | None = None,
    *,
    consistent: bool = False,
) -> Iterator[tuple[tuple[str, str], Item]]:
    """The items with these (partition, sort) keys, each with its key; missing ones are left out.

    Eventually consistent unless `consistent`. `projection` names the attributes to read: parsing a
    response takes longest here, so ask for few. `#name` stands for a reserved name. Keys for
    which DynamoDB was too busy are asked for again.
    """
    pending_keys: list[Any] = [attributes({"pk": pk, "sk": sk}) for pk, sk in sorted(set(keys))]
    options: Any = {"ConsistentRead": True} if consistent else {}
    if projection:
        options["ProjectionExpression"] = projection
    if aliases := re.findall(r"#(\w+)", projection or ""):
        options["ExpressionAttributeNames"] = {f"#{name}": name for name in aliases}
    retries = 0
    while pending_keys:
        request: Any = options | {"Keys": pending_keys[:BATCH_SIZE]}
        response = client.batch_get_item(RequestItems={table: request})
        for item in map(values, response["Responses"].get(table, ())):
            yield (item["pk"], item["sk"]), item
        unprocessed: Any = response.get("UnprocessedKeys", {}).get(table)
        pending_keys = [*(unprocessed["Keys"] if unprocessed else ()), *pending_keys[BATCH_SIZE:]]
        retries = retries + 1 if unprocessed else 0
        if retries:
            time.sleep(min(2.0, _RETRY_SECONDS * 2**retries))
