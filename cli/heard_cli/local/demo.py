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
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.steps.audit import verify_review
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli.local.demo_environment import BUSINESS, DemoEnvironment
from heard_cli.local.samples import Sample, load_samples
from heard_cli.local.scripted_agent import ScriptedAgent
from heard_cli.local.signing import sign_sample


@dataclass
class ReviewProgress:
    """One review as the outcomes tell it.

    `in_hand` says that a person has it, `closed` is its closing kind.
    """

    review: str
    platform: str = ""
    severity: str = ""
    route: str = ""
    replies: int = 0
    closing_kind: str = ""
    with_person: bool = False
    at: str = ""

    def apply(self, outcome: Outcome) -> None:
        """Take one more outcome into account."""
        self.platform, self.at = outcome.platform, outcome.at
        self.severity = outcome.severity or self.severity
        self.route = str(outcome.detail.get("route", self.route))
        self.replies += "native" in outcome.detail
        match outcome.kind:
            case Kind.FOLLOW_UP_OPENED | Kind.FOLLOW_UP_JOINED:
                self.with_person = True
            case Kind.REOPENED:
                self.closing_kind = ""
            case kind if kind in CLOSING_KINDS:
                self.closing_kind, self.with_person = kind.value, False
            case _:
                pass


@dataclass
class DemoProgress:
    """All reviews of the demo, kept up to date from the outcome log."""

    environment: DemoEnvironment
    since: datetime
    by_review: dict[str, ReviewProgress] = field(default_factory=dict[str, ReviewProgress])
    kind_counts: Counter[str] = field(default_factory=Counter[str])
    _outcome_ids: set[str] = field(default_factory=set[str])

    def refresh(self) -> list[Outcome]:
        """Read what is new in the log; returns it in time order."""
        query = OutcomeCriteria(BUSINESS, self.since, clock.now() + timedelta(minutes=1))
        new_outcomes: list[Outcome] = []
        after: str | None = None
        while True:
            page = self.environment.operator.log.page(query, limit=500, after=after)
            for outcome in page.outcomes:
                if outcome.id not in self._outcome_ids:
                    self._outcome_ids.add(outcome.id)
                    self.kind_counts[outcome.kind.value] += 1
                    self.by_review.setdefault(outcome.review, ReviewProgress(outcome.review)).apply(
                        outcome
                    )
                    new_outcomes.append(outcome)
            if (after := page.next) is None:
                return new_outcomes

    @property
    def unhandled(self) -> list[ReviewProgress]:
        """Reviews that are neither closed nor in anybody's hands.

        There must be none when all is quiet.
        """
        return [
            story
            for story in self.by_review.values()
            if not story.closing_kind and not story.with_person
        ]

    def table(self, rows: int = 24) -> Table:
        """The latest reviews, for people."""
        table = Table(
            title=f"{len(self.by_review)} reviews, {sum(bool(s.closing_kind) for s in self.by_review.values())} closed",
            title_justify="left",
        )
        for name in ("review", "platform", "severity", "route", "replies", "outcome", "time"):
            table.add_column(name, no_wrap=True)
        for progress in sorted(self.by_review.values(), key=lambda story: story.at)[-rows:]:
            outcome = progress.closing_kind or (
                "with a person" if progress.with_person else "under way"
            )
            colour = {"critical": "bold red", "high": "red", "praise": "green"}.get(
                progress.severity, ""
            )
            severity = f"[{colour}]{progress.severity}[/]" if colour else progress.severity
            table.add_row(
                progress.review[:14],
                progress.platform,
                severity,
                progress.route,
                str(progress.replies),
                outcome,
                progress.at[11:19],
            )
        return table


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo came to; `good` is what its exit code says."""

    reviews: int
    duplicates: int
    platforms: dict[str, int]
    routes: dict[str, int]
    outcomes: dict[str, int]
    actions: dict[str, int]
    open_follow_ups: int
    unhandled: int
    replies_sent: int
    max_public_replies_in_a_thread: int
    chain_verified: bool
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every review is accounted for, no thread has a third public reply, and every
        chain verifies.
        """
        return (
            not self.unhandled
            and self.max_public_replies_in_a_thread <= 2
            and self.chain_verified
            and self.reviews > 0
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


class SampleRejected(Exception):
    """The door refused a sample that it should have taken."""


def play_samples(
    environment: DemoEnvironment, samples: list[Sample], on_sample: Callable[[Sample], None]
) -> None:
    """Deliver every sample as its platform would, as often as it says. Raises Refused."""
    for sample in samples:
        now = clock.now()
        for resource in sample.render(now).resources:
            environment.platforms.set_resource(
                sample.platform, resource.native_id, resource.resource
            )
        connection, secret = (
            environment.connections[sample.platform],
            environment.secrets[sample.platform],
        )
        if sample.polled:
            environment.poll(sample.platform)
        for _ in range(0 if sample.polled else sample.times):
            request = sign_sample(sample, connection.url, secret, now, environment.http.fetch_page)
            response = environment.http.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
            if response.status >= 300:
                raise SampleRejected(
                    f"{sample.name} was answered {response.status}: {response.text[:300]}"
                )
        on_sample(sample)


def wait_until_idle(
    environment: DemoEnvironment,
    progress: DemoProgress,
    on_progress: Callable[[], None],
    *,
    seconds: float = 1200,
) -> bool:
    """Wait until nothing moves any more: the queue is empty and every answer is carried out.

    False when that takes too long.
    """
    deadline, idle_rounds = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        new_outcomes = progress.refresh()
        on_progress()
        idle_rounds = (
            0
            if new_outcomes or not _queue_is_empty(environment) or progress.unhandled
            else idle_rounds + 1
        )
        if idle_rounds >= 3:
            return True
        time.sleep(0.4)
    return False


def _queue_is_empty(environment: DemoEnvironment) -> bool:
    names = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    queue = environment.stack.client("sqs").get_queue_attributes(
        QueueUrl=environment.stack.outputs["QueueUrl"], AttributeNames=list(names)
    )
    return not any(int(queue["Attributes"].get(name, 0)) for name in names)


def count_unfinished_resolutions(environment: DemoEnvironment) -> int:
    """How many follow-ups have an answer that is not carried out yet."""
    scan_page = environment.stack.client("dynamodb").scan(
        TableName=environment.stack.outputs["CasesTableName"],
        FilterExpression="follow_up.#status = :resolving",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":resolving": {"S": "resolving"}},
    )
    return int(scan_page["Count"])


def run_demo(
    environment: DemoEnvironment,
    folder: Path,
    report: Callable[[str], None],
    on_progress: Callable[[DemoProgress], None],
    *,
    with_agent: bool,
) -> tuple[DemoResult, DemoProgress]:
    """Play, work (unless the work is left for somebody), add up.

    `told` hears one line a stage, `tick` is called often with the stories so far.
    """
    started_at = time.monotonic()
    progress = DemoProgress(environment, clock.now() - timedelta(minutes=1))
    samples = load_samples(folder)
    report(f"playing {len(samples)} samples through the webhook door")
    play_samples(environment, samples, lambda _: None)
    wait_until_idle(environment, progress, lambda: on_progress(progress))
    agent = ScriptedAgent(
        environment.sign_in("ana@acme.example"), environment.sign_in("lee@acme.example")
    )
    if with_agent:
        report("an agent signs in and works through the open follow-ups")
        agent.run()
        deadline = time.monotonic() + 600
        while count_unfinished_resolutions(environment) and time.monotonic() < deadline:
            progress.refresh()
            on_progress(progress)
            time.sleep(0.4)
        wait_until_idle(environment, progress, lambda: on_progress(progress))
    report("verifying the chain of every review")
    all_verified = all(
        verify_review(
            review, (BUSINESS,), environment.operator.log, environment.operator.cases
        ).verified
        for review in progress.by_review
    )
    public_replies = environment.platforms.public_replies_by_thread()
    routes = Counter(story.route for story in progress.by_review.values() if story.route)
    result = DemoResult(
        reviews=len(progress.by_review),
        duplicates=progress.kind_counts[Kind.DUPLICATE.value],
        platforms=dict(
            sorted(Counter(story.platform for story in progress.by_review.values()).items())
        ),
        routes=dict(sorted(routes.items())),
        outcomes=dict(sorted(progress.kind_counts.items())),
        actions=dict(sorted(agent.action_counts.items())),
        open_follow_ups=sum(1 for _ in agent.open_follow_ups()),
        unhandled=len(progress.unhandled),
        replies_sent=sum(story.replies for story in progress.by_review.values()),
        max_public_replies_in_a_thread=max(
            (len(replies) for replies in public_replies.values()), default=0
        ),
        chain_verified=all_verified,
        seconds=round(time.monotonic() - started_at, 1),
    )
    return result, progress
