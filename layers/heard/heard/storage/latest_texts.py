"""The last revision of many reviews, read together: who wrote each, and what. For lists.

It reads three items for each review, up to a hundred items in a call.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heard.cases import Review
from heard.errors import DamagedState, DamagedText
from heard.reviews import ReviewEvent
from heard.storage.history import BatchVault
from heard.storage.items import parse_state, read_batches
from heard.storage.keys import partition_key, revision_key
from heard.storage.tables import Item
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class LatestText:
    """A review, and its last revision; None where the author was erased or nothing is stored.

    Of a review that was withdrawn without words, it is the one before.

    `language` is the assessment's, and `assessment` all that was concluded from it. A `damaged`
    text does not open, and was not erased.
    """

    review: Review
    event: ReviewEvent | None = None
    language: str | None = None
    erased: bool = False
    assessment: dict[str, Any] | None = None
    damaged: bool = False


def read_latest_texts(
    client: DynamoDBClient,
    table: str,
    reviews: Collection[str],
    *,
    consistent: bool = False,
    known: Collection[Review] = (),
) -> dict[str, LatestText]:
    """The last revision of each of these reviews (our ids).

    Those that are not stored, or whose state cannot be read, are left out.

    Eventually consistent unless `consistent`. `known` are states that are not read again.
    """
    known_ids = {review.id for review in known}
    unknown = [id for id in reviews if id not in known_ids]
    states = [review for review in known if review.id in reviews]
    states += read_reviews(client, table, unknown, consistent=consistent)
    vault = BatchVault(client, table)
    vault.load_keys({state.author for state in states}, consistent=consistent)
    keys = {
        state.id: (partition_key(state.id), revision_key(*state.readable_revision))
        for state in states
        if state.revision
    }
    names = "pk, sk, sealed, sealed_after"
    sealed = dict(read_batches(client, table, keys.values(), names, consistent=consistent))
    texts: dict[str, LatestText] = {}
    for state in states:
        pk, sk = key = keys.get(state.id, ("", ""))
        if "sealed" not in sealed.get(key, {}):
            texts[state.id] = LatestText(state, erased=state.erased_at is not None)
            continue
        try:
            content = vault.open(state.author, f"{pk}/{sk}", sealed[key])
        except Erased:
            texts[state.id] = LatestText(state, erased=True)
            continue
        except DamagedText:
            texts[state.id] = LatestText(state, damaged=True)
            continue
        event = ReviewEvent.from_json(content["event"])
        assessment: dict[str, Any] | None = content["assessment"]
        language = (assessment or {}).get("language") or event.language
        texts[state.id] = LatestText(state, event, language, assessment=assessment)
    return texts


def read_reviews(
    client: DynamoDBClient, table: str, reviews: Collection[str], *, consistent: bool = False
) -> list[Review]:
    """The states of these reviews (our ids), without those that cannot be read."""
    keys = [(partition_key(id), "STATE") for id in reviews]
    return [
        state
        for _, item in read_batches(client, table, keys, "pk, sk, review", consistent=consistent)
        if "review" in item and (state := _parse_review(item))
    ]


def _parse_review(item: Item) -> Review | None:
    try:
        return parse_state(item["pk"], item, "review", Review.from_json)
    except DamagedState:
        return None
