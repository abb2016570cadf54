"""The half of `heard replay` that sends the stored reviews of a period to the queue again.

It can also read the quarantined deliveries of the period again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from secrets import token_hex
from typing import Any, Final

import typer

from heard.clock import parse_time
from heard.errors import DamagedText, NotFound
from heard.reviews import ReviewEvent
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.quarantine import QuarantineEntry
from heard.storage.vault import Erased
from heard_cli import show
from heard_cli.confirm import confirm
from heard_cli.connect.quarantine import ReplayResult, replay_delivery
from heard_cli.outcome_pages import read_outcomes
from heard_cli.replay_mode import ReplayMode
from heard_cli.stack import Stack

_WORKERS: Final = 16
_TOGETHER: Final = 256
"""How many messages wait to be sent at most."""


@dataclass(frozen=True, slots=True)
class ReplayPeriod:
    """The stored reviews to send: those with an outcome in `[start, end)`."""

    business: str
    start: datetime
    end: datetime
    platform: str | None
    quarantined: bool
    """Whether deliveries in quarantine are read again too."""


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """One stored review of the period: the message to send, or why there is none."""

    review: str
    platform: str
    message: dict[str, Any] | None = None
    why: str = ""


def replay_period(stack: Stack, period: ReplayPeriod, mode: ReplayMode) -> None:
    """Send the stored reviews of a period to the queue again, and show how many were sent.

    Exit code 1 if a quarantined delivery still cannot be read.
    """
    business = period.business
    reviews = _reviews_in_period(stack, period)
    entries = (
        [entry for entry in stack.quarantine.of_business(business) if _in_period(entry, period)]
        if period.quarantined
        else []
    )
    if not (mode.dry_run or mode.yes) and (reviews or entries):
        _confirm_period(business, len(reviews), len(entries), period)
    sent_counts, skipped_items = _requeue(stack, reviews, dry_run=mode.dry_run)
    results = _replay_quarantine(stack, [] if mode.dry_run else entries)
    unresolved_count = sum(result.keep_reason is not None for result in results)
    if mode.as_json:
        show.data(
            {
                "business": business,
                "dry_run": mode.dry_run,
                "reviews": len(reviews),
                "sent": sum(sent_counts.values()),
                "platforms": dict(sorted(sent_counts.items())),
                "skipped": [{"review": item.review, "why": item.why} for item in skipped_items],
                "quarantined": {
                    "deliveries": len(entries),
                    "unresolved": unresolved_count,
                    "events": sum(result.event_count for result in results),
                },
            }
        )
    else:
        show.table(
            ("platform", "would be sent" if mode.dry_run else "sent"),
            sorted(sent_counts.items()),
            empty="There are no reviews to send in this period.",
        )
        for why, count in sorted(Counter(item.why for item in skipped_items).items()):
            show.line(f"{count} not sent: {why}")
        if period.quarantined:
            summary = (
                "would be read again"
                if mode.dry_run
                else f"{len(results) - unresolved_count} read again, {unresolved_count} kept"
            )
            show.line(f"{len(entries)} in quarantine: {summary}")
    if sent_counts and not mode.dry_run:
        duplicates = stack.options.command_line(
            f"audit list --business {business} --from 10m --kind duplicate"
        )
        show.note(f"Reviews that were handled already show as duplicate: {duplicates}")
    if unresolved_count:
        raise typer.Exit(1)


def _confirm_period(
    business: str, review_count: int, delivery_count: int, period: ReplayPeriod
) -> None:
    """Ask for confirmation. Raises CommandError without it."""
    show.note(
        'Work that was done already becomes an outcome "duplicate"; nobody gets a second reply.'
    )
    quarantined = show.count(delivery_count, "quarantined request")
    quarantine = f" and {quarantined}" if period.quarantined else ""
    confirm(
        f"Send {show.count(review_count, 'review')}{quarantine} of {business} to the queue again?",
        "Nothing was sent.",
    )


def _reviews_in_period(stack: Stack, period: ReplayPeriod) -> list[str]:
    """The reviews with an outcome in the period, in the order of their first one."""
    criteria = OutcomeCriteria(period.business, period.start, period.end)
    platforms: dict[str, str] = {}
    with show.progress() as bar:
        progress_line = bar.add_task("Reading outcomes", total=None)
        for outcome in read_outcomes(stack.log, criteria):
            platforms.setdefault(outcome.review, outcome.platform)
            bar.advance(progress_line)
    return [review for review, platform in platforms.items() if period.platform in {None, platform}]


def _in_period(entry: QuarantineEntry, period: ReplayPeriod) -> bool:
    received_at = parse_time(entry.received_at)
    return period.start <= received_at < period.end and period.platform in {None, entry.platform}


def _requeue(
    stack: Stack, reviews: Sequence[str], *, dry_run: bool
) -> tuple[Counter[str], list[ReplayItem]]:
    """How many reviews went to the queue, by platform, and which could not be sent."""
    run_id, sent_counts, skipped_items = token_hex(6), Counter[str](), list[ReplayItem]()
    connection_exists: dict[str, bool] = {}

    def prepare(numbered_review: tuple[int, str]) -> ReplayItem:
        return _queue_message(
            stack, numbered_review[1], f"rpl_{run_id}.{numbered_review[0]}", connection_exists
        )

    with show.progress() as bar, ThreadPoolExecutor(_WORKERS) as pool:
        batch: list[ReplayItem] = []
        # A pool begins all that it is given, and messages are long: so it is given some at a time.
        items = (
            item
            for some in batched(enumerate(reviews), _TOGETHER, strict=False)
            for item in pool.map(prepare, some)
        )
        for item in bar.track(items, total=len(reviews), description="Replaying"):
            if item.message is None:
                skipped_items.append(item)
                continue
            batch.append(item)
            if len(batch) == 10:
                _send_batch(stack, batch, sent_counts, dry_run=dry_run)
        _send_batch(stack, batch, sent_counts, dry_run=dry_run)
    return sent_counts, skipped_items


def _send_batch(
    stack: Stack, batch: list[ReplayItem], sent_counts: Counter[str], *, dry_run: bool
) -> None:
    if batch and not dry_run:
        stack.queue.send([item.message for item in batch if item.message])
    sent_counts.update(item.platform for item in batch)
    batch.clear()


def _queue_message(
    stack: Stack, review: str, delivery: str, connection_exists: dict[str, bool]
) -> ReplayItem:
    """A review's last processed revision as a message for the queue.

    Older revisions are not sent: they change nothing after a newer one was processed.
    """
    head = stack.cases.find_review(review)
    if head is None:
        return ReplayItem(review, "", why="its state is not stored")
    if head.connection not in connection_exists:
        connection_exists[head.connection] = stack.setup.connection(head.connection) is not None
    if not connection_exists[head.connection]:
        return ReplayItem(review, head.platform, why="its connection was removed")
    event: ReviewEvent | None = None
    with suppress(NotFound, Erased, DamagedText):
        event = stack.cases.revision(head)[0]
    if event is None:
        return ReplayItem(
            review, head.platform, why="its text is missing, was erased, or is damaged"
        )
    source_fields = {
        "connection": head.connection,
        "business": head.business,
        "platform": head.platform,
        "channel": head.channel.value,
    }
    # When its words came is not stored. They came before its state changed last, and they would be
    # unreadable if the author had been erased since.
    # A review that was verified when it came is not verified again. Triage fetches any other review
    # from the platform, as it did when the review came.
    message = {
        "delivery": delivery,
        **source_fields,
        "received_at": head.touched_at,
        "event": event.to_json(),
        "verified": not head.unverified,
    }
    return ReplayItem(review, head.platform, message)


def _replay_quarantine(stack: Stack, entries: Sequence[QuarantineEntry]) -> list[ReplayResult]:
    with show.progress() as bar:
        return [
            replay_delivery(stack, entry)
            for entry in bar.track(entries, description="Reading the quarantine")
        ]
