"""One business's forum sends a byte a second. How long do another business's reviews wait?

Runs on a local stack that somebody else has started. It is no test: `measure` returns figures, and
whoever calls it judges them.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from heard import clock
from heard.connectors import ParsedDelivery
from heard.outcomes import Kind
from heard.reviews import Author, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.ingest import build_messages
from heard.storage.setup import Business
from heard_cli.connect.add import create_connection, new_connection
from heard_cli.local.demo_environment import DemoEnvironment
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

PRAISE: Final = "Wonderful bread and the friendliest people in town, thank you!"
PATIENCE: Final = 300.0
"""Seconds after which a review that nobody has acknowledged counts as stuck."""


@dataclass(frozen=True, slots=True)
class SlowNeighbourFigures:
    """Seconds from sending to the acknowledgement, for each review of the quiet business.

    In the order in which they came. `slow_calls` counts the calls that the forum got until the last
    of them: whatever the load of the machine, a call is what holds a reader. `stuck` counts
    those that were never acknowledged.
    """

    alone: tuple[float, ...]
    beside: tuple[float, ...]
    slow_calls: int
    stuck: int
    dead_letters: int

    @property
    def delay(self) -> float:
        """How much later the last review is done beside the slow neighbour than alone."""
        return max(self.beside, default=PATIENCE) - max(self.alone, default=0.0)

    def to_json(self) -> dict[str, Any]:
        """The figures in whole milliseconds' precision."""
        return {
            "alone": [round(seconds, 1) for seconds in self.alone],
            "beside": [round(seconds, 1) for seconds in self.beside],
            "delay": round(self.delay, 1),
            "slow_calls": self.slow_calls,
            "stuck": self.stuck,
            "dead_letters": self.dead_letters,
        }


def measure(
    stack: EmulatedStack, *, slow_reviews: int = 12, quiet_reviews: int = 8
) -> SlowNeighbourFigures:
    """Process the quiet business's reviews alone, and then behind those of a slow neighbour."""
    with SimulatedPlatforms() as platforms, dripping_server() as forum:
        environment = DemoEnvironment(stack, platforms)
        quiet = _new_business(environment)
        environment.connect("standard", business=quiet)
        slow = _new_business(environment)
        _connect_dripping(environment, slow, forum.address)
        # Functions that are cold would be part of the first figure only.
        _timed(environment, quiet, 4)
        alone = _timed(environment, quiet, quiet_reviews)
        _send(environment, "discourse", slow_reviews)
        beside = _timed(environment, quiet, quiet_reviews)
        slow_calls = forum.calls
        attributes = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.outputs["DeadLettersUrl"], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
    return SlowNeighbourFigures(
        alone,
        beside,
        slow_calls,
        2 * quiet_reviews - len(alone) - len(beside),
        int(attributes["ApproximateNumberOfMessages"]),
    )


@dataclass
class DrippingServer:
    """An HTTP server that answers each request with one byte a second."""

    address: str
    calls: int = 0


@contextmanager
def dripping_server() -> Generator[DrippingServer]:
    """A running one."""
    done = threading.Event()

    def drip(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65_536)
            server.calls += 1
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while not done.wait(1):
                caller.sendall(b" ")

    def serve(door: socket.socket) -> None:
        with suppress(OSError):
            while not done.is_set():
                threading.Thread(target=drip, args=(door.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        server = DrippingServer(f"http://127.0.0.1:{door.getsockname()[1]}")
        threading.Thread(target=serve, args=(door,), daemon=True).start()
        try:
            yield server
        finally:
            done.set()


def _new_business(environment: DemoEnvironment) -> str:
    business = f"neighbour-{secrets.token_hex(4)}"
    environment.operator.setup.put_business(Business(business, "Corner Shop"))
    return business


def _connect_dripping(environment: DemoEnvironment, business: str, address: str) -> None:
    connection = new_connection(
        "discourse",
        environment.operator.business(business),
        environment.stack.public_url,
        {"base_url": address, "api_username": "heard"},
        has_credentials=True,
    )
    environment.connections["discourse"] = create_connection(
        environment.operator, connection, {"api_key": "key", "api_username": "heard"}, "secret"
    )


def _send(environment: DemoEnvironment, platform: str, count: int) -> list[str]:
    """Queue new reviews as `ingest` does. Returns their ids in the platform's own terms."""
    now, first = clock.now(), secrets.randbelow(10**12) * 1_000
    events = tuple(
        ReviewEvent(
            kind=EventKind.CREATED,
            native_id=str(number),
            native_thread=str(number),
            revision=number_revision(1),
            author=Author(f"author-{number}", "Kim"),
            rating=5,
            text=PRAISE,
            occurred_at=now,
            reply_to={"topic_id": str(number)} if platform == "discourse" else {},
        )
        for number in range(first, first + count)
    )
    connection = environment.connections[platform]
    messages = build_messages(ParsedDelivery(events), connection, f"dlv_{first}", now)
    environment.operator.queue.send(messages)
    return [event.native_id for event in events]


def _timed(environment: DemoEnvironment, business: str, count: int) -> tuple[float, ...]:
    begin = time.monotonic()
    waiting = {
        review_id(business, "standard", native_id)
        for native_id in _send(environment, "standard", count)
    }
    seconds: list[float] = []
    while waiting and time.monotonic() - begin < PATIENCE:
        for review in sorted(waiting):
            kinds = {outcome.kind for outcome in environment.operator.log.of_review(review)}
            if Kind.ACKNOWLEDGED in kinds:
                waiting.remove(review)
                seconds.append(time.monotonic() - begin)
        time.sleep(0.1)
    return tuple(seconds)
