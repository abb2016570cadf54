"""Past reviews, many at a time: what was decided about each revision, and who wrote it.

It reads what the case store wrote, a hundred items at a time. One by one, a month of a busy
business would take hours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heard.errors import DamagedText
from heard.outcomes import Outcome
from heard.reviews import ReviewEvent
from heard.storage.items import read_batches
from heard.storage.keys import partition_key, revision_key
from heard.storage.tables import Item
from heard.storage.vault import Erased, Vault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class HistoricalRevision:
    """One decided revision of a review.

    `context` is None in items from before contexts were stored. `unreadable_reason` says why the
    rest is missing: `erased`, `not_stored`, or `damaged`: it does not open.
    """

    outcome: Outcome
    event: ReviewEvent | None = None
    assessment: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    unreadable_reason: str | None = None


class HistoryReader:
    """Reads the Cases table in batches, eventually consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def revisions(self, outcomes: Sequence[Outcome]) -> list[HistoricalRevision]:
        """The revision of each of these outcomes, in their order.

        The outcomes are `accepted` or `revised` ones that have a route.
        """
        reviews = {outcome.review for outcome in outcomes}
        states = {state["id"]: state for state in self._read_states(reviews)}
        authors = {review: state["author"] for review, state in states.items()}
        erased = {review for review, state in states.items() if "erased_at" in state}
        vault = BatchVault(self._client, self._table)
        vault.load_keys(set(authors.values()))
        keys = {
            outcome.id: (partition_key(outcome.review), _sort_key(outcome)) for outcome in outcomes
        }
        names = "pk, sk, sealed, sealed_after"
        sealed = dict(read_batches(self._client, self._table, keys.values(), names))
        return [
            _open_revision(
                outcome,
                authors.get(outcome.review),
                sealed.get(keys[outcome.id]),
                vault,
                is_erased=outcome.review in erased,
            )
            for outcome in outcomes
        ]

    def authors(self, reviews: Collection[str]) -> dict[str, str]:
        """Who wrote each of these reviews (our ids); reviews that are not stored are left out."""
        authors = {state["id"]: state["author"] for state in self._read_states(reviews)}
        return {review: authors[review] for review in reviews if review in authors}

    def _read_states(self, reviews: Collection[str]) -> Iterator[Mapping[str, Any]]:
        keys = [(partition_key(review), "STATE") for review in reviews]
        names = "pk, sk, review.id, review.author, review.erased_at"
        for _, item in read_batches(self._client, self._table, keys, names):
            if "review" in item:
                yield item["review"]


def _open_revision(
    outcome: Outcome, author: str | None, item: Item | None, vault: Vault, *, is_erased: bool
) -> HistoricalRevision:
    if item is None and is_erased:
        return HistoricalRevision(outcome, unreadable_reason="erased")
    if author is None or item is None or "sealed" not in item:
        return HistoricalRevision(outcome, unreadable_reason="not_stored")
    try:
        content = vault.open(author, f"{item['pk']}/{item['sk']}", item)
    except Erased:
        return HistoricalRevision(outcome, unreadable_reason="erased")
    except DamagedText:
        return HistoricalRevision(outcome, unreadable_reason="damaged")
    return HistoricalRevision(
        outcome,
        ReviewEvent.from_json(content["event"]),
        content["assessment"],
        content.get("context"),
    )


class BatchVault(Vault):
    """A vault for one batch: its authors' keys are read together."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        self._items: dict[str, Item] = {}

    def load_keys(self, authors: set[str], *, consistent: bool = False) -> None:
        """Fetch these authors' keys."""
        keys = [(author, "AUTHOR") for author in authors]
        self._items = {
            author: item
            for (author, _), item in read_batches(
                self._client, self._table, keys, "pk, sk, #key, erased_at", consistent=consistent
            )
        }

    def _read_author(self, author: str) -> Item:
        return self._items.get(author, {})


def _sort_key(outcome: Outcome) -> str:
    return revision_key(outcome.detail["revision"], outcome.commitment)
