"""Entries whose conditions contradict each other, and entries that nothing reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from heard.assessment import Flag, Severity
from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.conditions import Conditions
from heard.policy.coverage import SearchLimitReached
from heard.policy.schema_types import DocumentPath, Problem, join_names, join_with_or
from heard.reviews import Channel

CRITICAL_FLAGS: Final = frozenset(
    {Flag.SAFETY, Flag.LEGAL, Flag.DISCRIMINATION, Flag.PRIVACY, Flag.PRESS, Flag.SELF_HARM}
)
"""Flags that make an assessment critical (playbook, severity)."""

_MAX_NAMED: Final = 5


def check_limits(check: PolicyCheck) -> Iterator[Problem]:
    """SLAs and escalation ladders that nothing reaches."""
    for part, entries in (("sla", check.policy.sla), ("escalation", check.policy.escalation)):
        conditions = [entry.when for entry in entries]
        for index, entry in check.own_entries(part):
            contradictions = list(find_contradictions(entry["when"], (part, index, "when")))
            yield from contradictions or check_reachable(check, part, index, conditions)


def find_contradictions(conditions: Mapping[str, Any], at: DocumentPath) -> Iterator[Problem]:
    """Conditions of one entry that can never hold together, found by their meaning."""
    minimum, maximum = conditions.get("rating_min"), conditions.get("rating_max")
    if minimum is not None and maximum is not None and minimum > maximum:
        yield problem("rating_range", (*at, "rating_min"), minimum=minimum, maximum=maximum)
    stages, channels = conditions.get("stage"), conditions.get("channel")
    if stages and channels and not any(Channel(channel).stage in stages for channel in channels):
        yield problem(
            "stage_of_channel",
            (*at, "stage"),
            channels=join_with_or(channels),
            stages=join_with_or(stages),
            stage=Channel(channels[0]).stage,
        )
    severities, flags = conditions.get("severity"), conditions.get("flags")
    if not severities or not flags:
        return
    if {*severities} <= {Severity.LOW, Severity.PRAISE} and {*flags} <= CRITICAL_FLAGS:
        yield problem(
            "severity_of_flag",
            (*at, "severity"),
            flags=join_with_or(flags),
            severities=join_with_or(severities),
        )


def check_reachable(
    check: PolicyCheck, part: str, index: int, conditions: Sequence[Conditions]
) -> Iterator[Problem]:
    """Why nothing reaches the entry at `index` of a list with these conditions, if nothing does."""
    entry, earlier = conditions[index], conditions[:index]
    at: DocumentPath = (part, index, "when")
    with suppress(SearchLimitReached):
        if check.find_reachable(entry, ()) is None:
            yield problem("impossible", at)
        elif check.find_reachable(entry, earlier) is None:
            entries = check.full_document[part]
            names = [str(entries[i]["id"]) for i in _covering_indexes(check, index, conditions)]
            yield problem("unreachable", at, entries=join_names(names, "and", _MAX_NAMED))


def _covering_indexes(
    check: PolicyCheck, index: int, conditions: Sequence[Conditions]
) -> list[int]:
    """The earlier entries that leave nothing to the entry at `index`; all of them are needed."""
    needed = list(range(index))
    for candidate in range(index):
        fewer = [other for other in needed if other != candidate]
        earlier = [conditions[other] for other in fewer]
        if check.find_reachable(conditions[index], earlier) is None:
            needed = fewer
    return needed
