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
from heard.policy.conditions import Ask, Seen, When
from heard.policy.model import ThreadState
from heard.reviews import Channel
from heard.threads import PUBLIC_REPLY_CAP

STEPS: Final = 20_000
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


class Undecided(Exception):
    """A search took too long to say."""


def reach(
    entry: When,
    earlier: Sequence[When],
    *,
    most_public_replies: int = PUBLIC_REPLY_CAP,
    always_open: bool = False,
) -> Seen | None:
    """Something seen that `entry` holds for and none of `earlier` does, None when there is none.

    Raises Undecided, which is rare.

    Exact: every condition is one on the values of a single thing. Of flags and topics one at a time
    is enough, since to have fewer makes no more conditions hold.
    """
    values = _values([ask for each in (entry, *earlier) for ask in each.asks])
    values["public_replies_left"] = tuple(range(most_public_replies, -1, -1))
    values["working_hours"] = (True,) if always_open else (True, False)
    own = {name: (1 << len(options)) - 1 for name, options in values.items()} | _box(entry, values)
    if not all(own.values()):
        return None
    found = _outside(own, [_box(each, values) for each in earlier], [STEPS])
    if found is None:
        return None
    seen = {
        name: options[(found[name] & -found[name]).bit_length() - 1]
        for name, options in values.items()
    }
    return seen | {"stage": seen["channel"].stage}


def _outside(box: _Box, others: Sequence[_Box], steps: list[int]) -> _Box | None:
    """A part of `box` that lies outside all `others`."""
    steps[0] -= 1
    if steps[0] < 0:
        raise Undecided
    narrowest: list[tuple[str, int]] | None = None
    touching: list[_Box] = []
    for other in others:
        if any(not box[name] & mask for name, mask in other.items()):
            continue
        touching.append(other)
        ways = [(name, left) for name, mask in other.items() if (left := box[name] & ~mask)]
        if not ways:
            return None
        if narrowest is None or len(ways) < len(narrowest):
            narrowest = ways
    if narrowest is None:
        return box
    rest = dict(box)
    for name, left in narrowest:
        if (found := _outside(rest | {name: left}, touching, steps)) is not None:
            return found
        # What was tried need not be tried again beside the next way.
        rest[name] &= ~left
    return None


def _box(entry: When, values: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    box: dict[str, int] = {}
    for ask in entry.asks:
        # The stage is a property of the channel.
        name = "channel" if ask.sees == "stage" else ask.sees
        allowed = (
            ask.test(value.stage if ask.sees == "stage" else value) for value in values[name]
        )
        box[name] = box.get(name, -1) & sum(
            1 << place for place, is_allowed in enumerate(allowed) if is_allowed
        )
    return box


def _values(asks: Iterable[Ask]) -> dict[str, Sequence[Any]]:
    """Values of each thing that tell all conditions apart."""
    wanted: dict[str, list[Any]] = {}
    for ask in asks:
        wanted.setdefault(ask.sees, []).append(ask.wanted)
    words = {
        name: sorted({word for words in wanted.get(name, ()) for word in words})
        for name in ("topics", "language", "platform")
    }
    return {
        **_FIXED,
        "topics": ((), *((topic,) for topic in words["topics"])),
        "language": (None, *words["language"], _other(words["language"])),
        "platform": (_other(words["platform"]), *words["platform"]),
        "author_value": (None, *_counts(wanted.get("author_value", ()), 100)),
        "earlier_complaints": _counts(wanted.get("earlier_complaints", ()), 1000),
        "confidence": _bounds(wanted.get("confidence", ()), 0.0, 1.0),
        "sentiment": (None, *_bounds(wanted.get("sentiment", ()), -1.0, 1.0)),
    }


def _other(words: Sequence[str]) -> str:
    """A word that is none of these."""
    return next(
        word
        for letters in product(ascii_lowercase, repeat=3)
        if (word := "".join(letters)) not in words
    )


def _counts(wanted: Iterable[int], most: int) -> tuple[int, ...]:
    return tuple(sorted({0, most, *wanted, *(each - 1 for each in wanted if each)}))


def _bounds(wanted: Iterable[float], least: float, most: float) -> tuple[float, ...]:
    """Each bound, and a value between it and the next."""
    ends = sorted({least, most, *wanted})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return tuple(sorted({*ends, *between}))
