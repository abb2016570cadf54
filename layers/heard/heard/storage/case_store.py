"""The Work table: cases, revisions, replies, follow-ups; and the transactions that change them.

A case is read with the version of each item it came from. `commit` writes the changed items and the
new outcomes in one transaction, only if every version still stands; otherwise nothing is written
and the caller looks again. DynamoDB enforces the two-reply cap a second time, in the write itself
(R04).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from heard.cases import Case, Change, Review, is_unsent, new_case
from heard.clock import format_time, parse_time
from heard.connectors import ReplyTarget
from heard.errors import Contention, NotFound
from heard.follow_ups import FollowUp, Status
from heard.outcomes import chain_facts
from heard.replies.lint import Fingerprint
from heard.reviews import Channel, ReviewEvent
from heard.storage.outcome_log import append_writes
from heard.storage.tables import Item, attributes, condition_failed, values
from heard.storage.vault import Vault
from heard.threads import PUBLIC_REPLY_CAP, Purpose, Thread

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef, UpdateTypeDef

SWEEP_SHARDS: Final = 8
SWEEP_DAYS: Final = 35
"""How far back the sweep looks.

Longer than a follow-up is kept open by default, so that no outage hides one.
"""
SWEEP_REVIEW_AFTER: Final = timedelta(minutes=15)
"""An open review without a follow-up is looked at again when nothing has touched it for this long."""
SWEEP_FOLLOW_UP_AFTER: Final = timedelta(minutes=10)
"""A follow-up is looked at again when its workflow has let its due time pass by this long."""
MODERATION_CHECK_DELAYS: Final = tuple(
    timedelta(hours=hours) for hours in (1 / 6, 1, 6, 24, 48, 96)
)
"""How long a platform that moderates is left alone before each time it is asked what became of a
reply: over a week in all.
"""
MAX_WORDING_SHINGLES: Final = 500
"""How many runs of words are kept of one reply; longer ones are compared by these."""
WORDING_RETENTION: Final = timedelta(days=90)
"""How long a person's reply counts among those that the next ones are compared with (R10)."""
MAX_ATTEMPTS: Final = 8
"""How often a change is decided afresh when somebody else's came first."""


class Revision(NamedTuple):
    """What an author said, how it was assessed, and what else the policy was asked with.

    None where nothing was decided.
    """

    event: ReviewEvent
    assessment: dict[str, Any] | None
    context: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case and the stored items it was read from, whose versions must still stand at commit."""

    case: Case
    items: Mapping[str, Item]
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as it was decided: immutable, so that a retry sends the same one."""

    id: str
    thread: str
    review: str
    author: str
    business: str
    connection: str
    purpose: Purpose
    public: bool
    text: str
    target: ReplyTarget
    follow_up: str | None = None
    variant: str | None = None
    agent: str | None = None
    at: str = ""
    sent_at: str | None = None
    """When a private reply was confirmed; a public one's slot in the thread says so."""
    native_id: str | None = None
    """What a platform that moderates calls it, so that it can be asked again later."""
    check_count: int = 0
    """How often it was asked."""
    moderation_status: str | None = None
    """What became of it there, once that is settled."""


@dataclass(frozen=True, slots=True)
class StuckItem:
    """Something the sweep found.

    A review that nothing closed, a follow-up whose clock did not ring, or a reply to be asked
    about.

    A `reply` comes with its `thread`.
    """

    review: str | None
    follow_up: str | None
    reply: str | None = None
    thread: str | None = None


class CaseStore:
    """Reads and writes the Work table, and appends to Outcomes."""

    def __init__(self, client: DynamoDBClient, table: str, outcomes_table: str = "") -> None:
        """`outcomes_table` is needed by whoever commits changes; who only reads does without."""
        self._client = client
        self._table = table
        self._outcomes = outcomes_table
        self.vault = Vault(client, table)

    # Cases

    def case_of_event(
        self, event: ReviewEvent, *, business: str, platform: str, connection: str, channel: Channel
    ) -> LoadedCase:
        """The case that an event belongs to; `known` is False when its review was never seen."""
        initial_case = new_case(
            event, business=business, platform=platform, connection=connection, channel=channel
        )
        return self._load(initial_case.review.id, initial_case.thread.id, initial_case.review)

    def case(self, review: str) -> LoadedCase:
        """The case of a stored review. Raises NotFound."""
        item = self._get(_partition_key(review), "STATE")
        if "review" not in item:
            raise NotFound("There is no such review.")
        return self._load(review, item["review"]["thread"], None, item)

    def find_review(self, review: str) -> Review | None:
        """A review's state alone, for the head of its chain; None when there is none."""
        item = self._get(_partition_key(review), "STATE") if review.startswith("rev_") else {}
        return Review.from_json(item["review"]) if "review" in item else None

    def case_of_follow_up(self, follow_up_id: str) -> LoadedCase:
        """The case that leads a follow-up: its first review. Raises NotFound, Contention."""
        follow_up = self.follow_up(follow_up_id)
        for _ in range(MAX_ATTEMPTS):
            loaded = self.case(follow_up.reviews[0])
            if loaded.case.follow_up is None or loaded.case.follow_up.id != follow_up_id:
                item = self._get(follow_up_id, "FOLLOW_UP")
                case = replace(loaded.case, follow_up=FollowUp.from_json(item["follow_up"]))
                loaded = replace(loaded, case=case, items={**loaded.items, follow_up_id: item})
            follow_up = loaded.case.follow_up or follow_up
            if follow_up.reviews[0] == loaded.case.review.id:
                return loaded
        raise Contention("The reviews of one follow-up keep changing; try again.")

    def follow_up(self, follow_up_id: str) -> FollowUp:
        """A follow-up by its id. Raises NotFound."""
        item = self._get(follow_up_id, "FOLLOW_UP")
        if "follow_up" not in item:
            raise NotFound("There is no such follow-up.")
        return FollowUp.from_json(item["follow_up"])

    def _load(
        self, review: str, thread: str, new_review: Review | None, item: Item | None = None
    ) -> LoadedCase:
        item = self._get(_partition_key(review), "STATE") if item is None else item
        shares_item = _partition_key(review) == _partition_key(thread)
        thread_item = item if shares_item else self._get(_partition_key(thread), "STATE")
        items = {_partition_key(review): item, _partition_key(thread): thread_item}
        review_state = Review.from_json(item["review"]) if "review" in item else new_review
        if review_state is None:
            raise NotFound("There is no such review.")
        if new_review and not review_state.revision:
            # Only a disbelieved event was seen: what that said of its author and thread counts for
            # nothing.
            review_state = replace(
                new_review,
                delivery=review_state.delivery,
                closing_kind=review_state.closing_kind,
                sequence=review_state.sequence,
                head=review_state.head,
            )
        thread_state = (
            Thread.from_json(thread_item["thread"]) if "thread" in thread_item else Thread(thread)
        )
        follow_up = None
        if thread_state.follow_up:
            items[thread_state.follow_up] = self._get(thread_state.follow_up, "FOLLOW_UP")
            follow_up = FollowUp.from_json(items[thread_state.follow_up]["follow_up"])
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

        `settles` is a watched reply and its standing, which is settled with it. Raises Contention
        when somebody else changed the case since it was read, or settled the reply.
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
            case.thread != case_before.thread,
        )
        review_pk, thread_pk = _partition_key(case.review.id), _partition_key(case.thread.id)
        writes: dict[str, tuple[Item, PutTypeDef]] = {}
        for pk in {review_pk, thread_pk}:
            review = case.review if pk == review_pk and review_changed else None
            thread = case.thread if pk == thread_pk and thread_changed else None
            if review or thread:
                writes[pk] = self._state_write(pk, before.items.get(pk, {}), review, thread, case)
        if case.follow_up and case.follow_up != case_before.follow_up:
            writes[case.follow_up.id] = self._follow_up_write(
                before.items.get(case.follow_up.id, {}), case.follow_up
            )
        extra_writes = append_writes(self._outcomes, outcomes) + (
            [self._moderation_write(*final_moderation)] if final_moderation else []
        )
        self._write([put for _, put in writes.values()], extra_writes)
        return LoadedCase(
            case, {**before.items, **{place: item for place, (item, _) in writes.items()}}
        )

    def change(
        self,
        load: Callable[[], LoadedCase],
        decide: Callable[[LoadedCase], Change | None],
        *,
        now: datetime,
        actor: str = "heard",
        delivery: str | None = None,
        final_moderation: tuple[Reply, str] | None = None,
    ) -> LoadedCase:
        """Load, decide, commit; and again from the start while others come first.

        A decision of None changes nothing.

        Raises Contention after `ATTEMPTS`.
        """
        for _ in range(MAX_ATTEMPTS):
            loaded = load()
            change = decide(loaded)
            if change is None:
                return loaded
            try:
                return self.commit(
                    loaded,
                    change,
                    now=now,
                    actor=actor,
                    delivery=delivery,
                    final_moderation=final_moderation,
                )
            except Contention:
                continue
        raise Contention("Too many changes to one thread at once; try again.")

    def _state_write(
        self, pk: str, item_before: Item, review: Review | None, thread: Thread | None, case: Case
    ) -> tuple[Item, PutTypeDef]:
        """The new state item of a place.

        The part (review or thread) that did not change stays as it was stored.
        """
        item: Item = {
            **item_before,
            "pk": pk,
            "sk": "STATE",
            "version": item_before.get("version", 0) + 1,
        }
        condition, parameters = _version_condition(item_before)
        if review:
            item["review"] = review.to_json()
            for name in ("sweep_bucket", "sweep_at"):
                item.pop(name, None)
            has_follow_up = (
                case.follow_up is not None
                and review.id in case.follow_up.reviews
                and case.follow_up.status is not Status.CLOSED
            )
            if review.closing_kind is None and (
                not has_follow_up or _is_delayed_acknowledgement(review, case.thread)
            ):
                item |= _sweep_attributes(_sweep_due_at(review, case.thread), pk)
        if thread:
            item |= {"thread": thread.to_json(), "public_replies": thread.public_replies}
            if thread.public_replies > item_before.get("public_replies", 0):
                condition += " AND (attribute_not_exists(public_replies) OR public_replies < :cap)"
                parameters[":cap"] = PUBLIC_REPLY_CAP
        return item, self._conditional_put(item, condition, parameters)

    def _follow_up_write(self, item_before: Item, follow_up: FollowUp) -> tuple[Item, PutTypeDef]:
        item: Item = {
            "pk": follow_up.id,
            "sk": "FOLLOW_UP",
            "version": item_before.get("version", 0) + 1,
            "follow_up": follow_up.to_json(),
        }
        if follow_up.status is not Status.CLOSED:
            item |= _sweep_attributes(
                parse_time(follow_up.due_at) + SWEEP_FOLLOW_UP_AFTER, follow_up.id
            )
            if follow_up.status is not Status.RESOLVING:
                item |= {
                    "open_for": follow_up.business,
                    "due": f"{follow_up.due_at}#{follow_up.id}",
                }
        condition, parameters = _version_condition(item_before)
        return item, self._conditional_put(item, condition, parameters)

    def _conditional_put(self, item: Item, condition: str, parameters: Item) -> PutTypeDef:
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": attributes(item),
            "ConditionExpression": condition,
        }
        if parameters:
            put["ExpressionAttributeValues"] = attributes(parameters)
        return put

    def _write(
        self, puts: Sequence[PutTypeDef], extra_writes: Sequence[TransactWriteItemTypeDef]
    ) -> None:
        try:
            if len(puts) == 1 and not extra_writes:
                self._client.put_item(**puts[0])
            elif puts or extra_writes:
                self._client.transact_write_items(
                    TransactItems=[*({"Put": put} for put in puts), *extra_writes]
                )
        except ClientError as error:
            if condition_failed(error):
                raise Contention("Somebody else changed this thread first.") from error
            raise

    # Revisions, replies, notes

    def put_revision(
        self,
        case: Case,
        event: ReviewEvent,
        assessment: Mapping[str, Any] | None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep what the author said, sealed, and what was decided upon.

        Before the case refers to it. Writing it twice is no harm.
        """
        pk, sk = _partition_key(case.review.id), _revision_sort_key(event.revision, event.digest)
        content = {"event": event.to_json(), "assessment": assessment, "context": context}
        sealed = self.vault.seal(case.review.author, f"{pk}/{sk}", content)
        self._client.put_item(
            TableName=self._table, Item=attributes({"pk": pk, "sk": sk, "sealed": sealed})
        )

    def revision(self, review: Review) -> Revision:
        """The revision last acted on. Raises NotFound, Erased."""
        pk, sk = _partition_key(review.id), _revision_sort_key(review.revision, review.digest)
        item = self._get(pk, sk)
        if "sealed" not in item:
            raise NotFound("The text of this revision is not stored.")
        content = self.vault.open(review.author, f"{pk}/{sk}", item["sealed"])
        return Revision(
            ReviewEvent.from_json(content["event"]), content["assessment"], content.get("context")
        )

    def put_reply(self, reply: Reply) -> Reply:
        """Keep a reply's text, sealed. Written before its slot is taken.

        The same id always means the same reply: the one returned.
        """
        pk, sk = _partition_key(reply.thread), f"REPLY#{reply.id}"
        target = {
            "native_id": reply.target.native_id,
            "native_thread": reply.target.native_thread,
            "to": dict(reply.target.reply_to),
        }
        sealed = self.vault.seal(reply.author, f"{pk}/{sk}", {"text": reply.text, "target": target})
        plain_fields = {
            name: getattr(reply, name)
            for name in Reply.__dataclass_fields__
            if name not in {"text", "target"}
        }
        item = {"pk": pk, "sk": sk, "sealed": sealed, **plain_fields}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=attributes(item),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return self.reply(reply.thread, reply.id)
        return reply

    def confirm_reply(self, reply: Reply, now: datetime) -> None:
        """Note that the platform has a private reply.

        It leaves no slot in its thread that would say so. Confirming twice is no harm.
        """
        item = self._get(_partition_key(reply.thread), f"REPLY#{reply.id}")
        self._client.put_item(
            TableName=self._table, Item=attributes(item | {"sent_at": format_time(now)})
        )

    def watch_moderation(self, reply: Reply, native_id: str, now: datetime) -> None:
        """Have a platform that moderates asked later what became of a reply that it took.

        Watching twice begins nothing anew.
        """
        item = self._get(_partition_key(reply.thread), f"REPLY#{reply.id}")
        if "native_id" not in item:
            item |= {
                "native_id": native_id,
                **_sweep_attributes(now + MODERATION_CHECK_DELAYS[0], reply.id),
            }
            self._client.put_item(TableName=self._table, Item=attributes(item))

    def schedule_next_check(self, thread: str, reply: str, now: datetime) -> bool:
        """Count one more question about a watched reply, whose next one is then due later.

        False when none is due (any more).
        """
        item = self._get(_partition_key(thread), f"REPLY#{reply}")
        due = item.get("sweep_at")
        if due is None or parse_time(due) > now:
            return False
        check_count: int = item.get("check_count", 0) + 1
        wait = MODERATION_CHECK_DELAYS[min(check_count, len(MODERATION_CHECK_DELAYS) - 1)]
        put = self._conditional_put(
            item | {"check_count": check_count, **_sweep_attributes(now + wait, reply)},
            "sweep_at = :due",
            {":due": due},
        )
        try:
            self._write([put], [])
        except Contention:
            return False
        return True

    def stop_watching(self, thread: str, reply: str, moderation_status: str) -> None:
        """Ask no more about a reply, without a fact: it can be read no more.

        Stopping twice is no error.
        """
        try:
            self._client.update_item(
                **self._moderation_update(_partition_key(thread), reply, moderation_status)
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def _moderation_write(self, reply: Reply, moderation_status: str) -> TransactWriteItemTypeDef:
        return {
            "Update": self._moderation_update(
                _partition_key(reply.thread), reply.id, moderation_status
            )
        }

    def _moderation_update(self, pk: str, reply: str, moderation_status: str) -> UpdateTypeDef:
        return {
            "TableName": self._table,
            "Key": attributes({"pk": pk, "sk": f"REPLY#{reply}"}),
            "UpdateExpression": "SET moderation_status = :moderation_status REMOVE sweep_bucket, sweep_at",
            "ConditionExpression": "attribute_exists(sweep_at)",
            "ExpressionAttributeValues": attributes({":moderation_status": moderation_status}),
        }

    def reply(self, thread: str, reply: str) -> Reply:
        """A reply by its id. Raises NotFound."""
        item = self._get(_partition_key(thread), f"REPLY#{reply}")
        if "sealed" not in item:
            raise NotFound("There is no such reply.")
        return self._parse_reply(item)

    def review_of(self, thread: str, reply: str) -> str:
        """The review that a reply answers, also where its text cannot be read any more.

        Raises NotFound.
        """
        item = self._get(_partition_key(thread), f"REPLY#{reply}")
        if "review" not in item:
            raise NotFound("There is no such reply.")
        return item["review"]

    def replies(self, thread: str) -> list[Reply]:
        """All replies ever decided in a thread, in time order."""
        return sorted(
            (self._parse_reply(item) for item in self._query(_partition_key(thread), "REPLY#")),
            key=lambda reply: reply.at,
        )

    def put_wording(self, reply: Reply, fingerprint: Fingerprint) -> None:
        """Keep how a person's reply was worded among the business's latest ones, so that the next
        can be compared with it (R10).
        """
        expires_at = parse_time(reply.at) + WORDING_RETENTION
        wording = b"".join(run.to_bytes(4) for run in sorted(fingerprint)[:MAX_WORDING_SHINGLES])
        item = {
            "pk": f"WORDING#{reply.business}",
            "sk": f"{reply.at}#{reply.id}",
            "wording": wording,
        }
        self._client.put_item(
            TableName=self._table,
            Item=attributes(item | {"expires_at": int(expires_at.timestamp())}),
        )

    def latest_wordings(
        self, business: str, count: int, *, other_than: Collection[str] = ()
    ) -> list[Fingerprint]:
        """How a business's latest human replies, but those with the ids `other_than`, were worded,
        newest first.
        """
        response = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"WORDING#{business}"}),
            ScanIndexForward=False,
            Limit=count + len(other_than),
        )
        items = [
            item
            for item in map(values, response["Items"])
            if item["sk"].rpartition("#")[2] not in other_than
        ]
        wordings = [item["wording"] for item in items[:count]]
        return [
            frozenset(int.from_bytes(each[at : at + 4]) for at in range(0, len(each), 4))
            for each in wordings
        ]

    def last_variant(self, page: str) -> str | None:
        """The variant of the last acknowledgement on a page (what onlookers read together), None
        for the first.
        """
        return self._get(f"PAGE#{page}", "LAST_VARIANT").get("variant")

    def record_variant(self, page: str, variant: str, before: str | None) -> bool:
        """Note a page's last variant.

        False when somebody noted another since `before` was read (R10).
        """
        condition = "attribute_not_exists(variant)" if before is None else "variant = :before"
        parameters = attributes(
            {":variant": variant} | ({} if before is None else {":before": before})
        )
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": f"PAGE#{page}", "sk": "LAST_VARIANT"}),
                UpdateExpression="SET variant = :variant",
                ConditionExpression=condition,
                ExpressionAttributeValues=parameters,
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _parse_reply(self, item: Item) -> Reply:
        content = self.vault.open(item["author"], f"{item['pk']}/{item['sk']}", item["sealed"])
        target = ReplyTarget(
            content["target"]["native_id"],
            content["target"]["native_thread"],
            content["target"]["to"],
        )
        return Reply(
            id=item["id"],
            thread=item["thread"],
            review=item["review"],
            author=item["author"],
            business=item["business"],
            connection=item["connection"],
            purpose=Purpose(item["purpose"]),
            public=item["public"],
            text=content["text"],
            target=target,
            follow_up=item.get("follow_up"),
            variant=item.get("variant"),
            agent=item.get("agent"),
            at=item["at"],
            sent_at=item.get("sent_at"),
            native_id=item.get("native_id"),
            check_count=item.get("check_count", 0),
            moderation_status=item.get("moderation_status"),
        )

    def put_note(
        self, follow_up_id: str, resolution_key: str, author: str, note: Mapping[str, Any]
    ) -> None:
        """Keep what an agent noted with an answer (diagnosis, evidence), sealed with the author's
        key.
        """
        sk = f"NOTE#{resolution_key}"
        sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", note)
        self._client.put_item(
            TableName=self._table,
            Item=attributes({"pk": follow_up_id, "sk": sk, "author": author, "sealed": sealed}),
        )

    def notes(self, follow_up_id: str) -> list[dict[str, Any]]:
        """What agents noted with their answers."""
        items = self._query(follow_up_id, "NOTE#")
        return [
            self.vault.open(item["author"], f"{follow_up_id}/{item['sk']}", item["sealed"])
            for item in items
        ]

    # Follow-ups

    def update_follow_up(
        self, follow_up_id: str, decide: Callable[[FollowUp], FollowUp]
    ) -> FollowUp:
        """Change a follow-up alone (a claim, a task token); no fact is appended.

        Raises NotFound, Contention.
        """
        for _ in range(MAX_ATTEMPTS):
            item = self._get(follow_up_id, "FOLLOW_UP")
            if "follow_up" not in item:
                raise NotFound("There is no such follow-up.")
            follow_up = FollowUp.from_json(item["follow_up"])
            follow_up_after = decide(follow_up)
            if follow_up_after == follow_up:
                return follow_up
            try:
                self._write([self._follow_up_write(item, follow_up_after)[1]], [])
            except Contention:
                continue
            return follow_up_after
        raise Contention("Too many changes to one follow-up at once; try again.")

    def put_token(self, follow_up_id: str, token: str) -> bool:
        """Keep the token with which a follow-up's workflow waits; True for its first one.

        It lies apart from the follow-up, since tokens are long and every write of an item costs its
        whole length.
        """
        item = attributes({"pk": follow_up_id, "sk": "TOKEN", "token": token})
        return "Attributes" not in self._client.put_item(
            TableName=self._table, Item=item, ReturnValues="ALL_OLD"
        )

    def token(self, follow_up_id: str) -> str | None:
        """The token with which a follow-up's workflow waits, or waited last.

        None before the first.
        """
        return self._get(follow_up_id, "TOKEN").get("token")

    def open_follow_ups(
        self, business: str, *, limit: int, after: str | None = None
    ) -> tuple[list[FollowUp], str | None]:
        """A business's open follow-ups by due time, and where the next page begins (None when there
        is none).
        """
        response = self._client.query(
            TableName=self._table,
            IndexName="open_follow_ups",
            KeyConditionExpression="open_for = :business AND due > :after",
            ExpressionAttributeValues=attributes({":business": business, ":after": after or "0"}),
            Limit=limit,
        )
        keys = [values(item) for item in response["Items"]]
        follow_ups = self._read_follow_ups([key["pk"] for key in keys])
        next_cursor = keys[-1]["due"] if "LastEvaluatedKey" in response else None
        return [follow_ups[key["pk"]] for key in keys if key["pk"] in follow_ups], next_cursor

    def _read_follow_ups(self, ids: Sequence[str]) -> dict[str, FollowUp]:
        """Several follow-ups at once, eventually consistent like the index that named them."""
        pending_keys: Any = [attributes({"pk": id, "sk": "FOLLOW_UP"}) for id in ids]
        follow_ups: dict[str, FollowUp] = {}
        while pending_keys:
            response = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": pending_keys[:100]}}
            )
            for item in (values(each) for each in response["Responses"].get(self._table, [])):
                follow_ups[item["pk"]] = FollowUp.from_json(item["follow_up"])
            unprocessed: Any = response.get("UnprocessedKeys", {}).get(self._table)
            pending_keys = [*(unprocessed["Keys"] if unprocessed else ()), *pending_keys[100:]]
        return follow_ups

    # The sweep

    def stuck_items(self, now: datetime) -> list[StuckItem]:
        """Reviews that nothing closed, follow-ups whose clock did not ring, and replies to ask
        about, by the days on which that was due.
        """
        items: list[StuckItem] = []
        for day in range(SWEEP_DAYS + 1):
            time_in_day = now - timedelta(days=day)
            for shard in range(SWEEP_SHARDS):
                pages = self._client.get_paginator("query").paginate(
                    TableName=self._table,
                    IndexName="sweep",
                    KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                    ExpressionAttributeValues=attributes(
                        {":bucket": _sweep_bucket(time_in_day, shard), ":now": format_time(now)}
                    ),
                )
                for item in (values(item) for page in pages for item in page["Items"]):
                    items.append(_parse_stuck_item(item["pk"], item["sk"]))
        return items

    # Items

    def _get(self, pk: str, sk: str) -> Item:
        response = self._client.get_item(
            TableName=self._table, Key=attributes({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return values(response.get("Item", {}))

    def _query(self, pk: str, prefix: str) -> list[Item]:
        condition, parameters = "pk = :pk", {":pk": pk}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            parameters[":prefix"] = prefix
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=attributes(parameters),
            ConsistentRead=True,
        )
        return [values(item) for page in pages for item in page["Items"]]


def _parse_stuck_item(pk: str, sk: str) -> StuckItem:
    if sk == "FOLLOW_UP":
        return StuckItem(None, pk)
    if sk.startswith("REPLY#"):
        return StuckItem(None, None, sk.removeprefix("REPLY#"), f"thr_{pk}")
    return StuckItem(f"rev_{pk}", None)


def _version_condition(item: Item) -> tuple[str, Item]:
    """The condition under which an item still is as it was read, and its values."""
    if "version" not in item:
        return "attribute_not_exists(pk)", {}
    return "version = :version", {":version": item["version"]}


def _partition_key(id: str) -> str:
    """A review and a thread with the same platform id share one item.

    Most threads are one review.
    """
    return id.split("_", 1)[1]


def _revision_sort_key(revision: str, digest: str) -> str:
    return f"REVISION#{revision}#{digest[:12]}"


def _is_delayed_acknowledgement(review: Review, thread: Thread) -> bool:
    """Whether nobody but the sweep will send a review's acknowledgement.

    The run that decided it is over.
    """
    slot = thread.slot(review.reply) if review.reply else None
    return slot is not None and slot.not_before is not None and is_unsent(slot)


def _sweep_due_at(review: Review, thread: Thread) -> datetime:
    """When somebody must look at an open review.

    When its acknowledgement may go, else when it should long have ended.
    """
    slot = thread.slot(review.reply) if review.reply else None
    if slot and slot.not_before and slot.is_waiting(parse_time(review.touched_at)):
        return parse_time(slot.not_before)
    return parse_time(review.touched_at) + SWEEP_REVIEW_AFTER


def _sweep_bucket(at: datetime, shard: int) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}#{shard}"


def _sweep_attributes(at: datetime, pk: str) -> Item:
    return {
        "sweep_bucket": _sweep_bucket(at, zlib.crc32(pk.encode()) % SWEEP_SHARDS),
        "sweep_at": format_time(at),
    }
