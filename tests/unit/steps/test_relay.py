"""From an outcome to the bus: nothing is lost, and nothing waits for a record that is broken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.connectors import HttpResponse
from heard.errors import Fault
from heard.follow_ups import Action, TakeoverReason
from heard.messaging import PUBLISH_ATTEMPTS, EventBus
from heard.notices import Notice
from heard.outcomes import Kind
from heard.reviews import EventKind
from heard.steps import desk
from heard.steps.relay import RelayReport, SkippedOutcome, relay, resend, tampered_outcomes
from tests.unit.backend import (
    COMPLAINT,
    NOON,
    Backend,
    complaint,
    praise,
    review_event,
    stream_record,
)

DANGER = "There was broken glass in the bread and my child was hurt, she had to go to hospital."


class RecordingBus:
    """EventBridge's PutEvents. It takes every entry but those for which `fail` names a code."""

    def __init__(self, *codes: list[str | None] | Exception) -> None:
        self.taken: list[dict[str, Any]] = []
        self.calls: list[list[str]] = []
        self._codes = list(codes)

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.calls.append([_outcome_of(entry) for entry in Entries])
        answer = self._codes.pop(0) if self._codes else []
        if isinstance(answer, Exception):
            raise answer
        codes = [*answer, *[None] * (len(Entries) - len(answer))]
        self.taken += [entry for entry, code in zip(Entries, codes, strict=True) if code is None]
        return {
            "FailedEntryCount": sum(code is not None for code in codes),
            "Entries": [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes],
        }

    @property
    def outcomes(self) -> list[str]:
        return [_outcome_of(entry) for entry in self.taken]


def _outcome_of(entry: dict[str, Any]) -> str:
    return json.loads(entry["Detail"])["outcome"]


def bus(client: RecordingBus) -> EventBus:
    return EventBus(client, "heard")  # type: ignore[arg-type]


def notices(count: int) -> list[Notice]:
    return [
        Notice("outcome.answered", f"out_{number}", "rev_1", {"outcome": f"out_{number}"})
        for number in range(count)
    ]


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


def published_outcomes(records: list[dict[str, Any]]) -> list[str]:
    """The outcomes that are told, by the relay with a bus that takes everything."""
    client = RecordingBus()
    relay(records, bus(client))
    return list(dict.fromkeys(client.outcomes))


# What is told


def test_each_moment_that_somebody_may_be_told_of_is_told_in_the_order_of_its_review(
    shop: Backend,
) -> None:
    """Opened, joined by a critical review, taken over, asked, denied, promised, due again."""
    shop.deliver(complaint("r-1"))
    shop.clock.advance(minutes=1)
    shop.deliver(review_event("r-2", DANGER, 1, thread="r-1"))
    (follow_up,) = shop.open_follow_ups()
    ana, lea = shop.add_person("Ana"), shop.add_person("Lea", "lead")
    shop.clock.advance(minutes=1)
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    takeover = desk.TakeoverRequest(fence, TakeoverReason.SEVERITY)
    taken = desk.take_over_and_describe(lea, follow_up.id, takeover, shop.desk, shop.clock())
    desk.release(lea, follow_up.id, taken["fence"], shop.desk, shop.clock())
    shop.clock.advance(minutes=1)
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    walk_away = desk.ResolutionRequest("answer-1", Action.WALK_AWAY, fence, reason="abuse")
    desk.resolve(ana, follow_up.id, walk_away, shop.desk, shop.clock())
    shop.clock.advance(minutes=1)
    waiting = shop.cases.follow_up(follow_up.id).resolution
    assert waiting
    desk.approve(lea, follow_up.id, shop.desk, shop.clock(), approved=False, digest=waiting.digest)
    shop.clock.advance(minutes=1)
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    due = shop.clock() + timedelta(hours=1)
    promise = desk.ResolutionRequest("answer-2", Action.PROMISE, fence, promised_for=due)
    desk.resolve(ana, follow_up.id, promise, shop.desk, shop.clock())
    shop.run_workflows()
    shop.clock.advance(hours=2)
    shop.fire_timers()

    client = RecordingBus()
    relay(shop.stream_records(), bus(client))
    details = [
        (entry["DetailType"], json.loads(entry["Detail"]))
        for entry in client.taken
        if entry["DetailType"].startswith("outcome.")
    ]

    assert [kind for kind, _ in details] == [
        "outcome.follow_up_opened",
        "outcome.follow_up_joined",
        "outcome.taken_over",
        "outcome.approval_requested",
        "outcome.approval_denied",
        "outcome.promise_due",
    ]
    assert {detail["follow_up"] for _, detail in details} == {follow_up.id}
    joined, taken_over = details[1][1], details[2][1]
    assert taken_over["reason"] == "severity"
    assert "sub-" not in json.dumps(taken_over)
    assert (joined["severity_before"], joined["follow_up_severity"]) == ("high", "critical")
    assert (joined["severity"], joined["queue"]) == ("critical", follow_up.queue)
    for review in {detail["review"] for _, detail in details}:
        numbers = [detail["sequence"] for _, detail in details if detail["review"] == review]
        assert numbers == sorted(numbers)
    text = json.dumps(client.taken)
    assert COMPLAINT not in text
    assert DANGER not in text
    assert ana.person.subject not in text


def test_a_refused_reply_is_told_with_the_follow_up_that_is_open_again(shop: Backend) -> None:
    shop.deliver(complaint("r-1"))
    shop.stream_records()
    (follow_up,) = shop.open_follow_ups()
    ana = shop.add_person("Ana")
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    text = "I found both payments and paid one of them back this morning, at nine."
    request = desk.ResolutionRequest(
        "answer-1", Action.REPLY, fence, text=text, fix="refunded", root_cause="double-charge"
    )
    desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
    shop.http = lambda *_, **__: HttpResponse(403, {}, b"")
    shop.run_workflows()
    client = RecordingBus()
    relay(shop.stream_records(), bus(client))

    (entry,) = client.taken
    detail = json.loads(entry["Detail"])
    assert entry["DetailType"] == "outcome.reply_rejected"
    assert (detail["follow_up"], detail["queue"]) == (follow_up.id, follow_up.queue)


def test_the_end_of_a_review_says_whether_its_follow_up_is_still_open(shop: Backend) -> None:
    for name in ("r-1", "r-2"):
        shop.deliver(review_event(name, COMPLAINT, 1, thread="r-1"))
    shop.stream_records()
    client = RecordingBus()
    for name in ("r-2", "r-1"):
        withdrawal = review_event(name, kind=EventKind.WITHDRAWN, revision="~", thread="r-1")
        shop.deliver(withdrawal)
        relay(shop.stream_records(), bus(client))

    details = [json.loads(entry["Detail"]) for entry in client.taken]
    assert [entry["DetailType"] for entry in client.taken] == ["outcome.withdrawn"] * 2
    assert [detail["reviews_left"] for detail in details] == [1, 0]
    assert shop.open_follow_ups() == []


def test_praise_that_is_thanked_is_no_news(shop: Backend) -> None:
    shop.deliver(praise("r-1"))

    assert Kind.ACKNOWLEDGED in {outcome.kind for outcome in shop.outcomes()}
    assert published_outcomes(shop.stream_records()) == []


# A record that is broken


POISON: list[Any] = [
    {},
    {"dynamodb": {}},
    {"dynamodb": {"NewImage": {}}},
    {"dynamodb": {"NewImage": {"kind": {"S": "follow_up_opened"}}}},
    {"dynamodb": {"NewImage": {"kind": {"X": "no such type"}}}},
    {"dynamodb": {"NewImage": "text"}},
    {"eventName": "INSERT", "dynamodb": {"Keys": {"review": {"S": "rev_1"}}}},
    "no record",
    None,
]


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_poison_record_delays_no_other(shop: Backend, poison: Any, place: int) -> None:
    first, second = (shop.deliver(complaint(name)) for name in ("r-1", "r-2"))
    records: list[Any] = [
        record
        for record in shop.stream_records()
        if record["dynamodb"]["NewImage"]["kind"]["S"] == "follow_up_opened"
    ]
    records.insert(place, poison)
    client = RecordingBus()
    report = relay(records, bus(client))

    reviews = {json.loads(entry["Detail"]).get("review") for entry in client.taken}
    assert reviews - {None} == {first, second}
    assert (report.published, len(report.skipped)) == (4, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", {"S": "invented"}),
        ("sequence", {"S": "two"}),
        ("detail", {"S": "text"}),
        ("detail", {"M": {"queue": {"S": "x" * 100_000}}}),
        ("detail", {"M": {"due_at": {"B": b"bytes"}}}),
        ("business", {"M": {}}),
        ("review", {"NULL": True}),
        ("at", {"N": "1.5"}),
        ("platform", {"SS": ["a", "b"]}),
    ],
)
def test_an_outcome_with_one_broken_attribute_is_skipped_and_named_by_its_keys(
    shop: Backend, name: str, value: dict[str, Any]
) -> None:
    review = shop.deliver(complaint("r-1"))
    (record,) = (
        record
        for record in shop.stream_records()
        if record["dynamodb"]["NewImage"]["kind"]["S"] == "follow_up_opened"
    )
    keys = record["dynamodb"]["Keys"]
    broken = stream_record(record["dynamodb"]["NewImage"] | {name: value})
    broken["dynamodb"]["Keys"] = keys
    client = RecordingBus()
    report = relay([broken], bus(client))

    assert client.calls == []
    assert [skipped.key for skipped in report.skipped] == [f"{review}/2"]


def test_what_the_bus_never_takes_is_skipped_and_the_others_are_published() -> None:
    client = RecordingBus([None, "MalformedDetail"])
    refused = bus(client).publish(notices(3))

    assert [(notice.outcome, code) for notice, code in refused] == [("out_1", "MalformedDetail")]
    assert client.outcomes == ["out_0", "out_2"]
    assert len(client.calls) == 1, "what is refused for good is not sent again"


# A bus that is down


def test_a_partial_failure_sends_only_the_failed_entries_again() -> None:
    client = RecordingBus([None, "ThrottlingException", None, "InternalFailure"])
    bus(client).publish(notices(12))

    assert client.calls == [
        [f"out_{number}" for number in range(10)],
        ["out_1", "out_3"],
        ["out_10", "out_11"],
    ]
    assert sorted(client.outcomes) == sorted(notice.outcome for notice in notices(12))


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalFailure", "AccessDeniedException"]
)
def test_a_bus_that_keeps_failing_raises_so_that_the_batch_comes_again(code: str) -> None:
    client = RecordingBus(*[[code]] * PUBLISH_ATTEMPTS)
    with pytest.raises(Fault, match="1 of 3 notices"):
        bus(client).publish(notices(3))
    bus(client).publish(notices(3))

    assert set(client.outcomes) == {"out_0", "out_1", "out_2"}


def test_a_batch_repeated_after_the_bus_was_down_is_told_whole(shop: Backend) -> None:
    shop.deliver(complaint("r-1"))
    records = shop.stream_records()
    down = ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "PutEvents")
    client = RecordingBus(down)
    with pytest.raises(ClientError):
        relay(records, bus(client))
    assert client.taken == []
    relay(records, bus(client))

    assert list(dict.fromkeys(client.outcomes)) == published_outcomes(records)


class StoppedError(BaseException):
    """The process ends here: no code of the relay runs after it."""


def test_a_relay_that_dies_between_two_calls_loses_nothing_and_repeats_by_the_same_id(
    shop: Backend,
) -> None:
    """Wherever it dies, before a call or after it, the next run tells what is missing."""
    for number in range(12):
        shop.deliver(complaint(f"r-{number}"))
        shop.clock.advance(minutes=1)
    records = shop.stream_records()
    expected = published_outcomes(records)
    client = RecordingBus()
    relay(records, bus(client))
    calls = len(client.calls)
    assert calls > 1

    for after_call in (False, True):
        for last_call in range(calls):
            client = RecordingBus()
            put_events = client.put_events
            done = 0

            def dying_put_events(
                *,
                put_events: Any = put_events,
                last_call: int = last_call,
                after_call: bool = after_call,
                **request: Any,
            ) -> dict[str, Any]:
                nonlocal done
                if done == last_call and not after_call:
                    raise StoppedError
                response = put_events(**request)
                if done == last_call:
                    raise StoppedError
                done += 1
                return response

            client.put_events = dying_put_events  # type: ignore[method-assign]
            with pytest.raises(StoppedError):
                relay(records, bus(client))
            client.put_events = put_events  # type: ignore[method-assign]
            relay(records, bus(client))

            assert list(dict.fromkeys(client.outcomes)) == expected
            by_outcome: dict[tuple[str, str], set[str]] = {}
            for entry in client.taken:
                key = (entry["DetailType"], _outcome_of(entry))
                by_outcome.setdefault(key, set()).add(entry["Detail"])
            assert all(len(details) == 1 for details in by_outcome.values()), "repeats are equal"


def test_nothing_new_calls_no_bus() -> None:
    client = RecordingBus()

    assert relay([], bus(client)) == RelayReport(0, (), ())
    assert client.calls == []


# Sending again from the log


def test_the_log_gives_the_same_notices_again(shop: Backend) -> None:
    review = shop.deliver(complaint("r-1"))
    first, again = RecordingBus(), RecordingBus()
    relay(shop.stream_records(), bus(first))
    report = resend(shop.outcome_log.of_review(review), bus(again))

    assert again.taken == first.taken
    assert report.published == len(first.taken) == 2


def test_a_log_with_a_broken_outcome_names_it_and_goes_on(shop: Backend) -> None:
    shop.deliver(complaint("r-1"))
    shop.clock.now = NOON + timedelta(days=1)
    shop.fire_timers()
    outcomes = shop.outcomes()
    broken = next(outcome for outcome in outcomes if outcome.kind is Kind.FOLLOW_UP_OPENED)
    broken.detail["queue"] = 1.5  # type: ignore[index]
    client = RecordingBus()
    report = resend(outcomes, bus(client))

    assert report.skipped == (SkippedOutcome(broken.id, "queue is neither an id nor a code"),)
    assert Kind.ESCALATED in {
        Kind(entry["DetailType"].removeprefix("outcome."))
        for entry in client.taken
        if entry["DetailType"].startswith("outcome.")
    }


def test_every_record_of_tampering_is_named_and_no_other() -> None:
    place = {"review": {"S": "rev_1"}, "sequence": {"N": "2"}}
    records = [
        *POISON,
        {"eventName": "MODIFY", "dynamodb": {"Keys": place, "NewImage": "no map"}},
        {"eventName": "REMOVE", "dynamodb": {"Keys": place}},
        {"eventName": "REMOVE"},
        {"eventName": ["REMOVE"]},
    ]
    taken = RecordingBus()

    assert tampered_outcomes(records) == ("rev_1/2", "rev_1/2", "a record without keys")
    report = relay(records, bus(taken))
    assert (report.published, len(report.skipped)) == (0, len(POISON) + 1)
