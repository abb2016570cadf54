"""Poll the platforms that push nothing, or not all, and queue their reviews as if delivered.

A platform's fault is stored with its connection, and the poll is tried again later. It gives no
message back to the queue and delays no other connection.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.addresses import name_for_logs
from heard.cases import Arrival, IncomingEvent, classify_arrival
from heard.clock import format_time, parse_time
from heard.commitments import CommitmentKind
from heard.connectors import (
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReviewGone,
    ReviewPage,
    load,
)
from heard.messaging import review_of
from heard.polling import (
    PollFailure,
    PollState,
    as_edit_now,
    next_poll_at,
    poll_interval,
    run_poll,
    state_hash,
)
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.ingest import build_messages
from heard.steps.skipping import SkippedItem, failure_code
from heard.storage.polls import new_mark_key
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.messaging import Queue, ReviewQueues
    from heard.steps.ports import PlatformPorts, StorePorts
    from heard.storage.polls import Polls

POLL_SECONDS: Final = 60
"""How long one poll may talk to the platform. The next poll goes on."""
MAX_FAILING: Final = 3
"""How many failing connections of one platform are polled in a minute.

So a platform that is down occupies few readers of the queue.
"""


@dataclass(frozen=True, slots=True)
class PollPorts:
    """What polling needs. `queue` takes reviews."""

    store_ports: StorePorts
    platform_ports: PlatformPorts
    polls: Polls
    queue: Queue | ReviewQueues
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll found. `error` is a code and our own words, empty if nothing went wrong.

    `skipped` says that the platform was not asked, and `error` then says why, if it was asked for
    too early. A skipped poll is not a failed one: the poll before it has failed and was counted.
    `queued_reviews` are the ids of all reviews that were queued, withdrawals included.
    """

    connection: str
    platform: str = ""
    listed: int = 0
    queued: int = 0
    withdrawn: int = 0
    problems: int = 0
    error: str = ""
    skipped: bool = False
    queued_reviews: tuple[str, ...] = field(default=(), compare=False)

    @property
    def result(self) -> str:
        """How it ended, in a word: `done`, `failed` or `skipped`."""
        return "skipped" if self.skipped else "failed" if self.error else "done"

    @property
    def amounts(self) -> dict[str, int]:
        """What the poll function counts, beside its result."""
        return {"queued": self.queued, "withdrawn": self.withdrawn, "problems": self.problems}

    @property
    def log_fields(self) -> dict[str, Any]:
        """What the log says of it. The ids of old connections are secrets."""
        about = {"platform": self.platform, "reviews": self.queued_reviews, "result": self.result}
        return about | self.to_json() | {"connection": name_for_logs(self.connection)}

    def to_json(self) -> dict[str, Any]:
        """The report as the poll function returns it."""
        return {
            "connection": self.connection,
            "listed": self.listed,
            "queued": self.queued,
            "withdrawn": self.withdrawn,
            "problems": self.problems,
            "error": self.error or None,
        }


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """How many polls were queued, and the connections whose poll could not be (looked at again)."""

    queued: int
    skipped: tuple[SkippedItem, ...] = ()


def dispatch(polls: Polls, queue: Queue, now: datetime) -> DispatchReport:
    """Queue a poll of every connection that is due. One that fails delays no other.

    The time of its next poll is stored first. So if queueing fails, the connection misses one poll,
    and of two dispatchers at once only one queues it.
    """
    failing_counts: Counter[str] = Counter()
    messages: list[dict[str, str]] = []
    skipped: list[SkippedItem] = []

    def skip(connection: str, error: Exception) -> None:
        skipped.append(SkippedItem(connection, failure_code(error)))

    for due in polls.due(now, on_unreadable=skip):
        if due.failures:
            failing_counts[due.platform] += 1
            if failing_counts[due.platform] > MAX_FAILING:
                continue
        try:
            lease = polls.lease(due, next_poll_at(due.poll_at, due.every, now))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must be polled
            skip(due.connection, error)
            continue
        if lease:
            message = {"poll": due.connection, "at": format_time(now)}
            messages.append(message | ({"business": lease.business} if lease.business else {}))
    queue.send(messages)
    return DispatchReport(len(messages), tuple(skipped))


def poll(connection_id: str, ports: PollPorts, *, queued_at: str | None = None) -> PollReport:
    """Poll a connection's platform once. What is new is queued before it is remembered.

    `queued_at` is when the poll was queued: it is skipped if there was a poll since. Without it the
    platform is asked now, unless it has asked us to wait. Raises faults of our own services only.
    """
    polls, now = ports.polls, ports.clock()
    connection, state = (
        ports.store_ports.setup.connection(connection_id),
        polls.state(connection_id),
    )
    every = poll_interval(connection) if connection else None
    if connection is None or every is None:
        _stop_polling(connection_id, ports, now)
        return PollReport(
            connection_id,
            error="not_polled: There is no such connection, or its platform is not polled.",
            skipped=True,
        )
    report = PollReport(connection.id, connection.platform)
    if state is None:
        polls.start(connection, now)
        state = polls.state(connection_id) or PollState(
            connection.id, connection.platform, every, now, now, business=connection.business
        )
    if queued_at and state.polled_at and state.polled_at >= parse_time(queued_at):
        return replace(report, skipped=True)
    if state.wait_until and state.wait_until > now:
        return replace(
            report,
            error=(
                "asked_to_wait: The platform may be asked again at "
                f"{format_time(state.wait_until)}."
            ),
            skipped=True,
        )
    memory, version = polls.memory(connection.id)
    # Polls that an older release began have no key yet.
    mark_key = state.mark_key or new_mark_key()
    source = _ConnectionSource(
        load(connection.platform),
        ports.platform_ports.account(connection, POLL_SECONDS),
        now,
    )
    result = run_poll(
        replace(state, every=every, mark_key=mark_key, business=connection.business),
        memory,
        source,
        ports.clock,
        seconds=POLL_SECONDS,
    )
    candidates = [_new_event(event, connection, ports.store_ports, now) for event in result.events]
    new_events = [event for event in candidates if event is not None]
    messages = [_message(event, connection, mark_key, now) for event in new_events]
    if messages:
        ports.queue.send(messages)
    # The cursors are stored before the memory: the next poll stops where it knows all reviews.
    if polls.save_state(state, result.state) and result.memory is not memory:
        polls.remember(connection.id, result.memory, version)
    withdrawn = sum(event.kind is EventKind.WITHDRAWN for event in new_events)
    return replace(
        report,
        listed=result.review_count,
        queued=len(messages) - withdrawn,
        withdrawn=withdrawn,
        problems=result.problems,
        queued_reviews=tuple(review_of(message) for message in messages),
        error=_error_text(result.state.last_failure),
    )


@dataclass(frozen=True, slots=True)
class _ConnectionSource:
    """One connection's platform."""

    connector: Connector
    account: PlatformAccount
    now: datetime

    @property
    def can_fetch(self) -> bool:
        # Reading a review again costs a request of somebody's quota. If the platform pushes edits
        # and deletions, none is needed.
        capabilities = self.connector.capabilities
        return capabilities.can_fetch and "polled" in {capabilities.edits, capabilities.deletions}

    def recent(self, cursor: str | None) -> ReviewPage | Rejection:
        return self.connector.recent(cursor, self.account, self.now)

    def fetch(self, native_id: str) -> ReviewEvent | ReviewGone | None:
        return self.connector.fetch(native_id, self.account)


def _stop_polling(connection_id: str, ports: PollPorts, now: datetime) -> None:
    """Stop polling a connection, unless it exists after all.

    The first read may be stale, or somebody stores the connection again just now.
    """

    def find_polled_connection() -> Connection | None:
        connection = ports.store_ports.setup.connection(connection_id, fresh=True)
        return connection if connection and poll_interval(connection) is not None else None

    if find_polled_connection() is None:
        ports.polls.stop(connection_id)
        # Whoever stores a connection starts its polls afterwards, so this check comes last.
        if restored := find_polled_connection():
            ports.polls.start(restored, now)


def _new_event(
    event: ReviewEvent, connection: Connection, ports: StorePorts, now: datetime
) -> ReviewEvent | None:
    """The event with a revision after what triage has. None when triage has the event already.

    A webhook or an interrupted run may have queued it before. If a platform does not date its
    edits, what it says now is later than other words of the same date.
    """
    review = ports.cases.find_review(
        review_id(connection.business, connection.platform, event.native_id)
    )
    if review is None:
        return event
    if event.kind is EventKind.WITHDRAWN and review.withdrawn:
        return None
    try:
        commitment = ports.cases.vault.commitment(
            review.author, CommitmentKind.WORDS, event.content, may_be_new=False
        )
    except Erased:
        commitment = ""
    if review.erased_at or not commitment:
        # Nothing is stored to compare the words with.
        return event if event.revision > review.revision else None
    incoming = IncomingEvent(event, "", commitment, proven=True)
    has_words = event.kind in {EventKind.CREATED, EventKind.EDITED} and not event.partial
    is_known = incoming.says_the_same_as(review)
    if has_words and event.revision == review.revision and not is_known:
        event = as_edit_now(event, now)
        incoming = replace(incoming, event=event)
    arrival = classify_arrival(review, incoming)
    return None if arrival in {Arrival.DUPLICATE, Arrival.LATE} else event


def _message(
    event: ReviewEvent, connection: Connection, mark_key: bytes, now: datetime
) -> dict[str, Any]:
    """The message that `ingest` would queue.

    Its delivery id follows from what the review says, so that queueing it twice is one delivery.
    """
    name = hashlib.sha256(
        "\x1f".join((connection.id, event.native_id, state_hash(event, mark_key))).encode(
            "utf-8", "surrogatepass"
        )
    ).hexdigest()[:24]
    (message,) = build_messages(ParsedDelivery((event,)), connection, f"pol_{name}", now)
    return message | {"verified": True}


def _error_text(failure: PollFailure | None) -> str:
    return f"{failure.code}: {failure.message}" if failure else ""
