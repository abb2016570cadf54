"""A business in every state that a release can leave behind, as its stored bytes.

`build` makes it with today's code. `Recording` is the file under `release/` that keeps it: the
items of the tables, the secrets, the messages of the queues, the inputs of the workflows, and what
today's code reads in them. All people and words are invented.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from boto3.dynamodb.types import TypeDeserializer

from heard.cases import Case
from heard.clock import format_time
from heard.errors import HeardError
from heard.follow_ups import Action, FollowUp, TakeoverReason
from heard.holds import Hold, HoldReason
from heard.notes import Draft
from heard.places import Place
from heard.remedies import Grant
from heard.retention import Retention
from heard.reviews import EventKind
from heard.steps import desk, desk_settings, drafts, notes
from heard.steps.caller import Caller
from heard.steps.desk import ResolutionRequest
from heard.steps.erasing import DataSubject, erase
from heard.steps.follow_up import carry_out_message
from heard.steps.notes import NoteRequest
from heard.storage.departures import Departure
from heard.storage.engine_budget import EngineBudget
from heard.storage.policies import Policies
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.setup import Business
from heard.storage.vault import Erased
from heard_simulator.server import FaultMode
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    NOON,
    OTHER_BUSINESS,
    Backend,
    complaint,
    praise,
    review_event,
)

RELEASES: Final = Path(__file__).parent / "release"
PREFIX: Final = "stored-"
POLICY: Final[dict[str, Any]] = {
    "remedies": [{"name": "refund", "limit": 50, "currency": "EUR"}],
    "checklists": {"calm": ["Read it twice.", "Ring them."]},
    "escalation": [{"id": "R08-own", "when": {}, "after": [3600, 86400]}],
}
_DESERIALIZER: Final = TypeDeserializer()


@dataclass(frozen=True)
class Recording:
    """One release's stored data, in the JSON of DynamoDB.

    `expected` is what the release itself read: by review, its state and its words. `at` is the time
    at which it was recorded.
    """

    at: str
    tables: Mapping[str, list[dict[str, Any]]]
    parameters: Mapping[str, str]
    review_messages: list[dict[str, Any]]
    poll_messages: list[dict[str, Any]]
    workflow_inputs: Mapping[str, list[dict[str, Any]]]
    expected: Mapping[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The recording in a file."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Write the file, one item on each line, so that a difference can be read."""
        fields = asdict(self)
        lines = [f'"at": {json.dumps(self.at)}']
        for name in ("tables", "workflow_inputs"):
            entries = [
                f'"{key}": [\n' + ",\n".join(_line(entry) for entry in value) + "\n]"
                for key, value in fields[name].items()
            ]
            lines.append(f'"{name}": {{' + ",\n".join(entries) + "}")
        lines.append(f'"parameters": {json.dumps(fields["parameters"], indent=1)}')
        for name in ("review_messages", "poll_messages"):
            entries = ",\n".join(_line(entry) for entry in fields[name])
            lines.append(f'"{name}": [\n{entries}\n]')
        entries = [f'"{key}": {_line(value)}' for key, value in fields["expected"].items()]
        lines.append('"expected": {\n' + ",\n".join(entries) + "\n}")
        path.write_text("{" + ",\n".join(lines) + "}\n")

    def items(self, table: str) -> list[dict[str, Any]]:
        """A table's items as DynamoDB attributes, with bytes where it has binary values."""
        return [_with_bytes(item) for item in self.tables[table]]

    def load_into(self, backend: Backend) -> None:
        """Store everything in an empty backend, at the time of the recording."""
        for table in self.tables:
            for item in self.items(table):
                backend.plain_dynamodb.put_item(TableName=backend.tables[table], Item=item)
        for name, value in self.parameters.items():
            backend.ssm.put_parameter(
                Name=f"{backend.secrets_path}/{name}",
                Value=value,
                Type="SecureString",
                Overwrite=True,
            )
        for business in (OTHER_BUSINESS, BUSINESS):
            for connection in backend.setup_store.connections(business):
                name = connection.platform if business == BUSINESS else "elsewhere"
                backend.connections[name] = connection

    def shapes(self) -> dict[str, set[str]]:
        """The fields of each kind of thing that is stored, with their types."""
        shapes: dict[str, set[str]] = {}
        for table in self.tables:
            for item in self.items(table):
                values = {name: _DESERIALIZER.deserialize(part) for name, part in item.items()}
                shapes.setdefault(kind_of_item(table, values), set()).update(_paths(values))
        for name, messages in (
            ("review message", self.review_messages),
            ("poll message", self.poll_messages),
        ):
            for message in messages:
                shapes.setdefault(name, set()).update(_paths(message))
        for workflow, inputs in self.workflow_inputs.items():
            for entry in inputs:
                shapes.setdefault(f"input of {workflow}", set()).update(_paths(entry))
        return shapes


def recordings() -> list[Path]:
    """The recorded releases, oldest first."""
    return sorted(RELEASES.glob(f"{PREFIX}*.json"), key=number_of)


def number_of(path: Path) -> int:
    """The number of a recording: they are counted from 1."""
    return int(path.stem.removeprefix(PREFIX))


def kind_of_item(table: str, item: Mapping[str, Any]) -> str:
    """What an item is, as the key table in `heard.storage` names its keys."""
    if table == "OutcomesTable":
        return f"outcome {item['kind']}"
    pk, sk = str(item["pk"]), str(item["sk"])
    prefix = pk.partition("#")[0] if "#" in pk or pk.isupper() else "{id}"
    name = sk.partition("#")[0]
    is_time = name[:4].isdecimal()
    return f"{table.removesuffix('Table')} {prefix}/{'{time}' if is_time else name}"


FREE_KEYS: Final = frozenset({"settings", "roles"})
"""Objects whose keys are data: names of settings, ids of businesses."""


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Where a thing has which type of value."""
    if isinstance(value, Mapping) and path.rpartition(".")[2] not in FREE_KEYS:
        for name, part in value.items():
            yield from _paths(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, set, tuple)):
        yield f"{path}: list"
        for part in value:
            yield from _paths(part, f"{path}[]")
    else:
        kind = "number" if isinstance(value, (int, float, Decimal)) else type(value).__name__
        yield f"{path}: {'bool' if isinstance(value, bool) else kind}"


def record(backend: Backend) -> Recording:
    """What is stored now, and what today's code reads in it."""
    messages = [
        backend.queue_message(review_event("q-new", COMPLAINT, 1)),
        backend.queue_message(
            review_event(
                "r-open", "Now it is worse: no answer at all.", 1, kind=EventKind.EDITED, revision=2
            )
        ),
        backend.queue_message(review_event("r-praise", None, kind=EventKind.WITHDRAWN, revision=3)),
        {"resume": _review(backend, "r-open"), "delivery": "swp_0123456789abcdef"},
        {
            **carry_out_message(
                _follow_up(backend, "r-answered"),
                backend.case(_review(backend, "r-answered")).review,
                format_time(backend.clock()),
            ),
            "delivery": "ans_0123456789abcdef",
        },
    ]
    follow_up = _follow_up(backend, "r-open")
    workflow_inputs = {
        "route": messages,
        "follow_up_flow": [
            {"follow_up": follow_up.id, "wait_seconds": follow_up.wait_seconds(backend.clock())}
        ],
        "carry_out": [{"step": "carry_out", "follow_up": _follow_up(backend, "r-answered").id}],
        "check_follow_up": [
            {"step": "check_follow_up", "follow_up": follow_up.id, "carry_out_failed": False}
        ],
    }
    poll_messages = [
        {
            "poll": backend.connections["google_play"].id,
            "business": BUSINESS,
            "at": format_time(backend.clock()),
        }
    ]
    names = ("inbound", "credentials")
    parameters = {
        f"{connection.id}/{name}": value
        for connection in backend.connections.values()
        for name in names
        if (value := _parameter(backend, f"{connection.id}/{name}"))
    }
    tables = {name: [_plain(item) for item in _raw_items(backend, name)] for name in backend.tables}
    return Recording(
        format_time(backend.clock()),
        tables,
        parameters,
        messages,
        poll_messages,
        workflow_inputs,
        read_back(backend),
    )


def read_back(backend: Backend) -> dict[str, dict[str, Any]]:
    """What today's code reads of each review: its state and its words."""
    states = [
        item["review"]
        for item in backend.stored_items()
        if item["sk"] == "STATE" and "review" in item
    ]
    return {state["id"]: _read_review(backend, state["id"]) for state in states}


def _read_review(backend: Backend, review: str) -> dict[str, Any]:
    case: Case = backend.case(review)
    try:
        words = backend.cases.revision(case.review).event.text
    except (Erased, HeardError):
        words = None
    follow_up = case.follow_up
    return {
        "native_id": case.review.native_id,
        "revision": case.review.revision,
        "severity": case.review.severity.value if case.review.severity else None,
        "closing_kind": case.review.closing_kind.value if case.review.closing_kind else None,
        "words": words,
        "outcomes": [kind.value for kind in backend.kinds(review)],
        "slots": [[slot.purpose.value, slot.state.value] for slot in case.thread.slots],
        "follow_up": [follow_up.status.value, follow_up.level, follow_up.due_at]
        if follow_up
        else None,
    }


# Making it


def build(backend: Backend) -> None:
    """A business with something in every state. `backend` is empty, and its platforms simulated."""
    for platform in ("standard", "discourse", "twilio_sms", "google_play"):
        backend.connect(platform)
    policies = Policies(backend.dynamodb, backend.tables["SetupTable"])
    policies.publish(
        BUSINESS, POLICY, source="# ours", published_by="sub-ida", note="first", now=backend.clock()
    )
    backend.setup_store.put_places(
        backend.setup_store.business(BUSINESS) or Business(BUSINESS, ""),
        [Place("mill-lane", "Mill Lane", subjects=("Mill Lane bakery",))],
    )
    backend.retention.retentions.put(BUSINESS, Retention(12))
    backend.polls.remember(backend.connections["google_play"].id, {}, 0)
    people = _People(backend)
    _reviews(backend, people)
    _unsent(backend)
    _erased(backend)
    _operators_items(backend)
    # Accepted, and not carried out yet. It is the last: each delivery carries out what waits.
    people.resolve("r-answered", Action.REPLY, remedy=Grant("refund", Decimal("20"), "EUR"))


class _People:
    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.ana = backend.add_person("Ana")
        self.lee = backend.add_person("Lee", "agent", "lead")
        self.ida = backend.add_person("Ida", "auditor")
        self.number = 0

    def resolve(self, native_id: str, action: Action, **fields: Any) -> FollowUp:
        """Ana claims the follow-up of a review and resolves it; nothing is carried out yet."""
        self.number += 1
        follow_up = _follow_up(self.backend, native_id)
        fence = self.claim(follow_up)
        if action in {Action.REPLY, Action.INVITE_PRIVATE, Action.PROMISE}:
            fields.setdefault(
                "text", f"I read your note number {self.number} and asked the shop what happened."
            )
        codes = (
            {"fix": "refunded", "root_cause": "double-charge"}
            if action in {Action.REPLY, Action.RESOLVE_WITHOUT_REPLY}
            else {}
        )
        request = ResolutionRequest(
            id=f"resolution-{self.number}", action=action, fence=fence, **codes, **fields
        )
        return desk.resolve(
            self.ana, follow_up.id, request, self.backend.desk, self.backend.clock()
        ).follow_up

    def write_beside(self, native_id: str) -> None:
        """Lee takes the follow-up from Ana, who keeps a draft and mentions Lee in a note."""
        follow_up, ports = _follow_up(self.backend, native_id), self.backend.desk
        now = self.backend.clock()
        takeover = desk.TakeoverRequest(follow_up.fence, TakeoverReason.ABSENT)
        desk.take_over_and_describe(self.lee, follow_up.id, takeover, ports, now)
        draft = Draft("I read your note", format_time(now), "reply", {"fix": "refunded"})
        drafts.save_draft(self.ana, follow_up.id, draft, ports, now)
        note = NoteRequest("note-0001", "Rang them.", (self.lee.person.subject,))
        notes.add_note(self.ana, follow_up.id, note, ports, now)
        until = now + timedelta(minutes=10)
        desk_settings.put_off(self.ana, follow_up.id, until, ports, now)
        desk_settings.save_preferences(self.ana, {"language": "de"}, ports)

    def claim(self, follow_up: FollowUp, by: Caller | None = None) -> int:
        return desk.claim(
            by or self.ana, follow_up.id, self.backend.desk, self.backend.clock()
        ).fence


def _reviews(backend: Backend, people: _People) -> None:
    backend.deliver(praise("r-praise"))
    backend.deliver(
        review_event(
            "r-praise", "Still wonderful bread, thank you!", 5, kind=EventKind.EDITED, revision=2
        )
    )
    backend.deliver(
        praise(
            "SM1",
            author="+12025550101",
            thread="+12025550101 +447700900123",
            reply_to={"to": "+12025550101", "from": "+447700900123"},
        ),
        "twilio_sms",
    )
    backend.deliver(complaint("r-open"))
    backend.deliver(complaint("r-open-2", thread="r-open", author="cus-2"))
    for name in ("claimed", "answered", "closed", "promised", "invited", "approval", "walked"):
        backend.deliver(complaint(f"r-{name}", author=f"cus-{name}"))
    people.claim(_follow_up(backend, "r-claimed"))
    people.write_beside("r-claimed")
    people.resolve("r-closed", Action.REPLY, note="Rang them.")
    people.resolve("r-promised", Action.PROMISE, promised_for=backend.clock() + timedelta(days=3))
    people.resolve("r-invited", Action.INVITE_PRIVATE)
    backend.run_workflows()
    people.resolve("r-walked", Action.WALK_AWAY, reason="abuse")
    people.resolve(
        "r-approval", Action.REPLY, remedy=Grant("refund", Decimal("80"), "EUR"), note="Much."
    )
    backend.deliver(complaint("r-late", author="cus-late"))
    late = _follow_up(backend, "r-late")
    backend.clock.now = max(backend.clock.now, _time(late.due_at)) + timedelta(minutes=1)
    backend.fire_timers()
    backend.deliver(complaint("r-gone", author="cus-gone"))
    backend.deliver(
        review_event("r-gone", None, kind=EventKind.WITHDRAWN, revision=2, author="cus-gone")
    )


def _unsent(backend: Backend) -> None:
    """An acknowledgement that waits, and one of which nobody knows whether it arrived."""
    backend.platforms.add_fault("standard", FaultMode.FAIL_AFTER)
    backend.platforms.add_fault("standard", FaultMode.DOWN, times=None)
    with suppress(HeardError):
        backend.deliver(praise("r-doubtful", author="cus-doubtful"))
    backend.platforms.clear_faults()
    backend.setup_store.put_business(
        Business(OTHER_BUSINESS, "Elsewhere", {"acknowledgements": {"delay": 3600}})
    )
    own = backend.connections["standard"]
    backend.connect("standard", business=OTHER_BUSINESS)
    backend.deliver(praise("r-waiting", author="cus-waiting"))
    backend.connections["elsewhere"], backend.connections["standard"] = (
        backend.connections["standard"],
        own,
    )


def _erased(backend: Backend) -> None:
    backend.deliver(praise("r-erased", author="cus-erased"))
    author = backend.case(_review(backend, "r-erased")).review.author
    erase(DataSubject(BUSINESS, author), backend.erasure_ports, backend.clock(), actor="operator")


def _operators_items(backend: Backend) -> None:
    now = backend.clock()
    review = _review(backend, "r-closed")
    author = backend.case(review).review.author
    EngineBudget(backend.dynamodb, backend.tables["CasesTable"]).take(
        "comprehend", now.date(), 1, 9
    )
    backend.ingest_ports.quarantine.keep(
        QuarantinedDelivery(
            "dlv_quarantined",
            BUSINESS,
            backend.connections["standard"].id,
            "standard",
            format_time(now),
            "no field: data",
            "POST",
            "",
            b'{"type": "?"}',
        )
    )
    backend.ingest_ports.deliveries.note(
        backend.connections["standard"].id, "refused", "signature", 0, now
    )
    backend.holds.holds.put(
        Hold("hld_1", BUSINESS, HoldReason.LAWSUIT, "legal", now, now.date(), author=author)
    )
    backend.cases.move_retention_position(BUSINESS, None, NOON.date())
    backend.cases.put_departure(Departure(BUSINESS, review, author, now))


def _review(backend: Backend, native_id: str) -> str:
    return next(
        item["review"]["id"]
        for item in backend.stored_items()
        if item["sk"] == "STATE" and item.get("review", {}).get("native_id") == native_id
    )


def _follow_up(backend: Backend, native_id: str) -> FollowUp:
    follow_up = backend.case(_review(backend, native_id)).follow_up
    assert follow_up is not None, native_id
    return follow_up


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


# DynamoDB's JSON


def _raw_items(backend: Backend, table: str) -> list[dict[str, Any]]:
    items = [
        item
        for page in backend.plain_dynamodb.get_paginator("scan").paginate(
            TableName=backend.tables[table]
        )
        for item in page["Items"]
    ]
    return sorted(items, key=repr)


def _parameter(backend: Backend, name: str) -> str:
    try:
        response = backend.ssm.get_parameter(
            Name=f"{backend.secrets_path}/{name}", WithDecryption=True
        )
    except backend.ssm.exceptions.ParameterNotFound:
        return ""
    return response["Parameter"]["Value"]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in sorted(value.items())}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _with_bytes(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {name: _with_bytes(part) for name, part in value.items()}
    return [_with_bytes(part) for part in value] if isinstance(value, list) else value


def _line(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
