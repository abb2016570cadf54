"""What a million reviews cost by the list, from counts that need no stack.

Capacity units and requests are those that `tests/unit/steps/test_units.py` counts for each change:
it compares them with what stands here. Transitions and invocations are those of the design, which
`make bench` counts on a deployed stack. Prices, waits and shares are in `prices`.

    python -m tests.benchmarks.ledger
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.benchmarks import prices
from tests.benchmarks.secret_reads import NOW_SECONDS
from tests.benchmarks.secret_reads import Load as SecretLoad
from tests.benchmarks.secret_reads import dollars_per_million as secret_dollars
from tests.static.cloudformation import resources, template

type Requests = Mapping[str, Mapping[str, int]]

ACKNOWLEDGED: Final = "acknowledged"
HUMAN: Final = "human"
SHARES: Final = {ACKNOWLEDGED: 1 - prices.HUMAN_SHARE, HUMAN: prices.HUMAN_SHARE}
"""Everything that is acknowledged is taken for praise by its stars, and nothing else."""

WRITE_UNITS: Final = {ACKNOWLEDGED: 17.0, HUMAN: 39.0}
READ_UNITS: Final = {ACKNOWLEDGED: 8.0, HUMAN: 29.5}
"""Counted by step, without who calls the desk."""
CALLER_UNITS: Final = 0.5
"""Each call of the desk reads its person."""
DESK_STEPS: Final = ("desk list", "desk claim", "desk answer")

REQUESTS: Final[Mapping[str, Requests]] = {
    ACKNOWLEDGED: {
        "ingest": {"GetItem": 1},
        "triage": {"GetItem": 6, "UpdateItem": 2, "PutItem": 2, "TransactWriteItems": 1},
        "reply": {"GetItem": 4, "PutItem": 1, "TransactWriteItems": 1},
    },
    HUMAN: {
        "ingest": {"GetItem": 1},
        "triage": {"GetItem": 5, "UpdateItem": 1, "PutItem": 1, "TransactWriteItems": 1},
        "follow_up": {"PutItem": 1, "GetItem": 1},
        "desk list": {"Query": 1},
        "desk claim": {"GetItem": 6, "PutItem": 1, "BatchGetItem": 2, "Query": 2},
        "desk answer": {"GetItem": 8, "Query": 3, "PutItem": 2, "TransactWriteItems": 1},
        "reply": {"GetItem": 6, "PutItem": 1, "TransactWriteItems": 1},
    },
}
"""Requests of DynamoDB by step, which decide how long a function waits."""

OTHER_CALLS: Final[Requests] = {
    "ingest": {"SendMessageBatch": 1},
    "reply": {"platform": 1},
    "desk list": {"GetItem": 1},
    "desk claim": {"GetItem": 1},
    "desk answer": {"GetItem": 1, "SendMessageBatch": 1, "SendTaskSuccess": 1},
    "relay opened": {"PutEvents": 1},
    "relay closed": {"PutEvents": 1},
}
"""Calls of other services, and the person that the desk reads."""

TRANSITIONS: Final = 1
"""Standard transitions of a follow-up that is answered in time."""
BUS_EVENTS: Final = 3
"""Events of a review that a person answers: two of them are the opening, under both its names."""

CPU_MS: Final = {
    "ingest": 4.0,
    "triage": 20.0,
    "reply": 16.0,
    "human reply": 25.0,
    "follow_up": 3.0,
    "desk list": 4.0,
    "desk claim": 19.0,
    "desk answer": 35.0,
    "relay opened": 4.0,
    "relay closed": 4.0,
}
"""CPU of a call here, in a quiet hour of 2026-11-28, with botocore's; `triage` without the encoder.

The steps make fewer requests since, of some 1.1 ms each, so this is rather too much.
"""
ENCODER_MS: Final = 37.0
"""CPU of the encoder for one text of 40 words, measured with it."""
ENCODER_SHARE_ALONE: Final = {ACKNOWLEDGED: 0.81, HUMAN: 1.0}
ENCODER_SHARE_OF_TEN: Final = {ACKNOWLEDGED: 0.32, HUMAN: 0.60}
"""Of what a review took before texts were judged together: decision 0036."""

POLLERS: Final = 5
"""Lambda's pollers of a queue, each of which gathers for itself."""
MONTH_SECONDS: Final = 30 * 24 * 3600
INTAKE_MS: Final = 40
"""What `intake` takes beside the run that it waits for."""
COLD_SECONDS: Final = 0.45 * prices.CPU_FACTOR
"""Imports and clients of a cold function, with 512 MB charged."""


def batch_size(reviews_a_second: float, window: float) -> float:
    """The mean size of a batch, with a window in seconds.

    The first message opens a batch. While its poller waits, its share of the others comes, by
    chance (Poisson), until ten are there. Simulated readers give the same; nobody has measured it.
    """
    mean = reviews_a_second * window / POLLERS
    chance, expected, left = math.exp(-mean), 0.0, 1.0
    for others in range(9):
        expected += chance * (1 + others)
        left -= chance
        chance *= mean / (others + 1)
    return expected + left * 10


@dataclass(frozen=True, slots=True)
class Month:
    """So many reviews in 30 days, all of them within some hours of each day, on connections."""

    reviews: int
    hours: int = 24
    window: float = 20
    connections: int = 10

    @property
    def reviews_a_second(self) -> float:
        """While they come."""
        return self.reviews / MONTH_SECONDS * 24 / self.hours

    @property
    def batches(self) -> Mapping[str, float]:
        """The mean batch of praise, and of the others, which wait for nothing."""
        praise = self.reviews_a_second * SHARES[ACKNOWLEDGED]
        return {ACKNOWLEDGED: batch_size(praise, self.window), HUMAN: 1.0}


def write_units() -> float:
    """Of a million reviews."""
    return _per_million(WRITE_UNITS)


def read_units() -> float:
    """Of a million reviews."""
    callers = CALLER_UNITS * len(DESK_STEPS)
    return _per_million({**READ_UNITS, HUMAN: READ_UNITS[HUMAN] + callers})


def transitions() -> float:
    """Of a million reviews."""
    return _per_million({ACKNOWLEDGED: 0, HUMAN: TRANSITIONS})


def invocations(batches: Mapping[str, float]) -> float:
    """Of a million reviews. A batch has one of `intake`, of `triage` and of `reply`.

    An answer has an `intake` and a `reply` of its own, and a follow-up one of `follow_up`, three of
    the desk and two of the relay.
    """
    steps = {
        ACKNOWLEDGED: 1 + 3 / batches[ACKNOWLEDGED],
        HUMAN: 1 + 2 / batches[HUMAN] + 2 + 1 + len(DESK_STEPS) + 2,
    }
    return _per_million(steps)


def lines(month: Month) -> dict[str, float]:
    """The dollars of a million reviews in such a month, line by line."""
    batches = month.batches
    runs = _per_million({kind: 1 / size for kind, size in batches.items()})
    runs += _per_million({ACKNOWLEDGED: 0, HUMAN: 1})
    express_gb_seconds = _per_million(
        {kind: sum(map(_express_gb_seconds, _runs(kind, batches))) for kind in SHARES}
    )
    calls = invocations(batches)
    messages = _per_million({kind: 1 + 2 / size for kind, size in batches.items()})
    answers = _per_million({ACKNOWLEDGED: 0, HUMAN: prices.SQS_REQUESTS_PER_MESSAGE})
    gb_seconds = _per_million({kind: _gb_seconds(kind, batches) for kind in SHARES})
    cold_gb_seconds = calls * prices.COLD_START_SHARE * 0.5 * COLD_SECONDS
    secrets = SecretLoad(month.reviews / MONTH_SECONDS, month.connections, 3)
    return {
        "DynamoDB writes": write_units() * prices.WRITE_UNIT,
        "DynamoDB reads": read_units() * prices.READ_UNIT,
        "Standard transitions": transitions() * prices.STANDARD_TRANSITION,
        "Express runs": runs * prices.EXPRESS_REQUEST
        + express_gb_seconds * prices.EXPRESS_GB_SECOND,
        "Lambda GB-s": gb_seconds * prices.LAMBDA_GB_SECOND,
        "Lambda requests": calls * prices.LAMBDA_REQUEST,
        "Lambda cold starts": cold_gb_seconds * prices.LAMBDA_GB_SECOND,
        "HTTP API": _per_million({ACKNOWLEDGED: 1, HUMAN: 1 + len(DESK_STEPS)})
        * prices.HTTP_API_REQUEST,
        "SQS": (messages + answers) * prices.SQS_REQUEST,
        "EventBridge": _per_million({ACKNOWLEDGED: 0, HUMAN: BUS_EVENTS}) * prices.BUS_EVENT,
        "secrets (SSM, KMS)": secret_dollars(secrets, NOW_SECONDS),
    }


def _per_million(by_kind: Mapping[str, float]) -> float:
    return prices.MILLION * sum(share * by_kind[kind] for kind, share in SHARES.items())


def _memory_gb(step: str) -> float:
    name = step.partition(" ")[0].title().replace("_", "")
    function = resources("AWS::Serverless::Function")[f"{name}Function"]
    memory = function.get("MemorySize", template()["Globals"]["Function"]["MemorySize"])
    return memory / 1024


def _waiting_ms(kind: str, step: str) -> float:
    calls = [REQUESTS[kind].get(step, {}), OTHER_CALLS.get(step, {})]
    return sum(prices.LATENCY_MS[name] * count for part in calls for name, count in part.items())


def _encoder_ms(kind: str, batch: float) -> float:
    """CPU of the encoder for one review: a part that a batch shares, and one for each."""
    alone, of_ten = ENCODER_SHARE_ALONE[kind], ENCODER_SHARE_OF_TEN[kind]
    shared = (alone - of_ten) / 0.9
    return ENCODER_MS * (alone - shared + shared / batch)


def _duration_ms(kind: str, step: str, batch: float = 1) -> float:
    """How long a function takes for one review on AWS, by the assumptions in `prices`."""
    cpu_ms = CPU_MS.get(f"{kind} {step}", CPU_MS[step]) + (
        _encoder_ms(kind, batch) if step == "triage" else 0
    )
    share = min(1.0, _memory_gb(step) * 1024 / prices.FULL_CPU_MB)
    return cpu_ms * prices.CPU_FACTOR / share + _waiting_ms(kind, step)


def _runs(kind: str, batches: Mapping[str, float]) -> list[tuple[float, float]]:
    """The runs of the route workflow for a review: milliseconds, and how many reviews share it.

    The reviews of a batch are triaged one after the other, as if all were of one business, which
    takes longest. Their replies go out at once.
    """
    batch, invoke = batches[kind], prices.LATENCY_MS["invoke"]
    triage = _duration_ms(kind, "triage", batch) * batch + invoke
    reply = _duration_ms(kind, "reply") + invoke
    if kind == ACKNOWLEDGED:
        return [(triage + reply, batch)]
    return [(triage + prices.LATENCY_MS["StartExecution"], batch), (reply, 1.0)]


def _express_gb_seconds(run: tuple[float, float]) -> float:
    ms, batch = run
    charged = math.ceil(ms / prices.EXPRESS_BILLING_MS) * prices.EXPRESS_BILLING_MS
    return prices.EXPRESS_MEMORY_GB * charged / 1000 / batch


def _gb_seconds(kind: str, batches: Mapping[str, float]) -> float:
    """Memory times time of one review, in all functions.

    The replies of a batch wait beside each other, and share a processor.
    """
    batch = batches[kind]
    total = 0.0
    for step in (*REQUESTS[kind], *(("relay opened", "relay closed") if kind == HUMAN else ())):
        ms = _duration_ms(kind, step, batch)
        if step == "reply" and kind == ACKNOWLEDGED:
            waiting = _waiting_ms(kind, step)
            ms = ms - waiting + waiting / batch
        total += _memory_gb(step) * ms / 1000
    intake = sum((ms + INTAKE_MS) / shared for ms, shared in _runs(kind, batches))
    return total + _memory_gb("intake") * intake / 1000


MONTHS: Final = {
    "1 M": Month(1_000_000),
    "1 M in 8 h a day": Month(1_000_000, hours=8),
    "1 M, no window": Month(1_000_000, window=0),
    "1 M, 3,000 connections": Month(1_000_000, connections=3_000),
    "10 M": Month(10_000_000),
}


def table() -> list[str]:
    """The table in docs/benchmarks.md."""
    all_lines = {name: lines(month) for name, month in MONTHS.items()}
    rows = [
        f"| | {' | '.join(MONTHS)} |",
        f"| --- |{' --- |' * len(MONTHS)}",
        "| reviews of a batch of praise | "
        + " | ".join(f"{month.batches[ACKNOWLEDGED]:.1f}" for month in MONTHS.values())
        + " |",
    ]
    for line in next(iter(all_lines.values())):
        cells = " | ".join(f"{dollars[line]:.2f}" for dollars in all_lines.values())
        rows.append(f"| {line} | {cells} |")
    totals = " | ".join(f"**{sum(dollars.values()):.2f}**" for dollars in all_lines.values())
    return [*rows, f"| **a million reviews, $** | {totals} |"]


if __name__ == "__main__":
    print("\n".join(table()))
