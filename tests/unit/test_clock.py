"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from heard.clock import format_time, parse_duration, parse_instant

NOW = datetime(2026, 3, 17, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("0s", timedelta()),
        ("90m", timedelta(minutes=90)),
        ("24H", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_duration_is_a_number_and_a_unit_and_counts_back_from_now(
    text: str, duration: timedelta
) -> None:
    assert parse_duration(text) == duration
    assert parse_instant(text, NOW) == NOW - duration


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7 d", "7y", "1234567d", "2ſ"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


def test_now_comes_after_everything_that_is_written_at_this_moment() -> None:
    assert parse_instant("now", NOW) > NOW


def test_a_time_without_a_zone_is_an_instant_only_where_there_is_a_zone_for_it() -> None:
    two_hours_east = timezone(timedelta(hours=2))
    assert parse_instant("2026-03-17T11:00+02:00", NOW) == NOW
    assert parse_instant("2026-03-17T11:00", NOW, two_hours_east) == NOW
    assert parse_instant("2026-03-17", NOW, UTC) == NOW.replace(hour=0)
    with pytest.raises(ValueError, match="time zone"):
        parse_instant("2026-03-17T11:00", NOW)


@pytest.mark.parametrize("text", ["yesterday", "", "999999w", "0001-01-01T00:00+14:00"])
def test_what_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text, NOW, UTC)


def test_times_are_texts_of_one_width_in_the_order_of_time() -> None:
    times = [datetime(year, 1, 1, microsecond=999_999, tzinfo=UTC) for year in (1, 999, 2026)]
    texts = [format_time(time) for time in times]

    assert texts[0] == "0001-01-01T00:00:00.999Z"
    assert {len(text) for text in texts} == {24}
    assert texts == sorted(texts)
