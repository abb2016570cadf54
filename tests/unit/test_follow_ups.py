"""Claims: one agent at a time, by number; and who may say what about a follow-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

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

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
AGENTS = st.sampled_from(["ana", "ben", "cem"])


def work(**fields: object) -> FollowUp:
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
    """Three agents claim, release and answer as they like while time passes.

    A model says who holds it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.task = work()
        self.now = NOW
        self.holder: str | None = None
        self.until = NOW
        self.fences: list[int] = [0]
        self.held: dict[str, int] = {}

    @rule(minutes=st.integers(0, 20))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(agent=AGENTS)
    def claim(self, agent: str) -> None:
        result = follow_ups.claim(self.task, agent, self.now)
        taken = self.holder not in {None, agent} and self.now < self.until
        assert isinstance(result, Conflict) == taken
        if isinstance(result, FollowUp):
            renewed = self.holder == agent and self.now < self.until
            assert result.fence == self.task.fence + (not renewed)
            self.task, self.holder, self.until = result, agent, self.now + CLAIM_LEASE
            self.held[agent] = result.fence

    @rule(agent=AGENTS)
    def release(self, agent: str) -> None:
        result = follow_ups.release(self.task, agent, self.held.get(agent, 0), self.now)
        if isinstance(result, FollowUp):
            self.task = result
            self.holder = None if self.holder == agent else self.holder
        else:
            assert self.holder not in {None, agent}

    @rule(agent=AGENTS, stale=st.integers(0, 2))
    def answer(self, agent: str, stale: int) -> None:
        fence = max(0, self.held.get(agent, 0) - stale)
        allowed = follow_ups.check_resolvable(self.task, agent, fence, self.now) is None
        assert allowed == (
            self.holder == agent and self.now < self.until and fence == self.task.fence
        )

    @invariant()
    def the_fence_never_falls_and_nothing_else_changes(self) -> None:
        assert self.task.fence >= self.fences[-1]
        self.fences.append(self.task.fence)
        assert replace(self.task, fence=0, claimed_by=None, claim_expires_at=None) == work()
        assert FollowUp.from_json(self.task.to_json()) == self.task


TestClaims = Claims.TestCase


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.CLOSED, ConflictCode.CLOSED), (Status.RESOLVING, ConflictCode.RESOLVED)],
)
def test_nobody_can_claim_answer_or_approve_what_is_settled(
    status: Status, reason: ConflictCode
) -> None:
    settled = work(
        status=status,
        closing_kind=Kind.ANSWERED,
        fence=1,
        claimed_by="ana",
        claim_expires_at=format_time(NOW + CLAIM_LEASE),
    )
    refusals = [
        follow_ups.claim(settled, "ana", NOW),
        follow_ups.check_resolvable(settled, "ana", 1, NOW),
        follow_ups.check_approvable(settled, "lee"),
    ]

    assert [refused.code for refused in refusals if isinstance(refused, Conflict)] == [reason] * 3


def test_walking_away_takes_a_second_person() -> None:
    asked = work(
        status=Status.AWAITING_APPROVAL,
        resolution=Resolution("a-1", Action.WALK_AWAY, "lee", format_time(NOW)),
    )
    alone = follow_ups.check_approvable(asked, "lee")

    assert alone is not None
    assert alone.code is ConflictCode.SAME_PERSON
    assert follow_ups.check_approvable(asked, "mia") is None
    nothing = follow_ups.check_approvable(work(), "mia")
    assert nothing is not None
    assert nothing.code is ConflictCode.NOTHING_TO_APPROVE


@given(st.lists(st.integers(60, 10**6), max_size=4).map(tuple), st.integers(1, 8))
def test_each_level_waits_as_long_as_the_ladder_says_and_the_last_one_repeats(
    ladder: tuple[int, ...], times: int
) -> None:
    task = work(escalate_after=ladder)
    for level in range(1, times + 1):
        task = follow_ups.escalate(task, NOW)
        wait = (ladder or (86_400,))[min(level, len(ladder or (0,))) - 1]
        assert (task.level, task.due_at) == (level, format_time(NOW + timedelta(seconds=wait)))
