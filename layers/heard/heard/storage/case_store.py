"""Cases as they are stored, and the transactions that change them.

A case is read with the version of each item it came from. A change is written in one transaction
with its outcomes, and only if every version is still the same. Otherwise nothing is written, and
the step decides again. DynamoDB enforces the two-reply cap a second time, in the write (R04).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.cases import Case, Change, Review, Revision, new_case
from heard.clock import format_time
from heard.commitments import CommitmentKind
from heard.connectors import ReplyTarget
from heard.errors import Contention, DamagedState, NotFound
from heard.follow_ups import MAX_REVIEWS, FollowUp, Status
from heard.outcomes import chain_facts
from heard.reviews import REVIEW_ID, Channel, ReviewEvent, acknowledgement_id
from heard.storage.author_reviews import AuthorReviews
from heard.storage.departures import Departures
from heard.storage.drafts import Drafts
from heard.storage.follow_ups import CHANGE_SECONDS, FollowUpRecords, StoredFollowUp
from heard.storage.items import parse_state, read_batches, version_condition
from heard.storage.keys import REVISION_PREFIX, partition_key, reply_key, revision_key
from heard.storage.outcome_log import append_writes
from heard.storage.replies import Reply, ReplyRecords
from heard.storage.sweep_index import (
    SweepIndex,
    owes_acknowledgement,
    sweep_attributes,
    sweep_due_at,
)
from heard.storage.tables import Item, attributes
from heard.storage.vault import AuthorNote, Erased
from heard.threads import PUBLIC_REPLY_CAP, Purpose, Thread
from heard.waiting import Waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

    from heard.storage.latest_texts import LatestText

READ_SECONDS: Final = 1.0
"""How long the first review of a follow-up is looked for while its reviews change."""

PAGE_ATTEMPTS: Final = 4
"""How often an acknowledgement is chosen again because another one came first on its page.

Where even more are written at once, two with the same wording may follow each other.
"""


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case and the items it was read from. Their versions must be the same at commit.

    `exists` says whether its review was stored. A case that is not `is_exact` may be stored since a
    moment: then no write succeeds, and that there is nothing to do says nothing.
    """

    case: Case
    items: Mapping[str, Item]
    exists: bool = True
    is_exact: bool = True


@dataclass(slots=True)
class _EarlierTries:
    """What earlier tries of one change have stored already, so that it is not stored again.

    `words` is the commitment to the words, made with the author's key: with another key all is
    stored anew. `sealed_places` are the keys of the items that were sealed.
    """

    words: str = ""
    revision: Revision | None = None
    is_listed: bool = False
    is_counted: bool = False
    sealed_places: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def restart(self, words: str) -> None:
        """Forget what was stored for other words, or with another key."""
        if words != self.words:
            self.words, self.revision = words, None
            self.is_listed = self.is_counted = False


class CaseStore(AuthorReviews, Departures, ReplyRecords, FollowUpRecords, Drafts, SweepIndex):
    """Reads and writes the Cases table, and appends to Outcomes."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        outcomes_table: str = "",
        waiting: Waiting | None = None,
    ) -> None:
        """Without `outcomes_table` the store can only be read.

        `waiting` is how changes wait while others come first.
        """
        super().__init__(client, table, waiting)
        self._outcomes = outcomes_table
        # Of the thread that was contended last: its case is then read with one call.
        self._expected_follow_ups: dict[str, str | None] = {}

    def case_of_event(
        self,
        event: ReviewEvent,
        *,
        business: str,
        platform: str,
        connection: str,
        channel: Channel,
        exact: bool = True,
    ) -> LoadedCase:
        """The case that an event belongs to; it does not `exist` when its review was never seen.

        Most are new, and without `exact` that is found out for half the price: a reading that may
        be a moment old. What is stored is read exactly.
        """
        initial_case = new_case(
            event, business=business, platform=platform, connection=connection, channel=channel
        )
        review, thread = initial_case.review.id, initial_case.thread.id
        pk = partition_key(review)
        if (
            not exact
            and pk == partition_key(thread)
            and not self._get_item(pk, "STATE", consistent=False)
        ):
            return LoadedCase(initial_case, {pk: {}}, exists=False, is_exact=False)
        loaded = self._load(review, thread, initial_case.review)
        if loaded.case.thread.damaged:
            raise _damaged_thread()
        return loaded

    def case(self, review: str) -> LoadedCase:
        """The case of a stored review. Raises NotFound, DamagedState."""
        pk = partition_key(review)
        item = self._get_item(pk, "STATE")
        if "review" not in item:
            raise NotFound("There is no such review.")
        thread = parse_state(pk, item, "review", Review.from_json).thread
        loaded = self._load(review, thread, None, item)
        if loaded.case.thread.damaged:
            raise _damaged_thread()
        return loaded

    def _case_with_follow_up(self, review: str, known: StoredFollowUp | None = None) -> LoadedCase:
        """The case of a review that is in a follow-up: so its thread must be stored.

        `known` is a follow-up as it was just read. It is not read again if the review is in it.
        """
        pk = partition_key(review)
        item = self._get_item(pk, "STATE")
        thread = parse_state(pk, item, "review", Review.from_json).thread
        is_in_it = known is not None and item.get("follow_up") == known.follow_up.id
        loaded = self._load(review, thread, None, item, known if is_in_it else None)
        if "thread" not in loaded.items[partition_key(thread)]:
            case = replace(loaded.case, thread=Thread(thread, damaged=True))
            return replace(loaded, case=case)
        return loaded

    def find_review(self, review: str) -> Review | None:
        """A review's state without its thread; None when there is no such review.

        Also for what is no id of a review: the roles of the functions reach the keys of cases only.
        """
        is_id = REVIEW_ID.fullmatch(review) is not None
        item = self._get_item(partition_key(review), "STATE") if is_id else {}
        return Review.from_json(item["review"]) if "review" in item else None

    def thread(self, thread: str) -> Thread:
        """The thread of a follow-up, `damaged` if it cannot be read or is gone."""
        item = self._get_item(partition_key(thread), "STATE")
        return _parse_thread(item, thread) if "thread" in item else Thread(thread, damaged=True)

    def unreadable_reviews(self, reviews: Collection[str]) -> tuple[str, ...]:
        """Those of these reviews whose stored state cannot be read, or is gone."""
        keys = [(partition_key(review), "STATE") for review in reviews]
        items = dict(
            read_batches(self._client, self._table, keys, "pk, sk, review", consistent=True)
        )
        return tuple(
            review
            for review, key in zip(reviews, keys, strict=True)
            if _is_unreadable(key[0], items.get(key, {}))
        )

    def case_of_follow_up(
        self, follow_up_id: str, known: StoredFollowUp | None = None, *, needs_thread: bool = False
    ) -> LoadedCase:
        """The case of a follow-up's first review that its resolution covers, if it covers one.

        If the author of that review was erased, the case of the first other one. Reviews whose
        state cannot be read are passed over. Its thread may be `damaged`, if none is needed.
        `known` is the follow-up as it was just read. It is read again only if the review has left
        it since: who changes it otherwise changes its version. Raises NotFound, DamagedState,
        Contention.
        """
        known, damaged = known or self.stored_follow_up(follow_up_id), set[str]()
        follow_up = known.follow_up
        for _ in self.waiting.tries(READ_SECONDS):
            loaded = self._first_readable(follow_up, damaged, known)
            if loaded.case.follow_up is None or loaded.case.follow_up.id != follow_up_id:
                current = self.stored_follow_up(follow_up_id)
                items = {**loaded.items, follow_up_id: current.item}
                case = replace(loaded.case, follow_up=current.follow_up)
                loaded = replace(loaded, case=case, items=items)
            if needs_thread and loaded.case.thread.damaged:
                raise _damaged_thread()
            follow_up = loaded.case.follow_up or follow_up
            if _answerable_reviews(follow_up, damaged)[:1] == (loaded.case.review.id,):
                return self._answerable_case(loaded, follow_up, damaged)
            known = None
        raise Contention("The reviews of one follow-up keep changing. Try again.")

    def _first_readable(
        self, follow_up: FollowUp, damaged: set[str], known: StoredFollowUp | None
    ) -> LoadedCase:
        """The case of the first review that can be answered. `damaged` gets those before it."""
        while reviews := _answerable_reviews(follow_up, damaged):
            try:
                return self._case_with_follow_up(reviews[0], known)
            except DamagedState:
                damaged.add(reviews[0])
        raise DamagedState(
            "None of the reviews of this follow-up can be read. Have their states restored from a "
            "backup (docs/operations.md, Damaged states)."
        )

    def _answerable_case(
        self, first: LoadedCase, follow_up: FollowUp, damaged: set[str]
    ) -> LoadedCase:
        if first.case.review.erased_at:
            for review in _answerable_reviews(follow_up, damaged)[1:MAX_REVIEWS]:
                try:
                    loaded = self._case_with_follow_up(review)
                except DamagedState:
                    continue
                if loaded.case.review.erased_at is None and loaded.case.follow_up == follow_up:
                    return loaded
        return first

    def _load(
        self,
        review: str,
        thread: str,
        new_review: Review | None,
        item: Item | None = None,
        known: StoredFollowUp | None = None,
    ) -> LoadedCase:
        review_pk, thread_pk = partition_key(review), partition_key(thread)
        expected = None if known else self._expected_follow_ups.get(thread)
        keys = {(pk, "STATE") for pk in (review_pk, thread_pk)} - (
            set() if item is None else {(review_pk, "STATE")}
        )
        stored = self._get_items(keys | ({(expected, "FOLLOW_UP")} if expected else set()))
        item = stored.get((review_pk, "STATE"), {}) if item is None else item
        thread_item = item if review_pk == thread_pk else stored.get((thread_pk, "STATE"), {})
        items = {review_pk: item, thread_pk: thread_item}
        review_state = (
            parse_state(review_pk, item, "review", Review.from_json)
            if "review" in item
            else new_review
        )
        if review_state is None:
            raise NotFound("There is no such review.")
        if new_review and not review_state.revision:
            # Only an unverified event was seen: what it says of author and thread does not count.
            review_state = replace(
                new_review,
                delivery=review_state.delivery,
                closing_kind=review_state.closing_kind,
                repeats=review_state.repeats,
                sequence=review_state.sequence,
                head=review_state.head,
            )
        thread_state = _parse_thread(thread_item, thread)
        # The review may be in an earlier follow-up than the one that reviews join now.
        follow_up, follow_up_id = None, item.get("follow_up") or thread_state.follow_up
        if known:
            items[known.follow_up.id], follow_up = known.item, known.follow_up
        elif follow_up_id:
            items[follow_up_id] = (
                stored[follow_up_id, "FOLLOW_UP"]
                if follow_up_id == expected
                else self._get_item(follow_up_id, "FOLLOW_UP")
            )
            follow_up = parse_state(
                follow_up_id, items[follow_up_id], "follow_up", FollowUp.from_json
            )
        return LoadedCase(
            Case(review_state, thread_state, follow_up), items, exists="review" in item
        )

    def commit(
        self,
        before: LoadedCase,
        change: Change,
        *,
        now: datetime,
        actor: str = "heard",
        delivery: str | None = None,
        final_moderation: tuple[Reply, str] | None = None,
    ) -> LoadedCase:
        """Write a change and append its facts, all or nothing. Returns the case as stored.

        The change's `writes` are not stored here: see `change`. `final_moderation` is a watched
        reply and its last status, written with the change. Raises Contention when the case was
        changed since it was read, or the reply has its last status already.
        """
        case, case_before = change.case, before.case
        outcomes = chain_facts(
            case.review.outcome_subject,
            change.facts,
            sequence=case.review.sequence,
            head=case.review.head,
            at=now,
            actor=actor,
            delivery=delivery or case.review.delivery or None,
        )
        if outcomes:
            review = replace(case.review, sequence=outcomes[-1].sequence, head=outcomes[-1].hash)
            case = replace(case, review=review)
        review_changed, thread_changed = (
            case.review != case_before.review,
            case.thread != case_before.thread and not case.thread.damaged,
        )
        review_pk, thread_pk = partition_key(case.review.id), partition_key(case.thread.id)
        writes: dict[str, tuple[Item, PutTypeDef]] = {}
        for pk in {review_pk, thread_pk}:
            review = case.review if pk == review_pk and review_changed else None
            thread = case.thread if pk == thread_pk and thread_changed else None
            if review or thread:
                writes[pk] = self._state_write(pk, before.items.get(pk, {}), review, thread, case)
        if case.follow_up and case.follow_up != case_before.follow_up:
            writes[case.follow_up.id] = self._follow_up_write(
                before.items.get(case.follow_up.id, {}), case.follow_up, now
            )
        extra_writes = append_writes(self._outcomes, outcomes) + (
            [self._moderation_write(*final_moderation)] if final_moderation else []
        )
        self._write([put for _, put in writes.values()], extra_writes)
        return LoadedCase(case, {**before.items, **{pk: item for pk, (item, _) in writes.items()}})

    def change(
        self,
        load: Callable[[], LoadedCase],
        decide: Callable[[LoadedCase], Change | None],
        *,
        now: datetime,
        actor: str = "heard",
        delivery: str | None = None,
        final_moderation: tuple[Reply, str] | None = None,
        seconds: float = CHANGE_SECONDS,
    ) -> LoadedCase:
        """Load, decide, write; and again from the start, later, while other changes come first.

        `decide` only reads, as it may run many times. What it wants stored before the case is in
        the change's `writes`. None changes nothing. `load` reads exactly from its second time on.
        Raises Contention when other changes still come first after `seconds`.
        """
        earlier = _EarlierTries()
        for number in self.waiting.tries(seconds):
            loaded = load()
            change = decide(loaded)
            if not loaded.is_exact and (change is None or not change.facts):
                loaded = load()
                change = decide(loaded)
            if earlier.sealed_places and (
                (change.case if change else loaded.case).review.erased_at
            ):
                # The author was erased meanwhile, and the erasure may have come too early for this.
                self.unseal(loaded.case.review.id, earlier.sealed_places)
                earlier = _EarlierTries()
            if change is None:
                return loaded
            try:
                stored_change = self._put_writes(
                    loaded.case.review, change, now, earlier, give_way=number < PAGE_ATTEMPTS
                )
            except Erased:
                # The author was erased between two of these writes.
                stored_change = None
            if stored_change is None:
                continue
            try:
                return self.commit(
                    loaded,
                    stored_change,
                    now=now,
                    actor=actor,
                    delivery=delivery,
                    final_moderation=final_moderation,
                )
            except Contention:
                follow_up = loaded.case.follow_up
                self._expected_follow_ups = {loaded.case.thread.id: follow_up and follow_up.id}
        raise Contention("Too many changes of one thread at once. Try again.")

    def _put_writes(
        self,
        before: Review,
        change: Change,
        now: datetime,
        earlier: _EarlierTries,
        *,
        give_way: bool,
    ) -> Change | None:
        """Store what a change refers to. Returns the change with the variant that was stored.

        None when it must be decided again: the author was erased, or got another key or automatic
        reply meanwhile (R04) or, with `give_way`, another acknowledgement came first on the page
        (R10). What `earlier` tries stored is not stored again.
        """
        review, writes = change.case.review, change.writes
        is_noted = writes.revision is not None and self.vault.has_new_key(review.author)
        if not self.vault.store_key(review.author, _author_note(change) if is_noted else None):
            return None
        has_key = True
        if writes.revision:
            words = writes.revision.event.content
            earlier.restart(self.vault.commitment(review.author, CommitmentKind.WORDS, words))
            is_new = not before.revision or before.author != review.author
            if is_new and not earlier.is_listed:
                # A new key was stored with the list's first entry.
                if not is_noted:
                    if not self.vault.retain_key(review.author):
                        return None
                    self.list_review(review.author, review.id)
                earlier.is_listed = True
            if earlier.revision != writes.revision:
                earlier.sealed_places.append(self.put_revision(change.case, *writes.revision))
                # After the list and the revision: an erasure that comes later finds both. What is
                # noted of the author asks for the key. What was noted with a new one did not.
                if is_noted or not (writes.is_complaint or writes.acknowledgement):
                    has_key = self.vault.has_key(review.author)
                elif writes.is_complaint and not earlier.is_counted:
                    has_key = self.vault.count_complaint(review.author, review.id)
                earlier.is_counted |= has_key and writes.is_complaint
                earlier.revision = writes.revision if has_key else None
        return (
            self._put_acknowledgement(change, now, earlier, give_way=give_way, is_noted=is_noted)
            if has_key
            else None
        )

    def _put_acknowledgement(
        self,
        change: Change,
        now: datetime,
        earlier: _EarlierTries,
        *,
        give_way: bool,
        is_noted: bool,
    ) -> Change | None:
        """Store a change's acknowledgement, if it has one: see `_put_writes`.

        `is_noted` says that it was noted with the author's new key.
        """
        review = change.case.review
        draft = change.writes.acknowledgement
        if draft is None:
            return change
        if not is_noted and not self.vault.record_automatic_replies(
            review.author, draft.author_replies, draft.variant, version=draft.replies_version
        ):
            return None
        is_recorded = not draft.page or self.record_variant(
            draft.page, draft.variant, draft.page_variant
        )
        if not is_recorded and give_way:
            return None
        event = draft.event
        reply = Reply(
            id=draft.reply,
            thread=review.thread,
            review=review.id,
            author=review.author,
            business=review.business,
            connection=draft.connection,
            purpose=Purpose.ACKNOWLEDGEMENT,
            public=draft.public,
            text=draft.text,
            target=ReplyTarget(event.native_id, event.native_thread, event.reply_to),
            variant=draft.variant,
            at=format_time(now),
        )
        # An interrupted run may have stored another wording. That one is sent, so the slot and the
        # log name that one.
        earlier.sealed_places.append((partition_key(reply.thread), reply_key(reply.id)))
        variant = self.put_reply(reply).variant or draft.variant
        if variant == draft.variant:
            return change
        self.vault.record_variant(review.author, variant)
        if draft.page:
            self.record_variant(draft.page, variant, draft.variant)
        thread = change.case.thread.with_variant(draft.reply, variant)
        return replace(change, case=replace(change.case, thread=thread))

    def _state_write(
        self, pk: str, item_before: Item, review: Review | None, thread: Thread | None, case: Case
    ) -> tuple[Item, PutTypeDef]:
        """The new state item with this partition key.

        The part (review or thread) that did not change stays as it was stored.
        """
        item: Item = {
            **item_before,
            "pk": pk,
            "sk": "STATE",
            "version": item_before.get("version", 0) + 1,
        }
        condition, parameters = version_condition(item_before)
        if review:
            item["review"] = review.to_json()
            for name in ("sweep_bucket", "sweep_at", "follow_up"):
                item.pop(name, None)
            has_follow_up = (
                case.follow_up is not None
                and review.id in case.follow_up.reviews
                and case.follow_up.status is not Status.CLOSED
            )
            if has_follow_up and case.follow_up:
                item["follow_up"] = case.follow_up.id
            if review.closing_kind is None and (
                not has_follow_up or owes_acknowledgement(review, case.thread)
            ):
                item |= sweep_attributes(sweep_due_at(review, case.thread), pk)
        if thread:
            item |= {"thread": thread.to_json(), "public_replies": thread.public_replies}
            if thread.public_replies > item_before.get("public_replies", 0):
                condition += " AND (attribute_not_exists(public_replies) OR public_replies < :cap)"
                parameters[":cap"] = PUBLIC_REPLY_CAP
        return item, self._conditional_put(item, condition, parameters)

    def put_revision(
        self,
        case: Case,
        event: ReviewEvent,
        assessment: Mapping[str, Any] | None,
        context: Mapping[str, Any] | None = None,
    ) -> tuple[str, str]:
        """Store a revision, sealed, before the case refers to it, and return its key.

        Storing it twice does no harm.
        """
        pk, author = partition_key(case.review.id), case.review.author
        commitment = self.vault.commitment(author, CommitmentKind.WORDS, event.content)
        sk = revision_key(event.revision, commitment)
        content = {"event": event.to_json(), "assessment": assessment, "context": context}
        sealed = self.vault.seal(author, f"{pk}/{sk}", content)
        self._client.put_item(
            TableName=self._table, Item=attributes({"pk": pk, "sk": sk, **sealed})
        )
        return pk, sk

    def latest_texts(
        self, reviews: Collection[str], *, consistent: bool = False, known: Collection[Review] = ()
    ) -> dict[str, LatestText]:
        """The last revision of each of these reviews; those that are not stored are left out.

        `known` are states that were just read: they are not read again.
        """
        # Imported here: only lists need it.
        from heard.storage.latest_texts import read_latest_texts  # noqa: PLC0415

        return read_latest_texts(
            self._client, self._table, reviews, consistent=consistent, known=known
        )

    def readable_reviews(self, reviews: Collection[str]) -> list[Review]:
        """The states of these reviews, without those that cannot be read. Eventually consistent."""
        # Imported here: only lists need it.
        from heard.storage.latest_texts import read_reviews  # noqa: PLC0415

        return read_reviews(self._client, self._table, reviews)

    def revision(self, review: Review) -> Revision:
        """The revision last acted on. Raises NotFound, Erased, DamagedText."""
        if review.erased_at:
            raise Erased(review.author)
        pk, sk = partition_key(review.id), revision_key(review.revision, review.commitment)
        item = self._get_item(pk, sk)
        if "sealed" not in item:
            raise NotFound("The text of this revision is not stored.")
        return self._open_revision(review, item)

    def has_revision(self, review: Review, revision: str, commitment: str) -> bool:
        """Whether the words of this revision are stored."""
        return bool(self._get_item(partition_key(review.id), revision_key(revision, commitment)))

    def other_revisions(self, review: Review, limit: int) -> list[Revision]:
        """The revisions that were decided about but for the last, at most `limit` of those stored.

        Raises Erased.
        """
        last = revision_key(review.revision, review.commitment)
        items = self._query_items(partition_key(review.id), REVISION_PREFIX, limit)
        revisions = [self._open_revision(review, item) for item in items if item["sk"] != last]
        return [revision for revision in revisions if revision.assessment]

    def acknowledged_revision(self, review: Review) -> Revision | None:
        """The revision that was acknowledged; None if none was, or its text is not stored.

        The id of an acknowledgement follows from its revision. Raises Erased.
        """
        if review.reply is None:
            return None
        for item in self._query_items(partition_key(review.id), REVISION_PREFIX):
            revision = item["sk"].removeprefix(REVISION_PREFIX).rpartition("#")[0]
            if review.reply == acknowledgement_id(review.thread, review.id, revision):
                stored_revision = self._open_revision(review, item)
                if stored_revision.assessment:
                    return stored_revision
        return None

    def _open_revision(self, review: Review, item: Item) -> Revision:
        context = f"{item['pk']}/{item['sk']}"
        content = self.vault.open(review.author, context, item)
        return Revision(
            ReviewEvent.from_json(content["event"]), content["assessment"], content.get("context")
        )


def _author_note(change: Change) -> AuthorNote:
    """What a change notes of its author."""
    writes = change.writes
    draft = writes.acknowledgement
    return AuthorNote(
        change.case.review.id if writes.is_complaint else None,
        draft.author_replies if draft else (),
        draft.variant if draft else None,
        review=change.case.review.id,
    )


def _answerable_reviews(follow_up: FollowUp, damaged: Collection[str]) -> tuple[str, ...]:
    """The reviews that its resolution covers; all of them where it covers none (any more).

    Those that are `damaged` are left out.
    """
    covered = tuple(review for review in follow_up.covered_reviews if review not in damaged)
    return covered or tuple(review for review in follow_up.reviews if review not in damaged)


def _parse_thread(item: Item, thread: str) -> Thread:
    """The thread of a state's item; a new one if nothing of it is stored."""
    if "thread" not in item:
        return Thread(thread)
    try:
        return parse_state(item["pk"], item, "thread", Thread.from_json)
    except DamagedState:
        return Thread(thread, damaged=True)


def _damaged_thread() -> DamagedState:
    return DamagedState(
        "What we said in a thread cannot be read. Have its state restored from a backup "
        "(docs/operations.md, Damaged states)."
    )


def _is_unreadable(pk: str, item: Item) -> bool:
    try:
        parse_state(pk, item, "review", Review.from_json)
    except DamagedState:
        return True
    return False
