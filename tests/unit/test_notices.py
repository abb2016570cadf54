"""Which outcomes become notices, and what these say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.notices import FIELDS, makes_notice, notices_of
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from tests.static.repository import ROOT
from tests.unit.backend import COMPLAINT, PRAISE
from tests.unit.test_outcome_fields import facts_of_all_steps

OUTCOME = Outcome(
    review="rev_1",
    sequence=2,
    kind=Kind.FOLLOW_UP_OPENED,
    at="2026-03-17T12:00:00.000Z",
    business="bus_bakery",
    platform="standard",
    channel="review_site",
    severity="high",
    actor="heard",
    delivery="dlv_1",
    detail={},
    previous="0" * 64,
    hash="1" * 64,
)
FOLLOW_UP = {
    "follow_up": "fup_1",
    "follow_up_severity": "critical",
    "queue": "urgent",
    "due_at": "2026-03-17T13:00:00.000Z",
}

WITHOUT_NOTICE = {
    Kind.ACCEPTED: "every review; who must act is told by follow_up_opened",
    Kind.REVISED: "an edit that needs a person joins its follow-up",
    Kind.LATE_REVISION: "it changes nothing",
    Kind.TEXTS_ERASED: "who was erased concerns nobody else",
    Kind.TEXTS_DELETED: "it happens every night as the business decided",
    Kind.DUPLICATE: "it changes nothing",
    Kind.UNVERIFIED: "it changes nothing",
    Kind.RESOLUTION_GIVEN: "its end, or its failure, is told",
    Kind.PROMISED: "the date is told when it comes",
    Kind.INVITED_PRIVATE: "the follow-up escalates when nothing comes of it",
    Kind.REPLY_SENT: "the end of the review is told",
    Kind.REPLY_PUBLISHED: "as expected",
}


def table_rows() -> list[tuple[str, frozenset[str]]]:
    """(detail type, fields beside those of every notice) of each in docs/notices.md."""
    page = (ROOT / "docs" / "notices.md").read_text()
    rows = re.findall(r"^\| (`outcome\.[^|]+) \| ([^|;]+)(?:;[^|]*)? \|$", page, re.MULTILINE)
    return [
        (kind, frozenset(re.findall(r"`(\w+)`", fields)))
        for kinds, fields in rows
        for kind in re.findall(r"`(outcome\.\w+)`", kinds)
    ]


def test_the_guide_for_receivers_has_each_detail_type_with_its_fields() -> None:
    fields_by_type = {f"outcome.{kind.value}": set(fields) for kind, fields in FIELDS.items()}
    rows = table_rows()

    assert dict(rows) == fields_by_type
    assert len(rows) == len(fields_by_type)


def outcome(kind: Kind, severity: str | None = "high", **detail: Any) -> Outcome:
    return replace(OUTCOME, kind=kind, severity=severity, detail=detail)


def test_every_kind_is_told_or_has_a_reason_why_not() -> None:
    assert sorted([*FIELDS, *WITHOUT_NOTICE]) == sorted(Kind)
    assert [
        kind for kind in WITHOUT_NOTICE if makes_notice(outcome(kind, "critical", **FOLLOW_UP))
    ] == []


def test_a_notice_names_its_outcome_and_holds_ids_and_codes() -> None:
    notice, _ = notices_of(outcome(Kind.FOLLOW_UP_OPENED, **FOLLOW_UP, why="policy"))

    assert notice.kind == "outcome.follow_up_opened"
    assert json.loads(notice.to_text()) == {
        "outcome": "out_1_000002",
        "business": "bus_bakery",
        "review": "rev_1",
        "sequence": 2,
        "platform": "standard",
        "channel": "review_site",
        "severity": "high",
        "at": "2026-03-17T12:00:00.000Z",
        **FOLLOW_UP,
        "why": "policy",
    }


def test_the_earlier_names_stay_beside_the_new_ones_with_the_severity_of_the_follow_up() -> None:
    _, opened = notices_of(outcome(Kind.FOLLOW_UP_OPENED, **FOLLOW_UP, why="policy"))
    _, escalated = notices_of(outcome(Kind.ESCALATED, **FOLLOW_UP, level=2, was_due="x"))
    expected = {
        "outcome": "out_1_000002",
        "follow_up": "fup_1",
        "business": "bus_bakery",
        "severity": "critical",
        "channel": "review_site",
        "queue": "urgent",
        "due_at": "2026-03-17T13:00:00.000Z",
    }

    assert (opened.kind, opened.detail) == ("follow_up.opened", expected)
    assert (escalated.kind, escalated.detail) == ("follow_up.escalated", expected | {"level": 2})


def test_an_outcome_from_before_its_kind_had_all_fields_is_told_without_them() -> None:
    before = outcome(Kind.ESCALATED, follow_up="fup_1", level=1, was_due=FOLLOW_UP["due_at"])
    notice, escalated = notices_of(before)

    assert "queue" not in notice.detail
    assert notice.detail["level"] == 1
    assert escalated.detail["severity"] == "high"


@pytest.mark.parametrize("kind", [Kind.WITHDRAWN, Kind.IGNORED])
def test_the_end_of_a_review_that_nobody_had_is_no_news(kind: Kind) -> None:
    assert notices_of(outcome(kind, reason="spam")) == ()
    assert len(notices_of(outcome(kind, reason="spam", **FOLLOW_UP))) == 1


def test_an_acknowledgement_is_news_for_a_critical_review_only() -> None:
    assert notices_of(outcome(Kind.ACKNOWLEDGED, "high", reply="rep_1")) == ()
    assert len(notices_of(outcome(Kind.ACKNOWLEDGED, "critical", reply="rep_1"))) == 1


def test_what_a_person_wrote_is_in_no_notice() -> None:
    """A reason may be a code of the agent's own, and a code can hold a name."""
    request = outcome(
        Kind.APPROVAL_REQUESTED, **FOLLOW_UP, action="walk_away", reason="rude-john-smith"
    )
    (notice,) = notices_of(request)

    assert notice.detail["action"] == "walk_away"
    assert "john" not in notice.to_text()


@pytest.mark.parametrize("value", ["x" * 201, 1, 1.5, True, ["urgent"], {"urgent": 1}, b"urgent"])
def test_a_field_that_is_no_code_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="queue is neither an id nor a code"):
        notices_of(outcome(Kind.FOLLOW_UP_OPENED, **FOLLOW_UP | {"queue": value}))


def test_every_notice_of_every_step_says_whose_work_it_is_about() -> None:
    """A notice without queue and severity could be sent to nobody in particular."""
    facts_and_notices = [
        (fact, notice)
        for fact in facts_of_all_steps()
        for notice in notices_of(
            replace(OUTCOME, kind=fact.kind, severity="critical", detail=fact.detail)
        )
    ]
    needs_person = set(FIELDS) - {
        Kind.ACKNOWLEDGED,
        Kind.REOPENED,
        # Only some of these have a follow-up; else another outcome of the same moment opens one.
        Kind.REPLY_REJECTED,
        Kind.REPLY_UNKNOWN,
        Kind.REPLY_REMOVED,
    }

    assert {fact.kind for fact, _ in facts_and_notices} == set(FIELDS)
    for fact, notice in facts_and_notices:
        if fact.kind in needs_person:
            assert {"follow_up", "queue"} <= notice.detail.keys(), fact
        if fact.kind in needs_person - CLOSING_KINDS:
            assert "due_at" in notice.detail, fact
        assert COMPLAINT not in notice.to_text()
        assert PRAISE not in notice.to_text()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.sampled_from(Kind),
    st.dictionaries(st.sampled_from(sorted({*FOLLOW_UP, "reply", "level", "text"})), json_values),
)
def test_whatever_an_outcome_holds_a_notice_is_small_and_has_known_fields_only(
    kind: Kind, detail: dict[str, Any]
) -> None:
    try:
        notices = notices_of(outcome(kind, "critical", **detail))
    except ValueError:
        return
    for notice in notices:
        assert len(notice.to_text()) < 20_000, "ten of them must fit into one PutEvents"
        assert "text" not in notice.detail
