"""Settings: one frozen dataclass for each function, read from its environment at first use.

The field `cases_table` is the variable `CASES_TABLE`. The template sets exactly these variables.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from typing import Any, cast


def read[S](settings_type: type[S]) -> S:
    """The settings of a function. Raises KeyError with the name of a missing variable."""
    construct: Callable[..., S] = settings_type
    return construct(
        **{
            field.name: os.environ[field.name.upper()]
            for field in fields(cast("Any", settings_type))
        }
    )
