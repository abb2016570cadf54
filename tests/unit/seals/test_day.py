"""What a seal says of a day, and what it finds wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.outcomes import Outcome
from heard.seals.day import DraftSeal, ProblemKind, SealInput, heads_root, seal_day
from heard.seals.facts import facts_lines
from heard.seals.leaves import leaf_bytes, parse_line, record_bytes, redacted_leaf, redaction_line
from heard.seals.merkle import leaf_hash, root_of
from heard.seals.notes import parse_note, parse_vkey
from heard.seals.seal import Seal, seal_key
from tests.unit.seals.days import (
    FIRST_DAY,
    ORIGIN,
    VKEY,
    Diary,
    accepted,
    at,
    three_days,
    verify_with_nacl,
)

DAY = FIRST_DAY.isoformat()


def input_of(diary: Diary, **changes: Any) -> SealInput:
    """The first day of a diary, as it is sealed."""
    given = SealInput(
        business=diary.business,
        day=DAY,
        origin=diary.origin,
        outcomes=diary.outcomes.get(DAY, []),
        key=VKEY,
        made=datetime(2026, 3, 17, 0, 20, tzinfo=UTC),
        open_reviews=1,
    )
    return replace(given, **changes)


def second_day(diary: Diary, now: list[Outcome], **changes: Any) -> DraftSeal:
    """The day behind the first, when the log shows `now` for the first one."""
    day = (FIRST_DAY + timedelta(days=1)).isoformat()
    return seal_day(
        input_of(
            diary,
            day=day,
            outcomes=diary.outcomes.get(day, []),
            previous=diary.seals[0],
            day_before=now,
            lines_before=facts_lines(diary.drafts[0].facts),
            **changes,
        )
    )


def kinds(draft: DraftSeal) -> list[tuple[str, str | None]]:
    return [(each.kind.value, each.outcome) for each in draft.problems]


def test_the_leaves_of_a_day_are_its_outcomes_in_order_and_the_record() -> None:
    diary = three_days()
    seal = diary.seals[0]
    ordered = sorted(diary.outcomes[DAY], key=lambda each: (each.at, each.id))

    assert [*seal.leaves] == [
        *(leaf_hash(leaf_bytes(each)) for each in ordered),
        leaf_hash(record_bytes(seal.record)),
    ]
    assert [parse_line(line) for line in diary.lines()[0]] == ordered


def test_the_note_is_signed_and_holds_the_root_of_all_days() -> None:
    diary = three_days()
    note = parse_note(diary.seals[2].note)

    assert note.is_signed_by(parse_vkey(VKEY), verify_with_nacl)
    assert note.checkpoint.size == 11
    assert note.checkpoint.root == root_of(leaf for seal in diary.seals for leaf in seal.leaves)


def test_the_record_counts_and_names_what_it_follows() -> None:
    diary = three_days()
    record = diary.seals[1].record

    assert (record["outcomes"], record["late"], record["first"]) == (3, 0, 6)
    assert (record["reviews"], record["open"]) == (2, 3)
    assert record["problems"] == []
    assert record["heads"] == heads_root(
        {review: diary.heads[review] for review in ("rev_aaaa", "rev_cccc")}
    )
    assert diary.seals[0].record["previous"] is None
    assert [len(each.leaves) for each in diary.seals] == [6, 4, 1]


def test_a_day_without_outcomes_is_sealed_by_its_record_alone() -> None:
    seal = three_days().seals[2]

    assert (seal.record["outcomes"], len(seal.leaves), seal.facts.lines) == (0, 1, 0)


def test_the_same_day_makes_the_same_seal_in_any_order_of_a_list() -> None:
    diary = three_days()

    backwards = seal_day(input_of(diary, outcomes=diary.outcomes[DAY][::-1]))

    assert backwards == seal_day(input_of(diary))


def test_an_iterator_is_read_once_and_must_be_in_order() -> None:
    diary = three_days()

    assert seal_day(input_of(diary, outcomes=iter(diary.outcomes[DAY]))) == seal_day(
        input_of(diary)
    )
    with pytest.raises(ValueError, match="out of order"):
        seal_day(input_of(diary, outcomes=iter(diary.outcomes[DAY][::-1])))


def test_a_seal_comes_back_as_it_was_stored() -> None:
    for seal in three_days().seals:
        stored = Seal.from_bytes(seal.to_bytes())

        assert stored.to_bytes() == seal.to_bytes()
        assert stored.frontier_after().root() == seal.frontier_after().root()


def test_a_seal_has_its_place_by_business_and_day() -> None:
    assert seal_key("acme", "2026-03-16") == "acme/2026/03/16.json"


@given(st.data())
def test_a_stored_seal_with_any_field_of_another_type_is_refused(data: st.DataObject) -> None:
    fields = three_days().seals[0].to_json()
    name = data.draw(st.sampled_from(sorted(fields)))
    fields[name] = data.draw(
        st.sampled_from([None, True, 1.5, -1, "?", ["?"], {"?": 1}]).filter(
            lambda value: type(value) is not type(fields[name]) or value in (-1, ["?"])
        )
    )

    with pytest.raises(ValueError, match=r"."):
        Seal.from_json(fields)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000, b"\xff"])
def test_what_is_no_seal_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Seal.from_bytes(content)


def test_an_outcome_that_came_late_is_sealed_behind_those_of_the_next_day() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    (late,) = diary.write("rev_bbbb", accepted(), at=at(0, 23, 59))
    diary.write("rev_cccc", accepted(), at=at(1))
    diary.seal(FIRST_DAY, late=[late])

    seal = diary.seal(FIRST_DAY + timedelta(days=1))

    assert (seal.record["outcomes"], seal.record["late"]) == (1, 1)
    assert parse_line(diary.lines()[1][-1]) == late
    assert seal.record["problems"] == []
    # The day after knows which of the leaves were those of the day itself.
    assert diary.seal(FIRST_DAY + timedelta(days=2)).record["problems"] == []


def test_an_outcome_that_is_gone_after_the_seal_is_named() -> None:
    diary = three_days()
    gone, *rest = diary.outcomes[DAY]

    draft = second_day(diary, rest)

    assert kinds(draft) == [("missing_after_seal", gone.id)]
    assert draft.record["problems"] == [
        {"why": "missing_after_seal", "review": gone.review, "outcome": gone.id}
    ]


def test_an_outcome_that_was_changed_after_the_seal_is_named_and_not_sealed_again() -> None:
    diary = three_days()
    first, *rest = diary.outcomes[DAY]

    draft = second_day(diary, [replace(first, actor="usr_9"), *rest])

    assert kinds(draft) == [("changed_after_seal", first.id)]
    assert draft.record["late"] == 0


def test_without_the_lines_of_the_day_before_a_missing_outcome_has_no_name() -> None:
    diary = three_days()

    draft = second_day(replace_lines(diary), diary.outcomes[DAY][1:])

    assert kinds(draft) == [("missing_after_seal", None)]


def replace_lines(diary: Diary) -> Diary:
    diary.drafts[0] = replace(diary.drafts[0], facts=b"")
    return diary


def test_a_line_that_was_taken_out_by_law_is_not_missing() -> None:
    diary = three_days()
    gone, *rest = diary.outcomes[DAY]
    leaf = leaf_hash(leaf_bytes(gone))
    day = (FIRST_DAY + timedelta(days=1)).isoformat()

    draft = seal_day(
        input_of(
            diary,
            day=day,
            outcomes=diary.outcomes[day],
            previous=diary.seals[0],
            day_before=rest,
            lines_before=[redaction_line(leaf)],
        )
    )

    assert draft.problems == ()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (None, "head_behind"),
        ((1, "0" * 64), "head_behind"),
        ((2, "0" * 64), "head_differs"),
        ((3, "0" * 64), None),
    ],
)
def test_the_state_of_each_review_is_compared_with_the_log(
    head: tuple[int, str] | None, kind: str | None
) -> None:
    diary = three_days()

    draft = seal_day(input_of(diary, heads={"rev_aaaa": head}))

    assert kinds(draft) == ([(kind, "out_aaaa_000002")] if kind else [])


@pytest.mark.parametrize("change", [{"actor": "usr_9"}, {"previous": "0" * 64}, {"hash": "?"}])
def test_a_broken_chain_is_sealed_as_a_problem(change: dict[str, str]) -> None:
    diary = three_days()
    outcomes = [
        replace(each, **change) if each.id == "out_aaaa_000001" else each
        for each in diary.outcomes[DAY]
    ]

    (problem,) = kinds(seal_day(input_of(diary, outcomes=outcomes)))

    assert problem[0] == "chain_broken"
    assert problem[1] in {"out_aaaa_000001", "out_aaaa_000002"}


def test_a_gap_in_the_chain_of_a_day_is_a_problem() -> None:
    diary = Diary()
    links = diary.write("rev_aaaa", accepted(), accepted(), accepted(), at=at(0))

    draft = seal_day(input_of(diary, outcomes=[links[0], links[2]]))

    assert kinds(draft) == [("chain_broken", "out_aaaa_000003")]


@pytest.mark.parametrize(
    ("first", "second", "is_problem"),
    [(at(0, 23, 58), at(1), False), (at(0, 23, 50), at(1), True)],
)
def test_at_midnight_the_earlier_of_two_steps_may_append_last(
    first: datetime, second: datetime, is_problem: bool
) -> None:
    diary = Diary()
    links = diary.write("rev_aaaa", accepted(), accepted(), at=at(0, 9))
    diary.write("rev_aaaa", accepted(), at=second)
    (last,) = diary.write("rev_aaaa", accepted(), at=first)

    draft = seal_day(input_of(diary, outcomes=[*links, last]))

    assert kinds(draft) == ([("chain_broken", "out_aaaa_000004")] if is_problem else [])


def test_a_day_may_begin_in_the_middle_of_a_chain() -> None:
    diary = three_days()

    assert diary.drafts[1].problems == ()


def test_problems_beyond_a_bound_are_counted_but_not_listed() -> None:
    diary = Diary()
    for number in range(1_002):
        diary.write(f"rev_{number:04}", accepted(), at=at(0))

    record = seal_day(input_of(diary, heads=dict.fromkeys(diary.heads, None))).record

    assert (record["problem_count"], len(record["problems"])) == (1_002, 1_000)


def test_too_many_outcomes_are_sealed_and_told() -> None:
    draft = seal_day(input_of(three_days(), max_outcomes=4))

    assert kinds(draft) == [(ProblemKind.TOO_MANY.value, None)]
    assert len(draft.leaves) == 6


def test_the_record_names_the_key_of_the_next_day() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))

    record = diary.seal(FIRST_DAY, next_key=VKEY).record

    assert (record["key"], record["next_key"]) == (VKEY, VKEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "2026-3-16"},
        {"day": "2026-03-18"},
        {"business": "other"},
        {"origin": "heard/1/demo/other"},
        {"key": "acme"},
        {"next_key": VKEY.replace(ORIGIN, "x")},
    ],
)
def test_a_day_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    diary = three_days()

    with pytest.raises(ValueError, match=r"."):
        seal_day(input_of(diary, **changes))


def test_a_day_that_does_not_follow_the_seal_before_it_is_refused() -> None:
    diary = three_days()

    with pytest.raises(ValueError, match="does not follow"):
        seal_day(input_of(diary, previous=diary.seals[1]))
    with pytest.raises(ValueError, match="another business"):
        seal_day(
            input_of(
                diary,
                day="2026-03-17",
                outcomes=(),
                previous=replace(diary.seals[0], business="other"),
            )
        )


def test_the_facts_are_the_same_bytes_whenever_they_are_made() -> None:
    first, second = three_days().drafts[0], three_days().drafts[0]

    assert first.facts == second.facts
    assert first.facts_file.key == (
        f"outcomes/business=acme/day={DAY}/{first.facts_file.sha256[:12]}.jsonl.gz"
    )


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x1f\x8b\x08\x00", three_days().drafts[0].facts[:-9]]
)
def test_what_is_no_facts_file_is_refused_or_empty(content: bytes) -> None:
    try:
        assert facts_lines(content) == []
    except ValueError:
        return


def test_facts_that_grow_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        facts_lines(three_days().drafts[0].facts, longest=100)


def test_a_line_in_another_form_is_no_outcome() -> None:
    line = three_days().lines()[0][0]

    for other in (b"", b"[]", b"{}", line + b" ", json.dumps(json.loads(line)).encode()):
        with pytest.raises(ValueError, match=r"."):
            parse_line(other)


@given(st.binary(max_size=40).filter(lambda line: line != b""))
def test_only_a_redaction_line_stands_for_a_leaf(line: bytes) -> None:
    leaf = leaf_hash(line)

    assert redacted_leaf(redaction_line(leaf)) == leaf
    assert redacted_leaf(line) is None
    assert redacted_leaf(b'{"redacted":' + line) is None
    assert redacted_leaf(redaction_line(leaf) + b" ") is None
