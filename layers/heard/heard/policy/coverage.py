"""Which reviews an entry of a policy is the first to match.

Every condition tests one fact, so the conditions of an entry allow a box: a set of values for each
fact. Nothing reaches an entry if the boxes of the entries before it cover its own. The search below
finds a point outside them, or shows that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from string import ascii_lowercase
from typing import Any, Final

from heard.assessment import Agenda, Flag, Severity
from heard.policy.conditions import Conditions, Facts, Test
from heard.policy.model import ThreadState
from heard.reviews import Channel
from heard.threads import PUBLIC_REPLY_CAP

MAX_STEPS: Final = 20_000
"""Steps that one search may take. Real policies need a few dozen."""

type _Box = Mapping[str, int]
"""The allowed values of each fact, as bits. A fact that is absent allows all its values."""

_FIXED: Final[Mapping[str, Sequence[Any]]] = {
    "severity": tuple(Severity),
    "agenda": tuple(Agenda),
    "flags": ((), *((flag,) for flag in Flag)),
    "channel": tuple(Channel),
    "thread": tuple(ThreadState),
    "rating": (None, *range(1, 6)),
    "has_text": (True, False),
    "needs_person": (True, False),
    "follow_up_open": (True, False),
    "verified": (True, False),
    "can_reply": (True, False),
}


class SearchLimitReached(Exception):
    """A search took more than `MAX_STEPS`, and its result is not known."""


def find_reachable(
    entry: Conditions,
    earlier: Sequence[Conditions],
    *,
    max_public_replies: int = PUBLIC_REPLY_CAP,
    always_open: bool = False,
) -> Facts | None:
    """Facts that `entry` matches and none of `earlier` does, None if there are none.

    Exact, because every condition tests a single fact. Of flags and topics one at a time is enough:
    having fewer of them makes no more conditions hold. Raises SearchLimitReached, which is rare.
    """
    values = _values([test for conditions in (entry, *earlier) for test in conditions.tests])
    values["public_replies_left"] = tuple(range(max_public_replies, -1, -1))
    values["working_hours"] = (True,) if always_open else (True, False)
    own = {name: (1 << len(options)) - 1 for name, options in values.items()} | _box(entry, values)
    if not all(own.values()):
        return None
    free_box = _find_outside(own, [_box(conditions, values) for conditions in earlier], [MAX_STEPS])
    if free_box is None:
        return None
    facts = {
        name: options[(free_box[name] & -free_box[name]).bit_length() - 1]
        for name, options in values.items()
    }
    return facts | {"stage": facts["channel"].stage}


def _find_outside(box: _Box, others: Sequence[_Box], steps: list[int]) -> _Box | None:
    """A part of `box` that lies outside all `others`."""
    steps[0] -= 1
    if steps[0] < 0:
        raise SearchLimitReached
    fewest_ways: list[tuple[str, int]] | None = None
    touching: list[_Box] = []
    for other in others:
        if any(not box[name] & mask for name, mask in other.items()):
            continue
        touching.append(other)
        ways = [
            (name, free_values)
            for name, mask in other.items()
            if (free_values := box[name] & ~mask)
        ]
        if not ways:
            return None
        if fewest_ways is None or len(ways) < len(fewest_ways):
            fewest_ways = ways
    if fewest_ways is None:
        return box
    rest = dict(box)
    for name, free_values in fewest_ways:
        if (free_box := _find_outside(rest | {name: free_values}, touching, steps)) is not None:
            return free_box
        # The values that were tried need not be tried again for the next fact.
        rest[name] &= ~free_values
    return None


def _box(entry: Conditions, values: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    box: dict[str, int] = {}
    for test in entry.tests:
        # The stage is a property of the channel.
        name = "channel" if test.fact == "stage" else test.fact
        allowed = (
            test.predicate(value.stage if test.fact == "stage" else value) for value in values[name]
        )
        box[name] = box.get(name, -1) & sum(
            1 << bit for bit, is_allowed in enumerate(allowed) if is_allowed
        )
    return box


def _values(tests: Iterable[Test]) -> dict[str, Sequence[Any]]:
    """For each fact, values that make a difference to some condition."""
    operands: dict[str, list[Any]] = {}
    for test in tests:
        operands.setdefault(test.fact, []).append(test.operand)
    words = {
        name: sorted({word for words in operands.get(name, ()) for word in words})
        for name in ("topics", "language", "platform")
    }
    return {
        **_FIXED,
        "topics": ((), *((topic,) for topic in words["topics"])),
        "language": (None, *words["language"], _unused_word(words["language"])),
        "platform": (_unused_word(words["platform"]), *words["platform"]),
        "author_value": (None, *_counts(operands.get("author_value", ()), 100)),
        "earlier_complaints": _counts(operands.get("earlier_complaints", ()), 1000),
        "confidence": _bounds(operands.get("confidence", ()), 0.0, 1.0),
        "sentiment": (None, *_bounds(operands.get("sentiment", ()), -1.0, 1.0)),
    }


def _unused_word(words: Sequence[str]) -> str:
    """A word that is not in `words`."""
    return next(
        word
        for letters in product(ascii_lowercase, repeat=3)
        if (word := "".join(letters)) not in words
    )


def _counts(operands: Iterable[int], maximum: int) -> tuple[int, ...]:
    return tuple(sorted({0, maximum, *operands, *(operand - 1 for operand in operands if operand)}))


def _bounds(operands: Iterable[float], minimum: float, maximum: float) -> tuple[float, ...]:
    """Each bound, and a value between it and the next."""
    ends = sorted({minimum, maximum, *operands})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return tuple(sorted({*ends, *between}))
