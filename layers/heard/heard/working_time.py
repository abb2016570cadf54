"""Working time: when a reply is due in a business's own hours (R07)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heard.errors import BadRequest

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY: Final = 24 * 60
_DAY: Final = timedelta(days=1)
_WALL_TIME: Final = re.compile(r"([0-9]{1,2}):([0-5][0-9])")

type Interval = tuple[int, int]
"""Minutes of the local day `[opens, closes)`; 1440 is its end.

Hours over midnight are two intervals.
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a business works: seven weekdays (Monday first) of intervals in its own time zone.

    Nobody works on its holidays. Raises BadRequest for an unknown zone, for intervals that overlap
    or end before they begin, and for a calendar in which nobody ever works: nothing would be due.
    """

    timezone: str
    hours: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[date] = frozenset()
    shift_cache: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The days that `shifts` computed so far, as time zones make them slow."""

    def __post_init__(self) -> None:
        if find_zone(self.timezone) is None:
            raise BadRequest(
                'calendar.timezone: not a known IANA zone; for example "Europe/Berlin"'
            )
        if len(self.hours) != len(WEEKDAYS):
            raise BadRequest("calendar.hours: give seven weekdays, Monday first")
        for name, intervals in zip(WEEKDAYS, self.hours, strict=True):
            previous_closing = 0
            for opens, closes in intervals:
                if not previous_closing <= opens < closes <= MINUTES_PER_DAY:
                    raise BadRequest(
                        f"calendar.hours.{name}: intervals must be in order, not overlap, and lie "
                        "within 00:00-24:00"
                    )
                previous_closing = closes
        if not any(self.hours):
            raise BadRequest("calendar.hours: nobody ever works; give at least one weekday hours")

    @property
    def zone(self) -> tzinfo:
        """The time zone itself."""
        return find_zone(self.timezone) or UTC

    def shifts(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working intervals of a local day, in UTC."""
        day_shifts = self.shift_cache.get(day)
        if day_shifts is None:
            zone, hours = self.zone, () if day in self.holidays else self.hours[day.weekday()]
            spans = (
                (local_minute_to_utc(day, opens, zone), local_minute_to_utc(day, closes, zone))
                for opens, closes in hours
            )
            # A wall time that a clock change skips is taken as that much later. Then nothing may be
            # left of an interval.
            day_shifts = self.shift_cache[day] = tuple(
                (opens, closes) for opens, closes in spans if opens < closes
            )
        return day_shifts

    @property
    def week_seconds(self) -> int:
        """Working time of a week without holidays, in seconds."""
        return sum(closes - opens for intervals in self.hours for opens, closes in intervals) * 60


def is_working(moment: datetime, calendar: Calendar) -> bool:
    """Whether `moment` (aware) lies in working hours; closing time does not."""
    local_time = moment.astimezone(calendar.zone)
    minute = local_time.hour * 60 + local_time.minute
    return local_time.date() not in calendar.holidays and any(
        opens <= minute < closes for opens, closes in calendar.hours[local_time.weekday()]
    )


def add_working_time(start: datetime, seconds: int, calendar: Calendar) -> datetime:
    """The time (UTC) by which `seconds` of working time have passed since `start` (aware).

    The result is always inside working hours or at their end. Time is counted as it passes: a shift
    over a clock change is an hour shorter or longer. Zero seconds from outside working hours is the
    next opening. Raises ValueError for a naive `start` or negative `seconds`.
    """
    if start.tzinfo is None or seconds < 0:
        raise ValueError("start must be aware and seconds not negative")
    moment = start.astimezone(UTC)
    remaining = timedelta(seconds=seconds)
    # From the day before, as a shift that ends at 24:00 can end at `start`.
    day = start.astimezone(calendar.zone).date() - _DAY
    while True:
        for opens, closes in calendar.shifts(day):
            # Where clocks change, an interval can overlap the next: no time counts twice.
            shift_start = max(moment, opens)
            # A moment at the very end of a shift counts as worked: what is due at closing time is
            # due today.
            if shift_start <= closes:
                if remaining <= closes - shift_start:
                    return shift_start + remaining
                remaining -= closes - shift_start
                moment = closes
        day += _DAY


def working_seconds(start: datetime, end: datetime, calendar: Calendar) -> int:
    """How much working time passes from `start` to `end` (both aware), in whole seconds.

    It is counted as `add_working_time` counts it. 0 if `end` is not after `start`, or if nobody
    works in between.
    """
    moment, total = start.astimezone(UTC), timedelta()
    day, last_day = (
        start.astimezone(calendar.zone).date() - _DAY,
        end.astimezone(calendar.zone).date() + _DAY,
    )
    while day <= last_day:
        for opens, closes in calendar.shifts(day):
            # Where clocks change, an interval can overlap the next: no time counts twice.
            shift_start, shift_end = max(moment, opens), min(closes, end)
            if shift_start < shift_end:
                total += shift_end - shift_start
                moment = shift_end
        day += _DAY
    return total // timedelta(seconds=1)


def next_opening(moment: datetime, calendar: Calendar) -> datetime:
    """When (UTC) work begins next after `moment` (aware)."""
    day = moment.astimezone(calendar.zone).date() - _DAY
    while True:
        for opens, _ in calendar.shifts(day):
            if opens > moment:
                return opens
        day += _DAY


def local_minute_to_utc(day: date, minute: int, zone: tzinfo, *, fold: int = 0) -> datetime:
    """When (UTC) a clock in `zone` shows that minute of the day.

    Where clocks go back, `fold` 1 is the second time.
    """
    extra_days, minute_of_day = divmod(minute, MINUTES_PER_DAY)
    local_time = datetime.combine(
        day + timedelta(days=extra_days),
        time(minute_of_day // 60, minute_of_day % 60, fold=fold),
        tzinfo=zone,
    )
    return local_time.astimezone(UTC)


def find_zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name, None when there is no such zone."""
    if name == "UTC":
        return UTC  # needs no time zone database, which a bare container may lack
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_minute_of_day(text: object) -> int | None:
    """The minute of the day that `09:30` names, 1440 for `24:00`; None for anything else."""
    match = _WALL_TIME.fullmatch(text) if isinstance(text, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else MINUTES_PER_DAY + 1
    return minute if minute <= MINUTES_PER_DAY else None
