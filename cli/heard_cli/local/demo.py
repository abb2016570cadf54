"""The demo: deliver every sample, let the scripted agent work, and add up the outcomes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from heard import clock
from heard.follow_ups import Status
from heard.notices import makes_notice
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.steps.audit import verify_review
from heard.steps.erasing import DataSubject, ErasureOnHold, erase
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli.local.demo_environment import BUSINESS, DemoEnvironment
from heard_cli.local.sample_requests import sign_sample
from heard_cli.local.samples import Sample, load_samples
from heard_cli.local.scripted_agent import ScriptedAgent
from heard_cli.local.subscriber import Subscriber
from heard_cli.outcome_pages import read_outcomes
from heard_cli.review_texts import read_review_texts

_REVISION_KINDS: Final = frozenset({Kind.ACCEPTED, Kind.REVISED})
_SEVERITY_STYLES: Final = {"critical": "bold red", "high": "red", "praise": "green"}


@dataclass
class ReviewProgress:
    """The state of one review, made from its outcomes.

    `with_person`: a person has it. `closing_kind` is empty as long as it is not closed. `replies`
    are the ids of our replies that the platform took. `words` are the first words of its last
    revision, read from the cases table: no outcome has them.
    """

    review: str
    words: str = ""
    platform: str = ""
    severity: str = ""
    route: str = ""
    replies: set[str] = field(default_factory=set[str])
    closing_kind: str = ""
    with_person: bool = False
    at: str = ""

    @property
    def state(self) -> str:
        """How it was closed, or who has it."""
        return self.closing_kind or ("with a person" if self.with_person else "under way")

    def apply(self, outcome: Outcome) -> None:
        """Add one outcome."""
        self.platform, self.at = outcome.platform, outcome.at
        self.severity = outcome.severity or self.severity
        self.route = str(outcome.detail.get("route", self.route))
        if "native_id" in outcome.detail:
            # A reply that a moderator publishes has two such outcomes.
            self.replies.add(str(outcome.detail.get("reply")))
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
    """The state of all reviews of the demo, read from the outcome log.

    `expected_notices` are the ids of the outcomes that the event bus must tell of.
    """

    environment: DemoEnvironment
    since: datetime
    business: str = BUSINESS
    by_review: dict[str, ReviewProgress] = field(default_factory=dict[str, ReviewProgress])
    kind_counts: Counter[str] = field(default_factory=Counter[str])
    expected_notices: set[str] = field(default_factory=set[str])
    _outcome_ids: set[str] = field(default_factory=set[str])

    def refresh(self) -> list[Outcome]:
        """Read the new outcomes of the log. Returns them in the order of time."""
        criteria = OutcomeCriteria(self.business, self.since, clock.now() + timedelta(minutes=1))
        new_outcomes: list[Outcome] = []
        for outcome in read_outcomes(self.environment.operator.log, criteria):
            if outcome.id not in self._outcome_ids:
                self._outcome_ids.add(outcome.id)
                self.kind_counts[outcome.kind.value] += 1
                if makes_notice(outcome):
                    self.expected_notices.add(outcome.id)
                self.by_review.setdefault(outcome.review, ReviewProgress(outcome.review)).apply(
                    outcome
                )
                new_outcomes.append(outcome)
        reviews = [outcome.review for outcome in new_outcomes if outcome.kind in _REVISION_KINDS]
        for review, text in read_review_texts(self.environment.operator, reviews).items():
            self.by_review[review].words = text.excerpt
        return new_outcomes

    @property
    def unclosed(self) -> list[ReviewProgress]:
        """Reviews that are neither closed nor with a person. In the end there must be none."""
        return [
            progress
            for progress in self.by_review.values()
            if not progress.closing_kind and not progress.with_person
        ]

    def table(self, rows: int = 24) -> Table:
        """The latest reviews as a table for the terminal: their words get the room that is left."""
        closed_count = sum(bool(review.closing_kind) for review in self.by_review.values())
        latest = sorted(self.by_review.values(), key=lambda review: review.at)[-rows:]
        table = Table(
            title=f"{len(self.by_review)} reviews, {closed_count} closed", title_justify="left"
        )
        for name in ("platform", "severity", "outcome", "replies"):
            table.add_column(name, no_wrap=True)
        table.add_column("review")  # the only one that gives way on a narrow screen
        for progress in latest:
            table.add_row(
                Text(progress.platform),
                Text(progress.severity, style=_SEVERITY_STYLES.get(progress.severity, "")),
                Text(progress.state),
                Text(str(len(progress.replies))),
                Text(progress.words or "(no words)", no_wrap=True, overflow="ellipsis"),
            )
        return table


@dataclass(frozen=True, slots=True)
class DemoErasure:
    """The erasure of one author: how many texts were erased, and how many can still be read."""

    texts: int
    readable: int


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The numbers of a demo. Its exit code follows from `passed`."""

    reviews: int
    duplicates: int
    platforms: dict[str, int]
    routes: dict[str, int]
    outcomes: dict[str, int]
    actions: dict[str, int]
    open_follow_ups: int
    unclosed: int
    replies_sent: int
    max_public_replies_in_a_thread: int
    chain_verified: bool
    notices: int
    notices_missing: int
    erased_texts: int
    erased_texts_readable: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all is well.

        No review and no notice is lost, no thread has a third public reply, no erased text can be
        read, and every chain verifies.
        """
        return (
            not self.unclosed
            and self.max_public_replies_in_a_thread <= 2
            and self.chain_verified
            and not self.notices_missing
            and not self.erased_texts_readable
            and self.reviews > 0
        )

    def to_json(self) -> dict[str, Any]:
        """The numbers as a JSON object."""
        return asdict(self)


class SampleRejected(Exception):
    """The webhook did not accept a sample. The message names the sample and the response."""


def deliver_samples(
    environment: DemoEnvironment, samples: list[Sample], on_sample: Callable[[Sample], None]
) -> None:
    """Deliver every sample as its platform would, `times` times. Raises SampleRejected."""
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
                    f"The webhook returned {response.status} for the sample {sample.name}: "
                    f"{response.text[:300]}"
                )
        on_sample(sample)


def wait_until_idle(
    environment: DemoEnvironment,
    progress: DemoProgress,
    on_progress: Callable[[], None],
    *,
    seconds: float = 1200,
) -> bool:
    """Wait until the queue is empty and no new outcome comes. False when that takes too long."""
    deadline, idle_rounds = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        new_outcomes = progress.refresh()
        on_progress()
        idle_rounds = (
            0
            if new_outcomes or not _queue_is_empty(environment) or progress.unclosed
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
    queues = [
        environment.stack.client("sqs").get_queue_attributes(
            QueueUrl=environment.stack.outputs[output], AttributeNames=list(names)
        )
        for output in ("QueueUrl", "PraiseQueueUrl")
    ]
    return not any(int(queue["Attributes"].get(name, 0)) for queue in queues for name in names)


def has_unfinished_resolutions(environment: DemoEnvironment, follow_ups: Iterable[str]) -> bool:
    """Whether the resolution of any of these follow-ups is not carried out yet."""
    cases = environment.operator.cases
    return any(cases.follow_up(id).status is Status.RESOLVING for id in follow_ups)


def wait_for_notices(
    progress: DemoProgress, subscriber: Subscriber, *, seconds: float = 60
) -> set[str]:
    """Wait for the notices of all outcomes. Returns the ids of outcomes whose notice is missing."""
    deadline = time.monotonic() + seconds
    while True:
        progress.refresh()
        subscriber.receive()
        missing = progress.expected_notices - subscriber.outcome_ids
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(0.4)


def erase_one_author(environment: DemoEnvironment, progress: DemoProgress) -> DemoErasure:
    """Erase the author of the first closed review, as an operator would on request."""
    operator = environment.operator
    closed_review = next(review for review in progress.by_review.values() if review.closing_kind)
    author = operator.cases.case(closed_review.review).case.review.author
    reviews = operator.cases.reviews_of_author(author)
    data_subject = DataSubject(progress.business, author)
    report = erase(data_subject, operator.erasure_ports, clock.now(), actor="operator")
    texts = read_review_texts(operator, reviews).values()
    erased_count = 0 if isinstance(report, ErasureOnHold) else report.texts
    return DemoErasure(erased_count, sum(text.unavailable is None for text in texts))


def run_demo(
    environment: DemoEnvironment,
    folder: Path,
    report: Callable[[str], None],
    on_progress: Callable[[DemoProgress], None],
    *,
    with_agent: bool,
) -> tuple[DemoResult, DemoProgress]:
    """Deliver the samples, let the scripted agent work (`with_agent`), and add up.

    `report` receives one line at each stage. `on_progress` is called often.
    """
    with Subscriber(environment.stack, BUSINESS) as subscriber:
        return _run_demo(
            environment, folder, report, on_progress, subscriber, with_agent=with_agent
        )


def _run_demo(
    environment: DemoEnvironment,
    folder: Path,
    report: Callable[[str], None],
    on_progress: Callable[[DemoProgress], None],
    subscriber: Subscriber,
    *,
    with_agent: bool,
) -> tuple[DemoResult, DemoProgress]:
    started_at = time.monotonic()
    progress = DemoProgress(environment, clock.now() - timedelta(minutes=1))
    samples = load_samples(folder)
    report(f"delivering {len(samples)} samples")
    deliver_samples(environment, samples, lambda _: None)
    wait_until_idle(environment, progress, lambda: on_progress(progress))
    agent = ScriptedAgent(
        environment.sign_in("ana@acme.example"), environment.sign_in("lee@acme.example")
    )
    if with_agent:
        report("an agent signs in and works through the open follow-ups")
        agent.run()
        deadline = time.monotonic() + 600
        while (
            has_unfinished_resolutions(environment, agent.resolved_follow_ups)
            and time.monotonic() < deadline
        ):
            progress.refresh()
            on_progress(progress)
            time.sleep(0.4)
        wait_until_idle(environment, progress, lambda: on_progress(progress))
    erasure = None
    if with_agent:
        report("one author is erased, on request")
        erasure = erase_one_author(environment, progress)
    missing_notices = wait_for_notices(progress, subscriber)
    report("verifying the chain of every review")
    all_verified = all(
        verify_review(
            review, BUSINESS, environment.operator.log, environment.operator.cases
        ).verified
        for review in progress.by_review
    )
    public_replies = environment.platforms.public_replies_by_thread()
    reviews = progress.by_review.values()
    routes = Counter(review.route for review in reviews if review.route)
    result = DemoResult(
        reviews=len(reviews),
        duplicates=progress.kind_counts[Kind.DUPLICATE.value],
        platforms=dict(sorted(Counter(review.platform for review in reviews).items())),
        routes=dict(sorted(routes.items())),
        outcomes=dict(sorted(progress.kind_counts.items())),
        actions=dict(sorted(agent.action_counts.items())),
        open_follow_ups=sum(1 for _ in agent.open_follow_ups()),
        unclosed=len(progress.unclosed),
        replies_sent=sum(len(review.replies) for review in reviews),
        max_public_replies_in_a_thread=max(
            (len(replies) for replies in public_replies.values()), default=0
        ),
        chain_verified=all_verified,
        notices=len(progress.expected_notices) - len(missing_notices),
        notices_missing=len(missing_notices),
        erased_texts=erasure.texts if erasure else 0,
        erased_texts_readable=erasure.readable if erasure else 0,
        seconds=round(time.monotonic() - started_at, 1),
    )
    return result, progress
