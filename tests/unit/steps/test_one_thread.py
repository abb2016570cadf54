"""One public thread with three reviews, two agents, a lead, and faults; in any order.

Functions stop half-way and the platform fails. After every step the invariants hold
(`Backend.check_invariants`). When the faults end, every review is closed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto import mock_aws

from heard.errors import ConflictError, Fault
from heard.follow_ups import Action
from heard.reviews import EventKind
from heard.steps import desk
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms
from tests.unit.backend import (
    COMPLAINT,
    MILD_COMPLAINT,
    PRAISE,
    Backend,
    FakeClock,
    moto_client,
    review_event,
)

TOPIC = "812"
POSTS = ("5001", "5002", "5003")
AUTHOR = "Zelda Quint"
TEXTS_AND_RATINGS = (
    (PRAISE, None),
    (MILD_COMPLAINT, None),
    (COMPLAINT, None),
    ("How do I move a booking to Friday?", None),
)
REPLY_TEXTS = (
    "I found both payments and paid one of them back this morning; the bank needs two days.",
    "Our oven failed at five, and I should have told everybody in the queue. Tomorrow it bakes "
    "again.",
    "Please send me the receipt by e-mail; with it I can look up who served you on Sunday.",
    "A parcel went to number 12 by mistake. Mira carries it over to your house at noon.",
    "Short.",
)


class OneThread(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.aws = mock_aws()
        self.aws.start()
        clock = FakeClock()
        self.platforms = SimulatedPlatforms(clock=clock).start()
        self.backend = Backend(moto_client("dynamodb")).reset(self.platforms, clock)
        self.backend.connect("discourse")
        posts = [
            {"id": int(post), "post_number": n, "username": "zelda", "raw": "…"}
            for n, post in enumerate(POSTS, start=1)
        ]
        self.platforms.set_resource("discourse", TOPIC, {"title": "Bread", "posts": posts})
        self.people = {name: self.backend.add_person(name, "agent") for name in ("Ana", "Ben")} | {
            "Lee": self.backend.add_person("Lee", "agent", "lead")
        }
        self.revisions = dict.fromkeys(POSTS, 0)
        self.pending_messages: list[dict[str, Any]] = []
        self.resolution_count = 0

    def teardown(self) -> None:
        try:
            self.run_to_the_end()
        finally:
            self.platforms.stop()
            self.aws.stop()

    # What customers and platforms do

    @rule(
        post=st.sampled_from(POSTS),
        words=st.sampled_from(TEXTS_AND_RATINGS),
        kind=st.sampled_from(
            [
                EventKind.CREATED,
                EventKind.EDITED,
                EventKind.EDITED,
                EventKind.WITHDRAWN,
                EventKind.REPLY_SEEN,
            ]
        ),
        back=st.sampled_from([0, 0, 0, 1]),
        stops=st.booleans(),
    )
    def review_event_arrives(
        self, post: str, words: tuple[str, int | None], kind: EventKind, back: int, stops: bool
    ) -> None:
        self.revisions[post] += 1 - back
        event = review_event(
            post,
            *words,
            kind=kind,
            revision=max(1, self.revisions[post]),
            thread=TOPIC,
            reply_to={"topic_id": TOPIC, "post_number": str(POSTS.index(post) + 1)},
        )
        message = self.backend.queue_message(event, "discourse")
        if stops:
            self.backend.triage(message)
            self.pending_messages.append(message)
        else:
            self.route_message(message)

    @rule(
        mode=st.sampled_from(
            [
                FaultMode.FAIL_BEFORE,
                FaultMode.FAIL_AFTER,
                FaultMode.DROP,
                FaultMode.RATE_LIMITED,
                FaultMode.REJECT,
            ]
        ),
        calls=st.sampled_from([CallKind.REPLY, CallKind.REPLY, CallKind.READ]),
    )
    def the_platform_fails_once(self, mode: FaultMode, calls: CallKind) -> None:
        self.platforms.add_fault("discourse", mode, call_kind=calls)

    # What the queue and the timers do

    def route_message(self, message: dict[str, Any]) -> None:
        try:
            self.backend.run_route_workflow(message)
        except Fault:
            self.pending_messages.append(message)
        self.backend.run_workflows()

    @precondition(lambda self: self.pending_messages)
    @rule()
    def the_queue_delivers_again(self) -> None:
        self.route_message(self.pending_messages.pop(0))

    @rule(minutes=st.sampled_from([1, 7, 20, 600, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.backend.clock.advance(minutes=minutes)
        self.backend.fire_timers()

    @precondition(lambda self: self.pending_messages)
    @rule()
    def the_sweep_runs(self) -> None:
        self.backend.sweep()
        self.backend.process_queue()
        self.backend.run_workflows()

    # What people do

    def attempt(self, step: Any) -> None:
        """A person's step: it is done, or it is refused and changes nothing."""
        before = self.backend.case_items()
        try:
            step()
        except ConflictError:
            assert self.backend.case_items() == before
        self.backend.run_workflows()

    @rule(name=st.sampled_from(["Ana", "Ben"]))
    def agent_claims(self, name: str) -> None:
        for follow_up in self.backend.open_follow_ups():
            self.attempt(
                lambda follow_up=follow_up: desk.claim(
                    self.people[name], follow_up.id, self.backend.desk, self.backend.clock()
                )
            )

    @rule(
        name=st.sampled_from(["Ana", "Ben"]),
        action=st.sampled_from(Action),
        text=st.sampled_from([*REPLY_TEXTS, None]),
        claims=st.sampled_from([True, True, True, False]),
        stale=st.sampled_from([0, 0, 0, 1]),
    )
    def agent_resolves(
        self, name: str, action: Action, text: str | None, claims: bool, stale: int
    ) -> None:
        if claims:
            self.agent_claims(name)
        reply_text = text or (
            REPLY_TEXTS[0] if action in {Action.REPLY, Action.INVITE_PRIVATE} else None
        )
        if action is Action.RESOLVE_WITHOUT_REPLY:
            reply_text = None
        for follow_up in self.backend.open_follow_ups():
            self.resolution_count += 1
            request = desk.ResolutionRequest(
                id=f"resolution-{self.resolution_count}",
                action=action,
                fence=follow_up.fence - stale,
                text=reply_text,
                fix="refunded",
                root_cause="double-charge",
                reason="abuse",
                evidence="Never a customer of ours.",
                promised_for=self.backend.clock() + timedelta(days=2),
            )
            self.attempt(
                lambda follow_up=follow_up, request=request: desk.resolve(
                    self.people[name],
                    follow_up.id,
                    request,
                    self.backend.desk,
                    self.backend.clock(),
                )
            )

    @rule(approved=st.booleans())
    def lead_decides(self, approved: bool) -> None:
        for follow_up in self.backend.open_follow_ups():
            pending = follow_up.resolution
            self.attempt(
                lambda follow_up=follow_up, pending=pending: desk.approve(
                    self.people["Lee"],
                    follow_up.id,
                    self.backend.desk,
                    self.backend.clock(),
                    approved=approved,
                    digest=pending.digest if pending else "",
                )
            )

    # What must hold

    @invariant()
    def invariants_hold(self) -> None:
        self.backend.check_invariants(PRAISE, MILD_COMPLAINT, COMPLAINT, *REPLY_TEXTS[:4], AUTHOR)

    def run_to_the_end(self) -> None:
        """Go on without faults and without people, until nothing is left to do.

        The queue delivers, timers end, the sweep finds the rest, and follow-ups expire.
        """
        self.platforms._faults.clear()
        for _ in range(100):
            for message in [self.pending_messages.pop() for _ in range(len(self.pending_messages))]:
                self.route_message(message)
            self.backend.process_queue()
            open_follow_ups = self.backend.open_follow_ups()
            if any(
                not any(review in follow_up.reviews for follow_up in open_follow_ups)
                for review in self.open_reviews()
            ):
                self.backend.clock.advance(minutes=16)
                self.the_sweep_runs()
            elif not open_follow_ups:
                break
            due_times = [
                execution.timer_due_at
                for execution in self.backend.step_functions.executions.values()
                if execution.state == "waiting"
            ]
            self.backend.clock.now = max([self.backend.clock.now, *sorted(due_times)[:1]])
            self.backend.fire_timers()
        self.invariants_hold()
        assert not self.backend.open_follow_ups(), self.backend.step_functions.executions
        assert self.backend.queued_messages() == []

    def open_reviews(self) -> list[str]:
        return [
            item["review"]["id"]
            for item in self.backend.stored_items()
            if item["sk"] == "STATE" and "review" in item and "closing_kind" not in item["review"]
        ]


OneThread.TestCase.settings = settings(
    max_examples=7, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOneThread = pytest.mark.loopback(OneThread.TestCase)
