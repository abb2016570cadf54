"""How much a function does, counted. No test depends on the speed of a machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

SLACK: Final = 200
"""Calls that may come on top: caches that are filled, a module that is imported."""


def count_calls(function: Callable[[], object]) -> int:
    """The calls that a function makes, of Python and of C functions.

    Work inside one call of C, such as the steps of one regular expression, does not count. Where
    that grows with the square of a text, the test runs into the time limit of all tests.
    """
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    profiler_before = sys.getprofile()
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(profiler_before)
    return calls


def grows_with_length_only(read: Callable[[str], object], part: str, length: int) -> bool:
    """Whether twice the text is at most about twice the work. `part` is what the text repeats."""
    once, twice = (part * (times * length // len(part)) for times in (1, 2))
    read(once)  # fills the caches
    return count_calls(lambda: read(twice)) <= 2.2 * count_calls(lambda: read(once)) + SLACK
