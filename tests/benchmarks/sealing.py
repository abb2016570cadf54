"""What the seal of a large day takes: `python -m tests.benchmarks.sealing 100000`.

The outcomes are shaped like ours, four of a review, and come from a generator, as the pages of the
log come. Buckets, key and states are in memory. The day before has as many.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.reviews import review_id
from heard.seals.seal import Seal
from heard.steps.seal import SealPorts, seal_business
from heard.storage.seals import SealVersions

DAY = date(2026, 3, 16)
ACCEPTED = {
    "revision": "1",
    "commitment": "2:" + "a" * 64,
    "rating": 4,
    "severity": "medium",
    "agenda": [],
    "flags": [],
    "topics": ["delivery", "food"],
    "needs_person": False,
    "place": "unknown",
    "model": "accurate-2",
    "route": "acknowledge",
    "rules": ["praise"],
    "policy": "b" * 64,
    "language": "de",
}
SENT = {"reply": "rep_1", "native_id": "native-1", "public": True, "purpose": "acknowledgement"}


class Log:
    """Many outcomes of two days, made as they are read."""

    def __init__(self, count: int) -> None:
        self._count = count

    def of_day(self, business: str, day: date, _skip: Any) -> Iterator[Outcome]:
        if day not in {DAY, DAY - timedelta(days=1)}:
            return
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        step = timedelta(days=1) / (self._count // 4 + 1)
        kinds = (Kind.ACCEPTED, Kind.REPLY_SENT, Kind.ACKNOWLEDGED, Kind.DUPLICATE)
        for number in range(self._count // 4):
            review = review_id(business, "standard", f"{day}-{number}")
            subject = OutcomeSubject(review, business, "standard", "survey", "medium")
            yield from chain_facts(
                subject,
                [Fact(kind, ACCEPTED if kind is Kind.ACCEPTED else SENT) for kind in kinds],
                sequence=0,
                head=initial_hash(review),
                at=start + number * step,
                actor="heard",
                delivery="dlv_1",
            )

    def first_day(self, *_: Any) -> date:
        return DAY - timedelta(days=1)


class Memory:
    """Buckets, states and a key, all in memory."""

    def __init__(self) -> None:
        self.seals: list[Seal] = []
        self.files: dict[str, bytes] = {}

    def newest(self, _business: str, _until: date) -> list[SealVersions]:
        return [SealVersions(seal.day, seal.day, 0, 0) for seal in self.seals]

    def read_version(self, _business: str, found: SealVersions) -> Seal:
        return next(seal for seal in self.seals if seal.day == found.day)

    def put(self, seal: Seal) -> Seal:
        self.seals.append(Seal.from_bytes(seal.to_bytes()))
        return seal

    def put_once(self, key: str, content: bytes) -> None:
        self.files[key] = content

    def get(self, key: str) -> bytes | None:
        return self.files.get(key)

    def of_reviews(self, _reviews: Any) -> dict[str, Any]:
        return {}

    def public_key(self) -> bytes:
        return bytes(32)

    def sign(self, _message: bytes) -> bytes:
        return bytes(64)


def main() -> None:
    """Seal a day of so many outcomes, and the day before of as many, and say what it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    memory = Memory()
    every = cast("Any", memory)
    ports = SealPorts(cast("Any", Log(count)), every, every, every, every, "heard/1/bench")
    midnight = datetime(DAY.year, DAY.month, DAY.day, 0, 20, tzinfo=UTC)
    for now in (midnight, midnight + timedelta(days=1)):
        begun, cpu = time.monotonic(), time.process_time()
        (day,) = seal_business("acme", ports, now).days
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seal = memory.seals[-1]
        print(
            f"{day.day}: {day.outcomes:,} outcomes, {seconds:.1f} s ({cpu:.1f} s of a processor), "
            f"peak {peak:,.0f} MB; facts {seal.facts.bytes:,} bytes, "
            f"seal {len(seal.to_bytes()):,} bytes"
        )


if __name__ == "__main__":
    main()
