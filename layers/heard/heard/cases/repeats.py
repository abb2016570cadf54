"""How many outcomes the repetitions of a review's events may leave.

A platform sends an event again, a queue hands a message out again, somebody replays a request whose
signature has no date. None of it changes anything, but an auditor must see that it happened. So the
first repetitions of a review leave an outcome each, and later ones one a day: a flood of them makes
no chain grow without bound. One message leaves one outcome, however often it is handed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from heard.clock import format_time

FIRST_REPEATS: Final = 3
"""How many repetitions of a review leave an outcome each, however close together they come."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """The repetitions of a review that left an outcome.

    `count` is how many they were, `day` the date of the last one, and `deliveries` the last
    `FIRST_REPEATS` of them.
    """

    count: int = 0
    day: str = ""
    deliveries: tuple[str, ...] = ()

    def with_delivery(self, delivery: str, now: datetime) -> Self | None:
        """The repetitions with this one; None if it leaves no outcome."""
        day = format_time(now)[:10]
        if delivery in self.deliveries or (self.count >= FIRST_REPEATS and day == self.day):
            return None
        deliveries = (*self.deliveries, delivery)[-FIRST_REPEATS:]
        return type(self)(self.count + 1, day, deliveries)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {"count": self.count, "day": self.day, "deliveries": list(self.deliveries)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The repetitions that `to_json` wrote."""
        return cls(int(fields["count"]), fields["day"], tuple(fields["deliveries"]))
