"""Reading what a newer release stored: after a roll-back, its new fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def known_fields(model: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the stored fields that the dataclass `model` has in this release."""
    return {name: fields[name] for name in model.__dataclass_fields__ if name in fields}
