"""How often secrets are read from the Parameter Store, and what that costs, by connections.

A review needs two secrets: one at the door, one for the reply. A process reads each once in the
time that it remembers them, or lives. So the reads are bounded by the reviews and by connections x
processes. Connections of equal size are the worst case: large ones are remembered by every process.

    python -m tests.benchmarks.secret_reads
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heard.storage.setup import SECRET_SECONDS
from tests.benchmarks import prices

SECRETS_OF_A_REVIEW: Final = 2
BEFORE_SECONDS: Final = 60
"""How long a process remembered a secret before it was remembered until the connection changes."""
NOW_SECONDS: Final = min(SECRET_SECONDS, prices.PROCESS_SECONDS)


@dataclass(frozen=True, slots=True)
class Load:
    """Reviews a second on so many connections of equal size, at so many processes of a function."""

    reviews: float
    connections: int
    processes: int


LOADS: Final = (
    Load(0.4, 10, 3),
    Load(0.4, 3_000, 3),
    Load(40, 10, 30),
    Load(40, 3_000, 30),
    Load(1_000, 10, 500),
    Load(1_000, 3_000, 500),
)
"""A million reviews a month is 0.4 a second. 3,000 connections are nearly all of an account."""


def reads_per_second(load: Load, remembered_seconds: float) -> float:
    """Expected reads of the Parameter Store, each of which is one decryption by KMS."""
    reviews = load.reviews * remembered_seconds / load.connections
    # Of so many processes, those that at least one of these reviews comes to.
    processes = load.processes * (1 - (1 - 1 / load.processes) ** reviews)
    return SECRETS_OF_A_REVIEW * load.connections * min(reviews, processes) / remembered_seconds


def dollars_per_million(load: Load, remembered_seconds: float) -> float:
    """What the secrets of a million reviews cost: KMS, and above the quota the Parameter Store.

    Without the free tier.
    """
    reads = reads_per_second(load, remembered_seconds)
    price = prices.KMS_REQUEST
    if reads > prices.PARAMETER_READS_PER_SECOND:
        price += prices.PARAMETER_READ
    return prices.MILLION * reads / load.reviews * price


def table() -> list[str]:
    """The rows of the table in docs/scale.md."""
    rows: list[str] = []
    for load in LOADS:
        cells = [f"{load.reviews:g}", f"{load.connections:,}", f"{load.processes:,}"]
        for seconds in (BEFORE_SECONDS, NOW_SECONDS):
            cells.append(f"{reads_per_second(load, seconds):,.2f}")
            cells.append(f"{dollars_per_million(load, seconds):,.2f}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
