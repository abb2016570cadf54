"""Follow-ups as they are stored, with their workflow's token and their notes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from heard.clock import parse_time
from heard.errors import Contention, DamagedState, DamagedText, NotFound
from heard.follow_ups import FollowUp, Status
from heard.notes import Note
from heard.storage.items import CaseItems, parse_state, read_batches, version_condition
from heard.storage.sweep_index import follow_up_sweep_at, sweep_attributes
from heard.storage.tables import Item, attributes, values
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

    from heard.storage.replies import Reply

MAX_NOTES: Final = 50
"""How many notes of one follow-up are read at once. One is at most 40,000 characters long."""

CHANGE_SECONDS: Final = 8.0
"""How long a change is decided again because other changes come first.

It fits into every function that changes a case, beside one slow request to a platform.
"""


@dataclass(frozen=True, slots=True)
class StoredFollowUp:
    """A follow-up and the item it was read from, whose version must be the same at commit."""

    follow_up: FollowUp
    item: Item


class FollowUpRecords(CaseItems):
    """Reads and writes follow-ups."""

    def stored_follow_up(self, follow_up_id: str) -> StoredFollowUp:
        """A follow-up by its id, for whoever is about to change it.

        Raises NotFound, DamagedState.
        """
        item = self._get_item(follow_up_id, "FOLLOW_UP")
        if "follow_up" not in item:
            raise NotFound("There is no such follow-up.")
        follow_up = parse_state(item["pk"], item, "follow_up", FollowUp.from_json)
        return StoredFollowUp(follow_up, item)

    def follow_up(self, follow_up_id: str) -> FollowUp:
        """A follow-up by its id. Raises NotFound, DamagedState."""
        return self.stored_follow_up(follow_up_id).follow_up

    def update_follow_up(
        self,
        follow_up_id: str,
        decide: Callable[[FollowUp], FollowUp],
        now: datetime,
        *,
        sweep_at: datetime | None = None,
        known: StoredFollowUp | None = None,
    ) -> StoredFollowUp:
        """Change a follow-up alone, such as its claim; no fact is appended. Returns it as stored.

        `sweep_at` is when the sweep looks at it next, if that is not as usual. `known` is the
        follow-up as it was just read: it is read again only if somebody has changed it since.
        Raises NotFound, DamagedState, Contention.
        """
        for _ in self.waiting.tries(CHANGE_SECONDS):
            stored, known = known or self.stored_follow_up(follow_up_id), None
            follow_up_after = decide(stored.follow_up)
            if follow_up_after == stored.follow_up:
                return stored
            item, put = self._follow_up_write(stored.item, follow_up_after, now, sweep_at)
            try:
                self._write([put], [])
            except Contention:
                continue
            return StoredFollowUp(follow_up_after, item)
        raise Contention("Too many changes of one follow-up at once. Try again.")

    def _follow_up_write(
        self,
        item_before: Item,
        follow_up: FollowUp,
        now: datetime,
        sweep_at: datetime | None = None,
    ) -> tuple[Item, PutTypeDef]:
        item: Item = {
            "pk": follow_up.id,
            "sk": "FOLLOW_UP",
            "version": item_before.get("version", 0) + 1,
            "follow_up": follow_up.to_json(),
        }
        if follow_up.status is not Status.CLOSED:
            item |= sweep_attributes(
                sweep_at or _next_sweep_at(item_before, follow_up, now), follow_up.id
            ) | {
                # While it is resolved and not carried out too, so that it is on a list.
                "open_for": follow_up.business,
                "due": f"{follow_up.due_at}#{follow_up.id}",
            }
        condition, parameters = version_condition(item_before)
        return item, self._conditional_put(item, condition, parameters)

    def put_token(self, follow_up_id: str, token: str) -> None:
        """Store the token with which a follow-up's workflow waits.

        It is an item of its own: tokens are long, and a write costs the whole length of an item.
        """
        item = attributes({"pk": follow_up_id, "sk": "TOKEN", "token": token})
        self._client.put_item(TableName=self._table, Item=item)

    def token(self, follow_up_id: str) -> str | None:
        """The token with which a follow-up's workflow waits, or waited last.

        None before the first.
        """
        return self._get_item(follow_up_id, "TOKEN").get("token")

    def open_follow_ups(
        self, business: str, *, limit: int, after: str | None = None
    ) -> tuple[list[FollowUp], str | None]:
        """A business's open follow-ups by due time, and where the next page begins.

        None when there is no next page. The index holds all that is read, so a page of 25 costs
        about 2 read units. A follow-up that cannot be read, as another release wrote it, hides no
        other: it is logged and left out.
        """
        response = self._client.query(
            TableName=self._table,
            IndexName="open_follow_ups",
            KeyConditionExpression="open_for = :business AND due > :after",
            ExpressionAttributeValues=attributes({":business": business, ":after": after or "0"}),
            Limit=limit,
        )
        entries = [values(item) for item in response["Items"]]
        # An index that an earlier release made holds only keys.
        bare_keys = [(entry["pk"], "FOLLOW_UP") for entry in entries if "follow_up" not in entry]
        items = dict(read_batches(self._client, self._table, bare_keys, "pk, sk, follow_up"))
        stored = [
            items.get((entry["pk"], "FOLLOW_UP")) if "follow_up" not in entry else entry
            for entry in entries
        ]
        follow_ups = [
            follow_up for item in stored if item and (follow_up := _parse_follow_up(item))
        ]
        return follow_ups, entries[-1]["due"] if "LastEvaluatedKey" in response else None

    def readable_follow_ups(self, ids: Collection[str]) -> dict[str, FollowUp]:
        """Those of these follow-ups that are stored and can be read. Eventually consistent."""
        keys = [(id, "FOLLOW_UP") for id in ids]
        return {
            id: follow_up
            for (id, _), item in read_batches(self._client, self._table, keys, "pk, sk, follow_up")
            if "follow_up" in item and (follow_up := _parse_follow_up(item))
        }

    def closed_follow_ups(self, follow_ups: Collection[str]) -> list[str]:
        """Those of these follow-ups in which nobody works any more.

        One that cannot be read may be open.
        """
        keys = [(id, "FOLLOW_UP") for id in follow_ups]
        open_ids = {
            id
            for (id, _), item in read_batches(
                self._client, self._table, keys, "pk, sk, follow_up", consistent=True
            )
            if (follow_up := _parse_follow_up(item)) is None or follow_up.status != Status.CLOSED
        }
        return [id for id in follow_ups if id not in open_ids]

    def put_note(
        self, follow_up_id: str, resolution_key: str, author: str, note: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        """Store an agent's note on a resolution, sealed with the author's key. Returns its place.

        If the author is erased by now, the note is sealed with a key of the follow-up: then None.
        """
        item = self._seal_note(follow_up_id, f"NOTE#{resolution_key}", author, note)
        self._client.put_item(TableName=self._table, Item=attributes(item))
        return None if item["author"] == follow_up_id else (follow_up_id, item["sk"])

    def _seal_note(
        self, follow_up_id: str, sk: str, author: str, content: Mapping[str, Any]
    ) -> Item:
        try:
            sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", content)
        except Erased:
            author = follow_up_id
            sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", content)
        return {"pk": follow_up_id, "sk": sk, "author": author, **sealed}

    def add_note(
        self,
        known: StoredFollowUp,
        author: str,
        note: Note,
        decide: Callable[[FollowUp], FollowUp],
        now: datetime,
    ) -> Note | None:
        """Store a note without an answer, sealed like `put_note`'s, and change its follow-up.

        Both in one write, so that whoever is mentioned is so once. Nothing is written if the agent
        has a note with this id: that one is returned, or None if it cannot be read any more. A note
        that the author's erasure may have missed is taken back. `known` is the follow-up as it was
        just read, `decide` gets it as it is. Raises NotFound, DamagedState, Contention.
        """
        follow_up_id, sk = known.follow_up.id, f"NOTE#{note.agent}#{note.id}"
        current: StoredFollowUp | None = known
        for _ in self.waiting.tries(CHANGE_SECONDS):
            stored, current = current or self.stored_follow_up(follow_up_id), None
            if stored_note := self._get_item(follow_up_id, sk):
                return self._open_note(stored_note)
            follow_up_after = decide(stored.follow_up)
            item = self._seal_note(follow_up_id, sk, author, note.to_json())
            puts = [self._conditional_put(item, "attribute_not_exists(pk)", {})]
            if follow_up_after != stored.follow_up:
                puts.append(self._follow_up_write(stored.item, follow_up_after, now)[1])
            try:
                self._write(puts, [])
            except Contention:
                continue
            if item["author"] == author and not self.vault.has_key(author):
                self._client.delete_item(
                    TableName=self._table, Key=attributes({"pk": follow_up_id, "sk": sk})
                )
            return note
        raise Contention("Too many changes of one follow-up at once. Try again.")

    def _open_note(self, item: Item) -> Note | None:
        try:
            place = f"{item['pk']}/{item['sk']}"
            return Note.from_json(self.vault.open(item["author"], place, item))
        except (Erased, DamagedText, KeyError, TypeError):
            return None

    def count_notes(self, follow_up_id: str) -> int:
        """How many notes a follow-up has; at most `MAX_NOTES` are counted."""
        return sum(1 for _ in self._query_items(follow_up_id, "NOTE#", MAX_NOTES))

    def notes(
        self,
        follow_up_id: str,
        replies: Iterable[Reply] = (),
        *,
        limit: int | None = MAX_NOTES,
    ) -> list[dict[str, Any]]:
        """The agents' notes on a follow-up, the newest last, without those about an erased author.

        One with a `resolution` came with that, any other is a `Note`. A resolution with a reply has
        its note in the reply: `replies` are those of the thread. Else at most `limit` of them, or
        with None all. Of one that does not open, only its id, its agent and that it is `damaged`.
        """
        notes: list[dict[str, Any]] = []
        for item in islice(self._query_items(follow_up_id, "NOTE#"), limit):
            place = f"{follow_up_id}/{item['sk']}"
            if "sealed" not in item:
                continue
            try:
                notes.append(self.vault.open(item["author"], place, item))
            except Erased:
                continue
            except (DamagedText, KeyError, TypeError):
                notes.append(_damaged_note(item["sk"].removeprefix("NOTE#")))
        known = {(note.get("agent"), note.get("resolution")) for note in notes}
        notes += [
            dict(reply.note)
            for reply in replies
            if reply.note
            and reply.follow_up == follow_up_id
            and (reply.note.get("agent"), reply.note.get("resolution")) not in known
        ]
        return sorted(notes, key=lambda note: note.get("at", ""))


def _damaged_note(name: str) -> dict[str, Any]:
    agent, separator, id = name.rpartition("#" if "#" in name else "/")
    return {"id" if separator == "#" else "resolution": id, "agent": agent, "damaged": True}


def _next_sweep_at(item_before: Item, follow_up: FollowUp, now: datetime) -> datetime:
    """When the sweep looks at a follow-up.

    While a resolution is to be carried out, what joins it must not put that off.
    """
    sweep_at = follow_up_sweep_at(follow_up, now)
    is_resolving = follow_up.status is Status.RESOLVING
    if is_resolving and item_before.get("follow_up", {}).get("status") == Status.RESOLVING.value:
        return min(sweep_at, parse_time(item_before["sweep_at"]))
    return sweep_at


def _parse_follow_up(item: Item) -> FollowUp | None:
    try:
        return parse_state(item["pk"], item, "follow_up", FollowUp.from_json)
    except DamagedState:
        return None
