"""The summary of a day: what happened, as counts that add up over days.

Each outcome is counted on one day, the day whose facts it is in. So sums over days are counts of
outcomes, and never count a review twice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from heard.lake.columns import SCHEMA
from heard.lake.files import json_line
from heard.lake.state import SEVERITIES, ReviewState, code_in, number_in
from heard.lake.touched import TouchedReview, end_of
from heard.outcomes import CLOSING_KINDS, Kind, Outcome

MAX_BYTES: Final = 50_000
"""How large a summary is at most. A busy day is counted in less detail."""
MEASURES: Final = ("opened", "acknowledged", "answered", "closed", "reopened", "escalated")
"""What the cells of a cube count. `answered` is the first answer of a person to a review."""
OTHER: Final = "(other)"
"""Stands for all values that were too many to name. No code has brackets."""

EDGES_S: Final = (900, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800)
"""Upper edges of the buckets of waiting times, in seconds; one bucket more holds what is longer."""

_DIMENSIONS: Final = ("hour", "channel", "severity", "place")
_TOPIC_DIMENSIONS: Final = (*_DIMENSIONS, "topic")
_CUBES: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    (
        _TOPIC_DIMENSIONS,
        ("channel", "severity", "place", "topic"),
        ("channel", "severity", "topic"),
        ("severity", "topic"),
    ),
    (("channel", "severity", "place"), ("severity", "place"), ("place",)),
    (_DIMENSIONS, ("hour", "channel", "severity"), ("hour", "severity")),
)
"""About what, where and when: for each the dimensions from the finest to the coarsest."""
_MOST_CELLS: Final = 100
"""How many cells one of the coarsest cubes has at most; what is rarer is counted as `OTHER`."""
_MOST_CODES: Final = 50
"""How many codes a list of counts names at most."""

_LONGEST_CODE: Final = 40
"""The longest code that is named: places, channels, topics and reasons are no longer."""

type _Cell = tuple[str | int | None, ...]


@dataclass(slots=True)
class _Waits:
    """Waiting times: how many, their sum, and how many in each bucket."""

    count: int = 0
    total: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(EDGES_S) + 1))

    def add(self, seconds: int | None) -> None:
        if seconds is not None:
            self.count += 1
            self.total += seconds
            self.buckets[bisect_left(EDGES_S, seconds)] += 1

    def to_json(self) -> dict[str, Any]:
        return {"n": self.count, "sum_s": self.total, "buckets": self.buckets}


@dataclass(slots=True)
class _FirstAnswers:
    """The first answers of people to reviews of one severity."""

    in_time: int = 0
    late: int = 0
    nothing_due: int = 0
    waited: _Waits = field(default_factory=_Waits)
    wall: _Waits = field(default_factory=_Waits)

    def to_json(self) -> dict[str, Any]:
        return {
            "in_time": self.in_time,
            "late": self.late,
            "nothing_due": self.nothing_due,
            "waited": self.waited.to_json(),
            "wall": self.wall.to_json(),
        }


class DaySummary:
    """Counts the outcomes of a business's day, review after review."""

    def __init__(self, business: str, day: str) -> None:
        end_of(day)  # raises ValueError when it is no day
        self._business, self._day = business, day
        self._reviews = self._late = 0
        self._counts: dict[str, Counter[str]] = {
            name: Counter()
            for name in ("kinds", "ignored", "variants", "levels", "ratings", "promises")
        }
        self._first_answers: dict[str, _FirstAnswers] = {}
        self._events: Counter[tuple[_Cell, str]] = Counter()
        self._topics: Counter[tuple[_Cell, str]] = Counter()

    def add(self, review: TouchedReview) -> None:
        """Count what happened to a review on the day."""
        self._reviews += 1
        state = ReviewState()
        for outcome in review.chain:
            was_answered, promises = state.first_person_at is not None, _promises(state)
            state.add(outcome)
            if outcome.sequence in review.today:
                is_answer = not was_answered and state.first_person_at is not None
                self._count(outcome, state, is_answer=is_answer)
                self._counts["promises"].update(
                    {name: now - promises[name] for name, now in _promises(state).items()}
                )

    def to_json(self) -> dict[str, Any]:
        """The summary, at most `MAX_BYTES` long as a line of JSON."""
        summary: dict[str, Any] = {
            "schema": SCHEMA,
            "business": self._business,
            "day": self._day,
            "outcomes": self._counts["kinds"].total(),
            "late": self._late,
            "reviews": self._reviews,
            "measures": list(MEASURES),
            "edges_s": list(EDGES_S),
            "first_answers": {
                severity: answers.to_json()
                for severity, answers in sorted(self._first_answers.items())
            },
        } | {name: _named(counts) for name, counts in self._counts.items()}
        return summary | {"cubes": self._cubes(MAX_BYTES - len(json_line(summary | {"cubes": []})))}

    def _cubes(self, most_bytes: int) -> list[dict[str, Any]]:
        """The cubes in as much detail as fits into so many bytes, refined in turn."""
        levels = [len(choices) - 1 for choices in _CUBES]
        cubes = [self._cube(choices[-1], _MOST_CELLS) for choices in _CUBES]
        refinable = list(range(len(_CUBES)))
        while refinable:
            for number in list(refinable):
                if levels[number] == 0:
                    refinable.remove(number)
                    continue
                finer = self._cube(_CUBES[number][levels[number] - 1])
                others = sum(_size(cube) for place, cube in enumerate(cubes) if place != number)
                if others + _size(finer) > most_bytes:
                    refinable.remove(number)
                    continue
                cubes[number] = finer
                levels[number] -= 1
        return cubes

    def _count(self, outcome: Outcome, state: ReviewState, *, is_answer: bool) -> None:
        kind = outcome.kind
        self._counts["kinds"][kind.value] += 1
        self._late += outcome.at[:10] != self._day
        if kind is Kind.IGNORED:
            self._counts["ignored"][_code(state.closed_why)] += 1
        if kind is Kind.ACKNOWLEDGED:
            self._counts["variants"][_code(code_in(outcome.detail, "variant"))] += 1
        if kind is Kind.ESCALATED:
            level = number_in(outcome.detail, "level")
            self._counts["levels"][OTHER if level is None else str(level)] += 1
        if kind is Kind.ACCEPTED:
            rating = state.rating_last
            self._counts["ratings"][OTHER if rating is None else str(rating)] += 1
        if is_answer:
            self._count_answer(state)
        measures = _measures(outcome, is_answer=is_answer)
        if not measures:
            return
        cell = (
            int(outcome.at[11:13]),
            _code(outcome.channel),
            _code(outcome.severity),
            _code(state.place),
        )
        for measure in measures:
            self._events[cell, measure] += 1
            for topic in {_code(topic) for topic in state.topics}:
                self._topics[(*cell, topic), measure] += 1

    def _count_answer(self, state: ReviewState) -> None:
        answers = self._first_answers.setdefault(_severity(state.severity_last), _FirstAnswers())
        in_time = state.in_time(end_of(self._day))
        answers.in_time += in_time is True
        answers.late += in_time is False
        answers.nothing_due += in_time is None
        answers.waited.add(state.first_waited_s)
        answers.wall.add(state.first_wall_s)

    def _cube(self, by: tuple[str, ...], most: int | None = None) -> dict[str, Any]:
        """The measures by these dimensions: each cell has its place, and then its counts."""
        of_topics = "topic" in by
        names = _TOPIC_DIMENSIONS if of_topics else _DIMENSIONS
        positions = [names.index(name) for name in by]
        cells: dict[_Cell, list[int]] = {}
        for (cell, measure), count in (self._topics if of_topics else self._events).items():
            counts = cells.setdefault(
                tuple(cell[position] for position in positions), [0] * len(MEASURES)
            )
            counts[MEASURES.index(measure)] += count
        if most is not None:
            cells = _largest(cells, most)
        return {"by": list(by), "cells": [[*cell, *cells[cell]] for cell in sorted(cells, key=str)]}


def day_summary(reviews: Iterable[TouchedReview], business: str, day: str) -> dict[str, Any]:
    """The summary of a day with these reviews. Raises ValueError when `day` is no day."""
    summary = DaySummary(business, day)
    for review in reviews:
        summary.add(review)
    return summary.to_json()


def _code(text: str | None) -> str:
    return text if text and len(text) <= _LONGEST_CODE else OTHER


def _severity(text: str | None) -> str:
    return text if text in SEVERITIES else OTHER


def _measures(outcome: Outcome, *, is_answer: bool) -> list[str]:
    kind = outcome.kind
    happened = {
        "opened": outcome.sequence == 1,
        "acknowledged": kind is Kind.ACKNOWLEDGED,
        "answered": is_answer,
        "closed": kind in CLOSING_KINDS,
        "reopened": kind is Kind.REOPENED,
        "escalated": kind is Kind.ESCALATED,
    }
    return [measure for measure in MEASURES if happened[measure]]


def _promises(state: ReviewState) -> dict[str, int]:
    return {
        "made": state.promised,
        "kept": state.promises_kept,
        "late": state.promises_late,
        "moved": state.promises_moved,
        "missed": state.promises_missed,
        "void": state.promises_void,
    }


def _size(cube: Mapping[str, Any]) -> int:
    return len(json_line(cube))


def _largest(cells: Mapping[_Cell, list[int]], most: int) -> dict[_Cell, list[int]]:
    """The cells with the greatest counts; all others are one."""
    ordered = sorted(cells, key=lambda cell: (-sum(cells[cell]), str(cell)))
    largest = {cell: cells[cell] for cell in ordered[:most]}
    rest = [cells[cell] for cell in ordered[most:]]
    if rest:
        largest[(OTHER,) * len(ordered[0])] = [sum(counts) for counts in zip(*rest, strict=True)]
    return largest


def _named(counts: Counter[str]) -> dict[str, int]:
    """The counts of the most frequent codes by name; all others are `OTHER`."""
    ordered = sorted(counts, key=lambda code: (-counts[code], code))
    named = {code: counts[code] for code in ordered[:_MOST_CODES] if counts[code]}
    rest = sum(counts[code] for code in ordered[_MOST_CODES:])
    if rest:
        named[OTHER] = named.get(OTHER, 0) + rest
    return named
