"""A policy in words: its conditions and what its rules do, for tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from heard.policy import Route
from heard.policy.schema_types import format_duration, join_with_or
from heard.working_time import WEEKDAYS


def when_in_words(conditions: Mapping[str, Any]) -> str:
    """Conditions in normal form: `severity high or medium, by email, at most 2 stars`.

    Without conditions it is `always`.
    """
    parts = [words(conditions[name]) for name, words in _CONDITIONS.items() if name in conditions]
    minimum, maximum = conditions.get("rating_min"), conditions.get("rating_max")
    if minimum is not None and maximum is not None:
        parts.append(_stars(minimum) if minimum == maximum else f"{minimum} to {_stars(maximum)}")
    elif minimum is not None:
        parts.append(f"at least {_stars(minimum)}")
    elif maximum is not None:
        parts.append(f"at most {_stars(maximum)}")
    return ", ".join(parts) or "always"


def then_in_words(then: Mapping[str, Any]) -> str:
    """A rule's action: `a person within 30 working minutes, queue vip, priority 80`."""
    route = Route(then["route"])
    parts = [_ROUTES[route] + (f" ({then['reason']})" if "reason" in then else "")]
    if "sla" in then:
        parts[0] += f" within {within_in_words(then['sla'])}"
    parts += [f"{name} {then[name]}" for name in ("queue", "priority", "checklist") if name in then]
    if "variants" in then:
        parts.append(f"worded {join_with_or(then['variants'])}")
    if "delay" in then:
        parts.append(f"{format_duration(then['delay'])} later" if then["delay"] else "at once")
    return ", ".join(parts)


def within_in_words(due: Mapping[str, Any]) -> str:
    """A time limit in normal form: `8 working hours`, `1 hour around the clock`."""
    if due["clock"] == "always":
        return f"{format_duration(due['seconds'])} around the clock"
    # Working days differ in length, so the limit is in hours.
    seconds = due["seconds"]
    words = (
        f"{seconds // 3600} hours"
        if seconds >= 7200 and seconds % 3600 == 0
        else format_duration(seconds)
    )
    count, _, unit = words.partition(" ")
    return f"{count} working {unit}"


def hours_in_words(calendar: Mapping[str, Any]) -> str:
    """A calendar's hours: `mon to fri 09:00-17:00, sat 10:00-14:00 (Europe/Berlin)`."""
    days = [
        (day, " and ".join(f"{opens}-{closes}" for opens, closes in calendar["hours"].get(day, ())))
        for day in WEEKDAYS
    ]
    parts: list[str] = []
    for hours, group in groupby(days, key=lambda day: day[1]):
        names = [day for day, _ in group]
        if hours:
            parts.append(
                f"{names[0]} to {names[-1]} {hours}" if len(names) > 1 else f"{names[0]} {hours}"
            )
    return f"{', '.join(parts)} ({calendar['timezone']})"


def holidays_in_words(days: Sequence[str]) -> str:
    """The number of holidays, and the date until which they are known."""
    if not days:
        return "none"
    return f"{len(days)} until {date.fromisoformat(max(days)):%Y-%m-%d}"


def _any_of(prefix: str) -> Callable[[Any], str]:
    return lambda wanted: f"{prefix}{join_with_or([str(word) for word in wanted], 6)}"


def _whether(true: str, false: str) -> Callable[[Any], str]:
    return lambda wanted: true if wanted else false


def _stars(count: int) -> str:
    return f"{count} star{'s' if count != 1 else ''}"


_ROUTES: Final = {
    Route.ACKNOWLEDGE: "acknowledge",
    Route.FOLLOW_UP: "a person",
    Route.BOTH: "acknowledge, and a person",
    Route.NOTHING: "nothing",
}
_CONDITIONS: Final[Mapping[str, Callable[[Any], str]]] = {
    "severity": _any_of("severity "),
    "agenda": _any_of("agenda "),
    "flags": _any_of("flagged "),
    "topics": _any_of("about "),
    "language": _any_of("in "),
    "channel": _any_of("by "),
    "stage": _any_of(""),
    "platform": _any_of("from "),
    "has_text": _whether("with words", "without words"),
    "needs_person": _whether("needs a person", "needs no person"),
    "confidence_max": lambda wanted: f"confidence at most {wanted:g}",
    "sentiment_max": lambda wanted: f"sentiment at most {wanted:g}",
    "author_value_min": lambda wanted: f"author value at least {wanted}",
    "earlier_complaints_min": lambda wanted: (
        f"{wanted} earlier complaint{'s' if wanted != 1 else ''} or more"
    ),
    "thread": _any_of("thread "),
    "public_replies_left_max": lambda wanted: (
        f"at most {wanted} public replies left" if wanted else "no public reply left"
    ),
    "follow_up_open": _whether("a follow-up is open", "no follow-up is open"),
    "can_reply": _whether("a reply can be sent", "no reply can be sent"),
    "verified": _whether("verified", "not verified"),
    "working_hours": _whether("in working hours", "outside working hours"),
}
