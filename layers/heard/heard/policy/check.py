"""What is wrong with a policy although it could be loaded.

Rules out of reach, contradictions, SLAs that nobody can meet.

`problems` says everything at once, each with its place in the document and how to mend it. Only
what the business wrote itself is looked at; that its rules go before the playbook's is what they
are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from heard.acknowledgements.template_check import check_template
from heard.acknowledgements.wordings import FORMALITIES, LANGUAGES
from heard.assessment import Agenda, Flag, Severity
from heard.policy import decisions
from heard.policy.conditions import Conditions, Facts, build_conditions
from heard.policy.coverage import SearchLimitReached, find_reachable
from heard.policy.document import Policy, TimeLimit, canonical, load_policy, playbook, read_document
from heard.policy.model import Route
from heard.policy.schema_types import (
    DAY_SECONDS,
    DocumentPath,
    Problem,
    format_duration,
    join_with_or,
    quote,
    suggestion,
)
from heard.reviews import Channel, Stage
from heard.sla import Calendar, add_working_time

MAX_DOCUMENT_BYTES: Final = 200_000
"""Bytes of a complete document: it is stored as one item with its source."""

LONG_CLOSURE: Final = timedelta(days=21)
"""From so long a time without any working hour somebody should be told."""

CRITICAL_FLAGS: Final = frozenset(
    {Flag.SAFETY, Flag.LEGAL, Flag.DISCRIMINATION, Flag.PRIVACY, Flag.PRESS, Flag.SELF_HARM}
)
"""Flags that make an assessment critical (playbook, severity)."""

_PLAYBOOK_QUEUES: Final = frozenset({"default", "urgent"})
_ORDINARY_YEAR: Final = 2026
_MAX_YEARS: Final = 16


def find_problems(document: object) -> tuple[Problem, ...]:
    """Everything wrong with a document, errors first.

    With any of them it is refused, with warnings it is not.

    A document that could not be loaded is looked at no further than that. Total: anything may be
    handed over.
    """
    problems: list[Problem] = []
    full_document = read_document(document, problems)
    if not problems:
        check = _PolicyCheck(load_policy(full_document), full_document, _own_ids(full_document))
        problems = [
            *_check_size(check),
            *_check_rules(check),
            *_check_ladders(check),
            *_check_names(check),
            *_check_wordings(check),
            *_check_times(check),
        ]
    return tuple(sorted(problems, key=lambda problem: problem.severity))


@dataclass(frozen=True, slots=True)
class _PolicyCheck:
    """A policy, its complete document, and the ids in each list that are not word for word the
    playbook's.
    """

    policy: Policy
    full_document: Mapping[str, Any]
    own_ids: Mapping[str, frozenset[str]]

    def own_entries(self, part: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The business's own entries with their places."""
        return (
            (place, entry)
            for place, entry in enumerate(self.full_document[part])
            if entry["id"] in self.own_ids[part]
        )

    def find_reachable(self, entry: Conditions, earlier: Sequence[Conditions]) -> Facts | None:
        """Something that `entry` is the first to hold for, under this policy's cap and calendar.

        Raises Undecided.
        """
        calendar = self.policy.calendar
        always_open = calendar.week_seconds == 7 * DAY_SECONDS and not calendar.holidays
        return find_reachable(
            entry, earlier, most_public_replies=self.policy.public_replies, always_open=always_open
        )


def _own_ids(full_document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    defaults = playbook()
    return {
        part: frozenset(entry["id"] for entry in full_document[part] if entry not in defaults[part])
        for part in ("rules", "sla", "escalation")
    }


def _check_size(check: _PolicyCheck) -> Iterator[Problem]:
    size = len(canonical(check.full_document).encode())
    if size > MAX_DOCUMENT_BYTES:
        yield Problem(
            (),
            f"is {size:,} bytes long when complete",
            f"Shorten it to {MAX_DOCUMENT_BYTES:,}: fewer or shorter texts.",
        )


def _check_rules(check: _PolicyCheck) -> Iterator[Problem]:
    conditions = [rule.when for rule in check.policy.rules]
    last = len(conditions) - 1
    for place, rule in check.own_entries("rules"):
        at: DocumentPath = ("rules", place)
        if impossible := list(_contradictions(rule["when"], (*at, "when"))):
            yield from impossible
            continue
        yield from _reachability_problems(check, "rules", place, conditions)
        yield from _guard_conflicts(check, rule, at)
        yield from _unused_settings(rule, at)
        if not check.policy.rules[place].route.follows_up and _can_match_complaints(
            check, conditions[place], conditions[:place]
        ):
            ends = (
                "with an automatic answer alone"
                if check.policy.rules[place].route.acknowledges
                else "without any answer (R01)"
            )
            fix = f'Add for example "severity: [low, praise]", or use the route "{Route.FOLLOW_UP}" or "{Route.BOTH}".'
            yield Problem(
                (*at, "then", "route"), f"strong complaints can end here, {ends}", fix, "warning"
            )
        if place == last:
            message = "has no conditions, so that none of the playbook's rules follow it"
            yield Problem(
                (*at, "when"),
                message,
                "Leave this rule out if that is not what you want.",
                "warning",
            )


def _contradictions(conditions: Mapping[str, Any], at: DocumentPath) -> Iterator[Problem]:
    """Conditions that can never hold together."""
    minimum, maximum = conditions.get("rating_min"), conditions.get("rating_max")
    if minimum is not None and maximum is not None and minimum > maximum:
        yield Problem(
            (*at, "rating_min"),
            f"no rating is at least {minimum} and at most {maximum}",
            "Swap them, or leave one out.",
        )
    stages, channels = conditions.get("stage"), conditions.get("channel")
    if stages and channels and not any(Channel(channel).stage in stages for channel in channels):
        theirs = Channel(channels[0]).stage
        fix = f'It is {theirs}: leave "stage" out, or say {theirs}.'
        yield Problem(
            (*at, "stage"),
            f"what comes by {join_with_or(channels)} is never {join_with_or(stages)}",
            fix,
        )
    severity, flags = conditions.get("severity"), conditions.get("flags")
    if (
        severity
        and flags
        and not {*severity} - {Severity.LOW, Severity.PRAISE}
        and not {*flags} - CRITICAL_FLAGS
    ):
        message = (
            f"what is flagged {join_with_or(flags)} is critical, never {join_with_or(severity)}"
        )
        yield Problem((*at, "severity"), message, 'Leave "severity" out, or say critical.')


def _reachability_problems(
    check: _PolicyCheck, part: str, place: int, conditions: Sequence[Conditions]
) -> Iterator[Problem]:
    entry, earlier = conditions[place], conditions[:place]
    with suppress(SearchLimitReached):
        if check.find_reachable(entry, ()) is None:
            yield Problem(
                (part, place, "when"),
                "its conditions can never hold together",
                "Change one of them, or leave it out.",
            )
        elif check.find_reachable(entry, earlier) is None:
            needed = list(range(place))
            for other in range(place):
                fewer = [each for each in needed if each != other]
                if check.find_reachable(entry, [conditions[each] for each in fewer]) is None:
                    needed = fewer
            names = [str(check.full_document[part][each]["id"]) for each in needed]
            before = f"{join_with_or(names, 5).replace(' or ', ' and ')} {'hold' if len(names) > 1 else 'holds'} for all that it could decide"
            yield Problem(
                (part, place, "when"),
                f"is never reached: before it {before}",
                "Move it up, narrow what is above it, or leave it out.",
            )


_GUARDED: Final = (
    ("severity", (Severity.CRITICAL,), "what is critical", decisions.SEVERE_GUARD),
    ("agenda", (Agenda.ABUSE,), "abuse", decisions.ABUSE_GUARD),
    ("agenda", (Agenda.QUESTION,), "a question", decisions.QUESTION_GUARD),
    ("flags", (Flag.QUESTION,), "a question", decisions.QUESTION_GUARD),
    ("flags", (Flag.CANNOT_JUDGE,), "what could not be judged", decisions.UNJUDGED_GUARD),
)


def _guard_conflicts(
    check: _PolicyCheck, rule: Mapping[str, Any], at: DocumentPath
) -> Iterator[Problem]:
    """Rules that say what a guard of the playbook undoes."""
    conditions, route = rule["when"], Route(rule["then"]["route"])
    if not route.follows_up:
        effect = "only acknowledges" if route.acknowledges else "ignores"
        for name, words, what, guard in _GUARDED:
            values = conditions.get(name, ())
            if not {*words} & {*values}:
                continue
            all_guarded = all(any(word in known for _, known, _, _ in _GUARDED) for word in values)
            fix = f'Use the route "{Route.FOLLOW_UP}" or "{Route.BOTH}"' + (
                "." if all_guarded else f", or leave {words[0]} out."
            )
            message = f"{effect} {what}, which goes to a person whatever a policy says ({guard})"
            yield Problem(
                (*at, "when", name, values.index(words[0])),
                message,
                fix,
                "error" if all_guarded else "warning",
            )
    if not route.acknowledges:
        return
    if conditions.get("follow_up_open") is True:
        message = f"nothing automatic speaks beside a person who is on the thread ({decisions.JOIN_GUARD})"
        yield Problem((*at, "then", "route"), message, f'Use the route "{Route.FOLLOW_UP}".')
    public = (
        all(Channel(channel).stage is Stage.ONSTAGE for channel in conditions.get("channel", ()))
        and "channel" in conditions
    )
    none_left = 0 in {check.policy.public_replies, conditions.get("public_replies_left_max")}
    if none_left and (public or conditions.get("stage") == [Stage.ONSTAGE]):
        message = f"would answer in public where no public reply is left ({decisions.CAP_GUARD})"
        yield Problem(
            (*at, "then", "route"),
            message,
            f'Use the route "{Route.FOLLOW_UP}", or allow more public replies in caps.',
        )


def _unused_settings(rule: Mapping[str, Any], at: DocumentPath) -> Iterator[Problem]:
    then, route = rule["then"], Route(rule["then"]["route"])
    unused = {
        "acknowledges nothing": () if route.acknowledges else ("variants", "delay"),
        "opens no follow-up": () if route.follows_up else ("sla", "checklist"),
    }
    for why, names in unused.items():
        for name in names:
            if name in then:
                message = f'has no effect: the route "{route}" {why}'
                yield Problem(
                    (*at, "then", name),
                    message,
                    "Leave it out, or choose another route.",
                    "warning",
                )


def _can_match_complaints(
    check: _PolicyCheck, entry: Conditions, earlier: Sequence[Conditions]
) -> bool:
    complaint = build_conditions(
        {"severity": [Severity.HIGH], "agenda": [Agenda.ANSWER, Agenda.AUDIENCE]}
    )
    with suppress(SearchLimitReached):
        return (
            check.find_reachable(Conditions((*entry.tests, *complaint.tests)), earlier) is not None
        )
    return True


def _check_ladders(check: _PolicyCheck) -> Iterator[Problem]:
    """SLAs and ladders that nothing reaches."""
    for part, entries in (("sla", check.policy.sla), ("escalation", check.policy.escalation)):
        for place, entry in check.own_entries(part):
            impossible = list(_contradictions(entry["when"], (part, place, "when")))
            yield from impossible or _reachability_problems(
                check, part, place, [each.when for each in entries]
            )


def _check_names(check: _PolicyCheck) -> Iterator[Problem]:
    """Names that nothing has, or that two things have."""
    full_document, policy = check.full_document, check.policy
    variants = [variant.name for variant in policy.acknowledgements.variants]
    queues = (*policy.queues, *sorted(_PLAYBOOK_QUEUES - {*policy.queues}))
    for rule_index, rule in check.own_entries("rules"):
        then, at = rule["then"], ("rules", rule_index, "then")
        if policy.queues and then.get("queue", "default") not in queues:
            yield Problem(
                (*at, "queue"),
                f"there is no queue {quote(then['queue'])}",
                suggestion(then["queue"], queues),
            )
        if "checklist" in then and then["checklist"] not in policy.checklists:
            fix = (
                suggestion(then["checklist"], policy.checklists)
                if policy.checklists
                else "Write it under checklists."
            )
            yield Problem(
                (*at, "checklist"), f"there is no checklist {quote(then['checklist'])}", fix
            )
        for index, name in enumerate(then.get("variants", ())):
            if name not in variants:
                fix = (
                    suggestion(name, variants)
                    if variants
                    else "Write it under acknowledgements.variants."
                )
                yield Problem((*at, "variants", index), f"there is no variant {quote(name)}", fix)
    used_checklists = {rule["then"].get("checklist") for rule in full_document["rules"]}
    for name in policy.checklists:
        if name not in used_checklists:
            yield Problem(
                ("checklists", name),
                "no rule attaches it",
                "Name it as the checklist of a rule, or leave it out.",
                "warning",
            )
    yield from _duplicates(variants, ("acknowledgements", "variants"))
    yield from _duplicates(
        [f"{remedy.name} in {remedy.currency}" for remedy in policy.remedies], ("remedies",)
    )


def _check_wordings(check: _PolicyCheck) -> Iterator[Problem]:
    """Wordings that promise, admit or cannot be read, and languages without any."""
    own_languages: set[str] = set()
    for place, variant in enumerate(check.policy.acknowledgements.variants):
        own_languages |= variant.languages.keys()
        for language, template in variant.languages.items():
            for message in check_template(template, language, variant.kinds):
                problem, _, fix = message.partition(". ")
                at: DocumentPath = ("acknowledgements", "variants", place, "languages", language)
                yield Problem(
                    at,
                    problem.removesuffix(".").replace("It ", "it ", 1),
                    fix or "Write it in other words.",
                )
    voice = check.policy.voice
    if voice.fallback_language not in LANGUAGES | own_languages:
        message = f"there are no words of ours in {quote(voice.fallback_language)}, so that English is spoken"
        fix = (
            "Give variants in it, or choose a language that has words: "
            + ", ".join(sorted(LANGUAGES))
            + "."
        )
        yield Problem(("voice", "fallback_language"), message, fix, "warning")
    for language in voice.formality:
        if language not in FORMALITIES:
            message = "has no effect: our words in it address nobody one way or the other"
            yield Problem(("voice", "formality", language), message, "Leave it out.", "warning")


def _duplicates(names: Sequence[str], at: DocumentPath) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Problem(
                (*at, place, "name"),
                f"{quote(name)} is there twice",
                "Give another name, or leave one out.",
            )


def _check_times(check: _PolicyCheck) -> Iterator[Problem]:
    """Time limits that cannot be kept.

    By the calendar, or because the follow-up is given up before.
    """
    policy, full_document = check.policy, check.full_document
    defaults = playbook()
    give_up_after = full_document["give_up_after"]
    calendar_is_own = full_document["calendar"] != defaults["calendar"]
    limits: list[tuple[DocumentPath, TimeLimit]] = []
    for place, entry in enumerate(policy.sla):
        limits.append(
            (("sla", place), entry.limit)
            if entry.id in check.own_ids["sla"]
            else (_default_limit_path(calendar_is_own), entry.limit)
        )
    for place, rule in enumerate(policy.rules):
        if rule.sla:
            limits.append(
                (("rules", place, "then", "sla"), rule.sla)
                if rule.id in check.own_ids["rules"]
                else (_default_limit_path(calendar_is_own), rule.sla)
            )
    starts = _extreme_starts(policy.calendar)
    messages = {limit: _late_message(limit, policy, starts) for limit in {due for _, due in limits}}
    worst: dict[DocumentPath, _Message] = {}
    for path, due in limits:
        if (message := messages[due]) and (
            path not in worst or worst[path].severity > message.severity
        ):
            worst[path] = message  # "error" before "warning"
    for path, message in worst.items():
        yield Problem(
            path, message.text, "Give less time, more hours, or give up later.", message.severity
        )
    for place, entry in check.own_entries("escalation"):
        total_wait = 0
        for level, seconds in enumerate(entry["after"]):
            total_wait += seconds
            if total_wait > give_up_after:
                message = (
                    f"comes after the follow-up was given up ({format_duration(give_up_after)})"
                )
                yield Problem(
                    ("escalation", place, "after", level),
                    message,
                    "Escalate sooner, or give up later.",
                    "warning",
                )
                break
    if calendar_is_own:
        yield from _closure_problems(policy, starts)


def _default_limit_path(calendar_is_own: bool) -> DocumentPath:
    """Where to complain of a limit that is the playbook's."""
    return ("calendar",) if calendar_is_own else ("give_up_after",)


class _Message(NamedTuple):
    text: str
    severity: Literal["error", "warning"] = "error"


def _late_message(
    time_limit: TimeLimit, policy: Policy, starts: Sequence[datetime]
) -> _Message | None:
    """Why a limit comes only after the follow-up is given up.

    Always (an error), or from some moments.
    """
    limit, give_up_after = (
        format_duration(time_limit.seconds),
        format_duration(policy.give_up_after),
    )
    if time_limit.clock == "always":
        return (
            _Message(f"when {limit} are over, the follow-up has been given up ({give_up_after})")
            if time_limit.seconds > policy.give_up_after
            else None
        )
    limit += " of working time"
    waits = [
        (add_working_time(start, time_limit.seconds, policy.calendar) - start, start)
        for start in starts
    ]
    (soonest, _), (latest, latest_start) = min(waits), max(waits)
    if soonest.total_seconds() > policy.give_up_after:
        return _Message(
            f"no working hour can meet it: {limit} last {_format_days(soonest)}, and the follow-up is "
            f"given up after {give_up_after}"
        )
    if latest.total_seconds() > policy.give_up_after:
        from_then = f"{latest_start.astimezone(policy.calendar.zone):%Y-%m-%d %H:%M}"
        return _Message(
            f"from {from_then} {limit} last {_format_days(latest)}, and the follow-up is given up after "
            f"{give_up_after}",
            "warning",
        )
    return None


def _extreme_starts(calendar: Calendar) -> list[datetime]:
    """Moments from which working time is the shortest and the longest.

    Openings and closings, in an ordinary year or all with holidays.
    """
    years = [day.year for day in calendar.holidays]
    last = date(max(years) + 2, 1, 1) if years else date(_ORDINARY_YEAR + 1, 1, 1)
    day = (
        date(max(min(years) - 1, last.year - _MAX_YEARS), 1, 1)
        if years
        else date(_ORDINARY_YEAR, 1, 1)
    )
    moments: list[datetime] = []
    while day < last:
        moments.extend(moment for shift in calendar.shifts(day) for moment in shift)
        day += timedelta(days=1)
    return moments


def _closure_problems(policy: Policy, starts: Sequence[datetime]) -> Iterator[Problem]:
    begins, ends = max(pairwise(starts), key=lambda pair: pair[1] - pair[0])
    if ends - begins < LONG_CLOSURE:
        return
    days = [f"{moment.astimezone(policy.calendar.zone):%Y-%m-%d}" for moment in (begins, ends)]
    if (ends - begins).total_seconds() > policy.give_up_after:
        message = f"nobody works from {days[0]} to {days[1]}: what comes then is given up before anyone could answer"
        yield Problem(("calendar", "holidays"), message, "Take days out, or give up later.")
    else:
        message = f"nobody works from {days[0]} to {days[1]}"
        yield Problem(
            ("calendar", "holidays"), message, "Take days out if somebody does.", "warning"
        )


def _format_days(wait: timedelta) -> str:
    return f"{wait.total_seconds() / DAY_SECONDS:.1f} days"
