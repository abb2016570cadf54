"""A function's settings.

One frozen dataclass per function, read from its environment once, at first use.

A field `work_table` is the variable `CASES_TABLE`; the template sets exactly the fields and nothing
else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from typing import Any, cast


def read[S](settings_type: type[S]) -> S:
    """The settings of a function. Raises KeyError naming the variable that the template forgot."""
    construct: Callable[..., S] = settings_type
    return construct(
        **{
            field.name: os.environ[field.name.upper()]
            for field in fields(cast("Any", settings_type))
        }
    )
