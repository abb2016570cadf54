"""Reviews a second from webhook to closing outcome, 16 senders at once, beside what the same
emulator reaches with next to nothing.

Both are driven in turns in the same run, so that a busy machine slows both; only their ratio says
something. The bare stack (`bare/template.yaml`) is one function behind an HTTP API, a synchronous
Express machine of one state, and its put. Beside the rates stands what the emulator and its
functions spent of the processor for one review, which is what bounds them on a small machine.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from heard import clock
from heard.outcomes import Kind
from heard.storage.outcome_log import Question
from heard.storage.setup import Business
from heard_cli.local.demo_environment import World
from heard_cli.local.http_client import Wire
from heard_cli.local.signing import signed
from heard_cli.local.stack import LocalStack
from heard_simulator.server import Platforms
from tests.benchmarks.figures import Board, Part
from tests.benchmarks.webhooks import FORTY_WORDS, said

AT_ONCE, REVIEWS, ROUNDS = 16, 64, 3
TEMPLATE = Path(__file__).parent / "bare" / "template.yaml"


@pytest.fixture(scope="module")
def bare(stack: LocalStack) -> Callable[[int], float]:
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(
        StackName="bare", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"]
    )
    until = time.monotonic() + 60
    while (found := cloudformation.describe_stacks(StackName="bare")["Stacks"][0])[
        "StackStatus"
    ] != "CREATE_COMPLETE":
        assert "FAILED" not in found["StackStatus"], found
        assert "ROLLBACK" not in found["StackStatus"], found
        assert time.monotonic() < until, found
        time.sleep(0.2)
    out = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
    url, wire = f"http://{out['ApiId']}.execute-api.localhost:{stack.port}/hook", Wire()
    body = json.dumps(said("bare", FORTY_WORDS, 5).fields).encode()

    def send(_: int) -> None:
        answer = wire.send("POST", url, headers={"content-type": "application/json"}, body=body)
        assert answer.status == 202, answer.text

    def rate(reviews: int) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as senders:
            list(senders.map(send, range(reviews)))
        return reviews / (time.perf_counter() - began)

    return rate


@pytest.fixture(scope="module")
def heard(stack: LocalStack, platforms: Platforms) -> Callable[[int], float]:
    world = World(stack, platforms)
    numbers = count()

    def rate(reviews: int) -> float:
        business = f"bench-{secrets.token_hex(4)}"
        world.operator.setup.put_business(Business(business, "Corner Shop"))
        connection = world.connect("standard", business=business)

        def send(_: int) -> None:
            sample = said(f"review-{next(numbers)}", FORTY_WORDS, 5)
            request = signed(sample, connection.url, world.secrets["standard"], clock.now())
            answer = world.wire.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
            assert answer.status == 202, answer.text

        began = clock.now()
        with ThreadPoolExecutor(AT_ONCE) as senders:
            list(senders.map(send, range(reviews)))
        return reviews / (_last_closed(world, business, began, reviews) - began).total_seconds()

    return rate


def _last_closed(world: World, business: str, began: datetime, reviews: int) -> datetime:
    """When the last of so many reviews was closed, by its outcome's own time."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        question = Question(
            business, began, clock.now() + timedelta(minutes=1), (Kind.ACKNOWLEDGED,)
        )
        found = world.operator.log.page(question, limit=reviews).outcomes
        if len(found) >= reviews:
            return clock.moment(found[-1].at)
        time.sleep(0.5)
    pytest.fail(f"not all of {reviews} reviews were closed in time")


def _cpu_seconds(stack: LocalStack) -> float:
    """What the emulator and the functions it runs have spent of the processor.

    0 where there is no /proc to tell.
    """
    leader = stack._process.pid if stack._process else 0
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


def test_webhook_to_outcome(
    stack: LocalStack, bare: Callable[[int], float], heard: Callable[[int], float], board: Board
) -> None:
    bare(REVIEWS)
    heard(REVIEWS)  # every worker is up
    rates: dict[str, list[float]] = {"bare": [], "heard": []}
    cpu: dict[str, list[float]] = {"bare": [], "heard": []}
    for _ in range(ROUNDS):
        for name, drive in (("bare", bare), ("heard", heard)):
            began = _cpu_seconds(stack)
            rates[name].append(drive(REVIEWS))
            cpu[name].append(1000 * (_cpu_seconds(stack) - began) / REVIEWS)
    told = f"{median(cpu['bare']):.0f} ms of CPU each; one function, one state, one put"
    board.note(Part.THROUGHPUT, "bare template", median(rates["bare"]), "/s", note=told)
    told = f"{median(cpu['heard']):.0f} ms of CPU each; {REVIEWS} reviews, {ROUNDS} rounds in turns"
    board.note(
        Part.THROUGHPUT,
        "heard, webhook to closing outcome",
        median(rates["heard"]),
        "/s",
        note=told,
    )
    ratios = [heard / bare for bare, heard in zip(rates["bare"], rates["heard"], strict=True)]
    told = "rounds: " + ", ".join(f"{ratio:.2f}" for ratio in ratios)
    board.note(
        Part.THROUGHPUT, "heard : bare", median(ratios), "x", budget=0.5, at_least=True, note=told
    )
    if median(cpu["heard"]):
        cores = os.cpu_count() or 1
        most = 1000 * cores / median(cpu["heard"])
        board.note(
            Part.THROUGHPUT,
            f"heard, the most that {cores} cores allow",
            most,
            "/s",
            note="were they free, and did nothing wait",
        )
