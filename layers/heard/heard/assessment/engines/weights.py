"""Where weights lie.

In a folder of packages, as numpy does, so that a layer, a clone and an installed command find them
alike.
"""

from __future__ import annotations

import sys
from pathlib import Path


class WeightsMissing(Exception):
    """An engine's weights are not installed, or they are not the ones its module knows."""


def find_weights(name: Path) -> Path:
    """The file of this name in the first folder of `sys.path` that holds it. Raises NoWeights."""
    for folder in sys.path:
        path = Path(folder or ".") / name
        if path.is_file():
            return path
    raise WeightsMissing(f"no folder of sys.path holds {name}")
