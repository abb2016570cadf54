"""One round: faults and work at once, then it settles, then the judgement."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from heard import clock
from heard.errors import NotFound
from heard.follow_ups import Status
from heard.messaging import Queue, Workflows
from heard.steps.erasing import DataSubject, ErasureOnHold, erase
from heard.steps.sweep import SweepReport, sweep
from heard.storage.sweep_index import StuckItem
from heard_cli.local.stack import REGION, STACK, EmulatedStack
from heard_cli.stack import Stack, StackOptions
from heard_simulator.server import FaultMode, SimulatedPlatforms
from tests.faults.aws_errors import Call
from tests.faults.breaking import FaultKind, Rates
from tests.faults.desk_people import DeskPeople
from tests.faults.judge import Judge, snapshot
from tests.faults.placement import functions_through
from tests.faults.promises import Row
from tests.faults.proxy import FaultProxy
from tests.faults.round_record import RoundRecord
from tests.faults.round_setup import PLATFORMS, RoundSetup, Shop, set_up_round
from tests.faults.senders import Senders
from tests.faults.workers import KILLING_WORKS, kill, worker_of_connection, workers_of

MOST_QUEUED: Final = 40
"""Nothing more is sent while so many messages are in the review queue."""
LONGEST_TAIL: Final = 180.0
"""Seconds for which faults go on after the last message was sent. A platform that failed again and
again is left alone for up to 15 minutes, and what waits for it meets no faults meanwhile."""
SWEEP_LATER: Final = timedelta(minutes=30)
"""The sweep after the faults is dated so much later: what it must find by then, it must heal."""
_PLATFORM_FAULTS: Final = (
    FaultMode.FAIL_BEFORE,
    FaultMode.FAIL_AFTER,
    FaultMode.DROP,
    FaultMode.RATE_LIMITED,
)
type Report = Callable[[str, float], None]
"""Is told what the round does now, and which part of the time has passed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard a round is.

    It works until `seconds` have passed, and at least through `scenarios`. `histories` are those of
    one wave, and `hot` is how many write at once. `patience` bounds how long it then settles.
    """

    seed: int = 1
    rate: float = 0.3
    seconds: float = 0
    scenarios: int = 12
    shops: int = 2
    histories: int = 3
    hot: int = 12
    kills: float = 0.01
    longest_delay: float = 0.5
    longest_wait: int = 3
    patience: float = 240
    writers: int = 4
    with_restart: bool = False


@dataclass
class Result:
    """What a round found: its rows, and what was broken."""

    plan: Plan
    rows: list[Row]
    record: RoundRecord
    faults: dict[str, int]
    requests: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    broken: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def passed(self) -> bool:
        """Whether every promise was kept."""
        return all(row.is_kept for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The whole result as a JSON object."""
        return {
            "seed": self.plan.seed,
            "rate": self.plan.rate,
            "passed": self.passed,
            "promises": [row.to_json() for row in self.rows],
            "faults": self.faults,
            "requests": self.requests,
            "reviews": len(self.record.reviews),
            "answers": len(self.record.answers),
            "refusals": self.record.refusals,
            "sweeps": self.record.sweeps,
            "swept": self.record.swept,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
        }


@contextmanager
def patient_queue(stack: EmulatedStack) -> Iterator[None]:
    """Let messages of a dead reader come back soon."""
    sqs, names = stack.client("sqs"), ["VisibilityTimeout"]
    before = {
        url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        for url in (stack.outputs["QueueUrl"], stack.outputs["PraiseQueueUrl"])
    }
    for url in before:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    try:
        yield
    finally:
        for url, attributes in before.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def raise_readers(stack: EmulatedStack, readers: int) -> None:
    """Let so many batches of the review queue be read at once.

    Calls that are broken wait more than they compute, so a small machine can do more of them.
    """
    functions = stack.client("lambda")
    queue = stack.client("sqs").get_queue_attributes(
        QueueUrl=stack.outputs["QueueUrl"], AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    for mapping in functions.list_event_source_mappings(EventSourceArn=queue)[
        "EventSourceMappings"
    ]:
        functions.update_event_source_mapping(
            UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": readers}
        )


def _shorter_waits(stack: EmulatedStack, longest: int) -> Callable[[Call], bytes | None]:
    """Bounds for how many seconds the copy of a message that failed waits in the queue.

    So minutes need not pass, as SFN_WAIT_SCALE shortens the waits of workflows. How often a message
    may fail stays the same. The proxy cannot change a request that is signed, so the copy is sent
    from here.
    """
    sqs = stack.client("sqs")

    def shorten(call: Call) -> bytes | None:
        if call.operation != "SendMessage" or int(call.body.get("DelaySeconds", 0)) <= longest:
            return None
        response = sqs.send_message(**(call.body | {"DelaySeconds": longest}))
        return json.dumps(
            {name: value for name, value in response.items() if name != "ResponseMetadata"}
        ).encode()

    return shorten


def run_round(
    stack: EmulatedStack,
    platforms: SimulatedPlatforms,
    plan: Plan,
    *,
    port: int = 0,
    neighbour: Mapping[str, Any] | None = None,
    report: Report = lambda _words, _part: None,
) -> Result:
    """Run a round on a stack that is up. The stack is left as it was found.

    `neighbour` are the figures of a slow neighbour, measured before, for the row that has them.
    """
    began_at = time.monotonic()
    emulator = stack.process_id

    def kill_worker(connection: int) -> bool:
        worker = worker_of_connection(emulator, connection)
        return worker is not None and kill(worker)

    with (
        FaultProxy(
            stack.endpoint,
            port=port,
            seed=plan.seed,
            stand_in=_shorter_waits(stack, plan.longest_wait),
            kill_worker=kill_worker,
        ) as proxy,
        set_up_round(stack, platforms, shops=plan.shops) as setup,
        patient_queue(stack),
    ):
        record = RoundRecord(neighbour=dict(neighbour or {}))
        round_ = _Round(setup, record, proxy, plan, report)
        with functions_through(stack, proxy.url):
            set_up_at = time.monotonic()
            round_.work()
            worked_at = time.monotonic()
            round_.settle()
            settled_at = time.monotonic()
        rows = Judge(setup, record, proxy).rows()
        ended_at = time.monotonic()
        return Result(
            plan,
            rows,
            record,
            proxy.counts,
            dict(proxy.requests),
            {
                "set_up": set_up_at - began_at,
                "work": worked_at - set_up_at,
                "settling": settled_at - worked_at,
                "judgement": ended_at - settled_at,
            },
            [broken.to_json() for broken in proxy.broken],
        )


class _Round:
    def __init__(
        self, setup: RoundSetup, record: RoundRecord, proxy: FaultProxy, plan: Plan, report: Report
    ) -> None:
        self.setup = setup
        self.record = record
        self.proxy = proxy
        self.plan = plan
        self.report = report
        self.random = Random(f"round/{plan.seed}")
        self.senders = Senders(setup, record, plan.seed)
        self.people = {
            shop.business: DeskPeople(setup, record, shop, plan.seed) for shop in setup.shops
        }
        self.operator = setup.shops[0].environment.operator
        self._unsettled: list[str] = []

    # Work, with faults

    def work(self) -> None:
        """Everything at once: senders, people and faults, until the time is over."""
        rates = Rates.spread(
            self.plan.rate,
            kills=min(self.plan.kills, self.plan.rate) if KILLING_WORKS else 0,
            longest_delay_seconds=self.plan.longest_delay,
        )
        self.proxy.rates = rates
        over = threading.Event()
        with ThreadPoolExecutor(self.plan.writers + len(self.people)) as threads:
            desks = [
                threads.submit(self._work_at_the_desk, people, over)
                for people in self.people.values()
            ]
            try:
                self._send_all(threads)
                # The faults go on until what was sent is worked off.
                self.report("faults go on until the queue is empty", 1.0)
                tail = min(self.plan.patience, LONGEST_TAIL)
                self._wait(time.monotonic() + tail, lambda: not self._queued())
            finally:
                over.set()
            for desk in desks:
                desk.result()
        self._erase_one()

    def _send_all(self, threads: ThreadPoolExecutor) -> None:
        began_at, scenarios, waves = time.monotonic(), 0, 0
        while scenarios < self.plan.scenarios or time.monotonic() - began_at < self.plan.seconds:
            self._break_platforms()
            self._wait_for_room(began_at + self.plan.seconds)
            wave = [threads.submit(scenario) for scenario in self._scenarios(waves)]
            for scenario in wave:
                scenario.result()
            scenarios, waves = scenarios + len(wave), waves + 1
            part = (time.monotonic() - began_at) / self.plan.seconds if self.plan.seconds else 0
            self.report(
                f"{len(self.record.reviews)} reviews, {len(self.record.answers)} answers,"
                f" {sum(self.proxy.counts.values())} calls broken",
                min(part, 1.0),
            )
            if waves == 1:
                self._keep_early_outcomes()

    def _wait_for_room(self, deadline: float) -> None:
        """Let the readers keep up: a long queue only proves that the stack is small."""
        while self._queued() > MOST_QUEUED and time.monotonic() < deadline:
            time.sleep(0.5)

    def _work_at_the_desk(self, people: DeskPeople, over: threading.Event) -> None:
        """People answer what is open, as long as there are faults."""
        while not over.wait(1):
            people.work(limit=3)

    def _scenarios(self, wave: int) -> list[Callable[[], None]]:
        senders, shops = self.senders, self.setup.shops
        scenarios: list[Callable[[], None]] = []
        for shop in shops:
            scenarios += [
                lambda shop=shop: senders.praise_or_complaint(shop, complaint=False, copies=2),
                lambda shop=shop: senders.praise_or_complaint(shop, complaint=True),
            ]
        scenarios += [
            lambda shop=shop: senders.history(shop) for shop in shops[: self.plan.histories]
        ]
        shop = shops[wave % len(shops)]
        other = shops[(wave + 1) % len(shops)]
        scenarios += [
            lambda: senders.polled(shops[0], complaint=wave % 2 == 0),
            lambda: senders.forge(shop),
            lambda: self.people[shop.business].try_foreign_calls(other),
        ]
        match wave % 8:
            case 0:
                scenarios.append(lambda: senders.hot_review(shop, self.plan.hot))
            case 1:
                scenarios.append(lambda: senders.hot_thread(shop, self.plan.hot))
            case 2 | 5:
                scenarios.append(lambda: self._throttle_secrets(shop))
            case 3 | 6:
                scenarios.append(lambda: senders.poison(shop))
            case _:
                pass
        if self.plan.with_restart and wave % 10 == 9:
            scenarios.append(self._restart_functions)
        return scenarios

    def _break_platforms(self) -> None:
        """The platforms fail too: before or after they took a reply, or for a while."""
        platform = self.random.choice(PLATFORMS)
        mode = self.random.choice(_PLATFORM_FAULTS)
        self.setup.platforms.add_fault(platform, mode, times=2, seconds=1)
        self.record.platform_faults += 2

    def _throttle_secrets(self, shop: Shop) -> None:
        """The parameter store refuses everything while genuine deliveries come."""
        self.proxy.service_rates = {"ssm": Rates.only(FaultKind.THROTTLE)}
        try:
            self.senders.forge(shop)
            self.senders.praise_or_complaint(shop, complaint=True)
        finally:
            self.proxy.service_rates = {}

    def _restart_functions(self) -> None:
        """Kill every function at once, as when their machines are exchanged."""
        for worker in workers_of(self.setup.stack.process_id):
            kill(worker)
        with self.record.writing():
            self.record.restarts += 1

    def _keep_early_outcomes(self) -> None:
        self.record.early_outcomes |= snapshot(self.setup, list(self.record.reviews))

    def _erase_one(self) -> None:
        """An operator erases one author while faults go on: his calls break as well."""
        operator = Stack(StackOptions(stack=STACK, region=REGION, endpoint=self.proxy.url))
        for delivered in list(self.record.reviews.values()):
            if delivered.is_hot or delivered.is_complaint or delivered.revision is not None:
                continue
            review = self.operator.cases.find_review(delivered.review)
            if review is None or not review.closing_kind:
                continue
            subject = DataSubject(delivered.business, review.author)
            for _ in range(10):
                try:
                    done = erase(subject, operator.erasure_ports, clock.now(), actor="operator")
                except Exception:  # noqa: BLE001 - any fault that was made here: it is repeated
                    continue
                if not isinstance(done, ErasureOnHold):
                    with self.record.writing():
                        self.record.erased[review.author] = delivered.review
                    return

    # Settling

    def settle(self) -> None:
        """No faults any more: the queue empties, the sweep heals, people answer what is left."""
        self.proxy.quiet()
        self.setup.platforms.clear_faults()
        deadline = time.monotonic() + self.plan.patience
        self.report("settling: the queue empties", 1.0)
        self._wait(deadline, lambda: not self._queued())
        self._sweep()
        for _ in range(6):
            self._wait(deadline, lambda: not self._queued() and not self._under_way())
            self.report("settling: people answer what is left", 1.0)
            if not sum(people.work(finish=True) for people in self.people.values()):
                break
        self._sweep()
        self.report("settling: notices and late replies arrive", 1.0)
        self._wait(deadline, lambda: not self._queued() and not self._under_way())
        judge = Judge(self.setup, self.record, self.proxy)
        self._wait(deadline, lambda: not judge.missing_notices())

    def _wait(self, deadline: float, is_done: Callable[[], bool]) -> None:
        """Wait until it is so twice in a row, or until the deadline: the judge then says why."""
        confirmed = 0
        while confirmed < 2 and time.monotonic() < deadline:
            confirmed = confirmed + 1 if is_done() else 0
            time.sleep(0.4)

    def _queued(self) -> int:
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        sqs, outputs = self.setup.stack.client("sqs"), self.setup.stack.outputs
        queues = [
            sqs.get_queue_attributes(QueueUrl=outputs[output], AttributeNames=names)["Attributes"]
            for output in ("QueueUrl", "PraiseQueueUrl")
        ]
        return sum(int(queue.get(name, 0)) for queue in queues for name in names)

    def _under_way(self) -> list[str]:
        """Reviews that are neither closed nor with a person, and answers not carried out.

        What is settled is not read again until nothing is left.
        """
        self._unsettled = [
            review for review in self._unsettled or self.record.reviews if not self._settled(review)
        ]
        return self._unsettled

    def _settled(self, review: str) -> bool:
        try:
            case = self.operator.cases.case(review).case
        except NotFound:
            return False
        if case.review.closing_kind:
            return True
        follow_up = case.follow_up
        return follow_up is not None and follow_up.status not in {Status.RESOLVING, Status.CLOSED}

    def _sweep(self) -> None:
        """The sweep as it runs half an hour later, for what belongs to this round alone."""
        stack, later = self.setup.stack, clock.now() + SWEEP_LATER
        store = self.operator.cases
        queue = Queue(stack.client("sqs"), stack.outputs["QueueUrl"])
        workflows = Workflows(stack.client("stepfunctions"))
        report = sweep(OwnItems(store, self.setup.businesses), queue, workflows, later)
        self._note_sweep(report)

    def _note_sweep(self, report: SweepReport) -> None:
        self.record.sweeps += 1
        for name in ("resumed", "woken", "restarted"):
            self.record.swept[name] = self.record.swept.get(name, 0) + getattr(report, name)


class OwnItems:
    """The case store, where the sweep finds only what belongs to some businesses."""

    def __init__(self, store: Any, businesses: frozenset[str]) -> None:
        self._store = store
        self._businesses = businesses

    def stuck_items(self, now: Any) -> list[StuckItem]:
        """What is stuck and belongs to these businesses."""
        return [item for item in self._store.stuck_items(now) if self._is_own(item)]

    def _is_own(self, item: StuckItem) -> bool:
        try:
            if item.follow_up:
                return self._store.follow_up(item.follow_up).business in self._businesses
            if item.review:
                review = self._store.find_review(item.review)
                return review is not None and review.business in self._businesses
        except NotFound:
            pass
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
