"""The seal of a day: a business's checkpoint, with what it takes to check it.

It is one object, so no day is sealed in part. It holds the hashes of the leaves and not the facts,
as it can never be deleted.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self, cast

from heard.seals.facts import FactsFile
from heard.seals.merkle import HASH_BYTES, Frontier

_FORMAT: Final = 1
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FIELDS: Final = {
    "format": int,
    "business": str,
    "day": str,
    "origin": str,
    "note": str,
    "record": dict,
    "frontier": list,
    "first": int,
    "size": int,
    "leaves": str,
    "facts": dict,
    "key": str,
}
_FACTS_FIELDS: Final = {"key": str, "sha256": str, "bytes": int, "lines": int}


class LeafHashes(Sequence[bytes]):
    """The hashes of leaves, one behind the other in one piece of memory."""

    def __init__(self, content: bytes) -> None:
        """Raises ValueError where the last hash is not whole."""
        if len(content) % HASH_BYTES:
            raise ValueError("a hash of a leaf has 32 bytes")
        self.content = content

    def __len__(self) -> int:
        return len(self.content) // HASH_BYTES

    def __getitem__(self, index: Any) -> Any:
        """A hash, or the hashes of a slice without a step."""
        if isinstance(index, slice):
            start, end, _ = index.indices(len(self))
            return LeafHashes(self.content[start * HASH_BYTES : end * HASH_BYTES])
        place = range(len(self))[int(index)] * HASH_BYTES
        return self.content[place : place + HASH_BYTES]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeafHashes) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed day of a business.

    `frontier` is that of the log before the day, whose size is `first`: the index of the day's
    first leaf. `leaves` are the hashes of the day's leaves, that of the record behind all others.
    `note` is the signed checkpoint behind them, and `key` the public key that signed it.
    """

    business: str
    day: str
    origin: str
    note: str
    record: Mapping[str, Any]
    frontier: Frontier
    leaves: LeafHashes
    facts: FactsFile
    key: str

    @property
    def first(self) -> int:
        """The index of the day's first leaf in the log."""
        return self.frontier.size

    @property
    def size(self) -> int:
        """How many leaves the log has after the day."""
        return self.first + len(self.leaves)

    @property
    def own(self) -> int:
        """How many leaves are outcomes of the day itself: the first ones. Late ones follow."""
        count = self.record.get("outcomes")
        return (
            count if type(count) is int and 0 <= count < len(self.leaves) else len(self.leaves) - 1
        )

    def frontier_after(self) -> Frontier:
        """The log after the day."""
        after = self.frontier.copy()
        after.extend(self.leaves)
        return after

    def to_json(self) -> dict[str, Any]:
        """The object as it is stored; `from_json` is the inverse."""
        return {
            "format": _FORMAT,
            "business": self.business,
            "day": self.day,
            "origin": self.origin,
            "note": self.note,
            "record": dict(self.record),
            "frontier": self.frontier.to_json(),
            "first": self.first,
            "size": self.size,
            "leaves": base64.b64encode(self.leaves.content).decode(),
            "facts": self.facts.to_json(),
            "key": self.key,
        }

    def to_bytes(self) -> bytes:
        """The stored object."""
        return json.dumps(self.to_json(), indent=1, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """The seal that `to_json` wrote. Raises ValueError for anything else.

        It looks at forms only. Whether the parts fit together says `heard.seals.checking`.
        """
        values = _typed(fields, _FIELDS)
        facts = FactsFile(**_typed(values["facts"], _FACTS_FIELDS))
        if values["format"] != _FORMAT:
            raise ValueError("the seal has a format that is not known")
        parse_day(values["day"])
        try:
            leaves = LeafHashes(base64.b64decode(values["leaves"], validate=True))
        except binascii.Error as error:
            raise ValueError("the leaves are not base64") from error
        seal = cls(
            business=values["business"],
            day=values["day"],
            origin=values["origin"],
            note=values["note"],
            record=values["record"],
            frontier=Frontier.from_json(values["first"], values["frontier"]),
            leaves=leaves,
            facts=facts,
            key=values["key"],
        )
        if not leaves or values["size"] != seal.size:
            raise ValueError("the seal has another number of leaves than it says")
        return seal

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The stored seal. Raises ValueError for anything else."""
        try:
            return cls.from_json(json.loads(content))
        except RecursionError as error:
            raise ValueError("this is no seal") from error


def parse_day(text: str) -> date:
    """The date of `YYYY-MM-DD`. Raises ValueError for any other form."""
    if not _DAY.fullmatch(text):
        raise ValueError("a day is YYYY-MM-DD")
    return date.fromisoformat(text)


def seal_key(business: str, day: str) -> str:
    """Where the seal of a day is in its bucket."""
    return f"{business}/{day.replace('-', '/')}.json"


def _typed(fields: object, types: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise ValueError("this is no JSON object")
    values = cast("dict[str, Any]", fields)
    # bool is an int to isinstance.
    has_types = {name: type(value) for name, value in values.items()} == dict(types)
    if not has_types:
        raise ValueError("a field is missing, unknown or of another type")
    return values
