"""A policy as a document: what it may say, and how it becomes rules that `decide` can follow.

Every refusal is a BadRequest that names the path in the document and how to mend it; a policy that loads
gives every review a decision, because each of its three lists must end in an entry without conditions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.errors import BadRequest
from heard.policy.terms import Context, Route
from heard.reviews import Channel, Stage
from heard.sla import Calendar

DAY_SECONDS: Final = 86_400
GIVE_UP_AFTER: Final = 30 * DAY_SECONDS
LONGEST: Final = 400 * DAY_SECONDS
"""No SLA, escalation or giving up may wait longer than this, in seconds: a Standard workflow ends after a year."""

MOST_ENTRIES: Final = 200
_ID: Final = re.compile(r"R[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*")
_REASON: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

type Clock = Literal["working", "always"]


@dataclass(frozen=True, slots=True)
class When:
    """Conditions of an entry; all that are given must hold, and one that is None is not asked.

    A set holds when the value is in it; `flags` when the assessment has any of them. Without a rating
    neither bound on it holds; a language that is not known is in no set. `confirmed` asks whether the review is proven
    (signed, or read at the platform): a business may want to answer nothing automatically that is not.
    """

    severity: frozenset[Severity] | None = None
    agenda: frozenset[Agenda] | None = None
    flags: frozenset[Flag] | None = None
    channel: frozenset[Channel] | None = None
    stage: frozenset[Stage] | None = None
    platform: frozenset[str] | None = None
    language: frozenset[str] | None = None
    rating_min: int | None = None
    rating_max: int | None = None
    has_text: bool | None = None
    public_replies_left_max: int | None = None
    follow_up_open: bool | None = None
    confirmed: bool | None = None

    def holds(self, assessment: Assessment, context: Context) -> bool:
        """Whether every condition holds."""
        return (
            (self.severity is None or assessment.severity in self.severity)
            and (self.agenda is None or assessment.agenda in self.agenda)
            and (self.flags is None or not self.flags.isdisjoint(assessment.flags))
            and (self.channel is None or context.channel in self.channel)
            and (self.stage is None or context.stage in self.stage)
            and (self.platform is None or context.platform in self.platform)
            and (self.language is None or assessment.language in self.language)
            and (self.rating_min is None or (context.rating is not None and context.rating >= self.rating_min))
            and (self.rating_max is None or (context.rating is not None and context.rating <= self.rating_max))
            and (self.has_text is None or context.has_text is self.has_text)
            and (self.public_replies_left_max is None or context.public_replies_left <= self.public_replies_left_max)
            and (self.follow_up_open is None or context.follow_up_open is self.follow_up_open)
            and (self.confirmed is None or context.confirmed is self.confirmed)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the first whose `when` holds decides. A greater `priority` comes first in its queue."""

    id: str
    when: When
    route: Route
    reason: str | None = None
    queue: str = "default"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Sla:
    """By when a person's first answer is due (R07), in seconds of working time or, for `always`, around the clock."""

    id: str
    when: When
    seconds: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many seconds each level of escalation waits before the next (R08)."""

    id: str
    when: When
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """How the business sounds. `fallback_language` is spoken when the review's language is unknown or we have no words in it."""

    fallback_language: str = "en"


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy. `hash` is the SHA-256 (hex) of the document's canonical JSON: the version of the rules.

    `give_up_after` is how many seconds a follow-up may stay open before it is closed as expired.
    """

    name: str
    hash: str
    rules: tuple[Rule, ...]
    sla: tuple[Sla, ...]
    escalation: tuple[Ladder, ...]
    calendar: Calendar
    voice: Voice
    give_up_after: int


def canonical(document: Mapping[str, Any]) -> str:
    """The one JSON text of a document: sorted names, no spaces, characters as they are. Raises BadRequest if it is not JSON."""
    try:
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as unfit:
        raise BadRequest("policy: holds something that is not JSON (NaN, a date, a cycle); use JSON values only") from unfit


def load_policy(document: Mapping[str, Any]) -> Policy:
    """The policy a document describes (`default.json` shows every part).

    Raises BadRequest that names the path and the fix, for example
    `rules[2].when.severity[0]: "hihg" is not one of critical, high, medium, low, praise`.
    """
    policy = _Node("policy", document)
    policy.only("name", "rules", "sla", "escalation", "calendar", "voice", "give_up_after")
    rules = tuple(_rule(node) for node in policy.child("rules").entries())
    _complete("rules", rules)
    if rules[-1].route is not Route.FOLLOW_UP:
        raise BadRequest('rules: the last rule must have the route "follow_up", so that no review is forgotten (R01)')
    sla = tuple(_sla(node) for node in policy.child("sla").entries())
    _complete("sla", sla)
    escalation = tuple(_ladder(node) for node in policy.child("escalation").entries())
    _complete("escalation", escalation)
    calendar = policy.child("calendar").mapping()
    return Policy(
        name=policy.child("name").text(),
        hash=hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest(),
        rules=rules,
        sla=sla,
        escalation=escalation,
        calendar=Calendar.from_json(calendar),
        voice=_voice(policy.child("voice")),
        give_up_after=policy.child("give_up_after").whole(1, LONGEST, GIVE_UP_AFTER),
    )


@cache
def default_policy() -> Policy:
    """The playbook's default policy: the first of a business that has written none."""
    return load_policy(json.loads(Path(__file__).with_name("default.json").read_text("utf-8")))


class _Node:
    """A value in the document, and the path to it, so that every refusal can say where."""

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        self.value = value

    def refuse(self, fix: str) -> BadRequest:
        return BadRequest(f"{self.path}: {fix}")

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise self.refuse("give an object")
        return cast("Mapping[str, Any]", self.value)

    def only(self, *names: str) -> None:
        for name in self.mapping():
            if name not in names:
                raise BadRequest(f"{_below(self.path, str(name)[:40])}: unknown; use {', '.join(names)}")

    def child(self, name: str) -> _Node:
        return _Node(_below(self.path, name), self.mapping().get(name))

    def entries(self) -> tuple[_Node, ...]:
        if isinstance(self.value, str) or not isinstance(self.value, Sequence):
            raise self.refuse("give a list")
        values = tuple(cast("Sequence[object]", self.value))
        if not 1 <= len(values) <= MOST_ENTRIES:
            raise self.refuse(f"give 1 to {MOST_ENTRIES} entries")
        return tuple(_Node(f"{self.path}[{index}]", value) for index, value in enumerate(values))

    def text(self) -> str:
        if not isinstance(self.value, str) or not 1 <= len(self.value) <= 100:
            raise self.refuse("give a text of 1 to 100 characters")
        return self.value

    def matching(self, pattern: re.Pattern[str], fix: str) -> str:
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            raise self.refuse(fix)
        return self.value

    def whole(self, least: int, most: int, default: int | None = None) -> int:
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not least <= self.value <= most:
            raise self.refuse(f"give a whole number from {least} to {most}")
        return self.value

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse("give true or false")
        return self.value

    def one_of(self, options: Iterable[str]) -> str:
        known = list(options)
        if self.value not in known:
            raise self.refuse(f"{json.dumps(self.value)[:60]} is not one of {', '.join(known)}")
        return cast("str", self.value)

    def set_of[Level: StrEnum](self, kind: type[Level]) -> frozenset[Level]:
        return frozenset(kind(entry.one_of(kind)) for entry in self.entries())

    def texts(self) -> frozenset[str]:
        return frozenset(entry.text() for entry in self.entries())


_CONDITIONS: Final[Mapping[str, Callable[[_Node], object]]] = {
    "severity": lambda node: node.set_of(Severity),
    "agenda": lambda node: node.set_of(Agenda),
    "flags": lambda node: node.set_of(Flag),
    "channel": lambda node: node.set_of(Channel),
    "stage": lambda node: node.set_of(Stage),
    "platform": _Node.texts,
    "language": _Node.texts,
    "rating_min": lambda node: node.whole(1, 5),
    "rating_max": lambda node: node.whole(1, 5),
    "has_text": _Node.truth,
    "public_replies_left_max": lambda node: node.whole(0, 2),
    "follow_up_open": _Node.truth,
    "confirmed": _Node.truth,
}


def _below(path: str, name: str) -> str:
    return name if path == "policy" else f"{path}.{name}"


def _when(node: _Node) -> When:
    node.only(*_CONDITIONS)
    return When(**cast("dict[str, Any]", {name: _CONDITIONS[name](node.child(name)) for name in node.mapping()}))


def _name(node: _Node) -> str:
    return node.child("id").matching(_ID, 'give the playbook rule it serves and a name, for example "R23-question"')


def _rule(node: _Node) -> Rule:
    node.only("id", "why", "when", "then")
    then = node.child("then")
    then.only("route", "reason", "queue", "priority")
    given = then.mapping()
    route = Route(then.child("route").one_of(Route))
    reason: str | None = None
    if route is Route.NOTHING or "reason" in given:
        reason = then.child("reason").matching(_REASON, 'say why in a code of small letters, for example "spam"; it goes into the log')
    return Rule(
        id=_name(node),
        when=_when(node.child("when")),
        route=route,
        reason=reason,
        queue=then.child("queue").text() if "queue" in given else "default",
        priority=then.child("priority").whole(0, 1000, 0),
    )


def _sla(node: _Node) -> Sla:
    node.only("id", "why", "when", "seconds", "clock")
    clock: Clock = "always" if node.child("clock").one_of(("working", "always")) == "always" else "working"
    return Sla(_name(node), _when(node.child("when")), node.child("seconds").whole(1, LONGEST), clock)


def _ladder(node: _Node) -> Ladder:
    node.only("id", "why", "when", "after")
    after = tuple(entry.whole(1, LONGEST) for entry in node.child("after").entries())
    return Ladder(_name(node), _when(node.child("when")), after)


def _voice(node: _Node) -> Voice:
    if node.value is None:
        return Voice()
    node.only("fallback_language")
    language = node.child("fallback_language").matching(re.compile("[a-z]{2,3}"), 'give an ISO 639 code, for example "en"')
    return Voice(fallback_language=language)


def _complete(path: str, entries: Sequence[Rule | Sla | Ladder]) -> None:
    """Refuses two entries of one id, a list that can leave a review without an entry, and entries nothing can reach."""
    ids = [entry.id for entry in entries]
    for index, entry in enumerate(entries):
        if entry.id in ids[:index]:
            raise BadRequest(f'{path}[{index}].id: "{entry.id}" is used twice; decisions name rules by it')
        if entry.when == When() and index < len(entries) - 1:
            raise BadRequest(f"{path}[{index}].when: without conditions nothing after it is reached; add one or move it to the end")
    if entries[-1].when != When():
        raise BadRequest(f'{path}: the last entry must have no conditions ("when": {{}}), so that every review matches one (R01)')
