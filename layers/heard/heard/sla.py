"""Working time: by when an answer is due in a business's own hours (R07)."""

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
"""Minutes of the local day `[opens, closes)`.

1440 is the day's end, so that hours over midnight are two intervals.
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a business works.

    Seven weekdays (Monday first) of intervals in its own time zone, without its holidays.

    Raises BadRequest for an unknown zone, for intervals that overlap or end before they begin, and
    for a calendar in which nobody ever works: an SLA against it would never come due.
    """

    timezone: str
    hours: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[date] = frozenset()
    shift_cache: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The days looked at so far: a memory of `shifts`, which time zones make dear."""

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
            # A wall time that a clock change skips is read as the instant that much later, which
            # can leave nothing of an interval.
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
    """The instant (UTC) by which `seconds` of working time have passed since `start` (aware).

    The result always lies inside working hours or at their end; time is counted as it elapses, so
    that a shift over a clock change is an hour shorter or longer. Zero seconds from outside working
    hours is the next opening. Raises ValueError for a naive `start` or negative `seconds`.
    """
    if start.tzinfo is None or seconds < 0:
        raise ValueError("start must be aware and seconds not negative")
    moment = start.astimezone(UTC)
    remaining = timedelta(seconds=seconds)
    # The day before, since a shift that ends at 24:00 there can end at `start`.
    day = start.astimezone(calendar.zone).date() - _DAY
    while True:
        for opens, closes in calendar.shifts(day):
            # An interval can run into the next where clocks change: what was worked already does
            # not count again.
            shift_start = max(moment, opens)
            # A moment at the very end of a shift counts as worked: what is due at closing time is
            # due today.
            if shift_start <= closes:
                if remaining <= closes - shift_start:
                    return shift_start + remaining
                remaining -= closes - shift_start
                moment = closes
        day += _DAY


def local_minute_to_utc(day: date, minute: int, zone: tzinfo, *, fold: int = 0) -> datetime:
    """When (UTC) a clock in `zone` shows that minute of the day.

    The second time, for `fold` 1, where clocks go back.
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
