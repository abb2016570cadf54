"""Promise 15: what an earlier release stored, and what it had under way, goes on under this one.

And a release that was rolled back meets values of a newer one: they harm only their own item.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from heard.assessment import Assessment
from heard.errors import Fault, Tampered
from heard.follow_ups import Status
from heard.outcomes import Kind
from heard.policy import load_policy
from heard.policy.model import Context
from heard.reviews import ReviewEvent
from heard.steps.relay import relay
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.policies import Policies
from heard_simulator.server import SimulatedPlatforms
from tests.faults.recording import (
    FREE_KEYS,
    Recording,
    build,
    read_back,
    record,
    recordings,
)
from tests.unit.backend import BUSINESS, Backend, FakeClock, moto_client

pytestmark = pytest.mark.faults
RECORDINGS = recordings()


@pytest.fixture(scope="module")
def moto_backend() -> Iterator[Backend]:
    with mock_aws():
        yield Backend(moto_client("dynamodb"))


@pytest.fixture
def empty(moto_backend: Backend) -> Iterator[Backend]:
    clock = FakeClock()
    with SimulatedPlatforms(clock=clock) as platforms:
        yield moto_backend.reset(platforms, clock)


def load(recording: Recording, backend: Backend) -> Recording:
    """Put a recording into an empty backend, whose clock then shows its time."""
    backend.clock.now = datetime.fromisoformat(recording.at)
    recording.load_into(backend)
    _move_replies_here(backend)
    return recording


def _move_replies_here(backend: Backend) -> None:
    """The simulated platforms listen elsewhere now. Their addresses are the only thing changed."""
    for connection in [*backend.connections.values()]:
        settings = {**connection.settings, **backend.platforms.settings(connection.platform)}
        item = backend.plain_dynamodb.get_item(
            TableName=backend.tables["SetupTable"],
            Key={"pk": {"S": f"CONNECTION#{connection.id}"}, "sk": {"S": "PROFILE"}},
        )["Item"]
        item["settings"] = {"M": {name: {"S": value} for name, value in settings.items()}}
        backend.plain_dynamodb.put_item(TableName=backend.tables["SetupTable"], Item=item)


@pytest.fixture(params=RECORDINGS, ids=[path.stem for path in RECORDINGS])
def earlier(request: pytest.FixtureRequest, empty: Backend) -> tuple[Recording, Backend]:
    path: Path = request.param
    return load(Recording.read(path), empty), empty


@pytest.fixture
def invoke(empty: Backend, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], Any]:
    """Calls the handler of a function, on the backend and at its time."""
    monkeypatch.setenv("STACK", "heard")
    ports = {
        "reply": lambda: (empty.store_ports, empty.platform_ports),
        "follow_up": lambda: (empty.store_ports, empty.workflows),
    }
    context = SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=1,
        invoked_function_arn="arn:aws:lambda:eu-central-1:1:function:f",
        aws_request_id="r",
    )

    def call(folder: str, payload: Any) -> Any:
        module = importlib.import_module(f"functions.{folder}.app")
        monkeypatch.setattr(module, "ports", ports[folder])
        # Only here: replies are signed at the real time, at which the platform checks them.
        monkeypatch.setattr(module, "clock", SimpleNamespace(now=empty.clock))
        return module.handler(payload, context)

    return call


def test_there_is_a_recording() -> None:
    assert RECORDINGS, "run: python -m tests.faults.record_release"


def test_everything_that_an_earlier_release_stored_is_read_as_it_was_meant(
    earlier: tuple[Recording, Backend],
) -> None:
    recording, backend = earlier
    read = read_back(backend)

    assert read == recording.expected
    backend.check_invariants(*(entry["words"] for entry in read.values() if entry["words"]))
    versions = Policies(backend.dynamodb, backend.tables["SetupTable"]).versions(BUSINESS)
    assert [load_policy(version.document).hash for version in versions] == [
        version.hash for version in versions
    ]
    business = backend.setup_store.business(BUSINESS)
    assert business is not None
    assert load_policy(business.policy).remedies
    assert [place.code for place in business.places] == ["mill-lane"]
    assert sorted(person.first_name for person in backend.people.people()) == ["Ana", "Ida", "Lee"]
    for connection in backend.connections.values():
        assert backend.secrets.inbound(connection.id) is not None
        assert backend.secrets.credentials(connection.id)
    (quarantined,) = backend.ingest_ports.quarantine.of_business(BUSINESS)
    opened = backend.ingest_ports.quarantine.open(quarantined)
    assert opened is not None
    assert opened.body == b'{"type": "?"}'
    assert backend.retention.retentions.of_business(BUSINESS) is not None
    assert [hold.id for hold in backend.holds.holds.of_business(BUSINESS)] == ["hld_1"]
    assert len(list(backend.cases.departures(BUSINESS))) == 1


def test_what_was_under_way_at_the_update_goes_on_and_ends(
    earlier: tuple[Recording, Backend], invoke: Callable[[str, Any], Any]
) -> None:
    recording, backend = earlier
    # A running workflow keeps the definition with which it was started.
    for payload in recording.workflow_inputs["carry_out"]:
        invoke("reply", payload)
    for message in recording.review_messages:
        backend.run_route_workflow(message)
    for payload in recording.workflow_inputs["check_follow_up"]:
        assert invoke("follow_up", payload)["wait_seconds"] > 0
    by_name = {entry["native_id"]: id for id, entry in recording.expected.items()}

    assert backend.kinds(by_name["r-answered"])[-1] is Kind.ANSWERED
    assert Kind.REVISED in backend.kinds(by_name["r-open"])
    assert backend.case(by_name["r-praise"]).review.withdrawn
    backend.check_invariants()
    backend.clock.advance(days=3)
    backend.sweep()
    while backend.queued_messages():
        backend.process_queue()
    backend.run_workflows()
    backend.clock.advance(minutes=1)  # the new workflows find that their follow-ups are due
    backend.fire_timers()
    assert backend.kinds(by_name["r-waiting"])[-1] is Kind.ACKNOWLEDGED
    assert Kind.PROMISE_DUE in backend.kinds(by_name["r-promised"])
    assert backend.kinds(by_name["r-doubtful"])[-1] is Kind.ACKNOWLEDGED
    assert len([r for r in backend.platforms.replies() if r.review == "r-doubtful"]) <= 1
    backend.check_invariants()
    report = relay(backend.stream_records(), backend.event_bus)
    assert not report.skipped
    assert report.published


def test_a_stored_shape_changes_only_together_with_a_new_recording(empty: Backend) -> None:
    """A release that writes other fields keeps the earlier recordings, and adds its own."""
    build(empty)
    newest = Recording.read(RECORDINGS[-1])

    assert record(empty).shapes() == newest.shapes(), (
        "something is stored in another shape: run python -m tests.faults.record_release, and keep "
        "the files of earlier releases"
    )


# A release that was rolled back


def with_unknown_fields(value: dict[str, Any]) -> dict[str, Any]:
    """A stored item as a newer release may write it: with one more field in each object."""
    changed = copy.deepcopy(value)

    def add(attributes: dict[str, Any]) -> None:
        for name, part in [*attributes.items()]:
            if "M" in part and name not in FREE_KEYS:
                add(part["M"])
            for element in part.get("L", []):
                if "M" in element:
                    add(element["M"])
        attributes["field_of_a_newer_release"] = {"S": "x"}

    add(changed)
    return changed


def test_fields_of_a_newer_release_are_ignored_in_every_kind_of_item(empty: Backend) -> None:
    recording = load(Recording.read(RECORDINGS[-1]), empty)
    for table in ("SetupTable", "CasesTable"):
        for item in recording.items(table):
            empty.plain_dynamodb.put_item(
                TableName=empty.tables[table], Item=with_unknown_fields(item)
            )
    _move_replies_here(empty)

    assert read_back(empty) == recording.expected
    assert list(empty.people.people())
    assert empty.holds.holds.of_business(BUSINESS)
    assert empty.setup_store.business(BUSINESS)
    assert empty.setup_store.connections(BUSINESS)
    assert empty.polls.state(empty.connections["google_play"].id)
    for message in recording.review_messages:
        with_field = message | {"field_of_a_newer_release": "x"}
        if "event" in message:
            with_field["event"] = message["event"] | {"field_of_a_newer_release": "x"}
        empty.run_route_workflow(with_field)
    empty.check_invariants()


def with_unknown_json(value: Any) -> Any:
    """A stored JSON object with one more field in each object."""
    if isinstance(value, list):
        return [with_unknown_json(part) for part in value]
    if not isinstance(value, dict):
        return value
    changed = {
        name: part if name in {"scores", "reply_to"} else with_unknown_json(part)
        for name, part in value.items()
    }
    return changed | {"field_of_a_newer_release": "x"}


def test_fields_of_a_newer_release_are_ignored_in_what_is_sealed(empty: Backend) -> None:
    recording = load(Recording.read(RECORDINGS[-1]), empty)
    revisions = 0
    for id, entry in recording.expected.items():
        if entry["words"] is None:
            continue
        revision = empty.cases.revision(empty.cases.case(id).case.review)
        assert ReviewEvent.from_json(with_unknown_json(revision.event.to_json())) == revision.event
        if revision.assessment and revision.context:
            assert Assessment.from_json(
                with_unknown_json(revision.assessment)
            ) == Assessment.from_json(revision.assessment)
            assert Context.from_json(with_unknown_json(revision.context)) == Context.from_json(
                revision.context
            )
            revisions += 1
    assert revisions


type Damage = Callable[[dict[str, Any]], None]

UNKNOWN_VALUES: dict[str, tuple[str, Damage]] = {
    "severity of a review": (
        "r-waiting",
        lambda item: item["review"]["M"].update(severity={"S": "catastrophic"}),
    ),
    "route of a review": (
        "r-waiting",
        lambda item: item["review"]["M"].update(route={"S": "teleport"}),
    ),
    "state of a slot": (
        "r-waiting",
        lambda item: item["thread"]["M"]["slots"]["L"][0]["M"].update(state={"S": "folded"}),
    ),
    "status of a follow-up": (
        "r-late",
        lambda item: item["follow_up"]["M"].update(status={"S": "delegated"}),
    ),
    "severity of a follow-up": (
        "r-late",
        lambda item: item["follow_up"]["M"].update(severity={"S": "catastrophic"}),
    ),
}


@pytest.mark.parametrize("what", UNKNOWN_VALUES)
def test_a_value_of_a_newer_release_harms_only_its_own_item(what: str, empty: Backend) -> None:
    """The sweep, the desk's list and all other reviews go on."""
    recording = load(Recording.read(RECORDINGS[-1]), empty)
    native_id, damage = UNKNOWN_VALUES[what]
    key = "follow_up" if "follow-up" in what else "review"
    review = next(id for id, entry in recording.expected.items() if entry["native_id"] == native_id)
    damaged = _damaged_item(recording, empty, review, key, damage)
    empty.plain_dynamodb.put_item(TableName=empty.tables["CasesTable"], Item=damaged)
    ana = empty.add_person("Ana")

    empty.clock.advance(days=3)
    swept = empty.sweep()
    others = [id for id in recording.expected if id != review]
    assert swept.resumed + swept.woken + swept.restarted >= 3
    for other in others:
        assert empty.cases.case(other)
    listed = empty.listed(ana, business=BUSINESS, limit=50).follow_ups
    assert {entry.status for entry in listed} >= {Status.OPEN, Status.PROMISED}


def _damaged_item(
    recording: Recording, backend: Backend, review: str, key: str, damage: Damage
) -> dict[str, Any]:
    for item in recording.items("CasesTable"):
        content = item.get(key, {}).get("M", {})
        ids = {content.get("id", {}).get("S")} | {
            entry["S"] for entry in content.get("reviews", {}).get("L", [])
        }
        if review in ids:
            damage(item)
            return item
    raise AssertionError(f"{review} has no {key}")


def test_an_outcome_of_a_newer_release_does_not_hide_the_others(empty: Backend) -> None:
    """Whoever reads the review of that outcome is told; the relay goes on."""
    recording = load(Recording.read(RECORDINGS[-1]), empty)
    review = next(
        id for id, entry in recording.expected.items() if entry["native_id"] == "r-waiting"
    )
    item = next(item for item in recording.items("OutcomesTable") if item["review"]["S"] == review)
    empty.plain_dynamodb.put_item(
        TableName=empty.tables["OutcomesTable"], Item=item | {"kind": {"S": "teleported"}}
    )
    at = datetime.fromisoformat(recording.at)
    criteria = OutcomeCriteria(BUSINESS, at - timedelta(days=3), at + timedelta(days=1))

    assert empty.outcome_log.page(criteria, limit=500).outcomes
    with pytest.raises(Tampered):
        empty.outcome_log.of_review(review)
    others = [id for id in recording.expected if id != review]
    assert all(empty.outcome_log.of_review(other) for other in others)
    assert relay(empty.stream_records(), empty.event_bus).published


def test_a_message_of_a_newer_release_comes_again_and_stops_no_other(empty: Backend) -> None:
    recording = load(Recording.read(RECORDINGS[-1]), empty)
    unknown = copy.deepcopy(recording.review_messages[0])
    unknown["event"]["kind"] = "teleported"
    with pytest.raises((ValueError, Fault)):
        empty.run_route_workflow(unknown)
    for message in recording.review_messages:
        empty.run_route_workflow(message)
    empty.check_invariants()
