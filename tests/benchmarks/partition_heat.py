"""Which key of DynamoDB gets how many write units in one second of 10,000 reviews.

A partition takes 1,000 write units a second. DynamoDB splits a busy one between keys, but not
within a key whose sort key is a time, because all writes go to the newer half. So a key that gets
more than that is a limit of the design, whatever the table may take.

The reviews are drawn by a seed. Their keys are those that the library makes, and the units those
that `tests/unit/steps/test_units.py` counts: 20 % go to a person, who answers in the same second.
Businesses have sizes by Zipf's law.

    python -m tests.benchmarks.partition_heat
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Final

from heard.storage.outcome_log import business_day
from heard.storage.sweep_index import sweep_attributes
from tests.benchmarks import prices

REVIEWS: Final = 10_000
"""In one second."""
KEY_UNITS: Final = 1_000
"""What one key takes in a second."""
SEED: Final = 1
BUSINESSES: Final = (1, 10, 1_000)
"""How many businesses share the reviews, in the columns of the table."""
PAGES: Final = 20
"""How many pages (places of a platform) a business has, of equal size."""
INDEXES: Final = ("review", "page", "by_day", "sweep", "open_follow_ups")

_NOON: Final = datetime(2026, 3, 17, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heat:
    """The write units that the hottest key of an index gets in a second, and of how many keys."""

    units: int
    keys: int

    @property
    def reviews(self) -> int:
        """The reviews a second at which the hottest key is full."""
        return REVIEWS * KEY_UNITS // self.units


def simulate(businesses: int, seed: int = SEED) -> dict[str, Heat]:
    """The heat of each index, with so many businesses."""
    random = Random(seed)
    sizes = list(accumulate(1 / rank for rank in range(1, businesses + 1)))
    units: dict[str, Counter[str]] = {index: Counter() for index in INDEXES}
    for business in random.choices(range(businesses), cum_weights=sizes, k=REVIEWS):
        review = f"rev_{random.getrandbits(64):016x}"
        is_human = random.random() < prices.HUMAN_SHARE
        page = f"{business}/{random.randrange(PAGES)}"
        # The state is written by triage, when sending begins, and with the outcome; the revision
        # and the reply lie beside it. A follow-up has a key of its own, which gets as much
        units["review"][review] += 9 if is_human else 7
        if not is_human:
            units["page"][page] += 1
        # One unit for each outcome
        day = business_day(f"bus_{business}", _NOON.date().isoformat(), review)
        units["by_day"][day] += 4 if is_human else 2
        # One when it comes in, one when it goes out; an answer that is owed moves its follow-up
        bucket = sweep_attributes(_NOON, f"REVIEW#{review}")["sweep_bucket"]
        units["sweep"][str(bucket)] += 4 if is_human else 2
        # It holds the follow-up: opened, claimed, answered, closed
        if is_human:
            units["open_follow_ups"][str(business)] += 4
    return {index: Heat(max(count.values()), len(count)) for index, count in units.items()}


def table(columns: Sequence[int] = BUSINESSES) -> list[str]:
    """The rows of the table in docs/scale.md."""
    heats = [simulate(businesses) for businesses in columns]
    return [
        f"| `{index}` | "
        + " | ".join(f"{heat[index].units:,} of {heat[index].keys:,}" for heat in heats)
        + f" | {min(heat[index].reviews for heat in heats):,} |"
        for index in INDEXES
    ]


if __name__ == "__main__":
    print("\n".join(table()))
