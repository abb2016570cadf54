"""R04: a thread has at most two public replies, whatever becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.clock import format_time
from heard.threads import (
    MAX_MACHINES,
    PUBLIC_REPLY_CAP,
    SENDING_LEASE,
    LastReply,
    Purpose,
    SlotState,
    Thread,
)

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)

replies = st.sampled_from(["rep_1", "rep_2", "rep_3", "rep_4"])
steps = st.one_of(
    st.tuples(st.just("reserve"), replies, st.sampled_from(Purpose), st.booleans()),
    st.tuples(
        st.sampled_from(["sending", "sent", "unknown", "doubt", "retry", "drop", "suspect"]),
        replies,
    ),
)


def apply_step(thread: Thread, step: tuple[object, ...]) -> Thread:
    match step:
        case ("reserve", str(reply), Purpose() as purpose, bool(public)):
            return thread.reserve(reply, purpose, public=public) or thread
        case ("sending", str(reply)):
            return thread.mark_sending(reply, NOW)
        case ("sent", str(reply)):
            return thread.mark_sent(reply, NOW)
        case ("suspect", str(reply)):
            return thread.suspect(f"aut_{reply}")
        case ("unknown", str(reply)):
            return thread.mark_unknown(reply)
        case ("doubt" | "retry" as fault, str(reply)):
            return thread.mark_interrupted(reply, maybe_applied=fault == "doubt")
        case (_, str(reply)):
            return thread.without_reply(reply)
        case _:
            raise AssertionError(step)


@given(st.lists(steps, max_size=30))
def test_no_sequence_of_steps_holds_more_than_two_public_slots(
    sequence: list[tuple[object, ...]],
) -> None:
    thread = Thread("thr_1")
    for step in sequence:
        thread = apply_step(thread, step)

        assert thread.public_replies + thread.public_replies_left == PUBLIC_REPLY_CAP
        assert len({slot.reply for slot in thread.slots}) == len(thread.slots)
        assert Thread.from_json(thread.to_json()) == thread


def test_a_third_public_reply_gets_no_slot_and_a_private_one_needs_none() -> None:
    thread = Thread("thr_1")
    for reply in ("rep_1", "rep_2"):
        reserved = thread.reserve(reply, Purpose.RESOLUTION, public=True)
        assert reserved is not None
        thread = reserved

    assert thread.reserve("rep_3", Purpose.RESOLUTION, public=True) is None
    assert thread.reserve("rep_1", Purpose.RESOLUTION, public=True) == thread
    private = thread.reserve("rep_3", Purpose.RESOLUTION, public=False)
    assert private is not None
    last_reply = LastReply("rep_3", Purpose.RESOLUTION, format_time(NOW))
    assert private.mark_sent("rep_3", NOW) == replace(thread, last_private_reply=last_reply)


def test_the_last_reply_is_the_latest_that_was_sent_in_public_or_in_private() -> None:
    thread = Thread("thr_1")
    assert thread.last_reply is None
    for number, public in enumerate((True, False, True)):
        reply, time = f"rep_{number}", NOW + timedelta(hours=number)
        reserved = thread.reserve(reply, Purpose.RESOLUTION, public=public)
        assert reserved is not None
        assert reserved.last_reply == thread.last_reply
        thread = reserved.mark_sending(reply, time).mark_sent(reply, time)

        assert thread.last_reply == LastReply(reply, Purpose.RESOLUTION, format_time(time))


@pytest.mark.parametrize("purpose", Purpose)
def test_an_author_is_taken_for_a_machine_until_a_person_replies(purpose: Purpose) -> None:
    thread = Thread("thr_1").suspect("aut_1").suspect("aut_2").suspect("aut_1")
    assert thread.machines == ("aut_2", "aut_1")
    thread = thread.reserve("rep_1", purpose, public=False)
    assert thread is not None
    sent = thread.mark_sent("rep_1", NOW)

    assert sent.machines == (() if purpose is Purpose.RESOLUTION else ("aut_2", "aut_1"))
    assert Thread.from_json(sent.to_json()) == sent


def test_only_a_few_machines_are_remembered_in_a_thread() -> None:
    thread = Thread("thr_1")
    for number in range(MAX_MACHINES + 3):
        thread = thread.suspect(f"aut_{number}")

    assert thread.machines == tuple(f"aut_{number}" for number in range(3, MAX_MACHINES + 3))


@pytest.mark.parametrize("state", [SlotState.SENT, SlotState.UNKNOWN, SlotState.DOUBTFUL])
def test_a_reply_that_is_or_may_be_out_keeps_its_slot(state: SlotState) -> None:
    thread = Thread("thr_1").reserve("rep_1", Purpose.RESOLUTION, public=True)
    assert thread is not None
    sending = thread.mark_sending("rep_1", NOW)
    after = {
        SlotState.SENT: sending.mark_sent("rep_1", NOW),
        SlotState.UNKNOWN: sending.mark_unknown("rep_1"),
        SlotState.DOUBTFUL: sending.mark_interrupted("rep_1", maybe_applied=True),
    }[state]

    assert after.public_replies == 1
    assert [slot.state for slot in after.slots] == [state]


def test_no_other_run_sends_a_reply_during_the_lease_and_then_it_is_asked_about() -> None:
    thread = Thread("thr_1").reserve("rep_1", Purpose.RESOLUTION, public=True)
    assert thread is not None
    first = thread.mark_sending("rep_1", NOW).slots[0]
    again = (
        thread.mark_sending("rep_1", NOW).mark_sending("rep_1", NOW + timedelta(hours=1)).slots[0]
    )

    assert first.is_being_sent(NOW + SENDING_LEASE - timedelta(seconds=1))
    assert not first.is_being_sent(NOW + SENDING_LEASE)
    assert first.must_find_reply
    assert again.first_tried_at == first.first_tried_at


def test_another_wording_of_one_reply_leaves_the_other_replies_as_they_are() -> None:
    thread = Thread("thr_1").reserve("rep_1", Purpose.ACKNOWLEDGEMENT, public=True, variant="a")
    assert thread is not None
    both = thread.reserve("rep_2", Purpose.RESOLUTION, public=True)
    assert both is not None

    variants = [slot.variant for slot in both.with_variant("rep_1", "b").slots]
    assert variants == ["b", None]
