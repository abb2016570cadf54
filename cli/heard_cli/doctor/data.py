"""Findings about what is stored: tables, their key, the user pool, the queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from heard_cli.doctor.findings import Finding, attention, broken, names, ok

_PROTECT: Final = "make deploy REGION=… PARAMETERS=DeletionProtection=true"
_DEAD_LETTERS: Final = {
    "ReviewDeadLetters": "Find the cause, then: heard redrive --dry-run",
    "PollDeadLetters": "docs/operations.md, Polling; then purge the queue",
    "RelayDeadLetters": "docs/operations.md, Notices; then: heard resend-notices",
}
DENIED_TO_ALL: Final = frozenset(
    f"dynamodb:{action}"
    for action in (
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
        *("PartiQLInsert", "PartiQLUpdate", "PartiQLDelete", "UpdateTimeToLive"),
    )
)
"""What the policy of the Outcomes table denies to everybody; PutItem outside of a transaction."""
BACKLOG_SECONDS: Final = 600
"""How old the oldest message of a queue may be; the alarms have the same limit."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table has. `time_to_live` is None where the template wants none."""

    name: str
    recovery: bool
    protected: bool
    time_to_live: bool | None = None


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How many messages wait in a queue, and for how many seconds the oldest (None: unknown)."""

    name: str
    waiting: int
    oldest: int | None = None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The state of the data key, and whether it rotates."""

    state: str
    rotates: bool


def judge_recovery(tables: Sequence[TableFacts]) -> list[Finding]:
    """Whether each table can be restored to a second, and forgets what expires."""
    findings = [
        broken(
            f"{table.name} has no point-in-time recovery.",
            "aws dynamodb update-continuous-backups --table-name "
            f"{table.name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        )
        for table in tables
        if not table.recovery
    ]
    findings += [
        broken(
            f"{table.name} keeps what should expire.",
            f"aws dynamodb update-time-to-live --table-name {table.name} "
            "--time-to-live-specification Enabled=true,AttributeName=expires_at",
        )
        for table in tables
        if table.time_to_live is False
    ]
    return findings or ok(f"{len(tables)} tables can be restored to any second of 35 days")


def judge_protection(tables: Sequence[TableFacts], *, pool_protected: bool) -> list[Finding]:
    """Whether tables and user pool refuse to be deleted."""
    unprotected = [table.name for table in tables if not table.protected]
    if not pool_protected:
        unprotected.append("the user pool")
    if unprotected:
        return [attention(f"These can be deleted: {names(unprotected)}.", _PROTECT)]
    return ok(f"{len(tables)} tables and the user pool")


def judge_stream(stream: str, read: Sequence[str]) -> list[Finding]:
    """From the stream of the Outcomes table, and the streams that the relay reads."""
    if not stream:
        return [broken("The Outcomes table has no stream: no notice is published.", "make deploy")]
    if stream not in read:
        return [
            broken(
                "The relay reads the stream of another table: no notice is published.",
                "docs/operations.md, A table that was deleted",
            )
        ]
    return ok("the relay reads the stream of the Outcomes table")


def judge_append_only(policy: Mapping[str, Any]) -> list[Finding]:
    """From the policy of the Outcomes table; empty for none.

    A table that was deleted and restored has none, and works: nobody else would notice.
    """
    denied = {
        action
        for statement in policy.get("Statement", ())
        if statement.get("Effect") == "Deny" and statement.get("Principal") in ("*", {"AWS": "*"})
        for action in _as_list(statement.get("Action", ()))
    }
    if missing := DENIED_TO_ALL - denied:
        return [
            broken(
                f"The policy of the Outcomes table does not deny {names(missing)}: outcomes can be "
                "changed.",
                "docs/operations.md, A table that was deleted",
            )
        ]
    return ok("the policy of the Outcomes table lets nobody change an outcome")


def _as_list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def judge_key(key: KeyFacts) -> list[Finding]:
    """From the state of the key that encrypts tables, queues and logs."""
    if key.state == "PendingDeletion":
        return [
            broken(
                "The data key is to be deleted. Nothing can be read after that.",
                "aws kms cancel-key-deletion, then enable-key",
            )
        ]
    if key.state != "Enabled":
        return [broken(f"The data key is {key.state}: nothing can be read.", "aws kms enable-key")]
    if not key.rotates:
        return [attention("The data key does not rotate.", "aws kms enable-key-rotation")]
    return ok("enabled, rotates every year")


def judge_dead_letters(queues: Sequence[QueueFacts]) -> list[Finding]:
    """Whether something failed for good."""
    findings = [
        broken(
            f"{queue.name} has {queue.waiting:,} messages"
            + (f", the oldest {_duration(queue.oldest)} old." if queue.oldest else "."),
            _DEAD_LETTERS.get(queue.name, "docs/operations.md, Dead letters"),
        )
        for queue in queues
        if queue.waiting
    ]
    return findings or ok(f"{len(queues)} queues are empty")


def judge_queues(queues: Sequence[QueueFacts]) -> list[Finding]:
    """Whether reviews and polls wait too long."""
    findings = [
        attention(
            f"{queue.name} has {queue.waiting:,} messages, the oldest "
            f"{_duration(queue.oldest)} old.",
            "docs/operations.md, Alarms: OldestReviewAlarm, OldestPraiseAlarm, OldestPollAlarm",
        )
        for queue in queues
        if queue.oldest is not None and queue.oldest > BACKLOG_SECONDS
    ]
    return findings or ok(", ".join(f"{queue.name} {queue.waiting:,}" for queue in queues))


def _duration(seconds: int) -> str:
    if seconds < 2 * 60 * 60:
        return f"{seconds // 60} min"
    hours = seconds // 3600
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
