"""Heard on moto: the template's own tables, queues and bus, and a business in it.

moto cannot run JSONata. So `tests.unit.asl` runs the real `functions/*/workflow.asl.json`, and
`Backend` stands where Step Functions and Lambda stand. It gives the payload of each state to the
use case that the payload names.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from heard.assessment.engines.chain import embedded_engine
from heard.cases import Case, IncomingEvent, Review
from heard.commitments import CommitmentKind, commit
from heard.connectors import Connection, HttpResponse, ParsedDelivery
from heard.connectors.http import HttpClient
from heard.errors import Fault, HeardError, PlatformUnavailable
from heard.follow_ups import FollowUp, Status, parse_fence
from heard.messaging import PLATFORM_UNAVAILABLE, DeadLetters, EventBus, Queue, Workflows
from heard.outcomes import CLOSING_KINDS, Kind, Outcome, verify_chain
from heard.people import Person, Role, RoleChange
from heard.reviews import Author, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.batch import (
    acknowledge_each,
    after_replies,
    after_triage,
    messages_of,
    triage_each,
)
from heard.steps.caller import Caller
from heard.steps.desk import DeskPorts
from heard.steps.desk_list import ListPage, ListQuery, Viewer, list_open_follow_ups
from heard.steps.desk_memory import DeskMemory
from heard.steps.erasing import ErasurePorts
from heard.steps.follow_up import await_resolution, check_follow_up, hand_back
from heard.steps.holding import HoldPorts
from heard.steps.ingest import IngestPorts, build_messages
from heard.steps.moderation import check_moderation
from heard.steps.next_steps import retry_later
from heard.steps.poll import PollPorts, PollReport, poll
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.relay import RelayReport, relay
from heard.steps.reply import acknowledge, carry_out
from heard.steps.retention import RetentionPorts
from heard.steps.sweep import SweepReport, sweep
from heard.steps.triage import QueuedReview, triage
from heard.storage.case_store import CaseStore
from heard.storage.deliveries import Deliveries
from heard.storage.desk_settings import DeskSettings
from heard.storage.erasures import Erasures
from heard.storage.holds import Holds
from heard.storage.outcome_log import OutcomeLog
from heard.storage.people import People
from heard.storage.polls import Polls
from heard.storage.quarantine import Quarantine
from heard.storage.retentions import Retentions
from heard.storage.setup import Business, InboundSecret, Secrets, SetupStore
from heard.storage.tables import values
from heard.threads import Thread
from heard.waiting import Waiting
from heard_simulator.server import SimulatedPlatforms, platform_classes
from tests.static.cloudformation import resources
from tests.static.repository import FUNCTIONS
from tests.unit.asl import (
    START_EXECUTION,
    WAITING,
    Execution,
    Machine,
    TaskFailed,
    read_definition,
)

NOON: Final = datetime(2026, 3, 17, 12, tzinfo=UTC)
"""A Tuesday, in working hours."""

MAX_TRIES: Final = 10
"""How often a message is tried."""

REGION: Final = "eu-central-1"
BUSINESS: Final = "bus_bakery"
OTHER_BUSINESS: Final = "bus_elsewhere"
BUSINESS_NAME: Final = "Blue Door Bakery"
SECRET: Final = "whsec_" + base64.b64encode(b"the secret that platforms sign by").decode()
REPLY_SETTINGS: Final = {
    "standard": "reply_url",
    "discourse": "base_url",
    "twilio_sms": "api_base",
    "trustpilot": "api_base",
}

PRAISE: Final = "Wonderful bread and the friendliest people in town, thank you!"
COMPLAINT: Final = "You charged my card twice and nobody answers the phone. I want my money back."
MILD_COMPLAINT: Final = "Good bread, but the queue was rather slow today."

_numbers = itertools.count(1)


class FakeClock:
    """Time that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class FakeTime:
    """Seconds that pass when somebody sleeps, and at no other time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def waiting(self) -> Waiting:
        return Waiting(self._sleep, Random(1).random, lambda: self.seconds)

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


def stream_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of the Outcomes table as a record of its stream."""
    number = next(_numbers)
    return {
        "eventID": f"event-{number}",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {name: item[name] for name in ("review", "sequence") if name in item},
            "NewImage": dict(item),
            "SequenceNumber": f"{number:021d}",
            "StreamViewType": "NEW_IMAGE",
        },
    }


def refuse_http(*_args: object, **_kwargs: object) -> HttpResponse:
    raise AssertionError("this test may send nothing")


class FakeStepFunctions:
    """The few calls of Step Functions that Heard makes.

    `executions` are the runs of the follow-up workflow by name. `token_reports` are the tokens that
    were used, each with `success` or its error.
    """

    def __init__(self, follow_up_flow: Machine) -> None:
        self.executions: dict[str, Execution] = {}
        self.token_reports: list[tuple[str, str]] = []
        self.sync_executions: list[tuple[str, str, str]] = []
        self.express_status = "SUCCEEDED"
        self._follow_up_flow = follow_up_flow

    def start_sync_execution(
        self,
        *,
        stateMachineArn: str,  # noqa: N803
        name: str,
        input: str,
    ) -> dict[str, Any]:
        self.sync_executions.append((stateMachineArn, name, input))
        return {"status": self.express_status, "output": json.dumps({"failed": []})}

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        execution = self._waiting_execution(taskToken, "SendTaskSuccess")
        self._follow_up_flow.succeed(execution, json.loads(output))
        self.token_reports.append((taskToken, "success"))
        return {}

    def send_task_failure(self, *, taskToken: str, error: str, cause: str) -> dict[str, Any]:  # noqa: N803
        execution = self._waiting_execution(taskToken, "SendTaskFailure")
        self._follow_up_flow.fail(execution, error, cause)
        self.token_reports.append((taskToken, error))
        return {}

    def _waiting_execution(self, token: str, operation: str) -> Execution:
        for execution in self.executions.values():
            if execution.state == WAITING and execution.token == token:
                return execution
        raise ClientError(
            {"Error": {"Code": "TaskDoesNotExist", "Message": "no such token"}}, operation
        )


class Backend:
    """Everything behind the webhook, and what is around it: people, platforms, time.

    A test may put a client around `dynamodb` that records or breaks calls.
    """

    def __init__(self, dynamodb: Any) -> None:
        self.plain_dynamodb = dynamodb
        self.sqs, self.ssm, self.events = (
            moto_client("sqs"),
            moto_client("ssm"),
            moto_client("events"),
        )
        self.tables: dict[str, str] = {}
        for logical, properties in resources("AWS::DynamoDB::Table").items():
            self.tables[logical] = f"{logical}-{next(_numbers)}"
            names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
            self.plain_dynamodb.create_table(
                TableName=self.tables[logical],
                **{name: properties[name] for name in names if name in properties},
            )
        self.connections: dict[str, Connection] = {}
        self._route = Machine(_definition("route"), self._run_state)
        self._follow_up_flow = Machine(
            _definition("follow_up_flow"), self._run_state, lambda: f"token-{next(_numbers)}"
        )
        self.step_functions = FakeStepFunctions(self._follow_up_flow)
        self._restore_empty = self.snapshot()
        self.reset()

    def reset(
        self, platforms: SimulatedPlatforms | None = None, clock: FakeClock | None = None
    ) -> Backend:
        """Go back to noon with nothing queued and nothing stored but the business.

        The tables stay, because moto takes long to create them.
        """
        number = next(_numbers)
        # Replies of a batch go out at once, each in a thread of its own.
        self.dynamodb = SerializedClient(self.plain_dynamodb)
        self.waiting = FakeTime().waiting
        self._tries = Counter[str]()
        self._last_result: dict[str, Any] | Exception | None = None
        # Whether a thread may have several open follow-ups, as some of them are full.
        self.has_full_follow_ups = False
        self._restore_empty()
        self.clock = clock or FakeClock()
        self.platforms = platforms
        self.http: Any = refuse_http if platforms is None else _loopback_http()
        self.connections = {}
        self.queue_url = self.sqs.create_queue(QueueName=f"reviews-{number}")["QueueUrl"]
        self.poll_queue_url = self.sqs.create_queue(QueueName=f"polls-{number}")["QueueUrl"]
        self.dead_letters_url = self.sqs.create_queue(QueueName=f"dead-letters-{number}")[
            "QueueUrl"
        ]
        self.bus_name = f"heard-{number}"
        self.events.create_event_bus(Name=self.bus_name)
        self._streamed: set[str] = set()
        self.step_functions = FakeStepFunctions(self._follow_up_flow)
        self.secrets_path = f"/heard/{number}"
        self.secrets = Secrets(self.ssm, self.secrets_path)
        self.review_queue, self.poll_queue = (
            Queue(self.sqs, self.queue_url),
            Queue(self.sqs, self.poll_queue_url),
        )
        self.workflows = Workflows(self.step_functions)
        self.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME))
        return self

    # The ports of the steps. They are new each time, as in a cold function, so that no cache hides
    # anything.

    @property
    def setup_store(self) -> SetupStore:
        return SetupStore(self.dynamodb, self.tables["SetupTable"])

    @property
    def people(self) -> People:
        return People(self.dynamodb, self.tables["SetupTable"])

    @property
    def cases(self) -> CaseStore:
        return CaseStore(
            self.dynamodb, self.tables["CasesTable"], self.tables["OutcomesTable"], self.waiting
        )

    @property
    def outcome_log(self) -> OutcomeLog:
        return OutcomeLog(self.dynamodb, self.tables["OutcomesTable"])

    @property
    def holds(self) -> HoldPorts:
        return HoldPorts(Holds(self.dynamodb, self.tables["SetupTable"]), self.outcome_log)

    @property
    def retention(self) -> RetentionPorts:
        retentions = Retentions(self.dynamodb, self.tables["SetupTable"])
        return RetentionPorts(retentions, self.cases, self.holds)

    @property
    def store_ports(self) -> StorePorts:
        return StorePorts(self.setup_store, self.cases)

    @property
    def platform_ports(self) -> PlatformPorts:
        return PlatformPorts(self.secrets, self.http, lambda: self.clock().timestamp())

    @property
    def polls(self) -> Polls:
        return Polls(self.dynamodb, self.tables["SetupTable"])

    @property
    def poller(self) -> PollPorts:
        return PollPorts(
            self.store_ports, self.platform_ports, self.polls, self.review_queue, self.clock
        )

    @property
    def event_bus(self) -> EventBus:
        return EventBus(self.events, self.bus_name)

    @property
    def desk(self) -> DeskPorts:
        return DeskPorts(
            self.people,
            self.setup_store,
            self.cases,
            self.workflows,
            self.review_queue,
            DeskSettings(self.dynamodb, self.tables["SetupTable"]),
            self.outcome_log,
            DeskMemory(self.people, self.setup_store, self.cases),
        )

    def listed(self, caller: Caller, ports: DeskPorts | None = None, **query: Any) -> ListPage:
        """A page of the desk's list, with new ports unless some are given."""
        ports = ports or self.desk
        viewer = Viewer(caller.person.subject, self.clock())
        return list_open_follow_ups(caller, ListQuery(**query), viewer, ports.cases, ports.memory)

    @property
    def ingest_ports(self) -> IngestPorts:
        cases_table = self.tables["CasesTable"]
        return IngestPorts(
            self.setup_store,
            self.secrets,
            self.review_queue,
            Quarantine(self.dynamodb, cases_table),
            Deliveries(self.dynamodb, cases_table),
            self.http,
        )

    @property
    def erasure_ports(self) -> ErasurePorts:
        return ErasurePorts(
            Erasures(self.dynamodb, self.tables["SetupTable"]),
            self.cases,
            self.polls,
            DeadLetters(self.sqs, self.dead_letters_url, wait_seconds=0),
            self.ingest_ports.quarantine,
            self.holds,
        )

    # The people and the platforms

    def connect(
        self, platform: str = "standard", *, business: str = BUSINESS, **settings: str
    ) -> Connection:
        """A connection of a business with its secrets, to the simulated platform if any."""
        id = f"con-{platform}-{business}"
        simulated_platform = platform_classes().get(platform)
        credentials = dict(simulated_platform.credentials) if simulated_platform else {}
        if self.platforms is not None and simulated_platform:
            settings = {**self.platforms.settings(platform), **settings}
        elif platform == "discourse":
            settings = {"api_username": credentials["api_username"], **settings}
        connection = Connection(
            id,
            business,
            platform,
            f"https://heard.example/hooks/{id}",
            settings,
            bool(credentials),
            BUSINESS_NAME,
        )
        self.setup_store.put_connection(connection, self.clock())
        self.secrets.put_inbound(id, InboundSecret(SECRET))
        self.secrets.put_credentials(id, credentials)
        self.connections[platform] = connection
        return connection

    def add_person(self, name: str, *roles: str, business: str = BUSINESS) -> Caller:
        """Somebody who signs in at the desk or the audit, an agent unless roles are given."""
        return self.store_person(name, {business: roles or ("agent",)})

    def store_person(self, name: str, roles: Mapping[str, Iterable[str]]) -> Caller:
        """Somebody with these roles in each business, and no others."""
        held = {business: frozenset(map(Role, names)) for business, names in roles.items()}
        person = Person(f"sub-{name.lower()}", name, held)
        self.people.change(person.subject, lambda _before, _people: RoleChange(person, {}))
        return Caller(person)

    # The way of a review

    def queue_message(
        self, event: ReviewEvent, platform: str = "standard", delivery: str | None = None
    ) -> dict[str, Any]:
        """The event as `ingest` queues it."""
        (message,) = build_messages(
            ParsedDelivery((event,)), self.connections[platform], "dlv", self.clock()
        )
        message["delivery"] = delivery or f"dlv-{next(_numbers)}"
        return json.loads(json.dumps(message))

    def triage(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """The first state of the route workflow."""
        return triage(
            QueuedReview.from_json(message),
            self.store_ports,
            self.platform_ports,
            self.clock(),
            embedded_engine("quick"),
        )

    def acknowledge(self, steps: Mapping[str, Any]) -> dict[str, Any]:
        """The state of the route workflow that sends an acknowledgement."""
        return acknowledge(
            steps["thread"], steps["reply"], self.store_ports, self.platform_ports, self.clock()
        )

    def run_route_workflow(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """One synchronous run of the route workflow; the steps that its last function returned.

        Raises the error that ended the run, retries included, or that failed its message.
        """
        self._last_result = None
        execution = self._route.start(
            message if "carry_out" in message else {"messages": [message]}
        )
        self._route.run(execution, self.clock())
        if execution.failure and execution.failure.error == PLATFORM_UNAVAILABLE:
            raise PlatformUnavailable("The platform did not answer.", maybe_applied=False)
        if execution.failure and execution.failure.error == "Heard.NotCarriedOut":
            raise Fault("The resolution was not carried out.")
        if execution.failure:
            raise execution.failure.__cause__ or execution.failure
        if isinstance(self._last_result, Exception):
            assert execution.input["failed"]
            raise self._last_result
        assert execution.input == {"failed": []}
        return self._last_result or {}

    def run_batch(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One synchronous run with several messages; those that failed, by their number."""
        execution = self._route.start({"messages": list(messages)})
        self._route.run(execution, self.clock())
        if execution.failure:
            raise execution.failure.__cause__ or execution.failure
        return execution.input["failed"]

    def run_as_earlier_release(self, message: Mapping[str, Any]) -> None:
        """One synchronous run as the reader of an earlier release asks for it."""
        execution = self._route.start(message)
        self._route.run(execution, self.clock())
        if execution.failure:
            raise execution.failure

    def deliver(self, event: ReviewEvent, platform: str = "standard") -> str:
        """Run all workflows for an event. Returns the id of its review."""
        self.run_route_workflow(self.queue_message(event, platform))
        self.run_workflows()
        return review_id(self.connections[platform].business, platform, event.native_id)

    def process_queue(self) -> None:
        """Run the route workflow for each queued message, as `intake` does. What fails stays."""
        self._process_messages(lambda _content: True)

    def process_answers(self) -> None:
        """The same, for the answers only that are to be carried out."""
        self._process_messages(lambda content: "carry_out" in content)

    def _process_messages(self, is_meant: Callable[[Mapping[str, Any]], bool]) -> None:
        for message in self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        ).get("Messages", []):
            content = json.loads(message["Body"])
            if not is_meant(content):
                continue
            self._tries[message["MessageId"]] += 1
            if "carry_out" in content and self._tries[message["MessageId"]] >= MAX_TRIES:
                content["last"] = True
            try:
                self.run_route_workflow(content)
            except Fault:
                if "last" not in content or "hand_back" in content:
                    continue
                self.review_queue.send([content | {"hand_back": content["carry_out"]}])
            self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def sweep(self) -> SweepReport:
        """One scheduled run of the sweep."""
        return sweep(self.cases, self.review_queue, self.workflows, self.clock(), self.poll_queue)

    def process_poll_queue(self) -> list[PollReport | str]:
        """Do everything that lies in the poll queue, as the poll function does it.

        A poll's result is its report, a moderation check's result is the reply's status.
        """
        results: list[PollReport | str] = []
        while messages := self.sqs.receive_message(
            QueueUrl=self.poll_queue_url, MaxNumberOfMessages=10
        ).get("Messages", []):
            for message in messages:
                body = json.loads(message["Body"])
                if "poll" in body:
                    results.append(poll(body["poll"], self.poller, queued_at=body["at"]))
                else:
                    moderation = body["moderation"]
                    check = check_moderation(
                        moderation["thread"],
                        moderation["reply"],
                        self.store_ports,
                        self.platform_ports,
                        self.review_queue,
                        self.clock(),
                    )
                    results.append(check.status)
                self.sqs.delete_message(
                    QueueUrl=self.poll_queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
        return results

    def stream_records(self) -> list[dict[str, Any]]:
        """The stream of the Outcomes table since the last call, as Lambda hands it over.

        In the order of the table's writes, and not filtered.
        """
        items = [
            item.to_json()["Attributes"]
            for item in self._moto_table(self.tables["OutcomesTable"]).all_items()
        ]
        new_items = [item for item in items if item["at_id"]["S"] not in self._streamed]
        new_items.sort(key=lambda item: (item["at"]["S"], item["review"]["S"], item["at_id"]["S"]))
        self._streamed |= {item["at_id"]["S"] for item in new_items}
        return [stream_record(item) for item in new_items]

    def relay(self) -> RelayReport:
        """One run of the relay with all that is new in the stream."""
        return relay(self.stream_records(), self.event_bus)

    # The workflow of follow-ups, and the answers that end it

    def run_workflows(self) -> None:
        """Let every execution go as far as it can, after each queued answer was tried once.

        It stops when it waits for a person, when it has ended, or when a task has failed and is to
        be retried: each call is one try.
        """
        self.process_answers()
        for execution in list(self.step_functions.executions.values()):
            self._follow_up_flow.advance(execution, self.clock())

    def fire_timers(self) -> None:
        """Let the waiting executions whose time is over go on."""
        for execution in self.step_functions.executions.values():
            if execution.timer_due_at is not None and execution.timer_due_at <= self.clock():
                self._follow_up_flow.fail(execution, "States.Timeout")
        self.run_workflows()

    # Lambda and Step Functions, as the workflows call them

    def _run_state(self, resource: str, arguments: Mapping[str, Any]) -> Any:
        """A task's result. Raises TaskFailed for what Heard raises; a mistake goes through."""
        if resource == START_EXECUTION:
            return self._start_follow_up_flow(**arguments)
        try:
            return {"Payload": self._invoke(arguments["FunctionName"], arguments["Payload"])}
        except HeardError as error:
            raise TaskFailed(type(error).__name__, error.detail) from error

    def _start_follow_up_flow(
        self,
        StateMachineArn: str,  # noqa: N803
        Name: str,  # noqa: N803
        Input: Mapping[str, Any],  # noqa: N803
    ) -> dict[str, Any]:
        assert StateMachineArn == "FollowUpFlow"
        if Name in self.step_functions.executions:
            raise TaskFailed("StepFunctions.ExecutionAlreadyExistsException")
        self.step_functions.executions[Name] = self._follow_up_flow.start(Input)
        return {}

    def _invoke(self, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What a function does with a payload: the use case that it names."""
        match function, payload:
            case "TriageFunction", _:
                results = triage_each(messages_of(payload), self.triage, lambda: True)
                self._last_result = results[-1]
                return after_triage(payload, results)
            case "ReplyFunction", {"step": "acknowledge"}:
                results = acknowledge_each(payload["replies"], self.acknowledge)
                self._last_result = results[-1]
                return after_replies(payload, results)
            case "ReplyFunction", {"step": "carry_out", "follow_up": follow_up}:
                fence = parse_fence(payload["fence"])
                return later_if_unavailable(
                    lambda: carry_out(
                        follow_up,
                        self.store_ports,
                        self.platform_ports,
                        self.clock(),
                        fence=fence,
                    )
                )
            case "ReplyFunction", {"step": "hand_back", "follow_up": follow_up}:
                fence = parse_fence(payload["fence"])
                return hand_back(follow_up, self.store_ports, self.clock(), fence=fence)
            case "FollowUpFunction", {"step": "await_resolution"}:
                await_resolution(
                    payload["follow_up"], payload["token"], self.store_ports, self.workflows
                )
                return {}
            case "FollowUpFunction", {"step": "check_follow_up"}:
                return check_follow_up(payload["follow_up"], self.store_ports, self.clock())
            case _:
                raise AssertionError(f"{function} does not know this payload: {payload}")

    # What became of a review

    def case(self, review: str) -> Case:
        return self.cases.case(review).case

    def kinds(self, review: str) -> list[Kind]:
        return [outcome.kind for outcome in self.outcome_log.of_review(review)]

    def stored_items(self, table: str = "CasesTable") -> list[dict[str, Any]]:
        """Every item of a table, from moto's memory. A scan would take a hundred times as long."""
        return sorted(
            (
                values(item.to_json()["Attributes"])
                for item in self._moto_table(self.tables[table]).all_items()
            ),
            key=repr,
        )

    @staticmethod
    def _moto_table(name: str) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(name)

    def case_items(self) -> list[dict[str, Any]]:
        """Every item of the tables that a step may change."""
        return self.stored_items("CasesTable") + self.stored_items("OutcomesTable")

    def snapshot(self) -> Callable[[], None]:
        """Copy what is stored and which workflows run. Calling the result restores the copy."""
        items_by_table = copy.deepcopy(
            {name: self._moto_table(name).items for name in self.tables.values()}
        )
        executions = copy.deepcopy(self.step_functions.executions)

        def restore() -> None:
            for name, items in copy.deepcopy(items_by_table).items():
                self._moto_table(
                    name
                    # Looked up afresh: moto puts a copy in its place when a transaction fails
                ).items = items
            self.step_functions.executions = copy.deepcopy(executions)

        return restore

    def follow_ups(self) -> list[FollowUp]:
        return [
            FollowUp.from_json(item["follow_up"])
            for item in self.stored_items()
            if item["sk"] == "FOLLOW_UP"
        ]

    def open_follow_ups(self) -> list[FollowUp]:
        return [
            follow_up for follow_up in self.follow_ups() if follow_up.status is not Status.CLOSED
        ]

    def outcomes(self) -> list[Outcome]:
        return [Outcome.from_json(item) for item in self.stored_items("OutcomesTable")]

    def queued_messages(self) -> list[dict[str, Any]]:
        """What lies in the review queue. It stays there."""
        response = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in response.get("Messages", [])]

    def check_invariants(self, *forbidden_words: str) -> None:
        """Assert what holds at any moment, whoever did what in which order."""
        state_items = [item for item in self.stored_items() if item["sk"] == "STATE"]
        chains: dict[str, list[Outcome]] = {}
        for outcome in sorted(
            self.outcomes(), key=lambda outcome: (outcome.review, outcome.sequence)
        ):
            chains.setdefault(outcome.review, []).append(outcome)
        open_follow_ups = self.open_follow_ups()
        reviews_in_follow_ups = [
            review for follow_up in open_follow_ups for review in follow_up.reviews
        ]
        assert len(reviews_in_follow_ups) == len(set(reviews_in_follow_ups)), (
            "one review in two hands"
        )
        for item in state_items:
            assert item.get("public_replies", 0) <= 2
            if "thread" in item:
                assert (
                    sum(slot["public"] for slot in item["thread"].get("slots", []))
                    == item["public_replies"]
                )
                thread_follow_ups = [
                    follow_up.id
                    for follow_up in open_follow_ups
                    if follow_up.thread == item["thread"]["id"]
                ]
                joined = item["thread"].get("follow_up")
                assert joined in {None, *thread_follow_ups}
                assert self.has_full_follow_ups or len(thread_follow_ups) == (joined is not None), (
                    "two open follow-ups in one thread"
                )
        items_by_review = {item["review"]["id"]: item for item in state_items if "review" in item}
        assert set(items_by_review) == set(chains), (
            "a review without outcomes, or outcomes without a review"
        )
        for review, chain in chains.items():
            case = self._read_case(state_items, review, open_follow_ups)
            report = verify_chain(
                review,
                chain,
                expected_sequence=case.review.sequence,
                expected_head=case.review.head,
            )
            assert report.verified, report
            assert closing_kinds_since_opened(chain) == (
                [case.review.closing_kind] if case.review.closing_kind else []
            )
            if case.review.closing_kind:
                assert review not in reviews_in_follow_ups, (
                    f"{review} is closed as {case.review.closing_kind} and in hand"
                )
            else:
                assert review in reviews_in_follow_ups or case.thread.slot(
                    case.review.reply or ""
                ), f"{review} is open and nobody's"
                assert review in reviews_in_follow_ups or "sweep_at" in items_by_review[review], (
                    f"{review} is open and would never be swept"
                )
        if self.platforms is not None:
            assert all(
                len(replies) <= 2 for replies in self.platforms.public_replies_by_thread().values()
            )
        log_text = json.dumps(
            [chain_link.to_json() for chain in chains.values() for chain_link in chain],
            ensure_ascii=False,
            default=str,
        )
        assert not [word for word in forbidden_words if word in log_text], (
            "customers' words in the log"
        )

    @staticmethod
    def _read_case(
        state_items: list[dict[str, Any]], review: str, open_follow_ups: list[FollowUp]
    ) -> Case:
        state = next(
            Review.from_json(item["review"])
            for item in state_items
            if item.get("review", {}).get("id") == review
        )
        thread = next(
            (
                Thread.from_json(item["thread"])
                for item in state_items
                if item.get("thread", {}).get("id") == state.thread
            ),
            Thread(state.thread),
        )
        return Case(
            state,
            thread,
            next(
                (follow_up for follow_up in open_follow_ups if follow_up.thread == state.thread),
                None,
            ),
        )


def later_if_unavailable(step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a function of the route workflow returns."""
    try:
        return step()
    except PlatformUnavailable as fault:
        return retry_later(fault)


def closing_kinds_since_opened(chain: list[Outcome]) -> list[Kind]:
    """The closing kinds of a review since it was last opened."""
    kinds = [outcome.kind for outcome in chain]
    last_reopened = max(
        (place for place, kind in enumerate(kinds) if kind is Kind.REOPENED), default=-1
    )
    return [kind for kind in kinds[last_reopened + 1 :] if kind in CLOSING_KINDS]


@cache
def _definition(workflow: str) -> dict[str, Any]:
    return read_definition(FUNCTIONS / workflow / "workflow.asl.json")


@cache
def _loopback_http() -> HttpClient:
    return HttpClient(allow_loopback=True, read_seconds=1)


@cache
def moto_client(service: str) -> Any:
    """A client of moto's."""
    config = Config(retries={"max_attempts": 1})
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def review_event(
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
    sortable_revision = revision if isinstance(revision, str) else number_revision(revision)
    return ReviewEvent(
        kind,
        native_id,
        thread or native_id,
        sortable_revision,
        Author(author, "Zelda Quint"),
        rating,
        None,
        text,
        **fields,
    )


def praise(native_id: str, **fields: Any) -> ReviewEvent:
    return review_event(native_id, PRAISE, 5, **fields)


def complaint(native_id: str, **fields: Any) -> ReviewEvent:
    return review_event(native_id, COMPLAINT, 1, **fields)


def incoming_event(
    event: ReviewEvent, delivery: str = "dlv-1", *, proven: bool = True
) -> IncomingEvent:
    """An event as it comes to a case, with a commitment under some author's key."""
    commitment = commit(b"k" * 32, CommitmentKind.WORDS, event.content)
    return IncomingEvent(event, delivery, commitment, proven)


class FunctionStopped(BaseException):
    """The function was stopped here."""


class InterceptedClient:
    """A boto client that calls `before` and `after` around each call, with the operation's name."""

    def __init__(
        self,
        client: Any,
        before: Callable[[str], None],
        after: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._client, self._before, self._after = client, before, after

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name == "get_paginator" or not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            self._before(name)
            response = attribute(*args, **kwargs)
            self._after(name)
            return response

        return call


class SerializedClient:
    """A boto client for several threads: its calls are atomic, as AWS's are and moto's are not."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.Lock()

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name == "get_paginator" or not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return attribute(*args, **kwargs)

        return call
