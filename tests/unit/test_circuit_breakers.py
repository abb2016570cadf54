"""A platform that does not answer is left alone, longer each time, and tried by one call."""

from __future__ import annotations

from datetime import timedelta

from heard.circuit_breakers import (
    FIRST_PAUSE,
    LIMIT,
    LONGEST_TRIAL,
    TRIAL_PAUSE,
    CircuitBreakers,
)
from tests.unit.backend import NOON, FakeClock


def test_one_call_tries_when_the_time_is_over_and_its_result_counts() -> None:
    clock, breakers = FakeClock(), CircuitBreakers()
    waits: list[float] = []
    for _ in range(6):
        assert breakers.seconds_to_wait("con_a", clock()) == 0
        assert not waits or breakers.seconds_to_wait("con_a", clock()) > 0, "two trials at once"
        breakers.record_failure("con_a", clock(), clock())
        waits.append(breakers.seconds_to_wait("con_a", clock()))
        assert breakers.seconds_to_wait("con_b", clock()) == 0
        clock.advance(seconds=waits[-1])
    assert waits == [15, 45, 135, 405, 900, 900]
    breakers.record_success("con_a")

    assert [breakers.seconds_to_wait("con_a", clock()) for _ in range(3)] == [0, 0, 0]


def test_calls_that_were_on_their_way_are_one_failure() -> None:
    breakers = CircuitBreakers()
    for second in range(10):
        breakers.record_failure("con_a", NOON, NOON + timedelta(seconds=4, milliseconds=second))

    assert breakers.seconds_to_wait("con_a", NOON + timedelta(seconds=4)) == 15


def test_a_trial_of_which_nothing_is_heard_ends() -> None:
    breakers = CircuitBreakers()
    breakers.record_failure("con_a", NOON, NOON)
    trial_at = NOON + FIRST_PAUSE
    assert breakers.seconds_to_wait("con_a", trial_at) == 0

    assert breakers.seconds_to_wait("con_a", trial_at) == TRIAL_PAUSE.total_seconds()
    assert breakers.seconds_to_wait("con_a", trial_at + LONGEST_TRIAL - TRIAL_PAUSE / 5) == 1
    assert breakers.seconds_to_wait("con_a", trial_at + LONGEST_TRIAL) == 0


def test_others_wait_only_a_moment_for_the_result_of_a_trial() -> None:
    """One wait of 60 s for a platform that is well again would delay a complaint by a minute."""
    breakers = CircuitBreakers()
    breakers.record_failure("con_a", NOON, NOON)
    trial_at = NOON + FIRST_PAUSE
    breakers.seconds_to_wait("con_a", trial_at)

    assert breakers.seconds_to_wait("con_a", trial_at) == TRIAL_PAUSE.total_seconds()
    breakers.record_failure("con_a", trial_at, trial_at)
    assert breakers.seconds_to_wait("con_a", trial_at) == 3 * FIRST_PAUSE.total_seconds()


def test_a_trial_that_tells_nothing_ends_at_once_and_the_next_call_is_the_trial() -> None:
    breakers = CircuitBreakers()
    breakers.record_failure("con_a", NOON, NOON)
    breakers.end_trial("con_a", NOON)
    assert breakers.seconds_to_wait("con_a", NOON) == FIRST_PAUSE.total_seconds(), "no trial"
    trial_at = NOON + FIRST_PAUSE
    for _ in range(2):
        assert breakers.seconds_to_wait("con_a", trial_at) == 0
        assert breakers.seconds_to_wait("con_a", trial_at) == TRIAL_PAUSE.total_seconds()
        breakers.end_trial("con_a", trial_at)
    breakers.seconds_to_wait("con_a", trial_at)
    breakers.record_failure("con_a", trial_at, trial_at)

    assert breakers.seconds_to_wait("con_a", trial_at) == 3 * FIRST_PAUSE.total_seconds()


def test_the_end_of_a_call_opens_no_breaker() -> None:
    breakers = CircuitBreakers()
    breakers.end_trial("con_a", NOON)

    assert breakers.seconds_to_wait("con_a", NOON) == 0


def test_a_process_remembers_the_latest_failures_only() -> None:
    breakers = CircuitBreakers()
    for number in range(LIMIT + 1):
        breakers.record_failure(f"con_{number}", NOON, NOON)

    assert breakers.seconds_to_wait("con_0", NOON) == 0
    assert breakers.seconds_to_wait(f"con_{LIMIT}", NOON) == 15
