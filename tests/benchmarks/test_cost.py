"""The list price of a million reviews, from the requests that the steps make of each service.

This process runs the same steps against the emulator's tables, with every cache cold, and counts
capacity units, requests and CPU. Transitions, invocations and log lines are counted on the deployed
stack, where an agent works over the HTTP API.
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
from heard.assessment.engines.chain import embedded_engine
from heard.connectors.http import HttpClient
from heard.follow_ups import Action
from heard.messaging import EventBus, Queue, Workflows
from heard.outcomes import CLOSING_KINDS
from heard.people import Person, Role, RoleChange
from heard.reviews import review_id
from heard.steps import desk
from heard.steps.caller import Caller
from heard.steps.desk_list import ListQuery, Viewer, list_open_follow_ups
from heard.steps.desk_memory import DeskMemory
from heard.steps.follow_up import await_resolution
from heard.steps.ingest import IngestPorts, ingest
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.relay import relay
from heard.steps.reply import acknowledge, carry_out
from heard.steps.triage import QueuedReview, triage
from heard.storage.case_store import CaseStore
from heard.storage.deliveries import Deliveries
from heard.storage.outcome_log import OutcomeLog
from heard.storage.people import People
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Business, Secrets, SetupStore
from heard.storage.tables import attributes
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.sample_requests import sign_sample
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.benchmarks import prices, secret_reads
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.metering import CapacityMeter, CapacityUnits
from tests.benchmarks.webhooks import COMPLAINT, PRAISE, as_request, standard_sample
from tests.static.cloudformation import resources

METERED_REVIEWS = 10
"""Metered reviews of each kind; they differ only in ids and times."""
MEMORY_MB = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower(): int(
        function["MemorySize"]
    )
    for name, function in resources("AWS::Serverless::Function").items()
}
"""Memory in the template, by the folder of the function."""
REPLIES = (
    "I found both payments in our books and paid one of them back this morning.",
    "Your second payment went back to the card at noon, and the branch apologised to me for the "
    "wait.",
    "The terminal in the Market Street shop booked twice; it is switched off, and your money is "
    "on its way.",
    "I rang the bank myself: the refund shows in your account by Thursday.",
)


def unique_reply_text(number: int) -> str:
    """An agent's reply of some 40 words that is like no other reply.

    The invented words have no digits, because numbers look like account numbers.
    """
    words = (
        "".join(secrets.choice("bdfgklmnprst") + secrets.choice("aeiou") for _ in range(3))
        for _ in range(24)
    )
    return f"{REPLIES[number % len(REPLIES)]} Your case is {' '.join(words)}."


@dataclass
class FunctionUsage:
    """The units, external calls and CPU of one function for one review."""

    units: CapacityUnits = field(default_factory=CapacityUnits)
    external_calls: Counter[str] = field(default_factory=Counter[str])
    cpu_ms: float = 0

    def duration_ms(self, function: str) -> float:
        """The duration on AWS, by the assumptions in `prices`."""
        cpu_share = min(1, MEMORY_MB[function] / prices.FULL_CPU_MB)
        waiting_ms = sum(
            prices.LATENCY_MS[name] * count
            for name, count in (self.units.requests + self.external_calls).items()
        )
        return self.cpu_ms * prices.CPU_FACTOR / cpu_share + waiting_ms


class MeteredSteps:
    """The steps in this process, on the deployed tables; every call is counted."""

    def __init__(self, stack: EmulatedStack, platforms: SimulatedPlatforms) -> None:
        self.stack, self.outputs = stack, stack.outputs
        self.environment = DemoEnvironment(stack, platforms)
        self.business = f"bench-{secrets.token_hex(4)}"
        self.environment.operator.setup.put_business(Business(self.business, "Corner Shop"))
        self.connection = self.environment.connect("standard", business=self.business)
        self.agent = Person(
            f"agent-{self.business}", "Ana", {self.business: frozenset({Role.AGENT})}
        )
        self.environment.operator.people.change(
            self.agent.subject, lambda _before, _people: RoleChange(self.agent, {})
        )
        self._dynamodb, self._ssm = stack.client("dynamodb"), stack.client("ssm")
        self.meter: CapacityMeter | None = None
        self._external_calls: Counter[str] = Counter()
        self._http = HttpClient(allow_loopback=True)
        self._ssm.meta.events.register(
            "after-call.ssm", lambda **_: self._external_calls.update(["GetParameter"])
        )
        self.queued_messages: list[dict[str, Any]] = []
        # One object for all: a process notes equal deliveries once a minute, so they cost nearly
        # nothing.
        self._deliveries = Deliveries(self._dynamodb, self.outputs["CasesTableName"])
        self._deliveries.note(self.connection.id, "accepted", "", 1, clock.now())

    def start_metering(self) -> None:
        """Count capacity units from now on. Counting takes CPU, so CPU is measured before."""
        self.meter = CapacityMeter(self._dynamodb, self.stack.client("dynamodb"))

    # New objects for each call, as in a cold function, so that no cache is warm.

    def ingest_ports(self) -> IngestPorts:
        queue: Any = self
        cases_table = self.outputs["CasesTableName"]
        return IngestPorts(
            self._setup_store(),
            self._secrets(),
            Queue(queue, "queue"),
            Quarantine(self._dynamodb, cases_table),
            self._deliveries,
            self._call_platform,
        )

    def step_ports(self) -> tuple[StorePorts, PlatformPorts]:
        return StorePorts(self._setup_store(), self._case_store()), PlatformPorts(
            self._secrets(), self._call_platform
        )

    def workflows(self) -> Workflows:
        fake: Any = self
        return Workflows(fake)

    def event_bus(self) -> EventBus:
        fake: Any = self
        return EventBus(fake, "bus")

    def caller_and_desk(self) -> tuple[Caller, desk.DeskPorts]:
        fake: Any = self
        setup_store = self._setup_store()
        # heard.http.auth.caller_of reads the person at each request.
        people = People(self._dynamodb, self.outputs["SetupTableName"])
        person = people.person(self.agent.subject)
        assert person
        cases = self._case_store()
        return Caller(person), desk.DeskPorts(
            people,
            setup_store,
            cases,
            Workflows(fake),
            Queue(fake, "queue"),
            OutcomeLog(self._dynamodb, self.outputs["OutcomesTableName"]),
            DeskMemory(people, setup_store, cases),
        )

    def _setup_store(self) -> SetupStore:
        return SetupStore(self._dynamodb, self.outputs["SetupTableName"], max_age=60)

    def _case_store(self) -> CaseStore:
        return CaseStore(
            self._dynamodb, self.outputs["CasesTableName"], self.outputs["OutcomesTableName"]
        )

    def _secrets(self) -> Secrets:
        return Secrets(self._ssm, self.outputs["SecretsPath"])

    # Calls of these services are counted and not made.

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self._external_calls["SendMessageBatch"] += 1
        self.queued_messages += [json.loads(entry["MessageBody"]) for entry in request["Entries"]]
        return {}

    def put_events(self, **request: Any) -> dict[str, Any]:
        self._external_calls["PutEvents"] += 1
        self._external_calls["event"] += len(request["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{} for _ in request["Entries"]]}

    def send_task_success(self, **_: Any) -> None:
        self._external_calls["SendTaskSuccess"] += 1

    send_task_failure = send_task_success

    def _call_platform(self, *request: Any, **options: Any) -> Any:
        self._external_calls["platform"] += 1
        return self._http(*request, **options)

    @contextmanager
    def invocation(self, usage: dict[str, FunctionUsage], name: str) -> Generator[None]:
        """Count the work inside the block as one invocation of a function."""
        function_usage = usage.setdefault(name, FunctionUsage())
        self._external_calls.clear()
        start = time.thread_time()
        if self.meter:
            with self.meter.counting() as units:
                yield
            function_usage.units.add(units)
        else:
            yield
        function_usage.cpu_ms += 1000 * (time.thread_time() - start)
        function_usage.external_calls += self._external_calls

    # The path of one review through both workflows.

    def ingest_and_triage(
        self, native_id: str, text: str, rating: int, usage: dict[str, FunctionUsage]
    ) -> dict[str, Any]:
        """Webhook, queue, triage; returns the route workflow's next steps."""
        at = clock.now()
        request = as_request(
            sign_sample(
                standard_sample(native_id, text, rating),
                self.connection.url,
                self.environment.secrets["standard"],
                at,
            )
        )
        with self.invocation(usage, "ingest"):
            assert (
                ingest(request, self.connection.id, self.ingest_ports(), clock.now()).result
                == "accepted"
            )
        with self.invocation(usage, "triage"):
            return triage(
                QueuedReview.from_json(self.queued_messages.pop()),
                *self.step_ports(),
                clock.now(),
                embedded_engine("accurate"),
            )

    def acknowledge_review(self, number: int, usage: dict[str, FunctionUsage]) -> None:
        steps = self.ingest_and_triage(f"praise-{number}", PRAISE, 5, usage)
        assert steps["route"] == "acknowledge"
        with self.invocation(usage, "reply"):
            acknowledge(steps["thread"], steps["reply"], *self.step_ports(), clock.now())

    def open_follow_up(self, number: int, usage: dict[str, FunctionUsage]) -> str:
        steps = self.ingest_and_triage(f"complaint-{number}", COMPLAINT, 1, usage)
        assert steps["route"] == "follow_up", steps
        with self.invocation(usage, "follow_up"):
            # A task token of Step Functions has about 700 characters.
            await_resolution(
                steps["follow_up"],
                secrets.token_urlsafe(525),
                self.step_ports()[0],
                self.workflows(),
            )
        self.relay_newest(steps["review"], usage, "relay opened")
        return steps["follow_up"]

    def resolve_follow_up(
        self, follow_up: str, number: int, usage: dict[str, FunctionUsage]
    ) -> None:
        """List, claim (and read), resolve as an agent does; then the workflow carries it out."""
        with self.invocation(usage, "desk list"):
            caller, agent_desk = self.caller_and_desk()
            list_open_follow_ups(
                caller,
                ListQuery(limit=prices.FOLLOW_UP_PAGE_SIZE),
                Viewer(caller.person.subject, clock.now()),
                agent_desk.cases,
                agent_desk.memory,
            )
        with self.invocation(usage, "desk claim"):
            fence = desk.claim_and_describe(
                *_desk_arguments(self.caller_and_desk(), follow_up), clock.now()
            )["fence"]
        with self.invocation(usage, "desk answer"):
            caller, agent_desk = self.caller_and_desk()
            text = unique_reply_text(number)
            request = desk.ResolutionRequest(
                f"answer-{number:06d}",
                Action.REPLY,
                fence,
                text,
                "Checked.",
                "refunded",
                "double-charge",
            )
            desk.resolve(caller, follow_up, request, agent_desk, clock.now())
        with self.invocation(usage, "reply"):
            (review,) = carry_out(follow_up, *self.step_ports(), clock.now())["reviews"]
        self.relay_newest(review, usage, "relay closed")

    def relay_newest(self, review: str, usage: dict[str, FunctionUsage], name: str) -> None:
        """The relay with a review's newest outcome, as the stream brings it. Streams bill Lambda
        nothing.
        """
        outcome = self.environment.operator.log.of_review(review)[-1]
        records = [{"dynamodb": {"NewImage": attributes(outcome.to_json())}}]
        with self.invocation(usage, name):
            assert relay(records, self.event_bus()).published


def _desk_arguments(
    caller_desk: tuple[Caller, desk.DeskPorts], follow_up: str
) -> tuple[Caller, str, desk.DeskPorts]:
    return caller_desk[0], follow_up, caller_desk[1]


@dataclass
class KindUsage:
    """The usage of each function for one kind of review."""

    by_function: dict[str, FunctionUsage]
    reviews: int

    def total(self, value: Callable[[FunctionUsage], float]) -> float:
        return sum(value(function) for function in self.by_function.values()) / self.reviews

    def call_count(self, name: str) -> float:
        return (
            sum(
                function.external_calls[name] + function.units.requests[name]
                for function in self.by_function.values()
            )
            / self.reviews
        )


@pytest.fixture(scope="module")
def metered_steps(stack: EmulatedStack, platforms: SimulatedPlatforms) -> MeteredSteps:
    return MeteredSteps(stack, platforms)


@pytest.fixture(scope="module")
def usage_by_kind(metered_steps: MeteredSteps) -> Mapping[str, KindUsage]:
    """Reviews that are acknowledged, and reviews that a person answers.

    First their CPU, without the work of the meter. Then their units, with a full list of open
    follow-ups.
    """
    cpu_usage: dict[str, dict[str, FunctionUsage]] = {"acknowledged": {}, "human": {}}
    for number in range(30 + METERED_REVIEWS):
        usage: dict[str, dict[str, FunctionUsage]] = (
            cpu_usage if number >= METERED_REVIEWS else {"acknowledged": {}, "human": {}}
        )  # the first ones warm up
        metered_steps.acknowledge_review(number, usage["acknowledged"])
        metered_steps.resolve_follow_up(
            metered_steps.open_follow_up(number, usage["human"]), number, usage["human"]
        )
    open_follow_ups = [
        metered_steps.open_follow_up(1000 + number, {})
        for number in range(prices.FOLLOW_UP_PAGE_SIZE)
    ]
    metered_steps.start_metering()
    unit_usage: dict[str, dict[str, FunctionUsage]] = {"acknowledged": {}, "human": {}}
    for number in range(2000, 2000 + METERED_REVIEWS):
        metered_steps.acknowledge_review(number, unit_usage["acknowledged"])
        open_follow_ups.append(metered_steps.open_follow_up(number, unit_usage["human"]))
        metered_steps.resolve_follow_up(open_follow_ups.pop(), number, unit_usage["human"])
    for kind, functions in unit_usage.items():
        for name, function_usage in functions.items():
            function_usage.cpu_ms = cpu_usage[kind][name].cpu_ms / 30 * METERED_REVIEWS
    return {kind: KindUsage(functions, METERED_REVIEWS) for kind, functions in unit_usage.items()}


@dataclass(frozen=True, slots=True)
class StackUsage:
    """Counts on the deployed stack: invocations by function, log bytes, transitions."""

    acknowledged: Counter[str]
    human: Counter[str]
    log_bytes: Mapping[str, float]
    transitions: float
    desk_calls: float


@pytest.fixture(scope="module")
def stack_usage(stack: EmulatedStack, platforms: SimulatedPlatforms) -> StackUsage:
    environment, business = DemoEnvironment(stack, platforms), f"bench-{secrets.token_hex(4)}"
    environment.operator.setup.put_business(Business(business, "Corner Shop"))
    connection = environment.connect("standard", business=business)
    environment.create_person(f"ana-{business}@example.com", "Ana", Role.AGENT, business)
    agent = environment.sign_in(f"ana-{business}@example.com")
    logs = _LogReader(stack)

    def deliver(native_id: str, text: str, rating: int) -> str:
        request = sign_sample(
            standard_sample(native_id, text, rating),
            connection.url,
            environment.secrets["standard"],
            clock.now(),
        )
        assert (
            environment.http.send(
                request.method, request.url, headers=request.headers, body=request.body
            ).status
            == 202
        )
        return review_id(business, "standard", native_id)

    def is_closed(review: str) -> bool:
        head = environment.operator.cases.find_review(review)
        return head is not None and head.closing_kind in CLOSING_KINDS

    def waiting_follow_up(review: str) -> str:
        follow_up = (
            environment.operator.cases.case(review).case.follow_up
            if environment.operator.cases.find_review(review)
            else None
        )
        return follow_up.id if follow_up and environment.operator.cases.token(follow_up.id) else ""

    invocations_before, bytes_before = logs.read_totals()
    for number in range(METERED_REVIEWS):
        review = deliver(f"praise-{number}", PRAISE, 5)
        _wait_until(lambda review=review: is_closed(review))
    invocations_between, bytes_between = logs.read_totals()
    desk_calls = 0
    for number in range(METERED_REVIEWS):
        review = deliver(f"complaint-{number}", COMPLAINT, 1)
        follow_up_id = _wait_until(lambda review=review: waiting_follow_up(review))
        path = f"/api/desk/follow-ups/{follow_up_id}"
        body = {
            "id": f"answer-{number:06d}",
            "action": "reply",
            "fix": "refunded",
            "root_cause": "double-charge",
        }
        body["text"] = unique_reply_text(number)
        assert agent.call("GET", "/api/desk/follow-ups")[0] == 200
        status, claim = agent.call("POST", f"{path}/claim")
        assert status == 200
        status, _ = agent.call("POST", f"{path}/resolution", {**body, "fence": claim["fence"]})
        assert status == 200
        desk_calls += 3
        _wait_until(lambda review=review: is_closed(review))
    invocations_after, bytes_after = logs.read_totals()
    acknowledged, human = (
        Counter({name: count / METERED_REVIEWS for name, count in (later - earlier).items()})
        for earlier, later in (
            (invocations_before, invocations_between),
            (invocations_between, invocations_after),
        )
    )
    log_bytes = {
        "acknowledged": (bytes_between - bytes_before) / METERED_REVIEWS,
        "human": (bytes_after - bytes_between) / METERED_REVIEWS,
    }
    return StackUsage(
        acknowledged,
        human,
        log_bytes,
        _count_transitions(stack, METERED_REVIEWS),
        desk_calls / METERED_REVIEWS,
    )


class _LogReader:
    """The log group of the functions. Each invocation logs one line with a level."""

    def __init__(self, stack: EmulatedStack) -> None:
        self._logs = stack.client("logs")

    def read_totals(self) -> tuple[Counter[str], int]:
        """Invocations by function, and bytes as CloudWatch counts them: 26 more an event."""
        time.sleep(1)  # the last invocation may still write its lines
        invocations: Counter[str] = Counter()
        total = 0
        for page in self._logs.get_paginator("filter_log_events").paginate(
            logGroupName="/heard/heard/functions"
        ):
            for event in page["events"]:
                total += len(event["message"].encode()) + 26
                if event["message"].startswith('{"level"'):
                    invocations[json.loads(event["message"])["service"]] += 1
        for function in ("sweep", "poll"):
            invocations.pop(function, None)
        return invocations, total


def _count_transitions(stack: EmulatedStack, count: int) -> float:
    step_functions = stack.client("stepfunctions")
    executions = step_functions.list_executions(
        stateMachineArn=stack.outputs["FollowUpFlowArn"], statusFilter="SUCCEEDED", maxResults=100
    )["executions"]
    latest = sorted(executions, key=lambda run: run["startDate"])[-count:]
    assert len(latest) == count
    transitions = [
        sum(
            event["type"].endswith("StateEntered")
            for event in step_functions.get_execution_history(executionArn=run["executionArn"])[
                "events"
            ]
        )
        for run in latest
    ]
    return sum(transitions) / count


def _wait_until[T](condition: Callable[[], T], seconds: float = 300) -> T:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"still {value!r} after {seconds} s")
        time.sleep(0.1)
    return value


def test_capacity_units(usage_by_kind: Mapping[str, KindUsage], report: BenchmarkReport) -> None:
    for kind, usage in usage_by_kind.items():
        table_units, index_units = (
            usage.total(lambda function: function.units.write),
            usage.total(lambda function: function.units.index_write),
        )
        emulator_units = usage.total(lambda function: function.units.emulator_write)
        note = (
            f"{table_units:g} tables + {index_units:g} indexes; "
            f"the emulator counts {emulator_units:g}"
        )
        report.add_figure(
            Section.COST, f"write units, {kind}", table_units + index_units, "", note=note
        )
        units_by_request: Counter[str] = Counter()
        for function_usage in usage.by_function.values():
            units_by_request += function_usage.units.units_by_request
        write_note = ", ".join(
            f"{name} {units / usage.reviews:g}"
            for name, units in units_by_request.most_common()
            if name.startswith("write")
        )
        read_note = ", ".join(
            f"{name} {units / usage.reviews:g}"
            for name, units in units_by_request.most_common()
            if not name.startswith("write")
        )
        report.add_figure(
            Section.COST,
            f"  of which ({kind})",
            table_units + index_units,
            "",
            note=write_note.replace("write ", ""),
        )
        report.add_figure(
            Section.COST,
            f"read units, {kind}",
            usage.total(lambda function: function.units.read),
            "",
            note=read_note,
        )


def test_item_sizes(usage_by_kind: Mapping[str, KindUsage], report: BenchmarkReport) -> None:
    sizes: dict[str, list[int]] = {}
    for usage in usage_by_kind.values():
        for function_usage in usage.by_function.values():
            for kind, kind_sizes in function_usage.units.item_sizes.items():
                sizes.setdefault(kind, []).extend(kind_sizes)
    for kind in sorted(sizes):
        largest = max(sizes[kind])
        note = f"{math.ceil(largest / 1024)} units a write" + (
            "; crosses 1 KB" if min(sizes[kind]) <= 1024 < largest else ""
        )
        report.add_figure(
            Section.SIZES,
            kind,
            largest,
            "bytes",
            note=f"largest; median {median(sizes[kind]):.0f}, {len(sizes[kind])} written; {note}",
        )


def test_a_million_reviews(
    usage_by_kind: Mapping[str, KindUsage], stack_usage: StackUsage, report: BenchmarkReport
) -> None:
    human, share = (
        prices.HUMAN_SHARE,
        {"acknowledged": 1 - prices.HUMAN_SHARE, "human": prices.HUMAN_SHARE},
    )

    def per_million(per_review: Callable[[str], float]) -> float:
        return prices.MILLION * sum(part * per_review(kind) for kind, part in share.items())

    transitions_figure = report.add_figure(
        Section.COST,
        "Standard transitions, follow-up resolved at once",
        stack_usage.transitions,
        "",
        budget=1,
        note="StateEntered in the histories",
    )
    assert transitions_figure.within_budget, transitions_figure
    for kind, invocation_counts in (
        ("acknowledged", stack_usage.acknowledged),
        ("human", stack_usage.human),
    ):
        breakdown = ", ".join(
            f"{name} {count:g}" for name, count in invocation_counts.items() if count
        )
        report.add_figure(
            Section.COST,
            f"invocations, {kind}",
            invocation_counts.total(),
            "",
            note=f"counted on the stack: {breakdown}",
        )

    cost_lines: dict[str, tuple[float, str]] = {}
    write_units = per_million(
        lambda kind: usage_by_kind[kind].total(lambda function: function.units.total_write)
    )
    read_units = per_million(
        lambda kind: usage_by_kind[kind].total(lambda function: function.units.read)
    )
    cost_lines["DynamoDB writes"] = (
        write_units * prices.WRITE_UNIT,
        f"{write_units / prices.MILLION:.2f} M units",
    )
    cost_lines["DynamoDB reads"] = (
        read_units * prices.READ_UNIT,
        f"{read_units / prices.MILLION:.2f} M units, the agent's list of "
        f"{prices.FOLLOW_UP_PAGE_SIZE} each time",
    )
    transitions = prices.MILLION * human * stack_usage.transitions
    cost_lines["Standard transitions"] = (
        transitions * prices.STANDARD_TRANSITION,
        f"{transitions / prices.MILLION:.2f} M",
    )

    express_ms = {kind: _express_ms(kind, usage) for kind, usage in usage_by_kind.items()}
    runs = per_million(lambda kind: len(express_ms[kind]))
    gb = per_million(
        lambda kind: sum(
            prices.EXPRESS_MEMORY_GB
            * math.ceil(duration / prices.EXPRESS_BILLING_MS)
            * prices.EXPRESS_BILLING_MS
            / 1000
            for duration in express_ms[kind]
        )
    )
    cost = runs * prices.EXPRESS_REQUEST + gb * prices.EXPRESS_GB_SECOND
    durations = " / ".join(
        " + ".join(f"{duration:.0f}" for duration in express_ms[kind]) for kind in express_ms
    )
    cost_lines["Express runs"] = (
        cost,
        f"{runs / prices.MILLION:.2f} M; {durations} ms assumed, 64 MB",
    )

    invocations = {
        kind: _invocations_per_review(one, len(express_ms[kind]))
        for kind, one in usage_by_kind.items()
    }
    invocation_total = per_million(lambda kind: invocations[kind].total())
    cost_lines["Lambda requests"] = (
        invocation_total * prices.LAMBDA_REQUEST,
        f"{invocation_total / prices.MILLION:.2f} M",
    )

    def gb_seconds(kind: str) -> float:
        kind_usage = usage_by_kind[kind]
        function_gb_ms = sum(
            MEMORY_MB[_function_name(name)] / 1024 * _invocation_ms(kind_usage, name)
            for name in kind_usage.by_function
        )
        return (
            function_gb_ms
            + sum(
                MEMORY_MB["intake"] / 1024 * (duration + 40) / prices.MESSAGES_PER_BATCH
                for duration in express_ms[kind]
            )
        ) / 1000

    warm_gb_seconds = per_million(gb_seconds)
    cpu_note = ", ".join(
        f"{name} {usage.cpu_ms / METERED_REVIEWS:.1f} -> "
        f"{_invocation_ms(usage_by_kind['human'], name):.0f}"
        for name, usage in usage_by_kind["human"].by_function.items()
    )
    cost_lines["Lambda GB-s"] = (
        warm_gb_seconds * prices.LAMBDA_GB_SECOND,
        f"{warm_gb_seconds:,.0f} GB-s; CPU ms here -> ms assumed there (human): {cpu_note}",
    )
    cold_gb_seconds = invocation_total * prices.COLD_START_SHARE * 0.5 * _cold_start_seconds(report)
    cost_lines["Lambda cold starts"] = (
        cold_gb_seconds * prices.LAMBDA_GB_SECOND,
        f"{prices.COLD_START_SHARE:.0%} of invocations, "
        f"{_cold_start_seconds(report):.2f} s at 512 MB",
    )
    calls = prices.MILLION * (1 + human * stack_usage.desk_calls)
    cost_lines["HTTP API"] = (
        calls * prices.HTTP_API_REQUEST,
        f"{calls / prices.MILLION:.2f} M: the webhook, and {stack_usage.desk_calls:g} of the desk",
    )
    messages = runs * prices.SQS_REQUESTS_PER_MESSAGE
    cost_lines["SQS"] = (
        messages * prices.SQS_REQUEST,
        f"{prices.SQS_REQUESTS_PER_MESSAGE} requests a message, "
        f"{prices.MESSAGES_PER_BATCH} message a batch",
    )
    events = per_million(lambda kind: usage_by_kind[kind].call_count("event"))
    cost_lines["EventBridge"] = events * prices.BUS_EVENT, f"{events / prices.MILLION:.2f} M"
    for name, (dollars, note) in cost_lines.items():
        report.add_figure(Section.COST, f"$ {name}", dollars, "$", note=note)
    report.add_figure(
        Section.COST,
        "$ a million reviews",
        sum(dollars for dollars, _ in cost_lines.values()),
        "$",
        budget=30,
        note="sum of the lines above",
    )

    log_gb = per_million(lambda kind: stack_usage.log_bytes[kind]) / 1e9
    outside_note = "not in the budget"
    report.add_figure(
        Section.COST,
        "$ functions' logs",
        log_gb * prices.LOG_GB,
        "$",
        note=f"{outside_note}; {log_gb:.2f} GB, {stack_usage.log_bytes['acknowledged']:.0f} / "
        f"{stack_usage.log_bytes['human']:.0f} bytes a review",
    )
    for load in (secret_reads.LOADS[0], secret_reads.LOADS[1]):
        report.add_figure(
            Section.COST,
            f"$ secrets, {load.connections:,} connections",
            secret_reads.dollars_per_million(load, secret_reads.NOW_SECONDS),
            "$",
            note=f"{outside_note}; KMS, expected calls of {load.processes} processes; "
            f"${secret_reads.dollars_per_million(load, secret_reads.BEFORE_SECONDS):.2f} if "
            "remembered for a minute",
        )
    report.add_figure(
        Section.COST,
        "$ X-Ray",
        prices.MILLION * prices.XRAY_SAMPLE_RATE * prices.XRAY_TRACE,
        "$",
        note=f"{outside_note}; {prices.XRAY_SAMPLE_RATE:.0%} sampled, a trace a webhook",
    )


def _function_name(name: str) -> str:
    return name.split(" ", 1)[0]


def _invocation_ms(usage: KindUsage, name: str) -> float:
    """Milliseconds of one invocation."""
    return usage.by_function[name].duration_ms(_function_name(name)) / usage.reviews


def _express_ms(kind: str, usage: KindUsage) -> list[float]:
    """Milliseconds of each run of the route workflow: the review, and an answer by a person."""
    invoke = prices.LATENCY_MS["invoke"]
    triage, reply = (_invocation_ms(usage, name) + invoke for name in ("triage", "reply"))
    if kind == "acknowledged":
        return [triage + reply]
    return [triage + prices.LATENCY_MS["StartExecution"], reply]


def _invocations_per_review(usage: KindUsage, runs: int) -> Counter[str]:
    """One invocation a review for each name, and one a batch of `runs` messages for intake."""
    return Counter(
        {**dict.fromkeys(usage.by_function, 1.0), "intake": runs / prices.MESSAGES_PER_BATCH}
    )


def _cold_start_seconds(report: BenchmarkReport) -> float:
    """Seconds of init on AWS: imports and clients. A guess when imports were not measured."""
    triage_figures = [
        figure
        for figure in report.figures
        if figure.section is Section.COLD_IMPORT and figure.name.startswith("functions/triage")
    ]
    ms = float(triage_figures[0].note.split(" ", 1)[0]) + 150 if triage_figures else 450.0
    return ms * prices.CPU_FACTOR / 1000  # init has a whole processor
