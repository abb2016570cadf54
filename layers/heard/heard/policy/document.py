"""A policy as a document: what it may say, and how it becomes rules that `decide` can follow.

A document says only what differs from the playbook's (`default.json`); `complete` writes out the
rest. Every refusal names the path in the document and how to mend it. A policy that loads gives
every review a decision, because each of its three lists ends in an entry without conditions and no
SLA asks for more working time than there is.
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

from heard.errors import BadRequest
from heard.policy.conditions import Conditions, build_conditions
from heard.policy.hours import QuietHours
from heard.policy.model import Route
from heard.policy.schema import DOCUMENT, MAX_ENTRIES, MAX_WAIT, REASON
from heard.policy.schema_types import DAY_SECONDS, DocumentPath, Problem, format_duration, quote
from heard.reviews import Channel
from heard.sla import WEEKDAYS, Calendar, parse_minute_of_day
from heard.threads import PUBLIC_REPLY_CAP

RESERVED: Final = (
    "R01-person",
    "R01-severe",
    "R01-unjudged",
    "R04-cap",
    "R04-join",
    "R20-person",
    "R23-person",
)
"""What decisions name where no rule of a policy decided (`decisions`).

No entry may be called so.
"""

type Clock = Literal["working", "always"]


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A time limit: seconds of working time or, for `always`, around the clock."""

    seconds: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the first whose `when` holds decides.

    A greater `priority` comes first in its queue.

    `sla` and `delay` (seconds), where given, go before the policy's own.
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
    """How many seconds each level of escalation waits before the next (R08)."""

    id: str
    when: Conditions
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """How the business sounds.

    `fallback_language` is spoken when the review's language is unknown or we have no words in it.

    `name` and `signature` are None where the business's own name does; `formality` is `formal` or
    `informal` by language.
    """

    fallback_language: str = "en"
    name: str | None = None
    signature: str | None = None
    formality: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class OwnVariant:
    """A business's own wording of some kinds of acknowledgement: a template by language."""

    name: str
    kinds: tuple[str, ...]
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """The business's own wordings, and how many seconds acknowledgements wait."""

    delay: int = 0
    variants: tuple[OwnVariant, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What an agent may grant up to a limit (R28), in a currency (ISO 4217)."""

    name: str
    limit: float
    currency: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy. `hash` is the SHA-256 (hex) of the complete document's canonical JSON.

    The version of the rules.

    `public_replies` is its cap for one thread, 0 to 2 (R04); `give_up_after` is how many seconds a
    follow-up may stay open before it is closed as expired; `checklists` are their steps by name
    (R25). `asks_for_hours` says whether any entry depends on working hours.
    """

    name: str
    hash: str
    rules: tuple[Rule, ...]
    sla: tuple[Sla, ...]
    escalation: tuple[Ladder, ...]
    calendar: Calendar
    voice: Voice
    give_up_after: int
    public_replies: int = PUBLIC_REPLY_CAP
    quiet_hours: tuple[QuietHours, ...] = ()
    acknowledgements: Acknowledgements = field(default_factory=Acknowledgements)
    remedies: tuple[Remedy, ...] = ()
    checklists: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    queues: tuple[str, ...] = ()
    uses_working_hours: bool = False


def canonical(document: Mapping[str, Any]) -> str:
    """The one JSON text of a document: sorted names, no spaces, characters as they are.

    Raises BadRequest if it is not JSON.
    """
    try:
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError) as unfit:
        raise BadRequest(
            "policy: holds something that is not JSON (NaN, a date, a cycle). Use JSON values only."
        ) from unfit


def load_policy(document: Mapping[str, Any]) -> Policy:
    """The policy a document describes.

    What it leaves out is the playbook's, so that `{}` is a good policy.

    Raises BadRequest that names the path and the fix, for example `rules[2].when.severity[0]:
    "hihg" is not one of critical, high, medium, low, praise. Did you mean "high"?`.
    """
    return _load(canonical(document))


@cache
def default_policy() -> Policy:
    """The playbook's default policy: the first of a business that has written none."""
    return load_policy({})


def complete_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with everything written out that it leaves to the playbook, in its normal form.

    Complete ones stay as they are.

    Raises BadRequest as `load_policy` does.
    """
    problems: list[Problem] = []
    full_document = read_document(document, problems)
    if problems:
        raise BadRequest(str(problems[0]))
    return full_document


def read_document(document: object, problems: list[Problem]) -> dict[str, Any]:
    """The complete document in its normal form.

    Everything that keeps it from being loaded is added to `found`.
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
    """The playbook's own document in its normal form: a fresh copy."""
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
    """What the business says, then what the playbook says where the business is silent."""
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
        # An entry of the same name stands for the playbook's.
        full_document[part] = [
            *entries,
            *(entry for entry in defaults[part] if joins and entry["id"] not in names),
        ]
    return full_document


def _holiday_list(holidays: Any) -> Any:
    """Days in order, each once; a country's days are left to be looked up."""
    if not isinstance(holidays, dict):
        return sorted(set(cast("list[str]", holidays)))
    given = cast("dict[str, list[str]]", holidays)
    return (
        given
        if "country" in given
        else sorted({*given.get("add", ())} - {*given.get("remove", ())})
    )


def _ends_unconditionally(entries: Sequence[Mapping[str, Any]]) -> bool:
    return bool(entries) and not entries[-1]["when"]


def _entry_problems(part: str, entries: Sequence[Mapping[str, Any]], own: int) -> list[Problem]:
    """Two entries of one name, a list that can leave a review without an entry, and entries nothing
    can reach.
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
    for place, entry in enumerate(entries):
        name = entry["id"]
        if name in first_index:
            problems.append(
                Problem(
                    (part, place, "id"),
                    f"{quote(name)} is used twice",
                    "Decisions name entries by it: give another.",
                )
            )
        elif name in RESERVED:
            problems.append(
                Problem(
                    (part, place, "id"), f"{quote(name)} is the name of a guard", "Give another."
                )
            )
        elif not entry["when"] and place < len(entries) - 1:
            fix = "Add one, or move it to the end."
            if place == own - 1:
                fix = (
                    "Add one, or leave out playbook_rules: the playbook's can then not be reached."
                )
            problems.append(
                Problem(
                    (part, place, "when"),
                    "has no conditions, so that nothing after it is reached",
                    fix,
                )
            )
        first_index.setdefault(name, place)
    if not entries or entries[-1]["when"]:
        fix = 'End the list with an entry that has none ("when": {}), so that every review matches one (R01).'
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
    for place, rule in enumerate(rules):
        then = rule["then"]
        if (then["route"] == Route.NOTHING) == ("reason" in then):
            continue
        at: DocumentPath = ("rules", place, "then", "reason")
        if "reason" in then:
            problems.append(
                Problem(
                    at,
                    f'is only for the route "{Route.NOTHING}"',
                    "Leave it out; `why` is for people.",
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
                "is where every review goes that no other rule foresees",
                fix,
            )
        )
    return problems


def _calendar_problems(full_document: Mapping[str, Any], own: Mapping[str, Any]) -> list[Problem]:
    """SLAs for which the calendar's hours do not suffice within `LONGEST`, and holidays that nobody
    has looked up.
    """
    holidays = full_document["calendar"]["holidays"]
    if isinstance(holidays, dict) and "country" in holidays:
        fix = "`heard policy publish` looks the days up; here give a list of dates."
        return [
            Problem(
                ("calendar", "holidays", "country"),
                "stands for days that are not looked up yet",
                fix,
            )
        ]
    calendar = _build_calendar(full_document["calendar"])
    max_seconds = calendar.week_seconds * (MAX_WAIT // (7 * DAY_SECONDS))
    limits: list[tuple[DocumentPath, Mapping[str, Any]]] = [
        *(
            (("rules", place, "then", "sla"), rule["then"]["sla"])
            for place, rule in enumerate(full_document["rules"])
            if "sla" in rule["then"]
        ),
        *((("sla", place), entry) for place, entry in enumerate(full_document["sla"])),
    ]
    problems: list[Problem] = []
    for path, limit in limits:
        if limit["clock"] == "working" and limit["seconds"] > max_seconds:
            is_own = cast("int", path[1]) < len(own.get(cast("str", path[0]), ()))
            message = f"{format_duration(limit['seconds'])} of working time last more than a year with {format_duration(calendar.week_seconds)} a week"
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
        public_replies=full_document.get("caps", {}).get("public_replies", PUBLIC_REPLY_CAP),
        quiet_hours=tuple(
            _build_quiet_hours(entry) for entry in full_document.get("quiet_hours", ())
        ),
        acknowledgements=Acknowledgements(
            acknowledgements.get("delay", 0),
            tuple(
                OwnVariant(each["name"], tuple(each["kinds"]), each["languages"])
                for each in acknowledgements.get("variants", ())
            ),
        ),
        remedies=tuple(
            Remedy(each["name"], each["limit"], each["currency"])
            for each in full_document.get("remedies", ())
        ),
        checklists={
            name: tuple(steps) for name, steps in full_document.get("checklists", {}).items()
        },
        queues=tuple(full_document.get("queues", ())),
        uses_working_hours=any("working_hours" in entry["when"] for entry in entries),
    )


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


def _build_calendar(given: Mapping[str, Any]) -> Calendar:
    hours = tuple(
        tuple((_minute(opens), _minute(closes)) for opens, closes in given["hours"].get(day, ()))
        for day in WEEKDAYS
    )
    return Calendar(
        given["timezone"], hours, frozenset(date.fromisoformat(day) for day in given["holidays"])
    )


def _minute(wall_time: str) -> int:
    return parse_minute_of_day(wall_time) or 0


def _build_quiet_hours(given: Mapping[str, Any]) -> QuietHours:
    channel = given.get("channel")
    return QuietHours(
        _minute(given["from"]),
        _minute(given["to"]),
        frozenset(Channel(each) for each in channel) if channel else None,
    )
