"""What the demo counts, from the outcomes in the log."""

from __future__ import annotations

from typing import Any

import pytest

from heard.outcomes import Kind, Outcome
from heard_cli.local.demo import ReviewProgress


def outcome(kind: Kind, detail: dict[str, Any]) -> Outcome:
    values: dict[str, Any] = dict.fromkeys(Outcome.__dataclass_fields__, "x")
    return Outcome(**values | {"kind": kind, "detail": detail, "severity": None})


@pytest.mark.parametrize(
    ("outcomes", "replies"),
    [
        ([(Kind.ACKNOWLEDGED, {"reply": "rep_1", "native_id": "n1", "public": True})], 1),
        ([(Kind.REPLY_REJECTED, {"reply": "rep_1", "reason": "spam"})], 0),
        (
            [
                (Kind.REPLY_SENT, {"reply": "rep_1", "native_id": "n1", "public": True}),
                (Kind.REPLY_PUBLISHED, {"reply": "rep_1", "native_id": "n1"}),
                (Kind.ANSWERED, {"reply": "rep_2", "native_id": "n2", "by": "sub"}),
            ],
            2,
        ),
    ],
)
def test_each_reply_that_a_platform_took_is_counted_once(
    outcomes: list[tuple[Kind, dict[str, Any]]], replies: int
) -> None:
    progress = ReviewProgress("rev_1")

    for kind, detail in outcomes:
        progress.apply(outcome(kind, detail))

    assert len(progress.replies) == replies
