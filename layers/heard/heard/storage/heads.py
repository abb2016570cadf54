"""The ends of many reviews' chains, as the states of the reviews know them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from heard.reviews import REVIEW_ID
from heard.storage.items import read_batches
from heard.storage.keys import partition_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ChainHeads:
    """Reads the heads of chains from the Cases table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_reviews(self, reviews: Collection[str]) -> dict[str, tuple[int, str] | None]:
        """The sequence number and the hash of each review's last outcome, strongly consistent.

        None for a review without a state, or with one that Heard did not write.
        """
        keys = {
            (partition_key(review), "STATE"): review
            for review in reviews
            if REVIEW_ID.fullmatch(review)
        }
        found: dict[str, tuple[int, str] | None] = dict.fromkeys(reviews)
        projection = "pk, sk, review.#sequence, review.head"
        for key, item in read_batches(self._client, self._table, keys, projection, consistent=True):
            found[keys[key]] = _head(item.get("review"))
        return found


def _head(state: object) -> tuple[int, str] | None:
    if not isinstance(state, dict):
        return None
    fields = cast("dict[str, Any]", state)
    sequence, head = fields.get("sequence"), fields.get("head")
    return (sequence, head) if isinstance(sequence, int) and isinstance(head, str) else None
