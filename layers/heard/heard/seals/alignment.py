"""Which line of a facts file belongs to which sealed leaf, and what that says of each line.

The hashes of the leaves cannot be changed. So each line that differs can be named, and the others
stay proven.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from heard.outcomes import ChainCheck, Outcome
from heard.seals.leaves import parse_line, redacted_leaf
from heard.seals.merkle import leaf_hash

_LONGEST_ID: Final = 64


class LineFault(StrEnum):
    """What is wrong with a line, or with a leaf that has none."""

    CHANGED = "changed"
    """The line says something else than what was sealed, and its own hash tells."""
    REHASHED = "rehashed"
    """The same, with a hash that was made to fit."""
    MISSING = "missing"
    """No line has the leaf."""
    INSERTED = "inserted"
    """The line was never sealed."""
    DOUBLED = "doubled"
    """The line is there once more."""
    SWAPPED = "swapped"
    """The line is not where it was sealed."""
    REDACTED = "redacted"
    """The line was taken out for legal reasons. That is no fault."""


@dataclass(frozen=True, slots=True)
class LineFinding:
    """A fault of one line. `place` counts the day's leaves, or its lines where no leaf fits."""

    fault: LineFault
    place: int
    outcome: str | None


@dataclass(slots=True)
class AlignedDay:
    """The outcomes of a day that are proven, by the place of their leaf, and the faults."""

    outcomes: dict[int, Outcome]
    faults: list[LineFinding]
    is_another_file: bool = False
    """Not one of the lines was sealed on that day."""

    @property
    def redacted(self) -> int:
        """How many lines were taken out for legal reasons."""
        return sum(each.fault is LineFault.REDACTED for each in self.faults)


def align_lines(lines: Sequence[bytes], leaves: Sequence[bytes]) -> AlignedDay:
    """Compare the lines of a day with its leaves (without that of the record)."""
    day = AlignedDay({}, [])
    places: dict[bytes, list[int]] = {}
    for place in range(len(leaves) - 1, -1, -1):
        places.setdefault(leaves[place], []).append(place)
    known: list[int] = []
    # The unknown lines behind each known place: a leaf without a line may be theirs.
    unknown: dict[int, list[tuple[int, bytes]]] = {}
    last = -1
    for number, line in enumerate(lines):
        hidden = redacted_leaf(line)
        free = places.get(hidden or leaf_hash(line))
        if free is None:
            unknown.setdefault(last, []).append((number, line))
            continue
        if not free:
            day.faults.append(LineFinding(LineFault.DOUBLED, number, _id_of(line)))
            continue
        place = free.pop()
        known.append(place)
        if hidden:
            day.faults.append(LineFinding(LineFault.REDACTED, place, None))
        else:
            try:
                day.outcomes[place] = parse_line(line)
            except ValueError:
                # It was sealed so: the line is proven, but it is no outcome.
                day.faults.append(LineFinding(LineFault.CHANGED, place, _id_of(line)))
        if place < last:
            day.faults.append(LineFinding(LineFault.SWAPPED, place, _id_of(line)))
        last = max(last, place)
    day.is_another_file = bool(lines) and not known
    day.faults += _pair(unknown, known, len(leaves))
    return day


def _pair(
    unknown: dict[int, list[tuple[int, bytes]]], known: list[int], leaves: int
) -> Iterator[LineFinding]:
    """Which unknown line stands for which leaf without a line: in order, between known ones."""
    taken: set[int] = set(known)
    known.sort()
    for start, lines in sorted(unknown.items()):
        behind = bisect_right(known, start)
        end = known[behind] if behind < len(known) else leaves
        place = start
        for number, line in lines:
            place += 1
            if place >= end:
                yield LineFinding(LineFault.INSERTED, number, _id_of(line))
                continue
            taken.add(place)
            fault = LineFault.REHASHED if _fits_its_hash(line) else LineFault.CHANGED
            yield LineFinding(fault, place, _id_of(line))
    for place in range(leaves):
        if place not in taken:
            yield LineFinding(LineFault.MISSING, place, None)


def _fits_its_hash(line: bytes) -> bool:
    try:
        outcome = parse_line(line)
    except ValueError:
        return False
    return is_intact(outcome)


def is_intact(outcome: Outcome) -> bool:
    """Whether an outcome's content matches its own hash."""
    check = ChainCheck(outcome.review, outcome.sequence - 1, outcome.previous)
    check.add(outcome)
    return check.report().verified


def _id_of(line: bytes) -> str | None:
    """The id that a line claims, whatever it is."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    outcome_id = cast("dict[str, Any]", fields).get("id") if isinstance(fields, dict) else None
    return outcome_id[:_LONGEST_ID] if isinstance(outcome_id, str) else None
