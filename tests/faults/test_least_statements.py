"""Without one statement of its role, exactly the function that needs it is refused.

Each statement of a role is taken away on the deployed stack, the flow of its function runs, and
the emulator says who was refused. For one function alone: `-k PollFunction`. All of it takes
minutes, so it runs only when it is asked for: HEARD_LONG=1. What no flow here needs is in
`tests.stack.test_grants`, with its reason.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final
from urllib.parse import urljoin

import pytest

from heard import clock
from heard.connectors import WebhookRequest, load
from heard.retention import Retention, last_due_day
from heard.storage.departures import Departure
from heard.storage.setup import Business
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.sample_requests import fill_form
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.faults.workers import kill, workers_of
from tests.stack.conftest import StackBusiness, standard_sample, wait_until
from tests.stack.test_grants import CASE, RARE, Grant, function_of, grants_in, rare
from tests.static.cloudformation import as_list

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(3600),
    pytest.mark.skipif("HEARD_LONG" not in os.environ, reason="long: set HEARD_LONG=1"),
]

SECONDS: Final = 45.0
"""How long a refusal may take. One that comes ends the wait."""
PRAISE: Final = "Wonderful bread and the friendliest people in town, thank you!"
COMPLAINT: Final = "You charged my card twice and nobody answers the phone. I want my money back."
MODERATED: Final = "a reply is moderated"
STUCK: Final = "something got stuck"
KEPT: Final = "the time of a review is over"
ANSWER_WORDS: Final = 12
"""How long an answer is. None is like another, since the desk holds back what is (R10)."""


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

    def deliver(self, text: str, rating: int) -> None:
        """A new review. It may be refused at the door."""
        self.shop.deliver(standard_sample(secrets.token_hex(6), text, rating))

    def deliver_both(self) -> None:
        self.deliver(PRAISE, 5)
        self.deliver(COMPLAINT, 1)

    def praise(self) -> None:
        self.deliver(PRAISE, 5)

    def good_and_bad(self) -> None:
        """A review, and a message that is none: it goes back to the queue."""
        self.praise()
        queue = self.stack.outputs["QueueUrl"]
        self.stack.client("sqs").send_message(QueueUrl=queue, MessageBody="no review")

    def function_name(self, function: str) -> str:
        functions = self.stack.client("lambda")
        names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
        return next(each for each in names if function in each)

    def invoke(self, function: str, event: Mapping[str, Any]) -> None:
        self.stack.client("lambda").invoke(
            FunctionName=self.function_name(function), Payload=json.dumps(event).encode()
        )

    def restart(self, function: str) -> None:
        """Let the function begin anew: a process remembers what it was once allowed to read."""
        for worker, name in workers_of(self.stack.process_id).items():
            if function in name:
                kill(worker)

    def webhooks(self) -> None:
        environment = self.shop.environment
        self.deliver_both()
        url = environment.connections["discourse"].url
        unread = WebhookRequest("POST", {}, b"[1, 2")
        signed = load("discourse").sign(unread, url, environment.secrets["discourse"], clock.now())
        environment.http.send("POST", url, headers=signed.headers, body=b"[1, 2")
        environment.http.send("POST", url, headers={"x": secrets.token_hex(4)}, body=b"{}")

    def page(self) -> None:
        """The page of one review from the form, which is there once the review is triaged."""
        http = self.shop.environment.http
        if not self.feedback_page_url:
            self.feedback_page_url = self._fill_in_the_form()
            wait_until(lambda: http.send("GET", self.feedback_page_url).status == 200)
        http.send("GET", self.feedback_page_url)

    def _fill_in_the_form(self) -> str:
        """Deliver a review through the form; returns the address of its page."""
        http = self.shop.environment.http
        url = self.shop.environment.connections["feedback_form"].url
        fields = {"rating": "1", "text": COMPLAINT}
        request = fill_form(http.send("GET", url).text, url, fields)
        thanks = http.send("POST", request.url, headers=request.headers, body=request.body)
        link = re.search(r'href="([^"]+/feedback/[^"]+)"', thanks.text)
        assert link, thanks.text
        return urljoin(url, link[1])

    feedback_page_url = ""

    def follow_up(self) -> str:
        """A new follow-up that an agent may answer."""
        review = self.shop.deliver_review(secrets.token_hex(6), COMPLAINT, 1)

        def find_follow_up() -> str | None:
            if self.operator.cases.find_review(review) is None:
                return None
            follow_up = self.operator.cases.case(review).case.follow_up
            return follow_up.id if follow_up else None

        return wait_until(find_follow_up) or ""

    def check_follow_up(self) -> None:
        follow_up = self.follow_up()
        deadline = time.monotonic() + SECONDS / 6
        # Without the statement that stores it, the token never comes.
        while time.monotonic() < deadline and not self.operator.cases.token(follow_up):
            time.sleep(0.2)
        event = {"step": "check_follow_up", "follow_up": follow_up, "carry_out_failed": False}
        self.invoke("FollowUpFunction", event)

    def desk(self) -> None:
        follow_up = self.follow_up()
        path = f"/api/desk/follow-ups/{follow_up}"
        self.agent.call("GET", f"/api/desk/follow-ups?business={self.shop.business}&words=true")
        self.agent.call("GET", path)
        self.agent.call("GET", f"/api/desk/closed?business={self.shop.business}")
        self.agent.call("GET", f"/api/desk/colleagues?business={self.shop.business}")
        self.agent.call("PUT", f"{path}/draft", {"text": "I ask Bo first."})
        self.agent.call("DELETE", f"{path}/draft")
        fence = self.agent.call("POST", f"{path}/claim")[1].get("fence", 1)
        answer = {
            "id": f"answer-{secrets.token_hex(4)}",
            "action": "reply",
            "fence": fence,
            # Letters alone: random digits may look like a telephone number, which lint holds.
            "text": " ".join(
                "".join(secrets.choice(ascii_lowercase) for _ in range(8))
                for _ in range(ANSWER_WORDS)
            ),
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
    "IntakeFunction": FunctionFlows.good_and_bad,
    "TriageFunction": FunctionFlows.deliver_both,
    "ReplyFunction": FunctionFlows.praise,
    "FollowUpFunction": FunctionFlows.check_follow_up,
    "FeedbackPageFunction": FunctionFlows.page,
    "DeskFunction": FunctionFlows.desk,
    "AuditFunction": FunctionFlows.audit,
    "PollFunction": FunctionFlows.poll,
    "SweepFunction": FunctionFlows.sweep,
    "RetentionFunction": FunctionFlows.retention,
    "RelayFunction": FunctionFlows.deliver_both,
}


ELSEWHERE: Final[Mapping[Grant, str]] = {
    **rare("the last try failed", "IntakeFunction", "sqs:SendMessage", "ReviewDeadLetters"),
    **rare("a review joins others", "TriageFunction", "dynamodb:BatchGetItem", "CasesTable", CASE),
    **rare("a platform is asked", "TriageFunction", "ssm:GetParameter", "arn:aws:ssm:*"),
    **rare("it escalates", "FollowUpFunction", "dynamodb:PutItem", "OutcomesTable"),
    **rare(MODERATED, "PollFunction", "dynamodb:GetItem", "CasesTable", CASE, "aut_*"),
    **rare(STUCK, "SweepFunction", "dynamodb:GetItem", "CasesTable", CASE, "fup_*"),
    **rare(STUCK, "SweepFunction", "dynamodb:PutItem", "CasesTable", CASE),
    **rare("it is due", "PollFunction", "sqs:SendMessage*", "PollQueue"),
    **rare("it finds a review", "PollFunction", "sqs:SendMessage*", "ReviewQueue"),
    **rare("it finds praise", "PollFunction", "sqs:SendMessage*", "PraiseQueue"),
    **rare(MODERATED, "SweepFunction", "sqs:SendMessage*", "PollQueue"),
    **rare(STUCK, "SweepFunction", "states:SendTaskFailure", "*"),
    **rare(KEPT, "RetentionFunction", "dynamodb:PutItem", "OutcomesTable"),
    **rare(KEPT, "RetentionFunction", "dynamodb:Query", "OutcomesTable/index/by_day"),
    **rare(KEPT, "RetentionFunction", "dynamodb:UpdateItem", "CasesTable", CASE, "aut_*"),
}
"""What the flows here do not need, but others of `tests.stack` do, with what those are about.

`tests.stack.test_grants` sees that each is used.
"""

type Refusal = tuple[str, str, str, tuple[str, ...]]
"""A function, and the action, the resource and the keys that it was refused."""


def role_calls(stack: EmulatedStack) -> list[Any]:
    """What roles were asked for; nothing before the first call."""
    lines = stack.role_calls.read_text().splitlines() if stack.role_calls.exists() else []
    return [json.loads(line) for line in lines]


def refusals(stack: EmulatedStack) -> set[Refusal]:
    return {
        (function, line["action"], line["resource"], tuple(line["keys"]))
        for line in role_calls(stack)
        if not line["allowed"] and (function := function_of(line["role"]))
    }


def statements_of(stack: EmulatedStack, function: str) -> Iterator[tuple[str, str, list[Any], int]]:
    """Each statement of the function's role: role, policy, all its statements, its place."""
    iam = stack.client("iam")
    for role in sorted(each["RoleName"] for each in iam.list_roles(MaxItems=200)["Roles"]):
        if function_of(role) != function:
            continue
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for place, statement in enumerate(document["Statement"]):
                if statement["Effect"] == "Allow":
                    yield role, name, document["Statement"], place


def refusals_without(
    stack: EmulatedStack,
    flows: FunctionFlows,
    function: str,
    change: tuple[str, str, list[Any], int],
) -> set[Refusal]:
    """Who is refused what while the function's flow runs without one statement of its role."""
    role, name, statements, place = change
    iam, before = stack.client("iam"), refusals(stack)

    def put(statements: list[Any]) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)

    put([each for number, each in enumerate(statements) if number != place])
    flows.restart(function)
    deadline = time.monotonic() + SECONDS
    try:
        # More than once: the first call may reach the process that was stopped.
        while time.monotonic() < deadline and not refusals(stack) - before:
            FLOWS[function](flows)
            soon = time.monotonic() + SECONDS / 6
            while time.monotonic() < soon and not refusals(stack) - before:
                time.sleep(0.2)
    finally:
        put(statements)
    return refusals(stack) - before


def _is_elsewhere(grant: Grant) -> bool:
    """The account and the region are in the resource of a parameter."""
    parts = (grant.function, grant.action, grant.keys)
    return any(
        parts == (each.function, each.action, each.keys)
        and fnmatchcase(grant.resource, each.resource)
        for each in ELSEWHERE
    )


@pytest.mark.parametrize("function", FLOWS)
def test_without_a_statement_exactly_the_function_that_needs_it_is_refused(
    stack: EmulatedStack, flows: FunctionFlows, function: str
) -> None:
    FLOWS[function](flows)  # so that a later refusal is not one of what was never there
    problems: list[str] = []
    unused: set[Grant] = set()
    for change in list(statements_of(stack, function)):
        statement = change[2][change[3]]
        grants = set(grants_in(function, statement))
        if all(grant in RARE or _is_elsewhere(grant) for grant in grants):
            continue
        denials = refusals_without(stack, flows, function, change)
        actions = as_list(statement["Action"])
        if not denials:
            unused |= {grant for grant in grants - RARE.keys() if not _is_elsewhere(grant)}
        elif {each[0] for each in denials} != {function} or not any(
            fnmatchcase(each[1], action) for each in denials for action in actions
        ):
            problems.append(f"without {json.dumps(statement)}: {sorted(denials)}")

    assert problems == []
    assert sorted(unused) == [], "its flow does not need these"
