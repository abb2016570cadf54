"""What a million reviews cost at list price, from what the steps really ask of each service.

Capacity units, requests and CPU are counted in this process, running the same steps against the
emulator's tables with every cache cold. Transitions, invocations and log lines are counted on the
deployed stack, with an agent working over the HTTP API.
"""

from __future__ import annotations

import json
import math
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pytest

from heard import clock
from heard.assessment.engines.chain import embedded
from heard.connectors.http import HttpClient
from heard.follow_ups import Action
from heard.messaging import Bus, Flows, Queue
from heard.outcomes import CLOSING
from heard.reviews import review_id
from heard.steps import desk
from heard.steps.follow_up import Clocks, open_for_person
from heard.steps.ingest import Door, ingest
from heard.steps.reply import acknowledge, carry_out
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.case_store import Work
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Business, Person, Secrets, Setup
from heard_cli.local.demo_environment import World
from heard_cli.local.signing import signed
from heard_cli.local.stack import LocalStack
from heard_simulator.server import Platforms
from tests.benchmarks import prices
from tests.benchmarks.figures import Board, Part
from tests.benchmarks.metering import Meter, Units
from tests.benchmarks.webhooks import COMPLAINT, FORTY_WORDS, as_request, said
from tests.static.cloudformation import resources

COUNTED = 10
"""Reviews of each kind that are metered; they differ in ids and times only."""
MEMORY_MB = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower(): int(
        function["MemorySize"]
    )
    for name, function in resources("AWS::Serverless::Function").items()
}
"""As the template has it, by the name of the function's folder."""
ANSWERS = (
    "I found both payments in our books and paid one of them back this morning.",
    "Your second payment went back to the card at noon, and the branch apologised to me for the "
    "wait.",
    "The terminal in the Market Street shop booked twice; it is switched off, and your money is "
    "on its way.",
    "I rang the bank myself: the refund shows in your account by Thursday.",
)


def fresh_text(number: int) -> str:
    """An agent's reply of some 40 words that is like no other.

    Made-up words of letters, since numbers would be taken for an account's.
    """
    words = (
        "".join(secrets.choice("bdfgklmnprst") + secrets.choice("aeiou") for _ in range(3))
        for _ in range(24)
    )
    return f"{ANSWERS[number % len(ANSWERS)]} Your case is {' '.join(words)}."


@dataclass
class Done:
    """What one function did for one review: its units, the calls it waited for, and its CPU."""

    units: Units = field(default_factory=Units)
    waits: Counter[str] = field(default_factory=Counter[str])
    cpu_ms: float = 0

    def ms(self, function: str) -> float:
        """How long it runs on AWS, by the assumptions of `prices`."""
        share = min(1, MEMORY_MB[function] / prices.FULL_CPU_MB)
        waiting = sum(
            prices.LATENCY_MS[name] * count
            for name, count in (self.units.calls + self.waits).items()
        )
        return self.cpu_ms * prices.CPU_FACTOR / share + waiting


class Bench:
    """The steps in this process, on the deployed tables, with a watch on every call."""

    def __init__(self, stack: LocalStack, platforms: Platforms) -> None:
        self.stack, self.out = stack, stack.outputs
        self.world = World(stack, platforms)
        self.business = f"bench-{secrets.token_hex(4)}"
        self.world.operator.setup.put_business(Business(self.business, "Corner Shop"))
        self.connection = self.world.connect("standard", business=self.business)
        self.world.operator.setup.put_person(
            Person(f"agent-{self.business}", "Ana", (self.business,))
        )
        self._dynamodb, self._ssm = stack.client("dynamodb"), stack.client("ssm")
        self.meter: Meter | None = None
        self._waits: Counter[str] = Counter()
        self._http = HttpClient(loopback=True)
        self._ssm.meta.events.register(
            "after-call.ssm", lambda **_: self._waits.update(["GetParameter"])
        )
        self.queued: list[dict[str, Any]] = []
        # One for all: a process notes equal deliveries once a minute, so that a million cost next
        # to nothing.
        self._notes = Deliveries(self._dynamodb, self.out["WorkTableName"])
        self._notes.note(self.connection.id, "accepted", "", 1, clock.now())

    def watch(self) -> None:
        """Count capacity units from now on; that costs CPU, so CPU is measured without."""
        self.meter = Meter(self._dynamodb, self.stack.client("dynamodb"))

    # What the functions' composition roots make, anew for each call: no cache is warm.

    def door(self) -> Door:
        queue: Any = self
        work = self.out["WorkTableName"]
        return Door(
            self._setup(),
            self._secrets(),
            Queue(queue, "queue"),
            Quarantine(self._dynamodb, work),
            self._notes,
            self._called,
        )

    def ports(self) -> tuple[Ports, Reach]:
        return Ports(self._setup(), self._work()), Reach(self._secrets(), self._called)

    def clocks(self) -> Clocks:
        fake: Any = self
        return Clocks(Flows(fake), Bus(fake, "bus"))

    def desk(self) -> tuple[desk.Caller, desk.Desk]:
        fake: Any = self
        setup = self._setup()
        person = setup.person(
            f"agent-{self.business}"
        )  # as heard.api.caller_of does at each request
        assert person
        return desk.Caller(person, frozenset({"agent"})), desk.Desk(
            setup, self._work(), Flows(fake)
        )

    def _setup(self) -> Setup:
        return Setup(self._dynamodb, self.out["SetupTableName"], max_age=60)

    def _work(self) -> Work:
        return Work(self._dynamodb, self.out["WorkTableName"], self.out["OutcomesTableName"])

    def _secrets(self) -> Secrets:
        return Secrets(self._ssm, self.out["SecretsPath"])

    # The services that are counted and not called.

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self._waits["SendMessageBatch"] += 1
        self.queued += [json.loads(entry["MessageBody"]) for entry in request["Entries"]]
        return {}

    def put_events(self, **_: Any) -> dict[str, Any]:
        self._waits["PutEvents"] += 1
        return {"FailedEntryCount": 0}

    def send_task_success(self, **_: Any) -> None:
        self._waits["SendTaskSuccess"] += 1

    send_task_failure = send_task_success

    def _called(self, *request: Any, **more: Any) -> Any:
        self._waits["platform"] += 1
        return self._http(*request, **more)

    @contextmanager
    def doing(self, into: dict[str, Done], name: str) -> Generator[None]:
        """What happens inside is counted as one invocation of a function."""
        done = into.setdefault(name, Done())
        self._waits.clear()
        began = time.thread_time()
        if self.meter:
            with self.meter.counting() as units:
                yield
            done.units.add(units)
        else:
            yield
        done.cpu_ms += 1000 * (time.thread_time() - began)
        done.waits += self._waits

    # One review's way, as the two workflows take it.

    def arrive(self, native: str, text: str, rating: int, into: dict[str, Done]) -> dict[str, Any]:
        """Webhook, queue, triage; returns the route workflow's next steps."""
        at = clock.now()
        request = as_request(
            signed(
                said(native, text, rating), self.connection.url, self.world.secrets["standard"], at
            )
        )
        with self.doing(into, "ingest"):
            assert (
                ingest(request, self.connection.id, self.door(), clock.now()).result == "accepted"
            )
        with self.doing(into, "triage"):
            return triage(
                Message.from_json(self.queued.pop()),
                *self.ports(),
                clock.now(),
                embedded("accurate"),
            )

    def acknowledged(self, number: int, into: dict[str, Done]) -> None:
        steps = self.arrive(f"praise-{number}", FORTY_WORDS, 5, into)
        assert steps["route"] == "acknowledge"
        with self.doing(into, "reply"):
            acknowledge(steps["thread"], steps["reply"], *self.ports(), clock.now())

    def opened(self, number: int, into: dict[str, Done]) -> str:
        steps = self.arrive(f"complaint-{number}", COMPLAINT, 1, into)
        assert steps["route"] == "follow_up", steps
        with self.doing(into, "follow_up"):
            # A task token of Step Functions has about 700 characters.
            open_for_person(
                steps["follow_up"], secrets.token_urlsafe(525), self.ports()[0], self.clocks()
            )
        return steps["follow_up"]

    def answered(self, follow_up: str, number: int, into: dict[str, Done]) -> None:
        """List, claim, see, answer, as an agent does; then the workflow carries it out."""
        with self.doing(into, "desk list"):
            caller, at = self.desk()
            desk.list_open(caller, at, business=None, limit=prices.LIST_LENGTH, after=None)
        with self.doing(into, "desk claim"):
            fence = desk.claim(*_placed(self.desk(), follow_up), clock.now()).fence
        with self.doing(into, "desk see"):
            desk.see(*_placed(self.desk(), follow_up), clock.now())
        with self.doing(into, "desk answer"):
            caller, at = self.desk()
            text = fresh_text(number)
            given = desk.AnswerRequest(
                f"answer-{number:06d}",
                Action.REPLY,
                fence,
                text,
                "Checked.",
                "refunded",
                "double-charge",
            )
            desk.answer(caller, follow_up, given, at, clock.now())
        with self.doing(into, "reply"):
            carry_out(follow_up, *self.ports(), clock.now())


def _placed(
    caller_and_desk: tuple[desk.Caller, desk.Desk], follow_up: str
) -> tuple[desk.Caller, str, desk.Desk]:
    return caller_and_desk[0], follow_up, caller_and_desk[1]


@dataclass
class Counted:
    """One kind of review: what each function did, per review."""

    of: dict[str, Done]
    reviews: int

    def total(self, what: Callable[[Done], float]) -> float:
        return sum(what(done) for done in self.of.values()) / self.reviews

    def calls(self, name: str) -> float:
        return (
            sum(done.waits[name] + done.units.calls[name] for done in self.of.values())
            / self.reviews
        )


@pytest.fixture(scope="module")
def bench(stack: LocalStack, platforms: Platforms) -> Bench:
    return Bench(stack, platforms)


@pytest.fixture(scope="module")
def counted(bench: Bench) -> Mapping[str, Counted]:
    """Acknowledged and human reviews.

    CPU first, without the meter's own work, then units, with a full list of open follow-ups.
    """
    cpu: dict[str, dict[str, Done]] = {"acknowledged": {}, "human": {}}
    for number in range(30 + COUNTED):
        into: dict[str, dict[str, Done]] = (
            cpu if number >= COUNTED else {"acknowledged": {}, "human": {}}
        )  # the first ones warm up
        bench.acknowledged(number, into["acknowledged"])
        bench.answered(bench.opened(number, into["human"]), number, into["human"])
    waiting = [bench.opened(1000 + number, {}) for number in range(prices.LIST_LENGTH)]
    bench.watch()
    units: dict[str, dict[str, Done]] = {"acknowledged": {}, "human": {}}
    for number in range(2000, 2000 + COUNTED):
        bench.acknowledged(number, units["acknowledged"])
        waiting.append(bench.opened(number, units["human"]))
        bench.answered(waiting.pop(), number, units["human"])
    for kind, functions in units.items():
        for name, done in functions.items():
            done.cpu_ms = cpu[kind][name].cpu_ms / 30 * COUNTED
    return {kind: Counted(functions, COUNTED) for kind, functions in units.items()}


@dataclass(frozen=True, slots=True)
class OnStack:
    """Counted on the deployed stack, per review.

    Invocations by function, log bytes, and transitions of a follow-up.
    """

    acknowledged: Counter[str]
    human: Counter[str]
    log_bytes: Mapping[str, float]
    transitions: float
    desk_calls: float


@pytest.fixture(scope="module")
def on_stack(stack: LocalStack, platforms: Platforms) -> OnStack:
    world, business = World(stack, platforms), f"bench-{secrets.token_hex(4)}"
    world.operator.setup.put_business(Business(business, "Corner Shop"))
    connection = world.connect("standard", business=business)
    world.person(f"ana-{business}@example.com", "Ana", "agent", business)
    agent = world.sign_in(f"ana-{business}@example.com")
    logs = _Logs(stack)

    def deliver(native: str, text: str, rating: int) -> str:
        request = signed(
            said(native, text, rating), connection.url, world.secrets["standard"], clock.now()
        )
        assert (
            world.wire.send(
                request.method, request.url, headers=request.headers, body=request.body
            ).status
            == 202
        )
        return review_id(business, "standard", native)

    def closed(review: str) -> bool:
        head = world.operator.work.head(review)
        return head is not None and head.closed in CLOSING

    def follow_up(review: str) -> str:
        task = (
            world.operator.work.case(review).case.task if world.operator.work.head(review) else None
        )
        return task.id if task and world.operator.work.token(task.id) else ""

    ran_before, bytes_before = logs.now()
    for number in range(COUNTED):
        review = deliver(f"praise-{number}", FORTY_WORDS, 5)
        _until(lambda review=review: closed(review))
    ran_between, bytes_between = logs.now()
    calls = 0
    for number in range(COUNTED):
        review = deliver(f"complaint-{number}", COMPLAINT, 1)
        task = _until(lambda review=review: follow_up(review))
        path = f"/api/desk/follow-ups/{task}"
        body = {
            "id": f"answer-{number:06d}",
            "action": "reply",
            "resolution": "refunded",
            "root_cause": "double-charge",
        }
        body["text"] = fresh_text(number)
        assert agent.call("GET", "/api/desk/follow-ups")[0] == 200
        status, claimed = agent.call("POST", f"{path}/claim")
        assert status == 200
        assert agent.call("GET", path)[0] == 200
        assert agent.call("POST", f"{path}/answer", {**body, "fence": claimed["fence"]})[0] == 200
        calls += 4
        _until(lambda review=review: closed(review))
    ran_after, bytes_after = logs.now()
    acknowledged, human = (
        Counter({name: count / COUNTED for name, count in (later - earlier).items()})
        for earlier, later in ((ran_before, ran_between), (ran_between, ran_after))
    )
    bytes_ = {
        "acknowledged": (bytes_between - bytes_before) / COUNTED,
        "human": (bytes_after - bytes_between) / COUNTED,
    }
    return OnStack(acknowledged, human, bytes_, _transitions(stack, COUNTED), calls / COUNTED)


class _Logs:
    """The functions' log group.

    A line with a level is an invocation, since each function logs one; bytes are those that are
    charged.
    """

    def __init__(self, stack: LocalStack) -> None:
        self._logs = stack.client("logs")

    def now(self) -> tuple[Counter[str], int]:
        """Invocations by function, and bytes as CloudWatch charges them: 26 more for each event."""
        time.sleep(1)  # what has just ended is still being written
        ran: Counter[str] = Counter()
        total = 0
        for page in self._logs.get_paginator("filter_log_events").paginate(
            logGroupName="/heard/heard/functions"
        ):
            for event in page["events"]:
                total += len(event["message"].encode()) + 26
                if event["message"].startswith('{"level"'):
                    ran[json.loads(event["message"])["service"]] += 1
        for scheduled in ("sweep", "poll"):
            ran.pop(scheduled, None)
        return ran, total


def _transitions(stack: LocalStack, count: int) -> float:
    flows = stack.client("stepfunctions")
    runs = flows.list_executions(
        stateMachineArn=stack.outputs["FollowUpFlowArn"], statusFilter="SUCCEEDED", maxResults=100
    )["executions"]
    latest = sorted(runs, key=lambda run: run["startDate"])[-count:]
    assert len(latest) == count
    entered = [
        sum(
            event["type"].endswith("StateEntered")
            for event in flows.get_execution_history(executionArn=run["executionArn"])["events"]
        )
        for run in latest
    ]
    return sum(entered) / count


def _until[T](look: Callable[[], T], seconds: float = 60) -> T:
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            pytest.fail("the stack did not get there")
        time.sleep(0.1)
    return found


def test_capacity_units(counted: Mapping[str, Counted], board: Board) -> None:
    for kind, one in counted.items():
        own, index = (
            one.total(lambda done: done.units.write),
            one.total(lambda done: done.units.index_write),
        )
        emulator = one.total(lambda done: done.units.emulator_write)
        note = f"{own:g} tables + {index:g} indexes; the emulator counts {emulator:g}"
        board.note(Part.COST, f"write units, {kind}", own + index, "", note=note)
        by: Counter[str] = Counter()
        for done in one.of.values():
            by += done.units.by_request
        told = ", ".join(
            f"{name} {units / one.reviews:g}"
            for name, units in by.most_common()
            if name.startswith("write")
        )
        read = ", ".join(
            f"{name} {units / one.reviews:g}"
            for name, units in by.most_common()
            if not name.startswith("write")
        )
        board.note(
            Part.COST, f"  of which ({kind})", own + index, "", note=told.replace("write ", "")
        )
        board.note(
            Part.COST, f"read units, {kind}", one.total(lambda done: done.units.read), "", note=read
        )


def test_item_sizes(counted: Mapping[str, Counted], board: Board) -> None:
    sizes: dict[str, list[int]] = {}
    for one in counted.values():
        for done in one.of.values():
            for kind, found in done.units.sizes.items():
                sizes.setdefault(kind, []).extend(found)
    for kind in sorted(sizes):
        most = max(sizes[kind])
        note = f"{math.ceil(most / 1024)} units a write" + (
            "; crosses 1 KB" if min(sizes[kind]) <= 1024 < most else ""
        )
        board.note(
            Part.SIZES,
            kind,
            most,
            "bytes",
            note=f"largest; median {median(sizes[kind]):.0f}, {len(sizes[kind])} written; {note}",
        )


def test_a_million_reviews(counted: Mapping[str, Counted], on_stack: OnStack, board: Board) -> None:
    human, share = (
        prices.HUMAN_SHARE,
        {"acknowledged": 1 - prices.HUMAN_SHARE, "human": prices.HUMAN_SHARE},
    )

    def a_million(of: Callable[[str], float]) -> float:
        return prices.MILLION * sum(part * of(kind) for kind, part in share.items())

    board.note(
        Part.COST,
        "Standard transitions, follow-up answered at once",
        on_stack.transitions,
        "",
        budget=4,
        note="StateEntered in the histories",
    )
    for kind, found in (("acknowledged", on_stack.acknowledged), ("human", on_stack.human)):
        each = ", ".join(f"{name} {count:g}" for name, count in found.items() if count)
        board.note(
            Part.COST,
            f"invocations, {kind}",
            found.total(),
            "",
            note=f"counted on the stack: {each}",
        )

    lines: dict[str, tuple[float, str]] = {}
    written = a_million(lambda kind: counted[kind].total(lambda done: done.units.written))
    read = a_million(lambda kind: counted[kind].total(lambda done: done.units.read))
    lines["DynamoDB writes"] = (
        written * prices.WRITE_UNIT,
        f"{written / prices.MILLION:.2f} M units",
    )
    lines["DynamoDB reads"] = (
        read * prices.READ_UNIT,
        f"{read / prices.MILLION:.2f} M units, the agent's list of {prices.LIST_LENGTH} each time",
    )
    transitions = prices.MILLION * human * on_stack.transitions
    lines["Standard transitions"] = (
        transitions * prices.STANDARD_TRANSITION,
        f"{transitions / prices.MILLION:.2f} M",
    )

    express_ms: dict[str, float] = {}
    for kind, one in counted.items():
        then = (
            _ms(one, "reply") + prices.LATENCY_MS["invoke"]
            if kind == "acknowledged"
            else prices.LATENCY_MS["StartExecution"]
        )
        express_ms[kind] = _ms(one, "triage") + prices.LATENCY_MS["invoke"] + then
    gb = a_million(
        lambda kind: (
            prices.EXPRESS_GB
            * math.ceil(express_ms[kind] / prices.EXPRESS_STEP_MS)
            * prices.EXPRESS_STEP_MS
            / 1000
        )
    )
    cost = prices.MILLION * prices.EXPRESS_REQUEST + gb * prices.EXPRESS_GB_SECOND
    lines["Express runs"] = (
        cost,
        f"1 M; {express_ms['acknowledged']:.0f} / {express_ms['human']:.0f} ms assumed, 64 MB",
    )

    invocations = {kind: _invocations(one) for kind, one in counted.items()}
    ran = a_million(lambda kind: invocations[kind].total())
    lines["Lambda requests"] = ran * prices.LAMBDA_REQUEST, f"{ran / prices.MILLION:.2f} M"

    def gb_seconds(kind: str) -> float:
        one = counted[kind]
        own = sum(MEMORY_MB[_function(name)] / 1024 * _ms(one, name) for name in one.of)
        return (
            own + MEMORY_MB["intake"] / 1024 * (express_ms[kind] + 40) / prices.MESSAGES_A_BATCH
        ) / 1000

    warm = a_million(gb_seconds)
    told = ", ".join(
        f"{name} {done.cpu_ms / COUNTED:.1f} -> {_ms(counted['human'], name):.0f}"
        for name, done in counted["human"].of.items()
    )
    lines["Lambda GB-s"] = (
        warm * prices.LAMBDA_GB_SECOND,
        f"{warm:,.0f} GB-s; CPU ms here -> ms assumed there (human): {told}",
    )
    cold = ran * prices.COLD_SHARE * 0.5 * _cold_seconds(board)
    lines["Lambda cold starts"] = (
        cold * prices.LAMBDA_GB_SECOND,
        f"{prices.COLD_SHARE:.0%} of invocations, {_cold_seconds(board):.2f} s at 512 MB",
    )
    calls = prices.MILLION * (1 + human * on_stack.desk_calls)
    lines["HTTP API"] = (
        calls * prices.HTTP_API_REQUEST,
        f"{calls / prices.MILLION:.2f} M: the webhook, and {on_stack.desk_calls:g} of the desk's",
    )
    messages = prices.MILLION * prices.SQS_REQUESTS
    lines["SQS"] = (
        messages * prices.SQS_REQUEST,
        f"{prices.SQS_REQUESTS} requests a message, {prices.MESSAGES_A_BATCH} message a batch",
    )
    events = a_million(lambda kind: counted[kind].calls("PutEvents"))
    lines["EventBridge"] = events * prices.BUS_EVENT, f"{events / prices.MILLION:.2f} M"
    for name, (dollars, note) in lines.items():
        board.note(Part.COST, f"$ {name}", dollars, "$", note=note)
    board.note(
        Part.COST,
        "$ a million reviews",
        sum(dollars for dollars, _ in lines.values()),
        "$",
        budget=30,
        note="sum of the lines above",
    )

    logs = a_million(lambda kind: on_stack.log_bytes[kind]) / 1e9
    beside = "not in the budget"
    board.note(
        Part.COST,
        "$ functions' logs",
        logs * prices.LOG_GB,
        "$",
        note=f"{beside}; {logs:.2f} GB, {on_stack.log_bytes['acknowledged']:.0f} / "
        f"{on_stack.log_bytes['human']:.0f} bytes a review",
    )
    board.note(
        Part.COST,
        "$ X-Ray",
        prices.MILLION * prices.XRAY_SAMPLED * prices.XRAY_TRACE,
        "$",
        note=f"{beside}; {prices.XRAY_SAMPLED:.0%} sampled, a trace a webhook",
    )


def _function(name: str) -> str:
    return name.split(" ", 1)[0]


def _ms(one: Counted, name: str) -> float:
    """Milliseconds of one invocation."""
    return one.of[name].ms(_function(name)) / one.reviews


def _invocations(one: Counted) -> Counter[str]:
    """By construction: each name is one invocation a review, and intake's is one a batch."""
    return Counter({**dict.fromkeys(one.of, 1.0), "intake": 1 / prices.MESSAGES_A_BATCH})


def _cold_seconds(board: Board) -> float:
    """Init on AWS: import and clients, at the share of a processor that 512 MB have.

    A guess when imports were not measured.
    """
    found = [
        figure
        for figure in board.figures
        if figure.part is Part.COLD and figure.what.startswith("functions/triage")
    ]
    ms = float(found[0].note.split(" ", 1)[0]) + 150 if found else 450.0
    return ms * prices.CPU_FACTOR / 1000  # init runs at full speed
