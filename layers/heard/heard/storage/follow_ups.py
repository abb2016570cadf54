"""Follow-ups as they are stored, with their workflow's token and their notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from heard.clock import parse_time
from heard.errors import Contention, DamagedText, NotFound
from heard.follow_ups import FollowUp, Status
from heard.storage.items import CaseItems, read_batches, version_condition
from heard.storage.sweep_index import SWEEP_FOLLOW_UP_AFTER, sweep_attributes
from heard.storage.tables import Item, attributes, values
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

MAX_ATTEMPTS: Final = 8
"""How often a change is decided again because another change came first."""


class FollowUpRecords(CaseItems):
    """Reads and writes follow-ups."""

    def follow_up(self, follow_up_id: str) -> FollowUp:
        """A follow-up by its id. Raises NotFound."""
        item = self._get_item(follow_up_id, "FOLLOW_UP")
        if "follow_up" not in item:
            raise NotFound("There is no such follow-up.")
        return FollowUp.from_json(item["follow_up"])

    def update_follow_up(
        self, follow_up_id: str, decide: Callable[[FollowUp], FollowUp]
    ) -> FollowUp:
        """Change a follow-up alone, such as its claim; no fact is appended.

        Raises NotFound, Contention.
        """
        for _ in range(MAX_ATTEMPTS):
            item = self._get_item(follow_up_id, "FOLLOW_UP")
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
        raise Contention("Too many changes of one follow-up at once. Try again.")

    def _follow_up_write(self, item_before: Item, follow_up: FollowUp) -> tuple[Item, PutTypeDef]:
        item: Item = {
            "pk": follow_up.id,
            "sk": "FOLLOW_UP",
            "version": item_before.get("version", 0) + 1,
            "follow_up": follow_up.to_json(),
        }
        if follow_up.status is not Status.CLOSED:
            item |= sweep_attributes(
                parse_time(follow_up.due_at) + SWEEP_FOLLOW_UP_AFTER, follow_up.id
            )
            if follow_up.status is not Status.RESOLVING:
                item |= {
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

        None when there is no next page.
        """
        response = self._client.query(
            TableName=self._table,
            IndexName="open_follow_ups",
            KeyConditionExpression="open_for = :business AND due > :after",
            ExpressionAttributeValues=attributes({":business": business, ":after": after or "0"}),
            Limit=limit,
        )
        keys = [values(item) for item in response["Items"]]
        items = dict(
            read_batches(
                self._client,
                self._table,
                [(key["pk"], "FOLLOW_UP") for key in keys],
                "pk, sk, follow_up",
            )
        )
        follow_ups = [
            FollowUp.from_json(items[key["pk"], "FOLLOW_UP"]["follow_up"])
            for key in keys
            if (key["pk"], "FOLLOW_UP") in items
        ]
        return follow_ups, keys[-1]["due"] if "LastEvaluatedKey" in response else None

    def put_note(
        self, follow_up_id: str, resolution_key: str, author: str, note: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        """Store an agent's note on a resolution, sealed with the author's key. Returns its place.

        If the author is erased by now, the note is sealed with a key of the follow-up: then None.
        """
        sk = f"NOTE#{resolution_key}"
        try:
            sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", note)
        except Erased:
            author = follow_up_id
            sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", note)
        self._client.put_item(
            TableName=self._table,
            Item=attributes({"pk": follow_up_id, "sk": sk, "author": author, **sealed}),
        )
        return None if author == follow_up_id else (follow_up_id, sk)

    def notes(self, follow_up_id: str) -> list[dict[str, Any]]:
        """The agents' notes on a follow-up, without those about an erased author.

        Of one that does not open, only the `resolution` and that it is `damaged`.
        """
        notes: list[dict[str, Any]] = []
        for item in self._query_items(follow_up_id, "NOTE#"):
            place = f"{follow_up_id}/{item['sk']}"
            if "sealed" not in item:
                continue
            try:
                notes.append(self.vault.open(item["author"], place, item))
            except Erased:
                continue
            except DamagedText:
                agent, _, resolution = item["sk"].removeprefix("NOTE#").rpartition("/")
                notes.append({"resolution": resolution, "agent": agent, "damaged": True})
        return notes
