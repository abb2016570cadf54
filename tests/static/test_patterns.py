"""No regular expression takes a time that grows with the square of what a customer wrote."""

from __future__ import annotations

import re

import pytest

from tests.static.patterns import library_patterns, slow_run

QUICK = {
    "heard.acknowledgements.templates._TAGS": "a template has at most 2,000 characters",
}
"""Patterns that never see a long text, and why."""


def test_no_pattern_shares_a_run_between_two_repeats() -> None:
    slow = {
        found.place: (
            found.pattern.pattern,
            slow_run(found.pattern, is_searched=found.is_searched, is_whole=found.is_whole),
        )
        for found in library_patterns()
        if found.place not in QUICK
    }
    assert {place: shape for place, shape in slow.items() if shape[1] is not None} == {}


def test_the_library_has_patterns() -> None:
    assert len(library_patterns()) > 150


@pytest.mark.parametrize(
    ("pattern", "is_searched"),
    [
        (r"\s+x", True),
        (r"\s++x", True),
        (r"a*a*b", False),
        (r"(?:a+)+b", False),
        (r"\s*(?:\d\s*)?x", True),
        (r"(\d+) (second|minute)", True),
        (r"class\s*=\s*(?:[^<>]*\s)?quote", False),
        (r"-{2,}\s*(\S.{0,180}?)\s*-{2,}x", False),
        (r"[?](?!\S*[=&/])", True),
        (r"\s(?:\s*y)?", True),
    ],
)
def test_a_slow_pattern_is_found(pattern: str, is_searched: bool) -> None:
    assert slow_run(re.compile(pattern), is_searched=is_searched)


@pytest.mark.parametrize(
    ("pattern", "is_searched"),
    [
        (r"\s+x", False),
        (r"\s+", True),
        (r"(?<!\s)\s++x", True),
        (r"<[^<>]*+>", True),
        (r"\b\w+x", True),
        (r"\d{1,9} (?:second|minute)", True),
        (r"[^\W_]+(?:'[^\W_]+)*", True),
        (r"\s*=\s*x", False),
    ],
)
def test_a_quick_pattern_is_none(pattern: str, is_searched: bool) -> None:
    assert slow_run(re.compile(pattern), is_searched=is_searched) is None
