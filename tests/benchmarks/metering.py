"""Counts DynamoDB's capacity units, request by request, by the rules that AWS documents.

Why not by `ConsumedCapacity` alone: the emulator reports writes as AWS does, but a flat half or
whole unit for every read, however large. So each request is rated here from the items themselves
(their size, and what stood there before), and the emulator's own figure for writes is added up
beside it as a check.

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
            return sum(len(each.encode()) for each in content)
        case "L":
            return 3 + sum(1 + value_size(each) for each in content)
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + value_size(each) for name, each in content.items()
            )
        case _:
            return 1


@dataclass
class Units:
    """What was counted.

    Units by kind and purpose, requests by operation, and the sizes of what was written by kind of
    item.
    """

    write: float = 0
    read: float = 0
    index_write: float = 0
    emulator_write: float = 0
    calls: Counter[str] = field(default_factory=Counter[str])
    sizes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    by_request: Counter[str] = field(default_factory=Counter[str])

    @property
    def written(self) -> float:
        """Write units, indexes included."""
        return self.write + self.index_write

    def add(self, other: Units) -> None:
        """Add another count to this one."""
        self.write += other.write
        self.read += other.read
        self.index_write += other.index_write
        self.emulator_write += other.emulator_write
        self.calls += other.calls
        self.by_request += other.by_request
        for name, sizes in other.sizes.items():
            self.sizes.setdefault(name, []).extend(sizes)


class Meter:
    """Watches one DynamoDB client.

    `looking` is another one, unwatched, that reads what stood there before.
    """

    def __init__(self, client: Any, looking: Any) -> None:
        self._looking = looking
        self._schemas: dict[str, dict[str, Any]] = {}
        self._before: list[tuple[str, str, Attributes | None, Attributes | None]] = []
        self._query: dict[str, Any] = {}
        self._units = Units()
        client.meta.events.register("before-parameter-build.dynamodb", self._asked)
        client.meta.events.register("after-call.dynamodb", self._answered)

    @contextmanager
    def counting(self) -> Generator[Units]:
        """What happens inside is counted into the result."""
        outer, self._units = self._units, Units()
        try:
            yield self._units
        finally:
            self._units = outer

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        self._before, self._query = [], params
        puts: list[dict[str, Any]] = []
        match model.name:
            case "PutItem":
                puts = [params]
            case "TransactWriteItems":
                puts = [each["Put"] for each in params["TransactItems"] if "Put" in each]
                updates = [each["Update"] for each in params["TransactItems"] if "Update" in each]
                self._before = [
                    (
                        each["TableName"],
                        "update",
                        self._look(each["TableName"], each["Key"]),
                        each["Key"],
                    )
                    for each in updates
                ]
            case "UpdateItem":
                self._before = [
                    (
                        params["TableName"],
                        "update",
                        self._look(params["TableName"], params["Key"]),
                        params["Key"],
                    )
                ]
            case _:
                return
        for put in puts:
            table, item = put["TableName"], put["Item"]
            key = {name: item[name] for name in self._keys(table)}
            self._before.append((table, "put", self._look(table, key), item))

    def _answered(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        units, name = self._units, model.name
        units.calls[name] += 1
        if "Error" in parsed:
            return
        match name:
            case "GetItem":
                read = self._rate_read(size_of(parsed.get("Item", {})), self._query)
                units.read += read
                units.by_request[f"get {self._kind(self._query['Key'])}"] += read  # pyright: ignore[reportArgumentType]
            case "Query":
                read = self._rate_read(sum(size_of(item) for item in parsed["Items"]), self._query)
                units.read += read
                units.by_request[f"query {self._query.get('IndexName', 'table')}"] += read  # pyright: ignore[reportArgumentType]
            case "BatchGetItem":
                for table, items in parsed["Responses"].items():
                    asked = self._query["RequestItems"][table]
                    read = sum(self._rate_read(size_of(item), asked) for item in items)
                    read += (len(asked["Keys"]) - len(items)) * self._rate_read(0, asked)
                    units.read += read
                    units.by_request[f"get {self._kind(asked['Keys'][0])}"] += read  # pyright: ignore[reportArgumentType]
            case "PutItem" | "TransactWriteItems" | "UpdateItem":
                twice = 2 if name == "TransactWriteItems" else 1
                for table, what, before, after in self._before:
                    new = (
                        self._look(table, cast("Attributes", after)) if what == "update" else after
                    )  # of an update, its key
                    self._wrote(table, before, cast("Attributes", new), twice)
                capacity = parsed.get("ConsumedCapacity", [])
                listed = cast(
                    "list[dict[str, Any]]", capacity if isinstance(capacity, list) else [capacity]
                )
                units.emulator_write += sum(each["CapacityUnits"] for each in listed)
            case _:
                pass

    def _wrote(self, table: str, before: Attributes | None, after: Attributes, twice: int) -> None:
        kind = self._kind(after)
        size = size_of(after)
        own = twice * _per(1024, max(size, size_of(before or {})))
        index = sum(
            self._rate_index(each, table, before or {}, after)
            for each in self._schema(table).get("GlobalSecondaryIndexes", [])
        )
        self._units.write += own
        self._units.index_write += index
        self._units.by_request[f"write {kind}"] += own + index
        self._units.sizes.setdefault(kind, []).append(size)

    def _rate_index(
        self, index: Mapping[str, Any], table: str, before: Attributes, after: Attributes
    ) -> int:
        names = [key["AttributeName"] for key in index["KeySchema"]]
        everything = index["Projection"]["ProjectionType"] == "ALL"
        shown = {*names, *self._keys(table)}

        def entry(item: Attributes) -> dict[str, Any]:
            if not all(name in item for name in names):
                return {}
            return {name: value for name, value in item.items() if everything or name in shown}

        old, new = entry(before), entry(after)
        if old == new:
            return 0
        if old and new and [old[name] for name in names] != [new[name] for name in names]:
            return _per(1024, size_of(old)) + _per(1024, size_of(new))
        return _per(1024, max(size_of(old), size_of(new)))

    @staticmethod
    def _rate_read(size: int, query: Mapping[str, Any]) -> float:
        return _per(4096, size) * (1 if query.get("ConsistentRead") else 0.5)

    def _look(self, table: str, key: Attributes) -> Attributes | None:
        return self._looking.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")

    def _schema(self, table: str) -> dict[str, Any]:
        if table not in self._schemas:
            self._schemas[table] = self._looking.describe_table(TableName=table)["Table"]
        return self._schemas[table]

    def _keys(self, table: str) -> list[str]:
        return [key["AttributeName"] for key in self._schema(table)["KeySchema"]]

    @staticmethod
    def _kind(item: Attributes) -> str:
        """What kind of item it is, from its keys as `heard.storage` documents them."""
        if "sequence" in item:
            kind = item.get("kind", {}).get("S", "")
            return f"outcome {kind}".strip()
        sort, partition = item["sk"]["S"], item["pk"]["S"]
        return (
            f"{partition.split('#')[0].lower()}"
            if sort == "PROFILE" or partition.startswith("WORDING#")
            else sort.split("#")[0].lower()
        )


def _per(unit: int, size: int) -> int:
    return max(1, math.ceil(size / unit))
