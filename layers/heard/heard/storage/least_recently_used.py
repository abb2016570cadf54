"""A memory of one process that never grows beyond its limit."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

LIMIT: Final = 1_000
"""How many entries are kept. A process sees fewer connections in the time that entries count."""


class LeastRecentlyUsed[V]:
    """Values by key. Whoever adds one too many loses the one that was used longest ago."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._entries: OrderedDict[str, V] = OrderedDict()

    def get(self, key: str) -> V | None:
        """The value of a key; None when it is not kept (any more)."""
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]

    def put(self, key: str, value: V) -> None:
        """Keep a value instead of the key's value before."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)
