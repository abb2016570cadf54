"""Reading what a newer release stored: after a roll-back, its new fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def known_fields(model: type[DataclassInstance], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the stored fields that the dataclass `model` has in this release."""
    return {field.name: stored[field.name] for field in fields(model) if field.name in stored}
