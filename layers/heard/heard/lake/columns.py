"""The tables of the lake: their columns, in Athena's types.

`template.yaml` repeats them for Glue, and a test compares the two. The business and the day are
partitions of each table: they come from the name of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SCHEMA: Final = 1
"""The number of these definitions. Raise it when a column or a count changes its meaning."""

REVIEWS: Final[Mapping[str, str]] = {
    "schema": "int",
    "review": "string",
    "platform": "string",
    "channel": "string",
    "connection": "string",
    "place": "string",
    "sequence": "int",
    "outcomes": "int",
    "opened_at": "string",
    "opened_day": "string",
    "opened_week": "string",
    "opened_weekday": "int",
    "opened_hour": "int",
    "severity_first": "string",
    "severity_worst": "string",
    "severity_last": "string",
    "rating_first": "int",
    "rating_last": "int",
    "topics": "array<string>",
    "flags": "array<string>",
    "agenda": "string",
    "language": "string",
    "needs_person": "boolean",
    "model": "string",
    "route": "string",
    "policy": "string",
    "revisions": "int",
    "repeats": "int",
    "acknowledged_at": "string",
    "acknowledged_day": "string",
    "variant": "string",
    "follow_up": "string",
    "queue": "string",
    "level": "int",
    "escalations": "int",
    "clock_at": "string",
    "clock_s": "bigint",
    "due_at": "string",
    "due_s": "bigint",
    "in_time": "boolean",
    "first_person_at": "string",
    "first_person_kind": "string",
    "first_person": "string",
    "first_waited_s": "bigint",
    "first_wall_s": "bigint",
    "first_person_reply_at": "string",
    "first_public_at": "string",
    "first_public_by": "string",
    "public_replies": "int",
    "private_replies": "int",
    "invited_at": "string",
    "promised": "int",
    "promises_kept": "int",
    "promises_late": "int",
    "promises_moved": "int",
    "promises_missed": "int",
    "promises_void": "int",
    "promised_for": "string",
    "promised_for_s": "bigint",
    "approvals_requested": "int",
    "approvals_denied": "int",
    "taken_over": "int",
    "resolution": "string",
    "cause": "string",
    "fix": "string",
    "reopened": "int",
    "reopened_at": "string",
    "reopened_after": "string",
    "reanswered_at": "string",
    "closed_kind": "string",
    "closed_at": "string",
    "closed_day": "string",
    "closed_why": "string",
    "closed_by": "string",
    "closed_wall_s": "bigint",
    "replies_rejected": "int",
    "replies_unknown": "int",
    "replies_removed": "int",
    "texts_gone_at": "string",
    "later_rating": "int",
    "later_days": "int",
}
"""A row for each review that was touched on the day: how it stood at the day's end."""

NEVER_SAID: Final = frozenset({"connection", "later_rating", "later_days"})
"""Columns that no outcome of today says anything about: null in every row."""

DETAIL: Final[Mapping[str, str]] = {
    "action": "string",
    "after": "string",
    "agenda": "string",
    "amount": "string",
    "approved_by": "string",
    "by": "string",
    "claimed_by": "string",
    "commitment": "string",
    "currency": "string",
    "due_at": "string",
    "fix": "string",
    "flags": "array<string>",
    "follow_up": "string",
    "follow_up_severity": "string",
    "inputs": "string",
    "language": "string",
    "level": "int",
    "model": "string",
    "native_id": "string",
    "needs_person": "boolean",
    "original_bytes": "bigint",
    "own_reply": "boolean",
    "place": "string",
    "policy": "string",
    "promised_for": "string",
    "public": "boolean",
    "purpose": "string",
    "queue": "string",
    "rating": "int",
    "reason": "string",
    "remedy": "string",
    "reply": "string",
    "reviews_left": "int",
    "revision": "string",
    "root_cause": "string",
    "route": "string",
    "rules": "array<string>",
    "severity": "string",
    "severity_before": "string",
    "topics": "array<string>",
    "unchanged": "boolean",
    "unverified": "boolean",
    "variant": "string",
    "waited_s": "bigint",
    "was_due": "string",
    "why": "string",
    "withdrawn": "boolean",
}
"""The fields of an outcome's detail. One that its kind does not have is null."""

OUTCOMES: Final[Mapping[str, str]] = {
    "id": "string",
    "review": "string",
    "sequence": "int",
    "kind": "string",
    "at": "string",
    "platform": "string",
    "channel": "string",
    "severity": "string",
    "actor": "string",
    "delivery": "string",
    "detail": f"struct<{','.join(f'{name}:{kind}' for name, kind in DETAIL.items())}>",
    "previous": "string",
    "hash": "string",
}
"""The facts: one line an outcome, as it was sealed."""

DAYS: Final[Mapping[str, str]] = {
    "schema": "int",
    "outcomes": "bigint",
    "late": "bigint",
    "reviews": "bigint",
    "kinds": "map<string,bigint>",
    "ignored": "map<string,bigint>",
    "variants": "map<string,bigint>",
    "levels": "map<string,bigint>",
    "ratings": "map<string,bigint>",
    "promises": "map<string,bigint>",
    "cubes": "array<struct<by:array<string>,cells:array<array<string>>>>",
}
"""The summaries: one line a day."""

TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "outcomes": OUTCOMES,
    "reviews": REVIEWS,
    "days": DAYS,
}
"""Each table, which is also the folder of its files."""

PARTITIONS: Final = ("business", "day")
