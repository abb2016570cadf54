"""What the check of the stored seals finds in the log, the states and the versions.

What it finds in the facts is in tests/unit/packs/test_tampering.py, beside what `verify.py` finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heard.outcomes import Outcome
from heard.seals.alignment import LineFault, align_lines
from heard.seals.checking import DayEvidence, SealExpectation, check_seals
from heard.seals.leaves import leaf_bytes
from heard.seals.merkle import leaf_hash
from tests.unit.seals.days import (
    BUSINESS,
    FIRST_DAY,
    ORIGIN,
    OTHER_VKEY,
    VKEY,
    Diary,
    accepted,
    at,
    three_days,
    verify_with_nacl,
)

DAYS = [(FIRST_DAY + timedelta(days=number)).isoformat() for number in range(5)]


def days_of(diary: Diary, **logs: Sequence[Outcome]) -> list[DayEvidence]:
    """The sealed days of a diary; the log of `d0` may be given in place of its own."""
    return [
        DayEvidence(
            seal,
            facts=draft.facts,
            log=logs.get(f"d{number}", diary.outcomes.get(seal.day, [])),
        )
        for number, (seal, draft) in enumerate(zip(diary.seals, diary.drafts, strict=True))
    ]


def found(days: Sequence[DayEvidence], **expected: Any) -> list[tuple[str, str, str | None]]:
    given = {"keys": [VKEY], **expected}
    findings = check_seals(days, SealExpectation(BUSINESS, ORIGIN, **given), verify_with_nacl)
    return [(each.kind.value, each.day, each.outcome) for each in findings]


def test_seals_that_fit_to_everything_have_no_findings() -> None:
    diary = three_days()

    assert found(days_of(diary), heads=diary.heads, until=DAYS[2]) == []
    assert found(days_of(diary)[1:], start=diary.seals[0], heads=diary.heads) == []
    assert found([DayEvidence(seal) for seal in diary.seals]) == []


def test_without_a_trusted_key_the_first_seals_own_is_taken() -> None:
    assert found(days_of(three_days()), keys=[]) == []
    assert {each[0] for each in found(days_of(three_days()), keys=[OTHER_VKEY])} == {"wrong_key"}


@pytest.mark.parametrize(("versions", "markers"), [(2, 0), (1, 1), (3, 2)])
def test_a_second_version_or_a_delete_marker_is_named(versions: int, markers: int) -> None:
    days = days_of(three_days())
    days[1] = replace(days[1], versions=versions, markers=markers)

    assert found(days) == [("rewritten", DAYS[1], None)]


def test_an_outcome_that_the_log_lost_is_named() -> None:
    diary = three_days()
    gone, *rest = diary.outcomes[DAYS[0]]

    assert found(days_of(diary, d0=rest)) == [("missing", DAYS[0], gone.id)]


def test_all_outcomes_of_a_review_that_the_log_lost_are_named() -> None:
    diary = three_days()
    rest = [each for each in diary.outcomes[DAYS[0]] if each.review != "rev_bbbb"]
    heads = {**diary.heads, "rev_bbbb": None}

    assert found(days_of(diary, d0=rest), heads=heads) == [
        ("missing", DAYS[0], "out_bbbb_000001"),
        ("missing", DAYS[0], "out_bbbb_000002"),
        ("head_behind", DAYS[2], "out_bbbb_000002"),
    ]


@pytest.mark.parametrize(
    ("change", "kind"), [({"actor": "usr_9"}, "changed"), ({"hash": "0" * 64}, "changed")]
)
def test_an_outcome_that_the_log_says_otherwise_is_named(change: dict[str, str], kind: str) -> None:
    diary = three_days()
    first, *rest = diary.outcomes[DAYS[0]]

    assert found(days_of(diary, d0=[replace(first, **change), *rest])) == [
        (kind, DAYS[0], first.id)
    ]


def test_a_log_that_was_rewritten_with_fitting_hashes_is_named() -> None:
    diary, other = three_days(), Diary()
    (forged,) = other.write("rev_bbbb", accepted(), at=at(0, 9))
    log = [forged if each.id == forged.id else each for each in diary.outcomes[DAYS[0]]]

    assert found(days_of(diary, d0=log)) == [("rehashed", DAYS[0], forged.id)]


def test_an_outcome_that_was_put_into_the_log_after_its_seal_is_named() -> None:
    diary, other = three_days(), Diary()
    (forged,) = other.write("rev_zzzz", accepted(), at=at(0, 9))

    assert found(days_of(diary, d0=[*diary.outcomes[DAYS[0]], forged])) == [
        ("inserted", DAYS[1], forged.id)
    ]


def test_an_outcome_of_the_last_day_that_waits_for_the_next_seal_is_no_fault() -> None:
    diary = three_days()
    (late,) = diary.write("rev_aaaa", accepted(), at=at(2, 23, 59))
    days = days_of(diary)
    findings = list(check_seals(days, SealExpectation(BUSINESS, ORIGIN, [VKEY]), verify_with_nacl))

    assert [(each.kind.value, each.outcome, each.is_fault) for each in findings] == [
        ("not_sealed_yet", late.id, False)
    ]


def test_a_late_outcome_is_found_with_the_next_day() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    (late,) = diary.write("rev_bbbb", accepted(), at=at(0, 23, 59))
    diary.seal(FIRST_DAY, late=[late])
    diary.seal(FIRST_DAY + timedelta(days=1))

    assert found(days_of(diary), heads=diary.heads) == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (None, "head_behind"),
        ((3, "0" * 64), "head_behind"),
        ((4, "0" * 64), "head_differs"),
        ((5, "0" * 64), None),
    ],
)
def test_the_state_of_each_review_is_compared(
    head: tuple[int, str] | None, kind: str | None
) -> None:
    diary = three_days()

    assert found(days_of(diary), heads={"rev_aaaa": head}) == (
        [(kind, DAYS[2], "out_aaaa_000004")] if kind else []
    )


def test_each_day_that_was_not_sealed_is_named() -> None:
    days = days_of(three_days())

    assert found([days[0], days[2]]) == [("day_missing", DAYS[1], None)]
    assert found(days, until=DAYS[4]) == [
        ("day_missing", DAYS[3], None),
        ("day_missing", DAYS[4], None),
    ]


def test_a_day_that_was_sealed_twice_is_named() -> None:
    days = days_of(three_days())

    assert ("doubled", DAYS[0], None) in found([days[0], days[0]])


def test_seals_that_do_not_begin_the_log_are_named() -> None:
    assert ("frontier_differs", DAYS[1], None) in found(days_of(three_days())[1:])


def test_a_seal_with_a_note_that_cannot_be_read_is_named() -> None:
    days = days_of(three_days())
    days[1] = replace(days[1], seal=replace(days[1].seal, note="?"))

    assert found(days) == [("wrong_key", DAYS[1], None)]


def test_outcomes_at_midnight_may_be_in_the_order_in_which_they_were_appended() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0, 9))
    diary.write("rev_aaaa", accepted(), at=at(1))
    diary.write("rev_aaaa", accepted(), at=at(0, 23, 59))
    for day in range(2):
        diary.seal(FIRST_DAY + timedelta(days=day))

    assert found(days_of(diary), heads=diary.heads) == []
    assert found(days_of(diary)[1:], start=diary.seals[0], heads=diary.heads) == []


def test_equal_leaves_that_were_sealed_twice_are_lines_twice() -> None:
    line = leaf_bytes(three_days().outcomes[DAYS[0]][0])
    leaf = leaf_hash(line)

    assert align_lines([line, line], [leaf, leaf]).faults == []
    assert [each.fault for each in align_lines([line], [leaf, leaf]).faults] == [LineFault.MISSING]


def test_many_faults_of_a_day_are_told_apart() -> None:
    diary = three_days()
    first, second, third, fourth, fifth = diary.lines()[0]
    leaves = diary.seals[0].leaves[:-1]
    changed = second.replace(b'"rating":2', b'"rating":5')

    day = align_lines([first, changed, fourth, b"?", fifth], leaves)

    assert [(each.fault.value, each.place, each.outcome) for each in day.faults] == [
        ("changed", 1, "out_bbbb_000001"),
        ("inserted", 3, None),
        ("missing", 2, None),
    ]
    assert sorted(day.outcomes) == [0, 3, 4]
    assert third not in {leaf_bytes(each) for each in day.outcomes.values()}
