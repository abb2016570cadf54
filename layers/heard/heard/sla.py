"""Working time: by when an answer is due in a business's own hours (R07)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heard.errors import BadRequest

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
_WALL_TIME: Final = re.compile(r"[0-2][0-9]:[0-5][0-9]")

type Interval = tuple[int, int]
"""Minutes of the local day `[opens, closes)`; 1440 is the day's end, so that hours over midnight are two intervals."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a business works: seven weekdays (Monday first) of intervals in its own time zone, without its holidays.

    Raises BadRequest for an unknown zone, for intervals that overlap or end before they begin, and for a
    calendar in which nobody ever works: an SLA against it would never come due.
    """

    timezone: str
    hours: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        _zone(self.timezone)
        if len(self.hours) != len(WEEKDAYS):
            raise BadRequest("calendar.hours: give seven weekdays, Monday first")
        for name, intervals in zip(WEEKDAYS, self.hours, strict=True):
            closed_at = 0
            for opens, closes in intervals:
                if not closed_at <= opens < closes <= DAY_MINUTES:
                    raise BadRequest(f"calendar.hours.{name}: intervals must be in order, not overlap, and lie within 00:00-24:00")
                closed_at = closes
        if not any(self.hours):
            raise BadRequest("calendar.hours: nobody ever works; give at least one weekday hours")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The calendar of `{"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "17:00"]]}, "holidays": ["2026-12-25"]}`.

        Weekdays that are absent are closed. Raises BadRequest naming the path and the fix.
        """
        unknown = sorted(set(document) - {"timezone", "hours", "holidays"})
        if unknown:
            raise BadRequest(f"calendar.{unknown[0]}: unknown; use timezone, hours, holidays")
        zone = document.get("timezone", "UTC")
        if not isinstance(zone, str):
            raise BadRequest('calendar.timezone: give an IANA zone as text, for example "Europe/Berlin"')
        hours = document.get("hours")
        if not isinstance(hours, Mapping):
            raise BadRequest('calendar.hours: give an object of weekdays, for example {"mon": [["09:00", "17:00"]]}')
        known = cast("Mapping[str, object]", hours)
        for name in known:
            if name not in WEEKDAYS:
                raise BadRequest(f"calendar.hours.{name}: not a weekday; use {', '.join(WEEKDAYS)}")
        week = tuple(_intervals(known.get(name, ()), f"calendar.hours.{name}") for name in WEEKDAYS)
        return cls(zone, week, _holidays(document.get("holidays", ())))


def add_working_time(start: datetime, seconds: int, calendar: Calendar) -> datetime:
    """The instant (UTC) by which `seconds` of working time have passed since `start` (aware).

    The result always lies inside working hours or at their end; time is counted as it elapses, so that a
    shift over a clock change is an hour shorter or longer. Zero seconds from outside working hours is the
    next opening. Raises ValueError for a naive `start` or negative `seconds`.
    """
    if start.tzinfo is None or seconds < 0:
        raise ValueError("start must be aware and seconds not negative")
    moment = start.astimezone(UTC)
    remaining = timedelta(seconds=seconds)
    for opens, closes in _shifts(moment, calendar):
        moment = max(moment, opens)
        # A moment at the very end of a shift counts as worked: what is due at closing time is due today.
        if moment <= closes and remaining <= closes - moment:
            return moment + remaining
        if moment < closes:
            remaining -= closes - moment
    raise AssertionError("unreachable: shifts do not end")


def _shifts(after: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Working intervals in UTC, in order and without overlap, from the first that ends at `after` or later."""
    zone = _zone(calendar.timezone)
    # The day before, since a shift that ends at 24:00 there can end at `after`.
    day = after.astimezone(zone).date() - timedelta(days=1)
    closed = datetime.min.replace(tzinfo=UTC)
    while True:
        for begins, ends in calendar.hours[day.weekday()] if day not in calendar.holidays else ():
            # A wall time that a clock change skips is read as the instant that much later, which can run
            # into the next interval: the later one then begins where the earlier ended.
            opens, closes = max(closed, _instant(day, begins, zone)), _instant(day, ends, zone)
            if opens < closes:
                closed = closes
                if closes >= after:
                    yield opens, closes
        day += timedelta(days=1)


def _instant(day: date, minute: int, zone: tzinfo) -> datetime:
    whole, rest = divmod(minute, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), tzinfo=zone)
    return wall.astimezone(UTC)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # needs no time zone database, which a bare container may lack
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise BadRequest('calendar.timezone: not a known IANA zone; for example "Europe/Berlin"') from unknown


def _intervals(given: object, path: str) -> tuple[Interval, ...]:
    shape = f'{path}: give a list of [opens, closes], for example [["09:00", "12:30"], ["13:30", "24:00"]]'
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise BadRequest(shape)
    intervals: list[Interval] = []
    for pair in cast("Sequence[object]", given):
        if not isinstance(pair, Sequence) or isinstance(pair, str):
            raise BadRequest(shape)
        minutes = [_minute(end) for end in cast("Sequence[object]", pair)]
        if len(minutes) != 2 or minutes[0] is None or minutes[1] is None:
            raise BadRequest(shape)
        intervals.append((minutes[0], minutes[1]))
    return tuple(intervals)


def _minute(text: object) -> int | None:
    if not isinstance(text, str) or not _WALL_TIME.fullmatch(text):
        return None
    minute = int(text[:2]) * 60 + int(text[3:])
    return minute if minute <= DAY_MINUTES else None


def _holidays(given: object) -> frozenset[date]:
    shape = 'calendar.holidays: give a list of dates, for example ["2026-12-25"]'
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise BadRequest(shape)
    try:
        return frozenset(date.fromisoformat(cast("str", day)) for day in cast("Sequence[object]", given))
    except (TypeError, ValueError) as unreadable:
        raise BadRequest(shape) from unreadable
