"""The house on moto.

The template's own tables, queue and bus, a business in it, and the two workflows played by hand.

moto cannot run JSONata, so `Workflows` plays `functions/*/workflow.asl.json` state by state: it
stands where Step Functions stands, and calls the same steps with the same payloads.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from heard.assessment.engines.chain import embedded
from heard.cases import Case, Review
from heard.connectors import Connection, HttpAnswer, load
from heard.connectors.http import HttpClient
from heard.errors import Fault, NotSettled
from heard.follow_ups import FollowUp, Status
from heard.messaging import SEND_REPLY, Bus, Flows, Queue
from heard.outcomes import CLOSING, Kind, Outcome, verify
from heard.reviews import Author, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.desk import Caller, Desk
from heard.steps.follow_up import Clocks, look_again, open_for_person
from heard.steps.ingest import Door
from heard.steps.poll import Polled, Poller, poll
from heard.steps.reply import acknowledge, carry_out, check_moderation
from heard.steps.sweep import Swept, sweep
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.case_store import Work
from heard.storage.deliveries import Deliveries
from heard.storage.outcome_log import Log
from heard.storage.polls import Polls
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Business, InboundSecret, Person, Secrets, Setup
from heard.storage.tables import values
from heard.threads import Thread
from heard_simulator.server import Platforms, simulated
from tests.static.cloudformation import resources

NOON: Final = datetime(2026, 3, 17, 12, tzinfo=UTC)
"""A Tuesday, in working hours."""

REGION: Final = "eu-central-1"
BUSINESS: Final = "bus_bakery"
ELSEWHERE: Final = "bus_elsewhere"
NAME: Final = "Blue Door Bakery"
SECRET: Final = "whsec_" + base64.b64encode(b"the secret that platforms sign by").decode()
SETTINGS: Final = {
    "standard": "reply_url",
    "discourse": "base_url",
    "twilio_sms": "api_base",
    "trustpilot": "api_base",
}

PRAISE: Final = "Wonderful bread and the friendliest people in town, thank you!"
COMPLAINT: Final = "You charged my card twice and nobody answers the phone. I want my money back."
MILD: Final = "Good bread, but the queue was rather slow today."

_numbers = itertools.count(1)


class Clock:
    """Time that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def no_way_out(*_args: object, **_kwargs: object) -> HttpAnswer:
    raise AssertionError("nothing was to be sent here")


@dataclass
class Execution:
    """One run of the follow-up workflow.

    The state it is in, the token it waits with, and when its clock rings.
    """

    follow_up: str
    state: str = "await_answer"
    token: str | None = None
    rings_at: datetime = NOON
    tries: int = 0
    handed_back: bool = False


class StepFunctions:
    """The few calls of Step Functions that Heard makes."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.told: list[tuple[str, str]] = []
        self.ran: list[tuple[str, str, str]] = []
        self.express_status = "SUCCEEDED"

    def start_sync_execution(
        self,
        *,
        stateMachineArn: str,  # noqa: N803
        name: str,
        input: str,
    ) -> dict[str, Any]:
        self.ran.append((stateMachineArn, name, input))
        return {"status": self.express_status}

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        assert json.loads(output) == {}
        self._waiting(taskToken, "SendTaskSuccess").state = "carry_out"
        self.told.append((taskToken, "success"))
        return {}

    def send_task_failure(self, *, taskToken: str, error: str, cause: str) -> dict[str, Any]:  # noqa: N803
        self._waiting(taskToken, "SendTaskFailure").state = (
            "send_reply" if error == SEND_REPLY else "look_again"
        )
        self.told.append((taskToken, error))
        return {}

    def _waiting(self, token: str, operation: str) -> Execution:
        for execution in self.executions.values():
            if execution.state == "waiting" and execution.token == token:
                execution.token, execution.handed_back = None, False
                return execution
        raise ClientError(
            {"Error": {"Code": "TaskDoesNotExist", "Message": "no such task"}}, operation
        )


class House:
    """Everything behind the door, and the world around it.

    `dynamodb` may be wrapped to watch or to break it.
    """

    def __init__(self, dynamodb: Any) -> None:
        self.raw = dynamodb
        self.sqs, self.ssm, self.events = client("sqs"), client("ssm"), client("events")
        self.tables: dict[str, str] = {}
        for logical, properties in resources("AWS::DynamoDB::Table").items():
            self.tables[logical] = f"{logical}-{next(_numbers)}"
            names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
            self.raw.create_table(
                TableName=self.tables[logical],
                **{name: properties[name] for name in names if name in properties},
            )
        self.connections: dict[str, Connection] = {}
        self.step_functions = StepFunctions()
        self._empty = self.snapshot()
        self.furnish()

    def furnish(self, platforms: Platforms | None = None, clock: Clock | None = None) -> House:
        """As it is before anything happened.

        Nothing stored but the business, nothing queued, noon. Creating tables takes moto long.
        """
        number = next(_numbers)
        self.dynamodb = self.raw
        self._empty()
        self.clock = clock or Clock()
        self.platforms = platforms
        self.http: Any = no_way_out if platforms is None else _loopback()
        self.connections = {}
        self.queue_url = self.sqs.create_queue(QueueName=f"reviews-{number}")["QueueUrl"]
        self.poll_queue_url = self.sqs.create_queue(QueueName=f"polls-{number}")["QueueUrl"]
        self.bus = f"heard-{number}"
        self.events.create_event_bus(Name=self.bus)
        self.step_functions = StepFunctions()
        self.secrets_path = f"/heard/{number}"
        self.secrets = Secrets(self.ssm, self.secrets_path)
        self.queue, self.looks = (
            Queue(self.sqs, self.queue_url),
            Queue(self.sqs, self.poll_queue_url),
        )
        self.flows = Flows(self.step_functions)
        self.setup.put_business(Business(BUSINESS, NAME))
        return self

    # What the steps are given. Made afresh each time, as for a cold function, so that nothing hides
    # in a cache.

    @property
    def setup(self) -> Setup:
        return Setup(self.dynamodb, self.tables["SetupTable"])

    @property
    def work(self) -> Work:
        return Work(self.dynamodb, self.tables["WorkTable"], self.tables["OutcomesTable"])

    @property
    def log(self) -> Log:
        return Log(self.dynamodb, self.tables["OutcomesTable"])

    @property
    def ports(self) -> Ports:
        return Ports(self.setup, self.work)

    @property
    def reach(self) -> Reach:
        return Reach(self.secrets, self.http)

    @property
    def polls(self) -> Polls:
        return Polls(self.dynamodb, self.tables["SetupTable"])

    @property
    def poller(self) -> Poller:
        return Poller(self.ports, self.reach, self.polls, self.queue, self.clock)

    @property
    def clocks(self) -> Clocks:
        return Clocks(self.flows, Bus(self.events, self.bus))

    @property
    def desk(self) -> Desk:
        return Desk(self.setup, self.work, self.flows)

    @property
    def door(self) -> Door:
        work = self.tables["WorkTable"]
        return Door(
            self.setup,
            self.secrets,
            self.queue,
            Quarantine(self.dynamodb, work),
            Deliveries(self.dynamodb, work),
            self.http,
        )

    # The people and the platforms

    def connect(
        self, platform: str = "standard", *, business: str = BUSINESS, **settings: str
    ) -> Connection:
        """A connection of a business, with its secret.

        And with the way to the simulated platform, if there is one.
        """
        id = f"con-{platform}-{business}"
        other = simulated().get(platform)
        credentials = dict(other.credentials) if other else {}
        if self.platforms is not None and other:
            settings = {**self.platforms.settings(platform), **settings}
        elif platform == "discourse":
            settings = {"api_username": credentials["api_username"], **settings}
        made = Connection(
            id,
            business,
            platform,
            f"https://heard.example/hooks/{id}",
            settings,
            bool(credentials),
            NAME,
        )
        self.setup.put_connection(made, self.clock())
        self.secrets.put_inbound(id, InboundSecret(SECRET))
        self.secrets.put_credentials(id, credentials)
        self.connections[platform] = made
        return made

    def person(self, name: str, *groups: str, business: str = BUSINESS) -> Caller:
        """Somebody who signs in."""
        person = Person(f"sub-{name.lower()}", name, (business,))
        self.setup.put_person(person)
        return Caller(person, frozenset(groups or ("agent",)))

    # The way of a review

    def message(
        self, event: ReviewEvent, platform: str = "standard", delivery: str | None = None
    ) -> dict[str, Any]:
        """The event as `ingest` queues it."""
        connection = self.connections[platform]
        channel = connection.settings.get("channel") or load(platform).capabilities.channel.value
        queued = {
            "delivery": delivery or f"dlv-{next(_numbers)}",
            "connection": connection.id,
            "business": connection.business,
            "platform": platform,
            "channel": channel,
            "event": event.normal().to_json(),
        }
        return json.loads(json.dumps(queued))

    def triage(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """The first state of the route workflow."""
        return triage(
            Message.from_json(message), self.ports, self.reach, self.clock(), embedded("quick")
        )

    def acknowledge(self, steps: Mapping[str, Any]) -> dict[str, Any]:
        """Its second."""
        return acknowledge(steps["thread"], steps["reply"], self.ports, self.reach, self.clock())

    def route(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """One synchronous run of the route workflow."""
        steps = self.triage(message)
        if steps["route"] in {"acknowledge", "both"}:
            steps = self.acknowledge(steps)
        if "follow_up" in steps:
            rings_at = self.clock() + timedelta(seconds=steps["wait_seconds"])
            self.step_functions.executions.setdefault(
                steps["flow"], Execution(steps["follow_up"], rings_at=rings_at)
            )
        return steps

    def say(self, event: ReviewEvent, platform: str = "standard") -> str:
        """Deliver an event the whole way; its review's id."""
        self.route(self.message(event, platform))
        self.turn()
        return review_id(self.connections[platform].business, platform, event.native_id)

    def resume(self) -> None:
        """Run everything that lies in the queue, as `intake` would; what fails stays there."""
        for received in self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        ).get("Messages", []):
            try:
                self.route(json.loads(received["Body"]))
            except Fault:
                continue
            self.sqs.delete_message(
                QueueUrl=self.queue_url, ReceiptHandle=received["ReceiptHandle"]
            )

    def sweep(self) -> Swept:
        """One scheduled run of the sweep."""
        return sweep(self.work, self.queue, self.flows, self.clock(), self.looks)

    def look(self) -> list[Polled | str]:
        """Everything that lies in the queue of looks, done as the poll function does it.

        Questions about replies answer in one word.
        """
        done: list[Polled | str] = []
        while received := self.sqs.receive_message(
            QueueUrl=self.poll_queue_url, MaxNumberOfMessages=10
        ).get("Messages", []):
            for each in received:
                message = json.loads(each["Body"])
                if "poll" in message:
                    done.append(poll(message["poll"], self.poller, asked_at=message["at"]))
                else:
                    asked = message["moderation"]
                    done.append(
                        check_moderation(
                            asked["thread"],
                            asked["reply"],
                            self.ports,
                            self.reach,
                            self.queue,
                            self.clock(),
                        )
                    )
                self.sqs.delete_message(
                    QueueUrl=self.poll_queue_url, ReceiptHandle=each["ReceiptHandle"]
                )
        return done

    # The follow-up workflow

    def turn(self) -> None:
        """Let every execution go as far as it can.

        Until it waits for a person, for a platform, or has ended.
        """
        for execution in list(self.step_functions.executions.values()):
            self._advance(execution)

    def ring(self) -> None:
        """Let the clocks ring that are due, and what follows from it."""
        for execution in self.step_functions.executions.values():
            if execution.state == "waiting" and execution.rings_at <= self.clock():
                execution.state, execution.token, execution.handed_back = "look_again", None, False
        self.turn()

    def _advance(self, execution: Execution) -> None:
        for _ in range(20):
            match execution.state:
                case "await_answer":
                    execution.token, execution.state = f"token-{next(_numbers)}", "waiting"
                    open_for_person(execution.follow_up, execution.token, self.ports, self.clocks)
                case "carry_out" | "send_reply":
                    if not self._carried_out(execution):
                        return
                case "look_again":
                    looked = look_again(
                        execution.follow_up,
                        self.ports,
                        self.clocks,
                        self.clock(),
                        handed_back=execution.handed_back,
                    )
                    self._wait(execution, looked)
                case _:
                    return
        raise AssertionError(f"the workflow of {execution.follow_up} runs in a circle")

    def _carried_out(self, execution: Execution) -> bool:
        """Whether the workflow goes on.

        A platform that is not there is tried three times, in turns, and then a person is told.
        """
        try:
            done = carry_out(execution.follow_up, self.ports, self.reach, self.clock())
        except NotSettled:
            execution.state, execution.handed_back = "look_again", True
            return True
        except Fault:
            execution.tries += 1
            if execution.tries < 3:
                return False
            execution.state, execution.handed_back, execution.tries = "look_again", True, 0
            return True
        if execution.state == "carry_out":
            execution.state = "ended"
        else:
            self._wait(execution, done)
        execution.tries = 0
        return True

    def _wait(self, execution: Execution, steps: Mapping[str, Any]) -> None:
        execution.state, execution.rings_at = (
            "await_answer",
            self.clock() + timedelta(seconds=steps["wait_seconds"]),
        )

    # What became of it

    def case(self, review: str) -> Case:
        return self.work.case(review).case

    def kinds(self, review: str) -> list[Kind]:
        return [outcome.kind for outcome in self.log.of_review(review)]

    def items(self, table: str = "WorkTable") -> list[dict[str, Any]]:
        """Every item of a table, from moto's own memory.

        Its answers to a scan take a hundred times as long.
        """
        return sorted(
            (
                values(item.to_json()["Attributes"])
                for item in self._table(self.tables[table]).all_items()
            ),
            key=repr,
        )

    @staticmethod
    def _table(name: str) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(name)

    def everything(self) -> list[dict[str, Any]]:
        """Every item of the tables that a step may change."""
        return self.items("WorkTable") + self.items("OutcomesTable")

    def snapshot(self) -> Callable[[], None]:
        """Remember what is stored and which workflows run; calling the result brings it back."""
        stored = copy.deepcopy({name: self._table(name).items for name in self.tables.values()})
        executions = copy.deepcopy(self.step_functions.executions)

        def restore() -> None:
            for name, items in copy.deepcopy(stored).items():
                self._table(
                    name
                    # Looked up afresh: moto puts a copy in its place when a transaction fails
                ).items = items
            self.step_functions.executions = copy.deepcopy(executions)

        return restore

    def tasks(self) -> list[FollowUp]:
        return [FollowUp.from_json(item["task"]) for item in self.items() if item["sk"] == "TASK"]

    def open_tasks(self) -> list[FollowUp]:
        return [task for task in self.tasks() if task.status is not Status.CLOSED]

    def outcomes(self) -> list[Outcome]:
        return [Outcome.from_json(item) for item in self.items("OutcomesTable")]

    def queued(self) -> list[dict[str, Any]]:
        """What lies in the queue; it stays there."""
        found = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]

    def check(self, *secret_words: str) -> None:
        """What holds at any moment, whoever did whatever in which order."""
        states = [item for item in self.items() if item["sk"] == "STATE"]
        chains: dict[str, list[Outcome]] = {}
        for outcome in sorted(
            self.outcomes(), key=lambda outcome: (outcome.review, outcome.sequence)
        ):
            chains.setdefault(outcome.review, []).append(outcome)
        open_tasks = self.open_tasks()
        threads = [task.thread for task in open_tasks]
        assert len(threads) == len(set(threads)), "two open follow-ups in one thread"
        in_hand = [review for task in open_tasks for review in task.reviews]
        assert len(in_hand) == len(set(in_hand)), "one review in two hands"
        for item in states:
            assert item.get("public_replies", 0) <= 2
            if "thread" in item:
                assert (
                    sum(slot["public"] for slot in item["thread"].get("slots", []))
                    == item["public_replies"]
                )
                open_here = [task.id for task in open_tasks if task.thread == item["thread"]["id"]]
                assert open_here == (
                    [item["thread"]["follow_up"]] if "follow_up" in item["thread"] else []
                )
        stored = {item["review"]["id"]: item for item in states if "review" in item}
        assert set(stored) == set(chains), "a review without outcomes, or outcomes without a review"
        for review, chain in chains.items():
            case = self._case_in(states, review, open_tasks)
            report = verify(
                review,
                chain,
                expected_sequence=case.review.sequence,
                expected_head=case.review.head,
            )
            assert report.verified, report
            assert closing_since_opened(chain) == (
                [case.review.closed] if case.review.closed else []
            )
            if case.review.closed:
                assert review not in in_hand, (
                    f"{review} is closed as {case.review.closed} and in hand"
                )
            else:
                assert review in in_hand or case.thread.slot(case.review.reply or ""), (
                    f"{review} is open and nobody's"
                )
                assert review in in_hand or "sweep_at" in stored[review], (
                    f"{review} is open and would never be swept"
                )
        if self.platforms is not None:
            assert all(
                len(replies) <= 2 for replies in self.platforms.public_replies_by_thread().values()
            )
        written = json.dumps(
            [chain_link.to_json() for chain in chains.values() for chain_link in chain],
            ensure_ascii=False,
            default=str,
        )
        assert not [word for word in secret_words if word in written], "customers' words in the log"

    @staticmethod
    def _case_in(states: list[dict[str, Any]], review: str, open_tasks: list[FollowUp]) -> Case:
        state = next(
            Review.from_json(item["review"])
            for item in states
            if item.get("review", {}).get("id") == review
        )
        thread = next(
            (
                Thread.from_json(item["thread"])
                for item in states
                if item.get("thread", {}).get("id") == state.thread
            ),
            Thread(state.thread),
        )
        return Case(
            state, thread, next((task for task in open_tasks if task.thread == state.thread), None)
        )


def closing_since_opened(chain: list[Outcome]) -> list[Kind]:
    """The closing kinds of a review since it was last opened."""
    kinds = [outcome.kind for outcome in chain]
    last = max((place for place, kind in enumerate(kinds) if kind is Kind.REOPENED), default=-1)
    return [kind for kind in kinds[last + 1 :] if kind in CLOSING]


@cache
def _loopback() -> HttpClient:
    return HttpClient(loopback=True, read_seconds=1)


@cache
def client(service: str) -> Any:
    """A client of moto's."""
    config = Config(retries={"max_attempts": 1})
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def said(
    native_id: str,
    text: str | None = None,
    rating: int | None = None,
    *,
    kind: EventKind = EventKind.CREATED,
    revision: int | str = 1,
    thread: str | None = None,
    author: str = "cus-1",
    **fields: Any,
) -> ReviewEvent:
    """An event as a connector makes it."""
    placed = revision if isinstance(revision, str) else number_revision(revision)
    return ReviewEvent(
        kind,
        native_id,
        thread or native_id,
        placed,
        Author(author, "Zelda Quint"),
        rating,
        None,
        text,
        **fields,
    )


def praise(native_id: str, **fields: Any) -> ReviewEvent:
    return said(native_id, PRAISE, 5, **fields)


def complaint(native_id: str, **fields: Any) -> ReviewEvent:
    return said(native_id, COMPLAINT, 1, **fields)


class Killed(BaseException):
    """The function was stopped here."""


class Watched:
    """A boto client in whose calls a test may put something.

    `before` and `after` each are given the operation's name.
    """

    def __init__(
        self,
        real: Any,
        before: Callable[[str], None],
        after: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._real, self._before, self._after = real, before, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name == "get_paginator" or not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._before(name)
            answer = found(*args, **kwargs)
            self._after(name)
            return answer

        return call
