"""The demo.

Play every sample through the webhook door, let the scripted agent work, and add up what became of
it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from heard import clock
from heard.outcomes import CLOSING, Kind, Outcome
from heard.steps.audit import verify_review
from heard.storage.outcome_log import Question
from heard_cli.local.demo_environment import BUSINESS, World
from heard_cli.local.samples import Sample, load_samples
from heard_cli.local.scripted_agent import ScriptedAgent
from heard_cli.local.signing import signed


@dataclass
class Story:
    """One review as the outcomes tell it.

    `in_hand` says that a person has it, `closed` is its closing kind.
    """

    review: str
    platform: str = ""
    severity: str = ""
    route: str = ""
    replies: int = 0
    closed: str = ""
    in_hand: bool = False
    at: str = ""

    def hear(self, outcome: Outcome) -> None:
        """Take one more outcome into account."""
        self.platform, self.at = outcome.platform, outcome.at
        self.severity = outcome.severity or self.severity
        self.route = str(outcome.detail.get("route", self.route))
        self.replies += "native" in outcome.detail
        match outcome.kind:
            case Kind.FOLLOW_UP_OPENED | Kind.FOLLOW_UP_JOINED:
                self.in_hand = True
            case Kind.REOPENED:
                self.closed = ""
            case kind if kind in CLOSING:
                self.closed, self.in_hand = kind.value, False
            case _:
                pass


@dataclass
class Stories:
    """All reviews of the demo, kept up to date from the outcome log."""

    world: World
    since: datetime
    of: dict[str, Story] = field(default_factory=dict[str, Story])
    kinds: Counter[str] = field(default_factory=Counter[str])
    _heard: set[str] = field(default_factory=set[str])

    def refresh(self) -> list[Outcome]:
        """Read what is new in the log; returns it in time order."""
        question = Question(BUSINESS, self.since, clock.now() + timedelta(minutes=1))
        fresh: list[Outcome] = []
        after: str | None = None
        while True:
            page = self.world.operator.log.page(question, limit=500, after=after)
            for outcome in page.outcomes:
                if outcome.id not in self._heard:
                    self._heard.add(outcome.id)
                    self.kinds[outcome.kind.value] += 1
                    self.of.setdefault(outcome.review, Story(outcome.review)).hear(outcome)
                    fresh.append(outcome)
            if (after := page.next) is None:
                return fresh

    @property
    def unclosed(self) -> list[Story]:
        """Reviews that are neither closed nor in anybody's hands.

        There must be none when all is quiet.
        """
        return [story for story in self.of.values() if not story.closed and not story.in_hand]

    def table(self, rows: int = 24) -> Table:
        """The latest reviews, for people."""
        table = Table(
            title=f"{len(self.of)} reviews, {sum(bool(s.closed) for s in self.of.values())} closed",
            title_justify="left",
        )
        for name in ("review", "platform", "severity", "route", "replies", "outcome", "time"):
            table.add_column(name, no_wrap=True)
        for story in sorted(self.of.values(), key=lambda story: story.at)[-rows:]:
            outcome = story.closed or ("with a person" if story.in_hand else "under way")
            colour = {"critical": "bold red", "high": "red", "praise": "green"}.get(
                story.severity, ""
            )
            severity = f"[{colour}]{story.severity}[/]" if colour else story.severity
            table.add_row(
                story.review[:14],
                story.platform,
                severity,
                story.route,
                str(story.replies),
                outcome,
                story.at[11:19],
            )
        return table


@dataclass(frozen=True, slots=True)
class Result:
    """What the demo came to; `good` is what its exit code says."""

    reviews: int
    duplicates: int
    platforms: dict[str, int]
    routes: dict[str, int]
    outcomes: dict[str, int]
    answers: dict[str, int]
    open_follow_ups: int
    unclosed: int
    replies_sent: int
    max_public_replies_in_a_thread: int
    chain_verified: bool
    seconds: float

    @property
    def good(self) -> bool:
        """Whether every review is accounted for, no thread has a third public reply, and every
        chain verifies.
        """
        return (
            not self.unclosed
            and self.max_public_replies_in_a_thread <= 2
            and self.chain_verified
            and self.reviews > 0
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


class Refused(Exception):
    """The door refused a sample that it should have taken."""


def play(world: World, samples: list[Sample], tick: Callable[[Sample], None]) -> None:
    """Deliver every sample as its platform would, as often as it says. Raises Refused."""
    for sample in samples:
        now = clock.now()
        for known in sample.render(now).knows:
            world.platforms.knows(sample.platform, known.native_id, known.resource)
        connection, secret = world.connections[sample.platform], world.secrets[sample.platform]
        if sample.polled:
            world.poll(sample.platform)
        for _ in range(0 if sample.polled else sample.times):
            request = signed(sample, connection.url, secret, now, world.wire.page)
            reply = world.wire.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
            if reply.status >= 300:
                raise Refused(f"{sample.name} was answered {reply.status}: {reply.text[:300]}")
        tick(sample)


def settle(
    world: World, stories: Stories, tick: Callable[[], None], *, seconds: float = 240
) -> bool:
    """Wait until nothing moves any more: the queue is empty and every answer is carried out.

    False when that takes too long.
    """
    until, quiet = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        moved = stories.refresh()
        tick()
        quiet = 0 if moved or not _at_rest(world) or stories.unclosed else quiet + 1
        if quiet >= 3:
            return True
        time.sleep(0.4)
    return False


def _at_rest(world: World) -> bool:
    names = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    queue = world.stack.client("sqs").get_queue_attributes(
        QueueUrl=world.stack.outputs["QueueUrl"], AttributeNames=list(names)
    )
    return not any(int(queue["Attributes"].get(name, 0)) for name in names)


def answering(world: World) -> int:
    """How many follow-ups have an answer that is not carried out yet."""
    running = world.stack.client("dynamodb").scan(
        TableName=world.stack.outputs["WorkTableName"],
        FilterExpression="task.#status = :answered",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":answered": {"S": "answered"}},
    )
    return int(running["Count"])


def run(
    world: World,
    folder: Path,
    told: Callable[[str], None],
    tick: Callable[[Stories], None],
    *,
    with_agent: bool,
) -> tuple[Result, Stories]:
    """Play, work (unless the work is left for somebody), add up.

    `told` hears one line a stage, `tick` is called often with the stories so far.
    """
    began = time.monotonic()
    stories = Stories(world, clock.now() - timedelta(minutes=1))
    samples = load_samples(folder)
    told(f"playing {len(samples)} samples through the webhook door")
    play(world, samples, lambda _: None)
    settle(world, stories, lambda: tick(stories))
    agent = ScriptedAgent(world.sign_in("ana@acme.example"), world.sign_in("lee@acme.example"))
    if with_agent:
        told("an agent signs in and works through the open follow-ups")
        agent.work()
        until = time.monotonic() + 120
        while answering(world) and time.monotonic() < until:
            stories.refresh()
            tick(stories)
            time.sleep(0.4)
        settle(world, stories, lambda: tick(stories))
    told("verifying the chain of every review")
    verified = all(
        verify_review(review, (BUSINESS,), world.operator.log, world.operator.work).verified
        for review in stories.of
    )
    public = world.platforms.public_replies_by_thread()
    routes = Counter(story.route for story in stories.of.values() if story.route)
    result = Result(
        reviews=len(stories.of),
        duplicates=stories.kinds[Kind.DUPLICATE.value],
        platforms=dict(sorted(Counter(story.platform for story in stories.of.values()).items())),
        routes=dict(sorted(routes.items())),
        outcomes=dict(sorted(stories.kinds.items())),
        answers=dict(sorted(agent.answered.items())),
        open_follow_ups=sum(1 for _ in agent.open()),
        unclosed=len(stories.unclosed),
        replies_sent=sum(story.replies for story in stories.of.values()),
        max_public_replies_in_a_thread=max(
            (len(replies) for replies in public.values()), default=0
        ),
        chain_verified=verified,
        seconds=round(time.monotonic() - began, 1),
    )
    return result, stories
