"""List prices of us-east-1 in dollars, and what is assumed where nothing here can be measured.

Check before publishing.
"""

from __future__ import annotations

from typing import Final

MILLION: Final = 1_000_000

# Those of the project's notes on AWS.
WRITE_UNIT: Final = 0.625 / MILLION
READ_UNIT: Final = 0.125 / MILLION
STANDARD_TRANSITION: Final = 25 / MILLION
EXPRESS_REQUEST: Final = 1 / MILLION
EXPRESS_GB_SECOND: Final = 0.00001667
LAMBDA_REQUEST: Final = 0.20 / MILLION
LAMBDA_GB_SECOND: Final = 0.0000133334  # arm64
HTTP_API_REQUEST: Final = 1 / MILLION
SQS_REQUEST: Final = 0.40 / MILLION
BUS_EVENT: Final = 1 / MILLION

# Beside the budget, which counts transitions, invocations and capacity units.
LOG_GB: Final = 0.50
XRAY_TRACE: Final = 5 / MILLION
XRAY_SAMPLE_RATE: Final = 0.05

EXPRESS_MEMORY_GB: Final = 64 / 1024
EXPRESS_BILLING_MS: Final = 100
"""An Express run is charged in 64 MB and started 100 ms."""

# Assumptions.
HUMAN_SHARE: Final = 0.20
FULL_CPU_MB: Final = 1769
"""A function has as much of one processor as its memory is of this."""
CPU_FACTOR: Final = 1.5
"""CPU there for CPU here.

Graviton against this machine, and the runtime, logger and metrics around a step.
"""
COLD_START_SHARE: Final = 0.01
"""Invocations that pay a cold start."""
MESSAGES_PER_BATCH: Final = 1
"""A million reviews a month is one every 2.6 s: SQS seldom has two to hand over at once."""
SQS_REQUESTS_PER_MESSAGE: Final = 3
"""Per message: send, receive, delete. Empty receives are left out.

They cost the same at any load (about $ 0.26 a month).
"""
FOLLOW_UP_PAGE_SIZE: Final = 25
"""Open follow-ups on the page that an agent reloads before each claim: the desk's default."""
LATENCY_MS: Final = {
    "GetItem": 4,
    "Query": 6,
    "BatchGetItem": 8,
    "PutItem": 6,
    "UpdateItem": 6,
    "TransactWriteItems": 14,
    "GetParameter": 12,
    "SendMessageBatch": 10,
    "PutEvents": 15,
    "SendTaskSuccess": 15,
    "platform": 300,
    "StartExecution": 30,
    "invoke": 12,
}
"""Milliseconds that one call waits, inside the region (the platform outside of it)."""
