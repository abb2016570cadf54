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

from heard.acknowledgements.compose import FORMALITIES, LANGUAGES, check_template
from heard.assessment import Agenda, Flag, Severity
from heard.policy import decisions
from heard.policy.conditions import Seen, When, when
from heard.policy.coverage import Undecided, reach
from heard.policy.document import Due, Policy, canonical, load_policy, playbook, read
from heard.policy.model import Route
from heard.policy.schema_types import DAY_SECONDS, Path, Problem, listed, nearest, quoted, spoken
from heard.reviews import Channel, Stage
from heard.sla import Calendar, add_working_time

LONGEST_DOCUMENT: Final = 200_000
"""Bytes of a complete document: it is stored as one item with its source."""

LONG_CLOSURE: Final = timedelta(days=21)
"""From so long a time without any working hour somebody should be told."""

GRAVE: Final = frozenset(
    {Flag.SAFETY, Flag.LEGAL, Flag.DISCRIMINATION, Flag.PRIVACY, Flag.PRESS, Flag.SELF_HARM}
)
"""Flags that make an assessment critical (playbook, severity)."""

_PLAYBOOK_QUEUES: Final = frozenset({"default", "urgent"})
_ORDINARY_YEAR: Final = 2026
_MOST_YEARS: Final = 16


def problems(document: object) -> tuple[Problem, ...]:
    """Everything wrong with a document, errors first.

    With any of them it is refused, with warnings it is not.

    A document that could not be loaded is looked at no further than that. Total: anything may be
    handed over.
    """
    found: list[Problem] = []
    whole = read(document, found)
    if not found:
        checked = _Checked(load_policy(whole), whole, _own(whole))
        found = [
            *_size(checked),
            *_rules(checked),
            *_entries(checked),
            *_names(checked),
            *_words(checked),
            *_times(checked),
        ]
    return tuple(sorted(found, key=lambda problem: problem.severity))


@dataclass(frozen=True, slots=True)
class _Checked:
    """A policy, its complete document, and the ids in each list that are not word for word the
    playbook's.
    """

    policy: Policy
    whole: Mapping[str, Any]
    own: Mapping[str, frozenset[str]]

    def mine(self, part: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The business's own entries with their places."""
        return (
            (place, entry)
            for place, entry in enumerate(self.whole[part])
            if entry["id"] in self.own[part]
        )

    def reach(self, entry: When, earlier: Sequence[When]) -> Seen | None:
        """Something that `entry` is the first to hold for, under this policy's cap and calendar.

        Raises Undecided.
        """
        calendar = self.policy.calendar
        always_open = calendar.week_seconds == 7 * DAY_SECONDS and not calendar.holidays
        return reach(
            entry, earlier, most_public_replies=self.policy.public_replies, always_open=always_open
        )


def _own(whole: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    others = playbook()
    return {
        part: frozenset(entry["id"] for entry in whole[part] if entry not in others[part])
        for part in ("rules", "sla", "escalation")
    }


def _size(checked: _Checked) -> Iterator[Problem]:
    size = len(canonical(checked.whole).encode())
    if size > LONGEST_DOCUMENT:
        yield Problem(
            (),
            f"is {size:,} bytes long when complete",
            f"Shorten it to {LONGEST_DOCUMENT:,}: fewer or shorter texts.",
        )


def _rules(checked: _Checked) -> Iterator[Problem]:
    rules = [rule.when for rule in checked.policy.rules]
    last = len(rules) - 1
    for place, rule in checked.mine("rules"):
        at: Path = ("rules", place)
        if impossible := list(_impossible(rule["when"], (*at, "when"))):
            yield from impossible
            continue
        yield from _out_of_reach(checked, "rules", place, rules)
        yield from _against_guards(checked, rule, at)
        yield from _without_effect(rule, at)
        if not checked.policy.rules[place].route.follows_up and _takes_complaints(
            checked, rules[place], rules[:place]
        ):
            ends = (
                "with an automatic answer alone"
                if checked.policy.rules[place].route.acknowledges
                else "without any answer (R01)"
            )
            fix = f'Add for example "severity: [low, praise]", or use the route "{Route.FOLLOW_UP}" or "{Route.BOTH}".'
            yield Problem(
                (*at, "then", "route"), f"strong complaints can end here, {ends}", fix, "warning"
            )
        if place == last:
            said = "has no conditions, so that none of the playbook's rules follow it"
            yield Problem(
                (*at, "when"), said, "Leave this rule out if that is not what you want.", "warning"
            )


def _impossible(given: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """Conditions that can never hold together."""
    least, most = given.get("rating_min"), given.get("rating_max")
    if least is not None and most is not None and least > most:
        yield Problem(
            (*at, "rating_min"),
            f"no rating is at least {least} and at most {most}",
            "Swap them, or leave one out.",
        )
    stages, channels = given.get("stage"), given.get("channel")
    if stages and channels and not any(Channel(channel).stage in stages for channel in channels):
        theirs = Channel(channels[0]).stage
        fix = f'It is {theirs}: leave "stage" out, or say {theirs}.'
        yield Problem(
            (*at, "stage"), f"what comes by {listed(channels)} is never {listed(stages)}", fix
        )
    severity, flags = given.get("severity"), given.get("flags")
    if (
        severity
        and flags
        and not {*severity} - {Severity.LOW, Severity.PRAISE}
        and not {*flags} - GRAVE
    ):
        said = f"what is flagged {listed(flags)} is critical, never {listed(severity)}"
        yield Problem((*at, "severity"), said, 'Leave "severity" out, or say critical.')


def _out_of_reach(
    checked: _Checked, part: str, place: int, whens: Sequence[When]
) -> Iterator[Problem]:
    entry, earlier = whens[place], whens[:place]
    with suppress(Undecided):
        if checked.reach(entry, ()) is None:
            yield Problem(
                (part, place, "when"),
                "its conditions can never hold together",
                "Change one of them, or leave it out.",
            )
        elif checked.reach(entry, earlier) is None:
            needed = list(range(place))
            for other in range(place):
                fewer = [each for each in needed if each != other]
                if checked.reach(entry, [whens[each] for each in fewer]) is None:
                    needed = fewer
            names = [str(checked.whole[part][each]["id"]) for each in needed]
            before = f"{listed(names, 5).replace(' or ', ' and ')} {'hold' if len(names) > 1 else 'holds'} for all that it could decide"
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


def _against_guards(checked: _Checked, rule: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """Rules that say what a guard of the playbook undoes."""
    given, route = rule["when"], Route(rule["then"]["route"])
    if not route.follows_up:
        does = "only acknowledges" if route.acknowledges else "ignores"
        for name, words, what, guard in _GUARDED:
            asked = given.get(name, ())
            if not {*words} & {*asked}:
                continue
            all_of_it = all(any(word in known for _, known, _, _ in _GUARDED) for word in asked)
            fix = f'Use the route "{Route.FOLLOW_UP}" or "{Route.BOTH}"' + (
                "." if all_of_it else f", or leave {words[0]} out."
            )
            said = f"{does} {what}, which goes to a person whatever a policy says ({guard})"
            yield Problem(
                (*at, "when", name, asked.index(words[0])),
                said,
                fix,
                "error" if all_of_it else "warning",
            )
    if not route.acknowledges:
        return
    if given.get("follow_up_open") is True:
        said = f"nothing automatic speaks beside a person who is on the thread ({decisions.JOIN_GUARD})"
        yield Problem((*at, "then", "route"), said, f'Use the route "{Route.FOLLOW_UP}".')
    public = (
        all(Channel(channel).stage is Stage.ONSTAGE for channel in given.get("channel", ()))
        and "channel" in given
    )
    none_left = 0 in {checked.policy.public_replies, given.get("public_replies_left_max")}
    if none_left and (public or given.get("stage") == [Stage.ONSTAGE]):
        said = f"would answer in public where no public reply is left ({decisions.CAP_GUARD})"
        yield Problem(
            (*at, "then", "route"),
            said,
            f'Use the route "{Route.FOLLOW_UP}", or allow more public replies in caps.',
        )


def _without_effect(rule: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    then, route = rule["then"], Route(rule["then"]["route"])
    unused = {
        "acknowledges nothing": () if route.acknowledges else ("variants", "delay"),
        "opens no follow-up": () if route.follows_up else ("sla", "checklist"),
    }
    for why, names in unused.items():
        for name in names:
            if name in then:
                said = f'has no effect: the route "{route}" {why}'
                yield Problem(
                    (*at, "then", name), said, "Leave it out, or choose another route.", "warning"
                )


def _takes_complaints(checked: _Checked, entry: When, earlier: Sequence[When]) -> bool:
    complaint = when({"severity": [Severity.HIGH], "agenda": [Agenda.ANSWER, Agenda.AUDIENCE]})
    with suppress(Undecided):
        return checked.reach(When((*entry.asks, *complaint.asks)), earlier) is not None
    return True


def _entries(checked: _Checked) -> Iterator[Problem]:
    """SLAs and ladders that nothing reaches."""
    for part, entries in (("sla", checked.policy.sla), ("escalation", checked.policy.escalation)):
        for place, entry in checked.mine(part):
            impossible = list(_impossible(entry["when"], (part, place, "when")))
            yield from impossible or _out_of_reach(
                checked, part, place, [each.when for each in entries]
            )


def _names(checked: _Checked) -> Iterator[Problem]:
    """Names that nothing has, or that two things have."""
    whole, policy = checked.whole, checked.policy
    variants = [variant.name for variant in policy.acknowledgements.variants]
    queues = (*policy.queues, *sorted(_PLAYBOOK_QUEUES - {*policy.queues}))
    for place, rule in checked.mine("rules"):
        then, at = rule["then"], ("rules", place, "then")
        if policy.queues and then.get("queue", "default") not in queues:
            yield Problem(
                (*at, "queue"),
                f"there is no queue {quoted(then['queue'])}",
                nearest(then["queue"], queues),
            )
        if "checklist" in then and then["checklist"] not in policy.checklists:
            fix = (
                nearest(then["checklist"], policy.checklists)
                if policy.checklists
                else "Write it under checklists."
            )
            yield Problem(
                (*at, "checklist"), f"there is no checklist {quoted(then['checklist'])}", fix
            )
        for index, name in enumerate(then.get("variants", ())):
            if name not in variants:
                fix = (
                    nearest(name, variants)
                    if variants
                    else "Write it under acknowledgements.variants."
                )
                yield Problem((*at, "variants", index), f"there is no variant {quoted(name)}", fix)
    attached = {rule["then"].get("checklist") for rule in whole["rules"]}
    for name in policy.checklists:
        if name not in attached:
            yield Problem(
                ("checklists", name),
                "no rule attaches it",
                "Name it as the checklist of a rule, or leave it out.",
                "warning",
            )
    yield from _twice(variants, ("acknowledgements", "variants"))
    yield from _twice(
        [f"{remedy.name} in {remedy.currency}" for remedy in policy.remedies], ("remedies",)
    )


def _words(checked: _Checked) -> Iterator[Problem]:
    """Wordings that promise, admit or cannot be read, and languages without any."""
    own: set[str] = set()
    for place, variant in enumerate(checked.policy.acknowledgements.variants):
        own |= variant.languages.keys()
        for language, template in variant.languages.items():
            for said in check_template(template, language, variant.kinds):
                wrong, _, fix = said.partition(". ")
                at: Path = ("acknowledgements", "variants", place, "languages", language)
                yield Problem(
                    at,
                    wrong.removesuffix(".").replace("It ", "it ", 1),
                    fix or "Write it in other words.",
                )
    voice = checked.policy.voice
    if voice.fallback_language not in LANGUAGES | own:
        said = f"there are no words of ours in {quoted(voice.fallback_language)}, so that English is spoken"
        fix = (
            "Give variants in it, or choose a language that has words: "
            + ", ".join(sorted(LANGUAGES))
            + "."
        )
        yield Problem(("voice", "fallback_language"), said, fix, "warning")
    for language in voice.formality:
        if language not in FORMALITIES:
            said = "has no effect: our words in it address nobody one way or the other"
            yield Problem(("voice", "formality", language), said, "Leave it out.", "warning")


def _twice(names: Sequence[str], at: Path) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Problem(
                (*at, place, "name"),
                f"{quoted(name)} is there twice",
                "Give another name, or leave one out.",
            )


def _times(checked: _Checked) -> Iterator[Problem]:
    """Time limits that cannot be kept.

    By the calendar, or because the follow-up is given up before.
    """
    policy, whole = checked.policy, checked.whole
    others = playbook()
    given_up = whole["give_up_after"]
    calendar_is_own = whole["calendar"] != others["calendar"]
    limits: list[tuple[Path, Due]] = []
    for place, entry in enumerate(policy.sla):
        limits.append(
            (("sla", place), entry.due)
            if entry.id in checked.own["sla"]
            else (_elsewhere(calendar_is_own), entry.due)
        )
    for place, rule in enumerate(policy.rules):
        if rule.sla:
            limits.append(
                (("rules", place, "then", "sla"), rule.sla)
                if rule.id in checked.own["rules"]
                else (_elsewhere(calendar_is_own), rule.sla)
            )
    starts = _starts(policy.calendar)
    late = {due: _too_late(due, policy, starts) for due in {due for _, due in limits}}
    worst: dict[Path, _Said] = {}
    for path, due in limits:
        if (said := late[due]) and (path not in worst or worst[path].severity > said.severity):
            worst[path] = said  # "error" before "warning"
    for path, said in worst.items():
        yield Problem(
            path, said.text, "Give less time, more hours, or give up later.", said.severity
        )
    for place, entry in checked.mine("escalation"):
        waited = 0
        for level, seconds in enumerate(entry["after"]):
            waited += seconds
            if waited > given_up:
                said = f"comes after the follow-up was given up ({spoken(given_up)})"
                yield Problem(
                    ("escalation", place, "after", level),
                    said,
                    "Escalate sooner, or give up later.",
                    "warning",
                )
                break
    if calendar_is_own:
        yield from _closures(policy, starts)


def _elsewhere(calendar_is_own: bool) -> Path:
    """Where to complain of a limit that is the playbook's."""
    return ("calendar",) if calendar_is_own else ("give_up_after",)


class _Said(NamedTuple):
    text: str
    severity: Literal["error", "warning"] = "error"


def _too_late(due: Due, policy: Policy, starts: Sequence[datetime]) -> _Said | None:
    """Why a limit comes only after the follow-up is given up.

    Always (an error), or from some moments.
    """
    limit, given_up = spoken(due.seconds), spoken(policy.give_up_after)
    if due.clock == "always":
        return (
            _Said(f"when {limit} are over, the follow-up has been given up ({given_up})")
            if due.seconds > policy.give_up_after
            else None
        )
    limit += " of working time"
    waits = [
        (add_working_time(start, due.seconds, policy.calendar) - start, start) for start in starts
    ]
    (soonest, _), (latest, begun) = min(waits), max(waits)
    if soonest.total_seconds() > policy.give_up_after:
        return _Said(
            f"no working hour can meet it: {limit} last {_days(soonest)}, and the follow-up is "
            f"given up after {given_up}"
        )
    if latest.total_seconds() > policy.give_up_after:
        from_then = f"{begun.astimezone(policy.calendar.zone):%Y-%m-%d %H:%M}"
        return _Said(
            f"from {from_then} {limit} last {_days(latest)}, and the follow-up is given up after "
            f"{given_up}",
            "warning",
        )
    return None


def _starts(calendar: Calendar) -> list[datetime]:
    """Moments from which working time is the shortest and the longest.

    Openings and closings, in an ordinary year or all with holidays.
    """
    years = [day.year for day in calendar.holidays]
    last = date(max(years) + 2, 1, 1) if years else date(_ORDINARY_YEAR + 1, 1, 1)
    day = (
        date(max(min(years) - 1, last.year - _MOST_YEARS), 1, 1)
        if years
        else date(_ORDINARY_YEAR, 1, 1)
    )
    moments: list[datetime] = []
    while day < last:
        moments.extend(moment for shift in calendar.shifts(day) for moment in shift)
        day += timedelta(days=1)
    return moments


def _closures(policy: Policy, starts: Sequence[datetime]) -> Iterator[Problem]:
    begins, ends = max(pairwise(starts), key=lambda pair: pair[1] - pair[0])
    if ends - begins < LONG_CLOSURE:
        return
    days = [f"{moment.astimezone(policy.calendar.zone):%Y-%m-%d}" for moment in (begins, ends)]
    if (ends - begins).total_seconds() > policy.give_up_after:
        said = f"nobody works from {days[0]} to {days[1]}: what comes then is given up before anyone could answer"
        yield Problem(("calendar", "holidays"), said, "Take days out, or give up later.")
    else:
        said = f"nobody works from {days[0]} to {days[1]}"
        yield Problem(("calendar", "holidays"), said, "Take days out if somebody does.", "warning")


def _days(wait: timedelta) -> str:
    return f"{wait.total_seconds() / DAY_SECONDS:.1f} days"
