"""What the doctor finds: one line each, with the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heard_cli.doctor.reading import Reader


class Grade(StrEnum):
    """How bad a finding is. `UNCHECKED` says why nothing is known."""

    OK = "ok"
    ATTENTION = "look"
    BROKEN = "broken"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what was found, and what to do about it."""

    grade: Grade
    what: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check by its name.

    `examine` reads and judges. `needs_aws` says why an emulator cannot tell, empty if it can.
    """

    name: str
    examine: Callable[[Reader], Iterable[Finding]]
    needs_aws: str = ""


def ok(what: str) -> list[Finding]:
    """The only finding of a check that found nothing wrong."""
    return [Finding(Grade.OK, what)]


def attention(what: str, next_step: str) -> Finding:
    """Something that a person should read, and that stops nothing today."""
    return Finding(Grade.ATTENTION, what, next_step)


def broken(what: str, next_step: str) -> Finding:
    """Something that does not work, or protects nothing."""
    return Finding(Grade.BROKEN, what, next_step)


def names(items: Iterable[str], limit: int = 4) -> str:
    """Some names in a sentence: `a, b and 3 more`."""
    ordered = sorted(items)
    rest = len(ordered) - limit
    return ", ".join(ordered[:limit]) + (f" and {rest} more" if rest > 0 else "")


def to_json(name: str, finding: Finding) -> Mapping[str, Any]:
    """A finding for programs."""
    return {
        "check": name,
        "grade": finding.grade.value,
        "what": finding.what,
        "next": finding.next_step,
    }
