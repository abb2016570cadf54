"""Finds the files of weights.

They lie in a folder of packages, as numpy does. So a layer, a clone and an installed command find
them in the same way.
"""

from __future__ import annotations

import sys
from pathlib import Path


class WeightsMissing(Exception):
    """An engine's weights are not installed, or they are of another version than its module."""


def find_weights(name: Path) -> Path:
    """The file in the first folder of `sys.path` that has it. Raises WeightsMissing."""
    for folder in sys.path:
        path = Path(folder or ".") / name
        if path.is_file():
            return path
    raise WeightsMissing(f"no folder of sys.path holds {name}")
