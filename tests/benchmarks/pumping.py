"""Attacks on regular expressions: what a pattern almost matches, over and over.

The attacks are made from the pattern itself: its characters, texts that it matches, their
beginnings and ends, each repeated, behind half a match and before a character that breaks it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from re import _constants as codes  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from time import process_time
from typing import Any, Final

from tests.static.patterns import LibraryPattern

SMALL: Final = 1_000
GROWTH: Final = 8
"""Characters of a small attack, and how many times longer the large one is."""

FLOOR_SECONDS: Final = 0.002
"""Growth is looked at only from here on: less is noise."""

_SIGNS: Final = " a1Z.\n\t-_/:@<>\"'éжあ好#&;=,()[]{}%*+?!|"
_UNITS: Final = 30


def worst_attack(found: LibraryPattern, seed: int = 1) -> tuple[float, float]:
    """Seconds of the slowest large attack on a pattern, and how many times longer it takes."""
    randomness = random.Random(seed)
    timed = sorted(
        ((_seconds(found, attack), attack) for attack in _attacks(found, randomness)),
        key=lambda pair: pair[0],
        reverse=True,
    )
    results = [(0.0, 0.0)]
    for seconds, attack in timed[:3]:
        middle = attack[100:-100]
        longer = attack[:100] + middle * GROWTH + attack[-100:]
        large = _seconds(found, longer)
        results.append((large, large / max(seconds, FLOOR_SECONDS)))
    return max(results)


def _seconds(found: LibraryPattern, text: Any) -> float:
    before = process_time()
    if found.is_searched:
        for _ in found.pattern.finditer(text):
            pass
    else:
        found.pattern.fullmatch(text)
    return process_time() - before


def _attacks(found: LibraryPattern, randomness: random.Random) -> Iterator[Any]:
    pattern = found.pattern
    is_bytes = isinstance(pattern.pattern, bytes)
    flags = pattern.flags & ~re.UNICODE if is_bytes else pattern.flags
    tree = parser.parse(pattern.pattern, flags)
    matches = [_match(tree, randomness) for _ in range(8)]
    units = {sign for match in matches for sign in match} | set(matches)
    for match in matches:
        for size in range(1, min(len(match), 12)):
            units |= {match[:size], match[-size:]}
    for unit in sorted(filter(None, units))[:_UNITS]:
        for start in ("", matches[0][: len(matches[0]) // 2]):
            for end in ("", "\x00"):
                text = (start + unit * (SMALL // len(unit) + 1))[:SMALL] + end
                yield text.encode("utf-8", "surrogatepass") if is_bytes else text


def _match(tree: Any, randomness: random.Random) -> str:
    """A text that a pattern matches, or nearly."""
    return "".join(_part(str(op), value, randomness) for op, value in tree)


def _part(op: str, value: Any, randomness: random.Random) -> str:
    match op:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL" | "ANY":
            return "z"
        case "IN":
            return _member(value, randomness)
        case "BRANCH":
            return _match(randomness.choice(value[1]), randomness)
        case "SUBPATTERN":
            return _match(value[3], randomness)
        case "ATOMIC_GROUP":
            return _match(value, randomness)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = value
            more = least + 2 if most is codes.MAXREPEAT else min(least + 2, int(most))
            count = randomness.choice([least, max(least, 1), more])
            return "".join(_match(inner, randomness) for _ in range(count))
        case _:
            return ""


def _member(charset: Any, randomness: random.Random) -> str:
    named = [
        chr(value if str(op) == "LITERAL" else value[0])
        for op, value in charset
        if str(op) in {"LITERAL", "RANGE"}
    ]
    is_negated = any(str(op) == "NEGATE" for op, _ in charset)
    signs = [sign for sign in _SIGNS if sign not in named] if is_negated else named
    return randomness.choice(signs or list(_SIGNS))
