"""Times as people type them.

These are `2026-01-31T09:30`, `2026-01-31`, `now`, or how long ago: `90m`, `24h`, `7d`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer

from heard import clock


def parse_duration(text: str, option: str) -> timedelta:
    """A duration such as `30m`, `24h`, `7d`, or `0`. Raises BadParameter."""
    if text.strip() == "0":
        return timedelta()
    if (duration := clock.parse_duration(text.strip())) is not None:
        return duration
    raise typer.BadParameter(
        f"{text!r} is not a duration: write 30m, 24h, 7d or 0.", param_hint=option
    )


def parse_period(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """The period `[start, end)`. Raises BadParameter."""
    begin, finish = parse_instant(start, now, "--from"), parse_instant(end, now, "--to")
    if begin >= finish:
        raise typer.BadParameter("--from must be before --to.", param_hint="--from")
    return begin, finish


def parse_instant(text: str, now: datetime, option: str) -> datetime:
    """A time as typed. Raises BadParameter."""
    try:
        return clock.parse_instant(text.strip(), now, default_zone=UTC)
    except ValueError:
        message = (
            f"{text!r} is not a time: write 2026-01-31T09:30, 2026-01-31, now, or how long ago "
            "(90m, 24h, 7d). Times without a time zone are UTC."
        )
        raise typer.BadParameter(message, param_hint=option) from None
