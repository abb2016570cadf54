"""Reviews a second from webhook to closing outcome, with 16 senders, compared with a bare stack.

Both stacks take turns in the same run, so that a busy machine slows both. Only the ratio of their
rates means something. The bare stack (`bare/template.yaml`) is one function behind an HTTP API, a
synchronous Express workflow of one state, and its put. The report also shows the CPU of the
emulator and its functions for one review: on a small machine the CPU limits the rate.
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
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.setup import Business
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.http_client import LocalHttpClient
from heard_cli.local.sample_requests import sign_sample
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.webhooks import PRAISE, standard_sample

CONCURRENCY, REVIEWS, ROUNDS = 16, 64, 3
TEMPLATE = Path(__file__).parent / "bare" / "template.yaml"


@pytest.fixture(scope="module")
def bare_rate(stack: EmulatedStack) -> Callable[[int], float]:
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(
        StackName="bare", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"]
    )
    deadline = time.monotonic() + 60
    while (bare_stack := cloudformation.describe_stacks(StackName="bare")["Stacks"][0])[
        "StackStatus"
    ] != "CREATE_COMPLETE":
        assert "FAILED" not in bare_stack["StackStatus"], bare_stack
        assert "ROLLBACK" not in bare_stack["StackStatus"], bare_stack
        assert time.monotonic() < deadline, bare_stack
        time.sleep(0.2)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in bare_stack["Outputs"]}
    url, http_client = (
        f"http://{outputs['ApiId']}.execute-api.localhost:{stack.port}/hook",
        LocalHttpClient(),
    )
    body = json.dumps(standard_sample("bare", PRAISE, 5).fields).encode()

    def send(_: int) -> None:
        response = http_client.send(
            "POST", url, headers={"content-type": "application/json"}, body=body
        )
        assert response.status == 202, response.text

    def rate(reviews: int) -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(CONCURRENCY) as senders:
            list(senders.map(send, range(reviews)))
        return reviews / (time.perf_counter() - start)

    return rate


@pytest.fixture(scope="module")
def heard_rate(stack: EmulatedStack, platforms: SimulatedPlatforms) -> Callable[[int], float]:
    environment = DemoEnvironment(stack, platforms)
    numbers = count()

    def rate(reviews: int) -> float:
        business = f"bench-{secrets.token_hex(4)}"
        environment.operator.setup.put_business(Business(business, "Corner Shop"))
        connection = environment.connect("standard", business=business)

        def send(_: int) -> None:
            sample = standard_sample(f"review-{next(numbers)}", PRAISE, 5)
            request = sign_sample(
                sample, connection.url, environment.secrets["standard"], clock.now()
            )
            response = environment.http.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
            assert response.status == 202, response.text

        start = clock.now()
        with ThreadPoolExecutor(CONCURRENCY) as senders:
            list(senders.map(send, range(reviews)))
        return (
            reviews
            / (_last_closed_at(environment, business, start, reviews) - start).total_seconds()
        )

    return rate


def _last_closed_at(
    environment: DemoEnvironment, business: str, start: datetime, reviews: int
) -> datetime:
    """When the last of so many reviews was closed, by its outcome's own time."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        question = OutcomeCriteria(
            business, start, clock.now() + timedelta(minutes=1), (Kind.ACKNOWLEDGED,)
        )
        outcomes = environment.operator.log.page(question, limit=reviews).outcomes
        if len(outcomes) >= reviews:
            return clock.parse_time(outcomes[-1].at)
        time.sleep(0.5)
    pytest.fail(f"not all of {reviews} reviews were closed in time")


def _cpu_seconds(stack: EmulatedStack) -> float:
    """The CPU seconds of the emulator and of the functions that it runs; 0 without /proc."""
    session_id = stack._process.pid if stack._process else 0
    ticks = 0
    for stat_file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat_file.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session_id:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def test_webhook_to_outcome(
    stack: EmulatedStack,
    bare_rate: Callable[[int], float],
    heard_rate: Callable[[int], float],
    report: BenchmarkReport,
) -> None:
    bare_rate(REVIEWS)
    heard_rate(REVIEWS)  # every worker is up
    rates: dict[str, list[float]] = {"bare": [], "heard": []}
    cpu: dict[str, list[float]] = {"bare": [], "heard": []}
    for _ in range(ROUNDS):
        for name, measure in (("bare", bare_rate), ("heard", heard_rate)):
            cpu_before = _cpu_seconds(stack)
            rates[name].append(measure(REVIEWS))
            cpu[name].append(1000 * (_cpu_seconds(stack) - cpu_before) / REVIEWS)
    note = f"{median(cpu['bare']):.0f} ms of CPU each; one function, one state, one put"
    report.add_figure(Section.THROUGHPUT, "bare template", median(rates["bare"]), "/s", note=note)
    note = f"{median(cpu['heard']):.0f} ms of CPU each; {REVIEWS} reviews, {ROUNDS} rounds in turns"
    report.add_figure(
        Section.THROUGHPUT,
        "heard, webhook to closing outcome",
        median(rates["heard"]),
        "/s",
        note=note,
    )
    ratios = [heard / bare for bare, heard in zip(rates["bare"], rates["heard"], strict=True)]
    note = "rounds: " + ", ".join(f"{ratio:.2f}" for ratio in ratios)
    report.add_figure(
        Section.THROUGHPUT,
        "heard : bare",
        median(ratios),
        "x",
        budget=0.5,
        at_least=True,
        note=note,
    )
    if median(cpu["heard"]):
        cores = os.cpu_count() or 1
        upper_bound = 1000 * cores / median(cpu["heard"])
        report.add_figure(
            Section.THROUGHPUT,
            f"heard, the most that {cores} cores allow",
            upper_bound,
            "/s",
            note="were they free, and did nothing wait",
        )
