"""On which day a review falls out of the time for which a business keeps words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.holds import Hold, HoldReason
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts
from heard.retention import MAX_MONTHS, last_due_day, last_touch
from tests.unit.backend import NOON

SUBJECT = OutcomeSubject("rev_1", "acme", "standard", "review_site", None)


@pytest.mark.parametrize(
    ("today", "months", "day"),
    [
        ("2026-03-17", 12, "2025-03-16"),
        ("2026-03-01", 1, "2026-01-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-04-01", 1, "2026-02-28"),
        ("2026-04-02", 1, "2026-03-01"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2029-02-28", 12, "2028-02-27"),
        ("2029-03-01", 12, "2028-02-29"),
        ("2026-01-01", 1, "2025-11-30"),
    ],
)
def test_the_last_day_that_is_due(today: str, months: int, day: str) -> None:
    assert last_due_day(date.fromisoformat(today), months) == date.fromisoformat(day)


@given(
    st.dates(date(2025, 1, 1), date(2200, 1, 1)),
    st.integers(1, MAX_MONTHS),
)
def test_a_day_later_never_makes_less_due_and_no_month_is_cut_short(
    today: date, months: int
) -> None:
    due = last_due_day(today, months)

    assert due <= last_due_day(today + timedelta(days=1), months)
    # Of `months` months each has at least 28 days, and 12 of them at least 365.
    assert today - due > timedelta(days=365 * (months // 12) + 28 * (months % 12))
    assert today - due <= timedelta(days=31 * months + 1)


def chain_of(*kinds_and_days: tuple[Kind, int]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for kind, days in kinds_and_days:
        outcomes += chain_facts(
            SUBJECT,
            [Fact(kind)],
            sequence=len(outcomes),
            head="",
            at=NOON + timedelta(days=days),
            actor="heard",
            delivery=None,
        )
    return outcomes


@pytest.mark.parametrize(
    ("kinds", "day"),
    [
        (((Kind.ACCEPTED, 0), (Kind.ANSWERED, 3)), 3),
        (((Kind.ACCEPTED, 0), (Kind.ANSWERED, 3), (Kind.DUPLICATE, 9)), 3),
        (((Kind.ACCEPTED, 0), (Kind.LATE_REVISION, 1), (Kind.UNVERIFIED, 2)), 0),
        (((Kind.ACCEPTED, 0), (Kind.DUPLICATE, 1), (Kind.REPLY_REMOVED, 5)), 5),
        (((Kind.DUPLICATE, 4),), 4),
    ],
)
def test_repeats_do_not_touch_a_review(kinds: tuple[tuple[Kind, int], ...], day: int) -> None:
    assert last_touch(chain_of(*kinds)) == NOON.date() + timedelta(days=day)


def hold(**scope: object) -> Hold:
    fields: dict[str, object] = {"reviews": ()} | scope
    return Hold(
        "hld_1",
        "acme",
        HoldReason.LAWSUIT,
        "legal",
        NOON,
        date(2026, 6, 30),
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        ({"reviews": ("rev_1",)}, True),
        ({"reviews": ("rev_2",)}, False),
        ({"author": "aut_1"}, True),
        ({"author": "aut_2"}, False),
        ({"start": date(2026, 3, 17), "end": date(2026, 3, 17)}, True),
        ({"start": date(2026, 3, 18), "end": date(2026, 3, 19)}, False),
        ({"start": date(2026, 3, 20), "end": date(2026, 12, 31)}, True),
        ({"start": date(2026, 3, 21), "end": date(2026, 12, 31)}, False),
    ],
)
def test_what_a_hold_covers(scope: dict[str, object], *, covers: bool) -> None:
    days = {date(2026, 3, 17), date(2026, 3, 20)}

    assert hold(**scope).covers("rev_1", "aut_1", days) is covers


@pytest.mark.parametrize(
    ("now", "in_force"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 1, tzinfo=UTC), False),
    ],
)
def test_a_hold_is_in_force_to_the_end_of_its_last_day(now: datetime, *, in_force: bool) -> None:
    assert hold().is_in_force(now) is in_force
