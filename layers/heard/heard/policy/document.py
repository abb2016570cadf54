"""A policy as a document, and how the document becomes rules for `decide`.

A document says only what differs from the playbook's (`default.json`). `complete_document` adds the
rest. Every error names the path in the document and the fix. A policy that can be loaded has a
decision for every review: each of its three lists ends in an entry without conditions, and no SLA
needs more working time than there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from heard.acknowledgements.settings import Acknowledgements, OwnVariant, Voice
from heard.automatic_replies import AUTHOR_CAP
from heard.errors import BadRequest
from heard.policy.conditions import Conditions, build_conditions
from heard.policy.hours import QuietHours
from heard.policy.model import Route
from heard.policy.schema import DOCUMENT, MAX_ENTRIES, MAX_WAIT, REASON
from heard.policy.schema_types import DAY_SECONDS, DocumentPath, Problem, format_duration, quote
from heard.reviews import Channel
from heard.threads import PUBLIC_REPLY_CAP
from heard.working_time import WEEKDAYS, Calendar, parse_minute_of_day

RESERVED: Final = (
    "R01-cannot-reply",
    "R01-person",
    "R01-severe",
    "R01-unjudged",
    "R04-automatic",
    "R04-cap",
    "R04-join",
    "R04-machine",
    "R04-own-words",
    "R04-thanks",
    "R05-unthanked",
    "R20-person",
    "R23-person",
)
"""The ids of the guards, and of the hand-over to a person. No entry may have such an id."""

OTHER: Final = "other"
"""The code that every list of `Codes` has, for what none of its codes names."""

type Clock = Literal["working", "always"]


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A time limit in seconds: of working time, or around the clock (`always`)."""

    seconds: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. The first rule whose `when` holds decides.

    A greater `priority` comes first in the queue. `sla` and `delay` (seconds) replace the policy's.
    """

    id: str
    when: Conditions
    route: Route
    reason: str | None = None
    queue: str = "default"
    priority: int = 0
    sla: TimeLimit | None = None
    checklist: str | None = None
    variants: tuple[str, ...] = ()
    delay: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sla:
    """By when a person's first answer is due (R07)."""

    id: str
    when: Conditions
    limit: TimeLimit


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many seconds each level of escalation waits before the next level (R08)."""

    id: str
    when: Conditions
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What an agent may grant (R28), up to a limit in a currency (ISO 4217)."""

    name: str
    limit: float
    currency: str


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a resolution may have, each list with `OTHER`.

    They go into the log, which nobody may change. A code that an agent makes up could name a
    person, so there are no others.
    """

    causes: tuple[str, ...]
    fixes: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy.

    `hash` is its version: the SHA-256 (hex) of the complete document's canonical JSON.
    `public_replies` is the cap of one thread, 0 to 2 (R04), and `automatic_replies` that of one
    author over all threads in 24 hours. `give_up_after` is how many seconds a
    follow-up may stay open before it is closed as expired. `checklists` are steps by name (R25).
    `contacts` are the business's own, which replies may show (R06). `codes` are those that a
    resolution may have.
    `uses_working_hours` says whether an entry depends on working hours.
    """

    name: str
    hash: str
    rules: tuple[Rule, ...]
    sla: tuple[Sla, ...]
    escalation: tuple[Ladder, ...]
    calendar: Calendar
    voice: Voice
    give_up_after: int
    codes: Codes
    public_replies: int = PUBLIC_REPLY_CAP
    automatic_replies: int = AUTHOR_CAP
    quiet_hours: tuple[QuietHours, ...] = ()
    acknowledgements: Acknowledgements = field(default_factory=Acknowledgements)
    remedies: tuple[Remedy, ...] = ()
    checklists: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    queues: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    uses_working_hours: bool = False


def canonical(document: Mapping[str, Any]) -> str:
    """The canonical JSON of a document: sorted names, no spaces, no escapes.

    Raises BadRequest if it is not JSON.
    """
    try:
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(
            "policy: holds something that is not JSON (NaN, a date, a cycle). Use JSON values only."
        ) from error


def load_policy(document: Mapping[str, Any]) -> Policy:
    """The policy of a document. What the document leaves out is the playbook's.

    Raises BadRequest, which names the path and the fix: `rules[2].when.severity[0]: "hihg" is not
    one of critical, high, medium, low, praise. Did you mean "high"?`.
    """
    return _load(canonical(document))


@cache
def default_policy() -> Policy:
    """The playbook's policy: that of a business which has written none."""
    return load_policy({})


def complete_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in its normal form, with everything that it leaves to the playbook.

    A complete document stays as it is. Raises BadRequest as `load_policy` does.
    """
    problems: list[Problem] = []
    full_document = read_document(document, problems)
    if problems:
        raise BadRequest(str(problems[0]))
    return full_document


def read_document(document: object, problems: list[Problem]) -> dict[str, Any]:
    """The complete document in its normal form.

    Everything that keeps it from being loaded is added to `problems`; then the result has no
    meaning.
    """
    before = len(problems)
    try:
        canonical(cast("Mapping[str, Any]", document))
    except BadRequest:
        problems.append(
            Problem(
                (),
                "holds something that is not JSON (NaN, a date, a cycle)",
                "Use texts, numbers, lists and names only.",
            )
        )
        return {}
    own = DOCUMENT.read(document, (), problems)
    if len(problems) > before:
        return {}
    full_document = _merge_playbook(own)
    for part in ("rules", "sla", "escalation"):
        problems.extend(_entry_problems(part, full_document[part], len(own.get(part, ()))))
    if len(problems) == before:
        problems.extend(_route_problems(full_document["rules"]))
        problems.extend(_calendar_problems(full_document, own))
    return full_document


def playbook() -> dict[str, Any]:
    """A fresh copy of the playbook's document in its normal form."""
    return json.loads(_playbook_json())


@cache
def _playbook_json() -> str:
    problems: list[Problem] = []
    return canonical(
        DOCUMENT.read(
            json.loads(Path(__file__).with_name("default.json").read_text("utf-8")), (), problems
        )
    )


def _merge_playbook(own: Mapping[str, Any]) -> dict[str, Any]:
    """The business's document, with the playbook's parts and entries where it has none."""
    defaults = playbook()
    full_document = {**defaults, **own}
    for part in ("calendar", "voice"):
        full_document[part] = {**defaults[part], **own.get(part, {})}
    calendar = full_document["calendar"]
    calendar["holidays"] = _holiday_list(calendar["holidays"])
    keep_playbook = full_document.pop("playbook_rules", None)
    for part in ("rules", "sla", "escalation"):
        entries: list[dict[str, Any]] = own.get(part, [])
        joins = (
            keep_playbook
            if part == "rules" and keep_playbook is not None
            else not _ends_unconditionally(entries)
        )
        names = {entry["id"] for entry in entries}
        # An entry with an id of the playbook's replaces it.
        full_document[part] = [
            *entries,
            *(entry for entry in defaults[part] if joins and entry["id"] not in names),
        ]
    return full_document


def _holiday_list(holidays: Any) -> Any:
    """The days in order, each once. A country's days are looked up later."""
    if not isinstance(holidays, dict):
        return sorted(set(cast("list[str]", holidays)))
    parts = cast("dict[str, list[str]]", holidays)
    if "country" in parts:
        return parts
    return sorted({*parts.get("add", ())} - {*parts.get("remove", ())})


def _ends_unconditionally(entries: Sequence[Mapping[str, Any]]) -> bool:
    return bool(entries) and not entries[-1]["when"]


def _entry_problems(part: str, entries: Sequence[Mapping[str, Any]], own: int) -> list[Problem]:
    """Two entries with one id, entries after one without conditions, and a list with no such end.

    A last entry without conditions gives every review a decision.
    """
    problems: list[Problem] = []
    first_index: dict[str, int] = {}
    if len(entries) > MAX_ENTRIES:
        problems.append(
            Problem(
                (part,),
                f"has {len(entries)} entries with the playbook's",
                f"Give at most {MAX_ENTRIES} in all.",
            )
        )
    for index, entry in enumerate(entries):
        name = entry["id"]
        if name in first_index:
            problems.append(
                Problem(
                    (part, index, "id"),
                    f"{quote(name)} is used twice",
                    "Decisions name entries by their id. Give another one.",
                )
            )
        elif name in RESERVED:
            problems.append(
                Problem(
                    (part, index, "id"),
                    f"{quote(name)} is the name of a guard",
                    "Give another one.",
                )
            )
        elif not entry["when"] and index < len(entries) - 1:
            fix = "Add one, or move it to the end."
            if index == own - 1:
                fix = (
                    "Add one, or leave out playbook_rules: nothing can reach the playbook's rules."
                )
            problems.append(
                Problem(
                    (part, index, "when"),
                    "has no conditions, so nothing after it is reached",
                    fix,
                )
            )
        first_index.setdefault(name, index)
    if not entries or entries[-1]["when"]:
        fix = (
            'End the list with an entry that has none ("when": {}), so that every review matches '
            "one (R01)."
        )
        problems.append(
            Problem(
                (part, len(entries) - 1, "when") if entries else (part,),
                "the last entry has conditions",
                fix,
            )
        )
    return problems


def _route_problems(rules: Sequence[Mapping[str, Any]]) -> list[Problem]:
    problems: list[Problem] = []
    for index, rule in enumerate(rules):
        then = rule["then"]
        if (then["route"] == Route.NOTHING) == ("reason" in then):
            continue
        at: DocumentPath = ("rules", index, "then", "reason")
        if "reason" in then:
            problems.append(
                Problem(
                    at,
                    f'is only for the route "{Route.NOTHING}"',
                    "Leave it out; to explain a rule to people, use `why`.",
                )
            )
        else:
            problems.append(Problem(at, "is missing", REASON.fix))
    last = len(rules) - 1
    if rules[last]["then"]["route"] != Route.FOLLOW_UP:
        fix = 'Give it "follow_up", so that no review is forgotten (R01).'
        problems.append(
            Problem(
                ("rules", last, "then", "route"),
                "decides about every review that no other rule matches",
                fix,
            )
        )
    return problems


def _calendar_problems(full_document: Mapping[str, Any], own: Mapping[str, Any]) -> list[Problem]:
    """SLAs that need more working hours than `MAX_WAIT` has, and holidays without dates."""
    holidays = full_document["calendar"]["holidays"]
    if isinstance(holidays, dict) and "country" in holidays:
        fix = "`heard policy publish` looks the days up. Here, give a list of dates."
        return [
            Problem(
                ("calendar", "holidays", "country"),
                "is a country whose days are not looked up yet",
                fix,
            )
        ]
    calendar = _build_calendar(full_document["calendar"])
    max_seconds = calendar.week_seconds * (MAX_WAIT // (7 * DAY_SECONDS))
    limits: list[tuple[DocumentPath, Mapping[str, Any]]] = [
        *(
            (("rules", index, "then", "sla"), rule["then"]["sla"])
            for index, rule in enumerate(full_document["rules"])
            if "sla" in rule["then"]
        ),
        *((("sla", index), entry) for index, entry in enumerate(full_document["sla"])),
    ]
    problems: list[Problem] = []
    for path, limit in limits:
        if limit["clock"] == "working" and limit["seconds"] > max_seconds:
            is_own = cast("int", path[1]) < len(own.get(cast("str", path[0]), ()))
            message = (
                f"{format_duration(limit['seconds'])} of working time last more than a year with "
                f"{format_duration(calendar.week_seconds)} a week"
            )
            problems.append(
                Problem(
                    path if is_own else ("calendar", "hours"),
                    message,
                    "Give less time, or more hours.",
                )
            )
            if not is_own:
                break
    return problems


@lru_cache(maxsize=64)
def _load(text: str) -> Policy:
    full_document = complete_document(json.loads(text))
    acknowledgements, voice = full_document.get("acknowledgements", {}), full_document["voice"]
    caps = full_document.get("caps", {})
    entries = (*full_document["rules"], *full_document["sla"], *full_document["escalation"])
    return Policy(
        name=full_document["name"],
        hash=hashlib.sha256(canonical(full_document).encode("utf-8", "surrogatepass")).hexdigest(),
        rules=tuple(_build_rule(entry) for entry in full_document["rules"]),
        sla=tuple(
            Sla(
                entry["id"],
                build_conditions(entry["when"]),
                TimeLimit(entry["seconds"], entry["clock"]),
            )
            for entry in full_document["sla"]
        ),
        escalation=tuple(
            Ladder(entry["id"], build_conditions(entry["when"]), tuple(entry["after"]))
            for entry in full_document["escalation"]
        ),
        calendar=_build_calendar(full_document["calendar"]),
        voice=Voice(
            voice["fallback_language"],
            voice.get("name"),
            voice.get("signature"),
            voice.get("formality", {}),
        ),
        give_up_after=full_document["give_up_after"],
        codes=Codes(*(_with_other(full_document[part]) for part in ("causes", "fixes", "reasons"))),
        public_replies=caps.get("public_replies", PUBLIC_REPLY_CAP),
        automatic_replies=caps.get("automatic_replies", AUTHOR_CAP),
        quiet_hours=tuple(
            _build_quiet_hours(entry) for entry in full_document.get("quiet_hours", ())
        ),
        acknowledgements=Acknowledgements(
            acknowledgements.get("delay", 0),
            tuple(
                OwnVariant(variant["name"], tuple(variant["kinds"]), variant["languages"])
                for variant in acknowledgements.get("variants", ())
            ),
        ),
        remedies=tuple(
            Remedy(remedy["name"], remedy["limit"], remedy["currency"])
            for remedy in full_document.get("remedies", ())
        ),
        checklists={
            name: tuple(steps) for name, steps in full_document.get("checklists", {}).items()
        },
        queues=tuple(full_document.get("queues", ())),
        contacts=tuple(full_document.get("contacts", ())),
        uses_working_hours=any("working_hours" in entry["when"] for entry in entries),
    )


def _with_other(codes: Sequence[str]) -> tuple[str, ...]:
    return (*codes,) if OTHER in codes else (*codes, OTHER)


def _build_rule(entry: Mapping[str, Any]) -> Rule:
    then = entry["then"]
    sla = then.get("sla")
    return Rule(
        id=entry["id"],
        when=build_conditions(entry["when"]),
        route=Route(then["route"]),
        reason=then.get("reason"),
        queue=then.get("queue", "default"),
        priority=then.get("priority", 0),
        sla=TimeLimit(sla["seconds"], sla["clock"]) if sla else None,
        checklist=then.get("checklist"),
        variants=tuple(then.get("variants", ())),
        delay=then.get("delay"),
        why=entry.get("why", ""),
    )


def _build_calendar(document: Mapping[str, Any]) -> Calendar:
    hours = tuple(
        tuple((_minute(opens), _minute(closes)) for opens, closes in document["hours"].get(day, ()))
        for day in WEEKDAYS
    )
    return Calendar(
        document["timezone"],
        hours,
        frozenset(date.fromisoformat(day) for day in document["holidays"]),
    )


def _minute(wall_time: str) -> int:
    return parse_minute_of_day(wall_time) or 0


def _build_quiet_hours(document: Mapping[str, Any]) -> QuietHours:
    channel = document.get("channel")
    return QuietHours(
        _minute(document["from"]),
        _minute(document["to"]),
        frozenset(map(Channel, channel)) if channel else None,
    )
