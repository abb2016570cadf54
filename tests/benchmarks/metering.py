"""Counts DynamoDB's capacity units, request by request, by the rules that AWS documents.

`ConsumedCapacity` alone is not enough. The emulator reports writes as AWS does, but half a unit or
one unit for every read of any size. So this module computes the units of each request from the
items: their size, and the size of the item before. It also adds up the emulator's own figure for
writes, as a check. A batch that reads some attributes only pays for whole items, which are not
known here: it is rated by what it read.

Rules (docs.aws.amazon.com/amazondynamodb, "DynamoDB read and write operations"): a write unit per
started 1 KB of the larger of the item before and after; twice that in a transaction; per index
nothing, one write, or two when the item moves in it (once even in a transaction: indexes follow
after it). A read unit per started 4 KB, half of it when eventually consistent; a query is rated by
the sum of what it read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

type Attributes = Mapping[str, Any]


def size_of(item: Attributes) -> int:
    """An item's size in bytes as DynamoDB counts it: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """A value's size in bytes as DynamoDB counts it."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            digits = content.lstrip("-").replace(".", "").strip("0")
            return math.ceil(len(digits) / 2) + 1 + content.startswith("-")
        case "B":
            return len(content)
        case "SS":
            return sum(len(text.encode()) for text in content)
        case "L":
            return 3 + sum(1 + value_size(element) for element in content)
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + value_size(element) for name, element in content.items()
            )
        case _:
            return 1


@dataclass
class CapacityUnits:
    """Units by kind and purpose, requests by operation, and sizes of written items by kind."""

    write: float = 0
    read: float = 0
    index_write: float = 0
    emulator_write: float = 0
    requests: Counter[str] = field(default_factory=Counter[str])
    item_sizes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    units_by_request: Counter[str] = field(default_factory=Counter[str])

    @property
    def total_write(self) -> float:
        """Write units, indexes included."""
        return self.write + self.index_write

    def add(self, other: CapacityUnits) -> None:
        """Add another count to this one."""
        self.write += other.write
        self.read += other.read
        self.index_write += other.index_write
        self.emulator_write += other.emulator_write
        self.requests += other.requests
        self.units_by_request += other.units_by_request
        for name, sizes in other.item_sizes.items():
            self.item_sizes.setdefault(name, []).extend(sizes)


class CapacityMeter:
    """Counts the requests of one DynamoDB client.

    `reader` is another client, whose requests are not counted. It reads items before a write.
    """

    def __init__(self, client: Any, reader: Any) -> None:
        self._reader = reader
        self._schemas: dict[str, dict[str, Any]] = {}
        self._pending_writes: list[tuple[str, str, Attributes | None, Attributes | None]] = []
        self._request: dict[str, Any] = {}
        self._units = CapacityUnits()
        client.meta.events.register("before-parameter-build.dynamodb", self._before_request)
        client.meta.events.register("after-call.dynamodb", self._after_response)

    @contextmanager
    def counting(self) -> Generator[CapacityUnits]:
        """Count the requests inside the block into the result."""
        outer, self._units = self._units, CapacityUnits()
        try:
            yield self._units
        finally:
            self._units = outer

    def _before_request(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        self._pending_writes, self._request = [], params
        puts: list[dict[str, Any]] = []
        match model.name:
            case "PutItem":
                puts = [params]
            case "TransactWriteItems":
                puts = [write["Put"] for write in params["TransactItems"] if "Put" in write]
                updates = [
                    write["Update"] for write in params["TransactItems"] if "Update" in write
                ]
                self._pending_writes = [
                    (
                        update["TableName"],
                        "update",
                        self._read_item(update["TableName"], update["Key"]),
                        update["Key"],
                    )
                    for update in updates
                ]
            case "UpdateItem" | "DeleteItem":
                self._pending_writes = [
                    (
                        params["TableName"],
                        model.name.removesuffix("Item").lower(),
                        self._read_item(params["TableName"], params["Key"]),
                        params["Key"],
                    )
                ]
            case _:
                return
        for put in puts:
            table, item = put["TableName"], put["Item"]
            key = {name: item[name] for name in self._key_names(table)}
            self._pending_writes.append((table, "put", self._read_item(table, key), item))

    def _after_response(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        units, name = self._units, model.name
        units.requests[name] += 1
        if "Error" in parsed:
            return
        match name:
            case "GetItem":
                read_units = self._read_units(size_of(parsed.get("Item", {})), self._request)
                units.read += read_units
                request = f"get {self._item_kind(self._request['Key'])}"
                units.units_by_request[request] += read_units  # pyright: ignore[reportArgumentType]
            case "Query":
                read_units = self._read_units(
                    sum(size_of(item) for item in parsed["Items"]), self._request
                )
                units.read += read_units
                units.units_by_request[f"query {self._request.get('IndexName', 'table')}"] += (
                    read_units  # pyright: ignore[reportArgumentType]
                )
            case "BatchGetItem":
                for table, items in parsed["Responses"].items():
                    self._count_batch(table, items)
            case "PutItem" | "TransactWriteItems" | "UpdateItem" | "DeleteItem":
                factor = 2 if name == "TransactWriteItems" else 1
                for table, operation, before, after in self._pending_writes:
                    # For an update, `after` holds the key only. So it does for what is deleted,
                    # which costs what the item before had.
                    new = (
                        self._read_item(table, cast("Attributes", after))
                        if operation == "update"
                        else after
                    )
                    self._count_write(table, before, cast("Attributes", new), factor)
                capacity = parsed.get("ConsumedCapacity", [])
                capacities = cast(
                    "list[dict[str, Any]]", capacity if isinstance(capacity, list) else [capacity]
                )
                units.emulator_write += sum(capacity["CapacityUnits"] for capacity in capacities)
            case _:
                pass

    def _count_batch(self, table: str, items: list[Attributes]) -> None:
        """Each item of a batch is rated for itself, a missing one as an empty one."""
        request, names = self._request["RequestItems"][table], self._key_names(table)
        sizes = {str([item[name] for name in names]): size_of(item) for item in items}
        for key in request["Keys"]:
            size = sizes.get(str([key[name] for name in names]), 0)
            read_units = self._read_units(size, request)
            self._units.read += read_units
            units = self._units.units_by_request
            units[f"get {self._item_kind(key)}"] += read_units  # pyright: ignore[reportArgumentType]

    def _count_write(
        self, table: str, before: Attributes | None, after: Attributes, factor: int
    ) -> None:
        kind = self._item_kind(after)
        size = size_of(after)
        table_units = factor * _units_for(1024, max(size, size_of(before or {})))
        index_units = sum(
            self._index_write_units(index, table, before or {}, after)
            for index in self._schema(table).get("GlobalSecondaryIndexes", [])
        )
        self._units.write += table_units
        self._units.index_write += index_units
        self._units.units_by_request[f"write {kind}"] += table_units + index_units
        self._units.item_sizes.setdefault(kind, []).append(size)

    def _index_write_units(
        self, index: Mapping[str, Any], table: str, before: Attributes, after: Attributes
    ) -> int:
        names = [key["AttributeName"] for key in index["KeySchema"]]
        projection = index["Projection"]
        all_projected = projection["ProjectionType"] == "ALL"
        key_names = {*names, *self._key_names(table), *projection.get("NonKeyAttributes", ())}

        def index_entry(item: Attributes) -> dict[str, Any]:
            if not all(name in item for name in names):
                return {}
            return {
                name: value for name, value in item.items() if all_projected or name in key_names
            }

        old, new = index_entry(before), index_entry(after)
        if old == new:
            return 0
        if old and new and [old[name] for name in names] != [new[name] for name in names]:
            return _units_for(1024, size_of(old)) + _units_for(1024, size_of(new))
        return _units_for(1024, max(size_of(old), size_of(new)))

    @staticmethod
    def _read_units(size: int, query: Mapping[str, Any]) -> float:
        return _units_for(4096, size) * (1 if query.get("ConsistentRead") else 0.5)

    def _read_item(self, table: str, key: Attributes) -> Attributes | None:
        return self._reader.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")

    def _schema(self, table: str) -> dict[str, Any]:
        if table not in self._schemas:
            self._schemas[table] = self._reader.describe_table(TableName=table)["Table"]
        return self._schemas[table]

    def _key_names(self, table: str) -> list[str]:
        return [key["AttributeName"] for key in self._schema(table)["KeySchema"]]

    @staticmethod
    def _item_kind(item: Attributes) -> str:
        """The kind of an item, from its keys as `heard.storage` documents them."""
        if "sequence" in item:
            kind = item.get("kind", {}).get("S", "")
            return f"outcome {kind}".strip()
        sort, partition = item["sk"]["S"], item["pk"]["S"]
        return (
            f"{partition.split('#')[0].lower()}"
            if sort == "PROFILE" or partition.startswith("WORDING#")
            else sort.split("#")[0].lower()
        )


def _units_for(unit: int, size: int) -> int:
    return max(1, math.ceil(size / unit))
