"""What the accurate engine learns from labelled texts: the right outputs of its heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from heard.assessment.engines.accurate import FLAG_HEADS, HEADS
from heard.assessment.engines.encoder import Floats
from heard_training import corpus
from heard_training.corpus import Row
from heard_training.regression import fit_platt

_EXAMPLES: Final = "examples"
"""The source of our own examples."""

_RATED, _WRITTEN = 4.0, 2.0
"""The weight of a text that we rated, and of one that we wrote.

A text that has only stars weighs at most about 1.
"""

_MAX_COUNTED: Final = 1_500
"""With more texts of a class than this, a source gets no more weight."""

_TYPICAL: Final = 600
"""A source with this number of texts of a class gives each of them the weight 1."""

_OFFENSIVE: Final = 150.0
"""The weight of all offensive tweets of a source together, and of all its other tweets together.

It is small, because such tweets insult anybody, and seldom the staff.
"""


class Targets:
    """The right output of each head for each text.

    `values` (texts, heads) are 0 or 1. `counts` (texts, heads) are their weights, 0 where the right
    output is not known.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.values: Floats = np.zeros((len(rows), len(HEADS)), np.float32)
        self.counts: Floats = np.zeros((len(rows), len(HEADS)), np.float32)
        for number, row in enumerate(rows):
            if row.label:
                self._add_label(number, row)
        for group in corpus.group_rows(rows, "source", "polarity").values():
            if group[0].polarity is not None:
                self._add_polarity(group)
        for group in corpus.group_rows(rows, "source", "offensive").values():
            if group[0].offensive is not None:
                counts = min(1.0, _OFFENSIVE / len(group))
                self._set("abuse", self._numbers(group), group[0].offensive, counts)

    def _add_label(self, number: int, row: Row) -> None:
        label = row.label
        assert label  # noqa: S101 - the caller asked
        counts = _WRITTEN if row.source == _EXAMPLES else _RATED
        rank = label.text_severity.rank
        for above, head in enumerate(HEADS[:4]):
            self._set(head, [number], rank > above, counts)
        # Where the stars made the severity worse, the label is about stars and words together. But
        # the engine knows the words alone.
        needs_person = label.needs_person if label.severity is label.text_severity else rank >= 2
        self._set("needs_person", [number], needs_person, counts)
        for head in ("question", "abuse", "spam"):
            self._set(head, [number], label.agenda == head, counts)
        for head in FLAG_HEADS:
            self._set(head, [number], head in label.flags, counts / 2)
        if row.polarity is None and rank in {0, 3, 4}:
            self._set("negative", [number], rank >= 3, counts / 2)

    def _add_polarity(self, group: Sequence[Row]) -> None:
        unhappy, numbers = bool(group[0].polarity), self._numbers(group)
        counts = (min(len(group), _MAX_COUNTED) * _TYPICAL) ** 0.5 / len(group)
        for head in ("negative", "needs_person", "at_least_medium"):
            self._set(head, numbers, unhappy, counts)
        if unhappy:
            self._set("at_least_low", numbers, True, counts)
        else:
            # Four or five stars are seldom for a disaster, but sometimes they are.
            self._set("at_least_high", numbers, False, counts / 4)
            self._set("critical", numbers, False, counts / 4)

    def _numbers(self, group: Sequence[Row]) -> list[int]:
        ids = {row.id for row in group}
        return [
            number
            for number, row in enumerate(self.rows)
            if row.id in ids and row.source == group[0].source
        ]

    def _set(self, head: str, numbers: Sequence[int], value: bool | None, counts: float) -> None:
        """Sets targets that are not set yet. A person's label is set first, so it stays."""
        column = HEADS.index(head)
        free = [number for number in numbers if not self.counts[number, column]]
        self.values[free, column] = bool(value)
        self.counts[free, column] = counts


def calibrate(logits: Floats, targets: Targets) -> tuple[Floats, Floats]:
    """For each head the slope and the offset that calibrate its logits (texts, heads)."""
    fits = [
        fit_platt(
            *(
                array[:, head].astype(np.float64)
                for array in (logits, targets.values, targets.counts)
            )
        )
        for head in range(len(HEADS))
    ]
    slopes, offsets = np.array(fits, np.float32).T
    return slopes, offsets
