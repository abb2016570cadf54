"""What each step makes of a case, in any order of steps."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard import cases
from heard.assessment import History, assess
from heard.cases import (
    AcknowledgementDraft,
    Arrival,
    Case,
    Change,
    Review,
    Revision,
    Writes,
    remaining_steps,
)
from heard.cases.repeats import FIRST_REPEATS
from heard.clock import parse_time
from heard.follow_ups import (
    DENIED,
    Action,
    Conflict,
    ConflictCode,
    FollowUp,
    Resolution,
    Status,
)
from heard.outcomes import Kind, Outcome, chain_facts, verify_chain
from heard.policy import Context, Decision, Route, decide, default_policy, hand_over
from heard.reviews import Channel, EventKind, ReviewEvent, Stage
from heard.threads import Purpose, SlotState, Thread
from heard.working_time import Calendar
from tests.unit.backend import (
    COMPLAINT,
    MILD_COMPLAINT,
    NOON,
    PRAISE,
    closing_kinds_since_opened,
    complaint,
    incoming_event,
    praise,
    review_event,
)

ORIGIN: dict[str, Any] = {"business": "bus_1", "platform": "standard", "connection": "con_1"}


def calendar() -> Calendar:
    return default_policy().calendar


class InMemoryCases:
    """A thread's cases in memory, kept as storage keeps them.

    Each change appends to its review's chain.
    """

    def __init__(self, channel: Channel = Channel.REVIEW_SITE) -> None:
        self.channel = channel
        self.reviews: dict[str, Review] = {}
        self.chains: dict[str, list[Outcome]] = {}
        self.thread: Thread | None = None
        self.follow_up: FollowUp | None = None
        self.now = NOON

    def case(self, event: ReviewEvent) -> Case:
        new_case = cases.new_case(event, channel=self.channel, **ORIGIN)
        review = self.reviews.get(new_case.review.id, new_case.review)
        return Case(
            review,
            self.thread or new_case.thread,
            self.follow_up
            if self.follow_up and self.follow_up.status is not Status.CLOSED
            else None,
        )

    def apply(self, change: Change) -> Case:
        case = change.case
        review = case.review
        links = chain_facts(
            review.outcome_subject,
            change.facts,
            sequence=review.sequence,
            head=review.head,
            at=NOON,
            actor="heard",
            delivery=None,
        )
        if links:
            review = replace(review, sequence=links[-1].sequence, head=links[-1].hash)
        self.chains.setdefault(review.id, []).extend(links)
        self.reviews[review.id], self.thread, self.follow_up = review, case.thread, case.follow_up
        return replace(case, review=review)

    def deliver(self, event: ReviewEvent, delivery: str) -> Case:
        """Apply an event as triage does; an acknowledgement is sent at once."""
        case = self.case(event)
        change = cases.apply_event(
            case,
            incoming_event(event, delivery),
            self.now,
            stored=bool(case.review.sequence),
            on_demand=cases.OnDemand(
                earlier_revision=lambda: Revision(event),
                is_stored_revision=lambda: False,
                route_late=lambda: pytest.fail("its author is known"),
                route=lambda: self.route(case, event, delivery),
            ),
        )
        if change is None:
            return case
        self.check_stored_revision(case, event, change)
        acknowledgement = change.writes.acknowledgement
        case = self.apply(change)
        if acknowledgement is None:
            return case
        slot = case.thread.slot(acknowledgement.reply)
        assert slot is not None
        return self.apply(cases.record_sent_reply(case, slot, "native-1", NOON, calendar))

    def route(self, case: Case, event: ReviewEvent, delivery: str) -> Change:
        assessment, decision = assess_and_decide(case, event)
        change = cases.route(case, incoming_event(event, delivery), assessment, decision, NOON)
        change = replace(change, writes=Writes(revision=Revision(event, assessment.to_json())))
        if not change.case.review.route.acknowledges:
            return change
        reply = f"rep_{case.review.id}_{event.revision}"
        acknowledged = cases.acknowledge(
            change, draft(reply, public=self.channel.stage is Stage.ONSTAGE)
        )
        assert acknowledged is not None, "a policy acknowledges only where there is a slot"
        return acknowledged

    @staticmethod
    def check_stored_revision(before: Case, event: ReviewEvent, change: Change) -> None:
        """Whatever a review refers to is stored first, and a text that nobody needs is not."""
        review, revision = change.case.review, change.writes.revision
        if (review.revision, review.commitment) != (
            before.review.revision,
            before.review.commitment,
        ):
            is_own_first_reply = event.kind is EventKind.REPLY_SEEN and not before.review.sequence
            assert revision is not None or is_own_first_reply
        if revision is not None:
            assert revision.event == event

    def check_invariants(self) -> None:
        assert self.thread is not None
        assert self.thread.public_replies <= 2
        follow_up_reviews = (
            self.follow_up.reviews
            if self.follow_up and self.follow_up.status is not Status.CLOSED
            else ()
        )
        for review in self.reviews.values():
            links = self.chains[review.id]
            assert verify_chain(
                review.id, links, expected_sequence=review.sequence, expected_head=review.head
            ).verified
            assert closing_kinds_since_opened(links) == (
                [review.closing_kind] if review.closing_kind else []
            )
            assert (review.closing_kind is None) == (review.id in follow_up_reviews)
            assert Review.from_json(review.to_json()) == review


def draft(reply: str, *, public: bool = True, variant: str = "en-1") -> AcknowledgementDraft:
    return AcknowledgementDraft(praise("r-1"), reply, "con_1", public, "Thank you.", variant)


def assess_and_decide(case: Case, event: ReviewEvent) -> tuple[Any, Decision]:
    assessment = assess(event, case.review.channel, History())
    replies_left, follow_up_open = case.thread.public_replies_left, case.follow_up is not None
    context = Context(
        case.review.channel,
        case.review.platform,
        event.rating,
        bool(event.text),
        replies_left,
        follow_up_open,
    )
    return assessment, decide(assessment, context, default_policy(), NOON)


def hand_over_decision(case: Case) -> Decision:
    """The decision that hands a case to a person."""
    event = complaint("any")
    assessment = assess(event, case.review.channel, History())
    return hand_over(
        assessment,
        Context(case.review.channel, "standard", 1, True, 0, False),
        default_policy(),
        NOON,
    )


text_and_rating = st.sampled_from(
    [(PRAISE, 5), (MILD_COMPLAINT, 3), (COMPLAINT, 1), (None, 4), ("ok", None)]
)
review_events = st.builds(
    lambda words, revision, kind, review: review_event(
        review, *words, revision=revision, kind=kind, thread="t-1"
    ),
    text_and_rating,
    st.integers(1, 4),
    st.sampled_from(
        [
            EventKind.CREATED,
            EventKind.EDITED,
            EventKind.EDITED,
            EventKind.WITHDRAWN,
            EventKind.REPLY_SEEN,
        ]
    ),
    st.sampled_from(["r-1", "r-1", "r-2", "r-3"]),
)
event_lists = st.lists(review_events, min_size=1, max_size=6)


def final_states(events: list[ReviewEvent]) -> dict[str, tuple[str, str, bool]]:
    """The state in which each review ends: its last revision, by number and then by digest.

    Of the same revision, a withdrawal is the last.
    """
    states: dict[str, tuple[str, str, bool]] = {}
    for event in events:
        commitment = incoming_event(event).commitment
        state = (event.revision, commitment, event.kind is EventKind.WITHDRAWN)
        states[event.native_id] = max(state, states.get(event.native_id, state))
    return states


@settings(deadline=None)
@given(event_lists, st.data())
def test_events_in_any_order_and_repeated_end_in_the_same_state(
    events: list[ReviewEvent], data: st.DataObject
) -> None:
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=4), "repeated")
    order = data.draw(st.permutations(list(enumerate(repeated))), "order")
    store = InMemoryCases()
    for number, event in order:
        store.deliver(event, f"dlv-{number}")
        store.check_invariants()

    states = {
        review.native_id: (review.revision, review.commitment, review.withdrawn)
        for review in store.reviews.values()
    }
    assert states == final_states(events)


@settings(deadline=None)
@given(event_lists)
def test_a_redelivery_of_a_processed_event_changes_nothing(
    events: list[ReviewEvent],
) -> None:
    store = InMemoryCases()
    for number, event in enumerate(events):
        store.deliver(event, f"dlv-{number}")
        before = (dict(store.reviews), store.thread, store.follow_up)
        if store.case(event).review.delivery == f"dlv-{number}":
            store.deliver(event, f"dlv-{number}")
            assert (store.reviews, store.thread, store.follow_up) == before


@settings(deadline=None)
@given(event_lists)
def test_an_edit_alone_never_takes_another_slot(events: list[ReviewEvent]) -> None:
    edits = [replace(event, native_id="r-1", kind=EventKind.EDITED) for event in events]
    store = InMemoryCases()
    for number, event in enumerate(edits):
        store.deliver(event, f"dlv-{number}")

    assert store.thread is not None
    assert store.thread.public_replies <= 1


def case_with_follow_up(*reviews: str) -> tuple[InMemoryCases, Case]:
    """A thread with one open follow-up about complaints, and the case of the first of them."""
    store = InMemoryCases()
    for review in reviews or ("r-1",):
        store.deliver(complaint(review, thread="t-1"), f"dlv-{review}")
    return store, store.case(complaint((reviews or ("r-1",))[0], thread="t-1"))


def make_resolution(
    action: Action = Action.REPLY,
    *,
    reply: str | None = "rep_resolution",
    id: str = "a-1",
    **fields: Any,
) -> Resolution:
    return Resolution(id, action, "ana", "2026-03-17T12:00:00.000Z", reply=reply, **fields)


def resolve(case: Case, resolution: Resolution) -> Change:
    change = cases.resolve(case, resolution, default_policy(), NOON)
    assert isinstance(change, Change)
    return change


def test_a_resolution_closes_every_review_it_covers_and_none_that_joined_later() -> None:
    store, case = case_with_follow_up("r-1", "r-2")
    case = store.apply(resolve(case, make_resolution()))
    late_review = store.deliver(complaint("r-3", thread="t-1"), "dlv-3").review.id
    case = store.case(complaint("r-1", thread="t-1"))
    slot = case.thread.slot("rep_resolution")
    assert slot is not None
    store.apply(cases.record_sent_reply(case, slot, "native-1", NOON, calendar))
    store.check_invariants()
    assert store.follow_up is not None
    assert store.follow_up.status is Status.RESOLVING
    change = cases.close_next_review(
        store.case(complaint("r-2", thread="t-1")),
        store.follow_up.resolution or make_resolution(),
        NOON,
        calendar,
    )
    assert change is not None
    store.apply(change)
    store.check_invariants()

    assert (store.follow_up.status, store.follow_up.resolution, store.follow_up.reviews) == (
        Status.OPEN,
        None,
        (late_review,),
    )
    assert (
        cases.close_next_review(
            store.case(complaint("r-3", thread="t-1")), make_resolution(), NOON, calendar
        )
        is None
    )


@pytest.mark.parametrize("state", [SlotState.RESERVED, SlotState.SENDING])
def test_a_withdrawal_supersedes_a_resolution_and_frees_an_unsent_slot(
    state: SlotState,
) -> None:
    store, case = case_with_follow_up()
    case = store.apply(resolve(case, make_resolution()))
    if state is SlotState.SENDING:
        case = store.apply(
            Change(replace(case, thread=case.thread.mark_sending("rep_resolution", NOON)))
        )
    follow_up = store.follow_up
    withdrawn_case = store.deliver(
        review_event("r-1", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w"
    )
    store.check_invariants()

    assert withdrawn_case.review.closing_kind is Kind.WITHDRAWN
    assert withdrawn_case.thread.public_replies == (0 if state is SlotState.RESERVED else 1)
    if slot := withdrawn_case.thread.slot("rep_resolution"):
        for change in (
            cases.record_sent_reply(withdrawn_case, slot, "native-1", NOON, calendar),
            cases.record_failed_reply(
                withdrawn_case,
                slot,
                Kind.REPLY_UNKNOWN,
                "cannot_tell",
                lambda: pytest.fail("no person is needed"),
                NOON,
            ),
        ):
            assert change.case.review.closing_kind is Kind.WITHDRAWN
            assert change.case.follow_up == withdrawn_case.follow_up
            assert [
                fact.kind in {Kind.REPLY_SENT, Kind.REPLY_UNKNOWN} for fact in change.facts
            ] == [True]
    assert follow_up is not None


def test_withdrawing_a_joined_review_keeps_the_resolution_of_the_others() -> None:
    store, case = case_with_follow_up("r-1", "r-2")
    store.apply(resolve(case, make_resolution()))
    store.deliver(
        review_event("r-2", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w"
    )
    store.check_invariants()

    assert store.follow_up is not None
    assert (store.follow_up.status, store.follow_up.reviews) == (
        Status.RESOLVING,
        (case.review.id,),
    )
    assert store.thread is not None
    assert store.thread.slot("rep_resolution") is not None


def test_a_promise_stands_when_another_review_of_the_thread_is_withdrawn() -> None:
    store, case = case_with_follow_up("r-1", "r-2")
    store.apply(
        resolve(
            case,
            make_resolution(Action.PROMISE, reply=None, promised_for="2026-03-20T12:00:00.000Z"),
        )
    )
    store.deliver(
        review_event("r-2", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w"
    )

    assert store.follow_up is not None
    assert (store.follow_up.status, store.follow_up.due_at) == (
        Status.PROMISED,
        "2026-03-20T12:00:00.000Z",
    )


def test_words_that_are_no_review_are_stored_and_ignored_with_the_reason() -> None:
    store = InMemoryCases(Channel.EMAIL)
    event = replace(complaint("r-1"), no_review="automatic_reply")
    case = store.case(event)
    change = cases.apply_event(
        case,
        incoming_event(event, "dlv-1"),
        NOON,
        stored=False,
        on_demand=cases.OnDemand(
            earlier_revision=lambda: Revision(event),
            is_stored_revision=lambda: False,
            route_late=lambda: pytest.fail("its author is known"),
            route=lambda: store.route(case, event, "dlv-1"),
        ),
    )

    assert change is not None
    assert change.case.review.closing_kind is Kind.IGNORED
    assert [(fact.kind, fact.detail["reason"]) for fact in change.facts] == [
        (Kind.IGNORED, "automatic_reply")
    ]
    assert change.writes.revision == Revision(event)
    assert change.writes.acknowledgement is None


def test_words_that_are_no_review_leave_an_open_review_open() -> None:
    store, case = case_with_follow_up()
    event = replace(
        review_event("r-1", "I am away.", revision=2, thread="t-1"), no_review="automatic_reply"
    )
    store.deliver(event, "dlv-2")

    assert store.follow_up is not None
    assert store.follow_up.status is Status.OPEN
    assert store.reviews[case.review.id].closing_kind is None


PROMISED_DATE = "2026-04-10T12:00:00.000Z"
POISONING = "Your oysters gave me food poisoning, I am in hospital."


def case_with_promise() -> tuple[InMemoryCases, Case]:
    store, case = case_with_follow_up()
    case = store.apply(
        resolve(case, make_resolution(Action.PROMISE, reply=None, promised_for=PROMISED_DATE))
    )
    assert case.follow_up is not None
    assert case.follow_up.status is Status.PROMISED
    return store, case


@pytest.mark.parametrize(
    ("text", "status"),
    [(POISONING, Status.OPEN), (COMPLAINT, Status.PROMISED), (MILD_COMPLAINT, Status.PROMISED)],
)
def test_only_a_worse_review_ends_the_wait_for_a_promised_date(text: str, status: Status) -> None:
    store, _ = case_with_promise()
    store.deliver(review_event("r-2", text, thread="t-1"), "dlv-2")

    assert store.follow_up is not None
    assert store.follow_up.status is status
    promise_stands = status is Status.PROMISED
    assert store.follow_up.promised_for == (PROMISED_DATE if promise_stands else None)
    assert (store.follow_up.due_at == PROMISED_DATE) is promise_stands
    if not promise_stands:
        assert parse_time(store.follow_up.due_at) <= NOON + timedelta(hours=1)


def test_a_denied_resolution_leaves_an_earlier_promise_as_it_was() -> None:
    store, case = case_with_promise()
    promised = case.follow_up
    case = store.apply(resolve(case, make_resolution(Action.WALK_AWAY, id="a-2", reason="abuse")))
    change = cases.deny(case, "lea")

    assert promised is not None
    assert change.case.follow_up == replace(
        promised, last_resolution_key="ana/a-2", last_resolution_end=DENIED
    )


def test_a_promise_ends_with_an_invitation_and_with_a_reply_that_failed() -> None:
    store, case = case_with_promise()
    case = store.apply(resolve(case, make_resolution(id="a-2")))
    slot = case.thread.slot("rep_resolution")
    assert slot is not None
    failed = cases.record_failed_reply(
        case, slot, Kind.REPLY_REJECTED, "refused", lambda: hand_over_decision(case), NOON
    ).case.follow_up

    assert failed is not None
    assert (failed.status, failed.promised_for) == (Status.OPEN, None)
    assert failed.due_at < PROMISED_DATE

    store, case = case_with_promise()
    case = store.apply(resolve(case, make_resolution(Action.INVITE_PRIVATE, id="a-2")))
    slot = case.thread.slot("rep_resolution")
    assert slot is not None
    invited = cases.record_sent_reply(case, slot, "native-1", NOON, calendar).case.follow_up

    assert invited is not None
    assert (invited.status, invited.promised_for) == (Status.INVITED, None)


def test_an_unsent_acknowledgement_is_not_sent_to_a_withdrawn_review() -> None:
    store = InMemoryCases()
    event = praise("r-1")
    assessment, decision = assess_and_decide(store.case(event), event)
    reserved = cases.acknowledge(
        cases.route(store.case(event), incoming_event(event, "dlv-1"), assessment, decision, NOON),
        draft("rep_1"),
    )
    assert reserved is not None
    assert remaining_steps(reserved.case, NOON).route is Route.ACKNOWLEDGE
    store.apply(reserved)
    case = store.deliver(review_event("r-1", kind=EventKind.WITHDRAWN, revision="~"), "dlv-2")
    store.check_invariants()

    assert remaining_steps(case, NOON).route is Route.NOTHING
    assert case.thread.slots == ()


def test_an_acknowledgement_waits_until_it_is_due_and_is_dropped_when_the_review_is_edited() -> (
    None
):
    store = InMemoryCases()
    event = praise("r-1")
    assessment, decision = assess_and_decide(store.case(event), event)
    routed = cases.route(
        store.case(event), incoming_event(event, "dlv-1"), assessment, decision, NOON
    )
    reserved = cases.acknowledge(
        routed, draft("rep_1", variant="en-praise-1"), not_before=NOON + timedelta(hours=9)
    )
    assert reserved is not None
    case = store.apply(reserved)
    assert remaining_steps(case, NOON + timedelta(hours=8)).route is Route.NOTHING
    assert remaining_steps(case, NOON + timedelta(hours=9)).acknowledgement == "rep_1"

    edited = review_event(
        "r-1", revision="2", rating=1, text="The soup made all of us sick, we had to see a doctor."
    )
    assessment, decision = assess_and_decide(case, edited)
    change = cases.route(case, incoming_event(edited, "dlv-2"), assessment, decision, NOON)

    assert decision.route is Route.FOLLOW_UP
    assert change.case.thread.slots == ()
    assert change.case.review.reply is None


def test_an_acknowledgement_the_platform_rejects_becomes_a_follow_up() -> None:
    store = InMemoryCases()
    event = praise("r-1")
    assessment, decision = assess_and_decide(store.case(event), event)
    reserved = cases.acknowledge(
        cases.route(store.case(event), incoming_event(event, "dlv-1"), assessment, decision, NOON),
        draft("rep_1"),
    )
    assert reserved is not None
    case = store.apply(reserved)
    for kind, slots in ((Kind.REPLY_REJECTED, 0), (Kind.REPLY_UNKNOWN, 1)):
        change = cases.record_failed_reply(
            case, case.thread.slots[0], kind, "why", lambda: hand_over_decision(case), NOON
        )
        assert [fact.kind for fact in change.facts] == [kind, Kind.FOLLOW_UP_OPENED]
        assert change.case.thread.public_replies == slots
        assert remaining_steps(change.case, NOON).route is Route.FOLLOW_UP


def test_repetitions_leave_few_outcomes_however_many_come() -> None:
    """One message that is handed out four times is one; a flood is three, and one a day after."""
    store = InMemoryCases()
    for _ in range(4):
        store.deliver(complaint("r-1"), "dlv-1")
        store.deliver(complaint("r-1"), "dlv-2")
    (chain,) = store.chains.values()
    assert [link.kind for link in chain].count(Kind.DUPLICATE) == 1

    for number in range(3, 500):
        store.deliver(complaint("r-1"), f"dlv-{number}")
    assert [link.kind for link in chain].count(Kind.DUPLICATE) == FIRST_REPEATS
    store.now += timedelta(days=1)
    for number in range(500, 600):
        store.deliver(complaint("r-1"), f"dlv-{number}")
    assert [link.kind for link in chain].count(Kind.DUPLICATE) == FIRST_REPEATS + 1
    store.check_invariants()


def test_an_unverified_event_cannot_make_the_genuine_review_look_outdated() -> None:
    forged = review_event("r-1", "Free money", 5, revision=9, author="mallory")
    case = cases.new_case(forged, channel=Channel.REVIEW_SITE, **ORIGIN)
    change = cases.record_unverified(case, forged.revision, "dlv-1", NOON)

    assert change is not None
    assert change.case.review.closing_kind is Kind.IGNORED
    genuine = incoming_event(complaint("r-1"), "dlv-2")
    assert cases.classify_arrival(change.case.review, genuine) is Arrival.NEWER


def test_an_own_reply_is_ignored_once_and_its_edits_are_only_recorded() -> None:
    store = InMemoryCases()
    for number in (1, 2, 3):
        store.deliver(
            review_event("r-1", f"Thank you {number}", revision=number, kind=EventKind.REPLY_SEEN),
            f"dlv-{number}",
        )
    store.check_invariants()

    (links,) = store.chains.values()
    assert [link.kind for link in links] == [Kind.IGNORED, Kind.REVISED, Kind.REVISED]


@settings(deadline=None)
@given(st.lists(st.integers(1, 40 * 24), min_size=1, max_size=30), st.integers(1, 3))
def test_an_untouched_follow_up_escalates_until_it_expires_with_all_its_reviews(
    hours: list[int], reviews: int
) -> None:
    names = [f"r-{number}" for number in range(reviews)]
    store, _ = case_with_follow_up(*names)
    now = NOON
    for pause in hours:
        now += timedelta(hours=pause)
        while store.follow_up is not None and store.follow_up.status is not Status.CLOSED:
            leader = next(
                name
                for name in names
                if store.case(complaint(name, thread="t-1")).review.id == store.follow_up.reviews[0]
            )
            case = store.case(complaint(leader, thread="t-1"))
            change = cases.check_follow_up(
                case,
                lambda: pytest.fail("no decision is needed"),
                now,
                give_up_after=30 * 86_400,
                carry_out_failed=False,
            )
            store.apply(change)
            store.check_invariants()
            if change.case == case or not change.case.review.closing_kind:
                break

    expired = NOON + timedelta(hours=sum(hours)) >= NOON + timedelta(days=30)
    assert expired or all(review.closing_kind is None for review in store.reviews.values())
    assert {review.closing_kind for review in store.reviews.values()} in ({None}, {Kind.EXPIRED})


def test_a_promise_reopens_its_follow_up_on_its_date() -> None:
    store, case = case_with_follow_up()
    case = store.apply(
        resolve(
            case,
            make_resolution(Action.PROMISE, reply=None, promised_for="2026-03-20T12:00:00.000Z"),
        )
    )
    early, on_time = NOON + timedelta(days=2), NOON + timedelta(days=3)

    def check_at(now: Any) -> Change:
        return cases.check_follow_up(
            case,
            lambda: hand_over_decision(case),
            now,
            give_up_after=30 * 86_400,
            carry_out_failed=False,
        )

    assert check_at(early) == Change(case)
    follow_up = check_at(on_time).case.follow_up
    assert follow_up is not None
    assert (follow_up.status, follow_up.promised_for) == (Status.OPEN, None)
    assert [fact.kind for fact in check_at(on_time).facts] == [Kind.PROMISE_DUE]


@pytest.mark.parametrize("state", [SlotState.RESERVED, SlotState.DOUBTFUL, SlotState.SENT])
def test_a_failed_resolution_goes_back_to_a_person_unless_its_reply_was_sent(
    state: SlotState,
) -> None:
    store, case = case_with_follow_up()
    case = store.apply(resolve(case, make_resolution()))
    thread = case.thread.mark_sending("rep_resolution", NOON)
    thread = (
        thread.mark_sent("rep_resolution", NOON)
        if state is SlotState.SENT
        else thread.mark_interrupted("rep_resolution", maybe_applied=state is SlotState.DOUBTFUL)
    )
    case = replace(case, thread=thread)
    change = cases.check_follow_up(
        case, lambda: hand_over_decision(case), NOON, give_up_after=86_400, carry_out_failed=True
    )
    expected_kinds = {
        SlotState.RESERVED: [Kind.REPLY_REJECTED],
        SlotState.DOUBTFUL: [Kind.REPLY_UNKNOWN],
        SlotState.SENT: [],
    }[state]

    assert [fact.kind for fact in change.facts] == expected_kinds
    assert change.case.thread.public_replies == (0 if state is SlotState.RESERVED else 1)
    assert change.case.follow_up is not None
    assert change.case.follow_up.status is (
        Status.RESOLVING if state is SlotState.SENT else Status.OPEN
    )


@pytest.mark.parametrize(
    ("resolution", "channel", "slots", "reason"),
    [
        (make_resolution(), Channel.REVIEW_SITE, 2, ConflictCode.CAP_REACHED),
        (
            make_resolution(Action.WALK_AWAY, reason="abuse"),
            Channel.REVIEW_SITE,
            2,
            ConflictCode.CAP_REACHED,
        ),
        (
            make_resolution(Action.INVITE_PRIVATE),
            Channel.MESSAGING,
            0,
            ConflictCode.ALREADY_PRIVATE,
        ),
        (
            make_resolution(fix="refunded", root_cause="rude-john-smith"),
            Channel.REVIEW_SITE,
            0,
            ConflictCode.CODE_UNKNOWN,
        ),
        (
            make_resolution(fix="call-john-smith", root_cause="other"),
            Channel.REVIEW_SITE,
            0,
            ConflictCode.CODE_UNKNOWN,
        ),
        (
            make_resolution(Action.WALK_AWAY, reason="john-smith-lies"),
            Channel.REVIEW_SITE,
            0,
            ConflictCode.CODE_UNKNOWN,
        ),
        (
            make_resolution(Action.PROMISE, promised_for="2026-03-17T12:00:00.000Z"),
            Channel.REVIEW_SITE,
            0,
            ConflictCode.DATE_PASSED,
        ),
    ],
)
def test_an_impossible_resolution_is_refused_with_a_reason(
    resolution: Resolution, channel: Channel, slots: int, reason: ConflictCode
) -> None:
    store = InMemoryCases(channel)
    store.deliver(complaint("r-1"), "dlv-1")
    case = store.case(complaint("r-1"))
    thread = Thread(
        case.thread.id, follow_up=case.thread.follow_up, follow_up_count=case.thread.follow_up_count
    )
    for number in range(slots):
        next_thread = thread.reserve(f"rep_{number}", Purpose.RESOLUTION, public=True)
        assert next_thread is not None
        thread = next_thread.mark_sent(f"rep_{number}", NOON)
    conflict = cases.resolve(replace(case, thread=thread), resolution, default_policy(), NOON)

    assert isinstance(conflict, Conflict)
    assert conflict.code is reason


def acknowledged_case(channel: Channel = Channel.REVIEW_SITE) -> tuple[InMemoryCases, Case]:
    """A review that was acknowledged and closed with it."""
    store = InMemoryCases(channel)
    store.deliver(praise("r-1"), "dlv-1")
    return store, store.case(praise("r-1"))


def remove_reply(
    case: Case, kind: Kind = Kind.REPLY_REMOVED, purpose: Purpose = Purpose.ACKNOWLEDGEMENT
) -> Change:
    return cases.record_removed_reply(
        case, "rep_1", purpose, kind, "PERSONAL_INFO", lambda: hand_over_decision(case), NOON
    )


@pytest.mark.parametrize("kind", [Kind.REPLY_REMOVED, Kind.REPLY_UNKNOWN])
def test_a_removed_reply_reopens_the_review_and_keeps_its_slot(
    kind: Kind,
) -> None:
    store, case = acknowledged_case()
    change = remove_reply(case, kind)
    assert [fact.kind for fact in change.facts] == [kind, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert change.case.follow_up is not None
    assert (
        change.case.follow_up.why,
        change.case.review.route,
        remaining_steps(change.case, NOON).follow_up,
    ) == (
        "moderation",
        Route.FOLLOW_UP,
        change.case.follow_up,
    )
    assert change.case.thread.public_replies == 1
    store.apply(change)
    store.check_invariants()


def test_the_log_says_that_a_reply_was_taken_down_for_one_that_was_refused() -> None:
    _, case = acknowledged_case()
    (shown,) = case.thread.slots
    thread = case.thread.reserve("rep_2", Purpose.RESOLUTION, public=True)
    assert thread is not None
    case = replace(case, thread=thread.mark_sending("rep_2", NOON))
    refused = cases.record_failed_reply(
        case,
        case.thread.slots[-1],
        Kind.REPLY_REJECTED,
        "rejected",
        lambda: hand_over_decision(case),
        NOON,
    )
    change = cases.record_lost_reply(refused, "rep_2")

    assert [(fact.kind, fact.detail["reply"]) for fact in change.facts] == [
        (Kind.REPLY_REJECTED, "rep_2"),
        (Kind.REPLY_REMOVED, shown.reply),
    ]
    assert change.case.thread.public_replies == 1


def test_a_published_or_unsettled_reply_changes_nothing_but_the_chain() -> None:
    store, case = acknowledged_case()
    published, unsettled = (
        cases.record_published_reply(case, "rep_1", "native-1"),
        cases.record_unknown_reply(case, "rep_1", "cannot_tell"),
    )
    assert (published.case, unsettled.case) == (case, case)
    assert [fact.kind for fact in (*published.facts, *unsettled.facts)] == [
        Kind.REPLY_PUBLISHED,
        Kind.REPLY_UNKNOWN,
    ]
    store.apply(published)
    store.check_invariants()


def test_an_open_review_without_follow_up_goes_to_a_person_without_being_reopened() -> None:
    _, case = acknowledged_case()
    change = remove_reply(replace(case, review=replace(case.review, closing_kind=None)))

    assert [fact.kind for fact in change.facts] == [Kind.REPLY_REMOVED, Kind.FOLLOW_UP_OPENED]


def test_a_review_whose_reply_was_removed_joins_the_open_follow_up_of_its_thread() -> None:
    store = InMemoryCases()
    store.deliver(praise("r-1", thread="t-1"), "dlv-1")
    store.deliver(complaint("r-2", thread="t-1"), "dlv-2")
    case = store.case(praise("r-1", thread="t-1"))
    change = remove_reply(case)
    assert [fact.kind for fact in change.facts] == [
        Kind.REPLY_REMOVED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_JOINED,
    ]
    store.apply(change)
    store.check_invariants()


@pytest.mark.parametrize(
    ("status", "purpose", "expected_status"),
    [
        (Status.INVITED, Purpose.RESOLUTION, Status.OPEN),
        (Status.PROMISED, Purpose.RESOLUTION, Status.OPEN),
        (Status.INVITED, Purpose.ACKNOWLEDGEMENT, Status.INVITED),
        (Status.OPEN, Purpose.RESOLUTION, Status.OPEN),
        (Status.AWAITING_APPROVAL, Purpose.RESOLUTION, Status.AWAITING_APPROVAL),
    ],
)
def test_a_removed_reply_reopens_a_follow_up_only_if_it_announced_something(
    status: Status, purpose: Purpose, expected_status: Status
) -> None:
    _, case = case_with_follow_up()
    assert case.follow_up is not None
    follow_up = replace(
        case.follow_up,
        status=status,
        invited=status is Status.INVITED,
        due_at="2027-01-01T00:00:00.000Z",
    )
    change = remove_reply(replace(case, follow_up=follow_up), purpose=purpose)

    assert [fact.kind for fact in change.facts] == [Kind.REPLY_REMOVED]
    assert change.case.follow_up is not None
    assert change.case.follow_up.status is expected_status
    assert (change.case.follow_up.due_at < follow_up.due_at) is (expected_status is not status)


def test_a_removed_reply_to_a_withdrawn_review_opens_nothing() -> None:
    _, case = acknowledged_case()
    withdrawn_case = replace(case, review=replace(case.review, withdrawn=True))

    assert [fact.kind for fact in remove_reply(withdrawn_case).facts] == [Kind.REPLY_REMOVED]
    assert remove_reply(withdrawn_case).case == withdrawn_case


def test_an_outcome_marks_an_unverified_review() -> None:
    store = InMemoryCases()
    case = store.case(praise("r-1"))
    for unverified in (True, False):
        assessment, decision = assess_and_decide(case, praise("r-1"))
        incoming = incoming_event(praise("r-1"), "dlv-1", proven=not unverified)
        detail = cases.route(case, incoming, assessment, decision, NOON).facts[0].detail
        assert detail.get("unverified", False) is unverified


def test_the_outcome_of_a_decision_holds_its_topics_as_codes() -> None:
    store = InMemoryCases()
    first = store.deliver(complaint("r-1"), "dlv-1")
    edit = complaint("r-1", revision=2)
    store.deliver(replace(edit, text=f"{edit.text} And again today!"), "dlv-2")
    topics = [link.detail["topics"] for link in store.chains[first.review.id][:1]]
    revised = next(link for link in store.chains[first.review.id] if link.kind is Kind.REVISED)

    assert topics == [list(assess(complaint("r-1"), first.review.channel, History()).topics)]
    assert topics[0], "the complaint is about something"
    assert revised.detail["topics"] == topics[0]
    assert all(re.fullmatch(r"[a-z_]+", topic) for topic in topics[0])
