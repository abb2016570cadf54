"""What a review costs of DynamoDB, step by step: write and read units, requests, sizes of items.

Counted by AWS's rules on moto (`tests.benchmarks.metering`), with new objects for each step, as in
a cold function. A step that asks for one unit more fails here. Whoever wants it raises the budget,
and says in the commit what it buys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from heard.assessment.engines.chain import embedded_engine
from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.follow_ups import Action, TakeoverReason
from heard.notes import Draft
from heard.steps import desk, desk_settings, drafts, notes
from heard.steps.desk_colleagues import list_colleagues
from heard.steps.desk_list import list_rows
from heard.steps.follow_up import await_resolution
from heard.steps.ingest import ingest
from heard.steps.notes import NoteRequest
from heard.steps.reply import acknowledge, carry_out
from heard.steps.triage import QueuedReview, triage
from heard_cli.local.sample_requests import sign_sample
from tests.benchmarks import ledger
from tests.benchmarks.metering import CapacityMeter, CapacityUnits
from tests.benchmarks.webhooks import COMPLAINT, PRAISE, as_request, standard_sample
from tests.unit.backend import BUSINESS, NOON, REGION, SECRET, Backend, complaint, moto_client

OTHER_FOLLOW_UPS: Final = 25
"""Open follow-ups beside the one that is answered."""
TOKEN: Final = "t" * 700
"""A task token of Step Functions has about 700 characters."""
ANSWER: Final = (
    "I found both payments in our books and paid one of them back this morning. The terminal in "
    "the Market Street shop booked twice; it is switched off now, and I wrote to the bank that "
    "your second payment must be with you by Thursday at the latest."
)
UNIT: Final = 1_024
"""Bytes of a write unit."""

type Budget = Mapping[str, tuple[float, float, int]]
"""By step: write units with those of indexes, read units, requests."""

ACKNOWLEDGED: Final[Budget] = {
    "ingest": (0, 0.5, 1),
    "triage": (10, 4, 11),
    "reply": (7, 3.5, 6),
}
HUMAN: Final[Budget] = {
    "ingest": (0, 0.5, 1),
    "triage": (14, 3.5, 8),
    "follow_up": (1, 1, 2),
    "desk list": (0, 1.5, 1),
    "desk claim": (2, 8.5, 11),
    "desk answer": (12, 9.5, 14),
    "reply": (10, 5, 8),
}
BESIDE: Final[Budget] = {
    "read before the claim": (0, 10, 12),
    "draft": (1, 4, 5),
    "draft again": (1, 4, 5),
    "note": (1, 6, 7),
    "note with a mention": (5, 7, 8),
    "role given": (4, 1, 2),
    "colleagues": (0, 1, 1),
    "later": (1, 1, 2),
    "later list": (0, 0.5, 1),
    "takeover": (8, 10.5, 13),
    "answer with a draft": (13, 9.5, 15),
    "draft that is not there": (1, 1, 2),
}
LARGER_THAN_A_UNIT: Final[set[str]] = set()
"""The kinds of items of which one has more than 1,024 bytes, and costs two units a write: none."""


class _Items:
    """Reads items as a test does: no role is asked."""

    def get_item(self, **request: Any) -> Any:
        return moto_client("dynamodb").get_item(**request)

    def describe_table(self, **request: Any) -> Any:
        return moto_client("dynamodb").describe_table(**request)


@dataclass
class MeteredBackend:
    """A backend whose steps are counted, each for itself."""

    backend: Backend
    meter: CapacityMeter
    steps: dict[str, CapacityUnits]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        with self.meter.counting() as units:
            yield
        self.steps[name] = units

    def receive_and_triage(self, text: str, rating: int) -> dict[str, Any]:
        backend = self.backend
        sample, connection = (
            standard_sample("review-1", text, rating),
            backend.connections["standard"],
        )
        signed = sign_sample(sample, connection.url, SECRET, NOON)
        # A process notes equal deliveries once a minute.
        ports = backend.ingest_ports
        ports.deliveries.note(connection.id, "accepted", "", 1, NOON)
        with self.step("ingest"):
            assert ingest(as_request(signed), connection.id, ports, NOON).result == "accepted"
        (message,) = backend.queued_messages()
        with self.step("triage"):
            return triage(
                QueuedReview.from_json(message),
                backend.store_ports,
                backend.platform_ports,
                NOON,
                embedded_engine("accurate"),
            )

    def counts(self) -> dict[str, tuple[float, float, int]]:
        return {
            name: (units.total_write, units.read, units.requests.total())
            for name, units in self.steps.items()
        }

    def requests(self) -> dict[str, dict[str, int]]:
        return {name: dict(units.requests) for name, units in self.steps.items()}

    def total(self) -> tuple[float, float]:
        """Write units and read units of all steps."""
        counts = self.counts().values()
        return sum(write for write, _, _ in counts), sum(read for _, read, _ in counts)

    def larger_than_a_unit(self) -> set[str]:
        return {
            kind
            for units in self.steps.values()
            for kind, sizes in units.item_sizes.items()
            if max(sizes) > UNIT
        }

    def describe(self) -> str:
        """What was counted, for whoever must correct a budget."""
        lines = [
            f"{name}: {units.total_write:g} WRU, {units.read:g} RRU, {dict(units.requests)}\n"
            f"    {dict(units.units_by_request)}\n    {units.item_sizes}"
            for name, units in self.steps.items()
        ]
        total = CapacityUnits()
        for units in self.steps.values():
            total.add(units)
        return "\n".join(
            [*lines, f"{total.total_write:g} WRU, {total.read:g} RRU, {total.requests.total()}"]
        )


@pytest.fixture(scope="module")
def metered_backend() -> Iterator[Backend]:
    with mock_aws():
        yield Backend(moto_client("dynamodb"))


@pytest.fixture
def metered(metered_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> MeteredBackend:
    # Each step has a cache of its own, which no slow machine may end.
    monkeypatch.setattr("heard.storage.vault.CACHE_SECONDS", 1e9)
    backend = metered_backend.reset()
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    for number in range(OTHER_FOLLOW_UPS):
        backend.deliver(complaint(f"other-{number}", author=f"cus-{number}"))
    client = boto3.client(
        "dynamodb",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}),
    )
    meter = CapacityMeter(client, _Items())
    backend.dynamodb = client
    backend.sqs.purge_queue(QueueUrl=backend.queue_url)
    return MeteredBackend(backend, meter, {})


def check_ledger(metered: MeteredBackend, kind: str) -> None:
    """What the dollars of docs/benchmarks.md are computed from is what was counted."""
    assert metered.total() == (ledger.WRITE_UNITS[kind], ledger.READ_UNITS[kind])
    assert metered.requests() == ledger.REQUESTS[kind]


def test_an_acknowledged_review(metered: MeteredBackend) -> None:
    backend = metered.backend
    steps = metered.receive_and_triage(PRAISE, 5)
    assert steps["route"] == "acknowledge"
    with metered.step("reply"):
        acknowledge(
            steps["thread"], steps["reply"], backend.store_ports, backend.platform_ports, NOON
        )
    assert metered.counts() == ACKNOWLEDGED, metered.describe()
    check_ledger(metered, ledger.ACKNOWLEDGED)
    assert metered.larger_than_a_unit() == LARGER_THAN_A_UNIT, metered.describe()


def test_a_review_that_a_person_answers(metered: MeteredBackend) -> None:
    backend = metered.backend
    ana = backend.add_person("Ana")
    steps = metered.receive_and_triage(COMPLAINT, 1)
    follow_up = steps["follow_up"]
    ports = backend.desk

    def show_list() -> None:
        page = backend.listed(ana, ports, limit=25)
        assert page.counts
        assert page.counts.by_view["all"] == OTHER_FOLLOW_UPS + 1
        list_rows(page.follow_ups, NOON, ports.cases, ports.memory, words=False)

    with metered.step("follow_up"):
        await_resolution(follow_up, TOKEN, backend.store_ports, backend.workflows)
    with metered.step("first list of a process"):
        show_list()
    assert metered.counts().popitem() == ("first list of a process", (0, 2.5, 3))
    del metered.steps["first list of a process"]
    with metered.step("desk list"):
        show_list()
    with metered.step("desk claim"):
        fence = desk.claim_and_describe(ana, follow_up, backend.desk, NOON)["fence"]
    request = desk.ResolutionRequest(
        id="answer-000001",
        action=Action.REPLY,
        fence=fence,
        text=ANSWER,
        note="Checked.",
        fix="refunded",
        root_cause="double-charge",
    )
    with metered.step("desk answer"):
        desk.resolve(ana, follow_up, request, backend.desk, NOON)
    with metered.step("reply"):
        carry_out(follow_up, backend.store_ports, backend.platform_ports, NOON)
    assert metered.counts() == HUMAN, metered.describe()
    check_ledger(metered, ledger.HUMAN)
    assert metered.larger_than_a_unit() == LARGER_THAN_A_UNIT, metered.describe()


def test_what_people_write_beside_an_answer(metered: MeteredBackend) -> None:
    backend = metered.backend
    ana, ben, lee = (
        backend.add_person("Ana"),
        backend.add_person("Ben"),
        backend.add_person("Lee", "lead"),
    )
    follow_up = metered.receive_and_triage(COMPLAINT, 1)["follow_up"]
    fence = desk.claim(ben, follow_up, backend.desk, NOON).fence
    metered.steps.clear()
    with metered.step("read before the claim"):
        desk.describe_follow_up(ana, follow_up, backend.desk, NOON, 25, None)
    draft = Draft(ANSWER, format_time(NOON), "reply", {"fix": "refunded"})
    for name in ("draft", "draft again"):
        with metered.step(name):
            drafts.save_draft(ana, follow_up, draft, backend.desk, NOON)
    with metered.step("note"):
        notes.add_note(ana, follow_up, NoteRequest("note-1", ANSWER), backend.desk, NOON)
    with metered.step("note with a mention"):
        request = NoteRequest("note-2", ANSWER, ("sub-ben",))
        notes.add_note(ana, follow_up, request, backend.desk, NOON)
    for number in range(37):
        backend.store_person(f"Colleague-{number:02}", {BUSINESS: ["agent", "lead"]})
    with metered.step("role given"):
        backend.store_person("Colleague-00", {BUSINESS: ["agent"]})
    with metered.step("colleagues"):
        assert len(list_colleagues(ana, BUSINESS, backend.desk.people)["colleagues"]) == 40
    with metered.step("later"):
        desk_settings.put_off(ana, follow_up, NOON + timedelta(minutes=5), backend.desk, NOON)
    with metered.step("later list"):
        backend.desk.settings.later("sub-ana")
    takeover = desk.TakeoverRequest(fence, TakeoverReason.ABSENT)
    with metered.step("takeover"):
        desk.take_over_and_describe(lee, follow_up, takeover, backend.desk, NOON)
    request = desk.ResolutionRequest(
        id="answer-000001",
        action=Action.REPLY,
        fence=fence + 1,
        text=ANSWER,
        note="Checked.",
        fix="refunded",
        root_cause="double-charge",
    )
    with metered.step("answer with a draft"):
        desk.resolve(lee, follow_up, request, backend.desk, NOON)
    with metered.step("draft that is not there"):
        drafts.delete_draft(ana, follow_up, backend.desk)
    assert metered.counts() == BESIDE, metered.describe()
    assert metered.larger_than_a_unit() == LARGER_THAN_A_UNIT, metered.describe()
