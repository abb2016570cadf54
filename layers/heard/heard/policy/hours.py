"""Working hours and quiet hours, and their types in a policy document."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, cast
from zoneinfo import available_timezones

from heard.policy.schema_types import DocumentPath, Field, ListOf, OneOf, Problem, Record, quote
from heard.reviews import Channel
from heard.working_time import (
    MINUTES_PER_DAY,
    WEEKDAYS,
    find_zone,
    local_minute_to_utc,
    parse_minute_of_day,
)

_RANGE: Final = re.compile(r"(\d{1,2}:\d{2}) ?[-–] ?(\d{1,2}:\d{2})", re.ASCII)
_DAYS: Final = re.compile(r"([a-z]{3})(?: ?[-–] ?([a-z]{3}))?")
_SHIFTS: Final = (
    'Say for example "09:00-17:00", "09:00-12:30, 13:30-18:00" or "closed"; hours over midnight '
    "are two entries, the first up to 24:00."
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of the day in which nothing automatic is sent, in minutes of the day.

    It holds for some channels, or for all (None).
    """

    begin_minute: int
    end_minute: int
    channel: frozenset[Channel] | None = None

    def next_allowed(self, moment: datetime, zone: tzinfo) -> datetime:
        """The end of the quiet time that `moment` (aware) is in, else `moment`. In UTC."""
        wall = moment.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        over_midnight = self.begin_minute > self.end_minute
        quiet = (
            (minute >= self.begin_minute or minute < self.end_minute)
            if over_midnight
            else self.begin_minute <= minute < self.end_minute
        )
        if not quiet:
            return moment.astimezone(UTC)
        day = wall.date() + timedelta(days=over_midnight and minute >= self.begin_minute)
        # When clocks go back the end comes twice, and the first may be over.
        first = local_minute_to_utc(day, self.end_minute, zone)
        return first if first > moment else local_minute_to_utc(day, self.end_minute, zone, fold=1)


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time of the day: `09:30`. `24:00` is the end of the day."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The time with two digits for the hour."""
        minute = parse_minute_of_day(value)
        if minute is None:
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} is not a time of the day",
                    'Give a time from 00:00 to 24:00, for example "22:00".',
                )
            )
            return "00:00"
        return format_minute(minute)

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}


@dataclass(frozen=True, slots=True)
class TimeZone:
    """An IANA time zone: `Europe/Berlin`."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The zone's name."""
        if not isinstance(value, str) or find_zone(value) is None:
            fix = (
                _zone_suggestion(value)
                if isinstance(value, str)
                else 'Give one as text, for example "Europe/Berlin".'
            )
            problems.append(Problem(path, f"{quote(value)} is not a known IANA zone", fix))
            return "UTC"
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "examples": ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]}


def _zone_suggestion(name: str) -> str:
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones())}
    city = name.strip().rpartition("/")[2].replace(" ", "_").lower()[:80]
    close = difflib.get_close_matches(city, cities, n=1)
    return f'Did you mean "{cities[close[0]]}"?' if close else 'For example "Europe/Berlin".'


MAX_SHIFTS: Final = 12
"""How often a business may open in a day."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """A day's hours: `09:00-12:30, 13:30-17:00`, `closed`, or a list of `[opens, closes]`."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """A list of `[opens, closes]`, in order and without overlap."""
        pairs = self._parse_pairs(value)
        if pairs is None:
            problems.append(Problem(path, f"{quote(value)} are no hours", _SHIFTS))
            return []
        if len(pairs) > MAX_SHIFTS:
            problems.append(
                Problem(path, f"{len(pairs)} shifts in one day", f"Give at most {MAX_SHIFTS}.")
            )
            return []
        closed_at = 0
        shifts: list[list[str]] = []
        for opens, closes in pairs:
            if opens is None or closes is None:
                problems.append(
                    Problem(
                        path, f"{quote(value)} has something that is no time of the day", _SHIFTS
                    )
                )
                return []
            if not closed_at <= opens < closes:
                problems.append(
                    Problem(path, f"{quote(value)} is out of order or overlaps", _SHIFTS)
                )
                return []
            closed_at = closes
            shifts.append([format_minute(opens), format_minute(closes)])
        return shifts

    def _parse_pairs(self, value: object) -> list[tuple[int | None, int | None]] | None:
        if isinstance(value, str):
            if value.strip().lower() == "closed":
                return []
            ranges = [_RANGE.fullmatch(part.strip()) for part in value.split(",")]
            return (
                [
                    (parse_minute_of_day(part[1]), parse_minute_of_day(part[2]))
                    for part in ranges
                    if part
                ]
                if all(ranges)
                else None
            )
        if not isinstance(value, list | tuple):
            return None
        pairs: list[tuple[int | None, int | None]] = []
        for pair in cast("list[object]", value):
            if not isinstance(pair, list | tuple) or len(cast("list[object]", pair)) != 2:
                return None
            opens, closes = cast("list[object]", pair)
            pairs.append((parse_minute_of_day(opens), parse_minute_of_day(closes)))
        return pairs

    def schema(self) -> dict[str, Any]:
        """A string, or an array of pairs."""
        time = WallTime().schema()
        pair = {"type": "array", "items": time, "minItems": 2, "maxItems": 2}
        return {
            "anyOf": [
                {"type": "string", "examples": ["09:00-17:00", "closed"]},
                {"type": "array", "items": pair},
            ]
        }


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Hours by weekday, `mon` to `sun`, or by several weekdays: `mon-fri`.

    A day without an entry is closed.
    """

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """Hours by weekday, Monday first. Closed days are left out."""
        if not isinstance(value, Mapping):
            problems.append(
                Problem(
                    path,
                    "has no hours",
                    'Give weekdays with hours, for example {"mon-fri": "09:00-17:00"}.',
                )
            )
            return {}
        week: dict[str, list[list[str]]] = {}
        before = len(problems)
        for name, raw in cast("Mapping[object, object]", value).items():
            at = (*path, str(name))
            shifts = Shifts().read(raw, at, problems)
            for day in self._parse_days(str(name), at, problems):
                if day in week:
                    problems.append(Problem(at, f"gives {day} hours twice", "Name each day once."))
                week[day] = shifts
        if not any(week.values()) and len(problems) == before:
            problems.append(
                Problem(
                    path,
                    "nobody ever works",
                    "Give hours to at least one weekday. Without any, no answer is ever due.",
                )
            )
        return {day: week[day] for day in WEEKDAYS if week.get(day)}

    def _parse_days(
        self, name: str, path: DocumentPath, problems: list[Problem]
    ) -> tuple[str, ...]:
        days = _DAYS.fullmatch(name.strip().lower())
        first, last = (days[1], days[2] or days[1]) if days else ("", "")
        if first not in WEEKDAYS or last not in WEEKDAYS:
            problems.append(
                Problem(
                    path, "is not a weekday", f"Use {', '.join(WEEKDAYS)}, or several: mon-fri."
                )
            )
            return ()
        begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last)
        return (
            WEEKDAYS[begins : ends + 1]
            if begins <= ends
            else (*WEEKDAYS[begins:], *WEEKDAYS[: ends + 1])
        )

    def schema(self) -> dict[str, Any]:
        """An object of weekdays."""
        day = f"({'|'.join(WEEKDAYS)})"
        properties = {name: Shifts().schema() for name in ("mon-fri", *WEEKDAYS)}
        several = {f"^{day}( ?[-–] ?{day})?$": Shifts().schema()}
        return {
            "type": "object",
            "properties": properties,
            "patternProperties": several,
            "additionalProperties": False,
            "minProperties": 1,
        }


_QUIET_HOURS: Final = Record(
    {
        "from": Field("When it begins, for example 22:00.", WallTime(), required=True),
        "to": Field(
            "When it ends, for example 07:00 of the next morning.", WallTime(), required=True
        ),
        "channel": Field(
            "Only on these channels.",
            ListOf(OneOf(tuple(channel.value for channel in Channel)), max_items=len(Channel)),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _QuietHoursEntry:
    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        before = len(problems)
        quiet = _QUIET_HOURS.read(value, path, problems)
        if len(problems) == before and _minute_of_day(quiet["from"]) == _minute_of_day(quiet["to"]):
            problems.append(
                Problem(
                    (*path, "to"),
                    "ends when it begins: nothing would ever be sent",
                    "Give another time, or leave it out.",
                )
            )
        return quiet

    def schema(self) -> dict[str, Any]:
        return _QUIET_HOURS.schema()


@dataclass(frozen=True, slots=True)
class QuietHoursList:
    """One quiet time, or a list of them. The first for a channel counts."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """A list."""
        if isinstance(value, Mapping):
            return [_QuietHoursEntry().read(cast("object", value), path, problems)]
        return ListOf(_QuietHoursEntry(), max_items=20).read(value, path, problems)

    def schema(self) -> dict[str, Any]:
        """An object, or an array of objects."""
        return {"anyOf": [_QUIET_HOURS.schema(), ListOf(_QuietHoursEntry(), max_items=20).schema()]}


def _minute_of_day(time: str) -> int:
    return (parse_minute_of_day(time) or 0) % MINUTES_PER_DAY


def format_minute(minute: int) -> str:
    """A minute of the day as a wall time."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
