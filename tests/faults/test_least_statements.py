"""Without one statement of its role, exactly the function that needs it is refused.

Each statement of each role is taken away on the deployed stack, its flow runs, and the emulator
says who was refused. It takes a quarter of an hour, so it runs only when it is asked for:
HEARD_LONG=1. What no flow here needs is in `tests.stack.test_grants`, with its reason.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pytest

from heard import clock
from heard.connectors import WebhookRequest, load
from heard.retention import Retention, last_due_day
from heard.storage.departures import Departure
from heard.storage.setup import Business
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.stack.conftest import StackBusiness, standard_sample, wait_until
from tests.stack.test_grants import RARE, function_of, grants_in
from tests.static.cloudformation import as_list

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(3600),
    pytest.mark.skipif("HEARD_LONG" not in os.environ, reason="long: set HEARD_LONG=1"),
]

SECONDS: Final = 120.0
"""How long a refusal may take. One that comes ends the wait."""
PRAISE: Final = "Wonderful bread and the friendliest people in town, thank you!"
COMPLAINT: Final = "You charged my card twice and nobody answers the phone. I want my money back."
ANSWER: Final = "Both payments are found, and one of them went back to your card today. {}"


@pytest.fixture(scope="module")
def stack() -> Iterator[EmulatedStack]:
    root = Path(__file__).parents[2]
    with EmulatedStack(root, port=4752, enforce_roles=True) as local_stack:
        yield local_stack


class FunctionFlows:
    """A business on the stack, and a flow for each function that needs all of its role."""

    def __init__(self, stack: EmulatedStack, platforms: SimulatedPlatforms) -> None:
        environment = DemoEnvironment(stack, platforms)
        self.stack, self.shop = stack, StackBusiness(environment, f"shop-{secrets.token_hex(4)}")
        self.operator = environment.operator
        self.operator.setup.put_business(Business(self.shop.business, "Corner Shop"))
        for platform in ("standard", "feedback_form", "discourse", "google_play"):
            self.shop.connect(platform)
        self.agent = self.shop.sign_in_person("Ana", "agent")
        self.auditor = self.shop.sign_in_person("Ida", "auditor")

    def deliver(self, text: str, rating: int) -> str:
        """A new review. It may be refused at the door."""
        name = secrets.token_hex(6)
        self.shop.deliver(standard_sample(name, text, rating))
        return name

    def invoke(self, function: str, event: Mapping[str, Any]) -> None:
        functions = self.stack.client("lambda")
        names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
        name = next(each for each in names if function in each)
        functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())

    def webhooks(self) -> None:
        environment = self.shop.environment
        self.deliver(PRAISE, 5)
        self.deliver(COMPLAINT, 1)
        url = environment.connections["discourse"].url
        unread = WebhookRequest("POST", {}, b"[1, 2")
        signed = load("discourse").sign(unread, url, environment.secrets["discourse"], clock.now())
        environment.http.send("POST", url, headers=signed.headers, body=b"[1, 2")
        environment.http.send("POST", url, headers={"x": secrets.token_hex(4)}, body=b"{}")

    def page(self) -> None:
        connection = self.shop.environment.connections["feedback_form"]
        self.shop.environment.http.send(
            "GET", f"{self.stack.public_url}/feedback/{connection.id}/{self.form_review}"
        )

    form_review = "none"

    def follow_up(self) -> str:
        """A follow-up that an agent may answer."""
        self.deliver(COMPLAINT, 1)
        found: list[Any] = wait_until(
            lambda: self.operator.cases.open_follow_ups(self.shop.business, limit=50)[0]
        )
        return found[-1].id

    def check_follow_up(self) -> None:
        follow_up = self.follow_up()
        wait_until(lambda: self.operator.cases.token(follow_up))
        event = {"step": "check_follow_up", "follow_up": follow_up, "carry_out_failed": False}
        self.invoke("FollowUpFunction", event)

    def desk(self) -> None:
        follow_up = self.follow_up()
        path = f"/api/desk/follow-ups/{follow_up}"
        self.agent.call("GET", f"/api/desk/follow-ups?business={self.shop.business}&words=true")
        self.agent.call("GET", path)
        fence = self.agent.call("POST", f"{path}/claim")[1].get("fence", 1)
        answer = {
            "id": f"answer-{secrets.token_hex(4)}",
            "action": "reply",
            "fence": fence,
            "text": ANSWER.format(secrets.token_hex(5)),
            "note": "Ask Bo.",
            "fix": "refunded",
            "root_cause": "process",
        }
        self.agent.call("POST", f"{path}/resolution", answer)

    def audit(self) -> None:
        period = f"business={self.shop.business}&from=1d"
        self.auditor.call("GET", f"/api/audit/outcomes?{period}")
        for review in {outcome.review for outcome in self.shop.recent_outcomes()}:
            self.auditor.call("GET", f"/api/audit/reviews/{review}/verification")
            break

    def poll(self) -> None:
        self.invoke("PollFunction", {})
        connection = self.shop.environment.connections["google_play"].id
        self.invoke("PollFunction", {"connection": connection})

    def sweep(self) -> None:
        self.invoke("SweepFunction", {})

    def retention(self) -> None:
        business, today = self.shop.business, clock.now().date()
        self.operator.retention.retentions.put(business, Retention(1))
        before = self.operator.cases.retention_position(business)
        if before is None:
            position = last_due_day(today, 1) - timedelta(days=2)
            self.operator.cases.move_retention_position(business, None, position)
        for outcome in self.shop.recent_outcomes()[:1]:
            author = self.operator.cases.case(outcome.review).case.review.author
            began_at = clock.now() - timedelta(hours=2)
            departure = Departure(business, outcome.review, author, began_at)
            self.operator.cases.put_departure(departure)
        self.invoke("RetentionFunction", {})


@pytest.fixture(scope="module")
def flows(stack: EmulatedStack) -> Iterator[FunctionFlows]:
    with SimulatedPlatforms() as platforms:
        yield FunctionFlows(stack, platforms)


FLOWS: Final[Mapping[str, Callable[[FunctionFlows], object]]] = {
    "IngestFunction": FunctionFlows.webhooks,
    "IntakeFunction": FunctionFlows.webhooks,
    "TriageFunction": FunctionFlows.webhooks,
    "ReplyFunction": FunctionFlows.webhooks,
    "FollowUpFunction": FunctionFlows.check_follow_up,
    "FeedbackPageFunction": FunctionFlows.page,
    "DeskFunction": FunctionFlows.desk,
    "AuditFunction": FunctionFlows.audit,
    "PollFunction": FunctionFlows.poll,
    "SweepFunction": FunctionFlows.sweep,
    "RetentionFunction": FunctionFlows.retention,
    "RelayFunction": FunctionFlows.webhooks,
}


type Refusal = tuple[str, str, str, tuple[str, ...]]
"""A function, and the action, the resource and the keys that it was refused."""


def refusals(stack: EmulatedStack) -> set[Refusal]:
    lines = map(json.loads, stack.role_calls.read_text().splitlines())
    return {
        (function, line["action"], line["resource"], tuple(line["keys"]))
        for line in lines
        if not line["allowed"] and (function := function_of(line["role"]))
    }


def needed_statements(stack: EmulatedStack) -> Iterator[tuple[str, str, str, Any, int]]:
    """Each statement that a flow needs: its function, role, policy, the document and its place."""
    iam = stack.client("iam")
    for role in sorted(each["RoleName"] for each in iam.list_roles(MaxItems=200)["Roles"]):
        function = function_of(role)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"] if function else ():
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for place, statement in enumerate(document["Statement"]):
                if statement["Effect"] == "Allow" and not RARE.keys() >= set(
                    grants_in(function or "", statement)
                ):
                    yield function or "", role, name, document, place


def test_without_a_statement_exactly_the_function_that_needs_it_is_refused(
    stack: EmulatedStack, flows: FunctionFlows
) -> None:
    iam = stack.client("iam")
    for function in FLOWS:  # so that a later refusal is not one of a cold start
        FLOWS[function](flows)
    problems: list[str] = []
    for function, role, name, document, place in needed_statements(stack):
        statement = document["Statement"][place]
        rest = [each for number, each in enumerate(document["Statement"]) if number != place]
        before = refusals(stack)

        def refused(before: set[Refusal] = before) -> set[Refusal]:
            return refusals(stack) - before

        def put(statements: list[Any], role: str = role, name: str = name) -> None:
            text = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)

        put(rest)
        try:
            FLOWS[function](flows)
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline and not refused():
                time.sleep(0.2)
        finally:
            put(document["Statement"])
        actions = as_list(statement["Action"])
        hits = [
            each
            for each in refused()
            if each[0] == function and any(fnmatchcase(each[1], action) for action in actions)
        ]
        if not hits or {each[0] for each in refused()} != {function}:
            problems.append(f"{function} without {json.dumps(statement)}: {sorted(refused())}")

    assert problems == []
