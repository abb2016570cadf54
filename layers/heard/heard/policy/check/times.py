"""Time limits that nobody can meet, by the calendar or because the follow-up is given up before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.document import Policy, TimeLimit, playbook
from heard.policy.schema_types import DAY_SECONDS, DocumentPath, Problem, format_duration
from heard.working_time import Calendar, add_working_time

LONG_CLOSURE: Final = timedelta(days=21)
"""A time without any working hour is worth a warning from this length on."""

_ORDINARY_YEAR: Final = 2026
_MAX_YEARS: Final = 16


def check_times(check: PolicyCheck) -> Iterator[Problem]:
    """Limits and escalations that come too late, and times in which nobody works."""
    calendar_is_own = check.full_document["calendar"] != playbook()["calendar"]
    starts = _extreme_starts(check.policy.calendar)
    yield from _late_limits(check, starts, calendar_is_own=calendar_is_own)
    yield from _late_escalations(check)
    if calendar_is_own:
        yield from _closures(check.policy, starts)


def _late_limits(
    check: PolicyCheck, starts: Sequence[datetime], *, calendar_is_own: bool
) -> Iterator[Problem]:
    """For each place the worst problem of its limits."""
    limits = list(_limits(check, calendar_is_own=calendar_is_own))
    problems = {
        limit: _late_problem(limit, check.policy, starts)
        for limit in {entry[1] for entry in limits}
    }
    worst: dict[DocumentPath, Problem] = {}
    for path, limit in limits:
        late = problems[limit]
        if late is None:
            continue
        if path not in worst or worst[path].severity > late.severity:  # "error" before "warning"
            worst[path] = replace(late, path=path)
    yield from worst.values()


def _limits(
    check: PolicyCheck, *, calendar_is_own: bool
) -> Iterator[tuple[DocumentPath, TimeLimit]]:
    """Every limit, and the place that a problem of it names.

    A limit of the playbook is too long because of the calendar or of `give_up_after`.
    """
    default_path: DocumentPath = ("calendar",) if calendar_is_own else ("give_up_after",)
    for index, entry in enumerate(check.policy.sla):
        is_own = entry.id in check.own_ids["sla"]
        yield ("sla", index) if is_own else default_path, entry.limit
    for index, rule in enumerate(check.policy.rules):
        if rule.sla:
            is_own = rule.id in check.own_ids["rules"]
            yield ("rules", index, "then", "sla") if is_own else default_path, rule.sla


def _late_problem(
    time_limit: TimeLimit, policy: Policy, starts: Sequence[datetime]
) -> Problem | None:
    """Why a limit ends only after the follow-up is given up.

    Always (an error), or from some times on (a warning). None if it does not.
    """
    values = {
        "limit": format_duration(time_limit.seconds),
        "give_up_after": format_duration(policy.give_up_after),
    }
    if time_limit.clock == "always":
        if time_limit.seconds <= policy.give_up_after:
            return None
        return problem("late_around_the_clock", (), **values)
    waits = [
        (add_working_time(start, time_limit.seconds, policy.calendar) - start, start)
        for start in starts
    ]
    (shortest, _), (longest, longest_start) = min(waits), max(waits)
    if shortest.total_seconds() > policy.give_up_after:
        return problem("always_late", (), wait=_format_days(shortest), **values)
    if longest.total_seconds() > policy.give_up_after:
        start = f"{longest_start.astimezone(policy.calendar.zone):%Y-%m-%d %H:%M}"
        return problem("sometimes_late", (), start=start, wait=_format_days(longest), **values)
    return None


def _late_escalations(check: PolicyCheck) -> Iterator[Problem]:
    give_up_after = check.full_document["give_up_after"]
    for index, entry in check.own_entries("escalation"):
        total_wait = 0
        for level, seconds in enumerate(entry["after"]):
            total_wait += seconds
            if total_wait > give_up_after:
                path = ("escalation", index, "after", level)
                yield problem("late_escalation", path, give_up_after=format_duration(give_up_after))
                break


def _closures(policy: Policy, starts: Sequence[datetime]) -> Iterator[Problem]:
    begin, end = max(pairwise(starts), key=lambda pair: pair[1] - pair[0])
    if end - begin < LONG_CLOSURE:
        return
    first, last = (f"{moment.astimezone(policy.calendar.zone):%Y-%m-%d}" for moment in (begin, end))
    is_too_long = (end - begin).total_seconds() > policy.give_up_after
    code = "closed_too_long" if is_too_long else "closed_long"
    yield problem(code, ("calendar", "holidays"), first=first, last=last)


def _extreme_starts(calendar: Calendar) -> list[datetime]:
    """Times from which working time takes the shortest and the longest: openings and closings.

    Of all years with holidays, or of an ordinary year.
    """
    years = [day.year for day in calendar.holidays]
    if years:
        end = date(max(years) + 2, 1, 1)
        day = date(max(min(years) - 1, end.year - _MAX_YEARS), 1, 1)
    else:
        end = date(_ORDINARY_YEAR + 1, 1, 1)
        day = date(_ORDINARY_YEAR, 1, 1)
    starts: list[datetime] = []
    while day < end:
        starts.extend(moment for shift in calendar.shifts(day) for moment in shift)
        day += timedelta(days=1)
    return starts


def _format_days(wait: timedelta) -> str:
    return f"{wait.total_seconds() / DAY_SECONDS:.1f} days"
