"""What retention does in the Cases table, and how far it has come.

A *departure* names a review whose texts are being deleted, and its author, whom the state of the
review does not name any more. It is written before the state changes and removed when nothing is
left to delete, so a run that stops anywhere is continued. All of this lies in the Cases table,
because a restored backup then continues at the right day by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from heard.clock import format_time, parse_time
from heard.errors import Contention, DamagedText
from heard.reviews import erased_author_id
from heard.storage.items import CaseItems, read_batches
from heard.storage.keys import REVISION_PREFIX, partition_key
from heard.storage.tables import Item, attributes, condition_failed
from heard.storage.vault import Erased

_POSITION: Final = "POSITION"
_PREFIX: Final = "REVIEW#"


@dataclass(frozen=True, slots=True)
class Departure:
    """A review whose texts are being deleted since `at`, and its author."""

    business: str
    review: str
    author: str
    at: datetime


class Departures(CaseItems):
    """Reads and writes departures, and deletes the texts of one review."""

    def retention_position(self, business: str) -> date | None:
        """The last day that retention is done with; None before the first."""
        item = self._get_item(f"RETENTION#{business}", _POSITION)
        return date.fromisoformat(item["day"]) if item else None

    def move_retention_position(self, business: str, before: date | None, after: date) -> None:
        """Set the last day that retention is done with.

        Raises Contention when it is not `before` any more.
        """
        item = {"pk": f"RETENTION#{business}", "sk": _POSITION, "day": after.isoformat()}
        condition: Any = {"ConditionExpression": "attribute_not_exists(pk)"}
        if before:
            condition = {
                "ConditionExpression": "#day = :before",
                "ExpressionAttributeNames": {"#day": "day"},
                "ExpressionAttributeValues": attributes({":before": before.isoformat()}),
            }
        try:
            self._client.put_item(TableName=self._table, Item=attributes(item), **condition)
        except ClientError as error:
            if condition_failed(error):
                raise Contention("Another run of retention is at work. Try again.") from error
            raise

    def put_departure(self, departure: Departure) -> None:
        """Note a departure before its review changes. Noting it twice notes it once."""
        item = {
            "pk": f"RETENTION#{departure.business}",
            "sk": f"{_PREFIX}{departure.review}",
            "author": departure.author,
            "at": format_time(departure.at),
        }
        self._client.put_item(TableName=self._table, Item=attributes(item))

    def departures(self, business: str) -> Iterator[Departure]:
        """The departures of a business that are not complete yet. A page of them is in memory."""
        for item in self._query_items(f"RETENTION#{business}", _PREFIX):
            review = item["sk"].removeprefix(_PREFIX)
            yield Departure(business, review, item["author"], parse_time(item["at"]))

    def remove_departure(self, departure: Departure) -> None:
        """Note that nothing of a departure is left. Noting it twice is no error."""
        key = {"pk": f"RETENTION#{departure.business}", "sk": f"{_PREFIX}{departure.review}"}
        self._client.delete_item(TableName=self._table, Key=attributes(key))

    def delete_review_texts(
        self,
        departure: Departure,
        revision: str,
        thread: str,
        *,
        keep_notes_on: Collection[str] = (),
    ) -> int:
        """Delete what was sealed about one review until `revision`. Returns how many texts it were.

        Later words of the author stay: they may come while this runs. Replies lose their texts;
        their codes and times stay, as slots and outcomes refer to them. A note that lies in a reply
        on one of the follow-ups `keep_notes_on` gets an item of its own first.
        """
        count = 0
        for item in self._query_items(partition_key(departure.review), REVISION_PREFIX):
            if item["sk"].removeprefix(REVISION_PREFIX).rpartition("#")[0] <= revision:
                self._delete(item)
                count += 1
        for item in self._query_items(partition_key(thread), "REPLY#"):
            is_later = item["at"] >= format_time(departure.at)
            if item["review"] != departure.review or "sealed" not in item or is_later:
                continue
            has_note = "noted" in item
            if has_note and item.get("follow_up") in keep_notes_on:
                self._move_note(item)
                has_note = False
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": item["pk"], "sk": item["sk"]}),
                UpdateExpression="SET author = :author REMOVE sealed, noted",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=attributes(
                    {":author": erased_author_id(departure.review)}
                ),
            )
            count += 2 if has_note else 1
        return count

    def _move_note(self, reply_item: Item) -> None:
        """Give the note in a reply an item of its own, unless it has one. One may be unreadable."""
        follow_up, author = reply_item["follow_up"], reply_item["author"]
        sk = f"NOTE#{reply_item['agent']}/{reply_item['noted']}"
        place = f"{reply_item['pk']}/{reply_item['sk']}"
        with suppress(Contention, Erased, DamagedText, KeyError):
            note = self.vault.open(author, place, reply_item)["note"]
            sealed = self.vault.seal(author, f"{follow_up}/{sk}", note)
            item = {"pk": follow_up, "sk": sk, "author": author, **sealed}
            self._write([self._conditional_put(item, "attribute_not_exists(pk)", {})], [])

    def delete_notes(self, author: str, follow_ups: list[str]) -> int:
        """Delete the notes on these follow-ups about an author. Returns how many it were."""
        count = 0
        for follow_up in follow_ups:
            for item in self._query_items(follow_up, "NOTE#"):
                if item["author"] == author:
                    self._delete(item)
                    count += 1
        return count

    def has_notes(self, author: str, follow_ups: list[str]) -> bool:
        """Whether there are notes on these follow-ups about an author."""
        return any(
            item["author"] == author
            for follow_up in follow_ups
            for item in self._query_items(follow_up, "NOTE#")
        )

    def any_in_thread(self, reviews: list[str], thread: str) -> bool:
        """Whether one of these reviews is stored and belongs to a thread. Eventually consistent."""
        keys = [(partition_key(review), "STATE") for review in reviews]
        items = read_batches(self._client, self._table, keys, "pk, sk, review.thread")
        return any(item.get("review", {}).get("thread") == thread for _, item in items)

    def _delete(self, item: Item) -> None:
        self._client.delete_item(
            TableName=self._table, Key=attributes({"pk": item["pk"], "sk": item["sk"]})
        )
