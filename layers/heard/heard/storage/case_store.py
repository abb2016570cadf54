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

from heard.cases import Case, Change, Review, first_seen, unsent
from heard.clock import moment, stamp
from heard.connectors import ReplyTarget
from heard.errors import Contention, NotFound
from heard.follow_ups import FollowUp, Status
from heard.outcomes import chain
from heard.replies.lint import Fingerprint
from heard.reviews import Channel, ReviewEvent
from heard.storage.outcome_log import appends
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
SWEEP_TASK_AFTER: Final = timedelta(minutes=10)
"""A follow-up is looked at again when its workflow has let its due time pass by this long."""
MODERATION_AFTER: Final = tuple(timedelta(hours=hours) for hours in (1 / 6, 1, 6, 24, 48, 96))
"""How long a platform that moderates is left alone before each time it is asked what became of a
reply: over a week in all.
"""
WORDING_RUNS: Final = 500
"""How many runs of words are kept of one reply; longer ones are compared by these."""
WORDING_KEPT: Final = timedelta(days=90)
"""How long a person's reply counts among those that the next ones are compared with (R10)."""
ATTEMPTS: Final = 8
"""How often a change is decided afresh when somebody else's came first."""


class Revision(NamedTuple):
    """What an author said, how it was assessed, and what else the policy was asked with.

    None where nothing was decided.
    """

    event: ReviewEvent
    assessment: dict[str, Any] | None
    context: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case and the stored items it was read from, whose versions must still stand at commit."""

    case: Case
    items: Mapping[str, Item]
    known: bool = True


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
    by: str | None = None
    at: str = ""
    sent_at: str | None = None
    """When a private reply was confirmed; a public one's slot in the thread says so."""
    native: str | None = None
    """What a platform that moderates calls it, so that it can be asked again later."""
    checks: int = 0
    """How often it was asked."""
    standing: str | None = None
    """What became of it there, once that is settled."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something the sweep found.

    A review that nothing closed, a follow-up whose clock did not ring, or a reply to be asked
    about.

    A `reply` comes with its `thread`.
    """

    review: str | None
    follow_up: str | None
    reply: str | None = None
    thread: str | None = None


class Work:
    """Reads and writes the Work table, and appends to Outcomes."""

    def __init__(self, client: DynamoDBClient, table: str, outcomes_table: str = "") -> None:
        """`outcomes_table` is needed by whoever commits changes; who only reads does without."""
        self._client = client
        self._table = table
        self._outcomes = outcomes_table
        self.vault = Vault(client, table)

    # Cases

    def case_of(
        self, event: ReviewEvent, *, business: str, platform: str, connection: str, channel: Channel
    ) -> Loaded:
        """The case that an event belongs to; `known` is False when its review was never seen."""
        fresh = first_seen(
            event, business=business, platform=platform, connection=connection, channel=channel
        )
        return self._load(fresh.review.id, fresh.thread.id, fresh.review)

    def case(self, review: str) -> Loaded:
        """The case of a stored review. Raises NotFound."""
        item = self._get(_place(review), "STATE")
        if "review" not in item:
            raise NotFound("There is no such review.")
        return self._load(review, item["review"]["thread"], None, item)

    def head(self, review: str) -> Review | None:
        """A review's state alone, for the head of its chain; None when there is none."""
        item = self._get(_place(review), "STATE") if review.startswith("rev_") else {}
        return Review.from_json(item["review"]) if "review" in item else None

    def case_of_follow_up(self, follow_up: str) -> Loaded:
        """The case that leads a follow-up: its first review. Raises NotFound, Contention."""
        task = self.follow_up(follow_up)
        for _ in range(ATTEMPTS):
            loaded = self.case(task.reviews[0])
            if loaded.case.task is None or loaded.case.task.id != follow_up:
                item = self._get(follow_up, "TASK")
                case = replace(loaded.case, task=FollowUp.from_json(item["task"]))
                loaded = replace(loaded, case=case, items={**loaded.items, follow_up: item})
            task = loaded.case.task or task
            if task.reviews[0] == loaded.case.review.id:
                return loaded
        raise Contention("The reviews of one follow-up keep changing; try again.")

    def follow_up(self, follow_up: str) -> FollowUp:
        """A follow-up by its id. Raises NotFound."""
        item = self._get(follow_up, "TASK")
        if "task" not in item:
            raise NotFound("There is no such follow-up.")
        return FollowUp.from_json(item["task"])

    def _load(
        self, review: str, thread: str, fresh: Review | None, item: Item | None = None
    ) -> Loaded:
        item = self._get(_place(review), "STATE") if item is None else item
        alone = _place(review) == _place(thread)
        thread_item = item if alone else self._get(_place(thread), "STATE")
        items = {_place(review): item, _place(thread): thread_item}
        state = Review.from_json(item["review"]) if "review" in item else fresh
        if state is None:
            raise NotFound("There is no such review.")
        if fresh and not state.revision:
            # Only a disbelieved event was seen: what that said of its author and thread counts for
            # nothing.
            state = replace(
                fresh,
                delivery=state.delivery,
                closed=state.closed,
                sequence=state.sequence,
                head=state.head,
            )
        said = (
            Thread.from_json(thread_item["thread"]) if "thread" in thread_item else Thread(thread)
        )
        task = None
        if said.follow_up:
            items[said.follow_up] = self._get(said.follow_up, "TASK")
            task = FollowUp.from_json(items[said.follow_up]["task"])
        return Loaded(Case(state, said, task), items, known="review" in item)

    def commit(
        self,
        before: Loaded,
        change: Change,
        *,
        now: datetime,
        actor: str = "heard",
        delivery: str | None = None,
        settles: tuple[Reply, str] | None = None,
    ) -> Loaded:
        """Write a change and append its facts, all or nothing. Returns the case as stored.

        `settles` is a watched reply and its standing, which is settled with it. Raises Contention
        when somebody else changed the case since it was read, or settled the reply.
        """
        case, old = change.case, before.case
        outcomes = chain(
            case.review.subject,
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
        changed_review, changed_thread = case.review != old.review, case.thread != old.thread
        home, away = _place(case.review.id), _place(case.thread.id)
        written: dict[str, tuple[Item, PutTypeDef]] = {}
        for place in {home, away}:
            review = case.review if place == home and changed_review else None
            thread = case.thread if place == away and changed_thread else None
            if review or thread:
                written[place] = self._state(
                    place, before.items.get(place, {}), review, thread, case
                )
        if case.task and case.task != old.task:
            written[case.task.id] = self._task(before.items.get(case.task.id, {}), case.task)
        beside = appends(self._outcomes, outcomes) + ([self._settle(*settles)] if settles else [])
        self._write([put for _, put in written.values()], beside)
        return Loaded(
            case, {**before.items, **{place: item for place, (item, _) in written.items()}}
        )

    def change(
        self,
        load: Callable[[], Loaded],
        decide: Callable[[Loaded], Change | None],
        *,
        now: datetime,
        actor: str = "heard",
        delivery: str | None = None,
        settles: tuple[Reply, str] | None = None,
    ) -> Loaded:
        """Load, decide, commit; and again from the start while others come first.

        A decision of None changes nothing.

        Raises Contention after `ATTEMPTS`.
        """
        for _ in range(ATTEMPTS):
            loaded = load()
            change = decide(loaded)
            if change is None:
                return loaded
            try:
                return self.commit(
                    loaded, change, now=now, actor=actor, delivery=delivery, settles=settles
                )
            except Contention:
                continue
        raise Contention("Too many changes to one thread at once; try again.")

    def _state(
        self, place: str, stored: Item, review: Review | None, thread: Thread | None, case: Case
    ) -> tuple[Item, PutTypeDef]:
        """The new state item of a place.

        The part (review or thread) that did not change stays as it was stored.
        """
        item: Item = {**stored, "pk": place, "sk": "STATE", "version": stored.get("version", 0) + 1}
        condition, expected = _unchanged(stored)
        if review:
            item["review"] = review.to_json()
            for name in ("sweep_bucket", "sweep_at"):
                item.pop(name, None)
            in_hand = (
                case.task is not None
                and review.id in case.task.reviews
                and case.task.status is not Status.CLOSED
            )
            if review.closed is None and (
                not in_hand or _acknowledgement_waits(review, case.thread)
            ):
                item |= _sweep_at(_due(review, case.thread), place)
        if thread:
            item |= {"thread": thread.to_json(), "public_replies": thread.public_replies}
            if thread.public_replies > stored.get("public_replies", 0):
                condition += " AND (attribute_not_exists(public_replies) OR public_replies < :cap)"
                expected[":cap"] = PUBLIC_REPLY_CAP
        return item, self._put(item, condition, expected)

    def _task(self, stored: Item, task: FollowUp) -> tuple[Item, PutTypeDef]:
        item: Item = {
            "pk": task.id,
            "sk": "TASK",
            "version": stored.get("version", 0) + 1,
            "task": task.to_json(),
        }
        if task.status is not Status.CLOSED:
            item |= _sweep_at(moment(task.due_at) + SWEEP_TASK_AFTER, task.id)
            if task.status is not Status.ANSWERED:
                item |= {"open_for": task.business, "due": f"{task.due_at}#{task.id}"}
        condition, expected = _unchanged(stored)
        return item, self._put(item, condition, expected)

    def _put(self, item: Item, condition: str, expected: Item) -> PutTypeDef:
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": attributes(item),
            "ConditionExpression": condition,
        }
        if expected:
            put["ExpressionAttributeValues"] = attributes(expected)
        return put

    def _write(
        self, puts: Sequence[PutTypeDef], beside: Sequence[TransactWriteItemTypeDef]
    ) -> None:
        try:
            if len(puts) == 1 and not beside:
                self._client.put_item(**puts[0])
            elif puts or beside:
                self._client.transact_write_items(
                    TransactItems=[*({"Put": put} for put in puts), *beside]
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
        place, sort = _place(case.review.id), _revision(event.revision, event.digest)
        content = {"event": event.to_json(), "assessment": assessment, "context": context}
        sealed = self.vault.seal(case.review.author, f"{place}/{sort}", content)
        self._client.put_item(
            TableName=self._table, Item=attributes({"pk": place, "sk": sort, "sealed": sealed})
        )

    def revision(self, review: Review) -> Revision:
        """The revision last acted on. Raises NotFound, Erased."""
        place, sort = _place(review.id), _revision(review.revision, review.digest)
        item = self._get(place, sort)
        if "sealed" not in item:
            raise NotFound("The text of this revision is not stored.")
        content = self.vault.open(review.author, f"{place}/{sort}", item["sealed"])
        return Revision(
            ReviewEvent.from_json(content["event"]), content["assessment"], content.get("context")
        )

    def put_reply(self, reply: Reply) -> Reply:
        """Keep a reply's text, sealed. Written before its slot is taken.

        The same id always means the same reply: the one returned.
        """
        place, sort = _place(reply.thread), f"REPLY#{reply.id}"
        target = {
            "native_id": reply.target.native_id,
            "native_thread": reply.target.native_thread,
            "to": dict(reply.target.reply_to),
        }
        sealed = self.vault.seal(
            reply.author, f"{place}/{sort}", {"text": reply.text, "target": target}
        )
        known = {
            name: getattr(reply, name)
            for name in Reply.__dataclass_fields__
            if name not in {"text", "target"}
        }
        item = {"pk": place, "sk": sort, "sealed": sealed, **known}
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
        item = self._get(_place(reply.thread), f"REPLY#{reply.id}")
        self._client.put_item(
            TableName=self._table, Item=attributes(item | {"sent_at": stamp(now)})
        )

    def watch_reply(self, reply: Reply, native: str, now: datetime) -> None:
        """Have a platform that moderates asked later what became of a reply that it took.

        Watching twice begins nothing anew.
        """
        item = self._get(_place(reply.thread), f"REPLY#{reply.id}")
        if "native" not in item:
            item |= {"native": native, **_sweep_at(now + MODERATION_AFTER[0], reply.id)}
            self._client.put_item(TableName=self._table, Item=attributes(item))

    def next_check(self, thread: str, reply: str, now: datetime) -> bool:
        """Count one more question about a watched reply, whose next one is then due later.

        False when none is due (any more).
        """
        item = self._get(_place(thread), f"REPLY#{reply}")
        due = item.get("sweep_at")
        if due is None or moment(due) > now:
            return False
        checks: int = item.get("checks", 0) + 1
        wait = MODERATION_AFTER[min(checks, len(MODERATION_AFTER) - 1)]
        put = self._put(
            item | {"checks": checks, **_sweep_at(now + wait, reply)},
            "sweep_at = :due",
            {":due": due},
        )
        try:
            self._write([put], [])
        except Contention:
            return False
        return True

    def stop_watching(self, thread: str, reply: str, standing: str) -> None:
        """Ask no more about a reply, without a fact: it can be read no more.

        Stopping twice is no error.
        """
        try:
            self._client.update_item(**self._settled(_place(thread), reply, standing))
        except ClientError as error:
            if not condition_failed(error):
                raise

    def _settle(self, reply: Reply, standing: str) -> TransactWriteItemTypeDef:
        return {"Update": self._settled(_place(reply.thread), reply.id, standing)}

    def _settled(self, place: str, reply: str, standing: str) -> UpdateTypeDef:
        return {
            "TableName": self._table,
            "Key": attributes({"pk": place, "sk": f"REPLY#{reply}"}),
            "UpdateExpression": "SET standing = :standing REMOVE sweep_bucket, sweep_at",
            "ConditionExpression": "attribute_exists(sweep_at)",
            "ExpressionAttributeValues": attributes({":standing": standing}),
        }

    def reply(self, thread: str, reply: str) -> Reply:
        """A reply by its id. Raises NotFound."""
        item = self._get(_place(thread), f"REPLY#{reply}")
        if "sealed" not in item:
            raise NotFound("There is no such reply.")
        return self._reply(item)

    def review_of(self, thread: str, reply: str) -> str:
        """The review that a reply answers, also where its text cannot be read any more.

        Raises NotFound.
        """
        item = self._get(_place(thread), f"REPLY#{reply}")
        if "review" not in item:
            raise NotFound("There is no such reply.")
        return item["review"]

    def replies(self, thread: str) -> list[Reply]:
        """All replies ever decided in a thread, in time order."""
        return sorted(
            (self._reply(item) for item in self._query(_place(thread), "REPLY#")),
            key=lambda reply: reply.at,
        )

    def note_wording(self, reply: Reply, fingerprint: Fingerprint) -> None:
        """Keep how a person's reply was worded among the business's latest ones, so that the next
        can be compared with it (R10).
        """
        until = moment(reply.at) + WORDING_KEPT
        packed = b"".join(run.to_bytes(4) for run in sorted(fingerprint)[:WORDING_RUNS])
        item = {
            "pk": f"WORDING#{reply.business}",
            "sk": f"{reply.at}#{reply.id}",
            "wording": packed,
        }
        self._client.put_item(
            TableName=self._table, Item=attributes(item | {"expires_at": int(until.timestamp())})
        )

    def latest_wordings(
        self, business: str, count: int, *, other_than: Collection[str] = ()
    ) -> list[Fingerprint]:
        """How a business's latest human replies, but those with the ids `other_than`, were worded,
        newest first.
        """
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"WORDING#{business}"}),
            ScanIndexForward=False,
            Limit=count + len(other_than),
        )
        items = [
            item
            for item in map(values, found["Items"])
            if item["sk"].rpartition("#")[2] not in other_than
        ]
        packed = [item["wording"] for item in items[:count]]
        return [
            frozenset(int.from_bytes(each[at : at + 4]) for at in range(0, len(each), 4))
            for each in packed
        ]

    def told(self, page: str) -> str | None:
        """The variant of the last acknowledgement on a page (what onlookers read together), None
        for the first.
        """
        return self._get(f"PAGE#{page}", "TOLD").get("variant")

    def tell(self, page: str, variant: str, before: str | None) -> bool:
        """Note a page's last variant.

        False when somebody noted another since `before` was read (R10).
        """
        condition = "attribute_not_exists(variant)" if before is None else "variant = :before"
        known = attributes({":variant": variant} | ({} if before is None else {":before": before}))
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": f"PAGE#{page}", "sk": "TOLD"}),
                UpdateExpression="SET variant = :variant",
                ConditionExpression=condition,
                ExpressionAttributeValues=known,
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _reply(self, item: Item) -> Reply:
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
            by=item.get("by"),
            at=item["at"],
            sent_at=item.get("sent_at"),
            native=item.get("native"),
            checks=item.get("checks", 0),
            standing=item.get("standing"),
        )

    def put_note(self, follow_up: str, answer: str, author: str, note: Mapping[str, Any]) -> None:
        """Keep what an agent noted with an answer (diagnosis, evidence), sealed with the author's
        key.
        """
        sort = f"NOTE#{answer}"
        sealed = self.vault.seal(author, f"{follow_up}/{sort}", note)
        self._client.put_item(
            TableName=self._table,
            Item=attributes({"pk": follow_up, "sk": sort, "author": author, "sealed": sealed}),
        )

    def notes(self, follow_up: str) -> list[dict[str, Any]]:
        """What agents noted with their answers."""
        items = self._query(follow_up, "NOTE#")
        return [
            self.vault.open(item["author"], f"{follow_up}/{item['sk']}", item["sealed"])
            for item in items
        ]

    # Follow-ups

    def update_follow_up(self, follow_up: str, decide: Callable[[FollowUp], FollowUp]) -> FollowUp:
        """Change a follow-up alone (a claim, a task token); no fact is appended.

        Raises NotFound, Contention.
        """
        for _ in range(ATTEMPTS):
            item = self._get(follow_up, "TASK")
            if "task" not in item:
                raise NotFound("There is no such follow-up.")
            task = FollowUp.from_json(item["task"])
            changed = decide(task)
            if changed == task:
                return task
            try:
                self._write([self._task(item, changed)[1]], [])
            except Contention:
                continue
            return changed
        raise Contention("Too many changes to one follow-up at once; try again.")

    def put_token(self, follow_up: str, token: str) -> bool:
        """Keep the token with which a follow-up's workflow waits; True for its first one.

        It lies apart from the follow-up, since tokens are long and every write of an item costs its
        whole length.
        """
        item = attributes({"pk": follow_up, "sk": "TOKEN", "token": token})
        return "Attributes" not in self._client.put_item(
            TableName=self._table, Item=item, ReturnValues="ALL_OLD"
        )

    def token(self, follow_up: str) -> str | None:
        """The token with which a follow-up's workflow waits, or waited last.

        None before the first.
        """
        return self._get(follow_up, "TOKEN").get("token")

    def open_follow_ups(
        self, business: str, *, limit: int, after: str | None = None
    ) -> tuple[list[FollowUp], str | None]:
        """A business's open follow-ups by due time, and where the next page begins (None when there
        is none).
        """
        found = self._client.query(
            TableName=self._table,
            IndexName="open_tasks",
            KeyConditionExpression="open_for = :business AND due > :after",
            ExpressionAttributeValues=attributes({":business": business, ":after": after or "0"}),
            Limit=limit,
        )
        listed = [values(item) for item in found["Items"]]
        tasks = self._tasks([key["pk"] for key in listed])
        following = listed[-1]["due"] if "LastEvaluatedKey" in found else None
        return [tasks[key["pk"]] for key in listed if key["pk"] in tasks], following

    def _tasks(self, ids: Sequence[str]) -> dict[str, FollowUp]:
        """Several follow-ups at once, eventually consistent like the index that named them."""
        wanted: Any = [attributes({"pk": id, "sk": "TASK"}) for id in ids]
        found: dict[str, FollowUp] = {}
        while wanted:
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": wanted[:100]}})
            for item in (values(each) for each in answer["Responses"].get(self._table, [])):
                found[item["pk"]] = FollowUp.from_json(item["task"])
            left: Any = answer.get("UnprocessedKeys", {}).get(self._table)
            wanted = [*(left["Keys"] if left else ()), *wanted[100:]]
        return found

    # The sweep

    def stuck(self, now: datetime) -> list[Stuck]:
        """Reviews that nothing closed, follow-ups whose clock did not ring, and replies to ask
        about, by the days on which that was due.
        """
        found: list[Stuck] = []
        for day in range(SWEEP_DAYS + 1):
            bucket = now - timedelta(days=day)
            for shard in range(SWEEP_SHARDS):
                pages = self._client.get_paginator("query").paginate(
                    TableName=self._table,
                    IndexName="sweep",
                    KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                    ExpressionAttributeValues=attributes(
                        {":bucket": _bucket(bucket, shard), ":now": stamp(now)}
                    ),
                )
                for item in (values(item) for page in pages for item in page["Items"]):
                    found.append(_stuck(item["pk"], item["sk"]))
        return found

    # Items

    def _get(self, pk: str, sk: str) -> Item:
        found = self._client.get_item(
            TableName=self._table, Key=attributes({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return values(found.get("Item", {}))

    def _query(self, pk: str, prefix: str) -> list[Item]:
        condition, expected = "pk = :pk", {":pk": pk}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            expected[":prefix"] = prefix
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=attributes(expected),
            ConsistentRead=True,
        )
        return [values(item) for page in pages for item in page["Items"]]


def _stuck(place: str, sort: str) -> Stuck:
    if sort == "TASK":
        return Stuck(None, place)
    if sort.startswith("REPLY#"):
        return Stuck(None, None, sort.removeprefix("REPLY#"), f"thr_{place}")
    return Stuck(f"rev_{place}", None)


def _unchanged(stored: Item) -> tuple[str, Item]:
    """The condition under which an item still is as it was read, and its values."""
    if "version" not in stored:
        return "attribute_not_exists(pk)", {}
    return "version = :version", {":version": stored["version"]}


def _place(id: str) -> str:
    """A review and a thread with the same platform id share one item.

    Most threads are one review.
    """
    return id.split("_", 1)[1]


def _revision(revision: str, digest: str) -> str:
    return f"REVISION#{revision}#{digest[:12]}"


def _acknowledgement_waits(review: Review, thread: Thread) -> bool:
    """Whether nobody but the sweep will send a review's acknowledgement.

    The run that decided it is over.
    """
    slot = thread.slot(review.reply) if review.reply else None
    return slot is not None and slot.not_before is not None and unsent(slot)


def _due(review: Review, thread: Thread) -> datetime:
    """When somebody must look at an open review.

    When its acknowledgement may go, else when it should long have ended.
    """
    slot = thread.slot(review.reply) if review.reply else None
    if slot and slot.not_before and slot.waits(moment(review.touched_at)):
        return moment(slot.not_before)
    return moment(review.touched_at) + SWEEP_REVIEW_AFTER


def _bucket(at: datetime, shard: int) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}#{shard}"


def _sweep_at(at: datetime, place: str) -> Item:
    return {
        "sweep_bucket": _bucket(at, zlib.crc32(place.encode()) % SWEEP_SHARDS),
        "sweep_at": stamp(at),
    }
