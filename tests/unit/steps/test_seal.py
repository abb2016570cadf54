"""The nightly run: every day of a business becomes one seal, whatever happens meanwhile."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from heard.errors import Fault
from heard.lake import rows_key, summary_key
from heard.outcomes import Kind, Outcome
from heard.seals.facts import facts_lines
from heard.seals.leaves import leaf_bytes, record_bytes
from heard.seals.merkle import leaf_hash, root_of
from heard.seals.notes import note_text, parse_note, signed_note
from heard.seals.seal import LeafHashes, Seal, seal_key
from heard.steps.lake import write_sealed_day
from heard.steps.seal import (
    SealPorts,
    SealReport,
    last_day_to_seal,
    open_change,
    queue_businesses,
    seal_business,
)
from heard.storage.seal_key import SealKey
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, Backend
from tests.unit.sealing import ORIGIN, TODAY, FakeKms, SealBench, at, is_signed, outcomes_of

YESTERDAY = "2026-03-16"


@pytest.fixture
def bench(backend: Backend) -> SealBench:
    return SealBench(backend)


def run(bench: SealBench, now: datetime = TODAY, **options: Any) -> SealReport:
    return seal_business(BUSINESS, bench.ports(), now, **options)


def seals_of(bench: SealBench, business: str = BUSINESS) -> list[Seal]:
    found = [bench.seals.read_version(business, each) for each in bench.seals.versions(business)]
    assert None not in found
    return cast("list[Seal]", found)


def lines_of(bench: SealBench, seal: Seal) -> list[bytes]:
    content = bench.lake.get(seal.facts.key)
    assert content is not None
    return facts_lines(content)


def problems_of(seal: Seal) -> list[tuple[str, str | None]]:
    return [(each["why"], each["outcome"]) for each in seal.record["problems"]]


def test_a_day_is_sealed_with_its_facts(bench: SealBench) -> None:
    first = bench.append("r-1", Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, at=at(16, 9))
    second = bench.append("r-2", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(16, 8))

    report = run(bench)

    (seal,) = seals_of(bench)
    in_order = [*second, *first]
    assert [leaf_bytes(each) for each in in_order] == lines_of(bench, seal)
    leaves = [leaf_hash(leaf_bytes(each)) for each in in_order]
    assert list(seal.leaves) == [*leaves, leaf_hash(record_bytes(seal.record))]
    assert (seal.day, seal.first, seal.size) == (YESTERDAY, 0, 5)
    assert (seal.record["outcomes"], seal.record["open"], seal.record["reviews"]) == (4, 1, 2)
    assert problems_of(seal) == []
    assert is_signed(seal)
    assert parse_note(seal.note).checkpoint.root == root_of(seal.leaves)
    assert seal.origin == f"{ORIGIN}/{BUSINESS}"
    assert (report.is_complete, report.problems, len(report.days)) == (True, 0, 1)


def test_a_second_run_does_nothing(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    run(bench)
    (seal,) = seals_of(bench)

    report = run(bench, TODAY + timedelta(hours=5))

    assert (report.days, report.is_complete) == ([], True)
    assert seals_of(bench) == [seal]
    assert len(bench.kms.messages) == 1


def test_a_first_run_seals_the_whole_past_day_by_day(bench: SealBench) -> None:
    """Days without outcomes too: a missing day would be a gap."""
    (first,) = bench.append("r-1", Kind.ACCEPTED, at=at(3))
    (second,) = bench.append("r-1", Kind.ESCALATED, at=at(9), after=first)
    bench.append("r-1", Kind.ANSWERED, at=at(9, 15), after=second)
    bench.append("r-2", Kind.ACCEPTED, at=at(16))

    run(bench)

    seals = seals_of(bench)
    assert [seal.day for seal in seals] == [f"2026-03-{day:02d}" for day in range(3, 17)]
    assert [seal.record["outcomes"] for seal in seals] == [1, 0, 0, 0, 0, 0, 2, *[0] * 6, 1]
    assert [seal.record["open"] for seal in seals] == [1] * 6 + [0] * 7 + [1]
    assert seals[-1].size == 4 + 14
    assert root_of(leaf for seal in seals for leaf in seal.leaves) == (
        parse_note(seals[-1].note).checkpoint.root
    )
    assert all(map(is_signed, seals))


def test_a_business_without_outcomes_begins_with_an_empty_day(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(17, 0))  # added today, and sealed tomorrow

    run(bench)
    run(bench, TODAY + timedelta(days=1))

    seals = seals_of(bench)
    assert [(seal.day, seal.record["outcomes"]) for seal in seals] == [
        (YESTERDAY, 0),
        ("2026-03-17", 1),
    ]
    assert lines_of(bench, seals[0]) == []


def test_a_day_is_not_sealed_before_its_last_steps_are_done() -> None:
    assert last_day_to_seal(TODAY) == date(2026, 3, 16)
    assert last_day_to_seal(TODAY - timedelta(seconds=1)) == date(2026, 3, 15)


def test_a_run_can_end_earlier(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(3))
    times = itertools.count()

    report = run(bench, keep_going=lambda: next(times) < 2)
    assert ([day.day for day in report.days], report.is_complete) == (
        ["2026-03-03", "2026-03-04"],
        False,
    )
    report = run(bench, until=date(2026, 3, 6))
    assert ([day.day for day in report.days], report.is_complete) == (
        ["2026-03-05", "2026-03-06"],
        True,
    )
    assert run(bench, until=date(2026, 3, 1)).days == []


def test_no_business_gets_into_the_seal_of_another(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    bench.append("r-2", Kind.ACCEPTED, at=at(16), business=OTHER_BUSINESS)

    run(bench)
    seal_business(OTHER_BUSINESS, bench.ports(), TODAY)

    for business in (BUSINESS, OTHER_BUSINESS):
        (seal,) = seals_of(bench, business)
        assert (seal.business, seal.record["outcomes"]) == (business, 1)


# The second look


def sealed_day(bench: SealBench) -> list[Outcome]:
    """Three outcomes of two reviews, sealed."""
    made = bench.append("r-1", Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, at=at(16))
    made += bench.append("r-2", Kind.ACCEPTED, at=at(16))
    run(bench)
    return made


def next_seal(bench: SealBench) -> Seal:
    run(bench, TODAY + timedelta(days=1))
    return seals_of(bench)[-1]


def test_what_came_late_is_sealed_the_next_day(bench: SealBench) -> None:
    sealed_day(bench)
    late = bench.append("r-3", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(16, 23))
    own = bench.append("r-4", Kind.ACCEPTED, at=at(17))

    seal = next_seal(bench)

    assert [leaf_bytes(each) for each in (*own, *late)] == lines_of(bench, seal)
    assert (seal.record["outcomes"], seal.record["late"], seal.record["open"]) == (1, 2, 3)
    assert problems_of(seal) == []


def test_what_was_sealed_and_is_gone_is_sealed_as_a_problem(bench: SealBench) -> None:
    made = sealed_day(bench)
    bench.remove(made[1])
    bench.remove(made[2])

    seal = next_seal(bench)

    assert sorted(problems_of(seal)) == sorted(("missing_after_seal", each.id) for each in made[1:])


def test_what_was_sealed_and_was_changed_is_sealed_as_a_problem(bench: SealBench) -> None:
    made = sealed_day(bench)
    bench.change(made[0], severity="low")

    seal = next_seal(bench)

    assert problems_of(seal) == [("changed_after_seal", made[0].id)]


def test_a_facts_file_that_is_gone_stops_no_seal(bench: SealBench) -> None:
    made = sealed_day(bench)
    (seal,) = seals_of(bench)
    bench.remove(made[2])
    bench.s3.put_object(Bucket=bench.lake_bucket, Key=seal.facts.key, Body=b"rubbish")

    assert problems_of(next_seal(bench)) == [("missing_after_seal", None)]


def test_states_that_do_not_know_the_end_of_the_log_are_problems(bench: SealBench) -> None:
    made = bench.append("r-1", Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, at=at(16))
    bench.move_head(made[0])
    other = bench.append("r-2", Kind.ACCEPTED, at=at(16))
    bench.move_head(outcomes_of("r-2", Kind.EXPIRED, at=at(16))[0])
    stateless = outcomes_of("r-3", Kind.ACCEPTED, at=at(16))
    bench.store(stateless)

    report = run(bench)

    (seal,) = seals_of(bench)
    assert sorted(problems_of(seal)) == sorted(
        [
            ("head_behind", made[1].id),
            ("head_differs", other[0].id),
            ("head_behind", stateless[0].id),
        ]
    )
    assert report.problems == 3


def test_a_state_that_went_on_since_is_no_problem(bench: SealBench) -> None:
    (first,) = bench.append("r-1", Kind.ACCEPTED, at=at(16))
    bench.append("r-1", Kind.ESCALATED, at=at(17, 0), after=first)

    run(bench)

    assert problems_of(seals_of(bench)[0]) == []


def test_what_heard_did_not_write_is_left_out_and_named(bench: SealBench) -> None:
    made = bench.append("r-1", Kind.ACCEPTED, at=at(16))
    foreign = outcomes_of("r-2", Kind.ACCEPTED, Kind.ESCALATED, at=at(16))
    bench.store(foreign)
    bench.change(foreign[0], kind="no such kind")
    bench.change(foreign[1], at="2026-03-11T00:00:00.000Z")

    report = run(bench)

    (seal,) = seals_of(bench)
    assert seal.record["outcomes"] == len(made)
    assert report.skipped == {f"{each.review}#{each.sequence}" for each in foreign}
    assert report.problems == 2


def test_a_seal_with_a_second_version_is_named_each_night(bench: SealBench) -> None:
    sealed_day(bench)
    bench.s3.put_object(
        Bucket=bench.seal_bucket, Key=seal_key(BUSINESS, YESTERDAY), Body=b"rubbish"
    )

    report = run(bench, TODAY + timedelta(days=1))

    assert (report.rewritten, report.problems, len(report.days)) == ([YESTERDAY], 1, 1)
    assert seals_of(bench)[1].record["previous"] is not None


def test_nothing_is_sealed_behind_a_seal_that_is_gone(bench: SealBench) -> None:
    sealed_day(bench)
    (found,) = bench.seals.versions(BUSINESS)
    place = {"Bucket": bench.seal_bucket, "Key": seal_key(BUSINESS, YESTERDAY)}
    bench.s3.delete_object(**place)
    bench.s3.delete_object(**place, VersionId=found.oldest)

    with pytest.raises(Fault, match=YESTERDAY):
        run(bench, TODAY + timedelta(days=1))


def plant(bench: SealBench, day: str, seal: Seal, seed: int = 2) -> None:
    """Put a seal that somebody else signed, or nobody, where Heard will look for one."""
    planted = replace(seal, day=day, record={**seal.record, "seal": day})
    leaves = LeafHashes(seal.leaves[:-1].content + leaf_hash(record_bytes(planted.record)))
    planted = replace(planted, leaves=leaves)
    after = planted.frontier_after()
    text = note_text(seal.origin, after.size, after.root())
    signer = FakeKms(seed)
    key = SealKey(signer, "key-1").public_key()
    signature = SealKey(signer, "key-1").sign(text.encode())
    bench.seals.put(replace(planted, note=signed_note(text, seal.origin, key, signature)))


def test_nothing_is_sealed_behind_a_seal_that_somebody_else_made(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    run(bench)
    plant(bench, "2026-03-17", seals_of(bench)[0])

    for _ in range(2):  # the first run finds it in its way, the next one as the newest seal
        with pytest.raises(Fault, match="2026-03-17"):
            run(bench, TODAY + timedelta(days=1))

    assert len(bench.kms.messages) <= 2
    assert len(seals_of(bench)) == 2


def test_a_planted_first_seal_is_no_beginning(bench: SealBench, backend: Backend) -> None:
    other = SealBench(backend)
    other.append("r-1", Kind.ACCEPTED, at=at(16))
    run(other)
    plant(bench, YESTERDAY, seals_of(other)[0])

    with pytest.raises(Fault, match=YESTERDAY):
        run(bench)


def test_a_seal_of_a_day_that_is_not_over_ends_no_sealing(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    run(bench)
    plant(bench, "2026-12-31", seals_of(bench)[0])

    report = run(bench, TODAY + timedelta(days=1))

    assert [day.day for day in report.days] == ["2026-03-17"]
    assert (report.rewritten, report.problems) == (["2026-12-31"], 1)


def test_the_open_reviews_are_counted_by_what_opens_and_ends_them() -> None:
    chain = outcomes_of(
        "r-1", Kind.ACCEPTED, Kind.ANSWERED, Kind.DUPLICATE, Kind.REOPENED, at=at(1)
    )

    assert [open_change(chain[:length]) for length in range(5)] == [0, 1, 0, 0, 1]
    assert open_change(outcomes_of("r-2", Kind.IGNORED, at=at(1))) == 0


# Interruptions


class Power:
    """Cuts the power before or after the nth call of AWS, and counts the calls."""

    def __init__(self, cut_at: int = 0, *, after: bool = False) -> None:
        self.calls: list[str] = []
        self._cut_at, self._after = cut_at, after

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls.append(name)
        is_last = len(self.calls) == self._cut_at
        if is_last and not self._after:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        response = call()
        if is_last:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        return response


@pytest.fixture
def cut(bench: SealBench, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Power]:
    """Runs the sealing under a power that is cut at a call."""
    call_api = cast("Any", BaseClient)._make_api_call
    kms = bench.kms

    def run_cut(cut_at: int = 0, *, after: bool = False) -> Power:
        power = Power(cut_at, after=after)

        class Kms:
            def __getattr__(self, name: str) -> Any:
                return lambda **given: power.around(name, lambda: getattr(kms, name)(**given))

        with monkeypatch.context() as patch:
            patch.setattr(
                BaseClient,
                "_make_api_call",
                lambda client, operation, request: power.around(
                    operation, lambda: call_api(client, operation, request)
                ),
            )
            bench.kms = Kms()
            try:
                run(bench)
            except EndpointConnectionError:
                assert len(power.calls) == cut_at
            finally:
                bench.kms = kms
        return power

    return run_cut


CALLS = 29
"""The AWS calls of a run over two days; `test_the_calls_are_those_that_are_cut` compares it."""


def test_the_calls_are_those_that_are_cut(bench: SealBench, cut: Callable[..., Power]) -> None:
    bench.first_day = date(2026, 3, 15)
    bench.append("r-1", Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, at=at(15))
    bench.append("r-2", Kind.ACCEPTED, at=at(16))
    calls = cut().calls

    assert len(calls) == CALLS
    assert calls.count("PutObject") == 4
    assert calls.count("sign") == 2


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(1, CALLS + 1))
def test_a_run_that_was_cut_off_anywhere_ends_in_the_same_seals(
    bench: SealBench, cut: Callable[..., Power], place: int, after: bool
) -> None:
    bench.first_day = date(2026, 3, 15)
    made = bench.append("r-1", Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, at=at(15))
    made += bench.append("r-2", Kind.ACCEPTED, at=at(16))
    cut(place, after=after)

    report = run(bench, TODAY + timedelta(hours=2))

    assert report.is_complete
    found = list(bench.seals.versions(BUSINESS))
    assert [(each.day, each.is_rewritten) for each in found] == [
        ("2026-03-15", False),
        ("2026-03-16", False),
    ]
    seals = seals_of(bench)
    assert [line for seal in seals for line in lines_of(bench, seal)] == list(map(leaf_bytes, made))
    assert [seal.record["late"] for seal in seals] == [0, 0]
    assert all(map(is_signed, seals))
    assert seals[1].frontier == seals[0].frontier_after()


def test_of_two_sealers_at_once_one_wins_and_both_go_on(bench: SealBench) -> None:
    """The slower one saw an outcome that the faster one did not see: it is sealed as late."""
    first = bench.append("r-1", Kind.ACCEPTED, at=at(16))
    second = bench.append("r-2", Kind.ACCEPTED, at=at(16, 13))
    ports, have_met = bench.ports(), False

    class MeetingKey:
        def public_key(self) -> bytes:
            return ports.key.public_key()

        def sign(self, message: bytes) -> bytes:
            nonlocal have_met
            have_met = True
            bench.remove(second[0])  # the faster one reads an index that is behind
            run(bench)
            bench.store(second)
            return ports.key.sign(message)

    report = seal_business(BUSINESS, bench.ports(key=MeetingKey()), TODAY)
    run(bench, TODAY + timedelta(days=1))

    assert (have_met, report.is_complete, len(report.days)) == (True, True, 1)
    seals = seals_of(bench)
    assert [lines_of(bench, seal) for seal in seals] == [
        list(map(leaf_bytes, first)),
        list(map(leaf_bytes, second)),
    ]
    assert [seal.record["late"] for seal in seals] == [0, 1]
    assert not any(each.is_rewritten for each in bench.seals.versions(BUSINESS))


def lake_ports(bench: SealBench) -> SealPorts:
    """With what writes rows and summaries."""
    log = bench.backend.outcome_log
    return bench.ports(write_day=partial(write_sealed_day, lake=bench.lake, log=log))


def rows_of(bench: SealBench, day: str = YESTERDAY) -> list[dict[str, Any]]:
    content = bench.lake.get(rows_key(BUSINESS, day))
    assert content is not None, "the day has no rows"
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


def test_what_reports_count_is_written_for_each_sealed_day(bench: SealBench) -> None:
    first = bench.append("r-1", Kind.ACCEPTED, at=at(15))
    run(bench, TODAY - timedelta(days=1))
    late = bench.append("r-2", Kind.ACCEPTED, at=at(15))
    bench.append("r-1", Kind.IGNORED, at=at(16), after=first[-1])

    seal_business(BUSINESS, lake_ports(bench), TODAY)

    rows = {row["review"]: row for row in rows_of(bench)}
    assert set(rows) == {first[0].review, late[0].review}
    # The first outcome of one of them is from the day before.
    row = rows[first[0].review]
    assert (row["sequence"], row["outcomes"], row["closed_kind"]) == (2, 2, "ignored")
    summary = json.loads(bench.lake.get(summary_key(BUSINESS, YESTERDAY)) or b"")
    assert (summary["outcomes"], summary["late"]) == (2, 1)


def test_a_run_that_ended_before_the_rows_is_made_up_for_by_the_next(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    run(bench)
    assert bench.lake.get(rows_key(BUSINESS, YESTERDAY)) is None

    report = seal_business(BUSINESS, lake_ports(bench), TODAY)

    assert (report.days, report.unwritten) == ([], [])
    assert len(rows_of(bench)) == 1


def test_rows_that_are_there_are_not_made_again(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    seal_business(BUSINESS, lake_ports(bench), TODAY)
    bench.lake.put(rows_key(BUSINESS, YESTERDAY), b"by a newer release")

    seal_business(BUSINESS, lake_ports(bench), TODAY)

    assert bench.lake.get(rows_key(BUSINESS, YESTERDAY)) == b"by a newer release"


@pytest.mark.parametrize("content", [b"no facts", None])
def test_facts_that_somebody_changed_give_no_rows_and_stop_no_seal(
    bench: SealBench, content: bytes | None
) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(15))
    bench.append("r-2", Kind.ACCEPTED, at=at(16))
    run(bench, TODAY - timedelta(days=1))
    (seal,) = seals_of(bench)
    if content is None:
        bench.s3.delete_object(Bucket=bench.lake_bucket, Key=seal.facts.key)
    else:
        bench.lake.put(seal.facts.key, content)

    report = seal_business(BUSINESS, lake_ports(bench), TODAY)

    assert report.unwritten == [f"{seal.day}: facts_differ"]
    assert ([day.day for day in report.days], len(rows_of(bench))) == ([YESTERDAY], 1)


def test_what_reports_count_stops_no_seal(bench: SealBench) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(15))

    def fail(_seal: Seal) -> bool:
        raise Fault("no")

    report = seal_business(BUSINESS, bench.ports(write_day=fail), TODAY)

    assert report.unwritten == ["2026-03-15: Fault", f"{YESTERDAY}: Fault"]
    assert [seal.day for seal in seals_of(bench)] == ["2026-03-15", YESTERDAY]


# The night


class FakeQueue:
    def __init__(self) -> None:
        self.messages: list[Any] = []

    def send(self, messages: list[Any]) -> None:
        self.messages += messages


def queue_night(bench: SealBench, now: datetime) -> tuple[list[Any], list[str]]:
    queue = FakeQueue()
    setup = bench.backend.setup_store
    night = queue_businesses(setup, bench.seals, cast("Any", queue), now)
    assert night.queued == len(queue.messages)
    return queue.messages, night.late


def test_each_business_is_queued_and_the_late_ones_are_named(bench: SealBench) -> None:
    bench.backend.setup_store.put_business(Business(OTHER_BUSINESS, "Elsewhere"))
    run(bench, TODAY - timedelta(days=1))
    messages = [{"business": BUSINESS}, {"business": OTHER_BUSINESS}]

    assert queue_night(bench, TODAY) == (messages, [])
    assert queue_night(bench, TODAY + timedelta(days=1)) == (messages, [BUSINESS])


def test_a_business_of_an_earlier_release_is_listed_by_hand(bench: SealBench) -> None:
    backend = bench.backend
    backend.plain_dynamodb.put_item(
        TableName=backend.tables["SetupTable"],
        Item={
            name: {"S": value}
            for name, value in {
                "pk": "BUSINESS#bus_old",
                "sk": "PROFILE",
                "id": "bus_old",
                "name": "Old",
                "policy": "{}",
            }.items()
        },
    )
    assert backend.setup_store.listed_businesses() == [BUSINESS]

    backend.setup_store.list_business("bus_old")
    backend.setup_store.list_business("bus_old")

    assert backend.setup_store.listed_businesses() == [BUSINESS, "bus_old"]
    assert backend.setup_store.connections("bus_old") == []
