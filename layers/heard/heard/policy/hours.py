"""When a business works and when it keeps quiet, as a policy document writes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, cast
from zoneinfo import available_timezones

from heard.policy.schema_types import Field, OneOf, Path, Problem, Record, Several, quoted
from heard.reviews import Channel
from heard.sla import DAY_MINUTES, WEEKDAYS, instant, known_zone, wall_minute

_RANGE: Final = re.compile(r"(\d{1,2}:\d{2}) ?[-–] ?(\d{1,2}:\d{2})", re.ASCII)
_DAYS: Final = re.compile(r"([a-z]{3})(?: ?[-–] ?([a-z]{3}))?")
_SHIFTS: Final = 'Say for example "09:00-17:00", "09:00-12:30, 13:30-18:00" or "closed"; hours over midnight are two, up to 24:00.'


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one wall time to another, in minutes of the day.

    Nothing automatic is sent then on these channels (None: on any).
    """

    begins: int
    ends: int
    channel: frozenset[Channel] | None = None

    def end(self, moment: datetime, zone: tzinfo) -> datetime:
        """When `moment` (aware) is quiet the end of that quiet time, else `moment`; in UTC."""
        wall = moment.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        over_midnight = self.begins > self.ends
        quiet = (
            (minute >= self.begins or minute < self.ends)
            if over_midnight
            else self.begins <= minute < self.ends
        )
        if not quiet:
            return moment.astimezone(UTC)
        day = wall.date() + timedelta(days=over_midnight and minute >= self.begins)
        # Where clocks go back the end comes twice, and the first may have passed.
        first = instant(day, self.ends, zone)
        return first if first > moment else instant(day, self.ends, zone, fold=1)


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time of the day: `09:30`; `24:00` is its end."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The time, with two digits an hour."""
        minute = wall_minute(value)
        if minute is None:
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} is not a time of the day",
                    'Give a time from 00:00 to 24:00, for example "22:00".',
                )
            )
            return "00:00"
        return written(minute)

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}


@dataclass(frozen=True, slots=True)
class Zone:
    """An IANA time zone: `Europe/Berlin`."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The zone's name."""
        if not isinstance(value, str) or known_zone(value) is None:
            fix = (
                _nearest_zone(value)
                if isinstance(value, str)
                else 'Give one as text, for example "Europe/Berlin".'
            )
            found.append(Problem(path, f"{quoted(value)} is not a known IANA zone", fix))
            return "UTC"
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "examples": ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]}


def _nearest_zone(given: str) -> str:
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones())}
    wanted = given.strip().rpartition("/")[2].replace(" ", "_").lower()[:80]
    close = difflib.get_close_matches(wanted, cities, n=1)
    return f'Did you mean "{cities[close[0]]}"?' if close else 'For example "Europe/Berlin".'


MOST_SHIFTS: Final = 12
"""So many times may a business open in a day."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """A day's hours: `09:00-12:30, 13:30-17:00`, `closed`, or a list of `[opens, closes]`."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """A list of `[opens, closes]`, in order and without overlap."""
        pairs = self._pairs(value)
        if pairs is None:
            found.append(Problem(path, f"{quoted(value)} says no hours", _SHIFTS))
            return []
        if len(pairs) > MOST_SHIFTS:
            found.append(
                Problem(path, f"{len(pairs)} shifts in one day", f"Give at most {MOST_SHIFTS}.")
            )
            return []
        closed_at = 0
        shifts: list[list[str]] = []
        for opens, closes in pairs:
            if opens is None or closes is None:
                found.append(
                    Problem(path, f"{quoted(value)} holds what is no time of the day", _SHIFTS)
                )
                return []
            if not closed_at <= opens < closes:
                found.append(Problem(path, f"{quoted(value)} is out of order or overlaps", _SHIFTS))
                return []
            closed_at = closes
            shifts.append([written(opens), written(closes)])
        return shifts

    def _pairs(self, value: object) -> list[tuple[int | None, int | None]] | None:
        if isinstance(value, str):
            if value.strip().lower() == "closed":
                return []
            ranges = [_RANGE.fullmatch(part.strip()) for part in value.split(",")]
            return (
                [(wall_minute(part[1]), wall_minute(part[2])) for part in ranges if part]
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
            pairs.append((wall_minute(opens), wall_minute(closes)))
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
class Week:
    """Hours by weekday, `mon` to `sun`, or by several: `mon-fri`.

    A day that is not named is closed.
    """

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """Hours by weekday, Monday first; days that are closed are left out."""
        if not isinstance(value, Mapping):
            found.append(
                Problem(
                    path,
                    "says no hours",
                    'Give weekdays with hours, for example {"mon-fri": "09:00-17:00"}.',
                )
            )
            return {}
        week: dict[str, list[list[str]]] = {}
        before = len(found)
        for name, given in cast("Mapping[object, object]", value).items():
            at = (*path, str(name))
            shifts = Shifts().read(given, at, found)
            for day in self._days(str(name), at, found):
                if day in week:
                    found.append(Problem(at, f"gives {day} hours twice", "Name each day once."))
                week[day] = shifts
        if not any(week.values()) and len(found) == before:
            found.append(
                Problem(
                    path,
                    "nobody ever works",
                    "Give at least one weekday hours: no answer would ever be due.",
                )
            )
        return {day: week[day] for day in WEEKDAYS if week.get(day)}

    def _days(self, name: str, path: Path, found: list[Problem]) -> tuple[str, ...]:
        days = _DAYS.fullmatch(name.strip().lower())
        first, last = (days[1], days[2] or days[1]) if days else ("", "")
        if first not in WEEKDAYS or last not in WEEKDAYS:
            found.append(
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
        named = {name: Shifts().schema() for name in ("mon-fri", *WEEKDAYS)}
        several = {f"^{day}( ?[-–] ?{day})?$": Shifts().schema()}
        return {
            "type": "object",
            "properties": named,
            "patternProperties": several,
            "additionalProperties": False,
            "minProperties": 1,
        }


_QUIET: Final = Record(
    {
        "from": Field("When it begins, for example 22:00.", WallTime(), needed=True),
        "to": Field(
            "When it ends, for example 07:00 of the next morning.", WallTime(), needed=True
        ),
        "channel": Field(
            "Only on these channels.",
            Several(OneOf(tuple(channel.value for channel in Channel)), most=len(Channel)),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _QuietTime:
    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        before = len(found)
        quiet = _QUIET.read(value, path, found)
        if len(found) == before and _of_day(quiet["from"]) == _of_day(quiet["to"]):
            found.append(
                Problem(
                    (*path, "to"),
                    "ends when it begins: nothing would ever be sent",
                    "Give another time, or leave it out.",
                )
            )
        return quiet

    def schema(self) -> dict[str, Any]:
        return _QUIET.schema()


@dataclass(frozen=True, slots=True)
class Quiet:
    """One quiet time, or a list of them of which the first for a channel counts."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """A list."""
        if isinstance(value, Mapping):
            return [_QuietTime().read(cast("object", value), path, found)]
        return Several(_QuietTime(), most=20).read(value, path, found)

    def schema(self) -> dict[str, Any]:
        """An object or an array of them."""
        return {"anyOf": [_QUIET.schema(), Several(_QuietTime(), most=20).schema()]}


def _of_day(time: str) -> int:
    return (wall_minute(time) or 0) % DAY_MINUTES


def written(minute: int) -> str:
    """A minute of the day as a wall time."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
