"""The quick engine, trained again without some of its sources, so that it can be judged on them as
on sources it never saw.

Sources of one family (the part of the name before the first `_`) were collected and labelled alike,
so they are left out together. Our own examples and phrases stay in: they are from none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from heard.assessment.engines import quick
from heard_training.corpus import Row


class TrainerNotInstalled(Exception):
    """What training needs is not installed."""


def families(rows: Sequence[Row], count: int) -> list[frozenset[str]]:
    """The sources that may be trained on, in up to `count` parts of whole families and like size."""
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
    """Writes the weights that the rows teach but for those of some sources. Raises NotInstalled."""
    try:
        from heard_training import train_quick  # noqa: PLC0415
    except ImportError as missing:
        raise TrainerNotInstalled(
            f"Training needs {missing.name}, which is not installed: pip install {missing.name}"
        ) from missing
    rows = [row for row in material if row.use.trains and row.source not in without]
    quick.write(
        path,
        train_quick.train_weights(rows),
        {"sources": dict(Counter(row.source for row in rows))},
    )
