"""Working time: examples at the edges, and what holds for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.errors import BadRequest
from heard.sla import Calendar, Interval, add_working_time

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
        ("2026-03-27T16:00", 7200, "2026-03-30T10:00"),  # over the night clocks go forward: nine is still nine
        ("2026-10-23T16:00", 7200, "2026-10-26T10:00"),  # and back
    ],
)
def test_time_is_counted_in_working_hours_of_the_calendars_own_zone(start: str, seconds: int, due: str) -> None:
    assert add_working_time(berlin(start), seconds, BERLIN) == berlin(due)


def test_a_shift_over_a_clock_change_is_as_long_as_it_really_is() -> None:
    nights = Calendar("Europe/Berlin", (ALL_DAY,) * 7)
    assert add_working_time(berlin("2026-03-29T00:00"), 23 * 3600, nights) == berlin("2026-03-30T00:00")
    assert add_working_time(berlin("2026-10-25T00:00"), 25 * 3600, nights) == berlin("2026-10-26T00:00")


intervals = (
    st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)
    .map(sorted)
    .map(lambda ends: tuple(zip(ends[0::2], ends[1::2], strict=False)))
)
calendars = st.builds(
    Calendar,
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo", "Australia/Lord_Howe"]),
    hours=st.lists(intervals | st.just(()), min_size=7, max_size=7).map(tuple).filter(any),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive bounds
spans = st.integers(0, 14 * 86_400)


@settings(deadline=None)
@given(starts, spans, calendars)
def test_the_result_lies_in_working_hours_or_at_their_end(start: datetime, seconds: int, calendar: Calendar) -> None:
    due = add_working_time(start, seconds, calendar)
    assert due >= start + timedelta(seconds=seconds)
    assert due.tzinfo is UTC
    # Only a moment inside working hours, or at their end, is where zero more seconds leave it.
    assert add_working_time(due, 0, calendar) == due


@settings(deadline=None)
@given(starts, spans, spans, calendars)
def test_working_time_adds_up_and_never_runs_backwards(start: datetime, one: int, other: int, calendar: Calendar) -> None:
    due = add_working_time(start, one, calendar)
    assert add_working_time(due, other, calendar) == add_working_time(start, one + other, calendar)
    assert add_working_time(start, one + other, calendar) >= due
    assert add_working_time(start + timedelta(seconds=other), one, calendar) >= due


@settings(deadline=None)
@given(starts, spans)
def test_who_always_works_counts_plain_time(start: datetime, seconds: int) -> None:
    assert add_working_time(start, seconds, Calendar("Asia/Kathmandu", (ALL_DAY,) * 7)) == start + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "calendar.hours: give an object of weekdays"),
        ({"hours": {}}, "calendar.hours: nobody ever works"),
        ({"hours": {"monday": []}}, "calendar.hours.monday: not a weekday"),
        ({"hours": {"mon": [["9", "17"]]}}, "calendar.hours.mon: give a list of [opens, closes]"),
        ({"hours": {"mon": [["09:00", "24:01"]]}}, "calendar.hours.mon: give a list"),
        ({"hours": {"mon": [["17:00", "09:00"]]}}, "calendar.hours.mon: intervals must be in order"),
        ({"hours": {"mon": [["09:00", "12:00"], ["11:00", "17:00"]]}}, "calendar.hours.mon: intervals must be in order"),
        ({"hours": {"mon": [["09:00", "17:00"]]}, "holidays": ["Christmas"]}, "calendar.holidays: give a list of dates"),
        ({"hours": {"mon": [["09:00", "17:00"]]}, "timezone": "../etc"}, "calendar.timezone: not a known IANA zone"),
        ({"hours": {"mon": [["09:00", "17:00"]]}, "lunch": 1}, "calendar.lunch: unknown"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_the_fix(document: dict[str, object], said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        Calendar.from_json(document)
    assert said in refused.value.detail
