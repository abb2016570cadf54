"""Poll.

Ask the platforms that cannot tell us, or do not tell all, and queue what they say as if it had been
delivered.

A platform's fault is written down with its connection and tried again later; it never reaches the
queue and delays nobody else.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.cases import Arrival, arrival
from heard.clock import moment, stamp
from heard.connectors import Connection, Connector, Gone, Page, Parsed, Rejected, load
from heard.polling import Poll, Trouble, following, look, mark, pollable, redated
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.ingest import queued

if TYPE_CHECKING:
    from heard.messaging import Queue
    from heard.steps.triage import Ports, Reach
    from heard.storage.polls import Polls

SECONDS: Final = 60
"""How long one look may take: after that it asks nothing more, and the next goes on from there."""
FAILING: Final = 3
"""How many connections of one platform that failed last time are tried in a minute, so that a
platform that is down holds few readers.
"""


@dataclass(frozen=True, slots=True)
class Poller:
    """What polling needs.

    The ports of every step, a way out, where polling stands, the queue of reviews, and the time.
    """

    ports: Ports
    reach: Reach
    polls: Polls
    queue: Queue
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look found; `error` is a code and our own words, empty when nothing went wrong.

    `skipped` says that nobody was asked.
    """

    connection: str
    platform: str = ""
    found: int = 0
    queued: int = 0
    withdrawn: int = 0
    problems: int = 0
    error: str = ""
    skipped: bool = False

    def to_json(self) -> dict[str, Any]:
        """What whoever asked for the look is told."""
        counts = {
            name: getattr(self, name) for name in ("found", "queued", "withdrawn", "problems")
        }
        return {"connection": self.connection, **counts, "error": self.error or None}


def dispatch(polls: Polls, queue: Queue, now: datetime) -> int:
    """Queue a look at every connection whose time has come; how many those are.

    Its next turn is written down first: if queueing fails, it is one turn late, and two dispatchers
    at once queue it once.
    """
    failing: Counter[str] = Counter()
    leased: list[dict[str, str]] = []
    for due in polls.due(now):
        if due.failures:
            failing[due.platform] += 1
            if failing[due.platform] > FAILING:
                continue
        if polls.lease(due, following(due.poll_at, due.every, now)):
            leased.append({"poll": due.connection, "at": stamp(now)})
    queue.send(leased)
    return len(leased)


def poll(connection_id: str, poller: Poller, *, asked_at: str | None = None) -> Polled:
    """One look at a connection's platform; what is new is queued before it is remembered.

    `asked_at` is when the look was queued: it is skipped if somebody has looked since. Without it
    the look is taken now, unless the platform has asked us to wait. Raises faults of our own
    services only.
    """
    polls, now = poller.polls, poller.clock()
    connection, stands = poller.ports.setup.connection(connection_id), polls.poll(connection_id)
    every = pollable(connection) if connection else None
    if connection is None or every is None:
        _leave(connection_id, poller, now)
        return Polled(
            connection_id,
            error="not_polled: There is no such connection, or its platform is not polled.",
            skipped=True,
        )
    told = Polled(connection.id, connection.platform)
    if stands is None:
        polls.follow(connection, now)
        stands = polls.poll(connection_id) or Poll(
            connection.id, connection.platform, every, now, now
        )
    if asked_at and stands.polled_at and stands.polled_at >= moment(asked_at):
        return replace(told, skipped=True)
    if stands.wait_until and stands.wait_until > now:
        return replace(
            told,
            error=f"asked_to_wait: The platform may be asked again at {stamp(stands.wait_until)}.",
            skipped=True,
        )
    memory, version = polls.memory(connection.id)
    source = _Source(
        load(connection.platform),
        connection,
        poller.reach.secrets.credentials(connection.id),
        poller.reach,
        now,
    )
    seen = look(replace(stands, every=every), memory, source, poller.clock, seconds=SECONDS)
    placed = [_placed(event, connection, poller.ports, now) for event in seen.events]
    fresh = [event for event in placed if event is not None]
    messages = [_message(event, connection) for event in fresh]
    if messages:
        poller.queue.send(messages)
    # What was met may be remembered only once the places to resume from are kept: the next look
    # stops where it knows everything.
    if polls.finish(stands, seen.poll) and seen.memory is not memory:
        polls.remember(connection.id, seen.memory, version)
    withdrawn = sum(event.kind is EventKind.WITHDRAWN for event in fresh)
    return replace(
        told,
        found=seen.found,
        queued=len(messages) - withdrawn,
        withdrawn=withdrawn,
        problems=seen.problems,
        error=_said(seen.poll.trouble),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """One connection's platform."""

    connector: Connector
    connection: Connection
    credentials: Mapping[str, str]
    reach: Reach
    now: datetime

    @property
    def can_fetch(self) -> bool:
        # Each re-reading is a request out of somebody's quota: where the platform tells of edits
        # and deletions itself, none is made.
        capabilities = self.connector.capabilities
        return capabilities.can_fetch and "polled" in {capabilities.edits, capabilities.deletions}

    def recent(self, cursor: str | None) -> Page | Rejected:
        return self.connector.recent(
            cursor, self.connection, self.credentials, self.reach.http, self.now
        )

    def fetch(self, native_id: str) -> ReviewEvent | Gone | None:
        return self.connector.fetch(native_id, self.connection, self.credentials, self.reach.http)


def _leave(connection_id: str, poller: Poller, now: datetime) -> None:
    """Poll a connection no more, unless it is there after all.

    The first reading may be old, or somebody stores it again just now.
    """

    def there() -> Connection | None:
        found = poller.ports.setup.connection(connection_id, fresh=True)
        return found if found and pollable(found) is not None else None

    if there() is None:
        poller.polls.forget(connection_id)
        # In this order: whoever stores a connection begins to poll it afterwards.
        if again := there():
            poller.polls.follow(again, now)


def _placed(
    event: ReviewEvent, connection: Connection, ports: Ports, now: datetime
) -> ReviewEvent | None:
    """The event in its place after what triage has; None when triage has it already.

    A webhook brought it, or a run that died.

    Where a platform does not date edits, what it says now is later than other words of the same
    date that came before.
    """
    review = ports.work.head(review_id(connection.business, connection.platform, event.native_id))
    if review is None:
        return event
    said = event.kind in {EventKind.CREATED, EventKind.EDITED} and not event.partial
    if said and event.revision == review.revision and event.digest != review.digest:
        event = redated(event, now)
    again = event.kind is EventKind.WITHDRAWN and review.withdrawn
    return (
        None if again or arrival(review, event, "") in {Arrival.DUPLICATE, Arrival.LATE} else event
    )


def _message(event: ReviewEvent, connection: Connection) -> dict[str, Any]:
    """The message that `ingest` would queue.

    Its delivery is named by what it says, so that queueing it twice is one delivery.
    """
    name = hashlib.sha256(
        "\x1f".join((connection.id, event.native_id, mark(event))).encode("utf-8", "surrogatepass")
    ).hexdigest()[:24]
    (message,) = queued(Parsed((event,)), connection, f"pol_{name}")
    return message | {"confirmed": True}


def _said(trouble: Trouble | None) -> str:
    return f"{trouble.code}: {trouble.words}" if trouble else ""
