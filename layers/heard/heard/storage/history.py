"""Past reviews, many at a time.

What was decided upon in each revision, and who wrote it, for whoever looks at months at once.

Reads what `heard.storage.work` wrote, by the hundred instead of one by one: a month of a busy
business would take hours otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heard.outcomes import Outcome
from heard.reviews import ReviewEvent
from heard.storage.tables import Item, attributes, values
from heard.storage.vault import Erased, Vault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_SIZE: Final = 100
"""Items that DynamoDB reads in one call."""

_RETRY_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class HistoricalRevision:
    """One decided revision of a review.

    What its author said, how it was assessed, and with what the policy was asked.

    `context` is None in what was stored before contexts were. `unreadable` says why the rest is
    missing: `erased`, or `not_stored`.
    """

    outcome: Outcome
    event: ReviewEvent | None = None
    assessment: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    unreadable_reason: str | None = None


class HistoryReader:
    """Reads the Work table in batches, eventually consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def revisions(self, outcomes: Sequence[Outcome]) -> list[HistoricalRevision]:
        """What was decided upon in each of these outcomes (`accepted` or `revised`, with a route),
        in their order.
        """
        authors = self.authors({outcome.review for outcome in outcomes})
        vault = _BatchVault(self._client, self._table)
        vault.load_keys(set(authors.values()))
        keys = {
            outcome.id: (_partition_key(outcome.review), _sort_key(outcome)) for outcome in outcomes
        }
        sealed = dict(_read_batches(self._client, self._table, keys.values(), "pk, sk, sealed"))
        return [
            _open_revision(each, authors.get(each.review), sealed.get(keys[each.id]), vault)
            for each in outcomes
        ]

    def authors(self, reviews: Collection[str]) -> dict[str, str]:
        """Who wrote each of these reviews, by our ids; reviews that are not stored are left out."""
        keys = [(_partition_key(review), "STATE") for review in reviews]
        items = (
            item
            for _, item in _read_batches(
                self._client, self._table, keys, "pk, sk, review.id, review.author"
            )
        )
        author_by_review = {
            item["review"]["id"]: item["review"]["author"] for item in items if "review" in item
        }
        return {
            review: author_by_review[review] for review in reviews if review in author_by_review
        }


def _open_revision(
    outcome: Outcome, author: str | None, item: Item | None, vault: Vault
) -> HistoricalRevision:
    if author is None or item is None or "sealed" not in item:
        return HistoricalRevision(outcome, unreadable_reason="not_stored")
    try:
        content = vault.open(author, f"{item['pk']}/{item['sk']}", item["sealed"])
    except Erased:
        return HistoricalRevision(outcome, unreadable_reason="erased")
    return HistoricalRevision(
        outcome,
        ReviewEvent.from_json(content["event"]),
        content["assessment"],
        content.get("context"),
    )


class _BatchVault(Vault):
    """A vault for one batch, whose authors' keys are read together and forgotten with it."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        self._items: dict[str, Item] = {}

    def load_keys(self, authors: set[str]) -> None:
        """Fetch these authors' keys."""
        keys = [(author, "AUTHOR") for author in authors]
        self._items = {
            author: item
            for (author, _), item in _read_batches(self._client, self._table, keys, "pk, sk, #key")
        }

    def _read_author(self, author: str) -> Item:
        return self._items.get(author, {})


def _read_batches(
    client: DynamoDBClient, table: str, keys: Iterable[tuple[str, str]], projection: str
) -> Iterator[tuple[tuple[str, str], Item]]:
    """The items that there are of these keys, with the attributes that are wanted.

    Reading what a service answers takes longer than anything else here, so that little is asked
    for. Keys that DynamoDB was too busy for are asked for again.
    """
    pending_keys: list[Any] = [attributes({"pk": pk, "sk": sk}) for pk, sk in sorted(set(keys))]
    options: Any = {"ProjectionExpression": projection} | (
        {"ExpressionAttributeNames": {"#key": "key"}} if "#key" in projection else {}
    )
    retries = 0
    while pending_keys:
        request: Any = options | {"Keys": pending_keys[:BATCH_SIZE]}
        response = client.batch_get_item(RequestItems={table: request})
        for item in map(values, response["Responses"].get(table, ())):
            yield (item["pk"], item["sk"]), item
        unprocessed: Any = response.get("UnprocessedKeys", {}).get(table)
        pending_keys = [*(unprocessed["Keys"] if unprocessed else ()), *pending_keys[BATCH_SIZE:]]
        retries = retries + 1 if unprocessed else 0
        if retries:
            time.sleep(min(2.0, _RETRY_SECONDS * 2**retries))


def _partition_key(review: str) -> str:
    return review.split("_", 1)[1]


def _sort_key(outcome: Outcome) -> str:
    return f"REVISION#{outcome.detail['revision']}#{outcome.detail['digest'][:12]}"
