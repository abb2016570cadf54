"""How a replay runs: the options that files and periods share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayMode:
    """How to replay: only count, ask before sending, print JSON."""

    dry_run: bool
    yes: bool
    as_json: bool
