"""What a rule can ask.

The table of all conditions, and whether they hold for what is seen of a review.

Every condition looks at one thing (`sees`), so that what a list of conditions allows is a product
of sets: `coverage` builds on that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.policy.model import Context, ThreadState
from heard.policy.schema_types import (
    Boolean,
    Field,
    Integer,
    ListOf,
    Number,
    OneOf,
    Record,
    SchemaType,
    Text,
)
from heard.reviews import Channel, Stage

type Facts = Mapping[str, Any]
"""What a decision looks at, by name: see `see`."""

type _Operator = Literal["among", "any", "least", "most", "is"]

LANGUAGE: Final = Text(3, "[a-z]{2,3}", 'Give an ISO 639 code in small letters, for example "en".')


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule can ask: `about` says it to people, `sees` names what is looked at."""

    description: str
    fact: str
    operator: _Operator
    value_type: SchemaType

    def predicate(self, operand: Any) -> Callable[[Any], bool]:
        """Whether a value seen is what is wanted; what is not known (None) is never."""
        match self.operator:
            case "among":
                return frozenset(operand).__contains__
            case "any":
                words: frozenset[str] = frozenset(operand)
                return lambda seen: not words.isdisjoint(seen)
            case "least":
                return lambda seen: seen is not None and seen >= operand
            case "most":
                return lambda seen: seen is not None and seen <= operand
            case "is":
                return lambda seen: seen is operand


def _list_of_words(kind: type[StrEnum]) -> ListOf:
    return ListOf(OneOf(tuple(word.value for word in kind)), max_items=len(kind))


CONDITIONS: Final[Mapping[str, Condition]] = {
    "severity": Condition("Any of these levels.", "severity", "among", _list_of_words(Severity)),
    "agenda": Condition(
        "What the author wants: any of these (R05).", "agenda", "among", _list_of_words(Agenda)
    ),
    "flags": Condition(
        "The assessment has any of these flags.", "flags", "any", _list_of_words(Flag)
    ),
    "topics": Condition("It is about any of these topics.", "topics", "any", ListOf(Text(40))),
    "language": Condition(
        "Any of these languages (ISO 639); one that is not known is none of them.",
        "language",
        "among",
        ListOf(LANGUAGE),
    ),
    "channel": Condition(
        "It came by any of these channels.", "channel", "among", _list_of_words(Channel)
    ),
    "stage": Condition(
        "The public watches (onstage) or not (offstage) (R05).",
        "stage",
        "among",
        _list_of_words(Stage),
    ),
    "platform": Condition(
        "It came from any of these platforms, by the names of their connectors.",
        "platform",
        "among",
        ListOf(Text(40)),
    ),
    "rating_min": Condition(
        "It has at least so many stars; without a rating this never holds.",
        "rating",
        "least",
        Integer(1, 5),
    ),
    "rating_max": Condition(
        "It has at most so many stars; without a rating this never holds.",
        "rating",
        "most",
        Integer(1, 5),
    ),
    "has_text": Condition("It has words, or none.", "has_text", "is", Boolean()),
    "needs_person": Condition(
        "The assessment says that no automatic answer alone will do.",
        "needs_person",
        "is",
        Boolean(),
    ),
    "confidence_max": Condition(
        "The assessment is at most so sure of itself, from 0 to 1.",
        "confidence",
        "most",
        Number(0, 1),
    ),
    "sentiment_max": Condition(
        "The words feel at most so good, from -1 to 1; what cannot be judged never does.",
        "sentiment",
        "most",
        Number(-1, 1),
    ),
    "author_value_min": Condition(
        "The customer's value to you is at least this, from 0 to 100 (R21).",
        "author_value",
        "least",
        Integer(0, 100),
    ),
    "earlier_complaints_min": Condition(
        "The author has complained in so many other reviews.",
        "earlier_complaints",
        "least",
        Integer(1, 1000),
    ),
    "thread": Condition(
        "What has been said by us under it before is any of these.",
        "thread",
        "among",
        _list_of_words(ThreadState),
    ),
    "public_replies_left_max": Condition(
        "At most so many public replies are left in its thread (R04).",
        "public_replies_left",
        "most",
        Integer(0, 2),
    ),
    "follow_up_open": Condition(
        "A person has an open follow-up on its thread.", "follow_up_open", "is", Boolean()
    ),
    "confirmed": Condition(
        "The review is proven: signed, or read at the platform.", "confirmed", "is", Boolean()
    ),
    "working_hours": Condition(
        "It is decided within the calendar's hours.", "working_hours", "is", Boolean()
    ),
}

CONDITIONS_TYPE: Final = Record(
    {
        name: Field(condition.description, condition.value_type)
        for name, condition in CONDITIONS.items()
    }
)
"""The shape of `when`."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition with what it wants, ready to be tested against what is seen."""

    name: str
    fact: str
    operand: Any
    predicate: Callable[[Any], bool] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of an entry; all must hold. Without any it always does."""

    tests: tuple[Test, ...] = ()
    checks: tuple[tuple[str, str, Callable[[Any], bool]], ...] = field(
        init=False, repr=False, compare=False
    )
    """Name, fact and predicate of each test: `decide` runs them a million times."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "checks",
            tuple((test.name, test.fact, test.predicate) for test in self.tests),
        )

    def holds(self, facts: Facts) -> bool:
        """Whether every condition holds."""
        return all(predicate(facts[fact]) for _, fact, predicate in self.checks)

    def failed_names(self, facts: Facts) -> tuple[str, ...]:
        """The names of the conditions that do not hold."""
        return tuple(test.name for test in self.tests if not test.predicate(facts[test.fact]))


def build_conditions(document: Mapping[str, Any]) -> Conditions:
    """The conditions that a document gives in normal form."""
    return Conditions(
        tuple(
            Test(name, (condition := CONDITIONS[name]).fact, operand, condition.predicate(operand))
            for name, operand in document.items()
        )
    )


def review_facts(
    assessment: Assessment,
    context: Context,
    public_replies_left: int,
    *,
    working_hours: bool | None,
) -> Facts:
    """What the conditions look at. `working_hours` is None where no rule asks.

    Replies left are those that the policy allows.
    """
    return {
        "severity": assessment.severity,
        "agenda": assessment.agenda,
        "flags": assessment.flags,
        "topics": assessment.topics,
        "language": assessment.language,
        "sentiment": assessment.sentiment,
        "needs_person": assessment.needs_person,
        "confidence": assessment.confidence,
        "channel": context.channel,
        "stage": context.stage,
        "platform": context.platform,
        "rating": context.rating,
        "has_text": context.has_text,
        "public_replies_left": public_replies_left,
        "follow_up_open": context.follow_up_open,
        "confirmed": context.confirmed,
        "thread": context.thread,
        "earlier_complaints": context.earlier_complaints,
        "author_value": context.author_value,
        "working_hours": working_hours,
    }
