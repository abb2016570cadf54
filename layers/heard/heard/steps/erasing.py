"""Erase an author: the words that they wrote, wherever they are stored, and what leads to them.

Every part can be repeated, so an erasure that stopped anywhere is simply run again. The first part
makes the stored texts unreadable. The others delete these texts, and the words that wait in the
dead letters and in quarantine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from heard import cases
from heard.cases import Case, Change
from heard.clock import format_time
from heard.errors import Contention, NotFound
from heard.reviews import author_id, follow_up_id
from heard.steps.holding import HoldPorts, holds_on_author, holds_on_review
from heard.steps.triage import QueuedReview
from heard.storage.erasures import ErasureRecord
from heard.storage.follow_ups import CHANGE_SECONDS

if TYPE_CHECKING:
    from heard.holds import Hold
    from heard.messaging import DeadLetters
    from heard.storage.case_store import CaseStore, LoadedCase
    from heard.storage.erasures import Erasures
    from heard.storage.polls import Polls
    from heard.storage.quarantine import Quarantine

BACKUP_RETENTION: Final = timedelta(days=35)
"""How far back the tables can be restored, and so how long a backup keeps what was erased."""

_MAX_PASSES: Final = 3
"""How often the list of reviews is read: a run of triage may add one while an erasure runs."""


@dataclass(frozen=True, slots=True)
class ErasurePorts:
    """What an erasure needs."""

    erasures: Erasures
    cases: CaseStore
    polls: Polls
    dead_letters: DeadLetters
    quarantine: Quarantine
    holds: HoldPorts


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Whose data is erased.

    `author` is our id of them. `names` are what the platform calls them by, such as their id there
    and an e-mail address: the quarantine is searched for these, and nothing of them is stored.
    `deliveries` are quarantined ones (ids) that are known to mention them.
    """

    business: str
    author: str
    names: tuple[str, ...] = ()
    deliveries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ErasureOnHold:
    """An erasure that was refused before anything was written: `holds` keep words of the author."""

    business: str
    author: str
    holds: tuple[Hold, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "business": self.business,
            "author": self.author,
            "erased": False,
            "reason": "on_hold",
            "holds": [hold.id for hold in self.holds],
        }


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What one erasure did.

    `had_key` says whether texts were readable until then. `reviews` are those whose words
    were erased. `texts`, `dead_letters` and `quarantined` count what was deleted.
    `open_follow_ups` are those in which a person still has to decide. `pending` are reviews that
    were listed and not stored yet: if triage was at work on them, erase again to be sure. `holds`
    were set while it ran, and it stopped at the first review that they keep.
    """

    business: str
    author: str
    at: str
    had_key: bool = False
    reviews: tuple[str, ...] = ()
    texts: int = 0
    dead_letters: int = 0
    quarantined: int = 0
    open_follow_ups: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    backups_until: str = ""
    holds: tuple[Hold, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to erase."""
        return not (self.had_key or self.reviews or self.dead_letters or self.quarantined)

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "business": self.business,
            "author": self.author,
            "at": self.at,
            "erased": not self.is_empty,
            "reviews": list(self.reviews),
            "texts": self.texts,
            "dead_letters": self.dead_letters,
            "quarantined": self.quarantined,
            "open_follow_ups": list(self.open_follow_ups),
            "pending": list(self.pending),
            "backups_until": self.backups_until,
            "holds": [hold.id for hold in self.holds],
        }


def erase(
    data_subject: DataSubject,
    ports: ErasurePorts,
    now: datetime,
    *,
    reason: str = "requested",
    actor: str,
) -> ErasureReport | ErasureOnHold:
    """Erase a data subject, unless a hold keeps words of theirs.

    `reason` is a code, `actor` who asked for it.

    Raises Contention when a review keeps changing: then run it again.
    """
    listed_reviews = ports.cases.reviews_of_author(data_subject.author)
    holds = holds_on_author(
        data_subject.business, data_subject.author, listed_reviews, ports.holds, now
    )
    if holds:
        return ErasureOnHold(data_subject.business, data_subject.author, tuple(holds))
    # First of all, so that a restore of the Cases table can be put right whatever happens next.
    record = ErasureRecord(data_subject.business, data_subject.author, now, data_subject.deliveries)
    ports.erasures.record(record)
    had_key = ports.cases.vault.erase(data_subject.author, now)
    run = _Erasure(data_subject, ports, now, reason, actor, record)
    dead_letters = 0
    run.erase_mentions(data_subject.names)
    if run.erase_reviews():
        dead_letters = ports.dead_letters.remove_matching(
            run.is_by_data_subject, run.record_dead_letter
        )
        # That takes a second or more, in which triage may have stored what it was at work on.
        run.erase_reviews()
    return ErasureReport(
        business=data_subject.business,
        author=data_subject.author,
        at=format_time(now),
        had_key=had_key,
        reviews=tuple(run.reviews),
        texts=run.texts,
        dead_letters=dead_letters,
        quarantined=run.quarantined,
        open_follow_ups=tuple(sorted(run.open_follow_ups)),
        pending=tuple(sorted(run.pending)),
        backups_until=format_time(now + BACKUP_RETENTION),
        holds=tuple(run.holds),
    )


def erase_again(
    business: str, ports: ErasurePorts, now: datetime, *, actor: str
) -> list[ErasureReport | ErasureOnHold]:
    """Erase again, after a restore of the Cases table, everybody whose data came back with it.

    What a hold keeps now stays, although it was erased before: run it again when the hold is over.
    """
    reports: list[ErasureReport | ErasureOnHold] = []
    records: dict[str, ErasureRecord] = {}
    for record in ports.erasures.of_business(business):
        earlier = records.get(record.author, record)
        records[record.author] = replace(record, deliveries=record.deliveries | earlier.deliveries)
    for record in records.values():
        known = ports.cases.vault.author_record(record.author)
        came_back = known.erased_at is None or known.erased_at < record.at
        # A run that stopped leaves a tombstone without a key, and reviews on the author's list.
        is_unfinished = not known.has_key and ports.cases.reviews_of_author(record.author)
        if came_back or is_unfinished:
            # What the platform calls the author is stored nowhere. But it is known which
            # deliveries mentioned them.
            data_subject = DataSubject(business, record.author, deliveries=record.deliveries)
            reports.append(erase(data_subject, ports, now, reason="restored", actor=actor))
    return reports


@dataclass(slots=True)
class _Erasure:
    """One erasure while it runs."""

    data_subject: DataSubject
    ports: ErasurePorts
    now: datetime
    reason: str
    actor: str
    record: ErasureRecord
    reviews: list[str] = field(default_factory=list[str])
    open_follow_ups: set[str] = field(default_factory=set[str])
    pending: set[str] = field(default_factory=set[str])
    holds: list[Hold] = field(default_factory=list["Hold"])
    texts: int = 0
    quarantined: int = 0

    def erase_reviews(self) -> bool:
        """Erase the words of all listed reviews; False when a hold that was set now stopped it."""
        self.pending.clear()
        business, author = self.data_subject.business, self.data_subject.author
        for _ in range(_MAX_PASSES):
            reviews = set(self.ports.cases.reviews_of_author(author)) - self.pending
            if not reviews:
                break
            # While they are listed: nothing else knows their ids at the platform.
            self.erase_mentions(self._native_ids(reviews))
            for review in sorted(reviews):
                # Read again for each review. The key is gone, but a backup may still have it.
                self.holds = holds_on_review(business, review, author, self.ports.holds, self.now)
                if self.holds:
                    return False
                self.erase_review(review)
        return True

    def _native_ids(self, reviews: Collection[str]) -> list[str]:
        """What the platform calls these reviews, as far as they are stored."""
        stored_reviews = map(self.ports.cases.find_review, sorted(reviews))
        return [review.native_id for review in stored_reviews if review]

    def erase_mentions(self, names: Iterable[str]) -> None:
        """Delete the quarantined deliveries that mention one of these names, or are known to.

        What could be read of them was queued when they came. Their ids are recorded first: after a
        restore, nobody knows the names.
        """
        quarantine, business = self.ports.quarantine, self.data_subject.business
        needles = [name for name in names if name]
        deliveries = quarantine.find(business, needles) if needles else []
        if self.record.deliveries:
            deliveries += [
                entry
                for entry in quarantine.of_business(business)
                if entry.id in self.record.deliveries and entry not in deliveries
            ]
        known_ids = self.record.deliveries | {delivery.id for delivery in deliveries}
        if known_ids != self.record.deliveries:
            self.record = replace(self.record, deliveries=known_ids)
            self.ports.erasures.record(self.record)
        self.quarantined += sum(quarantine.remove(delivery) for delivery in deliveries)

    def erase_review(self, review: str) -> None:
        """Erase the words of one review, and take it off the author's list last."""
        case_store, author = self.ports.cases, self.data_subject.author
        try:
            before = case_store.case(review).case
        except NotFound:
            # Triage is about to store the review, or stopped before it did. It stays listed, so
            # that the next run finds what was stored.
            self.texts += case_store.erase_texts(author, review, review, ())
            self.pending.add(review)
            return
        self._forget_in_polls(before)
        after = case_store.change(
            lambda: case_store.case(review),
            lambda loaded: self._change(loaded.case),
            now=self.now,
            actor=self.actor,
        ).case
        thread = before.thread
        follow_ups = [
            follow_up_id(thread.id, number + 1) for number in range(thread.follow_up_count)
        ]
        writer = None if after.review.erased_at else after.review.author
        self.texts += case_store.erase_texts(author, review, thread.id, follow_ups, writer=writer)
        case_store.unlist_review(author, review)
        self.reviews.append(review)
        if cases.has_open_follow_up(after) and after.follow_up:
            self.open_follow_ups.add(after.follow_up.id)

    def _change(self, case: Case) -> Change | None:
        # Written again since by another author, or erased by an earlier run.
        if case.review.author != self.data_subject.author:
            return None
        return cases.erase_author(case, self.reason, self.now)

    def _forget_in_polls(self, case: Case) -> None:
        for _ in self.ports.cases.waiting.tries(CHANGE_SECONDS):
            if self.ports.polls.forget_author(case.review.connection, {case.review.native_id}):
                return
        raise Contention("The connection is being polled. Try again.")

    def is_by_data_subject(self, message: Mapping[str, Any]) -> bool:
        """Whether a message of the review queue holds words of the data subject.

        Total: a dead letter may be there because nobody can read it.
        """
        match message:
            case {
                "business": self.data_subject.business,
                "platform": str(platform),
                "event": {"author": {"id": str(native_author)}},
            }:
                author = author_id(self.data_subject.business, platform, native_author)
                return author == self.data_subject.author
            case _:
                return False

    def record_dead_letter(self, message: Mapping[str, Any]) -> None:
        """Write the outcome of a dead letter: it is deleted, so triage never sees it.

        One that cannot be read has none: it names no review.
        """
        try:
            queued = QueuedReview.from_json(message)
        except (KeyError, TypeError, ValueError):
            return
        event = queued.event
        if event is None:
            return

        def load_case() -> LoadedCase:
            return self.ports.cases.case_of_event(
                event,
                business=queued.business,
                platform=queued.platform,
                connection=queued.connection,
                channel=queued.channel,
            )

        self.ports.cases.change(
            load_case,
            lambda loaded: cases.record_erased(
                loaded.case,
                event.without_words(),
                queued.delivery,
                self.now,
                self.now,
                stored=loaded.exists,
                proven=queued.proven,
            ),
            now=self.now,
            actor=self.actor,
            delivery=queued.delivery,
        )
