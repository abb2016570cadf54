"""The restore drill of docs/operations.md, on a stack in an account that allows 10 executions.

Both tests share the stack: first it takes more than it can carry, then it loses what it has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from heard.follow_ups import FollowUp
from heard.outcomes import Kind
from heard.people import Role
from heard.reviews import author_id, review_id
from heard.storage.setup import Business
from heard.storage.tables import values
from heard_cli.deploy import EXECUTIONS_NEEDED
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.stack import REGION, EmulatedStack
from heard_cli.main import app
from heard_simulator.server import SimulatedPlatforms
from tests.stack.conftest import StackBusiness, standard_sample, wait_until

ROOT: Final = Path(__file__).parents[2]
BUSINESS: Final = "drill"
COMPLAINT: Final = "You charged my card twice and nobody answers the phone. I want my money back."
NEWS: Final = "My daughter is in hospital with food poisoning from your bread."
pytestmark = pytest.mark.stack

BURST: Final = 20
SENDERS: Final = 8


class SmallAccount(EmulatedStack):
    """A stack in an account of AWS that is new."""

    def _environment(self) -> dict[str, str]:
        executions = str(EXECUTIONS_NEEDED["small"])
        return super()._environment() | {"LAMBDA_ACCOUNT_CONCURRENCY": executions}


@pytest.fixture(scope="module")
def shop() -> Iterator[StackBusiness]:
    """A business in it, with one connection and one agent."""
    with (
        SimulatedPlatforms() as platforms,
        SmallAccount(ROOT, port=4594, parameters={"Scale": "small"}) as stack,
    ):
        environment = DemoEnvironment(stack, platforms)
        environment.operator.setup.put_business(Business(BUSINESS, "Corner Shop"))
        business = StackBusiness(environment, BUSINESS)
        business.connect("standard")
        environment.create_person("ana@drill.example", "Ana", Role.AGENT, BUSINESS)
        yield business


def _closed_or_owned(shop: StackBusiness, review: str) -> bool:
    kinds = shop.kinds(review)
    return Kind.ACKNOWLEDGED in kinds or Kind.FOLLOW_UP_OPENED in kinds


def test_a_burst_waits_at_the_readers_and_not_at_the_door(shop: StackBusiness) -> None:
    """More deliveries at once than a new account has executions: the door takes each at last.

    A platform sends again what got a 5xx. Nothing may become a dead letter, and nothing be lost.
    """
    samples = [standard_sample(f"burst-{number}", COMPLAINT, 1) for number in range(BURST)]

    def send(number: int) -> None:
        wait_until(lambda: shop.deliver(samples[number]).status == 202)

    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(send, range(BURST)))

    reviews = [review_id(BUSINESS, "standard", f"burst-{number}") for number in range(BURST)]
    wait_until(lambda: all(_closed_or_owned(shop, review) for review in reviews))
    sqs, outputs = shop.environment.operator.sqs, shop.environment.stack.outputs
    for name in ("DeadLettersUrl", "PollDeadLettersUrl"):
        count = sqs.get_queue_attributes(
            QueueUrl=outputs[name], AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert count["Attributes"] == {"ApproximateNumberOfMessages": "0"}


def _commands(section: str) -> list[str]:
    """The `heard` commands of a section of docs/operations.md, in their order."""
    operations = (ROOT / "docs" / "operations.md").read_text()
    text = (
        operations.partition(f"\n### {section}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    )
    return re.findall(r"^\$ heard (.*)$", text, re.MULTILINE)


def _run(shop: StackBusiness, command: str) -> Result:
    stack = shop.environment.stack
    words = [*command.split(), "--endpoint", stack.endpoint, "--region", REGION]
    return CliRunner().invoke(app, words, env={"COLUMNS": "200"})


def _items(
    shop: StackBusiness, output: str, matches: Callable[[dict[str, Any]], bool]
) -> list[Any]:
    operator = shop.environment.operator
    pages = operator.dynamodb.get_paginator("scan").paginate(TableName=operator.outputs[output])
    return [item for page in pages for item in page["Items"] if matches(values(item))]


def _lose(shop: StackBusiness, output: str, *names: str) -> int:
    """Delete every item that names one of these, as a mistaken script would."""
    operator = shop.environment.operator
    key = ("review", "sequence") if output == "OutcomesTableName" else ("pk", "sk")
    lost = _items(shop, output, lambda item: str(item[key[0]]) in names)
    for item in lost:
        operator.dynamodb.delete_item(
            TableName=operator.outputs[output], Key={name: item[name] for name in key}
        )
    return len(lost)


def _open_complaint(shop: StackBusiness, name: str) -> tuple[str, FollowUp]:
    review = shop.deliver_review(name, COMPLAINT, 1)
    wait_until(lambda: Kind.FOLLOW_UP_OPENED in shop.kinds(review))
    follow_up = shop.environment.operator.cases.case(review).case.follow_up
    assert follow_up is not None
    wait_until(lambda: shop.environment.operator.cases.token(follow_up.id))
    return review, follow_up


def test_what_is_lost_comes_back_and_work_goes_on(shop: StackBusiness) -> None:
    drill = iter(_commands("The restore drill"))
    operator = shop.environment.operator
    waiting, follow_up = _open_complaint(shop, "waiting")
    edited, _ = _open_complaint(shop, "edited")
    erased, _ = _open_complaint(shop, "erased")
    assert _run(shop, next(drill)).exit_code == 0

    assert _run(shop, next(drill)).exit_code == 0
    shop.deliver_review("edited", NEWS, 1, kind="review.edited", edited_at="{{now}}")
    wait_until(lambda: Kind.REVISED in shop.kinds(edited))
    later, later_follow_up = _open_complaint(shop, "later")
    erasure = f"authors erase author-of-erased --business {BUSINESS} --platform standard --yes"
    assert _run(shop, erasure).exit_code == 0

    author = author_id(BUSINESS, "standard", "author-of-waiting")
    assert _lose(shop, "CasesTableName", waiting.removeprefix("rev_"), follow_up.id, author) >= 5
    broken = _run(shop, next(drill))
    assert broken.exit_code == 1, broken.output
    assert _lose(shop, "OutcomesTableName", waiting) >= 2
    planned = json.loads(_run(shop, f"{next(drill)} --json").stdout)["tables"]
    assert planned["outcomes"]["put_back"] >= 2
    assert _run(shop, next(drill)).exit_code == 0
    whole = _run(shop, next(drill))
    assert whole.exit_code == 0, whole.output
    assert _run(shop, f"audit verify --business {BUSINESS}").exit_code == 0

    # What came since is as it was, and who was erased is erased.
    assert Kind.REVISED in shop.kinds(edited)
    assert operator.cases.follow_up(later_follow_up.id).reviews == (later,)
    assert not operator.cases.vault.has_key(author_id(BUSINESS, "standard", "author-of-erased"))
    assert shop.kinds(erased)[-1] is Kind.TEXTS_ERASED

    # A person answers what came back. Its workflow has waited all the time.
    agent = shop.environment.sign_in("ana@drill.example")
    _, claim = agent.call("POST", f"/api/desk/follow-ups/{follow_up.id}/claim")
    answer = {
        "id": "answer-0001",
        "action": "reply",
        "fence": claim["fence"],
        "text": "I found both payments and paid one of them back this morning.",
        "fix": "refunded",
        "root_cause": "double-charge",
    }
    status, body = agent.call("POST", f"/api/desk/follow-ups/{follow_up.id}/resolution", answer)
    assert status == 200, body
    wait_until(lambda: Kind.ANSWERED in shop.kinds(waiting))
    assert len(shop.replies("waiting")) == 1

    assert _run(shop, next(drill)).exit_code == 0
    tables = operator.dynamodb.list_tables()["TableNames"]
    assert not [name for name in tables if name.endswith("-drill")]
    assert _run(shop, next(drill)).exit_code == 0
    assert list(drill) == []


def test_the_drill_loses_something_between_its_backup_and_its_return() -> None:
    """The test above runs the commands of the document one by one, in this order."""
    assert [command.split()[1] for command in _commands("The restore drill")] == [
        *("check", "begin"),
        *("check", "compare", "put-back", "check", "remove", "check"),
    ]


def test_the_runbook_has_the_commands_of_the_drill() -> None:
    words = [command.split()[:2] for command in _commands("Something was lost or damaged")]

    for command in _commands("The restore drill"):
        assert command.split()[:2] in words
