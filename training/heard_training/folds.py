"""Trains the quick engine again without some sources, so that it can be measured on them.

Sources of one family (the part of the name before the first `_`) were collected and labelled in the
same way, so they are left out together. Our own examples and phrases are from no source and stay
in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from heard.assessment.engines import quick
from heard_training.corpus import Row


def families(rows: Sequence[Row], count: int) -> list[frozenset[str]]:
    """The sources that may be trained on, in up to `count` parts of about the same size.

    A family is in one part.
    """
    trainable = [row for row in rows if row.use.trains]
    sizes = Counter(row.source.partition("_")[0] for row in trainable)
    parts: list[set[str]] = [set() for _ in range(count)]
    filled = [0] * count
    for family, size in sizes.most_common():
        least = filled.index(min(filled))
        parts[least] |= {row.source for row in trainable if row.source.partition("_")[0] == family}
        filled[least] += size
    return [frozenset(part) for part in parts if part]


def retrain(material: Sequence[Row], without: frozenset[str], path: Path) -> None:
    """Writes weights that learned from the rows without some sources. Raises PackageMissing."""
    from heard_training import train_quick  # noqa: PLC0415 - raises without scipy

    rows = [row for row in material if row.use.trains and row.source not in without]
    quick.write(
        path,
        train_quick.train_weights(rows),
        {"sources": dict(Counter(row.source for row in rows))},
    )
