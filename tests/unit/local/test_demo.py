"""What the demo counts, from the outcomes in the log."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from heard.clock import parse_time
from heard.outcomes import Kind, Outcome
from heard_cli.local.demo import DemoProgress, ReviewProgress


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


def test_the_table_shows_the_words_of_each_review_as_they_are() -> None:
    environment: Any = None  # only refreshing needs it
    progress = DemoProgress(environment, parse_time("2026-03-17T12:00:00Z"))
    words = "[red]Cold[/] soup & rude staff, " * 9
    progress.by_review["rev_1"] = ReviewProgress(
        "rev_1", words, "mastodon", "high", at="2026-03-17T12:00:01Z", with_person=True
    )
    progress.by_review["rev_2"] = ReviewProgress("rev_2", "", "standard", "praise", at="2026")
    screen = StringIO()
    Console(file=screen, width=120).print(progress.table())

    lines = screen.getvalue().splitlines()
    assert max(map(len, lines)) <= 120
    (row,) = (line for line in lines if "mastodon" in line)
    assert "[red]Cold[/] soup" in row
    assert "…" in row
    assert "with a person" in row
    assert any("(no words)" in line for line in lines)
