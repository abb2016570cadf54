"""Claims: one agent at a time, by a number; and who may resolve or approve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from heard import follow_ups
from heard.assessment import Severity
from heard.clock import format_time
from heard.follow_ups import (
    CLAIM_LEASE,
    Action,
    Conflict,
    ConflictCode,
    FollowUp,
    Resolution,
    Status,
)
from heard.outcomes import Kind
from heard.remedies import Grant

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
AGENTS = st.sampled_from(["ana", "ben", "cem"])


def new_follow_up(**fields: object) -> FollowUp:
    opened = FollowUp(
        id="fup_1",
        business="bus_1",
        thread="thr_1",
        reviews=("rev_1",),
        platform="standard",
        channel="review_site",
        severity=Severity.HIGH,
        queue="default",
        priority=1,
        opened_at=format_time(NOW),
        due_at=format_time(NOW + timedelta(hours=8)),
        escalate_after=(600, 1200),
    )
    return replace(opened, **fields)


class Claims(RuleBasedStateMachine):
    """Three agents claim, release and resolve while time passes; a model knows who holds it."""

    def __init__(self) -> None:
        super().__init__()
        self.follow_up = new_follow_up()
        self.now = NOW
        self.holder: str | None = None
        self.until = NOW
        self.fences: list[int] = [0]
        self.fence_by_agent: dict[str, int] = {}

    @rule(minutes=st.integers(0, 20))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(agent=AGENTS)
    def claim(self, agent: str) -> None:
        result = follow_ups.claim(self.follow_up, agent, self.now)
        claimed_by_other = self.holder not in {None, agent} and self.now < self.until
        assert isinstance(result, Conflict) == claimed_by_other
        if isinstance(result, FollowUp):
            renewed = self.holder == agent and self.now < self.until
            assert result.fence == self.follow_up.fence + (not renewed)
            self.follow_up, self.holder, self.until = result, agent, self.now + CLAIM_LEASE
            self.fence_by_agent[agent] = result.fence

    @rule(agent=AGENTS)
    def release(self, agent: str) -> None:
        result = follow_ups.release(
            self.follow_up, agent, self.fence_by_agent.get(agent, 0), self.now
        )
        if isinstance(result, FollowUp):
            self.follow_up = result
            self.holder = None if self.holder == agent else self.holder
        else:
            assert self.holder not in {None, agent}

    @rule(agent=AGENTS, stale=st.integers(0, 2))
    def resolve(self, agent: str, stale: int) -> None:
        fence = max(0, self.fence_by_agent.get(agent, 0) - stale)
        allowed = follow_ups.check_resolvable(self.follow_up, agent, fence, self.now) is None
        assert allowed == (
            self.holder == agent and self.now < self.until and fence == self.follow_up.fence
        )

    @invariant()
    def the_fence_never_falls_and_nothing_else_changes(self) -> None:
        assert self.follow_up.fence >= self.fences[-1]
        self.fences.append(self.follow_up.fence)
        assert (
            replace(self.follow_up, fence=0, claimed_by=None, claim_expires_at=None)
            == new_follow_up()
        )
        assert FollowUp.from_json(self.follow_up.to_json()) == self.follow_up


TestClaims = Claims.TestCase


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.CLOSED, ConflictCode.CLOSED), (Status.RESOLVING, ConflictCode.RESOLVED)],
)
def test_a_settled_follow_up_cannot_be_claimed_resolved_or_approved(
    status: Status, reason: ConflictCode
) -> None:
    settled = new_follow_up(
        status=status,
        closing_kind=Kind.ANSWERED,
        fence=1,
        claimed_by="ana",
        claim_expires_at=format_time(NOW + CLAIM_LEASE),
    )
    results = [
        follow_ups.claim(settled, "ana", NOW),
        follow_ups.check_resolvable(settled, "ana", 1, NOW),
        follow_ups.check_approvable(settled, "lee", ""),
    ]

    assert [result.code for result in results if isinstance(result, Conflict)] == [reason] * 3


def test_walking_away_takes_a_second_person() -> None:
    awaiting_approval = new_follow_up(
        status=Status.AWAITING_APPROVAL,
        resolution=Resolution("a-1", Action.WALK_AWAY, "lee", format_time(NOW)),
    )
    assert awaiting_approval.resolution
    digest = awaiting_approval.resolution.digest
    by_the_agent = follow_ups.check_approvable(awaiting_approval, "lee", digest)
    without_request = follow_ups.check_approvable(new_follow_up(), "mia", digest)

    assert follow_ups.check_approvable(awaiting_approval, "mia", digest) is None
    assert by_the_agent is not None
    assert by_the_agent.code is ConflictCode.SAME_PERSON
    assert without_request is not None
    assert without_request.code is ConflictCode.NOTHING_TO_APPROVE


def test_a_digest_names_all_of_a_resolution_but_who_approved_it() -> None:
    fields: dict[str, Any] = {
        "id": "a-2",
        "action": Action.PROMISE,
        "agent": "ben",
        "at": format_time(NOW + CLAIM_LEASE),
        "reply": "rep_1",
        "promised_for": format_time(NOW),
        "reason": "abuse",
        "fix": "refunded",
        "root_cause": "process",
        "reviews": ("rev_1",),
        "remedy": Grant("refund", Decimal(5), "EUR"),
    }
    resolution = Resolution("a-1", Action.WALK_AWAY, "ana", format_time(NOW))
    digests = {replace(resolution, **{name: value}).digest for name, value in fields.items()}

    assert fields.keys() == Resolution.__dataclass_fields__.keys() - {"approved_by"}
    assert len(digests | {resolution.digest}) == len(fields) + 1
    assert replace(resolution, approved_by="lee").digest == resolution.digest


def test_who_approved_survives_storage_and_is_not_the_evidence() -> None:
    resolution = Resolution(
        "a-1", Action.WALK_AWAY, "ana", format_time(NOW), approved_by="lee", reviews=("rev_1",)
    )

    assert Resolution.from_json(resolution.to_json()) == resolution
    assert "evidence" not in resolution.to_json()


@given(st.lists(st.integers(60, 10**6), max_size=4).map(tuple), st.integers(1, 8))
def test_each_level_waits_as_long_as_the_ladder_says_and_the_last_one_repeats(
    ladder: tuple[int, ...], times: int
) -> None:
    follow_up = new_follow_up(escalate_after=ladder)
    for level in range(1, times + 1):
        follow_up = follow_ups.escalate(follow_up, NOW)
        wait = (ladder or (86_400,))[min(level, len(ladder or (0,))) - 1]
        assert (follow_up.level, follow_up.due_at) == (
            level,
            format_time(NOW + timedelta(seconds=wait)),
        )
