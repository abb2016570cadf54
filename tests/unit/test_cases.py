"""What each step makes of a case, whatever came before it and in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard import cases
from heard.assessment import History, assess
from heard.cases import Arrival, Case, Change, Review, pending
from heard.follow_ups import Action, Answer, FollowUp, Refusal, Refused, Status
from heard.outcomes import Kind, Outcome, chain, verify
from heard.policy import Context, Decision, Route, decide, default_policy, hand_over
from heard.reviews import Channel, EventKind, ReviewEvent, Stage
from heard.threads import Purpose, SlotState, Thread
from tests.unit.backend import (
    COMPLAINT,
    MILD,
    NOON,
    PRAISE,
    closing_since_opened,
    complaint,
    praise,
    said,
)

PLACE: dict[str, Any] = {"business": "bus_1", "platform": "standard", "connection": "con_1"}


class Store:
    """A thread's cases in memory, kept as storage keeps them.

    Each change appends to its review's chain.
    """

    def __init__(self, channel: Channel = Channel.REVIEW_SITE) -> None:
        self.channel = channel
        self.reviews: dict[str, Review] = {}
        self.chains: dict[str, list[Outcome]] = {}
        self.thread: Thread | None = None
        self.task: FollowUp | None = None

    def case(self, event: ReviewEvent) -> Case:
        fresh = cases.first_seen(event, channel=self.channel, **PLACE)
        known = self.reviews.get(fresh.review.id, fresh.review)
        return Case(
            known,
            self.thread or fresh.thread,
            self.task if self.task and self.task.status is not Status.CLOSED else None,
        )

    def keep(self, change: Change) -> Case:
        case = change.case
        review = case.review
        links = chain(
            review.subject,
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
        self.reviews[review.id], self.thread, self.task = review, case.thread, case.task
        return replace(case, review=review)

    def deliver(self, event: ReviewEvent, delivery: str) -> Case:
        """What `steps.triage` does with an event, without storage.

        An acknowledgement is sent at once.
        """
        case = self.case(event)
        known = case.review if case.review.sequence else None
        match cases.arrival(known, event, delivery):
            case Arrival.RESUMED:
                return case
            case Arrival.DUPLICATE:
                return self.keep(cases.repeated(case, Kind.DUPLICATE, event))
            case Arrival.LATE:
                return self.keep(cases.repeated(case, Kind.LATE_REVISION, event))
            case Arrival.UNCHANGED:
                return self.keep(cases.unchanged(case, event, delivery, NOON))
            case Arrival.WITHDRAWAL:
                return self.keep(cases.withdraw(case, event, delivery, NOON))
            case Arrival.OWN_REPLY:
                return self.keep(cases.own_reply(case, event, delivery, NOON))
            case Arrival.NEW | Arrival.NEWER:
                return self.judge(case, event, delivery)

    def judge(self, case: Case, event: ReviewEvent, delivery: str) -> Case:
        assessment, decision = judged(case, event)
        change = cases.route(case, event, assessment, decision, delivery, NOON)
        if not change.case.review.route.acknowledges:
            return self.keep(change)
        reply = f"rep_{case.review.id}_{event.revision}"
        taken = cases.acknowledge(change, reply, public=self.channel.stage is Stage.ONSTAGE)
        assert taken is not None, "a policy acknowledges only where there is a slot"
        case = self.keep(taken)
        slot = case.thread.slot(reply)
        assert slot is not None
        return self.keep(cases.reply_sent(case, slot, "native-1", NOON))

    def check(self) -> None:
        assert self.thread is not None
        assert self.thread.public_replies <= 2
        in_hand = self.task.reviews if self.task and self.task.status is not Status.CLOSED else ()
        for review in self.reviews.values():
            links = self.chains[review.id]
            assert verify(
                review.id, links, expected_sequence=review.sequence, expected_head=review.head
            ).verified
            assert closing_since_opened(links) == ([review.closed] if review.closed else [])
            assert (review.closed is None) == (review.id in in_hand)
            assert Review.from_json(review.to_json()) == review


def judged(case: Case, event: ReviewEvent) -> tuple[Any, Decision]:
    assessment = assess(event, case.review.channel, History())
    left, open_task = case.thread.public_replies_left, case.task is not None
    context = Context(
        case.review.channel, case.review.platform, event.rating, bool(event.text), left, open_task
    )
    return assessment, decide(assessment, context, default_policy(), NOON)


def person(case: Case) -> Decision:
    """The decision that hands a case to a person."""
    event = complaint("any")
    assessment = assess(event, case.review.channel, History())
    return hand_over(
        assessment,
        Context(case.review.channel, "standard", 1, True, 0, False),
        default_policy(),
        NOON,
    )


words = st.sampled_from([(PRAISE, 5), (MILD, 3), (COMPLAINT, 1), (None, 4), ("ok", None)])
happenings = st.builds(
    lambda what, revision, kind, review: said(
        review, *what, revision=revision, kind=kind, thread="t-1"
    ),
    words,
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
histories = st.lists(happenings, min_size=1, max_size=6)


def final(events: list[ReviewEvent]) -> dict[str, tuple[str, str, bool]]:
    """What a review comes to: the last revision, in the order of revision, then of what it says.

    Withdrawn wins.
    """
    ends: dict[str, tuple[str, str, bool]] = {}
    for event in events:
        end = (event.revision, event.digest, event.kind is EventKind.WITHDRAWN)
        ends[event.native_id] = max(end, ends.get(event.native_id, end))
    return ends


@given(histories, st.data())
def test_events_in_any_order_and_repeated_end_in_the_same_state(
    events: list[ReviewEvent], data: st.DataObject
) -> None:
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=4), "repeated")
    order = data.draw(st.permutations(list(enumerate(repeated))), "order")
    store = Store()
    for number, event in order:
        store.deliver(event, f"dlv-{number}")
        store.check()

    ends = {
        review.native_id: (review.revision, review.digest, review.withdrawn)
        for review in store.reviews.values()
    }
    assert ends == final(events)


@given(histories)
def test_a_delivery_that_comes_back_after_it_was_taken_changes_nothing(
    events: list[ReviewEvent],
) -> None:
    store = Store()
    for number, event in enumerate(events):
        store.deliver(event, f"dlv-{number}")
        before = (dict(store.reviews), store.thread, store.task)
        if store.case(event).review.delivery == f"dlv-{number}":
            store.deliver(event, f"dlv-{number}")
            assert (store.reviews, store.thread, store.task) == before


@given(histories)
def test_an_edit_alone_never_takes_another_slot(events: list[ReviewEvent]) -> None:
    live = [replace(event, native_id="r-1", kind=EventKind.EDITED) for event in events]
    store = Store()
    for number, event in enumerate(live):
        store.deliver(event, f"dlv-{number}")

    assert store.thread is not None
    assert store.thread.public_replies <= 1


def opened(*reviews: str) -> tuple[Store, Case]:
    """A thread with one open follow-up about complaints, and the case of the first of them."""
    store = Store()
    for review in reviews or ("r-1",):
        store.deliver(complaint(review, thread="t-1"), f"dlv-{review}")
    return store, store.case(complaint((reviews or ("r-1",))[0], thread="t-1"))


def given_answer(
    action: Action = Action.REPLY,
    *,
    reply: str | None = "rep_answer",
    id: str = "a-1",
    **fields: Any,
) -> Answer:
    return Answer(id, action, "ana", "2026-03-17T12:00:00.000Z", reply=reply, **fields)


def accepted(case: Case, given: Answer) -> Change:
    change = cases.answer(case, given, default_policy(), NOON)
    assert isinstance(change, Change)
    return change


def test_an_answer_closes_every_review_that_it_covers_and_none_that_joined_later() -> None:
    store, case = opened("r-1", "r-2")
    case = store.keep(accepted(case, given_answer()))
    late = store.deliver(complaint("r-3", thread="t-1"), "dlv-3").review.id
    case = store.case(complaint("r-1", thread="t-1"))
    slot = case.thread.slot("rep_answer")
    assert slot is not None
    store.keep(cases.reply_sent(case, slot, "native-1", NOON))
    store.check()
    assert store.task is not None
    assert store.task.status is Status.ANSWERED
    change = cases.settle(
        store.case(complaint("r-2", thread="t-1")), store.task.answer or given_answer(), NOON
    )
    assert change is not None
    store.keep(change)
    store.check()

    assert (store.task.status, store.task.answer, store.task.reviews) == (
        Status.OPEN,
        None,
        (late,),
    )
    assert cases.settle(store.case(complaint("r-3", thread="t-1")), given_answer(), NOON) is None


@pytest.mark.parametrize("state", [SlotState.RESERVED, SlotState.SENDING])
def test_a_withdrawal_overtakes_an_answer_and_frees_a_slot_that_nobody_tried(
    state: SlotState,
) -> None:
    store, case = opened()
    case = store.keep(accepted(case, given_answer()))
    if state is SlotState.SENDING:
        case = store.keep(Change(replace(case, thread=case.thread.sending("rep_answer", NOON))))
    task = store.task
    gone = store.deliver(said("r-1", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w")
    store.check()

    assert gone.review.closed is Kind.WITHDRAWN
    assert gone.thread.public_replies == (0 if state is SlotState.RESERVED else 1)
    if slot := gone.thread.slot("rep_answer"):
        for after in (
            cases.reply_sent(gone, slot, "native-1", NOON),
            cases.reply_failed(
                gone,
                slot,
                Kind.REPLY_UNKNOWN,
                "cannot_tell",
                lambda: pytest.fail("nobody is needed"),
                NOON,
            ),
        ):
            assert after.case.review.closed is Kind.WITHDRAWN
            assert after.case.task == gone.task
            assert [fact.kind in {Kind.REPLY_SENT, Kind.REPLY_UNKNOWN} for fact in after.facts] == [
                True
            ]
    assert task is not None


def test_a_joined_review_that_is_withdrawn_leaves_the_answer_to_the_others_alone() -> None:
    store, case = opened("r-1", "r-2")
    store.keep(accepted(case, given_answer()))
    store.deliver(said("r-2", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w")
    store.check()

    assert store.task is not None
    assert (store.task.status, store.task.reviews) == (Status.ANSWERED, (case.review.id,))
    assert store.thread is not None
    assert store.thread.slot("rep_answer") is not None


def test_a_promise_stands_when_another_review_of_the_thread_is_withdrawn() -> None:
    store, case = opened("r-1", "r-2")
    store.keep(
        accepted(
            case, given_answer(Action.PROMISE, reply=None, promised_for="2026-03-20T12:00:00.000Z")
        )
    )
    store.deliver(said("r-2", kind=EventKind.WITHDRAWN, revision="~", thread="t-1"), "dlv-w")

    assert store.task is not None
    assert (store.task.status, store.task.due_at) == (Status.PROMISED, "2026-03-20T12:00:00.000Z")


def test_an_acknowledgement_that_nobody_began_to_send_is_not_sent_to_a_withdrawn_review() -> None:
    store = Store()
    event = praise("r-1")
    assessment, decision = judged(store.case(event), event)
    reserved = cases.acknowledge(
        cases.route(store.case(event), event, assessment, decision, "dlv-1", NOON),
        "rep_1",
        public=True,
    )
    assert reserved is not None
    assert pending(reserved.case, NOON).route is Route.ACKNOWLEDGE
    store.keep(reserved)
    case = store.deliver(said("r-1", kind=EventKind.WITHDRAWN, revision="~"), "dlv-2")
    store.check()

    assert pending(case, NOON).route is Route.NOTHING
    assert case.thread.slots == ()


def test_an_acknowledgement_waits_until_it_may_go_and_never_answers_words_that_were_changed_meanwhile() -> (
    None
):
    store = Store()
    event = praise("r-1")
    assessment, decision = judged(store.case(event), event)
    routed = cases.route(store.case(event), event, assessment, decision, "dlv-1", NOON)
    reserved = cases.acknowledge(
        routed, "rep_1", public=True, not_before=NOON + timedelta(hours=9), variant="en-praise-1"
    )
    assert reserved is not None
    case = store.keep(reserved)
    assert pending(case, NOON + timedelta(hours=8)).route is Route.NOTHING
    assert pending(case, NOON + timedelta(hours=9)).acknowledgement == "rep_1"

    edited = said(
        "r-1", revision="2", rating=1, text="The soup made all of us sick, we had to see a doctor."
    )
    assessment, decision = judged(case, edited)
    change = cases.route(case, edited, assessment, decision, "dlv-2", NOON)

    assert decision.route is Route.FOLLOW_UP
    assert change.case.thread.slots == ()
    assert change.case.review.reply is None


def test_an_acknowledgement_that_the_platform_refuses_becomes_a_persons_work() -> None:
    store = Store()
    event = praise("r-1")
    assessment, decision = judged(store.case(event), event)
    reserved = cases.acknowledge(
        cases.route(store.case(event), event, assessment, decision, "dlv-1", NOON),
        "rep_1",
        public=True,
    )
    assert reserved is not None
    case = store.keep(reserved)
    for kind, slots in ((Kind.REPLY_REJECTED, 0), (Kind.REPLY_UNKNOWN, 1)):
        change = cases.reply_failed(
            case, case.thread.slots[0], kind, "why", lambda: person(case), NOON
        )
        assert [fact.kind for fact in change.facts] == [kind, Kind.FOLLOW_UP_OPENED]
        assert change.case.thread.public_replies == slots
        assert pending(change.case, NOON).route is Route.FOLLOW_UP


def test_an_event_the_platform_disowns_cannot_make_the_genuine_review_look_old() -> None:
    forged = said("r-1", "Free money", 5, revision=9, author="mallory")
    case = cases.first_seen(forged, channel=Channel.REVIEW_SITE, **PLACE)
    disowned = cases.disbelieved(case, forged, "dlv-1", NOON)

    assert disowned.case.review.closed is Kind.IGNORED
    assert cases.arrival(disowned.case.review, complaint("r-1"), "dlv-2") is Arrival.NEWER


def test_an_own_reply_is_ignored_once_and_its_edits_are_only_recorded() -> None:
    store = Store()
    for number in (1, 2, 3):
        store.deliver(
            said("r-1", f"Thank you {number}", revision=number, kind=EventKind.REPLY_SEEN),
            f"dlv-{number}",
        )
    store.check()

    (links,) = store.chains.values()
    assert [link.kind for link in links] == [Kind.IGNORED, Kind.REVISED, Kind.REVISED]


@given(st.lists(st.integers(1, 40 * 24), min_size=1, max_size=30), st.integers(1, 3))
def test_a_follow_up_that_nobody_touches_escalates_until_it_expires_with_all_its_reviews(
    hours: list[int], reviews: int
) -> None:
    names = [f"r-{number}" for number in range(reviews)]
    store, _ = opened(*names)
    now = NOON
    for pause in hours:
        now += timedelta(hours=pause)
        while store.task is not None and store.task.status is not Status.CLOSED:
            leader = next(
                name
                for name in names
                if store.case(complaint(name, thread="t-1")).review.id == store.task.reviews[0]
            )
            case = store.case(complaint(leader, thread="t-1"))
            change = cases.look_again(
                case,
                lambda: pytest.fail("no decision is needed"),
                now,
                give_up_after=30 * 86_400,
                handed_back=False,
            )
            store.keep(change)
            store.check()
            if change.case == case or not change.case.review.closed:
                break

    expired = NOON + timedelta(hours=sum(hours)) >= NOON + timedelta(days=30)
    assert expired or all(review.closed is None for review in store.reviews.values())
    assert {review.closed for review in store.reviews.values()} in ({None}, {Kind.EXPIRED})


def test_a_promise_comes_back_as_work_on_its_day() -> None:
    store, case = opened()
    case = store.keep(
        accepted(
            case, given_answer(Action.PROMISE, reply=None, promised_for="2026-03-20T12:00:00.000Z")
        )
    )
    early, on_time = NOON + timedelta(days=2), NOON + timedelta(days=3)

    def look(now: Any) -> Change:
        return cases.look_again(
            case, lambda: person(case), now, give_up_after=30 * 86_400, handed_back=False
        )

    assert look(early) == Change(case)
    back = look(on_time).case.task
    assert back is not None
    assert (back.status, back.promised_for) == (Status.OPEN, None)
    assert [fact.kind for fact in look(on_time).facts] == [Kind.PROMISE_DUE]


@pytest.mark.parametrize("state", [SlotState.RESERVED, SlotState.DOUBTFUL, SlotState.SENT])
def test_an_answer_that_could_not_be_carried_out_goes_back_unless_its_reply_is_out(
    state: SlotState,
) -> None:
    store, case = opened()
    case = store.keep(accepted(case, given_answer()))
    thread = case.thread.sending("rep_answer", NOON)
    thread = (
        thread.sent("rep_answer")
        if state is SlotState.SENT
        else thread.interrupted("rep_answer", maybe_applied=state is SlotState.DOUBTFUL)
    )
    case = replace(case, thread=thread)
    change = cases.look_again(
        case, lambda: person(case), NOON, give_up_after=86_400, handed_back=True
    )
    told = {
        SlotState.RESERVED: [Kind.REPLY_REJECTED],
        SlotState.DOUBTFUL: [Kind.REPLY_UNKNOWN],
        SlotState.SENT: [],
    }[state]

    assert [fact.kind for fact in change.facts] == told
    assert change.case.thread.public_replies == (0 if state is SlotState.RESERVED else 1)
    assert change.case.task is not None
    assert change.case.task.status is (Status.ANSWERED if state is SlotState.SENT else Status.OPEN)


@pytest.mark.parametrize(
    ("given_", "channel", "slots", "reason"),
    [
        (given_answer(), Channel.REVIEW_SITE, 2, Refusal.CAP_REACHED),
        (
            given_answer(Action.WALK_AWAY, reason="abuse"),
            Channel.REVIEW_SITE,
            2,
            Refusal.CAP_REACHED,
        ),
        (given_answer(Action.INVITE_PRIVATE), Channel.MESSAGING, 0, Refusal.ALREADY_PRIVATE),
        (
            given_answer(Action.PROMISE, promised_for="2026-03-17T12:00:00.000Z"),
            Channel.REVIEW_SITE,
            0,
            Refusal.DATE_PASSED,
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_reason(
    given_: Answer, channel: Channel, slots: int, reason: Refusal
) -> None:
    store = Store(channel)
    store.deliver(complaint("r-1"), "dlv-1")
    case = store.case(complaint("r-1"))
    thread = Thread(
        case.thread.id, follow_up=case.thread.follow_up, follow_ups=case.thread.follow_ups
    )
    for number in range(slots):
        reserved = thread.reserve(f"rep_{number}", Purpose.ANSWER, public=True)
        assert reserved is not None
        thread = reserved.sent(f"rep_{number}")
    refused = cases.answer(replace(case, thread=thread), given_, default_policy(), NOON)

    assert isinstance(refused, Refused)
    assert refused.reason is reason


def acknowledged(channel: Channel = Channel.REVIEW_SITE) -> tuple[Store, Case]:
    """A review that was acknowledged and closed with it."""
    store = Store(channel)
    store.deliver(praise("r-1"), "dlv-1")
    return store, store.case(praise("r-1"))


def refused(
    case: Case, kind: Kind = Kind.REPLY_REFUSED, purpose: Purpose = Purpose.ACKNOWLEDGEMENT
) -> Change:
    return cases.reply_refused(
        case, "rep_1", purpose, kind, "PERSONAL_INFO", lambda: person(case), NOON
    )


@pytest.mark.parametrize("kind", [Kind.REPLY_REFUSED, Kind.REPLY_UNKNOWN])
def test_a_reply_that_the_platform_does_not_show_opens_the_review_and_keeps_its_slot(
    kind: Kind,
) -> None:
    store, case = acknowledged()
    change = refused(case, kind)
    assert [fact.kind for fact in change.facts] == [kind, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert change.case.task is not None
    assert (
        change.case.task.why,
        change.case.review.route,
        pending(change.case, NOON).follow_up,
    ) == (
        "moderation",
        Route.FOLLOW_UP,
        change.case.task,
    )
    assert change.case.thread.public_replies == 1
    store.keep(change)
    store.check()


def test_a_published_or_unsettled_reply_changes_nothing_but_the_chain() -> None:
    store, case = acknowledged()
    shown, unsettled = (
        cases.reply_published(case, "rep_1", "native-1"),
        cases.reply_unsettled(case, "rep_1", "cannot_tell"),
    )
    assert (shown.case, unsettled.case) == (case, case)
    assert [fact.kind for fact in (*shown.facts, *unsettled.facts)] == [
        Kind.REPLY_PUBLISHED,
        Kind.REPLY_UNKNOWN,
    ]
    store.keep(shown)
    store.check()


def test_a_review_that_is_open_and_in_nobodys_hands_goes_to_a_person_without_being_reopened() -> (
    None
):
    _, case = acknowledged()
    change = refused(replace(case, review=replace(case.review, closed=None)))

    assert [fact.kind for fact in change.facts] == [Kind.REPLY_REFUSED, Kind.FOLLOW_UP_OPENED]


def test_another_review_of_the_thread_that_a_person_has_takes_the_refused_one_in() -> None:
    store = Store()
    store.deliver(praise("r-1", thread="t-1"), "dlv-1")
    store.deliver(complaint("r-2", thread="t-1"), "dlv-2")
    case = store.case(praise("r-1", thread="t-1"))
    change = refused(case)
    assert [fact.kind for fact in change.facts] == [
        Kind.REPLY_REFUSED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_JOINED,
    ]
    store.keep(change)
    store.check()


@pytest.mark.parametrize(
    ("status", "purpose", "after"),
    [
        (Status.INVITED, Purpose.ANSWER, Status.OPEN),
        (Status.PROMISED, Purpose.ANSWER, Status.OPEN),
        (Status.INVITED, Purpose.ACKNOWLEDGEMENT, Status.INVITED),
        (Status.OPEN, Purpose.ANSWER, Status.OPEN),
        (Status.AWAITING_APPROVAL, Purpose.ANSWER, Status.AWAITING_APPROVAL),
    ],
)
def test_a_person_at_work_is_disturbed_only_if_what_was_announced_is_not_shown(
    status: Status, purpose: Purpose, after: Status
) -> None:
    _, case = opened()
    assert case.task is not None
    waiting = replace(
        case.task,
        status=status,
        invited=status is Status.INVITED,
        due_at="2027-01-01T00:00:00.000Z",
    )
    change = refused(replace(case, task=waiting), purpose=purpose)

    assert [fact.kind for fact in change.facts] == [Kind.REPLY_REFUSED]
    assert change.case.task is not None
    assert change.case.task.status is after
    assert (change.case.task.due_at < waiting.due_at) is (after is not status)


def test_a_withdrawn_review_needs_no_answer_any_more() -> None:
    _, case = acknowledged()
    gone = replace(case, review=replace(case.review, withdrawn=True))

    assert [fact.kind for fact in refused(gone).facts] == [Kind.REPLY_REFUSED]
    assert refused(gone).case == gone


def test_an_outcome_says_of_an_unproven_review_that_it_is_one() -> None:
    store = Store()
    case = store.case(praise("r-1"))
    for unproven in (True, False):
        there = replace(case, review=replace(case.review, unproven=unproven))
        assessment, decision = judged(there, praise("r-1"))
        detail = (
            cases.route(there, praise("r-1"), assessment, decision, "dlv-1", NOON).facts[0].detail
        )
        assert detail.get("unproven", False) is unproven
