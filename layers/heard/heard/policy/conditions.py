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
    Field,
    Number,
    OneOf,
    Record,
    Several,
    Shape,
    Text,
    Truth,
    Whole,
)
from heard.reviews import Channel, Stage

type Seen = Mapping[str, Any]
"""What a decision looks at, by name: see `see`."""

type _Compares = Literal["among", "any", "least", "most", "is"]

LANGUAGE: Final = Text(3, "[a-z]{2,3}", 'Give an ISO 639 code in small letters, for example "en".')


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule can ask: `about` says it to people, `sees` names what is looked at."""

    about: str
    sees: str
    compares: _Compares
    shape: Shape

    def test(self, wanted: Any) -> Callable[[Any], bool]:
        """Whether a value seen is what is wanted; what is not known (None) is never."""
        match self.compares:
            case "among":
                return frozenset(wanted).__contains__
            case "any":
                words: frozenset[str] = frozenset(wanted)
                return lambda seen: not words.isdisjoint(seen)
            case "least":
                return lambda seen: seen is not None and seen >= wanted
            case "most":
                return lambda seen: seen is not None and seen <= wanted
            case "is":
                return lambda seen: seen is wanted


def _words(kind: type[StrEnum]) -> Several:
    return Several(OneOf(tuple(word.value for word in kind)), most=len(kind))


CONDITIONS: Final[Mapping[str, Condition]] = {
    "severity": Condition("Any of these levels.", "severity", "among", _words(Severity)),
    "agenda": Condition(
        "What the author wants: any of these (R05).", "agenda", "among", _words(Agenda)
    ),
    "flags": Condition("The assessment has any of these flags.", "flags", "any", _words(Flag)),
    "topics": Condition("It is about any of these topics.", "topics", "any", Several(Text(40))),
    "language": Condition(
        "Any of these languages (ISO 639); one that is not known is none of them.",
        "language",
        "among",
        Several(LANGUAGE),
    ),
    "channel": Condition("It came by any of these channels.", "channel", "among", _words(Channel)),
    "stage": Condition(
        "The public watches (onstage) or not (offstage) (R05).", "stage", "among", _words(Stage)
    ),
    "platform": Condition(
        "It came from any of these platforms, by the names of their connectors.",
        "platform",
        "among",
        Several(Text(40)),
    ),
    "rating_min": Condition(
        "It has at least so many stars; without a rating this never holds.",
        "rating",
        "least",
        Whole(1, 5),
    ),
    "rating_max": Condition(
        "It has at most so many stars; without a rating this never holds.",
        "rating",
        "most",
        Whole(1, 5),
    ),
    "has_text": Condition("It has words, or none.", "has_text", "is", Truth()),
    "needs_person": Condition(
        "The assessment says that no automatic answer alone will do.", "needs_person", "is", Truth()
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
        Whole(0, 100),
    ),
    "earlier_complaints_min": Condition(
        "The author has complained in so many other reviews.",
        "earlier_complaints",
        "least",
        Whole(1, 1000),
    ),
    "thread": Condition(
        "What has been said by us under it before is any of these.",
        "thread",
        "among",
        _words(ThreadState),
    ),
    "public_replies_left_max": Condition(
        "At most so many public replies are left in its thread (R04).",
        "public_replies_left",
        "most",
        Whole(0, 2),
    ),
    "follow_up_open": Condition(
        "A person has an open follow-up on its thread.", "follow_up_open", "is", Truth()
    ),
    "confirmed": Condition(
        "The review is proven: signed, or read at the platform.", "confirmed", "is", Truth()
    ),
    "working_hours": Condition(
        "It is decided within the calendar's hours.", "working_hours", "is", Truth()
    ),
}

WHEN: Final = Record(
    {name: Field(condition.about, condition.shape) for name, condition in CONDITIONS.items()}
)
"""The shape of `when`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A condition with what it wants, ready to be tested against what is seen."""

    name: str
    sees: str
    wanted: Any
    test: Callable[[Any], bool] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of an entry; all must hold. Without any it always does."""

    asks: tuple[Ask, ...] = ()
    tests: tuple[tuple[str, str, Callable[[Any], bool]], ...] = field(
        init=False, repr=False, compare=False
    )
    """Name, what is looked at and test of each: `decide` runs them a million times."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "tests", tuple((ask.name, ask.sees, ask.test) for ask in self.asks)
        )

    def holds(self, seen: Seen) -> bool:
        """Whether every condition holds."""
        return all(test(seen[sees]) for _, sees, test in self.tests)

    def failed(self, seen: Seen) -> tuple[str, ...]:
        """The names of the conditions that do not hold."""
        return tuple(ask.name for ask in self.asks if not ask.test(seen[ask.sees]))


def when(given: Mapping[str, Any]) -> When:
    """The conditions that a document gives in normal form."""
    return When(
        tuple(
            Ask(name, (known := CONDITIONS[name]).sees, wanted, known.test(wanted))
            for name, wanted in given.items()
        )
    )


def see(
    assessment: Assessment,
    context: Context,
    public_replies_left: int,
    *,
    working_hours: bool | None,
) -> Seen:
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
