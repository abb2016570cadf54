"""List prices of us-east-1 in dollars, and assumptions where the emulator measures nothing.

Check the prices before you publish a figure.
"""

from __future__ import annotations

from typing import Final

MILLION: Final = 1_000_000

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
KMS_REQUEST: Final = 0.03 / 10_000
PARAMETER_READ: Final = 0.05 / 10_000
"""With the higher throughput of the Parameter Store, which an account needs above its quota."""
PARAMETER_READS_PER_SECOND: Final = 40
"""The quota of an account without that. These reads cost nothing but KMS."""

# Outside the budget, which counts transitions, invocations and capacity units.
LOG_GB: Final = 0.50
XRAY_TRACE: Final = 5 / MILLION
XRAY_SAMPLE_RATE: Final = 0.05

EXPRESS_MEMORY_GB: Final = 64 / 1024
EXPRESS_BILLING_MS: Final = 100
"""AWS charges an Express run by 64 MB and by each started 100 ms."""

# Assumptions.
HUMAN_SHARE: Final = 0.20
FULL_CPU_MB: Final = 1769
"""The memory at which a function has one whole processor; with less it has a share."""
CPU_FACTOR: Final = 1.5
"""CPU on AWS divided by CPU here: another processor, and the runtime, logger and metrics."""
COLD_START_SHARE: Final = 0.01
"""The share of invocations with a cold start."""
MESSAGES_PER_BATCH: Final = 1
"""A million reviews a month is one every 2.6 s, so SQS seldom has two for one batch."""
SQS_REQUESTS_PER_MESSAGE: Final = 3
"""Send, receive and delete.

Empty receives are not counted: they cost the same at any load (about $ 0.26 a month).
"""
PROCESS_SECONDS: Final = 2 * 3600
"""How long Lambda keeps a process that has work. AWS promises nothing."""
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
    "event": 0,  # one entry of PutEvents
    "SendTaskSuccess": 15,
    "platform": 300,
    "StartExecution": 30,
    "invoke": 12,
}
"""Milliseconds that one call takes inside the region; the platform is outside of it."""
