"""What is not there: found in marks of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heard.clock import format_time
from heard.gaps import USUAL_ARRIVALS, Mark, Silence, closed_twice, silences
from heard.outcomes import Kind

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)


def chain(review: str, *kinds: Kind, first: int = 1) -> list[Mark]:
    return [
        Mark(review, number, kind, format_time(NOW), "standard")
        for number, kind in enumerate(kinds, first)
    ]


def arrivals(*hours_ago: float, platform: str = "standard") -> list[Mark]:
    return [
        Mark(f"rev_{hours}", 1, Kind.ACCEPTED, format_time(NOW - timedelta(hours=hours)), platform)
        for hours in hours_ago
    ]


@pytest.mark.parametrize(
    ("kinds", "pairs"),
    [
        ((Kind.ACCEPTED, Kind.ANSWERED), []),
        ((Kind.ACCEPTED, Kind.ANSWERED, Kind.REOPENED, Kind.ANSWERED), []),
        ((Kind.ACCEPTED, Kind.ANSWERED, Kind.DUPLICATE, Kind.EXPIRED), [(2, 4)]),
        ((Kind.ANSWERED, Kind.ANSWERED, Kind.IGNORED), [(1, 2), (2, 3)]),
        ((Kind.REOPENED, Kind.ANSWERED), []),
    ],
)
def test_a_review_is_closed_once_since_it_was_opened(
    kinds: tuple[Kind, ...], pairs: list[tuple[int, int]]
) -> None:
    marks = [*chain("rev_b", Kind.ANSWERED), *reversed(chain("rev_a", *kinds))]

    found = [(each.first.sequence, each.second.sequence) for each in closed_twice(marks)]
    assert found == pairs


def test_a_platform_is_silent_when_it_is_longer_than_ever_and_than_a_day() -> None:
    often = arrivals(100, 90, 80, 70, 60)
    (silence,) = silences({"standard"}, often, NOW)

    assert silence == Silence(
        "standard", format_time(NOW - timedelta(hours=60)), 5, timedelta(hours=10)
    )
    # Nothing for 60 hours is usual where there were 50 hours before.
    assert list(silences({"standard"}, arrivals(200, 150, 100, 80, 60), NOW)) == []
    assert list(silences({"standard"}, arrivals(27, 26, 25, 24, 23), NOW)) == []


def test_who_seldom_speaks_is_not_silent_and_who_never_spoke_is_named() -> None:
    few = arrivals(*range(200, 200 - USUAL_ARRIVALS + 1, -1))
    assert len(few) == USUAL_ARRIVALS - 1

    assert list(silences({"standard"}, few, NOW)) == []
    assert list(silences({"x"}, few, NOW)) == [Silence("x", None, 0, None)]


def test_a_platform_that_is_not_connected_any_more_is_not_missed() -> None:
    assert list(silences(set(), arrivals(300, 290, 280, 270, 260), NOW)) == []
