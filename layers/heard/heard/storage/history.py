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

AT_ONCE: Final = 100
"""Items that DynamoDB reads in one call."""

_AGAIN_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class PastRevision:
    """One decided revision of a review.

    What its author said, how it was assessed, and with what the policy was asked.

    `context` is None in what was stored before contexts were. `unreadable` says why the rest is
    missing: `erased`, or `not_stored`.
    """

    outcome: Outcome
    event: ReviewEvent | None = None
    assessment: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    unreadable: str | None = None


class Past:
    """Reads the Work table in batches, eventually consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def revisions(self, outcomes: Sequence[Outcome]) -> list[PastRevision]:
        """What was decided upon in each of these outcomes (`accepted` or `revised`, with a route),
        in their order.
        """
        authors = self.authors({outcome.review for outcome in outcomes})
        vault = _KeysAtHand(self._client, self._table)
        vault.read(set(authors.values()))
        wanted = {outcome.id: (_place(outcome.review), _revision(outcome)) for outcome in outcomes}
        sealed = dict(_batches(self._client, self._table, wanted.values(), "pk, sk, sealed"))
        return [
            _opened(each, authors.get(each.review), sealed.get(wanted[each.id]), vault)
            for each in outcomes
        ]

    def authors(self, reviews: Collection[str]) -> dict[str, str]:
        """Who wrote each of these reviews, by our ids; reviews that are not stored are left out."""
        keys = [(_place(review), "STATE") for review in reviews]
        items = (
            item
            for _, item in _batches(
                self._client, self._table, keys, "pk, sk, review.id, review.author"
            )
        )
        found = {
            item["review"]["id"]: item["review"]["author"] for item in items if "review" in item
        }
        return {review: found[review] for review in reviews if review in found}


def _opened(outcome: Outcome, author: str | None, item: Item | None, vault: Vault) -> PastRevision:
    if author is None or item is None or "sealed" not in item:
        return PastRevision(outcome, unreadable="not_stored")
    try:
        content = vault.open(author, f"{item['pk']}/{item['sk']}", item["sealed"])
    except Erased:
        return PastRevision(outcome, unreadable="erased")
    return PastRevision(
        outcome,
        ReviewEvent.from_json(content["event"]),
        content["assessment"],
        content.get("context"),
    )


class _KeysAtHand(Vault):
    """A vault for one batch, whose authors' keys are read together and forgotten with it."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        self._items: dict[str, Item] = {}

    def read(self, authors: set[str]) -> None:
        """Fetch these authors' keys."""
        keys = [(author, "AUTHOR") for author in authors]
        self._items = {
            author: item
            for (author, _), item in _batches(self._client, self._table, keys, "pk, sk, #key")
        }

    def _read(self, author: str) -> Item:
        return self._items.get(author, {})


def _batches(
    client: DynamoDBClient, table: str, keys: Iterable[tuple[str, str]], wanted: str
) -> Iterator[tuple[tuple[str, str], Item]]:
    """The items that there are of these keys, with the attributes that are wanted.

    Reading what a service answers takes longer than anything else here, so that little is asked
    for. Keys that DynamoDB was too busy for are asked for again.
    """
    waiting: list[Any] = [attributes({"pk": pk, "sk": sk}) for pk, sk in sorted(set(keys))]
    asked: Any = {"ProjectionExpression": wanted} | (
        {"ExpressionAttributeNames": {"#key": "key"}} if "#key" in wanted else {}
    )
    refused = 0
    while waiting:
        some: Any = asked | {"Keys": waiting[:AT_ONCE]}
        answer = client.batch_get_item(RequestItems={table: some})
        for item in map(values, answer["Responses"].get(table, ())):
            yield (item["pk"], item["sk"]), item
        left: Any = answer.get("UnprocessedKeys", {}).get(table)
        waiting = [*(left["Keys"] if left else ()), *waiting[AT_ONCE:]]
        refused = refused + 1 if left else 0
        if refused:
            time.sleep(min(2.0, _AGAIN_SECONDS * 2**refused))


def _place(review: str) -> str:
    return review.split("_", 1)[1]


def _revision(outcome: Outcome) -> str:
    return f"REVISION#{outcome.detail['revision']}#{outcome.detail['digest'][:12]}"
