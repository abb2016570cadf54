"""Which reviews an entry of a policy can still be the first to hold for.

Every condition looks at one thing, so an entry's conditions allow a box: a set of values for each
thing. An entry is out of reach when the boxes before it cover its own; the search below finds a
point outside them, or shows that there is none.
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
"""So many steps one search may take; real policies need a few dozen."""

type _Box = Mapping[str, int]
"""For each thing looked at, the values allowed, as bits; all of them for what is absent."""

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
    "confirmed": (True, False),
}


class SearchLimitReached(Exception):
    """A search took too long to say."""


def find_reachable(
    entry: Conditions,
    earlier: Sequence[Conditions],
    *,
    most_public_replies: int = PUBLIC_REPLY_CAP,
    always_open: bool = False,
) -> Facts | None:
    """Something seen that `entry` holds for and none of `earlier` does, None when there is none.

    Raises Undecided, which is rare.

    Exact: every condition is one on the values of a single thing. Of flags and topics one at a time
    is enough, since to have fewer makes no more conditions hold.
    """
    values = _values([ask for each in (entry, *earlier) for ask in each.tests])
    values["public_replies_left"] = tuple(range(most_public_replies, -1, -1))
    values["working_hours"] = (True,) if always_open else (True, False)
    own = {name: (1 << len(options)) - 1 for name, options in values.items()} | _box(entry, values)
    if not all(own.values()):
        return None
    free_box = _find_outside(own, [_box(each, values) for each in earlier], [MAX_STEPS])
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
        # What was tried need not be tried again beside the next way.
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
            1 << place for place, is_allowed in enumerate(allowed) if is_allowed
        )
    return box


def _values(tests: Iterable[Test]) -> dict[str, Sequence[Any]]:
    """Values of each thing that tell all conditions apart."""
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
    """A word that is none of these."""
    return next(
        word
        for letters in product(ascii_lowercase, repeat=3)
        if (word := "".join(letters)) not in words
    )


def _counts(operands: Iterable[int], maximum: int) -> tuple[int, ...]:
    return tuple(sorted({0, maximum, *operands, *(each - 1 for each in operands if each)}))


def _bounds(operands: Iterable[float], minimum: float, maximum: float) -> tuple[float, ...]:
    """Each bound, and a value between it and the next."""
    ends = sorted({minimum, maximum, *operands})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return tuple(sorted({*ends, *between}))
