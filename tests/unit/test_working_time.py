"""Working time: examples at the edges, and properties of every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.errors import BadRequest
from heard.working_time import (
    Calendar,
    Interval,
    add_working_time,
    is_working,
    next_opening,
    working_seconds,
)

NINE_TO_FIVE: tuple[Interval, ...] = ((9 * 60, 17 * 60),)
ALL_DAY: tuple[Interval, ...] = ((0, 1440),)
BERLIN = Calendar("Europe/Berlin", (NINE_TO_FIVE,) * 5 + ((), ()), frozenset({date(2026, 12, 25)}))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("start", "seconds", "due"),
    [
        ("2026-01-30T16:30", 3600, "2026-02-02T09:30"),  # Friday's end, Monday's beginning
        ("2026-01-30T16:00", 3600, "2026-01-30T17:00"),  # due at closing time is due today
        ("2026-01-31T12:00", 0, "2026-02-02T09:00"),  # a Saturday
        ("2026-01-30T05:00", 3600, "2026-01-30T10:00"),  # before opening
        ("2026-12-24T16:00", 7200, "2026-12-28T10:00"),  # a holiday, then a weekend
        ("2026-03-27T16:00", 7200, "2026-03-30T10:00"),  # clocks go forward in the weekend
        ("2026-10-23T16:00", 7200, "2026-10-26T10:00"),  # and back
    ],
)
def test_time_is_counted_in_working_hours_of_the_calendars_own_zone(
    start: str, seconds: int, due: str
) -> None:
    assert add_working_time(berlin(start), seconds, BERLIN) == berlin(due)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-01-30T05:00", "2026-01-30T09:00"),
        ("2026-01-30T09:00", "2026-02-02T09:00"),  # it has opened just now
        ("2026-01-30T17:00", "2026-02-02T09:00"),  # closing time on a Friday
        ("2026-12-24T20:00", "2026-12-28T09:00"),  # a holiday, then a weekend
        ("2026-03-28T12:00", "2026-03-30T09:00"),  # clocks go forward in between
    ],
)
def test_work_begins_at_the_next_opening(moment: str, opening: str) -> None:
    assert next_opening(berlin(moment), BERLIN) == berlin(opening)


def test_a_shift_over_a_clock_change_is_as_long_as_it_really_is() -> None:
    nights = Calendar("Europe/Berlin", (ALL_DAY,) * 7)
    assert add_working_time(berlin("2026-03-29T00:00"), 23 * 3600, nights) == berlin(
        "2026-03-30T00:00"
    )
    assert add_working_time(berlin("2026-10-25T00:00"), 25 * 3600, nights) == berlin(
        "2026-10-26T00:00"
    )


intervals = (
    st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)
    .map(sorted)
    .map(lambda ends: tuple(zip(ends[0::2], ends[1::2], strict=False)))
)
calendars = st.builds(
    Calendar,
    timezone=st.sampled_from(
        [
            "UTC",
            "Europe/Berlin",
            "America/St_Johns",
            "Asia/Kathmandu",
            "Africa/Cairo",
            "Australia/Lord_Howe",
        ]
    ),
    hours=st.lists(intervals | st.just(()), min_size=7, max_size=7).map(tuple).filter(any),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive bounds
spans = st.integers(0, 14 * 86_400)


@settings(deadline=None)
@given(starts, spans, calendars)
def test_the_result_lies_in_working_hours_or_at_their_end(
    start: datetime, seconds: int, calendar: Calendar
) -> None:
    due = add_working_time(start, seconds, calendar)
    assert due >= start + timedelta(seconds=seconds)
    assert due.tzinfo is UTC
    # Zero more seconds change nothing only inside working hours or at their end.
    assert add_working_time(due, 0, calendar) == due


@settings(deadline=None)
@given(starts, spans, spans, calendars)
def test_working_time_adds_up_and_never_runs_backwards(
    start: datetime, one: int, other: int, calendar: Calendar
) -> None:
    due = add_working_time(start, one, calendar)
    assert add_working_time(due, other, calendar) == add_working_time(start, one + other, calendar)
    assert add_working_time(start, one + other, calendar) >= due
    assert add_working_time(start + timedelta(seconds=other), one, calendar) >= due


@settings(deadline=None)
@given(starts, spans)
def test_in_a_calendar_without_breaks_working_time_is_plain_time(
    start: datetime, seconds: int
) -> None:
    assert add_working_time(
        start, seconds, Calendar("Asia/Kathmandu", (ALL_DAY,) * 7)
    ) == start + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("timezone", "hours", "message"),
    [
        ("Mars/Base", (NINE_TO_FIVE,) * 7, "calendar.timezone: not a known IANA zone"),
        ("UTC", (NINE_TO_FIVE,) * 6, "calendar.hours: give seven weekdays"),
        ("UTC", (((1020, 540),),) + ((),) * 6, "calendar.hours.mon: intervals must be in order"),
        ("UTC", ((),) * 7, "calendar.hours: nobody ever works"),
    ],
)
def test_an_impossible_calendar_is_refused_with_the_reason(
    timezone: str, hours: tuple[tuple[Interval, ...], ...], message: str
) -> None:
    with pytest.raises(BadRequest) as error:
        Calendar(timezone, hours)
    assert message in error.value.detail


@settings(deadline=None)
@given(starts, calendars)
def test_working_hours_are_where_working_time_passes(start: datetime, calendar: Calendar) -> None:
    if is_working(start, calendar):
        assert add_working_time(start, 0, calendar) == start
    # At the end of a shift a due time still counts, although nobody works any more.
    elif add_working_time(start, 0, calendar) == start:
        assert is_working(start - timedelta(seconds=1), calendar)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-01-30T16:30", "2026-02-02T09:30", 3600),  # Friday's end, Monday's beginning
        ("2026-01-30T10:00", "2026-01-30T10:00:59", 59),
        ("2026-01-30T18:00", "2026-01-31T23:00", 0),  # nobody works
        ("2026-01-30T11:00", "2026-01-30T10:00", 0),  # in the wrong order
        ("2026-12-24T16:00", "2026-12-28T10:00", 7200),  # a holiday, then a weekend
        ("2026-03-27T16:00", "2026-03-30T10:00", 7200),  # clocks go forward in the weekend
    ],
)
def test_the_time_that_somebody_waits_is_working_time(start: str, end: str, seconds: int) -> None:
    assert working_seconds(berlin(start), berlin(end), BERLIN) == seconds


@settings(deadline=None)
@given(calendars, starts, st.integers(1, 40 * 3600))
def test_what_is_due_after_some_working_time_has_waited_for_it(
    calendar: Calendar, start: datetime, seconds: int
) -> None:
    due = add_working_time(start, seconds, calendar)

    assert working_seconds(start, due, calendar) == seconds
    assert working_seconds(start, due - timedelta(seconds=1), calendar) == seconds - 1
