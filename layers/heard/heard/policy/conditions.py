"""The conditions of rules: a table of all, and whether they hold for the facts of a review.

Every condition tests one fact. So what a list of conditions allows is a product of sets, which
`coverage` relies on.
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
"""What conditions test, by name: see `review_facts`."""

type _Operator = Literal["among", "any", "least", "most", "is"]

LANGUAGE: Final = Text(3, "[a-z]{2,3}", 'Give an ISO 639 code in small letters, for example "en".')


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: its description for people, the fact it tests, and how."""

    description: str
    fact: str
    operator: _Operator
    value_type: SchemaType

    def predicate(self, operand: Any) -> Callable[[Any], bool]:
        """The test of a fact's value. It never holds for a value that is not known (None)."""
        match self.operator:
            case "among":
                return frozenset(operand).__contains__
            case "any":
                words: frozenset[str] = frozenset(operand)
                return lambda value: not words.isdisjoint(value)
            case "least":
                return lambda value: value is not None and value >= operand
            case "most":
                return lambda value: value is not None and value <= operand
            case "is":
                return lambda value: value is operand


def _list_of_words(kind: type[StrEnum]) -> ListOf:
    return ListOf(OneOf(tuple(word.value for word in kind)), max_items=len(kind))


CONDITIONS: Final[Mapping[str, Condition]] = {
    "severity": Condition(
        "The severity is one of these.", "severity", "among", _list_of_words(Severity)
    ),
    "agenda": Condition(
        "What the author wants is one of these (R05).", "agenda", "among", _list_of_words(Agenda)
    ),
    "flags": Condition(
        "The assessment has at least one of these flags.", "flags", "any", _list_of_words(Flag)
    ),
    "topics": Condition(
        "The review is about at least one of these topics.", "topics", "any", ListOf(Text(40))
    ),
    "language": Condition(
        "The language is one of these (ISO 639); an unknown language is none of them.",
        "language",
        "among",
        ListOf(LANGUAGE),
    ),
    "channel": Condition(
        "The review came by one of these channels.", "channel", "among", _list_of_words(Channel)
    ),
    "stage": Condition(
        "The public watches (onstage) or not (offstage) (R05).",
        "stage",
        "among",
        _list_of_words(Stage),
    ),
    "platform": Condition(
        "The review came from one of these platforms, by the names of their connectors.",
        "platform",
        "among",
        ListOf(Text(40)),
    ),
    "rating_min": Condition(
        "The review has at least so many stars; without a rating this never holds.",
        "rating",
        "least",
        Integer(1, 5),
    ),
    "rating_max": Condition(
        "The review has at most so many stars; without a rating this never holds.",
        "rating",
        "most",
        Integer(1, 5),
    ),
    "has_text": Condition("The review has words, or none.", "has_text", "is", Boolean()),
    "needs_person": Condition(
        "The assessment says that an automatic answer is not enough.",
        "needs_person",
        "is",
        Boolean(),
    ),
    "confidence_max": Condition(
        "The confidence of the assessment is at most this, from 0 to 1.",
        "confidence",
        "most",
        Number(0, 1),
    ),
    "sentiment_max": Condition(
        "The sentiment of the words is at most this, from -1 to 1; without one this never holds.",
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
        "The author has complained in at least so many other reviews.",
        "earlier_complaints",
        "least",
        Integer(1, 1000),
    ),
    "thread": Condition(
        "What we did in the thread before is one of these.",
        "thread",
        "among",
        _list_of_words(ThreadState),
    ),
    "public_replies_left_max": Condition(
        "At most so many public replies are left in the thread (R04).",
        "public_replies_left",
        "most",
        Integer(0, 2),
    ),
    "follow_up_open": Condition(
        "A person has an open follow-up on the thread.", "follow_up_open", "is", Boolean()
    ),
    "can_reply": Condition(
        "A reply can be sent from here: the platform takes replies from programs, and the "
        "connection has what they need.",
        "can_reply",
        "is",
        Boolean(),
    ),
    "verified": Condition(
        "The platform signed the review, or we read it there.", "verified", "is", Boolean()
    ),
    "working_hours": Condition(
        "The decision is made within the calendar's hours.", "working_hours", "is", Boolean()
    ),
}

CONDITIONS_TYPE: Final = Record(
    {
        name: Field(condition.description, condition.value_type)
        for name, condition in CONDITIONS.items()
    }
)
"""The type of `when`."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition with its operand, ready to test a fact."""

    name: str
    fact: str
    operand: Any
    predicate: Callable[[Any], bool] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of an entry, which must all hold. Without conditions it always holds."""

    tests: tuple[Test, ...] = ()
    checks: tuple[tuple[str, str, Callable[[Any], bool]], ...] = field(
        init=False, repr=False, compare=False
    )
    """Name, fact and predicate of each test, in the form that `decide` runs fastest."""

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
    """The conditions of a document in normal form."""
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
    """The facts that conditions test.

    `public_replies_left` is what the policy's cap leaves. `working_hours` is None if no rule asks.
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
        "verified": context.verified,
        "can_reply": context.can_reply,
        "thread": context.thread,
        "earlier_complaints": context.earlier_complaints,
        "author_value": context.author_value,
        "working_hours": working_hours,
    }
