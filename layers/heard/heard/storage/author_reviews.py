"""Which reviews an author wrote: for an access request, and for a complete erasure.

The first one is listed in the author's own item, with the key (`AuthorNote`). Each later one is an
item of its own, so that the author's item does not grow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from heard.errors import DamagedText
from heard.reviews import erased_author_id
from heard.storage.items import CaseItems
from heard.storage.keys import REVISION_PREFIX, partition_key
from heard.storage.tables import Item, attributes, condition_failed, values
from heard.storage.vault import Erased

_PREFIX: Final = "REVIEW#"


class AuthorReviews(CaseItems):
    """Reads and writes the list of each author's reviews."""

    def list_review(self, author: str, review: str) -> None:
        """Add a review to its author's list, before it is stored. Adding it twice adds it once."""
        self._client.put_item(
            TableName=self._table, Item=attributes({"pk": author, "sk": f"{_PREFIX}{review}"})
        )

    def reviews_of_author(self, author: str, *, limit: int | None = None) -> list[str]:
        """The ids of the reviews that an author wrote, in no order; at most `limit`, or all.

        A review whose first words were never stored, because a run stopped, may be among them.
        """
        # The author's own item may list one more, and counts too.
        reviews: set[str] = set()
        for item in self._query_items(author, "", limit):
            if item["sk"].startswith(_PREFIX):
                reviews.add(item["sk"].removeprefix(_PREFIX))
            else:
                reviews.update(item.get("listed_reviews", ()))
        return sorted(reviews)

    def list_all_reviews(self) -> Iterator[str]:
        """Add every stored review to its author's list, and yield the review's id.

        For once after an update, because older releases kept no lists. It reads the whole table.
        """
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :sk AND attribute_exists(review.author)",
            ExpressionAttributeValues=attributes({":sk": "STATE"}),
            ProjectionExpression="review.id, review.author, review.erased_at",
        )
        for review in (values(item)["review"] for page in pages for item in page["Items"]):
            if "erased_at" not in review:
                self.list_review(review["author"], review["id"])
                yield review["id"]

    def erase_texts(
        self,
        author: str,
        review: str,
        thread: str,
        follow_ups: Collection[str],
        *,
        writer: str | None = None,
    ) -> int:
        """Delete what was sealed for this author about a review. Returns how many texts that were.

        Codes and times of replies stay, as slots and outcomes refer to them. So do the revisions
        of another `writer` who has the review now. Erasing twice is no error.
        """
        erased_count = 0
        for item in self._query_items(partition_key(review), REVISION_PREFIX):
            if writer is None or not self._can_open(writer, item):
                self._client.delete_item(TableName=self._table, Key=_key(item))
                erased_count += 1
        for follow_up in follow_ups:
            # An earlier erasure left the follow-up open: see `put_note`.
            owners = {author, erased_author_id(review), follow_up}
            for item in self._query_items(follow_up, "NOTE#"):
                if item["author"] in owners:
                    self._client.delete_item(TableName=self._table, Key=_key(item))
                    erased_count += 1
            # A draft answers all reviews of a follow-up, whoever's key it is under.
            for item in self._query_items(follow_up, "DRAFT#"):
                self._client.delete_item(TableName=self._table, Key=_key(item))
                erased_count += 1
        for item in self._query_items(partition_key(thread), "REPLY#"):
            if item["author"] == author:
                self.unseal(item["review"], [(item["pk"], item["sk"])])
                erased_count += 2 if "noted" in item else 1
        return erased_count

    def unseal(self, review: str, places: Collection[tuple[str, str]]) -> None:
        """Take the ciphertext out of these items about a review, and what leads to its author."""
        for pk, sk in places:
            update = "REMOVE sealed, sealed_after, noted"
            parameters: Item = {}
            if not sk.startswith(REVISION_PREFIX):
                update += " SET author = :author"
                parameters[":author"] = erased_author_id(review)
            self._update_existing(pk, sk, update, parameters)

    def _update_existing(self, pk: str, sk: str, update: str, parameters: Item) -> None:
        request: Any = {"ExpressionAttributeValues": attributes(parameters)} if parameters else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": pk, "sk": sk}),
                UpdateExpression=update,
                ConditionExpression="attribute_exists(pk)",
                **request,
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def _can_open(self, writer: str, item: Item) -> bool:
        try:
            self.vault.open(writer, f"{item['pk']}/{item['sk']}", item)
        except (Erased, DamagedText, KeyError):
            return False
        return True

    def unlist_review(self, author: str, review: str) -> None:
        """Take a review off its author's list, and off their complaints.

        Taking it off twice is no error.
        """
        self._client.delete_item(
            TableName=self._table, Key=attributes({"pk": author, "sk": f"{_PREFIX}{review}"})
        )
        self.vault.forget_review(author, review)


def _key(item: Item) -> Any:
    return attributes({"pk": item["pk"], "sk": item["sk"]})
